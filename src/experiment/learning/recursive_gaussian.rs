//! A Gaussian fitted to samples of a Gaussian fitted to samples.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// n numbers are drawn from N(μ, s²), μ and s² are set to their mean and variance, and so on, k times from N(0, 1).
pub static EXPERIMENT: Experiment = Experiment {
    name: "recursive-gaussian",
    summary: "a Gaussian is fitted to samples of itself again and again; mean and variance after k fits",
    source: "Shumailov et al. 2024",
    parameters: &[
        Parameter::whole("n", "samples of a fit", 20.0, 2.0, 1e5),
        Parameter::whole("k", "fits", 50.0, 1.0, 1e5),
        Parameter::whole("unbiased", "1: the variance is the sum of squares over n − 1; 0: over n", 0.0, 0.0, 1.0),
        Parameter::whole("chains", "independent chains that a replicate averages over", 16.0, 1.0, 1e5),
    ],
    estimands: &[
        Estimand::scalar("variance", "E s_k², the variance after k fits, in units of the first"),
        Estimand::scalar("log-variance", "E log s_k²"),
        Estimand::scalar("variance-of-mean", "E μ_k², in units of the first variance"),
        Estimand::scalar("shrunk", "P(s_k² < 1)").within(0.0, 1.0),
    ],
    prepare,
};

struct Recursion {
    samples: usize,
    fits: usize,
    divisor: f64,
    chains: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (samples, fits, chains) = (p.whole("n"), p.whole("k"), p.whole("chains"));
    if samples * fits > (1 << 30) / chains {
        return Err(ExperimentError::Setup(format!("{chains} times {fits} fits of {samples} samples take too long")));
    }
    Ok(Box::new(Recursion { samples, fits, divisor: samples as f64 - p.get("unbiased"), chains }))
}

impl Trial for Recursion {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let mut normals = vec![0f64; self.samples];
        out.fill(0.0);
        for _ in 0..self.chains {
            // The logarithm is added up: the variance itself falls below the smallest double after many fits.
            let (mut mean, mut log_variance) = (0.0, 0.0f64);
            for _ in 0..self.fits {
                fill_normal(generator, &mut normals);
                let centre = normals.iter().sum::<f64>() / self.samples as f64;
                let squares: f64 = normals.iter().map(|z| (z - centre) * (z - centre)).sum();
                mean += (0.5 * log_variance).exp() * centre;
                log_variance += (squares / self.divisor).ln();
            }
            let shrunk = f64::from(u8::from(log_variance < 0.0));
            for (out, value) in out.iter_mut().zip([log_variance.exp(), log_variance, mean * mean, shrunk]) {
                *out += value / self.chains as f64;
            }
        }
    }

    fn work(&self) -> f64 {
        let fit = self.samples as f64 * (cost::NORMAL + 2.0 * cost::MULTIPLY_ADD) + 2.0 * cost::TRANSCENDENTAL;
        cost::work((self.chains * self.fits) as f64 * fit)
    }

    fn quantity(&self, _name: &str) -> Option<Quantity> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// n = 2: the sum of squares is (z − z')²/2, a χ² of one degree, so that s² is half of z² per fit: E log z² = −γ − log 2.
    #[test]
    fn two_samples_halve_and_lose_the_logarithm() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        let s = sample(&EXPERIMENT, &[("n", 2.0), ("k", 3.0)], 4000);
        s.assert("log-variance", &[3.0 * (-EULER - 2.0 * std::f64::consts::LN_2)]);
        s.assert("variance", &[0.125]);
        // Var μ grows by E s²/n per fit: 1/2 + 1/4 + 1/8.
        s.assert("variance-of-mean", &[0.875]);
    }

    #[test]
    fn the_unbiased_variance_keeps_its_mean_and_shrinks_all_the_same() {
        let s = sample(&EXPERIMENT, &[("n", 10.0), ("k", 8.0), ("unbiased", 1.0)], 2000);
        s.assert("variance", &[1.0]);
        assert!(s.mean("shrunk") > 0.7 && s.mean("log-variance") < -0.5);
    }
}
