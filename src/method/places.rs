//! The points of a setting in the order in which they are looked at, and the sides of a formula at the first of them,
//! evaluated once for all its variants that leave a side as it is.

use super::Budget;
use super::setting::Setting;
use crate::assumption::Point;
use crate::eval::{Meter, Program, Value};
use crate::expr::{Expr, Kind, Link, walk};
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Undefined};
use std::sync::Arc;

/// A variant that is wrong mostly fails at the first point, or at the third where errors are estimated.
const POINTS: usize = 4;

/// A side at a point.
pub(super) type Evaluated = Result<Value<Interval>, Undefined>;

/// A side at a point, in `f64` intervals.
#[derive(Clone, Debug)]
pub(super) struct AtPlace {
    /// Which of the points of the setting.
    number: usize,
    pub(super) enclosed: Evaluated,
    /// With estimated errors, where no enclosure can do an operation.
    pub(super) estimated: Option<Evaluated>,
}

/// The sides of a formula at its first points.
#[derive(Clone, Debug)]
pub struct Known {
    sides: [(Expr, Arc<[AtPlace]>); 2],
}

/// A side of a link, compiled.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) program: Program,
    known: Option<Arc<[AtPlace]>>,
}

/// A point, and which of the points of its setting it is, if it is one.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub(super) point: &'a Point,
    pub(super) number: Option<usize>,
}

impl<'a> Place<'a> {
    /// The point itself.
    pub fn point(&self) -> &'a Point {
        self.point
    }
}

impl Known {
    /// Looks at both sides of a link at its first points, as far as the work suffices. `None` if a side cannot be evaluated.
    pub fn new(link: &Link, setting: &Setting<'_>, budget: &Budget) -> Option<Self> {
        let link = setting.prepare(link)?;
        let meter = Meter::new(budget.steps);
        let places: Vec<Place<'_>> = cheap_first(&link, setting).into_iter().take(POINTS).collect();
        let side = |e: &Expr| -> Option<(Expr, Arc<[AtPlace]>)> {
            let side = Side { program: Program::compile(e).ok()?.metered(&meter), known: None };
            let look = |place: &Place<'_>| {
                let number = place.number?;
                let enclosed = side.enclosed(*place);
                let estimated = matches!(enclosed, Err(Undefined::Unsupported(_))).then(|| side.estimated(*place));
                // What the end of the work cut short is no value.
                (!meter.is_spent()).then_some(AtPlace { number, enclosed, estimated })
            };
            Some((e.clone(), places.iter().map_while(look).collect()))
        };
        Some(Self { sides: [side(&link.left)?, side(&link.right)?] })
    }
}

impl Side {
    /// Compiles a side: 0 for the left one, 1 for the right one.
    ///
    /// # Errors
    /// In words: it cannot be evaluated.
    pub(super) fn new(e: &Expr, number: usize, known: Option<&Known>) -> Result<Self, String> {
        let program = Program::compile(e).map_err(|u| u.to_string())?;
        let same = known.map(|k| &k.sides[number]).filter(|(original, _)| walk::same(original, e));
        Ok(Self { program, known: same.map(|(_, places)| places.clone()) })
    }

    /// The same with its evaluations counted by a meter.
    pub(super) fn metered(self, meter: &Arc<Meter>) -> Self {
        Self { program: self.program.metered(meter), ..self }
    }

    fn known(&self, place: Place<'_>) -> Option<&AtPlace> {
        let number = place.number?;
        self.known.as_ref()?.iter().find(|at| at.number == number)
    }

    /// In `f64` intervals.
    pub(super) fn enclosed(&self, place: Place<'_>) -> Evaluated {
        if let Some(known) = self.known(place) {
            return known.enclosed.clone();
        }
        let a = Intervals::new();
        self.program.evaluate(&a, &place.point.map(|x| a.rational(x)))
    }

    /// In `f64` with estimated errors.
    pub(super) fn estimated(&self, place: Place<'_>) -> Evaluated {
        let known = self.known(place).and_then(|at| at.estimated.clone());
        known.unwrap_or_else(|| self.program.evaluate_with_error(&place.point.map(crate::numeric::float::nearest)))
    }
}

/// The points of a setting; where integrals and averages over arrays cost much, those of small sizes first.
pub fn cheap_first<'s>(link: &Link, setting: &'s Setting<'_>) -> Vec<Place<'s>> {
    let number = |(number, point)| Place { point, number: Some(number) };
    let mut points: Vec<Place<'_>> = setting.points.iter().enumerate().map(number).collect();
    let costly = |e| {
        walk::any(e, &mut |e| {
            matches!(
                &*e.kind,
                Kind::Integral(..)
                    | Kind::IntegralOver(..)
                    | Kind::AverageOver(..)
                    | Kind::RelativeEntropy(..)
                    | Kind::Entropy(..)
                    | Kind::Expectation(..)
            )
        })
    };
    if costly(&link.left) || costly(&link.right) {
        points.sort_by_key(|p| p.point.sizes().map(|(_, n)| n).sum::<usize>());
    }
    points
}
