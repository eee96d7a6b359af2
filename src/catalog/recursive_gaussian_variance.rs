//! Mean variance of a Gaussian fitted to samples of itself.

crate::closed_form! {
    /// Mean variance of a Gaussian fitted to n samples of itself, k times.
    ///
    /// # Statement
    /// $$ \left( 1 - \frac{1}{n} \right)^k $$
    /// E s_k² in units of the first variance, if the variance of a fit is the sum of squares over n.
    ///
    /// # Assumptions
    /// Fresh samples for every fit.
    ///
    /// # Derivation
    /// Given s_{k−1}, the sum of squares around the sample's own mean is s_{k−1}² χ²_{n−1}, of mean (n − 1) s_{k−1}².
    ///
    /// # Source
    /// Shumailov et al. 2024, *AI models collapse when trained on recursively generated data*.
    ///
    /// # Numerics
    /// None.
    ///
    /// # Limits
    /// k ≪ n: 1 − k/n. k ≫ n: e^{−k/n}.
    RECURSIVE_GAUSSIAN_VARIANCE {
        id: "recursive-gaussian-variance",
        estimand: "variance",
        latex: r"\left( 1 - \frac{1}{n} \right)^k",
        symbols: &[(r"n", "integer >= 2"), (r"k", "integer >= 1")],
        value: |x| (1.0 - 1.0 / x[0]).powf(x[1]),
        wrong_twin: r"1 - \frac{k}{n}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_samples_halve_it() {
        assert!(((RECURSIVE_GAUSSIAN_VARIANCE.value)(&[2.0, 5.0]) - 1.0 / 32.0).abs() < 1e-16);
    }
}
