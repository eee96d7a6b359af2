//! The time at which a measured curve crosses a level: from a curve on a grid, or from curves that can be evaluated.

use super::{TwoClass, same_class};
use crate::experiment::{Estimand, ExperimentError, Parameter, Parameters};
use nalgebra::{DMatrix, DVector};

/// A grid of times around the speciation time and the level whose crossing is sought on it.
pub(super) struct HalfPoint {
    /// Increasing.
    pub(super) times: Vec<f64>,
    level: f64,
    /// Maps values on the grid to the coefficients of the least-squares polynomial in the scaled time.
    fit: DMatrix<f64>,
}

impl HalfPoint {
    /// Trajectories are cut in this many groups for the jackknife.
    pub(super) const GROUPS: usize = 10;

    pub(super) const POINTS: Parameter = Parameter {
        name: "points",
        meaning: "number of times on the grid",
        default: 10.0,
        minimum: 8.0,
        maximum: 64.0,
        whole: true,
    };
    pub(super) const FROM: Parameter = Parameter {
        name: "from",
        meaning: "first time on the grid, from the time at which the class means lie two standard deviations apart",
        default: -0.9,
        minimum: -20.0,
        maximum: 20.0,
        whole: false,
    };
    pub(super) const TO: Parameter = Parameter {
        name: "to",
        meaning: "last time on the grid, from the time at which the class means lie two standard deviations apart",
        default: 0.9,
        minimum: -20.0,
        maximum: 20.0,
        whole: false,
    };
    pub(super) const LEVEL: Parameter = Parameter {
        name: "level",
        meaning: "level of the curve that defines the speciation time; it falls from 1 to 1/2",
        default: 0.75,
        minimum: 0.55,
        maximum: 0.95,
        whole: false,
    };

    pub(super) const PROBES: Parameter =
        Parameter::whole("probes", "data points in one replicate, each noised twice: by z and by −z", 256.0, 16.0, 1e6);
    /// Where the agreement of two draws from the class posterior, averaged over probes, crosses the level.
    pub(super) const OF_PROBES: Estimand = Estimand::scalar(
        "speciation-time",
        "time at which the probability that two draws from the class posterior agree crosses `level`",
    )
    .biased(Self::probe_bias);
    const TOLERANCE: f64 = 1e-6;

    /// The root's tolerance, and what [`crossing`] leaves.
    pub(super) fn probe_bias(parameters: &Parameters) -> f64 {
        Self::TOLERANCE + crossing_bias(parameters.get("probes"))
    }

    /// The time at which the mean over the probes of p₊² + p₋² = ½(1 + tanh² L) crosses `level`, L the half log odds of the
    /// classes given one data point noised to a time: every time sees the same data and the same noise.
    pub(super) fn of_probes<P>(
        guess: f64,
        level: f64,
        probes: &[P],
        half_log_odds: impl Fn(f64, &[P]) -> Vec<[f64; 2]>,
    ) -> f64 {
        crossing(guess.max(0.05), 0.5, level, Self::TOLERANCE, |t| agreements(&half_log_odds(t, probes)))
    }

    /// What drawing probes of d coordinates costs and evaluating them at every time that the crossing asks for.
    pub(super) fn cost_of_probes(probes: usize, d: usize, draw: f64, evaluate: f64) -> f64 {
        (probes * d) as f64 * (draw + 2.0 * (EVALUATIONS + 1.0) * evaluate)
    }

    /// # Errors
    /// More probes in memory than a thread should hold.
    pub(super) fn affordable_probes(probes: usize, d: usize) -> Result<(), ExperimentError> {
        if probes.saturating_mul(d) > 1 << 26 {
            return Err(ExperimentError::Setup(format!("{probes} probes of dimension {d} need over 1 GiB")));
        }
        Ok(())
    }

    /// The grid that `points`, `from`, `to` and `level` describe, all of it later than `earliest`.
    pub(super) fn new(parameters: &Parameters, target: &TwoClass, earliest: f64) -> Result<Self, ExperimentError> {
        let grid = Self::unchecked(parameters, target);
        let (first, last) = (grid.times[0], grid.times[grid.times.len() - 1]);
        if !(first > earliest && last > first) {
            return Err(ExperimentError::Setup(format!(
                "the grid of times runs from {first:.3} to {last:.3}; it must increase and start after {earliest}: raise `from` or `d`"
            )));
        }
        Ok(grid)
    }

    fn unchecked(parameters: &Parameters, target: &TwoClass) -> Self {
        let points = parameters.whole("points");
        let (from, to) = (parameters.get("from"), parameters.get("to"));
        let scaled = |k: usize| 2.0 * k as f64 / (points - 1) as f64 - 1.0;
        let centre = target.time_of_separation(1.0);
        let times = (0..points).map(|k| centre + 0.5 * (from + to) + 0.5 * (to - from) * scaled(k)).collect();
        // On a short grid a cubic follows the curve, and it is steadier where few trajectories leave much noise.
        let degree = if to - from < 1.0 { 3 } else { 5 };
        let vandermonde = DMatrix::from_fn(points, degree + 1, |k, power| scaled(k).powi(power as i32));
        let fit = vandermonde.pseudo_inverse(1e-12).expect("the tolerance is not negative");
        Self { times, level: parameters.get("level"), fit }
    }

    /// Where the polynomial through the values falls through the level; NaN if it does not on this grid.
    pub(super) fn time(&self, values: &[f64]) -> f64 {
        let coefficients = &self.fit * DVector::from_column_slice(values);
        let excess = |u: f64| coefficients.iter().rev().fold(0.0, |sum, c| sum * u + c) - self.level;
        const PIECES: i32 = 64;
        let node = |k: i32| 2.0 * f64::from(k) / f64::from(PIECES) - 1.0;
        let Some(k) = (0..PIECES).find(|&k| excess(node(k)) >= 0.0 && excess(node(k + 1)) < 0.0) else {
            return f64::NAN;
        };
        let (mut left, mut right) = (node(k), node(k + 1));
        for _ in 0..50 {
            let middle = 0.5 * (left + right);
            if excess(middle) >= 0.0 { left = middle } else { right = middle }
        }
        let (first, last) = (self.times[0], self.times[self.times.len() - 1]);
        0.5 * (first + last) + 0.25 * (last - first) * (left + right)
    }

    /// The crossing of the mean of equally large groups' curves, jackknifed: its bias is of second order in 1/sample.
    pub(super) fn jackknifed(&self, groups: &[Vec<f64>]) -> f64 {
        let g = groups.len() as f64;
        let mut total = vec![0.0; self.times.len()];
        for group in groups {
            total.iter_mut().zip(group).for_each(|(total, value)| *total += value);
        }
        let whole = self.time(&total.iter().map(|v| v / g).collect::<Vec<_>>());
        let without = |group: &Vec<f64>| {
            self.time(&total.iter().zip(group).map(|(total, v)| (total - v) / (g - 1.0)).collect::<Vec<_>>())
        };
        g * whole - (g - 1.0) * groups.iter().map(without).sum::<f64>() / g
    }

    /// How far the crossing of the fitted polynomial lies from that of the curve, for the curve of two Gaussians.
    pub(super) fn fit_bias(parameters: &Parameters, target: &TwoClass) -> f64 {
        let grid = Self::unchecked(parameters, target);
        let curve: Vec<f64> = grid.times.iter().map(|&t| same_class(target.separation(t))).collect();
        let exact = root(1e-3, 10.0, 1e-12, |kappa| same_class(kappa) - grid.level);
        (grid.time(&curve) - target.time_of_separation(exact)).abs()
    }
}

/// A zero between `low` and `high`, whose values must differ in sign (else NaN), by regula falsi in the Illinois form.
pub(super) fn root(low: f64, high: f64, tolerance: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return a;
    }
    if fa.is_nan() || fb.is_nan() || fa * fb > 0.0 {
        return f64::NAN;
    }
    let mut c = b;
    for _ in 0..200 {
        c = b - fb * (b - a) / (fb - fa);
        let fc = f(c);
        if fc == 0.0 || (c - b).abs() < tolerance {
            break;
        }
        if fc * fb < 0.0 {
            (a, fa) = (b, fb);
        } else {
            fa *= 0.5;
        }
        (b, fb) = (c, fc);
        if (b - a).abs() < tolerance {
            break;
        }
    }
    c
}

/// The probability ½(1 + tanh² L) that two draws from the class posterior agree, averaged over the two half log odds of
/// each probe. They belong to opposite noise, which has the same law: the average is as unbiased as either, and steadier,
/// because the agreement rises with the noise along the class axis.
pub(super) fn agreements(half_log_odds: &[[f64; 2]]) -> Vec<f64> {
    let one = |l: f64| 0.5 * (1.0 + l.tanh().powi(2));
    half_log_odds.iter().map(|[a, b]| 0.5 * (one(*a) + one(*b))).collect()
}

/// What the correction of first order in 1/n leaves of the bias of [`crossing`] with n curves. Measured with 16 and 32
/// curves against hundreds: below 0.7/n² at the upper end of two standard errors, for collapse and speciation times.
pub(super) fn crossing_bias(curves: f64) -> f64 {
    2.0 / (curves * curves)
}

/// How often [`crossing`] evaluates its curves, typically.
pub(super) const EVALUATIONS: f64 = 11.0;

/// The time at which the mean of `curves`, which falls from 1 to `floor`, crosses `level`: bracketed from `guess`,
/// solved to `tolerance`, and freed of the bias of order 1/(number of curves). NaN if no crossing is found.
pub(super) fn crossing(
    guess: f64,
    floor: f64,
    level: f64,
    tolerance: f64,
    mut curves: impl FnMut(f64) -> Vec<f64>,
) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    // In the logarithm of the odds the curve is almost straight.
    let odds = |value: f64| (((value - floor).max(1e-12)) / (1.0 - value).max(1e-12)).ln();
    let mut excess = |t: f64| odds(mean(&curves(t))) - odds(level);
    let (mut low, mut high, mut value) = (guess, guess, excess(guess));
    let sign = value.signum();
    for _ in 0..40 {
        if sign > 0.0 {
            (low, high) = (high, high * 1.25)
        } else {
            (low, high) = (low / 1.25, low)
        }
        value = excess(if sign > 0.0 { high } else { low });
        if value.signum() != sign {
            break;
        }
    }
    let t = root(low, high, tolerance, excess);
    if t.is_nan() {
        return t;
    }
    let step = 0.02 * t;
    let (before, here, after) = (curves(t - step), curves(t), curves(t + step));
    let slope = (mean(&after) - mean(&before)) / (2.0 * step);
    let curvature = (mean(&after) - 2.0 * mean(&here) + mean(&before)) / (step * step);
    let centre = mean(&here);
    let n = here.len() as f64;
    let (mut variance, mut covariance) = (0.0, 0.0);
    for k in 0..here.len() {
        let deviation = here[k] - centre;
        variance += deviation * deviation / (n * (n - 1.0));
        covariance += deviation * ((after[k] - before[k]) / (2.0 * step) - slope) / (n * (n - 1.0));
    }
    t - (covariance / (slope * slope) - 0.5 * curvature * variance / slope.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::diffusion::normal;
    use crate::random::{SeedPath, bulk};

    #[test]
    fn a_root_is_found_and_none_invented() {
        assert!((root(0.0, 2.0, 1e-12, |x| x * x * x - 2.0) - 2f64.cbrt()).abs() < 1e-11);
        assert!(root(0.0, 1.0, 1e-12, |x| x + 1.0).is_nan());
    }

    /// Few noisy curves: the plain root of their mean is visibly biased, the corrected one is not.
    #[test]
    fn the_crossing_is_freed_of_its_first_order_bias() {
        let mut generator = bulk(&mut SeedPath::root(1).stream());
        let (mut corrected, mut squares) = (0.0, 0.0);
        let runs = 2000.0;
        for _ in 0..2000 {
            let noise: Vec<f64> = (0..12).map(|_| normal(&mut generator)).collect();
            // Mean curve (1 + e^{-t²} )/2 by construction, as E e^{√2 i t z}: real part.
            let curves = |t: f64| noise.iter().map(|z| 0.5 + 0.5 * (2f64.sqrt() * t * z).cos()).collect();
            let t = crossing(0.8, -0.5, 0.75, 1e-6, curves) - 2f64.ln().sqrt();
            corrected += t / runs;
            squares += t * t / runs;
        }
        let error = (squares / runs).sqrt();
        assert!(corrected.abs() < 4.0 * error, "{corrected} ± {error}");
    }
}
