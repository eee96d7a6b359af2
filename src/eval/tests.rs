//! The evaluator against hand calculations and independent routes.

mod continuous;
mod identities;

use super::*;
use crate::expr::{
    ArrayFunction, Binder, Condition, Dim, Fold, Kind, Law, Link, RandomVariable, Range, Relation, Sort,
};
use crate::numeric::float::F64;
use crate::numeric::{Function, Rational};

fn e(kind: Kind, sort: Sort) -> Expr {
    Expr::new(kind, sort, Span::default())
}
fn real(kind: Kind) -> Expr {
    e(kind, Sort::Real)
}
#[test]
fn a_program_has_a_bounded_length() {
    let x = scalar("x");
    let doubled = |times: u32| (0..times).fold(s(&x), |e, _| real(Kind::Add(vec![e.clone(), e])));
    assert!(Program::compile(&doubled(10)).is_ok());
    let refused = Program::compile(&doubled(40)).expect_err("2⁴⁰ operations");
    assert!(refused.to_string().contains("this long"), "{refused}");
}

fn n(value: i64) -> Expr {
    Expr::integer(value, Span::default())
}
fn s(symbol: &Symbol) -> Expr {
    Expr::symbol(symbol, Span::default())
}
fn f(function: Function, x: Expr) -> Expr {
    real(Kind::Function(function, vec![x]))
}
fn scalar(name: &str) -> Symbol {
    Symbol::new(name, Sort::Real)
}
fn run(expr: &Expr, at: &Assignment<f64>) -> Result<Value<f64>, Undefined> {
    Program::compile(expr).unwrap().evaluate(&F64, at)
}
fn number(expr: &Expr, at: &Assignment<f64>) -> f64 {
    *run(expr, at).unwrap().as_scalar().unwrap()
}
fn array(rows: usize, columns: usize, by_rows: &[f64]) -> Value<f64> {
    Value::Array(DMatrix::from_row_slice(rows, columns, by_rows))
}
#[track_caller]
fn close(x: f64, y: f64, tolerance: f64) {
    assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{x} is not {y}");
}

struct Setting {
    d: Symbol,
    a: Symbol,
    m: Symbol,
    x: Symbol,
    at: Assignment<f64>,
}

/// A general matrix A, a vector m and a random vector x, of dimension 2.
fn setting() -> Setting {
    let d = Symbol::new("d", Sort::Integer);
    let dim = Dim::Named(d.clone());
    let a = Symbol::new("A", Sort::Matrix(dim.clone(), dim.clone()));
    let m = Symbol::new("m", Sort::Vector(dim.clone()));
    let x = Symbol::new("x", Sort::Vector(dim));
    let mut at = Assignment::new();
    at.set_size(&d, 2);
    at.set(&a, array(2, 2, &[2.0, 0.5, -1.0, 3.0]));
    at.set(&m, array(2, 1, &[1.0, -2.0]));
    Setting { d, a, m, x, at }
}
fn transpose(x: Expr) -> Expr {
    let sort = match &x.sort {
        Sort::Vector(d) => Sort::Row(d.clone()),
        other => other.clone(),
    };
    e(Kind::Array(ArrayFunction::Transpose, vec![x]), sort)
}

#[test]
fn matrices_products_and_shapes() {
    let t = setting();
    let quadratic = real(Kind::Mul(vec![transpose(s(&t.m)), s(&t.a), s(&t.m)]));
    close(number(&quadratic, &t.at), 2.0 + 0.5 * -2.0 + -1.0 * -2.0 + 12.0, 0.0);
    let inverse = e(Kind::Array(ArrayFunction::Inverse, vec![s(&t.a)]), t.a.sort().clone());
    let product = e(Kind::Mul(vec![inverse, s(&t.a)]), t.a.sort().clone());
    let Value::Array(identity) = run(&product, &t.at).unwrap() else { panic!("an array") };
    assert!((identity - DMatrix::identity(2, 2)).abs().max() < 1e-15);
    let determinant = real(Kind::Array(ArrayFunction::Determinant, vec![s(&t.a)]));
    close(number(&determinant, &t.at), 6.5, 1e-15);
    let entry = |i, j| real(Kind::Component(s(&t.a), vec![n(i), n(j)]));
    close(number(&entry(2, 1), &t.at), -1.0, 0.0);
    assert!(matches!(run(&entry(0, 1), &t.at), Err(Undefined::Shape(_))));
    assert!(matches!(run(&entry(1, 3), &t.at), Err(Undefined::Shape(_))));
    let wrong = e(Kind::Mul(vec![s(&t.m), s(&t.a)]), Sort::Vector(Dim::Named(t.d.clone())));
    assert!(matches!(run(&wrong, &t.at), Err(Undefined::Shape(_))));
    let eigenvalues = e(Kind::Array(ArrayFunction::Eigenvalues, vec![s(&t.a)]), Sort::Vector(Dim::Literal(2)));
    assert!(matches!(run(&eigenvalues, &t.at), Err(Undefined::Domain(_))), "A is not symmetric");
    close(number(&s(&t.d), &t.at), 2.0, 0.0);
}

/// Parts that depend on nothing that changes are evaluated once; those that do are evaluated anew, also under derivatives.
#[test]
fn costly_parts_are_kept_while_nothing_in_them_changes() {
    let (x, y, k) = (scalar("x"), scalar("y"), Symbol::new("k", Sort::Integer));
    let sum = |symbol: &Symbol, upper: Expr, body: Expr| {
        let binder = Binder { symbol: symbol.clone(), range: Range::Between(n(1), upper) };
        real(Kind::Fold(Fold::Sum, vec![binder], None, body))
    };
    let product = |factors: Vec<Expr>| real(Kind::Mul(factors));
    let j = Symbol::new("j", Sort::Integer);
    // s(x) = Σ_{j ≤ 1000} x j; Σ_{k ≤ 1000} k s(x) takes some thousand steps, not a million.
    let inner = sum(&j, n(1000), product(vec![s(&x), s(&j)]));
    let outer = sum(&k, n(1000), product(vec![s(&k), inner.clone()]));
    let mut at = Assignment::new();
    at.set(&x, Value::Scalar(2.0));
    at.set(&y, Value::Scalar(3.0));
    let program = Program::compile(&outer).unwrap();
    let jets = crate::numeric::jet::Jets::new(&F64);
    let mut machine = super::machine::Machine::new(&jets, &program, &at).unwrap();
    close(*machine.run().unwrap().as_scalar().unwrap().base(), 500_500.0 * 2.0 * 500_500.0, 1e-15);
    assert!(machine.steps < 20_000, "{} steps", machine.steps);
    // Σ_k Σ_{j ≤ 3} x j k changes with k.
    let moving = sum(&k, n(4), sum(&j, n(3), product(vec![s(&x), s(&j), s(&k)])));
    close(number(&moving, &at), 2.0 * 6.0 * 10.0, 0.0);
    // ∂/∂x (y s(x)² + s(x)) in one program with s(x) outside of the derivative.
    let square = real(Kind::Pow(inner.clone(), n(2)));
    let body = real(Kind::Add(vec![product(vec![s(&y), square]), inner.clone()]));
    let slope = real(Kind::Derivative(body, x.clone(), 1));
    let all = real(Kind::Add(vec![inner.clone(), slope, inner]));
    let each = 500_500.0;
    close(number(&all, &at), 4.0 * each + 3.0 * 2.0 * 2.0 * each * each + each, 1e-15);
}

/// A set of indices is its indicator.
#[test]
fn sums_over_sets_of_indices() {
    let t = setting();
    let dim = Dim::Named(t.d.clone());
    let set = Symbol::new("S", Sort::Set(Box::new(Sort::Index(dim.clone()))));
    let k = Symbol::new("k", Sort::Index(dim));
    let entry = real(Kind::Component(s(&t.m), vec![s(&k)]));
    let within = Binder { symbol: k.clone(), range: Range::Members(s(&set)) };
    let inside = real(Kind::Fold(Fold::Sum, vec![within], None, entry.clone()));
    let everywhere = Binder { symbol: k.clone(), range: Range::Between(n(1), s(&t.d)) };
    let out = Condition::Holds(Link { left: s(&k), relation: Relation::NotMember, right: s(&set) });
    let outside = real(Kind::Fold(Fold::Sum, vec![everywhere], Some(Box::new(out)), entry));
    for (indicator, inner, outer) in [([1.0, 0.0], 1.0, -2.0), ([0.0, 0.0], 0.0, -1.0), ([1.0, 1.0], -1.0, 0.0)] {
        let mut at = t.at.clone();
        at.set(&set, array(2, 1, &indicator));
        close(number(&inside, &at), inner, 0.0);
        close(number(&outside, &at), outer, 0.0);
    }
}

#[test]
fn sums_with_conditions_and_signs() {
    let t = setting();
    let i = Symbol::new("i", Sort::Integer);
    let j = Symbol::new("j", Sort::Integer);
    let binder = |symbol: &Symbol| Binder { symbol: symbol.clone(), range: Range::Between(n(1), s(&t.d)) };
    let unequal = Condition::Holds(Link { left: s(&i), relation: Relation::NotEqual, right: s(&j) });
    let entry = real(Kind::Component(s(&t.a), vec![s(&i), s(&j)]));
    let off_diagonal =
        real(Kind::Fold(Fold::Sum, vec![binder(&i), binder(&j)], Some(Box::new(unequal)), entry.clone()));
    close(number(&off_diagonal, &t.at), -0.5, 0.0);
    let largest = real(Kind::Fold(Fold::Maximum, vec![binder(&i), binder(&j)], None, entry));
    close(number(&largest, &t.at), 3.0, 0.0);
    // Σ_s exp(h Σ s_i) = (2 cosh h)^d over sign vectors.
    let h = scalar("h");
    let sigma = Symbol::new("s", Sort::Vector(Dim::Literal(3)));
    let total =
        real(Kind::Array(ArrayFunction::Dot, vec![s(&sigma), e(Kind::Ones(Dim::Literal(3)), sigma.sort().clone())]));
    let weight = f(Function::Exp, real(Kind::Mul(vec![s(&h), total])));
    let signs = Binder { symbol: sigma, range: Range::SignVectors(Dim::Literal(3)) };
    let mut at = Assignment::new();
    at.set(&h, Value::Scalar(0.7));
    close(number(&real(Kind::Fold(Fold::Sum, vec![signs], None, weight)), &at), (2.0 * 0.7_f64.cosh()).powi(3), 1e-14);
    // A range that is empty, and one too long to wait for.
    let long = |from, to| {
        let range = Range::Between(n(from), n(to));
        real(Kind::Fold(Fold::Sum, vec![Binder { symbol: i.clone(), range }], None, s(&i)))
    };
    close(number(&long(1, 0), &at), 0.0, 0.0);
    close(number(&long(1, 100), &at), 5050.0, 0.0);
    assert!(matches!(run(&long(1, 1_000_000_000_000), &at), Err(Undefined::Unsupported(_))));
}

#[test]
fn derivatives_nested_and_mixed() {
    let (x, y) = (scalar("x"), scalar("y"));
    // g = x³ sin(x y)
    let g = real(Kind::Mul(vec![real(Kind::Pow(s(&x), n(3))), f(Function::Sin, real(Kind::Mul(vec![s(&x), s(&y)])))]));
    let mut at = Assignment::new();
    at.set(&x, Value::Scalar(0.8));
    at.set(&y, Value::Scalar(1.3));
    let (u, v) = (0.8_f64, 1.3_f64);
    let (sin, cos) = (u * v).sin_cos();
    let d = |body: &Expr, symbol: &Symbol, order| real(Kind::Derivative(body.clone(), symbol.clone(), order));
    close(number(&d(&g, &x, 1), &at), 3.0 * u * u * sin + u.powi(3) * v * cos, 1e-14);
    close(number(&d(&g, &y, 2), &at), -u.powi(5) * sin, 1e-14);
    let mixed = number(&d(&d(&g, &x, 1), &y, 1), &at);
    close(mixed, 4.0 * u.powi(3) * cos - u.powi(4) * v * sin, 1e-14);
    close(number(&d(&d(&g, &y, 1), &x, 1), &at), mixed, 1e-14);
    // The same derivative through an expansion of an expression that contains a derivative.
    let direction = [(y.clone(), Value::Scalar(1.0))];
    let expansion = Program::compile(&d(&g, &x, 1)).unwrap().expand(&F64, &at, &direction, 2).unwrap();
    close(*expansion[1].as_scalar().unwrap(), mixed, 1e-14);
    close(*expansion[2].as_scalar().unwrap(), number(&d(&d(&g, &x, 1), &y, 2), &at) / 2.0, 1e-13);
}

#[test]
fn taylor_coefficients_of_every_smooth_function() {
    let x = scalar("x");
    for (function, point) in [
        (Function::Exp, 0.4),
        (Function::Log, 1.7),
        (Function::Sqrt, 2.3),
        (Function::Sin, 0.9),
        (Function::Cos, 0.9),
        (Function::Tan, 0.6),
        (Function::Asin, 0.3),
        (Function::Acos, 0.3),
        (Function::Atan, 0.7),
        (Function::Sinh, 0.7),
        (Function::Cosh, 0.7),
        (Function::Tanh, 0.7),
        (Function::Asinh, 1.1),
        (Function::Acosh, 1.9),
        (Function::Atanh, 0.35),
        (Function::Erf, 0.5),
        (Function::Erfc, 0.5),
    ] {
        let program = Program::compile(&f(function, s(&x))).unwrap();
        let mut at = Assignment::new();
        at.set(&x, Value::Scalar(point));
        let c = program.expand(&F64, &at, &[(x.clone(), Value::Scalar(1.0))], 6).unwrap();
        // The polynomial must reproduce the function nearby, to the order of the first omitted term.
        for h in [0.02, -0.03] {
            let sum = c.iter().rev().fold(0.0, |sum, c| sum * h + c.as_scalar().unwrap());
            let direct = F64.function(function, &[point + h]).unwrap();
            assert!((sum - direct).abs() < 3e-10, "{function:?} at {point} + {h}: {sum} {direct}");
        }
    }
}

#[test]
fn gradient_of_a_quadratic_form() {
    let t = setting();
    let quadratic = real(Kind::Mul(vec![transpose(s(&t.m)), s(&t.a), s(&t.m)]));
    let gradient = e(Kind::Gradient(quadratic, t.m.clone()), t.m.sort().clone());
    // (A + Aᵀ) m
    assert_eq!(run(&gradient, &t.at).unwrap(), array(2, 1, &[4.0 + 1.0, -0.5 - 12.0]));
}

fn normal(symbol: &Symbol, mean: Expr, covariance: Expr) -> Vec<RandomVariable> {
    vec![RandomVariable { symbol: symbol.clone(), law: Law::Normal(mean, covariance) }]
}

#[test]
fn expectation_of_quadratic_and_quartic_forms() {
    let mut t = setting();
    let covariance = Symbol::new("C", t.a.sort().clone());
    t.at.set(&covariance, array(2, 2, &[1.5, 0.4, 0.4, 0.9]));
    let quadratic = real(Kind::Mul(vec![transpose(s(&t.x)), s(&t.a), s(&t.x)]));
    let expected = real(Kind::Expectation(normal(&t.x, s(&t.m), s(&covariance)), quadratic));
    // Tr(A C) + mᵀ A m
    close(number(&expected, &t.at), (3.0 + 0.2 - 0.4 + 2.7) + 15.0, 1e-14);
    // E‖x‖⁴ = (Tr C)² + 2 Tr C² at mean zero.
    let norm = real(Kind::Array(ArrayFunction::NormSquared, vec![s(&t.x)]));
    let quartic = real(Kind::Pow(norm, n(2)));
    let expected = real(Kind::Expectation(normal(&t.x, n(0), s(&covariance)), quartic));
    let trace_of_square = 1.5_f64.powi(2) + 2.0 * 0.4_f64.powi(2) + 0.9_f64.powi(2);
    close(number(&expected, &t.at), 2.4_f64.powi(2) + 2.0 * trace_of_square, 1e-14);
}

#[test]
fn normal_moments_are_double_factorials() {
    let z = scalar("z");
    let at = Assignment::new();
    for (power, moment) in [(1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (5, 0.0), (6, 15.0), (8, 105.0)] {
        let body = real(Kind::Pow(s(&z), n(power)));
        close(number(&real(Kind::Expectation(normal(&z, n(0), n(1)), body)), &at), moment, 1e-14);
    }
}

#[test]
fn expectations_beyond_polynomials() {
    let (z, b) = (scalar("z"), scalar("b"));
    let mut at = Assignment::new();
    at.set(&b, Value::Scalar(0.8));
    let average = |body: Expr| real(Kind::Expectation(normal(&z, n(1), n(4)), body));
    // E exp(b z) = exp(b μ + b² σ²/2)
    let exponential = average(f(Function::Exp, real(Kind::Mul(vec![s(&b), s(&z)]))));
    let exact = (0.8_f64 + 0.5 * 0.64 * 4.0).exp();
    close(number(&exponential, &at), exact, 1e-12);
    let bar = Program::compile(&exponential).unwrap().evaluate_with_error(&at).unwrap();
    let bar = bar.as_scalar().unwrap();
    assert!(bar.contains(exact) && bar.hi() - bar.lo() < 1e-8 * exact, "{bar:?}");
    // d/db under the integral: (μ + b σ²) exp(…)
    let slope = real(Kind::Derivative(exponential, b.clone(), 1));
    close(number(&slope, &at), (1.0 + 0.8 * 4.0) * exact, 1e-11);
    // P(z > 0), through a jump.
    let step = average(f(Function::Heaviside, s(&z)));
    close(number(&step, &at), 0.5 * core_math::erfc(-0.5 / 2_f64.sqrt()), 1e-7);
    // Signs: E s = p.
    let sign = Symbol::new("s", Sort::Integer);
    let law = Law::Rademacher(s(&b));
    let mean = real(Kind::Expectation(vec![RandomVariable { symbol: sign.clone(), law }], s(&sign)));
    close(number(&mean, &at), 0.8, 1e-15);
    // Uniform: E u² on [1, 3] = 13/3, exactly; E cos u by quadrature.
    let u = scalar("u");
    let law = || vec![RandomVariable { symbol: u.clone(), law: Law::Uniform(n(1), n(3)) }];
    close(number(&real(Kind::Expectation(law(), real(Kind::Pow(s(&u), n(2))))), &at), 13.0 / 3.0, 1e-15);
    let cosine = real(Kind::Expectation(law(), f(Function::Cos, s(&u))));
    close(number(&cosine, &at), (3_f64.sin() - 1_f64.sin()) / 2.0, 1e-14);
}

#[test]
fn integrals_finite_and_infinite() {
    let x = scalar("x");
    let infinity = || real(Kind::Infinity);
    let gaussian = f(Function::Exp, real(Kind::Neg(real(Kind::Pow(s(&x), n(2))))));
    let at = Assignment::new();
    let integral = |lower, upper, body: &Expr| real(Kind::Integral(x.clone(), lower, upper, body.clone()));
    let root_pi = std::f64::consts::PI.sqrt();
    close(number(&integral(real(Kind::Neg(infinity())), infinity(), &gaussian), &at), root_pi, 1e-13);
    close(number(&integral(n(1), infinity(), &gaussian), &at), root_pi / 2.0 * core_math::erfc(1.0), 1e-13);
    close(number(&integral(n(0), n(2), &f(Function::Sqrt, s(&x))), &at), 2_f64.powf(2.5) / 3.0, 1e-9);
    // One that does not exist is refused.
    let pole = real(Kind::Div(n(1), s(&x)));
    assert!(run(&integral(n(0), n(1), &pole), &at).is_err());
    // A polynomial is integrated exactly, in rigorous enclosures too.
    let cubic = integral(n(0), n(2), &real(Kind::Pow(s(&x), n(3))));
    let enclosed = Program::compile(&cubic).unwrap().evaluate(&Intervals::new(), &Assignment::new()).unwrap();
    let enclosed = enclosed.as_scalar().unwrap();
    assert!(enclosed.contains(4.0) && enclosed.hi() - enclosed.lo() < 1e-12, "{enclosed:?}");
}

#[test]
fn what_cannot_be_evaluated_is_said_so() {
    let x = scalar("x");
    assert!(matches!(run(&s(&x), &Assignment::new()), Err(Undefined::Shape(_))));
    assert!(Program::compile(&real(Kind::Infinity)).is_err());
    let deep = (0..1000).fold(s(&x), |inner, _| real(Kind::Neg(inner)));
    assert!(Program::compile(&deep).is_err());
    let mut at = Assignment::new();
    at.set(&x, Value::Scalar(1e200));
    let overflow = real(Kind::Mul(vec![s(&x), s(&x)]));
    assert_eq!(run(&overflow, &at), Err(Undefined::NonFinite));
    // An undecided condition is an error, not a branch.
    let test = Condition::Holds(Link { left: s(&x), relation: Relation::Less, right: n(1) });
    let cases = real(Kind::Cases(vec![(n(1), test)], Some(n(0))));
    let program = Program::compile(&cases).unwrap();
    let mut around = Assignment::new();
    around.set(&x, Value::Scalar(Interval::new(0.5, 1.5)));
    assert!(matches!(program.evaluate(&Intervals::new(), &around), Err(Undefined::Precision(_))));
    assert_eq!(number(&cases, &at), 0.0);
    let third = Expr::number(Rational::from(1) / Rational::from(3), Span::default());
    close(number(&third, &at), 1.0 / 3.0, 0.0);
}
