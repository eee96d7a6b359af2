//! The learner that remembers all it has seen, on items of Zipf's law.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream};
use rand_distr::{Distribution, Zeta};

/// T items are drawn with probabilities i^{−β}/ζ(β). The learner knows what was drawn, if all n − 1 teachers before it, with T₀
/// draws each, knew it, and if it is among the k most frequent; the error is the probability of what it does not know.
pub static EXPERIMENT: Experiment = Experiment {
    name: "infinite-memory",
    summary: "a lookup table learns items of Zipf's law from samples, through a chain of such learners; probability of the unknown",
    source: "Hutter 2021; Dohmatob et al. 2024 (a chain of learners)",
    parameters: &[
        Parameter::real("beta", "exponent β of Zipf's law", 1.7, 1.05, 8.0),
        Parameter::whole("T", "draws of the last learner", 1000.0, 1.0, 1e6),
        Parameter::whole("T0", "draws of each learner before it", 1000.0, 1.0, 1e6),
        Parameter::whole("n", "learners in the chain", 1.0, 1.0, 1000.0),
        Parameter::whole("k", "the first learner's knowledge ends at this rank; 0: nowhere", 0.0, 0.0, 1e9),
    ],
    estimands: &[Estimand::scalar("unknown-mass", "probability that the last learner does not know a fresh item")
        .within(0.0, 1.0)],
    prepare,
};

struct Memory {
    beta: f64,
    /// Draws of each learner, the last first.
    draws: Vec<usize>,
    cutoff: f64,
    law: Zeta<f64>,
    normalisation: f64,
}

/// ζ(s) for s > 1: a direct sum and Euler–Maclaurin's remainder after it, to the last digits of a double.
fn zeta(s: f64) -> f64 {
    // The first term left out is s … (s + 6) n^{-s-7}/1209600: below 10⁻¹⁷ for s ≤ 4.
    const DIRECT: i32 = 64;
    let n = f64::from(DIRECT);
    let sum: f64 = (1..DIRECT).map(|i| f64::from(i).powf(-s)).sum();
    let last = n.powf(-s);
    let correction = s / (12.0 * n) - s * (s + 1.0) * (s + 2.0) / (720.0 * n.powi(3))
        + s * (s + 1.0) * (s + 2.0) * (s + 3.0) * (s + 4.0) / (30_240.0 * n.powi(5));
    sum + last * (n / (s - 1.0) + 0.5 + correction)
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let beta = p.get("beta");
    let mut draws = vec![p.whole("T0"); p.whole("n")];
    draws[0] = p.whole("T");
    if draws.iter().sum::<usize>() > 20_000_000 {
        return Err(ExperimentError::Setup("more than 20 million draws in a replicate".into()));
    }
    let law = Zeta::new(beta).map_err(|problem| ExperimentError::Setup(problem.to_string()))?;
    let cutoff = if p.get("k") == 0.0 { f64::INFINITY } else { p.get("k") };
    Ok(Box::new(Memory { beta, draws, cutoff, law, normalisation: zeta(beta) }))
}

/// Ranks below this are marked in a table; the others are few and are listed.
const MARKED: usize = 4096;

/// Which ranks one learner has drawn.
struct Seen {
    marked: Vec<bool>,
    /// In order, each once. Ranks beyond the whole numbers of a double have no probability to speak of.
    rare: Vec<f64>,
}

impl Seen {
    fn contains(&self, rank: f64) -> bool {
        match self.marked.get(rank as usize) {
            Some(marked) => *marked,
            None => self.rare.binary_search_by(|j| j.total_cmp(&rank)).is_ok(),
        }
    }

    /// The ranks in order.
    fn ranks(&self) -> impl DoubleEndedIterator<Item = f64> {
        let marked = self.marked.iter().enumerate().filter(|(_, seen)| **seen).map(|(rank, _)| rank as f64);
        marked.chain(self.rare.iter().copied())
    }
}

impl Memory {
    fn draw(&self, draws: usize, stream: &mut Stream) -> Seen {
        let mut seen = Seen { marked: vec![false; MARKED], rare: Vec::new() };
        for _ in 0..draws {
            let rank = self.law.sample(stream);
            match seen.marked.get_mut(rank as usize) {
                Some(marked) => *marked = true,
                None => seen.rare.push(rank),
            }
        }
        seen.rare.sort_unstable_by(f64::total_cmp);
        seen.rare.dedup();
        seen
    }
}

impl Trial for Memory {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let learners: Vec<Seen> = self.draws.iter().map(|draws| self.draw(*draws, stream)).collect();
        let Some((last, teachers)) = learners.split_first() else { return };
        // From the rarest to the most frequent: no digits are lost.
        let known = last.ranks().rev().filter(|i| *i <= self.cutoff && teachers.iter().all(|seen| seen.contains(*i)));
        let mass: f64 = known.map(|i| i.powf(-self.beta)).sum();
        out[0] = (1.0 - mass / self.normalisation).clamp(0.0, 1.0);
    }

    fn work(&self) -> f64 {
        // A draw by rejection costs some logarithms and powers.
        let table = 2.0 * MARKED as f64 * cost::MULTIPLY_ADD;
        cost::work(self.draws.iter().map(|n| table + *n as f64 * 8.0 * cost::TRANSCENDENTAL).sum())
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "zeta").then_some(Quantity::Scalar(self.normalisation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn zeta_at_two_and_four() {
        let pi = std::f64::consts::PI;
        assert!((zeta(2.0) - pi * pi / 6.0).abs() < 1e-14);
        assert!((zeta(4.0) - pi.powi(4) / 90.0).abs() < 1e-14);
        assert!((zeta(1.1) / 10.584_448_464_950_81 - 1.0).abs() < 1e-13);
    }

    /// Every item alone: unknown if it misses some sample. The tail beyond the direct sum is unknown but for T times its
    /// squares, which are summed by an integral.
    fn expected(beta: f64, samples: &[f64], cutoff: f64) -> f64 {
        let norm = zeta(beta);
        let reach = 400_000;
        let mut sum = 0.0;
        for i in (1..reach).rev() {
            let p = f64::from(i).powf(-beta) / norm;
            let known: f64 = samples.iter().map(|t| 1.0 - (1.0 - p).powf(*t)).product();
            sum += p * if f64::from(i) <= cutoff { 1.0 - known } else { 1.0 };
        }
        let n = f64::from(reach);
        sum + n.powf(1.0 - beta) / (beta - 1.0) / norm + 0.5 * n.powf(-beta) / norm
    }

    #[test]
    fn one_learner_misses_what_it_has_not_drawn() {
        let s = sample(&EXPERIMENT, &[("beta", 2.5), ("T", 40.0)], 3000);
        s.assert("unknown-mass", &[expected(2.5, &[40.0], f64::INFINITY)]);
    }

    #[test]
    fn a_chain_loses_what_any_of_them_missed() {
        let s = sample(&EXPERIMENT, &[("beta", 2.5), ("T", 60.0), ("T0", 25.0), ("n", 3.0)], 3000);
        s.assert("unknown-mass", &[expected(2.5, &[60.0, 25.0, 25.0], f64::INFINITY)]);
    }

    #[test]
    fn knowledge_that_ends_leaves_the_tail() {
        let s = sample(&EXPERIMENT, &[("beta", 2.5), ("T", 60.0), ("k", 4.0)], 3000);
        s.assert("unknown-mass", &[expected(2.5, &[60.0], 4.0)]);
    }
}
