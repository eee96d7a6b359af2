//! Executes a plan: claims in parallel, events one at a time, evidence in the order of the plan.

mod assuming;
mod converse;
mod entry;
mod judging;
mod memory;
mod reading;
mod refine;

pub use entry::entry;
pub use judging::{as_expected, because};
pub use refine::Corrections;

use crate::claim::{Claim, Expectation};
use crate::event::{Event, EventSink};
use crate::evidence::{Evidence, StopReason};
use crate::method::{self, Budget, Cache, Context, Laboratory, Method, Runs, undecided};
use crate::plan::{Check, Plan};
use crate::random::SeedPath;
use crate::record::{Correction, Sharpness};
use crate::verdict::{Verdict, judge};
use memory::Kept;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Instant;

/// What a run is given besides its plan.
pub struct Setup<'a> {
    /// Threads; `None` for all cores. The results do not depend on it.
    pub jobs: Option<usize>,
    /// Samples of earlier runs.
    pub cache: &'a dyn Cache,
    /// Set from outside to stop: checks that have not ended are undecided for that reason.
    pub interrupted: &'a AtomicBool,
    /// What follows a verdict: sharpness and corrections.
    pub refine: &'a dyn Refine,
    /// The table of methods: [`method::ALL`] but in tests.
    pub methods: &'a [&'static dyn Method],
}

/// What is asked about a claim once it is judged.
pub trait Refine: Sync {
    /// How sharp the check of a proved or supported claim is.
    fn sharpness(&self, subject: &Subject<'_>) -> Option<Sharpness>;
    /// Repairs of a refuted claim, simplest first.
    fn corrections(&self, subject: &Subject<'_>) -> Vec<Correction>;
}

/// No refinement.
impl Refine for () {
    fn sharpness(&self, _subject: &Subject<'_>) -> Option<Sharpness> {
        None
    }
    fn corrections(&self, _subject: &Subject<'_>) -> Vec<Correction> {
        Vec::new()
    }
}

/// A judged claim and the means to judge its variants.
pub struct Subject<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// What was found.
    pub evidence: &'a [Evidence],
    /// The plan that it was checked under.
    pub plan: &'a Plan,
    /// What its checks without simulation were granted.
    pub budget: &'a Budget,
    /// Where the streams of its variants hang.
    pub seed: &'a SeedPath,
    /// Checks a variant of the claim by those of its methods that judge variants: nothing is drawn anew.
    pub recheck: &'a (dyn Fn(&Claim) -> Vec<Evidence> + Sync),
}

/// All that is known about one claim after a run.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Evidence in the order of the plan.
    pub evidence: Vec<Evidence>,
    /// The verdict.
    pub verdict: Verdict,
    /// One line: why.
    pub because: String,
    /// How sharp the check is.
    pub sharpness: Option<Sharpness>,
    /// Repairs.
    pub corrections: Vec<Correction>,
    /// Wall-clock seconds; for the record's timing only.
    pub seconds: f64,
}

/// What a run ends with.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// One per claim, in order.
    pub claims: Vec<Judged>,
    /// The run was interrupted.
    pub interrupted: bool,
    /// Some check hit the wall-clock safety net: the record is not reproducible.
    pub timed_out: bool,
}

/// Runs every check of the plan and judges every claim.
///
/// Claims that share an experiment are checked one after the other, so that each sample is drawn once and what a later one
/// finds drawn already does not depend on the number of threads. `sink` is called from the calling thread only.
pub fn run(claims: &[Claim], plan: &Plan, setup: &Setup<'_>, sink: &mut dyn EventSink) -> Outcome {
    sink.receive(&Event::RunStarted { digest: plan.digest.clone(), claims: claims.len(), checks: plan.checks.len() });
    let (runs, timed_out) = (Runs::default(), AtomicBool::new(false));
    let (sender, events) = mpsc::channel();
    let mut judged: Vec<Option<Judged>> = vec![None; claims.len()];
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let sender = sender;
            let job = Job { claims, plan, setup, runs: &runs, timed_out: &timed_out, sender: &sender };
            let all = || -> Vec<(usize, Judged)> {
                groups(claims).into_par_iter().flat_map_iter(|g| g.into_iter().map(|i| (i, job.claim(i)))).collect()
            };
            match rayon::ThreadPoolBuilder::new().num_threads(setup.jobs.unwrap_or(0)).build() {
                Ok(pool) => pool.install(all),
                // Without threads of its own the run uses the global ones.
                Err(_) => all(),
            }
        });
        for event in events {
            sink.receive(&event);
        }
        match worker.join() {
            Ok(results) => results.into_iter().for_each(|(index, result)| judged[index] = Some(result)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    let interrupted = setup.interrupted.load(Ordering::Relaxed);
    sink.receive(&Event::RunFinished { interrupted });
    Outcome { claims: judged.into_iter().flatten().collect(), interrupted, timed_out: timed_out.into_inner() }
}

/// Indices of claims: those that name the same experiment together, in order; every other one alone. What is checked apart
/// must not tear a group.
pub fn groups(claims: &[Claim]) -> Vec<Vec<usize>> {
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        let group = claim.experiment.as_ref().map(|e| *shared.entry(&e.name).or_insert(groups.len()));
        match group {
            Some(g) if g < groups.len() => groups[g].push(index),
            _ => groups.push(vec![index]),
        }
    }
    groups
}

struct Job<'a> {
    claims: &'a [Claim],
    plan: &'a Plan,
    setup: &'a Setup<'a>,
    runs: &'a Runs,
    timed_out: &'a AtomicBool,
    sender: &'a mpsc::Sender<Event>,
}

impl Job<'_> {
    fn send(&self, event: Event) {
        // The receiver outlives every sender; a closed channel only means that nobody listens.
        let _ = self.sender.send(event);
    }

    fn claim(&self, index: usize) -> Judged {
        let began = Instant::now();
        let claim = &self.claims[index];
        self.send(Event::ClaimStarted { claim: index, id: claim.id.clone() });
        let checks: Vec<&Check> = self.plan.checks.iter().filter(|c| c.claim == index).collect();
        let declined: Vec<_> = self.plan.declined.iter().filter(|d| d.claim == index).collect();
        let key = memory::key(claim, &checks, self.plan.seed);
        let kept = key.as_ref().and_then(|key| self.setup.cache.get(key));
        if let Some(kept) = kept.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok()) {
            let verdict = judge(&kept.evidence, claim.statement.links.len());
            let because = because(verdict, &kept.evidence, &declined, claim.statement.links.len());
            self.send(Event::ClaimJudged { claim: index, verdict, as_expected: as_expected(claim.expect, verdict) });
            let Kept { evidence, sharpness, corrections } = kept;
            return Judged {
                evidence,
                verdict,
                because,
                sharpness,
                corrections,
                seconds: began.elapsed().as_secs_f64(),
            };
        }
        let mut evidence = Vec::new();
        for check in &checks {
            self.send(Event::CheckStarted { claim: index, method: check.method });
            let found = self.check(claim, check, false, &|doing| {
                self.send(Event::CheckProgress { claim: index, method: check.method, doing: doing.to_owned() });
            });
            self.send(Event::CheckFinished { claim: index, method: check.method, evidence: found.clone() });
            evidence.extend(found);
        }
        for declined in self.plan.declined.iter().filter(|d| d.claim == index && d.requested) {
            evidence.extend(undecided(declined.method, claim, StopReason::NotApplicable, &declined.reason));
        }
        let mut verdict = judge(&evidence, claim.statement.links.len());
        let mut read_otherwise = None;
        for other in reading::others(claim) {
            if verdict != Verdict::Refuted && !verdict.is_undecided() {
                break;
            }
            let applies = |check: &&&Check| self.method(check).is_some_and(|m| m.applies(&other).is_ok());
            let found: Vec<Evidence> =
                checks.iter().filter(applies).flat_map(|check| self.check(&other, check, false, &|_| {})).collect();
            (evidence, read_otherwise) = reading::settle((evidence, verdict), other, found);
            verdict = judge(&evidence, claim.statement.links.len());
        }
        let holds = matches!(verdict, Verdict::Proved | Verdict::Supported);
        if let Some(other) = converse::of(claim).filter(|_| holds) {
            let applies = |check: &&&Check| self.method(check).is_some_and(|m| m.applies(&other).is_ok());
            let found: Vec<Evidence> =
                checks.iter().filter(applies).flat_map(|check| self.check(&other, check, false, &|_| {})).collect();
            evidence = converse::settle(evidence, &other, found);
            verdict = judge(&evidence, claim.statement.links.len());
        }
        // Only the direction that is written first is repaired.
        let is_repairable = !holds;
        let is_wanted = self.plan.profile.repair_expected || claim.expect != Expectation::Refuted;
        let claim = read_otherwise.as_ref().unwrap_or(claim);
        let because = because(verdict, &evidence, &declined, claim.statement.links.len());
        let (mut sharpness, mut corrections) = (None, Vec::new());
        if let (Some(first), false) = (checks.first(), self.setup.interrupted.load(Ordering::Relaxed)) {
            let lasting = |c: &&&Check| self.method(c).is_some_and(Method::judges_variants);
            let lasting: Vec<&&Check> = checks.iter().filter(lasting).collect();
            let recheck = |variant: &Claim| -> Vec<Evidence> {
                lasting.iter().flat_map(|check| self.check(variant, check, true, &|_| {})).collect()
            };
            let seed = SeedPath::root(self.plan.seed).child("claim").child(&claim.id).child("variants");
            let subject = Subject {
                claim,
                evidence: &evidence,
                plan: self.plan,
                budget: &first.budget,
                seed: &seed,
                recheck: &recheck,
            };
            match verdict {
                Verdict::Proved | Verdict::Supported => sharpness = self.setup.refine.sharpness(&subject),
                Verdict::Refuted if is_repairable && is_wanted => corrections = self.setup.refine.corrections(&subject),
                _ => {}
            }
        }
        self.send(Event::ClaimJudged { claim: index, verdict, as_expected: as_expected(claim.expect, verdict) });
        let judged =
            Judged { evidence, verdict, because, sharpness, corrections, seconds: began.elapsed().as_secs_f64() };
        let complete = !self.setup.interrupted.load(Ordering::Relaxed) && !self.timed_out.load(Ordering::Relaxed);
        if let (Some(key), true) = (key, complete)
            && let Ok(bytes) = serde_json::to_vec(&Kept::of(&judged))
        {
            self.setup.cache.put(&key, &bytes);
        }
        judged
    }

    fn method(&self, check: &Check) -> Option<&'static dyn Method> {
        self.setup.methods.iter().copied().find(|m| m.name() == check.method)
    }

    fn check(&self, claim: &Claim, check: &Check, frozen: bool, progress: &(dyn Fn(&str) + Sync)) -> Vec<Evidence> {
        let Some(method) = self.method(check) else {
            return undecided(check.method, claim, StopReason::NotApplicable, "no such method");
        };
        if self.setup.interrupted.load(Ordering::Relaxed) {
            return undecided(check.method, claim, StopReason::Interrupted, "the run was interrupted");
        }
        if frozen && let Err(reason) = method.applies(claim) {
            return undecided(check.method, claim, StopReason::NotApplicable, &reason);
        }
        let seed = SeedPath::root(self.plan.seed).child("claim").child(&claim.id).child(check.method);
        let context = Context { claim, budget: &check.budget, seed: &seed };
        let laboratory = Laboratory {
            cache: self.setup.cache,
            interrupted: self.setup.interrupted,
            progress,
            frozen,
            timed_out: self.timed_out,
            runs: self.runs,
        };
        let evidence = method.check_in(&context, &laboratory);
        // A variant is only compared with the claim: what refutes it is kept.
        if frozen { evidence } else { assuming::softened(claim, evidence) }
    }
}

impl<'a> Setup<'a> {
    /// A setup with the table of methods.
    pub fn new(cache: &'a dyn Cache, interrupted: &'a AtomicBool, refine: &'a dyn Refine) -> Self {
        Self { jobs: None, cache, interrupted, refine, methods: method::ALL }
    }
}

#[cfg(test)]
mod tests;
