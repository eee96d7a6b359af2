//! Families of functions that declared functions are tested on. Coefficients are rational, so every arithmetic sees the same
//! member; derivatives of any order are exact, since a member is a formula.
//!
//! A density lives on the arguments that it is normalised over, a decaying or confining function on its first argument: their
//! place x. Further arguments (time, a condition, parameters) enter smoothly and in no particular way: coefficients c become
//! c + a sin(b·u + φ) with the other arguments in u.

mod term;

use super::draw::ratio;
use super::{Point, Style, length};
use crate::eval::{Component, Meaning, Member};
use crate::expr::declaration::{Declaration, Domain, States};
use crate::expr::{Expr, Kind, Sort, Symbol};
use crate::numeric::{Constant, Function, Rational};
use crate::random::Stream;
use crate::source::Span;
use rand::RngExt;
use std::sync::Arc;
use term::{difference, negative, number, of, product, quotient, real, square, sum};

/// Larger arrays as arguments or values make members too long to write down.
const MOST_ENTRIES: usize = 64;

/// A member of the family of a declared function at a point whose sizes are set; `None` if there is none.
pub(super) fn member(declaration: &Declaration, point: &Point, style: Style, stream: &mut Stream) -> Option<Meaning> {
    let Sort::Function(arguments, result) = declaration.symbol.sort() else { return None };
    let mut draw = Family { style, stream, parameters: Vec::new(), places: Vec::new(), others: Vec::new() };
    let mut states = Vec::new();
    for (k, sort) in arguments.iter().enumerate() {
        let before = draw.places.len();
        let is_place = match &declaration.domain {
            Domain::Density(places) => places.contains(&k),
            Domain::Mass(places) => places.iter().any(|(place, _)| *place == k),
            Domain::Decaying | Domain::Confining => k == 0,
            // All arguments are alike.
            _ => true,
        };
        draw.add_parameter(k, arguments.len(), sort, is_place, point)?;
        if let Domain::Mass(places) = &declaration.domain
            && let Some((_, of)) = places.iter().find(|(place, _)| *place == k)
        {
            let size = match sort {
                Sort::Index(dim) => length(dim, point)?,
                _ => 0,
            };
            states.resize(draw.places.len().max(before), states_of(of, size)?);
        }
    }
    let (count, shape) = match (&**result, result.shape()) {
        (Sort::Real, _) => (1, None),
        (Sort::Integer, _) if matches!(declaration.domain, Domain::Signs) => (1, None),
        (_, Some((rows, columns))) => {
            let (rows, columns) = (length(&rows, point)?, length(&columns, point)?);
            (rows * columns, Some((rows, columns)))
        }
        _ => return None,
    };
    if count > MOST_ENTRIES || draw.places.len() + draw.others.len() > MOST_ENTRIES {
        return None;
    }
    let member = match &declaration.domain {
        Domain::Density(places) => {
            let mixture = draw.mixture();
            let density = draw.density(&mixture);
            // Averages over the first argument alone can be reduced to the components.
            let mixture = if *places == [0] { mixture } else { Vec::new() };
            Member::new(draw.parameters, vec![density], shape).and_then(|m| m.with_mixture(&mixture)).ok()?
        }
        Domain::Mass(_) => {
            let mass = draw.mass(&states);
            Member::new(draw.parameters, vec![mass], shape).ok()?
        }
        Domain::Symmetric | Domain::PositiveDefinite | Domain::Orthogonal if shape.is_some_and(|(r, c)| r != c) => {
            None?
        }
        Domain::Orthogonal => None?,
        Domain::Symmetric | Domain::PositiveDefinite if shape.is_some() => {
            let entries = draw.symmetric(shape?.0, matches!(declaration.domain, Domain::PositiveDefinite));
            Member::new(draw.parameters, entries, shape).ok()?
        }
        domain => {
            let entries = (0..count).map(|_| draw.within(domain)).collect();
            Member::new(draw.parameters, entries, shape).ok()?
        }
    };
    Some(Meaning::Member(Arc::new(member)))
}

/// The states of one entry of a mass function's arguments.
#[derive(Clone)]
enum Entry {
    Signs,
    /// Whole numbers from the first, so many.
    Finite(Rational, usize),
    /// Whole numbers from the first.
    Endless(Rational),
}

fn states_of(states: &States, size: usize) -> Option<Entry> {
    Some(match states {
        States::Signs => Entry::Signs,
        States::Indices => Entry::Finite(Rational::ONE, size),
        States::Whole(first, None) => Entry::Endless(first.clone()),
        States::Whole(first, Some(last)) => {
            let count = i64::try_from((last - first).floor()).ok()? + 1;
            Entry::Finite(first.clone(), usize::try_from(count).ok().filter(|n| *n <= MOST_ENTRIES)?)
        }
    })
}

struct Family<'s> {
    style: Style,
    stream: &'s mut Stream,
    parameters: Vec<Symbol>,
    /// Entries of the first argument.
    places: Vec<Expr>,
    /// Entries of the others.
    others: Vec<Expr>,
}

impl Family<'_> {
    fn add_parameter(
        &mut self,
        position: usize,
        count: usize,
        sort: &Sort,
        is_place: bool,
        point: &Point,
    ) -> Option<()> {
        let names: &[&str] =
            if count > 1 && matches!(sort, Sort::Real) { &["x", "t", "u", "v"] } else { &["x", "y", "z", "w"] };
        let symbol = Symbol::new(names[position.min(3)], sort.clone());
        let whole = |i: usize| number(Rational::from(i));
        let value = Expr::symbol(&symbol, Span::default());
        let entries: Vec<Expr> = match sort {
            Sort::Real | Sort::Integer | Sort::Index(_) => vec![value],
            Sort::Vector(d) | Sort::Row(d) => {
                (1..=length(d, point)?).map(|i| real(Kind::Component(value.clone(), vec![whole(i)]))).collect()
            }
            Sort::Matrix(rows, columns) => {
                let (rows, columns) = (length(rows, point)?, length(columns, point)?);
                (0..rows * columns)
                    .map(|k| real(Kind::Component(value.clone(), vec![whole(k % rows + 1), whole(k / rows + 1)])))
                    .collect()
            }
            _ => return None,
        };
        if is_place {
            self.places.extend(entries)
        } else {
            self.others.extend(entries)
        }
        self.parameters.push(symbol);
        Some(())
    }

    fn is_simple(&self) -> bool {
        matches!(self.style, Style::Special(_) | Style::Edge)
    }

    /// A rational number of magnitude up to about two; for small and large styles up to a quarter and four.
    fn coefficient(&mut self) -> Rational {
        match self.style {
            Style::Special(_) | Style::Edge => ratio(self.stream.random_range(-1..=1), 1),
            Style::Whole => ratio(self.stream.random_range(-2..=2), 1),
            Style::Generic | Style::Field => ratio(self.stream.random_range(-150..=150), 97),
            Style::Small => ratio(self.stream.random_range(-8..=8), 32),
            Style::Large => ratio(self.stream.random_range(-16..=16), 4),
            _ => ratio(self.stream.random_range(-8..=8), 4),
        }
    }

    /// A rational number between one half and two; for small and large styles down to a quarter and up to three.
    ///
    /// In several dimensions it stays above one, so that integrals need few nodes.
    fn scale(&mut self) -> Rational {
        if self.places.len() > 1 && !self.is_simple() {
            return ratio(self.stream.random_range(8..=14), 7);
        }
        match self.style {
            Style::Special(_) | Style::Edge | Style::Whole => Rational::ONE,
            Style::Generic | Style::Field => ratio(self.stream.random_range(60..=170), 97),
            Style::Small => ratio(self.stream.random_range(8..=16), 32),
            Style::Large => ratio(self.stream.random_range(8..=12), 4),
            _ => ratio(self.stream.random_range(3..=8), 4),
        }
    }

    /// sin of a combination of the arguments after the first, if there are any.
    fn phase(&mut self) -> Option<Expr> {
        if self.others.is_empty() {
            return None;
        }
        let others = self.others.clone();
        let mut terms: Vec<Expr> = Vec::with_capacity(others.len() + 1);
        for other in others {
            // A rate of zero would freeze the function.
            let rate = self.scale() * Rational::from(if self.stream.random::<bool>() { 1 } else { -1 });
            terms.push(product([number(rate), other]));
        }
        let shift = self.coefficient();
        terms.push(number(shift));
        Some(of(Function::Sin, sum(terms)))
    }

    /// `base` + `amplitude` · sin(…).
    fn modulated(&mut self, base: Rational, amplitude: Rational) -> Expr {
        let phase = self.phase();
        sum([number(base)].into_iter().chain(phase.map(|phase| product([number(amplitude), phase]))))
    }

    fn any(&mut self) -> Expr {
        let (base, amplitude) = (self.coefficient(), self.scale() / Rational::from(2));
        self.modulated(base, amplitude)
    }

    fn positive(&mut self) -> Expr {
        let base = self.scale();
        let amplitude = &base / Rational::from(if self.places.len() > 1 { 4 } else { 2 });
        self.modulated(base, amplitude)
    }

    /// One or two components with full covariances.
    fn mixture(&mut self) -> Vec<Component> {
        let two = !self.is_simple();
        let weights = if two {
            let share = ratio(self.stream.random_range(2..=6), 8);
            let first = self.modulated(share, ratio(1, 8));
            let second = difference(number(Rational::ONE), first.clone());
            vec![first, second]
        } else {
            vec![number(Rational::ONE)]
        };
        let d = self.places.len();
        let mut components = Vec::with_capacity(weights.len());
        for weight in weights {
            let mean = (0..d).map(|_| self.any()).collect();
            let factor = (0..d)
                .map(|i| {
                    (0..=i)
                        .map(|j| if i == j { self.positive() } else { number(self.coefficient() / Rational::from(2)) })
                        .collect()
                })
                .collect();
            components.push(Component { weight, mean, factor });
        }
        components
    }

    /// Σ w exp(−|z|²/2) / Π s √(2π), with z the solution of mean + factor z = x.
    fn density(&self, mixture: &[Component]) -> Expr {
        let two_pi = product([number(Rational::from(2)), real(Kind::Constant(Constant::Pi))]);
        sum(mixture.iter().map(|component| {
            let mut standard: Vec<Expr> = Vec::with_capacity(self.places.len());
            for (i, place) in self.places.iter().enumerate() {
                let row = &component.factor[i];
                let below = row[..i].iter().zip(&standard).map(|(a, z)| product([a.clone(), z.clone()]));
                let rest = std::iter::once(place.clone())
                    .chain(std::iter::once(component.mean[i].clone()).chain(below).map(negative));
                let rest = sum(rest);
                standard.push(quotient(rest, row[i].clone()));
            }
            let d = standard.len();
            let exponent = product([number(ratio(-1, 2)), sum(standard.into_iter().map(square))]);
            let scales = (0..d).map(|i| component.factor[i][i].clone());
            let norm = product(scales.chain((0..d).map(|_| of(Function::Sqrt, two_pi.clone()))));
            quotient(product([component.weight.clone(), of(Function::Exp, exponent)]), norm)
        }))
    }

    /// A mixture of laws under which the entries are independent: every sign, index or number has its own weights.
    fn mass(&mut self, states: &[Entry]) -> Expr {
        let weights = if self.is_simple() {
            vec![number(Rational::ONE)]
        } else {
            let share = ratio(self.stream.random_range(2..=6), 8);
            let first = self.modulated(share, ratio(1, 8));
            let second = difference(number(Rational::ONE), first.clone());
            vec![first, second]
        };
        let places = self.places.clone();
        let mut terms = Vec::with_capacity(weights.len());
        for weight in weights {
            let mut factors = vec![weight];
            for (place, states) in places.iter().zip(states) {
                factors.push(self.marginal(place, states));
            }
            terms.push(product(factors));
        }
        sum(terms)
    }

    /// The probability of one entry's value.
    fn marginal(&mut self, place: &Expr, states: &Entry) -> Expr {
        match states {
            Entry::Signs => {
                let mean = ratio(self.stream.random_range(-10..=10), 16);
                let mean = self.modulated(mean, ratio(1, 4));
                quotient(sum([number(Rational::ONE), product([place.clone(), mean])]), number(Rational::from(2)))
            }
            Entry::Finite(first, count) => {
                let weights: Vec<Expr> = (0..*count).map(|_| self.positive()).collect();
                let chosen = weights.iter().enumerate().map(|(k, weight)| {
                    let state = number(first + Rational::from(k));
                    product([real(Kind::Kronecker(place.clone(), state)), weight.clone()])
                });
                let chosen = sum(chosen.collect::<Vec<_>>());
                quotient(chosen, sum(weights))
            }
            Entry::Endless(first) => {
                let ratio = ratio(self.stream.random_range(6..=10), 16);
                let ratio = self.modulated(ratio, Rational::ONE / Rational::from(8));
                let steps = difference(place.clone(), number(first.clone()));
                let rest = difference(number(Rational::ONE), ratio.clone());
                product([rest, real(Kind::Pow(ratio, steps))])
            }
        }
    }

    /// A polynomial in the place.
    fn polynomial(&mut self, degree: usize) -> Expr {
        let places = self.places.clone();
        let mut terms = vec![self.any()];
        for place in &places {
            terms.push(product([self.any(), place.clone()]));
        }
        if degree >= 2 {
            for (i, place) in places.iter().enumerate() {
                for other in &places[i..] {
                    let c = self.coefficient();
                    terms.push(product([number(c), place.clone(), other.clone()]));
                }
            }
        }
        if degree >= 3 {
            for place in &places {
                let c = self.coefficient();
                let cube = real(Kind::Pow(place.clone(), number(Rational::from(3))));
                terms.push(product([number(c), cube]));
            }
        }
        sum(terms)
    }

    /// A polynomial times a Gaussian.
    fn decaying(&mut self) -> Expr {
        let degree = match self.places.len() {
            _ if self.is_simple() => 1,
            1 => 3,
            _ => 2,
        };
        let polynomial = self.polynomial(degree);
        let places = self.places.clone();
        let mut squares = Vec::with_capacity(places.len());
        for place in places {
            let (mean, scale) = (self.any(), self.positive());
            squares.push(square(quotient(difference(place, mean), scale)));
        }
        let exponent = product([number(ratio(-1, 2)), sum(squares)]);
        // The constant one keeps a polynomial that vanished from making the function trivial.
        let factor = sum([polynomial, number(ratio(1, 4))]);
        product([factor, of(Function::Exp, exponent)])
    }

    /// A sum of squares and a bounded wave.
    fn confining(&mut self) -> Expr {
        let places = self.places.clone();
        let mut terms = Vec::with_capacity(places.len() + 1);
        for place in places {
            let (stiffness, mean) = (self.positive(), self.any());
            terms.push(product([number(ratio(1, 2)), stiffness, square(difference(place, mean))]));
        }
        let wave = self.wave();
        terms.push(wave);
        sum(terms)
    }

    /// A polynomial and a bounded wave: no decay.
    /// A function all of whose values lie in a domain.
    fn within(&mut self, domain: &Domain) -> Expr {
        match domain {
            Domain::Decaying => self.decaying(),
            Domain::Signs => self.sign(),
            Domain::Confining => self.confining(),
            Domain::PositiveEntries | Domain::PositiveDefinite => self.positive_values(),
            Domain::Interval { lower: Some((lower, _)), upper: None } => {
                sum([number(lower.clone()), self.positive_values()])
            }
            Domain::Interval { lower: None, upper: Some((upper, _)) } => {
                let below = self.positive_values();
                sum([number(upper.clone()), product([number(Rational::NEG_ONE), below])])
            }
            Domain::Interval { lower: Some((lower, _)), upper: Some((upper, _)) } => {
                // Between 1/64 and 63/64 of the range.
                let wave = of(Function::Sin, self.smooth());
                let share = sum([number(ratio(1, 2)), product([number(ratio(31, 64)), wave])]);
                sum([number(lower.clone()), product([number(upper - lower), share])])
            }
            _ => self.smooth(),
        }
    }

    /// A square and a little more.
    fn positive_values(&mut self) -> Expr {
        let root = self.smooth();
        sum([product([root.clone(), root]), number(ratio(1, 8))])
    }

    /// The entries of a symmetric matrix: Aᵀ A + 1/8 if it is to be positive definite.
    fn symmetric(&mut self, size: usize, definite: bool) -> Vec<Expr> {
        let a: Vec<Expr> = (0..size * size).map(|_| self.smooth()).collect();
        let at = |i: usize, j: usize| a[i * size + j].clone();
        let entry = |i: usize, j: usize| {
            if !definite {
                return at(i.min(j), i.max(j));
            }
            let diagonal = if i == j { ratio(1, 8) } else { Rational::ZERO };
            sum((0..size).map(|k| product([at(k, i), at(k, j)])).chain([number(diagonal)]))
        };
        (0..size * size).map(|place| entry(place / size, place % size)).collect()
    }

    fn smooth(&mut self) -> Expr {
        let polynomial = if self.is_simple() { self.polynomial(1) } else { self.polynomial(2) };
        let wave = self.wave();
        sum([polynomial, wave])
    }

    /// −1 or +1: the sine of a rational number is never −1/97.
    fn sign(&mut self) -> Expr {
        let places = self.places.clone();
        let shift = self.coefficient();
        let mut terms = vec![number(shift)];
        for place in places {
            terms.push(product([number(self.scale() * Rational::from(2)), place]));
        }
        of(Function::Sign, sum([of(Function::Sin, sum(terms)), number(ratio(1, 97))]))
    }

    fn wave(&mut self) -> Expr {
        let places = self.places.clone();
        let mut terms = vec![self.any()];
        for place in places {
            terms.push(product([number(self.scale()), place]));
        }
        product([self.any(), of(Function::Sin, sum(terms))])
    }
}
