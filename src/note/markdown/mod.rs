//! Displayed formulas and claim comments of a Markdown text, with their places.
//!
//! The Markdown parser says what is code, inline mathematics and quotation; displays are then found in the text itself.
//! Its own mathematics will not do: a line of a formula that begins with `-` or `>` is a list or a quotation to
//! CommonMark, `\[` is an escaped bracket, and braces that do not balance are no formula at all.

mod structure;

use super::definition::is_definition;
use super::{Formula, Located};
use crate::diagnostic::{Diagnostic, codes};
use crate::latex::macros::Definition;
use crate::source::{SourceFile, Span};
use std::ops::Range;
use structure::Structure;

/// How far behind a blank line the end of a display is looked for, in bytes.
const LATE_CLOSER: usize = 2000;
/// Longest label of a display, in characters.
const LONGEST_LABEL: usize = 100;

/// What a text holds for us.
pub(super) struct Scan {
    pub(super) formulas: Vec<Formula>,
    pub(super) comments: Vec<Comment>,
    pub(super) heading: Option<String>,
    /// Commands that inline mathematics defines, as notebooks do.
    pub(super) definitions: Vec<Definition>,
}

/// A claim comment.
pub(super) struct Comment {
    /// The text between `<!--` and `-->`.
    pub(super) body: Located,
    pub(super) outer: Span,
    pub(super) target: Target,
}

/// What stands right before a claim comment.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// The displayed formula with this number.
    Formula(usize),
    /// A display that is not closed, which has been reported.
    Broken,
    /// No display; the nearest one before, if any.
    Missing(Option<Span>),
}

/// Finds the displays and claim comments of `file` from byte `start` on.
pub(super) fn scan(file: &SourceFile, start: usize, diagnostics: &mut Vec<Diagnostic>) -> Scan {
    let structure = Structure::of(&file.text()[start..], start);
    let mut scanner = Scanner {
        file,
        text: file.text(),
        quotes: structure.quotes,
        next_quote: 0,
        depth: 0,
        formulas: Vec::new(),
        comments: Vec::new(),
        last: None,
        no_bracket_before: 0,
        diagnostics,
    };
    scanner.run(start, structure.regions);
    Scan {
        formulas: scanner.formulas,
        comments: scanner.comments,
        heading: structure.heading,
        definitions: structure.definitions,
    }
}

/// How the search for the end of a display ended.
enum Close {
    /// At the closing delimiter.
    At(usize),
    /// A blank line, a comment or the end of the text came first.
    Broken(usize),
}

struct Scanner<'a> {
    file: &'a SourceFile,
    text: &'a str,
    quotes: Vec<(usize, i32)>,
    next_quote: usize,
    depth: i32,
    formulas: Vec<Formula>,
    comments: Vec<Comment>,
    /// The last display or comment, and what a claim comment right behind it is about.
    last: Option<(Span, Target)>,
    /// No `\]` closes an opener before this byte.
    no_bracket_before: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Scanner<'_> {
    fn run(&mut self, start: usize, regions: Vec<(Range<usize>, Option<Located>)>) {
        let bytes = self.text.as_bytes();
        let mut regions = regions.into_iter().peekable();
        let mut i = start;
        while i < bytes.len() {
            // A region that begins inside a display is an artefact of reading the formula as Markdown.
            while regions.next_if(|(range, _)| range.start < i).is_some() {}
            if let Some((range, math)) = regions.next_if(|(range, _)| range.start == i) {
                if let Some(content) = math {
                    self.fenced(Span::new(range.start, range.end), &content);
                }
                i = range.end.max(i + 1);
                continue;
            }
            i = match (bytes[i], bytes.get(i + 1)) {
                (b'\\', Some(b'[')) => self.display(i, "\\]"),
                (b'$', Some(b'$')) => self.display(i, "$$"),
                (b'\\', Some(_)) => i + 2,
                (b'<', Some(b'!')) if self.text[i..].starts_with("<!--") => self.comment(i),
                _ => i + 1,
            };
        }
    }

    /// How many block quotes a byte lies in; asked in ascending order.
    fn quote_depth(&mut self, at: usize) -> usize {
        while let Some((_, change)) = self.quotes.get(self.next_quote).filter(|(offset, _)| *offset <= at) {
            self.depth += change;
            self.next_quote += 1;
        }
        usize::try_from(self.depth).unwrap_or(0)
    }

    /// Where the content of the line that starts at `line` begins, behind at most `depth` quotation marks.
    fn behind_prefix(&self, line: usize, depth: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = line;
        for _ in 0..depth {
            let spaces = bytes[at..].iter().take(4).take_while(|b| **b == b' ').count();
            if spaces > 3 || bytes.get(at + spaces) != Some(&b'>') {
                break;
            }
            at += spaces + 1;
            at += usize::from(bytes.get(at) == Some(&b' '));
        }
        at
    }

    /// The text of a range of the file without quotation marks at the beginning of its lines.
    fn content(&self, range: Range<usize>, depth: usize) -> Located {
        let mut content = Located::default();
        let mut at = range.start;
        for line in self.text[range.clone()].split_inclusive('\n') {
            let begin = if at == range.start { at } else { self.behind_prefix(at, depth).min(range.end) };
            at += line.len();
            content.push(&self.text[begin.min(at)..at], begin.min(at));
        }
        if content.text.is_empty() {
            Located::verbatim(self.file, Span::new(range.start, range.start))
        } else {
            content
        }
    }

    /// Whether nothing but white space stands on the line from `line` on.
    fn is_blank(&self, line: usize, depth: usize) -> bool {
        let rest = &self.text.as_bytes()[self.behind_prefix(line, depth)..];
        rest.iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r')).is_none_or(|b| *b == b'\n')
    }

    fn close(&self, from: usize, closer: &str, depth: usize) -> Close {
        let bytes = self.text.as_bytes();
        let mut i = from;
        while i < bytes.len() {
            match bytes[i] {
                _ if self.text.as_bytes()[i..].starts_with(closer.as_bytes()) => return Close::At(i),
                b'\\' => i += 1,
                b'\n' if self.is_blank(i + 1, depth) => return Close::Broken(i),
                b'<' if bytes[i..].starts_with(b"<!--") => return Close::Broken(i),
                _ => {}
            }
            i += 1;
        }
        Close::Broken(bytes.len())
    }

    /// Reads the display that opens at `open`; returns where to read on.
    fn display(&mut self, open: usize, closer: &'static str) -> usize {
        if closer == "\\]" && open < self.no_bracket_before {
            return open + 2;
        }
        let depth = self.quote_depth(open);
        match self.close(open + 2, closer, depth) {
            Close::At(end) => {
                let tex = self.content(open + 2..end, depth).trimmed();
                let (label, outer_end) = self.label_behind(end + 2);
                self.formula(tex, Span::new(open, outer_end), label);
                outer_end
            }
            // In running text `\[` may be an escaped bracket. The search is not repeated for the next one.
            Close::Broken(end) if closer == "\\]" && !self.is_first_on_line(open) => {
                self.no_bracket_before = end;
                open + 2
            }
            Close::Broken(end) => self.unclosed(open, end, closer, depth),
        }
    }

    /// Reports a display that is not closed, or that a blank line cuts in two.
    fn unclosed(&mut self, open: usize, end: usize, closer: &'static str, depth: usize) -> usize {
        let opener = &self.text[open..open + 2];
        let message = format!("the formula that `{opener}` opens is not closed");
        let diagnostic = Diagnostic::error(&codes::UNCLOSED_FORMULA, self.file, Span::new(open, open + 2), message);
        let (diagnostic, resume) = match self.closer_behind_blank(end, closer, depth) {
            Some(close) => {
                let label = format!("this `{closer}` comes too late");
                let hint = "a blank line ends a display; take the blank line out";
                (diagnostic.also(Span::new(close, close + 2), label).hint(hint), close + 2)
            }
            None => (diagnostic.hint(format!("close it with `{closer}` before the next blank line")), end),
        };
        self.diagnostics.push(diagnostic);
        self.last = Some((Span::new(open, resume), Target::Broken));
        resume
    }

    /// The closing delimiter that was meant, if the display goes on behind a blank line: the first delimiter there, if it
    /// ends its line and the delimiters of its paragraph do not pair up.
    fn closer_behind_blank(&self, end: usize, closer: &str, depth: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        // Past the number of problems that are shown, the search would only cost time.
        if bytes.get(end) != Some(&b'\n') || self.diagnostics.len() > super::MOST_DIAGNOSTICS {
            return None;
        }
        let window = &bytes[end..bytes.len().min(end + LATE_CLOSER)];
        let first = end + window.windows(2).position(|pair| pair == closer.as_bytes())?;
        if self.text[end..first].contains("<!--") || (closer == "\\]" && self.text[end..first].contains("\\[")) {
            return None;
        }
        let rest_of_line = self.text[first + 2..].lines().next().unwrap_or("");
        let begin = self.text[..first].rfind('\n').map_or(0, |n| n + 1);
        let before = self.text[self.behind_prefix(begin, depth).min(first)..first].trim();
        let alone = before.is_empty() && rest_of_line.trim().is_empty();
        let ends_line = rest_of_line.trim_matches([' ', '\t', '\r', '.', ',', ';']).is_empty();
        if closer == "\\]" {
            return ends_line.then_some(first);
        }
        let (mut count, mut i) = (0, first);
        while i < bytes.len() && !(bytes[i] == b'\n' && self.is_blank(i + 1, depth)) {
            if bytes[i..].starts_with(b"$$") {
                count += 1;
                i += 1;
            }
            i += 1;
        }
        (count % 2 == 1 && ends_line && (alone || !before.is_empty())).then_some(first)
    }

    fn is_first_on_line(&self, at: usize) -> bool {
        self.text.as_bytes()[..at].iter().rev().find(|b| !matches!(b, b' ' | b'\t' | b'>')).is_none_or(|b| *b == b'\n')
    }

    /// The label that MyST, `(label)`, or Pandoc, `{#label}`, writes behind a display, and where it ends.
    fn label_behind(&self, end: usize) -> (Option<Located>, usize) {
        let rest = &self.text[end..];
        let open = end + rest.bytes().take_while(|b| *b == b' ').count();
        let (begin, closer) = match &self.text.as_bytes()[open..] {
            [b'(', ..] => (open + 1, ')'),
            [b'{', b'#', ..] => (open + 2, '}'),
            _ => return (None, end),
        };
        let is_name = |c: &char| c.is_alphanumeric() || ":_.-".contains(*c);
        let length: usize =
            self.text[begin..].chars().take(LONGEST_LABEL).take_while(is_name).map(char::len_utf8).sum();
        let stop = begin + length;
        let ends_line =
            self.text[stop..].strip_prefix(closer).is_some_and(|t| t.starts_with(['\r', '\n']) || t.is_empty());
        if length == 0 || !ends_line {
            return (None, end);
        }
        (Some(Located::verbatim(self.file, Span::new(begin, stop))), stop + 1)
    }

    /// A ```` ```math ```` block; MyST puts options such as `:label: name` on its first lines.
    fn fenced(&mut self, outer: Span, content: &Located) {
        let (mut begin, mut label) = (0, None);
        for line in content.text.split_inclusive('\n') {
            let Some((key, value)) = line.trim().strip_prefix(':').and_then(|l| l.split_once(':')) else { break };
            if key == "label" && !value.trim().is_empty() {
                let at = begin + line.rfind(value.trim()).unwrap_or(0);
                label = Some(content.part(at..at + value.trim().len()));
            }
            begin += line.len();
        }
        let tex = content.part(begin..content.text.len()).trimmed();
        self.formula(tex, outer, label);
    }

    fn formula(&mut self, tex: Located, outer: Span, label: Option<Located>) {
        let tag = argument(&tex, "\\tag{").or_else(|| argument(&tex, "\\tag*{"));
        let label = label.or_else(|| argument(&tex, "\\label{"));
        self.last = Some((outer, Target::Formula(self.formulas.len())));
        let numbers = tag.iter().map(|tag| tag.text.clone()).collect();
        self.formulas.push(Formula { tex, outer, tag, labels: label.into_iter().collect(), numbers });
    }

    /// Reads the comment that opens at `open`; returns where to read on.
    fn comment(&mut self, open: usize) -> usize {
        let depth = self.quote_depth(open);
        let closed = self.text[open + 4..].find("-->").map(|n| open + 4 + n);
        let body = self.content(open + 4..closed.unwrap_or(self.text.len()), depth);
        let end = closed.map_or(self.text.len(), |n| n + 3);
        let target = self.target(open);
        let outer = Span::new(open, end);
        if is_claim(&body.text) || is_definition(&body.text) {
            if closed.is_none() {
                let span = Span::new(open, open + 4);
                let message = "the comment is not closed";
                let diagnostic = Diagnostic::error(&codes::BAD_CLAIM, self.file, span, message);
                self.diagnostics
                    .push(diagnostic.hint("end it with `-->`; the rest of the note is taken for the comment"));
            } else {
                self.comments.push(Comment { body, outer, target });
            }
        }
        self.last = Some((outer, target));
        end
    }

    /// What a comment at `at` is about: the last display, if only white space, punctuation and comments lie between.
    fn target(&self, at: usize) -> Target {
        match self.last {
            None => Target::Missing(None),
            Some((last, target)) => {
                let is_gap = |c: char| c.is_whitespace() || matches!(c, '>' | '.' | ',' | ';' | ':');
                if matches!(target, Target::Missing(_)) || self.text[last.end..at].chars().all(is_gap) {
                    target
                } else {
                    Target::Missing(self.formulas.last().map(|formula| formula.outer))
                }
            }
        }
    }
}

/// Whether a comment is meant as a claim; a capital, a plural or a missing colon is a slip of the pen, reported when the id
/// is read.
fn is_claim(body: &str) -> bool {
    let body = body.trim_start();
    let begins = |with: &str| body.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    let alone = body.strip_prefix("claim").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    alone || begins("claim:") || begins("claims:")
}

/// The argument of the first use of a command, given with its opening brace.
fn argument(tex: &Located, command: &str) -> Option<Located> {
    let begin = tex.text.find(command)? + command.len();
    let mut depth = 1;
    for (i, byte) in tex.text.bytes().enumerate().skip(begin) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(tex.part(begin..i).trimmed());
        }
    }
    None
}
