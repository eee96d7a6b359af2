//! One run over claims that were read: plan, execution with progress, record.

use super::Failure;
use super::arguments::RunArguments;
use super::console::Console;
use super::reading::Reading;
use crate::claim::Claim;
use crate::event::{Event, EventSink};
use crate::evidence::SCHEMA;
use crate::method::{Cache, DirectoryCache, NoCache};
use crate::plan::plan;
use crate::profile::Profile;
use crate::record::{Header, Record, Shard, Timing};
use crate::runner::{self, Corrections, Setup};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A finished run.
pub(super) struct Run {
    pub(super) record: Record,
    pub(super) interrupted: bool,
}

/// Which claims of a reading are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// All of them.
    All,
    /// Part m of n.
    Shard(usize, usize),
    /// This one, and those that its samples are shared with.
    Claim(&'a str),
}

impl Part<'_> {
    /// The indices of its claims, ascending.
    fn indices(self, claims: &[Claim]) -> Vec<usize> {
        let groups = runner::groups(claims).into_iter().enumerate();
        let mut indices: Vec<usize> = groups
            .filter(|(number, group)| match self {
                Self::All => true,
                Self::Shard(m, n) => number % n == m - 1,
                Self::Claim(id) => group.iter().any(|i| claims[*i].id == id),
            })
            .flat_map(|(_, group)| group)
            .collect();
        indices.sort_unstable();
        indices
    }
}

/// Checks the claims of a reading, or a part of them.
pub(super) fn run(
    reading: &Reading,
    paths: &[PathBuf],
    arguments: &RunArguments,
    part: Part<'_>,
    console: &Console,
) -> Result<Run, Failure> {
    let began = Instant::now();
    let profile = Profile::named(arguments.profile.word()).map_err(|e| Failure::new(e.to_string()))?;
    let indices = part.indices(&reading.claims);
    let plan = plan(&reading.claims, &profile, arguments.seed).restricted(&indices);
    let claims: Vec<Claim> = indices.iter().map(|i| reading.claims[*i].clone()).collect();
    let directory = if arguments.no_cache { None } else { cache_directory() };
    let disk = directory.map(|d| DirectoryCache::new(d, program_digest()));
    let cache: &dyn Cache = disk.as_ref().map_or(&NoCache, |d| d);
    let interrupted = interruption();
    let setup = Setup { jobs: arguments.jobs.map(usize::from), ..Setup::new(cache, &interrupted, &Corrections) };
    let mut progress = Progress::new(&claims, console);
    let outcome = runner::run(&claims, &plan, &setup, &mut progress);
    for warning in disk.iter().flat_map(DirectoryCache::warnings) {
        console.say(&format!("warning: {warning}"));
    }
    if outcome.timed_out {
        console.say("warning: a check hit the wall-clock safety net; this record cannot be reproduced exactly");
    }
    let entries = claims
        .iter()
        .zip(&outcome.claims)
        .map(|(claim, judged)| runner::entry(claim, judged, reading.as_printed(claim)))
        .collect();
    let seconds = claims.iter().zip(&outcome.claims).map(|(c, j)| (c.id.clone(), j.seconds)).collect();
    let record = Record {
        header: Header {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: arguments.seed,
            profile: profile.name.clone(),
            paths: paths.iter().map(|p| p.display().to_string().replace('\\', "/")).collect(),
            error_rate: profile.error_rate,
            shard: match part {
                Part::Shard(number, of) => {
                    let order = reading.claims.iter().map(|c| c.id.clone()).collect();
                    Some(Shard { number, of, order })
                }
                _ => None,
            },
        },
        notes: reading.note_entries(),
        claims: entries,
        equations: reading.equations(),
        diagnostics: reading.diagnostic_entries(),
        timing: Timing {
            total: began.elapsed().as_secs_f64(),
            claims: seconds,
            machine: machine(),
            commit: paths.first().and_then(|p| commit(p)).unwrap_or_default(),
        },
    };
    Ok(Run { record, interrupted: outcome.interrupted })
}

/// System, architecture and cores.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{} {}, {cores} core{}", std::env::consts::OS, std::env::consts::ARCH, if cores == 1 { "" } else { "s" })
}

/// The commit that is checked out where the notes are.
fn commit(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let git = path.ancestors().map(|a| a.join(".git")).find(|g| g.is_dir())?;
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    let head = head.trim();
    let id = match head.strip_prefix("ref: ") {
        None => head.to_owned(),
        Some(name) => std::fs::read_to_string(git.join(name)).ok().or_else(|| {
            let packed = std::fs::read_to_string(git.join("packed-refs")).ok()?;
            packed.lines().find_map(|l| l.strip_suffix(name)?.strip_suffix(' ').map(str::to_owned))
        })?,
    };
    let id = id.trim();
    (id.len() >= 12 && id.chars().all(|c| c.is_ascii_hexdigit())).then(|| id[..12].to_owned())
}

/// What samples depend on besides their names: the program that drew them.
fn program_digest() -> String {
    let bytes = std::env::current_exe().and_then(std::fs::read).unwrap_or_default();
    blake3::hash(&bytes).to_hex().to_string()
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

/// A bar on standard error with the claims under way.
struct Progress {
    bar: ProgressBar,
    ids: Vec<String>,
    running: Vec<usize>,
}

impl Progress {
    fn new(claims: &[Claim], console: &Console) -> Self {
        let bar = if console.progress { ProgressBar::new(claims.len() as u64) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, ids: claims.iter().map(|c| c.id.clone()).collect(), running: Vec::new() }
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
