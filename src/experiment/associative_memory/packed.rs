//! Hebb's rule with one bit per component: zero-temperature dynamics, one neuron after the other.
//!
//! The field on a neuron needs the overlaps with all patterns only. They are counted by how many neurons agree with each
//! pattern, and the counts are stored bit by bit, 64 patterns to a word: a field is a few counts of common bits, a flip
//! an addition with carry. K patterns of N neurons take NK/8 bytes, which stay in the cache near the capacity at N = 10⁴.

use crate::linalg::Mat;
use crate::random::Bulk;
use pulp::Arch;
use rand::Rng;
use rand::seq::SliceRandom;

/// Patterns of ±1, neuron by neuron: a set bit is +1.
pub(super) struct PackedPatterns {
    k: usize,
    /// Words of a neuron's row.
    words: usize,
    rows: Vec<u64>,
}

/// The first `count` bits of row after row of 64.
fn mask(count: usize) -> Vec<u64> {
    (0..count.div_ceil(64)).map(|w| u64::MAX >> (64 - (count - 64 * w).min(64))).collect()
}

impl PackedPatterns {
    /// What patterns and sweeps over the neurons with all of them cost.
    pub(super) fn cost(n: f64, k: f64, sweeps: f64) -> f64 {
        let words = (k / 64.0).ceil();
        n * (10.0 * words + sweeps * (15.0 + 0.7 * words * n.log2()))
    }

    /// `k` independent fair patterns of `n` signs.
    pub(super) fn random(n: usize, k: usize, generator: &mut Bulk) -> Self {
        let mask = mask(k);
        let rows = (0..n).flat_map(|_| &mask).map(|mask| generator.next_u64() & mask).collect();
        Self { k, words: mask.len(), rows }
    }

    /// The columns of a matrix of ±1.
    pub(super) fn new(patterns: &Mat<f32>) -> Self {
        let (k, words) = (patterns.ncols(), patterns.ncols().div_ceil(64));
        let mut rows = vec![0; patterns.nrows() * words];
        for mu in 0..k {
            for (i, s) in patterns.col_as_slice(mu).iter().enumerate() {
                rows[i * words + mu / 64] |= u64::from(*s > 0.0) << (mu % 64);
            }
        }
        Self { k, words, rows }
    }

    /// Whether a pattern is +1, neuron by neuron.
    pub(super) fn pattern(&self, mu: usize) -> Vec<bool> {
        self.rows.chunks_exact(self.words).map(|row| row[mu / 64] >> (mu % 64) & 1 == 1).collect()
    }

    /// Updates one neuron after the other, each sweep in a fresh random order, until nothing changes or `sweeps` are
    /// over; a zero field keeps its spin. The overlaps at the end.
    pub(super) fn sequential(
        &self,
        state: &mut [bool],
        keep_self: bool,
        sweeps: usize,
        generator: &mut Bulk,
    ) -> Overlaps {
        self.run(state, self.k, keep_self, sweeps, |_| true, generator)
    }

    /// Whether the dynamics from the first pattern with the first `stored` ones keep an overlap with it above
    /// `threshold`, sweep by sweep; the last overlap.
    pub(super) fn keeps_first(
        &self,
        stored: usize,
        threshold: f64,
        sweeps: usize,
        generator: &mut Bulk,
    ) -> (bool, f64) {
        let mut state = self.pattern(0);
        let kept = |overlaps: &Overlaps| overlaps.with(0) > threshold;
        let overlaps = self.run(&mut state, stored, false, sweeps, kept, generator);
        (kept(&overlaps), overlaps.with(0))
    }

    /// The dynamics with the first `stored` patterns, which also end where the overlaps are not to `go_on`.
    fn run(
        &self,
        state: &mut [bool],
        stored: usize,
        keep_self: bool,
        sweeps: usize,
        go_on: impl Fn(&Overlaps) -> bool,
        generator: &mut Bulk,
    ) -> Overlaps {
        let mut overlaps = Overlaps::new(state.len(), stored);
        for (row, up) in self.rows.chunks_exact(self.words).zip(&*state) {
            overlaps.count(row, *up);
        }
        let own = if keep_self { 0 } else { stored as i64 };
        let mut order: Vec<u32> = (0..state.len() as u32).collect();
        for _ in 0..sweeps {
            order.shuffle(generator);
            let changed = Arch::new().dispatch(
                #[inline(always)]
                || {
                    let mut changed = false;
                    for &i in &order {
                        let row = &self.rows[i as usize * self.words..][..self.words];
                        let spin = &mut state[i as usize];
                        let field = overlaps.field(row);
                        if (if *spin { field } else { -field }) < own {
                            overlaps.flip(row, *spin);
                            *spin = !*spin;
                            changed = true;
                        }
                    }
                    changed
                },
            );
            if !changed || !go_on(&overlaps) {
                break;
            }
        }
        overlaps
    }
}

/// How many neurons agree with each of the stored patterns.
pub(super) struct Overlaps {
    n: i64,
    stored: i64,
    /// Patterns that are stored.
    mask: Vec<u64>,
    /// The counts bit by bit, the lowest first: as many words each as the mask has.
    digits: Vec<u64>,
    /// Sum of the counts.
    sum: i64,
}

impl Overlaps {
    fn new(n: usize, stored: usize) -> Self {
        let mask = mask(stored);
        let digits = vec![0; mask.len() * (usize::BITS - n.leading_zeros()) as usize];
        Self { n: n as i64, stored: stored as i64, mask, digits, sum: 0 }
    }

    /// The overlap with a pattern, in [−1, 1].
    pub(super) fn with(&self, mu: usize) -> f64 {
        let digits = self.digits.chunks_exact(self.mask.len()).rev();
        let count = digits.fold(0i64, |count, digit| 2 * count + (digit[mu / 64] >> (mu % 64) & 1) as i64);
        (2 * count - self.n) as f64 / self.n as f64
    }

    /// Counts a neuron that has not been counted yet.
    fn count(&mut self, row: &[u64], up: bool) {
        for (w, &bits) in row.iter().enumerate().take(self.mask.len()) {
            let agreeing = if up { bits } else { !bits } & self.mask[w];
            self.sum += i64::from(agreeing.count_ones());
            self.add(w, agreeing);
        }
    }

    /// Adds 1 to the counts of a word's patterns.
    #[inline(always)]
    fn add(&mut self, w: usize, mut carry: u64) {
        for digit in self.digits[w..].iter_mut().step_by(self.mask.len()) {
            if carry == 0 {
                break;
            }
            (*digit, carry) = (*digit ^ carry, *digit & carry);
        }
    }

    /// Takes 1 from the counts of a word's patterns.
    #[inline(always)]
    fn subtract(&mut self, w: usize, mut borrow: u64) {
        for digit in self.digits[w..].iter_mut().step_by(self.mask.len()) {
            if borrow == 0 {
                break;
            }
            (*digit, borrow) = (*digit ^ borrow, !*digit & borrow);
        }
    }

    /// A neuron that was `up`, or was not, turns over: it no longer agrees with the patterns that it agreed with.
    #[inline(always)]
    fn flip(&mut self, row: &[u64], up: bool) {
        for (w, &bits) in row.iter().enumerate().take(self.mask.len()) {
            let agreed = if up { bits } else { !bits } & self.mask[w];
            let gained = !agreed & self.mask[w];
            self.sum += i64::from(gained.count_ones()) - i64::from(agreed.count_ones());
            self.subtract(w, agreed);
            self.add(w, gained);
        }
    }

    /// `N` times the field on a neuron, with its self-coupling: Σ_μ ξ^μ (2c_μ − N) for the counts c, where ξ = 2b − 1.
    #[inline(always)]
    fn field(&self, row: &[u64]) -> i64 {
        let row = &row[..self.mask.len()];
        let common =
            |words: &[u64]| -> i64 { i64::from(row.iter().zip(words).map(|(b, c)| (b & c).count_ones()).sum::<u32>()) };
        let digits = self.digits.chunks_exact(self.mask.len());
        let weighted: i64 = digits.enumerate().map(|(place, digit)| common(digit) << place).sum();
        4 * weighted - 2 * self.n * common(&self.mask) - 2 * self.sum + self.n * self.stored
    }
}

#[cfg(test)]
mod tests {
    use super::super::random_patterns;
    use super::*;
    use crate::random::{SeedPath, bulk};

    fn sign(up: bool) -> i64 {
        if up { 1 } else { -1 }
    }

    /// Σ_j Σ_μ ξ_i ξ_j s_j over the first patterns, self-coupling included.
    fn field(patterns: &PackedPatterns, stored: usize, state: &[bool], i: usize) -> i64 {
        let of_pattern = |pattern: Vec<bool>| {
            sign(pattern[i]) * pattern.iter().zip(state).map(|(x, s)| sign(*x) * sign(*s)).sum::<i64>()
        };
        (0..stored).map(|mu| of_pattern(patterns.pattern(mu))).sum()
    }

    /// The same order of visits, with fields summed afresh at each: high load, parts of words, and a start from noise.
    #[test]
    fn dynamics_are_those_of_the_fields_written_out() {
        let mut generator = bulk(&mut SeedPath::root(3).stream());
        for (n, k, stored) in [(70, 12, 12), (33, 130, 66), (40, 64, 64), (1, 1, 1)] {
            let patterns = PackedPatterns::random(n, k, &mut generator);
            for keep_self in [false, true] {
                let start = PackedPatterns::random(n, 1, &mut generator).pattern(0);
                let (mut fast, mut slow) = (start.clone(), start);
                let mut same = generator.clone();
                let overlaps = patterns.run(&mut fast, stored, keep_self, 3, |_| true, &mut generator);
                let mut order: Vec<u32> = (0..n as u32).collect();
                for _ in 0..3 {
                    order.shuffle(&mut same);
                    let mut changed = false;
                    for &i in &order {
                        let i = i as usize;
                        let own = if keep_self { 0 } else { stored as i64 * sign(slow[i]) };
                        if (field(&patterns, stored, &slow, i) - own) * sign(slow[i]) < 0 {
                            slow[i] = !slow[i];
                            changed = true;
                        }
                    }
                    if !changed {
                        break;
                    }
                }
                assert_eq!(fast, slow, "{n} {k} {stored}");
                for mu in 0..stored {
                    let agreeing = patterns.pattern(mu).iter().zip(&fast).filter(|(x, s)| x == s).count();
                    assert!((overlaps.with(mu) - (2.0 * agreeing as f64 / n as f64 - 1.0)).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn patterns_are_packed_as_they_are() {
        let patterns = random_patterns(50, 70, &mut bulk(&mut SeedPath::root(5).stream()));
        let packed = PackedPatterns::new(&patterns);
        for mu in [0, 31, 63, 64, 69] {
            assert!(packed.pattern(mu).iter().zip(patterns.col_as_slice(mu)).all(|(up, s)| *up == (*s > 0.0)));
        }
    }

    #[test]
    fn dynamics_end_in_a_fixed_point() {
        let mut generator = bulk(&mut SeedPath::root(3).stream());
        let patterns = PackedPatterns::random(60, 10, &mut generator);
        let start = PackedPatterns::random(60, 1, &mut generator).pattern(0);
        let mut state = start.clone();
        patterns.sequential(&mut state, false, 100, &mut generator);
        assert!((0..60).all(|i| field(&patterns, 10, &state, i) * sign(state[i]) >= 10));
        assert_ne!(state, start);
    }
}
