//! Text that was taken out of a file and still knows where each of its bytes came from.

use crate::source::{SourceFile, Span};
use std::ops::Range;

/// A piece of text with its place. Inside a block quote the text lacks the `> ` prefixes of the file, so that a byte of
/// the text is found through [`Located::place`], never by adding offsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// What was written.
    pub text: String,
    /// Where all of it stands in the file.
    pub span: Span,
    /// Empty if the text was written with escapes, so that only the whole has a place.
    runs: Vec<Run>,
}

/// Bytes of a text whose place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// Where they begin in the text.
    text: usize,
    /// Where they begin in the file.
    file: usize,
    /// They stand for this many bytes of the file as a whole (the use of a macro); without it, byte for byte.
    whole: Option<usize>,
}

impl Located {
    /// The bytes of `file` under `span`, unchanged.
    pub fn verbatim(file: &SourceFile, span: Span) -> Self {
        let run = Run { text: 0, file: span.start, whole: None };
        Self { text: file.slice(span).to_owned(), span, runs: vec![run] }
    }

    /// A text whose bytes cannot be found one by one, such as a string with escapes.
    pub fn opaque(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span, runs: Vec::new() }
    }

    /// Appends `piece`, which stands at `offset` in the file.
    pub(super) fn push(&mut self, piece: &str, offset: usize) {
        self.push_run(piece, Span::new(offset, offset + piece.len()), None);
    }

    /// Appends a piece that stands for the bytes under `span` without being them.
    pub(super) fn push_for(&mut self, piece: &str, span: Span) {
        self.push_run(piece, span, Some(span.end - span.start));
    }

    /// Appends a part of another text of the same file.
    pub(super) fn push_part(&mut self, other: &Self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let index = other.runs.partition_point(|run| run.text <= at);
            let end = other.runs.get(index).map_or(range.end, |run| run.text.min(range.end));
            match index.checked_sub(1).map(|i| other.runs[i]) {
                Some(run) if run.whole.is_none() => self.push(&other.text[at..end], run.file + (at - run.text)),
                _ => self.push_for(&other.text[at..end], other.place(at..end)),
            }
            at = end;
        }
    }

    fn push_run(&mut self, piece: &str, span: Span, whole: Option<usize>) {
        if piece.is_empty() {
            return;
        }
        if self.text.is_empty() {
            self.span = span;
        }
        let contiguous = self.runs.last().is_some_and(|run| {
            whole.is_none() && run.whole.is_none() && run.file + (self.text.len() - run.text) == span.start
        });
        if !contiguous {
            self.runs.push(Run { text: self.text.len(), file: span.start, whole });
        }
        self.text.push_str(piece);
        self.span.end = span.end.max(self.span.start);
    }

    /// The place in the file of a range of bytes of the text.
    pub fn place(&self, range: Range<usize>) -> Span {
        if self.runs.is_empty() {
            return self.span;
        }
        let start = self.byte(range.start.min(self.text.len())).start;
        // The last byte is mapped, not the end: the byte after it may lie behind the next line's prefix.
        let end = if range.end > range.start { self.byte(range.end.min(self.text.len()) - 1).end } else { start };
        Span::new(start, end.max(start))
    }

    /// The place of one byte.
    fn byte(&self, at: usize) -> Span {
        let run = self.runs[self.runs.partition_point(|run| run.text <= at).max(1) - 1];
        match run.whole {
            Some(width) => Span::new(run.file, run.file + width),
            None => Span::new(run.file + (at - run.text), run.file + (at - run.text) + 1),
        }
    }

    /// A part of the text with its own place; `range` must fall on character boundaries.
    pub fn part(&self, range: Range<usize>) -> Self {
        let text = self.text[range.clone()].to_owned();
        let span = self.place(range.clone());
        if self.runs.is_empty() {
            return Self { text, span, runs: Vec::new() };
        }
        let before = self.runs.partition_point(|run| run.text <= range.start).max(1) - 1;
        let whole = self.runs[before].whole;
        let mut runs =
            vec![Run { text: 0, file: if whole.is_some() { self.runs[before].file } else { span.start }, whole }];
        let behind = self.runs[before + 1..].iter().take_while(|run| run.text < range.end);
        runs.extend(behind.map(|run| Run { text: run.text - range.start, ..*run }));
        Self { text, span, runs }
    }

    /// The text without white space at either end.
    pub fn trimmed(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let end = start + self.text.trim().len();
        self.part(start..end)
    }

    /// The parts between top-level commas, trimmed: a comma inside brackets or braces does not separate.
    pub fn list(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        let (mut depth, mut start) = (0_i32, 0);
        for (i, byte) in self.text.bytes().enumerate() {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                b',' if depth == 0 => {
                    parts.push(self.part(start..i).trimmed());
                    start = i + 1;
                }
                _ => {}
            }
        }
        parts.push(self.part(start..self.text.len()).trimmed());
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_prefixes_finds_its_bytes() {
        let file = SourceFile::new("n.md", "> αx\n> βy\n");
        let mut located = Located::default();
        located.push("αx\n", 2);
        located.push("βy", "> αx\n> ".len());
        let y = located.text.find('y').unwrap();
        assert_eq!(file.slice(located.place(y..y + 1)), "y");
        assert_eq!(file.slice(located.place(0.."αx\n".len())), "αx\n");
        let part = located.part("αx\n".len()..located.text.len());
        assert_eq!((part.text.as_str(), file.slice(part.span)), ("βy", "βy"));
        let across = located.part("α".len().."αx\nβ".len());
        assert_eq!(file.slice(across.place("x\n".len().."x\nβ".len())), "β");
    }

    #[test]
    fn what_stands_for_a_macro_is_found_at_its_use() {
        let file = SourceFile::new("n.tex", "a \\be x \\ee b");
        let mut located = Located::default();
        located.push("a ", 0);
        located.push_for("\\begin{equation}", Span::new(2, 5));
        located.push(" x ", 5);
        let begin = located.text.find("gin").unwrap();
        assert_eq!(file.slice(located.place(begin..begin + 3)), "\\be");
        let x = located.text.find('x').unwrap();
        assert_eq!(file.slice(located.part(x - 2..x + 1).place(2..3)), "x");
        assert_eq!(file.slice(located.part(x - 2..x + 1).place(0..1)), "\\be");
        let mut copy = Located::default();
        copy.push_part(&located, 1..x + 1);
        assert_eq!((copy.text.as_str(), file.slice(copy.span)), (&located.text[1..=x], " \\be x"));
        assert_eq!(file.slice(copy.place(copy.text.len() - 1..copy.text.len())), "x");
    }

    #[test]
    fn lists_split_at_top_level_commas_only() {
        let file = SourceFile::new("n.md", "f(a, b), \\frac{1,2}{3} ,c");
        let whole = Located::verbatim(&file, Span::new(0, file.text().len()));
        let parts: Vec<String> = whole.list().into_iter().map(|p| p.text).collect();
        assert_eq!(parts, ["f(a, b)", "\\frac{1,2}{3}", "c"]);
    }
}
