use super::*;
use crate::claim::{Domain, Role};
use crate::expr::fixture::*;
use crate::expr::{ArrayFunction, Expr, Relation, Sort, print};
use crate::method::Context;
use crate::method::Method;
use crate::method::fixture::Table;
use crate::numeric::Function::{Cosh, Exp, Log, Sinh, Sqrt, Tanh};

fn budget() -> Budget {
    Budget::default()
}

fn evidence(claim: &Claim) -> Vec<crate::evidence::Evidence> {
    let (budget, seed) = (budget(), SeedPath::root(1));
    let context = Context { claim, budget: &budget, seed: &seed };
    let mut out = enclosure::Enclosure.check(&context);
    out.extend(exact::Exact.check(&context));
    out
}

fn repairs(claim: &Claim) -> Vec<String> {
    let found = corrections(claim, &evidence(claim), &budget(), &SeedPath::root(1), &not_simulated);
    found.into_iter().map(|c| c.tex).collect()
}

#[test]
fn a_misprint_is_repaired_by_the_formula_that_was_meant() {
    let mut t = Table::default();
    let (x, y) = (&t.real("x"), &t.positive("y"));
    let exponential = |e: Expr| f(Exp, e);
    let tanh = (n(1) - exponential(n(-2) * x)) / (n(1) + exponential(n(-2) * x));
    let misprint = (n(1) + exponential(n(-2) * x)) / (n(1) + exponential(n(-2) * x));
    let found = repairs(&t.claim(f(Tanh, x.clone()), Relation::Equal, misprint));
    assert_eq!(found[0], print::link(&t.claim(f(Tanh, x.clone()), Relation::Equal, tanh).statement.links[0]));
    let found = repairs(&t.claim(f(Log, pow(y.clone(), n(2))), Relation::Equal, n(3) * f(Log, y.clone())));
    assert!(found.iter().any(|tex| tex.ends_with(r"= 2 \log\left( y \right)")), "{found:?}");
    // Nothing within two slips.
    assert!(repairs(&t.claim(f(Tanh, x.clone()), Relation::Equal, pow(y.clone(), n(7)))).is_empty());
}

#[test]
fn cancellation_at_a_large_argument_does_not_hide_a_repair() {
    let mut t = Table::default();
    let x = &t.positive("x");
    let square = |function| pow(f(function, x.clone()), n(2));
    let claim = t.claim(square(Cosh) + square(Sinh), Relation::Equal, n(1));
    let found = repairs(&claim);
    assert!(found.iter().any(|tex| tex.contains("- \\sinh")), "{found:?}");
}

#[test]
fn what_holds_at_special_points_only_is_no_repair() {
    let mut t = Table::default();
    let few = Domain::Interval { lower: Some((0.into(), true)), upper: Some((3.into(), true)) };
    let (y, x) = (&t.real("y"), &use_of(&t.declare("x", Sort::Integer, few, Role::Variable)));
    let claim = t.claim(y.clone(), Relation::Equal, y + pow(x.clone(), n(4)));
    let bench = Bench::new(&claim, &budget(), &SeedPath::root(1)).unwrap();
    let filter = filter::Filter::new(&bench, &claim.statement.links[0]).unwrap();
    let passes = |right: Expr| {
        let link = Link { right, ..claim.statement.links[0].clone() };
        filter.passes(&link, [false, true]) == filter::Fit::Agrees
    };
    // y = y + √(−x⁴) holds wherever it is defined, which is at x = 0.
    assert!(!passes(y + f(Sqrt, -pow(x.clone(), n(4)))));
    assert!(passes(y + pow(x.clone(), n(4)) - x * pow(x.clone(), n(3))));
}

#[test]
fn two_slips_are_undone_where_one_is_not_enough() {
    let mut t = Table::default();
    let (a, b) = (&t.real("a"), &t.real("b"));
    let right = pow(a.clone(), n(2)) - a * b + pow(b.clone(), n(2));
    let claim = t.claim(pow(a + b, n(2)), Relation::Equal, right);
    let found = corrections(&claim, &evidence(&claim), &budget(), &SeedPath::root(1), &not_simulated);
    assert!(!found.is_empty() && found[0].edits == 2, "{found:?}");
}

#[test]
fn matrices_in_the_wrong_order_or_transposed() {
    let mut t = Table::default();
    let d = t.dimension("d");
    let (a, b) = (&t.square("A", &d, Domain::All), &t.square("B", &d, Domain::All));
    let transposed = |m: Expr| {
        let sort = m.sort.clone();
        array_of(ArrayFunction::Transpose, vec![m], sort)
    };
    let found = repairs(&t.claim(transposed(a * b), Relation::Equal, transposed(b.clone()) * a));
    assert_eq!(found[0], r"\left( A B \right)^{\top} = B^{\top} A^{\top}");
}

#[test]
fn a_sharp_check_kills_what_is_wrong_and_knows_what_is_the_same() {
    let mut t = Table::default();
    let (x, y) = (&t.real("x"), &t.positive("y"));
    let claim = t.claim(pow(x + y, n(2)), Relation::Equal, pow(x.clone(), n(2)) + n(2) * x * y + pow(y.clone(), n(2)));
    let sharp = sharpness(&claim, &evidence(&claim), &budget(), &SeedPath::root(1), &not_simulated, 80).unwrap();
    assert!(sharp.mutants > 30 && sharp.survivors.is_empty(), "{sharp:?}");
    assert_eq!(sharp.killed + sharp.equivalent, sharp.mutants);
    assert_eq!(sharp.equivalent, 0);
    // The hyperbolic cosine is even: the sign of its argument is no slip.
    let (cosh, sinh) = (|e: &Expr| f(Cosh, e.clone()), |e: &Expr| f(Sinh, e.clone()));
    let claim = t.claim(cosh(&(x - y)), Relation::Equal, cosh(x) * cosh(y) - sinh(x) * sinh(y));
    let sharp = sharpness(&claim, &evidence(&claim), &budget(), &SeedPath::root(1), &not_simulated, 200).unwrap();
    assert!(sharp.equivalent >= 1 && sharp.survivors.is_empty(), "{sharp:?}");
    // A coarse tolerance lets small slips pass, and says so.
    let near = Domain::Interval {
        lower: Some((crate::numeric::Rational::ZERO, true)),
        upper: Some((crate::numeric::Rational::from_parts(1.into(), 1000_u32.into()), true)),
    };
    let mut t = Table::default();
    let z = use_of(&t.declare("z", Sort::Real, near, crate::claim::Role::Variable));
    let mut claim = t.claim(f(Exp, z.clone()), Relation::Approximately, n(1) + &z);
    claim.tolerance = Some(crate::claim::Tolerance { relative: 0.01, reason: "first order".into() });
    let blunt = sharpness(&claim, &evidence(&claim), &budget(), &SeedPath::root(1), &not_simulated, 80).unwrap();
    assert!(!blunt.survivors.is_empty() && blunt.killed > 0, "{blunt:?}");
}

#[test]
fn what_follows_from_the_formula_is_harmless_and_what_happens_to_hold_is_not() {
    let mut t = Table::default();
    let (x, y) = (&t.positive("x"), &t.positive("y"));
    let harmless = |original: (Expr, Relation, Expr), changed: Expr, side: usize| {
        let claim = t.claim(original.0, original.1, original.2);
        let budget = budget();
        let bench = Bench::new(&claim, &budget, &SeedPath::root(1)).unwrap();
        let link = &claim.statement.links[0];
        let mut variant = link.clone();
        *(if side == 0 { &mut variant.left } else { &mut variant.right }) = flat(changed);
        bench.is_harmless(link, &variant, &[side])
    };
    let one = || pow(f(Cosh, x.clone()), n(2)) - pow(f(Sinh, x.clone()), n(2));
    assert!(harmless((one(), Relation::Equal, n(1)), pow(one(), n(2)), 0));
    assert!(!harmless((one(), Relation::Equal, n(1)), n(2) * one(), 0));
    assert!(harmless((one() - n(1), Relation::Equal, n(0)), n(2) * (one() - n(1)), 0));
    assert!(!harmless((one() - n(1), Relation::Equal, n(0)), one() - n(2), 0));
    // A positive multiple keeps its sign, the negative one does not.
    let square = || pow(x - y, n(2));
    assert!(harmless((square(), Relation::GreaterOrEqual, n(0)), n(2) * square(), 0));
    assert!(!harmless((square(), Relation::GreaterOrEqual, n(0)), -square(), 0));
    // A looser bound follows, a tighter one that may hold as well does not.
    let bound = (f(Tanh, x.clone()), Relation::LessOrEqual, n(1));
    assert!(harmless(bound.clone(), n(2), 1));
    assert!(!harmless(bound, f(Tanh, n(2) * x), 1));
}

/// Whether a variant, changed at the side, is known to be true if the claim is.
fn is_harmless(claim: &Claim, changed: Expr, side: usize) -> bool {
    let budget = budget();
    let bench = Bench::new(claim, &budget, &SeedPath::root(1)).unwrap();
    let link = &claim.statement.links[0];
    let mut variant = link.clone();
    *(if side == 0 { &mut variant.left } else { &mut variant.right }) = flat(changed);
    bench.is_harmless(link, &variant, &[side])
}

#[test]
fn a_formula_at_another_value_of_a_symbol_is_harmless_only_if_that_value_is_in_its_range() {
    let mut t = Table::default();
    let (x, a) = (&t.real("x"), &t.positive("a"));
    let bounds = Domain::Interval { lower: Some((0.into(), false)), upper: Some((1.into(), false)) };
    let u = &use_of(&t.declare("u", Sort::Real, bounds, Role::Variable));
    // |tanh(s x)| < 1 for every s: with s = u, a and x alone.
    let claim = |s: &Expr| t.claim(pow(f(Tanh, s * x), n(2)), Relation::Less, n(1));
    let variant = |s: Expr| pow(f(Tanh, s * x), n(2));
    assert!(is_harmless(&claim(a), variant(n(2) * a), 0) && is_harmless(&claim(a), variant(pow(a.clone(), n(2))), 0));
    assert!(
        is_harmless(&claim(u), variant(pow(u.clone(), n(2))), 0)
            && is_harmless(&claim(u), variant(f(Sqrt, u.clone())), 0)
    );
    // 2u is u at twice the x, u + 1 is nothing that is in range.
    assert!(is_harmless(&claim(u), variant(n(2) * u), 0) && !is_harmless(&claim(u), variant(u + n(1)), 0));
    // A symbol that stands elsewhere, too, is no free choice.
    let twice = t.claim(f(Exp, a.clone()), Relation::GreaterOrEqual, n(1) + a);
    assert!(!is_harmless(&twice, f(Exp, pow(a.clone(), n(2))), 0));
}

#[test]
fn an_arbitrary_function_can_have_another_argument() {
    let mut t = Table::default();
    let (x, y) = (&t.real("x"), &t.real("y"));
    let sort = Sort::Function(vec![Sort::Real, Sort::Real], Box::new(Sort::Real));
    let mut declared = |tex: &str, domain| t.declare(tex, sort.clone(), domain, Role::Variable);
    let (smooth, density) = (declared("f", Domain::Smooth), declared("p", Domain::Density(vec![1])));
    let call = |g: &crate::expr::Symbol, a: Expr, b: &Expr| {
        Expr::new(crate::expr::Kind::Call(g.clone(), vec![a, b.clone()]), Sort::Real, x_span())
    };
    let symbol_of = |e: &Expr| match &*e.kind {
        crate::expr::Kind::Symbol(s) => s.clone(),
        _ => unreachable!(),
    };
    let infinity = || Expr::new(crate::expr::Kind::Infinity, Sort::Real, x_span());
    let mass = |a: Expr, by: &Expr| {
        let kind = crate::expr::Kind::Integral(symbol_of(y), -infinity(), infinity(), call(&density, a, by));
        Expr::new(kind, Sort::Real, x_span())
    };
    let claim = t.claim(mass(x.clone(), y), Relation::Equal, n(1));
    assert!(is_harmless(&claim, mass(n(2) * x, y), 0));
    assert!(!is_harmless(&claim, mass(x.clone(), &(n(2) * y)), 0));
    let square = |a: Expr| pow(call(&smooth, a, y), n(2));
    let claim = t.claim(square(x.clone()), Relation::GreaterOrEqual, -f(Exp, y.clone()));
    assert!(is_harmless(&claim, square(pow(x.clone(), n(2))), 0));
    // Both calls are the same function.
    let claim = t.claim(call(&smooth, x.clone(), y), Relation::Equal, call(&smooth, x.clone(), y));
    assert!(!is_harmless(&claim, call(&smooth, n(2) * x, y), 0));
}

#[test]
fn what_has_the_same_limit_is_harmless_along_it() {
    let mut t = Table::default();
    let (x, a, u) = (&t.positive("x"), &t.positive("a"), &t.real("u"));
    let crate::expr::Kind::Symbol(symbol) = &*x.kind else { unreachable!() };
    let target = Expr::new(crate::expr::Kind::Infinity, Sort::Real, x_span());
    let limit = crate::claim::Limit { symbol: symbol.clone(), target, exponents: vec![1.0] };
    let mut claim = t.claim(n(1) - pow(x.clone(), -a.clone()), Relation::TendsTo, n(1));
    claim.limit = Some(limit);
    assert!(is_harmless(&claim, n(1) - n(2) * pow(x.clone(), -a.clone()), 0));
    assert!(!is_harmless(&claim, n(1) - pow(x.clone(), a.clone()), 0));
    assert!(!is_harmless(&claim, n(1) - pow(x.clone(), -(a * u)), 0));
    assert!(!is_harmless(&claim, n(2) - pow(x.clone(), -a.clone()), 0));
}

#[test]
fn a_shortened_side_does_not_hide_the_part_that_is_missing_and_equal_sides_are_shown_once() {
    let mut t = Table::default();
    let (r, m) = (&t.positive("r"), &t.positive("m"));
    let square = |e: &Expr| pow(e.clone(), n(2));
    // (1 − r²) on the left has lost its 1; dropping it on the right, too, would be true as well.
    let right = pow(n(1) + (n(1) - square(r)) / (square(r) * m), n(2));
    let left = |top: Expr| pow(square(r) + top / m, n(2)) / pow(r.clone(), n(4));
    let found = repairs(&t.claim(left(-square(r)), Relation::Equal, right.clone()));
    let meant = print::link(&t.claim(left(-square(r) + n(1)), Relation::Equal, right).statement.links[0]);
    assert!(found.iter().take(3).any(|tex| *tex == meant), "{found:?}");
    // log y² = 3 log y has repairs on both sides, one of each.
    let found = repairs(&t.claim(f(Log, pow(m.clone(), n(2))), Relation::Equal, n(3) * f(Log, m.clone())));
    let left_kept = found.iter().filter(|tex| tex.starts_with(r"\log\left( m^{2} \right) =")).count();
    assert_eq!(left_kept, 1, "{found:?}");
}
