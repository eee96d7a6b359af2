//! Indicators of conditions and sets, positive parts, and membership in sets of numbers.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::binder::is_both_signs;
use super::{Cursor, Elaborator, Read, array, is_mark, span_of};
use crate::expr::{Condition, Expr, Kind, Link, Relation, Sort};
use crate::numeric::Function;
use crate::source::Span;

/// The signs of an indicator: 𝟙 in its fonts.
const ONES: &[&str] = &[r"\mathbb{1}", r"\mathbf{1}", r"\mathds{1}", r"\mathbbm{1}", r"\boldsymbol{1}", r"\mathrm{1}"];
/// Letters that are one where a condition follows.
const LETTERS: &[&str] = &[r"\mathbb{I}", r"\mathbf{I}", r"\mathrm{I}", "I", r"\chi"];

/// Whether some nodes compare: they are a condition.
fn compares(nodes: &[Node]) -> bool {
    nodes.iter().any(|n| super::relation::relation_of(n).is_some())
}

/// A condition out of the brackets that it may stand in.
fn unbracketed(nodes: &[Node]) -> &[Node] {
    match nodes {
        [Node { kind: NodeKind::Fence('{' | '[' | '(', '}' | ']' | ')', inner) | NodeKind::Group(inner), .. }]
            if compares(inner) =>
        {
            unbracketed(inner)
        }
        _ => nodes,
    }
}

impl Elaborator<'_> {
    /// `\mathbb{1}_{x > 0}`, `\mathbf{1}\{x > 0\}`, `1_{[x > 0]}`, `\mathbb{1}_{[0, 1]}(x)`: one where a condition holds and
    /// zero elsewhere; `None` if the node is something else.
    pub(super) fn indicator(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let (base, sub, sup) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, 0) => (&**base, sub.as_deref(), sup.as_deref()),
            NodeKind::Scripted(..) => return Ok(None),
            _ => (node, None, None),
        };
        if !matches!(base.kind, NodeKind::Font(..) | NodeKind::Word(_) | NodeKind::Number(_) | NodeKind::Letter(_)) {
            return Ok(None);
        }
        let name = canonical_node(base);
        let is_one = ONES.contains(&name.as_str());
        let is_number = matches!(base.kind, NodeKind::Number(_)) && name == "1";
        if !(is_one || is_number || LETTERS.contains(&name.as_str())) || self.scope.get(&canonical_node(node)).is_some()
        {
            return Ok(None);
        }
        // A declared letter is that symbol, whatever stands behind it.
        if !is_number && (self.lookup(&name, base.span).is_some() || !self.scope.patterns(&name).is_empty()) {
            return Ok(None);
        }
        let span = node.span;
        if let Some(sub) = sub {
            let condition = unbracketed(sub);
            if compares(condition) {
                let value = self.one_where(condition, span)?;
                return self.indexed(value, None, sup, span).map(Some);
            }
            // Of a set, at the argument that follows.
            let (Some(Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span: fence }), true) =
                (cursor.peek(), is_one || name == r"\chi")
            else {
                return Ok(None);
            };
            if self.interval(sub, span)?.is_none() && self.declared_set(sub, &Sort::Real).is_none() {
                return Ok(None);
            }
            cursor.at += 1;
            let member = self.whole(body, *fence)?;
            let links = self.membership(&member, sub, span_of(sub, span))?;
            let condition = Condition::All(links.into_iter().map(Condition::Holds).collect());
            let value = cases(condition, span.join(*fence));
            return self.indexed(value, None, sup, span).map(Some);
        }
        let Some(Node { kind: NodeKind::Fence('(' | '[' | '{', _, body), span: fence }) = cursor.peek() else {
            return Ok(None);
        };
        if !compares(body) || is_number {
            return Ok(None);
        }
        cursor.at += 1;
        let value = self.one_where(body, span.join(*fence))?;
        self.indexed(value, None, sup, span).map(Some)
    }

    fn one_where(&self, condition: &[Node], span: Span) -> Read<Expr> {
        Ok(cases(self.condition(condition, span)?, span))
    }

    /// `(x)_+ = max(x, 0)`, `(x)_- = max(-x, 0)`.
    pub(super) fn signed_part(&self, positive: bool, body: &[Node], span: Span) -> Read<Expr> {
        let value = self.whole(body, span)?;
        if !value.sort.is_scalar() {
            return Err(super::mismatch(span, "a positive part of", &Sort::Real, &value.sort));
        }
        let value = if positive { value } else { Expr::new(Kind::Neg(value), Sort::Real, span) };
        Ok(Expr::new(Kind::Function(Function::Max, vec![value, Expr::integer(0, span)]), Sort::Real, span))
    }

    /// What membership in `\mathbb{R}_+`, `\mathbb{N}`, `\mathbb{Z}` or a set of numbers `\{a, b\}` asks; `None` for any other
    /// set. It is a list of relations, which is empty where the sort says it all.
    pub(super) fn number_set(&self, member: &Expr, set: &[Node], span: Span) -> Read<Option<Vec<Link>>> {
        if !member.sort.is_scalar() {
            return Ok(None);
        }
        let zero = || Expr::integer(0, span);
        let at_least = |relation| Link { left: member.clone(), relation, right: zero() };
        let is_integer = matches!(member.sort, Sort::Integer | Sort::Index(_));
        let whole = || {
            let floor = Expr::new(Kind::Function(Function::Floor, vec![member.clone()]), Sort::Integer, span);
            Link { left: member.clone(), relation: Relation::Equal, right: floor }
        };
        let mut links = match canonical(set).as_str() {
            r"\mathbb{R}" => return Ok(Some(Vec::new())),
            r"\mathbb{R}_{+}" | r"\mathbb{R}^{+}" | r"\mathbb{R}_{\ge0}" => {
                return Ok(Some(vec![at_least(Relation::GreaterOrEqual)]));
            }
            r"\mathbb{R}_{>0}" | r"\mathbb{R}_{+}^{*}" | r"\mathbb{R}_{++}" => {
                return Ok(Some(vec![at_least(Relation::Greater)]));
            }
            r"\mathbb{Z}" => Vec::new(),
            r"\mathbb{N}" | r"\mathbb{N}_{0}" => vec![at_least(Relation::GreaterOrEqual)],
            r"\mathbb{N}^{*}" | r"\mathbb{N}_{+}" => vec![at_least(Relation::Greater)],
            _ => {
                let [Node { kind: NodeKind::Fence('{', '}', body), .. }] = set else { return Ok(None) };
                if compares(body) || body.iter().any(|n| matches!(n.kind, NodeKind::Operator(Meaning::Dots))) {
                    return Ok(None);
                }
                let values = match is_both_signs(body) {
                    true => vec![Expr::integer(-1, span), Expr::integer(1, span)],
                    false => body
                        .split(|n| is_mark(n, ','))
                        .map(|piece| self.whole(piece, span_of(piece, span)))
                        .collect::<Read<Vec<_>>>()?,
                };
                if values.iter().any(|v| !v.sort.is_scalar()) {
                    return Ok(None);
                }
                let gaps = values.into_iter().map(|value| {
                    let below = Expr::new(Kind::Neg(value), Sort::Real, span);
                    array::add(self, vec![member.clone(), below])
                });
                let product = array::multiply(self, gaps.collect::<Read<Vec<_>>>()?)?;
                return Ok(Some(vec![Link { left: product, relation: Relation::Equal, right: zero() }]));
            }
        };
        if !is_integer {
            links.push(whole());
        }
        Ok(Some(links))
    }
}

fn cases(condition: Condition, span: Span) -> Expr {
    let (one, zero) = (Expr::integer(1, span), Expr::integer(0, span));
    Expr::new(Kind::Cases(vec![(one, condition)], Some(zero)), Sort::Real, span)
}
