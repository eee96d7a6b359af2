//! Canonical TeX of a symbol's name: braces always, spacing never, one spelling per upright word. Two names are the same
//! symbol if their canonical forms are.

use super::notation::Meaning;
use super::tree::{Node, NodeKind};

/// The canonical TeX of one node.
pub(super) fn canonical_node(node: &Node) -> String {
    match &node.kind {
        NodeKind::Letter(name) => name.clone(),
        NodeKind::Number(digits) => digits.clone(),
        NodeKind::Mark(c) => c.to_string(),
        NodeKind::Operator(Meaning::PlusMinus) => r"\pm".into(),
        NodeKind::Operator(Meaning::MinusPlus) => r"\mp".into(),
        NodeKind::Operator(Meaning::Times) => "*".into(),
        NodeKind::Operator(Meaning::Dots) => r"\dots".into(),
        NodeKind::Operator(Meaning::Nabla) => r"\nabla".into(),
        NodeKind::Operator(Meaning::Infinity) => r"\infty".into(),
        NodeKind::Operator(Meaning::Member) => r" \in ".into(),
        NodeKind::Operator(Meaning::Relation(relation)) => relation.tex().into(),
        NodeKind::Operator(other) => {
            super::notation::name_of(*other).map_or_else(|| format!("\\{other:?}"), |name| format!("\\{name}"))
        }
        NodeKind::Word(word) | NodeKind::Text(word) => format!(r"\mathrm{{{word}}}"),
        NodeKind::Font(font, body) | NodeKind::Accent(font, body) => format!("{font}{{{}}}", canonical(body)),
        NodeKind::Group(body) => canonical(body),
        NodeKind::Fence('⟨', '⟩', body) => format!(r"\langle {} \rangle", canonical(body)),
        NodeKind::Fence(open, close, body) => format!("{open}{}{close}", canonical(body)),
        NodeKind::Fraction(upper, lower) => format!(r"\frac{{{}}}{{{}}}", canonical(upper), canonical(lower)),
        NodeKind::Binomial(upper, lower) => format!(r"\binom{{{}}}{{{}}}", canonical(upper), canonical(lower)),
        NodeKind::Root(_, body) => format!(r"\sqrt{{{}}}", canonical(body)),
        NodeKind::Scripted(base, sub, sup, primes) => scripted(base, sub.as_deref(), sup.as_deref(), *primes),
        NodeKind::Grid(name, _) => format!(r"\begin{{{name}}}"),
    }
}

/// The canonical TeX of a list of nodes.
pub(super) fn canonical(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        let piece = canonical_node(node);
        // A letter after a command needs a space, or the two would become one command.
        let command_ends = out
            .rsplit('\\')
            .next()
            .is_some_and(|tail| out.contains('\\') && tail.chars().all(|c| c.is_ascii_alphabetic()));
        if command_ends && piece.starts_with(|c: char| c.is_ascii_alphabetic()) {
            out.push(' ');
        }
        out.push_str(&piece);
    }
    out
}

/// The canonical TeX of a base with scripts.
pub(super) fn scripted(base: &Node, sub: Option<&[Node]>, sup: Option<&[Node]>, primes: usize) -> String {
    let mut out = canonical_node(base);
    if let Some(sub) = sub {
        out.push_str(&format!("_{{{}}}", canonical(sub)));
    }
    if primes > 0 {
        out.push_str(&"'".repeat(primes));
    }
    if let Some(sup) = sup {
        out.push_str(&format!("^{{{}}}", canonical(sup)));
    }
    out
}
