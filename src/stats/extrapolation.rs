//! Finite-size extrapolation: y(L) = y∞ + c·g(L), averaged over candidate corrections g and over the smallest size kept.

use super::{Fit, FitError, Interval, normal_quantile, weighted_least_squares};

/// A mean measured at one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// The size (or whatever grows), positive.
    pub size: f64,
    /// The mean there.
    pub value: f64,
    /// Its standard error, positive.
    pub error: f64,
}

/// How the leading correction vanishes with the size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Correction {
    /// L^(−ω), ω > 0.
    Power(f64),
    /// 1 / log L.
    InverseLog,
}

impl Correction {
    /// The candidates where the theory names none.
    pub const USUAL: [Self; 4] = [Self::Power(0.5), Self::Power(1.0), Self::Power(2.0), Self::InverseLog];

    /// Its value at a size.
    pub fn at(self, size: f64) -> f64 {
        match self {
            Self::Power(exponent) => size.powf(-exponent),
            Self::InverseLog => size.ln().recip(),
        }
    }
}

impl std::fmt::Display for Correction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Power(exponent) => write!(f, "L^(−{exponent})"),
            Self::InverseLog => write!(f, "1/log L"),
        }
    }
}

/// One fitted model.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The correction; `None` for a constant.
    pub correction: Option<Correction>,
    /// How many of the smallest sizes were left out.
    pub dropped: usize,
    /// The fit: y∞, then c.
    pub fit: Fit,
    /// Its share in the average.
    pub weight: f64,
}

/// The limit, with the two parts of its uncertainty.
#[derive(Clone, Debug)]
pub struct Extrapolated {
    /// The model average of y∞.
    pub limit: f64,
    /// Standard error from the replicates.
    pub statistical: f64,
    /// Standard deviation between the models: candidate corrections and smallest size kept.
    pub systematic: f64,
    /// Every model that was fitted, heaviest first.
    pub candidates: Vec<Candidate>,
    /// The largest size.
    pub largest: Observation,
}

/// Why a limit cannot be extrapolated.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ExtrapolationError {
    /// Below four different sizes.
    #[error("{0} sizes are too few to extrapolate: four are needed")]
    TooFewSizes(usize),
    /// No candidate describes the sizes: the best residual probability is given.
    #[error("no candidate correction describes the sizes (best residual probability {0:.1e})")]
    NoModel(f64),
    /// A model could not be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// A model whose residuals are less probable than this does not describe the data.
pub(super) const LEAST_RESIDUAL_PROBABILITY: f64 = 1e-4;
/// Models below this share of the heaviest one do not widen the hull.
const NEGLIGIBLE: f64 = 0.01;

/// Extrapolates to infinite size.
///
/// Models: a constant, and y∞ + c·g for each candidate g, on all sizes and on all but the smallest. Their weights are
/// those of Jay & Neil (Phys. Rev. D 103, 114502 (2021), eq. 42): exp(−(χ² + 2k + 2N_cut)/2), which compares models on
/// different numbers of sizes; the systematic part is the weighted spread of y∞ between them (their eq. 24).
/// Models whose residuals are improbable get no weight.
///
/// # Errors
/// See [`ExtrapolationError`].
pub fn extrapolate(
    observations: &[Observation],
    corrections: &[Correction],
) -> Result<Extrapolated, ExtrapolationError> {
    let mut sorted = observations.to_vec();
    sorted.sort_by(|a, b| a.size.total_cmp(&b.size));
    sorted.dedup_by(|a, b| a.size == b.size);
    if sorted.len() < 4 {
        return Err(ExtrapolationError::TooFewSizes(sorted.len()));
    }
    let mut candidates = Vec::new();
    let mut best = 0.0f64;
    for dropped in 0..=1 {
        let kept = &sorted[dropped..];
        let y: Vec<f64> = kept.iter().map(|o| o.value).collect();
        let errors: Vec<f64> = kept.iter().map(|o| o.error).collect();
        let models = std::iter::once(None).chain(corrections.iter().copied().map(Some));
        for correction in models {
            let mut columns = vec![vec![1.0; kept.len()]];
            if let Some(g) = correction {
                columns.push(kept.iter().map(|o| g.at(o.size)).collect());
            }
            let fit = weighted_least_squares(&columns, &y, &errors)?;
            let probability = fit.p_value();
            best = best.max(probability);
            if probability >= LEAST_RESIDUAL_PROBABILITY {
                let log_weight = -0.5 * (fit.chi_squared + 2.0 * columns.len() as f64 + 2.0 * dropped as f64);
                candidates.push(Candidate { correction, dropped, fit, weight: log_weight });
            }
        }
    }
    let heaviest = candidates.iter().map(|c| c.weight).fold(f64::NEG_INFINITY, f64::max);
    if heaviest == f64::NEG_INFINITY {
        return Err(ExtrapolationError::NoModel(best));
    }
    candidates.iter_mut().for_each(|c| c.weight = (c.weight - heaviest).exp());
    let total: f64 = candidates.iter().map(|c| c.weight).sum();
    candidates.iter_mut().for_each(|c| c.weight /= total);
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let average = |f: &dyn Fn(&Candidate) -> f64| candidates.iter().map(|c| c.weight * f(c)).sum::<f64>();
    let limit = average(&|c| c.fit.coefficients[0]);
    let statistical = average(&|c| c.fit.covariance[(0, 0)]).sqrt();
    let systematic = average(&|c| (c.fit.coefficients[0] - limit).powi(2)).sqrt();
    let largest = sorted[sorted.len() - 1];
    Ok(Extrapolated { limit, statistical, systematic, candidates, largest })
}

impl Extrapolated {
    /// The (1 − α) interval of the model average: normal quantile times both parts in quadrature.
    pub fn interval(&self, alpha: f64) -> Interval {
        Interval::around(self.limit, normal_quantile(1.0 - alpha / 2.0) * self.statistical.hypot(self.systematic))
    }

    /// An interval that covers the (1 − α) interval of every model with a share that counts: a prediction is only
    /// contradicted outside of it.
    pub fn hull(&self, alpha: f64) -> Interval {
        let z = normal_quantile(1.0 - alpha / 2.0);
        let heaviest = self.candidates[0].weight;
        self.candidates
            .iter()
            .filter(|c| c.weight >= NEGLIGIBLE * heaviest)
            .map(|c| Interval::around(c.fit.coefficients[0], z * c.fit.standard_error(0)))
            .fold(self.interval(alpha), Interval::hull)
    }

    /// How far the largest size still is from the limit: y(L_max) fitted minus y∞, by the model average.
    pub fn remaining_drift(&self) -> f64 {
        self.candidates
            .iter()
            .map(|c| c.weight * c.correction.map_or(0.0, |g| c.fit.coefficients[1] * g.at(self.largest.size)))
            .sum()
    }

    /// Whether a slower correction than the candidates could carry the limit to `prediction`: it lies beyond the
    /// fitted limit in the direction in which the sizes still move, by no more than they still have to move.
    pub fn drifts_towards(&self, prediction: f64) -> bool {
        let drift = self.remaining_drift();
        let beyond = self.limit - prediction;
        drift * beyond > 0.0 && beyond.abs() <= drift.abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand_distr::{Distribution, StandardNormal};

    fn observe(y: impl Fn(f64) -> f64, error: f64, seed: u64) -> Vec<Observation> {
        let mut stream = SeedPath::root(seed).child("sizes").stream();
        [16.0, 32.0, 64.0, 128.0, 256.0, 512.0]
            .into_iter()
            .map(|size| {
                let noise: f64 = StandardNormal.sample(&mut stream);
                Observation { size, value: y(size) + error * noise, error }
            })
            .collect()
    }

    #[test]
    fn known_limits_are_covered_for_each_correction() {
        for correction in Correction::USUAL {
            let covered = (0..200)
                .filter(|seed| {
                    let sizes = observe(|l| 0.138 + 0.3 * correction.at(l), 1e-3, *seed);
                    extrapolate(&sizes, &Correction::USUAL).is_ok_and(|e| e.interval(0.05).contains(0.138))
                })
                .count();
            assert!(covered >= 180, "{correction}: {covered} of 200");
        }
    }

    #[test]
    fn precise_data_select_the_right_correction_and_wrong_limits_are_excluded() {
        let sizes = observe(|l| 1.0 + 0.8 / l, 1e-5, 1);
        let limit = extrapolate(&sizes, &Correction::USUAL).unwrap();
        assert_eq!(limit.candidates[0].correction, Some(Correction::Power(1.0)));
        assert!((limit.limit - 1.0).abs() < 1e-4 && limit.systematic < 1e-4);
        assert!(!limit.hull(1e-6).contains(1.01) && !limit.hull(1e-6).contains(0.99));
        assert!((limit.remaining_drift() - 0.8 / 512.0).abs() < 1e-4);
        assert!(limit.drifts_towards(0.999) && !limit.drifts_towards(1.01) && !limit.drifts_towards(0.9));
    }

    #[test]
    fn an_unknown_correction_is_not_called_a_limit() {
        let sizes = observe(|l| 1.0 + l.ln().sin(), 1e-4, 2);
        assert!(matches!(extrapolate(&sizes, &Correction::USUAL), Err(ExtrapolationError::NoModel(_))));
        assert_eq!(extrapolate(&sizes[..3], &Correction::USUAL).unwrap_err(), ExtrapolationError::TooFewSizes(3));
    }

    #[test]
    fn noise_that_hides_the_correction_shows_as_a_systematic_part() {
        let limit = extrapolate(&observe(|l| 0.5 + 0.2 / l.sqrt(), 0.01, 3), &Correction::USUAL).unwrap();
        assert!(limit.systematic > 0.005, "{}", limit.systematic);
        assert!(limit.interval(0.01).contains(0.5));
    }
}
