//! The judgement over all evidence for a claim: a pure decision table.

use crate::evidence::{Evidence, Finding, StopReason};

/// The judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verdict {
    /// Proved under the stated assumptions.
    Proved,
    /// Some check that could have refuted it did not, within a stated bound.
    Supported,
    /// Shown false, with a witness.
    Refuted,
    /// Both proved and contradicted: a bug in the tool.
    Conflict,
    /// No admissible point.
    Vacuous,
    /// No method applies.
    Unsupported,
    /// The checks ended without a decision.
    Inconclusive,
}

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 7] = [
        Self::Proved,
        Self::Supported,
        Self::Refuted,
        Self::Conflict,
        Self::Vacuous,
        Self::Unsupported,
        Self::Inconclusive,
    ];

    /// The word in reports and records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Supported => "supported",
            Self::Refuted => "refuted",
            Self::Conflict => "conflict",
            Self::Vacuous => "vacuous",
            Self::Unsupported => "unsupported",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// What it means and what to do, for `explain` and the pages.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Proved => {
                "The claim is certain under the stated assumptions: a certificate with an error bound says why."
            }
            Self::Supported => {
                "At least one check that could have refuted the claim did not, within the bound it states. See its sharpness: the share of wrong variants that the same check refutes."
            }
            Self::Refuted => {
                "The claim is false: there is a witness, a point or a separated interval. The repaired formula, if one was found, stands beside it."
            }
            Self::Conflict => {
                "One check proves the claim and another contradicts it. That is a bug in the tool: please report it with the record."
            }
            Self::Vacuous => {
                "No admissible point exists, so the claim says nothing. Check the ranges of its symbols and its assumptions."
            }
            Self::Unsupported => {
                "No method can check this claim. The reason names the construct or directive that is missing."
            }
            Self::Inconclusive => {
                "The checks ended without a decision. The reason says what would decide it: more replicates, larger sizes, higher precision."
            }
        }
    }

    /// Neither true nor false is known.
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Vacuous | Self::Unsupported | Self::Inconclusive)
    }

    /// The verdict with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.word() == word)
    }
}

/// Judges the evidence for one claim whose statement has `links` links.
///
/// | any proves | any contradicts | any agrees | verdict |
/// |---|---|---|---|
/// | yes | no | · | proved |
/// | yes | yes | · | conflict |
/// | no | yes | · | refuted |
/// | no | no | yes | supported |
/// | no | no | no | vacuous, unsupported or inconclusive, by the reasons given |
///
/// The table is applied to each link of a chain; the claim gets the worst of its links: a conflict anywhere, else a
/// refutation anywhere, else an undecided link, else supported unless every link is proved.
pub fn judge(evidence: &[Evidence], links: usize) -> Verdict {
    let mut worst = Verdict::Proved;
    for link in 0..links.max(1) {
        let verdict = judge_link(evidence.iter().filter(|e| e.link == link));
        if severity(verdict) > severity(worst) {
            worst = verdict;
        }
    }
    worst
}

fn judge_link<'a>(evidence: impl Iterator<Item = &'a Evidence>) -> Verdict {
    let (mut proves, mut contradicts, mut agrees) = (false, false, false);
    let (mut vacuous, mut applicable) = (false, false);
    for e in evidence {
        match &e.finding {
            Finding::Proves { .. } => proves = true,
            Finding::Contradicts { .. } => contradicts = true,
            Finding::Agrees { .. } => agrees = true,
            Finding::Undecided { reason, .. } => {
                vacuous |= *reason == StopReason::NoAdmissiblePoint;
                applicable |= !matches!(reason, StopReason::NotApplicable | StopReason::NoAdmissiblePoint);
            }
        }
    }
    match (proves, contradicts, agrees) {
        (true, false, _) => Verdict::Proved,
        (true, true, _) => Verdict::Conflict,
        (false, true, _) => Verdict::Refuted,
        (false, false, true) => Verdict::Supported,
        (false, false, false) if applicable => Verdict::Inconclusive,
        (false, false, false) if vacuous => Verdict::Vacuous,
        (false, false, false) => Verdict::Unsupported,
    }
}

/// How bad a link's verdict is for its chain.
const fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Proved => 0,
        Verdict::Supported => 1,
        Verdict::Inconclusive => 2,
        Verdict::Vacuous => 3,
        Verdict::Unsupported => 4,
        Verdict::Refuted => 5,
        Verdict::Conflict => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Witness;
    use proptest::prelude::*;

    fn finding(kind: u8) -> Finding {
        let witness = || Witness { point: vec![], left: String::new(), right: String::new(), summary: String::new() };
        let undecided = |reason| Finding::Undecided { reason, explanation: String::new() };
        match kind {
            0 => Finding::Proves { certificate: String::new() },
            1 => Finding::Agrees { bound: String::new() },
            2 => Finding::Contradicts { witness: witness() },
            3 => undecided(StopReason::NoAdmissiblePoint),
            4 => undecided(StopReason::NotApplicable),
            5 => undecided(StopReason::BudgetExhausted),
            6 => undecided(StopReason::StillDrifting),
            _ => undecided(StopReason::Interrupted),
        }
    }

    fn on_link(link: usize, kind: u8) -> Evidence {
        let finding = finding(kind);
        Evidence {
            method: "m".into(),
            link,
            finding,
            detail: String::new(),
            facts: vec![],
            estimates: vec![],
            figures: vec![],
        }
    }

    fn verdict(kinds: &[u8]) -> Verdict {
        judge(&kinds.iter().map(|k| on_link(0, *k)).collect::<Vec<_>>(), 1)
    }

    /// Every cell of the table: any proves × any contradicts × any agrees, and the reasons where there is none.
    #[test]
    fn every_cell() {
        use Verdict::{Conflict, Inconclusive, Proved, Refuted, Supported, Unsupported, Vacuous};
        for (kinds, expected) in [
            (&[0][..], Proved),
            (&[0, 1], Proved),
            (&[0, 2], Conflict),
            (&[0, 2, 1], Conflict),
            (&[2], Refuted),
            (&[2, 1], Refuted),
            (&[1], Supported),
            (&[3], Vacuous),
            (&[3, 4], Vacuous),
            (&[4], Unsupported),
            (&[], Unsupported),
            (&[5], Inconclusive),
            (&[3, 5], Inconclusive),
            (&[4, 6], Inconclusive),
        ] {
            assert_eq!(verdict(kinds), expected, "{kinds:?}");
            // Reasons for giving up change nothing once something was found.
            if !expected.is_undecided() {
                for undecided in 3..8 {
                    assert_eq!(verdict(&[kinds, &[undecided]].concat()), expected);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn more_agreeing_evidence_never_worsens(kinds in proptest::collection::vec((0usize..3, 0u8..8), 0..8), more in 0u8..2, link in 0usize..3) {
            let mut evidence: Vec<Evidence> = kinds.iter().map(|(l, k)| on_link(*l, *k)).collect();
            let before = judge(&evidence, 3);
            // A proof may turn a refutation into a conflict: that is not agreement but a bug found.
            let contradicted = evidence.iter().any(|e| e.link == link && matches!(e.finding, Finding::Contradicts { .. }));
            prop_assume!(more == 1 || !contradicted);
            evidence.push(on_link(link, more));
            prop_assert!(severity(judge(&evidence, 3)) <= severity(before));
        }

        #[test]
        fn order_does_not_matter_and_a_chain_is_as_good_as_its_worst_link(kinds in proptest::collection::vec((0usize..3, 0u8..8), 0..8)) {
            let evidence: Vec<Evidence> = kinds.iter().map(|(l, k)| on_link(*l, *k)).collect();
            let reversed: Vec<Evidence> = evidence.iter().rev().cloned().collect();
            let whole = judge(&evidence, 3);
            prop_assert_eq!(whole, judge(&reversed, 3));
            let of_link = |l| judge(&kinds.iter().filter(|(k, _)| *k == l).map(|(_, k)| on_link(0, *k)).collect::<Vec<_>>(), 1);
            let worst = (0..3).map(|l| severity(of_link(l))).max();
            prop_assert_eq!(Some(severity(whole)), worst);
            // No evidence about a link means no verdict for the claim.
            if (0..3).any(|l| kinds.iter().all(|(k, _)| *k != l)) {
                prop_assert!(!matches!(whole, Verdict::Proved | Verdict::Supported));
            }
        }

        #[test]
        fn proof_and_contradiction_of_one_link_are_a_conflict(kinds in proptest::collection::vec((0usize..3, 0u8..8), 0..6), link in 0usize..3) {
            let mut evidence: Vec<Evidence> = kinds.iter().map(|(l, k)| on_link(*l, *k)).collect();
            evidence.extend([on_link(link, 0), on_link(link, 2)]);
            prop_assert_eq!(judge(&evidence, 3), Verdict::Conflict);
        }
    }
}
