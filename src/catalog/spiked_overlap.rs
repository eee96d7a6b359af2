//! Overlap of the first eigenvector with a direction in symmetric noise.

crate::closed_form! {
    /// Overlap of the first eigenvector with a direction in symmetric noise.
    ///
    /// # Statement
    /// $$ \max\left(0, 1 - \frac{\sigma^2}{s^2}\right) $$
    /// The squared overlap. s is the eigenvalue of the direction; the eigenvalues of the noise fill the interval from −2σ to 2σ.
    ///
    /// # Assumptions
    /// A matrix of rank one plus a symmetric one of independent Gaussian entries, in the limit of many dimensions.
    ///
    /// # Derivation
    /// `derivations/diffusion/noisy-covariance.md`.
    ///
    /// # Source
    /// Benaych-Georges and Nadakuditi 2011, *The eigenvalues and eigenvectors of finite, low rank perturbations of large random matrices*, §3.1.
    ///
    /// # Numerics
    /// Cancels close to the transition only.
    ///
    /// # Limits
    /// s ≤ σ: 0, nothing is found. s → ∞: 1.
    SPIKED_OVERLAP {
        id: "spiked-overlap",
        estimand: "squared-overlap",
        latex: r"\max\left(0, 1 - \frac{\sigma^2}{s^2}\right)",
        symbols: &[(r"s", "real > 0"), (r"\sigma", "real > 0")],
        value: |x| (1.0 - (x[1] / x[0]).powi(2)).max(0.0),
        wrong_twin: r"\max\left(0, 1 - \frac{\sigma}{s}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_slope_of_the_semicircle_resolvent() {
        // At y = s + σ²/s the resolvent of the noise is 1/s, and the overlap −1/(s² R'(y)), R' = −∫ρ(u)/(y − u)² du.
        for (s, sigma) in [(2.0f64, 1.0f64), (1.5, 0.9), (3.0, 0.4)] {
            let y = s + sigma * sigma / s;
            let n = 200_000;
            let (mut resolvent, mut slope) = (0.0, 0.0);
            for k in 0..n {
                // u = 2σ cos θ takes the edges' square roots away.
                let theta = (f64::from(k) + 0.5) * std::f64::consts::PI / f64::from(n);
                let weight = 2.0 * theta.sin().powi(2) / f64::from(n);
                let gap = y - 2.0 * sigma * theta.cos();
                resolvent += weight / gap;
                slope += weight / (gap * gap);
            }
            assert!((resolvent * s - 1.0).abs() < 1e-9);
            assert!(((SPIKED_OVERLAP.value)(&[s, sigma]) * s * s * slope - 1.0).abs() < 1e-9);
        }
        assert_eq!((SPIKED_OVERLAP.value)(&[0.5, 1.0]), 0.0);
    }
}
