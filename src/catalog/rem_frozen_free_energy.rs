//! Free energy of the other data points below condensation.

crate::closed_form! {
    /// Free energy of the other data points below condensation.
    ///
    /// # Statement
    /// $$ -\frac{1}{\lambda} \left(\alpha - \frac{1}{2} \log\left(1 + \frac{\lambda \sigma^2}{e^{2t} - 1}\right)\right) + \frac{1}{2} \frac{e^{2t} - 1 + \sigma^2}{e^{2t} - 1 + \lambda \sigma^2} $$
    /// ψ = −(α + g(λ))/λ at the λ in (0, 1) where it is largest, which is where α + g(λ) − λg'(λ) = 0: no data point
    /// has an energy below ε(λ), and ψ = ε(λ).
    ///
    /// # Assumptions
    /// As for `rem-large-deviation`, and below condensation: α ≤ ½ log(1 + σ²/(e^{2t} − 1)), that is t ≤ `collapse-
    /// time`.
    ///
    /// # Derivation
    /// `derivations/diffusion/random-energy-model.md`.
    ///
    /// # Source
    /// Derrida 1981, *Random-energy model*; Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of
    /// diffusion models*, section on collapse.
    ///
    /// # Numerics
    /// e^{2t} − 1 by expm1; λ is an argument, so that the formula is elementary.
    ///
    /// # Limits
    /// λ = 1: `rem-annealed-free-energy`. Above ½ below the collapse time, so that the originating point dominates.
    REM_FROZEN_FREE_ENERGY {
        id: "rem-frozen-free-energy",
        estimand: "free-energy",
        latex: r"-\frac{1}{\lambda} \left(\alpha - \frac{1}{2} \log\left(1 + \frac{\lambda \sigma^2}{e^{2t} - 1}\right)\right) + \frac{1}{2} \frac{e^{2t} - 1 + \sigma^2}{e^{2t} - 1 + \lambda \sigma^2}",
        symbols: &[(r"\alpha", "real > 0"), (r"\lambda", "real in (0, 1]"), (r"\sigma", "real > 0"), (r"t", "real > 0")],
        value: |x| -(x[0] + super::rem_large_deviation::generating_function(x[1], x[2], x[3])) / x[1],
        wrong_twin: r"-\left(\alpha - \frac{1}{2} \log\left(1 + \frac{\lambda \sigma^2}{e^{2t} - 1}\right)\right) + \frac{1}{2} \frac{e^{2t} - 1 + \sigma^2}{e^{2t} - 1 + \lambda \sigma^2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::collapse_time::COLLAPSE_TIME;
    use crate::catalog::rem_energy::REM_ENERGY;

    /// At its maximum over λ it is the lowest energy, at which the number of points e^{d(α + s)} is of order 1 (s by the
    /// Legendre transform of g on a grid), and it lies above ½.
    #[test]
    fn the_maximum_is_the_lowest_energy() {
        let (alpha, sigma, d): (f64, f64, f64) = (0.5, 1.0, 1.0);
        let t = 0.5 * (COLLAPSE_TIME.value)(&[sigma, alpha.exp(), d]);
        let psi = |lambda: f64| (REM_FROZEN_FREE_ENERGY.value)(&[alpha, lambda, sigma, t]);
        let best = (1..100_000).map(|k| f64::from(k) * 1e-5).max_by(|a, b| psi(*a).total_cmp(&psi(*b))).unwrap();
        assert!(best < 0.99 && psi(best) > 0.5);
        let energy = (REM_ENERGY.value)(&[best, sigma, t]);
        assert!((psi(best) - energy).abs() < 1e-3);
        let g = |lambda: f64| super::super::rem_large_deviation::generating_function(lambda, sigma, t);
        let entropy = (1..30_000).map(|k| f64::from(k) * 1e-4).map(|l| g(l) + l * psi(best)).fold(f64::MAX, f64::min);
        assert!((entropy + alpha).abs() < 1e-6);
    }
}
