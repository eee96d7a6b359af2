//! What cloning and U-turns share: a target, its grid of times, and the mesh of the backward equation.

use super::{HalfPoint, Schedule, TwoClass};
use crate::experiment::{Estimand, ExperimentError, Parameter, Parameters, Quantity, Shape, cost};

/// A two-class target with the exact score, and the curve whose crossing is the speciation time.
pub(super) struct Sde {
    pub(super) target: TwoClass,
    pub(super) grid: HalfPoint,
    pub(super) schedule: Schedule,
    pub(super) end: f64,
    /// Half the logarithm of the dimension, before any reduction.
    half_log_dimension: f64,
    trajectories: usize,
}

impl Sde {
    pub(super) const PARAMETERS: &[Parameter] = &[
        TwoClass::D,
        TwoClass::M,
        TwoClass::SIGMA,
        TwoClass::TARGET,
        Parameter::whole(
            "reduced",
            "1: follow x along the class axis only, where the law of the class is decided (Gaussian target only)",
            0.0,
            0.0,
            1.0,
        ),
        HalfPoint::POINTS,
        HalfPoint::FROM,
        HalfPoint::TO,
        HalfPoint::LEVEL,
        Parameter::whole("trajectories", "independent trajectories in one replicate", 100.0, 50.0, 1e6),
        Parameter::real("step", "largest time step of the backward equation around the decision", 0.025, 1e-4, 0.2),
    ];
    /// The half-point of the curve.
    pub(super) const TIME: Estimand =
        Estimand::scalar("speciation-time", "time at which that probability crosses `level`").biased(Self::time_bias);
    /// The same against its leading term.
    pub(super) const OFFSET: Estimand = Estimand::scalar(
        "speciation-offset",
        "time at which that probability crosses `level`, less half the logarithm of d",
    )
    .biased(Self::time_bias);

    /// The backward equation starts from N(0, I) this much before the last time of the grid.
    const LEAD: f64 = 2.5;
    /// Trajectories that run in lockstep where one coordinate is enough.
    const LANES: usize = 256;

    /// A probability at every time of the grid.
    pub(super) const fn curve(name: &'static str, meaning: &'static str) -> Estimand {
        Estimand::scalar(name, meaning).within(0.0, 1.0).shaped(Shape::Vector("points")).biased(Self::curve_bias)
    }

    pub(super) fn new(parameters: &Parameters) -> Result<Self, ExperimentError> {
        let whole = TwoClass::new(parameters)?;
        let half_log_dimension = 0.5 * (whole.d as f64).ln();
        let target = match (parameters.whole("reduced"), whole.sigma) {
            (0, _) => whole,
            (_, Some(_)) => whole.on_class_axis(),
            (_, None) => {
                return Err(ExperimentError::Setup("the class of spins is not decided on one axis".to_owned()));
            }
        };
        let end = Self::end(&target);
        let grid = HalfPoint::new(parameters, &target, end)?;
        let marks: Vec<f64> = grid.times.iter().rev().copied().collect();
        let schedule = Schedule::new(&target, marks[0] + Self::LEAD, &marks, end, parameters.get("step"));
        // The jackknife needs groups of equal size.
        let trajectories = parameters.whole("trajectories").next_multiple_of(HalfPoint::GROUPS);
        Ok(Self { target, grid, schedule, end, half_log_dimension, trajectories })
    }

    /// Where the backward equation stops and the class is read off; for spins the drift diverges at 0.
    fn end(target: &TwoClass) -> f64 {
        if target.sigma.is_some() { 0.0 } else { 0.1 }
    }

    /// Averages what `run` adds to a curve over the grid (in order of increasing time) for the number of trajectories
    /// that it is given, and writes the mean curve, the time at which it crosses the level, and its offset.
    pub(super) fn replicate(&self, out: &mut [f64], mut run: impl FnMut(usize, &mut [f64])) {
        let size = self.trajectories / HalfPoint::GROUPS;
        let lanes = if self.target.is_one_gaussian_axis() { Self::LANES } else { 1 };
        let mut group = |_| {
            let mut curve = vec![0.0; self.grid.times.len()];
            let mut left = size;
            while left > 0 {
                let now = left.min(lanes);
                run(now, &mut curve);
                left -= now;
            }
            curve.iter().map(|count| count / size as f64).collect()
        };
        let groups: Vec<Vec<f64>> = (0..HalfPoint::GROUPS).map(&mut group).collect();
        let (curve, times) = out.split_at_mut(self.grid.times.len());
        for (k, value) in curve.iter_mut().enumerate() {
            *value = groups.iter().map(|group| group[k]).sum::<f64>() / groups.len() as f64;
        }
        times[0] = self.grid.jackknifed(&groups);
        times[1] = times[0] - self.half_log_dimension;
    }

    /// Work of a replicate in which each trajectory takes `steps` steps in all.
    pub(super) fn work(&self, steps: usize) -> f64 {
        // Two vectorised posterior means of each coordinate for spins, and on one axis.
        let means = if self.target.sigma.is_none() || self.target.is_one_gaussian_axis() { 1.5 } else { 0.0 };
        let coordinate = cost::NORMAL + means * cost::TRANSCENDENTAL;
        let alone = if self.target.is_one_gaussian_axis() { 0.0 } else { 10.0 * cost::TRANSCENDENTAL };
        cost::work(self.trajectories as f64 * steps as f64 * (self.target.d as f64 * coordinate + alone))
    }

    pub(super) fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "times" => Some(Quantity::Vector(self.grid.times.clone())),
            "beta" if self.target.sigma.is_none() => Some(Quantity::Scalar(self.target.m.atanh() / self.target.m)),
            _ => None,
        }
    }

    /// Weak error of the time steps, both classes read off wrongly at the end, and the total variation distance of the
    /// start from the noised data. The first, for two Gaussians: at most 0.44 h² on this mesh and 0.67 h² on an even one
    /// for both curves, m√d = 4 … 90, σ = 0.1 … 2 and h = 0.025 … 0.2, by iterating the scheme's transition law on a
    /// fine grid of the class axis against the posterior.
    pub(super) fn curve_bias(parameters: &Parameters) -> f64 {
        let target = TwoClass::unchecked(parameters);
        let last = target.time_of_separation(1.0) + parameters.get("to");
        let start = target.separation(last + Self::LEAD).powi(2);
        let weak = if target.sigma.is_some() { 0.5 } else { 1.0 };
        weak * parameters.get("step").powi(2) + 2.0 * target.misclassified(Self::end(&target)) + 0.36 * start
    }

    /// The bias of the curve over its slope at the level, the distance between the curve and the fitted polynomial
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
