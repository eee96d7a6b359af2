//! Delimiters and environments.

use super::super::Trouble;
use super::super::notation::{self, Meaning};
use super::super::token::Token;
use super::{Node, NodeKind, Parser, Stop, unclosed};
use crate::diagnostic::{codes, suggestion};
use crate::source::Span;

impl Parser<'_> {
    /// `\left( … \right)`, `\bigl[ … \bigr]`, or a plain size before a delimiter.
    pub(super) fn sized(&mut self, name: &str, span: Span, after_operand: bool) -> Result<Option<Node>, Trouble> {
        let Some((token, delimiter)) = self.peek() else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, format!("`\\{name}` needs a delimiter")));
        };
        match token {
            Token::Mark(c @ (')' | ']')) => return Err(super::unopened(delimiter, &c.to_string())),
            Token::Command(inner) if matches!(notation::macro_meaning(inner), Some(Meaning::Close(_))) => {
                return Err(super::unopened(delimiter, &format!("\\{inner}")));
            }
            _ => {}
        }
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
    pub(super) fn fence(&mut self, open: char, span: Span, sized: bool) -> Result<Node, Trouble> {
        let stop = match open {
            '⟨' if self.closes_before_bar('⟨') => Stop::Angle,
            // A bra.
            '⟨' => Stop::Bar('|'),
            // A ket.
            '|' if !sized && self.closes_before_bar('|') => Stop::Fence,
            '|' | '‖' if !sized => Stop::Bar(open),
            _ => Stop::Fence,
        };
        self.fence_until(stop, open, span, sized)
    }

    /// The same from `\lvert`, `\lVert` and other delimiters that only open: the partner only closes.
    pub(super) fn sided(&mut self, open: char, span: Span) -> Result<Node, Trouble> {
        match open {
            '|' | '‖' => self.fence_until(Stop::Fence, open, span, false),
            _ => self.fence(open, span, false),
        }
    }

    fn fence_until(&mut self, stop: Stop, open: char, span: Span, sized: bool) -> Result<Node, Trouble> {
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
    pub(super) fn bar(&mut self, bar: char, span: Span, after_operand: bool) -> Result<Node, Trouble> {
        if after_operand {
            return Ok(Node { kind: NodeKind::Mark(bar), span });
        }
        self.fence(bar, span, false)
    }

    pub(super) fn environment(&mut self, span: Span) -> Result<Node, Trouble> {
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
                    if notation::macro_meaning(command) == Some(Meaning::NewRow) {
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
