//! Bounds of ranges as exact numbers.

use crate::numeric::Rational;
use dashu_int::{IBig, UBig};

/// A bound: `None` if it cannot be read, `Some(None)` if it is infinite.
pub(super) fn bound(text: &str) -> Option<Option<Rational>> {
    let text = text.trim();
    if matches!(text.trim_start_matches(['+', '-', '−']).trim_start(), "\\infty" | "inf" | "∞") {
        return Some(None);
    }
    match text.split_once('/') {
        Some((numerator, denominator)) => {
            let denominator = decimal(denominator.trim())?;
            (!denominator.is_zero()).then(|| decimal(numerator.trim()).map(|n| Some(n / denominator)))?
        }
        None => decimal(text).map(Some),
    }
}

/// An exact decimal number without exponent, at most 40 digits long.
fn decimal(text: &str) -> Option<Rational> {
    let text = text.replace('−', "-");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let unsigned = whole.trim_start_matches(['+', '-']);
    let is_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let digits = unsigned.len() + fraction.len();
    if whole.len() - unsigned.len() > 1 || !is_digits(unsigned) || !is_digits(fraction) || digits == 0 || digits > 40 {
        return None;
    }
    let magnitude: UBig = format!("{unsigned}{fraction}").parse().ok()?;
    let value = Rational::from_parts(IBig::from(magnitude), UBig::from(10_u8).pow(fraction.len()));
    Some(if whole.starts_with('-') { -value } else { value })
}
