//! Zero-temperature dynamics of all neurons at once with couplings of low rank, never forming the N × N matrix.

use crate::linalg::{Mat, MatRef, product_into};

/// `J = left right − diag(removed)`.
pub(super) struct Couplings<'a> {
    /// N × K.
    pub(super) left: MatRef<'a, f32>,
    /// K × N.
    pub(super) right: MatRef<'a, f32>,
    /// Self-couplings to take away; empty to keep them.
    pub(super) removed: &'a [f32],
}

/// Iterates σ ← sgn(Jσ) on every column at once, at most `sweeps` times; a zero field keeps its spin. Columns that
/// reached a fixed point or a cycle of length two (all there is for symmetric J) leave the batch; a cycle ends in
/// the state that it has after `sweeps` steps.
pub(super) fn parallel(couplings: &Couplings<'_>, states: &mut Mat<f32>, sweeps: usize) {
    let (n, width) = (states.nrows(), states.ncols());
    let mut overlaps = Mat::<f32>::zeros(couplings.right.nrows(), width);
    let mut fields = Mat::<f32>::zeros(n, width);
    let mut previous = Mat::<f32>::zeros(n, width);
    let mut place: Vec<usize> = (0..width).collect();
    let mut active = width;
    for sweep in 1..=sweeps {
        if active == 0 {
            break;
        }
        product_into(overlaps.subcols_mut(0, active), couplings.right, states.subcols(0, active));
        product_into(fields.subcols_mut(0, active), couplings.left, overlaps.subcols(0, active));
        for j in (0..active).rev() {
            let (old, field) = (states.col_as_slice_mut(j), fields.col_as_slice(j));
            let before = previous.col_as_slice_mut(j);
            let (mut changed, mut returned) = (0u32, 0u32);
            for i in 0..n {
                let own = if couplings.removed.is_empty() { 0.0 } else { couplings.removed[i] * old[i] };
                let h = field[i] - own;
                let new = if h > 0.0 {
                    1.0
                } else if h < 0.0 {
                    -1.0
                } else {
                    old[i]
                };
                changed += (new != old[i]) as u32;
                returned += (new != before[i]) as u32;
                before[i] = old[i];
                old[i] = new;
            }
            let cycle = sweep > 1 && returned == 0 && changed > 0;
            if cycle && (sweeps - sweep) % 2 == 1 {
                old.copy_from_slice(before);
            }
            if changed == 0 || cycle {
                active -= 1;
                place.swap(j, active);
                swap_columns(states, j, active);
                swap_columns(&mut previous, j, active);
            }
        }
    }
    // Put every column back where it came from.
    for j in 0..width {
        while place[j] != j {
            let to = place[j];
            swap_columns(states, j, to);
            place.swap(j, to);
        }
    }
}

fn swap_columns(a: &mut Mat<f32>, i: usize, j: usize) {
    if i != j {
        let (left, right) = a.as_mut().split_at_col_mut(i.max(j));
        let (mut left, mut right) = (left.col_mut(i.min(j)), right.col_mut(0));
        for k in 0..left.nrows() {
            std::mem::swap(&mut left[k], &mut right[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random_patterns;
    use super::*;
    use crate::random::{SeedPath, bulk};

    /// J_ij as a full matrix times N, without self-coupling.
    fn field(patterns: &Mat<f32>, state: &[f32], i: usize) -> f32 {
        let n = patterns.nrows();
        let coupling = |j| (0..patterns.ncols()).map(|mu| patterns[(i, mu)] * patterns[(j, mu)]).sum::<f32>();
        (0..n).filter(|&j| j != i).map(|j| coupling(j) * state[j]).sum()
    }

    #[test]
    fn parallel_steps_match_the_full_matrix() {
        let mut generator = bulk(&mut SeedPath::root(2).stream());
        // High load and random starts: fixed points, two-cycles and running columns all occur.
        let (n, k, width) = (40, 12, 25);
        let patterns = random_patterns(n, k, &mut generator);
        let start = random_patterns(n, width, &mut generator);
        let removed = vec![k as f32; n];
        let couplings = Couplings { left: patterns.as_ref(), right: patterns.transpose(), removed: &removed };
        for sweeps in [1, 2, 7, 30, 31] {
            let mut fast = start.clone();
            parallel(&couplings, &mut fast, sweeps);
            for j in 0..width {
                let mut slow = start.col_as_slice(j).to_vec();
                for _ in 0..sweeps {
                    let h: Vec<f32> = (0..n).map(|i| field(&patterns, &slow, i)).collect();
                    slow.iter_mut().zip(h).for_each(|(s, h)| *s = if h == 0.0 { *s } else { h.signum() });
                }
                assert_eq!(fast.col_as_slice(j), slow, "column {j} after {sweeps}");
            }
        }
    }
}
