//! Plain `f64`: correctly rounded elementary functions (core-math), no error bound.

use super::ball::Balls;
use super::{Arithmetic, Constant, Function, Rational, Special, Undefined, combinatorics, whole};
use dashu_base::Approximation;
use std::cmp::Ordering;
use std::f64::consts::PI;

/// The arithmetic of `f64`. Results are approximations; an overflow is reported when the value is next used by a quotient,
/// a power or a function, and by the evaluator at the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct F64;

/// γ to the nearest `f64`.
pub(crate) const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// The nearest `f64` to a rational.
pub fn nearest(value: &Rational) -> f64 {
    match value.to_f64() {
        Approximation::Exact(x) | Approximation::Inexact(x, _) => x,
    }
}

fn finite(x: f64) -> Result<f64, Undefined> {
    if x.is_finite() { Ok(x) } else { Err(Undefined::NonFinite) }
}

impl Arithmetic for F64 {
    type Number = f64;

    fn rational(&self, value: &Rational) -> f64 {
        nearest(value)
    }

    fn float(&self, x: f64) -> Result<f64, Undefined> {
        finite(x)
    }

    fn constant(&self, constant: Constant) -> Result<f64, Undefined> {
        Ok(match constant {
            Constant::Pi => PI,
            Constant::Euler => std::f64::consts::E,
            Constant::EulerGamma => EULER_GAMMA,
        })
    }

    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }

    fn sub(&self, a: &f64, b: &f64) -> f64 {
        a - b
    }

    fn mul(&self, a: &f64, b: &f64) -> f64 {
        a * b
    }

    fn div(&self, a: &f64, b: &f64) -> Result<f64, Undefined> {
        if *b == 0.0 {
            return Err(Undefined::Domain("a quotient by zero"));
        }
        // Beyond the range of floats: what is left is nothing beside any number near one.
        if b.is_infinite() && a.abs() < 1e150 {
            return Ok(0.0);
        }
        finite(finite(*a)? / finite(*b)?)
    }

    fn neg(&self, a: &f64) -> f64 {
        -a
    }

    fn powi(&self, a: &f64, exponent: i64) -> Result<f64, Undefined> {
        if *a == 0.0 && exponent < 0 {
            return Err(Undefined::Domain("a negative power of zero"));
        }
        finite(core_math::pow(finite(*a)?, exponent as f64))
    }

    fn pow(&self, a: &f64, b: &f64) -> Result<f64, Undefined> {
        let (a, b) = (finite(*a)?, finite(*b)?);
        if a < 0.0 && b.fract() != 0.0 {
            return Err(Undefined::Domain("a fractional power of a negative number"));
        }
        if a == 0.0 && b < 0.0 {
            return Err(Undefined::Domain("a negative power of zero"));
        }
        finite(core_math::pow(a, b))
    }

    fn function(&self, function: Function, arguments: &[f64]) -> Result<f64, Undefined> {
        for x in arguments {
            finite(*x)?;
        }
        let x = arguments[0];
        let within = |inside: bool, what| if inside { Ok(()) } else { Err(Undefined::Domain(what)) };
        let pole = x <= 0.0 && x.fract() == 0.0;
        finite(match function {
            Function::Exp => core_math::exp(x),
            Function::Log => {
                within(x > 0.0, "log")?;
                core_math::log(x)
            }
            Function::Sqrt => {
                within(x >= 0.0, "a square root")?;
                x.sqrt()
            }
            Function::Sin => core_math::sin(x),
            Function::Cos => core_math::cos(x),
            Function::Tan => core_math::tan(x),
            Function::Asin => {
                within(x.abs() <= 1.0, "arcsin")?;
                core_math::asin(x)
            }
            Function::Acos => {
                within(x.abs() <= 1.0, "arccos")?;
                core_math::acos(x)
            }
            Function::Atan => core_math::atan(x),
            Function::Sinh => core_math::sinh(x),
            Function::Cosh => core_math::cosh(x),
            Function::Tanh => core_math::tanh(x),
            Function::Asinh => core_math::asinh(x),
            Function::Acosh => {
                within(x >= 1.0, "arcosh")?;
                core_math::acosh(x)
            }
            Function::Atanh => {
                within(x.abs() < 1.0, "artanh")?;
                core_math::atanh(x)
            }
            Function::Erf => core_math::erf(x),
            Function::Erfc => core_math::erfc(x),
            Function::Gamma => {
                within(!pole, "Γ at a pole")?;
                core_math::tgamma(x)
            }
            Function::LogGamma => {
                within(!pole, "log Γ at a pole")?;
                core_math::lgamma(x)
            }
            Function::Digamma => {
                within(!pole, "ψ at a pole")?;
                digamma(x)
            }
            Function::Factorial => {
                within(x >= 0.0 && x.fract() == 0.0, "the factorial of a number that is not whole")?;
                core_math::tgamma(x + 1.0)
            }
            Function::Binomial => {
                let (Some(n), Some(k)) = (whole(self, &x), whole(self, &arguments[1])) else {
                    return Err(Undefined::Domain("a binomial coefficient of a number that is not whole"));
                };
                nearest(&combinatorics::binomial(n, k)?)
            }
            Function::Abs => x.abs(),
            Function::RealPart => x,
            Function::ImaginaryPart => 0.0,
            Function::Sign => match x.partial_cmp(&0.0) {
                Some(Ordering::Less) => -1.0,
                Some(Ordering::Greater) => 1.0,
                _ => 0.0,
            },
            Function::Heaviside => {
                within(x != 0.0, "Θ at zero")?;
                f64::from(u8::from(x > 0.0))
            }
            Function::Floor => x.floor(),
            Function::Ceil => x.ceil(),
            Function::Min => x.min(arguments[1]),
            Function::Max => x.max(arguments[1]),
        })
    }

    fn special(&self, special: Special, arguments: &[f64]) -> Result<f64, Undefined> {
        // Points in balls of this many bits lose fewer than the eleven that a float lacks.
        let balls = Balls::new(64);
        let arguments: Vec<_> =
            arguments.iter().map(|x| finite(*x).map(|x| balls.from_f64(x))).collect::<Result<_, _>>()?;
        finite(balls.approximate(&balls.special(special, &arguments)?))
    }

    fn compare(&self, a: &f64, b: &f64) -> Option<Ordering> {
        a.partial_cmp(b)
    }

    fn approximate(&self, a: &f64) -> f64 {
        *a
    }

    fn admits_quadrature(&self) -> bool {
        true
    }

    fn symmetric_eigenvalues(&self, entries: &[f64], d: usize) -> Result<Vec<f64>, Undefined> {
        for x in entries {
            finite(*x)?;
        }
        let matrix = nalgebra::DMatrix::from_row_slice(d, d, entries);
        let mut values: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
        values.sort_by(f64::total_cmp);
        Ok(values)
    }
}

/// ψ(x), by reflection for x < 0: the crate steps up by one at a time, each step a call.
fn digamma(x: f64) -> f64 {
    if x >= 0.0 {
        return special::Gamma::digamma(x);
    }
    // cot has period one: the distance to the nearest whole number is exact.
    special::Gamma::digamma(1.0 - x) - PI / core_math::tan(PI * (x - x.round()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_reported_not_returned_as_nan() {
        let f = |function, x: f64| F64.function(function, &[x]);
        for (function, x) in [
            (Function::Log, 0.0),
            (Function::Sqrt, -1.0),
            (Function::Asin, 1.5),
            (Function::Acosh, 0.5),
            (Function::Atanh, 1.0),
            (Function::Gamma, -2.0),
            (Function::Factorial, 1.5),
            (Function::Heaviside, 0.0),
        ] {
            assert!(matches!(f(function, x), Err(Undefined::Domain(_))), "{function:?}");
        }
        assert_eq!(f(Function::Exp, 1e4), Err(Undefined::NonFinite));
        assert!(F64.pow(&-1.0, &0.5).is_err() && F64.div(&1.0, &0.0).is_err());
        assert_eq!(F64.pow(&-2.0, &3.0), Ok(-8.0));
    }

    #[test]
    fn digamma_is_the_slope_of_log_gamma() {
        for x in [0.3, 1.0, 4.7, 31.0, -0.4, -2.5, -7.75] {
            let h = 1e-5;
            let slope = (core_math::lgamma(x + h) - core_math::lgamma(x - h)) / (2.0 * h);
            let psi = F64.function(Function::Digamma, &[x]).unwrap();
            assert!((psi - slope).abs() < 1e-7 * (1.0 + psi.abs()), "{x}: {psi} {slope}");
        }
        // ψ(−n + ½) = ψ(n + ½): far out, too.
        for n in [1e3, 1e9] {
            let [left, right] = [0.5 - n, 0.5 + n].map(|x| F64.function(Function::Digamma, &[x]).unwrap());
            assert!((left - right).abs() < 1e-9, "{n}: {left} {right}");
        }
    }
}
