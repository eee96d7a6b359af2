//! The derivative and the curvature of an objective at a claimed optimum, in random directions.

use super::Budget;
use super::comparison::{Enclosing, Ladder, significant};
use super::exact;
use super::setting::Setting;
use crate::assumption::{Point, Style};
use crate::claim::{Declaration, Domain, Extremum, Role};
use crate::eval::{Assignment, Meter, Program, Value};
use crate::evidence::Finding;
use crate::expr::{ArrayFunction, Expr, Fold, Kind, Symbol, walk};
use crate::numeric::{Arithmetic, Rational, Undefined};
use crate::random::{SeedPath, Stream};
use crate::source::Span;

/// An objective and its claimed optimum, compiled.
pub(super) struct Stationarity<'a> {
    extremum: &'a Extremum,
    objective: Program,
    value: Program,
    optimum: &'a Expr,
    domain: Domain,
    declarations: &'a [Declaration],
}

/// What one point says.
pub(super) enum AtOptimum {
    /// Stationary to so many digits, with a curvature of the right sign or none.
    Holds(f64),
    /// The derivative or the curvature is wrong, or a neighbour is better, for certain.
    Fails {
        /// The number found.
        left: String,
        /// What it should be.
        right: String,
        /// In words.
        why: String,
    },
    /// Undefined or undecided.
    Silent(Undefined),
}

/// What one precision says.
enum Rung {
    Decided(AtOptimum),
    Open,
}

impl<'a> Stationarity<'a> {
    pub(super) fn new(
        extremum: &'a Extremum,
        value: &'a Expr,
        setting: &'a Setting<'_>,
        budget: &Budget,
    ) -> Result<Self, String> {
        let domain = setting.claim.declarations.iter().find(|d| d.symbol == extremum.variable);
        let domain = domain.map_or(Domain::All, |d| d.domain.clone());
        if matches!(domain, Domain::Signs | Domain::Orthogonal) {
            return Err(format!("${}$ does not vary in an open set", extremum.variable.tex()));
        }
        let compile = |e| Program::compile(e).map_err(|u| u.to_string());
        let meter = Meter::new(budget.steps);
        let (objective, program) = (compile(&extremum.objective)?.metered(&meter), compile(value)?.metered(&meter));
        Ok(Self {
            extremum,
            objective,
            value: program,
            optimum: value,
            domain,
            declarations: &setting.claim.declarations,
        })
    }

    /// A random direction in which the variable may move.
    fn direction(&self, point: &Point, stream: &mut Stream) -> Option<Value<Rational>> {
        crate::assumption::draw_value(&self.moving(), point, Style::Moderate, stream)
    }

    /// The variable's tangent space.
    fn moving(&self) -> Declaration {
        let symmetric = matches!(self.domain, Domain::Symmetric | Domain::PositiveDefinite);
        let domain = if symmetric { Domain::Symmetric } else { Domain::All };
        let symbol = self.extremum.variable.clone();
        Declaration { symbol, domain, role: Role::Variable, span: Span::default() }
    }

    /// Looks at one point: ever higher precision; what fails must fail again on the next rung.
    pub(super) fn at(&self, point: &Point, ladder: &Ladder, stream: &mut Stream) -> AtOptimum {
        let Some(direction) = self.direction(point, stream) else {
            return AtOptimum::Silent(Undefined::unsupported("a direction of this sort"));
        };
        let mut suspicion = false;
        let mut last = Undefined::Precision("the derivative");
        for balls in ladder.balls() {
            match self.look(balls, point, &direction, ladder.digits()) {
                Ok(Rung::Decided(fails @ AtOptimum::Fails { .. })) => {
                    if suspicion {
                        return fails;
                    }
                    suspicion = true;
                }
                Ok(Rung::Decided(other)) => return other,
                Ok(Rung::Open) => {}
                Err(Undefined::Precision(what)) => last = Undefined::Precision(what),
                Err(other) => return AtOptimum::Silent(other),
            }
        }
        AtOptimum::Silent(last)
    }

    /// The point with the variable at its claimed optimum.
    fn placed<A: Arithmetic>(&self, a: &A, point: &Point) -> Result<Assignment<A::Number>, Undefined> {
        let mut at = point.map(|x| a.rational(x));
        let value = self.value.evaluate(a, &at)?;
        at.set(&self.extremum.variable, value);
        Ok(at)
    }

    /// Whether the claimed optimum lies strictly inside the declared range: at an end the slope need not vanish.
    fn inside<A: Enclosing>(&self, a: &A, at: &Assignment<A::Number>) -> bool {
        let Domain::Interval { lower, upper } = &self.domain else { return true };
        let Some(value) = at.get(&self.extremum.variable) else { return false };
        let order = |x: &A::Number, bound: &Rational| a.compare(x, &a.rational(bound));
        value.entries().iter().all(|x| {
            lower.as_ref().is_none_or(|(b, _)| order(x, b) == Some(std::cmp::Ordering::Greater))
                && upper.as_ref().is_none_or(|(b, _)| order(x, b) == Some(std::cmp::Ordering::Less))
        })
    }

    fn look<A: Enclosing>(
        &self,
        a: &A,
        point: &Point,
        direction: &Value<Rational>,
        digits: f64,
    ) -> Result<Rung, Undefined> {
        let at = self.placed(a, point)?;
        if !self.inside(a, &at) {
            return Err(Undefined::unsupported("an optimum that is not inside its range"));
        }
        let along = direction.map(|x| a.rational(x));
        let series = self.objective.expand(a, &at, &[(self.extremum.variable.clone(), along)], 2)?;
        let coefficient = |k: usize| {
            series[k]
                .as_scalar()
                .map(|x| a.ends(x))
                .ok_or_else(|| Undefined::Shape("an objective that is an array".into()))
        };
        let (value, slope, curvature) = (coefficient(0)?, coefficient(1)?, coefficient(2)?);
        let word = if self.extremum.maximum { "maximum" } else { "minimum" };
        if slope.0 > 0.0 || slope.1 < 0.0 {
            let left = significant(f64::midpoint(slope.0, slope.1), 6);
            let why = "a directional derivative of the objective is not zero".to_owned();
            return Ok(Rung::Decided(AtOptimum::Fails { left, right: "0".into(), why }));
        }
        let wrong = if self.extremum.maximum { curvature.0 > 0.0 } else { curvature.1 < 0.0 };
        if wrong {
            let left = significant(2.0 * f64::midpoint(curvature.0, curvature.1), 6);
            let why = format!("the second derivative has the sign that no {word} has");
            let right = if self.extremum.maximum { "≤ 0" } else { "≥ 0" }.to_owned();
            return Ok(Rung::Decided(AtOptimum::Fails { left, right, why }));
        }
        let size = |(low, high): (f64, f64)| low.abs().max(high.abs());
        let scale = size(curvature).max(size(value)).max(f64::MIN_POSITIVE);
        let agreed = if size(slope) == 0.0 { f64::INFINITY } else { scale.log10() - size(slope).log10() };
        if agreed < digits {
            return Ok(Rung::Open);
        }
        match self.neighbour(a, &at, direction, value)? {
            Some(better) => Ok(Rung::Decided(better)),
            None => Ok(Rung::Decided(AtOptimum::Holds(agreed))),
        }
    }

    /// A point further along the direction at which the objective is better for certain.
    fn neighbour<A: Enclosing>(
        &self,
        a: &A,
        at: &Assignment<A::Number>,
        direction: &Value<Rational>,
        value: (f64, f64),
    ) -> Result<Option<AtOptimum>, Undefined> {
        // Moving a restricted variable might leave its domain.
        if !matches!(self.domain, Domain::All | Domain::Symmetric) {
            return Ok(None);
        }
        let Some(optimum) = at.get(&self.extremum.variable).cloned() else { return Ok(None) };
        for step in [-4, -1, 1, 4] {
            let entries = optimum.entries().iter().zip(direction.entries());
            let moved: Vec<A::Number> =
                entries.map(|(x, v)| a.add(x, &a.rational(&(v * Rational::from(step))))).collect();
            let moved = match &optimum {
                Value::Scalar(_) => Value::Scalar(moved[0].clone()),
                Value::Array(m) => Value::Array(nalgebra::DMatrix::from_vec(m.nrows(), m.ncols(), moved)),
            };
            let mut there = at.clone();
            there.set(&self.extremum.variable, moved);
            // Outside the domain of the objective there is nothing to compare.
            let Ok(objective) = self.objective.evaluate(a, &there) else { continue };
            let Some((low, high)) = objective.as_scalar().map(|x| a.ends(x)) else { continue };
            let better = if self.extremum.maximum { low > value.1 } else { high < value.0 };
            if better {
                let left = significant(f64::midpoint(value.0, value.1), 8);
                let right = significant(f64::midpoint(low, high), 8);
                let why = "the objective is better elsewhere".to_owned();
                return Ok(Some(AtOptimum::Fails { left, right, why }));
            }
        }
        Ok(None)
    }

    /// Whether the directional derivative vanishes in the prime field.
    pub(super) fn vanishes(&self, setting: &Setting<'_>, budget: &Budget, seed: &SeedPath) -> Finding {
        let declaration = self.moving();
        let dimensions = exact::dimensions(setting);
        let Extremum { variable, objective, .. } = self.extremum;
        let deciding =
            exact::deciding_gradient(objective, variable, self.optimum, &dimensions, &setting.claim.declarations);
        let question = exact::Question { setting, budget, seed, deciding, log10_error: &|_| None };
        question.vanishes(&mut |field, at, sizes, stream| {
            let direction = crate::assumption::draw_field(&declaration, sizes, field, stream);
            let along = direction.ok_or(Undefined::unsupported("a direction of this sort"))?;
            let mut at = at.clone();
            let value = self.value.evaluate(field, &at)?;
            at.set(&self.extremum.variable, value);
            let series = self.objective.expand(field, &at, &[(self.extremum.variable.clone(), along)], 1)?;
            Ok(series[1].clone())
        })
    }

    /// Whether the objective is convex (for a maximum: concave) in the variable, seen from its form.
    pub(super) fn is_convex(&self) -> bool {
        let shape = if self.extremum.maximum { Shape::Concave } else { Shape::Convex };
        self.has(&self.extremum.objective, shape)
    }

    fn has(&self, e: &Expr, shape: Shape) -> bool {
        let x = &self.extremum.variable;
        if affine(e, x) {
            return true;
        }
        match &*e.kind {
            Kind::Add(terms) => terms.iter().all(|t| self.has(t, shape)),
            Kind::Neg(a) => self.has(a, shape.turned()),
            Kind::Div(a, b) => !walk::mentions(b, x) && self.non_negative(b) && self.has(a, shape),
            Kind::Mul(factors) => {
                let varying: Vec<&Expr> = factors.iter().filter(|f| walk::mentions(f, x)).collect();
                let constants = factors.iter().filter(|f| !walk::mentions(f, x));
                varying.len() == 1 && constants.clone().all(|c| self.non_negative(c)) && self.has(varying[0], shape)
            }
            // Ranges, conditions and laws must not depend on it.
            Kind::Expectation(..) | Kind::Fold(Fold::Sum, ..) => {
                let children = walk::children(e);
                let (body, rest) = children.split_last().expect("a fold has a body");
                rest.iter().all(|r| !walk::mentions(r, x)) && self.has(body, shape)
            }
            Kind::Array(ArrayFunction::Norm | ArrayFunction::NormSquared, operands) => {
                shape == Shape::Convex && operands.iter().all(|a| affine(a, x))
            }
            Kind::Pow(base, exponent) => {
                let even = exponent.as_number().is_some_and(|n| *n == Rational::from(2));
                let norm = matches!(
                    &*base.kind,
                    Kind::Array(ArrayFunction::Norm, _) | Kind::Function(crate::numeric::Function::Abs, _)
                );
                let argument = if norm { walk::children(base)[0] } else { base };
                shape == Shape::Convex && even && base.sort.is_scalar() && affine(argument, x)
            }
            _ => false,
        }
    }

    /// Certainly not negative: numbers, declared ranges, even powers, exponentials and roots.
    fn non_negative(&self, e: &Expr) -> bool {
        match &*e.kind {
            Kind::Number(value) => *value >= Rational::ZERO,
            Kind::Constant(_) => true,
            Kind::Symbol(s) => self.declarations.iter().find(|d| d.symbol == *s).is_some_and(|d| {
                let bounded = matches!(&d.domain, Domain::Interval { lower: Some((b, _)), .. } if *b >= Rational::ZERO);
                bounded || (matches!(d.role, Role::Dimension) || matches!(d.domain, Domain::PositiveEntries))
            }),
            Kind::Add(operands) | Kind::Mul(operands) => operands.iter().all(|a| self.non_negative(a)),
            Kind::Div(a, b) => self.non_negative(a) && self.non_negative(b),
            Kind::Pow(base, exponent) => {
                exponent.as_number().is_some_and(|n| *n == Rational::from(2)) || self.non_negative(base)
            }
            Kind::Function(f, _) => {
                use crate::numeric::Function::{Abs, Cosh, Exp, Sqrt};
                matches!(f, Abs | Cosh | Exp | Sqrt)
            }
            Kind::Array(ArrayFunction::Norm | ArrayFunction::NormSquared, _) => true,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Convex,
    Concave,
}

impl Shape {
    fn turned(self) -> Self {
        match self {
            Self::Convex => Self::Concave,
            Self::Concave => Self::Convex,
        }
    }
}

/// Whether an expression is affine in a symbol, seen from its form.
fn affine(e: &Expr, x: &Symbol) -> bool {
    if !walk::mentions(e, x) {
        return true;
    }
    match &*e.kind {
        Kind::Symbol(_) => true,
        Kind::Add(operands) => operands.iter().all(|a| affine(a, x)),
        Kind::Neg(a) => affine(a, x),
        Kind::Div(a, b) => !walk::mentions(b, x) && affine(a, x),
        Kind::Mul(operands) => {
            operands.iter().filter(|a| walk::mentions(a, x)).count() == 1 && operands.iter().all(|a| affine(a, x))
        }
        Kind::Array(ArrayFunction::Transpose | ArrayFunction::Trace | ArrayFunction::Diagonal, operands) => {
            operands.iter().all(|a| affine(a, x))
        }
        Kind::Array(ArrayFunction::Dot | ArrayFunction::Hadamard, operands) => {
            operands.iter().filter(|a| walk::mentions(a, x)).count() == 1 && operands.iter().all(|a| affine(a, x))
        }
        Kind::Component(a, indices) => indices.iter().all(|i| !walk::mentions(i, x)) && affine(a, x),
        // Ranges, conditions and laws must not depend on it.
        Kind::Fold(Fold::Sum, ..) | Kind::Expectation(..) => {
            let children = walk::children(e);
            let (body, rest) = children.split_last().expect("a fold has a body");
            rest.iter().all(|r| !walk::mentions(r, x)) && affine(body, x)
        }
        _ => false,
    }
}
