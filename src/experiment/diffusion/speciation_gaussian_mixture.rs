//! Speciation of two Gaussians with a general covariance.

use super::{HalfPoint, delta, root};
use crate::experiment::{Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};

/// ½ N(μ, Σ) + ½ N(−μ, Σ), Σ with eigenvalues σ² k^{-a} and μ in a random direction of length m√d.
pub static EXPERIMENT: Experiment = Experiment {
    name: "speciation-gaussian-mixture",
    summary: "Noises points of two Gaussians ±μ with covariance of eigenvalues σ² k^{-a} and finds the time at which two draws from the class posterior agree with probability `level`",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[
        Parameter { name: "d", meaning: "dimension", default: 64.0, minimum: 2.0, maximum: 1e5, whole: true },
        Parameter {
            name: "m",
            meaning: "length of the class mean over √d",
            default: 1.0,
            minimum: 1e-3,
            maximum: 100.0,
            whole: false,
        },
        Parameter {
            name: "sigma",
            meaning: "root of the largest eigenvalue of the covariance within a class",
            default: 1.0,
            minimum: 1e-2,
            maximum: 100.0,
            whole: false,
        },
        Parameter {
            name: "a",
            meaning: "exponent of the spectrum σ² k^{-a} of the covariance within a class",
            default: 0.5,
            minimum: 0.0,
            maximum: 4.0,
            whole: false,
        },
        HalfPoint::LEVEL,
        HalfPoint::PROBES,
    ],
    estimands: &[HalfPoint::OF_PROBES],
    prepare,
};

/// In the eigenbasis of Σ.
struct Mixture {
    mean: Vec<f64>,
    variances: Vec<f64>,
    level: f64,
    probes: usize,
}

fn prepare(parameters: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let d = parameters.whole("d");
    HalfPoint::affordable_probes(parameters.whole("probes"), d)?;
    let mut mean = vec![0.0; d];
    fill_normal(&mut path.child("mean").stream(), &mut mean);
    let scale = parameters.get("m") * (d as f64).sqrt() / mean.iter().map(|m| m * m).sum::<f64>().sqrt();
    mean.iter_mut().for_each(|m| *m *= scale);
    let variance = |k: usize| parameters.get("sigma").powi(2) * (k as f64).powf(-parameters.get("a"));
    Ok(Box::new(Mixture {
        mean,
        variances: (1..=d).map(variance).collect(),
        level: parameters.get("level"),
        probes: parameters.whole("probes"),
    }))
}

impl Mixture {
    /// κ² = e^{-2t} μᵀ Γ_t⁻¹ μ with Γ_t = Δ_t I + e^{-2t} Σ; it is 1 where log p_t loses its concavity at 0.
    fn separation_squared(&self, t: f64) -> f64 {
        let shrink = (-2.0 * t).exp();
        self.mean.iter().zip(&self.variances).map(|(m, v)| shrink * m * m / (delta(t) + shrink * v)).sum()
    }

    fn curvature_time(&self) -> f64 {
        root(-1.0, 30.0, 1e-12, |t| self.separation_squared(t.max(0.0)).ln() - t.min(0.0))
    }

    /// The top eigenvalue Λ of the data covariance Σ + μμᵀ: Σ_k μ_k²/(Λ − v_k) = 1 to the right of every v_k.
    fn top_eigenvalue(&self) -> f64 {
        let largest = self.variances[0];
        let length: f64 = self.mean.iter().map(|m| m * m).sum();
        let secular =
            |top: f64| 1.0 / self.mean.iter().zip(&self.variances).map(|(m, v)| m * m / (top - v)).sum::<f64>() - 1.0;
        root(largest + 1e-12 * length, largest + length, 1e-12 * (largest + length), secular)
    }

    /// How far a point of a class and its noise deviate: two vectors of standard normals.
    fn probe(&self, generator: &mut Bulk) -> (Vec<f64>, Vec<f64>) {
        let (mut deviation, mut noise) = (vec![0.0; self.mean.len()], vec![0.0; self.mean.len()]);
        fill_normal(generator, &mut deviation);
        fill_normal(generator, &mut noise);
        (deviation, noise)
    }

    /// Half the log odds of the classes given points of the positive class, which is as good as either, noised to time t:
    /// for each deviation with its noise, and for the opposite of both.
    fn half_log_odds(&self, t: f64, probes: &[(Vec<f64>, Vec<f64>)]) -> Vec<[f64; 2]> {
        let (shrink, spread) = ((-t).exp(), delta(t).sqrt());
        let weight = |(m, v): (&f64, &f64)| shrink * m / (spread * spread + shrink * shrink * v);
        let weights: Vec<f64> = self.mean.iter().zip(&self.variances).map(weight).collect();
        let of_deviation: Vec<f64> = weights.iter().zip(&self.variances).map(|(w, v)| shrink * w * v.sqrt()).collect();
        let of_noise: Vec<f64> = weights.iter().map(|w| spread * w).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let centre = shrink * dot(&weights, &self.mean);
        let pair = |(deviation, noise): &(Vec<f64>, Vec<f64>)| {
            let off = dot(&of_deviation, deviation) + dot(&of_noise, noise);
            [centre + off, centre - off]
        };
        probes.iter().map(pair).collect()
    }
}

impl Trial for Mixture {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let probes: Vec<_> = (0..self.probes).map(|_| self.probe(generator)).collect();
        let guess = self.curvature_time();
        out[0] = HalfPoint::of_probes(guess, self.level, &probes, |t, probes| self.half_log_odds(t, probes));
    }

    fn work(&self) -> f64 {
        // Two sums give both of a pair.
        let evaluate = 2.0 * cost::MULTIPLY_ADD;
        cost::work(HalfPoint::cost_of_probes(self.probes, self.mean.len(), 2.0 * cost::NORMAL, evaluate))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "top-eigenvalue" => Some(Quantity::Scalar(self.top_eigenvalue())),
            "curvature-time" => Some(Quantity::Scalar(self.curvature_time())),
            "mean" => Some(Quantity::Vector(self.mean.clone())),
            "variances" => Some(Quantity::Vector(self.variances.clone())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::diffusion::same_class;
    use crate::experiment::known_answer::sample;
    use nalgebra::DMatrix;

    fn mixture(d: usize) -> Mixture {
        let mean = (0..d).map(|k| 1.0 + 0.3 * (k as f64).sin()).collect();
        Mixture { mean, variances: (1..=d).map(|k| 2.0 / k as f64).collect(), level: 0.75, probes: 16 }
    }

    #[test]
    fn the_top_eigenvalue_is_that_of_the_covariance() {
        let mixture = mixture(7);
        let covariance = DMatrix::from_fn(7, 7, |i, j| {
            mixture.mean[i] * mixture.mean[j] + if i == j { mixture.variances[i] } else { 0.0 }
        });
        let top = covariance.symmetric_eigenvalues().max();
        assert!((mixture.top_eigenvalue() - top).abs() < 1e-9 * top);
    }

    #[test]
    fn the_half_point_follows_the_separation() {
        let given = [("d", 40.0), ("sigma", 1.5), ("a", 1.0)];
        let (mean, error) = sample(&EXPERIMENT, &given, 40).get("speciation-time")[0];
        let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let parameters = EXPERIMENT.parameters(&given).unwrap();
        let path = SeedPath::root(2024).child(EXPERIMENT.name);
        let trial = prepare(&parameters, &path).unwrap();
        let (Some(Quantity::Vector(mean_vector)), Some(Quantity::Vector(variances))) =
            (trial.quantity("mean"), trial.quantity("variances"))
        else {
            panic!("vectors")
        };
        let mixture = Mixture { mean: mean_vector, variances, level: 0.75, probes: 16 };
        let exact = root(0.1, 6.0, 1e-10, |t| same_class(mixture.separation_squared(t).sqrt()) - 0.75);
        assert!(
            (mean - exact).abs() < 4.5 * error + HalfPoint::probe_bias(&parameters),
            "{mean} ± {error} against {exact}"
        );
    }
}
