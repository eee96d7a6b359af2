//! Condition numbers of a stationary field: as it is, by octaves of wavelets, and in wavelets of unit variance.

use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial};
use crate::linalg::{Cholesky, Mat, Wavelet, product, symmetric_eigen};
use crate::random::{SeedPath, Stream};
use std::f64::consts::TAU;

/// A Gaussian field on a periodic lattice of side L whose precision is the power η/2 of the lattice Laplacian, so that its
/// spectrum falls like |ω|^{-η}. An octave is the law of its details given the averages, after finer details are integrated
/// out; all details together are also taken at unit variance, with their correlations. The constant mode, on which the precision vanishes, is left out of every condition number.
pub static EXPERIMENT: Experiment = Experiment {
    name: "wavelet-conditioning",
    summary: "Eigenvalues of the precision of a critical stationary field, of the conditional laws of its wavelet details octave by octave, and of all its details normalised",
    source: "Mallat 2009, A Wavelet Tour of Signal Processing, ch. 7; Guth, Coste, De Bortoli and Mallat 2022, on conditional wavelet laws",
    parameters: &[
        Parameter::whole("L", "side of the lattice, a power of two; at most 32 in two dimensions", 64.0, 4.0, 512.0),
        Parameter::whole("D", "dimension of the lattice", 1.0, 1.0, 2.0),
        Parameter::real("eta", "power η of the spectrum |ω|^{-η}", 2.0, 0.0, 4.0),
        Parameter::whole(
            "j",
            "octave: 1 is the finest, and the coarsest has two averages along each axis",
            1.0,
            1.0,
            8.0,
        ),
        Parameter::whole("wavelet", "0: Haar; 1: Daubechies with four coefficients", 0.0, 0.0, 1.0),
    ],
    estimands: &[
        Estimand::scalar("condition-number", "condition number of the field, the same in every replicate"),
        Estimand::scalar("octave-condition-number", "condition number of octave j, the same in every replicate"),
        Estimand::scalar(
            "normalised-condition-number",
            "condition number of details of unit variance, the same in every replicate",
        ),
    ],
    prepare,
};

struct Conditions([f64; 3]);

fn prepare(p: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let wavelet = if p.whole("wavelet") == 0 { Wavelet::Haar } else { Wavelet::Daubechies4 };
    let lattice = Lattice { side: p.whole("L"), dimension: p.whole("D") as u32 };
    let (eta, octave) = (p.get("eta"), p.whole("j"));
    if !lattice.side.is_power_of_two() || lattice.side.pow(lattice.dimension) > 1024 {
        let reason = format!("L = {} must be a power of two, at most 32 in two dimensions", lattice.side);
        return Err(ExperimentError::Setup(reason));
    }
    if lattice.side >> octave < 2 {
        return Err(ExperimentError::Setup(format!("a lattice of side {} has no octave {octave}", lattice.side)));
    }
    let precision = lattice.matrix(|k| k.powf(0.5 * eta));
    let ratio = |values: &[f64]| values[values.len() - 1] / values[0];
    let field = ratio(&spectrum(&precision)?[1..]);
    let octave = spectrum(&lattice.details_of_octave(precision, wavelet, octave)?)?;
    let normalised = spectrum(&lattice.normalised_details(lattice.matrix(|k| k.powf(-0.5 * eta)), wavelet))?;
    Ok(Box::new(Conditions([field, ratio(&octave), ratio(&normalised)])))
}

/// Eigenvalues, ascending.
fn spectrum(a: &Mat<f64>) -> Result<Vec<f64>, ExperimentError> {
    symmetric_eigen(a.as_ref()).map(|e| e.values).map_err(|e| ExperimentError::Setup(e.to_string()))
}

#[derive(Clone, Copy)]
struct Lattice {
    side: usize,
    dimension: u32,
}

impl Lattice {
    fn sites(self) -> usize {
        self.side.pow(self.dimension)
    }

    /// The function of the lattice Laplacian that is `symbol` of its eigenvalue in each wave, and zero on the constant one.
    fn matrix(self, symbol: impl Fn(f64) -> f64) -> Mat<f64> {
        let (l, rows) = (self.side, self.side.pow(self.dimension - 1));
        let wave = |k: usize, n: usize| (TAU * ((k * n) % l) as f64 / l as f64).cos();
        let eigenvalue = |k: usize| 2.0 - 2.0 * wave(k, 1);
        // Rows and columns of the lattice are modes (p, q); the symbol is even in each, so that cosines are enough.
        let table = Mat::from_fn(rows, l, |p, q| match (p, q) {
            (0, 0) => 0.0,
            _ => symbol(eigenvalue(p) + eigenvalue(q)) / self.sites() as f64,
        });
        let cosines = |n: usize| Mat::from_fn(n, n, |k, x| if n == 1 { 1.0 } else { wave(k, x) });
        let kernel = product(product(cosines(rows).transpose(), table.as_ref()).as_ref(), cosines(l).as_ref());
        let shift = |a: usize, b: usize, n: usize| (a + n - b) % n;
        Mat::from_fn(self.sites(), self.sites(), |i, j| kernel[(shift(i / l, j / l, rows), shift(i % l, j % l, l))])
    }

    /// One step along every axis: the averages first, in the order of the smaller lattice, then the details.
    fn split(self, x: &mut [f64], wavelet: Wavelet) {
        let l = self.side;
        x.chunks_mut(l).for_each(|row| wavelet.step(row));
        if self.dimension == 1 {
            return;
        }
        let mut column = vec![0.0; l];
        for q in 0..l {
            (0..l).for_each(|p| column[p] = x[p * l + q]);
            wavelet.step(&mut column);
            (0..l).for_each(|p| x[p * l + q] = column[p]);
        }
        let is_average = |i: &usize| i / l < l / 2 && i % l < l / 2;
        let (averages, details): (Vec<usize>, Vec<usize>) = (0..l * l).partition(is_average);
        let sorted: Vec<f64> = averages.into_iter().chain(details).map(|i| x[i]).collect();
        x.copy_from_slice(&sorted);
    }

    /// The lattice of the averages.
    fn coarser(self) -> Self {
        Self { side: self.side / 2, ..self }
    }

    /// `w a wᵀ` for a transform w, symmetric like `a`.
    fn conjugated(mut a: Mat<f64>, transform: impl Fn(&mut [f64])) -> Mat<f64> {
        for _ in 0..2 {
            (0..a.ncols()).for_each(|j| transform(a.col_as_slice_mut(j)));
            a = a.transpose().to_owned();
        }
        a
    }

    /// The precision of the details of an octave given its averages; those of finer octaves are integrated out.
    fn details_of_octave(
        self,
        precision: Mat<f64>,
        wavelet: Wavelet,
        octave: usize,
    ) -> Result<Mat<f64>, ExperimentError> {
        let (whole, part) = (self.sites(), self.coarser().sites());
        let split = Self::conjugated(precision, |x| self.split(x, wavelet));
        let details = split.submatrix(part, part, whole - part, whole - part).to_owned();
        if octave == 1 {
            return Ok(details);
        }
        let mixed = split.submatrix(part, 0, whole - part, part);
        let solved = Cholesky::new(details.as_ref()).map_err(|e| ExperimentError::Setup(e.to_string()))?.solve(mixed);
        let averages = split.submatrix(0, 0, part, part) - product(mixed.transpose(), solved.as_ref());
        self.coarser().details_of_octave(averages, wavelet, octave - 1)
    }

    /// The correlations of the details of all octaves.
    fn normalised_details(self, covariance: Mat<f64>, wavelet: Wavelet) -> Mat<f64> {
        let transformed = Self::conjugated(covariance, |x| {
            let mut lattice = self;
            while lattice.side > 1 {
                lattice.split(&mut x[..lattice.sites()], wavelet);
                lattice = lattice.coarser();
            }
        });
        // The first entry is the average of everything, which does not fluctuate.
        let deviation: Vec<f64> = (1..self.sites()).map(|i| transformed[(i, i)].sqrt()).collect();
        let n = deviation.len();
        Mat::from_fn(n, n, |i, j| transformed[(i + 1, j + 1)] / (deviation[i] * deviation[j]))
    }
}

impl Trial for Conditions {
    fn replicate(&self, _: &mut Stream, out: &mut [f64]) {
        out.copy_from_slice(&self.0);
    }

    fn work(&self) -> f64 {
        1e-3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::known_answer::sample;
    use nalgebra::DMatrix;

    fn found(given: &[(&str, f64)]) -> [f64; 3] {
        let s = sample(&EXPERIMENT, given, 2);
        ["condition-number", "octave-condition-number", "normalised-condition-number"].map(|name| s.mean(name))
    }

    /// From the Fourier symbols: the details given the averages have the mean of the precision over the two waves that are
    /// folded onto one, weighed with 1 ∓ cos, and the averages the mean of the covariance, weighed with 1 ± cos.
    fn haar_by_folding(l: usize, eta: f64, octave: usize) -> f64 {
        let mut precision: Vec<f64> =
            (0..l).map(|k| (2.0 - 2.0 * (TAU * k as f64 / l as f64).cos()).powf(0.5 * eta)).collect();
        for step in 1.. {
            let n = precision.len();
            let fold = |weight: f64, of: &dyn Fn(f64) -> f64| -> Vec<f64> {
                let cos = |k: usize| (TAU * k as f64 / n as f64).cos();
                let part = |k: usize| (1.0 + weight * cos(k)) * of(precision[k % n]);
                (0..n / 2).map(|k| 0.5 * (part(k) + part(k + n / 2))).collect()
            };
            if step == octave {
                let details = fold(-1.0, &|k| k);
                let extreme = |f: fn(f64, f64) -> f64| details.iter().copied().reduce(f).unwrap();
                return extreme(f64::max) / extreme(f64::min);
            }
            let averages = fold(1.0, &|k| 1.0 / k);
            precision = averages.iter().map(|c| 1.0 / c).collect();
            precision[0] = 0.0;
        }
        unreachable!()
    }

    #[test]
    fn one_dimension_matches_fourier_symbols() {
        for (l, eta, octave) in [(16, 2.0, 1), (16, 2.0, 2), (64, 1.0, 3), (32, 3.0, 2), (64, 0.5, 4)] {
            let given = [("L", l as f64), ("eta", eta), ("j", octave as f64)];
            let [field, details, _] = found(&given);
            let folded = haar_by_folding(l, eta, octave);
            assert!((details / folded - 1.0).abs() < 1e-7, "{l} {eta} {octave}: {details} {folded}");
            let waves = (std::f64::consts::PI / l as f64).sin().powf(-eta);
            assert!((field / waves - 1.0).abs() < 1e-7, "{field} {waves}");
        }
    }

    #[test]
    fn two_dimensions_match_the_dense_inverse() {
        // An explicit transform and the inverse of the covariance of what it gives, at a small mass instead of none.
        for (wavelet, code) in [(Wavelet::Haar, 0.0), (Wavelet::Daubechies4, 1.0)] {
            let lattice = Lattice { side: 8, dimension: 2 };
            let dense = |m: &Mat<f64>| DMatrix::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)]);
            let precision = dense(&lattice.matrix(|k| k)) + DMatrix::from_element(64, 64, 1e-3 / 64.0);
            let rows = Mat::from_fn(64, 64, |i, j| {
                let mut x: Vec<f64> = (0..64).map(|k| f64::from(u8::from(k == j))).collect();
                lattice.split(&mut x, wavelet);
                x[i]
            });
            let w = dense(&rows);
            assert!((&w * w.transpose() - DMatrix::identity(64, 64)).amax() < 1e-14);
            let covariance = &w * precision.clone().try_inverse().unwrap() * w.transpose();
            let c = |i, j, n, m| covariance.view((i, j), (n, m)).into_owned();
            // Regression of the details on the averages.
            let rest = c(16, 16, 48, 48) - c(16, 0, 48, 16) * c(0, 0, 16, 16).try_inverse().unwrap() * c(0, 16, 16, 48);
            let values = rest.symmetric_eigenvalues();
            let [field, details, _] = found(&[("L", 8.0), ("D", 2.0), ("wavelet", code)]);
            assert!((details - values.max() / values.min()).abs() < 1e-6, "{details} {values}");
            assert!((field - 2.0 / (std::f64::consts::PI / 8.0).sin().powi(2)).abs() < 1e-9);
        }
    }

    #[test]
    fn white_noise_is_perfectly_conditioned_in_every_basis() {
        for dimension in [1.0, 2.0] {
            let given = [("eta", 0.0), ("L", 16.0), ("D", dimension), ("j", 2.0), ("wavelet", 1.0)];
            assert!(found(&given).iter().all(|c| (c - 1.0).abs() < 1e-9), "{:?}", found(&given));
        }
        let four = found(&[("L", 4.0)])[2];
        // A ring of four, written out: the Laplacian has the eigenvalues 2 (twice) and 4 beside the constant, the transform
        // the rows (1, 1, −1, −1)/2, (1, −1, 0, 0)/√2 and (0, 0, 1, −1)/√2.
        let v = [
            [0.5f64.sqrt(), 0.0, -0.5f64.sqrt(), 0.0],
            [0.0, 0.5f64.sqrt(), 0.0, -0.5f64.sqrt()],
            [0.5, -0.5, 0.5, -0.5],
        ];
        let covariance =
            DMatrix::from_fn(4, 4, |i, j| v[0][i] * v[0][j] / 2.0 + v[1][i] * v[1][j] / 2.0 + v[2][i] * v[2][j] / 4.0);
        let r = 0.5f64.sqrt();
        let w = DMatrix::from_row_slice(3, 4, &[0.5, 0.5, -0.5, -0.5, r, -r, 0.0, 0.0, 0.0, 0.0, r, -r]);
        let c = &w * covariance * w.transpose();
        let values = DMatrix::from_fn(3, 3, |i, j| c[(i, j)] / (c[(i, i)] * c[(j, j)]).sqrt()).symmetric_eigenvalues();
        assert!((four - values.max() / values.min()).abs() < 1e-12);
    }

    #[test]
    fn lattices_that_do_not_fit_are_refused() {
        for given in [
            [("L", 12.0), ("D", 1.0), ("j", 1.0)],
            [("L", 64.0), ("D", 2.0), ("j", 1.0)],
            [("L", 8.0), ("D", 1.0), ("j", 3.0)],
        ] {
            let given = given.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
            assert!(prepare(&EXPERIMENT.parameters(&given).unwrap(), &SeedPath::root(0)).is_err(), "{given:?}");
        }
    }
}
