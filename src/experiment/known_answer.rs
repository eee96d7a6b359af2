//! Runs an experiment as the runner does, to hold it against an answer that is known.

use super::{Experiment, Trial};
use crate::random::SeedPath;
use std::collections::BTreeMap;

/// Mean and standard error of every entry that a replicate writes.
pub(crate) struct Sample {
    experiment: &'static Experiment,
    parameters: super::Parameters,
    /// The set-up trial, for its quantities.
    pub(crate) trial: Box<dyn Trial>,
    means: Vec<f64>,
    errors: Vec<f64>,
}

/// Runs `replicates` replicates with a fixed seed.
pub(crate) fn sample(experiment: &'static Experiment, given: &[(&str, f64)], replicates: usize) -> Sample {
    // An experiment that is not in the table could never be run by a claim.
    assert!(super::find(experiment.name).is_some_and(|found| std::ptr::eq(found, experiment)));
    let given: BTreeMap<String, f64> = given.iter().map(|&(k, v)| (k.to_owned(), v)).collect();
    let parameters = experiment.parameters(&given).unwrap();
    let path = SeedPath::root(20261121).child(experiment.name);
    let trial = (experiment.prepare)(&parameters, &path.child("setup")).unwrap();
    let width = experiment.width(&parameters);
    let (mut sum, mut square, mut out) = (vec![0.0; width], vec![0.0; width], vec![f64::NAN; width]);
    for k in 0..replicates {
        out.fill(f64::NAN);
        trial.replicate(&mut path.block(k as u64).stream(), &mut out);
        for (i, x) in out.iter().enumerate() {
            sum[i] += x;
            square[i] += x * x;
        }
    }
    let n = replicates as f64;
    let means: Vec<f64> = sum.iter().map(|s| s / n).collect();
    let errors = means.iter().zip(&square).map(|(m, s)| ((s / n - m * m).max(0.0) / (n - 1.0)).sqrt()).collect();
    Sample { experiment, parameters, trial, means, errors }
}

impl Sample {
    /// Mean and standard error of each entry of an estimand.
    pub(crate) fn get(&self, estimand: &str) -> Vec<(f64, f64)> {
        let (_, range) = self.experiment.estimand(estimand, &self.parameters).unwrap();
        range.map(|i| (self.means[i], self.errors[i])).collect()
    }

    /// Mean of a scalar estimand.
    pub(crate) fn mean(&self, estimand: &str) -> f64 {
        self.get(estimand)[0].0
    }

    /// Asserts that every entry is within 4.5 standard errors plus the declared bias of what is expected, and that
    /// the standard error is finite, so that a NaN cannot pass.
    pub(crate) fn assert(&self, estimand: &str, expected: &[f64]) {
        let found = self.get(estimand);
        assert_eq!(found.len(), expected.len(), "{estimand}");
        let bias = (self.experiment.estimand(estimand, &self.parameters).unwrap().0.bias)(&self.parameters);
        for (k, (&(mean, error), &expected)) in found.iter().zip(expected).enumerate() {
            let allowed = 4.5 * error + bias + 1e-12 * (1.0 + expected.abs());
            assert!(
                error.is_finite() && (mean - expected).abs() <= allowed,
                "{estimand}[{k}] of {}: {mean} ± {error} (bias {bias}), expected {expected}",
                self.experiment.name
            );
        }
    }
}
