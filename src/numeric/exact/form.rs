//! The form in which an element is known: a sum of rational multiples of products of powers of atoms.
//!
//! The form serves to tie functions of it (exponentials, logarithms, roots); equality is decided by images alone.

use super::prime::Field;
use crate::numeric::Rational;
use dashu_base::BitTest;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Longer sums are collapsed to one opaque atom.
const MAX_TERMS: usize = 24;
/// Longer coefficients are refused.
const MAX_BITS: u64 = 1 << 16;

/// An indeterminate of the field.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) image: u64,
    /// Known to be positive wherever the expression is defined.
    pub(super) positive: bool,
    /// Degrees of numerator and denominator in the underlying random choices.
    pub(super) degree: Degree,
    pub(super) kind: Kind,
}

/// What an atom stands for, where that matters to a function of it.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A random choice: any root of a positive one is a polynomial in a finer choice.
    Free,
    /// A number or sum.
    Opaque,
    /// exp of a product of atoms with coefficient one.
    Exponential(Term),
}

/// Degrees of numerator and denominator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Degree(pub(super) f64, pub(super) f64);

impl Degree {
    pub(super) const CONSTANT: Self = Self(0.0, 0.0);

    pub(super) fn add(self, other: Self) -> Self {
        Self((self.0 + other.1).max(other.0 + self.1), self.1 + other.1)
    }
    pub(super) fn mul(self, other: Self) -> Self {
        Self(self.0 + other.0, self.1 + other.1)
    }
    pub(super) fn inverse(self) -> Self {
        Self(self.1, self.0)
    }
    /// To a power of this magnitude and sign.
    pub(super) fn power(self, exponent: f64) -> Self {
        let Self(p, q) = if exponent < 0.0 { self.inverse() } else { self };
        Self(p * exponent.abs(), q * exponent.abs())
    }
}

/// A rational multiple of a product of powers of atoms.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) coefficient: Rational,
    /// The image of the product without the coefficient.
    pub(super) image: u64,
    /// Atoms in the order of their numbers, each once, with exponents that are not zero.
    pub(super) factors: Vec<(u32, Rational)>,
}

impl Term {
    pub(super) fn rational(coefficient: Rational) -> Self {
        Self { coefficient, image: 1, factors: vec![] }
    }

    pub(super) fn atom(index: u32, image: u64) -> Self {
        Self { coefficient: Rational::ONE, image, factors: vec![(index, Rational::ONE)] }
    }

    pub(super) fn times(&self, other: &Self, field: Field) -> Self {
        let mut factors = Vec::with_capacity(self.factors.len() + other.factors.len());
        let (mut left, mut right) = (self.factors.as_slice(), other.factors.as_slice());
        while let ([(a, p), rest_left @ ..], [(b, q), rest_right @ ..]) = (left, right) {
            match a.cmp(b) {
                Ordering::Less => {
                    factors.push((*a, p.clone()));
                    left = rest_left;
                }
                Ordering::Greater => {
                    factors.push((*b, q.clone()));
                    right = rest_right;
                }
                Ordering::Equal => {
                    let exponent = p + q;
                    if exponent != Rational::ZERO {
                        factors.push((*a, exponent));
                    }
                    (left, right) = (rest_left, rest_right);
                }
            }
        }
        factors.extend(left.iter().chain(right).cloned());
        Self { coefficient: &self.coefficient * &other.coefficient, image: field.mul(self.image, other.image), factors }
    }

    /// To a whole power.
    pub(super) fn power(&self, exponent: i64, field: Field) -> Option<Self> {
        let size = self.coefficient.numerator().bit_len() + self.coefficient.denominator().bit_len();
        // The coefficient 1 has two bits and all its powers.
        if exponent.unsigned_abs().saturating_mul(size as u64) > MAX_BITS && size > 2 {
            return None;
        }
        let magnitude = self.coefficient.pow(isize::try_from(exponent.unsigned_abs()).ok()?);
        Some(Self {
            coefficient: if exponent < 0 { Rational::ONE / magnitude } else { magnitude },
            image: field.power(self.image, &Rational::from(exponent))?,
            factors: self.factors.iter().map(|(atom, e)| (*atom, e * Rational::from(exponent))).collect(),
        })
    }
}

/// An element of the field: its image, its form and its degree.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub(super) image: u64,
    /// Sorted by image of the product, each once, coefficients not zero; `None` if the form was too long to keep.
    pub(super) terms: Option<Vec<Term>>,
    pub(super) degree: Degree,
}

impl Element {
    pub(super) fn single(term: Term, image: u64, degree: Degree) -> Self {
        let terms = if term.coefficient == Rational::ZERO { vec![] } else { vec![term] };
        Self { image, terms: Some(terms), degree }
    }

    /// The value, if no atom occurs.
    pub(super) fn as_rational(&self) -> Option<Rational> {
        match self.terms.as_deref()? {
            [] => Some(Rational::ZERO),
            [term] if term.factors.is_empty() => Some(term.coefficient.clone()),
            _ => None,
        }
    }

    pub(super) fn as_term(&self) -> Option<&Term> {
        match self.terms.as_deref()? {
            [term] => Some(term),
            _ => None,
        }
    }
}

/// Terms with equal products united.
pub(super) fn collect(terms: impl Iterator<Item = Term>) -> Option<Vec<Term>> {
    let mut by_image: BTreeMap<u64, Term> = BTreeMap::new();
    for term in terms {
        match by_image.entry(term.image) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(term);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                place.get_mut().coefficient += &term.coefficient;
                if place.get().coefficient == Rational::ZERO {
                    place.remove();
                }
            }
        }
        if by_image.len() > MAX_TERMS {
            return None;
        }
    }
    Some(by_image.into_values().collect())
}
