//! Retrieval at a temperature under Hebb's rule.

use super::replica_symmetric::retrieval;
use super::{pattern_count, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};
use rand::RngExt;

/// K = round(αN) fresh random patterns, J = ξξᵀ/N without self-coupling; sequential heat-bath updates,
/// P(σ_i = 1) = ½ [1 + tanh(φ_i/T)], from the first pattern. The overlap with it is averaged after the first sweeps.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-temperature",
    summary: "random patterns stored by Hebb's rule; overlap with one of them in heat-bath dynamics that start there",
    source: "Amit, Gutfreund and Sompolinsky 1987, equations (3.16)–(3.18) for the overlap",
    parameters: &[
        Parameter::whole("N", "neurons", 500.0, 2.0, 5000.0),
        Parameter::real("alpha", "load K/N", 0.05, 1e-4, 1.0),
        Parameter::real("T", "temperature", 0.3, 0.01, 10.0),
        Parameter::whole("relax", "sweeps before the measurement", 30.0, 0.0, 10000.0),
        Parameter::whole("sweeps", "sweeps that are measured", 30.0, 1.0, 10000.0),
    ],
    estimands: &[Estimand::scalar("overlap", "mean overlap with the pattern").within(-1.0, 1.0)],
    prepare,
};

struct Temperature {
    n: usize,
    k: usize,
    temperature: f64,
    relax: usize,
    sweeps: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    let k = pattern_count(n, p.get("alpha"));
    Ok(Box::new(Temperature { n, k, temperature: p.get("T"), relax: p.whole("relax"), sweeps: p.whole("sweeps") }))
}

impl Trial for Temperature {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let (n, k) = (self.n, self.k);
        let mut generator = bulk(stream);
        let patterns = random_patterns(n, k, &mut generator);
        let mut rows = vec![0i32; n * k];
        for mu in 0..k {
            patterns.col_as_slice(mu).iter().enumerate().for_each(|(i, x)| rows[i * k + mu] = *x as i32);
        }
        let mut state: Vec<i32> = (0..n).map(|i| rows[i * k]).collect();
        let mut overlaps: Vec<i32> = (0..k).map(|mu| (0..n).map(|i| rows[i * k + mu] * state[i]).sum()).collect();
        let mut total = 0.0;
        for sweep in 0..self.relax + self.sweeps {
            for _ in 0..n {
                let i = generator.random_range(0..n);
                let row = &rows[i * k..(i + 1) * k];
                let field: i32 = row.iter().zip(&overlaps).map(|(x, m)| x * m).sum::<i32>() - k as i32 * state[i];
                let up = 1.0 / (1.0 + (-2.0 * f64::from(field) / (n as f64 * self.temperature)).exp());
                let new = if generator.random::<f64>() < up { 1 } else { -1 };
                if new != state[i] {
                    state[i] = new;
                    overlaps.iter_mut().zip(row).for_each(|(m, x)| *m += 2 * new * x);
                }
            }
            if sweep >= self.relax {
                total += f64::from(overlaps[0]);
            }
        }
        out[0] = total / (n * self.sweeps) as f64;
    }

    fn work(&self) -> f64 {
        let updates = ((self.relax + self.sweeps) * self.n) as f64;
        cost::work(updates * (15.0 + 0.3 * self.k as f64))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "m" => retrieval(self.k as f64 / self.n as f64, self.temperature).map(|s| Quantity::Scalar(s.m)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_pattern_is_the_curie_weiss_magnet() {
        // m = tanh(m/T) at T = 0.6, up to 1/N.
        let mut m = 1.0f64;
        (0..1000).for_each(|_| m = (m / 0.6).tanh());
        let s =
            sample(&EXPERIMENT, &[("N", 1000.0), ("alpha", 0.001), ("T", 0.6), ("relax", 20.0), ("sweeps", 20.0)], 60);
        let (mean, error) = s.get("overlap")[0];
        assert!((mean - m).abs() < 4.5 * error + 0.003, "{mean} ± {error}, expected {m}");
    }
}
