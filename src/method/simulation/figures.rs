//! Figures of simulated checks: the running estimate at one point, the estimate along a sweep, the residuals of an array.

use super::binding::predict;
use super::sample::canonical;
use super::{Judged, Request};
use crate::claim::Claim;
use crate::evidence::{Axis, Figure, HeatMap, Mark, Series};
use crate::stats::Side;

/// Curves of a sweep in one figure, where a map shows the same.
const CURVES: usize = 6;

/// A sweep along its first parameter, with a map if it has two, or the looks at a single point.
pub(super) fn figures(request: &Request<'_>, claim: &Claim, judged: &[Judged], relative: f64) -> Vec<Figure> {
    match (judged, request.request.sweep.first()) {
        ([only], _) => running(request, only).into_iter().chain(residuals(request, only)).collect(),
        (_, Some((parameter, _))) => {
            let map = map(request, judged);
            // So many curves in one figure tell nothing that the map does not.
            let crowded = map.as_ref().is_some_and(|m| m.heat.as_ref().is_some_and(|heat| heat.y.len() > CURVES));
            let sweep = if crowded { None } else { sweep(request, claim, judged, parameter, relative) };
            sweep.into_iter().chain(map).collect()
        }
        _ => Vec::new(),
    }
}

/// What the line of a figure is.
fn predicted(request: &Request<'_>) -> &'static str {
    match request.side {
        Side::Both => "closed form",
        Side::Above | Side::Below => "bound",
    }
}

fn running(request: &Request<'_>, judged: &Judged) -> Option<Figure> {
    let looks = &judged.reading.looks;
    let (first, last) = (looks.first()?.replicates as f64, looks.last()?.replicates as f64);
    let ends = vec![first, (2.0 * first).max(last)];
    let (prediction, margin) = (judged.target.predictions[0], judged.target.margins[0]);
    let direction = if judged.target.predictions.len() > 1 { " (its first direction)" } else { "" };
    Some(Figure {
        slug: format!("{}-estimate", request.estimand.name),
        title: format!("{}: estimate against replicates", request.estimand.name),
        caption: format!(
            "Mean{direction} with its always-valid interval at each look, at {}. The check agrees when the interval lies inside the band.",
            canonical(&judged.run.parameters)
        ),
        x: Axis { label: "replicates".to_owned(), log: true },
        y: Axis { label: request.estimand.meaning.to_owned(), log: false },
        series: vec![
            band("margin", ends.clone(), vec![prediction; 2], vec![margin; 2]),
            line(predicted(request), ends, vec![prediction; 2]),
            Series {
                name: "measured".to_owned(),
                mark: Mark::Points,
                x: looks.iter().map(|l| l.replicates as f64).collect(),
                y: looks.iter().map(|l| l.mean).collect(),
                low: looks.iter().map(|l| l.interval.low).collect(),
                high: looks.iter().map(|l| l.interval.high).collect(),
            },
        ],
        heat: None,
    })
}

/// What is left of an array along each direction that it was measured in.
fn residuals(request: &Request<'_>, judged: &Judged) -> Option<Figure> {
    let components = &judged.reading.components;
    if components.len() < 2 {
        return None;
    }
    let number: Vec<f64> = (1..=components.len()).map(|k| k as f64).collect();
    let less = |value: f64, k: usize| value - judged.target.predictions[k];
    let ends = |end: fn(crate::stats::Interval) -> f64| {
        components.iter().enumerate().map(|(k, c)| c.1.map_or(f64::NAN, |i| less(end(i), k))).collect::<Vec<f64>>()
    };
    Some(Figure {
        slug: format!("{}-residuals", request.estimand.name),
        title: format!("{}: residuals", request.estimand.name),
        caption: format!(
            "Measured less predicted, with always-valid intervals, at {}: entry by entry of a short array; of a long one along equal entries, the trace of a square matrix and fixed random directions. The check agrees when every interval lies inside the band.",
            canonical(&judged.run.parameters)
        ),
        x: Axis { label: "entry or direction".to_owned(), log: false },
        y: Axis { label: format!("{}, less predicted", request.estimand.meaning), log: false },
        series: vec![
            band("margin", number.clone(), vec![0.0; number.len()], judged.target.margins.clone()),
            line(predicted(request), number.clone(), vec![0.0; number.len()]),
            Series {
                name: "measured".to_owned(),
                mark: Mark::Points,
                x: number,
                y: components.iter().enumerate().map(|(k, c)| less(c.0, k)).collect(),
                low: ends(|i| i.low),
                high: ends(|i| i.high),
            },
        ],
        heat: None,
    })
}

fn sweep(request: &Request<'_>, claim: &Claim, judged: &[Judged], parameter: &str, relative: f64) -> Option<Figure> {
    let meaning = request.experiment.parameters.iter().find(|p| p.name == parameter)?.meaning;
    // With several swept parameters each combination of the others is a series of its own.
    let mut groups: Vec<(String, Vec<&Judged>)> = Vec::new();
    for j in judged {
        let others: Vec<String> = request.request.sweep[1..]
            .iter()
            .map(|(name, _)| format!("{} = {}", symbol(name), rounded(value(j, name))))
            .collect();
        let name = others.join(", ");
        match groups.iter_mut().find(|(n, _)| *n == name) {
            Some((_, members)) => members.push(j),
            None => groups.push((name, vec![j])),
        }
    }
    let wide = |v: &[f64]| {
        v.iter().all(|x| *x > 0.0)
            && v.iter().fold(0.0f64, |a, b| a.max(*b)) > 30.0 * v.iter().fold(f64::INFINITY, |a, b| a.min(*b))
    };
    let mut series = Vec::new();
    for (name, mut members) in groups {
        members.sort_by(|a, b| value(a, parameter).total_cmp(&value(b, parameter)));
        // Line and band have the colour of their points, and need no name of their own.
        let measured = if name.is_empty() { "measured".to_owned() } else { name };
        let x: Vec<f64> = members.iter().map(|j| value(j, parameter)).collect();
        let y: Vec<f64> = members.iter().map(|j| j.target.predictions[0]).collect();
        let margins: Vec<f64> = members.iter().map(|j| j.target.margins[0]).collect();
        let (grid, curve) =
            closed_form(request, claim, members[0], parameter, &x, wide(&x)).unwrap_or((x.clone(), y.clone()));
        let radius: Vec<f64> = grid.iter().map(|at| between(&x, &margins, *at)).collect();
        series.push(band(&format!("margin ({} %)", 100.0 * relative), grid.clone(), curve.clone(), radius));
        series.push(line(predicted(request), grid, curve));
        let ends = |f: fn(crate::stats::Interval) -> f64| {
            members.iter().map(|j| j.reading.components[0].1.map_or(f64::NAN, f)).collect::<Vec<f64>>()
        };
        series.push(Series {
            name: measured,
            mark: Mark::Points,
            x,
            y: members.iter().map(|j| j.reading.components[0].0).collect(),
            low: ends(|i| i.low),
            high: ends(|i| i.high),
        });
    }
    series.extend(curves(judged, parameter, request.estimand.name));
    let swept: Vec<f64> = judged.iter().map(|j| value(j, parameter)).collect();
    let lines: Vec<f64> = judged.iter().map(|j| j.target.predictions[0]).collect();
    Some(Figure {
        slug: format!("{}-against-{}", request.estimand.name, parameter.to_lowercase()),
        title: format!("{} against {}", request.estimand.name, symbol(parameter)),
        caption: format!(
            "Measured means with always-valid intervals; the line is the {}, the band its equivalence margin.",
            predicted(request)
        ),
        x: Axis { label: format!("{}: {meaning}", symbol(parameter)), log: wide(&swept) },
        y: Axis { label: request.estimand.meaning.to_owned(), log: wide(&lines) },
        series,
        heat: None,
    })
}

/// The curves of theory in the plane of a figure.
fn curves(judged: &[Judged], across: &str, up: &str) -> Vec<Series> {
    let trial = judged.first().and_then(|j| j.run.trial().ok());
    let known = trial.map(|trial| trial.curves(across, up)).unwrap_or_default();
    known
        .into_iter()
        .map(|curve| {
            let (x, y) = curve.points.into_iter().unzip();
            line(curve.name, x, y)
        })
        .collect()
}

/// What was measured over two swept parameters with at least three values each.
fn map(request: &Request<'_>, judged: &[Judged]) -> Option<Figure> {
    let [(across, x), (up, y)] = request.request.sweep.as_slice() else { return None };
    if x.len() < 3 || y.len() < 3 {
        return None;
    }
    let ascending = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (x, y) = (ascending(x), ascending(y));
    let at = |a: f64, b: f64| judged.iter().find(|j| value(j, across) == a && value(j, up) == b);
    let cells = y.iter().flat_map(|b| x.iter().map(move |a| (*a, *b)));
    let values = cells.map(|(a, b)| at(a, b).map_or(f64::NAN, |j| j.reading.components[0].0)).collect();
    let meaning = |name: &str| request.experiment.parameters.iter().find(|p| p.name == name).map(|p| p.meaning);
    let series = curves(judged, across, up);
    let over = if series.is_empty() { "" } else { ", and the lines of the theory" };
    let axis = |name: &str, meaning: &str| Axis { label: format!("{}: {meaning}", symbol(name)), log: false };
    Some(Figure {
        slug: format!("{}-over-{}-and-{}", request.estimand.name, across.to_lowercase(), up.to_lowercase()),
        title: format!("{} over {} and {}", request.estimand.name, symbol(across), symbol(up)),
        caption: format!("Measured means; a cell for each pair of parameters{over}."),
        x: axis(across, meaning(across)?),
        y: axis(up, meaning(up)?),
        series,
        heat: Some(HeatMap { quantity: request.estimand.meaning.to_owned(), x, y, values }),
    })
}

/// The letter of a parameter as it stands in formulas: `alpha` is α.
pub(crate) fn symbol(parameter: &str) -> &str {
    const GREEK: [(&str, &str); 16] = [
        ("alpha", "α"),
        ("beta", "β"),
        ("gamma", "γ"),
        ("delta", "δ"),
        ("epsilon", "ε"),
        ("eta", "η"),
        ("theta", "θ"),
        ("kappa", "κ"),
        ("lambda", "λ"),
        ("mu", "μ"),
        ("rho", "ρ"),
        ("sigma", "σ"),
        ("tau", "τ"),
        ("phi", "φ"),
        ("psi", "ψ"),
        ("omega", "ω"),
    ];
    GREEK.iter().find(|(name, _)| *name == parameter).map_or(parameter, |(_, letter)| letter)
}

/// A value of a range without the dust of its steps.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

fn value(judged: &Judged, parameter: &str) -> f64 {
    judged.run.parameters.iter().find(|(name, _)| *name == parameter).map_or(f64::NAN, |(_, v)| v)
}

/// The closed form between the measured points, where it needs nothing but parameters.
fn closed_form(
    request: &Request<'_>,
    claim: &Claim,
    at: &Judged,
    parameter: &str,
    x: &[f64],
    log: bool,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let declared = request.experiment.parameters.iter().find(|p| p.name == parameter)?;
    if request.estimand.shape != crate::experiment::Shape::Scalar {
        return None;
    }
    let (low, high) = (x.first()?, x.last()?);
    let mut point: std::collections::BTreeMap<String, f64> =
        at.run.parameters.iter().map(|(n, v)| (n.to_owned(), v)).collect();
    let mut curve = Vec::new();
    // Even on the axis that will be drawn; whole where the parameter is.
    let even = |share: f64| if log { low * (high / low).powf(share) } else { low + (high - low) * share };
    let mut grid: Vec<f64> = (0..=60).map(|i| even(f64::from(i) / 60.0).clamp(*low, *high)).collect();
    if declared.whole {
        grid.iter_mut().for_each(|value| *value = value.round());
        grid.dedup();
    }
    for value in &grid {
        point.insert(parameter.to_owned(), *value);
        let parameters = request.experiment.parameters(&point).ok()?;
        let bare = super::sample::Run::without_trial(request.experiment, parameters);
        curve.push(*predict(request.prediction, claim, request.request, &bare).ok()?.first()?);
    }
    Some((grid, curve))
}

/// The value at a point of the polygon through points in ascending order.
fn between(x: &[f64], y: &[f64], at: f64) -> f64 {
    let k = x.partition_point(|x| *x <= at).clamp(1, x.len().max(2) - 1);
    match (x.get(k), y.get(k)) {
        (Some(right), Some(above)) if *right > x[k - 1] => {
            y[k - 1] + (above - y[k - 1]) * (at - x[k - 1]) / (right - x[k - 1])
        }
        _ => y[0],
    }
}

pub(crate) fn line(name: &str, x: Vec<f64>, y: Vec<f64>) -> Series {
    Series { name: name.to_owned(), mark: Mark::Line, x, y, low: Vec::new(), high: Vec::new() }
}

pub(crate) fn band(name: &str, x: Vec<f64>, centre: Vec<f64>, radius: Vec<f64>) -> Series {
    let low = centre.iter().zip(&radius).map(|(c, r)| c - r).collect();
    let high = centre.iter().zip(&radius).map(|(c, r)| c + r).collect();
    Series { name: name.to_owned(), mark: Mark::Band, x, y: centre, low, high }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn margins_are_interpolated() {
        let (x, y) = ([1.0, 2.0, 4.0], [3.0, 5.0, 1.0]);
        for (at, expected) in [(1.0, 3.0), (1.5, 4.0), (2.0, 5.0), (3.0, 3.0), (4.0, 1.0)] {
            assert!((between(&x, &y, at) - expected).abs() < 1e-12, "{at}");
        }
        assert_eq!(between(&[2.0], &[7.0], 2.0), 7.0);
        assert_eq!(between(&[2.0, 2.0], &[7.0, 7.0], 2.0), 7.0);
    }
}
