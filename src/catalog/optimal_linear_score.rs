//! Eigenvalue of the optimal linear score.

crate::closed_form! {
    /// Eigenvalue of the optimal linear score.
    ///
    /// # Statement
    /// $$ \frac{1}{1 - e^{-2t} + e^{-2t} c} $$
    /// c is an eigenvalue of the second-moment matrix of the data, t the time of the Ornstein–Uhlenbeck process
    /// dx = −x dt + √2 dB; the score −Wx that minimises the denoising loss has this eigenvalue of W.
    ///
    /// # Assumptions
    /// c ≥ 0, t > 0; a linear score without constant term.
    ///
    /// # Derivation
    /// `derivations/diffusion/optimal-linear-score.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*; Vincent 2011 for the loss.
    ///
    /// # Numerics
    /// 1 − e^{-2t} by `expm1`: no cancellation at small t.
    ///
    /// # Limits
    /// t → 0: 1/c. t → ∞: 1. c = 1: 1 at every t. c = 0: 1/(1 − e^{-2t}).
    OPTIMAL_LINEAR_SCORE {
        id: "optimal-linear-score",
        estimand: "optimal-score",
        latex: r"\frac{1}{1 - e^{-2t} + e^{-2t} c}",
        symbols: &[(r"c", "real > 0"), (r"t", "real > 0")],
        value: |x| 1.0 / ((-2.0 * x[1]).exp() * x[0] - (-2.0 * x[1]).exp_m1()),
        wrong_twin: r"\frac{1}{1 - e^{-t} + e^{-t} c}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimises_the_loss_of_one_mode() {
        // E(−wx + z/√Δ)² with x = √c e^{-t} a + √Δ z.
        for (c, t) in [(0.2, 0.4), (3.0, 0.05), (1.0, 2.0)] {
            let delta = 1.0 - (-2.0f64 * t).exp();
            let loss = |w: f64| w * w * c * (1.0 - delta) + (1.0 / delta.sqrt() - w * delta.sqrt()).powi(2);
            let w = (OPTIMAL_LINEAR_SCORE.value)(&[c, t]);
            assert!(loss(w) < loss(w * 1.001) && loss(w) < loss(w * 0.999));
        }
        assert!(((OPTIMAL_LINEAR_SCORE.value)(&[1.0, 1e-12]) - 1.0).abs() < 1e-15);
    }
}
