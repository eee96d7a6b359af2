//! `\forall x > 0: …` and `… for all x > 0`: what is quantified over, and its conditions.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::relation::relation_of;
use super::statement::{is_quad, words};
use super::{Elaborator, Read, Trouble, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::{Link, Sort};
use crate::source::Span;

/// Words after which names follow, perhaps with a condition on them.
pub(super) const QUANTIFIERS: &[&str] = &["for all", "for every", "for each", "for any"];

/// Whether a node says "for all".
pub(super) fn is_quantifier(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Operator(Meaning::ForAll) => true,
        NodeKind::Text(text) => QUANTIFIERS.contains(&words(text).as_str()),
        _ => false,
    }
}

fn is_colon(node: &Node) -> bool {
    is_mark(node, ':')
}

impl Elaborator<'_> {
    /// A row that begins with a quantifier, as what is quantified over and what is said; `None` for any other row, and for
    /// one that says nothing.
    pub(super) fn quantified<'n>(&self, row: &'n [Node]) -> Read<Option<(&'n [Node], &'n [Node])>> {
        let Some((_, rest)) = row.split_first().filter(|(first, _)| is_quantifier(first)) else { return Ok(None) };
        // Only a colon or a wide space says where the names end; else they do behind the first condition on them.
        let says = |nodes: &[Node]| nodes.iter().any(|n| relation_of(n).is_some());
        let by_space = || rest.iter().position(is_quad).filter(|at| says(&rest[at + 1..]));
        if let Some(at) = rest.iter().position(is_colon).or_else(by_space) {
            return Ok(Some((&rest[..at], &rest[at + 1..])));
        }
        let mut ends: Vec<usize> = (0..rest.len()).filter(|at| is_mark(&rest[*at], ',')).collect();
        let mut start = 0;
        let mut names = Vec::new();
        while let Some(end) = ends.first().copied() {
            ends.remove(0);
            let piece = &rest[start..end];
            let own = piece.iter().position(|n| relation_of(n).is_some());
            names.extend(piece[..own.unwrap_or(piece.len())].iter().map(canonical_node));
            start = end + 1;
            if own.is_none() {
                continue;
            }
            let body = &rest[start..];
            // `\forall x \in A, y > 0, x + y > 0`: is y > 0 asked or said?
            let first = &body[..body.iter().position(|n| is_mark(n, ',')).unwrap_or(body.len())];
            let may_ask = matches!(first, [name, sign, ..] if relation_of(sign).is_some() && !names.contains(&canonical_node(name)));
            if may_ask && first.len() < body.len() {
                return Err(Trouble::new(
                    &codes::AMBIGUOUS,
                    span_of(first, Span::default()),
                    "this could be asked of the names or said of them",
                )
                .hint("write a colon behind the last condition"));
            }
            return Ok(Some((&rest[..end], body)).filter(|_| says(body)));
        }
        Ok(None)
    }

    /// The conditions on what a formula is said for: `x > 0`, `x, y \in \mathbb{R}_+`, `i`.
    pub(super) fn quantifier_conditions(&self, pieces: &[&[Node]], whole: Span) -> Read<Vec<Link>> {
        let mut links = Vec::new();
        let mut bare: Vec<&Node> = Vec::new();
        for piece in pieces.iter().flat_map(|piece| piece.split(|n| is_quantifier(n) || is_mark(n, ','))) {
            let Some(sign) = piece.iter().position(|n| relation_of(n).is_some()) else {
                match piece {
                    [] => {}
                    [name] => bare.push(name),
                    _ => {
                        let message = "what stands behind this quantifier is no list of names with conditions";
                        return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(piece, whole), message)
                            .hint("write one name between commas, and conditions as relations"));
                    }
                }
                continue;
            };
            // The condition behind the last of several names is one on each.
            if let [name] = &piece[..sign] {
                for other in bare.drain(..) {
                    if !self.has_range_as_declared(other, &piece[sign + 1..]) {
                        let mut condition = vec![other.clone()];
                        condition.extend_from_slice(&piece[sign..]);
                        links.extend(self.chain(&condition, whole)?);
                    }
                }
                if self.has_range_as_declared(name, &piece[sign + 1..]) {
                    continue;
                }
            }
            links.extend(self.chain(piece, span_of(piece, whole))?);
        }
        Ok(links)
    }

    /// Whether a set is `[N]`, `\{1, …, N\}` for an index that is declared to run to N.
    fn has_range_as_declared(&self, name: &Node, set: &[Node]) -> bool {
        let Some(Sort::Index(length)) = self.scope.declared(&canonical_node(name)).map(|d| d.symbol.sort()) else {
            return false;
        };
        let length = length.to_string();
        match set {
            [Node { kind: NodeKind::Fence('[', ']', body), .. }] => canonical(body) == length,
            [Node { kind: NodeKind::Fence('{', '}', body), .. }] => {
                let items: Vec<String> = body.split(|n| is_mark(n, ',')).map(canonical).collect();
                matches!(items.as_slice(), [first, .., dots, last] if first == "1" && dots == r"\dots" && *last == length)
            }
            _ => false,
        }
    }
}
