//! Speciation time from the largest eigenvalue of the data covariance.

crate::closed_form! {
    /// Speciation time from the largest eigenvalue of the data covariance.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log \Lambda $$
    /// Λ is the largest eigenvalue of the covariance of the data.
    ///
    /// # Assumptions
    /// The direction of Λ separates two classes and Λ grows with d; leading order in Λ.
    ///
    /// # Derivation
    /// `derivations/diffusion/landau.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on speciation.
    ///
    /// # Numerics
    /// None.
    ///
    /// # Limits
    /// Two Gaussians ±μ with covariance Σ: Λ = |μ|² + O(1), and the curvature of log p_t at 0 vanishes where e^{-2t}
    /// μᵀ(Δ_t I + e^{-2t}Σ)⁻¹μ = 1, that is at this time up to O(1/Λ).
    SPECIATION_TIME_GENERAL {
        id: "speciation-time-general",
        estimand: "speciation-time",
        latex: r"\frac{1}{2} \log \Lambda",
        symbols: &[(r"\Lambda", "real > 0")],
        value: |x| 0.5 * x[0].ln(),
        wrong_twin: r"\log \Lambda",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The zero of 1 = e^{-2t} |μ|²/(Δ_t + e^{-2t} σ²) approaches it like 1/Λ for Λ = |μ|² + σ².
    #[test]
    fn the_curvature_vanishes_there_to_leading_order() {
        for length in [100.0f64, 10_000.0] {
            let variance = 2.5;
            let exact = 0.5 * (length + 1.0 - variance).ln();
            let shrink = (-2.0 * exact).exp();
            assert!((shrink * length / (1.0 - shrink + shrink * variance) - 1.0).abs() < 1e-12);
            let claimed = (SPECIATION_TIME_GENERAL.value)(&[length + variance]);
            assert!((claimed - exact).abs() < 2.1 / length && (claimed - exact).abs() > 1.0 / length);
        }
    }
}
