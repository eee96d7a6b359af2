//! Targets with two balanced classes whose score is known: two Gaussians, and the modified Curie–Weiss model.

use super::delta;
use crate::elementwise;
use crate::experiment::{ExperimentError, Parameter, Parameters};
use crate::numeric::gaussian;
use crate::random::{Bulk, fill_normal};
use rand::RngExt;

/// ½ N(m𝟙, σ²I) + ½ N(−m𝟙, σ²I), or spins ±1 that are independent with mean +m or −m (Curie–Weiss with m = tanh βm).
pub(super) struct TwoClass {
    /// Dimension.
    pub(super) d: usize,
    /// Mean of every coordinate in the positive class.
    pub(super) m: f64,
    /// Standard deviation within a class, if the target is Gaussian; `None` for spins.
    pub(super) sigma: Option<f64>,
}

impl TwoClass {
    pub(super) const D: Parameter =
        Parameter { name: "d", meaning: "dimension", default: 64.0, minimum: 1.0, maximum: 1e6, whole: true };
    pub(super) const M: Parameter = Parameter {
        name: "m",
        meaning: "mean of each coordinate in the positive class; below 1 for spins",
        default: 1.0,
        minimum: 1e-3,
        maximum: 100.0,
        whole: false,
    };
    pub(super) const SIGMA: Parameter = Parameter {
        name: "sigma",
        meaning: "standard deviation of each coordinate within a class (Gaussian target only)",
        default: 1.0,
        minimum: 1e-2,
        maximum: 100.0,
        whole: false,
    };
    pub(super) const TARGET: Parameter = Parameter {
        name: "target",
        meaning: "0: two Gaussians; 1: modified Curie-Weiss spins",
        default: 0.0,
        minimum: 0.0,
        maximum: 1.0,
        whole: true,
    };

    /// The target that `d`, `m`, `sigma` and `target` describe.
    pub(super) fn new(parameters: &Parameters) -> Result<Self, ExperimentError> {
        let target = Self::unchecked(parameters);
        if target.sigma.is_none() && target.m >= 1.0 {
            return Err(ExperimentError::Setup(format!("spins need a mean m below 1, not {}", target.m)));
        }
        Ok(target)
    }

    /// As [`Self::new`], for bounds on biases, which have to answer for any parameters.
    pub(super) fn unchecked(parameters: &Parameters) -> Self {
        let spins = parameters.whole("target") == 1;
        Self { d: parameters.whole("d"), m: parameters.get("m"), sigma: (!spins).then(|| parameters.get("sigma")) }
    }

    /// Variance of a coordinate of x_t within a class.
    pub(super) fn class_variance(&self, t: f64) -> f64 {
        let variance = self.sigma.map_or(1.0 - self.m * self.m, |sigma| sigma * sigma);
        delta(t) + variance * (-2.0 * t).exp()
    }

    /// Distance of the noised class means over twice the standard deviation: κ = m √d e^{-t} / √Γ_t. For Gaussians it
    /// alone decides the law of the class given x_t; for spins it does so as d grows.
    pub(super) fn separation(&self, t: f64) -> f64 {
        self.m * (self.d as f64).sqrt() * (-t).exp() / self.class_variance(t).sqrt()
    }

    /// The same two Gaussians seen along the axis through their means, in x·𝟙/√d. The score is −x/Γ_t plus a vector on that
    /// axis that depends on x through this coordinate only: the coordinate obeys the backward equation of this
    /// one-dimensional target exactly, step by step of the scheme too, and the others never enter the class.
    pub(super) fn on_class_axis(&self) -> Self {
        Self { d: 1, m: self.m * (self.d as f64).sqrt(), sigma: self.sigma }
    }

    /// Whether x has the one coordinate that decides.
    pub(super) fn is_one_gaussian_axis(&self) -> bool {
        self.d == 1 && self.sigma.is_some()
    }

    /// Half the log odds of two Gaussians over Σ x: m e^{-t}/Γ_t.
    pub(super) fn log_odds_slope(&self, t: f64) -> f64 {
        self.m * (-t).exp() / self.class_variance(t)
    }

    /// How much longer than the shortest a time step of the backward equation may be. In units of κ² the half log odds L
    /// move by dL = tanh(L) dκ² + dB: nothing happens while κ² ≪ 1, and by κ² ≈ 4 most trajectories are decided. For
    /// spins each coordinate has still to choose its sign then, so that their mesh is even.
    pub(super) fn stretch(&self, t: f64) -> f64 {
        match (self.sigma, self.separation(t).powi(2)) {
            (None, _) => 1.0,
            (Some(_), square) if square < 1.0 => 1.0 / square,
            (Some(_), square) if square < 4.0 => 1.0 / square.sqrt(),
            (Some(_), square) => 0.5 * ((square.min(40.0) - 4.0) / 4.0).exp(),
        }
    }

    /// The time at which the Gaussian separation is `kappa`; negative if it never is.
    pub(super) fn time_of_separation(&self, kappa: f64) -> f64 {
        let ratio = self.m * self.m * self.d as f64 / (kappa * kappa);
        let variance = self.sigma.map_or(1.0 - self.m * self.m, |sigma| sigma * sigma);
        0.5 * (ratio + 1.0 - variance).max(1e-300).ln()
    }

    /// Draws a data point and returns its class, ±1.
    pub(super) fn draw(&self, generator: &mut Bulk, x: &mut [f64]) -> f64 {
        let class = if generator.random::<bool>() { 1.0 } else { -1.0 };
        match self.sigma {
            Some(sigma) => {
                fill_normal(generator, x);
                x.iter_mut().for_each(|x| *x = class * self.m + sigma * *x);
            }
            None => {
                let up = 0.5 * (1.0 + class * self.m);
                x.iter_mut().for_each(|x| *x = if generator.random::<f64>() < up { 1.0 } else { -1.0 });
            }
        }
        class
    }

    /// Noises a data point to time `t` in place.
    pub(super) fn noise(&self, generator: &mut Bulk, t: f64, x: &mut [f64]) {
        let (shrink, spread) = ((-t).exp(), delta(t).sqrt());
        let mut noise = [0.0; 256];
        for x in x.chunks_mut(noise.len()) {
            fill_normal(generator, &mut noise[..x.len()]);
            x.iter_mut().zip(&noise).for_each(|(x, z)| *x = shrink * *x + spread * z);
        }
    }

    /// ½ log(P(+|x_t) / P(−|x_t)); `scratch` is as long as x.
    pub(super) fn half_log_odds(&self, t: f64, x: &[f64], scratch: &mut [f64]) -> f64 {
        if self.sigma.is_some() {
            return self.log_odds_slope(t) * x.iter().sum::<f64>();
        }
        let field = (-t).exp() / delta(t);
        scratch.iter_mut().zip(x).for_each(|(s, x)| *s = field * x);
        elementwise::tanh(scratch);
        half_log_odds_of_spins(self.m, scratch)
    }

    /// An upper bound on the probability that the sign of the log odds at time `t` differs from the class:
    /// exact for Gaussians, Bhattacharyya's bound for spins.
    pub(super) fn misclassified(&self, t: f64) -> f64 {
        match self.sigma {
            Some(_) => 0.5 * core_math::erfc(self.separation(t) / std::f64::consts::SQRT_2),
            None => {
                let (shrink, spread) = ((-t).exp(), delta(t).sqrt());
                // ∫√(p₊p₋) = E₊√(p₋/p₊), averaged over the spin and its noise.
                let mut overlap = 0.0;
                for spin in [1.0, -1.0] {
                    let ratio = |z: f64| {
                        let tanh = core_math::tanh(shrink / (spread * spread) * (shrink * spin + spread * z));
                        ((1.0 - self.m * tanh) / (1.0 + self.m * tanh)).sqrt()
                    };
                    overlap += 0.5 * (1.0 + spin * self.m) * gaussian::expectation(ratio);
                }
                0.5 * overlap.powi(self.d as i32)
            }
        }
    }
}

/// Σ_j ½ log((1 + m T_j)/(1 − m T_j)) for T_j = tanh(x_j e^{-t}/Δ_t).
pub(super) fn half_log_odds_of_spins(m: f64, tanh: &[f64]) -> f64 {
    // Sixteen factors per logarithm: each lies within (1 − m)/(1 + m) and its inverse, far from over- and underflow.
    let product = |chunk: &[f64]| chunk.iter().map(|t| (1.0 + m * t) / (1.0 - m * t)).product::<f64>();
    0.5 * tanh.chunks(16).map(|chunk| product(chunk).ln()).sum::<f64>()
}

/// P(two independent draws from the class posterior agree) for two Gaussians at separation κ: E ½(1 + tanh²(κ² + κz)),
/// in the form E ½(1 + tanh(κ² + κz)), equal to it by Bayes' rule.
pub(super) fn same_class(kappa: f64) -> f64 {
    0.5 * (1.0 + gaussian::expectation(|z| core_math::tanh(kappa * (kappa + z))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{SeedPath, bulk};

    #[test]
    fn agreement_of_two_posterior_draws_has_two_forms() {
        for kappa in [0.1, 0.5, 1.0, 2.0] {
            let square = gaussian::expectation(|z| core_math::tanh(kappa * (kappa + z)).powi(2));
            assert!((same_class(kappa) - 0.5 * (1.0 + square)).abs() < 1e-12, "{kappa}");
        }
        assert!((same_class(1.0) - 0.775_200_245).abs() < 1e-8);
    }

    #[test]
    fn log_odds_are_the_logarithm_of_the_densities() {
        // Spins in three dimensions against the enumerated densities of both classes.
        let target = TwoClass { d: 3, m: 0.7, sigma: None };
        let (x, t) = ([0.4, -1.1, 0.9], 0.6f64);
        let density = |sign: f64| -> f64 {
            x.iter()
                .map(|x| {
                    [1.0, -1.0]
                        .iter()
                        .map(|a| {
                            0.5 * (1.0 + sign * 0.7 * a) * (-(x - a * (-t).exp()).powi(2) / (2.0 * delta(t))).exp()
                        })
                        .sum::<f64>()
                })
                .product()
        };
        let expected = 0.5 * (density(1.0) / density(-1.0)).ln();
        assert!((target.half_log_odds(t, &x, &mut [0.0; 3]) - expected).abs() < 1e-12);
    }

    #[test]
    fn misclassification_bound_covers_what_happens() {
        let mut generator = bulk(&mut SeedPath::root(3).stream());
        for sigma in [None, Some(0.8)] {
            let target = TwoClass { d: 6, m: 0.6, sigma };
            let (mut x, mut scratch, mut wrong) = ([0.0; 6], [0.0; 6], 0.0);
            for _ in 0..20_000 {
                let class = target.draw(&mut generator, &mut x);
                target.noise(&mut generator, 0.2, &mut x);
                wrong += f64::from(u8::from(target.half_log_odds(0.2, &x, &mut scratch) * class < 0.0)) / 20_000.0;
            }
            let bound = target.misclassified(0.2);
            assert!(wrong < bound + 0.012 && wrong > 0.2 * bound, "{wrong} against {bound}");
        }
    }
}
