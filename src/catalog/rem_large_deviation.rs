//! Generating function of the energies of the other data points.

/// g(λ) in terms of e^{2t} − 1.
pub(super) fn generating_function(lambda: f64, sigma: f64, t: f64) -> f64 {
    let (noise, data) = ((2.0 * t).exp_m1(), sigma * sigma);
    -0.5 * (lambda * data / noise).ln_1p() - 0.5 * lambda * (noise + data) / (noise + lambda * data)
}

crate::closed_form! {
    /// Generating function of the energies of the other data points.
    ///
    /// # Statement
    /// $$ -\frac{1}{2} \log\left(1 + \frac{\lambda \sigma^2}{e^{2t} - 1}\right) - \frac{\lambda}{2} \frac{e^{2t} - 1 + \sigma^2}{e^{2t} - 1 + \lambda \sigma^2} $$
    /// g(λ) = (1/d) log E exp(−λ|x − a e^{-t}|²/2Δ_t), over a at a fixed noised point x of typical length; σ² is the
    /// variance of the data in every direction.
    ///
    /// # Assumptions
    /// a ~ N(m, σ²I) and |x − m e^{-t}|² = d(Δ_t + σ²e^{-2t}), as for almost every noised point of the class.
    ///
    /// # Derivation
    /// `derivations/diffusion/random-energy-model.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, appendix on the random
    /// energy model; Lucibello and Mézard 2024, *The exponential capacity of dense associative memories*.
    ///
    /// # Numerics
    /// e^{2t} − 1 by expm1.
    ///
    /// # Limits
    /// λ = 0: 0. λ = 1: −½ − ½ log(1 + σ²/(e^{2t} − 1)). −g'(0) = ½ + σ²/(e^{2t} − 1) is the mean energy.
    REM_LARGE_DEVIATION {
        id: "rem-large-deviation",
        estimand: "generating-function",
        latex: r"-\frac{1}{2} \log\left(1 + \frac{\lambda \sigma^2}{e^{2t} - 1}\right) - \frac{\lambda}{2} \frac{e^{2t} - 1 + \sigma^2}{e^{2t} - 1 + \lambda \sigma^2}",
        symbols: &[(r"\lambda", "real > 0"), (r"\sigma", "real > 0"), (r"t", "real > 0")],
        value: |x| generating_function(x[0], x[1], x[2]),
        wrong_twin: r"-\frac{1}{2} \log\left(1 + \frac{\lambda \sigma^2}{e^{2t} - 1}\right) - \frac{\lambda}{2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One coordinate: E_a e^{−λ(x − a e^{-t})²/2Δ} by quadrature, its logarithm averaged over x.
    #[test]
    fn is_the_quadrature_over_one_coordinate() {
        use crate::numeric::gaussian::expectation;
        for (lambda, sigma, t) in [(0.5f64, 1.3f64, 0.4f64), (1.0, 0.7, 0.2), (1.7, 1.0, 1.0)] {
            let (noise, shrink) = (1.0 - (-2.0 * t).exp(), (-t).exp());
            let spread = (noise + sigma * sigma * shrink * shrink).sqrt();
            let of_x =
                |x: f64| expectation(|z| (-lambda * (x - shrink * sigma * z).powi(2) / (2.0 * noise)).exp()).ln();
            // The logarithm is quadratic in x: its mean is its value at one standard deviation.
            let expected = of_x(spread);
            assert!(((REM_LARGE_DEVIATION.value)(&[lambda, sigma, t]) - expected).abs() < 1e-10, "{lambda}");
        }
    }
}
