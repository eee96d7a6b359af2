//! Free energy of the other data points above condensation.

crate::closed_form! {
    /// Free energy of the other data points above condensation.
    ///
    /// # Statement
    /// $$ \frac{1}{2} - \alpha + \frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{2t} - 1}\right) $$
    /// ψ = −lim (1/d) log Z = −α − g(1), with α = log(n)/d and g of `rem-large-deviation`.
    ///
    /// # Assumptions
    /// As for `rem-large-deviation`, and above condensation: α ≥ ½ log(1 + σ²/(e^{2t} − 1)), that is t ≥ `collapse-
    /// time`.
    ///
    /// # Derivation
    /// `derivations/diffusion/random-energy-model.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on collapse;
    /// Derrida 1981 for the random energy model.
    ///
    /// # Numerics
    /// e^{2t} − 1 by expm1.
    ///
    /// # Limits
    /// It is ½, the free energy of the originating point, at the collapse time. Below it see `rem-frozen-free-energy`.
    REM_ANNEALED_FREE_ENERGY {
        id: "rem-annealed-free-energy",
        estimand: "free-energy",
        latex: r"\frac{1}{2} - \alpha + \frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{2t} - 1}\right)",
        symbols: &[(r"\alpha", "real > 0"), (r"\sigma", "real > 0"), (r"t", "real > 0")],
        value: |x| 0.5 - x[0] + 0.5 * (x[1] * x[1] / (2.0 * x[2]).exp_m1()).ln_1p(),
        wrong_twin: r"\frac{1}{2} + \alpha + \frac{1}{2} \log\left(1 + \frac{\sigma^2}{e^{2t} - 1}\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::numeric::gaussian::expectation;

    /// −α − g(1) with g(1) by quadrature over one coordinate of a at a typical coordinate of x.
    #[test]
    fn is_minus_the_load_less_the_generating_function() {
        let (alpha, sigma, t) = (0.7, 1.1f64, 0.8f64);
        let (noise, shrink) = (1.0 - (-2.0 * t).exp(), (-t).exp());
        let x = (noise + sigma * sigma * shrink * shrink).sqrt();
        let g = expectation(|z| (-(x - shrink * sigma * z).powi(2) / (2.0 * noise)).exp()).ln();
        assert!(((REM_ANNEALED_FREE_ENERGY.value)(&[alpha, sigma, t]) + alpha + g).abs() < 1e-11);
    }
}
