//! `corrigenda report`.

use super::arguments::ReportArguments;
use super::console::Console;
use super::{Failure, Outcome};

/// Draws a report again.
pub(super) fn run(_arguments: &ReportArguments, _console: &Console) -> Result<Outcome, Failure> {
    Err(Failure::new("`report` is not wired yet"))
}
