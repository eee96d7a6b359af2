//! The optimal linear score by least squares on noised samples.

use super::{data_set, dense_covariance};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::linalg::{Cholesky, Mat, add_gram, add_product, entries, mirror, single};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

/// Noised samples in one chunk; sums inside a chunk are in single precision.
const CHUNK: usize = 512;

/// n data points a^μ, fixed; noised points x = a^μ e^{-t} + √Δ_t z with μ uniform and Δ_t = 1 − e^{-2t}; the matrix
/// that minimises the empirical mean of ‖−Wx + z/√Δ_t‖².
///
/// Given x, the noise z is linear in x only for Gaussian data; for n points plain least squares is therefore biased
/// by O(d/mc). The replicate removes that order: twice the fit on all draws minus the mean of the fits on both halves.
pub static EXPERIMENT: Experiment = Experiment {
    name: "denoising-least-squares",
    summary: "a fixed data set noised by the Ornstein–Uhlenbeck process; the linear score fitted by least squares",
    source: "Vincent 2011; Biroli, Bonnaire, de Bortoli and Mézard 2024",
    parameters: &[
        Parameter::whole("d", "dimension", 40.0, 1.0, 400.0),
        Parameter::whole("n", "data points", 80.0, 1.0, 1e5),
        Parameter::real("t", "diffusion time", 0.5, 0.01, 10.0),
        Parameter::real("exponent", "decay p of the data spectrum k^{-p}", 1.0, 0.0, 4.0),
        Parameter::whole("mc", "noised samples per replicate, at least 8 d", 20000.0, 8.0, 1e7),
    ],
    estimands: &[Estimand::scalar("optimal-score", "the fitted matrix W")
        .shaped(Shape::Square("d"))
        .biased(second_order_bias)],
    prepare,
};

/// What the half-sample correction leaves: second order in d/mc, times the largest possible ‖W‖ = 1/Δ_t; and single precision.
fn second_order_bias(p: &Parameters) -> f64 {
    let delta = -(-2.0 * p.get("t")).exp_m1();
    (4.0 * (p.get("d") / p.get("mc")).powi(2) + 4.0 * f64::from(f32::EPSILON)) / delta
}

struct LeastSquares {
    decay: f64,
    delta: f64,
    mc: usize,
    points: Mat<f32>,
    second_moment: Mat<f64>,
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, t, mc) = (p.whole("d"), p.get("t"), p.whole("mc"));
    if mc < 8 * d {
        return Err(ExperimentError::Setup(format!("mc = {mc} must be at least 8 d = {}", 8 * d)));
    }
    let (_, root) = dense_covariance(d, p.get("exponent"), &mut path.child("basis").stream());
    let (points, second_moment) = data_set(&root, p.whole("n"), &mut path.child("data").stream());
    let delta = -(-2.0 * t).exp_m1();
    Ok(Box::new(LeastSquares { decay: (-t).exp(), delta, mc, points: single(points.as_ref()), second_moment }))
}

/// The sums Σ x xᵀ and Σ x zᵀ over some draws.
struct Sums {
    xx: Mat<f64>,
    xz: Mat<f64>,
}

impl LeastSquares {
    fn draw(&self, draws: usize, generator: &mut Bulk) -> Sums {
        let (d, n) = (self.points.nrows(), self.points.ncols());
        let width = CHUNK.min(draws);
        let (mut x, mut z) = (Mat::<f32>::zeros(d, width), Mat::<f32>::zeros(d, width));
        let (mut xx, mut xz) = (Mat::<f32>::zeros(d, d), Mat::<f32>::zeros(d, d));
        let mut sums = Sums { xx: Mat::zeros(d, d), xz: Mat::zeros(d, d) };
        let (decay, spread) = (self.decay as f32, self.delta.sqrt() as f32);
        for start in (0..draws).step_by(width) {
            let width = width.min(draws - start);
            for j in 0..width {
                let z = z.col_as_slice_mut(j);
                fill_normal(generator, z);
                let a = self.points.col_as_slice(generator.random_range(0..n));
                for ((x, a), z) in x.col_as_slice_mut(j).iter_mut().zip(a).zip(&*z) {
                    *x = decay * a + spread * z;
                }
            }
            let (x, z) = (x.subcols(0, width), z.subcols(0, width));
            xx.fill(0.0);
            xz.fill(0.0);
            add_gram(xx.as_mut(), x.transpose());
            add_product(xz.as_mut(), x, z.transpose());
            accumulate(&mut sums.xx, &xx);
            accumulate(&mut sums.xz, &xz);
        }
        mirror(sums.xx.as_mut());
        sums
    }

    /// Wᵀ = (Σ x xᵀ)⁻¹ Σ x zᵀ / √Δ_t, or `None` if the sums are singular.
    fn fit(&self, sums: &Sums) -> Option<Mat<f64>> {
        let mut w = Cholesky::new(sums.xx.as_ref()).ok()?.solve(sums.xz.as_ref());
        let scale = self.delta.sqrt();
        (0..w.ncols()).for_each(|j| w.col_as_slice_mut(j).iter_mut().for_each(|w| *w /= scale));
        Some(w)
    }
}

fn accumulate(sum: &mut Mat<f64>, term: &Mat<f32>) {
    for j in 0..sum.ncols() {
        sum.col_as_slice_mut(j).iter_mut().zip(term.col_as_slice(j)).for_each(|(s, t)| *s += f64::from(*t));
    }
}

impl Trial for LeastSquares {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let half = self.mc / 2;
        let [first, second] = [half, self.mc - half].map(|draws| self.draw(draws, &mut generator));
        let all = Sums { xx: &first.xx + &second.xx, xz: &first.xz + &second.xz };
        let (Some(all), Some(first), Some(second)) = (self.fit(&all), self.fit(&first), self.fit(&second)) else {
            return out.fill(f64::NAN);
        };
        let d = all.nrows();
        for j in 0..d {
            for i in 0..d {
                out[i + d * j] = 2.0 * all[(j, i)] - 0.5 * (first[(j, i)] + second[(j, i)]);
            }
        }
    }

    fn work(&self) -> f64 {
        let d = self.points.nrows();
        let sums = 1.5 * cost::product_single(d, d, self.mc);
        let draws = self.mc as f64 * (20.0 + d as f64 * (cost::NORMAL + 4.0));
        cost::work(sums + draws + 4.0 * cost::product(d, d, d))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let d = self.points.nrows();
        matches!(name, "C^e" | "C").then(|| Quantity::Matrix(d, d, entries(self.second_moment.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// [Δ + e^{-2t} C^e]⁻¹ by its eigenvectors, not by the solver that the experiment uses.
    fn optimum(c: &Quantity, t: f64) -> Vec<f64> {
        let Quantity::Matrix(d, _, c) = c else { panic!() };
        let eigen = crate::linalg::symmetric_eigen(Mat::from_fn(*d, *d, |i, j| c[i + d * j]).as_ref()).unwrap();
        let decay = (-2.0 * t).exp();
        let values: Vec<f64> = eigen.values.iter().map(|b| 1.0 / (1.0 - decay + decay * b)).collect();
        entries(crate::linalg::from_spectrum(&values, eigen.vectors.as_ref()).as_ref())
    }

    #[test]
    fn matches_the_minimiser_of_the_loss() {
        let s = sample(&EXPERIMENT, &[("d", 6.0), ("n", 12.0), ("t", 0.4), ("mc", 2000.0)], 60);
        s.assert("optimal-score", &optimum(&s.trial.quantity("C^e").unwrap(), 0.4));
    }

    #[test]
    fn one_or_two_points_far_from_gaussian_stay_unbiased() {
        let s = sample(&EXPERIMENT, &[("d", 1.0), ("n", 2.0), ("t", 0.1), ("mc", 40.0)], 20000);
        s.assert("optimal-score", &optimum(&s.trial.quantity("C").unwrap(), 0.1));
    }
}
