//! Memorisation at one time: how much of the empirical posterior sits on the data point that was noised.

use super::DataSet;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameters, Trial};
use crate::random::{SeedPath, Stream};

/// A fresh data set from N(0, σ²I) per replicate; its points are noised and recognised.
pub static EXPERIMENT: Experiment = Experiment {
    name: "collapse-posterior",
    summary: "Draws n points from N(0, σ²I), noises some of them to time t, and measures the posterior over the data points: the weight of the originating one and the participation Σ w²",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: DataSet::PARAMETERS,
    estimands: &[
        Estimand::scalar(
            "weight",
            "posterior weight of the originating data point; also the probability that a U-turn at t returns to it",
        ).within(0.0, 1.0),
        Estimand::scalar(
            "participation",
            "sum of the squared posterior weights; also the probability that two clones released at t end at the same data point",
        ).within(0.0, 1.0),
    ],
    prepare,
};

struct CollapsePosterior(DataSet);

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(CollapsePosterior(DataSet::new(parameters)?)))
}

impl Trial for CollapsePosterior {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let found = self.0.evaluate(stream);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        (out[0], out[1]) = (mean(&found.weight), mean(&found.participation));
    }

    fn work(&self) -> f64 {
        self.0.work()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::numeric::gaussian;

    /// Two points on a line: the weight is a logistic function of their distance and of one normal number.
    #[test]
    fn two_points_on_a_line() {
        let given = [("n", 2.0), ("d", 1.0), ("t", 0.3), ("probes", 16.0)];
        let (weight, error) = sample(&EXPERIMENT, &given, 4000).get("weight")[0];
        let r = 1.0 / 0.6f64.exp_m1().sqrt();
        let of_distance = |s: f64| {
            // r²s²/2 + r s z for the other point at distance s = √2 u.
            gaussian::expectation(|z| 1.0 / (1.0 + (-0.5 * r * r * s * s - r * s * z).exp()))
        };
        let exact = gaussian::expectation(|u| of_distance(std::f64::consts::SQRT_2 * u));
        assert!((weight - exact).abs() < 4.5 * error, "{weight} ± {error} against {exact}");
    }

    /// Bayes' rule: the originating point is a posterior draw, so its mean weight is the mean of Σ w².
    #[test]
    fn weight_and_participation_have_the_same_mean() {
        let given = [("n", 300.0), ("d", 6.0), ("t", 0.08), ("probes", 64.0)];
        let weight = sample(&EXPERIMENT, &given, 60).get("weight")[0];
        let participation = sample(&EXPERIMENT, &given, 60).get("participation")[0];
        assert!((weight.0 - participation.0).abs() < 4.5 * weight.1.hypot(participation.1));
        assert!(weight.0 > 0.2 && weight.0 < 0.8);
    }
}
