//! Speciation time of a mixture with an extensive separation, leading order.

crate::closed_form! {
    /// Speciation time of a mixture with an extensive separation, leading order.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log d $$
    /// d is the dimension; time runs with dx = −x dt + √2 dW.
    ///
    /// # Assumptions
    /// Two balanced classes whose means lie a distance of order √d apart; d → ∞.
    ///
    /// # Derivation
    /// `derivations/diffusion/speciation.md`.
    ///
    /// # Source
    /// Biroli, Bonnaire, de Bortoli and Mézard 2024, *Dynamical regimes of diffusion models*, section on speciation.
    ///
    /// # Numerics
    /// None.
    ///
    /// # Limits
    /// The correction is of order 1: see `speciation-half-point`.
    SPECIATION_TIME {
        id: "speciation-time",
        estimand: "speciation-time",
        latex: r"\frac{1}{2} \log d",
        symbols: &[(r"d", "real > 0")],
        value: |x| 0.5 * x[0].ln(),
        wrong_twin: r"\log d",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The separation κ = √d e^{-t} of two unit Gaussians is 1 there, by bisection of the noised densities' curvature.
    #[test]
    fn is_where_the_noised_density_loses_its_concavity() {
        for d in [16.0f64, 512.0] {
            let along = |t: f64, u: f64| {
                let kappa = d.sqrt() * (-t).exp();
                ((-(u - kappa).powi(2) / 2.0).exp() + (-(u + kappa).powi(2) / 2.0).exp()).ln()
            };
            let curvature = |t: f64| along(t, 0.01) + along(t, -0.01) - 2.0 * along(t, 0.0);
            let t = (SPECIATION_TIME.value)(&[d]);
            assert!(curvature(t - 0.01) > 0.0 && curvature(t + 0.01) < 0.0);
        }
    }
}
