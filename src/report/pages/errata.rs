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
}

pub(super) fn draw(templates: &Result<Tera, tera::Error>, site: &Site<'_>) -> Result<String, Failure> {
    let corrections: Vec<ClaimView> = errata::refuted(site.record).map(|c| site.claim(c)).collect();
    let count = match corrections.len() {
        0 => "No formula was refuted.".into(),
        1 => "One formula was refuted.".into(),
        n => format!("{n} formulas were refuted."),
    };
    render(templates, "errata.html", &Errata { frame: Frame::new(site, "errata.html", "Errata"), count, corrections })
}
