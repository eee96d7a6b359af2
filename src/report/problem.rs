//! What a run found wrong or left open, worst first: the list behind SARIF and the annotations of a forge.

use super::terminal::sentence;
use super::view::worst_first;
use crate::evidence::Finding;
use crate::latex::normal_form;
use crate::record::{ClaimEntry, Record};
use crate::source::Position;
use crate::verdict::Verdict;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// A verdict against expectation, or input that could not be read.
    Error,
    /// Undecided, or doubtful input.
    Warning,
}

impl Level {
    /// The word of SARIF and of workflow commands.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// The rule of a claim that is quoted as wrong and was not refuted.
pub(super) const NOT_REFUTED: &str = "not-refuted";

/// One thing to look at.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) level: Level,
    /// A verdict, [`NOT_REFUTED`], or the code of a diagnostic.
    pub(super) rule: String,
    /// The claim's id; empty for a diagnostic.
    pub(super) claim: String,
    /// Sentences without markup.
    pub(super) message: String,
    pub(super) file: String,
    pub(super) start: Position,
    pub(super) end: Option<Position>,
    /// What stays the same when lines move: the formula in its normal form, or the message.
    pub(super) identity: String,
}

/// Everything that is not as it should be, worst first: verdicts against expectation, unreadable input, open claims, doubts.
pub(super) fn problems(record: &Record) -> Vec<Problem> {
    let diagnostics = |severity: &'static str, level: Level| {
        record.diagnostics.iter().filter(move |d| d.severity == severity).map(move |d| Problem {
            level,
            rule: d.code.clone(),
            claim: String::new(),
            message: sentence(&match &d.hint {
                Some(hint) => format!("{}: {hint}", d.message),
                None => d.message.clone(),
            }),
            file: d.file.clone(),
            start: d.position,
            end: None,
            identity: d.message.clone(),
        })
    };
    let is_open = |c: &&ClaimEntry| c.as_expected && Verdict::parse(&c.verdict).is_some_and(Verdict::is_undecided);
    let against = worst_first(record).into_iter().map(|c| claim(c, Level::Error));
    let open = record.claims.iter().filter(is_open).map(|c| claim(c, Level::Warning));
    against
        .chain(diagnostics("error", Level::Error))
        .chain(open)
        .chain(diagnostics("warning", Level::Warning))
        .collect()
}

fn claim(claim: &ClaimEntry, level: Level) -> Problem {
    let witness = claim.evidence.iter().find_map(|e| match &e.finding {
        Finding::Contradicts { witness } => Some(witness.summary.clone()),
        _ => None,
    });
    let holds = Verdict::parse(&claim.verdict).is_some_and(|v| matches!(v, Verdict::Proved | Verdict::Supported));
    let unrefuted = claim.expect == "refuted" && holds;
    let mut message = match (unrefuted, &witness) {
        (true, _) => format!("{} is quoted as wrong, but {}: {}", claim.id, claim.verdict, claim.because),
        (false, Some(summary)) => format!("{} is {}: {summary}", claim.id, claim.verdict),
        (false, None) => format!("{} is {}: {}", claim.id, claim.verdict, claim.because),
    };
    if let Some(repair) = claim.corrections.first() {
        message += &format!(" Repaired: ${}$ ({}).", repair.tex, repair.description);
    }
    Problem {
        level,
        rule: if unrefuted { NOT_REFUTED.to_owned() } else { claim.verdict.clone() },
        claim: claim.id.clone(),
        message: sentence(&message),
        file: claim.file().to_owned(),
        start: Position { line: claim.line, column: claim.column },
        end: claim.end,
        identity: normal_form(&claim.tex),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_worst_come_first_and_all_are_there() {
        let record = fixture::record();
        let problems = problems(&record);
        assert!(problems.is_sorted_by_key(|p| p.level));
        let claims = problems.iter().filter(|p| !p.claim.is_empty()).count();
        let open = |c: &&ClaimEntry| Verdict::parse(&c.verdict).is_some_and(Verdict::is_undecided);
        let expected = record.claims.iter().filter(|c| !c.as_expected || open(c)).count();
        assert_eq!(claims, expected);
        assert_eq!(problems.len() - claims, record.diagnostics.len());
        assert_eq!(problems[0].rule, "conflict");
    }

    #[test]
    fn messages_have_no_control_characters() {
        let mut record = fixture::record();
        record.claims.iter_mut().for_each(|c| c.because = "\x1b[2J\u{202e}$x$".into());
        assert!(problems(&record).iter().all(|p| !p.message.contains(['\x1b', '\u{202e}'])));
    }
}
