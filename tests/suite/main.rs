//! The integration tests, in one binary; modules by what a user sees.

mod bad_input;
mod benchmark;
mod cli;
mod corpus;
mod determinism;
mod language;
mod latex_documents;
mod layers;
mod library;
mod note_syntax;
mod readme;
mod real_documents;
mod reports;
mod runs;
mod tables;
mod verdicts;
mod without_declarations;
