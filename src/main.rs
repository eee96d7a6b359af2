//! The program: arguments in, exit code out.

use corrigenda::cli;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

fn main() -> ExitCode {
    panic::set_hook(Box::new(complain));
    match panic::catch_unwind(|| cli::run(std::env::args_os())) {
        Ok(code) => ExitCode::from(code),
        Err(_) => ExitCode::from(cli::BAD_INPUT),
    }
}

/// A panic is a bug of ours, and is said to be one.
fn complain(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
    // `eprintln!` would panic again if nobody reads.
    let _ = writeln!(
        std::io::stderr(),
        "internal error: {message}{place}\n  hint: this is a bug in corrigenda, not in your note; please report it with the note"
    );
}
