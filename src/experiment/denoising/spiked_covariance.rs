//! One direction in symmetric noise: its eigenvalue and how far the eigenvector points along it.

use super::wigner;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::linalg::symmetric_eigen;
use crate::random::{SeedPath, Stream};

/// H = s v vᵀ + σG with a unit vector v and a symmetric G whose eigenvalues fill the interval from −2 to 2.
pub static EXPERIMENT: Experiment = Experiment {
    name: "spiked-covariance",
    summary: "A matrix of rank one in symmetric Gaussian noise; its largest eigenvalue, and the overlap of the eigenvector with the direction",
    source: "Benaych-Georges and Nadakuditi 2011, on low-rank perturbations; Baik, Ben Arous and Péché 2005 on the transition",
    parameters: &[
        Parameter::whole("d", "dimension", 100.0, 2.0, 2000.0),
        Parameter::real("s", "eigenvalue of the direction", 2.0, 0.0, 1e3),
        Parameter::real("sigma", "strength σ of the noise", 1.0, 1e-3, 1e3),
    ],
    estimands: &[
        Estimand::scalar("squared-overlap", "E (u·v)² of the direction v and the first eigenvector u").within(0.0, 1.0),
        Estimand::scalar("largest-eigenvalue", "E of the largest eigenvalue"),
    ],
    prepare,
};

struct Spike {
    d: usize,
    s: f64,
    sigma: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Spike { d: p.whole("d"), s: p.get("s"), sigma: p.get("sigma") }))
}

impl Trial for Spike {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        // The law of G is the same in every basis: the direction may be the first of this one.
        let mut noisy = wigner(self.d, self.sigma, stream);
        noisy[(0, 0)] += self.s;
        match symmetric_eigen(noisy.as_ref()) {
            Ok(eigen) => (out[0], out[1]) = (eigen.vectors[(0, self.d - 1)].powi(2), eigen.values[self.d - 1]),
            Err(_) => out.fill(f64::NAN),
        }
    }

    fn work(&self) -> f64 {
        cost::work(cost::eigen(self.d) + (self.d * self.d) as f64 * 0.5 * cost::NORMAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::stats::normal_density;

    #[test]
    fn two_dimensions_match_quadrature() {
        // Entries a + s, b, c with a, c ~ N(0, σ²) and b ~ N(0, σ²/2): the first eigenvector has the angle ½ atan2(2b, a + s − c).
        let (s, sigma) = (1.2, 0.7);
        let found = sample(&EXPERIMENT, &[("d", 2.0), ("s", s), ("sigma", sigma)], 40_000);
        let h = 0.02;
        let grid = || (-400..400).map(move |k| (f64::from(k) + 0.5) * h);
        let (mut overlap, mut eigenvalue) = (0.0, 0.0);
        for x in grid() {
            for y in grid() {
                // a − c has the variance 2σ², 2b too; a + c is independent of both and of mean zero.
                let (difference, twice) = (s + 2f64.sqrt() * sigma * x, 2f64.sqrt() * sigma * y);
                let weight = h * h * normal_density(x) * normal_density(y);
                let radius = difference.hypot(twice);
                overlap += weight * 0.5 * (1.0 + difference / radius);
                eigenvalue += weight * 0.5 * (s + radius);
            }
        }
        found.assert("squared-overlap", &[overlap]);
        found.assert("largest-eigenvalue", &[eigenvalue]);
        assert!(found.get("squared-overlap")[0].1 < 0.002);
    }

    #[test]
    fn a_direction_without_noise_is_found() {
        let found = sample(&EXPERIMENT, &[("d", 30.0), ("s", 5.0), ("sigma", 1e-3)], 4);
        assert!(
            (found.mean("squared-overlap") - 1.0).abs() < 1e-6 && (found.mean("largest-eigenvalue") - 5.0).abs() < 0.01
        );
        // Without a direction every one is as good as any other.
        sample(&EXPERIMENT, &[("d", 10.0), ("s", 0.0)], 4000).assert("squared-overlap", &[0.1]);
    }
}
