//! Formulas with several readings: one is refuted only if all are false, and holds if one does.

use crate::claim::Claim;
use crate::evidence::{Evidence, Fact, Finding, StopReason};
use crate::expr::{Statement, print};
use crate::verdict::{Verdict, judge};

/// The same claim with its formula understood in each other way that the declarations leave open.
pub(super) fn others(claim: &Claim) -> impl Iterator<Item = Claim> {
    let with =
        |statement: &Statement| Claim { statement: statement.clone(), alternatives: Vec::new(), ..claim.clone() };
    claim.alternatives.iter().map(with)
}

/// The evidence for a claim that is false or open as understood, beside that for its other reading.
///
/// | as understood | the other reading | the claim |
/// |---|---|---|
/// | false or open | holds | holds, read so: its evidence says how it is read; the second value is the claim so read |
/// | false | is false | is refuted |
/// | open | is false | is open |
/// | false or open | is open | is open: what contradicts it says which reading is left and asks for brackets |
pub(super) fn settle(
    (evidence, understood): (Vec<Evidence>, Verdict),
    other: Claim,
    found: Vec<Evidence>,
) -> (Vec<Evidence>, Option<Claim>) {
    let verdict = judge(&found, other.statement.links.len());
    let tex = print::statement(&other.statement);
    match verdict {
        Verdict::Refuted | Verdict::Conflict => (evidence, None),
        Verdict::Proved | Verdict::Supported => {
            (found.into_iter().map(|e| read_as(e, &tex, understood)).collect(), Some(other))
        }
        _ => {
            let explanation = format!(
                "false as understood, but the formula has another reading, ${tex}$, which is {}: write brackets or declare which is meant",
                verdict.word()
            );
            (evidence.into_iter().map(|e| spared(e, &explanation)).collect(), None)
        }
    }
}

/// Evidence that says which reading it is about.
fn read_as(e: Evidence, tex: &str, understood: Verdict) -> Evidence {
    let understood = if understood == Verdict::Refuted { "false" } else { "open" };
    let note = format!("read as ${tex}$; another reading of the formula is {understood}");
    let finding = match e.finding {
        Finding::Proves { certificate } => Finding::Proves { certificate: format!("{note}: {certificate}") },
        Finding::Agrees { bound } => Finding::Agrees { bound: format!("{note}: {bound}") },
        other => other,
    };
    let mut facts = e.facts;
    facts.push(Fact { label: "reading".to_owned(), value: format!("${tex}$") });
    Evidence { finding, facts, ..e }
}

/// A contradiction of one reading says nothing yet.
fn spared(e: Evidence, explanation: &str) -> Evidence {
    match e.finding {
        Finding::Contradicts { .. } => Evidence {
            finding: Finding::Undecided { reason: StopReason::NotConfirmed, explanation: explanation.to_owned() },
            detail: explanation.to_owned(),
            ..e
        },
        _ => e,
    }
}
