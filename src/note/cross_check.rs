//! What one note alone cannot show: ids used twice and corrections of claims that do not exist.

use super::{Located, RawNote};
use crate::diagnostic::{Diagnostic, codes, suggestion};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Ids that a note uses a second time.
pub(super) fn duplicates_within(note: &RawNote) -> Vec<Diagnostic> {
    let mut first = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for id in note.claims.iter().map(|claim| &claim.id) {
        if let Some(&span) = first.get(id.text.as_str()) {
            diagnostics.push(duplicate(note, id).also(span, "first used here").hint("give one of them another id"));
        } else {
            first.insert(id.text.as_str(), id.span);
        }
    }
    diagnostics
}

/// Ids that an earlier note uses too, in the order of the notes; repetitions inside a note are reported by [`super::read`].
pub fn duplicates(notes: &[RawNote]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, (usize, Span)> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (i, note) in notes.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for id in note.claims.iter().map(|claim| &claim.id).filter(|id| seen.insert(id.text.as_str())) {
            let Some(&(j, span)) = first.get(id.text.as_str()) else {
                first.insert(&id.text, (i, id.span));
                continue;
            };
            let at = notes[j].file.position(span.start);
            let hint = format!("first used in {}:{}:{}; give one another id", notes[j].file.name(), at.line, at.column);
            diagnostics.push(duplicate(note, id).hint(hint));
        }
    }
    diagnostics
}

fn duplicate(note: &RawNote, id: &Located) -> Diagnostic {
    let message = format!("the id `{}` is used twice", id.text);
    Diagnostic::error(&codes::DUPLICATE_ID, &note.file, id.span, message).labelled("used again here")
}

/// `corrects` keys that name no claim of the run.
pub fn unknown_corrections(notes: &[RawNote]) -> Vec<Diagnostic> {
    let ids: Vec<&str> = notes.iter().flat_map(|n| &n.claims).map(|c| c.id.text.as_str()).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    let mut diagnostics = Vec::new();
    for note in notes {
        for corrects in note.claims.iter().filter_map(|c| c.corrects.as_ref()) {
            if known.contains(corrects.text.as_str()) {
                continue;
            }
            let message = format!("no claim has the id `{}`", corrects.text);
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_CLAIM, &note.file, corrects.span, message);
            diagnostics.push(match suggestion(&corrects.text, ids.iter().copied()) {
                Some(id) => diagnostic.hint(format!("did you mean `{id}`?")),
                None => diagnostic,
            });
        }
    }
    diagnostics
}
