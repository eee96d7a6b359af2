//! Heat maps: a cell for each pair of values, its colour and its number, a scale of the colours, and lines over all.

use super::axis::Scale;
use super::{Area, DASHES, Failure, GRID, INK, Look, SIZE, in_two_lines, legend, shortened, text, turned};
use crate::evidence::{Figure, HeatMap, Mark, Series};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Cividis (Nuñez, Anderton and Renslow 2018) at equal steps: the same order for all kinds of colour vision, and in grey.
const STOPS: [(u8, u8, u8); 6] =
    [(0, 32, 77), (49, 68, 107), (102, 105, 112), (149, 143, 120), (202, 185, 105), (255, 234, 70)];
/// Narrower cells, in user units, have no number.
const NUMBERED: i32 = 38;
/// More cells than this on a side are not drawn one by one.
pub(super) const MOST: usize = 60;

/// The colour of a share in [0, 1].
fn colour(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let at = (place as usize).min(STOPS.len() - 2);
    let (low, high, part) = (STOPS[at], STOPS[at + 1], place - at as f64);
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * part).round() as u8;
    RGBColor(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}

/// Ink that can be read on a colour.
fn readable(on: RGBColor) -> RGBColor {
    let luminance = 0.299 * f64::from(on.0) + 0.587 * f64::from(on.1) + 0.114 * f64::from(on.2);
    if luminance > 140.0 { BLACK } else { WHITE }
}

/// Draws a map with so many pixels to the unit; says how many of its values are not finite and left blank.
pub(super) fn draw<B: DrawingBackend>(
    area: &Area<B>,
    figure: &Figure,
    map: &HeatMap,
    unit: i32,
) -> Result<usize, Failure>
where
    B::ErrorType: 'static,
{
    let (columns, rows) = (map.x.len(), map.y.len());
    if columns == 0 || rows == 0 || map.values.len() != columns * rows || columns.max(rows) > MOST {
        return Err("no value of this figure can be drawn".into());
    }
    let finite = || map.values.iter().copied().filter(|v| v.is_finite() && v.abs() < 1e300);
    let scale = Scale::over(finite(), false).ok_or("no value of this figure can be drawn")?;
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let share = |v: f64| if high > low { (v - low) / (high - low) } else { 0.5 };
    let (left, right) = (86 * unit, (SIZE.0 as i32 - 118) * unit);
    let lines = figure.series.iter().filter(|s| s.mark == Mark::Line).map(|s| (s, inside(map, s)));
    let lines: Vec<(&Series, Vec<Piece>)> = lines.filter(|(_, pieces)| !pieces.is_empty()).collect();
    let dashed = |k: usize, colour| Look { colour, mark: 0, dash: DASHES[k % DASHES.len()], unit };
    let entries: Vec<(&Series, Look)> = lines.iter().enumerate().map(|(k, (s, _))| (*s, dashed(k, INK))).collect();
    let top = if entries.is_empty() { 16 * unit } else { legend::draw(area, &entries, unit)? };
    let bottom = (SIZE.1 as i32 - 56) * unit;
    let centred = |size: i32| text(size * unit).pos(Pos::new(HPos::Center, VPos::Center));
    let edge = |from: i32, to: i32, k: usize, n: usize| from + ((to - from) as i64 * k as i64 / n as i64) as i32;
    for (k, value) in map.values.iter().enumerate() {
        let (i, j) = (k % columns, k / columns);
        let (x, y) = (
            (edge(left, right, i, columns), edge(left, right, i + 1, columns)),
            (edge(bottom, top, j, rows), edge(bottom, top, j + 1, rows)),
        );
        let corners = [(x.0, y.1), (x.1, y.0)];
        if !(value.is_finite() && value.abs() < 1e300) {
            area.draw(&Rectangle::new(corners, GRID.stroke_width(unit as u32)))?;
            continue;
        }
        let fill = colour(share(*value));
        area.draw(&Rectangle::new(corners, fill.filled()))?;
        if x.1 - x.0 >= NUMBERED * unit && y.0 - y.1 >= 14 * unit {
            let ink = readable(fill);
            let style = centred(11).color(&ink);
            area.draw(&Text::new(short(*value), ((x.0 + x.1) / 2, (y.0 + y.1) / 2), style))?;
        }
    }
    for (k, (_, pieces)) in lines.iter().enumerate() {
        // Light cells and dark ones: black on a white seam is seen on both. Neither is remapped in the dark theme.
        let along =
            |share: f64, n: usize, from: i32, to: i32| from + ((to - from) as f64 * share / n as f64).round() as i32;
        let pixel = |(a, b): (f64, f64)| (along(a, columns, left, right), along(b, rows, bottom, top));
        for piece in pieces {
            let points: Vec<(i32, i32)> = piece.iter().copied().map(pixel).collect();
            area.draw(&PathElement::new(points.clone(), WHITE.mix(0.8).stroke_width(4 * unit as u32)))?;
            dashed(k, BLACK).line(area, points)?;
        }
    }
    let every = |n: usize, room: i32, each: i32| (n as i32 * each * unit / room.max(1) + 1) as usize;
    for (i, value) in map.x.iter().enumerate().step_by(every(columns, right - left, 44)) {
        let at = (edge(left, right, 2 * i + 1, 2 * columns), bottom + 14 * unit);
        area.draw(&Text::new(short(*value), at, centred(13)))?;
    }
    for (j, value) in map.y.iter().enumerate().step_by(every(rows, bottom - top, 16)) {
        let style = text(13 * unit).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(short(*value), (left - 6 * unit, edge(bottom, top, 2 * j + 1, 2 * rows)), style))?;
    }
    let label = |words: &str, width| shortened(area, words, width, unit);
    area.draw(&Text::new(label(&figure.x.label, 440), ((left + right) / 2, bottom + 38 * unit), centred(14)))?;
    let middle = (top + bottom) / 2;
    let upright = |words: &str, x: i32, last: i32| -> Result<(), Failure> {
        for (k, line) in in_two_lines(area, words, 330, unit).into_iter().enumerate() {
            let at = if k == 0 { x } else { last };
            area.draw(&Text::new(line, (at * unit, middle), turned(14 * unit)))?;
        }
        Ok(())
    };
    upright(&figure.y.label, 12, 28)?;
    // The scale of colours.
    let (bar, wide) = (right + 18 * unit, 16 * unit);
    for k in 0..64 {
        // A pixel over the next step, so that no seam shows.
        let corners = [(bar, edge(bottom, top, k + 1, 64) - unit), (bar + wide, edge(bottom, top, k, 64))];
        area.draw(&Rectangle::new(corners, colour((k as f64 + 0.5) / 64.0).filled()))?;
    }
    for tick in scale.ticks().iter().filter(|t| high > low && (low..=high).contains(*t)) {
        let y = bottom - ((bottom - top) as f64 * share(*tick)).round() as i32;
        let style = text(12 * unit).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(scale.label(*tick), (bar + wide + 4 * unit, y), style))?;
    }
    let edge_of_all = SIZE.0 as i32;
    upright(&map.quantity, edge_of_all - 28, edge_of_all - 12)?;
    Ok(map.values.iter().filter(|v| !(v.is_finite() && v.abs() < 1e300)).count())
}

/// Where a value stands among ascending ones, in cells from the outer edge of the first: the i-th value is at i + ½, and what is
/// between two of them or within half a cell of an end is at its share of the step.
fn place(values: &[f64], at: f64) -> Option<f64> {
    let right = values.partition_point(|v| *v <= at).clamp(1, values.len().checked_sub(1).filter(|n| *n > 0)?);
    let (low, high) = (values[right - 1], values[right]);
    let place = right as f64 - 0.5 + (at - low) / (high - low);
    (0.0..=values.len() as f64).contains(&place).then_some(place)
}

/// Points of a line in cells.
type Piece = Vec<(f64, f64)>;

/// The pieces of a line that are inside the map, in cells.
fn inside(map: &HeatMap, series: &Series) -> Vec<Piece> {
    /// Pieces of a segment that are inside or outside as a whole.
    const PARTS: usize = 16;
    let mut pieces: Vec<Piece> = vec![Vec::new()];
    let ends: Vec<(f64, f64)> = series.x.iter().copied().zip(series.y.iter().copied()).collect();
    for pair in ends.windows(2) {
        for k in 0..=PARTS {
            let between = |a: f64, b: f64| a + (b - a) * k as f64 / PARTS as f64;
            let [x, y] = [between(pair[0].0, pair[1].0), between(pair[0].1, pair[1].1)];
            let Some(last) = pieces.last_mut() else { continue };
            match place(&map.x, x).zip(place(&map.y, y)) {
                Some(point) => last.push(point),
                None if last.is_empty() => {}
                None => pieces.push(Vec::new()),
            }
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// A number in three figures.
fn short(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if value == value.trunc() && size < 1e5 => format!("{value:.0}"),
        1e-3..1e5 => {
            let places = (2 - size.log10().floor() as i32).clamp(0, 5) as usize;
            format!("{value:.places$}").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{value:.1e}"),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_cells_are_short() {
        let cases =
            [(0.0, "0"), (-0.5, "−0.5"), (0.123_456, "0.123"), (1234.6, "1235"), (2.5e-7, "2.5e−7"), (3.0, "3")];
        for (value, shown) in cases {
            assert_eq!(short(value), shown);
        }
    }

    #[test]
    fn values_stand_at_the_centres_of_their_cells() {
        let values = [1.0, 2.0, 4.0];
        for (at, expected) in [(1.0, 0.5), (1.5, 1.0), (3.0, 2.0), (4.0, 2.5), (0.5, 0.0), (5.0, 3.0)] {
            assert_eq!(place(&values, at), Some(expected), "{at}");
        }
        assert_eq!([place(&values, 0.4), place(&values, 5.1), place(&values, f64::NAN), place(&[1.0], 1.0)], [None; 4]);
    }

    #[test]
    fn lines_are_cut_at_the_edges_of_the_map() {
        let map =
            HeatMap { quantity: String::new(), x: vec![0.0, 1.0, 2.0], y: vec![0.0, 1.0, 2.0], values: vec![0.0; 9] };
        let line = |x: &[f64], y: &[f64]| Series {
            name: String::new(),
            mark: Mark::Line,
            x: x.to_vec(),
            y: y.to_vec(),
            low: Vec::new(),
            high: Vec::new(),
        };
        let pieces = inside(&map, &line(&[0.0, 1.0, 2.0], &[0.0, 9.0, 0.0]));
        assert_eq!(pieces.len(), 2);
        assert!(pieces.iter().flatten().all(|(x, y)| (0.0..=3.0).contains(x) && (0.0..=3.0).contains(y)));
        assert_eq!((pieces[0][0], pieces[1][pieces[1].len() - 1]), ((0.5, 0.5), (2.5, 0.5)));
        assert!(inside(&map, &line(&[5.0, 6.0, f64::NAN], &[0.0, 1.0, 1.0])).is_empty());
    }

    #[test]
    fn colours_grow_lighter_with_the_value_and_numbers_stay_readable() {
        let grey = |c: RGBColor| 0.299 * f64::from(c.0) + 0.587 * f64::from(c.1) + 0.114 * f64::from(c.2);
        let shades: Vec<f64> = (0..=20).map(|k| grey(colour(f64::from(k) / 20.0))).collect();
        assert!(shades.windows(2).all(|w| w[1] > w[0] + 2.0), "{shades:?}");
        for k in 0..=20 {
            let (fill, ink) = (colour(f64::from(k) / 20.0), readable(colour(f64::from(k) / 20.0)));
            assert!((grey(fill) - grey(ink)).abs() > 95.0, "{k}");
        }
    }
}
