//! Linear least squares with known standard errors.

use nalgebra::{DMatrix, DVector};
use statrs::function::gamma::gamma_ur;

/// A weighted linear fit `y ≈ Σ_j coefficient_j · column_j`.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Best coefficients, in the order of the columns.
    pub coefficients: DVector<f64>,
    /// Their covariance, from the given standard errors alone (not rescaled by the residuals).
    pub covariance: DMatrix<f64>,
    /// Σ (residual / standard error)².
    pub chi_squared: f64,
    /// Observations minus coefficients.
    pub degrees: usize,
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Fewer observations than coefficients, or sizes that do not match.
    #[error("too few observations for the coefficients")]
    TooFew,
    /// A value that is not finite, or a standard error that is not positive.
    #[error("an observation is not finite or has no positive standard error")]
    NotFinite,
    /// Columns that are linearly dependent to working precision.
    #[error("the columns are linearly dependent")]
    Dependent,
}

impl Fit {
    /// Standard error of one coefficient.
    pub fn standard_error(&self, index: usize) -> f64 {
        self.covariance[(index, index)].max(0.0).sqrt()
    }

    /// Probability of residuals at least as large if the model is true; 1 without degrees of freedom.
    pub fn p_value(&self) -> f64 {
        match (self.degrees, self.chi_squared) {
            (0, _) => 1.0,
            (_, x) if x <= 0.0 => 1.0,
            (degrees, x) => gamma_ur(degrees as f64 / 2.0, x / 2.0),
        }
    }

    /// Value of the fitted function where the columns take the values `row`.
    pub fn predict(&self, row: &[f64]) -> f64 {
        self.coefficients.iter().zip(row).map(|(c, x)| c * x).sum()
    }
}

/// Fits by a singular value decomposition of the whitened, column-scaled design: no normal equations are formed.
///
/// # Errors
/// See [`FitError`].
pub fn weighted_least_squares(columns: &[Vec<f64>], y: &[f64], errors: &[f64]) -> Result<Fit, FitError> {
    let (n, p) = (y.len(), columns.len());
    if n < p || p == 0 || errors.len() != n || columns.iter().any(|c| c.len() != n) {
        return Err(FitError::TooFew);
    }
    let finite = y.iter().chain(columns.iter().flatten()).all(|v| v.is_finite());
    if !finite || errors.iter().any(|e| !e.is_finite() || *e <= 0.0) {
        return Err(FitError::NotFinite);
    }
    let mut design = DMatrix::from_fn(n, p, |i, j| columns[j][i] / errors[i]);
    let scales: Vec<f64> = design.column_iter().map(|c| c.norm()).collect();
    if scales.iter().any(|s| *s <= 0.0 || !s.is_finite()) {
        return Err(FitError::Dependent);
    }
    for (mut column, scale) in design.column_iter_mut().zip(&scales) {
        column /= *scale;
    }
    let rhs = DVector::from_fn(n, |i, _| y[i] / errors[i]);
    let svd = design.clone().svd(true, true);
    let (Some(u), Some(vt)) = (&svd.u, &svd.v_t) else { return Err(FitError::Dependent) };
    let singular = &svd.singular_values;
    if singular.min() <= 1e-11 * singular.max() {
        return Err(FitError::Dependent);
    }
    let rotated = u.transpose() * &rhs;
    let scaled = vt.transpose() * rotated.component_div(singular);
    let chi_squared = (&rhs - &design * &scaled).norm_squared();
    let half = DMatrix::from_fn(p, p, |i, k| vt[(k, i)] / singular[k] / scales[i]);
    Ok(Fit {
        coefficients: DVector::from_fn(p, |j, _| scaled[j] / scales[j]),
        covariance: &half * half.transpose(),
        chi_squared,
        degrees: n - p,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn known_line_and_its_textbook_errors() {
        let x: Vec<f64> = (0..10).map(f64::from).collect();
        let errors: Vec<f64> = (0..10).map(|i| 0.1 + 0.05 * f64::from(i)).collect();
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
        let fit = weighted_least_squares(&[vec![1.0; 10], x.clone()], &y, &errors).unwrap();
        assert!((fit.coefficients[0] - 3.0).abs() < 1e-12 && (fit.coefficients[1] + 2.0).abs() < 1e-12);
        // Bevington's sums as the independent path.
        let w: Vec<f64> = errors.iter().map(|e| 1.0 / (e * e)).collect();
        let s = |f: &dyn Fn(usize) -> f64| (0..10).map(|i| w[i] * f(i)).sum::<f64>();
        let (s0, s1, s2) = (s(&|_| 1.0), s(&|i| x[i]), s(&|i| x[i] * x[i]));
        let determinant = s0 * s2 - s1 * s1;
        assert!((fit.covariance[(0, 0)] / (s2 / determinant) - 1.0).abs() < 1e-10);
        assert!((fit.covariance[(1, 1)] / (s0 / determinant) - 1.0).abs() < 1e-10);
        assert!((fit.covariance[(0, 1)] / (-s1 / determinant) - 1.0).abs() < 1e-10);
    }

    #[test]
    fn intervals_cover_and_residuals_are_uniform() {
        let x: Vec<f64> = (1..=8).map(f64::from).collect();
        let (mut covered, mut small) = (0, 0);
        for trial in 0..1000 {
            let mut stream = SeedPath::root(5).child("fit").block(trial).stream();
            let y: Vec<f64> = x
                .iter()
                .map(|x| 1.0 + 0.5 * x * x + 0.3 * Distribution::<f64>::sample(&StandardNormal, &mut stream))
                .collect();
            let columns = [vec![1.0; 8], x.iter().map(|x| x * x).collect()];
            let fit = weighted_least_squares(&columns, &y, &[0.3; 8]).unwrap();
            covered += u32::from((fit.coefficients[1] - 0.5).abs() < 1.96 * fit.standard_error(1));
            small += u32::from(fit.p_value() < 0.1);
        }
        assert!((925..975).contains(&covered), "{covered}");
        assert!((65..135).contains(&small), "{small}");
    }

    #[test]
    fn impossible_fits_are_refused() {
        let ones = vec![1.0; 3];
        assert_eq!(
            weighted_least_squares(&[ones.clone(), ones.clone()], &ones, &ones).unwrap_err(),
            FitError::Dependent
        );
        assert_eq!(
            weighted_least_squares(std::slice::from_ref(&ones), &ones, &[0.0; 3]).unwrap_err(),
            FitError::NotFinite
        );
        assert_eq!(weighted_least_squares(&[vec![1.0], vec![2.0]], &[1.0], &[1.0]).unwrap_err(), FitError::TooFew);
    }
}
