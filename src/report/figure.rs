//! Draws the data of a figure as SVG, or as PNG. Colours are fixed in the file and remapped by style sheet in the dark theme, so
//! the same drawing stands in a page, in Markdown and on paper.

mod axis;
mod heat;
mod legend;

use super::math::escape;
use crate::evidence::{Figure, Mark, Series};
use axis::Scale;
use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::sync::Once;

/// Width and height of every figure in user units.
const SIZE: (u32, u32) = (640, 400);

/// Ink of axes and text; the dark theme remaps it by its value.
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

/// Okabe and Ito (2008), told apart by all kinds of colour vision; lines and points also differ in dash and mark.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
];

/// Solid, and on and off lengths in units.
const DASHES: [Option<(u32, u32)>; 4] = [None, Some((8, 4)), Some((3, 3)), Some((12, 3))];

/// Remaps the colours of a drawing in the dark theme; `style.css` has the same rules for drawings inside pages.
const DARK: &str = "<style>@media (prefers-color-scheme:dark){[fill=\"#222222\"]{fill:#d9d6cf}[stroke=\"#222222\"]{stroke:#d9d6cf}[stroke=\"#DDDDDD\"]{stroke:#3b3c40}[fill=\"#0072B2\"]{fill:#5fb2e6}[stroke=\"#0072B2\"]{stroke:#5fb2e6}[fill=\"#D55E00\"]{fill:#f08a44}[stroke=\"#D55E00\"]{stroke:#f08a44}[fill=\"#009E73\"]{fill:#3cc79b}[stroke=\"#009E73\"]{stroke:#3cc79b}}</style>";

/// A figure as SVG.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    /// The `<svg>` element, with title and description as text alternative.
    pub(crate) svg: String,
    /// Values left out because they are not finite, or not positive on a logarithmic axis.
    pub(crate) omitted: usize,
}

impl Drawing {
    /// The drawing as a file of its own that follows the reader's theme.
    pub(crate) fn standalone(&self) -> String {
        let end_of_tag = self.svg.find('>').map_or(0, |at| at + 1);
        format!("{}{DARK}{}", &self.svg[..end_of_tag], &self.svg[end_of_tag..])
    }
}

/// Draws a figure.
///
/// # Errors
/// In words, if there is nothing to draw or the drawing fails.
pub(crate) fn draw(figure: &Figure) -> Result<Drawing, String> {
    let mut svg = String::new();
    let omitted = plot(SVGBackend::with_string(&mut svg, SIZE), 1, figure).map_err(|e| e.to_string())?;
    Ok(Drawing { svg: accessible(&svg, figure), omitted })
}

/// Draws a figure as PNG on white, with two pixels to the unit.
///
/// # Errors
/// As [`draw`].
pub(crate) fn png(figure: &Figure) -> Result<Vec<u8>, String> {
    const UNIT: i32 = 2;
    let size = (SIZE.0 * UNIT as u32, SIZE.1 * UNIT as u32);
    let mut pixels = vec![0xff; size.0 as usize * size.1 as usize * 3];
    plot(BitMapBackend::with_buffer(&mut pixels, size), UNIT, figure).map_err(|e| e.to_string())?;
    let encode = || -> Result<Vec<u8>, png::EncodingError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, size.0, size.1);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&pixels)?;
        writer.finish()?;
        Ok(out)
    };
    encode().map_err(|e| e.to_string())
}

/// The series without values that cannot be drawn on these axes; error bars are clipped away with their point.
fn clean(figure: &Figure) -> (Vec<Series>, usize) {
    let fits = |v: f64, log: bool| v.is_finite() && v.abs() < 1e300 && (!log || v > 0.0);
    let mut omitted = 0;
    let series = figure.series.iter().map(|s| {
        let length = s.x.len().min(s.y.len().max(s.low.len()));
        let bars = s.low.len() >= length && s.high.len() >= length && !s.low.is_empty();
        let mut kept = Series { x: vec![], y: vec![], low: vec![], high: vec![], ..s.clone() };
        for i in 0..length {
            let (low, high) = if bars { (s.low[i], s.high[i]) } else { (0.0, 0.0) };
            let ends_fit = fits(low, figure.y.log) && fits(high, figure.y.log);
            let centre = s.y.get(i).copied().unwrap_or(if bars { (low + high) / 2.0 } else { f64::NAN });
            let drawable = match s.mark {
                Mark::Band => bars && ends_fit,
                _ => fits(centre, figure.y.log) && (!bars || ends_fit),
            };
            if !(fits(s.x[i], figure.x.log) && drawable) {
                omitted += 1;
                continue;
            }
            kept.x.push(s.x[i]);
            kept.y.push(if s.mark == Mark::Band { (low + high) / 2.0 } else { centre });
            if bars {
                kept.low.push(low.min(high));
                kept.high.push(high.max(low));
            }
        }
        kept
    });
    let series = series.filter(|s| !s.x.is_empty()).collect();
    (series, omitted)
}

/// Draws with so many pixels to the unit; says how many values were left out.
fn plot<B: DrawingBackend>(backend: B, unit: i32, figure: &Figure) -> Result<usize, Failure>
where
    B::ErrorType: 'static,
{
    static FONT: Once = Once::new();
    FONT.call_once(|| {
        let font = include_bytes!("../../templates/fonts/dejavu-sans.ttf");
        // a font that cannot be read shows at the first text, as an error there
        let _ = plotters::style::register_font("sans-serif", FontStyle::Normal, font);
    });
    if let Some(map) = &figure.heat {
        let root = backend.into_drawing_area();
        let omitted = heat::draw(&root, figure, map, unit)?;
        root.present()?;
        return Ok(omitted);
    }
    let (series, omitted) = clean(figure);
    let extent = |log: bool, of: &dyn Fn(&Series) -> Vec<f64>| Scale::over(series.iter().flat_map(of), log);
    let x = extent(figure.x.log, &|s| s.x.clone()).ok_or("no value of this figure can be drawn")?;
    let y = extent(figure.y.log, &|s| [s.y.clone(), s.low.clone(), s.high.clone()].concat())
        .ok_or("no value of this figure can be drawn")?;
    let root = backend.into_drawing_area();
    let entries: Vec<(&Series, Look)> = series.iter().zip(looks(&series, unit)).collect();
    let text = |size: i32| text(size * unit);
    let legend = legend::draw(&root, &entries, unit)?;
    let (_, area) = root.split_vertically(legend);
    let widths = y.labels().into_iter().map(|l| root.estimate_text_size(&l, &text(13)).map_or(0, |size| size.0));
    let widest = widths.max().unwrap_or(0);
    let upright = in_two_lines(&root, &figure.y.label, 330, unit);
    let lead = if upright.len() > 1 { 16 * unit } else { 0 };
    let mut chart = ChartBuilder::on(&area)
        .margin_top(6 * unit)
        .margin_right(24 * unit)
        .margin_left(4 * unit + lead)
        .margin_bottom(4 * unit)
        .x_label_area_size(44 * unit)
        .y_label_area_size(widest as i32 + 38 * unit)
        .build_cartesian_2d(x.clone(), y.clone())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(unit as u32))
        .axis_style(INK.stroke_width(unit as u32))
        .label_style(text(13))
        .axis_desc_style(text(14))
        .x_desc(shortened(&root, &figure.x.label, 560, unit))
        .y_desc(upright.last().map_or("", String::as_str))
        .x_label_formatter(&|v| x.label(*v))
        .y_label_formatter(&|v| y.label(*v))
        .draw()?;
    if let [first, _] = upright.as_slice() {
        // Where the last line stands, one line further out.
        let middle = legend + (6 * unit + (SIZE.1 as i32 * unit - legend - 48 * unit)) / 2;
        root.draw(&Text::new(first.clone(), (12 * unit, middle), turned(14 * unit)))?;
    }
    let cap = 4 * unit;
    for (s, look) in &entries {
        let pixel = |i: usize, v: f64| chart.backend_coord(&(s.x[i], v));
        let indices = 0..s.x.len();
        match s.mark {
            Mark::Band => {
                let there = indices.clone().map(|i| pixel(i, s.low[i]));
                let outline: Vec<(i32, i32)> = there.chain(indices.rev().map(|i| pixel(i, s.high[i]))).collect();
                root.draw(&Polygon::new(outline, look.colour.mix(0.2).filled()))?;
            }
            Mark::Line => look.line(&root, indices.map(|i| pixel(i, s.y[i])).collect())?,
            Mark::Points => {
                for i in indices.filter(|_| !s.low.is_empty()) {
                    let ((at, low), (_, high)) = (pixel(i, s.low[i]), pixel(i, s.high[i]));
                    for bar in [
                        [(at, low), (at, high)],
                        [(at - cap, low), (at + cap, low)],
                        [(at - cap, high), (at + cap, high)],
                    ] {
                        root.draw(&PathElement::new(bar, look.colour.stroke_width(unit as u32)))?;
                    }
                }
                for i in 0..s.x.len() {
                    look.mark(&root, pixel(i, s.y[i]))?;
                }
            }
        }
    }
    root.present()?;
    Ok(omitted)
}

type Area<B> = DrawingArea<B, Shift>;
type Failure = Box<dyn std::error::Error>;

fn text(size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// Text that reads upward, centred.
fn turned(size: i32) -> TextStyle<'static> {
    let font = ("sans-serif", size).into_font().transform(FontTransform::Rotate270);
    font.color(&INK).pos(Pos::new(HPos::Center, VPos::Center))
}

/// A label in one line of so many units if it fits, else in two, broken between words; the second is cut if it has to be.
fn in_two_lines<B: DrawingBackend>(area: &Area<B>, label: &str, width: u32, unit: i32) -> Vec<String> {
    let label = shortened(area, label, 4 * width, unit);
    let fits =
        |words: &str| area.estimate_text_size(words, &text(14 * unit)).is_ok_and(|size| size.0 <= width * unit as u32);
    let last_break = label.match_indices(' ').map(|(at, _)| at).take_while(|at| fits(&label[..*at])).last();
    match last_break.filter(|_| !fits(&label)) {
        Some(at) => vec![label[..at].to_owned(), shortened(area, &label[at + 1..], width, unit)],
        None => vec![shortened(area, &label, width, unit)],
    }
}

/// A label cut to a number of pixels.
fn shortened<B: DrawingBackend>(area: &Area<B>, label: &str, width: u32, unit: i32) -> String {
    let mut label: String = label.chars().filter(|c| !c.is_control()).take(200).collect();
    while area.estimate_text_size(&label, &text(14 * unit)).is_ok_and(|size| size.0 > width * unit as u32) {
        label.pop();
        label.pop();
        label.push('…');
    }
    label
}

/// Colour, mark and dash of a series.
#[derive(Clone, Copy, Debug)]
struct Look {
    colour: RGBColor,
    /// Index of the mark for points.
    mark: usize,
    /// On and off lengths in pixels; solid if absent.
    dash: Option<(u32, u32)>,
    /// Pixels to the unit.
    unit: i32,
}

impl Look {
    fn line<B: DrawingBackend>(&self, area: &Area<B>, points: Vec<(i32, i32)>) -> Result<(), Failure>
    where
        B::ErrorType: 'static,
    {
        let unit = self.unit as u32;
        let style = self.colour.stroke_width(2 * unit);
        match self.dash {
            None => area.draw(&PathElement::new(points, style))?,
            Some((on, off)) => area.draw(&DashedPathElement::new(points, on * unit, off * unit, style))?,
        }
        Ok(())
    }

    /// Circle, square, triangle, diamond in turn: grey tells them apart.
    fn mark<B: DrawingBackend>(&self, area: &Area<B>, (x, y): (i32, i32)) -> Result<(), Failure>
    where
        B::ErrorType: 'static,
    {
        let fill = self.colour.filled();
        let [a, b, c] = [4, 5, 6].map(|n| n * self.unit);
        match self.mark % 4 {
            0 => area.draw(&Circle::new((x, y), a, fill))?,
            1 => area.draw(&Rectangle::new([(x - a, y - a), (x + a, y + a)], fill))?,
            2 => area.draw(&Polygon::new(vec![(x, y - b), (x + b, y + a), (x - b, y + a)], fill))?,
            _ => area.draw(&Polygon::new(vec![(x, y - c), (x + b, y), (x, y + c), (x - b, y)], fill))?,
        }
        Ok(())
    }
}

/// The first line (a closed form) is ink-coloured and solid, further ones are dashed; points get a colour and a mark
/// each; bands are pale. Several points that come with a line and a band each give them their colour, and lines beyond those are
/// dashed.
fn looks(series: &[Series], unit: i32) -> Vec<Look> {
    let (mut lines, mut points, mut bands) = (0, 0, 0);
    let count = |mark: Mark| series.iter().filter(|s| s.mark == mark).count();
    let groups = count(Mark::Points);
    let sweeps = groups > 1 && count(Mark::Band) == groups && count(Mark::Line) >= groups;
    let look = |s: &Series| match s.mark {
        Mark::Line if sweeps && lines >= groups => {
            lines += 1;
            Look { colour: INK, mark: 0, dash: DASHES[(lines - groups) % DASHES.len()], unit }
        }
        Mark::Line if sweeps => {
            lines += 1;
            Look { colour: COLOURS[(lines - 1) % COLOURS.len()], mark: 0, dash: None, unit }
        }
        Mark::Band if sweeps => {
            bands += 1;
            Look { colour: COLOURS[(bands - 1) % COLOURS.len()], mark: 0, dash: None, unit }
        }
        Mark::Line => {
            let dash = DASHES[lines % DASHES.len()];
            let colour = if lines == 0 { INK } else { COLOURS[(lines + 1) % COLOURS.len()] };
            lines += 1;
            Look { colour, mark: 0, dash, unit }
        }
        Mark::Points => {
            points += 1;
            Look { colour: COLOURS[(points - 1) % COLOURS.len()], mark: points - 1, dash: None, unit }
        }
        Mark::Band => {
            bands += 1;
            Look { colour: COLOURS[(bands + 1) % COLOURS.len()], mark: 0, dash: None, unit }
        }
    };
    series.iter().map(look).collect()
}

/// Sets size by view box alone and puts title and description in front.
fn accessible(svg: &str, figure: &Figure) -> String {
    let (width, height) = SIZE;
    let body = svg.find("<svg").and_then(|at| svg[at..].find('>').map(|end| &svg[at + end + 1..])).unwrap_or("");
    let mut names: Vec<&str> = figure.series.iter().map(|s| s.name.as_str()).collect();
    names.extend(figure.heat.as_ref().map(|map| map.quantity.as_str()));
    let names = names.join(", ");
    let description = format!("{} {} against {}. Drawn: {names}.", figure.caption, figure.y.label, figure.x.label);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{}</title><desc>{}</desc>{body}",
        escape(&figure.title),
        escape(description.trim()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn has_labels_legend_and_text_alternative() {
        for figure in [fixture::convergence(), fixture::scaling()] {
            let drawing = draw(&figure).unwrap();
            assert_eq!(drawing.omitted, 0);
            assert!(drawing.svg.contains("<title>") && drawing.svg.contains("<desc>"));
            for word in [&figure.x.label, &figure.y.label, &figure.series[0].name] {
                assert!(drawing.svg.contains(escape(word).as_str()), "{word}");
            }
            assert!(drawing.standalone().contains("prefers-color-scheme"));
            assert_eq!(drawing.svg, draw(&figure).unwrap().svg, "deterministic");
        }
    }

    #[test]
    fn long_labels_take_two_lines() {
        let words =
            "posterior weight of the originating data point, also called its probability given the noised point";
        for mut figure in [fixture::scaling(), fixture::map()] {
            figure.y.label = words.to_owned();
            let svg = draw(&figure).unwrap().svg;
            let drawn = svg.split("</desc>").nth(1).unwrap();
            assert!(!drawn.contains('…') && !drawn.contains(words), "{drawn}");
            assert!(drawn.contains("posterior weight of") && drawn.contains("noised point"), "{drawn}");
        }
    }

    #[test]
    fn the_lines_of_several_sweeps_have_the_colours_of_their_points() {
        let of = |name: &str, mark| Series {
            name: name.to_owned(),
            mark,
            x: vec![1.0, 2.0],
            y: vec![1.0, 2.0],
            low: vec![0.5, 1.5],
            high: vec![1.5, 2.5],
        };
        let group = |name: &str| [of("margin", Mark::Band), of("closed form", Mark::Line), of(name, Mark::Points)];
        let series: Vec<Series> = ["d = 8", "d = 16"].iter().flat_map(|name| group(name)).collect();
        let colours: Vec<RGBColor> = looks(&series, 1).iter().map(|look| look.colour).collect();
        assert_eq!(colours, [[COLOURS[0]; 3], [COLOURS[1]; 3]].concat());
        let svg = draw(&Figure { series, ..fixture::scaling() }).unwrap().svg;
        let body = svg.split("</desc>").nth(1).unwrap();
        assert_eq!((body.matches("closed form").count(), body.matches("d = ").count()), (1, 2));
    }

    #[test]
    fn the_same_is_drawn_in_pixels() {
        for figure in [fixture::convergence(), fixture::scaling()] {
            let bytes = png(&figure).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            assert_eq!((info.width, info.height), (2 * SIZE.0, 2 * SIZE.1));
            let has = |c: RGBColor| pixels.chunks(3).filter(|p| **p == [c.0, c.1, c.2]).count();
            assert!(has(INK) > 500 && has(COLOURS[0]) > 200, "{} {}", has(INK), has(COLOURS[0]));
        }
    }

    #[test]
    fn a_map_has_its_cells_labels_and_scale() {
        let figure = fixture::map();
        let drawing = draw(&figure).unwrap();
        assert_eq!(drawing.omitted, 1);
        let map = figure.heat.as_ref().unwrap();
        // Eleven cells and 64 steps of the scale, beside the background.
        assert!(drawing.svg.matches("<rect").count() >= 75, "{}", drawing.svg.matches("<rect").count());
        for word in [&figure.x.label, &figure.y.label, &map.quantity, "0.05", "0.75", "0.93"] {
            assert!(drawing.svg.contains(escape(word).as_str()), "{word}");
        }
        assert!(png(&figure).is_ok());
        let line = |name: &str, y: f64| Series {
            name: name.to_owned(),
            mark: Mark::Line,
            x: vec![0.0, 1.0],
            y: vec![y; 2],
            low: vec![],
            high: vec![],
        };
        let over = Figure { series: vec![line("phase line", 0.4), line("another", 0.6)], ..figure.clone() };
        let svg = draw(&over).unwrap().svg;
        let drawn = svg.split("</desc>").nth(1).unwrap();
        // Two seams; one line is solid, the other in many dashes; both are in the legend.
        assert_eq!(drawn.matches("stroke=\"#FFFFFF\"").count(), 2);
        assert!(drawn.matches("stroke=\"#000000\"").count() > 5);
        assert!(drawn.contains("phase line") && drawn.contains("another"));
        for broken in [vec![], vec![f64::NAN; 12], vec![1.0; 11]] {
            let heat = Some(crate::evidence::HeatMap { values: broken, ..map.clone() });
            assert!(draw(&Figure { heat, ..figure.clone() }).is_err());
        }
    }

    #[test]
    fn values_that_are_not_finite_are_counted() {
        let mut figure = fixture::convergence();
        figure.series[2].y[0] = f64::NAN;
        figure.series[2].high[1] = f64::INFINITY;
        figure.series[2].x[2] = -1.0;
        figure.series[2].x[3] = 0.0;
        let drawing = draw(&figure).unwrap();
        assert_eq!(drawing.omitted, 4);
        assert!(!drawing.svg.contains("NaN") && !drawing.svg.contains("inf"));
    }

    #[test]
    fn odd_data_never_panics() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e308, -1e308, 5e-324, 1.0];
        for mark in [Mark::Points, Mark::Line, Mark::Band] {
            for log in [false, true] {
                let mut figure = fixture::convergence();
                (figure.x.log, figure.y.log) = (log, log);
                for s in &mut figure.series {
                    s.mark = mark;
                    (s.x, s.y, s.low) = (odd.to_vec(), odd[1..].to_vec(), odd[2..].to_vec());
                }
                let _ = draw(&figure);
                for s in &mut figure.series {
                    (s.x, s.y, s.low, s.high) = (vec![], vec![], vec![], vec![]);
                }
                assert!(draw(&figure).is_err());
            }
        }
    }

    #[test]
    fn hostile_labels_stay_text() {
        let mut figure = fixture::scaling();
        let evil = "</svg><script>alert(1)</script>\"'&";
        (figure.title, figure.caption) = (evil.into(), evil.into());
        (figure.x.label, figure.y.label, figure.series[0].name) = (evil.into(), evil.into(), evil.into());
        let svg = draw(&figure).unwrap().svg;
        assert!(!svg.contains("<script"), "{svg}");
        assert_eq!(svg.matches("</svg>").count(), 1);
    }
}
