//! Risk of a soft threshold for one coefficient.

use crate::stats::{normal_density, normal_tail};

fn value(x: &[f64]) -> f64 {
    let (u, b) = (x[0], x[1]);
    let (above, below) = (normal_tail(u - b), normal_tail(u + b));
    (1.0 + u * u) * (above + below) + b * b * (1.0 - above - below)
        - (u - b) * normal_density(u + b)
        - (u + b) * normal_density(u - b)
}

crate::closed_form! {
    /// Risk of a soft threshold for one coefficient.
    ///
    /// # Statement
    /// $$ (1 + u^2) \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2} + b^2 \left(1 - \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2}\right) - (u - b) \frac{e^{-(u + b)^2/2}}{\sqrt{2\pi}} - (u + b) \frac{e^{-(u - b)^2/2}}{\sqrt{2\pi}} $$
    /// u is the threshold and b the coefficient, both in units of the standard deviation σ of the noise; the risk is in units of σ².
    ///
    /// # Assumptions
    /// b fixed, Gaussian noise, u ≥ 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/thresholding.md`, `derivations/diffusion/sparse-signals.md`.
    ///
    /// # Source
    /// Donoho and Johnstone 1994, *Ideal spatial adaptation by wavelet shrinkage*, §2, on the risk of soft thresholding.
    ///
    /// # Numerics
    /// At b = 0 and large u the first term and the last two cancel to about u⁻⁴ of their size.
    ///
    /// # Limits
    /// u = 0: 1, no denoising. b → ∞: 1 + u². b = 0, u → ∞: 4φ(u)/u³ → 0.
    SOFT_THRESHOLD_RISK {
        id: "soft-threshold-risk",
        estimand: "soft-threshold-risk",
        latex: r"(1 + u^2) \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2} + b^2 \left(1 - \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2}\right) - (u - b) \frac{e^{-(u + b)^2/2}}{\sqrt{2\pi}} - (u + b) \frac{e^{-(u - b)^2/2}}{\sqrt{2\pi}}",
        symbols: &[(r"u", "real > 0"), (r"b", "real")],
        value: value,
        wrong_twin: r"(1 + u^2) \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2} + b^2 \left(1 - \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2}\right) - (u - b) \frac{e^{-(u - b)^2/2}}{\sqrt{2\pi}} - (u + b) \frac{e^{-(u + b)^2/2}}{\sqrt{2\pi}}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_integral_over_the_noise() {
        let h = 1e-4;
        for (u, b) in [(0.5f64, 0.0), (1.0, -0.7), (2.0, 3.0), (3.5, 3.5), (4.0, 0.0)] {
            let mean: f64 = (0..200_000)
                .map(|k| {
                    let z = -10.0 + (k as f64 + 0.5) * h;
                    let y: f64 = b + z;
                    let estimate = (y.abs() - u).max(0.0) * y.signum();
                    h * normal_density(z) * (estimate - b).powi(2)
                })
                .sum();
            assert!((value(&[u, b]) / mean - 1.0).abs() < 1e-6, "{u} {b}: {} {mean}", value(&[u, b]));
        }
        assert!((value(&[0.0, 1.3]) - 1.0).abs() < 1e-14 && (value(&[2.0, 40.0]) - 5.0).abs() < 1e-12);
    }
}
