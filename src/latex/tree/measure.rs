//! Differentials in the numerator of a fraction behind an integral sign.

use super::{Node, NodeKind};
use crate::latex::notation::Meaning;

/// `\int \frac{dx}{L} f` as `\int dx \frac{1}{L} f`, and `\int f \frac{dx}{L}` as `\int f \frac{1}{L} dx`. An integral whose
/// differential stands elsewhere keeps its fractions.
pub(super) fn spread(nodes: Vec<Node>) -> Vec<Node> {
    if !nodes.iter().any(is_integral) || nodes.iter().all(|node| differentials(node).is_none()) {
        return nodes;
    }
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len() + 2);
    let mut rest = nodes.as_slice();
    while let Some(at) = rest.iter().position(is_integral) {
        let (before, from) = rest.split_at(at);
        let ends = |node: &Node| is_integral(node) || is_relation(node);
        let end = from[1..].iter().position(ends).map_or(from.len(), |k| k + 1);
        out.extend_from_slice(before);
        out.push(from[0].clone());
        integrand(&from[1..end], &mut out);
        rest = &from[end..];
    }
    out.extend_from_slice(rest);
    out
}

/// What stands between an integral sign and the next one or a relation.
fn integrand(nodes: &[Node], out: &mut Vec<Node>) {
    let mut at = 0;
    let mut quotients = Vec::new();
    let mut leading = Vec::new();
    // At first the differentials, in fractions or not.
    while at < nodes.len() {
        if is_measure(&nodes[at..]) {
            leading.extend_from_slice(&nodes[at..at + 2]);
            at += 2;
        } else if let Some((measures, quotient)) = differentials(&nodes[at]) {
            leading.extend(measures);
            quotients.push(quotient);
            at += 1;
        } else {
            break;
        }
    }
    let is_elsewhere = (at..nodes.len()).any(|k| is_measure(&nodes[k..]));
    if is_elsewhere {
        out.extend_from_slice(nodes);
        return;
    }
    let has_leading = !leading.is_empty();
    out.extend(leading);
    out.extend(quotients);
    for node in &nodes[at..] {
        match differentials(node).filter(|_| !has_leading) {
            Some((measures, quotient)) => {
                out.push(quotient);
                out.extend(measures);
            }
            None => out.push(node.clone()),
        }
    }
}

fn is_relation(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Mark(c) => matches!(c, '=' | '<' | '>'),
        NodeKind::Operator(meaning) => matches!(meaning, Meaning::Relation(_)),
        NodeKind::Scripted(base, ..) => is_relation(base),
        _ => false,
    }
}

fn is_integral(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Operator(Meaning::Integral) => true,
        NodeKind::Scripted(base, ..) => is_integral(base),
        _ => false,
    }
}

/// The d of a differential, or its power in `d^3x`.
fn is_d(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Letter(c) => c == "d",
        NodeKind::Word(w) => w == "d",
        NodeKind::Scripted(base, None, Some(_), 0) => is_d(base),
        _ => false,
    }
}

fn is_name(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Letter(c) => c != "d",
        NodeKind::Scripted(base, _, None, _) => is_name(base),
        NodeKind::Accent(..) | NodeKind::Font(..) => true,
        _ => false,
    }
}

fn is_measure(nodes: &[Node]) -> bool {
    matches!(nodes, [d, name, ..] if is_d(d) && is_name(name))
}

/// The differentials at the start or the end of a numerator, and the quotient without them. `\frac{dx}{dt}` is a derivative.
fn differentials(node: &Node) -> Option<(Vec<Node>, Node)> {
    let NodeKind::Fraction(upper, lower) = &node.kind else { return None };
    if is_measure(lower) || lower.first().is_some_and(is_d) {
        return None;
    }
    let mut end = 0;
    while is_measure(&upper[end..]) {
        end += 2;
    }
    let mut start = upper.len();
    while end == 0 && start >= 2 && is_measure(&upper[start - 2..]) {
        start -= 2;
    }
    let (measures, factors) = if end > 0 { upper.split_at(end) } else { (&upper[start..], &upper[..start]) };
    if measures.is_empty() {
        return None;
    }
    let factors = match factors {
        [] => vec![Node { kind: NodeKind::Number("1".to_owned()), span: node.span }],
        factors => factors.to_vec(),
    };
    let quotient = Node { kind: NodeKind::Fraction(factors, lower.clone()), span: node.span };
    Some((measures.to_vec(), quotient))
}
