//! Judges a prediction against a sample: looks at doubling sizes, an always-valid interval per component, a margin fixed
//! before a number is drawn, and a second stream before anything is contradicted.

use super::sample::{Price, Run, Sample, Stopped, Strand};
use super::wording::significant;
use crate::evidence::StopReason;
use crate::experiment::{Estimand, ExperimentError, Shape};
use crate::method::{Laboratory, SimulationBudget};
use crate::stats::{ConfidenceSequence, Equivalence, Interval, Moments, Side, equivalence};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What a sample is compared with: one prediction and margin per component.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    pub predictions: Vec<f64>,
    pub margins: Vec<f64>,
    pub side: Side,
}

/// One look at the first component, for the figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub replicates: u64,
    pub mean: f64,
    pub interval: Interval,
}

/// What the looks ended with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Every component's interval lies inside its margin.
    Agrees,
    /// A component's interval excludes its margin, on both streams unless the laboratory is frozen.
    Contradicts { component: usize },
    /// Neither.
    Undecided(StopReason, String),
}

/// The comparison at one parameter point.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub outcome: Outcome,
    pub looks: Vec<Look>,
    /// Mean and interval of each component at the last look.
    pub components: Vec<(f64, Option<Interval>)>,
    pub replicates: u64,
    pub confirmed_by: u64,
    pub non_finite: u64,
    pub sequence: &'static str,
    /// Error rate of one component on one stream.
    pub alpha: f64,
}

/// Blocks of the first look and of the last one that the budget pays for; looks double in between.
pub(crate) fn looks(budget: &SimulationBudget, price: Price) -> (usize, usize) {
    let first = (budget.minimum_replicates.div_ceil(price.block) as usize).next_power_of_two().max(2);
    let paid = (budget.work / price.work.max(f64::MIN_POSITIVE)).min(budget.maximum_replicates as f64) as u64;
    let mut last = first;
    while (last as u64) * 2 * price.block <= paid {
        last *= 2;
    }
    (first, last)
}

/// How many times the budget the first looks of a check may take.
const FIRST_LOOKS: f64 = 4.0;

/// What each parameter point of a check may cost: every point gets its first look, and an even share of what the budget
/// leaves. First looks alone may exceed the budget up to [`FIRST_LOOKS`] times, so that a heavy sweep is decided from
/// small samples without granting every cheap one as much.
///
/// # Errors
/// The work that the first looks would take, in words, if it exceeds even that: then nothing is drawn at all.
pub(crate) fn shares(budget: &SimulationBudget, prices: &[Price]) -> Result<Vec<SimulationBudget>, String> {
    let first_look = |price: &Price| {
        let blocks = (budget.minimum_replicates.div_ceil(price.block)).next_power_of_two().max(2);
        (blocks * price.block) as f64 * price.work
    };
    let needed: f64 = prices.iter().map(first_look).sum();
    if needed > FIRST_LOOKS * budget.work {
        return Err(format!(
            "the smallest admissible sample takes {} units of work and {} are the most: a larger profile or a smaller experiment would decide",
            significant(needed, 2),
            significant(FIRST_LOOKS * budget.work, 2)
        ));
    }
    let rest = (budget.work - needed).max(0.0) / prices.len().max(1) as f64;
    // A sum of roundings must not cost a point its first look.
    let share = |price| SimulationBudget { work: (first_look(price) + rest) * (1.0 + 1e-9), ..budget.clone() };
    Ok(prices.iter().map(share).collect())
}

/// The target of a prediction: margins are `relative` times the size of the predicted component plus the estimand's bias.
///
/// For an array the size of a component is at least that of a random direction, ‖prediction‖/√entries; a prediction of
/// zero, which has no size of its own, is measured against the width of the estimand's bounds, or against 1 if it has
/// none: `f = 0` for a probability is confirmed to `relative` itself, as is `f = 1`.
pub(crate) fn target(prediction: &[f64], run: &Run, estimand: &Estimand, relative: f64, side: Side) -> Option<Target> {
    let (directions, _) = run.estimand(estimand.name)?;
    let entries = estimand.shape.len(&run.parameters);
    if prediction.len() != entries {
        return None;
    }
    let root = (entries as f64).sqrt();
    let norm = prediction.iter().map(|x| x * x).sum::<f64>().sqrt();
    let unit = if norm > 0.0 { norm / root } else { estimand.bounds.map_or(1.0, |(a, b)| b - a) };
    let floor = if estimand.shape == Shape::Scalar && norm > 0.0 { 0.0 } else { unit };
    let bias = (estimand.bias)(&run.parameters).abs() * root;
    let predictions = directions.project(prediction);
    let margins = predictions.iter().map(|p| relative * p.abs().max(floor) + bias).collect();
    Some(Target { predictions, margins, side })
}

/// Sequences of all components of one estimand on one strand.
struct Gauge {
    sequences: Vec<ConfidenceSequence>,
    start: usize,
    fed: usize,
    bounded: bool,
}

impl Gauge {
    fn new(run: &Run, estimand: &Estimand, alpha: f64, budget: &SimulationBudget, most: u64) -> Option<Self> {
        let (directions, start) = run.estimand(estimand.name)?;
        let bounds = estimand.bounds.filter(|_| estimand.shape == Shape::Scalar);
        // Narrowest half way, on a logarithmic scale, between the first look and the last.
        let (middle, least) = (((budget.minimum_replicates * most) as f64).sqrt() as u64, budget.minimum_replicates);
        let make = || match bounds {
            Some(bounds) => ConfidenceSequence::averages(alpha, bounds, middle, least),
            None => ConfidenceSequence::asymptotic(alpha, middle, least),
        };
        let sequences = (0..directions.len()).map(|_| make()).collect();
        Some(Self { sequences, start, fed: 0, bounded: bounds.is_some() })
    }

    fn feed(&mut self, sample: &Sample, blocks: usize) {
        for block in &sample.blocks[self.fed..blocks] {
            for (k, sequence) in self.sequences.iter_mut().enumerate() {
                sequence.push(&block[self.start + k]);
            }
        }
        self.fed = blocks;
    }

    fn moments(&self) -> impl Iterator<Item = &Moments> {
        self.sequences.iter().map(ConfidenceSequence::moments)
    }

    fn replicates(&self) -> u64 {
        self.moments().map(|m| m.count + m.non_finite).max().unwrap_or(0)
    }

    fn non_finite(&self) -> u64 {
        self.moments().map(|m| m.non_finite).max().unwrap_or(0)
    }

    fn heavy_tailed(&self) -> bool {
        !self.bounded && self.moments().any(Moments::heavy_tailed)
    }

    fn equivalence(&self, k: usize, target: &Target) -> Equivalence {
        let interval = self.sequences[k].interval();
        interval
            .map_or(Equivalence::Continue, |i| equivalence(i, target.predictions[k], target.margins[k], target.side))
    }

    fn compare(&self, target: &Target) -> (Equivalence, usize) {
        let all: Vec<Equivalence> = (0..self.sequences.len()).map(|k| self.equivalence(k, target)).collect();
        match all.iter().position(|e| *e == Equivalence::Contradicts) {
            Some(k) => (Equivalence::Contradicts, k),
            None if all.iter().all(|e| *e == Equivalence::Agrees) => (Equivalence::Agrees, 0),
            None => (Equivalence::Continue, 0),
        }
    }
}

/// Judges a target against the main strand of a run and, before a contradiction, against the confirming one.
///
/// `alpha` is the error rate of this comparison; it is split over its components. Looks are prefixes of the strand, so the
/// answer does not depend on what else was drawn from it. `budget` is this point's of [`shares`].
pub(crate) fn judge(
    run: &Run,
    estimand: &Estimand,
    target: &Target,
    alpha: f64,
    budget: &SimulationBudget,
    laboratory: &Laboratory<'_>,
) -> Result<Reading, ExperimentError> {
    let price = run.price()?;
    let (first, last) = looks(budget, price);
    let alpha = alpha / target.predictions.len().max(1) as f64;
    let missing = || ExperimentError::Setup(format!("`{}` has no estimand `{}`", run.experiment.name, estimand.name));
    let most = last as u64 * price.block;
    let mut gauge = Gauge::new(run, estimand, alpha, budget, most).ok_or_else(missing)?;
    let mut reading = Reading {
        outcome: Outcome::Undecided(StopReason::BudgetExhausted, String::new()),
        looks: Vec::new(),
        components: Vec::new(),
        replicates: 0,
        confirmed_by: 0,
        non_finite: 0,
        sequence: gauge.sequences[0].describe(),
        alpha,
    };
    let began = Instant::now();
    let mut blocks = first;
    reading.outcome = loop {
        let sample = match run.sample(Strand::Main, blocks, laboratory) {
            Ok(sample) => sample,
            Err(stopped) => break stopped_outcome(stopped)?,
        };
        if sample.blocks.len() < blocks {
            break exhausted(&gauge);
        }
        gauge.feed(&sample, blocks);
        note(&mut reading, &gauge);
        (laboratory.progress)(&format!("{}: {} replicates", run.experiment.name, reading.replicates));
        if reading.non_finite > 0 {
            let of = reading.replicates;
            break Outcome::Undecided(
                StopReason::HeavyTails,
                format!("{} of {of} replicates gave no finite value", reading.non_finite),
            );
        }
        if !gauge.heavy_tailed() {
            match gauge.compare(target) {
                (Equivalence::Agrees, _) if laboratory.frozen => {
                    break agreed_on_both(run, estimand, target, alpha, budget);
                }
                (Equivalence::Agrees, _) => break Outcome::Agrees,
                (Equivalence::Contradicts, component) if laboratory.frozen => break Outcome::Contradicts { component },
                (Equivalence::Contradicts, component) => {
                    // A contradiction near the end of the budget may take twice the budget to confirm.
                    let reach = (4 * blocks).min(last).max(2 * blocks);
                    let confirm = Gauge::new(run, estimand, alpha, budget, most).ok_or_else(missing)?;
                    break confirmed(run, confirm, target, component, (first, reach), laboratory, &mut reading)?;
                }
                (Equivalence::Continue, _) => {}
            }
        }
        if blocks >= last {
            break exhausted(&gauge);
        }
        if began.elapsed() > Duration::from_secs_f64(budget.wall_clock) {
            laboratory.timed_out.store(true, Ordering::Relaxed);
            break Outcome::Undecided(
                StopReason::Timeout,
                "the wall-clock limit of the profile was reached".to_owned(),
            );
        }
        blocks *= 2;
    };
    Ok(reading)
}

fn note(reading: &mut Reading, gauge: &Gauge) {
    reading.replicates = gauge.replicates();
    reading.non_finite = gauge.non_finite();
    reading.components = gauge.sequences.iter().map(|s| (s.moments().mean, s.interval())).collect();
    if let (mean, Some(interval)) = reading.components[0] {
        reading.looks.push(Look { replicates: reading.replicates, mean, interval });
    }
}

fn stopped_outcome(stopped: Stopped) -> Result<Outcome, ExperimentError> {
    match stopped {
        Stopped::Interrupted => Ok(Outcome::Undecided(StopReason::Interrupted, "the run was interrupted".to_owned())),
        Stopped::Setup(error) => Err(error),
    }
}

fn exhausted(gauge: &Gauge) -> Outcome {
    if gauge.heavy_tailed() {
        let share = gauge.moments().map(Moments::largest_share).fold(0.0, f64::max);
        Outcome::Undecided(
            StopReason::HeavyTails,
            format!(
                "one replicate holds {:.0} % of the variance: its law has heavy tails, a mean of it no standard error",
                100.0 * share
            ),
        )
    } else {
        Outcome::Undecided(
            StopReason::BudgetExhausted,
            "the interval still straddles the margin: a larger profile or more replicates would decide".to_owned(),
        )
    }
}

/// In a frozen laboratory an agreement must also survive what was drawn to confirm an earlier contradiction.
fn agreed_on_both(run: &Run, estimand: &Estimand, target: &Target, alpha: f64, budget: &SimulationBudget) -> Outcome {
    let sample = run.drawn(Strand::Confirm);
    let blocks = sample.blocks.len();
    let drawn = sample.blocks.iter().filter_map(|b| b.first()).map(|m| m.count).sum::<u64>();
    let Some(mut gauge) = Gauge::new(run, estimand, alpha, budget, drawn.max(1)) else { return Outcome::Agrees };
    gauge.feed(&sample, blocks);
    match gauge.compare(target) {
        (Equivalence::Contradicts, component) => Outcome::Contradicts { component },
        _ => Outcome::Agrees,
    }
}

/// Whether the second stream contradicts the same component.
fn confirmed(
    run: &Run,
    mut gauge: Gauge,
    target: &Target,
    component: usize,
    (first, reach): (usize, usize),
    laboratory: &Laboratory<'_>,
    reading: &mut Reading,
) -> Result<Outcome, ExperimentError> {
    let mut blocks = first;
    loop {
        let sample = match run.sample(Strand::Confirm, blocks, laboratory) {
            Ok(sample) => sample,
            Err(stopped) => return stopped_outcome(stopped),
        };
        gauge.feed(&sample, blocks);
        reading.confirmed_by = gauge.replicates();
        match gauge.equivalence(component, target) {
            Equivalence::Contradicts if gauge.non_finite() == 0 && !gauge.heavy_tailed() => {
                return Ok(Outcome::Contradicts { component });
            }
            _ if blocks >= reach => {
                return Ok(Outcome::Undecided(
                    StopReason::NotConfirmed,
                    "the first stream contradicts the claim but an independent second one does not".to_owned(),
                ));
            }
            _ => blocks *= 2,
        }
    }
}
