//! Sums, products and functions of scalars, vectors and matrices: which fit, and what comes out.

use super::{Elaborator, Read, Trouble, mismatch};
use crate::diagnostic::codes;
use crate::expr::walk::{exceeds, free_symbols, map_children};
use crate::expr::{ArrayFunction, Binder, Dim, Expr, Fold, Kind, Range, Sort, Symbol};
use crate::numeric::Function;
use crate::source::Span;

/// A length that the context has to fix.
pub(super) fn open_length(elaborator: &Elaborator<'_>) -> Dim {
    let placeholder = Symbol::new("?", Sort::Integer);
    elaborator.lengths.borrow_mut().insert(placeholder.id(), Dim::Named(placeholder.clone()));
    Dim::Named(placeholder)
}

/// What is known of a length.
fn resolve(elaborator: &Elaborator<'_>, dim: &Dim) -> Dim {
    let lengths = elaborator.lengths.borrow();
    let mut dim = dim.clone();
    while let Dim::Named(symbol) = &dim {
        match lengths.get(&symbol.id()) {
            Some(Dim::Named(next)) if next == symbol => break,
            Some(next) => dim = next.clone(),
            None => break,
        }
    }
    dim
}

/// Makes two lengths equal, filling in an open one.
pub(super) fn same_length(elaborator: &Elaborator<'_>, a: &Dim, b: &Dim) -> bool {
    let (a, b) = (resolve(elaborator, a), resolve(elaborator, b));
    if a == b {
        return true;
    }
    let mut lengths = elaborator.lengths.borrow_mut();
    for (open, other) in [(&a, &b), (&b, &a)] {
        if let Dim::Named(symbol) = open
            && lengths.contains_key(&symbol.id())
        {
            lengths.insert(symbol.id(), other.clone());
            return true;
        }
    }
    false
}

/// Whether two sorts are the same up to open lengths, which are then filled in. All scalars count as the same.
pub(super) fn same_shape(elaborator: &Elaborator<'_>, a: &Sort, b: &Sort) -> bool {
    match (a, b) {
        (Sort::Vector(n), Sort::Vector(m)) | (Sort::Row(n), Sort::Row(m)) => same_length(elaborator, n, m),
        (Sort::Matrix(n, m), Sort::Matrix(p, q)) => same_length(elaborator, n, p) && same_length(elaborator, m, q),
        (Sort::Tuple(a), Sort::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_shape(elaborator, a, b))
        }
        (Sort::Function(..), Sort::Function(..)) => a == b,
        _ => a.is_scalar() && b.is_scalar(),
    }
}

/// The sort of a sum, product or quotient of scalars.
fn scalar(parts: &[Expr]) -> Sort {
    if parts.iter().any(|p| p.sort == Sort::Complex) {
        return Sort::Complex;
    }
    let whole = parts.iter().all(|p| matches!(p.sort, Sort::Integer | Sort::Index(_)));
    if whole { Sort::Integer } else { Sort::Real }
}

/// A sum of terms.
pub(super) fn add(elaborator: &Elaborator<'_>, mut terms: Vec<Expr>) -> Read<Expr> {
    if terms.len() == 1 {
        return Ok(terms.remove(0));
    }
    let span = terms[0].span.join(terms[terms.len() - 1].span);
    let first = terms[0].sort.clone();
    for term in &terms[1..] {
        if !same_shape(elaborator, &first, &term.sort) {
            let trouble = mismatch(span, "a sum of", &first, &term.sort).also(term.span, term.sort.to_string());
            let scalar_and_matrix = first.is_scalar() != term.sort.is_scalar();
            return Err(if scalar_and_matrix {
                trouble.hint(r"write `\mathbb{I}` beside a number that is added to a matrix")
            } else {
                trouble
            });
        }
    }
    let sort = if first.is_scalar() { scalar(&terms) } else { first };
    Ok(Expr::new(Kind::Add(terms), sort, span))
}

/// An ordered product of factors.
pub(super) fn multiply(elaborator: &Elaborator<'_>, mut factors: Vec<Expr>) -> Read<Expr> {
    if factors.len() == 1 {
        return Ok(factors.remove(0));
    }
    let span = factors[0].span.join(factors[factors.len() - 1].span);
    let mut sort = Sort::Integer;
    for factor in &factors {
        sort = product_sort(elaborator, &sort, factor, span)?;
    }
    if sort.is_scalar() {
        sort = if factors.iter().all(|f| f.sort.is_scalar()) { scalar(&factors) } else { Sort::Real };
    }
    Ok(Expr::new(Kind::Mul(factors), sort, span))
}

fn product_sort(elaborator: &Elaborator<'_>, left: &Sort, factor: &Expr, span: Span) -> Read<Sort> {
    let same = |a: &Dim, b: &Dim| same_length(elaborator, a, b);
    let right = &factor.sort;
    let product = match (left, right) {
        (l, r) if l.is_scalar() && (r.is_scalar() || r.shape().is_some()) => r.clone(),
        (l, r) if r.is_scalar() && l.shape().is_some() => l.clone(),
        (Sort::Row(n), Sort::Vector(m)) if same(n, m) => Sort::Real,
        (Sort::Row(n), Sort::Matrix(m, k)) if same(n, m) => Sort::Row(k.clone()),
        (Sort::Matrix(k, n), Sort::Vector(m)) if same(n, m) => Sort::Vector(k.clone()),
        (Sort::Matrix(k, n), Sort::Matrix(m, l)) if same(n, m) => Sort::Matrix(k.clone(), l.clone()),
        (Sort::Vector(n), Sort::Row(m)) => Sort::Matrix(n.clone(), m.clone()),
        _ => {
            let trouble = mismatch(span, "a product of", left, right).also(factor.span, right.to_string());
            let vectors = matches!((left, right), (Sort::Vector(_), Sort::Vector(_)));
            return Err(if vectors {
                trouble.hint(r"write `x^\top y` or `\langle x, y \rangle` for the inner product, `x y^\top` for the outer, `x \odot y` for the element-wise one")
            } else {
                trouble
            });
        }
    };
    Ok(product)
}

/// A quotient; the denominator is a scalar.
pub(super) fn divide(above: Expr, below: Expr) -> Read<Expr> {
    let span = above.span.join(below.span);
    if !below.sort.is_scalar() {
        return Err(mismatch(span, "a quotient of", &above.sort, &below.sort)
            .also(below.span, below.sort.to_string())
            .hint("divide by a matrix with `^{-1}` on the side that is meant"));
    }
    let complex = above.sort == Sort::Complex || below.sort == Sort::Complex;
    let scalar = if complex { Sort::Complex } else { Sort::Real };
    let sort = if above.sort.is_scalar() { scalar } else { above.sort.clone() };
    Ok(Expr::new(Kind::Div(above, below), sort, span))
}

/// The inner product of two vectors.
pub(super) fn dot(elaborator: &Elaborator<'_>, left: Expr, right: Expr) -> Read<Expr> {
    let span = left.span.join(right.span);
    match (&left.sort, &right.sort) {
        (Sort::Vector(n), Sort::Vector(m)) if same_length(elaborator, n, m) => {
            Ok(Expr::new(Kind::Array(ArrayFunction::Dot, vec![left, right]), Sort::Real, span))
        }
        (l, r) => Err(mismatch(span, "an inner product of", l, r)),
    }
}

/// The element-wise product of two arrays.
pub(super) fn hadamard(elaborator: &Elaborator<'_>, left: Expr, right: Expr) -> Read<Expr> {
    let span = left.span.join(right.span);
    if left.sort.is_scalar() || !same_shape(elaborator, &left.sort, &right.sort) {
        return Err(mismatch(span, "an element-wise product of", &left.sort, &right.sort));
    }
    let sort = left.sort.clone();
    Ok(Expr::new(Kind::Array(ArrayFunction::Hadamard, vec![left, right]), sort, span))
}

/// The outer product of two vectors.
pub(super) fn outer(left: Expr, right: Expr) -> Read<Expr> {
    let span = left.span.join(right.span);
    match (&left.sort, &right.sort) {
        (Sort::Vector(n), Sort::Vector(m)) => {
            let sort = Sort::Matrix(n.clone(), m.clone());
            Ok(Expr::new(Kind::Array(ArrayFunction::Outer, vec![left, right]), sort, span))
        }
        (l, r) => Err(mismatch(span, "an outer product of", l, r)),
    }
}

/// An array function of one argument.
pub(super) fn apply(elaborator: &Elaborator<'_>, function: ArrayFunction, argument: Expr, span: Span) -> Read<Expr> {
    use ArrayFunction as F;
    let wrong = |what: &str| {
        Err(Trouble::new(&codes::SORT_MISMATCH, span, format!("{what}, not {}", argument.sort))
            .also(argument.span, argument.sort.to_string()))
    };
    let square = match &argument.sort {
        Sort::Matrix(n, m) if same_length(elaborator, n, m) => Some(n.clone()),
        _ => None,
    };
    let sort = match (function, &argument.sort, square) {
        (F::Transpose, Sort::Vector(n), _) => Sort::Row(n.clone()),
        (F::Transpose, Sort::Row(n), _) => Sort::Vector(n.clone()),
        (F::Transpose, Sort::Matrix(n, m), _) => Sort::Matrix(m.clone(), n.clone()),
        (F::Transpose, ..) => return wrong("the transpose is of a vector or matrix"),
        (F::Inverse, _, Some(n)) => Sort::Matrix(n.clone(), n),
        (F::Inverse, ..) => return wrong("the inverse is of a square matrix"),
        (F::Trace | F::Determinant, _, Some(_)) => Sort::Real,
        // The trace of a number is that number: Tr over a product that contracts to a scalar.
        (F::Trace, sort, _) if sort.is_scalar() => return Ok(argument),
        (F::Trace | F::Determinant, ..) => return wrong("this is of a square matrix"),
        (F::Diagonal | F::Eigenvalues, _, Some(n)) => Sort::Vector(n),
        (F::Diagonal, Sort::Vector(n), _) => Sort::Matrix(n.clone(), n.clone()),
        (F::Exponential | F::Logarithm, _, Some(n)) => Sort::Matrix(n.clone(), n),
        (F::Diagonal | F::Eigenvalues | F::Exponential | F::Logarithm, ..) => {
            return wrong("this is of a square matrix");
        }
        (F::Norm | F::NormSquared, sort, _) if sort.shape().is_some() => Sort::Real,
        (F::Norm | F::NormSquared, ..) => return wrong("a norm is of a vector or matrix"),
        (F::Dot | F::Hadamard | F::Outer, ..) => return wrong("this takes two arguments"),
    };
    Ok(Expr::new(Kind::Array(function, vec![argument]), sort, span))
}

/// The same expression with open lengths filled in; one that nothing fixes is an error.
pub(super) fn settle(elaborator: &Elaborator<'_>, expr: &Expr) -> Read<Expr> {
    if exceeds(expr, 4 * super::DEPTH_LIMIT, super::SIZE_LIMIT) {
        return Err(Trouble::new(
            &codes::TOO_LARGE,
            expr.span,
            "the formula is too large with its abbreviations written out",
        )
        .hint("abbreviations that use each other many times grow without bound"));
    }
    if elaborator.lengths.borrow().is_empty() {
        return Ok(expr.clone());
    }
    let mut open = None;
    let settled = settle_tree(elaborator, expr, &mut open);
    match open {
        None => Ok(settled),
        Some(span) => Err(Trouble::new(&codes::SORT_MISMATCH, span, "nothing says how large this identity matrix is")
            .hint(r"write its dimension, as in `\mathbb{I}_d`")),
    }
}

fn settle_tree(elaborator: &Elaborator<'_>, expr: &Expr, open: &mut Option<Span>) -> Expr {
    let mapped = map_children(expr, &mut |child| settle_tree(elaborator, child, open));
    let mut length = |dim: &Dim| {
        let dim = resolve(elaborator, dim);
        if let Dim::Named(symbol) = &dim
            && elaborator.lengths.borrow().contains_key(&symbol.id())
        {
            open.get_or_insert(expr.span);
        }
        dim
    };
    let sort = match &mapped.sort {
        Sort::Vector(n) => Sort::Vector(length(n)),
        Sort::Row(n) => Sort::Row(length(n)),
        Sort::Matrix(n, m) => Sort::Matrix(length(n), length(m)),
        other => other.clone(),
    };
    match &*mapped.kind {
        Kind::Identity(n) => Expr::new(Kind::Identity(length(n)), sort, mapped.span),
        Kind::Ones(n) => Expr::new(Kind::Ones(length(n)), sort, mapped.span),
        _ => Expr { sort, ..mapped },
    }
}
/// The sum or the largest of the absolute values of the entries of a vector: the norms with index 1 and ∞.
pub(super) fn over_entries(fold: Fold, vector: &Expr, span: Span) -> Expr {
    let length = match &vector.sort {
        Sort::Vector(n) | Sort::Row(n) => n.clone(),
        _ => unreachable!("only vectors have entries with one index"),
    };
    let last = match &length {
        Dim::Literal(n) => Expr::integer(i64::try_from(*n).unwrap_or(i64::MAX), span),
        Dim::Named(symbol) => Expr::symbol(symbol, span),
    };
    let used = free_symbols(vector);
    let letter = ["i", "j", "k", "l"].into_iter().find(|l| used.iter().all(|s| s.tex() != *l)).unwrap_or("n");
    let index = Symbol::new(letter, Sort::Index(length));
    let entry = Expr::new(Kind::Component(vector.clone(), vec![Expr::symbol(&index, span)]), Sort::Real, span);
    let size = Expr::new(Kind::Function(Function::Abs, vec![entry]), Sort::Real, span);
    let binder = Binder { symbol: index, range: Range::Between(Expr::integer(1, span), last) };
    Expr::new(Kind::Fold(fold, vec![binder], None, size), Sort::Real, span)
}
