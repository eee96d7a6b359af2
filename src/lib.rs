//! Corrigenda reads notes, checks every formula in them, and prints the corrections.
#![warn(missing_docs, unreachable_pub)]

pub mod source;
pub mod diagnostic;
pub mod numeric;
pub mod random;
pub mod expr;
pub mod claim;
pub mod evidence;
pub mod verdict;
pub mod catalog;
pub mod experiment;
pub mod record;
