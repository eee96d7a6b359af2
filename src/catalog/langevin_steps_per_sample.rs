//! Langevin steps per independent sample of the slowest mode.

fn value(x: &[f64]) -> f64 {
    let (kappa, n) = (x[0], x[1]);
    let rho = (kappa - 1.0) / (kappa + 1.0);
    kappa - (kappa * kappa - 1.0) / (2.0 * n) * (1.0 - rho.powf(n))
}

crate::closed_form! {
    /// Langevin steps per independent sample of the slowest mode.
    ///
    /// # Statement
    /// $$ \kappa - \frac{\kappa^2 - 1}{2 N} \left(1 - \left(\frac{\kappa - 1}{\kappa + 1}\right)^N\right) $$
    /// κ is the condition number of the precision of a Gaussian, N the number of steps over which a mean is taken. N times the variance of this
    /// mean is so many times the variance of one sample.
    ///
    /// # Assumptions
    /// Euler's scheme in its stationary state, at the step 2/(a + b) for eigenvalues from a to b = κa.
    ///
    /// # Derivation
    /// `derivations/diffusion/langevin-mixing.md`.
    ///
    /// # Source
    /// Sokal 1997, *Monte Carlo Methods in Statistical Mechanics: Foundations and New Algorithms*, §2, on integrated autocorrelation times; the sum of a
    /// geometric series.
    ///
    /// # Numerics
    /// The two terms cancel to 1 at N = 1 and lose κ²/2N of their digits for N far below κ.
    ///
    /// # Limits
    /// N = 1: 1. N → ∞: κ. κ = 1: 1, independent samples.
    LANGEVIN_STEPS_PER_SAMPLE {
        id: "langevin-steps-per-sample",
        estimand: "steps-per-sample",
        latex: r"\kappa - \frac{\kappa^2 - 1}{2 N} \left(1 - \left(\frac{\kappa - 1}{\kappa + 1}\right)^N\right)",
        symbols: &[(r"\kappa", "real > 1"), (r"N", "integer >= 1")],
        value: value,
        wrong_twin: r"\kappa - \frac{\kappa^2 - 1}{N} \left(1 - \left(\frac{\kappa - 1}{\kappa + 1}\right)^N\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_sum_over_pairs_of_steps() {
        for (kappa, n) in [(3.0, 1), (3.0, 5), (10.0, 40), (1.5, 7)] {
            let rho: f64 = (kappa - 1.0) / (kappa + 1.0);
            let pairs: f64 = (0..n).flat_map(|i: i32| (0..n).map(move |j| rho.powi((i - j).abs()))).sum();
            assert!((value(&[kappa, f64::from(n)]) - pairs / f64::from(n)).abs() < 1e-12);
        }
    }
}
