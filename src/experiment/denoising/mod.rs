//! Linear denoising: the Wiener filter, oracles in a basis, and the optimal linear score.

pub mod denoising_least_squares;
pub mod denoising_loss;
pub mod empirical_score_distance;
pub mod noised_gaussian;
pub mod oracle_projection;
pub mod wiener_filter;

use crate::linalg::{Mat, from_spectrum, haar};
use crate::random::Stream;

/// The spectrum k^{-p}, k = 1 … d.
fn power_law(d: usize, exponent: f64) -> Vec<f64> {
    (1..=d).map(|k| (k as f64).powf(-exponent)).collect()
}

/// A dense covariance with the spectrum k^{-p} in a Haar-random basis, and a square root `r` with `r rᵀ = C`.
fn dense_covariance(d: usize, exponent: f64, stream: &mut Stream) -> (Mat<f64>, Mat<f64>) {
    let spectrum = power_law(d, exponent);
    let basis = haar(d, stream);
    let root = Mat::from_fn(d, d, |i, k| basis[(i, k)] * spectrum[k].sqrt());
    (from_spectrum(&spectrum, basis.as_ref()), root)
}

/// `n` independent draws from N(0, r rᵀ) as columns, and their second-moment matrix `C^e = (1/n) Σ_μ a^μ a^μᵀ`.
fn data_set(root: &Mat<f64>, n: usize, stream: &mut Stream) -> (Mat<f64>, Mat<f64>) {
    let d = root.nrows();
    let mut white = Mat::<f64>::zeros(d, n);
    for j in 0..n {
        crate::random::fill_normal(stream, white.col_as_slice_mut(j));
    }
    let points = crate::linalg::product(root.as_ref(), white.as_ref());
    let mut second_moment = crate::linalg::gram(points.transpose());
    for j in 0..d {
        second_moment.col_as_slice_mut(j).iter_mut().for_each(|x| *x /= n as f64);
    }
    (points, second_moment)
}
