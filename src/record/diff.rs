//! What changed from one run to another.

use super::baseline::{Baseline, fingerprint};
use super::{ClaimEntry, Record};
use crate::evidence::Estimate;
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::BTreeSet;

/// How a claim differs between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was as expected and decided, and no longer is; or it is new and against expectation.
    Broken,
    /// It is as expected now, or decided now, and was not.
    Fixed,
    /// The verdict is another one, for neither better nor worse.
    Verdict,
    /// Two measurements of it exclude each other.
    Estimate,
    /// The formula was edited; the verdict stands.
    Edited,
    /// It was not there.
    New,
    /// It is not there any more.
    Gone,
}

impl Change {
    /// Every change, worst first.
    pub const ALL: [Self; 7] =
        [Self::Broken, Self::Fixed, Self::Verdict, Self::Estimate, Self::Edited, Self::New, Self::Gone];

    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Fixed => "fixed",
            Self::Verdict => "verdict",
            Self::Estimate => "estimate",
            Self::Edited => "edited",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind.
    pub change: Change,
    /// The claim.
    pub id: String,
    /// Its note, in the newer run if it is there.
    pub note: String,
    /// Its line in the newer run, if that is known.
    pub line: Option<usize>,
    /// The verdict before.
    pub before: Option<String>,
    /// The verdict now.
    pub after: Option<String>,
    /// What differs, in words.
    pub detail: String,
}

/// 2 as expected, 1 undecided, 0 against expectation.
fn standing(verdict: &str, expect: &str) -> u8 {
    match Verdict::parse(verdict) {
        Some(Verdict::Proved | Verdict::Supported) => 2 * u8::from(expect != "refuted"),
        Some(Verdict::Refuted) => 2 * u8::from(expect == "refuted"),
        Some(v) if v.is_undecided() => 1,
        _ => 0,
    }
}

/// The differences between two records, worst first, then by id.
pub fn diff(old: &Record, new: &Record) -> Vec<Difference> {
    let mut out = against(&Baseline::of(old), new);
    for claim in &new.claims {
        let Some(before) = old.claim(&claim.id) else { continue };
        if out.iter().any(|d| d.id == claim.id && d.change != Change::Edited) {
            continue;
        }
        let moved = moved(before, claim);
        if !moved.is_empty() {
            out.push(Difference {
                change: Change::Estimate,
                id: claim.id.clone(),
                note: claim.note.clone(),
                line: Some(claim.line),
                before: Some(before.verdict.clone()),
                after: Some(claim.verdict.clone()),
                detail: moved.join("; "),
            });
        }
    }
    out.sort_by(|a, b| (a.change, &a.id).cmp(&(b.change, &b.id)));
    out
}

/// The differences between a baseline and a record; a baseline has no measurements.
pub fn against(old: &Baseline, new: &Record) -> Vec<Difference> {
    let ids: BTreeSet<&str> =
        old.entries.keys().map(String::as_str).chain(new.claims.iter().map(|c| c.id.as_str())).collect();
    let mut out: Vec<Difference> = ids.into_iter().filter_map(|id| difference(id, old, new)).collect();
    out.sort_by(|a, b| (a.change, &a.id).cmp(&(b.change, &b.id)));
    out
}

fn difference(id: &str, old: &Baseline, new: &Record) -> Option<Difference> {
    let (before, after) = (old.entries.get(id), new.claim(id));
    let (change, detail) = match (before, after) {
        (Some(before), Some(after)) => {
            let (was, is) = (standing(&before.verdict, &before.expect), standing(&after.verdict, &after.expect));
            let edited = before.formula != fingerprint(&after.tex);
            let detail =
                if edited { format!("the formula was edited; {}", after.because) } else { after.because.clone() };
            if is < was {
                (Change::Broken, detail)
            } else if is > was {
                (Change::Fixed, detail)
            } else if before.verdict != after.verdict {
                (Change::Verdict, detail)
            } else if edited {
                (Change::Edited, detail)
            } else {
                return None;
            }
        }
        (None, Some(after)) => {
            let is_bad = standing(&after.verdict, &after.expect) == 0;
            let detail = if is_bad { format!("a new claim; {}", after.because) } else { after.because.clone() };
            (if is_bad { Change::Broken } else { Change::New }, detail)
        }
        (Some(_), None) => (Change::Gone, "the claim is not there any more".to_owned()),
        (None, None) => return None,
    };
    Some(Difference {
        change,
        id: id.to_owned(),
        note: after.map(|c| c.note.clone()).or(before.map(|e| e.note.clone())).unwrap_or_default(),
        line: after.map(|c| c.line),
        before: before.map(|e| e.verdict.clone()),
        after: after.map(|c| c.verdict.clone()),
        detail,
    })
}

/// Measurements of the same thing whose intervals do not meet.
fn moved(old: &ClaimEntry, new: &ClaimEntry) -> Vec<String> {
    let all = |claim: &ClaimEntry| -> Vec<(String, Estimate)> {
        let named = |e: &crate::evidence::Evidence| {
            e.estimates.iter().map(|x| (format!("{} {}", e.method, x.name), x.clone())).collect::<Vec<_>>()
        };
        claim.evidence.iter().flat_map(named).collect()
    };
    let before = all(old);
    let apart = |a: &Estimate, b: &Estimate| a.high < b.low || b.high < a.low;
    all(new)
        .into_iter()
        .filter_map(|(name, now)| {
            let (_, was) = before.iter().find(|(n, _)| *n == name)?;
            apart(was, &now).then(|| {
                format!(
                    "{name}: {} in [{}, {}] before, {} in [{}, {}] now",
                    was.value, was.low, was.high, now.value, now.low, now.high
                )
            })
        })
        .collect()
}
