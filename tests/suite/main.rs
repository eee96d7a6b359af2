//! The integration tests, in one binary; modules by what a user sees.

mod note_syntax;
