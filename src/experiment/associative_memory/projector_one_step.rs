//! One parallel step under the projector rule.

use super::dynamics::parallel;
use super::projector_basin::{Stored, flipped, orders};
use super::{pattern_count, projector_cost};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::dot;
use crate::random::{SeedPath, Stream, bulk};

/// Starts that differ from stored patterns in (1 − overlap) N/2 bits, rounded, at random places.
pub static EXPERIMENT: Experiment = Experiment {
    name: "projector-one-step",
    summary: "random patterns stored by the projector rule; overlap after one step from a given overlap",
    source: "Kanter and Sompolinsky 1987; Personnaz, Guyon and Dreyfus 1986",
    parameters: &[
        Parameter::whole("N", "neurons", 400.0, 2.0, 4000.0),
        Parameter::real("alpha", "load K/N", 0.5, 1e-4, 2.0),
        Parameter::real("overlap", "initial overlap", 0.8, -1.0, 1.0),
        Parameter::whole("probes", "starts per replicate, from different patterns: at most K", 100.0, 1.0, 4000.0),
    ],
    // Means over many bits: nearly normal, so that no bounds are needed for a narrow interval.
    estimands: &[
        Estimand::scalar("one-step-overlap", "overlap after one step, self-coupling kept"),
        Estimand::scalar("one-step-overlap-without-self", "the same, self-coupling removed"),
    ],
    prepare,
};

struct OneStep {
    n: usize,
    k: usize,
    flips: usize,
    probes: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    let k = pattern_count(n, p.get("alpha"));
    let flips = ((1.0 - p.get("overlap")) / 2.0 * n as f64).round() as usize;
    Ok(Box::new(OneStep { n, k, flips, probes: p.whole("probes").min(k) }))
}

impl Trial for OneStep {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let Some(stored) = Stored::draw(self.n, self.k, &mut generator) else {
            return out.fill(f64::NAN);
        };
        let orders = orders(self.n, self.probes, &mut generator);
        for (out, keep_self) in out.iter_mut().zip([true, false]) {
            let mut states = flipped(&stored.patterns, &orders, |_| self.flips);
            parallel(&stored.couplings(keep_self), &mut states, 1);
            let overlap = |j: usize| dot(states.col_as_slice(j), stored.patterns.col_as_slice(j));
            *out = (0..self.probes).map(overlap).sum::<f64>() / (self.n * self.probes) as f64;
        }
    }

    fn work(&self) -> f64 {
        let step = 2.0 * cost::product_single(self.n, self.k, self.probes) + 20.0 * (self.n * self.probes) as f64;
        cost::work(projector_cost(self.n, self.k) + 2.0 * step)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "K").then_some(Quantity::Scalar(self.k as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use core_math::erf;

    /// The Gaussian field and its next order in 1/N: self-couplings of variance 2α²(1 − α)/N and a noise of kurtosis −6/N
    /// shift the overlaps at α = ½, p = 0.6 by 0.33/N and −0.18/N.
    #[test]
    fn one_step_matches_the_gaussian_field_and_its_correction() {
        let (alpha, p) = (0.5, 0.6);
        let given = [("N", 60.0), ("alpha", alpha), ("overlap", p), ("probes", 30.0)];
        let s = sample(&EXPERIMENT, &given, 4000);
        // Field p ξ_i + α(σ_i − pξ_i) + noise of variance (1−p²)α(1−α); without self-coupling p(1−α)ξ_i + noise.
        let noise = (2.0 * (1.0 - p * p) * alpha * (1.0 - alpha)).sqrt();
        let kept = (1.0 + p) / 2.0 * erf((p + alpha * (1.0 - p)) / noise)
            + (1.0 - p) / 2.0 * erf((p - alpha * (1.0 + p)) / noise);
        for (name, leading, next) in [
            ("one-step-overlap", kept, 0.33),
            ("one-step-overlap-without-self", erf(p * (1.0 - alpha) / noise), -0.176),
        ] {
            let (mean, error) = s.get(name)[0];
            assert!((mean - leading - next / 60.0).abs() < 4.5 * error + 6e-4, "{name}: {mean} ± {error}, {leading}");
            assert!(error < 3e-4);
        }
    }
}
