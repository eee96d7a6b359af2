//! `corrigenda replay`: repeat a recorded run and compare.

use super::arguments::{ProfileName, ReplayArguments, RunArguments};
use super::console::Console;
use super::{Failure, Outcome, check, checking, reading};
use clap::ValueEnum;
use std::fmt::Write;
use std::path::PathBuf;

/// Checks the claims of a record again, without a cache, and prints for each whether it comes out the same; ends with 1 if a
/// verdict is another one.
pub(super) fn run(arguments: &ReplayArguments, console: &Console) -> Result<Outcome, Failure> {
    let record = check::read_record(&arguments.record)?;
    let header = &record.header;
    if let Some(id) = &arguments.claim
        && record.claim(id).is_none()
    {
        let close = crate::diagnostic::suggestion(id, record.claims.iter().map(|c| c.id.as_str()));
        let failure = Failure::new(format!("the record has no claim `{id}`"));
        return Err(match close {
            Some(close) => failure.hint(format!("did you mean `{close}`?")),
            None => failure,
        });
    }
    let profile = ProfileName::from_str(&header.profile, false).map_err(|_| {
        Failure::new(format!("the record was made with the profile `{}`, which is not known", header.profile))
    })?;
    let paths: Vec<PathBuf> = header.paths.iter().map(PathBuf::from).collect();
    let mut reading = reading::read(&paths, false)?;
    // The run may have checked formulas that nobody claims.
    if record.claims.iter().any(|recorded| reading.claims.iter().all(|claim| claim.id != recorded.id)) {
        reading = reading::read(&paths, true)?;
    }
    for note in &record.notes {
        let now = reading.notes.iter().find(|n| n.file.name() == note.path);
        if now.is_none_or(|n| n.body() != note.text) {
            console.say(&format!("warning: {} is not what it was in the recorded run", note.path));
        }
    }
    let again = RunArguments { seed: header.seed, jobs: arguments.jobs, profile, no_cache: true };
    let part = match (&arguments.claim, &header.shard) {
        (Some(id), _) => checking::Part::Claim(id),
        (None, Some(shard)) => checking::Part::Shard(shard.number, shard.of),
        (None, None) => checking::Part::All,
    };
    let run = checking::run(&reading, &paths, &again, part, console)?;
    let (mut text, mut verdicts, mut digits) = (String::new(), 0, 0);
    for before in record.claims.iter().filter(|c| arguments.claim.as_ref().is_none_or(|id| *id == c.id)) {
        let after = run.record.claim(&before.id);
        let line = match after {
            None => {
                verdicts += 1;
                format!("{}: {} before, not there now", before.id, before.verdict)
            }
            Some(after) if after.verdict != before.verdict => {
                verdicts += 1;
                format!("{}: {} before, {} now: {}", before.id, before.verdict, after.verdict, after.because)
            }
            Some(after) if serde_json::to_string(after).ok() != serde_json::to_string(before).ok() => {
                digits += 1;
                format!("{}: {} again, with other evidence: {}", before.id, after.verdict, after.because)
            }
            Some(after) => format!("{}: {} again, to the last digit", before.id, after.verdict),
        };
        let _ = writeln!(text, "{}", super::diagnostics::plain(&line));
    }
    let _ = writeln!(text, "{verdicts} verdicts differ, {digits} claims have other evidence");
    console.print(&text)?;
    Ok(if verdicts > 0 { Outcome::Unexpected } else { Outcome::AsExpected })
}
