//! Which of two formulas that differ in one place is the larger one: from that place outward, by what every operation does to
//! a larger operand where the ranges of the others are. So a bound is known to be looser than another.

use super::range::{self, Ranges};
use super::setting::Setting;
use super::{Budget, subdivision};
use crate::algebra::plain;
use crate::expr::{Expr, Fold, Kind, Link, Relation, Sort, walk};
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Function, Rational};
use std::cell::Cell;
use std::cmp::Ordering;

/// Places at which boxes are tried: each takes thousands of evaluations.
const SUBDIVIDED: usize = 4;

/// Whether `a` is at most, at least or equal to `b` wherever both are defined, as is proved from the declared ranges; `None` if
/// nothing is shown.
pub fn order(a: &Expr, b: &Expr, setting: &Setting<'_>, budget: &Budget) -> Option<Ordering> {
    let proof = Proof { budget, left: Cell::new(SUBDIVIDED) };
    proof.order(a, b, &Ranges::new(setting))
}

/// What shows a prepared inequality.
pub fn proves(link: &Link, setting: &Setting<'_>, budget: &Budget) -> Option<String> {
    let order = || order(&link.left, &link.right, setting, budget);
    let minus = |e: &Expr| Expr::new(Kind::Neg(e.clone()), e.sort.clone(), e.span);
    let difference =
        plain(&Expr::new(Kind::Add(vec![link.left.clone(), minus(&link.right)]), Sort::Real, link.left.span));
    let sign = || range::strict_sign(&difference, &Ranges::new(setting));
    let holds = match link.relation {
        Relation::LessOrEqual => order()? != Ordering::Greater,
        Relation::GreaterOrEqual => order()? != Ordering::Less,
        Relation::Less => sign()? == Ordering::Less,
        Relation::Greater => sign()? == Ordering::Greater,
        _ => false,
    };
    holds.then(|| "the sides are ordered by the signs of what they share and by monotone operations".to_owned())
}

struct Proof<'a> {
    budget: &'a Budget,
    /// How many more places boxes may be tried at.
    left: Cell<usize>,
}

/// A product: a number and powers of other factors.
struct Product {
    number: Rational,
    powers: Vec<(Expr, Rational)>,
}

impl Proof<'_> {
    fn order(&self, a: &Expr, b: &Expr, ranges: &Ranges<'_>) -> Option<Ordering> {
        if walk::same(a, b) || walk::same(&plain(a), &plain(b)) {
            return Some(Ordering::Equal);
        }
        if !a.sort.is_scalar() || !b.sort.is_scalar() || a.sort == Sort::Complex || b.sort == Sort::Complex {
            return None;
        }
        apart(&ranges.of(a), &ranges.of(b))
            .or_else(|| self.around_one_operand(a, b, ranges))
            .or_else(|| self.as_sums(a, b, ranges))
            .or_else(|| self.as_products(a, b, ranges))
            .or_else(|| self.on_boxes(a, b, ranges))
    }

    /// The same operation on operands of which one differs.
    fn around_one_operand(&self, a: &Expr, b: &Expr, ranges: &Ranges<'_>) -> Option<Ordering> {
        let position = differing(a, b)?;
        let inner = ranges.within(a, position);
        let (x, y) = (walk::get(a, &[position])?, walk::get(b, &[position])?);
        let both = range::hull(inner.of(x), inner.of(y));
        // A sum to another end has other terms: their signs count, too.
        let upward = direction(a, position, &both, ranges)?;
        if direction(b, position, &both, ranges)? != upward {
            return None;
        }
        let inside = self.order(x, y, &inner)?;
        Some(if upward { inside } else { inside.reverse() })
    }

    /// Without the terms that both have.
    fn as_sums(&self, a: &Expr, b: &Expr, ranges: &Ranges<'_>) -> Option<Ordering> {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        terms(a, false, &mut left);
        terms(b, false, &mut right);
        let before = left.len() + right.len();
        left.retain(|term| match right.iter().position(|other| walk::same(term, other)) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        });
        if before == 2 || left.len() + right.len() == before && left.len() != right.len() {
            return None;
        }
        if left.len() == right.len() {
            return left.iter().zip(&right).map(|(x, y)| self.order(x, y, ranges)).reduce(together).flatten();
        }
        let sum = |terms: &[Expr]| {
            let a = Intervals::new();
            terms.iter().map(|t| ranges.of(t)).fold(Interval::point(0.0), |x, y| a.add(&x, &y))
        };
        apart(&sum(&left), &sum(&right))
    }

    /// Without the factors that both have.
    fn as_products(&self, a: &Expr, b: &Expr, ranges: &Ranges<'_>) -> Option<Ordering> {
        let (mut left, mut right) = (Product::of(a, ranges), Product::of(b, ranges));
        let shared = left.divide_by_what_is_shared(&mut right, ranges)?;
        let pure = |p: &Product| p.number == Rational::ONE && matches!(&p.powers[..], [(_, e)] if *e == Rational::ONE);
        if !shared.any && pure(&left) && pure(&right) {
            return None;
        }
        let order = self.of_positive(&left, &right, ranges)?;
        Some(if shared.negative { order.reverse() } else { order })
    }

    /// The order of two products without a negative factor but their numbers.
    fn of_positive(&self, left: &Product, right: &Product, ranges: &Ranges<'_>) -> Option<Ordering> {
        let (x, y) = (left.range(ranges), right.range(ranges));
        if let Some(order) = apart(&x, &y) {
            return Some(order);
        }
        // Two negative factors have a positive product, too, but are not compared one by one.
        let factors = left.powers.iter().chain(&right.powers);
        let positive = factors.map(|(base, e)| raised(&ranges.of(base), e)).all(|range| range.lo() >= 0.0);
        if !positive || x.lo() < 0.0 || y.lo() < 0.0 {
            return None;
        }
        let mut order = Some(left.number.cmp(&right.number));
        let mut others: Vec<&(Expr, Rational)> = right.powers.iter().collect();
        let one = Interval::point(1.0);
        for (base, exponent) in &left.powers {
            let partner = others.iter().position(|(_, e)| e == exponent).map(|at| others.remove(at));
            let here = match partner {
                Some((other, _)) => self
                    .order(base, other, ranges)
                    .map(|o| if exponent.signum() == Rational::ONE { o } else { o.reverse() }),
                None => apart(&raised(&ranges.of(base), exponent), &one),
            };
            order = together(order, here);
        }
        for (base, exponent) in others {
            order = together(order, apart(&one, &raised(&ranges.of(base), exponent)));
        }
        order
    }

    /// Few real numbers only: the difference on boxes.
    fn on_boxes(&self, a: &Expr, b: &Expr, ranges: &Ranges<'_>) -> Option<Ordering> {
        if !ranges.is_outside() || self.left.get() == 0 {
            return None;
        }
        self.left.set(self.left.get() - 1);
        let holds = |relation| {
            let link = Link { left: a.clone(), relation, right: b.clone() };
            subdivision::proves(&link, ranges.setting(), self.budget).is_some()
        };
        if holds(Relation::LessOrEqual) {
            Some(Ordering::Less)
        } else {
            holds(Relation::GreaterOrEqual).then_some(Ordering::Greater)
        }
    }
}

/// The operand in which two formulas differ, if it is one and they are else the same.
fn differing(a: &Expr, b: &Expr) -> Option<usize> {
    let (left, right) = (walk::children(a), walk::children(b));
    if std::mem::discriminant(&*a.kind) != std::mem::discriminant(&*b.kind) || left.len() != right.len() {
        return None;
    }
    let mut apart = left.iter().zip(&right).enumerate().filter(|(_, (x, y))| !walk::same(x, y)).map(|(at, _)| at);
    let position = apart.next().filter(|_| apart.next().is_none())?;
    walk::replace(a, &[position], right[position]).filter(|changed| walk::same(changed, b)).map(|_| position)
}

/// Whether an operation grows with one of its operands, while this one is within a range; `None` if neither that nor the
/// opposite is certain.
fn direction(e: &Expr, position: usize, operand: &Interval, ranges: &Ranges<'_>) -> Option<bool> {
    let sign = |x: &Interval| match (x.lo() >= 0.0, x.hi() <= 0.0) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    match &*e.kind {
        Kind::Add(_) => Some(true),
        Kind::Neg(_) => Some(false),
        Kind::Mul(factors) if factors.iter().all(|f| f.sort.is_scalar()) => {
            let others = factors.iter().enumerate().filter(|(at, _)| *at != position);
            others.map(|(_, f)| sign(&ranges.of(f))).try_fold(true, |up, positive| Some(up == positive?))
        }
        Kind::Div(_, divisor) if position == 0 => sign(&ranges.of(divisor)),
        // 1/x falls on either side of zero.
        Kind::Div(dividend, _) => sign(operand).and_then(|_| sign(&ranges.of(dividend))).map(|positive| !positive),
        Kind::Pow(_, exponent) if position == 0 => {
            let exponent = ranges.of(exponent);
            let up = sign(&exponent)?;
            let whole = (exponent.lo() == exponent.hi() && exponent.lo().fract() == 0.0).then_some(exponent.lo());
            match (sign(operand), whole) {
                (Some(true), _) => Some(up),
                (Some(false), Some(n)) => Some(up == (n % 2.0 != 0.0)),
                (None, Some(n)) if up && n % 2.0 != 0.0 => Some(true),
                _ => None,
            }
        }
        Kind::Pow(base, _) => {
            let base = ranges.of(base);
            if base.lo() >= 1.0 { Some(true) } else { (base.lo() >= 0.0 && base.hi() <= 1.0).then_some(false) }
        }
        Kind::Function(function, _) => match function {
            Function::Exp
            | Function::Log
            | Function::Sqrt
            | Function::Sinh
            | Function::Tanh
            | Function::Asinh
            | Function::Acosh
            | Function::Atanh
            | Function::Asin
            | Function::Atan
            | Function::Erf
            | Function::Sign
            | Function::Heaviside
            | Function::Floor
            | Function::Ceil
            | Function::Min
            | Function::Max => Some(true),
            Function::Erfc | Function::Acos => Some(false),
            Function::Cosh | Function::Abs => sign(operand),
            _ => None,
        },
        Kind::Fold(fold, binders, condition, body) => {
            let last = walk::children(e).len() - 1;
            let values = ranges.within(e, last).of(body);
            match fold {
                Fold::Sum | Fold::Minimum | Fold::Maximum if position == last => Some(true),
                Fold::Product if position == last => (operand.lo() >= 0.0).then_some(true),
                // A sum to the other end has more terms.
                Fold::Sum if binders.len() == 1 && condition.is_none() && position == 1 => sign(&values),
                Fold::Sum if binders.len() == 1 && condition.is_none() && position == 0 => sign(&values).map(|up| !up),
                _ => None,
            }
        }
        Kind::Integral(_, lower, upper, _) if position == 2 => ranges.runs_upward(lower, upper).then_some(true),
        Kind::Expectation(..) | Kind::AverageOver(..) => (position + 1 == walk::children(e).len()).then_some(true),
        _ => None,
    }
}

fn is_even(n: &Rational) -> bool {
    (n / Rational::from(2)).is_int()
}

/// The terms of a sum, in a difference with their signs.
fn terms(e: &Expr, negative: bool, out: &mut Vec<Expr>) {
    match &*e.kind {
        Kind::Add(all) => all.iter().for_each(|t| terms(t, negative, out)),
        Kind::Neg(a) => terms(a, !negative, out),
        Kind::Number(n) if n.is_zero() => {}
        _ if negative => out.push(plain(&Expr::new(Kind::Neg(e.clone()), e.sort.clone(), e.span))),
        _ => out.push(plain(e)),
    }
}

/// What was taken out of two products: whether anything was, and its sign.
struct Shared {
    any: bool,
    negative: bool,
}

impl Product {
    fn of(e: &Expr, ranges: &Ranges<'_>) -> Self {
        let mut product = Self { number: Rational::ONE, powers: Vec::new() };
        product.multiply(e, &Rational::ONE, ranges);
        product.powers.retain(|(_, exponent)| !exponent.is_zero());
        product
    }

    fn multiply(&mut self, e: &Expr, exponent: &Rational, ranges: &Ranges<'_>) {
        let whole = exponent.is_int();
        let splits = |parts: &[Expr]| {
            parts.iter().all(|p| p.sort.is_scalar()) && (whole || parts.iter().all(|p| ranges.of(p).lo() >= 0.0))
        };
        let half = || exponent / Rational::from(2);
        match &*e.kind {
            Kind::Neg(a) if whole => {
                if !is_even(exponent) {
                    self.number = -std::mem::take(&mut self.number);
                }
                self.multiply(a, exponent, ranges);
            }
            Kind::Number(n) if *exponent == Rational::ONE && !n.is_zero() => self.number *= n,
            Kind::Number(n) if *exponent == -Rational::ONE && !n.is_zero() => self.number /= n,
            Kind::Mul(factors) if splits(factors) => factors.iter().for_each(|f| self.multiply(f, exponent, ranges)),
            Kind::Div(a, b) if splits(&[a.clone(), b.clone()]) => {
                self.multiply(a, exponent, ranges);
                self.multiply(b, &-exponent.clone(), ranges);
            }
            Kind::Function(Function::Sqrt, a) => self.multiply(&a[0], &half(), ranges),
            Kind::Pow(base, power) => match power.as_number() {
                Some(p) if (p.is_int() && whole) || ranges.of(base).lo() >= 0.0 => {
                    self.multiply(base, &(exponent * p), ranges);
                }
                _ => self.raise(e, exponent),
            },
            _ => self.raise(e, exponent),
        }
    }

    fn raise(&mut self, base: &Expr, exponent: &Rational) {
        let base = plain(base);
        match self.powers.iter_mut().find(|(b, _)| walk::same(b, &base)) {
            Some((_, e)) => *e += exponent,
            None => self.powers.push((base, exponent.clone())),
        }
    }

    /// Takes out what both have; `None` if its sign is unknown.
    fn divide_by_what_is_shared(&mut self, other: &mut Self, ranges: &Ranges<'_>) -> Option<Shared> {
        let mut shared = Shared { any: false, negative: false };
        for (base, mine) in &mut self.powers {
            let Some((_, theirs)) = other.powers.iter_mut().find(|(b, _)| walk::same(b, base)) else { continue };
            if mine.signum() != theirs.signum() {
                continue;
            }
            let smaller = if mine.clone() * mine.signum() < theirs.clone() * theirs.signum() {
                mine.clone()
            } else {
                theirs.clone()
            };
            let range = ranges.of(base);
            let even = is_even(&smaller);
            if !even && range.lo() < 0.0 {
                if range.hi() > 0.0 || !smaller.is_int() {
                    return None;
                }
                shared.negative = !shared.negative;
            }
            *mine -= &smaller;
            *theirs -= &smaller;
            shared.any = true;
        }
        self.powers.retain(|(_, e)| !e.is_zero());
        other.powers.retain(|(_, e)| !e.is_zero());
        Some(shared)
    }

    fn range(&self, ranges: &Ranges<'_>) -> Interval {
        let a = Intervals::new();
        let powers = self.powers.iter().map(|(base, exponent)| raised(&ranges.of(base), exponent));
        powers.fold(a.rational(&self.number), |x, y| range::product(&x, &y))
    }
}

fn raised(base: &Interval, exponent: &Rational) -> Interval {
    range::power(base, &Intervals::new().rational(exponent))
}

/// Which of two is certainly the larger one.
fn apart(x: &Interval, y: &Interval) -> Option<Ordering> {
    if x.hi() <= y.lo() {
        Some(if x.lo() == x.hi() && x == y { Ordering::Equal } else { Ordering::Less })
    } else {
        (x.lo() >= y.hi()).then_some(Ordering::Greater)
    }
}

/// The order of two that are put together of parts with these orders.
fn together(x: Option<Ordering>, y: Option<Ordering>) -> Option<Ordering> {
    match (x?, y?) {
        (Ordering::Equal, order) | (order, Ordering::Equal) => Some(order),
        (x, y) => (x == y).then_some(x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Domain, Role};
    use crate::expr::fixture::*;
    use crate::method::fixture::Table;
    use crate::numeric::Function::{Erfc, Exp, Log, Sqrt};
    use crate::random::SeedPath;

    fn compared(table: &Table, a: &Expr, b: &Expr) -> Option<Ordering> {
        let claim = table.claim(a.clone(), Relation::LessOrEqual, b.clone());
        let budget = Budget::default();
        let setting = Setting::new(&claim, &budget, &SeedPath::root(1)).unwrap();
        let link = &claim.statement.links[0];
        let order = order(&link.left, &link.right, &setting, &budget);
        let turned = super::order(&link.right, &link.left, &setting, &budget);
        assert_eq!(order, turned.map(Ordering::reverse));
        order
    }

    #[test]
    fn signs_and_monotone_operations_order_formulas() {
        let mut t = Table::default();
        let (a, b, x) = (&t.positive("a"), &t.positive("b"), &t.real("x"));
        let (less, greater) = (Some(Ordering::Less), Some(Ordering::Greater));
        let log = |e: Expr| f(Log, e);
        assert_eq!(compared(&t, &-((a + b) * log(n(2))), &-((a + b) * log(n(3)))), greater);
        assert_eq!(compared(&t, &-((a + b) * log(n(2))), &-(n(2) * (a + b) * log(n(2)))), greater);
        assert_eq!(compared(&t, &f(Erfc, f(Sqrt, a / n(2))), &f(Erfc, f(Sqrt, a.clone()))), greater);
        assert_eq!(compared(&t, &f(Exp, -pow(x.clone(), n(2))), &f(Exp, pow(x.clone(), n(2)))), less);
        assert_eq!(compared(&t, &(a / (a + b)), &(a / b)), less);
        assert_eq!(compared(&t, &(n(1) + a), &pow(n(1) + a, n(2))), less);
        assert_eq!(compared(&t, &f(Sqrt, n(1) + a), &(n(1) + a)), less);
        // Unknown signs, and an order that turns round.
        assert_eq!(compared(&t, x, &(n(2) * x)), None);
        assert_eq!(compared(&t, a, &pow(a.clone(), n(2))), None);
        assert_eq!(compared(&t, &(a * x), &(a * x + x)), None);
        assert_eq!(compared(&t, &(x * (a + n(1))), &(x * a)), None);
        // Two negative factors that both grow have a smaller product.
        let negative = |k: i64| (f(Exp, -a.clone()) - n(k)) * (f(Exp, -b.clone()) - n(k));
        assert_ne!(compared(&t, &negative(2), &negative(3)), greater);
    }

    #[test]
    fn sums_and_forms_of_any_size_are_ordered() {
        let mut t = Table::default();
        let d = t.dimension("d");
        let (a, k) = (&t.positive("a"), &t.declare("k", Sort::Integer, Domain::All, Role::Variable));
        let i = &symbol("i", Sort::Integer);
        let power = |base: Expr| sum_over(i, n(1), use_of(k), pow(base, use_of(i)));
        assert_eq!(compared(&t, &power(a.clone()), &power(n(2) * a)), Some(Ordering::Less));
        let falling = |base: Expr| sum_over(i, n(-2), use_of(k), pow(base, use_of(i)));
        assert_eq!(compared(&t, &falling(a.clone()), &falling(n(2) * a)), None);
        let root = |c: i64| sum_over(i, n(1), use_of(k), f(Sqrt, n(c) * use_of(i) * a));
        assert_eq!(compared(&t, &root(1), &root(2)), Some(Ordering::Less));
        // The further terms of the longer sum are negative.
        let turning = |end: i64| sum_over(i, n(1), n(end), n(3) - use_of(i));
        assert_ne!(compared(&t, &turning(3), &turning(5)), Some(Ordering::Less));
        let c = t.square("C", &d, Domain::PositiveDefinite);
        let trace = |m: &Expr| array_of(crate::expr::ArrayFunction::Trace, vec![m.clone()], Sort::Real);
        assert_eq!(compared(&t, &trace(&c), &(n(2) * trace(&c))), Some(Ordering::Less));
        let m = t.square("M", &d, Domain::Symmetric);
        assert_eq!(compared(&t, &trace(&m), &(n(2) * trace(&m))), None);
    }
}
