//! Values of one symbol in the prime field: free indeterminates, tied only as the domain ties them.

use super::{Point, Style, draw, length};
use crate::eval::Value;
use crate::expr::Sort;
use crate::expr::declaration::{Declaration, Domain};
use crate::numeric::exact::{Element, ExactField};
use crate::numeric::{Arithmetic, Rational};
use crate::random::Stream;
use nalgebra::DMatrix;

/// Whether every value of a domain is positive or zero.
fn not_negative(domain: &Domain) -> bool {
    match domain {
        Domain::Interval { lower: Some((bound, _)), .. } => *bound >= Rational::ZERO,
        Domain::PositiveDefinite | Domain::PositiveEntries => true,
        _ => false,
    }
}

/// Whether every value of a domain is negative or zero.
fn not_positive(domain: &Domain) -> bool {
    matches!(domain, Domain::Interval { upper: Some((bound, _)), .. } if *bound <= Rational::ZERO)
}

/// A value at given sizes. Whole numbers are indeterminates unless `concrete`; signs, indices, sets of them and orthogonal
/// matrices are drawn as rationals.
pub(super) fn value(
    declaration: &Declaration,
    sizes: &Point,
    field: &ExactField,
    concrete: bool,
    stream: &mut Stream,
) -> Option<Value<Element>> {
    let domain = &declaration.domain;
    let sort = declaration.symbol.sort();
    let whole = *sort == Sort::Integer && concrete;
    let drawn = matches!(domain, Domain::Signs | Domain::Orthogonal) || matches!(sort, Sort::Index(_) | Sort::Set(_));
    if drawn || whole {
        let rational = draw::value(declaration, sizes, Style::Field, None, stream)?;
        return Some(rational.map(|x| field.rational(x)));
    }
    let one = || {
        if not_positive(domain) { field.neg(&field.variable(true)) } else { field.variable(not_negative(domain)) }
    };
    let Some((rows, columns)) = sort.shape() else { return sort.is_scalar().then(|| Value::Scalar(one())) };
    let (rows, columns) = (length(&rows, sizes)?, length(&columns, sizes)?);
    if !matches!(domain, Domain::Symmetric | Domain::PositiveDefinite) {
        return Some(Value::Array(DMatrix::from_fn(rows, columns, |_, _| one())));
    }
    if rows != columns {
        return None;
    }
    // Definite matrices are dense in the symmetric ones; only their diagonal has a sign.
    let definite = matches!(domain, Domain::PositiveDefinite);
    let upper = DMatrix::from_fn(rows, rows, |i, j| field.variable(definite && i == j));
    Some(Value::Array(DMatrix::from_fn(rows, rows, |i, j| upper[(i.min(j), i.max(j))].clone())))
}
