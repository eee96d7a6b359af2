//! `corrigenda check`.

use super::arguments::CheckArguments;
use super::console::Console;
use super::{Failure, Outcome};

/// Checks notes.
pub(super) fn run(_arguments: &CheckArguments, _console: &Console) -> Result<Outcome, Failure> {
    Err(Failure::new("`check` is not wired yet"))
}
