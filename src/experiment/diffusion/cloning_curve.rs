//! One point of a cloning curve (Biroli, Bonnaire, de Bortoli and Mézard 2024, section "Cloning").

use super::backward::agreeing;
use super::{Schedule, TwoClass, Walkers, same_class};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// Two clones of a backward trajectory of two Gaussians, released at t = ½ log d + u: do they end in the same class? The
/// trajectories are followed along the class axis, which alone decides: see `TwoClass::on_class_axis`.
pub static EXPERIMENT: Experiment = Experiment {
    name: "cloning-curve",
    summary: "Runs the backward equation of two Gaussian classes from noise with the exact score, clones the trajectory at the time ½ log d + u and asks whether the clones end in the same class",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[
        TwoClass::D,
        TwoClass::M,
        TwoClass::SIGMA,
        Parameter::real("u", "time of the release, less ½ log d", 0.0, -4.0, 6.0),
        Parameter::whole("trajectories", "independent trajectories in one replicate", 256.0, 1.0, 1e6),
        Parameter::real("step", "largest time step of the backward equation around the decision", 0.03, 1e-4, 0.2),
    ],
    estimands: &[Estimand::scalar("same-class", "probability that both clones end in the same class").biased(bias)],
    prepare,
};

/// Trajectories that run in lockstep.
const LANES: usize = 256;
/// The backward equation starts from N(0, 1) this much before the release, and before the decision.
const LEAD: f64 = 2.5;

struct Clones {
    target: TwoClass,
    schedule: Schedule,
    trajectories: usize,
    separation: f64,
}

/// The two Gaussians on their axis, the time of the release, and the time of the start.
fn times(p: &Parameters) -> (TwoClass, f64, f64) {
    let whole = TwoClass { d: p.whole("d"), m: p.get("m"), sigma: Some(p.get("sigma")) };
    let release = 0.5 * (whole.d as f64).ln() + p.get("u");
    let target = whole.on_class_axis();
    let start = release.max(target.time_of_separation(1.0)) + LEAD;
    (target, release, start)
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (target, release, start) = times(p);
    if release < 0.05 {
        return Err(ExperimentError::Setup(format!("the clones are released at t = {release}, not above 0.05")));
    }
    let schedule = Schedule::new(&target, start, &[release], 0.0, p.get("step"));
    let separation = target.separation(release);
    Ok(Box::new(Clones { target, schedule, trajectories: p.whole("trajectories"), separation }))
}

/// As for the curve of `cloning`: the weak error of the time steps, classes read off wrongly at the end, and a start that is
/// not quite the noised data.
fn bias(p: &Parameters) -> f64 {
    let (target, _, start) = times(p);
    0.5 * p.get("step").powi(2) + 2.0 * target.misclassified(0.0) + 0.36 * target.separation(start).powi(2)
}

impl Trial for Clones {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let (mut parent, mut clone) = (Walkers::new(1), Walkers::new(1));
        let (mut left, mut same) = (self.trajectories, 0.0);
        while left > 0 {
            let now = left.min(LANES);
            parent.release(now, generator);
            parent.run(&self.target, &self.schedule, None, 0, generator);
            let mut classes = || {
                clone.copy(&parent);
                clone.run(&self.target, &self.schedule, Some(0), 1, generator);
                clone.classes(&self.target, 0.0)
            };
            same += agreeing(&classes(), &classes());
            left -= now;
        }
        out[0] = same / self.trajectories as f64;
    }

    fn work(&self) -> f64 {
        let steps = self.schedule.steps_before(0) + 2 * self.schedule.steps_after(0);
        cost::work((self.trajectories * steps) as f64 * (cost::NORMAL + 1.5 * cost::TRANSCENDENTAL))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "separation" => Some(Quantity::Scalar(self.separation)),
            "agreement" => Some(Quantity::Scalar(same_class(self.separation))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::same_class;
    use crate::experiment::known_answer::sample;

    /// The posterior of the class at the release is sampled by the backward equation: one integral.
    #[test]
    fn clones_are_draws_from_the_posterior() {
        for (d, u, sigma) in [(16.0f64, 0.4, 1.3), (1024.0, 0.8, 0.5), (64.0, -0.3, 1.0)] {
            let given = [("d", d), ("m", 2.0), ("sigma", sigma), ("u", u)];
            let square = 4.0 * (-2.0 * u).exp() / (1.0 + (sigma * sigma - 1.0) * (-2.0 * u).exp() / d);
            let s = sample(&super::EXPERIMENT, &given, 40);
            s.assert("same-class", &[same_class(square.sqrt())]);
            let Some(super::Quantity::Scalar(agreement)) = s.trial.quantity("agreement") else { panic!("a number") };
            assert!((agreement - same_class(square.sqrt())).abs() < 1e-12);
        }
    }
}
