//! Corrigenda reads notes, checks every formula in them, and prints the corrections.
//!
//! A *note* is a Markdown or LaTeX document whose formulas carry *claims*. A *plan* gives each claim to the *methods* that apply to
//! it; each answers with *evidence*; a pure table judges the evidence and gives a *verdict*. A refuted formula comes with a
//! witness and, where one is found, with its repair. Everything that a run knows is in its *record*, and every report is
//! drawn from the record alone.
//!
//! The program is a thin layer over this library. To check a formula from Rust:
//!
//! ```
//! use corrigenda::{Corrections, NoCache, Profile, Setup, SourceFile, Verdict};
//! use std::sync::atomic::AtomicBool;
//!
//! let text = r"+++
//! [symbols]
//! 'x' = 'real'
//! +++
//! $$ (1 + x)^2 = 1 + x + x^2 $$
//! <!-- claim: square -->
//! ";
//! let (note, problems) = corrigenda::note::read(&SourceFile::new("square.md", text));
//! let (lowered, more) = corrigenda::note::lower(&note);
//! assert!(problems.is_empty() && more.is_empty());
//!
//! let plan = corrigenda::plan::plan(&lowered.claims, &Profile::named("quick")?, 1);
//! let interrupted = AtomicBool::new(false);
//! let setup = Setup::new(&NoCache, &interrupted, &Corrections);
//! let outcome = corrigenda::runner::run(&lowered.claims, &plan, &setup, &mut ());
//!
//! let judged = &outcome.claims[0];
//! assert_eq!(judged.verdict, Verdict::Refuted);
//! assert!(judged.corrections.iter().any(|c| c.tex.contains("2 x")));
//! # Ok::<(), corrigenda::profile::Error>(())
//! ```
//!
//! # The staircase
//!
//! A module imports only from modules above it in this list; a test holds it to that.
//!
//! | module | what is in it |
//! |---|---|
//! | [`source`] | files, places in them |
//! | [`diagnostic`] | what is wrong with a note, with stable codes |
//! | [`elementwise`] | fast exp, tanh and normal numbers over slices, for simulations |
//! | [`numeric`] | exact, enclosed and plain numbers; derivatives |
//! | [`random`] | named streams of random numbers |
//! | [`stats`] | moments, always-valid intervals, equivalence, finite-size fits |
//! | [`linalg`] | dense linear algebra |
//! | [`expr`] | typed expressions and relations |
//! | [`latex`] | TeX to expressions |
//! | [`algebra`] | wrong variants of a formula |
//! | [`eval`] | expressions in any arithmetic |
//! | [`assumption`] | domains and admissible points |
//! | [`claim`] | what is asserted, where, under what |
//! | [`evidence`] | what a check produced |
//! | [`verdict`] | the judgement over all evidence |
//! | [`record`] | the serialised run |
//! | [`profile`] | budgets, tolerances, error rates |
//! | [`note`] | documents to claims |
//! | [`catalog`] | closed forms, one per file |
//! | [`experiment`] | simulations, one per file |
//! | [`method`] | ways to check a claim, one per file |
//! | [`correction`] | sharpness, and the search for repairs |
//! | [`mod@plan`] | which checks, with what budgets |
//! | [`event`] | what happens while a plan is run |
//! | [`runner`] | runs a plan |
//! | [`report`] | pages, figures and texts drawn from a record |
//! | [`cli`] | the command line; the only module that prints |
#![warn(missing_docs, unreachable_pub)]

pub mod algebra;
pub mod assumption;
pub mod catalog;
pub mod claim;
pub mod cli;
pub mod correction;
pub mod diagnostic;
pub mod elementwise;
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

pub use claim::Claim;
pub use evidence::{Evidence, Finding};
pub use method::NoCache;
pub use profile::Profile;
pub use record::Record;
pub use runner::{Corrections, Setup};
pub use source::SourceFile;
pub use verdict::Verdict;
