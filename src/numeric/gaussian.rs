//! Expectations under the standard normal law.

/// `E f(z)` for z ~ N(0, 1) and smooth, bounded f: the trapezoidal rule with 961 nodes on [-12, 12], which converges
/// geometrically; about 1e-14 for f whose poles are farther than 0.6 from the real line, no claim for kinks.
pub fn expectation(f: impl Fn(f64) -> f64) -> f64 {
    const HALF: i32 = 480;
    const STEP: f64 = 12.0 / HALF as f64;
    let (mut weights, mut sum) = (0.0, 0.0);
    for k in -HALF..=HALF {
        let z = f64::from(k) * STEP;
        let weight = (-0.5 * z * z).exp();
        weights += weight;
        sum += weight * f(z);
    }
    sum / weights
}

#[cfg(test)]
mod tests {
    use super::expectation;

    #[test]
    fn moments_and_a_characteristic_function() {
        for (power, moment) in [(2, 1.0), (4, 3.0), (6, 15.0), (3, 0.0)] {
            assert!((expectation(|z: f64| z.powi(power)) - moment).abs() < 1e-12);
        }
        assert!((expectation(|z| (2.0 * z).cos()) - (-2.0f64).exp()).abs() < 1e-14);
    }
}
