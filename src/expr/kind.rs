//! The operations of the formula language and what they act on.

use super::{Condition, Dim, Expr, Symbol};
use crate::numeric::{Constant, Function, Rational, Special};

/// A matrix or vector operation; their shapes are fixed by the elaborator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArrayFunction {
    /// Aᵀ.
    Transpose,
    /// A⁻¹.
    Inverse,
    /// Tr A.
    Trace,
    /// det A.
    Determinant,
    /// Euclidean norm of a vector, Frobenius norm of a matrix.
    Norm,
    /// Squared Euclidean or Frobenius norm: kept apart so that no root is taken and squared again.
    NormSquared,
    /// Inner product of two vectors.
    Dot,
    /// Element-wise product.
    Hadamard,
    /// The vector of diagonal entries of a matrix, or the diagonal matrix of a vector.
    Diagonal,
    /// The vector of eigenvalues of a symmetric matrix in ascending order.
    Eigenvalues,
    /// x yᵀ of two vectors.
    Outer,
    /// e^A = Σ Aᵏ/k! of a square matrix.
    Exponential,
    /// The real symmetric logarithm of a positive definite matrix.
    Logarithm,
}

/// A differential operator by a vector symbol, at the symbol's own value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Differential {
    /// ∇·F of a vector, a scalar.
    Divergence,
    /// Δf = ∇·∇f of a scalar; of a vector, component by component.
    Laplacian,
    /// The matrix ∂²f/∂xᵢ∂xⱼ of a scalar.
    Hessian,
    /// The matrix ∂Fᵢ/∂xⱼ of a vector.
    Jacobian,
}

/// Which extreme of a function is meant, or where it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Optimum {
    /// The least value.
    Minimum,
    /// The greatest value.
    Maximum,
    /// The greatest lower bound.
    Infimum,
    /// The least upper bound.
    Supremum,
    /// The value at a stationary point.
    Extremum,
    /// Where the value is least; of the sort of the one symbol that it is taken over.
    ArgMin,
    /// Where the value is greatest; likewise.
    ArgMax,
}

/// The side from which a limit is approached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Approach {
    /// Both sides.
    Both,
    /// From smaller values.
    Below,
    /// From greater values.
    Above,
}

/// A term of which only the order is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Order {
    /// O(·): at most a constant multiple.
    Big,
    /// o(·): a vanishing multiple.
    Little,
}

/// A bound index and the values it takes, both ends included.
#[derive(Clone, Debug)]
pub struct Binder {
    /// The bound symbol.
    pub symbol: Symbol,
    /// What it runs over.
    pub range: Range,
}

/// The values of a bound symbol.
#[derive(Clone, Debug)]
pub enum Range {
    /// From the first to the last whole number; the upper end may be infinite.
    Between(Expr, Expr),
    /// The two signs −1 and +1.
    Signs,
    /// All sign vectors of a length: 2^d values of sort `vector(d)`.
    SignVectors(Dim),
    /// These values.
    Values(Vec<Expr>),
    /// The members of a declared set.
    Members(Expr),
}

/// How the terms under a binder are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// Σ.
    Sum,
    /// Π.
    Product,
    /// The least term.
    Minimum,
    /// The greatest term.
    Maximum,
}

/// A probability law, with its parameters.
#[derive(Clone, Debug)]
pub enum Law {
    /// Normal: mean, variance (scalar) or covariance (matrix).
    Normal(Expr, Expr),
    /// Independent signs with P(+1) = (1 + p)/2, the mean p.
    Rademacher(Expr),
    /// Uniform on an interval.
    Uniform(Expr, Expr),
    /// A declared density (weights, where the values are whole numbers or signs) at the variable itself.
    Density(Expr),
}

/// What an expectation averages over.
#[derive(Clone, Debug)]
pub struct RandomVariable {
    /// The averaged symbol.
    pub symbol: Symbol,
    /// Its law; independent of the other averaged symbols given the parameters.
    pub law: Law,
}

/// An operation and its operands.
#[derive(Clone, Debug)]
pub enum Kind {
    /// An exact number.
    Number(Rational),
    /// π, e …
    Constant(Constant),
    /// +∞ (bounds and limits only).
    Infinity,
    /// A declared or bound symbol.
    Symbol(Symbol),
    /// A sum of at least two terms of one sort.
    Add(Vec<Expr>),
    /// The negative.
    Neg(Expr),
    /// An ordered product of at least two factors; scalars commute, arrays do not.
    Mul(Vec<Expr>),
    /// A quotient by a scalar.
    Div(Expr, Expr),
    /// A power: of a scalar, or of a square matrix to a whole number.
    Pow(Expr, Expr),
    /// A real function; of an array, element by element.
    Function(Function, Vec<Expr>),
    /// An array function.
    Array(ArrayFunction, Vec<Expr>),
    /// The identity matrix.
    Identity(Dim),
    /// The vector of ones.
    Ones(Dim),
    /// An entry of a vector (one index) or of a matrix (two), or a column of a matrix (one), counted from 1.
    Component(Expr, Vec<Expr>),
    /// A sum, product, minimum or maximum over indices, over the terms that meet the condition.
    Fold(Fold, Vec<Binder>, Option<Box<Condition>>, Expr),
    /// ∫ body d(symbol) from lower to upper; over a vector or matrix symbol from −∞ to ∞, the whole space.
    Integral(Symbol, Expr, Expr, Expr),
    /// ∫ body d(symbol) over a declared set: symbol, set, body.
    IntegralOver(Symbol, Expr, Expr),
    /// 𝔼 over independent random variables.
    Expectation(Vec<RandomVariable>, Expr),
    /// ∂^order/∂symbol^order of a scalar expression by a scalar symbol, at the symbol's own value.
    Derivative(Expr, Symbol, u32),
    /// The gradient of a scalar by a vector or matrix symbol, at the symbol's own value.
    Gradient(Expr, Symbol),
    /// The first branch whose condition holds.
    Cases(Vec<(Expr, Condition)>, Option<Expr>),
    /// A declared function applied.
    Call(Symbol, Vec<Expr>),
    /// The imaginary unit.
    ImaginaryUnit,
    /// A list of values.
    Tuple(Vec<Expr>),
    /// A matrix of scalars by rows; all rows have one length.
    Entries(Vec<Vec<Expr>>),
    /// A special function of its arguments.
    Special(Special, Vec<Expr>),
    /// Kronecker's δ of two whole numbers.
    Kronecker(Expr, Expr),
    /// Dirac's δ of a number or vector.
    Dirac(Expr),
    /// A term of this order in the limit that the statement is about.
    Order(Order, Expr),
    /// A mean over symbols with a joint density (weights, where they are whole numbers or signs): symbols, density, body.
    /// The density integrates to one over the symbols and is, like the body, within their scope.
    AverageOver(Vec<Symbol>, Expr, Expr),
    /// 𝔼[body | given]: over random variables, at the own values of the given expressions.
    ConditionalMean(Vec<RandomVariable>, Expr, Vec<Expr>),
    /// The probability of an event.
    Probability(Vec<RandomVariable>, Box<Condition>),
    /// The variance of a scalar, the covariance matrix of a vector.
    Variance(Vec<RandomVariable>, Expr),
    /// The covariance of two scalars, or the covariance matrix of two vectors.
    Covariance(Vec<RandomVariable>, Expr, Expr),
    /// KL(p‖q) = ∫ p log(p/q), densities (or weights) in the symbols: symbols, p, q.
    RelativeEntropy(Vec<Symbol>, Expr, Expr),
    /// −∫ p log p: symbols, p.
    Entropy(Vec<Symbol>, Expr),
    /// The density of a law at a point.
    DensityOf(Law, Expr),
    /// A law as a whole, as on the right of ∼.
    LawOf(Law),
    /// The limit of the body as the symbol tends to the target: symbol, side, target, body.
    ///
    /// The symbol is the declared one; it is bound in the body.
    Limit(Symbol, Approach, Expr, Expr),
    /// An optimum over declared symbols, which may be functions, under a condition: these are bound in condition and body.
    Optimum(Optimum, Vec<Symbol>, Option<Box<Condition>>, Expr),
    /// A differential operator by a vector symbol, at the symbol's own value.
    Differential(Differential, Expr, Symbol),
    /// The derivative of a scalar or vector by a place that is not a plain symbol: a component, or the value z_k of a
    /// declared function; the place counts as independent of everything else.
    DerivativeBy(Expr, Expr),
    /// The value of the body where the symbol has another value: symbol, value, body.
    At(Symbol, Expr, Expr),
    /// The differential dX of a path, a process or a time.
    Increment(Expr),
    /// A function by its values: arguments, body.
    Mapping(Vec<Symbol>, Expr),
    /// A function that is itself an expression, applied.
    Apply(Expr, Vec<Expr>),
    /// The convolution of two functions, a function.
    Convolution(Expr, Expr),
}
