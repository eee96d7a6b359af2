//! The table of notation: one row per macro and one per operator word.

use crate::expr::{ArrayFunction, Differential, Fold, Optimum, Relation};
use crate::numeric::Function;
use std::sync::LazyLock;

/// What a macro means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A letter like any other.
    Letter,
    /// A real function.
    Function(Function),
    /// One over a real function.
    Reciprocal(Function),
    /// A matrix or vector function.
    Array(ArrayFunction),
    /// A relation.
    Relation(Relation),
    /// `\cdot`: a product, of two vectors the inner product.
    Dot,
    /// `\times`, `*`.
    Times,
    /// `\odot`.
    Hadamard,
    /// `\circ`: of functions one after the other, of arrays entry by entry.
    Circle,
    /// `\pm`.
    PlusMinus,
    /// `\mp`.
    MinusPlus,
    /// A sum, product, minimum or maximum over indices.
    Fold(Fold),
    /// `\min` or `\max`: of arguments, over indices, or over a continuous symbol.
    Extreme(Fold),
    /// An optimum over a continuous symbol.
    Optimum(Optimum),
    /// `\arg` before `\min` or `\max`.
    Arg,
    /// `\lim`.
    Limit,
    /// `\otimes`.
    Outer,
    /// An order of symmetric matrices, by the eigenvalues of their difference.
    Loewner(Relation),
    /// `\wedge`, `\vee` of numbers.
    Lattice(Function),
    /// `\mapsto`.
    MapsTo,
    /// `\iff`.
    Equivalent,
    /// An arrow with a label above.
    LabelledArrow,
    /// `\Pr`.
    Probability,
    /// Var.
    Variance,
    /// Cov.
    Covariance,
    /// KL.
    RelativeEntropy,
    /// The Hessian or the Jacobian by the symbol below.
    Matrix(Differential),
    /// Rad: independent signs.
    Rademacher,
    /// `\int`.
    Integral,
    /// `\nabla`.
    Nabla,
    /// div.
    Divergence,
    /// `\partial`.
    Partial,
    /// `\infty`.
    Infinity,
    /// `\in`.
    Member,
    /// `\implies`.
    Implies,
    /// A separator of statements in a display (`\quad`).
    Quad,
    /// Spacing and style without an argument: skipped.
    Skip,
    /// Style with one argument: transparent.
    Transparent,
    /// One argument that is dropped (`\tag`, `\label` …).
    Dropped,
    /// A font with one argument.
    Font,
    /// Upright words.
    Upright,
    /// Prose.
    Text,
    /// An accent on one argument.
    Accent,
    /// A brace over or under one argument, whose label is dropped.
    Brace,
    /// A label over or under one symbol.
    Stacked,
    /// `\bra{a}`, `\ket{a}`, `\braket{a|b}`, `\abs{x}`, `\norm{x}`: a pair of delimiters around one argument.
    Delimited(char, char),
    /// `\textcolor`: a colour, then what has it.
    Colored,
    /// `\frac` and its kin.
    Fraction,
    /// `\binom`.
    Binomial,
    /// `\sqrt`.
    Root,
    /// `\left`, `\bigl` …: the delimiter follows.
    Sizing,
    /// An opening delimiter.
    Open(char),
    /// A closing delimiter.
    Close(char),
    /// A bar that opens or closes.
    Bar(char),
    /// `\begin`.
    Begin,
    /// `\end`.
    End,
    /// `\\`.
    NewRow,
    /// `\dots`: what is left out.
    Dots,
    /// `\forall`.
    ForAll,
    /// `\bmod`, and what begins `(\mathrm{mod}\ m)`.
    Modulo,
    /// `\pmod` with its argument.
    Congruent,
    /// `\choose` between the two numbers of a binomial coefficient.
    Choose,
    /// `\middle` before a bar that separates.
    Middle,
    /// At most, or at least, up to a constant factor.
    UpToConstant(Relation),
    /// Understood, but nothing can be done with it, for this reason.
    Unsupported(&'static str),
}

use Meaning as M;

const EXISTS: &str =
    "no point refutes that something exists: write the value that does, or the equation that it solves";
const UPPER_LIMIT: &str =
    r"an upper or lower limit cannot be told from finitely many values: write `\lim` where the limit exists";
const SETS: &str = "operations on sets are not read: write the conditions on the elements";

/// Macros by name, in the order of the groups below.
const MACROS: &[(&str, Meaning)] = &[
    ("sum", M::Fold(Fold::Sum)),
    ("prod", M::Fold(Fold::Product)),
    ("min", M::Extreme(Fold::Minimum)),
    ("max", M::Extreme(Fold::Maximum)),
    ("inf", M::Optimum(Optimum::Infimum)),
    ("sup", M::Optimum(Optimum::Supremum)),
    ("argmin", M::Optimum(Optimum::ArgMin)),
    ("argmax", M::Optimum(Optimum::ArgMax)),
    ("arg", M::Arg),
    ("lim", M::Limit),
    ("Pr", M::Probability),
    ("int", M::Integral),
    ("nabla", M::Nabla),
    ("partial", M::Partial),
    ("infty", M::Infinity),
    ("in", M::Member),
    ("Longrightarrow", M::Implies),
    ("Rightarrow", M::Implies),
    ("implies", M::Implies),
    ("iff", M::Equivalent),
    ("Leftrightarrow", M::Equivalent),
    ("Longleftrightarrow", M::Equivalent),
    ("mapsto", M::MapsTo),
    ("therefore", M::Skip),
    ("le", M::Relation(Relation::LessOrEqual)),
    ("leq", M::Relation(Relation::LessOrEqual)),
    ("leqslant", M::Relation(Relation::LessOrEqual)),
    ("ge", M::Relation(Relation::GreaterOrEqual)),
    ("geq", M::Relation(Relation::GreaterOrEqual)),
    ("geqslant", M::Relation(Relation::GreaterOrEqual)),
    ("lt", M::Relation(Relation::Less)),
    ("gt", M::Relation(Relation::Greater)),
    ("ne", M::Relation(Relation::NotEqual)),
    ("neq", M::Relation(Relation::NotEqual)),
    ("ll", M::Relation(Relation::MuchLess)),
    ("gg", M::Relation(Relation::MuchGreater)),
    ("equiv", M::Relation(Relation::Equal)),
    ("coloneqq", M::Relation(Relation::Equal)),
    ("coloneq", M::Relation(Relation::Equal)),
    ("eqqcolon", M::Relation(Relation::Equal)),
    ("approx", M::Relation(Relation::Approximately)),
    ("simeq", M::Relation(Relation::Approximately)),
    ("sim", M::Relation(Relation::Asymptotic)),
    ("asymp", M::Relation(Relation::SameOrder)),
    ("propto", M::Relation(Relation::Proportional)),
    ("triangleq", M::Relation(Relation::Equal)),
    ("cong", M::Relation(Relation::Approximately)),
    ("notin", M::Relation(Relation::NotMember)),
    ("leftarrow", M::Relation(Relation::Assign)),
    ("gets", M::Relation(Relation::Assign)),
    ("succeq", M::Loewner(Relation::GreaterOrEqual)),
    ("succ", M::Loewner(Relation::Greater)),
    ("preceq", M::Loewner(Relation::LessOrEqual)),
    ("prec", M::Loewner(Relation::Less)),
    ("xrightarrow", M::LabelledArrow),
    ("to", M::Relation(Relation::TendsTo)),
    ("rightarrow", M::Relation(Relation::TendsTo)),
    ("longrightarrow", M::Relation(Relation::TendsTo)),
    ("cdot", M::Dot),
    ("times", M::Times),
    ("ast", M::Times),
    ("odot", M::Hadamard),
    ("circ", M::Circle),
    ("otimes", M::Outer),
    ("wedge", M::Lattice(Function::Min)),
    ("vee", M::Lattice(Function::Max)),
    ("Re", M::Function(Function::RealPart)),
    ("Im", M::Function(Function::ImaginaryPart)),
    ("pm", M::PlusMinus),
    ("mp", M::MinusPlus),
    ("exp", M::Function(Function::Exp)),
    ("log", M::Function(Function::Log)),
    ("ln", M::Function(Function::Log)),
    ("sin", M::Function(Function::Sin)),
    ("cos", M::Function(Function::Cos)),
    ("tan", M::Function(Function::Tan)),
    ("arcsin", M::Function(Function::Asin)),
    ("arccos", M::Function(Function::Acos)),
    ("arctan", M::Function(Function::Atan)),
    ("sinh", M::Function(Function::Sinh)),
    ("cosh", M::Function(Function::Cosh)),
    ("tanh", M::Function(Function::Tanh)),
    ("coth", M::Reciprocal(Function::Tanh)),
    ("cot", M::Reciprocal(Function::Tan)),
    ("sec", M::Reciprocal(Function::Cos)),
    ("csc", M::Reciprocal(Function::Sin)),
    ("bra", M::Delimited('⟨', '|')),
    ("ket", M::Delimited('|', '⟩')),
    ("braket", M::Delimited('⟨', '⟩')),
    ("abs", M::Delimited('|', '|')),
    ("norm", M::Delimited('‖', '‖')),
    ("mathop", M::Transparent),
    ("det", M::Array(ArrayFunction::Determinant)),
    ("overset", M::Stacked),
    ("underset", M::Stacked),
    ("stackrel", M::Stacked),
    ("textcolor", M::Colored),
    ("color", M::Dropped),
    ("frac", M::Fraction),
    ("tfrac", M::Fraction),
    ("dfrac", M::Fraction),
    ("cfrac", M::Fraction),
    ("binom", M::Binomial),
    ("tbinom", M::Binomial),
    ("dbinom", M::Binomial),
    ("sqrt", M::Root),
    ("left", M::Sizing),
    ("right", M::Sizing),
    ("big", M::Sizing),
    ("Big", M::Sizing),
    ("bigg", M::Sizing),
    ("Bigg", M::Sizing),
    ("bigl", M::Sizing),
    ("bigr", M::Sizing),
    ("Bigl", M::Sizing),
    ("Bigr", M::Sizing),
    ("biggl", M::Sizing),
    ("biggr", M::Sizing),
    ("langle", M::Open('⟨')),
    ("rangle", M::Close('⟩')),
    ("{", M::Open('{')),
    ("lbrace", M::Open('{')),
    ("}", M::Close('}')),
    ("rbrace", M::Close('}')),
    ("lfloor", M::Open('⌊')),
    ("rfloor", M::Close('⌋')),
    ("lceil", M::Open('⌈')),
    ("rceil", M::Close('⌉')),
    ("lvert", M::Open('|')),
    ("rvert", M::Close('|')),
    ("lVert", M::Open('‖')),
    ("rVert", M::Close('‖')),
    ("vert", M::Bar('|')),
    ("mid", M::Bar('|')),
    ("|", M::Bar('‖')),
    ("Vert", M::Bar('‖')),
    ("begin", M::Begin),
    ("end", M::End),
    ("\\", M::NewRow),
    ("cr", M::NewRow),
    ("quad", M::Quad),
    ("qquad", M::Quad),
    (",", M::Skip),
    (";", M::Skip),
    (":", M::Skip),
    ("!", M::Skip),
    (">", M::Skip),
    (" ", M::Skip),
    ("\n", M::Skip),
    ("limits", M::Skip),
    ("nolimits", M::Skip),
    ("displaystyle", M::Skip),
    ("textstyle", M::Skip),
    ("scriptstyle", M::Skip),
    ("nonumber", M::Skip),
    ("notag", M::Skip),
    ("thinspace", M::Skip),
    ("boxed", M::Transparent),
    ("mathstrut", M::Skip),
    ("tag", M::Dropped),
    ("label", M::Dropped),
    ("hspace", M::Dropped),
    ("vspace", M::Dropped),
    ("phantom", M::Dropped),
    ("hphantom", M::Dropped),
    ("vphantom", M::Dropped),
    ("mathbb", M::Font),
    ("mathbf", M::Font),
    ("textbf", M::Font),
    ("pmb", M::Font),
    ("mathds", M::Font),
    ("mathbbm", M::Font),
    ("bm", M::Font),
    ("boldsymbol", M::Font),
    ("mathcal", M::Font),
    ("mathscr", M::Font),
    ("mathfrak", M::Font),
    ("mathsf", M::Font),
    ("mathit", M::Transparent),
    ("mathrm", M::Upright),
    ("operatorname", M::Upright),
    ("textrm", M::Upright),
    ("textnormal", M::Upright),
    ("text", M::Text),
    ("mbox", M::Text),
    ("textit", M::Text),
    ("hat", M::Accent),
    ("widehat", M::Accent),
    ("bar", M::Accent),
    ("overline", M::Accent),
    ("underline", M::Accent),
    ("tilde", M::Accent),
    ("widetilde", M::Accent),
    ("vec", M::Accent),
    ("mathring", M::Accent),
    ("check", M::Accent),
    ("dot", M::Accent),
    ("ddot", M::Accent),
    ("substack", M::Transparent),
    ("underbrace", M::Brace),
    ("overbrace", M::Brace),
    ("dots", M::Dots),
    ("ldots", M::Dots),
    ("dotsc", M::Dots),
    ("dotsb", M::Dots),
    ("vdots", M::Dots),
    ("cdots", M::Dots),
    ("forall", M::ForAll),
    ("bmod", M::Modulo),
    ("pmod", M::Congruent),
    ("choose", M::Choose),
    ("middle", M::Middle),
    ("lesssim", M::UpToConstant(Relation::LessOrEqual)),
    ("gtrsim", M::UpToConstant(Relation::GreaterOrEqual)),
    ("exists", M::Unsupported(EXISTS)),
    ("nexists", M::Unsupported(EXISTS)),
    ("limsup", M::Unsupported(UPPER_LIMIT)),
    ("liminf", M::Unsupported(UPPER_LIMIT)),
    (
        "doteq",
        M::Unsupported(
            "some define by this sign, for others both sides agree to leading exponential order: write `:=` or the limit of the logarithms",
        ),
    ),
    ("mod", M::Unsupported(r"write `\pmod{m}` behind a congruence, or `a \bmod m` for the remainder")),
    ("oint", M::Unsupported("an integral along a closed curve is not read: write it with a parameter of the curve")),
    ("subset", M::Unsupported(SETS)),
    ("subseteq", M::Unsupported(SETS)),
    ("setminus", M::Unsupported(SETS)),
    ("cup", M::Unsupported(SETS)),
    ("cap", M::Unsupported(SETS)),
    ("bigcup", M::Unsupported(SETS)),
    ("bigcap", M::Unsupported(SETS)),
    ("oplus", M::Unsupported("a direct sum is not read: write blocks by their components")),
];

/// Letters with a command of their own.
const LETTERS: &[&str] = &[
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "varepsilon",
    "zeta",
    "eta",
    "theta",
    "vartheta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "varpi",
    "rho",
    "varrho",
    "sigma",
    "varsigma",
    "tau",
    "upsilon",
    "phi",
    "varphi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Upsilon",
    "Phi",
    "Psi",
    "Omega",
    "ell",
    "hbar",
    "imath",
    "jmath",
    "star",
    "dagger",
    "prime",
    "top",
    "intercal",
    "perp",
    "parallel",
    "bot",
    "emptyset",
    "aleph",
    "sharp",
    "flat",
];

/// Upright words that are operators, whichever way they are typeset.
const WORDS: &[(&str, Meaning)] = &[
    ("Re", M::Function(Function::RealPart)),
    ("Im", M::Function(Function::ImaginaryPart)),
    ("sgn", M::Function(Function::Sign)),
    ("sign", M::Function(Function::Sign)),
    ("erf", M::Function(Function::Erf)),
    ("erfc", M::Function(Function::Erfc)),
    ("arsinh", M::Function(Function::Asinh)),
    ("arcosh", M::Function(Function::Acosh)),
    ("artanh", M::Function(Function::Atanh)),
    ("arcsinh", M::Function(Function::Asinh)),
    ("arccosh", M::Function(Function::Acosh)),
    ("arctanh", M::Function(Function::Atanh)),
    ("abs", M::Function(Function::Abs)),
    ("floor", M::Function(Function::Floor)),
    ("ceil", M::Function(Function::Ceil)),
    ("exp", M::Function(Function::Exp)),
    ("log", M::Function(Function::Log)),
    ("ln", M::Function(Function::Log)),
    ("tanh", M::Function(Function::Tanh)),
    ("cosh", M::Function(Function::Cosh)),
    ("sinh", M::Function(Function::Sinh)),
    ("coth", M::Reciprocal(Function::Tanh)),
    ("sech", M::Reciprocal(Function::Cosh)),
    ("csch", M::Reciprocal(Function::Sinh)),
    ("Tr", M::Array(ArrayFunction::Trace)),
    ("tr", M::Array(ArrayFunction::Trace)),
    ("Trace", M::Array(ArrayFunction::Trace)),
    ("det", M::Array(ArrayFunction::Determinant)),
    ("diag", M::Array(ArrayFunction::Diagonal)),
    ("spec", M::Array(ArrayFunction::Eigenvalues)),
    ("eig", M::Array(ArrayFunction::Eigenvalues)),
    ("min", M::Extreme(Fold::Minimum)),
    ("max", M::Extreme(Fold::Maximum)),
    ("inf", M::Optimum(Optimum::Infimum)),
    ("sup", M::Optimum(Optimum::Supremum)),
    ("argmin", M::Optimum(Optimum::ArgMin)),
    ("argmax", M::Optimum(Optimum::ArgMax)),
    ("arg min", M::Optimum(Optimum::ArgMin)),
    ("arg max", M::Optimum(Optimum::ArgMax)),
    ("arg", M::Arg),
    ("extr", M::Optimum(Optimum::Extremum)),
    ("Extr", M::Optimum(Optimum::Extremum)),
    ("lim", M::Limit),
    ("div", M::Divergence),
    ("grad", M::Nabla),
    ("Var", M::Variance),
    ("Cov", M::Covariance),
    ("KL", M::RelativeEntropy),
    ("Hess", M::Matrix(Differential::Hessian)),
    ("Jac", M::Matrix(Differential::Jacobian)),
    ("Rad", M::Rademacher),
    ("mod", M::Modulo),
];

/// Environments whose rows are parts of one display.
pub(super) const DISPLAY_ENVIRONMENTS: &[&str] = &[
    "aligned",
    "align",
    "align*",
    "split",
    "gathered",
    "gather",
    "gather*",
    "equation",
    "equation*",
    "multline",
    "multline*",
    "alignat",
    "alignat*",
    "displaymath",
];

/// Environments of rows and columns.
pub(super) const GRID_ENVIRONMENTS: &[&str] =
    &["cases", "dcases", "matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "substack", "array"];

/// The tables in the order of their names: every token of every formula is looked up.
static SORTED_MACROS: LazyLock<Vec<(&str, Meaning)>> = LazyLock::new(|| {
    let letters = LETTERS.iter().map(|letter| (*letter, Meaning::Letter));
    sorted(MACROS.iter().copied().chain(letters))
});
static SORTED_WORDS: LazyLock<Vec<(&str, Meaning)>> = LazyLock::new(|| sorted(WORDS.iter().copied()));

fn sorted(rows: impl Iterator<Item = (&'static str, Meaning)>) -> Vec<(&'static str, Meaning)> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(name, _)| *name);
    rows
}

fn find(table: &[(&str, Meaning)], name: &str) -> Option<Meaning> {
    table.binary_search_by_key(&name, |(known, _)| known).ok().map(|row| table[row].1)
}

/// The meaning of `\name`.
pub(super) fn macro_meaning(name: &str) -> Option<Meaning> {
    find(&SORTED_MACROS, name)
}

/// The meaning of an upright word.
pub(super) fn word_meaning(word: &str) -> Option<Meaning> {
    find(&SORTED_WORDS, word)
}

/// The first macro with a meaning.
pub(super) fn name_of(meaning: Meaning) -> Option<&'static str> {
    MACROS.iter().find(|(_, m)| *m == meaning).map(|(name, _)| *name)
}

/// All macro names, for suggestions.
pub(super) fn macro_names() -> impl Iterator<Item = &'static str> {
    MACROS.iter().map(|(n, _)| *n).chain(LETTERS.iter().copied()).filter(|n| n.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_macro_has_two_meanings() {
        let mut seen = BTreeSet::new();
        for name in macro_names() {
            assert!(seen.insert(name), "\\{name} has two rows");
        }
    }
}
