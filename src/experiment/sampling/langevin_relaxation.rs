//! Relaxation of Langevin's equation in time: the spectral gap.

use super::Langevin;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial};
use crate::linalg::{Mat, add_gram, entries, mirror};
use crate::random::{SeedPath, Stream, bulk};

/// Walkers that start in equilibrium, and walkers that start at the origin, run for a time t.
pub static EXPERIMENT: Experiment = Experiment {
    name: "langevin-relaxation",
    summary: "Langevin's equation for a Gaussian by Euler's scheme: memory of the slowest mode after a time t, and the covariance of walkers that started at the origin",
    source: "Gardiner 2009, Stochastic Methods, §4.5, on Ornstein-Uhlenbeck processes in several variables",
    parameters: &[
        Langevin::D,
        Langevin::KAPPA,
        Parameter::real(
            "t",
            "time, in units of the slowest mode's relaxation time; rounded to whole steps",
            1.0,
            0.0,
            50.0,
        ),
        Parameter::real("h", "step of Euler's scheme", 0.01, 1e-4, 1.0),
        Langevin::WALKERS,
    ],
    estimands: &[
        Estimand::scalar(
            "autocorrelation",
            "E[(u·x_t)(u·x_0)]/E[(u·x_0)²] for the slowest mode u, in equilibrium, by regression",
        )
        .biased(autocorrelation_bias),
        Estimand::scalar(
            "variance",
            "E[(u·x_t)²] for the slowest mode u and walkers that start at 0, over its variance in equilibrium",
        )
        .biased(variance_bias),
        Estimand::scalar(
            "covariance",
            "E[x_n x_nᵀ] after n = t/h steps from 0 (unbiased: a moment of Euler's chain itself)",
        )
        .shaped(Shape::Square("d")),
    ],
    prepare,
};

/// (1 − h)^{t/h} against e^{-t}, of first order in the step: its logarithm is −t (1 + h/2 + h²/3 + …), and t is rounded to
/// whole steps.
fn autocorrelation_bias(p: &Parameters) -> f64 {
    let (t, h) = (p.get("t"), p.get("h"));
    // Steps of one or more forget at once.
    if h >= 1.0 {
        return 1.0;
    }
    let excess = -(-h).ln_1p() / h - 1.0;
    (-(t - 0.5 * h).max(0.0)).exp() * ((t + 0.5 * h) * excess + 0.5 * h)
}

/// (1 − (1 − h)^{2n})/(1 − h/2) against 1 − e^{-2t}: the stationary variance is too large by h/2, the relaxation too fast.
fn variance_bias(p: &Parameters) -> f64 {
    2.0 * autocorrelation_bias(p) + p.get("h") / (2.0 - p.get("h"))
}

struct Relaxation {
    chain: Langevin,
    steps: usize,
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let h = p.get("h");
    Ok(Box::new(Relaxation { chain: Langevin::new(p, h, path)?, steps: (p.get("t") / h).round() as usize }))
}

impl Trial for Relaxation {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let (chain, generator) = (&self.chain, &mut bulk(stream));
        let (n, d) = (chain.walkers as f64, chain.spectrum.len());
        let mut x = chain.drawn(generator, |k| 1.0 / k);
        let mut next = Mat::zeros(d, chain.walkers);
        let start: Vec<f64> = (0..chain.walkers).map(|j| chain.component(&x, j, 0)).collect();
        (0..self.steps).for_each(|_| chain.step(generator, &mut x, &mut next));
        // The slope of a regression on the start: unbiased, since the mean of the end given the start is linear in it.
        let product: f64 = start.iter().enumerate().map(|(j, start)| start * chain.component(&x, j, 0)).sum();
        out[0] = product / start.iter().map(|start| start * start).sum::<f64>();
        let mut x = Mat::zeros(d, chain.walkers);
        (0..self.steps).for_each(|_| chain.step(generator, &mut x, &mut next));
        out[1] = (0..chain.walkers).map(|j| chain.component(&x, j, 0).powi(2)).sum::<f64>() / n;
        let mut sum = Mat::zeros(d, d);
        add_gram(sum.as_mut(), x.transpose());
        mirror(sum.as_mut());
        out[2..].iter_mut().zip(entries(sum.as_ref())).for_each(|(out, sum)| *out = sum / n);
    }

    fn work(&self) -> f64 {
        self.chain.work(2 * self.steps + 2)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "n" => Some(Quantity::Scalar(self.steps as f64)),
            _ => self.chain.quantity(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use nalgebra::DMatrix;

    #[test]
    fn moments_match_the_recursion_of_the_chain() {
        let (h, steps) = (0.1, 7);
        let given = [("d", 3.0), ("kappa", 8.0), ("h", h), ("t", 0.7), ("walkers", 64.0)];
        let found = sample(&EXPERIMENT, &given, 600);
        let Some(Quantity::Matrix(_, _, k)) = found.trial.quantity("K") else { panic!() };
        let a = DMatrix::identity(3, 3) - DMatrix::from_vec(3, 3, k) * h;
        let mut covariance = DMatrix::zeros(3, 3);
        for _ in 0..steps {
            covariance = &a * covariance * a.transpose() + DMatrix::identity(3, 3) * (2.0 * h);
        }
        found.assert("covariance", covariance.as_slice());
        // Without its allowance for the step: the slowest mode has the eigenvalue 1.
        for (name, expected) in
            [("autocorrelation", (1.0 - h).powi(7)), ("variance", (1.0 - (1.0 - h).powi(14)) / (1.0 - h / 2.0))]
        {
            let (mean, error) = found.get(name)[0];
            assert!((mean - expected).abs() < 4.5 * error && error < 0.02, "{name}: {mean} ± {error}, {expected}");
        }
    }

    #[test]
    fn declared_biases_cover_those_of_the_scheme() {
        for (t, h) in [(0.5f64, 0.1f64), (1.0, 0.05), (2.0, 0.2), (1.03, 0.1), (0.2, 0.5)] {
            let given = [("t".to_owned(), t), ("h".to_owned(), h), ("kappa".to_owned(), 1.5)].into();
            let p = EXPERIMENT.parameters(&given).unwrap();
            let n = (t / h).round() as i32;
            let memory = ((1.0 - h).powi(n) - (-t).exp()).abs();
            let spread = ((1.0 - (1.0 - h).powi(2 * n)) / (1.0 - h / 2.0) - 1.0 + (-2.0 * t).exp()).abs();
            assert!(
                memory <= autocorrelation_bias(&p) * (1.0 + 1e-12),
                "{t} {h}: {memory} {}",
                autocorrelation_bias(&p)
            );
            assert!(spread <= variance_bias(&p), "{t} {h}");
            assert!(autocorrelation_bias(&p) < 1.2 * h, "the allowance is of first order");
        }
    }

    #[test]
    fn steps_that_run_away_are_refused() {
        let given = [("kappa".to_owned(), 100.0), ("h".to_owned(), 0.02)].into();
        assert!(prepare(&EXPERIMENT.parameters(&given).unwrap(), &SeedPath::root(1)).is_err());
    }
}
