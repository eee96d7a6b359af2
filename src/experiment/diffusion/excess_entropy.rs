//! The excess entropy of a noised data set over that of well separated Gaussians.

use super::{DataSet, delta};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameters, Trial};
use crate::random::{SeedPath, Stream};

/// S(t) = −(1/d) E log p_t of the empirical mixture, x drawn from it; −log of the originating point's weight is
/// d times the excess, so that no density has to be evaluated.
pub static EXPERIMENT: Experiment = Experiment {
    name: "excess-entropy",
    summary: "Draws n points from N(0, σ²I) and measures the entropy per dimension of the mixture of their noised versions, and how far it lies below that of n separate Gaussians",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: DataSet::PARAMETERS,
    estimands: &[
        Estimand::scalar(
            "excess-entropy",
            "f = entropy of n separate Gaussians less that of the mixture, per dimension",
        ),
        Estimand::scalar("relative-excess-entropy", "f over log(n)/d, its value for t → ∞"),
        Estimand::scalar("entropy", "entropy per dimension of the noised data set"),
    ],
    prepare,
};

struct ExcessEntropy(DataSet);

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(ExcessEntropy(DataSet::new(parameters)?)))
}

impl Trial for ExcessEntropy {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let found = self.0.evaluate(stream);
        let (n, d) = (self.0.n as f64, self.0.d as f64);
        // log p(x) = −log n − (d/2) log 2πΔ − |z|²/2 − log w, and |z|²/2 has the mean d/2 exactly.
        let excess = -found.weight.iter().map(|w| w.ln()).sum::<f64>() / (d * found.weight.len() as f64);
        let load = n.ln() / d;
        out[0] = excess;
        out[1] = excess / load;
        out[2] = load + 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * delta(self.0.t)).ln() - excess;
    }

    fn work(&self) -> f64 {
        self.0.work()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::numeric::gaussian;

    /// Two points on a line: −E log w by quadrature over their distance and the noise.
    #[test]
    fn two_points_on_a_line() {
        let given = [("n", 2.0), ("d", 1.0), ("t", 0.5), ("probes", 16.0)];
        let (excess, error) = sample(&EXPERIMENT, &given, 4000).get("excess-entropy")[0];
        let r = 1.0 / 1f64.exp_m1().sqrt();
        let log_weight = |s: f64| gaussian::expectation(|z| (-0.5 * r * r * s * s - r * s * z).exp().ln_1p());
        let exact = gaussian::expectation(|u| log_weight(std::f64::consts::SQRT_2 * u));
        assert!((excess - exact).abs() < 4.5 * error, "{excess} ± {error} against {exact}");
        let relative = sample(&EXPERIMENT, &given, 10).get("relative-excess-entropy")[0].0;
        let absolute = sample(&EXPERIMENT, &given, 10).get("excess-entropy")[0].0;
        assert!((relative * 2f64.ln() - absolute).abs() < 1e-12);
    }

    /// Long after collapse nothing but noise is left: S is the entropy of N(0, I).
    #[test]
    fn late_entropy_is_that_of_noise() {
        let (entropy, _) =
            sample(&EXPERIMENT, &[("n", 50.0), ("d", 4.0), ("t", 12.0), ("probes", 16.0)], 3).get("entropy")[0];
        assert!((entropy - 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E).ln()).abs() < 1e-4);
    }
}
