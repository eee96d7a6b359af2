//! The integration tests, in one binary; modules by what a user sees.

mod cli;
mod layers;
mod note_syntax;
