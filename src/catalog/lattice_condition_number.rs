//! Condition number of a critical field on a periodic lattice.

crate::closed_form! {
    /// Condition number of a critical field on a periodic lattice.
    ///
    /// # Statement
    /// $$ \frac{D^{\eta/2}}{\sin(\pi/L)^\eta} $$
    /// L is the side of the lattice and D its dimension; the spectrum of the field falls like |ω|^{-η}.
    ///
    /// # Assumptions
    /// The precision is the power η/2 of the lattice Laplacian, L is even, and the constant mode is left out.
    ///
    /// # Derivation
    /// `derivations/diffusion/condition-numbers.md`.
    ///
    /// # Source
    /// The eigenvalues Σ_a (2 − 2 cos ω_a) of the lattice Laplacian: textbook; largest at ω = (π, …, π), smallest at (2π/L, 0, …).
    ///
    /// # Numerics
    /// No cancellation.
    ///
    /// # Limits
    /// L → ∞: (L√D/π)^η.
    LATTICE_CONDITION_NUMBER {
        id: "lattice-condition-number",
        estimand: "condition-number",
        latex: r"\frac{D^{\eta/2}}{\sin(\pi/L)^\eta}",
        symbols: &[(r"D", "integer >= 1"), (r"L", "integer >= 4"), (r"\eta", "real > 0")],
        value: |x| x[0].powf(0.5 * x[2]) / core_math::sin(std::f64::consts::PI / x[1]).powf(x[2]),
        wrong_twin: r"\frac{D^{\eta/2}}{\sin(2\pi/L)^\eta}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_ratio_over_all_waves() {
        for (l, eta) in [(4usize, 2.0), (8, 1.0), (16, 3.0)] {
            let of = |k: usize| 2.0 - 2.0 * (std::f64::consts::TAU * k as f64 / l as f64).cos();
            let waves = (0..l * l).skip(1).map(|k| (of(k / l) + of(k % l)).powf(0.5 * eta));
            let (low, high) = waves.fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
            assert!(((LATTICE_CONDITION_NUMBER.value)(&[2.0, l as f64, eta]) / (high / low) - 1.0).abs() < 1e-12);
        }
    }
}
