//! Drafts put into notes, or beside them.

use super::super::{RawNote, lower, read};
use super::{Draft, draft};
use crate::diagnostic::Severity;
use crate::source::{SourceFile, Span};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Why nothing is drafted into a note.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DraftError {
    /// It has front matter of another kind.
    #[error("the note has YAML front matter, between which and ours there is no room for both")]
    Yaml,
    /// Its front matter is broken.
    #[error("the front matter of the note is not valid")]
    Broken,
    /// It has drafted or defined symbols already.
    #[error("the note has a table [assumed] or [define] already")]
    Drafted,
    /// There is no displayed formula.
    #[error("the note has no displayed formula")]
    NoFormula,
}

/// The text of a Markdown note with a draft put in: nothing that stands there is changed.
///
/// # Errors
/// There is no place for the draft; see [`DraftError`].
pub fn with_draft(note: &RawNote, draft: &Draft) -> Result<String, DraftError> {
    if note.formulas.is_empty() {
        return Err(DraftError::NoFormula);
    }
    if !note.has_valid_front_matter {
        return Err(DraftError::Broken);
    }
    if note.symbols.iter().any(|s| s.assumed) || !note.defines.is_empty() {
        return Err(DraftError::Drafted);
    }
    let text = note.file.text();
    let mut insertions: Vec<(usize, String)> = Vec::new();
    let begin = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let first = text[begin..].lines().next().map(str::trim_end);
    match first {
        Some("+++") => {
            let closing = text[..note.body_start].trim_end().len() - "+++".len();
            insertions.push((closing, format!("\n{}", draft.front_matter)));
        }
        Some("---") if note.body_start > begin => return Err(DraftError::Yaml),
        _ if draft.front_matter.is_empty() => {}
        _ => insertions.push((begin, format!("+++\n{}+++\n\n", draft.front_matter))),
    }
    for (id, index) in &draft.claims {
        let end = note.formulas[*index].outer.end;
        let rest = text[end..].lines().next().unwrap_or("");
        let ends_line = rest.trim_matches([' ', '\t', '\r', '.', ',', ';', ':']).is_empty();
        let last_line = text[..end].rfind('\n').map_or(0, |n| n + 1);
        let prefix_length = text[last_line..].bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'>')).count();
        // In a list the comment belongs to the item.
        let prefix = &text[last_line..last_line + prefix_length];
        insertions.push(match ends_line {
            true => (end + rest.trim_end_matches('\r').len(), format!("\n{prefix}<!-- claim: {id} -->")),
            false => (end, format!(" <!-- claim: {id} -->")),
        });
    }
    insertions.sort_by_key(|(at, _)| *at);
    let (mut out, mut at) = (String::with_capacity(text.len() + 1000), 0);
    for (place, insertion) in insertions {
        out += &text[at..place];
        out += &insertion;
        at = place;
    }
    Ok(out + &text[at..])
}

/// The sidecar of a LaTeX document: the draft with its claims by label or number. A formula that has neither loses its claim.
///
/// # Errors
/// There is no displayed formula.
pub fn sidecar(note: &RawNote, draft: &mut Draft) -> Result<String, DraftError> {
    if note.formulas.is_empty() {
        return Err(DraftError::NoFormula);
    }
    let mut out = draft.front_matter.clone();
    let drafted = draft.claims.len();
    draft.claims.retain(|(id, index)| {
        let formula = &note.formulas[*index];
        let mut names =
            formula.labels.iter().map(|l| l.text.as_str()).chain(formula.numbers.iter().map(String::as_str));
        let name = names.find(|n| !n.contains(['\'', '\n']));
        if let Some(name) = name {
            let _ = write!(out, "\n[claim.'{name}']\nid = '{id}'\n");
        }
        name.is_some()
    });
    draft.left += drafted - draft.claims.len();
    Ok(out)
}

/// A draft whose claims can all be read, found by reading the drafted note: what gives a problem there is left out.
///
/// # Errors
/// There is no place for the draft; see [`DraftError`].
pub fn verified(note: &RawNote, taken: &BTreeSet<String>) -> Result<(Draft, String), DraftError> {
    let mut drafted = draft(note, taken);
    loop {
        let text = with_draft(note, &drafted)?;
        let (again, mut problems) = read(&SourceFile::new(note.file.name(), text.as_str()));
        problems.extend(lower(&again).1);
        let bad: BTreeSet<&str> = again
            .claims
            .iter()
            .filter(|claim| {
                let formula = claim.target.map_or(claim.outer, |n| again.formulas[n].outer);
                let within = |span: Span| formula.start <= span.start && span.end <= claim.outer.end.max(formula.end);
                problems.iter().any(|p| p.severity == Severity::Error && within(p.primary.span))
            })
            .map(|claim| claim.id.text.as_str())
            .collect();
        let before = drafted.claims.len();
        drafted.claims.retain(|(id, _)| !bad.contains(id.as_str()));
        drafted.left += before - drafted.claims.len();
        if before == drafted.claims.len() {
            return Ok((drafted, text));
        }
    }
}
