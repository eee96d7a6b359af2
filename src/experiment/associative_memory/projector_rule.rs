//! Kohonen's projector rule: stored patterns as eigenvectors and fixed points.

use super::{Projector, pattern_count, projector_cost, random_patterns};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::Mat;
use crate::random::{SeedPath, Stream, bulk};

/// A field counts as aligned above this: rounding of a self-coupling equal to 1 stays below it.
const ALIGNED: f64 = 1e-6;

/// K = round(αN) fresh random patterns; J is the orthogonal projector on their span, from a Cholesky factorisation of
/// C = ξᵀξ/N (of ξξᵀ for K > N). Dependent patterns give NaN.
pub static EXPERIMENT: Experiment = Experiment {
    name: "projector-rule",
    summary: "random patterns stored by the projector (pseudo-inverse) rule; eigenvalue residual and fixed points",
    source: "Kohonen 1977; Personnaz, Guyon and Dreyfus 1985; Kanter and Sompolinsky 1987",
    parameters: &[
        Parameter::whole("N", "neurons", 400.0, 1.0, 4000.0),
        Parameter::real("alpha", "load K/N", 0.5, 1e-4, 4.0),
        Parameter::whole("probes", "random states tried per replicate", 8.0, 1.0, 1000.0),
    ],
    estimands: &[
        Estimand::scalar("fixed", "fraction of stored patterns that are fixed points, self-coupling kept")
            .within(0.0, 1.0),
        Estimand::scalar("fixed-without-self", "the same, self-coupling removed").within(0.0, 1.0),
        Estimand::scalar("residual", "‖Jξ − ξ‖/‖ξ‖ over all stored patterns")
            .biased(|p| if p.get("alpha") < 0.95 { 1e-9 } else { 1e-4 }),
        Estimand::scalar("random-state-fixed", "fraction of random states that are fixed points, self-coupling kept")
            .within(0.0, 1.0),
        Estimand::scalar("random-state-fixed-without-self", "the same, self-coupling removed").within(0.0, 1.0),
        Estimand::scalar("self-coupling", "tr J/N").biased(|_| 1e-9),
    ],
    prepare,
};

struct Rule {
    n: usize,
    k: usize,
    probes: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let n = p.whole("N");
    Ok(Box::new(Rule { n, k: pattern_count(n, p.get("alpha")), probes: p.whole("probes") }))
}

/// Fractions of columns whose every field is aligned with its spin, with and without self-coupling.
fn fixed(states: &Mat<f64>, fields: &Mat<f64>, own: &[f64]) -> (f64, f64) {
    let (mut kept, mut removed) = (0usize, 0usize);
    for j in 0..states.ncols() {
        let (s, h) = (states.col_as_slice(j), fields.col_as_slice(j));
        kept += s.iter().zip(h).all(|(s, h)| s * h > ALIGNED) as usize;
        removed += s.iter().zip(h).zip(own).all(|((s, h), d)| s * h - d > ALIGNED) as usize;
    }
    let count = states.ncols() as f64;
    (kept as f64 / count, removed as f64 / count)
}

impl Trial for Rule {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let patterns = random_patterns(self.n, self.k, &mut generator);
        let Ok(projector) = Projector::new(&patterns) else {
            return out.fill(f64::NAN);
        };
        let own = projector.self_couplings();
        let fields = projector.fields(&projector.patterns);
        (out[0], out[1]) = fixed(&projector.patterns, &fields, &own);
        out[2] = (&fields - &projector.patterns).norm_l2() / projector.patterns.norm_l2();
        let random = random_patterns(self.n, self.probes, &mut generator);
        let random = Mat::from_fn(self.n, self.probes, |i, j| f64::from(random[(i, j)]));
        (out[3], out[4]) = fixed(&random, &projector.fields(&random), &own);
        out[5] = own.iter().sum::<f64>() / self.n as f64;
    }

    fn work(&self) -> f64 {
        let fields = 2.0 * cost::product(self.n, self.k, self.k + self.probes);
        cost::work(projector_cost(self.n, self.k) + fields + 2.0 * (self.n * self.k) as f64)
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
    fn stored_patterns_are_fixed_below_load_one() {
        for alpha in [0.2, 0.9] {
            let s = sample(&EXPERIMENT, &[("N", 100.0), ("alpha", alpha)], 5);
            s.assert("fixed", &[1.0]);
            s.assert("fixed-without-self", &[1.0]);
            s.assert("residual", &[0.0]);
            s.assert("random-state-fixed-without-self", &[0.0]);
            s.assert("self-coupling", &[alpha]);
        }
    }

    #[test]
    fn beyond_load_one_the_projector_is_the_identity() {
        let s = sample(&EXPERIMENT, &[("N", 60.0), ("alpha", 1.5)], 5);
        s.assert("random-state-fixed", &[1.0]);
        s.assert("fixed", &[1.0]);
        s.assert("fixed-without-self", &[0.0]);
        s.assert("self-coupling", &[1.0]);
    }

    #[test]
    fn the_projector_is_idempotent_and_symmetric() {
        let patterns = random_patterns(30, 11, &mut bulk(&mut SeedPath::root(4).stream()));
        let projector = Projector::new(&patterns).unwrap();
        let j = projector.fields(&Mat::identity(30, 30));
        assert!((&j - j.transpose()).norm_l2() < 1e-12);
        assert!((projector.fields(&j) - &j).norm_l2() < 1e-12);
        let own = projector.self_couplings();
        assert!((0..30).all(|i| (own[i] - j[(i, i)]).abs() < 1e-12));
        let mut twice = patterns.clone();
        twice.col_as_slice_mut(3).copy_from_slice(patterns.col_as_slice(7));
        assert_eq!(Projector::new(&twice).err().unwrap().minor, 8);
    }
}
