//! Delimiters: parentheses, norms, inner products, averages, values at a point; and cases.

use super::super::name::canonical_node;
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::walk::substitute;
use crate::expr::{ArrayFunction, Expr, Kind, Sort};
use crate::numeric::Function;
use crate::source::Span;

impl Elaborator<'_> {
    /// An average in angle brackets: declared with its label, as a component of a declared one, or over a density.
    pub(super) fn named_average(
        &self,
        node: &Node,
        base: &Node,
        body: &[Node],
        (sub, sup): (Option<&[Node]>, Option<&[Node]>),
        cursor: &mut Cursor<'_>,
    ) -> Read<Option<Expr>> {
        let declared = |node: &Node, base: &Node| {
            self.lookup(&canonical_node(node), node.span).is_some()
                || !self.scope.patterns(&canonical_node(base)).is_empty()
        };
        if declared(node, base) {
            return self.named(node, cursor).map(Some);
        }
        if let [Node { kind: NodeKind::Scripted(inner, Some(index), None, 0), span }] = body {
            let plain = Node { kind: NodeKind::Fence('⟨', '⟩', vec![(**inner).clone()]), span: *span };
            let whole = match &node.kind {
                NodeKind::Scripted(_, sub, sup, primes) => Node {
                    kind: NodeKind::Scripted(Box::new(plain.clone()), sub.clone(), sup.clone(), *primes),
                    span: node.span,
                },
                _ => plain.clone(),
            };
            if declared(&whole, &plain) {
                let vector = self.named(&whole, cursor)?;
                return self.indexed(vector, Some(index), None, node.span).map(Some);
            }
        }
        if body.iter().any(|n| is_mark(n, ',') || is_mark(n, '|')) {
            return Ok(None);
        }
        let average = match sub {
            Some(sub) => match self.labelled_average(body, sub, node.span)? {
                None => self.average_of_laws(body, Some(sub), node.span)?,
                labelled => labelled,
            },
            None => self.average_of_laws(body, None, node.span)?,
        };
        average.map(|average| self.indexed(average, None, sup, node.span)).transpose()
    }

    /// `\left. f \right|_{x=a}`.
    pub(super) fn at_value(&self, body: &[Node], sub: &[Node], sup: Option<&[Node]>, span: Span) -> Read<Expr> {
        let unread = || {
            Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "only the value at a point is read here")
                .hint(r"write `\left. f \right|_{x=a}` for the value at a")
        };
        let at = sub.iter().position(|n| is_mark(n, '=')).ok_or_else(unread)?;
        if sup.is_some() {
            return Err(unread());
        }
        let name = super::super::name::canonical(&sub[..at]);
        let symbol = self.symbol_named(&name).ok_or_else(|| {
            let place = span_of(&sub[..at], span);
            Trouble::new(&codes::UNKNOWN_SYMBOL, place, format!("`{name}` is not declared"))
        })?;
        let value = self.whole(&sub[at + 1..], span)?;
        let body = self.whole(body, span)?;
        let fresh = symbol.renamed();
        let (symbol, body) = match substitute(&body, &symbol, &Expr::symbol(&fresh, span)) {
            Some(body) => (fresh, body),
            None => (symbol, body),
        };
        if !array::same_shape(self, &value.sort, symbol.sort()) {
            return Err(super::mismatch(span, "a symbol and its value,", symbol.sort(), &value.sort));
        }
        let sort = body.sort.clone();
        Ok(Expr::new(Kind::At(symbol, value, body), sort, span))
    }

    /// A pair of delimiters: parentheses, a norm, an absolute value, an inner product, a matrix element.
    pub(super) fn fence(&self, open: char, close: char, body: &[Node], span: Span) -> Read<Expr> {
        match (open, close) {
            ('⟨', '⟩') => self.angle(body, span),
            ('|', '|') => {
                // `||x||` is a norm.
                if let [Node { kind: NodeKind::Fence('|', '|', inner), .. }] = body {
                    let norm = self.fence('‖', '‖', inner, span)?;
                    // Of a number the absolute value is taken twice, as it is written.
                    let of_number = matches!(&*norm.kind, Kind::Function(Function::Abs, _));
                    return if of_number { self.elementwise(Function::Abs, norm, span) } else { Ok(norm) };
                }
                let inner = self.whole(body, span)?;
                match &inner.sort {
                    Sort::Vector(_) | Sort::Row(_) => array::apply(self, ArrayFunction::Norm, inner, span),
                    Sort::Matrix(..) => array::apply(self, ArrayFunction::Determinant, inner, span),
                    _ => self.elementwise(Function::Abs, inner, span),
                }
            }
            ('‖', '‖') => {
                let inner = self.whole(body, span)?;
                if inner.sort.is_scalar() {
                    return self.elementwise(Function::Abs, inner, span);
                }
                array::apply(self, ArrayFunction::Norm, inner, span)
            }
            ('|', '⟩') => self.whole(body, span),
            ('⟨', '|') => self.whole(body, span).and_then(|e| array::apply(self, ArrayFunction::Transpose, e, span)),
            ('(', ')') if body.iter().any(|n| is_mark(n, ',')) => self.tuple(body, span),
            ('⌊', '⌋') => self.whole(body, span).and_then(|e| self.elementwise(Function::Floor, e, span)),
            ('⌈', '⌉') => self.whole(body, span).and_then(|e| self.elementwise(Function::Ceil, e, span)),
            ('(' | '[' | '{', _) if matches!((open, close), ('(', ')') | ('[', ']') | ('{', '}')) => {
                self.whole_once(body, span)
            }
            _ => Err(Trouble::new(
                &codes::UNBALANCED_GROUP,
                span,
                format!("`{open} … {close}` only makes sense as an interval after `\\in`"),
            )),
        }
    }

    /// `⟨x, y⟩`, `⟨x | M | y⟩`, `⟨x | y⟩`.
    pub(super) fn angle(&self, body: &[Node], span: Span) -> Read<Expr> {
        let mut pieces: Vec<&[Node]> = body.split(|n| is_mark(n, ',') || is_mark(n, '|')).collect();
        // In `\braket{a|S|b}` the bars look like those of an absolute value.
        if let [whole] = pieces[..]
            && let Some(at) = whole.iter().position(|n| matches!(n.kind, NodeKind::Fence('|', '|', _)))
            && let NodeKind::Fence(_, _, inner) = &whole[at].kind
            && at > 0
            && at + 1 < whole.len()
        {
            pieces = vec![&whole[..at], inner, &whole[at + 1..]];
        }
        let read = |piece: &[Node]| self.whole(piece, span_of(piece, span));
        match pieces.as_slice() {
            [left, right] => {
                let (left, right) = (read(left)?, read(right)?);
                if left.sort.is_scalar() && right.sort.is_scalar() {
                    return array::multiply(self, vec![left, right]);
                }
                Ok(Expr { span, ..array::dot(self, left, right)? })
            }
            [left, middle, right] => {
                let (left, middle, right) = (read(left)?, read(middle)?, read(right)?);
                let row = array::apply(self, ArrayFunction::Transpose, left, span)?;
                Ok(Expr { span, ..array::multiply(self, vec![row, middle, right])? })
            }
            _ => Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "an average in angle brackets is not declared")
                .hint("declare it as a symbol with its subscripts, or write the expectation with `\\mathbb{E}`")),
        }
    }

    pub(super) fn cases(&self, rows: &[Vec<Vec<Node>>], span: Span) -> Read<Expr> {
        let (mut branches, mut otherwise) = (Vec::new(), None);
        for row in rows {
            let value = |cell: &[Node]| {
                let cell = match cell {
                    [rest @ .., last] if is_mark(last, ',') => rest,
                    other => other,
                };
                self.whole(cell, span)
            };
            match row.as_slice() {
                [cell] => otherwise = Some(value(cell)?),
                [cell, condition] => {
                    let prose = condition.iter().all(|n| matches!(n.kind, NodeKind::Text(_) | NodeKind::Word(_)));
                    if prose {
                        otherwise = Some(value(cell)?);
                    } else {
                        branches.push((value(cell)?, self.condition(condition, span)?));
                    }
                }
                _ => {
                    return Err(Trouble::new(
                        &codes::UNEXPECTED_TOKEN,
                        span,
                        "a row of cases has a value and a condition",
                    ));
                }
            }
        }
        let sort = branches.first().map(|(e, _)| e.sort.clone()).or(otherwise.as_ref().map(|e| e.sort.clone()));
        let Some(sort) = sort else { return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "there are no cases")) };
        for value in branches.iter().map(|(e, _)| e).chain(&otherwise) {
            if !array::same_shape(self, &sort, &value.sort) {
                return Err(super::mismatch(span, "cases of", &sort, &value.sort));
            }
        }
        let sort = if sort.is_scalar() { Sort::Real } else { sort };
        Ok(Expr::new(Kind::Cases(branches, otherwise), sort, span))
    }
}
