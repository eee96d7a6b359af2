//! Enclosures with `f64` endpoints: every result contains the exact value of the operation on every point of its operands.
//!
//! Sums, products, quotients and square roots are rounded outward only if they are inexact (the sign of the rounding error
//! is found with a fused multiply-add), so that whole numbers and dyadic fractions stay points. Elementary functions take
//! the correctly rounded value of core-math and step one unit outward. An infinite endpoint means "no bound".

mod functions;
mod rounding;

use super::float::EULER_GAMMA;
use super::{Arithmetic, Constant, Function, Rational, Special, Undefined, whole};
use dashu_base::Approximation;
use rounding::{down, up};
use std::cmp::Ordering;

/// All numbers between two endpoints, both included; never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    lo: f64,
    hi: f64,
}

impl Interval {
    /// The set of all numbers.
    pub const ENTIRE: Self = Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY };

    /// From `lo` to `hi`; the set of all numbers if they are not in order.
    pub fn new(lo: f64, hi: f64) -> Self {
        // Also taken for NaN.
        if lo <= hi && lo < f64::INFINITY && hi > f64::NEG_INFINITY { Self { lo, hi } } else { Self::ENTIRE }
    }

    /// The set of one number.
    pub fn point(value: f64) -> Self {
        if value.is_finite() { Self { lo: value, hi: value } } else { Self::ENTIRE }
    }

    /// Lower endpoint.
    pub fn lo(&self) -> f64 {
        self.lo
    }

    /// Upper endpoint.
    pub fn hi(&self) -> f64 {
        self.hi
    }

    /// Whether a number lies inside.
    pub fn contains(&self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }

    fn is_point(&self) -> bool {
        self.lo == self.hi
    }

    fn is_bounded(&self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }
}

/// The arithmetic of intervals with `f64` endpoints: the fast first try before balls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Intervals {
    quadrature: bool,
    slack: f64,
    aim: f64,
}

impl Intervals {
    /// Rigorous enclosures.
    pub fn new() -> Self {
        Self::default()
    }

    /// Enclosures whose rounding errors are rigorous but in which an integral counts as its quadrature sum, widened by an
    /// *estimate* of the truncation error. They give an `f64` result its error bar; they prove nothing.
    pub fn estimating() -> Self {
        Self { quadrature: true, ..Self::default() }
    }

    /// The same with quadratures that stop at this relative error.
    pub fn rough(aim: f64) -> Self {
        Self { aim, ..Self::estimating() }
    }

    /// The same with every integral widened by this share of ∫|f|: the width of a result over `slack` is its natural scale,
    /// the size that it would have if nothing cancelled.
    pub fn slackened(slack: f64) -> Self {
        Self { slack, ..Self::estimating() }
    }

    /// Endpoints around the value.
    pub fn enclosure(&self, a: &Interval) -> (f64, f64) {
        (a.lo, a.hi)
    }

    /// Whether the two have no number in common, so that the exact values differ.
    pub fn separated(&self, a: &Interval, b: &Interval) -> bool {
        a.hi < b.lo || b.hi < a.lo
    }

    /// To how many decimal digits the two are known to agree: −log₁₀ of the largest |x − y| over the larger magnitude;
    /// infinite if both are the same point, at most zero if nothing is known.
    pub fn digits(&self, a: &Interval, b: &Interval) -> f64 {
        let difference = self.sub(a, b);
        agreed_digits(difference.lo.abs().max(difference.hi.abs()), magnitude(a).max(magnitude(b)))
    }
}

/// The largest absolute value.
fn magnitude(a: &Interval) -> f64 {
    a.lo.abs().max(a.hi.abs())
}

/// −log₁₀(difference/scale).
fn agreed_digits(difference: f64, scale: f64) -> f64 {
    if difference == 0.0 {
        f64::INFINITY
    } else if !difference.is_finite() || !scale.is_finite() || scale == 0.0 {
        f64::NEG_INFINITY
    } else {
        scale.log10() - difference.log10()
    }
}

impl Arithmetic for Intervals {
    type Number = Interval;

    fn rational(&self, value: &Rational) -> Interval {
        match value.to_f64() {
            Approximation::Exact(x) => Interval::point(x),
            Approximation::Inexact(x, _) => Interval::new(x.next_down(), x.next_up()),
        }
    }

    fn float(&self, x: f64) -> Result<Interval, Undefined> {
        if x.is_finite() { Ok(Interval::point(x)) } else { Err(Undefined::NonFinite) }
    }

    fn constant(&self, constant: Constant) -> Result<Interval, Undefined> {
        let x = match constant {
            Constant::Pi => std::f64::consts::PI,
            Constant::Euler => std::f64::consts::E,
            Constant::EulerGamma => EULER_GAMMA,
        };
        Ok(Interval::new(x.next_down(), x.next_up()))
    }

    fn add(&self, a: &Interval, b: &Interval) -> Interval {
        Interval::new(down::add(a.lo, b.lo), up::add(a.hi, b.hi))
    }

    fn sub(&self, a: &Interval, b: &Interval) -> Interval {
        Interval::new(down::add(a.lo, -b.hi), up::add(a.hi, -b.lo))
    }

    fn mul(&self, a: &Interval, b: &Interval) -> Interval {
        let corners = [(a.lo, b.lo), (a.lo, b.hi), (a.hi, b.lo), (a.hi, b.hi)];
        let lo = corners.iter().fold(f64::INFINITY, |m, (x, y)| m.min(down::mul(*x, *y)));
        let hi = corners.iter().fold(f64::NEG_INFINITY, |m, (x, y)| m.max(up::mul(*x, *y)));
        Interval::new(lo, hi)
    }

    fn div(&self, a: &Interval, b: &Interval) -> Result<Interval, Undefined> {
        if b.lo == 0.0 && b.hi == 0.0 {
            return Err(Undefined::Domain("a quotient by zero"));
        }
        if b.contains(0.0) {
            return Err(Undefined::Precision("a quotient"));
        }
        if !a.is_bounded() || (b.lo.is_infinite() && b.hi.is_infinite()) {
            return Err(Undefined::NonFinite);
        }
        if !b.is_bounded() {
            // Beyond the range of floats, but on one side of zero.
            let nearest = if b.lo > 0.0 { up::div(1.0, b.lo) } else { down::div(1.0, b.hi) };
            return Ok(self.mul(a, &Interval::new(nearest.min(0.0), nearest.max(0.0))));
        }
        let corners = [(a.lo, b.lo), (a.lo, b.hi), (a.hi, b.lo), (a.hi, b.hi)];
        let lo = corners.iter().fold(f64::INFINITY, |m, (x, y)| m.min(down::div(*x, *y)));
        let hi = corners.iter().fold(f64::NEG_INFINITY, |m, (x, y)| m.max(up::div(*x, *y)));
        Ok(Interval::new(lo, hi))
    }

    fn neg(&self, a: &Interval) -> Interval {
        Interval { lo: -a.hi, hi: -a.lo }
    }

    fn powi(&self, a: &Interval, exponent: i64) -> Result<Interval, Undefined> {
        functions::powi(self, a, exponent)
    }

    fn pow(&self, a: &Interval, b: &Interval) -> Result<Interval, Undefined> {
        match whole(self, b) {
            Some(exponent) => self.powi(a, exponent),
            None => functions::pow(a, b),
        }
    }

    fn function(&self, function: Function, arguments: &[Interval]) -> Result<Interval, Undefined> {
        functions::apply(self, function, arguments)
    }

    fn special(&self, special: Special, arguments: &[Interval]) -> Result<Interval, Undefined> {
        functions::special(special, arguments)
    }

    fn compare(&self, a: &Interval, b: &Interval) -> Option<Ordering> {
        if a.hi < b.lo {
            Some(Ordering::Less)
        } else if b.hi < a.lo {
            Some(Ordering::Greater)
        } else {
            (a.is_point() && a == b).then_some(Ordering::Equal)
        }
    }

    fn approximate(&self, a: &Interval) -> f64 {
        if a.is_bounded() { 0.5 * a.lo + 0.5 * a.hi } else { f64::NAN }
    }

    fn admits_quadrature(&self) -> bool {
        self.quadrature
    }

    fn slack(&self) -> f64 {
        self.slack
    }

    fn aim(&self) -> f64 {
        self.aim
    }

    /// By Weyl's inequality eigenvalues move at most as far as the matrix does; the rounding of the decomposition is
    /// estimated, so this is for estimates only.
    fn symmetric_eigenvalues(&self, entries: &[Interval], d: usize) -> Result<Vec<Interval>, Undefined> {
        if !self.quadrature {
            return Err(Undefined::unsupported("the eigenvalues of a matrix"));
        }
        let middles: Vec<f64> = entries.iter().map(|x| self.approximate(x)).collect();
        let values = super::float::F64.symmetric_eigenvalues(&middles, d)?;
        let radius: f64 = entries.iter().map(|x| (0.5 * (x.hi - x.lo)).powi(2)).sum::<f64>().sqrt();
        let size = middles.iter().map(|x| x * x).sum::<f64>().sqrt();
        let error = radius + 16.0 * d as f64 * f64::EPSILON * size;
        Ok(values.into_iter().map(|x| self.widen(&Interval::point(x), error)).collect())
    }

    fn widen(&self, a: &Interval, error: f64) -> Interval {
        Interval::new(down::add(a.lo, -error), up::add(a.hi, error))
    }
}

#[cfg(test)]
mod tests;
