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
    // Support from elsewhere is no measurement: one that did not decide is said as well.
    if verdict == Verdict::Supported {
        let measured = evidence.iter().filter(|e| !e.estimates.is_empty());
        reasons.extend(measured.filter_map(|e| match &e.finding {
            Finding::Undecided { explanation, .. } => Some(format!("{} does not decide: {explanation}", e.method)),
            _ => None,
        }));
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
    use crate::evidence::Estimate;

    #[test]
    fn a_measurement_that_does_not_decide_is_said_beside_what_supports() {
        let evidence = |method: &str, finding: Finding, estimates: Vec<Estimate>| Evidence {
            method: method.to_owned(),
            link: 0,
            finding,
            detail: String::new(),
            facts: Vec::new(),
            estimates,
            figures: Vec::new(),
        };
        let open = || Finding::Undecided { reason: StopReason::BudgetExhausted, explanation: "too wide".to_owned() };
        let agrees = evidence("closed-form", Finding::Agrees { bound: "equal".to_owned() }, Vec::new());
        let estimate = Estimate { name: "m".to_owned(), value: 1.0, low: 0.0, high: 2.0, predicted: None };
        let all = [agrees.clone(), evidence("simulation", open(), vec![estimate])];
        let line = because(Verdict::Supported, &all, &[], 1);
        assert_eq!(line, "closed-form: equal; simulation does not decide: too wide");
        // What measured nothing has nothing to say beside the support.
        let all = [agrees, evidence("enclosure", open(), Vec::new())];
        assert_eq!(because(Verdict::Supported, &all, &[], 1), "closed-form: equal");
    }

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
