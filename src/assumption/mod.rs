//! Admissible points of a claim: exact rationals that respect every declared domain and extra condition.
//!
//! Points are drawn edges first: bounds and special values, ties, then moderate, small, large and generic values. A point
//! that violates a condition is rejected and counted. Every arithmetic sees the same rational point.

mod draw;
mod family;
mod field;
mod relation;
mod style;
mod words;

pub use style::Style;
pub use words::{condition_in_words, domain_in_words, show_number, show_value};

use crate::eval::{Assignment, Meaning, Program, Value};
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::{Condition, Dim, Expr, Kind, Law, Link, Relation, Sort, Symbol, walk};
use crate::numeric::exact::{Element, ExactField};
use crate::numeric::interval::Intervals;
use crate::numeric::{Arithmetic, Function, Rational};
use crate::random::{SeedPath, Stream};
use rand::RngExt;
use relation::{arrays, holds};
use std::collections::BTreeMap;

/// How far from the end of a range an admissible whole number is looked for.
const INWARD: usize = 4;

/// Ends that are looked at.
const MOST_ENDS: usize = 8;

/// Draws of the other symbols beside a whole number at its end.
const DRAWS_PER_END: usize = 12;

/// A point with exact rational values.
pub type Point = Assignment<Rational>;

/// The point as TeX name and value in text, for a witness.
pub fn show(point: &Point) -> Vec<(String, String)> {
    let sizes = point.sizes().map(|(symbol, size)| (symbol.tex().to_owned(), size.to_string()));
    let values = point.values().map(|(symbol, value)| (symbol.tex().to_owned(), show_value(value)));
    let functions = point.functions().map(|(symbol, meaning)| match meaning {
        Meaning::Member(member) => {
            let (arguments, formula) = member.tex();
            (format!("{}{arguments}", symbol.tex()), format!("${formula}$"))
        }
        Meaning::Arbitrary { .. } => (symbol.tex().to_owned(), "any".to_owned()),
    });
    sizes.chain(values).chain(functions).collect()
}

/// Whether the form of an expression says that it is positive everywhere; `is_declared_positive` tells symbols that are by declaration.
fn is_positive(e: &Expr, is_declared_positive: &dyn Fn(&Symbol) -> bool) -> bool {
    let all = |parts: &[Expr]| parts.iter().all(|part| is_positive(part, is_declared_positive));
    match &*e.kind {
        Kind::Number(value) => *value > Rational::ZERO,
        Kind::Constant(_) | Kind::Function(Function::Exp | Function::Cosh, _) => e.sort.is_scalar(),
        Kind::DensityOf(Law::Normal(..), _) => true,
        Kind::Call(f, _) | Kind::Symbol(f) => is_declared_positive(f),
        Kind::Add(parts) | Kind::Mul(parts) | Kind::Function(Function::Sqrt, parts) => all(parts),
        Kind::Div(a, b) => is_positive(a, is_declared_positive) && is_positive(b, is_declared_positive),
        Kind::Pow(base, exponent) => exponent.sort.is_scalar() && is_positive(base, is_declared_positive),
        _ => false,
    }
}

/// How complicated a point is to write down: the simplest witness is shown.
pub fn complexity(point: &Point) -> usize {
    show(point).iter().map(|(_, value)| value.len()).sum()
}

/// What was drawn and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Points that meet every condition.
    pub admissible: usize,
    /// Points that do not, or at which that could not be told, by reason.
    pub rejected: BTreeMap<String, usize>,
}

impl Tally {
    fn reject(&mut self, reason: String) {
        *self.rejected.entry(reason).or_default() += 1;
    }
}

/// Draws admissible points of some symbols.
#[derive(Clone, Debug)]
pub struct Sampler {
    dimensions: Vec<Declaration>,
    variables: Vec<Declaration>,
    sizes: Vec<usize>,
    conditions: Vec<Test>,
}

#[derive(Clone, Debug)]
struct Test {
    left: Program,
    relation: Relation,
    right: Program,
    words: String,
}

impl Sampler {
    /// A sampler for the symbols in `used` and the dimensions of their sorts; `sizes` are tried for symbolic dimensions.
    ///
    /// # Errors
    /// In words: a symbol without a declaration, a random or measured symbol, a condition that cannot be evaluated.
    pub fn new(
        declarations: &[Declaration],
        used: &[Symbol],
        conditions: &[Condition],
        sizes: &[usize],
    ) -> Result<Self, String> {
        let mut symbols = used.to_vec();
        let in_conditions = conditions.iter().flat_map(walk::free_symbols_of_condition);
        symbols.extend(in_conditions);
        let dims: Vec<Symbol> = symbols.iter().flat_map(|s| walk::sort_dims(s.sort())).collect();
        symbols.extend(dims);
        let mut sampler =
            Self { dimensions: Vec::new(), variables: Vec::new(), sizes: sizes.to_vec(), conditions: Vec::new() };
        let declared = |symbol: &Symbol| declarations.iter().find(|d| d.symbol == *symbol);
        let mentions_random = |density: &Expr, own: &Symbol| {
            let others = walk::free_symbols(density).into_iter().filter(|s| s != own);
            others.filter_map(|s| declared(&s)).any(|d| matches!(d.role, Role::Random(_)))
        };
        // The members of a family of densities are positive everywhere.
        let is_declared_positive = |f: &Symbol| {
            declared(f).is_some_and(|d| match &d.domain {
                Domain::Density(_) => true,
                Domain::Interval { lower: Some((lower, included)), .. } => {
                    *lower > Rational::ZERO || (*lower == Rational::ZERO && !included)
                }
                _ => false,
            })
        };
        let is_positive = |density: &Expr| is_positive(density, &is_declared_positive);
        let (mut has_random, mut support) = (false, None::<Expr>);
        let mut seen: Vec<Symbol> = Vec::new();
        let mut waiting = std::collections::VecDeque::from(symbols);
        while let Some(symbol) = waiting.pop_front() {
            if seen.contains(&symbol) {
                continue;
            }
            seen.push(symbol.clone());
            let Some(declaration) = declared(&symbol) else {
                return Err(format!("${}$ is not declared", symbol.tex()));
            };
            match (&declaration.role, symbol.sort()) {
                (Role::Estimand, _) => return Err(format!("${}$ is measured by an experiment", symbol.tex())),
                // What holds almost surely of one variable with a density holds where the density is positive; of several it is
                // their joint law that counts.
                (Role::Random(Law::Density(density)), sort)
                    if !has_random
                        && !matches!(sort, Sort::Function(..))
                        && (is_positive(density) || !mentions_random(density, &symbol)) =>
                {
                    has_random = true;
                    if !is_positive(density) {
                        waiting.extend(walk::free_symbols(density));
                        support = Some(density.clone());
                    }
                    sampler.variables.push(Declaration { role: Role::Variable, ..declaration.clone() });
                }
                (Role::Random(_), _) => return Err(format!("${}$ is random and not averaged over", symbol.tex())),
                (_, Sort::Function(_, value))
                    if !matches!(**value, Sort::Real)
                        && value.shape().is_none()
                        && !matches!((&**value, &declaration.domain), (Sort::Integer, Domain::Signs)) =>
                {
                    return Err(format!("${}$ is an unspecified function whose values are not real", symbol.tex()));
                }
                (Role::Dimension, _) => sampler.dimensions.push(declaration.clone()),
                (Role::Variable, _) => sampler.variables.push(declaration.clone()),
            }
        }
        // Whatever the order of use: the order of declaration decides the draws.
        let position = |d: &Declaration| declarations.iter().position(|e| e.symbol == d.symbol);
        sampler.dimensions.sort_by_key(position);
        sampler.variables.sort_by_key(position);
        let support = support.map(|density| {
            let right = Expr::integer(0, density.span);
            Condition::Holds(Link { left: density, relation: Relation::Greater, right })
        });
        for condition in conditions.iter().chain(&support) {
            sampler.add_condition(condition)?;
        }
        Ok(sampler)
    }

    fn add_condition(&mut self, condition: &Condition) -> Result<(), String> {
        match condition {
            Condition::All(all) => all.iter().try_for_each(|c| self.add_condition(c)),
            Condition::Holds(link) => {
                let words = condition_in_words(condition);
                let compile = |e| Program::compile(e).map_err(|u| format!("the condition {words}: {u}"));
                let (left, right) = (compile(&link.left)?, compile(&link.right)?);
                match link.relation {
                    Relation::Asymptotic
                    | Relation::SameOrder
                    | Relation::Proportional
                    | Relation::TendsTo
                    | Relation::Distributed
                    | Relation::EqualInLaw
                    | Relation::Member
                    | Relation::NotMember
                    | Relation::Assign => Err(format!("the condition {words} says nothing about a single point")),
                    relation => {
                        self.conditions.push(Test { left, relation, right, words });
                        Ok(())
                    }
                }
            }
        }
    }

    /// The symbolic dimensions.
    pub fn dimensions(&self) -> impl Iterator<Item = &Declaration> {
        self.dimensions.iter()
    }

    /// The free variables.
    pub fn variables(&self) -> impl Iterator<Item = &Declaration> {
        self.variables.iter()
    }

    /// Up to `count` admissible points, at most `draws` draws for each, and what was rejected.
    ///
    /// A larger `count` extends the list and changes nothing in it: every point has a stream of its own.
    pub fn points(&self, count: usize, draws: usize, seed: &SeedPath) -> (Vec<Point>, Tally) {
        let mut tally = Tally::default();
        let mut points = Vec::with_capacity(count);
        for number in 0..count {
            let mut stream = seed.block(number as u64).stream();
            for attempt in 0..draws.max(1) {
                // A style whose points are all outside must not cost the point.
                let style = if attempt < draws / 2 { Style::of(number) } else { Style::of(number + attempt) };
                let size_round = number + attempt;
                let Some(point) = self.draw(style, size_round, &mut stream) else {
                    tally.reject("a domain is empty".into());
                    continue;
                };
                match self.violated(&point) {
                    None => {
                        tally.admissible += 1;
                        if !points.contains(&point) {
                            points.push(point);
                        }
                        break;
                    }
                    Some(reason) => tally.reject(reason),
                }
            }
            // An empty domain shows after one exhausted point; the rest would be the same work again.
            if points.is_empty() {
                break;
            }
        }
        (points, tally)
    }

    /// Admissible points with a whole number at an end of its range, or as close to it as the conditions let it: each number
    /// by itself, then all at once. Off-by-one slips show there.
    pub fn ends(&self, draws: usize, seed: &SeedPath) -> Vec<Point> {
        let ends: Vec<(&Symbol, Vec<[Rational; INWARD]>)> =
            self.variables.iter().map(|d| (&d.symbol, draw::ends(d))).filter(|(_, ends)| !ends.is_empty()).collect();
        let one_by_one = ends.iter().flat_map(|(symbol, ends)| ends.iter().map(|end| vec![(*symbol, end)]));
        let at_once = (ends.len() > 1).then(|| ends.iter().map(|(symbol, ends)| (*symbol, &ends[0])).collect());
        let mut points = Vec::new();
        for (number, fixed) in one_by_one.chain(at_once).take(MOST_ENDS).enumerate() {
            let mut stream = seed.block(number as u64).stream();
            let found = (0..INWARD).find_map(|inward| {
                (0..draws.clamp(1, DRAWS_PER_END)).find_map(|attempt| {
                    let mut point = self.draw(Style::of(3 + attempt), number + attempt, &mut stream)?;
                    for (symbol, end) in &fixed {
                        point.set(symbol, Value::Scalar(end[inward].clone()));
                    }
                    self.violated(&point).is_none().then_some(point)
                })
            });
            points.extend(found);
        }
        points
    }

    /// Every way of giving the tried sizes to the symbolic dimensions, few and small first, at most `limit`.
    pub fn size_assignments(&self, limit: usize) -> Vec<Point> {
        let mut out = vec![Point::new()];
        for declaration in &self.dimensions {
            let sizes: Vec<usize> =
                self.sizes.iter().copied().filter(|n| draw::admits(&declaration.domain, *n)).collect();
            let extended = out.iter().flat_map(|point| {
                sizes.iter().map(|n| {
                    let mut point = point.clone();
                    point.set_size(&declaration.symbol, *n);
                    point
                })
            });
            out = extended.collect();
        }
        out.sort_by_key(|p| p.sizes().map(|(_, n)| n).sum::<usize>());
        if out.len() > limit && limit > 0 {
            // Evenly spread, so that large and unequal sizes stay among them.
            out = (0..limit).map(|k| out[k * (out.len() - 1) / (limit - 1).max(1)].clone()).collect();
        }
        out
    }

    /// The same without those that a condition on sizes alone rules out.
    pub fn admitted_sizes(&self, limit: usize) -> Vec<Point> {
        let a = Intervals::new();
        let mut all = self.size_assignments(limit);
        all.retain(|sizes| {
            let at = sizes.map(|x| a.rational(x));
            self.conditions.iter().all(|test| {
                // What needs other symbols has no value here and rules nothing out.
                let (Ok(left), Ok(right)) = (test.left.evaluate(&a, &at), test.right.evaluate(&a, &at)) else {
                    return true;
                };
                let (Some(left), Some(right)) = (left.as_scalar(), right.as_scalar()) else { return true };
                holds(&a, left, test.relation, right) != Some(false)
            })
        });
        all
    }

    /// Values for every variable at given sizes; conditions are not looked at.
    pub fn fill(&self, sizes: &Point, style: Style, stream: &mut Stream) -> Option<Point> {
        let mut point = sizes.clone();
        let tie = match style {
            Style::Tie => Some(draw::scalar_value(Style::Moderate, stream)),
            Style::Special(rank) => Some(draw::special(rank)),
            _ => None,
        };
        for declaration in &self.variables {
            if matches!(declaration.symbol.sort(), Sort::Function(..)) {
                let member = family::member(declaration, &point, style, stream)?;
                point.set_function(&declaration.symbol, member);
                continue;
            }
            let value = draw::value(declaration, &point, style, tie.as_ref(), stream)?;
            point.set(&declaration.symbol, value);
        }
        Some(point)
    }

    /// Field elements for every variable at given sizes: indeterminates as far as the domains allow. Whole numbers are
    /// indeterminates too unless `concrete`. Conditions are not looked at.
    pub fn fill_field(
        &self,
        sizes: &Point,
        field: &ExactField,
        concrete: bool,
        stream: &mut Stream,
    ) -> Option<Assignment<Element>> {
        let mut at = sizes.map(|x| field.rational(x));
        for declaration in &self.variables {
            if matches!(declaration.symbol.sort(), Sort::Function(..)) {
                let positive = matches!(declaration.domain, Domain::Density(_) | Domain::Mass(_));
                at.set_function(&declaration.symbol, Meaning::Arbitrary { positive });
                continue;
            }
            at.set(&declaration.symbol, field::value(declaration, sizes, field, concrete, stream)?);
        }
        Some(at)
    }

    fn draw(&self, style: Style, round: usize, stream: &mut Stream) -> Option<Point> {
        let mut point = Point::new();
        for (k, declaration) in self.dimensions.iter().enumerate() {
            let sizes: Vec<usize> =
                self.sizes.iter().copied().filter(|n| draw::admits(&declaration.domain, *n)).collect();
            if sizes.is_empty() {
                return None;
            }
            // The first dimension walks through the sizes; others are drawn, so that unequal ones occur.
            let pick = if k == 0 { round % sizes.len() } else { stream.random_range(0..sizes.len()) };
            point.set_size(&declaration.symbol, sizes[pick]);
        }
        self.fill(&point, style, stream)
    }

    /// Whether the scalars of a point lie in their ranges and every condition holds.
    pub fn contains(&self, point: &Point) -> bool {
        let in_range = self.variables.iter().all(|d| match point.get(&d.symbol) {
            Some(Value::Scalar(x)) => draw::contains(&d.domain, x),
            _ => true,
        });
        in_range && self.violated(point).is_none()
    }

    /// Why a point does not meet every condition, if it does not.
    pub fn violated(&self, point: &Point) -> Option<String> {
        if self.conditions.is_empty() {
            return None;
        }
        let a = Intervals::new();
        let at = point.map(|x| a.rational(x));
        self.conditions.iter().find_map(|test| {
            let sides = (test.left.evaluate(&a, &at), test.right.evaluate(&a, &at));
            let (Ok(left), Ok(right)) = sides else { return Some(format!("{} is undefined", test.words)) };
            let (Some(left), Some(right)) = (left.as_scalar(), right.as_scalar()) else {
                return match arrays(&a, &left, test.relation, &right) {
                    Some(true) => None,
                    Some(false) => Some(format!("{} does not hold", test.words)),
                    None => Some(format!("{} compares arrays", test.words)),
                };
            };
            match holds(&a, left, test.relation, right) {
                Some(true) => None,
                Some(false) => Some(format!("{} does not hold", test.words)),
                None => Some(format!("{} is not decided in double precision", test.words)),
            }
        })
    }
}

/// Field elements for one symbol at given sizes, see [`Sampler::fill_field`].
pub fn draw_field(
    declaration: &Declaration,
    sizes: &Point,
    field: &ExactField,
    stream: &mut Stream,
) -> Option<Value<Element>> {
    field::value(declaration, sizes, field, false, stream)
}

/// A value in a symbol's domain at a point whose sizes are set; `None` if there is none.
pub fn draw_value(
    declaration: &Declaration,
    point: &Point,
    style: Style,
    stream: &mut Stream,
) -> Option<Value<Rational>> {
    draw::value(declaration, point, style, None, stream)
}

/// The length of an axis at a point.
pub fn length(dim: &Dim, point: &Point) -> Option<usize> {
    match dim {
        Dim::Literal(n) => Some(*n),
        Dim::Named(symbol) => point.size(symbol).or_else(|| match point.get(symbol)? {
            Value::Scalar(n) if n.is_int() => usize::try_from(n.numerator().clone()).ok(),
            _ => None,
        }),
    }
}

#[cfg(test)]
mod tests;
