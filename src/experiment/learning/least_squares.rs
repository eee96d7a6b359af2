//! Ordinary least squares on Gaussian inputs.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Cholesky, Mat, gram, least_squares, product, product_into};
use crate::random::{Bulk, SeedPath, Stream, bulk, fill_normal};

/// y = X w + σ z with X an n × d matrix of independent standard normals; ŵ minimises ‖y − X ŵ‖², from the normal
/// equations or by QR. Fresh inputs, noise and a target w of unit length in every replicate.
///
/// XᵀX is a Wishart matrix of condition number about ((1 + √(d/n))/(1 − √(d/n)))², so that the normal equations lose no
/// digits that matter unless d is close to n.
pub static EXPERIMENT: Experiment = Experiment {
    name: "least-squares",
    summary: "a linear target with white noise, fitted by ordinary least squares to n Gaussian inputs; risk and training error",
    source: "Anderson 2003, §7.7 (moments of the inverse Wishart matrix); Hastie, Tibshirani and Friedman 2009, ch. 3",
    parameters: &[
        Parameter::whole("d", "dimension", 100.0, 1.0, 2000.0),
        Parameter::whole("n", "training examples, at least d + 6", 300.0, 7.0, 1e5),
        Parameter::real("sigma", "standard deviation of the noise of the targets", 1.0, 1e-3, 100.0),
        Parameter::whole("qr", "1: factorise X by QR; 0: Cholesky of the normal equations", 0.0, 0.0, 1.0),
    ],
    estimands: &[
        Estimand::scalar("excess-risk", "E‖ŵ − w‖², the excess of the error on fresh inputs over σ²"),
        Estimand::scalar("training-error", "mean of ‖y − Xŵ‖²/n"),
    ],
    prepare,
};

struct Regression {
    n: usize,
    d: usize,
    sigma: f64,
    qr: bool,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (n, d) = (p.whole("n"), p.whole("d"));
    // The k-th moment of the risk is finite for 2k < n − d + 1 only: two for a standard error, three for it to be believed.
    if n < d + 6 {
        return Err(ExperimentError::Setup(format!("n = {n} must be at least d + 6 = {}", d + 6)));
    }
    if n * d > 1 << 26 {
        return Err(ExperimentError::Setup(format!("{n} inputs of dimension {d} need over half a GiB")));
    }
    Ok(Box::new(Regression { n, d, sigma: p.get("sigma"), qr: p.whole("qr") == 1 }))
}

fn white(rows: usize, columns: usize, generator: &mut Bulk) -> Mat<f64> {
    let mut white = Mat::zeros(rows, columns);
    (0..columns).for_each(|j| fill_normal(generator, white.col_as_slice_mut(j)));
    white
}

fn square(v: &Mat<f64>) -> f64 {
    v.col_as_slice(0).iter().map(|v| v * v).sum()
}

impl Trial for Regression {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let inputs = white(self.n, self.d, generator);
        let mut target = white(self.d, 1, generator);
        let length = square(&target).sqrt();
        target.col_as_slice_mut(0).iter_mut().for_each(|w| *w /= length);
        let mut values = white(self.n, 1, generator);
        values.col_as_slice_mut(0).iter_mut().for_each(|z| *z *= self.sigma);
        crate::linalg::add_product(values.as_mut(), inputs.as_ref(), target.as_ref());
        let fitted = if self.qr {
            least_squares(inputs.as_ref(), values.as_ref()).ok()
        } else {
            let moments = product(inputs.transpose(), values.as_ref());
            Cholesky::new(gram(inputs.as_ref()).as_ref()).ok().map(|factor| factor.solve(moments.as_ref()))
        };
        let Some(fitted) = fitted else {
            return out.fill(f64::NAN);
        };
        let mut predicted = Mat::zeros(self.n, 1);
        product_into(predicted.as_mut(), inputs.as_ref(), fitted.as_ref());
        out[0] = square(&(&fitted - &target));
        out[1] = square(&(&values - &predicted)) / self.n as f64;
    }

    fn work(&self) -> f64 {
        let entries = (self.n * self.d) as f64;
        let factor = if self.qr { 2.0 } else { 0.5 } * cost::product(self.d, self.n, self.d);
        cost::work(
            entries * (cost::NORMAL + 3.0 * cost::MULTIPLY_ADD) + factor + cost::product(self.d, self.d, self.d) / 3.0,
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

    /// d = 1: ŵ − w = σ Σ x z / Σ x², whose square averages to σ² E 1/χ²_n, by quadrature over the density of χ²_n.
    #[test]
    fn one_dimension_is_an_average_of_one_over_chi_square() {
        let n = 9.0;
        let s = sample(&EXPERIMENT, &[("d", 1.0), ("n", n), ("sigma", 1.3)], 40_000);
        let (mut weight, mut inverse) = (0.0, 0.0);
        let h = 1e-3;
        for k in 0..80_000 {
            let x = (f64::from(k) + 0.5) * h;
            let density = x.powf(n / 2.0 - 1.0) * (-x / 2.0).exp();
            weight += density;
            inverse += density / x;
        }
        s.assert("excess-risk", &[1.3 * 1.3 * inverse / weight]);
        // n − 1 residuals are left.
        s.assert("training-error", &[1.3 * 1.3 * (n - 1.0) / n]);
    }

    /// E tr (XᵀX)⁻¹ from eigenvalues of drawn matrices, with neither solver nor noise.
    #[test]
    fn several_dimensions_are_the_mean_of_inverse_eigenvalues() {
        let (n, d) = (14, 4);
        let s = sample(&EXPERIMENT, &[("d", d as f64), ("n", n as f64)], 4000);
        let mut generator = bulk(&mut SeedPath::root(8).stream());
        let (mut sum, mut squares, draws) = (0.0, 0.0, 4000);
        for _ in 0..draws {
            let x = white(n, d, &mut generator);
            let trace: f64 =
                crate::linalg::symmetric_eigen(gram(x.as_ref()).as_ref()).unwrap().values.iter().map(|l| 1.0 / l).sum();
            sum += trace / f64::from(draws);
            squares += trace * trace / f64::from(draws);
        }
        let error = ((squares - sum * sum) / f64::from(draws)).sqrt();
        let (mean, other) = s.get("excess-risk")[0];
        assert!((mean - sum).abs() < 4.5 * error.hypot(other), "{mean} ± {other} against {sum} ± {error}");
        assert!(other < 0.05 * mean);
    }

    #[test]
    fn both_factorisations_agree() {
        let run = |qr: f64| sample(&EXPERIMENT, &[("d", 7.0), ("n", 20.0), ("qr", qr)], 30).mean("excess-risk");
        // The parameters are no part of the test's stream: both see the same inputs and noise.
        assert!((run(0.0) - run(1.0)).abs() < 1e-12);
    }
}
