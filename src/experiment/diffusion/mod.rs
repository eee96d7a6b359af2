//! Diffusion models with a known score: speciation and collapse. The forward process is dx = −x dt + √2 dW, so that
//! x_t = e^{-t} a + √Δ_t z with Δ_t = 1 − e^{-2t}; the backward one is dx = (x + 2∇log p_t(x)) dτ + √2 dW, τ = t_f − t.

pub mod cloning;
pub mod cloning_curve;
pub mod collapse_posterior;
pub mod collapse_time;
pub mod curie_weiss_score;
pub mod excess_entropy;
pub mod hidden_manifold_collapse;
pub mod interpolant;
pub mod order_parameter_potential;
pub mod posterior_class;
pub mod rem_free_energy;
pub mod reverse_family;
pub mod speciation_gaussian_mixture;
pub mod stochastic_localisation;
pub mod u_turn;

mod backward;
mod empirical;
mod half_point;
mod reverse_target;
mod sde;
mod two_class;

use backward::{Schedule, Walkers, posterior_mean_of_spins};
use empirical::{Cloud, DataSet, half_weight_time};
use half_point::{EVALUATIONS, HalfPoint, agreements, crossing, crossing_bias, root};
use sde::Sde;
use two_class::{TwoClass, same_class};

/// Δ_t = 1 − e^{-2t}, without cancellation for small t.
fn delta(t: f64) -> f64 {
    -(-2.0 * t).exp_m1()
}

/// One standard normal number.
#[cfg(test)]
fn normal(generator: &mut crate::random::Bulk) -> f64 {
    rand_distr::Distribution::sample(&rand_distr::StandardNormal, generator)
}
