//! `corrigenda report`.

use super::arguments::ReportArguments;
use super::console::Console;
use super::{Failure, Outcome, check, writing};

/// Draws the report of a record again.
pub(super) fn run(arguments: &ReportArguments, console: &Console) -> Result<Outcome, Failure> {
    let record = check::read_record(&arguments.record)?;
    writing::reports(&record, None, &arguments.out)?;
    if arguments.png {
        writing::pngs(&record, &arguments.out)?;
    }
    check::print(&record, arguments.format, None, console)?;
    Ok(Outcome::AsExpected)
}
