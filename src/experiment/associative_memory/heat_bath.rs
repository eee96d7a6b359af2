//! Heat-bath dynamics under Hebb's rule without self-coupling, overlaps kept up to date.

use crate::elementwise;
use crate::linalg::Mat;
use crate::random::Bulk;
use rand::RngExt;

/// What one update costs beside the stored patterns, and for each of them.
const UPDATE: [f64; 2] = [6.0, 0.35];

/// Neurons with the K components of the patterns of each side by side, their state and its overlaps.
pub(super) struct HeatBath {
    rows: Vec<i16>,
    k: usize,
    state: Vec<i16>,
    /// N m_μ.
    overlaps: Vec<i16>,
}

/// The probability of an upward spin at a temperature by its field, N φ_i as a whole number.
pub(super) struct Rates {
    /// Fields from −2N to 2N; |m| is at most one for a single pattern.
    table: Vec<f64>,
    n: i32,
    temperature: f64,
}

impl Rates {
    pub(super) fn new(n: usize, temperature: f64) -> Self {
        let most = 2 * n as i32;
        let mut table: Vec<f64> = (-most..=most).map(|f| -2.0 * f64::from(f) / (n as f64 * temperature)).collect();
        elementwise::exp(&mut table);
        table.iter_mut().for_each(|e| *e = 1.0 / (1.0 + *e));
        Self { table, n: n as i32, temperature }
    }

    fn up(&self, field: i32) -> f64 {
        let place = usize::try_from(field + 2 * self.n).ok().and_then(|k| self.table.get(k));
        place.copied().unwrap_or_else(|| {
            let exponent = -2.0 * f64::from(field) / (f64::from(self.n) * self.temperature);
            1.0 / (1.0 + core_math::exp(exponent))
        })
    }
}

impl HeatBath {
    /// The first pattern as state. Needs N ≤ 16383 so that sums of overlaps fit 16 bits.
    pub(super) fn new(patterns: &Mat<f32>) -> Self {
        let (n, k) = (patterns.nrows(), patterns.ncols());
        let mut rows = vec![0; n * k];
        for mu in 0..k {
            patterns.col_as_slice(mu).iter().enumerate().for_each(|(i, x)| rows[i * k + mu] = *x as i16);
        }
        let mut network = Self { rows, k, state: vec![0; n], overlaps: vec![0; k] };
        network.start(patterns.col_as_slice(0));
        network
    }

    pub(super) fn start(&mut self, state: &[f32]) {
        self.state = state.iter().map(|s| *s as i16).collect();
        self.overlaps.fill(0);
        for (row, s) in self.rows.chunks_exact(self.k).zip(&self.state) {
            self.overlaps.iter_mut().zip(row).for_each(|(m, x)| *m += s * x);
        }
    }

    /// One update of every neuron in turn; a spin that would bring an overlap beyond ±`most`/N stays as it is.
    pub(super) fn sweep(&mut self, rates: &Rates, most: Option<i16>, generator: &mut Bulk) {
        let own = self.k as i32;
        for (row, state) in self.rows.chunks_exact(self.k).zip(&mut self.state) {
            let sum: i32 = row.iter().zip(&self.overlaps).map(|(x, m)| i32::from(*x) * i32::from(*m)).sum();
            let up = rates.up(sum - own * i32::from(*state));
            let new = if generator.random::<f64>() < up { 1 } else { -1 };
            if new == *state {
                continue;
            }
            self.overlaps.iter_mut().zip(row).for_each(|(m, x)| *m += 2 * new * x);
            if most.is_some_and(|most| self.overlaps.iter().any(|m| m.abs() > most)) {
                self.overlaps.iter_mut().zip(row).for_each(|(m, x)| *m -= 2 * new * x);
            } else {
                *state = new;
            }
        }
    }

    /// m_1.
    pub(super) fn first_overlap(&self) -> f64 {
        f64::from(self.overlaps[0]) / self.state.len() as f64
    }

    /// The energy per spin, −½ Σ_μ m_μ² + K/(2N).
    pub(super) fn energy(&self) -> f64 {
        let n = self.state.len() as f64;
        let square: f64 = self.overlaps.iter().map(|m| f64::from(*m).powi(2)).sum();
        -0.5 * square / (n * n) + 0.5 * self.k as f64 / n
    }

    /// What so many sweeps cost.
    pub(super) fn cost(n: usize, k: usize, sweeps: usize) -> f64 {
        (n * sweeps) as f64 * (UPDATE[0] + UPDATE[1] * k as f64)
    }

    /// What setting up costs, and a table of rates.
    pub(super) fn cost_of_start(n: usize, k: usize, temperatures: usize) -> f64 {
        2.5 * (n * k) as f64 + 16.0 * (n * temperatures) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::associative_memory::random_patterns;
    use crate::random::{SeedPath, bulk};

    /// The mean energy and squared overlap of a small network over all states, with and without a bound on the overlaps.
    #[test]
    fn averages_are_those_of_all_states() {
        let (n, k, temperature) = (8usize, 3usize, 0.8);
        let mut generator = bulk(&mut SeedPath::root(11).stream());
        let patterns = random_patterns(n, k, &mut generator);
        for most in [None, Some(4i16)] {
            let mut exact = [0.0; 3];
            for bits in 0..1u32 << n {
                let spin = |i: usize| if bits >> i & 1 == 1 { 1.0 } else { -1.0 };
                let m: Vec<f64> =
                    (0..k).map(|mu| (0..n).map(|i| spin(i) * f64::from(patterns[(i, mu)])).sum::<f64>()).collect();
                if most.is_some_and(|most| m.iter().any(|m| m.abs() > f64::from(most))) {
                    continue;
                }
                // The couplings written out: −(1/2N) Σ_{i≠j} Σ_μ ξ_i ξ_j s_i s_j.
                let energy = -m.iter().map(|m| m * m - n as f64).sum::<f64>() / (2 * n) as f64;
                let weight = (-energy / temperature).exp();
                exact = [exact[0] + weight, exact[1] + weight * energy / n as f64, exact[2] + weight * m[0] * m[0]];
            }
            let mut network = HeatBath::new(&patterns);
            let flat: Vec<f32> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
            network.start(&flat);
            let rates = Rates::new(n, temperature);
            let (sweeps, batches) = (500, 80);
            let mut means = vec![[0.0; 2]; batches];
            (0..100).for_each(|_| network.sweep(&rates, most, &mut generator));
            for mean in &mut means {
                for _ in 0..sweeps {
                    network.sweep(&rates, most, &mut generator);
                    mean[0] += network.energy() / f64::from(sweeps);
                    mean[1] += (network.first_overlap() * n as f64).powi(2) / f64::from(sweeps);
                }
            }
            for j in 0..2 {
                let expected = exact[j + 1] / exact[0];
                let mean = means.iter().map(|m| m[j]).sum::<f64>() / batches as f64;
                let square = means.iter().map(|m| (m[j] - mean).powi(2)).sum::<f64>();
                let error = (square / (batches * (batches - 1)) as f64).sqrt();
                assert!((mean - expected).abs() < 4.5 * error, "{most:?} {j}: {mean} ± {error}, expected {expected}");
            }
        }
    }

    #[test]
    fn rates_beyond_the_table_are_those_of_the_law() {
        let rates = Rates::new(10, 2.0);
        for field in [-45, -20, -7, 0, 3, 20, 21, 300] {
            let exact = 0.5 * (1.0 + (f64::from(field) / 20.0).tanh());
            assert!((rates.up(field) - exact).abs() < 1e-14, "{field}");
        }
    }
}
