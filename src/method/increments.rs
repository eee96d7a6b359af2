//! Equations of differentials, dx = … : their terms without a differential have to cancel by themselves.

use crate::expr::{Expr, Kind, Link, Relation, walk};

/// The terms of a sum, those that are subtracted with their sign.
fn terms(e: &Expr, negative: bool, out: &mut Vec<Expr>) {
    match &*e.kind {
        Kind::Add(all) => all.iter().for_each(|term| terms(term, negative, out)),
        Kind::Neg(a) => terms(a, !negative, out),
        _ if negative => out.push(Expr::new(Kind::Neg(e.clone()), e.sort.clone(), e.span)),
        _ => out.push(e.clone()),
    }
}

/// What is left of an equation of differentials where all of them vanish; `None` if it is no such equation or nothing is left.
pub(super) fn finite_part(link: &Link) -> Option<Link> {
    if link.relation != Relation::Equal {
        return None;
    }
    let mut all = Vec::new();
    terms(&link.left, false, &mut all);
    terms(&link.right, true, &mut all);
    let is_differential = |e: &Expr| walk::any(e, &mut |part| matches!(&*part.kind, Kind::Increment(_)));
    let (differentials, finite): (Vec<Expr>, Vec<Expr>) = all.into_iter().partition(is_differential);
    // A differential in a quotient or a function need not vanish.
    let zero = |e: &Expr| e.as_number().is_some_and(crate::numeric::Rational::is_zero);
    let finite: Vec<Expr> = finite.into_iter().filter(|e| !zero(e)).collect();
    if differentials.len() < 2 || !differentials.iter().all(is_linear) || finite.is_empty() {
        return None;
    }
    let (sort, span) = (finite[0].sort.clone(), link.left.span);
    let left = if let [one] = finite.as_slice() { one.clone() } else { Expr::new(Kind::Add(finite), sort, span) };
    Some(Link { left, relation: Relation::Equal, right: Expr::integer(0, span) })
}

/// Whether it is a differential, or a product with one and finite factors, or an entry of one.
fn is_linear(e: &Expr) -> bool {
    let is_finite = |e: &Expr| !walk::any(e, &mut |part| matches!(&*part.kind, Kind::Increment(_)));
    match &*e.kind {
        Kind::Increment(_) => true,
        Kind::Mul(factors) => factors.iter().all(|f| is_finite(f) || is_linear(f)),
        Kind::Div(a, b) => is_linear(a) && is_finite(b),
        Kind::Add(all) => all.iter().all(is_linear),
        Kind::Neg(a) => is_linear(a),
        Kind::Component(a, _) => is_linear(a),
        _ => false,
    }
}
