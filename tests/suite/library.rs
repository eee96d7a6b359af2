//! Notes checked in this process, through the library alone.

use corrigenda::claim::Claim;
use corrigenda::diagnostic::Diagnostic;
use corrigenda::latex::Scope;
use corrigenda::method::NoCache;
use corrigenda::note;
use corrigenda::plan;
use corrigenda::profile::Profile;
use corrigenda::runner::{self, Judged, Setup};
use corrigenda::source::SourceFile;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// `code: message` of diagnostics.
fn said(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().map(|d| format!("{}: {}", d.code.name, d.message)).collect()
}

/// The claims of a note and what its symbols mean. Panics if anything is wrong with it.
pub fn read(name: &str, text: &str) -> (Vec<Claim>, Scope) {
    let (raw, problems) = note::read(&SourceFile::new(name, text));
    assert_eq!(said(&problems), Vec::<String>::new(), "{name}");
    let (lowered, problems) = note::lower(&raw);
    assert_eq!(said(&problems), Vec::<String>::new(), "{name}");
    (lowered.claims, lowered.scope)
}

/// Checks claims under the quick profile, without a cache.
pub fn judge(claims: &[Claim]) -> Vec<Judged> {
    let profile = Profile::named("quick").unwrap();
    let never = AtomicBool::new(false);
    let refused: Vec<String> =
        plan::validate(claims).into_iter().map(|(id, d)| format!("{id}: {}", d.message)).collect();
    assert_eq!(refused, Vec::<String>::new());
    let outcome = runner::run(claims, &plan::plan(claims, &profile, 1), &Setup::new(&NoCache, &never, &()), &mut ());
    assert_eq!(outcome.claims.len(), claims.len());
    outcome.claims
}

/// A path below the root of the repository.
pub fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// Our own notes: path and text.
pub fn derivations() -> Vec<(String, String)> {
    let root = path("derivations");
    let notes = note::discover(std::slice::from_ref(&root)).unwrap();
    let read = |p: &PathBuf| {
        let name = p.strip_prefix(&root).unwrap().display().to_string();
        (name, std::fs::read_to_string(p).unwrap())
    };
    notes.iter().map(read).collect()
}
