//! Sources: the numbered equations of a document as printed, `sources/<slug>.toml`.

use super::declaration::{DeclarationSyntax, declaration};
use super::symbol_table::{SymbolTable, locate};
use super::toml_table::Reader;
use super::{Located, toml_table};
use crate::diagnostic::{Diagnostic, codes};
use crate::expr::Expr;
use crate::expr::walk::same;
use crate::latex::{self, Elaborated, Scope};
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
    /// What it says in words between them.
    pub statements: Vec<WordedStatement>,
    /// Symbols of the whole document under the empty name, then of its sections.
    tables: BTreeMap<String, Names>,
}

/// Declared symbols and abbreviations.
#[derive(Clone, Debug, Default)]
struct Names {
    symbols: Vec<DeclarationSyntax>,
    defines: Vec<(Located, Located)>,
    /// Names of a wider section that mean nothing here.
    removed: Vec<String>,
}

/// Something that the document says in words.
#[derive(Clone, Debug)]
pub struct WordedStatement {
    /// Its number, by which claims cite it.
    pub number: Located,
    /// What it says, in our words, with mathematics between dollars.
    pub text: Located,
    /// What it is, as for equations.
    pub kind: String,
    /// Section of the document.
    pub section: Option<String>,
    /// Why no check can decide it.
    pub unchecked: Option<String>,
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
    /// Why no check can decide it.
    pub unchecked: Option<String>,
    /// Its place in the list.
    order: usize,
    /// Symbols that only this equation needs, or needs otherwise than its section.
    names: Names,
}

impl PrintedEquation {
    /// Whether it states mathematics: it is neither empty nor words alone.
    pub fn states_mathematics(&self) -> bool {
        !matches!(self.kind.as_str(), "none" | "words")
    }
}

impl SourceDocument {
    /// The equation with this number.
    pub fn equation(&self, number: &str) -> Option<&PrintedEquation> {
        self.equations.iter().find(|equation| equation.number.text == number)
    }

    /// The statement in words with this number.
    pub fn statement(&self, number: &str) -> Option<&WordedStatement> {
        self.statements.iter().find(|statement| statement.number.text == number)
    }

    /// What the names of an equation mean: those of the document, overridden by those of its section and by its own.
    pub fn scope(&self, equation: &PrintedEquation) -> (Scope, Vec<Diagnostic>) {
        let section = equation.section.as_deref().unwrap_or("");
        let prefixes = section.match_indices('.').map(|(at, _)| &section[..at]).chain([section]);
        let tables: Vec<&Names> = std::iter::once("")
            .chain(prefixes.filter(|p| !p.is_empty()))
            .filter_map(|prefix| self.tables.get(prefix))
            .chain([&equation.names])
            .collect();
        let mut symbols: Vec<&DeclarationSyntax> = Vec::new();
        let mut defines: Vec<(&Located, &Located)> = Vec::new();
        for table in tables {
            let overridden = |name: &str| {
                table.symbols.iter().any(|s| s.name.text == name) || table.defines.iter().any(|(n, _)| n.text == name)
            };
            symbols.retain(|s| !overridden(&s.name.text));
            defines.retain(|(name, _)| !overridden(&name.text));
            symbols.extend(&table.symbols);
            for name in &table.removed {
                symbols.retain(|s| s.name.text != *name);
                defines.retain(|(n, _)| n.text != *name);
            }
            defines.extend(table.defines.iter().map(|(name, body)| (name, body)));
        }
        let mut diagnostics = Vec::new();
        let (scope, _, _) = SymbolTable { file: &self.file, symbols, defines }.read(&mut diagnostics);
        (scope, diagnostics)
    }

    /// Reads all equations, in their order; also the declarations that cannot be read, each once.
    pub fn readings(&self) -> (Vec<Result<Elaborated, Box<Diagnostic>>>, Vec<Diagnostic>) {
        let mut problems: Vec<Diagnostic> = Vec::new();
        let readings = self.equations.iter().map(|equation| {
            let (scope, found) = self.scope(equation);
            for problem in found {
                if !problems.iter().any(|p| p.primary.span == problem.primary.span && p.message == problem.message) {
                    problems.push(problem);
                }
            }
            self.elaborate(equation, &scope)
        });
        (readings.collect(), problems)
    }

    /// Reads an equation. One that begins with a relation goes on from the last side of the one before.
    ///
    /// # Errors
    /// Why it cannot be read, at its place in the file.
    pub fn elaborate(&self, equation: &PrintedEquation, scope: &Scope) -> Result<Elaborated, Box<Diagnostic>> {
        let left =
            if latex::begins_with_relation(&equation.tex.text) { self.last_side(equation.order, scope) } else { None };
        latex::statement_after(&equation.tex.text, scope, left.as_ref())
            .map_err(|trouble| locate(&self.file, &equation.tex, trouble))
    }

    /// The last side of the equation before the one with this place.
    fn last_side(&self, order: usize, scope: &Scope) -> Option<Expr> {
        let before = self.equations.get(order.checked_sub(1)?)?;
        match self.elaborate(before, scope) {
            Ok(read) => {
                let links = &read.statement.links;
                // The chain that the equation begins with; what stands beside it is another statement.
                let ends = links.windows(2).position(|pair| !same(&pair[0].right, &pair[1].left));
                links.get(ends.unwrap_or(links.len() - 1)).map(|link| link.right.clone())
            }
            // In a chain of equalities any side will do.
            Err(_) if latex::begins_with_relation(&before.tex.text) => self.last_side(before.order, scope),
            Err(_) => latex::first_side(&before.tex.text, scope).ok().flatten(),
        }
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
        statements: Vec::new(),
        tables: BTreeMap::new(),
    };
    let (table, _) = reader.parse();
    let known = &["title", "authors", "year", "url", "symbols", "define", "section", "equation", "statement"];
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
            "symbols" | "define" => {
                let table = document.tables.entry(String::new()).or_default();
                names(&mut reader, key.get_ref(), value, table);
            }
            "section" => {
                let Some(sections) = reader.table("section", "a table of sections", value) else { continue };
                for (number, value) in sections {
                    let number = reader.key(number);
                    let Some(section) = reader.table(&number.text, "a table with symbols and define", value) else {
                        continue;
                    };
                    let span = reader.place(value.span());
                    reader.keys("a section", section, span, &["symbols", "define"], &[]);
                    let table = document.tables.entry(number.text).or_default();
                    for (key, value) in section {
                        names(&mut reader, key.get_ref(), value, table);
                    }
                }
            }
            "equation" => {
                for (table, span) in entries(&mut reader, "equation", "a table with number, tex and kind", value) {
                    document.equations.extend(equation(&mut reader, table, span));
                }
            }
            "statement" => {
                for (table, span) in entries(&mut reader, "statement", "a table with number, text and kind", value) {
                    document.statements.extend(worded(&mut reader, table, span));
                }
            }
            _ => {
                let key = reader.key(key);
                reader.unknown_key(&key, "a source", known);
            }
        }
    }
    for (order, equation) in document.equations.iter_mut().enumerate() {
        equation.order = order;
    }
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let numbers = document.equations.iter().map(|e| &e.number).chain(document.statements.iter().map(|s| &s.number));
    for number in numbers {
        if let Some(earlier) = first.insert(&number.text, number.span) {
            let message = format!("the number `{}` is used twice", number.text);
            let diagnostic = Diagnostic::error(&codes::BAD_SOURCE, file, number.span, message);
            reader.diagnostics.push(diagnostic.also(earlier, "first used here"));
        }
    }
    (document, reader.diagnostics)
}

/// The tables of a list `[[name]]` with their places.
fn entries<'v, 'd>(
    reader: &mut Reader<'_>,
    name: &str,
    expected: &str,
    value: &'v toml_table::Value<'d>,
) -> Vec<(&'v DeTable<'d>, Span)> {
    let Some(values) = value.get_ref().as_array() else {
        reader.expected(name, &format!("a list of tables, each written under [[{name}]]"), value);
        return Vec::new();
    };
    let read = |value| Some((reader.table(name, expected, value)?, reader.place(value.span())));
    values.iter().filter_map(read).collect()
}

fn worded(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Span) -> Option<WordedStatement> {
    let (known, required) = (["number", "text", "kind", "section", "unchecked"], ["number", "text", "kind"]);
    reader.keys("a statement", table, span, &known, &required);
    let mut text = |key: &str| table.get(key).and_then(|value| reader.filled_string(key, value));
    let (number, words, kind) = (text("number"), text("text"), text("kind"));
    let (section, unchecked) = (text("section").map(|s| s.text), text("unchecked").map(|s| s.text));
    Some(WordedStatement { number: number?, text: words?, kind: kind?.text, section, unchecked })
}

fn equation(reader: &mut Reader<'_>, table: &DeTable<'_>, span: Span) -> Option<PrintedEquation> {
    reader.keys("an equation", table, span, &KEYS, &["number", "tex", "kind"]);
    let mut own = Names::default();
    for key in ["symbols", "define"] {
        if let Some(value) = table.get(key) {
            names(reader, key, value, &mut own);
        }
    }
    let mut text = |key: &str| table.get(key).and_then(|value| reader.filled_string(key, value));
    let (number, tex, kind, section) = (text("number"), text("tex"), text("kind"), text("section"));
    let (section, unchecked) = (section.map(|s| s.text), text("unchecked").map(|s| s.text));
    Some(PrintedEquation { number: number?, tex: tex?, kind: kind?.text, section, unchecked, order: 0, names: own })
}

/// Keys of an equation.
const KEYS: [&str; 7] = ["number", "tex", "kind", "section", "unchecked", "symbols", "define"];

/// Reads `symbols` or `define` into a table.
fn names(reader: &mut Reader<'_>, key: &str, value: &toml_table::Value<'_>, table: &mut Names) {
    let Some(entries) = reader.table(key, "a table of TeX names", value) else { return };
    for (name, meaning) in entries {
        let name = reader.key(name).trimmed();
        let Some(meaning) = reader.filled_string(&name.text, meaning) else { continue };
        if key == "define" {
            table.defines.push((name, meaning));
            continue;
        }
        if meaning.text == "undeclared" {
            table.removed.push(name.text);
            continue;
        }
        match declaration(reader.file, &name, &meaning) {
            Ok(declared) => table.symbols.push(declared),
            Err(diagnostic) => reader.diagnostics.push(*diagnostic),
        }
    }
}
