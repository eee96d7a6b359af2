//! Balls against published digits, functional equations, other precisions and the intervals.

mod special;

use super::*;
use crate::numeric::interval::{Interval, Intervals};
use crate::random::SeedPath;
use rand::RngExt;

fn decimal(balls: &Balls, digits: &str, exponent: i64) -> Ball {
    let (whole, fraction) = digits.split_once('.').unwrap();
    let number: IBig = format!("{whole}{fraction}").parse().unwrap();
    let places = i64::try_from(fraction.len()).unwrap() - exponent;
    let scale = balls.powi(&balls.integer(10), places.abs()).unwrap();
    let number = balls.rational(&Rational::from(number));
    if places >= 0 { balls.div(&number, &scale).unwrap() } else { balls.mul(&number, &scale) }
}

fn ratio(p: i64, q: i64) -> Rational {
    Rational::from(p) / Rational::from(q)
}

#[test]
fn published_digits() {
    let balls = Balls::new(160);
    for (function, x, digits, exponent) in [
        (Function::Erf, ratio(1, 2), "5.204998778130465376827466538919645287364515757579637", -1),
        (Function::Erfc, ratio(10, 1), "2.088487583762544757000786294957788611560818119321163", -45),
        (Function::Gamma, ratio(1, 3), "2.678938534707747633655692940974677644128689377957301", 0),
        (Function::Digamma, ratio(1, 1), "-5.772156649015328606065120900824024310421593359399235", -1),
        (Function::Exp, ratio(1, 1), "2.718281828459045235360287471352662497757247093699959", 0),
        (Function::Atan, ratio(1, 1), "7.853981633974483096156608458198757210492923498437764", -1),
    ] {
        let value = balls.function(function, &[balls.rational(&x)]).unwrap();
        let digits_known = balls.digits(&value, &decimal(&balls, digits, exponent));
        assert!(digits_known > 43.0, "{function:?}({x}): {digits_known}");
    }
}

#[test]
fn functional_equations_of_the_gamma_family() {
    let balls = Balls::new(128);
    let at = |f, x: &Rational| balls.function(f, &[balls.rational(x)]).unwrap();
    for x in [ratio(1, 7), ratio(5, 2), ratio(-17, 5), ratio(31, 3), ratio(900, 7)] {
        let next = &x + Rational::ONE;
        let gamma = balls.mul(&balls.rational(&x), &at(Function::Gamma, &x));
        assert!(balls.digits(&gamma, &at(Function::Gamma, &next)) > 33.0, "Γ at {x}");
        let log = balls.function(Function::Log, &[functions::abs(&balls, &at(Function::Gamma, &x)).unwrap()]).unwrap();
        assert!(balls.digits(&log, &at(Function::LogGamma, &x)) > 32.0, "log Γ at {x}");
        let psi = balls.add(&at(Function::Digamma, &x), &balls.rational(&(Rational::ONE / &x)));
        assert!(balls.digits(&psi, &at(Function::Digamma, &next)) > 32.0, "ψ at {x}");
    }
    // Γ(x) Γ(1 − x) = π / sin πx
    let x = ratio(2, 9);
    let product = balls.mul(&at(Function::Gamma, &x), &at(Function::Gamma, &(Rational::ONE - &x)));
    let pi = balls.constant(Constant::Pi).unwrap();
    let sine = balls.function(Function::Sin, &[balls.mul(&pi, &balls.rational(&x))]).unwrap();
    assert!(balls.digits(&product, &balls.div(&pi, &sine).unwrap()) > 35.0);
    assert_eq!(balls.bernoulli(6), ratio(-691, 2730));
}

/// Balls of every width contain what the function does inside them, and are not much wider than its slope asks for.
#[test]
fn narrow_and_wide_balls_contain_the_values_inside() {
    let (coarse, fine) = (Balls::new(128), Balls::new(400));
    let mut stream = SeedPath::root(6).child("widths").stream();
    for round in 0..400_i64 {
        // Magnitudes from 10⁻⁶ to 10², with both signs where that is possible.
        let x = ratio(stream.random_range(1..1000), 997) * fraction_of_two(stream.random_range(-6..20));
        let width = fraction_of_two(3 + round % 120) * &x;
        for f in [Function::Exp, Function::Log, Function::Sin, Function::Cos, Function::Tanh, Function::Sqrt] {
            let x = if matches!(f, Function::Log | Function::Sqrt) || round % 2 == 0 { x.clone() } else { -x.clone() };
            let end = &x + &width;
            let argument = coarse.hull(&coarse.rational(&x), &coarse.rational(&end));
            let value = coarse.function(f, &[argument]).unwrap();
            let (lo, hi) = value.finite().unwrap();
            let mut seen = coarse.integer(0);
            for part in [ratio(0, 1), ratio(1, 3), ratio(1, 2), ratio(1, 1)] {
                let inside = fine.function(f, &[fine.rational(&(&x + &width * &part))]).unwrap();
                let (p, q) = inside.finite().unwrap();
                assert!(lo <= q && p <= hi, "{f:?} at {x} + {part} × {width}");
                seen = if part == ratio(0, 1) { inside } else { fine.hull(&seen, &inside) };
            }
            // Twice the radius of the argument, or of the values, and a few units in the last place.
            let size = |b: &Ball| {
                let (lo, hi) = coarse.enclosure(&coarse.sub(b, &coarse.midpoint(b).unwrap()));
                lo.abs().max(hi.abs())
            };
            let slope = match f {
                Function::Exp => coarse.approximate(&value),
                Function::Log => 1.0 / coarse.approximate(&coarse.rational(&x)),
                _ => 1.0,
            };
            let asked = slope * coarse.approximate(&coarse.rational(&width)) + coarse.approximate(&value).abs() * 1e-38;
            assert!(size(&value) <= 2.5 * asked.max(size(&seen)) + 1e-38, "{f:?} at {x}, {width}: {value:?}");
        }
    }
}

/// 2^-n, or 2^|n| for negative n.
fn fraction_of_two(n: i64) -> Rational {
    let power = Rational::from(1_u64 << n.unsigned_abs().min(62))
        * Rational::from(1_u64 << n.unsigned_abs().saturating_sub(62));
    if n >= 0 { Rational::ONE / power } else { power }
}

/// The series and the asymptotic expansion of erfc meet where a higher precision switches from one to the other.
#[test]
fn error_function_on_both_sides_of_the_switch() {
    let (coarse, fine) = (Balls::new(64), Balls::new(320));
    for i in 1..40 {
        let x = ratio(i * 3, 8);
        for f in [Function::Erf, Function::Erfc] {
            let a = coarse.function(f, &[coarse.rational(&x)]).unwrap();
            let b = fine.function(f, &[fine.rational(&x)]).unwrap();
            assert!(coarse.digits(&a, &b) > 17.5, "{f:?}({x}): {}", coarse.digits(&a, &b));
        }
    }
}

/// For random points: the coarse ball meets the fine ball, and the f64 interval contains the fine one.
#[test]
fn arithmetics_agree_where_they_overlap() {
    let (coarse, fine, intervals) = (Balls::new(70), Balls::new(140), Intervals::new());
    let mut stream = SeedPath::root(5).child("balls").stream();
    let mut compared = 0;
    for function in Function::ALL.iter().filter(|f| f.arity() == 1) {
        for scale in [0.9, 7.0, 60.0] {
            for _ in 0..12 {
                let x = scale * (2.0 * stream.random::<f64>() - 1.0);
                let b = fine.function(*function, &[fine.from_f64(x)]);
                let i = intervals.function(*function, &[Interval::point(x)]);
                let Ok(b) = b else {
                    assert!(i.is_err(), "{function:?}({x}) is {i:?} although {b:?}");
                    continue;
                };
                let a = coarse.function(*function, &[coarse.from_f64(x)]).unwrap();
                assert!(!coarse.separated(&a, &b), "{function:?}({x})");
                let width = |ball: &Ball| coarse.digits(ball, ball);
                assert!(width(&a) > 17.0, "{function:?}({x}) has {} digits", width(&a));
                let (lo, hi) = fine.enclosure(&b);
                let i = i.unwrap();
                assert!(i.lo() <= hi && lo <= i.hi(), "{function:?}({x}): {i:?} misses {lo}…{hi}");
                compared += 1;
            }
        }
    }
    assert!(compared > 400, "only {compared} points were in a domain");
}

/// An enclosure over a wide argument contains the values at points inside.
#[test]
fn wide_arguments_contain_their_points() {
    let (balls, intervals) = (Balls::new(80), Intervals::new());
    let mut stream = SeedPath::root(6).child("wide").stream();
    let mut compared = 0;
    for function in Function::ALL.iter().filter(|f| f.arity() == 1 && **f != Function::Factorial) {
        for _ in 0..60 {
            let center = 6.0 * (2.0 * stream.random::<f64>() - 1.0);
            let width = 4.0 * stream.random::<f64>().powi(3);
            let (lo, hi) = (center - width / 2.0, center + width / 2.0);
            let ball = balls.hull(&balls.from_f64(lo), &balls.from_f64(hi));
            let wide = balls.function(*function, &[ball]);
            let interval = intervals.function(*function, &[Interval::new(lo, hi)]);
            for k in 0..=6 {
                let x = lo + (hi - lo) * f64::from(k) / 6.0;
                if !(lo..=hi).contains(&x) {
                    continue;
                }
                let Ok(at) = balls.function(*function, &[balls.from_f64(x)]) else { continue };
                if let Ok(wide) = &wide {
                    assert!(!balls.separated(wide, &at), "{function:?} on {lo}…{hi} misses {x}");
                    compared += 1;
                }
                if let Ok(interval) = &interval {
                    let (p, q) = balls.enclosure(&at);
                    assert!(interval.lo() <= q && p <= interval.hi(), "{function:?} on {lo}…{hi} misses {x}");
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn products_and_powers_of_every_sign() {
    let balls = Balls::new(64);
    let values = [-4.0, -1.0, -0.25, 0.0, 0.5, 2.0];
    for lo in values {
        for hi in values.iter().filter(|hi| **hi >= lo) {
            let a = balls.hull(&balls.from_f64(lo), &balls.from_f64(*hi));
            for p in values {
                for q in values.iter().filter(|q| **q >= p) {
                    let b = balls.hull(&balls.from_f64(p), &balls.from_f64(*q));
                    let corners = [lo * p, lo * q, hi * p, hi * q];
                    let exact = |pick: fn(f64, f64) -> f64| corners.into_iter().reduce(pick).unwrap();
                    assert_eq!(balls.enclosure(&balls.mul(&a, &b)), (exact(f64::min), exact(f64::max)));
                    if p > 0.0 || *q < 0.0 {
                        let corners = [lo / p, lo / q, hi / p, hi / q];
                        let (x, y) = balls.enclosure(&balls.div(&a, &b).unwrap());
                        assert!(
                            corners.iter().all(|c| x <= *c && *c <= y) && corners.contains(&x) && corners.contains(&y)
                        );
                    }
                }
            }
            let (x, y) = balls.enclosure(&balls.powi(&a, 2).unwrap());
            let straddles = lo < 0.0 && *hi > 0.0;
            assert_eq!(x, if straddles { 0.0 } else { (lo * lo).min(hi * hi) });
            assert_eq!(y, (lo * lo).max(hi * hi));
            assert_eq!(balls.enclosure(&balls.powi(&a, 3).unwrap()), (lo.powi(3), hi.powi(3)));
        }
    }
}

#[test]
fn unbounded_work_is_refused() {
    let balls = Balls::new(64);
    let mut x = balls.from_f64(1e300);
    for _ in 0..100 {
        x = balls.mul(&x, &x);
    }
    assert_eq!(x, Ball::ENTIRE);
    assert!(balls.function(Function::Sin, &[balls.from_f64(1e300)]).is_err());
    assert!(balls.function(Function::Exp, &[balls.from_f64(1e300)]).is_err());
    assert!(balls.function(Function::Gamma, &[balls.from_f64(-1e9 - 0.5)]).is_err());
}
