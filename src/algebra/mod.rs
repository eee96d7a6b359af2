//! Formulas as forms: the variants of a formula that a misprint would make.

pub mod mutate;
mod plain;

pub use mutate::{Mutant, Operator, edits, insertions, mutants, mutants_with};
pub use plain::{plain, says_nothing};
