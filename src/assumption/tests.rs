use super::*;
use crate::expr::declaration::Domain;
use crate::expr::fixture::*;
use crate::expr::{Expr, Link};
use crate::numeric::Function;
use crate::source::Span;
use nalgebra::DMatrix;

pub(crate) fn declare(symbol: &Symbol, domain: Domain, role: Role) -> Declaration {
    Declaration { symbol: symbol.clone(), domain, role, span: Span::default() }
}

fn above(bound: i64, closed: bool) -> Domain {
    Domain::Interval { lower: Some((Rational::from(bound), closed)), upper: None }
}

fn array<'a>(point: &'a Point, symbol: &Symbol) -> &'a DMatrix<Rational> {
    match point.get(symbol) {
        Some(Value::Array(m)) => m,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_style_keeps_the_structure_that_is_declared() {
    let d = symbol("d", Sort::Integer);
    let square = Sort::Matrix(Dim::Named(d.clone()), Dim::Named(d.clone()));
    let (c, q) = (symbol("C", square.clone()), symbol("Q", square));
    let x = symbol("x", Sort::Real);
    let unit = Domain::Interval { lower: Some((Rational::ZERO, false)), upper: Some((Rational::ONE, true)) };
    let declarations = [
        declare(&d, above(2, true), Role::Dimension),
        declare(&c, Domain::PositiveDefinite, Role::Variable),
        declare(&q, Domain::Orthogonal, Role::Variable),
        declare(&x, unit, Role::Variable),
    ];
    let sampler = Sampler::new(&declarations, &[c.clone(), q.clone(), x.clone()], &[], &[1, 2, 3]).unwrap();
    let (points, tally) = sampler.points(30, 50, &SeedPath::root(1));
    assert_eq!(tally.admissible, 30);
    let mut sizes = Vec::new();
    for point in &points {
        let n = point.size(&d).unwrap();
        sizes.push(n);
        let (c, q) = (array(point, &c), array(point, &q));
        // Leading minors are positive and the rows orthonormal, exactly.
        let float = c.map(|e| e.to_f64().value());
        assert!(float.clone().cholesky().is_some(), "{float}");
        assert_eq!(c.transpose(), *c);
        for i in 0..n {
            for j in 0..n {
                let dot = (0..n).fold(Rational::ZERO, |sum, k| sum + &q[(i, k)] * &q[(j, k)]);
                assert_eq!(dot, Rational::from(u8::from(i == j)));
            }
        }
        let Some(Value::Scalar(x)) = point.get(&x) else { panic!() };
        assert!(*x > Rational::ZERO && *x <= Rational::ONE);
    }
    assert!(sizes.contains(&2) && sizes.contains(&3) && !sizes.contains(&1));
}

#[test]
fn conditions_reject_and_are_counted_and_an_empty_domain_is_seen() {
    let (x, y) = (symbol("x", Sort::Real), symbol("y", Sort::Real));
    let declarations = [declare(&x, Domain::All, Role::Variable), declare(&y, above(0, true), Role::Variable)];
    let condition = |left: Expr, right: Expr| Condition::Holds(Link { left, relation: Relation::Less, right });
    let ordered = condition(use_of(&y), use_of(&x));
    let used = [x.clone(), y.clone()];
    let sampler = Sampler::new(&declarations, &used, &[ordered], &[]).unwrap();
    let (points, tally) = sampler.points(20, 200, &SeedPath::root(1));
    assert!(points.len() >= 15 && tally.rejected.values().sum::<usize>() > 0);
    for point in &points {
        let (Some(Value::Scalar(x)), Some(Value::Scalar(y))) = (point.get(&x), point.get(&y)) else { panic!() };
        assert!(y < x);
    }
    let more = sampler.points(25, 200, &SeedPath::root(1)).0;
    assert_eq!(more[..points.len()], points[..]);
    let impossible = condition(pow(use_of(&x), n(2)) + n(1), n(0));
    let sampler = Sampler::new(&declarations, &used, &[impossible], &[]).unwrap();
    let (points, tally) = sampler.points(20, 200, &SeedPath::root(1));
    assert!(points.is_empty() && tally.admissible == 0);
    assert_eq!(tally.rejected.values().sum::<usize>(), 200);
}

#[test]
fn measured_symbols_are_not_drawn() {
    let m = symbol("m", Sort::Real);
    let declarations = [declare(&m, Domain::All, Role::Estimand)];
    assert!(Sampler::new(&declarations, &[m], &[], &[]).is_err());
}

#[test]
fn whole_numbers_come_to_the_ends_of_their_ranges_as_far_as_conditions_let_them() {
    let (n_, m) = (symbol("n", Sort::Integer), symbol("m", Sort::Integer));
    let upto = Domain::Interval { lower: Some((Rational::from(2), true)), upper: Some((Rational::from(9), false)) };
    let declarations = [declare(&n_, above(1, true), Role::Variable), declare(&m, upto, Role::Variable)];
    let ends = |conditions: &[Condition]| -> Vec<(Rational, Rational)> {
        let sampler = Sampler::new(&declarations, &[n_.clone(), m.clone()], conditions, &[]).unwrap();
        let value = |p: &Point, s: &Symbol| p.get(s).and_then(|v| v.as_scalar().cloned()).unwrap();
        sampler.ends(50, &SeedPath::root(1)).iter().map(|p| (value(p, &n_), value(p, &m))).collect()
    };
    let free = ends(&[]);
    let whole = |k: i64| Rational::from(k);
    assert!(free.iter().any(|(n, _)| *n == whole(1)), "{free:?}");
    assert!(free.iter().any(|(_, m)| *m == whole(2)) && free.iter().any(|(_, m)| *m == whole(8)), "{free:?}");
    assert!(free.contains(&(whole(1), whole(2))), "{free:?}");
    let least = Condition::Holds(Link { left: n(3), relation: Relation::LessOrEqual, right: use_of(&n_) });
    let bounded = ends(&[least]);
    assert!(bounded.iter().any(|(n, _)| *n == whole(3)) && bounded.iter().all(|(n, _)| *n >= whole(3)), "{bounded:?}");
}

#[test]
fn arrays_are_compared_entry_by_entry() {
    let d = symbol("d", Sort::Integer);
    let vector = Sort::Vector(Dim::Named(d.clone()));
    let (s, t) = (symbol("s", vector.clone()), symbol("t", vector));
    let declarations = [
        declare(&d, above(1, true), Role::Dimension),
        declare(&s, Domain::Signs, Role::Variable),
        declare(&t, Domain::Signs, Role::Variable),
    ];
    let different = Condition::Holds(Link { left: use_of(&s), relation: Relation::NotEqual, right: use_of(&t) });
    let sampler = Sampler::new(&declarations, &[s.clone(), t.clone()], &[different], &[1, 2, 3]).unwrap();
    let (points, _) = sampler.points(12, 200, &SeedPath::root(1));
    assert!(points.len() >= 5 && points.iter().all(|p| p.get(&s) != p.get(&t)));
}

#[test]
fn one_variable_with_a_density_is_drawn_where_the_density_is_positive() {
    let (x, y) = (symbol("x", Sort::Real), symbol("y", Sort::Real));
    // Positive for x < 1 only.
    let density = n(1) - f(Function::Sign, use_of(&x) - n(1));
    let random = |s: &Symbol, density: Expr| declare(s, Domain::All, Role::Random(Law::Density(density)));
    let declarations = [random(&x, density.clone()), random(&y, use_of(&x) * use_of(&y))];
    let sampler = Sampler::new(&declarations, std::slice::from_ref(&x), &[], &[]).unwrap();
    let (points, tally) = sampler.points(20, 50, &SeedPath::root(4));
    assert!(points.len() > 5 && tally.admissible < tally.admissible + tally.rejected.values().sum::<usize>());
    assert!(points.iter().all(|p| matches!(p.get(&x), Some(Value::Scalar(v)) if *v <= Rational::ONE)));
    // Of two it is the joint law that counts; a law that depends on something random is none of one variable.
    assert!(Sampler::new(&declarations, &[x.clone(), y.clone()], &[], &[]).is_err());
    assert!(Sampler::new(&declarations, std::slice::from_ref(&y), &[], &[]).is_err());
    // A density that is positive whatever the other is asks for nothing.
    let gap = use_of(&y) - use_of(&x);
    let positive = f(Function::Exp, n(0) - pow(gap, n(2))) / f(Function::Sqrt, n(3));
    let declarations = [random(&x, density), random(&y, positive)];
    let sampler = Sampler::new(&declarations, std::slice::from_ref(&y), &[], &[]).unwrap();
    assert!(sampler.conditions.is_empty() && sampler.variables().count() == 1);
}
