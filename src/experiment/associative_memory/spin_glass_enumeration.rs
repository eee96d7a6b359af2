//! The spin glass of Sherrington and Kirkpatrick by enumeration of all its states.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// Fresh couplings J_ij ~ N(0, 1/N) for every pair; H = −Σ_{i<j} J_ij s_i s_j over half of the 2^N states, since s and −s have
/// the same energy. Neighbours in a Gray code differ by one spin, so that a state costs N operations.
pub static EXPERIMENT: Experiment = Experiment {
    name: "spin-glass-enumeration",
    summary: "random couplings of all pairs of spins; partition function and lowest energy of the Sherrington-Kirkpatrick model over all states",
    source: "Sherrington and Kirkpatrick 1975; Gray's code as in Knuth, TAOCP 4A, §7.2.1.1",
    parameters: &[
        Parameter::whole("N", "spins", 12.0, 2.0, 22.0),
        Parameter::real("beta", "inverse temperature", 0.5, 1e-3, 20.0),
    ],
    estimands: &[
        Estimand::scalar("free-energy", "−log Z/(Nβ)"),
        Estimand::scalar("lowest-energy", "energy per spin of the ground state"),
    ],
    prepare,
};

struct Enumeration {
    n: usize,
    beta: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Enumeration { n: p.whole("N"), beta: p.get("beta") }))
}

impl Trial for Enumeration {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.n;
        let mut draws = vec![0.0; n * (n - 1) / 2];
        fill_normal(&mut bulk(stream), &mut draws);
        let mut couplings = vec![0.0; n * n];
        let mut draw = draws.iter();
        for i in 0..n {
            for j in 0..i {
                let coupling = draw.next().map_or(0.0, |z| z / (n as f64).sqrt());
                (couplings[i * n + j], couplings[j * n + i]) = (coupling, coupling);
            }
        }
        let mut state = vec![1.0; n];
        let mut fields: Vec<f64> = couplings.chunks_exact(n).map(|row| row.iter().sum()).collect();
        let mut energy = -0.5 * fields.iter().sum::<f64>();
        // The sum is kept relative to the lowest energy so far.
        let (mut lowest, mut sum) = (energy, 0.0);
        for step in 1..=1u64 << (n - 1) {
            if energy < lowest {
                sum *= (self.beta * (energy - lowest)).exp();
                lowest = energy;
            }
            sum += (self.beta * (lowest - energy)).exp();
            // The spin that the next state of the code flips; the last spin stays up.
            let site = step.trailing_zeros() as usize;
            if site + 1 < n {
                let flipped: f64 = state[site];
                energy += 2.0 * flipped * fields[site];
                state[site] = -flipped;
                let row = &couplings[site * n..][..n];
                fields.iter_mut().zip(row).for_each(|(h, j)| *h -= 2.0 * flipped * j);
            }
        }
        out[0] = lowest / n as f64 - (2.0 * sum).ln() / (n as f64 * self.beta);
        out[1] = lowest / n as f64;
    }

    fn work(&self) -> f64 {
        let state = cost::TRANSCENDENTAL + self.n as f64 * cost::MULTIPLY_ADD + 4.0;
        cost::work((1u64 << (self.n - 1)) as f64 * state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Two spins: the energies are ±J/… with J ~ N(0, ½), so that the lowest is −|J| and Z = 4 cosh βJ.
    #[test]
    fn two_spins_share_one_bond() {
        use crate::numeric::gaussian::expectation;
        let s = sample(&EXPERIMENT, &[("N", 2.0), ("beta", 1.5)], 20_000);
        s.assert("lowest-energy", &[-0.5 * (0.5f64).sqrt() * (2.0 / std::f64::consts::PI).sqrt()]);
        s.assert("free-energy", &[-expectation(|z| (4.0 * (1.5 * 0.5f64.sqrt() * z).cosh()).ln()) / 3.0]);
    }

    /// Over the couplings E Z = 2^N e^{β²(N−1)/4}, whatever the size.
    #[test]
    fn the_mean_partition_function_is_that_of_normal_energies() {
        let (n, beta) = (5.0, 0.7);
        let trial = sample(&EXPERIMENT, &[("N", n), ("beta", beta)], 1).trial;
        let draws = 20_000u64;
        let mut out = [0.0; 2];
        let values: Vec<f64> = (0..draws)
            .map(|b| {
                trial.replicate(&mut SeedPath::root(5).block(b).stream(), &mut out);
                (-out[0] * n * beta).exp()
            })
            .collect();
        let mean = values.iter().sum::<f64>() / draws as f64;
        let error = (values.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (draws * draws) as f64).sqrt();
        let expected = 32.0 * (beta * beta * (n - 1.0) / 4.0).exp();
        assert!((mean - expected).abs() < 4.5 * error, "{mean} ± {error}, expected {expected}");
    }
}
