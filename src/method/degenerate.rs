//! Points that meet the assumptions only because they are special: what holds at them need not hold elsewhere.

use super::setting::Setting;
use crate::assumption::Point;
use crate::eval::{Program, Value};
use crate::expr::declaration::Domain;
use crate::expr::{Condition, Link, Relation, Symbol, walk};
use crate::numeric::Rational;
use crate::numeric::float::{F64, nearest};

/// Assignments of sizes among which others than those of the points are looked for.
const SIZE_ASSIGNMENTS: usize = 64;

/// What all points of a setting with assumptions have in common that the assumptions do not ask for, in words: a symbol
/// that is zero, two that are equal, or a single size. Nothing was learned about the other values.
pub(super) fn degenerate(setting: &Setting<'_>) -> Option<String> {
    if setting.conditions.is_empty() || setting.points.is_empty() {
        return None;
    }
    let points = &setting.points;
    let vanishes = |p: &Point, d: &crate::claim::Declaration| {
        p.get(&d.symbol).is_some_and(|v| v.entries().iter().all(Rational::is_zero))
    };
    let zero = setting.sampler.variables().find(|d| !only_zero(&d.domain) && points.iter().all(|p| vanishes(p, d)));
    if let Some(d) = zero {
        return Some(format!("the assumptions were met only where ${}$ = 0", d.symbol.tex()));
    }
    if let Some((a, b)) = tied(setting) {
        return Some(format!("the assumptions were met only where ${}$ = ${}$", a.tex(), b.tex()));
    }
    setting.sampler.dimensions().find_map(|d| {
        let mut sizes = points.iter().map(|p| p.size(&d.symbol));
        let first = sizes.next()??;
        if sizes.any(|n| n != Some(first)) {
            return None;
        }
        let admitted = setting.sampler.admitted_sizes(SIZE_ASSIGNMENTS);
        let another = admitted.iter().any(|p| p.size(&d.symbol) != Some(first));
        another.then(|| format!("the assumptions were met only where ${}$ = {first}", d.symbol.tex()))
    })
}

/// A size that has one value at all points that decide a claim, though points of other sizes were looked at, in words: what
/// is defined for one size only was not checked for the others.
pub(super) fn one_size(setting: &Setting<'_>, deciding: &[Point]) -> Option<String> {
    setting.sampler.dimensions().find_map(|d| {
        let only = deciding.first()?.size(&d.symbol)?;
        let other = |p: &Point| p.size(&d.symbol).is_some_and(|n| n != only);
        let decided = !deciding.iter().any(other) && setting.points.iter().any(other);
        decided.then(|| format!("nothing decides it but points with ${}$ = {only}", d.symbol.tex()))
    })
}

/// Two symbols of an equation that could not be solved which are equal at every point: points with ties meet a² = b² without
/// ever taking the other root.
fn tied<'s>(setting: &'s Setting<'_>) -> Option<(&'s Symbol, &'s Symbol)> {
    let equal = |a: &Symbol, b: &Symbol| {
        let same = |p: &Point| matches!((p.get(a), p.get(b)), (Some(x), Some(y)) if x == y);
        a.sort() == b.sort() && setting.points.iter().all(same)
    };
    setting.conditions.iter().filter(|c| is_equation(c)).find_map(|condition| {
        let symbols = walk::free_symbols_of_condition(condition);
        let drawn: Vec<&Symbol> =
            setting.sampler.variables().map(|d| &d.symbol).filter(|s| symbols.contains(s)).collect();
        drawn.iter().enumerate().find_map(|(k, a)| drawn[k + 1..].iter().find(|b| equal(a, b)).map(|b| (*a, *b)))
    })
}

fn is_equation(condition: &Condition) -> bool {
    matches!(condition, Condition::Holds(link) if link.relation == Relation::Equal)
}

/// Whether both sides of an equation are zero at every point, where equations that could not be solved restrict these; of a
/// proportionality, at whatever points.
pub(super) fn both_vanish(link: &Link, setting: &Setting<'_>) -> bool {
    let restricted = setting.conditions.iter().any(is_equation);
    if link.relation != Relation::Proportional && (link.relation != Relation::Equal || !restricted) {
        return false;
    }
    let Some(link) = setting.prepare(link) else { return false };
    let (Ok(left), Ok(right)) = (Program::compile(&link.left), Program::compile(&link.right)) else { return false };
    // A literal zero is what is claimed, not what the points bring about.
    if [&link.left, &link.right].into_iter().any(|e| e.as_number().is_some_and(Rational::is_zero)) {
        return false;
    }
    let zero = |v: &Value<f64>| v.entries().iter().all(|x| *x == 0.0);
    setting.points.iter().all(|point| {
        let at = point.map(nearest);
        [&left, &right].into_iter().all(|side| side.evaluate(&F64, &at).is_ok_and(|v| zero(&v)))
    })
}

/// Whether zero is the only value that a declaration allows.
fn only_zero(domain: &Domain) -> bool {
    matches!(domain, Domain::Interval { lower: Some((low, _)), upper: Some((high, _)) } if low.is_zero() && high.is_zero())
}
