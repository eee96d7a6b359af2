//! Eigenvectors and eigenvalues of a covariance that is known up to noise.

use super::wigner;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::linalg::symmetric_eigen;
use crate::random::{SeedPath, Stream};

/// Σ with d eigenvalues evenly spaced from 1 to 2, and H = Σ + d^{-a/2} G.
pub static EXPERIMENT: Experiment = Experiment {
    name: "noisy-covariance",
    summary: "Symmetric Gaussian noise of the strength d^{-a/2} on a covariance with evenly spaced eigenvalues; what becomes of its eigenvectors and eigenvalues",
    source: "Allez and Bouchaud 2012, Eigenvector dynamics: general theory and some applications",
    parameters: &[
        Parameter::whole("d", "dimension", 100.0, 2.0, 2000.0),
        Parameter::real("a", "decay a of the noise; n = d^{1+a} data have noise of this size", 1.0, 0.0, 4.0),
    ],
    estimands: &[
        Estimand::scalar("eigenvector-overlap", "mean over k of (u_k·v_k)², the k-th eigenvectors of H and of Σ")
            .within(0.0, 1.0),
        Estimand::scalar("eigenvalue-shift", "mean over k of the distance between the k-th eigenvalues of H and of Σ"),
        Estimand::scalar(
            "half-square-loss",
            "¼ Tr[(Σ⁻¹(H − Σ))²], the relative entropy of the two Gaussians to second order",
        ),
    ],
    prepare,
};

struct Noisy {
    spectrum: Vec<f64>,
    strength: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let d = p.whole("d");
    let spectrum = (0..d).map(|k| 1.0 + k as f64 / (d - 1) as f64).collect();
    Ok(Box::new(Noisy { spectrum, strength: (d as f64).powf(-0.5 * p.get("a")) }))
}

impl Trial for Noisy {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let d = self.spectrum.len();
        let mut noisy = wigner(d, self.strength, stream);
        let entry = |i: usize, j: usize| 0.25 * noisy[(i, j)].powi(2) / (self.spectrum[i] * self.spectrum[j]);
        out[2] = (0..d).map(|j| (0..d).map(|i| entry(i, j)).sum::<f64>()).sum();
        (0..d).for_each(|k| noisy[(k, k)] += self.spectrum[k]);
        match symmetric_eigen(noisy.as_ref()) {
            Ok(eigen) => {
                out[0] = (0..d).map(|k| eigen.vectors[(k, k)].powi(2)).sum::<f64>() / d as f64;
                let shift = eigen.values.iter().zip(&self.spectrum).map(|(a, b)| (a - b).abs());
                out[1] = shift.sum::<f64>() / d as f64;
            }
            Err(_) => out.fill(f64::NAN),
        }
    }

    fn work(&self) -> f64 {
        let d = self.spectrum.len();
        cost::work(cost::eigen(d) + (d * d) as f64 * (0.5 * cost::NORMAL + 2.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::stats::normal_density;

    #[test]
    fn two_dimensions_match_quadrature() {
        // The angle of the eigenvectors is ½ atan2(2g, h) with 2g and h − 1 of variance 2ε²; ε² = 2^{-a}.
        let epsilon = 0.5f64.powf(0.75);
        let found = sample(&EXPERIMENT, &[("d", 2.0), ("a", 1.5)], 40_000);
        let h = 0.02;
        let grid = || (-400..400).map(move |k| (f64::from(k) + 0.5) * h);
        let mut overlap = 0.0;
        for x in grid() {
            for y in grid() {
                let (difference, twice) = (1.0 + 2f64.sqrt() * epsilon * x, 2f64.sqrt() * epsilon * y);
                overlap +=
                    h * h * normal_density(x) * normal_density(y) * 0.5 * (1.0 + difference / difference.hypot(twice));
            }
        }
        found.assert("eigenvector-overlap", &[overlap]);
        // ¼ Σ_ij E g_ij²/(λ_i λ_j) with variances ε² on the diagonal and ε²/2 off it.
        found.assert("half-square-loss", &[0.25 * epsilon * epsilon * (1.0 + 0.25 + 0.5)]);
    }

    #[test]
    fn little_noise_turns_by_perturbation_theory() {
        // First order: |u_k·v_j|² = g²/(λ_k − λ_j)², of mean d^{-a-1} (d − 1)²/(k − j)².
        let (d, a) = (12usize, 4.0);
        let found = sample(&EXPERIMENT, &[("d", d as f64), ("a", a)], 2000);
        let pairs = (0..d).flat_map(|k| (0..d).filter(move |j| *j != k).map(move |j| k.abs_diff(j)));
        let turned: f64 = pairs.map(|r| 1.0 / (r * r) as f64).sum::<f64>() / d as f64;
        let expected = (d as f64).powf(-a - 1.0) * ((d - 1) as f64).powi(2) * turned;
        let (mean, error) = found.get("eigenvector-overlap")[0];
        assert!((1.0 - mean - expected).abs() < 4.5 * error + 10.0 * expected * expected, "{} {expected}", 1.0 - mean);
        assert!(error < 0.05 * expected);
        // Eigenvalues shift by the diagonal of the noise: E|N(0, 2 d^{-1-a})|.
        let (mean, error) = found.get("eigenvalue-shift")[0];
        let expected = (2.0 / std::f64::consts::PI).sqrt() * (2.0 * (d as f64).powf(-1.0 - a)).sqrt();
        assert!((mean - expected).abs() < 4.5 * error + 0.01 * expected);
    }
}
