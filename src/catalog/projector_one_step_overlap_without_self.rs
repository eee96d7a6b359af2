//! Overlap after one step under the projector rule, self-coupling removed.

crate::closed_form! {
    /// Overlap after one parallel step under the projector rule, self-coupling removed.
    ///
    /// # Statement
    /// $$ \operatorname{erf}\left(p \sqrt{\frac{1-\alpha}{2\alpha(1-p^2)}}\right) $$
    /// p is the initial overlap with a stored pattern, α = K/N the load.
    ///
    /// # Assumptions
    /// Random unbiased patterns, J the projector on their span with its diagonal set to zero, zero temperature, N → ∞ at
    /// fixed 0 < α < 1; bits flipped independently of the patterns.
    ///
    /// # Derivation
    /// `derivations/networks/projector-rule.md`: signal p(1 − α), noise of variance (1 − p²)α(1 − α).
    ///
    /// # Source
    /// Kanter and Sompolinsky 1987, *Associative recall of memory without errors*, first step.
    ///
    /// # Numerics
    /// 1 − p² as (1 − p)(1 + p).
    ///
    /// # Limits
    /// p → 1: 1. α → 1: 0. α → 0: sgn p.
    PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF {
        id: "projector-one-step-overlap-without-self",
        estimand: "one-step-overlap-without-self",
        latex: r"\operatorname{erf}\left(p \sqrt{\frac{1-\alpha}{2\alpha(1-p^2)}}\right)",
        symbols: &[(r"p", "real in (0, 1)"), (r"\alpha", "real in (0, 1)")],
        value: |x| core_math::erf(x[0] * ((1.0 - x[1]) / (2.0 * x[1] * (1.0 - x[0]) * (1.0 + x[0]))).sqrt()),
        wrong_twin: r"\operatorname{erf}\left(\frac{p}{\sqrt{2\alpha(1-p^2)}}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_the_diagonal_helps_small_overlaps() {
        let kept = &crate::catalog::projector_one_step_overlap::PROJECTOR_ONE_STEP_OVERLAP;
        for alpha in [0.2, 0.5, 0.8] {
            let at = [0.3, alpha];
            assert!((PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF.value)(&at) > 0.0);
            // Both flips and non-flips see the same field without the diagonal: J_ii σ_i keeps errors in place.
            let (with, without) = ((kept.value)(&at), (PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF.value)(&at));
            assert!((with - without).abs() > 1e-3, "{alpha}: {with} {without}");
        }
        assert!(((PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF.value)(&[0.1, 1e-9]) - 1.0).abs() < 1e-12);
        assert!((PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF.value)(&[0.9, 1.0 - 1e-12]) < 1e-5);
    }
}
