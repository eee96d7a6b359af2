//! Explained variance of a fitted linear reader on new recordings.

crate::closed_form! {
    /// Explained variance of a fitted linear reader on new recordings.
    ///
    /// # Statement
    /// $$ 1 - \frac{\sigma^2}{g + \sigma^2} \frac{n - 1}{n - d - 1} $$
    /// 1 − E(s − ŵᵀX)² for a standard normal number s in d channels X = s v + σ z, |v|² = g, and the least-squares reader ŵ
    /// of n other recordings.
    ///
    /// # Assumptions
    /// Independent standard normals s and z, n > d + 1, no offset fitted.
    ///
    /// # Derivation
    /// s and X are jointly normal: s = wᵀX + τ e with τ² = σ²/(g + σ²). The error of ŵ in the metric of the covariance of X
    /// is that of least squares on white inputs, τ² d/(n − d − 1), and τ² is left by the best reader.
    ///
    /// # Source
    /// Anderson 2003, *An Introduction to Multivariate Statistical Analysis*, §7.7, for the inverse Wishart moments.
    ///
    /// # Numerics
    /// Diverges at n = d + 1; not defined below.
    ///
    /// # Limits
    /// n → ∞: g/(g + σ²), what can be read. g → 0: −d/(n − d − 1), less than nothing.
    LINEAR_READABILITY {
        id: "linear-readability",
        estimand: "explained",
        latex: r"1 - \frac{\sigma^2}{g + \sigma^2} \frac{n - 1}{n - d - 1}",
        symbols: &[(r"\sigma", "real > 0"), (r"g", "real > 0"), (r"d", "integer >= 1"), (r"n", "integer >= 16")],
        value: |x| 1.0 - x[0] * x[0] / (x[1] + x[0] * x[0]) * (x[3] - 1.0) / (x[3] - x[2] - 1.0),
        wrong_twin: r"1 - \frac{\sigma^2}{g + \sigma^2} \frac{n}{n - d}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One channel: E(s − ŵx)² = E s² − 2 E[ŵ] c + E[ŵ²] (g + σ²) with c = √g, and the moments of ŵ by quadrature over
    /// χ²_n: ŵ is c/(g + σ²) on average and has the variance τ² E 1/χ²_n/(g + σ²).
    #[test]
    fn one_channel_by_quadrature() {
        let (sigma, g, n) = (0.8_f64, 2.0_f64, 17.0_f64);
        let (mut weight, mut inverse) = (0.0, 0.0);
        for k in 0..200_000 {
            let x = (f64::from(k) + 0.5) * 1e-3;
            let density = x.powf(n / 2.0 - 1.0) * (-x / 2.0).exp();
            weight += density;
            inverse += density / x;
        }
        let variance = g + sigma * sigma;
        let (mean, left) = (g.sqrt() / variance, sigma * sigma / variance);
        let square = mean * mean + left * (inverse / weight) / variance;
        let error = 1.0 - 2.0 * mean * g.sqrt() + square * variance;
        let value = (LINEAR_READABILITY.value)(&[sigma, g, 1.0, n]);
        assert!((value - (1.0 - error)).abs() < 1e-7, "{value} against {}", 1.0 - error);
    }
}
