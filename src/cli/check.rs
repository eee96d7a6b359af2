//! `corrigenda check`.

use super::arguments::{CheckArguments, Format};
use super::console::Console;
use super::{Failure, Outcome, checking, reading, writing};
use crate::record::Record;
use crate::report::{self, terminal};

/// Checks notes, writes the record and the report, prints the verdicts.
pub(super) fn run(arguments: &CheckArguments, console: &Console) -> Result<Outcome, Failure> {
    let reading = reading::read(&arguments.paths)?;
    console.diagnostics(&reading.diagnostics);
    if reading.claims.is_empty() {
        if !reading.has_errors() {
            console.say("nothing was checked: no note in these paths has a claim");
            return Ok(Outcome::NothingChecked);
        }
        return Ok(Outcome::BadInput);
    }
    let run = checking::run(&reading, &arguments.paths, &arguments.run, console)?;
    writing::all(&run.record, &arguments.out)?;
    print(&run.record, arguments.format, console)?;
    if arguments.format == Format::Human && console.verbosity >= 0 {
        console.say(&format!("report: {}", arguments.out.join(writing::SITE).join("index.html").display()));
    }
    if run.interrupted {
        console.say("interrupted: what was judged is in the record; simulations that were finished are kept and will not be drawn again");
    }
    Ok(outcome(&run.record, reading.has_errors()))
}

/// Prints a record as asked.
pub(super) fn print(record: &Record, format: Format, console: &Console) -> Result<(), Failure> {
    let text = match format {
        Format::Human => {
            let ids = record.claims.iter().map(|c| c.id.as_str());
            terminal::record(record, &terminal::Style::fitting(console.colour, console.width, ids))
        }
        Format::Json => format!("{:#}\n", report::json::summary(record)),
        Format::Markdown => report::markdown(record)
            .first()
            .map_or_else(String::new, |page| String::from_utf8_lossy(&page.bytes).into_owned()),
    };
    console.print(&text)
}

/// How a run ends.
pub(super) fn outcome(record: &Record, has_errors: bool) -> Outcome {
    if has_errors {
        Outcome::BadInput
    } else if record.unexpected().next().is_some() {
        Outcome::Unexpected
    } else {
        Outcome::AsExpected
    }
}
