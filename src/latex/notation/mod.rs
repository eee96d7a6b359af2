//! The table of notation: one row per macro and one per operator word.

mod macros;
mod words;

pub(super) use words::{DISPLAY_ENVIRONMENTS, GRID_ENVIRONMENTS};

use crate::expr::{ArrayFunction, Differential, Fold, Optimum, Relation};
use crate::numeric::Function;
use macros::{LETTERS, MACROS};
use std::sync::LazyLock;
use words::WORDS;

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
