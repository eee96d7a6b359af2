//! Formulas as forms: the variants of a formula that a misprint would make.

pub mod mutate;

pub use mutate::{Mutant, Operator, edits, insertions, mutants};
