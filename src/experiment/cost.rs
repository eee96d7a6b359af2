//! What elementary operations cost, in millionths of a unit of work: about nanoseconds on one core of 2020's hardware.
//!
//! Measured in release on such a core and rounded; budgets need an order of magnitude, and need it to depend on the
//! parameters only, so that the same replicates are drawn on every machine.

/// One standard normal number, with the additions that use it.
pub(super) const NORMAL: f64 = 4.5;
/// One exponential, logarithm or hyperbolic tangent among many in a row.
pub(super) const TRANSCENDENTAL: f64 = 4.0;
/// One multiplication with an addition in a plain loop.
pub(super) const MULTIPLY_ADD: f64 = 0.5;
/// Start of a replicate: its streams and buffers.
const START: f64 = 2e3;

/// A dense product of m × k and k × n in single precision.
pub(super) fn product_single(m: usize, k: usize, n: usize) -> f64 {
    m as f64 * k as f64 * n as f64 / 16.0
}

/// The same in double precision; half as much for a Gram matrix, a third for a Cholesky factorisation of n = m = k.
pub(super) fn product(m: usize, k: usize, n: usize) -> f64 {
    m as f64 * k as f64 * n as f64 / 6.0
}

/// Eigenvalues and eigenvectors of a symmetric matrix.
pub(super) fn eigen(n: usize) -> f64 {
    let n = n as f64;
    // Three quarters of a Gflop per second at some hundred rows, and a start that small ones notice.
    5e3 + 2e2 * n * n + 1.3 * n * n * n
}

/// Work of a replicate from the sum of its costs.
pub(super) fn work(cost: f64) -> f64 {
    (START + cost) / 1e6
}
