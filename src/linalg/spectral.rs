//! Eigenvalues and eigenvectors of symmetric matrices.

use super::sequential;
use faer::{Mat, MatRef, Side};

/// `a = v diag(values) vᵀ`.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// Eigenvalues, ascending.
    pub values: Vec<f64>,
    /// Orthonormal eigenvectors as columns, in the order of the values.
    pub vectors: Mat<f64>,
}

/// A spectrum that could not be found.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum EigenFailure {
    /// The matrix holds a number that is not finite.
    #[error("entry ({row}, {column}) is {value}")]
    NotFinite {
        /// Row from 0.
        row: usize,
        /// Column from 0.
        column: usize,
        /// The entry.
        value: f64,
    },
    /// The iteration did not converge.
    #[error("the eigenvalue iteration of a matrix with {size} rows did not converge")]
    NotConverged {
        /// Rows of the matrix.
        size: usize,
    },
}

/// Eigenvalues and eigenvectors of a symmetric matrix of which only the lower triangle is read.
///
/// # Errors
/// An entry that is not finite, or no convergence.
pub fn symmetric_eigen(a: MatRef<'_, f64>) -> Result<SymmetricEigen, EigenFailure> {
    sequential();
    for column in 0..a.ncols() {
        for row in column..a.nrows() {
            let value = a[(row, column)];
            if !value.is_finite() {
                return Err(EigenFailure::NotFinite { row, column, value });
            }
        }
    }
    let eigen = a.self_adjoint_eigen(Side::Lower).map_err(|_| EigenFailure::NotConverged { size: a.nrows() })?;
    let values = (0..a.nrows()).map(|k| eigen.S()[k]).collect();
    Ok(SymmetricEigen { values, vectors: eigen.U().to_owned() })
}

/// `q diag(values) qᵀ`, exactly symmetric.
///
/// # Panics
/// If `q` does not have as many columns as there are values.
pub fn from_spectrum(values: &[f64], q: MatRef<'_, f64>) -> Mat<f64> {
    assert_eq!(values.len(), q.ncols());
    let scaled = Mat::from_fn(q.nrows(), q.ncols(), |i, k| q[(i, k)] * values[k]);
    let mut a = super::product(scaled.as_ref(), q.transpose());
    super::mirror(a.as_mut());
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::haar;
    use crate::random::SeedPath;

    #[test]
    fn recovers_a_planted_spectrum() {
        let planted: Vec<f64> = (1..=40).map(|k| (k as f64) - 7.5).collect();
        let a = from_spectrum(&planted, haar(40, &mut SeedPath::root(3).stream()).as_ref());
        let eigen = symmetric_eigen(a.as_ref()).unwrap();
        for (found, planted) in eigen.values.iter().zip(&planted) {
            assert!((found - planted).abs() < 1e-12);
        }
        assert!((from_spectrum(&eigen.values, eigen.vectors.as_ref()) - &a).norm_l2() < 1e-11);
    }

    #[test]
    fn refuses_what_is_not_finite() {
        let mut a = Mat::<f64>::identity(3, 3);
        a[(2, 0)] = f64::INFINITY;
        let e = symmetric_eigen(a.as_ref()).unwrap_err();
        assert_eq!(e, EigenFailure::NotFinite { row: 2, column: 0, value: f64::INFINITY });
    }
}
