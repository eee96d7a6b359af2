//! QR factorisation: least squares and random orthogonal matrices.

use super::{Mat, MatRef, sequential};
use crate::random::Stream;
use faer::linalg::solvers::SolveLstsq;
use rand_distr::{Distribution, StandardNormal};

/// A least-squares problem without a unique solution.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("rank deficient: diagonal entry {column} of R is {pivot:.3e}, the largest is {largest:.3e}")]
pub struct RankDeficient {
    /// Column from 0.
    pub column: usize,
    /// The vanishing diagonal entry of R.
    pub pivot: f64,
    /// The largest diagonal entry of R in magnitude.
    pub largest: f64,
}

/// The `x` that minimises ‖a x − b‖ column by column, for `a` with at least as many rows as columns.
///
/// # Errors
/// A column of `a` that depends on the ones before it, to working precision.
///
/// # Panics
/// If `a` has fewer rows than columns, or another number of rows than `b`.
pub fn least_squares(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Result<Mat<f64>, RankDeficient> {
    assert!(a.nrows() >= a.ncols() && a.nrows() == b.nrows());
    sequential();
    let qr = a.qr();
    let r = qr.thin_R();
    let largest = (0..a.ncols()).map(|k| r[(k, k)].abs()).fold(0.0, f64::max);
    let floor = largest * f64::EPSILON * a.nrows() as f64;
    match (0..a.ncols()).find(|&k| r[(k, k)].is_nan() || r[(k, k)].abs() <= floor) {
        Some(column) => Err(RankDeficient { column, pivot: r[(column, column)], largest }),
        None => Ok(qr.solve_lstsq(b)),
    }
}

/// A random orthogonal matrix, uniform (Haar) on O(n): the Q of a Gaussian matrix whose R has a positive diagonal
/// (Mezzadri 2007, §5; without the signs the law is not uniform).
pub fn haar(n: usize, stream: &mut Stream) -> Mat<f64> {
    sequential();
    let mut gaussian = Mat::<f64>::zeros(n, n);
    for j in 0..n {
        for i in 0..n {
            gaussian[(i, j)] = StandardNormal.sample(stream);
        }
    }
    let qr = gaussian.qr();
    let (mut q, r) = (qr.compute_Q(), qr.R());
    for j in 0..n {
        if r[(j, j)] < 0.0 {
            for i in 0..n {
                q[(i, j)] = -q[(i, j)];
            }
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{Cholesky, gram, product};
    use crate::random::SeedPath;

    #[test]
    fn haar_is_orthogonal_and_unbiased() {
        let mut stream = SeedPath::root(1).stream();
        let q = haar(30, &mut stream);
        assert!((gram(q.as_ref()) - Mat::<f64>::identity(30, 30)).norm_l2() < 1e-13);
        // On O(2) half of the matrices are reflections and E Q₁₁ = 0, E Q₁₁² = 1/2: a Q with a one-signed
        // diagonal, or with the factor's own signs, fails one of them.
        let (mut reflections, mut first, mut second) = (0, 0.0, 0.0);
        let draws = 4000;
        for _ in 0..draws {
            let q = haar(2, &mut stream);
            reflections += (q[(0, 0)] * q[(1, 1)] - q[(0, 1)] * q[(1, 0)] < 0.0) as usize;
            first += q[(0, 0)];
            second += q[(0, 0)] * q[(0, 0)];
        }
        let n = draws as f64;
        assert!((reflections as f64 / n - 0.5).abs() < 5.0 * 0.5 / n.sqrt());
        assert!((first / n).abs() < 5.0 * 0.5f64.sqrt() / n.sqrt());
        assert!((second / n - 0.5).abs() < 5.0 * 0.125f64.sqrt() / n.sqrt());
    }

    #[test]
    fn least_squares_solves_the_normal_equations() {
        let a = Mat::from_fn(20, 4, |i, j| ((i * (j + 2)) as f64).cos());
        let b = Mat::from_fn(20, 2, |i, j| ((i + 3 * j) as f64).sin());
        let x = least_squares(a.as_ref(), b.as_ref()).unwrap();
        let normal = Cholesky::new(gram(a.as_ref()).as_ref()).unwrap();
        let direct = normal.solve(product(a.transpose(), b.as_ref()).as_ref());
        assert!((&x - &direct).norm_l2() < 1e-12);
        let twice = Mat::from_fn(20, 3, |i, j| ((i * (j % 2 + 2)) as f64).cos());
        assert_eq!(least_squares(twice.as_ref(), b.as_ref()).unwrap_err().column, 2);
    }
}
