//! Operations that are short for others: variances, probabilities, entropies, densities of laws, convolutions.

use super::product::exponent;
use super::reduce::{degree, mentions_any};
use crate::expr::{
    ArrayFunction, Condition, Dim, Expr, Fold, Kind, Law, Link, RandomVariable, Relation, Sort, Symbol, walk,
};
use crate::numeric::{Constant, Function, Rational};
use crate::source::Span;

/// The same value in simpler terms; `None` if there are none.
pub(super) fn desugar(expr: &Expr) -> Option<Expr> {
    let span = expr.span;
    let of = |kind| Expr::new(kind, expr.sort.clone(), span);
    let real = |kind| Expr::new(kind, Sort::Real, span);
    Some(match &*expr.kind {
        Kind::Variance(variables, a) => covariance(variables, a, a, expr),
        Kind::Covariance(variables, a, b) => covariance(variables, a, b, expr),
        Kind::Probability(variables, event) => probability(variables, event, span),
        Kind::RelativeEntropy(symbols, p, q) => {
            let log = |e: &Expr| real(Kind::Function(Function::Log, vec![e.clone()]));
            let difference = real(Kind::Add(vec![log(p), real(Kind::Neg(log(q)))]));
            if let Some(variable) = distributed(symbols, p) {
                return Some(of(Kind::Expectation(vec![variable], difference)));
            }
            of(Kind::AverageOver(symbols.clone(), p.clone(), difference))
        }
        Kind::Entropy(symbols, p) => {
            let log = real(Kind::Function(Function::Log, vec![p.clone()]));
            if let Some(variable) = distributed(symbols, p) {
                return Some(of(Kind::Neg(real(Kind::Expectation(vec![variable], log)))));
            }
            of(Kind::Neg(real(Kind::AverageOver(symbols.clone(), p.clone(), log))))
        }
        Kind::DensityOf(law, point) => density(law, point, span)?,
        Kind::Function(Function::RealPart | Function::ImaginaryPart, operands) => {
            let is_real = matches!(&*expr.kind, Kind::Function(Function::RealPart, _));
            super::complex::part(&operands[0], is_real)?
        }
        Kind::Function(Function::Abs, operands) => super::complex::modulus(&operands[0])?,
        Kind::Add(terms) => complement_of_tanh(terms, span)?,
        // log(e^a/b) = a − log b: far out e^a is no number any more.
        Kind::Function(Function::Log, operands) if matches!(&*operands[0].kind, Kind::DensityOf(..)) => {
            let Kind::DensityOf(law @ Law::Normal(..), point) = &*operands[0].kind else { return None };
            let density = density(law, point, span)?;
            let Kind::Div(weight, norm) = &*density.kind else { return None };
            let Kind::Function(Function::Exp, exponent) = &*weight.kind else { return None };
            let log = real(Kind::Function(Function::Log, vec![norm.clone()]));
            real(Kind::Add(vec![exponent[0].clone(), real(Kind::Neg(log))]))
        }
        Kind::Function(Function::Log, operands) => logarithm(&operands[0], span)?,
        Kind::AverageOver(symbols, weight, body) if symbols.len() > 1 => joint(symbols, weight, body, span)?,
        Kind::AverageOver(symbols, weight, body) => {
            let [symbol] = symbols.as_slice() else { return None };
            let variable = RandomVariable { symbol: symbol.clone(), law: Law::Density(weight.clone()) };
            super::dirac::mean(&[variable], body)?
        }
        Kind::Expectation(variables, body) => expectation(variables, body, expr)?,
        Kind::Apply(function, arguments) => match (&*function.kind, arguments.as_slice()) {
            (Kind::Symbol(f), _) => of(Kind::Call(f.clone(), arguments.clone())),
            (Kind::Convolution(f, g), [x]) => {
                let place = Symbol::new("y", x.sort.clone());
                let at = Expr::symbol(&place, span);
                let gap = Expr::new(
                    Kind::Add(vec![x.clone(), Expr::new(Kind::Neg(at.clone()), x.sort.clone(), span)]),
                    x.sort.clone(),
                    span,
                );
                let product = real(Kind::Mul(vec![
                    real(Kind::Apply(f.clone(), vec![at])),
                    real(Kind::Apply(g.clone(), vec![gap])),
                ]));
                over_everything(&place, product)
            }
            _ => return None,
        },
        // |u|² of a number is u², a polynomial.
        Kind::Pow(base, exponent) => of(Kind::Pow(unsigned(base, exponent)?.clone(), exponent.clone())),
        Kind::DerivativeBy(body, place) => by_value(body, place, expr)?,
        _ => return None,
    })
}

/// The variable of which a density is that of a normal law.
fn distributed(symbols: &[Symbol], density: &Expr) -> Option<RandomVariable> {
    let Kind::DensityOf(law @ Law::Normal(..), point) = &*density.kind else { return None };
    match (&*point.kind, symbols) {
        (Kind::Symbol(at), [symbol]) if at == symbol => {
            Some(RandomVariable { symbol: symbol.clone(), law: law.clone() })
        }
        _ => None,
    }
}

/// u of an even power of |u|, u a number.
pub(super) fn unsigned<'e>(base: &'e Expr, exponent: &Expr) -> Option<&'e Expr> {
    let even = exponent.as_number().is_some_and(|n| (n / Rational::from(2)).is_int());
    match &*base.kind {
        Kind::Function(Function::Abs, operands) if even && operands[0].sort.is_scalar() => operands.first(),
        _ => None,
    }
}

/// The derivative by one value of a declared function, which counts as independent of everything else. For a family x₁, x₂ …
/// that is one of its members, whatever other members the body has and by whatever index it names them.
fn by_value(body: &Expr, place: &Expr, expr: &Expr) -> Option<Expr> {
    let Kind::Call(function, arguments) = &*place.kind else { return None };
    let span = expr.span;
    let of = |kind| Expr::new(kind, expr.sort.clone(), span);
    let value = Symbol::new("u", place.sort.clone());
    let slope = |moved: Expr| {
        of(match place.sort.shape() {
            None => Kind::Derivative(moved, value.clone(), 1),
            Some(_) => Kind::Gradient(moved, value.clone()),
        })
    };
    if arguments.is_empty() || !arguments.iter().all(|a| matches!(a.sort, Sort::Index(_) | Sort::Integer)) {
        let moved = replace(body, place, &Expr::symbol(&value, span));
        return Some(of(Kind::At(value.clone(), place.clone(), slope(moved))));
    }
    // Names of their own for the indices, so that a sum over one of them in the body does not capture it.
    let indices: Vec<Symbol> = arguments.iter().map(|a| Symbol::new("k", a.sort.clone())).collect();
    let uses = indices.iter().map(|k| Expr::symbol(k, span)).collect();
    let here = Expr::new(Kind::Call(function.clone(), uses), place.sort.clone(), span);
    let moved = vary(body, &here, &indices, &Expr::symbol(&value, span));
    let derivative = of(Kind::At(value.clone(), here, slope(moved)));
    let bound = indices.into_iter().zip(arguments);
    Some(bound.fold(derivative, |inner, (index, argument)| of(Kind::At(index, argument.clone(), inner))))
}

/// Every member x_a of a family replaced by x_a + δ_{ak} (u − x_k).
fn vary(e: &Expr, here: &Expr, indices: &[Symbol], value: &Expr) -> Expr {
    let e = walk::map_children(e, &mut |child| vary(child, here, indices, value));
    let (Kind::Call(f, arguments), Kind::Call(function, _)) = (&*e.kind, &*here.kind) else { return e };
    if f != function {
        return e;
    }
    let (sort, span) = (e.sort.clone(), e.span);
    let of = |kind| Expr::new(kind, sort.clone(), span);
    let same = arguments.iter().zip(indices).map(|(argument, index)| {
        let kind = Kind::Kronecker(argument.clone(), Expr::symbol(index, span));
        Expr::new(kind, Sort::Real, span)
    });
    let step = of(Kind::Add(vec![value.clone(), of(Kind::Neg(here.clone()))]));
    let step = of(Kind::Mul(same.chain([step]).collect()));
    of(Kind::Add(vec![e.clone(), step]))
}

/// log(e^a r) = a + log r, and log(p/(e^b q)) = log(p/q) − b; `None` without an exponential among the factors.
fn logarithm(operand: &Expr, span: Span) -> Option<Expr> {
    let real = |kind| Expr::new(kind, Sort::Real, span);
    let log = |e: Expr| real(Kind::Function(Function::Log, vec![e]));
    let is_exponential = |e: &Expr| exponent(e).is_some();
    if let Some((found, rest)) = splits(operand, &is_exponential).into_iter().next() {
        return Some(real(Kind::Add(vec![exponent(&found)?.clone(), log(rest)])));
    }
    let Kind::Div(p, q) = &*operand.kind else { return None };
    let (found, rest) = splits(q, &is_exponential).into_iter().next()?;
    let ratio = Expr::new(Kind::Div(p.clone(), rest), operand.sort.clone(), operand.span);
    Some(real(Kind::Add(vec![log(ratio), real(Kind::Neg(exponent(&found)?.clone()))])))
}

fn replace(e: &Expr, old: &Expr, new: &Expr) -> Expr {
    if walk::same(e, old) { new.clone() } else { walk::map_children(e, &mut |child| replace(child, old, new)) }
}

/// 1 − tanh² u = 1/cosh² u and 1 ± tanh u = 2/(1 + e^∓2u): far out the differences have no digits left.
fn complement_of_tanh(terms: &[Expr], span: Span) -> Option<Expr> {
    let real = |kind| Expr::new(kind, Sort::Real, span);
    let whole = |n| Expr::integer(n, span);
    let [a, b] = terms else { return None };
    let is_one = |e: &Expr| e.as_number().is_some_and(|n| *n == Rational::ONE);
    let other = if is_one(a) {
        b
    } else if is_one(b) {
        a
    } else {
        return None;
    };
    let (minus, other) = match &*other.kind {
        Kind::Neg(inner) => (true, inner),
        _ => (false, other),
    };
    let tanh = |e: &Expr| match &*e.kind {
        Kind::Function(Function::Tanh, operands) if e.sort.is_scalar() => Some(operands[0].clone()),
        _ => None,
    };
    if let (Kind::Pow(base, exponent), true) = (&*other.kind, minus)
        && exponent.as_number().is_some_and(|n| *n == Rational::from(2))
    {
        let cosh = real(Kind::Function(Function::Cosh, vec![tanh(base)?]));
        return Some(real(Kind::Div(whole(1), real(Kind::Pow(cosh, whole(2))))));
    }
    let twice = real(Kind::Mul(vec![whole(2), tanh(other)?]));
    let exponent = if minus { twice } else { real(Kind::Neg(twice)) };
    let power = real(Kind::Function(Function::Exp, vec![exponent]));
    Some(real(Kind::Div(whole(2), real(Kind::Add(vec![whole(1), power])))))
}

/// ∫ body over all values of a symbol.
pub(super) fn over_everything(symbol: &Symbol, body: Expr) -> Expr {
    let span = body.span;
    let infinity = || Expr::new(Kind::Infinity, Sort::Real, span);
    let below = Expr::new(Kind::Neg(infinity()), Sort::Real, span);
    let sort = body.sort.clone();
    Expr::new(Kind::Integral(symbol.clone(), below, infinity(), body), sort, span)
}

/// 𝔼 a b − 𝔼 a 𝔼 b, with the outer product of vectors.
fn covariance(variables: &[RandomVariable], a: &Expr, b: &Expr, expr: &Expr) -> Expr {
    let of = |kind| Expr::new(kind, expr.sort.clone(), expr.span);
    let product = |x: &Expr, y: &Expr| match (x.sort.shape(), y.sort.shape()) {
        (Some(_), Some(_)) => of(Kind::Array(ArrayFunction::Outer, vec![x.clone(), y.clone()])),
        _ => of(Kind::Mul(vec![x.clone(), y.clone()])),
    };
    let mean = |e: &Expr| Expr::new(Kind::Expectation(variables.to_vec(), e.clone()), e.sort.clone(), expr.span);
    let second = of(Kind::Expectation(variables.to_vec(), product(a, b)));
    of(Kind::Add(vec![second, of(Kind::Neg(product(&mean(a), &mean(b))))]))
}

/// P(g > 0) = erfc(−𝔼g/√(2 Var g))/2 for an affine g of normal variables; otherwise the mean of the indicator.
fn probability(variables: &[RandomVariable], event: &Condition, span: Span) -> Expr {
    let real = |kind| Expr::new(kind, Sort::Real, span);
    let whole = |n| Expr::integer(n, span);
    let all_normal = variables.iter().all(|v| matches!(v.law, Law::Normal(..)));
    if let Condition::Holds(Link { left, relation, right }) = event
        && relation.is_order()
        && all_normal
    {
        let upward = matches!(relation, Relation::Greater | Relation::GreaterOrEqual);
        let (above, below) = if upward { (left, right) } else { (right, left) };
        let gap = real(Kind::Add(vec![above.clone(), real(Kind::Neg(below.clone()))]));
        if mentions_any(&gap, variables) && degree(&gap, variables).is_some_and(|d| d <= 1) {
            let mean = real(Kind::Expectation(variables.to_vec(), gap.clone()));
            let variance = real(Kind::Variance(variables.to_vec(), gap));
            let scale = real(Kind::Function(Function::Sqrt, vec![real(Kind::Mul(vec![whole(2), variance]))]));
            let argument = real(Kind::Neg(real(Kind::Div(mean, scale))));
            return real(Kind::Div(real(Kind::Function(Function::Erfc, vec![argument])), whole(2)));
        }
    }
    let indicator = real(Kind::Cases(vec![(whole(1), event.clone())], Some(whole(0))));
    real(Kind::Expectation(variables.to_vec(), indicator))
}

fn density(law: &Law, point: &Expr, span: Span) -> Option<Expr> {
    let real = |kind| Expr::new(kind, Sort::Real, span);
    let whole = |n| Expr::integer(n, span);
    let function = |f, e| real(Kind::Function(f, vec![e]));
    let half = |e| real(Kind::Div(e, whole(2)));
    Some(match law {
        // A declared density as a law of its own is not written out.
        Law::Density(_) => return None,
        Law::Normal(mean, spread) => {
            let step = difference(point, mean, span);
            let two_pi = real(Kind::Mul(vec![whole(2), real(Kind::Constant(Constant::Pi))]));
            let Some((rows, _)) = point.sort.shape() else {
                let square = real(Kind::Pow(step, whole(2)));
                let exponent = real(Kind::Neg(half(real(Kind::Div(square, spread.clone())))));
                let norm = function(Function::Sqrt, real(Kind::Mul(vec![two_pi, spread.clone()])));
                return Some(real(Kind::Div(function(Function::Exp, exponent), norm)));
            };
            let length = match &rows {
                Dim::Literal(n) => whole(*n as i64),
                Dim::Named(symbol) => Expr::symbol(symbol, span),
            };
            let power = |base| real(Kind::Pow(base, half(length.clone())));
            if spread.sort.is_scalar() {
                let square = real(Kind::Array(ArrayFunction::NormSquared, vec![step]));
                let exponent = real(Kind::Neg(half(real(Kind::Div(square, spread.clone())))));
                let norm = power(real(Kind::Mul(vec![two_pi, spread.clone()])));
                return Some(real(Kind::Div(function(Function::Exp, exponent), norm)));
            }
            let inverse =
                Expr::new(Kind::Array(ArrayFunction::Inverse, vec![spread.clone()]), spread.sort.clone(), span);
            let along = Expr::new(Kind::Mul(vec![inverse, step.clone()]), step.sort.clone(), span);
            let square = real(Kind::Array(ArrayFunction::Dot, vec![step, along]));
            let exponent = real(Kind::Neg(half(square)));
            let determinant = real(Kind::Array(ArrayFunction::Determinant, vec![spread.clone()]));
            let norm = real(Kind::Mul(vec![power(two_pi), function(Function::Sqrt, determinant)]));
            real(Kind::Div(function(Function::Exp, exponent), norm))
        }
        Law::Uniform(lower, upper) => {
            let width = difference(upper, lower, span);
            let at_least = |left: &Expr, right: &Expr| {
                Condition::Holds(Link { left: left.clone(), relation: Relation::GreaterOrEqual, right: right.clone() })
            };
            let inside = Condition::All(vec![at_least(point, lower), at_least(upper, point)]);
            real(Kind::Cases(vec![(real(Kind::Div(whole(1), width)), inside)], Some(whole(0))))
        }
        Law::Rademacher(mean) if point.sort.is_scalar() => {
            let tilt = real(Kind::Mul(vec![point.clone(), mean.clone()]));
            half(real(Kind::Add(vec![whole(1), tilt])))
        }
        Law::Rademacher(_) => return None,
    })
}

/// a − b, where b may be one number for every entry of a.
fn difference(a: &Expr, b: &Expr, span: Span) -> Expr {
    if b.as_number().is_some_and(Rational::is_zero) {
        return a.clone();
    }
    let b = match a.sort.shape() {
        Some((rows, _)) if b.sort.is_scalar() => {
            let ones = Expr::new(Kind::Ones(rows), a.sort.clone(), span);
            Expr::new(Kind::Mul(vec![b.clone(), ones]), a.sort.clone(), span)
        }
        _ => b.clone(),
    };
    let negative = Expr::new(Kind::Neg(b), a.sort.clone(), span);
    Expr::new(Kind::Add(vec![a.clone(), negative]), a.sort.clone(), span)
}

/// A mean over several symbols as nested ones: the symbol that only one factor of the density mentions comes innermost.
fn joint(symbols: &[Symbol], weight: &Expr, body: &Expr, span: Span) -> Option<Expr> {
    let factors: Vec<Expr> = match &*weight.kind {
        Kind::Mul(factors) => factors.clone(),
        _ => vec![weight.clone()],
    };
    for (k, symbol) in symbols.iter().enumerate() {
        let mut with: Vec<usize> = (0..factors.len()).filter(|i| walk::mentions(&factors[*i], symbol)).collect();
        if with.len() != 1 || factors.len() == 1 || !is_density_of(&factors[with[0]], symbol) {
            continue;
        }
        let own = factors[with.remove(0)].clone();
        let rest: Vec<Expr> = factors.iter().filter(|f| !walk::same(f, &own)).cloned().collect();
        let inner = Expr::new(Kind::AverageOver(vec![symbol.clone()], own, body.clone()), body.sort.clone(), span);
        let mut others = symbols.to_vec();
        others.remove(k);
        let rest = match rest.as_slice() {
            [one] => one.clone(),
            _ => Expr::new(Kind::Mul(rest), Sort::Real, span),
        };
        return Some(Expr::new(Kind::AverageOver(others, rest, inner), body.sort.clone(), span));
    }
    if symbols.iter().any(|s| matches!(s.sort(), Sort::Integer | Sort::Index(_))) {
        return None;
    }
    let product = Expr::new(Kind::Mul(vec![weight.clone(), body.clone()]), body.sort.clone(), span);
    Some(symbols.iter().rev().fold(product, |inner, symbol| over_everything(symbol, inner)))
}

/// Means are linear: used where the body is no polynomial, so that fewer variables meet in one integral.
fn expectation(variables: &[RandomVariable], body: &Expr, expr: &Expr) -> Option<Expr> {
    let of = |kind| Expr::new(kind, expr.sort.clone(), expr.span);
    let mean =
        |v: &[RandomVariable], e: &Expr| Expr::new(Kind::Expectation(v.to_vec(), e.clone()), e.sort.clone(), expr.span);
    // What has a declared density is averaged over with it, outermost.
    let depends = |v: &RandomVariable| match &v.law {
        Law::Density(density) => variables.iter().any(|w| w.symbol != v.symbol && walk::mentions(density, &w.symbol)),
        _ => true,
    };
    let dense = |v: &RandomVariable| matches!(v.law, Law::Density(_));
    let outermost = variables.iter().position(|v| dense(v) && !depends(v));
    if let Some(at) = outermost.or_else(|| variables.iter().position(dense))
        && let RandomVariable { symbol, law: Law::Density(density) } = &variables[at]
    {
        let mut rest = variables.to_vec();
        rest.remove(at);
        let inner = if rest.is_empty() { body.clone() } else { mean(&rest, body) };
        return Some(of(Kind::AverageOver(vec![symbol.clone()], density.clone(), inner)));
    }
    if let Some(sifted) = super::dirac::mean(variables, body) {
        return Some(sifted);
    }
    let (normal, other): (Vec<_>, Vec<_>) = variables.iter().cloned().partition(|v| matches!(v.law, Law::Normal(..)));
    if degree(body, &normal).is_some() {
        return None;
    }
    if !other.is_empty() {
        return Some(mean(&other, &mean(&normal, body)));
    }
    // A law may depend on another averaged symbol, which then stays.
    let laws = |v: &RandomVariable| match &v.law {
        Law::Normal(a, b) | Law::Uniform(a, b) => vec![a.clone(), b.clone()],
        Law::Rademacher(a) | Law::Density(a) => vec![a.clone()],
    };
    let needed = |v: &RandomVariable| {
        walk::mentions(body, &v.symbol)
            || variables.iter().any(|w| laws(w).iter().any(|e| walk::mentions(e, &v.symbol)))
    };
    let kept: Vec<RandomVariable> = variables.iter().filter(|v| needed(v)).cloned().collect();
    if kept.len() < variables.len() {
        return Some(if kept.is_empty() { body.clone() } else { mean(&kept, body) });
    }
    match &*body.kind {
        Kind::Add(terms) => Some(of(Kind::Add(terms.iter().map(|t| mean(variables, t)).collect()))),
        Kind::Neg(a) => Some(of(Kind::Neg(mean(variables, a)))),
        Kind::Div(a, b) if !mentions_any(b, variables) => Some(of(Kind::Div(mean(variables, a), b.clone()))),
        Kind::Mul(factors) if body.sort.is_scalar() && factors.iter().all(|f| f.sort.is_scalar()) => {
            let (random, fixed): (Vec<Expr>, Vec<Expr>) =
                factors.iter().cloned().partition(|f| mentions_any(f, variables));
            if fixed.is_empty() {
                return None;
            }
            let rest = match random.as_slice() {
                [one] => one.clone(),
                _ => of(Kind::Mul(random)),
            };
            Some(of(Kind::Mul(fixed.into_iter().chain([mean(variables, &rest)]).collect())))
        }
        Kind::Fold(Fold::Sum, binders, condition, inner) => {
            let children = walk::children(body);
            let (_, around) = children.split_last()?;
            if around.iter().any(|e| mentions_any(e, variables)) {
                return None;
            }
            Some(of(Kind::Fold(Fold::Sum, binders.clone(), condition.clone(), mean(variables, inner))))
        }
        _ => None,
    }
}

/// Whether a factor is a declared function of the symbol first and of nothing else that contains it, or a law's density at it.
pub(super) fn is_density_of(factor: &Expr, symbol: &Symbol) -> bool {
    let is_symbol = |e: &Expr| matches!(&*e.kind, Kind::Symbol(s) if s == symbol);
    match &*factor.kind {
        Kind::Call(_, arguments) => {
            factor.sort.is_scalar()
                && arguments.first().is_some_and(is_symbol)
                && !arguments[1..].iter().any(|e| walk::mentions(e, symbol))
        }
        Kind::DensityOf(Law::Normal(mean, spread), point) => {
            is_symbol(point) && !walk::mentions(mean, symbol) && !walk::mentions(spread, symbol)
        }
        _ => false,
    }
}

/// Every factor of a product as asked, with the product of the others.
pub(super) fn splits(e: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> Vec<(Expr, Expr)> {
    if wanted(e) {
        return vec![(e.clone(), Expr::integer(1, e.span))];
    }
    let of = |kind| Expr::new(kind, e.sort.clone(), e.span);
    match &*e.kind {
        Kind::Neg(a) => splits(a, wanted).into_iter().map(|(f, rest)| (f, of(Kind::Neg(rest)))).collect(),
        Kind::Div(a, b) => splits(a, wanted).into_iter().map(|(f, rest)| (f, of(Kind::Div(rest, b.clone())))).collect(),
        Kind::Mul(factors) => {
            let mut out = Vec::new();
            for (k, factor) in factors.iter().enumerate() {
                for (found, rest) in splits(factor, wanted) {
                    let mut others = factors.clone();
                    others[k] = rest;
                    out.push((found, of(Kind::Mul(others))));
                }
            }
            out
        }
        _ => Vec::new(),
    }
}
