//! The binary oracle against the oracle attenuation, in an orthonormal basis.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// A fixed signal with coefficients a_k, observations a_k + σz_k; an oracle that knows a chooses the best factor
/// in [0, 1] (attenuation) or in {0, 1} (projection) for each coefficient.
pub static EXPERIMENT: Experiment = Experiment {
    name: "oracle-projection",
    summary: "a fixed signal in white noise; risk of the oracle attenuation and of the binary oracle",
    source: "Donoho and Johnstone 1994, §2; Mallat 2009, §11.2",
    parameters: &[
        Parameter::whole("d", "coefficients", 32.0, 1.0, 4096.0),
        Parameter::real("sigma", "noise σ", 1.0, 1e-3, 1e3),
        Parameter::real(
            "decades",
            "|a_k|/σ runs geometrically over 10^{±decades}; 0 puts every |a_k| at σ, the worst case",
            2.0,
            0.0,
            6.0,
        ),
        Parameter::whole("batch", "noise draws per replicate", 64.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("oracle-attenuation-risk", "Σ_k E(h_k y_k − a_k)² with h_k = a_k²/(a_k² + σ²)"),
        Estimand::scalar("oracle-projection-risk", "Σ_k E(λ_k y_k − a_k)² with λ_k = 1 if |a_k| ≥ σ, else 0"),
        Estimand::scalar("lower-slack", "projection risk − attenuation risk, on the same noise"),
        Estimand::scalar("upper-slack", "2 × attenuation risk − projection risk, on the same noise"),
    ],
    prepare,
};

struct Oracles {
    sigma: f64,
    batch: usize,
    coefficients: Vec<f64>,
}

fn coefficients(d: usize, sigma: f64, decades: f64) -> Vec<f64> {
    let position = |k: usize| if d == 1 { 0.0 } else { 2.0 * k as f64 / (d - 1) as f64 - 1.0 };
    let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
    (0..d).map(|k| sign(k) * sigma * 10f64.powf(decades * position(k))).collect()
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (sigma, decades) = (p.get("sigma"), p.get("decades"));
    let coefficients = coefficients(p.whole("d"), sigma, decades);
    Ok(Box::new(Oracles { sigma, batch: p.whole("batch"), coefficients }))
}

impl Trial for Oracles {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let mut noise = vec![0f64; self.coefficients.len()];
        let (mut attenuation, mut projection) = (0.0, 0.0);
        for _ in 0..self.batch {
            fill_normal(&mut generator, &mut noise);
            for (a, z) in self.coefficients.iter().zip(&noise) {
                let y = a + self.sigma * z;
                attenuation += (a * a / (a * a + self.sigma * self.sigma) * y - a).powi(2);
                projection += if a.abs() >= self.sigma { (y - a).powi(2) } else { a * a };
            }
        }
        let n = self.batch as f64;
        (out[0], out[1]) = (attenuation / n, projection / n);
        (out[2], out[3]) = (out[1] - out[0], 2.0 * out[0] - out[1]);
    }

    fn work(&self) -> f64 {
        cost::work((self.batch * self.coefficients.len()) as f64 * (cost::NORMAL + 4.0))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "a").then(|| Quantity::Vector(self.coefficients.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn matches_the_risks_mode_by_mode() {
        let (d, sigma, decades) = (9, 0.5, 1.0);
        let s = sample(&EXPERIMENT, &[("d", d as f64), ("sigma", sigma), ("decades", decades)], 2000);
        let (mut attenuation, mut projection) = (0.0, 0.0);
        for a in coefficients(d, sigma, decades) {
            // Bias squared plus variance for attenuation, the smaller of the two extremes for projection.
            let h = a * a / (a * a + sigma * sigma);
            attenuation += (1.0 - h).powi(2) * a * a + h * h * sigma * sigma;
            projection += (a * a).min(sigma * sigma);
        }
        s.assert("oracle-attenuation-risk", &[attenuation]);
        s.assert("oracle-projection-risk", &[projection]);
        s.assert("lower-slack", &[projection - attenuation]);
    }

    #[test]
    fn the_factor_two_is_attained_at_the_noise_level() {
        let s = sample(&EXPERIMENT, &[("d", 5.0), ("decades", 0.0)], 2000);
        s.assert("upper-slack", &[0.0]);
        s.assert("oracle-projection-risk", &[5.0]);
    }
}
