//! Matrix identities in the prime field, and the same programs in every arithmetic.

use super::*;
use crate::numeric::ball::Balls;
use crate::numeric::exact::{Element, ExactField};
use crate::random::SeedPath;

struct Matrices {
    field: ExactField,
    at: Assignment<Element>,
    a: Symbol,
    b: Symbol,
    s: Symbol,
    v: Symbol,
    x: Symbol,
}

fn matrices(d: usize) -> Matrices {
    let field = ExactField::new(&mut SeedPath::root(21).stream());
    let square = Sort::Matrix(Dim::Literal(d), Dim::Literal(d));
    let (a, b, s) = (Symbol::new("A", square.clone()), Symbol::new("B", square), scalar("s"));
    let (v, x) = (Symbol::new("v", Sort::Vector(Dim::Literal(d))), Symbol::new("x", Sort::Vector(Dim::Literal(d))));
    let mut at = Assignment::new();
    for symbol in [&a, &b] {
        at.set(symbol, Value::Array(DMatrix::from_fn(d, d, |_, _| field.variable(false))));
    }
    at.set(&v, Value::Array(DMatrix::from_fn(d, 1, |_, _| field.variable(false))));
    at.set(&s, Value::Scalar(field.variable(false)));
    Matrices { field, at, a, b, s, v, x }
}

fn mat(kind: Kind, like: &Symbol) -> Expr {
    e(kind, like.sort().clone())
}

impl Matrices {
    fn vanishes(&self, left: Expr, right: Expr) -> bool {
        let sort = left.sort.clone();
        let difference = e(Kind::Add(vec![left, e(Kind::Neg(right), sort.clone())]), sort);
        let value = Program::compile(&difference).unwrap().evaluate(&self.field, &self.at).unwrap();
        value.entries().iter().all(|entry| self.field.is_zero(entry))
    }
    fn inverse(&self, x: Expr) -> Expr {
        mat(Kind::Array(ArrayFunction::Inverse, vec![x]), &self.a)
    }
    fn product(&self, factors: Vec<Expr>) -> Expr {
        mat(Kind::Mul(factors), &self.a)
    }
}

#[test]
fn transposes_and_inverses() {
    let m = matrices(3);
    let (a, b) = (|| s(&m.a), || s(&m.b));
    let left = || transpose(m.product(vec![a(), b()]));
    assert!(m.vanishes(left(), m.product(vec![transpose(b()), transpose(a())])));
    assert!(!m.vanishes(left(), m.product(vec![transpose(a()), transpose(b())])));
    // (C + s² I)⁻¹ C = I − s² (C + s² I)⁻¹
    let square = || real(Kind::Pow(s(&m.s), n(2)));
    let identity = || mat(Kind::Identity(Dim::Literal(3)), &m.a);
    let shifted = || m.inverse(mat(Kind::Add(vec![a(), m.product(vec![square(), identity()])]), &m.a));
    let right =
        |factor: Expr| mat(Kind::Add(vec![identity(), mat(Kind::Neg(m.product(vec![factor, shifted()])), &m.a)]), &m.a);
    assert!(m.vanishes(m.product(vec![shifted(), a()]), right(square())));
    assert!(!m.vanishes(m.product(vec![shifted(), a()]), right(s(&m.s))));
    let det = |x: Expr| real(Kind::Array(ArrayFunction::Determinant, vec![x]));
    let trace = |x: Expr| real(Kind::Array(ArrayFunction::Trace, vec![x]));
    let ab = || m.product(vec![a(), b()]);
    assert!(m.vanishes(det(ab()), real(Kind::Mul(vec![det(a()), det(b())]))));
    assert!(m.vanishes(trace(ab()), trace(m.product(vec![b(), a()]))));
    assert!(!m.vanishes(trace(ab()), real(Kind::Mul(vec![trace(a()), trace(b())]))));
}

#[test]
fn determinant_of_a_2_by_2_matrix_from_traces() {
    let m = matrices(2);
    let trace = |x: Expr| real(Kind::Array(ArrayFunction::Trace, vec![x]));
    let square = real(Kind::Pow(trace(s(&m.a)), n(2)));
    let difference = real(Kind::Add(vec![square, real(Kind::Neg(trace(m.product(vec![s(&m.a), s(&m.a)]))))]));
    let det = real(Kind::Array(ArrayFunction::Determinant, vec![s(&m.a)]));
    assert!(m.vanishes(det.clone(), real(Kind::Div(difference.clone(), n(2)))));
    assert!(!m.vanishes(det, difference));
}

#[test]
fn expectations_and_derivatives_in_the_field() {
    let m = matrices(2);
    // E xᵀ A x = Tr(A B Bᵀ) + vᵀ A v for x ~ N(v, B Bᵀ).
    let covariance = m.product(vec![s(&m.b), transpose(s(&m.b))]);
    let form = |x: &Symbol| real(Kind::Mul(vec![transpose(s(x)), s(&m.a), s(x)]));
    let left = || real(Kind::Expectation(normal(&m.x, s(&m.v), covariance.clone()), form(&m.x)));
    let trace = real(Kind::Array(ArrayFunction::Trace, vec![m.product(vec![s(&m.a), covariance.clone()])]));
    assert!(m.vanishes(left(), real(Kind::Add(vec![trace.clone(), form(&m.v)]))));
    assert!(!m.vanishes(left(), trace));
    // d/ds exp(s²) tanh(s) by the chain rule.
    let square = real(Kind::Pow(s(&m.s), n(2)));
    let (exp, tanh) = (f(Function::Exp, square), f(Function::Tanh, s(&m.s)));
    let derivative = real(Kind::Derivative(real(Kind::Mul(vec![exp.clone(), tanh.clone()])), m.s.clone(), 1));
    let slope = |factor: i64| {
        let first = real(Kind::Mul(vec![n(factor), s(&m.s), exp.clone(), tanh.clone()]));
        let squared = real(Kind::Pow(tanh.clone(), n(2)));
        let second = real(Kind::Add(vec![exp.clone(), real(Kind::Neg(real(Kind::Mul(vec![exp.clone(), squared]))))]));
        real(Kind::Add(vec![first, second]))
    };
    assert!(m.vanishes(derivative.clone(), slope(2)));
    assert!(!m.vanishes(derivative, slope(1)));
}

/// One program in balls, intervals and floats: nested derivative of a composite of special functions.
#[test]
fn arithmetics_agree_on_a_program() {
    let (x, y) = (scalar("x"), scalar("y"));
    let inner = real(Kind::Mul(vec![f(Function::Erf, s(&x)), f(Function::LogGamma, s(&y))]));
    let body = real(Kind::Div(inner, f(Function::Cosh, real(Kind::Add(vec![s(&x), s(&y)])))));
    let mixed = real(Kind::Derivative(real(Kind::Derivative(body, x.clone(), 2)), y.clone(), 1));
    let program = Program::compile(&mixed).unwrap();
    let mut at = Assignment::new();
    at.set(&x, Value::Scalar(0.375));
    at.set(&y, Value::Scalar(2.25));
    let float = *program.evaluate(&F64, &at).unwrap().as_scalar().unwrap();
    let balls = Balls::new(120);
    let ball = program.evaluate(&balls, &at.map(|x| balls.from_f64(*x))).unwrap();
    let (lo, hi) = balls.enclosure(ball.as_scalar().unwrap());
    assert!(hi - lo < 1e-15 * float.abs(), "{lo} {hi}");
    close(float, lo, 1e-13);
    let interval = program.evaluate(&Intervals::new(), &at.map(|x| Interval::point(*x))).unwrap();
    let interval = interval.as_scalar().unwrap();
    assert!(interval.lo() <= lo && hi <= interval.hi() && interval.hi() - interval.lo() < 1e-11, "{interval:?}");
}
