//! Formulas with two readings: what is false under one only is not refuted.

use crate::claim::Claim;
use crate::evidence::{Evidence, Finding, StopReason};
use crate::expr::print;
use crate::verdict::{Verdict, judge};

/// The same claim with its formula understood in the other way, if the declarations leave one open.
pub(super) fn other(claim: &Claim) -> Option<Claim> {
    let statement = claim.alternative.clone()?;
    Some(Claim { statement, alternative: None, ..claim.clone() })
}

/// The evidence for a claim that is false as understood, beside that for its other reading: unless that is false as well,
/// what contradicts the claim says instead which reading stands and asks for brackets.
pub(super) fn spare(evidence: Vec<Evidence>, other: &Claim, found: &[Evidence]) -> Vec<Evidence> {
    let verdict = judge(found, other.statement.links.len());
    if verdict == Verdict::Refuted {
        return evidence;
    }
    let explanation = format!(
        "false as understood, but the formula has another reading, ${}$, which is {}: write brackets or declare which is meant",
        print::statement(&other.statement),
        verdict.word()
    );
    let spared = |e: Evidence| match e.finding {
        Finding::Contradicts { .. } => Evidence {
            finding: Finding::Undecided { reason: StopReason::NotConfirmed, explanation: explanation.clone() },
            detail: explanation.clone(),
            ..e
        },
        _ => e,
    };
    evidence.into_iter().map(spared).collect()
}
