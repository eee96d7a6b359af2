//! View models shared by the pages: plain data for the templates, which do no arithmetic.

use super::figure;
use super::math::{Math, escape, single_line};
use crate::evidence::{Evidence, Finding};
use crate::record::diff::Difference;
use crate::record::{ClaimEntry, Record, Survivor};
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A verdict badge: never colour alone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Badge {
    /// The verdict's word.
    pub(crate) word: String,
    /// CSS class.
    pub(crate) class: &'static str,
    /// A sign that is told apart without colour.
    pub(crate) sign: &'static str,
    /// Whether it is what the author expects.
    pub(crate) expected: bool,
    /// What the verdict means.
    pub(crate) meaning: &'static str,
}

/// A claim as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClaimView {
    pub(crate) id: String,
    pub(crate) anchor: String,
    pub(crate) href: String,
    pub(crate) note: String,
    pub(crate) line: usize,
    pub(crate) badge: Badge,
    pub(crate) because: String,
    /// The formula as MathML, without its number.
    pub(crate) formula: String,
    /// What the program read, when that may differ from what is printed.
    pub(crate) understood: String,
    pub(crate) expectation: &'static str,
    pub(crate) assumptions: Vec<String>,
    pub(crate) evidence: Vec<EvidenceView>,
    /// `exact proves · enclosure agrees`.
    pub(crate) methods: String,
    /// `29/30`, or empty.
    pub(crate) sharpness: String,
    pub(crate) sharpness_text: String,
    pub(crate) survivors: Vec<String>,
    pub(crate) witness: Option<WitnessView>,
    pub(crate) corrections: Vec<CorrectionView>,
    pub(crate) citations: String,
    pub(crate) corrects: Option<Reference>,
    /// The author's own repairs of this claim: the claims that correct it.
    pub(crate) repaired_by: Vec<AuthorRepair>,
    pub(crate) command: String,
}

/// A link to another claim.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Reference {
    pub(crate) id: String,
    pub(crate) href: String,
}

/// A claim that an author puts in the place of a wrong one.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuthorRepair {
    pub(crate) claim: Reference,
    pub(crate) badge: Badge,
    pub(crate) formula: String,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EvidenceView {
    pub(crate) method: String,
    pub(crate) link: String,
    pub(crate) finding: &'static str,
    pub(crate) detail: String,
    /// Certificate, bound, witness or reason.
    pub(crate) statement: String,
    /// What would decide it, if it is undecided.
    pub(crate) remedy: &'static str,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) figures: Vec<FigureView>,
}

/// A figure with its caption.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FigureView {
    pub(crate) title: String,
    pub(crate) caption: String,
    /// SVG, or a sentence why there is none.
    pub(crate) drawing: String,
    pub(crate) omitted: String,
}

/// What shows that a claim is false.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WitnessView {
    pub(crate) summary: String,
    pub(crate) point: Vec<(String, String)>,
    pub(crate) left: String,
    pub(crate) right: String,
}

/// A repaired formula.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CorrectionView {
    pub(crate) formula: String,
    pub(crate) tex: String,
    pub(crate) description: String,
    pub(crate) verified: String,
}

/// What all pages of a site need: the record, the converter and the names of the pages.
pub(crate) struct Site<'a> {
    pub(crate) record: &'a Record,
    pub(crate) math: Math,
    /// File name of each note's page, by the note's path.
    pub(crate) pages: BTreeMap<&'a str, String>,
    /// File name of each source's coverage page, by slug.
    pub(crate) sources: BTreeMap<&'a str, String>,
    /// What changed since the baseline, if the run was compared with one.
    pub(crate) since: Option<&'a [Difference]>,
}

impl<'a> Site<'a> {
    pub(crate) fn new(record: &'a Record) -> Self {
        // the Markdown report has the same names without the prefix, beside its own two
        let mut taken = BTreeSet::from(["note-readme".to_owned(), "note-errata".to_owned()]);
        let mut name = |prefix: &str, text: &str| {
            let base = slug(text);
            let names = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}-{n}")));
            let free = names.map(|n| format!("{prefix}{n}")).find(|n| taken.insert(n.clone())).unwrap_or_default();
            format!("{free}.html")
        };
        let stem = |path: &'a str| path.rsplit('/').next().unwrap_or(path).trim_end_matches(".md");
        let pages = record.notes.iter().map(|n| (n.path.as_str(), name("note-", stem(&n.path)))).collect();
        let slugs: BTreeSet<&str> = record.equations.iter().map(|e| e.source.as_str()).collect();
        let sources = slugs.into_iter().map(|s| (s, name("coverage-", s))).collect();
        Self { record, math: Math::new(), pages, sources, since: None }
    }

    /// The page of a claim, with its anchor.
    pub(crate) fn href(&self, claim: &ClaimEntry) -> String {
        let page = self.pages.get(claim.note.as_str()).map_or("index.html", String::as_str);
        format!("{page}#{}", self.anchor(claim))
    }

    /// The claim's id as an element id: letters, digits and hyphens; with its number, should two ids become the same.
    pub(crate) fn anchor(&self, claim: &ClaimEntry) -> String {
        let same =
            self.record.claims.iter().take_while(|c| c.id != claim.id).filter(|c| slug(&c.id) == slug(&claim.id));
        match same.count() {
            0 => format!("claim-{}", slug(&claim.id)),
            n => format!("claim-{}-{}", slug(&claim.id), n + 1),
        }
    }

    pub(crate) fn reference(&self, id: &str) -> Option<Reference> {
        self.record.claim(id).map(|c| Reference { id: c.id.clone(), href: self.href(c) })
    }

    pub(crate) fn claim(&self, claim: &ClaimEntry) -> ClaimView {
        let links = claim.evidence.iter().map(|e| e.link).max().unwrap_or(0);
        let mut methods: Vec<String> =
            claim.evidence.iter().map(|e| format!("{} {}", e.method, e.finding.word())).collect();
        methods.dedup();
        let witness = claim.evidence.iter().find_map(|e| match &e.finding {
            Finding::Contradicts { witness } => Some(WitnessView {
                summary: self.math.sentence(&witness.summary),
                point: witness.point.iter().map(|(s, v)| (self.math.inline(s), self.math.sentence(v))).collect(),
                left: witness.left.clone(),
                right: witness.right.clone(),
            }),
            _ => None,
        });
        let header = &self.record.header;
        ClaimView {
            id: claim.id.clone(),
            anchor: self.anchor(claim),
            href: self.href(claim),
            note: claim.note.clone(),
            line: claim.line,
            badge: badge(claim),
            because: self.math.sentence(&claim.because),
            formula: self.math.display(&claim.tex).markup,
            understood: self.math.display(&claim.understood).markup,
            expectation: expectation(claim),
            assumptions: claim.assumptions.iter().map(|a| self.math.sentence(a)).collect(),
            evidence: claim.evidence.iter().map(|e| self.evidence(e, links, claim)).collect(),
            methods: methods.join(" · "),
            sharpness: sharpness(claim),
            sharpness_text: claim.sharpness.as_ref().map_or(String::new(), sharpness_text),
            survivors: claim.sharpness.iter().flat_map(|s| &s.survivors).map(|s| self.survivor(s)).collect(),
            witness,
            corrections: claim
                .corrections
                .iter()
                .map(|c| CorrectionView {
                    formula: self.math.display(&c.tex).markup,
                    tex: c.tex.clone(),
                    description: self.math.sentence(&c.description),
                    verified: self.math.sentence(&c.verified),
                })
                .collect(),
            citations: citations(claim),
            repaired_by: self
                .record
                .claims
                .iter()
                .filter(|c| c.corrects.as_deref() == Some(&claim.id))
                .map(|c| self.repair(c))
                .collect(),
            corrects: claim.corrects.as_deref().and_then(|id| self.reference(id)),
            command: format!(
                "corrigenda check {} --seed {} --profile {}",
                quoted(&claim.note),
                header.seed,
                quoted(&header.profile)
            ),
        }
    }

    fn repair(&self, claim: &ClaimEntry) -> AuthorRepair {
        AuthorRepair {
            claim: Reference { id: claim.id.clone(), href: self.href(claim) },
            badge: badge(claim),
            formula: self.math.display(&claim.tex).markup,
        }
    }

    fn evidence(&self, evidence: &Evidence, links: usize, claim: &ClaimEntry) -> EvidenceView {
        EvidenceView {
            method: evidence.method.clone(),
            link: if links > 0 { format!("link {}", evidence.link + 1) } else { String::new() },
            finding: evidence.finding.word(),
            detail: self.math.sentence(&evidence.detail),
            statement: match statement(&evidence.finding) {
                // said already
                text if evidence.detail.contains(text.trim_end_matches('.')) => String::new(),
                text => self.math.sentence(&text),
            },
            remedy: match evidence.finding {
                Finding::Undecided { reason, .. }
                    if Verdict::parse(&claim.verdict).is_some_and(Verdict::is_undecided) =>
                {
                    reason.remedy()
                }
                _ => "",
            },
            facts: evidence
                .facts
                .iter()
                .map(|f| (self.math.sentence(&f.label), self.math.sentence(&f.value)))
                .collect(),
            figures: evidence
                .figures
                .iter()
                .map(|f| {
                    let drawn = figure::draw(f);
                    FigureView {
                        title: f.title.clone(),
                        caption: f.caption.clone(),
                        omitted: drawn.as_ref().map_or(String::new(), |d| omitted(d.omitted)),
                        drawing: drawn.map_or_else(|why| format!("<p class=\"quiet\">{}</p>", escape(&why)), |d| d.svg),
                    }
                })
                .collect(),
        }
    }

    /// A surviving variant: the formula, the edit, the reason.
    fn survivor(&self, survivor: &Survivor) -> String {
        let [edit, reason] = [&survivor.edit, &survivor.reason].map(|text| self.math.sentence(text));
        format!("{} <span class=\"quiet\">{edit}; {reason}</span>", self.math.inline(&survivor.tex))
    }
}

/// The badge of a claim.
pub(crate) fn badge(claim: &ClaimEntry) -> Badge {
    let verdict = Verdict::parse(&claim.verdict);
    let (class, sign) = verdict.map_or(("undecided", "?"), look);
    Badge {
        word: claim.verdict.clone(),
        class,
        sign,
        expected: claim.as_expected,
        meaning: verdict.map_or("", Verdict::explanation),
    }
}

/// The claims whose verdict is not as expected: conflicts first, then refutations, then the rest in the order of the notes.
pub(crate) fn worst_first(record: &Record) -> Vec<&ClaimEntry> {
    let mut claims: Vec<&ClaimEntry> = record.unexpected().collect();
    claims.sort_by_key(|c| match Verdict::parse(&c.verdict) {
        Some(Verdict::Conflict) => 0,
        Some(Verdict::Refuted) => 1,
        Some(Verdict::Proved | Verdict::Supported) => 2,
        _ => 3,
    });
    claims
}

/// CSS class and sign of a verdict.
pub(crate) const fn look(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Proved => ("proved", "■"),
        Verdict::Supported => ("supported", "●"),
        Verdict::Refuted => ("refuted", "✕"),
        Verdict::Conflict => ("conflict", "!"),
        Verdict::Vacuous | Verdict::Unsupported | Verdict::Inconclusive => ("undecided", "?"),
    }
}

/// What the author expects, and whether it came out.
pub(crate) fn expectation(claim: &ClaimEntry) -> &'static str {
    let undecided = Verdict::parse(&claim.verdict).is_some_and(Verdict::is_undecided);
    match (claim.expect.as_str(), claim.as_expected) {
        ("refuted", true) if undecided => "quoted as wrong, not decided",
        ("refuted", true) => "quoted as wrong, and it is",
        ("refuted", false) => "quoted as wrong, but not refuted",
        (_, true) => "",
        (_, false) => "not what the author expects",
    }
}

/// Killed mutants over those that could be killed.
pub(crate) fn sharpness(claim: &ClaimEntry) -> String {
    claim
        .sharpness
        .as_ref()
        .map_or(String::new(), |s| format!("{}/{}", s.killed, s.mutants - s.equivalent.min(s.mutants)))
}

/// The same over all claims that stand, in a sentence; `None` if no variant was judged.
pub(crate) fn sharpness_of_all(record: &Record) -> Option<String> {
    let (killed, wrong) = record.sharpness();
    // Rounded down: 100 % is said only of all.
    let percent = (100 * killed).checked_div(wrong)?;
    Some(format!(
        "Sharpness: of {wrong} variants of the formulas that stand, the same evidence refutes {killed} ({percent} %). Variants that \
         are proved equal to the formula, proved true, or proved to follow from it are not counted."
    ))
}

pub(crate) fn sharpness_text(sharpness: &crate::record::Sharpness) -> String {
    let could = sharpness.mutants - sharpness.equivalent.min(sharpness.mutants);
    let mut text = match (could, sharpness.killed) {
        (0, _) => "No wrong variant of this formula could be made, so nothing is known about how sharp the check is."
            .to_owned(),
        (n, killed) if n == killed => {
            format!("The same evidence refutes all {n} wrong variants of this formula that were tried.")
        }
        (n, killed) => format!("The same evidence refutes {killed} of {n} wrong variants of this formula."),
    };
    match sharpness.equivalent {
        0 => {}
        1 => text += " One more variant is proved to be equal to the formula or true as well, and does not count.",
        n => {
            text +=
                &format!(" {n} more variants are proved to be equal to the formula or true as well, and do not count.")
        }
    }
    text
}

/// Certificate, bound, summary of the witness, or reason.
pub(crate) fn statement(finding: &Finding) -> String {
    match finding {
        Finding::Proves { certificate } => certificate.clone(),
        Finding::Agrees { bound } => bound.clone(),
        Finding::Contradicts { witness } => witness.summary.clone(),
        Finding::Undecided { explanation, .. } => explanation.clone(),
    }
}

/// Where the formula stands in its source, and whether it is the printed one.
pub(crate) fn citations(claim: &ClaimEntry) -> String {
    if claim.cites.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = claim.cites.iter().map(|n| format!("({n})")).collect();
    let relation = match claim.as_printed {
        Some(true) => ", as printed",
        Some(false) => ", restated",
        None => "",
    };
    let source = claim.source.as_deref().map_or(String::new(), |s| format!("{s} "));
    format!("{source}{}{relation}", numbers.join(", "))
}

/// A sentence about values that could not be drawn.
pub(crate) fn omitted(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "One value cannot be shown on these axes (not finite, or not positive).".into(),
        n => format!("{n} values cannot be shown on these axes (not finite, or not positive)."),
    }
}

/// Letters, digits and single hyphens of a text, lower case, at most 60; never empty.
pub(crate) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
        if out.len() >= 60 {
            break;
        }
    }
    let out = out.trim_end_matches('-').to_owned();
    if out.is_empty() { "x".into() } else { out }
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let argument = single_line(argument);
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+".contains(c);
    if !argument.is_empty() && !argument.starts_with('-') && argument.chars().all(harmless) {
        return argument;
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}
