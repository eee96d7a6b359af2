//! Files, byte spans and line indices. Everything that can be blamed on a place in a document carries a [`Span`].

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A half-open byte range in one source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` to `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn join(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span, `offset` bytes further on: from a fragment's coordinates to its file's.
    pub const fn shift(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset }
    }
}

/// A line and a column, both counted from 1; columns count characters, as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One document: its display name, its text and where its lines start. A document that is spread over several files is
/// one text, too, in which every byte knows its file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: Arc<str>,
    text: Arc<str>,
    line_starts: Arc<[usize]>,
    /// Where the text of each file begins, if there are several, and its name.
    parts: Arc<[(usize, Arc<str>)]>,
}

impl SourceFile {
    /// Indexes the lines of `text`.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text: Arc<str> = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1))
            .collect();
        Self { name: name.into(), text, line_starts, parts: Arc::new([]) }
    }

    /// The texts of several files one after the other, each followed by a line feed, under the name of the first.
    ///
    /// # Panics
    /// If there is no file.
    pub fn joined(files: &[Self]) -> Self {
        if let [only] = files {
            return only.clone();
        }
        let (mut text, mut parts) = (String::new(), Vec::new());
        for file in files {
            parts.push((text.len(), file.name.clone()));
            text.push_str(&file.text);
            text.push('\n');
        }
        Self { parts: parts.into(), ..Self::new(files[0].name.clone(), text) }
    }

    /// The name shown to people: the path as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the file in which a byte lies.
    pub fn name_at(&self, offset: usize) -> &str {
        let part = self.parts.partition_point(|(start, _)| *start <= offset);
        part.checked_sub(1).map_or(&self.name, |part| &self.parts[part].1)
    }

    /// The file in which a byte lies, on its own, and where its text begins and ends here.
    pub fn part_at(&self, offset: usize) -> (Self, Span) {
        let part = self.parts.partition_point(|(start, _)| *start <= offset);
        let Some(index) = part.checked_sub(1) else { return (self.clone(), Span::new(0, self.text.len())) };
        let (start, name) = &self.parts[index];
        // The line feed behind each file is not its own.
        let end = self.parts.get(part).map_or(self.text.len(), |(next, _)| *next) - 1;
        (Self::new(name.clone(), &self.text[*start..end]), Span::new(*start, end))
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text under a span; empty if the span does not fall on character boundaries.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// Line and column of a byte offset, in the file in which it lies.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line_of = |offset: usize| self.line_starts.partition_point(|start| *start <= offset);
        let line = line_of(offset);
        let start = self.line_starts[line - 1];
        let column = self.text.get(start..offset).map_or(offset - start, |t| t.chars().count()) + 1;
        let part = self.parts.partition_point(|(start, _)| *start <= offset);
        let before = part.checked_sub(1).map_or(0, |part| line_of(self.parts[part].0) - 1);
        Position { line: line - before, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file = SourceFile::new("n.md", "αβ = γ\nx");
        assert_eq!(file.position("αβ = ".len()), Position { line: 1, column: 6 });
        assert_eq!(file.position(file.text().len()), Position { line: 2, column: 2 });
    }

    #[test]
    fn a_joined_document_knows_its_files() {
        let joined = SourceFile::joined(&[SourceFile::new("a.tex", "α\nb"), SourceFile::new("c.tex", "x\nβy\n")]);
        let at = joined.text().find('y').unwrap();
        assert_eq!((joined.name(), joined.name_at(at), joined.name_at(0)), ("a.tex", "c.tex", "a.tex"));
        assert_eq!(joined.position(at), Position { line: 2, column: 2 });
        assert_eq!(joined.position(joined.text().find('b').unwrap()), Position { line: 2, column: 1 });
        let (part, span) = joined.part_at(at);
        assert_eq!((part.name(), part.text(), part.position(at - span.start).line), ("c.tex", "x\nβy\n", 2));
        assert_eq!(joined.part_at(0).0.text(), "α\nb");
    }
}
