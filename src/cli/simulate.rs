//! `corrigenda simulate`: one experiment, its estimates with standard errors as JSON.
//!
//! Replicates are drawn in blocks of a size that the parameters fix from streams named by seed, experiment, parameters and block, and merged
//! in the order of the blocks: the numbers do not depend on the number of threads, and are those of a simulated check.

use super::arguments::SimulateArguments;
use super::console::Console;
use super::{Failure, Outcome};
use crate::diagnostic::suggestion;
use crate::experiment::{self, Experiment, ExperimentError, Parameters, Shape, Trial};
use crate::method::simulation::sample::canonical;
use crate::random::SeedPath;
use crate::stats::Moments;
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Numbers that are kept at once before blocks are merged, to bound the memory of experiments with large arrays.
const KEPT: usize = 4_000_000;

/// Runs an experiment and prints its estimates.
pub(super) fn run(arguments: &SimulateArguments, console: &Console) -> Result<Outcome, Failure> {
    let experiment = find(&arguments.name)?;
    let parameters = parameters(experiment, &arguments.parameters)?;
    let jobs = arguments.jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .map_err(|error| Failure::new(format!("cannot start {jobs} threads: {error}")))?;
    let path = SeedPath::root(arguments.seed).child("experiment").child(experiment.name).child(&canonical(&parameters));
    let bar = if console.progress { progress(arguments.replicates) } else { indicatif::ProgressBar::hidden() };
    let estimates = pool.install(|| {
        let trial = (experiment.prepare)(&parameters, &path.child("prepare"))?;
        Ok(draw(&*trial, &path, arguments.replicates, experiment.width(&parameters), &bar))
    });
    bar.finish_and_clear();
    let estimates = estimates.map_err(|error: ExperimentError| Failure::new(error.to_string()))?;
    console.print(&format!("{:#}\n", document(experiment, &parameters, arguments, &estimates)))?;
    Ok(Outcome::AsExpected)
}

fn find(name: &str) -> Result<&'static Experiment, Failure> {
    experiment::find(name).ok_or_else(|| {
        let hint = suggestion(name, experiment::ALL.iter().map(|e| e.name)).map_or_else(
            || "`corrigenda list experiments` prints their names".to_owned(),
            |known| format!("did you mean `{known}`?"),
        );
        Failure::new(format!("no experiment is called `{name}`")).hint(hint)
    })
}

/// `key=value` pairs as parameters of the experiment.
fn parameters(experiment: &Experiment, pairs: &[String]) -> Result<Parameters, Failure> {
    let mut given = BTreeMap::new();
    for pair in pairs {
        let read =
            pair.split_once('=').and_then(|(name, value)| Some((name.trim(), value.trim().parse::<f64>().ok()?)));
        let Some((name, value)) = read else {
            let message = format!("`{pair}` is not a parameter with a number");
            return Err(Failure::new(message).hint("write -p d=40; each -p gives one parameter"));
        };
        if given.insert(name.to_owned(), value).is_some() {
            return Err(Failure::new(format!("the parameter `{name}` is given twice")));
        }
    }
    experiment.parameters(&given).map_err(|error| {
        let names: Vec<&str> = experiment.parameters.iter().map(|p| p.name).collect();
        let failure = Failure::new(error.to_string());
        match error {
            ExperimentError::UnknownParameter { .. } => failure.hint(format!("parameters: {}", names.join(", "))),
            _ => failure,
        }
    })
}

/// A bar that appears once a run takes longer than a moment.
fn progress(replicates: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(replicates);
    let template = "{wide_bar} {human_pos}/{human_len} replicates, {eta} left";
    if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

/// What the replicates gave, number by number.
#[derive(Clone, Debug, PartialEq)]
struct Estimates {
    moments: Vec<Moments>,
    /// Replicates in which some number was not finite.
    non_finite: u64,
}

fn draw(trial: &dyn Trial, path: &SeedPath, replicates: u64, width: usize, bar: &indicatif::ProgressBar) -> Estimates {
    let mut total = Estimates { moments: vec![Moments::default(); width], non_finite: 0 };
    let size = trial.block();
    let blocks = replicates.div_ceil(size);
    let at_once = (KEPT / width.max(1)).clamp(1, 1 << 14) as u64;
    let mut first = 0;
    while first < blocks {
        let last = blocks.min(first + at_once);
        let drawn: Vec<Estimates> = (first..last)
            .into_par_iter()
            .map(|b| {
                let count = size.min(replicates - b * size);
                let estimates = block(trial, &path.block(b), count, width);
                bar.inc(count);
                estimates
            })
            .collect();
        for block in drawn {
            total.non_finite += block.non_finite;
            total.moments.iter_mut().zip(&block.moments).for_each(|(sum, more)| *sum = sum.merged(more));
        }
        first = last;
    }
    total
}

fn block(trial: &dyn Trial, path: &SeedPath, count: u64, width: usize) -> Estimates {
    let mut stream = path.stream();
    let mut estimates = Estimates { moments: vec![Moments::default(); width], non_finite: 0 };
    let mut out = vec![f64::NAN; width];
    for _ in 0..count {
        out.fill(f64::NAN);
        trial.replicate(&mut stream, &mut out);
        estimates.non_finite += u64::from(out.iter().any(|x| !x.is_finite()));
        estimates.moments.iter_mut().zip(&out).for_each(|(m, x)| m.push(*x));
    }
    estimates
}

/// The mean; NaN if there is none.
fn mean(moments: &Moments) -> f64 {
    if moments.count == 0 { f64::NAN } else { moments.mean }
}

/// The printed document; numbers that do not exist are `null`.
fn document(
    experiment: &Experiment,
    parameters: &Parameters,
    arguments: &SimulateArguments,
    estimates: &Estimates,
) -> Value {
    let values: Map<String, Value> = parameters.iter().map(|(name, value)| (name.to_owned(), number(value))).collect();
    let estimands = experiment.estimands.iter().filter_map(|estimand| {
        let (_, range) = experiment.estimand(estimand.name, parameters)?;
        let moments = &estimates.moments[range];
        let array = |of: fn(&Moments) -> f64| -> Value { moments.iter().map(|m| number(of(m))).collect() };
        let (means, errors) = match (estimand.shape, moments) {
            (Shape::Scalar, [one]) => (number(mean(one)), number(one.standard_error())),
            _ => (array(mean), array(Moments::standard_error)),
        };
        let bias = number((estimand.bias)(parameters));
        Some(json!({ "name": estimand.name, "mean": means, "standard_error": errors, "bias_bound": bias }))
    });
    json!({
        "schema": 1,
        "experiment": experiment.name,
        "parameters": values,
        "seed": arguments.seed,
        "replicates": arguments.replicates,
        "non_finite": estimates.non_finite,
        "estimands": estimands.collect::<Vec<_>>(),
    })
}

/// A whole number without a decimal point, as it was given.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;
    use rand::RngExt;

    /// Uniform on (0, 1), and a number that is missing in about a quarter of the replicates.
    struct Uniform;

    impl Trial for Uniform {
        fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
            out[0] = stream.random();
            out[1] = if stream.random::<f64>() < 0.25 { f64::INFINITY } else { 1.0 };
        }

        fn work(&self) -> f64 {
            1e-4
        }
    }

    fn drawn(threads: usize, replicates: u64) -> Estimates {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let path = SeedPath::root(3).child("test");
        pool.install(|| draw(&Uniform, &path, replicates, 2, &indicatif::ProgressBar::hidden()))
    }

    #[test]
    fn estimates_do_not_depend_on_threads_and_are_right() {
        let one = drawn(1, 10_001);
        assert_eq!(one, drawn(3, 10_001));
        let first = one.moments[0];
        assert_eq!(first.count, 10_001);
        // A mean of uniforms has standard error √(1/12n).
        let error = (1.0 / 12.0 / 10_001.0_f64).sqrt();
        assert!((mean(&first) - 0.5).abs() < 4.0 * error && (first.standard_error() / error - 1.0).abs() < 0.05);
        assert_eq!(one.moments[1].count + one.non_finite, 10_001);
        assert!((one.non_finite as f64 / 10_001.0 - 0.25).abs() < 0.02);
    }
}
