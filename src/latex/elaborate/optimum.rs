//! Limits, and optima over continuous symbols or functions.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::walk::substitute;
use crate::expr::{Approach, Condition, Expr, Kind, Link, Optimum, Relation, Sort, Symbol};
use crate::source::Span;

fn is_member(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Member))
}

fn is_arrow(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Relation(Relation::TendsTo)))
}

impl Elaborator<'_> {
    /// `\lim_{x \to a} f`.
    pub(super) fn limit(&self, sub: Option<&[Node]>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let missing = || {
            Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this limit does not say what tends where")
                .hint(r"write it below, as in `\lim_{x \to 0}`")
        };
        let sub = sub.ok_or_else(missing)?;
        let at = sub.iter().position(is_arrow).ok_or_else(missing)?;
        let (name, target) = (&sub[..at], &sub[at + 1..]);
        let symbol = self.symbol_named(&canonical(name)).ok_or_else(|| {
            let message = format!("`{}` is not declared", canonical(name));
            Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(name, span), message)
                .hint("what tends somewhere is a declared symbol")
        })?;
        let side = |nodes: &[Node]| match nodes {
            [Node { kind: NodeKind::Mark('+'), .. }] => Some(Approach::Above),
            [Node { kind: NodeKind::Mark('-'), .. }] => Some(Approach::Below),
            _ => None,
        };
        let (target, approach) = match target {
            [rest @ .., Node { kind: NodeKind::Scripted(base, None, Some(sup), 0), .. }] if side(sup).is_some() => {
                let mut nodes = rest.to_vec();
                nodes.push((**base).clone());
                (self.whole(&nodes, span)?, side(sup).unwrap_or(Approach::Both))
            }
            target => (self.whole(target, span_of(target, span))?, Approach::Both),
        };
        let body = self.term(cursor)?;
        // A dimension keeps its name: the sorts of the body speak of it.
        let (symbol, body) = match symbol.sort() {
            Sort::Integer => (symbol, body),
            sort => {
                let fresh = Symbol::new(symbol.tex(), sort.clone());
                match substitute(&body, &symbol, &Expr::symbol(&fresh, span)) {
                    Some(body) => (fresh, body),
                    None => (symbol, body),
                }
            }
        };
        let (sort, end) = (if body.sort.is_scalar() { Sort::Real } else { body.sort.clone() }, span.join(body.span));
        Ok(Expr::new(Kind::Limit(symbol, approach, target, body), sort, end))
    }

    /// `\arg\min_x f`, the second operator still to be read.
    pub(super) fn arg(&self, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let node = cursor.next();
        let (base, sub) = match node.map(|n| &n.kind) {
            Some(NodeKind::Scripted(base, sub, None, 0)) => (Some(&base.kind), sub.as_deref()),
            other => (other, None),
        };
        let optimum = match base {
            Some(NodeKind::Operator(Meaning::Extreme(crate::expr::Fold::Minimum))) => Optimum::ArgMin,
            Some(NodeKind::Operator(Meaning::Extreme(_))) => Optimum::ArgMax,
            _ => {
                return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, r"`\arg` stands before `\min` or `\max`"));
            }
        };
        self.optimum(optimum, sub, cursor, span)
    }

    /// `\min_x f`, `\sup_{x > 0} f`, `\operatorname{argmin}_{y \in \mathcal{Y}} f`.
    pub(super) fn optimum(
        &self,
        optimum: Optimum,
        sub: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let Some(sub) = sub else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this optimum does not say over what")
                .hint(r"write the symbol below, as in `\sup_x`"));
        };
        let (names, conditions) = match sub.iter().position(|n| is_mark(n, ':')) {
            Some(at) => (&sub[..at], Some(&sub[at + 1..])),
            None => (sub, None),
        };
        let mut symbols: Vec<Symbol> = Vec::new();
        let mut links = Vec::new();
        for piece in names.split(|n| is_mark(n, ',')) {
            let relation = piece.iter().position(|n| is_member(n) || super::relation::relation_of(n).is_some());
            let own = &piece[..relation.unwrap_or(piece.len())];
            let symbol = match own {
                [node] => self.symbol_named(&canonical_node(node)).or_else(|| self.function_named(node)),
                _ => self.symbol_named(&canonical(own)),
            };
            let symbol = symbol.ok_or_else(|| {
                let message = format!("`{}` is not a declared symbol or function", canonical(own));
                Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(own, span), message).hint("declare it under [symbols]")
            })?;
            if relation.is_some() {
                links.extend(self.chain(piece, span)?);
            }
            symbols.push(symbol);
        }
        if let Some(conditions) = conditions {
            for piece in conditions.split(|n| is_mark(n, ',')) {
                links.extend(self.chain(piece, span)?);
            }
        }
        let mut body = self.term(cursor)?;
        let mut bound = Vec::new();
        for symbol in symbols {
            let fresh = symbol.renamed();
            let value = Expr::symbol(&fresh, span);
            let replaced = substitute(&body, &symbol, &value).zip(
                links
                    .iter()
                    .map(|l| crate::expr::walk::substitute_link(l, &symbol, &value))
                    .collect::<Option<Vec<Link>>>(),
            );
            match replaced {
                Some((new_body, new_links)) => {
                    (body, links) = (new_body, new_links);
                    bound.push(fresh);
                }
                None => bound.push(symbol),
            }
        }
        if !body.sort.is_scalar() {
            return Err(Trouble::new(
                &codes::SORT_MISMATCH,
                body.span,
                format!("only a number can be optimised, not {}", body.sort),
            ));
        }
        let condition = match links.len() {
            0 => None,
            1 => links.pop().map(|l| Box::new(Condition::Holds(l))),
            _ => Some(Box::new(Condition::All(links.into_iter().map(Condition::Holds).collect()))),
        };
        let sort = match optimum {
            Optimum::ArgMin | Optimum::ArgMax => match bound.as_slice() {
                [one] => one.sort().clone(),
                several => Sort::Tuple(several.iter().map(|s| s.sort().clone()).collect()),
            },
            _ => Sort::Real,
        };
        let end = span.join(body.span);
        Ok(Expr::new(Kind::Optimum(optimum, bound, condition, body), sort, end))
    }
}
