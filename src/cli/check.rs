//! `corrigenda check`.

use super::arguments::{CheckArguments, RunFormat};
use super::console::Console;
use super::{Failure, Outcome, checking, reading, writing};
use crate::record::baseline::Baseline;
use crate::record::diff::{self, Change, Difference};
use crate::record::{self, Record};
use crate::report::{self, github, junit, sarif, terminal};
use crate::verdict::Verdict;
use std::path::Path;

/// Checks notes, writes the record and the report, prints the verdicts.
pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Result<Outcome, Failure> {
    let old = match &arguments.baseline {
        Some(path) if path.exists() => Some(baseline(path)?),
        Some(path) if !arguments.update => {
            return Err(Failure::new(format!("there is no baseline {}", path.display()))
                .hint("`--update` writes the verdicts of this run to it"));
        }
        _ => None,
    };
    let reading = reading::read(&arguments.paths, arguments.unclaimed)?;
    console.diagnostics(&reading.diagnostics);
    if reading.claims.is_empty() {
        if !reading.has_errors() {
            console.say("nothing was checked: no note in these paths has a claim");
            return Ok(Outcome::NothingChecked);
        }
        return Ok(Outcome::BadInput);
    }
    let part = arguments.shard.map_or(checking::Part::All, |(m, n)| checking::Part::Shard(m, n));
    let run = checking::run(&reading, &arguments.paths, &arguments.run, part, console)?;
    let mut differences = old.as_ref().map(|old| diff::against(old, &run.record));
    if let (Some(differences), Some(_)) = (&mut differences, arguments.shard) {
        // What the other parts check is not gone.
        differences.retain(|d| d.change != Change::Gone);
    }
    writing::all(&run.record, differences.as_deref(), &arguments.out)?;
    if arguments.png {
        writing::pngs(&run.record, &arguments.out)?;
    }
    print(&run.record, arguments.format, old.as_ref(), console)?;
    let human = arguments.format == RunFormat::Human;
    if human && console.verbosity >= 0 {
        console.say(&format!("report: {}", arguments.out.join(writing::SITE).join("index.html").display()));
    }
    if run.interrupted {
        console.say("interrupted: what was judged is in the record; simulations that were finished are kept and will not be drawn again");
    }
    if arguments.update
        && let Some(path) = &arguments.baseline
        && !run.interrupted
    {
        writing::text(path, &Baseline::of(&run.record).render())?;
        return Ok(if reading.has_errors() { Outcome::BadInput } else { Outcome::AsExpected });
    }
    let Some(differences) = differences else {
        return Ok(outcome(&run.record, reading.has_errors(), arguments.strict));
    };
    if human && !differences.is_empty() {
        console.print(&format!("\nAgainst the baseline\n{}", terminal::differences(&differences, console.width)))?;
    }
    let newly_open = |d: &Difference| {
        d.before.is_none() && d.after.as_deref().and_then(Verdict::parse).is_some_and(Verdict::is_undecided)
    };
    let worse = differences.iter().any(|d| d.change == Change::Broken || (arguments.strict && newly_open(d)));
    Ok(match (reading.has_errors(), worse) {
        (true, _) => Outcome::BadInput,
        (false, true) => Outcome::Unexpected,
        (false, false) => Outcome::AsExpected,
    })
}

/// Reads a baseline, or the baseline that a record amounts to.
pub(super) fn baseline(path: &Path) -> Result<Baseline, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read the baseline {}: {error}", path.display())))?;
    if text.starts_with('{') {
        return read_record(path).map(|record| Baseline::of(&record));
    }
    Baseline::parse(&text).map_err(|(line, why)| {
        Failure::new(format!("{}:{line}: damaged baseline: {why}", path.display()))
            .hint("`corrigenda check --baseline FILE --update` writes it anew")
    })
}

/// Reads a record.
pub(super) fn read_record(path: &Path) -> Result<Record, Failure> {
    record::read(path).map_err(|error| {
        Failure::new(error.to_string()).hint("`corrigenda check` writes a record; a damaged one must be made again")
    })
}

/// Prints a record as asked.
pub(super) fn print(
    record: &Record,
    format: RunFormat,
    baseline: Option<&Baseline>,
    console: &Console,
) -> Result<(), Failure> {
    let text = match format {
        RunFormat::Human => {
            let ids = record.claims.iter().map(|c| c.id.as_str());
            terminal::record(record, &terminal::Style::fitting(console.colour, console.width, ids))
        }
        RunFormat::Json => format!("{:#}\n", report::json::summary(record)),
        RunFormat::Markdown => report::markdown(record)
            .first()
            .map_or_else(String::new, |page| String::from_utf8_lossy(&page.bytes).into_owned()),
        RunFormat::Junit => junit::junit(record).map_err(Failure::new)?,
        RunFormat::Sarif => format!("{:#}\n", sarif::sarif(record, baseline)),
        RunFormat::Github => {
            step_summary(record)?;
            github::annotations(record)
        }
    };
    console.print(&text)
}

/// Adds to the summary of the workflow step, if there is one.
fn step_summary(record: &Record) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) else { return Ok(()) };
    let append = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path)?;
        std::io::Write::write_all(&mut file, github::summary(record).as_bytes())
    };
    append()
        .map_err(|error| Failure::new(format!("cannot write the step summary {}: {error}", Path::new(&path).display())))
}

/// How a run ends.
pub(super) fn outcome(record: &Record, has_errors: bool, strict: bool) -> Outcome {
    let is_open = |verdict: &str| Verdict::parse(verdict).is_some_and(Verdict::is_undecided);
    if has_errors {
        Outcome::BadInput
    } else if record.unexpected().next().is_some() || (strict && record.claims.iter().any(|c| is_open(&c.verdict))) {
        Outcome::Unexpected
    } else {
        Outcome::AsExpected
    }
}
