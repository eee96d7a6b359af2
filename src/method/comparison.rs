//! Two sides of a link at one point, enclosed ever more tightly until the point is decided.

use super::places::{Known, Place, Side};
use crate::claim::Tolerance;
use crate::eval::{Meter, Value};
use crate::expr::{Expr, Kind, Link, Relation, walk};
use crate::numeric::ball::{Ball, Balls};
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Function, Rational, Undefined};
use std::cmp::Ordering;
use std::sync::Arc;

/// An arithmetic whose numbers are known to lie between two endpoints.
pub(super) trait Enclosing: Arithmetic {
    /// Endpoints in `f64`, rounded outward.
    fn ends(&self, a: &Self::Number) -> (f64, f64);
    /// Whether the exact values differ for certain.
    fn apart(&self, a: &Self::Number, b: &Self::Number) -> bool;
}

impl Enclosing for Intervals {
    fn ends(&self, a: &Interval) -> (f64, f64) {
        self.enclosure(a)
    }
    fn apart(&self, a: &Interval, b: &Interval) -> bool {
        self.separated(a, b)
    }
}

impl Enclosing for Balls {
    fn ends(&self, a: &Ball) -> (f64, f64) {
        self.enclosure(a)
    }
    fn apart(&self, a: &Ball, b: &Ball) -> bool {
        self.separated(a, b)
    }
}

/// The arithmetics that a point is looked at in, with their tables of constants: `f64` intervals, then balls.
#[derive(Debug)]
pub struct Ladder {
    balls: Vec<Balls>,
    digits: f64,
    /// Whether what fails on one rung must fail again on the next.
    confirms: bool,
}

impl Ladder {
    /// Balls of these precisions in bits, ascending; both sides have to agree to `digits` decimal digits.
    pub fn new(precisions: &[usize], digits: f64) -> Self {
        Self { balls: precisions.iter().map(|bits| Balls::new(*bits)).collect(), digits, confirms: true }
    }

    /// The same for variants of a formula, of which nothing is said to a reader: one rung is enough to fail.
    pub(super) fn unconfirmed(self) -> Self {
        Self { confirms: false, ..self }
    }

    pub(super) fn balls(&self) -> &[Balls] {
        &self.balls
    }

    pub(super) fn digits(&self) -> f64 {
        self.digits
    }
}

/// A link compiled once, to be looked at at many points.
#[derive(Clone, Debug)]
pub struct Comparison {
    sides: [Side; 2],
    relation: Relation,
    tolerance: Option<Rational>,
    /// Whether something in the formula may have a kink or a jump.
    kinked: bool,
}

/// What one point says.
#[derive(Clone, Debug, PartialEq)]
pub enum AtPoint {
    /// The relation holds here, to so many decimal digits (infinite for an order that holds for certain).
    Holds(f64),
    /// The relation fails here for certain: both sides, as text.
    Fails {
        /// The left-hand side.
        left: String,
        /// The right-hand side.
        right: String,
    },
    /// One side is not defined here.
    Outside(String),
    /// The highest precision leaves it open.
    Open,
    /// A side overflows.
    NonFinite,
    /// No enclosure can do an operation of the formula.
    Unsupported(String),
    /// The two sides do not have the same shape, or an array is ordered.
    Shapeless(String),
}

/// How one rung of the precision ladder answers.
enum Rung {
    Decided(AtPoint),
    /// Agreement to so many digits, but not to as many as asked.
    Narrower(f64),
}

/// Whether an operation is not smooth where it is defined.
fn has_kinks(e: &Expr) -> bool {
    match &*e.kind {
        Kind::Function(f, _) => matches!(
            f,
            Function::Sqrt
                | Function::Abs
                | Function::Sign
                | Function::Heaviside
                | Function::Floor
                | Function::Ceil
                | Function::Min
                | Function::Max
        ),
        Kind::Pow(base, exponent) => match exponent.as_number() {
            Some(n) => !n.is_int(),
            None => !matches!(&*base.kind, Kind::Number(_) | Kind::Constant(_)),
        },
        Kind::Cases(..) | Kind::Probability(..) | Kind::Optimum(..) => true,
        _ => false,
    }
}

impl Comparison {
    /// Compiles both sides; what is known of a side that is the same is used.
    ///
    /// # Errors
    /// In words: the relation says nothing about a single point, or a side cannot be evaluated.
    pub fn new(link: &Link, tolerance: Option<&Tolerance>, known: Option<&Known>) -> Result<Self, String> {
        let relation = match (link.relation, tolerance) {
            (Relation::Approximately, None) => return Err("≈ without a tolerance says nothing certain".into()),
            (
                Relation::MuchLess
                | Relation::MuchGreater
                | Relation::Asymptotic
                | Relation::SameOrder
                | Relation::TendsTo
                | Relation::Distributed
                | Relation::EqualInLaw
                | Relation::Member
                | Relation::NotMember
                | Relation::Assign,
                _,
            ) => return Err(format!("${}$ says nothing about a single point", link.relation.tex())),
            (Relation::Proportional, _) => {
                return Err(r"$\propto$ needs `over`: the symbols that the ratio does not depend on".into());
            }
            (Relation::Equal, Some(_)) => Relation::Approximately,
            (relation, _) => relation,
        };
        let tolerance = match tolerance {
            Some(t) => Some(Rational::try_from(t.relative).map_err(|_| "a tolerance that is not finite")?),
            None => None,
        };
        let kinked = [&link.left, &link.right].into_iter().any(|side| walk::any(side, &mut has_kinks));
        let sides = [Side::new(&link.left, 0, known)?, Side::new(&link.right, 1, known)?];
        Ok(Self { sides, relation, tolerance, kinked })
    }

    /// The same with its evaluations counted by a meter.
    pub(super) fn metered(self, meter: &Arc<Meter>) -> Self {
        Self { sides: self.sides.map(|side| side.metered(meter)), ..self }
    }

    /// Looks at one point: `f64` intervals first, then higher precisions until it is decided. What fails on one rung must
    /// fail again on the next, unless the ladder asks for no confirmation.
    pub fn at(&self, place: Place<'_>, ladder: &Ladder) -> AtPoint {
        let mut best = f64::NEG_INFINITY;
        let mut suspicion: Option<AtPoint> = None;
        let mut last_error: Option<Undefined> = None;
        for rung in std::iter::once(None).chain(ladder.balls.iter().map(Some)) {
            let answer = match rung {
                // What is equal to double precision may differ in the next digit: here equality has to be exact.
                None => self.in_intervals(place),
                Some(balls) => self.look(balls, place, ladder.digits),
            };
            match answer {
                Ok(Rung::Decided(fails @ AtPoint::Fails { .. })) => {
                    if suspicion.is_some() || !ladder.confirms {
                        return fails;
                    }
                    suspicion = Some(fails);
                }
                Ok(Rung::Decided(other)) => return other,
                Ok(Rung::Narrower(d)) => best = best.max(d),
                Err(Undefined::Domain(what)) => return AtPoint::Outside(format!("{what} is undefined")),
                Err(Undefined::Shape(what)) => return AtPoint::Shapeless(what),
                Err(Undefined::Unsupported(what)) => return AtPoint::Unsupported(what.into_owned()),
                // More bits and a wider exponent may help.
                Err(error @ (Undefined::Precision(_) | Undefined::NonFinite)) => last_error = Some(error),
            }
        }
        match last_error {
            Some(Undefined::NonFinite) if best == f64::NEG_INFINITY => AtPoint::NonFinite,
            _ => AtPoint::Open,
        }
    }

    /// Looks at the highest precision, whatever lower ones say, and at twice of it before anything fails: what agrees to all
    /// digits that were asked for may differ in later ones.
    pub fn at_depth(&self, place: Place<'_>, ladder: &Ladder) -> Option<AtPoint> {
        let top = ladder.balls.last()?;
        let failing = |balls: &Balls| match self.look(balls, place, ladder.digits) {
            Ok(Rung::Decided(fails @ AtPoint::Fails { .. })) => Some(fails),
            _ => None,
        };
        failing(top).and_then(|_| failing(&Balls::new(2 * top.precision())))
    }

    fn in_intervals(&self, place: Place<'_>) -> Result<Rung, Undefined> {
        let [left, right] = &self.sides;
        self.compare(&Intervals::new(), &left.enclosed(place)?, &right.enclosed(place)?, f64::INFINITY)
    }

    fn look(&self, balls: &Balls, place: Place<'_>, digits: f64) -> Result<Rung, Undefined> {
        let at = place.point.map(|x| balls.rational(x));
        let [left, right] = &self.sides;
        let (left, right) = (left.program.evaluate(balls, &at)?, right.program.evaluate(balls, &at)?);
        self.compare(balls, &left, &right, digits)
    }

    /// Both sides in `f64` with estimated errors: for integrals and eigenvalues, which have no enclosure. It agrees to at
    /// most half of the double digits, and fails only by a hundred times the error.
    pub fn estimate(&self, place: Place<'_>) -> AtPoint {
        let [left, right] = &self.sides;
        let (left, right) = match (left.estimated(place), right.estimated(place)) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(error), _) | (_, Err(error)) => {
                return match error {
                    Undefined::Domain(what) => AtPoint::Outside(format!("{what} is undefined")),
                    Undefined::Shape(what) => AtPoint::Shapeless(what),
                    Undefined::Unsupported(what) => AtPoint::Unsupported(what.into_owned()),
                    Undefined::Precision(_) => AtPoint::Open,
                    Undefined::NonFinite => AtPoint::NonFinite,
                };
            }
        };
        const GENEROUS: f64 = 100.0;
        // Kinks of an integrand can hide from the estimate, so a smaller relative difference says nothing.
        let floor = if self.kinked { 1e-8 } else { 1e-10 };
        const DIGITS: f64 = 7.0;
        let a = Intervals::estimating();
        let scale = largest(&a, &left).max(largest(&a, &right));
        let inflate = |x: &Interval| {
            let (middle, radius) = (f64::midpoint(x.lo(), x.hi()), (x.hi() - x.lo()) / 2.0);
            let radius = GENEROUS * radius + floor * scale;
            Interval::new(middle - radius, middle + radius)
        };
        match self.compare(&a, &left.map(inflate), &right.map(inflate), DIGITS) {
            Ok(Rung::Decided(decided)) => decided,
            // Integrals that cancel: the error is measured by what they are made of.
            Ok(Rung::Narrower(_)) if self.relation == Relation::Equal && left.shape() == right.shape() => {
                let pairs = left.entries().iter().zip(right.entries());
                let difference = pairs.map(|(x, y)| magnitude(&a, &a.sub(x, y)).1).fold(0.0, f64::max);
                let at = place.point.map(crate::numeric::float::nearest);
                let scales = self.sides.each_ref().map(|side| side.program.natural_scale(&at).unwrap_or(0.0));
                let digits = scales[0].max(scales[1]).log10() - (GENEROUS * difference).log10();
                if digits >= DIGITS { AtPoint::Holds(digits) } else { AtPoint::Open }
            }
            Ok(Rung::Narrower(_)) | Err(_) => AtPoint::Open,
        }
    }

    fn compare<A: Enclosing>(
        &self,
        a: &A,
        left: &Value<A::Number>,
        right: &Value<A::Number>,
        digits: f64,
    ) -> Result<Rung, Undefined> {
        let ((rows, columns), (other_rows, other_columns)) = (left.shape(), right.shape());
        // A number equal to an array is an equality with that number in every entry only if it is zero: 0 stands for all zeros.
        let broadcast = right.as_scalar().filter(|zero| a.ends(zero) == (0.0, 0.0));
        if (rows, columns) != (other_rows, other_columns) && broadcast.is_none() {
            let text = format!("{rows} × {columns} beside {other_rows} × {other_columns}");
            return Ok(Rung::Decided(AtPoint::Shapeless(text)));
        }
        let pairs: Vec<(&A::Number, &A::Number)> = match (left.entries(), right.entries()) {
            (l, r) if l.len() == r.len() => l.iter().zip(r).collect(),
            (l, r) => l.iter().map(|x| (x, &r[0])).collect(),
        };
        let fails = || Ok(Rung::Decided(AtPoint::Fails { left: shown(a, left), right: shown(a, right) }));
        let holds = |d| Ok(Rung::Decided(AtPoint::Holds(d)));
        let agreed = agreement(a, left, right, &pairs);
        match self.relation {
            Relation::Equal => {
                if pairs.iter().any(|(x, y)| a.apart(x, y)) {
                    return fails();
                }
                if agreed >= digits { holds(agreed) } else { Ok(Rung::Narrower(agreed)) }
            }
            Relation::NotEqual => {
                if pairs.iter().any(|(x, y)| a.apart(x, y)) {
                    holds(f64::INFINITY)
                } else if pairs.iter().all(|(x, y)| a.compare(x, y) == Some(Ordering::Equal)) {
                    fails()
                } else {
                    Ok(Rung::Narrower(agreed))
                }
            }
            Relation::Approximately => {
                let tolerance = a.rational(self.tolerance.as_ref().unwrap_or(&Rational::ZERO));
                let mut open = false;
                for (x, y) in pairs {
                    let difference = magnitude(a, &a.sub(x, y));
                    let (low, high) = magnitude(a, &a.mul(&tolerance, y));
                    if difference.0 > high {
                        return fails();
                    }
                    open |= difference.1 > low;
                }
                if open { Ok(Rung::Narrower(agreed)) } else { holds(agreed) }
            }
            order => {
                let (Some(x), Some(y)) = (left.as_scalar(), right.as_scalar()) else {
                    return Ok(Rung::Decided(AtPoint::Shapeless("an order between arrays".into())));
                };
                let strict = matches!(order, Relation::Less | Relation::Greater);
                let upward = matches!(order, Relation::Less | Relation::LessOrEqual);
                let (wanted, unwanted) =
                    if upward { (Ordering::Less, Ordering::Greater) } else { (Ordering::Greater, Ordering::Less) };
                match a.compare(x, y) {
                    Some(o) if o == wanted => holds(f64::INFINITY),
                    Some(o) if o == unwanted => fails(),
                    Some(Ordering::Equal) if strict => fails(),
                    Some(_) => holds(f64::INFINITY),
                    // Equality to all digits: the bound is attained, or an intersection was missed by less than that.
                    None if !strict && agreed >= digits => holds(agreed),
                    None => Ok(Rung::Narrower(agreed)),
                }
            }
        }
    }
}

/// Least and largest absolute value.
fn magnitude<A: Enclosing>(a: &A, x: &A::Number) -> (f64, f64) {
    let (low, high) = a.ends(x);
    let least = if low > 0.0 {
        low
    } else if high < 0.0 {
        -high
    } else {
        0.0
    };
    (least, low.abs().max(high.abs()))
}

/// The largest absolute value of an entry.
fn largest<A: Enclosing>(a: &A, value: &Value<A::Number>) -> f64 {
    value.entries().iter().map(|x| magnitude(a, x).1).fold(0.0, f64::max)
}

/// −log₁₀ of the largest difference over the largest entry. Where both sides enclose zero, half of the absolute digits.
fn agreement<A: Enclosing>(
    a: &A,
    left: &Value<A::Number>,
    right: &Value<A::Number>,
    pairs: &[(&A::Number, &A::Number)],
) -> f64 {
    let difference = pairs.iter().map(|(x, y)| magnitude(a, &a.sub(x, y)).1).fold(0.0, f64::max);
    let scale = largest(a, left).max(largest(a, right));
    if difference == 0.0 {
        return f64::INFINITY;
    }
    if !difference.is_finite() || !scale.is_finite() {
        return f64::NEG_INFINITY;
    }
    let relative = scale.log10() - difference.log10();
    let zero = |value: &Value<A::Number>| value.entries().iter().all(|x| magnitude(a, x).0 == 0.0);
    if zero(left) && zero(right) { relative.max(-difference.log10() / 2.0) } else { relative }
}

/// A value as text: the middle to the digits that are certain, at most twelve.
fn shown<A: Enclosing>(a: &A, value: &Value<A::Number>) -> String {
    let number = |x: &A::Number| {
        let (low, high) = a.ends(x);
        let middle = f64::midpoint(low, high);
        let radius = (high - low) / 2.0;
        let certain = if radius > 0.0 && middle != 0.0 { (middle.abs() / radius).log10().floor() } else { 12.0 };
        significant(middle, (certain.clamp(1.0, 12.0)) as usize)
    };
    match value {
        Value::Scalar(x) => number(x),
        Value::Array(m) if m.ncols() == 1 => {
            format!("({})", m.iter().map(number).collect::<Vec<_>>().join(", "))
        }
        Value::Array(m) => {
            let rows: Vec<String> =
                m.row_iter().map(|row| row.iter().map(number).collect::<Vec<_>>().join(" ")).collect();
            format!("[{}]", rows.join("; "))
        }
    }
}

/// A number with so many significant digits, without trailing zeros.
pub(super) fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let exponent = x.abs().log10().floor() as i32;
    if !(-5..15).contains(&exponent) {
        return format!("{x:.*e}", digits.saturating_sub(1));
    }
    let places = (digits as i32 - 1 - exponent).max(0) as usize;
    let text = format!("{x:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
