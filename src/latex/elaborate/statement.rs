//! Displays to statements: relations, chains, implications, rows and both signs of ±.

use super::super::notation::{self, Meaning};
use super::super::tree::{Node, NodeKind};
use super::quantifier::{QUANTIFIERS, is_quantifier};
use super::relation::relation_of;
use super::{Elaborator, Read, Trouble, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::Domain;
use crate::expr::walk::same_link;
use crate::expr::{Link, Statement};
use crate::source::Span;

/// Words after which a condition follows, not an assertion.
const CONDITION_WORDS: &[&str] = &[
    "if",
    "for",
    "when",
    "where",
    "s.t.",
    "such that",
    "with",
    "provided",
    "subject to",
    "using",
    "since",
    "given",
    "as",
];
/// Words between assertions.
const CONNECTIVES: &[&str] =
    &["", "and", "so", "so that", "thus", "hence", "therefore", "then", "i.e.", "or equivalently", "that is", "."];
/// Words between a branch and its condition.
pub(super) const BRANCH_WORDS: &[&str] = &["", "if", "for", "when", "where", "and", "with", "otherwise", "else"];

pub(super) fn words(text: &str) -> String {
    text.to_lowercase().trim().trim_end_matches([':', ',']).trim().to_owned()
}

pub(super) fn is_quad(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Quad))
}

/// What a row says, by what separates it.
enum Piece<'n> {
    /// Whether a comma or "and" joins it to the one before.
    Formula(&'n [Node], bool),
    /// Words before what they speak of.
    Words(String),
}

fn is_implication(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Implies | Meaning::Equivalent))
}

impl Elaborator<'_> {
    /// A whole display. `\pm` asserts both signs.
    pub(super) fn statement(&self, nodes: &[Node], whole: Span) -> Read<Statement> {
        self.increments.set(self.mentions_increment(nodes));
        if !mentions_sign(nodes) {
            return self.signed_statement(nodes, whole);
        }
        self.sign.set(Some(true));
        let mut statement = self.signed_statement(nodes, whole)?;
        self.sign.set(Some(false));
        let lower = self.signed_statement(nodes, whole)?;
        self.sign.set(None);
        let new = |l: &Link| !statement.premises.iter().any(|known| same_link(known, l));
        let premises: Vec<Link> = lower.premises.into_iter().filter(new).collect();
        statement.premises.extend(premises);
        statement.links.extend(lower.links);
        Ok(statement)
    }

    fn signed_statement(&self, nodes: &[Node], whole: Span) -> Read<Statement> {
        let mut statement = Statement { premises: Vec::new(), links: Vec::new() };
        let all = rows(nodes);
        let arrows: Vec<&Node> = all.iter().flatten().filter(|n| is_implication(n)).collect();
        if let [_, second, ..] = arrows[..] {
            // Of A ⟹ B ⟹ C it is open whether C follows from B alone.
            let message = "more than one implication or equivalence in one formula is not read";
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, second.span, message)
                .hint("write one formula for each, so that it is clear what follows from what"));
        }
        for row in all {
            let mut is_condition = false;
            let mut quantified: Option<Vec<&[Node]>> = None;
            let mut first = statement.links.len();
            let row = match self.quantified(&row)? {
                Some((names, body)) => {
                    statement.premises.extend(self.quantifier_conditions(&[names], whole)?);
                    body
                }
                None => row.as_slice(),
            };
            for piece in self.pieces(row)? {
                match (piece, &mut quantified) {
                    (Piece::Words(words), None) if QUANTIFIERS.contains(&words.as_str()) => {
                        quantified = Some(Vec::new())
                    }
                    (Piece::Formula(piece, _), Some(names)) => names.push(piece),
                    (Piece::Words(words), _) => {
                        // What is introduced by "where" with nothing before it is itself what is said.
                        let opens = statement.links.is_empty() && words == "where";
                        is_condition |= CONDITION_WORDS.contains(&words.as_str()) && !opens;
                    }
                    (Piece::Formula(piece, joined), None) => {
                        if !joined {
                            first = statement.links.len();
                        }
                        // `A, B \implies C`: C follows from both.
                        let implies = |n: &Node| matches!(n.kind, NodeKind::Operator(Meaning::Implies));
                        if !is_condition && piece.iter().any(implies) {
                            statement.premises.extend(statement.links.drain(first..));
                        }
                        self.piece(piece, is_condition, &mut statement, whole)?;
                    }
                }
            }
            if let Some(names) = quantified {
                statement.premises.extend(self.quantifier_conditions(&names, whole)?);
            }
        }
        if let Some(converse) = self.converse.borrow_mut().as_mut() {
            // Conditions beside the equivalence hold for both directions.
            let own = |link: &&Link| !converse.links.iter().any(|other| same_link(other, link));
            let conditions: Vec<Link> = statement.premises.iter().filter(own).cloned().collect();
            converse.premises.extend(conditions);
        }
        if statement.links.is_empty() {
            return Err(Trouble::new(&codes::NOT_A_RELATION, whole, "the formula asserts nothing")
                .hint(r"a claim needs a relation such as `=`, `\le` or `\to` between two expressions"));
        }
        Ok(statement)
    }

    /// A row cut at commas, semicolons, wide spaces and words. Labels beside a formula are set apart; other prose is
    /// refused, since what it says would be lost.
    fn pieces<'n>(&self, row: &'n [Node]) -> Read<Vec<Piece<'n>>> {
        let mut out = Vec::new();
        let mut start = 0;
        let (mut spaced, mut joined) = (true, false);
        let is_prose = |n: &Node| matches!(n.kind, NodeKind::Text(_)) && !self.is_declared_text(n);
        for at in 0..=row.len() {
            let node = row.get(at);
            let ends = |n: &Node| is_mark(n, ',') || is_mark(n, ';') || is_quad(n) || is_prose(n) || is_quantifier(n);
            let separates = node.is_none_or(ends);
            if !separates {
                continue;
            }
            let mut piece = &row[start..at];
            while let [rest @ .., last] = piece
                && is_mark(last, '.')
            {
                piece = rest;
            }
            start = at + 1;
            // `(Continuous)` beside a formula.
            let label = matches!(piece, [Node { kind: NodeKind::Fence('(', ')', inner), .. }]
                if inner.iter().all(is_prose) && spaced);
            if !piece.is_empty() && !label {
                out.push(Piece::Formula(piece, joined));
                joined = false;
            }
            let Some(node) = node else { break };
            if matches!(node.kind, NodeKind::Operator(Meaning::ForAll)) {
                out.push(Piece::Words(QUANTIFIERS[0].to_owned()));
            }
            if let NodeKind::Text(text) = &node.kind {
                let words = words(text);
                let rest = &row[at + 1..];
                let closes = rest.iter().all(|n| is_quad(n) || is_prose(n) || is_mark(n, '.'));
                let parenthesised = words.starts_with('(') && words.ends_with(')');
                let known =
                    [CONDITION_WORDS, CONNECTIVES, QUANTIFIERS].iter().any(|list| list.contains(&words.as_str()));
                let is_label = closes && (spaced || parenthesised || at == 0 || is_quad(&row[at - 1]));
                if !known && !is_label {
                    return Err(in_words(node.span, text));
                }
                if known {
                    out.push(Piece::Words(words));
                }
            }
            spaced = is_quad(node);
            joined |= is_mark(node, ',') || matches!(&node.kind, NodeKind::Text(text) if words(text) == "and");
        }
        Ok(out)
    }

    fn piece(&self, piece: &[Node], is_condition: bool, statement: &mut Statement, whole: Span) -> Read<()> {
        // `\{ψ_k = …\}_{k \in I}`: a relation for every member.
        if let [Node { kind: NodeKind::Scripted(base, Some(range), None, 0), .. }] = piece
            && let NodeKind::Fence('{', '}', inner) = &base.kind
            && inner.iter().any(|n| relation_of(n).is_some())
        {
            statement.premises.extend(self.chain(range, whole)?);
            return self.piece(inner, is_condition, statement, whole);
        }
        let equivalent = |n: &Node| matches!(n.kind, NodeKind::Operator(Meaning::Equivalent));
        if piece.iter().any(equivalent) && (is_condition || mentions_sign(piece)) {
            let message = "an equivalence is read as a whole formula without ± only";
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(piece, whole), message)
                .hint("write the equation that is meant as a condition, or one formula for each sign"));
        }
        let premises = statement.premises.len();
        // `A \\ \implies B`: the rows before are the premise.
        if piece.first().is_some_and(is_implication) && !is_condition {
            statement.premises.append(&mut statement.links);
        }
        let claims = statement.links.len();
        let mut sides = piece.split(is_implication).peekable();
        while let Some(side) = sides.next() {
            if side.is_empty() {
                continue;
            }
            // A brace around several relations asserts all of them.
            if let [Node { kind: NodeKind::Grid(name, grid), .. }] = side
                && matches!(name.as_str(), "cases" | "dcases")
                && grid.iter().all(|row| row.iter().flatten().any(|n| relation_of(n).is_some()))
            {
                for row in grid {
                    let row: Vec<Node> = row.iter().flatten().cloned().collect();
                    self.piece(&row, is_condition || sides.peek().is_some(), statement, whole)?;
                }
                continue;
            }
            let links = self.chain(side, span_of(piece, whole))?;
            // `x \in \mathbb{R}` of a real x asks nothing.
            if links.is_empty() && side.iter().any(|n| matches!(n.kind, NodeKind::Operator(Meaning::Member))) {
                if is_condition || sides.peek().is_some() {
                    continue;
                }
                let message = "the declarations say this already: nothing is asserted";
                return Err(Trouble::new(&codes::NOT_A_RELATION, span_of(side, whole), message)
                    .hint("write what is to be checked; a condition goes under `assume` or behind `for`"));
            }
            // A piece that asserts nothing is not dropped: the author may have meant it as a condition or a factor.
            if links.is_empty() {
                return Err(Trouble::new(&codes::NOT_A_RELATION, span_of(side, whole), "this part asserts nothing")
                    .hint("write conditions as relations or under `assume`, and products without `\\quad`"));
            }
            statement.premises.extend(self.labels(side, whole)?);
            if is_condition || sides.peek().is_some() {
                statement.premises.extend(links);
            } else {
                statement.links.extend(links);
            }
        }
        if piece.iter().any(equivalent) {
            let converse = Statement {
                premises: statement.links[claims..].to_vec(),
                links: statement.premises[premises..].to_vec(),
            };
            if converse.links.is_empty()
                || converse.premises.is_empty()
                || self.converse.replace(Some(converse)).is_some()
            {
                let message = "one side of this equivalence is missing, or there is more than one equivalence";
                return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(piece, whole), message)
                    .hint("write one formula for each"));
            }
        }
        Ok(())
    }

    /// What is written on or below a relation: the limit that it is meant in.
    fn labels(&self, nodes: &[Node], whole: Span) -> Read<Vec<Link>> {
        let mut out = Vec::new();
        for node in nodes {
            let NodeKind::Scripted(base, sub, sup, _) = &node.kind else { continue };
            if relation_of(base).is_none() {
                continue;
            }
            for label in [sub, sup].into_iter().flatten() {
                let is_definition = matches!(
                    super::super::name::canonical(label).as_str(),
                    r"\mathrm{def}" | "def" | r"\mathrm{def.}" | "!" | r"\triangle"
                );
                if is_definition || super::relation::names_law(label) {
                    continue;
                }
                let links = self.chain(label, span_of(label, whole))?;
                if links.is_empty() {
                    let message = "what is written at this relation is not a limit or a condition";
                    return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(label, whole), message));
                }
                out.extend(links);
            }
        }
        Ok(out)
    }

    /// Whether a differential `dx` of a path stands somewhere: then `dt` is one, too.
    fn mentions_increment(&self, nodes: &[Node]) -> bool {
        let is_d = |n: &Node| matches!(&n.kind, NodeKind::Letter(c) if c == "d");
        let integral = |n: &Node| match &n.kind {
            NodeKind::Operator(Meaning::Integral) => true,
            NodeKind::Scripted(base, ..) => matches!(base.kind, NodeKind::Operator(Meaning::Integral)),
            _ => false,
        };
        if nodes.iter().any(integral) {
            return false;
        }
        let is_path = |n: &Node| {
            let base = match &n.kind {
                NodeKind::Scripted(base, ..) => base,
                _ => n,
            };
            let patterns = self.scope.patterns(&super::super::name::canonical_node(base));
            patterns.iter().any(|p| match &p.meaning {
                super::super::pattern::Meaning::Function(f) => {
                    self.scope.declaration(f).is_some_and(|d| matches!(d.domain, Domain::Process(_)))
                }
                super::super::pattern::Meaning::Define(..) => false,
            })
        };
        nodes.windows(2).any(|pair| is_d(&pair[0]) && is_path(&pair[1]))
            || nodes.iter().any(|n| match &n.kind {
                NodeKind::Fence(_, _, body) | NodeKind::Group(body) => self.mentions_increment(body),
                NodeKind::Grid(_, rows) => rows.iter().flatten().any(|cell| self.mentions_increment(cell)),
                _ => false,
            })
    }
}

pub(super) fn in_words(span: Span, text: &str) -> Trouble {
    Trouble::new(&codes::IN_WORDS, span, format!("`{}` says something in words", text.trim()))
        .hint("write it as a relation, or outside the formula")
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
    out.into_iter().map(without_space_at_relations).collect()
}

/// A row in which a wide space beside a relation separates nothing: `x \quad = \quad y`.
fn without_space_at_relations(row: Vec<Node>) -> Vec<Node> {
    if !row.iter().any(is_quad) {
        return row;
    }
    let relates = |node: Option<&Node>| node.is_some_and(|n| relation_of(n).is_some());
    let is_space = |at: usize| {
        let first = row[..at].iter().rposition(|n| !is_quad(n));
        let next = row[at..].iter().find(|n| !is_quad(n));
        let ends = first.is_none_or(|k| [',', ';', '.'].iter().any(|mark| is_mark(&row[k], *mark)));
        relates(first.map(|k| &row[k])) || relates(next) && !ends
    };
    (0..row.len()).filter(|at| !is_quad(&row[*at]) || !is_space(*at)).map(|at| row[at].clone()).collect()
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
            // `\sum_{\sigma = \pm 1}` is over both signs.
            let runs = |sub: &[Node]| {
                matches!(base.kind, NodeKind::Operator(Meaning::Fold(_)))
                    && sub.split(|n| is_mark(n, ',')).all(|piece| match piece.iter().position(|n| is_mark(n, '=')) {
                        Some(at) => super::binder::is_both_signs(&piece[at + 1..]),
                        None => !mentions_sign(piece),
                    })
            };
            mentions_sign(std::slice::from_ref(base))
                || sub.as_deref().is_some_and(|sub| !runs(sub) && mentions_sign(sub))
                || sup.as_deref().is_some_and(mentions_sign)
        }
        NodeKind::Grid(_, rows) => rows.iter().flatten().any(|cell| mentions_sign(cell)),
        NodeKind::Letter(_) | NodeKind::Number(_) | NodeKind::Mark(_) | NodeKind::Word(_) | NodeKind::Text(_) => false,
    })
}
