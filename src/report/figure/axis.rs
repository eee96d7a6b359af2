//! Axes: range, round ticks and their labels, linear or logarithmic.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// A range of values with its ticks.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    log: bool,
    ticks: Vec<f64>,
}

impl Scale {
    /// The scale that shows all values, with a little room; `None` if there are none. Values must be finite, and
    /// positive on a logarithmic scale.
    pub(crate) fn over(values: impl Iterator<Item = f64>, log: bool) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in values {
            let v = if log { v.log10() } else { v };
            (low, high) = (low.min(v), high.max(v));
        }
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        let span = high - low;
        let least = if log { 0.1 } else { 1e-9 * low.abs().max(high.abs()).max(1e-290) };
        let room = if span > least { 0.05 * span } else { least.max(0.05 * high.abs()).max(0.05) };
        (low, high) = (low - room, high + room);
        let ticks = if log { log_ticks(low, high) } else { round_ticks(low, high, 6) };
        Some(Self { low, high, log, ticks })
    }

    /// The ticks.
    pub(crate) fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    /// The labels of the ticks.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.ticks.iter().map(|t| self.label(*t)).collect()
    }

    /// The label of a tick, with as many digits as tell it from its neighbours.
    pub(crate) fn label(&self, value: f64) -> String {
        if self.log {
            let exponent = value.log10().floor() as i32;
            if (-3..=4).contains(&exponent) {
                return minus(&format!("{value:.*}", (-exponent).max(0) as usize));
            }
            return scientific(value, 0);
        }
        let step = match self.ticks.as_slice() {
            [first, second, ..] => second - first,
            _ => (self.high - self.low) / 2.0,
        };
        let largest = self.low.abs().max(self.high.abs());
        if value.abs() < step * 1e-6 {
            return "0".into();
        }
        let digits = (-(step.log10() + 1e-9).floor()).clamp(0.0, 300.0) as usize;
        if !(1e-3..1e5).contains(&largest) {
            let places = (largest.log10().floor() - (step.log10() + 1e-9).floor()).clamp(0.0, 15.0) as usize;
            return scientific(value, places);
        }
        minus(&format!("{value:.digits$}"))
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn round_ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let raw = (high - low) / about as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw).unwrap_or(raw);
    let first = (low / step).ceil();
    (0..=2 * about).map(|k| (first + k as f64) * step).take_while(|t| *t <= high + step * 1e-9).collect()
}

/// Powers of ten, thinned if there are many, with 2 and 5 between if there are few.
fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let decades = high - low;
    let multiples: &[f64] = if decades < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let every = (decades / 7.0).ceil().max(1.0) as i64;
    let exponents = (low.floor() as i64..=high.ceil() as i64).filter(|e| e.rem_euclid(every) == 0);
    let ticks: Vec<f64> = exponents
        .flat_map(|e| multiples.iter().map(move |m| m * 10f64.powi(e as i32)))
        .filter(|t| (low..=high).contains(&t.log10()))
        .collect();
    match ticks.len() {
        0 | 1 => round_ticks(10f64.powf(low), 10f64.powf(high), 4).into_iter().filter(|t| *t > 0.0).collect(),
        _ => ticks,
    }
}

/// `value` as `1.5×10⁻⁴`.
fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let raised: String = exponent
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            d => char::from_u32('⁰' as u32 + d.to_digit(10).unwrap_or(0)).unwrap_or(d),
        })
        .collect();
    match mantissa {
        "1" => format!("10{raised}"),
        _ => minus(&format!("{mantissa}×10{raised}")),
    }
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let v = if self.log { value.log10() } else { *value };
        let share = ((v - self.low) / (self.high - self.low)).clamp(-0.5, 1.5);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        if self.log { 10f64.powf(self.low)..10f64.powf(self.high) } else { self.low..self.high }
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        self.label(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64], log: bool) -> String {
        Scale::over(values.iter().copied(), log).unwrap().labels().join(" ")
    }

    #[test]
    fn ticks_are_round_and_told_apart() {
        assert_eq!(labels(&[0.0, 1.0], false), "0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(&[-3.0, 3.0], false), "−2 0 2");
        assert_eq!(labels(&[0.61, 0.63], false), "0.610 0.615 0.620 0.625 0.630");
        assert_eq!(labels(&[0.0, 2e6], false), "0 5×10⁵ 1.0×10⁶ 1.5×10⁶ 2.0×10⁶".replace("5×10⁵", "5.0×10⁵"));
        assert_eq!(labels(&[16.0, 512.0], true), "20 50 100 200 500");
        assert_eq!(labels(&[1e-8, 1e-2], true), "10⁻⁸ 10⁻⁷ 10⁻⁶ 10⁻⁵ 10⁻⁴ 0.001 0.01");
        for values in [&[5.0][..], &[0.0], &[1e300, 1e300], &[1e-300], &[3.0, 3.0 + 1e-13], &[-1e299, 1e299]] {
            let scale = Scale::over(values.iter().copied(), false).unwrap();
            let mut labels = scale.labels();
            assert!(labels.len() >= 2 && labels.len() < 15, "{values:?}: {labels:?}");
            labels.dedup();
            assert_eq!(labels.len(), scale.ticks.len(), "{values:?}: {labels:?}");
        }
        assert!(Scale::over(std::iter::empty(), false).is_none());
    }
}
