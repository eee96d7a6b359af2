//! The free energies of retrieval and of the spin glass by thermodynamic integration, and where they cross.

use super::heat_bath::{HeatBath, Rates};
use super::hopfield_phase_lines::phase_lines;
use super::replica_symmetric::{
    glass_free_energy, retrieval_free_energy, retrieval_temperature, transition_temperature,
};
use super::{pattern_count, random_patterns};
use crate::experiment::{Curve, Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::Mat;
use crate::random::{Bulk, SeedPath, Stream, bulk};

/// K = round(αN) fresh random patterns under Hebb's rule without self-coupling, H = −(N/2) Σ_μ m_μ² + K/2, in heat-bath dynamics.
///
/// A random state is cooled from T = ∞, where βf = −log 2, to 1/β = T, no overlap being let beyond ½: d(βf)/dβ is the energy per
/// spin of the spin glass. The first pattern is warmed from its fixed point at β = 9, where its entropy is below 10⁻⁴ and f is its
/// energy. The free energy of retrieval is corrected by the energy of the undisturbed pattern, whose mean −½ + 1/(2N) is known:
/// that of the state moves with it from network to network.
///
/// What is cooled at a finite rate has more than its energy in equilibrium, and so has a finite network: the free energy of the
/// glass is an upper bound, and so is the temperature of the crossing.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hopfield-transition",
    summary: "random patterns stored by Hebb's rule; free energies per spin of the spin glass, cooled from random states, and of retrieval, warmed from a pattern, by integrating their energies over β",
    source: "Amit, Gutfreund and Sompolinsky 1987, Statistical mechanics of neural networks near saturation, section 4",
    parameters: &[
        Parameter::whole("N", "neurons", 1000.0, 10.0, 10000.0),
        Parameter::real("alpha", "load K/N", 0.03, 1e-3, 0.1),
        Parameter::real("T", "temperature at which the cooling ends", 0.3, 0.12, 1.0),
        Parameter::whole("sweeps", "sweeps at each of some thirty values of β while cooling", 40.0, 1.0, 10000.0),
    ],
    estimands: &[
        Estimand::scalar("temperature", "temperature at which retrieval and spin glass have the same free energy"),
        Estimand::scalar("retrieval", "free energy per spin of the retrieval state at T"),
        Estimand::scalar("glass", "free energy per spin of the spin glass at T"),
    ],
    prepare,
};

/// The largest overlap that counts as none.
const NONE: f64 = 0.5;
/// β at which warming begins.
const COLD: f64 = 9.0;
/// Largest step of β above 1/T, and below.
const STEP: [f64; 2] = [0.4, 0.08];
/// Sweeps at each value of β while warming: within a valley dynamics are fast.
const WARMING: usize = 8;
/// A state with a smaller overlap has been left.
const LOST: f64 = 0.5;

struct Transition {
    n: usize,
    k: usize,
    sweeps: usize,
    /// Values of β while cooling from zero, evenly.
    cooling: Vec<f64>,
    /// Values of β between [`COLD`] and the last one of the cooling.
    warming: Vec<f64>,
    saddle_points: [Option<f64>; 4],
}

/// So many values of β between two, both included, that the step is at most this.
fn even(from: f64, to: f64, step: f64) -> Vec<f64> {
    let steps = ((to - from).abs() / step).ceil().max(1.0);
    (0..=steps as usize).map(|i| from + (to - from) * i as f64 / steps).collect()
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, beta) = (p.whole("N"), 1.0 / p.get("T"));
    let k = pattern_count(n, p.get("alpha"));
    let load = k as f64 / n as f64;
    let saddle_points = [
        transition_temperature(load),
        retrieval_temperature(load),
        retrieval_free_energy(load, 1.0 / beta),
        glass_free_energy(load, 1.0 / beta),
    ];
    Ok(Box::new(Transition {
        n,
        k,
        sweeps: p.whole("sweeps"),
        cooling: even(0.0, beta, STEP[1]),
        warming: even(COLD, beta, STEP[0]),
        saddle_points,
    }))
}

/// Adds up βf along values of β by the trapezoidal rule.
struct Integral {
    beta: f64,
    energy: f64,
    /// β times the free energy per spin.
    value: f64,
}

impl Integral {
    fn go(&mut self, beta: f64, energy: f64) {
        self.value += 0.5 * (beta - self.beta) * (energy + self.energy);
        (self.beta, self.energy) = (beta, energy);
    }
}

impl Transition {
    /// Mean energy of some sweeps at this β, the first third of them not measured.
    fn energy(&self, network: &mut HeatBath, beta: f64, sweeps: usize, glass: bool, generator: &mut Bulk) -> f64 {
        let rates = Rates::new(self.n, 1.0 / beta);
        let most = glass.then_some((NONE * self.n as f64) as i16);
        let measured = sweeps - sweeps / 3;
        let mut total = 0.0;
        for sweep in 0..sweeps {
            network.sweep(&rates, most, generator);
            if sweep >= sweeps - measured {
                total += network.energy();
            }
        }
        total / measured as f64
    }

    /// βf of the spin glass at each β of the cooling.
    fn cool(&self, network: &mut HeatBath, generator: &mut Bulk) -> Vec<f64> {
        // At β = 0 spins are independent: the mean energy is zero.
        let mut f = Integral { beta: 0.0, energy: 0.0, value: -std::f64::consts::LN_2 };
        let mut values = vec![f.value];
        for &beta in &self.cooling[1..] {
            f.go(beta, self.energy(network, beta, self.sweeps, true, generator));
            values.push(f.value);
        }
        values
    }

    /// βf of the retrieval state at the β of the cooling, the last first, as long as the state is kept.
    fn warm(&self, network: &mut HeatBath, generator: &mut Bulk) -> Vec<f64> {
        // The energy of the pattern itself less its mean.
        let chance = network.energy() + 0.5 - 0.5 / self.n as f64;
        let start = self.energy(network, COLD, 3 * WARMING, false, generator) - chance;
        let mut f = Integral { beta: COLD, energy: start, value: COLD * start };
        for &beta in &self.warming[1..] {
            f.go(beta, self.energy(network, beta, WARMING, false, generator) - chance);
        }
        let mut values = vec![f.value];
        for &beta in self.cooling.iter().rev().skip(1).filter(|b| **b > 0.0) {
            let energy = self.energy(network, beta, WARMING, false, generator) - chance;
            if network.first_overlap() < LOST {
                break;
            }
            f.go(beta, energy);
            values.push(f.value);
        }
        values
    }

    /// The temperature at which β times the difference of the free energies changes its sign, by interpolation in β; with
    /// the slope of the two nearest values if they do not go as far as that.
    fn crossing(&self, glass: &[f64], retrieval: &[f64]) -> f64 {
        let last = glass.len() - 1;
        let gaps: Vec<f64> = retrieval.iter().enumerate().map(|(j, f)| f - glass[last - j]).collect();
        if gaps.len() < 2 {
            return f64::NAN;
        }
        let after = gaps.iter().position(|g| *g > 0.0).unwrap_or(gaps.len() - 1).max(1);
        let [now, before] = [gaps[after], gaps[after - 1]];
        let step = self.cooling[1];
        1.0 / (self.cooling[last - after] + step * now / (now - before))
    }
}

impl Trial for Transition {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let patterns = random_patterns(self.n, self.k, &mut generator);
        let mut network = HeatBath::new(&patterns);
        let retrieval = self.warm(&mut network, &mut generator);
        let start: Mat<f32> = random_patterns(self.n, 1, &mut generator);
        network.start(start.col_as_slice(0));
        let glass = self.cool(&mut network, &mut generator);
        let beta = self.cooling[self.cooling.len() - 1];
        out[0] = self.crossing(&glass, &retrieval);
        out[1] = retrieval[0] / beta;
        out[2] = glass[glass.len() - 1] / beta;
    }

    fn work(&self) -> f64 {
        let (cooling, warming) = (self.cooling.len() - 1, self.cooling.len() + self.warming.len());
        let sweeps = cooling * self.sweeps + warming * WARMING;
        cost::work(
            HeatBath::cost(self.n, self.k, sweeps)
                + HeatBath::cost_of_start(self.n, self.k, cooling + warming)
                + sweeps as f64 * self.k as f64,
        )
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let place = ["T_c", "T_M", "retrieval", "glass"].iter().position(|known| *known == name)?;
        self.saddle_points[place].map(Quantity::Scalar)
    }

    fn curves(&self, across: &str, up: &str) -> Vec<Curve> {
        if (across, up) == ("alpha", "temperature") { phase_lines() } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// One pattern and its mirror image: above the critical temperature the only state is that of independent spins with
    /// f = −T log 2 + O(1/N), and warmed below it the magnet of Curie and Weiss.
    #[test]
    fn one_pattern_has_the_free_energy_of_curie_and_weiss() {
        let (temperature, n) = (0.6f64, 1000.0);
        let given = [("N", n), ("alpha", 0.001), ("T", temperature), ("sweeps", 10.0)];
        let s = sample(&EXPERIMENT, &given, 30);
        let mut m = 1.0f64;
        (0..1000).for_each(|_| m = (m / temperature).tanh());
        let exact = 0.5 * m * m - temperature * (2.0 * (m / temperature).cosh()).ln();
        let (mean, error) = s.get("retrieval")[0];
        // The coupling without its diagonal adds 1/(2N); the trapezoidal rule and fluctuations are of that order.
        assert!((mean - exact - 0.5 / n).abs() < 4.5 * error + 1e-3, "{mean} ± {error}, expected {exact}");
        let hot = sample(&EXPERIMENT, &[("N", n), ("alpha", 0.001), ("T", 1.0), ("sweeps", 10.0)], 30);
        let (mean, error) = hot.get("glass")[0];
        assert!((mean + 2f64.ln()).abs() < 4.5 * error + 5e-3, "{mean} ± {error}");
    }

    /// Few spins, every state counted: f of all states is that of the cooled ones where nothing is bounded away.
    #[test]
    fn cooling_finds_the_free_energy_of_all_states() {
        let (n, k, temperature) = (14usize, 1usize, 1.0f64);
        let mut z = 0.0;
        for up in 0..=n {
            let m = 2.0 * up as f64 - n as f64;
            // States with an overlap beyond one half are left out as they are by the dynamics.
            if m.abs() <= 0.5 * n as f64 {
                let binomial: f64 = (0..up).map(|i| (n - i) as f64 / (i + 1) as f64).product();
                z += binomial * ((m * m - n as f64) / (2 * n) as f64 / temperature).exp();
            }
        }
        // At β = 0 the integral begins with all states, whose bounded share is known.
        let share: f64 = (0..=n)
            .filter(|up| (2.0 * *up as f64 - n as f64).abs() <= 0.5 * n as f64)
            .map(|up| (0..up).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>())
            .sum::<f64>()
            / 2f64.powi(n as i32);
        let start: f64 = (0..=n)
            .filter(|up| (2.0 * *up as f64 - n as f64).abs() <= 0.5 * n as f64)
            .map(|up| {
                let m = 2.0 * up as f64 - n as f64;
                (0..up).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>() * (n as f64 - m * m) / (2 * n) as f64
            })
            .sum::<f64>()
            / (share * 2f64.powi(n as i32))
            / n as f64;
        let exact = -temperature * (z.ln() - share.ln()) / n as f64;
        let given = [("N", n as f64), ("alpha", k as f64 / n as f64), ("T", temperature), ("sweeps", 2000.0)];
        let (mean, error) = sample(&EXPERIMENT, &given, 20).get("glass")[0];
        // The first energy of the rule is taken as zero, and is `start` for so few spins; its weight is half a step.
        let allowed = 4.5 * error + 0.04 * start.abs() + 1e-3;
        assert!((mean - exact).abs() < allowed, "{mean} ± {error}, expected {exact}, allowed {allowed}");
    }

    /// At a load of 0.03 the saddle points cross at T = 0.479. Networks of a thousand have a free energy of the glass up to
    /// 0.007 above the saddle point's, and the slope of the difference is 0.13.
    #[test]
    fn free_energies_are_those_of_the_saddle_points() {
        let given = [("N", 1000.0), ("T", 0.4), ("sweeps", 40.0)];
        let s = sample(&EXPERIMENT, &given, 12);
        let saddle_point = |name: &str| match s.trial.quantity(name) {
            Some(Quantity::Scalar(value)) => value,
            other => panic!("{name}: {other:?}"),
        };
        let (mean, error) = s.get("retrieval")[0];
        assert!((mean - saddle_point("retrieval")).abs() < 4.5 * error + 1e-3, "{mean} ± {error}");
        let (mean, error) = s.get("glass")[0];
        let above = mean - saddle_point("glass");
        assert!((-4.5 * error..4.5 * error + 7e-3).contains(&above), "{above} ± {error}");
        let (mean, error) = s.get("temperature")[0];
        let above = mean - saddle_point("T_c");
        assert!((-4.5 * error..4.5 * error + 0.04).contains(&above), "{above} ± {error}");
    }
}
