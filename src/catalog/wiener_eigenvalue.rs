//! Eigenvalue of the Wiener filter.

crate::closed_form! {
    /// Eigenvalue of the Wiener filter.
    ///
    /// # Statement
    /// $$ \frac{\beta}{\beta + \sigma^2} $$
    /// β is an eigenvalue of the covariance of the signal, σ² the variance of the white noise; the filter
    /// H = C(C + σ²)⁻¹ has the eigenvectors of C.
    ///
    /// # Assumptions
    /// C symmetric positive semidefinite, σ > 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/wiener-filter.md`.
    ///
    /// # Source
    /// Wiener 1949; Mallat 2009, *A Wavelet Tour of Signal Processing*, §11.1.
    ///
    /// # Numerics
    /// One sum and one quotient; never above 1.
    ///
    /// # Limits
    /// β → 0: 0. β → ∞: 1. β = σ²: 1/2.
    WIENER_EIGENVALUE {
        id: "wiener-eigenvalue",
        estimand: "filter-eigenvalue",
        latex: r"\frac{\beta}{\beta + \sigma^2}",
        symbols: &[(r"\beta", "real > 0"), (r"\sigma", "real > 0")],
        value: |x| x[0] / (x[0] + x[1] * x[1]),
        wrong_twin: r"\frac{\beta}{\beta + \sigma}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::linalg::{Cholesky, Mat, from_spectrum, haar, symmetric_eigen};
    use crate::random::SeedPath;

    #[test]
    fn is_the_spectrum_of_a_dense_filter() {
        let (spectrum, sigma) = ([0.1, 0.5, 2.0, 7.0], 0.8);
        let c = from_spectrum(&spectrum, haar(4, &mut SeedPath::root(1).stream()).as_ref());
        let noisy = Mat::from_fn(4, 4, |i, j| c[(i, j)] + if i == j { sigma * sigma } else { 0.0 });
        let filter = Cholesky::new(noisy.as_ref()).unwrap().solve(c.as_ref());
        let values = symmetric_eigen(filter.as_ref()).unwrap().values;
        for (value, beta) in values.iter().zip(spectrum) {
            assert!((value - (WIENER_EIGENVALUE.value)(&[beta, sigma])).abs() < 1e-14);
        }
    }
}
