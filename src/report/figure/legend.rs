//! The legend: a strip above the plot, so that it never covers data.

use super::{Area, Failure, INK, Look, SIZE, shortened, text};
use crate::evidence::{Mark, Series};
use plotters::prelude::*;

const ROW: i32 = 22;
const SAMPLE: i32 = 28;

/// Draws the legend at the top with so many pixels to the unit and says how many pixels it takes. Entries go on in a new row
/// where one is full.
pub(super) fn draw<B: DrawingBackend>(area: &Area<B>, entries: &[(&Series, Look)], unit: i32) -> Result<i32, Failure>
where
    B::ErrorType: 'static,
{
    let full = (SIZE.0 as i32 - 12) * unit;
    let (left, sample) = (12 * unit, SAMPLE * unit);
    let (mut x, mut row) = (left, 0);
    // Bands and lines of several sweeps share their names: one entry, in no sweep's colour, is enough.
    let same = |a: &(&Series, Look), b: &(&Series, Look)| a.0.name == b.0.name && a.0.mark == b.0.mark;
    for (k, (series, look)) in entries.iter().enumerate() {
        if entries[..k].iter().any(|earlier| same(earlier, &entries[k])) {
            continue;
        }
        let shared = entries[k + 1..].iter().any(|later| same(later, &entries[k]));
        let look = if shared { Look { colour: INK, ..*look } } else { *look };
        let name = shortened(area, &series.name, SIZE.0 - 90, unit);
        let style = text(13 * unit);
        let width = area.estimate_text_size(&name, &style).map_or(0, |size| size.0 as i32) + sample + 26 * unit;
        if x > left && x + width > full {
            (x, row) = (left, row + 1);
        }
        let y = (16 + ROW * row) * unit;
        match series.mark {
            Mark::Band => {
                let corners = [(x, y - 6 * unit), (x + sample, y + 6 * unit)];
                area.draw(&Rectangle::new(corners, look.colour.mix(0.2).filled()))?;
            }
            Mark::Line => look.line(area, vec![(x, y), (x + sample, y)])?,
            Mark::Points => look.mark(area, (x + sample / 2, y))?,
        }
        area.draw(&Text::new(name, (x + sample + 6 * unit, y - 6 * unit), style))?;
        x += width;
    }
    Ok((16 + ROW * row + 12) * unit)
}
