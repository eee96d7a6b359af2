//! The family of reverse processes between the probability flow and noisier ones, with the exact score.

use super::delta;
use crate::elementwise;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

/// One coordinate of data from ½N(m, σ²) + ½N(−m, σ²), noised to the time T and taken back by
/// dy = [y + (1 + α) ∇log p_t(y)] dτ + √(2α) dW. Heun's scheme knows the score, and nothing else of the solution.
pub static EXPERIMENT: Experiment = Experiment {
    name: "reverse-family",
    summary: "Noised data of one Gaussian or two, taken back by each member of the family of reverse processes with the exact score; the law at the end and its memory of the start",
    source: "Song, Sohl-Dickstein, Kingma, Kumar, Ermon and Poole 2021, §4.3 and appendix D; Huang, Lim and Courville 2021 on the family",
    parameters: &[
        Parameter::real("alpha", "noise α: 0 is the probability flow, 1 the reversed diffusion", 1.0, 0.0, 16.0),
        Parameter::real("m", "mean of the positive class; 0 is one Gaussian", 0.0, 0.0, 10.0),
        Parameter::real("sigma", "standard deviation within a class", 0.5, 0.05, 10.0),
        Parameter::real("T", "time from which the process returns", 1.5, 0.0, 10.0),
        Parameter::real("v", "variance of a start N(0, v) in place of noised data; 0: noised data", 0.0, 0.0, 100.0),
        Parameter::real("omega", "frequency ω of the characteristic function", 2.0, 0.0, 100.0),
        Parameter::real("step", "time step in units of the inverse rate of the drift", 0.1, 1e-3, 0.5),
        Parameter::whole("trajectories", "independent trajectories in one replicate", 256.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("characteristic-function", "E cos(ω y) at the end").within(-1.0, 1.0).biased(weak_error),
        Estimand::scalar("variance", "E y² at the end").biased(moment_bias),
        Estimand::scalar("memory", "E[y_T y_0] for the start y_T and the end y_0").biased(moment_bias),
    ],
    prepare,
};

/// Weak error of Heun's scheme on its mesh, over the size of what is measured. Calibrated by the exact transition law of the
/// scheme: at most 0.3 step² for α = 0 … 4, m = 0 … 2, σ = 0.3 … 2 and steps of 0.05 … 0.2, of the second order throughout.
fn weak_error(p: &Parameters) -> f64 {
    0.4 * p.get("step").powi(2)
}

/// The same for second moments, in units of the larger one at both ends.
fn moment_bias(p: &Parameters) -> f64 {
    weak_error(p) * (p.get("m").powi(2) + p.get("sigma").powi(2)).max(1.0).max(p.get("v"))
}

struct Family {
    alpha: f64,
    m: f64,
    variance: f64,
    end: f64,
    start: f64,
    omega: f64,
    /// Decreasing times from T to 0.
    mesh: Vec<f64>,
    trajectories: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Family::new(p)))
}

impl Family {
    fn new(p: &Parameters) -> Self {
        let mut family = Self {
            alpha: p.get("alpha"),
            m: p.get("m"),
            variance: p.get("sigma").powi(2),
            end: p.get("T"),
            start: p.get("v"),
            omega: p.get("omega"),
            mesh: vec![p.get("T")],
            trajectories: p.whole("trajectories"),
        };
        let (mut t, step) = (family.end, p.get("step"));
        while t > 0.0 {
            // Short enough at both ends of the step.
            let shorter = step / family.rate((t - step / family.rate(t)).max(0.0)).max(family.rate(t));
            t = if t <= 1.000_001 * shorter { 0.0 } else { t - shorter };
            family.mesh.push(t);
        }
        family
    }

    /// Variance of y within a class at time t.
    fn class_variance(&self, t: f64) -> f64 {
        delta(t) + self.variance * (-2.0 * t).exp()
    }

    /// A bound on the slope of the drift.
    fn rate(&self, t: f64) -> f64 {
        let g = self.class_variance(t);
        let separation = self.m * (-t).exp() / g;
        1.0 + (1.0 + self.alpha) * (1.0 / g + separation * separation)
    }

    /// y + (1 + α) ∇log p_t(y), with the score of the two Gaussians (m e^{-t} tanh(m e^{-t} y/Γ) − y)/Γ.
    fn drift(&self, t: f64, y: &[f64], out: &mut [f64]) {
        let (g, mean) = (self.class_variance(t), self.m * (-t).exp());
        let pull = (1.0 + self.alpha) / g;
        if self.m == 0.0 {
            out.iter_mut().zip(y).for_each(|(out, y)| *out = (1.0 - pull) * y);
            return;
        }
        out.iter_mut().zip(y).for_each(|(out, y)| *out = mean / g * y);
        elementwise::tanh(out);
        out.iter_mut().zip(y).for_each(|(out, y)| *out = (1.0 - pull) * y + pull * mean * *out);
    }

    fn noised_data(&self, generator: &mut Bulk) -> Vec<f64> {
        let mut y = vec![0.0; self.trajectories];
        fill_normal(generator, &mut y);
        if self.start > 0.0 {
            y.iter_mut().for_each(|y| *y *= self.start.sqrt());
            return y;
        }
        let (spread, mean) = (self.class_variance(self.end).sqrt(), self.m * (-self.end).exp());
        for y in &mut y {
            let class = if generator.random::<bool>() { mean } else { -mean };
            *y = class + spread * *y;
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
        let n = y.len() as f64;
        out[0] = y.iter().map(|y| (self.omega * y).cos()).sum::<f64>() / n;
        out[1] = y.iter().map(|y| y * y).sum::<f64>() / n;
        out[2] = y.iter().zip(&start).map(|(y, start)| y * start).sum::<f64>() / n;
    }

    fn work(&self) -> f64 {
        let score = if self.m == 0.0 { 2.0 } else { cost::TRANSCENDENTAL + 3.0 };
        let noise = if self.alpha > 0.0 { cost::NORMAL } else { 0.0 };
        let step = 2.0 * score + noise + 3.0;
        cost::work(self.trajectories as f64 * (self.mesh.len() as f64 * step + 4.0 * cost::TRANSCENDENTAL))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "b").then_some(Quantity::Scalar(self.variance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    fn family(given: &[(&str, f64)]) -> (Family, Parameters) {
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let p = EXPERIMENT.parameters(&given).unwrap();
        (Family::new(&p), p)
    }

    /// For one Gaussian the scheme is linear, and its moments follow by recursion over the mesh.
    fn linear(f: &Family, start: f64) -> (f64, f64) {
        let (mut variance, mut memory) = (start, start);
        for times in f.mesh.windows(2) {
            let dt = times[0] - times[1];
            let slope = |t: f64| 1.0 - (1.0 + f.alpha) / f.class_variance(t);
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
            let start = if v > 0.0 { v } else { f.class_variance(1.2) };
            let (variance, memory) = linear(&f, start);
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
                    let start = f.class_variance(2.0);
                    let (variance, memory) = linear(&f, start);
                    let exact = start * (-2.0 * alpha).exp() * (f.variance / start).powf(0.5 * (1.0 + alpha));
                    let found = (variance - f.variance).abs().max((memory - exact).abs());
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
}
