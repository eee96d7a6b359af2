//! Short-hand for trees in tests.

use super::{ArrayFunction, Binder, Dim, Expr, Fold, Kind, Range, Sort, Symbol};
use crate::numeric::{Function, Rational};
use crate::source::Span;
use std::ops::{Add, Div, Mul, Neg, Sub};

pub(crate) fn x_span() -> Span {
    Span::default()
}

pub(crate) fn symbol(tex: &str, sort: Sort) -> Symbol {
    Symbol::new(tex, sort)
}

pub(crate) fn use_of(symbol: &Symbol) -> Expr {
    Expr::symbol(symbol, x_span())
}

/// A whole number.
pub(crate) fn n(value: i64) -> Expr {
    Expr::integer(value, x_span())
}

/// A rational number.
pub(crate) fn q(numerator: i64, denominator: u64) -> Expr {
    Expr::number(Rational::from_parts(numerator.into(), denominator.into()), x_span())
}

pub(crate) fn pow(base: Expr, exponent: Expr) -> Expr {
    let sort = if base.sort.is_scalar() { Sort::Real } else { base.sort.clone() };
    Expr::new(Kind::Pow(base, exponent), sort, x_span())
}

pub(crate) fn f(function: Function, argument: Expr) -> Expr {
    let sort = if argument.sort.is_scalar() { Sort::Real } else { argument.sort.clone() };
    Expr::new(Kind::Function(function, vec![argument]), sort, x_span())
}

pub(crate) fn array_of(function: ArrayFunction, operands: Vec<Expr>, sort: Sort) -> Expr {
    Expr::new(Kind::Array(function, operands), sort, x_span())
}

pub(crate) fn sum_over(index: &Symbol, lower: Expr, upper: Expr, body: Expr) -> Expr {
    let sort = body.sort.clone();
    let binder = Binder { symbol: index.clone(), range: Range::Between(lower, upper) };
    Expr::new(Kind::Fold(Fold::Sum, vec![binder], None, body), sort, x_span())
}

pub(crate) fn scalar_sort(a: &Sort, b: &Sort) -> Sort {
    if *a == Sort::Integer && *b == Sort::Integer { Sort::Integer } else { Sort::Real }
}

fn product_sort(a: &Sort, b: &Sort) -> Sort {
    match (a.shape(), b.shape()) {
        (None, None) => scalar_sort(a, b),
        (None, Some(_)) => b.clone(),
        (Some(_), None) => a.clone(),
        (Some((rows, _)), Some((_, columns))) => match (rows, columns) {
            (Dim::Literal(1), Dim::Literal(1)) => Sort::Real,
            (rows, Dim::Literal(1)) => Sort::Vector(rows),
            (Dim::Literal(1), columns) => Sort::Row(columns),
            (rows, columns) => Sort::Matrix(rows, columns),
        },
    }
}

/// Nested sums and products as the parser builds them: one flat list of operands, left to right.
pub(crate) fn flat(e: Expr) -> Expr {
    let e = super::walk::map_children(&e, &mut |child| flat(child.clone()));
    let kind = match &*e.kind {
        Kind::Add(terms) => Kind::Add(leading(terms, |k| if let Kind::Add(t) = k { Some(t) } else { None })),
        Kind::Mul(factors) => Kind::Mul(leading(factors, |k| if let Kind::Mul(t) = k { Some(t) } else { None })),
        _ => return e,
    };
    Expr::new(kind, e.sort.clone(), e.span)
}

fn leading(operands: &[Expr], inner: impl Fn(&Kind) -> Option<&Vec<Expr>>) -> Vec<Expr> {
    match inner(&operands[0].kind) {
        Some(first) => first.iter().chain(&operands[1..]).cloned().collect(),
        None => operands.to_vec(),
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, |$a:ident, $b:ident| $body:expr) => {
        impl $trait<Expr> for Expr {
            type Output = Expr;
            fn $method(self, other: Expr) -> Expr {
                let ($a, $b) = (self, other);
                $body
            }
        }
        impl $trait<&Expr> for Expr {
            type Output = Expr;
            fn $method(self, other: &Expr) -> Expr {
                $trait::$method(self, other.clone())
            }
        }
        impl $trait<Expr> for &Expr {
            type Output = Expr;
            fn $method(self, other: Expr) -> Expr {
                $trait::$method(self.clone(), other)
            }
        }
        impl $trait<&Expr> for &Expr {
            type Output = Expr;
            fn $method(self, other: &Expr) -> Expr {
                $trait::$method(self.clone(), other.clone())
            }
        }
    };
}

fn sum_sort(a: &Sort, b: &Sort) -> Sort {
    if a.is_scalar() { scalar_sort(a, b) } else { a.clone() }
}

operator!(Add, add, |a, b| {
    let sort = sum_sort(&a.sort, &b.sort);
    Expr::new(Kind::Add(vec![a, b]), sort, x_span())
});
operator!(Sub, sub, |a, b| a + -b);
operator!(Mul, mul, |a, b| {
    let sort = product_sort(&a.sort, &b.sort);
    Expr::new(Kind::Mul(vec![a, b]), sort, x_span())
});
operator!(Div, div, |a, b| {
    let sort = if a.sort.is_scalar() { Sort::Real } else { a.sort.clone() };
    Expr::new(Kind::Div(a, b), sort, x_span())
});

impl Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        let sort = self.sort.clone();
        Expr::new(Kind::Neg(self), sort, x_span())
    }
}
