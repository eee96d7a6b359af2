//! Temperature below which the spins of the Hopfield model freeze.

crate::closed_form! {
    /// Temperature below which the spins of the Hopfield model freeze.
    ///
    /// # Statement
    /// $$ 1 + \sqrt{\alpha} $$
    /// T_g at the load α = K/N, where the order parameter of Edwards and Anderson vanishes continuously.
    ///
    /// # Assumptions
    /// Random unbiased patterns, Hebb's rule without self-coupling, N → ∞, no condensed pattern, replica symmetry (exact at
    /// the transition itself).
    ///
    /// # Derivation
    /// For m = 0 and small q the saddle point has q = β²αr and r = q/(1 − β(1−q))² → q/(1 − β)², so that α = (T − 1)².
    ///
    /// # Source
    /// Amit, Gutfreund and Sompolinsky 1987, *Statistical mechanics of neural networks near saturation*, on the transition to
    /// the spin glass.
    ///
    /// # Numerics
    /// No cancellation.
    ///
    /// # Limits
    /// α → 0: 1, the transition of the Curie–Weiss magnet. α → ∞: √α, that of the Sherrington–Kirkpatrick model with
    /// couplings of variance α/N.
    GLASS_TEMPERATURE {
        id: "glass-temperature",
        estimand: "temperature",
        latex: r"1 + \sqrt{\alpha}",
        symbols: &[(r"\alpha", "real > 0")],
        value: |x| 1.0 + x[0].sqrt(),
        wrong_twin: r"1 + \alpha",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Magnetisations of a paramagnet obey T m_i = Σ_j J_ij m_j − α m_i/(T − 1), with Onsager's reaction term. The largest
    /// eigenvalue of the couplings without their diagonal is 1 + 2√α (Marchenko and Pastur 1967): the paramagnet is stable
    /// on both sides of one temperature, at which T + α/(T − 1) touches it.
    #[test]
    fn the_paramagnet_touches_the_edge_of_the_spectrum() {
        for alpha in [0.02f64, 0.3, 2.0] {
            let t = (GLASS_TEMPERATURE.value)(&[alpha]);
            let gap = |t: f64| t + alpha / (t - 1.0) - 1.0 - 2.0 * alpha.sqrt();
            assert!(gap(t).abs() < 1e-12 && gap(0.99 * t) > 0.0 && gap(1.01 * t) > 0.0, "{alpha}");
        }
    }
}
