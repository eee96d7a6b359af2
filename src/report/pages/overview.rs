//! The overview: the tally first, then what needs attention, then every claim.

use super::{Failure, Frame, render};
use crate::record::diff::{Change, Difference};
use crate::report::view::{ClaimView, Site, look, sharpness_of_all, worst_first};
use crate::verdict::Verdict;
use serde::Serialize;
use tera::Tera;

#[derive(Serialize)]
struct Overview {
    frame: Frame,
    headline: String,
    all_well: bool,
    tally: Vec<Count>,
    sharpness: Option<String>,
    attention: Vec<ClaimView>,
    diagnostics: Vec<DiagnosticView>,
    notes: Vec<NoteRow>,
    claims: Vec<ClaimView>,
    since: Option<Vec<Since>>,
    provenance: Vec<(&'static str, String)>,
    slowest: Vec<(String, String)>,
}

/// A claim that differs from the baseline.
#[derive(Serialize)]
struct Since {
    change: &'static str,
    class: &'static str,
    id: String,
    href: String,
    verdicts: String,
    detail: String,
}

#[derive(Serialize)]
struct Count {
    word: &'static str,
    class: &'static str,
    sign: &'static str,
    count: usize,
    /// Share of all claims, as a CSS percentage.
    share: String,
    meaning: &'static str,
}

#[derive(Serialize)]
struct DiagnosticView {
    code: String,
    severity: String,
    place: String,
    message: String,
    hint: String,
}

#[derive(Serialize)]
struct NoteRow {
    title: String,
    href: String,
    path: String,
    /// One cell per claim, in the order of the note.
    marks: Vec<Mark>,
    unclaimed: usize,
}

#[derive(Serialize)]
struct Mark {
    href: String,
    class: &'static str,
    sign: &'static str,
    title: String,
    expected: bool,
}

pub(super) fn draw(templates: &Result<Tera, tera::Error>, site: &Site<'_>) -> Result<String, Failure> {
    let record = site.record;
    let header = &record.header;
    let total = record.claims.len();
    let tally = record.tally().into_iter().filter(|(_, n)| *n > 0).map(|(verdict, count)| {
        let (class, sign) = look(verdict);
        let share = format!("{:.2}%", 100.0 * count as f64 / total.max(1) as f64);
        Count { word: verdict.word(), class, sign, count, share, meaning: verdict.explanation() }
    });
    // a table of many claims needs no panels
    let row = |view: ClaimView| ClaimView { evidence: Vec::new(), ..view };
    let claims: Vec<ClaimView> = record.claims.iter().map(|c| row(site.claim(c))).collect();
    let attention: Vec<ClaimView> = worst_first(record).into_iter().map(|c| row(site.claim(c))).collect();
    let undecided =
        record.claims.iter().filter(|c| Verdict::parse(&c.verdict).is_some_and(Verdict::is_undecided)).count();
    let errors = record.diagnostics.iter().filter(|d| d.severity == "error").count();
    let notes = record.notes.iter().map(|note| NoteRow {
        title: note.title.clone(),
        href: site.pages.get(note.path.as_str()).cloned().unwrap_or_default(),
        path: note.path.clone(),
        marks: claims
            .iter()
            .filter(|c| c.note == note.path)
            .map(|c| Mark {
                href: c.href.clone(),
                class: c.badge.class,
                sign: c.badge.sign,
                title: format!("{}: {}", c.id, c.badge.word),
                expected: c.badge.expected,
            })
            .collect(),
        unclaimed: note.formulas.iter().filter(|f| f.claims.is_empty()).count(),
    });
    let mut slowest: Vec<(&String, f64)> = record.timing.claims.iter().map(|(id, s)| (id, *s)).collect();
    slowest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let model = Overview {
        frame: Frame::new(site, "index.html", "Overview"),
        headline: headline(total, attention.len(), undecided, errors),
        all_well: attention.is_empty() && errors == 0 && total > 0,
        tally: tally.collect(),
        sharpness: sharpness_of_all(record),
        diagnostics: record
            .diagnostics
            .iter()
            .map(|d| DiagnosticView {
                code: d.code.clone(),
                severity: d.severity.clone(),
                place: format!("{}:{}:{}", d.file, d.position.line, d.position.column),
                message: d.message.clone(),
                hint: d.hint.clone().unwrap_or_default(),
            })
            .collect(),
        notes: notes.collect(),
        since: site.since.map(|all| all.iter().map(|d| since(site, d)).collect()),
        provenance: [
            ("Program", format!("corrigenda {}", header.version)),
            ("Seed", header.seed.to_string()),
            ("Profile", header.profile.clone()),
            ("Checked", header.paths.join(" ")),
            ("Error rate", format!("{} per note: the chance that simulation refutes a true claim", header.error_rate)),
            ("Time", format!("{:.1} s", record.timing.total)),
            ("Machine", record.timing.machine.clone()),
            ("Commit", record.timing.commit.clone()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect(),
        slowest: slowest
            .into_iter()
            .take(5)
            .filter(|(_, s)| *s >= 1.0)
            .map(|(id, s)| (id.clone(), format!("{s:.1} s")))
            .collect(),
        attention,
        claims,
    };
    render(templates, "overview.html", &model)
}

fn since(site: &Site<'_>, difference: &Difference) -> Since {
    let class = match difference.change {
        Change::Broken => "refuted",
        Change::Fixed => "proved",
        Change::Gone => "open",
        Change::Verdict | Change::Estimate => "undecided",
        Change::Edited | Change::New => "supported",
    };
    Since {
        change: difference.change.word(),
        class,
        id: difference.id.clone(),
        href: site.reference(&difference.id).map_or(String::new(), |r| r.href),
        verdicts: match (&difference.before, &difference.after) {
            (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
            _ => String::new(),
        },
        detail: site.math.sentence(&difference.detail),
    }
}

fn headline(total: usize, unexpected: usize, undecided: usize, errors: usize) -> String {
    let claims = |n: usize| if n == 1 { "1 claim".to_owned() } else { format!("{n} claims") };
    let mut text = match (total, unexpected) {
        (0, _) => "No claim was checked".to_owned(),
        (n, 0) if undecided == 0 => format!("{}, every verdict as expected", claims(n)),
        (n, 0) => format!("{}, no verdict against expectation", claims(n)),
        (n, 1) => format!("{}, 1 verdict not as expected", claims(n)),
        (n, k) => format!("{}, {k} verdicts not as expected", claims(n)),
    };
    if undecided > 0 {
        text += &format!(", {undecided} undecided");
    }
    match errors {
        0 => {}
        1 => text += "; 1 error in the notes",
        n => text += &format!("; {n} errors in the notes"),
    }
    text
}
