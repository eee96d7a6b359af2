//! The law of Gaussian data under the Ornstein–Uhlenbeck process.

use super::dense_covariance;
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::linalg::{Mat, add_gram, entries, mirror, product};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// Data a ~ N(m, Σ), noised x_t = a e^{-t} + √(1 − e^{-2t}) z; mean and covariance of x_t.
pub static EXPERIMENT: Experiment = Experiment {
    name: "noised-gaussian",
    summary: "Gaussian data noised by the Ornstein–Uhlenbeck process; mean and covariance at time t",
    source: "Song et al. 2021, on the perturbation kernels; Biroli, Bonnaire, de Bortoli and Mézard 2024",
    parameters: &[
        Parameter::whole("d", "dimension", 4.0, 1.0, 64.0),
        Parameter::real("t", "diffusion time", 0.5, 0.0, 20.0),
        Parameter::real("exponent", "decay p of the spectrum k^{-p} of Σ", 1.0, 0.0, 4.0),
        Parameter::real("mean", "entries of m alternate between ± this number", 1.0, -1e3, 1e3),
        Parameter::whole("batch", "samples per replicate", 200.0, 2.0, 1e6),
    ],
    estimands: &[
        Estimand::scalar("mean", "E x_t").shaped(Shape::Vector("d")),
        Estimand::scalar("covariance", "Cov x_t").shaped(Shape::Square("d")),
    ],
    prepare,
};

struct Noised {
    t: f64,
    batch: usize,
    mean: Vec<f64>,
    covariance: Mat<f64>,
    root: Mat<f64>,
}

fn prepare(p: &Parameters, path: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let d = p.whole("d");
    let (covariance, root) = dense_covariance(d, p.get("exponent"), &mut path.child("basis").stream());
    let mean = (0..d).map(|k| if k.is_multiple_of(2) { p.get("mean") } else { -p.get("mean") }).collect();
    Ok(Box::new(Noised { t: p.get("t"), batch: p.whole("batch"), mean, covariance, root }))
}

impl Trial for Noised {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut generator = bulk(stream);
        let (d, n) = (self.mean.len(), self.batch);
        let (decay, spread) = ((-self.t).exp(), (-(-2.0 * self.t).exp_m1()).sqrt());
        let mut white = Mat::<f64>::zeros(d, n);
        (0..n).for_each(|j| fill_normal(&mut generator, white.col_as_slice_mut(j)));
        let mut x = product(self.root.as_ref(), white.as_ref());
        let (mean, covariance) = out.split_at_mut(d);
        mean.fill(0.0);
        for j in 0..n {
            fill_normal(&mut generator, white.col_as_slice_mut(j));
            for (i, x) in x.col_as_slice_mut(j).iter_mut().enumerate() {
                *x = decay * (self.mean[i] + *x) + spread * white[(i, j)];
                mean[i] += *x / n as f64;
            }
        }
        for j in 0..n {
            x.col_as_slice_mut(j).iter_mut().zip(&*mean).for_each(|(x, m)| *x -= m);
        }
        let mut sum = Mat::<f64>::zeros(d, d);
        add_gram(sum.as_mut(), x.transpose());
        mirror(sum.as_mut());
        // n − 1 because the mean is estimated from the same samples.
        covariance.iter_mut().zip(entries(sum.as_ref())).for_each(|(c, s)| *c = s / (n - 1) as f64);
    }

    fn work(&self) -> f64 {
        let d = self.mean.len();
        let (normals, products) = (2.0 * d as f64 * cost::NORMAL, 2.0 * cost::product(d, d, 1));
        cost::work(self.batch as f64 * (normals + products + 20.0))
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        let d = self.mean.len();
        match name {
            "m" => Some(Quantity::Vector(self.mean.clone())),
            r"\Sigma" | "Sigma" => Some(Quantity::Matrix(d, d, entries(self.covariance.as_ref()))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;

    #[test]
    fn starts_at_the_data_and_forgets_it() {
        let given = [("d", 3.0), ("mean", 2.0), ("batch", 50.0)];
        let at = |t| sample(&EXPERIMENT, &[&given[..], &[("t", t)]].concat(), 300);
        let start = at(0.0);
        let Some(Quantity::Matrix(_, _, sigma)) = start.trial.quantity("Sigma") else { panic!() };
        start.assert("mean", &[2.0, -2.0, 2.0]);
        start.assert("covariance", &sigma);
        let late = at(20.0);
        late.assert("mean", &[0.0, 0.0, 0.0]);
        late.assert("covariance", &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        // In one dimension with Σ = 1 the variance stays 1 at every time.
        let middle = sample(&EXPERIMENT, &[("d", 1.0), ("t", 0.7)], 300);
        middle.assert("mean", &[(-0.7f64).exp()]);
        middle.assert("covariance", &[1.0]);
    }
}
