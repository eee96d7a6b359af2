//! A restricted Boltzmann machine with random weights by enumeration of its visible states.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// Fresh weights W_iμ ~ N(0, 1/N) between N visible and H hidden spins without fields. The hidden spins are summed in closed form,
/// Z = Σ_v Π_μ 2cosh(β Σ_i W_iμ v_i), over half of the visible states, since v and −v have the same weight. Neighbours in a
/// Gray code differ by one spin, so that a state costs H operations.
pub static EXPERIMENT: Experiment = Experiment {
    name: "rbm-enumeration",
    summary: "random weights of a restricted Boltzmann machine; its exact partition function over all visible states",
    source: "Barra, Bernacchia, Santucci and Contucci 2012 (bipartite spin glasses); Gray's code as in Knuth, TAOCP 4A, §7.2.1.1",
    parameters: &[
        Parameter::whole("N", "visible spins", 12.0, 1.0, 22.0),
        Parameter::whole("H", "hidden spins", 6.0, 1.0, 100.0),
        Parameter::real("beta", "inverse temperature", 0.5, 1e-3, 20.0),
    ],
    estimands: &[
        Estimand::scalar("log-partition", "log Z/N"),
        Estimand::scalar("correlation", "mean over W of Σ_iμ W_iμ ⟨v_i h_μ⟩/N, the slope of log Z/N in β"),
    ],
    prepare,
};

struct Machine {
    visible: usize,
    hidden: usize,
    beta: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Machine { visible: p.whole("N"), hidden: p.whole("H"), beta: p.get("beta") }))
}

impl Trial for Machine {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let (n, hidden, beta) = (self.visible, self.hidden, self.beta);
        let mut weights = vec![0.0; n * hidden];
        fill_normal(&mut bulk(stream), &mut weights);
        weights.iter_mut().for_each(|w| *w *= beta / (n as f64).sqrt());
        let mut state = vec![1.0; n];
        let mut fields = vec![0.0; hidden];
        for row in weights.chunks_exact(hidden) {
            fields.iter_mut().zip(row).for_each(|(f, w)| *f += w);
        }
        // The sums are kept relative to the largest weight so far.
        let (mut top, mut sum, mut slope) = (f64::NEG_INFINITY, 0.0, 0.0);
        for step in 1..=1u64 << (n - 1) {
            // log 2cosh φ = |φ| + log(1 + u) and φ tanh φ = |φ| (1 − u)/(1 + u) with u = e^{−2|φ|}.
            let (mut size, mut factor, mut pull) = (0.0, 1.0, 0.0);
            for f in &fields {
                let f = f64::abs(*f);
                let u = (-2.0 * f).exp();
                size += f;
                factor *= 1.0 + u;
                pull += f * (1.0 - u) / (1.0 + u);
            }
            let log = size + f64::ln(factor);
            if log > top {
                let shrink = (top - log).exp();
                (top, sum, slope) = (log, sum * shrink, slope * shrink);
            }
            let weight = (log - top).exp();
            sum += weight;
            slope += weight * pull;
            // The spin that the next state of the code flips; the last spin stays up.
            let site = step.trailing_zeros() as usize;
            if site + 1 < n {
                let flipped: f64 = state[site];
                state[site] = -flipped;
                let row = &weights[site * hidden..][..hidden];
                fields.iter_mut().zip(row).for_each(|(f, w)| *f -= 2.0 * flipped * w);
            }
        }
        out[0] = (top + (2.0 * sum).ln()) / n as f64;
        out[1] = slope / (sum * beta * n as f64);
    }

    fn work(&self) -> f64 {
        let unit = cost::TRANSCENDENTAL + 6.0 * cost::MULTIPLY_ADD;
        cost::work((1u64 << (self.visible - 1)) as f64 * (self.hidden as f64 * unit + 4.0 * cost::TRANSCENDENTAL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// One replicate against a sum over the states of both layers.
    #[test]
    fn the_sum_over_both_layers() {
        let (n, hidden, beta) = (4usize, 3usize, 1.3);
        let trial = sample(&EXPERIMENT, &[("N", 4.0), ("H", 3.0), ("beta", beta)], 1).trial;
        let mut out = [0.0; 2];
        trial.replicate(&mut SeedPath::root(3).stream(), &mut out);
        let mut weights = vec![0.0; n * hidden];
        fill_normal(&mut bulk(&mut SeedPath::root(3).stream()), &mut weights);
        let bit = |x: u32, k: usize| if x >> k & 1 == 1 { 1.0 } else { -1.0 };
        let (mut sum, mut slope) = (0.0, 0.0);
        for v in 0..1u32 << n {
            for h in 0..1u32 << hidden {
                let pairs = (0..n).flat_map(|i| (0..hidden).map(move |mu| (i, mu)));
                let energy: f64 =
                    pairs.map(|(i, mu)| weights[i * hidden + mu] * bit(v, i) * bit(h, mu)).sum::<f64>() / 2.0;
                sum += (beta * energy).exp();
                slope += energy * (beta * energy).exp();
            }
        }
        assert!((out[0] - sum.ln() / 4.0).abs() < 1e-12 && (out[1] - slope / sum / 4.0).abs() < 1e-12);
    }

    /// One visible and one hidden spin: Z = 4 cosh βW.
    #[test]
    fn two_spins_share_one_weight() {
        use crate::numeric::gaussian::expectation;
        let s = sample(&EXPERIMENT, &[("N", 1.0), ("H", 1.0), ("beta", 0.8)], 20_000);
        s.assert("log-partition", &[expectation(|z| (4.0 * (0.8 * z).cosh()).ln())]);
        s.assert("correlation", &[expectation(|z| z * (0.8 * z).tanh())]);
    }
}
