//! Risk of the oracle attenuation of one coefficient.

crate::closed_form! {
    /// Risk of the oracle attenuation of one coefficient.
    ///
    /// # Statement
    /// $$ \frac{a^2\sigma^2}{a^2 + \sigma^2} $$
    /// a is a coefficient of the signal in an orthonormal basis, σ the standard deviation of the noise; the oracle multiplies
    /// the observation by the best factor, a²/(a² + σ²).
    ///
    /// # Assumptions
    /// a fixed, noise of mean zero and variance σ² > 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/oracle.md`.
    ///
    /// # Source
    /// Donoho and Johnstone 1994, *Ideal spatial adaptation by wavelet shrinkage*, §2; Mallat 2009, *A Wavelet Tour of Signal Processing*, §11.2.
    ///
    /// # Numerics
    /// a² may underflow or overflow beyond 1e±154; the quotient is taken before the product.
    ///
    /// # Limits
    /// a = 0: 0. |a| → ∞: σ². |a| = σ: σ²/2, half of the binary oracle's risk.
    ORACLE_ATTENUATION_RISK {
        id: "oracle-attenuation-risk",
        estimand: "oracle-attenuation-risk",
        latex: r"\frac{a^2\sigma^2}{a^2 + \sigma^2}",
        symbols: &[(r"a", "real"), (r"\sigma", "real > 0")],
        value: |x| x[0] * x[0] * (x[1] * x[1] / (x[0] * x[0] + x[1] * x[1])),
        wrong_twin: r"\frac{a^2\sigma^2}{(a + \sigma)^2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_bias_squared_plus_variance_at_the_best_factor() {
        for (a, sigma) in [(0.2, 1.0), (-3.0, 0.5), (1.0, 1.0)] {
            let risk = |h: f64| ((1.0 - h) * a).powi(2) + h * h * sigma * sigma;
            let best = (0..=100_000).map(|k| risk(k as f64 * 1e-5)).fold(f64::INFINITY, f64::min);
            assert!(((ORACLE_ATTENUATION_RISK.value)(&[a, sigma]) - best).abs() < 1e-9);
        }
    }
}
