//! The benchmark of corrections: every true formula of our notes and of the corpus with one slip in it, drawn from a seed;
//! how often the original comes back, and in what time.
//!
//! `cargo test --release --test suite benchmark -- --ignored --nocapture` prints the rates, and what did not come back first;
//! `BENCHMARK_ONLY=id,id` takes some claims only, `BENCHMARK_PROFILE=quick` another profile.

use crate::{corpus, library};
use corrigenda::algebra::{Mutant, mutants};
use corrigenda::claim::{Claim, Expectation};
use corrigenda::expr::{Link, Statement, print, walk};
use corrigenda::method::NoCache;
use corrigenda::plan;
use corrigenda::profile::Profile;
use corrigenda::random::SeedPath;
use corrigenda::record::{Correction, Sharpness};
use corrigenda::runner::{self, Corrections, Refine, Setup, Subject};
use corrigenda::verdict::Verdict;
use rand::RngExt;
use std::sync::atomic::AtomicBool;

/// Corrections without sharpness.
struct Repairs;

impl Refine for Repairs {
    fn sharpness(&self, _: &Subject<'_>) -> Option<Sharpness> {
        None
    }
    fn corrections(&self, subject: &Subject<'_>) -> Vec<Correction> {
        Corrections.corrections(subject)
    }
}

/// One link of a claim, with and without a slip.
struct Case {
    claim: Claim,
    original: Link,
    slip: String,
}

/// A variable of the test run.
#[allow(clippy::disallowed_methods, reason = "a developer chooses what is searched")]
fn chosen(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Claims that hold and are judged without simulation, each with one slip in one of its links.
fn cases(seed: u64) -> Vec<Case> {
    let notes = library::derivations().into_iter().flat_map(|(name, text)| library::read(&name, &text).0);
    let all = notes.chain(corpus::claims("true"));
    let judged_by_algebra = |c: &Claim| c.expect == Expectation::Holds && c.experiment.is_none();
    let only = chosen("BENCHMARK_ONLY");
    let wanted = |c: &Claim| only.as_ref().is_none_or(|only| only.split(',').any(|id| id == c.id));
    all.filter(judged_by_algebra).filter(wanted).filter_map(|claim| slip(claim, seed)).collect()
}

fn slip(claim: Claim, seed: u64) -> Option<Case> {
    let mut stream = SeedPath::root(seed).child("benchmark").child(&claim.id).stream();
    let links = &claim.statement.links;
    let original = links[stream.random_range(0..links.len())].clone();
    // The name of an optimum or of a solution is no formula.
    let derives = claim.extremum.is_some() || claim.solves.is_some();
    let mut all: Vec<Mutant> = mutants(&original, usize::MAX);
    all.retain(|m| !derives || m.path.first() == Some(&1));
    if all.is_empty() {
        return None;
    }
    let mutant = all.swap_remove(stream.random_range(0..all.len()));
    let statement = Statement { links: vec![mutant.link], ..claim.statement.clone() };
    let claim = Claim { statement, alternatives: Vec::new(), ..claim };
    Some(Case { claim, original, slip: mutant.description })
}

/// Whether a correction is the original, or differs from the misprint in the same side only, so that it equals the
/// original wherever both hold.
fn is_original(correction: &Correction, case: &Case) -> bool {
    let printed = print::link(&case.original);
    let wrong = &case.claim.statement.links[0];
    let (left_kept, right_kept) =
        (walk::same(&wrong.left, &case.original.left), walk::same(&wrong.right, &case.original.right));
    let same_left =
        left_kept && correction.tex.starts_with(&format!("{} {}", print::expr(&wrong.left), wrong.relation.tex()));
    let same_right =
        right_kept && correction.tex.ends_with(&format!("{} {}", wrong.relation.tex(), print::expr(&wrong.right)));
    correction.tex == printed || same_left || same_right
}

/// Claims that are run together: the rates so far are printed after each such batch.
const BATCH: usize = 60;

/// A search that takes longer, in seconds, is printed: a full one should not.
const LONG: f64 = 5.0;

/// How many were refuted, and of those how often the original came back first and in the top three.
fn rates(profile: &str, seed: u64) -> (usize, usize, usize) {
    let cases = cases(seed);
    let (mut slips, mut refuted, mut first, mut top, mut literally, mut held) = (0, 0, 0, 0, 0, 0);
    let mut slowest = 0.0_f64;
    let mut slow: Vec<(f64, String)> = Vec::new();
    for batch in cases.chunks(BATCH) {
        let claims: Vec<Claim> = batch.iter().map(|c| c.claim.clone()).collect();
        let never = AtomicBool::new(false);
        let plan = plan::plan(&claims, &Profile::named(profile).unwrap(), seed);
        let outcome = runner::run(&claims, &plan, &Setup::new(&NoCache, &never, &Repairs), &mut ());
        slips += batch.len();
        for (case, judged) in batch.iter().zip(&outcome.claims) {
            held += usize::from(matches!(judged.verdict, Verdict::Proved | Verdict::Supported));
            if judged.verdict != Verdict::Refuted {
                continue;
            }
            refuted += 1;
            slowest = slowest.max(judged.seconds);
            if judged.seconds > LONG {
                slow.push((judged.seconds, format!("{} ({})", case.claim.id, case.slip)));
            }
            let rank = judged.corrections.iter().position(|c| is_original(c, case));
            first += usize::from(rank == Some(0));
            top += usize::from(rank.is_some_and(|r| r < 3));
            literally += usize::from(judged.corrections.first().is_some_and(|c| c.tex == print::link(&case.original)));
            if rank != Some(0) {
                let shown: Vec<&str> = judged.corrections.iter().take(3).map(|c| c.tex.as_str()).collect();
                let (wrong, right) = (print::link(&case.claim.statement.links[0]), print::link(&case.original));
                println!("{} ({}), rank {rank:?}\n  {wrong}\n  {right}\n  {shown:?}", case.claim.id, case.slip);
            }
        }
        let share = |n: usize| 100.0 * n as f64 / refuted.max(1) as f64;
        println!(
            "seed {seed}, {profile}: {slips} of {} slips, {refuted} refuted, {held} hold as well; original first {first} ({:.1} %), in the top three {top} ({:.1} %), literally first {literally}; slowest search {slowest:.1} s",
            cases.len(),
            share(first),
            share(top),
        );
    }
    slow.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (seconds, case) in slow {
        println!("{seconds:.1} s: {case}");
    }
    (refuted, first, top)
}

#[test]
#[ignore = "searches some thousand repairs: minutes"]
fn originals_come_back() {
    let profile = chosen("BENCHMARK_PROFILE").unwrap_or_else(|| "standard".into());
    let (refuted, first, top) = rates(&profile, 1);
    assert!(refuted > 300, "{refuted} refuted");
    assert!(10 * first >= 8 * refuted, "{first} of {refuted} come back first");
    assert!(10 * top >= 9 * refuted, "{top} of {refuted} come back in the top three");
}
