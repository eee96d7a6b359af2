//! One-step error of a stored bit in a large Hebbian network.

crate::closed_form! {
    /// One-step error of a stored bit in a large Hebbian network.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \operatorname{erfc}\left(\frac{1}{\sqrt{2\alpha}}\right) $$
    /// The probability that a bit of a stored pattern is not aligned with its local field; α = K/N is the load.
    ///
    /// # Assumptions
    /// K random unbiased patterns, Hebb's rule without self-coupling, N → ∞ at fixed α: signal 1, Gaussian crosstalk of
    /// variance α.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`.
    ///
    /// # Source
    /// Hertz, Krogh and Palmer 1991, *Introduction to the Theory of Neural Computation*, §2.2, on storage capacity.
    ///
    /// # Numerics
    /// `erfc` keeps its relative accuracy down to loads of about 7·10⁻⁴, where it underflows.
    ///
    /// # Limits
    /// α → 0: faster than any power to 0. α → ∞: 1/2. α = 0.138: 0.0036; α = 0.105: 0.001.
    HEBBIAN_BIT_ERROR {
        id: "hebbian-bit-error",
        estimand: "bit-error",
        latex: r"\frac{1}{2} \operatorname{erfc}\left(\frac{1}{\sqrt{2\alpha}}\right)",
        symbols: &[(r"\alpha", "real > 0")],
        value: |x| 0.5 * core_math::erfc(1.0 / (2.0 * x[0]).sqrt()),
        wrong_twin: r"\frac{1}{2} \operatorname{erfc}\left(\frac{1}{\sqrt{\alpha}}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_gaussian_tail_and_the_textbook_table() {
        for alpha in [0.1f64, 0.5, 2.0] {
            let h = 1e-4;
            let density = |x: f64| (-x * x / (2.0 * alpha)).exp() / (std::f64::consts::TAU * alpha).sqrt();
            let tail: f64 = (0..200_000).map(|k| h * density(1.0 + (k as f64 + 0.5) * h)).sum();
            assert!(((HEBBIAN_BIT_ERROR.value)(&[alpha]) / tail - 1.0).abs() < 1e-6);
        }
        for (error, alpha) in [(0.001, 0.105), (0.0036, 0.138), (0.01, 0.185), (0.05, 0.37), (0.1, 0.61)] {
            assert!(((HEBBIAN_BIT_ERROR.value)(&[alpha]) / error - 1.0).abs() < 0.03);
        }
    }
}
