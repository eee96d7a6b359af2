//! Dirac's δ below a mean, and derivatives of δ below an integral.

use super::desugar::{over_everything, splits};
use crate::expr::{Expr, Kind, Law, RandomVariable, Sort, Symbol, walk};

/// Whether a factor is a δ that contains the symbol, or a derivative of one by another symbol.
fn is_delta(factor: &Expr, symbol: &Symbol) -> bool {
    match &*factor.kind {
        Kind::Dirac(argument) => walk::mentions(argument, symbol),
        _ => slope(factor).is_some_and(|(inner, by, _)| by != symbol && is_delta(inner, symbol)),
    }
}

/// A derivative by a number: of what, by what, of which order.
fn slope(e: &Expr) -> Option<(&Expr, &Symbol, u32)> {
    match &*e.kind {
        Kind::Derivative(inner, by, order) => Some((inner, by, *order)),
        Kind::Gradient(inner, by) if by.sort().is_scalar() => Some((inner, by, 1)),
        _ => None,
    }
}

/// A mean of δ times something as the integral over one of the variables that the δ contains: what is left of it is a number.
pub(super) fn mean(variables: &[RandomVariable], body: &Expr) -> Option<Expr> {
    let of = |kind| Expr::new(kind, body.sort.clone(), body.span);
    let rest_of = |rest: Vec<RandomVariable>, inner: Expr| match rest.as_slice() {
        [] => inner,
        _ => of(Kind::Expectation(rest, inner)),
    };
    let has_delta = |e: &Expr| variables.iter().any(|v| walk::any(e, &mut |part| is_delta(part, &v.symbol)));
    if !has_delta(body) {
        return None;
    }
    match &*body.kind {
        Kind::Add(terms) => {
            let each = terms.iter().map(|term| of(Kind::Expectation(variables.to_vec(), term.clone())));
            return Some(of(Kind::Add(each.collect())));
        }
        Kind::Neg(term) => return Some(of(Kind::Neg(of(Kind::Expectation(variables.to_vec(), term.clone()))))),
        _ => {}
    }
    let (at, variable) = variables.iter().enumerate().find(|(_, v)| {
        let continuous = *v.symbol.sort() == Sort::Real && !matches!(v.law, Law::Rademacher(_));
        continuous && !splits(body, &|f| is_delta(f, &v.symbol)).is_empty()
    })?;
    let mut rest = variables.to_vec();
    rest.remove(at);
    let depends = |law: &Law| match law {
        Law::Normal(a, b) | Law::Uniform(a, b) => {
            walk::mentions(a, &variable.symbol) || walk::mentions(b, &variable.symbol)
        }
        Law::Rademacher(a) | Law::Density(a) => walk::mentions(a, &variable.symbol),
    };
    if rest.iter().any(|v| depends(&v.law)) {
        return None;
    }
    let density = match &variable.law {
        Law::Density(density) => density.clone(),
        law => {
            let value = Expr::symbol(&variable.symbol, body.span);
            Expr::new(Kind::DensityOf(law.clone(), value), Sort::Real, body.span)
        }
    };
    let product = of(Kind::Mul(vec![density, body.clone()]));
    Some(rest_of(rest, over_everything(&variable.symbol, product)))
}

/// ∫ g(s, v) ∂ₛδ(a(s, v)) dv = ∂ᵤ ∫ g(s, v) δ(a(u, v)) dv at u = s.
pub(super) fn derivative_outside(symbol: &Symbol, body: &Expr) -> Option<Expr> {
    let of = |kind| Expr::new(kind, body.sort.clone(), body.span);
    let is_slope = |f: &Expr| slope(f).is_some() && is_delta(f, symbol);
    let (found, rest) = splits(body, &is_slope).into_iter().next()?;
    let (inner, by, order) = slope(&found)?;
    let place = Symbol::new(by.tex(), by.sort().clone());
    let moved = walk::substitute(inner, by, &Expr::symbol(&place, body.span))?;
    let integral = over_everything(symbol, of(Kind::Mul(vec![moved, rest])));
    let derivative = of(Kind::Derivative(integral, place.clone(), order));
    Some(of(Kind::At(place, Expr::symbol(by, body.span), derivative)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Assignment, Program, Value};
    use crate::expr::fixture::*;
    use crate::numeric::Function;
    use crate::numeric::float::F64;

    fn normal(symbol: &Symbol) -> RandomVariable {
        RandomVariable { symbol: symbol.clone(), law: Law::Normal(n(0), n(1)) }
    }

    fn real(kind: Kind) -> Expr {
        Expr::new(kind, Sort::Real, x_span())
    }

    /// φ(y) of a standard normal number.
    fn bell(y: f64) -> f64 {
        (-y * y / 2.0).exp() / std::f64::consts::TAU.sqrt()
    }

    fn value(e: &Expr, at: &[(&Symbol, f64)]) -> f64 {
        let mut point = Assignment::new();
        at.iter().for_each(|(s, v)| point.set(s, Value::Scalar(*v)));
        let Ok(Value::Scalar(v)) = Program::compile(e).unwrap().evaluate(&F64, &point) else { panic!("{e:?}") };
        v
    }

    #[test]
    fn a_mean_of_delta_is_the_density_there() {
        let [x, z, w] = ["x", "z", "w"].map(|tex| symbol(tex, Sort::Real));
        // δ(x − 1 − 2z) z: z = (x − 1)/2.
        let delta = real(Kind::Dirac(use_of(&x) - n(1) - n(2) * use_of(&z)));
        let one = real(Kind::Expectation(vec![normal(&z)], use_of(&z) * delta));
        let expected = |x: f64| (x - 1.0) / 2.0 * bell((x - 1.0) / 2.0) / 2.0;
        assert!((value(&one, &[(&x, 1.8)]) - expected(1.8)).abs() < 1e-13);
        // Of two: w + z has variance 2. Sums are taken apart.
        let delta = || real(Kind::Dirac(use_of(&x) - use_of(&w) - use_of(&z)));
        let two = real(Kind::Expectation(vec![normal(&z), normal(&w)], delta() + n(3) * delta()));
        let expected = 4.0 * (-0.7 * 0.7 / 4.0_f64).exp() / (2.0 * std::f64::consts::TAU).sqrt();
        assert!((value(&two, &[(&x, 0.7)]) - expected).abs() < 1e-9);
        // With a density of its own.
        let uniform = RandomVariable { symbol: z.clone(), law: Law::Uniform(n(-1), n(1)) };
        let inside = real(Kind::Expectation(vec![uniform], real(Kind::Dirac(use_of(&x) - use_of(&z)))));
        assert_eq!([0.5, 1.5].map(|v| value(&inside, &[(&x, v)])), [0.5, 0.0]);
    }

    #[test]
    fn a_derivative_of_delta_is_one_of_the_integral() {
        let [x, z] = ["x", "z"].map(|tex| symbol(tex, Sort::Real));
        let delta = real(Kind::Dirac(use_of(&x) - use_of(&z)));
        // x² ∂ₓδ(x − z) below the mean over z: the factor in front is not differentiated.
        let slope = real(Kind::Derivative(delta, x.clone(), 1));
        let mean = real(Kind::Expectation(vec![normal(&z)], pow(use_of(&x), n(2)) * slope));
        let expected = -1.2_f64.powi(3) * bell(1.2);
        assert!((value(&mean, &[(&x, 1.2)]) - expected).abs() < 1e-12);
        let alone = real(Kind::Derivative(real(Kind::Dirac(use_of(&x))), x, 1));
        assert!(Program::compile(&alone).is_err());
        assert!(Program::compile(&f(Function::Exp, alone)).is_err());
    }
}
