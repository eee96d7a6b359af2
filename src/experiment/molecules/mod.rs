//! Mixtures of molecules that store structures in their interactions.

pub mod multifarious_assembly;
pub mod phase_boundary;
