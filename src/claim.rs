//! What a note asserts: a claim with its id, place, symbols, assumptions and the directives of its comment.

pub use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::{Condition, Expr, Statement, Symbol};
use crate::source::{SourceFile, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the author expects of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It is true (the default).
    Holds,
    /// It is quoted as wrong.
    Refuted,
}

/// A claimed extremum.
#[derive(Clone, Debug)]
pub struct Extremum {
    /// The varied symbol.
    pub variable: Symbol,
    /// What is minimised or maximised.
    pub objective: Expr,
    /// Whether it is a maximum.
    pub maximum: bool,
}

/// An experiment that a claim is checked against.
#[derive(Clone, Debug)]
pub struct ExperimentRequest {
    /// Name in the table of experiments.
    pub name: String,
    /// Name of the estimand.
    pub estimand: String,
    /// Fixed parameters.
    pub parameters: BTreeMap<String, f64>,
    /// Parameters with several values, in the order given: a sweep.
    pub sweep: Vec<(String, Vec<f64>)>,
    /// Symbols of the note that take the value of a parameter or quantity of another name.
    pub bind: BTreeMap<String, String>,
    /// Where it is asked for.
    pub span: Span,
}

/// An approximate statement's tolerance.
#[derive(Clone, Debug)]
pub struct Tolerance {
    /// Largest admissible relative difference.
    pub relative: f64,
    /// Why this much is allowed.
    pub reason: String,
}

/// A limit under which a claim is meant.
#[derive(Clone, Debug)]
pub struct Limit {
    /// The symbol that goes to its limit.
    pub symbol: Symbol,
    /// What it goes to; an expression of kind `Infinity` or a number.
    pub target: Expr,
    /// Candidate correction exponents: the claim is approached as symbol^(−exponent).
    pub exponents: Vec<f64>,
}

/// One assertion of a note, elaborated and ready to be planned.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Unique kebab-case id.
    pub id: String,
    /// The note's file.
    pub file: SourceFile,
    /// The formula's bytes in the file (the part between the delimiters).
    pub span: Span,
    /// The formula as written.
    pub tex: String,
    /// What it asserts.
    pub statement: Statement,
    /// Another reading that the declarations leave open: the claim is refuted only if this one fails, too.
    pub alternatives: Vec<Statement>,
    /// The other direction of an equivalence: the claim holds only if this holds, too.
    pub converse: Option<Statement>,
    /// All symbols of the note, in order of declaration.
    pub declarations: Arc<Vec<Declaration>>,
    /// Extra conditions.
    pub assumptions: Vec<Condition>,
    /// Not all of it was declared by the author: the claim rests on guesses, namely what these symbols are, or that the
    /// formula is asserted at all. It can be supported or doubted, but not refuted.
    pub assumed: Option<Vec<Symbol>>,
    /// What the author expects.
    pub expect: Expectation,
    /// Slug of the source document, if the note has one.
    pub source: Option<String>,
    /// Equation numbers in the source.
    pub cites: Vec<String>,
    /// The claim that this one repairs.
    pub corrects: Option<String>,
    /// The displayed expression is an extremum of an objective.
    pub extremum: Option<Extremum>,
    /// The displayed expression solves this equation.
    pub solves: Option<Statement>,
    /// The symbols in which a proportionality holds, each with the symbol that takes a second value of it: the constant may
    /// depend on all others.
    pub over: Vec<(Symbol, Symbol)>,
    /// The claim is a limit statement.
    pub limit: Option<Limit>,
    /// To be compared with a simulation.
    pub experiment: Option<ExperimentRequest>,
    /// To be compared with a catalogued closed form.
    pub closed_form: Option<String>,
    /// Only these methods, if any are named.
    pub methods: Option<Vec<String>>,
    /// The statement is approximate.
    pub tolerance: Option<Tolerance>,
}
