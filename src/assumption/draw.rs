//! Values of one symbol: exact rationals in its domain.

use super::{Point, Style, length};
use crate::eval::Value;
use crate::expr::Sort;
use crate::expr::declaration::{Declaration, Domain};
use crate::numeric::Rational;
use crate::random::Stream;
use nalgebra::DMatrix;
use rand::RngExt;

/// Whether a size lies in the domain of a dimension.
pub(super) fn admits(domain: &Domain, size: usize) -> bool {
    match domain {
        Domain::Interval { lower, upper } => inside(&Rational::from(size), lower.as_ref(), upper.as_ref()),
        _ => true,
    }
}

/// Whether a scalar lies in a domain.
pub(super) fn contains(domain: &Domain, x: &Rational) -> bool {
    match domain {
        Domain::Interval { lower, upper } => inside(x, lower.as_ref(), upper.as_ref()),
        Domain::Signs | Domain::Orthogonal => *x == Rational::ONE || *x == Rational::NEG_ONE,
        Domain::PositiveDefinite | Domain::PositiveEntries => *x > Rational::ZERO,
        Domain::All | Domain::Symmetric => true,
        // Of functions, which no number is.
        Domain::Density(_)
        | Domain::Mass(_)
        | Domain::Smooth
        | Domain::Decaying
        | Domain::Confining
        | Domain::Process(_) => false,
    }
}

type Bound<'a> = Option<&'a (Rational, bool)>;

fn inside(x: &Rational, lower: Bound<'_>, upper: Bound<'_>) -> bool {
    lower.is_none_or(|(b, closed)| x > b || (*closed && x == b))
        && upper.is_none_or(|(b, closed)| x < b || (*closed && x == b))
}

/// A value for a declared symbol at a point whose sizes are set; `None` if the domain has no such value.
pub(super) fn value(
    declaration: &Declaration,
    point: &Point,
    style: Style,
    tie: Option<&Rational>,
    stream: &mut Stream,
) -> Option<Value<Rational>> {
    let sort = declaration.symbol.sort();
    if let Some((rows, columns)) = sort.shape() {
        let (rows, columns) = (length(&rows, point)?, length(&columns, point)?);
        return array(&declaration.domain, rows, columns, style, stream).map(Value::Array);
    }
    match sort {
        Sort::Index(dim) => {
            let size = length(dim, point)?;
            (size > 0).then(|| Value::Scalar(Rational::from(stream.random_range(1..=size))))
        }
        Sort::Set(members) => match &**members {
            // An interval.
            Sort::Real => {
                let lower = scalar_value(style, stream);
                let upper = &lower + positive(style, stream);
                Some(Value::vector(vec![lower, upper]))
            }
            Sort::Index(dim) => Some(subset(length(dim, point)?, style, stream)),
            _ => None,
        },
        Sort::Integer => whole(&declaration.domain, style, stream).map(Value::Scalar),
        Sort::Real => scalar(&declaration.domain, style, tie, stream).map(Value::Scalar),
        _ => None,
    }
}

/// A set of indices as the vector of its indicator; nothing and everything are edges.
fn subset(size: usize, style: Style, stream: &mut Stream) -> Value<Rational> {
    let edge = matches!(style, Style::Special(_) | Style::Edge).then(|| stream.random::<bool>());
    let entry = |stream: &mut Stream| edge.unwrap_or_else(|| stream.random::<bool>());
    Value::vector((0..size).map(|_| Rational::from(i64::from(entry(stream)))).collect())
}

pub(super) fn ratio(numerator: i64, denominator: u64) -> Rational {
    Rational::from_parts(numerator.into(), denominator.into())
}

/// 0, 1, −1, ½, 2 in turn.
pub(super) fn special(rank: usize) -> Rational {
    [ratio(0, 1), ratio(1, 1), ratio(-1, 1), ratio(1, 2), ratio(2, 1)][rank % 5].clone()
}

fn sum(terms: impl Iterator<Item = Rational>) -> Rational {
    terms.fold(Rational::ZERO, |sum, term| sum + term)
}

fn sign(stream: &mut Stream) -> Rational {
    Rational::from(if stream.random::<bool>() { 1 } else { -1 })
}

/// A positive number of the asked kind.
fn positive(style: Style, stream: &mut Stream) -> Rational {
    match style {
        Style::Special(_) | Style::Edge => {
            [ratio(1, 1), ratio(1, 2), ratio(2, 1), ratio(1, 4), ratio(3, 1)][stream.random_range(0..5)].clone()
        }
        Style::Whole => ratio(stream.random_range(1..=6), 1),
        Style::Tie | Style::Moderate => ratio(stream.random_range(1..=64), 16),
        Style::Small => ratio(stream.random_range(1..=31), 1 << stream.random_range(6..=12_u32)),
        Style::Large => ratio(stream.random_range(24..=200), 4),
        Style::Generic => ratio(stream.random_range(50..=3000), 997),
        Style::Field => Rational::from(stream.random_range(1..1_u64 << 60)),
    }
}

/// A number of the asked kind, of either sign.
pub(super) fn scalar_value(style: Style, stream: &mut Stream) -> Rational {
    if style == Style::Edge && stream.random_range(0..4) == 0 {
        return Rational::ZERO;
    }
    sign(stream) * positive(style, stream)
}

fn scalar(domain: &Domain, style: Style, tie: Option<&Rational>, stream: &mut Stream) -> Option<Rational> {
    match domain {
        Domain::Signs => Some(sign(stream)),
        Domain::PositiveDefinite | Domain::PositiveEntries => Some(positive(style, stream)),
        Domain::Orthogonal => Some(sign(stream)),
        Domain::All | Domain::Symmetric => Some(tie.cloned().unwrap_or_else(|| scalar_value(style, stream))),
        Domain::Interval { lower, upper } => {
            let (lower, upper) = (lower.as_ref(), upper.as_ref());
            // The same number for as many symbols as admit it or its negative.
            if let Some(tie) = tie
                && let Some(x) = [tie.clone(), -tie.clone()].into_iter().find(|x| inside(x, lower, upper))
            {
                return Some(x);
            }
            interval(lower, upper, style, stream)
        }
        Domain::Density(_)
        | Domain::Mass(_)
        | Domain::Smooth
        | Domain::Decaying
        | Domain::Confining
        | Domain::Process(_) => None,
    }
}

fn interval(lower: Bound<'_>, upper: Bound<'_>, style: Style, stream: &mut Stream) -> Option<Rational> {
    match (lower, upper) {
        (None, None) => Some(scalar_value(style, stream)),
        (Some((bound, closed)), None) => {
            let on_bound = style == Style::Edge && *closed && stream.random_range(0..3) == 0;
            Some(if on_bound { bound.clone() } else { bound + positive(style, stream) })
        }
        (None, Some((bound, closed))) => {
            let on_bound = style == Style::Edge && *closed && stream.random_range(0..3) == 0;
            Some(if on_bound { bound.clone() } else { bound - positive(style, stream) })
        }
        (Some((low, low_closed)), Some((high, high_closed))) => {
            if low > high || (low == high && !(*low_closed && *high_closed)) {
                return None;
            }
            let width = high - low;
            let fraction = match style {
                Style::Special(_) | Style::Edge => match stream.random_range(0..4) {
                    0 if *low_closed => Rational::ZERO,
                    1 if *high_closed => Rational::ONE,
                    2 => ratio(1, 256),
                    3 => ratio(255, 256),
                    _ => ratio(1, 2),
                },
                Style::Whole => ratio(stream.random_range(1..=3), 4),
                Style::Small => ratio(stream.random_range(1..=15), 1 << stream.random_range(6..=12_u32)),
                Style::Large => {
                    Rational::ONE - ratio(stream.random_range(1..=15), 1 << stream.random_range(6..=12_u32))
                }
                Style::Tie | Style::Moderate => ratio(stream.random_range(1..=15), 16),
                Style::Generic => ratio(stream.random_range(1..=996), 997),
                Style::Field => ratio(stream.random_range(1..(1_i64 << 60)), 1 << 60),
            };
            Some(low + width * fraction)
        }
    }
}

/// The first whole numbers from each finite end of a range inward.
pub(super) fn ends<const N: usize>(declaration: &Declaration) -> Vec<[Rational; N]> {
    let Domain::Interval { lower, upper } = &declaration.domain else { return Vec::new() };
    if *declaration.symbol.sort() != Sort::Integer {
        return Vec::new();
    }
    let step = |k: usize| Rational::from(k);
    let low = lower.as_ref().map(|(b, closed)| Rational::from(if *closed { b.ceil() } else { b.floor() + 1 }));
    let high = upper.as_ref().map(|(b, closed)| Rational::from(if *closed { b.floor() } else { b.ceil() - 1 }));
    let inside = |n: &Rational| contains(&declaration.domain, n);
    let from_low = low.map(|n| std::array::from_fn(|k| &n + step(k)));
    let from_high = high.map(|n| std::array::from_fn(|k| &n - step(k)));
    let ends = from_low.into_iter().chain(from_high);
    // A range that is shorter than that ends where it ends.
    ends.map(|end: [Rational; N]| end.clone().map(|n| if inside(&n) { n } else { end[0].clone() }))
        .filter(|end| inside(&end[0]))
        .collect()
}

fn whole(domain: &Domain, style: Style, stream: &mut Stream) -> Option<Rational> {
    if matches!(domain, Domain::Signs | Domain::Orthogonal) {
        return Some(sign(stream));
    }
    let none = (None, None);
    let (lower, upper) = match domain {
        Domain::Interval { lower, upper } => (lower.as_ref(), upper.as_ref()),
        _ => none,
    };
    let positive_only = matches!(domain, Domain::PositiveEntries | Domain::PositiveDefinite);
    let lowest = lower.map(|(b, closed)| if *closed { b.ceil() } else { b.floor() + 1 });
    let highest = upper.map(|(b, closed)| if *closed { b.floor() } else { b.ceil() - 1 });
    let step: i64 = match style {
        Style::Special(_) | Style::Edge => stream.random_range(0..=1),
        Style::Whole | Style::Small => stream.random_range(0..=4),
        Style::Tie | Style::Moderate | Style::Generic => stream.random_range(0..=9),
        Style::Large => stream.random_range(10..=40),
        Style::Field => stream.random_range(0..=7),
    };
    let n = match (lowest, highest) {
        (Some(low), Some(high)) => {
            if low > high {
                return None;
            }
            let span = i64::try_from(&high - &low).unwrap_or(i64::MAX).min(60);
            // From either end.
            let step = step.min(span);
            if stream.random::<bool>() { low + step } else { high - step }
        }
        (Some(low), None) => low + step,
        (None, Some(high)) => high - step,
        (None, None) if positive_only => (step + 1).into(),
        (None, None) => (if stream.random::<bool>() { step } else { -step }).into(),
    };
    Some(Rational::from(n))
}

fn array(domain: &Domain, rows: usize, columns: usize, style: Style, stream: &mut Stream) -> Option<DMatrix<Rational>> {
    let entry = |stream: &mut Stream| match style {
        // Entries of one matrix on one scale, and zeros among them.
        Style::Tie => ratio(stream.random_range(-4..=4), 2),
        Style::Special(_) => ratio(stream.random_range(-1..=1), 1),
        _ => scalar_value(style, stream),
    };
    let square = rows == columns;
    let free = |stream: &mut Stream| DMatrix::from_fn(rows, columns, |_, _| entry(stream));
    Some(match domain {
        Domain::All => free(stream),
        Domain::Interval { lower, upper } => {
            let mut entries = Vec::with_capacity(rows * columns);
            for _ in 0..rows * columns {
                entries.push(interval(lower.as_ref(), upper.as_ref(), style, stream)?);
            }
            DMatrix::from_vec(rows, columns, entries)
        }
        Domain::Signs => DMatrix::from_fn(rows, columns, |_, _| sign(stream)),
        Domain::PositiveEntries => DMatrix::from_fn(rows, columns, |_, _| positive(style, stream)),
        Domain::Symmetric if square => {
            let m = free(stream);
            DMatrix::from_fn(rows, rows, |i, j| &m[(i, j)] + &m[(j, i)])
        }
        Domain::PositiveDefinite if square => positive_definite(rows, style, stream),
        Domain::Orthogonal if square => orthogonal(rows, style, stream),
        _ => return None,
    })
}

/// AAᵀ + δI; at an edge a diagonal matrix, often with repeated eigenvalues.
fn positive_definite(d: usize, style: Style, stream: &mut Stream) -> DMatrix<Rational> {
    if matches!(style, Style::Special(_) | Style::Edge) {
        let values: Vec<Rational> = (0..d).map(|_| positive(Style::Edge, stream)).collect();
        let scalar_matrix = stream.random::<bool>();
        return DMatrix::from_fn(d, d, |i, j| match (i == j, scalar_matrix) {
            (true, true) => values[0].clone(),
            (true, false) => values[i].clone(),
            (false, _) => Rational::ZERO,
        });
    }
    let factor = DMatrix::from_fn(d, d, |_, _| match style {
        Style::Field => scalar_value(style, stream),
        Style::Generic => ratio(stream.random_range(-1500..=1500), 997),
        _ => ratio(stream.random_range(-4..=4), 2),
    });
    let scale = match style {
        Style::Small => ratio(1, 64),
        Style::Large => ratio(16, 1),
        _ => Rational::ONE,
    };
    let shift = if style == Style::Field { Rational::ZERO } else { ratio(stream.random_range(1..=8), 8) };
    DMatrix::from_fn(d, d, |i, j| {
        let product = sum((0..d).map(|k| &factor[(i, k)] * &factor[(j, k)]));
        let diagonal = if i == j { shift.clone() } else { Rational::ZERO };
        (product + diagonal) * &scale
    })
}

/// A product of d or d − 1 reflections I − 2vvᵀ/vᵀv, so both determinants occur; at an edge a diagonal of signs.
fn orthogonal(d: usize, style: Style, stream: &mut Stream) -> DMatrix<Rational> {
    let identity = |i: usize, j: usize| if i == j { Rational::ONE } else { Rational::ZERO };
    if matches!(style, Style::Special(_) | Style::Edge) {
        return DMatrix::from_fn(d, d, |i, j| identity(i, j) * sign(stream));
    }
    let reflections = if d > 1 && stream.random::<bool>() { d - 1 } else { d };
    let mut q = DMatrix::from_fn(d, d, identity);
    for _ in 0..reflections {
        let v: Vec<Rational> = (0..d)
            .map(|_| {
                if style == Style::Field { scalar_value(style, stream) } else { ratio(stream.random_range(-3..=3), 1) }
            })
            .collect();
        let norm = sum(v.iter().map(|x| x * x));
        if norm.is_zero() {
            continue;
        }
        for column in 0..d {
            let along = sum((0..d).map(|k| &v[k] * &q[(k, column)]));
            let factor = along * Rational::from(2) / &norm;
            for row in 0..d {
                let entry = &q[(row, column)] - &factor * &v[row];
                q[(row, column)] = entry;
            }
        }
    }
    q
}
