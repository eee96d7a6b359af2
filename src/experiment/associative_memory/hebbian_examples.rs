//! Hebb's rule from noisy examples of the patterns, with and without a teacher.

use super::dynamics::{Couplings, parallel};
use super::{pattern_count, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::linalg::{Mat, dot};
use crate::random::{Bulk, SeedPath, Stream, bulk};
use rand::Rng;

/// K = round(αN) fresh random patterns ξ^μ and M examples ξ^{μ,A} = ξ^μ ⊙ χ^{μ,A} of each, the χ independent signs of mean
/// r. A teacher stores the means of the examples, J = (1/N) Σ_μ ξ̄^μ ξ̄^μᵀ; without one each example is stored,
/// J = (1/(NM)) Σ_{μ,A} ξ^{μ,A} ξ^{μ,A}ᵀ. Self-couplings are removed; the dynamics start at the patterns themselves.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-examples",
    summary: "random patterns known by noisy examples, stored by Hebb's rule; how well the pattern itself is kept",
    source: "Fontanari 1990; Agliari, Alemanno, Aquaro and Fachechi 2022, on supervised and unsupervised Hebbian learning",
    parameters: &[
        Parameter::whole("N", "neurons", 1000.0, 2.0, 20000.0),
        Parameter::real("alpha", "load K/N", 0.1, 1e-4, 1.0),
        Parameter::whole("M", "examples of each pattern", 10.0, 1.0, 10000.0),
        Parameter::real("r", "quality: mean overlap of an example with its pattern", 0.5, 0.0, 1.0),
        Parameter::whole("supervised", "1 stores the means of the examples, 0 each example", 1.0, 0.0, 1.0),
        Parameter::whole("probes", "patterns started from per replicate, at most K", 16.0, 1.0, 20000.0),
        Parameter::whole("sweeps", "largest number of parallel sweeps", 30.0, 1.0, 1000.0),
    ],
    estimands: &[
        Estimand::scalar("one-step-overlap", "overlap with the pattern one parallel step from it").within(-1.0, 1.0),
        Estimand::scalar("final-overlap", "overlap with the pattern where the dynamics end").within(-1.0, 1.0),
    ],
    prepare,
};

struct Examples {
    n: usize,
    k: usize,
    m: usize,
    keep: u32,
    supervised: bool,
    probes: usize,
    sweeps: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    let k = pattern_count(n, p.get("alpha"));
    let trial = Examples {
        n,
        k,
        m: p.whole("M"),
        // P(kept) = (1 + r)/2 in units of 2⁻³².
        keep: ((1.0 + p.get("r")) / 2.0 * f64::from(u32::MAX)) as u32,
        supervised: p.whole("supervised") == 1,
        probes: p.whole("probes").min(k),
        sweeps: p.whole("sweeps"),
    };
    if n * (trial.columns() + 4 * trial.probes) > 1 << 28 {
        return Err(ExperimentError::Setup(format!(
            "N = {n} with {} stored vectors needs over 1 GiB",
            trial.columns()
        )));
    }
    Ok(Box::new(trial))
}

impl Examples {
    /// How many vectors the couplings are made of.
    fn columns(&self) -> usize {
        if self.supervised { self.k } else { self.k * self.m }
    }

    /// Whether a bit of an example is that of its pattern.
    fn kept(&self, generator: &mut Bulk) -> bool {
        generator.next_u32() <= self.keep
    }

    /// The vectors whose products are stored, as columns: means of examples, or the examples.
    fn stored(&self, patterns: &Mat<f32>, generator: &mut Bulk) -> Mat<f32> {
        let mut stored = Mat::<f32>::zeros(self.n, self.columns());
        for mu in 0..self.k {
            for a in 0..self.m {
                let column = if self.supervised { mu } else { mu * self.m + a };
                for (x, s) in stored.col_as_slice_mut(column).iter_mut().zip(patterns.col_as_slice(mu)) {
                    *x += if self.kept(generator) { *s } else { -*s };
                }
            }
        }
        stored
    }

    fn overlap(&self, patterns: &Mat<f32>, states: &Mat<f32>) -> f64 {
        let sum: f64 = (0..self.probes).map(|j| dot(patterns.col_as_slice(j), states.col_as_slice(j))).sum();
        sum / (self.n * self.probes) as f64
    }
}

impl Trial for Examples {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let patterns = random_patterns(self.n, self.k, &mut generator);
        let stored = self.stored(&patterns, &mut generator);
        let mut own = vec![0f32; self.n];
        for j in 0..self.columns() {
            own.iter_mut().zip(stored.col_as_slice(j)).for_each(|(d, x)| *d += x * x);
        }
        // A positive factor on the couplings changes no sign.
        let couplings = Couplings { left: stored.as_ref(), right: stored.transpose(), removed: &own };
        let mut states = patterns.subcols(0, self.probes).to_owned();
        parallel(&couplings, &mut states, 1);
        out[0] = self.overlap(&patterns, &states);
        parallel(&couplings, &mut states, self.sweeps - 1);
        out[1] = self.overlap(&patterns, &states);
    }

    fn work(&self) -> f64 {
        let step = 2.0 * cost::product_single(self.n, self.columns(), self.probes);
        let draws = 1.5 * (self.n * self.k * self.m) as f64;
        cost::work(draws + self.sweeps.min(8) as f64 * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn perfect_examples_are_the_patterns() {
        let hebb = |supervised| {
            let given =
                [("N", 200.0), ("alpha", 0.2), ("M", 3.0), ("r", 1.0), ("supervised", supervised), ("probes", 40.0)];
            sample(&EXPERIMENT, &given, 60).get("one-step-overlap")[0]
        };
        // 1 − erfc(1/√(2α)) at α = 0.2, up to 1/N.
        let expected = 1.0 - core_math::erfc((1.0 / 0.4f64).sqrt());
        for (mean, error) in [hebb(1.0), hebb(0.0)] {
            assert!((mean - expected).abs() < 4.5 * error + 0.005, "{mean} ± {error}, expected {expected}");
        }
    }

    #[test]
    fn a_lone_pattern_is_kept_where_most_of_its_examples_are_right() {
        // K = 1, supervised: a bit is kept if the mean of its three bits has its sign: r̄ > 0 with probability 1 − O(e^{−N}).
        let given = [("N", 400.0), ("alpha", 0.0025), ("M", 3.0), ("r", 0.4), ("supervised", 1.0)];
        let p = 0.7f64;
        let right = p.powi(3) + 3.0 * p * p * (1.0 - p);
        sample(&EXPERIMENT, &given, 200).assert("one-step-overlap", &[2.0 * right - 1.0]);
        let unsupervised = [("N", 400.0), ("alpha", 0.0025), ("M", 1.0), ("r", 0.4), ("supervised", 0.0)];
        sample(&EXPERIMENT, &unsupervised, 200).assert("one-step-overlap", &[0.4]);
    }

    #[test]
    fn noise_without_signal_leaves_nothing() {
        let given = [("N", 300.0), ("alpha", 0.1), ("M", 4.0), ("r", 0.0), ("supervised", 0.0)];
        sample(&EXPERIMENT, &given, 60).assert("one-step-overlap", &[0.0]);
    }
}
