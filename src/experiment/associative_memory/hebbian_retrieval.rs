//! Zero-temperature retrieval under Hebb's rule.

use super::dynamics::{Couplings, parallel};
use super::packed::PackedPatterns;
use super::{pattern_count, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::dot;
use crate::random::{Bulk, SeedPath, Stream, bulk};
use rand::RngExt;

/// K = round(αN) fresh random patterns; the dynamics start at overlap `overlap` with stored patterns and run to a
/// fixed point, a two-cycle, or the last sweep. A step costs O(NK) for each probe: J is never formed. Fields of all neurons
/// at once are sums of whole numbers in single precision, exact for NK below 2²⁴ and to 10⁻⁶ of their size beyond; those
/// of one neuron after the other are counts of bits.
///
/// Formulas may refer to the saddle point's signal `y`, below the capacity, and to its overlap `last-m`, which beyond the
/// capacity is the one with which retrieval ceases to exist.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-retrieval",
    summary: "random patterns stored by Hebb's rule; overlap that zero-temperature dynamics ends with",
    source: "Hopfield 1982; Amit, Gutfreund and Sompolinsky 1987",
    parameters: &[
        Parameter::whole("N", "neurons", 1000.0, 2.0, 100_000.0),
        Parameter::real("alpha", "load K/N", 0.1, 1e-4, 1.0),
        Parameter::whole("probes", "stored patterns started from per replicate, at most K", 16.0, 1.0, 20000.0),
        Parameter::real(
            "overlap",
            "initial overlap: a bit is flipped with probability (1 − overlap)/2",
            1.0,
            -1.0,
            1.0,
        ),
        Parameter::whole("parallel", "1 updates all neurons at once, 0 one after the other", 1.0, 0.0, 1.0),
        Parameter::whole("self", "1 to keep the self-coupling K/N, 0 to remove it", 0.0, 0.0, 1.0),
        Parameter::whole("sweeps", "largest number of sweeps", 60.0, 1.0, 10000.0),
    ],
    estimands: &[
        Estimand::scalar("overlap", "final overlap with the pattern").within(-1.0, 1.0),
        Estimand::scalar("retrieved", "P(final overlap > 0.9)").within(0.0, 1.0),
        Estimand::scalar("retrieved-error", "fraction of wrong bits in the final states with overlap > 0.9")
            .within(0.0, 0.05),
        Estimand::scalar(
            "retrieved-signal",
            "y with erfc(y)/2 = that fraction: signal over √2 noise in the final states",
        ),
    ],
    prepare,
};

struct Retrieval {
    n: usize,
    k: usize,
    probes: usize,
    flip: f64,
    parallel: bool,
    keep_self: bool,
    sweeps: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    let k = pattern_count(n, p.get("alpha"));
    let probes = p.whole("probes").min(k);
    let parallel = p.whole("parallel") == 1;
    // Patterns, states and fields in single precision, or bits.
    let bits = if parallel { 32 * n * (k + 3 * probes) } else { n * k };
    if bits > 1 << 33 {
        return Err(ExperimentError::Setup(format!("N = {n}, K = {k} and {probes} probes need over 1 GiB")));
    }
    Ok(Box::new(Retrieval {
        n,
        k,
        probes,
        flip: (1.0 - p.get("overlap")) / 2.0,
        parallel,
        keep_self: p.whole("self") == 1,
        sweeps: p.whole("sweeps"),
    }))
}

impl Retrieval {
    /// Final overlaps of the probes, all neurons at once.
    fn together(&self, generator: &mut Bulk) -> Vec<f64> {
        let patterns = random_patterns(self.n, self.k, generator);
        let mut states = patterns.subcols(0, self.probes).to_owned();
        if self.flip > 0.0 {
            for j in 0..self.probes {
                for s in states.col_as_slice_mut(j) {
                    if generator.random::<f64>() < self.flip {
                        *s = -*s;
                    }
                }
            }
        }
        let removed = vec![self.k as f32; if self.keep_self { 0 } else { self.n }];
        let couplings = Couplings { left: patterns.as_ref(), right: patterns.transpose(), removed: &removed };
        parallel(&couplings, &mut states, self.sweeps);
        let overlap = |j: usize| dot(patterns.col_as_slice(j), states.col_as_slice(j)) / self.n as f64;
        (0..self.probes).map(overlap).collect()
    }

    /// The same, one neuron after the other.
    fn one_by_one(&self, generator: &mut Bulk) -> Vec<f64> {
        let patterns = PackedPatterns::random(self.n, self.k, generator);
        let mut ends = Vec::with_capacity(self.probes);
        for j in 0..self.probes {
            let mut state = patterns.pattern(j);
            if self.flip > 0.0 {
                state.iter_mut().for_each(|up| *up ^= generator.random::<f64>() < self.flip);
            }
            ends.push(patterns.sequential(&mut state, self.keep_self, self.sweeps, generator).with(j));
        }
        ends
    }
}

impl Trial for Retrieval {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let overlaps = if self.parallel { self.together(generator) } else { self.one_by_one(generator) };
        let (mut errors, mut count) = (0.0, 0.0);
        out.fill(0.0);
        for overlap in overlaps {
            let retrieved = f64::from(u8::from(overlap > 0.9));
            out[0] += overlap / self.probes as f64;
            out[1] += retrieved / self.probes as f64;
            errors += retrieved * (1.0 - overlap) / 2.0;
            count += retrieved;
        }
        // Not a number if every probe went astray: such a replicate says nothing about retrieval states.
        out[2] = errors / count;
        out[3] = special::Error::inv_error(1.0 - 2.0 * out[2]);
    }

    fn work(&self) -> f64 {
        // Typical numbers of sweeps until nothing changes.
        let (n, k, probes) = (self.n as f64, self.k as f64, self.probes as f64);
        cost::work(if self.parallel {
            let step = 2.0 * cost::product_single(self.n, self.k, self.probes) + 2.0 * n * probes;
            n * k + self.sweeps.min(12) as f64 * step
        } else {
            let sweeps = self.sweeps.min(if k < 0.14 * n { 8 } else { 40 });
            PackedPatterns::cost(n, k, sweeps as f64 * probes)
        })
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let signal = saddle_point(self.k as f64 / self.n as f64);
        match name {
            "K" => Some(Quantity::Scalar(self.k as f64)),
            "y" => signal.map(Quantity::Scalar),
            "last-m" => Some(Quantity::Scalar(core_math::erf(signal.unwrap_or(LAST_SIGNAL)))),
            _ => None,
        }
    }
}

/// y at the capacity, where ½ (erf(y)/y − 2/√π e^{-y²})² is largest.
const LAST_SIGNAL: f64 = 1.511_218_6;

/// y = m/√(2αr) of the retrieval state at zero temperature, from the replica-symmetric equations (Amit, Gutfreund and
/// Sompolinsky 1987): m = erf y, r = (1 − C)⁻², C = √(2/(παr)) e^{-y²}, iterated from the stored pattern.
fn saddle_point(load: f64) -> Option<f64> {
    let (mut y, mut r) = (f64::INFINITY, 1.0f64);
    for _ in 0..100_000 {
        let next = core_math::erf(y) / (2.0 * load * r).sqrt();
        let c = (2.0 / (std::f64::consts::PI * load * r)).sqrt() * core_math::exp(-next * next);
        r = (1.0 - c).powi(-2);
        if next < 1.0 {
            return None;
        }
        if (next - y).abs() < 1e-15 * next {
            return Some(next);
        }
        y = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_step_without_self_coupling_is_the_binomial_error() {
        // One parallel step from a stored pattern: the sum of (K−1)(N−1) = 18·… signs decides; here K = 3, N = 21.
        let (n, k) = (21usize, 3usize);
        let given = [("N", n as f64), ("alpha", k as f64 / n as f64), ("sweeps", 1.0)];
        let s = sample(&EXPERIMENT, &given, 4000);
        assert_eq!(s.trial.quantity("K"), Some(Quantity::Scalar(k as f64)));
        let terms = (k - 1) * (n - 1);
        let mut probability = 0.5f64.powi(terms as i32);
        let mut error = 0.0;
        for plus in 0..=terms {
            if 2 * plus as i64 - (terms as i64) < 1 - n as i64 {
                error += probability;
            }
            probability *= (terms - plus) as f64 / (plus + 1) as f64;
        }
        s.assert("overlap", &[1.0 - 2.0 * error]);
    }

    #[test]
    fn one_step_from_a_noisy_start_is_the_gaussian_field() {
        let given = [("N", 2000.0), ("alpha", 0.3), ("overlap", 0.4), ("sweeps", 1.0), ("probes", 40.0)];
        let (mean, error) = sample(&EXPERIMENT, &given, 5).get("overlap")[0];
        let expected = core_math::erf(0.4 / 0.6f64.sqrt());
        // Finite-size corrections are of order 1/N.
        assert!((mean - expected).abs() < 4.5 * error + 2e-3 && error < 5e-3, "{mean} ± {error}, {expected}");
    }

    /// The load as a function of y, in which the equations are solved for the load instead.
    #[test]
    fn the_saddle_point_lies_on_the_curve_of_loads() {
        for load in [0.02, 0.1, 0.137] {
            let y = saddle_point(load).unwrap();
            let root = core_math::erf(y) / y - std::f64::consts::FRAC_2_SQRT_PI * (-y * y).exp();
            assert!((0.5 * root * root / load - 1.0).abs() < 1e-12, "{load}: {y}");
        }
        assert_eq!(saddle_point(0.139), None);
    }

    /// Far below the capacity nearly every bit is right; where some are wrong, they are those of the overlap.
    #[test]
    fn errors_are_those_of_the_overlap() {
        let given = [("N", 500.0), ("alpha", 0.1), ("probes", 20.0)];
        let s = sample(&EXPERIMENT, &given, 5);
        assert!(s.mean("retrieved") > 1.0 - 1e-12);
        assert!((s.mean("retrieved-error") - (1.0 - s.mean("overlap")) / 2.0).abs() < 1e-12);
        assert!(s.mean("retrieved-error") > 0.0);
    }

    #[test]
    fn retrieves_below_the_capacity_and_not_above() {
        for parallel in [0.0, 1.0] {
            let at = |alpha| {
                let given = [("N", 600.0), ("alpha", alpha), ("probes", 8.0), ("parallel", parallel)];
                sample(&EXPERIMENT, &given, 5).mean("overlap")
            };
            assert!(at(0.08) > 0.98 && at(0.3) < 0.7);
        }
    }

    #[test]
    fn a_noisy_start_has_the_stated_overlap() {
        // A single pattern attracts everything with positive overlap, and its mirror image the rest.
        let given = [("N", 100.0), ("alpha", 1e-4), ("probes", 1.0), ("overlap", 0.0)];
        sample(&EXPERIMENT, &given, 1000).assert("overlap", &[0.0]);
        let given = [("N", 100.0), ("alpha", 1e-4), ("probes", 1.0), ("overlap", 0.9)];
        sample(&EXPERIMENT, &given, 20).assert("overlap", &[1.0]);
    }
}
