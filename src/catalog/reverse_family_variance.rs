//! Variance at the end of the reverse family after a wrong start.

fn value(x: &[f64]) -> f64 {
    let (alpha, b, t, v) = (x[0], x[1], x[2], x[3]);
    let noised = b * (-2.0 * t).exp() - (-2.0 * t).exp_m1();
    b + (v - noised) * (-2.0 * alpha * t).exp() * (b / noised).powf(1.0 + alpha)
}

crate::closed_form! {
    /// Variance at the end of the reverse family after a wrong start.
    ///
    /// # Statement
    /// $$ b + \left(v - 1 - (b - 1) e^{-2T}\right) e^{-2\alpha T} \left(\frac{b}{1 + (b - 1) e^{-2T}}\right)^{1 + \alpha} $$
    /// b is the variance of the data, T the time from which the process returns, α the strength of its noise, v the variance with which it starts instead
    /// of that of the noised data.
    ///
    /// # Assumptions
    /// Gaussian data noised by dx = −x dt + √2 dW, the exact score, a start of mean zero independent of the noise, α ≥ 0.
    ///
    /// # Derivation
    /// `derivations/diffusion/reverse-paths.md`.
    ///
    /// # Source
    /// Song et al. 2021, appendix D, on the equivalent processes; the linear equation is solved in the note.
    ///
    /// # Numerics
    /// v less the variance of the noised data cancels where the start is nearly right.
    ///
    /// # Limits
    /// v = 1 + (b − 1)e^{-2T}: b, for every α. α → ∞: b. T → 0: v.
    REVERSE_FAMILY_VARIANCE {
        id: "reverse-family-variance",
        estimand: "variance",
        latex: r"b + \left(v - 1 - (b - 1) e^{-2T}\right) e^{-2\alpha T} \left(\frac{b}{1 + (b - 1) e^{-2T}}\right)^{1 + \alpha}",
        symbols: &[(r"\alpha", "real >= 0"), (r"b", "real > 0"), (r"T", "real > 0"), (r"v", "real > 0")],
        value: value,
        wrong_twin: r"b + \left(v - 1 - (b - 1) e^{-2T}\right) e^{-\alpha T} \left(\frac{b}{1 + (b - 1) e^{-2T}}\right)^{1 + \alpha}",
        since: "0.1.0",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_the_equation_of_the_variance() {
        // dV/dτ = 2(1 − (1 + α)/G) V + 2α, from T down, by Runge and Kutta's fourth-order scheme.
        for (alpha, b, end, v) in [(0.0, 0.4, 1.0, 2.0), (1.0, 0.4, 1.0, 0.1), (2.0, 1.7, 0.5, 3.0)] {
            let slope =
                |t: f64, v: f64| 2.0 * (1.0 - (1.0 + alpha) / (1.0 + (b - 1.0) * (-2.0 * t).exp())) * v + 2.0 * alpha;
            let n = 2000;
            let h = end / f64::from(n);
            let last = (0..n).fold(v, |v, k| {
                let t = end - f64::from(k) * h;
                let k1 = slope(t, v);
                let k2 = slope(t - 0.5 * h, v + 0.5 * h * k1);
                let k3 = slope(t - 0.5 * h, v + 0.5 * h * k2);
                let k4 = slope(t - h, v + h * k3);
                v + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            });
            assert!((value(&[alpha, b, end, v]) / last - 1.0).abs() < 1e-10, "{alpha} {b}: {last}");
        }
    }
}
