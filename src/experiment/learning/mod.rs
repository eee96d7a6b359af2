//! Learning from examples.

pub mod infinite_memory;
pub mod least_squares;
pub mod least_squares_generations;
pub mod linear_readability;
pub mod nearest_neighbours;
pub mod recursive_gaussian;
