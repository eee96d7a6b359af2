//! Points that meet the assumptions only because they are special: what holds at them need not hold elsewhere.

use super::setting::Setting;
use crate::assumption::Point;
use crate::eval::{Program, Value};
use crate::expr::declaration::Domain;
use crate::expr::{Condition, Link, Relation};
use crate::numeric::Rational;
use crate::numeric::float::{F64, nearest};

/// Assignments of sizes among which others than those of the points are looked for.
const SIZE_ASSIGNMENTS: usize = 64;

/// What all points of a setting with assumptions have in common that the assumptions do not ask for, in words: a symbol
/// that is zero, or a single size. Nothing was learned about the other values.
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

/// Whether both sides of an equation are zero at every point, where equations that could not be solved restrict these.
pub(super) fn both_vanish(link: &Link, setting: &Setting<'_>) -> bool {
    let equation = |c: &Condition| matches!(c, Condition::Holds(l) if l.relation == Relation::Equal);
    if link.relation != Relation::Equal || !setting.conditions.iter().any(equation) {
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
