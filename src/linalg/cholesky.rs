//! Cholesky factorisation, the solver for symmetric positive definite systems.

use super::sequential;
use faer::linalg::solvers::{Llt, LltError, Solve};
use faer::{Mat, MatRef, Side};

/// `a = l lᵀ` of a symmetric positive definite `a`.
pub struct Cholesky {
    factor: Llt<f64>,
}

/// A leading principal minor that is not positive.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("not positive definite: the pivot of leading minor {minor} of {size} is {pivot:.3e}")]
pub struct NotPositiveDefinite {
    /// Order of the first failing leading minor, from 1.
    pub minor: usize,
    /// Rows of the matrix.
    pub size: usize,
    /// The pivot there: the ratio of that minor to the one before.
    pub pivot: f64,
}

impl Cholesky {
    /// Factors a square matrix of which only the lower triangle is read.
    ///
    /// # Errors
    /// A pivot that is zero, negative or not a number, with its place and value.
    pub fn new(a: MatRef<'_, f64>) -> Result<Self, NotPositiveDefinite> {
        sequential();
        let size = a.nrows();
        let fail = |index| NotPositiveDefinite { minor: index + 1, size, pivot: pivot(a, index) };
        match a.llt(Side::Lower) {
            // A NaN far down the diagonal does not trip faer's own test.
            Ok(factor) => match (0..size).find(|&i| !factor.L()[(i, i)].is_finite()) {
                Some(index) => Err(fail(index)),
                None => Ok(Self { factor }),
            },
            Err(LltError::NonPositivePivot { index }) => Err(fail(index.min(size.saturating_sub(1)))),
        }
    }

    /// The lower triangular `l`; entries above the diagonal are zero.
    pub fn lower(&self) -> Mat<f64> {
        let l = self.factor.L();
        Mat::from_fn(l.nrows(), l.ncols(), |i, j| if i < j { 0.0 } else { l[(i, j)] })
    }

    /// `a⁻¹ b`.
    pub fn solve(&self, b: MatRef<'_, f64>) -> Mat<f64> {
        let mut x = b.to_owned();
        self.solve_in_place(&mut x);
        x
    }

    /// Overwrites `b` with `a⁻¹ b`.
    pub fn solve_in_place(&self, b: &mut Mat<f64>) {
        sequential();
        self.factor.solve_in_place(b);
    }

    /// `a⁻¹`, exactly symmetric.
    pub fn inverse(&self) -> Mat<f64> {
        let n = self.factor.L().nrows();
        let mut x = Mat::identity(n, n);
        self.solve_in_place(&mut x);
        super::mirror(x.as_mut());
        x
    }

    /// `log det a`.
    pub fn log_determinant(&self) -> f64 {
        let l = self.factor.L();
        2.0 * (0..l.nrows()).map(|i| l[(i, i)].ln()).sum::<f64>()
    }
}

/// The pivot of elimination at `index`, in double precision; only called to explain a failure.
fn pivot(a: MatRef<'_, f64>, index: usize) -> f64 {
    let n = index + 1;
    let mut l = Mat::<f64>::zeros(n, n);
    for j in 0..n {
        for i in j..n {
            let inner: f64 = (0..j).map(|k| l[(i, k)] * l[(j, k)]).sum();
            let rest = a[(i, j)] - inner;
            if i == j && j == index {
                return rest;
            }
            l[(i, j)] = if i == j { rest.sqrt() } else { rest / l[(j, j)] };
        }
    }
    f64::NAN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::product;

    fn hilbert(n: usize) -> Mat<f64> {
        Mat::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64)
    }

    #[test]
    fn solves_and_inverts() {
        let a = hilbert(5);
        let c = Cholesky::new(a.as_ref()).unwrap();
        let l = c.lower();
        assert!((product(l.as_ref(), l.transpose()) - &a).norm_l2() < 1e-15);
        assert!((product(a.as_ref(), c.inverse().as_ref()) - Mat::<f64>::identity(5, 5)).norm_l2() < 1e-10);
        // The inverse Hilbert matrix has whole entries; its corner is n².
        assert!((c.inverse()[(0, 0)] - 25.0).abs() < 1e-8);
        // det H_5 = 1/266716800000.
        assert!((c.log_determinant() + 266_716_800_000f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn names_the_failing_minor() {
        let mut a = Mat::<f64>::identity(4, 4);
        a[(2, 1)] = 2.0;
        a[(1, 2)] = 2.0;
        let e = Cholesky::new(a.as_ref()).err().unwrap();
        assert_eq!((e.minor, e.size), (3, 4));
        assert!((e.pivot + 3.0).abs() < 1e-15, "{e}");
        a[(3, 3)] = f64::NAN;
        a[(2, 1)] = 0.0;
        assert_eq!(Cholesky::new(a.as_ref()).err().unwrap().minor, 4);
    }
}
