//! Risk of least squares after generations of relabelling, with all data kept.

crate::closed_form! {
    /// Risk of least squares when every generation adds data labelled by the one before, and is fitted to all.
    ///
    /// # Statement
    /// $$ \sigma^2 d \sum_{i=1}^n \frac{1}{i \left( i T - d - 1 \right)} $$
    /// E‖w_n − w‖² after n generations of T rows of white Gaussian inputs each, all of which are kept.
    ///
    /// # Assumptions
    /// Inputs and noise are fresh in every generation; T > d + 1.
    ///
    /// # Derivation
    /// With G_i the Gram matrix of all rows up to generation i, w_i − w_{i−1} = G_i⁻¹X_iᵀE_i, of mean square
    /// σ² E tr(G_i⁻²X_iᵀX_i). The i blocks of rows are exchangeable, so that this is σ² E tr(G_i⁻¹)/i.
    ///
    /// # Source
    /// Gerstgrasser et al. 2024, *Is model collapse inevitable?* (the bound π²/6); the finite sum is derived here.
    ///
    /// # Numerics
    /// Diverges at T = d + 1.
    ///
    /// # Limits
    /// T ≫ d: σ²(d/T) Σ 1/i², at most π²/6 times the risk of one fit, however many generations there are.
    ACCUMULATED_LEAST_SQUARES_RISK {
        id: "accumulated-least-squares-risk",
        estimand: "accumulated-risk",
        latex: r"\sigma^2 d \sum_{i=1}^n \frac{1}{i \left( i T - d - 1 \right)}",
        symbols: &[
            (r"\sigma", "real > 0"),
            (r"d", "integer >= 1"),
            (r"T", "integer >= 20"),
            (r"n", "integer >= 1"),
        ],
        value: |x| {
            let sum: f64 = (1..=x[3] as u32).map(f64::from).map(|i| 1.0 / (i * (i * x[2] - x[1] - 1.0))).sum();
            x[0] * x[0] * x[1] * sum
        },
        wrong_twin: r"\sigma^2 d \sum_{i=1}^n \frac{1}{i T - d - 1}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::least_squares_risk::LEAST_SQUARES_RISK;

    #[test]
    fn first_generation_and_the_bound() {
        let risk = |t: f64, n: f64| (ACCUMULATED_LEAST_SQUARES_RISK.value)(&[0.6, 4.0, t, n]);
        assert!((risk(31.0, 1.0) - (LEAST_SQUARES_RISK.value)(&[0.6, 4.0, 31.0])).abs() < 1e-15);
        let limit = std::f64::consts::PI.powi(2) / 6.0 * 0.36 * 4.0 / 1e6;
        assert!((risk(1e6, 10_000.0) / limit - 1.0).abs() < 1e-4);
    }
}
