//! One factor: a number, a name, a group, a fraction, a fence, a function or a binder with what it takes.

use super::super::notation::{self, Meaning};
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of, unexpected};
use crate::diagnostic::codes;
use crate::expr::{ArrayFunction, Expr, Fold, Kind, Sort};
use crate::numeric::{Function, Rational};
use crate::source::Span;

impl Elaborator<'_> {
    /// One factor with its scripts and postfix factorials.
    pub(super) fn factor(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let Some(node) = cursor.next() else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, cursor.end, "an operand is missing at the end"));
        };
        let mut value = self.atom(node, cursor)?;
        while cursor.is_mark('!') {
            let span = value.span.join(cursor.span());
            cursor.at += 1;
            value = self.elementwise(Function::Factorial, value, span)?;
        }
        Ok(value)
    }

    fn atom(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let span = node.span;
        let (base, sub, sup) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, _) => (&**base, sub.as_deref(), sup.as_deref()),
            _ => (node, None, None),
        };
        if self.is_expectation(base) {
            return self.expectation(sub, cursor, span);
        }
        let value = match &base.kind {
            NodeKind::Letter(_) | NodeKind::Font(..) | NodeKind::Accent(..) => return self.named(node, cursor),
            NodeKind::Word(word) => match notation::word_meaning(word) {
                Some(meaning) if self.lookup(&super::super::name::canonical_node(node), span).is_none() => {
                    return self.operator(meaning, node, sub, sup, cursor);
                }
                _ => return self.named(node, cursor),
            },
            NodeKind::Operator(meaning) => return self.operator(*meaning, node, sub, sup, cursor),
            NodeKind::Number(digits) => self.number(digits, base.span)?,
            NodeKind::Group(body) => self.group(body, base.span)?,
            NodeKind::Fraction(upper, lower) => match self.derivative_fraction(upper, lower, cursor, span)? {
                Some(derivative) => derivative,
                None => {
                    let (upper, lower) = (self.whole(upper, base.span)?, self.whole(lower, base.span)?);
                    let quotient = array::divide(upper, lower)?;
                    Expr { span: base.span, ..quotient }
                }
            },
            NodeKind::Binomial(upper, lower) => {
                let arguments = vec![self.whole(upper, base.span)?, self.whole(lower, base.span)?];
                Expr::new(Kind::Function(Function::Binomial, arguments), Sort::Integer, base.span)
            }
            NodeKind::Root(degree, body) => self.root(degree.as_deref(), body, base.span)?,
            NodeKind::Fence(open, close, body) => {
                if *open == '⟨' && self.lookup(&super::super::name::canonical_node(node), span).is_some() {
                    return self.named(node, cursor);
                }
                self.fence(*open, *close, body, base.span)?
            }
            NodeKind::Grid(name, rows) if matches!(name.as_str(), "cases" | "dcases") => self.cases(rows, base.span)?,
            NodeKind::Grid(name, _) => {
                return Err(Trouble::new(
                    &codes::UNSUPPORTED_CONSTRUCT,
                    span,
                    format!("`{name}` cannot be evaluated yet"),
                ));
            }
            NodeKind::Mark(_) | NodeKind::Text(_) | NodeKind::Scripted(..) => return Err(unexpected(node)),
        };
        if sub.is_none() && sup.is_none() {
            return Ok(value);
        }
        self.indexed(value, sub, sup, span)
    }

    /// A macro of the table, or an upright word, as an operator.
    fn operator(
        &self,
        meaning: Meaning,
        node: &Node,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
    ) -> Read<Expr> {
        let span = node.span;
        match meaning {
            Meaning::Function(function) => self.function(function, sub, sup, cursor, span),
            Meaning::Array(function) if sub.is_none() => self.array_function(function, sup, cursor, span),
            Meaning::Fold(fold) => self.fold(fold, sub, sup, cursor, span),
            Meaning::Extreme(fold) if sub.is_some() => self.fold(fold, sub, sup, cursor, span),
            Meaning::Extreme(fold) => self.extreme(fold, cursor, span),
            Meaning::Integral => self.integral(sub, sup, cursor, span),
            Meaning::Partial | Meaning::Nabla => self.derivative_operator(sub, sup, meaning, cursor, span),
            Meaning::Infinity => Ok(Expr::new(Kind::Infinity, Sort::Real, span)),
            Meaning::Unsupported => {
                Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "this notation cannot be read as a formula yet"))
            }
            _ => Err(unexpected(node)),
        }
    }

    fn number(&self, digits: &str, span: Span) -> Read<Expr> {
        let too_large = || Trouble::new(&codes::TOO_LARGE, span, "this number has too many digits");
        if digits.len() > 400 {
            return Err(too_large());
        }
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let numerator: dashu_int::IBig = format!("{whole}{decimals}").parse().map_err(|_| too_large())?;
        let denominator = dashu_int::UBig::from(10_u8).pow(decimals.len());
        let value = Rational::from_parts(numerator, denominator);
        let mut expr = Expr::number(value, span);
        if !decimals.is_empty() {
            expr.sort = Sort::Real;
        }
        Ok(expr)
    }

    fn group(&self, body: &[Node], span: Span) -> Read<Expr> {
        let inner = self.whole(body, span)?;
        Ok(inner)
    }

    fn root(&self, degree: Option<&[Node]>, body: &[Node], span: Span) -> Read<Expr> {
        let radicand = self.whole(body, span)?;
        match degree {
            None => self.elementwise(Function::Sqrt, radicand, span),
            Some(degree) => {
                let degree = self.whole(degree, span)?;
                let exponent = array::divide(Expr::integer(1, span), degree)?;
                if !radicand.sort.is_scalar() {
                    return Err(super::mismatch(span, "a root of", &radicand.sort, &Sort::Real));
                }
                Ok(Expr::new(Kind::Pow(radicand, exponent), Sort::Real, span))
            }
        }
    }

    /// A pair of delimiters: parentheses, a norm, an absolute value, an inner product, a matrix element.
    fn fence(&self, open: char, close: char, body: &[Node], span: Span) -> Read<Expr> {
        match (open, close) {
            ('⟨', '⟩') => self.angle(body, span),
            ('|', '|') => {
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
            ('⌊', '⌋') => self.whole(body, span).and_then(|e| self.elementwise(Function::Floor, e, span)),
            ('⌈', '⌉') => self.whole(body, span).and_then(|e| self.elementwise(Function::Ceil, e, span)),
            ('(' | '[' | '{', _) if matches!((open, close), ('(', ')') | ('[', ']') | ('{', '}')) => {
                self.whole(body, span)
            }
            _ => Err(Trouble::new(
                &codes::UNBALANCED_GROUP,
                span,
                format!("`{open} … {close}` only makes sense as an interval after `\\in`"),
            )),
        }
    }

    /// `⟨x, y⟩`, `⟨x | M | y⟩`, `⟨x | y⟩`.
    fn angle(&self, body: &[Node], span: Span) -> Read<Expr> {
        let pieces: Vec<&[Node]> = body.split(|n| is_mark(n, ',') || is_mark(n, '|')).collect();
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

    fn cases(&self, rows: &[Vec<Vec<Node>>], span: Span) -> Read<Expr> {
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

    /// `\sum`, `\prod`, `\min_k`, `\max_k` with their indices, over the rest of the term.
    fn fold(
        &self,
        fold: Fold,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let Some(sub) = sub else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "the index of this sum or product is missing"));
        };
        let indices = self.indices(sub, sup, span)?;
        let body = self.with_bound(&indices.names, || self.term(cursor))?;
        let condition = indices.condition.map(Box::new);
        let end = span.join(body.span);
        let sort = body.sort.clone();
        if !matches!(fold, Fold::Sum) && !sort.is_scalar() {
            return Err(Trouble::new(&codes::SORT_MISMATCH, body.span, format!("only a sum can be over {sort}")));
        }
        Ok(Expr::new(Kind::Fold(fold, indices.binders, condition, body), sort, end))
    }
}
