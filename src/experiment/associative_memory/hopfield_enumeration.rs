//! The Hopfield model by enumeration of all its states.

use super::random_patterns;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// Fresh random patterns; the partition function of H = −(N/2) Σ_μ m_μ² + K/2 at inverse temperature β over half of the 2^N
/// states, since σ and −σ have the same energy. Neighbours in a Gray code differ by one spin, so that a state costs K operations.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hopfield-enumeration",
    summary: "random patterns; partition function and overlaps of the Hopfield model over all states",
    source: "Amit, Gutfreund and Sompolinsky 1985; Gray's code as in Knuth, TAOCP 4A, §7.2.1.1",
    parameters: &[
        Parameter::whole("N", "neurons", 12.0, 1.0, 22.0),
        Parameter::whole("K", "stored patterns", 3.0, 1.0, 22.0),
        Parameter::real("beta", "inverse temperature", 0.5, 1e-3, 20.0),
    ],
    estimands: &[
        Estimand::scalar("free-energy", "f_N = log Z/(Nβ)"),
        Estimand::scalar("overlap-square", "thermal mean of m_1²").within(0.0, 1.0),
    ],
    prepare,
};

struct Enumeration {
    n: usize,
    k: usize,
    beta: f64,
    /// exp(β M²/(2N)) for an overlap N m = M = 0, …, N, without the factor that all states share.
    weights: Vec<f64>,
    /// The logarithm of that factor: one pattern's weight at full overlap.
    shift: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, k, beta) = (p.whole("N"), p.whole("K"), p.get("beta"));
    // All patterns alike would give the largest weight.
    if beta * (n * k) as f64 / 2.0 > 600.0 {
        return Err(ExperimentError::Setup(format!(
            "the weights overflow: β N K/2 = {} is over 600",
            beta * (n * k) as f64 / 2.0
        )));
    }
    let weights = (0..=n).map(|m| core_math::exp(beta * (m * m) as f64 / (2 * n) as f64)).collect();
    Ok(Box::new(Enumeration { n, k, beta, weights, shift: beta * k as f64 / 2.0 }))
}

impl Trial for Enumeration {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let patterns = random_patterns(self.n, self.k, &mut bulk(stream));
        let bit = |i: usize, mu: usize| patterns[(i, mu)] as i32;
        let mut state = vec![1i32; self.n];
        let mut overlaps: Vec<i32> = (0..self.k).map(|mu| (0..self.n).map(|i| bit(i, mu)).sum()).collect();
        let rows: Vec<Vec<i32>> = (0..self.n).map(|i| (0..self.k).map(|mu| 2 * bit(i, mu)).collect()).collect();
        let (mut sum, mut square) = (0.0, 0.0);
        for step in 1..=1u64 << (self.n - 1) {
            let weight: f64 = overlaps.iter().map(|m| self.weights[m.unsigned_abs() as usize]).product();
            sum += weight;
            square += weight * f64::from(overlaps[0]).powi(2);
            // The spin that the next state of the code flips; the last spin stays up.
            let site = step.trailing_zeros() as usize;
            if site + 1 < self.n {
                let flipped = state[site];
                state[site] = -flipped;
                overlaps.iter_mut().zip(&rows[site]).for_each(|(m, x)| *m -= flipped * x);
            }
        }
        out[0] = (core_math::log(2.0 * sum) - self.shift) / (self.n as f64 * self.beta);
        out[1] = square / (sum * (self.n * self.n) as f64);
    }

    fn work(&self) -> f64 {
        cost::work((1u64 << (self.n - 1)) as f64 * (4.0 + 2.5 * self.k as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn one_pattern_is_the_curie_weiss_magnet() {
        let (n, beta) = (9usize, 0.8);
        let (mut z, mut square, mut binomial) = (0.0, 0.0, 1.0);
        for k in 0..=n {
            let m = (2 * k) as f64 - n as f64;
            let weight = binomial * (beta * m * m / (2 * n) as f64 - beta / 2.0).exp();
            z += weight;
            square += weight * m * m / (n * n) as f64;
            binomial *= (n - k) as f64 / (k + 1) as f64;
        }
        let s = sample(&EXPERIMENT, &[("N", n as f64), ("K", 1.0), ("beta", beta)], 5);
        s.assert("free-energy", &[z.ln() / (n as f64 * beta)]);
        s.assert("overlap-square", &[square / z]);
    }

    #[test]
    fn the_mean_partition_function_factorises() {
        // Over the patterns, for any state: E Z = 2^N (E e^{β M²/(2N)} e^{−β/2})^K with M a sum of N fair signs.
        let (n, k, beta) = (6usize, 4usize, 0.6);
        let trial = sample(&EXPERIMENT, &[("N", n as f64), ("K", k as f64), ("beta", beta)], 1).trial;
        let (mut sum, draws) = (Vec::new(), 4000u64);
        let mut out = [0.0; 2];
        for b in 0..draws {
            trial.replicate(&mut SeedPath::root(5).block(b).stream(), &mut out);
            sum.push((out[0] * n as f64 * beta).exp());
        }
        let mean = sum.iter().sum::<f64>() / draws as f64;
        let error = (sum.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (draws * draws) as f64).sqrt();
        let mut binomial = 1.0;
        let mut one = 0.0;
        for j in 0..=n {
            let m = (2 * j) as f64 - n as f64;
            one += binomial / 2f64.powi(n as i32) * (beta * m * m / (2 * n) as f64 - beta / 2.0).exp();
            binomial *= (n - j) as f64 / (j + 1) as f64;
        }
        let expected = 2f64.powi(n as i32) * one.powi(k as i32);
        assert!((mean - expected).abs() < 4.5 * error, "{mean} ± {error}, expected {expected}");
    }
}
