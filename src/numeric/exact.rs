//! Exact identities: evaluation at a random point of a large prime field, with transcendental subterms replaced by
//! indeterminates that are tied wherever an identity of the reals ties them (Schwartz 1980; Zippel 1979).
//!
//! Every element has an image in the field and, as long as it is short, a form Σ cᵢ mᵢ with rational cᵢ and products mᵢ of
//! powers of *atoms*. Atoms are variables, sums that were divided by, rooted or taken the logarithm of, and values of
//! functions. The ties: exp(Σ cᵢ mᵢ) = Π E(mᵢ)^cᵢ; log of a product splits off its factors that are known to be positive;
//! exp log u = u; hyperbolic functions through exp; circular ones through rotations, R(Σ cᵢ mᵢ) = Π R(mᵢ)^cᵢ, with π a half turn;
//! rational powers are homomorphisms on the squares of the field, which stand for the positive numbers; parity of erf and
//! arctan; Γ and ψ by their recurrences.
//!
//! **What a zero means.** Each tie is an identity wherever both sides are defined, and all other atoms are free. If the image
//! of a difference is zero, the difference is zero *identically in the free atoms*, up to the probability of
//! [`ExactField::error_bound`] per point, and then also at the values that the atoms have. A root of something whose sign
//! is not known is, at each point, the true root or its negative: such a point errs with probability up to one half, and
//! many points are needed. **A non-zero image proves nothing**: an identity may need a tie that is not made here.
//!
//! The prime of the field is a part of the point. A root of a sum exists at about half of the points; elsewhere the answer is [`Undefined::Precision`] and the caller
//! draws another point.

mod form;
mod functions;
mod prime;

use super::{Arithmetic, Constant, Function, Rational, Special, Undefined, whole};
use crate::random::Stream;
use dashu_base::Approximation;
use form::{Atom, Degree, Kind, Term};
use prime::Field;
use rand::{RngExt, SeedableRng};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

pub use form::Element;

/// Exponents and multiples of arguments with denominators dividing this are whole after one change of variable
/// (2⁴·3²·5·7·11·13); others are refused.
const DENOMINATORS: i64 = 720_720;

/// A derivative of an arbitrary function: function, entry, how often by each argument, images of the arguments.
type Derivative = (u32, usize, Vec<u32>, Vec<u64>);

/// A random point of the field and everything interned there.
pub struct ExactField {
    field: Field,
    stream: RefCell<Stream>,
    atoms: RefCell<Vec<Atom>>,
    /// Atom by image and sign knowledge.
    by_image: RefCell<BTreeMap<(u64, bool), u32>>,
    /// Values of functions by function and image of the argument.
    values: RefCell<BTreeMap<(Function, u64), u32>>,
    /// E(m) and R(m) by image of m.
    exponentials: RefCell<BTreeMap<u64, u32>>,
    rotations: RefCell<BTreeMap<u64, (u64, u64)>>,
    constants: RefCell<BTreeMap<Constant, u32>>,
    /// Values of special functions by images of the arguments.
    specials: RefCell<BTreeMap<(Special, Vec<u64>), u32>>,
    /// Values and derivatives of arbitrary functions.
    arbitrary: RefCell<BTreeMap<Derivative, u32>>,
    /// Product of the orders of the roots taken of atoms that are not free, twice for each since it restricts the point.
    extension: Cell<f64>,
    /// Those roots: atom and order.
    roots: RefCell<BTreeSet<(u32, Rational)>>,
    /// Some root had a radicand of unknown sign.
    branched: Cell<bool>,
    /// A rational had no faithful image: nothing is claimed zero any more.
    degenerate: Cell<bool>,
}

impl std::fmt::Debug for ExactField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExactField {{ {} atoms }}", self.atoms.borrow().len())
    }
}

impl ExactField {
    /// A fresh point; its random choices are drawn from `rng`.
    pub fn new(rng: &mut Stream) -> Self {
        let field = Field::of_index(rng.random_range(0..Field::COUNT));
        Self {
            field,
            stream: RefCell::new(Stream::from_seed(rng.random())),
            atoms: RefCell::default(),
            by_image: RefCell::default(),
            values: RefCell::default(),
            exponentials: RefCell::default(),
            rotations: RefCell::default(),
            constants: RefCell::default(),
            specials: RefCell::default(),
            arbitrary: RefCell::default(),
            extension: Cell::new(1.0),
            roots: RefCell::default(),
            branched: Cell::new(false),
            degenerate: Cell::new(false),
        }
    }

    /// A fresh indeterminate; `positive` if it stands for a positive number.
    pub fn variable(&self, positive: bool) -> Element {
        let index = self.fresh(positive, Kind::Free);
        self.element(index)
    }

    /// Whether the element's image is zero.
    pub fn is_zero(&self, a: &Element) -> bool {
        a.image == 0 && !self.degenerate.get()
    }

    /// An upper bound for the probability, over the point, that the image of an element that is not identically zero is zero.
    pub fn error_bound(&self, a: &Element) -> f64 {
        let roots = (a.degree.0.max(1.0) * self.extension.get() / (self.field.size() / 2) as f64).min(1.0);
        if self.branched.get() { roots.max(0.5) } else { roots }
    }

    fn random(&self) -> u64 {
        self.stream.borrow_mut().random_range(1..self.field.size())
    }

    /// A fresh atom. A positive one is a power of a free generator, so that its roots are polynomials.
    fn fresh(&self, positive: bool, kind: Kind) -> u32 {
        let (image, degree) = if positive {
            let root = self.random();
            (self.field.mul(root, root), 2.0 * DENOMINATORS as f64)
        } else {
            (self.random(), 1.0)
        };
        self.intern(image, positive, Degree(degree, 0.0), kind)
    }

    fn intern(&self, image: u64, positive: bool, degree: Degree, kind: Kind) -> u32 {
        let mut atoms = self.atoms.borrow_mut();
        *self.by_image.borrow_mut().entry((image, positive)).or_insert_with(|| {
            atoms.push(Atom { image, positive, degree, kind });
            atoms.len() as u32 - 1
        })
    }

    fn atom(&self, index: u32) -> Atom {
        self.atoms.borrow()[index as usize].clone()
    }

    /// An atom as an element.
    fn element(&self, index: u32) -> Element {
        let atom = self.atom(index);
        Element::single(Term::atom(index, atom.image), atom.image, atom.degree)
    }

    fn integer(&self, value: i64) -> Element {
        self.rational(&Rational::from(value))
    }

    /// The image of a coefficient; a rational that the prime distorts makes the point worthless.
    fn image(&self, value: &Rational) -> u64 {
        self.field.image(value).unwrap_or_else(|| {
            self.degenerate.set(true);
            0
        })
    }

    /// An element as coefficient times one product: a sum becomes an atom, scaled so that its term of least image has
    /// coefficient one.
    fn term(&self, a: &Element) -> Term {
        if let Some(term) = a.as_term() {
            return term.clone();
        }
        let scale = a.terms.as_ref().and_then(|terms| terms.first()).map_or(Rational::ONE, |t| t.coefficient.clone());
        let image = self.field.mul(a.image, self.field.inverse(self.image(&scale)));
        let positive = a.terms.as_ref().is_some_and(|terms| self.is_positive_sum(terms, &scale));
        let index = self.intern(image, positive, a.degree, Kind::Opaque);
        Term { coefficient: scale, ..Term::atom(index, image) }
    }

    /// Whether the terms over `scale` are all positive.
    fn is_positive_sum(&self, terms: &[Term], scale: &Rational) -> bool {
        terms.iter().all(|term| {
            (&term.coefficient / scale) > Rational::ZERO
                && term.factors.iter().all(|(atom, _)| self.atoms.borrow()[*atom as usize].positive)
        })
    }

    /// The element of a single term, with its degree from its factors.
    fn of_term(&self, term: Term) -> Element {
        let image = self.field.mul(self.image(&term.coefficient), term.image);
        let degree = term.factors.iter().fold(Degree::CONSTANT, |degree, (atom, exponent)| {
            let base = self.atoms.borrow()[*atom as usize].degree;
            degree.mul(base.power(super::float::nearest(exponent)))
        });
        Element::single(term, image, degree)
    }
}

impl Arithmetic for ExactField {
    type Number = Element;

    fn price(&self) -> u64 {
        // Sums of products of powers are kept beside the image.
        6
    }

    fn rational(&self, value: &Rational) -> Element {
        Element::single(Term::rational(value.clone()), self.image(value), Degree::CONSTANT)
    }

    fn constant(&self, constant: Constant) -> Result<Element, Undefined> {
        if constant == Constant::Euler {
            return self.function(Function::Exp, &[self.integer(1)]);
        }
        let known = self.constants.borrow().get(&constant).copied();
        let index = known.unwrap_or_else(|| self.fresh(true, Kind::Free));
        self.constants.borrow_mut().insert(constant, index);
        Ok(self.element(index))
    }

    fn add(&self, a: &Element, b: &Element) -> Element {
        let terms = match (&a.terms, &b.terms) {
            (Some(x), Some(y)) => form::collect(x.iter().chain(y).cloned()),
            _ => None,
        };
        Element { image: self.field.add(a.image, b.image), terms, degree: a.degree.add(b.degree) }
    }

    fn sub(&self, a: &Element, b: &Element) -> Element {
        self.add(a, &self.neg(b))
    }

    fn mul(&self, a: &Element, b: &Element) -> Element {
        let terms = match (&a.terms, &b.terms) {
            (Some(x), Some(y)) => form::collect(x.iter().flat_map(|p| y.iter().map(move |q| p.times(q, self.field)))),
            _ => None,
        };
        Element { image: self.field.mul(a.image, b.image), terms, degree: a.degree.mul(b.degree) }
    }

    fn div(&self, a: &Element, b: &Element) -> Result<Element, Undefined> {
        if b.image == 0 {
            return Err(Undefined::Domain("a quotient by zero"));
        }
        let reciprocal = self.term(b).power(-1, self.field).ok_or(Undefined::NonFinite)?;
        let image = self.field.inverse(b.image);
        Ok(self.mul(a, &Element::single(reciprocal, image, b.degree.inverse())))
    }

    fn neg(&self, a: &Element) -> Element {
        let negated = |term: &Term| Term { coefficient: -term.coefficient.clone(), ..term.clone() };
        let terms = a.terms.as_ref().map(|terms| terms.iter().map(negated).collect());
        Element { image: self.field.neg(a.image), terms, degree: a.degree }
    }

    fn powi(&self, a: &Element, exponent: i64) -> Result<Element, Undefined> {
        if exponent < 0 {
            let positive = self.powi(a, exponent.checked_neg().ok_or(Undefined::NonFinite)?)?;
            return self.div(&self.integer(1), &positive);
        }
        if a.as_term().is_none() && (0..=4).contains(&exponent) {
            // A short product is multiplied out, so that it can meet its expanded form under an exponential.
            return Ok((0..exponent).fold(self.integer(1), |product, _| self.mul(&product, a)));
        }
        if a.image == 0 {
            return Ok(self.integer(i64::from(exponent == 0)));
        }
        let term = self.term(a).power(exponent, self.field).ok_or(Undefined::NonFinite)?;
        let image = self.field.power(a.image, &Rational::from(exponent)).ok_or(Undefined::NonFinite)?;
        Ok(Element::single(term, image, a.degree.power(exponent as f64)))
    }

    fn pow(&self, a: &Element, b: &Element) -> Result<Element, Undefined> {
        if let Some(exponent) = whole(self, b) {
            return self.powi(a, exponent);
        }
        match b.as_rational() {
            Some(exponent) => self.rational_power(a, &exponent),
            None => {
                let log = self.function(Function::Log, std::slice::from_ref(a))?;
                self.function(Function::Exp, &[self.mul(b, &log)])
            }
        }
    }

    fn function(&self, function: Function, arguments: &[Element]) -> Result<Element, Undefined> {
        self.apply(function, arguments)
    }

    fn special(&self, special: Special, arguments: &[Element]) -> Result<Element, Undefined> {
        let key = (special, arguments.iter().map(|x| x.image).collect());
        let known = self.specials.borrow().get(&key).copied();
        let index = known.unwrap_or_else(|| self.fresh(false, Kind::Free));
        self.specials.borrow_mut().insert(key, index);
        Ok(self.element(index))
    }

    fn derivative_of_arbitrary(
        &self,
        function: u32,
        entry: usize,
        positive: bool,
        derivative: &[u32],
        arguments: &[Element],
    ) -> Result<Element, Undefined> {
        // A smooth function may have any values and derivatives at finitely many points; mixed ones do not depend on order.
        let key = (function, entry, derivative.to_vec(), arguments.iter().map(|x| x.image).collect());
        let known = self.arbitrary.borrow().get(&key).copied();
        let index = known.unwrap_or_else(|| self.fresh(positive, Kind::Free));
        self.arbitrary.borrow_mut().insert(key, index);
        Ok(self.element(index))
    }

    /// Only rational numbers can be compared.
    fn compare(&self, a: &Element, b: &Element) -> Option<Ordering> {
        Some(a.as_rational()?.cmp(&b.as_rational()?))
    }

    fn approximate(&self, a: &Element) -> f64 {
        match a.as_rational().map(|x| x.to_f64()) {
            Some(Approximation::Exact(x) | Approximation::Inexact(x, _)) => x,
            None => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests;
