//! The committed report: Markdown that renders well on any forge, the same for the same record body.

use super::errata::{cell, display, inline, plain, sentence, witness};
use super::view::{
    Site, citations, expectation, look, omitted, sharpness, sharpness_of_all, sharpness_text, slug, statement,
};
use super::{Page, coverage, errata, figure};
use crate::record::{ClaimEntry, NoteEntry, Record};
use crate::verdict::Verdict;
use std::collections::BTreeMap;

/// `README.md`, `errata.md`, one page per note, and figures. No clock, host or duration in any of them.
pub(super) fn pages(record: &Record) -> Vec<Page> {
    let site = Site::new(record);
    // the same names as in the site, with another ending
    let names: BTreeMap<&str, String> =
        site.pages.iter().map(|(path, page)| (*path, page.replace("note-", "").replace(".html", ".md"))).collect();
    let mut pages =
        vec![Page::text("README.md", &overview(record, &names)), Page::text("errata.md", &errata::markdown(record))];
    for source in coverage::sources(record) {
        let text = coverage::markdown(record, source, &names);
        pages.push(Page::text(&format!("coverage-{}.md", slug(source)), &text));
    }
    for note in &record.notes {
        let Some(name) = names.get(note.path.as_str()) else { continue };
        let text = note_page(&site, note, &mut pages, name.trim_end_matches(".md"));
        pages.push(Page::text(name, &text));
    }
    pages
}

/// The figures of the report once more as PNG, beside the SVG.
pub(super) fn pngs(record: &Record) -> Vec<Page> {
    let site = Site::new(record);
    let stem = |note: &str| site.pages.get(note).map(|page| page.replace("note-", "").replace(".html", ""));
    let mut pages = Vec::new();
    for claim in &record.claims {
        let Some(stem) = stem(&claim.note) else { continue };
        for data in claim.evidence.iter().flat_map(|e| &e.figures) {
            // A figure that cannot be drawn says so in its page.
            if let Ok(bytes) = figure::png(data) {
                pages.push(Page { path: format!("{}.png", figure_path(&site, &stem, claim, &data.slug)), bytes });
            }
        }
    }
    pages
}

/// Where a figure belongs, without its ending.
fn figure_path(site: &Site<'_>, stem: &str, claim: &ClaimEntry, figure: &str) -> String {
    format!("figures/{stem}/{}-{}", &site.anchor(claim)["claim-".len()..], slug(figure))
}

fn overview(record: &Record, names: &BTreeMap<&str, String>) -> String {
    let header = &record.header;
    let mut out = String::from("# Verification report\n\n");
    let tally: Vec<String> =
        record.tally().iter().filter(|(_, n)| *n > 0).map(|(v, n)| format!("**{n}** {}", v.word())).collect();
    out += &format!("{} claims: {}.\n", record.claims.len(), tally.join(", "));
    let unexpected: Vec<&ClaimEntry> = record.unexpected().collect();
    out += &match unexpected.len() {
        0 => "No verdict is against what its author expects.\n".to_owned(),
        1 => "One verdict is not as its author expects.\n".to_owned(),
        n => format!("{n} verdicts are not as their authors expect.\n"),
    };
    out +=
        &format!("\nVersion {}, seed {}, profile {}.\n", plain(&header.version), header.seed, plain(&header.profile));
    if let Some(text) = sharpness_of_all(record) {
        out += &format!("\n{text}\n");
    }
    for note in &record.notes {
        let name = names.get(note.path.as_str()).map_or("", String::as_str);
        out += &format!("\n## [{}]({name})\n\n", plain(&note.title));
        let claims: Vec<&ClaimEntry> = record.claims.iter().filter(|c| c.note == note.path).collect();
        if claims.is_empty() {
            out += "No claims.\n";
            continue;
        }
        out += "| verdict | claim | formula | checked by | sharpness |\n|---|---|---|---|---|\n";
        for claim in claims {
            let formula = inline(&claim.tex)
                .filter(|t| t.len() <= 160)
                .map_or_else(|| format!("[long]({name}#{})", slug(&claim.id)), |tex| format!("${}$", cell(&tex)));
            let mut methods: Vec<String> =
                claim.evidence.iter().map(|e| format!("{} {}", e.method, e.finding.word())).collect();
            methods.dedup();
            out += &format!(
                "| {} | [{}]({name}#{}) | {formula} | {} | {} |\n",
                verdict(claim),
                plain(&claim.id),
                slug(&claim.id),
                plain(&methods.join(", ")),
                sharpness(claim),
            );
        }
    }
    let [errors, on_purpose] = errata::sorted(record).map(|claims| claims.len());
    if errors + on_purpose > 0 {
        let others = if on_purpose > 0 { format!("; refuted on purpose: {on_purpose}") } else { String::new() };
        out += &format!("\n## Errata\n\nFormulas to be corrected: [errata.md](errata.md) ({errors}{others}).\n");
    }
    for source in coverage::sources(record) {
        out += &format!("\n## Coverage of [{}](coverage-{}.md)\n\n", plain(source), slug(source));
        out += &coverage::table(record, source);
    }
    if !record.diagnostics.is_empty() {
        out += "\n## Diagnostics\n\n";
        for d in &record.diagnostics {
            let place = format!("{}:{}:{}", d.file, d.position.line, d.position.column);
            out +=
                &format!("- {} `{}` at {}: {}\n", plain(&d.severity), slug(&d.code), plain(&place), plain(&d.message));
        }
    }
    out
}

fn note_page(site: &Site<'_>, note: &NoteEntry, pages: &mut Vec<Page>, stem: &str) -> String {
    let mut out = format!("# {}\n\n{}\n", plain(&note.title), plain(&note.path));
    for claim in site.record.claims.iter().filter(|c| c.note == note.path) {
        out += &format!("\n## {}\n\n{}\n", plain(&claim.id), display(&claim.tex));
        out += &format!("{}: {}\n\n", verdict(claim), sentence(&claim.because));
        let mut lines = Vec::new();
        for (label, text) in [("Source", citations(claim)), ("Repairs", claim.corrects.clone().unwrap_or_default())] {
            if !text.is_empty() {
                lines.push(format!("{label}: {}", plain(&text)));
            }
        }
        if !claim.assumptions.is_empty() {
            lines.push(format!("Assumptions: {}", sentence(&claim.assumptions.join("; "))));
        }
        for e in &claim.evidence {
            let (detail, statement) = (sentence(&e.detail), sentence(&statement(&e.finding)));
            lines.push(format!("*{}* {}: {detail}. {statement}", plain(&e.method), e.finding.word()));
        }
        if let Some(s) = &claim.sharpness {
            lines.push(format!("Sharpness: {}", sharpness_text(s)));
        }
        if let Some(summary) = witness(claim) {
            lines.push(format!("Witness: {}", sentence(summary)));
        }
        out += &lines.iter().map(|line| format!("- {line}\n")).collect::<String>();
        for repair in &claim.corrections {
            out += &format!("\nRepaired by the tool ({}):\n\n{}", sentence(&repair.description), display(&repair.tex));
            out += &format!("\nWhy it is believed: {}.\n", sentence(&repair.verified));
        }
        for data in claim.evidence.iter().flat_map(|e| &e.figures) {
            let path = format!("{}.svg", figure_path(site, stem, claim, &data.slug));
            match figure::draw(data) {
                Ok(drawing) => {
                    let caption = format!("{} {}", plain(&data.caption), omitted(drawing.omitted));
                    out += &format!(
                        "\n![{}]({path})\n\n*{}.* {}\n",
                        plain(&data.title),
                        plain(&data.title),
                        caption.trim()
                    );
                    pages.push(Page::text(&path, &drawing.standalone()));
                }
                Err(why) => out += &format!("\n{}: {}\n", plain(&data.title), plain(&why)),
            }
        }
    }
    out
}

/// Sign, word, and what the author thinks of it.
fn verdict(claim: &ClaimEntry) -> String {
    let sign = Verdict::parse(&claim.verdict).map_or("?", |v| look(v).1);
    let expectation = expectation(claim);
    let comma = if expectation.is_empty() { "" } else { ", " };
    format!("{sign} **{}**{comma}{expectation}", plain(&claim.verdict))
}
