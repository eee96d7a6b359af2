//! Evaluation of an expression in any [`Arithmetic`]: `f64`, a prime field, enclosures, with derivatives to any order.
//!
//! A [`Program`] is an expression compiled once: symbols are resolved to slots, constants collected, shapes of random
//! symbols noted. It is then evaluated at many points and in many arithmetics. Derivatives inside the expression and the
//! expansion of the whole along a direction are exact (truncated power series, see [`crate::numeric::jet`]).
//!
//! What is exact in every arithmetic: derivatives and differential operators; means of polynomials under normal laws and under
//! mixtures of them, of anything under signs; probabilities of half-spaces under normal laws; integrals of low polynomials over
//! finite ranges; limits by continuity or by leading terms; optima of quadratic objectives; Dirac's δ of an affine argument.
//! What is estimated, in arithmetics that take estimates ([`Arithmetic::admits_quadrature`]): other integrals in up to three
//! numbers and means that see up to three combinations of normal numbers (adaptive Gauss–Kronrod, split at switches; lattices),
//! sums without end, other limits (extrapolation), optima of one number, real powers and eigenvalues of symmetric matrices.
//! Their results carry an error bar. What can be done in neither way names the sub-expression that is to blame.
//!
//! A declared function stands for a member of a family or, in the prime field, for any smooth function ([`Meaning`]).

mod array;
mod breakpoints;
mod call;
mod compile;
mod complex;
mod degree;
mod desugar;
mod differential;
mod dirac;
mod endless;
mod expectation;
mod fold;
mod gaussian;
mod limit;
mod machine;
mod matrix_function;
mod member;
mod meter;
mod op;
mod optimum;
mod product;
mod quadrature;
mod reduce;
mod space;

use crate::expr::{Expr, Symbol};
use crate::numeric::float::F64;
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::jet::Jets;
use crate::numeric::{Arithmetic, Undefined};
use crate::source::Span;
pub use complex::{as_a_pair, in_real_parts, is_complex};
use machine::Machine;
pub use member::{Component, Meaning, Member};
pub use meter::Meter;
use nalgebra::DMatrix;
pub use reduce::degree as degree_in;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

/// A number, or an array of numbers: a column vector is d × 1, a row 1 × d.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<N> {
    /// One number.
    Scalar(N),
    /// A matrix, column or row.
    Array(DMatrix<N>),
}

impl<N: Clone + PartialEq + Debug + 'static> Value<N> {
    /// A column vector.
    pub fn vector(entries: Vec<N>) -> Self {
        Self::Array(DMatrix::from_vec(entries.len(), 1, entries))
    }

    /// The number, if it is one or a 1 × 1 array.
    pub fn as_scalar(&self) -> Option<&N> {
        match self {
            Self::Scalar(x) => Some(x),
            Self::Array(m) if m.len() == 1 => m.iter().next(),
            Self::Array(_) => None,
        }
    }

    /// The entries in column-major order; one for a scalar.
    pub fn entries(&self) -> &[N] {
        match self {
            Self::Scalar(x) => std::slice::from_ref(x),
            Self::Array(m) => m.as_slice(),
        }
    }

    /// Rows and columns; 1 × 1 for a scalar.
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::Scalar(_) => (1, 1),
            Self::Array(m) => m.shape(),
        }
    }

    /// Every entry transformed.
    pub fn map<M: Clone + PartialEq + Debug + 'static>(&self, mut f: impl FnMut(&N) -> M) -> Value<M> {
        match self {
            Self::Scalar(x) => Value::Scalar(f(x)),
            Self::Array(m) => Value::Array(DMatrix::from_vec(m.nrows(), m.ncols(), m.iter().map(f).collect())),
        }
    }
}

/// A point: the sizes of dimension symbols, the values of symbols and what function symbols stand for. Iterates in the
/// order of symbol ids.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment<N> {
    sizes: BTreeMap<u32, (Symbol, usize)>,
    values: BTreeMap<u32, (Symbol, Value<N>)>,
    functions: BTreeMap<u32, (Symbol, Meaning)>,
}

impl<N> Default for Assignment<N> {
    fn default() -> Self {
        Self { sizes: BTreeMap::new(), values: BTreeMap::new(), functions: BTreeMap::new() }
    }
}

impl<N> Assignment<N> {
    /// Nothing assigned.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a dimension; the symbol then also has this value wherever it stands as a number.
    pub fn set_size(&mut self, symbol: &Symbol, size: usize) {
        self.sizes.insert(symbol.id(), (symbol.clone(), size));
    }

    /// A dimension.
    pub fn size(&self, symbol: &Symbol) -> Option<usize> {
        self.sizes.get(&symbol.id()).map(|(_, size)| *size)
    }

    /// Every dimension.
    pub fn sizes(&self) -> impl Iterator<Item = (&Symbol, usize)> {
        self.sizes.values().map(|(symbol, size)| (symbol, *size))
    }

    /// Sets a value.
    pub fn set(&mut self, symbol: &Symbol, value: Value<N>) {
        self.values.insert(symbol.id(), (symbol.clone(), value));
    }

    /// A value.
    pub fn get(&self, symbol: &Symbol) -> Option<&Value<N>> {
        self.values.get(&symbol.id()).map(|(_, value)| value)
    }

    /// Every value.
    pub fn values(&self) -> impl Iterator<Item = (&Symbol, &Value<N>)> {
        self.values.values().map(|(symbol, value)| (symbol, value))
    }

    /// Says what a function symbol stands for.
    pub fn set_function(&mut self, symbol: &Symbol, meaning: Meaning) {
        self.functions.insert(symbol.id(), (symbol.clone(), meaning));
    }

    /// What a function symbol stands for.
    pub fn function(&self, symbol: &Symbol) -> Option<&Meaning> {
        self.functions.get(&symbol.id()).map(|(_, meaning)| meaning)
    }

    /// Every function.
    pub fn functions(&self) -> impl Iterator<Item = (&Symbol, &Meaning)> {
        self.functions.values().map(|(symbol, meaning)| (symbol, meaning))
    }
}

impl<N: Clone + PartialEq + Debug + 'static> Assignment<N> {
    /// The same point in other numbers.
    pub fn map<M: Clone + PartialEq + Debug + 'static>(&self, f: impl Fn(&N) -> M) -> Assignment<M> {
        let values = self.values.iter().map(|(id, (symbol, value))| (*id, (symbol.clone(), value.map(&f)))).collect();
        Assignment { sizes: self.sizes.clone(), values, functions: self.functions.clone() }
    }
}

/// Why an expression cannot be evaluated at any point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} cannot be evaluated")]
pub struct Unevaluable {
    /// The part that is to blame.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

/// An expression, compiled.
#[derive(Clone, Debug)]
pub struct Program {
    root: op::Node,
    constants: Vec<op::Literal>,
    slots: Vec<Symbol>,
    /// Every sub-expression, to name the one that fails.
    places: Vec<Expr>,
    /// How many values are kept while nothing in them changes.
    memos: usize,
    /// What its evaluations may cost together, if that is bounded.
    meter: Option<Arc<Meter>>,
}

impl Program {
    /// Resolves symbols and checks that every operation can be evaluated somewhere.
    pub fn compile(expr: &Expr) -> Result<Self, Unevaluable> {
        compile::compile(expr)
    }

    /// The same program with its evaluations counted by a meter, and refused once that is spent.
    #[must_use]
    pub fn metered(self, meter: &Arc<Meter>) -> Self {
        Self { meter: Some(meter.clone()), ..self }
    }

    /// The value at a point. An overflow is [`Undefined::NonFinite`]; an enclosure without a bound stays what it is.
    pub fn evaluate<A: Arithmetic>(&self, a: &A, at: &Assignment<A::Number>) -> Result<Value<A::Number>, Undefined> {
        let jets = Jets::new(a);
        let value = self.run(a, &mut Machine::new(&jets, self, at)?)?;
        finish(a, value.map(|jet| jet.base().clone()))
    }

    /// How many operations an evaluation in `f64` takes, those of quadratures and lattices included, whether it succeeds or not.
    pub fn steps(&self, at: &Assignment<f64>) -> u64 {
        fn count<A: Arithmetic>(program: &Program, a: &A, at: &Assignment<A::Number>) -> (u64, bool) {
            let jets = Jets::new(a);
            let Ok(mut machine) = Machine::new(&jets, program, at) else { return (0, false) };
            let evaluated = machine.run().is_ok();
            (machine.steps, evaluated)
        }
        let (plain, evaluated) = count(self, &F64, at);
        if evaluated {
            return plain;
        }
        plain + count(self, &Intervals::estimating(), &at.map(|x| Interval::point(*x))).0
    }

    /// The Taylor coefficients c₀ … c_order of ε ↦ f(at + ε·direction).
    pub fn expand<A: Arithmetic>(
        &self,
        a: &A,
        at: &Assignment<A::Number>,
        direction: &[(Symbol, Value<A::Number>)],
        order: usize,
    ) -> Result<Vec<Value<A::Number>>, Undefined> {
        let jets = Jets::new(a);
        if order == 0 {
            return Ok(vec![self.evaluate(a, at)?]);
        }
        let epsilon = jets.introduce(order)?;
        let mut machine = Machine::new(&jets, self, at)?;
        for (symbol, along) in direction {
            machine.displace(symbol, along, &epsilon)?;
        }
        let value = self.run(a, &mut machine)?;
        (0..=order).map(|k| finish(a, value.map(|jet| jets.coefficient(jet, k).base().clone()))).collect()
    }

    fn run<A: Arithmetic>(&self, a: &A, machine: &mut Machine<'_, '_, A>) -> Result<machine::JetValue<A>, Undefined> {
        let Some(meter) = &self.meter else { return machine.run() };
        if meter.is_spent() {
            return Err(Undefined::Precision("the work that was granted"));
        }
        machine.allow(meter.left() / a.price());
        let value = machine.run();
        meter.spend((machine.steps + 1) * a.price());
        value
    }

    /// How large the value would be if its integrals did not cancel: how far it moves when each is changed by a small share of
    /// ∫|f|, over that share. Zero if it contains none.
    pub fn natural_scale(&self, at: &Assignment<f64>) -> Result<f64, Undefined> {
        const SLACK: f64 = 1e-5;
        let value = self.evaluate(&Intervals::slackened(SLACK), &at.map(|x| Interval::point(*x)))?;
        let widths = value.entries().iter().map(|x| (x.hi() - x.lo()) / (2.0 * SLACK));
        Ok(widths.fold(0.0, f64::max))
    }

    /// The value in `f64` with an error bar: rounding errors are enclosed, the truncation errors of quadratures estimated.
    pub fn evaluate_with_error(&self, at: &Assignment<f64>) -> Result<Value<Interval>, Undefined> {
        self.evaluate(&Intervals::estimating(), &at.map(|x| Interval::point(*x)))
    }

    /// The same with quadratures that stop at a relative error.
    pub fn evaluate_roughly(&self, at: &Assignment<f64>, aim: f64) -> Result<Value<Interval>, Undefined> {
        self.evaluate(&Intervals::rough(aim), &at.map(|x| Interval::point(*x)))
    }
}

/// Overflow that no operation has reported.
fn finish<A: Arithmetic>(a: &A, value: Value<A::Number>) -> Result<Value<A::Number>, Undefined> {
    // NaN stands for "no approximation" in the prime field, so only an infinity is conclusive for every arithmetic.
    let overflowed = a.admits_quadrature() && value.entries().iter().any(|x| !a.approximate(x).is_finite())
        || value.entries().iter().any(|x| a.approximate(x).is_infinite());
    if overflowed { Err(Undefined::NonFinite) } else { Ok(value) }
}

#[cfg(test)]
mod tests;
