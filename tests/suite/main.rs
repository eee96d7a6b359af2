//! The integration tests, in one binary; modules by what a user sees.

mod cli;
mod note_syntax;
