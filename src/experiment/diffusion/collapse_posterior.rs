//! Memorisation at one time: how much of the empirical posterior sits on the data point that was noised.

use super::Cloud;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Shape, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// A fresh data set from N(0, σ²I) per replicate; its points are noised and recognised.
pub static EXPERIMENT: Experiment = Experiment {
    name: "collapse-posterior",
    summary: "Draws n points from N(0, σ²I), noises some of them to time t, and measures the posterior over the data points: the weight of the originating one and the participation Σ w²",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[N, D, SIGMA, T, PROBES],
    estimands: &[
        Estimand {
            name: "weight",
            meaning: "posterior weight of the originating data point; also the probability that a U-turn at t returns to it",
            bounds: Some((0.0, 1.0)),
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
        Estimand {
            name: "participation",
            meaning: "sum of the squared posterior weights; also the probability that two clones released at t end at the same data point",
            bounds: Some((0.0, 1.0)),
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
    ],
    prepare,
};

pub(super) const N: Parameter =
    Parameter { name: "n", meaning: "number of data points", default: 1e5, minimum: 2.0, maximum: 1e7, whole: true };
pub(super) const D: Parameter =
    Parameter { name: "d", meaning: "dimension", default: 20.0, minimum: 1.0, maximum: 512.0, whole: true };
pub(super) const SIGMA: Parameter = Parameter {
    name: "sigma",
    meaning: "standard deviation of the data in every direction",
    default: 1.0,
    minimum: 1e-2,
    maximum: 100.0,
    whole: false,
};
pub(super) const T: Parameter = Parameter {
    name: "t",
    meaning: "time of the forward process",
    default: 0.2,
    minimum: 1e-3,
    maximum: 20.0,
    whole: false,
};
pub(super) const PROBES: Parameter = Parameter {
    name: "probes",
    meaning: "noised data points in one replicate",
    default: 500.0,
    minimum: 16.0,
    maximum: 1e5,
    whole: true,
};

/// A data set is held in memory once per thread.
pub(super) fn affordable(n: usize, d: usize) -> Result<(), ExperimentError> {
    if n.saturating_mul(d) > 200_000_000 {
        return Err(ExperimentError::Setup(format!("n d = {} numbers do not fit: at most 2e8", n * d)));
    }
    Ok(())
}

struct CollapsePosterior {
    n: usize,
    d: usize,
    sigma: f64,
    t: f64,
    probes: usize,
}

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, d) = (parameters.whole("n"), parameters.whole("d"));
    affordable(n, d)?;
    let probes = parameters.whole("probes");
    Ok(Box::new(CollapsePosterior { n, d, sigma: parameters.get("sigma"), t: parameters.get("t"), probes }))
}

impl Trial for CollapsePosterior {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let cloud = Cloud::gaussian(self.n, self.d, self.sigma, generator);
        let found = cloud.evaluate(&cloud.probes(self.probes, generator), self.t);
        out[0] = found.weight.iter().sum::<f64>() / self.probes as f64;
        out[1] = found.participation.iter().sum::<f64>() / self.probes as f64;
    }

    fn work(&self) -> f64 {
        cost::work(Cloud::cost(self.n, self.d, self.probes))
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
