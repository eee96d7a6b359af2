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
    /// Runs of bytes that are contiguous in the file: (offset in `text`, offset in the file). Empty if the text was
    /// written with escapes, so that only the whole has a place.
    runs: Vec<(usize, usize)>,
}

impl Located {
    /// The bytes of `file` under `span`, unchanged.
    pub fn verbatim(file: &SourceFile, span: Span) -> Self {
        Self { text: file.slice(span).to_owned(), span, runs: vec![(0, span.start)] }
    }

    /// A text whose bytes cannot be found one by one, such as a string with escapes.
    pub fn opaque(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span, runs: Vec::new() }
    }

    /// Appends `piece`, which stands at `offset` in the file.
    pub(super) fn push(&mut self, piece: &str, offset: usize) {
        if piece.is_empty() {
            return;
        }
        if self.text.is_empty() {
            self.span = Span::new(offset, offset);
        }
        let contiguous = self.runs.last().is_some_and(|(text, file)| file + (self.text.len() - text) == offset);
        if !contiguous {
            self.runs.push((self.text.len(), offset));
        }
        self.text.push_str(piece);
        self.span.end = offset + piece.len();
    }

    /// The place in the file of a range of bytes of the text.
    pub fn place(&self, range: Range<usize>) -> Span {
        if self.runs.is_empty() {
            return self.span;
        }
        let start = self.offset(range.start.min(self.text.len()));
        // The last byte is mapped, not the end: the byte after it may lie behind the next line's prefix.
        let end = if range.end > range.start { self.offset(range.end.min(self.text.len()) - 1) + 1 } else { start };
        Span::new(start, end.max(start))
    }

    fn offset(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|(text, _)| *text <= at).max(1) - 1;
        let (text, file) = self.runs[run];
        file + (at - text)
    }

    /// A part of the text with its own place; `range` must fall on character boundaries.
    pub fn part(&self, range: Range<usize>) -> Self {
        let text = self.text[range.clone()].to_owned();
        let span = self.place(range.clone());
        if self.runs.is_empty() {
            return Self { text, span, runs: Vec::new() };
        }
        let mut runs = vec![(0, span.start)];
        let first = self.runs.partition_point(|(text, _)| *text <= range.start);
        runs.extend(
            self.runs[first..].iter().take_while(|(t, _)| *t < range.end).map(|(t, file)| (t - range.start, *file)),
        );
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
    fn lists_split_at_top_level_commas_only() {
        let file = SourceFile::new("n.md", "f(a, b), \\frac{1,2}{3} ,c");
        let whole = Located::verbatim(&file, Span::new(0, file.text().len()));
        let parts: Vec<String> = whole.list().into_iter().map(|p| p.text).collect();
        assert_eq!(parts, ["f(a, b)", "\\frac{1,2}{3}", "c"]);
    }
}
