//! The formulas of random members, written as short as they can be.

use crate::expr::{Expr, Kind, Sort};
use crate::numeric::{Function, Rational};
use crate::source::Span;

pub(super) fn real(kind: Kind) -> Expr {
    Expr::new(kind, Sort::Real, Span::default())
}

pub(super) fn number(value: Rational) -> Expr {
    Expr::number(value, Span::default())
}

/// A sum without its zeros.
pub(super) fn sum(terms: impl IntoIterator<Item = Expr>) -> Expr {
    let is_zero = |e: &Expr| e.as_number().is_some_and(Rational::is_zero);
    let mut terms: Vec<Expr> = terms.into_iter().filter(|e| !is_zero(e)).collect();
    match terms.len() {
        0 => number(Rational::ZERO),
        1 => terms.remove(0),
        _ => real(Kind::Add(terms)),
    }
}

/// A product without its ones.
pub(super) fn product(factors: impl IntoIterator<Item = Expr>) -> Expr {
    let factors: Vec<Expr> = factors.into_iter().collect();
    if factors.iter().any(|e| e.as_number().is_some_and(Rational::is_zero)) {
        return number(Rational::ZERO);
    }
    // A sign reads best in front.
    let is_negative = |e: &Expr| e.as_number().is_some_and(|n| *n < Rational::ZERO);
    let minus = factors.iter().filter(|e| is_negative(e)).count() % 2 == 1;
    let factors = factors.into_iter().map(|e| if is_negative(&e) { negative(e) } else { e });
    let mut rest: Vec<Expr> = factors.filter(|e| e.as_number().is_none_or(|n| *n != Rational::ONE)).collect();
    let product = match rest.len() {
        0 => number(Rational::ONE),
        1 => rest.remove(0),
        _ => real(Kind::Mul(rest)),
    };
    if minus { negative(product) } else { product }
}

pub(super) fn negative(e: Expr) -> Expr {
    match e.as_number() {
        Some(n) => number(-n.clone()),
        None => real(Kind::Neg(e)),
    }
}

pub(super) fn difference(a: Expr, b: Expr) -> Expr {
    sum([a, negative(b)])
}

pub(super) fn quotient(a: Expr, b: Expr) -> Expr {
    if b.as_number().is_some_and(|n| *n == Rational::ONE) { a } else { real(Kind::Div(a, b)) }
}

pub(super) fn square(e: Expr) -> Expr {
    real(Kind::Pow(e, number(Rational::from(2))))
}

pub(super) fn of(function: Function, e: Expr) -> Expr {
    real(Kind::Function(function, vec![e]))
}
