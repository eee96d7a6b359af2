//! Definitions: a displayed formula followed by a comment `<!-- definition`, whose left side stands for its right side in
//! the whole note.

use super::markdown::{Comment, Target};
use super::toml_table::Reader;
use super::{Formula, Located, RawNote};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::latex::{self, Scope};
use crate::source::{SourceFile, Span};

/// Keys of a definition.
const KEYS: &[&str] = &["cites", "in_words"];

/// A displayed formula that is a definition.
#[derive(Clone, Debug)]
pub struct RawDefinition {
    /// The whole comment.
    pub outer: Span,
    /// The displayed formula: a number in [`super::RawNote::formulas`].
    pub target: usize,
    /// Equation numbers in the source.
    pub cites: Vec<Located>,
    /// Whether it says something in words, so that it is not read and abbreviates nothing.
    pub in_words: bool,
}

/// Whether the text of a comment, or the line that begins it, says that it is a definition.
pub(super) fn is_definition(body: &str) -> bool {
    let first = body.trim_start().lines().next().unwrap_or("").trim_end();
    first.trim_end_matches(':') == "definition"
}

/// Reads a comment that is one; `None` if it follows no displayed formula, or cannot be read.
pub(super) fn read(file: &SourceFile, comment: &Comment, diagnostics: &mut Vec<Diagnostic>) -> Option<RawDefinition> {
    let body = &comment.body;
    let start = body.text.len() - body.text.trim_start().len();
    let end = body.text[start..].find('\n').map_or(body.text.len(), |n| start + n);
    let toml = body.part(end..body.text.len());
    let mut reader = Reader::new(file, &toml, &codes::BAD_DEFINITION);
    let (table, _) = reader.parse();
    let (mut cites, mut in_words) = (Vec::new(), false);
    for (key, value) in &table {
        match key.get_ref().as_ref() {
            "cites" => cites = reader.strings("cites", value),
            "in_words" => match value.get_ref().as_bool() {
                Some(said) => in_words = said,
                None => reader.expected("in_words", "true or false", value),
            },
            _ => {
                let key = reader.key(key);
                reader.unknown_key(&key, "a definition", KEYS);
            }
        }
    }
    let is_readable = reader.diagnostics.iter().all(|d| d.severity == Severity::Warning);
    diagnostics.append(&mut reader.diagnostics);
    match comment.target {
        Target::Formula(target) if is_readable => Some(RawDefinition { outer: comment.outer, target, cites, in_words }),
        Target::Missing(_) => {
            let message = "the definition follows no displayed formula";
            let diagnostic = Diagnostic::error(&codes::MISSING_TARGET, file, body.place(start..end), message);
            diagnostics.push(diagnostic.hint("put the comment right below its formula, with no text between"));
            None
        }
        _ => None,
    }
}

/// The names and meanings that the definitions of a note add to what `declared` knows. A left side that is known already
/// is no abbreviation: its sort must be that of the right side.
pub(super) fn abbreviations(note: &RawNote, declared: &Scope) -> Vec<(Located, Located)> {
    let formulas = note.definitions.iter().filter(|d| !d.in_words).filter_map(|d| note.formulas.get(d.target));
    let sides = formulas.filter_map(|Formula { tex, .. }| {
        let (name, meaning) = latex::sides(&tex.text)?;
        Some((tex.part(name.start..name.end).trimmed(), tex.part(meaning.start..meaning.end).trimmed()))
    });
    sides.filter(|(name, _)| latex::expression(&name.text, declared, &[]).is_err()).collect()
}

/// What is wrong with the definitions of a note: sides whose sorts differ, and claims about their displays.
pub(super) fn problems(note: &RawNote, scope: &Scope, names: &[(Located, Located)]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for definition in &note.definitions {
        let Some(Formula { tex, .. }) = note.formulas.get(definition.target) else { continue };
        let is_claimed = |c: &&super::RawClaim| c.target == Some(definition.target) && c.formula.is_none();
        if let Some(claim) = note.claims.iter().find(is_claimed) {
            let message = format!("the claim `{}` is about a definition, which nothing could refute", claim.id.text);
            let diagnostic = Diagnostic::error(&codes::BAD_DEFINITION, &note.file, claim.id.span, message);
            diagnostics.push(diagnostic.hint("take one of the two comments away"));
        }
        // An abbreviation has been read with its name.
        let is_abbreviation =
            names.iter().any(|(name, _)| tex.span.start <= name.span.start && name.span.end <= tex.span.end);
        if !is_abbreviation
            && !definition.in_words
            && let Err(trouble) = latex::statement(&tex.text, scope)
        {
            diagnostics.push(*super::symbol_table::locate(&note.file, tex, trouble));
        }
    }
    diagnostics
}
