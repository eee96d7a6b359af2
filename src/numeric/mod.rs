//! Kinds of numbers a formula can be evaluated in: `f64`, a prime field with tied transcendentals, enclosures (balls),
//! and jets over any of them. [`Arithmetic`] is the one interface that the evaluator sees.

pub mod ball;
pub mod combinatorics;
pub mod exact;
pub mod float;
pub mod function;
pub mod gaussian;
pub mod interval;
pub mod jet;
pub mod taylor;

pub use function::{Constant, Function, Special};

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Debug;

/// An exact rational number.
pub type Rational = dashu_ratio::RBig;

/// Why a value does not exist at a point. Counted and shown, never filtered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// The point lies outside the domain of an operation (`log` of a negative number, division by zero …).
    #[error("{0} is undefined here")]
    Domain(&'static str),
    /// The working precision does not decide whether the point lies inside the domain.
    #[error("precision exhausted in {0}")]
    Precision(&'static str),
    /// Overflow or a NaN.
    #[error("not finite")]
    NonFinite,
    /// This arithmetic cannot do the operation at all (a special function in a prime field, an order in one …).
    #[error("{0} cannot be evaluated in this arithmetic")]
    Unsupported(Cow<'static, str>),
    /// Matrices whose shapes do not fit, or an index out of range.
    #[error("{0}")]
    Shape(String),
}

impl Undefined {
    /// What this arithmetic cannot do.
    pub const fn unsupported(what: &'static str) -> Self {
        Self::Unsupported(Cow::Borrowed(what))
    }
}

/// A field of numbers with the functions that formulas use. Implementations carry their own context (precision, prime,
/// table of tied subterms), so a number never has to.
pub trait Arithmetic {
    /// One number.
    type Number: Clone + Debug + PartialEq + 'static;

    /// The image of a rational.
    fn rational(&self, value: &Rational) -> Self::Number;
    /// The image of a finite float, which is a rational.
    fn float(&self, x: f64) -> Result<Self::Number, Undefined> {
        Rational::try_from(x).map(|x| self.rational(&x)).map_err(|_| Undefined::NonFinite)
    }
    /// The image of a named constant.
    fn constant(&self, constant: Constant) -> Result<Self::Number, Undefined>;
    /// Sum.
    fn add(&self, a: &Self::Number, b: &Self::Number) -> Self::Number;
    /// Difference.
    fn sub(&self, a: &Self::Number, b: &Self::Number) -> Self::Number;
    /// Product.
    fn mul(&self, a: &Self::Number, b: &Self::Number) -> Self::Number;
    /// Quotient.
    fn div(&self, a: &Self::Number, b: &Self::Number) -> Result<Self::Number, Undefined>;
    /// Negative.
    fn neg(&self, a: &Self::Number) -> Self::Number;
    /// Integer power; negative exponents divide.
    fn powi(&self, a: &Self::Number, exponent: i64) -> Result<Self::Number, Undefined>;
    /// Real power `a^b`; `a` must be positive unless the exponent is a whole number.
    fn pow(&self, a: &Self::Number, b: &Self::Number) -> Result<Self::Number, Undefined>;
    /// A real function of its arguments (see [`Function::arity`]).
    fn function(&self, function: Function, arguments: &[Self::Number]) -> Result<Self::Number, Undefined>;
    /// A special function of its arguments (see [`Special::arity`]).
    fn special(&self, special: Special, _arguments: &[Self::Number]) -> Result<Self::Number, Undefined> {
        Err(Undefined::unsupported(special.tex()))
    }
    /// The order of two numbers; `None` if this arithmetic cannot tell.
    fn compare(&self, a: &Self::Number, b: &Self::Number) -> Option<Ordering>;
    /// An approximate value for people and for pivoting; NaN where there is none.
    fn approximate(&self, a: &Self::Number) -> f64;
    /// Whether an integral may be replaced by a quadrature sum widened by its *estimated* error. True only where results
    /// are approximations by contract.
    fn admits_quadrature(&self) -> bool {
        false
    }
    /// What one operation costs, in operations of `f64` enclosures: for budgets.
    fn price(&self) -> u64 {
        1
    }
    /// By what share of ∫|f| an integral is widened besides its error, to see how much it matters to a result.
    fn slack(&self) -> f64 {
        0.0
    }
    /// The relative error at which a quadrature may stop, if that is more than it can reach.
    fn aim(&self) -> f64 {
        0.0
    }
    /// The number with an uncertainty of `error` ≥ 0 added, in arithmetics that carry one.
    fn widen(&self, a: &Self::Number, _error: f64) -> Self::Number {
        a.clone()
    }
    /// A derivative of an entry of an arbitrary smooth function at the given arguments, where such functions can be
    /// indeterminates; `derivative` counts how often each argument is differentiated by.
    fn derivative_of_arbitrary(
        &self,
        _function: u32,
        _entry: usize,
        _positive: bool,
        _derivative: &[u32],
        _arguments: &[Self::Number],
    ) -> Result<Self::Number, Undefined> {
        Err(Undefined::unsupported("an arbitrary function"))
    }
    /// Eigenvalues, in ascending order, of the symmetric matrix whose `d²` entries are given.
    fn symmetric_eigenvalues(&self, _entries: &[Self::Number], _d: usize) -> Result<Vec<Self::Number>, Undefined> {
        Err(Undefined::unsupported("the eigenvalues of a matrix"))
    }
}

/// The whole number that `value` is, if it is known to be one.
pub fn whole<A: Arithmetic>(a: &A, value: &A::Number) -> Option<i64> {
    let nearest = a.approximate(value).round();
    if nearest.is_nan() || nearest.abs() > 9.0e15 {
        return None;
    }
    let equal = a.float(nearest).is_ok_and(|n| a.compare(value, &n) == Some(Ordering::Equal));
    equal.then_some(nearest as i64)
}

/// `base^exponent` by repeated squaring with the arithmetic's own product.
pub fn power_by_squaring<A: Arithmetic>(a: &A, base: &A::Number, exponent: u64) -> A::Number {
    let mut result: Option<A::Number> = None;
    let (mut square, mut rest) = (base.clone(), exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result = Some(result.map_or_else(|| square.clone(), |r| a.mul(&r, &square)));
        }
        rest >>= 1;
        if rest > 0 {
            square = a.mul(&square, &square);
        }
    }
    result.unwrap_or_else(|| a.rational(&Rational::ONE))
}
