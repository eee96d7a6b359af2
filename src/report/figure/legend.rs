//! The legend: a strip above the plot, so that it never covers data.

use super::{Area, Failure, Look, SIZE, shortened, text};
use crate::evidence::{Mark, Series};
use plotters::prelude::*;

const ROW: i32 = 22;
const SAMPLE: i32 = 28;

/// Draws the legend at the top and says how many pixels it takes. Entries go on in a new row where one is full.
pub(super) fn draw(area: &Area<'_>, entries: &[(&Series, Look)]) -> Result<i32, Failure> {
    let (mut x, mut row) = (12, 0);
    for (series, look) in entries {
        let name = shortened(area, &series.name, SIZE.0 - 90);
        let width = area.estimate_text_size(&name, &text(13)).map_or(0, |size| size.0 as i32) + SAMPLE + 26;
        if x > 12 && x + width > SIZE.0 as i32 - 12 {
            (x, row) = (12, row + 1);
        }
        let y = 16 + ROW * row;
        match series.mark {
            Mark::Band => {
                let corners = [(x, y - 6), (x + SAMPLE, y + 6)];
                area.draw(&Rectangle::new(corners, look.colour.mix(0.2).filled()))?;
            }
            Mark::Line => look.line(area, vec![(x, y), (x + SAMPLE, y)])?,
            Mark::Points => look.mark(area, (x + SAMPLE / 2, y))?,
        }
        area.draw(&Text::new(name, (x + SAMPLE + 8, y - 7), text(13)))?;
        x += width;
    }
    Ok(16 + ROW * row + 12)
}
