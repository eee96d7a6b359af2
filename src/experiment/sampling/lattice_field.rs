//! The φ⁴ field on a square lattice: its moments at one coupling.

use super::{Lattice, Measured, binder};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// Independent chains of Metropolis moves and cluster flips.
pub static EXPERIMENT: Experiment = Experiment {
    name: "lattice-field",
    summary: "The φ⁴ field on a periodic square lattice by Metropolis moves of sites and cluster flips of signs; susceptibility, correlation of neighbours and Binder's cumulant",
    source: "Brower and Tamayo 1989, Embedded dynamics for φ⁴ theory; Binder 1981",
    parameters: &[
        Lattice::L,
        Lattice::GAMMA,
        Lattice::R,
        Lattice::BETA,
        Lattice::BURN,
        Lattice::SWEEPS,
        Parameter::whole("chains", "independent chains in one replicate", 4.0, 2.0, 1e4),
    ],
    estimands: &[
        Estimand::scalar("susceptibility", "L² E M² of the mean field M"),
        Estimand::scalar("square", "E φ² at a site"),
        Estimand::scalar("bond", "E φ_i φ_j of neighbours"),
        Estimand::scalar("binder-cumulant", "1 − E M⁴/(3 (E M²)²)"),
    ],
    prepare,
};

struct Field {
    lattice: Lattice,
    chains: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Field { lattice: Lattice::new(p)?, chains: p.whole("chains") }))
}

impl Trial for Field {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let chains: Vec<Measured> = (0..self.chains).map(|_| self.lattice.chain(&mut generator)).collect();
        let mean = |of: fn(&Measured) -> f64| chains.iter().map(of).sum::<f64>() / self.chains as f64;
        out[0] = self.lattice.sites() * mean(|c| c.moments[0]);
        out[1] = mean(|c| c.square);
        out[2] = mean(|c| c.bond);
        out[3] = binder(&chains);
    }

    fn work(&self) -> f64 {
        cost::work(self.chains as f64 * self.lattice.cost())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Without a fourth power the field is Gaussian, with the precision 2r − 2β(cos ω₁ + cos ω₂).
    #[test]
    fn the_free_field_has_its_propagator() {
        let (l, r, beta) = (5usize, 0.9, 0.4);
        let given = [("L", l as f64), ("gamma", 0.0), ("r", r), ("beta", beta), ("burn", 100.0)];
        let found = sample(&EXPERIMENT, &given, 250);
        let cos = |k: usize| (std::f64::consts::TAU * k as f64 / l as f64).cos();
        let (mut square, mut bond) = (0.0, 0.0);
        for (p, q) in (0..l * l).map(|k| (k / l, k % l)) {
            let variance = 1.0 / (2.0 * r - 2.0 * beta * (cos(p) + cos(q))) / (l * l) as f64;
            square += variance;
            bond += variance * cos(p);
        }
        found.assert("susceptibility", &[1.0 / (2.0 * r - 4.0 * beta)]);
        found.assert("square", &[square]);
        found.assert("bond", &[bond]);
        found.assert("binder-cumulant", &[0.0]);
        assert!(found.get("square")[0].1 < 0.01 * square);
    }

    /// Without coupling the sites are independent, and moments of one are integrals.
    #[test]
    fn sites_without_coupling_match_quadrature() {
        let (l, gamma, r) = (3usize, 0.7, -1.2);
        let given = [("L", l as f64), ("gamma", gamma), ("r", r), ("beta", 0.0)];
        let found = sample(&EXPERIMENT, &given, 400);
        let moment = |k: i32| -> f64 {
            (-4000..4000)
                .map(|i| (f64::from(i) + 0.5) * 1e-3)
                .map(|x| x.powi(k) * (-gamma * x.powi(4) - r * x * x).exp())
                .sum()
        };
        let (second, fourth) = (moment(2) / moment(0), moment(4) / moment(0));
        let n = (l * l) as f64;
        found.assert("square", &[second]);
        found.assert("susceptibility", &[second]);
        found.assert("bond", &[0.0]);
        found.assert("binder-cumulant", &[(1.0 - fourth / (3.0 * second * second)) / n]);
    }

    /// On a lattice of three by three the integrals over the sites are sums over a grid of values, done row by row with a
    /// transfer matrix.
    #[test]
    fn coupled_sites_match_a_transfer_matrix() {
        let (gamma, r, beta) = (1.0, -1.0, 0.6);
        let given = [("L", 3.0), ("gamma", gamma), ("r", r), ("beta", beta), ("burn", 100.0)];
        let found = sample(&EXPERIMENT, &given, 300);
        // The trapezoidal rule converges geometrically for such a weight: steps of 0.4 leave 1e-3.
        let nodes: Vec<f64> = (0..11).map(|i| -2.0 + 0.4 * f64::from(i)).collect();
        let site = |x: f64| (-gamma * x.powi(4) - r * x * x).exp();
        let rows: Vec<[f64; 3]> = nodes
            .iter()
            .flat_map(|&a| nodes.iter().map(move |&b| (a, b)))
            .flat_map(|(a, b)| nodes.iter().map(move |&c| [a, b, c]))
            .collect();
        let n = rows.len();
        let weight = |x: &[f64; 3]| {
            x.iter().map(|x| site(*x)).product::<f64>() * (beta * (x[0] * x[1] + x[1] * x[2] + x[2] * x[0])).exp()
        };
        let root: Vec<f64> = rows.iter().map(|x| weight(x).sqrt()).collect();
        let between = |x: &[f64; 3], y: &[f64; 3]| (beta * (x[0] * y[0] + x[1] * y[1] + x[2] * y[2])).exp();
        let transfer = crate::linalg::Mat::from_fn(n, n, |i, j| root[i] * between(&rows[i], &rows[j]) * root[j]);
        // ⟨f⟩ = Tr(F T³)/Tr(T³) with T symmetric: Tr(F T³) = Σ f_i (T³)_ii.
        let square = crate::linalg::product(transfer.as_ref(), transfer.as_ref());
        let cubed: Vec<f64> = (0..n).map(|i| (0..n).map(|k| square[(i, k)] * transfer[(k, i)]).sum()).collect();
        let total: f64 = cubed.iter().sum();
        let mean = |f: &dyn Fn(&[f64; 3]) -> f64| rows.iter().zip(&cubed).map(|(x, w)| f(x) * w).sum::<f64>() / total;
        found.assert("square", &[mean(&|x| x[0] * x[0])]);
        found.assert("bond", &[mean(&|x| x[0] * x[1])]);
        assert!(found.get("bond")[0].1 < 0.01);
    }
}
