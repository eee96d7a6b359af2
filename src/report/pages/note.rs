//! A note with its verdicts in the margin.

use super::{Failure, Frame, render};
use crate::record::NoteEntry;
use crate::report::math::is_long;
use crate::report::prose::{self, Block};
use crate::report::view::{ClaimView, Site};
use serde::Serialize;
use std::collections::BTreeMap;
use tera::Tera;

#[derive(Serialize)]
struct NotePage {
    frame: Frame,
    title: String,
    path: String,
    /// Whether the prose begins with the title by itself.
    titled: bool,
    summary: String,
    symbols: Vec<(String, String)>,
    prose: String,
    /// Claims about no displayed formula of the note.
    others: Vec<ClaimView>,
}

#[derive(Serialize)]
struct Formula {
    anchor: String,
    formula: String,
    number: String,
    /// Too wide for the column: the margin note goes below it.
    long: bool,
    claims: Vec<ClaimView>,
    defines: bool,
}

pub(super) fn draw(
    templates: &Result<Tera, tera::Error>,
    site: &Site<'_>,
    note: &NoteEntry,
) -> Result<String, Failure> {
    let name = site.pages.get(note.path.as_str()).map_or("", String::as_str);
    let mine: Vec<_> = site.record.claims.iter().filter(|c| c.note == note.path).collect();
    let mut shown = Vec::new();
    let mut blocks = Vec::new();
    for (index, entry) in note.formulas.iter().enumerate() {
        let about: Vec<_> = mine.iter().filter(|c| entry.claims.contains(&c.id)).collect();
        shown.extend(about.iter().map(|c| c.id.as_str()));
        let displayed = site.math.display(&entry.tex);
        let model = Formula {
            anchor: format!("formula-{}", index + 1),
            formula: displayed.markup,
            number: displayed.number.unwrap_or_default(),
            long: is_long(&entry.tex),
            claims: about.into_iter().map(|c| site.claim(c)).collect(),
            defines: entry.defines,
        };
        blocks.push(Block { start: entry.start, end: entry.end, markup: render(templates, "formula.html", &model)? });
    }
    let links = links(site, note);
    let unclaimed = note.formulas.iter().filter(|f| f.claims.is_empty() && !f.defines).count();
    let model = NotePage {
        frame: Frame::new(site, name, &note.title),
        title: note.title.clone(),
        path: note.path.clone(),
        titled: note.text.trim_start().starts_with("# "),
        summary: summary(note.formulas.len(), mine.len(), unclaimed),
        symbols: note.symbols.iter().map(|(tex, sort)| (site.math.inline(tex), sort.clone())).collect(),
        prose: prose::render(&note.text, &blocks, &links, &site.math),
        others: mine.iter().filter(|c| !shown.contains(&c.id.as_str())).map(|c| site.claim(c)).collect(),
    };
    render(templates, "note.html", &model)
}

fn summary(formulas: usize, claims: usize, unclaimed: usize) -> String {
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    let rest = match unclaimed {
        0 => String::new(),
        n => format!(", {n} of them without a claim"),
    };
    format!("{} about {}{rest}", plural(claims, "claim"), plural(formulas, "displayed formula"))
}

/// Links of this note to other notes: the relative path as written, and the page.
fn links(site: &Site<'_>, note: &NoteEntry) -> BTreeMap<String, String> {
    let here: Vec<&str> = note.path.split('/').collect();
    let folder = &here[..here.len() - 1];
    site.pages
        .iter()
        .map(|(path, page)| {
            let there: Vec<&str> = path.split('/').collect();
            let shared = folder.iter().zip(&there).take_while(|(a, b)| a == b).count();
            let up = vec![".."; folder.len() - shared];
            let relative: Vec<&str> = up.into_iter().chain(there[shared..].iter().copied()).collect();
            (relative.join("/"), page.clone())
        })
        .collect()
}
