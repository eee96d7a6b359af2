//! Risk of a hard threshold for one coefficient.

use crate::stats::{normal_density, normal_tail};

fn value(x: &[f64]) -> f64 {
    let (u, b) = (x[0], x[1]);
    let passes = normal_tail(u - b) + normal_tail(u + b);
    passes + b * b * (1.0 - passes) + (u - b) * normal_density(u - b) + (u + b) * normal_density(u + b)
}

crate::closed_form! {
    /// Risk of a hard threshold for one coefficient.
    ///
    /// # Statement
    /// $$ \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2} + b^2 \left(1 - \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2}\right) + (u - b) \frac{e^{-(u - b)^2/2}}{\sqrt{2\pi}} + (u + b) \frac{e^{-(u + b)^2/2}}{\sqrt{2\pi}} $$
    /// u is the threshold and b the coefficient, both in units of the standard deviation σ of the noise; the risk is in units of σ².
    /// The estimate is the observation where it exceeds u in magnitude, and zero elsewhere.
    ///
    /// # Assumptions
    /// b fixed, Gaussian noise, u ≥ 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/thresholding.md`, `derivations/diffusion/sparse-signals.md`.
    ///
    /// # Source
    /// Donoho and Johnstone 1994, *Ideal spatial adaptation by wavelet shrinkage*, §2; Mallat 2009, §11.2, on thresholding estimators.
    ///
    /// # Numerics
    /// No cancellation for |b| up to u; beyond, b² times a small probability is lost below 10⁻¹⁶ b².
    ///
    /// # Limits
    /// u = 0: 1, no denoising. b → ∞: 1. b = 0, u → ∞: 2uφ(u) → 0. b = u: about u²/2.
    HARD_THRESHOLD_RISK {
        id: "hard-threshold-risk",
        estimand: "hard-threshold-risk",
        latex: r"\frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2} + b^2 \left(1 - \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2}\right) + (u - b) \frac{e^{-(u - b)^2/2}}{\sqrt{2\pi}} + (u + b) \frac{e^{-(u + b)^2/2}}{\sqrt{2\pi}}",
        symbols: &[(r"u", "real > 0"), (r"b", "real")],
        value: value,
        wrong_twin: r"\frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2} + b^2 \left(1 - \frac{\operatorname{erfc}\left(\frac{u - b}{\sqrt2}\right) + \operatorname{erfc}\left(\frac{u + b}{\sqrt2}\right)}{2}\right)",
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
                    let error = if (b + z).abs() > u { z } else { b };
                    h * normal_density(z) * error * error
                })
                .sum();
            // The grid places each jump of the loss to within half a step.
            assert!((value(&[u, b]) / mean - 1.0).abs() < 1e-4, "{u} {b}: {} {mean}", value(&[u, b]));
        }
        assert!((value(&[0.0, 1.3]) - 1.0).abs() < 1e-14 && (value(&[2.0, 40.0]) - 1.0).abs() < 1e-12);
    }
}
