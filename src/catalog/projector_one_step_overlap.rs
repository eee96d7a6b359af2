//! Overlap after one step under the projector rule, self-coupling kept.

crate::closed_form! {
    /// Overlap after one parallel step under the projector rule, self-coupling kept.
    ///
    /// # Statement
    /// $$ \frac{1+p}{2} \operatorname{erf}\left(\frac{p + \alpha(1-p)}{\sqrt{2(1-p^2)\alpha(1-\alpha)}}\right)
    ///  + \frac{1-p}{2} \operatorname{erf}\left(\frac{p - \alpha(1+p)}{\sqrt{2(1-p^2)\alpha(1-\alpha)}}\right) $$
    /// p is the initial overlap with a stored pattern, α = K/N the load.
    ///
    /// # Assumptions
    /// Random unbiased patterns, J the projector on their span, zero temperature, N → ∞ at fixed 0 < α < 1; bits flipped
    /// independently of the patterns.
    ///
    /// # Derivation
    /// `derivations/networks/projector-rule.md`: J_ii → α and Σ_{j≠i} J_ij² → α(1 − α).
    ///
    /// # Source
    /// Kanter and Sompolinsky 1987, *Associative recall of memory without errors*, first step with J_ii kept.
    ///
    /// # Numerics
    /// Both terms are positive for p > α/(1 − α); no cancellation there.
    ///
    /// # Limits
    /// p → 1: 1. α → 1: p (nothing moves). α → 0: sgn p.
    PROJECTOR_ONE_STEP_OVERLAP {
        id: "projector-one-step-overlap",
        estimand: "one-step-overlap",
        latex: r"\frac{1+p}{2} \operatorname{erf}\left(\frac{p + \alpha(1-p)}{\sqrt{2(1-p^2)\alpha(1-\alpha)}}\right) + \frac{1-p}{2} \operatorname{erf}\left(\frac{p - \alpha(1+p)}{\sqrt{2(1-p^2)\alpha(1-\alpha)}}\right)",
        symbols: &[(r"p", "real in (0, 1)"), (r"\alpha", "real in (0, 1)")],
        value: value,
        wrong_twin: r"\operatorname{erf}\left(\frac{p + \alpha(1-p)}{\sqrt{2(1-p^2)\alpha(1-\alpha)}}\right)",
        since: "0.1.0",
    }
}

fn value(x: &[f64]) -> f64 {
    let (p, alpha) = (x[0], x[1]);
    let noise = (2.0 * (1.0 - p) * (1.0 + p) * alpha * (1.0 - alpha)).sqrt();
    0.5 * (1.0 + p) * core_math::erf((p + alpha * (1.0 - p)) / noise)
        + 0.5 * (1.0 - p) * core_math::erf((p - alpha * (1.0 + p)) / noise)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        assert!((value(&[0.5, 1.0 - 1e-9]) - 0.5).abs() < 1e-12);
        assert!((value(&[1.0 - 1e-12, 0.3]) - 1.0).abs() < 1e-11);
        assert!((value(&[0.1, 1e-9]) - 1.0).abs() < 1e-12);
    }
}
