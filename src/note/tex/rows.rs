//! The rows of an environment such as `align`, and which of them make one equation together.

use super::lexer::{Lexeme, Lexer};
use crate::latex;
use crate::note::Located;
use std::ops::Range;

/// A row of a display. All ranges are bytes of the assembled text.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// What stands between its ampersands.
    pub(super) cells: Vec<Range<usize>>,
    pub(super) tag: Option<Range<usize>>,
    pub(super) labels: Vec<Range<usize>>,
    /// `\nonumber` or `\notag`.
    pub(super) unnumbered: bool,
    /// Whether the display that it stands in is starred, where that is one of its own in a row of another.
    pub(super) starred: Option<bool>,
    /// Where its first symbol stands; `None` if it has none.
    pub(super) first: Option<usize>,
}

impl Row {
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.first.unwrap_or(self.cells[0].start);
        start..self.cells[self.cells.len() - 1].end.max(start)
    }
}

/// Splits the inside of a display at `\\` and `&` that are its own.
pub(super) fn rows(text: &str, inside: Range<usize>) -> Vec<Row> {
    let mut lexer = Lexer::new(text, inside.clone());
    let (mut rows, mut row) = (Vec::new(), Row::default());
    let (mut cell, mut depth) = (inside.start, 0_usize);
    while let Some((lexeme, range)) = lexer.next() {
        let mut is_symbol = true;
        match lexeme {
            Lexeme::Comment | Lexeme::Paragraph => is_symbol = false,
            Lexeme::Other => is_symbol = !text[range.clone()].trim().is_empty(),
            Lexeme::Open => depth += 1,
            Lexeme::Close => depth = depth.saturating_sub(1),
            Lexeme::Ampersand if depth == 0 => {
                row.cells.push(cell..range.start);
                cell = range.end;
                is_symbol = false;
            }
            Lexeme::Command("\\" | "cr") if depth == 0 => {
                row.cells.push(cell..range.start);
                rows.push(std::mem::take(&mut row));
                if text[lexer.at..].starts_with('*') {
                    lexer.at += 1;
                }
                if text[lexer.at..].starts_with('[') {
                    lexer.bracket();
                }
                cell = lexer.at;
                is_symbol = false;
            }
            Lexeme::Command("intertext" | "shortintertext") if row.first.is_none() => {
                lexer.group();
                cell = lexer.at;
                is_symbol = false;
            }
            Lexeme::Command("nonumber" | "notag") => {
                row.unnumbered = true;
                is_symbol = false;
            }
            Lexeme::Command("tag") => {
                lexer.take('*');
                row.tag = lexer.group();
                is_symbol = false;
            }
            Lexeme::Command("label") => {
                row.labels.extend(lexer.group());
                is_symbol = false;
            }
            Lexeme::Command("begin") => {
                lexer.group();
                depth += 1;
            }
            Lexeme::Command("end") => {
                lexer.group();
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        if is_symbol && row.first.is_none() {
            row.first = Some(range.start);
        }
    }
    row.cells.push(cell..inside.end);
    rows.push(row);
    rows
}

/// Rows with those of a display that fills a row, an `align` in a `gather`, in place of that row.
pub(super) fn with_inner(text: &str, rows: Vec<Row>, is_display: &dyn Fn(&str) -> bool) -> Vec<Row> {
    let mut out = Vec::new();
    for row in rows {
        let mut lexer = Lexer::new(text, row.range());
        let inner = match lexer.next() {
            Some((Lexeme::Command("begin"), _)) => lexer.word().filter(|name| is_display(name)),
            _ => None,
        };
        match inner.and_then(|name| Some((name, lexer.inside(name)?))) {
            Some((name, inside)) => {
                let starred = Some(name.ends_with('*'));
                out.extend(self::rows(text, inside).into_iter().map(|row| Row { starred, ..row }));
            }
            None => out.push(row),
        }
    }
    out
}

/// Rows that make one equation: one that begins with a relation or a sign goes on with the one before.
pub(super) fn equations(text: &str, rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut equations: Vec<Vec<Row>> = Vec::new();
    for row in rows.into_iter().filter(|row| row.first.is_some()) {
        match equations.last_mut() {
            Some(equation) if latex::goes_on(&text[row.cells[0].start..row.range().end]) => equation.push(row),
            _ => equations.push(vec![row]),
        }
    }
    equations
}

/// The TeX of an equation: one row without its ampersands, several as `aligned`. `columns` is 3 where the relation has a
/// column of its own.
pub(super) fn tex(text: &Located, equation: &[Row], columns: usize) -> Located {
    let mut out = Located::default();
    let is_grid = equation.len() > 1 || equation.iter().any(|row| row.cells.len() > columns);
    let edge = equation[0].range().start;
    let end = equation[equation.len() - 1].range().end;
    if is_grid {
        out.push_for(r"\begin{aligned}", text.place(edge..edge));
    }
    for (i, row) in equation.iter().enumerate() {
        if i > 0 {
            out.push_for(r" \\ ", text.place(row.cells[0].start..row.cells[0].start));
        }
        for (column, cell) in row.cells.iter().enumerate() {
            // Of l & = & r the first ampersand stays, so that the relations stand below each other.
            if is_grid && column > 0 && (columns == 2 || column % columns == 1) {
                out.push_for("&", text.place(cell.start..cell.start));
            }
            push_clean(&mut out, text, cell.clone());
        }
    }
    if is_grid {
        out.push_for(r"\end{aligned}", text.place(end..end));
    }
    out.trimmed()
}

/// Appends a range of a display without comments, labels and what suppresses numbers.
pub(super) fn push_clean(out: &mut Located, text: &Located, range: Range<usize>) {
    let mut lexer = Lexer::new(&text.text, range.clone());
    let mut written = range.start;
    while let Some((lexeme, piece)) = lexer.next() {
        let dropped = match lexeme {
            // The line feed keeps a command from the letter behind the comment.
            Lexeme::Comment => piece.start..piece.end - usize::from(text.text[piece.clone()].ends_with('\n')),
            Lexeme::Command("nonumber" | "notag") => piece,
            Lexeme::Command("label" | "tag") => {
                lexer.take('*');
                lexer.group();
                piece.start..lexer.at
            }
            _ => continue,
        };
        out.push_part(text, written..dropped.start);
        written = dropped.end;
    }
    out.push_part(text, written..range.end);
}
