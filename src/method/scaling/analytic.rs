//! Limits of two formulas: both sides at sizes that grow by a constant factor, and the accelerated limit of their ratio
//! or difference with a stated uncertainty.

mod path;
mod tail;

use super::{finite_target, undecided};
use crate::assumption::{self, Point, Sampler};
use crate::claim::{Claim, Limit};
use crate::eval::{Meter, Program, Value};
use crate::evidence::{Axis, Evidence, Fact, Figure, Finding, Mark, Series, StopReason, Witness};
use crate::expr::walk::{free_symbols, free_symbols_of_condition, mentions, sort_dims};
use crate::expr::{Condition, Expr, Kind, Link, Order, Relation, Sort, Symbol};
use crate::method::setting::Setting;
use crate::method::simulation::wording::significant;
use crate::method::{Budget, Context};
use crate::numeric::Rational;
use crate::random::SeedPath;
use path::{Path, Step, approach, factors, longest};
use tail::{Told, judge, judge_order};

/// Points of the other symbols at which a limit is tried.
const POINTS: usize = 6;

/// Sizes of symbolic dimensions that do not go to the limit.
const SIZES: &[usize] = &[2, 3];

/// Whether the two sides can be followed along the limit.
pub(super) fn applies(claim: &Claim, limit: &Limit) -> Result<(), String> {
    let link = claim.statement.links.first().ok_or("the claim has no relation")?;
    let known = matches!(
        link.relation,
        Relation::Equal | Relation::Approximately | Relation::Asymptotic | Relation::TendsTo | Relation::SameOrder
    );
    if !known {
        return Err(format!("a limit cannot judge the relation ${}$", link.relation.tex()));
    }
    if !(link.left.sort.is_scalar() && link.right.sort.is_scalar()) {
        let is_array = |e: &Expr| e.sort.shape().is_some();
        let zero = link.right.as_number().is_some_and(Rational::is_zero);
        let difference = matches!(link.relation, Relation::Equal | Relation::Approximately | Relation::TendsTo);
        let grows = [&link.left, &link.right].iter().any(|e| sort_dims(&e.sort).contains(&limit.symbol));
        if !(is_array(&link.left) && (is_array(&link.right) || zero) && difference && !grows) {
            return Err("only limits of numbers and of arrays of a fixed size are extrapolated".to_owned());
        }
    }
    let course = Course::new(claim, limit, link)?;
    for side in [&course.link.left, &course.link.right] {
        Program::compile(side).map_err(|e| e.to_string())?;
    }
    if ![&link.left, &link.right].iter().any(|e| mentions(e, &limit.symbol)) {
        return Err(format!("neither side depends on ${}$", limit.symbol.tex()));
    }
    finite_target(limit).map(|_| ())
}

/// What is followed along a limit: the relation with every `symbol = …` of the assumptions put in, and the other symbols.
struct Course {
    link: Link,
    /// The left side is only claimed to be of the order of the right one.
    order: Option<Order>,
    /// Draws every symbol but that of the limit.
    others: Sampler,
    /// Conditions on other symbols and that of the limit together, such as $x < T$.
    tied: Sampler,
}

impl Course {
    fn new(claim: &Claim, limit: &Limit, link: &Link) -> Result<Self, String> {
        let setting = Setting::new(claim, &Budget { points: 0, ..Budget::default() }, &SeedPath::root(0))?;
        let link = setting
            .prepare(link)
            .ok_or("a value or derivative that no assumption gives, or a derivative by a defined symbol")?;
        let (link, order) = remainder(&link).map_or((link, None), |(link, order)| (link, Some(order)));
        let mut used: Vec<Symbol> = Vec::new();
        for symbol in [&link.left, &link.right].into_iter().flat_map(free_symbols) {
            if symbol != limit.symbol && !used.contains(&symbol) {
                used.push(symbol);
            }
        }
        let (mut free, mut tied) = (Vec::new(), Vec::new());
        for condition in setting.conditions {
            let symbols = free_symbols_of_condition(&condition);
            if !symbols.contains(&limit.symbol) {
                free.push(condition);
            } else if symbols.len() > 1 {
                let equation = |c: &Condition| matches!(c, Condition::Holds(l) if l.relation == Relation::Equal);
                if equation(&condition) {
                    let name = limit.symbol.tex();
                    return Err(format!(
                        "an assumption ties ${name}$ to another symbol and cannot be solved for it: write it as `symbol = …`"
                    ));
                }
                tied.push(condition);
            }
            // A condition on the limit's symbol alone holds close enough to its target or the claim says nothing.
        }
        let others = Sampler::new(&claim.declarations, &used, &free, SIZES)?;
        used.push(limit.symbol.clone());
        Ok(Self { link, order, others, tied: Sampler::new(&claim.declarations, &used, &tied, SIZES)? })
    }

    fn judge(&self, steps: &[Step]) -> Told {
        match self.order {
            Some(order) => judge_order(order, steps),
            None => judge(self.link.relation, steps),
        }
    }

    /// What is followed at a point: the numbers, or each entry of the arrays.
    fn entries(&self, point: &Point) -> Vec<Option<usize>> {
        let Some((rows, columns)) = self.link.left.sort.shape() else { return vec![None] };
        let count = assumption::length(&rows, point).zip(assumption::length(&columns, point)).map_or(0, |(n, m)| n * m);
        (0..count).map(Some).collect()
    }

    /// The entry that says most against the claim, with its steps: a contradiction, else what is unclear, else the worst.
    fn follow(&self, point: &Point, mut steps_of: impl FnMut(Option<usize>) -> Vec<Step>) -> (Vec<Step>, Told) {
        let (mut steps, mut told) = (Vec::new(), Told::Degenerate);
        for entry in self.entries(point) {
            let now = steps_of(entry);
            if now.is_empty() {
                return (now, Told::Degenerate);
            }
            let said = self.judge(&now);
            if told.is_milder_than(&said) {
                (steps, told) = (now, said);
            }
        }
        if let (Told::Contradicts { summary }, Sort::Vector(_) | Sort::Matrix(..)) = (&mut told, &self.link.left.sort) {
            summary
                .insert_str(0, "Entry by entry, the difference in units of the largest entry of the right-hand side: ");
        }
        (steps, told)
    }

    /// Whether what ties other symbols to that of the limit holds at the end of a path.
    fn is_admissible(&self, point: &Point, limit: &Limit, steps: &[Step]) -> bool {
        let Some(value) = steps.last().map(|s| s.value) else { return false };
        let mut at = point.clone();
        if matches!(limit.symbol.sort(), Sort::Integer) {
            at.set_size(&limit.symbol, value.round() as usize);
        }
        let Ok(exact) = Rational::try_from(value) else { return false };
        at.set(&limit.symbol, Value::Scalar(exact));
        self.tied.violated(&at).is_none()
    }
}

/// `f − g` beside h for `f = g + 𝒪(h)`, and the kind of order.
fn remainder(link: &Link) -> Option<(Link, Order)> {
    let order = |e: &Expr| match &*e.kind {
        Kind::Order(order, of) => Some((*order, of.clone())),
        Kind::Neg(a) => match &*a.kind {
            Kind::Order(order, of) => Some((*order, of.clone())),
            _ => None,
        },
        _ => None,
    };
    let terms = match &*link.right.kind {
        Kind::Add(terms) => terms.clone(),
        _ => vec![link.right.clone()],
    };
    let ((kind, of), rest) = match terms.iter().filter_map(order).collect::<Vec<_>>().as_slice() {
        [one] => (one.clone(), terms.iter().filter(|t| order(t).is_none())),
        _ => return None,
    };
    let negated = rest.map(|t| Expr::new(Kind::Neg(t.clone()), t.sort.clone(), t.span));
    let all: Vec<Expr> = std::iter::once(link.left.clone()).chain(negated).collect();
    let left = if all.len() == 1 { link.left.clone() } else { Expr::new(Kind::Add(all), Sort::Real, link.left.span) };
    Some((Link { left, relation: link.relation, right: of }, kind))
}

/// Judges the first link along the limit at several points of the other symbols.
pub(super) fn check(context: &Context<'_>, limit: &Limit) -> Evidence {
    let claim = context.claim;
    let not_applicable = |e: String| undecided(StopReason::NotApplicable, &e);
    if let Err(reason) = applies(claim, limit) {
        return not_applicable(reason);
    }
    let link = &claim.statement.links[0];
    let course = match Course::new(claim, limit, link) {
        Ok(course) => course,
        Err(why) => return not_applicable(why),
    };
    let link = &course.link;
    let (Ok(target), Ok(left), Ok(right)) =
        (finite_target(limit), Program::compile(&link.left), Program::compile(&link.right))
    else {
        return not_applicable("the sides cannot be evaluated".to_owned());
    };
    let meter = Meter::new(context.budget.steps);
    let programs = [left.metered(&meter), right.metered(&meter)];
    let count = POINTS.min(context.budget.points);
    let (points, _) = course.others.points(count, context.budget.draws_per_point, &context.seed.child("scaling"));
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
        let (steps, told) = course.follow(point, |entry| longest(&programs, &at, &limit.symbol, &main, entry));
        if steps.is_empty() || !course.is_admissible(point, limit, &steps) {
            undefined += 1;
            continue;
        }
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
                let again = course.follow(point, |entry| longest(&programs, &at, &limit.symbol, &confirming, entry));
                if matches!(again.1, Told::Contradicts { .. }) {
                    against.push((point, steps, summary));
                } else {
                    unclear = unclear.or(Some("other sizes do not confirm that the limit is another one".to_owned()));
                }
            }
            Told::Unclear(why) => unclear = unclear.or(Some(why)),
            Told::Degenerate => undefined += 1,
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
    if points.len() > 1 && agreeing == 1 {
        let all = points.len();
        unclear = unclear
            .or(Some(format!("both sides are defined and not zero at one of {all} points of the other symbols only")));
    }
    fact("sizes", format!("{} from {} on", main[0].len(), significant(main[0][0].1, 3)));
    let wants_work = unclear.is_none() && meter.is_spent();
    if wants_work {
        unclear = Some("the work that was granted is spent before all sizes are looked at".to_owned());
    }
    let finding = match unclear {
        None => Finding::Agrees {
            bound: format!(
                "{agreeing} points: the limit is met to {}{}",
                significant(worst, 1),
                if slow { ", on a logarithmic approach" } else { "" }
            ),
        },
        Some(explanation) => Finding::Undecided {
            reason: if wants_work { StopReason::BudgetExhausted } else { StopReason::StillDrifting },
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
