//! Sources: the numbered equations of a document as printed, `sources/<slug>.toml`.

use super::Located;
use super::toml_table::Reader;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{SourceFile, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// A document from which formulas were taken.
#[derive(Clone, Debug)]
pub struct SourceDocument {
    /// Its file.
    pub file: SourceFile,
    /// Title.
    pub title: String,
    /// Authors, as they are cited.
    pub authors: Vec<String>,
    /// Year, or another word for the date.
    pub year: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Numbered equations in the order of the document.
    pub equations: Vec<PrintedEquation>,
}

/// A numbered equation as printed.
#[derive(Clone, Debug)]
pub struct PrintedEquation {
    /// Its number.
    pub number: Located,
    /// Its TeX.
    pub tex: Located,
    /// What it is: identity, definition, asymptotic …
    pub kind: String,
    /// Section of the document.
    pub section: Option<String>,
}

impl SourceDocument {
    /// The equation with this number.
    pub fn equation(&self, number: &str) -> Option<&PrintedEquation> {
        self.equations.iter().find(|equation| equation.number.text == number)
    }
}

/// The file of the source `slug` for a note: `sources/<slug>.toml` in the note's folder or the nearest one above it.
pub fn find_source(note: &Path, slug: &str) -> Option<PathBuf> {
    let file = format!("{slug}.toml");
    note.ancestors().skip(1).map(|folder| folder.join("sources").join(&file)).find(|path| path.is_file())
}

/// Reads a source file. Every problem is a diagnostic; an equation that cannot be read is left out.
pub fn source_document(file: &SourceFile) -> (SourceDocument, Vec<Diagnostic>) {
    let toml = Located::verbatim(file, Span::new(0, file.text().len()));
    let mut reader = Reader::new(file, &toml, &codes::BAD_SOURCE);
    let mut document = SourceDocument {
        file: file.clone(),
        title: super::stem(file.name()),
        authors: Vec::new(),
        year: None,
        url: None,
        equations: Vec::new(),
    };
    let (table, _) = reader.parse();
    let known = &["title", "authors", "year", "url", "equation"];
    for (key, value) in &table {
        match key.get_ref().as_ref() {
            "title" => document.title = reader.filled_string("title", value).map_or(document.title, |t| t.text),
            "authors" => document.authors = reader.strings("authors", value).into_iter().map(|a| a.text).collect(),
            "year" => {
                document.year = match reader.number(value) {
                    Some(year) => Some(year.to_string()),
                    None => reader.filled_string("year", value).map(|year| year.text),
                }
            }
            "url" => document.url = reader.filled_string("url", value).map(|url| url.text),
            "equation" => {
                let Some(equations) = value.get_ref().as_array() else {
                    reader.expected("equation", "a list of tables, each written under [[equation]]", value);
                    continue;
                };
                for value in equations.iter() {
                    let span = reader.place(value.span());
                    let table = reader.table("equation", "a table with number, tex and kind", value);
                    document.equations.extend(table.and_then(|table| equation(&mut reader, table, span)));
                }
            }
            _ => {
                let key = reader.key(key);
                reader.unknown_key(&key, "a source", known);
            }
        }
    }
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for PrintedEquation { number, .. } in &document.equations {
        if let Some(earlier) = first.insert(&number.text, number.span) {
            let message = format!("the equation number `{}` is used twice", number.text);
            let diagnostic = Diagnostic::error(&codes::BAD_SOURCE, file, number.span, message);
            reader.diagnostics.push(diagnostic.also(earlier, "first used here"));
        }
    }
    (document, reader.diagnostics)
}

fn equation(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Span) -> Option<PrintedEquation> {
    reader.keys("an equation", table, span, &["number", "tex", "kind", "section"], &["number", "tex", "kind"]);
    let mut text = |key: &str| table.get(key).and_then(|value| reader.filled_string(key, value));
    let (number, tex, kind, section) = (text("number"), text("tex"), text("kind"), text("section"));
    Some(PrintedEquation { number: number?, tex: tex?, kind: kind?.text, section: section.map(|s| s.text) })
}
