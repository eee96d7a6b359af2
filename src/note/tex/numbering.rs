//! LaTeX's own numbers of equations: counters, what resets them, and how they are printed.

use super::lexer::{Lexeme, Lexer};
use std::collections::BTreeMap;

/// Counters that divide a document, outermost first.
const DIVISIONS: &[&str] = &["part", "chapter", "section", "subsection", "subsubsection"];

/// The counters of a document.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    values: BTreeMap<String, u32>,
    /// The counter that resets the one of the equations.
    within: Option<String>,
    /// How a counter is printed, where that differs from the standard.
    formats: BTreeMap<String, String>,
    has_chapters: bool,
    appendix: bool,
    /// Inside `subequations`: the printed number of the group and its value.
    group: Option<(String, u32)>,
}

impl Counters {
    /// The counters of a document of this class, if it has one.
    pub(super) fn new(class: Option<&str>) -> Self {
        let has_chapters = class.is_some_and(|c| {
            matches!(
                c,
                "book" | "report" | "memoir" | "scrbook" | "scrreprt" | "amsbook" | "svmono" | "extbook" | "extreport"
            )
        });
        let within = has_chapters.then(|| "chapter".to_owned());
        Self { values: BTreeMap::new(), within, formats: BTreeMap::new(), has_chapters, appendix: false, group: None }
    }

    fn value(&self, counter: &str) -> u32 {
        self.values.get(counter).copied().unwrap_or(0)
    }

    /// `\setcounter` and `\addtocounter`.
    pub(super) fn set(&mut self, counter: &str, value: i64, relative: bool) {
        let value = if relative { i64::from(self.value(counter)) + value } else { value };
        self.values.insert(counter.to_owned(), u32::try_from(value).unwrap_or(0));
    }

    /// `\numberwithin{equation}{section}`.
    pub(super) fn number_within(&mut self, counter: &str, outer: &str) {
        if counter == "equation" {
            self.within = Some(outer.to_owned());
            self.formats.remove("equation");
        }
    }

    /// `\@addtoreset{equation}{section}`: the number is printed as before.
    pub(super) fn reset_with(&mut self, counter: &str, outer: &str) {
        if counter == "equation" {
            self.formats.entry("equation".into()).or_insert_with(|| r"\arabic{equation}".into());
            self.within = Some(outer.to_owned());
        }
    }

    /// `\renewcommand{\thesection}{…}`.
    pub(super) fn print_as(&mut self, counter: &str, format: &str) {
        self.formats.insert(counter.to_owned(), format.to_owned());
    }

    /// `\appendix`.
    pub(super) fn appendix(&mut self) {
        self.appendix = true;
        let top = if self.has_chapters { "chapter" } else { "section" };
        self.values.insert(top.to_owned(), 0);
        self.formats.insert(top.to_owned(), format!(r"\Alph{{{top}}}"));
    }

    /// A numbered heading, or `\refstepcounter`.
    pub(super) fn step(&mut self, counter: &str) {
        // A class of one's own that has chapters is built on one of the standard ones.
        if counter == "chapter" && !self.has_chapters {
            self.has_chapters = true;
            self.within.get_or_insert_with(|| "chapter".to_owned());
        }
        *self.values.entry(counter.to_owned()).or_insert(0) += 1;
        let Some(level) = DIVISIONS.iter().position(|d| *d == counter) else { return };
        if counter == "part" {
            return;
        }
        for inner in &DIVISIONS[level + 1..] {
            self.values.insert((*inner).to_owned(), 0);
        }
        let resets = self.within.as_deref().and_then(|w| DIVISIONS.iter().position(|d| *d == w));
        if resets.is_some_and(|outer| outer >= level) {
            self.values.insert("equation".to_owned(), 0);
        }
    }

    /// The number of the next equation, as printed.
    pub(super) fn equation(&mut self) -> String {
        self.step("equation");
        self.last_equation()
    }

    /// The number that the last equation got, as printed.
    pub(super) fn last_equation(&self) -> String {
        match &self.group {
            Some((number, _)) => format!("{number}{}", letters(self.value("equation"))),
            None => self.printed("equation", 0),
        }
    }

    /// A tag as printed: the number of this equation or of another may stand in it.
    pub(super) fn tag(&self, tag: &str, numbers: &BTreeMap<String, String>) -> String {
        let mut out = String::new();
        let mut lexer = Lexer::new(tag, 0..tag.len());
        while let Some((lexeme, range)) = lexer.next() {
            match lexeme {
                Lexeme::Command("theequation") => out += &self.last_equation(),
                Lexeme::Command("ref" | "eqref") => {
                    let number = lexer.word().and_then(|label| numbers.get(label));
                    out += number.map_or(&tag[range.start..lexer.at], String::as_str);
                }
                _ => out += &tag[range],
            }
        }
        out.trim().to_owned()
    }

    /// The number of the heading or equation that was numbered last, for a label outside an equation.
    pub(super) fn heading(&self) -> String {
        if let Some((number, _)) = &self.group {
            return number.clone();
        }
        let deepest = DIVISIONS.iter().rev().find(|d| self.value(d) > 0).copied().unwrap_or("section");
        self.printed(deepest, 0)
    }

    /// `\begin{subequations}`.
    pub(super) fn open_group(&mut self) {
        if self.group.is_none() {
            let number = self.equation();
            self.group = Some((number, self.value("equation")));
            self.values.insert("equation".to_owned(), 0);
        }
    }

    /// `\end{subequations}`.
    pub(super) fn close_group(&mut self) {
        if let Some((_, value)) = self.group.take() {
            self.values.insert("equation".to_owned(), value);
        }
    }

    fn printed(&self, counter: &str, depth: usize) -> String {
        if let Some(format) = self.formats.get(counter).filter(|_| depth < 5) {
            return self.formatted(format, depth);
        }
        let value = match counter {
            "part" => roman(self.value(counter)).to_uppercase(),
            _ => self.value(counter).to_string(),
        };
        let outer = match counter {
            "equation" => self.within.as_deref(),
            "section" if self.has_chapters => Some("chapter"),
            "subsection" => Some("section"),
            "subsubsection" => Some("subsection"),
            _ => None,
        };
        match outer.filter(|outer| depth < 5 && (*outer != "chapter" || self.value("chapter") > 0)) {
            Some(outer) => format!("{}.{value}", self.printed(outer, depth + 1)),
            None => value,
        }
    }

    /// `\thesection.\arabic{equation}` and the like.
    fn formatted(&self, format: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut lexer = Lexer::new(format, 0..format.len());
        while let Some((lexeme, range)) = lexer.next() {
            match lexeme {
                Lexeme::Command(name @ ("arabic" | "alph" | "Alph" | "roman" | "Roman")) => {
                    let value = lexer.word().map_or(0, |counter| self.value(counter));
                    out += &match name {
                        "arabic" => value.to_string(),
                        "alph" => letters(value),
                        "Alph" => letters(value).to_uppercase(),
                        "roman" => roman(value),
                        _ => roman(value).to_uppercase(),
                    };
                }
                Lexeme::Command(name) => {
                    if let Some(counter) = name.strip_prefix("the") {
                        out += &self.printed(counter, depth + 1);
                    }
                }
                Lexeme::Other => out += &format[range],
                _ => {}
            }
        }
        out.trim().to_owned()
    }
}

fn letters(value: u32) -> String {
    match value {
        1..=26 => char::from(b'a' + (value - 1) as u8).to_string(),
        _ => value.to_string(),
    }
}

fn roman(mut value: u32) -> String {
    let mut out = String::new();
    if value > 4000 {
        return value.to_string();
    }
    for (size, word) in [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ] {
        while value >= size {
            out += word;
            value -= size;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_reset_and_prefix() {
        let mut c = Counters::new(Some("article"));
        assert_eq!((c.equation(), c.equation()), ("1".into(), "2".into()));
        c.number_within("equation", "section");
        c.step("section");
        assert_eq!(c.equation(), "1.1");
        c.step("subsection");
        assert_eq!(c.equation(), "1.2");
        c.step("section");
        c.open_group();
        assert_eq!((c.equation(), c.equation(), c.heading()), ("2.1a".into(), "2.1b".into(), "2.1".into()));
        c.close_group();
        assert_eq!(c.equation(), "2.2");
        c.appendix();
        c.step("section");
        assert_eq!(c.equation(), "A.1");
    }

    #[test]
    fn books_and_own_formats() {
        let mut c = Counters::new(Some("book"));
        assert_eq!(c.equation(), "1");
        c.step("chapter");
        c.step("section");
        assert_eq!((c.equation(), c.heading()), ("1.1".into(), "1.1".into()));
        c.print_as("equation", r"S\arabic{equation}");
        assert_eq!(c.equation(), "S2");
        c.print_as("section", r"\Roman{section}");
        c.print_as("equation", r"\thesection--\roman{equation}");
        c.set("equation", 2, true);
        assert_eq!(c.equation(), "I--v");
        c.print_as("equation", r"\theequation");
        assert!(c.equation().len() < 20);
        let mut c = Counters::new(Some("institute"));
        c.print_as("equation", r"\thepart.\thechapter.\arabic{equation}");
        c.step("part");
        c.step("part");
        c.step("chapter");
        assert_eq!((c.equation(), c.equation()), ("II.1.1".into(), "II.1.2".into()));
        c.step("chapter");
        assert_eq!(c.equation(), "II.2.1");
        let mut c = Counters::new(Some("article"));
        c.reset_with("equation", "section");
        c.step("section");
        let _ = c.equation();
        c.step("section");
        assert_eq!(c.equation(), "1");
    }
}
