//! Mean-square error of the Wiener filter on dense Gaussian signals.

use super::{dense_covariance, power_law};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Cholesky, Mat, dot, entries, product_into, single};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// See [`EXPERIMENT`]: columns of one chunk; large enough for matrix products, small enough for the cache.
const CHUNK: usize = 256;

/// Signals x ~ N(0, C), observations y = x + σz, estimate Hy with H = C(C + σ²)⁻¹ from a Cholesky solve.
pub static EXPERIMENT: Experiment = Experiment {
    name: "wiener-filter",
    summary: "Gaussian signals with a dense covariance in white noise; error of the Wiener filter and of a perturbed one",
    source: "Wiener 1949; Mallat 2009, §11.1",
    parameters: &[
        Parameter::whole("d", "dimension", 64.0, 1.0, 1024.0),
        Parameter::real("sigma", "noise σ", 0.7, 1e-3, 1e3),
        Parameter::real("exponent", "decay p of the spectrum β_k = k^{-p}, in a Haar-random basis", 2.0, 0.0, 4.0),
        Parameter::real("delta", "relative perturbation δ of the other filter (1+δ)H", 0.2, -1.0, 1.0),
        Parameter::whole("batch", "samples per replicate", 256.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("mse", "E‖Hy − x‖²").biased(rounding),
        Estimand::scalar("perturbed-mse", "E‖(1+δ)Hy − x‖²").biased(rounding),
        Estimand::scalar("excess", "E‖(1+δ)Hy − x‖² − E‖Hy − x‖², on the same samples").biased(rounding),
        Estimand::scalar("cross-orthogonality", "tr E[(Hy − x)yᵀ]").biased(rounding),
        Estimand::scalar(
            "cross-projection",
            "√d uᵀ E[(Hy − x)yᵀ] v for one fixed pair of random directions u, v (unit vectors)",
        )
        .biased(rounding),
    ],
    prepare,
};

/// Samples are drawn in single precision, moments accumulated in double.
fn rounding(p: &Parameters) -> f64 {
    let trace: f64 = power_law(p.whole("d"), p.get("exponent")).iter().sum();
    4.0 * f64::from(f32::EPSILON) * (trace + p.get("sigma").powi(2))
}

struct Filter {
    d: usize,
    sigma: f64,
    delta: f64,
    batch: usize,
    exponent: f64,
    covariance: Mat<f64>,
    filter: Mat<f64>,
    root_single: Mat<f32>,
    filter_single: Mat<f32>,
    directions: [Vec<f32>; 2],
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, sigma, exponent) = (p.whole("d"), p.get("sigma"), p.get("exponent"));
    let (covariance, root) = dense_covariance(d, exponent, &mut path.child("basis").stream());
    let noisy = Mat::from_fn(d, d, |i, j| covariance[(i, j)] + if i == j { sigma * sigma } else { 0.0 });
    let noisy = Cholesky::new(noisy.as_ref()).map_err(|e| ExperimentError::Setup(e.to_string()))?;
    // C and C + σ² commute, so C(C + σ²)⁻¹ is the transpose of the solution.
    let filter = noisy.solve(covariance.as_ref()).transpose().to_owned();
    let mut stream = path.child("directions").stream();
    let directions = [(); 2].map(|()| {
        let mut u = vec![0f32; d];
        fill_normal(&mut stream, &mut u);
        let norm = dot(&u, &u).sqrt() as f32;
        u.iter_mut().for_each(|x| *x /= norm);
        u
    });
    Ok(Box::new(Filter {
        d,
        sigma,
        delta: p.get("delta"),
        batch: p.whole("batch"),
        exponent,
        root_single: single(root.as_ref()),
        filter_single: single(filter.as_ref()),
        covariance,
        filter,
        directions,
    }))
}

impl Trial for Filter {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let width = CHUNK.min(self.batch);
        let mut buffers = [(); 4].map(|()| Mat::<f32>::zeros(self.d, width));
        let [noise, signal, observed, estimate] = &mut buffers;
        let [mut error2, mut mixed, mut estimate2, mut cross, mut projection] = [0f64; 5];
        let sigma = self.sigma as f32;
        for start in (0..self.batch).step_by(width) {
            let width = width.min(self.batch - start);
            for j in 0..width {
                fill_normal(&mut generator, noise.col_as_slice_mut(j));
            }
            product_into(signal.subcols_mut(0, width), self.root_single.as_ref(), noise.subcols(0, width));
            for j in 0..width {
                let y = observed.col_as_slice_mut(j);
                fill_normal(&mut generator, y);
                y.iter_mut().zip(signal.col_as_slice(j)).for_each(|(y, x)| *y = x + sigma * *y);
            }
            product_into(estimate.subcols_mut(0, width), self.filter_single.as_ref(), observed.subcols(0, width));
            for j in 0..width {
                let (h, y) = (estimate.col_as_slice(j), observed.col_as_slice(j));
                let e = signal.col_as_slice_mut(j);
                e.iter_mut().zip(h).for_each(|(e, h)| *e = h - *e);
                error2 += dot(e, e);
                mixed += dot(e, h);
                estimate2 += dot(h, h);
                cross += dot(e, y);
                projection += dot(e, &self.directions[0]) * dot(y, &self.directions[1]);
            }
        }
        let n = self.batch as f64;
        let excess = 2.0 * self.delta * mixed + self.delta * self.delta * estimate2;
        out[0] = error2 / n;
        out[1] = (error2 + excess) / n;
        out[2] = excess / n;
        out[3] = cross / n;
        out[4] = projection * (self.d as f64).sqrt() / n;
    }

    fn work(&self) -> f64 {
        let products = 2.0 * cost::product_single(self.d, self.d, self.batch);
        cost::work(products + (self.batch * self.d) as f64 * (2.0 * cost::NORMAL + 4.0))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "C" => Some(Quantity::Matrix(self.d, self.d, entries(self.covariance.as_ref()))),
            "H" => Some(Quantity::Matrix(self.d, self.d, entries(self.filter.as_ref()))),
            "beta" | r"\beta" => Some(Quantity::Vector(power_law(self.d, self.exponent))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn matches_the_sum_over_modes() {
        let (d, sigma, delta) = (24, 0.6, 0.3);
        let given = [("d", d as f64), ("sigma", sigma), ("delta", delta), ("batch", 300.0), ("exponent", 1.0)];
        let s = sample(&EXPERIMENT, &given, 60);
        let s2 = sigma * sigma;
        let (mut mse, mut shrunk) = (0.0, 0.0);
        for b in power_law(d, 1.0) {
            mse += b * s2 / (b + s2);
            shrunk += b * b / (b + s2);
        }
        s.assert("mse", &[mse]);
        s.assert("perturbed-mse", &[mse + delta * delta * shrunk]);
        s.assert("excess", &[delta * delta * shrunk]);
        s.assert("cross-orthogonality", &[0.0]);
        s.assert("cross-projection", &[0.0]);
        assert!(s.get("mse")[0].1 < 0.01 * mse, "the test resolves one per cent");
    }
}
