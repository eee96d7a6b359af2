//! Error of the Wiener filter in one mode.

crate::closed_form! {
    /// Mean-square error of the Wiener filter in one mode.
    ///
    /// # Statement
    /// $$ \frac{\beta\sigma^2}{\beta + \sigma^2} $$
    /// β is the variance of the signal along an eigenvector of its covariance, σ² the variance of the noise. The error of a
    /// signal with covariance C is the sum over the spectrum of C.
    ///
    /// # Assumptions
    /// Signal and noise have mean zero and are uncorrelated; the noise is white; β ≥ 0, σ > 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/wiener-filter.md`.
    ///
    /// # Source
    /// Wiener 1949; Mallat 2009, *A Wavelet Tour of Signal Processing*, §11.1.
    ///
    /// # Numerics
    /// One rounding each of a quotient and a product; no cancellation anywhere.
    ///
    /// # Limits
    /// β → 0: β. β → ∞: σ². β = σ²: half of either.
    WIENER_MSE {
        id: "wiener-mse",
        estimand: "mse",
        latex: r"\frac{\beta\sigma^2}{\beta + \sigma^2}",
        symbols: &[(r"\beta", "real > 0"), (r"\sigma", "real > 0")],
        value: |x| x[0] * (x[1] * x[1] / (x[0] + x[1] * x[1])),
        wrong_twin: r"\frac{\beta^2}{\beta + \sigma^2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_smallest_error_of_any_factor() {
        for (beta, sigma) in [(0.3, 0.7), (5.0, 0.1), (1.0, 1.0)] {
            let risk = |h: f64| (1.0 - h).powi(2) * beta + h * h * sigma * sigma;
            let best = (0..=100_000).map(|k| risk(k as f64 * 1e-5)).fold(f64::INFINITY, f64::min);
            assert!(((WIENER_MSE.value)(&[beta, sigma]) - best).abs() < 1e-9);
        }
        assert_eq!((WIENER_MSE.value)(&[1.0, 1.0]), 0.5);
    }
}
