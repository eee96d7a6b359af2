//! The numbered equations of a source, each with its status.

use super::{Failure, Frame, render};
use crate::report::view::{Badge, Site, badge};
use serde::Serialize;
use tera::Tera;

#[derive(Serialize)]
struct Coverage {
    frame: Frame,
    source: String,
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
    status: String,
    code: Option<String>,
    claims: Vec<Citing>,
}

#[derive(Serialize)]
struct Citing {
    id: String,
    href: String,
    badge: Badge,
}

/// The statuses with their meanings.
const STATUSES: [(&str, &str); 3] = [
    ("covered", "a claim takes it as printed"),
    ("restated", "a claim cites it, but with another formula"),
    ("open", "no claim cites it"),
];

pub(super) fn draw(templates: &Result<Tera, tera::Error>, site: &Site<'_>, source: &str) -> Result<String, Failure> {
    let equations: Vec<_> = site.record.equations.iter().filter(|e| e.source == source).collect();
    let counts = STATUSES.map(|(status, meaning)| {
        let count = equations.iter().filter(|e| e.status == status).count();
        let share = format!("{:.2}%", 100.0 * count as f64 / equations.len().max(1) as f64);
        Count { status, meaning, count, share }
    });
    let rows = equations.iter().map(|e| Row {
        number: e.number.clone(),
        formula: site.math.display(&e.tex).markup,
        kind: e.kind.clone(),
        status: e.status.clone(),
        code: e.code.clone(),
        claims: e
            .claims
            .iter()
            .filter_map(|id| site.record.claim(id))
            .map(|c| Citing { id: c.id.clone(), href: site.href(c), badge: badge(c) })
            .collect(),
    });
    let page = site.sources.get(source).map_or("", String::as_str);
    let model = Coverage {
        frame: Frame::new(site, page, &format!("Coverage of {source}")),
        source: source.into(),
        counts: counts.into(),
        rows: rows.collect(),
    };
    render(templates, "coverage.html", &model)
}
