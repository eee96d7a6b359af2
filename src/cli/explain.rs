//! `corrigenda explain`: what a diagnostic or verdict means and what to do.

use super::arguments::ExplainArguments;
use super::console::Console;
use super::{Failure, Outcome};
use crate::diagnostic::{codes, suggestion};
use crate::report::json;
use crate::verdict::Verdict;

/// Prints the explanation of a code or verdict, or the schema of the JSON.
pub(super) fn run(arguments: &ExplainArguments, console: &Console) -> Result<Outcome, Failure> {
    let word = arguments.word.trim().to_lowercase();
    let text = if word == "json" {
        json::JSON_SCHEMA.to_owned()
    } else if let Some(code) = codes::find(&word) {
        format!("{}: {}\n\n{}\n", code.name, code.summary, code.explanation)
    } else if let Some(verdict) = Verdict::parse(&word) {
        format!("{}\n\n{}\n", verdict.word(), verdict.explanation())
    } else {
        let known = codes::ALL.iter().map(|code| code.name).chain(Verdict::ALL.into_iter().map(Verdict::word));
        let hint = suggestion(&word, known).map_or_else(
            || "`corrigenda list codes` prints the codes; verdicts are in the README".to_owned(),
            |known| format!("did you mean `{known}`?"),
        );
        return Err(Failure::new(format!("no diagnostic or verdict is called `{}`", arguments.word)).hint(hint));
    };
    console.print(&text)?;
    Ok(Outcome::AsExpected)
}
