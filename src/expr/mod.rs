//! Formulas as typed trees: symbols with sorts and dimensions, operations, binders. Form is content: nothing is simplified here.

pub mod declaration;
#[cfg(test)]
pub(crate) mod fixture;
pub mod print;
pub mod walk;

use crate::numeric::{Constant, Function, Rational};
use crate::source::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A declared or bound name. Two symbols are the same if their ids are.
#[derive(Clone, Debug)]
pub struct Symbol(Arc<SymbolData>);

#[derive(Debug)]
struct SymbolData {
    id: u32,
    tex: String,
    sort: Sort,
}

impl Symbol {
    /// A fresh symbol, distinct from every other, printed as `tex`.
    pub fn new(tex: impl Into<String>, sort: Sort) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(Arc::new(SymbolData { id: NEXT.fetch_add(1, Ordering::Relaxed), tex: tex.into(), sort }))
    }

    /// Its identity within this process (never written to a record).
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// Its TeX, normalised.
    pub fn tex(&self) -> &str {
        &self.0.tex
    }

    /// Its sort.
    pub fn sort(&self) -> &Sort {
        &self.0.sort
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}
impl Eq for Symbol {}
impl std::hash::Hash for Symbol {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

/// The length of an axis: a number, or a symbol of sort [`Sort::Integer`] plus a whole offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dim {
    /// A fixed length.
    Literal(usize),
    /// A symbolic length.
    Named(Symbol),
}

impl std::fmt::Display for Dim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Literal(n) => write!(f, "{n}"),
            Self::Named(s) => write!(f, "{}", s.tex()),
        }
    }
}

/// What kind of thing an expression is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// A real number.
    Real,
    /// A whole number (dimensions, counts, bound indices).
    Integer,
    /// An index that runs from 1 to a dimension.
    Index(Dim),
    /// A column vector.
    Vector(Dim),
    /// A row vector (a transposed column).
    Row(Dim),
    /// A matrix: rows, columns.
    Matrix(Dim, Dim),
    /// A declared function of its arguments.
    Function(Vec<Sort>, Box<Sort>),
    /// A truth value.
    Boolean,
}

impl Sort {
    /// Real, whole or index: a single number.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Real | Self::Integer | Self::Index(_))
    }

    /// Rows and columns, with a column vector as `d × 1` and a row as `1 × d`; `None` for anything else.
    pub fn shape(&self) -> Option<(Dim, Dim)> {
        match self {
            Self::Vector(d) => Some((d.clone(), Dim::Literal(1))),
            Self::Row(d) => Some((Dim::Literal(1), d.clone())),
            Self::Matrix(n, m) => Some((n.clone(), m.clone())),
            _ => None,
        }
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Real => write!(f, "real"),
            Self::Integer => write!(f, "integer"),
            Self::Index(d) => write!(f, "index({d})"),
            Self::Vector(d) => write!(f, "vector({d})"),
            Self::Row(d) => write!(f, "row({d})"),
            Self::Matrix(n, m) => write!(f, "matrix({n}, {m})"),
            Self::Function(arguments, result) => {
                let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
                write!(f, "function({}) -> {result}", arguments.join(", "))
            }
            Self::Boolean => write!(f, "truth value"),
        }
    }
}

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
    /// Independent signs with P(+1) = (1 + p)/2.
    Rademacher(Expr),
    /// Uniform on an interval.
    Uniform(Expr, Expr),
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
    /// ∫ body d(symbol) from lower to upper.
    Integral(Symbol, Expr, Expr, Expr),
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
}

/// A relation between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// =, also ≡ and := .
    Equal,
    /// ≠.
    NotEqual,
    /// <.
    Less,
    /// ≤.
    LessOrEqual,
    /// >.
    Greater,
    /// ≥.
    GreaterOrEqual,
    /// ≪.
    MuchLess,
    /// ≫.
    MuchGreater,
    /// ≈, ≃.
    Approximately,
    /// ∼: the ratio tends to one.
    Asymptotic,
    /// ≍: the ratio stays between two positive numbers.
    SameOrder,
    /// ∝.
    Proportional,
    /// →.
    TendsTo,
}

impl Relation {
    /// Its TeX.
    pub const fn tex(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => r"\ne",
            Self::Less => "<",
            Self::LessOrEqual => r"\le",
            Self::Greater => ">",
            Self::GreaterOrEqual => r"\ge",
            Self::MuchLess => r"\ll",
            Self::MuchGreater => r"\gg",
            Self::Approximately => r"\approx",
            Self::Asymptotic => r"\sim",
            Self::SameOrder => r"\asymp",
            Self::Proportional => r"\propto",
            Self::TendsTo => r"\to",
        }
    }

    /// `<`, `≤`, `>` or `≥`.
    pub const fn is_order(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual)
    }
}

/// One relation of a statement.
#[derive(Clone, Debug)]
pub struct Link {
    /// Left-hand side.
    pub left: Expr,
    /// The relation.
    pub relation: Relation,
    /// Right-hand side.
    pub right: Expr,
}

/// A condition on an index, a branch or a point.
#[derive(Clone, Debug)]
pub enum Condition {
    /// A relation holds.
    Holds(Link),
    /// All hold.
    All(Vec<Condition>),
}

/// What a formula asserts: premises (left of ⟹) and at least one link.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What is assumed, if the formula is an implication.
    pub premises: Vec<Link>,
    /// What is asserted: a chain a = b ≤ c has one link per relation.
    pub links: Vec<Link>,
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
