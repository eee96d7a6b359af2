//! The equivalence decision: an interval against a margin that was fixed before a number was drawn.

use super::Interval;

/// Which deviations from the prediction count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Both: measured = predicted.
    Both,
    /// Only an excess: measured ≤ predicted.
    Above,
    /// Only a shortfall: measured ≥ predicted.
    Below,
}

/// What an interval says about a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equivalence {
    /// The whole interval lies inside the margin.
    Agrees,
    /// The interval excludes the whole margin.
    Contradicts,
    /// Neither: a narrower interval would tell.
    Continue,
}

/// Compares the interval of a measured mean with `prediction ± margin`, both ends included.
///
/// The margin must be finite and not negative; a margin or prediction that is NaN gives [`Equivalence::Continue`].
pub fn equivalence(measured: Interval, prediction: f64, margin: f64, side: Side) -> Equivalence {
    let above = (measured.low > prediction + margin, measured.high <= prediction + margin);
    let below = (measured.high < prediction - margin, measured.low >= prediction - margin);
    let (excluded, inside) = match side {
        Side::Both => (above.0 || below.0, above.1 && below.1),
        Side::Above => above,
        Side::Below => below,
    };
    match (excluded, inside) {
        (true, _) => Equivalence::Contradicts,
        (false, true) => Equivalence::Agrees,
        (false, false) => Equivalence::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_position_of_the_interval() {
        let at = |low, high, side| equivalence(Interval { low, high }, 1.0, 0.1, side);
        use Equivalence::{Agrees, Continue, Contradicts};
        for (low, high, both, above, below) in [
            (0.5, 0.8, Contradicts, Agrees, Contradicts),
            (0.8, 1.0, Continue, Agrees, Continue),
            (0.95, 1.05, Agrees, Agrees, Agrees),
            (1.05, 1.2, Continue, Continue, Agrees),
            (1.2, 1.3, Contradicts, Contradicts, Agrees),
            (0.5, 1.5, Continue, Continue, Continue),
        ] {
            assert_eq!(at(low, high, Side::Both), both);
            assert_eq!(at(low, high, Side::Above), above);
            assert_eq!(at(low, high, Side::Below), below);
        }
        let nan = equivalence(Interval { low: 0.0, high: 0.0 }, f64::NAN, 0.1, Side::Both);
        assert_eq!(nan, Equivalence::Continue);
    }
}
