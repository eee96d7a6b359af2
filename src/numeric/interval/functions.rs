//! Functions on intervals: monotone pieces by their endpoints, the rest by where their extrema lie.

use super::rounding::{down, up};
use super::{Interval, Intervals};
use crate::numeric::ball::Balls;
use crate::numeric::{Arithmetic, Constant, Function, Special, Undefined, combinatorics, whole};
use std::f64::consts::PI;

/// Bits with which functions that core-math lacks are enclosed.
const BALL_PRECISION: usize = 96;
/// Brackets of the point where Γ is least on x > 0, x₀ = 1.46163214496836234…
const GAMMA_ARGMIN: (f64, f64) = (1.461_632_144_968_362, 1.461_632_144_968_363);
/// Below Γ(x₀) = 0.885603194410888700…
const GAMMA_MIN: f64 = 0.885_603_194_410_888;
/// Below log Γ(x₀) = -0.121486290535849608…
const LOG_GAMMA_MIN: f64 = -0.121_486_290_535_850;

/// A correctly rounded function with its exact values, kept as points: pairs (x, f(x)).
#[derive(Clone, Copy)]
struct Rounded {
    f: fn(f64) -> f64,
    exact: &'static [(f64, f64)],
}

impl Rounded {
    fn exactly(&self, x: f64) -> Option<f64> {
        self.exact.iter().find(|(at, _)| *at == x).map(|(_, value)| *value)
    }
    fn below(&self, x: f64) -> f64 {
        self.exactly(x).unwrap_or_else(|| (self.f)(x).next_down())
    }
    fn above(&self, x: f64) -> f64 {
        self.exactly(x).unwrap_or_else(|| (self.f)(x).next_up())
    }
    fn increasing(&self, x: &Interval) -> Interval {
        Interval::new(self.below(x.lo), self.above(x.hi))
    }
    fn decreasing(&self, x: &Interval) -> Interval {
        Interval::new(self.below(x.hi), self.above(x.lo))
    }
}

const ZERO_AT_ZERO: &[(f64, f64)] = &[(0.0, 0.0)];
const ONE_AT_ZERO: &[(f64, f64)] = &[(0.0, 1.0)];

/// Both within the smallest and the largest value that the function has.
fn clamp(x: Interval, lo: f64, hi: f64) -> Interval {
    Interval::new(x.lo.clamp(lo, hi), x.hi.clamp(lo, hi))
}

/// The part inside `[lo, hi]` is everything, nothing (a domain error), or undecided.
fn within(x: &Interval, lo: f64, hi: f64, what: &'static str) -> Result<(), Undefined> {
    if x.hi < lo || x.lo > hi {
        Err(Undefined::Domain(what))
    } else if x.lo < lo || x.hi > hi {
        Err(Undefined::Precision(what))
    } else {
        Ok(())
    }
}

/// x > 0.
fn positive(x: &Interval, what: &'static str) -> Result<(), Undefined> {
    if x.hi <= 0.0 {
        Err(Undefined::Domain(what))
    } else if x.lo <= 0.0 {
        Err(Undefined::Precision(what))
    } else {
        Ok(())
    }
}

/// The absolute values of the numbers in `x`.
pub(super) fn abs(x: &Interval) -> Interval {
    if x.lo >= 0.0 {
        *x
    } else if x.hi <= 0.0 {
        Interval { lo: -x.hi, hi: -x.lo }
    } else {
        Interval { lo: 0.0, hi: x.hi.max(-x.lo) }
    }
}

/// Whether `x/period − shift` may contain a whole number.
fn may_contain(a: &Intervals, x: &Interval, half_turns: f64, shift: f64) -> bool {
    let pi = Interval::new(PI.next_down(), PI.next_up());
    let Ok(turns) = a.div(x, &a.mul(&pi, &Interval::point(half_turns))) else { return true };
    let turns = a.sub(&turns, &Interval::point(shift));
    turns.hi.floor() >= turns.lo.ceil()
}

fn sine_or_cosine(a: &Intervals, x: &Interval, cosine: bool) -> Interval {
    let f: Rounded = if cosine {
        Rounded { f: core_math::cos, exact: ONE_AT_ZERO }
    } else {
        Rounded { f: core_math::sin, exact: ZERO_AT_ZERO }
    };
    if !x.is_bounded() {
        return Interval { lo: -1.0, hi: 1.0 };
    }
    let mut lo = f.below(x.lo).min(f.below(x.hi));
    let mut hi = f.above(x.lo).max(f.above(x.hi));
    if !x.is_point() {
        let crest = if cosine { 0.0 } else { 0.25 };
        if may_contain(a, x, 2.0, crest) {
            hi = 1.0;
        }
        if may_contain(a, x, 2.0, crest + 0.5) {
            lo = -1.0;
        }
    }
    clamp(Interval::new(lo, hi), -1.0, 1.0)
}

/// `a^n` for whole n: powers of the magnitude, then the sign.
pub(super) fn powi(context: &Intervals, a: &Interval, n: i64) -> Result<Interval, Undefined> {
    if n < 0 {
        let positive = powi(context, a, n.checked_neg().ok_or(Undefined::NonFinite)?)?;
        return context.div(&Interval::point(1.0), &positive);
    }
    if n == 0 {
        return Ok(Interval::point(1.0));
    }
    let chain = |x: f64, mul: fn(f64, f64) -> f64| {
        let (mut result, mut square, mut rest) = (1.0, x, n);
        while rest > 0 {
            if rest & 1 == 1 {
                result = mul(result, square);
            }
            rest >>= 1;
            if rest > 0 {
                square = mul(square, square);
            }
        }
        result
    };
    // Directed products of non-negative numbers keep their direction; the library's power may be tighter.
    let below = |x: f64| chain(x, down::mul).max(core_math::pow(x, n as f64).next_down().max(0.0));
    let above = |x: f64| chain(x, up::mul).min(core_math::pow(x, n as f64).next_up());
    if n % 2 == 0 {
        let magnitude = abs(a);
        return Ok(Interval::new(below(magnitude.lo), above(magnitude.hi)));
    }
    let lo = if a.lo < 0.0 { -above(-a.lo) } else { below(a.lo) };
    let hi = if a.hi < 0.0 { -below(-a.hi) } else { above(a.hi) };
    Ok(Interval::new(lo, hi))
}

/// `a^b` for a ≥ 0 and b not a whole number: monotone in each argument, so the extremes are at the corners.
pub(super) fn pow(a: &Interval, b: &Interval) -> Result<Interval, Undefined> {
    const WHAT: &str = "a power";
    if a.hi < 0.0 {
        // Undecided only if b contains a whole number.
        return Err(if b.hi.floor() >= b.lo.ceil() { Undefined::Precision(WHAT) } else { Undefined::Domain(WHAT) });
    }
    if a.lo < 0.0 || (a.lo == 0.0 && b.lo <= 0.0) {
        return Err(Undefined::Precision(WHAT));
    }
    if !a.is_bounded() || !b.is_bounded() {
        return Err(Undefined::NonFinite);
    }
    let corners = [(a.lo, b.lo), (a.lo, b.hi), (a.hi, b.lo), (a.hi, b.hi)].map(|(x, y)| core_math::pow(x, y));
    let lo = corners.iter().fold(f64::INFINITY, |m, p| m.min(p.next_down()));
    let hi = corners.iter().fold(f64::NEG_INFINITY, |m, p| m.max(p.next_up()));
    Ok(Interval::new(lo.max(0.0), hi))
}

/// Γ or log Γ on x > 0: decreasing, then increasing.
fn gamma(x: &Interval, f: Rounded, least: f64) -> Interval {
    if x.hi <= GAMMA_ARGMIN.0 {
        f.decreasing(x)
    } else if x.lo >= GAMMA_ARGMIN.1 {
        f.increasing(x)
    } else {
        Interval::new(least, f.above(x.lo).max(f.above(x.hi)))
    }
}

/// |Γ(x)| with its sign, for negative x that are no poles, by reflection: Γ(x) = π / (sin(πx) Γ(1 − x)).
fn reflected_gamma(a: &Intervals, x: &Interval) -> Result<Interval, Undefined> {
    let pi = a.constant(Constant::Pi)?;
    let sine = sine_or_cosine(a, &a.mul(&pi, x), false);
    let mirrored = apply(a, Function::Gamma, &[a.sub(&Interval::point(1.0), x)])?;
    a.div(&pi, &a.mul(&sine, &mirrored))
}

fn whole_argument(a: &Intervals, x: &Interval, what: &'static str) -> Result<i64, Undefined> {
    whole(a, x)
        .ok_or_else(|| if x.hi.floor() >= x.lo.ceil() { Undefined::Precision(what) } else { Undefined::Domain(what) })
}

/// A function of intervals.
pub(super) fn apply(a: &Intervals, function: Function, arguments: &[Interval]) -> Result<Interval, Undefined> {
    let x = &arguments[0];
    let odd = |f: fn(f64) -> f64| Rounded { f, exact: ZERO_AT_ZERO };
    Ok(match function {
        Function::Exp => {
            let y = Rounded { f: core_math::exp, exact: ONE_AT_ZERO }.increasing(x);
            clamp(y, 0.0, f64::INFINITY)
        }
        Function::Log => {
            positive(x, "log")?;
            Rounded { f: core_math::log, exact: &[(1.0, 0.0)] }.increasing(x)
        }
        Function::Sqrt => {
            within(x, 0.0, f64::INFINITY, "a square root")?;
            Interval::new(down::sqrt(x.lo), up::sqrt(x.hi))
        }
        Function::Sin => sine_or_cosine(a, x, false),
        Function::Cos => sine_or_cosine(a, x, true),
        Function::Tan => {
            if !x.is_bounded() || (!x.is_point() && may_contain(a, x, 1.0, 0.5)) {
                return Err(Undefined::Precision("tan"));
            }
            odd(core_math::tan).increasing(x)
        }
        Function::Asin => {
            within(x, -1.0, 1.0, "arcsin")?;
            odd(core_math::asin).increasing(x)
        }
        Function::Acos => {
            within(x, -1.0, 1.0, "arccos")?;
            clamp(Rounded { f: core_math::acos, exact: &[(1.0, 0.0)] }.decreasing(x), 0.0, PI.next_up())
        }
        Function::Atan => odd(core_math::atan).increasing(x),
        Function::Sinh => odd(core_math::sinh).increasing(x),
        Function::Cosh => {
            let y = Rounded { f: core_math::cosh, exact: ONE_AT_ZERO }.increasing(&abs(x));
            clamp(y, 1.0, f64::INFINITY)
        }
        Function::Tanh => clamp(odd(core_math::tanh).increasing(x), -1.0, 1.0),
        Function::Asinh => odd(core_math::asinh).increasing(x),
        Function::Acosh => {
            within(x, 1.0, f64::INFINITY, "arcosh")?;
            Rounded { f: core_math::acosh, exact: &[(1.0, 0.0)] }.increasing(x)
        }
        Function::Atanh => {
            within(x, -1.0, 1.0, "artanh")?;
            if x.lo <= -1.0 || x.hi >= 1.0 {
                return Err(if x.is_point() { Undefined::Domain("artanh") } else { Undefined::Precision("artanh") });
            }
            odd(core_math::atanh).increasing(x)
        }
        Function::Erf => clamp(odd(core_math::erf).increasing(x), -1.0, 1.0),
        Function::Erfc => clamp(Rounded { f: core_math::erfc, exact: ONE_AT_ZERO }.decreasing(x), 0.0, 2.0),
        Function::Gamma | Function::LogGamma => {
            if x.lo > 0.0 {
                if function == Function::Gamma {
                    let exact = &[(1.0, 1.0), (2.0, 1.0), (3.0, 2.0), (4.0, 6.0)];
                    gamma(x, Rounded { f: core_math::tgamma, exact }, GAMMA_MIN)
                } else {
                    let exact = &[(1.0, 0.0), (2.0, 0.0)];
                    gamma(x, Rounded { f: core_math::lgamma, exact }, LOG_GAMMA_MIN)
                }
            } else if x.is_point() && x.lo.fract() == 0.0 {
                return Err(Undefined::Domain("Γ at a pole"));
            } else if x.hi >= 0.0 || x.hi.floor() >= x.lo.ceil() {
                return Err(Undefined::Precision("Γ"));
            } else if function == Function::Gamma {
                reflected_gamma(a, x)?
            } else {
                apply(a, Function::Log, &[abs(&reflected_gamma(a, x)?)])?
            }
        }
        Function::Digamma => {
            let balls = Balls::new(BALL_PRECISION);
            let ends = [balls.from_f64(x.lo), balls.from_f64(x.hi)];
            // Increasing between poles; the ball refuses an interval that may contain one.
            if !x.is_point() && x.lo <= 0.0 && x.hi.floor() >= x.lo.ceil() {
                return Err(Undefined::Precision("ψ"));
            }
            let (lo, _) = balls.enclosure(&balls.function(function, &ends[..1])?);
            let (_, hi) = balls.enclosure(&balls.function(function, &ends[1..])?);
            Interval::new(lo, hi)
        }
        Function::Factorial => a.rational(&combinatorics::factorial(whole_argument(a, x, "a factorial")?)?),
        Function::Binomial => {
            let n = whole_argument(a, x, "a binomial coefficient")?;
            let k = whole_argument(a, &arguments[1], "a binomial coefficient")?;
            a.rational(&combinatorics::binomial(n, k)?)
        }
        Function::Abs => abs(x),
        Function::RealPart => *x,
        Function::ImaginaryPart => Interval::point(0.0),
        Function::Sign => Interval::new(sign(x.lo), sign(x.hi)),
        Function::Heaviside => {
            if x.is_point() && x.lo == 0.0 {
                return Err(Undefined::Domain("Θ at zero"));
            } else if x.contains(0.0) {
                return Err(Undefined::Precision("Θ"));
            }
            Interval::point(if x.lo > 0.0 { 1.0 } else { 0.0 })
        }
        Function::Floor => Interval::new(x.lo.floor(), x.hi.floor()),
        Function::Ceil => Interval::new(x.lo.ceil(), x.hi.ceil()),
        Function::Min => Interval::new(x.lo.min(arguments[1].lo), x.hi.min(arguments[1].hi)),
        Function::Max => Interval::new(x.lo.max(arguments[1].lo), x.hi.max(arguments[1].hi)),
    })
}

/// A special function of intervals, by balls.
pub(super) fn special(special: Special, arguments: &[Interval]) -> Result<Interval, Undefined> {
    let balls = Balls::new(BALL_PRECISION);
    let arguments: Vec<_> = arguments.iter().map(|x| balls.from_ends(x.lo, x.hi)).collect();
    let (lo, hi) = balls.enclosure(&balls.special(special, &arguments)?);
    Ok(Interval::new(lo, hi))
}

/// −1, 0 or 1.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}
