//! Enclosures of any precision: pairs of big floats with directed rounding (dashu), lower endpoint rounded down, upper up.
//!
//! Every result contains the exact value of the operation on every point of its operands. A result without a finite bound
//! is the set of all numbers; using it in a function is [`Undefined::NonFinite`].

mod functions;
mod series;
mod special;
mod zeta;

use super::{Arithmetic, Constant, Function, Rational, Special, Undefined, whole};
use dashu_base::{Approximation, BitTest, Sign};
use dashu_float::round::mode::{Down, Up};
use dashu_float::{ConstCache, Context, FBig, FpResult, Repr};
use dashu_int::IBig;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

/// A binary big float without a precision of its own.
type Float = Repr<2>;

/// Numbers beyond 2^±MAX_EXPONENT are given up, so that no operand can ask for unbounded work.
const MAX_EXPONENT: i64 = 1 << 24;

/// All numbers between two endpoints, both included.
#[derive(Clone, Debug, PartialEq)]
pub struct Ball {
    /// `None` for the set of all numbers.
    ends: Option<(Float, Float)>,
}

impl Ball {
    const ENTIRE: Self = Self { ends: None };

    /// The endpoints, if there are.
    fn finite(&self) -> Result<(&Float, &Float), Undefined> {
        self.ends.as_ref().map(|(lo, hi)| (lo, hi)).ok_or(Undefined::NonFinite)
    }

    fn point(value: Float) -> Self {
        Self { ends: Some((value.clone(), value)) }
    }

    fn is_point(&self) -> bool {
        self.ends.as_ref().is_some_and(|(lo, hi)| lo == hi)
    }
}

/// Constants as far as they have been needed.
#[derive(Clone, Default)]
struct Tables {
    /// π, log 2 and others in bits.
    constants: Rc<RefCell<ConstCache>>,
    /// B₂, B₄, …
    bernoulli: Rc<RefCell<Vec<Rational>>>,
}

thread_local! {
    /// Balls are made for single operations, too; their tables outlive them.
    static TABLES: Tables = Tables::default();
}

/// The arithmetic of balls at a working precision.
pub struct Balls {
    precision: usize,
    tables: Tables,
}

impl std::fmt::Debug for Balls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Balls {{ precision: {} }}", self.precision)
    }
}

/// An upper bound for the binary logarithm of the magnitude.
fn exponent(x: &Float) -> i64 {
    x.significand().bit_len() as i64 + x.exponent() as i64
}

/// The binary logarithm of the magnitude to `f64` accuracy, whatever the exponent.
fn log2(x: &Float) -> f64 {
    let mantissa = Float::new(x.significand().clone(), -(x.significand().bit_len() as isize));
    mantissa.to_f64().value().abs().log2() + exponent(x) as f64
}

fn acceptable(x: &Float) -> bool {
    x.is_finite() && (x.significand().is_zero() || exponent(x).abs() < MAX_EXPONENT)
}

impl Balls {
    /// With a working precision in bits, at least 32.
    pub fn new(precision: usize) -> Self {
        Self { precision: precision.max(32), tables: TABLES.with(Clone::clone) }
    }

    /// With more bits and the same tables.
    fn wider(&self, bits: usize) -> Self {
        Self { precision: self.precision + bits, tables: self.tables.clone() }
    }

    /// The working precision in bits.
    pub fn precision(&self) -> usize {
        self.precision
    }

    fn down(&self) -> Context<Down> {
        Context::new(self.precision)
    }

    fn up(&self) -> Context<Up> {
        Context::new(self.precision)
    }

    /// A ball from an endpoint rounded down and one rounded up.
    fn ball(&self, lo: FpResult<FBig<Down, 2>>, hi: FpResult<FBig<Up, 2>>) -> Ball {
        match (lo, hi) {
            (Ok(lo), Ok(hi)) => self.between(lo.value().into_repr(), hi.value().into_repr()),
            _ => Ball::ENTIRE,
        }
    }

    /// Both ends from one value that was rounded down: the next number of the working precision is not below the exact value.
    fn rounded_down(&self, value: FpResult<FBig<Down, 2>>) -> Ball {
        match value {
            Ok(Approximation::Exact(value)) => self.between(value.repr().clone(), value.into_repr()),
            Ok(Approximation::Inexact(value, _)) => {
                let lo = value.into_repr();
                let unit = Float::new(IBig::ONE, (exponent(&lo) - self.precision as i64) as isize);
                match self.up().add(&lo, &unit) {
                    Ok(hi) => self.between(lo, hi.value().into_repr()),
                    Err(_) => Ball::ENTIRE,
                }
            }
            Err(_) => Ball::ENTIRE,
        }
    }

    /// A number in the middle of a ball, and an upper bound for how far the ends are from it.
    fn middle(&self, lo: &Float, hi: &Float) -> Option<(Float, Float)> {
        let middle = (self.down().add(lo, hi).ok()?.value() >> 1_isize).into_repr();
        let below = self.up().sub(&middle, lo).ok()?.value().into_repr();
        let above = self.up().sub(hi, &middle).ok()?.value().into_repr();
        Some((middle, below.max(above)))
    }

    fn between(&self, lo: Float, hi: Float) -> Ball {
        // A tiny endpoint could be replaced by zero on one side only; giving it up keeps this simple and sound.
        if acceptable(&lo) && acceptable(&hi) && lo <= hi { Ball { ends: Some((lo, hi)) } } else { Ball::ENTIRE }
    }

    fn integer(&self, value: i64) -> Ball {
        Ball::point(Float::from(IBig::from(value)))
    }

    /// The ball around a finite `f64`, exactly.
    pub fn from_f64(&self, value: f64) -> Ball {
        Float::try_from(value).ok().filter(acceptable).map_or(Ball::ENTIRE, Ball::point)
    }

    /// The ball with these ends; the set of all numbers if one is not finite.
    pub fn from_ends(&self, lo: f64, hi: f64) -> Ball {
        self.hull(&self.from_f64(lo), &self.from_f64(hi))
    }

    /// The smallest ball around both.
    fn hull(&self, a: &Ball, b: &Ball) -> Ball {
        match (&a.ends, &b.ends) {
            (Some((p, q)), Some((r, s))) => Ball { ends: Some((p.min(r).clone(), q.max(s).clone())) },
            _ => Ball::ENTIRE,
        }
    }

    /// Endpoints around the value, rounded outward to `f64`.
    pub fn enclosure(&self, a: &Ball) -> (f64, f64) {
        let Some((lo, hi)) = &a.ends else { return (f64::NEG_INFINITY, f64::INFINITY) };
        let nearest = |x: &Float| match x.to_f64() {
            Approximation::Exact(x) => (x, x),
            Approximation::Inexact(x, _) => (x.next_down(), x.next_up()),
        };
        (nearest(lo).0, nearest(hi).1)
    }

    /// Whether the two have no number in common, so that the exact values differ.
    pub fn separated(&self, a: &Ball, b: &Ball) -> bool {
        matches!(self.compare(a, b), Some(Ordering::Less | Ordering::Greater))
    }

    /// To how many decimal digits the two are known to agree: −log₁₀ of the largest |x − y| over the larger magnitude;
    /// infinite if both are the same point, at most zero if nothing is known.
    pub fn digits(&self, a: &Ball, b: &Ball) -> f64 {
        let largest = |x: &Ball| {
            let (lo, hi) = x.ends.as_ref()?;
            Some(log2(lo).max(log2(hi)))
        };
        let (Some(difference), Some(p), Some(q)) = (largest(&self.sub(a, b)), largest(a), largest(b)) else {
            return f64::NEG_INFINITY;
        };
        if difference == f64::NEG_INFINITY {
            f64::INFINITY
        } else {
            (p.max(q) - difference) * std::f64::consts::LOG10_2
        }
    }

    /// A number in the middle, as a point.
    pub fn midpoint(&self, a: &Ball) -> Result<Ball, Undefined> {
        let (lo, hi) = a.finite()?;
        self.middle(lo, hi).map(|(middle, _)| Ball::point(middle)).ok_or(Undefined::NonFinite)
    }
}

fn is_negative(x: &Float) -> bool {
    x.sign() == Sign::Negative && !x.significand().is_zero()
}

fn is_zero(x: &Float) -> bool {
    x.significand().is_zero()
}

impl Arithmetic for Balls {
    type Number = Ball;

    fn price(&self) -> u64 {
        (self.precision() as u64 / 16).max(1)
    }

    fn rational(&self, value: &Rational) -> Ball {
        let numerator = Float::from(value.numerator().clone());
        let denominator = Float::from(IBig::from(value.denominator().clone()));
        self.ball(self.down().div(&numerator, &denominator), self.up().div(&numerator, &denominator))
    }

    fn constant(&self, constant: Constant) -> Result<Ball, Undefined> {
        match constant {
            Constant::Pi => {
                let mut cache = self.tables.constants.borrow_mut();
                let (lo, hi) = (cache.pi::<2, Down>(self.precision), cache.pi::<2, Up>(self.precision));
                Ok(self.ball(Ok(lo), Ok(hi)))
            }
            Constant::Euler => self.function(Function::Exp, &[self.integer(1)]),
            Constant::EulerGamma => Ok(self.neg(&self.function(Function::Digamma, &[self.integer(1)])?)),
        }
    }

    fn add(&self, a: &Ball, b: &Ball) -> Ball {
        match (&a.ends, &b.ends) {
            (Some((p, q)), Some((r, s))) => self.ball(self.down().add(p, r), self.up().add(q, s)),
            _ => Ball::ENTIRE,
        }
    }

    fn sub(&self, a: &Ball, b: &Ball) -> Ball {
        match (&a.ends, &b.ends) {
            (Some((p, q)), Some((r, s))) => self.ball(self.down().sub(p, s), self.up().sub(q, r)),
            _ => Ball::ENTIRE,
        }
    }

    fn mul(&self, a: &Ball, b: &Ball) -> Ball {
        let (Some((p, q)), Some((r, s))) = (&a.ends, &b.ends) else { return Ball::ENTIRE };
        // The corner that gives each end follows from the signs; only two straddling factors need all four.
        let (lo, hi) = match (is_negative(p), is_negative(q), is_negative(r), is_negative(s)) {
            (false, _, false, _) => ((p, r), (q, s)),
            (false, _, true, false) => ((q, r), (q, s)),
            (false, _, true, true) => ((q, r), (p, s)),
            (true, false, false, _) => ((p, s), (q, s)),
            (true, true, false, _) => ((p, s), (q, r)),
            (true, true, true, true) => ((q, s), (p, r)),
            (true, true, true, false) => ((p, s), (p, r)),
            (true, false, true, true) => ((q, r), (p, r)),
            (true, false, true, false) => {
                let first = self.ball(self.down().mul(p, s), self.up().mul(p, r));
                let second = self.ball(self.down().mul(q, r), self.up().mul(q, s));
                return self.hull(&first, &second);
            }
        };
        self.ball(self.down().mul(lo.0, lo.1), self.up().mul(hi.0, hi.1))
    }

    fn div(&self, a: &Ball, b: &Ball) -> Result<Ball, Undefined> {
        let ((p, q), (r, s)) = (a.finite()?, b.finite()?);
        if is_zero(r) && is_zero(s) {
            return Err(Undefined::Domain("a quotient by zero"));
        }
        if !is_negative(r) && !is_zero(r) {
            // b > 0: the lower end is p over the b that makes it least.
            let lo = self.down().div(p, if is_negative(p) { r } else { s });
            let hi = self.up().div(q, if is_negative(q) { s } else { r });
            Ok(self.ball(lo, hi))
        } else if is_negative(s) {
            self.div(&self.neg(a), &self.neg(b))
        } else {
            Err(Undefined::Precision("a quotient"))
        }
    }

    fn neg(&self, a: &Ball) -> Ball {
        Ball { ends: a.ends.as_ref().map(|(lo, hi)| (-hi.clone(), -lo.clone())) }
    }

    fn powi(&self, a: &Ball, exponent: i64) -> Result<Ball, Undefined> {
        functions::powi(self, a, exponent)
    }

    fn pow(&self, a: &Ball, b: &Ball) -> Result<Ball, Undefined> {
        match whole(self, b) {
            Some(exponent) => self.powi(a, exponent),
            None => functions::pow(self, a, b),
        }
    }

    fn function(&self, function: Function, arguments: &[Ball]) -> Result<Ball, Undefined> {
        functions::apply(self, function, arguments)
    }

    fn special(&self, special: Special, arguments: &[Ball]) -> Result<Ball, Undefined> {
        series::apply(self, special, arguments)
    }

    fn compare(&self, a: &Ball, b: &Ball) -> Option<Ordering> {
        let ((p, q), (r, s)) = (a.finite().ok()?, b.finite().ok()?);
        if q < r {
            Some(Ordering::Less)
        } else if s < p {
            Some(Ordering::Greater)
        } else {
            (p == q && r == s && p == r).then_some(Ordering::Equal)
        }
    }

    fn widen(&self, a: &Ball, error: f64) -> Ball {
        self.add(a, &self.from_ends(-error, error))
    }

    fn approximate(&self, a: &Ball) -> f64 {
        let (lo, hi) = self.enclosure(a);
        if lo.is_finite() && hi.is_finite() { 0.5 * lo + 0.5 * hi } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests;
