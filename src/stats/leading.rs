//! Leading behaviour: y(L) = A·f(L) + B + corrections, with f a claimed leading term.

use super::extrapolation::LEAST_RESIDUAL_PROBABILITY;
use super::{Correction, ExtrapolationError, Interval, Observation, normal_quantile, weighted_least_squares};

/// Slope and offset against a leading term, averaged over corrections.
#[derive(Clone, Debug)]
pub struct Leading {
    /// A: 1 if the claimed term is the leading one with its constant.
    pub slope: f64,
    /// Standard error of A: from the replicates.
    pub slope_statistical: f64,
    /// Standard error of A: between the models.
    pub slope_systematic: f64,
    /// B.
    pub offset: f64,
    /// Standard error of B: both parts.
    pub offset_error: f64,
    /// (slope, its standard error, share, offset) of each model, heaviest first.
    pub models: Vec<(f64, f64, f64, f64)>,
}

impl Leading {
    /// The (1 − α) interval of the slope.
    pub fn slope_interval(&self, alpha: f64) -> Interval {
        Interval::around(
            self.slope,
            normal_quantile(1.0 - alpha / 2.0) * self.slope_statistical.hypot(self.slope_systematic),
        )
    }

    /// The hull of the slope intervals of all models that count.
    pub fn slope_hull(&self, alpha: f64) -> Interval {
        let z = normal_quantile(1.0 - alpha / 2.0);
        self.models
            .iter()
            .filter(|m| m.2 >= 0.01 * self.models[0].2)
            .map(|m| Interval::around(m.0, z * m.1))
            .fold(self.slope_interval(alpha), Interval::hull)
    }

    /// The (1 − α) interval of the offset.
    pub fn offset_interval(&self, alpha: f64) -> Interval {
        Interval::around(self.offset, normal_quantile(1.0 - alpha / 2.0) * self.offset_error)
    }
}

/// Fits y = A f + B, and y = A f + B + C·g for each candidate g, on all sizes and on all but the smallest, with the
/// weights of [`super::extrapolate`].
///
/// `term` holds f at the sizes of `observations`, in their order; at least four different sizes are needed.
///
/// # Errors
/// See [`ExtrapolationError`].
pub fn leading_behaviour(
    observations: &[Observation],
    term: &[f64],
    corrections: &[Correction],
) -> Result<Leading, ExtrapolationError> {
    let mut rows: Vec<(Observation, f64)> = observations.iter().copied().zip(term.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.size.total_cmp(&b.0.size));
    rows.dedup_by(|a, b| a.0.size == b.0.size);
    if rows.len() < 4 {
        return Err(ExtrapolationError::TooFewSizes(rows.len()));
    }
    let mut models = Vec::new();
    let mut best = 0.0f64;
    for dropped in 0..=1 {
        let kept = &rows[dropped..];
        let y: Vec<f64> = kept.iter().map(|(o, _)| o.value).collect();
        let errors: Vec<f64> = kept.iter().map(|(o, _)| o.error).collect();
        for correction in std::iter::once(None).chain(corrections.iter().copied().map(Some)) {
            let mut columns = vec![kept.iter().map(|(_, f)| *f).collect(), vec![1.0; kept.len()]];
            if let Some(g) = correction {
                columns.push(kept.iter().map(|(o, _)| g.at(o.size)).collect::<Vec<f64>>());
            }
            // No degree of freedom left would mean no residual to judge the model by.
            if kept.len() <= columns.len() {
                continue;
            }
            let fit = weighted_least_squares(&columns, &y, &errors)?;
            best = best.max(fit.p_value());
            if fit.p_value() >= LEAST_RESIDUAL_PROBABILITY {
                let log_weight = -0.5 * (fit.chi_squared + 2.0 * columns.len() as f64 + 2.0 * dropped as f64);
                models.push((fit, log_weight));
            }
        }
    }
    let heaviest = models.iter().map(|m| m.1).fold(f64::NEG_INFINITY, f64::max);
    if heaviest == f64::NEG_INFINITY {
        return Err(ExtrapolationError::NoModel(best));
    }
    let total: f64 = models.iter().map(|m| (m.1 - heaviest).exp()).sum();
    models.iter_mut().for_each(|m| m.1 = (m.1 - heaviest).exp() / total);
    models.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mean = |j: usize| models.iter().map(|(f, w)| w * f.coefficients[j]).sum::<f64>();
    let within = |j: usize| models.iter().map(|(f, w)| w * f.covariance[(j, j)]).sum::<f64>();
    let between =
        |j: usize, centre: f64| models.iter().map(|(f, w)| w * (f.coefficients[j] - centre).powi(2)).sum::<f64>();
    let (slope, offset) = (mean(0), mean(1));
    Ok(Leading {
        slope,
        slope_statistical: within(0).sqrt(),
        slope_systematic: between(0, slope).sqrt(),
        offset,
        offset_error: (within(1) + between(1, offset)).sqrt(),
        models: models.iter().map(|(f, w)| (f.coefficients[0], f.standard_error(0), *w, f.coefficients[1])).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand_distr::{Distribution, StandardNormal};

    fn half_log(slope: f64, correction: f64, seed: u64) -> Leading {
        let mut stream = SeedPath::root(seed).child("leading").stream();
        let observations: Vec<Observation> = (4..=10)
            .map(|k| {
                let size = f64::from(1 << k);
                let noise: f64 = StandardNormal.sample(&mut stream);
                let value = slope * 0.5 * size.ln() + 0.42 + correction / size + 0.002 * noise;
                Observation { size, value, error: 0.002 }
            })
            .collect();
        let term: Vec<f64> = observations.iter().map(|o| 0.5 * o.size.ln()).collect();
        leading_behaviour(&observations, &term, &Correction::USUAL).unwrap()
    }

    #[test]
    fn slope_and_offset_of_a_logarithm_are_covered() {
        for correction in [0.0, 1.0] {
            let fits: Vec<Leading> = (0..100).map(|seed| half_log(1.0, correction, seed)).collect();
            let slope = fits.iter().filter(|f| f.slope_interval(0.05).contains(1.0)).count();
            let offset = fits.iter().filter(|f| f.offset_interval(0.05).contains(0.42)).count();
            assert!(slope >= 88 && offset >= 88, "{correction}: {slope}, {offset}");
        }
    }

    #[test]
    fn a_wrong_slope_is_excluded() {
        let refuted = (0..50).filter(|seed| !half_log(1.1, 1.0, *seed).slope_interval(0.01).contains(1.0)).count();
        assert!(refuted >= 40, "{refuted} of 50");
    }
}
