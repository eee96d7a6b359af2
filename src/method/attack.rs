//! Attacks on an inequality: from the points where its margin is least, and from points far out and close to the bounds,
//! downhill to where it might break.
//!
//! Everything here is `f64` and proves nothing: what is found are candidates, and whether the relation fails there is for
//! an enclosure to say.

use super::setting::Setting;
use crate::assumption::Point;
use crate::claim::Domain;
use crate::eval::{Assignment, Meter, Program, Value};
use crate::expr::{Expr, Kind, Link, Relation, Sort, Symbol, walk};
use crate::numeric::Function;
use crate::numeric::Rational;
use crate::numeric::float::{F64, nearest};
use std::collections::BTreeSet;

/// Evaluations of both sides, in units of the estimate of [`walk::weight`].
const WORK: usize = 600_000;
/// Operations that all evaluations of an attack may take.
const STEPS: u64 = 1_500_000;
/// Evaluations of both sides at least and at most.
const EVALUATIONS: (usize, usize) = (80, 3000);
/// Descents per measure of the margin.
const STARTS: usize = 3;
/// Points from which far and near ones are derived.
const PROBED: usize = 6;
/// Coordinates that are moved at most.
const COORDINATES: usize = 16;
/// Numbers that count as close to the origin.
const MODERATE: f64 = 60.0;
/// Numbers are not moved beyond this.
const FARTHEST: f64 = 1e9;
/// A margin below this is zero to rounding.
const TOUCHING: f64 = 1e-12;

/// What an attack ends with.
pub(super) struct Attack {
    /// Admissible points at which the margin is least, and simple points next to them.
    pub(super) candidates: Vec<Point>,
    /// A local minimum of the margin, not at the end of any range, at which it is zero to rounding.
    pub(super) touches: Option<Point>,
    /// The least margin that was met, beside the larger side.
    pub(super) least: f64,
}

/// Attacks an order relation.
pub(super) fn attack(link: &Link, setting: &Setting<'_>) -> Attack {
    let mut out = Attack { candidates: Vec::new(), touches: None, least: f64::INFINITY };
    let (Ok(left), Ok(right)) = (Program::compile(&link.left), Program::compile(&link.right)) else { return out };
    let meter = Meter::new(STEPS);
    let (left, right) = (left.metered(&meter), right.metered(&meter));
    let long = [&link.left, &link.right].iter().any(|e| {
        walk::any(e, &mut |e| matches!(&*e.kind, Kind::Fold(..) | Kind::Expectation(..) | Kind::Integral(..)))
    });
    let weight = walk::weight(&link.left) + walk::weight(&link.right);
    let mut hunter = Hunter {
        setting,
        left,
        right,
        upward: matches!(link.relation, Relation::Less | Relation::LessOrEqual),
        coordinates: coordinates(setting),
        long,
        left_over: (WORK / weight.max(1)).clamp(EVALUATIONS.0, EVALUATIONS.1),
    };
    let starts = hunter.starts();
    for measure in [Measure::Relative, Measure::Absolute] {
        let mut ranked: Vec<(f64, &Assignment<f64>)> =
            starts.iter().filter_map(|(at, gap)| Some((measure.of(*gap)?, at))).collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        // The points of the setting beside those far out: a periodic function has low margins everywhere.
        let moderate = |k: &usize| largest(ranked[*k].1) <= MODERATE;
        let own: Vec<usize> = (0..ranked.len()).filter(moderate).take(STARTS).collect();
        // And from where the sides differ: at a tie, where both vanish, no single step may lead downhill.
        let apart = |k: &usize| ranked[*k].0.abs() > TOUCHING && moderate(k);
        let mut chosen: Vec<usize> = (0..ranked.len()).filter(apart).take(STARTS).collect();
        chosen
            .extend((0..ranked.len().min(STARTS)).chain(own).filter(|k| !chosen.contains(k)).collect::<BTreeSet<_>>());
        for (value, at) in chosen.into_iter().map(|k| ranked[k]) {
            out.candidates.extend(exactly(at));
            let (value, end) = hunter.descend(measure, value, at.clone());
            if let Some(relative) = hunter.gap(&end).and_then(|gap| Measure::Relative.of(gap)) {
                out.least = out.least.min(relative);
            }
            if value.abs() < TOUCHING && out.touches.is_none() && hunter.is_interior(measure, value, &end) {
                out.touches = exactly(&end);
            }
            out.candidates.extend(simply(&end));
            out.candidates.extend(exactly(&end));
        }
    }
    out.candidates.retain(|p| setting.sampler.contains(p));
    out.candidates.dedup();
    out
}

/// Admissible points at which two sides with jumps look different in `f64`: an equality that holds between some jumps may
/// fail between others, and points that happen to lie well would never show it.
pub(super) fn between_jumps(link: &Link, setting: &Setting<'_>) -> Vec<Point> {
    const LOOKS: usize = 160;
    const ENOUGH: usize = 3;
    const DIFFERENT: f64 = 1e-6;
    // Steps of different numbers are incommensurable, so that they fall everywhere between the jumps of both.
    const STEPS: [f64; 3] = [0.618_033_988_75, 0.414_213_562_37, 0.732_050_807_57];
    let jumps = |e: &Expr| {
        walk::any(e, &mut |e| match &*e.kind {
            Kind::Function(f, _) => {
                matches!(f, Function::Floor | Function::Ceil | Function::Sign | Function::Heaviside)
            }
            Kind::Cases(..) => true,
            _ => false,
        })
    };
    if !(jumps(&link.left) || jumps(&link.right)) {
        return Vec::new();
    }
    let (Ok(left), Ok(right)) = (Program::compile(&link.left), Program::compile(&link.right)) else {
        return Vec::new();
    };
    let weight = walk::weight(&link.left) + walk::weight(&link.right);
    let looks = LOOKS.min(WORK / weight.max(1));
    let mut found = Vec::new();
    let coordinates = coordinates(setting);
    for look in 0..looks {
        let Some(point) = setting.points.get(look % setting.points.len().max(1)) else { break };
        let round = (look / setting.points.len() + 1) as f64;
        let mut at = point.map(nearest);
        for (k, coordinate) in coordinates.iter().enumerate() {
            let Coordinate::Entry { symbol, entry, whole: false, .. } = coordinate else { continue };
            let Some(value) = at.get(symbol).cloned() else { continue };
            let Some(x) = value.entries().get(*entry).copied() else { continue };
            let shift = (round * STEPS[k % STEPS.len()] * (1.0 + k as f64)).fract() - 0.5;
            at = with(&at, symbol, &value, *entry, x + shift);
        }
        let value = |p: &Program| p.evaluate(&F64, &at).ok();
        let (Some(x), Some(y)) = (value(&left), value(&right)) else { continue };
        let pairs = x.entries().iter().zip(y.entries());
        let different = pairs.into_iter().any(|(x, y)| (x - y).abs() > DIFFERENT * (1.0 + x.abs().max(y.abs())));
        if different && let Some(point) = exactly(&at).filter(|p| setting.sampler.contains(p)) {
            found.push(point);
        }
        if found.len() >= ENOUGH {
            break;
        }
    }
    found
}

/// How large a margin is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// Beside the larger side.
    Relative,
    /// Beside one and the larger side: where one side is zero the other measure says nothing.
    Absolute,
}

impl Measure {
    fn of(self, (gap, scale): (f64, f64)) -> Option<f64> {
        let value = match self {
            Self::Relative => gap / scale.max(f64::MIN_POSITIVE),
            Self::Absolute => gap / (1.0 + scale),
        };
        value.is_finite().then_some(value)
    }
}

/// One way in which a point may be moved within the sorts and domains of its symbols.
enum Coordinate {
    /// A number, or an entry of an array.
    Entry { symbol: Symbol, entry: usize, whole: bool, range: (f64, f64) },
    /// Two entries of a symmetric matrix.
    Pair(Symbol, usize, usize),
    /// A row and a column of a positive definite matrix, by a factor.
    Stretch(Symbol, usize),
    /// Everything off the diagonal of a positive definite matrix, by a factor below one.
    Shrink(Symbol),
    /// A whole array by a factor, down to zero.
    Whole(Symbol),
}

/// The ways to move that fit the first point's sizes; those of other sizes have no such entry and are skipped there.
fn coordinates(setting: &Setting<'_>) -> Vec<Coordinate> {
    let Some(first) = setting.points.iter().max_by_key(|p| p.values().map(|(_, v)| v.entries().len()).sum::<usize>())
    else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for d in setting.sampler.variables() {
        let (symbol, Some(value)) = (&d.symbol, first.get(&d.symbol)) else { continue };
        let end = |bound: Option<&(Rational, bool)>, none: f64| bound.map_or(none, |(b, _)| nearest(b));
        let range = match &d.domain {
            Domain::Interval { lower, upper } => {
                (end(lower.as_ref(), f64::NEG_INFINITY), end(upper.as_ref(), f64::INFINITY))
            }
            Domain::PositiveEntries => (0.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let (rows, columns) = value.shape();
        match (&d.domain, symbol.sort()) {
            (Domain::Signs | Domain::Orthogonal, _) | (_, Sort::Index(_)) => {}
            (Domain::PositiveDefinite, Sort::Matrix(..)) => {
                out.push(Coordinate::Shrink(symbol.clone()));
                out.extend((0..rows).map(|i| Coordinate::Stretch(symbol.clone(), i)));
            }
            (Domain::Symmetric, Sort::Matrix(..)) => {
                let pairs = (0..rows).flat_map(|i| (0..=i).map(move |j| (i, j)));
                out.extend(pairs.map(|(i, j)| Coordinate::Pair(symbol.clone(), i, j)));
            }
            (_, sort) => {
                let whole = *sort == Sort::Integer;
                let entry = |entry| Coordinate::Entry { symbol: symbol.clone(), entry, whole, range };
                if !sort.is_scalar() && matches!(d.domain, Domain::All) {
                    out.push(Coordinate::Whole(symbol.clone()));
                }
                out.extend((0..rows * columns).map(entry));
            }
        }
    }
    out.truncate(COORDINATES);
    out
}

struct Hunter<'a> {
    setting: &'a Setting<'a>,
    left: Program,
    right: Program,
    upward: bool,
    coordinates: Vec<Coordinate>,
    /// Whole numbers may count terms, so that large ones are expensive.
    long: bool,
    left_over: usize,
}

impl Hunter<'_> {
    /// By how much the relation holds, and the larger side.
    fn gap(&mut self, at: &Assignment<f64>) -> Option<(f64, f64)> {
        self.left_over = self.left_over.checked_sub(1)?;
        let value = |p: &Program| p.evaluate(&F64, at).ok().and_then(|v| v.as_scalar().copied());
        let (left, right) = (value(&self.left)?, value(&self.right)?);
        let gap = if self.upward { right - left } else { left - right };
        gap.is_finite().then(|| (gap, left.abs().max(right.abs())))
    }

    /// The points of the setting, and points far out and next to the bounds.
    fn starts(&mut self) -> Vec<(Assignment<f64>, (f64, f64))> {
        let given: Vec<Assignment<f64>> = self.setting.points.iter().map(|p| p.map(nearest)).collect();
        let mut all = given.clone();
        for at in given.iter().take(PROBED) {
            let mut everywhere: Vec<Assignment<f64>> = Vec::new();
            for coordinate in &self.coordinates {
                let Coordinate::Entry { symbol, entry, whole, range } = coordinate else { continue };
                let Some(value) = at.get(symbol).filter(|v| *entry < v.entries().len()) else { continue };
                for (rank, x) in far(*range, *whole, self.long).into_iter().enumerate() {
                    all.push(with(at, symbol, value, *entry, x));
                    if everywhere.len() <= rank {
                        everywhere.push(at.clone());
                    }
                    if let Some(value) = everywhere[rank].get(symbol).cloned() {
                        everywhere[rank] = with(&everywhere[rank], symbol, &value, *entry, x);
                    }
                }
            }
            all.extend(everywhere);
        }
        // Half of the work is for the descents.
        let most = self.left_over / 2;
        all.truncate(most);
        let admissible = |at: &Assignment<f64>| exactly(at).is_some_and(|p| self.setting.sampler.contains(&p));
        let all: Vec<Assignment<f64>> = all.into_iter().filter(admissible).collect();
        all.into_iter().filter_map(|at| self.gap(&at).map(|gap| (at, gap))).collect()
    }

    /// Along one coordinate after the other, with steps that grow while they help and shrink when they do not.
    fn descend(&mut self, measure: Measure, start: f64, from: Assignment<f64>) -> (f64, Assignment<f64>) {
        let (mut least, mut at) = (start, from);
        let mut steps: Vec<f64> = vec![0.3; self.coordinates.len()];
        let share = self.left_over / 4;
        let end = self.left_over - share;
        while self.left_over > end && steps.iter().any(|h| *h > 1e-10) {
            for (k, step) in steps.iter_mut().enumerate() {
                let mut helped = false;
                for direction in [1.0, -1.0] {
                    let Some(next) = moved(&at, &self.coordinates[k], direction * *step) else { continue };
                    let Some(value) = self.gap(&next).and_then(|gap| measure.of(gap)) else { continue };
                    if value < least && exactly(&next).is_some_and(|p| self.setting.sampler.contains(&p)) {
                        (least, at, helped) = (value, next, true);
                        break;
                    }
                }
                *step = if helped { (*step * 2.0).min(2.0) } else { *step * 0.4 };
            }
        }
        (least, at)
    }

    /// Whether the margin grows in both directions along some coordinate and shrinks along none.
    fn is_interior(&mut self, measure: Measure, value: f64, at: &Assignment<f64>) -> bool {
        const STEP: f64 = 1e-3;
        self.left_over = self.left_over.max(2 * self.coordinates.len());
        let mut curved = false;
        for k in 0..self.coordinates.len() {
            let mut rises = [0.0; 2];
            for (rise, direction) in rises.iter_mut().zip([STEP, -STEP]) {
                let Some(next) = moved(at, &self.coordinates[k], direction) else { return false };
                let Some(there) = self.gap(&next).and_then(|gap| measure.of(gap)) else { return false };
                *rise = there - value;
            }
            if rises.iter().any(|r| *r < -TOUCHING) {
                return false;
            }
            curved |= rises.iter().all(|r| *r > 100.0 * TOUCHING);
        }
        curved
    }
}

fn largest(at: &Assignment<f64>) -> f64 {
    at.values().flat_map(|(_, v)| v.entries()).fold(0.0, |m: f64, x| m.max(x.abs()))
}

/// Values of a number far from zero and close to its bounds.
fn far((low, high): (f64, f64), whole: bool, long: bool) -> Vec<f64> {
    if whole {
        let most = if long { 64.0 } else { 1024.0 };
        let sizes = [2.0, 3.0, 5.0, 16.0, 24.0, 32.0, 48.0, 64.0, 100.0, 128.0, 200.0, 400.0, 1024.0];
        return sizes.into_iter().filter(|n| *n <= most && (low..=high).contains(n)).collect();
    }
    let mut out = Vec::new();
    for size in [1e2, 1e3, 1e4, 1e6, 1e8] {
        out.extend([size, -size].into_iter().filter(|x| (low..=high).contains(x)));
    }
    for distance in [1e-2, 1e-4, 1e-7] {
        out.extend([low + distance, high - distance].into_iter().filter(|x| x.is_finite()));
    }
    out
}

fn with(at: &Assignment<f64>, symbol: &Symbol, value: &Value<f64>, entry: usize, x: f64) -> Assignment<f64> {
    let mut next = at.clone();
    let mut k = 0;
    let replaced = value.map(|old| {
        k += 1;
        if k - 1 == entry { x } else { *old }
    });
    next.set(symbol, replaced);
    next
}

/// The point moved by a relative step; `None` where the coordinate does not exist or has no room.
fn moved(at: &Assignment<f64>, coordinate: &Coordinate, step: f64) -> Option<Assignment<f64>> {
    let square = |symbol: &Symbol, f: &dyn Fn(usize, usize, f64) -> f64| -> Option<Assignment<f64>> {
        let Some(Value::Array(m)) = at.get(symbol) else { return None };
        let (rows, columns) = m.shape();
        let mut next = at.clone();
        next.set(symbol, Value::Array(nalgebra::DMatrix::from_fn(rows, columns, |i, j| f(i, j, m[(i, j)]))));
        Some(next)
    };
    match coordinate {
        Coordinate::Entry { symbol, entry, whole, range: (low, high) } => {
            let value = at.get(symbol)?;
            let x = *value.entries().get(*entry)?;
            let x = if *whole {
                x + (step.abs() * x.abs().max(2.0)).round().max(1.0).copysign(step)
            } else {
                x + step * x.abs().max(0.25)
            };
            ((*low..=*high).contains(&x) && x.abs() <= FARTHEST).then(|| with(at, symbol, value, *entry, x))
        }
        Coordinate::Pair(symbol, i, j) => square(symbol, &|r, c, x| {
            if (r, c) == (*i, *j) || (c, r) == (*i, *j) { x + step * x.abs().max(0.25) } else { x }
        }),
        Coordinate::Stretch(symbol, i) => {
            let factor = 1.0 + step.max(-0.9);
            square(symbol, &|r, c, x| x * if r == *i { factor } else { 1.0 } * if c == *i { factor } else { 1.0 })
        }
        Coordinate::Shrink(symbol) => {
            let factor = (1.0 - step.abs()).max(0.0);
            (step > 0.0).then(|| square(symbol, &|r, c, x| if r == c { x } else { x * factor })).flatten()
        }
        Coordinate::Whole(symbol) => {
            let factor = (1.0 + step).max(0.0);
            square(symbol, &|_, _, x| x * factor)
        }
    }
}

/// The same numbers as rationals.
fn exactly(at: &Assignment<f64>) -> Option<Point> {
    let finite = at.values().all(|(_, v)| v.entries().iter().all(|x| x.is_finite()));
    finite.then(|| at.map(|x| Rational::try_from(*x).unwrap_or(Rational::ZERO)))
}

/// Simple rationals next to the numbers; arrays as they are, whose structure rounding might break.
fn simply(at: &Assignment<f64>) -> Option<Point> {
    let mut point = exactly(at)?;
    let scalars: Vec<(Symbol, f64)> =
        at.values().filter_map(|(symbol, v)| v.as_scalar().map(|x| (symbol.clone(), *x))).collect();
    for (symbol, x) in scalars {
        if let Some(simple) = simplest(x) {
            point.set(&symbol, Value::Scalar(simple));
        }
    }
    Some(point)
}

/// The first convergent of a continued fraction that is close.
fn simplest(x: f64) -> Option<Rational> {
    const CLOSE: f64 = 1e-5;
    let (mut p, mut q) = ((1_i64, x.floor() as i64), (0_i64, 1_i64));
    let mut rest = x - x.floor();
    if x.abs() > 1e9 {
        return None;
    }
    for _ in 0..12 {
        if (p.1 as f64 / q.1 as f64 - x).abs() <= CLOSE * x.abs().max(1e-3) {
            return Some(Rational::from_parts(p.1.into(), q.1.unsigned_abs().into()));
        }
        if rest < 1e-12 {
            return None;
        }
        let digit = (1.0 / rest).floor();
        rest = 1.0 / rest - digit;
        let digit = digit as i64;
        p = (p.1, digit.checked_mul(p.1)?.checked_add(p.0)?);
        q = (q.1, digit.checked_mul(q.1)?.checked_add(q.0)?);
        if q.1 > 200 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_numbers_are_recognised() {
        for (x, p, q) in [(0.499_999_9, 1, 2), (1.333_333_4, 4, 3), (-0.25, -1, 4), (3.0, 3, 1)] {
            assert_eq!(simplest(x), Some(Rational::from_parts(p.into(), (q as u64).into())), "{x}");
        }
        assert_eq!(simplest(std::f64::consts::E), None);
    }

    #[test]
    fn values_far_out_stay_in_the_range() {
        assert!(far((0.0, 1.0), false, false).iter().all(|x| (0.0..=1.0).contains(x)));
        assert!(far((1.0, f64::INFINITY), true, true).iter().all(|n| *n <= 64.0));
        assert!(far((f64::NEG_INFINITY, f64::INFINITY), false, false).contains(&-1e8));
    }
}
