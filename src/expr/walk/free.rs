//! Free symbols and substitution.

use super::{binders, condition_operands, scoped_children, try_map_children};
use crate::expr::{Condition, Dim, Expr, Kind, Link, Range, Sort, Statement, Symbol};

/// The free symbols in the order of their first occurrence, symbolic dimensions and applied functions included.
pub fn free_symbols(expr: &Expr) -> Vec<Symbol> {
    let mut found = Vec::new();
    collect_free(expr, &mut Vec::new(), &mut found);
    found
}

/// The free symbols of both sides of some links.
pub fn free_symbols_of_links<'a>(links: impl IntoIterator<Item = &'a Link>) -> Vec<Symbol> {
    let mut found = Vec::new();
    for link in links {
        collect_free(&link.left, &mut Vec::new(), &mut found);
        collect_free(&link.right, &mut Vec::new(), &mut found);
    }
    found
}

/// The free symbols of a statement, premises included.
pub fn free_symbols_of_statement(statement: &Statement) -> Vec<Symbol> {
    free_symbols_of_links(statement.premises.iter().chain(&statement.links))
}

/// The free symbols of a condition.
pub fn free_symbols_of_condition(condition: &Condition) -> Vec<Symbol> {
    let mut found = Vec::new();
    for operand in condition_operands(condition) {
        collect_free(operand, &mut Vec::new(), &mut found);
    }
    found
}

fn collect_free(expr: &Expr, bound: &mut Vec<Symbol>, found: &mut Vec<Symbol>) {
    let mut note = |symbol: &Symbol, bound: &[Symbol]| {
        if !bound.contains(symbol) && !found.contains(symbol) {
            found.push(symbol.clone());
        }
    };
    match &*expr.kind {
        Kind::Symbol(symbol) => {
            note(symbol, bound);
            for dim in sort_dims(symbol.sort()) {
                note(&dim, bound);
            }
        }
        Kind::Call(symbol, _)
        | Kind::Derivative(_, symbol, _)
        | Kind::Gradient(_, symbol)
        | Kind::Differential(_, _, symbol) => note(symbol, bound),
        Kind::Identity(Dim::Named(symbol)) | Kind::Ones(Dim::Named(symbol)) => note(symbol, bound),
        Kind::Fold(_, binders, _, _) => {
            for binder in binders {
                if let Range::SignVectors(Dim::Named(symbol)) = &binder.range {
                    note(symbol, bound);
                }
            }
        }
        // The length of a whole space, or of an averaged vector.
        Kind::Integral(..)
        | Kind::IntegralOver(..)
        | Kind::Expectation(..)
        | Kind::ConditionalMean(..)
        | Kind::Probability(..)
        | Kind::Variance(..)
        | Kind::Covariance(..)
        | Kind::AverageOver(..)
        | Kind::RelativeEntropy(..)
        | Kind::Entropy(..)
        | Kind::Optimum(..) => {
            for dim in binders(expr).into_iter().flat_map(|symbol| sort_dims(symbol.sort())) {
                note(&dim, bound);
            }
        }
        _ => {}
    }
    let own = binders(expr);
    let outer = bound.len();
    for (child, scope) in scoped_children(expr) {
        bound.extend(own[..scope].iter().map(|s| (*s).clone()));
        collect_free(child, bound, found);
        bound.truncate(outer);
    }
}

/// The symbolic dimensions of a sort.
pub fn sort_dims(sort: &Sort) -> Vec<Symbol> {
    let named = |dim: &Dim| match dim {
        Dim::Named(symbol) => Some(symbol.clone()),
        Dim::Literal(_) => None,
    };
    match sort {
        Sort::Index(d) | Sort::Vector(d) | Sort::Row(d) => named(d).into_iter().collect(),
        Sort::Matrix(n, m) => named(n).into_iter().chain(named(m)).collect(),
        Sort::Function(arguments, result) => {
            arguments.iter().chain(std::iter::once(&**result)).flat_map(sort_dims).collect()
        }
        Sort::Set(members) | Sort::Law(members) => sort_dims(members),
        Sort::Tuple(parts) => parts.iter().flat_map(sort_dims).collect(),
        Sort::Real | Sort::Integer | Sort::Boolean | Sort::Complex => Vec::new(),
    }
}

/// Whether a symbol occurs free.
pub fn mentions(expr: &Expr, symbol: &Symbol) -> bool {
    free_symbols(expr).contains(symbol)
}

/// `expr` with every free occurrence of `symbol` replaced. Nothing is captured: a bound symbol that the replacement
/// mentions is renamed. A derivative by the symbol becomes its value at the replacement, [`Kind::At`].
///
/// `None` if a function that is applied, or the length of an axis, would be replaced by something that cannot stand there.
pub fn substitute(expr: &Expr, symbol: &Symbol, replacement: &Expr) -> Option<Expr> {
    let like = |kind: Kind| Some(Expr::new(kind, expr.sort.clone(), expr.span));
    match &*expr.kind {
        Kind::Symbol(s) if s == symbol => return Some(replacement.clone()),
        Kind::Derivative(_, s, _) | Kind::Gradient(_, s) | Kind::Differential(_, _, s) if s == symbol => {
            // By another name, unless that has a meaning of its own in there: ∂f(x, y)/∂x at x = y is not ∂f(y, y)/∂y. The same
            // letter, bound anew, is meant to be the same.
            let other = match &*replacement.kind {
                Kind::Symbol(other) if !mentions(expr, other) || other.tex() == symbol.tex() => other,
                _ => return like(Kind::At(symbol.clone(), replacement.clone(), expr.clone())),
            };
            return like(match &*expr.kind {
                Kind::Derivative(a, _, order) => {
                    Kind::Derivative(substitute(a, symbol, replacement)?, other.clone(), *order)
                }
                Kind::Differential(operator, a, _) => {
                    Kind::Differential(*operator, substitute(a, symbol, replacement)?, other.clone())
                }
                Kind::Gradient(a, _) => Kind::Gradient(substitute(a, symbol, replacement)?, other.clone()),
                _ => return None,
            });
        }
        // ∂f(x, y)/∂x at y = x, again not the derivative of f(x, x). What is more than a name, y = g(x), stands for g(x).
        Kind::Derivative(a, s, _) | Kind::Gradient(a, s) | Kind::Differential(_, a, s)
            if matches!(&*replacement.kind, Kind::Symbol(other) if other == s && other.tex() != symbol.tex())
                && mentions(a, symbol) =>
        {
            return like(Kind::At(symbol.clone(), replacement.clone(), expr.clone()));
        }
        Kind::Call(f, operands) if f == symbol => {
            let operands = operands.iter().map(|e| substitute(e, symbol, replacement)).collect::<Option<Vec<_>>>()?;
            return match &*replacement.kind {
                Kind::Symbol(other) => like(Kind::Call(other.clone(), operands)),
                Kind::Mapping(parameters, body) if parameters.len() == operands.len() => parameters
                    .iter()
                    .zip(&operands)
                    .try_fold(body.clone(), |body, (parameter, operand)| substitute(&body, parameter, operand)),
                _ => None,
            };
        }
        _ => {}
    }
    let own: Vec<Symbol> = binders(expr).into_iter().cloned().collect();
    if !own.is_empty() && !own.contains(symbol) && mentions(expr, symbol) {
        let taken = free_symbols(replacement);
        if let Some(captured) = own.iter().find(|s| taken.contains(s)) {
            let fresh = captured.renamed();
            return substitute(&rebind(expr, captured, &fresh)?, symbol, replacement);
        }
    }
    let scopes: Vec<usize> = scoped_children(expr).into_iter().map(|(_, scope)| scope).collect();
    let mut position = 0;
    try_map_children(expr, &mut |child| {
        let shadowed = own[..scopes[position]].contains(symbol);
        position += 1;
        if shadowed { Ok(child.clone()) } else { substitute(child, symbol, replacement).ok_or(()) }
    })
    .ok()
}

/// The same expression with one of its own bound symbols renamed; `None` if it is the length of an axis.
pub fn rebind(expr: &Expr, old: &Symbol, new: &Symbol) -> Option<Expr> {
    let value = Expr::symbol(new, expr.span);
    let own: Vec<Symbol> = binders(expr).into_iter().cloned().collect();
    let scopes: Vec<usize> = scoped_children(expr).into_iter().map(|(_, scope)| scope).collect();
    let mut position = 0;
    let mut renamed = try_map_children(expr, &mut |child| {
        let inside = own[..scopes[position]].contains(old);
        position += 1;
        if inside { substitute(child, old, &value).ok_or(()) } else { Ok(child.clone()) }
    })
    .ok()?;
    let is_length = |e: &Expr| super::any(e, &mut |e| sort_dims(&e.sort).contains(old));
    if is_length(expr) {
        return None;
    }
    let exchange = |symbol: &mut Symbol| {
        if symbol == old {
            *symbol = new.clone();
        }
    };
    let kind = std::sync::Arc::make_mut(&mut renamed.kind);
    match kind {
        Kind::Fold(_, binders, ..) => binders.iter_mut().for_each(|b| exchange(&mut b.symbol)),
        Kind::Integral(s, ..) | Kind::IntegralOver(s, ..) | Kind::Limit(s, ..) | Kind::At(s, ..) => exchange(s),
        Kind::Expectation(variables, ..)
        | Kind::ConditionalMean(variables, ..)
        | Kind::Probability(variables, _)
        | Kind::Variance(variables, _)
        | Kind::Covariance(variables, ..) => variables.iter_mut().for_each(|v| exchange(&mut v.symbol)),
        Kind::AverageOver(symbols, ..)
        | Kind::RelativeEntropy(symbols, ..)
        | Kind::Entropy(symbols, _)
        | Kind::Mapping(symbols, _)
        | Kind::Optimum(_, symbols, ..) => symbols.iter_mut().for_each(exchange),
        _ => return None,
    }
    Some(renamed)
}

/// [`substitute`] on both sides of a link.
pub fn substitute_link(link: &Link, symbol: &Symbol, replacement: &Expr) -> Option<Link> {
    Some(Link {
        left: substitute(&link.left, symbol, replacement)?,
        relation: link.relation,
        right: substitute(&link.right, symbol, replacement)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::same;
    use super::*;
    use crate::expr::fixture::*;

    #[test]
    fn bound_symbols_are_neither_free_nor_substituted() {
        let (x, i, big) = (symbol("x", Sort::Real), symbol("i", Sort::Integer), symbol("N", Sort::Integer));
        let e = sum_over(&i, n(1), use_of(&big), use_of(&i) * use_of(&x)) + use_of(&x);
        assert_eq!(free_symbols(&e), vec![big.clone(), x.clone()]);
        let e = substitute(&e, &x, &n(3)).unwrap();
        assert_eq!(free_symbols(&e), vec![big.clone()]);
        assert_eq!(substitute(&e, &i, &n(3)).map(|s| same(&s, &e)), Some(true));
        // A range lies outside the scope of its own index.
        let odd = sum_over(&i, n(1), use_of(&i), use_of(&i));
        assert_eq!(free_symbols(&odd), vec![i.clone()]);
        let moved = substitute(&odd, &i, &use_of(&big)).unwrap();
        assert!(same(&moved, &sum_over(&i, n(1), use_of(&big), use_of(&i))));
    }

    #[test]
    fn a_derivative_at_an_expression_is_its_value_there() {
        let (x, y) = (symbol("x", Sort::Real), symbol("y", Sort::Real));
        let e = Expr::new(Kind::Derivative(pow(use_of(&x), n(2)), x.clone(), 1), Sort::Real, x_span());
        let there = substitute(&e, &x, &(use_of(&x) + n(1))).unwrap();
        assert!(matches!(&*there.kind, Kind::At(s, value, body) if *s == x && mentions(value, &x) && same(body, &e)));
        assert_eq!(free_symbols(&there), vec![x.clone()]);
        assert_eq!(free_symbols(&substitute(&e, &x, &use_of(&y)).unwrap()), vec![y.clone()]);
        // ∂(x y²)/∂x where x = y, and where y = x: neither is the derivative of y³.
        let product = use_of(&x) * pow(use_of(&y), n(2));
        let e = Expr::new(Kind::Derivative(product, x.clone(), 1), Sort::Real, x_span());
        for (symbol, value) in [(&x, &y), (&y, &x)] {
            let there = substitute(&e, symbol, &use_of(value)).unwrap();
            assert!(matches!(&*there.kind, Kind::At(s, _, body) if s == symbol && same(body, &e)));
            assert_eq!(free_symbols(&there), vec![value.clone()]);
        }
    }

    #[test]
    fn a_declared_symbol_that_is_bound_captures_nothing() {
        let (x, y) = (symbol("x", Sort::Real), symbol("y", Sort::Real));
        let limit = |s: &Symbol, body: Expr| {
            Expr::new(Kind::Limit(s.clone(), crate::expr::Approach::Both, n(0), body), Sort::Real, x_span())
        };
        let moved = substitute(&limit(&x, use_of(&x) * use_of(&y)), &y, &use_of(&x)).unwrap();
        assert_eq!(free_symbols(&moved), vec![x.clone()]);
        let z = symbol("z", Sort::Real);
        assert!(same(&moved, &limit(&z, use_of(&z) * use_of(&x))));
        assert!(!same(&moved, &limit(&z, use_of(&z) * use_of(&z))));
    }
}
