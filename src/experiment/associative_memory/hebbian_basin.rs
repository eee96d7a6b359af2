//! Basins of attraction under Hebb's rule.

use super::dynamics::Couplings;
use super::projector_basin::{Starts, critical_overlap, even_odds, orders};
use super::random_patterns;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// As `projector-basin`, with the couplings ξξᵀ/N without their diagonal.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-basin",
    summary: "random patterns stored by Hebb's rule; critical initial overlap",
    source: "Amit, Gutfreund and Sompolinsky 1987; Kanter and Sompolinsky 1987 for the comparison with the projector",
    parameters: &[
        Parameter::whole("N", "neurons", 1000.0, 2.0, 10000.0),
        Parameter::real("alpha", "load K/N", 0.05, 1e-4, 1.0),
        Starts::PROBES,
        Starts::sweeps(1.0),
    ],
    estimands: &[Estimand::scalar("critical-overlap", "initial overlap with even odds of recovery")],
    prepare,
};

struct Basin(Starts);

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Basin(Starts::new(p))))
}

impl Trial for Basin {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let patterns = random_patterns(self.0.n, self.0.k, &mut generator);
        // N times the couplings: their fields are whole numbers, and have the same signs.
        let own = vec![self.0.k as f32; self.0.n];
        let couplings = Couplings { left: patterns.as_ref(), right: patterns.transpose(), removed: &own };
        let orders = orders(self.0.n, self.0.probes, &mut generator);
        out[0] = critical_overlap(&couplings, &patterns, &orders, self.0.sweeps);
    }

    fn work(&self) -> f64 {
        cost::work(2.0 * (self.0.n * self.0.k) as f64 + self.0.operations())
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "K" => Some(Quantity::Scalar(self.0.k as f64)),
            "signal-to-noise" => Some(Quantity::Scalar(even_odds(self.0.n as f64))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_pattern_attracts_half_of_the_space() {
        // Without the diagonal a site sees the other 100: of 50 flips a flipped site has 51 votes to 49, an unflipped one as
        // many on either side; ties keep the state. 50 flips are repaired, 51 are not.
        let s = sample(&EXPERIMENT, &[("N", 101.0), ("alpha", 0.005), ("probes", 1.0)], 3);
        s.assert("critical-overlap", &[0.0]);
    }

    /// The same by `hebbian-retrieval`: at the critical overlap half of the starts are back after one step, without error.
    #[test]
    fn single_steps_from_the_critical_overlap_have_even_odds() {
        let s = sample(&EXPERIMENT, &[("N", 500.0), ("alpha", 0.05), ("probes", 25.0)], 30);
        let (critical, _) = s.get("critical-overlap")[0];
        // One step written out from couplings as a matrix.
        let mut stream = SeedPath::root(9).stream();
        let mut generator = bulk(&mut stream);
        let back = |overlap: f64, generator: &mut crate::random::Bulk| {
            let flips = ((1.0 - overlap) / 2.0 * 500.0).round() as usize;
            let recovered = (0..200).filter(|_| {
                let patterns = random_patterns(500, 25, generator);
                let state: Vec<f32> =
                    (0..500).map(|i| if i < flips { -patterns[(i, 0)] } else { patterns[(i, 0)] }).collect();
                let overlaps: Vec<f32> =
                    (0..25).map(|mu| (0..500).map(|i| patterns[(i, mu)] * state[i]).sum()).collect();
                (0..500).all(|i| {
                    let field: f32 = (0..25).map(|mu| patterns[(i, mu)] * overlaps[mu]).sum::<f32>() - 25.0 * state[i];
                    field * patterns[(i, 0)] > 0.0
                })
            });
            recovered.count() as f64 / 200.0
        };
        let (below, above) = (back(critical - 0.1, &mut generator), back(critical + 0.1, &mut generator));
        assert!(below < 0.35 && above > 0.65, "{critical}: {below} {above}");
    }
}
