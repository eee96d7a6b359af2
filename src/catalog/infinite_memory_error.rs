//! Error of the learner with infinite memory.

crate::closed_form! {
    /// Error of the learner with infinite memory after many draws from Zipf's law.
    ///
    /// # Statement
    /// $$ \frac{1}{\beta} \Gamma\left(1 - \frac{1}{\beta}\right) z^{-1/\beta} T^{-(1 - 1/\beta)} $$
    /// Probability of an item that T draws have not shown, if the item of rank i has the probability i^{−β}/z, z = ζ(β).
    ///
    /// # Assumptions
    /// T ≫ z, β > 1.
    ///
    /// # Derivation
    /// Σ p(1 − p)^T ≃ Σ p e^{−pT}, the sum replaced by its integral, with u = pT.
    ///
    /// # Source
    /// Hutter 2021, *Learning curve theory*.
    ///
    /// # Numerics
    /// The corrections are of relative order 1/T.
    ///
    /// # Limits
    /// β → ∞: 1/T times a constant; β → 1: no learning.
    INFINITE_MEMORY_ERROR {
        id: "infinite-memory-error",
        estimand: "unknown-mass",
        latex: r"\frac{1}{\beta} \Gamma\left(1 - \frac{1}{\beta}\right) z^{-1/\beta} T^{-(1 - 1/\beta)}",
        symbols: &[(r"\beta", "real in (1.05, 8)"), (r"z", "real > 1"), (r"T", "real > 1")],
        value: |x| {
            let c = 1.0 - 1.0 / x[0];
            core_math::tgamma(c) / x[0] * x[1].powf(-1.0 / x[0]) * x[2].powf(-c)
        },
        wrong_twin: r"\frac{1}{\beta} \Gamma\left(1 - \frac{1}{\beta}\right) z^{-1/\beta} T^{-1/\beta}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum itself at β = 2, z = π²/6: all items up to 4 · 10⁵, and the tail that nobody has seen.
    #[test]
    fn is_the_sum_at_many_draws() {
        let (z, draws, reach) = (std::f64::consts::PI.powi(2) / 6.0, 20_000.0, 400_000);
        let seen: f64 = (1..reach).rev().map(|i| f64::from(i).powi(-2) / z).map(|p| p * (1.0 - p).powf(draws)).sum();
        let sum = seen + 1.0 / z / (f64::from(reach) - 0.5);
        assert!(((INFINITE_MEMORY_ERROR.value)(&[2.0, z, draws]) / sum - 1.0).abs() < 2e-4);
    }
}
