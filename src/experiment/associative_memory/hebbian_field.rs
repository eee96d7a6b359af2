//! Local fields at a stored pattern: signal, crosstalk and one-step errors under Hebb's rule.

use super::{aligned_fields, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// Fresh random patterns, J = ξξᵀ/N; the aligned field ξ_i φ_i = (N−1)/N + R_i (+ K/N with self-coupling).
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-field",
    summary: "random patterns stored by Hebb's rule; local field, crosstalk and one-step errors at a stored pattern",
    source: "Hopfield 1982; Hertz, Krogh and Palmer 1991, §2.2",
    parameters: &[
        Parameter::whole("N", "neurons", 500.0, 2.0, 32767.0),
        Parameter::whole("K", "stored patterns", 50.0, 1.0, 32767.0),
        Parameter::whole("probes", "stored patterns looked at per replicate, at most K", 50.0, 1.0, 32767.0),
        Parameter::whole("self", "1 to keep the self-coupling K/N, 0 to remove it", 0.0, 0.0, 1.0),
    ],
    estimands: &[
        Estimand::scalar("bit-error", "P(ξ_i φ_i < 0): the bit flips in one step").within(0.0, 1.0),
        Estimand::scalar("unstable-bit", "P(ξ_i φ_i ≤ 0): the bit is not strictly stable").within(0.0, 1.0),
        Estimand::scalar("pattern-stable", "P(ξ_i φ_i > 0 for all i)").within(0.0, 1.0),
        Estimand::scalar("crosstalk-mean", "E R_i, of the part without self-coupling"),
        Estimand::scalar("crosstalk-variance", "E R_i², of the part without self-coupling"),
    ],
    prepare,
};

struct Fields {
    n: usize,
    k: usize,
    probes: usize,
    own: f32,
}

/// Refuses networks that do not fit memory, or whose fields could leave the whole numbers of single precision.
pub(super) fn fits(n: usize, k: usize) -> Result<(), ExperimentError> {
    if n * k > 1 << 24 {
        return Err(ExperimentError::Setup(format!("N K = {} must be at most {}", n * k, 1 << 24)));
    }
    Ok(())
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, k) = (p.whole("N"), p.whole("K"));
    fits(n, k)?;
    let own = if p.whole("self") == 1 { k as f32 } else { 0.0 };
    Ok(Box::new(Fields { n, k, probes: p.whole("probes").min(k), own }))
}

impl Trial for Fields {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let patterns = random_patterns(self.n, self.k, &mut bulk(stream));
        let fields = aligned_fields(&patterns, self.probes);
        let signal = (self.n - 1) as f64;
        let (mut negative, mut weak, mut stable) = (0usize, 0usize, 0usize);
        let (mut first, mut second) = (0.0, 0.0);
        for j in 0..self.probes {
            let column = fields.col_as_slice(j);
            let unstable = column.iter().filter(|&&x| x + self.own <= 0.0).count();
            negative += column.iter().filter(|&&x| x + self.own < 0.0).count();
            weak += unstable;
            stable += (unstable == 0) as usize;
            for &x in column {
                let crosstalk = f64::from(x) - signal;
                first += crosstalk;
                second += crosstalk * crosstalk;
            }
        }
        let (n, probes) = (self.n as f64, self.probes as f64);
        out[0] = negative as f64 / (n * probes);
        out[1] = weak as f64 / (n * probes);
        out[2] = stable as f64 / probes;
        out[3] = first / (n * n * probes);
        out[4] = second / (n * n * n * probes);
    }

    fn work(&self) -> f64 {
        let products = 2.0 * cost::product_single(self.n, self.k, self.probes);
        cost::work(products + (self.n * (self.k + 3 * self.probes)) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// P(X ≤ x) for X the sum of m fair signs, by Pascal's rule on the probabilities.
    fn cumulative(m: usize, x: i64) -> f64 {
        let mut law = vec![1.0];
        for _ in 0..m {
            let mut next = vec![0.0; law.len() + 1];
            for (k, p) in law.iter().enumerate() {
                next[k] += p / 2.0;
                next[k + 1] += p / 2.0;
            }
            law = next;
        }
        (0..=m).filter(|&k| 2 * k as i64 - m as i64 <= x).map(|k| law[k]).sum()
    }

    #[test]
    fn crosstalk_is_a_sum_of_independent_signs() {
        let (n, k) = (20usize, 8usize);
        let s = sample(&EXPERIMENT, &[("N", n as f64), ("K", k as f64)], 4000);
        let (terms, signal) = ((k - 1) * (n - 1), n as i64 - 1);
        s.assert("bit-error", &[cumulative(terms, -signal - 1)]);
        s.assert("unstable-bit", &[cumulative(terms, -signal)]);
        s.assert("crosstalk-mean", &[0.0]);
        s.assert("crosstalk-variance", &[terms as f64 / (n * n) as f64]);
        let kept = sample(&EXPERIMENT, &[("N", n as f64), ("K", k as f64), ("self", 1.0)], 4000);
        kept.assert("unstable-bit", &[cumulative(terms, -signal - k as i64)]);
    }

    #[test]
    fn one_pattern_is_stable_and_two_of_two_neurons_half_the_time() {
        sample(&EXPERIMENT, &[("N", 9.0), ("K", 1.0)], 10).assert("pattern-stable", &[1.0]);
        // N = K = 2: the coupling ξ₁ξ₂ + η₁η₂ is ±2 if the patterns agree up to sign, else 0.
        sample(&EXPERIMENT, &[("N", 2.0), ("K", 2.0)], 2000).assert("pattern-stable", &[0.5]);
    }
}
