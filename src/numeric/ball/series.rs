//! Incomplete Γ, Bessel and hypergeometric functions on balls: power series whose remainder is bounded by a geometric one,
//! with as many extra bits as their terms cancel.

use super::functions::{abs, may_be_whole};
use super::special::negligible;
use super::{Ball, Balls, is_zero};
use crate::numeric::{Arithmetic, Constant, Function, Rational, Special, Undefined, whole};
use std::cmp::Ordering;

/// Series are given up after this many terms.
const MAX_TERMS: i64 = 20_000;
/// Arguments beyond this need more bits than they are worth.
const MAX_ARGUMENT: f64 = 2000.0;

/// Whether every number is positive; an error if that is open or false.
fn positive(balls: &Balls, x: &Ball, what: &'static str) -> Result<(), Undefined> {
    match balls.compare(x, &balls.integer(0)) {
        Some(Ordering::Greater) => Ok(()),
        Some(_) => Err(Undefined::Domain(what)),
        None => Err(Undefined::Precision(what)),
    }
}

/// The magnitude as a float, for choosing how many bits and terms are needed.
fn size(balls: &Balls, x: &Ball) -> Result<f64, Undefined> {
    let (lo, hi) = balls.enclosure(x);
    let size = lo.abs().max(hi.abs());
    if size <= MAX_ARGUMENT { Ok(size) } else { Err(Undefined::NonFinite) }
}

/// Rounds to the working precision.
fn settle(balls: &Balls, x: &Ball) -> Ball {
    balls.add(x, &balls.integer(0))
}

/// Refuses whole numbers up to zero.
fn no_pole(balls: &Balls, x: &Ball, what: &'static str) -> Result<(), Undefined> {
    let (lo, _) = balls.enclosure(x);
    if lo > 0.0 || !may_be_whole(balls, x) {
        Ok(())
    } else if x.is_point() {
        Err(Undefined::Domain(what))
    } else {
        Err(Undefined::Precision(what))
    }
}

/// Σ t_k with t_0 = 1 and t_{k+1} = t_k · ratio(k), where `bound(k)` is at least |ratio(j)| for all j ≥ k once it is below one half.
fn sum(
    balls: &Balls,
    what: &'static str,
    mut ratio: impl FnMut(i64) -> Result<Ball, Undefined>,
    bound: impl Fn(i64) -> f64,
) -> Result<Ball, Undefined> {
    let (mut term, mut sum) = (balls.integer(1), balls.integer(1));
    for k in 0..MAX_TERMS {
        term = balls.mul(&term, &ratio(k)?);
        sum = balls.add(&sum, &term);
        let r = bound(k + 1);
        if (0.0..0.99).contains(&r) && negligible(&term, balls.precision as i64 + 8) {
            // What is left out is at most |t| r/(1 − r); doubled for the rounding of r.
            let factor = Rational::try_from((2.0 * r / (1.0 - r)).min(200.0)).map_err(|_| Undefined::NonFinite)?;
            let rest = balls.mul(&abs(balls, &term)?, &balls.rational(&factor));
            return Ok(balls.add(&sum, &balls.hull(&balls.neg(&rest), &rest)));
        }
    }
    Err(Undefined::Precision(what))
}

pub(super) fn apply(balls: &Balls, special: Special, x: &[Ball]) -> Result<Ball, Undefined> {
    match special {
        Special::LowerGamma => lower_gamma(balls, &x[0], &x[1]),
        Special::UpperGamma => upper_gamma(balls, &x[0], &x[1]),
        Special::Beta => {
            let gamma = |x: &Ball| balls.function(Function::Gamma, std::slice::from_ref(x));
            let sum = balls.add(&x[0], &x[1]);
            balls.div(&balls.mul(&gamma(&x[0])?, &gamma(&x[1])?), &gamma(&sum)?)
        }
        Special::Zeta => super::zeta::riemann(balls, &x[0]),
        Special::HurwitzZeta => super::zeta::hurwitz(balls, &x[0], &x[1]),
        Special::BesselJ => bessel(balls, &x[0], &x[1], true),
        Special::BesselI => bessel(balls, &x[0], &x[1], false),
        Special::BesselK => bessel_k(balls, &x[0], &x[1]),
        Special::Hypergeometric1F1 => confluent(balls, &x[0], &x[1], &x[2]),
        Special::Hypergeometric2F1 => gauss(balls, &x[0], &x[1], &x[2], &x[3]),
    }
}

/// γ(s, x) = x^s e^{−x} Σ x^k / (s (s + 1) … (s + k)) (DLMF 8.7.1).
fn lower_gamma(balls: &Balls, s: &Ball, x: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "the lower incomplete Γ";
    no_pole(balls, s, WHAT)?;
    if x.is_point() && is_zero(x.finite()?.0) && positive(balls, s, WHAT).is_ok() {
        return Ok(balls.integer(0));
    }
    positive(balls, x, WHAT)?;
    let (x_size, s_size) = (size(balls, x)?, size(balls, s)?);
    let wide = balls.wider(32 + s_size as usize);
    let series = sum(
        &wide,
        WHAT,
        |k| wide.div(x, &wide.add(s, &wide.integer(k + 1))),
        |k| x_size / (k as f64 + 1.0 - s_size).max(1e-9),
    )?;
    let weight = wide.mul(&wide.pow(x, s)?, &wide.function(Function::Exp, &[wide.neg(x)])?);
    Ok(settle(balls, &wide.div(&wide.mul(&weight, &series), s)?))
}

/// Γ(s, x) = Γ(s) − γ(s, x); for whole s ≤ 0 by recurrence from E₁.
fn upper_gamma(balls: &Balls, s: &Ball, x: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "the upper incomplete Γ";
    if x.is_point() && is_zero(x.finite()?.0) && positive(balls, s, WHAT).is_ok() {
        return balls.function(Function::Gamma, std::slice::from_ref(s));
    }
    positive(balls, x, WHAT)?;
    let (x_size, s_size) = (size(balls, x)?, size(balls, s)?);
    // Γ(s) is about e^x times as large as what is left.
    let wide = balls.wider(64 + (1.5 * x_size + 8.0 * s_size) as usize);
    match whole(balls, s) {
        Some(n) if n <= 0 => {
            let wide = balls.wider(64 + (3.0 * x_size + 16.0 * s_size) as usize);
            let weight = wide.function(Function::Exp, &[wide.neg(x)])?;
            let mut value = exponential_integral(&wide, x)?;
            for k in (n..0).rev() {
                // Γ(k, x) = (Γ(k + 1, x) − x^k e^{−x})/k
                let step = wide.sub(&value, &wide.mul(&wide.powi(x, k)?, &weight));
                value = wide.div(&step, &wide.integer(k))?;
            }
            Ok(settle(balls, &value))
        }
        _ => {
            let complete = wide.function(Function::Gamma, std::slice::from_ref(s))?;
            Ok(settle(balls, &wide.sub(&complete, &lower_gamma(&wide, s, x)?)))
        }
    }
}

/// E₁(x) = −γ − log x − Σ_{k ≥ 1} (−x)^k/(k k!) (DLMF 6.6.2).
fn exponential_integral(balls: &Balls, x: &Ball) -> Result<Ball, Undefined> {
    let x_size = size(balls, x)?;
    // Σ_{k≥1} (−x)^k/(k k!) = −x Σ_j t_j with t_0 = 1, t_{j+1}/t_j = −x (j + 1)/(j + 2)².
    let series = sum(
        balls,
        "the exponential integral",
        |j| balls.div(&balls.mul(&balls.neg(x), &balls.integer(j + 1)), &balls.integer((j + 2) * (j + 2))),
        |j| x_size / (j as f64 + 2.0),
    )?;
    let log = balls.function(Function::Log, std::slice::from_ref(x))?;
    let constant = balls.constant(Constant::EulerGamma)?;
    Ok(balls.sub(&balls.mul(x, &series), &balls.add(&constant, &log)))
}

/// J_ν(x) or I_ν(x) = (x/2)^ν/Γ(ν + 1) Σ (∓x²/4)^k/(k! (ν + 1)_k) (DLMF 10.2.2, 10.25.2).
fn bessel(balls: &Balls, order: &Ball, x: &Ball, oscillating: bool) -> Result<Ball, Undefined> {
    const WHAT: &str = "a Bessel function";
    let exact = whole(balls, order);
    if let Some(n) = exact.filter(|n| *n < 0) {
        let value = bessel(balls, &balls.integer(-n), x, oscillating)?;
        return Ok(if oscillating && n % 2 != 0 { balls.neg(&value) } else { value });
    }
    if exact.is_none() {
        positive(balls, x, WHAT)?;
        no_pole(balls, &balls.add(order, &balls.integer(1)), WHAT)?;
    }
    let (x_size, order_size) = (size(balls, x)?, size(balls, order)?);
    let wide = balls.wider(64 + (3.0 * x_size) as usize + order_size as usize);
    let half = wide.div(x, &wide.integer(2))?;
    let square = wide.powi(&half, 2)?;
    let square = if oscillating { wide.neg(&square) } else { square };
    let quarter = x_size * x_size / 4.0;
    let series = sum(
        &wide,
        WHAT,
        |k| {
            let below = wide.mul(&wide.integer(k + 1), &wide.add(order, &wide.integer(k + 1)));
            wide.div(&square, &below)
        },
        |k| quarter / ((k as f64 + 1.0) * (k as f64 + 1.0 - order_size).max(1e-9)),
    )?;
    let power = match exact {
        Some(n) => wide.powi(&half, n)?,
        None => wide.pow(&half, order)?,
    };
    let gamma = wide.function(Function::Gamma, &[wide.add(order, &wide.integer(1))])?;
    Ok(settle(balls, &wide.div(&wide.mul(&power, &series), &gamma)?))
}

/// K_ν(x) = π/2 (I_{−ν} − I_ν)/sin νπ (DLMF 10.27.4); for whole ν by the logarithmic series (10.31.1).
fn bessel_k(balls: &Balls, order: &Ball, x: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "the Bessel function K";
    positive(balls, x, WHAT)?;
    let (x_size, order_size) = (size(balls, x)?, size(balls, order)?);
    let wide = balls.wider(96 + (6.0 * x_size + 16.0 * order_size) as usize);
    if let Some(n) = whole(balls, order) {
        return Ok(settle(balls, &bessel_k_whole(&wide, n.abs(), x)?));
    }
    if may_be_whole(balls, order) {
        return Err(Undefined::Precision(WHAT));
    }
    let pi = wide.constant(Constant::Pi)?;
    let sine = wide.function(Function::Sin, &[wide.mul(&pi, order)])?;
    let difference = wide.sub(&bessel(&wide, &wide.neg(order), x, false)?, &bessel(&wide, order, x, false)?);
    let half = wide.div(&wide.mul(&pi, &difference), &wide.mul(&wide.integer(2), &sine))?;
    Ok(settle(balls, &half))
}

fn bessel_k_whole(balls: &Balls, n: i64, x: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "the Bessel function K";
    let half = balls.div(x, &balls.integer(2))?;
    let square = balls.powi(&half, 2)?;
    let factorial = |k: i64| crate::numeric::combinatorics::factorial(k).map(|f| balls.rational(&f));
    let mut finite = balls.integer(0);
    for k in 0..n {
        let ratio = balls.div(&factorial(n - k - 1)?, &factorial(k)?)?;
        let power = balls.powi(&balls.neg(&square), k)?;
        finite = balls.add(&finite, &balls.mul(&ratio, &power));
    }
    let finite = balls.div(&balls.mul(&finite, &balls.powi(&half, -n)?), &balls.integer(2))?;
    let log = balls.function(Function::Log, std::slice::from_ref(&half))?;
    let logarithmic = balls.mul(&log, &bessel(balls, &balls.integer(n), x, false)?);
    // ψ(k + 1) + ψ(n + k + 1) and (x²/4)^k/(k! (n + k)!), term by term.
    let psi = |k: i64| balls.function(Function::Digamma, &[balls.integer(k)]);
    let mut digammas = balls.add(&psi(1)?, &psi(n + 1)?);
    let mut weight = balls.div(&balls.integer(1), &factorial(n)?)?;
    let mut series = balls.mul(&digammas, &weight);
    let quarter = balls.approximate(&square);
    for k in 1..MAX_TERMS {
        weight = balls.div(&balls.mul(&weight, &square), &balls.integer(k * (n + k)))?;
        let step = balls.add(
            &balls.div(&balls.integer(1), &balls.integer(k))?,
            &balls.div(&balls.integer(1), &balls.integer(n + k))?,
        );
        digammas = balls.add(&digammas, &step);
        let term = balls.mul(&digammas, &weight);
        series = balls.add(&series, &term);
        // From k ≥ 2 the digammas at most double, so the terms shrink by a factor of two at least.
        let shrinking = k >= 2 && 4.0 * quarter < ((k + 1) * (n + k + 1)) as f64;
        if shrinking && negligible(&term, balls.precision as i64 + 8) {
            let rest = balls.mul(&abs(balls, &term)?, &balls.integer(2));
            series = balls.add(&series, &balls.hull(&balls.neg(&rest), &rest));
            let regular = balls.div(&balls.mul(&balls.powi(&half, n)?, &series), &balls.integer(2))?;
            let even = n % 2 == 0;
            let signed = |x: &Ball, plus: bool| if plus { x.clone() } else { balls.neg(x) };
            return Ok(balls.add(&finite, &balls.add(&signed(&logarithmic, !even), &signed(&regular, even))));
        }
    }
    Err(Undefined::Precision(WHAT))
}

/// ₁F₁(a; b; x) (DLMF 13.2.2), for x < 0 through e^x ₁F₁(b − a; b; −x).
fn confluent(balls: &Balls, a: &Ball, b: &Ball, x: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "a hypergeometric function";
    no_pole(balls, b, WHAT)?;
    if balls.enclosure(x).1 < 0.0 {
        let mirrored = confluent(balls, &balls.sub(b, a), b, &balls.neg(x))?;
        return Ok(balls.mul(&balls.function(Function::Exp, std::slice::from_ref(x))?, &mirrored));
    }
    let (a_size, b_size, x_size) = (size(balls, a)?, size(balls, b)?, size(balls, x)?);
    let wide = balls.wider(64 + (3.0 * x_size + 4.0 * (a_size + b_size)) as usize);
    let series = sum(
        &wide,
        WHAT,
        |k| {
            let above = wide.mul(&wide.add(a, &wide.integer(k)), x);
            wide.div(&above, &wide.mul(&wide.add(b, &wide.integer(k)), &wide.integer(k + 1)))
        },
        |k| {
            let k = k as f64;
            (a_size + k) * x_size / ((k - b_size).max(1e-9) * (k + 1.0))
        },
    )?;
    Ok(settle(balls, &series))
}

/// ₂F₁(a, b; c; x) (DLMF 15.2.1) for x < 0.95, negative x through x/(x − 1).
fn gauss(balls: &Balls, a: &Ball, b: &Ball, c: &Ball, x: &Ball) -> Result<Ball, Undefined> {
    const WHAT: &str = "a hypergeometric function";
    no_pole(balls, c, WHAT)?;
    let (lo, hi) = balls.enclosure(x);
    if lo >= 1.0 {
        return Err(Undefined::Domain("a hypergeometric function from one on"));
    }
    if hi < -0.3 {
        // (1 − x)^{−a} ₂F₁(a, c − b; c; x/(x − 1))
        let one = balls.integer(1);
        let rest = balls.sub(&one, x);
        let moved = balls.neg(&balls.div(x, &rest)?);
        let factor = balls.pow(&rest, &balls.neg(a))?;
        return Ok(balls.mul(&factor, &gauss(balls, a, &balls.sub(c, b), c, &moved)?));
    }
    if hi > 0.95 {
        return Err(Undefined::unsupported("a hypergeometric function this close to one"));
    }
    let (a_size, b_size, c_size) = (size(balls, a)?, size(balls, b)?, size(balls, c)?);
    let x_size = lo.abs().max(hi.abs());
    let wide = balls.wider(64 + (8.0 * (a_size + b_size + c_size)) as usize);
    let series = sum(
        &wide,
        WHAT,
        |k| {
            let above = wide.mul(&wide.mul(&wide.add(a, &wide.integer(k)), &wide.add(b, &wide.integer(k))), x);
            wide.div(&above, &wide.mul(&wide.add(c, &wide.integer(k)), &wide.integer(k + 1)))
        },
        |k| {
            // The ratio without x tends to one; from above it does so monotonically.
            let k = k as f64;
            x_size * ((a_size + k) * (b_size + k) / ((k - c_size).max(1e-9) * (k + 1.0))).max(1.0)
        },
    )?;
    Ok(settle(balls, &series))
}
