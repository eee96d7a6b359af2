//! Where a measured curve crosses a level, or two of them cross: thresholds by numbers, never by eye.

use super::{Observation, weighted_least_squares};

/// Where the curve through `points` (abscissa in `size`) crosses `level`: position and standard error.
///
/// A weighted straight line through the two points on either side of the first sign change and their neighbours (at
/// most four), its root by the delta method. `None` if the level is not crossed or the line is flat.
pub fn level_crossing(points: &[Observation], level: f64) -> Option<(f64, f64)> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.size.total_cmp(&b.size));
    let above = |o: &Observation| o.value > level;
    let at = sorted.windows(2).position(|w| above(&w[0]) != above(&w[1]))?;
    let near = &sorted[at.saturating_sub(1)..(at + 3).min(sorted.len())];
    // Abscissae from the middle of the bracket keep the two coefficients nearly independent.
    let middle = 0.5 * (sorted[at].size + sorted[at + 1].size);
    let columns = [vec![1.0; near.len()], near.iter().map(|o| o.size - middle).collect()];
    let y: Vec<f64> = near.iter().map(|o| o.value - level).collect();
    let errors: Vec<f64> = near.iter().map(|o| o.error).collect();
    let fit = weighted_least_squares(&columns, &y, &errors).ok()?;
    let (height, slope) = (fit.coefficients[0], fit.coefficients[1]);
    if slope.abs() <= 2.0 * fit.standard_error(1) {
        return None;
    }
    let root = -height / slope;
    let c = &fit.covariance;
    let variance = (c[(0, 0)] + 2.0 * root * c[(0, 1)] + root * root * c[(1, 1)]) / (slope * slope);
    Some((middle + root, variance.max(0.0).sqrt()))
}

/// Where two curves measured at the same abscissae cross: the zero of their difference.
///
/// `None` if the abscissae differ or the curves do not cross.
pub fn crossing(first: &[Observation], second: &[Observation]) -> Option<(f64, f64)> {
    if first.len() != second.len() || first.iter().zip(second).any(|(a, b)| a.size != b.size) {
        return None;
    }
    let difference: Vec<Observation> = first
        .iter()
        .zip(second)
        .map(|(a, b)| Observation { size: a.size, value: a.value - b.value, error: a.error.hypot(b.error) })
        .collect();
    level_crossing(&difference, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand_distr::{Distribution, StandardNormal};

    fn curve(seed: u64, f: impl Fn(f64) -> f64) -> Vec<Observation> {
        let mut stream = SeedPath::root(seed).child("crossing").stream();
        (0..9)
            .map(|i| {
                let x = 0.1 * f64::from(i);
                let noise: f64 = StandardNormal.sample(&mut stream);
                Observation { size: x, value: f(x) + 0.01 * noise, error: 0.01 }
            })
            .collect()
    }

    #[test]
    fn half_point_of_a_sigmoid_is_covered() {
        let covered = (0..200)
            .filter(|seed| {
                let points = curve(*seed, |x| 1.0 / (1.0 + ((x - 0.43) / 0.3).exp()));
                let (at, error) = level_crossing(&points, 0.5).unwrap();
                assert!(error < 0.02);
                (at - 0.43).abs() < 1.96 * error
            })
            .count();
        assert!(covered >= 178, "{covered} of 200");
    }

    #[test]
    fn two_curves_cross_where_they_do() {
        let (first, second) = (curve(1, |x| x), curve(2, |x| 0.6 - x));
        let (at, error) = crossing(&first, &second).unwrap();
        assert!((at - 0.3).abs() < 4.0 * error && error < 0.01);
        assert!(level_crossing(&first, 2.0).is_none());
        assert!(crossing(&first, &second[1..]).is_none());
    }
}
