//! Free energy of the Hopfield model at high temperature.

crate::closed_form! {
    /// Free energy of the Hopfield model at high temperature, log Z/(Nβ) for large N.
    ///
    /// # Statement
    /// $$ \frac{1}{\beta} \left( \log 2 - \frac{\alpha}{2} \log(1 - \beta) - \frac{\alpha\beta}{2} \right) $$
    /// α = K/N is the load, β the inverse temperature; H = −(N/2) Σ_μ m_μ² + K/2.
    ///
    /// # Assumptions
    /// Random unbiased patterns, N → ∞ at fixed α, β < 1/(1 + √α).
    ///
    /// # Derivation
    /// `derivations/networks/hopfield-statistical-mechanics.md`: for any state the overlaps √N m_μ with random patterns are
    /// normal, and each contributes the factor (1 − β)^{−1/2} e^{−β/2} to the mean of Z, which is typical above the spin-glass transition.
    ///
    /// # Source
    /// Amit, Gutfreund and Sompolinsky 1987, the replica-symmetric free energy at m = q = 0.
    ///
    /// # Numerics
    /// Accurate for β away from one.
    ///
    /// # Limits
    /// α = 0: log 2/β, free spins.
    PARAMAGNETIC_FREE_ENERGY {
        id: "paramagnetic-free-energy",
        estimand: "free-energy",
        latex: r"\frac{1}{\beta} \left( \log 2 - \frac{\alpha}{2} \log(1 - \beta) - \frac{\alpha\beta}{2} \right)",
        symbols: &[(r"\beta", "real in (0, 1)"), (r"\alpha", "real > 0")],
        value: |x| (std::f64::consts::LN_2 - x[1] / 2.0 * (-x[0]).ln_1p() - x[1] * x[0] / 2.0) / x[0],
        wrong_twin: r"\frac{1}{\beta} \left( \log 2 - \frac{\alpha}{2} \log(1 - \beta) + \frac{\alpha\beta}{2} \right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_overlap_sum_has_the_normal_factor() {
        // E e^{β M²/(2N)} over M a sum of N fair signs, for N = 4000, against (1 − β)^{−1/2}.
        let (n, beta) = (4000usize, 0.4);
        let mut log_binomial = -(n as f64) * std::f64::consts::LN_2;
        let mut sum = 0.0;
        for k in 0..=n {
            let m = 2.0 * k as f64 - n as f64;
            sum += (log_binomial + beta * m * m / (2.0 * n as f64)).exp();
            log_binomial += ((n - k) as f64 / (k + 1) as f64).ln();
        }
        let load = 0.3;
        let expected = (std::f64::consts::LN_2 + load * (sum.ln() - beta / 2.0)) / beta;
        assert!(((PARAMAGNETIC_FREE_ENERGY.value)(&[beta, load]) - expected).abs() < 1e-4);
    }
}
