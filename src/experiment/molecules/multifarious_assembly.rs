//! Crosstalk between structures that are assembled from the same species.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};
use rand::seq::SliceRandom;

/// m structures, each a random arrangement of the N = L² species on a square lattice with periodic boundaries; two species
/// bind on a side where they are neighbours on that side in some structure. At a site of the first structure with its left
/// and lower neighbours in place, the pairs (μ, ν) of structures are counted whose bonds let the same wrong species in.
pub static EXPERIMENT: Experiment = Experiment {
    name: "multifarious-assembly",
    summary: "structures as random permutations of the species of a lattice; bonds of the others that fit by accident",
    source: "Murugan, Zeravcic, Brenner and Leibler 2015, Multifarious assembly mixtures",
    parameters: &[
        Parameter::whole("L", "side of the lattice: N = L² species", 10.0, 3.0, 200.0),
        Parameter::whole("m", "stored structures", 4.0, 1.0, 1000.0),
    ],
    estimands: &[
        Estimand::scalar(
            "wrong-fits",
            "pairs of structures (μ, ν) whose bonds to the left and the lower neighbour of a site fit the same wrong species, averaged over sites",
        ),
        Estimand::scalar(
            "shared-contacts",
            "other structures in which two neighbours of the first are neighbours, averaged over its bonds",
        ),
    ],
    prepare,
};

struct Assembly {
    side: usize,
    structures: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let trial = Assembly { side: p.whole("L"), structures: p.whole("m") };
    let size = trial.side * trial.side * trial.structures;
    if size > 1 << 24 {
        return Err(ExperimentError::Setup(format!("m L² = {size} must be at most {}", 1 << 24)));
    }
    Ok(Box::new(trial))
}

/// A structure: the species at each site, and the site of each species.
struct Structure {
    species: Vec<u32>,
    site: Vec<u32>,
}

impl Assembly {
    fn right(&self, site: usize) -> usize {
        if site % self.side + 1 == self.side { site + 1 - self.side } else { site + 1 }
    }

    fn above(&self, site: usize) -> usize {
        (site + self.side) % (self.side * self.side)
    }

    fn are_neighbours(&self, a: usize, b: usize) -> bool {
        self.right(a) == b || self.right(b) == a || self.above(a) == b || self.above(b) == a
    }
}

impl Trial for Assembly {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let n = self.side * self.side;
        let structures: Vec<Structure> = (0..self.structures)
            .map(|_| {
                let mut species: Vec<u32> = (0..n as u32).collect();
                species.shuffle(&mut generator);
                let mut site = vec![0; n];
                species.iter().enumerate().for_each(|(x, s)| site[*s as usize] = x as u32);
                Structure { species, site }
            })
            .collect();
        let (first, others) = structures.split_first().expect("there is at least one structure");
        // How often each species is asked for on the right of the left neighbour.
        let mut asked = vec![0u32; n];
        let (mut wrong, mut shared) = (0u64, 0u64);
        for x in 0..n {
            // The site on the right of x, with x its left neighbour and `below` its lower one.
            let corner = self.right(x);
            let below = (corner + n - self.side) % n;
            let (left, lower, right) = (first.species[x], first.species[below], first.species[corner]);
            let fits = |s: &Structure| s.species[self.right(s.site[left as usize] as usize)] as usize;
            others.iter().for_each(|s| asked[fits(s)] += 1);
            for s in others {
                let wanted = s.species[self.above(s.site[lower as usize] as usize)];
                wrong += u64::from(if wanted == right { 0 } else { asked[wanted as usize] });
            }
            others.iter().for_each(|s| asked[fits(s)] = 0);
            for (a, b) in [(left, right), (lower, right)] {
                let meet =
                    |s: &&Structure| self.are_neighbours(s.site[a as usize] as usize, s.site[b as usize] as usize);
                shared += others.iter().filter(meet).count() as u64;
            }
        }
        out[0] = wrong as f64 / n as f64;
        out[1] = shared as f64 / (2 * n) as f64;
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "N").then(|| Quantity::Scalar((self.side * self.side) as f64))
    }

    fn work(&self) -> f64 {
        // Random reads of tables that fit the caches.
        cost::work(40.0 * (self.side * self.side * self.structures) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_structure_has_no_rivals() {
        let s = sample(&EXPERIMENT, &[("L", 4.0), ("m", 1.0)], 10);
        s.assert("wrong-fits", &[0.0]);
        s.assert("shared-contacts", &[0.0]);
    }

    #[test]
    fn species_meet_by_chance_as_often_as_counting_says() {
        // Two species are neighbours with probability 4/(N − 1); one structure asks for the same wrong species at a
        // corner, with both of its bonds, with probability (N − 3)/((N − 1)(N − 2)).
        let s = sample(&EXPERIMENT, &[("L", 4.0), ("m", 2.0)], 4000);
        s.assert("shared-contacts", &[4.0 / 15.0]);
        s.assert("wrong-fits", &[13.0 / (15.0 * 14.0)]);
        let s = sample(&EXPERIMENT, &[("L", 5.0), ("m", 6.0)], 2000);
        s.assert("shared-contacts", &[5.0 * 4.0 / 24.0]);
        s.assert("wrong-fits", &[5.0 * 4.0 * 22.0 / (24.0 * 24.0) + 5.0 * 22.0 / (24.0 * 23.0)]);
    }
}
