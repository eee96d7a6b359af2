//! Printed → repaired.

use super::{Failure, Frame, render};
use crate::report::errata;
use crate::report::view::{ClaimView, Site};
use serde::Serialize;
use tera::Tera;

#[derive(Serialize)]
struct Errata {
    frame: Frame,
    count: String,
    corrections: Vec<ClaimView>,
    /// The second part.
    title: &'static str,
    what: &'static str,
    others: Vec<ClaimView>,
}

pub(super) fn draw(templates: &Result<Tera, tera::Error>, site: &Site<'_>) -> Result<String, Failure> {
    let [corrections, others] =
        errata::sorted(site.record).map(|claims| claims.into_iter().map(|c| site.claim(c)).collect::<Vec<_>>());
    let count = match corrections.len() {
        0 => "No formula has to be corrected.".into(),
        1 => "One formula has to be corrected.".into(),
        n => format!("{n} formulas have to be corrected."),
    };
    let frame = Frame::new(site, "errata.html", "Errata");
    let [title, what] = errata::ON_PURPOSE;
    render(templates, "errata.html", &Errata { frame, count, corrections, title, what, others })
}
