//! Sampling from Gibbs laws: Langevin's equation and its mixing, fields on a lattice and their condition numbers.

pub mod binder_crossing;
pub mod langevin_relaxation;
pub mod langevin_steps;
pub mod lattice_field;
pub mod wavelet_conditioning;

mod langevin;
mod lattice;

use langevin::Langevin;
use lattice::{Lattice, Measured, binder};
