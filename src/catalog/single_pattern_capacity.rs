//! Capacity of a Hebbian network without errors in a given pattern.

crate::closed_form! {
    /// Capacity of a Hebbian network without errors in a given pattern.
    ///
    /// # Statement
    /// $$ \frac{N}{2 \log N} $$
    /// The number of random patterns, to leading order in N, up to which a given pattern can be expected to be stable in every bit.
    ///
    /// # Assumptions
    /// Unbiased independent bits, Hebb's rule, N → ∞.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`: the expected number of unstable bits,
    /// ½ erfc(√(N/2K)) times N, crosses one.
    ///
    /// # Source
    /// Weisbuch and Fogelman-Soulié 1985; McEliece, Posner, Rodemich and Venkatesh 1987, *The capacity of the Hopfield
    /// associative memory*.
    ///
    /// # Numerics
    /// N > 1; corrections are of relative order log log N/log N, so never small in practice.
    ///
    /// # Limits
    /// Twice the capacity for all patterns at once.
    SINGLE_PATTERN_CAPACITY {
        id: "single-pattern-capacity",
        estimand: "single-pattern-capacity",
        latex: r"\frac{N}{2 \log N}",
        symbols: &[(r"N", "integer >= 2")],
        value: |x| x[0] / (2.0 * x[0].ln()),
        wrong_twin: r"\frac{N}{4 \log N}",
        since: "0.1.0",
    }
}

/// The logarithm of the expected number of unstable ones among so many bits with K patterns on N sites, by the Gaussian
/// tail √(K/2πN) e^{-N/2K}. At c times a capacity it tends to −∞ for c < 1 and to +∞ for c > 1.
#[cfg(test)]
pub(super) fn log_errors(n: f64, k: f64, bits: f64) -> f64 {
    bits.ln() - n / (2.0 * k) + 0.5 * (k / (std::f64::consts::TAU * n)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_number_of_errors_crosses_one_there() {
        let one = |n: f64, c: f64| log_errors(n, c * (SINGLE_PATTERN_CAPACITY.value)(&[n]), n);
        assert!(one(1e40, 0.9) < -5.0 && one(1e40, 1.2) > 5.0);
    }
}
