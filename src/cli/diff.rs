//! `corrigenda diff`: what changed from one run to another.

use super::arguments::{DiffArguments, Format};
use super::console::Console;
use super::{Failure, Outcome, check};
use crate::record::diff::{self, Change};
use crate::report::{github, terminal};
use serde_json::json;

/// Prints the differences; ends with 1 if anything is broken.
pub(super) fn run(arguments: &DiffArguments, console: &Console) -> Result<Outcome, Failure> {
    let new = check::read_record(&arguments.new)?;
    // A record has measurements to compare, a baseline has not.
    let is_record = std::fs::read(&arguments.old).is_ok_and(|bytes| bytes.starts_with(b"{"));
    let differences = if is_record {
        diff::diff(&check::read_record(&arguments.old)?, &new)
    } else {
        diff::against(&check::baseline(&arguments.old)?, &new)
    };
    console.print(&match arguments.format {
        Format::Human if differences.is_empty() => "no claim changed\n".to_owned(),
        Format::Human => terminal::differences(&differences, console.width),
        Format::Json => format!("{:#}\n", json!({ "schema": crate::evidence::SCHEMA, "differences": differences })),
        Format::Markdown => github::comment(&differences),
    })?;
    let broken = differences.iter().any(|d| d.change == Change::Broken);
    Ok(if broken { Outcome::Unexpected } else { Outcome::AsExpected })
}
