//! Networks of binary neurons that store patterns: Hebb's rule, the projector rule, and their dynamics.

pub mod boltzmann_cascade;
pub mod hebbian_basin;
pub mod hebbian_capacity;
pub mod hebbian_critical_load;
pub mod hebbian_examples;
pub mod hebbian_field;
pub mod hebbian_mixture;
pub mod hebbian_retrieval;
pub mod hebbian_temperature;
pub mod hopfield_enumeration;
pub mod hopfield_phase_lines;
pub mod hopfield_transition;
pub mod lyapunov_descent;
pub mod projector_basin;
pub mod projector_one_step;
pub mod projector_rule;
pub mod rbm_cascade;
pub mod rbm_enumeration;
pub mod spin_glass_enumeration;

mod dynamics;
mod heat_bath;
mod packed;
mod replica_symmetric;

use crate::experiment::cost;
use crate::linalg::{Cholesky, Mat, NotPositiveDefinite, gram, product};
use crate::random::{Bulk, fill_signs};

/// `k` independent fair patterns of `n` signs, as columns.
fn random_patterns(n: usize, k: usize, generator: &mut Bulk) -> Mat<f32> {
    let mut patterns = Mat::<f32>::zeros(n, k);
    (0..k).for_each(|j| fill_signs(generator, patterns.col_as_slice_mut(j)));
    patterns
}

/// K = round(αN), at least 1.
fn pattern_count(n: usize, load: f64) -> usize {
    ((load * n as f64).round() as usize).max(1)
}

/// The local fields of some stored patterns under Hebb's rule, in whole numbers: `n ξ_i φ_i` without self-coupling,
/// column by column. Single-precision sums of ±1 are exact below 2²⁴.
fn aligned_fields(patterns: &Mat<f32>, probes: usize) -> Mat<f32> {
    let k = patterns.ncols();
    let states = patterns.subcols(0, probes);
    let overlaps = product(patterns.transpose(), states);
    let mut fields = product(patterns.as_ref(), overlaps.as_ref());
    for j in 0..probes {
        let pattern = patterns.col_as_slice(j);
        fields.col_as_slice_mut(j).iter_mut().zip(pattern).for_each(|(h, s)| *h = *h * s - k as f32);
    }
    fields
}

/// The couplings `J = ξ a` of the projector on the span of the patterns; `a = C⁻¹ ξᵀ/N` with `C = ξᵀξ/N`
/// (Kohonen 1977; Personnaz, Guyon and Dreyfus 1985).
struct Projector {
    patterns: Mat<f64>,
    dual: Mat<f64>,
}

/// What [`Projector::new`] costs: a Gram matrix, its factorisation, and the solution for the longer side.
fn projector_cost(n: usize, k: usize) -> f64 {
    let (short, long) = (n.min(k), n.max(k));
    cost::product_single(short, long, short)
        + cost::product(short, short, short) / 3.0
        + cost::product(short, short, long)
        + 8.0 * (n * k) as f64
}

impl Projector {
    /// # Errors
    /// Linearly dependent patterns (fewer than N), or more than N patterns that do not span the space.
    fn new(patterns: &Mat<f32>) -> Result<Self, NotPositiveDefinite> {
        let (n, k) = (patterns.nrows(), patterns.ncols());
        let wide = Mat::from_fn(n, k, |i, j| f64::from(patterns[(i, j)]));
        // Whole numbers below 2²⁴: the single-precision Gram matrix is exact.
        let double = |a: Mat<f32>| Mat::from_fn(a.nrows(), a.ncols(), |i, j| f64::from(a[(i, j)]));
        let dual = if k <= n {
            Cholesky::new(double(gram(patterns.as_ref())).as_ref())?.solve(wide.transpose())
        } else {
            // ξ⁺ = ξᵀ(ξξᵀ)⁻¹ where the patterns span the space.
            let outer = Cholesky::new(double(gram(patterns.transpose())).as_ref())?;
            outer.solve(wide.as_ref()).transpose().to_owned()
        };
        Ok(Self { patterns: wide, dual })
    }

    /// `J s` column by column.
    fn fields(&self, states: &Mat<f64>) -> Mat<f64> {
        product(self.patterns.as_ref(), product(self.dual.as_ref(), states.as_ref()).as_ref())
    }

    /// `J_ii`.
    fn self_couplings(&self) -> Vec<f64> {
        let (n, k) = (self.patterns.nrows(), self.patterns.ncols());
        let mut diagonal = vec![0.0; n];
        for mu in 0..k {
            let pattern = self.patterns.col_as_slice(mu);
            for (i, d) in diagonal.iter_mut().enumerate() {
                *d += pattern[i] * self.dual[(mu, i)];
            }
        }
        diagonal
    }
}
