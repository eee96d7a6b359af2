//! The Kolmogorov–Smirnov test of a sample against a continuous law.

/// Result of a one-sample test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    /// Largest distance between the empirical and the claimed distribution function.
    pub statistic: f64,
    /// Probability of a distance at least as large under the claimed law: the limit law of Kolmogorov (1933) with
    /// the finite-size argument of Stephens (1970), good to a few per mille for 40 values and more.
    pub p_value: f64,
}

/// Tests whether independent values follow the continuous law with distribution function `cdf`.
///
/// Sorts the sample. `None` for an empty sample or a value or probability that is not a number.
pub fn kolmogorov_smirnov(values: &mut [f64], cdf: impl Fn(f64) -> f64) -> Option<KolmogorovSmirnov> {
    if values.is_empty() || values.iter().any(|v| v.is_nan()) {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let mut statistic: f64 = 0.0;
    for (i, value) in values.iter().enumerate() {
        let p = cdf(*value);
        if p.is_nan() {
            return None;
        }
        statistic = statistic.max((i + 1) as f64 / n - p).max(p - i as f64 / n);
    }
    let x = statistic * (n.sqrt() + 0.12 + 0.11 / n.sqrt());
    Some(KolmogorovSmirnov { statistic, p_value: survival(x) })
}

/// P(K > x) for Kolmogorov's limit law; the two series converge fast on either side of 1.18.
fn survival(x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x < 1.18 {
        let y = -std::f64::consts::PI.powi(2) / (8.0 * x * x);
        let sum: f64 = (0..4).map(|k| (y * f64::from(2 * k + 1).powi(2)).exp()).sum();
        1.0 - (2.0 * std::f64::consts::PI).sqrt() / x * sum
    } else {
        (1..=4).map(|k: i32| 2.0 * f64::from(1 - 2 * ((k + 1) % 2)) * (-2.0 * f64::from(k * k) * x * x).exp()).sum()
    }
    .clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand::RngExt;

    #[test]
    fn limit_law_at_tabulated_quantiles() {
        // Smirnov (1948): 5 % at 1.3581, 1 % at 1.6276, 50 % at 0.8276.
        for (x, p) in [(1.3581, 0.05), (1.6276, 0.01), (0.82757, 0.5)] {
            assert!((survival(x) - p).abs() < 2e-4, "{x}: {}", survival(x));
        }
        assert!((survival(1.18 - 1e-9) - survival(1.18 + 1e-9)).abs() < 1e-8);
    }

    #[test]
    fn p_values_are_uniform_under_the_law_and_small_otherwise() {
        let p = |cdf: fn(f64) -> f64, trial| {
            let mut stream = SeedPath::root(3).block(trial).stream();
            let mut values: Vec<f64> = (0..200).map(|_| stream.random()).collect();
            kolmogorov_smirnov(&mut values, cdf).unwrap().p_value
        };
        let mut under: Vec<f64> = (0..500).map(|t| p(|x| x, t)).collect();
        // Their own distribution function against the uniform one, by counting (the independent path).
        for level in [0.05, 0.25, 0.5, 0.75] {
            let share = under.iter().filter(|p| **p <= level).count() as f64 / 500.0;
            assert!((share - level).abs() < 4.0 * (level * (1.0 - level) / 500.0f64).sqrt() + 0.01, "{level}: {share}");
        }
        under.sort_by(f64::total_cmp);
        let power = (0..100).filter(|t| p(|x| x.powf(1.5), *t) < 0.01).count();
        assert!(power > 95, "{power}");
        assert!(kolmogorov_smirnov(&mut [], |x| x).is_none());
    }
}
