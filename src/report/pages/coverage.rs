//! The numbered equations and the statements of a source, each with its status.

use super::{Failure, Frame, render};
use crate::record::{Coverage, EquationEntry};
use crate::report::view::{Badge, Site, badge};
use serde::Serialize;
use tera::Tera;

#[derive(Serialize)]
struct Model {
    frame: Frame,
    source: String,
    parts: Vec<Part>,
}

/// The equations, or the statements in words.
#[derive(Serialize)]
struct Part {
    heading: &'static str,
    about: &'static str,
    counts: Vec<Count>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Count {
    status: &'static str,
    meaning: &'static str,
    count: usize,
    share: String,
}

#[derive(Serialize)]
struct Row {
    number: String,
    formula: String,
    kind: String,
    status: &'static str,
    code: Option<String>,
    reason: Option<String>,
    claims: Vec<Citing>,
    notes: Vec<Citation>,
}

/// A note that takes the equation for a definition.
#[derive(Serialize)]
struct Citation {
    title: String,
    href: String,
}

#[derive(Serialize)]
struct Citing {
    id: String,
    href: String,
    badge: Badge,
}

pub(super) fn draw(templates: &Result<Tera, tera::Error>, site: &Site<'_>, source: &str) -> Result<String, Failure> {
    let entries = site.record.equations.iter().filter(|e| e.source == source);
    let (statements, equations): (Vec<_>, Vec<_>) = entries.partition(|e| e.text.is_some());
    let part = |heading, about, entries: &[&EquationEntry]| {
        let counts = Coverage::ALL.map(|status| {
            let count = entries.iter().filter(|e| e.status == status).count();
            let share = format!("{:.2}%", 100.0 * count as f64 / entries.len().max(1) as f64);
            Count { status: status.word(), meaning: status.meaning(), count, share }
        });
        let counts = counts.into_iter().filter(|c| c.count > 0).collect();
        Part { heading, about, counts, rows: entries.iter().map(|e| row(site, e)).collect() }
    };
    let parts = [
        part("Numbered equations", "As printed", &equations),
        part("Statements in words", "What the document says", &statements),
    ];
    let page = site.sources.get(source).map_or("", String::as_str);
    let model = Model {
        frame: Frame::new(site, page, &format!("Coverage of {source}")),
        source: source.into(),
        parts: parts.into_iter().filter(|part| !part.rows.is_empty()).collect(),
    };
    render(templates, "coverage.html", &model)
}

fn row(site: &Site<'_>, entry: &EquationEntry) -> Row {
    let notes = entry.defined_in.iter().filter_map(|path| {
        let note = site.record.notes.iter().find(|n| n.path == *path)?;
        Some(Citation { title: note.title.clone(), href: site.pages.get(path.as_str())?.clone() })
    });
    Row {
        number: entry.number.clone(),
        formula: match &entry.text {
            Some(text) => site.math.sentence(text),
            None => site.math.display(&entry.tex).markup,
        },
        kind: entry.kind.clone(),
        status: entry.status.word(),
        code: entry.code.clone(),
        reason: entry.reason.as_ref().map(|reason| site.math.sentence(reason)),
        claims: entry
            .claims
            .iter()
            .filter_map(|id| site.record.claim(id))
            .map(|c| Citing { id: c.id.clone(), href: site.href(c), badge: badge(c) })
            .collect(),
        notes: notes.collect(),
    }
}
