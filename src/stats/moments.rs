//! Mean and variance of a stream of numbers, mergeable in any grouping without loss of accuracy.

/// Count, mean, sum of squared deviations and extremes of the finite values seen, and how many were not finite.
///
/// Updates follow Welford (1962), merges Chan, Golub & LeVeque (1979, eq. 2.1): neither subtracts large sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Finite values.
    pub count: u64,
    /// Their mean; 0 if there are none.
    pub mean: f64,
    /// Σ (x − mean)².
    pub squares: f64,
    /// The least; +∞ if there are none.
    pub minimum: f64,
    /// The greatest; −∞ if there are none.
    pub maximum: f64,
    /// Values that were NaN or infinite: counted, never averaged.
    pub non_finite: u64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, minimum: f64::INFINITY, maximum: f64::NEG_INFINITY, non_finite: 0 }
    }
}

impl Moments {
    /// The moments of a slice, in its order.
    pub fn of(values: &[f64]) -> Self {
        let mut moments = Self::default();
        for value in values {
            moments.push(*value);
        }
        moments
    }

    /// Takes one more value in.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            self.non_finite += 1;
            return;
        }
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
        self.minimum = self.minimum.min(value);
        self.maximum = self.maximum.max(value);
    }

    /// The moments of both samples together.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        let non_finite = self.non_finite + other.non_finite;
        if self.count == 0 || other.count == 0 {
            let kept = if self.count == 0 { other } else { self };
            return Self { non_finite, ..*kept };
        }
        let (n, m) = (self.count as f64, other.count as f64);
        let gap = other.mean - self.mean;
        Self {
            count: self.count + other.count,
            mean: self.mean + gap * m / (n + m),
            squares: self.squares + other.squares + gap * gap * n * m / (n + m),
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
            non_finite,
        }
    }

    /// Merges blocks pairwise in a tree fixed by their number alone, so that the result does not depend on who
    /// computed which block.
    pub fn merge(blocks: &[Self]) -> Self {
        match blocks {
            [] => Self::default(),
            [one] => *one,
            _ => {
                let (left, right) = blocks.split_at(blocks.len().next_power_of_two() / 2);
                Self::merge(left).merged(&Self::merge(right))
            }
        }
    }

    /// Unbiased variance; NaN below two values.
    pub fn variance(&self) -> f64 {
        if self.count < 2 { f64::NAN } else { self.squares / (self.count - 1) as f64 }
    }

    /// Standard error of the mean; NaN below two values.
    pub fn standard_error(&self) -> f64 {
        (self.variance() / self.count as f64).sqrt()
    }

    /// Σ (x − centre)² about any centre.
    pub fn squares_about(&self, centre: f64) -> f64 {
        self.squares + self.count as f64 * (self.mean - centre).powi(2)
    }

    /// The share of the sum of squared deviations that the single most extreme value holds; 0 for a constant sample.
    ///
    /// With a finite variance it vanishes as the sample grows; with tails of index α < 2 its mean stays near
    /// 1 − α/2 (Darling 1952), so a share that does not shrink betrays an infinite variance.
    pub fn largest_share(&self) -> f64 {
        if self.squares <= 0.0 {
            return 0.0;
        }
        let extreme = (self.maximum - self.mean).max(self.mean - self.minimum);
        (extreme * extreme / self.squares).min(1.0)
    }

    /// Whether the tails forbid a standard error: one of at least 256 values holds more of the sum of squares than
    /// 0.15 + 100/count, which exponential tails exceed with a probability below 10⁻³.
    pub fn heavy_tailed(&self) -> bool {
        self.count >= 256 && self.largest_share() > 0.15 + 100.0 / self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand_distr::{Cauchy, Distribution, Exp1, StandardNormal};

    fn normals(n: usize) -> Vec<f64> {
        let mut stream = SeedPath::root(1).child("moments").stream();
        (0..n).map(|_| 1e6 + Distribution::<f64>::sample(&StandardNormal, &mut stream)).collect()
    }

    /// Two-pass sums are the independent path.
    #[test]
    fn merging_in_blocks_equals_two_passes() {
        let values = normals(1000);
        let mean = values.iter().sum::<f64>() / 1000.0;
        let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
        for block in [1, 7, 32, 1000] {
            let blocks: Vec<Moments> = values.chunks(block).map(Moments::of).collect();
            let merged = Moments::merge(&blocks);
            assert_eq!(merged.count, 1000);
            assert!((merged.mean - mean).abs() < 1e-9 && (merged.squares - squares).abs() < 1e-6 * squares);
        }
        assert!((Moments::of(&values).variance() - 1.0).abs() < 0.15);
    }

    #[test]
    fn what_is_not_finite_is_counted_apart() {
        let moments = Moments::of(&[1.0, f64::NAN, 3.0, f64::INFINITY]);
        assert_eq!((moments.count, moments.mean, moments.non_finite), (2, 2.0, 2));
        assert!(Moments::of(&[1.0]).standard_error().is_nan());
        let empty = Moments::default().merged(&moments);
        assert_eq!(empty, moments);
    }

    #[test]
    fn infinite_variance_is_noticed_and_finite_variance_is_not() {
        let mut noticed = 0;
        for trial in 0..100 {
            let mut stream = SeedPath::root(2).block(trial).stream();
            let cauchy = Cauchy::new(0.0, 1.0).unwrap();
            let heavy: Vec<f64> = (0..4096).map(|_| cauchy.sample(&mut stream)).collect();
            noticed += u32::from(Moments::of(&heavy).heavy_tailed());
            let light: Vec<f64> = (0..256).map(|_| Exp1.sample(&mut stream)).collect();
            assert!(!Moments::of(&light).heavy_tailed(), "an exponential sample was called heavy-tailed");
        }
        assert!(noticed > 80, "only {noticed} of 100 Cauchy samples were noticed");
    }
}
