//! Overlap with a pattern one step from it, where every example is stored.

use super::supervised_overlap::binomial_mean;

crate::closed_form! {
    /// Overlap one step from a pattern, in a large network that stores every noisy example.
    ///
    /// # Statement
    /// $$ \sum_{k=0}^{M} \binom{M}{k} \left(\frac{1+r}{2}\right)^k \left(\frac{1-r}{2}\right)^{M-k} \operatorname{erf}\left(\frac{r (2k - M)/M}{\sqrt{2\alpha (r^4 + (1-r^4)/M)}}\right) $$
    /// α = K/N is the load, M the number of examples of each pattern, r their quality: the mean of a bit times that of
    /// its pattern.
    ///
    /// # Assumptions
    /// Random unbiased patterns, bits of the examples flipped independently, Hebb's rule on all examples without
    /// self-coupling, zero temperature, N → ∞ at fixed α.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-examples.md`: the signal on a site is r times the mean of the M bits there, 2k − M
    /// over M; the noise is Gaussian of variance α (r⁴ + (1−r⁴)/M).
    ///
    /// # Source
    /// One step of the signal-to-noise argument of Agliari, Alemanno, Aquaro and Fachechi 2022, on unsupervised Hebbian
    /// learning, with the binomial law of the mean kept.
    ///
    /// # Numerics
    /// A sum of M + 1 terms, the binomials by their ratio.
    ///
    /// # Limits
    /// r = 1: erf(1/√(2α)), Hebb's rule. M = 1: r erf(r/√(2α)), as with a teacher.
    UNSUPERVISED_OVERLAP {
        id: "unsupervised-overlap",
        estimand: "one-step-overlap",
        latex: r"\sum_{k=0}^{M} \binom{M}{k} \left(\frac{1+r}{2}\right)^k \left(\frac{1-r}{2}\right)^{M-k} \operatorname{erf}\left(\frac{r (2k - M)/M}{\sqrt{2\alpha (r^4 + (1-r^4)/M)}}\right)",
        symbols: &[(r"M", "integer >= 1"), (r"r", "real in (0, 1)"), (r"\alpha", "real > 0")],
        value: |x| binomial_mean(x[0], x[1], |mean| {
            let (m, r, load) = (x[0], x[1], x[2]);
            core_math::erf(r * mean / (2.0 * load * (r.powi(4) + (1.0 - r.powi(4)) / m)).sqrt())
        }),
        wrong_twin: r"\sum_{k=0}^{M} \binom{M}{k} \left(\frac{1+r}{2}\right)^k \left(\frac{1-r}{2}\right)^{M-k} \operatorname{erf}\left(\frac{r (2k - M)/M}{\sqrt{2\alpha (r^2 + (1-r^4)/M)}}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::super::supervised_overlap::SUPERVISED_OVERLAP;
    use super::*;

    #[test]
    fn one_example_needs_no_teacher_and_more_do() {
        for r in [0.2, 0.7] {
            let one = [1.0, r, 0.3];
            assert!(((UNSUPERVISED_OVERLAP.value)(&one) - (SUPERVISED_OVERLAP.value)(&one)).abs() < 1e-15);
            let many = [9.0, r, 0.3];
            assert!((UNSUPERVISED_OVERLAP.value)(&many) < (SUPERVISED_OVERLAP.value)(&many));
        }
    }
}
