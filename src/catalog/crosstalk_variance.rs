//! Variance of the crosstalk in a finite Hebbian network.

crate::closed_form! {
    /// Variance of the crosstalk in a finite Hebbian network.
    ///
    /// # Statement
    /// $$ \frac{(K-1)(N-1)}{N^2} $$
    /// The variance of R_i, the part of ξ_i φ_i that comes from the other K − 1 patterns.
    ///
    /// # Assumptions
    /// Unbiased independent bits, Hebb's rule without self-coupling.
    ///
    /// # Derivation
    /// `derivations/networks/hebbian-storage.md`: N R_i is a sum of (K−1)(N−1) independent fair signs.
    ///
    /// # Source
    /// Hertz, Krogh and Palmer 1991, *Introduction to the Theory of Neural Computation*, §2.2.
    ///
    /// # Numerics
    /// Exact up to rounding while (K−1)(N−1) < 2⁵³.
    ///
    /// # Limits
    /// K = 1: 0. K, N → ∞ at fixed K/N = α: α.
    CROSSTALK_VARIANCE {
        id: "crosstalk-variance",
        estimand: "crosstalk-variance",
        latex: r"\frac{(K-1)(N-1)}{N^2}",
        symbols: &[(r"K", "integer >= 1"), (r"N", "integer >= 1")],
        value: |x| (x[0] - 1.0) * (x[1] - 1.0) / (x[1] * x[1]),
        wrong_twin: r"\frac{(K-1)(N+1)}{N^2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_enumeration_of_every_pattern() {
        // N = 3, K = 3: all 2⁹ configurations.
        let (n, k) = (3, 3);
        let mut second = 0.0;
        for bits in 0..1u32 << (n * k) {
            let xi = |mu: u32, i: u32| if bits >> (mu * n + i) & 1 == 1 { 1.0 } else { -1.0 };
            let pairs = (1..k).flat_map(|mu| (1..n).map(move |j| (mu, j)));
            let r: f64 = pairs.map(|(mu, j)| xi(0, 0) * xi(mu, 0) * xi(mu, j) * xi(0, j)).sum::<f64>() / n as f64;
            second += r * r / 512.0;
        }
        assert!(((CROSSTALK_VARIANCE.value)(&[k as f64, n as f64]) - second).abs() < 1e-14);
    }
}
