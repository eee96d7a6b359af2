//! A quick filter of repairs: both sides in `f64` at a few points, the unchanged side evaluated once.

use super::Bench;
use crate::assumption::Point;
use crate::eval::{self, Assignment, Meter, Program, Value};
use crate::expr::{Expr, Kind, Link, Relation, walk};
use crate::method::setting::Setting;
use crate::method::{enclosure, places};
use crate::numeric::float::{F64, nearest};
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Undefined};
use std::sync::{Arc, OnceLock};

/// Points of the filter.
const POINTS: usize = 12;

/// Operations that looking at candidates may take at most.
const STEPS: u64 = 6_000_000;

/// What writing, reading and compiling a candidate takes, in operations: at least, and for each part of the formula.
const READING: u64 = 100;
const READING_A_PART: u64 = 5;

/// Candidates that are looked at, at most.
const CANDIDATES: u64 = 60_000;

/// A point counts if both sides agree to this relative difference …
const TOLERANCE: f64 = 1e-7;

/// … and quadratures stop well before.
const AIM: f64 = 1e-9;

/// Most candidates are off by more than this already at the first point, where quadratures stop there at first.
const COARSE: f64 = 1e-3;

/// Points that take more than this many times what the cheapest takes are left out, but for the first few.
const DEAR: u64 = 3;
const FEW: usize = 4;

/// What the filter says of a candidate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Agrees,
    /// `f64` tells nowhere: it overflows, or both sides cancel.
    Open,
    Fails,
}

impl Fit {
    fn of(agrees: bool) -> Self {
        if agrees { Self::Agrees } else { Self::Fails }
    }
}

/// A point in the arithmetics of the filter.
struct Place {
    plain: Assignment<f64>,
    enclosed: Assignment<Interval>,
    /// Whether values with an error bar count where there is no plain one: only where the refuted formula has no other either.
    /// What has no plain value beside one that has is no repair of it, and may be slow to estimate.
    estimates: bool,
}

/// Whether a side is a mean or an integral.
pub(super) fn averages(link: &Link) -> bool {
    let average = |e: &Expr| matches!(&*e.kind, Kind::Expectation(..) | Kind::Integral(..) | Kind::AverageOver(..));
    [&link.left, &link.right].into_iter().any(|e| walk::any(e, &mut |e| average(e)))
}

/// One side of a formula with its values at the points, each computed when it is first asked for.
pub(super) struct Side {
    program: Program,
    plain: Vec<OnceLock<Option<Value<f64>>>>,
    enclosed: Vec<OnceLock<Enclosed>>,
    /// The first point at a glance.
    coarse: OnceLock<Option<Value<Interval>>>,
}

/// What an enclosure says of a side at a point.
enum Enclosed {
    /// It is in here: for sure, or within estimated errors where no enclosure can do an operation.
    Within(Value<Interval>),
    /// It has no value, as far as can be told.
    Undefined,
    /// No enclosure and no estimate can be had.
    Unknown,
}

/// The refuted formula at a few points.
pub(super) struct Filter<'a> {
    setting: &'a Setting<'a>,
    relation: Relation,
    places: Vec<Place>,
    sides: [Side; 2],
    /// At how many of the places both sides of the refuted formula have a value.
    defined: usize,
    /// Operations of one evaluation of each side of the refuted formula at the first point, where most candidates fail …
    prices: [u64; 2],
    /// … and of both at all points together.
    whole: u64,
    /// What writing and reading a candidate takes.
    reading: u64,
    /// Both sides are taken as pairs of a real and an imaginary part.
    complex: bool,
    /// Some changes make quadratures of what was exact.
    averages: bool,
    /// Operations that looking at candidates may take, but for what single ones take more than the refuted formula.
    work: u64,
}

impl<'a> Filter<'a> {
    /// `None` if a side of the refuted formula cannot be evaluated, or the claim has no points.
    pub(super) fn new(bench: &'a Bench<'_>, refuted: &Link) -> Option<Self> {
        let setting = bench.setting.as_ref()?;
        let a = Intervals::new();
        let place = |p: &Point| Place { plain: p.map(nearest), enclosed: p.map(|x| a.rational(x)), estimates: true };
        let first = places::cheap_first(refuted, setting).into_iter().take(POINTS);
        let places: Vec<Place> = first.map(|p| place(p.point())).collect();
        let count = places.len();
        let meter = Meter::new(bench.budget.steps);
        let work = STEPS.min(bench.budget.steps / 4);
        let complex = eval::is_complex(&refuted.left) || eval::is_complex(&refuted.right);
        let side = |e: &Expr| Side::new((setting, complex), e, count, &meter);
        let sides = [side(&refuted.left)?, side(&refuted.right)?];
        let mut filter = Self {
            setting,
            relation: refuted.relation,
            places: Vec::new(),
            sides,
            defined: 0,
            prices: [1, 1],
            whole: 1,
            reading: READING.max(READING_A_PART * (walk::size(&refuted.left) + walk::size(&refuted.right)) as u64),
            complex,
            averages: averages(refuted),
            work,
        };
        let mut prices = Vec::with_capacity(count);
        for (at, mut place) in places.into_iter().enumerate() {
            let mut spent = [0, 0];
            let plain = [0, 1].map(|k| {
                let before = meter.left();
                let plain = filter.sides[k].program.evaluate(&F64, &place.plain).ok();
                spent[k] = before - meter.left();
                plain
            });
            place.estimates = plain.iter().any(Option::is_none);
            for (k, plain) in plain.into_iter().enumerate() {
                let (side, before) = (&filter.sides[k], meter.left());
                side.plain[at].get_or_init(|| side.finite(plain, &place));
                spent[k] += before - meter.left();
            }
            // Points that cost more than the whole claim was granted would cost as much for every candidate.
            if meter.is_spent() {
                break;
            }
            prices.push(spent);
            filter.places.push(place);
        }
        // Where the refuted formula fails most candidates fail, too.
        let mut order: Vec<usize> = (0..filter.places.len()).collect();
        let holds = |at: usize| filter.agree(&filter.sides[0], &filter.sides[1], at) != Some(false);
        let both = |at: usize| prices[at][0] + prices[at][1];
        order.sort_by_key(|at| (holds(*at), both(*at)));
        let dear = DEAR * (0..prices.len()).map(both).min().unwrap_or(0).max(READING);
        let kept = |(rank, at): &(usize, usize)| *rank < FEW || both(*at) <= dear;
        let order: Vec<usize> = order.into_iter().enumerate().filter(kept).map(|(_, at)| at).collect();
        filter.prices = order.first().map_or([1, 1], |at| prices[*at]);
        if let (true, Some(first)) = (filter.averages, order.first().and_then(|at| filter.places.get(*at))) {
            let meter = Meter::new(bench.budget.steps);
            for (k, e) in [&refuted.left, &refuted.right].into_iter().enumerate() {
                let side = Side::new((setting, complex), e, count, &meter)?;
                let before = meter.left();
                if side.coarse(first).is_some() {
                    filter.prices[k] = (before - meter.left()).max(1);
                }
            }
        }
        filter.whole = order.iter().map(|at| both(*at)).sum();
        let mut places: Vec<Option<Place>> = std::mem::take(&mut filter.places).into_iter().map(Some).collect();
        filter.places = order.iter().filter_map(|at| places[*at].take()).collect();
        let unlimited = Meter::new(u64::MAX);
        for (known, e) in filter.sides.iter_mut().zip([&refuted.left, &refuted.right]) {
            let mut again = Side::new((setting, complex), e, count, &unlimited)?;
            for (to, from) in order.iter().enumerate() {
                again.plain[to] = std::mem::take(&mut known.plain[*from]);
            }
            *known = again;
        }
        let defined = |at: &usize| filter.agree(&filter.sides[0], &filter.sides[1], *at).is_some();
        filter.defined = (0..filter.places.len()).filter(defined).count();
        (!filter.places.is_empty()).then_some(filter)
    }

    /// One of the sides of the refuted formula: 0 for the left one.
    pub(super) fn side(&self, number: usize) -> &Side {
        &self.sides[number.min(1)]
    }

    /// A changed side.
    pub(super) fn changed(&self, side: &Expr) -> Option<Side> {
        // A candidate that takes much more than the refuted formula is no small change of it: an average that was exact has
        // become a quadrature.
        Side::new((self.setting, self.complex), side, self.places.len(), &Meter::new(6 * self.whole + 2000))
    }

    /// Operations that looking at candidates may take.
    pub(super) fn work(&self) -> u64 {
        if self.averages { self.work / 2 } else { self.work }
    }

    /// How many candidates so many operations suffice for, at most.
    pub(super) fn most(&self, work: u64) -> usize {
        let cheapest = self.prices[0].min(self.prices[1]);
        (work / (cheapest + self.reading)).min(CANDIDATES) as usize
    }

    /// Operations that a candidate takes, if it fails at the first point: what its changed sides take in the refuted formula.
    pub(super) fn price(&self, changed: [bool; 2]) -> u64 {
        self.reading + [0, 1].into_iter().filter(|k| changed[*k]).map(|k| self.prices[k]).sum::<u64>()
    }

    /// Whether a candidate holds at the points, wherever both sides have a finite value; a changed side of an inequality must
    /// be attained as well. `changed` says which sides differ from the refuted formula.
    pub(super) fn passes(&self, candidate: &Link, changed: [bool; 2]) -> Fit {
        let relation = candidate.relation;
        if relation != Relation::Equal && !relation.is_order() {
            return Fit::Agrees;
        }
        let mut own: [Option<Side>; 2] = [None, None];
        for (number, expr) in [(0, &candidate.left), (1, &candidate.right)] {
            if changed[number] {
                own[number] = self.changed(expr);
                if own[number].is_none() {
                    return Fit::Fails;
                }
            }
        }
        let side = |number: usize| own[number].as_ref().unwrap_or(&self.sides[number]);
        if !relation.is_order() {
            return self.equal(side(0), side(1));
        }
        let upward = matches!(relation, Relation::Less | Relation::LessOrEqual);
        let broken = |at: usize| {
            self.gap(side(0), side(1), at).is_some_and(|gap| (if upward { gap } else { -gap }) < -TOLERANCE)
        };
        let same_sides = changed == [false, false] && relation != self.relation;
        let holds = !(0..self.places.len()).any(broken);
        Fit::of(holds && (same_sides || enclosure::is_attained(candidate, self.setting)))
    }

    /// Whether two sides are equal at every point where both have a value, and that is at most of those where the refuted
    /// formula has one: x = √(−x²) says something of x = 0 only.
    pub(super) fn equal(&self, left: &Side, right: &Side) -> Fit {
        if self.averages && self.coarsely_apart(left, right) {
            return Fit::Fails;
        }
        let (mut agreeing, mut open) = (0, 0);
        for (at, place) in self.places.iter().enumerate() {
            match self.agree(left, right, at) {
                Some(true) => agreeing += 1,
                Some(false) => match self.apart(left, right, at) {
                    Some(true) => return Fit::Fails,
                    Some(false) => open += 1,
                    None => {}
                },
                None => open += usize::from(place.estimates && self.apart(left, right, at) == Some(false)),
            }
        }
        match 2 * (agreeing + open) > self.defined {
            true if agreeing > 0 => Fit::Agrees,
            true if open > 0 => Fit::Open,
            _ => Fit::Fails,
        }
    }

    /// Whether rough quadratures at the first point have error bars that do not meet.
    fn coarsely_apart(&self, left: &Side, right: &Side) -> bool {
        let Some(place) = self.places.first() else { return false };
        let (Some(left), Some(right)) = (left.coarse(place), right.coarse(place)) else { return false };
        let a = Intervals::new();
        left.shape() == right.shape() && left.entries().iter().zip(right.entries()).any(|(x, y)| a.separated(x, y))
    }

    /// Right minus left beside the larger, in `f64`; `None` where one has no finite value.
    fn gap(&self, left: &Side, right: &Side, at: usize) -> Option<f64> {
        let value = |s: &Side| s.plain(&self.places[at], at).as_ref().and_then(|v| v.as_scalar().copied());
        let (left, right) = (value(left)?, value(right)?);
        Some((right - left) / left.abs().max(right.abs()).max(f64::MIN_POSITIVE))
    }

    /// Whether two sides agree at a point; `None` where one has no finite value.
    fn agree(&self, left: &Side, right: &Side, at: usize) -> Option<bool> {
        let place = &self.places[at];
        let (left, right) = (left.plain(place, at).as_ref()?, right.plain(place, at).as_ref()?);
        if left.shape() != right.shape() {
            let zero = right.as_scalar().filter(|r| **r == 0.0);
            return zero.map(|_| left.entries().iter().all(|x| x.abs() < TOLERANCE));
        }
        let largest = |v: &Value<f64>| v.entries().iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        let scale = largest(left).max(largest(right));
        Some(left.entries().iter().zip(right.entries()).all(|(x, y)| (x - y).abs() <= TOLERANCE * scale))
    }

    /// Whether the enclosures of both sides at a point do not meet; `None` if one has no value there. Cancellation, as in
    /// cosh² x − sinh² x at a large x, spoils plain values long before it makes two equal sides look different here.
    fn apart(&self, left: &Side, right: &Side, at: usize) -> Option<bool> {
        let place = &self.places[at];
        let (left, right) = match (left.enclosed(place, at), right.enclosed(place, at)) {
            (Enclosed::Within(left), Enclosed::Within(right)) => (left, right),
            (Enclosed::Undefined, _) | (_, Enclosed::Undefined) => return None,
            _ => return Some(true),
        };
        let a = Intervals::new();
        let separated = || left.entries().iter().zip(right.entries()).any(|(x, y)| a.separated(x, y));
        Some(left.shape() != right.shape() || separated())
    }
}

impl Side {
    fn new((setting, complex): (&Setting<'_>, bool), expr: &Expr, points: usize, meter: &Arc<Meter>) -> Option<Self> {
        let mut side = setting.prepare_side(expr)?;
        if complex {
            side = eval::as_a_pair(&side)?;
        }
        let program = Program::compile(&side).ok()?.metered(meter);
        let empty = |_| OnceLock::new();
        Some(Self {
            program,
            plain: (0..points).map(empty).collect(),
            enclosed: (0..points).map(|_| OnceLock::new()).collect(),
            coarse: OnceLock::new(),
        })
    }

    fn coarse(&self, place: &Place) -> &Option<Value<Interval>> {
        self.coarse.get_or_init(|| self.program.evaluate_roughly(&place.plain, COARSE).ok())
    }

    fn plain(&self, place: &Place, at: usize) -> &Option<Value<f64>> {
        self.plain[at].get_or_init(|| self.finite(self.program.evaluate(&F64, &place.plain).ok(), place))
    }

    /// The plain value, or else the estimated one where these count, if it is finite.
    fn finite(&self, plain: Option<Value<f64>>, place: &Place) -> Option<Value<f64>> {
        let estimate = || {
            let value = self.program.evaluate_roughly(&place.plain, AIM).ok()?;
            Some(value.map(|x| f64::midpoint(x.lo(), x.hi())))
        };
        let value = if place.estimates { plain.or_else(estimate) } else { plain };
        value.filter(|v| v.entries().iter().all(|x| x.is_finite()))
    }

    fn enclosed(&self, place: &Place, at: usize) -> &Enclosed {
        self.enclosed[at].get_or_init(|| match self.program.evaluate(&Intervals::new(), &place.enclosed) {
            Ok(value) => Enclosed::Within(value),
            Err(Undefined::Unsupported(_)) => {
                let estimate = self.program.evaluate_roughly(&place.plain, AIM);
                estimate.map_or(Enclosed::Unknown, Enclosed::Within)
            }
            Err(_) => Enclosed::Undefined,
        })
    }
}
