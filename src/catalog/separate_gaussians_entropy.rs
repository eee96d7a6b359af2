//! Entropy per dimension of n separate Gaussians.

crate::closed_form! {
    /// Entropy per dimension of n separate Gaussians.
    ///
    /// # Statement
    /// $$ \frac{\log n}{d} + \frac{1}{2} + \frac{1}{2} \log\left(2\pi\left(1 - e^{-2t}\right)\right) $$
    /// The mixture of n Gaussians of variance Δ_t = 1 − e^{-2t} that do not overlap.
    ///
    /// # Assumptions
    /// Distances between the centres much larger than √(dΔ_t).
    ///
    /// # Derivation
    /// `derivations/diffusion/excess-entropy.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on the entropy
    /// criterion.
    ///
    /// # Numerics
    /// Δ_t by expm1.
    ///
    /// # Limits
    /// t → 0: −∞. t → ∞: log(n)/d + ½ log(2πe).
    SEPARATE_GAUSSIANS_ENTROPY {
        id: "separate-gaussians-entropy",
        estimand: "entropy-of-separate-gaussians",
        latex: r"\frac{\log n}{d} + \frac{1}{2} + \frac{1}{2} \log\left(2\pi\left(1 - e^{-2t}\right)\right)",
        symbols: &[(r"n", "real >= 1"), (r"d", "real > 0"), (r"t", "real > 0")],
        value: |x| x[0].ln() / x[1] + 0.5 + 0.5 * (-std::f64::consts::TAU * (-2.0 * x[2]).exp_m1()).ln(),
        wrong_twin: r"\frac{\log n}{d} + \frac{1}{2} \log\left(2\pi\left(1 - e^{-2t}\right)\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three far peaks on a line: −∫ p log p by the trapezoidal rule.
    #[test]
    fn is_the_integral_for_far_peaks() {
        let t = 0.2f64;
        let variance = 1.0 - (-2.0 * t).exp();
        let gauss = |x: f64| (-x * x / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt();
        let h = 1e-3;
        let entropy: f64 = (-5_000..45_000)
            .map(|k| f64::from(k) * h)
            .map(|x| (gauss(x) + gauss(x - 20.0) + gauss(x - 40.0)) / 3.0)
            .filter(|p| *p > 0.0)
            .map(|p| -h * p * p.ln())
            .sum();
        assert!(((SEPARATE_GAUSSIANS_ENTROPY.value)(&[3.0, 1.0, t]) - entropy).abs() < 1e-9);
    }
}
