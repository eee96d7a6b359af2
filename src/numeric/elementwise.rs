//! Element-wise exp and tanh over slices: branch-free, so that the compiler vectorises them. For simulations, whose
//! noise dwarfs the last bits; checks of formulas use correctly rounded functions.

/// 1.5·2⁵²: adding it rounds to a whole number and leaves that number in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// The upper bits of log 2, short enough that `k * LN2_HIGH` is exact for |k| < 2¹¹, and what is missing.
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// eˣ with a relative error below 1e-14 for x in [-708, 708], saturating outside.
#[inline(always)]
fn exp_kernel(x: f64) -> f64 {
    let x = x.clamp(-708.0, 708.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    // Taylor to order 11 on |r| <= log(2)/2, by Estrin's scheme: the remainder is below 1e-14.
    let (r2, r4) = (r * r, (r * r) * (r * r));
    let low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0));
    let high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0)) + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0));
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    (low + r4 * (middle + r4 * high)) * scale
}

/// Replaces every entry by its exponential; relative error below 1e-14, saturating beyond ±708.
pub fn exp(values: &mut [f64]) {
    for value in values {
        *value = exp_kernel(*value);
    }
}

/// Replaces every entry by its hyperbolic tangent; absolute error below 1e-14.
pub fn tanh(values: &mut [f64]) {
    for value in values {
        let e = exp_kernel(-2.0 * value.abs());
        *value = ((1.0 - e) / (1.0 + e)).copysign(*value);
    }
}

/// `Σ eˣ` and `Σ e²ˣ`, in a fixed order of summation; accuracy as [`exp`].
pub fn exp_sums(values: &mut [f64]) -> (f64, f64) {
    const LANES: usize = 8;
    exp(values);
    let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
            squares[lane] += chunk[lane] * chunk[lane];
        }
    }
    let tail: (f64, f64) = rest.iter().fold((0.0, 0.0), |(s, q), v| (s + v, q + v * v));
    (sums.iter().sum::<f64>() + tail.0, squares.iter().sum::<f64>() + tail.1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sums_are_sums() {
        let mut values: Vec<f64> = (0..21).map(|k| f64::from(k) * 0.1 - 1.0).collect();
        let expected = values.iter().fold((0.0, 0.0), |(s, q), v| (s + v.exp(), q + (2.0 * v).exp()));
        let sums = super::exp_sums(&mut values);
        assert!((sums.0 - expected.0).abs() < 1e-12 && (sums.1 - expected.1).abs() < 1e-12);
    }

    #[test]
    fn exp_and_tanh_agree_with_correctly_rounded_ones() {
        let grid: Vec<f64> = (-70_000..=70_000).map(|k| f64::from(k) * 0.010_101).collect();
        let mut values = grid.clone();
        super::exp(&mut values);
        for (x, value) in grid.iter().zip(&values) {
            let exact = core_math::exp(*x);
            assert!((value - exact).abs() <= 1e-14 * exact, "exp({x}) = {value}, not {exact}");
        }
        let small: Vec<f64> = grid.iter().map(|x| x * 0.03).collect();
        let mut values = small.clone();
        super::tanh(&mut values);
        for (x, value) in small.iter().zip(&values) {
            assert!((value - core_math::tanh(*x)).abs() <= 1e-14, "tanh({x})");
        }
        let mut edges = [-1e300, 1e300, 0.0];
        super::tanh(&mut edges);
        assert_eq!(edges, [-1.0, 1.0, 0.0]);
    }
}
