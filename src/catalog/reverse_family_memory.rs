//! Memory of the start in the reverse family.

fn value(x: &[f64]) -> f64 {
    let (alpha, b, t) = (x[0], x[1], x[2]);
    let noised = b * (-2.0 * t).exp() - (-2.0 * t).exp_m1();
    (-alpha * t).exp() * b.powf(0.5 * (1.0 + alpha)) * noised.powf(0.5 * (1.0 - alpha))
}

crate::closed_form! {
    /// Memory of the start in the reverse family.
    ///
    /// # Statement
    /// $$ e^{-\alpha T} b^{(1 + \alpha)/2} \left(1 + (b - 1) e^{-2T}\right)^{(1 - \alpha)/2} $$
    /// The mean of the product of start and end. b is the variance of the data, T the time from which the process returns, α the strength of its noise.
    ///
    /// # Assumptions
    /// Gaussian data noised by dx = −x dt + √2 dW, the exact score, α ≥ 0, started from the noised data.
    ///
    /// # Derivation
    /// `derivations/diffusion/reverse-paths.md`.
    ///
    /// # Source
    /// Song et al. 2021, appendix D, on the equivalent processes; the linear equation is solved in the note.
    ///
    /// # Numerics
    /// The variance of the noised data is written without cancellation at small T.
    ///
    /// # Limits
    /// α = 0: the product of the standard deviations at both ends, full correlation. α = 1: b e^{-T}, as in the forward process. α → ∞: 0.
    REVERSE_FAMILY_MEMORY {
        id: "reverse-family-memory",
        estimand: "memory",
        latex: r"e^{-\alpha T} b^{(1 + \alpha)/2} \left(1 + (b - 1) e^{-2T}\right)^{(1 - \alpha)/2}",
        symbols: &[(r"\alpha", "real >= 0"), (r"b", "real > 0"), (r"T", "real > 0")],
        value: value,
        wrong_twin: r"e^{-\alpha T} b^{(1 - \alpha)/2} \left(1 + (b - 1) e^{-2T}\right)^{(1 + \alpha)/2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_exponential_of_the_integrated_drift() {
        for (alpha, b, end) in [(0.0, 0.3, 1.0), (1.0, 0.3, 1.0), (0.5, 2.0, 0.7), (3.0, 0.8, 2.0)] {
            let noised = |t: f64| 1.0 + (b - 1.0) * (-2.0 * t).exp();
            let n = 100_000;
            let h = end / f64::from(n);
            let exponent: f64 = (0..n).map(|k| h * (1.0 - (1.0 + alpha) / noised((f64::from(k) + 0.5) * h))).sum();
            assert!((value(&[alpha, b, end]) / (noised(end) * exponent.exp()) - 1.0).abs() < 1e-7, "{alpha} {b}");
        }
    }
}
