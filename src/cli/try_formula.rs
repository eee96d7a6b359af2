//! `corrigenda try`.

use super::arguments::TryArguments;
use super::console::Console;
use super::{Failure, Outcome};

/// Checks one formula.
pub(super) fn run(_arguments: &TryArguments, _console: &Console) -> Result<Outcome, Failure> {
    Err(Failure::new("`try` is not wired yet"))
}
