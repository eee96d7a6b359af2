//! The front matter: title, source, `[symbols]` and `[define]`.

use super::declaration::{DeclarationSyntax, declaration};
use super::toml_table::{Reader, Value};
use super::{Located, RawNote};
use crate::diagnostic::{Diagnostic, codes};
use crate::latex::macros::{Definition, highest_parameter};
use crate::source::{SourceFile, Span};
use std::collections::BTreeMap;
use toml::de::DeTable;

/// Keys of the front matter.
const KEYS: &[&str] = &["title", "source", "symbols", "assumed", "define", "macros"];

/// Reads the front matter into `note`; returns whether it gives a title.
pub(super) fn read(note: &mut RawNote, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let file = note.file.clone();
    let mut begin = if file.text().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let fence = match file.text()[begin..].lines().next().map(str::trim_end) {
        Some("+++") => "+++",
        // Another tool's front matter: not ours, and not prose either.
        Some("---") => "---",
        _ => {
            note.body_start = begin;
            return false;
        }
    };
    let opening = Span::new(begin, begin + fence.len());
    begin = next_line(file.text(), begin);
    let mut end = begin;
    while end < file.text().len() && file.text()[end..].lines().next().map(str::trim_end) != Some(fence) {
        end = next_line(file.text(), end);
    }
    if end == file.text().len() {
        note.body_start = begin;
        if fence == "+++" {
            let message = "the front matter is not closed";
            let diagnostic = Diagnostic::error(&codes::BAD_FRONT_MATTER, &file, opening, message);
            diagnostics.push(diagnostic.hint("close it with a line `+++`"));
            note.has_valid_front_matter = false;
        }
        return false;
    }
    note.body_start = next_line(file.text(), end);
    if fence == "---" {
        return false;
    }
    let toml = Located::verbatim(&file, Span::new(begin, end));
    piece(note, &toml, diagnostics)
}

/// Reads a piece of front matter into `note`; returns whether it gives a title.
pub(super) fn piece(note: &mut RawNote, toml: &Located, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let file = note.file.clone();
    let mut reader = Reader::new(&file, toml, &codes::BAD_FRONT_MATTER);
    let (table, valid) = reader.parse();
    note.has_valid_front_matter &= valid;
    let syntax_errors = reader.diagnostics.len();
    let titled = fill(note, &file, &table, &mut reader, &[]);
    let mut found = reader.diagnostics;
    if !valid {
        // What was recovered behind a syntax error says nothing about what the author wrote.
        found.truncate(syntax_errors);
    }
    diagnostics.extend(found);
    titled
}

fn next_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |n| from + n + 1)
}

/// Puts the keys of a table into `note`, but for `others`, which somebody else reads; returns whether there is a title.
pub(super) fn fill(
    note: &mut RawNote,
    file: &SourceFile,
    table: &DeTable<'_>,
    reader: &mut Reader<'_>,
    others: &[&str],
) -> bool {
    let mut titled = false;
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "title" => {
                if let Some(title) = reader.filled_string("title", value) {
                    note.title = title.text;
                    titled = true;
                }
            }
            "source" => {
                if let Some(slug) = reader.filled_string("source", value) {
                    if is_slug(&slug.text) {
                        note.source = Some(slug);
                    } else {
                        let message = format!("`{}` is not the slug of a source", slug.text);
                        let hint = "a slug has lower-case letters, digits and hyphens; its file is sources/<slug>.toml";
                        reader.error(slug.span, message).hint = Some(hint.to_owned());
                    }
                }
            }
            table @ ("symbols" | "assumed") => {
                let assumed = table == "assumed";
                let Some(symbols) = reader.table(table, "a table of TeX names and sorts", value) else { continue };
                for (name, sort) in symbols {
                    let name = reader.key(name).trimmed();
                    let read = match sort.get_ref().as_str() {
                        Some(text) => declaration(file, &name, &reader.located(text, sort.span())),
                        None => Err(misplaced(file, &name, sort.get_ref().type_str())),
                    };
                    match read {
                        Ok(declaration) => note.symbols.push(DeclarationSyntax { assumed, ..declaration }),
                        Err(diagnostic) => {
                            note.misdeclared.push(name.text);
                            reader.diagnostics.push(*diagnostic);
                        }
                    }
                }
            }
            "define" => {
                let Some(defines) = reader.table("define", "a table of TeX names and formulas", value) else {
                    continue;
                };
                for (name, meaning) in defines {
                    let name = reader.key(name).trimmed();
                    match reader.filled_string(&name.text, meaning) {
                        Some(meaning) => note.defines.push((name, meaning)),
                        None => note.misdeclared.push(name.text),
                    }
                }
            }
            "macros" => {
                let Some(macros) = reader.table("macros", "a table of commands and what they stand for", value) else {
                    continue;
                };
                for (name, meaning) in macros {
                    let name = reader.key(name).trimmed();
                    if let Some(definition) = command(reader, &name, meaning) {
                        note.macros.define(definition, false);
                    }
                }
            }
            other if others.contains(&other) => {}
            _ => {
                let key = reader.key(key);
                reader.unknown_key(&key, "the front matter", KEYS);
            }
        }
    }
    let declared: BTreeMap<&str, Span> = note.symbols.iter().map(|s| (s.name.text.as_str(), s.name.span)).collect();
    for (name, _) in &note.defines {
        if let Some(span) = declared.get(name.text.as_str()) {
            let message = format!("`{}` is both declared and defined", name.text);
            let diagnostic = Diagnostic::error(&codes::BAD_SORT, file, name.span, message);
            let hint = "a symbol is declared under [symbols] or defined under [define], not both";
            reader.diagnostics.push(diagnostic.also(*span, "declared here").hint(hint));
        }
    }
    titled
}

/// A command of `[macros]`: `'\\norm' = '\\|#1\\|'`, or a table with `body` and `optional`, which stands for the first argument
/// where it is left out.
fn command(reader: &mut Reader<'_>, name: &Located, meaning: &Value<'_>) -> Option<Definition> {
    let word = name.text.strip_prefix('\\').filter(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphabetic()));
    let Some(word) = word else {
        let message = format!("`{}` is not the name of a command", name.text);
        reader.error(name.span, message).hint = Some("write '\\name' = 'what it stands for, with #1 …'".to_owned());
        return None;
    };
    let (body, optional) = match meaning.get_ref().as_table() {
        Some(table) => {
            let span = reader.place(meaning.span());
            reader.keys("a command", table, span, &["body", "optional"], &["body"]);
            let mut text = |key: &str| table.get(key).and_then(|value| reader.string(key, value));
            (text("body")?, text("optional"))
        }
        None => (reader.string(&name.text, meaning)?, None),
    };
    let parameters = highest_parameter(&body.text).max(usize::from(optional.is_some()));
    Some(Definition::new(word, parameters, optional.as_ref().map(|o| o.text.as_str()), &body.text))
}

fn misplaced(file: &SourceFile, name: &Located, found: &str) -> Box<Diagnostic> {
    let message = format!("the sort of `{}` must be a string, not {found}", name.text);
    let hint = "write 'C^e' = 'spd(d)'; a name with dots or TeX in it goes in single quotes";
    Box::new(Diagnostic::error(&codes::BAD_SORT, file, name.span, message).hint(hint))
}

/// Lower-case letters, digits and hyphens, beginning with a letter or digit.
pub(super) fn is_slug(text: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.len() <= 100 && !text.starts_with('-') && text.bytes().all(is_inner)
}
