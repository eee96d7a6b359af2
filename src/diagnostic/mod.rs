//! Messages about an author's note: what, where, why and what to do. Construction knows nothing about rendering.

pub mod codes;

use crate::source::{SourceFile, Span};
use codes::Code;

/// How bad it is: an error costs the formula or claim it is about, a warning costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The claim is checked all the same.
    Warning,
    /// The formula or claim under the span is not checked.
    Error,
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Bytes in the file.
    pub span: Span,
    /// A few words set beside the marked source; may be empty.
    pub text: String,
}

/// One problem, with its place, its stable code and a hint.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Row of the table of codes.
    pub code: &'static Code,
    /// Error unless said otherwise.
    pub severity: Severity,
    /// One terse sentence in lower case, without a full stop.
    pub message: String,
    /// The file in which all labels lie.
    pub file: SourceFile,
    /// The place the message is about.
    pub primary: Label,
    /// Places that help to understand it.
    pub secondary: Vec<Label>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: &'static Code, file: &SourceFile, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            file: file.clone(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            hint: None,
        }
    }

    /// A warning at `span`.
    pub fn warning(code: &'static Code, file: &SourceFile, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, file, span, message) }
    }

    /// Sets the words beside the marked source.
    pub fn labelled(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another marked place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same about the one file, of a document of several, in which the primary place lies. Labels in other files
    /// become part of the hint.
    pub fn in_its_file(mut self) -> Self {
        let (file, part) = self.file.part_at(self.primary.span.start);
        if file.text().len() == self.file.text().len() {
            return self;
        }
        let local = |span: Span| {
            let clamp = |at: usize| at.clamp(part.start, part.end) - part.start;
            Span::new(clamp(span.start), clamp(span.end).max(clamp(span.start)))
        };
        let (here, elsewhere): (Vec<Label>, Vec<Label>) =
            self.secondary.into_iter().partition(|l| (part.start..=part.end).contains(&l.span.start));
        self.secondary = here.into_iter().map(|l| Label { span: local(l.span), ..l }).collect();
        for label in elsewhere {
            let (name, at) = (self.file.name_at(label.span.start), self.file.position(label.span.start));
            let words = format!("{} in {name}:{}:{}", label.text, at.line, at.column);
            self.hint = Some(self.hint.map_or(words.clone(), |hint| format!("{words}; {hint}")));
        }
        self.primary.span = local(self.primary.span);
        self.file = file;
        self
    }
}

/// The candidate closest in spelling to `word`, if any is close enough to suggest.
pub fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(word, c), c))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}
