//! Tokens to a tree of groups, fences, fractions and scripts. Total up to the first thing that cannot be a formula;
//! nothing after it is guessed at. The meaning of symbols is not known here.

mod atom;
mod bar;
mod fence;
mod measure;

use super::Trouble;
use super::notation::{self, Meaning};
use super::token::{Spanned, Token, tokens};
use crate::diagnostic::codes;
use crate::source::Span;

/// The deepest nesting that is read: notes are untrusted, and the passes that follow are recursive.
const DEPTH_LIMIT: usize = 100;
/// The most tokens that one formula may have.
const TOKEN_LIMIT: usize = 20_000;

/// A piece of a formula with its place.
#[derive(Clone, Debug)]
pub(in crate::latex) struct Node {
    pub(in crate::latex) kind: NodeKind,
    pub(in crate::latex) span: Span,
}

/// What a piece of a formula looks like.
#[derive(Clone, Debug)]
pub(in crate::latex) enum NodeKind {
    /// A letter, as TeX (`x`, `\alpha`).
    Letter(String),
    /// Digits.
    Number(String),
    /// A punctuation or operator character.
    Mark(char),
    /// A macro of the table of notation that is not a letter.
    Operator(Meaning),
    /// An upright word.
    Word(String),
    /// Prose.
    Text(String),
    /// A font with its argument.
    Font(String, Vec<Node>),
    /// An accent on its argument.
    Accent(String, Vec<Node>),
    /// `{…}`.
    Group(Vec<Node>),
    /// A pair of delimiters.
    Fence(char, char, Vec<Node>),
    /// Numerator and denominator.
    Fraction(Vec<Node>, Vec<Node>),
    /// Upper and lower.
    Binomial(Vec<Node>, Vec<Node>),
    /// Degree and radicand.
    Root(Option<Vec<Node>>, Vec<Node>),
    /// Base, subscript, superscript, number of primes.
    Scripted(Box<Node>, Option<Vec<Node>>, Option<Vec<Node>>, usize),
    /// Rows of cells.
    Grid(String, Vec<Vec<Vec<Node>>>),
}

/// Reads a formula.
pub(in crate::latex) fn parse(text: &str) -> Result<Vec<Node>, Trouble> {
    let tokens = single_integrals(tokens(text));
    if tokens.len() > TOKEN_LIMIT {
        let span = tokens[TOKEN_LIMIT].span;
        return Err(Trouble::new(&codes::TOO_LARGE, span, format!("the formula has more than {TOKEN_LIMIT} tokens")));
    }
    let mut parser = Parser { tokens, at: 0, depth: 0, end: text.len() };
    parser.list(Stop::End)
}

/// `\iint` as two integral signs, `\iiint` as three.
fn single_integrals(tokens: Vec<Spanned<'_>>) -> Vec<Spanned<'_>> {
    let signs = |token: &Spanned<'_>| match token.token {
        Token::Command("iint") => 2,
        Token::Command("iiint") => 3,
        _ => 1,
    };
    if tokens.iter().all(|t| signs(t) == 1) {
        return tokens;
    }
    let mut out = Vec::with_capacity(tokens.len() + 2);
    for found in tokens {
        let count = signs(&found);
        let token = if count == 1 { found.token } else { Token::Command("int") };
        out.extend(std::iter::repeat_n(Spanned { token, span: found.span }, count));
    }
    out
}

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq)]
enum Stop {
    End,
    Brace,
    Bracket,
    Fence,
    /// Inside `⟨ … ⟩`, where bars separate.
    Angle,
    Bar(char),
    Cell,
}

impl Stop {
    const fn is_fence(self) -> bool {
        matches!(self, Self::Fence | Self::Angle)
    }
}

struct Parser<'t> {
    tokens: Vec<Spanned<'t>>,
    at: usize,
    depth: usize,
    end: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<(Token<'t>, Span)> {
        self.tokens.get(self.at).map(|t| (t.token, t.span))
    }

    fn is_mark(&self, mark: char) -> bool {
        matches!(self.tokens.get(self.at), Some(Spanned { token: Token::Mark(c), .. }) if *c == mark)
    }

    fn command(&self) -> Option<Meaning> {
        match &self.tokens.get(self.at)?.token {
            Token::Command(name) => notation::macro_meaning(name),
            _ => None,
        }
    }

    /// Nodes up to, not including, what ends the list.
    fn list(&mut self, stop: Stop) -> Result<Vec<Node>, Trouble> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            let span = self.peek().map_or(Span::new(self.end, self.end), |(_, span)| span);
            return Err(too_deep(span));
        }
        let mut nodes: Vec<Node> = Vec::new();
        while let Some((token, span)) = self.peek() {
            match token {
                Token::Mark('}') if stop == Stop::Brace => break,
                Token::Mark(']') if stop == Stop::Bracket || stop.is_fence() => break,
                Token::Mark(')') if stop.is_fence() => break,
                Token::Mark(c @ ('}' | ')' | ']')) => return Err(unopened(span, &c.to_string())),
                Token::Mark('|') if stop == Stop::Bar('|') && ends_operand(&nodes) => break,
                Token::Mark('&') if stop == Stop::Cell => break,
                Token::Command(name) => match notation::macro_meaning(name) {
                    Some(Meaning::Bar(c)) if stop == Stop::Bar(c) && ends_operand(&nodes) => break,
                    Some(Meaning::Close(_)) if stop.is_fence() => break,
                    Some(Meaning::Close(_)) => return Err(unopened(span, &format!("\\{name}"))),
                    // A size without a side: what it stands before says which it is.
                    Some(Meaning::Sizing) if stop.is_fence() && self.closes_next() => break,
                    Some(Meaning::Sizing) if self.is_closing_bar(stop, &nodes) => break,
                    Some(Meaning::Sizing) if name.ends_with('r') || name == "right" => {
                        if stop.is_fence() || matches!(stop, Stop::Bar(_)) {
                            break;
                        }
                        return Err(unopened(span, &format!("\\{name}")));
                    }
                    Some(Meaning::NewRow | Meaning::End) if stop == Stop::Cell => break,
                    Some(Meaning::End) => return Err(unopened(span, "\\end")),
                    _ => self.push(&mut nodes, stop)?,
                },
                _ => self.push(&mut nodes, stop)?,
            }
        }
        self.depth -= 1;
        choose(measure::spread(nodes), stop)
    }

    /// Whether the token after this one is a closing delimiter.
    fn closes_next(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|t| match t.token {
            Token::Mark(c) => matches!(c, ')' | ']'),
            Token::Command(name) => matches!(notation::macro_meaning(name), Some(Meaning::Close(_))),
            _ => false,
        })
    }

    /// Whether the token after this one, a size without a side, is the bar that closes what is read.
    fn is_closing_bar(&self, stop: Stop, nodes: &[Node]) -> bool {
        let bar = self.tokens.get(self.at + 1).and_then(|t| match t.token {
            Token::Mark('|') => Some('|'),
            Token::Command(name) => match notation::macro_meaning(name) {
                Some(Meaning::Bar(c)) => Some(c),
                _ => None,
            },
            _ => None,
        });
        let sideless = matches!(self.tokens[self.at].token, Token::Command("big" | "Big" | "bigg" | "Bigg"));
        sideless && bar.is_some_and(|c| stop == Stop::Bar(c)) && ends_operand(nodes)
    }

    /// One atom with its scripts.
    fn push(&mut self, nodes: &mut Vec<Node>, stop: Stop) -> Result<(), Trouble> {
        // After an operand a bar separates (`p(x|y)`, `⟨a|M|b⟩`), unless it has a partner to enclose a factor with.
        if stop.is_fence() && ends_operand(nodes) && self.is_double_bar() {
            let span = self.tokens[self.at].span.join(self.tokens[self.at + 1].span);
            self.at += 2;
            nodes.push(Node { kind: NodeKind::Mark('‖'), span });
            return Ok(());
        }
        let separates = ends_operand(nodes) && (stop == Stop::Angle || !self.bar_has_partner());
        if let Some(atom) = self.atom(separates)? {
            let node = self.scripts(atom)?;
            nodes.push(node);
        }
        Ok(())
    }

    fn scripts(&mut self, atom: Node) -> Result<Node, Trouble> {
        let (mut sub, mut sup, mut primes) = (None, None, 0);
        let mut span = atom.span;
        while let Some((token, mark)) = self.peek() {
            match token {
                Token::Mark(c @ ('_' | '^')) => {
                    self.at += 1;
                    let slot = if c == '_' { &mut sub } else { &mut sup };
                    if slot.is_some() {
                        return Err(Trouble::new(
                            &codes::UNEXPECTED_TOKEN,
                            mark,
                            format!("a second `{c}` on one symbol"),
                        )
                        .hint("group with braces to say what it belongs to"));
                    }
                    let (argument, end) = self.argument(mark)?;
                    *slot = Some(argument);
                    span = span.join(end);
                }
                Token::Mark('\'' | '’') => {
                    span = span.join(mark);
                    self.at += 1;
                    primes += 1;
                }
                Token::Command(name) if name.ends_with("limits") => self.at += 1,
                _ => break,
            }
        }
        if sub.is_none() && sup.is_none() && primes == 0 {
            return Ok(atom);
        }
        Ok(Node { kind: NodeKind::Scripted(Box::new(atom), sub, sup, primes), span })
    }

    /// A macro's argument or a script: a group, or one token. Returns its nodes and its span.
    fn argument(&mut self, after: Span) -> Result<(Vec<Node>, Span), Trouble> {
        // `\hat\hat\hat …` nests without a brace.
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(too_deep(after));
        }
        let argument = self.one_argument(after);
        self.depth -= 1;
        argument
    }

    fn one_argument(&mut self, after: Span) -> Result<(Vec<Node>, Span), Trouble> {
        while self.command() == Some(Meaning::Skip) {
            self.at += 1;
        }
        let Some((token, span)) = self.peek() else {
            return Err(Trouble::new(
                &codes::UNEXPECTED_TOKEN,
                after,
                "an argument is missing at the end of the formula",
            ));
        };
        match token {
            Token::Mark('{') => {
                self.at += 1;
                let nodes = self.list(Stop::Brace)?;
                let close = self.close(span, "{", '}')?;
                Ok((nodes, span.join(close)))
            }
            // TeX takes one digit: `\frac12` is one half.
            Token::Number(digits) if digits.len() > 1 => {
                let cut = span.start + 1;
                self.tokens[self.at] = Spanned { token: Token::Number(&digits[1..]), span: Span::new(cut, span.end) };
                let first = Span::new(span.start, cut);
                Ok((vec![Node { kind: NodeKind::Number(digits[..1].to_string()), span: first }], first))
            }
            Token::Mark('}' | ')' | ']' | '&') => {
                Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "an argument is missing before this"))
            }
            _ => match self.atom(false)? {
                Some(node) => {
                    let span = node.span;
                    Ok((vec![node], span))
                }
                None => Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this cannot be an argument")),
            },
        }
    }

    /// The closing mark of a group that was opened at `open`.
    fn close(&mut self, open: Span, opener: &str, mark: char) -> Result<Span, Trouble> {
        match self.peek() {
            Some((Token::Mark(c), span)) if c == mark => {
                self.at += 1;
                Ok(span)
            }
            _ => Err(unclosed(open, opener)),
        }
    }
}

/// `{n \choose k}` as the binomial coefficient that it is.
fn choose(mut nodes: Vec<Node>, stop: Stop) -> Result<Vec<Node>, Trouble> {
    let is_choose = |n: &Node| matches!(n.kind, NodeKind::Operator(Meaning::Choose));
    let Some(at) = nodes.iter().position(is_choose) else { return Ok(nodes) };
    let span = nodes[at].span;
    let lower = nodes.split_off(at + 1);
    nodes.pop();
    if stop != Stop::Brace || lower.is_empty() || nodes.is_empty() || lower.iter().any(is_choose) {
        return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "`\\choose` stands between two numbers in braces")
            .hint(r"write `{n \choose k}` or `\binom{n}{k}`"));
    }
    let span = nodes[0].span.join(lower[lower.len() - 1].span);
    Ok(vec![Node { kind: NodeKind::Binomial(nodes, lower), span }])
}

fn too_deep(span: Span) -> Trouble {
    Trouble::new(&codes::TOO_LARGE, span, format!("groups are nested more than {DEPTH_LIMIT} deep"))
}

fn unopened(span: Span, what: &str) -> Trouble {
    Trouble::new(&codes::UNBALANCED_GROUP, span, format!("`{what}` closes nothing"))
        .hint("remove it, or open the group before it")
}

fn unclosed(open: Span, what: &str) -> Trouble {
    Trouble::new(&codes::UNBALANCED_GROUP, open, format!("`{what}` is never closed"))
        .labelled("opened here")
        .hint("close it before the end of the formula")
}

/// Whether the last node is an operand, so that a bar after it closes or separates.
fn ends_operand(nodes: &[Node]) -> bool {
    match nodes.last().map(|n| &n.kind) {
        None => false,
        Some(NodeKind::Mark(c)) => matches!(c, '!' | '.' | '*'),
        Some(NodeKind::Operator(meaning)) => matches!(meaning, Meaning::Infinity),
        Some(NodeKind::Scripted(base, ..)) => ends_operand(std::slice::from_ref(base)),
        Some(NodeKind::Text(_)) => false,
        Some(NodeKind::Word(word)) => notation::word_meaning(word).is_none() && word != "E",
        Some(NodeKind::Font(_, body)) => {
            !matches!(body.as_slice(), [Node { kind: NodeKind::Letter(c), .. }] if c == "E")
        }
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> String {
        parse(text).map_or_else(
            |t| format!("error {}", t.code.name),
            |nodes| nodes.iter().map(super::super::name::canonical_node).collect::<Vec<_>>().join(" "),
        )
    }

    #[test]
    fn scripts_fences_and_arguments() {
        assert_eq!(shape(r"\tfrac12 x_i^2"), r"\frac{1}{2} x_{i}^{2}");
        assert_eq!(shape(r"\left| a + |b| \right|^2"), r"|a+|b||^{2}");
        assert_eq!(shape(r"p(x|y)"), r"p (x|y)");
        assert_eq!(shape(r"\langle a|M|b\rangle"), r"\langle a|M|b \rangle");
        assert_eq!(shape(r"x \in [0, 1)"), r"x  \in  [0,1)");
        assert_eq!(shape(r"m |x| + p(x|y)"), r"m |x| + p (x|y)");
    }

    #[test]
    fn what_is_unbalanced_is_refused() {
        for text in [
            r"(x",
            r"x)",
            r"\left( x",
            r"{x",
            r"x}",
            r"\begin{cases} x",
            r"\frac{1}",
            r"x^",
            r"|x",
            r"\begin{aligned} x \end{cases}",
            r"\left( x ]",
            r"x^2^3",
        ] {
            assert!(parse(text).is_err(), "{text} was read");
        }
        assert!(parse(&"{".repeat(10_000)).is_err());
        assert!(parse(&"\\left(".repeat(10_000)).is_err());
    }
}
