//! Tokens to a tree of groups, fences, fractions and scripts. Total up to the first thing that cannot be a formula;
//! nothing after it is guessed at. The meaning of symbols is not known here.

use super::Trouble;
use super::notation::{self, Meaning};
use super::token::{Spanned, Token, tokens};
use crate::diagnostic::{codes, suggestion};
use crate::expr::Relation;
use crate::source::Span;

/// The deepest nesting that is read: notes are untrusted, and the passes that follow are recursive.
const DEPTH_LIMIT: usize = 100;
/// The most tokens that one formula may have.
const TOKEN_LIMIT: usize = 20_000;

/// A piece of a formula with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) span: Span,
}

/// What a piece of a formula looks like.
#[derive(Clone, Debug)]
pub(super) enum NodeKind {
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
pub(super) fn parse(text: &str) -> Result<Vec<Node>, Trouble> {
    let tokens = tokens(text);
    if tokens.len() > TOKEN_LIMIT {
        let span = tokens[TOKEN_LIMIT].span;
        return Err(Trouble::new(&codes::TOO_LARGE, span, format!("the formula has more than {TOKEN_LIMIT} tokens")));
    }
    let mut parser = Parser { tokens, at: 0, depth: 0, end: text.len() };
    parser.list(Stop::End)
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

struct Parser {
    tokens: Vec<Spanned>,
    at: usize,
    depth: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<(Token, Span)> {
        self.tokens.get(self.at).map(|t| (t.token.clone(), t.span))
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
            return Err(Trouble::new(
                &codes::TOO_LARGE,
                span,
                format!("groups are nested more than {DEPTH_LIMIT} deep"),
            ));
        }
        let mut nodes: Vec<Node> = Vec::new();
        while let Some((token, span)) = self.peek() {
            match &token {
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
        Ok(nodes)
    }

    /// One atom with its scripts.
    fn push(&mut self, nodes: &mut Vec<Node>, stop: Stop) -> Result<(), Trouble> {
        // After an operand a bar separates (`p(x|y)`, `⟨a|M|b⟩`), unless it has a partner to enclose a factor with.
        let separates = ends_operand(nodes) && (stop == Stop::Angle || !self.bar_has_partner());
        if let Some(atom) = self.atom(separates)? {
            let node = self.scripts(atom)?;
            nodes.push(node);
        }
        Ok(())
    }

    /// Whether the bar at this place, if it is one, is followed by another of its kind in the same group.
    fn bar_has_partner(&self) -> bool {
        let bar = |token: &Token| match token {
            Token::Mark('|') => Some('|'),
            Token::Command(name) => match notation::macro_meaning(name) {
                Some(Meaning::Bar(c)) => Some(c),
                _ => None,
            },
            _ => None,
        };
        let Some(first) = self.tokens.get(self.at).and_then(|t| bar(&t.token)) else { return false };
        let mut depth = 0_i32;
        for Spanned { token, .. } in &self.tokens[self.at + 1..] {
            match token {
                Token::Mark('(' | '[' | '{') => depth += 1,
                Token::Mark(')' | ']' | '}') => depth -= 1,
                Token::Mark('&' | ',') | Token::Mark('=') if depth == 0 => return false,
                other if depth == 0 && bar(other) == Some(first) => return true,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        false
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
                Token::Mark('\'') => {
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
                self.tokens[self.at] =
                    Spanned { token: Token::Number(digits[1..].to_string()), span: Span::new(cut, span.end) };
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

    /// One atom without scripts; `None` for spacing. `after_operand` tells an opening bar from a closing one.
    fn atom(&mut self, after_operand: bool) -> Result<Option<Node>, Trouble> {
        let Some((token, span)) = self.peek() else { return Ok(None) };
        self.at += 1;
        let kind = match token {
            Token::Letter(c) => NodeKind::Letter(c.to_string()),
            Token::Number(digits) => NodeKind::Number(digits),
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
            Token::Mark(c) => NodeKind::Mark(c),
            Token::Command(name) => return self.macro_atom(&name, span, after_operand),
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
                node(NodeKind::Group(body), end)
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
            Meaning::Root => {
                let mut degree = None;
                if self.is_mark('[') {
                    let (_, open) = self.peek().expect("a bracket is there");
                    self.at += 1;
                    degree = Some(self.list(Stop::Bracket)?);
                    self.close(open, "[", ']')?;
                }
                let (body, end) = self.argument(span)?;
                node(NodeKind::Root(degree, body), end)
            }
            Meaning::Sizing => self.sized(name, span, after_operand),
            Meaning::Open(open) => self.fence(open, span, false).map(Some),
            Meaning::Bar(bar) => self.bar(bar, span, after_operand).map(Some),
            Meaning::Close(_) | Meaning::End => Err(unopened(span, &format!("\\{name}"))),
            Meaning::Begin => self.environment(span).map(Some),
            operator => node(NodeKind::Operator(operator), span),
        }
    }

    /// The letters of an argument that is prose or a word; spaces are lost, as TeX does in mathematics.
    fn raw_argument(&mut self, after: Span) -> Result<(String, Span), Trouble> {
        let Some((Token::Mark('{'), open)) = self.peek() else {
            let (nodes, span) = self.argument(after)?;
            return Ok((nodes.iter().map(super::name::canonical_node).collect(), span));
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
                Token::Number(digits) => text.push_str(&digits),
                Token::Command(name) => {
                    text.push('\\');
                    text.push_str(&name);
                }
            }
        }
        Err(unclosed(open, "{"))
    }

    /// `\left( … \right)`, `\bigl[ … \bigr]`, or a plain size before a delimiter.
    fn sized(&mut self, name: &str, span: Span, after_operand: bool) -> Result<Option<Node>, Trouble> {
        let Some((token, delimiter)) = self.peek() else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, format!("`\\{name}` needs a delimiter")));
        };
        let paired = name == "left" || name.ends_with('l');
        let open = match &token {
            Token::Mark(c @ ('(' | '[' | '|' | '.')) => *c,
            Token::Command(inner) => match notation::macro_meaning(inner) {
                Some(Meaning::Open(c) | Meaning::Bar(c)) => c,
                _ => return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, delimiter, "this is not a delimiter")),
            },
            _ => return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, delimiter, "this is not an opening delimiter")),
        };
        if !paired {
            return self.atom(after_operand);
        }
        self.at += 1;
        self.fence(open, span, true).map(Some)
    }

    /// What stands between an opening delimiter, already read, and its partner.
    fn fence(&mut self, open: char, span: Span, sized: bool) -> Result<Node, Trouble> {
        let stop = match open {
            '⟨' => Stop::Angle,
            '|' | '‖' if !sized => Stop::Bar(open),
            _ => Stop::Fence,
        };
        let body = self.list(stop)?;
        let opener = open.to_string();
        let mut closing = self.peek();
        let mut sized_close = false;
        if let Some((Token::Command(name), _)) = &closing
            && notation::macro_meaning(name) == Some(Meaning::Sizing)
        {
            self.at += 1;
            sized_close = true;
            closing = self.peek();
        }
        let Some((token, end)) = closing else { return Err(unclosed(span, &opener)) };
        let close = match &token {
            Token::Mark(c @ (')' | ']' | '|' | '.')) => *c,
            Token::Command(name) => match notation::macro_meaning(name) {
                Some(Meaning::Close(c) | Meaning::Bar(c)) => c,
                _ => return Err(unclosed(span, &opener)),
            },
            _ => return Err(unclosed(span, &opener)),
        };
        if sized && !sized_close {
            return Err(unclosed(span, "\\left"));
        }
        self.at += 1;
        let matches = matches!(
            (open, close),
            ('(' | '[', ')' | ']')
                | ('{', '}')
                | ('⟨', '⟩')
                | ('|', '|')
                | ('‖', '‖')
                | ('⌊', '⌋')
                | ('⌈', '⌉')
                | ('.', _)
                | (_, '.')
                | ('|', '⟩')
                | ('⟨', '|')
        );
        if !matches {
            return Err(Trouble::new(&codes::UNBALANCED_GROUP, end, format!("`{open}` is closed by `{close}`"))
                .also(span, "opened here")
                .hint("use the matching delimiter"));
        }
        Ok(Node { kind: NodeKind::Fence(open, close, body), span: span.join(end) })
    }

    /// A bar: it opens a fence where an operand is expected, and otherwise separates (as in p(x|y)).
    fn bar(&mut self, bar: char, span: Span, after_operand: bool) -> Result<Node, Trouble> {
        if after_operand {
            return Ok(Node { kind: NodeKind::Mark(bar), span });
        }
        self.fence(bar, span, false)
    }

    fn environment(&mut self, span: Span) -> Result<Node, Trouble> {
        let (name, mut end) = self.raw_argument(span)?;
        let known = notation::DISPLAY_ENVIRONMENTS.iter().chain(notation::GRID_ENVIRONMENTS);
        if !known.clone().any(|known| *known == name) {
            let trouble = Trouble::new(&codes::UNKNOWN_MACRO, span.join(end), format!("unknown environment `{name}`"));
            return Err(match suggestion(&name, known.copied()) {
                Some(known) => trouble.hint(format!("did you mean `{known}`?")),
                None => trouble,
            });
        }
        if matches!(name.as_str(), "array" | "alignat" | "alignat*") {
            self.argument(end)?;
        }
        let mut rows = vec![vec![]];
        loop {
            let cell = self.list(Stop::Cell)?;
            rows.last_mut().expect("there is a row").push(cell);
            match self.peek() {
                Some((Token::Mark('&'), _)) => self.at += 1,
                Some((Token::Command(command), mark)) => {
                    self.at += 1;
                    if notation::macro_meaning(&command) == Some(Meaning::NewRow) {
                        rows.push(vec![]);
                        continue;
                    }
                    let (closing, closing_end) = self.raw_argument(mark)?;
                    if closing != name {
                        let span = mark.join(closing_end);
                        return Err(Trouble::new(
                            &codes::UNBALANCED_GROUP,
                            span,
                            format!("`\\begin{{{name}}}` is closed by `\\end{{{closing}}}`"),
                        ));
                    }
                    end = closing_end;
                    break;
                }
                _ => return Err(unclosed(span, &format!("\\begin{{{name}}}"))),
            }
        }
        rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        Ok(Node { kind: NodeKind::Grid(name, rows), span: span.join(end) })
    }
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
        assert_eq!(shape(r"\langle a|M|b\rangle"), r"⟨a|M|b⟩");
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
