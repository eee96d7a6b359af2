//! Relations, conditions and statements.

use super::Expr;

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
    /// ∼ before a law or a density: the left side is distributed so.
    Distributed,
    /// `=` with a d on it: both sides have the same law.
    EqualInLaw,
    /// ∈ a declared set.
    Member,
    /// ∉ a declared set.
    NotMember,
    /// ←: the left side takes the value of the right.
    Assign,
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
            Self::Distributed => r"\sim",
            Self::EqualInLaw => r"\overset{d}{=}",
            Self::Member => r"\in",
            Self::NotMember => r"\notin",
            Self::Assign => r"\leftarrow",
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
