//! A formula without what changes nothing: factors 1, terms 0, double signs, the order of what commutes.

use super::mutate::form::{is_number, like};
use crate::expr::{ArrayFunction, Expr, Kind, Link, Sort, print, walk};
use crate::numeric::{Function, Rational};

/// The formula without neutral parts; what commutes is in one order. Two formulas with the same plain form say the same
/// without any rule of algebra beyond these.
pub fn plain(e: &Expr) -> Expr {
    let e = walk::map_children(e, &mut plain);
    if let Some(number) = number(&e) {
        return number;
    }
    match &*e.kind {
        Kind::Neg(a) => match &*a.kind {
            Kind::Neg(b) => b.clone(),
            Kind::Number(n) => Expr::number(-n.clone(), e.span),
            _ => e,
        },
        Kind::Add(terms) => {
            let mut terms: Vec<Expr> = terms.iter().flat_map(|t| parts(t, Kind::Add)).collect();
            terms.retain(|t| !is_number(t, 0));
            if e.sort.is_scalar() {
                terms = summed(terms, &e);
            }
            terms.sort_by_cached_key(print::expr);
            joined(terms, &e, 0, Kind::Add)
        }
        Kind::Mul(factors) => product(factors, &e),
        Kind::Div(a, b) if is_number(b, 1) => a.clone(),
        Kind::Pow(a, b) if is_number(b, 1) => a.clone(),
        _ => without_signs(&e).unwrap_or(e),
    }
}

/// What an operation on numbers gives, if that is a number: 0², √1, 2/3. Nothing times anything is itself.
fn number(e: &Expr) -> Option<Expr> {
    const LARGEST: i64 = 16;
    let value = |n: Rational| Some(Expr::number(n, e.span));
    let nothing = |a: &Expr| match &*a.kind {
        Kind::Mul(factors) if factors.first().is_some_and(|f| is_number(f, 0)) => Some(a.clone()),
        Kind::Number(n) if n.is_zero() => Some(a.clone()),
        _ => None,
    };
    match &*e.kind {
        Kind::Neg(a) => nothing(a),
        Kind::Div(a, b) => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) if !b.is_zero() => value(a / b),
            (_, Some(b)) if !b.is_zero() => nothing(a),
            _ => None,
        },
        Kind::Pow(base, exponent) => {
            let (base, n) = (base.as_number()?, i64::try_from(exponent.as_number()?.clone()).ok()?);
            let power = |n: i64| (0..n).fold(Rational::ONE, |product, _| product * base);
            match n {
                0..=LARGEST => value(power(n)),
                n if (-LARGEST..0).contains(&n) && !base.is_zero() => value(Rational::ONE / power(-n)),
                _ => None,
            }
        }
        Kind::Function(Function::Sqrt, a) if is_number(&a[0], 0) || is_number(&a[0], 1) => Some(a[0].clone()),
        Kind::Function(Function::Log, a) if is_number(&a[0], 1) => value(Rational::ZERO),
        Kind::Function(Function::Exp | Function::Cos | Function::Cosh, a) if is_number(&a[0], 0) => {
            value(Rational::ONE)
        }
        Kind::Function(Function::Sin | Function::Tanh | Function::Sinh | Function::Erf, a) if is_number(&a[0], 0) => {
            value(Rational::ZERO)
        }
        _ => None,
    }
}

/// An operation whose operand has a sign that it loses or hands on: |−x|, cos(−x), (−x)², tanh(−x), (−x)·y, (−x)ᵢ.
fn without_signs(e: &Expr) -> Option<Expr> {
    let unsigned = |a: &Expr| match &*a.kind {
        Kind::Neg(inner) => Some(inner.clone()),
        _ => None,
    };
    let minus = |e: Expr| like(Kind::Neg(e.clone()), &e);
    match &*e.kind {
        Kind::Array(f @ (ArrayFunction::Norm | ArrayFunction::NormSquared), a) => {
            unsigned(&a[0]).map(|a| like(Kind::Array(*f, vec![a]), e))
        }
        Kind::Array(
            f @ (ArrayFunction::Transpose | ArrayFunction::Trace | ArrayFunction::Diagonal | ArrayFunction::Inverse),
            a,
        ) => unsigned(&a[0]).map(|a| minus(like(Kind::Array(*f, vec![a]), e))),
        Kind::Array(f @ (ArrayFunction::Dot | ArrayFunction::Outer | ArrayFunction::Hadamard), operands) => {
            let bare: Vec<Expr> = operands.iter().map(|a| unsigned(a).unwrap_or_else(|| a.clone())).collect();
            let signs = operands.iter().filter(|a| unsigned(a).is_some()).count();
            let out = like(Kind::Array(*f, bare), e);
            (signs > 0).then(|| if signs % 2 == 1 { minus(out) } else { out })
        }
        Kind::Component(a, indices) => unsigned(a).map(|a| minus(like(Kind::Component(a, indices.clone()), e))),
        Kind::Function(f, a) => {
            let a = unsigned(a.first()?)?;
            let out = like(Kind::Function(*f, vec![a]), e);
            match f {
                Function::Abs | Function::Cos | Function::Cosh => Some(out),
                Function::Sin
                | Function::Tan
                | Function::Sinh
                | Function::Tanh
                | Function::Asin
                | Function::Atan
                | Function::Asinh
                | Function::Atanh
                | Function::Erf
                | Function::Sign => Some(minus(out)),
                _ => None,
            }
        }
        Kind::Div(a, b) => match (unsigned(a), unsigned(b)) {
            (Some(a), Some(b)) => Some(like(Kind::Div(a, b), e)),
            (Some(a), None) => Some(minus(like(Kind::Div(a, b.clone()), e))),
            (None, Some(b)) => Some(minus(like(Kind::Div(a.clone(), b), e))),
            (None, None) => None,
        },
        Kind::Pow(base, exponent) if base.sort.is_scalar() => {
            let n = exponent.as_number().filter(|n| n.is_int())?;
            let even = (n / Rational::from(2)).is_int();
            match &*base.kind {
                Kind::Neg(a) => {
                    let out = like(Kind::Pow(a.clone(), exponent.clone()), e);
                    Some(if even { out } else { minus(out) })
                }
                Kind::Function(Function::Abs, a) if even && a[0].sort != Sort::Complex => {
                    Some(like(Kind::Pow(a[0].clone(), exponent.clone()), e))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether both sides of a relation have the same plain form: then it says nothing.
pub fn says_nothing(link: &Link) -> bool {
    walk::same(&plain(&link.left), &plain(&link.right))
}

fn parts(e: &Expr, kind: fn(Vec<Expr>) -> Kind) -> Vec<Expr> {
    match &*e.kind {
        Kind::Add(all) | Kind::Mul(all)
            if std::mem::discriminant(&*e.kind) == std::mem::discriminant(&kind(vec![])) =>
        {
            all.clone()
        }
        _ => vec![e.clone()],
    }
}

/// Numbers are added up; a term and its opposite are left out.
fn summed(terms: Vec<Expr>, e: &Expr) -> Vec<Expr> {
    let mut number = Rational::ZERO;
    let mut kept: Vec<Expr> = Vec::new();
    for term in terms {
        let opposite = match &*term.kind {
            Kind::Number(n) => {
                number += n.clone();
                continue;
            }
            Kind::Neg(a) => a.clone(),
            _ => like(Kind::Neg(term.clone()), &term),
        };
        match kept.iter().position(|known| walk::same(known, &opposite)) {
            Some(at) => drop(kept.remove(at)),
            None => kept.push(term),
        }
    }
    if !number.is_zero() {
        kept.push(Expr::number(number, e.span));
    }
    kept
}

/// Signs and numbers are gathered in front, scalars are put in order before the arrays.
fn product(factors: &[Expr], e: &Expr) -> Expr {
    let mut number = Rational::ONE;
    let (mut scalars, mut arrays) = (Vec::new(), Vec::new());
    for factor in factors.iter().flat_map(|f| parts(f, Kind::Mul)) {
        let factor = match &*factor.kind {
            Kind::Neg(a) => {
                number = -number;
                a.clone()
            }
            _ => factor,
        };
        match &*factor.kind {
            Kind::Number(n) => number *= n.clone(),
            Kind::Identity(_) => arrays.push(factor),
            _ if factor.sort.is_scalar() => scalars.push(factor),
            _ => arrays.push(factor),
        }
    }
    if arrays.iter().any(|a| !matches!(&*a.kind, Kind::Identity(_))) {
        arrays.retain(|a| !matches!(&*a.kind, Kind::Identity(_)));
    }
    scalars.sort_by_cached_key(print::expr);
    let negative = number == Rational::NEG_ONE;
    let mut all = Vec::new();
    if number != Rational::ONE && !negative {
        all.push(Expr::number(number, e.span));
    }
    all.extend(scalars);
    all.extend(arrays);
    let out = joined(all, e, 1, Kind::Mul);
    if negative { like(Kind::Neg(out), e) } else { out }
}

fn joined(mut operands: Vec<Expr>, model: &Expr, neutral: i64, kind: fn(Vec<Expr>) -> Kind) -> Expr {
    match operands.len() {
        0 => Expr::integer(neutral, model.span),
        1 => operands.remove(0),
        _ => like(kind(operands), model),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::expr::{Relation, Sort};

    #[test]
    fn neutral_parts_and_the_order_of_terms_say_nothing_and_other_parts_do() {
        let (x, y) = (&use_of(&symbol("x", Sort::Real)), &use_of(&symbol("y", Sort::Real)));
        let idle = |left: Expr, right: Expr| {
            says_nothing(&Link { left: flat(left), relation: Relation::Equal, right: flat(right) })
        };
        assert!(idle(x.clone(), n(1) * x));
        assert!(idle(x.clone(), n(0) + x));
        assert!(idle(x * y + n(2), n(2) + y * x));
        assert!(idle(-(-x.clone()), pow(x.clone(), n(1))));
        assert!(idle((-x.clone()) * y, -(x * y)));
        assert!(idle(x.clone(), x + n(1) - n(1)));
        assert!(idle(x + n(3), n(1) + x * y + x - x * y + n(2)));
        let call = |function, e: &Expr| f(function, e.clone());
        assert!(idle(call(Function::Abs, &-(x * y)), call(Function::Abs, &(x * y))));
        assert!(idle(pow(call(Function::Tanh, &-x.clone()), n(2)), pow(call(Function::Tanh, x), n(2))));
        assert!(idle(pow(x - y, n(2)) / (-y.clone()), -(pow(x - y, n(2)) / y)));
        assert!(!idle(call(Function::Tanh, &-x.clone()), call(Function::Tanh, x)));
        assert!(!idle(pow(-x.clone(), n(3)), pow(x.clone(), n(3))));
        assert!(!idle(call(Function::Exp, &-x.clone()), call(Function::Exp, x)));
        assert!(idle(x + f(Function::Sqrt, n(1)), x + pow(n(2), n(-2)) * n(4)));
        assert!(!idle(f(Function::Sqrt, n(2)), n(1)));
        assert!(!idle(x.clone(), x + y - n(1)));
        assert!(!idle(x.clone(), n(2) * x));
        assert!(!idle(pow(x + y, n(2)), x * x + n(2) * x * y + y * y));
        assert!(!idle(x - y, y - x));
    }
}
