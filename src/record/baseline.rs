//! A baseline: the verdict of every claim in one sorted line each, to commit beside the notes and to compare a run with.

use super::{ClaimEntry, Record};
use crate::latex::normal_form;
use std::collections::BTreeMap;

/// The first line of a baseline.
const HEADER: &str = "# corrigenda baseline 1: claim, verdict, expectation, formula, note";

/// The verdicts of a run by claim id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// One entry per claim.
    pub entries: BTreeMap<String, BaselineEntry>,
}

/// What a baseline keeps of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineEntry {
    /// The verdict's word.
    pub verdict: String,
    /// `holds` or `refuted`.
    pub expect: String,
    /// [`fingerprint`] of the formula.
    pub formula: String,
    /// Path of the note.
    pub note: String,
}

/// Sixteen hexadecimal digits that two formulas share if they are spelt alike.
pub fn fingerprint(tex: &str) -> String {
    blake3::hash(normal_form(tex).as_bytes()).to_hex()[..16].to_owned()
}

impl BaselineEntry {
    fn of(claim: &ClaimEntry) -> Self {
        Self {
            verdict: claim.verdict.clone(),
            expect: claim.expect.clone(),
            formula: fingerprint(&claim.tex),
            note: claim.note.clone(),
        }
    }
}

impl Baseline {
    /// The baseline that a run would write.
    pub fn of(record: &Record) -> Self {
        Self { entries: record.claims.iter().map(|c| (c.id.clone(), BaselineEntry::of(c))).collect() }
    }

    /// One line a claim, sorted by id, fields separated by tabs.
    pub fn render(&self) -> String {
        let lines = self.entries.iter().map(|(id, e)| {
            format!("{}\n", [id, &e.verdict, &e.expect, &e.formula, &e.note].map(|f| field(f)).join("\t"))
        });
        format!("{HEADER}\n{}", lines.collect::<String>())
    }

    /// Reads what [`Baseline::render`] wrote.
    ///
    /// # Errors
    /// The number of the first line, from 1, that is not as written, and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut lines = text.lines().enumerate();
        if lines.next().is_none_or(|(_, first)| first != HEADER) {
            return Err((1, format!("a baseline starts with the line `{HEADER}`")));
        }
        let mut entries = BTreeMap::new();
        for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [id, verdict, expect, formula, note] = fields[..] else {
                return Err((number + 1, format!("{} fields in place of 5", fields.len())));
            };
            let entry = BaselineEntry {
                verdict: verdict.to_owned(),
                expect: expect.to_owned(),
                formula: formula.to_owned(),
                note: note.to_owned(),
            };
            if crate::verdict::Verdict::parse(verdict).is_none() {
                return Err((number + 1, format!("`{verdict}` is no verdict")));
            }
            if entries.insert(id.to_owned(), entry).is_some() {
                return Err((number + 1, format!("`{id}` is there twice")));
            }
        }
        Ok(Self { entries })
    }
}

/// Tabs and line feeds separate; a path that has one is written with blanks.
fn field(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline() -> Baseline {
        let entry = |verdict: &str| BaselineEntry {
            verdict: verdict.into(),
            expect: "holds".into(),
            formula: fingerprint("x = y"),
            note: "a b/ü.md".into(),
        };
        Baseline { entries: [("b".to_owned(), entry("proved")), ("a".to_owned(), entry("refuted"))].into() }
    }

    #[test]
    fn what_is_written_is_read_back_sorted() {
        let text = baseline().render();
        assert_eq!(Baseline::parse(&text), Ok(baseline()));
        assert!(text.lines().nth(1).unwrap().starts_with("a\t"), "{text}");
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn damage_is_named_with_its_line() {
        let text = baseline().render();
        for (bad, line) in [
            (text.replace("proved", "proven"), 3),
            (text.replacen("\tholds", "", 1), 2),
            (text.replace("\nb\t", "\na\t"), 3),
            ("{}".to_owned(), 1),
            (String::new(), 1),
        ] {
            assert_eq!(Baseline::parse(&bad).unwrap_err().0, line, "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_does_not_see_how_a_formula_is_spaced() {
        assert_eq!(fingerprint(r"a \leq {b}"), fingerprint(r"a\le b"));
        assert_ne!(fingerprint("x^2 y"), fingerprint("x^{2y}"));
    }
}
