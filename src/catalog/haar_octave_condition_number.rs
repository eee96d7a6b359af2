//! Condition number of the Haar details of one octave of a critical chain.

crate::closed_form! {
    /// Condition number of the Haar details of one octave of a critical chain.
    ///
    /// # Statement
    /// $$ \frac{4 (4^j + 2)}{4^j + 8} $$
    /// j is the octave, 1 for the finest. The law is that of the details given the averages of the same octave.
    ///
    /// # Assumptions
    /// A free massless Gaussian field on a ring, the precision of which is the lattice Laplacian; at least two averages are left.
    ///
    /// # Derivation
    /// `derivations/diffusion/condition-numbers.md`.
    ///
    /// # Source
    /// Folding of the Fourier symbol, as in Mallat 2009, §7.1, on conjugate mirror filters; worked out in the note.
    ///
    /// # Numerics
    /// 4ʲ overflows beyond j = 511.
    ///
    /// # Limits
    /// j = 1: 2. j → ∞: 4, the ratio of the ends of an octave of the spectrum |ω|⁻².
    HAAR_OCTAVE_CONDITION_NUMBER {
        id: "haar-octave-condition-number",
        estimand: "octave-condition-number",
        latex: r"\frac{4 (4^j + 2)}{4^j + 8}",
        symbols: &[(r"j", "integer >= 1")],
        value: |x| 4.0 * (4f64.powf(x[0]) + 2.0) / (4f64.powf(x[0]) + 8.0),
        wrong_twin: r"\frac{4 (4^j + 2)}{2 (4^j + 2)}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_ratio_of_extreme_folded_eigenvalues() {
        // a and b of the averages after j − 1 octaves; details have the eigenvalues from 1/a to 2/(a − b).
        for j in 1..10 {
            let power = 4f64.powi(j - 1);
            let (a, b) = (power / 3.0 + 1.0 / 6.0, power / 6.0 - 1.0 / 6.0);
            let value = (HAAR_OCTAVE_CONDITION_NUMBER.value)(&[f64::from(j)]);
            assert!((value - 2.0 * a / (a - b)).abs() < 1e-12, "{j}");
        }
    }
}
