//! Noise carried to data along an interpolant.

use crate::elementwise;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// Data from ½N(m, σ²) + ½N(−m, σ²) are mixed with noise to α(t) a + β(t) z. Normal numbers at t = 1 are taken back to t = 0 by the
/// mean velocity b = α̇⟨a⟩ + β̇⟨z⟩ of the pairs that meet at a place, or by b + λφ with the score φ and noise of strength λ.
/// Heun's scheme knows the posterior means and nothing else of the law.
pub static EXPERIMENT: Experiment = Experiment {
    name: "interpolant",
    summary: "Normal numbers carried to data of two classes by the mean velocity of an interpolant, with any share of the score and its noise; the law at the end",
    source: "Albergo, Boffi and Vanden-Eijnden 2023, Stochastic interpolants",
    parameters: &[
        Parameter::whole("schedule", "0: α = 1 − t, β = t; 1: α = cos(πt/2), β = sin(πt/2)", 0.0, 0.0, 1.0),
        Parameter::real("lambda", "share λ of the score in the velocity, and strength of the noise", 0.0, 0.0, 4.0),
        Parameter::whole("whole", "0 leaves the velocity β̇⟨z⟩ of the noise out", 1.0, 0.0, 1.0),
        Parameter::real("m", "mean of the positive class", 1.0, 0.0, 4.0),
        Parameter::real("sigma", "standard deviation within a class", 0.5, 0.3, 2.0),
        Parameter::real("omega", "frequency ω of the characteristic function", 2.0, 0.0, 20.0),
        Parameter::whole("steps", "time steps", 100.0, 10.0, 1e5),
        Parameter::whole("trajectories", "independent trajectories in one replicate", 256.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("characteristic-function", "E cos(ω x) at the end").within(-1.0, 1.0).biased(weak_error),
        Estimand::scalar("variance", "E x² at the end")
            .biased(|p| weak_error(p) * (p.get("m").powi(2) + p.get("sigma").powi(2))),
    ],
    prepare,
};

/// Weak error of Heun's scheme: of the second order, with slopes of the velocity of order (m/σ²)²; tested without noise down to
/// a third of this.
fn weak_error(p: &Parameters) -> f64 {
    let slope = 2.0 + (p.get("m") / p.get("sigma").powi(2)).powi(2) + (1.0 + p.get("lambda")) / p.get("sigma").powi(2);
    (slope / p.get("steps")).powi(2)
}

struct Transport {
    trigonometric: bool,
    lambda: f64,
    whole: f64,
    m: f64,
    variance: f64,
    omega: f64,
    steps: usize,
    trajectories: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Transport::new(p)))
}

impl Transport {
    fn new(p: &Parameters) -> Self {
        Self {
            trigonometric: p.whole("schedule") == 1,
            lambda: p.get("lambda"),
            whole: p.get("whole"),
            m: p.get("m"),
            variance: p.get("sigma").powi(2),
            omega: p.get("omega"),
            steps: p.whole("steps"),
            trajectories: p.whole("trajectories"),
        }
    }

    /// α, β and their slopes.
    fn schedule(&self, t: f64) -> [f64; 4] {
        if !self.trigonometric {
            return [1.0 - t, t, -1.0, 1.0];
        }
        let quarter = std::f64::consts::FRAC_PI_2;
        let (sin, cos) = (quarter * t).sin_cos();
        [cos, sin, -quarter * sin, quarter * cos]
    }

    /// Minus the velocity at t, plus λ times the score: the drift backwards in time.
    ///
    /// With the class ±1 of mean `tanh(α m x/v)` and v = α²σ² + β², the datum has the mean m·class + (ασ²/v)(x − α m·class), and the
    /// noise (β/v)(x − α m·class).
    fn drift(&self, t: f64, x: &[f64], out: &mut [f64]) {
        let [alpha, beta, alpha_slope, beta_slope] = self.schedule(t);
        let spread = alpha * alpha * self.variance + beta * beta;
        let centre = alpha * self.m;
        out.iter_mut().zip(x).for_each(|(out, x)| *out = centre * x / spread);
        elementwise::tanh(out);
        let of_rest = (alpha_slope * alpha * self.variance + self.whole * beta_slope * beta + self.lambda) / spread;
        for (out, x) in out.iter_mut().zip(x) {
            *out = -alpha_slope * self.m * *out - of_rest * (x - centre * *out);
        }
    }
}

impl Trial for Transport {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let [mut x, mut before, mut after, mut noise] = [(); 4].map(|()| vec![0.0; self.trajectories]);
        fill_normal(&mut generator, &mut x);
        let h = 1.0 / self.steps as f64;
        let root = (2.0 * self.lambda * h).sqrt();
        for step in (0..self.steps).rev() {
            self.drift((step + 1) as f64 * h, &x, &mut before);
            if self.lambda > 0.0 {
                fill_normal(&mut generator, &mut noise);
                x.iter_mut().zip(&noise).for_each(|(x, z)| *x += root * z);
            }
            x.iter_mut().zip(&before).for_each(|(x, before)| *x += h * before);
            self.drift(step as f64 * h, &x, &mut after);
            for ((x, before), after) in x.iter_mut().zip(&before).zip(&after) {
                *x += 0.5 * h * (after - before);
            }
        }
        let n = x.len() as f64;
        out[0] = x.iter().map(|x| (self.omega * x).cos()).sum::<f64>() / n;
        out[1] = x.iter().map(|x| x * x).sum::<f64>() / n;
    }

    fn work(&self) -> f64 {
        let noise = if self.lambda > 0.0 { cost::NORMAL } else { 0.0 };
        let step = 2.0 * (cost::TRANSCENDENTAL + 4.0 * cost::MULTIPLY_ADD) + noise + 3.0;
        cost::work(self.trajectories as f64 * (self.steps as f64 * step + 4.0 * cost::TRANSCENDENTAL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    fn characteristic(omega: f64, m: f64, sigma: f64) -> f64 {
        (-0.5 * (omega * sigma).powi(2)).exp() * (omega * m).cos()
    }

    #[test]
    fn noise_becomes_data() {
        for (schedule, lambda) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 0.5)] {
            let given = [("schedule", schedule), ("lambda", lambda), ("omega", 1.7), ("steps", 400.0)];
            let s = sample(&EXPERIMENT, &given, 100);
            s.assert("characteristic-function", &[characteristic(1.7, 1.0, 0.5)]);
            s.assert("variance", &[1.25]);
        }
    }

    /// Without noise the map is monotone, and its image of the quantiles of the noise is the law at the end.
    #[test]
    fn the_scheme_is_within_its_allowance() {
        for schedule in [0.0, 1.0] {
            let error = |steps: f64| {
                let given = [("schedule", schedule), ("steps", steps), ("omega", 1.7)];
                let p = EXPERIMENT.parameters(&given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect()).unwrap();
                let transport = Transport::new(&p);
                let grid: Vec<f64> = (-800..=800).map(|k| f64::from(k) * 0.01).collect();
                let (mut x, h) = (grid.clone(), 1.0 / steps);
                let (mut before, mut after) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                for step in (0..transport.steps).rev() {
                    transport.drift((step + 1) as f64 * h, &x, &mut before);
                    x.iter_mut().zip(&before).for_each(|(x, b)| *x += h * b);
                    transport.drift(step as f64 * h, &x, &mut after);
                    x.iter_mut().zip(&before).zip(&after).for_each(|((x, b), a)| *x += 0.5 * h * (a - b));
                }
                let weight = |z: f64| 0.01 * (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
                let found: f64 = grid.iter().zip(&x).map(|(z, x)| weight(*z) * (1.7 * x).cos()).sum();
                let error = (found - characteristic(1.7, 1.0, 0.5)).abs();
                assert!(error < weak_error(&p), "{schedule} {steps}: {error}");
                error
            };
            let (coarse, fine) = (error(50.0), error(100.0));
            assert!((2.5..6.0).contains(&(coarse / fine)), "{schedule}: {coarse} {fine}");
        }
    }
}
