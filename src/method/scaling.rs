//! Limits: by fits over at least four sizes of an experiment, or of the two sides themselves where no experiment is named.

mod analytic;
mod sizes;

use super::simulation::sample::Strand;
use super::simulation::wording::{interval, plus_minus, significant};
use super::simulation::{self, Request};
use super::{Context, Laboratory, Method, laboratory::Runs, undecided_link};
use crate::claim::{Claim, Limit};
use crate::evidence::{Estimate, Evidence, Fact, Finding, StopReason, Witness};
use crate::expr::{Kind, Link, Relation, Statement};
use crate::stats::{
    Correction, Equivalence, Extrapolated, ExtrapolationError, Interval, Leading, Observation, Side, equivalence,
    extrapolate, leading_behaviour,
};
use sizes::{Measured, Stop};

/// The method.
pub struct Scaling;

impl Method for Scaling {
    fn name(&self) -> &'static str {
        "scaling"
    }

    fn summary(&self) -> &'static str {
        "limits: extrapolation over at least four sizes with stated correction exponents"
    }

    fn judges_variants(&self) -> bool {
        true
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        let limit = claim.limit.as_ref().ok_or("the claim names no limit")?;
        let link = claim.statement.links.first().ok_or("the claim has no relation")?;
        if claim.experiment.is_some() {
            if !matches!(
                link.relation,
                Relation::Equal | Relation::Approximately | Relation::Asymptotic | Relation::TendsTo
            ) {
                return Err(format!("an experiment cannot judge the relation ${}$ in a limit", link.relation.tex()));
            }
            let request = simulation::resolve(claim)?;
            sizes::swept(&request, limit).map(|_| ())
        } else {
            let mut refusals = Vec::new();
            for link in &claim.statement.links {
                match analytic::applies(&single(claim, link), limit) {
                    Ok(()) => return Ok(()),
                    Err(why) => refusals.push(why),
                }
            }
            Err(refusals.into_iter().next().unwrap_or_default())
        }
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        self.check_in(context, &Laboratory::new(&Runs::default()))
    }

    fn check_in(&self, context: &Context<'_>, laboratory: &Laboratory<'_>) -> Vec<Evidence> {
        let Some(limit) = &context.claim.limit else {
            return vec![undecided(StopReason::NotApplicable, "the claim names no limit")];
        };
        if context.claim.experiment.is_none() {
            let links = context.claim.statement.links.iter().enumerate();
            return links.map(|(number, link)| of_link(context, limit, number, link)).collect();
        }
        vec![match simulation::resolve(context.claim) {
            Ok(request) => check_request(&request, limit, context, laboratory),
            Err(reason) => undecided(StopReason::NotApplicable, &reason),
        }]
    }
}

/// The claim with one link of its chain.
fn single(claim: &Claim, link: &Link) -> Claim {
    let statement = Statement { links: vec![link.clone()], ..claim.statement.clone() };
    Claim { statement, alternatives: Vec::new(), converse: None, ..claim.clone() }
}

/// One link of a chain, judged by itself along the limit.
fn of_link(context: &Context<'_>, limit: &Limit, number: usize, link: &Link) -> Evidence {
    let claim = single(context.claim, link);
    Evidence { link: number, ..analytic::check(&Context { claim: &claim, ..*context }, limit) }
}

fn undecided(reason: StopReason, explanation: &str) -> Evidence {
    undecided_link("scaling", 0, reason, explanation)
}

/// The candidate corrections of a limit: the declared exponents (0 stands for 1/log), else the usual ones.
fn corrections(limit: &Limit) -> Vec<Correction> {
    let declared = limit.exponents.iter();
    let named: Vec<Correction> =
        declared.map(|e| if *e > 0.0 { Correction::Power(*e) } else { Correction::InverseLog }).collect();
    if named.is_empty() { Correction::USUAL.to_vec() } else { named }
}

/// What is fitted to the measured sizes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    /// The measured value, which tends to a number.
    Value(f64),
    /// Measured over predicted, which tends to 1.
    Ratio,
    /// The slope of the measured value against the predicted leading term, which is 1; the offset is free.
    Slope,
}

impl Shape {
    /// A constant prediction is a limit; a slowly growing one is a leading term with an unknown offset; any other is
    /// compared by the ratio, also one that hardly moves, whose slope nothing could tell.
    fn of(measured: &[Measured]) -> Self {
        let (first, last) = (&measured[0], &measured[measured.len() - 1]);
        let (a, b) = (first.prediction, last.prediction);
        if measured.iter().all(|m| (m.prediction - a).abs() <= 1e-9 * a.abs()) {
            return Self::Value(b);
        }
        let exponent = (b / a).abs().ln() / (last.size / first.size).ln();
        let moves = (b / a - 1.0).abs() > 0.1;
        if moves && exponent > 0.0 && exponent < 0.35 { Self::Slope } else { Self::Ratio }
    }

    const fn goal(self) -> f64 {
        match self {
            Self::Value(value) => value,
            Self::Ratio | Self::Slope => 1.0,
        }
    }
}

/// A fit on one strand.
enum Fitted {
    Limit(Extrapolated),
    Leading(Leading),
}

impl Fitted {
    fn new(shape: Shape, measured: &[Measured], corrections: &[Correction]) -> Result<Self, ExtrapolationError> {
        let observed = |scale: &dyn Fn(&Measured) -> f64| -> Vec<Observation> {
            measured
                .iter()
                .map(|m| Observation { size: m.size, value: m.mean / scale(m), error: (m.error / scale(m)).abs() })
                .collect()
        };
        match shape {
            Shape::Value(_) => extrapolate(&observed(&|_| 1.0), corrections).map(Self::Limit),
            Shape::Ratio => extrapolate(&observed(&|m| m.prediction), corrections).map(Self::Limit),
            Shape::Slope => {
                let term: Vec<f64> = measured.iter().map(|m| m.prediction).collect();
                leading_behaviour(&observed(&|_| 1.0), &term, corrections).map(Self::Leading)
            }
        }
    }

    fn interval(&self, alpha: f64) -> Interval {
        match self {
            Self::Limit(fit) => fit.interval(alpha),
            Self::Leading(fit) => fit.slope_interval(alpha),
        }
    }

    fn hull(&self, alpha: f64) -> Interval {
        match self {
            Self::Limit(fit) => fit.hull(alpha),
            Self::Leading(fit) => fit.slope_hull(alpha),
        }
    }

    /// (value, statistical, systematic).
    fn parts(&self) -> (f64, f64, f64) {
        match self {
            Self::Limit(fit) => (fit.limit, fit.statistical, fit.systematic),
            Self::Leading(fit) => (fit.slope, fit.slope_statistical, fit.slope_systematic),
        }
    }

    /// Agreement needs the averaged interval inside the margin. A contradiction needs the intervals of all models that
    /// count outside of it, and, unless the theory names the correction, that the sizes do not still drift towards it.
    fn compare(&self, goal: f64, margin: f64, alpha: f64, declared: bool) -> Equivalence {
        let narrow = equivalence(self.interval(alpha), goal, margin, Side::Both);
        let wide = equivalence(self.hull(alpha), goal, margin, Side::Both);
        let drifts = !declared && matches!(self, Self::Limit(fit) if fit.drifts_towards(goal));
        match (narrow, wide) {
            (Equivalence::Agrees, _) => Equivalence::Agrees,
            (_, Equivalence::Contradicts) if !drifts => Equivalence::Contradicts,
            _ => Equivalence::Continue,
        }
    }
}

/// Looks at an eighth, a quarter, a half and all of the work; each spends an equal share of the error rate.
const LOOKS: usize = 4;

/// The first look that decides, or the last one.
fn check_request(request: &Request<'_>, limit: &Limit, context: &Context<'_>, laboratory: &Laboratory<'_>) -> Evidence {
    let mut undecided_so_far = None;
    for halvings in (0..LOOKS).rev() {
        let evidence = match sizes::measure(request, limit, context, laboratory, Strand::Main, halvings) {
            Ok(main) => look(request, limit, context, laboratory, &main, halvings),
            // A frozen laboratory may have no more than the looks before.
            Err(Stop(reason, explanation)) => {
                return undecided_so_far.unwrap_or_else(|| undecided(reason, &explanation));
            }
        };
        let more = matches!(
            &evidence.finding,
            Finding::Undecided { reason: StopReason::StillDrifting | StopReason::NotConfirmed, .. }
        );
        if !more {
            return evidence;
        }
        undecided_so_far = Some(evidence);
    }
    undecided_so_far.unwrap_or_else(|| undecided(StopReason::BudgetExhausted, "no look was taken"))
}

/// Judges what was measured at one look.
fn look(
    request: &Request<'_>,
    limit: &Limit,
    context: &Context<'_>,
    laboratory: &Laboratory<'_>,
    main: &[Measured],
    halvings: usize,
) -> Evidence {
    let shape = Shape::of(main);
    let alpha = context.budget.simulation.alpha / LOOKS as f64;
    let relative = context.claim.tolerance.as_ref().map_or(context.budget.simulation.relative_margin, |t| t.relative);
    let goal = shape.goal();
    let scale = if goal == 0.0 { request.estimand.bounds.map_or(1.0, |(a, b)| b - a) } else { goal.abs() };
    let margin = relative * scale;
    let (candidates, declared) = (corrections(limit), !limit.exponents.is_empty());
    let fitted = match Fitted::new(shape, main, &candidates) {
        Ok(fitted) => fitted,
        Err(error) => {
            return undecided(
                StopReason::StillDrifting,
                &format!("{error}; larger sizes or other exponents would decide"),
            );
        }
    };
    let what = match shape {
        Shape::Value(_) => "limit",
        Shape::Ratio => "limit of measured / predicted",
        Shape::Slope => "slope against the predicted term",
    };
    let (value, statistical, systematic) = fitted.parts();
    let estimate = format!(
        "{what} {} (statistical {}, systematic {})",
        plus_minus(value, statistical.hypot(systematic)),
        significant(statistical, 2),
        significant(systematic, 2)
    );
    let compared = fitted.compare(goal, margin, alpha, declared);
    let mut confirmed = None;
    if compared == Equivalence::Contradicts && !laboratory.frozen {
        let second = match sizes::measure(request, limit, context, laboratory, Strand::Confirm, halvings) {
            Ok(measured) => measured,
            Err(Stop(reason, explanation)) => return undecided(reason, &explanation),
        };
        let again = Fitted::new(shape, &second, &candidates).map(|f| f.compare(goal, margin, alpha, declared));
        confirmed = Some(matches!(again, Ok(Equivalence::Contradicts)));
    }
    let largest = main[main.len() - 1].size;
    let finding = match (compared, confirmed) {
        (Equivalence::Agrees, _) => Finding::Agrees {
            bound: format!("{estimate}, within the margin {} of {}", significant(margin, 2), significant(goal, 6)),
        },
        (Equivalence::Contradicts, Some(false)) => Finding::Undecided {
            reason: StopReason::NotConfirmed,
            explanation: format!(
                "{estimate} contradicts the claim, but an independent second stream does not confirm it"
            ),
        },
        (Equivalence::Contradicts, _) => Finding::Contradicts {
            witness: Witness {
                point: Vec::new(),
                left: interval(fitted.hull(alpha)),
                right: significant(goal, 8),
                summary: format!(
                    "Extrapolated from {} sizes: {estimate}; the claim says {}, outside of every model's interval {}.",
                    main.len(),
                    significant(goal, 6),
                    interval(fitted.hull(alpha))
                ),
            },
        },
        (Equivalence::Continue, _) => Finding::Undecided {
            reason: StopReason::StillDrifting,
            explanation: format!(
                "{estimate}; the claim says {}. Sizes beyond {} or a larger budget would decide",
                significant(goal, 6),
                significant(largest, 4)
            ),
        },
    };
    let detail = match &finding {
        Finding::Agrees { bound } => format!("{} sizes up to {}: {bound}", main.len(), significant(largest, 4)),
        Finding::Contradicts { witness } => witness.summary.clone(),
        Finding::Undecided { explanation, .. } => explanation.clone(),
        Finding::Proves { certificate } => certificate.clone(),
    };
    Evidence {
        method: "scaling".to_owned(),
        link: 0,
        finding,
        detail,
        facts: facts(request, context, main, &fitted, margin, &candidates, confirmed),
        estimates: vec![extrapolated(&fitted, alpha)],
        figures: vec![sizes::figure(request, main, &fitted, shape, alpha, margin)],
    }
}

/// What was extrapolated, with the interval it is judged by.
fn extrapolated(fitted: &Fitted, alpha: f64) -> Estimate {
    let name = match fitted {
        Fitted::Limit(_) => "limit",
        Fitted::Leading(_) => "slope",
    };
    let interval = fitted.interval(alpha);
    Estimate { name: name.to_owned(), value: fitted.parts().0, low: interval.low, high: interval.high, predicted: None }
}

fn facts(
    request: &Request<'_>,
    context: &Context<'_>,
    measured: &[Measured],
    fitted: &Fitted,
    margin: f64,
    candidates: &[Correction],
    confirmed: Option<bool>,
) -> Vec<Fact> {
    let budget = &context.budget.simulation;
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: String| facts.push(Fact { label: label.to_owned(), value });
    fact(
        "experiment",
        format!("{}, estimand {}: {}", request.experiment.name, request.estimand.name, request.estimand.meaning),
    );
    for m in measured {
        fact(
            &m.point,
            format!(
                "measured {}, predicted {}, {} replicates",
                plus_minus(m.mean, m.error),
                significant(m.prediction, 6),
                m.replicates
            ),
        );
    }
    fact("corrections", candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    match fitted {
        Fitted::Limit(fit) => {
            for c in fit.candidates.iter().take(4) {
                let name = c.correction.map_or_else(|| "constant".to_owned(), |g| g.to_string());
                fact(
                    &format!("model {name}, {} sizes left out", c.dropped),
                    format!(
                        "limit {}, share {:.2}, χ² {:.1} for {} degrees",
                        plus_minus(c.fit.coefficients[0], c.fit.standard_error(0)),
                        c.weight,
                        c.fit.chi_squared,
                        c.fit.degrees
                    ),
                );
            }
            fact("remaining drift at the largest size", significant(fit.remaining_drift(), 2));
        }
        Fitted::Leading(fit) => {
            fact("offset", plus_minus(fit.offset, fit.offset_error));
        }
    }
    fact("margin", significant(margin, 3));
    fact("error rate", significant(budget.alpha, 2));
    if let Some(confirmed) = confirmed {
        fact(
            "independent second stream",
            if confirmed { "confirms the contradiction" } else { "does not confirm" }.to_owned(),
        );
    }
    fact("seed", budget.seed.to_string());
    facts
}

/// Whether a limit goes to +∞, or to which number.
fn finite_target(limit: &Limit) -> Result<Option<f64>, String> {
    match &*limit.target.kind {
        Kind::Infinity => Ok(None),
        _ => crate::eval::Program::compile(&limit.target)
            .ok()
            .and_then(|p| p.evaluate(&crate::numeric::float::F64, &crate::eval::Assignment::new()).ok())
            .and_then(|v| v.as_scalar().copied())
            .map(Some)
            .ok_or_else(|| "the limit's target is neither infinity nor a number".to_owned()),
    }
}

#[cfg(test)]
mod tests;
