//! Learning from examples.

pub mod least_squares;
