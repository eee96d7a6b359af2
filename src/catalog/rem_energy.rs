//! Energy of the data points that dominate at inverse temperature λ.

crate::closed_form! {
    /// Energy of the data points that dominate at inverse temperature λ.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \frac{\sigma^2}{e^{2t} - 1 + \lambda \sigma^2} + \frac{1}{2} \frac{\left(e^{2t} - 1\right) \left(e^{2t} - 1 + \sigma^2\right)}{\left(e^{2t} - 1 + \lambda \sigma^2\right)^2} $$
    /// ε(λ) = −g'(λ), per dimension, with g of `rem-large-deviation`.
    ///
    /// # Assumptions
    /// As for `rem-large-deviation`.
    ///
    /// # Derivation
    /// `derivations/diffusion/random-energy-model.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, appendix on the random
    /// energy model.
    ///
    /// # Numerics
    /// e^{2t} − 1 by expm1.
    ///
    /// # Limits
    /// λ = 0: ½ + σ²/(e^{2t} − 1). λ = 1: ½, whatever σ and t: the energy of the originating point.
    REM_ENERGY {
        id: "rem-energy",
        estimand: "energy",
        latex: r"\frac{1}{2} \frac{\sigma^2}{e^{2t} - 1 + \lambda \sigma^2} + \frac{1}{2} \frac{\left(e^{2t} - 1\right) \left(e^{2t} - 1 + \sigma^2\right)}{\left(e^{2t} - 1 + \lambda \sigma^2\right)^2}",
        symbols: &[(r"\lambda", "real > 0"), (r"\sigma", "real > 0"), (r"t", "real > 0")],
        value: |x| {
            let (noise, data) = ((2.0 * x[2]).exp_m1(), x[1] * x[1]);
            let sum = noise + x[0] * data;
            0.5 * data / sum + 0.5 * noise * (noise + data) / (sum * sum)
        },
        wrong_twin: r"\frac{1}{2} \frac{\sigma^2}{e^{2t} - 1 + \lambda \sigma^2} + \frac{1}{2} \frac{e^{2t} - 1 + \sigma^2}{e^{2t} - 1 + \lambda \sigma^2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::rem_large_deviation::REM_LARGE_DEVIATION;

    #[test]
    fn is_the_slope_of_the_generating_function() {
        let g = |lambda: f64| (REM_LARGE_DEVIATION.value)(&[lambda, 1.4, 0.3]);
        for lambda in [0.3, 1.0, 1.8] {
            let slope = (g(lambda + 1e-5) - g(lambda - 1e-5)) / 2e-5;
            assert!(((REM_ENERGY.value)(&[lambda, 1.4, 0.3]) + slope).abs() < 1e-8);
        }
        assert!(((REM_ENERGY.value)(&[1.0, 0.6, 0.9]) - 0.5).abs() < 1e-14);
    }
}
