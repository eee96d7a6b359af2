//! The collapse time of a data set in all of space.

use super::{Cloud, DataSet, EVALUATIONS, crossing_bias, half_weight_time};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// A fresh data set from N(0, σ²I) per replicate, and the time at which its points are half recognised.
pub static EXPERIMENT: Experiment = Experiment {
    name: "collapse-time",
    summary: "Draws n points from N(0, σ²I) and finds the time at which the empirical posterior gives a noised data point weight ½ on average",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[DataSet::N, DataSet::D, DataSet::SIGMA, PROBES],
    estimands: &[HALF_WEIGHT],
    prepare,
};

pub(super) const PROBES: Parameter = Parameter::whole("probes", "noised data points in one replicate", 64.0, 16.0, 1e5);

/// Where the posterior lets go of the data.
pub(super) const HALF_WEIGHT: Estimand = Estimand::scalar(
    "collapse-time",
    "time at which the posterior weight of the originating data point is ½ on average over the data set",
)
.biased(time_bias);

/// The root's tolerance, and what the search for it leaves.
fn time_bias(parameters: &Parameters) -> f64 {
    1e-4 + crossing_bias(parameters.get("probes"))
}

struct CollapseTime {
    n: usize,
    d: usize,
    sigma: f64,
    probes: usize,
}

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, d) = (parameters.whole("n"), parameters.whole("d"));
    DataSet::affordable(n, d)?;
    Ok(Box::new(CollapseTime { n, d, sigma: parameters.get("sigma"), probes: parameters.whole("probes") }))
}

impl Trial for CollapseTime {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let cloud = Cloud::gaussian(self.n, self.d, self.sigma, generator);
        // Where the nearest of n points is about as far as the noise: only the start of the search.
        let nearest = (self.n as f64).powf(2.0 / self.d as f64) - 1.0;
        let guess = 0.5 * (self.sigma * self.sigma / nearest.max(1e-3)).ln_1p();
        out[0] = half_weight_time(&cloud, self.probes, guess, generator);
    }

    fn work(&self) -> f64 {
        cost::work(EVALUATIONS * Cloud::cost(self.n, self.d, self.probes))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "alpha").then(|| Quantity::Scalar((self.n as f64).ln() / self.d as f64))
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::known_answer::sample;

    /// A few probes against many: the declared bias covers the difference.
    #[test]
    fn few_probes_are_as_little_biased_as_declared() {
        let time = |probes: f64, replicates: usize| {
            sample(&super::EXPERIMENT, &[("n", 30.0), ("d", 8.0), ("probes", probes)], replicates).get("collapse-time")
                [0]
        };
        let ((few, error), (many, other)) = (time(16.0, 3000), time(256.0, 600));
        assert!(
            error.hypot(other) < 0.002 && (few - many).abs() < 3.0 * error.hypot(other) + 2.0 / 256.0,
            "{few} {many}"
        );
    }

    /// At the time that was found, fresh data sets give the weight ½.
    #[test]
    fn half_the_weight_is_left_at_the_collapse_time() {
        let given = [("n", 400.0), ("d", 8.0), ("probes", 256.0)];
        let (t, error) = sample(&super::EXPERIMENT, &given, 12).get("collapse-time")[0];
        let weight = |t: f64| {
            let given = [("n", 400.0), ("d", 8.0), ("probes", 256.0), ("t", t)];
            sample(&super::super::collapse_posterior::EXPERIMENT, &given, 12).get("weight")[0]
        };
        let ((here, noise), later) = (weight(t), weight(t + 0.1).0);
        let slope = (later - here).abs() / 0.1;
        assert!((here - 0.5).abs() < 4.5 * noise.hypot(slope * error), "{here} ± {noise} at {t} ± {error}");
        assert!(slope > 0.5);
    }
}
