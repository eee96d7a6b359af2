//! A Boltzmann machine with two Gaussian hidden units learns two modes of its data, one after the other.

use crate::elementwise;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream};

/// N visible spins and two Gaussian hidden units with weights w_a ξ^a/√N along two orthogonal patterns: summed over the hidden
/// units the law of the spins is e^{(N/2) Σ_a w_a² m_a²}, m_a = ξ^a·s/N. The weights climb the likelihood of data with second
/// moments D_a, ẇ_a = w_a (D_a − ⟨m_a²⟩), from w₀, the time being in units of 1/N of the rate.
///
/// The moments of the machine are exact: spins on which the patterns agree and disagree are counted apart. Nothing is
/// random: all replicates are alike.
pub static EXPERIMENT: Experiment = Experiment {
    name: "boltzmann-cascade",
    summary: "gradient ascent of the exact likelihood of a machine with two Gaussian hidden units and two modes of data to learn",
    source: "Bachtis, Biroli, Decelle and Seoane 2024, Cascade of phase transitions in the training of energy-based models",
    parameters: &[
        Parameter::whole("N", "visible spins, an even number", 200.0, 4.0, 2000.0),
        Parameter::real("w0", "both weights at the beginning", 0.02, 1e-6, 0.5),
        Modes::FIRST,
        Modes::SECOND,
        Modes::MODE,
        Modes::TIME,
    ],
    estimands: &[
        Estimand::scalar("growth", "log(w/w₀) of the mode at time t"),
        Estimand::scalar("moment", "⟨m²⟩ of the mode in the machine at time t"),
        Estimand::scalar(
            "learning-time",
            "when ⟨m²⟩ of the mode in the machine comes to half of that in the data, if it is before t",
        ),
    ],
    prepare,
};

/// What experiments on two modes of data have in common.
pub(super) struct Modes;

impl Modes {
    pub(super) const FIRST: Parameter =
        Parameter::real("first", "second moment D₁ of the first mode in the data", 0.5, 0.01, 0.9);
    pub(super) const SECOND: Parameter =
        Parameter::real("second", "second moment D₂ of the second mode in the data", 0.2, 0.01, 0.9);
    pub(super) const MODE: Parameter = Parameter::whole("mode", "the mode that is looked at, 1 or 2", 1.0, 1.0, 2.0);
    pub(super) const TIME: Parameter = Parameter::real("t", "time of the training", 4.0, 0.0, 200.0);

    /// D₁ and D₂.
    ///
    /// # Errors
    /// An odd number of spins, or moments that no data have.
    pub(super) fn of(p: &Parameters) -> Result<[f64; 2], ExperimentError> {
        let (n, data) = (p.whole("N"), [p.get("first"), p.get("second")]);
        if n % 2 == 1 {
            return Err(ExperimentError::Setup(format!("N = {n} must be even for two orthogonal patterns")));
        }
        // |s·(ξ¹ + ξ²)| and |s·(ξ¹ − ξ²)| are at most N together: m_1² + m_2² ≤ 1.
        if data[0] + data[1] >= 1.0 {
            return Err(ExperimentError::Setup(format!("no data has D_1 + D_2 = {} of 1 or more", data[0] + data[1])));
        }
        Ok(data)
    }
}

/// The longest step of the training.
const STEP: f64 = 0.05;

/// The law of the overlaps with both patterns under the machine.
struct Machine {
    n: f64,
    /// m_1 and m_2 and the logarithm of the number of spin states that have them, up to a constant.
    states: Vec<[f64; 3]>,
    weights: Vec<f64>,
}

/// ⟨m_1²⟩ and ⟨m_2²⟩ and their variances.
struct Moments {
    mean: [f64; 2],
    variance: [f64; 2],
}

impl Machine {
    /// Two halves of the spins with sums A and B: m_1 = (A + B)/N, m_2 = (A − B)/N. Turning both around changes no square, so
    /// that A ≥ 0 is enough, A = 0 counting half.
    fn new(n: usize) -> Self {
        let half = n / 2;
        let binomial: Vec<f64> = (0..=half)
            .scan(0.0, |log, k| {
                let here = *log;
                *log += ((half - k) as f64 / (k + 1) as f64).ln();
                Some(here)
            })
            .collect();
        let sum = |k: usize| 2.0 * k as f64 - half as f64;
        let mut states = Vec::new();
        for i in (0..=half).filter(|i| 2 * i >= half) {
            let share = if 2 * i == half { -std::f64::consts::LN_2 } else { 0.0 };
            for j in 0..=half {
                let overlap = |sign: f64| (sum(i) + sign * sum(j)) / n as f64;
                states.push([overlap(1.0), overlap(-1.0), share + binomial[i] + binomial[j]]);
            }
        }
        Self { n: n as f64, weights: vec![0.0; states.len()], states }
    }

    fn moments(&mut self, log_w: [f64; 2]) -> Moments {
        let field = log_w.map(|l| 0.5 * self.n * (2.0 * l).exp());
        for (weight, [a, b, log]) in self.weights.iter_mut().zip(&self.states) {
            *weight = log + field[0] * a * a + field[1] * b * b;
        }
        let top = self.weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.weights.iter_mut().for_each(|w| *w -= top);
        elementwise::exp(&mut self.weights);
        let (mut total, mut square, mut fourth) = (0.0, [0.0; 2], [0.0; 2]);
        for (weight, [a, b, _]) in self.weights.iter().zip(&self.states) {
            total += weight;
            for (k, m) in [a * a, b * b].into_iter().enumerate() {
                square[k] += weight * m;
                fourth[k] += weight * m * m;
            }
        }
        let mean = square.map(|s| s / total);
        Moments { mean, variance: [0, 1].map(|k| fourth[k] / total - mean[k] * mean[k]) }
    }
}

/// A machine in training: time and logarithms of the weights.
struct Training {
    machine: Machine,
    data: [f64; 2],
    t: f64,
    log_w: [f64; 2],
}

impl Training {
    fn slope(&mut self, log_w: [f64; 2]) -> [f64; 2] {
        let mean = self.machine.moments(log_w).mean;
        [0, 1].map(|k| self.data[k] - mean[k])
    }

    /// One step of Runge and Kutta's fourth-order scheme, not beyond `end`; returns the moments before it.
    fn step(&mut self, end: f64) -> [f64; 2] {
        let now = self.machine.moments(self.log_w);
        // d⟨m²⟩/d log w = N w² Var m² bounds the rate at which the equations relax.
        let rate: f64 = [0, 1].map(|k| self.machine.n * (2.0 * self.log_w[k]).exp() * now.variance[k]).iter().sum();
        let h = STEP.min(0.3 / rate).min(end - self.t);
        let from = self.log_w;
        let moved = |k: [f64; 2], by: f64| [from[0] + by * k[0], from[1] + by * k[1]];
        let k1 = [0, 1].map(|k| self.data[k] - now.mean[k]);
        let k2 = self.slope(moved(k1, 0.5 * h));
        let k3 = self.slope(moved(k2, 0.5 * h));
        let k4 = self.slope(moved(k3, h));
        self.log_w = [0, 1].map(|i| from[i] + h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]));
        self.t += h;
        now.mean
    }

    /// Trains until `end`; returns the time at which the moment of a mode comes to half of that in the data, by interpolation
    /// within a step, or NaN if it does not or has nothing to learn.
    fn run(&mut self, end: f64, mode: usize) -> f64 {
        let goal = 0.5 * self.data[mode];
        let (mut last, mut learnt) = (None, f64::NAN);
        while self.t < end {
            let t = self.t;
            let moment = self.step(end)[mode];
            if let Some((then, before)) = last.filter(|(_, before)| *before < goal && moment >= goal) {
                learnt = then + (t - then) * (goal - before) / (moment - before);
            }
            last = Some((t, moment));
        }
        learnt
    }
}

struct Cascade {
    values: [f64; 3],
    moment_of_data: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, mode, end) = (p.whole("N"), p.whole("mode") - 1, p.get("t"));
    let data = Modes::of(p)?;
    let mut training = Training { machine: Machine::new(n), data, t: 0.0, log_w: [p.get("w0").ln(); 2] };
    let learning_time = training.run(end, mode);
    let growth = training.log_w[mode] - p.get("w0").ln();
    let moment = training.machine.moments(training.log_w).mean[mode];
    let values = [growth, moment, learning_time];
    Ok(Box::new(Cascade { values, moment_of_data: data[mode] }))
}

impl Trial for Cascade {
    fn replicate(&self, _: &mut Stream, out: &mut [f64]) {
        out.copy_from_slice(&self.values);
    }

    fn work(&self) -> f64 {
        cost::work(0.0)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "D").then_some(Quantity::Scalar(self.moment_of_data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// All 2⁸ states with two orthogonal patterns written out: the moments, and the logarithm of the partition function.
    fn enumerate(log_w: [f64; 2]) -> ([f64; 2], f64) {
        let pattern = |a: usize, i: usize| if a == 1 && i >= 4 { -1.0 } else { 1.0 };
        let (mut z, mut squares) = (0.0, [0.0; 2]);
        for state in 0..1u32 << 8 {
            let spin = |i: usize| if state >> i & 1 == 1 { 1.0 } else { -1.0 };
            let m = [0, 1].map(|a| (0..8).map(|i| pattern(a, i) * spin(i)).sum::<f64>() / 8.0);
            let weight = (4.0 * (0..2).map(|a| (2.0 * log_w[a]).exp() * m[a] * m[a]).sum::<f64>()).exp();
            z += weight;
            squares = [0, 1].map(|a| squares[a] + weight * m[a] * m[a]);
        }
        (squares.map(|s| s / z), z.ln())
    }

    #[test]
    fn moments_are_those_of_all_states() {
        for log_w in [[-2.0, -1.0], [0.3, 0.1], [0.5, 0.5]] {
            let found = Machine::new(8).moments(log_w).mean;
            let (exact, _) = enumerate(log_w);
            assert!((0..2).all(|k| (found[k] - exact[k]).abs() < 1e-12), "{found:?} {exact:?}");
        }
    }

    /// The likelihood per datum is (N/2) Σ w_a² D_a − log Z; the weights climb its gradient divided by N.
    #[test]
    fn the_training_climbs_the_likelihood() {
        let (data, log_w) = ([0.5, 0.2], [0.2, -0.1]);
        let likelihood =
            |log_w: [f64; 2]| 4.0 * (0..2).map(|a| (2.0 * log_w[a]).exp() * data[a]).sum::<f64>() - enumerate(log_w).1;
        let mut training = Training { machine: Machine::new(8), data, t: 0.0, log_w };
        let slope = training.slope(log_w);
        for k in 0..2 {
            let moved = |h: f64| {
                let mut moved = log_w;
                moved[k] += h;
                likelihood(moved)
            };
            // d/d log w = w d/dw, and ẇ = (1/N) dL/dw is (log w)˙ = (1/N) w⁻² dL/d log w.
            let gradient = (moved(1e-5) - moved(-1e-5)) / 2e-5 / 8.0 * (-2.0 * log_w[k]).exp();
            assert!((gradient - slope[k]).abs() < 1e-8, "{k}: {gradient} {}", slope[k]);
        }
    }

    #[test]
    fn modes_are_learnt_in_order_and_in_full() {
        let late = |mode: f64| sample(&EXPERIMENT, &[("N", 60.0), ("mode", mode), ("t", 60.0)], 2);
        let (first, second) = (late(1.0), late(2.0));
        assert!((first.mean("moment") - 0.5).abs() < 1e-3 && (second.mean("moment") - 0.2).abs() < 1e-3);
        assert!(first.mean("learning-time") < 0.6 * second.mean("learning-time"));
        // Early each grows at its own rate, less what a machine without weights has by chance.
        let early = sample(&EXPERIMENT, &[("N", 60.0), ("w0", 0.001), ("mode", 2.0), ("t", 3.0)], 2).mean("growth");
        assert!((early - 3.0 * (0.2 - 1.0 / 60.0)).abs() < 1e-4, "{early}");
    }
}
