//! What happens during a run, as it happens. Sinks turn events into progress or a growing record.

use crate::evidence::Evidence;
use crate::verdict::Verdict;

/// One step of a run. Claims and checks are given by their index in the plan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// Digest of the plan.
        digest: String,
        /// Claims in the plan.
        claims: usize,
        /// Checks in the plan.
        checks: usize,
    },
    /// The first check of a claim begins.
    ClaimStarted {
        /// Index of the claim.
        claim: usize,
        /// Its id.
        id: String,
    },
    /// A check begins.
    CheckStarted {
        /// Index of the claim.
        claim: usize,
        /// Name of the method.
        method: &'static str,
    },
    /// A check goes on.
    CheckProgress {
        /// Index of the claim.
        claim: usize,
        /// Name of the method.
        method: &'static str,
        /// What it is doing, for people.
        doing: String,
    },
    /// A check ended.
    CheckFinished {
        /// Index of the claim.
        claim: usize,
        /// Name of the method.
        method: &'static str,
        /// What it found, link by link.
        evidence: Vec<Evidence>,
    },
    /// All checks of a claim ended.
    ClaimJudged {
        /// Index of the claim.
        claim: usize,
        /// The verdict.
        verdict: Verdict,
        /// Whether it is what the author expects.
        as_expected: bool,
    },
    /// The run is over.
    RunFinished {
        /// It was interrupted: some checks are undecided for that reason alone.
        interrupted: bool,
    },
}

/// Receives the events of a run, one at a time, from one thread.
pub trait EventSink {
    /// Takes one event.
    fn receive(&mut self, event: &Event);
}

/// Forgets everything.
impl EventSink for () {
    fn receive(&mut self, _event: &Event) {}
}

/// Keeps everything.
impl EventSink for Vec<Event> {
    fn receive(&mut self, event: &Event) {
        self.push(event.clone());
    }
}
