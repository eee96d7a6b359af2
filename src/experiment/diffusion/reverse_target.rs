//! Targets of the family of reverse processes: each draws its data and knows the exact score of their noised law.

use super::delta;
use crate::elementwise;
use crate::experiment::cost;
use crate::random::{Bulk, fill_normal};
use rand::RngExt;

/// A law of data with the score of its noised versions p_t, of x_t = e^{-t} a + √Δ_t z.
pub(super) trait Target: Send + Sync {
    /// Coordinates of a datum.
    fn dimension(&self) -> usize;

    /// Draws a datum.
    fn draw(&self, generator: &mut Bulk, a: &mut [f64]);

    /// ∇ log p_t at each of several points, one after the other.
    fn score(&self, t: f64, points: &[f64], out: &mut [f64]);

    /// How fast the score changes where a trajectory still has a choice: what a time step has to resolve.
    fn slope(&self, t: f64) -> f64;

    /// Squared distance of a point from the nearest e^{-t} a among all data that can occur.
    fn distance(&self, t: f64, point: &[f64]) -> f64;

    /// What the score at one point costs.
    fn cost(&self) -> f64;
}

/// One coordinate of ½N(m, σ²) + ½N(−m, σ²).
pub(super) struct Gaussians {
    pub(super) m: f64,
    /// σ².
    pub(super) variance: f64,
}

impl Gaussians {
    /// Variance of y within a class at time t.
    pub(super) fn class_variance(&self, t: f64) -> f64 {
        delta(t) + self.variance * (-2.0 * t).exp()
    }
}

impl Target for Gaussians {
    fn dimension(&self) -> usize {
        1
    }

    fn draw(&self, generator: &mut Bulk, a: &mut [f64]) {
        fill_normal(generator, a);
        let class = if generator.random::<bool>() { self.m } else { -self.m };
        a.iter_mut().for_each(|a| *a = class + self.variance.sqrt() * *a);
    }

    /// (m e^{-t} tanh(m e^{-t} y/Γ) − y)/Γ.
    fn score(&self, t: f64, points: &[f64], out: &mut [f64]) {
        let (g, mean) = (self.class_variance(t), self.m * (-t).exp());
        if self.m == 0.0 {
            out.iter_mut().zip(points).for_each(|(out, y)| *out = -y / g);
            return;
        }
        out.iter_mut().zip(points).for_each(|(out, y)| *out = mean / g * y);
        elementwise::tanh(out);
        out.iter_mut().zip(points).for_each(|(out, y)| *out = (mean * *out - y) / g);
    }

    fn slope(&self, t: f64) -> f64 {
        let g = self.class_variance(t);
        let separation = self.m * (-t).exp() / g;
        1.0 / g + separation * separation
    }

    /// Every number can occur.
    fn distance(&self, _: f64, _: &[f64]) -> f64 {
        0.0
    }

    fn cost(&self) -> f64 {
        if self.m == 0.0 { 2.0 } else { cost::TRANSCENDENTAL + 3.0 }
    }
}

/// Turns posterior means ⟨a⟩ into scores (e^{-t}⟨a⟩ − y)/Δ_t (Tweedie's formula).
fn score_of_means(t: f64, points: &[f64], means: &mut [f64]) {
    let (shrink, variance) = ((-t).exp(), delta(t));
    means.iter_mut().zip(points).for_each(|(mean, y)| *mean = (shrink * *mean - y) / variance);
}

/// The slope of the score of isolated data whose variance in any direction is at most `variance`. The covariance C of the
/// posterior adds e^{-2t}C/Δ² to 1/Δ; by e^{-2t}C = 4Δ few trajectories have a choice left.
fn slope_of_isolated_data(t: f64, variance: f64) -> f64 {
    (1.0 + (variance * (-2.0 * t).exp() / delta(t)).min(4.0)) / delta(t)
}

/// The Curie–Weiss model: d spins ±1 with probability ∝ e^{β M²/2d}, M their sum. Spins enter the weight by the number of
/// those that are up only, so that the posterior mean is a sum over that number: exact, by a forward and a backward
/// recursion over the sites, in O(d²).
pub(super) struct Spins {
    d: usize,
    /// e^{β(M² − d²)/2d} of a configuration with 0, 1, … d spins up.
    weights: Vec<f64>,
    /// Probability that no more spins are up.
    cumulated: Vec<f64>,
    /// ⟨M²⟩/d.
    susceptibility: f64,
}

impl Spins {
    pub(super) fn new(d: usize, beta: f64) -> Self {
        let size = d as f64;
        let magnetisation = |up: usize| 2.0 * up as f64 - size;
        let weights: Vec<f64> =
            (0..=d).map(|up| (beta * (magnetisation(up).powi(2) - size * size) / (2.0 * size)).exp()).collect();
        let (mut configurations, mut total, mut square) = (1.0, 0.0, 0.0);
        let mut cumulated: Vec<f64> = weights
            .iter()
            .enumerate()
            .map(|(up, weight)| {
                total += configurations * weight;
                square += configurations * weight * magnetisation(up).powi(2);
                configurations *= (d - up) as f64 / (up + 1) as f64;
                total
            })
            .collect();
        cumulated.iter_mut().for_each(|p| *p /= total);
        Self { d, weights, cumulated, susceptibility: square / total / size }
    }
}

impl Target for Spins {
    fn dimension(&self) -> usize {
        self.d
    }

    fn draw(&self, generator: &mut Bulk, a: &mut [f64]) {
        let level: f64 = generator.random();
        let mut up = self.cumulated.iter().position(|p| level < *p).unwrap_or(self.d);
        for (i, a) in a.iter_mut().enumerate() {
            let is_up = generator.random_range(0..self.d - i) < up;
            up -= usize::from(is_up);
            *a = if is_up { 1.0 } else { -1.0 };
        }
    }

    fn score(&self, t: f64, points: &[f64], out: &mut [f64]) {
        let (d, field) = (self.d, (-t).exp() / delta(t));
        out.iter_mut().zip(points).for_each(|(out, y)| *out = field * y);
        elementwise::tanh(out);
        // Weight of the sites from i on, given that k of those before are up.
        let mut after = vec![0.0; (d + 1) * (d + 1)];
        after[d * (d + 1)..].copy_from_slice(&self.weights);
        let mut before = vec![0.0; d + 1];
        for spins in out.chunks_exact_mut(d) {
            for i in (0..d).rev() {
                let (up, down) = (0.5 * (1.0 + spins[i]), 0.5 * (1.0 - spins[i]));
                let (row, next) = after[i * (d + 1)..].split_at_mut(d + 1);
                for k in 0..=i {
                    row[k] = up * next[k + 1] + down * next[k];
                }
            }
            before.fill(0.0);
            before[0] = 1.0;
            for i in 0..d {
                let (up, down) = (0.5 * (1.0 + spins[i]), 0.5 * (1.0 - spins[i]));
                let next = &after[(i + 1) * (d + 1)..][..d + 1];
                let (mut sum_up, mut sum_down) = (0.0, 0.0);
                for k in 0..=i {
                    sum_up += before[k] * next[k + 1];
                    sum_down += before[k] * next[k];
                }
                for k in (0..=i).rev() {
                    before[k + 1] += up * before[k];
                    before[k] *= down;
                }
                spins[i] = (up * sum_up - down * sum_down) / (up * sum_up + down * sum_down);
            }
        }
        score_of_means(t, points, out);
    }

    fn slope(&self, t: f64) -> f64 {
        slope_of_isolated_data(t, self.susceptibility.max(1.0))
    }

    fn distance(&self, t: f64, point: &[f64]) -> f64 {
        point.iter().map(|y| (y.abs() - (-t).exp()).powi(2)).sum()
    }

    fn cost(&self) -> f64 {
        let d = self.d as f64;
        d * (cost::TRANSCENDENTAL + 8.0 + 2.0 * d * cost::MULTIPLY_ADD)
    }
}

/// A training set, each of whose points is drawn with the same probability: its score is the empirical one, with the
/// posterior weights of all points.
pub(super) struct DataPoints {
    d: usize,
    n: usize,
    /// Coordinate by coordinate.
    columns: Vec<f64>,
    /// ½|a|² of each.
    half_norms: Vec<f64>,
}

impl DataPoints {
    /// `n` fresh points, each coordinate of them from the two Gaussians.
    pub(super) fn new(n: usize, d: usize, population: &Gaussians, generator: &mut Bulk) -> Self {
        let mut columns = vec![0.0; n * d];
        columns.iter_mut().for_each(|a| population.draw(generator, std::slice::from_mut(a)));
        let mut half_norms = vec![0.0; n];
        for column in columns.chunks_exact(n) {
            half_norms.iter_mut().zip(column).for_each(|(half, a)| *half += 0.5 * a * a);
        }
        Self { d, n, columns, half_norms }
    }

    /// 𝟙·a/√d of each.
    pub(super) fn projections(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.n];
        for column in self.columns.chunks_exact(self.n) {
            sums.iter_mut().zip(column).for_each(|(sum, a)| *sum += a);
        }
        sums.iter_mut().for_each(|sum| *sum /= (self.d as f64).sqrt());
        sums
    }

    /// y·a e^{-t} − ½|a|² e^{-2t} of each point: minus half its squared distance, but for ½|y|².
    fn proximity(&self, t: f64, point: &[f64], out: &mut [f64]) {
        let shrink = (-t).exp();
        out.iter_mut().zip(&self.half_norms).for_each(|(out, half)| *out = -shrink * shrink * half);
        for (column, y) in self.columns.chunks_exact(self.n).zip(point) {
            out.iter_mut().zip(column).for_each(|(out, a)| *out += shrink * y * a);
        }
    }
}

/// The largest of some numbers.
fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

impl Target for DataPoints {
    fn dimension(&self) -> usize {
        self.d
    }

    fn draw(&self, generator: &mut Bulk, a: &mut [f64]) {
        let chosen = generator.random_range(0..self.n);
        a.iter_mut().zip(self.columns.chunks_exact(self.n)).for_each(|(a, column)| *a = column[chosen]);
    }

    fn score(&self, t: f64, points: &[f64], out: &mut [f64]) {
        let mut weights = vec![0.0; self.n];
        for (point, mean) in points.chunks_exact(self.d).zip(out.chunks_exact_mut(self.d)) {
            self.proximity(t, point, &mut weights);
            let nearest = largest(&weights);
            weights.iter_mut().for_each(|w| *w = (*w - nearest) / delta(t));
            elementwise::exp(&mut weights);
            let total: f64 = weights.iter().sum();
            for (mean, column) in mean.iter_mut().zip(self.columns.chunks_exact(self.n)) {
                *mean = weights.iter().zip(column).map(|(w, a)| w * a).sum::<f64>() / total;
            }
        }
        score_of_means(t, points, out);
    }

    fn slope(&self, t: f64) -> f64 {
        // No direction has more variance than all of them.
        slope_of_isolated_data(t, 2.0 * self.half_norms.iter().sum::<f64>() / self.n as f64)
    }

    fn distance(&self, t: f64, point: &[f64]) -> f64 {
        let mut proximity = vec![0.0; self.n];
        self.proximity(t, point, &mut proximity);
        (point.iter().map(|y| y * y).sum::<f64>() - 2.0 * largest(&proximity)).max(0.0)
    }

    fn cost(&self) -> f64 {
        self.n as f64 * (cost::TRANSCENDENTAL + 2.0 + 2.0 * self.d as f64 * cost::MULTIPLY_ADD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{SeedPath, bulk};

    /// Data with their weights.
    type Law = Vec<(f64, Vec<f64>)>;

    /// ∇ log p by central differences of a density written out as a sum over all data.
    fn gradient(data: &[(f64, Vec<f64>)], t: f64, y: &[f64]) -> Vec<f64> {
        let log_density = |y: &[f64]| {
            let square = |a: &[f64]| y.iter().zip(a).map(|(y, a)| (y - a * (-t).exp()).powi(2)).sum::<f64>();
            data.iter().map(|(p, a)| p * (-square(a) / (2.0 * delta(t))).exp()).sum::<f64>().ln()
        };
        (0..y.len())
            .map(|i| {
                let moved = |h: f64| {
                    log_density(&(0..y.len()).map(|j| y[j] + if i == j { h } else { 0.0 }).collect::<Vec<_>>())
                };
                (moved(1e-5) - moved(-1e-5)) / 2e-5
            })
            .collect()
    }

    /// Every configuration of the Curie–Weiss model with its weight, over pairs of spins.
    fn configurations(d: usize, beta: f64) -> Law {
        (0..1u32 << d)
            .map(|bits| {
                let a: Vec<f64> = (0..d).map(|i| if bits >> i & 1 == 1 { 1.0 } else { -1.0 }).collect();
                let pairs: f64 = (0..d).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i] * a[j]).sum();
                ((beta / d as f64 * pairs).exp(), a)
            })
            .collect()
    }

    #[test]
    fn scores_are_gradients_of_enumerated_densities() {
        let mut generator = bulk(&mut SeedPath::root(4).stream());
        let points = DataPoints::new(7, 3, &Gaussians { m: 0.5, variance: 1.2 }, &mut generator);
        let row = |mu: usize| (0..3).map(|k| points.columns[7 * k + mu]).collect();
        let data: Law = (0..7).map(|mu| (1.0, row(mu))).collect();
        let spins = (Spins::new(5, 1.4), configurations(5, 1.4));
        let targets: [(&dyn Target, &Law); 2] = [(&points, &data), (&spins.0, &spins.1)];
        for (target, data) in targets {
            let d = target.dimension();
            for t in [0.1, 0.6, 1.7] {
                let mut y = vec![0.0; 2 * d];
                fill_normal(&mut generator, &mut y);
                let mut found = vec![0.0; 2 * d];
                target.score(t, &y, &mut found);
                for (y, found) in y.chunks(d).zip(found.chunks(d)) {
                    for (expected, found) in gradient(data, t, y).iter().zip(found) {
                        assert!((expected - found).abs() < 1e-6 * (1.0 + found.abs()), "{d} {t}: {expected} {found}");
                    }
                    let squares = data
                        .iter()
                        .map(|(_, a)| y.iter().zip(a).map(|(y, a)| (y - a * (-t).exp()).powi(2)).sum::<f64>());
                    let nearest = squares.fold(f64::INFINITY, f64::min);
                    assert!((target.distance(t, y) - nearest).abs() < 1e-12 * (1.0 + nearest));
                }
            }
        }
    }

    #[test]
    fn spins_are_drawn_with_their_weights() {
        let (d, beta) = (4, 1.1);
        let all = configurations(d, beta);
        let total: f64 = all.iter().map(|(p, _)| p).sum();
        let spins = Spins::new(d, beta);
        let susceptibility = all.iter().map(|(p, a)| p * a.iter().sum::<f64>().powi(2)).sum::<f64>() / total / d as f64;
        assert!((spins.susceptibility - susceptibility).abs() < 1e-12);
        let mut generator = bulk(&mut SeedPath::root(6).stream());
        let (mut counts, mut a, draws) = (vec![0.0; all.len()], vec![0.0; d], 40_000);
        for _ in 0..draws {
            spins.draw(&mut generator, &mut a);
            counts[a.iter().enumerate().map(|(i, a)| usize::from(*a > 0.0) << i).sum::<usize>()] += 1.0;
        }
        for (count, (p, a)) in counts.iter().zip(&all) {
            let expected = f64::from(draws) * p / total;
            assert!((count - expected).abs() < 4.5 * expected.sqrt(), "{a:?}: {count}, {expected}");
        }
    }
}
