//! Excess entropy of n separate Gaussians over the noised data set.

crate::closed_form! {
    /// Excess entropy of n separate Gaussians over the noised data set.
    ///
    /// # Statement
    /// $$ \max\left(0, \alpha - \frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{2t} - 1}\right)\right) $$
    /// Per dimension; α = log(n)/d, σ² is the variance of the data in every direction. It vanishes up to the collapse
    /// time.
    ///
    /// # Assumptions
    /// n independent points from N(m, σ²I), d → ∞ at fixed α.
    ///
    /// # Derivation
    /// `derivations/diffusion/excess-entropy.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on the entropy
    /// criterion.
    ///
    /// # Numerics
    /// e^{2t} − 1 by expm1.
    ///
    /// # Limits
    /// t → ∞: α. t below `collapse-time`: 0.
    EXCESS_ENTROPY {
        id: "excess-entropy",
        estimand: "excess-entropy",
        latex: r"\max\left(0, \alpha - \frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{2t} - 1}\right)\right)",
        symbols: &[(r"\alpha", "real > 0"), (r"\sigma", "real > 0"), (r"t", "real > 0")],
        value: |x| (x[0] - 0.5 * (x[1] * x[1] / (2.0 * x[2]).exp_m1()).ln_1p()).max(0.0),
        wrong_twin: r"\max\left(0, \alpha - \frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{t} - 1}\right)\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::noised_gaussian_entropy::NOISED_GAUSSIAN_ENTROPY;
    use crate::catalog::separate_gaussians_entropy::SEPARATE_GAUSSIANS_ENTROPY;

    /// After collapse time the noised data set has the entropy of the noised law: a difference of two entropies.
    #[test]
    fn is_a_difference_of_entropies() {
        let (n, d, sigma) = (5000.0f64, 12.0, 1.2);
        for t in [0.5, 1.0, 3.0] {
            let separate = (SEPARATE_GAUSSIANS_ENTROPY.value)(&[n, d, t]);
            let expected = separate - (NOISED_GAUSSIAN_ENTROPY.value)(&[sigma, t]);
            assert!(expected > 0.0);
            assert!(((EXCESS_ENTROPY.value)(&[n.ln() / d, sigma, t]) - expected).abs() < 1e-12);
        }
    }
}
