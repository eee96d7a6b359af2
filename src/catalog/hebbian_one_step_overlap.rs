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
    /// `derivations/associative-memory/hebbian-storage.md`.
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

    use crate::catalog::hebbian_bit_error::HEBBIAN_BIT_ERROR;
    use crate::experiment::{associative_memory::hebbian_retrieval::EXPERIMENT, known_answer::sample};

    #[test]
    fn matches_errors_and_a_simulated_step() {
        let value = (HEBBIAN_ONE_STEP_OVERLAP.value)(&[1.0, 0.3]);
        assert!((value - 1.0 + 2.0 * (HEBBIAN_BIT_ERROR.value)(&[0.3])).abs() < 1e-15);
        let given = [("N", 2000.0), ("alpha", 0.3), ("overlap", 0.4), ("sweeps", 1.0), ("probes", 40.0)];
        let (mean, error) = sample(&EXPERIMENT, &given, 5).get("overlap")[0];
        let expected = (HEBBIAN_ONE_STEP_OVERLAP.value)(&[0.4, 0.3]);
        // Finite-size corrections are of order 1/N.
        assert!((mean - expected).abs() < 4.5 * error + 2e-3 && error < 5e-3, "{mean} ± {error}, {expected}");
    }
}
