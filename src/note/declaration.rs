//! The grammar of `[symbols]`: sorts, ranges and laws. Dimensions and law parameters stay TeX.

mod number;
mod parser;

use super::Located;
use crate::diagnostic::{Diagnostic, codes};
use crate::numeric::Rational;
use crate::source::{SourceFile, Span};

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A real number.
    Real,
    /// A whole number.
    Integer,
    /// The length of an axis: a positive whole number.
    Dimension,
    /// A whole number from 1 to a dimension.
    Index,
    /// A column vector.
    Vector,
    /// A row vector.
    Row,
    /// A matrix: rows, columns.
    Matrix,
    /// A symmetric positive definite matrix.
    PositiveDefinite,
    /// A symmetric matrix.
    Symmetric,
    /// An orthogonal matrix.
    Orthogonal,
    /// −1 or +1.
    Sign,
    /// A vector of signs.
    SignVector,
    /// A matrix of signs.
    SignMatrix,
    /// A vector with positive entries.
    PositiveVector,
    /// A function; see [`SortSyntax::arguments`].
    Function,
    /// A probability density on vectors (on numbers for dimension 1), with further arguments such as time.
    Density,
    /// A smooth and decaying real function of a vector, with further arguments.
    Smooth,
    /// A smooth and decaying vector field, with further arguments.
    Field,
    /// A smooth confining potential of a vector, with further arguments.
    Potential,
    /// A complex number.
    Complex,
    /// Several values; their sorts are [`SortSyntax::arguments`].
    Tuple,
    /// The name is the imaginary unit.
    ImaginaryUnit,
    /// The name is the gradient by a symbol.
    Gradient,
    /// The name is the Laplacian by a symbol.
    Laplacian,
}

/// What a declaration says of a symbol besides its sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Nothing.
    #[default]
    Plain,
    /// A function of time.
    Path,
    /// A random function of time.
    Process,
    /// A Wiener process.
    Wiener,
    /// White noise.
    Noise,
    /// A value for each of the indices or parameters that the name is written with.
    Family,
    /// A set of values of the sort.
    Set,
}

/// Words of the forms.
const FORMS: &[(&str, Form)] = &[
    ("path", Form::Path),
    ("process", Form::Process),
    ("wiener", Form::Wiener),
    ("noise", Form::Noise),
    ("family", Form::Family),
    ("set", Form::Set),
];

/// Words, base, what the dimensions are.
const SORTS: &[(&str, Base, &[&str])] = &[
    ("real", Base::Real, &[]),
    ("integer", Base::Integer, &[]),
    ("dimension", Base::Dimension, &[]),
    ("index", Base::Index, &["d"]),
    ("vector", Base::Vector, &["d"]),
    ("row", Base::Row, &["d"]),
    ("matrix", Base::Matrix, &["n", "d"]),
    ("spd", Base::PositiveDefinite, &["d"]),
    ("symmetric", Base::Symmetric, &["d"]),
    ("orthogonal", Base::Orthogonal, &["d"]),
    ("sign", Base::Sign, &[]),
    ("sign vector", Base::SignVector, &["d"]),
    ("sign matrix", Base::SignMatrix, &["n", "d"]),
    ("positive vector", Base::PositiveVector, &["d"]),
    ("function", Base::Function, &[]),
    ("density", Base::Density, &["d"]),
    ("smooth", Base::Smooth, &["d"]),
    ("field", Base::Field, &["d"]),
    ("potential", Base::Potential, &["d"]),
    ("complex", Base::Complex, &[]),
    ("tuple", Base::Tuple, &[]),
    ("imaginary unit", Base::ImaginaryUnit, &[]),
    ("gradient", Base::Gradient, &["x"]),
    ("laplacian", Base::Laplacian, &["x"]),
];

impl Base {
    /// As it is written in a declaration.
    pub fn word(self) -> &'static str {
        SORTS.iter().find(|(_, base, _)| *base == self).map_or("", |(word, ..)| word)
    }

    const fn is_number(self) -> bool {
        matches!(self, Self::Real | Self::Integer | Self::Dimension | Self::Index)
    }

    /// A declared function, whatever its family.
    pub const fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::Density | Self::Smooth | Self::Field | Self::Potential)
    }

    const fn is_sign(self) -> bool {
        matches!(self, Self::Sign | Self::SignVector | Self::SignMatrix)
    }
}

/// A sort as written.
#[derive(Clone, Debug, PartialEq)]
pub struct SortSyntax {
    /// What kind of value.
    pub base: Base,
    /// Its dimensions as TeX: one or two, or none.
    pub dims: Vec<Located>,
    /// Of a function: the sorts of its arguments; of a density, a field and their like: those after the place; of a tuple, of its
    /// parts.
    pub arguments: Vec<SortSyntax>,
    /// Of a function: the sort of its value.
    pub result: Option<Box<SortSyntax>>,
}

/// A declared range: each bound with whether it belongs to the range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RangeSyntax {
    /// Lower bound, `None` for −∞.
    pub lower: Option<(Rational, bool)>,
    /// Upper bound, `None` for +∞.
    pub upper: Option<(Rational, bool)>,
    /// Where it is written.
    pub span: Span,
}

/// A probability law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawName {
    /// `N(mean, variance or covariance)`.
    Normal,
    /// `Rad(p)`: independent signs of mean p.
    Rademacher,
    /// `U(a, b)`.
    Uniform,
    /// `density p(x)`: a declared density at the variable.
    Density,
}

/// Name, law, what its parameters are.
const LAWS: &[(&str, LawName, &[&str])] = &[
    ("N", LawName::Normal, &["mean", "variance"]),
    ("Rad", LawName::Rademacher, &["mean"]),
    ("U", LawName::Uniform, &["a", "b"]),
];

/// A law as written.
#[derive(Clone, Debug, PartialEq)]
pub struct LawSyntax {
    /// Which law.
    pub name: LawName,
    /// Its parameters as TeX.
    pub parameters: Vec<Located>,
    /// Where it is written.
    pub span: Span,
}

/// One line of `[symbols]`.
#[derive(Clone, Debug)]
pub struct DeclarationSyntax {
    /// The symbol as TeX.
    pub name: Located,
    /// The whole declaration as written.
    pub text: Located,
    /// Its sort; of something that is written with arguments, the sort of its value.
    pub sort: SortSyntax,
    /// What more is said of it.
    pub form: Form,
    /// Its range, if one is given.
    pub range: Option<RangeSyntax>,
    /// Whether it is what the experiment of a claim measures.
    pub estimand: bool,
    /// Its law, if it is random.
    pub random: Option<LawSyntax>,
    /// It stands under `[assumed]`: a guess.
    pub assumed: bool,
}

impl RangeSyntax {
    fn tighten_lower(&mut self, bound: (Rational, bool)) {
        let is_weaker = |old: &(Rational, bool)| old.0 < bound.0 || (old.0 == bound.0 && !bound.1);
        if self.lower.as_ref().is_none_or(is_weaker) {
            self.lower = Some(bound);
        }
    }

    fn tighten_upper(&mut self, bound: (Rational, bool)) {
        let is_weaker = |old: &(Rational, bool)| old.0 > bound.0 || (old.0 == bound.0 && !bound.1);
        if self.upper.as_ref().is_none_or(is_weaker) {
            self.upper = Some(bound);
        }
    }
}

/// Reads `sort` as the declaration of `name`.
///
/// # Errors
/// One `bad-sort` (or `empty-domain`) diagnostic at the part that does not fit.
pub fn declaration(file: &SourceFile, name: &Located, sort: &Located) -> Result<DeclarationSyntax, Box<Diagnostic>> {
    let diagnose = |misfit: parser::Misfit| {
        let code = if misfit.message.starts_with("no number") { &codes::EMPTY_DOMAIN } else { &codes::BAD_SORT };
        let mut span = sort.place(misfit.range);
        if span.start == span.end {
            span = sort.span;
        }
        Box::new(Diagnostic::error(code, file, span, misfit.message).hint(misfit.hint))
    };
    if name.text.is_empty() {
        return Err(Box::new(Diagnostic::error(&codes::BAD_SORT, file, name.span, "a symbol without a name")));
    }
    parser::read(name, sort).map_err(diagnose)
}
