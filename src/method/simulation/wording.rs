//! Numbers in sentences.

use crate::stats::Interval;

/// A number with so many significant digits, in positional notation where that is short.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-4..=6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.*e}", digits - 1)
    }
}

/// `centre ± radius`, rounded to two digits of the radius.
pub(crate) fn plus_minus(centre: f64, radius: f64) -> String {
    if !(radius > 0.0 && radius.is_finite()) {
        return significant(centre, 6);
    }
    let place = radius.log10().floor() as i32 - 1;
    if (-8..=0).contains(&place) {
        let decimals = -place as usize;
        format!("{centre:.decimals$} ± {radius:.decimals$}")
    } else {
        format!("{centre:.6e} ± {radius:.1e}")
    }
}

/// `[low, high]` with enough digits to tell its ends apart.
pub(crate) fn interval(interval: Interval) -> String {
    let scale = interval.low.abs().max(interval.high.abs());
    let digits = (scale / interval.radius().max(scale * 1e-12)).log10().ceil().clamp(0.0, 12.0) as usize + 2;
    format!("[{}, {}]", significant(interval.low, digits), significant(interval.high, digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_uncertainty() {
        assert_eq!(significant(0.138_234, 3), "0.138");
        assert_eq!(significant(1.5e-7, 3), "1.50e-7");
        assert_eq!(plus_minus(0.966_54, 0.001_23), "0.9665 ± 0.0012");
        assert_eq!(interval(Interval { low: 0.1371, high: 0.1393 }), "[0.13710, 0.13930]");
    }
}
