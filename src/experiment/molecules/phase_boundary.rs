//! Boltzmann training of a phase boundary.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

/// A magnet of N spins on the complete graph in the field h = w·x + b, with p(s) ∝ exp β(M²/(2N) + hM) and M = Σ s_i: its phases sort the
/// features x, standard normal, by the sign of h. A magnet with the field g x₁ + c has answered n features, one configuration each;
/// another one with no field to begin with is trained on these answers by Boltzmann steps, (w, b) += ε⟨(x, 1)(M_data − ⟨M⟩_h)⟩/N.
pub static EXPERIMENT: Experiment = Experiment {
    name: "phase-boundary",
    summary: "a mean-field magnet in a field linear in two features is trained by wake and sleep statistics on the answers of another one",
    source: "Ackley, Hinton and Sejnowski 1985 (the steps)",
    parameters: &[
        Parameter::whole("N", "spins", 10.0, 1.0, 500.0),
        Parameter::real("beta", "inverse temperature; the magnet orders at 1", 0.8, 0.0, 3.0),
        Parameter::whole("n", "answers", 500.0, 10.0, 1e5),
        Parameter::real("g", "slope of the teacher's field along the first feature", 0.5, -5.0, 5.0),
        Parameter::real("c", "the teacher's field where its first feature vanishes", 0.2, -5.0, 5.0),
        Parameter::real("t", "time of the training: steps times their size", 30.0, 0.0, 1e5),
        Parameter::whole("sleep", "0 leaves ⟨M⟩_h, the statistics of the dreams, out", 1.0, 0.0, 1.0),
    ],
    estimands: &[
        Estimand::scalar("slope", "w₁ after the training"),
        Estimand::scalar("tilt", "w₂ after the training"),
        Estimand::scalar("place", "−b/w₁, where the boundary crosses the first axis"),
    ],
    prepare,
};

/// Size of a step in units of the inverse of the largest curvature that the likelihood can have, β N ⟨|x|² + 1⟩ = 3β N.
const STEP: f64 = 1.0;

struct Training {
    spins: usize,
    /// C(N, k) exp(βM²/(2N)) at M = N − 2k, over the largest of them.
    weights: Vec<f64>,
    beta: f64,
    answers: usize,
    slope: f64,
    offset: f64,
    steps: usize,
    step: f64,
    sleep: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (spins, beta, answers) = (p.whole("N"), p.get("beta"), p.whole("n"));
    let longest = STEP / (3.0 * beta.max(1e-3) * spins as f64);
    let steps = (p.get("t") / longest).ceil();
    if steps * answers as f64 * spins as f64 > 2e9 {
        return Err(ExperimentError::Setup(format!("{steps} steps over {answers} answers take too long")));
    }
    let step = if steps > 0.0 { p.get("t") / steps } else { 0.0 };
    let (slope, offset, sleep) = (p.get("g"), p.get("c"), p.get("sleep"));
    let weights = without_field(spins, beta);
    Ok(Box::new(Training { spins, weights, beta, answers, slope, offset, steps: steps as usize, step, sleep }))
}

/// The weights of all magnetisations without a field.
fn without_field(spins: usize, beta: f64) -> Vec<f64> {
    let mut binomial = 0.0;
    let mut logs = Vec::with_capacity(spins + 1);
    for k in 0..=spins {
        let sum = spins as f64 - 2.0 * k as f64;
        logs.push(binomial + beta * sum * sum / (2 * spins) as f64);
        binomial += ((spins - k) as f64 / (k + 1) as f64).ln();
    }
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.iter().map(|log| (log - top).exp()).collect()
}

impl Training {
    /// Weights of M = N − 2k times the sign of the field, up to a factor: a polynomial in e^{−2β|h|}.
    fn weights(&self, field: f64) -> impl Iterator<Item = (f64, f64)> {
        let ratio = (-2.0 * self.beta * field.abs()).exp();
        let size = self.spins as f64;
        self.weights.iter().enumerate().scan(1.0, move |power, (k, weight)| {
            let now = (size - 2.0 * k as f64, weight * *power);
            *power *= ratio;
            Some(now)
        })
    }

    /// ⟨M⟩ in the field.
    fn mean(&self, field: f64) -> f64 {
        let (first, mass) =
            self.weights(field).fold((0.0, 0.0), |(first, mass), (sum, weight)| (first + weight * sum, mass + weight));
        field.signum() * first / mass
    }

    /// M of one configuration, from a uniform number.
    fn answer(&self, field: f64, uniform: f64) -> f64 {
        let mass: f64 = self.weights(field).map(|(_, weight)| weight).sum();
        let mut left = uniform * mass;
        let mut last = 0.0;
        for (sum, weight) in self.weights(field) {
            last = sum;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        field.signum() * last
    }
}

impl Trial for Training {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let mut features = vec![0.0; 2 * self.answers];
        fill_normal(generator, &mut features);
        let answers: Vec<f64> = features
            .chunks_exact(2)
            .map(|x| self.answer(self.slope * x[0] + self.offset, generator.random()))
            .collect();
        let [mut w1, mut w2, mut b] = [0.0; 3];
        for _ in 0..self.steps {
            let mut step = [0.0; 3];
            for (x, answer) in features.chunks_exact(2).zip(&answers) {
                let excess = answer - self.sleep * self.mean(w1 * x[0] + w2 * x[1] + b);
                step[0] += excess * x[0];
                step[1] += excess * x[1];
                step[2] += excess;
            }
            let scale = self.step / (self.answers * self.spins) as f64;
            w1 += scale * step[0];
            w2 += scale * step[1];
            b += scale * step[2];
        }
        (out[0], out[1], out[2]) = (w1, w2, -b / w1);
    }

    fn work(&self) -> f64 {
        let mean = cost::TRANSCENDENTAL + 2.4 * (self.spins + 1) as f64 * cost::MULTIPLY_ADD;
        cost::work(((self.steps + 2) * self.answers) as f64 * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Without interactions, N = 1, the training is a logistic regression. At its end the wake and sleep statistics agree.
    #[test]
    fn one_spin_is_a_logistic_regression() {
        let given = [("N", 1.0), ("beta", 1.0), ("n", 4000.0), ("g", 0.7), ("c", -0.3), ("t", 40.0)];
        let s = sample(&EXPERIMENT, &given, 24);
        // The maximum of the likelihood of n answers is biased by a few parts in n.
        for (name, expected) in [("slope", 0.7), ("tilt", 0.0), ("place", 0.3 / 0.7)] {
            let (mean, error) = s.get(name)[0];
            assert!((mean - expected).abs() < 4.5 * error + 0.004 && error < 0.02, "{name}: {mean} ± {error}");
        }
    }

    /// Without dreams nothing ends the growth: w = t E[x M]/N.
    #[test]
    fn without_sleep_the_weights_grow_with_time() {
        let of = |t: f64| {
            let given = [("N", 6.0), ("n", 200.0), ("t", t), ("sleep", 0.0)];
            sample(&EXPERIMENT, &given, 8).mean("slope")
        };
        assert!((of(20.0) / of(5.0) - 4.0).abs() < 1e-9 && of(5.0) > 0.5);
    }

    /// ⟨M⟩ against the sum over all configurations.
    #[test]
    fn the_mean_of_five_spins() {
        let magnet = |beta: f64| Training {
            spins: 5,
            weights: without_field(5, beta),
            beta,
            answers: 1,
            slope: 0.0,
            offset: 0.0,
            steps: 0,
            step: 0.0,
            sleep: 1.0,
        };
        let (beta, field) = (1.2, -0.15);
        let (mut first, mut mass) = (0.0, 0.0);
        for s in 0..32u32 {
            let sum = 2.0 * f64::from(s.count_ones()) - 5.0;
            let weight = (beta * (sum * sum / 10.0 + field * sum)).exp();
            (first, mass) = (first + weight * sum, mass + weight);
        }
        assert!((magnet(beta).mean(field) - first / mass).abs() < 1e-12);
        // Quantiles of the answers: their law has that mean.
        let count = 20_000;
        let mean = (0..count).map(|k| magnet(beta).answer(field, (f64::from(k) + 0.5) / f64::from(count))).sum::<f64>();
        assert!((mean / f64::from(count) - first / mass).abs() < 1e-3);
    }
}
