//! Whole patterns without a single error under Hebb's rule, at loads that shrink like 1/ln N.

use super::hebbian_field::fits;
use super::{aligned_fields, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// K = round(c N/(2 ln N)) fresh random patterns. As N grows, one pattern is stable in every bit for c < 1 and no
/// longer for c > 1; all K at once for c < 1/2, which is K = N/(4 ln N).
pub static EXPERIMENT: Experiment = Experiment {
    name: "hebbian-capacity",
    summary: "K = c N/(2 ln N) random patterns stored by Hebb's rule; are they stable in every bit?",
    source: "McEliece, Posner, Rodemich and Venkatesh 1987; Weisbuch and Fogelman-Soulié 1985",
    parameters: &[
        Parameter::whole("N", "neurons", 1000.0, 3.0, 20000.0),
        Parameter::real("c", "K in units of N/(2 ln N)", 1.0, 1e-3, 20.0),
    ],
    estimands: &[
        Estimand::scalar("pattern-stable", "P(a given pattern is stable in all bits)").within(0.0, 1.0),
        Estimand::scalar("all-stable", "P(all K patterns are stable in all bits)").within(0.0, 1.0),
    ],
    prepare,
};

struct Capacity {
    n: usize,
    k: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    let k = ((p.get("c") * n as f64 / (2.0 * (n as f64).ln())).round() as usize).max(1);
    fits(n, k)?;
    Ok(Box::new(Capacity { n, k }))
}

impl Trial for Capacity {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let patterns = random_patterns(self.n, self.k, &mut bulk(stream));
        let fields = aligned_fields(&patterns, self.k);
        let stable = (0..self.k).filter(|&j| fields.col_as_slice(j).iter().all(|&x| x > 0.0)).count();
        out[0] = stable as f64 / self.k as f64;
        out[1] = f64::from(u8::from(stable == self.k));
    }

    fn work(&self) -> f64 {
        let entries = (self.n * self.k) as f64;
        cost::work(2.0 * cost::product_single(self.n, self.k, self.k) + 4.0 * entries)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "K").then_some(Quantity::Scalar(self.k as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn two_patterns_match_the_count_of_agreements() {
        // N = 5, K = 2: with a agreements, ξ_i φ_i N = 4 ± (2a − 5 ∓ 1) over agreeing and disagreeing sites: every
        // site is stable unless a = 0 or 5 is wrong for one of them; enumerate both patterns.
        let n = 5;
        let c = 2.0 * 2.0 * (n as f64).ln() / n as f64;
        let s = sample(&EXPERIMENT, &[("N", n as f64), ("c", c)], 4000);
        assert_eq!(s.trial.quantity("K"), Some(Quantity::Scalar(2.0)));
        let stable = (0..1u32 << n).filter(|bits| {
            let sign = |i: u32| if bits >> i & 1 == 1 { 1.0 } else { -1.0 };
            (0..n).all(|i| {
                let rest: f64 = (0..n).filter(|&j| j != i).map(|j| sign(i) * sign(j)).sum();
                (n - 1) as f64 + rest > 0.0
            })
        });
        s.assert("pattern-stable", &[stable.count() as f64 / 32.0]);
        // With two patterns both are stable or neither is.
        assert_eq!(s.get("all-stable"), s.get("pattern-stable"));
    }

    #[test]
    fn stability_falls_across_the_threshold() {
        let at = |c| sample(&EXPERIMENT, &[("N", 400.0), ("c", c)], 30).mean("pattern-stable");
        assert!(at(0.4) > 0.95 && at(3.0) < 0.05);
    }
}
