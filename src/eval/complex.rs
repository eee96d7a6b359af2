//! Complex expressions as their real and imaginary parts, so that everything that evaluates does so in real arithmetic.

use crate::expr::{Expr, Kind, Link, RandomVariable, Relation, Sort, walk};
use crate::numeric::{Constant, Function, Rational};
use crate::source::Span;

/// Powers beyond this are not multiplied out.
const LARGEST_POWER: i64 = 8;

/// Real and imaginary part; `None` stands for zero.
#[derive(Clone)]
struct Parts {
    re: Option<Expr>,
    im: Option<Expr>,
}

/// Whether the imaginary unit stands somewhere in an expression.
/// Whether the imaginary unit occurs.
pub fn is_complex(e: &Expr) -> bool {
    walk::any(e, &mut |part| matches!(&*part.kind, Kind::ImaginaryUnit))
}

/// An equation of complex numbers as one of pairs, or of their real parts if no imaginary part is left; other links, and what
/// has no parts here, stay as they are.
pub fn in_real_parts(link: &Link) -> Link {
    let is_equation = matches!(link.relation, Relation::Equal | Relation::NotEqual | Relation::Approximately);
    if !is_equation || !(is_complex(&link.left) || is_complex(&link.right)) {
        return link.clone();
    }
    let (Some(left), Some(right)) = (parts(&link.left), parts(&link.right)) else { return link.clone() };
    if left.im.is_none() && right.im.is_none() {
        let [left, right] = [left, right].map(|p| p.re.unwrap_or_else(|| zero(link.left.span)));
        return Link { left, relation: link.relation, right };
    }
    Link { left: pair(left, link.left.span), relation: link.relation, right: pair(right, link.right.span) }
}

/// Real and imaginary part of a number as a pair, whether or not it has an imaginary one; `None` for what has no parts here.
pub fn as_a_pair(z: &Expr) -> Option<Expr> {
    Some(pair(parts(z)?, z.span))
}

fn pair(z: Parts, span: Span) -> Expr {
    let rows = [z.re, z.im].map(|part| vec![part.unwrap_or_else(|| zero(span))]);
    let sort = Sort::Matrix(crate::expr::Dim::Literal(2), crate::expr::Dim::Literal(1));
    Expr::new(Kind::Entries(rows.to_vec()), sort, span)
}

/// |z| of a complex number.
pub(super) fn modulus(z: &Expr) -> Option<Expr> {
    if !is_complex(z) {
        return None;
    }
    let Parts { re, im } = parts(z)?;
    let square = |part: Option<Expr>| part.map(|e| real(Kind::Pow(e, Expr::integer(2, z.span)), z.span));
    let sum = add([square(re), square(im)].into_iter().flatten().collect(), z.span);
    let sum = sum.unwrap_or_else(|| zero(z.span));
    Some(real(Kind::Function(Function::Sqrt, vec![sum]), z.span))
}

/// The real or the imaginary part of a number.
pub(super) fn part(z: &Expr, real: bool) -> Option<Expr> {
    let Parts { re, im } = parts(z)?;
    Some(if real { re } else { im }.unwrap_or_else(|| zero(z.span)))
}

fn zero(span: Span) -> Expr {
    Expr::integer(0, span)
}

fn real(kind: Kind, span: Span) -> Expr {
    Expr::new(kind, Sort::Real, span)
}

fn add(mut terms: Vec<Expr>, span: Span) -> Option<Expr> {
    match terms.len() {
        0 => None,
        1 => terms.pop(),
        _ => Some(real(Kind::Add(terms), span)),
    }
}

fn negative(e: Option<Expr>) -> Option<Expr> {
    e.map(|e| {
        let span = e.span;
        real(Kind::Neg(e), span)
    })
}

fn product(a: Option<&Expr>, b: Option<&Expr>) -> Option<Expr> {
    let (a, b) = (a?, b?);
    let is_one = |e: &Expr| e.as_number().is_some_and(|n| *n == Rational::ONE);
    Some(if is_one(a) {
        b.clone()
    } else if is_one(b) {
        a.clone()
    } else {
        real(Kind::Mul(vec![a.clone(), b.clone()]), a.span)
    })
}

fn multiply(a: &Parts, b: &Parts, span: Span) -> Parts {
    let (a_re, a_im, b_re, b_im) = (a.re.as_ref(), a.im.as_ref(), b.re.as_ref(), b.im.as_ref());
    let re = [product(a_re, b_re), negative(product(a_im, b_im))];
    let im = [product(a_re, b_im), product(a_im, b_re)];
    Parts { re: add(re.into_iter().flatten().collect(), span), im: add(im.into_iter().flatten().collect(), span) }
}

/// e^{a + ib} = e^a cos b + i e^a sin b.
fn exponential(exponent: &Parts, span: Span) -> Parts {
    let of = |f, e: &Expr| real(Kind::Function(f, vec![e.clone()]), span);
    let scale = exponent.re.as_ref().map(|a| of(Function::Exp, a));
    let Some(b) = &exponent.im else {
        return Parts { re: Some(scale.unwrap_or_else(|| Expr::integer(1, span))), im: None };
    };
    let scaled = |e: Expr| match &scale {
        None => e,
        Some(scale) => real(Kind::Mul(vec![scale.clone(), e]), span),
    };
    Parts { re: Some(scaled(of(Function::Cos, b))), im: Some(scaled(of(Function::Sin, b))) }
}

/// The parts of a number; `None` for operations that have none here.
fn parts(e: &Expr) -> Option<Parts> {
    if !is_complex(e) {
        let is_zero = e.as_number().is_some_and(Rational::is_zero);
        return e.sort.is_scalar().then(|| Parts { re: (!is_zero).then(|| e.clone()), im: None });
    }
    let span = e.span;
    // An operation that is linear in its last operand.
    let linear = |inner: &Expr, outer: &dyn Fn(Expr) -> Kind| -> Option<Parts> {
        let Parts { re, im } = parts(inner)?;
        let over = |part: Option<Expr>| part.map(|part| real(outer(part), span));
        Some(Parts { re: over(re), im: over(im) })
    };
    let laws_are_real = |variables: &[RandomVariable]| {
        variables.iter().all(|v| match &v.law {
            crate::expr::Law::Normal(a, b) | crate::expr::Law::Uniform(a, b) => !is_complex(a) && !is_complex(b),
            crate::expr::Law::Rademacher(a) | crate::expr::Law::Density(a) => !is_complex(a),
        })
    };
    Some(match &*e.kind {
        Kind::ImaginaryUnit => Parts { re: None, im: Some(Expr::integer(1, span)) },
        Kind::Add(terms) => {
            let terms = terms.iter().map(parts).collect::<Option<Vec<_>>>()?;
            let re = terms.iter().filter_map(|p| p.re.clone()).collect();
            let im = terms.iter().filter_map(|p| p.im.clone()).collect();
            Parts { re: add(re, span), im: add(im, span) }
        }
        Kind::Neg(a) => {
            let Parts { re, im } = parts(a)?;
            Parts { re: negative(re), im: negative(im) }
        }
        Kind::Mul(factors) => {
            let mut factors = factors.iter().map(parts);
            let first = factors.next()??;
            factors.try_fold(first, |product, factor| Some(multiply(&product, &factor?, span)))?
        }
        Kind::Div(a, b) => {
            let (above, below) = (parts(a)?, parts(b)?);
            let conjugate = Parts { re: below.re.clone(), im: negative(below.im.clone()) };
            let Parts { re, im } = multiply(&above, &conjugate, span);
            let square = if below.im.is_none() {
                let whole = below.re?;
                let over = |part: Option<Expr>| part.map(|p| real(Kind::Div(p, whole.clone()), span));
                return Some(Parts { re: over(above.re), im: over(above.im) });
            } else {
                let squares = [below.re, below.im].into_iter().flatten();
                let squares = squares.map(|p| real(Kind::Pow(p, Expr::integer(2, span)), span));
                add(squares.collect(), span)?
            };
            let over = |part: Option<Expr>| part.map(|p| real(Kind::Div(p, square.clone()), span));
            Parts { re: over(re), im: over(im) }
        }
        Kind::Pow(base, exponent) if matches!(&*base.kind, Kind::Constant(Constant::Euler)) => {
            exponential(&parts(exponent)?, span)
        }
        Kind::Pow(base, exponent) => {
            let base = parts(base)?;
            if base.im.is_none() && !is_complex(exponent) {
                let base = base.re.unwrap_or_else(|| zero(span));
                return Some(Parts { re: Some(real(Kind::Pow(base, exponent.clone()), span)), im: None });
            }
            let n = (0..=LARGEST_POWER).find(|n| exponent.as_number().is_some_and(|e| *e == Rational::from(*n)))?;
            let one = Parts { re: Some(Expr::integer(1, span)), im: None };
            (0..n).fold(one, |power, _| multiply(&power, &base, span))
        }
        Kind::Function(Function::Exp, operands) => exponential(&parts(&operands[0])?, span),
        Kind::Function(Function::RealPart, operands) => Parts { re: parts(&operands[0])?.re, im: None },
        Kind::Function(Function::ImaginaryPart, operands) => Parts { re: parts(&operands[0])?.im, im: None },
        Kind::Function(Function::Abs, operands) => Parts { re: Some(modulus(&operands[0])?), im: None },
        Kind::Function(function, operands) => {
            let operands = operands.iter().map(parts).collect::<Option<Vec<_>>>()?;
            let operands = operands.into_iter().map(|p| p.im.is_none().then(|| p.re.unwrap_or_else(|| zero(span))));
            let operands = operands.collect::<Option<_>>()?;
            Parts { re: Some(real(Kind::Function(*function, operands), span)), im: None }
        }
        Kind::Fold(crate::expr::Fold::Sum, binders, condition, body) => {
            linear(body, &|part| Kind::Fold(crate::expr::Fold::Sum, binders.clone(), condition.clone(), part))?
        }
        Kind::Integral(symbol, lower, upper, body) if !is_complex(lower) && !is_complex(upper) => {
            linear(body, &|part| Kind::Integral(symbol.clone(), lower.clone(), upper.clone(), part))?
        }
        Kind::Expectation(variables, body) if laws_are_real(variables) => {
            linear(body, &|part| Kind::Expectation(variables.clone(), part))?
        }
        Kind::AverageOver(symbols, density, body) if !is_complex(density) => {
            linear(body, &|part| Kind::AverageOver(symbols.clone(), density.clone(), part))?
        }
        Kind::Derivative(body, symbol, order) => linear(body, &|part| Kind::Derivative(part, symbol.clone(), *order))?,
        Kind::At(symbol, value, body) if !is_complex(value) => {
            linear(body, &|part| Kind::At(symbol.clone(), value.clone(), part))?
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Assignment, Program, Value};
    use crate::expr::fixture::*;
    use crate::numeric::float::F64;

    fn unit() -> Expr {
        Expr::new(Kind::ImaginaryUnit, Sort::Complex, x_span())
    }

    /// The largest difference between the sides of a link at a point.
    fn gap(left: Expr, right: Expr, x: &crate::expr::Symbol) -> f64 {
        let link = in_real_parts(&Link { left, relation: Relation::Equal, right });
        let mut at = Assignment::new();
        at.set(x, Value::Scalar(0.7));
        let value = |e: &Expr| Program::compile(e).unwrap().evaluate(&F64, &at).unwrap();
        let (left, right) = (value(&link.left), value(&link.right));
        assert_eq!(left.shape(), right.shape());
        left.entries().iter().zip(right.entries()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn both_parts_are_compared() {
        let x = symbol("x", Sort::Real);
        let of = |function| f(function, use_of(&x));
        let wave = || f(Function::Exp, unit() * use_of(&x));
        assert!(gap(wave(), of(Function::Cos) + unit() * of(Function::Sin), &x) < 1e-15);
        assert!(gap(wave(), of(Function::Cos) - unit() * of(Function::Sin), &x) > 1.0);
        // (1 + ix)⁻¹ = (1 − ix)/(1 + x²), and its modulus.
        let quotient = || n(1) / (n(1) + unit() * use_of(&x));
        assert!(gap(quotient(), (n(1) - unit() * use_of(&x)) / (n(1) + pow(use_of(&x), n(2))), &x) < 1e-15);
        let modulus = f(Function::Abs, quotient());
        assert!(gap(pow(modulus, n(-2)), n(1) + pow(use_of(&x), n(2)), &x) < 1e-14);
        assert!(gap(pow(n(1) + unit(), n(4)), n(-4), &x) < 1e-15);
    }

    #[test]
    fn what_has_no_parts_stays() {
        let x = symbol("x", Sort::Real);
        let root = f(Function::Sqrt, unit() * use_of(&x));
        let link = Link { left: root, relation: Relation::Equal, right: use_of(&x) };
        assert!(walk::same(&in_real_parts(&link).left, &link.left));
        assert!(Program::compile(&link.left).is_err());
    }
}
