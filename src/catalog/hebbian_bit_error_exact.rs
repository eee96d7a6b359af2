//! Exact probability of an unstable bit in a finite Hebbian network.

crate::closed_form! {
    /// Exact probability that a bit is not strictly stable, in a finite Hebbian network.
    ///
    /// # Statement
    /// $$ 2^{-(K-1)(N-1)} \sum_{k=0}^{\lfloor (K-2)(N-1)/2 \rfloor} \binom{(K-1)(N-1)}{k} $$
    /// The probability that ξ_i φ_i ≤ 0 for a bit of one of K random patterns stored in N neurons.
    ///
    /// # Assumptions
    /// Unbiased independent bits, Hebb's rule without self-coupling, K ≥ 2, N ≥ 2.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`: N R_i is a sum of (K−1)(N−1) independent fair signs, and the bit
    /// is unstable if at most (K−2)(N−1)/2 of them are positive.
    ///
    /// # Source
    /// Hertz, Krogh and Palmer 1991, *Introduction to the Theory of Neural Computation*, §2.2 (the binomial before its
    /// Gaussian limit).
    ///
    /// # Numerics
    /// The largest term by Loader's deviance form, then downwards by ratios until they no longer count: relative error of
    /// about 1e-14 √(KN). The binomials overflow long before (K−1)(N−1) = 10⁴.
    ///
    /// # Limits
    /// K = 2: 2^{-(N-1)}. K, N → ∞ at fixed K/N = α: ½ erfc(1/√(2α)).
    HEBBIAN_BIT_ERROR_EXACT {
        id: "hebbian-bit-error-exact",
        estimand: "unstable-bit",
        latex: r"2^{-(K-1)(N-1)} \sum_{k=0}^{\lfloor (K-2)(N-1)/2 \rfloor} \binom{(K-1)(N-1)}{k}",
        symbols: &[(r"K", "integer >= 2"), (r"N", "integer >= 2")],
        value: |x| lower_tail((x[0] - 1.0) * (x[1] - 1.0), ((x[0] - 2.0) * (x[1] - 1.0) / 2.0).floor()),
        wrong_twin: r"2^{-K(N-1)} \sum_{k=0}^{\lfloor (K-1)(N-1)/2 \rfloor} \binom{K(N-1)}{k}",
        since: "0.1.0",
    }
}

/// P(X ≤ k) for X binomial with n trials of probability 1/2, k ≤ n/2.
fn lower_tail(n: f64, k: f64) -> f64 {
    let (mut k, mut term, mut sum) = (k, log_mass(n, k).exp(), 0.0);
    while k >= 0.0 && term > sum * 1e-17 {
        sum += term;
        term *= k / (n - k + 1.0);
        k -= 1.0;
    }
    sum
}

/// log of 2^{-n} binom(n, k) in deviance form (Loader 2000), which does not cancel for large n.
fn log_mass(n: f64, k: f64) -> f64 {
    if k <= 0.0 || k >= n {
        return -n * std::f64::consts::LN_2;
    }
    let x = (n - 2.0 * k) / n;
    let deviance = 0.5 * n * ((1.0 - x) * (-x).ln_1p() + (1.0 + x) * x.ln_1p());
    stirling_error(n)
        - stirling_error(k)
        - stirling_error(n - k)
        - deviance
        - 0.5 * (std::f64::consts::TAU * k * (1.0 - k / n)).ln()
}

/// log n! − log(√(2πn) (n/e)^n).
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return core_math::lgamma(n + 1.0) - (n + 0.5) * n.ln() + n - 0.5 * std::f64::consts::TAU.ln();
    }
    let m = 1.0 / (n * n);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - m / 1188.0) * m) * m) * m) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_pascal_and_the_gaussian_limit() {
        for (k, n) in [(2usize, 5usize), (3, 6), (8, 20), (12, 31)] {
            let trials = (k - 1) * (n - 1);
            let mut law = vec![1.0f64];
            for _ in 0..trials {
                let mut next = vec![0.0; law.len() + 1];
                for (j, p) in law.iter().enumerate() {
                    next[j] += p / 2.0;
                    next[j + 1] += p / 2.0;
                }
                law = next;
            }
            let direct: f64 = law[..=(k - 2) * (n - 1) / 2].iter().sum();
            let value = (HEBBIAN_BIT_ERROR_EXACT.value)(&[k as f64, n as f64]);
            assert!((value / direct - 1.0).abs() < 1e-13, "{k} {n}: {value} {direct}");
        }
        let gaussian = 0.5 * core_math::erfc(1.0 / 0.4f64.sqrt());
        let value = (HEBBIAN_BIT_ERROR_EXACT.value)(&[20_000.0, 100_000.0]);
        assert!((value / gaussian - 1.0).abs() < 2e-3, "{value} {gaussian}");
    }
}
