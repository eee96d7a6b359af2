//! Names, what kind of thing they stand for, and the lengths of axes.

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
    notation: Option<String>,
    introduced: bool,
}

impl Symbol {
    /// A fresh symbol, distinct from every other, printed as `tex`.
    pub fn new(tex: impl Into<String>, sort: Sort) -> Self {
        Self::with(tex.into(), sort, None, false)
    }

    /// A fresh symbol that a formula itself introduces, with its law: it is printed with that law.
    pub fn introduced(tex: impl Into<String>, sort: Sort) -> Self {
        Self::with(tex.into(), sort, None, true)
    }

    /// Whether a formula introduced it with its law; see [`Self::introduced`].
    pub fn is_introduced(&self) -> bool {
        self.0.introduced
    }

    /// A fresh function whose values are written in a notation of their own: TeX in which `#1` to `#9` stand for the
    /// arguments, as in `p_{#1}\left( #2 \mid #3 \right)`.
    pub fn with_notation(tex: impl Into<String>, sort: Sort, notation: impl Into<String>) -> Self {
        Self::with(tex.into(), sort, Some(notation.into()), false)
    }

    /// A fresh symbol that is written and sorted like this one.
    pub fn renamed(&self) -> Self {
        Self::with(self.0.tex.clone(), self.0.sort.clone(), self.0.notation.clone(), self.0.introduced)
    }

    /// A fresh symbol of the same sort with another name.
    pub fn retitled(&self, tex: String) -> Self {
        Self::with(tex, self.0.sort.clone(), self.0.notation.clone(), self.0.introduced)
    }

    fn with(tex: String, sort: Sort, notation: Option<String>, introduced: bool) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(Arc::new(SymbolData { id: NEXT.fetch_add(1, Ordering::Relaxed), tex, sort, notation, introduced }))
    }

    /// Its identity within this process (never written to a record).
    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// Its TeX, normalised.
    pub fn tex(&self) -> &str {
        &self.0.tex
    }

    /// How a value of this function is written, if not as `f(x, y)`; see [`Self::with_notation`].
    pub fn notation(&self) -> Option<&str> {
        self.0.notation.as_deref()
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
    /// A declared function of its arguments; a path or process is a function of its time.
    Function(Vec<Sort>, Box<Sort>),
    /// A truth value.
    Boolean,
    /// A complex number.
    Complex,
    /// A set of values of one sort, known by name only.
    Set(Box<Sort>),
    /// A probability law over values of one sort.
    Law(Box<Sort>),
    /// A list of values, each of its own sort.
    Tuple(Vec<Sort>),
}

impl Sort {
    /// Real, whole, index or complex: a single number.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Self::Real | Self::Integer | Self::Index(_) | Self::Complex)
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
            Self::Complex => write!(f, "complex"),
            Self::Set(members) => write!(f, "set of {members}"),
            Self::Law(values) => write!(f, "law of {values}"),
            Self::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                write!(f, "tuple({})", parts.join(", "))
            }
        }
    }
}
