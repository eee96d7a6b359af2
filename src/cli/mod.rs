//! The command line: arguments, one file per subcommand, exit codes. Only this module prints.

#![allow(clippy::disallowed_methods, reason = "the environment is read here, and nowhere else")]

pub mod arguments;
mod check;
mod checking;
pub mod console;
pub mod diagnostics;
mod diff;
mod explain;
mod init;
mod list;
mod merge;
mod reading;
mod replay;
mod report;
mod simulate;
mod try_formula;
mod watch;
mod writing;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use console::Console;
use std::ffi::OsString;

/// How a command ended, if nothing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every claim is as expected; or there was nothing to expect.
    AsExpected,
    /// Some verdict is not as expected.
    Unexpected,
    /// Something was checked, but some input could not be read; that was reported.
    BadInput,
    /// Nothing was checked.
    NothingChecked,
}

impl Outcome {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::AsExpected => 0,
            Self::Unexpected => 1,
            Self::BadInput => BAD_INPUT,
            Self::NothingChecked => 4,
        }
    }
}

/// Exit code of bad input, bad usage and internal errors.
pub const BAD_INPUT: u8 = 2;

/// Why a command could not be carried out: a message for people and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong, in lower case.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Runs the program with its arguments, the first of which is its own name; returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let verbosity = if arguments.quiet { -1 } else { i8::try_from(arguments.verbose).unwrap_or(i8::MAX) };
    let console = Console::new(arguments.color, verbosity);
    let result = match &arguments.command {
        None => {
            let help = Arguments::command().max_term_width(console.width.min(100)).render_help();
            let text = if console.colour { help.ansi().to_string() } else { help.to_string() };
            console.print(&text).map(|()| Outcome::AsExpected)
        }
        Some(Command::Check(arguments)) => check::run(arguments, &console),
        Some(Command::Report(arguments)) => report::run(arguments, &console),
        Some(Command::Watch(arguments)) => watch::run(arguments, &console),
        Some(Command::Diff(arguments)) => diff::run(arguments, &console),
        Some(Command::Merge(arguments)) => merge::run(arguments, &console),
        Some(Command::Replay(arguments)) => replay::run(arguments, &console),
        Some(Command::Try(arguments)) => try_formula::run(arguments, &console),
        Some(Command::Simulate(arguments)) => simulate::run(arguments, &console),
        Some(Command::Init(arguments)) => init::run(arguments, &console),
        Some(Command::List(arguments)) => list::run(arguments, &console),
        Some(Command::Explain(arguments)) => explain::run(arguments, &console),
    };
    match result {
        Ok(outcome) => outcome.code(),
        Err(failure) => {
            let label = if console.error_colour { "\x1b[31merror\x1b[0m" } else { "error" };
            let hint = failure.hint.map_or(String::new(), |hint| format!("\n  hint: {}", diagnostics::plain(&hint)));
            console.say(&format!("{label}: {}{hint}", diagnostics::plain(&failure.message)));
            BAD_INPUT
        }
    }
}

/// Prints what clap has to say: help and version are results, everything else is bad usage.
fn usage(error: &clap::Error) -> u8 {
    // A closed pipe is the only way this fails, and then nobody is there to be told.
    let _ = error.print();
    if error.use_stderr() { BAD_INPUT } else { 0 }
}
