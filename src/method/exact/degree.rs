//! A bound on the total degree of a difference of matrix expressions, from its form.
//!
//! The field bounds degrees operation by operation, which grows exponentially in an elimination. Here a matrix is a matrix
//! of polynomials over one common denominator, so that an inverse is an adjugate over a determinant (Cramer).

use crate::assumption::{Point, length};
use crate::claim::{Declaration, Domain, Role};
use crate::expr::{ArrayFunction, Expr, Kind, Sort, walk};

/// Degree of an indeterminate: a positive one is a power of a free generator (see the prime field).
const LETTER: f64 = 1.5e6;
/// Half of the least prime.
const HALF_PRIME: f64 = 2.0e18;

/// Decimal logarithm of the probability that two sides of different form agree at a random point; `None` where the form
/// has anything but sums, products, quotients, inverses, traces and determinants of free letters.
pub(super) fn log10_error(sides: [&Expr; 2], sizes: &Point, declarations: &[Declaration]) -> Option<f64> {
    let (a, b) = (degree(sides[0], sizes, declarations)?, degree(sides[1], sizes, declarations)?);
    let total = (a.0 + b.1).max(a.1 + b.0).max(1.0) * LETTER;
    Some((total / HALF_PRIME).min(1.0).log10())
}

/// Degrees of numerator and common denominator, in letters.
fn degree(e: &Expr, sizes: &Point, declarations: &[Declaration]) -> Option<(f64, f64)> {
    let of = |e: &Expr| degree(e, sizes, declarations);
    let plus = |a: (f64, f64), b: (f64, f64)| ((a.0 + b.1).max(a.1 + b.0), a.1 + b.1);
    let times = |a: (f64, f64), b: (f64, f64)| (a.0 + b.0, a.1 + b.1);
    let product = |operands: &[Expr]| operands.iter().try_fold((0.0, 0.0), |product, a| Some(times(product, of(a)?)));
    let side = |e: &Expr| match &e.sort {
        Sort::Matrix(n, _) => length(n, sizes).map(|n| n as f64),
        _ => None,
    };
    let inverted = |e: &Expr| {
        let ((n, q), d) = (of(e)?, side(e)?);
        Some((q + (d - 1.0) * n, d * n))
    };
    match &*e.kind {
        Kind::Number(_) | Kind::Identity(_) => Some((0.0, 0.0)),
        Kind::Constant(_) => Some((1.0, 0.0)),
        Kind::Symbol(s) => {
            let declaration = declarations.iter().find(|d| d.symbol == *s)?;
            let free = matches!(
                declaration.domain,
                Domain::All
                    | Domain::Interval { .. }
                    | Domain::Symmetric
                    | Domain::PositiveDefinite
                    | Domain::PositiveEntries
            ) && matches!(s.sort(), Sort::Real | Sort::Vector(_) | Sort::Row(_) | Sort::Matrix(..));
            match declaration.role {
                Role::Variable if free => Some((1.0, 0.0)),
                Role::Dimension => Some((0.0, 0.0)),
                _ => None,
            }
        }
        Kind::Add(operands) => {
            let mut terms = operands.iter().map(of);
            let first = terms.next()??;
            terms.try_fold(first, |sum, a| Some(plus(sum, a?)))
        }
        Kind::Neg(a) => of(a),
        Kind::Mul(operands) => product(operands),
        Kind::Div(a, b) => {
            let b = of(b)?;
            Some(times(of(a)?, (b.1, b.0)))
        }
        Kind::Pow(base, exponent) => {
            let n: i64 = i64::try_from(exponent.as_number().filter(|n| n.is_int())?.numerator().clone()).ok()?;
            let size = n.unsigned_abs() as f64;
            let base = match (n >= 0, base.sort.is_scalar()) {
                (true, _) => of(base)?,
                (false, true) => of(base).map(|(n, q)| (q, n))?,
                (false, false) => inverted(base)?,
            };
            Some((base.0 * size, base.1 * size))
        }
        Kind::Array(function, operands) => match function {
            ArrayFunction::Transpose | ArrayFunction::Trace => of(&operands[0]),
            ArrayFunction::Inverse => inverted(&operands[0]),
            ArrayFunction::Determinant => {
                let ((n, q), d) = (of(&operands[0])?, side(&operands[0])?);
                Some((d * n, d * q))
            }
            ArrayFunction::NormSquared => of(&operands[0]).map(|(n, q)| (2.0 * n, 2.0 * q)),
            ArrayFunction::Dot | ArrayFunction::Outer => product(operands),
            _ => None,
        },
        Kind::Component(a, indices) => {
            let fixed = indices.iter().all(|i| walk::free_symbols(i).is_empty());
            fixed.then(|| of(a)).flatten()
        }
        _ => None,
    }
}
