//! Diagnostics for people: with the marked source, or one to a line.
//!
//! The text of a note is hostile: control characters are replaced, long lines are cut around the mark.

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{SourceFile, Span};
use ariadne::{CharSet, Config, IndexType, Report, ReportKind, Source};
use std::collections::BTreeSet;
use std::ops::Range;

/// Longest line of source that is shown whole, in characters.
const LONGEST: usize = 160;
/// Characters shown before a mark in a line that is cut.
const BEFORE: usize = 50;
/// Last line that gets a picture: drawing it takes time in proportion to its number.
const LAST_LINE: usize = 100_000;
/// Farthest that two marks of one picture lie apart, in lines.
const FARTHEST: usize = 200;

/// All diagnostics by file and place, each with its marked source, followed by their number.
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut out: String = sorted(diagnostics).into_iter().map(|d| picture(d, colour) + "\n").collect();
    out += &tally(diagnostics);
    out
}

/// All diagnostics by file and place, one line each.
pub fn lines(diagnostics: &[Diagnostic]) -> String {
    sorted(diagnostics).into_iter().map(|d| line(d) + "\n").collect()
}

fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| (d.file.name().to_owned(), d.primary.span.start));
    sorted
}

/// `3 errors, 1 warning`, on a line of its own; nothing if there are none.
fn tally(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let counts = [(errors, "error"), (diagnostics.len() - errors, "warning")];
    let words: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}{}", if *n == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() { String::new() } else { words.join(", ") + "\n" }
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// `file:line:column: error[code]: message; hint`.
pub fn line(diagnostic: &Diagnostic) -> String {
    let at = diagnostic.file.position(diagnostic.primary.span.start);
    let hint = diagnostic.hint.as_ref().map_or(String::new(), |hint| format!("; {}", plain(hint)));
    let (name, message) = (plain(diagnostic.file.name()), plain(&diagnostic.message));
    let (severity, code) = (word(diagnostic.severity), diagnostic.code.name);
    format!("{name}:{}:{}: {severity}[{code}]: {message}{hint}", at.line, at.column)
}

/// Without control characters, line breaks and marks that reorder text.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) { '\u{fffd}' } else { c }).collect()
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn picture(diagnostic: &Diagnostic, colour: bool) -> String {
    let file = &diagnostic.file;
    let at = file.position(diagnostic.primary.span.start);
    let (name, code) = (plain(file.name()), diagnostic.code.name);
    if file.text().is_empty() || at.line > LAST_LINE {
        return line(diagnostic);
    }
    let (near, far): (Vec<&Label>, Vec<&Label>) = diagnostic
        .secondary
        .iter()
        .partition(|label| file.position(label.span.start).line.abs_diff(at.line) <= FARTHEST);
    let labels: Vec<&Label> = std::iter::once(&diagnostic.primary).chain(near).collect();
    let excerpt = Excerpt::new(file, &labels.iter().map(|label| label.span).collect::<Vec<_>>());
    let primary = excerpt.place(diagnostic.primary.span).unwrap_or_default();
    let kind = match diagnostic.severity {
        Severity::Error => ReportKind::Error,
        Severity::Warning => ReportKind::Warning,
    };
    let config = Config::default()
        .with_color(colour)
        .with_index_type(IndexType::Byte)
        .with_char_set(CharSet::Unicode)
        .with_multiline_arrows(false);
    let mut report = Report::build(kind, (name.as_str(), primary.clone()))
        .with_config(config)
        .with_code(code)
        .with_message(plain(&diagnostic.message));
    let tint = if diagnostic.severity == Severity::Error { ariadne::Color::Red } else { ariadne::Color::Yellow };
    for (i, label) in labels.iter().enumerate() {
        let Some(range) = excerpt.place(label.span) else { continue };
        let mark =
            ariadne::Label::new((name.as_str(), range)).with_color(if i == 0 { tint } else { ariadne::Color::Cyan });
        // A mark without words would be left out of the picture.
        let words = if label.text.is_empty() { "here" } else { &label.text };
        report = report.with_label(mark.with_message(plain(words)));
    }
    for label in far {
        let place = file.position(label.span.start);
        report = report.with_note(format!("{}: line {}, column {}", plain(&label.text), place.line, place.column));
    }
    if let Some(hint) = &diagnostic.hint {
        report = report.with_help(plain(hint));
    }
    let source = Source::from(excerpt.text.as_str());
    let mut bytes = Vec::new();
    if report.finish().write((name.as_str(), source), &mut bytes).is_err() {
        return line(diagnostic);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // In a line that is cut the column of the excerpt is not that of the file.
    let column = excerpt.text[..primary.start].rsplit('\n').next().unwrap_or("").chars().count() + 1;
    let drawn = format!("{name}:{}:{column} ", at.line);
    text.replacen(&drawn, &format!("{name}:{}:{} ", at.line, at.column), 1)
}

/// The lines around some marks, small enough to show.
struct Excerpt {
    text: String,
    /// Offsets in the file and here of each character that is shown.
    offsets: Vec<(usize, usize)>,
}

impl Excerpt {
    fn new(file: &SourceFile, spans: &[Span]) -> Self {
        let text = file.text();
        let begin =
            |at: usize| text.as_bytes()[..at.min(text.len())].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let mut marked = BTreeSet::new();
        for span in spans {
            marked.insert(begin(span.start));
            marked.insert(begin(last_byte(*span)));
        }
        let first = marked.first().copied().unwrap_or(0);
        let last = marked.last().copied().unwrap_or(0);
        // Empty lines stand for what comes before, so that the lines keep their numbers.
        let mut excerpt = Self { text: "\n".repeat(file.position(first).line - 1), offsets: Vec::new() };
        let mut at = first;
        for line in text[first..].split('\n') {
            if at > last {
                break;
            }
            if marked.contains(&at) {
                let focus = spans.iter().map(|s| s.start).find(|s| (at..=at + line.len()).contains(s)).unwrap_or(at);
                excerpt.push_line(line, at, focus);
            }
            at += line.len() + 1;
            excerpt.text.push('\n');
        }
        excerpt.text.pop();
        excerpt
    }

    /// Appends a line that begins at byte `at` of the file, cut around byte `focus` if it is long.
    fn push_line(&mut self, line: &str, at: usize, focus: usize) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let is_long = line.chars().nth(LONGEST).is_some();
        let start = if is_long {
            let before = line.get(..focus.saturating_sub(at)).unwrap_or("");
            before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(i, _)| i)
        } else {
            0
        };
        if start > 0 {
            self.text.push('…');
        }
        let mut rest = line[start..].char_indices();
        for (i, c) in rest.by_ref().take(LONGEST) {
            self.offsets.push((at + start + i, self.text.len()));
            let shown = if c != '\t' && is_hostile(c) { '\u{fffd}' } else { c };
            self.text.push(shown);
        }
        let end = rest.next();
        self.offsets.push((at + end.map_or(line.len(), |(i, _)| start + i), self.text.len()));
        self.text.push_str(if end.is_some() { "…" } else { " " });
    }

    /// Where a span of the file is here; `None` if its first byte is not shown. What is not shown of the rest is left out.
    fn place(&self, span: Span) -> Option<Range<usize>> {
        let find = |at: usize| self.offsets.partition_point(|(file, _)| *file <= at).checked_sub(1);
        let start = find(span.start).filter(|i| self.offsets[*i].0 == span.start)?;
        let end = find(last_byte(span))?.max(start);
        let behind = self.text[self.offsets[end].1..].chars().next().map_or(0, char::len_utf8);
        Some(self.offsets[start].1..self.offsets[end].1 + behind)
    }
}

fn last_byte(span: Span) -> usize {
    span.end.saturating_sub(1).max(span.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    fn at(text: &str, needle: &str) -> Diagnostic {
        let file = SourceFile::new("n.md", text);
        let start = text.find(needle).unwrap();
        Diagnostic::error(&codes::UNKNOWN_SYMBOL, &file, Span::new(start, start + needle.len()), "unknown `ß`")
            .labelled("not declared")
            .hint("declare it")
    }

    #[test]
    fn the_place_is_that_of_the_file() {
        let text = picture(&at("a\nαβγ = δε\n", "δε"), false);
        assert!(text.contains("[unknown-symbol] Error: unknown `ß`") && text.contains("n.md:2:7 "), "{text}");
        assert!(
            text.contains("2 │ αβγ = δε") && text.contains("not declared") && text.contains("declare it"),
            "{text}"
        );
        assert_eq!(line(&at("a\nαβγ = δε\n", "δε")), "n.md:2:7: error[unknown-symbol]: unknown `ß`; declare it");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("x\n{}δε{}", "é".repeat(300_000), "é".repeat(300_000));
        let shown = picture(&at(&text, "δε"), false);
        assert!(shown.contains("n.md:2:300001 "), "{shown}");
        assert!(shown.contains("éδεé") && shown.len() < 3000, "{}", shown.len());
    }

    #[test]
    fn marks_at_the_end_and_without_width_are_drawn() {
        let file = SourceFile::new("n.md", "ab\n");
        for span in [Span::new(3, 3), Span::new(2, 2), Span::new(0, 3), Span::new(2, 3)] {
            let text = picture(&Diagnostic::error(&codes::BAD_CLAIM, &file, span, "m"), false);
            let place = file.position(span.start);
            assert!(text.contains(&format!("n.md:{}:{} ", place.line, place.column)), "{span:?} {text}");
        }
    }

    #[test]
    fn several_marks_even_far_apart() {
        let text = format!("first\n{}second δ\n", "\n".repeat(1000));
        let first = at(&text, "δ").also(Span::new(0, 5), "seen before");
        assert!(picture(&first, false).contains("seen before: line 1, column 1"));
        let near = at("first\n\n\nsecond δ", "δ").also(Span::new(0, 5), "seen before");
        let shown = picture(&near, false);
        assert!(
            shown.contains("1 │ first") && shown.contains("4 │ second δ") && shown.contains("n.md:4:8 "),
            "{shown}"
        );
    }

    #[test]
    fn the_terminal_is_not_given_control_characters() {
        let shown = picture(&at("a\x1b[2Jδ\u{202e}", "δ"), false);
        assert!(!shown.contains('\x1b') && !shown.contains('\u{202e}') && shown.contains("n.md:1:6 "), "{shown}");
        assert!(picture(&at("δ", "δ"), true).contains('\x1b'));
    }

    #[test]
    fn diagnostics_are_sorted_and_counted() {
        let text = "a b";
        let both = [at(text, "b"), Diagnostic { severity: Severity::Warning, ..at(text, "a") }];
        assert_eq!(lines(&both).lines().map(|l| &l[..9]).collect::<Vec<_>>(), ["n.md:1:1:", "n.md:1:3:"]);
        assert!(render(&both, false).ends_with("1 error, 1 warning\n"));
        assert_eq!(render(&[], false), "");
    }
}
