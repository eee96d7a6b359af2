//! Integrals in several dimensions, laws, declared functions, limits and optima against closed forms and independent routes.

use super::*;
use crate::assumption::{Point, Sampler};
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::fixture::sum_over;
use crate::expr::{Approach, Differential, Optimum};
use crate::numeric::Special;
use crate::numeric::ball::Balls;
use crate::numeric::exact::ExactField;
use crate::random::SeedPath;

fn q(p: i64, r: i64) -> Expr {
    Expr::number(Rational::from(p) / Rational::from(r), Span::default())
}
fn add(terms: Vec<Expr>) -> Expr {
    let sort = terms[0].sort.clone();
    e(Kind::Add(terms), sort)
}
fn neg(x: Expr) -> Expr {
    let sort = x.sort.clone();
    e(Kind::Neg(x), sort)
}
fn mul(factors: Vec<Expr>) -> Expr {
    real(Kind::Mul(factors))
}
fn pow(x: Expr, k: i64) -> Expr {
    real(Kind::Pow(x, n(k)))
}
fn div(x: Expr, y: Expr) -> Expr {
    real(Kind::Div(x, y))
}
fn entry(v: &Symbol, i: i64) -> Expr {
    real(Kind::Component(s(v), vec![n(i)]))
}
fn vector(name: &str, d: usize) -> Symbol {
    Symbol::new(name, Sort::Vector(Dim::Literal(d)))
}
fn everywhere(symbol: &Symbol, body: Expr) -> Expr {
    let infinity = || real(Kind::Infinity);
    real(Kind::Integral(symbol.clone(), neg(infinity()), infinity(), body))
}
/// The value with its error bar: the exact one must lie inside, and the bar must be narrow.
#[track_caller]
fn within(expr: &Expr, at: &Assignment<f64>, exact: f64, width: f64) {
    let bar = Program::compile(expr).unwrap().evaluate_with_error(at).unwrap_or_else(|e| panic!("{e}"));
    let bar = bar.as_scalar().unwrap();
    assert!(bar.contains(exact), "{exact} is not in {bar:?}");
    assert!(bar.hi() - bar.lo() <= width * (1.0 + exact.abs()), "{bar:?}");
}

#[test]
fn integrals_over_the_plane_and_the_space() {
    let (x, y) = (scalar("x"), scalar("y"));
    let at = Assignment::new();
    // ∫∫ exp(−(x² + xy + y²)) = 2π/√3, and moved away from the origin and stretched
    let form = |x: Expr, y: Expr| add(vec![pow(x.clone(), 2), mul(vec![x, y.clone()]), pow(y, 2)]);
    let gaussian = |x: Expr, y: Expr| f(Function::Exp, neg(form(x, y)));
    let plain = everywhere(&x, everywhere(&y, gaussian(s(&x), s(&y))));
    let exact = std::f64::consts::TAU / 3_f64.sqrt();
    within(&plain, &at, exact, 1e-9);
    let moved = gaussian(div(add(vec![s(&x), n(-7)]), n(5)), mul(vec![n(4), add(vec![s(&y), n(2)])]));
    within(&everywhere(&x, everywhere(&y, moved)), &at, exact * 5.0 / 4.0, 1e-9);
    // Three dimensions, by a vector symbol: ∫ (1 + x₁² x₃²) exp(−‖x‖²/2) = (2π)^{3/2} · 2
    let v = vector("v", 3);
    let weight = f(Function::Exp, div(neg(real(Kind::Array(ArrayFunction::NormSquared, vec![s(&v)]))), n(2)));
    let polynomial = add(vec![n(1), mul(vec![pow(entry(&v, 1), 2), pow(entry(&v, 3), 2)])]);
    within(&everywhere(&v, mul(vec![polynomial, weight])), &at, 2.0 * std::f64::consts::TAU.powf(1.5), 1e-9);
    // What does not decay is refused.
    let flat = everywhere(&x, everywhere(&y, div(n(1), add(vec![n(1), form(s(&x), s(&y))]))));
    assert!(run(&flat, &at).is_err());
}

#[test]
fn differential_operators_by_hand() {
    let v = vector("v", 2);
    let (x, y) = (entry(&v, 1), entry(&v, 2));
    // g = x² y + sin(x y)
    let g = add(vec![mul(vec![pow(x.clone(), 2), y.clone()]), f(Function::Sin, mul(vec![x.clone(), y.clone()]))]);
    let mut at = Assignment::new();
    let (a, b) = (0.7_f64, -1.2_f64);
    at.set(&v, array(2, 1, &[a, b]));
    let (sin, cos) = (a * b).sin_cos();
    let laplacian = real(Kind::Differential(Differential::Laplacian, g.clone(), v.clone()));
    let expected = 2.0 * b - (a * a + b * b) * sin;
    close(number(&laplacian, &at), expected, 1e-14);
    let gradient = e(Kind::Gradient(g.clone(), v.clone()), v.sort().clone());
    let divergence = real(Kind::Differential(Differential::Divergence, gradient.clone(), v.clone()));
    close(number(&divergence, &at), expected, 1e-14);
    let square = Sort::Matrix(Dim::Literal(2), Dim::Literal(2));
    let hessian = e(Kind::Differential(Differential::Hessian, g.clone(), v.clone()), square.clone());
    let mixed = 2.0 * a + cos - a * b * sin;
    let value = run(&hessian, &at).unwrap();
    let Value::Array(m) = &value else { panic!() };
    close(m[(0, 1)], mixed, 1e-14);
    close(m[(0, 0)], 2.0 * b - b * b * sin, 1e-14);
    let jacobian = e(Kind::Differential(Differential::Jacobian, gradient, v.clone()), square);
    let Value::Array(j) = run(&jacobian, &at).unwrap() else { panic!() };
    assert!((j - m).abs().max() < 1e-14);
    close(number(&real(Kind::DerivativeBy(g, entry(&v, 2))), &at), a * a + a * cos, 1e-14);
}

#[test]
fn variances_probabilities_entropies_and_divergences() {
    let (x, m, v) = (scalar("x"), scalar("m"), scalar("v"));
    let mut at = Assignment::new();
    at.set(&m, Value::Scalar(0.3));
    at.set(&v, Value::Scalar(1.7));
    let law = || normal(&x, s(&m), s(&v));
    close(number(&real(Kind::Variance(law(), pow(s(&x), 2))), &at), 2.0 * 1.7 * 1.7 + 4.0 * 0.09 * 1.7, 1e-13);
    // P(2x > 1), exactly in balls
    let event = Condition::Holds(Link { left: mul(vec![n(2), s(&x)]), relation: Relation::Greater, right: n(1) });
    let probability = real(Kind::Probability(law(), Box::new(event)));
    let exact = 0.5 * core_math::erfc((0.5 - 0.3) / (2.0 * 1.7_f64).sqrt());
    close(number(&probability, &at), exact, 1e-14);
    let balls = Balls::new(100);
    let ball = Program::compile(&probability).unwrap().evaluate(&balls, &at.map(|x| balls.from_f64(*x))).unwrap();
    let (lo, hi) = balls.enclosure(ball.as_scalar().unwrap());
    assert!(lo <= exact + 1e-15 && exact - 1e-15 <= hi && hi - lo < 1e-15);
    // An event of two sides, through the breakpoints.
    let both = Condition::All(vec![
        Condition::Holds(Link { left: s(&x), relation: Relation::Greater, right: n(-1) }),
        Condition::Holds(Link { left: s(&x), relation: Relation::Less, right: n(1) }),
    ]);
    let phi = |x: f64| 0.5 * core_math::erfc(-(x - 0.3) / (2.0 * 1.7_f64).sqrt());
    within(&real(Kind::Probability(law(), Box::new(both))), &at, phi(1.0) - phi(-1.0), 1e-10);
    // Entropy and relative entropy of normal laws in one and two dimensions.
    let density =
        |symbol: &Symbol, mean: Expr, spread: Expr| real(Kind::DensityOf(Law::Normal(mean, spread), s(symbol)));
    let entropy = real(Kind::Entropy(vec![x.clone()], density(&x, s(&m), s(&v))));
    within(&entropy, &at, 0.5 * (std::f64::consts::TAU * std::f64::consts::E * 1.7).ln(), 1e-9);
    let kl = real(Kind::RelativeEntropy(vec![x.clone()], density(&x, s(&m), s(&v)), density(&x, n(0), n(1))));
    within(&kl, &at, 0.5 * (1.7 + 0.09 - 1.0 - 1.7_f64.ln()), 1e-9);
    let z = vector("z", 2);
    let c = Symbol::new("C", Sort::Matrix(Dim::Literal(2), Dim::Literal(2)));
    at.set(&c, array(2, 2, &[1.5, 0.4, 0.4, 0.9]));
    let entropy = real(Kind::Entropy(vec![z.clone()], density(&z, n(0), s(&c))));
    within(&entropy, &at, 1.0 + std::f64::consts::TAU.ln() + 0.5 * (1.5_f64 * 0.9 - 0.16).ln(), 1e-9);
}

#[test]
fn functions_of_few_combinations_of_many_normals() {
    let z = vector("z", 5);
    let w = vector("w", 5);
    let mut at = Assignment::new();
    let weights = [0.3, -0.5, 0.2, 0.7, -0.1];
    at.set(&w, array(5, 1, &weights));
    let law = || normal(&z, n(0), n(1));
    let along = real(Kind::Array(ArrayFunction::Dot, vec![s(&w), s(&z)]));
    let square: f64 = weights.iter().map(|w| w * w).sum();
    // 𝔼 exp(w·z) and 𝔼 cos(w·z)
    let exponential = real(Kind::Expectation(law(), f(Function::Exp, along.clone())));
    within(&exponential, &at, (square / 2.0).exp(), 1e-9);
    within(&real(Kind::Expectation(law(), f(Function::Cos, along.clone()))), &at, (-square / 2.0).exp(), 1e-9);
    // Two correlated combinations: 𝔼 cos(w·z) cos(z₁) by the addition theorem.
    let product = mul(vec![f(Function::Cos, along), f(Function::Cos, entry(&z, 1))]);
    let both = |sign: f64| (-(square + 1.0 + sign * 2.0 * weights[0]) / 2.0).exp();
    within(&real(Kind::Expectation(law(), product)), &at, 0.5 * (both(1.0) + both(-1.0)), 1e-9);
}

#[test]
fn sums_without_end() {
    let k = Symbol::new("k", Sort::Integer);
    let at = Assignment::new();
    let sum = |from: i64, body: Expr| {
        let binder = Binder { symbol: k.clone(), range: Range::Between(n(from), real(Kind::Infinity)) };
        real(Kind::Fold(Fold::Sum, vec![binder], None, body))
    };
    within(&sum(0, real(Kind::Pow(q(1, 3), s(&k)))), &at, 1.5, 1e-13);
    within(&sum(0, div(n(1), f(Function::Factorial, s(&k)))), &at, std::f64::consts::E, 1e-13);
    within(&sum(1, div(n(1), pow(s(&k), 2))), &at, std::f64::consts::PI.powi(2) / 6.0, 1e-9);
    let zeta = real(Kind::Special(Special::Zeta, vec![q(5, 2)]));
    close(number(&sum(1, real(Kind::Pow(s(&k), q(-5, 2)))), &at), number(&zeta, &at), 1e-9);
    assert!(run(&sum(1, div(n(1), s(&k))), &at).is_err(), "the harmonic series");
}

#[test]
fn limits_from_either_side_and_at_infinity() {
    let (x, a) = (scalar("x"), scalar("a"));
    let mut at = Assignment::new();
    at.set(&a, Value::Scalar(0.75));
    let limit = |approach, target: Expr, body: Expr| real(Kind::Limit(x.clone(), approach, target, body));
    let ratio = div(f(Function::Sin, mul(vec![s(&a), s(&x)])), s(&x));
    close(number(&limit(Approach::Both, n(0), ratio.clone()), &at), 0.75, 1e-14);
    // … rigorously
    let balls = Balls::new(100);
    let program = Program::compile(&limit(Approach::Both, n(0), ratio)).unwrap();
    let ball = program.evaluate(&balls, &at.map(|x| balls.from_f64(*x))).unwrap();
    assert_eq!(balls.enclosure(ball.as_scalar().unwrap()), (0.75, 0.75));
    let infinity = || real(Kind::Infinity);
    let compound = real(Kind::Pow(add(vec![n(1), div(s(&a), s(&x))]), s(&x)));
    within(&limit(Approach::Both, infinity(), compound), &at, 0.75_f64.exp(), 1e-5);
    let sign = div(f(Function::Abs, s(&x)), s(&x));
    within(&limit(Approach::Below, n(0), sign.clone()), &at, -1.0, 1e-9);
    assert!(run(&limit(Approach::Both, n(0), sign), &at).is_err());
    assert!(run(&limit(Approach::Both, infinity(), f(Function::Sin, s(&x))), &at).is_err());
    // Limits are not exchanged: ∫ ε/(x² + ε²) dx stays π although the integrand vanishes at ε = 0.
    let y = scalar("y");
    let lorentz = div(s(&x), add(vec![pow(s(&y), 2), pow(s(&x), 2)]));
    let outcome = run(&limit(Approach::Above, n(0), everywhere(&y, lorentz)), &at);
    assert!(outcome.is_err() || (outcome.unwrap().as_scalar().unwrap() - std::f64::consts::PI).abs() < 1e-3);
}

#[test]
fn optima_of_one_number_and_of_quadratic_forms() {
    let (x, a) = (scalar("x"), scalar("a"));
    let mut at = Assignment::new();
    at.set(&a, Value::Scalar(0.6));
    let over = |kind, body: Expr| real(Kind::Optimum(kind, vec![x.clone()], None, body));
    // x − a log cosh … : least of cosh x − a x at arsinh a
    let body = add(vec![f(Function::Cosh, s(&x)), neg(mul(vec![s(&a), s(&x)]))]);
    let place = 0.6_f64.asinh();
    within(&over(Optimum::ArgMin, body.clone()), &at, place, 1e-9);
    within(&over(Optimum::Minimum, body.clone()), &at, place.cosh() - 0.6 * place, 1e-9);
    // The place follows a symbol: d/da arsinh a
    let slope = real(Kind::Derivative(over(Optimum::ArgMin, body.clone()), a.clone(), 1));
    close(number(&slope, &at), 1.0 / (1.0_f64 + 0.36).sqrt(), 1e-8);
    assert!(run(&over(Optimum::Maximum, body), &at).is_err());
    let tied = add(vec![pow(s(&x), 4), neg(pow(s(&x), 2))]);
    assert!(run(&over(Optimum::ArgMin, tied.clone()), &at).is_err());
    within(&over(Optimum::Infimum, tied), &at, -0.25, 1e-9);
    // On a half-line the end may be best.
    let positive = Condition::Holds(Link { left: s(&x), relation: Relation::GreaterOrEqual, right: n(1) });
    let ended = real(Kind::Optimum(Optimum::Minimum, vec![x.clone()], Some(Box::new(positive)), pow(s(&x), 2)));
    within(&ended, &at, 1.0, 1e-8);
    // argmin ½ vᵀ A v − b·v = A⁻¹ b, in the prime field too.
    let (v, b) = (vector("v", 2), vector("b", 2));
    let m = Symbol::new("A", Sort::Matrix(Dim::Literal(2), Dim::Literal(2)));
    let form = div(real(Kind::Mul(vec![transpose(s(&v)), s(&m), s(&v)])), n(2));
    let objective = add(vec![form, neg(real(Kind::Array(ArrayFunction::Dot, vec![s(&b), s(&v)])))]);
    let argmin = e(Kind::Optimum(Optimum::ArgMin, vec![v.clone()], None, objective), v.sort().clone());
    let inverse = e(Kind::Array(ArrayFunction::Inverse, vec![s(&m)]), m.sort().clone());
    let solution = e(Kind::Mul(vec![inverse, s(&b)]), v.sort().clone());
    let residual = Program::compile(&add(vec![argmin, neg(solution)])).unwrap();
    let field = ExactField::new(&mut SeedPath::root(4).stream());
    let mut there = Assignment::new();
    let entries: Vec<_> = (0..3).map(|_| field.variable(false)).collect();
    let symmetric = DMatrix::from_fn(2, 2, |i, j| entries[i + j].clone());
    there.set(&m, Value::Array(symmetric));
    there.set(&b, Value::Array(DMatrix::from_fn(2, 1, |_, _| field.variable(false))));
    assert!(residual.evaluate(&field, &there).unwrap().entries().iter().all(|x| field.is_zero(x)));
}

#[test]
fn integrands_are_split_where_they_switch() {
    let (x, a) = (scalar("x"), scalar("a"));
    let mut at = Assignment::new();
    at.set(&a, Value::Scalar(1.0 / 3.0));
    let over = |body: Expr| real(Kind::Integral(x.clone(), n(0), n(1), body));
    let gap = || add(vec![s(&x), neg(s(&a))]);
    let third = 1.0_f64 / 3.0;
    let kink = over(mul(vec![f(Function::Exp, s(&x)), f(Function::Abs, gap())]));
    // ∫ eˣ|x − a| on [0, 1] = 2eᵃ − 1 − a − a e … by parts on both sides
    let exact = 2.0 * third.exp() - 1.0 - third + std::f64::consts::E * (-third);
    within(&kink, &at, exact, 1e-12);
    let jump = over(mul(vec![f(Function::Heaviside, gap()), f(Function::Exp, s(&x))]));
    within(&jump, &at, std::f64::consts::E - third.exp(), 1e-12);
    // The share of a moving jump in a derivative is not in the integrand: refused, never dropped.
    let moving = real(Kind::Derivative(jump, a.clone(), 1));
    assert!(matches!(run(&moving, &at), Err(Undefined::Unsupported(_))));
    let slope = real(Kind::Derivative(kink, a, 1));
    within(&slope, &at, 2.0 * third.exp() - 1.0 - std::f64::consts::E, 1e-11);
}

#[test]
fn dirac_s_delta_sifts() {
    let (x, a) = (scalar("x"), scalar("a"));
    let mut at = Assignment::new();
    at.set(&a, Value::Scalar(-1.5));
    let delta = real(Kind::Dirac(add(vec![mul(vec![s(&a), s(&x)]), n(3)])));
    let integral = everywhere(&x, mul(vec![f(Function::Exp, s(&x)), delta]));
    close(number(&integral, &at), 2_f64.exp() / 1.5, 1e-14);
    let alone = real(Kind::Dirac(s(&x)));
    let trouble = Program::compile(&alone).unwrap_err();
    assert!(trouble.what.contains("Dirac"), "{trouble}");
}

#[test]
fn roots_of_matrices_and_integrals_that_cancel() {
    let c = Symbol::new("C", Sort::Matrix(Dim::Literal(2), Dim::Literal(2)));
    let mut at = Assignment::new();
    at.set(&c, array(2, 2, &[1.5, 0.4, 0.4, 0.9]));
    let root = e(Kind::Pow(s(&c), q(1, 2)), c.sort().clone());
    let square = e(Kind::Mul(vec![root.clone(), root]), c.sort().clone());
    let Value::Array(m) = run(&square, &at).unwrap() else { panic!() };
    assert!((m - DMatrix::from_row_slice(2, 2, &[1.5, 0.4, 0.4, 0.9])).abs().max() < 1e-13);
    at.set(&c, array(2, 2, &[1.0, 2.0, 2.0, 1.0]));
    assert!(matches!(run(&e(Kind::Pow(s(&c), q(1, 2)), c.sort().clone()), &at), Err(Undefined::Domain(_))));
    let eigenvalues = e(Kind::Array(ArrayFunction::Eigenvalues, vec![s(&c)]), Sort::Vector(Dim::Literal(2)));
    let bars = Program::compile(&eigenvalues).unwrap().evaluate_with_error(&at).unwrap();
    for (bar, exact) in bars.entries().iter().zip([-1.0, 3.0]) {
        assert!(bar.contains(exact) && bar.hi() - bar.lo() < 1e-12, "{bar:?}");
    }
    // ∫ x exp(−x²/2) dx vanishes; it is made of 2.
    let x = scalar("x");
    let odd = everywhere(&x, mul(vec![s(&x), f(Function::Exp, div(neg(pow(s(&x), 2)), n(2)))]));
    let third = mul(vec![q(1, 3), odd]);
    let scale = Program::compile(&third).unwrap().natural_scale(&Assignment::new()).unwrap();
    close(scale, 2.0 / 3.0, 1e-3);
}

#[test]
fn densities_in_the_plane_and_potentials() {
    let r = vector("r", 2);
    let x = scalar("x");
    let p = Symbol::new("p", Sort::Function(vec![r.sort().clone()], Box::new(Sort::Real)));
    let v = Symbol::new("V", Sort::Function(vec![Sort::Real], Box::new(Sort::Real)));
    let declarations = [declared(&p, Domain::Density(vec![0])), declared(&v, Domain::Confining)];
    let sampler = Sampler::new(&declarations, &[p.clone(), v.clone()], &[], &[]).unwrap();
    let (points, _) = sampler.points(6, 20, &SeedPath::root(3));
    let call = || real(Kind::Call(p.clone(), vec![s(&r)]));
    let product = mul(vec![entry(&r, 1), entry(&r, 2)]);
    let by_parts = everywhere(&r, mul(vec![product.clone(), call()]));
    let blind = everywhere(&r, mul(vec![product, add(vec![call(), n(0)])]));
    let mass = everywhere(&r, add(vec![call(), n(0)]));
    let partition = everywhere(&x, f(Function::Exp, neg(real(Kind::Call(v.clone(), vec![s(&x)])))));
    for point in &points {
        let at = point.map(crate::numeric::float::nearest);
        within(&mass, &at, 1.0, 1e-7);
        close(number(&by_parts, &at), number(&blind, &at), 1e-8);
        let partition = number(&partition, &at);
        assert!(partition.is_finite() && partition > 0.0);
    }
}

fn declared(symbol: &Symbol, domain: Domain) -> Declaration {
    Declaration { symbol: symbol.clone(), domain, role: Role::Variable, span: Span::default() }
}

#[test]
fn members_of_families_are_what_they_are_declared_to_be() {
    let (x, t) = (scalar("x"), scalar("t"));
    let p = Symbol::new("p", Sort::Function(vec![Sort::Real, Sort::Real], Box::new(Sort::Real)));
    let g = Symbol::new("f", Sort::Function(vec![Sort::Real], Box::new(Sort::Real)));
    let declarations =
        [declared(&p, Domain::Density(vec![0])), declared(&g, Domain::Decaying), declared(&t, Domain::All)];
    let sampler = Sampler::new(&declarations, &[p.clone(), g.clone(), t.clone()], &[], &[]).unwrap();
    let (points, _) = sampler.points(12, 20, &SeedPath::root(7));
    assert!(points.len() >= 10);
    let call = |x: Expr| real(Kind::Call(p.clone(), vec![x, s(&t)]));
    let smooth = |x: Expr| real(Kind::Call(g.clone(), vec![x]));
    let mass = everywhere(&x, call(s(&x)));
    // By the components of the mixture, and by a quadrature that does not know them.
    let second = everywhere(&x, mul(vec![pow(s(&x), 2), call(s(&x))]));
    let blind = everywhere(&x, mul(vec![pow(s(&x), 2), add(vec![call(s(&x)), n(0)])]));
    let parts = everywhere(&x, real(Kind::Derivative(mul(vec![smooth(s(&x)), call(s(&x))]), x.clone(), 1)));
    let mut distinct = std::collections::BTreeSet::new();
    for point in &points {
        let at = point.map(crate::numeric::float::nearest);
        within(&mass, &at, 1.0, 1e-8);
        close(number(&second, &at), number(&blind, &at), 1e-9);
        distinct.insert(format!("{:.6}", number(&second, &at)));
        // Everything decays: boundary terms vanish.
        assert!(number(&parts, &at).abs() < 1e-8);
        // Time matters.
        let slope = real(Kind::Derivative(call(q(1, 3)), t.clone(), 1));
        assert!(number(&slope, &at) != 0.0 || format!("{:?}", at.function(&p)).len() < 10);
    }
    assert!(distinct.len() >= 8, "{distinct:?}");
    let _: &Point = &points[0];
}

#[test]
fn the_fokker_planck_identity_holds_for_arbitrary_functions() {
    // ∂ₓ(f p) = f ∂ₓp + p ∂ₓf and ∂ₓ² log p = ∂ₓ²p/p − (∂ₓp/p)², for any f and any p > 0; and not with another sign.
    let x = scalar("x");
    let function = |name: &str| Symbol::new(name, Sort::Function(vec![Sort::Real], Box::new(Sort::Real)));
    let (p, g) = (function("p"), function("f"));
    let of = |symbol: &Symbol| real(Kind::Call(symbol.clone(), vec![s(&x)]));
    let d = |body: Expr, order| real(Kind::Derivative(body, x.clone(), order));
    let field = ExactField::new(&mut SeedPath::root(9).stream());
    let mut at = Assignment::new();
    at.set(&x, Value::Scalar(field.variable(false)));
    at.set_function(&p, Meaning::Arbitrary { positive: true });
    at.set_function(&g, Meaning::Arbitrary { positive: false });
    let vanishes = |terms: Vec<Expr>| {
        let value = Program::compile(&add(terms)).unwrap().evaluate(&field, &at).unwrap();
        field.is_zero(value.as_scalar().unwrap())
    };
    let product = || d(mul(vec![of(&g), of(&p)]), 1);
    let (first, second) = (mul(vec![of(&g), d(of(&p), 1)]), mul(vec![of(&p), d(of(&g), 1)]));
    assert!(vanishes(vec![product(), neg(first.clone()), neg(second.clone())]));
    assert!(!vanishes(vec![product(), neg(first), second]));
    let log = d(f(Function::Log, of(&p)), 2);
    let (curvature, score) = (div(d(of(&p), 2), of(&p)), pow(div(d(of(&p), 1), of(&p)), 2));
    assert!(vanishes(vec![log.clone(), neg(curvature.clone()), score.clone()]));
    assert!(!vanishes(vec![log, neg(curvature), neg(score)]));
    // The value of a composition: d/dx f(x²) = 2x f′(x²), where f′ is another value of the same function.
    let outer = d(real(Kind::Call(g.clone(), vec![pow(s(&x), 2)])), 1);
    let inner = real(Kind::At(x.clone(), pow(s(&x), 2), d(of(&g), 1)));
    assert!(vanishes(vec![outer.clone(), neg(mul(vec![n(2), s(&x), inner.clone()]))]));
    assert!(!vanishes(vec![outer, neg(mul(vec![s(&x), inner]))]));
}

#[test]
fn a_bound_that_is_whole_but_for_rounding_is_whole() {
    let (n_, k) = (scalar("n"), scalar("k"));
    let mut at = Assignment::new();
    at.set(&n_, Value::Scalar(16.0));
    // Up to e^{log(16)/2} = 4.
    let bound = |of: Expr| f(Function::Exp, div(f(Function::Log, of), n(2)));
    let sum = |of: Expr| sum_over(&k, n(2), bound(of), s(&k));
    let value = Program::compile(&sum(s(&n_))).unwrap().evaluate_with_error(&at).unwrap();
    assert!(value.as_scalar().is_some_and(|v| v.contains(9.0)), "{value:?}");
    at.set(&n_, Value::Scalar(16.5));
    assert!(Program::compile(&sum(s(&n_))).unwrap().evaluate_with_error(&at).is_err());
}
