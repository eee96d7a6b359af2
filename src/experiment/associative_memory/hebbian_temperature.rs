//! Retrieval at a temperature under Hebb's rule.

use super::heat_bath::{HeatBath, Rates};
use super::hopfield_phase_lines::phase_lines;
use super::replica_symmetric::{retrieval, retrieval_temperature};
use super::{pattern_count, random_patterns};
use crate::experiment::{Curve, Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// K = round(αN) fresh random patterns, J = ξξᵀ/N without self-coupling; heat-bath updates of one neuron after
/// the other, P(σ_i = 1) = ½ [1 + tanh(φ_i/T)], from the first pattern. The overlap with it is averaged after the first sweeps.
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
        let mut generator = bulk(stream);
        let mut network = HeatBath::new(&random_patterns(self.n, self.k, &mut generator));
        let rates = Rates::new(self.n, self.temperature);
        let mut total = 0.0;
        for sweep in 0..self.relax + self.sweeps {
            network.sweep(&rates, None, &mut generator);
            if sweep >= self.relax {
                total += network.first_overlap();
            }
        }
        out[0] = total / self.sweeps as f64;
    }

    fn work(&self) -> f64 {
        let sweeps = HeatBath::cost(self.n, self.k, self.relax + self.sweeps);
        cost::work(sweeps + HeatBath::cost_of_start(self.n, self.k, 1))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let load = self.k as f64 / self.n as f64;
        let state = match name {
            "m" => retrieval(load, self.temperature),
            "last-m" => retrieval(load, self.temperature)
                .or_else(|| retrieval_temperature(load).and_then(|line| retrieval(load, line))),
            _ => None,
        };
        state.map(|s| Quantity::Scalar(s.m))
    }

    fn curves(&self, across: &str, up: &str) -> Vec<Curve> {
        if (across, up) == ("alpha", "T") { phase_lines() } else { Vec::new() }
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
