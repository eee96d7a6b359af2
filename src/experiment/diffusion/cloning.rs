//! Speciation by cloning (Biroli, Bonnaire, de Bortoli and Mézard 2024, section "Cloning").

use super::backward::agreeing;
use super::{Sde, Walkers};
use crate::experiment::{Experiment, ExperimentError, Parameters, Quantity, Trial};
use crate::random::{SeedPath, Stream, bulk};

/// Two clones of a backward trajectory, released at time t: do they end in the same class?
pub static EXPERIMENT: Experiment = Experiment {
    name: "cloning",
    summary: "Runs dx = (x + 2 score) dτ + √2 dW backward from noise with the exact score, clones the trajectory at a grid of times, and asks whether two clones end in the same class",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: Sde::PARAMETERS,
    estimands: &[
        Sde::curve(
            "same-class",
            "probability that two clones released at each time of the grid (quantity `times`) end in the same class",
        ),
        Sde::TIME,
        Sde::OFFSET,
    ],
    prepare,
};

struct Cloning(Sde);

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Cloning(Sde::new(parameters)?)))
}

impl Trial for Cloning {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let Sde { target, schedule, end, .. } = &self.0;
        let (mut parent, mut clone) = (Walkers::new(target.d), Walkers::new(target.d));
        self.0.replicate(out, |count, curve| {
            parent.release(count, generator);
            let marks = curve.len();
            for mark in 0..marks {
                parent.run(target, schedule, mark.checked_sub(1), mark, generator);
                let mut classes = || {
                    clone.copy(&parent);
                    clone.run(target, schedule, Some(mark), marks, generator);
                    clone.classes(target, *end)
                };
                curve[marks - 1 - mark] += agreeing(&classes(), &classes());
            }
        });
    }

    fn work(&self) -> f64 {
        let marks = self.0.grid.times.len();
        let clones: usize = (0..marks).map(|mark| 2 * self.0.schedule.steps_after(mark)).sum();
        self.0.work(clones + self.0.schedule.steps_before(marks - 1))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        self.0.quantity(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::diffusion::same_class;
    use crate::experiment::known_answer::sample;

    /// The backward equation with the exact score samples the posterior, so the clones agree with probability
    /// E[p₊² + p₋²]: one integral for Gaussians, whose half-point solves it.
    #[test]
    fn clones_agree_as_posterior_draws_do() {
        let given = [("d", 9.0), ("sigma", 0.7), ("from", -0.6), ("trajectories", 300.0), ("step", 0.1)];
        let found = sample(&EXPERIMENT, &given, 20).get("same-class");
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let parameters = EXPERIMENT.parameters(&given).unwrap();
        let sde = Sde::new(&parameters).unwrap();
        for ((mean, error), &t) in found.iter().zip(&sde.grid.times) {
            let exact = same_class(sde.target.separation(t));
            assert!((mean - exact).abs() < 4.5 * error + Sde::curve_bias(&parameters), "t = {t}: {mean} {exact}");
        }
    }

    /// The coordinate along the class axis alone against all coordinates, and the offset against the time.
    #[test]
    fn one_axis_is_as_good_as_all_coordinates() {
        let run = |reduced: f64| {
            let given = [("d", 12.0), ("m", 1.5), ("sigma", 1.4), ("reduced", reduced), ("from", -0.5), ("to", 0.6)];
            let given = [&given[..], &[("trajectories", 500.0), ("step", 0.1), ("points", 8.0)]].concat();
            sample(&EXPERIMENT, &given, 12)
        };
        let (all, axis) = (run(0.0), run(1.0));
        for name in ["same-class", "speciation-time"] {
            for ((mean, error), (other, other_error)) in all.get(name).into_iter().zip(axis.get(name)) {
                assert!((mean - other).abs() < 4.5 * error.hypot(other_error), "{name}: {mean} ± {error}, {other}");
                assert!(error.hypot(other_error) < 0.06 && error > 0.0, "{name}: {error} {other_error}");
            }
        }
        assert!((axis.mean("speciation-time") - axis.mean("speciation-offset") - 0.5 * 12f64.ln()).abs() < 1e-12);
        let spins = [("target", 1.0), ("m", 0.5), ("reduced", 1.0)].map(|(k, v)| (k.to_owned(), v));
        assert!(prepare(&EXPERIMENT.parameters(&spins.into()).unwrap(), &SeedPath::root(1)).is_err());
    }

    /// The level ¾ is crossed at κ = 0.922412…: log(3/κ) for d = 9, m = σ = 1.
    #[test]
    fn the_half_point_is_where_the_integral_puts_it() {
        let given = [("d", 9.0), ("reduced", 1.0), ("from", -0.5), ("trajectories", 4000.0), ("step", 0.05)];
        let found = sample(&EXPERIMENT, &given, 12);
        found.assert("speciation-time", &[(3.0f64 / 0.922_412_3).ln()]);
        assert!(found.get("speciation-time")[0].1 < 0.015);
    }
}
