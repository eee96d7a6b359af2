//! Risk of least squares after generations of relabelling.

crate::closed_form! {
    /// Risk of least squares when every generation is fitted to labels made by the one before.
    ///
    /// # Statement
    /// $$ \sigma^2 d \left( \frac{1}{T - d - 1} + \frac{n - 1}{T_0 - d - 1} \right) $$
    /// E‖w_n − w‖² after n fits to white Gaussian inputs: n − 1 with T₀ rows, the last with T. Only the first sees labels of the
    /// true weights.
    ///
    /// # Assumptions
    /// Inputs and noise are fresh in every generation; T, T₀ > d + 1.
    ///
    /// # Derivation
    /// w_i − w_{i−1} = (X_iᵀX_i)⁻¹X_iᵀE_i: these are independent with mean zero, so that their mean squares add up, each of them
    /// the risk of one fit.
    ///
    /// # Source
    /// Dohmatob, Feng and Kempe 2024, *Model collapse demystified: the case of regression*.
    ///
    /// # Numerics
    /// Diverges at T = d + 1 and at T₀ = d + 1; not defined below.
    ///
    /// # Limits
    /// T, T₀ ≫ d: σ²d/T + (n − 1)σ²d/T₀. n = 1: a single fit.
    LEAST_SQUARES_GENERATIONS_RISK {
        id: "least-squares-generations-risk",
        estimand: "replaced-risk",
        latex: r"\sigma^2 d \left( \frac{1}{T - d - 1} + \frac{n - 1}{T_0 - d - 1} \right)",
        symbols: &[
            (r"\sigma", "real > 0"),
            (r"d", "integer >= 1"),
            (r"T", "integer >= 20"),
            (r"T_0", "integer >= 20"),
            (r"n", "integer >= 1"),
        ],
        value: |x| x[0] * x[0] * x[1] * (1.0 / (x[2] - x[1] - 1.0) + (x[4] - 1.0) / (x[3] - x[1] - 1.0)),
        wrong_twin: r"\sigma^2 d \left( \frac{1}{T - d - 1} + \frac{n}{T_0 - d - 1} \right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::least_squares_risk::LEAST_SQUARES_RISK;

    #[test]
    fn every_generation_adds_the_risk_of_its_fit() {
        let risk = |n: f64| (LEAST_SQUARES_GENERATIONS_RISK.value)(&[0.6, 4.0, 31.0, 24.0, n]);
        let fit = |rows: f64| (LEAST_SQUARES_RISK.value)(&[0.6, 4.0, rows]);
        assert!((risk(1.0) - fit(31.0)).abs() < 1e-15);
        assert!((risk(5.0) - risk(4.0) - fit(24.0)).abs() < 1e-14);
    }
}
