//! The collapse time of data on a hidden linear manifold.

use super::collapse_time::{HALF_WEIGHT, PROBES};
use super::{Cloud, DataSet, EVALUATIONS, half_weight_time, root};
use crate::experiment::{Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};
use nalgebra::DMatrix;

/// Data a = F s in d dimensions with s ~ N(0, σ²I) in D latent ones: a fixed F, a fresh data set per replicate.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hidden-manifold-collapse",
    summary: "Draws n points on a D-dimensional linear subspace of d dimensions and finds the time at which the empirical posterior gives a noised data point weight ½ on average",
    source: "George, Veiga and Macris 2025; Achilli et al. 2024 (hidden-manifold data in diffusion models)",
    parameters: &[
        DataSet::N,
        Parameter {
            name: "d",
            meaning: "dimension of the space",
            default: 64.0,
            minimum: 1.0,
            maximum: 512.0,
            whole: true,
        },
        Parameter {
            name: "D",
            meaning: "dimension of the manifold, at most d",
            default: 14.0,
            minimum: 1.0,
            maximum: 256.0,
            whole: true,
        },
        DataSet::SIGMA,
        Parameter {
            name: "mixing",
            meaning: "0: F has orthonormal columns; 1: F has independent entries N(0, 1/d)",
            default: 0.0,
            minimum: 0.0,
            maximum: 1.0,
            whole: true,
        },
        PROBES,
    ],
    estimands: &[HALF_WEIGHT],
    prepare,
};

struct HiddenManifold {
    n: usize,
    /// σF, d × D.
    embedding: DMatrix<f64>,
    /// Eigenvalues of the data covariance on the manifold.
    variances: Vec<f64>,
    probes: usize,
}

fn prepare(parameters: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, d, latent) = (parameters.whole("n"), parameters.whole("d"), parameters.whole("D"));
    DataSet::affordable(n, d)?;
    if latent > d {
        return Err(ExperimentError::Setup(format!("the manifold's D = {latent} exceeds d = {d}")));
    }
    let mut entries = vec![0.0; d * latent];
    fill_normal(&mut path.child("embedding").stream(), &mut entries);
    let mut embedding = DMatrix::from_vec(d, latent, entries) / (d as f64).sqrt();
    if parameters.whole("mixing") == 0 {
        embedding = embedding.qr().q();
    }
    embedding *= parameters.get("sigma");
    let variances = (embedding.transpose() * &embedding).symmetric_eigenvalues().iter().copied().collect();
    Ok(Box::new(HiddenManifold { n, embedding, variances, probes: parameters.whole("probes") }))
}

impl Trial for HiddenManifold {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let (d, latent) = self.embedding.shape();
        let mut points = vec![0.0; self.n * d];
        let mut hidden = vec![0.0; latent];
        for point in points.chunks_exact_mut(d) {
            fill_normal(generator, &mut hidden);
            for (column, s) in self.embedding.column_iter().zip(&hidden) {
                point.iter_mut().zip(column.iter()).for_each(|(a, f)| *a += f * s);
            }
        }
        // Where the noise leaves as many points indistinguishable as there are: only the start of the search.
        let log_n = (self.n as f64).ln();
        let volume = |t: f64| self.variances.iter().map(|v| 0.5 * (v / (2.0 * t).exp_m1()).ln_1p()).sum::<f64>();
        let guess = root(-12.0, 3.0, 1e-6, |u| volume(u.exp()) - log_n).exp();
        let guess = if guess.is_nan() { 1.0 } else { guess };
        out[0] = half_weight_time(&Cloud::new(d, points), self.probes, guess, generator);
    }

    fn work(&self) -> f64 {
        let (d, latent) = self.embedding.shape();
        let data = self.n as f64 * latent as f64 * (cost::NORMAL + d as f64 * cost::MULTIPLY_ADD);
        cost::work(data + EVALUATIONS * Cloud::cost(self.n, d, self.probes))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "variances" => Some(Quantity::Vector(self.variances.clone())),
            "covariance" => {
                let covariance = &self.embedding * self.embedding.transpose();
                let d = covariance.nrows();
                Some(Quantity::Matrix(d, d, covariance.as_slice().to_vec()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Orthonormal columns keep all distances: the collapse time is that of the latent space, whatever d.
    #[test]
    fn an_isometric_embedding_changes_nothing() {
        let shared = [("n", 300.0), ("probes", 128.0), ("sigma", 1.4)];
        let hidden = [&shared[..], &[("d", 24.0), ("D", 6.0)]].concat();
        let latent = [&shared[..], &[("d", 6.0)]].concat();
        let (a, a_error) = sample(&EXPERIMENT, &hidden, 20).get("collapse-time")[0];
        let (b, b_error) = sample(&super::super::collapse_time::EXPERIMENT, &latent, 20).get("collapse-time")[0];
        assert!((a - b).abs() < 4.5 * a_error.hypot(b_error), "{a} ± {a_error} against {b} ± {b_error}");
        assert!(a_error.hypot(b_error) < 0.05);
    }

    /// A Gaussian embedding: eigenvalues of FᵀF sum to its squared length and are the covariance's.
    #[test]
    fn variances_are_the_spectrum_of_the_covariance() {
        let given = [("n", 10.0), ("d", 9.0), ("D", 4.0), ("mixing", 1.0)];
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let trial = prepare(&EXPERIMENT.parameters(&given).unwrap(), &SeedPath::root(1)).unwrap();
        let (Some(Quantity::Vector(variances)), Some(Quantity::Matrix(d, _, covariance))) =
            (trial.quantity("variances"), trial.quantity("covariance"))
        else {
            panic!("a vector and a matrix")
        };
        let squares: f64 = covariance.iter().map(|c| c * c).sum();
        assert!((variances.iter().map(|v| v * v).sum::<f64>() - squares).abs() < 1e-10 * squares);
        assert!((variances.iter().sum::<f64>() - (0..d).map(|i| covariance[i * d + i]).sum::<f64>()).abs() < 1e-10);
    }
}
