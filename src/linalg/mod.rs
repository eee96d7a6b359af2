//! Dense linear algebra: faer behind one door.
//!
//! Everything here runs on one thread: parallelism belongs to the runner, across blocks, because faer's
//! factorisations change their last bits with the number of threads. Errors carry the number that failed.

mod cholesky;
mod orthogonal;
mod spectral;
mod wavelet;

pub use cholesky::{Cholesky, NotPositiveDefinite};
pub use faer::{Mat, MatMut, MatRef};
pub use orthogonal::{RankDeficient, haar, least_squares};
pub use spectral::{EigenFailure, SymmetricEigen, from_spectrum, symmetric_eigen};
pub use wavelet::Wavelet;

use faer::linalg::matmul::{matmul, triangular};
use faer::traits::RealField;
use faer::{Accum, Par};

/// Makes faer's own high-level calls sequential; cheap, so every function that needs it calls it.
fn sequential() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| faer::set_global_parallelism(Par::Seq));
}

/// `a b`.
///
/// # Panics
/// If the inner dimensions differ.
pub fn product<T: RealField>(a: MatRef<'_, T>, b: MatRef<'_, T>) -> Mat<T> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    product_into(out.as_mut(), a, b);
    out
}

/// Overwrites `out` with `a b`; allocates nothing that grows with the matrices.
///
/// # Panics
/// If the dimensions do not fit.
pub fn product_into<T: RealField>(out: MatMut<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    matmul(out, Accum::Replace, a, b, T::one_impl(), Par::Seq);
}

/// Adds `a b` to `out`.
///
/// # Panics
/// If the dimensions do not fit.
pub fn add_product<T: RealField>(out: MatMut<'_, T>, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    matmul(out, Accum::Add, a, b, T::one_impl(), Par::Seq);
}

/// `aᵀ a`, exactly symmetric, at half the work of a general product.
pub fn gram<T: RealField>(a: MatRef<'_, T>) -> Mat<T> {
    let mut out = Mat::zeros(a.ncols(), a.ncols());
    add_gram(out.as_mut(), a);
    mirror(out.as_mut());
    out
}

/// Adds `aᵀ a` to the lower triangle of `out`; the upper one is left as it is (see [`mirror`]).
///
/// # Panics
/// If `out` is not square with as many columns as `a`.
pub fn add_gram<T: RealField>(out: MatMut<'_, T>, a: MatRef<'_, T>) {
    use triangular::BlockStructure::{Rectangular, TriangularLower};
    triangular::matmul(
        out,
        TriangularLower,
        Accum::Add,
        a.transpose(),
        Rectangular,
        a,
        Rectangular,
        T::one_impl(),
        Par::Seq,
    );
}

/// Copies the lower triangle of a square matrix onto the upper one.
pub fn mirror<T: RealField>(mut a: MatMut<'_, T>) {
    for j in 0..a.ncols() {
        for i in 0..j {
            a[(i, j)] = a[(j, i)].clone();
        }
    }
}

/// The entries column by column.
pub fn entries(a: MatRef<'_, f64>) -> Vec<f64> {
    (0..a.ncols()).flat_map(|j| (0..a.nrows()).map(move |i| a[(i, j)])).collect()
}

/// Single precision copy.
pub fn single(a: MatRef<'_, f64>) -> Mat<f32> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] as f32)
}

/// `aᵀ b` of two vectors of equal length: single-precision lanes, summed in double. Relative error below
/// `len/16 · 6e-8` of `Σ|a_i b_i|`, so it is meant for vectors up to some thousand entries.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let mut lanes = [0f32; 16];
    let (a_chunks, b_chunks) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| f64::from(a * b)).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for k in 0..16 {
            lanes[k] += a[k] * b[k];
        }
    }
    lanes.iter().map(|&x| f64::from(x)).sum::<f64>() + rest
}

/// `Σ_ij a_ij b_ij = tr aᵀ b`.
///
/// # Panics
/// If the shapes differ.
pub fn inner(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> f64 {
    assert_eq!((a.nrows(), a.ncols()), (b.nrows(), b.ncols()));
    (0..a.ncols()).map(|j| (0..a.nrows()).map(|i| a[(i, j)] * b[(i, j)]).sum::<f64>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: usize, columns: usize) -> Mat<f64> {
        Mat::from_fn(rows, columns, |i, j| ((3 * i + 5 * j) as f64).sin() + (i == j) as usize as f64)
    }

    #[test]
    fn products_match_their_definition() {
        let (a, b) = (sample(7, 4), sample(4, 5));
        let c = product(a.as_ref(), b.as_ref());
        for i in 0..7 {
            for j in 0..5 {
                let direct: f64 = (0..4).map(|k| a[(i, k)] * b[(k, j)]).sum();
                assert!((c[(i, j)] - direct).abs() < 1e-14);
            }
        }
        let g = gram(a.as_ref());
        assert_eq!(g, g.transpose().to_owned());
        assert!((&g - a.transpose() * &a).norm_l2() < 1e-13);
        assert!((inner(a.as_ref(), a.as_ref()) - g[(0, 0)] - g[(1, 1)] - g[(2, 2)] - g[(3, 3)]).abs() < 1e-13);
    }

    #[test]
    fn integer_products_in_single_precision_are_exact() {
        let a = Mat::<f32>::from_fn(300, 40, |i, j| if (i * 7 + j * j * 3) % 5 < 2 { 1.0 } else { -1.0 });
        let g = gram(a.as_ref());
        for i in 0..40 {
            for j in 0..40 {
                let direct: i32 = (0..300).map(|k| (a[(k, i)] * a[(k, j)]) as i32).sum();
                assert_eq!(g[(i, j)], direct as f32);
            }
        }
    }

    #[test]
    fn dot_sums_every_entry() {
        let (a, b): (Vec<f32>, Vec<f32>) = (0..53).map(|i| (i as f32, (i % 7) as f32 - 3.0)).unzip();
        let direct: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        assert_eq!(dot(&a, &b), direct);
    }

    #[test]
    fn entries_run_down_the_columns() {
        assert_eq!(entries(Mat::from_fn(2, 2, |i, j| (10 * i + j) as f64).as_ref()), [0.0, 10.0, 1.0, 11.0]);
    }
}
