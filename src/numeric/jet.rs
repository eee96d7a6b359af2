//! Derivatives: truncated multivariate power series ("jets") over any arithmetic, with a number of infinitesimals that
//! changes while a formula is evaluated.
//!
//! Each infinitesimal εⱼ is introduced with an order nⱼ: εⱼ^(nⱼ+1) = 0. Nested derivatives add infinitesimals on top of
//! those already alive, so one type serves every depth. A number is its coefficients in mixed radix, ε₁ fastest; trailing
//! infinitesimals that it does not contain are left out, so an ordinary number is one coefficient and costs no allocation.

use super::{Arithmetic, Constant, Function, Rational, Special, Undefined, power_by_squaring, taylor, whole};
use smallvec::{SmallVec, smallvec};
use std::cell::RefCell;
use std::cmp::Ordering;

/// More coefficients than this are refused.
const MAX_COEFFICIENTS: usize = 4096;

/// A number with infinitesimal parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Jet<N> {
    /// Coefficients; the length is the product of (order + 1) over the leading infinitesimals it contains.
    coefficients: SmallVec<[N; 1]>,
}

impl<N> Jet<N> {
    /// An ordinary number.
    pub fn constant(value: N) -> Self {
        Self { coefficients: smallvec![value] }
    }

    /// The part without infinitesimals.
    pub fn base(&self) -> &N {
        &self.coefficients[0]
    }

    /// Every coefficient, in mixed radix.
    pub fn coefficients(&self) -> &[N] {
        &self.coefficients
    }

    fn is_plain(&self) -> bool {
        self.coefficients.len() == 1
    }
}

/// The arithmetic of jets over another arithmetic.
#[derive(Debug)]
pub struct Jets<'a, A: Arithmetic> {
    inner: &'a A,
    orders: RefCell<SmallVec<[usize; 4]>>,
}

impl<'a, A: Arithmetic> Jets<'a, A> {
    /// Without infinitesimals yet.
    pub fn new(inner: &'a A) -> Self {
        Self { inner, orders: RefCell::new(SmallVec::new()) }
    }

    /// The arithmetic of the coefficients.
    pub fn inner(&self) -> &'a A {
        self.inner
    }

    /// How many coefficients a number with all live infinitesimals has.
    fn size(&self) -> usize {
        self.orders.borrow().iter().map(|n| n + 1).product()
    }

    /// Adds an infinitesimal of the given order ≥ 1; the last one in is the first one out ([`Jets::retire`]).
    pub fn introduce(&self, order: usize) -> Result<Jet<A::Number>, Undefined> {
        let size = self.size();
        if size.saturating_mul(order + 1) > MAX_COEFFICIENTS {
            return Err(Undefined::unsupported("a derivative of so high an order"));
        }
        self.orders.borrow_mut().push(order);
        let mut coefficients: SmallVec<[A::Number; 1]> =
            smallvec![self.inner.rational(&Rational::ZERO); size * (order + 1)];
        coefficients[size] = self.inner.rational(&Rational::ONE);
        Ok(Jet { coefficients })
    }

    /// Removes the newest infinitesimal. No number that contains it may be used any more.
    pub fn retire(&self) {
        self.orders.borrow_mut().pop();
    }

    /// The orders of the infinitesimals, the oldest first.
    pub fn orders(&self) -> SmallVec<[usize; 4]> {
        self.orders.borrow().clone()
    }

    /// The coefficient of the k-th power of the newest infinitesimal: a number without it.
    pub fn coefficient(&self, a: &Jet<A::Number>, power: usize) -> Jet<A::Number> {
        let order = self.orders.borrow().last().copied().unwrap_or(0);
        let below = self.size() / (order + 1);
        if a.coefficients.len() <= below {
            return if power == 0 { a.clone() } else { Jet::constant(self.inner.rational(&Rational::ZERO)) };
        }
        Jet { coefficients: a.coefficients[power * below..(power + 1) * below].iter().cloned().collect() }
    }

    fn zip(&self, a: &Jet<A::Number>, b: &Jet<A::Number>, sign: bool) -> Jet<A::Number> {
        if a.is_plain() && b.is_plain() {
            let (x, y) = (a.base(), b.base());
            return Jet::constant(if sign { self.inner.sub(x, y) } else { self.inner.add(x, y) });
        }
        let n = a.coefficients.len().max(b.coefficients.len());
        let coefficients = (0..n)
            .map(|i| match (a.coefficients.get(i), b.coefficients.get(i)) {
                (Some(x), Some(y)) if sign => self.inner.sub(x, y),
                (Some(x), Some(y)) => self.inner.add(x, y),
                (Some(x), None) => x.clone(),
                (None, Some(y)) if sign => self.inner.neg(y),
                (None, Some(y)) => y.clone(),
                (None, None) => unreachable!("the index is below one of the lengths"),
            })
            .collect();
        Jet { coefficients }
    }

    /// `a` without its ordinary part.
    pub(crate) fn infinitesimal_part(&self, a: &Jet<A::Number>) -> Jet<A::Number> {
        let mut nilpotent = a.clone();
        nilpotent.coefficients[0] = self.inner.rational(&Rational::ZERO);
        nilpotent
    }

    /// Every coefficient replaced by its approximate value, exactly.
    pub(crate) fn centered(&self, a: &Jet<A::Number>) -> Result<Jet<A::Number>, Undefined> {
        let centered = a.coefficients.iter().map(|c| self.inner.float(self.inner.approximate(c)));
        Ok(Jet { coefficients: centered.collect::<Result<_, _>>()? })
    }

    /// The highest total degree of the infinitesimals in `a`.
    pub(crate) fn degree(&self, a: &Jet<A::Number>) -> usize {
        let (mut size, mut degree) = (1, 0);
        for order in self.orders.borrow().iter() {
            if size >= a.coefficients.len() {
                break;
            }
            size *= order + 1;
            degree += order;
        }
        degree
    }

    /// Adds the product of two coefficient blocks with the leading `levels` infinitesimals to `target`.
    fn accumulate(&self, orders: &[usize], x: &[A::Number], y: &[A::Number], target: &mut [A::Number]) {
        if x.len() == 1 || y.len() == 1 {
            let (one, many) = if x.len() == 1 { (&x[0], y) } else { (&y[0], x) };
            for (t, c) in target.iter_mut().zip(many) {
                *t = self.inner.add(t, &self.inner.mul(one, c));
            }
            return;
        }
        // The newest infinitesimal of the longer operand splits it in blocks.
        let longer = x.len().max(y.len());
        let mut below = 1;
        let mut level = 0;
        while below * (orders[level] + 1) < longer {
            below *= orders[level] + 1;
            level += 1;
        }
        for (i, p) in x.chunks(below).enumerate() {
            for (j, q) in y.chunks(below).enumerate() {
                if i + j <= orders[level] {
                    let start = (i + j) * below;
                    self.accumulate(orders, p, q, &mut target[start..start + below]);
                }
            }
        }
    }

    /// Σ cₖ hᵏ with h the infinitesimal part of `x`.
    fn compose(&self, x: &Jet<A::Number>, series: &[A::Number]) -> Jet<A::Number> {
        let nilpotent = self.infinitesimal_part(x);
        let mut terms = series.iter().rev();
        let mut sum = Jet::constant(terms.next().expect("a series has a constant term").clone());
        for c in terms {
            sum = self.mul(&sum, &nilpotent);
            sum.coefficients[0] = self.inner.add(&sum.coefficients[0], c);
        }
        sum
    }
}

impl<A: Arithmetic> Arithmetic for Jets<'_, A> {
    type Number = Jet<A::Number>;

    fn rational(&self, value: &Rational) -> Self::Number {
        Jet::constant(self.inner.rational(value))
    }

    fn float(&self, x: f64) -> Result<Self::Number, Undefined> {
        self.inner.float(x).map(Jet::constant)
    }

    fn constant(&self, constant: Constant) -> Result<Self::Number, Undefined> {
        self.inner.constant(constant).map(Jet::constant)
    }

    fn add(&self, a: &Self::Number, b: &Self::Number) -> Self::Number {
        self.zip(a, b, false)
    }

    fn sub(&self, a: &Self::Number, b: &Self::Number) -> Self::Number {
        self.zip(a, b, true)
    }

    fn mul(&self, a: &Self::Number, b: &Self::Number) -> Self::Number {
        if a.is_plain() && b.is_plain() {
            return Jet::constant(self.inner.mul(a.base(), b.base()));
        }
        if a.is_plain() || b.is_plain() {
            let (one, many) = if a.is_plain() { (a, b) } else { (b, a) };
            let coefficients = many.coefficients.iter().map(|c| self.inner.mul(one.base(), c)).collect();
            return Jet { coefficients };
        }
        let n = a.coefficients.len().max(b.coefficients.len());
        let mut coefficients: SmallVec<[A::Number; 1]> = smallvec![self.inner.rational(&Rational::ZERO); n];
        self.accumulate(&self.orders.borrow(), &a.coefficients, &b.coefficients, &mut coefficients);
        Jet { coefficients }
    }

    fn div(&self, a: &Self::Number, b: &Self::Number) -> Result<Self::Number, Undefined> {
        if a.is_plain() && b.is_plain() {
            return self.inner.div(a.base(), b.base()).map(Jet::constant);
        }
        if b.is_plain() {
            let coefficients = a.coefficients.iter().map(|c| self.inner.div(c, b.base())).collect::<Result<_, _>>()?;
            return Ok(Jet { coefficients });
        }
        // 1/(b₀ + h) = Σ (−h)ᵏ / b₀^(k+1)
        let mut term = self.inner.div(&self.inner.rational(&Rational::ONE), b.base())?;
        let ratio = self.inner.neg(&term);
        let mut series = vec![term.clone()];
        for _ in 0..self.degree(b) {
            term = self.inner.mul(&term, &ratio);
            series.push(term.clone());
        }
        Ok(self.mul(a, &self.compose(b, &series)))
    }

    fn neg(&self, a: &Self::Number) -> Self::Number {
        Jet { coefficients: a.coefficients.iter().map(|c| self.inner.neg(c)).collect() }
    }

    fn powi(&self, a: &Self::Number, exponent: i64) -> Result<Self::Number, Undefined> {
        if a.is_plain() {
            return self.inner.powi(a.base(), exponent).map(Jet::constant);
        }
        let power = power_by_squaring(self, a, exponent.unsigned_abs());
        if exponent < 0 { self.div(&self.rational(&Rational::ONE), &power) } else { Ok(power) }
    }

    fn pow(&self, a: &Self::Number, b: &Self::Number) -> Result<Self::Number, Undefined> {
        if !b.is_plain() {
            let log = self.function(Function::Log, std::slice::from_ref(a))?;
            return self.function(Function::Exp, &[self.mul(b, &log)]);
        }
        if a.is_plain() {
            return self.inner.pow(a.base(), b.base()).map(Jet::constant);
        }
        if let Some(exponent) = whole(self.inner, b.base()) {
            return self.powi(a, exponent);
        }
        let series = taylor::real_power(self.inner, a.base(), b.base(), self.degree(a))?;
        Ok(self.compose(a, &series))
    }

    fn function(&self, function: Function, arguments: &[Self::Number]) -> Result<Self::Number, Undefined> {
        if arguments.iter().all(Jet::is_plain) {
            let bases: SmallVec<[A::Number; 2]> = arguments.iter().map(|x| x.base().clone()).collect();
            return self.inner.function(function, &bases).map(Jet::constant);
        }
        match function {
            Function::Min | Function::Max => {
                let keep_first = match self.compare(&arguments[0], &arguments[1]) {
                    Some(Ordering::Less) => function == Function::Min,
                    Some(Ordering::Greater) => function == Function::Max,
                    _ => return Err(Undefined::Precision("a derivative where two values tie")),
                };
                Ok(arguments[usize::from(!keep_first)].clone())
            }
            _ if function.arity() == 1 => {
                let x = &arguments[0];
                let series = taylor::series(self.inner, function, x.base(), self.degree(x))?;
                Ok(self.compose(x, &series))
            }
            _ => Err(Undefined::unsupported("a derivative of this function")),
        }
    }

    fn special(&self, special: Special, arguments: &[Self::Number]) -> Result<Self::Number, Undefined> {
        let bases: Vec<A::Number> = arguments.iter().map(|x| x.base().clone()).collect();
        if arguments.iter().all(Jet::is_plain) {
            return self.inner.special(special, &bases).map(Jet::constant);
        }
        if special == Special::Beta {
            let gamma = |x: &Self::Number| self.function(Function::Gamma, std::slice::from_ref(x));
            let sum = self.add(&arguments[0], &arguments[1]);
            return self.div(&self.mul(&gamma(&arguments[0])?, &gamma(&arguments[1])?), &gamma(&sum)?);
        }
        match arguments.split_last() {
            // Every other function is differentiated by its last argument only.
            Some((x, parameters)) if parameters.iter().all(Jet::is_plain) => {
                let series = taylor::special(self.inner, special, &bases, self.degree(x))?;
                Ok(self.compose(x, &series))
            }
            _ => Err(Undefined::unsupported("a derivative by a parameter of a special function")),
        }
    }

    /// The order of the parts without infinitesimals; undecided if these tie and infinitesimals are present.
    fn compare(&self, a: &Self::Number, b: &Self::Number) -> Option<Ordering> {
        match self.inner.compare(a.base(), b.base()) {
            Some(Ordering::Equal) if !(a.is_plain() && b.is_plain()) => None,
            order => order,
        }
    }

    fn approximate(&self, a: &Self::Number) -> f64 {
        self.inner.approximate(a.base())
    }

    fn admits_quadrature(&self) -> bool {
        self.inner.admits_quadrature()
    }

    fn slack(&self) -> f64 {
        self.inner.slack()
    }

    fn aim(&self) -> f64 {
        self.inner.aim()
    }

    fn widen(&self, a: &Self::Number, error: f64) -> Self::Number {
        Jet { coefficients: a.coefficients.iter().map(|c| self.inner.widen(c, error)).collect() }
    }

    fn symmetric_eigenvalues(&self, entries: &[Self::Number], d: usize) -> Result<Vec<Self::Number>, Undefined> {
        if !entries.iter().all(Jet::is_plain) {
            return Err(Undefined::unsupported("a derivative of eigenvalues"));
        }
        let bases: Vec<A::Number> = entries.iter().map(|x| x.base().clone()).collect();
        Ok(self.inner.symmetric_eigenvalues(&bases, d)?.into_iter().map(Jet::constant).collect())
    }
}
