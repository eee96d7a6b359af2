//! Means of an experiment along a sweep over the symbol of a limit.

use super::{Fitted, Shape, finite_target};
use crate::claim::Limit;
use crate::evidence::{Axis, Figure, Mark, Series, StopReason};
use crate::method::simulation::binding::{plain_name, predict};
use crate::method::simulation::figures::{band, line};
use crate::method::simulation::judging::looks;
use crate::method::simulation::sample::{Stopped, Strand, canonical};
use crate::method::simulation::{Request, Unpriced, points_along, priced};
use crate::method::{Context, Laboratory};
use crate::stats::{Moments, normal_quantile};

/// One size.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// What grows: the symbol, or one over its distance from a finite target.
    pub size: f64,
    pub mean: f64,
    /// Standard error and bias bound together.
    pub error: f64,
    pub prediction: f64,
    pub replicates: u64,
    /// The parameters in words.
    pub point: String,
}

/// Why the sizes could not be measured.
pub(super) struct Stop(pub StopReason, pub String);

/// The swept parameter that the limit's symbol stands for.
pub(super) fn swept<'a>(request: &'a Request<'_>, limit: &Limit) -> Result<&'a str, String> {
    let tex = limit.symbol.tex();
    let name = request.request.bind.get(tex).cloned().unwrap_or_else(|| plain_name(tex));
    let sweep = &request.request.sweep;
    let Some((parameter, values)) = sweep.iter().find(|(parameter, _)| *parameter == name) else {
        return Err(match sweep.first() {
            Some((parameter, _)) => format!("the limit is in `{name}` but the experiment sweeps `{parameter}`"),
            None => format!("the experiment must sweep `{name}` over at least four values"),
        });
    };
    points_along(request.request)?;
    if values.len() < 4 {
        return Err(format!("a limit needs at least four values of `{name}`"));
    }
    Ok(parameter)
}

/// Measures every size with its share of the work halved so many times, at numbers of replicates that do not depend on
/// the results.
pub(super) fn measure(
    request: &Request<'_>,
    limit: &Limit,
    context: &Context<'_>,
    laboratory: &Laboratory<'_>,
    strand: Strand,
    halvings: usize,
) -> Result<Vec<Measured>, Stop> {
    let not_applicable = |explanation: String| Stop(StopReason::NotApplicable, explanation);
    let budget = &context.budget.simulation;
    let parameter = swept(request, limit).map_err(not_applicable)?.to_owned();
    let target = finite_target(limit).map_err(not_applicable)?;
    let points = points_along(request.request).map_err(not_applicable)?;
    if points.len() < budget.minimum_sizes {
        return Err(not_applicable(format!("a limit needs at least {} sizes", budget.minimum_sizes)));
    }
    let (runs, shares) =
        priced(request.experiment, &points, context, laboratory).map_err(|unpriced| match unpriced {
            Unpriced::Setup(error) => not_applicable(error.to_string()),
            Unpriced::TooMuch(explanation) => Stop(StopReason::BudgetExhausted, explanation),
        })?;
    let mut measured = Vec::new();
    for (run, share) in runs.into_iter().zip(&shares) {
        let prediction = predict(request.prediction, context.claim, request.request, &run)
            .map_err(|e| Stop(e.reason(), e.to_string()))?;
        let [prediction] = prediction[..] else {
            return Err(not_applicable("only the limit of a number is extrapolated".to_owned()));
        };
        let (directions, start) = run
            .estimand(request.estimand.name)
            .filter(|(d, _)| d.len() == 1)
            .ok_or_else(|| not_applicable("only the limit of a number is extrapolated".to_owned()))?;
        debug_assert_eq!(directions.len(), 1);
        let price = run.price().map_err(|e| not_applicable(e.to_string()))?;
        let (first, last) = looks(share, price);
        let blocks = (last >> halvings).max(first);
        let words = canonical(&run.parameters);
        (laboratory.progress)(&format!("{}: {words}", request.experiment.name));
        let sample = run.sample(strand, blocks, laboratory).map_err(|stopped| match stopped {
            Stopped::Interrupted => Stop(StopReason::Interrupted, "the run was interrupted".to_owned()),
            Stopped::Setup(error) => not_applicable(error.to_string()),
        })?;
        if sample.blocks.len() < blocks {
            return Err(Stop(StopReason::BudgetExhausted, "not every size has been drawn".to_owned()));
        }
        let column: Vec<Moments> = sample.blocks[..blocks].iter().map(|b| b[start]).collect();
        let moments = Moments::merge(&column);
        if moments.non_finite > 0 {
            let explanation = format!("{} replicates gave no finite value at {words}", moments.non_finite);
            return Err(Stop(StopReason::HeavyTails, explanation));
        }
        if moments.heavy_tailed() && request.estimand.bounds.is_none() {
            return Err(Stop(StopReason::HeavyTails, format!("the replicates have heavy tails at {words}")));
        }
        let at = run.parameters.get(&parameter);
        let bias = (request.estimand.bias)(&run.parameters).abs();
        // A constant sample still has the rounding error of its values; of a bounded one, one replicate in so many could
        // have come out at the other bound.
        let rounding = 1e-12 * moments.mean.abs() + f64::MIN_POSITIVE.sqrt();
        let floor = match request.estimand.bounds {
            Some((low, high)) if moments.squares == 0.0 => (high - low) / moments.count as f64,
            _ => rounding,
        };
        measured.push(Measured {
            size: target.map_or(at, |a| (at - a).abs().recip()),
            mean: moments.mean,
            error: moments.standard_error().hypot(bias).max(floor),
            prediction,
            replicates: moments.count,
            point: words,
        });
    }
    measured.sort_by(|a, b| a.size.total_cmp(&b.size));
    Ok(measured)
}

/// The finite-size figure: the value against the correction of the heaviest model, or against the leading term.
pub(super) fn figure(
    request: &Request<'_>,
    measured: &[Measured],
    fitted: &Fitted,
    shape: Shape,
    alpha: f64,
    margin: f64,
) -> Figure {
    let z = normal_quantile(1.0 - alpha / 2.0);
    let scale = |m: &Measured| if shape == Shape::Ratio { m.prediction } else { 1.0 };
    let points = |x: Vec<f64>| Series {
        name: "measured".to_owned(),
        mark: Mark::Points,
        x,
        y: measured.iter().map(|m| m.mean / scale(m)).collect(),
        low: measured.iter().map(|m| (m.mean - z * m.error) / scale(m)).collect(),
        high: measured.iter().map(|m| (m.mean + z * m.error) / scale(m)).collect(),
    };
    let y_label = match shape {
        Shape::Ratio => format!("measured / predicted ({})", request.estimand.name),
        _ => request.estimand.meaning.to_owned(),
    };
    let (x, x_label, series) = match fitted {
        Fitted::Limit(fit) => {
            let model = &fit.candidates[0];
            let correction = model.correction.or_else(|| fit.candidates.iter().find_map(|c| c.correction));
            let abscissa = |size: f64| correction.map_or(1.0 / size, |g| g.at(size));
            let x: Vec<f64> = measured.iter().map(|m| abscissa(m.size)).collect();
            let right = x.iter().fold(0.0f64, |a, b| a.max(*b));
            let slope = if model.correction.is_some() { model.fit.coefficients[1] } else { 0.0 };
            let ends = vec![0.0, right];
            let intercept = model.fit.coefficients[0];
            let extrapolated = fit.interval(alpha);
            let label = correction.map_or_else(|| "1/L".to_owned(), |g| g.to_string());
            let series = vec![
                band("margin", ends.clone(), vec![shape.goal(); 2], vec![margin; 2]),
                line("claimed limit", ends.clone(), vec![shape.goal(); 2]),
                line("heaviest fit", ends, vec![intercept, intercept + slope * right]),
                Series {
                    name: "extrapolated".to_owned(),
                    mark: Mark::Points,
                    x: vec![0.0],
                    y: vec![fit.limit],
                    low: vec![extrapolated.low],
                    high: vec![extrapolated.high],
                },
            ];
            (x, format!("{label}, L the size"), series)
        }
        Fitted::Leading(fit) => {
            let x: Vec<f64> = measured.iter().map(|m| m.prediction).collect();
            let ends = vec![x[0], x[x.len() - 1]];
            let best = fit.models[0];
            let fitted = ends.iter().map(|f| best.0 * f + best.3).collect();
            let claimed = ends.iter().map(|f| f + fit.offset + (fit.slope - 1.0) * x[x.len() / 2]).collect();
            let series = vec![line("claimed slope 1", ends.clone(), claimed), line("fit", ends, fitted)];
            (x, "predicted leading term".to_owned(), series)
        }
    };
    let mut series = series;
    series.push(points(x));
    Figure {
        slug: format!("{}-scaling", request.estimand.name),
        title: format!("{}: dependence on the size", request.estimand.name),
        caption: "Means with error bars at every size, the heaviest of the fitted models, and the claimed limit."
            .to_owned(),
        x: Axis { label: x_label, log: false },
        y: Axis { label: y_label, log: false },
        series,
        heat: None,
    }
}
