//! How far the optimal linear score of n data points is from the perfect one.

use super::{data_set, dense_covariance, power_law};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Cholesky, Mat, entries};
use crate::random::{SeedPath, Stream};

/// Fresh data sets of n points from N(0, Σ); W_opt = [Δ_t + e^{-2t} C^e]⁻¹ against W_perfect = [Δ_t + e^{-2t} Σ]⁻¹.
pub static EXPERIMENT: Experiment = Experiment {
    name: "empirical-score-distance",
    summary: "fresh Gaussian data sets; distance between the optimal linear score of n points and the perfect score",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024; Wishart distribution as in Anderson 2003, ch. 7",
    parameters: &[
        Parameter::whole("d", "dimension", 20.0, 1.0, 400.0),
        Parameter::whole("n", "data points", 400.0, 1.0, 1e6),
        Parameter::real("t", "diffusion time", 0.5, 0.01, 10.0),
        Parameter::real("exponent", "decay p of the spectrum k^{-p} of Σ", 1.0, 0.0, 4.0),
    ],
    estimands: &[
        Estimand::scalar("perfect-score-distance", "‖W_opt − W_perfect‖ (Frobenius)"),
        Estimand::scalar("scaled-distance", "√n ‖W_opt − W_perfect‖ (Frobenius)"),
        Estimand::scalar("scaled-square-distance", "n ‖W_opt − W_perfect‖² (Frobenius)"),
    ],
    prepare,
};

struct Distance {
    n: usize,
    decay2: f64,
    covariance: Mat<f64>,
    root: Mat<f64>,
    spectrum: Vec<f64>,
    perfect: Mat<f64>,
}

/// [Δ_t + e^{-2t} c]⁻¹.
fn score(c: &Mat<f64>, decay2: f64) -> Result<Mat<f64>, ExperimentError> {
    let noised =
        Mat::from_fn(c.nrows(), c.ncols(), |i, j| decay2 * c[(i, j)] + if i == j { 1.0 - decay2 } else { 0.0 });
    Cholesky::new(noised.as_ref()).map(|c| c.inverse()).map_err(|e| ExperimentError::Setup(e.to_string()))
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let decay2 = (-2.0 * p.get("t")).exp();
    let (covariance, root) = dense_covariance(p.whole("d"), p.get("exponent"), &mut path.child("basis").stream());
    let perfect = score(&covariance, decay2)?;
    let spectrum = power_law(p.whole("d"), p.get("exponent"));
    Ok(Box::new(Distance { n: p.whole("n"), decay2, covariance, root, spectrum, perfect }))
}

impl Trial for Distance {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let (_, second_moment) = data_set(&self.root, self.n, stream);
        let distance = match score(&second_moment, self.decay2) {
            Ok(w) => (w - &self.perfect).norm_l2(),
            Err(_) => f64::NAN,
        };
        let n = self.n as f64;
        (out[0], out[1], out[2]) = (distance, n.sqrt() * distance, n * distance * distance);
    }

    fn work(&self) -> f64 {
        let d = self.covariance.nrows();
        let data = self.n as f64 * d as f64 * cost::NORMAL + 2.0 * cost::product(d, d, self.n);
        cost::work(data + 2.0 * cost::product(d, d, d) + 20.0 * (d * d) as f64)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let d = self.covariance.nrows();
        match name {
            r"\Sigma" | "Sigma" => Some(Quantity::Matrix(d, d, entries(self.covariance.as_ref()))),
            "beta" | r"\beta" => Some(Quantity::Vector(self.spectrum.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_dimension_matches_quadrature_over_chi_square() {
        // d = 1: C^e = χ²_n/n, W_perfect = 1; integrate over the density of χ²_n.
        let (n, t) = (6.0, 0.3f64);
        let s = sample(&EXPERIMENT, &[("d", 1.0), ("n", n), ("t", t)], 20000);
        let e2 = (-2.0 * t).exp();
        let (mut weight, mut distance) = (0.0, 0.0);
        let h = 1e-3;
        for k in 0..80_000 {
            let x = (k as f64 + 0.5) * h;
            let density = x.powf(n / 2.0 - 1.0) * (-x / 2.0).exp();
            weight += density;
            distance += density * (1.0 / (1.0 - e2 + e2 * x / n) - 1.0).abs();
        }
        s.assert("perfect-score-distance", &[distance / weight]);
    }

    #[test]
    fn many_points_match_the_wishart_covariance() {
        // First order in C^e − Σ: n E‖·‖² → e^{-4t}[(tr A)² + tr A²], A = Γ⁻¹ΣΓ⁻¹, up to O(1/n).
        let (d, n, t) = (6, 4000.0, 0.4f64);
        let s = sample(&EXPERIMENT, &[("d", d as f64), ("n", n), ("t", t), ("exponent", 0.5)], 400);
        let e2 = (-2.0 * t).exp();
        let a: Vec<f64> = power_law(d, 0.5).iter().map(|b| b / (1.0 - e2 + e2 * b).powi(2)).collect();
        let (trace, square) = (a.iter().sum::<f64>(), a.iter().map(|a| a * a).sum::<f64>());
        let expected = e2 * e2 * (trace * trace + square);
        let (mean, error) = s.get("scaled-square-distance")[0];
        assert!((mean - expected).abs() < 4.5 * error + 20.0 / n * expected, "{mean} ± {error}, expected {expected}");
        assert!(error < 0.05 * expected);
    }
}
