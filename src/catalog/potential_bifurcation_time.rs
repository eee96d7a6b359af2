//! Time at which the potential of the order parameter becomes a double well.

crate::closed_form! {
    /// Time at which the potential of the order parameter becomes a double well.
    ///
    /// # Statement
    /// $$ \frac{1}{2} \log\left(2 m^2 d\right) $$
    /// The curvature V''(0) = 1 − 2m²d e^{-2t} of `speciation-potential` changes sign; m is the mean of each coordinate
    /// in the positive class.
    ///
    /// # Assumptions
    /// As for `speciation-potential`.
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
    /// Later by ½ log 2 than the time ½ log(m²d) at which log p_t itself loses its concavity at 0.
    POTENTIAL_BIFURCATION_TIME {
        id: "potential-bifurcation-time",
        estimand: "bifurcation-time",
        latex: r"\frac{1}{2} \log\left(2 m^2 d\right)",
        symbols: &[(r"m", "real > 0"), (r"d", "real > 0")],
        value: |x| 0.5 * (2.0 * x[0] * x[0] * x[1]).ln(),
        wrong_twin: r"\frac{1}{2} \log\left(m^2 d\right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::catalog::speciation_potential::SPECIATION_POTENTIAL;

    #[test]
    fn the_curvature_at_zero_changes_sign() {
        let (m, d) = (0.7, 300.0);
        let t = (POTENTIAL_BIFURCATION_TIME.value)(&[m, d]);
        let curvature =
            |t: f64| (SPECIATION_POTENTIAL.value)(&[1e-3, m, d, t]) - (SPECIATION_POTENTIAL.value)(&[0.0, m, d, t]);
        assert!(curvature(t - 0.01) < 0.0 && curvature(t + 0.01) > 0.0);
    }
}
