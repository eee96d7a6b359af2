//! The denoising loss of a linear score at a given matrix.

use super::{data_set, dense_covariance};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Cholesky, Mat, dot, entries, product_into, single};
use crate::random::{SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

const CHUNK: usize = 256;

/// The loss E‖−Wx + z/√Δ_t‖² over n fixed data points and fresh noise, at W = W_opt + δ G/√d with a fixed Gaussian,
/// not symmetric, G: away from the minimum every term of the formula counts.
pub static EXPERIMENT: Experiment = Experiment {
    name: "denoising-loss",
    summary: "a fixed data set noised by the Ornstein–Uhlenbeck process; the loss of a linear score at a given matrix",
    source: "Vincent 2011; Biroli, Bonnaire, de Bortoli and Mézard 2024",
    parameters: &[
        Parameter::whole("d", "dimension", 20.0, 1.0, 400.0),
        Parameter::whole("n", "data points", 60.0, 1.0, 1e5),
        Parameter::real("t", "diffusion time", 0.5, 0.01, 10.0),
        Parameter::real("exponent", "decay p of the data spectrum k^{-p}", 1.0, 0.0, 4.0),
        Parameter::real("delta", "distance δ of W from the optimum", 0.5, 0.0, 10.0),
        Parameter::whole("batch", "noised samples per replicate", 512.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("loss", "E‖−Wx + z/√Δ_t‖²").biased(rounding),
        Estimand::scalar("excess-loss", "E‖−Wx + z/√Δ_t‖² minus the same at W_opt, on the same samples")
            .biased(rounding),
    ],
    prepare,
};

fn rounding(p: &Parameters) -> f64 {
    let delta = -(-2.0 * p.get("t")).exp_m1();
    8.0 * f64::from(f32::EPSILON) * p.get("d") * (1.0 + p.get("delta").powi(2)) / delta
}

struct Loss {
    decay: f64,
    delta: f64,
    batch: usize,
    points: Mat<f32>,
    second_moment: Mat<f64>,
    weights: [Mat<f64>; 2],
    weights_single: [Mat<f32>; 2],
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, t) = (p.whole("d"), p.get("t"));
    let (_, root) = dense_covariance(d, p.get("exponent"), &mut path.child("basis").stream());
    let (points, second_moment) = data_set(&root, p.whole("n"), &mut path.child("data").stream());
    let (decay, delta) = ((-t).exp(), -(-2.0 * t).exp_m1());
    let noised = Mat::from_fn(d, d, |i, j| decay * decay * second_moment[(i, j)] + if i == j { delta } else { 0.0 });
    let noised = Cholesky::new(noised.as_ref()).map_err(|e| ExperimentError::Setup(e.to_string()))?;
    let optimum = noised.inverse();
    let mut shift = Mat::<f64>::zeros(d, d);
    let mut stream = path.child("direction").stream();
    (0..d).for_each(|j| fill_normal(&mut stream, shift.col_as_slice_mut(j)));
    let scale = p.get("delta") / (d as f64).sqrt();
    let weights = [Mat::from_fn(d, d, |i, j| optimum[(i, j)] + scale * shift[(i, j)]), optimum];
    let weights_single = [single(weights[0].as_ref()), single(weights[1].as_ref())];
    let points = single(points.as_ref());
    Ok(Box::new(Loss { decay, delta, batch: p.whole("batch"), points, second_moment, weights, weights_single }))
}

impl Trial for Loss {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let (d, n) = (self.points.nrows(), self.points.ncols());
        let width = CHUNK.min(self.batch);
        let [mut x, mut z, mut score] = [(); 3].map(|()| Mat::<f32>::zeros(d, width));
        let (decay, spread) = (self.decay as f32, self.delta.sqrt() as f32);
        let mut loss = [0f64; 2];
        for start in (0..self.batch).step_by(width) {
            let width = width.min(self.batch - start);
            for j in 0..width {
                let z = z.col_as_slice_mut(j);
                fill_normal(&mut generator, z);
                let a = self.points.col_as_slice(generator.random_range(0..n));
                for ((x, a), z) in x.col_as_slice_mut(j).iter_mut().zip(a).zip(&*z) {
                    *x = decay * a + spread * z;
                }
            }
            for (loss, weights) in loss.iter_mut().zip(&self.weights_single) {
                product_into(score.subcols_mut(0, width), weights.as_ref(), x.subcols(0, width));
                for j in 0..width {
                    let residual = score.col_as_slice_mut(j);
                    residual.iter_mut().zip(z.col_as_slice(j)).for_each(|(r, z)| *r = z / spread - *r);
                    *loss += dot(residual, residual);
                }
            }
        }
        out[0] = loss[0] / self.batch as f64;
        out[1] = (loss[0] - loss[1]) / self.batch as f64;
    }

    fn work(&self) -> f64 {
        let d = self.points.nrows();
        let products = 2.0 * cost::product_single(d, d, self.batch);
        cost::work(products + self.batch as f64 * (20.0 + d as f64 * (cost::NORMAL + 4.0)))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let matrix = match name {
            "C^e" | "C" => &self.second_moment,
            "W" => &self.weights[0],
            _ => return None,
        };
        Some(Quantity::Matrix(matrix.nrows(), matrix.ncols(), entries(matrix.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::linalg::{inner, product};

    #[test]
    fn matches_the_average_over_noise_in_closed_form() {
        let (d, t) = (5, 0.3);
        let s = sample(&EXPERIMENT, &[("d", d as f64), ("n", 7.0), ("t", t), ("delta", 0.8)], 200);
        let matrix = |name| match s.trial.quantity(name).unwrap() {
            Quantity::Matrix(r, c, x) => Mat::from_fn(r, c, |i, j| x[i + r * j]),
            _ => panic!(),
        };
        let (w, c) = (matrix("W"), matrix("C^e"));
        let delta = 1.0 - (-2.0 * t).exp();
        let residual = Mat::from_fn(d, d, |i, j| (i == j) as usize as f64 - delta * w[(i, j)]);
        let wc = product(w.as_ref(), c.as_ref());
        let signal = (-2.0 * t).exp() * inner(w.as_ref(), wc.as_ref());
        s.assert("loss", &[inner(residual.as_ref(), residual.as_ref()) / delta + signal]);
    }

    #[test]
    fn the_optimum_has_no_excess() {
        let s = sample(&EXPERIMENT, &[("d", 5.0), ("n", 7.0), ("delta", 0.0), ("batch", 16.0)], 20);
        s.assert("excess-loss", &[0.0]);
    }
}
