//! Special functions of several arguments against published digits, closed forms, recurrences and Wronskians.

use super::*;
use crate::numeric::Special;

fn at(balls: &Balls, special: Special, arguments: &[Rational]) -> Ball {
    let arguments: Vec<Ball> = arguments.iter().map(|x| balls.rational(x)).collect();
    balls.special(special, &arguments).unwrap_or_else(|e| panic!("{special:?}{arguments:?}: {e}"))
}

#[track_caller]
fn same(balls: &Balls, x: &Ball, y: &Ball, digits: f64) {
    let known = balls.digits(x, y);
    assert!(known > digits, "{known} digits: {:?} {:?}", balls.enclosure(x), balls.enclosure(y));
    assert!(!balls.separated(x, y));
}

#[test]
fn published_digits_of_special_functions() {
    let balls = Balls::new(140);
    for (special, arguments, digits, exponent) in [
        (Special::BesselJ, vec![ratio(0, 1), ratio(1, 1)], "7.651976865579665514497175261026632209093", -1),
        (Special::BesselI, vec![ratio(0, 1), ratio(1, 1)], "1.266065877752008335598244625214717537607", 0),
        (Special::BesselK, vec![ratio(0, 1), ratio(1, 1)], "4.210244382407083333356273777", -1),
        (Special::Zeta, vec![ratio(3, 1)], "1.202056903159594285399738161511449990765", 0),
        (Special::Zeta, vec![ratio(1, 2)], "-1.460354508809586812889499152515298", 0),
        (Special::UpperGamma, vec![ratio(0, 1), ratio(1, 1)], "2.193839343955202736771637754601216490310", -1),
    ] {
        let value = at(&balls, special, &arguments);
        let known = balls.digits(&value, &decimal(&balls, digits, exponent));
        assert!(known > digits.len() as f64 - 4.0, "{special:?}: {known}");
    }
}

#[test]
fn incomplete_gammas_complete_each_other() {
    let balls = Balls::new(128);
    for (s, x) in [
        (ratio(1, 3), ratio(1, 5)),
        (ratio(7, 2), ratio(30, 1)),
        (ratio(-5, 4), ratio(2, 1)),
        (ratio(40, 1), ratio(1, 2)),
    ] {
        let sum = balls.add(
            &at(&balls, Special::LowerGamma, &[s.clone(), x.clone()]),
            &at(&balls, Special::UpperGamma, &[s.clone(), x.clone()]),
        );
        same(&balls, &sum, &balls.function(Function::Gamma, &[balls.rational(&s)]).unwrap(), 34.0);
        // Γ(s + 1, x) = s Γ(s, x) + x^s e^{−x}, through a subtraction of its own.
        let next = at(&balls, Special::UpperGamma, &[&s + Rational::ONE, x.clone()]);
        let (s, x) = (balls.rational(&s), balls.rational(&x));
        let weight = balls.mul(&balls.pow(&x, &s).unwrap(), &balls.function(Function::Exp, &[balls.neg(&x)]).unwrap());
        let upper = balls.special(Special::UpperGamma, &[s.clone(), x]).unwrap();
        same(&balls, &next, &balls.add(&balls.mul(&s, &upper), &weight), 33.0);
    }
    // Γ(½, x²) = √π erfc x; an implementation of its own in f64.
    let x = balls.rational(&ratio(9, 4));
    let root_pi = balls.function(Function::Sqrt, &[balls.constant(Constant::Pi).unwrap()]).unwrap();
    let erfc = balls.function(Function::Erfc, &[balls.rational(&ratio(3, 2))]).unwrap();
    same(
        &balls,
        &balls.special(Special::UpperGamma, &[balls.rational(&ratio(1, 2)), x]).unwrap(),
        &balls.mul(&root_pi, &erfc),
        34.0,
    );
    for (s, x) in [(0.7, 0.3), (3.0, 8.0), (12.5, 10.0)] {
        let (lo, hi) =
            balls.enclosure(&balls.special(Special::LowerGamma, &[balls.from_f64(s), balls.from_f64(x)]).unwrap());
        let float = statrs::function::gamma::gamma_lr(s, x) * core_math::tgamma(s);
        assert!((lo - float).abs() < 1e-11 * float && hi - lo < 1e-14 * float);
    }
    assert!(matches!(
        balls.special(Special::UpperGamma, &[balls.integer(1), balls.integer(-1)]),
        Err(Undefined::Domain(_))
    ));
}

#[test]
fn bessel_functions_satisfy_wronskians_and_closed_forms() {
    let balls = Balls::new(128);
    for (order, x) in [
        (ratio(1, 3), ratio(1, 2)),
        (ratio(2, 1), ratio(7, 2)),
        (ratio(5, 2), ratio(40, 1)),
        (ratio(0, 1), ratio(15, 1)),
    ] {
        let next = &order + Rational::ONE;
        let b = |special, order: &Rational| at(&balls, special, &[order.clone(), x.clone()]);
        // I_ν K_{ν+1} + I_{ν+1} K_ν = 1/x (DLMF 10.28.2)
        let wronskian = balls.add(
            &balls.mul(&b(Special::BesselI, &order), &b(Special::BesselK, &next)),
            &balls.mul(&b(Special::BesselI, &next), &b(Special::BesselK, &order)),
        );
        same(&balls, &wronskian, &balls.rational(&(Rational::ONE / &x)), 33.0);
        // J_{ν−1} + J_{ν+1} = 2ν J_ν/x
        let sum = balls.add(&b(Special::BesselJ, &(&order - Rational::ONE)), &b(Special::BesselJ, &next));
        let factor = balls.rational(&(Rational::from(2) * &order / &x));
        let right = balls.mul(&factor, &b(Special::BesselJ, &order));
        assert!(!balls.separated(&sum, &right) && balls.digits(&sum, &b(Special::BesselJ, &next)) < 30.0);
    }
    // J_{1/2}(x) = √(2/πx) sin x, K_{1/2}(x) = √(π/2x) e^{−x}.
    let (half, x) = (ratio(1, 2), balls.rational(&ratio(11, 1)));
    let pi = balls.constant(Constant::Pi).unwrap();
    let two = balls.integer(2);
    let root = |x: &Ball| balls.function(Function::Sqrt, std::slice::from_ref(x)).unwrap();
    let scale = root(&balls.div(&two, &balls.mul(&pi, &x)).unwrap());
    let sine = balls.function(Function::Sin, std::slice::from_ref(&x)).unwrap();
    same(&balls, &at(&balls, Special::BesselJ, &[half.clone(), ratio(11, 1)]), &balls.mul(&scale, &sine), 34.0);
    let scale = root(&balls.div(&pi, &balls.mul(&two, &x)).unwrap());
    let decay = balls.function(Function::Exp, &[balls.neg(&x)]).unwrap();
    same(&balls, &at(&balls, Special::BesselK, &[half, ratio(11, 1)]), &balls.mul(&scale, &decay), 34.0);
}

#[test]
fn zeta_at_whole_and_reflected_arguments() {
    let balls = Balls::new(128);
    let pi = balls.constant(Constant::Pi).unwrap();
    let sixth = balls.div(&balls.powi(&pi, 2).unwrap(), &balls.integer(6)).unwrap();
    same(&balls, &at(&balls, Special::Zeta, &[ratio(2, 1)]), &sixth, 35.0);
    assert_eq!(at(&balls, Special::Zeta, &[ratio(-1, 1)]), balls.rational(&ratio(-1, 12)));
    assert_eq!(at(&balls, Special::Zeta, &[ratio(-3, 1)]), balls.rational(&ratio(1, 120)));
    // The alternating series (1 − 2^{1−s}) ζ(s) = 2^{−s} (ζ(s, ½) − ζ(s, 1)).
    let s = ratio(7, 3);
    let difference = balls.sub(
        &at(&balls, Special::HurwitzZeta, &[s.clone(), ratio(1, 2)]),
        &at(&balls, Special::HurwitzZeta, &[s.clone(), ratio(1, 1)]),
    );
    let power = balls.pow(&balls.integer(2), &balls.rational(&(Rational::ONE - &s))).unwrap();
    let left = balls.mul(&balls.sub(&balls.integer(1), &power), &at(&balls, Special::Zeta, std::slice::from_ref(&s)));
    let scale = balls.pow(&balls.integer(2), &balls.rational(&-s)).unwrap();
    // Σ (−1)^{k−1} k^{−s}: even terms from ζ(s, 1), odd ones from ζ(s, ½).
    same(&balls, &left, &balls.mul(&scale, &difference), 33.0);
    // ζ(s, a) − ζ(s, a + 1) = a^{−s}, below zero too.
    let (a, cube) = (ratio(-7, 3), ratio(3, 1));
    let step = balls.sub(
        &at(&balls, Special::HurwitzZeta, &[cube.clone(), a.clone()]),
        &at(&balls, Special::HurwitzZeta, &[cube, &a + Rational::ONE]),
    );
    same(&balls, &step, &balls.powi(&balls.rational(&a), -3).unwrap(), 33.0);
    let reflected = at(&balls, Special::Zeta, &[ratio(-5, 2)]);
    // ζ(−5/2) = 0.008516928…
    assert!(balls.digits(&reflected, &decimal(&balls, "8.516928777", -3)) > 8.0, "{:?}", balls.enclosure(&reflected));
}

#[test]
fn hypergeometric_functions_in_closed_form() {
    let balls = Balls::new(128);
    for x in [ratio(1, 3), ratio(-3, 1), ratio(9, 10), ratio(-1, 5)] {
        // ₂F₁(1, 1; 2; x) = −log(1 − x)/x
        let value = at(&balls, Special::Hypergeometric2F1, &[ratio(1, 1), ratio(1, 1), ratio(2, 1), x.clone()]);
        let log = balls.function(Function::Log, &[balls.rational(&(Rational::ONE - &x))]).unwrap();
        same(&balls, &value, &balls.neg(&balls.div(&log, &balls.rational(&x)).unwrap()), 33.0);
    }
    for x in [ratio(1, 3), ratio(4, 1), ratio(7, 1)] {
        // ₁F₁(½; 3/2; −x²) = √π erf x/(2x)
        let value = at(&balls, Special::Hypergeometric1F1, &[ratio(1, 2), ratio(3, 2), -(&x * &x)]);
        let erf = balls.function(Function::Erf, &[balls.rational(&x)]).unwrap();
        let root_pi = balls.function(Function::Sqrt, &[balls.constant(Constant::Pi).unwrap()]).unwrap();
        let right = balls.div(&balls.mul(&root_pi, &erf), &balls.rational(&(Rational::from(2) * &x))).unwrap();
        same(&balls, &value, &right, 33.0);
    }
    let gamma = |x: i64| balls.function(Function::Gamma, &[balls.rational(&ratio(x, 3))]).unwrap();
    let beta = balls.div(&balls.mul(&gamma(4), &gamma(5)), &gamma(9)).unwrap();
    same(&balls, &at(&balls, Special::Beta, &[ratio(4, 3), ratio(5, 3)]), &beta, 36.0);
}
