//! Reports, drawn from a record alone: nothing here runs a check, reads a clock or touches a file.

mod coverage;
mod errata;
mod figure;
pub mod github;
pub mod json;
pub mod junit;
mod markdown;
mod math;
mod pages;
mod problem;
mod prose;
pub mod sarif;
mod style;
pub mod terminal;
mod view;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use crate::evidence::Figure;
use crate::record::Record;
use crate::record::diff::Difference;

/// A file of a report: where it belongs in the output directory, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Relative path with `/`; never leaves the output directory.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Page {
    fn text(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }
}

/// The HTML site, under `site/`: overview, errata, coverage, one annotated page per note. Complete in itself: no request
/// leaves it, and without script everything is there. `since` is what changed against a baseline.
pub fn site(record: &Record, since: Option<&[Difference]>) -> Vec<Page> {
    pages::site(record, since)
}

/// The file name, below `site/`, of a note's page.
pub fn page_of(record: &Record, note: &str) -> Option<String> {
    view::Site::new(record).pages.get(note).cloned()
}

/// The figures of the Markdown report as PNG, for those who cannot use SVG.
pub fn pngs(record: &Record) -> Vec<Page> {
    markdown::pngs(record)
}

/// A figure as an SVG file.
///
/// # Errors
/// In words, if there is nothing to draw.
pub fn svg(figure: &Figure) -> Result<String, String> {
    figure::draw(figure).map(|drawing| drawing.standalone())
}

/// The Markdown report: `README.md`, `errata.md`, a page per note, figures as SVG. The same record body gives the same
/// bytes.
pub fn markdown(record: &Record) -> Vec<Page> {
    markdown::pages(record)
}
