//! Which sizes of symbolic dimensions decide all sizes.
//!
//! A size that was tried says nothing about another but in three cases.
//!
//! **Invariant polynomials.** Both sides are built from matrices and vectors of symbolic dimensions by sums, products,
//! transposes, traces, inner products and normal averages (which are sums over pairings). Written with indices, each term
//! is a complete pairing of 2k indices, times a power of the dimensions. Pairings of 2k indices are linearly independent as
//! functions of the letters from size k on (second fundamental theorem for the orthogonal group: Weyl, *The Classical
//! Groups*, 1939, ch. II.17; Procesi, *Adv. Math.* 19, 1976). So an identity at size n ≥ k holds coefficient by
//! coefficient, and the coefficients, polynomials of degree m in each dimension, vanish if they vanish at m + 1 sizes.
//!
//! **One symmetric matrix.** Besides vectors only one symmetric matrix occurs, in whole powers and inverses too. In its
//! eigenbasis every trace and every bilinear form is a sum over the axes, so that both sides are polynomials of some
//! degree k in the multiplicities of what stands on an axis. Such a polynomial vanishes if it does for 1 … k + 1 axes.
//!
//! **Rational series.** Both sides are built from d × d matrices (and vectors as last factors) by sums, products, whole
//! powers, transposes, inverses and scalar coefficients. The difference is then a rational series in non-commuting letters
//! of rank at most n: 2 for a letter, 1 for a constant, the sum for sums and products, one more for an inverse. A series of
//! rank n that vanishes on all words of fewer than n letters is zero (Schützenberger 1961; Berstel and Reutenauer,
//! *Noncommutative Rational Series*, ch. 2). Its part of degree k vanishes on matrices of size k + 1 only if it is
//! formally zero: after polarisation the letters E(i, i+1) + E(i+1, i), which are symmetric, let exactly one order of the
//! factors reach from row 1 to column k + 1. So one size d ≥ n decides all sizes. The series is one around a multiple of
//! the identity, where size 1 has to show that both sides are defined.

use crate::assumption::Point;
use crate::claim::{Declaration, Domain, Role};
use crate::expr::{ArrayFunction, Dim, Expr, Kind, Law, Sort, Symbol, walk};
use crate::numeric::Rational;

/// Matrices beyond this size cost more than the certificate is worth.
const LARGEST_SIZE: usize = 24;
/// Assignments of sizes that one certificate may need.
const MOST_SIZES: usize = 16;

/// Sizes that decide all sizes.
#[derive(Clone, Debug)]
pub(in crate::method) struct Deciding {
    /// The assignments at which the difference has to vanish.
    pub(super) sizes: Vec<Point>,
    /// Why they suffice, for the certificate.
    pub(super) why: &'static str,
}

/// Sizes that decide whether the sides are equal for all sizes of `dimensions`.
pub(in crate::method) fn deciding(
    sides: [&Expr; 2],
    dimensions: &[Symbol],
    declarations: &[Declaration],
) -> Option<Deciding> {
    if dimensions.is_empty() {
        return None;
    }
    let letters = Letters { declarations, random: Vec::new(), one: only_matrix(sides, declarations) };
    let invariant = letters.difference(sides, Reading::Invariant).and_then(|m| {
        let (least, degree) = (m.letters.0.div_ceil(2).max(1), m.loops.0.div_ceil(2));
        let sizes: Vec<usize> = (least..=least + degree).collect();
        grid(dimensions, &sizes, declarations)
            .map(|sizes| Deciding { sizes, why: "an invariant polynomial of this degree" })
    });
    let spectral = || {
        // Only one dimension has a spectrum.
        let [_] = dimensions else { return None };
        let m = letters.difference(sides, Reading::Spectral)?;
        let sizes: Vec<usize> = (1..=m.forms.0 + 1).collect();
        grid(dimensions, &sizes, declarations)
            .map(|sizes| Deciding { sizes, why: "forms in the eigenbasis of one symmetric matrix" })
    };
    let series = || {
        let [d] = dimensions else { return None };
        let n = rank(sides[0], d, declarations)? + rank(sides[1], d, declarations)?;
        grid(dimensions, &[1, n], declarations).map(|sizes| Deciding { sizes, why: "a rational series of this rank" })
    };
    invariant.or_else(spectral).or_else(series)
}

/// Sizes for a stationarity condition: the derivative of `objective` by `variable` at `value`, in every direction.
pub(in crate::method) fn deciding_gradient(
    objective: &Expr,
    variable: &Symbol,
    value: &Expr,
    dimensions: &[Symbol],
    declarations: &[Declaration],
) -> Option<Deciding> {
    let objective = walk::substitute(objective, variable, value)?;
    let letters = Letters { declarations, random: Vec::new(), one: only_matrix([&objective, value], declarations) };
    let [_] = dimensions else { return None };
    let m = letters.measure(&objective, Reading::Spectral)?;
    // The derivative is linear in the direction, which is as good as a product of two vectors: at most two forms more.
    let sizes: Vec<usize> = (1..=m.forms.0 + m.forms.1 + 3).collect();
    grid(dimensions, &sizes, declarations)
        .map(|sizes| Deciding { sizes, why: "forms in the eigenbasis of one symmetric matrix" })
}

/// Every assignment of these sizes to the dimensions.
fn grid(dimensions: &[Symbol], sizes: &[usize], declarations: &[Declaration]) -> Option<Vec<Point>> {
    let count = sizes.len().checked_pow(dimensions.len() as u32)?;
    // A size outside of its range shows nothing about the claim if the sides differ there.
    let outside = |dimension: &Symbol, n: usize| {
        declarations.iter().any(|d| {
            let n = Rational::from(n);
            d.symbol == *dimension
                && matches!(&d.domain, Domain::Interval { lower, upper }
                    if lower.as_ref().is_some_and(|(l, _)| n < *l) || upper.as_ref().is_some_and(|(u, _)| n > *u))
        })
    };
    if count > MOST_SIZES || sizes.iter().any(|n| *n > LARGEST_SIZE || dimensions.iter().any(|d| outside(d, *n))) {
        return None;
    }
    let mut out = vec![Point::new()];
    for dimension in dimensions {
        let extended = out.iter().flat_map(|point| {
            sizes.iter().map(|n| {
                let mut point = point.clone();
                point.set_size(dimension, *n);
                point
            })
        });
        out = extended.collect();
    }
    Some(out)
}

/// Which of the arguments an expression is measured for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Invariant,
    Spectral,
}

/// Degrees of numerator and denominator.
type Ratio = (usize, usize);

/// How large an expression is as a quotient of invariant polynomials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Measure {
    /// Indices of its letters: two of a matrix, one of a vector.
    letters: Ratio,
    /// Twice the power of the dimensions.
    loops: Ratio,
    /// Factors that are traces or bilinear forms.
    forms: Ratio,
}

impl Measure {
    fn new(letters: usize, loops: usize, forms: usize) -> Self {
        Self { letters: (letters, 0), loops: (loops, 0), forms: (forms, 0) }
    }

    /// Whether nothing but numbers stands in a denominator.
    fn is_polynomial(self) -> bool {
        self.letters.1 == 0 && self.loops.1 == 0 && self.forms.1 == 0
    }

    fn zip(self, other: Self, f: impl Fn(Ratio, Ratio) -> Ratio) -> Self {
        Self {
            letters: f(self.letters, other.letters),
            loops: f(self.loops, other.loops),
            forms: f(self.forms, other.forms),
        }
    }

    fn plus(self, other: Self) -> Self {
        self.zip(other, |a, b| ((a.0 + b.1).max(a.1 + b.0), a.1 + b.1))
    }

    fn times(self, other: Self) -> Self {
        self.zip(other, |a, b| (a.0 + b.0, a.1 + b.1))
    }

    fn inverse(self) -> Self {
        self.zip(self, |a, _| (a.1, a.0))
    }

    fn power(self, n: usize) -> Self {
        self.zip(self, |a, _| (a.0 * n, a.1 * n))
    }
}

/// The only matrix symbol of two expressions, if it is symmetric and there is no other.
fn only_matrix(sides: [&Expr; 2], declarations: &[Declaration]) -> Option<Symbol> {
    let mut found: Option<Symbol> = None;
    for symbol in sides.into_iter().flat_map(walk::free_symbols) {
        if !matches!(symbol.sort(), Sort::Matrix(..)) {
            continue;
        }
        let declaration = declarations.iter().find(|d| d.symbol == symbol)?;
        let symmetric = matches!(declaration.domain, Domain::Symmetric | Domain::PositiveDefinite);
        if !symmetric || found.as_ref().is_some_and(|f| *f != symbol) {
            return None;
        }
        found = Some(symbol);
    }
    found
}

struct Letters<'a> {
    declarations: &'a [Declaration],
    random: Vec<(Symbol, Measure)>,
    /// The symmetric matrix that may be inverted.
    one: Option<Symbol>,
}

impl Letters<'_> {
    /// The difference of two sides, made a number by one vector for each free axis.
    fn difference(&self, sides: [&Expr; 2], reading: Reading) -> Option<Measure> {
        let axes = sides.iter().map(|e| match &e.sort {
            Sort::Matrix(..) => 2,
            Sort::Vector(_) | Sort::Row(_) => 1,
            _ => 0,
        });
        let axes = axes.max()?;
        let both = self.measure(sides[0], reading)?.plus(self.measure(sides[1], reading)?);
        Some(both.times(Measure::new(axes, 0, axes)))
    }

    fn measure(&self, e: &Expr, reading: Reading) -> Option<Measure> {
        let of = |e: &Expr| self.measure(e, reading);
        let product =
            |operands: &[Expr]| operands.iter().try_fold(Measure::default(), |product, a| Some(product.times(of(a)?)));
        let sum = |operands: &[Expr]| {
            let mut terms = operands.iter().map(of);
            let first = terms.next()??;
            terms.try_fold(first, |sum, a| Some(sum.plus(a?)))
        };
        let constant = |e: &Expr| walk::free_symbols(e).iter().all(|s| self.is_coefficient(s));
        match &*e.kind {
            Kind::Number(_) | Kind::Constant(_) | Kind::Identity(_) => Some(Measure::default()),
            Kind::Symbol(s) => self.letter(s, reading),
            Kind::Add(operands) => sum(operands),
            Kind::Neg(a) => of(a),
            Kind::Mul(operands) => Some(product(operands)?.times(closed(operands))),
            Kind::Div(a, b) => Some(of(a)?.times(of(b)?.inverse())),
            Kind::Pow(base, exponent) => {
                if constant(e) {
                    return Some(Measure::default());
                }
                let n: i64 = i64::try_from(exponent.as_number().filter(|n| n.is_int())?.numerator().clone()).ok()?;
                let size = usize::try_from(n.unsigned_abs()).ok().filter(|n| *n <= 16)?;
                // An even power of a norm is a polynomial.
                if let Kind::Array(ArrayFunction::Norm, operands) = &*base.kind {
                    return (n > 0 && n % 2 == 0)
                        .then(|| Some(of(&operands[0])?.power(size).times(Measure::new(0, size, size / 2))))
                        .flatten();
                }
                let power = of(base)?.power(size);
                match (n >= 0, base.sort.is_scalar()) {
                    (true, _) => Some(power),
                    (false, true) => Some(power.inverse()),
                    (false, false) => self.has_spectrum(base, reading).then_some(power),
                }
            }
            Kind::Array(ArrayFunction::Transpose, operands) => of(&operands[0]),
            Kind::Array(ArrayFunction::Trace, operands) => {
                let loops = if bare(&operands[0]) { 2 } else { 0 };
                Some(of(&operands[0])?.times(Measure::new(0, loops, 1)))
            }
            Kind::Array(ArrayFunction::NormSquared, operands) => {
                let loops = if bare(&operands[0]) { 2 } else { 0 };
                Some(of(&operands[0])?.power(2).times(Measure::new(0, loops, 1)))
            }
            Kind::Array(ArrayFunction::Dot, operands) => Some(product(operands)?.times(Measure::new(0, 0, 1))),
            Kind::Array(ArrayFunction::Outer, operands) => Some(product(operands)?.times(Measure::new(0, 0, 1))),
            Kind::Array(ArrayFunction::Inverse, operands) => {
                self.has_spectrum(&operands[0], reading).then(|| of(&operands[0])).flatten()
            }
            Kind::Expectation(variables, body) => {
                let mut inner =
                    Letters { declarations: self.declarations, random: self.random.clone(), one: self.one.clone() };
                for variable in variables {
                    let measure = match (&variable.law, variable.symbol.sort()) {
                        (Law::Normal(mean, covariance), Sort::Vector(_)) => {
                            let (mean, covariance) = (of(mean)?, of(covariance)?);
                            let polynomial = mean.is_polynomial() && covariance.is_polynomial();
                            let letters = mean.letters.0.max(covariance.letters.0.div_ceil(2));
                            // A pair of these may close to a power of the dimension.
                            polynomial.then(|| Measure::new(letters, 1 + mean.loops.0.max(covariance.loops.0), 0))?
                        }
                        (law, sort) if sort.is_scalar() => {
                            parameters(law).into_iter().all(constant).then(Measure::default)?
                        }
                        _ => return None,
                    };
                    inner.random.push((variable.symbol.clone(), measure));
                }
                inner.measure(body, reading).filter(|m| m.is_polynomial())
            }
            Kind::Gradient(body, symbol) if reading == Reading::Invariant && self.is_unrestricted(symbol) => {
                of(body).filter(|m| m.is_polynomial())
            }
            // By a coefficient; that of a quotient has other degrees.
            Kind::Derivative(body, symbol, _) if self.is_coefficient(symbol) => {
                of(body).filter(|m| m.is_polynomial() && reading == Reading::Invariant)
            }
            _ if e.sort.is_scalar() && constant(e) => Some(Measure::default()),
            _ => None,
        }
    }

    /// Whether a matrix is a function of the one symmetric matrix alone, so that its inverse is one, too: nothing in it
    /// is a sum over the axes or a vector.
    fn has_spectrum(&self, e: &Expr, reading: Reading) -> bool {
        // The dimension of an identity; as a number it would count as a form.
        let axis = |s: &Symbol| self.declarations.iter().any(|d| d.symbol == *s && matches!(d.role, Role::Dimension));
        let known = |s: &Symbol| self.one.as_ref() == Some(s) || self.is_coefficient(s) || axis(s);
        reading == Reading::Spectral
            && matches!(e.sort, Sort::Matrix(..))
            && walk::free_symbols(e).iter().all(known)
            && self.measure(e, reading).is_some_and(|m| m.forms == (0, 0))
    }

    /// An array whose entries are independent of each other.
    fn is_unrestricted(&self, symbol: &Symbol) -> bool {
        self.declarations.iter().any(|d| d.symbol == *symbol && matches!(d.domain, Domain::All))
    }

    /// A number that is neither a dimension nor an index nor averaged over.
    fn is_coefficient(&self, symbol: &Symbol) -> bool {
        let declared = self.declarations.iter().find(|d| d.symbol == *symbol);
        matches!(symbol.sort(), Sort::Real | Sort::Integer)
            && declared.is_some_and(|d| matches!(d.role, Role::Variable))
            && self.random.iter().all(|(s, _)| s != symbol)
    }

    fn letter(&self, symbol: &Symbol, reading: Reading) -> Option<Measure> {
        if let Some((_, measure)) = self.random.iter().find(|(s, _)| s == symbol) {
            return Some(*measure);
        }
        let declaration = self.declarations.iter().find(|d| d.symbol == *symbol)?;
        let named = |dim: &Dim| matches!(dim, Dim::Named(_));
        match (symbol.sort(), &declaration.role, &declaration.domain) {
            (_, Role::Dimension, _) => Some(Measure::new(0, 2, 1)),
            (Sort::Real | Sort::Integer, Role::Variable, _) => Some(Measure::default()),
            (Sort::Matrix(n, m), Role::Variable, Domain::All | Domain::Symmetric | Domain::PositiveDefinite) => {
                let allowed = reading == Reading::Invariant || self.one.as_ref() == Some(symbol);
                (allowed && named(n) && named(m)).then(|| Measure::new(2, 0, 0))
            }
            (Sort::Vector(n) | Sort::Row(n), Role::Variable, Domain::All) => named(n).then(|| Measure::new(1, 0, 0)),
            _ => None,
        }
    }
}

fn parameters(law: &Law) -> Vec<&Expr> {
    match law {
        Law::Normal(a, b) | Law::Uniform(a, b) => vec![a, b],
        Law::Rademacher(p) => vec![p],
        #[allow(unreachable_patterns, reason = "laws are added by others")]
        _ => Vec::new(),
    }
}

/// A product of arrays that is a number is a bilinear form, once for each row that meets a column.
fn closed(operands: &[Expr]) -> Measure {
    let rows = operands.iter().filter(|e| matches!(e.sort, Sort::Row(_))).count();
    Measure::new(0, 0, rows)
}

/// Whether an array may have a part without any letter, whose trace is a dimension.
fn bare(e: &Expr) -> bool {
    walk::any(e, &mut |e| matches!(&*e.kind, Kind::Identity(_) | Kind::Gradient(..)))
}

/// The rank of the rational series of an expression of size d.
fn rank(e: &Expr, d: &Symbol, declarations: &[Declaration]) -> Option<usize> {
    let all = |operands: &[Expr]| operands.iter().map(|a| rank(a, d, declarations)).sum::<Option<usize>>();
    if e.sort.is_scalar() {
        let constant = walk::free_symbols(e).iter().all(|s| s != d && s.sort().is_scalar());
        return constant.then_some(1);
    }
    let of_size = match &e.sort {
        Sort::Matrix(Dim::Named(n), Dim::Named(m)) => n == d && m == d,
        Sort::Vector(Dim::Named(n)) => n == d,
        _ => false,
    };
    if !of_size {
        return None;
    }
    match &*e.kind {
        Kind::Symbol(s) => {
            let declaration = declarations.iter().find(|x| x.symbol == *s)?;
            matches!(declaration.domain, Domain::All | Domain::Symmetric | Domain::PositiveDefinite).then_some(2)
        }
        Kind::Identity(_) => Some(1),
        Kind::Add(operands) | Kind::Mul(operands) => all(operands),
        Kind::Neg(a) => rank(a, d, declarations),
        Kind::Div(a, b) => Some(rank(a, d, declarations)? + rank(b, d, declarations)?),
        Kind::Pow(base, exponent) => {
            let n: i64 = i64::try_from(exponent.as_number().filter(|n| n.is_int())?.numerator().clone()).ok()?;
            let base = rank(base, d, declarations)?;
            Some(base * usize::try_from(n.unsigned_abs()).ok()?.max(1) + usize::from(n < 0))
        }
        Kind::Array(ArrayFunction::Transpose, operands) => all(operands),
        Kind::Array(ArrayFunction::Inverse, operands) => Some(all(operands)? + 1),
        _ => None,
    }
}
