//! Distance between the empirical and the perfect linear score.

crate::closed_form! {
    /// Distance between the empirical and the perfect linear score, for isotropic data and many points.
    ///
    /// # Statement
    /// $$ e^{-4t} d (d + 1) $$
    /// The limit n → ∞ of n E‖W_opt − W_perfect‖² in the Frobenius norm, in dimension d at diffusion time t.
    ///
    /// # Assumptions
    /// Data from N(0, I_d); W_opt from the second-moment matrix of n points, W_perfect = I.
    ///
    /// # Derivation
    /// `derivations/diffusion/optimal-linear-score.md`: first order in C^e − I, whose entries have the Wishart covariance.
    ///
    /// # Source
    /// Anderson 2003, *Multivariate Statistical Analysis*, ch. 7, on the Wishart distribution.
    ///
    /// # Numerics
    /// Exact up to one exponential.
    ///
    /// # Limits
    /// t → ∞: 0. d = 1: 2e^{-4t}.
    SCORE_DISTANCE {
        id: "score-distance",
        estimand: "scaled-square-distance",
        latex: r"e^{-4t} d (d + 1)",
        symbols: &[(r"d", "integer >= 1"), (r"t", "real > 0")],
        value: |x| (-4.0 * x[1]).exp() * x[0] * (x[0] + 1.0),
        wrong_twin: r"e^{-4t} d^2",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dimension_matches_the_variance_of_chi_square() {
        // d = 1: δW = −e^{-2t} δC to first order, and n Var(χ²_n/n) = 2.
        assert!(((SCORE_DISTANCE.value)(&[1.0, 0.3]) - 2.0 * (-1.2f64).exp()).abs() < 1e-15);
    }
}
