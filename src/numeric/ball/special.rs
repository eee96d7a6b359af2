//! erf, erfc, Γ, log Γ and ψ on balls, by series with rigorous remainders evaluated in ball arithmetic itself.

use super::functions::{abs, may_be_whole};
use super::{Ball, Balls, exponent, is_negative, is_zero};
use crate::numeric::{Arithmetic, Constant, Function, Rational, Undefined};

/// Series are given up after this many terms.
const MAX_TERMS: i64 = 20_000;
/// The gamma family is shifted by at most this much.
const MAX_SHIFT: f64 = 20_000.0;

pub(super) fn apply(balls: &Balls, function: Function, x: &Ball) -> Result<Ball, Undefined> {
    match function {
        Function::Erf | Function::Erfc => {
            let (lo, hi) = x.finite()?;
            // Monotone, so the ends suffice, and the series see points.
            let complement = function == Function::Erfc;
            let first = error_function(balls, &Ball::point(lo.clone()), complement)?;
            let second =
                if lo == hi { first.clone() } else { error_function(balls, &Ball::point(hi.clone()), complement)? };
            Ok(balls.hull(&first, &second))
        }
        Function::Digamma => digamma(balls, x),
        Function::LogGamma => log_gamma(balls, x),
        _ => gamma(balls, x),
    }
}

/// Adds ±bound, where `bound` is a ball of non-negative numbers.
pub(super) fn widen(balls: &Balls, value: &Ball, bound: &Ball) -> Ball {
    balls.add(value, &balls.hull(&balls.neg(bound), bound))
}

/// Whether every number of `term` is below 2^-bits in magnitude.
pub(super) fn negligible(term: &Ball, bits: i64) -> bool {
    term.finite().is_ok_and(|(lo, hi)| (is_zero(lo) || exponent(lo) < -bits) && (is_zero(hi) || exponent(hi) < -bits))
}

fn error_function(balls: &Balls, x: &Ball, complement: bool) -> Result<Ball, Undefined> {
    let (point, _) = x.finite()?;
    let one = balls.integer(1);
    if is_zero(point) {
        return Ok(balls.integer(i64::from(complement)));
    }
    if is_negative(point) {
        let mirrored = error_function(balls, &balls.neg(x), complement)?;
        return Ok(if complement { balls.sub(&balls.integer(2), &mirrored) } else { balls.neg(&mirrored) });
    }
    let size = balls.approximate(x);
    if size.is_nan() || size > 1000.0 {
        return Err(Undefined::NonFinite);
    }
    let square = size * size;
    let p = balls.precision as f64;
    // e^{-x²} is how close the asymptotic series can come.
    if square > (p + 20.0) / 1.44 {
        let tail = asymptotic_erfc(balls, x)?;
        return Ok(if complement { tail } else { balls.sub(&one, &tail) });
    }
    // 1 − erf loses log₂ e^{x²} bits and a few more.
    let wide = balls.wider((1.5 * square) as usize + 32);
    let erf = series_erf(&wide, x)?;
    let result = if complement { wide.sub(&wide.integer(1), &erf) } else { erf };
    // Round to the working precision by adding zero.
    Ok(balls.add(&result, &balls.integer(0)))
}

/// erf x = 2/√π e^{-x²} Σ 2ⁿ x^{2n+1}/(2n+1)!! (DLMF 7.6.2): positive terms with ratio 2x²/(2n+3).
fn series_erf(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    let square = balls.mul(x, x);
    let double = balls.mul(&square, &balls.integer(2));
    let ratio_is_small = |n: i64| 2.0 * balls.approximate(&double) < (2 * n + 3) as f64;
    let mut term = x.clone();
    let mut sum = x.clone();
    let scale = exponent(x.finite()?.0).min(0);
    for n in 0..MAX_TERMS {
        term = balls.div(&balls.mul(&term, &double), &balls.integer(2 * n + 3))?;
        sum = balls.add(&sum, &term);
        if ratio_is_small(n + 1) && negligible(&term, balls.precision as i64 + 4 - scale) {
            // From here the ratio is at most one half (up to rounding of the test): the rest is below twice the last term.
            let rest = balls.mul(&term, &balls.integer(2));
            let sum = balls.add(&sum, &balls.hull(&balls.integer(0), &rest));
            let weight = balls.function(Function::Exp, &[balls.neg(&square)])?;
            let root_pi = balls.function(Function::Sqrt, &[balls.constant(Constant::Pi)?])?;
            return balls.div(&balls.mul(&balls.mul(&balls.integer(2), &sum), &weight), &root_pi);
        }
    }
    Err(Undefined::Precision("erf"))
}

/// erfc x = e^{-x²}/(x√π) Σ (−1)ⁿ (2n−1)!!/(2x²)ⁿ, the error being below the first omitted term (DLMF 7.12.1).
fn asymptotic_erfc(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    let square = balls.mul(x, x);
    let double = balls.mul(&square, &balls.integer(2));
    let limit = balls.approximate(&square) as i64;
    let mut term = balls.integer(1);
    let mut sum = balls.integer(1);
    for n in 1..limit.min(MAX_TERMS) {
        term = balls.neg(&balls.div(&balls.mul(&term, &balls.integer(2 * n - 1)), &double)?);
        if negligible(&term, balls.precision as i64 + 4) {
            break;
        }
        sum = balls.add(&sum, &term);
    }
    // `term` is the first omitted one, or the last included one: terms decrease while 2n + 1 < 2x², so that is larger still.
    let sum = widen(balls, &sum, &abs(balls, &term)?);
    let weight = balls.function(Function::Exp, &[balls.neg(&square)])?;
    let root_pi = balls.function(Function::Sqrt, &[balls.constant(Constant::Pi)?])?;
    balls.div(&balls.mul(&sum, &weight), &balls.mul(x, &root_pi))
}

impl Balls {
    /// B_{2k}, k ≥ 1.
    pub(super) fn bernoulli(&self, k: usize) -> Rational {
        let mut known = self.tables.bernoulli.borrow_mut();
        while known.len() < k {
            // Σ_{j ≤ m} C(m+1, j) B_j = 0 with m = 2(known + 1), B₁ = −½ and vanishing odd ones.
            let m = 2 * (known.len() + 1);
            let mut binomial = Rational::ONE;
            let mut sum = Rational::ZERO;
            for j in 0..m {
                let b = match j {
                    0 => Rational::ONE,
                    1 => Rational::from(-1) / Rational::from(2),
                    j if j % 2 == 1 => Rational::ZERO,
                    j => known[j / 2 - 1].clone(),
                };
                sum += &binomial * b;
                binomial = binomial * Rational::from(m + 1 - j) / Rational::from(j + 1);
            }
            known.push(-sum / Rational::from(m + 1));
        }
        known[k - 1].clone()
    }

    /// By how much an argument is raised before the asymptotic series: e^{−2πX} must be below the precision.
    fn shift(&self, x: &Ball) -> Result<i64, Undefined> {
        let (lo, _) = self.enclosure(x);
        let shift = (0.2 * self.precision as f64 + 8.0 - lo).ceil().max(0.0);
        if shift.is_nan() || shift > MAX_SHIFT { Err(Undefined::NonFinite) } else { Ok(shift as i64) }
    }

    /// Σ_{k ≥ 1} B_{2k} w(k)/X^{2k − power}, cut where the terms are negligible; for X > 0 the error is below the first omitted
    /// term (DLMF 5.11(ii)).
    fn stirling(&self, x: &Ball, power: i64, weight: fn(i64) -> i64) -> Result<Ball, Undefined> {
        let reciprocal = self.div(&self.integer(1), x)?;
        let square = self.mul(&reciprocal, &reciprocal);
        let mut power = if power == 0 { square.clone() } else { reciprocal };
        let mut sum = self.integer(0);
        for k in 1..self.precision as i64 {
            let coefficient = self.bernoulli(k as usize) / Rational::from(weight(k));
            let term = self.mul(&self.rational(&coefficient), &power);
            if negligible(&term, self.precision as i64 + 8) {
                return Ok(widen(self, &sum, &abs(self, &term)?));
            }
            sum = self.add(&sum, &term);
            power = self.mul(&power, &square);
        }
        Err(Undefined::Precision("Γ"))
    }
}

/// Refuses poles: the whole numbers up to zero.
fn avoid_poles(balls: &Balls, x: &Ball) -> Result<(), Undefined> {
    let (lo, _) = x.finite()?;
    if (is_negative(lo) || is_zero(lo)) && may_be_whole(balls, x) {
        return Err(if x.is_point() { Undefined::Domain("Γ at a pole") } else { Undefined::Precision("Γ") });
    }
    Ok(())
}

/// log Γ(X) for X large: (X − ½) log X − X + ½ log 2π + Σ B_{2k}/(2k(2k−1)X^{2k−1}).
fn large_log_gamma(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    let half = balls.rational(&(Rational::ONE / Rational::from(2)));
    let log = balls.function(Function::Log, std::slice::from_ref(x))?;
    let two_pi = balls.mul(&balls.integer(2), &balls.constant(Constant::Pi)?);
    let constant = balls.mul(&half, &balls.function(Function::Log, &[two_pi])?);
    let main = balls.sub(&balls.mul(&balls.sub(x, &half), &log), x);
    let series = balls.stirling(x, 1, |k| 2 * k * (2 * k - 1))?;
    Ok(balls.add(&balls.add(&main, &constant), &series))
}

/// x (x + 1) … (x + n − 1).
fn rising(balls: &Balls, x: &Ball, n: i64) -> Ball {
    (0..n).fold(balls.integer(1), |product, i| balls.mul(&product, &balls.add(x, &balls.integer(i))))
}

fn gamma(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    avoid_poles(balls, x)?;
    let wide = balls.wider(32);
    let n = wide.shift(x)?;
    let large = wide.function(Function::Exp, &[large_log_gamma(&wide, &wide.add(x, &wide.integer(n)))?])?;
    Ok(balls.add(&wide.div(&large, &rising(&wide, x, n))?, &balls.integer(0)))
}

fn log_gamma(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    avoid_poles(balls, x)?;
    let wide = balls.wider(32);
    let n = wide.shift(x)?;
    let large = large_log_gamma(&wide, &wide.add(x, &wide.integer(n)))?;
    let product = abs(&wide, &rising(&wide, x, n))?;
    let log = wide.function(Function::Log, &[product])?;
    Ok(balls.add(&wide.sub(&large, &log), &balls.integer(0)))
}

/// ψ(x) = log X − 1/(2X) − Σ B_{2k}/(2k X^{2k}) − Σ_{i<n} 1/(x + i), X = x + n.
fn digamma(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    avoid_poles(balls, x)?;
    let wide = balls.wider(32);
    let n = wide.shift(x)?;
    let large = wide.add(x, &wide.integer(n));
    let log = wide.function(Function::Log, std::slice::from_ref(&large))?;
    let half = wide.div(&wide.integer(1), &wide.mul(&wide.integer(2), &large))?;
    let mut result = wide.sub(&wide.sub(&log, &half), &wide.stirling(&large, 0, |k| 2 * k)?);
    for i in 0..n {
        result = wide.sub(&result, &wide.div(&wide.integer(1), &wide.add(x, &wide.integer(i)))?);
    }
    Ok(balls.add(&result, &balls.integer(0)))
}
