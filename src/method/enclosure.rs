//! Both sides as enclosures at admissible points: separated, or equal to many digits.

use super::comparison::{AtPoint, Comparison, Ladder};
use super::places::{Known, Place, cheap_first};
use super::setting::Setting;
use super::{
    Budget, Context, Method, attack, averages, degenerate, increments, monotone, subdivision, undecided, undecided_link,
};
use crate::assumption::{self, Point};
use crate::claim::Claim;
use crate::eval::Meter;
use crate::evidence::{Evidence, Fact, Finding, StopReason, Witness};
use crate::expr::{Link, Relation, print};
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeMap;

/// High-precision comparison at admissible points.
#[derive(Clone, Copy, Debug)]
pub struct Enclosure;

const NAME: &str = "enclosure";

/// After so many witnesses the simplest is taken.
const ENOUGH_WITNESSES: usize = 12;

/// Points at which equality is looked at in the highest precision, too.
const DEEP_POINTS: usize = 3;

/// A failure in estimated arithmetic counts only if so many points show it.
const ESTIMATED_WITNESSES: usize = 3;

impl Method for Enclosure {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "encloses both sides at admissible points, in ever higher precision, until they separate or agree"
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        if claim.limit.is_some() {
            return Err("a limit is not a statement about single points".into());
        }
        if claim.extremum.is_some() {
            return Err("an optimum is checked through its objective".into());
        }
        if claim.solves.is_some() {
            return Err("a solution is checked through the residual of its equation".into());
        }
        Setting::new(claim, &Budget { points: 0, ..Budget::default() }, &crate::random::SeedPath::root(0)).map(|_| ())
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        let Context { claim, budget, seed, .. } = *context;
        let setting = match Setting::new(claim, budget, seed) {
            Ok(setting) => setting,
            Err(why) => return undecided(NAME, claim, StopReason::NotApplicable, &why),
        };
        if setting.points.is_empty() {
            return undecided(NAME, claim, StopReason::NoAdmissiblePoint, &setting.emptiness());
        }
        let links = claim.statement.links.iter().enumerate();
        let inside = |link: &Link, inside: &Setting<'_>| judge(link, inside, budget);
        let judged = links.map(|(k, link)| match increments::finite_part(link) {
            None if let Some(found) = averages::judged(link, &setting, budget, seed, &inside) => {
                Evidence { link: k, ..found }
            }
            None => evidence(k, (link, budget), &setting, &compare(link, &setting, budget)),
            Some(rest) => finite(evidence(k, (&rest, budget), &setting, &compare(&rest, &setting, budget)), &rest),
        });
        judged.collect()
    }
}

/// What the finite part of an equation of differentials says about the equation: if it does not vanish the equation is false,
/// and else nothing.
fn finite(mut evidence: Evidence, rest: &Link) -> Evidence {
    let part = print::expr(&rest.left);
    match &mut evidence.finding {
        Finding::Contradicts { witness } => {
            witness.left = format!("{} without a differential", witness.left);
            let why = format!("All terms of an equation of differentials are differentials, but ${part}$ is none. ");
            witness.summary.insert_str(0, &why);
            evidence.detail = format!("${part}$ is no differential as the other terms are");
            evidence
        }
        _ => undecided_link(NAME, evidence.link, StopReason::NotApplicable, "a differential cannot be evaluated"),
    }
}

/// What the points say together.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Points at which the relation holds.
    pub holds: usize,
    /// The fewest digits to which it holds.
    pub digits: f64,
    /// The simplest point at which it fails, with both sides.
    pub witness: Option<(Point, String, String)>,
    /// Points that say nothing, by reason.
    pub silent: BTreeMap<String, usize>,
    /// Those of the reasons that say that the sides do not fit together, or that an index is out of its range.
    pub shapeless: Vec<String>,
    /// Whether errors were estimated rather than enclosed.
    pub estimated: bool,
    /// Where a strict inequality comes within rounding of an equality, in the middle of its domain.
    pub touches: Option<String>,
    /// Where a size has one value at all points that decide, though others were looked at, in words.
    pub one_size: Option<String>,
    /// The work that was granted was spent before every point was looked at.
    pub spent: bool,
    /// Why no point was looked at.
    pub refused: Option<String>,
}

impl Outcome {
    /// Whether a point shows that the relation is false.
    pub fn contradicts(&self) -> bool {
        self.witness.is_some()
    }

    /// Whether it holds wherever it was decided, and that is at least half of the points.
    pub fn agrees(&self) -> bool {
        let enough = if self.spent { FEWEST } else { 1 };
        self.witness.is_none() && self.touches.is_none() && self.holds >= enough && self.open() <= self.holds
    }

    /// Whether no point at all lies in the domain of both sides.
    pub fn nowhere_defined(&self, points: usize) -> bool {
        let outside = |why: &str| why.ends_with(UNDEFINED) || self.shapeless.iter().any(|s| s == why);
        let outside: usize = self.silent.iter().filter(|(why, _)| outside(why)).map(|(_, n)| n).sum();
        points > 0 && self.holds == 0 && outside >= points
    }

    /// Points in the domain of both sides that were looked at and not decided.
    fn open(&self) -> usize {
        [OPEN, OVERFLOW].iter().filter_map(|why| self.silent.get(*why)).sum()
    }
}

const OPEN: &str = "precision exhausted";

const UNDEFINED: &str = "is undefined";

const OVERFLOW: &str = "overflow";

const SPENT: &str = "not looked at, since the work that was granted is spent";

/// Points that have to agree where the work does not suffice for all.
const FEWEST: usize = 3;

/// Values longer than this are only named in a sentence: drawn functions, mostly, and large arrays.
const LONG: usize = 60;

/// A point in a sentence.
fn place_of(shown: &[(String, String)]) -> String {
    let (long, short): (Vec<_>, Vec<_>) = shown.iter().partition(|(_, value)| value.len() > LONG);
    let mut parts: Vec<String> = short.iter().map(|(name, value)| format!("${name}$ = {value}")).collect();
    if !long.is_empty() {
        let names: Vec<String> = long.iter().map(|(name, _)| format!("${name}$")).collect();
        parts.push(format!("one choice of {}", names.join(" and ")));
    }
    parts.join(", ")
}

/// Looks at a link at every point of a setting, until enough witnesses are found to choose from.
pub fn compare(link: &Link, setting: &Setting<'_>, budget: &Budget) -> Outcome {
    look(link, setting, budget, Aim { witnesses: ENOUGH_WITNESSES, confirmed: true, known: None })
}

/// Whether the margin of an order relation comes down to zero somewhere, as far as a search in `f64` tells.
pub fn is_attained(link: &Link, setting: &Setting<'_>) -> bool {
    const ATTAINED: f64 = 1e-6;
    setting.prepare(link).is_some_and(|link| attack::attack(&link, setting).least.abs() < ATTAINED)
}

/// [`compare`] for a variant of a formula of which this is known: ended by the first witness, which nobody will read.
pub fn refute(link: &Link, setting: &Setting<'_>, budget: &Budget, known: Option<&Known>) -> Outcome {
    look(link, setting, budget, Aim { witnesses: 1, confirmed: false, known })
}

/// What a look at the points is for.
#[derive(Clone, Copy)]
struct Aim<'a> {
    /// Witnesses to choose from.
    witnesses: usize,
    /// Whether a witness has to be confirmed in a higher precision.
    confirmed: bool,
    /// The formula that the link is a variant of.
    known: Option<&'a Known>,
}

fn look(link: &Link, setting: &Setting<'_>, budget: &Budget, aim: Aim<'_>) -> Outcome {
    let mut outcome = Outcome {
        holds: 0,
        digits: f64::INFINITY,
        witness: None,
        silent: BTreeMap::new(),
        shapeless: Vec::new(),
        estimated: false,
        touches: None,
        one_size: None,
        spent: false,
        refused: None,
    };
    let prepared = setting.prepare(link).ok_or_else(|| "a derivative by a defined symbol".to_owned());
    let tolerance = setting.claim.tolerance.as_ref();
    let comparison = prepared.and_then(|l| Comparison::new(&l, tolerance, aim.known).map(|c| (l, c)));
    let (link, comparison) = match comparison {
        Ok(both) => both,
        Err(why) => {
            outcome.refused = Some(why);
            return outcome;
        }
    };
    let meter = Meter::new(budget.steps);
    let comparison = comparison.metered(&meter);
    let ladder = Ladder::new(&budget.precisions, budget.digits);
    let ladder = if aim.confirmed { ladder } else { ladder.unconfirmed() };
    let strict = matches!(link.relation, Relation::Less | Relation::Greater);
    let mut witnesses: Vec<(Point, String, String)> = Vec::new();
    let mut deep = 0;
    let mut deciding: Vec<Point> = Vec::new();
    // The search for further points begins where the first ones do not suffice.
    let attacked = LazyCell::new(|| link.relation.is_order().then(|| attack::attack(&link, setting)));
    let found = || {
        let mut points = attacked.as_ref().map_or_else(Vec::new, |a| a.candidates.clone());
        if link.relation == Relation::Equal {
            points.extend(attack::between_jumps(&link, setting));
        }
        points
    };
    let own = cheap_first(&link, setting).into_iter().map(|place| (Cow::Borrowed(place.point), place.number));
    let further = std::iter::once_with(found).flatten().map(|point| (Cow::Owned(point), None));
    for (looked_at, (point, number)) in own.chain(further).enumerate() {
        let place = Place { point: &point, number };
        if meter.is_spent() {
            outcome.spent = true;
            let passed_over = setting.points.len().saturating_sub(looked_at);
            *outcome.silent.entry(SPENT.to_owned()).or_default() += passed_over;
            break;
        }
        let mut answer = comparison.at(place, &ladder);
        if matches!(answer, AtPoint::Unsupported(_)) {
            let estimate = comparison.estimate(place);
            outcome.estimated |= !matches!(estimate, AtPoint::Unsupported(_));
            answer = estimate;
        }
        if matches!(answer, AtPoint::Holds(d) if d.is_finite()) && deep < DEEP_POINTS {
            deep += 1;
            answer = comparison.at_depth(place, &ladder).unwrap_or(answer);
        }
        let mut silent = |why: String| *outcome.silent.entry(why).or_default() += 1;
        match answer {
            AtPoint::Holds(digits) => {
                outcome.holds += 1;
                deciding.push(point.clone().into_owned());
                outcome.digits = outcome.digits.min(digits);
            }
            AtPoint::Fails { left, right } => witnesses.push((place.point.clone(), left, right)),
            AtPoint::Outside(why) => silent(why),
            AtPoint::Open => silent(OPEN.to_owned()),
            AtPoint::NonFinite => silent(OVERFLOW.to_owned()),
            AtPoint::Unsupported(what) => silent(format!("{what} cannot be enclosed")),
            AtPoint::Shapeless(what) => {
                silent(what.clone());
                outcome.shapeless.push(what);
            }
        }
        let needed = if outcome.estimated { ESTIMATED_WITNESSES } else { 1 };
        if witnesses.len() >= aim.witnesses.max(needed) {
            break;
        }
    }
    let needed = if outcome.estimated { ESTIMATED_WITNESSES.min(setting.points.len()) } else { 1 };
    if witnesses.len() >= needed {
        outcome.witness = witnesses.into_iter().min_by_key(|(point, _, _)| assumption::complexity(point));
        return outcome;
    }
    if strict && let Some(point) = attacked.as_ref().and_then(|a| a.touches.as_ref()) {
        outcome.touches = Some(place_of(&assumption::show(point)));
    }
    outcome.one_size = degenerate::one_size(setting, &deciding);
    if !witnesses.is_empty() {
        *outcome.silent.entry(OPEN.to_owned()).or_default() += witnesses.len();
    }
    outcome
}

/// What looking at the first point of a link takes, in operations.
pub fn price(link: &Link, setting: &Setting<'_>, budget: &Budget) -> u64 {
    let prepared = setting.prepare(link);
    let comparison =
        prepared.and_then(|l| Some((Comparison::new(&l, setting.claim.tolerance.as_ref(), None).ok()?, l)));
    let Some((comparison, link)) = comparison else { return 1 };
    let meter = Meter::new(budget.steps);
    if let Some(place) = cheap_first(&link, setting).first() {
        let (comparison, ladder) = (comparison.metered(&meter), Ladder::new(&budget.precisions, budget.digits));
        if matches!(comparison.at(*place, &ladder), AtPoint::Unsupported(_)) {
            comparison.estimate(*place);
        }
    }
    (budget.steps - meter.left()).max(1)
}

/// Judges one link, or a variant of it, on the points of a setting.
pub fn judge(link: &Link, setting: &Setting<'_>, budget: &Budget) -> Evidence {
    of_outcome(link, setting, budget, &compare(link, setting, budget))
}

/// The evidence for one link that was looked at already.
pub fn of_outcome(link: &Link, setting: &Setting<'_>, budget: &Budget, outcome: &Outcome) -> Evidence {
    evidence(0, (link, budget), setting, outcome)
}

/// Why agreement at the points of a setting says nothing, if all of them are special.
pub fn special(link: &Link, setting: &Setting<'_>, outcome: &Outcome) -> Option<String> {
    let zero = || match link.relation {
        Relation::Proportional => "one of the sides is zero at every pair of points".to_owned(),
        _ => "both sides are zero wherever the assumptions were met".to_owned(),
    };
    let one_size = || outcome.one_size.clone();
    degenerate::degenerate(setting).or_else(one_size).or_else(|| degenerate::both_vanish(link, setting).then(zero))
}

/// What shows an inequality without tolerance on the whole range of its symbols: interval subdivision, or an order of its
/// sides by their form.
pub fn certificate(link: &Link, setting: &Setting<'_>, budget: &Budget) -> Option<String> {
    if !link.relation.is_order() || setting.claim.tolerance.is_some() {
        return None;
    }
    let link = setting.prepare(link)?;
    subdivision::proves(&link, setting, budget).or_else(|| monotone::proves(&link, setting, budget))
}

fn evidence(number: usize, (link, budget): (&Link, &Budget), setting: &Setting<'_>, outcome: &Outcome) -> Evidence {
    if let Some(why) = &outcome.refused {
        return undecided_link(NAME, number, StopReason::NotApplicable, why);
    }
    let tried = setting.points.len();
    let how = if outcome.estimated { ", errors estimated" } else { "" };
    let (finding, detail) = if let Some((point, left, right)) = &outcome.witness {
        let shown = assumption::show(point);
        let place = place_of(&shown);
        let at = if place.is_empty() { String::new() } else { format!("At {place}, ") };
        let the = if place.is_empty() { "The" } else { "the" };
        let summary = match link.relation {
            Relation::Proportional => format!(
                "{at}{the} ratio of the two sides is not the same: the left-hand side at the first point times the right-hand \
                 side at the second is {left}, and the other way round {right}{how}."
            ),
            _ => format!("{at}{the} left-hand side is {left} and the right-hand side {right}{how}."),
        };
        let detail = format!("fails{}: {left} against {right}{how}", if place.is_empty() { "" } else { " at a point" });
        let witness = Witness { point: shown, left: left.clone(), right: right.clone(), summary };
        (Finding::Contradicts { witness }, detail)
    } else if let Some(why) = outcome.agrees().then(|| special(link, setting, outcome)).flatten() {
        (Finding::Undecided { reason: StopReason::Degenerate, explanation: why.clone() }, why)
    } else if let Some(certificate) = outcome.agrees().then(|| certificate(link, setting, budget)).flatten() {
        (Finding::Proves { certificate: certificate.clone() }, certificate)
    } else if outcome.agrees() {
        let digits = match outcome.digits {
            d if d.is_infinite() => "certain at each".to_owned(),
            d => format!("at least {} digits", d.floor()),
        };
        let bound = format!("{} points, {digits}{how}", outcome.holds);
        (Finding::Agrees { bound: bound.clone() }, bound)
    } else if let Some(place) = &outcome.touches {
        let explanation =
            format!("the margin of the strict inequality is zero to rounding near {place}, where it may be attained");
        (Finding::Undecided { reason: StopReason::PrecisionExhausted, explanation: explanation.clone() }, explanation)
    } else {
        let silent: Vec<String> = outcome.silent.iter().map(|(why, n)| format!("{n} × {why}")).collect();
        let explanation = format!("of {tried} points {} decide it: {}", outcome.holds, silent.join(", "));
        let reason = if outcome.spent {
            StopReason::BudgetExhausted
        } else if outcome.open() > 0 || outcome.silent.contains_key(OVERFLOW) {
            StopReason::PrecisionExhausted
        } else if outcome.silent.keys().any(|why| why.ends_with("cannot be enclosed")) {
            StopReason::NotApplicable
        } else {
            StopReason::NoAdmissiblePoint
        };
        (Finding::Undecided { reason, explanation: explanation.clone() }, explanation)
    };
    let mut facts = vec![
        fact("admissible points", tried),
        fact("points where it holds", outcome.holds),
        fact("points rejected by conditions", setting.tally.rejected.values().sum::<usize>()),
    ];
    facts.extend(outcome.silent.iter().map(|(why, n)| fact(&format!("points that say nothing: {why}"), n)));
    Evidence {
        method: NAME.to_owned(),
        link: number,
        finding,
        detail,
        facts,
        estimates: Vec::new(),
        figures: Vec::new(),
    }
}

pub(super) fn fact(label: &str, value: impl ToString) -> Fact {
    Fact { label: label.to_owned(), value: value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Domain, Role, Tolerance};
    use crate::expr::Sort;
    use crate::expr::fixture::*;
    use crate::method::fixture::{Table, above, check, holds, word};
    use crate::numeric::Function::{Cosh, Exp, Log, Sinh, Sqrt, Tanh};
    use crate::numeric::Rational;

    fn finding(table: &Table, left: crate::expr::Expr, relation: Relation, right: crate::expr::Expr) -> &'static str {
        word(&Enclosure, &table.claim(left, relation, right))
    }

    #[test]
    fn agreement_at_few_points_says_nothing_where_the_others_overflow() {
        let outcome = |holds: usize, overflow: usize| Outcome {
            holds,
            digits: 30.0,
            witness: None,
            silent: BTreeMap::from([(OVERFLOW.to_owned(), overflow)]),
            shapeless: Vec::new(),
            estimated: false,
            touches: None,
            one_size: None,
            spent: false,
            refused: None,
        };
        assert!(outcome(10, 2).agrees() && !outcome(2, 10).agrees());
    }

    #[test]
    fn jumps_are_looked_at_from_both_sides_and_work_ends() {
        use crate::numeric::Function::Floor;
        let mut t = Table::default();
        let (x, y) = (&t.real("x"), &t.real("y"));
        let floor = |e: crate::expr::Expr| f(Floor, e);
        for seed in 0..20 {
            let claim = t.claim(floor(x + y), Relation::Equal, floor(x.clone()) + floor(y.clone()));
            let budget = Budget { points: 12, ..Budget::default() };
            let setting = Setting::new(&claim, &budget, &crate::random::SeedPath::root(seed)).unwrap();
            assert!(compare(&claim.statement.links[0], &setting, &budget).contradicts(), "seed {seed}");
        }
        // A meter that is spent leaves points out, and says so.
        let claim = t.claim(pow(x + y, n(2)), Relation::Equal, x * x + n(2) * x * y + y * y);
        let poor = Budget { steps: 1, ..Budget::default() };
        let setting = Setting::new(&claim, &poor, &crate::random::SeedPath::root(1)).unwrap();
        let outcome = compare(&claim.statement.links[0], &setting, &poor);
        assert!(outcome.spent && !outcome.agrees() && outcome.silent.contains_key(SPENT), "{outcome:?}");
        assert!(!compare(&claim.statement.links[0], &setting, &Budget::default()).spent);
    }

    #[test]
    fn a_drift_without_its_step_of_time_is_of_another_order() {
        use crate::expr::{Expr, Kind, Sort};
        let mut t = Table::default();
        let (x, y) = (&t.real("x"), &t.real("y"));
        let d = |e: &Expr| Expr::new(Kind::Increment(e.clone()), Sort::Real, e.span);
        // dx = y² + 2 dy, and dx = y² dy + (x − x).
        assert_eq!(finding(&t, d(x), Relation::Equal, pow(y.clone(), n(2)) + n(2) * d(y)), "contradicts");
        let cancels = pow(y.clone(), n(2)) * d(y) + (x - x);
        assert_eq!(finding(&t, d(x), Relation::Equal, cancels), "undecided");
        assert_eq!(finding(&t, d(x), Relation::Equal, pow(y.clone(), n(2)) * d(y)), "undecided");
        // The quotient of two differentials is finite.
        assert_eq!(finding(&t, d(x) / d(y), Relation::Equal, y.clone()), "undecided");
    }

    #[test]
    fn identities_agree_and_their_twins_are_refuted() {
        let mut t = Table::default();
        let (x, y) = (&t.real("x"), &t.positive("y"));
        let cosh2 = pow(f(Cosh, x.clone()), n(2)) - pow(f(Sinh, x.clone()), n(2));
        assert_eq!(finding(&t, cosh2.clone(), Relation::Equal, n(1)), "agrees");
        assert_eq!(finding(&t, cosh2, Relation::Equal, n(2)), "contradicts");
        // Equal to twelve digits and more at moderate points, but not equal.
        let near = f(Log, y.clone()) + f(Exp, n(-80) - y);
        assert_eq!(finding(&t, near, Relation::Equal, f(Log, y.clone())), "contradicts");
        // A removable difference: true for positive symbols only.
        assert_eq!(finding(&t, f(Sqrt, pow(y.clone(), n(2))), Relation::Equal, y.clone()), "agrees");
        assert_eq!(finding(&t, f(Sqrt, pow(x.clone(), n(2))), Relation::Equal, x.clone()), "contradicts");
        let tanh = f(Tanh, x.clone());
        let quotient = (n(1) - f(Exp, n(-2) * x)) / (n(1) + f(Exp, n(-2) * x));
        assert_eq!(finding(&t, tanh.clone(), Relation::Equal, quotient), "agrees");
        assert_eq!(finding(&t, tanh, Relation::NotEqual, x.clone()), "contradicts");
    }

    #[test]
    fn the_witness_is_simple_and_says_both_values() {
        let mut t = Table::default();
        let x = &t.real("x");
        let evidence = check(&Enclosure, &t.claim(pow(x + n(1), n(2)), Relation::Equal, pow(x.clone(), n(2)) + n(1)));
        let Finding::Contradicts { witness } = evidence.finding else { panic!("{evidence:?}") };
        assert_eq!(witness.point.len(), 1);
        assert!(witness.point[0].1.len() <= 3, "{witness:?}");
        let value: f64 = witness.point[0].1.parse().unwrap();
        assert_eq!(witness.left.parse::<f64>().unwrap(), (value + 1.0).powi(2));
    }

    #[test]
    fn bounds_hold_where_they_are_attained_and_break_where_only_a_search_finds_it() {
        let mut t = Table::default();
        let x = &t.positive("x");
        let line = x - n(1);
        assert_eq!(finding(&t, f(Log, x.clone()), Relation::LessOrEqual, line.clone()), "agrees");
        assert_eq!(finding(&t, f(Log, x.clone()), Relation::Less, line), "contradicts");
        // (x − 1.234)² ≥ 10⁻⁶ fails in an interval of width 0.002 only.
        let parabola = pow(x - q(1234, 1000), n(2));
        assert_eq!(finding(&t, parabola.clone(), Relation::GreaterOrEqual, q(1, 1_000_000)), "contradicts");
        assert_eq!(finding(&t, parabola, Relation::GreaterOrEqual, n(0)), "proves");
    }

    #[test]
    fn assumptions_restrict_define_and_may_be_impossible() {
        let mut t = Table::default();
        let (x, y) = (&t.real("x"), &t.real("y"));
        let mut claim = t.claim(f(Sqrt, pow(x - y, n(2))), Relation::Equal, x - y);
        assert_eq!(word(&Enclosure, &claim), "contradicts");
        claim.assumptions = vec![holds(y.clone(), Relation::Less, x.clone())];
        assert_eq!(word(&Enclosure, &claim), "agrees");
        claim.assumptions = vec![holds(y.clone(), Relation::Less, n(-1) - pow(y.clone(), n(2)))];
        let Finding::Undecided { reason, .. } = check(&Enclosure, &claim).finding else { panic!() };
        assert_eq!(reason, StopReason::NoAdmissiblePoint);
        let mut defined = t.claim(x * x, Relation::Equal, f(Exp, n(2) * y));
        assert_eq!(word(&Enclosure, &defined), "contradicts");
        defined.assumptions = vec![holds(x.clone(), Relation::Equal, f(Exp, y.clone()))];
        assert_eq!(word(&Enclosure, &defined), "agrees");
    }

    #[test]
    fn tolerances_count_and_limits_and_measured_symbols_are_left_to_others() {
        let mut t = Table::default();
        let x = &t.declare(
            "x",
            Sort::Real,
            Domain::Interval { lower: Some((Rational::ZERO, false)), upper: Some((Rational::ONE, false)) },
            Role::Variable,
        );
        let x = &use_of(x);
        let mut claim = t.claim(f(Exp, x.clone()), Relation::Approximately, n(1) + x + pow(x.clone(), n(2)) / n(2));
        assert_eq!(word(&Enclosure, &claim), "undecided");
        claim.tolerance = Some(Tolerance { relative: 0.1, reason: "third order".into() });
        assert_eq!(word(&Enclosure, &claim), "agrees");
        claim.tolerance = Some(Tolerance { relative: 0.01, reason: "too little".into() });
        assert_eq!(word(&Enclosure, &claim), "contradicts");
        let m = use_of(&t.declare("m", Sort::Real, above(0, true), Role::Estimand));
        assert!(Enclosure.applies(&t.claim(m, Relation::Equal, n(1))).is_err());
    }

    #[test]
    fn what_is_defined_for_one_size_only_is_not_confirmed_for_all() {
        let mut t = Table::default();
        let (d, y) = (t.dimension("d"), &t.real("y"));
        let a = &t.square("A", &d, Domain::All);
        let crate::expr::Dim::Named(size) = &d else { panic!("{d:?}") };
        let trace = array_of(crate::expr::ArrayFunction::Trace, vec![a.clone()], crate::expr::Sort::Real);
        // √(1 − d) is defined for d = 1.
        let only_one = f(Sqrt, n(1) - use_of(size));
        let right = y + trace;
        assert_eq!(finding(&t, right.clone() + only_one, Relation::Equal, right.clone()), "undecided");
        assert_eq!(finding(&t, right.clone(), Relation::Equal, right), "agrees");
    }

    #[test]
    fn matrices_do_not_commute() {
        let mut t = Table::default();
        let d = t.dimension("d");
        let (a, b) = (&t.square("A", &d, Domain::All), &t.square("B", &d, Domain::All));
        assert_eq!(finding(&t, a * b, Relation::Equal, b * a), "contradicts");
        assert_eq!(finding(&t, (a + b) * a, Relation::Equal, a * a + b * a), "agrees");
    }
}
