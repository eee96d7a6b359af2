//! From [`Expr`] to a tree whose symbols are slot numbers.

use super::{Program, Unevaluable};
use crate::expr::{ArrayFunction, Condition, Dim, Expr, Fold, Kind, Law, Range, Relation, Sort, Symbol};
use crate::numeric::{Constant, Function, Rational};
use std::collections::BTreeMap;

/// Deeper expressions are refused, so that evaluation cannot exhaust the stack.
const MAX_DEPTH: usize = 200;

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

/// An operation, and whether its sort is a single number (then a 1 × 1 result is one).
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    pub(super) scalar: bool,
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
        shape: Option<(Length, Length)>,
    },
    Integral {
        slot: usize,
        lower: Bound,
        upper: Bound,
        body: Box<Node>,
    },
    Expectation(Vec<Random>, Box<Node>),
    Derivative {
        body: Box<Node>,
        slot: usize,
        order: u32,
    },
    Gradient {
        body: Box<Node>,
        slot: usize,
    },
    Cases(Vec<(Node, Test)>, Option<Box<Node>>),
    /// A declared function applied, and the shape of its value.
    Call {
        slot: usize,
        arguments: Vec<Node>,
        shape: Option<(Length, Length)>,
    },
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
    From,
    Signs,
    SignVectors(Length),
}

#[derive(Clone, Debug)]
pub(super) struct Random {
    pub(super) slot: usize,
    /// Rows and columns; `None` for a number.
    pub(super) shape: Option<(Length, Length)>,
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
    Compare(Node, Relation, Node),
    All(Vec<Test>),
}

struct Compiler {
    slots: Vec<Symbol>,
    by_id: BTreeMap<u32, usize>,
    constants: Vec<Literal>,
    depth: usize,
}

fn refuse<T>(what: impl Into<String>, expr: &Expr) -> Result<T, Unevaluable> {
    Err(Unevaluable { what: what.into(), span: expr.span })
}

/// What has no evaluator, in words.
const fn unevaluated(kind: &Kind) -> &'static str {
    match kind {
        Kind::ImaginaryUnit => "a complex number",
        Kind::Tuple(_) => "a list of values",
        Kind::Entries(_) => "a matrix written by its entries",
        Kind::Special(..) => "this special function",
        Kind::Kronecker(..) => "Kronecker's δ",
        Kind::Dirac(_) => "Dirac's δ",
        Kind::Order(..) => "a term of which only the order is known",
        Kind::IntegralOver(..) => "an integral over a set known by name only",
        Kind::AverageOver(..) => "an average over a density",
        Kind::ConditionalMean(..) => "a conditional expectation",
        Kind::Probability(..) => "a probability",
        Kind::Variance(..) | Kind::Covariance(..) => "a variance",
        Kind::RelativeEntropy(..) => "a relative entropy",
        Kind::Entropy(..) => "an entropy",
        Kind::DensityOf(..) => "the density of a law",
        Kind::LawOf(_) => "a law as a value",
        Kind::Limit(..) => "a limit",
        Kind::Optimum(..) => "an optimum over a continuous symbol",
        Kind::Differential(..) | Kind::DerivativeBy(..) => "this derivative",
        Kind::At(..) => "a derivative at an expression",
        Kind::Increment(_) => "a differential",
        Kind::Mapping(..) | Kind::Apply(..) => "a function as a value",
        Kind::Convolution(..) => "a convolution",
        _ => "this expression",
    }
}

pub(super) fn compile(expr: &Expr) -> Result<Program, Unevaluable> {
    let mut compiler = Compiler { slots: vec![], by_id: BTreeMap::new(), constants: vec![], depth: 0 };
    let root = compiler.node(expr)?;
    Ok(Program { root, constants: compiler.constants, slots: compiler.slots })
}

impl Compiler {
    fn slot(&mut self, symbol: &Symbol) -> usize {
        let next = self.slots.len();
        let slot = *self.by_id.entry(symbol.id()).or_insert(next);
        if slot == next {
            self.slots.push(symbol.clone());
        }
        slot
    }

    fn length(&mut self, dim: &Dim) -> Length {
        match dim {
            Dim::Literal(n) => Length::Literal(*n),
            Dim::Named(symbol) => Length::Slot(self.slot(symbol)),
        }
    }

    fn shape(&mut self, sort: &Sort) -> Option<(Length, Length)> {
        sort.shape().map(|(rows, columns)| (self.length(&rows), self.length(&columns)))
    }

    fn literal(&mut self, literal: Literal) -> Op {
        let index = self.constants.iter().position(|known| *known == literal).unwrap_or_else(|| {
            self.constants.push(literal);
            self.constants.len() - 1
        });
        Op::Constant(index)
    }

    fn boxed(&mut self, expr: &Expr) -> Result<Box<Node>, Unevaluable> {
        self.node(expr).map(Box::new)
    }

    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Node>, Unevaluable> {
        exprs.iter().map(|e| self.node(e)).collect()
    }

    fn node(&mut self, expr: &Expr) -> Result<Node, Unevaluable> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return refuse("an expression nested this deeply", expr);
        }
        let op = self.op(expr)?;
        self.depth -= 1;
        Ok(Node { op, scalar: expr.sort.is_scalar() })
    }

    fn op(&mut self, expr: &Expr) -> Result<Op, Unevaluable> {
        Ok(match &*expr.kind {
            Kind::Number(value) => self.literal(Literal::Number(value.clone())),
            Kind::Constant(constant) => self.literal(Literal::Named(*constant)),
            Kind::Infinity => return refuse("infinity outside a bound", expr),
            Kind::Symbol(symbol) => {
                if matches!(symbol.sort(), Sort::Function(..) | Sort::Boolean) {
                    return refuse(format!("{} as a value", symbol.tex()), expr);
                }
                Op::Slot(self.slot(symbol))
            }
            Kind::Add(terms) => Op::Add(self.all(terms)?),
            Kind::Neg(term) => Op::Neg(self.boxed(term)?),
            Kind::Mul(factors) => Op::Mul(self.all(factors)?),
            Kind::Div(p, q) => Op::Div(self.boxed(p)?, self.boxed(q)?),
            Kind::Pow(base, exponent) => Op::Pow(self.boxed(base)?, self.boxed(exponent)?),
            Kind::Function(function, arguments) => {
                if arguments.len() != function.arity() {
                    return refuse(format!("{} of {} arguments", function.name(), arguments.len()), expr);
                }
                Op::Function(*function, self.all(arguments)?)
            }
            Kind::Array(function, arguments) => {
                let binary = matches!(function, ArrayFunction::Dot | ArrayFunction::Hadamard | ArrayFunction::Outer);
                if arguments.len() != if binary { 2 } else { 1 } {
                    return refuse(format!("an array function of {} arguments", arguments.len()), expr);
                }
                match (function, &arguments[0].sort) {
                    (ArrayFunction::Diagonal, Sort::Matrix(..)) => Op::DiagonalOf(self.boxed(&arguments[0])?),
                    _ => Op::Array(*function, self.all(arguments)?),
                }
            }
            Kind::Identity(dim) => Op::Identity(self.length(dim)),
            Kind::Ones(dim) => Op::Ones(self.length(dim)),
            Kind::Component(array, indices) => {
                if indices.is_empty() || indices.len() > 2 {
                    return refuse(format!("a component with {} indices", indices.len()), expr);
                }
                if let (Sort::Matrix(..), [index]) = (&array.sort, indices.as_slice()) {
                    return Ok(Op::Column(self.boxed(array)?, self.boxed(index)?));
                }
                Op::Component(self.boxed(array)?, self.all(indices)?)
            }
            Kind::Fold(fold, binders, condition, body) => {
                let binders = binders.iter().map(|b| self.binder(b, expr)).collect::<Result<_, _>>()?;
                let condition = condition.as_ref().map(|c| self.test(c, expr)).transpose()?.map(Box::new);
                let shape = self.shape(&expr.sort);
                Op::Fold { fold: *fold, binders, condition, body: self.boxed(body)?, shape }
            }
            Kind::Integral(symbol, lower, upper, body) => {
                if !symbol.sort().is_scalar() {
                    return refuse("an integral over an array", expr);
                }
                let (lower, upper) = (self.bound(lower)?, self.bound(upper)?);
                Op::Integral { slot: self.slot(symbol), lower, upper, body: self.boxed(body)? }
            }
            Kind::Expectation(variables, body) => {
                let mut random = vec![];
                for variable in variables {
                    let law = match &variable.law {
                        Law::Normal(mean, variance) => Distribution::Normal(self.node(mean)?, self.node(variance)?),
                        Law::Rademacher(mean) => Distribution::Rademacher(self.node(mean)?),
                        Law::Uniform(lower, upper) => Distribution::Uniform(self.node(lower)?, self.node(upper)?),
                        Law::Density(_) => return refuse("a random variable with a declared density", expr),
                    };
                    let shape = self.shape(variable.symbol.sort());
                    random.push(Random { slot: self.slot(&variable.symbol), shape, law });
                }
                Op::Expectation(random, self.boxed(body)?)
            }
            Kind::Derivative(body, symbol, order) => {
                if !symbol.sort().is_scalar() {
                    return refuse("a derivative by an array", expr);
                }
                Op::Derivative { slot: self.slot(symbol), order: *order, body: self.boxed(body)? }
            }
            Kind::Gradient(body, symbol) => Op::Gradient { slot: self.slot(symbol), body: self.boxed(body)? },
            Kind::Cases(branches, otherwise) => {
                let branches = branches
                    .iter()
                    .map(|(value, condition)| Ok((self.node(value)?, self.test(condition, expr)?)))
                    .collect::<Result<_, _>>()?;
                Op::Cases(branches, otherwise.as_ref().map(|e| self.boxed(e)).transpose()?)
            }
            Kind::Call(symbol, arguments) => {
                let shape = self.shape(&expr.sort);
                Op::Call { slot: self.slot(symbol), arguments: self.all(arguments)?, shape }
            }
            other => return refuse(unevaluated(other), expr),
        })
    }

    fn bound(&mut self, expr: &Expr) -> Result<Bound, Unevaluable> {
        Ok(match &*expr.kind {
            Kind::Infinity => Bound::Infinity,
            Kind::Neg(inner) if matches!(&*inner.kind, Kind::Infinity) => Bound::MinusInfinity,
            _ => Bound::Finite(self.boxed(expr)?),
        })
    }

    fn binder(&mut self, binder: &crate::expr::Binder, within: &Expr) -> Result<Binder, Unevaluable> {
        let range = match &binder.range {
            Range::Between(lower, upper) => match (self.bound(lower)?, self.bound(upper)?) {
                (Bound::Finite(lower), Bound::Finite(upper)) => Values::Between(*lower, *upper),
                (Bound::Finite(_), Bound::Infinity) => Values::From,
                _ => return refuse("a range without a beginning", lower),
            },
            Range::Signs => Values::Signs,
            Range::SignVectors(dim) => Values::SignVectors(self.length(dim)),
            Range::Values(_) => return refuse("a list of values that an index takes", within),
            Range::Members(_) => return refuse("a set known by name only", within),
        };
        Ok(Binder { slot: self.slot(&binder.symbol), range })
    }

    fn test(&mut self, condition: &Condition, within: &Expr) -> Result<Test, Unevaluable> {
        Ok(match condition {
            Condition::Holds(link) => {
                if !link.relation.is_order() && !matches!(link.relation, Relation::Equal | Relation::NotEqual) {
                    return refuse(format!("the condition {}", link.relation.tex()), within);
                }
                Test::Compare(self.node(&link.left)?, link.relation, self.node(&link.right)?)
            }
            Condition::All(parts) => {
                Test::All(parts.iter().map(|part| self.test(part, within)).collect::<Result<_, _>>()?)
            }
        })
    }
}
