//! Stationary variance of Euler's scheme for Langevin's equation.

crate::closed_form! {
    /// Stationary variance of Euler's scheme for Langevin's equation.
    ///
    /// # Statement
    /// $$ \frac{1}{\beta (1 - \beta h/2)} $$
    /// β is the eigenvalue of the precision along a mode, h the step; the variance of the target is 1/β.
    ///
    /// # Assumptions
    /// A Gaussian target and a stable step, βh < 2.
    ///
    /// # Derivation
    /// `derivations/diffusion/langevin.md`.
    ///
    /// # Source
    /// Roberts and Tweedie 1996, *Exponential convergence of Langevin distributions and their discrete approximations*, on the unadjusted algorithm; the
    /// fixed point of v = (1 − βh)² v + 2h.
    ///
    /// # Numerics
    /// No cancellation below βh = 2; not a number beyond.
    ///
    /// # Limits
    /// h → 0: 1/β, with a relative error of βh/2.
    EULER_STATIONARY_VARIANCE {
        id: "euler-stationary-variance",
        estimand: "stationary-variance",
        latex: r"\frac{1}{\beta (1 - \beta h/2)}",
        symbols: &[(r"\beta", "real in (0, 1)"), (r"h", "real in (0, 1)")],
        value: |x| 1.0 / (x[0] * (1.0 - 0.5 * x[0] * x[1])),
        wrong_twin: r"\frac{1}{\beta (1 - \beta h)}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_where_the_recursion_ends() {
        for (beta, h) in [(1.0f64, 0.3f64), (0.4, 1.2), (3.0, 0.5)] {
            let end = (0..2000).fold(0.0, |v, _| (1.0 - beta * h).powi(2) * v + 2.0 * h);
            assert!(((EULER_STATIONARY_VARIANCE.value)(&[beta, h]) / end - 1.0).abs() < 1e-12);
        }
    }
}
