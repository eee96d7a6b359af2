//! Nodes to typed expressions, decided by the declared symbols.

mod applied;
mod array;
mod atom;
mod average;
mod binder;
mod bracket;
mod conditional;
mod density;
mod derivative;
mod entropy;
mod function;
mod indicator;
mod integral;
mod law;
mod nabla;
mod notion;
mod optimum;
mod quantifier;
mod region;
mod relation;
mod script;
mod slope;
mod spectrum;
mod statement;
mod symbol;
mod term;

use super::tree::{Node, NodeKind, parse};
use super::{Scope, Trouble};
use crate::diagnostic::codes;
use crate::expr::declaration::Declaration;
use crate::expr::walk::{free_symbols_of_statement, substitute};
use crate::expr::{Dim, Expr, Kind, Sort, Statement, Symbol, print};
use crate::source::Span;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// A formula that was read.
#[derive(Clone, Debug)]
pub struct Elaborated {
    /// The reading by the usual conventions.
    pub statement: Statement,
    /// The other direction of an equivalence: what stands before `\iff` follows from what stands behind it.
    pub converse: Option<Statement>,
    /// The other readings that the declarations leave open, each with a place that decides.
    pub alternatives: Vec<(Statement, Span)>,
    /// The value of what a mean is conditioned on, where none is written: what is said holds for all of them.
    pub values: Vec<Declaration>,
}

/// Which of several readings is tried.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    /// Read `a / b c` as `(a / b) c`; the convention is `a / (b c)`.
    loose_slash: bool,
    /// Read `\nabla (F p)` of a vector as its divergence; the convention is its Jacobian.
    loose_nabla: bool,
    /// Read `f(x)^2` as f(x²); the convention is f(x)².
    inner_power: bool,
    /// Read `\partial_x u \partial_y v` as a product of two derivatives.
    narrow_derivative: bool,
    /// Read a path before a parenthesis the other way: as a product, or at a time.
    other_path: bool,
    /// `\sum_{i \ne j}` is over both.
    both_run: bool,
    /// Read what a function without parentheses is applied to the other way: `\log 2 \cosh x`, `\cos x / 2`.
    other_operand: bool,
    /// Read exponentials of a square matrix entry by entry.
    by_entries: bool,
}

/// Kinds of open places of which all combinations are tried.
const MOST_OPEN: usize = 3;

impl Options {
    /// Both choices.
    const fn and(self, other: Self) -> Self {
        Self {
            loose_slash: self.loose_slash || other.loose_slash,
            loose_nabla: self.loose_nabla || other.loose_nabla,
            inner_power: self.inner_power || other.inner_power,
            narrow_derivative: self.narrow_derivative || other.narrow_derivative,
            other_path: self.other_path || other.other_path,
            both_run: self.both_run || other.both_run,
            other_operand: self.other_operand || other.other_operand,
            by_entries: self.by_entries || other.by_entries,
        }
    }
}

/// Reads a formula that asserts something.
///
/// # Errors
/// The first thing that cannot be read, at its place in `text`.
pub fn statement(text: &str, scope: &Scope) -> Result<Elaborated, Trouble> {
    statement_after(text, scope, None)
}

/// [`statement`], where a formula that begins with a relation goes on from `left`.
///
/// # Errors
/// The first thing that cannot be read, at its place in `text`.
pub fn statement_after(text: &str, scope: &Scope, left: Option<&Expr>) -> Result<Elaborated, Trouble> {
    let nodes = parse(text)?;
    let read = |options: Options| {
        let elaborator = Elaborator { left: left.cloned(), ..Elaborator::new(scope, options) };
        let result = elaborator.statement(&nodes, Span::new(0, text.len()));
        (result, elaborator)
    };
    let (first, met) = read(Options::default());
    let mut converse = met.converse.take();
    // Where places were met that can be read in two ways, all readings that fit the sorts are kept.
    let kinds = [
        (met.nabla.get(), Options { loose_nabla: true, ..Options::default() }),
        (met.derivative_place.get(), Options { narrow_derivative: true, ..Options::default() }),
        (met.slash.get(), Options { loose_slash: true, ..Options::default() }),
        (met.path_place.get(), Options { other_path: true, ..Options::default() }),
        (met.power_place.get(), Options { inner_power: true, ..Options::default() }),
        (met.unequal_place.get(), Options { both_run: true, ..Options::default() }),
        (met.operand_place.get(), Options { other_operand: true, ..Options::default() }),
        (met.matrix_place.get(), Options { by_entries: true, ..Options::default() }),
    ];
    let open: Vec<(Span, Options)> =
        kinds.into_iter().filter_map(|(place, o)| Some((place?, o))).take(MOST_OPEN).collect();
    let mut choices: Vec<u32> = (1..1 << open.len()).collect();
    choices.sort_by_key(|chosen| chosen.count_ones());
    let mut values = met.values.take();
    let mut seen: Vec<String> = first.iter().map(print::statement).collect();
    let readings = choices.into_iter().filter_map(|chosen| {
        let taken = open.iter().enumerate().filter(|(kind, _)| chosen & (1 << kind) != 0).map(|(_, one)| one);
        let (place, options) = taken.copied().reduce(|(place, all), (_, one)| (place, all.and(one)))?;
        let (statement, other) = read(options);
        let statement = statement.ok()?;
        // An index that stands elsewhere, too, is one that the sum does not run over.
        if options.both_run {
            let free = free_symbols_of_statement(&statement);
            if met.unequal.borrow().iter().any(|index| free.contains(index)) {
                return None;
            }
        }
        let printed = print::statement(&statement);
        if seen.contains(&printed) {
            return None;
        }
        seen.push(printed);
        Some((statement, place, other.converse.take(), other.values.take()))
    });
    let mut readings = readings.collect::<Vec<_>>().into_iter();
    let statement = match first {
        Ok(statement) => statement,
        Err(trouble) if trouble.code == &codes::SORT_MISMATCH => {
            let Some((statement, _, other, own)) = readings.next() else { return Err(trouble) };
            (converse, values) = (other, own);
            statement
        }
        Err(trouble) => return Err(trouble),
    };
    // What is conditioned on has one value in a formula: it is read in one way.
    let one_way = !values.is_empty();
    let alternatives: Vec<_> = readings.filter(|_| !one_way).map(|(other, place, ..)| (other, place)).collect();
    if let (Some(_), Some((_, place))) = (&converse, alternatives.first()) {
        return Err(Trouble::new(&codes::AMBIGUOUS, *place, "this part of an equivalence can be read in two ways")
            .hint("write brackets that tell which is meant"));
    }
    Ok(Elaborated { statement, converse, alternatives, values })
}

/// Reads an expression; `parameters` are bound in it.
///
/// # Errors
/// The first thing that cannot be read, at its place in `text`.
pub fn expression(text: &str, scope: &Scope, parameters: &[(String, Symbol)]) -> Result<Expr, Trouble> {
    read_expression(text, scope, parameters, None)
}

/// Reads an expression of a known sort. A number stands for itself times the vector of ones or the identity matrix.
///
/// # Errors
/// The first thing that cannot be read, or another sort, at its place in `text`.
pub fn expression_of(text: &str, scope: &Scope, parameters: &[(String, Symbol)], sort: &Sort) -> Result<Expr, Trouble> {
    read_expression(text, scope, parameters, Some(sort))
}

fn read_expression(
    text: &str,
    scope: &Scope,
    parameters: &[(String, Symbol)],
    sort: Option<&Sort>,
) -> Result<Expr, Trouble> {
    let nodes = parse(text)?;
    let whole = Span::new(0, text.len());
    let elaborator = Elaborator::new(scope, Options::default());
    elaborator.bound.borrow_mut().extend(parameters.iter().cloned());
    let mut expr = elaborator.whole(&nodes, whole)?;
    for (name, parameter) in parameters {
        // It also stands for the letter of this name in what other abbreviations bring in.
        if let Some(declared) = elaborator.declared_symbol(name)
            && let Some(replaced) = substitute(&expr, &declared, &Expr::symbol(parameter, whole))
        {
            expr = replaced;
        }
    }
    if let Some(sort) = sort {
        if expr.sort.is_scalar() {
            let unit = match sort {
                Sort::Vector(n) => Some(Kind::Ones(n.clone())),
                Sort::Matrix(n, m) if n == m => Some(Kind::Identity(n.clone())),
                _ => None,
            };
            if let Some(unit) = unit {
                let unit = Expr::new(unit, sort.clone(), whole);
                expr = Expr::new(Kind::Mul(vec![expr, unit]), sort.clone(), whole);
            }
        }
        if !array::same_shape(&elaborator, &expr.sort, sort) {
            return Err(mismatch(whole, "what is asked for and what is given,", sort, &expr.sort));
        }
    }
    elaborator.settle(&expr)
}

pub(super) use applied::declared_argument;
pub(super) use relation::{begins_with_relation, equation};

/// The first side of a formula all of whose relations are equalities.
///
/// # Errors
/// The first thing that cannot be read, at its place in `text`.
pub fn first_side(text: &str, scope: &Scope) -> Result<Option<Expr>, Trouble> {
    let nodes = parse(text)?;
    let Some(side) = relation::equal_side(&nodes).filter(|side| !side.is_empty()) else { return Ok(None) };
    let elaborator = Elaborator::new(scope, Options::default());
    let expr = elaborator.whole(side, Span::new(0, text.len()))?;
    elaborator.settle(&expr).map(Some)
}

type Read<T> = Result<T, Trouble>;

/// The deepest nesting of an expression: notes are untrusted, and the passes that follow are recursive.
const DEPTH_LIMIT: usize = 150;
/// The most operations of one expression, abbreviations written out.
const SIZE_LIMIT: usize = 20_000;

fn too_deep(span: Span) -> Trouble {
    Trouble::new(&codes::TOO_LARGE, span, format!("the formula is nested more than {DEPTH_LIMIT} deep"))
        .hint("give parts of it names under [define]")
}

/// The state of reading one formula.
struct Elaborator<'s> {
    scope: &'s Scope,
    /// Names bound by sums, integrals and parameters, innermost last.
    bound: RefCell<Vec<(String, Symbol)>>,
    /// Lengths that are still open (of `\mathbb{I}`), by the id of their placeholder.
    lengths: RefCell<BTreeMap<u32, Dim>>,
    /// The sign that `\pm` stands for.
    sign: Cell<Option<bool>>,
    options: Options,
    /// The first slash where two readings differ.
    slash: Cell<Option<Span>>,
    /// The first gradient of a vector that is written without a dot.
    nabla: Cell<Option<Span>>,
    /// The first place where the operand of a derivative may end or go on.
    derivative_place: Cell<Option<Span>>,
    /// The first power behind the parenthesis of a function.
    power_place: Cell<Option<Span>>,
    /// The first place where the operand of a function without parentheses may end or go on.
    operand_place: Cell<Option<Span>>,
    /// The operand before the parenthesis there.
    operand_before: RefCell<Option<String>>,
    /// The first exponential of a square matrix.
    matrix_place: Cell<Option<Span>>,
    /// What the last sum was over: a sum without index is over the same.
    last_indices: RefCell<Option<Scripts>>,
    /// The first parenthesis behind a path that could be its time or a factor.
    path_place: Cell<Option<Span>>,
    /// The first `i \ne j` below a sum that might be over both, and the second of these indices wherever that is so.
    unequal_place: Cell<Option<Span>>,
    unequal: RefCell<Vec<Symbol>>,
    /// The value of what a mean is conditioned on, with that quantity.
    values: RefCell<Vec<Declaration>>,
    given: RefCell<Option<Expr>>,
    /// A mean that is read now is all of one side of a relation.
    is_side: Cell<bool>,
    /// The other direction, if the statement is an equivalence.
    converse: RefCell<Option<Statement>>,
    /// What was read already, by place and by what is bound there.
    read: RefCell<BTreeMap<Place, Read<Expr>>>,
    /// The left side that a formula which begins with a relation goes on from.
    left: Option<Expr>,
    /// Inside O(·), where a power of a vector is one of its length.
    in_order: Cell<bool>,
    /// The differentials dx of a stochastic or ordinary differential equation are quantities here.
    increments: Cell<bool>,
    /// How many factors are being read, each inside the one before.
    depth: Cell<usize>,
}

/// First and last byte of some nodes and their number, the innermost bound symbol, the sign of ±, whether inside O(·).
type Place = (usize, usize, usize, Option<u32>, Option<bool>, bool);

/// What is written below a sign, and above it.
type Scripts = (Vec<Node>, Option<Vec<Node>>);

/// A position in a list of nodes.
struct Cursor<'n> {
    nodes: &'n [Node],
    at: usize,
    /// The place after the last node.
    end: Span,
}

impl<'n> Cursor<'n> {
    fn new(nodes: &'n [Node], fallback: Span) -> Self {
        let end = nodes.last().map_or(fallback, |n| Span::new(n.span.end, n.span.end));
        Self { nodes, at: 0, end }
    }

    fn peek(&self) -> Option<&'n Node> {
        self.nodes.get(self.at)
    }

    fn next(&mut self) -> Option<&'n Node> {
        let node = self.nodes.get(self.at)?;
        self.at += 1;
        Some(node)
    }

    fn span(&self) -> Span {
        self.peek().map_or(self.end, |n| n.span)
    }

    fn is_mark(&self, mark: char) -> bool {
        self.peek().is_some_and(|n| is_mark(n, mark))
    }
}

fn is_mark(node: &Node, mark: char) -> bool {
    matches!(node.kind, NodeKind::Mark(c) if c == mark)
}

/// The span of a list of nodes.
fn span_of(nodes: &[Node], fallback: Span) -> Span {
    match (nodes.first(), nodes.last()) {
        (Some(first), Some(last)) => first.span.join(last.span),
        _ => fallback,
    }
}

impl<'s> Elaborator<'s> {
    fn new(scope: &'s Scope, options: Options) -> Self {
        Self {
            scope,
            bound: RefCell::default(),
            lengths: RefCell::default(),
            sign: Cell::new(None),
            options,
            slash: Cell::new(None),
            nabla: Cell::new(None),
            derivative_place: Cell::new(None),
            power_place: Cell::new(None),
            path_place: Cell::new(None),
            operand_place: Cell::new(None),
            operand_before: RefCell::default(),
            matrix_place: Cell::new(None),
            last_indices: RefCell::default(),
            unequal_place: Cell::new(None),
            unequal: RefCell::new(Vec::new()),
            values: RefCell::default(),
            given: RefCell::default(),
            is_side: Cell::new(false),
            converse: RefCell::default(),
            read: RefCell::default(),
            left: None,
            in_order: Cell::new(false),
            increments: Cell::new(false),
            depth: Cell::new(0),
        }
    }

    /// All of `nodes` as one expression.
    fn whole(&self, nodes: &[Node], fallback: Span) -> Read<Expr> {
        let mut cursor = Cursor::new(nodes, fallback);
        if nodes.is_empty() {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, fallback, "an expression is missing here"));
        }
        let expr = self.sum(&mut cursor)?;
        match cursor.peek() {
            None => Ok(expr),
            Some(node) => Err(unexpected(node)),
        }
    }

    /// [`Self::whole`], read once for all notations that are tried: without this the time would double with each nesting.
    fn whole_once(&self, nodes: &[Node], fallback: Span) -> Read<Expr> {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return self.whole(nodes, fallback) };
        let bound = self.bound.borrow().last().map(|(_, symbol)| symbol.id());
        let key = (first.span.start, last.span.end, nodes.len(), bound, self.sign.get(), self.in_order.get());
        if let Some(known) = self.read.borrow().get(&key) {
            return known.clone();
        }
        let result = self.whole(nodes, fallback);
        self.read.borrow_mut().insert(key, result.clone());
        result
    }

    /// Binds a name while `read` runs.
    fn with_bound<T>(&self, names: &[(String, Symbol)], read: impl FnOnce() -> Read<T>) -> Read<T> {
        let depth = self.bound.borrow().len();
        self.bound.borrow_mut().extend(names.iter().cloned());
        let result = read();
        self.bound.borrow_mut().truncate(depth);
        result
    }

    /// Binds fresh symbols while `read` runs; a declared symbol of the same name that came in through an abbreviation is
    /// replaced by the fresh one in what was read.
    fn binding(&self, names: &[(String, Symbol)], read: impl FnOnce() -> Read<Expr>) -> Read<Expr> {
        let mut body = self.with_bound(names, read)?;
        for (name, fresh) in names {
            if let Some(declared) = self.declared_symbol(name)
                && let Some(replaced) = substitute(&body, &declared, &Expr::symbol(fresh, body.span))
            {
                body = replaced;
            }
        }
        Ok(body)
    }

    /// The symbol that a name is declared as, plain or as a function.
    fn declared_symbol(&self, name: &str) -> Option<Symbol> {
        self.scope.declared(name).map(|d| d.symbol.clone())
    }

    /// The same expression with all open lengths filled in.
    fn settle(&self, expr: &Expr) -> Read<Expr> {
        array::settle(self, expr)
    }
}

fn unexpected(node: &Node) -> Trouble {
    let what = super::name::canonical_node(node);
    Trouble::new(&codes::UNEXPECTED_TOKEN, node.span, format!("`{}` cannot stand here", what.trim()))
        .hint("write the formula so that an operator joins its parts, or tell us if this is standard notation")
}

fn mismatch(span: Span, what: &str, left: &Sort, right: &Sort) -> Trouble {
    Trouble::new(&codes::SORT_MISMATCH, span, format!("{what} {left} and {right} do not fit"))
        .hint("check the sorts and dimensions under [symbols]")
}
