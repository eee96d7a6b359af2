//! Risk of the binary oracle for one coefficient.

crate::closed_form! {
    /// Risk of the binary oracle for one coefficient.
    ///
    /// # Statement
    /// $$ \min(a^2, \sigma^2) $$
    /// a is a coefficient of the signal in an orthonormal basis, σ the standard deviation of the noise; the oracle keeps the
    /// observation where |a| ≥ σ and sets it to zero elsewhere.
    ///
    /// # Assumptions
    /// a fixed, noise of mean zero and variance σ² > 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/binary-oracle.md`.
    ///
    /// # Source
    /// Donoho and Johnstone 1994, *Ideal spatial adaptation by wavelet shrinkage*, §2; Mallat 2009, *A Wavelet Tour of Signal Processing*, §11.2.
    ///
    /// # Numerics
    /// Exact up to the squares.
    ///
    /// # Limits
    /// Between once and twice the risk of the oracle attenuation; twice exactly at |a| = σ.
    ORACLE_PROJECTION_RISK {
        id: "oracle-projection-risk",
        estimand: "oracle-projection-risk",
        latex: r"\min(a^2, \sigma^2)",
        symbols: &[(r"a", "real"), (r"\sigma", "real > 0")],
        value: |x| (x[0] * x[0]).min(x[1] * x[1]),
        wrong_twin: r"\max(a^2, \sigma^2)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::oracle_attenuation_risk::ORACLE_ATTENUATION_RISK;

    #[test]
    fn lies_between_once_and_twice_the_attenuation_risk() {
        for k in -60..=60 {
            let (a, sigma) = (10f64.powf(k as f64 / 10.0), 1.0);
            let ratio = (ORACLE_PROJECTION_RISK.value)(&[a, sigma]) / (ORACLE_ATTENUATION_RISK.value)(&[a, sigma]);
            assert!((1.0..=2.0).contains(&ratio) && (ratio == 2.0) == (k == 0), "{a}: {ratio}");
        }
    }
}
