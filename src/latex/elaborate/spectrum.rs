//! What is said by eigenvalues: extreme ones, norms of matrices, the order of symmetric matrices; and transposes that are
//! written in front.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::binder::length_expr;
use super::{Cursor, Elaborator, Read, Trouble, array};
use crate::diagnostic::codes;
use crate::expr::walk::free_symbols;
use crate::expr::{ArrayFunction, Binder, Dim, Expr, Fold, Kind, Link, Range, Relation, Sort, Symbol};
use crate::numeric::Function;
use crate::source::Span;

fn root(value: Expr, span: Span) -> Expr {
    Expr::new(Kind::Function(Function::Sqrt, vec![value]), Sort::Real, span)
}

impl Elaborator<'_> {
    /// The greatest or the least eigenvalue of a symmetric matrix.
    fn extreme_of(&self, matrix: Expr, greatest: bool, span: Span) -> Read<Expr> {
        let values = array::apply(self, ArrayFunction::Eigenvalues, matrix, span)?;
        let place = match (&values.sort, greatest) {
            (Sort::Vector(n), true) => length_expr(n, span),
            _ => Expr::integer(1, span),
        };
        Ok(Expr::new(Kind::Component(values, vec![place]), Sort::Real, span))
    }

    /// `A^\top A`.
    fn gram(&self, matrix: &Expr, span: Span) -> Read<Expr> {
        let transpose = array::apply(self, ArrayFunction::Transpose, matrix.clone(), span)?;
        array::multiply(self, vec![transpose, matrix.clone()])
    }

    /// `\lambda_{\max}(A)`, `\lambda_{\min}(A)` of a symmetric matrix, `\sigma_{\max}(A)`, `\sigma_{\min}(A)` of any, unless
    /// the note declares the name.
    pub(super) fn extreme_eigenvalue(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let NodeKind::Scripted(base, Some(sub), sup, 0) = &node.kind else { return Ok(None) };
        let singular = match &base.kind {
            NodeKind::Letter(c) if c == r"\lambda" => false,
            NodeKind::Letter(c) if c == r"\sigma" || c == "s" => true,
            _ => return Ok(None),
        };
        let greatest = match canonical(sub).as_str() {
            r"\max" | r"\mathrm{max}" => true,
            r"\min" | r"\mathrm{min}" => false,
            _ => return Ok(None),
        };
        let Some(Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span: fence }) = cursor.peek() else {
            return Ok(None);
        };
        let name = super::super::name::scripted(base, Some(sub), None, 0);
        if self.scope.get(&name).is_some() || !self.scope.patterns(&canonical_node(base)).is_empty() {
            return Ok(None);
        }
        let matrix = self.whole_once(body, *fence)?;
        let Sort::Matrix(n, m) = &matrix.sort else { return Ok(None) };
        if !singular && !array::same_length(self, n, m) {
            return Ok(None);
        }
        cursor.at += 1;
        let span = node.span.join(*fence);
        let value = match singular {
            true => root(self.extreme_of(self.gram(&matrix, span)?, greatest, span)?, span),
            false => self.extreme_of(matrix, greatest, span)?,
        };
        self.indexed(value, None, sup.as_deref(), span).map(Some)
    }

    /// A norm by the index on it: `\|A\|_{op}`, `\|A\|_*` of a matrix, `\|x\|_p`, `\|x\|_A` of a vector.
    ///
    /// # Errors
    /// The index names no norm of what is inside.
    pub(super) fn named_norm(
        &self,
        inner: &Expr,
        (name, index): (&str, &[Node]),
        sup: Option<&[Node]>,
        span: Span,
    ) -> Read<Expr> {
        let squared = sup.is_some_and(|sup| canonical(sup) == "2");
        let by_square = |square: Expr| match squared {
            true => Ok(square),
            false => self.indexed(root(square, span), None, sup, span),
        };
        if let Sort::Matrix(_, columns) = &inner.sort {
            match name {
                "op" | r"\mathrm{op}" | "2" | r"\mathrm{2}" | r"\mathrm{spec}" => {
                    return by_square(self.extreme_of(self.gram(inner, span)?, true, span)?);
                }
                "*" | r"\star" | r"\mathrm{tr}" | r"\mathrm{Tr}" | r"\mathrm{nuc}" => {
                    let values = array::apply(self, ArrayFunction::Eigenvalues, self.gram(inner, span)?, span)?;
                    let norm = sum_over(columns, &values, span, |entry| {
                        // Rounding may leave an eigenvalue that is zero a little below it.
                        let least = vec![entry, Expr::integer(0, span)];
                        root(Expr::new(Kind::Function(Function::Max, least), Sort::Real, span), span)
                    });
                    return self.indexed(norm, None, sup, span);
                }
                _ => {}
            }
        } else if let (Sort::Vector(length), Ok(index)) = (&inner.sort, self.whole(index, span)) {
            if matches!(index.sort, Sort::Matrix(..)) {
                let row = array::apply(self, ArrayFunction::Transpose, inner.clone(), span)?;
                return by_square(array::multiply(self, vec![row, index, inner.clone()])?);
            }
            // The norm with index 0 is none: it counts.
            if index.sort.is_scalar() && index.as_number().is_none_or(|p| *p > crate::numeric::Rational::ZERO) {
                let sum = sum_over(length, inner, span, |entry| {
                    let size = Expr::new(Kind::Function(Function::Abs, vec![entry]), Sort::Real, span);
                    Expr::new(Kind::Pow(size, index.clone()), Sort::Real, span)
                });
                // ‖x‖ₚᵖ is the sum itself.
                if let Some(sup) = sup
                    && let Ok(power) = self.whole(sup, span)
                    && crate::expr::walk::same(&power, &index)
                {
                    return Ok(sum);
                }
                let exponent = array::divide(Expr::integer(1, span), index)?;
                let norm = Expr::new(Kind::Pow(sum, exponent), Sort::Real, span);
                return self.indexed(norm, None, sup, span);
            }
        }
        let message = format!("the norm with index {name} is not read");
        Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, message))
    }

    /// `A \succeq B`: the least eigenvalue of A − B is not negative.
    pub(super) fn loewner(&self, left: &Expr, relation: Relation, right: &Expr, span: Span) -> Read<Link> {
        let upward = matches!(relation, Relation::Greater | Relation::GreaterOrEqual);
        let (above, below) = if upward { (left, right) } else { (right, left) };
        let zero = |e: &Expr| e.as_number().is_some_and(crate::numeric::Rational::is_zero);
        let negative = |e: &Expr| Expr::new(Kind::Neg(e.clone()), e.sort.clone(), span);
        let difference = match (zero(above), zero(below)) {
            (_, true) => above.clone(),
            (true, false) => negative(below),
            _ => array::add(self, vec![above.clone(), negative(below)])?,
        };
        if !matches!(difference.sort, Sort::Matrix(..)) {
            return Err(Trouble::new(
                &codes::SORT_MISMATCH,
                span,
                format!("this order is one of symmetric matrices, not of {}", difference.sort),
            ));
        }
        let strict = matches!(relation, Relation::Greater | Relation::Less);
        Ok(Link {
            left: self.extreme_of(difference, false, span)?,
            relation: if strict { Relation::Greater } else { Relation::GreaterOrEqual },
            right: Expr::integer(0, span),
        })
    }

    /// `{}^tA`: the transpose of the factor that follows.
    pub(super) fn transposed_before(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let NodeKind::Scripted(empty, None, Some(sup), 0) = &node.kind else { return Ok(None) };
        let is_empty = matches!(&empty.kind, NodeKind::Group(body) if body.is_empty());
        let is_mark =
            matches!(canonical(sup).as_str(), "t" | "T" | r"\top" | r"\mathrm{t}" | r"\mathrm{T}" | r"\intercal");
        if !is_empty || !is_mark {
            return Ok(None);
        }
        let value = self.factor(cursor)?;
        let span = node.span.join(value.span);
        array::apply(self, ArrayFunction::Transpose, value, span).map(Some)
    }

    /// `\Delta_x f` where the note declares a vector x and no such name.
    pub(super) fn laplacian_below(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let NodeKind::Scripted(base, Some(sub), None, 0) = &node.kind else { return Ok(None) };
        if !matches!(&base.kind, NodeKind::Letter(c) if c == r"\Delta")
            || !self.is_free(base)
            || !self.is_free(node)
            || cursor.peek().is_none_or(super::term::ends_term)
            || matches!(cursor.peek().map(|n| &n.kind), Some(NodeKind::Operator(Meaning::Times | Meaning::Dot)))
        {
            return Ok(None);
        }
        let Some(symbol) = self.symbol_named(&canonical(sub)) else { return Ok(None) };
        if !matches!(symbol.sort(), Sort::Vector(_)) {
            return Ok(None);
        }
        let body = self.term(cursor)?;
        self.laplacian(body, &super::derivative::Variable::Symbol(symbol), node.span).map(Some)
    }
}

/// Σ over the entries of a vector.
fn sum_over(length: &Dim, vector: &Expr, span: Span, term: impl Fn(Expr) -> Expr) -> Expr {
    let used = free_symbols(vector);
    let letter = ["i", "j", "k", "l"].into_iter().find(|l| used.iter().all(|s| s.tex() != *l)).unwrap_or("n");
    let index = Symbol::new(letter, Sort::Index(length.clone()));
    let entry = Expr::new(Kind::Component(vector.clone(), vec![Expr::symbol(&index, span)]), Sort::Real, span);
    let binder = Binder { symbol: index, range: Range::Between(Expr::integer(1, span), length_expr(length, span)) };
    Expr::new(Kind::Fold(Fold::Sum, vec![binder], None, term(entry)), Sort::Real, span)
}
