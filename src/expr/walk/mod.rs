//! Walks over expressions: children in a fixed order, scopes, substitution, equality of form, and sub-expressions by path.
//!
//! Every operand of an expression has a position among its children; a path is the list of positions from the root. The
//! order is that of printing: ranges and conditions before the body they bind in, laws before the averaged body.

mod free;
mod path;
mod same;

pub use free::{
    free_symbols, free_symbols_of_condition, free_symbols_of_links, free_symbols_of_statement, mentions, rebind,
    sort_dims, substitute, substitute_link,
};
pub use path::{Path, get, paths, replace};
pub use same::{outline, same, same_link};

use super::{Binder, Condition, Expr, Kind, Law, Link, RandomVariable, Range, Symbol};
use std::convert::Infallible;

/// The operands in order, each with the number of this expression's own [`binders`] that are in scope in it.
pub fn scoped_children(expr: &Expr) -> Vec<(&Expr, usize)> {
    match &*expr.kind {
        Kind::Number(_)
        | Kind::Constant(_)
        | Kind::Infinity
        | Kind::ImaginaryUnit
        | Kind::Symbol(_)
        | Kind::Identity(_)
        | Kind::Ones(_) => Vec::new(),
        Kind::Add(operands)
        | Kind::Mul(operands)
        | Kind::Function(_, operands)
        | Kind::Array(_, operands)
        | Kind::Call(_, operands)
        | Kind::Special(_, operands)
        | Kind::Tuple(operands) => operands.iter().map(|e| (e, 0)).collect(),
        Kind::Entries(rows) => rows.iter().flatten().map(|e| (e, 0)).collect(),
        Kind::Neg(a) | Kind::Dirac(a) | Kind::Order(_, a) | Kind::Increment(a) => vec![(a, 0)],
        Kind::Div(a, b)
        | Kind::Pow(a, b)
        | Kind::Kronecker(a, b)
        | Kind::DerivativeBy(a, b)
        | Kind::Convolution(a, b) => vec![(a, 0), (b, 0)],
        Kind::Component(a, indices) => std::iter::once(a).chain(indices).map(|e| (e, 0)).collect(),
        Kind::Fold(_, binders, condition, body) => {
            let mut out = Vec::new();
            for (k, binder) in binders.iter().enumerate() {
                out.extend(range_operands(&binder.range).into_iter().map(|e| (e, k)));
            }
            if let Some(condition) = condition {
                out.extend(condition_operands(condition).into_iter().map(|e| (e, binders.len())));
            }
            out.push((body, binders.len()));
            out
        }
        Kind::Integral(_, lower, upper, body) => vec![(lower, 0), (upper, 0), (body, 1)],
        Kind::IntegralOver(_, set, body) => vec![(set, 0), (body, 1)],
        Kind::Expectation(variables, body) | Kind::Variance(variables, body) => averaged(variables, [body]),
        Kind::Covariance(variables, a, b) => averaged(variables, [a, b]),
        Kind::ConditionalMean(variables, body, given) => averaged(variables, std::iter::once(body).chain(given)),
        Kind::Probability(variables, event) => averaged(variables, condition_operands(event)),
        Kind::AverageOver(symbols, a, b) | Kind::RelativeEntropy(symbols, a, b) => {
            vec![(a, symbols.len()), (b, symbols.len())]
        }
        Kind::Entropy(symbols, body) | Kind::Mapping(symbols, body) => vec![(body, symbols.len())],
        Kind::DensityOf(law, point) => law_operands(law).into_iter().chain([point]).map(|e| (e, 0)).collect(),
        Kind::LawOf(law) => law_operands(law).into_iter().map(|e| (e, 0)).collect(),
        Kind::Limit(_, _, target, body) => vec![(target, 0), (body, 1)],
        Kind::At(_, value, body) => vec![(value, 0), (body, 1)],
        Kind::Optimum(_, symbols, condition, body) => {
            let condition = condition.iter().flat_map(|c| condition_operands(c));
            condition.chain([body]).map(|e| (e, symbols.len())).collect()
        }
        Kind::Apply(function, arguments) => std::iter::once(function).chain(arguments).map(|e| (e, 0)).collect(),
        // The variable of a derivative keeps its own value: it stays free.
        Kind::Derivative(a, _, _) | Kind::Gradient(a, _) | Kind::Differential(_, a, _) => vec![(a, 0)],
        Kind::Cases(branches, otherwise) => {
            let mut out = Vec::new();
            for (value, condition) in branches {
                out.push((value, 0));
                out.extend(condition_operands(condition).into_iter().map(|e| (e, 0)));
            }
            out.extend(otherwise.iter().map(|e| (e, 0)));
            out
        }
    }
}

/// The operands in order.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    scoped_children(expr).into_iter().map(|(child, _)| child).collect()
}

/// The symbols that the outermost operation binds, in order.
pub fn binders(expr: &Expr) -> Vec<&Symbol> {
    match &*expr.kind {
        Kind::Fold(_, binders, _, _) => binders.iter().map(|b| &b.symbol).collect(),
        Kind::Integral(symbol, ..)
        | Kind::IntegralOver(symbol, ..)
        | Kind::Limit(symbol, ..)
        | Kind::At(symbol, ..) => vec![symbol],
        Kind::Expectation(variables, ..)
        | Kind::ConditionalMean(variables, ..)
        | Kind::Probability(variables, _)
        | Kind::Variance(variables, _)
        | Kind::Covariance(variables, ..) => variables.iter().map(|v| &v.symbol).collect(),
        Kind::AverageOver(symbols, ..)
        | Kind::RelativeEntropy(symbols, ..)
        | Kind::Entropy(symbols, _)
        | Kind::Mapping(symbols, _)
        | Kind::Optimum(_, symbols, ..) => symbols.iter().collect(),
        _ => Vec::new(),
    }
}

/// Both sides of every relation in a condition, in order.
pub fn condition_operands(condition: &Condition) -> Vec<&Expr> {
    match condition {
        Condition::Holds(link) => vec![&link.left, &link.right],
        Condition::All(all) => all.iter().flat_map(condition_operands).collect(),
    }
}

fn averaged<'e>(variables: &'e [RandomVariable], body: impl IntoIterator<Item = &'e Expr>) -> Vec<(&'e Expr, usize)> {
    let laws = variables.iter().enumerate().flat_map(|(k, v)| {
        // A density is a function of its own variable.
        let scope = if matches!(v.law, Law::Density(_)) { k + 1 } else { k };
        law_operands(&v.law).into_iter().map(move |e| (e, scope))
    });
    let body = body.into_iter().map(|e| (e, variables.len()));
    laws.chain(body).collect()
}

fn range_operands(range: &Range) -> Vec<&Expr> {
    match range {
        Range::Between(lower, upper) => vec![lower, upper],
        Range::Values(values) => values.iter().collect(),
        Range::Members(set) => vec![set],
        Range::Signs | Range::SignVectors(_) => Vec::new(),
    }
}

fn law_operands(law: &Law) -> Vec<&Expr> {
    match law {
        Law::Normal(a, b) | Law::Uniform(a, b) => vec![a, b],
        Law::Rademacher(p) | Law::Density(p) => vec![p],
    }
}

/// The same operation on other operands, which come in the order of [`children`].
///
/// # Errors
/// The first error of `f`.
pub fn try_map_children<E>(expr: &Expr, f: &mut dyn FnMut(&Expr) -> Result<Expr, E>) -> Result<Expr, E> {
    fn all<E>(operands: &[Expr], f: &mut dyn FnMut(&Expr) -> Result<Expr, E>) -> Result<Vec<Expr>, E> {
        operands.iter().map(f).collect()
    }
    let kind = match &*expr.kind {
        Kind::Number(_)
        | Kind::Constant(_)
        | Kind::Infinity
        | Kind::ImaginaryUnit
        | Kind::Symbol(_)
        | Kind::Identity(_)
        | Kind::Ones(_) => {
            return Ok(expr.clone());
        }
        Kind::Add(operands) => Kind::Add(all(operands, f)?),
        Kind::Mul(operands) => Kind::Mul(all(operands, f)?),
        Kind::Function(function, operands) => Kind::Function(*function, all(operands, f)?),
        Kind::Array(function, operands) => Kind::Array(*function, all(operands, f)?),
        Kind::Call(symbol, operands) => Kind::Call(symbol.clone(), all(operands, f)?),
        Kind::Special(function, operands) => Kind::Special(*function, all(operands, f)?),
        Kind::Tuple(operands) => Kind::Tuple(all(operands, f)?),
        Kind::Entries(rows) => Kind::Entries(rows.iter().map(|row| all(row, f)).collect::<Result<_, _>>()?),
        Kind::Dirac(a) => Kind::Dirac(f(a)?),
        Kind::Order(order, a) => Kind::Order(*order, f(a)?),
        Kind::Increment(a) => Kind::Increment(f(a)?),
        Kind::Kronecker(a, b) => Kind::Kronecker(f(a)?, f(b)?),
        Kind::DerivativeBy(a, b) => Kind::DerivativeBy(f(a)?, f(b)?),
        Kind::Convolution(a, b) => Kind::Convolution(f(a)?, f(b)?),
        Kind::Neg(a) => Kind::Neg(f(a)?),
        Kind::Div(a, b) => Kind::Div(f(a)?, f(b)?),
        Kind::Pow(a, b) => Kind::Pow(f(a)?, f(b)?),
        Kind::Component(a, indices) => Kind::Component(f(a)?, all(indices, f)?),
        Kind::Fold(fold, binders, condition, body) => {
            let mut mapped = Vec::with_capacity(binders.len());
            for Binder { symbol, range } in binders {
                let range = match range {
                    Range::Between(lower, upper) => Range::Between(f(lower)?, f(upper)?),
                    Range::Signs => Range::Signs,
                    Range::SignVectors(d) => Range::SignVectors(d.clone()),
                    Range::Values(values) => Range::Values(all(values, f)?),
                    Range::Members(set) => Range::Members(f(set)?),
                };
                mapped.push(Binder { symbol: symbol.clone(), range });
            }
            let condition = match condition {
                Some(condition) => Some(Box::new(try_map_condition(condition, f)?)),
                None => None,
            };
            Kind::Fold(*fold, mapped, condition, f(body)?)
        }
        Kind::Integral(symbol, lower, upper, body) => Kind::Integral(symbol.clone(), f(lower)?, f(upper)?, f(body)?),
        Kind::IntegralOver(symbol, set, body) => Kind::IntegralOver(symbol.clone(), f(set)?, f(body)?),
        Kind::Expectation(variables, body) => Kind::Expectation(try_map_laws(variables, f)?, f(body)?),
        Kind::Variance(variables, body) => Kind::Variance(try_map_laws(variables, f)?, f(body)?),
        Kind::Covariance(variables, a, b) => Kind::Covariance(try_map_laws(variables, f)?, f(a)?, f(b)?),
        Kind::ConditionalMean(variables, body, given) => {
            Kind::ConditionalMean(try_map_laws(variables, f)?, f(body)?, all(given, f)?)
        }
        Kind::Probability(variables, event) => {
            Kind::Probability(try_map_laws(variables, f)?, Box::new(try_map_condition(event, f)?))
        }
        Kind::AverageOver(symbols, a, b) => Kind::AverageOver(symbols.clone(), f(a)?, f(b)?),
        Kind::RelativeEntropy(symbols, a, b) => Kind::RelativeEntropy(symbols.clone(), f(a)?, f(b)?),
        Kind::Entropy(symbols, body) => Kind::Entropy(symbols.clone(), f(body)?),
        Kind::Mapping(symbols, body) => Kind::Mapping(symbols.clone(), f(body)?),
        Kind::DensityOf(law, point) => Kind::DensityOf(try_map_law(law, f)?, f(point)?),
        Kind::LawOf(law) => Kind::LawOf(try_map_law(law, f)?),
        Kind::Limit(symbol, approach, target, body) => Kind::Limit(symbol.clone(), *approach, f(target)?, f(body)?),
        Kind::At(symbol, value, body) => Kind::At(symbol.clone(), f(value)?, f(body)?),
        Kind::Optimum(optimum, symbols, condition, body) => {
            let condition = match condition {
                Some(condition) => Some(Box::new(try_map_condition(condition, f)?)),
                None => None,
            };
            Kind::Optimum(*optimum, symbols.clone(), condition, f(body)?)
        }
        Kind::Apply(function, arguments) => Kind::Apply(f(function)?, all(arguments, f)?),
        Kind::Differential(operator, a, symbol) => Kind::Differential(*operator, f(a)?, symbol.clone()),
        Kind::Derivative(a, symbol, order) => Kind::Derivative(f(a)?, symbol.clone(), *order),
        Kind::Gradient(a, symbol) => Kind::Gradient(f(a)?, symbol.clone()),
        Kind::Cases(branches, otherwise) => {
            let mut mapped = Vec::with_capacity(branches.len());
            for (value, condition) in branches {
                let value = f(value)?;
                mapped.push((value, try_map_condition(condition, f)?));
            }
            let otherwise = match otherwise {
                Some(e) => Some(f(e)?),
                None => None,
            };
            Kind::Cases(mapped, otherwise)
        }
    };
    Ok(Expr::new(kind, expr.sort.clone(), expr.span))
}

fn try_map_law<E>(law: &Law, f: &mut dyn FnMut(&Expr) -> Result<Expr, E>) -> Result<Law, E> {
    Ok(match law {
        Law::Normal(a, b) => Law::Normal(f(a)?, f(b)?),
        Law::Uniform(a, b) => Law::Uniform(f(a)?, f(b)?),
        Law::Rademacher(p) => Law::Rademacher(f(p)?),
        Law::Density(p) => Law::Density(f(p)?),
    })
}

fn try_map_laws<E>(
    variables: &[RandomVariable],
    f: &mut dyn FnMut(&Expr) -> Result<Expr, E>,
) -> Result<Vec<RandomVariable>, E> {
    let mapped = |v: &RandomVariable| Ok(RandomVariable { symbol: v.symbol.clone(), law: try_map_law(&v.law, f)? });
    variables.iter().map(mapped).collect()
}

fn try_map_condition<E>(condition: &Condition, f: &mut dyn FnMut(&Expr) -> Result<Expr, E>) -> Result<Condition, E> {
    Ok(match condition {
        Condition::Holds(link) => {
            Condition::Holds(Link { left: f(&link.left)?, relation: link.relation, right: f(&link.right)? })
        }
        Condition::All(all) => Condition::All(all.iter().map(|c| try_map_condition(c, f)).collect::<Result<_, _>>()?),
    })
}

/// The same operation on other operands, which come in the order of [`children`].
pub fn map_children(expr: &Expr, f: &mut dyn FnMut(&Expr) -> Expr) -> Expr {
    match try_map_children::<Infallible>(expr, &mut |e| Ok(f(e))) {
        Ok(mapped) => mapped,
        Err(never) => match never {},
    }
}

/// Whether an expression is deeper or larger than this. It is looked at no further than that: shared parts, which are
/// stored once, could be walked for ever.
pub fn exceeds(expr: &Expr, depth: usize, size: usize) -> bool {
    let (mut waiting, mut seen) = (vec![(expr, 1)], 0);
    while let Some((expr, level)) = waiting.pop() {
        seen += 1;
        if level > depth || seen > size {
            return true;
        }
        waiting.extend(children(expr).into_iter().map(|child| (child, level + 1)));
    }
    false
}

/// How many operations and operands there are.
pub fn size(expr: &Expr) -> usize {
    1 + children(expr).into_iter().map(size).sum::<usize>()
}

/// An estimate of the operations that one evaluation at small sizes takes: binders repeat what is under them.
pub fn weight(expr: &Expr) -> usize {
    let below = 1 + children(expr).into_iter().map(weight).fold(0, usize::saturating_add);
    let repeats = match &*expr.kind {
        Kind::Fold(_, binders, ..) => binders
            .iter()
            .map(|b| match b.range {
                Range::Between(..) => 3,
                Range::Signs => 2,
                Range::SignVectors(_) => 8,
                Range::Values(ref values) => values.len(),
                Range::Members(_) => 10,
            })
            .product(),
        Kind::Expectation(variables, _)
        | Kind::Variance(variables, _)
        | Kind::Covariance(variables, ..)
        | Kind::ConditionalMean(variables, ..)
        | Kind::Probability(variables, _) => 8 * variables.len(),
        Kind::Integral(..) | Kind::IntegralOver(..) | Kind::Limit(..) | Kind::Convolution(..) => 100,
        Kind::AverageOver(symbols, ..)
        | Kind::RelativeEntropy(symbols, ..)
        | Kind::Entropy(symbols, _)
        | Kind::Optimum(_, symbols, ..) => 100 * symbols.len(),
        Kind::Derivative(_, _, order) => 1 + *order as usize,
        Kind::Gradient(..) | Kind::DerivativeBy(..) => 4,
        Kind::Differential(..) => 8,
        _ => 1,
    };
    below.saturating_mul(repeats)
}

/// The length of the longest path, the root counted as 1.
pub fn depth(expr: &Expr) -> usize {
    1 + children(expr).into_iter().map(depth).max().unwrap_or(0)
}

/// Whether any sub-expression, the expression itself included, is as asked.
pub fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    test(expr) || children(expr).into_iter().any(|child| any(child, test))
}
