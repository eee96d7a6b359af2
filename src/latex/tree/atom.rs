//! Atoms: letters, numbers, macros with their arguments, words.

use super::super::Trouble;
use super::super::notation::{self, Meaning};
use super::super::token::Token;
use super::{Node, NodeKind, Parser, Stop, unclosed, unopened};
use crate::diagnostic::{codes, suggestion};
use crate::expr::Relation;
use crate::source::Span;

impl Parser<'_> {
    /// One atom without scripts; `None` for spacing. `after_operand` tells an opening bar from a closing one.
    pub(super) fn atom(&mut self, after_operand: bool) -> Result<Option<Node>, Trouble> {
        let Some((token, span)) = self.peek() else { return Ok(None) };
        self.at += 1;
        let kind = match token {
            Token::Letter(c) => NodeKind::Letter(c.to_string()),
            Token::Number(digits) => NodeKind::Number(digits.to_string()),
            Token::Mark('{') => {
                let nodes = self.list(Stop::Brace)?;
                let close = self.close(span, "{", '}')?;
                return Ok(Some(Node { kind: NodeKind::Group(nodes), span: span.join(close) }));
            }
            Token::Mark(open @ ('(' | '[')) => return self.fence(open, span, false).map(Some),
            Token::Mark('|') => return self.bar('|', span, after_operand).map(Some),
            Token::Mark('~') => return Ok(None),
            Token::Mark(':') if self.is_mark('=') => {
                self.at += 1;
                NodeKind::Operator(Meaning::Relation(Relation::Equal))
            }
            Token::Mark('=') if self.is_mark(':') && self.is_apart(span) => {
                self.at += 1;
                NodeKind::Operator(Meaning::Relation(Relation::Equal))
            }
            Token::Mark(c) => NodeKind::Mark(c),
            Token::Command(name) => return self.macro_atom(name, span, after_operand),
        };
        Ok(Some(Node { kind, span }))
    }

    fn macro_atom(&mut self, name: &str, span: Span, after_operand: bool) -> Result<Option<Node>, Trouble> {
        let Some(meaning) = notation::macro_meaning(name) else {
            let trouble = Trouble::new(&codes::UNKNOWN_MACRO, span, format!("unknown command `\\{name}`"));
            return Err(match suggestion(name, notation::macro_names()) {
                Some(known) => trouble.hint(format!("did you mean `\\{known}`?")),
                None => trouble.hint("write it with known commands, or declare it as a symbol"),
            });
        };
        let node = |kind, end: Span| Ok(Some(Node { kind, span: span.join(end) }));
        match meaning {
            Meaning::Letter => node(NodeKind::Letter(format!("\\{name}")), span),
            Meaning::Skip => Ok(None),
            Meaning::Dropped => {
                self.argument(span)?;
                Ok(None)
            }
            Meaning::Transparent => {
                let (body, end) = self.argument(span)?;
                match <[Node; 1]>::try_from(body) {
                    Ok([only]) if is_operator(&only) => Ok(Some(only)),
                    Ok([only]) => node(NodeKind::Group(vec![only]), end),
                    Err(body) => node(NodeKind::Group(body), end),
                }
            }
            Meaning::Delimited(open, close) => {
                let (mut body, mut end) = self.argument(span)?;
                // `\braket{a}{b}`, as the package physics writes it.
                if (open, close) == ('⟨', '⟩') && self.is_mark('{') {
                    let (second, last) = self.argument(end)?;
                    body.push(Node { kind: NodeKind::Mark('|'), span: end });
                    body.extend(second);
                    end = last;
                }
                node(NodeKind::Fence(open, close, body), end)
            }
            Meaning::Brace => {
                let (body, end) = self.argument(span)?;
                if self.is_mark('_') || self.is_mark('^') {
                    self.at += 1;
                    self.argument(end)?;
                }
                node(NodeKind::Group(body), end)
            }
            Meaning::Font => {
                let (body, end) = self.argument(span)?;
                node(NodeKind::Font(format!("\\{name}"), body), end)
            }
            Meaning::Accent => {
                let (body, end) = self.argument(span)?;
                node(NodeKind::Accent(format!("\\{name}"), body), end)
            }
            Meaning::Upright | Meaning::Text => {
                let (text, end) = self.raw_argument(span)?;
                let is_word = meaning == Meaning::Upright || notation::word_meaning(text.trim()).is_some();
                let text = text.trim().to_string();
                node(if is_word { NodeKind::Word(text) } else { NodeKind::Text(text) }, end)
            }
            Meaning::LabelledArrow => {
                let below = self.optional_argument()?;
                let (above, end) = self.argument(span)?;
                let arrow = Node { kind: NodeKind::Operator(Meaning::Relation(Relation::TendsTo)), span };
                let above = Some(above).filter(|label| !label.is_empty());
                node(NodeKind::Scripted(Box::new(arrow), below, above, 0), end)
            }
            Meaning::Stacked => {
                let (label, end) = self.argument(span)?;
                let (base, end) = self.argument(end)?;
                match <[Node; 1]>::try_from(base) {
                    Ok([base])
                        if matches!(base.kind, NodeKind::Operator(Meaning::Relation(_)) | NodeKind::Mark('=')) =>
                    {
                        node(NodeKind::Scripted(Box::new(base), None, Some(label), 0), end)
                    }
                    // What runs below an operator stands below it: `\underset{x}{\operatorname{extr}}`.
                    Ok([base]) if name == "underset" && is_operator(&base) => {
                        node(NodeKind::Scripted(Box::new(base), Some(label), None, 0), end)
                    }
                    Ok([base]) => {
                        let name = format!("\\{name}{{{}}}", super::super::name::canonical(&label));
                        node(NodeKind::Font(name, vec![base]), end)
                    }
                    Err(_) => Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span.join(end), "one symbol is stacked upon")),
                }
            }
            Meaning::Colored => {
                let (_, end) = self.raw_argument(span)?;
                let (body, end) = self.argument(end)?;
                node(NodeKind::Group(body), end)
            }
            Meaning::Fraction => {
                let (upper, end) = self.argument(span)?;
                let (lower, end) = self.argument(end)?;
                node(NodeKind::Fraction(upper, lower), end)
            }
            Meaning::Binomial => {
                let (upper, end) = self.argument(span)?;
                let (lower, end) = self.argument(end)?;
                node(NodeKind::Binomial(upper, lower), end)
            }
            // `a \equiv b \pmod{m}` and `(\mathrm{mod}\ m)` are the same tree.
            Meaning::Congruent => {
                let (modulus, end) = self.argument(span)?;
                let mut body = vec![Node { kind: NodeKind::Operator(Meaning::Modulo), span }];
                body.extend(modulus);
                node(NodeKind::Fence('(', ')', body), end)
            }
            Meaning::Middle => {
                let bar = match self.peek() {
                    Some((Token::Mark('|'), bar)) => Some(('|', bar)),
                    Some((Token::Command(name), bar)) => match notation::macro_meaning(name) {
                        Some(Meaning::Bar(c)) => Some((c, bar)),
                        _ => None,
                    },
                    _ => None,
                };
                let Some((bar, end)) = bar else {
                    return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "`\\middle` stands before a bar"));
                };
                self.at += 1;
                node(NodeKind::Mark(bar), end)
            }
            Meaning::Root => {
                let degree = self.optional_argument()?;
                let (body, end) = self.argument(span)?;
                node(NodeKind::Root(degree, body), end)
            }
            Meaning::Sizing => self.sized(name, span, after_operand),
            Meaning::Open(open) => self.sided(open, span).map(Some),
            Meaning::Bar(bar) => self.bar(bar, span, after_operand).map(Some),
            Meaning::Close(_) | Meaning::End => Err(unopened(span, &format!("\\{name}"))),
            Meaning::Begin => self.environment(span).map(Some),
            operator => node(NodeKind::Operator(operator), span),
        }
    }

    /// `[…]` before the argument of a macro.
    fn optional_argument(&mut self) -> Result<Option<Vec<Node>>, Trouble> {
        let Some((Token::Mark('['), open)) = self.peek() else { return Ok(None) };
        self.at += 1;
        let nodes = self.list(Stop::Bracket)?;
        self.close(open, "[", ']')?;
        Ok(Some(nodes))
    }

    /// Whether `=:` stands here and defines: what follows is no ratio or range, `f: x = :y`.
    fn is_apart(&self, equals: Span) -> bool {
        self.peek().is_some_and(|(_, colon)| colon.start == equals.end)
    }

    /// The letters of an argument that is prose or a word; spaces are lost, as TeX does in mathematics.
    pub(super) fn raw_argument(&mut self, after: Span) -> Result<(String, Span), Trouble> {
        let Some((Token::Mark('{'), open)) = self.peek() else {
            let (nodes, span) = self.argument(after)?;
            return Ok((nodes.iter().map(super::super::name::canonical_node).collect(), span));
        };
        self.at += 1;
        let (mut text, mut depth, mut last) = (String::new(), 0_usize, open.end);
        while let Some((token, span)) = self.peek() {
            self.at += 1;
            if span.start > last && !text.is_empty() {
                text.push(' ');
            }
            last = span.end;
            match token {
                Token::Mark('}') if depth == 0 => return Ok((text, open.join(span))),
                Token::Mark('{') => depth += 1,
                Token::Mark('}') => depth -= 1,
                Token::Mark(c) | Token::Letter(c) => text.push(c),
                Token::Number(digits) => text.push_str(digits),
                Token::Command(name) => {
                    text.push('\\');
                    text.push_str(name);
                }
            }
        }
        Err(unclosed(open, "{"))
    }
}

/// Whether a node is an operator that takes what it runs over below it.
fn is_operator(node: &Node) -> bool {
    let meaning = match &node.kind {
        NodeKind::Operator(meaning) => Some(*meaning),
        NodeKind::Word(word) => notation::word_meaning(word),
        _ => None,
    };
    matches!(
        meaning,
        Some(Meaning::Optimum(_) | Meaning::Extreme(_) | Meaning::Fold(_) | Meaning::Limit | Meaning::Arg)
    )
}
