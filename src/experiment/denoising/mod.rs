//! Denoising: the Wiener filter, oracles and thresholds in a basis, the optimal linear score, and covariances known up to noise.

pub mod denoising_least_squares;
pub mod denoising_loss;
pub mod empirical_score_distance;
pub mod noised_gaussian;
pub mod noisy_covariance;
pub mod oracle_projection;
pub mod score_gradient_descent;
pub mod spiked_covariance;
pub mod threshold_denoising;
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

/// `strength` times a symmetric matrix of independent Gaussian entries, of variance 1/d off the diagonal and 2/d on it: its
/// eigenvalues fill the interval from −2 to 2 as d grows.
fn wigner(d: usize, strength: f64, stream: &mut Stream) -> Mat<f64> {
    let mut generator = crate::random::bulk(stream);
    let mut noise = Mat::<f64>::zeros(d, d);
    let scale = strength / (d as f64).sqrt();
    for j in 0..d {
        let column = &mut noise.col_as_slice_mut(j)[j..];
        crate::random::fill_normal(&mut generator, column);
        column.iter_mut().for_each(|x| *x *= scale);
        column[0] *= std::f64::consts::SQRT_2;
    }
    crate::linalg::mirror(noise.as_mut());
    noise
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
