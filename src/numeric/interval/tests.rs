//! Intervals against exact rationals; the functions are compared with balls there.

use super::*;
use crate::random::SeedPath;
use rand::RngExt;

fn exact(x: f64) -> Rational {
    Rational::try_from(x).unwrap()
}

/// Numbers of many magnitudes, some of them whole.
fn draw(stream: &mut crate::random::Stream) -> f64 {
    let mantissa = 2.0 * stream.random::<f64>() - 1.0;
    match stream.random_range(0..4) {
        0 => (mantissa * 20.0).round(),
        1 => mantissa * 10_f64.powi(stream.random_range(-300..300)),
        2 => mantissa * 1e-308 * stream.random::<f64>(),
        _ => mantissa,
    }
}

#[test]
fn endpoints_bracket_the_exact_result_within_one_unit() {
    let a = Intervals::new();
    let mut stream = SeedPath::root(3).child("intervals").stream();
    for _ in 0..3000 {
        let (x, y) = (draw(&mut stream), draw(&mut stream));
        let (p, q) = (Interval::point(x), Interval::point(y));
        let mut results = vec![
            (a.add(&p, &q), exact(x) + exact(y)),
            (a.sub(&p, &q), exact(x) - exact(y)),
            (a.mul(&p, &q), exact(x) * exact(y)),
        ];
        if y != 0.0 {
            results.push((a.div(&p, &q).unwrap_or(Interval::ENTIRE), exact(x) / exact(y)));
        }
        for (interval, value) in results {
            assert!(interval.lo == f64::NEG_INFINITY || exact(interval.lo) <= value, "{x} {y} {interval:?}");
            assert!(interval.hi == f64::INFINITY || exact(interval.hi) >= value, "{x} {y} {interval:?}");
            if interval.is_bounded() {
                assert!(interval.hi <= interval.lo.next_up().next_up());
            }
        }
        let root = a.function(Function::Sqrt, &[Interval::point(x.abs())]).unwrap();
        assert!(exact(root.lo) * exact(root.lo) <= exact(x.abs()));
        assert!(exact(root.hi) * exact(root.hi) >= exact(x.abs()));
    }
}

#[test]
fn whole_numbers_and_dyadic_fractions_stay_points() {
    let a = Intervals::new();
    let number = |n: i64| a.rational(&Rational::from(n));
    assert_eq!(a.div(&a.sub(&number(7), &number(4)), &number(8)).unwrap(), Interval::point(0.375));
    assert_eq!(a.powi(&number(-3), 5).unwrap(), Interval::point(-243.0));
    assert_eq!(a.function(Function::Sqrt, &[number(49)]).unwrap(), Interval::point(7.0));
    assert_eq!(a.compare(&number(2), &number(2)), Some(Ordering::Equal));
    let third = a.div(&number(1), &number(3)).unwrap();
    assert_eq!(a.compare(&third, &third), None, "two unknown numbers in one interval need not be equal");
    assert_eq!(a.powi(&Interval::new(-2.0, 1.0), 2).unwrap(), Interval::new(0.0, 4.0));
}

#[test]
fn digits_measure_the_worst_case() {
    let a = Intervals::new();
    let (x, y) = (Interval::new(1.0, 1.000_1), Interval::new(1.0, 1.000_2));
    assert!((a.digits(&x, &y) - 3.699).abs() < 0.01);
    assert_eq!(a.digits(&Interval::point(2.0), &Interval::point(2.0)), f64::INFINITY);
    assert!(a.separated(&Interval::point(1.0), &Interval::point(1.0_f64.next_up())));
    assert!(!a.separated(&x, &y));
}
