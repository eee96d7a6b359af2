//! Binder's cumulants of the φ⁴ field on two lattices: the sign of their difference tells the phase.

use super::{Lattice, Measured, binder};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// Chains on a lattice of side L and on one of twice the side, at one coupling.
pub static EXPERIMENT: Experiment = Experiment {
    name: "binder-crossing",
    summary: "The φ⁴ field on lattices of side L and 2L at the same coupling; the difference of their Binder cumulants, which changes sign at the transition",
    source: "Binder 1981, Finite size scaling analysis of Ising model block distribution functions",
    parameters: &[
        Lattice::L,
        Lattice::GAMMA,
        Lattice::R,
        Lattice::BETA,
        Lattice::BURN,
        Lattice::SWEEPS,
        Parameter::whole("chains", "independent chains on each lattice in one replicate", 4.0, 2.0, 1e4),
    ],
    estimands: &[
        Estimand::scalar("binder-difference", "Binder's cumulant at 2L less that at L"),
        Estimand::scalar("binder-cumulant", "Binder's cumulant at 2L"),
    ],
    prepare,
};

struct Pair {
    lattices: [Lattice; 2],
    chains: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let small = Lattice::new(p)?;
    let large = small.of_side(2 * p.whole("L"));
    Ok(Box::new(Pair { lattices: [small, large], chains: p.whole("chains") }))
}

impl Trial for Pair {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let [small, large] = [0, 1].map(|k| {
            let chains: Vec<Measured> = (0..self.chains).map(|_| self.lattices[k].chain(&mut generator)).collect();
            binder(&chains)
        });
        (out[0], out[1]) = (large - small, large);
    }

    fn work(&self) -> f64 {
        cost::work(self.chains as f64 * self.lattices.iter().map(Lattice::cost).sum::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn cumulants_of_independent_sites_fall_with_their_number() {
        // (1 − ⟨φ⁴⟩/3⟨φ²⟩²)/n at n = L² and 4L² sites.
        let found = sample(&EXPERIMENT, &[("L", 3.0), ("beta", 0.0)], 300);
        let moment = |k: i32| -> f64 {
            (-4000..4000).map(|i| (f64::from(i) + 0.5) * 1e-3).map(|x| x.powi(k) * (x * x - x.powi(4)).exp()).sum()
        };
        let site = 1.0 - moment(4) * moment(0) / (3.0 * moment(2) * moment(2));
        found.assert("binder-cumulant", &[site / 36.0]);
        found.assert("binder-difference", &[site / 36.0 - site / 9.0]);
    }

    #[test]
    fn both_lattices_are_ordered_at_strong_coupling() {
        let found = sample(&EXPERIMENT, &[("L", 4.0), ("beta", 2.0), ("chains", 2.0), ("sweeps", 50.0)], 10);
        assert!((found.mean("binder-cumulant") - 2.0 / 3.0).abs() < 0.01, "{}", found.mean("binder-cumulant"));
        assert!(found.mean("binder-difference").abs() < 0.01);
    }
}
