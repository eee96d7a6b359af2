//! The pages of the HTML site, one per file. Each draws on its own: one that fails becomes an error page, the rest stands.

mod coverage;
mod errata;
mod note;
mod overview;

use super::view::Site;
use super::{Page, errata as corrections};
use crate::record::Record;
use crate::record::diff::Difference;
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tera::{Context, Tera};

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../../templates/base.html")),
    ("parts.html", include_str!("../../../templates/parts.html")),
    ("overview.html", include_str!("../../../templates/overview.html")),
    ("note.html", include_str!("../../../templates/note.html")),
    ("formula.html", include_str!("../../../templates/formula.html")),
    ("errata.html", include_str!("../../../templates/errata.html")),
    ("coverage.html", include_str!("../../../templates/coverage.html")),
    ("error.html", include_str!("../../../templates/error.html")),
];

/// A page could not be drawn; in words.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Stack of the thread that draws: converters recurse, and a formula's nesting is its author's.
const STACK: usize = 256 << 20;

/// All pages of the site. They refer to each other and to their style sheet by relative names, and to nothing else.
pub(super) fn site(record: &Record, since: Option<&[Difference]>) -> Vec<Page> {
    let draw = || draw(record, since);
    let drawn = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, draw);
        thread.map(|t| t.join())
    });
    match drawn {
        Ok(Ok(pages)) => pages,
        // no thread to be had, or it died: the overview says so
        Ok(Err(_)) | Err(_) => vec![Page::text(
            "site/index.html",
            "<!doctype html><title>Report</title><p>The report could not be drawn.</p>",
        )],
    }
}

fn draw(record: &Record, since: Option<&[Difference]>) -> Vec<Page> {
    let templates = templates();
    let site = Site { since, ..Site::new(record) };
    let mut pages = vec![
        page(&templates, &site, "index.html", "Overview", || overview::draw(&templates, &site)),
        page(&templates, &site, "errata.html", "Errata", || errata::draw(&templates, &site)),
    ];
    for (source, name) in &site.sources {
        pages.push(page(&templates, &site, name, source, || coverage::draw(&templates, &site, source)));
    }
    for entry in &record.notes {
        let Some(name) = site.pages.get(entry.path.as_str()) else { continue };
        pages.push(page(&templates, &site, name, &entry.title, || note::draw(&templates, &site, entry)));
    }
    pages.push(Page::text("site/style.css", &super::style::sheet()));
    pages.push(Page::text("site/page.js", include_str!("../../../templates/page.js")));
    pages.push(Page::text("site/errata.md", &corrections::markdown(record)));
    pages.push(Page::text("site/errata.tex", &corrections::latex(record)));
    pages
}

/// Draws one page; a failure or a panic becomes an error page that says what went wrong.
fn page(
    templates: &Result<Tera, tera::Error>,
    site: &Site<'_>,
    name: &str,
    title: &str,
    draw: impl FnOnce() -> Result<String, Failure>,
) -> Page {
    let why = match catch_unwind(AssertUnwindSafe(draw)) {
        Ok(Ok(html)) => return Page::text(&format!("site/{name}"), &html),
        Ok(Err(failure)) => chain(failure.as_ref()),
        Err(_) => "the program panicked while it drew this page".to_owned(),
    };
    #[derive(Serialize)]
    struct Sorry<'a> {
        frame: Frame,
        title: &'a str,
        why: &'a str,
    }
    let sorry = Sorry { frame: Frame::new(site, name, title), title, why: &why };
    let html = render(templates, "error.html", &sorry).unwrap_or_else(|_| {
        let escape = super::math::escape;
        format!("<!doctype html><title>{}</title><p>This page could not be drawn: {}</p>", escape(title), escape(&why))
    });
    Page::text(&format!("site/{name}"), &html)
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |e| e.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

fn templates() -> Result<Tera, tera::Error> {
    let mut tera = Tera::new();
    tera.add_raw_templates(TEMPLATES.to_vec())?;
    Ok(tera)
}

fn render(templates: &Result<Tera, tera::Error>, name: &str, model: &impl Serialize) -> Result<String, Failure> {
    let tera = templates.as_ref().map_err(ToString::to_string)?;
    Ok(tera.render(name, &Context::from_serialize(model)?)?)
}

/// What is around every page: title and navigation.
#[derive(Debug, Serialize)]
struct Frame {
    title: String,
    version: String,
    nav: Vec<Link>,
}

/// An entry of the navigation.
#[derive(Debug, Serialize)]
struct Link {
    label: String,
    href: String,
    current: bool,
}

impl Frame {
    fn new(site: &Site<'_>, current: &str, title: &str) -> Self {
        let link = |label: &str, href: &str| Link { label: label.into(), href: href.into(), current: href == current };
        let mut nav = vec![link("Overview", "index.html"), link("Errata", "errata.html")];
        match site.sources.len() {
            0 => {}
            1 => nav.extend(site.sources.values().map(|page| link("Coverage", page))),
            _ => nav.extend(site.sources.iter().map(|(s, page)| link(&format!("Coverage: {s}"), page))),
        }
        Self { title: title.into(), version: site.record.header.version.clone(), nav }
    }
}
