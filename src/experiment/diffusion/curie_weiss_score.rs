//! The posterior mean of the modified Curie–Weiss model by enumeration of all spin configurations.

use super::{TwoClass, delta, posterior_mean_of_spins};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// E[a | x_t] summed over 2^d configurations.
pub static EXPERIMENT: Experiment = Experiment {
    name: "curie-weiss-score",
    summary: "Enumerates all spin configurations of the modified Curie-Weiss model for the posterior mean and the score at a noised point, and compares the mean with the one that drives the backward equation",
    source: "Biroli and Mézard 2023, Generative diffusion in very large dimensions",
    parameters: &[
        Parameter { name: "d", meaning: "number of spins", default: 8.0, minimum: 1.0, maximum: 16.0, whole: true },
        Parameter {
            name: "m",
            meaning: "mean of each spin in the positive class",
            default: 0.8,
            minimum: 1e-3,
            maximum: 0.999,
            whole: false,
        },
        Parameter {
            name: "t",
            meaning: "time of the forward process",
            default: 0.7,
            minimum: 1e-2,
            maximum: 20.0,
            whole: false,
        },
    ],
    estimands: &[
        Estimand {
            name: "posterior-mean",
            meaning: "mean of each spin given the noised point x (quantity `x`), by enumeration",
            bounds: Some((-1.0, 1.0)),
            shape: Shape::Vector("d"),
            bias: Estimand::UNBIASED,
        },
        Estimand {
            name: "score",
            meaning: "gradient of log p_t at x, by enumeration",
            bounds: None,
            shape: Shape::Vector("d"),
            bias: Estimand::UNBIASED,
        },
        Estimand {
            name: "residual",
            meaning: "largest distance, over the spins, of the enumerated mean from the one in the backward equation, at a fresh noised point",
            bounds: None,
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
    ],
    prepare,
};

struct Enumeration {
    target: TwoClass,
    t: f64,
    x: Vec<f64>,
}

fn prepare(parameters: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let target = TwoClass { d: parameters.whole("d"), m: parameters.get("m"), sigma: None };
    let mut x = vec![0.0; target.d];
    // Not a draw from p_t: the point is to lie anywhere, on both sides of the classes.
    fill_normal(&mut path.child("x").stream(), &mut x);
    Ok(Box::new(Enumeration { target, t: parameters.get("t"), x }))
}

impl Enumeration {
    /// Σ_a a p₀(a) N(x; a e^{-t}, Δ_t) / Σ_a p₀(a) N(x; a e^{-t}, Δ_t), term by term.
    fn posterior_mean(&self, x: &[f64]) -> Vec<f64> {
        let (d, m, shrink) = (self.target.d, self.target.m, (-self.t).exp());
        let (mut total, mut mean) = (0.0, vec![0.0; d]);
        for configuration in 0..1u32 << d {
            let spin = |i: usize| if configuration >> i & 1 == 1 { 1.0 } else { -1.0 };
            let prior = |sign: f64| (0..d).map(|i| 0.5 * (1.0 + sign * m * spin(i))).product::<f64>();
            // |a| is the same for all configurations: only the cross term of the square counts.
            let exponent =
                x.iter().enumerate().map(|(i, x)| shrink * (x * spin(i) - x.abs())).sum::<f64>() / delta(self.t);
            let weight = 0.5 * (prior(1.0) + prior(-1.0)) * exponent.exp();
            total += weight;
            mean.iter_mut().enumerate().for_each(|(i, mean)| *mean += weight * spin(i));
        }
        mean.iter_mut().for_each(|mean| *mean /= total);
        mean
    }
}

impl Trial for Enumeration {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let d = self.target.d;
        let mean = self.posterior_mean(&self.x);
        let (shrink, variance) = ((-self.t).exp(), delta(self.t));
        for i in 0..d {
            out[d + i] = (shrink * mean[i] - self.x[i]) / variance;
        }
        out[..d].copy_from_slice(&mean);
        let (mut x, mut formula) = (vec![0.0; d], vec![0.0; d]);
        self.target.draw(generator, &mut x);
        self.target.noise(generator, self.t, &mut x);
        posterior_mean_of_spins(self.target.m, self.t, &x, &mut formula);
        let distance = |(a, b): (&f64, &f64)| (a - b).abs();
        out[2 * d] = self.posterior_mean(&x).iter().zip(&formula).map(distance).fold(0.0, f64::max);
    }

    fn work(&self) -> f64 {
        let d = self.target.d as f64;
        cost::work(d.exp2() * 2.0 * (5.0 * d + 2.0 * cost::TRANSCENDENTAL))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "x" => Some(Quantity::Vector(self.x.clone())),
            "beta" => Some(Quantity::Scalar(self.target.m.atanh() / self.target.m)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::diffusion::{TwoClass, delta};
    use crate::experiment::known_answer::sample;

    #[test]
    fn the_backward_equation_uses_the_enumerated_mean() {
        let (residual, _) = sample(&super::EXPERIMENT, &[("d", 12.0), ("t", 0.4)], 3).get("residual")[0];
        assert!(residual < 1e-12, "{residual}");
    }

    /// The enumerated score is the gradient of log p_t, by central differences of the factorised density.
    #[test]
    fn the_score_is_a_gradient() {
        let (d, m, t) = (5, 0.7, 0.6f64);
        let trial =
            super::Enumeration { target: TwoClass { d, m, sigma: None }, t, x: vec![0.3, -0.8, 1.2, 0.1, -0.4] };
        let log_density = |x: &[f64]| {
            let of_spin = |x: f64, a: f64| (-(x - a * (-t).exp()).powi(2) / (2.0 * delta(t))).exp();
            let class = |sign: f64| -> f64 {
                x.iter().map(|x| (1.0 + sign * m) * of_spin(*x, 1.0) + (1.0 - sign * m) * of_spin(*x, -1.0)).product()
            };
            (class(1.0) + class(-1.0)).ln()
        };
        let mean = trial.posterior_mean(&trial.x);
        for i in 0..d {
            let (mut up, mut down) = (trial.x.clone(), trial.x.clone());
            up[i] += 1e-5;
            down[i] -= 1e-5;
            let gradient = (log_density(&up) - log_density(&down)) / 2e-5;
            assert!((gradient - ((-t).exp() * mean[i] - trial.x[i]) / delta(t)).abs() < 1e-7);
        }
    }
}
