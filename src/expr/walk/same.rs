//! Equality of form.

use super::{binders, scoped_children};
use crate::expr::{Condition, Expr, Kind, Law, Link, RandomVariable, Range, Symbol};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Equality of form, up to spans and the names of bound symbols.
pub fn same(a: &Expr, b: &Expr) -> bool {
    same_under(a, b, &mut Vec::new())
}

/// [`same`] on both sides, and the same relation.
pub fn same_link(a: &Link, b: &Link) -> bool {
    a.relation == b.relation && same(&a.left, &b.left) && same(&a.right, &b.right)
}

fn same_under(a: &Expr, b: &Expr, bound: &mut Vec<(Symbol, Symbol)>) -> bool {
    if std::sync::Arc::ptr_eq(&a.kind, &b.kind) && bound.iter().all(|(x, y)| x == y) {
        return true;
    }
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

/// A number that expressions of the [`same`] form have in common, and others seldom.
pub fn outline(e: &Expr) -> u64 {
    fn add<'e>(e: &'e Expr, bound: &mut Vec<&'e Symbol>, hasher: &mut DefaultHasher) {
        std::mem::discriminant(&*e.kind).hash(hasher);
        match &*e.kind {
            Kind::Number(x) => x.hash(hasher),
            Kind::Function(f, _) => f.hash(hasher),
            // A bound symbol is where it is bound, whatever its name.
            Kind::Symbol(symbol) => match bound.iter().rposition(|b| *b == symbol) {
                Some(place) => place.hash(hasher),
                None => symbol.hash(hasher),
            },
            _ => {}
        }
        let (own, outer) = (binders(e), bound.len());
        let children = scoped_children(e);
        children.len().hash(hasher);
        for (child, scope) in children {
            bound.extend(&own[..scope]);
            add(child, bound, hasher);
            bound.truncate(outer);
        }
    }
    let mut hasher = DefaultHasher::new();
    add(e, &mut Vec::new(), &mut hasher);
    hasher.finish()
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

fn same_optional_condition(a: Option<&Condition>, b: Option<&Condition>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same_condition_head(a, b),
        _ => false,
    }
}

fn same_range(a: &Range, b: &Range) -> bool {
    match (a, b) {
        (Range::SignVectors(x), Range::SignVectors(y)) => x == y,
        (Range::Values(x), Range::Values(y)) => x.len() == y.len(),
        (x, y) => std::mem::discriminant(x) == std::mem::discriminant(y),
    }
}

fn same_law(a: &Law, b: &Law) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

fn same_laws(a: &[RandomVariable], b: &[RandomVariable]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.symbol.sort() == y.symbol.sort() && same_law(&x.law, &y.law))
}

fn same_sorts(a: &[Symbol], b: &[Symbol]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.sort() == y.sort())
}

fn same_head(a: &Expr, b: &Expr, bound: &[(Symbol, Symbol)]) -> bool {
    match (&*a.kind, &*b.kind) {
        (Kind::Number(x), Kind::Number(y)) => x == y,
        (Kind::Constant(x), Kind::Constant(y)) => x == y,
        (Kind::Symbol(x), Kind::Symbol(y)) | (Kind::Call(x, _), Kind::Call(y, _)) => same_symbol(x, y, bound),
        (Kind::Function(f, _), Kind::Function(g, _)) => f == g,
        (Kind::Array(f, _), Kind::Array(g, _)) => f == g,
        (Kind::Special(f, _), Kind::Special(g, _)) => f == g,
        (Kind::Order(f, _), Kind::Order(g, _)) => f == g,
        (Kind::Entries(x), Kind::Entries(y)) => x.len() == y.len(),
        (Kind::Identity(x), Kind::Identity(y)) | (Kind::Ones(x), Kind::Ones(y)) => x == y,
        (Kind::Fold(f, xs, c, _), Kind::Fold(g, ys, d, _)) => {
            f == g
                && xs.len() == ys.len()
                && xs.iter().zip(ys).all(|(x, y)| same_range(&x.range, &y.range))
                && same_optional_condition(c.as_deref(), d.as_deref())
        }
        (Kind::Expectation(xs, _), Kind::Expectation(ys, _))
        | (Kind::Variance(xs, _), Kind::Variance(ys, _))
        | (Kind::Covariance(xs, ..), Kind::Covariance(ys, ..))
        | (Kind::ConditionalMean(xs, ..), Kind::ConditionalMean(ys, ..)) => same_laws(xs, ys),
        (Kind::Probability(xs, c), Kind::Probability(ys, d)) => same_laws(xs, ys) && same_condition_head(c, d),
        (Kind::DensityOf(x, _), Kind::DensityOf(y, _)) | (Kind::LawOf(x), Kind::LawOf(y)) => same_law(x, y),
        (Kind::Limit(x, a, ..), Kind::Limit(y, b, ..)) => a == b && x.sort() == y.sort(),
        (Kind::Integral(x, ..), Kind::Integral(y, ..))
        | (Kind::IntegralOver(x, ..), Kind::IntegralOver(y, ..))
        | (Kind::At(x, ..), Kind::At(y, ..)) => x.sort() == y.sort(),
        (Kind::AverageOver(xs, ..), Kind::AverageOver(ys, ..))
        | (Kind::RelativeEntropy(xs, ..), Kind::RelativeEntropy(ys, ..))
        | (Kind::Entropy(xs, _), Kind::Entropy(ys, _))
        | (Kind::Mapping(xs, _), Kind::Mapping(ys, _)) => same_sorts(xs, ys),
        (Kind::Optimum(f, xs, c, _), Kind::Optimum(g, ys, d, _)) => {
            f == g && same_sorts(xs, ys) && same_optional_condition(c.as_deref(), d.as_deref())
        }
        (Kind::Derivative(_, x, n), Kind::Derivative(_, y, m)) => n == m && same_symbol(x, y, bound),
        (Kind::Gradient(_, x), Kind::Gradient(_, y)) => same_symbol(x, y, bound),
        (Kind::Differential(f, _, x), Kind::Differential(g, _, y)) => f == g && same_symbol(x, y, bound),
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
    use crate::expr::Sort;
    use crate::expr::fixture::*;

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
        assert_eq!(outline(&nested(&i, &j, &j)), outline(&nested(&j, &i, &i)));
        assert_ne!(outline(&over(&i, use_of(&i))), outline(&over(&i, n(2))));
        assert_ne!(outline(&n(2)), outline(&n(3)));
    }
}
