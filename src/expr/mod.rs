//! Formulas as typed trees: symbols with sorts and dimensions, operations, binders. Form is content: nothing is simplified here.

pub mod declaration;
#[cfg(test)]
pub(crate) mod fixture;
mod kind;
pub mod print;
mod relation;
mod symbol;
pub mod walk;

pub use kind::{Approach, ArrayFunction, Binder, Differential, Fold, Kind, Law, Optimum, Order, RandomVariable, Range};
pub use relation::{Condition, Link, Relation, Statement};
pub use symbol::{Dim, Sort, Symbol};

use crate::numeric::Rational;
pub use crate::numeric::Special;
use crate::source::Span;
use std::sync::Arc;

/// An expression with its sort and the place it was written at. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The outermost operation.
    pub kind: Arc<Kind>,
    /// What kind of thing it is.
    pub sort: Sort,
    /// Bytes in the file of the formula.
    pub span: Span,
}

impl Expr {
    /// An expression of a known sort.
    pub fn new(kind: Kind, sort: Sort, span: Span) -> Self {
        Self { kind: Arc::new(kind), sort, span }
    }

    /// A rational number.
    pub fn number(value: Rational, span: Span) -> Self {
        let sort = if value.is_int() { Sort::Integer } else { Sort::Real };
        Self::new(Kind::Number(value), sort, span)
    }

    /// A whole number.
    pub fn integer(value: i64, span: Span) -> Self {
        Self::number(Rational::from(value), span)
    }

    /// A symbol at a place.
    pub fn symbol(symbol: &Symbol, span: Span) -> Self {
        Self::new(Kind::Symbol(symbol.clone()), symbol.sort().clone(), span)
    }

    /// The value if this is a literal number.
    pub fn as_number(&self) -> Option<&Rational> {
        match &*self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }
}
