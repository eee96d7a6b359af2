//! Capacity of a Hebbian network without errors in all patterns at once.

crate::closed_form! {
    /// Capacity of a Hebbian network without errors in all patterns at once.
    ///
    /// # Statement
    /// $$ \frac{N}{4 \log N} $$
    /// The number of random patterns, to leading order in N, up to which all patterns at once can be expected to be stable in every bit.
    ///
    /// # Assumptions
    /// Unbiased independent bits, Hebb's rule, N → ∞.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`: the expected number of unstable bits,
    /// ½ erfc(√(N/2K)) times N K, crosses one.
    ///
    /// # Source
    /// Weisbuch and Fogelman-Soulié 1985; McEliece, Posner, Rodemich and Venkatesh 1987, *The capacity of the Hopfield
    /// associative memory*.
    ///
    /// # Numerics
    /// N > 1; corrections are of relative order log log N/log N, so never small in practice.
    ///
    /// # Limits
    /// Half the capacity for a given pattern.
    ALL_PATTERN_CAPACITY {
        id: "all-pattern-capacity",
        estimand: "all-pattern-capacity",
        latex: r"\frac{N}{4 \log N}",
        symbols: &[(r"N", "integer >= 2")],
        value: |x| x[0] / (4.0 * x[0].ln()),
        wrong_twin: r"\frac{N}{2 \log N}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::single_pattern_capacity::log_errors;

    #[test]
    fn the_expected_number_of_errors_crosses_one_there() {
        let all = |n: f64, c: f64| {
            let k = c * (ALL_PATTERN_CAPACITY.value)(&[n]);
            log_errors(n, k, n * k)
        };
        assert!(all(1e40, 0.9) < -5.0 && all(1e40, 1.2) > 5.0);
    }
}
