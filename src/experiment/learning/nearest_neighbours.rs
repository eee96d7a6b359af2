//! Distances to the nearest neighbours, and regression by them, for points on a flat torus.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::random::{SeedPath, Stream, bulk, fill_normal};
use rand::RngExt;

/// Points are uniform on the torus [0, 1)^d with its flat metric, whatever space it may be embedded in without distortion; at each
/// a smooth function, Σ_j sin(2πx_j)/√(d/2) of variance one, is seen through noise.
///
/// Given the second distance r₂, the nearest point is uniform in the ball of that radius, if the ball does not wrap around the
/// torus: E log(r₂/r₁) = 1/d at any number of points, up to the probability of r₂ > ½.
pub static EXPERIMENT: Experiment = Experiment {
    name: "nearest-neighbours",
    summary: "points on a flat torus of dimension d; ratio of nearest distances, and the best number of neighbours to average over",
    source: "Facco et al. 2017 (two nearest neighbours); Levina and Bickel 2004",
    parameters: &[
        Parameter::whole("d", "dimension of the torus", 2.0, 1.0, 32.0),
        Parameter::whole("n", "points", 500.0, 10.0, 5000.0),
        Parameter::real("sigma", "noise of the observed function, whose variance is one", 0.3, 0.0, 100.0),
        Parameter::whole("most", "numbers of neighbours that are tried, fewer than the points", 40.0, 2.0, 1000.0),
    ],
    estimands: &[
        Estimand::scalar("log-ratio", "mean of log(r₂/r₁) over the points"),
        Estimand::scalar(
            "best-neighbours",
            "the k of least error in leave-one-out regression by the mean of k neighbours",
        ),
        Estimand::scalar("unexplained", "that error, less the variance of the noise"),
    ],
    prepare,
};

struct Torus {
    d: usize,
    n: usize,
    sigma: f64,
    most: usize,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, most) = (p.whole("n"), p.whole("most"));
    if most >= n {
        return Err(ExperimentError::Setup(format!("{n} points do not have {most} neighbours")));
    }
    Ok(Box::new(Torus { d: p.whole("d"), n, sigma: p.get("sigma"), most }))
}

impl Torus {
    fn square_distance(a: &[f64], b: &[f64]) -> f64 {
        let around = |x: f64| x.abs().min(1.0 - x.abs());
        a.iter().zip(b).map(|(x, y)| around(x - y).powi(2)).sum()
    }
}

impl Trial for Torus {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let points: Vec<f64> = (0..self.n * self.d).map(|_| stream.random::<f64>()).collect();
        let mut values = vec![0f64; self.n];
        fill_normal(&mut bulk(stream), &mut values);
        let scale = (2.0 / self.d as f64).sqrt();
        for (value, point) in values.iter_mut().zip(points.chunks(self.d)) {
            let signal: f64 = point.iter().map(|x| (std::f64::consts::TAU * x).sin()).sum();
            *value = scale * signal + self.sigma * *value;
        }
        let (mut log_ratio, mut errors) = (0.0, vec![0.0; self.most]);
        let mut near: Vec<(f64, f64)> = Vec::with_capacity(self.n);
        for (i, at) in points.chunks(self.d).enumerate() {
            near.clear();
            let others = points.chunks(self.d).zip(&values).enumerate().filter(|(j, _)| *j != i);
            near.extend(others.map(|(_, (point, value))| (Self::square_distance(at, point), *value)));
            if near.len() > self.most {
                near.select_nth_unstable_by(self.most, |a, b| a.0.total_cmp(&b.0));
            }
            near[..self.most].sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            log_ratio += 0.5 * (near[1].0 / near[0].0).ln();
            let mut sum = 0.0;
            for (k, (error, (_, value))) in errors.iter_mut().zip(&near).enumerate() {
                sum += value;
                *error += (sum / (k + 1) as f64 - values[i]).powi(2);
            }
        }
        let n = self.n as f64;
        let (best, least) = errors.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).unwrap_or((0, &f64::NAN));
        (out[0], out[1], out[2]) = (log_ratio / n, (best + 1) as f64, least / n - self.sigma * self.sigma);
    }

    fn work(&self) -> f64 {
        let (n, most) = (self.n as f64, self.most as f64);
        cost::work(n * n * (3.0 + 2.0 * self.d as f64) + n * most * (2.0 + most.log2()))
    }

    fn quantity(&self, _name: &str) -> Option<Quantity> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// Ten points on a circle: r₁ and r₂ are the least of nine uniform distances on (0, ½), and r₁/r₂ is uniform, whatever r₂ is.
    #[test]
    fn spacings_on_a_circle() {
        let s = sample(&EXPERIMENT, &[("d", 1.0), ("n", 10.0), ("most", 2.0)], 20_000);
        s.assert("log-ratio", &[1.0]);
    }

    #[test]
    fn the_ratio_measures_the_dimension() {
        let s = sample(&EXPERIMENT, &[("d", 3.0), ("n", 300.0)], 60);
        s.assert("log-ratio", &[1.0 / 3.0]);
    }

    #[test]
    fn noise_asks_for_more_neighbours() {
        let quiet = sample(&EXPERIMENT, &[("n", 200.0), ("sigma", 0.05)], 30).mean("best-neighbours");
        let noisy = sample(&EXPERIMENT, &[("n", 200.0), ("sigma", 2.0)], 30).mean("best-neighbours");
        assert!(quiet < 9.0 && noisy > 2.0 * quiet, "{quiet} {noisy}");
    }

    #[test]
    fn distances_go_around() {
        assert!((Torus::square_distance(&[0.05, 0.5], &[0.95, 0.5]) - 0.01).abs() < 1e-15);
    }
}
