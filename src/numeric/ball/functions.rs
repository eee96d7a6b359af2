//! Elementary functions of balls: correctly rounded values at the endpoints of monotone pieces.

use super::special::widen;
use super::{Ball, Balls, Float, exponent, is_negative, is_zero};
use crate::numeric::{Arithmetic, Constant, Function, Undefined, combinatorics, whole};
use dashu_float::FBig;
use dashu_float::round::mode::{Down, Up};
use dashu_int::IBig;
use std::cmp::Ordering;

/// Arguments of exp and of the circular functions beyond 2^this are given up: the latter need as many bits of π.
const MAX_ARGUMENT: i64 = 20;

/// The function at one number.
macro_rules! at {
    ($balls:expr, $f:ident, $x:expr) => {{
        let value = $balls.down().$f($x, Some(&mut *$balls.tables.constants.borrow_mut()));
        $balls.rounded_down(value)
    }};
}

/// The function at the lower end rounded down, at the upper end rounded up.
macro_rules! monotone {
    ($balls:expr, $f:ident, $lo:expr, $hi:expr) => {{
        let (lo, hi) = ($lo, $hi);
        if lo == hi {
            at!($balls, $f, lo)
        } else {
            let cache = &mut *$balls.tables.constants.borrow_mut();
            let lo = $balls.down().$f(lo, Some(&mut *cache));
            let hi = $balls.up().$f(hi, Some(&mut *cache));
            $balls.ball(lo, hi)
        }
    }};
}

/// Balls whose ends differ by less than 2^NARROW are enclosed by the value in the middle and a bound of the derivative.
const NARROW: i64 = -16;

/// The middle and the radius of a ball that is narrow.
fn narrow(balls: &Balls, x: &Ball) -> Option<(Ball, Ball)> {
    let (lo, hi) = x.finite().ok()?;
    let (middle, radius) = balls.middle(lo, hi)?;
    (lo != hi && (is_zero(&radius) || exponent(&radius) < NARROW)).then(|| (Ball::point(middle), Ball::point(radius)))
}

fn moderate(lo: &Float, hi: &Float) -> Result<(), Undefined> {
    if exponent(lo).max(exponent(hi)) > MAX_ARGUMENT { Err(Undefined::NonFinite) } else { Ok(()) }
}

/// The absolute values of the numbers in `x`.
pub(super) fn abs(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    let (lo, hi) = x.finite()?;
    Ok(if !is_negative(lo) {
        x.clone()
    } else if !is_negative(hi) {
        balls.between(Float::zero(), hi.clone().max(-lo.clone()))
    } else {
        balls.neg(x)
    })
}

/// The largest whole number not above `x`.
fn floor(x: &Float, precision: usize) -> Float {
    FBig::<Down, 2>::from_repr(x.clone(), dashu_float::Context::new(precision.max(x.digits()))).floor().into_repr()
}

/// The smallest whole number not below `x`.
fn ceil(x: &Float, precision: usize) -> Float {
    FBig::<Up, 2>::from_repr(x.clone(), dashu_float::Context::new(precision.max(x.digits()))).ceil().into_repr()
}

/// Whether `x` may contain a whole number.
pub(super) fn may_be_whole(balls: &Balls, x: &Ball) -> bool {
    x.finite().map_or(true, |(lo, hi)| floor(hi, balls.precision) >= ceil(lo, balls.precision))
}

/// Whether `x/(half_turns π) − quarter/4` may contain a whole number.
fn may_meet(balls: &Balls, x: &Ball, half_turns: i64, quarter: i64) -> Result<bool, Undefined> {
    let period = balls.mul(&balls.constant(Constant::Pi)?, &balls.integer(half_turns));
    let shift = balls.div(&balls.integer(quarter), &balls.integer(4))?;
    Ok(may_be_whole(balls, &balls.sub(&balls.div(x, &period)?, &shift)))
}

fn sine_or_cosine(balls: &Balls, x: &Ball, cosine: bool) -> Result<Ball, Undefined> {
    let (lo, hi) = x.finite()?;
    moderate(lo, hi)?;
    let at = |end: &Float| if cosine { at!(balls, cos, end) } else { at!(balls, sin, end) };
    if x.is_point() {
        return Ok(at(lo));
    }
    if let Some((middle, radius)) = narrow(balls, x) {
        // Slopes are at most one, and so are the values.
        let wide = widen(balls, &at(middle.finite()?.0), &radius);
        let (lo, hi) = wide.finite()?;
        let one = Float::from(IBig::ONE);
        return Ok(balls.between(lo.max(&-one.clone()).clone(), hi.min(&one).clone()));
    }
    let mut result = balls.hull(&at(lo), &at(hi));
    let crest = i64::from(!cosine);
    for (quarter, extreme) in [(crest, 1), (crest + 2, -1)] {
        if may_meet(balls, x, 2, quarter)? {
            result = balls.hull(&result, &balls.integer(extreme));
        }
    }
    Ok(result)
}

/// `a^n` for whole n.
pub(super) fn powi(balls: &Balls, a: &Ball, n: i64) -> Result<Ball, Undefined> {
    if n < 0 {
        let positive = powi(balls, a, n.checked_neg().ok_or(Undefined::NonFinite)?)?;
        return balls.div(&balls.integer(1), &positive);
    }
    let magnitude = if n % 2 == 0 { abs(balls, a)? } else { a.clone() };
    let (lo, hi) = magnitude.finite()?;
    // Work grows with the exponent of the result.
    if exponent(lo).abs().max(exponent(hi).abs()).saturating_mul(n) > super::MAX_EXPONENT {
        return Err(Undefined::NonFinite);
    }
    Ok(balls.ball(balls.down().powi(lo, IBig::from(n)), balls.up().powi(hi, IBig::from(n))))
}

/// `a^b = exp(b log a)` for b that is not known to be whole.
pub(super) fn pow(balls: &Balls, a: &Ball, b: &Ball) -> Result<Ball, Undefined> {
    let (lo, hi) = a.finite()?;
    if is_negative(hi) {
        let undecided = may_be_whole(balls, b);
        return Err(if undecided { Undefined::Precision("a power") } else { Undefined::Domain("a power") });
    }
    if is_zero(hi) && is_zero(lo) && balls.compare(b, &balls.integer(0)) == Some(Ordering::Greater) {
        return Ok(balls.integer(0));
    }
    if is_negative(lo) || is_zero(lo) {
        return Err(Undefined::Precision("a power"));
    }
    let log = apply(balls, Function::Log, std::slice::from_ref(a))?;
    apply(balls, Function::Exp, &[balls.mul(b, &log)])
}

/// `lo ≤ x ≤ hi` for every point: yes, for none, or undecided.
fn within(x: &Ball, lo: Option<i64>, hi: Option<i64>, what: &'static str) -> Result<(), Undefined> {
    let (p, q) = x.finite()?;
    let end = |value: Option<i64>| value.map(|v| Float::from(IBig::from(v)));
    let (lo, hi) = (end(lo), end(hi));
    if lo.as_ref().is_some_and(|lo| q < lo) || hi.as_ref().is_some_and(|hi| p > hi) {
        Err(Undefined::Domain(what))
    } else if lo.is_some_and(|lo| *p < lo) || hi.is_some_and(|hi| *q > hi) {
        Err(Undefined::Precision(what))
    } else {
        Ok(())
    }
}

fn whole_argument(balls: &Balls, x: &Ball, what: &'static str) -> Result<i64, Undefined> {
    whole(balls, x)
        .ok_or_else(|| if may_be_whole(balls, x) { Undefined::Precision(what) } else { Undefined::Domain(what) })
}

/// A function of balls.
pub(super) fn apply(balls: &Balls, function: Function, arguments: &[Ball]) -> Result<Ball, Undefined> {
    let x = &arguments[0];
    let (lo, hi) = x.finite()?;
    Ok(match function {
        Function::Exp => {
            moderate(lo, hi)?;
            match narrow(balls, x) {
                // |e^s − 1| ≤ |s| + s² for |s| ≤ 1.
                Some((middle, radius)) => {
                    let value = at!(balls, exp, middle.finite()?.0);
                    let change = balls.add(&radius, &balls.mul(&radius, &radius));
                    widen(balls, &value, &balls.mul(&change, &value))
                }
                None => monotone!(balls, exp, lo, hi),
            }
        }
        Function::Log => {
            if is_negative(hi) || is_zero(hi) {
                return Err(Undefined::Domain("log"));
            } else if is_negative(lo) || is_zero(lo) {
                return Err(Undefined::Precision("log"));
            }
            // The slope is at most that at the lower end, which the rounded middle may lie below.
            let slope = |m: &Ball| balls.div(&balls.integer(1), &Ball::point(lo.min(m.finite()?.0).clone()));
            let slack = narrow(balls, x).and_then(|(m, r)| Some((balls.mul(&r, &slope(&m).ok()?), m)));
            match slack.filter(|(slack, _)| slack.finite().is_ok_and(|(_, most)| exponent(most) < NARROW)) {
                Some((slack, middle)) => widen(balls, &at!(balls, ln, middle.finite()?.0), &slack),
                None => monotone!(balls, ln, lo, hi),
            }
        }
        Function::Sqrt => {
            within(x, Some(0), None, "a square root")?;
            balls.ball(balls.down().sqrt(lo), balls.up().sqrt(hi))
        }
        Function::Sin => sine_or_cosine(balls, x, false)?,
        Function::Cos => sine_or_cosine(balls, x, true)?,
        Function::Tan => {
            moderate(lo, hi)?;
            if !x.is_point() && may_meet(balls, x, 1, 2)? {
                return Err(Undefined::Precision("tan"));
            }
            monotone!(balls, tan, lo, hi)
        }
        Function::Asin => {
            within(x, Some(-1), Some(1), "arcsin")?;
            monotone!(balls, asin, lo, hi)
        }
        Function::Acos => {
            within(x, Some(-1), Some(1), "arccos")?;
            monotone!(balls, acos, hi, lo)
        }
        Function::Atan => monotone!(balls, atan, lo, hi),
        Function::Sinh => {
            moderate(lo, hi)?;
            monotone!(balls, sinh, lo, hi)
        }
        Function::Cosh => {
            moderate(lo, hi)?;
            let magnitude = abs(balls, x)?;
            let (lo, hi) = magnitude.finite()?;
            monotone!(balls, cosh, lo, hi)
        }
        Function::Tanh => {
            moderate(lo, hi)?;
            monotone!(balls, tanh, lo, hi)
        }
        Function::Asinh => monotone!(balls, asinh, lo, hi),
        Function::Acosh => {
            within(x, Some(1), None, "arcosh")?;
            monotone!(balls, acosh, lo, hi)
        }
        Function::Atanh => {
            within(x, Some(-1), Some(1), "artanh")?;
            let ends = [Float::from(IBig::from(-1)), Float::from(IBig::from(1))];
            if ends.contains(lo) || ends.contains(hi) {
                return Err(if x.is_point() { Undefined::Domain("artanh") } else { Undefined::Precision("artanh") });
            }
            monotone!(balls, atanh, lo, hi)
        }
        Function::Erf | Function::Erfc | Function::Gamma | Function::LogGamma | Function::Digamma => {
            super::special::apply(balls, function, x)?
        }
        Function::Factorial => balls.rational(&combinatorics::factorial(whole_argument(balls, x, "a factorial")?)?),
        Function::Binomial => {
            let n = whole_argument(balls, x, "a binomial coefficient")?;
            let k = whole_argument(balls, &arguments[1], "a binomial coefficient")?;
            balls.rational(&combinatorics::binomial(n, k)?)
        }
        Function::Abs => abs(balls, x)?,
        Function::RealPart => x.clone(),
        Function::ImaginaryPart => balls.integer(0),
        Function::Sign => {
            let sign = |end: &Float| if is_zero(end) { 0 } else { 1 - 2 * i64::from(is_negative(end)) };
            balls.hull(&balls.integer(sign(lo)), &balls.integer(sign(hi)))
        }
        Function::Heaviside => {
            if is_zero(lo) && is_zero(hi) {
                return Err(Undefined::Domain("Θ at zero"));
            } else if is_negative(lo) != is_negative(hi) || is_zero(lo) {
                return Err(Undefined::Precision("Θ"));
            }
            // lo < 0 with hi = 0 counts as touching zero: is_negative(hi) is false there.
            balls.integer(i64::from(!is_negative(lo)))
        }
        Function::Floor => balls.between(floor(lo, balls.precision), floor(hi, balls.precision)),
        Function::Ceil => balls.between(ceil(lo, balls.precision), ceil(hi, balls.precision)),
        Function::Min | Function::Max => {
            let (r, s) = arguments[1].finite()?;
            if function == Function::Min {
                balls.between(lo.min(r).clone(), hi.min(s).clone())
            } else {
                balls.between(lo.max(r).clone(), hi.max(s).clone())
            }
        }
    })
}
