//! Walks over expressions: children in a fixed order, scopes, substitution, equality of form, and sub-expressions by path.
//!
//! Every operand of an expression has a position among its children; a path is the list of positions from the root. The
//! order is that of printing: ranges and conditions before the body they bind in, laws before the averaged body.

use super::{Binder, Condition, Dim, Expr, Kind, Law, Link, RandomVariable, Range, Sort, Statement, Symbol};
use std::convert::Infallible;

/// Positions of operands from the root down.
pub type Path = Vec<usize>;

/// The operands in order, each with the number of this expression's own [`binders`] that are in scope in it.
pub fn scoped_children(expr: &Expr) -> Vec<(&Expr, usize)> {
    match &*expr.kind {
        Kind::Number(_) | Kind::Constant(_) | Kind::Infinity | Kind::Symbol(_) | Kind::Identity(_) | Kind::Ones(_) => {
            Vec::new()
        }
        Kind::Add(operands)
        | Kind::Mul(operands)
        | Kind::Function(_, operands)
        | Kind::Array(_, operands)
        | Kind::Call(_, operands) => operands.iter().map(|e| (e, 0)).collect(),
        Kind::Neg(a) => vec![(a, 0)],
        Kind::Div(a, b) | Kind::Pow(a, b) => vec![(a, 0), (b, 0)],
        Kind::Component(a, indices) => std::iter::once(a).chain(indices).map(|e| (e, 0)).collect(),
        Kind::Fold(_, binders, condition, body) => {
            let mut out = Vec::new();
            for (k, binder) in binders.iter().enumerate() {
                if let Range::Between(lower, upper) = &binder.range {
                    out.extend([(lower, k), (upper, k)]);
                }
            }
            if let Some(condition) = condition {
                out.extend(condition_operands(condition).into_iter().map(|e| (e, binders.len())));
            }
            out.push((body, binders.len()));
            out
        }
        Kind::Integral(_, lower, upper, body) => vec![(lower, 0), (upper, 0), (body, 1)],
        Kind::Expectation(variables, body) => {
            let mut out = Vec::new();
            for (k, variable) in variables.iter().enumerate() {
                out.extend(law_operands(&variable.law).into_iter().map(|e| (e, k)));
            }
            out.push((body, variables.len()));
            out
        }
        // The variable of a derivative keeps its own value: it stays free.
        Kind::Derivative(a, _, _) | Kind::Gradient(a, _) => vec![(a, 0)],
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
        Kind::Integral(symbol, _, _, _) => vec![symbol],
        Kind::Expectation(variables, _) => variables.iter().map(|v| &v.symbol).collect(),
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

fn law_operands(law: &Law) -> Vec<&Expr> {
    match law {
        Law::Normal(a, b) | Law::Uniform(a, b) => vec![a, b],
        Law::Rademacher(p) => vec![p],
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
        Kind::Number(_) | Kind::Constant(_) | Kind::Infinity | Kind::Symbol(_) | Kind::Identity(_) | Kind::Ones(_) => {
            return Ok(expr.clone());
        }
        Kind::Add(operands) => Kind::Add(all(operands, f)?),
        Kind::Mul(operands) => Kind::Mul(all(operands, f)?),
        Kind::Function(function, operands) => Kind::Function(*function, all(operands, f)?),
        Kind::Array(function, operands) => Kind::Array(*function, all(operands, f)?),
        Kind::Call(symbol, operands) => Kind::Call(symbol.clone(), all(operands, f)?),
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
        Kind::Expectation(variables, body) => {
            let mut mapped = Vec::with_capacity(variables.len());
            for RandomVariable { symbol, law } in variables {
                let law = match law {
                    Law::Normal(a, b) => Law::Normal(f(a)?, f(b)?),
                    Law::Uniform(a, b) => Law::Uniform(f(a)?, f(b)?),
                    Law::Rademacher(p) => Law::Rademacher(f(p)?),
                };
                mapped.push(RandomVariable { symbol: symbol.clone(), law });
            }
            Kind::Expectation(mapped, f(body)?)
        }
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
        Kind::Call(symbol, _) | Kind::Derivative(_, symbol, _) | Kind::Gradient(_, symbol) => note(symbol, bound),
        Kind::Identity(Dim::Named(symbol)) | Kind::Ones(Dim::Named(symbol)) => note(symbol, bound),
        Kind::Fold(_, binders, _, _) => {
            for binder in binders {
                if let Range::SignVectors(Dim::Named(symbol)) = &binder.range {
                    note(symbol, bound);
                }
            }
        }
        Kind::Expectation(variables, _) => {
            for variable in variables {
                for dim in sort_dims(variable.symbol.sort()) {
                    note(&dim, bound);
                }
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
        Sort::Real | Sort::Integer | Sort::Boolean => Vec::new(),
    }
}

/// Whether a symbol occurs free.
pub fn mentions(expr: &Expr, symbol: &Symbol) -> bool {
    free_symbols(expr).contains(symbol)
}

/// `expr` with every free occurrence of `symbol` replaced. Nothing is captured: bound symbols have ids of their own.
///
/// `None` if a derivative is taken by the symbol and the replacement is not itself a symbol: the value of a derivative at
/// an expression has no form of its own.
pub fn substitute(expr: &Expr, symbol: &Symbol, replacement: &Expr) -> Option<Expr> {
    match &*expr.kind {
        Kind::Symbol(s) if s == symbol => return Some(replacement.clone()),
        Kind::Derivative(a, s, order) if s == symbol => {
            let Kind::Symbol(other) = &*replacement.kind else { return None };
            let inner = substitute(a, symbol, replacement)?;
            return Some(Expr::new(Kind::Derivative(inner, other.clone(), *order), expr.sort.clone(), expr.span));
        }
        Kind::Gradient(a, s) if s == symbol => {
            let Kind::Symbol(other) = &*replacement.kind else { return None };
            let inner = substitute(a, symbol, replacement)?;
            return Some(Expr::new(Kind::Gradient(inner, other.clone()), expr.sort.clone(), expr.span));
        }
        _ => {}
    }
    let own: Vec<Symbol> = binders(expr).into_iter().cloned().collect();
    let scopes: Vec<usize> = scoped_children(expr).into_iter().map(|(_, scope)| scope).collect();
    let mut position = 0;
    try_map_children(expr, &mut |child| {
        let shadowed = own[..scopes[position]].contains(symbol);
        position += 1;
        if shadowed { Ok(child.clone()) } else { substitute(child, symbol, replacement).ok_or(()) }
    })
    .ok()
}

/// [`substitute`] on both sides of a link.
pub fn substitute_link(link: &Link, symbol: &Symbol, replacement: &Expr) -> Option<Link> {
    Some(Link {
        left: substitute(&link.left, symbol, replacement)?,
        relation: link.relation,
        right: substitute(&link.right, symbol, replacement)?,
    })
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
            })
            .product(),
        Kind::Expectation(variables, _) => 8 * variables.len(),
        Kind::Integral(..) => 100,
        Kind::Derivative(_, _, order) => 1 + *order as usize,
        Kind::Gradient(..) => 4,
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

/// The sub-expression at a path.
pub fn get<'a>(expr: &'a Expr, path: &[usize]) -> Option<&'a Expr> {
    match path {
        [] => Some(expr),
        [first, rest @ ..] => get(children(expr).get(*first)?, rest),
    }
}

/// The expression with the sub-expression at a path replaced; `None` if there is no such path.
pub fn replace(expr: &Expr, path: &[usize], new: &Expr) -> Option<Expr> {
    let [first, rest @ ..] = path else { return Some(new.clone()) };
    if *first >= children(expr).len() {
        return None;
    }
    let mut position = 0;
    try_map_children(expr, &mut |child| {
        let here = position == *first;
        position += 1;
        if here { replace(child, rest, new).ok_or(()) } else { Ok(child.clone()) }
    })
    .ok()
}

/// The paths of all sub-expressions, outer before inner, in the order of printing.
pub fn paths(expr: &Expr) -> Vec<Path> {
    fn collect(expr: &Expr, path: &mut Path, out: &mut Vec<Path>) {
        out.push(path.clone());
        for (position, child) in children(expr).into_iter().enumerate() {
            path.push(position);
            collect(child, path, out);
            path.pop();
        }
    }
    let mut out = Vec::new();
    collect(expr, &mut Vec::new(), &mut out);
    out
}

/// Equality of form, up to spans and the names of bound symbols.
pub fn same(a: &Expr, b: &Expr) -> bool {
    same_under(a, b, &mut Vec::new())
}

/// [`same`] on both sides, and the same relation.
pub fn same_link(a: &Link, b: &Link) -> bool {
    a.relation == b.relation && same(&a.left, &b.left) && same(&a.right, &b.right)
}

fn same_under(a: &Expr, b: &Expr, bound: &mut Vec<(Symbol, Symbol)>) -> bool {
    if !same_head(a, b, bound) {
        return false;
    }
    let (own_a, own_b) = (binders(a), binders(b));
    let (children_a, children_b) = (scoped_children(a), scoped_children(b));
    if own_a.len() != own_b.len() || children_a.len() != children_b.len() {
        return false;
    }
    let outer = bound.len();
    children_a.into_iter().zip(children_b).all(|((x, scope_x), (y, scope_y))| {
        bound.extend(own_a[..scope_x].iter().zip(&own_b[..scope_y]).map(|(s, t)| ((*s).clone(), (*t).clone())));
        let equal = scope_x == scope_y && same_under(x, y, bound);
        bound.truncate(outer);
        equal
    })
}

fn same_symbol(a: &Symbol, b: &Symbol, bound: &[(Symbol, Symbol)]) -> bool {
    match bound.iter().rev().find(|(x, y)| x == a || y == b) {
        Some((x, y)) => x == a && y == b,
        None => a == b,
    }
}

fn same_condition_head(a: &Condition, b: &Condition) -> bool {
    match (a, b) {
        (Condition::Holds(x), Condition::Holds(y)) => x.relation == y.relation,
        (Condition::All(x), Condition::All(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same_condition_head(x, y))
        }
        _ => false,
    }
}

fn same_head(a: &Expr, b: &Expr, bound: &[(Symbol, Symbol)]) -> bool {
    match (&*a.kind, &*b.kind) {
        (Kind::Number(x), Kind::Number(y)) => x == y,
        (Kind::Constant(x), Kind::Constant(y)) => x == y,
        (Kind::Symbol(x), Kind::Symbol(y)) | (Kind::Call(x, _), Kind::Call(y, _)) => same_symbol(x, y, bound),
        (Kind::Function(f, _), Kind::Function(g, _)) => f == g,
        (Kind::Array(f, _), Kind::Array(g, _)) => f == g,
        (Kind::Identity(x), Kind::Identity(y)) | (Kind::Ones(x), Kind::Ones(y)) => x == y,
        (Kind::Fold(f, xs, c, _), Kind::Fold(g, ys, d, _)) => {
            f == g
                && xs.len() == ys.len()
                && xs.iter().zip(ys).all(|(x, y)| match (&x.range, &y.range) {
                    (Range::Between(..), Range::Between(..)) | (Range::Signs, Range::Signs) => true,
                    (Range::SignVectors(x), Range::SignVectors(y)) => x == y,
                    _ => false,
                })
                && match (c, d) {
                    (None, None) => true,
                    (Some(c), Some(d)) => same_condition_head(c, d),
                    _ => false,
                }
        }
        (Kind::Expectation(xs, _), Kind::Expectation(ys, _)) => {
            xs.len() == ys.len()
                && xs.iter().zip(ys).all(|(x, y)| {
                    x.symbol.sort() == y.symbol.sort()
                        && std::mem::discriminant(&x.law) == std::mem::discriminant(&y.law)
                })
        }
        (Kind::Derivative(_, x, n), Kind::Derivative(_, y, m)) => n == m && same_symbol(x, y, bound),
        (Kind::Gradient(_, x), Kind::Gradient(_, y)) => same_symbol(x, y, bound),
        (Kind::Cases(xs, x), Kind::Cases(ys, y)) => {
            xs.len() == ys.len()
                && x.is_some() == y.is_some()
                && xs.iter().zip(ys).all(|((_, c), (_, d))| same_condition_head(c, d))
        }
        (x, y) => std::mem::discriminant(x) == std::mem::discriminant(y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::numeric::{Function, Rational};

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
    fn names_of_bound_symbols_do_not_matter_and_free_ones_do() {
        let (i, j, big) = (symbol("i", Sort::Integer), symbol("j", Sort::Integer), symbol("N", Sort::Integer));
        let over = |s: &Symbol, body: Expr| sum_over(s, n(1), use_of(&big), body);
        assert!(same(&over(&i, use_of(&i)), &over(&j, use_of(&j))));
        assert!(!same(&over(&i, use_of(&i)), &over(&j, use_of(&i))));
        assert!(!same(&over(&i, use_of(&j)), &over(&j, use_of(&j))));
        let nested = |a: &Symbol, b: &Symbol, inner: &Symbol| over(a, over(b, use_of(inner)));
        assert!(same(&nested(&i, &j, &j), &nested(&j, &i, &i)));
        assert!(!same(&nested(&i, &j, &j), &nested(&j, &i, &j)));
    }

    #[test]
    fn a_path_leads_to_what_it_replaces() {
        let x = use_of(&symbol("x", Sort::Real));
        let e = f(Function::Exp, &x * n(2)) + pow(x, n(3));
        for path in paths(&e) {
            let new = replace(&e, &path, &n(7)).unwrap();
            assert_eq!(get(&new, &path).and_then(Expr::as_number), Some(&Rational::from(7)));
            assert!(!same(&new, &e));
            assert!(same(&replace(&new, &path, get(&e, &path).unwrap()).unwrap(), &e));
        }
        assert_eq!(paths(&e).len(), size(&e));
        assert_eq!((size(&e), depth(&e)), (8, 4));
        assert!(replace(&e, &[0, 1], &n(1)).is_none());
    }

    #[test]
    fn the_value_of_a_derivative_at_an_expression_has_no_form() {
        let (x, y) = (symbol("x", Sort::Real), symbol("y", Sort::Real));
        let e = Expr::new(Kind::Derivative(pow(use_of(&x), n(2)), x.clone(), 1), Sort::Real, x_span());
        assert!(substitute(&e, &x, &n(1)).is_none());
        assert_eq!(free_symbols(&substitute(&e, &x, &use_of(&y)).unwrap()), vec![y]);
    }
}
