//! Limits of two formulas: both sides at sizes that grow by a constant factor, and the accelerated limit of their ratio
//! or difference with a stated uncertainty.

mod path;
mod tail;

use super::{finite_target, undecided};
use crate::assumption::{self, Point, Sampler};
use crate::claim::{Claim, Limit};
use crate::eval::Program;
use crate::evidence::{Axis, Evidence, Fact, Figure, Finding, Mark, Series, StopReason, Witness};
use crate::expr::walk::{free_symbols, mentions};
use crate::expr::{Link, Symbol};
use crate::method::Context;
use crate::method::simulation::wording::significant;
use path::{Path, Step, approach, factors, longest};
use tail::{Told, judge};

/// Points of the other symbols at which a limit is tried.
const POINTS: usize = 6;

/// Whether the two sides can be followed along the limit.
pub(super) fn applies(claim: &Claim, limit: &Limit) -> Result<(), String> {
    let link = claim.statement.links.first().ok_or("the claim has no relation")?;
    if !(link.left.sort.is_scalar() && link.right.sort.is_scalar()) {
        return Err("only limits of numbers are extrapolated".to_owned());
    }
    if claim.statement.links.len() > 1 {
        return Err("a limit is judged for a single relation".to_owned());
    }
    for side in [&link.left, &link.right] {
        Program::compile(side).map_err(|e| e.to_string())?;
    }
    if ![&link.left, &link.right].iter().any(|e| mentions(e, &limit.symbol)) {
        return Err(format!("neither side depends on ${}$", limit.symbol.tex()));
    }
    finite_target(limit)?;
    others(claim, limit, link).map(|_| ())
}

/// A sampler for every symbol but that of the limit.
fn others(claim: &Claim, limit: &Limit, link: &Link) -> Result<Sampler, String> {
    let mut used: Vec<Symbol> = Vec::new();
    for symbol in [&link.left, &link.right].into_iter().flat_map(free_symbols) {
        if symbol != limit.symbol && !used.contains(&symbol) {
            used.push(symbol);
        }
    }
    // Conditions on the limit's symbol hold close enough to its target or the claim says nothing.
    let conditions: Vec<_> = claim
        .assumptions
        .iter()
        .filter(|c| !crate::expr::walk::free_symbols_of_condition(c).contains(&limit.symbol))
        .cloned()
        .collect();
    Sampler::new(&claim.declarations, &used, &conditions, &[2, 3])
}

/// Judges the first link along the limit at several points of the other symbols.
pub(super) fn check(context: &Context<'_>, limit: &Limit) -> Evidence {
    let claim = context.claim;
    let not_applicable = |e: String| undecided(StopReason::NotApplicable, &e);
    if let Err(reason) = applies(claim, limit) {
        return not_applicable(reason);
    }
    let link = &claim.statement.links[0];
    let (Ok(sampler), Ok(target), Ok(left), Ok(right)) =
        (others(claim, limit, link), finite_target(limit), Program::compile(&link.left), Program::compile(&link.right))
    else {
        return not_applicable("the sides cannot be evaluated".to_owned());
    };
    let programs = [left, right];
    let count = POINTS.min(context.budget.points);
    let (points, _) = sampler.points(count, context.budget.draws_per_point, &context.seed.child("scaling"));
    if points.is_empty() {
        return undecided(StopReason::NoAdmissiblePoint, "no admissible point of the other symbols was found");
    }
    let paths = |confirming: bool| -> Vec<Path> {
        let rows = factors(claim, limit, link, target, confirming);
        rows.into_iter().map(|row| approach(claim, limit, target, row)).collect()
    };
    let (main, confirming) = (paths(false), paths(true));
    let (mut worst, mut slow, mut agreeing, mut undefined, mut unclear) = (0.0f64, false, 0, 0, None);
    let mut figures = Vec::new();
    let mut facts = Vec::new();
    let mut against: Vec<(&Point, Vec<Step>, String)> = Vec::new();
    for point in &points {
        let at = point.map(|x| x.to_f64().value());
        let steps = longest(&programs, &at, &limit.symbol, &main);
        if steps.is_empty() {
            undefined += 1;
            continue;
        }
        let told = judge(link.relation, &steps);
        if figures.is_empty() && steps.len() >= 2 {
            figures.push(figure(&steps, limit, target.is_some()));
        }
        match told {
            Told::Agrees { off, slow: s } => {
                agreeing += 1;
                worst = worst.max(off);
                slow |= s;
            }
            Told::Contradicts { summary } => {
                // Other sizes have to say the same.
                let again = judge(link.relation, &longest(&programs, &at, &limit.symbol, &confirming));
                if matches!(again, Told::Contradicts { .. }) {
                    against.push((point, steps, summary));
                } else {
                    unclear = unclear.or(Some("other sizes do not confirm that the limit is another one".to_owned()));
                }
            }
            Told::Unclear(why) => unclear = unclear.or(Some(why)),
        }
    }
    // One point of the other symbols may be a special one: a second has to say the same.
    let enough = if points.len() > 1 { 2 } else { 1 };
    if against.len() >= enough {
        let simplest = against.into_iter().min_by_key(|(point, ..)| assumption::complexity(point));
        let (point, steps, summary) = simplest.expect("there are some");
        return contradiction(point, &steps, summary);
    }
    if !against.is_empty() {
        unclear = Some("one point of the other symbols contradicts the claim and no second one does".to_owned());
    }
    let mut fact = |label: &str, value: String| facts.push(Fact { label: label.to_owned(), value });
    fact("points of the other symbols", points.len().to_string());
    fact("agreeing", agreeing.to_string());
    if undefined > 0 {
        fact("outside the domain", undefined.to_string());
    }
    if undefined == points.len() {
        return undecided(StopReason::NoAdmissiblePoint, "the two sides are defined at no point of the other symbols");
    }
    fact("sizes", format!("{} from {} on", main[0].len(), significant(main[0][0].1, 3)));
    let finding = match unclear {
        None => Finding::Agrees {
            bound: format!(
                "{agreeing} points: the limit is met to {}{}",
                significant(worst, 1),
                if slow { ", on a logarithmic approach" } else { "" }
            ),
        },
        Some(explanation) => Finding::Undecided {
            reason: StopReason::StillDrifting,
            explanation: format!("{explanation}; {agreeing} of {} points agree", points.len()),
        },
    };
    let detail = match &finding {
        Finding::Agrees { bound } => bound.clone(),
        Finding::Undecided { explanation, .. } => explanation.clone(),
        _ => String::new(),
    };
    Evidence { method: "scaling".to_owned(), link: 0, finding, detail, facts, estimates: Vec::new(), figures }
}

fn contradiction(point: &Point, steps: &[Step], summary: String) -> Evidence {
    let last = &steps[steps.len() - 1];
    let witness = Witness {
        point: assumption::show(point),
        left: format!("{} at size {}", significant(last.left, 8), significant(last.size, 3)),
        right: significant(last.right, 8),
        summary: summary.clone(),
    };
    let facts = steps
        .iter()
        .map(|s| Fact {
            label: format!("size {}", significant(s.size, 3)),
            value: format!("left {}, right {}", significant(s.left, 8), significant(s.right, 8)),
        })
        .collect();
    Evidence {
        method: "scaling".to_owned(),
        link: 0,
        finding: Finding::Contradicts { witness },
        detail: summary,
        facts,
        estimates: Vec::new(),
        figures: Vec::new(),
    }
}

fn figure(steps: &[Step], limit: &Limit, finite: bool) -> Figure {
    let series = |name: &str, f: &dyn Fn(&Step) -> f64| Series {
        name: name.to_owned(),
        mark: Mark::Points,
        x: steps.iter().map(|s| s.size).collect(),
        y: steps.iter().map(f).collect(),
        low: Vec::new(),
        high: Vec::new(),
    };
    let symbol = crate::method::simulation::binding::plain_name(limit.symbol.tex());
    Figure {
        slug: "limit".to_owned(),
        title: "Both sides along the limit".to_owned(),
        caption: "The two sides of the relation at the first point of the other symbols.".to_owned(),
        x: Axis { label: if finite { format!("1/|{symbol} − limit|") } else { symbol }, log: true },
        y: Axis { label: "value".to_owned(), log: false },
        series: vec![series("left-hand side", &|s| s.left), series("right-hand side", &|s| s.right)],
        heat: None,
    }
}
