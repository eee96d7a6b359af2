//! Closed form against experiment: the interval of a measured mean, valid at every look, against a margin that was fixed
//! before a number was drawn.

pub(crate) mod binding;
pub(crate) mod figures;
pub(crate) mod judging;
pub(crate) mod sample;
pub(crate) mod wording;

use super::{Context, Laboratory, Method, SimulationBudget, laboratory::Runs, undecided_link};
use crate::claim::{Claim, ExperimentRequest, Role};
use crate::evidence::{Estimate, Evidence, Fact, Finding, StopReason, Witness};
use crate::experiment::{self, Estimand, Experiment, ExperimentError};
use crate::expr::{Expr, Kind, Relation};
use crate::stats::Side;
use binding::{BindError, predict};
use judging::{Outcome, Reading, Target, judge, target};
use sample::Run;
use std::collections::BTreeMap;
use std::sync::Arc;
use wording::{interval, plus_minus, significant};

/// Points of a sweep that one claim may ask for.
const MOST_POINTS: usize = 64;

/// The method.
pub struct Simulation;

/// A request resolved against the table of experiments.
pub(crate) struct Request<'a> {
    pub request: &'a ExperimentRequest,
    pub experiment: &'static Experiment,
    pub estimand: &'static Estimand,
    /// What the experiment is compared with.
    pub prediction: &'a Expr,
    pub side: Side,
}

impl Method for Simulation {
    fn name(&self) -> &'static str {
        "simulation"
    }

    fn summary(&self) -> &'static str {
        "closed form against experiment, by always-valid intervals and an equivalence margin fixed beforehand"
    }

    fn judges_variants(&self) -> bool {
        true
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        resolve(claim)?;
        let relation = claim.statement.links[0].relation;
        match relation {
            _ if claim.limit.is_some() => Err("the claim is a limit; scaling judges it".to_owned()),
            Relation::Equal | Relation::Approximately => Ok(()),
            r if r.is_order() => Ok(()),
            r => Err(format!("a simulation at fixed parameters cannot judge the relation ${}$", r.tex())),
        }
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        self.check_in(context, &Laboratory::new(&Runs::default()))
    }

    fn check_in(&self, context: &Context<'_>, laboratory: &Laboratory<'_>) -> Vec<Evidence> {
        vec![check(context, laboratory)]
    }
}

/// The side of the first link that is not the estimand, and on which side of it the estimand may lie.
pub(crate) fn resolve(claim: &Claim) -> Result<Request<'_>, String> {
    let request = claim.experiment.as_ref().ok_or("the claim names no experiment")?;
    let experiment = experiment::find(&request.name).ok_or_else(|| format!("no experiment `{}`", request.name))?;
    resolve_in(claim, request, experiment)
}

/// The same for a given experiment.
pub(crate) fn resolve_in<'a>(
    claim: &'a Claim,
    request: &'a ExperimentRequest,
    experiment: &'static Experiment,
) -> Result<Request<'a>, String> {
    let estimand = experiment
        .estimands
        .iter()
        .find(|e| e.name == request.estimand)
        .ok_or_else(|| format!("the experiment `{}` has no estimand `{}`", request.name, request.estimand))?;
    let link = claim.statement.links.first().ok_or("the claim has no relation")?;
    let is_estimand = |e: &Expr| match &*e.kind {
        Kind::Symbol(s) => claim.declarations.iter().any(|d| d.symbol == *s && matches!(d.role, Role::Estimand)),
        _ => false,
    };
    let swapped = is_estimand(&link.right) && !is_estimand(&link.left);
    let prediction = if swapped { &link.left } else { &link.right };
    let side = match (link.relation, swapped) {
        (Relation::Less | Relation::LessOrEqual, false) | (Relation::Greater | Relation::GreaterOrEqual, true) => {
            Side::Above
        }
        (Relation::Less | Relation::LessOrEqual, true) | (Relation::Greater | Relation::GreaterOrEqual, false) => {
            Side::Below
        }
        _ => Side::Both,
    };
    Ok(Request { request, experiment, estimand, prediction, side })
}

/// The parameters of every point of a sweep, the first swept parameter outermost; one point without a sweep.
pub(crate) fn points(request: &ExperimentRequest) -> Vec<BTreeMap<String, f64>> {
    let mut points = vec![request.parameters.clone()];
    for (name, values) in &request.sweep {
        points = points
            .iter()
            .flat_map(|point| {
                values.iter().map(|value| {
                    let mut point = point.clone();
                    point.insert(name.clone(), *value);
                    point
                })
            })
            .collect();
        points.truncate(MOST_POINTS + 1);
    }
    points
}

/// The points along a limit: parameters that are swept beside the one of the limit go along with it, value by value.
pub(crate) fn points_along(request: &ExperimentRequest) -> Result<Vec<BTreeMap<String, f64>>, String> {
    let length = request.sweep.first().map_or(1, |(_, values)| values.len());
    if let Some((name, values)) = request.sweep.iter().find(|(_, values)| values.len() != length) {
        return Err(format!(
            "`{name}` has {} values and `{}` has {length}: along a limit they go together",
            values.len(),
            request.sweep[0].0
        ));
    }
    let point = |i: usize| {
        let mut point = request.parameters.clone();
        point.extend(request.sweep.iter().map(|(name, values)| (name.clone(), values[i])));
        point
    };
    Ok((0..length).map(point).collect())
}

/// The run at one point, shared by all checks of the laboratory.
pub(crate) fn run_at(
    experiment: &'static Experiment,
    point: &BTreeMap<String, f64>,
    context: &Context<'_>,
    laboratory: &Laboratory<'_>,
) -> Result<Arc<Run>, ExperimentError> {
    let parameters = experiment.parameters(point)?;
    let budget = &context.budget.simulation;
    let key = Run::key(experiment, &parameters, budget.seed, budget.projections);
    Ok(laboratory.run(&key, || Run::new(experiment, parameters, budget.seed, budget.projections)))
}

/// Why no point of a sweep is drawn.
pub(crate) enum Unpriced {
    /// A point cannot be set up.
    Setup(ExperimentError),
    /// The budget does not pay for the smallest sample.
    TooMuch(String),
}

/// The runs at all points of a sweep, and the budget of each.
pub(crate) fn priced(
    experiment: &'static Experiment,
    points: &[BTreeMap<String, f64>],
    context: &Context<'_>,
    laboratory: &Laboratory<'_>,
) -> Result<(Vec<Arc<Run>>, Vec<SimulationBudget>), Unpriced> {
    let run = |point| run_at(experiment, point, context, laboratory);
    let runs: Vec<Arc<Run>> = points.iter().map(run).collect::<Result<_, _>>().map_err(Unpriced::Setup)?;
    let prices: Vec<_> = runs.iter().map(|run| run.price()).collect::<Result<_, _>>().map_err(Unpriced::Setup)?;
    let shares = judging::shares(&context.budget.simulation, &prices).map_err(Unpriced::TooMuch)?;
    Ok((runs, shares))
}

/// One judged point of a sweep.
pub(crate) struct Judged {
    pub run: Arc<Run>,
    pub target: Target,
    pub reading: Reading,
}

fn not_applicable(explanation: &str) -> Evidence {
    undecided_link("simulation", 0, StopReason::NotApplicable, explanation)
}

fn check(context: &Context<'_>, laboratory: &Laboratory<'_>) -> Evidence {
    match resolve(context.claim) {
        Ok(request) => check_request(&request, context, laboratory),
        Err(reason) => not_applicable(&reason),
    }
}

/// Judges a resolved request: every point of its sweep, at an even share of the error rate and of the work.
pub(crate) fn check_request(request: &Request<'_>, context: &Context<'_>, laboratory: &Laboratory<'_>) -> Evidence {
    let (claim, budget) = (context.claim, &context.budget.simulation);
    let points = points(request.request);
    if points.len() > MOST_POINTS {
        return not_applicable(&format!("the sweep has more than {MOST_POINTS} points"));
    }
    let alpha = budget.alpha / points.len() as f64;
    let relative = claim.tolerance.as_ref().map_or(budget.relative_margin, |t| t.relative);
    let mut judged = Vec::new();
    let mut undefined: Option<Evidence> = None;
    let (runs, shares) = match priced(request.experiment, &points, context, laboratory) {
        Ok(priced) => priced,
        Err(Unpriced::Setup(error)) => return not_applicable(&error.to_string()),
        Err(Unpriced::TooMuch(explanation)) => {
            return undecided_link("simulation", 0, StopReason::BudgetExhausted, &explanation);
        }
    };
    for (run, share) in runs.into_iter().zip(&shares) {
        let prediction = match predict(request.prediction, claim, request.request, &run) {
            Ok(prediction) => prediction,
            // What another point contradicts is false all the same.
            Err(error @ BindError::Undefined(_)) => {
                undefined = undefined.or(Some(undecided_link("simulation", 0, error.reason(), &error.to_string())));
                continue;
            }
            Err(error) => return not_applicable(&error.to_string()),
        };
        if request.side != Side::Both && prediction.len() > 1 {
            return not_applicable("an order between arrays is not compared with a simulation");
        }
        let Some(target) = target(&prediction, &run, request.estimand, relative, request.side) else {
            let entries = request.estimand.shape.len(&run.parameters);
            return not_applicable(&format!(
                "the prediction has {} entries and the estimand {entries}",
                prediction.len()
            ));
        };
        match judge(&run, request.estimand, &target, alpha, share, laboratory) {
            Ok(reading) => judged.push(Judged { run, target, reading }),
            Err(error) => return not_applicable(&error.to_string()),
        }
    }
    let contradicts = |j: &Judged| matches!(j.reading.outcome, Outcome::Contradicts { .. });
    match undefined {
        Some(nowhere) if !judged.iter().any(contradicts) => nowhere,
        _ => evidence(request, context, &judged, relative),
    }
}

fn evidence(request: &Request<'_>, context: &Context<'_>, judged: &[Judged], relative: f64) -> Evidence {
    let finding = finding(request, judged);
    let replicates: u64 = judged.iter().map(|j| j.reading.replicates).sum();
    let points = match judged.len() {
        1 => String::new(),
        n => format!(" at {n} parameter points"),
    };
    let detail = match &finding {
        Finding::Agrees { bound } => format!("{replicates} replicates{points}: {bound}"),
        Finding::Contradicts { witness } => witness.summary.clone(),
        Finding::Undecided { explanation, .. } => format!("{replicates} replicates{points}: {explanation}"),
        Finding::Proves { certificate } => certificate.clone(),
    };
    Evidence {
        method: "simulation".to_owned(),
        link: 0,
        finding,
        detail,
        facts: facts(request, context, judged, relative),
        estimates: judged.iter().filter_map(estimate).collect(),
        figures: figures::figures(request, context.claim, judged, relative),
    }
}

/// What was measured of the component that is shown.
fn estimate(j: &Judged) -> Option<Estimate> {
    let (value, interval) = *j.reading.components.get(shown(j))?;
    let interval = interval?;
    let predicted = match j.target.predictions[..] {
        [only] => Some(only),
        _ => None,
    };
    let name = sample::canonical(&j.run.parameters);
    Some(Estimate { name, value, low: interval.low, high: interval.high, predicted })
}

fn describe_point(run: &Run) -> Vec<(String, String)> {
    run.parameters.iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
}

/// The component that decides what is printed: the contradicted one, else the one with the widest relative interval.
fn shown(j: &Judged) -> usize {
    match j.reading.outcome {
        Outcome::Contradicts { component } => component,
        _ => 0,
    }
}

fn finding(request: &Request<'_>, judged: &[Judged]) -> Finding {
    let measured = |j: &Judged, k: usize| j.reading.components[k].1.map_or_else(|| "no interval".to_owned(), interval);
    let contradicted = judged.iter().find(|j| matches!(j.reading.outcome, Outcome::Contradicts { .. }));
    if let Some(j) = contradicted {
        let k = shown(j);
        let along = if j.target.predictions.len() > 1 { format!(" along direction {k}") } else { String::new() };
        let confirmed = if j.reading.confirmed_by > 0 { ", confirmed on an independent stream" } else { "" };
        return Finding::Contradicts {
            witness: Witness {
                point: describe_point(&j.run),
                left: measured(j, k),
                right: significant(j.target.predictions[k], 8),
                summary: format!(
                    "Measured {}{along} with {} replicates{confirmed}; the formula gives {}, outside of the interval by more than the margin {}.",
                    measured(j, k),
                    j.reading.replicates,
                    significant(j.target.predictions[k], 6),
                    significant(j.target.margins[k], 3),
                ),
            },
        };
    }
    let undecided = judged.iter().find_map(|j| match &j.reading.outcome {
        Outcome::Undecided(reason, explanation) => Some((j, *reason, explanation)),
        _ => None,
    });
    if let Some((j, reason, explanation)) = undecided {
        let at = if judged.len() > 1 { format!(" at {}", sample::canonical(&j.run.parameters)) } else { String::new() };
        return Finding::Undecided { reason, explanation: format!("{explanation}{at}") };
    }
    // The largest distance that is still possible, in units of the prediction's margin.
    let worst = judged
        .iter()
        .flat_map(|j| {
            j.reading.components.iter().zip(&j.target.predictions).zip(&j.target.margins).map(|((c, p), m)| {
                let far = c.1.map_or(f64::INFINITY, |i| match request.side {
                    Side::Both => (i.low - p).abs().max((i.high - p).abs()),
                    Side::Above => (i.high - p).max(0.0),
                    Side::Below => (p - i.low).max(0.0),
                });
                (far / m, far, *p)
            })
        })
        .fold((0.0, 0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
    let bound = match request.side {
        Side::Both if worst.2 != 0.0 => {
            format!("measured and predicted differ by at most {:.2} %", 100.0 * worst.1 / worst.2.abs())
        }
        Side::Both => format!("measured and predicted differ by at most {}", significant(worst.1, 2)),
        _ => format!("the bound is exceeded by at most {}", significant(worst.1, 2)),
    };
    Finding::Agrees { bound }
}

fn facts(request: &Request<'_>, context: &Context<'_>, judged: &[Judged], relative: f64) -> Vec<Fact> {
    let budget = &context.budget.simulation;
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: String| facts.push(Fact { label: label.to_owned(), value });
    fact(
        "experiment",
        format!("{}, estimand {}: {}", request.experiment.name, request.estimand.name, request.estimand.meaning),
    );
    for j in judged.iter().take(12) {
        let k = shown(j);
        let (mean, i) = j.reading.components.get(k).copied().unwrap_or((f64::NAN, None));
        let along = if j.target.predictions.len() > 1 {
            format!(" (direction {k} of {})", j.target.predictions.len())
        } else {
            String::new()
        };
        let estimate = i.map_or_else(|| significant(mean, 6), |i| plus_minus(i.centre(), i.radius()));
        fact(
            &sample::canonical(&j.run.parameters),
            format!(
                "measured {estimate}{along}, predicted {}, margin {}, {} replicates",
                significant(j.target.predictions[k], 6),
                significant(j.target.margins[k], 2),
                j.reading.replicates
            ),
        );
    }
    if let Some(tolerance) = &context.claim.tolerance {
        fact("margin", format!("{} %: {}", 100.0 * relative, tolerance.reason));
    } else {
        fact("margin", format!("{} % of the predicted value, plus the estimand's bias bound", 100.0 * relative));
    }
    fact("not finite", judged.iter().map(|j| j.reading.non_finite).sum::<u64>().to_string());
    if let Some(j) = judged.first() {
        fact("interval", j.reading.sequence.to_owned());
        fact(
            "error rate",
            format!(
                "{} for this claim, {} per comparison",
                significant(budget.alpha, 2),
                significant(j.reading.alpha, 2)
            ),
        );
        fact(
            "confirmed by",
            match judged.iter().map(|j| j.reading.confirmed_by).max() {
                Some(n) if n > 0 => format!("{n} replicates of an independent stream"),
                _ => "not needed".to_owned(),
            },
        );
        let flags: Vec<String> = j.run.parameters.iter().map(|(n, v)| format!("-p {n}={v}")).collect();
        fact(
            "reproduce",
            format!(
                "corrigenda simulate {} {} --replicates {} --seed {}",
                request.experiment.name,
                flags.join(" "),
                j.reading.replicates,
                budget.seed
            ),
        );
    }
    facts
}

#[cfg(test)]
pub(crate) mod tests;
