//! Collapse time of the empirical score.

crate::closed_form! {
    /// Collapse time of the empirical score.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log\left(1 + \frac{\sigma^2}{n^{2/d} - 1}\right) $$
    /// Below it a noised data point is recognised; σ² is the variance of the data in every direction, n their number, d
    /// the dimension.
    ///
    /// # Assumptions
    /// n independent points from N(m, σ²I) (or a mixture of such), n = e^{αd}, d → ∞ at fixed α.
    ///
    /// # Derivation
    /// `derivations/diffusion/collapse.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on collapse.
    ///
    /// # Numerics
    /// n^{2/d} − 1 by expm1, for large d.
    ///
    /// # Limits
    /// α → 0: −½ log(2α/σ²) grows without bound; n → ∞: 0.
    COLLAPSE_TIME {
        id: "collapse-time",
        estimand: "collapse-time",
        latex: r"\frac{1}{2} \log\left(1 + \frac{\sigma^2}{n^{2/d} - 1}\right)",
        symbols: &[(r"\sigma", "real > 0"), (r"n", "real > 1"), (r"d", "real > 0")],
        value: |x| 0.5 * (x[0] * x[0] / (2.0 * x[1].ln() / x[2]).exp_m1()).ln_1p(),
        wrong_twin: r"\frac{1}{2} \log\left(1 + \frac{\sigma^2}{n^{1/d} - 1}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::excess_entropy::EXCESS_ENTROPY;
    use crate::catalog::rem_annealed_free_energy::REM_ANNEALED_FREE_ENERGY;

    /// Three definitions: the free energy of the other points is ½, the excess entropy vanishes, and the n-th part of
    /// the volume of the noised data is that of the noise alone (log-volumes of Gaussians by their determinants).
    #[test]
    fn three_definitions_agree() {
        for (sigma, n, d) in [(1.0f64, 1e4f64, 20.0), (2.0, 300.0, 8.0), (0.5, 1e6, 40.0)] {
            let t = (COLLAPSE_TIME.value)(&[sigma, n, d]);
            let alpha = n.ln() / d;
            assert!(((REM_ANNEALED_FREE_ENERGY.value)(&[alpha, sigma, t]) - 0.5).abs() < 1e-12);
            assert!((EXCESS_ENTROPY.value)(&[alpha, sigma, t - 1e-3]) < 1e-12);
            assert!((EXCESS_ENTROPY.value)(&[alpha, sigma, t + 1e-3]) > 1e-5);
            let noise = 1.0 - (-2.0 * t).exp();
            let volume = 0.5 * d * ((noise + sigma * sigma * (-2.0 * t).exp()) / noise).ln();
            assert!((volume - n.ln()).abs() < 1e-9 * n.ln());
        }
    }
}
