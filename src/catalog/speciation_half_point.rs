//! Speciation time with its finite-size form.

crate::closed_form! {
    /// Speciation time with its finite-size form.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log\left(\frac{m^2 d}{\kappa^2} + 1 - \sigma^2\right) $$
    /// The time at which the probability that two clones end in the same class crosses the level that belongs to the
    /// separation κ (see `same-class-probability`): κ = 0.92241229 for the level ¾, κ = 1 for 0.77520025. m is the mean
    /// of each coordinate in the positive class, σ² the variance within a class, d the dimension.
    ///
    /// # Assumptions
    /// ½ N(m𝟙, σ²I) + ½ N(−m𝟙, σ²I), exact at every d; for independent spins of mean ±m put σ² = 1 − m², up to
    /// corrections of order 1/d²: 0.05/d² at m = 0.8.
    ///
    /// # Derivation
    /// `derivations/diffusion/speciation.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on speciation;
    /// the offset is ours.
    ///
    /// # Numerics
    /// The argument of the logarithm is negative if the classes overlap so much at t = 0 that the level is never
    /// reached.
    ///
    /// # Limits
    /// σ = 1: ½ log d + log(m/κ) without further corrections.
    SPECIATION_HALF_POINT {
        id: "speciation-half-point",
        estimand: "speciation-time",
        latex: r"\frac{1}{2} \log\left(\frac{m^2 d}{\kappa^2} + 1 - \sigma^2\right)",
        symbols: &[(r"m", "real > 0"), (r"d", "real > 0"), (r"\kappa", "real > 0"), (r"\sigma", "real > 0")],
        value: |x| 0.5 * (x[0] * x[0] * x[1] / (x[2] * x[2]) + 1.0 - x[3] * x[3]).ln(),
        wrong_twin: r"\frac{1}{2} \log\left(\frac{m^2 d}{\kappa^2} + 1 + \sigma^2\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::same_class_probability::SAME_CLASS_PROBABILITY;

    /// At that time the projection of x_t on the class axis has the separation κ, and the level is that of the integral.
    #[test]
    fn the_separation_is_kappa_there() {
        let (m, d, kappa, sigma) = (0.6, 50.0, 0.922_412_292_640_901_6, 1.7);
        let t = (SPECIATION_HALF_POINT.value)(&[m, d, kappa, sigma]);
        let variance = 1.0 - (-2.0 * t).exp() + sigma * sigma * (-2.0 * t).exp();
        assert!((m * d.sqrt() * (-t).exp() / variance.sqrt() - kappa).abs() < 1e-12);
        assert!(((SAME_CLASS_PROBABILITY.value)(&[kappa]) - 0.75).abs() < 1e-12);
    }

    /// Sixteen spins of mean 0.8: the law of their log-odds by convolution. The formula is 0.05/d² too early.
    #[test]
    fn spins_follow_up_to_second_order() {
        let (m, kappa) = (0.8f64, 0.922_412_292_640_901_6);
        let t = (SPECIATION_HALF_POINT.value)(&[m, 16.0, kappa, (1.0 - m * m).sqrt()]);
        let signal = 1.0 / (2.0 * t).exp_m1().sqrt();
        // P(artanh(m tanh(signal·y)) ≤ l) with y = ±signal + z.
        let below = |l: f64| {
            let y = (core_math::tanh(l) / m).clamp(-1.0, 1.0).atanh() / signal;
            let normal = |x: f64| 0.5 * core_math::erfc(-x / std::f64::consts::SQRT_2);
            0.5 * (1.0 + m) * normal(y - signal) + 0.5 * (1.0 - m) * normal(y + signal)
        };
        let (step, half) = (0.004, 280);
        let bin = |k: i32| below((f64::from(k) + 0.5) * step) - below((f64::from(k) - 0.5) * step);
        let mut law: Vec<f64> = (-half..=half).map(bin).collect();
        for _ in 0..4 {
            let mut twice = vec![0.0; 2 * law.len() - 1];
            for (i, p) in law.iter().enumerate() {
                twice[i..].iter_mut().zip(&law).for_each(|(sum, q)| *sum += p * q);
            }
            law = twice;
        }
        let centre = (law.len() / 2) as f64;
        let same: f64 =
            law.iter().enumerate().map(|(k, p)| 0.5 * p * (1.0 + core_math::tanh((k as f64 - centre) * step))).sum();
        // The slope of the curve at the level ¾ is −0.3068.
        let late = (same - 0.75) / 0.3068 * 256.0;
        assert!((late - 0.05).abs() < 0.005, "{late}");
    }
}
