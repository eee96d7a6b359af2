//! The serialised run. Reports, diffs and baselines are drawn from this alone.
//!
//! On disk a record is JSON lines: one [`Line`] per line, `Header` first, `Footer` last; a file without a footer is an
//! interrupted run.

use crate::evidence::Evidence;
use crate::source::Position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Ids of the claims about it; empty: not claimed.
    pub claims: Vec<String>,
}

/// One claim with all that is known about it. The public JSON prints these fields.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimEntry {
    /// Unique id.
    pub id: String,
    /// Path of its note.
    pub note: String,
    /// Line of the formula.
    pub line: usize,
    /// Column of the formula.
    pub column: usize,
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

/// How many wrong variants of a formula the same evidence refutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sharpness {
    /// Variants tried.
    pub mutants: usize,
    /// Refuted.
    pub killed: usize,
    /// Proved equal to the original on its domain: no check could refute them.
    pub equivalent: usize,
    /// The TeX of those that are neither, with a reason.
    pub survivors: Vec<String>,
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

/// A numbered equation of a source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EquationEntry {
    /// Slug of the source.
    pub source: String,
    /// Number as printed.
    pub number: String,
    /// TeX as printed.
    pub tex: String,
    /// Kind in the source file.
    pub kind: String,
    /// `covered`, `restated` or `open`.
    pub status: String,
    /// Ids of the claims that cite it.
    pub claims: Vec<String>,
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
}
