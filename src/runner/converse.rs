//! Equivalences: what holds in one direction is judged in the other, too.

use crate::claim::Claim;
use crate::evidence::{Evidence, Fact, Finding, StopReason};
use crate::expr::print;
use crate::verdict::{Verdict, judge};

/// The other direction of an equivalence as a claim.
pub(super) fn of(claim: &Claim) -> Option<Claim> {
    let statement = claim.converse.clone()?;
    Some(Claim { statement, converse: None, alternatives: Vec::new(), ..claim.clone() })
}

/// The evidence for an equivalence one direction of which holds, from that for both.
///
/// | the other direction | the equivalence |
/// |---|---|
/// | is proved | is as its first direction |
/// | is supported | is supported at best |
/// | is false | is refuted, with the witness of that direction |
/// | is open | is open: nothing is said by half of it |
pub(super) fn settle(evidence: Vec<Evidence>, other: &Claim, found: Vec<Evidence>) -> Vec<Evidence> {
    let verdict = judge(&found, other.statement.links.len());
    let direction = format!("the other direction, ${}$", print::statement(&other.statement));
    let word = verdict.word();
    let each = evidence.into_iter().map(|mut e| {
        e.facts.push(Fact {
            label: "the other direction".to_owned(),
            value: format!("${}$", print::statement(&other.statement)),
        });
        e.finding = match (e.finding, verdict) {
            (Finding::Proves { certificate }, Verdict::Proved) => {
                Finding::Proves { certificate: format!("{certificate}; {direction}, is proved, too") }
            }
            (
                Finding::Proves { certificate: bound } | Finding::Agrees { bound },
                Verdict::Proved | Verdict::Supported,
            ) => Finding::Agrees { bound: format!("{bound}; {direction}, is {word}") },
            (Finding::Proves { .. } | Finding::Agrees { .. }, _) => {
                let reason = found.iter().find_map(|f| match &f.finding {
                    Finding::Undecided { reason, .. } => Some(*reason),
                    _ => None,
                });
                let explanation = format!("{direction}, is {word}");
                Finding::Undecided { reason: reason.unwrap_or(StopReason::NotConfirmed), explanation }
            }
            (other, _) => other,
        };
        e
    });
    let mut all: Vec<Evidence> = each.collect();
    if verdict == Verdict::Refuted {
        all.extend(found.into_iter().filter_map(|e| match e.finding {
            Finding::Contradicts { mut witness } => {
                witness.summary = format!("The other direction fails. {}", witness.summary);
                let detail = format!("the other direction: {}", e.detail);
                Some(Evidence { link: 0, finding: Finding::Contradicts { witness }, detail, ..e })
            }
            _ => None,
        }));
    }
    all
}
