//! The numbered equations of sources: which are read as mathematics, and why the others are not.

use super::super::Failure;
use super::super::arguments::ListArguments;
use super::{Table, cell, notes};
use crate::diagnostic::Diagnostic;
use crate::expr::{Link, print};
use crate::note::{self, SourceDocument};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The equations of the sources that the notes name and of those that lie beside them, or of one source.
pub(super) fn table(arguments: &ListArguments, diagnostics: &mut Vec<Diagnostic>) -> Result<Table, Failure> {
    let mut files = BTreeSet::new();
    for note in notes(&arguments.paths, diagnostics)? {
        if let Some(slug) = &note.source {
            files.extend(note::find_source(Path::new(note.file.name()), &slug.text));
        }
    }
    files.extend(arguments.paths.iter().flat_map(|folder| beside(folder)));
    if let Some(slug) = &arguments.source {
        files.retain(|path| path.file_stem().is_some_and(|stem| stem.to_str() == Some(slug)));
        if files.is_empty() {
            return Err(Failure::new(format!("no source `{slug}`"))
                .hint(format!("a source is a file `sources/{slug}.toml` in the folder of the notes or above it")));
        }
    }
    let (mut rows, mut stating, mut read) = (Vec::new(), 0_usize, 0_usize);
    for path in files {
        let slug = path.file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
        match note::open(&path) {
            Ok(file) => {
                let (document, mut found) = note::source_document(&file);
                diagnostics.append(&mut found);
                let (lines, problems) = document_rows(&slug, &document, &mut stating, &mut read);
                rows.extend(lines);
                diagnostics.extend(problems);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    let share = 100.0 * read as f64 / stating.max(1) as f64;
    let words = format!("{read} of the {stating} equations that state mathematics are read ({share:.1} %)");
    let total = json!({ "equations": rows.len(), "state_mathematics": stating, "elaborated": read });
    let columns = &["source", "number", "kind", "reading", "what it relates, or why it is not read", "formula"];
    Ok(Table { columns, rows, total: Some((words, total)) })
}

/// The sources in a folder of notes.
fn beside(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder.join("sources")) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect()
}

fn document_rows(
    slug: &str,
    document: &SourceDocument,
    stating: &mut usize,
    read: &mut usize,
) -> (Vec<(Vec<String>, Value)>, Vec<Diagnostic>) {
    let (readings, problems) = document.readings();
    let rows = document.equations.iter().zip(readings).map(|(equation, reading)| {
        let (status, detail, rest) = match &reading {
            Ok(elaborated) => {
                let links = &elaborated.statement.links;
                let relations: Vec<Value> = links.iter().map(relation).collect();
                let words: Vec<String> = links.iter().map(in_sorts).collect();
                let rest = json!({
                    "status": "elaborated", "code": null, "reason": null, "relations": relations,
                    "premises": elaborated.statement.premises.len(), "equivalence": elaborated.converse.is_some(),
                    "other_reading": !elaborated.alternatives.is_empty(),
                    "printed": print::statement(&elaborated.statement),
                });
                ("read".to_owned(), words.join(", "), rest)
            }
            Err(diagnostic) => {
                let (code, reason) = (diagnostic.code.name, diagnostic.message.clone());
                let rest = json!({ "status": "not-read", "code": code, "reason": reason, "relations": [] });
                (code.to_owned(), reason, rest)
            }
        };
        if equation.states_mathematics() {
            *stating += 1;
            *read += usize::from(reading.is_ok());
        }
        let mut value = json!({
            "source": slug, "number": equation.number.text, "kind": equation.kind, "section": equation.section,
            "states_mathematics": equation.states_mathematics(), "tex": equation.tex.text,
        });
        if let (Value::Object(all), Value::Object(rest)) = (&mut value, rest) {
            all.extend(rest);
        }
        let (number, tex) = (equation.number.text.clone(), cell(&equation.tex.text));
        (vec![slug.to_owned(), number, cell(&equation.kind), status, cell(&detail), tex], value)
    });
    (rows.collect(), problems)
}

fn relation(link: &Link) -> Value {
    json!({ "relation": link.relation.tex(), "sorts": [link.left.sort.to_string(), link.right.sort.to_string()] })
}

fn in_sorts(link: &Link) -> String {
    format!("{} {} {}", link.left.sort, link.relation.tex(), link.right.sort)
}
