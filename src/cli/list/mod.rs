//! `corrigenda list`: claims, closed forms, experiments, methods, codes and equations.

mod equations;

use super::arguments::{Format, ListArguments, Listing};
use super::console::Console;
use super::{Failure, Outcome};
use crate::claim::Expectation;
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::experiment::{Experiment, Parameter};
use crate::note::{self, RawNote};
use crate::report::terminal;
use crate::{catalog, experiment, method};
use clap::ValueEnum;
use serde_json::{Value, json};
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

/// A list: column names, one row of cells and one JSON object per entry.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<(Vec<String>, Value)>,
    /// What all of it comes to: a line, and an object.
    total: Option<(String, Value)>,
}

/// Prints a list.
pub(super) fn run(arguments: &ListArguments, console: &Console) -> Result<Outcome, Failure> {
    let mut diagnostics = Vec::new();
    let table = match arguments.what {
        Some(Listing::Claims) => claims(&notes(&arguments.paths, &mut diagnostics)?),
        Some(Listing::Equations) => equations::table(arguments, &mut diagnostics)?,
        Some(Listing::ClosedForms) => closed_forms(),
        Some(Listing::Experiments) => experiments(),
        Some(Listing::Methods) => methods(),
        Some(Listing::Codes) => explained_codes(),
        None => overview(),
    };
    console.diagnostics(&diagnostics);
    console.print(&match arguments.format {
        Format::Human => {
            let width = if console.is_terminal { console.width } else { usize::MAX };
            table.human().lines().map(|line| terminal::cut(line, width) + "\n").collect()
        }
        Format::Markdown => table.markdown(),
        Format::Json => table.json(),
    })?;
    let is_error = diagnostics.iter().any(|d| d.severity == Severity::Error);
    Ok(if is_error { Outcome::BadInput } else { Outcome::AsExpected })
}

impl Table {
    /// Aligned columns without a heading: one entry to a line, its name first.
    fn human(&self) -> String {
        let cells = || self.rows.iter().map(|(cells, _)| cells);
        let widths: Vec<usize> =
            (0..self.columns.len()).map(|c| cells().map(|row| row[c].width()).max().unwrap_or(0).min(60)).collect();
        let line = |row: &Vec<String>| {
            let padded: String = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}  ", " ".repeat(width.saturating_sub(cell.width()))))
                .collect();
            padded.trim_end().to_owned() + "\n"
        };
        let total = self.total.as_ref().map(|(words, _)| format!("{words}\n"));
        cells().map(line).chain(total).collect()
    }

    fn markdown(&self) -> String {
        let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = row(self.columns.iter().map(|c| (*c).to_owned()).collect());
        out += &row(vec!["---".to_owned(); self.columns.len()]);
        for (cells, _) in &self.rows {
            out += &row(cells.iter().map(|cell| cell.replace('|', "\\|")).collect());
        }
        if let Some((words, _)) = &self.total {
            out += &format!("\n{words}\n");
        }
        out
    }

    fn json(&self) -> String {
        let entries: Vec<&Value> = self.rows.iter().map(|(_, value)| value).collect();
        match &self.total {
            Some((_, total)) => format!("{:#}\n", json!({ "equations": entries, "total": total })),
            None => format!("{:#}\n", json!(entries)),
        }
    }
}

/// The text on one line, without control characters.
fn cell(text: &str) -> String {
    super::diagnostics::plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Reads all notes under some paths.
fn notes(paths: &[PathBuf], diagnostics: &mut Vec<Diagnostic>) -> Result<Vec<RawNote>, Failure> {
    let found = note::discover(paths).map_err(|error| {
        Failure::new(error.to_string()).hint("give a Markdown file or a folder with notes; see --help")
    })?;
    let mut notes = Vec::new();
    for path in found {
        match note::load(&path) {
            Ok((note, mut found)) => {
                diagnostics.append(&mut found);
                notes.push(note);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    diagnostics.extend(note::duplicates(&notes));
    diagnostics.extend(note::unknown_corrections(&notes));
    Ok(notes)
}

fn claims(notes: &[RawNote]) -> Table {
    let rows = notes.iter().flat_map(|note| note.claims.iter().map(move |claim| (note, claim))).map(|(note, claim)| {
        let own = claim.formula.as_ref().or_else(|| claim.target.map(|n| &note.formulas[n].tex));
        let tex = own.map_or(String::new(), |tex| cell(&tex.text));
        let at = note.file.position(claim.id.span.start);
        let place = format!("{}:{}", cell(note.file.name_at(claim.id.span.start)), at.line);
        let expect = match claim.expect {
            Expectation::Holds => "holds",
            Expectation::Refuted => "refuted",
        };
        let cites: Vec<&str> = claim.cites.iter().map(|number| number.text.as_str()).collect();
        let value = json!({
            "id": claim.id.text, "note": note.file.name(), "line": at.line, "expect": expect, "cites": cites,
            "source": note.source.as_ref().map(|s| &s.text), "tex": tex,
        });
        (vec![claim.id.text.clone(), place, expect.to_owned(), cell(&cites.join(", ")), tex], value)
    });
    Table { total: None, columns: &["claim", "place", "expected", "cites", "formula"], rows: rows.collect() }
}

fn closed_forms() -> Table {
    let rows = catalog::ALL.iter().map(|form| {
        let title = form.doc.lines().next().unwrap_or("").trim();
        let value = json!({ "id": form.id, "title": title, "estimand": form.estimand, "tex": form.latex });
        (vec![form.id.to_owned(), cell(title), form.estimand.to_owned(), cell(form.latex)], value)
    });
    Table { total: None, columns: &["closed form", "what it is", "estimand", "formula"], rows: rows.collect() }
}

fn experiments() -> Table {
    let rows = experiment::ALL.iter().map(|experiment| {
        let parameters: Vec<String> =
            experiment.parameters.iter().map(|p| format!("{}={}", p.name, p.default)).collect();
        let estimands: Vec<&str> = experiment.estimands.iter().map(|e| e.name).collect();
        let cells =
            vec![experiment.name.to_owned(), estimands.join(", "), parameters.join(" "), cell(experiment.summary)];
        (cells, described(experiment))
    });
    Table { total: None, columns: &["experiment", "estimands", "parameters", "what it does"], rows: rows.collect() }
}

fn described(experiment: &Experiment) -> Value {
    let parameter = |p: &Parameter| {
        json!({
            "name": p.name, "meaning": p.meaning, "default": p.default, "minimum": p.minimum, "maximum": p.maximum,
            "whole": p.whole,
        })
    };
    json!({
        "name": experiment.name,
        "summary": experiment.summary,
        "source": experiment.source,
        "parameters": experiment.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "estimands": experiment.estimands.iter().map(|e| json!({ "name": e.name, "meaning": e.meaning })).collect::<Vec<_>>(),
    })
}

fn methods() -> Table {
    let rows = method::ALL.iter().map(|method| {
        let value = json!({ "name": method.name(), "summary": method.summary() });
        (vec![method.name().to_owned(), cell(method.summary())], value)
    });
    Table { total: None, columns: &["method", "what it does"], rows: rows.collect() }
}

fn explained_codes() -> Table {
    let rows = codes::ALL.iter().map(|code| {
        let value = json!({ "code": code.name, "summary": code.summary, "explanation": code.explanation });
        (vec![code.name.to_owned(), code.summary.to_owned()], value)
    });
    Table { total: None, columns: &["code", "what it means"], rows: rows.collect() }
}

fn overview() -> Table {
    let rows = Listing::value_variants().iter().filter_map(|listing| {
        let name = listing.to_possible_value()?.get_name().to_owned();
        let count = match listing {
            // These need notes to be read.
            Listing::Claims | Listing::Equations => None,
            Listing::ClosedForms => Some(catalog::ALL.len()),
            Listing::Experiments => Some(experiment::ALL.len()),
            Listing::Methods => Some(method::ALL.len()),
            Listing::Codes => Some(codes::ALL.len()),
        };
        let shown = count.map_or("of the notes in a folder".to_owned(), |n| n.to_string());
        Some((vec![name.clone(), shown], json!({ "list": name, "count": count })))
    });
    Table { total: None, columns: &["list", "entries"], rows: rows.collect() }
}
