//! How well a linear reader recovers a number from noisy channels.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Cholesky, Mat, add_product, gram, product};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};

/// X = s v + σ z in d channels, with a standard normal number s, |v|² = g and d independent standard normals z in every
/// recording; the reader ŵ is fitted to n recordings by least squares of s on X and judged on m others.
///
/// The direction of v does not matter, since z is isotropic; all its components are equal here.
pub static EXPERIMENT: Experiment = Experiment {
    name: "linear-readability",
    summary: "a number in d noisy channels, read by a regression on n recordings; explained share of its variance on others",
    source: "Hastie, Tibshirani and Friedman 2009, ch. 3; Anderson 2003, §7.7 (moments of the inverse Wishart matrix)",
    parameters: &[
        Parameter::whole("d", "channels", 20.0, 1.0, 2000.0),
        Parameter::whole("n", "recordings that the reader is fitted to, at least d + 6", 100.0, 7.0, 1e5),
        Parameter::whole("m", "recordings that it is judged on", 100.0, 1.0, 1e5),
        Parameter::real("g", "|v|², the square of the signal in all channels", 1.0, 0.0, 1e6),
        Parameter::real("sigma", "standard deviation of the noise of a channel", 1.0, 1e-3, 100.0),
    ],
    estimands: &[
        Estimand::scalar("explained", "1 less the mean square of s − ŵᵀX over the m new recordings"),
        Estimand::scalar("explained-in-training", "the same over the n recordings of the fit"),
    ],
    prepare,
};

struct Reading {
    recordings: [usize; 2],
    d: usize,
    component: f64,
    sigma: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, m, d) = (p.whole("n"), p.whole("m"), p.whole("d"));
    // As for any least squares: three moments of the inverse Wishart matrix for a standard error to be believed.
    if n < d + 6 {
        return Err(ExperimentError::Setup(format!("n = {n} must be at least d + 6 = {}", d + 6)));
    }
    if n.max(m) * d > 1 << 26 {
        return Err(ExperimentError::Setup(format!("{} recordings of {d} channels need over half a GiB", n.max(m))));
    }
    let component = (p.get("g") / d as f64).sqrt();
    Ok(Box::new(Reading { recordings: [n, m], d, component, sigma: p.get("sigma") }))
}

impl Reading {
    /// Numbers, and the channels that have recorded them.
    fn record(&self, recordings: usize, generator: &mut Bulk) -> (Mat<f64>, Mat<f64>) {
        let mut numbers = Mat::zeros(recordings, 1);
        fill_normal(generator, numbers.col_as_slice_mut(0));
        let mut channels = Mat::zeros(recordings, self.d);
        for j in 0..self.d {
            let channel = channels.col_as_slice_mut(j);
            fill_normal(generator, channel);
            for (x, s) in channel.iter_mut().zip(numbers.col_as_slice(0)) {
                *x = self.sigma * *x + self.component * s;
            }
        }
        (numbers, channels)
    }
}

/// 1 less the mean square of what the reader leaves of the numbers, whose variance is one.
fn explained(mut numbers: Mat<f64>, channels: &Mat<f64>, reader: &Mat<f64>) -> f64 {
    let count = numbers.nrows() as f64;
    let minus = -reader;
    add_product(numbers.as_mut(), channels.as_ref(), minus.as_ref());
    1.0 - numbers.col_as_slice(0).iter().map(|e| e * e).sum::<f64>() / count
}

impl Trial for Reading {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let (numbers, channels) = self.record(self.recordings[0], generator);
        let moments = product(channels.transpose(), numbers.as_ref());
        let Ok(factor) = Cholesky::new(gram(channels.as_ref()).as_ref()) else {
            return out.fill(f64::NAN);
        };
        let reader = factor.solve(moments.as_ref());
        out[1] = explained(numbers, &channels, &reader);
        let (numbers, channels) = self.record(self.recordings[1], generator);
        out[0] = explained(numbers, &channels, &reader);
    }

    fn work(&self) -> f64 {
        let [n, m] = self.recordings;
        let entries = ((n + m) * (self.d + 1)) as f64;
        cost::work(
            entries * (cost::NORMAL + 3.0 * cost::MULTIPLY_ADD)
                + 0.5 * cost::product(self.d, n, self.d)
                + cost::product(self.d, self.d, self.d) / 3.0,
        )
    }

    fn quantity(&self, _name: &str) -> Option<Quantity> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    /// One channel: ŵ − w is τ Σ x e/Σ x² with the residual variance τ² = σ²/(g + σ²), so that the error on new recordings
    /// is τ² (1 + E 1/χ²_n), by quadrature over the density of χ²_n.
    #[test]
    fn one_channel_is_an_average_of_one_over_chi_square() {
        let (n, g, sigma) = (12.0, 2.0, 1.5);
        let given = [("d", 1.0), ("n", n), ("m", 8.0), ("g", g), ("sigma", sigma)];
        let s = sample(&EXPERIMENT, &given, 20_000);
        let (mut weight, mut inverse) = (0.0, 0.0);
        for k in 0..80_000 {
            let x = (f64::from(k) + 0.5) * 1e-3;
            let density = x.powf(n / 2.0 - 1.0) * (-x / 2.0).exp();
            weight += density;
            inverse += density / x;
        }
        let left = sigma * sigma / (g + sigma * sigma);
        s.assert("explained", &[1.0 - left * (1.0 + inverse / weight)]);
        // n − 1 of the n residuals are left.
        s.assert("explained-in-training", &[1.0 - left * (n - 1.0) / n]);
    }

    /// Without a signal a reader explains less than nothing on new recordings, and something on its own.
    #[test]
    fn without_a_signal_the_fit_is_to_noise() {
        let s = sample(&EXPERIMENT, &[("d", 10.0), ("n", 40.0), ("m", 20.0), ("g", 0.0)], 2000);
        let (on_new, error) = s.get("explained")[0];
        assert!(on_new < -5.0 * error, "{on_new} ± {error}");
        s.assert("explained-in-training", &[10.0 / 40.0]);
    }

    /// With many recordings the reader is the best one, (𝕀 σ² + v vᵀ)⁻¹ v, whatever the number of channels.
    #[test]
    fn many_recordings_read_what_can_be_read() {
        let s = sample(&EXPERIMENT, &[("d", 3.0), ("n", 20_000.0), ("m", 2000.0), ("g", 3.0)], 40);
        let (mean, error) = s.get("explained")[0];
        assert!((mean - 0.75).abs() < 4.5 * error + 1e-4, "{mean} ± {error}");
    }
}
