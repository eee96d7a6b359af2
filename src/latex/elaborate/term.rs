//! Sums and products: which nodes belong to which operator.

use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark};
use crate::diagnostic::codes;
use crate::expr::{Expr, Kind, Sort};
use crate::numeric::Function;
use crate::source::Span;

impl Elaborator<'_> {
    /// Terms joined by `+`, `-` and `\pm`.
    pub(super) fn sum(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let mut terms = Vec::new();
        let first = cursor.at;
        loop {
            let start = cursor.span();
            let negative = self.sign_here(cursor)? == Some(true);
            let term = self.term(cursor)?;
            terms.push(if negative { negate(term, start) } else { term });
            if !cursor.peek().is_some_and(is_sign) {
                break;
            }
        }
        // `a + b \bmod m` is the remainder of b for some and of a + b for others.
        let remainder = cursor.nodes[first..cursor.at].iter().find(|n| is_modulo(n));
        if let Some(sign) = remainder.filter(|_| terms.len() > 1) {
            return Err(Trouble::new(
                &codes::AMBIGUOUS,
                sign.span,
                "the remainder could be of the last term or of the sum",
            )
            .hint("write parentheses around what the remainder is of"));
        }
        array::add(self, terms)
    }

    /// Consumes a sign; `Some(true)` if it is a minus.
    fn sign_here(&self, cursor: &mut Cursor<'_>) -> Read<Option<bool>> {
        let Some(node) = cursor.peek() else { return Ok(None) };
        let negative = match &node.kind {
            NodeKind::Mark('+') => false,
            NodeKind::Mark('-' | '−') => true,
            NodeKind::Operator(meaning @ (Meaning::PlusMinus | Meaning::MinusPlus)) => {
                let Some(upper) = self.sign.get() else {
                    return Err(Trouble::new(
                        &codes::UNSUPPORTED_CONSTRUCT,
                        node.span,
                        "a double sign cannot stand here",
                    ));
                };
                upper == (*meaning == Meaning::MinusPlus)
            }
            _ => return Ok(None),
        };
        cursor.at += 1;
        Ok(Some(negative))
    }

    /// Factors joined by juxtaposition, `\cdot`, `\times`, `/` and `\odot`, up to the next sign, relation or comma.
    pub(super) fn term(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let first = self.factor(cursor)?;
        let mut factors = vec![first];
        let mut nested = 0;
        while let Some(node) = cursor.peek() {
            let nests = matches!(node.kind, NodeKind::Mark('/' | '·') | NodeKind::Operator(_));
            nested += usize::from(nests);
            if nested > super::DEPTH_LIMIT {
                return Err(super::too_deep(node.span));
            }
            match &node.kind {
                _ if ends_term(node) && !self.is_declared_text(node) => break,
                NodeKind::Operator(Meaning::Times) | NodeKind::Mark('*' | '×') => {
                    cursor.at += 1;
                    let factor = self.signed_factor(cursor)?;
                    factors.push(factor);
                }
                NodeKind::Operator(Meaning::Dot) | NodeKind::Mark('·') => {
                    cursor.at += 1;
                    let mut factor = self.signed_factor(cursor)?;
                    let last = factors.last().expect("a product has a factor");
                    // `x \cdot C y` is x · (C y).
                    while matches!((&last.sort, &factor.sort), (Sort::Vector(_), Sort::Matrix(..)))
                        && self.juxtaposed(cursor)
                    {
                        let next = self.factor(cursor)?;
                        factor = array::multiply(self, vec![factor, next])?;
                    }
                    // Between two vectors the dot is the inner product of just these two.
                    if matches!(last.sort, Sort::Vector(_)) && matches!(factor.sort, Sort::Vector(_)) {
                        let last = factors.pop().expect("a product has a factor");
                        factors.push(array::dot(self, last, factor)?);
                    } else {
                        factors.push(factor);
                    }
                }
                NodeKind::Operator(Meaning::Outer) => {
                    cursor.at += 1;
                    let factor = self.signed_factor(cursor)?;
                    let last = factors.pop().expect("a product has a factor");
                    factors.push(array::outer(last, factor)?);
                }
                NodeKind::Operator(Meaning::Hadamard | Meaning::Circle) => {
                    cursor.at += 1;
                    let factor = self.signed_factor(cursor)?;
                    let last = factors.pop().expect("a product has a factor");
                    factors.push(array::hadamard(self, last, factor)?);
                }
                NodeKind::Operator(Meaning::Lattice(function)) => {
                    cursor.at += 1;
                    let left = array::multiply(self, factors)?;
                    let right = self.term(cursor)?;
                    if !left.sort.is_scalar() || !right.sort.is_scalar() {
                        return Err(super::mismatch(node.span, "an extreme of", &left.sort, &right.sort));
                    }
                    let span = left.span.join(right.span);
                    factors = vec![Expr::new(Kind::Function(*function, vec![left, right]), Sort::Real, span)];
                }
                _ if is_modulo(node) => {
                    cursor.at += 1;
                    let whole = array::multiply(self, factors)?;
                    let modulus = self.signed_factor(cursor)?;
                    if let Some(next) = cursor.peek().filter(|_| self.juxtaposed(cursor)) {
                        let message = "this factor could belong to the divisor or to the remainder";
                        return Err(Trouble::new(&codes::AMBIGUOUS, next.span, message).hint("write parentheses"));
                    }
                    factors = vec![self.remainder(whole, modulus)?];
                }
                NodeKind::Mark('/') => {
                    cursor.at += 1;
                    let below = self.denominator(cursor, node.span)?;
                    let above = array::multiply(self, factors)?;
                    factors = vec![array::divide(above, below)?];
                }
                _ => factors.push(self.factor(cursor)?),
            }
        }
        array::multiply(self, factors)
    }

    /// `a \bmod m`: a − m⌊a/m⌋.
    fn remainder(&self, whole: Expr, modulus: Expr) -> Read<Expr> {
        let span = whole.span.join(modulus.span);
        if !whole.sort.is_scalar() || !modulus.sort.is_scalar() {
            return Err(super::mismatch(span, "the remainder of", &whole.sort, &modulus.sort));
        }
        let times = array::divide(whole.clone(), modulus.clone())?;
        let times = Expr::new(Kind::Function(Function::Floor, vec![times]), Sort::Integer, span);
        let multiple = array::multiply(self, vec![modulus, times])?;
        let sort = multiple.sort.clone();
        array::add(self, vec![whole, Expr::new(Kind::Neg(multiple), sort, span)])
    }

    /// What a slash divides by: the juxtaposed factors that follow, unless the loose reading is asked for.
    pub(super) fn denominator(&self, cursor: &mut Cursor<'_>, slash: Span) -> Read<Expr> {
        let mut factors = vec![self.signed_factor(cursor)?];
        if self.juxtaposed(cursor) {
            if self.slash.get().is_none() {
                self.slash.set(Some(slash));
            }
            while !self.options.loose_slash && self.juxtaposed(cursor) {
                factors.push(self.factor(cursor)?);
            }
        }
        array::multiply(self, factors)
    }

    /// Whether a factor follows without an operator.
    pub(super) fn juxtaposed(&self, cursor: &Cursor<'_>) -> bool {
        cursor.peek().is_some_and(|n| {
            (!ends_term(n) || self.is_declared_text(n))
                && !is_modulo(n)
                && !matches!(n.kind, NodeKind::Mark('/' | '*' | '×' | '·'))
                && !matches!(
                    n.kind,
                    NodeKind::Operator(
                        Meaning::Times
                            | Meaning::Dot
                            | Meaning::Hadamard
                            | Meaning::Circle
                            | Meaning::Outer
                            | Meaning::Lattice(_)
                    )
                )
        })
    }

    /// What a sum is over: a term, perhaps with a sign of its own.
    pub(super) fn signed_term(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let start = cursor.span();
        let negative = self.sign_here(cursor)? == Some(true);
        let term = self.term(cursor)?;
        Ok(if negative { negate(term, start) } else { term })
    }

    fn signed_factor(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let start = cursor.span();
        let negative = self.sign_here(cursor)? == Some(true);
        let factor = self.factor(cursor)?;
        Ok(if negative { negate(factor, start) } else { factor })
    }
}

fn negate(expr: Expr, sign: Span) -> Expr {
    let (sort, span) = (expr.sort.clone(), sign.join(expr.span));
    Expr::new(Kind::Neg(expr), sort, span)
}

/// Whether a node asks for a remainder: `\bmod`, `\mathrm{mod}`.
pub(super) fn is_modulo(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Operator(Meaning::Modulo) => true,
        NodeKind::Word(word) => word == "mod",
        _ => false,
    }
}

fn is_sign(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Mark('+' | '-' | '−') | NodeKind::Operator(Meaning::PlusMinus | Meaning::MinusPlus))
}

/// Whether a node cannot belong to a product: a sign, a relation, a separator.
pub(super) fn ends_term(node: &Node) -> bool {
    is_sign(node)
        || is_mark(node, ',')
        || is_mark(node, ';')
        || is_mark(node, '=')
        || is_mark(node, '<')
        || is_mark(node, '>')
        || is_mark(node, '|')
        || is_mark(node, '.')
        || is_mark(node, ':')
        || is_mark(node, '‖')
        || matches!(
            node.kind,
            NodeKind::Text(_)
                | NodeKind::Operator(
                    Meaning::Relation(_)
                        | Meaning::Member
                        | Meaning::UpToConstant(_)
                        | Meaning::Loewner(_)
                        | Meaning::Implies
                        | Meaning::Equivalent
                        | Meaning::MapsTo
                        | Meaning::Quad
                        | Meaning::NewRow
                )
        )
}
