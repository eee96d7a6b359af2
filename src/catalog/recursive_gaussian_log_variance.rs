//! Typical variance of a Gaussian fitted to samples of itself.

crate::closed_form! {
    /// Mean logarithm of the variance of a Gaussian fitted to n samples of itself, k times.
    ///
    /// # Statement
    /// $$ k \left( \psi\left(\frac{n-1}{2}\right) - \log\left(\frac{n}{2}\right) \right) $$
    /// E log s_k², with the digamma function ψ, if the variance of a fit is the sum of squares over n. The logarithm is a sum of
    /// independent terms and concentrates: its mean tells the typical variance, which is far below the mean one.
    ///
    /// # Assumptions
    /// Fresh samples for every fit.
    ///
    /// # Derivation
    /// log s_k² − log s_{k−1}² = log(χ²_{n−1}/n), and E log χ²_m = ψ(m/2) + log 2.
    ///
    /// # Source
    /// Johnson, Kotz and Balakrishnan 1994, *Continuous Univariate Distributions* 1, ch. 18, for the moments of log χ².
    ///
    /// # Numerics
    /// Cancels for large n, where it is −2k/n.
    ///
    /// # Limits
    /// n ≫ 1: −2k/n, against −k/n for the logarithm of the mean variance.
    RECURSIVE_GAUSSIAN_LOG_VARIANCE {
        id: "recursive-gaussian-log-variance",
        estimand: "log-variance",
        latex: r"k \left( \psi\left(\frac{n-1}{2}\right) - \log\left(\frac{n}{2}\right) \right)",
        symbols: &[(r"n", "integer in [2, 1000]"), (r"k", "integer >= 1")],
        value: |x| x[1] * (special::Gamma::digamma((x[0] - 1.0) / 2.0) - (x[0] / 2.0).ln()),
        wrong_twin: r"k \left( \psi\left(\frac{n}{2}\right) - \log\left(\frac{n}{2}\right) \right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ψ(1/2) = −γ − 2 log 2, ψ(1) = −γ.
    #[test]
    fn two_and_three_samples() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        let value = |n: f64| (RECURSIVE_GAUSSIAN_LOG_VARIANCE.value)(&[n, 3.0]);
        assert!((value(2.0) + 3.0 * (EULER + 2.0 * std::f64::consts::LN_2)).abs() < 1e-13);
        assert!((value(3.0) + 3.0 * (EULER + 1.5f64.ln())).abs() < 1e-13);
    }
}
