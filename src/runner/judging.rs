//! A verdict in one line, and whether it is what the author expects.

use crate::claim::Expectation;
use crate::evidence::{Evidence, Finding, StopReason};
use crate::plan::Declined;
use crate::verdict::Verdict;

/// Whether a verdict is in line with what the author expects. An undecided one contradicts no expectation: only
/// `--strict` counts it against a run.
pub fn as_expected(expect: Expectation, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Proved | Verdict::Supported => expect == Expectation::Holds,
        Verdict::Refuted => expect == Expectation::Refuted,
        Verdict::Conflict => false,
        _ => true,
    }
}

/// Why this verdict: the decisive evidence, in one line; the link is named if the statement is a chain.
pub fn because(verdict: Verdict, evidence: &[Evidence], declined: &[&Declined], links: usize) -> String {
    let decisive = |e: &&Evidence| match (verdict, &e.finding) {
        (Verdict::Proved, Finding::Proves { .. })
        | (Verdict::Supported, Finding::Proves { .. } | Finding::Agrees { .. })
        | (Verdict::Refuted, Finding::Contradicts { .. })
        | (Verdict::Conflict, Finding::Proves { .. } | Finding::Contradicts { .. }) => true,
        (v, Finding::Undecided { .. }) => v.is_undecided(),
        _ => false,
    };
    let mut reasons: Vec<String> = Vec::new();
    let mut deciding: Vec<&Evidence> = evidence.iter().filter(decisive).collect();
    if verdict == Verdict::Refuted {
        // Whichever method found it: the chain breaks at its first broken link.
        deciding.sort_by_key(|e| e.link);
    }
    for e in deciding {
        let words = match &e.finding {
            Finding::Proves { certificate } => certificate,
            Finding::Agrees { bound } => bound,
            Finding::Contradicts { witness } => &witness.summary,
            Finding::Undecided { explanation, .. } => explanation,
        };
        let link = if links > 1 { format!(", link {}", e.link + 1) } else { String::new() };
        let reason = format!("{}{link}: {words}", e.method);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    // What makes a claim doubtful matters more than what leaves it open.
    let doubts = |e: &&Evidence| matches!(e.finding, Finding::Undecided { reason: StopReason::Assumed, .. });
    if verdict == Verdict::Inconclusive && evidence.iter().any(|e| doubts(&e)) {
        let methods: Vec<&str> = evidence.iter().filter(doubts).map(|e| e.method.as_str()).collect();
        reasons.retain(|r| methods.iter().any(|m| r.starts_with(m)) && r.contains("doubtful"));
        reasons.truncate(1);
    }
    // The first broken link says it all.
    if verdict == Verdict::Refuted {
        reasons.truncate(1);
    }
    if reasons.is_empty() {
        reasons = declined.iter().map(|d| format!("{}: {}", d.method, d.reason)).collect();
    }
    if reasons.is_empty() { "no method applies".to_owned() } else { reasons.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_met_or_not() {
        use Expectation::{Holds, Refuted};
        for (verdict, holds, refuted) in [
            (Verdict::Proved, true, false),
            (Verdict::Supported, true, false),
            (Verdict::Refuted, false, true),
            (Verdict::Conflict, false, false),
            (Verdict::Vacuous, true, true),
            (Verdict::Unsupported, true, true),
            (Verdict::Inconclusive, true, true),
        ] {
            assert_eq!(as_expected(Holds, verdict), holds);
            assert_eq!(as_expected(Refuted, verdict), refuted);
        }
    }
}
