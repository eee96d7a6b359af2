//! Mean square of the noised magnetisation of the Curie–Weiss model.

fn value(x: &[f64]) -> f64 {
    let (d, beta, t) = (x[0], x[1], x[2]);
    let (mut configurations, mut total, mut square) = (1.0, 0.0, 0.0);
    for up in 0..=d as u32 {
        let magnetisation = 2.0 * f64::from(up) - d;
        // Over the weight of spins that are all alike, which overflows first.
        let weight = configurations * (beta * (magnetisation * magnetisation - d * d) / (2.0 * d)).exp();
        total += weight;
        square += weight * magnetisation * magnetisation / d;
        configurations *= (d - f64::from(up)) / f64::from(up + 1);
    }
    (-2.0 * t).exp() * square / total - (-2.0 * t).exp_m1()
}

crate::closed_form! {
    /// Mean square of the noised magnetisation of the Curie–Weiss model.
    ///
    /// # Statement
    /// $$ e^{-2t} \frac{\sum_{k=0}^{d} \binom{d}{k} e^{\beta (2k - d)^2/(2d)} \frac{(2k - d)^2}{d}}{\sum_{k=0}^{d} \binom{d}{k} e^{\beta (2k - d)^2/(2d)}} + 1 - e^{-2t} $$
    /// The mean of (Σ_i x_i)²/d. d is the number of spins, β the inverse temperature, t the time of the forward process.
    ///
    /// # Assumptions
    /// Spins ±1 with probability ∝ e^{β (Σ_i a_i)²/2d}, noised by dx = −x dt + √2 dW.
    ///
    /// # Derivation
    /// `derivations/diffusion/spins-and-data-in-reverse.md`: the weight depends on the number k of spins that are up, of which there are
    /// binomially many configurations.
    ///
    /// # Source
    /// Counting of configurations; the model is that of Biroli and Mézard 2023.
    ///
    /// # Numerics
    /// Finite for d up to about a thousand, where the binomial coefficients overflow.
    ///
    /// # Limits
    /// β = 0 or t → ∞: 1. β → ∞, t = 0: d, all spins alike.
    NOISED_MAGNETISATION {
        id: "noised-magnetisation",
        estimand: "variance",
        latex: r"e^{-2t} \frac{\sum_{k=0}^{d} \binom{d}{k} e^{\beta (2k - d)^2/(2d)} \frac{(2k - d)^2}{d}}{\sum_{k=0}^{d} \binom{d}{k} e^{\beta (2k - d)^2/(2d)}} + 1 - e^{-2t}",
        symbols: &[(r"d", "dimension"), (r"\beta", "real > 0"), (r"t", "real > 0")],
        value: value,
        wrong_twin: r"e^{-2t} \frac{\sum_{k=0}^{d} \binom{d}{k} e^{\beta (2k - d)^2/d} \frac{(2k - d)^2}{d}}{\sum_{k=0}^{d} \binom{d}{k} e^{\beta (2k - d)^2/d}} + 1 - e^{-2t}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_mean_over_all_configurations() {
        for (d, beta, t) in [(1u32, 0.7, 0.2), (3, 1.5, 0.1), (6, 0.4, 0.9)] {
            let (mut total, mut square) = (0.0, 0.0);
            for bits in 0..1u32 << d {
                let sum = 2.0 * f64::from(bits.count_ones()) - f64::from(d);
                let weight = (beta * sum * sum / (2.0 * f64::from(d))).exp();
                total += weight;
                // The noise adds its variance to every coordinate.
                square += weight * ((-2.0f64 * t).exp() * sum * sum / f64::from(d) + 1.0 - (-2.0f64 * t).exp());
            }
            assert!((value(&[f64::from(d), beta, t]) / (square / total) - 1.0).abs() < 1e-12, "{d} {beta} {t}");
        }
        assert!((value(&[9.0, 20.0, 1e-12]) - 9.0).abs() < 1e-9 && (value(&[9.0, 1e-12, 0.3]) - 1.0).abs() < 1e-9);
    }
}
