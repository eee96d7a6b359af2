//! The values a formula can take over everything that is declared: coarse, but of formulas of any shape, sums and averages too.

use super::domain::comparison;
use super::setting::Setting;
use crate::claim::Domain;
use crate::expr::{ArrayFunction, Binder, Condition, Expr, Fold, Kind, Law, Range, Relation, Sort, Symbol, walk};
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Function, Rational};
use std::cmp::Ordering;

const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);

/// Ranges of formulas with the symbols of a setting, and of the binders around them.
#[derive(Clone)]
pub struct Ranges<'a> {
    setting: &'a Setting<'a>,
    bound: Vec<(Symbol, Interval)>,
}

impl<'a> Ranges<'a> {
    /// Outside of every binder.
    pub fn new(setting: &'a Setting<'a>) -> Self {
        Self { setting, bound: Vec::new() }
    }

    /// What the symbols belong to.
    pub fn setting(&self) -> &'a Setting<'a> {
        self.setting
    }

    /// Whether no binder is around.
    pub fn is_outside(&self) -> bool {
        self.bound.is_empty()
    }

    /// Within an operand of an operation.
    pub fn within(&self, e: &Expr, position: usize) -> Self {
        let scope = walk::scoped_children(e).get(position).map_or(0, |(_, scope)| *scope);
        let mut inner = self.clone();
        for symbol in walk::binders(e).into_iter().take(scope) {
            let range = inner.of_bound(e, symbol);
            inner.bound.push((symbol.clone(), range));
        }
        inner
    }

    /// An enclosure of all values of a formula, wherever it is defined; everything for what is no single number.
    pub fn of(&self, e: &Expr) -> Interval {
        if e.sort.is_scalar() && e.sort != Sort::Complex { self.scalar(e) } else { Interval::ENTIRE }
    }

    fn scalar(&self, e: &Expr) -> Interval {
        let a = Intervals::new();
        let body = |position: usize| {
            let inner = self.within(e, position);
            walk::children(e).get(position).map_or(Interval::ENTIRE, |child| inner.of(child))
        };
        let last = || body(walk::children(e).len().saturating_sub(1));
        let positive_if = |holds: bool| if holds { between(POSITIVE) } else { Interval::ENTIRE };
        match &*e.kind {
            Kind::Number(n) => a.rational(n),
            Kind::Constant(c) => a.constant(*c).unwrap_or(Interval::ENTIRE),
            Kind::Symbol(symbol) => self.symbol(symbol),
            Kind::Component(array, _) => self.entry(array),
            Kind::Add(terms) => {
                terms.iter().map(|t| self.of(t)).reduce(|x, y| a.add(&x, &y)).unwrap_or(Interval::ENTIRE)
            }
            Kind::Neg(x) => a.neg(&self.of(x)),
            Kind::Mul(factors) if factors.iter().all(|f| f.sort.is_scalar()) => {
                factors.iter().map(|f| self.of(f)).reduce(|x, y| product(&x, &y)).unwrap_or(Interval::ENTIRE)
            }
            Kind::Mul(factors) => positive_if(self.is_quadratic_form(factors)),
            Kind::Div(x, y) => product(&self.of(x), &reciprocal(&self.of(y))),
            Kind::Pow(base, exponent) => power(&self.of(base), &self.of(exponent)),
            Kind::Function(function, arguments) => {
                let arguments: Vec<Interval> = arguments.iter().map(|x| self.of(x)).collect();
                a.function(*function, &arguments).unwrap_or_else(|_| codomain(*function, &arguments))
            }
            Kind::Array(ArrayFunction::Norm | ArrayFunction::NormSquared, _)
            | Kind::Probability(..)
            | Kind::Variance(..)
            | Kind::DensityOf(..) => between(POSITIVE),
            Kind::Array(ArrayFunction::Dot, operands) => positive_if(walk::same(&operands[0], &operands[1])),
            Kind::Array(ArrayFunction::Trace | ArrayFunction::Determinant, operands) => {
                positive_if(self.is_semidefinite(&operands[0]))
            }
            Kind::Call(function, _) => {
                let declared = self.setting.claim.declarations.iter().find(|d| d.symbol == *function);
                positive_if(declared.is_some_and(|d| matches!(d.domain, Domain::Density(_) | Domain::Mass(_))))
            }
            Kind::Fold(Fold::Sum, ..) => sign_only(&last()),
            Kind::Fold(Fold::Product, ..) => positive_if(last().lo() >= 0.0),
            Kind::Fold(..) | Kind::Expectation(..) | Kind::AverageOver(..) | Kind::Limit(..) | Kind::At(..) => last(),
            Kind::Integral(_, lower, upper, _) if self.runs_upward(lower, upper) => sign_only(&last()),
            Kind::Cases(branches, otherwise) => {
                let values = branches.iter().map(|(value, _)| value).chain(otherwise);
                values.map(|v| self.of(v)).reduce(hull).unwrap_or(Interval::ENTIRE)
            }
            Kind::Kronecker(..) => Interval::new(0.0, 1.0),
            _ => Interval::ENTIRE,
        }
    }

    fn symbol(&self, symbol: &Symbol) -> Interval {
        let bound = self.bound.iter().rev().find(|(s, _)| s == symbol).map(|(_, range)| *range);
        bound.or_else(|| of_symbol(symbol, self.setting)).unwrap_or_else(|| of_sort(symbol.sort()))
    }

    fn entry(&self, array: &Expr) -> Interval {
        let Kind::Symbol(symbol) = &*array.kind else { return Interval::ENTIRE };
        if self.bound.iter().any(|(s, _)| s == symbol) {
            return Interval::ENTIRE;
        }
        match self.setting.claim.declarations.iter().find(|d| d.symbol == *symbol).map(|d| &d.domain) {
            Some(Domain::PositiveEntries) => between(POSITIVE),
            Some(Domain::Signs | Domain::Orthogonal) => Interval::new(-1.0, 1.0),
            _ => Interval::ENTIRE,
        }
    }

    /// What a symbol that an operation binds runs over.
    fn of_bound(&self, e: &Expr, symbol: &Symbol) -> Interval {
        let numbers = |lower: &Expr, upper: &Expr| Interval::new(self.end(lower).lo(), self.end(upper).hi());
        match &*e.kind {
            Kind::Fold(_, binders, ..) => match binders.iter().find(|b| b.symbol == *symbol) {
                Some(Binder { range: Range::Between(lower, upper), .. }) => numbers(lower, upper),
                Some(Binder { range: Range::Signs, .. }) => Interval::new(-1.0, 1.0),
                _ => of_sort(symbol.sort()),
            },
            Kind::Integral(_, lower, upper, _) if self.runs_upward(lower, upper) => numbers(lower, upper),
            Kind::Expectation(variables, _) => match variables.iter().find(|v| v.symbol == *symbol).map(|v| &v.law) {
                Some(Law::Rademacher(_)) if symbol.sort().is_scalar() => Interval::new(-1.0, 1.0),
                Some(Law::Uniform(lower, upper)) if self.runs_upward(lower, upper) => numbers(lower, upper),
                _ => of_sort(symbol.sort()),
            },
            _ => of_sort(symbol.sort()),
        }
    }

    fn end(&self, e: &Expr) -> Interval {
        match &*e.kind {
            Kind::Infinity => between(POSITIVE),
            Kind::Neg(x) if matches!(&*x.kind, Kind::Infinity) => Interval::new(f64::NEG_INFINITY, 0.0),
            _ => self.of(e),
        }
    }

    /// Whether an integral between two ends is proved to run upward.
    pub fn runs_upward(&self, lower: &Expr, upper: &Expr) -> bool {
        let minus_infinity = |e: &Expr| matches!(&*e.kind, Kind::Neg(x) if matches!(&*x.kind, Kind::Infinity));
        let infinity = |e: &Expr| matches!(&*e.kind, Kind::Infinity);
        minus_infinity(lower) || infinity(upper) || self.of(lower).hi() <= self.of(upper).lo()
    }

    /// xᵀ A x with a positive semidefinite A, as a product.
    fn is_quadratic_form(&self, factors: &[Expr]) -> bool {
        let transposed =
            |a: &Expr, b: &Expr| matches!(&*a.kind, Kind::Array(ArrayFunction::Transpose, x) if walk::same(&x[0], b));
        match factors {
            [first, middle @ .., last] if matches!(last.sort, Sort::Vector(_)) => {
                transposed(first, last) && middle.iter().all(|m| self.is_semidefinite(m)) && middle.len() < 2
            }
            _ => false,
        }
    }

    /// Whether a matrix is symmetric and has no negative eigenvalue, by its form.
    fn is_semidefinite(&self, e: &Expr) -> bool {
        match &*e.kind {
            Kind::Identity(_) => true,
            Kind::Symbol(symbol) => {
                let declared = self.setting.claim.declarations.iter().find(|d| d.symbol == *symbol);
                declared.is_some_and(|d| matches!(d.domain, Domain::PositiveDefinite))
            }
            Kind::Array(ArrayFunction::Inverse | ArrayFunction::Transpose, a) => self.is_semidefinite(&a[0]),
            Kind::Add(terms) => terms.iter().all(|t| self.is_semidefinite(t)),
            Kind::Div(a, b) => self.is_semidefinite(a) && self.of(b).lo() >= 0.0,
            Kind::Mul(factors) => {
                let (numbers, arrays): (Vec<&Expr>, Vec<&Expr>) = factors.iter().partition(|f| f.sort.is_scalar());
                let gram = |a: &Expr, b: &Expr| {
                    let of = |x: &Expr, y: &Expr| matches!(&*x.kind, Kind::Array(ArrayFunction::Transpose, t) if walk::same(&t[0], y));
                    of(a, b) || of(b, a)
                };
                numbers.iter().all(|n| self.of(n).lo() >= 0.0)
                    && match arrays[..] {
                        [a] => self.is_semidefinite(a),
                        [a, b] => gram(a, b),
                        _ => false,
                    }
            }
            _ => false,
        }
    }
}

fn between((lo, hi): (f64, f64)) -> Interval {
    Interval::new(lo, hi)
}

/// The smallest range around two.
pub fn hull(x: Interval, y: Interval) -> Interval {
    Interval::new(x.lo().min(y.lo()), x.hi().max(y.hi()))
}

/// What is left of the range of the terms of a sum of unknown length.
fn sign_only(x: &Interval) -> Interval {
    match (x.lo() >= 0.0, x.hi() <= 0.0) {
        (true, true) => Interval::point(0.0),
        (true, _) => between(POSITIVE),
        (_, true) => Interval::new(f64::NEG_INFINITY, 0.0),
        _ => Interval::ENTIRE,
    }
}

/// A product of which a factor without end times zero is zero or more.
pub fn product(x: &Interval, y: &Interval) -> Interval {
    let out = Intervals::new().mul(x, y);
    let sign = |x: &Interval| (x.lo() >= 0.0, x.hi() <= 0.0);
    match (sign(x), sign(y)) {
        ((true, _), (true, _)) | ((_, true), (_, true)) => Interval::new(out.lo().max(0.0), out.hi()),
        ((true, _), (_, true)) | ((_, true), (true, _)) => Interval::new(out.lo(), out.hi().min(0.0)),
        _ => out,
    }
}

/// 1/x where x is not zero.
pub fn reciprocal(x: &Interval) -> Interval {
    let a = Intervals::new();
    let one = Interval::point(1.0);
    if x.lo() < 0.0 && x.hi() > 0.0 {
        return Interval::ENTIRE;
    }
    let negative = x.hi() <= 0.0;
    let x = if negative { a.neg(x) } else { *x };
    let inverse = |end: f64| if end > 0.0 && end.is_finite() { a.div(&one, &Interval::point(end)).ok() } else { None };
    let hi = inverse(x.lo()).map_or(f64::INFINITY, |i| i.hi());
    let lo = inverse(x.hi()).map_or(0.0, |i| i.lo());
    let out = Interval::new(lo.max(0.0), hi);
    if negative { a.neg(&out) } else { out }
}

/// A power, wherever it is defined.
pub fn power(base: &Interval, exponent: &Interval) -> Interval {
    let a = Intervals::new();
    let whole = (exponent.lo() == exponent.hi() && exponent.lo().fract() == 0.0).then_some(exponent.lo());
    if let Some(n) = whole.filter(|n| *n < 0.0) {
        return reciprocal(&power(base, &Interval::point(-n)));
    }
    let value = a.pow(base, exponent).unwrap_or(Interval::ENTIRE);
    let even = whole.is_some_and(|n| n % 2.0 == 0.0);
    let (mut lo, mut hi) = (value.lo(), value.hi());
    if even || base.lo() >= 0.0 {
        lo = lo.max(0.0);
    }
    if base.lo() >= 1.0 && exponent.lo() >= 0.0 || base.lo() >= 0.0 && base.hi() <= 1.0 && exponent.hi() <= 0.0 {
        lo = lo.max(1.0);
    }
    if base.lo() >= 1.0 && exponent.hi() <= 0.0 || base.lo() >= 0.0 && base.hi() <= 1.0 && exponent.lo() >= 0.0 {
        hi = hi.min(1.0);
    }
    Interval::new(lo, hi)
}

/// What a function gives wherever it is defined, where its arguments leave the domain.
fn codomain(function: Function, arguments: &[Interval]) -> Interval {
    match function {
        Function::Exp | Function::Sqrt | Function::Abs | Function::Acosh | Function::Factorial | Function::Binomial => {
            between(POSITIVE)
        }
        Function::Gamma if arguments.first().is_some_and(|x| x.lo() >= 0.0) => between(POSITIVE),
        Function::Log if arguments.first().is_some_and(|x| x.hi() <= 1.0) => Interval::new(f64::NEG_INFINITY, 0.0),
        Function::Cosh => Interval::new(1.0, f64::INFINITY),
        Function::Tanh | Function::Erf | Function::Sin | Function::Cos | Function::Sign => Interval::new(-1.0, 1.0),
        Function::Erfc => Interval::new(0.0, 2.0),
        Function::Heaviside => Interval::new(0.0, 1.0),
        _ => Interval::ENTIRE,
    }
}

fn of_sort(sort: &Sort) -> Interval {
    match sort {
        Sort::Index(_) => Interval::new(1.0, f64::INFINITY),
        _ => Interval::ENTIRE,
    }
}

/// The declared range of a number, with the comparisons with numbers that are assumed; outward to `f64`.
pub fn of_symbol(symbol: &Symbol, setting: &Setting<'_>) -> Option<Interval> {
    let sampler = &setting.sampler;
    let declaration = sampler.variables().chain(sampler.dimensions()).find(|d| d.symbol == *symbol)?;
    if !matches!(symbol.sort(), Sort::Real | Sort::Integer) {
        return None;
    }
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let a = Intervals::new();
    let ends = |n: &Rational| a.enclosure(&a.rational(n));
    match &declaration.domain {
        Domain::All => {}
        Domain::Interval { lower, upper } => {
            low = lower.as_ref().map_or(low, |(n, _)| ends(n).0);
            high = upper.as_ref().map_or(high, |(n, _)| ends(n).1);
        }
        _ => return None,
    }
    for condition in setting.conditions() {
        let Condition::Holds(link) = condition else { continue };
        let Some((_, relation, number)) = comparison(link).filter(|(s, ..)| s == symbol) else { continue };
        match relation {
            Relation::Greater | Relation::GreaterOrEqual => low = low.max(ends(&number).0),
            Relation::Less | Relation::LessOrEqual => high = high.min(ends(&number).1),
            _ => {}
        }
    }
    (low <= high).then(|| Interval::new(low, high))
}

/// The sign of a formula that it has for certain and never loses: a zero counts only if it is the number.
pub fn strict_sign(e: &Expr, ranges: &Ranges<'_>) -> Option<Ordering> {
    if e.sort == Sort::Complex {
        return None;
    }
    let whole = ranges.of(e);
    if whole.lo() > 0.0 {
        return Some(Ordering::Greater);
    }
    if whole.hi() < 0.0 {
        return Some(Ordering::Less);
    }
    let times = |a: Ordering, b: Ordering| match b {
        Ordering::Greater => a,
        Ordering::Less => a.reverse(),
        Ordering::Equal => Ordering::Equal,
    };
    let sign = |e: &Expr| strict_sign(e, ranges);
    match &*e.kind {
        Kind::Number(n) => Some(n.cmp(&Rational::ZERO)),
        Kind::Symbol(symbol) => open_end(symbol, ranges),
        Kind::Neg(a) => sign(a).map(Ordering::reverse),
        Kind::Mul(factors) => factors.iter().map(sign).try_fold(Ordering::Greater, |all, s| Some(times(all, s?))),
        Kind::Div(a, b) => sign(b).filter(|s| s.is_ne()).and_then(|s| Some(times(sign(a)?, s))),
        Kind::Pow(base, exponent) => match sign(base)? {
            Ordering::Greater => Some(Ordering::Greater),
            Ordering::Less => {
                let n = exponent.as_number().filter(|n| n.is_int())?;
                Some(if (n / Rational::from(2)).is_int() { Ordering::Greater } else { Ordering::Less })
            }
            Ordering::Equal => None,
        },
        Kind::Add(terms) => {
            // One that is certain, the others not against it.
            let certain = terms.iter().find_map(|t| sign(t).filter(|s| s.is_ne()))?;
            let agrees = |t: &Expr| {
                let x = ranges.of(t);
                if certain == Ordering::Greater { x.lo() >= 0.0 } else { x.hi() <= 0.0 }
            };
            terms.iter().all(|t| agrees(t) || sign(t) == Some(certain)).then_some(certain)
        }
        Kind::Function(Function::Exp | Function::Cosh, _) => Some(Ordering::Greater),
        Kind::Function(Function::Sqrt | Function::Tanh | Function::Sinh | Function::Atan | Function::Erf, a) => {
            sign(&a[0])
        }
        Kind::Function(Function::Abs, a) => sign(&a[0]).map(|s| if s.is_ne() { Ordering::Greater } else { s }),
        _ => None,
    }
}

/// The sign of a symbol whose range ends at zero without it.
fn open_end(symbol: &Symbol, ranges: &Ranges<'_>) -> Option<Ordering> {
    let setting = ranges.setting();
    let sampler = &setting.sampler;
    let declaration = sampler.variables().chain(sampler.dimensions()).find(|d| d.symbol == *symbol)?;
    if let Domain::Interval { lower, upper } = &declaration.domain {
        if lower.as_ref().is_some_and(|(n, closed)| *n >= Rational::ZERO && !(*closed && n.is_zero())) {
            return Some(Ordering::Greater);
        }
        if upper.as_ref().is_some_and(|(n, closed)| *n <= Rational::ZERO && !(*closed && n.is_zero())) {
            return Some(Ordering::Less);
        }
    }
    setting.conditions().iter().find_map(|condition| {
        let Condition::Holds(link) = condition else { return None };
        let (_, relation, number) = comparison(link).filter(|(s, ..)| s == symbol)?;
        match relation {
            Relation::Greater if number >= Rational::ZERO => Some(Ordering::Greater),
            Relation::GreaterOrEqual if number > Rational::ZERO => Some(Ordering::Greater),
            Relation::Less if number <= Rational::ZERO => Some(Ordering::Less),
            Relation::LessOrEqual if number < Rational::ZERO => Some(Ordering::Less),
            _ => None,
        }
    })
}
