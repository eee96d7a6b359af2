//! What kind of numbers the points of one sample have.

/// How the numbers of one point are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// The same special value, 0, 1, −1, ½ or 2, for every scalar whose domain has it, else an edge.
    Special(usize),
    /// Bounds of the domains, zeros and ones; identity matrices, repeated eigenvalues.
    Edge,
    /// All scalars equal where their domains allow it.
    Tie,
    /// Small whole numbers.
    Whole,
    /// Magnitudes around one, small denominators.
    Moderate,
    /// Magnitudes down to 10⁻³, bounds approached.
    Small,
    /// Magnitudes up to 50.
    Large,
    /// Magnitudes around one, large denominators: no accidental relation between them.
    Generic,
    /// Whole numbers below 2⁶⁰ where the domain allows it: images of uniform elements of a prime field.
    Field,
}

impl Style {
    /// The style of the point with this number: special values and edges first, then ever other scales, in turn.
    pub fn of(number: usize) -> Self {
        let round = number / 10;
        match number % 10 {
            0 => Self::Special(2 * round),
            1 => Self::Whole,
            2 => Self::Edge,
            3 => Self::Moderate,
            4 => Self::Generic,
            5 => Self::Special(2 * round + 1),
            6 => Self::Small,
            7 => Self::Large,
            8 => Self::Tie,
            _ => Self::Generic,
        }
    }
}
