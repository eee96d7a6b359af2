//! Overlap after one step from a noisy pattern in a large Hebbian network.

crate::closed_form! {
    /// Overlap after one parallel step from a noisy pattern, in a large Hebbian network.
    ///
    /// # Statement
    /// $$ \operatorname{erf}\left(\frac{p}{\sqrt{2\alpha}}\right) $$
    /// p is the initial overlap with a stored pattern, α = K/N the load.
    ///
    /// # Assumptions
    /// Random unbiased patterns, Hebb's rule without self-coupling, zero temperature, N → ∞ at fixed α; bits flipped
    /// independently of the patterns.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`.
    ///
    /// # Source
    /// Kinzel 1985; Amari and Maginu 1988, *Statistical neurodynamics of associative memory*, first step.
    ///
    /// # Numerics
    /// Odd in p; accurate everywhere.
    ///
    /// # Limits
    /// α → 0: sgn p. p = 1: one minus twice the one-step error of a stored bit.
    HEBBIAN_ONE_STEP_OVERLAP {
        id: "hebbian-one-step-overlap",
        estimand: "overlap",
        latex: r"\operatorname{erf}\left(\frac{p}{\sqrt{2\alpha}}\right)",
        symbols: &[(r"p", "real"), (r"\alpha", "real > 0")],
        value: |x| core_math::erf(x[0] / (2.0 * x[1]).sqrt()),
        wrong_twin: r"\operatorname{erf}\left(\frac{p}{\sqrt{\alpha}}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal_density;

    use crate::catalog::hebbian_bit_error::HEBBIAN_BIT_ERROR;

    #[test]
    fn a_start_at_the_pattern_keeps_all_but_the_errors() {
        let value = (HEBBIAN_ONE_STEP_OVERLAP.value)(&[1.0, 0.3]);
        assert!((value - 1.0 + 2.0 * (HEBBIAN_BIT_ERROR.value)(&[0.3])).abs() < 1e-15);
        assert_eq!((HEBBIAN_ONE_STEP_OVERLAP.value)(&[0.0, 0.3]), 0.0);
    }

    #[test]
    fn is_the_mean_sign_of_a_gaussian_field() {
        // E sgn(p + √α z) by the midpoint rule.
        let (p, alpha, h) = (0.4, 0.3f64, 1e-4);
        let mean: f64 = (-100_000..100_000)
            .map(|k| (k as f64 + 0.5) * h)
            .map(|z| h * (p + alpha.sqrt() * z).signum() * normal_density(z))
            .sum();
        assert!(((HEBBIAN_ONE_STEP_OVERLAP.value)(&[p, alpha]) - mean).abs() < 1e-4);
    }
}
