//! Ratio of the distances to the two nearest neighbours.

crate::closed_form! {
    /// Mean logarithm of the ratio of the distances to the two nearest neighbours in d dimensions.
    ///
    /// # Statement
    /// $$ \frac{1}{d} $$
    /// E log(r₂/r₁) for points of locally constant density in d dimensions.
    ///
    /// # Assumptions
    /// The density is constant over the ball of radius r₂.
    ///
    /// # Derivation
    /// Given r₂, the nearest point is uniform in the ball of that radius: (r₁/r₂)^d is uniform on (0, 1), and minus its logarithm
    /// has mean one.
    ///
    /// # Source
    /// Facco et al. 2017, *Estimating the intrinsic dimension of datasets by a minimal neighborhood information*.
    ///
    /// # Numerics
    /// None.
    ///
    /// # Limits
    /// None.
    NEIGHBOUR_LOG_RATIO {
        id: "neighbour-log-ratio",
        estimand: "log-ratio",
        latex: r"\frac{1}{d}",
        symbols: &[(r"d", "integer >= 1")],
        value: |x| x[0].recip(),
        wrong_twin: r"\frac{1}{d + 1}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ∫ −log(u) d u^{d−1} du over (0, 1), the law of r₁/r₂, at d = 3.
    #[test]
    fn is_an_average_over_the_law_of_the_ratio() {
        let n = 200_000;
        let mean: f64 = (0..n).map(|k| (f64::from(k) + 0.5) / f64::from(n)).map(|u| -u.ln() * 3.0 * u * u).sum::<f64>()
            / f64::from(n);
        assert!((mean - (NEIGHBOUR_LOG_RATIO.value)(&[3.0])).abs() < 1e-6);
    }
}
