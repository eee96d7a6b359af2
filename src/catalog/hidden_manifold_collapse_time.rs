//! Collapse time of data on a hidden linear manifold.

crate::closed_form! {
    /// Collapse time of data on a hidden linear manifold.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log\left(1 + \frac{\sigma^2}{n^{2/D} - 1}\right) $$
    /// D is the dimension of the manifold; σ² is the variance of the data in every direction along it, n their number.
    /// The dimension of the surrounding space does not enter.
    ///
    /// # Assumptions
    /// n independent Gaussian points on a D-dimensional linear subspace, isotropic on it; n = e^{αD}, D → ∞ at fixed α.
    ///
    /// # Derivation
    /// `derivations/diffusion/collapse.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*; linear manifolds:
    /// Achilli, Ventura, Silvestri, Pham, Raya, Krotov, Lucibello and Ambrogioni 2024.
    ///
    /// # Numerics
    /// n^{2/D} − 1 by expm1.
    ///
    /// # Limits
    /// With variances λ_k along the manifold the condition is log n = ½ Σ_k log(1 + λ_k/(e^{2t} − 1)).
    HIDDEN_MANIFOLD_COLLAPSE_TIME {
        id: "hidden-manifold-collapse-time",
        estimand: "collapse-time",
        latex: r"\frac{1}{2} \log\left(1 + \frac{\sigma^2}{n^{2/D} - 1}\right)",
        symbols: &[(r"\sigma", "real > 0"), (r"n", "real > 1"), (r"D", "real > 0")],
        value: |x| 0.5 * (x[0] * x[0] / (2.0 * x[1].ln() / x[2]).exp_m1()).ln_1p(),
        wrong_twin: r"\frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{2/D} - 1}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Directions without data drop out of the volume ratio det(Δ I + e^{-2t} C)/det(Δ I), which is n at the collapse.
    #[test]
    fn empty_directions_do_not_count() {
        let (sigma, n, latent) = (1.3, 1097.0f64, 14);
        let t = (HIDDEN_MANIFOLD_COLLAPSE_TIME.value)(&[sigma, n, 14.0]);
        let noise = 1.0 - (-2.0 * t).exp();
        for d in [14usize, 56] {
            let variance = |k: usize| if k < latent { sigma * sigma } else { 0.0 };
            let ratio: f64 = (0..d).map(|k| 1.0 + variance(k) * (-2.0 * t).exp() / noise).product();
            assert!((ratio.sqrt() / n - 1.0).abs() < 1e-9);
        }
    }
}
