//! One run over claims that were read: plan, execution with progress, record.

use super::Failure;
use super::arguments::RunArguments;
use super::console::Console;
use super::reading::Reading;
use crate::claim::Claim;
use crate::correction::{self, Opinion};
use crate::event::{Event, EventSink};
use crate::evidence::{Evidence, Finding, SCHEMA};
use crate::expr::Link;
use crate::method::{Cache, DirectoryCache, NoCache};
use crate::plan::plan;
use crate::profile::Profile;
use crate::random::SeedPath;
use crate::record::{Correction, Header, Record, Sharpness, Timing};
use crate::runner::{self, Refine, Setup, Subject};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A finished run.
pub(super) struct Run {
    pub(super) record: Record,
    pub(super) interrupted: bool,
}

/// Checks the claims of a reading.
pub(super) fn run(
    reading: &Reading,
    paths: &[PathBuf],
    arguments: &RunArguments,
    console: &Console,
) -> Result<Run, Failure> {
    let began = Instant::now();
    let profile = Profile::named(arguments.profile.word()).map_err(|e| Failure::new(e.to_string()))?;
    let plan = plan(&reading.claims, &profile, arguments.seed);
    let directory = if arguments.no_cache { None } else { cache_directory() };
    let disk = directory.map(|d| DirectoryCache::new(d, env!("CARGO_PKG_VERSION")));
    let cache: &dyn Cache = disk.as_ref().map_or(&NoCache, |d| d);
    let interrupted = interruption();
    let setup = Setup {
        jobs: arguments.jobs.map(usize::from),
        refine: &Refinement,
        ..Setup::new(cache, &interrupted, &Refinement)
    };
    let mut progress = Progress::new(reading, console);
    let outcome = runner::run(&reading.claims, &plan, &setup, &mut progress);
    for warning in disk.iter().flat_map(DirectoryCache::warnings) {
        console.say(&format!("warning: {warning}"));
    }
    if outcome.timed_out {
        console.say("warning: a check hit the wall-clock safety net; this record cannot be reproduced exactly");
    }
    let claims = reading
        .claims
        .iter()
        .zip(&outcome.claims)
        .map(|(claim, judged)| runner::entry(claim, judged, reading.as_printed(claim)))
        .collect();
    let seconds = reading.claims.iter().zip(&outcome.claims).map(|(c, j)| (c.id.clone(), j.seconds)).collect();
    let record = Record {
        header: Header {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: arguments.seed,
            profile: profile.name.clone(),
            paths: paths.iter().map(|p| p.display().to_string().replace('\\', "/")).collect(),
            error_rate: profile.error_rate,
        },
        notes: reading.note_entries(),
        claims,
        equations: reading.equations(),
        diagnostics: reading.diagnostic_entries(),
        timing: Timing { total: began.elapsed().as_secs_f64(), claims: seconds },
    };
    Ok(Run { record, interrupted: outcome.interrupted })
}

/// Where samples are kept between runs.
fn cache_directory() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    base.map(|b| b.join("corrigenda"))
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the program.
fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = flag.clone();
    // Without a handler Ctrl-C ends the program at once, which loses nothing that was written.
    let _ = ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    flag
}

/// Sharpness and corrections on the evidence that is there.
struct Refinement;

impl Refine for Refinement {
    fn sharpness(&self, subject: &Subject<'_>) -> Option<Sharpness> {
        let (budget, seed) = bench(subject)?;
        let simulated = |number: usize, link: &Link| simulated(subject, number, link);
        correction::sharpness(subject.claim, subject.evidence, budget, &seed, &simulated, subject.plan.profile.mutants)
    }

    fn corrections(&self, subject: &Subject<'_>) -> Vec<Correction> {
        let Some((budget, seed)) = bench(subject) else { return Vec::new() };
        let simulated = |number: usize, link: &Link| simulated(subject, number, link);
        correction::corrections(subject.claim, subject.evidence, budget, &seed, &simulated)
    }
}

/// The budget of the claim's checks and the streams of its variants.
fn bench<'a>(subject: &Subject<'a>) -> Option<(&'a crate::method::Budget, SeedPath)> {
    let index = subject.plan.checks.iter().find(|c| {
        subject.evidence.iter().any(|e| e.method == c.method) && subject.plan.claim_ids[c.claim] == subject.claim.id
    })?;
    Some((&index.budget, SeedPath::root(subject.plan.seed).child("claim").child(&subject.claim.id).child("variants")))
}

/// What the simulations and limits of the claim say of a variant of one of its links.
fn simulated(subject: &Subject<'_>, number: usize, link: &Link) -> Opinion {
    if subject.claim.experiment.is_none() && subject.claim.limit.is_none() {
        return correction::not_simulated(number, link);
    }
    let mut variant: Claim = subject.claim.clone();
    variant.statement.links[number] = link.clone();
    let evidence: Vec<Evidence> = (subject.recheck)(&variant)
        .into_iter()
        .filter(|e| e.link == number && matches!(e.method.as_str(), "simulation" | "scaling"))
        .collect();
    let holds = evidence.iter().find_map(|e| match &e.finding {
        Finding::Proves { certificate: words } | Finding::Agrees { bound: words } => Some(words.clone()),
        _ => None,
    });
    if evidence.iter().any(|e| matches!(e.finding, Finding::Contradicts { .. })) {
        return Opinion::Fails;
    }
    holds
        .map_or_else(|| Opinion::Silent("the simulation is not precise enough to tell it apart".into()), Opinion::Holds)
}

/// A bar on standard error with the claims under way.
struct Progress {
    bar: ProgressBar,
    ids: Vec<String>,
    running: Vec<usize>,
}

impl Progress {
    fn new(reading: &Reading, console: &Console) -> Self {
        let bar = if console.progress { ProgressBar::new(reading.claims.len() as u64) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, ids: reading.claims.iter().map(|c| c.id.clone()).collect(), running: Vec::new() }
    }

    fn show(&self, doing: &str) {
        let ids: Vec<&str> = self.running.iter().map(|i| self.ids[*i].as_str()).collect();
        self.bar.set_message(format!("{} {doing}", ids.join(", ")));
    }
}

impl EventSink for Progress {
    fn receive(&mut self, event: &Event) {
        match event {
            Event::ClaimStarted { claim, .. } => {
                self.running.push(*claim);
                self.show("");
            }
            Event::CheckProgress { doing, .. } => self.show(doing),
            Event::ClaimJudged { claim, .. } => {
                self.running.retain(|c| c != claim);
                self.bar.inc(1);
                self.show("");
            }
            Event::RunFinished { .. } => self.bar.finish_and_clear(),
            _ => {}
        }
    }
}
