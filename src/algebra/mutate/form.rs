//! The changed parts, in the form in which an author would have written them.

use crate::expr::{Expr, Kind, Sort, print};
use crate::numeric::Rational;

pub(in crate::algebra) fn like(kind: Kind, model: &Expr) -> Expr {
    Expr::new(kind, model.sort.clone(), model.span)
}

pub(super) fn real(kind: Kind, model: &Expr) -> Expr {
    Expr::new(kind, Sort::Real, model.span)
}

pub(super) fn negated(e: &Expr) -> Expr {
    match &*e.kind {
        Kind::Neg(a) => a.clone(),
        _ => like(Kind::Neg(e.clone()), e),
    }
}

pub(in crate::algebra) fn is_number(e: &Expr, value: i64) -> bool {
    e.as_number().is_some_and(|n| *n == Rational::from(value))
}

/// A product with the factor in front, joined to a product or a number that is there already.
pub(super) fn scaled(factor: &Expr, e: &Expr) -> Expr {
    match (&*e.kind, factor.as_number(), e.as_number()) {
        (_, Some(a), Some(b)) => Expr::number(a * b, e.span),
        (Kind::Neg(a), _, _) => like(Kind::Neg(scaled(factor, a)), e),
        (Kind::Div(a, b), Some(f), _) if b.as_number() == Some(f) => a.clone(),
        (Kind::Div(a, b), Some(_), _) if a.as_number().is_some() => like(Kind::Div(scaled(factor, a), b.clone()), e),
        (Kind::Mul(factors), Some(_), _) if factors[0].as_number().is_some() => {
            let first = scaled(factor, &factors[0]);
            like(Kind::Mul(std::iter::once(first).chain(factors[1..].iter().cloned()).collect()), e)
        }
        (Kind::Mul(factors), _, _) => {
            like(Kind::Mul(std::iter::once(factor.clone()).chain(factors.iter().cloned()).collect()), e)
        }
        _ => like(Kind::Mul(vec![factor.clone(), e.clone()]), e),
    }
}

/// Half of it, without leaving a two above a two.
pub(super) fn halved(e: &Expr) -> Expr {
    let two = Expr::integer(2, e.span);
    let even = |n: &Rational| n.is_int() && (n / Rational::from(2)).is_int();
    match &*e.kind {
        Kind::Number(n) if even(n) => Expr::number(n / Rational::from(2), e.span),
        Kind::Neg(a) => like(Kind::Neg(halved(a)), e),
        Kind::Mul(factors) if is_number(&factors[0], 2) => without(factors, 0, e, Kind::Mul),
        Kind::Div(a, b) if a.as_number().is_some_and(even) => like(Kind::Div(halved(a), b.clone()), e),
        Kind::Div(a, b) => like(Kind::Div(a.clone(), scaled(&two, b)), e),
        _ if e.sort.is_scalar() => real(Kind::Div(e.clone(), two), e),
        _ => like(Kind::Div(e.clone(), two), e),
    }
}

/// The operands without one; a single one left stands alone.
pub(super) fn without(operands: &[Expr], drop: usize, model: &Expr, kind: fn(Vec<Expr>) -> Kind) -> Expr {
    let mut rest: Vec<Expr> = operands.iter().enumerate().filter(|(k, _)| *k != drop).map(|(_, e)| e.clone()).collect();
    if rest.len() == 1 { rest.remove(0) } else { like(kind(rest), model) }
}

/// Longest TeX that an edit is described by.
const LONGEST_SHOWN: usize = 120;

/// A part of a formula in a sentence.
pub(super) fn shown(e: &Expr) -> String {
    let tex = print::expr(e);
    if tex.len() > LONGEST_SHOWN { "a long part".to_owned() } else { format!("${tex}$") }
}
