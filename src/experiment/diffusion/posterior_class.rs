//! Speciation without a trajectory: the exact backward equation samples the posterior given x_t.

use super::{HalfPoint, TwoClass, agreements, delta, same_class};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};

/// P(two posterior draws of the class agree), from noised data points alone; for dimensions beyond trajectories.
pub static EXPERIMENT: Experiment = Experiment {
    name: "posterior-class",
    summary: "Noises data points to time t and averages p₊² + p₋², the probability that two draws from the class posterior given x_t agree",
    source: "Biroli, Bonnaire, de Bortoli and Mézard 2024, Dynamical regimes of diffusion models",
    parameters: &[
        TwoClass::D,
        TwoClass::M,
        TwoClass::SIGMA,
        TwoClass::TARGET,
        HalfPoint::LEVEL,
        Parameter {
            name: "t",
            meaning: "time of the forward process at which `same-class` is measured",
            default: 2.0,
            minimum: 1e-3,
            maximum: 50.0,
            whole: false,
        },
        HalfPoint::PROBES,
    ],
    estimands: &[
        Estimand {
            name: "same-class",
            meaning: "probability that two draws from the class posterior at time t agree",
            bounds: Some((0.5, 1.0)),
            shape: Shape::Scalar,
            bias: Estimand::UNBIASED,
        },
        HalfPoint::OF_PROBES,
    ],
    prepare,
};

struct PosteriorClass {
    target: TwoClass,
    t: f64,
    level: f64,
    probes: usize,
}

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    HalfPoint::affordable_probes(parameters.whole("probes"), parameters.whole("d"))?;
    Ok(Box::new(PosteriorClass {
        target: TwoClass::new(parameters)?,
        t: parameters.get("t"),
        level: parameters.get("level"),
        probes: parameters.whole("probes"),
    }))
}

impl PosteriorClass {
    /// A data point and standard normal noise for it.
    fn probe(&self, generator: &mut Bulk) -> (Vec<f64>, Vec<f64>) {
        let (mut point, mut noise) = (vec![0.0; self.target.d], vec![0.0; self.target.d]);
        self.target.draw(generator, &mut point);
        fill_normal(generator, &mut noise);
        (point, noise)
    }

    /// Half the log odds of the classes given each data point noised to time t, by its noise and by the opposite.
    fn half_log_odds(&self, t: f64, probes: &[(Vec<f64>, Vec<f64>)]) -> Vec<[f64; 2]> {
        let (shrink, spread) = ((-t).exp(), delta(t).sqrt());
        let (mut x, mut scratch) = (vec![0.0; self.target.d], vec![0.0; self.target.d]);
        let mut one = |(point, noise): &(Vec<f64>, Vec<f64>), sign: f64| {
            x.iter_mut().zip(point).zip(noise).for_each(|((x, a), z)| *x = shrink * a + sign * spread * z);
            self.target.half_log_odds(t, &x, &mut scratch)
        };
        probes.iter().map(|probe| [one(probe, 1.0), one(probe, -1.0)]).collect()
    }
}

impl Trial for PosteriorClass {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let probes: Vec<_> = (0..self.probes).map(|_| self.probe(generator)).collect();
        let guess = self.target.time_of_separation(1.0);
        out[1] = HalfPoint::of_probes(guess, self.level, &probes, |t, probes| self.half_log_odds(t, probes));
        out[0] = agreements(&self.half_log_odds(self.t, &probes)).iter().sum::<f64>() / self.probes as f64;
    }

    fn work(&self) -> f64 {
        // Beside the sums a tanh for spins.
        let evaluate = 2.0 * cost::MULTIPLY_ADD + if self.target.sigma.is_none() { cost::TRANSCENDENTAL } else { 0.0 };
        cost::work(HalfPoint::cost_of_probes(self.probes, self.target.d, 2.0 * cost::NORMAL, evaluate))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match (name, self.target.sigma) {
            ("beta", None) => Some(Quantity::Scalar(self.target.m.atanh() / self.target.m)),
            ("agreement", Some(_)) => Some(Quantity::Scalar(same_class(self.target.separation(self.t)))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn gaussians_follow_the_one_dimensional_integral() {
        let (mean, error) =
            sample(&EXPERIMENT, &[("d", 50.0), ("m", 0.5), ("sigma", 2.0), ("t", 1.0)], 40).get("same-class")[0];
        let target = TwoClass { d: 50, m: 0.5, sigma: Some(2.0) };
        let exact = same_class(target.separation(1.0));
        assert!((mean - exact).abs() < 4.5 * error, "{mean} ± {error} against {exact}");
        let given = [("d", 100.0), ("probes", 64.0)];
        let (mean, error) = sample(&EXPERIMENT, &given, 60).get("speciation-time")[0];
        let exact = (10.0f64 / 0.922_412_3).ln();
        assert!((mean - exact).abs() < 4.5 * error + 0.005, "{mean} ± {error} against {exact}");
    }

    /// Eight spins: E ½(1 + tanh² L) from the enumerated joint law of (a, x) in one coordinate at a time is the same
    /// average of p₊ over the positive class alone, by Bayes' rule.
    #[test]
    fn spins_obey_bayes_rule() {
        let target = TwoClass { d: 8, m: 0.6, sigma: None };
        let mut generator = bulk(&mut SeedPath::root(4).stream());
        let (mut x, mut scratch, n) = ([0.0; 8], [0.0; 8], 40_000);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let class = target.draw(&mut generator, &mut x);
            target.noise(&mut generator, 0.8, &mut x);
            let own = 1.0 / (1.0 + (-2.0 * class * target.half_log_odds(0.8, &x, &mut scratch)).exp());
            sum += own / f64::from(n);
            squares += own * own / f64::from(n);
        }
        let error = ((squares - sum * sum) / f64::from(n)).sqrt();
        let given = [("d", 8.0), ("m", 0.6), ("target", 1.0), ("t", 0.8)];
        let (mean, other) = sample(&EXPERIMENT, &given, 100).get("same-class")[0];
        assert!((mean - sum).abs() < 4.5 * error.hypot(other), "{mean} against {sum}");
    }
}
