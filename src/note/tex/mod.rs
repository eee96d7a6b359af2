//! LaTeX documents: displays with LaTeX's numbers, through `\input` and `\include`, comments and program text left alone.
//!
//! Symbols and claims stand in `%!` lines, which LaTeX does not see, or in a file beside the document:
//!
//! ```latex
//! %! [symbols]
//! %! 'x' = 'real > 0'
//! %! [macros]                      % only for commands that the preamble does not define with \newcommand
//!
//! \begin{align}
//!   \cosh^2 x - \sinh^2 x &= 1 \label{eq:one} \\
//!   %! claim: one
//!   e^x &= \cosh x + \sinh x
//! \end{align}
//! %! claim: two
//! %! assume = 'x < 10'
//! ```
//!
//! A run of `%!` lines is TOML as in the front matter of a Markdown note, or a claim if it begins with `claim: id`; a claim
//! is about the equation right before it. The sidecar `paper.corrigenda.toml` of `paper.tex` has the same keys and, under
//! `[claim.'eq:one']` or `[claim.'2.3']`, the claims about the equations with this label or number.

mod annotation;
mod assembly;
mod lexer;
mod numbering;
mod prose;
mod rows;
mod scan;

pub use assembly::Open;
pub(super) use prose::Page;

use super::{RawNote, empty, finish, too_large};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// Reads a LaTeX document. `sidecar` is the file of its symbols and claims, if there is one; `open` opens an included file
/// by its path.
///
/// Every problem is a diagnostic; what it does not concern is read all the same.
pub fn read_latex(main: &SourceFile, sidecar: Option<&SourceFile>, open: Open<'_>) -> (RawNote, Vec<Diagnostic>) {
    if let Some(diagnostic) = [Some(main), sidecar].into_iter().flatten().find_map(too_large) {
        return (empty(main), vec![diagnostic]);
    }
    let others: Vec<SourceFile> = sidecar.into_iter().cloned().collect();
    let assembly = assembly::assemble(main, &others, open);
    let mut note = empty(&assembly.file);
    let mut diagnostics = assembly.diagnostics;
    let scan = scan::scan(&assembly.file, &assembly.text, &mut diagnostics);
    note.macros = scan.macros.clone();
    note.formulas = scan.formulas.clone();
    let mut titled = false;
    annotation::read(&mut note, &scan.remarks, &mut titled, &mut diagnostics);
    if let Some(sidecar) = sidecar {
        let start = main.text().len() + 1;
        titled |= annotation::sidecar(&mut note, Span::new(start, start + sidecar.text().len()), &mut diagnostics);
    }
    if let Some(title) = scan.title.clone().filter(|_| !titled) {
        let title = prose::plain(&assembly.text.text[title]);
        if !title.is_empty() {
            note.title = title;
        }
    }
    finish(&mut note, &mut diagnostics);
    note.page = Some(prose::page(&assembly.text.text, &scan, &note.formulas));
    (note, diagnostics)
}
