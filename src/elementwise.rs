//! Element-wise exp, tanh and normal numbers over slices: branch-free, so that the compiler vectorises them, for the
//! instruction set that is found at run time. No multiplication is fused with an addition: the results are those of
//! plain arithmetic on every machine. For simulations, whose noise dwarfs the last bits; checks of formulas use
//! correctly rounded functions.

use pulp::Arch;
use std::f64::consts::{PI, SQRT_2};

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
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for value in &mut *values {
                *value = exp_kernel(*value);
            }
        },
    );
}

/// Replaces every entry by its hyperbolic tangent; absolute error below 1e-14.
pub fn tanh(values: &mut [f64]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for value in &mut *values {
                let e = exp_kernel(-2.0 * value.abs());
                *value = ((1.0 - e) / (1.0 + e)).copysign(*value);
            }
        },
    );
}

/// A whole number below 2³² as a float: 2⁵² + k has k in its low bits.
#[inline(always)]
fn float(k: u64) -> f64 {
    const OFFSET: f64 = 4_503_599_627_370_496.0;
    f64::from_bits(k | OFFSET.to_bits()) - OFFSET
}

/// log x for normal x > 0, with an error below 1e-12.
#[inline(always)]
fn log_kernel(x: f64) -> f64 {
    // x = 2^k m with m in [1/√2, √2).
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let shifted = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_HALF);
    let k = float(shifted >> 52) - 1023.0;
    let m = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff) + ROOT_HALF);
    // log m = 2 artanh f, |f| < 0.172.
    let f = (m - 1.0) / (m + 1.0);
    let (s, s2) = (f * f, (f * f) * (f * f));
    let low = (1.0 + s * (1.0 / 3.0)) + s2 * (1.0 / 5.0 + s * (1.0 / 7.0));
    let high = (1.0 / 9.0 + s * (1.0 / 11.0)) + s2 * (1.0 / 13.0);
    k * std::f64::consts::LN_2 + 2.0 * f * (low + (s2 * s2) * high)
}

/// sin x and cos x for |x| ≤ π/2, with an error below 1e-11.
#[inline(always)]
fn sin_cos_kernel(x: f64) -> (f64, f64) {
    let (s, s2) = (x * x, (x * x) * (x * x));
    let s4 = s2 * s2;
    let low = (1.0 - s * (1.0 / 6.0)) + s2 * (1.0 / 120.0 - s * (1.0 / 5040.0));
    let high =
        (1.0 / 362_880.0 - s * (1.0 / 39_916_800.0)) + s2 * (1.0 / 6_227_020_800.0 - s * (1.0 / 1_307_674_368_000.0));
    let sin = x * (low + s4 * high);
    let low = (1.0 - s * 0.5) + s2 * (1.0 / 24.0 - s * (1.0 / 720.0));
    let high = (1.0 / 40_320.0 - s * (1.0 / 3_628_800.0)) + s2 * (1.0 / 479_001_600.0 - s * (1.0 / 87_178_291_200.0));
    (sin, low + s4 * (high + s4 * (1.0 / 20_922_789_888_000.0)))
}

/// Two independent standard normals from 64 random bits (Box and Muller 1958): the upper half of the bits gives the
/// radius, up to 6.7, the lower half the angle.
#[inline(always)]
fn box_muller(bits: u64) -> (f64, f64) {
    const UNIT: f64 = 1.0 / 4_294_967_296.0;
    let radius = (-log_kernel((float(bits >> 32) + 0.5) * UNIT)).sqrt() * SQRT_2;
    // Half the angle lies within ±π/2; doubling it covers the circle.
    let (sin, cos) = sin_cos_kernel(((float(bits & 0xffff_ffff) + 0.5) * UNIT - 0.5) * PI);
    (radius * (cos - sin) * (cos + sin), radius * 2.0 * sin * cos)
}

/// Overwrites `out` with standard normals, independent if the bits are; `first` and `second` are as long as `bits`.
pub fn normals(bits: &[u64], first: &mut [f64], second: &mut [f64]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for ((bits, first), second) in bits.iter().zip(&mut *first).zip(&mut *second) {
                (*first, *second) = box_muller(*bits);
            }
        },
    );
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
    fn normals_are_box_and_muller_s() {
        let mut bits: Vec<u64> = (0..4000u64).map(|k| k.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        bits.extend([0, u64::MAX, 0xffff_ffff, 0xffff_ffff_0000_0000, 1 << 63, 1 << 31]);
        let (mut first, mut second) = (vec![0.0; bits.len()], vec![0.0; bits.len()]);
        super::normals(&bits, &mut first, &mut second);
        for ((bits, x), y) in bits.iter().zip(&first).zip(&second) {
            let unit = |k: u64| (k as f64 + 0.5) / 2f64.powi(32);
            let radius = (-2.0 * core_math::log(unit(bits >> 32))).sqrt();
            let angle = std::f64::consts::TAU * (unit(bits & 0xffff_ffff) - 0.5);
            assert!((x - radius * core_math::cos(angle)).abs() < 1e-9, "{bits:x}");
            assert!((y - radius * core_math::sin(angle)).abs() < 1e-9, "{bits:x}");
        }
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
