//! Reading documents: Markdown notes and the lists of numbered equations of their sources.
//!
//! [`read`] is total: whatever stands in a file, it returns what could be read and says what could not. Nothing here
//! knows what a formula means; TeX stays text with its place in the file.

mod assumed;
mod claim_comment;
mod cross_check;
mod declaration;
mod definition;
mod discovery;
mod draft;
mod expansion;
mod experiment_request;
mod front_matter;
#[cfg(test)]
mod language_tests;
mod located;
mod lower;
mod markdown;
mod ray;
mod source_document;
mod stochastic;
mod symbol_table;
mod tex;
mod toml_table;

pub use assumed::claim_unclaimed;
pub use claim_comment::{Asserted, RawClaim, RawExtremum, RawLimit};
pub use cross_check::{duplicates, unknown_corrections};
pub use declaration::{Base, DeclarationSyntax, Form, LawName, LawSyntax, RangeSyntax, SortSyntax, declaration};
pub use definition::RawDefinition;
pub use discovery::{DiscoveryError, discover, load, open};
pub use draft::{Draft, DraftError, draft, sidecar, verified, with_draft};
pub use experiment_request::{RawExperiment, RawParameter};
pub use located::Located;
pub use lower::{Lowered, lower};
pub use source_document::{PrintedEquation, SourceDocument, WordedStatement, find_source, source_document};
pub use tex::{Open, read_latex};

use crate::diagnostic::{Diagnostic, codes};
use crate::latex::macros::Macros;
use crate::source::{SourceFile, Span};
use std::ops::Range;

/// Largest note that is read, in bytes.
pub const LARGEST_FILE: usize = 10_000_000;
/// Longest line that is read, in bytes.
pub const LONGEST_LINE: usize = 1_000_000;
/// Most diagnostics that one note gets; the last one says that there are more.
pub const MOST_DIAGNOSTICS: usize = 200;

/// A displayed formula.
#[derive(Clone, Debug)]
pub struct Formula {
    /// The TeX between the delimiters, without white space around it; its span is the formula's place.
    pub tex: Located,
    /// The formula with its delimiters and label.
    pub outer: Span,
    /// The content of its first `\tag{…}`.
    pub tag: Option<Located>,
    /// Its labels: every `\label{…}`, or the label that MyST and Quarto write behind the closing `$$`.
    pub labels: Vec<Located>,
    /// Its numbers as printed: those that LaTeX gives its rows, or its tag.
    pub numbers: Vec<String>,
}

/// A note as it was read: formulas and claims as text with places.
#[derive(Clone, Debug)]
pub struct RawNote {
    /// The file.
    pub file: SourceFile,
    /// From the front matter, else the first heading, else the file's name.
    pub title: String,
    /// Slug of the source document.
    pub source: Option<Located>,
    /// Declared symbols in the order of the note.
    pub symbols: Vec<DeclarationSyntax>,
    /// Abbreviations: TeX name and what it stands for.
    pub defines: Vec<(Located, Located)>,
    /// Names whose declaration could not be read and was reported: no second complaint about their use.
    pub misdeclared: Vec<String>,
    /// Whether the front matter is valid TOML. If not, symbols are missing, and no claim can be checked.
    pub has_valid_front_matter: bool,
    /// Displayed formulas in order.
    pub formulas: Vec<Formula>,
    /// Claims in order.
    pub claims: Vec<RawClaim>,
    /// Formulas that are definitions, in order.
    pub definitions: Vec<RawDefinition>,
    /// Commands that it defines; they have been put into all of its TeX.
    pub macros: Macros,
    /// Where the Markdown starts, behind the front matter.
    body_start: usize,
    /// What the report draws of a LaTeX document.
    page: Option<tex::Page>,
}

impl RawNote {
    /// The note as Markdown, without front matter.
    pub fn body(&self) -> &str {
        match &self.page {
            Some(page) => &page.text,
            None => &self.file.text()[self.body_start..],
        }
    }

    /// Where a displayed formula, delimiters included, stands in the body.
    pub fn place_in_body(&self, formula: usize) -> Range<usize> {
        match &self.page {
            Some(page) => page.formulas[formula].clone(),
            None => {
                let outer = self.formulas[formula].outer;
                outer.start - self.body_start..outer.end - self.body_start
            }
        }
    }

    /// A formula as the report sets it: one of a LaTeX document with its number.
    pub fn shown(&self, formula: usize) -> String {
        let Formula { tex, numbers, .. } = &self.formulas[formula];
        match (&self.page, numbers.as_slice()) {
            (None, _) | (_, []) => tex.text.clone(),
            (Some(_), numbers) => format!("{} \\tag{{{}}}", tex.text, numbers.join(", ")),
        }
    }

    /// Whether the author says anything to us: declares symbols, defines abbreviations or claims formulas.
    pub fn is_annotated(&self) -> bool {
        let is_silent =
            self.claims.is_empty() && self.definitions.is_empty() && self.symbols.is_empty() && self.defines.is_empty();
        !is_silent || !self.misdeclared.is_empty() || !self.has_valid_front_matter
    }

    /// Whether there is anything for us in it: front matter of ours, a displayed formula or a claim.
    pub fn has_content(&self) -> bool {
        !self.formulas.is_empty() || !self.claims.is_empty() || !self.symbols.is_empty() || !self.defines.is_empty()
    }
}

/// Reads a Markdown note. Every problem is a diagnostic; what it does not concern is read all the same.
///
/// A file or line above the limits for untrusted input is not read at all.
pub fn read(file: &SourceFile) -> (RawNote, Vec<Diagnostic>) {
    let mut note = empty(file);
    if let Some(diagnostic) = too_large(file) {
        return (note, vec![diagnostic]);
    }
    let mut diagnostics = Vec::new();
    let titled = front_matter::read(&mut note, &mut diagnostics);
    let scan = markdown::scan(file, note.body_start, &mut diagnostics);
    if !titled && let Some(heading) = scan.heading {
        note.title = heading;
    }
    note.formulas = scan.formulas;
    scan.definitions.into_iter().for_each(|definition| note.macros.define(definition, false));
    for comment in &scan.comments {
        if definition::is_definition(&comment.body.text) {
            note.definitions.extend(definition::read(file, comment, &mut diagnostics));
        } else {
            note.claims.extend(claim_comment::read(file, comment, &mut diagnostics));
        }
    }
    expansion::take_definitions(&mut note, &mut diagnostics);
    finish(&mut note, &mut diagnostics);
    (note, diagnostics)
}

/// A note of which nothing has been read.
fn empty(file: &SourceFile) -> RawNote {
    RawNote {
        file: file.clone(),
        title: stem(file.name()),
        source: None,
        symbols: Vec::new(),
        defines: Vec::new(),
        misdeclared: Vec::new(),
        has_valid_front_matter: true,
        formulas: Vec::new(),
        claims: Vec::new(),
        definitions: Vec::new(),
        macros: Macros::default(),
        body_start: 0,
        page: None,
    }
}

/// What is done once all of a note has been read.
fn finish(note: &mut RawNote, diagnostics: &mut Vec<Diagnostic>) {
    expansion::expand(note, diagnostics);
    diagnostics.extend(cross_check::duplicates_within(note));
    diagnostics.sort_by_key(|d| d.primary.span);
    if diagnostics.len() > MOST_DIAGNOSTICS {
        let rest = diagnostics.split_off(MOST_DIAGNOSTICS);
        let message = format!("{} more problems in this note are not shown", rest.len());
        diagnostics.push(Diagnostic::error(&codes::TOO_LARGE, &note.file, rest[0].primary.span, message));
    }
    for diagnostic in diagnostics.iter_mut() {
        *diagnostic = diagnostic.clone().in_its_file();
    }
}

/// The file's name without folder and extension.
fn stem(name: &str) -> String {
    let path = std::path::Path::new(name);
    path.file_stem().map_or_else(|| name.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The first limit that a file exceeds.
fn too_large(file: &SourceFile) -> Option<Diagnostic> {
    let text = file.text();
    let (message, span) = if text.len() > LARGEST_FILE {
        (format!("the file has {} bytes, the limit is {LARGEST_FILE}", text.len()), Span::new(0, 0))
    } else {
        let mut start = 0;
        let long = text.split('\n').find_map(|line| {
            let begin = start;
            start += line.len() + 1;
            (line.len() > LONGEST_LINE).then_some((begin, line.len()))
        });
        let (begin, length) = long?;
        (format!("a line has {length} bytes, the limit is {LONGEST_LINE}"), Span::new(begin, begin))
    };
    Some(Diagnostic::error(&codes::TOO_LARGE, file, span, message).hint("split the note; nothing of it was read"))
}
