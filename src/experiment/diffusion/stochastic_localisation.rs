//! An observation that drifts towards what it believes.

use crate::elementwise;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// dx = ⟨a⟩ dτ + √D dW from x = 0, where ⟨a⟩ = m tanh(m x) is the mean of a datum ±m given an observation x = aτ + √τ z of it.
/// Heun's scheme knows this mean and nothing else of the law of x.
pub static EXPERIMENT: Experiment = Experiment {
    name: "stochastic-localisation",
    summary: "Integrates the stochastic equation of an observation of a datum ±m with the posterior mean as its drift; moments of the observation and of the belief",
    source: "Eldan 2013; El Alaoui, Montanari and Sellke 2022, §3; Montanari 2023",
    parameters: &[
        Parameter::real("m", "size of the datum", 1.0, 0.0, 10.0),
        Parameter::real("tau", "time of the observation", 1.0, 1e-3, 100.0),
        Parameter::real("noise", "strength D of the noise, ⟨ηη⟩ = D δ; 1 for localisation", 1.0, 0.0, 10.0),
        Parameter::real("step", "time step in units of 1/m²", 0.1, 1e-3, 0.5),
        Parameter::whole("trajectories", "independent trajectories in one replicate", 256.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("second-moment", "E x²").biased(bias_of_square),
        Estimand::scalar("overlap", "E ⟨a⟩²/m², what is known of the datum").within(0.0, 1.0).biased(weak_error),
        Estimand::scalar("side", "E[x 1(x > 0)]").biased(|p| weak_error(p) * p.get("tau").max(1.0)),
    ],
    prepare,
};

/// Weak error of Heun's scheme for what lies between 0 and 1. Its second order is tested down to a tenth of this.
fn weak_error(p: &Parameters) -> f64 {
    0.2 * p.get("step").powi(2)
}

/// The same for the second moment, which is about m²τ² + τ.
fn bias_of_square(p: &Parameters) -> f64 {
    weak_error(p) * ((p.get("m") * p.get("tau")).powi(2) + p.get("tau"))
}

struct Localisation {
    m: f64,
    noise: f64,
    steps: usize,
    step: f64,
    trajectories: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (m, tau) = (p.get("m"), p.get("tau"));
    let steps = (tau * (m * m).max(1.0) / p.get("step")).ceil();
    let trajectories = p.whole("trajectories");
    if steps * trajectories as f64 > 1e9 {
        return Err(ExperimentError::Setup(format!("{trajectories} trajectories of {steps} steps take too long")));
    }
    Ok(Box::new(Localisation { m, noise: p.get("noise"), steps: steps as usize, step: tau / steps, trajectories }))
}

impl Localisation {
    /// m tanh(m x).
    fn belief(&self, x: &[f64], out: &mut [f64]) {
        out.iter_mut().zip(x).for_each(|(out, x)| *out = self.m * x);
        elementwise::tanh(out);
        out.iter_mut().for_each(|out| *out *= self.m);
    }
}

impl Trial for Localisation {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let [mut x, mut before, mut after, mut noise] = [(); 4].map(|()| vec![0.0; self.trajectories]);
        let root = (self.noise * self.step).sqrt();
        for _ in 0..self.steps {
            self.belief(&x, &mut before);
            fill_normal(&mut generator, &mut noise);
            for ((x, before), z) in x.iter_mut().zip(&before).zip(&noise) {
                *x += self.step * before + root * z;
            }
            self.belief(&x, &mut after);
            for ((x, before), after) in x.iter_mut().zip(&before).zip(&after) {
                *x += 0.5 * self.step * (after - before);
            }
        }
        self.belief(&x, &mut before);
        let n = x.len() as f64;
        out[0] = x.iter().map(|x| x * x).sum::<f64>() / n;
        out[1] = before.iter().map(|a| a * a).sum::<f64>() / (n * (self.m * self.m).max(f64::MIN_POSITIVE));
        out[2] = x.iter().filter(|x| **x > 0.0).sum::<f64>() / n;
    }

    fn work(&self) -> f64 {
        let step = 2.0 * cost::TRANSCENDENTAL + cost::NORMAL + 8.0 * cost::MULTIPLY_ADD;
        cost::work((self.trajectories * self.steps) as f64 * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::numeric::gaussian::expectation;

    /// The observation has the law of aτ + √τ z, and the belief its mean square over it.
    #[test]
    fn the_law_of_an_observation() {
        let (m, tau) = (1.3f64, 0.7f64);
        let s = sample(&EXPERIMENT, &[("m", m), ("tau", tau), ("step", 0.02)], 1500);
        s.assert("second-moment", &[m * m * tau * tau + tau]);
        s.assert("overlap", &[expectation(|z| (m * (m * tau + tau.sqrt() * z)).tanh().powi(2))]);
        s.assert("side", &[expectation(|z| 0.5 * (m * tau + tau.sqrt() * z).abs())]);
    }

    /// Without a datum it is Brownian motion of the strength of the noise.
    #[test]
    fn without_a_datum_it_is_brownian_motion() {
        let s = sample(&EXPERIMENT, &[("m", 0.0), ("tau", 2.0), ("noise", 3.0)], 400);
        s.assert("second-moment", &[6.0]);
    }

    /// The transition law of the scheme on a grid: its error is of the second order and within the declared bound.
    #[test]
    fn the_scheme_is_within_its_allowance() {
        let (m, tau) = (1.0f64, 1.5f64);
        let exact = expectation(|z| (tau + tau.sqrt() * z).tanh().powi(2));
        let error = |steps: usize| {
            let (h, dx) = (tau / steps as f64, 0.02);
            let grid: Vec<f64> = (-500..=500).map(|k| f64::from(k) * dx).collect();
            let mut law = vec![0.0f64; grid.len()];
            law[500] = 1.0;
            for _ in 0..steps {
                let mut next = vec![0.0; grid.len()];
                for (x, p) in grid.iter().zip(&law).filter(|(_, p)| p.abs() > 1e-14) {
                    let start = m * (m * x).tanh();
                    for k in -120..=120 {
                        let z = f64::from(k) * 0.05;
                        let weight = 0.05 * (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
                        let y = x + h * start + h.sqrt() * z;
                        let y = y + 0.5 * h * (m * (m * y).tanh() - start);
                        // Cubic interpolation of the mass keeps moments up to the third.
                        let place = y / dx + 500.0;
                        let (k, f) = (place.floor(), place - place.floor());
                        let parts = [
                            -f * (f - 1.0) * (f - 2.0) / 6.0,
                            (f + 1.0) * (f - 1.0) * (f - 2.0) / 2.0,
                            -(f + 1.0) * f * (f - 2.0) / 2.0,
                            (f + 1.0) * f * (f - 1.0) / 6.0,
                        ];
                        for (offset, part) in parts.iter().enumerate() {
                            if let Some(cell) = next.get_mut((k as usize + offset).wrapping_sub(1)) {
                                *cell += p * weight * part;
                            }
                        }
                    }
                }
                law = next;
            }
            grid.iter().zip(&law).map(|(x, p)| p * (m * x).tanh().powi(2)).sum::<f64>() - exact
        };
        let (coarse, fine) = (error(5), error(10));
        assert!(coarse.abs() < 0.2 * 0.09 && fine.abs() < 0.2 * 0.0225, "{coarse} {fine}");
        assert!((2.5..8.0).contains(&(coarse / fine)), "{coarse} {fine}");
    }
}
