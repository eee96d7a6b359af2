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
    let (mut vacuous, mut applicable, mut any) = (false, false, false);
    for e in evidence {
        any = true;
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
        (false, false, false) if any => Verdict::Unsupported,
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
