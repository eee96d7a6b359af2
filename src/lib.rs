//! Corrigenda reads notes, checks every formula in them, and prints the corrections.
#![warn(missing_docs, unreachable_pub)]

pub mod algebra;
pub mod assumption;
pub mod catalog;
pub mod claim;
pub mod cli;
pub mod correction;
pub mod diagnostic;
pub mod eval;
pub mod event;
pub mod evidence;
pub mod experiment;
pub mod expr;
pub mod latex;
pub mod linalg;
pub mod method;
pub mod note;
pub mod numeric;
pub mod plan;
pub mod profile;
pub mod random;
pub mod record;
pub mod report;
pub mod runner;
pub mod source;
pub mod stats;
pub mod verdict;
