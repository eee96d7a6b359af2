//! ζ(s) and ζ(s, a) on balls, by Euler–Maclaurin summation with a rigorous remainder.

use super::functions::{abs, may_be_whole};
use super::{Ball, Balls};
use crate::numeric::{Arithmetic, Constant, Function, Rational, Undefined, whole};
use std::cmp::Ordering;

/// Arguments beyond this are given up.
const MAX_ARGUMENT: f64 = 2000.0;

/// ζ(s) for s ≠ 1; for s < 0 by reflection (DLMF 25.4.1).
pub(super) fn riemann(balls: &Balls, s: &Ball) -> Result<Ball, Undefined> {
    let (lo, hi) = balls.enclosure(s);
    if lo > 0.0 {
        return hurwitz(balls, s, &balls.integer(1));
    }
    if let Some(n) = whole(balls, s) {
        // ζ(−n) = −B_{n+1}/(n + 1)
        return Ok(match -n {
            0 => balls.rational(&(Rational::from(-1) / Rational::from(2))),
            n if n % 2 == 0 => balls.integer(0),
            n if n as f64 > MAX_ARGUMENT => return Err(Undefined::NonFinite),
            n => {
                let bernoulli = balls.bernoulli(((n + 1) / 2) as usize);
                balls.rational(&(-bernoulli / Rational::from(n + 1)))
            }
        });
    }
    if hi >= 0.0 {
        return Err(Undefined::Precision("ζ"));
    }
    let one = balls.integer(1);
    let pi = balls.constant(Constant::Pi)?;
    let mirrored = balls.sub(&one, s);
    let sine = balls.function(Function::Sin, &[balls.mul(&pi, &balls.div(s, &balls.integer(2))?)])?;
    let powers = balls.mul(&balls.pow(&balls.integer(2), s)?, &balls.pow(&pi, &balls.neg(&mirrored))?);
    let gamma = balls.function(Function::Gamma, std::slice::from_ref(&mirrored))?;
    let zeta = hurwitz(balls, &mirrored, &one)?;
    Ok(balls.mul(&balls.mul(&powers, &sine), &balls.mul(&gamma, &zeta)))
}

/// ζ(s, a) = Σ (a + k)^{−s} for s > 0, s ≠ 1 and a no whole number up to zero (below zero for whole s only).
///
/// With X = a + N: Σ_{k<N} (a + k)^{−s} + X^{1−s}/(s − 1) + X^{−s}/2 + Σ_j B_{2j}/(2j)! (s)_{2j−1} X^{−s−2j+1}; since the
/// derivatives of t^{−s} alternate in sign, the error is below the first omitted term (DLMF 25.11.28 and 2.10(i)).
pub(super) fn hurwitz(balls: &Balls, s: &Ball, a: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "ζ";
    let one = balls.integer(1);
    match balls.compare(s, &balls.integer(0)) {
        Some(Ordering::Greater) => {}
        Some(_) => return Err(Undefined::unsupported("ζ(s, a) for s ≤ 0")),
        None => return Err(Undefined::Precision(WHAT)),
    }
    match balls.compare(s, &one) {
        Some(Ordering::Equal) => return Err(Undefined::Domain("ζ at its pole")),
        Some(_) => {}
        None => return Err(Undefined::Precision(WHAT)),
    }
    let ((a_lo, _), (_, s_hi)) = (balls.enclosure(a), balls.enclosure(s));
    if !(a_lo.abs() <= MAX_ARGUMENT && s_hi <= MAX_ARGUMENT) {
        return Err(Undefined::NonFinite);
    }
    let exact = whole(balls, s);
    if a_lo <= 0.0 && (may_be_whole(balls, a) || exact.is_none()) {
        return Err(if a.is_point() { Undefined::Domain("ζ at a pole") } else { Undefined::Precision(WHAT) });
    }
    let wide = balls.wider(32);
    let power = |x: &Ball, shift: i64| match exact {
        Some(n) => wide.powi(x, -n + shift),
        None => wide.pow(x, &wide.sub(&wide.integer(shift), s)),
    };
    let n = (0.2 * wide.precision as f64 + 8.0 + 0.5 * s_hi - a_lo).ceil().max(1.0) as i64;
    let mut sum = wide.integer(0);
    for k in 0..n {
        sum = wide.add(&sum, &power(&wide.add(a, &wide.integer(k)), 0)?);
    }
    let x = wide.add(a, &wide.integer(n));
    let first = power(&x, 0)?;
    sum = wide.add(&sum, &wide.div(&power(&x, 1)?, &wide.sub(s, &one))?);
    sum = wide.add(&sum, &wide.div(&first, &wide.integer(2))?);
    let square = wide.powi(&x, 2)?;
    // (s)_{2j−1} X^{−s−2j+1}/(2j)!, starting at j = 1.
    let mut factor = wide.div(&wide.mul(&wide.div(&first, &x)?, s), &wide.integer(2))?;
    let mut last: Option<Ball> = None;
    for j in 1..wide.precision as i64 {
        let term = wide.mul(&wide.rational(&wide.bernoulli(j as usize)), &factor);
        let magnitude = abs(&wide, &term)?;
        let grows = last.as_ref().is_some_and(|l| wide.compare(&magnitude, l) == Some(Ordering::Greater));
        if grows || super::special::negligible(&term, wide.precision as i64 + 8) {
            let result = wide.add(&sum, &wide.hull(&wide.neg(&magnitude), &magnitude));
            return Ok(balls.add(&result, &balls.integer(0)));
        }
        sum = wide.add(&sum, &term);
        let next = wide.mul(&wide.add(s, &wide.integer(2 * j - 1)), &wide.add(s, &wide.integer(2 * j)));
        let below = wide.mul(&square, &wide.integer((2 * j + 1) * (2 * j + 2)));
        factor = wide.div(&wide.mul(&factor, &next), &below)?;
        last = Some(magnitude);
    }
    Err(Undefined::Precision(WHAT))
}
