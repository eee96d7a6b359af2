//! The compiled form of an expression: a tree whose symbols are slot numbers.

use crate::expr::{Approach, ArrayFunction, Differential, Fold, Optimum, Relation};
use crate::numeric::{Constant, Function, Rational, Special};

/// A constant of the expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Number(Rational),
    Named(Constant),
}

/// The length of an axis.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    Literal(usize),
    Slot(usize),
}

/// Rows and columns; `None` for a number.
pub(super) type Shape = Option<(Length, Length)>;

/// An operation, and whether its sort is a single number (then a 1 × 1 result is one).
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    pub(super) scalar: bool,
    /// Index into the table of the program's sub-expressions.
    pub(super) place: usize,
    /// Where its value is kept, if it is costly.
    pub(super) memo: Option<Memo>,
}

/// Where a value is kept, and the slots that it depends on.
#[derive(Clone, Debug)]
pub(super) struct Memo {
    pub(super) index: usize,
    pub(super) free: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Index into the table of constants.
    Constant(usize),
    Slot(usize),
    Add(Vec<Node>),
    Neg(Box<Node>),
    Mul(Vec<Node>),
    Div(Box<Node>, Box<Node>),
    Pow(Box<Node>, Box<Node>),
    Function(Function, Vec<Node>),
    Array(ArrayFunction, Vec<Node>),
    /// The diagonal of a matrix, told apart from the diagonal matrix of a vector by sort.
    DiagonalOf(Box<Node>),
    Identity(Length),
    Ones(Length),
    Component(Box<Node>, Vec<Node>),
    /// A column of a matrix, counted from 1.
    Column(Box<Node>, Box<Node>),
    Fold {
        fold: Fold,
        binders: Vec<Binder>,
        condition: Option<Box<Test>>,
        body: Box<Node>,
        shape: Shape,
    },
    Integral {
        slot: usize,
        lower: Bound,
        upper: Bound,
        body: Box<Node>,
    },
    /// Over all values of some symbols: at least two numbers, or arrays.
    Space {
        symbols: Vec<(usize, Shape)>,
        body: Box<Node>,
    },
    /// ∫ body · δ(argument) over all values of a number.
    Sift {
        slot: usize,
        argument: Box<Node>,
        body: Box<Node>,
    },
    /// ∫ product over all values of a symbol, where the product has factors that may be densities in that symbol.
    AverageOver {
        slot: usize,
        shape: Shape,
        densities: Vec<Weight>,
        product: Box<Node>,
    },
    /// Variables, body, and a form with fewer normal variables for bodies that are no polynomials.
    Expectation(Vec<Random>, Box<Node>, Option<Box<Node>>),
    Derivative {
        body: Box<Node>,
        slot: usize,
        order: u32,
    },
    Gradient {
        body: Box<Node>,
        slot: usize,
    },
    Differential {
        operator: Differential,
        body: Box<Node>,
        slot: usize,
    },
    /// The derivative by an entry of an array symbol.
    DerivativeByEntry {
        body: Box<Node>,
        slot: usize,
        indices: Vec<Node>,
    },
    Limit {
        slot: usize,
        approach: Approach,
        target: Bound,
        body: Box<Node>,
    },
    Optimum {
        optimum: Optimum,
        slot: usize,
        shape: Shape,
        condition: Option<Box<Test>>,
        body: Box<Node>,
    },
    /// The body with symbols set to values.
    Let(Vec<(usize, Node)>, Box<Node>),
    Special(Special, Vec<Node>),
    /// A matrix by rows.
    Entries(Vec<Vec<Node>>),
    Kronecker(Box<Node>, Box<Node>),
    Cases(Vec<(Node, Test)>, Option<Box<Node>>),
    /// A declared function applied, and the shape of its value.
    Call {
        slot: usize,
        arguments: Vec<Node>,
        shape: Shape,
    },
}

/// A declared function as a factor of an integrand: the function, its arguments after the first, the other factors.
#[derive(Clone, Debug)]
pub(super) struct Weight {
    pub(super) function: usize,
    pub(super) others: Vec<Node>,
    pub(super) body: Node,
}

#[derive(Clone, Debug)]
pub(super) enum Bound {
    Finite(Box<Node>),
    MinusInfinity,
    Infinity,
}

#[derive(Clone, Debug)]
pub(super) struct Binder {
    pub(super) slot: usize,
    pub(super) range: Values,
}

#[derive(Clone, Debug)]
pub(super) enum Values {
    Between(Node, Node),
    /// An upper end at infinity.
    From(Node),
    List(Vec<Node>),
    Signs,
    SignVectors(Length),
    /// The members of a set of indices, whose value is its indicator.
    Members(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Random {
    pub(super) slot: usize,
    pub(super) shape: Shape,
    pub(super) law: Distribution,
}

#[derive(Clone, Debug)]
pub(super) enum Distribution {
    Normal(Node, Node),
    Rademacher(Node),
    Uniform(Node, Node),
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Compare(Box<Node>, Relation, Box<Node>),
    All(Vec<Test>),
}

impl Op {
    /// Whether the body is evaluated many times.
    pub(super) const fn is_costly(&self) -> bool {
        matches!(
            self,
            Self::Fold { .. }
                | Self::Integral { .. }
                | Self::Space { .. }
                | Self::AverageOver { .. }
                | Self::Expectation(..)
                | Self::Limit { .. }
                | Self::Optimum { .. }
        )
    }
}

impl Node {
    /// The operands, whether or not symbols are bound in them.
    pub(super) fn children(&self) -> Vec<&Node> {
        match &self.op {
            Op::Constant(_) | Op::Slot(_) | Op::Identity(_) | Op::Ones(_) => Vec::new(),
            Op::Add(nodes)
            | Op::Mul(nodes)
            | Op::Function(_, nodes)
            | Op::Array(_, nodes)
            | Op::Special(_, nodes)
            | Op::Call { arguments: nodes, .. } => nodes.iter().collect(),
            Op::Neg(a) | Op::DiagonalOf(a) => vec![a],
            Op::Div(a, b) | Op::Pow(a, b) | Op::Column(a, b) | Op::Kronecker(a, b) => vec![a, b],
            Op::Component(a, indices) => std::iter::once(&**a).chain(indices).collect(),
            Op::Fold { binders, condition, body, .. } => {
                let ranges = binders.iter().flat_map(|b| b.range.children());
                let tests = condition.iter().flat_map(|test| test.operands());
                ranges.chain(tests).chain([&**body]).collect()
            }
            Op::Integral { lower, upper, body, .. } => {
                lower.node().into_iter().chain(upper.node()).chain([&**body]).collect()
            }
            Op::Space { body, .. } => vec![body],
            Op::Sift { argument, body, .. } => vec![argument, body],
            Op::AverageOver { product, .. } => vec![product],
            Op::Expectation(variables, body, _) => {
                variables.iter().flat_map(|v| v.law.parameters()).chain([&**body]).collect()
            }
            Op::Derivative { body, .. } | Op::Gradient { body, .. } | Op::Differential { body, .. } => vec![body],
            Op::DerivativeByEntry { body, indices, .. } => indices.iter().chain([&**body]).collect(),
            Op::Limit { target, body, .. } => target.node().into_iter().chain([&**body]).collect(),
            Op::Optimum { condition, body, .. } => {
                condition.iter().flat_map(|test| test.operands()).chain([&**body]).collect()
            }
            Op::Let(bindings, body) => bindings.iter().map(|(_, value)| value).chain([&**body]).collect(),
            Op::Entries(rows) => rows.iter().flatten().collect(),
            Op::Cases(branches, otherwise) => {
                let branches = branches.iter().flat_map(|(value, test)| std::iter::once(value).chain(test.operands()));
                branches.chain(otherwise.as_deref()).collect()
            }
        }
    }
}

impl Bound {
    fn node(&self) -> Option<&Node> {
        match self {
            Self::Finite(node) => Some(node),
            Self::MinusInfinity | Self::Infinity => None,
        }
    }
}

impl Values {
    fn children(&self) -> Vec<&Node> {
        match self {
            Self::Between(lower, upper) => vec![lower, upper],
            Self::From(lower) => vec![lower],
            Self::List(values) => values.iter().collect(),
            Self::Signs | Self::SignVectors(_) | Self::Members(_) => Vec::new(),
        }
    }
}

impl Distribution {
    fn parameters(&self) -> Vec<&Node> {
        match self {
            Self::Normal(a, b) | Self::Uniform(a, b) => vec![a, b],
            Self::Rademacher(a) => vec![a],
        }
    }
}

impl Test {
    /// Both sides of every comparison.
    pub(super) fn operands(&self) -> Vec<&Node> {
        match self {
            Self::Compare(left, _, right) => vec![left, right],
            Self::All(parts) => parts.iter().flat_map(Self::operands).collect(),
        }
    }

    /// The pairs that are compared.
    pub(super) fn comparisons(&self) -> Vec<(&Node, &Node)> {
        match self {
            Self::Compare(left, _, right) => vec![(left, right)],
            Self::All(parts) => parts.iter().flat_map(Self::comparisons).collect(),
        }
    }
}
