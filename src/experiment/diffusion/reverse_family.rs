//! The family of reverse processes between the probability flow and noisier ones, with the exact score.

use super::delta;
use super::reverse_target::{DataPoints, Gaussians, Spins, Target};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};

/// Data of two Gaussians, of the Curie–Weiss model, or from a training set, noised to the time T and taken back by
/// dy = [y + (1 + α) ∇log p_t(y)] dτ + √(2α) dW. Heun's scheme knows the score, and nothing else of the solution.
///
/// Measured is the coordinate u = 𝟙·y/√d along the diagonal: y itself in one dimension, the magnetisation times √d for
/// spins. Formulas may refer to σ² as `b` and to the projections 𝟙·a/√d of a training set as `u`.
pub static EXPERIMENT: Experiment = Experiment {
    name: "reverse-family",
    summary: "Noised data (Gaussians, Curie-Weiss spins, a training set) taken back by each member of the family of reverse processes with the exact score; the law at the end and its memory of the start",
    source: "Song, Sohl-Dickstein, Kingma, Kumar, Ermon and Poole 2021, §4.3 and appendix D; Huang, Lim and Courville 2021 on the family",
    parameters: &[
        Parameter::real("alpha", "noise α: 0 is the probability flow, 1 the reversed diffusion", 1.0, 0.0, 16.0),
        Parameter::whole(
            "target",
            "0: one coordinate of two Gaussians; 1: Curie-Weiss spins; 2: n data points",
            0.0,
            0.0,
            2.0,
        ),
        Parameter::real("m", "mean of the positive class; 0 is one Gaussian", 0.0, 0.0, 10.0),
        Parameter::real("sigma", "standard deviation within a class", 0.5, 0.05, 10.0),
        Parameter::whole("d", "spins, or coordinates of the data points; two Gaussians have one", 1.0, 1.0, 64.0),
        Parameter::real("beta", "inverse temperature of the spins", 1.0, 0.0, 4.0),
        Parameter::whole("n", "data points, drawn from the two Gaussians in each coordinate", 16.0, 1.0, 4096.0),
        Parameter::real("T", "time from which the process returns", 1.5, 0.0, 10.0),
        Parameter::real("end", "time at which it stops; above 0 for spins and data points", 0.0, 0.0, 10.0),
        Parameter::real("v", "variance of a start N(0, v I) in place of noised data; 0: noised data", 0.0, 0.0, 100.0),
        Parameter::real("omega", "frequency ω of the characteristic function", 2.0, 0.0, 100.0),
        Parameter::real("step", "time step in units of the inverse rate of the drift", 0.1, 1e-3, 0.5),
        Parameter::whole("trajectories", "independent trajectories in one replicate", 256.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("characteristic-function", "E cos(ω u) at the end").biased(weak_error),
        Estimand::scalar("variance", "E u² at the end").biased(moment_bias),
        Estimand::scalar("memory", "E[u_T u] for the start u_T and the end u").biased(moment_bias),
        Estimand::scalar(
            "distance",
            "E min_a |y − a e^{-t}|²/d at the end, over all data a that can occur: 0 for Gaussians",
        )
        .biased(distance_bias),
    ],
    prepare,
};

/// Weak error of Heun's scheme on its mesh, over the size of what is measured. Calibrated for Gaussians by the exact transition
/// law of the scheme: at most 0.3 step² for α = 0 … 4, m = 0 … 2, σ = 0.3 … 2 and steps of 0.05 … 0.2, of the second order
/// throughout. Isolated data have a mesh for the moments of choice and are hardly ever at one: by 10⁶ trajectories each against
/// the exact law, at most 0.004 step² for α = 0 … 4, 1 to 12 spins at β = 0.5 … 2, and steps of 0.1 … 0.5.
fn weak_error(p: &Parameters) -> f64 {
    let constant = if p.whole("target") == 0 { 0.4 } else { 0.01 };
    constant * p.get("step").powi(2)
}

/// The same for second moments, in units of the larger one at both ends. Spins can be all alike, 𝟙·a/√d = √d.
fn moment_bias(p: &Parameters) -> f64 {
    let of_data = match p.whole("target") {
        1 => p.get("d"),
        _ => p.get("m").powi(2) + p.get("sigma").powi(2),
    };
    weak_error(p) * of_data.max(1.0).max(p.get("v"))
}

/// The same for the distance from the data, which has the size of Δ at the end: measured as above, at most 0.05 step² of it.
fn distance_bias(p: &Parameters) -> f64 {
    0.1 * p.get("step").powi(2) * delta(p.get("end"))
}

struct Family {
    target: Box<dyn Target>,
    alpha: f64,
    start: f64,
    omega: f64,
    /// Decreasing times from T to the end.
    mesh: Vec<f64>,
    trajectories: usize,
    /// What formulas may refer to.
    quantities: Vec<(&'static str, Quantity)>,
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Family::new(p, path)?))
}

impl Family {
    fn new(p: &Parameters, path: &SeedPath) -> Result<Self, ExperimentError> {
        let (d, end) = (p.whole("d"), p.get("end"));
        let gaussians = Gaussians { m: p.get("m"), variance: p.get("sigma").powi(2) };
        let mut quantities = vec![("b", Quantity::Scalar(gaussians.variance))];
        let isolated = p.whole("target") > 0;
        if isolated && end == 0.0 || end > p.get("T") {
            let problem = "the process stops at a time below T, and above 0 where the data have no density";
            return Err(ExperimentError::Setup(problem.to_owned()));
        }
        if !isolated && d > 1 {
            return Err(ExperimentError::Setup(format!("two Gaussians have one coordinate, not {d}")));
        }
        let target: Box<dyn Target> = match p.whole("target") {
            0 => Box::new(gaussians),
            1 => Box::new(Spins::new(d, p.get("beta"))),
            _ => {
                let generator = &mut bulk(&mut path.child("data").stream());
                let points = DataPoints::new(p.whole("n"), d, &gaussians, generator);
                quantities.push(("u", Quantity::Vector(points.projections())));
                Box::new(points)
            }
        };
        let alpha = p.get("alpha");
        let rate = |t: f64| 1.0 + (1.0 + alpha) * target.slope(t);
        let (mut t, step) = (p.get("T"), p.get("step"));
        let mut mesh = vec![t];
        while t > end {
            // Short enough at both ends of the step.
            let shorter = step / rate((t - step / rate(t)).max(end)).max(rate(t));
            t = if t - end <= 1.000_001 * shorter { end } else { t - shorter };
            mesh.push(t);
        }
        let [start, omega] = ["v", "omega"].map(|name| p.get(name));
        Ok(Self { target, alpha, start, omega, mesh, trajectories: p.whole("trajectories"), quantities })
    }

    /// y + (1 + α) ∇log p_t(y).
    fn drift(&self, t: f64, y: &[f64], out: &mut [f64]) {
        self.target.score(t, y, out);
        out.iter_mut().zip(y).for_each(|(out, y)| *out = y + (1.0 + self.alpha) * *out);
    }

    fn noised_data(&self, generator: &mut Bulk) -> Vec<f64> {
        let d = self.target.dimension();
        let mut y = vec![0.0; self.trajectories * d];
        fill_normal(generator, &mut y);
        if self.start > 0.0 {
            y.iter_mut().for_each(|y| *y *= self.start.sqrt());
            return y;
        }
        let (shrink, spread) = ((-self.mesh[0]).exp(), delta(self.mesh[0]).sqrt());
        let mut datum = vec![0.0; d];
        for y in y.chunks_exact_mut(d) {
            self.target.draw(generator, &mut datum);
            y.iter_mut().zip(&datum).for_each(|(y, a)| *y = shrink * a + spread * *y);
        }
        y
    }
}

impl Trial for Family {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let start = self.noised_data(&mut generator);
        let mut y = start.clone();
        let [mut before, mut after, mut noise] = [(); 3].map(|()| vec![0.0; y.len()]);
        for times in self.mesh.windows(2) {
            let dt = times[0] - times[1];
            self.drift(times[0], &y, &mut before);
            if self.alpha > 0.0 {
                fill_normal(&mut generator, &mut noise);
                let root = (2.0 * self.alpha * dt).sqrt();
                y.iter_mut().zip(&noise).for_each(|(y, z)| *y += root * z);
            }
            // The noise is in y already: the predictor is y + dt · before.
            y.iter_mut().zip(&before).for_each(|(y, before)| *y += dt * before);
            self.drift(times[1], &y, &mut after);
            for ((y, before), after) in y.iter_mut().zip(&before).zip(&after) {
                *y += 0.5 * dt * (after - before);
            }
        }
        let d = self.target.dimension();
        let diagonal = |y: &[f64]| y.iter().sum::<f64>() / (d as f64).sqrt();
        let (end, n) = (self.mesh[self.mesh.len() - 1], self.trajectories as f64);
        out.fill(0.0);
        for (y, start) in y.chunks_exact(d).zip(start.chunks_exact(d)) {
            let u = diagonal(y);
            out[0] += (self.omega * u).cos() / n;
            out[1] += u * u / n;
            out[2] += u * diagonal(start) / n;
            out[3] += self.target.distance(end, y) / (d as f64 * n);
        }
    }

    fn work(&self) -> f64 {
        let d = self.target.dimension() as f64;
        let noise = if self.alpha > 0.0 { cost::NORMAL } else { 0.0 };
        let step = 2.0 * self.target.cost() + d * (noise + 3.0);
        let ends = 4.0 * cost::TRANSCENDENTAL + d * cost::NORMAL + 2.0 * self.target.cost();
        cost::work(self.trajectories as f64 * (self.mesh.len() as f64 * step + ends))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        self.quantities.iter().find(|(known, _)| *known == name).map(|(_, quantity)| quantity.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Variance of one Gaussian of standard deviation σ, noised to the time t.
    fn noised(sigma: f64, t: f64) -> f64 {
        Gaussians { m: 0.0, variance: sigma * sigma }.class_variance(t)
    }

    fn family(given: &[(&str, f64)]) -> (Family, Parameters) {
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let p = EXPERIMENT.parameters(&given).unwrap();
        (Family::new(&p, &SeedPath::root(1)).unwrap(), p)
    }

    /// For one Gaussian the scheme is linear, and its moments follow by recursion over the mesh.
    fn linear(f: &Family, sigma: f64, start: f64) -> (f64, f64) {
        let (mut variance, mut memory) = (start, start);
        for times in f.mesh.windows(2) {
            let dt = times[0] - times[1];
            let slope = |t: f64| 1.0 - (1.0 + f.alpha) / noised(sigma, t);
            let of_noise = 1.0 + 0.5 * dt * slope(times[1]);
            let factor = 1.0 + 0.5 * dt * (slope(times[0]) + slope(times[1]) * (1.0 + dt * slope(times[0])));
            memory *= factor;
            variance = factor * factor * variance + 2.0 * f.alpha * dt * of_noise * of_noise;
        }
        (variance, memory)
    }

    #[test]
    fn one_gaussian_matches_the_recursion_of_the_scheme() {
        for (alpha, v) in [(0.0, 0.0), (0.5, 0.0), (1.0, 2.5), (3.0, 0.0)] {
            let given = [("alpha", alpha), ("sigma", 0.6), ("T", 1.2), ("step", 0.4), ("v", v)];
            let (f, _) = family(&given);
            let start = if v > 0.0 { v } else { noised(0.6, 1.2) };
            let (variance, memory) = linear(&f, 0.6, start);
            let found = sample(&EXPERIMENT, &given, 400);
            for (name, expected) in [("variance", variance), ("memory", memory)] {
                let (mean, error) = found.get(name)[0];
                assert!(
                    (mean - expected).abs() < 4.5 * error && error < 0.02,
                    "α = {alpha}, {name}: {mean} ± {error}, {expected}"
                );
            }
            // The characteristic function of a Gaussian at ω = 2.
            let (mean, error) = found.get("characteristic-function")[0];
            assert!((mean - (-2.0 * variance).exp()).abs() < 4.5 * error);
        }
    }

    #[test]
    fn the_scheme_is_of_second_order_within_its_allowance() {
        for alpha in [0.0, 0.5, 1.0, 4.0] {
            for sigma in [0.3, 0.6, 2.0] {
                let error = |step: f64| {
                    let (f, p) = family(&[("alpha", alpha), ("sigma", sigma), ("T", 2.0), ("step", step)]);
                    let start = noised(sigma, 2.0);
                    let (variance, memory) = linear(&f, sigma, start);
                    let exact = start * (-2.0 * alpha).exp() * (sigma * sigma / start).powf(0.5 * (1.0 + alpha));
                    let found = (variance - sigma * sigma).abs().max((memory - exact).abs());
                    assert!(found < moment_bias(&p), "{alpha} {sigma} {step}: {found}");
                    found
                };
                let order = (error(0.05) / error(0.025)).log2();
                assert!((1.8..2.3).contains(&order), "{alpha} {sigma}: order {order}");
            }
        }
    }

    #[test]
    fn two_gaussians_return_to_the_data() {
        for alpha in [0.0, 0.7, 2.0] {
            let given = [("alpha", alpha), ("m", 1.2), ("sigma", 0.4), ("step", 0.1), ("omega", 2.5)];
            let found = sample(&EXPERIMENT, &given, 300);
            found.assert("variance", &[1.2f64.powi(2) + 0.16]);
            found.assert("characteristic-function", &[(-0.5 * 6.25 * 0.16f64).exp() * (2.5 * 1.2f64).cos()]);
        }
    }

    #[test]
    fn the_reversed_diffusion_has_the_memory_of_the_forward_one() {
        // E[x_T x_0] = e^{-T} E[x_0²], without any backward equation.
        let given = [("alpha", 1.0), ("m", 1.0), ("sigma", 0.5), ("T", 0.8), ("step", 0.1)];
        sample(&EXPERIMENT, &given, 400).assert("memory", &[(-0.8f64).exp() * 1.25]);
    }

    /// The law of the data, noised to the end, from the law of u = 𝟙·a/√d as a list of probabilities and values.
    fn assert_law(found: &crate::experiment::known_answer::Sample, law: &[(f64, f64)], end: f64, omega: f64) -> f64 {
        let (shrink, spread) = ((-end).exp(), delta(end));
        let mean = |f: &dyn Fn(f64) -> f64| law.iter().map(|(p, u)| p * f(shrink * u)).sum::<f64>();
        let variance = mean(&|u| u * u) + spread;
        found.assert("variance", &[variance]);
        let characteristic = (-0.5 * omega * omega * spread).exp() * mean(&|u| (omega * u).cos());
        found.assert("characteristic-function", &[characteristic]);
        variance
    }

    #[test]
    fn spins_return_to_the_curie_weiss_model() {
        let (d, beta, end) = (5, 1.3f64, 0.1f64);
        let configurations = (0..1u32 << d).map(|bits| 2.0 * f64::from(bits.count_ones()) - f64::from(d));
        let weighted = configurations.map(|m| ((beta * m * m / (2.0 * f64::from(d))).exp(), m / f64::from(d).sqrt()));
        let total: f64 = weighted.clone().map(|(p, _)| p).sum();
        let law: Vec<(f64, f64)> = weighted.map(|(p, u)| (p / total, u)).collect();
        for alpha in [0.0, 0.7, 1.0] {
            let given = [("target", 1.0), ("d", 5.0), ("beta", beta), ("end", end), ("T", 1.4), ("alpha", alpha)];
            let found = sample(&EXPERIMENT, &given, 30);
            let variance = assert_law(&found, &law, end, 2.0);
            // Spins up to their noise, which hardly ever turns one over.
            let (distance, error) = found.get("distance")[0];
            assert!((distance - delta(end)).abs() < 4.5 * error + 0.02, "{alpha}: {distance} ± {error}");
            if alpha == 1.0 {
                found.assert("memory", &[(end - 1.4).exp() * variance]);
            } else {
                assert!(found.mean("memory") > 1.05 * (end - 1.4).exp() * variance);
            }
        }
    }

    #[test]
    fn a_training_set_comes_back_point_by_point() {
        for (alpha, d) in [(0.0, 1.0), (0.5, 8.0), (2.0, 3.0)] {
            let given = [("target", 2.0), ("n", 6.0), ("d", d), ("sigma", 1.5), ("end", 0.02), ("alpha", alpha)];
            let found = sample(&EXPERIMENT, &given, 30);
            let Some(Quantity::Vector(u)) = found.trial.quantity("u") else { panic!("no training set") };
            assert_law(&found, &u.iter().map(|u| (1.0 / 6.0, *u)).collect::<Vec<_>>(), 0.02, 2.0);
            if d > 1.0 {
                found.assert("distance", &[delta(0.02)]);
            }
        }
        let nowhere = [("target", 2.0)].map(|(k, v)| (k.to_owned(), v));
        assert!(prepare(&EXPERIMENT.parameters(&nowhere.into()).unwrap(), &SeedPath::root(1)).is_err());
    }
}
