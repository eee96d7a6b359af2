//! Displays to statements: relations, chains, implications, rows and both signs of ±.

use super::super::notation::{self, Meaning};
use super::super::tree::{Node, NodeKind};
use super::{Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::{Condition, Expr, Link, Relation, Statement};
use crate::source::Span;

/// Words after which a condition follows, not an assertion.
const CONDITION_WORDS: &[&str] = &["if", "for", "when", "where", "s.t.", "such that", "with", "provided", "subject to"];

/// Words after which names follow, perhaps with a condition on them.
const QUANTIFIERS: &[&str] = &["for all", "for every", "for each", "for any"];

impl Elaborator<'_> {
    /// A whole display. `\pm` asserts both signs.
    pub(super) fn statement(&self, nodes: &[Node], whole: Span) -> Read<Statement> {
        if !mentions_sign(nodes) {
            return self.signed_statement(nodes, whole);
        }
        self.sign.set(Some(true));
        let mut statement = self.signed_statement(nodes, whole)?;
        self.sign.set(Some(false));
        let lower = self.signed_statement(nodes, whole)?;
        self.sign.set(None);
        statement.premises.extend(lower.premises);
        statement.links.extend(lower.links);
        Ok(statement)
    }

    fn signed_statement(&self, nodes: &[Node], whole: Span) -> Read<Statement> {
        let mut statement = Statement { premises: Vec::new(), links: Vec::new() };
        for row in rows(nodes) {
            let mut is_condition = false;
            for piece in
                row.split(|n| is_mark(n, ',') || is_mark(n, ';') || matches!(n.kind, NodeKind::Operator(Meaning::Quad)))
            {
                let (mut piece, mut quantifies) = (piece, false);
                while let [first, rest @ ..] = piece
                    && let NodeKind::Text(words) = &first.kind
                {
                    quantifies |= QUANTIFIERS.contains(&words.to_lowercase().trim());
                    is_condition |= quantifies || CONDITION_WORDS.contains(&words.to_lowercase().trim_end_matches(':').trim());
                    piece = rest;
                }
                while let [rest @ .., last] = piece
                    && (is_mark(last, '.') || matches!(last.kind, NodeKind::Text(_)))
                {
                    piece = rest;
                }
                // "for all x" adds nothing to a formula that is meant for all x.
                if piece.is_empty() || quantifies && piece.iter().all(|n| relation_of(n).is_none()) {
                    continue;
                }
                let mut sides = piece.split(|n| matches!(n.kind, NodeKind::Operator(Meaning::Implies))).peekable();
                while let Some(side) = sides.next() {
                    if side.is_empty() {
                        continue;
                    }
                    let links = self.chain(side, span_of(piece, whole))?;
                    // A piece that asserts nothing is not dropped: the author may have meant it as a condition or a factor.
                    if links.is_empty() {
                        return Err(Trouble::new(
                            &codes::NOT_A_RELATION,
                            span_of(side, whole),
                            "this part asserts nothing",
                        )
                        .hint("write conditions as relations or under `assume`, and products without `\\quad`"));
                    }
                    if is_condition || sides.peek().is_some() {
                        statement.premises.extend(links);
                    } else {
                        statement.links.extend(links);
                    }
                }
            }
        }
        if statement.links.is_empty() {
            return Err(Trouble::new(&codes::NOT_A_RELATION, whole, "the formula asserts nothing")
                .hint(r"a claim needs a relation such as `=`, `\le` or `\to` between two expressions"));
        }
        Ok(statement)
    }

    /// `a = b \le c`: one link per relation.
    pub(super) fn chain(&self, nodes: &[Node], fallback: Span) -> Read<Vec<Link>> {
        let mut links: Vec<Link> = Vec::new();
        let mut left: Option<Expr> = None;
        let mut pending: Option<(Option<Relation>, Span)> = None;
        let mut start = 0;
        for at in 0..=nodes.len() {
            let relation = nodes.get(at).map(relation_of);
            if matches!(relation, Some(None)) {
                continue;
            }
            let side = &nodes[start..at];
            let here = nodes.get(at).or(nodes.last()).map_or(fallback, |n| n.span);
            if side.is_empty() {
                return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, here, "one side of this relation is missing"));
            }
            match pending {
                Some((None, span)) => {
                    let member = left.take().expect("a relation has a left side");
                    links.extend(self.membership(&member, side, span)?);
                    left = Some(member);
                }
                Some((Some(relation), span)) => {
                    let right = self.whole(side, here)?;
                    let previous = left.take().expect("a relation has a left side");
                    let (previous, right) = self.related(previous, right, span)?;
                    links.push(Link { left: previous, relation, right: right.clone() });
                    left = Some(right);
                }
                None => left = Some(self.whole(side, here)?),
            }
            if let Some(Some(relation)) = relation {
                pending = Some((relation, nodes[at].span));
                start = at + 1;
            }
        }
        // Lengths that a later link fixes are filled in everywhere.
        links
            .into_iter()
            .map(|l| Ok(Link { left: self.settle(&l.left)?, relation: l.relation, right: self.settle(&l.right)? }))
            .collect()
    }

    /// `x \in [a, b)`: two order relations.
    fn membership(&self, member: &Expr, set: &[Node], span: Span) -> Read<Vec<Link>> {
        let [Node { kind: NodeKind::Fence(open @ ('(' | '['), close @ (')' | ']'), body), .. }] = set else {
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(set, span), "this set is not supported")
                .hint("only intervals such as `[0, 1)` can be checked after `\\in`"));
        };
        let mut ends = body.split(|n| is_mark(n, ','));
        let (Some(lower), Some(upper), None) = (ends.next(), ends.next(), ends.next()) else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span_of(set, span), "an interval has two ends"));
        };
        let (lower, upper) = (self.whole(lower, span)?, self.whole(upper, span)?);
        let at_least = if *open == '[' { Relation::LessOrEqual } else { Relation::Less };
        let at_most = if *close == ']' { Relation::LessOrEqual } else { Relation::Less };
        Ok(vec![
            Link { left: lower, relation: at_least, right: member.clone() },
            Link { left: member.clone(), relation: at_most, right: upper },
        ])
    }

    /// A condition in a subscript, a branch or an assumption.
    pub(super) fn condition(&self, nodes: &[Node], fallback: Span) -> Read<Condition> {
        let mut all = Vec::new();
        for piece in nodes.split(|n| is_mark(n, ',') || matches!(n.kind, NodeKind::Operator(Meaning::Quad))) {
            let piece: Vec<Node> = piece.iter().filter(|n| !matches!(n.kind, NodeKind::Text(_))).cloned().collect();
            if !piece.is_empty() {
                all.extend(self.chain(&piece, fallback)?.into_iter().map(Condition::Holds));
            }
        }
        match all.len() {
            0 => Err(Trouble::new(&codes::NOT_A_RELATION, fallback, "a condition is missing here")),
            1 => Ok(all.remove(0)),
            _ => Ok(Condition::All(all)),
        }
    }

    /// Both sides of a relation, with open lengths made equal. A literal zero fits every sort.
    fn related(&self, left: Expr, right: Expr, span: Span) -> Read<(Expr, Expr)> {
        let zero = |e: &Expr| e.as_number().is_some_and(|n| n.is_zero());
        if zero(&left) || zero(&right) || (left.sort.is_scalar() && right.sort.is_scalar()) {
            return Ok((left, right));
        }
        if !array::same_shape(self, &left.sort, &right.sort) {
            return Err(
                super::mismatch(span, "the two sides", &left.sort, &right.sort).also(left.span, left.sort.to_string())
            );
        }
        Ok((left, right))
    }
}

/// `Some(Some(relation))` for a relation, `Some(None)` for membership, `None` for anything else.
fn relation_of(node: &Node) -> Option<Option<Relation>> {
    match &node.kind {
        NodeKind::Mark('=') => Some(Some(Relation::Equal)),
        NodeKind::Mark('<') => Some(Some(Relation::Less)),
        NodeKind::Mark('>') => Some(Some(Relation::Greater)),
        NodeKind::Mark('≤') => Some(Some(Relation::LessOrEqual)),
        NodeKind::Mark('≥') => Some(Some(Relation::GreaterOrEqual)),
        NodeKind::Operator(Meaning::Relation(relation)) => Some(Some(*relation)),
        NodeKind::Operator(Meaning::Member) => Some(None),
        // `\xrightarrow{d \to \infty}` and stacked relations keep their base.
        NodeKind::Scripted(base, ..) => match &base.kind {
            NodeKind::Operator(Meaning::Relation(_)) => relation_of(base),
            _ => None,
        },
        _ => None,
    }
}

/// The rows of a display; a row that begins with a relation or a sign goes on with the one before.
fn rows(nodes: &[Node]) -> Vec<Vec<Node>> {
    let mut out: Vec<Vec<Node>> = vec![Vec::new()];
    for node in nodes {
        match &node.kind {
            NodeKind::Grid(name, grid) if notation::DISPLAY_ENVIRONMENTS.contains(&name.as_str()) => {
                // Every second column of `align` begins another formula, or words about the first.
                let in_pairs = !name.starts_with("gather") && !name.starts_with("multline");
                for cells in grid {
                    let mut row: Vec<Node> = Vec::new();
                    for (column, cell) in cells.iter().enumerate() {
                        let cell: Vec<Node> = rows(cell).into_iter().flatten().collect();
                        if let Some(first) = cell.first().filter(|_| in_pairs && column > 0 && column % 2 == 0) {
                            row.push(Node { kind: NodeKind::Operator(Meaning::Quad), span: first.span });
                        }
                        row.extend(cell);
                    }
                    let indent = row.iter().take_while(|n| matches!(n.kind, NodeKind::Operator(Meaning::Quad))).count();
                    let row = row.split_off(indent);
                    let is_indented = cells.len() > 1 && cells[0].is_empty();
                    let goes_on = row.first().is_some_and(|first| match continues(first) {
                        Some(true) => is_indented || cells.len() == 1 && row.iter().all(|n| relation_of(n).is_none()),
                        certain => certain.is_some(),
                    });
                    if !goes_on && out.last().is_some_and(|previous| !previous.is_empty()) {
                        out.push(Vec::new());
                    }
                    out.last_mut().expect("there is a row").extend(row);
                }
            }
            NodeKind::Operator(Meaning::NewRow) => out.push(Vec::new()),
            _ => out.last_mut().expect("there is a row").push(node.clone()),
        }
    }
    out
}

/// Whether a row that begins with this may go on with the one before, and if so, whether this is only a sign, which may
/// begin a formula of its own as well.
fn continues(node: &Node) -> Option<bool> {
    let is_sign = ['+', '-', '−'].iter().any(|sign| is_mark(node, *sign))
        || matches!(node.kind, NodeKind::Operator(Meaning::PlusMinus | Meaning::MinusPlus));
    let is_operator = ['*', '/'].iter().any(|mark| is_mark(node, *mark))
        || matches!(node.kind, NodeKind::Operator(Meaning::Times | Meaning::Dot | Meaning::Implies))
        || relation_of(node).is_some();
    (is_sign || is_operator).then_some(is_sign)
}

/// Whether `\pm` or `\mp` occurs outside sets such as `\{\pm 1\}`.
fn mentions_sign(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match &node.kind {
        NodeKind::Operator(meaning) => matches!(meaning, Meaning::PlusMinus | Meaning::MinusPlus),
        NodeKind::Fence('{', '}', _) => false,
        NodeKind::Font(_, body) | NodeKind::Accent(_, body) | NodeKind::Group(body) | NodeKind::Fence(_, _, body) => {
            mentions_sign(body)
        }
        NodeKind::Fraction(a, b) | NodeKind::Binomial(a, b) => mentions_sign(a) || mentions_sign(b),
        NodeKind::Root(degree, body) => degree.as_deref().is_some_and(mentions_sign) || mentions_sign(body),
        NodeKind::Scripted(base, sub, sup, _) => {
            mentions_sign(std::slice::from_ref(base))
                || sub.as_deref().is_some_and(mentions_sign)
                || sup.as_deref().is_some_and(mentions_sign)
        }
        NodeKind::Grid(_, rows) => rows.iter().flatten().any(|cell| mentions_sign(cell)),
        NodeKind::Letter(_) | NodeKind::Number(_) | NodeKind::Mark(_) | NodeKind::Word(_) | NodeKind::Text(_) => false,
    })
}
