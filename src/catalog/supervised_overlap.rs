//! Overlap with a pattern one step from it, where the means of its examples are stored.

crate::closed_form! {
    /// Overlap one step from a pattern, in a large network that stores the means of noisy examples.
    ///
    /// # Statement
    /// $$ \sum_{k=0}^{M} \binom{M}{k} \left(\frac{1+r}{2}\right)^k \left(\frac{1-r}{2}\right)^{M-k} \operatorname{erf}\left(\frac{r (2k - M)/M}{\sqrt{2\alpha} (r^2 + (1-r^2)/M)}\right) $$
    /// α = K/N is the load, M the number of examples of each pattern, r their quality: the mean of a bit times that of
    /// its pattern.
    ///
    /// # Assumptions
    /// Random unbiased patterns, bits of the examples flipped independently, Hebb's rule on the means without
    /// self-coupling, zero temperature, N → ∞ at fixed α.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-examples.md`: the signal on a site is r times the mean of the M bits there, 2k − M
    /// over M; the noise is Gaussian of variance α (r² + (1−r²)/M)².
    ///
    /// # Source
    /// One step of the signal-to-noise argument of Agliari, Alemanno, Aquaro and Fachechi 2022, on supervised Hebbian
    /// learning, with the binomial law of the mean kept.
    ///
    /// # Numerics
    /// A sum of M + 1 terms, the binomials by their ratio; r = 0 or 1 leave a single factor zero to the power zero, which is one.
    ///
    /// # Limits
    /// r = 1: erf(1/√(2α)), Hebb's rule. r = 0: 0.
    SUPERVISED_OVERLAP {
        id: "supervised-overlap",
        estimand: "one-step-overlap",
        latex: r"\sum_{k=0}^{M} \binom{M}{k} \left(\frac{1+r}{2}\right)^k \left(\frac{1-r}{2}\right)^{M-k} \operatorname{erf}\left(\frac{r (2k - M)/M}{\sqrt{2\alpha} (r^2 + (1-r^2)/M)}\right)",
        symbols: &[(r"M", "integer >= 1"), (r"r", "real in (0, 1)"), (r"\alpha", "real > 0")],
        value: |x| binomial_mean(x[0], x[1], |mean| {
            let (m, r, load) = (x[0], x[1], x[2]);
            core_math::erf(r * mean / ((2.0 * load).sqrt() * (r * r + (1.0 - r * r) / m)))
        }),
        wrong_twin: r"\sum_{k=0}^{M} \binom{M}{k} \left(\frac{1+r}{2}\right)^k \left(\frac{1-r}{2}\right)^{M-k} \operatorname{erf}\left(\frac{r (2k - M)/M}{\sqrt{2\alpha} (r^2 + (1-r)^2/M)}\right)",
        since: "0.1.0",
    }
}

/// E f(mean of m signs), each of mean r.
pub(super) fn binomial_mean(m: f64, r: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (up, down) = ((1.0 + r) / 2.0, (1.0 - r) / 2.0);
    let mut binomial = 1.0f64;
    let mut sum = 0.0;
    for k in 0..=m as i32 {
        let weight = binomial * up.powi(k) * down.powi(m as i32 - k);
        sum += weight * f((2.0 * f64::from(k) - m) / m);
        binomial *= (m - f64::from(k)) / (f64::from(k) + 1.0);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_examples_leave_the_one_step_overlap_of_hebb() {
        let value = (SUPERVISED_OVERLAP.value)(&[4.0, 1.0, 0.2]);
        assert!((value - core_math::erf((1.0 / 0.4f64).sqrt())).abs() < 1e-15, "{value}");
        assert_eq!((SUPERVISED_OVERLAP.value)(&[4.0, 0.0, 0.2]), 0.0);
    }

    #[test]
    fn binomial_weights_have_their_moments() {
        for (m, r) in [(1.0, 0.3), (7.0, 0.6), (40.0, 0.1)] {
            assert!((binomial_mean(m, r, |_| 1.0) - 1.0).abs() < 1e-14);
            assert!((binomial_mean(m, r, |x| x) - r).abs() < 1e-14);
            assert!((binomial_mean(m, r, |x| x * x) - (r * r + (1.0 - r * r) / m)).abs() < 1e-14);
        }
    }
}
