//! Learning the linear score by stochastic gradient descent on the denoising loss.

use super::dense_covariance;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::linalg::{Mat, SymmetricEigen, entries, product, symmetric_eigen};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// W ← W − 2h (W x xᵀ − z xᵀ/√Δ_t), averaged over a fresh batch of x = a e^{-t} + √Δ_t z at each step, from W = 0.
pub static EXPERIMENT: Experiment = Experiment {
    name: "score-gradient-descent",
    summary: "Stochastic gradient descent on the denoising loss of a linear score, with fresh Gaussian data and noise at each step; the weights after n steps",
    source: "Vincent 2011, A connection between score matching and denoising autoencoders; Robbins and Monro 1951",
    parameters: &[
        Parameter::whole("d", "dimension", 4.0, 1.0, 64.0),
        Parameter::real("t", "diffusion time", 0.5, 0.01, 10.0),
        Parameter::real("exponent", "decay p of the spectrum k^{-p} of Σ, in a Haar-random basis", 2.0, 0.0, 4.0),
        Parameter::real("h", "learning rate", 0.05, 1e-6, 1.0),
        Parameter::whole("n", "steps", 20.0, 1.0, 1e6),
        Parameter::whole("batch", "samples at each step", 16.0, 1.0, 1e5),
    ],
    estimands: &[
        Estimand::scalar("first-mode", "E u·Wu along the eigenvector u of the largest variance"),
        Estimand::scalar("last-mode", "E u·Wu along the eigenvector u of the smallest variance"),
        Estimand::scalar("weights", "E W after n steps").shaped(Shape::Square("d")),
    ],
    prepare,
};

struct Descent {
    t: f64,
    h: f64,
    steps: usize,
    batch: usize,
    covariance: Mat<f64>,
    root: Mat<f64>,
    eigen: SymmetricEigen,
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (covariance, root) = dense_covariance(p.whole("d"), p.get("exponent"), &mut path.child("basis").stream());
    let eigen = symmetric_eigen(covariance.as_ref()).map_err(|e| ExperimentError::Setup(e.to_string()))?;
    let (t, h, steps, batch) = (p.get("t"), p.get("h"), p.whole("n"), p.whole("batch"));
    Ok(Box::new(Descent { t, h, steps, batch, covariance, root, eigen }))
}

impl Trial for Descent {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let (d, n) = (self.covariance.nrows(), self.batch);
        let (decay, spread) = ((-self.t).exp(), (-(-2.0 * self.t).exp_m1()).sqrt());
        let mut weights = Mat::<f64>::zeros(d, d);
        let (mut white, mut noise) = (Mat::<f64>::zeros(d, n), Mat::<f64>::zeros(d, n));
        for _ in 0..self.steps {
            for j in 0..n {
                fill_normal(&mut generator, white.col_as_slice_mut(j));
                fill_normal(&mut generator, noise.col_as_slice_mut(j));
            }
            let mut x = product(self.root.as_ref(), white.as_ref());
            for j in 0..n {
                let noised = x.col_as_slice_mut(j).iter_mut().zip(noise.col_as_slice(j));
                noised.for_each(|(x, z)| *x = decay * *x + spread * z);
            }
            let mut error = product(weights.as_ref(), x.as_ref());
            for j in 0..n {
                let target = error.col_as_slice_mut(j).iter_mut().zip(noise.col_as_slice(j));
                target.for_each(|(error, z)| *error -= z / spread);
            }
            let gradient = product(error.as_ref(), x.transpose());
            let rate = 2.0 * self.h / n as f64;
            for j in 0..d {
                weights.col_as_slice_mut(j).iter_mut().zip(gradient.col_as_slice(j)).for_each(|(w, g)| *w -= rate * g);
            }
        }
        let along = |mode: usize| {
            let u = self.eigen.vectors.col_as_slice(mode);
            (0..d).map(|j| u[j] * weights.col_as_slice(j).iter().zip(u).map(|(w, u)| w * u).sum::<f64>()).sum::<f64>()
        };
        (out[0], out[1]) = (along(d - 1), along(0));
        out[2..].copy_from_slice(&entries(weights.as_ref()));
    }

    fn work(&self) -> f64 {
        let d = self.covariance.nrows();
        let step = (2 * self.batch * d) as f64 * (cost::NORMAL + 2.0) + 3.0 * (cost::product(d, d, self.batch) + 400.0);
        cost::work(self.steps as f64 * step)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let d = self.covariance.nrows();
        match name {
            r"\Sigma" | "Sigma" => Some(Quantity::Matrix(d, d, entries(self.covariance.as_ref()))),
            "first-variance" => Some(Quantity::Scalar(self.eigen.values[d - 1])),
            "last-variance" => Some(Quantity::Scalar(self.eigen.values[0])),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use nalgebra::DMatrix;

    #[test]
    fn means_follow_gradient_descent_on_the_mean_loss() {
        let (d, t, h, steps) = (3usize, 0.4f64, 0.06, 12);
        let given = [("d", d as f64), ("t", t), ("h", h), ("n", f64::from(steps)), ("batch", 8.0), ("exponent", 1.5)];
        let found = sample(&EXPERIMENT, &given, 4000);
        let Some(Quantity::Matrix(_, _, sigma)) = found.trial.quantity("Sigma") else { panic!() };
        // The gradient of E‖Wx − z/√Δ‖² is 2(W Γ − 1), step by step.
        let e2 = (-2.0 * t).exp();
        let gamma = DMatrix::from_vec(d, d, sigma) * e2 + DMatrix::identity(d, d) * (1.0 - e2);
        let mut w = DMatrix::zeros(d, d);
        for _ in 0..steps {
            w = &w - (&w * &gamma - DMatrix::identity(d, d)) * (2.0 * h);
        }
        found.assert("weights", w.as_slice());
        for (name, variance) in [("first-mode", 1.0), ("last-mode", 3f64.powf(-1.5))] {
            let g = 1.0 - e2 + e2 * variance;
            found.assert(name, &[(1.0 - (1.0 - 2.0 * h * g).powi(steps)) / g]);
        }
        assert!(found.get("weights").iter().all(|(_, error)| *error < 0.02));
    }

    #[test]
    fn many_small_steps_find_the_optimal_score() {
        let given = [("d", 2.0), ("t", 0.8), ("h", 0.01), ("n", 600.0), ("batch", 16.0), ("exponent", 1.0)];
        let found = sample(&EXPERIMENT, &given, 60);
        let e2 = (-1.6f64).exp();
        found.assert("first-mode", &[1.0]);
        let (mean, error) = found.get("last-mode")[0];
        let perfect = 1.0 / (1.0 - 0.5 * e2);
        assert!((mean - perfect).abs() < 4.5 * error + 1e-4 && error < 0.01, "{mean} ± {error}, {perfect}");
    }
}
