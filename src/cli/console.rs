//! The terminal: results to standard output, everything else to standard error.

use super::Failure;
use super::arguments::Colour;
use super::diagnostics;
use crate::diagnostic::Diagnostic;
use std::io::{IsTerminal, Write};

/// What is known about the terminal and what the user asked for.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// Colours on standard output.
    pub colour: bool,
    /// Colours on standard error.
    pub error_colour: bool,
    /// Whether progress may be drawn on standard error.
    pub progress: bool,
    /// Whether results go to a terminal, where a line longer than its width is a nuisance.
    pub is_terminal: bool,
    /// Columns.
    pub width: usize,
    /// Less (below zero) or more (above zero) is said.
    pub verbosity: i8,
}

/// Narrowest terminal in which marked source is readable.
const NARROWEST: usize = 50;

impl Console {
    /// Looks at the streams and at `NO_COLOR`, `CLICOLOR_FORCE`, `CI`, `TERM` and `COLUMNS`.
    pub fn new(colour: Colour, verbosity: i8) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let is_forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let paints = |is_terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if variable("NO_COLOR").is_some() => false,
            Colour::Auto => is_forced || (is_terminal && !is_dumb),
        };
        let error_terminal = std::io::stderr().is_terminal();
        Self {
            is_terminal: std::io::stdout().is_terminal(),
            colour: paints(std::io::stdout().is_terminal()),
            error_colour: paints(error_terminal),
            progress: error_terminal && !is_dumb && variable("CI").is_none() && verbosity >= 0,
            width: variable("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or_else(terminal_width),
            verbosity,
        }
    }

    /// Writes a result. A reader that has gone away (`| head`) is no failure.
    ///
    /// # Errors
    /// Any other failure to write, such as a full disk.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Says something beside the results; lost if nobody can read it.
    pub fn say(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        // There is no other place to complain.
        let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
    }

    /// Shows diagnostics: with marked source, or one to a line if there is little room or `-q` was given.
    pub fn diagnostics(&self, all: &[Diagnostic]) {
        if all.is_empty() {
            return;
        }
        let is_terse = self.verbosity < 0 || self.width < NARROWEST;
        self.say(&if is_terse { diagnostics::lines(all) } else { diagnostics::render(all, self.error_colour) });
    }
}

/// Columns of the terminal behind standard error, or of a page if there is none.
fn terminal_width() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(100, |(width, _)| usize::from(width.0))
}
