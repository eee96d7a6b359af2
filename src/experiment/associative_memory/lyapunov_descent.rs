//! Where the Lyapunov function descends, and where it does not.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal, fill_signs};
use rand::RngExt;

/// Fresh couplings J = S + a A with S symmetric, A antisymmetric, Gaussian entries of variance 1/N off the diagonal
/// and a constant diagonal; σ follows sgn(Jσ + h), L = −½ σᵀJσ − hᵀσ. An update counts as an ascent if L grows by more
/// than rounding.
pub static EXPERIMENT: Experiment = Experiment {
    name: "lyapunov-descent",
    summary: "random couplings at zero temperature; how often an update raises L = −½ σᵀJσ − hᵀσ",
    source: "Hopfield 1982; Goles-Chacc, Fogelman-Soulié and Pellegrin 1985",
    parameters: &[
        Parameter::whole("N", "neurons", 30.0, 1.0, 500.0),
        Parameter::real("diagonal", "J_ii, in units of the size of the other couplings' fields", 0.0, -10.0, 10.0),
        Parameter::real("asymmetry", "weight a of the antisymmetric part", 0.0, 0.0, 1.0),
        Parameter::real("field", "standard deviation of the static fields h_i", 0.0, 0.0, 10.0),
        Parameter::whole("parallel", "1 updates all neurons at once, 0 a random one", 0.0, 0.0, 1.0),
        Parameter::whole("updates", "updates per replicate", 300.0, 1.0, 1e5),
    ],
    estimands: &[
        Estimand::scalar("ascent", "fraction of updates with ΔL > 0").within(0.0, 1.0),
        Estimand::scalar("largest-ascent", "largest ΔL of a run, 0 if none is positive"),
    ],
    prepare,
};

struct Descent {
    n: usize,
    diagonal: f64,
    asymmetry: f64,
    field: f64,
    parallel: bool,
    updates: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Descent {
        n: p.whole("N"),
        diagonal: p.get("diagonal"),
        asymmetry: p.get("asymmetry"),
        field: p.get("field"),
        parallel: p.whole("parallel") == 1,
        updates: p.whole("updates"),
    }))
}

impl Trial for Descent {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.n;
        let mut generator = bulk(stream);
        let mut couplings = vec![0f64; n * n];
        let scale = (n as f64).sqrt().recip();
        for i in 0..n {
            couplings[i * n + i] = self.diagonal;
            for j in 0..i {
                let mut pair = [0f64; 2];
                fill_normal(&mut generator, &mut pair);
                couplings[i * n + j] = scale * (pair[0] + self.asymmetry * pair[1]);
                couplings[j * n + i] = scale * (pair[0] - self.asymmetry * pair[1]);
            }
        }
        let mut h = vec![0f64; n];
        fill_normal(&mut generator, &mut h);
        h.iter_mut().for_each(|h| *h *= self.field);
        let mut state = vec![0f32; n];
        fill_signs(&mut generator, &mut state);
        let mut state: Vec<f64> = state.into_iter().map(f64::from).collect();
        let local = |state: &[f64], i: usize| {
            couplings[i * n..(i + 1) * n].iter().zip(state).map(|(j, s)| j * s).sum::<f64>() + h[i]
        };
        let energy = |state: &[f64]| -(0..n).map(|i| state[i] * 0.5 * (local(state, i) + h[i])).sum::<f64>();
        let turn = |s: f64, field: f64| if field == 0.0 { s } else { field.signum() };
        let rounding = 1e-11 * n as f64;
        let (mut ascents, mut largest, mut before) = (0usize, 0f64, energy(&state));
        for _ in 0..self.updates {
            if self.parallel {
                state = (0..n).map(|i| turn(state[i], local(&state, i))).collect();
            } else {
                let i = generator.random_range(0..n);
                let new = turn(state[i], local(&state, i));
                if new == state[i] {
                    continue;
                }
                state[i] = new;
            }
            let after = energy(&state);
            if after - before > rounding {
                ascents += 1;
                largest = largest.max(after - before);
            }
            before = after;
        }
        (out[0], out[1]) = (ascents as f64 / self.updates as f64, largest);
    }

    fn work(&self) -> f64 {
        let (squared, updates) = ((self.n * self.n) as f64, self.updates as f64);
        // Without asymmetry and with J_ii ≥ 0 sequential dynamics comes to rest after about N changes of a spin.
        let rests = !self.parallel && self.asymmetry == 0.0 && self.diagonal >= 0.0;
        let changes = if rests { updates.min(self.n as f64) } else { updates };
        let energies = squared * changes * if self.parallel { 2.0 } else { 1.0 };
        cost::work(squared * cost::NORMAL + 2.0 * energies * cost::MULTIPLY_ADD + updates * (10.0 + self.n as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn descends_where_the_theorem_says_so() {
        for given in [[("diagonal", 0.0), ("field", 0.0)], [("diagonal", 0.7), ("field", 1.0)]] {
            sample(&EXPERIMENT, &given, 20).assert("ascent", &[0.0]);
        }
    }

    #[test]
    fn a_negative_diagonal_ascends_as_often_as_two_neurons_predict() {
        // Flipping σ₁ changes L by 2(J₁₁ … ): with u = J₁₂σ₁σ₂ ~ N(0, 1/2) and J₁₁ = −δ the neuron flips if u < δ, and L
        // grows by 2u: an ascent for 0 < u < δ.
        let delta = 0.5;
        let s = sample(&EXPERIMENT, &[("N", 2.0), ("diagonal", -delta), ("updates", 1.0)], 20000);
        s.assert("ascent", &[0.5 * core_math::erf(delta)]);
    }

    #[test]
    fn witnesses_outside_the_theorem() {
        for given in [[("diagonal", 0.0), ("parallel", 1.0)], [("asymmetry", 1.0), ("updates", 300.0)]] {
            let s = sample(&EXPERIMENT, &given, 20);
            let (mean, error) = s.get("ascent")[0];
            assert!(mean > 5.0 * error && s.mean("largest-ascent") > 0.1, "{given:?}: {mean} ± {error}");
        }
    }
}
