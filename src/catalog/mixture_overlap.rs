//! Overlap of an odd mixture with its patterns.

crate::closed_form! {
    /// Overlap of an odd mixture with its patterns.
    ///
    /// # Statement
    /// $$ 4^{-r} \binom{2r}{r} $$
    /// The overlap of sgn(ξ¹ + … + ξ^L) with each of the L = 2r + 1 random patterns.
    ///
    /// # Assumptions
    /// Unbiased independent bits, N → ∞ (the mean is exact at every N).
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`: a pattern decides the sign where the other 2r are balanced.
    ///
    /// # Source
    /// Amit, Gutfreund and Sompolinsky 1985, *Spin-glass models of neural networks*, on symmetric mixture states.
    ///
    /// # Numerics
    /// A product of r factors (1 − 1/2k): relative error r ulp, no overflow.
    ///
    /// # Limits
    /// r = 0: 1. r = 1: 1/2. r = 2: 3/8. r → ∞: 1/√(πr).
    MIXTURE_OVERLAP {
        id: "mixture-overlap",
        estimand: "mixture-overlap",
        latex: r"4^{-r} \binom{2r}{r}",
        symbols: &[(r"r", "integer >= 0")],
        value: |x| (1..=x[0] as u64).map(|k| 1.0 - 0.5 / k as f64).product(),
        wrong_twin: r"2^{-r} \binom{2r}{r}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_enumeration() {
        for r in 0..5u32 {
            let l = 2 * r + 1;
            let overlap: i64 = (0..1u32 << l)
                .map(|bits| {
                    let sum = 2 * bits.count_ones() as i64 - l as i64;
                    sum.signum() * if bits & 1 == 1 { 1 } else { -1 }
                })
                .sum();
            let value = (MIXTURE_OVERLAP.value)(&[r as f64]);
            assert!((value - overlap as f64 / (1u64 << l) as f64).abs() < 1e-15);
        }
        assert!(((MIXTURE_OVERLAP.value)(&[1e4]) * (std::f64::consts::PI * 1e4).sqrt() - 1.0).abs() < 2e-5);
    }
}
