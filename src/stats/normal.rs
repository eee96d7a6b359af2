//! The standard normal law.

use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::{SQRT_2, TAU};

/// Its density at `z`.
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / TAU.sqrt()
}

/// The probability of a value above `z`, to full relative precision in the upper tail.
pub fn normal_tail(z: f64) -> f64 {
    0.5 * core_math::erfc(z / SQRT_2)
}

/// The quantile at probability `p` in (0, 1).
pub fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_integral_of_the_density_and_the_quantile_inverts_it() {
        for z in [-2.0, 0.0, 0.7, 3.5] {
            let h = 1e-3;
            let sum: f64 = (0..20_000).map(|k| h * normal_density(z + (f64::from(k) + 0.5) * h)).sum();
            // The midpoint rule is off by h²/24 times the slope at the lower end.
            assert!((sum - normal_tail(z)).abs() < 1e-7, "{z}: {sum}");
            assert!((normal_quantile(1.0 - normal_tail(z)) - z).abs() < 1e-6, "{z}");
        }
    }
}
