//! `corrigenda report`.

use super::arguments::ReportArguments;
use super::console::Console;
use super::{Failure, Outcome, check, writing};
use crate::record;

/// Draws the report of a record again.
pub(super) fn run(arguments: &ReportArguments, console: &Console) -> Result<Outcome, Failure> {
    let record = record::read(&arguments.record).map_err(|error| {
        Failure::new(error.to_string()).hint("`corrigenda check` writes a record; a damaged one must be made again")
    })?;
    writing::reports(&record, &arguments.out)?;
    check::print(&record, arguments.format, console)?;
    Ok(Outcome::AsExpected)
}
