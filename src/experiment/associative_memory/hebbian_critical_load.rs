//! The load at which a stored pattern is lost under Hebb's rule.

use super::packed::PackedPatterns;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// One sequence of random patterns per replicate: the first is stored, then the others one after the other. Sequential
/// zero-temperature dynamics start from the first pattern, and the number of patterns at which it is lost is found by
/// bisection. As N grows the probability of retrieval becomes a step at the capacity α_c, where bisection ends.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-critical-load",
    summary: "adds random patterns to a Hebbian network until zero-temperature dynamics from the first one lose it",
    source: "Hopfield 1982; Amit, Gutfreund and Sompolinsky 1987, section on simulations; Kohring 1990",
    parameters: &[
        Parameter::whole("N", "neurons", 500.0, 20.0, 20000.0),
        Parameter::real(
            "most",
            "largest load K/N that is tried; a pattern still kept there is lost at the next one",
            0.3,
            0.15,
            1.0,
        ),
        Parameter::real("threshold", "overlap with the pattern below which it counts as lost", 0.7, 0.4, 0.95),
        Parameter::whole("sweeps", "largest number of sweeps", 1000.0, 1.0, 100_000.0),
    ],
    // Both scatter smoothly over many sites: nearly normal, so that no bounds are needed for a narrow interval of their mean.
    estimands: &[
        Estimand::scalar(
            "critical-load",
            "K/N between the last number of patterns with which the first is kept and the first with which it is lost",
        ),
        Estimand::scalar("last-overlap", "final overlap with the pattern at the last load with which it is kept"),
    ],
    prepare,
};

struct CriticalLoad {
    n: usize,
    most: usize,
    threshold: f64,
    sweeps: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    let most = (p.get("most") * n as f64).ceil() as usize;
    Ok(Box::new(CriticalLoad { n, most, threshold: p.get("threshold"), sweeps: p.whole("sweeps") }))
}

impl Trial for CriticalLoad {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let patterns = PackedPatterns::random(self.n, self.most, generator);
        // A single pattern is always kept.
        let (mut kept, mut lost, mut overlap) = (1, self.most + 1, 1.0);
        while lost - kept > 1 {
            let stored = (kept + lost) / 2;
            match patterns.keeps_first(stored, self.threshold, self.sweeps, generator) {
                (true, reached) => (kept, overlap) = (stored, reached),
                (false, _) => lost = stored,
            }
        }
        out[0] = 0.5 * (kept + lost) as f64 / self.n as f64;
        out[1] = overlap;
    }

    fn work(&self) -> f64 {
        // Patterns, then a bisection whose loads end near the capacity, some 15 sweeps each.
        let k = 0.14 * self.n as f64;
        let sweeps = 15.0 * (self.most as f64).log2();
        cost::work(
            PackedPatterns::cost(self.n as f64, self.most as f64, 0.0) + PackedPatterns::cost(self.n as f64, k, sweeps),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// `hebbian-retrieval` at fixed loads: half of the patterns are kept near the mean critical load, nearly all well
    /// below it and hardly any well above.
    #[test]
    fn retrieval_is_lost_at_the_critical_load() {
        let s = sample(&EXPERIMENT, &[("N", 300.0)], 60);
        let (load, error) = s.get("critical-load")[0];
        let kept = |alpha: f64| {
            let given = [("N", 300.0), ("alpha", alpha), ("probes", 4.0), ("parallel", 0.0), ("sweeps", 1000.0)];
            sample(&super::super::hebbian_retrieval::EXPERIMENT, &given, 60).mean("retrieved")
        };
        assert!(error < 0.005 && (0.15..0.24).contains(&load), "{load} ± {error}");
        let (below, at, above) = (kept(load - 0.08), kept(load), kept(load + 0.1));
        assert!(below > 0.85 && above < 0.15 && (0.25..0.75).contains(&at), "{below} {at} {above}");
        assert!((0.85..0.98).contains(&s.mean("last-overlap")));
    }
}
