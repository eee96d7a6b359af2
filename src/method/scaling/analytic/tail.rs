//! What the tail of a sequence says about its limit.

use super::path::Step;
use crate::expr::{Order, Relation};
use crate::method::simulation::wording::significant;

/// Largest distance from the limit at which two formulas agree.
const MARGIN: f64 = 1e-3;

/// The same where the approach is logarithmic and extrapolation is less sure.
const SLOW_MARGIN: f64 = 2e-2;

/// What the estimate of a limit's uncertainty may miss: within the margin, a limit that is farther off than this and than ten
/// uncertainties is neither the claimed one nor clearly another.
const FLOOR: f64 = 1e-6;

/// An accelerated limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Accelerated {
    limit: f64,
    uncertainty: f64,
    /// Whether the approach is slower than any power.
    slow: bool,
}

/// The limit of a sequence at geometric sizes: Aitken's Δ² where its differences shrink geometrically (a power law),
/// Neville's extrapolation in 1/k where they shrink like a power of k (a logarithmic law). The uncertainty is the change
/// from the same estimate without the last term. `None` where the differences do not shrink.
fn accelerate(values: &[f64], blur: f64) -> Option<Accelerated> {
    let n = values.len();
    if n < 5 {
        return None;
    }
    let last = values[n - 1];
    let step = |k: usize| values[n - k] - values[n - k - 1];
    let noise = blur * last.abs().max(1.0) + 1e-14 * last.abs();
    if step(1).abs() <= 2.0 * noise && step(2).abs() <= 4.0 * noise + 0.1 * MARGIN * last.abs() {
        return Some(Accelerated { limit: last, uncertainty: 2.0 * noise + step(1).abs(), slow: false });
    }
    let (ratio, before) = (step(1) / step(2), step(2) / step(3));
    if !ratio.is_finite() || ratio.abs() >= 0.97 {
        return None;
    }
    // A power law keeps its ratio; that of a logarithmic law creeps up to one.
    let steady = ratio.abs() < 0.85 && (ratio - before).abs() < 0.01;
    if ratio.abs() < 0.6 || steady {
        let aitken = |k: usize| {
            let (d1, d2) = (step(k), step(k + 1));
            values[n - k] - d1 * d1 / (d1 - d2)
        };
        let (now, before) = (aitken(1), aitken(2));
        return Some(Accelerated { limit: now, uncertainty: (now - before).abs() + 4.0 * noise, slow: false });
    }
    let neville = |end: usize, order: usize| {
        let x: Vec<f64> = (end - order..=end).map(|k| 1.0 / (k + 1) as f64).collect();
        let mut p: Vec<f64> = values[end - order..=end].to_vec();
        for m in 1..=order {
            for i in 0..=order - m {
                p[i] = (x[i] * p[i + 1] - x[i + m] * p[i]) / (x[i] - x[i + m]);
            }
        }
        p[0]
    };
    let order = 3.min(n - 2);
    let (now, before) = (neville(n - 1, order), neville(n - 2, order));
    let lower = neville(n - 1, order - 1);
    let uncertainty = (now - before).abs().max((now - lower).abs());
    Some(Accelerated { limit: now, uncertainty, slow: true })
}

fn margin(slow: bool) -> f64 {
    if slow { SLOW_MARGIN } else { MARGIN }
}

/// Whether a limit that is so far off the claimed one, with such an uncertainty, may be the claimed one.
fn is_met(off: f64, uncertainty: f64, slow: bool) -> bool {
    off + 3.0 * uncertainty <= margin(slow) && (slow || off <= (10.0 * uncertainty).max(FLOOR))
}

/// What the sizes say at one point of the other symbols.
pub(super) enum Told {
    Agrees {
        off: f64,
        slow: bool,
    },
    Contradicts {
        summary: String,
    },
    Unclear(String),
    /// A ratio with a side that is zero at all sizes says nothing.
    Degenerate,
}

impl Told {
    fn weight(&self) -> (u8, f64) {
        match self {
            Self::Degenerate => (0, 0.0),
            Self::Agrees { off, .. } => (1, *off),
            Self::Unclear(_) => (2, 0.0),
            Self::Contradicts { .. } => (3, 0.0),
        }
    }

    /// Whether the other says more against the claim.
    pub(super) fn is_milder_than(&self, other: &Self) -> bool {
        self.weight() < other.weight()
    }
}

/// A ratio that changes like a smaller power of the size than this has settled.
const STEADY: f64 = 1e-6;

/// Whether a ratio that still moves comes to rest at a number: its logarithm changes by amounts that shrink geometrically from
/// size to size, as in 1 + n^{−δ}, or faster than one over the logarithm of the size to the power 3/2, as in 1 + 1/log n.
/// Those of log n and log log n do neither, those of a small power of n do not shrink at all.
fn levels_off(steps: &[Step]) -> bool {
    const LOOKED_AT: usize = 7;
    /// Differences of shrinking factors below this are rounding.
    const ROUNDING: f64 = 1e-6;
    /// What shrinks by less than this from size to size does not come to rest within any size that matters.
    const SHRINKING: f64 = 0.98;
    let Some(tail) = steps.len().checked_sub(LOOKED_AT).map(|from| &steps[from..]) else { return false };
    let slopes: Vec<(f64, f64)> = tail
        .windows(2)
        .map(|w| {
            let (a, b) = (w[0].size.ln(), w[1].size.ln());
            (f64::midpoint(a, b), (w[1].ratio.ln() - w[0].ratio.ln()) / (b - a))
        })
        .collect();
    let shrinking: Vec<f64> = slopes.windows(2).map(|w| w[1].1 / w[0].1).collect();
    if shrinking.iter().any(|r| !(*r > 0.0 && *r < 1.0)) {
        return false;
    }
    let geometric =
        shrinking.iter().all(|r| *r < SHRINKING) && shrinking.windows(2).all(|r| r[1] <= r[0] * (1.0 + ROUNDING));
    let (first, last) = (slopes[0], slopes[slopes.len() - 1]);
    let power = (first.1 / last.1).ln() / (last.0 / first.0).ln();
    geometric || power > 1.5
}

pub(super) fn judge(relation: Relation, steps: &[Step]) -> Told {
    if steps.len() < 5 {
        return Told::Unclear(format!("only {} sizes have a finite value", steps.len()));
    }
    let blur = steps.iter().map(|s| s.blur).fold(0.0, f64::max);
    let zero = |side: &dyn Fn(&Step) -> f64| steps.iter().all(|s| side(s) == 0.0);
    let (no_left, no_right) = (zero(&|s| s.left), zero(&|s| s.right));
    if no_left || no_right {
        return beside_zero(relation, steps, no_left && no_right, if no_left { |s| s.right } else { |s| s.left }, blur);
    }
    let tail = &steps[steps.len() - 4..];
    let in_range = steps.iter().all(|s| s.left.is_finite() && s.right.is_finite());
    let slope = |f: &dyn Fn(&Step) -> f64| {
        let (a, b) = (&tail[0], &tail[3]);
        (f(b) / f(a)).abs().ln() / (b.size / a.size).ln()
    };
    if relation == Relation::SameOrder {
        let ratio = |s: &Step| s.ratio;
        let exponent = slope(&ratio);
        let positive = tail.iter().all(|s| ratio(s) > 0.0);
        return match exponent.abs() {
            e if positive && (e < STEADY || levels_off(steps)) => Told::Agrees { off: e, slow: e >= STEADY },
            e if e > 0.1 => Told::Contradicts {
                summary: format!("The ratio of the two sides goes like the size to the power {exponent:.3}."),
            },
            _ => Told::Unclear(format!("the ratio goes like the size to the power {exponent:.3}")),
        };
    }
    // The limit of the right-hand side is compared by the difference; where both sides grow or vanish, by the ratio.
    let right_moves = !in_range || (tail[3].right - tail[0].right).abs() > 1e-9 * tail[3].right.abs();
    let by_ratio = right_moves || relation == Relation::Asymptotic;
    let values: Vec<f64> =
        if by_ratio { steps.iter().map(|s| s.ratio).collect() } else { steps.iter().map(|s| s.left).collect() };
    let goal = if by_ratio { 1.0 } else { tail[3].right };
    if values.iter().any(|v| !v.is_finite()) {
        return Told::Unclear("the ratio of the two sides is not finite".to_owned());
    }
    let scale = if goal == 0.0 { 1.0 } else { goal.abs() };
    match accelerate(&values, blur) {
        Some(a) => {
            let off = (a.limit - goal).abs() / scale;
            let uncertainty = a.uncertainty / scale;
            if is_met(off, uncertainty, a.slow) {
                Told::Agrees { off: off + 3.0 * uncertainty, slow: a.slow }
            } else if off > margin(a.slow) + 10.0 * uncertainty && (!a.slow || off > 0.1) {
                let what = if by_ratio { "The ratio of the two sides" } else { "The left-hand side" };
                Told::Contradicts {
                    summary: format!(
                        "{what} tends to {} with an uncertainty of {}, not to {}.",
                        significant(a.limit, 6),
                        significant(a.uncertainty.max(f64::MIN_POSITIVE), 1),
                        significant(goal, 6)
                    ),
                }
            } else {
                Told::Unclear(format!(
                    "the limit is {} within {}",
                    significant(a.limit, 6),
                    significant(a.uncertainty, 1)
                ))
            }
        }
        None => {
            let exponent = slope(&|s| if by_ratio { s.ratio } else { s.left });
            // A steady power of the size is not an approach to a number.
            if exponent > 0.1 && values[values.len() - 1].abs() > 10.0 * scale {
                let what = if by_ratio { "ratio of the two sides" } else { "left-hand side" };
                Told::Contradicts { summary: format!("The {what} grows like the size to the power {exponent:.3}.") }
            } else {
                Told::Unclear("the values do not settle".to_owned())
            }
        }
    }
}

/// One side is exactly zero at all sizes: a ratio says nothing, and an equality in the limit says that the other side vanishes.
fn beside_zero(relation: Relation, steps: &[Step], both: bool, other: fn(&Step) -> f64, blur: f64) -> Told {
    if both {
        return Told::Agrees { off: 0.0, slow: false };
    }
    if matches!(relation, Relation::Asymptotic | Relation::SameOrder) {
        return Told::Degenerate;
    }
    let values: Vec<f64> = steps.iter().map(other).collect();
    let largest = values.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    match accelerate(&values, blur) {
        Some(a) => {
            let (off, uncertainty) = (a.limit.abs() / largest, a.uncertainty / largest);
            if is_met(off, uncertainty, a.slow) {
                Told::Agrees { off: off + 3.0 * uncertainty, slow: a.slow }
            } else if off > margin(a.slow) + 10.0 * uncertainty && (!a.slow || off > 0.1) {
                let (limit, error) = (significant(a.limit, 6), significant(a.uncertainty.max(f64::MIN_POSITIVE), 1));
                Told::Contradicts {
                    summary: format!("One side is zero and the other tends to {limit} with an uncertainty of {error}."),
                }
            } else {
                Told::Unclear("one side is zero, and the other does not settle".to_owned())
            }
        }
        None if values[values.len() - 1].abs() > 10.0 * values[0].abs() => {
            Told::Contradicts { summary: "One side is zero and the other grows without end.".to_owned() }
        }
        None => Told::Unclear("one side is zero, and the other does not settle".to_owned()),
    }
}

/// Whether the left side is of the order of the right one: their ratio stays bounded, or vanishes.
pub(super) fn judge_order(order: Order, steps: &[Step]) -> Told {
    if steps.len() < 6 {
        return Told::Unclear(format!("only {} sizes have a finite value", steps.len()));
    }
    let ratios: Vec<f64> = steps.iter().map(|s| s.ratio.abs()).collect();
    if steps.iter().all(|s| s.left == 0.0) {
        return Told::Agrees { off: 0.0, slow: false };
    }
    if ratios.iter().any(|r| !r.is_finite()) {
        return Told::Degenerate;
    }
    // The largest ratio of the later half beside that of the earlier one: also where the ratio oscillates.
    let middle = steps.len() / 2;
    let largest = |part: &[f64]| part.iter().fold(0.0, |m: f64, r| m.max(*r));
    let growth = (largest(&ratios[middle..]) / largest(&ratios[..middle])).ln();
    let exponent = growth / (steps[steps.len() - 1].size / steps[middle - 1].size).ln();
    let off = exponent.max(0.0);
    let (bounded, growing) = match order {
        Order::Big => (exponent < 0.02, exponent > 0.1),
        Order::Little => (exponent < -0.1, exponent > 0.02),
    };
    if bounded {
        Told::Agrees { off, slow: false }
    } else if growing {
        let summary = format!("The remainder over its claimed order goes like the size to the power {exponent:.3}.");
        Told::Contradicts { summary }
    } else {
        Told::Unclear(format!("the remainder over its claimed order goes like the size to the power {exponent:.3}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, Told, accelerate, is_met, judge};
    use crate::expr::Relation;

    fn at(steps: u32, f: impl Fn(f64) -> f64) -> Vec<f64> {
        (1..=steps).map(|k| f(10f64.powi(k as i32))).collect()
    }

    #[test]
    fn a_limit_that_is_known_better_than_it_agrees_is_not_met() {
        assert!(is_met(1e-12, 1e-12, false) && is_met(5e-7, 1e-12, false) && is_met(2e-4, 5e-5, false));
        assert!(!is_met(5e-4, 1e-12, false) && !is_met(2e-5, 1e-6, false));
        assert!(!is_met(1e-5, 1e-3, false), "an estimate that is too coarse says nothing");
        assert!(is_met(1e-2, 1e-4, true) && !is_met(3e-2, 1e-4, true));
    }

    #[test]
    fn the_same_order_is_told_from_a_slow_growth() {
        let agrees = |f: &dyn Fn(f64) -> f64| {
            let step = |k: i32| {
                let size = 10f64.powi(k);
                Step { size, value: size, left: f(size), right: 1.0, ratio: f(size), blur: 1e-16 }
            };
            let steps: Vec<Step> = (1..=16).map(step).collect();
            matches!(judge(Relation::SameOrder, &steps), Told::Agrees { .. })
        };
        assert!(agrees(&|_| 3.0) && agrees(&|n| 2.0 + 1.0 / n));
        assert!(agrees(&|n| 1.0 + n.powf(-0.05)) && agrees(&|n| 1.0 + 1.0 / n.ln()));
        assert!(!agrees(&|n| n) && !agrees(&|n| 1.0 / n) && !agrees(&|n| n.powf(1.0 / 3.0)));
        assert!(!agrees(&|n| n.powf(0.01)) && !agrees(&f64::ln) && !agrees(&|n| 1.0 / n.ln()));
        assert!(!agrees(&|n| n.ln().ln()) && !agrees(&|n| n.ln().sqrt()) && !agrees(&|n| -1.0 - 1.0 / n));
    }

    #[test]
    fn power_laws_logarithms_and_constants_are_accelerated() {
        let power = accelerate(&at(8, |n| 2.0 + 3.0 / n.sqrt()), 1e-16).unwrap();
        assert!((power.limit - 2.0).abs() < 1e-9 && power.uncertainty < 1e-6 && !power.slow);
        let log = accelerate(&at(12, |n| 1.0 + 0.5 / n.ln()), 1e-16).unwrap();
        assert!((log.limit - 1.0).abs() < 1e-6 && log.slow, "{log:?}");
        let loglog = accelerate(&at(12, |n| 1.0 + n.ln().ln() / n.ln()), 1e-16);
        assert!(loglog.is_none_or(|a| (a.limit - 1.0).abs() < 10.0 * a.uncertainty + 0.1), "{loglog:?}");
        let constant = accelerate(&at(8, |_| 4.0), 1e-16).unwrap();
        assert_eq!(constant.limit, 4.0);
        assert!(accelerate(&at(8, f64::ln), 1e-16).is_none() || accelerate(&at(8, f64::ln), 1e-16).unwrap().slow);
        assert!(accelerate(&at(8, |n| n), 1e-16).is_none());
    }
}
