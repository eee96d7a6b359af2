//! Mixtures of stored patterns under Hebb's rule: odd ones are stable, even ones are not.

use super::hebbian_field::fits;
use super::packed::PackedPatterns;
use super::random_patterns;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};
use rand::RngExt;

/// The state sgn(ξ¹ + … + ξ^L), ties by a fair coin, without self-coupling.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-mixture",
    summary: "random patterns stored by Hebb's rule; stability of the sign of the sum of L of them",
    source: "Amit, Gutfreund and Sompolinsky 1985, on symmetric mixture states",
    parameters: &[
        Parameter::whole("N", "neurons", 2000.0, 2.0, 20000.0),
        Parameter::whole("K", "stored patterns", 10.0, 1.0, 5000.0),
        Parameter::whole("L", "patterns in the mixture, at most K", 3.0, 1.0, 51.0),
        Parameter::whole("sweeps", "largest number of sweeps of sequential dynamics", 100.0, 1.0, 1000.0),
    ],
    estimands: &[
        Estimand::scalar("unstable-bit", "fraction of sites with σ_i φ_i < 0").within(0.0, 1.0),
        Estimand::scalar("mixture-overlap", "(1/N) Σ_i ξ¹_i σ_i").within(-1.0, 1.0),
        Estimand::scalar("final-overlap", "overlap with the mixture after sequential zero-temperature dynamics")
            .within(-1.0, 1.0),
    ],
    prepare,
};

struct Mixture {
    n: usize,
    k: usize,
    l: usize,
    sweeps: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, k, l) = (p.whole("N"), p.whole("K"), p.whole("L"));
    fits(n, k)?;
    if l > k {
        return Err(ExperimentError::Setup(format!("a mixture of L = {l} patterns needs K ≥ L, not {k}")));
    }
    Ok(Box::new(Mixture { n, k, l, sweeps: p.whole("sweeps") }))
}

fn overlap(a: &[f32], b: &[f32]) -> f64 {
    crate::linalg::dot(a, b) / a.len() as f64
}

impl Trial for Mixture {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let patterns = random_patterns(self.n, self.k, &mut generator);
        let mut sum = vec![0f32; self.n];
        for mu in 0..self.l {
            sum.iter_mut().zip(patterns.col_as_slice(mu)).for_each(|(s, x)| *s += x);
        }
        let coin = |x: &f32, tie: bool| if *x == 0.0 { if tie { 1.0 } else { -1.0 } } else { x.signum() };
        let start: Vec<f32> = sum.iter().map(|x| coin(x, generator.random())).collect();
        let mut fields = vec![0f32; self.n];
        for mu in 0..self.k {
            let pattern = patterns.col_as_slice(mu);
            let m = crate::linalg::dot(pattern, &start) as f32;
            fields.iter_mut().zip(pattern).for_each(|(h, x)| *h += m * x);
        }
        let unstable = fields.iter().zip(&start).filter(|(h, s)| *h * *s - (self.k as f32) < 0.0).count();
        let mut end: Vec<bool> = start.iter().map(|s| *s > 0.0).collect();
        PackedPatterns::new(&patterns).sequential(&mut end, false, self.sweeps, &mut generator);
        let end: Vec<f32> = end.iter().map(|up| if *up { 1.0 } else { -1.0 }).collect();
        out[0] = unstable as f64 / self.n as f64;
        out[1] = overlap(patterns.col_as_slice(0), &start);
        out[2] = overlap(&start, &end);
    }

    fn work(&self) -> f64 {
        // Most sites are stable: a few sweeps in a fresh order end it.
        let (n, k) = (self.n as f64, self.k as f64);
        cost::work(4.0 * n * k + PackedPatterns::cost(n, k, self.sweeps.min(4) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn three_patterns_stay_and_two_do_not() {
        let odd = sample(&EXPERIMENT, &[("N", 2000.0), ("K", 3.0), ("L", 3.0)], 30);
        odd.assert("mixture-overlap", &[0.5]);
        odd.assert("unstable-bit", &[0.0]);
        odd.assert("final-overlap", &[1.0]);
        // Half of the sites are ties whose field is that of the finite-size noise: half of those are unstable.
        let even = sample(&EXPERIMENT, &[("N", 2000.0), ("K", 8.0), ("L", 2.0)], 60);
        even.assert("mixture-overlap", &[0.5]);
        let (unstable, error) = even.get("unstable-bit")[0];
        // The removed self-coupling K/N shifts the tie field by O(√(K/N)).
        assert!((unstable - 0.25).abs() < 4.5 * error + (8.0f64 / 2000.0).sqrt(), "{unstable} ± {error}");
        assert!(even.mean("final-overlap") < 0.9);
    }
}
