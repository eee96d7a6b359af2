//! Claims whose symbols were guessed, not declared: what is found about them supports or casts doubt, and never refutes.

use crate::claim::{Claim, Domain};
use crate::evidence::{Evidence, Fact, Finding, StopReason};
use crate::expr::{Sort, Symbol};

/// The evidence for a claim, with contradictions that rest on guesses turned into doubts, and proofs into support. A proof
/// by the exact method for all real values of its symbols stays one, and says so.
pub(super) fn softened(claim: &Claim, evidence: Vec<Evidence>) -> Vec<Evidence> {
    let Some(assumed) = &claim.assumed else { return evidence };
    evidence.into_iter().map(|e| soften(claim, assumed, e)).collect()
}

fn soften(claim: &Claim, assumed: &[Symbol], mut evidence: Evidence) -> Evidence {
    let names: Vec<String> = assumed.iter().map(|s| format!("${}$", s.tex())).collect();
    let names = names.join(", ");
    evidence.finding = match evidence.finding {
        Finding::Contradicts { witness } => {
            evidence.facts.push(Fact { label: "counterexample".to_owned(), value: witness.summary.clone() });
            let summary = witness.summary.trim_end_matches('.');
            let hint = if assumed.is_empty() {
                "nobody claims this formula; claim it to have it judged".to_owned()
            } else {
                format!("what {names} may be was assumed: declare it to have the claim judged")
            };
            Finding::Undecided { reason: StopReason::Assumed, explanation: format!("doubtful: {summary}; {hint}") }
        }
        Finding::Proves { certificate } if assumed.is_empty() => Finding::Proves { certificate },
        Finding::Proves { certificate } if evidence.method == "exact" && all_real(claim, assumed) => {
            Finding::Proves { certificate: format!("for all real {names} (assumed): {certificate}") }
        }
        Finding::Proves { certificate } => {
            Finding::Agrees { bound: format!("proved, if {names} is as assumed: {certificate}") }
        }
        other => other,
    };
    evidence
}

/// Whether every assumed symbol may be any real number.
fn all_real(claim: &Claim, assumed: &[Symbol]) -> bool {
    assumed.iter().all(|symbol| {
        let declaration = claim.declarations.iter().find(|d| d.symbol == *symbol);
        *symbol.sort() == Sort::Real && declaration.is_some_and(|d| matches!(d.domain, Domain::All))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note;
    use crate::source::SourceFile;
    use crate::verdict::{Verdict, judge};

    fn verdict(declarations: &str, method: &str, finding: Finding) -> Verdict {
        let text = format!("+++\n{declarations}\n+++\n\n$$ x = y $$\n<!-- claim: it -->\n");
        let (note, problems) = note::read(&SourceFile::new("n.md", text));
        assert!(problems.is_empty(), "{problems:?}");
        let claim = &note::lower(&note).0.claims[0];
        let evidence = Evidence {
            method: method.into(),
            link: 0,
            finding,
            detail: String::new(),
            facts: vec![],
            figures: vec![],
            estimates: vec![],
        };
        judge(&softened(claim, vec![evidence]), 1)
    }

    #[test]
    fn a_guess_is_never_refuted_and_a_declaration_is() {
        let witness = crate::evidence::Witness {
            point: vec![],
            left: String::new(),
            right: String::new(),
            summary: "At $x = 1$ it is wrong.".into(),
        };
        let contradicts = || Finding::Contradicts { witness: witness.clone() };
        let proves = || Finding::Proves { certificate: String::new() };
        let declared = "[symbols]\n'x' = 'real'\n'y' = 'real'";
        let assumed = "[assumed]\n'x' = 'real'\n'y' = 'real'";
        let ranged = "[symbols]\n'x' = 'real'\n[assumed]\n'y' = 'real > 0'";
        assert_eq!(verdict(declared, "exact", contradicts()), Verdict::Refuted);
        assert_eq!(verdict(assumed, "exact", contradicts()), Verdict::Inconclusive);
        assert_eq!(verdict(ranged, "enclosure", contradicts()), Verdict::Inconclusive);
        assert_eq!(verdict(declared, "exact", proves()), Verdict::Proved);
        assert_eq!(verdict(assumed, "exact", proves()), Verdict::Proved);
        assert_eq!(verdict(assumed, "enclosure", proves()), Verdict::Supported);
        assert_eq!(verdict(ranged, "exact", proves()), Verdict::Supported);
    }
}
