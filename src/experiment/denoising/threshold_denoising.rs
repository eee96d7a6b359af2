//! Soft and hard thresholds, a linear filter and the binary oracle on sparse signals.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// `s` of `d` coefficients are not zero: all of one size, the adversary's choice, or drawn from N(0, c²). Coefficients are
/// treated alike, so that their places do not matter to any of the estimates.
pub static EXPERIMENT: Experiment = Experiment {
    name: "threshold-denoising",
    summary: "A sparse signal of equal or random coefficients in white noise; risk of soft and hard thresholds, of the best filter that knows the power only, and of the binary oracle",
    source: "Donoho and Johnstone 1994, Ideal spatial adaptation by wavelet shrinkage, §2",
    parameters: &[
        Parameter::whole("d", "coefficients", 256.0, 2.0, 65536.0),
        Parameter::whole("s", "coefficients that are not zero, at most d", 16.0, 0.0, 65536.0),
        Parameter::real("c", "size of a coefficient that is not zero", 4.0, 0.0, 1e4),
        Parameter::whole("random", "0: each is ±c; 1: each is drawn from N(0, c²) in every draw", 0.0, 0.0, 1.0),
        Parameter::real("sigma", "noise σ", 1.0, 1e-3, 1e3),
        Parameter::real("level", "threshold in units of σ√(2 log d)", 1.0, 0.0, 10.0),
        Parameter::whole("batch", "noise draws per replicate", 16.0, 1.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("soft-threshold-risk", "E Σ_k (sth_T(y_k) − a_k)²"),
        Estimand::scalar("hard-threshold-risk", "E Σ_k (y_k 1{|y_k| > T} − a_k)²"),
        Estimand::scalar("linear-risk", "E Σ_k (h y_k − a_k)² with h = v/(v + σ²), v = s c²/d"),
        Estimand::scalar("oracle-projection-risk", "E Σ_k (λ_k y_k − a_k)² with λ_k = 1 if |a_k| ≥ σ, else 0"),
        Estimand::scalar("hard-less-soft", "risk of the hard threshold less that of the soft one, on the same noise"),
    ],
    prepare,
};

struct Thresholds {
    d: usize,
    s: usize,
    c: f64,
    random: bool,
    sigma: f64,
    threshold: f64,
    batch: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, s, sigma) = (p.whole("d"), p.whole("s"), p.get("sigma"));
    if s > d {
        return Err(ExperimentError::Setup(format!("{s} of {d} coefficients cannot differ from zero")));
    }
    let threshold = p.get("level") * sigma * (2.0 * (d as f64).ln()).sqrt();
    let (c, random) = (p.get("c"), p.whole("random") == 1);
    Ok(Box::new(Thresholds { d, s, c, random, sigma, threshold, batch: p.whole("batch") }))
}

impl Trial for Thresholds {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let power = self.s as f64 * self.c * self.c / self.d as f64;
        let (filter, t) = (power / (power + self.sigma * self.sigma), self.threshold);
        let (mut noise, mut sizes) = (vec![0f64; self.d], vec![1f64; self.s]);
        let [mut soft, mut hard, mut linear, mut oracle] = [0f64; 4];
        for _ in 0..self.batch {
            if self.random {
                fill_normal(&mut generator, &mut sizes);
            }
            fill_normal(&mut generator, &mut noise);
            for (k, z) in noise.iter().enumerate() {
                // Signs alternate; the noise is even, and so are the estimates.
                let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
                let a = sizes.get(k).map_or(0.0, |size| sign * self.c * size);
                let y = a + self.sigma * z;
                let passes = y.abs() > t;
                soft += ((y.abs() - t).max(0.0).copysign(y) - a).powi(2);
                hard += if passes { (y - a).powi(2) } else { a * a };
                linear += (filter * y - a).powi(2);
                oracle += if a.abs() >= self.sigma { (y - a).powi(2) } else { a * a };
            }
        }
        let n = self.batch as f64;
        out.copy_from_slice(&[soft / n, hard / n, linear / n, oracle / n, (hard - soft) / n]);
    }

    fn work(&self) -> f64 {
        let signal = if self.random { self.s as f64 * cost::NORMAL } else { 0.0 };
        cost::work(self.batch as f64 * (signal + self.d as f64 * (cost::NORMAL + 5.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use crate::stats::normal_density;

    /// The mean of `loss(y, a)` over noise and, if `random`, over a ~ N(0, c²), by the midpoint rule on the densities.
    fn risk(a: f64, sigma: f64, random: bool, loss: impl Fn(f64, f64) -> f64) -> f64 {
        let h = if random { 0.02 } else { 1e-4 };
        let grid = || (0..(16.0 / h) as usize).map(move |i| -8.0 + (i as f64 + 0.5) * h);
        let over_noise = |a: f64| grid().map(|z| h * normal_density(z) * loss(a + sigma * z, a)).sum::<f64>();
        if random { grid().map(|z| h * normal_density(z) * over_noise(a * z)).sum() } else { over_noise(a) }
    }

    #[test]
    fn risks_match_quadrature_over_the_noise() {
        for random in [false, true] {
            let (d, s, c, sigma, level) = (20, 7, 1.5, 0.8, 0.6);
            let t = level * sigma * (2.0 * (d as f64).ln()).sqrt();
            let given =
                [("d", d as f64), ("s", s as f64), ("c", c), ("sigma", sigma), ("level", level), ("batch", 50.0)];
            let given = [&given[..], &[("random", f64::from(u8::from(random)))]].concat();
            let found = sample(&EXPERIMENT, &given, 1000);
            let total = |loss: &dyn Fn(f64, f64) -> f64| {
                s as f64 * risk(c, sigma, random, loss) + (d - s) as f64 * risk(0.0, sigma, false, loss)
            };
            let soft = total(&|y, a| ((y.abs() - t).max(0.0) * y.signum() - a).powi(2));
            let hard = total(&|y, a| (if y.abs() > t { y - a } else { a }).powi(2));
            let oracle = total(&|y, a| (if a.abs() >= sigma { y - a } else { a }).powi(2));
            found.assert("soft-threshold-risk", &[soft]);
            found.assert("hard-threshold-risk", &[hard]);
            found.assert("hard-less-soft", &[hard - soft]);
            found.assert("oracle-projection-risk", &[oracle]);
            let v = s as f64 * c * c / d as f64;
            found.assert("linear-risk", &[d as f64 * v * sigma * sigma / (v + sigma * sigma)]);
            assert!(found.get("soft-threshold-risk")[0].1 < 0.005 * soft, "the test resolves half a per cent");
        }
    }

    #[test]
    fn no_threshold_is_no_denoising() {
        let found = sample(&EXPERIMENT, &[("d", 10.0), ("s", 3.0), ("level", 0.0), ("sigma", 0.5)], 2000);
        found.assert("soft-threshold-risk", &[2.5]);
        found.assert("hard-less-soft", &[0.0]);
        let too_many = [("d".to_owned(), 4.0), ("s".to_owned(), 5.0)].into();
        let parameters = EXPERIMENT.parameters(&too_many).unwrap();
        assert!(prepare(&parameters, &SeedPath::root(0)).is_err());
    }
}
