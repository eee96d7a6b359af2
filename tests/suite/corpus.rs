//! The corpus: formulas that hold and formulas that do not, from textbooks. None that holds is refuted, none that does
//! not is supported.
//!
//! `cargo test --test suite corpus -- --nocapture` prints the tally. Twenty seeds, with the figures that are published:
//! `cargo test --release --test suite over_twenty_seeds -- --ignored --nocapture`.

use crate::library;
use corrigenda::claim::Claim;
use corrigenda::method::NoCache;
use corrigenda::plan;
use corrigenda::profile::Profile;
use corrigenda::runner::{self, Setup};
use corrigenda::verdict::Verdict;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The claims of every note in a folder of the corpus.
pub fn claims(folder: &str) -> Vec<Claim> {
    let mut notes: Vec<_> =
        std::fs::read_dir(library::path("tests/corpus").join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    notes.sort();
    let read = |path: &std::path::PathBuf| {
        let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
        library::read(&name, &std::fs::read_to_string(path).unwrap()).0
    };
    notes.iter().flat_map(read).collect()
}

/// Verdicts of a folder under one seed: the tally, and the claims whose verdict is not among the allowed ones.
fn judge(claims: &[Claim], seed: u64, allowed: &[Verdict], verbose: bool) -> Vec<String> {
    let profile = Profile::named("quick").unwrap();
    let never = AtomicBool::new(false);
    let plan = plan::plan(claims, &profile, seed);
    let began = Instant::now();
    let outcome = runner::run(claims, &plan, &Setup::new(&NoCache, &never, &()), &mut ());
    let seconds = began.elapsed().as_secs_f64();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (claim, judged) in claims.iter().zip(&outcome.claims) {
        *tally.entry(judged.verdict.word()).or_default() += 1;
        let line = || {
            format!("seed {seed}, {} {}: {}: {}", claim.file.name(), claim.id, judged.verdict.word(), judged.because)
        };
        if !allowed.contains(&judged.verdict) {
            wrong.push(line());
        } else if verbose && judged.verdict.is_undecided() {
            println!("  undecided: {} {}: {}", claim.file.name(), claim.id, judged.because);
        }
    }
    println!("seed {seed}: {} claims in {seconds:.2} s: {tally:?}", claims.len());
    wrong
}

/// A true formula may be proved, supported or left open; a false one refuted or left open.
const OF_TRUE: &[Verdict] = &[Verdict::Proved, Verdict::Supported, Verdict::Inconclusive, Verdict::Unsupported];
const OF_FALSE: &[Verdict] = &[Verdict::Refuted, Verdict::Inconclusive, Verdict::Vacuous, Verdict::Unsupported];

fn hold_to(seeds: std::ops::RangeInclusive<u64>) {
    let mut wrong = Vec::new();
    for (folder, allowed) in [("true", OF_TRUE), ("false", OF_FALSE)] {
        let claims = claims(folder);
        assert!(claims.len() >= 300, "{} claims in {folder}", claims.len());
        let before = wrong.len();
        for seed in seeds.clone() {
            wrong.extend(judge(&claims, seed, allowed, seed == 1));
        }
        let (judged, worst) =
            (claims.len() * seeds.clone().count(), if folder == "true" { "refuted" } else { "supported" });
        println!("{folder}: {judged} judged under seeds {seeds:?}, {} {worst}", wrong.len() - before);
    }
    assert!(wrong.is_empty(), "{} wrong verdicts:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_true_formula_is_refuted_and_no_false_one_supported() {
    hold_to(1..=2);
}

#[test]
#[ignore = "twenty seeds take minutes"]
fn over_twenty_seeds() {
    hold_to(1..=20);
}

#[test]
#[ignore = "prints timings"]
fn slowest() {
    let profile = Profile::named("quick").unwrap();
    let never = AtomicBool::new(false);
    for folder in ["true", "false"] {
        let claims = claims(folder);
        let plan = plan::plan(&claims, &profile, 1);
        let began = Instant::now();
        let setup = Setup { jobs: Some(1), ..Setup::new(&NoCache, &never, &()) };
        let outcome = runner::run(&claims, &plan, &setup, &mut ());
        println!("{folder}: {} claims in {:.2} s on one core", claims.len(), began.elapsed().as_secs_f64());
        let mut all: Vec<_> = claims.iter().zip(&outcome.claims).collect();
        all.sort_by(|a, b| b.1.seconds.total_cmp(&a.1.seconds));
        for (claim, judged) in &all[..40] {
            println!("{:8.4} s {} {}", judged.seconds, claim.id, judged.verdict.word());
        }
        println!("median {:.5} s", all[all.len() / 2].1.seconds);
    }
}
