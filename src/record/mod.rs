//! The serialised run. Reports, diffs and baselines are drawn from this alone.
//!
//! On disk a record is JSON lines: one [`Line`] per line, `Header` first, `Footer` last; a file without a footer is an
//! interrupted run.
//!
//! In every sentence of a record, formulas stand between dollars; see [`crate::evidence`].

pub mod baseline;
pub mod diff;
mod merge;
mod read;
mod write;

pub use merge::{MergeError, merge};
pub use read::{read, read_interrupted};
pub use write::{Recorder, body, write};

use crate::evidence::{Evidence, SCHEMA};
use crate::source::Position;
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A whole run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// What was run, and how.
    pub header: Header,
    /// The notes as they were read, with every displayed formula.
    pub notes: Vec<NoteEntry>,
    /// Claims in the order of the notes, with evidence and verdict.
    pub claims: Vec<ClaimEntry>,
    /// Numbered equations of the cited sources.
    pub equations: Vec<EquationEntry>,
    /// Everything that was wrong with the notes.
    pub diagnostics: Vec<DiagnosticEntry>,
    /// Wall-clock facts, kept apart from the body: nothing here is reproducible.
    pub timing: Timing,
}

impl Record {
    /// How many claims have each verdict, best first; verdicts that no claim has are there with zero.
    pub fn tally(&self) -> Vec<(Verdict, usize)> {
        let count = |v: Verdict| self.claims.iter().filter(|c| c.verdict == v.word()).count();
        Verdict::ALL.into_iter().map(|v| (v, count(v))).collect()
    }

    /// Wrong variants of proved and supported claims that the same evidence refutes, and how many wrong ones were judged.
    pub fn sharpness(&self) -> (usize, usize) {
        let all = self.claims.iter().filter_map(|c| c.sharpness.as_ref());
        all.fold((0, 0), |(killed, wrong), s| (killed + s.killed, wrong + s.mutants - s.equivalent.min(s.mutants)))
    }

    /// The claims whose verdict is not what their author expects.
    pub fn unexpected(&self) -> impl Iterator<Item = &ClaimEntry> {
        self.claims.iter().filter(|c| !c.as_expected)
    }

    /// The claim with this id.
    pub fn claim(&self, id: &str) -> Option<&ClaimEntry> {
        self.claims.iter().find(|c| c.id == id)
    }
}

/// What was run: enough to run it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the record format.
    pub schema: u32,
    /// Version of the program.
    pub version: String,
    /// Root seed.
    pub seed: u64,
    /// Name of the profile.
    pub profile: String,
    /// The paths as given on the command line.
    pub paths: Vec<String>,
    /// Probability, per note, that a true claim of it is refuted by simulation.
    pub error_rate: f64,
    /// Which part of the claims was checked; `None` for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// One of several runs that check the claims of the same notes between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    /// The ids of all claims of the run, in order.
    pub order: Vec<String>,
}

/// A note as it was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteEntry {
    /// Path as given, with `/`.
    pub path: String,
    /// Title from the front matter or the first heading.
    pub title: String,
    /// Topic: the folder below the root of the run.
    pub topic: String,
    /// The Markdown body as read, without front matter.
    pub text: String,
    /// Displayed formulas in order.
    pub formulas: Vec<FormulaEntry>,
    /// Symbols: TeX and declaration.
    pub symbols: Vec<(String, String)>,
}

/// A displayed formula of a note.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FormulaEntry {
    /// Byte range in `NoteEntry::text`, delimiters included.
    pub start: usize,
    /// End of the range.
    pub end: usize,
    /// The TeX between the delimiters.
    pub tex: String,
    /// Line in the file.
    pub line: usize,
    /// The file, if it is not the note's: a part of a document of several files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Ids of the claims about it; empty: not claimed.
    pub claims: Vec<String>,
    /// Whether it is a definition.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub defines: bool,
}

/// One claim with all that is known about it. The public JSON prints these fields.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimEntry {
    /// Unique id.
    pub id: String,
    /// Path of its note.
    pub note: String,
    /// The file in which its formula stands, if that is another one: a part of a document of several files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line of the formula.
    pub line: usize,
    /// Column of the formula.
    pub column: usize,
    /// Just after the formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Position>,
    /// Slug of the source, if any.
    pub source: Option<String>,
    /// Equation numbers that it cites.
    pub cites: Vec<String>,
    /// Whether the formula is the printed one of every cited number; `None` if the source file is not there.
    pub as_printed: Option<bool>,
    /// The claim that it repairs.
    pub corrects: Option<String>,
    /// The formula as written.
    pub tex: String,
    /// The formula as understood, printed from its tree.
    pub understood: String,
    /// Assumptions in words: declared ranges and extra conditions.
    pub assumptions: Vec<String>,
    /// `holds` or `refuted`.
    pub expect: String,
    /// One word, see [`crate::verdict::Verdict`].
    pub verdict: String,
    /// One line: why this verdict.
    pub because: String,
    /// Whether the verdict is what the author expects.
    pub as_expected: bool,
    /// Evidence in the order of the plan.
    pub evidence: Vec<Evidence>,
    /// How sharp the check is; `None` for refuted and undecided claims.
    pub sharpness: Option<Sharpness>,
    /// Repaired formulas, simplest first; only for refuted claims.
    pub corrections: Vec<Correction>,
}

impl ClaimEntry {
    /// The file in which its formula stands.
    pub fn file(&self) -> &str {
        self.file.as_deref().unwrap_or(&self.note)
    }
}

/// How many wrong variants of a formula the same evidence refutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sharpness {
    /// Variants tried.
    pub mutants: usize,
    /// Refuted.
    pub killed: usize,
    /// Proved equal to the original on its domain, or true as well (a looser bound, twice a limit that is zero): no check
    /// could refute them.
    pub equivalent: usize,
    /// Those that are neither.
    pub survivors: Vec<Survivor>,
}

/// A wrong variant that the evidence does not refute, and that is not known to be equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// The variant.
    pub tex: String,
    /// The edit in words.
    pub edit: String,
    /// Why it was not refuted.
    pub reason: String,
}

/// A formula that the evidence supports in place of a refuted one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The repaired formula.
    pub tex: String,
    /// How many edits it is away from the printed one.
    pub edits: usize,
    /// The edits in words.
    pub description: String,
    /// Why it is believed: the check on fresh points or an independent stream.
    pub verified: String,
}

/// A numbered equation of a source, or something that it says in words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EquationEntry {
    /// Slug of the source.
    pub source: String,
    /// Number as printed.
    pub number: String,
    /// TeX as printed; empty for a statement in words.
    pub tex: String,
    /// A statement in words, with mathematics between dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Kind in the source file.
    pub kind: String,
    /// Section of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// What the notes make of it.
    pub status: Coverage,
    /// Why no check can decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the printed formula is not read as mathematics: the name of a diagnostic code.
    #[serde(default)]
    pub code: Option<String>,
    /// Ids of the claims that cite it.
    pub claims: Vec<String>,
    /// Paths of the notes that take it as a definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defined_in: Vec<String>,
}

/// What the notes make of an equation or statement of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coverage {
    /// A claim takes the equation as printed.
    Covered,
    /// A claim checks the statement in words.
    Claimed,
    /// A note takes the equation as printed for a definition.
    Defined,
    /// A claim or definition cites it, but with another formula.
    Restated,
    /// No check can decide it, and the source file says why.
    Unchecked,
    /// Nothing cites it.
    #[default]
    Open,
}

impl Coverage {
    /// All, in the order of a table.
    pub const ALL: [Self; 6] =
        [Self::Covered, Self::Claimed, Self::Defined, Self::Restated, Self::Unchecked, Self::Open];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Claimed => "claimed",
            Self::Defined => "defined",
            Self::Restated => "restated",
            Self::Unchecked => "unchecked",
            Self::Open => "open",
        }
    }

    /// What it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Covered => "a claim takes it as printed",
            Self::Claimed => "a claim checks it",
            Self::Defined => "taken as a definition, as printed, with sorts that fit",
            Self::Restated => "cited, but with another formula",
            Self::Unchecked => "no check can decide it",
            Self::Open => "nothing cites it",
        }
    }
}

/// A diagnostic, resolved to a place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DiagnosticEntry {
    /// Name of its code.
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    /// Path of the note.
    pub file: String,
    /// Where.
    pub position: Position,
    /// What.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Wall-clock facts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Seconds of the whole run.
    pub total: f64,
    /// Seconds per claim id.
    pub claims: BTreeMap<String, f64>,
    /// System, architecture and cores.
    #[serde(default)]
    pub machine: String,
    /// The commit that the notes were at, if they are under git.
    #[serde(default)]
    pub commit: String,
}

/// One line of a record on disk: an object with one key, the name of the variant.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// The first line.
    Header(Header),
    /// A note.
    Note(NoteEntry),
    /// A judged claim.
    Claim(Box<ClaimEntry>),
    /// A numbered equation of a source.
    Equation(EquationEntry),
    /// A diagnostic.
    Diagnostic(DiagnosticEntry),
    /// Wall-clock facts; not part of the digest.
    Timing(Timing),
    /// The last line.
    Footer(Footer),
}

impl Line {
    /// Whether a written line has this tag, without parsing the rest of it.
    fn is_tagged(line: &str, tag: &str) -> bool {
        line.strip_prefix("{\"").and_then(|l| l.strip_prefix(tag)).is_some_and(|l| l.starts_with("\":"))
    }
}

/// How many lines of each kind there must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Notes.
    pub notes: usize,
    /// Claims.
    pub claims: usize,
    /// Equations of sources.
    pub equations: usize,
    /// Diagnostics.
    pub diagnostics: usize,
}

/// The last line: a record that lacks it was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    /// How many lines there must be.
    pub counts: Counts,
    /// BLAKE3 of all lines but timing and footer, each with its line feed, in hexadecimal.
    pub digest: String,
}

/// Why a record could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("cannot read the record {}", path.display())]
    Read {
        /// The record.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file cannot be written or put in its place.
    #[error("cannot write the record {}", path.display())]
    Write {
        /// The record.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Written by a newer version of the program.
    #[error("{}:{line}: the record has schema {found}, this program reads schemas up to {SCHEMA}", path.display())]
    Newer {
        /// The record.
        path: PathBuf,
        /// The line that says so.
        line: usize,
        /// Its schema.
        found: u64,
    },
    /// A line that is not what was written.
    #[error("{}:{line}: damaged record: {why}", path.display())]
    Damaged {
        /// The record.
        path: PathBuf,
        /// The line at fault.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// No footer: the run that wrote it was interrupted.
    #[error("{}:{line}: the record ends without a footer, its run was interrupted after {claims} claims", path.display())]
    Interrupted {
        /// The record.
        path: PathBuf,
        /// The last line.
        line: usize,
        /// How many judged claims it has.
        claims: usize,
    },
}

#[cfg(test)]
mod tests;
