//! Taylor coefficients of the real functions at a point, over any arithmetic, by the recurrences that their differential
//! equations give (Knuth, *TAOCP* vol. 2, §4.7; Griewank & Walther, *Evaluating Derivatives*, ch. 13).
//!
//! A series is the slice of its coefficients: `[c₀, c₁, …]` stands for Σ cₖ hᵏ.

use super::{Arithmetic, Constant, Function, Rational, Special, Undefined, combinatorics};
use std::cmp::Ordering;

type Series<A> = Vec<<A as Arithmetic>::Number>;

fn number<A: Arithmetic>(a: &A, value: i64) -> A::Number {
    a.rational(&Rational::from(value))
}

/// `value · p/q`.
fn scaled<A: Arithmetic>(a: &A, value: &A::Number, p: i64, q: i64) -> A::Number {
    a.mul(value, &a.rational(&(Rational::from(p) / Rational::from(q))))
}

/// The series of x₀ + h.
fn variable<A: Arithmetic>(a: &A, x0: &A::Number, order: usize) -> Series<A> {
    let mut series = vec![number(a, 0); order + 1];
    series[0] = x0.clone();
    if order > 0 {
        series[1] = number(a, 1);
    }
    series
}

/// Product, truncated at the order of the factors.
fn product<A: Arithmetic>(a: &A, x: &[A::Number], y: &[A::Number]) -> Series<A> {
    (0..x.len()).map(|n| (0..=n).fold(number(a, 0), |sum, k| a.add(&sum, &a.mul(&x[k], &y[n - k])))).collect()
}

/// ∫₀ʰ, plus `start`.
fn integral<A: Arithmetic>(a: &A, derivative: &[A::Number], start: A::Number) -> Series<A> {
    let mut series = vec![start];
    for k in 1..derivative.len() {
        series.push(scaled(a, &derivative[k - 1], 1, k as i64));
    }
    series
}

/// exp of a series: y' = x' y.
fn exponential<A: Arithmetic>(a: &A, x: &[A::Number]) -> Result<Series<A>, Undefined> {
    let start = a.function(Function::Exp, &x[..1])?;
    Ok(exponential_of(a, x, start))
}

/// The same with the exponential of the constant term given.
fn exponential_of<A: Arithmetic>(a: &A, x: &[A::Number], start: A::Number) -> Series<A> {
    let mut y = vec![start];
    for n in 1..x.len() {
        let sum =
            (1..=n).fold(number(a, 0), |sum, k| a.add(&sum, &scaled(a, &a.mul(&x[k], &y[n - k]), k as i64, n as i64)));
        y.push(sum);
    }
    y
}

/// A series to the power −1/2 or −1: x y' = r x' y.
fn power<A: Arithmetic>(a: &A, x: &[A::Number], twice_exponent: i64) -> Result<Series<A>, Undefined> {
    let start = match twice_exponent {
        -2 => a.div(&number(a, 1), &x[0])?,
        _ => a.div(&number(a, 1), &a.function(Function::Sqrt, &x[..1])?)?,
    };
    let mut y = vec![start];
    for n in 1..x.len() {
        let mut sum = number(a, 0);
        for k in 1..=n {
            // (r k − (n − k)) x_k y_{n−k} / n
            let weight = twice_exponent * k as i64 - 2 * (n - k) as i64;
            sum = a.add(&sum, &scaled(a, &a.mul(&x[k], &y[n - k]), weight, 2 * n as i64));
        }
        y.push(a.div(&sum, &x[0])?);
    }
    Ok(y)
}

/// The coefficients of h ↦ (x₀ + h)^r.
pub fn real_power<A: Arithmetic>(
    a: &A,
    x0: &A::Number,
    exponent: &A::Number,
    order: usize,
) -> Result<Series<A>, Undefined> {
    let mut series = vec![a.pow(x0, exponent)?];
    binomial_series(a, x0, exponent, order, &mut series)?;
    Ok(series)
}

fn binomial_series<A: Arithmetic>(
    a: &A,
    x0: &A::Number,
    exponent: &A::Number,
    order: usize,
    series: &mut Series<A>,
) -> Result<(), Undefined> {
    for k in 1..=order as i64 {
        let factor = a.sub(exponent, &number(a, k - 1));
        let next = a.mul(series.last().expect("the constant term is there"), &factor);
        series.push(a.div(&next, &a.mul(x0, &number(a, k)))?);
    }
    Ok(())
}

/// y' = 1 + s y² from y(0), the equation of tan (s = 1) and tanh (s = −1).
fn riccati<A: Arithmetic>(a: &A, start: A::Number, s: i64, order: usize) -> Series<A> {
    let mut y = vec![start];
    for n in 0..order {
        let square = (0..=n).fold(number(a, 0), |sum, k| a.add(&sum, &a.mul(&y[k], &y[n - k])));
        let slope = scaled(a, &square, s, 1);
        let slope = if n == 0 { a.add(&slope, &number(a, 1)) } else { slope };
        y.push(scaled(a, &slope, 1, n as i64 + 1));
    }
    y
}

/// The coefficients c₀ … c_order of h ↦ f(x₀ + h), for a function of one argument.
///
/// Piecewise constant functions have derivative zero away from their jumps and none at them.
pub fn series<A: Arithmetic>(a: &A, function: Function, x0: &A::Number, order: usize) -> Result<Series<A>, Undefined> {
    let at = |f| a.function(f, std::slice::from_ref(x0));
    let value = at(function)?;
    if order == 0 {
        return Ok(vec![value]);
    }
    // f' as a power (in half units) of ±x² + c: the inverse functions.
    let inverse = |square: i64, constant: i64, half_units: i64, sign: i64| -> Result<Series<A>, Undefined> {
        let x = variable(a, x0, order);
        let mut inner: Series<A> = product(a, &x, &x).iter().map(|c| scaled(a, c, square, 1)).collect();
        inner[0] = a.add(&inner[0], &number(a, constant));
        let slope: Series<A> = power(a, &inner, half_units)?.iter().map(|c| scaled(a, c, sign, 1)).collect();
        Ok(integral(a, &slope, value.clone()))
    };
    // Derivatives cycle through `values` with period of its length.
    let cycle = |values: &[A::Number]| -> Series<A> {
        let mut weight = Rational::ONE;
        (0..=order)
            .map(|k| {
                if k > 0 {
                    weight /= Rational::from(k);
                }
                a.mul(&values[k % values.len()], &a.rational(&weight))
            })
            .collect()
    };
    match function {
        Function::Exp => Ok(cycle(&[value])),
        Function::Log => {
            let slope = power(a, &variable(a, x0, order), -2)?;
            Ok(integral(a, &slope, value))
        }
        Function::Sqrt => {
            let half = a.rational(&(Rational::ONE / Rational::from(2)));
            let mut series = vec![value];
            binomial_series(a, x0, &half, order, &mut series)?;
            Ok(series)
        }
        Function::Sin => {
            let cos = at(Function::Cos)?;
            Ok(cycle(&[value.clone(), cos.clone(), a.neg(&value), a.neg(&cos)]))
        }
        Function::Cos => {
            let sin = at(Function::Sin)?;
            Ok(cycle(&[value.clone(), a.neg(&sin), a.neg(&value), sin]))
        }
        Function::Sinh => Ok(cycle(&[value, at(Function::Cosh)?])),
        Function::Cosh => Ok(cycle(&[value, at(Function::Sinh)?])),
        Function::Tan => Ok(riccati(a, value, 1, order)),
        Function::Tanh => Ok(riccati(a, value, -1, order)),
        Function::Atan => inverse(1, 1, -2, 1),
        Function::Asin => inverse(-1, 1, -1, 1),
        Function::Acos => inverse(-1, 1, -1, -1),
        Function::Asinh => inverse(1, 1, -1, 1),
        Function::Acosh => inverse(1, -1, -1, 1),
        Function::Atanh => inverse(-1, 1, -2, 1),
        Function::Erf | Function::Erfc => {
            let x = variable(a, x0, order);
            let exponent: Series<A> = product(a, &x, &x).iter().map(|c| a.neg(c)).collect();
            let root_pi = a.function(Function::Sqrt, &[a.constant(Constant::Pi)?])?;
            let sign = if function == Function::Erf { 2 } else { -2 };
            let scale = a.div(&number(a, sign), &root_pi)?;
            let slope: Series<A> = exponential(a, &exponent)?.iter().map(|c| a.mul(c, &scale)).collect();
            Ok(integral(a, &slope, value))
        }
        Function::LogGamma => log_gamma(a, x0, value, order),
        Function::Gamma => {
            // The logarithm of |Γ| has the same derivatives; only the constant term knows the sign.
            let mut log = log_gamma(a, x0, number(a, 0), order)?;
            log[0] = number(a, 0);
            let mut series = exponential_of(a, &log, number(a, 1));
            for c in &mut series {
                *c = a.mul(c, &value);
            }
            Ok(series)
        }
        Function::Digamma => {
            let mut series = vec![value];
            for k in 1..=order as i64 {
                let zeta = a.special(Special::HurwitzZeta, &[number(a, k + 1), x0.clone()])?;
                series.push(scaled(a, &zeta, if k % 2 == 0 { -1 } else { 1 }, 1));
            }
            Ok(series)
        }
        Function::RealPart => Ok(variable(a, x0, order)),
        Function::ImaginaryPart => Ok(vec![number(a, 0); order + 1]),
        Function::Abs | Function::Sign | Function::Heaviside => {
            let sign = match a.compare(x0, &number(a, 0)) {
                Some(Ordering::Less) => -1,
                Some(Ordering::Greater) => 1,
                Some(Ordering::Equal) => return Err(Undefined::Domain("a derivative at a jump or kink")),
                None => return Err(Undefined::Precision("a derivative near a jump or kink")),
            };
            let mut series = vec![number(a, 0); order + 1];
            series[0] = value;
            if function == Function::Abs {
                series[1] = number(a, sign);
            }
            Ok(series)
        }
        Function::Floor | Function::Ceil => {
            let (floor, ceil) = (at(Function::Floor)?, at(Function::Ceil)?);
            let inside = a.compare(&floor, x0) == Some(Ordering::Less) && a.compare(x0, &ceil) == Some(Ordering::Less);
            if !inside {
                return Err(Undefined::Domain("a derivative at a jump or kink"));
            }
            let mut series = vec![number(a, 0); order + 1];
            series[0] = value;
            Ok(series)
        }
        _ => Err(Undefined::unsupported("a derivative of this function")),
    }
}

/// log |Γ|: slope ψ, then (−1)ᵏ ζ(k, x)/k (DLMF 5.15.1).
fn log_gamma<A: Arithmetic>(a: &A, x0: &A::Number, value: A::Number, order: usize) -> Result<Series<A>, Undefined> {
    let mut series = vec![value, a.function(Function::Digamma, std::slice::from_ref(x0))?];
    for k in 2..=order as i64 {
        let zeta = a.special(Special::HurwitzZeta, &[number(a, k), x0.clone()])?;
        series.push(scaled(a, &zeta, if k % 2 == 0 { 1 } else { -1 }, k));
    }
    Ok(series)
}

/// The coefficients of h ↦ f(…, x + h) in the last argument.
pub fn special<A: Arithmetic>(
    a: &A,
    special: Special,
    arguments: &[A::Number],
    order: usize,
) -> Result<Series<A>, Undefined> {
    let value = a.special(special, arguments)?;
    let x = arguments.last().ok_or(Undefined::NonFinite)?;
    let shifted = |k: i64| a.add(&arguments[0], &number(a, k));
    match special {
        Special::LowerGamma | Special::UpperGamma => {
            let power = real_power(a, x, &shifted(-1), order)?;
            let exponent: Series<A> = variable(a, x, order).iter().map(|c| a.neg(c)).collect();
            let sign = if special == Special::LowerGamma { 1 } else { -1 };
            let slope = product(a, &power, &exponential(a, &exponent)?);
            let slope: Series<A> = slope.iter().map(|c| scaled(a, c, sign, 1)).collect();
            Ok(integral(a, &slope, value))
        }
        // 2 C′ = ±C_{ν−1} ± C_{ν+1} (DLMF 10.6.1, 10.29.1)
        Special::BesselJ | Special::BesselI | Special::BesselK => {
            let order = order as i64;
            let around: Vec<A::Number> =
                (-order..=order).map(|k| a.special(special, &[shifted(k), x.clone()])).collect::<Result<_, _>>()?;
            let mut series = vec![value];
            for k in 1..=order {
                let mut sum = number(a, 0);
                for i in 0..=k {
                    let binomial = a.rational(&combinatorics::binomial(k, i)?);
                    let term = a.mul(&binomial, &around[(order - k + 2 * i) as usize]);
                    let negative = special == Special::BesselJ && i % 2 == 1;
                    sum = if negative { a.sub(&sum, &term) } else { a.add(&sum, &term) };
                }
                let sign = Rational::from(if special == Special::BesselK && k % 2 == 1 { -1 } else { 1 });
                let two_to_k = Rational::from(dashu_int::UBig::ONE << k as usize);
                series.push(a.mul(&sum, &a.rational(&(sign / (combinatorics::factorial(k)? * two_to_k)))));
            }
            Ok(series)
        }
        // f^{(k)} = (a)_k (b)_k/(c)_k f with every parameter raised by k (DLMF 13.3.16, 15.5.2)
        Special::Hypergeometric1F1 | Special::Hypergeometric2F1 => {
            let parameters = arguments.len() - 1;
            let mut series = vec![value];
            let mut weight = number(a, 1);
            for k in 1..=order as i64 {
                let mut raised: Vec<A::Number> = Vec::with_capacity(arguments.len());
                for (i, parameter) in arguments[..parameters].iter().enumerate() {
                    let factor = a.add(parameter, &number(a, k - 1));
                    weight = if i + 1 == parameters { a.div(&weight, &factor)? } else { a.mul(&weight, &factor) };
                    raised.push(a.add(parameter, &number(a, k)));
                }
                weight = scaled(a, &weight, 1, k);
                raised.push(x.clone());
                series.push(a.mul(&weight, &a.special(special, &raised)?));
            }
            Ok(series)
        }
        // ∂_a ζ(s, a) = −s ζ(s + 1, a) (DLMF 25.11.17)
        Special::HurwitzZeta => {
            let mut series = vec![value];
            let mut weight = number(a, 1);
            for k in 1..=order as i64 {
                weight = scaled(a, &a.mul(&weight, &shifted(k - 1)), -1, k);
                series.push(a.mul(&weight, &a.special(special, &[shifted(k), x.clone()])?));
            }
            Ok(series)
        }
        Special::Beta | Special::Zeta => Err(Undefined::unsupported("a derivative of this function")),
    }
}
