//! Limits of two formulas: both sides at sizes that grow by a constant factor, and the accelerated limit of their ratio
//! or difference with a stated uncertainty.

use super::{finite_target, undecided};
use crate::assumption::{self, Point, Sampler};
use crate::claim::{Claim, Domain, Limit, Role};
use crate::eval::{Assignment, Program, Value};
use crate::evidence::{Axis, Evidence, Fact, Figure, Finding, Mark, Series, StopReason, Witness};
use crate::expr::walk::{any, free_symbols, mentions};
use crate::expr::{Kind, Link, Relation, Sort, Symbol};
use crate::method::Context;
use crate::method::simulation::wording::significant;
use crate::numeric::Arithmetic;
use crate::numeric::ball::Balls;

/// Points of the other symbols at which a limit is tried.
const POINTS: usize = 6;
/// Sizes tried at most.
const STEPS: u32 = 12;
/// Sizes that are enough: no slower path is tried.
const ENOUGH: usize = 7;
/// Largest distance from the limit at which two formulas agree.
const MARGIN: f64 = 1e-3;
/// The same where the approach is logarithmic and extrapolation is less sure.
const SLOW_MARGIN: f64 = 2e-2;

/// Relative width from which an interval counts as blurred.
const SHARP: f64 = 1e-12;
/// Precision at which a blurred side is evaluated again: enough for a cancellation of sixty digits.
const BITS: usize = 256;

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

/// A sequence of values of the limit's symbol, towards its target, each with the size that it stands for.
type Path = Vec<(f64, f64)>;

/// By which factors the sizes may grow, the preferred one first: slower ones where the faster leave the range of numbers
/// after a few steps. The confirming look of a contradiction has factors of its own.
fn factors(claim: &Claim, limit: &Limit, link: &Link, target: Option<f64>, confirming: bool) -> Vec<(f64, u32)> {
    // Long sums cost their length, arrays its cube.
    let is_dimension = claim.declarations.iter().any(|d| d.symbol == limit.symbol && matches!(d.role, Role::Dimension));
    let long = [&link.left, &link.right]
        .iter()
        .any(|e| any(e, &mut |e| matches!(&*e.kind, Kind::Fold(..) | Kind::Array(..) | Kind::Expectation(..))));
    let shift = if confirming { 0.87 } else { 1.0 };
    let rows: &[(f64, u32)] = match (is_dimension && long, long, target) {
        (true, _, _) => &[(2.0, 6)],
        (false, true, None) => &[(3.0, 8), (2.0, 10)],
        _ => &[(10.0, STEPS), (3.0, STEPS), (2.0, STEPS)],
    };
    rows.iter().map(|(factor, steps)| (factor * shift, *steps)).collect()
}

fn approach(claim: &Claim, limit: &Limit, target: Option<f64>, (factor, steps): (f64, u32)) -> Path {
    let sizes = (1..=steps).map(|k| factor.powi(k as i32));
    let whole = matches!(limit.symbol.sort(), Sort::Integer);
    match target {
        None if whole => {
            let mut sizes: Vec<f64> = sizes.map(|size| (2.0 * size).round()).collect();
            sizes.dedup();
            sizes.into_iter().map(|size| (size, size)).collect()
        }
        None => sizes.map(|size| (size, size)).collect(),
        Some(a) => {
            // From the side on which the symbol may lie.
            let below = claim.declarations.iter().any(|d| {
                d.symbol == limit.symbol
                    && matches!(&d.domain, Domain::Interval { upper: Some((u, _)), .. } if u.to_f64().value() <= a)
            });
            let sign = if below { -1.0 } else { 1.0 };
            sizes.map(|size| (a + sign / size, size)).collect()
        }
    }
}

/// Both sides at one size.
struct Step {
    size: f64,
    left: f64,
    right: f64,
    /// Left over right, also where both are beyond the range of `f64`.
    ratio: f64,
    /// Width of the enclosures relative to the larger side.
    blur: f64,
}

/// As many steps as have a sharp value.
fn follow(programs: &[Program; 2], point: &Assignment<f64>, symbol: &Symbol, path: &[(f64, f64)]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (value, size) in path {
        let mut at = point.clone();
        if matches!(symbol.sort(), Sort::Integer) {
            at.set_size(symbol, value.round() as usize);
        }
        at.set(symbol, Value::Scalar(*value));
        let Some(step) = look(programs, &at, *size) else { break };
        // Beyond this the difference is rounding noise.
        if step.blur.is_nan() || step.blur >= 1e-4 {
            break;
        }
        steps.push(step);
    }
    steps
}

/// The longest of the paths that can be followed, the preferred one if it is long enough.
fn longest(programs: &[Program; 2], point: &Assignment<f64>, symbol: &Symbol, paths: &[Path]) -> Vec<Step> {
    let mut best: Vec<Step> = Vec::new();
    for path in paths {
        let steps = follow(programs, point, symbol, path);
        if steps.len() > best.len() {
            best = steps;
        }
        if best.len() >= ENOUGH {
            break;
        }
    }
    best
}

/// Both sides in `f64` intervals, and in balls where those are blurred by cancellation or leave the range of `f64`.
fn look(programs: &[Program; 2], at: &Assignment<f64>, size: f64) -> Option<Step> {
    let plain = |p: &Program| p.evaluate_with_error(at).ok().and_then(|v| v.as_scalar().copied());
    let sharp = |l: f64, h: f64| {
        let largest = l.abs().max(h.abs());
        (1e-290..1e290).contains(&largest) && h - l <= SHARP * largest
    };
    let step = |l: (f64, f64), r: (f64, f64), ratio: f64| {
        let (left, right) = (f64::midpoint(l.0, l.1), f64::midpoint(r.0, r.1));
        let scale = left.abs().max(right.abs());
        let blur = if scale > 0.0 && scale.is_finite() { ((l.1 - l.0) + (r.1 - r.0)) / scale } else { 0.0 };
        Step { size, left, right, ratio, blur }
    };
    let plain = plain(&programs[0]).zip(plain(&programs[1]));
    let plain = plain.map(|(l, r)| ((l.lo(), l.hi()), (r.lo(), r.hi())));
    if let Some((l, r)) = plain
        && sharp(l.0, l.1)
        && sharp(r.0, r.1)
    {
        return Some(step(l, r, f64::midpoint(l.0, l.1) / f64::midpoint(r.0, r.1)));
    }
    let balls = Balls::new(BITS);
    let in_balls = || {
        let at = at.map(|x| balls.from_f64(*x));
        let side = |p: &Program| p.evaluate(&balls, &at).ok().and_then(|v| v.as_scalar().cloned());
        let (left, right) = (side(&programs[0])?, side(&programs[1])?);
        let (l, r) = (balls.enclosure(&left), balls.enclosure(&right));
        let Some((low, high)) = balls.div(&left, &right).ok().map(|q| balls.enclosure(&q)) else {
            let finite = [l.0, l.1, r.0, r.1].iter().all(|x| x.is_finite());
            return finite.then(|| step(l, r, f64::NAN));
        };
        let ratio = f64::midpoint(low, high);
        let blur = (high - low) / ratio.abs().max(f64::MIN_POSITIVE);
        let found = step(l, r, ratio);
        // Two sides beyond the range of `f64` still have a ratio.
        let within = found.left.is_finite() && found.right.is_finite();
        Some(if within { found } else { Step { left: f64::NAN, right: f64::NAN, blur, ..found } })
    };
    let found = in_balls().filter(|s| !s.blur.is_nan() && (s.left.is_finite() || s.ratio.is_finite()));
    let estimated = || {
        plain
            .filter(|(l, r)| [l.0, l.1, r.0, r.1].iter().all(|x| x.is_finite()))
            .map(|(l, r)| step(l, r, f64::midpoint(l.0, l.1) / f64::midpoint(r.0, r.1)))
    };
    found.or_else(estimated)
}

/// An accelerated limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Accelerated {
    limit: f64,
    uncertainty: f64,
    /// Whether the approach is slower than any power.
    slow: bool,
}

/// The limit of a sequence at geometric sizes: Aitken's Δ² where its differences shrink geometrically (a power law),
/// Neville's extrapolation in 1/k where they shrink like a power of k (a logarithmic law). The uncertainty is the change
/// from the same estimate without the last term. `None` where the differences do not shrink.
fn accelerate(values: &[f64], blur: f64) -> Option<Accelerated> {
    let n = values.len();
    if n < 5 {
        return None;
    }
    let last = values[n - 1];
    let step = |k: usize| values[n - k] - values[n - k - 1];
    let noise = blur * last.abs().max(1.0) + 1e-14 * last.abs();
    if step(1).abs() <= 2.0 * noise && step(2).abs() <= 4.0 * noise + 0.1 * MARGIN * last.abs() {
        return Some(Accelerated { limit: last, uncertainty: 2.0 * noise + step(1).abs(), slow: false });
    }
    let (ratio, before) = (step(1) / step(2), step(2) / step(3));
    if !ratio.is_finite() || ratio.abs() >= 0.97 {
        return None;
    }
    // A power law keeps its ratio; that of a logarithmic law creeps up to one.
    let steady = ratio.abs() < 0.85 && (ratio - before).abs() < 0.01;
    if ratio.abs() < 0.6 || steady {
        let aitken = |k: usize| {
            let (d1, d2) = (step(k), step(k + 1));
            values[n - k] - d1 * d1 / (d1 - d2)
        };
        let (now, before) = (aitken(1), aitken(2));
        return Some(Accelerated { limit: now, uncertainty: (now - before).abs() + 4.0 * noise, slow: false });
    }
    let neville = |end: usize, order: usize| {
        let x: Vec<f64> = (end - order..=end).map(|k| 1.0 / (k + 1) as f64).collect();
        let mut p: Vec<f64> = values[end - order..=end].to_vec();
        for m in 1..=order {
            for i in 0..=order - m {
                p[i] = (x[i] * p[i + 1] - x[i + m] * p[i]) / (x[i] - x[i + m]);
            }
        }
        p[0]
    };
    let order = 3.min(n - 2);
    let (now, before) = (neville(n - 1, order), neville(n - 2, order));
    let lower = neville(n - 1, order - 1);
    let uncertainty = (now - before).abs().max((now - lower).abs());
    Some(Accelerated { limit: now, uncertainty, slow: true })
}

/// What the sizes say at one point of the other symbols.
enum Told {
    Agrees { off: f64, slow: bool },
    Contradicts { summary: String },
    Unclear(String),
}

fn judge(relation: Relation, steps: &[Step]) -> Told {
    if steps.len() < 5 {
        return Told::Unclear(format!("only {} sizes have a finite value", steps.len()));
    }
    let blur = steps.iter().map(|s| s.blur).fold(0.0, f64::max);
    let tail = &steps[steps.len() - 4..];
    let in_range = steps.iter().all(|s| s.left.is_finite() && s.right.is_finite());
    let slope = |f: &dyn Fn(&Step) -> f64| {
        let (a, b) = (&tail[0], &tail[3]);
        (f(b) / f(a)).abs().ln() / (b.size / a.size).ln()
    };
    if relation == Relation::SameOrder {
        let ratio = |s: &Step| s.ratio;
        let exponent = slope(&ratio);
        let positive = tail.iter().all(|s| ratio(s) > 0.0);
        return match exponent.abs() {
            e if e < 0.02 && positive => Told::Agrees { off: e, slow: true },
            e if e > 0.1 => Told::Contradicts {
                summary: format!("The ratio of the two sides goes like the size to the power {exponent:.3}."),
            },
            _ => Told::Unclear(format!("the ratio goes like the size to the power {exponent:.3}")),
        };
    }
    // The limit of the right-hand side is compared by the difference; where both sides grow or vanish, by the ratio.
    let right_moves = !in_range || (tail[3].right - tail[0].right).abs() > 1e-9 * tail[3].right.abs();
    let by_ratio = right_moves || relation == Relation::Asymptotic;
    let values: Vec<f64> =
        if by_ratio { steps.iter().map(|s| s.ratio).collect() } else { steps.iter().map(|s| s.left).collect() };
    let goal = if by_ratio { 1.0 } else { tail[3].right };
    if values.iter().any(|v| !v.is_finite()) {
        return Told::Unclear("the ratio of the two sides is not finite".to_owned());
    }
    let scale = if goal == 0.0 { 1.0 } else { goal.abs() };
    match accelerate(&values, blur) {
        Some(a) => {
            let margin = if a.slow { SLOW_MARGIN } else { MARGIN };
            let off = (a.limit - goal).abs() / scale;
            let uncertainty = a.uncertainty / scale;
            if off + 3.0 * uncertainty <= margin {
                Told::Agrees { off: off + 3.0 * uncertainty, slow: a.slow }
            } else if off > margin + 10.0 * uncertainty && (!a.slow || off > 0.1) {
                let what = if by_ratio { "The ratio of the two sides" } else { "The left-hand side" };
                Told::Contradicts {
                    summary: format!(
                        "{what} tends to {} with an uncertainty of {}, not to {}.",
                        significant(a.limit, 6),
                        significant(a.uncertainty.max(f64::MIN_POSITIVE), 1),
                        significant(goal, 6)
                    ),
                }
            } else {
                Told::Unclear(format!(
                    "the limit is {} within {}",
                    significant(a.limit, 6),
                    significant(a.uncertainty, 1)
                ))
            }
        }
        None => {
            let exponent = slope(&|s| if by_ratio { s.ratio } else { s.left });
            // A steady power of the size is not an approach to a number.
            if exponent > 0.1 && values[values.len() - 1].abs() > 10.0 * scale {
                let what = if by_ratio { "ratio of the two sides" } else { "left-hand side" };
                Told::Contradicts { summary: format!("The {what} grows like the size to the power {exponent:.3}.") }
            } else {
                Told::Unclear("the values do not settle".to_owned())
            }
        }
    }
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
    }
}

#[cfg(test)]
mod tests {
    use super::accelerate;

    fn at(steps: u32, f: impl Fn(f64) -> f64) -> Vec<f64> {
        (1..=steps).map(|k| f(10f64.powi(k as i32))).collect()
    }

    #[test]
    fn power_laws_logarithms_and_constants_are_accelerated() {
        let power = accelerate(&at(8, |n| 2.0 + 3.0 / n.sqrt()), 1e-16).unwrap();
        assert!((power.limit - 2.0).abs() < 1e-9 && power.uncertainty < 1e-6 && !power.slow);
        let log = accelerate(&at(12, |n| 1.0 + 0.5 / n.ln()), 1e-16).unwrap();
        assert!((log.limit - 1.0).abs() < 1e-6 && log.slow, "{log:?}");
        let loglog = accelerate(&at(12, |n| 1.0 + n.ln().ln() / n.ln()), 1e-16);
        assert!(loglog.is_none_or(|a| (a.limit - 1.0).abs() < 10.0 * a.uncertainty + 0.1), "{loglog:?}");
        let constant = accelerate(&at(8, |_| 4.0), 1e-16).unwrap();
        assert_eq!(constant.limit, 4.0);
        assert!(accelerate(&at(8, f64::ln), 1e-16).is_none() || accelerate(&at(8, f64::ln), 1e-16).unwrap().slow);
        assert!(accelerate(&at(8, |n| n), 1e-16).is_none());
    }
}
