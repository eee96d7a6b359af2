//! A restricted Boltzmann machine of spins learns two modes of a data set, one after the other.

use super::boltzmann_cascade::Modes;
use crate::elementwise;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Mat, product};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

/// N visible and H hidden spins, P(s, h) ∝ e^{sᵀWh}, and a data set of M independent examples with independent spins of mean
/// ±b₁ ξ¹_i ± b₂ ξ²_i, both signs fair, on two orthogonal patterns; b is such that the second moments of m_a = ξ^a·s/N are D₁ and D₂.
///
/// All N × H weights begin as N(0, w₀²/H) and climb the likelihood of the data set, Ẇ = (⟨s hᵀ⟩_data − ⟨s hᵀ⟩)/N, by the midpoint
/// rule. The averages of the machine are exact, over all states of the visible spins.
pub static EXPERIMENT: Experiment = Experiment {
    name: "rbm-cascade",
    summary: "gradient ascent of the exact likelihood of a restricted Boltzmann machine of spins on a sampled data set with two modes, from random weights",
    source: "Bachtis, Biroli, Decelle and Seoane 2024, Cascade of phase transitions in the training of energy-based models",
    parameters: &[
        Parameter::whole("N", "visible spins, an even number", 8.0, 4.0, 16.0),
        Parameter::whole("H", "hidden spins", 32.0, 1.0, 200.0),
        Parameter::whole("M", "examples", 1000.0, 10.0, 1e6),
        Parameter::real("w0", "root of H times the variance of a weight at the beginning", 0.03, 1e-6, 0.5),
        Parameter { default: 0.44, ..Modes::FIRST },
        Modes::SECOND,
        Modes::MODE,
        Modes::TIME,
    ],
    estimands: &[
        Estimand::scalar("growth", "log(|Wᵀξ|/|W₀ᵀξ|) of the mode at time t"),
        Estimand::scalar("moment", "⟨m²⟩ of the mode in the machine at time t"),
    ],
    prepare,
};

/// The longest step of the training.
const STEP: f64 = 0.4;

struct Cascade {
    /// Half of the visible states, that with the first spin up; the others have the same weights.
    states: Mat<f64>,
    h: usize,
    examples: usize,
    w0: f64,
    /// b.
    signal: [f64; 2],
    data: [f64; 2],
    mode: usize,
    end: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Cascade::new(p)?))
}

/// A component of the two patterns: all ones, and ones with the second half turned.
fn pattern(mode: usize, i: usize, n: usize) -> f64 {
    if mode == 1 && 2 * i >= n { -1.0 } else { 1.0 }
}

impl Cascade {
    fn new(p: &Parameters) -> Result<Self, ExperimentError> {
        let n = p.whole("N");
        let data = Modes::of(p)?;
        // D_a = b_a² + (1 − b₁² − b₂²)/N.
        let share = 1.0 / n as f64;
        let both = (data[0] + data[1] - 2.0 * share) / (1.0 - 2.0 * share);
        let squares = data.map(|d| d - (1.0 - both) * share);
        if squares.iter().any(|b| *b < 0.0) || squares.iter().map(|b| b.sqrt()).sum::<f64>() > 1.0 {
            return Err(ExperimentError::Setup(format!("no such data have D = {data:?}")));
        }
        let spin = |state: usize, i: usize| if i > 0 && state >> (i - 1) & 1 == 1 { -1.0 } else { 1.0 };
        Ok(Self {
            states: Mat::from_fn(1 << (n - 1), n, spin),
            h: p.whole("H"),
            examples: p.whole("M"),
            w0: p.get("w0"),
            signal: squares.map(f64::sqrt),
            data,
            mode: p.whole("mode") - 1,
            end: p.get("t"),
        })
    }

    fn visible(&self) -> usize {
        self.states.ncols()
    }

    /// The frequencies of the states in a fresh data set, a state and its opposite counted together.
    fn draw(&self, generator: &mut Bulk) -> Vec<f64> {
        let n = self.visible();
        let mut frequencies = vec![0.0; self.states.nrows()];
        for _ in 0..self.examples {
            let signs: [bool; 2] = [generator.random(), generator.random()];
            let field = |i: usize| -> f64 {
                (0..2).map(|a| if signs[a] { self.signal[a] } else { -self.signal[a] } * pattern(a, i, n)).sum()
            };
            let down: Vec<bool> = (0..n).map(|i| generator.random::<f64>() >= 0.5 * (1.0 + field(i))).collect();
            let place: usize = (1..n).map(|i| usize::from(down[i] != down[0]) << (i - 1)).sum();
            frequencies[place] += 1.0 / self.examples as f64;
        }
        frequencies
    }

    /// tanh of the fields on the hidden spins in every state, and the probability of the state.
    fn machine(&self, weights: &Mat<f64>) -> (Mat<f64>, Vec<f64>) {
        let mut fields = product(self.states.as_ref(), weights.as_ref());
        let count = self.states.nrows();
        let (mut log, mut small) = (vec![0.0; count], vec![0.0; count]);
        // Π_j (1 + e^{−2|a_j|}), at most 2^H, is a number.
        let mut rest = vec![1.0; count];
        for j in 0..self.h {
            let column = fields.col_as_slice_mut(j);
            small.iter_mut().zip(&*column).for_each(|(e, a)| *e = -2.0 * a.abs());
            elementwise::exp(&mut small);
            for (i, a) in column.iter_mut().enumerate() {
                log[i] += a.abs();
                rest[i] *= 1.0 + small[i];
                *a = a.signum() * (1.0 - small[i]) / (1.0 + small[i]);
            }
        }
        let top = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        log.iter_mut().for_each(|l| *l -= top);
        elementwise::exp(&mut log);
        let total: f64 = log.iter().zip(&rest).map(|(p, r)| p * r).sum();
        (fields, log.iter().zip(&rest).map(|(p, r)| p * r / total).collect())
    }

    /// Ẇ.
    fn slope(&self, weights: &Mat<f64>, frequencies: &[f64]) -> Mat<f64> {
        let (mut hidden, probabilities) = self.machine(weights);
        for j in 0..self.h {
            let column = hidden.col_as_slice_mut(j).iter_mut();
            column.zip(frequencies.iter().zip(&probabilities)).for_each(|(t, (f, p))| *t *= f - p);
        }
        let mut slope = product(self.states.transpose(), hidden.as_ref());
        let n = self.visible() as f64;
        (0..self.h).for_each(|j| slope.col_as_slice_mut(j).iter_mut().for_each(|w| *w /= n));
        slope
    }

    /// |Wᵀξ| of the mode.
    fn strength(&self, weights: &Mat<f64>) -> f64 {
        let n = self.visible();
        let along = |j: usize| (0..n).map(|i| pattern(self.mode, i, n) * weights[(i, j)]).sum::<f64>();
        (0..self.h).map(|j| along(j).powi(2)).sum::<f64>().sqrt()
    }

    fn steps(&self) -> usize {
        (self.end / STEP).ceil() as usize
    }
}

impl Trial for Cascade {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let frequencies = self.draw(&mut generator);
        let n = self.visible();
        let mut weights = Mat::<f64>::zeros(n, self.h);
        for j in 0..self.h {
            fill_normal(&mut generator, weights.col_as_slice_mut(j));
            weights.col_as_slice_mut(j).iter_mut().for_each(|w| *w *= self.w0 / (self.h as f64).sqrt());
        }
        let start = self.strength(&weights);
        let step = self.end / self.steps().max(1) as f64;
        let moved = |from: &Mat<f64>, slope: &Mat<f64>, by: f64| {
            Mat::from_fn(n, self.h, |i, j| from[(i, j)] + by * slope[(i, j)])
        };
        for _ in 0..self.steps() {
            let middle = moved(&weights, &self.slope(&weights, &frequencies), 0.5 * step);
            weights = moved(&weights, &self.slope(&middle, &frequencies), step);
        }
        let (_, probabilities) = self.machine(&weights);
        let overlap =
            |state: usize| (0..n).map(|i| pattern(self.mode, i, n) * self.states[(state, i)]).sum::<f64>() / n as f64;
        out[0] = (self.strength(&weights) / start).ln();
        out[1] = probabilities.iter().enumerate().map(|(state, p)| p * overlap(state).powi(2)).sum();
    }

    fn work(&self) -> f64 {
        let (states, n) = (self.states.nrows(), self.visible());
        let slope = (states * self.h) as f64 * (cost::TRANSCENDENTAL + 4.0) + 2.0 * cost::product(states, n, self.h);
        cost::work(2.0 * self.steps() as f64 * slope + (self.examples * n) as f64 * 6.0)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "D").then_some(Quantity::Scalar(self.data[self.mode]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    fn cascade(given: &[(&str, f64)]) -> Cascade {
        let given = given.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
        Cascade::new(&EXPERIMENT.parameters(&given).unwrap()).unwrap()
    }

    /// The likelihood of a data set from a double sum over visible and hidden states.
    fn likelihood(weights: &Mat<f64>, states: &Mat<f64>, frequencies: &[f64]) -> f64 {
        let (n, h) = (weights.nrows(), weights.ncols());
        let unnormalised = |state: usize| -> f64 {
            let hidden = |bits: u32, j: usize| if bits >> j & 1 == 1 { 1.0 } else { -1.0 };
            let energy = |bits: u32| -> f64 {
                (0..n)
                    .flat_map(|i| (0..h).map(move |j| (i, j)))
                    .map(|(i, j)| states[(state, i)] * weights[(i, j)] * hidden(bits, j))
                    .sum()
            };
            (0..1u32 << h).map(|bits| energy(bits).exp()).sum()
        };
        let z: f64 = (0..states.nrows()).map(unnormalised).sum();
        frequencies.iter().enumerate().map(|(state, f)| f * (unnormalised(state) / z).ln()).sum()
    }

    #[test]
    fn the_training_climbs_the_likelihood() {
        let c = cascade(&[("N", 4.0), ("H", 3.0), ("M", 20.0)]);
        let frequencies = c.draw(&mut bulk(&mut SeedPath::root(3).stream()));
        assert!((frequencies.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let weights = Mat::from_fn(4, 3, |i, j| 0.3 * (1.0 + i as f64 - 1.7 * j as f64) / (1.0 + (i * j) as f64));
        let slope = c.slope(&weights, &frequencies);
        for (i, j) in [(0, 0), (1, 2), (3, 1)] {
            let moved = |by: f64| {
                let mut moved = weights.clone();
                moved[(i, j)] += by;
                likelihood(&moved, &c.states, &frequencies)
            };
            let gradient = (moved(1e-5) - moved(-1e-5)) / 2e-5 / 4.0;
            assert!((gradient - slope[(i, j)]).abs() < 1e-8, "{i} {j}: {gradient} {}", slope[(i, j)]);
        }
    }

    #[test]
    fn data_have_their_second_moments() {
        let given: Vec<(&str, f64)> = vec![("N", 8.0), ("M", 100_000.0), ("t", 0.0), ("first", 0.44), ("second", 0.2)];
        let s = sample(&EXPERIMENT, &given, 2);
        assert_eq!(s.mean("growth"), 0.0);
        // Without training the machine has 1/N and a little of its small weights.
        assert!((s.mean("moment") - 0.125).abs() < 1e-3);
        let c = cascade(&[("N", 8.0), ("M", 200_000.0)]);
        let frequencies = c.draw(&mut bulk(&mut SeedPath::root(4).stream()));
        for (mode, expected) in [(0, 0.44f64), (1, 0.2)] {
            let overlap = |state: usize| (0..8).map(|i| pattern(mode, i, 8) * c.states[(state, i)]).sum::<f64>() / 8.0;
            let found: f64 = frequencies.iter().enumerate().map(|(state, f)| f * overlap(state).powi(2)).sum();
            assert!((found - expected).abs() < 4.5 * (2.0f64 / 2e5).sqrt() * expected, "{found} {expected}");
        }
    }

    #[test]
    fn modes_are_learnt_in_order_and_in_full() {
        let at = |mode: f64, t: f64| {
            let given = [("N", 8.0), ("H", 32.0), ("mode", mode), ("t", t), ("first", 0.44), ("second", 0.2)];
            sample(&EXPERIMENT, &given, 6).mean("moment")
        };
        assert!(at(1.0, 24.0) > 0.4 && at(2.0, 24.0) < 0.13 && at(2.0, 70.0) > 0.18);
    }
}
