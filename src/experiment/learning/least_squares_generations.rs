//! Least squares on labels that the last fit has made, generation after generation.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Trial, cost};
use crate::linalg::{Cholesky, Mat, add_product, gram, product};
use crate::random::{SeedPath, Stream, bulk, fill_normal};

/// Generation i draws white Gaussian inputs X_i, labels them by the weights of the generation before, y = X_i w_{i−1} + σz,
/// and fits w_i by least squares: to its own data alone, or to those of all generations so far. The first labels are made by
/// the true weights. The last generation has T rows, those before it T₀.
///
/// The risk does not depend on the true weights, which are zero here: what is fitted is their error.
pub static EXPERIMENT: Experiment = Experiment {
    name: "least-squares-generations",
    summary: "least squares on labels made by the fit of the generation before, the old data replaced or kept; risk after n fits",
    source: "Dohmatob, Feng and Kempe 2024 (replaced data); Gerstgrasser et al. 2024 (accumulated data)",
    parameters: &[
        Parameter::whole("d", "dimension", 10.0, 1.0, 500.0),
        Parameter::whole("T", "examples of the last generation, at least d + 6", 100.0, 7.0, 1e5),
        Parameter::whole("T0", "examples of each earlier generation, at least d + 6", 100.0, 7.0, 1e5),
        Parameter::whole("n", "fits, the first of which sees true labels", 2.0, 1.0, 100.0),
        Parameter::real("sigma", "standard deviation of the noise of the labels", 1.0, 1e-3, 100.0),
    ],
    estimands: &[
        Estimand::scalar("replaced-risk", "E‖w_n − w‖² when every generation is fitted to its own data"),
        Estimand::scalar("accumulated-risk", "E‖w_n − w‖² when every generation is fitted to all data so far"),
    ],
    prepare,
};

struct Generations {
    d: usize,
    rows: Vec<usize>,
    sigma: f64,
}

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, n) = (p.whole("d"), p.whole("n"));
    let mut rows = vec![p.whole("T0"); n];
    rows[n - 1] = p.whole("T");
    // Two finite moments of the risk for a standard error, three for it to be believed.
    if let Some(few) = rows.iter().find(|rows| **rows < d + 6) {
        return Err(ExperimentError::Setup(format!("{few} examples are fewer than d + 6 = {}", d + 6)));
    }
    if rows.iter().any(|rows| rows * d > 1 << 26) {
        return Err(ExperimentError::Setup(format!("{d} weights with so many examples need over half a GiB")));
    }
    Ok(Box::new(Generations { d, rows, sigma: p.get("sigma") }))
}

fn solve(gram: &Mat<f64>, moments: &Mat<f64>) -> Option<Mat<f64>> {
    Cholesky::new(gram.as_ref()).ok().map(|factor| factor.solve(moments.as_ref()))
}

fn square(v: &Mat<f64>) -> f64 {
    v.col_as_slice(0).iter().map(|v| v * v).sum()
}

impl Trial for Generations {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let (mut replaced, mut kept) = (Mat::zeros(self.d, 1), Mat::zeros(self.d, 1));
        let (mut all_gram, mut all_moments) = (Mat::<f64>::zeros(self.d, self.d), Mat::<f64>::zeros(self.d, 1));
        for &rows in &self.rows {
            let mut inputs = Mat::<f64>::zeros(rows, self.d);
            (0..self.d).for_each(|j| fill_normal(generator, inputs.col_as_slice_mut(j)));
            let mut noise = Mat::<f64>::zeros(rows, 1);
            fill_normal(generator, noise.col_as_slice_mut(0));
            noise.col_as_slice_mut(0).iter_mut().for_each(|z| *z *= self.sigma);
            // The same inputs and noise serve both ways of fitting.
            let own_gram = gram(inputs.as_ref());
            let moments = |weights: &Mat<f64>| {
                let mut labels = noise.clone();
                add_product(labels.as_mut(), inputs.as_ref(), weights.as_ref());
                product(inputs.transpose(), labels.as_ref())
            };
            let own = moments(&replaced);
            all_moments += moments(&kept);
            all_gram += &own_gram;
            match (solve(&own_gram, &own), solve(&all_gram, &all_moments)) {
                (Some(own), Some(all)) => (replaced, kept) = (own, all),
                _ => return out.fill(f64::NAN),
            }
        }
        (out[0], out[1]) = (square(&replaced), square(&kept));
    }

    fn work(&self) -> f64 {
        let rows: usize = self.rows.iter().sum();
        let entries = (rows * self.d) as f64;
        let solves = self.rows.len() as f64 * 2.0 * cost::product(self.d, self.d, self.d) / 3.0;
        cost::work(
            entries * (cost::NORMAL + 4.0 * cost::MULTIPLY_ADD) + cost::product(self.d, rows, self.d) / 2.0 + solves,
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
    use crate::experiment::learning::least_squares;

    #[test]
    fn one_generation_is_a_fit_like_any_other() {
        let (given, fits) = ([("d", 3.0), ("T", 14.0), ("n", 1.0), ("sigma", 0.7)], 6000);
        let s = sample(&EXPERIMENT, &given, fits);
        let other = sample(&least_squares::EXPERIMENT, &[("d", 3.0), ("n", 14.0), ("sigma", 0.7)], fits);
        let ((a, ea), (b, eb)) = (s.get("replaced-risk")[0], other.get("excess-risk")[0]);
        assert!((a - b).abs() < 4.5 * ea.hypot(eb), "{a} ± {ea} against {b} ± {eb}");
        assert_eq!(s.mean("replaced-risk"), s.mean("accumulated-risk"));
    }

    /// d = 1: each fit adds an independent σ Σxz/Σx², whose square averages to σ²/(T − 2), the mean of 1/χ²_T. With all data
    /// kept, fit i moves by σ X_iᵀz_i over the sum of all squares so far, of which its own are one part in i.
    #[test]
    fn errors_of_one_weight_add_up() {
        let (t, early, n) = (20.0, 12.0, 4.0);
        let s = sample(&EXPERIMENT, &[("d", 1.0), ("T", t), ("T0", early), ("n", n)], 20_000);
        s.assert("replaced-risk", &[(n - 1.0) / (early - 2.0) + 1.0 / (t - 2.0)]);
        let (mut rows, mut risk) = (0.0, 0.0);
        for own in [early, early, early, t] {
            rows += own;
            risk += own / rows / (rows - 2.0);
        }
        s.assert("accumulated-risk", &[risk]);
    }
}
