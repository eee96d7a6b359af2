//! Wrong species that fit a corner of a stored structure.

crate::closed_form! {
    /// Pairs of other structures whose bonds let the same wrong species into a corner.
    ///
    /// # Statement
    /// $$ \frac{(m-1)(m-2)(N-3)}{(N-1)^2} + \frac{(m-1)(N-3)}{(N-1)(N-2)} $$
    /// m structures are stored, each a random arrangement of the same N species on a square lattice; the corner has its
    /// left and its lower neighbour in place.
    ///
    /// # Assumptions
    /// Independent uniform arrangements, periodic boundaries, bonds with a direction, at least three sites a side.
    ///
    /// # Derivation
    /// `derivations/networks/molecular-assembly.md`: two different structures ask for a given wrong species with
    /// probability 1/(N−1) each; one structure asks for it with both bonds with probability 1/((N−1)(N−2)); N − 3 species
    /// are neither the right one nor one of the two neighbours.
    ///
    /// # Source
    /// Murugan, Zeravcic, Brenner and Leibler 2015, *Multifarious assembly mixtures*, the scaling m²/N, here with its
    /// corrections.
    ///
    /// # Numerics
    /// Accurate everywhere.
    ///
    /// # Limits
    /// m = 1: 0. m = λ√N, N → ∞: λ².
    WRONG_FITS {
        id: "wrong-fits",
        estimand: "wrong-fits",
        latex: r"\frac{(m-1)(m-2)(N-3)}{(N-1)^2} + \frac{(m-1)(N-3)}{(N-1)(N-2)}",
        symbols: &[(r"m", "integer >= 1"), (r"N", "integer >= 3")],
        value: |x| {
            let (m, n) = (x[0], x[1]);
            (m - 1.0) * (m - 2.0) * (n - 3.0) / (n - 1.0).powi(2) + (m - 1.0) * (n - 3.0) / ((n - 1.0) * (n - 2.0))
        },
        wrong_twin: r"\frac{(m-1)(m-2)(N-3)}{(N-1)^2} + \frac{(m-1)(N-3)}{(N-1)^2}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_structure_has_no_rivals_and_many_have_the_square_of_their_number() {
        assert_eq!((WRONG_FITS.value)(&[1.0, 16.0]), 0.0);
        let n = 1e8f64;
        assert!(((WRONG_FITS.value)(&[3.0 * n.sqrt(), n]) - 9.0).abs() < 1e-3);
    }
}
