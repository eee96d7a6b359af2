//! What an author says to us: `%!` lines in the document, and the sidecar file beside it.

use crate::diagnostic::{Diagnostic, codes, suggestion};
use crate::note::front_matter;
use crate::note::markdown::{Comment, Target};
use crate::note::toml_table::Reader;
use crate::note::{Located, RawNote};
use crate::note::{claim_comment, definition};
use crate::source::Span;
use std::ops::Range;

/// A run of `%!` lines: a piece of front matter, one claim or one definition.
pub(super) struct Remark {
    /// The lines without `%!`.
    body: Located,
    outer: Span,
    is: Remarks,
}

/// What a remark is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remarks {
    FrontMatter,
    Claim,
    Definition,
}

/// The remark whose first comment begins at byte `at`, and where it ends. A line that begins a claim begins a remark.
pub(super) fn remark(text: &Located, at: usize) -> Option<(Remark, usize)> {
    let source = &text.text;
    let line_start = source[..at].rfind('\n').map_or(0, |n| n + 1);
    if !source[line_start..at].trim().is_empty() {
        return None;
    }
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut line = at;
    while let Some(content) = content(source, line) {
        if kind(&source[content.clone()]) != Remarks::FrontMatter && !lines.is_empty() {
            break;
        }
        line = source[content.start..].find('\n').map_or(source.len(), |n| content.start + n + 1);
        lines.push(content.start..line);
    }
    let first = lines.first()?;
    let mut body = Located::default();
    for range in &lines {
        body.push_part(text, range.clone());
    }
    let is = kind(&source[first.clone()]);
    Some((Remark { body, outer: text.place(at..line), is }, line))
}

/// What stands behind the `%!` of the line from byte `line` on. Editors have `%! TeX root` lines of their own.
fn content(source: &str, line: usize) -> Option<Range<usize>> {
    let end = source[line..].find('\n').map_or(source.len(), |n| line + n);
    let indent = source[line..end].len() - source[line..end].trim_start().len();
    let rest = source[line + indent..end].strip_prefix("%!")?;
    let is_ours = rest.is_empty() || rest.starts_with([' ', '\t', '[', '\r']);
    let word = rest.split_whitespace().next().unwrap_or("");
    let is_magic = ["tex", "bib", "latex"].iter().any(|w| word.eq_ignore_ascii_case(w));
    (is_ours && !is_magic).then(|| line + indent + 2..end)
}

/// What the line that begins a remark says it is.
fn kind(line: &str) -> Remarks {
    let line = line.trim_start();
    if line.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("claim:"))
        || line.starts_with("claim ") && !line.contains('=')
    {
        Remarks::Claim
    } else if definition::is_definition(line) {
        Remarks::Definition
    } else {
        Remarks::FrontMatter
    }
}

/// Puts all remarks into the note.
pub(super) fn read(
    note: &mut RawNote,
    remarks: &[(Remark, Target)],
    titled: &mut bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (remark, target) in remarks {
        let comment = || Comment { body: remark.body.clone(), outer: remark.outer, target: *target };
        match remark.is {
            Remarks::Claim => note.claims.extend(claim_comment::read(&note.file, &comment(), diagnostics)),
            Remarks::Definition => note.definitions.extend(definition::read(&note.file, &comment(), diagnostics)),
            Remarks::FrontMatter => *titled |= front_matter::piece(note, &remark.body, diagnostics),
        }
    }
}

/// Reads the sidecar `sidecar` of the document: front matter, and claims by label or number.
pub(super) fn sidecar(note: &mut RawNote, sidecar: Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let toml = Located::verbatim(&note.file, sidecar);
    let file = note.file.clone();
    let mut reader = Reader::new(&file, &toml, &codes::BAD_FRONT_MATTER);
    let (table, valid) = reader.parse();
    note.has_valid_front_matter &= valid;
    let syntax_errors = reader.diagnostics.len();
    let titled = front_matter::fill(note, &file, &table, &mut reader, &["claim"]);
    if let Some(claims) = table.get("claim") {
        let expected = "a table of claims by label, [claim.'eq:label']";
        for (key, value) in reader.table("claim", expected, claims).into_iter().flatten() {
            let name = reader.key(key).trimmed();
            let expected = "a table with the keys of the claim";
            let Some(body) = reader.table(&name.text, expected, value) else { continue };
            let found = note.formulas.iter().position(|formula| {
                formula.labels.iter().any(|label| label.text == name.text) || formula.numbers.contains(&name.text)
            });
            let span = reader.place(value.span());
            let mut claim = claim_comment::from_table(&mut reader, &name, span, body);
            claim.target = found;
            if found.is_none() && claim.formula.is_none() {
                claim.is_readable = false;
                let message = format!("no displayed formula has the label or number `{}`", name.text);
                let labels = note.formulas.iter().flat_map(|f| &f.labels).map(|label| label.text.as_str());
                let hint = match suggestion(&name.text, labels) {
                    Some(label) => format!("did you mean `{label}`?"),
                    None => "name the formula by its \\label, or by its number as printed".to_owned(),
                };
                reader
                    .diagnostics
                    .push(Diagnostic::error(&codes::MISSING_TARGET, &file, name.span, message).hint(hint));
            }
            note.claims.push(claim);
        }
    }
    if !valid {
        // What was recovered behind a syntax error says nothing about what the author wrote.
        reader.diagnostics.truncate(syntax_errors);
    }
    diagnostics.append(&mut reader.diagnostics);
    titled
}
