//! Statistics: mergeable moments, confidence sequences that stay valid at every look, equivalence decisions, the
//! Kolmogorov–Smirnov test, and weighted fits with their extrapolation in the size.

mod crossing;
mod equivalence;
mod extrapolation;
mod fit;
mod kolmogorov;
mod leading;
mod moments;
mod normal;
mod sequence;

pub use crossing::{crossing, level_crossing};
pub use equivalence::{Equivalence, Side, equivalence};
pub use extrapolation::{Candidate, Correction, Extrapolated, ExtrapolationError, Observation, extrapolate};
pub use fit::{Fit, FitError, weighted_least_squares};
pub use kolmogorov::{KolmogorovSmirnov, kolmogorov_smirnov};
pub use leading::{Leading, leading_behaviour};
pub use moments::Moments;
pub use normal::{normal_density, normal_quantile, normal_tail};
pub use sequence::ConfidenceSequence;

/// A closed interval of real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The interval of half-width `radius` around `centre`.
    pub fn around(centre: f64, radius: f64) -> Self {
        Self { low: centre - radius, high: centre + radius }
    }

    /// Whether a number belongs to it.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The midpoint.
    pub fn centre(self) -> f64 {
        0.5 * (self.low + self.high)
    }

    /// Half of the width.
    pub fn radius(self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// The common part, if there is one.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let both = Self { low: self.low.max(other.low), high: self.high.min(other.high) };
        (both.low <= both.high).then_some(both)
    }

    /// The smallest interval that covers both.
    pub fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}
