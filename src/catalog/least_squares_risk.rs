//! Excess risk of ordinary least squares.

crate::closed_form! {
    /// Excess risk of ordinary least squares.
    ///
    /// # Statement
    /// $$ \frac{\sigma^2 d}{n - d - 1} $$
    /// E‖ŵ − w‖² for ŵ = (XᵀX)⁻¹Xᵀ(Xw + σz), X an n × d matrix and z a vector of independent standard normals: the error
    /// on a fresh input, less the σ² that no estimator can save.
    ///
    /// # Assumptions
    /// White Gaussian inputs, white noise of variance σ² and any law, n > d + 1.
    ///
    /// # Derivation
    /// Given X the error is σ² tr (XᵀX)⁻¹; the inverse Wishart matrix has mean 𝕀/(n − d − 1).
    ///
    /// # Source
    /// Anderson 2003, *An Introduction to Multivariate Statistical Analysis*, §7.7, for the inverse Wishart moments.
    ///
    /// # Numerics
    /// Diverges at n = d + 1; not defined below.
    ///
    /// # Limits
    /// n ≫ d: σ² d/n. d/n → γ: σ² γ/(1 − γ).
    LEAST_SQUARES_RISK {
        id: "least-squares-risk",
        estimand: "excess-risk",
        latex: r"\frac{\sigma^2 d}{n - d - 1}",
        symbols: &[(r"\sigma", "real > 0"), (r"d", "integer >= 1"), (r"n", "integer >= 16")],
        value: |x| x[0] * x[0] * x[1] / (x[2] - x[1] - 1.0),
        wrong_twin: r"\frac{\sigma^2 d}{n - d}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// d = 1 and 2: σ² E 1/χ²_n by quadrature, and σ² E tr of the inverse of a 2 × 2 Wishart matrix by Bartlett's
    /// decomposition: (a² + b² + c²)/(a² c²) with a² ~ χ²_n, c² ~ χ²_{n−1}, b normal.
    #[test]
    fn one_and_two_dimensions_by_quadrature() {
        let average = |degrees: f64, f: &dyn Fn(f64) -> f64| {
            let (mut weight, mut sum) = (0.0, 0.0);
            for k in 0..200_000 {
                let x = (f64::from(k) + 0.5) * 1e-3;
                let density = x.powf(degrees / 2.0 - 1.0) * (-x / 2.0).exp();
                weight += density;
                sum += density * f(x);
            }
            sum / weight
        };
        let inverse = |degrees: f64| average(degrees, &|x| 1.0 / x);
        let risk = |d: f64| (LEAST_SQUARES_RISK.value)(&[0.7, d, 19.0]);
        assert!((risk(1.0) / (0.49 * inverse(19.0)) - 1.0).abs() < 1e-6);
        let two = inverse(18.0) + inverse(19.0) + inverse(19.0) * inverse(18.0);
        assert!((risk(2.0) / (0.49 * two) - 1.0).abs() < 1e-6);
    }
}
