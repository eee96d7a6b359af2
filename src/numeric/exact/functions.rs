//! Roots, exponentials, logarithms, rotations and opaque functions of field elements.

use super::form::{Atom, Degree, Element, Kind, Term};
use super::prime::Field;
use super::{DENOMINATORS, ExactField};
use crate::numeric::float::nearest;
use crate::numeric::{Arithmetic, Constant, Function, Rational, Undefined, combinatorics, whole};
use dashu_base::Sign;
use dashu_int::UBig;
use std::sync::LazyLock;

/// Cofactors left after trial division up to this number stay one atom.
const TRIAL_DIVISION: u32 = 1000;
/// Recurrences of Γ and ψ are applied up to this many times.
const MAX_SHIFT: i64 = 64;

fn ratio(p: i64, q: i64) -> Rational {
    Rational::from(p) / Rational::from(q)
}

/// The primes below [`TRIAL_DIVISION`].
static PRIMES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let is_prime = |n: &u64| (2..*n).take_while(|q| q * q <= *n).all(|q| !n.is_multiple_of(q));
    (2..u64::from(TRIAL_DIVISION)).filter(is_prime).collect()
});

/// The prime factors of a positive rational with their exponents (the last one may be composite).
fn factor(value: &Rational) -> Vec<(UBig, i64)> {
    let mut factors = vec![];
    for (number, sign) in [(value.numerator().clone().into_parts().1, 1), (value.denominator().clone(), -1)] {
        let mut rest = number;
        for q in PRIMES.iter().copied() {
            // What is left and has no divisor up to its root is prime.
            if rest.is_one() || rest < UBig::from(q * q) {
                break;
            }
            let mut count = 0;
            while &rest % q == 0 {
                rest /= q;
                count += sign;
            }
            if count != 0 {
                factors.push((UBig::from(q), count));
            }
        }
        if !rest.is_one() {
            factors.push((rest, sign));
        }
    }
    factors
}

/// Known-positive atoms with exponents, and one more for the product of everything else.
type Split = (Vec<(u32, Rational)>, Option<u32>);

/// A complex number of modulus one.
type Rotation = (u64, u64);

fn compose(f: Field, (c, s): Rotation, (d, t): Rotation) -> Rotation {
    (f.add(f.mul(c, d), f.neg(f.mul(s, t))), f.add(f.mul(c, t), f.mul(s, d)))
}

fn rotation_power(f: Field, base: Rotation, exponent: i64) -> Rotation {
    let mut square = if exponent < 0 { (base.0, f.neg(base.1)) } else { base };
    let (mut result, mut rest) = ((1, 0), exponent.unsigned_abs());
    while rest > 0 {
        if rest & 1 == 1 {
            result = compose(f, result, square);
        }
        square = compose(f, square, square);
        rest >>= 1;
    }
    result
}

impl ExactField {
    /// `a^r` for a fraction r; `a` counts as non-negative, being under a root.
    pub(super) fn rational_power(&self, a: &Element, r: &Rational) -> Result<Element, Undefined> {
        if a.image == 0 {
            return if *r > Rational::ZERO { Ok(self.integer(0)) } else { Err(Undefined::Domain("a power of zero")) };
        }
        if a.as_rational().is_some_and(|x| x < Rational::ZERO) {
            return Err(Undefined::Domain("a root of a negative number"));
        }
        let (positive, rest) = self.split(&self.term(a))?;
        let factors = positive.into_iter().chain(rest.map(|atom| (atom, Rational::ONE)));
        let mut result = Term::rational(Rational::ONE);
        for (atom, exponent) in factors {
            result = result.times(&self.atom_power(atom, &(exponent * r))?, self.field);
        }
        Ok(self.of_term(result))
    }

    /// A rational power of a positive atom.
    fn atom_power(&self, index: u32, exponent: &Rational) -> Result<Term, Undefined> {
        if *exponent == Rational::ZERO {
            return Ok(Term::rational(Rational::ONE));
        }
        if !(Rational::from(DENOMINATORS) * exponent).is_int() {
            return Err(Undefined::unsupported("a root of this order"));
        }
        let atom = self.atom(index);
        let image = self.field.power(atom.image, exponent);
        let image = image.ok_or(Undefined::Precision("a root in the prime field (another point may do)"))?;
        if !exponent.is_int() && matches!(atom.kind, Kind::Opaque) {
            // Algebraic of this order, of either sign, and in the field at every second point only.
            self.branched.set(true);
            let order = Rational::from(exponent.denominator().clone());
            if self.roots.borrow_mut().insert((index, order.clone())) {
                self.extension.set(self.extension.get() * 2.0 * nearest(&order));
            }
        }
        Ok(Term { coefficient: Rational::ONE, image, factors: vec![(index, exponent.clone())] })
    }

    /// A term that is positive as a whole: its known-positive factors, prime numbers among them, and one atom, positive
    /// too, for the product of the others.
    fn split(&self, term: &Term) -> Result<Split, Undefined> {
        let magnitude =
            if term.coefficient < Rational::ZERO { -term.coefficient.clone() } else { term.coefficient.clone() };
        let mut positive: Vec<(u32, Rational)> = factor(&magnitude)
            .into_iter()
            .map(|(q, count)| {
                // Square roots of primes are independent, so their signs do not matter.
                let kind = if q < UBig::from(TRIAL_DIVISION) { Kind::Free } else { Kind::Opaque };
                let image = self.image(&Rational::from(q));
                (self.intern(image, true, Degree::CONSTANT, kind), Rational::from(count))
            })
            .collect();
        let mut rest = Term::rational(Rational::from(if term.coefficient < Rational::ZERO { -1 } else { 1 }));
        for (index, exponent) in &term.factors {
            let atom = self.atom(*index);
            if atom.positive {
                positive.push((*index, exponent.clone()));
            } else if let Some(image) = self.field.power(atom.image, exponent) {
                let factor = Term { coefficient: Rational::ONE, image, factors: vec![(*index, exponent.clone())] };
                rest = rest.times(&factor, self.field);
            }
        }
        if rest.factors.is_empty() {
            return match rest.coefficient == Rational::ONE {
                true => Ok((positive, None)),
                false => Err(Undefined::Domain("a root or logarithm of a negative number")),
            };
        }
        let element = self.of_term(rest);
        Ok((positive, Some(self.intern(element.image, true, element.degree, Kind::Opaque))))
    }

    /// E(m) for a product m with coefficient one.
    fn exponential_atom(&self, monic: &Term) -> u32 {
        let known = self.exponentials.borrow().get(&monic.image).copied();
        known.unwrap_or_else(|| {
            let index = self.fresh(true, Kind::Exponential(monic.clone()));
            self.exponentials.borrow_mut().insert(monic.image, index);
            index
        })
    }

    fn terms<'e>(&self, a: &'e Element) -> std::borrow::Cow<'e, [Term]> {
        match &a.terms {
            Some(terms) => std::borrow::Cow::Borrowed(terms),
            None => std::borrow::Cow::Owned(vec![self.term(a)]),
        }
    }

    fn exp(&self, a: &Element) -> Result<Element, Undefined> {
        let mut result = Term::rational(Rational::ONE);
        for term in self.terms(a).iter() {
            if !(Rational::from(DENOMINATORS) * &term.coefficient).is_int() {
                return Err(Undefined::unsupported("exp of a multiple with this denominator"));
            }
            let monic = Term { coefficient: Rational::ONE, ..term.clone() };
            let base = self.exponential_atom(&monic);
            result = result.times(&self.atom_power(base, &term.coefficient)?, self.field);
        }
        Ok(self.of_term(result))
    }

    /// log of a positive element: the sum over its known-positive factors and one opaque logarithm.
    fn log(&self, a: &Element) -> Result<Element, Undefined> {
        if a.image == 0 || a.as_rational().is_some_and(|x| x < Rational::ZERO) {
            return Err(Undefined::Domain("log"));
        }
        let (positive, rest) = self.split(&self.term(a))?;
        let factors = positive.into_iter().chain(rest.map(|atom| (atom, Rational::ONE)));
        Ok(factors.fold(self.integer(0), |sum, (index, exponent)| {
            let log = match self.atom(index).kind {
                Kind::Exponential(argument) => self.of_term(argument),
                Kind::Free | Kind::Opaque => self.log_atom(index),
            };
            self.add(&sum, &self.mul(&self.rational(&exponent), &log))
        }))
    }

    /// The logarithm of an atom: an indeterminate whose exponential is the atom.
    fn log_atom(&self, index: u32) -> Element {
        let Atom { image, .. } = self.atom(index);
        let known = self.values.borrow().get(&(Function::Log, image)).copied();
        let log = known.unwrap_or_else(|| {
            let log = self.fresh(false, Kind::Free);
            self.values.borrow_mut().insert((Function::Log, image), log);
            self.exponentials.borrow_mut().insert(self.atom(log).image, index);
            log
        });
        self.element(log)
    }

    /// (cos a, sin a).
    fn rotation(&self, a: &Element) -> Result<(Element, Element), Undefined> {
        let pi = self.constant(Constant::Pi)?.image;
        let mut result = (1, 0);
        let mut degree = 0.0;
        for term in self.terms(a).iter() {
            if term.image == pi {
                // Quarter turns are known; other fractions of π are algebraic numbers not in this field.
                let quarters = Rational::from(2) * &term.coefficient;
                let Some(quarters) = quarters.is_int().then(|| quarters.numerator() % 4) else {
                    return Err(Undefined::unsupported("a circular function of this fraction of π"));
                };
                let quarters = i64::from(quarters);
                result = compose(self.field, result, rotation_power(self.field, (0, 1), quarters));
                continue;
            }
            let steps = Rational::from(DENOMINATORS) * &term.coefficient;
            let steps = steps.is_int().then(|| steps.numerator().clone()).and_then(|n| i64::try_from(n).ok());
            let steps = steps.ok_or(Undefined::unsupported("a circular function of this multiple"))?;
            degree += 2.0 * steps.unsigned_abs() as f64;
            let known = self.rotations.borrow().get(&term.image).copied();
            let base = known.unwrap_or_else(|| {
                // (1 − t²)/(1 + t²), 2t/(1 + t²); 1 + t² ≠ 0 since −1 is not a square.
                let t = self.random();
                let square = self.field.mul(t, t);
                let scale = self.field.inverse(self.field.add(1, square));
                let cos = self.field.mul(self.field.add(1, self.field.neg(square)), scale);
                (cos, self.field.mul(self.field.add(t, t), scale))
            });
            self.rotations.borrow_mut().insert(term.image, base);
            result = compose(self.field, result, rotation_power(self.field, base, steps));
        }
        let known = |image: u64| match image {
            0 => self.integer(0),
            1 => self.integer(1),
            _ if image == self.field.size() - 1 => self.integer(-1),
            _ => self.element(self.intern(image, false, Degree(degree, degree), Kind::Opaque)),
        };
        Ok((known(result.0), known(result.1)))
    }

    /// A free value of a function at an argument.
    fn opaque(&self, function: Function, a: &Element) -> Element {
        let known = self.values.borrow().get(&(function, a.image)).copied();
        let index = known.unwrap_or_else(|| {
            let index = self.fresh(false, Kind::Free);
            self.values.borrow_mut().insert((function, a.image), index);
            index
        });
        self.element(index)
    }

    /// f(−a) = −f(a): the argument is taken with its first coefficient positive.
    fn odd(&self, function: Function, a: &Element) -> Element {
        if a.image == 0 {
            return self.integer(0);
        }
        let negative = match a.terms.as_deref().and_then(|terms| terms.first()) {
            Some(term) => term.coefficient < Rational::ZERO,
            // Without a form: one of a pair of opposite images.
            None => a.image > self.field.size() / 2,
        };
        if negative { self.neg(&self.opaque(function, &self.neg(a))) } else { self.opaque(function, a) }
    }

    /// The argument less the whole part of its rational term, and that whole part.
    fn reduce(&self, a: &Element) -> Result<(Element, i64), Undefined> {
        let constant = a.terms.iter().flatten().find(|term| term.factors.is_empty());
        let shift = constant.map_or(Rational::ZERO, |term| Rational::from(term.coefficient.floor()));
        let shift = i64::try_from(shift.numerator().clone()).unwrap_or(i64::MAX);
        if shift.abs() > MAX_SHIFT {
            return Err(Undefined::unsupported("Γ this far from its base"));
        }
        Ok((self.sub(a, &self.integer(shift)), shift))
    }

    fn gamma(&self, a: &Element) -> Result<Element, Undefined> {
        let (base, shift) = self.reduce(a)?;
        let mut result = match base.as_rational() {
            Some(x) if x == Rational::ZERO => {
                let n = whole(self, a).filter(|n| *n >= 1).ok_or(Undefined::Domain("Γ at a pole"))?;
                return Ok(self.rational(&combinatorics::factorial(n - 1)?));
            }
            Some(x) if x == ratio(1, 2) => self.function(Function::Sqrt, &[self.constant(Constant::Pi)?])?,
            _ => self.opaque(Function::Gamma, &base),
        };
        for i in 0..shift.max(0) {
            result = self.mul(&result, &self.add(&base, &self.integer(i)));
        }
        for i in shift.min(0)..0 {
            result = self.div(&result, &self.add(&base, &self.integer(i)))?;
        }
        Ok(result)
    }

    fn digamma(&self, a: &Element) -> Result<Element, Undefined> {
        let (mut base, mut shift) = self.reduce(a)?;
        if base.image == 0 {
            // ψ(1) = −γ
            (base, shift) = (self.integer(1), shift - 1);
            if shift < 0 {
                return Err(Undefined::Domain("ψ at a pole"));
            }
        }
        let mut result = match base.as_rational() {
            Some(x) if x == Rational::ONE => self.neg(&self.constant(Constant::EulerGamma)?),
            _ => self.opaque(Function::Digamma, &base),
        };
        let one = self.integer(1);
        for i in 0..shift.max(0) {
            result = self.add(&result, &self.div(&one, &self.add(&base, &self.integer(i)))?);
        }
        for i in shift.min(0)..0 {
            result = self.sub(&result, &self.div(&one, &self.add(&base, &self.integer(i)))?);
        }
        Ok(result)
    }

    /// A function of rationals that the field has no image for.
    fn of_rationals(&self, function: Function, arguments: &[Element]) -> Result<Element, Undefined> {
        let unsupported = Undefined::unsupported(function.name());
        let x = arguments[0].as_rational().ok_or(unsupported.clone())?;
        let sign = match x.numerator().sign() {
            _ if x == Rational::ZERO => 0,
            Sign::Positive => 1,
            Sign::Negative => -1,
        };
        Ok(match function {
            Function::Floor => self.rational(&Rational::from(x.floor())),
            Function::Ceil => self.rational(&Rational::from(x.ceil())),
            Function::Sign => self.integer(sign),
            Function::Heaviside if sign == 0 => return Err(Undefined::Domain("Θ at zero")),
            Function::Heaviside => self.integer((sign + 1) / 2),
            Function::Min | Function::Max => {
                let y = arguments[1].as_rational().ok_or(unsupported)?;
                self.rational(&if function == Function::Min { x.min(y) } else { x.max(y) })
            }
            _ => return Err(unsupported),
        })
    }

    pub(super) fn apply(&self, function: Function, arguments: &[Element]) -> Result<Element, Undefined> {
        let a = &arguments[0];
        let one = || self.integer(1);
        let half = |x: &Element| self.mul(&self.rational(&ratio(1, 2)), x);
        let root = |x: &Element| self.rational_power(x, &ratio(1, 2));
        // e^a and e^{-a}
        let pair = || Ok::<_, Undefined>((self.exp(a)?, self.exp(&self.neg(a))?));
        match function {
            Function::Exp => self.exp(a),
            Function::RealPart => Ok(a.clone()),
            Function::ImaginaryPart => Ok(self.integer(0)),
            Function::Log => self.log(a),
            Function::Sqrt => root(a),
            Function::Sin => Ok(self.rotation(a)?.1),
            Function::Cos => Ok(self.rotation(a)?.0),
            Function::Tan => {
                let (cos, sin) = self.rotation(a)?;
                self.div(&sin, &cos)
            }
            Function::Sinh => pair().map(|(p, q)| half(&self.sub(&p, &q))),
            Function::Cosh => pair().map(|(p, q)| half(&self.add(&p, &q))),
            Function::Tanh => {
                let (p, q) = pair()?;
                self.div(&self.sub(&p, &q), &self.add(&p, &q))
            }
            Function::Asinh => {
                let radicand = self.add(&self.mul(a, a), &one());
                self.log(&self.add(a, &root(&radicand)?))
            }
            Function::Acosh => {
                let radicand = self.sub(&self.mul(a, a), &one());
                self.log(&self.add(a, &root(&radicand)?))
            }
            // Both factors are positive on |a| < 1.
            Function::Atanh => Ok(half(&self.sub(&self.log(&self.add(&one(), a))?, &self.log(&self.sub(&one(), a))?))),
            Function::Asin | Function::Atan | Function::Erf => Ok(self.odd(function, a)),
            Function::Acos => Ok(self.sub(&half(&self.constant(Constant::Pi)?), &self.odd(Function::Asin, a))),
            Function::Erfc => Ok(self.sub(&one(), &self.odd(Function::Erf, a))),
            Function::Gamma => self.gamma(a),
            Function::LogGamma => Ok(self.opaque(function, a)),
            Function::Digamma => self.digamma(a),
            Function::Factorial => self.gamma(&self.add(a, &one())),
            Function::Binomial => match (whole(self, a), whole(self, &arguments[1])) {
                (Some(n), Some(k)) => Ok(self.rational(&combinatorics::binomial(n, k)?)),
                _ => {
                    let factorial = |x: &Element| self.gamma(&self.add(x, &one()));
                    let below = self.mul(&factorial(&arguments[1])?, &factorial(&self.sub(a, &arguments[1]))?);
                    self.div(&factorial(a)?, &below)
                }
            },
            Function::Abs => match a.as_rational() {
                Some(x) if x < Rational::ZERO => Ok(self.neg(a)),
                Some(_) => Ok(a.clone()),
                None => root(&self.mul(a, a)),
            },
            _ => self.of_rationals(function, arguments),
        }
    }
}
