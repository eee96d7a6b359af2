//! Probability that two clones end in the same class.

crate::closed_form! {
    /// Probability that two clones end in the same class.
    ///
    /// # Statement
    /// $$ \frac{1}{2} + \frac{1}{2} \mathbb{E}\left[\tanh\left(\kappa^2 + \kappa z\right)\right] $$
    /// κ = m√d e^{-t}/√(1 + (σ² − 1)e^{-2t}) is half the distance of the class means at time t over the standard
    /// deviation; z ~ N(0, 1). Also the probability of a U-turn at t to return to its class.
    ///
    /// # Assumptions
    /// ½ N(m𝟙, σ²I) + ½ N(−m𝟙, σ²I) and the exact score; misclassification at t = 0 neglected. For spins in the limit
    /// of large d.
    ///
    /// # Derivation
    /// `derivations/diffusion/speciation.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on cloning.
    ///
    /// # Numerics
    /// The trapezoidal rule converges geometrically; about 1e-13.
    ///
    /// # Limits
    /// κ → 0: ½ + κ²/2. κ → ∞: 1. κ = 1: 0.77520025.
    SAME_CLASS_PROBABILITY {
        id: "same-class-probability",
        estimand: "same-class",
        latex: r"\frac{1}{2} + \frac{1}{2} \mathbb{E}\left[\tanh\left(\kappa^2 + \kappa z\right)\right]",
        symbols: &[(r"\kappa", "real > 0"), (r"z", "random real ~ N(0, 1)")],
        value: |x| 0.5 + 0.5 * crate::numeric::gaussian::expectation(|z| core_math::tanh(x[0] * (x[0] + z))),
        wrong_twin: r"\frac{1}{2} + \frac{1}{2} \mathbb{E}\left[\tanh\left(\kappa^2 + \kappa^2 z\right)\right]",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal_density;

    /// E[p₊² + p₋²] over the density of the mixture itself: ½ ∫ (G₊² + G₋²)/(G₊ + G₋).
    #[test]
    fn is_the_integral_over_the_mixture() {
        for kappa in [0.3f64, 1.0, 2.5] {
            let h = 1e-3;
            let term = |u: f64| {
                let (plus, minus) = (normal_density(u - kappa), normal_density(u + kappa));
                0.5 * h * (plus * plus + minus * minus) / (plus + minus)
            };
            let integral: f64 = (-15_000..=15_000).map(|k| term(f64::from(k) * h)).sum();
            assert!(((SAME_CLASS_PROBABILITY.value)(&[kappa]) - integral).abs() < 1e-10, "{kappa}");
        }
    }
}
