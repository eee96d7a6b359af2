//! The potential in which the order parameter of two classes of spins moves backward in time.

use super::{delta, posterior_mean_of_spins};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

/// Noised spins of given order parameter μ = Σ x_i/√d are drawn from their exact conditional law; the drift of μ is that of
/// all spins under the exact score, x_i + 2φ_i. Its integral from 0 is minus the potential.
///
/// Nothing in one dimension is assumed: that the spins do not matter one by one is what is measured.
pub static EXPERIMENT: Experiment = Experiment {
    name: "order-parameter-potential",
    summary: "draws noised modified Curie-Weiss spins of given magnetisation and integrates the drift that the exact score of all spins gives to it",
    source: "Biroli and Mézard 2023, Generative diffusion in very large dimensions",
    parameters: &[
        Parameter::whole("d", "number of spins", 1024.0, 2.0, 65536.0),
        Parameter::real("m", "mean of each spin in the positive class", 0.9, 1e-3, 0.999),
        Parameter::real("kappa", "m√d e⁻ᵗ, which sets the time", 1.0, 1e-2, 100.0),
        Parameter::real("mu", "order parameter Σ xᵢ/√d", 1.0, -50.0, 50.0),
    ],
    estimands: &[Estimand::scalar("potential", "V(μ) − V(0), minus the integral of the drift of μ")],
    prepare,
};

/// Positive nodes of the Gauss–Legendre rule of twelve points on [−1, 1] and their weights (Abramowitz and Stegun 25.4.30).
const LEGENDRE: [(f64, f64); 6] = [
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_8),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_5, 0.203_167_426_723_065_9),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_2),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_4),
    (0.981_560_634_246_719_3, 0.047_175_336_386_511_8),
];

/// Nodes and weights of the rule on [0, μ].
fn nodes(mu: f64) -> impl Iterator<Item = (f64, f64)> {
    let half = 0.5 * mu;
    LEGENDRE.iter().flat_map(move |(x, w)| [(half - half * x, half * w), (half + half * x, half * w)])
}

struct Potential {
    d: usize,
    m: f64,
    t: f64,
    /// Node, weight, and the distribution function of the number of spins that are up in the data, given that μ.
    nodes: Vec<(f64, f64, Vec<f64>)>,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, m, kappa, mu) = (p.whole("d"), p.get("m"), p.get("kappa"), p.get("mu"));
    let t = (m * (d as f64).sqrt() / kappa).ln();
    if t < 0.05 {
        return Err(ExperimentError::Setup(format!("kappa = {kappa} is reached at t = {t}, not above 0.05")));
    }
    // The slope of the potential has poles at κμ = ±iπ/2: up to here twelve nodes leave an error below 1e-5.
    if kappa * mu.abs() > 10.0 {
        return Err(ExperimentError::Setup(format!("kappa |mu| = {} is over 10", kappa * mu.abs())));
    }
    let nodes = nodes(mu).map(|(mu, weight)| (mu, weight, ups(d, m, t, mu))).collect();
    Ok(Box::new(Potential { d, m, t, nodes }))
}

/// P(at most k of the data spins are up | μ) for k = 0, …, d: the prior of a sum s = 2k − d is the mixture of two binomial laws,
/// C(d, k) cosh(s artanh m) up to a factor, and μ is normal around e^{-t} s/√d with variance Δ_t.
fn ups(d: usize, m: f64, t: f64, mu: f64) -> Vec<f64> {
    let (field, root) = (core_math::atanh(m), (d as f64).sqrt());
    let mut binomial = 0.0;
    let mut logs = Vec::with_capacity(d + 1);
    for k in 0..=d {
        let s = 2.0 * k as f64 - d as f64;
        let class = (field * s).abs() + (-2.0 * (field * s).abs()).exp().ln_1p();
        logs.push(binomial + class - (mu - (-t).exp() * s / root).powi(2) / (2.0 * delta(t)));
        binomial += ((d - k) as f64 / (k + 1) as f64).ln();
    }
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    let mut law: Vec<f64> = logs
        .iter()
        .map(|l| {
            sum += (l - top).exp();
            sum
        })
        .collect();
    law.iter_mut().for_each(|p| *p /= sum);
    law
}

impl Potential {
    /// The drift of the order parameter at one draw of noised spins with Σ x_i/√d = μ.
    fn drift(&self, mu: f64, law: &[f64], x: &mut [f64], mean: &mut [f64], generator: &mut Bulk) -> f64 {
        let (shrink, spread, root) = ((-self.t).exp(), delta(self.t).sqrt(), (self.d as f64).sqrt());
        let uniform: f64 = generator.random();
        let up = law.partition_point(|p| *p <= uniform).min(self.d);
        // Nothing that follows depends on the order of the spins: the first ones are up.
        let s = 2.0 * up as f64 - self.d as f64;
        fill_normal(generator, x);
        let along = x.iter().sum::<f64>() / root;
        let shift = ((mu - shrink * s / root) / spread - along) / root;
        for (i, x) in x.iter_mut().enumerate() {
            *x = spread * (*x + shift) + if i < up { shrink } else { -shrink };
        }
        posterior_mean_of_spins(self.m, self.t, x, mean);
        // Σ(x_i + 2φ_i)/√d, where Δ_t φ_i = e^{-t}⟨a_i⟩ − x_i.
        mu + 2.0 * (shrink * mean.iter().sum::<f64>() / root - mu) / (spread * spread)
    }
}

impl Trial for Potential {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let (mut x, mut mean) = (vec![0.0; self.d], vec![0.0; self.d]);
        out[0] = 0.0;
        for (mu, weight, law) in &self.nodes {
            out[0] -= weight * self.drift(*mu, law, &mut x, &mut mean, generator);
        }
    }

    fn work(&self) -> f64 {
        let spin = cost::NORMAL + cost::TRANSCENDENTAL + 12.0 * cost::MULTIPLY_ADD;
        cost::work((self.nodes.len() * self.d) as f64 * spin)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "t" => Some(Quantity::Scalar(self.t)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn the_rule_integrates_polynomials() {
        for power in 0..23 {
            let sum: f64 = nodes(1.7).map(|(x, w)| w * x.powi(power)).sum();
            let exact = 1.7f64.powi(power + 1) / f64::from(power + 1);
            assert!((sum - exact).abs() < 1e-12 * exact, "{power}");
        }
    }

    /// By Tweedie's formula summed over the spins the mean drift is μ + 2 ∂log p_t(μ), where the law of μ is a sum over all
    /// 2^d spin configurations: V = −μ²/2 − 2 log(p_t(μ)/p_t(0)).
    #[test]
    fn six_spins_have_the_potential_of_the_density() {
        let (d, m, kappa, mu) = (6, 0.7, 0.9, 1.3);
        let given = [("d", 6.0), ("m", m), ("kappa", kappa), ("mu", mu)];
        let s = sample(&EXPERIMENT, &given, 20_000);
        let t = (m * 6f64.sqrt() / kappa).ln();
        let density = |mu: f64| -> f64 {
            let mut sum = 0.0;
            for state in 0..1u32 << d {
                let ups = f64::from(state.count_ones());
                let class = |p: f64| p.powf(ups) * (1.0 - p).powf(6.0 - ups);
                let prior = 0.5 * (class(0.5 * (1.0 + m)) + class(0.5 * (1.0 - m)));
                let centre = (-t).exp() * (2.0 * ups - 6.0) / 6f64.sqrt();
                sum += prior * (-(mu - centre).powi(2) / (2.0 * delta(t))).exp();
            }
            sum
        };
        s.assert("potential", &[-0.5 * mu * mu - 2.0 * (density(mu) / density(0.0)).ln()]);
    }

    /// The conditional law has the mean that Bayes' rule gives by rejection: points of the process whose μ comes close.
    #[test]
    fn spins_given_the_order_parameter() {
        use crate::experiment::diffusion::TwoClass;
        let (target, t, mu) = (TwoClass { d: 5, m: 0.6, sigma: None }, 0.4, 0.8);
        let mut generator = bulk(&mut SeedPath::root(5).stream());
        let (mut a, mut kept, mut ups_of_kept) = ([0.0; 5], 0.0, 0.0);
        for _ in 0..400_000 {
            target.draw(&mut generator, &mut a);
            let up = a.iter().filter(|a| **a > 0.0).count();
            let mut x = a;
            target.noise(&mut generator, t, &mut x);
            if (x.iter().sum::<f64>() / 5f64.sqrt() - mu).abs() < 0.05 {
                (kept, ups_of_kept) = (kept + 1.0, ups_of_kept + up as f64);
            }
        }
        let law = ups(5, 0.6, t, mu);
        let mean: f64 = law[..5].iter().map(|p| 1.0 - p).sum();
        // The number of spins that are up has a standard deviation of about one.
        assert!((ups_of_kept / kept - mean).abs() < 5.0 / kept.sqrt() + 0.003, "{} {mean}", ups_of_kept / kept);
    }
}
