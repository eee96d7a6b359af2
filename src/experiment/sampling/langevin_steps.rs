//! Steps of a Langevin chain per independent sample: the condition number.

use super::Langevin;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial};
use crate::linalg::Mat;
use crate::random::{SeedPath, Stream, bulk};

/// A chain in its stationary state.
pub static EXPERIMENT: Experiment = Experiment {
    name: "langevin-steps",
    summary: "Euler's chain for a Gaussian: how many steps give as much as one independent sample, and what they leave of the variance",
    source: "Sokal 1997, Monte Carlo Methods in Statistical Mechanics, §2, on integrated autocorrelation times; Roberts and Tweedie 1996 on unadjusted Langevin chains",
    parameters: &[
        Langevin::D,
        Langevin::KAPPA,
        Parameter::real(
            "step",
            "step of time in units of 2/(1 + κ), where the slowest and the fastest mode forget equally fast",
            1.0,
            1e-3,
            1.0,
        ),
        Parameter::whole("N", "steps of the chain that are averaged", 500.0, 1.0, 1e6),
        Langevin::WALKERS,
    ],
    estimands: &[
        Estimand::scalar("steps-per-sample", "N Var(mean over N steps)/Var of the slowest mode"),
        Estimand::scalar("steps-per-sample-of-fastest", "the same for the fastest mode, whose sign alternates"),
        Estimand::scalar("memory", "correlation of the slowest mode at the first step and at the last"),
        Estimand::scalar("stationary-variance", "variance of the fastest mode at the last step"),
    ],
    prepare,
};

struct Steps {
    chain: Langevin,
    n: usize,
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let h = 2.0 * p.get("step") / (1.0 + p.get("kappa"));
    Ok(Box::new(Steps { chain: Langevin::new(p, h, path)?, n: p.whole("N") }))
}

impl Trial for Steps {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let (chain, generator) = (&self.chain, &mut bulk(stream));
        // What Euler's step leaves as it is: v = (1 − hk)² v + 2h.
        let stationary = |k: f64| 1.0 / (k * (1.0 - 0.5 * chain.h * k));
        let modes = [0, chain.spectrum.len() - 1];
        let mut x = chain.drawn(generator, stationary);
        let mut next = Mat::zeros(chain.spectrum.len(), chain.walkers);
        let at = |x: &Mat<f64>| -> Vec<[f64; 2]> {
            (0..chain.walkers).map(|j| modes.map(|mode| chain.component(x, j, mode))).collect()
        };
        let first = at(&x);
        let (mut last, mut sums) = (first.clone(), first.clone());
        for _ in 1..self.n {
            chain.step(generator, &mut x, &mut next);
            last = at(&x);
            for (sum, y) in sums.iter_mut().zip(&last) {
                (0..2).for_each(|mode| sum[mode] += y[mode]);
            }
        }
        let walkers = chain.walkers as f64;
        let variances = modes.map(|mode| stationary(chain.spectrum[mode]));
        for (mode, variance) in variances.iter().enumerate() {
            let square = sums.iter().map(|sum| sum[mode] * sum[mode]).sum::<f64>() / walkers;
            out[mode] = square / (self.n as f64 * variance);
        }
        out[2] = first.iter().zip(&last).map(|(a, b)| a[0] * b[0]).sum::<f64>() / (walkers * variances[0]);
        out[3] = last.iter().map(|y| y[1] * y[1]).sum::<f64>() / walkers;
    }

    fn work(&self) -> f64 {
        // Two components of each walker are read at every step.
        let reading = (2 * self.n * self.chain.walkers * self.chain.spectrum.len()) as f64 * 1e-6;
        self.chain.work(self.n) + reading
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        self.chain.quantity(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// N Var(mean)/Var of a stationary sequence with correlations ρ^k, by the double sum.
    fn double_sum(n: i32, rho: f64) -> f64 {
        (0..n).flat_map(|i| (0..n).map(move |j| rho.powi((i - j).abs()))).sum::<f64>() / f64::from(n)
    }

    #[test]
    fn steps_per_sample_are_the_sum_of_correlations() {
        for (kappa, n) in [(4.0, 60), (9.0, 25)] {
            let given = [("d", 4.0), ("kappa", kappa), ("N", f64::from(n)), ("walkers", 50.0)];
            let found = sample(&EXPERIMENT, &given, 300);
            let rho = (kappa - 1.0) / (kappa + 1.0);
            found.assert("steps-per-sample", &[double_sum(n, rho)]);
            found.assert("steps-per-sample-of-fastest", &[double_sum(n, -rho)]);
            found.assert("memory", &[rho.powi(n - 1)]);
            // Half the step: the slowest mode forgets by 1 − 1/(1 + κ).
            let found = sample(&EXPERIMENT, &[&given[..], &[("step", 0.5)]].concat(), 300);
            found.assert("steps-per-sample", &[double_sum(n, kappa / (1.0 + kappa))]);
            let (mean, error) = found.get("steps-per-sample")[0];
            assert!(error < 0.02 * mean, "{mean} ± {error}");
        }
    }

    #[test]
    fn the_stationary_variance_stays() {
        // Were the start not stationary, more than half of the difference would be gone after a step.
        for n in [1.0, 2.0, 40.0] {
            let found = sample(&EXPERIMENT, &[("d", 3.0), ("kappa", 5.0), ("N", n), ("walkers", 100.0)], 200);
            found.assert("stationary-variance", &[1.2]);
        }
    }
}
