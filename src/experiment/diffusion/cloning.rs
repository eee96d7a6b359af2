//! Speciation by cloning (Biroli, Bonnaire, de Bortoli and Mézard 2024, section "Cloning").

use super::{HalfPoint, Schedule, TwoClass, Walker};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// Two clones of a backward trajectory, released at time t: do they end in the same class?
pub static EXPERIMENT: Experiment = Experiment {
    name: "cloning",
    summary: "Runs dx = (x + 2 score) dτ + √2 dW backward from noise with the exact score, clones the trajectory at a grid of times, and asks whether two clones end in the same class",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[
        TwoClass::D,
        TwoClass::M,
        TwoClass::SIGMA,
        TwoClass::TARGET,
        HalfPoint::POINTS,
        HalfPoint::FROM,
        HalfPoint::TO,
        HalfPoint::LEVEL,
        Sde::TRAJECTORIES,
        Sde::STEP,
    ],
    estimands: &[
        Estimand {
            name: "same-class",
            meaning: "probability that two clones released at each time of the grid (quantity `times`) end in the same class",
            bounds: Some((0.0, 1.0)),
            shape: Shape::Vector("points"),
            bias: Sde::curve_bias,
        },
        Estimand {
            name: "speciation-time",
            meaning: "time at which that probability crosses `level`",
            bounds: None,
            shape: Shape::Scalar,
            bias: Sde::time_bias,
        },
    ],
    prepare,
};

/// A target, its grid of times and the mesh of the backward equation: what cloning and U-turns share.
pub(super) struct Sde {
    pub(super) target: TwoClass,
    pub(super) grid: HalfPoint,
    pub(super) schedule: Schedule,
    pub(super) end: f64,
    trajectories: usize,
}

impl Sde {
    pub(super) const TRAJECTORIES: Parameter = Parameter {
        name: "trajectories",
        meaning: "independent trajectories in one replicate",
        default: 100.0,
        minimum: 50.0,
        maximum: 1e6,
        whole: true,
    };
    pub(super) const STEP: Parameter = Parameter {
        name: "step",
        meaning: "largest time step of the backward equation",
        default: 0.025,
        minimum: 1e-4,
        maximum: 0.2,
        whole: false,
    };
    /// The backward equation starts from N(0, I) this much before the last time of the grid.
    const LEAD: f64 = 2.5;

    pub(super) fn new(parameters: &Parameters) -> Result<Self, ExperimentError> {
        let target = TwoClass::new(parameters)?;
        let end = Self::end(&target);
        let grid = HalfPoint::new(parameters, &target, end)?;
        let marks: Vec<f64> = grid.times.iter().rev().copied().collect();
        let schedule = Schedule::new(&target, marks[0] + Self::LEAD, &marks, end, parameters.get("step"));
        // The jackknife needs groups of equal size.
        let trajectories = parameters.whole("trajectories").next_multiple_of(HalfPoint::GROUPS);
        Ok(Self { target, grid, schedule, end, trajectories })
    }

    /// Where the backward equation stops and the class is read off; for spins the drift diverges at 0.
    fn end(target: &TwoClass) -> f64 {
        if target.sigma.is_some() { 0.0 } else { 0.1 }
    }

    /// Averages what `trajectory` adds to a curve over the grid (in order of increasing time), and writes the mean
    /// curve and the time at which it crosses the level.
    pub(super) fn replicate(&self, out: &mut [f64], mut trajectory: impl FnMut(&mut [f64])) {
        let size = self.trajectories / HalfPoint::GROUPS;
        let groups: Vec<Vec<f64>> = (0..HalfPoint::GROUPS)
            .map(|_| {
                let mut curve = vec![0.0; self.grid.times.len()];
                (0..size).for_each(|_| trajectory(&mut curve));
                curve.iter().map(|count| count / size as f64).collect()
            })
            .collect();
        let (curve, time) = out.split_at_mut(self.grid.times.len());
        for (k, value) in curve.iter_mut().enumerate() {
            *value = groups.iter().map(|group| group[k]).sum::<f64>() / groups.len() as f64;
        }
        time[0] = self.grid.jackknifed(&groups);
    }

    /// Work of a replicate in which each trajectory takes `steps` steps in all.
    pub(super) fn work(&self, steps: usize) -> f64 {
        // Two vectorised tanh and posterior means of each coordinate for spins.
        let coordinate = cost::NORMAL + if self.target.sigma.is_some() { 0.0 } else { 1.5 * cost::TRANSCENDENTAL };
        let step = self.target.d as f64 * coordinate + 10.0 * cost::TRANSCENDENTAL;
        cost::work(self.trajectories as f64 * steps as f64 * step)
    }

    pub(super) fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "times" => Some(Quantity::Vector(self.grid.times.clone())),
            "beta" if self.target.sigma.is_none() => Some(Quantity::Scalar(self.target.m.atanh() / self.target.m)),
            _ => None,
        }
    }

    /// Weak error of the time steps, both classes read off wrongly at the end, and the total variation distance of the
    /// start from the noised data. The first is at most 0.61 h² for two Gaussians: the scheme's transition law,
    /// iterated on a fine mesh of the class axis, against the posterior, for m√d = 4, 32, σ = 0.1 … 2, h = 0.05 … 0.2.
    pub(super) fn curve_bias(parameters: &Parameters) -> f64 {
        let target = TwoClass::unchecked(parameters);
        let last = target.time_of_separation(1.0) + parameters.get("to");
        let start = target.separation(last + Self::LEAD).powi(2);
        parameters.get("step").powi(2) + 2.0 * target.misclassified(Self::end(&target)) + 0.36 * start
    }

    /// The bias of the curve over its slope at the level, the distance between the curve and the fitted quintic
    /// (twice, for curves that are only nearly Gaussian), and what the jackknife leaves.
    pub(super) fn time_bias(parameters: &Parameters) -> f64 {
        let target = TwoClass::unchecked(parameters);
        // The slope is 0.31 at the level ¾ and above 0.08 for every admissible level.
        let slope = 0.08f64.max(0.31 - 1.2 * (parameters.get("level") - 0.75).abs());
        Self::curve_bias(parameters) / slope
            + 2.0 * HalfPoint::fit_bias(parameters, &target)
            + 20.0 / parameters.get("trajectories").powi(2)
    }
}

struct Cloning(Sde);

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Cloning(Sde::new(parameters)?)))
}

impl Trial for Cloning {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let Sde { target, schedule, end, .. } = &self.0;
        let (mut parent, mut clone) = (Walker::new(target.d), Walker::new(target.d));
        self.0.replicate(out, |curve| {
            fill_normal(generator, &mut parent.x);
            let marks = curve.len();
            for mark in 0..marks {
                parent.run(target, schedule, mark.checked_sub(1), mark, generator);
                let mut class = || {
                    clone.x.copy_from_slice(&parent.x);
                    clone.run(target, schedule, Some(mark), marks, generator);
                    clone.class(target, *end)
                };
                if class() == class() {
                    curve[marks - 1 - mark] += 1.0;
                }
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

    /// The level ¾ is crossed at κ = 0.922412…: log(3/κ) for d = 9, m = σ = 1.
    #[test]
    fn the_half_point_is_where_the_integral_puts_it() {
        let given = [("d", 9.0), ("from", -0.8), ("to", 0.8), ("trajectories", 800.0), ("step", 0.05)];
        let found = sample(&EXPERIMENT, &given, 12);
        found.assert("speciation-time", &[(3.0f64 / 0.922_412_3).ln()]);
        assert!(found.get("speciation-time")[0].1 < 0.03);
    }
}
