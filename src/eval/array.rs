//! Operations on scalars and arrays, with their shapes checked.

use super::Value;
use crate::numeric::{Arithmetic, Function, Rational, Undefined};
use nalgebra::DMatrix;

/// Determinants up to this size can be expanded without a division.
const MAX_EXPANDED: usize = 8;

pub(super) type Matrix<A> = DMatrix<<A as Arithmetic>::Number>;
type Result<T> = std::result::Result<T, Undefined>;

pub(super) fn zero<A: Arithmetic>(a: &A) -> A::Number {
    a.rational(&Rational::ZERO)
}

pub(super) fn one<A: Arithmetic>(a: &A) -> A::Number {
    a.rational(&Rational::ONE)
}

fn mismatch<T>(what: &str, x: (usize, usize), y: (usize, usize)) -> Result<T> {
    Err(Undefined::Shape(format!("{what} of {} × {} and {} × {}", x.0, x.1, y.0, y.1)))
}

/// Entry by entry; a number beside an array is refused unless `broadcast`.
pub(super) fn zip<A: Arithmetic>(
    x: &Value<A::Number>,
    y: &Value<A::Number>,
    what: &str,
    broadcast: bool,
    mut f: impl FnMut(&A::Number, &A::Number) -> Result<A::Number>,
) -> Result<Value<A::Number>> {
    match (x, y) {
        (Value::Array(x), Value::Array(y)) if x.shape() == y.shape() => {
            let entries = x.iter().zip(y.iter()).map(|(p, q)| f(p, q)).collect::<Result<Vec<_>>>()?;
            Ok(Value::Array(DMatrix::from_vec(x.nrows(), x.ncols(), entries)))
        }
        (Value::Array(array), Value::Scalar(number)) if broadcast => {
            let entries = array.iter().map(|p| f(p, number)).collect::<Result<Vec<_>>>()?;
            Ok(Value::Array(DMatrix::from_vec(array.nrows(), array.ncols(), entries)))
        }
        (Value::Scalar(number), Value::Array(array)) if broadcast => {
            let entries = array.iter().map(|q| f(number, q)).collect::<Result<Vec<_>>>()?;
            Ok(Value::Array(DMatrix::from_vec(array.nrows(), array.ncols(), entries)))
        }
        _ => match (x.as_scalar(), y.as_scalar()) {
            (Some(x), Some(y)) => f(x, y).map(Value::Scalar),
            _ => mismatch(what, x.shape(), y.shape()),
        },
    }
}

pub(super) fn add<A: Arithmetic>(a: &A, x: &Value<A::Number>, y: &Value<A::Number>) -> Result<Value<A::Number>> {
    zip::<A>(x, y, "a sum", false, |p, q| Ok(a.add(p, q)))
}

pub(super) fn scale<A: Arithmetic>(a: &A, factor: &A::Number, x: &Value<A::Number>) -> Value<A::Number> {
    x.map(|entry| a.mul(factor, entry))
}

pub(super) fn mul<A: Arithmetic>(a: &A, x: &Value<A::Number>, y: &Value<A::Number>) -> Result<Value<A::Number>> {
    match (x, y) {
        (Value::Scalar(factor), other) | (other, Value::Scalar(factor)) => Ok(scale(a, factor, other)),
        (Value::Array(p), Value::Array(q)) if p.ncols() == q.nrows() => Ok(Value::Array(product(a, p, q))),
        // An inner product in the middle of a chain acts as a number.
        (Value::Array(p), Value::Array(q)) => match (x.as_scalar(), y.as_scalar()) {
            (Some(factor), _) => Ok(scale(a, factor, y)),
            (_, Some(factor)) => Ok(scale(a, factor, x)),
            _ => mismatch("a product", p.shape(), q.shape()),
        },
    }
}

pub(super) fn product<A: Arithmetic>(a: &A, p: &Matrix<A>, q: &Matrix<A>) -> Matrix<A> {
    DMatrix::from_fn(p.nrows(), q.ncols(), |i, j| {
        let mut terms = (0..p.ncols()).map(|k| a.mul(&p[(i, k)], &q[(k, j)]));
        let first = terms.next().unwrap_or_else(|| zero(a));
        terms.fold(first, |sum, term| a.add(&sum, &term))
    })
}

pub(super) fn identity<A: Arithmetic>(a: &A, d: usize) -> Matrix<A> {
    DMatrix::from_fn(d, d, |i, j| if i == j { one(a) } else { zero(a) })
}

pub(super) fn square(m: &DMatrix<impl Clone>, what: &str) -> Result<usize> {
    if m.nrows() == m.ncols() {
        Ok(m.nrows())
    } else {
        Err(Undefined::Shape(format!("{what} of a {} × {} matrix", m.nrows(), m.ncols())))
    }
}

pub(super) fn power<A: Arithmetic>(a: &A, m: &Matrix<A>, exponent: i64) -> Result<Matrix<A>> {
    let d = square(m, "a power")?;
    let mut square = if exponent < 0 { inverse(a, m)? } else { m.clone() };
    let (mut result, mut rest) = (identity(a, d), exponent.unsigned_abs());
    while rest > 0 {
        if rest & 1 == 1 {
            result = product(a, &result, &square);
        }
        rest >>= 1;
        if rest > 0 {
            square = product(a, &square, &square);
        }
    }
    Ok(result)
}

pub(super) fn trace<A: Arithmetic>(a: &A, m: &Matrix<A>) -> Result<A::Number> {
    let d = square(m, "the trace")?;
    Ok((0..d).fold(zero(a), |sum, i| a.add(&sum, &m[(i, i)])))
}

/// Moves the best pivot of a column to the diagonal; returns its reciprocal and whether rows were swapped.
///
/// The best is the largest by its approximate value; without approximations (prime field) the first that has a reciprocal.
fn pivot<A: Arithmetic>(a: &A, m: &mut Matrix<A>, column: usize) -> Result<(A::Number, usize)> {
    let magnitude = |m: &Matrix<A>, i: usize| {
        let x = a.approximate(&m[(i, column)]).abs();
        if x.is_nan() { 0.0 } else { x }
    };
    let mut rows: Vec<usize> = (column..m.nrows()).collect();
    rows.sort_by(|i, j| magnitude(m, *j).total_cmp(&magnitude(m, *i)));
    let mut failure = Undefined::Domain("the inverse of a singular matrix");
    for row in rows {
        match a.div(&one(a), &m[(row, column)]) {
            Ok(reciprocal) => {
                m.swap_rows(column, row);
                return Ok((reciprocal, row));
            }
            // A pivot that may be zero leaves the question open; one that is zero does not.
            Err(Undefined::Domain(_)) => {}
            Err(other) => failure = other,
        }
    }
    Err(failure)
}

/// Subtracts `factor` times row `from` from row `to`, in columns `start..`.
fn eliminate<A: Arithmetic>(a: &A, m: &mut Matrix<A>, from: usize, to: usize, factor: &A::Number, start: usize) {
    for k in start..m.ncols() {
        let entry = a.sub(&m[(to, k)], &a.mul(factor, &m[(from, k)]));
        m[(to, k)] = entry;
    }
}

/// The inverse by Gauss–Jordan elimination with row pivots.
pub(super) fn inverse<A: Arithmetic>(a: &A, m: &Matrix<A>) -> Result<Matrix<A>> {
    let d = square(m, "the inverse")?;
    let mut work = m.clone();
    let mut result = identity(a, d);
    for column in 0..d {
        let (reciprocal, row) = pivot(a, &mut work, column)?;
        result.swap_rows(column, row);
        for k in 0..d {
            work[(column, k)] = a.mul(&reciprocal, &work[(column, k)]);
            result[(column, k)] = a.mul(&reciprocal, &result[(column, k)]);
        }
        for i in (0..d).filter(|i| *i != column) {
            let factor = work[(i, column)].clone();
            eliminate(a, &mut work, column, i, &factor, column);
            eliminate(a, &mut result, column, i, &factor, 0);
        }
    }
    Ok(result)
}

/// The determinant by elimination; where no pivot is safely non-zero, by expansion without divisions.
pub(super) fn determinant<A: Arithmetic>(a: &A, m: &Matrix<A>) -> Result<A::Number> {
    let d = square(m, "the determinant")?;
    let mut work = m.clone();
    let mut result = one(a);
    for column in 0..d {
        let (reciprocal, row) = match pivot(a, &mut work, column) {
            Ok(found) => found,
            Err(_) if d <= MAX_EXPANDED => return Ok(expanded_determinant(a, m)),
            Err(Undefined::Domain(_)) => return Ok(zero(a)),
            Err(other) => return Err(other),
        };
        if row != column {
            result = a.neg(&result);
        }
        result = a.mul(&result, &work[(column, column)]);
        for i in column + 1..d {
            let factor = a.mul(&reciprocal, &work[(i, column)]);
            eliminate(a, &mut work, column, i, &factor, column);
        }
    }
    Ok(result)
}

/// Laplace expansion along rows: the minor of the last rows over each set of columns, built up from the empty set.
fn expanded_determinant<A: Arithmetic>(a: &A, m: &Matrix<A>) -> A::Number {
    let d = m.nrows();
    let mut minors = vec![one(a); 1 << d];
    for set in 1usize..1 << d {
        let row = d - set.count_ones() as usize;
        let mut sum = zero(a);
        let mut positive = true;
        for column in (0..d).filter(|c| set >> c & 1 == 1) {
            let term = a.mul(&m[(row, column)], &minors[set & !(1 << column)]);
            sum = if positive { a.add(&sum, &term) } else { a.sub(&sum, &term) };
            positive = !positive;
        }
        minors[set] = sum;
    }
    minors.pop().expect("there is at least the empty minor")
}

/// Σ of squared entries.
pub(super) fn norm_squared<A: Arithmetic>(a: &A, x: &Value<A::Number>) -> A::Number {
    // A square by powi is known to be non-negative to an enclosure; a product of two unknowns is not.
    let squares = x.entries().iter().map(|e| a.powi(e, 2).unwrap_or_else(|_| a.mul(e, e)));
    squares.fold(zero(a), |sum, square| a.add(&sum, &square))
}

/// The Euclidean or Frobenius norm; the absolute value of a number.
pub(super) fn norm<A: Arithmetic>(a: &A, x: &Value<A::Number>) -> Result<A::Number> {
    match x {
        Value::Scalar(x) => a.function(Function::Abs, std::slice::from_ref(x)),
        Value::Array(_) => a.function(Function::Sqrt, &[norm_squared(a, x)]),
    }
}

/// Σ of products of entries of two vectors, whether column or row.
pub(super) fn dot<A: Arithmetic>(a: &A, x: &Value<A::Number>, y: &Value<A::Number>) -> Result<A::Number> {
    let ((r, c), (s, t)) = (x.shape(), y.shape());
    if (r != 1 && c != 1) || (s != 1 && t != 1) || r * c != s * t {
        return mismatch("an inner product", x.shape(), y.shape());
    }
    let terms = x.entries().iter().zip(y.entries()).map(|(p, q)| a.mul(p, q));
    Ok(terms.fold(zero(a), |sum, term| a.add(&sum, &term)))
}

pub(super) fn transpose<N: Clone + PartialEq + std::fmt::Debug + 'static>(x: &Value<N>) -> Value<N> {
    match x {
        Value::Scalar(x) => Value::Scalar(x.clone()),
        Value::Array(m) => Value::Array(m.transpose()),
    }
}

/// The diagonal matrix of a vector.
pub(super) fn diagonal_matrix<A: Arithmetic>(a: &A, x: &Value<A::Number>) -> Matrix<A> {
    let entries = x.entries();
    DMatrix::from_fn(entries.len(), entries.len(), |i, j| if i == j { entries[i].clone() } else { zero(a) })
}

/// The diagonal of a square matrix.
pub(super) fn diagonal_of<N: Clone + PartialEq + std::fmt::Debug + 'static>(x: &Value<N>) -> Result<Value<N>> {
    match x {
        Value::Scalar(x) => Ok(Value::Scalar(x.clone())),
        Value::Array(m) => {
            let d = square(m, "the diagonal")?;
            Ok(Value::vector((0..d).map(|i| m[(i, i)].clone()).collect()))
        }
    }
}

/// The eigenvalues of a matrix that is symmetric (to 10⁻⁹ of its largest entry, where numbers have approximations).
pub(super) fn eigenvalues<A: Arithmetic>(a: &A, m: &Matrix<A>) -> Result<Vec<A::Number>> {
    let d = square(m, "the eigenvalues")?;
    let value = |i, j| a.approximate(&m[(i, j)]);
    let scale = (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).fold(0.0, |s: f64, (i, j)| s.max(value(i, j).abs()));
    for i in 0..d {
        for j in 0..i {
            if (value(i, j) - value(j, i)).abs() > 1e-9 * scale {
                return Err(Undefined::Domain("the eigenvalue list of a matrix that is not symmetric"));
            }
        }
    }
    let rows: Vec<A::Number> = (0..d).flat_map(|i| (0..d).map(move |j| (i, j))).map(|at| m[at].clone()).collect();
    a.symmetric_eigenvalues(&rows, d)
}
