//! Declared symbols: what values they may take and what they are for.

use super::{Law, Sort, Symbol};
use crate::numeric::Rational;
use crate::source::Span;

/// The declared range or structure of a symbol's values.
#[derive(Clone, Debug)]
pub enum Domain {
    /// All values of the sort.
    All,
    /// Real or whole numbers between two bounds; a bound is a number and whether it belongs to the range.
    Interval {
        /// Lower bound, `None` for −∞.
        lower: Option<(Rational, bool)>,
        /// Upper bound, `None` for +∞.
        upper: Option<(Rational, bool)>,
    },
    /// Entries (or the scalar itself) are −1 or +1.
    Signs,
    /// Symmetric matrices.
    Symmetric,
    /// Symmetric positive definite matrices.
    PositiveDefinite,
    /// Orthogonal matrices.
    Orthogonal,
    /// Entries are positive.
    PositiveEntries,
    /// A function that is positive and integrates (or sums, over signs and indices) to one over these of its arguments,
    /// whatever the others are.
    Density(Vec<usize>),
    /// A function that is positive and adds up to one over the states of these of its arguments, whatever the others are.
    Mass(Vec<(usize, States)>),
    /// A function with as many derivatives as are asked for.
    Smooth,
    /// A smooth function that decays, with its derivatives, faster than any power of its first argument.
    Decaying,
    /// A smooth function that grows like a square in its first argument, so that exp(−f) can be normalised.
    Confining,
    /// A sample path.
    Process(Process),
}

/// The values that an argument of a mass function takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum States {
    /// −1 and +1, in every entry.
    Signs,
    /// Every index of its sort.
    Indices,
    /// Whole numbers from the first to the last; without a last one, all from the first.
    Whole(Rational, Option<Rational>),
}

impl States {
    /// The states of a declared symbol; `None` if its values are not signs, indices or bounded whole numbers.
    pub fn of(declaration: &Declaration) -> Option<Self> {
        let is_dimension = matches!(declaration.role, Role::Dimension);
        match (declaration.symbol.sort(), &declaration.domain) {
            (Sort::Integer | Sort::Vector(_), Domain::Signs) => Some(Self::Signs),
            (Sort::Index(_), _) => Some(Self::Indices),
            (Sort::Integer, Domain::Interval { lower: Some((lower, true)), upper }) if !is_dimension => match upper {
                None => Some(Self::Whole(lower.clone(), None)),
                Some((upper, true)) => Some(Self::Whole(lower.clone(), Some(upper.clone()))),
                Some(_) => None,
            },
            _ => None,
        }
    }
}

/// What is known of a process: a function of one time, the last of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Nothing.
    General,
    /// A Wiener process with independent components of variance t.
    Wiener,
    /// White noise: mean zero, ⟨ηᵢ(t) ηⱼ(s)⟩ = 2 δᵢⱼ δ(t − s) up to a strength that the formulas say.
    WhiteNoise,
}

/// What a symbol is for.
#[derive(Clone, Debug)]
pub enum Role {
    /// A free variable: the claim is for all its values.
    Variable,
    /// A length of an axis.
    Dimension,
    /// Averaged over by 𝔼.
    Random(Law),
    /// What the experiment of the claim measures; only simulation and scaling know its value.
    Estimand,
}

/// A declared symbol.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The symbol with its sort.
    pub symbol: Symbol,
    /// Its admissible values.
    pub domain: Domain,
    /// What it is for.
    pub role: Role,
    /// Where it is declared.
    pub span: Span,
}
