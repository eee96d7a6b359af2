//! Two laws compared by samples: the largest distance of the two empirical distribution functions, along a drawn direction.
//!
//! Each empirical distribution function is within $\varepsilon = \sqrt{\log(2/\alpha)/2n}$ of the true one with probability
//! $1 - \alpha$ (Dvoretzky, Kiefer and Wolfowitz 1956 with the constant of Massart 1990), whatever the law is.

use super::{Quantity, about};
use crate::assumption::{self, Point};
use crate::claim::Claim;
use crate::eval::{Assignment, Meter, Program, Value};
use crate::evidence::{Finding, StopReason, Witness};
use crate::expr::{Expr, Law, Link, RandomVariable, Symbol};
use crate::linalg::symmetric_eigen;
use crate::method::Budget;
use crate::method::setting::Setting;
use crate::numeric::float::{F64, nearest};
use crate::random::{SeedPath, Stream};
use faer::Mat;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

/// Points of the parameters, each with a direction of its own, at which the laws are drawn: as many as the work allows.
const POINTS: [u64; 2] = [2, 6];

/// Draws of each side, at most, and for each point beyond the first ones at least.
const MOST: u64 = 1 << 15;

/// Fewer draws tell too little.
const FEWEST: u64 = 1 << 11;

/// Distance of distribution functions that counts as none.
const MARGIN: f64 = 0.05;

/// A random symbol that can be drawn once the symbols of later layers are.
struct Source {
    symbol: Symbol,
    law: Drawn,
}

enum Drawn {
    Normal(Program, Program),
    Signs(Program),
    Uniform(Program, Program),
}

/// One side, compiled.
pub(super) struct Side {
    value: Program,
    /// The last layer first.
    layers: Vec<Vec<Source>>,
}

impl Side {
    pub(super) fn new(quantity: &Quantity, setting: &Setting<'_>) -> Result<Self, String> {
        let compile = |e: &Expr| {
            let prepared = setting.prepare_side(e).ok_or("a derivative by a defined symbol")?;
            Program::compile(&prepared).map_err(|u| u.to_string())
        };
        let source = |v: &RandomVariable| {
            let law = match &v.law {
                Law::Normal(mean, spread) => Drawn::Normal(compile(mean)?, compile(spread)?),
                Law::Rademacher(mean) => Drawn::Signs(compile(mean)?),
                Law::Uniform(a, b) => Drawn::Uniform(compile(a)?, compile(b)?),
                Law::Density(_) => return Err("a declared density".to_owned()),
            };
            Ok(Source { symbol: v.symbol.clone(), law })
        };
        let layer = |l: &Vec<_>| l.iter().map(source).collect::<Result<Vec<_>, String>>();
        let layers = quantity.layers.iter().rev().map(layer).collect::<Result<_, _>>()?;
        Ok(Self { value: compile(&quantity.value)?, layers })
    }

    /// One draw of the random symbols, and the value at them.
    fn draw(&self, at: &mut Assignment<f64>, point: &Point, stream: &mut Stream) -> Result<Value<f64>, String> {
        for source in self.layers.iter().flatten() {
            let value = source.draw(at, point, stream)?;
            at.set(&source.symbol, value);
        }
        self.value.evaluate(&F64, at).map_err(|e| e.to_string())
    }

    /// What one draw takes, in operations.
    pub(super) fn price(&self, point: &Point, budget: &Budget, seed: &SeedPath) -> Result<u64, String> {
        const DRAWING: u64 = 20;
        let meter = Meter::new(budget.steps);
        let value = self.value.clone().metered(&meter);
        let mut at = point.map(nearest);
        self.draw(&mut at, point, &mut seed.child("price").stream())?;
        value.evaluate(&F64, &at).map_err(|e| e.to_string())?;
        Ok(budget.steps - meter.left() + DRAWING)
    }

    /// So many independent values along a direction, sorted.
    pub(super) fn sample(
        &self,
        point: &Point,
        direction: Option<&Value<f64>>,
        draws: u64,
        seed: &SeedPath,
    ) -> Result<Vec<f64>, String> {
        let mut stream = seed.stream();
        let mut at = point.map(nearest);
        let mut out = Vec::with_capacity(draws as usize);
        for _ in 0..draws {
            let value = self.draw(&mut at, point, &mut stream)?;
            let along = match direction {
                Some(k) => k.entries().iter().zip(value.entries()).map(|(k, x)| k * x).sum(),
                None => *value.as_scalar().ok_or("an array where a number is expected")?,
            };
            out.push(along);
        }
        if out.iter().any(|x: &f64| x.is_nan()) {
            return Err("a value that is not a number".into());
        }
        out.sort_by(f64::total_cmp);
        Ok(out)
    }
}

impl Source {
    fn draw(&self, at: &Assignment<f64>, point: &Point, stream: &mut Stream) -> Result<Value<f64>, String> {
        let value = |p: &Program| p.evaluate(&F64, at).map_err(|e| e.to_string());
        let scalar = |p: &Program| value(p)?.as_scalar().copied().ok_or_else(|| "an array in a law".to_owned());
        let shape = match self.symbol.sort().shape() {
            None => None,
            Some((rows, columns)) => {
                let length = |d| assumption::length(d, point).ok_or("a length that is not known");
                Some((length(&rows)?, length(&columns)?))
            }
        };
        let entries = shape.map_or(1, |(rows, columns)| rows * columns);
        let drawn: Vec<f64> = match &self.law {
            Drawn::Normal(mean, spread) => {
                let (mean, spread) = (value(mean)?, value(spread)?);
                let z: Vec<f64> = (0..entries).map(|_| StandardNormal.sample(stream)).collect();
                let centred = match spread.as_scalar() {
                    Some(variance) => z.iter().map(|z| variance.sqrt() * z).collect(),
                    None => coloured(&spread, &z)?,
                };
                let mean = |k: usize| mean.entries().get(k).or(mean.entries().first()).copied().unwrap_or(0.0);
                centred.iter().enumerate().map(|(k, x)| mean(k) + x).collect()
            }
            Drawn::Signs(mean) => {
                let mean = value(mean)?;
                let p = |k: usize| mean.entries().get(k).or(mean.entries().first()).copied().unwrap_or(0.0);
                (0..entries)
                    .map(|k| if stream.random::<f64>() < f64::midpoint(1.0, p(k)) { 1.0 } else { -1.0 })
                    .collect()
            }
            Drawn::Uniform(a, b) => {
                let (a, b) = (scalar(a)?, scalar(b)?);
                (0..entries).map(|_| a + (b - a) * stream.random::<f64>()).collect()
            }
        };
        Ok(match shape {
            None => Value::Scalar(drawn[0]),
            Some((rows, columns)) => Value::Array(DMatrix::from_vec(rows, columns, drawn)),
        })
    }
}

/// A normal vector with a covariance that may be singular.
fn coloured(covariance: &Value<f64>, z: &[f64]) -> Result<Vec<f64>, String> {
    let n = z.len();
    if covariance.shape() != (n, n) {
        return Err("a covariance of another size".into());
    }
    let matrix = Mat::from_fn(n, n, |i, j| covariance.entries()[i + n * j]);
    let eigen = symmetric_eigen(matrix.as_ref()).map_err(|e| e.to_string())?;
    let scaled: Vec<f64> = eigen.values.iter().zip(z).map(|(value, z)| value.max(0.0).sqrt() * z).collect();
    Ok((0..n).map(|i| (0..n).map(|k| eigen.vectors[(i, k)] * scaled[k]).sum()).collect())
}

/// The largest distance of two empirical distribution functions, and where it is.
fn distance(a: &[f64], b: &[f64]) -> (f64, f64) {
    let (mut i, mut j) = (0, 0);
    let (mut largest, mut place) = (0.0_f64, f64::NAN);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        let gap = (i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs();
        if gap > largest {
            (largest, place) = (gap, x);
        }
    }
    (largest, place)
}

/// Compares both sides by draws at a few points.
///
/// # Errors
/// In words: a law that cannot be drawn, a value that cannot be evaluated, no admissible point.
pub(super) fn judge(
    both: &[Quantity; 2],
    (claim, frequency, equations): (&Claim, &Symbol, &[Link]),
    budget: &Budget,
    seed: &SeedPath,
) -> Result<Finding, String> {
    let claim = about(claim, equations);
    let setting = Setting::new(&claim, budget, seed)?;
    let sides = [Side::new(&both[0], &setting)?, Side::new(&both[1], &setting)?];
    let moves = |p: &&Point| p.get(frequency).is_some_and(|k| k.entries().iter().all(|x| !x.is_zero()));
    let largest = |p: &&Point| std::cmp::Reverse(p.sizes().map(|(_, n)| n).sum::<usize>());
    let mut points: Vec<&Point> = setting.points.iter().filter(moves).collect();
    points.sort_by_key(largest);
    if points.is_empty() {
        return Err(setting.emptiness());
    }
    let price: u64 = sides.iter().map(|s| s.price(points[0], budget, seed)).sum::<Result<u64, String>>()?;
    let [least, most] = POINTS;
    points.truncate((budget.steps / (2 * MOST * price)).clamp(least, most) as usize);
    let draws = (budget.steps / (2 * points.len() as u64 * price)).min(MOST);
    if draws < FEWEST {
        return Err("the work that was granted does not suffice for enough draws".into());
    }
    let alpha = budget.simulation.alpha / (2 * points.len()) as f64;
    let band = 2.0 * ((2.0 / alpha).ln() / (2.0 * draws as f64)).sqrt();
    let mut worst = 0.0_f64;
    for (number, point) in points.iter().enumerate() {
        let at = point.map(nearest);
        let direction = at.get(frequency).filter(|k| k.as_scalar().is_none());
        let look = |stream: &str| -> Result<(f64, f64), String> {
            let seed = seed.child(stream).block(number as u64);
            let [left, right] = [0, 1]
                .map(|k| sides[k].sample(point, direction, draws, &seed.child(if k == 0 { "left" } else { "right" })));
            Ok(distance(&left?, &right?))
        };
        let (gap, place) = look("first")?;
        if gap > band {
            let (again, _) = look("second")?;
            if again <= band {
                let explanation = "a second, independent stream does not confirm that the laws differ".to_owned();
                return Ok(Finding::Undecided { reason: StopReason::NotConfirmed, explanation });
            }
            let shown = assumption::show(point);
            let where_: Vec<String> = shown.iter().map(|(name, value)| format!("${name}$ = {value}")).collect();
            let summary = format!(
                "At {} the distribution functions of both sides differ by {gap:.3} near {place:.4}, by {again:.3} in a second, independent stream ({draws} draws each; {band:.3} is chance).",
                where_.join(", ")
            );
            let (left, right) = (format!("{gap:.3} apart"), format!("at most {band:.3} by chance"));
            return Ok(Finding::Contradicts { witness: Witness { point: shown, left, right, summary } });
        }
        worst = worst.max(gap);
    }
    Ok(if worst + band <= MARGIN {
        let bound = format!(
            "{draws} draws of each side at {} points: the distribution functions differ by less than {:.3}",
            points.len(),
            worst + band
        );
        Finding::Agrees { bound }
    } else {
        let explanation =
            format!("{draws} draws bound the distance of the distribution functions by {:.3} only", worst + band);
        Finding::Undecided { reason: StopReason::BudgetExhausted, explanation }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_empirical_distribution_functions() {
        assert_eq!(distance(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]).0, 0.0);
        assert_eq!(distance(&[1.0, 2.0], &[3.0, 4.0]), (1.0, 2.0));
        assert_eq!(distance(&[1.0, 3.0], &[2.0, 4.0]).0, 0.5);
        // Ties count together.
        assert_eq!(distance(&[1.0, 1.0, 2.0], &[1.0, 2.0, 2.0]).0, 1.0 / 3.0);
    }

    #[test]
    fn a_singular_covariance_is_drawn() {
        let covariance = Value::Array(DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 4.0]));
        let x = coloured(&covariance, &[0.3, -1.2]).unwrap();
        assert!((x[1] - 2.0 * x[0]).abs() < 1e-12, "{x:?}");
    }
}
