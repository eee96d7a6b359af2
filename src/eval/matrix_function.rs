//! Functions of a square matrix as a whole: its exponential, its logarithm, its real powers.

use super::Value;
use super::array::{Matrix, identity, norm_squared, product, square};
use crate::linalg::{Mat, SymmetricEigen, from_spectrum, symmetric_eigen};
use crate::numeric::{Arithmetic, Rational, Undefined};
use nalgebra::DMatrix;
use std::cmp::Ordering;

type Result<T> = std::result::Result<T, Undefined>;

/// Terms of the series of the exponential of a matrix of norm at most 1/2.
const TERMS: i64 = 40;
/// More than what is left of that series, 2·2⁻⁴¹/41! < 3·10⁻⁶², and of its derivatives by parameters of moderate slope.
const REMAINDER: f64 = 1e-55;
/// Matrices of a norm beyond 2 to this power have no exponential here.
const MOST_HALVINGS: isize = 12;

/// e^A by scaling and squaring: the series of A/2ˢ with ‖A/2ˢ‖ ≤ 1/2, widened by its remainder, squared s times.
///
/// # Errors
/// [`Undefined::Unsupported`] in arithmetics without an order; [`Undefined::NonFinite`] for a matrix that is too large.
pub(super) fn exponential<A: Arithmetic>(a: &A, m: &Matrix<A>) -> Result<Matrix<A>> {
    let d = square(m, "the exponential")?;
    let size = norm_squared(a, &Value::Array(m.clone()));
    let within = |s: isize| {
        let bound = Rational::from(4).pow(s) / Rational::from(4);
        a.compare(&size, &a.rational(&bound)) == Some(Ordering::Less)
    };
    if a.approximate(&size).is_nan() {
        return Err(Undefined::unsupported("the exponential of a matrix"));
    }
    let halvings = (0..=MOST_HALVINGS).find(|s| within(*s)).ok_or(Undefined::NonFinite)?;
    let scale = a.rational(&(Rational::ONE / Rational::from(2).pow(halvings)));
    let scaled = m.map(|x| a.mul(&scale, &x));
    let mut sum = identity(a, d);
    for k in (1..=TERMS).rev() {
        let reciprocal = a.rational(&(Rational::ONE / Rational::from(k)));
        sum = product(a, &scaled, &sum).map(|x| a.mul(&reciprocal, &x));
        for i in 0..d {
            sum[(i, i)] = a.add(&sum[(i, i)], &a.rational(&Rational::ONE));
        }
    }
    let mut result = sum.map(|x| a.widen(&x, REMAINDER));
    for _ in 0..halvings {
        result = product(a, &result, &result);
    }
    Ok(result)
}

/// The spectrum of a positive definite matrix in `f64`: for arithmetics that take estimates.
struct Spectrum {
    eigen: SymmetricEigen,
    /// The norm of the matrix.
    size: f64,
    /// Its least eigenvalue.
    least: f64,
}

fn spectrum<A: Arithmetic>(a: &A, m: &Matrix<A>, what: [&'static str; 3]) -> Result<Spectrum> {
    let [whole, asymmetric, indefinite] = what;
    square(m, whole)?;
    if !a.admits_quadrature() {
        return Err(Undefined::unsupported(whole));
    }
    let middle = m.map(|x| a.approximate(&x));
    let size = middle.norm();
    if (&middle - middle.transpose()).norm() > 1e-9 * size {
        return Err(Undefined::Domain(asymmetric));
    }
    let d = middle.nrows();
    let lower = Mat::from_fn(d, d, |i, j| 0.5 * (middle[(i, j)] + middle[(j, i)]));
    let eigen = symmetric_eigen(lower.as_ref()).map_err(|_| Undefined::NonFinite)?;
    let least = eigen.values.iter().copied().fold(f64::INFINITY, f64::min);
    if least.is_nan() || least <= 0.0 {
        return Err(Undefined::Domain(indefinite));
    }
    Ok(Spectrum { eigen, size, least })
}

impl Spectrum {
    /// The matrix with the same eigenvectors and these functions of its eigenvalues.
    fn mapped(&self, f: impl Fn(f64) -> f64) -> DMatrix<f64> {
        let values: Vec<f64> = self.eigen.values.iter().map(|x| f(*x)).collect();
        let mapped = from_spectrum(&values, self.eigen.vectors.as_ref());
        DMatrix::from_fn(values.len(), values.len(), |i, j| mapped[(i, j)])
    }
}

fn widened<A: Arithmetic>(a: &A, matrix: &DMatrix<f64>, error: f64) -> Result<Matrix<A>> {
    let entries = matrix.iter().map(|x| Ok(a.widen(&a.float(*x)?, error))).collect::<Result<Vec<_>>>()?;
    Ok(DMatrix::from_vec(matrix.nrows(), matrix.ncols(), entries))
}

/// A real power of a positive definite matrix through its eigenvectors.
///
/// # Errors
/// [`Undefined::Domain`] for a matrix that is not symmetric or not positive definite.
pub(super) fn real_power<A: Arithmetic>(a: &A, m: &Matrix<A>, exponent: f64) -> Result<Matrix<A>> {
    let found = spectrum(
        a,
        m,
        [
            "a power of a matrix with an exponent that is not whole",
            "a power of a matrix that is not symmetric",
            "a power of a matrix that is not positive definite",
        ],
    )?;
    let result = found.mapped(|x| core_math::pow(x, exponent));
    // Rounding moves the matrix by about d ε ‖m‖, and its power at most by that over the least eigenvalue, relatively.
    let condition = (found.size / found.least).max(1.0);
    let error = 32.0 * m.nrows() as f64 * f64::EPSILON * condition * exponent.abs().max(1.0) * result.norm();
    widened(a, &result, error)
}

/// The logarithm of a positive definite matrix through its eigenvectors.
///
/// # Errors
/// [`Undefined::Domain`] for a matrix that is not symmetric or not positive definite.
pub(super) fn logarithm<A: Arithmetic>(a: &A, m: &Matrix<A>) -> Result<Matrix<A>> {
    let found = spectrum(
        a,
        m,
        [
            "the logarithm of a matrix",
            "the logarithm of a matrix that is not symmetric",
            "the logarithm of a matrix that is not positive definite",
        ],
    )?;
    let result = found.mapped(core_math::log);
    // ‖log(A + E) − log A‖ ≤ ‖E‖/λ_min, besides the rounding of the product.
    let rounding = 32.0 * m.nrows() as f64 * f64::EPSILON;
    widened(a, &result, rounding * (found.size / found.least + result.norm()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::ball::Balls;
    use crate::numeric::float::F64;

    #[test]
    fn exponential_of_a_rotation_and_of_a_shear() {
        let t = 2.3;
        let rotation = exponential(&F64, &DMatrix::from_row_slice(2, 2, &[0.0, -t, t, 0.0])).unwrap();
        let expected = DMatrix::from_row_slice(2, 2, &[t.cos(), -t.sin(), t.sin(), t.cos()]);
        assert!((rotation - expected).norm() < 1e-14);
        let shear = exponential(&F64, &DMatrix::from_row_slice(2, 2, &[0.0, 5.0, 0.0, 0.0])).unwrap();
        assert!((shear - DMatrix::from_row_slice(2, 2, &[1.0, 5.0, 0.0, 1.0])).norm() < 1e-14);
        assert!(exponential(&F64, &DMatrix::from_element(2, 2, 1e9)).is_err());
        assert!(exponential(&F64, &DMatrix::from_element(2, 3, 1.0)).is_err());
    }

    #[test]
    fn exponential_in_balls_holds_the_value() {
        let balls = Balls::new(160);
        let whole = |x: i64| balls.rational(&Rational::from(x));
        let m = DMatrix::from_row_slice(2, 2, &[whole(0), whole(-3), whole(3), whole(0)]);
        let (lo, hi) = balls.enclosure(&exponential(&balls, &m).unwrap()[(0, 0)]);
        assert!(lo <= 3f64.cos() && 3f64.cos() <= hi && hi - lo < 1e-15, "{lo} … {hi}");
    }

    #[test]
    fn logarithm_and_root_undo_their_inverses() {
        let m = DMatrix::from_row_slice(2, 2, &[2.0, 0.7, 0.7, 1.0]);
        let back = exponential(&F64, &logarithm(&F64, &m).unwrap()).unwrap();
        assert!((back - &m).norm() < 1e-13);
        let root = real_power(&F64, &m, 0.5).unwrap();
        assert!((&root * &root - &m).norm() < 1e-13);
        let indefinite = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
        assert!(matches!(logarithm(&F64, &indefinite), Err(Undefined::Domain(_))));
        let skewed = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 0.0, 2.0]);
        assert!(matches!(logarithm(&F64, &skewed), Err(Undefined::Domain(_))));
    }
}
