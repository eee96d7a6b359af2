//! The phase lines of the Hopfield model from its saddle-point equations.

use super::replica_symmetric::{
    COLDEST, glass_temperature, retrieval_load, retrieval_temperature, transition_load, transition_temperature,
};
use crate::experiment::{Curve, Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream};
use std::sync::LazyLock;

/// The temperatures at which the replica-symmetric saddle points of load α appear, and at which the free energies of retrieval
/// and spin glass cross. Numbers without chance: all replicates are alike. NaN where the line lies below T = 0.05.
pub static EXPERIMENT: Experiment = Experiment {
    name: "hopfield-phase-lines",
    summary: "solves the replica-symmetric saddle-point equations of the Hopfield model for the temperatures of its phase transitions",
    source: "Amit, Gutfreund and Sompolinsky 1987, Statistical mechanics of neural networks near saturation",
    parameters: &[
        Parameter::real("alpha", "load K/N", 0.03, 1e-6, 2.0),
        Parameter::whole(
            "line",
            "1: T_c, retrieval has the lowest free energy; 2: T_M, there is a retrieval state; 3: T_g, spins freeze",
            2.0,
            1.0,
            3.0,
        ),
    ],
    estimands: &[
        Estimand::scalar("temperature", "temperature of the transition: T_c on line 1, T_M on 2, T_g on 3"),
        Estimand::scalar("slope", "(T − 1)/√α"),
    ],
    prepare,
};

struct Transition {
    alpha: f64,
    line: usize,
    temperature: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (alpha, line) = (p.get("alpha"), p.whole("line"));
    let temperature = match line {
        1 => transition_temperature(alpha),
        2 => retrieval_temperature(alpha),
        _ => Some(glass_temperature(alpha)),
    };
    Ok(Box::new(Transition { alpha, line, temperature: temperature.unwrap_or(f64::NAN) }))
}

/// The limit of (T − 1)/√α for α → 0; `derivations/networks/hopfield-phases.md`.
fn slope_of_low_load(line: usize) -> f64 {
    match line {
        1 => -2.595_875_961_2,
        2 => {
            let x: f64 = (9.0 - 33f64.sqrt()) / 8.0;
            -((3.0 - 2.0 * x) / (4.0 * x)).sqrt() / (1.0 - x)
        }
        _ => 1.0,
    }
}

/// T_g, T_M and T_c against the load, down to the coldest temperature at which the saddle points are solved.
pub(super) fn phase_lines() -> Vec<Curve> {
    /// Points of a line, even in T, and the largest load.
    const POINTS: usize = 30;
    const LARGEST: f64 = 0.16;
    static LINES: LazyLock<Vec<Curve>> = LazyLock::new(|| {
        let part = |k: usize| k as f64 / POINTS as f64;
        let down = |name, load: &dyn Fn(f64) -> Option<f64>| {
            let temperatures = (0..=POINTS).map(|k| 1.0 - (1.0 - COLDEST) * part(k));
            // At T = 1 both lines begin.
            let at = |temperature: f64| if temperature < 1.0 { load(temperature) } else { Some(0.0) };
            Curve { name, points: temperatures.filter_map(|t| Some((at(t)?, t))).collect() }
        };
        let freezing = (0..=POINTS).map(|k| LARGEST * part(k).powi(2)).map(|alpha| (alpha, glass_temperature(alpha)));
        vec![
            Curve { name: "T_g: spins freeze", points: freezing.collect() },
            down("T_M: retrieval", &retrieval_load),
            down("T_c: retrieval is stable", &transition_load),
        ]
    });
    LINES.clone()
}

impl Trial for Transition {
    fn replicate(&self, _: &mut Stream, out: &mut [f64]) {
        out.copy_from_slice(&[self.temperature, (self.temperature - 1.0) / self.alpha.sqrt()]);
    }

    fn work(&self) -> f64 {
        cost::work(0.0)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        (name == "c").then(|| Quantity::Scalar(slope_of_low_load(self.line)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::hebbian_temperature;
    use super::{EXPERIMENT, slope_of_low_load};
    use crate::experiment::known_answer::sample;

    #[test]
    fn lines_leave_the_temperature_one_with_their_slopes() {
        for line in [1, 2, 3] {
            let slope = |alpha: f64| sample(&EXPERIMENT, &[("alpha", alpha), ("line", line as f64)], 2).mean("slope");
            let (near, nearer) = (slope(1e-4) - slope_of_low_load(line), slope(1e-5) - slope_of_low_load(line));
            // The next order is √α smaller.
            assert!(
                nearer.abs() < 0.008 && (line == 3 || (2.5..4.0).contains(&(near / nearer))),
                "{line} {near} {nearer}"
            );
        }
    }

    /// Dynamics that start at a pattern stay there below T_M and leave it above.
    #[test]
    fn dynamics_know_the_retrieval_temperature() {
        let hottest = sample(&EXPERIMENT, &[("alpha", 0.03)], 2).mean("temperature");
        let overlap = |temperature: f64| {
            let given = [("N", 1000.0), ("alpha", 0.03), ("T", temperature), ("relax", 100.0)];
            sample(&hebbian_temperature::EXPERIMENT, &given, 4).mean("overlap")
        };
        let (below, above) = (overlap(hottest - 0.12), overlap(hottest + 0.12));
        assert!(below > 0.8 && above < 0.4, "{hottest}: {below} {above}");
    }
}
