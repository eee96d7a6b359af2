//! The empirical score: posterior weights of the data points given a noised one.

use super::crossing;
use crate::elementwise;
use crate::experiment::{ExperimentError, Parameter, Parameters, cost};
use crate::linalg::{Mat, MatRef, product_into};
use crate::random::{Bulk, Stream, bulk, fill_normal};
use rand::RngExt;

/// Rows of the data set that are handled at once: their products with the probes stay in the cache.
const BLOCK: usize = 256;

/// Fresh data from N(0, σ²I) in every replicate, some of them noised to one time: what the measurements of the
/// empirical posterior at that time share.
pub(super) struct DataSet {
    pub(super) n: usize,
    pub(super) d: usize,
    sigma: f64,
    pub(super) t: f64,
    probes: usize,
}

impl DataSet {
    pub(super) const PARAMETERS: &[Parameter] = &[
        Self::N,
        Parameter::real("alpha", "data per dimension: e^{αd} of them, in place of n; 0: n", 0.0, 0.0, 10.0),
        Self::D,
        Self::SIGMA,
        Parameter::real("t", "time of the forward process", 0.2, 1e-3, 20.0),
        Parameter::whole("probes", "noised data points in one replicate", 500.0, 16.0, 1e5),
    ];
    pub(super) const N: Parameter = Parameter::whole("n", "number of data points", 1e5, 2.0, 1e7);
    pub(super) const D: Parameter = Parameter::whole("d", "dimension", 20.0, 1.0, 512.0);
    pub(super) const SIGMA: Parameter =
        Parameter::real("sigma", "standard deviation of the data in every direction", 1.0, 1e-2, 100.0);

    pub(super) fn new(parameters: &Parameters) -> Result<Self, ExperimentError> {
        let (d, alpha) = (parameters.whole("d"), parameters.get("alpha"));
        let n = if alpha > 0.0 { (alpha * d as f64).exp().round().max(2.0) as usize } else { parameters.whole("n") };
        Self::affordable(n, d)?;
        let probes = parameters.whole("probes");
        Ok(Self { n, d, sigma: parameters.get("sigma"), t: parameters.get("t"), probes })
    }

    /// A data set is held in memory once per thread.
    pub(super) fn affordable(n: usize, d: usize) -> Result<(), ExperimentError> {
        if n.saturating_mul(d) > 200_000_000 {
            return Err(ExperimentError::Setup(format!("n d = {} numbers do not fit: at most 2e8", n * d)));
        }
        Ok(())
    }

    /// The posterior over the data points at each probe.
    pub(super) fn evaluate(&self, stream: &mut Stream) -> Evaluation {
        let generator = &mut bulk(stream);
        let cloud = Cloud::gaussian(self.n, self.d, self.sigma, generator);
        cloud.evaluate(&cloud.probes(self.probes, generator), self.t)
    }

    pub(super) fn work(&self) -> f64 {
        cost::work(Cloud::cost(self.n, self.d, self.probes))
    }
}

/// A data set.
pub(super) struct Cloud {
    d: usize,
    /// Row by row.
    points: Vec<f64>,
    /// ½|a|² of each.
    half_norms: Vec<f64>,
}

/// What the posterior over data points looks like at each probe.
pub(super) struct Evaluation {
    /// Weight of the data point that the probe was noised from.
    pub(super) weight: Vec<f64>,
    /// Sum of the squared weights.
    pub(super) participation: Vec<f64>,
}

/// Data points and the noise that is to be added to them.
pub(super) struct Probes {
    origins: Vec<usize>,
    /// Row by row.
    noise: Vec<f64>,
}

impl Cloud {
    /// What drawing a data set of `n` points and evaluating `probes` of them costs.
    pub(super) fn cost(n: usize, d: usize, probes: usize) -> f64 {
        let pairs = n as f64 * probes as f64;
        cost::product(n, d, probes) + pairs * cost::TRANSCENDENTAL + ((n + probes) * d) as f64 * cost::NORMAL
    }

    /// The data set with these rows.
    pub(super) fn new(d: usize, points: Vec<f64>) -> Self {
        let half_norms = points.chunks_exact(d).map(|a| 0.5 * a.iter().map(|a| a * a).sum::<f64>()).collect();
        Self { d, points, half_norms }
    }

    /// Draws `n` points from N(0, σ²I).
    pub(super) fn gaussian(n: usize, d: usize, sigma: f64, generator: &mut Bulk) -> Self {
        let mut points = vec![0.0; n * d];
        fill_normal(generator, &mut points);
        points.iter_mut().for_each(|a| *a *= sigma);
        Self::new(d, points)
    }

    /// Draws data points (with replacement) and noise for them.
    pub(super) fn probes(&self, count: usize, generator: &mut Bulk) -> Probes {
        let origins = (0..count).map(|_| generator.random_range(0..self.half_norms.len())).collect();
        let mut noise = vec![0.0; count * self.d];
        fill_normal(generator, &mut noise);
        Probes { origins, noise }
    }

    /// Posterior weights at time t of x_t = a e^{-t} + √Δ_t z: with r = e^{-t}/√Δ_t the weight of a^μ is proportional
    /// to exp(−½|r(a − a^μ) + z|²), so that r is all that matters. No limit on n beyond memory; |z|² below 1400.
    pub(super) fn evaluate(&self, probes: &Probes, t: f64) -> Evaluation {
        let (d, count) = (self.d, probes.origins.len());
        let r = 1.0 / (2.0 * t).exp_m1().sqrt();
        // Exponent of a^μ less that of the origin: y·a^μ − ½r²|a^μ|² − offset with y = r(r a + z).
        let mut scaled = Mat::<f64>::zeros(d, count);
        let mut offsets = vec![0.0; count];
        for (p, &origin) in probes.origins.iter().enumerate() {
            let a = &self.points[origin * d..][..d];
            let z = &probes.noise[p * d..][..d];
            for k in 0..d {
                scaled[(k, p)] = r * (r * a[k] + z[k]);
            }
            let along = a.iter().zip(z).map(|(a, z)| a * z).sum::<f64>();
            offsets[p] = r * r * self.half_norms[origin] + r * along;
        }
        let (mut sums, mut squares) = (vec![0.0; count], vec![0.0; count]);
        let mut products = Mat::<f64>::zeros(BLOCK, count);
        for (rows, norms) in self.points.chunks(BLOCK * d).zip(self.half_norms.chunks(BLOCK)) {
            let block = MatRef::from_row_major_slice(rows, norms.len(), d);
            product_into(products.as_mut().subrows_mut(0, norms.len()), block, scaled.as_ref());
            for p in 0..count {
                let column = &mut products.col_as_slice_mut(p)[..norms.len()];
                column.iter_mut().zip(norms).for_each(|(v, norm)| *v -= r * r * norm + offsets[p]);
                let (sum, square) = elementwise::exp_sums(column);
                sums[p] += sum;
                squares[p] += square;
            }
        }
        Evaluation {
            weight: sums.iter().map(|s| 1.0 / s).collect(),
            participation: sums.iter().zip(&squares).map(|(s, q)| q / (s * s)).collect(),
        }
    }
}

/// The time at which the originating point's weight, averaged over fresh probes of this data set, is ½.
pub(super) fn half_weight_time(cloud: &Cloud, probes: usize, guess: f64, generator: &mut Bulk) -> f64 {
    let probes = cloud.probes(probes, generator);
    crossing(guess, 0.0, 0.5, 1e-4, |t| cloud.evaluate(&probes, t).weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::diffusion::delta;
    use crate::random::{SeedPath, bulk};

    #[test]
    fn weights_are_bayes_rule_written_out() {
        let mut generator = bulk(&mut SeedPath::root(9).stream());
        let cloud = Cloud::gaussian(600, 3, 1.3, &mut generator);
        let probes = cloud.probes(5, &mut generator);
        let t: f64 = 0.3;
        let found = cloud.evaluate(&probes, t);
        for p in 0..5 {
            let origin = probes.origins[p];
            let x: Vec<f64> = (0..3)
                .map(|k| cloud.points[3 * origin + k] * (-t).exp() + delta(t).sqrt() * probes.noise[3 * p + k])
                .collect();
            let weights: Vec<f64> = cloud
                .points
                .chunks(3)
                .map(|a| (0..3).map(|k| (x[k] - a[k] * (-t).exp()).powi(2)).sum::<f64>())
                .map(|square| (-square / (2.0 * delta(t))).exp())
                .collect();
            let total: f64 = weights.iter().sum();
            assert!((found.weight[p] - weights[origin] / total).abs() < 1e-12);
            let participation = weights.iter().map(|w| (w / total).powi(2)).sum::<f64>();
            assert!((found.participation[p] - participation).abs() < 1e-12);
        }
    }
}
