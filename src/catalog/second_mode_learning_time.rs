//! When a Boltzmann machine has half learnt the second of two modes.

crate::closed_form! {
    /// When a Boltzmann machine has half learnt the second of two modes.
    ///
    /// # Statement
    /// $$ \frac{1}{D_2 - 1/N} \left( \log\frac{1}{w_0} + \frac{1}{2} \log\frac{\operatorname{artanh}(\sqrt{D_1})}{\sqrt{D_1}} \right) $$
    /// N visible spins, two Gaussian hidden units with weights w_a along two orthogonal patterns, gradient ascent
    /// ẇ_a = w_a (D_a − ⟨m_a²⟩) from w_0. D_1 > D_2 are the second moments of the modes in the data.
    ///
    /// # Assumptions
    /// The first mode is learnt before: D_1 sufficiently above D_2. N large: what is left out is of relative order 1/N,
    /// 0.1 % at N = 200 and D_2 = 0.2.
    ///
    /// # Derivation
    /// `derivations/networks/boltzmann-cascade.md`: w_2 grows at the rate D_2 − 1/N until the state along the second pattern
    /// is as probable as that along the first, w_2 = w_1; and w_1 stands where m = tanh(w_1² m) has m² = D_1.
    ///
    /// # Source
    /// After Bachtis, Biroli, Decelle and Seoane 2024, *Cascade of phase transitions in the training of energy-based models*;
    /// the second time is ours.
    ///
    /// # Numerics
    /// artanh(x)/x has no cancellation for x > 0.
    ///
    /// # Limits
    /// D_1 → 0: log(1/w_0)/(D_2 − 1/N), the time at which w_2 = 1.
    SECOND_MODE_LEARNING_TIME {
        id: "second-mode-learning-time",
        estimand: "learning-time",
        latex: r"\frac{1}{D_2 - 1/N} \left( \log\frac{1}{w_0} + \frac{1}{2} \log\frac{\operatorname{artanh}(\sqrt{D_1})}{\sqrt{D_1}} \right)",
        symbols: &[
            ("D_1", "real in (0, 1)"),
            ("D_2", "real in (0, 1)"),
            ("N", "integer >= 4"),
            ("w_0", "real in (0, 1)"),
        ],
        value: |x| {
            let m = x[0].sqrt();
            (-x[3].ln() + 0.5 * (core_math::atanh(m) / m).ln()) / (x[1] - 1.0 / x[2])
        },
        wrong_twin: r"\frac{1}{D_2 - 1/N} \left( \log\frac{1}{w_0} + \log\frac{\operatorname{artanh}(\sqrt{D_1})}{\sqrt{D_1}} \right)",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weight at that time, grown at its rate, is the one at which the first mode's self-consistent overlap has the
    /// data's moment, found by iteration of m = tanh(w² m).
    #[test]
    fn the_weight_is_that_of_the_first_mode_then() {
        let (first, second, n, start) = (0.5, 0.2, 300.0, 0.03);
        let t = (SECOND_MODE_LEARNING_TIME.value)(&[first, second, n, start]);
        let w = start * ((second - 1.0 / n) * t).exp();
        let mut m = 1.0f64;
        (0..2000).for_each(|_| m = (w * w * m).tanh());
        assert!((m * m - first).abs() < 1e-10, "{m}");
    }
}
