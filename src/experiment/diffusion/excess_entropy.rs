//! The excess entropy of a noised data set over that of well separated Gaussians.

use super::collapse_posterior::{D, N, PROBES, SIGMA, T, affordable};
use super::{Cloud, delta};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameters, Shape, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};

/// S(t) = −(1/d) E log p_t of the empirical mixture, x drawn from it; −log of the originating point's weight is
/// d times the excess, so that no density has to be evaluated.
pub static EXPERIMENT: Experiment = Experiment {
    name: "excess-entropy",
    summary: "Draws n points from N(0, σ²I) and measures the entropy per dimension of the mixture of their noised versions, and how far it lies below that of n separate Gaussians",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[N, D, SIGMA, T, PROBES],
    estimands: &[
        Estimand {
            name: "excess-entropy",
            meaning: "f = entropy of n separate Gaussians less that of the mixture, per dimension",
            bounds: None,
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
        Estimand {
            name: "relative-excess-entropy",
            meaning: "f over log(n)/d, its value for t → ∞",
            bounds: None,
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
        Estimand {
            name: "entropy",
            meaning: "entropy per dimension of the noised data set",
            bounds: None,
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
    ],
    prepare,
};

struct ExcessEntropy {
    n: usize,
    d: usize,
    sigma: f64,
    t: f64,
    probes: usize,
}

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, d) = (parameters.whole("n"), parameters.whole("d"));
    affordable(n, d)?;
    let probes = parameters.whole("probes");
    Ok(Box::new(ExcessEntropy { n, d, sigma: parameters.get("sigma"), t: parameters.get("t"), probes }))
}

impl Trial for ExcessEntropy {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let cloud = Cloud::gaussian(self.n, self.d, self.sigma, generator);
        let found = cloud.evaluate(&cloud.probes(self.probes, generator), self.t);
        let d = self.d as f64;
        // log p(x) = −log n − (d/2) log 2πΔ − |z|²/2 − log w, and |z|²/2 has the mean d/2 exactly.
        let excess = -found.weight.iter().map(|w| w.ln()).sum::<f64>() / (d * self.probes as f64);
        let load = (self.n as f64).ln() / d;
        out[0] = excess;
        out[1] = excess / load;
        out[2] = load + 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * delta(self.t)).ln() - excess;
    }

    fn work(&self) -> f64 {
        cost::work(Cloud::cost(self.n, self.d, self.probes))
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
