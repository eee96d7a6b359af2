//! Basins of attraction under the projector rule.

use super::dynamics::{Couplings, parallel};
use super::{Projector, pattern_count, projector_cost, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Mat, single};
use crate::random::{Bulk, SeedPath, Stream, bulk};
use rand::seq::SliceRandom;

/// Starts that differ from stored patterns in some bits. The critical overlap is found for each probe by bisection on
/// the number of flips along one random order of sites, and a replicate takes the median over its probes: the overlap
/// at which half of the starts recover the pattern exactly. 1 means that not even the pattern itself is kept.
pub static EXPERIMENT: Experiment = Experiment {
    name: "projector-basin",
    summary: "random patterns stored by the projector rule; critical initial overlap",
    source: "Kanter and Sompolinsky 1987; Personnaz, Guyon and Dreyfus 1986",
    parameters: &[
        Parameter::whole("N", "neurons", 400.0, 2.0, 4000.0),
        Parameter::real("alpha", "load K/N", 0.5, 1e-4, 2.0),
        Starts::PROBES,
        Starts::sweeps(50.0),
    ],
    // Medians over the probes: nearly normal, so that no bounds are needed for a narrow interval of their mean.
    estimands: &[
        Estimand::scalar("critical-overlap", "initial overlap with even odds of recovery, self-coupling kept"),
        Estimand::scalar("critical-overlap-without-self", "the same, self-coupling removed"),
    ],
    prepare,
};

/// The starts of one replicate: K patterns of N sites, so many of which are started from, and sweeps for each.
pub(super) struct Starts {
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) probes: usize,
    pub(super) sweeps: usize,
}

impl Starts {
    pub(super) const PROBES: Parameter =
        Parameter::whole("probes", "stored patterns started from per replicate, at most K", 31.0, 1.0, 1001.0);

    pub(super) const fn sweeps(default: f64) -> Parameter {
        Parameter::whole("sweeps", "parallel steps; 1 asks for recovery in one step", default, 1.0, 1000.0)
    }

    pub(super) fn new(p: &Parameters) -> Self {
        let n = p.whole("N");
        let k = pattern_count(n, p.get("alpha"));
        Self { n, k, probes: p.whole("probes").min(k), sweeps: p.whole("sweeps") }
    }

    /// Operations of one [`critical_overlap`]: a bisection of ln N / ln 2 steps, each of them run for about ten sweeps.
    pub(super) fn operations(&self) -> f64 {
        let sweeps = (self.sweeps.min(10) as f64) * (self.n as f64).log2().ceil();
        let step = 2.0 * cost::product_single(self.n, self.k, self.probes) + 3.0 * (self.n * self.probes) as f64;
        sweeps * step
    }
}

/// The median over the probes, one for each order of flips, of the overlap between the last recovered and the first lost
/// number of flips.
pub(super) fn critical_overlap(
    couplings: &Couplings<'_>,
    patterns: &Mat<f32>,
    orders: &[Vec<u32>],
    sweeps: usize,
) -> f64 {
    // `kept` flips are recovered (-1: not even none), `lost` flips are not.
    let n = patterns.nrows();
    let mut range = vec![(-1i64, n as i64); orders.len()];
    loop {
        let middle: Vec<usize> = range.iter().map(|(kept, lost)| ((kept + lost) / 2).max(0) as usize).collect();
        if range.iter().all(|(kept, lost)| lost - kept <= 1) {
            break;
        }
        let mut states = flipped(patterns, orders, |j| middle[j]);
        parallel(couplings, &mut states, sweeps);
        for (j, (kept, lost)) in range.iter_mut().enumerate().filter(|(_, (kept, lost))| lost - kept > 1) {
            if states.col_as_slice(j) == patterns.col_as_slice(j) {
                *kept = middle[j] as i64;
            } else {
                *lost = middle[j] as i64;
            }
        }
    }
    let mut lost: Vec<i64> = range.iter().map(|(_, lost)| *lost).collect();
    lost.sort_unstable();
    let half = lost.len() / 2;
    let median = (lost[half] + lost[(lost.len() - 1) / 2]) as f64 / 2.0;
    (1.0 - (2.0 * median - 1.0) / n as f64).min(1.0)
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Starts::new(p)))
}

/// Random patterns with their projector in single precision.
pub(super) struct Stored {
    pub(super) patterns: Mat<f32>,
    dual: Mat<f32>,
    own: Vec<f32>,
}

impl Stored {
    /// `None` if the patterns are dependent.
    pub(super) fn draw(n: usize, k: usize, generator: &mut Bulk) -> Option<Self> {
        let patterns = random_patterns(n, k, generator);
        let projector = Projector::new(&patterns).ok()?;
        let own = projector.self_couplings().into_iter().map(|d| d as f32).collect();
        Some(Self { dual: single(projector.dual.as_ref()), own, patterns })
    }

    pub(super) fn couplings(&self, keep_self: bool) -> Couplings<'_> {
        let removed = if keep_self { &[][..] } else { &self.own };
        Couplings { left: self.patterns.as_ref(), right: self.dual.as_ref(), removed }
    }
}

/// The first patterns, each with the first so many sites of its order flipped.
pub(super) fn flipped(patterns: &Mat<f32>, orders: &[Vec<u32>], flips: impl Fn(usize) -> usize) -> Mat<f32> {
    let mut states = patterns.subcols(0, orders.len()).to_owned();
    for (j, order) in orders.iter().enumerate() {
        let state = states.col_as_slice_mut(j);
        order[..flips(j)].iter().for_each(|&i| state[i as usize] *= -1.0);
    }
    states
}

pub(super) fn orders(n: usize, count: usize, generator: &mut Bulk) -> Vec<Vec<u32>> {
    let order = |generator: &mut Bulk| {
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.shuffle(generator);
        order
    };
    (0..count).map(|_| order(generator)).collect()
}

impl Trial for Starts {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let Some(stored) = Stored::draw(self.n, self.k, &mut generator) else {
            return out.fill(f64::NAN);
        };
        let orders = orders(self.n, self.probes, &mut generator);
        for (out, keep_self) in out.iter_mut().zip([true, false]) {
            *out = critical_overlap(&stored.couplings(keep_self), &stored.patterns, &orders, self.sweeps);
        }
    }

    fn work(&self) -> f64 {
        cost::work(projector_cost(self.n, self.k) + 2.0 * self.operations())
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let load = self.k as f64 / self.n as f64;
        match name {
            "K" => Some(Quantity::Scalar(self.k as f64)),
            "signal-to-noise" => Some(Quantity::Scalar(even_odds(self.n as f64))),
            "signal-to-noise-of-wrong-sites" => of_wrong_sites(self.n as f64, load).map(Quantity::Scalar),
            _ => None,
        }
    }
}

/// z for which the expected number of errors among so many sites, each of probability ½ erfc(z/√2), is log 2, so that no
/// error has even odds by the law of rare events.
pub(super) fn even_odds(sites: f64) -> f64 {
    let excess = |z: f64| 0.5 * sites * core_math::erfc(z / std::f64::consts::SQRT_2) - std::f64::consts::LN_2;
    let (mut low, mut high) = (-1.0, 12.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    low
}

/// The same for the (1 − p)N/2 wrong sites at the overlap p that is critical in one step with the self-coupling kept,
/// p − α(1 + p) = z (α(1 − α)(1 − p²) + 2α²(1 − α)(1 + p)²/N)^½: both by iteration. `None` if there is no such p < 1.
fn of_wrong_sites(n: f64, load: f64) -> Option<f64> {
    let mut p = 0.5f64;
    for _ in 0..200 {
        let wrong = 0.5 * (1.0 - p) * n;
        if wrong <= 2.0 * std::f64::consts::LN_2 {
            return None;
        }
        let z = even_odds(wrong);
        let excess = |p: f64| {
            let variance = load * (1.0 - load) * (1.0 - p * p + 2.0 * load * (1.0 + p).powi(2) / n);
            p - load * (1.0 + p) - z * variance.sqrt()
        };
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excess(middle) < 0.0 { low = middle } else { high = middle }
        }
        if (low - p).abs() < 1e-13 {
            return Some(z);
        }
        p = 0.5 * (p + low);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_pattern_attracts_half_of_the_space() {
        // J = ξξᵀ/N: one step recovers exactly when the overlap is positive; N odd, so half of the flips and no tie.
        let s = sample(&EXPERIMENT, &[("N", 101.0), ("alpha", 0.005), ("probes", 1.0), ("sweeps", 1.0)], 3);
        s.assert("critical-overlap", &[0.0]);
    }

    #[test]
    fn self_coupling_narrows_the_basin_and_the_identity_has_none() {
        let s = sample(&EXPERIMENT, &[("N", 200.0), ("alpha", 0.5), ("probes", 15.0)], 4);
        let (kept, removed) = (s.mean("critical-overlap"), s.mean("critical-overlap-without-self"));
        assert!(kept > removed + 0.1 && removed > 0.1 && kept < 1.0, "{kept} {removed}");
        // Every state is a fixed point of the identity: one flip is never repaired, none is kept without the diagonal.
        let s = sample(&EXPERIMENT, &[("N", 60.0), ("alpha", 1.5), ("probes", 5.0)], 3);
        s.assert("critical-overlap", &[1.0 - 1.0 / 60.0]);
    }
}
