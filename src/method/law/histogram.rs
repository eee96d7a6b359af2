//! A histogram of draws of what is claimed to have a law, and the law over it.

use super::sampled::Side;
use super::{Quantity, about, characteristic_functions, sides, with_symbol};
use crate::assumption::{self, Point};
use crate::claim::Claim;
use crate::eval::{Program, Value};
use crate::evidence::{Axis, Figure, Mark, Series};
use crate::expr::{Expr, Kind, Law, Link};
use crate::method::Budget;
use crate::method::setting::Setting;
use crate::method::simulation::figures::{line, symbol};
use crate::numeric::float::{F64, nearest};
use crate::random::SeedPath;

/// Draws of a side.
const DRAWS: u64 = 1 << 13;
/// Bins between the ends; a law with at most as many values has one for each of them.
const BINS: usize = 32;
/// Share of the draws beyond each end.
const BEYOND: f64 = 0.002;

/// Where draws are counted.
enum Bins {
    /// Edges, ascending.
    Edges(Vec<f64>),
    /// All values that occur, ascending.
    Values(Vec<f64>),
}

impl Bins {
    /// For sorted draws.
    fn of(draws: &[f64]) -> Option<Self> {
        let mut values = draws.to_vec();
        values.dedup_by(|a, b| (*a - *b).abs() <= 1e-9 * (a.abs() + b.abs()));
        if values.len() <= BINS {
            return Some(Self::Values(values));
        }
        let cut = (draws.len() as f64 * BEYOND) as usize;
        let (low, high) = (draws[cut], draws[draws.len() - 1 - cut]);
        let edges = (0..=BINS).map(|k| low + (high - low) * k as f64 / BINS as f64);
        (high > low && high - low < f64::INFINITY).then(|| Self::Edges(edges.collect()))
    }

    /// Share of the draws in each bin, by its width where it has one, with its standard error, at the place of the bin; and the
    /// share that is in none.
    fn count(&self, draws: &[f64]) -> (Vec<(f64, f64, f64)>, f64) {
        let total = draws.len() as f64;
        let below = |edge: f64| draws.partition_point(|x| *x < edge);
        let bins: Vec<(f64, usize, f64)> = match self {
            Self::Edges(edges) => {
                let bin = |e: &[f64]| (f64::midpoint(e[0], e[1]), below(e[1]) - below(e[0]), e[1] - e[0]);
                edges.windows(2).map(bin).collect()
            }
            Self::Values(values) => {
                let near = |v: f64| 1e-8 * (1.0 + v.abs());
                values.iter().map(|v| (*v, below(*v + near(*v)) - below(*v - near(*v)), 1.0)).collect()
            }
        };
        let inside: usize = bins.iter().map(|b| b.1).sum();
        let density = |(at, count, width): (f64, usize, f64)| {
            let share = count as f64 / total;
            (at, share / width, (share * (1.0 - share) / total).sqrt() / width)
        };
        (bins.into_iter().map(density).collect(), 1.0 - inside as f64 / total)
    }
}

/// The density of a side along a direction, where it is known: of a normal law, and of a declared density of a number.
fn density(
    side: &Quantity,
    setting: &Setting<'_>,
    point: &Point,
    direction: Option<&Value<f64>>,
) -> Option<Box<dyn Fn(f64) -> Option<f64>>> {
    let [layer] = side.layers.as_slice() else { return None };
    let [variable] = layer.as_slice() else { return None };
    if !matches!(&*side.value.kind, Kind::Symbol(s) if *s == variable.symbol) {
        return None;
    }
    let compile = |e: &Expr| Program::compile(&setting.prepare_side(e)?).ok();
    let at = point.map(nearest);
    match &variable.law {
        Law::Normal(mean, spread) => {
            let [mean, spread] = [mean, spread].map(|e| compile(e)?.evaluate(&F64, &at).ok());
            let (mean, spread) = (mean?, spread?);
            let (centre, variance) = match direction {
                None => (*mean.as_scalar()?, *spread.as_scalar()?),
                Some(k) => {
                    let (k, m) = (k.entries(), mean.entries());
                    let centre = k.iter().enumerate().map(|(i, k)| k * m.get(i).or(m.first()).unwrap_or(&0.0)).sum();
                    let variance = match spread.as_scalar() {
                        Some(v) => v * k.iter().map(|k| k * k).sum::<f64>(),
                        None => {
                            let s = spread.entries();
                            let pairs = (0..k.len()).flat_map(|j| (0..k.len()).map(move |i| (i, j)));
                            pairs.map(|(i, j)| k[i] * k[j] * s.get(i + k.len() * j).unwrap_or(&f64::NAN)).sum()
                        }
                    };
                    (centre, variance)
                }
            };
            (variance > 0.0).then_some(())?;
            let norm = (2.0 * std::f64::consts::PI * variance).sqrt().recip();
            Some(Box::new(move |x| Some(norm * (-0.5 * (x - centre).powi(2) / variance).exp())))
        }
        Law::Density(density) => {
            let program = compile(density)?;
            let name = variable.symbol.clone();
            Some(Box::new(move |x| {
                let mut at = at.clone();
                at.set(&name, Value::Scalar(x));
                program.evaluate(&F64, &at).ok()?.as_scalar().copied()
            }))
        }
        Law::Uniform(..) | Law::Rademacher(_) => None,
    }
}

/// The values at a point in words.
fn place(point: &Point, without: &str) -> String {
    let numbers = assumption::show(point).into_iter().filter(|(name, value)| name != without && value.len() < 24);
    let shown: Vec<String> = numbers
        .take(6)
        .map(|(name, value)| {
            let letter = name.trim_start_matches('\\');
            format!("{} = {value}", symbol(letter))
        })
        .collect();
    if shown.is_empty() { String::new() } else { format!(" at {}", shown.join(", ")) }
}

/// Draws of the left-hand side at one admissible point in bins, with the density of the right-hand side or with draws of it.
/// None where nothing can be drawn.
pub(super) fn figure(link: &Link, claim: &Claim, budget: &Budget, seed: &SeedPath) -> Option<Figure> {
    let both = sides(claim, link).ok()?;
    let (frequency, equations) = characteristic_functions(&both, link.left.span);
    let extended = about(&with_symbol(claim, frequency.clone()), &equations);
    let setting = Setting::new(&extended, budget, seed).ok()?;
    let moves = |p: &&Point| p.get(&frequency).is_some_and(|k| k.entries().iter().all(|x| !x.is_zero()));
    let point = setting.points.iter().find(moves)?;
    let at = point.map(nearest);
    let direction = at.get(&frequency).filter(|k| k.as_scalar().is_none());
    let draw = |side: &Quantity, name: &str| {
        let side = Side::new(side, &setting).ok()?;
        let price = side.price(point, budget, seed).ok()?;
        (price <= budget.steps / DRAWS).then_some(())?;
        side.sample(point, direction, DRAWS, &seed.child("histogram").child(name)).ok()
    };
    let draws = draw(&both[0], "left")?;
    let bins = Bins::of(&draws)?;
    let (counted, outside) = bins.count(&draws);
    let points = |name: &str, bins: &[(f64, f64, f64)]| Series {
        name: name.to_owned(),
        mark: Mark::Points,
        x: bins.iter().map(|b| b.0).collect(),
        y: bins.iter().map(|b| b.1).collect(),
        low: bins.iter().map(|b| (b.1 - b.2).max(0.0)).collect(),
        high: bins.iter().map(|b| b.1 + b.2).collect(),
    };
    let measured = points("drawn", &counted);
    let known = match &bins {
        Bins::Edges(edges) => density(&both[1], &setting, point, direction).map(|density| {
            let (low, high) = (edges[0], edges[BINS]);
            let x: Vec<f64> = (0..=120).map(|k| low + (high - low) * f64::from(k) / 120.0).collect();
            let y = x.iter().map(|x| density(*x).unwrap_or(f64::NAN)).collect();
            line("law", x, y)
        }),
        Bins::Values(_) => None,
    };
    let law = known.or_else(|| draw(&both[1], "right").map(|law| points("the law, drawn", &bins.count(&law).0)))?;
    let (discrete, along) = (matches!(bins, Bins::Values(_)), direction.is_some());
    Some(Figure {
        slug: "histogram".to_owned(),
        title: "Draws against the law".to_owned(),
        caption: format!(
            "{DRAWS} draws{}{}; bars are one standard error, and {:.2} % of the draws are beyond the ends. One of the points at which the claim was checked.",
            place(point, frequency.tex()),
            if along { ", along a drawn direction" } else { "" },
            100.0 * outside.max(0.0)
        ),
        x: Axis { label: if along { "component along the direction" } else { "value" }.to_owned(), log: false },
        y: Axis { label: if discrete { "probability" } else { "probability density" }.to_owned(), log: false },
        series: vec![law, measured],
        heat: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_one() {
        let draws: Vec<f64> = (0..8192).map(|k| (f64::from(k) + 0.5) / 8192.0).collect();
        let bins = Bins::of(&draws).unwrap();
        let (counted, outside) = bins.count(&draws);
        assert_eq!(counted.len(), BINS);
        // The uniform law has the density one.
        assert!(counted.iter().all(|(_, density, error)| (density - 1.0).abs() < 0.01 && *error > 0.0));
        assert!((outside - 2.0 * BEYOND).abs() < 1e-3, "{outside}");
    }

    #[test]
    fn few_values_have_a_bin_each() {
        let draws = [-1.0, -1.0, -1.0, 0.3, 0.1 + 0.2, 1.0];
        let bins = Bins::of(&draws).unwrap();
        let (counted, outside) = bins.count(&draws);
        let shares: Vec<(f64, f64)> = counted.iter().map(|c| (c.0, c.1)).collect();
        assert_eq!(shares, [(-1.0, 0.5), (0.3, 2.0 / 6.0), (1.0, 1.0 / 6.0)]);
        assert!(outside.abs() < 1e-12);
        assert_eq!(bins.count(&[2.0; 4]).1, 1.0);
    }
}
