//! Entropy per dimension of noised Gaussian data.

crate::closed_form! {
    /// Entropy per dimension of noised Gaussian data.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log\left(2\pi e\left(1 + \left(\sigma^2 - 1\right) e^{-2t}\right)\right) $$
    /// σ² is the variance of the data in every direction.
    ///
    /// # Assumptions
    /// Data from N(m, σ²I), infinitely many.
    ///
    /// # Derivation
    /// `derivations/diffusion/excess-entropy.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on the entropy
    /// criterion.
    ///
    /// # Numerics
    /// None.
    ///
    /// # Limits
    /// t → ∞: ½ log(2πe).
    NOISED_GAUSSIAN_ENTROPY {
        id: "noised-gaussian-entropy",
        estimand: "entropy",
        latex: r"\frac{1}{2} \log\left(2\pi e\left(1 + \left(\sigma^2 - 1\right) e^{-2t}\right)\right)",
        symbols: &[(r"\sigma", "real > 0"), (r"t", "real > 0")],
        value: |x| 0.5 * (std::f64::consts::TAU * std::f64::consts::E * (1.0 + (x[0] * x[0] - 1.0) * (-2.0 * x[1]).exp())).ln(),
        wrong_twin: r"\frac{1}{2} \log\left(2\pi\left(1 + \left(\sigma^2 - 1\right) e^{-2t}\right)\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_integral_of_the_noised_density() {
        let (sigma, t) = (1.8f64, 0.4f64);
        let variance = sigma * sigma * (-2.0 * t).exp() + 1.0 - (-2.0 * t).exp();
        let h = 1e-3;
        let density = |x: f64| (-x * x / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt();
        let entropy: f64 = (-20_000..=20_000).map(|k| density(f64::from(k) * h)).map(|p| -h * p * p.ln()).sum();
        assert!(((NOISED_GAUSSIAN_ENTROPY.value)(&[sigma, t]) - entropy).abs() < 1e-9);
    }
}
