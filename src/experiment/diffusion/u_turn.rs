//! Speciation by U-turns (Behjoo and Chertkov 2023; Biroli, Bonnaire, de Bortoli and Mézard 2024).

use super::backward::agreeing;
use super::{Sde, Walkers};
use crate::experiment::{Experiment, ExperimentError, Parameters, Quantity, Trial};
use crate::random::{SeedPath, Stream, bulk};

/// From a data point forward to time t and back with the exact score: does it return to its class?
pub static EXPERIMENT: Experiment = Experiment {
    name: "u-turn",
    summary: "Noises a data point to each time of a grid, runs dx = (x + 2 score) dτ + √2 dW backward with the exact score, and asks whether it returns to its class",
    source: "Behjoo and Chertkov 2023, U-turn diffusion",
    parameters: Sde::PARAMETERS,
    estimands: &[
        Sde::curve(
            "return",
            "probability to end in the class of the start, for each turning time of the grid (quantity `times`)",
        ),
        Sde::TIME,
        Sde::OFFSET,
    ],
    prepare,
};

struct UTurn(Sde);

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(UTurn(Sde::new(parameters)?)))
}

impl Trial for UTurn {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let Sde { target, grid, schedule, end, .. } = &self.0;
        let mut walkers = Walkers::new(target.d);
        self.0.replicate(out, |count, curve| {
            let marks = curve.len();
            for mark in 0..marks {
                let k = marks - 1 - mark;
                let start = walkers.noised_data(count, target, grid.times[k], generator);
                walkers.run(target, schedule, Some(mark), marks, generator);
                curve[k] += agreeing(&start, &walkers.classes(target, *end));
            }
        });
    }

    fn work(&self) -> f64 {
        let steps: usize = (0..self.0.grid.times.len()).map(|mark| self.0.schedule.steps_after(mark)).sum();
        self.0.work(steps + 2 * self.0.grid.times.len())
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        self.0.quantity(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Spins: a U-turn returns with probability E[p₊² + p₋²], which `posterior-class` measures without a trajectory.
    #[test]
    fn spins_return_as_posterior_draws_do() {
        let shared = [("d", 16.0), ("m", 0.85), ("target", 1.0)];
        let given = [&shared[..], &[("points", 8.0), ("from", -0.5), ("trajectories", 200.0), ("step", 0.1)]].concat();
        let found = sample(&EXPERIMENT, &given, 10).get("return");
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let parameters = EXPERIMENT.parameters(&given).unwrap();
        let sde = Sde::new(&parameters).unwrap();
        for (k, (mean, error)) in found.into_iter().enumerate().step_by(3) {
            let given = [&shared[..], &[("t", sde.grid.times[k])]].concat();
            let (exact, exact_error) =
                sample(&super::super::posterior_class::EXPERIMENT, &given, 30).get("same-class")[0];
            let allowed = 4.5 * error.hypot(exact_error) + Sde::curve_bias(&parameters);
            assert!((mean - exact).abs() < allowed, "{k}: {mean} ± {error} against {exact} ± {exact_error}");
        }
    }
}
