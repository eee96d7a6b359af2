//! Optima over a symbol: exactly for quadratic objectives; for others of one number by a search, sharpened by Newton's method.

use super::degree::degree;
use super::machine::{JetValue, Machine};
use super::op::{Node, Shape, Test};
use super::{Value, array};
use crate::expr::Optimum;
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Undefined};
use nalgebra::DMatrix;

/// Quadratic objectives of more numbers are refused.
const MOST_NUMBERS: usize = 16;
/// Places x = sinh s at which an objective of one number is looked at, s from −SPAN to SPAN.
const PLACES: i32 = 240;
const SPAN: f64 = 7.0;
/// Two optima whose values differ by this share are the same height.
const SAME_HEIGHT: f64 = 1e-9;
/// So many local optima are looked at closely.
const MOST_DIPS: usize = 8;

impl<A: Arithmetic> Machine<'_, '_, A> {
    pub(super) fn optimum(
        &mut self,
        optimum: Optimum,
        slot: usize,
        shape: Shape,
        condition: Option<&Test>,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let shape = match shape {
            None => None,
            Some((rows, columns)) => Some((self.length(rows)?, self.length(columns)?)),
        };
        let saved = self.replace(slot, None);
        let quadratic = degree(body, &[slot], self.constants()).is_some_and(|d| d <= 2) && condition.is_none();
        let outcome = if quadratic {
            self.of_a_quadratic(optimum, slot, shape, body)
        } else if shape.is_some() {
            Err(Undefined::unsupported("an optimum over arrays of an objective that is not quadratic"))
        } else {
            self.of_one_number(optimum, slot, condition, body)
        };
        self.replace(slot, saved);
        outcome
    }

    fn wants_maximum(optimum: Optimum) -> bool {
        matches!(optimum, Optimum::Maximum | Optimum::Supremum | Optimum::ArgMax)
    }

    fn wants_place(optimum: Optimum) -> bool {
        matches!(optimum, Optimum::ArgMin | Optimum::ArgMax)
    }

    /// −H⁻¹ g with gradient and Hessian at zero.
    fn of_a_quadratic(
        &mut self,
        optimum: Optimum,
        slot: usize,
        shape: Option<(usize, usize)>,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let shaped = |entries: Vec<Jet<A::Number>>| match shape {
            None => Value::Scalar(entries[0].clone()),
            Some((rows, columns)) => Value::Array(DMatrix::from_vec(rows, columns, entries)),
        };
        let n = shape.map_or(1, |(rows, columns)| rows * columns);
        if n == 0 || n > MOST_NUMBERS {
            return Err(Undefined::unsupported("an optimum over this many numbers"));
        }
        self.replace(slot, Some(shaped(vec![self.number(0); n])));
        let number = |value: JetValue<A>| {
            value.as_scalar().cloned().ok_or_else(|| Undefined::Shape("an objective that is an array".into()))
        };
        let mut gradient = Vec::with_capacity(n);
        let mut hessian = DMatrix::from_element(n, n, self.number(0));
        for i in 0..n {
            gradient.push(number(self.by_entry(body, slot, i, 1)?)?);
            hessian[(i, i)] = number(self.by_entry(body, slot, i, 2)?)?;
            for j in 0..i {
                let mixed = number(self.mixed_by(body, slot, i, j)?)?;
                hessian[(i, j)] = mixed.clone();
                hessian[(j, i)] = mixed;
            }
        }
        if optimum != Optimum::Extremum {
            let sign = if Self::wants_maximum(optimum) { -1.0 } else { 1.0 };
            let approximate = hessian.map(|x| sign * jets.approximate(&x));
            // Without approximate values (prime field) the stationary point is the optimum wherever there is one.
            if approximate.iter().all(|x| x.is_finite()) && approximate.cholesky().is_none() {
                return Err(Undefined::Domain("an optimum of an objective without one"));
            }
        }
        let inverse = array::inverse(jets, &hessian)?;
        let place: Vec<Jet<A::Number>> = (0..n)
            .map(|i| {
                let terms = (0..n).map(|j| jets.mul(&inverse[(i, j)], &gradient[j]));
                jets.neg(&terms.fold(self.number(0), |sum, term| jets.add(&sum, &term)))
            })
            .collect();
        let place = shaped(place);
        if Self::wants_place(optimum) {
            return Ok(place);
        }
        self.replace(slot, Some(place));
        self.eval(body)
    }

    /// The objective in `f64`, turned so that the least is wanted; NaN outside its domain or the condition.
    fn height(&mut self, maximum: bool, slot: usize, x: f64, condition: Option<&Test>, body: &Node) -> f64 {
        let Ok(at) = self.float(x) else { return f64::NAN };
        self.replace(slot, Some(Value::Scalar(at)));
        let admissible = condition.is_none_or(|test| self.holds(test).unwrap_or(false));
        let height =
            if admissible { self.scalar(body).map_or(f64::NAN, |y| self.jets.approximate(&y)) } else { f64::NAN };
        self.forgive();
        if maximum { -height } else { height }
    }

    fn of_one_number(
        &mut self,
        optimum: Optimum,
        slot: usize,
        condition: Option<&Test>,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        if !self.jets.admits_quadrature() || optimum == Optimum::Extremum {
            return Err(Undefined::unsupported("an optimum of an objective that is not quadratic"));
        }
        let maximum = Self::wants_maximum(optimum);
        let places: Vec<f64> = (-PLACES..=PLACES).map(|k| (f64::from(k) * SPAN / f64::from(PLACES)).sinh()).collect();
        let heights: Vec<f64> = places.iter().map(|x| self.height(maximum, slot, *x, condition, body)).collect();
        let best =
            (0..places.len()).filter(|i| heights[*i].is_finite()).min_by(|i, j| heights[*i].total_cmp(&heights[*j]));
        let best = best.ok_or(Undefined::Domain("an optimum over nothing"))?;
        if best == 0 || best + 1 == places.len() {
            return Err(Undefined::unsupported("an optimum far out or at infinity"));
        }
        // Every dip of the grid may hold the optimum; the lowest few are looked at closely.
        let low = |i: usize, j: usize| heights[j].is_nan() || heights[j] >= heights[i];
        let mut dips: Vec<usize> =
            (1..places.len() - 1).filter(|i| heights[*i].is_finite() && low(*i, i - 1) && low(*i, i + 1)).collect();
        dips.sort_by(|i, j| heights[*i].total_cmp(&heights[*j]));
        dips.truncate(MOST_DIPS);
        let mut found: Vec<(f64, f64, f64, bool)> = Vec::with_capacity(dips.len());
        for dip in dips {
            let (x, width, at_end) =
                self.dip(maximum, slot, [places[dip - 1], places[dip], places[dip + 1]], condition, body);
            found.push((self.height(maximum, slot, x, condition, body), x, width, at_end));
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let Some((height, x, width, at_end)) = found.first().copied() else {
            return Err(Undefined::Domain("an optimum over nothing"));
        };
        let tied = found.iter().skip(1).any(|(other, y, ..)| {
            other - height <= SAME_HEIGHT * height.abs().max(1e-3) && (x - y).abs() > 1e-4 * (1.0 + x.abs())
        });
        if Self::wants_place(optimum) && tied {
            return Err(Undefined::Precision("an optimum attained at several places"));
        }
        let at = self.float(x)?;
        let (place, step) = match (at_end, self.sharpened(slot, at.clone(), body)) {
            (false, Ok((place, step))) if step <= 1e-4 * (1.0 + x.abs()) => (place, step),
            _ => {
                self.forgive();
                (at, width)
            }
        };
        let jets = self.jets;
        if Self::wants_place(optimum) {
            return Ok(Value::Scalar(jets.widen(&place, 4.0 * step + 1e-12 * x.abs())));
        }
        // How much the objective changes over the uncertainty of the place.
        let around = [x - step, x + step].map(|x| (self.height(maximum, slot, x, None, body) - height).abs());
        let change = around.into_iter().filter(|c| c.is_finite()).fold(0.0, f64::max);
        self.replace(slot, Some(Value::Scalar(place)));
        Ok(self.eval(body)?.map(|y| jets.widen(y, 2.0 * change + 1e-13 * height.abs())))
    }

    /// The lowest place between the first and the last, how well it is known, and whether it is an end of the admissible range.
    fn dip(
        &mut self,
        maximum: bool,
        slot: usize,
        [first, middle, last]: [f64; 3],
        condition: Option<&Test>,
        body: &Node,
    ) -> (f64, f64, bool) {
        let (mut lower, mut upper) = (first, last);
        let mut cut = false;
        // An end of the admissible range is approached from inside.
        for end in [&mut lower, &mut upper] {
            if self.height(maximum, slot, *end, condition, body).is_nan() {
                let (mut outside, mut inside) = (*end, middle);
                for _ in 0..70 {
                    let half = f64::midpoint(outside, inside);
                    let height = self.height(maximum, slot, half, condition, body);
                    if height.is_nan() { outside = half } else { inside = half }
                }
                *end = inside;
                cut = true;
            }
        }
        let ends = [lower, upper];
        for _ in 0..200 {
            let (p, q) = (lower + 0.382 * (upper - lower), lower + 0.618 * (upper - lower));
            let heights = [p, q].map(|x| self.height(maximum, slot, x, condition, body));
            if heights[0] < heights[1] {
                upper = q
            } else {
                lower = p
            }
            if upper - lower <= 1e-9 * lower.abs().max(1e-3) {
                break;
            }
        }
        let x = f64::midpoint(lower, upper);
        let at_end = cut && ends.iter().any(|end| (x - end).abs() <= 1e-6 * (ends[1] - ends[0]));
        (x, upper - lower, at_end)
    }

    /// Newton's method for a zero of the slope; with the size of its last step. Infinitesimal parts follow the place.
    fn sharpened(
        &mut self,
        slot: usize,
        start: Jet<A::Number>,
        body: &Node,
    ) -> Result<(Jet<A::Number>, f64), Undefined> {
        let jets = self.jets;
        let (mut place, mut last) = (start, f64::INFINITY);
        for _ in 0..6 {
            self.replace(slot, Some(Value::Scalar(place.clone())));
            let (slope, curvature) = (self.by_entry(body, slot, 0, 1)?, self.by_entry(body, slot, 0, 2)?);
            let (Some(slope), Some(curvature)) = (slope.as_scalar(), curvature.as_scalar()) else {
                return Err(Undefined::Shape("an objective that is an array".into()));
            };
            let step = jets.div(slope, curvature)?;
            // Only the middle is moved: the widths of enclosures would grow.
            last = step.coefficients().iter().map(|c| jets.inner().approximate(c).abs()).fold(0.0, f64::max);
            place = jets.centered(&jets.sub(&place, &step))?;
            if last.is_nan() {
                return Err(Undefined::NonFinite);
            }
        }
        Ok((place, last))
    }
}
