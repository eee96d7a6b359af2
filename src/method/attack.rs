//! Attacks on an inequality: from the points where its margin is least, downhill to where it might break.

use super::setting::Setting;
use crate::assumption::Point;
use crate::eval::{Program, Value};
use crate::expr::{Link, Relation, Sort, Symbol};
use crate::numeric::Rational;
use crate::numeric::float::{F64, nearest};

/// How many points are started from.
const STARTS: usize = 3;

/// Halvings of the step before a descent ends.
const HALVINGS: usize = 24;

/// Admissible points at which the margin of an order relation is locally least, found in `f64`. They are candidates: whether
/// the relation fails there is for an enclosure to say.
pub(super) fn low_margins(link: &Link, setting: &Setting<'_>) -> Vec<Point> {
    let (Ok(left), Ok(right)) = (Program::compile(&link.left), Program::compile(&link.right)) else {
        return Vec::new();
    };
    let upward = matches!(link.relation, Relation::Less | Relation::LessOrEqual);
    let margin = |point: &Point| -> Option<f64> {
        let at = point.map(nearest);
        let value = |p: &Program| p.evaluate(&F64, &at).ok().and_then(|v| v.as_scalar().copied());
        let (left, right) = (value(&left)?, value(&right)?);
        let gap = if upward { right - left } else { left - right };
        let relative = gap / left.abs().max(right.abs()).max(f64::MIN_POSITIVE);
        relative.is_finite().then_some(relative)
    };
    let mut starts: Vec<(f64, &Point)> = setting.points.iter().filter_map(|p| Some((margin(p)?, p))).collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let movable: Vec<Symbol> =
        setting.sampler.variables().filter(|d| *d.symbol.sort() == Sort::Real).map(|d| d.symbol.clone()).collect();
    starts.truncate(STARTS);
    let ends = starts.into_iter().map(|(start, point)| descend(start, point, &movable, setting, &margin));
    ends.collect()
}

/// Coordinate descent with halved steps; stays on multiples of a power of two, so that witnesses stay short.
fn descend(
    start: f64,
    from: &Point,
    movable: &[Symbol],
    setting: &Setting<'_>,
    margin: &dyn Fn(&Point) -> Option<f64>,
) -> Point {
    let (mut least, mut point) = (start, from.clone());
    let mut step = Rational::ONE;
    for _ in 0..HALVINGS {
        let mut moved = false;
        for symbol in movable {
            for direction in [&step, &-step.clone()] {
                let Some(Value::Scalar(x)) = point.get(symbol) else { continue };
                let mut next = point.clone();
                next.set(symbol, Value::Scalar(x + direction));
                if !setting.sampler.contains(&next) {
                    continue;
                }
                if let Some(m) = margin(&next)
                    && m < least
                {
                    (least, point, moved) = (m, next, true);
                    break;
                }
            }
        }
        if !moved {
            step /= Rational::from(2);
        }
    }
    point
}
