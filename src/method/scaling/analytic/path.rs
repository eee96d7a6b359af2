//! Both sides at sizes that grow by a constant factor.

use crate::claim::{Claim, Domain, Limit, Role};
use crate::eval::{Assignment, Program, Value};
use crate::expr::walk::any;
use crate::expr::{Kind, Link, Sort, Symbol};
use crate::numeric::Arithmetic;
use crate::numeric::ball::Balls;

/// Sizes tried at most.
const STEPS: u32 = 12;

/// Sizes that are enough: no slower path is tried.
const ENOUGH: usize = 7;

/// Relative width from which an interval counts as blurred.
const SHARP: f64 = 1e-12;

/// Precision at which a blurred side is evaluated again: enough for a cancellation of sixty digits.
const BITS: usize = 256;

/// A sequence of values of the limit's symbol, towards its target, each with the size that it stands for.
pub(super) type Path = Vec<(f64, f64)>;

/// By which factors the sizes may grow, the preferred one first: slower ones where the faster leave the range of numbers
/// after a few steps. The confirming look of a contradiction has factors of its own.
pub(super) fn factors(
    claim: &Claim,
    limit: &Limit,
    link: &Link,
    target: Option<f64>,
    confirming: bool,
) -> Vec<(f64, u32)> {
    // Long sums cost their length, arrays its cube.
    let is_dimension = claim.declarations.iter().any(|d| d.symbol == limit.symbol && matches!(d.role, Role::Dimension));
    let long = [&link.left, &link.right]
        .iter()
        .any(|e| any(e, &mut |e| matches!(&*e.kind, Kind::Fold(..) | Kind::Array(..) | Kind::Expectation(..))));
    let shift = if confirming { 0.87 } else { 1.0 };
    let rows: &[(f64, u32)] = match (is_dimension && long, long, target) {
        (true, _, _) => &[(2.0, 5)],
        (false, true, None) => &[(3.0, 8), (2.0, 10)],
        _ => &[(10.0, STEPS), (3.0, STEPS), (2.0, STEPS)],
    };
    rows.iter().map(|(factor, steps)| (factor * shift, *steps)).collect()
}

pub(super) fn approach(claim: &Claim, limit: &Limit, target: Option<f64>, (factor, steps): (f64, u32)) -> Path {
    let sizes = (1..=steps).map(|k| factor.powi(k as i32));
    let whole = matches!(limit.symbol.sort(), Sort::Integer);
    match target {
        None if whole => {
            let mut sizes: Vec<f64> = sizes.map(|size| (2.0 * size).round()).collect();
            sizes.dedup();
            sizes.into_iter().map(|size| (size, size)).collect()
        }
        None => sizes.map(|size| (size, size)).collect(),
        Some(a) => {
            // From the side on which the symbol may lie.
            let below = claim.declarations.iter().any(|d| {
                d.symbol == limit.symbol
                    && matches!(&d.domain, Domain::Interval { upper: Some((u, _)), .. } if u.to_f64().value() <= a)
            });
            let sign = if below { -1.0 } else { 1.0 };
            sizes.map(|size| (a + sign / size, size)).collect()
        }
    }
}

/// Both sides at one size.
pub(super) struct Step {
    /// The value of the limit's symbol.
    pub(super) value: f64,
    pub(super) size: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Left over right, also where both are beyond the range of `f64`.
    pub(super) ratio: f64,
    /// Width of the enclosures relative to the larger side.
    pub(super) blur: f64,
}

/// As many steps as have a sharp value.
fn follow(
    programs: &[Program; 2],
    point: &Assignment<f64>,
    symbol: &Symbol,
    path: &[(f64, f64)],
    entry: Option<usize>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for (value, size) in path {
        let mut at = point.clone();
        if matches!(symbol.sort(), Sort::Integer) {
            at.set_size(symbol, value.round() as usize);
        }
        at.set(symbol, Value::Scalar(*value));
        let step = match entry {
            None => look(programs, &at, (*value, *size)),
            Some(entry) => look_at_entry(programs, &at, (*value, *size), entry),
        };
        let Some(step) = step else { break };
        // Beyond this the difference is rounding noise.
        if step.blur.is_nan() || step.blur >= 1e-4 {
            break;
        }
        steps.push(step);
    }
    steps
}

/// The longest of the paths that can be followed, the preferred one if it is long enough; of arrays by one of their entries.
pub(super) fn longest(
    programs: &[Program; 2],
    point: &Assignment<f64>,
    symbol: &Symbol,
    paths: &[Path],
    entry: Option<usize>,
) -> Vec<Step> {
    let mut best: Vec<Step> = Vec::new();
    for path in paths {
        let steps = follow(programs, point, symbol, path, entry);
        if steps.len() > best.len() {
            best = steps;
        }
        if best.len() >= ENOUGH {
            break;
        }
    }
    best
}

/// Both sides in `f64` intervals, and in balls where those are blurred by cancellation or leave the range of `f64`.
fn look(programs: &[Program; 2], at: &Assignment<f64>, (value, size): (f64, f64)) -> Option<Step> {
    let plain = |p: &Program| p.evaluate_with_error(at).ok().and_then(|v| v.as_scalar().copied());
    let sharp = |l: f64, h: f64| {
        let largest = l.abs().max(h.abs());
        (1e-290..1e290).contains(&largest) && h - l <= SHARP * largest
    };
    let step = |l: (f64, f64), r: (f64, f64), ratio: f64| {
        let (left, right) = (f64::midpoint(l.0, l.1), f64::midpoint(r.0, r.1));
        let scale = left.abs().max(right.abs());
        let blur = if scale > 0.0 && scale.is_finite() { ((l.1 - l.0) + (r.1 - r.0)) / scale } else { 0.0 };
        Step { value, size, left, right, ratio, blur }
    };
    let plain = plain(&programs[0]).zip(plain(&programs[1]));
    let plain = plain.map(|(l, r)| ((l.lo(), l.hi()), (r.lo(), r.hi())));
    if let Some((l, r)) = plain
        && sharp(l.0, l.1)
        && sharp(r.0, r.1)
    {
        return Some(step(l, r, f64::midpoint(l.0, l.1) / f64::midpoint(r.0, r.1)));
    }
    let balls = Balls::new(BITS);
    let in_balls = || {
        let at = at.map(|x| balls.from_f64(*x));
        let side = |p: &Program| p.evaluate(&balls, &at).ok().and_then(|v| v.as_scalar().cloned());
        let (left, right) = (side(&programs[0])?, side(&programs[1])?);
        let (l, r) = (balls.enclosure(&left), balls.enclosure(&right));
        let Some((low, high)) = balls.div(&left, &right).ok().map(|q| balls.enclosure(&q)) else {
            let finite = [l.0, l.1, r.0, r.1].iter().all(|x| x.is_finite());
            return finite.then(|| step(l, r, f64::NAN));
        };
        let ratio = f64::midpoint(low, high);
        let blur = (high - low) / ratio.abs().max(f64::MIN_POSITIVE);
        let found = step(l, r, ratio);
        // Two sides beyond the range of `f64` still have a ratio.
        let within = found.left.is_finite() && found.right.is_finite();
        Some(if within { found } else { Step { left: f64::NAN, right: f64::NAN, blur, ..found } })
    };
    let found = in_balls().filter(|s| !s.blur.is_nan() && (s.left.is_finite() || s.ratio.is_finite()));
    let estimated = || {
        plain
            .filter(|(l, r)| [l.0, l.1, r.0, r.1].iter().all(|x| x.is_finite()))
            .map(|(l, r)| step(l, r, f64::midpoint(l.0, l.1) / f64::midpoint(r.0, r.1)))
    };
    found.or_else(estimated)
}

/// The gap between the two sides in one entry, beside 0, in units of the largest entry of the right side: an entry that vanishes
/// faster than the others need not have the right ratio.
fn look_at_entry(
    programs: &[Program; 2],
    at: &Assignment<f64>,
    (value, size): (f64, f64),
    entry: usize,
) -> Option<Step> {
    type Ends = Vec<(f64, f64)>;
    let gap = |left: &Ends, right: &Ends| {
        // 0 beside an array stands for all zeros.
        let r = right.get(if right.len() == 1 { 0 } else { entry })?;
        let l = left.get(entry)?;
        let largest = right.iter().map(|(a, b)| f64::midpoint(*a, *b).abs()).fold(0.0, f64::max);
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let (low, high) = ((l.0 - r.1) / unit, (l.1 - r.0) / unit);
        (low.is_finite() && high.is_finite()).then_some((low, high))
    };
    let plain = |p: &Program| {
        let value = p.evaluate_with_error(at).ok()?;
        Some(value.entries().iter().map(|x| (x.lo(), x.hi())).collect::<Ends>())
    };
    let in_floats = || gap(&plain(&programs[0])?, &plain(&programs[1])?);
    let in_balls = || {
        let balls = Balls::new(BITS);
        let at = at.map(|x| balls.from_f64(*x));
        let side = |p: &Program| {
            let value = p.evaluate(&balls, &at).ok()?;
            Some(value.entries().iter().map(|x| balls.enclosure(x)).collect::<Ends>())
        };
        gap(&side(&programs[0])?, &side(&programs[1])?)
    };
    let (low, high) = in_floats().filter(|(low, high)| high - low <= SHARP).or_else(in_balls).or_else(in_floats)?;
    // What cannot be told from zero is zero.
    let left = if low <= 0.0 && high >= 0.0 { 0.0 } else { f64::midpoint(low, high) };
    Some(Step { value, size, left, right: 0.0, ratio: f64::INFINITY, blur: high - low })
}
