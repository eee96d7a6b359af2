//! What a formula is to leading order along a limit, derived by rules: sums, products, powers, exponentials and logarithms of
//! expansions in exp(nᵏ), n and log n with coefficients that may hold other symbols.
//!
//! An expansion is a list of terms c·r, each of smaller order than the one before, and an error o(r) or none. A coefficient may
//! turn out to be zero: then the expansion is still true, it only says less. Where the order of two terms, or the sign of what
//! has to have one, is not certain from the declared ranges, there is no expansion.

use super::Budget;
use super::exact;
use super::range::{self, Ranges};
use super::setting::Setting;
use crate::algebra::plain;
use crate::claim::Limit;
use crate::evidence::Finding;
use crate::expr::{Expr, Kind, Link, Relation, Sort, Symbol, walk};
use crate::numeric::{Constant, Function, Rational};
use crate::random::SeedPath;
use std::cmp::Ordering;

/// Terms of an expansion.
const MOST: usize = 6;
/// Powers of a small quantity that are kept.
const POWERS: i64 = 3;
/// Operations of a formula that is expanded.
const LARGEST: usize = 200;

/// Expansions along a limit.
pub struct Asymptotics<'a> {
    limit: &'a Limit,
    setting: &'a Setting<'a>,
    budget: &'a Budget,
    seed: SeedPath,
}

/// exp(Σ cₖ nᵏ) nᵃ (log n)ᵇ, with the k in descending order.
#[derive(Clone, Debug)]
struct Rate {
    exponentials: Vec<(Rational, Expr)>,
    power: Expr,
    log: Expr,
}

#[derive(Clone, Debug)]
struct Expansion {
    terms: Vec<(Expr, Rate)>,
    /// o of this is left out; nothing if none.
    error: Option<Rate>,
}

fn number(n: impl Into<Rational>) -> Expr {
    Expr::number(n.into(), crate::source::Span::default())
}

fn real(kind: Kind) -> Expr {
    plain(&Expr::new(kind, Sort::Real, crate::source::Span::default()))
}

fn sum(a: &Expr, b: &Expr) -> Expr {
    real(Kind::Add(vec![a.clone(), b.clone()]))
}

fn product(a: &Expr, b: &Expr) -> Expr {
    real(Kind::Mul(vec![a.clone(), b.clone()]))
}

fn negative(a: &Expr) -> Expr {
    real(Kind::Neg(a.clone()))
}

fn power(a: &Expr, exponent: &Expr) -> Expr {
    real(Kind::Pow(a.clone(), exponent.clone()))
}

fn function(f: Function, a: &Expr) -> Expr {
    real(Kind::Function(f, vec![a.clone()]))
}

impl Rate {
    fn one() -> Self {
        Self { exponentials: Vec::new(), power: number(0), log: number(0) }
    }

    fn times(&self, other: &Self) -> Self {
        let mut exponentials = self.exponentials.clone();
        for (k, c) in &other.exponentials {
            match exponentials.iter_mut().find(|(known, _)| known == k) {
                Some((_, known)) => *known = sum(known, c),
                None => exponentials.push((k.clone(), c.clone())),
            }
        }
        exponentials.sort_by(|(a, _), (b, _)| b.cmp(a));
        Self { exponentials, power: sum(&self.power, &other.power), log: sum(&self.log, &other.log) }
    }

    fn raised(&self, exponent: &Expr) -> Self {
        let exponentials = self.exponentials.iter().map(|(k, c)| (k.clone(), product(c, exponent))).collect();
        Self { exponentials, power: product(&self.power, exponent), log: product(&self.log, exponent) }
    }

    fn inverse(&self) -> Self {
        self.raised(&number(-1))
    }
}

impl<'a> Asymptotics<'a> {
    /// Along a limit, with the symbols of a setting. The limit itself plays no part in the setting.
    pub fn new(limit: &'a Limit, setting: &'a Setting<'a>, budget: &'a Budget, seed: &SeedPath) -> Self {
        Self { limit, setting, budget, seed: seed.child("asymptotics") }
    }

    /// Whether a formula is shown to tend to zero, from every side that its symbol can come from.
    pub fn vanishes(&self, e: &Expr) -> bool {
        self.everywhere(|from| {
            let expansion = self.expand(&self.seen_from(e, from)?)?;
            let small = |rate: &Rate| self.order(rate, &Rate::one()) == Some(Ordering::Less);
            let terms = expansion.terms.iter().all(|(c, rate)| small(rate) || self.is_zero(c));
            let error =
                expansion.error.as_ref().is_none_or(|r| self.order(r, &Rate::one()).is_some_and(Ordering::is_le));
            Some(terms && error)
        })
    }

    /// Whether the ratio of two formulas is shown to tend to one, or only (`up_to_a_factor`) to some positive number.
    pub fn is_asymptotic(&self, a: &Expr, b: &Expr, up_to_a_factor: bool) -> bool {
        self.everywhere(|from| {
            let (a, b) = (self.expand(&self.seen_from(a, from)?)?, self.expand(&self.seen_from(b, from)?)?);
            let ((c, rate), (d, other)) = (a.terms.first()?, b.terms.first()?);
            let signs = (self.sign(c)?, self.sign(d)?);
            let same_order = self.order(rate, other) == Some(Ordering::Equal) && signs.0 == signs.1 && signs.0.is_ne();
            Some(same_order && (up_to_a_factor || self.is_zero(&sum(c, &negative(d)))))
        })
    }

    /// The ways in which the symbol can come to its limit: 0 for far out, ±1 for above and below a number.
    fn everywhere(&self, holds: impl Fn(i64) -> Option<bool>) -> bool {
        let ways: &[i64] = match &*self.limit.target.kind {
            Kind::Infinity => &[0],
            Kind::Number(target) => {
                let range = range::of_symbol(&self.limit.symbol, self.setting);
                let target = target.to_f64().value();
                match range {
                    Some(r) if r.lo() >= target => &[1],
                    Some(r) if r.hi() <= target => &[-1],
                    _ => &[1, -1],
                }
            }
            _ => return false,
        };
        ways.iter().all(|way| holds(*way) == Some(true))
    }

    /// The formula with the distance to the limit as one over its symbol, and every definition put in.
    fn seen_from(&self, e: &Expr, way: i64) -> Option<Expr> {
        let e = self.setting.prepare_side(e)?;
        if walk::exceeds(&e, LARGEST, LARGEST) {
            return None;
        }
        if way == 0 {
            return Some(e);
        }
        let symbol = &self.limit.symbol;
        let distance = real(Kind::Div(number(way), Expr::symbol(symbol, e.span)));
        walk::substitute(&e, symbol, &sum(&self.limit.target, &distance))
    }

    fn is_zero(&self, e: &Expr) -> bool {
        let e = plain(e);
        match e.as_number() {
            Some(n) => n.is_zero(),
            None => {
                let link = Link { left: e.clone(), relation: Relation::Equal, right: number(0) };
                matches!(exact::judge(&link, self.setting, self.budget, &self.seed).finding, Finding::Proves { .. })
            }
        }
    }

    /// The certain sign of a coefficient or an exponent.
    fn sign(&self, e: &Expr) -> Option<Ordering> {
        let strict = |e: &Expr| range::strict_sign(e, &Ranges::new(self.setting));
        strict(e).or_else(|| self.is_zero(e).then_some(Ordering::Equal))
    }

    /// How the order of one rate compares to that of another.
    fn order(&self, a: &Rate, b: &Rate) -> Option<Ordering> {
        let ratio = a.times(&b.inverse());
        let exponents = ratio.exponentials.iter().map(|(_, c)| c).chain([&ratio.power, &ratio.log]);
        for exponent in exponents {
            match self.sign(exponent)? {
                Ordering::Equal => {}
                order => return Some(order),
            }
        }
        Some(Ordering::Equal)
    }

    fn larger(&self, a: Option<Rate>, b: Option<Rate>) -> Option<Option<Rate>> {
        Some(match (a, b) {
            (None, r) | (r, None) => r,
            (Some(a), Some(b)) => Some(if self.order(&a, &b)?.is_ge() { a } else { b }),
        })
    }

    /// Terms in order, equal ones together, what is within the error left out.
    fn tidy(&self, terms: Vec<(Expr, Rate)>, mut error: Option<Rate>) -> Option<Expansion> {
        let mut out: Vec<(Expr, Rate)> = Vec::new();
        'terms: for (c, rate) in terms {
            for at in 0..out.len() {
                match self.order(&rate, &out[at].1)? {
                    Ordering::Equal => {
                        out[at].0 = sum(&out[at].0, &c);
                        continue 'terms;
                    }
                    Ordering::Greater => {
                        out.insert(at, (c, rate));
                        continue 'terms;
                    }
                    Ordering::Less => {}
                }
            }
            out.push((c, rate));
        }
        out.retain(|(c, _)| !self.is_zero(c));
        if out.len() > MOST {
            out.truncate(MOST);
            error = self.larger(error, out.last().map(|(_, r)| r.clone()))?;
        }
        if let Some(limit) = &error {
            let mut kept = Vec::new();
            for (c, rate) in out {
                if self.order(&rate, limit)?.is_ge() {
                    kept.push((c, rate));
                }
            }
            out = kept;
        }
        Some(Expansion { terms: out, error })
    }

    fn constant(c: Expr) -> Expansion {
        Expansion { terms: vec![(c, Rate::one())], error: None }
    }

    fn add(&self, a: Expansion, b: Expansion) -> Option<Expansion> {
        let error = self.larger(a.error, b.error)?;
        self.tidy(a.terms.into_iter().chain(b.terms).collect(), error)
    }

    fn scale(a: &Expansion, c: &Expr, rate: &Rate) -> Expansion {
        let terms = a.terms.iter().map(|(x, r)| (product(c, x), r.times(rate))).collect();
        Expansion { terms, error: a.error.as_ref().map(|e| e.times(rate)) }
    }

    fn mul(&self, a: &Expansion, b: &Expansion) -> Option<Expansion> {
        let lead = |e: &Expansion| e.terms.first().map(|(_, r)| r.clone()).or_else(|| e.error.clone());
        let mut error = None;
        for (x, y) in [(a, b), (b, a)] {
            if let (Some(small), Some(large)) = (&x.error, lead(y)) {
                error = self.larger(error, Some(small.times(&large)))?;
            }
        }
        let terms = a.terms.iter().flat_map(|(c, r)| b.terms.iter().map(move |(d, s)| (product(c, d), r.times(s))));
        self.tidy(terms.collect(), error)
    }

    /// The leading term, of a certain sign, and ε in c·r·(1 + ε).
    fn split(&self, e: &Expansion) -> Option<(Expr, Rate, Expansion)> {
        let (c, rate) = e.terms.first()?;
        if self.sign(c)? == Ordering::Equal {
            return None;
        }
        let rest = Expansion { terms: e.terms[1..].to_vec(), error: e.error.clone() };
        let small = Self::scale(&rest, &power(c, &number(-1)), &rate.inverse());
        Some((c.clone(), rate.clone(), small))
    }

    /// Σ aₖ εᵏ, where ε vanishes.
    fn series(&self, coefficients: &[Expr], small: &Expansion) -> Option<Expansion> {
        let lead = small.terms.first().map(|(_, r)| r.clone()).or_else(|| small.error.clone());
        let Some(lead) = lead else { return Some(Self::constant(coefficients[0].clone())) };
        let (mut out, mut term) = (Self::constant(coefficients[0].clone()), Self::constant(number(1)));
        let mut last = Rate::one();
        for c in &coefficients[1..] {
            term = self.mul(&term, small)?;
            out = self.add(out, Self::scale(&term, c, &Rate::one()))?;
            last = last.times(&lead);
        }
        let error = self.larger(out.error.clone(), Some(last))?;
        self.tidy(out.terms, error)
    }

    fn raise(&self, base: &Expansion, exponent: &Expr) -> Option<Expansion> {
        let (c, rate, small) = self.split(base)?;
        let whole = exponent.as_number().is_some_and(Rational::is_int);
        if !whole && self.sign(&c)? != Ordering::Greater {
            return None;
        }
        let mut binomial = vec![number(1)];
        for k in 1..=POWERS {
            let factor = product(&sum(exponent, &number(1 - k)), &number(Rational::ONE / Rational::from(k)));
            binomial.push(product(&binomial[binomial.len() - 1], &factor));
        }
        let series = self.series(&binomial, &small)?;
        Some(Self::scale(&series, &power(&c, exponent), &rate.raised(exponent)))
    }

    fn log(&self, e: &Expansion) -> Option<Expansion> {
        let (c, rate, small) = self.split(e)?;
        if self.sign(&c)? != Ordering::Greater || self.sign(&rate.log)? != Ordering::Equal {
            return None;
        }
        let mut terms: Vec<(Expr, Rate)> = Vec::new();
        for (k, factor) in &rate.exponentials {
            terms.push((factor.clone(), Rate { power: number(k.clone()), ..Rate::one() }));
        }
        terms.push((rate.power.clone(), Rate { log: number(1), ..Rate::one() }));
        terms.push((function(Function::Log, &c), Rate::one()));
        let coefficients = [
            number(0),
            number(1),
            number(Rational::ONE / Rational::from(-2)),
            number(Rational::ONE / Rational::from(3)),
        ];
        let head = self.tidy(terms, None)?;
        self.add(head, self.series(&coefficients, &small)?)
    }

    fn exp(&self, e: &Expansion) -> Option<Expansion> {
        let one = Rate::one();
        if e.error.as_ref().is_some_and(|r| self.order(r, &one).is_none_or(Ordering::is_gt)) {
            return None;
        }
        let (mut rate, mut constant, mut small) = (Rate::one(), number(0), Vec::new());
        for (c, r) in &e.terms {
            match self.order(r, &one)? {
                Ordering::Less => small.push((c.clone(), r.clone())),
                Ordering::Equal => constant = sum(&constant, c),
                Ordering::Greater => {
                    let is = |e: &Expr, n: i64| e.as_number().is_some_and(|m| *m == Rational::from(n));
                    let pure = r.exponentials.iter().all(|(_, c)| self.is_zero(c));
                    let factor = if pure && is(&r.power, 0) && is(&r.log, 1) {
                        Rate { power: c.clone(), ..Rate::one() }
                    } else if pure && is(&r.log, 0) {
                        Rate { exponentials: vec![(r.power.as_number()?.clone(), c.clone())], ..Rate::one() }
                    } else {
                        return None;
                    };
                    rate = rate.times(&factor);
                }
            }
        }
        let small = Expansion { terms: small, error: e.error.clone() };
        let taylor = [
            number(1),
            number(1),
            number(Rational::ONE / Rational::from(2)),
            number(Rational::ONE / Rational::from(6)),
        ];
        let series = self.series(&taylor, &small)?;
        let zero = constant.as_number().is_some_and(Rational::is_zero);
        let head = if zero { number(1) } else { function(Function::Exp, &constant) };
        Some(Self::scale(&series, &head, &rate))
    }

    /// A function that is smooth at a finite value with these first two coefficients of its series there, or else its limits
    /// far out.
    fn smooth(&self, f: Function, e: &Expansion) -> Option<Expansion> {
        let one = Rate::one();
        let negligible = |c: Expr| Expansion { terms: vec![(c, one.clone())], error: Some(one.clone()) };
        if let Some((c, rate)) = e.terms.first()
            && self.order(rate, &one)? == Ordering::Greater
        {
            let up = self.sign(c)?;
            let half_pi = product(&real(Kind::Constant(Constant::Pi)), &number(Rational::ONE / Rational::from(2)));
            let value = match f {
                Function::Tanh | Function::Erf => number(1),
                Function::Atan => half_pi,
                Function::Erfc if up == Ordering::Greater => number(0),
                Function::Erfc if up == Ordering::Less => return Some(negligible(number(2))),
                _ => return None,
            };
            return match up {
                Ordering::Greater => Some(negligible(value)),
                Ordering::Less => Some(negligible(negative(&value))),
                Ordering::Equal => None,
            };
        }
        let at_one: Vec<&(Expr, Rate)> =
            e.terms.iter().filter(|(_, r)| self.order(r, &one) == Some(Ordering::Equal)).collect();
        let x = at_one.first().map_or_else(|| number(0), |(c, _)| c.clone());
        if e.error.as_ref().is_some_and(|r| self.order(r, &one).is_none_or(Ordering::is_gt)) {
            return None;
        }
        let squared = |e: &Expr| power(e, &number(2));
        let value = function(f, &x);
        let slope = match f {
            Function::Tanh => sum(&number(1), &negative(&squared(&value))),
            Function::Sin => function(Function::Cos, &x),
            Function::Cos => negative(&function(Function::Sin, &x)),
            Function::Atan => power(&sum(&number(1), &squared(&x)), &number(-1)),
            Function::Erf | Function::Erfc => {
                let pi = real(Kind::Constant(Constant::Pi));
                let factor = product(&number(2), &power(&pi, &number(Rational::ONE / Rational::from(-2))));
                let slope = product(&factor, &function(Function::Exp, &negative(&squared(&x))));
                if f == Function::Erfc { negative(&slope) } else { slope }
            }
            _ => return None,
        };
        let small = Expansion {
            terms: e.terms.iter().filter(|(_, r)| self.order(r, &one) == Some(Ordering::Less)).cloned().collect(),
            error: e.error.clone(),
        };
        self.series(&[value, slope], &small)
    }

    fn expand(&self, e: &Expr) -> Option<Expansion> {
        let symbol: &Symbol = &self.limit.symbol;
        if !e.sort.is_scalar() || e.sort == Sort::Complex {
            return None;
        }
        if !walk::mentions(e, symbol) {
            return Some(Self::constant(e.clone()));
        }
        match &*e.kind {
            Kind::Symbol(_) => {
                Some(Expansion { terms: vec![(number(1), Rate { power: number(1), ..Rate::one() })], error: None })
            }
            Kind::Neg(a) => Some(Self::scale(&self.expand(a)?, &number(-1), &Rate::one())),
            Kind::Add(terms) => {
                let mut all = terms.iter().map(|t| self.expand(t));
                let first = all.next()??;
                all.try_fold(first, |sum, t| self.add(sum, t?))
            }
            Kind::Mul(factors) if factors.iter().all(|f| f.sort.is_scalar()) => {
                let mut all = factors.iter().map(|f| self.expand(f));
                let first = all.next()??;
                all.try_fold(first, |product, f| self.mul(&product, &f?))
            }
            Kind::Div(a, b) => self.mul(&self.expand(a)?, &self.raise(&self.expand(b)?, &number(-1))?),
            Kind::Pow(base, exponent) if !walk::mentions(exponent, symbol) => self.raise(&self.expand(base)?, exponent),
            Kind::Pow(base, exponent) => {
                let log = self.log(&self.expand(base)?)?;
                self.exp(&self.mul(&log, &self.expand(exponent)?)?)
            }
            Kind::Function(f, arguments) => {
                let [argument] = &arguments[..] else { return None };
                let inner = self.expand(argument)?;
                match f {
                    Function::Exp => self.exp(&inner),
                    Function::Log => self.log(&inner),
                    Function::Sqrt => self.raise(&inner, &number(Rational::ONE / Rational::from(2))),
                    Function::Cosh | Function::Sinh => {
                        let half = number(Rational::ONE / Rational::from(2));
                        let up = Self::scale(&self.exp(&inner)?, &half, &Rate::one());
                        let down = self.exp(&Self::scale(&inner, &number(-1), &Rate::one()))?;
                        let sign = if *f == Function::Cosh { half } else { negative(&half) };
                        self.add(up, Self::scale(&down, &sign, &Rate::one()))
                    }
                    _ => self.smooth(*f, &inner),
                }
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Domain, Role};
    use crate::expr::fixture::*;
    use crate::method::fixture::{Table, above};
    use crate::numeric::Function::{Cosh, Erf, Exp, Log, Sin, Sqrt, Tanh};

    /// Whether the first formula is shown to vanish, or with a second one to be asymptotic to it.
    fn shown(table: &Table, symbol: &Symbol, target: Option<i64>, a: &Expr, b: Option<&Expr>) -> bool {
        let target = target.map_or_else(|| Expr::new(Kind::Infinity, Sort::Real, x_span()), n);
        let limit = Limit { symbol: symbol.clone(), target, exponents: Vec::new() };
        let other = b.cloned().unwrap_or_else(|| n(0));
        let claim = table.claim(a.clone(), Relation::Equal, other);
        let budget = Budget { points: 0, ..Budget::default() };
        let seed = SeedPath::root(1);
        let setting = Setting::new(&claim, &budget, &seed).unwrap();
        let along = Asymptotics::new(&limit, &setting, &budget, &seed);
        let link = &claim.statement.links[0];
        if b.is_some() { along.is_asymptotic(&link.left, &link.right, false) } else { along.vanishes(&link.left) }
    }

    #[test]
    fn textbook_limits_are_shown_and_false_ones_are_not() {
        let mut t = Table::default();
        let x = t.declare("x", Sort::Real, above(0, false), Role::Variable);
        let (a, b, u) = (&t.positive("a"), &t.positive("b"), &t.real("u"));
        let e = &use_of(&x);
        let root = f(Sqrt, pow(e.clone(), n(2)) + e) - e;
        let compound = pow(n(1) + n(1) / e, e.clone());
        let slope = (n(1) - f(Exp, -(n(2) * e))) / e;
        let far = None;
        // Each with its limit, and with another one.
        assert!(shown(&t, &x, far, &(root.clone() - q(1, 2)), None));
        assert!(!shown(&t, &x, far, &(root - n(1)), None));
        assert!(shown(&t, &x, far, &(compound.clone() - f(Exp, n(1))), None));
        assert!(!shown(&t, &x, far, &(compound - n(2)), None));
        assert!(shown(&t, &x, Some(0), &(slope.clone() - n(2)), None));
        assert!(!shown(&t, &x, Some(0), &(slope - n(1)), None));
        assert!(shown(&t, &x, far, &(pow(e.clone(), n(5)) * f(Exp, -(a * e)) * f(Log, e.clone())), None));
        assert!(!shown(&t, &x, far, &(pow(e.clone(), n(5)) * f(Exp, -(u * e))), None));
        assert!(shown(&t, &x, far, &pow(e.clone(), -a.clone()), None));
        assert!(!shown(&t, &x, far, &pow(e.clone(), -u.clone()), None));
        assert!(shown(&t, &x, far, &(f(Tanh, a * e) - n(1)), None));
        assert!(!shown(&t, &x, far, &f(Sin, e.clone()), None));
        assert!(shown(
            &t,
            &x,
            Some(0),
            &(f(Erf, a * e) / e - n(2) * a / f(Sqrt, real(Kind::Constant(Constant::Pi)))),
            None
        ));
        // Ratios.
        assert!(shown(&t, &x, far, &f(Log, a * e + b), Some(&f(Log, e.clone()))));
        assert!(shown(&t, &x, far, &f(Cosh, e.clone()), Some(&(f(Exp, e.clone()) / n(2)))));
        assert!(!shown(&t, &x, far, &f(Cosh, e.clone()), Some(&f(Exp, e.clone()))));
        assert!(!shown(&t, &x, far, &f(Exp, e + f(Sqrt, e.clone())), Some(&f(Exp, e.clone()))));
        assert!(!shown(&t, &x, far, &(a * e), Some(&(b * e))));
    }

    #[test]
    fn a_limit_from_both_sides_has_to_hold_on_both() {
        let mut t = Table::default();
        let x = t.declare("x", Sort::Real, Domain::All, Role::Variable);
        let e = &use_of(&x);
        assert!(shown(&t, &x, Some(0), &((f(Exp, e.clone()) - n(1)) / e - n(1)), None));
        assert!(!shown(&t, &x, Some(0), &f(Exp, -(n(1) / e)), None));
    }
}
