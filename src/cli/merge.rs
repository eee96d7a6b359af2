//! `corrigenda merge`: one record of the parts of a run.

use super::arguments::MergeArguments;
use super::console::Console;
use super::{Failure, Outcome, check, writing};
use crate::record;

/// Merges shards, writes the record and its report, prints the verdicts.
pub(super) fn run(arguments: &MergeArguments, console: &Console) -> Result<Outcome, Failure> {
    let records = arguments.records.iter().map(|path| check::read_record(path)).collect::<Result<Vec<_>, _>>()?;
    let merged = record::merge(&records).map_err(|error| {
        Failure::new(error.to_string()).hint("give the records of all parts of one `check --shard m/n`, counted from 1")
    })?;
    writing::all(&merged, None, &arguments.out)?;
    check::print(&merged, arguments.format, None, console)?;
    let has_errors = merged.diagnostics.iter().any(|d| d.severity == "error");
    Ok(check::outcome(&merged, has_errors, false))
}
