//! The load of a retrieval state at zero temperature, and the capacity.

use std::f64::consts::FRAC_2_SQRT_PI;

crate::closed_form! {
    /// The load of a retrieval state at zero temperature.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \left(\frac{\operatorname{erf}(y)}{y} - \frac{2}{\sqrt{\pi}} e^{-y^2}\right)^2 $$
    /// The load α = K/N at which the replica-symmetric saddle-point equations have the retrieval state with overlap erf(y).
    /// Its maximum over y is the capacity, α_c = 0.1379055…, reached at overlap 0.9674….
    ///
    /// # Assumptions
    /// Random unbiased patterns, Hebb's rule without self-coupling, N → ∞, T → 0, replica symmetry.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`: m = erf(y), y = m/√(2αr), C = 2y e^{-y²}/(√π m), r = (1 − C)⁻².
    ///
    /// # Source
    /// Amit, Gutfreund and Sompolinsky 1985, *Storing infinite numbers of patterns in a spin-glass model of neural networks*;
    /// 1987, *Statistical mechanics of neural networks near saturation*, on the limit of zero temperature.
    ///
    /// # Numerics
    /// Below y = 0.5 the bracket is its Taylor series, where the difference would cancel.
    ///
    /// # Limits
    /// y → 0: 8y⁴/(9π). y → ∞: 1/(2y²).
    ZERO_TEMPERATURE_LOAD {
        id: "zero-temperature-load",
        estimand: "load",
        latex: r"\frac{1}{2} \left(\frac{\operatorname{erf}(y)}{y} - \frac{2}{\sqrt{\pi}} e^{-y^2}\right)^2",
        symbols: &[(r"y", "real > 0")],
        value: |x| 0.5 * root_of_twice_the_load(x[0]).powi(2),
        wrong_twin: r"\frac{1}{2} \left(\frac{\operatorname{erf}(y)}{y} - \frac{1}{\sqrt{\pi}} e^{-y^2}\right)^2",
        since: "0.1.0",
    }
}

/// √(2α) as a function of y > 0.
fn root_of_twice_the_load(y: f64) -> f64 {
    if y >= 0.5 {
        return core_math::erf(y) / y - FRAC_2_SQRT_PI * (-y * y).exp();
    }
    // (2/√π) Σ_n (−1)^{n+1} 2n/(2n+1) y^{2n}/n!.
    let (mut power, mut sum) = (-1.0, 0.0);
    for n in 1..20 {
        power *= -y * y / f64::from(n);
        sum += power * f64::from(2 * n) / f64::from(2 * n + 1);
    }
    FRAC_2_SQRT_PI * sum
}

/// The zero-temperature capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// Largest load α_c with a retrieval state.
    pub load: f64,
    /// Its overlap.
    pub overlap: f64,
}

/// The stationary point of the load: erf(y)/y² = (2/√π)(1/y + 2y) e^{-y²}, by bisection to the last bit.
pub fn capacity() -> Capacity {
    // The sign of dα/dy, without the positive factor √(2α).
    let rises = |y: f64| FRAC_2_SQRT_PI * (1.0 / y + 2.0 * y) * (-y * y).exp() > core_math::erf(y) / (y * y);
    let y = bisect(1.0, 3.0, rises);
    Capacity { load: 0.5 * root_of_twice_the_load(y).powi(2), overlap: core_math::erf(y) }
}

/// Overlap of the retrieval state at load α: the root with the largest overlap, or `None` above the capacity.
pub fn retrieval_overlap(load: f64) -> Option<f64> {
    let capacity = capacity();
    if !(load > 0.0 && load <= capacity.load) {
        return None;
    }
    let target = (2.0 * load).sqrt();
    // Beyond the maximum (y ≈ 1.51) the load falls like 1/(2y²).
    let y = bisect(1.5, 2.0 / target + 2.0, |y| {
        y < 1.52 && core_math::erf(y) < capacity.overlap || root_of_twice_the_load(y) > target
    });
    Some(core_math::erf(y))
}

/// The last number in `[low, high]` up to which the predicate holds, which must hold at `low` and fail at `high`.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return low;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three equations iterated at load α from the stored pattern, without the reduction to one variable.
    fn iterate(load: f64) -> f64 {
        let (mut m, mut r) = (1.0f64, 1.0f64);
        for _ in 0..200_000 {
            let variance = load * r;
            let c = (2.0 / (std::f64::consts::PI * variance)).sqrt() * (-m * m / (2.0 * variance)).exp();
            let next = core_math::erf(m / (2.0 * variance).sqrt());
            r = (1.0 - c).powi(-2);
            if (next - m).abs() < 1e-16 {
                break;
            }
            m = next;
        }
        m
    }

    #[test]
    fn capacity_to_ten_digits() {
        let found = capacity();
        // Golden-section search on the direct formula: neither the stationarity condition nor the series is used.
        let load = |y: f64| 0.5 * (core_math::erf(y) / y - FRAC_2_SQRT_PI * (-y * y).exp()).powi(2);
        let ratio = 0.5 * (5f64.sqrt() - 1.0);
        let (mut low, mut high) = (0.5, 3.0);
        for _ in 0..60 {
            let (left, right) = (high - ratio * (high - low), low + ratio * (high - low));
            (low, high) = if load(left) > load(right) { (low, right) } else { (left, high) };
        }
        assert!((found.load - load(low)).abs() < 1e-14, "{found:?}");
        assert!((found.overlap - core_math::erf(low)).abs() < 1e-7, "{found:?}");
        assert!((found.load - 0.138).abs() < 5e-4 && (found.overlap - 0.967).abs() < 5e-4);
    }

    #[test]
    fn the_capacity_solves_the_three_equations() {
        let Capacity { load, overlap } = capacity();
        // Eliminate r by m = erf(m/√(2αr)), then the definitions of C and r must agree.
        let y = bisect(0.0, 5.0, |y| core_math::erf(y) < overlap);
        let r = overlap * overlap / (2.0 * load * y * y);
        let c = (2.0 / (std::f64::consts::PI * load * r)).sqrt() * (-y * y).exp();
        assert!((r * (1.0 - c) * (1.0 - c) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_iteration_and_the_curve_agree() {
        for load in [0.02, 0.1, 0.137] {
            assert!((retrieval_overlap(load).unwrap() - iterate(load)).abs() < 1e-10);
        }
        assert_eq!(retrieval_overlap(0.14), None);
        assert_eq!(retrieval_overlap(f64::NAN), None);
        assert!((retrieval_overlap(capacity().load).unwrap() - capacity().overlap).abs() < 1e-6);
    }

    #[test]
    fn series_and_difference_meet() {
        let direct = |y: f64| core_math::erf(y) / y - FRAC_2_SQRT_PI * (-y * y).exp();
        for y in [0.3, 0.4999] {
            assert!((root_of_twice_the_load(y) / direct(y) - 1.0).abs() < 1e-14);
        }
        assert!((root_of_twice_the_load(1e-8) / (FRAC_2_SQRT_PI * 2.0 / 3.0 * 1e-16) - 1.0).abs() < 1e-14);
    }
}
