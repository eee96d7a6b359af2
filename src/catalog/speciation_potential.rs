//! Potential of the order parameter μ = Σ x_i / √d in the backward process.

/// log cosh y without overflow.
fn log_cosh(y: f64) -> f64 {
    y.abs() + ((-2.0 * y.abs()).exp() / 2.0 + 0.5).ln()
}

crate::closed_form! {
    /// Potential of the order parameter μ = Σ x_i / √d in the backward process.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \mu^2 - 2 \log \cosh\left(m \sqrt{d} e^{-t} \mu\right) $$
    /// The order parameter moves by dμ = −V'(μ) dτ + √2 dW. m is the mean of each coordinate in the positive class.
    ///
    /// # Assumptions
    /// Two balanced classes of means ±m𝟙, large t (e^{-t} ≪ 1, Δ_t → 1) at fixed √d e^{-t}.
    ///
    /// # Derivation
    /// `derivations/diffusion/speciation.md`.
    ///
    /// # Source
    /// Biroli and Mézard 2023, *Generative diffusion in very large dimensions*; Biroli, Bonnaire, de Bortoli and Mézard
    /// 2024, *Dynamical regimes of diffusion models*, section on speciation.
    ///
    /// # Numerics
    /// log cosh y = |y| + log((1 + e^{−2|y|})/2), which does not overflow.
    ///
    /// # Limits
    /// √d e^{-t} → 0: μ²/2. √d e^{-t} → ∞: μ²/2 − 2m√d e^{-t}|μ|, a double well.
    SPECIATION_POTENTIAL {
        id: "speciation-potential",
        estimand: "potential",
        latex: r"\frac{1}{2} \mu^2 - 2 \log \cosh\left(m \sqrt{d} e^{-t} \mu\right)",
        symbols: &[(r"\mu", "real"), (r"m", "real > 0"), (r"d", "real > 0"), (r"t", "real > 0")],
        value: |x| 0.5 * x[0] * x[0] - 2.0 * log_cosh(x[1] * x[2].sqrt() * (-x[3]).exp() * x[0]),
        wrong_twin: r"\frac{1}{2} \mu^2 - \log \cosh\left(m \sqrt{d} e^{-t} \mu\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −V' is the drift −μ + 2k tanh(kμ) of the projected backward equation, with the score of two Gaussians written
    /// out in one dimension by a difference quotient of the log density.
    #[test]
    fn its_gradient_is_the_backward_drift() {
        let (m, d, t): (f64, f64, f64) = (0.8, 90.0, 2.0);
        let k = m * d.sqrt() * (-t).exp();
        let log_density = |u: f64| ((-(u - k).powi(2) / 2.0).exp() + (-(u + k).powi(2) / 2.0).exp()).ln();
        let slope = |f: &dyn Fn(f64) -> f64, u: f64| (f(u + 1e-5) - f(u - 1e-5)) / 2e-5;
        for mu in [-3.0, -0.4, 0.9, 5.0] {
            let potential = |u: f64| (SPECIATION_POTENTIAL.value)(&[u, m, d, t]);
            assert!((-slope(&potential, mu) - (mu + 2.0 * slope(&log_density, mu))).abs() < 1e-7, "{mu}");
        }
        assert!((SPECIATION_POTENTIAL.value)(&[1e6, 1.0, 100.0, 0.1]).is_finite());
    }
}
