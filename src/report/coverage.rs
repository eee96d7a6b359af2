//! How much of each source the notes cover, chapter by chapter, and every number with its claims.

use super::errata::{cell, inline, plain, sentence};
use super::view::slug;
use crate::record::{Coverage, EquationEntry, Record};
use std::collections::{BTreeMap, BTreeSet};

/// The numbered equations or the statements of a chapter: how many, and how many of each status.
#[derive(Clone, Debug, Default)]
pub(crate) struct Share {
    pub(crate) total: usize,
    pub(crate) statuses: BTreeMap<&'static str, usize>,
}

impl Share {
    fn add(&mut self, status: Coverage) {
        self.total += 1;
        *self.statuses.entry(status.word()).or_default() += 1;
    }

    /// How many have a status.
    pub(crate) fn with(&self, status: Coverage) -> usize {
        self.statuses.get(status.word()).copied().unwrap_or(0)
    }
}

/// Slugs of the sources of a record.
pub(crate) fn sources(record: &Record) -> BTreeSet<&str> {
    record.equations.iter().map(|e| e.source.as_str()).collect()
}

/// The chapters of a source in the order of the document, with their equations and their statements.
pub(crate) fn chapters<'a>(record: &'a Record, source: &str) -> Vec<(&'a str, Share, Share)> {
    let mut chapters: Vec<(&str, Share, Share)> = Vec::new();
    for entry in record.equations.iter().filter(|e| e.source == source) {
        // The number of a statement begins with its chapter, too: 6-p12.
        let chapter = entry.number.split(['.', '-']).next().unwrap_or("");
        let at = chapters.iter().position(|(name, ..)| *name == chapter).unwrap_or_else(|| {
            chapters.push((chapter, Share::default(), Share::default()));
            chapters.len() - 1
        });
        let (_, equations, statements) = &mut chapters[at];
        if entry.text.is_none() { equations } else { statements }.add(entry.status);
    }
    chapters.sort_by_key(|(name, ..)| (name.parse::<u32>().unwrap_or(u32::MAX), *name));
    chapters
}

/// The table of chapters.
pub(super) fn table(record: &Record, source: &str) -> String {
    let mut out = String::from(
        "| chapter | equations | as printed | definitions | restated | no check possible | open | statements | with a claim | no check possible | open |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for (name, equations, statements) in chapters(record, source) {
        let [covered, defined, restated] =
            [Coverage::Covered, Coverage::Defined, Coverage::Restated].map(|s| equations.with(s));
        let [undecidable, open] = [Coverage::Unchecked, Coverage::Open].map(|s| equations.with(s));
        let claimed = statements.with(Coverage::Claimed) + statements.with(Coverage::Defined);
        let [unchecked, missing] = [Coverage::Unchecked, Coverage::Open].map(|s| statements.with(s));
        out += &format!(
            "| {} | {} | {covered} | {defined} | {restated} | {undecidable} | {open} | {} | {claimed} | {unchecked} | {missing} |\n",
            plain(name),
            equations.total,
            statements.total,
        );
    }
    out
}

/// The page of a source: each number with its status and its claims; `names` are the pages of the notes.
pub(super) fn markdown(record: &Record, source: &str, names: &BTreeMap<&str, String>) -> String {
    let mut out = format!("# Coverage of {}\n\n{}", plain(source), table(record, source));
    let entries = record.equations.iter().filter(|e| e.source == source);
    let (statements, equations): (Vec<&EquationEntry>, Vec<&EquationEntry>) = entries.partition(|e| e.text.is_some());
    for (heading, head, entries) in
        [("Numbered equations", "as printed", equations), ("Statements in words", "what it says", statements)]
    {
        if entries.is_empty() {
            continue;
        }
        out += &format!("\n## {heading}\n\n| number | {head} | status | claims |\n|---|---|---|---|\n");
        for entry in entries {
            let shown = match &entry.text {
                Some(text) => cell(&sentence(text)),
                None => inline(&entry.tex)
                    .filter(|t| t.len() <= 160)
                    .map_or_else(|| "long".to_owned(), |tex| format!("${}$", cell(&tex))),
            };
            let claims = entry.claims.iter().filter_map(|id| record.claim(id)).map(|claim| {
                let name = names.get(claim.note.as_str()).map_or("", String::as_str);
                format!("[{}]({name}#{}) {}", plain(&claim.id), slug(&claim.id), plain(&claim.verdict))
            });
            let notes = entry.defined_in.iter().filter_map(|path| {
                let note = record.notes.iter().find(|n| n.path == *path)?;
                Some(format!("defined in [{}]({})", plain(&note.title), names.get(path.as_str())?))
            });
            let reason = entry.reason.iter().map(|reason| cell(&sentence(reason)));
            let about: Vec<String> = claims.chain(notes).chain(reason).collect();
            out +=
                &format!("| {} | {shown} | {} | {} |\n", plain(&entry.number), entry.status.word(), about.join(", "));
        }
    }
    out
}
