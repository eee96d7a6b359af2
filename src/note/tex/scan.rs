//! The displays of a document with LaTeX's numbers, its definitions and its `%!` lines.

use super::annotation::{Remark, remark};
use super::lexer::{Lexeme, Lexer};
use super::numbering::Counters;
use super::rows::{self, Row};
use crate::diagnostic::{Diagnostic, codes};
use crate::latex::macros::{Macros, definition};
use crate::note::markdown::Target;
use crate::note::{Formula, Located};
use crate::source::{SourceFile, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// How an environment is divided into equations.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    /// One equation.
    Whole,
    /// One equation over several lines.
    Lines,
    /// Equations in rows, of so many columns each.
    Rows(usize),
}

/// Displayed environments without their star, and how many arguments they take.
const DISPLAYS: &[(&str, Layout, usize)] = &[
    ("equation", Layout::Whole, 0),
    ("displaymath", Layout::Whole, 0),
    ("dmath", Layout::Whole, 0),
    ("multline", Layout::Lines, 0),
    ("align", Layout::Rows(2), 0),
    ("flalign", Layout::Rows(2), 0),
    ("alignat", Layout::Rows(2), 1),
    ("xalignat", Layout::Rows(2), 1),
    ("gather", Layout::Rows(2), 0),
    ("eqnarray", Layout::Rows(3), 0),
    ("IEEEeqnarray", Layout::Rows(3), 1),
];

/// Commands that may stand between a formula and its claim.
const TRANSPARENT: &[&str] = &["label", "end", "noindent", "par", "smallskip", "medskip", "bigskip", "vspace", "vskip"];

/// What a document holds for us.
pub(super) struct Scan {
    pub(super) formulas: Vec<Formula>,
    /// Displays as ranges of the assembled text, with the formulas in each.
    pub(super) blocks: Vec<(Range<usize>, Range<usize>)>,
    pub(super) remarks: Vec<(Remark, Target)>,
    pub(super) macros: Macros,
    /// The argument of `\title`.
    pub(super) title: Option<Range<usize>>,
    /// Where the text begins, behind the preamble.
    pub(super) body: usize,
    /// Numbers by label.
    pub(super) numbers: BTreeMap<String, String>,
}

/// Reads an assembled document.
pub(super) fn scan(file: &SourceFile, text: &Located, diagnostics: &mut Vec<Diagnostic>) -> Scan {
    let source = &text.text;
    let mut scanner = Scanner {
        file,
        text,
        lexer: Lexer::new(source, 0..source.len()),
        in_document: true,
        counters: Counters::new(None),
        last: Target::Missing(None),
        out: Scan {
            formulas: Vec::new(),
            blocks: Vec::new(),
            remarks: Vec::new(),
            macros: Macros::default(),
            title: None,
            body: 0,
            numbers: BTreeMap::new(),
        },
        diagnostics,
    };
    scanner.run();
    scanner.out
}

struct Scanner<'a> {
    file: &'a SourceFile,
    text: &'a Located,
    lexer: Lexer<'a>,
    in_document: bool,
    counters: Counters,
    /// What a claim at this place is about.
    last: Target,
    out: Scan,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        while let Some((lexeme, range)) = self.lexer.next() {
            match lexeme {
                Lexeme::Comment => {
                    if let Some((remark, end)) = remark(self.text, range.start) {
                        self.lexer.at = end;
                        self.out.remarks.push((remark, self.last));
                    }
                }
                Lexeme::Command(name) => self.command(name, range),
                Lexeme::Dollar if self.in_document => {
                    self.inline(range, None);
                    self.interrupt();
                }
                Lexeme::Dollars if self.in_document => self.delimited(range, "$$"),
                Lexeme::Other => {
                    let is_gap = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '~');
                    if !self.text.text[range].chars().all(is_gap) {
                        self.interrupt();
                    }
                }
                _ => {}
            }
        }
    }

    /// Text stands here: a claim behind it is not about the formula before it.
    fn interrupt(&mut self) {
        if !matches!(self.last, Target::Missing(_)) {
            self.last = Target::Missing(self.out.formulas.last().map(|formula| formula.outer));
        }
    }

    fn command(&mut self, name: &'a str, range: Range<usize>) {
        if self.lexer.skip_verbatim(name) {
            return self.interrupt();
        }
        if let Some((definition, end)) = definition(&self.text.text, range.start) {
            self.lexer.at = end;
            if let (Some(counter), Some(body)) = (definition.name.strip_prefix("the"), definition.body()) {
                self.counters.print_as(counter, &body);
            }
            let settled = self.in_document && !self.out.blocks.is_empty();
            return self.out.macros.define(definition, settled);
        }
        match name {
            "documentclass" => {
                self.lexer.bracket();
                self.counters = Counters::new(self.lexer.word());
                // What follows is the preamble, if there is a document at all.
                self.in_document = !self.text.text[self.lexer.at..].contains("\\begin{document}");
            }
            "title" => {
                self.lexer.bracket();
                self.out.title = self.lexer.group();
            }
            "numberwithin" | "counterwithin" | "@addtoreset" => {
                self.lexer.take('*');
                let (Some(counter), Some(outer)) = (self.lexer.word(), self.lexer.word()) else { return };
                match name {
                    "@addtoreset" => self.counters.reset_with(counter, outer),
                    _ => self.counters.number_within(counter, outer),
                }
            }
            "setcounter" | "addtocounter" => {
                let (Some(counter), Some(value)) = (self.lexer.word(), self.lexer.word()) else { return };
                if let Ok(value) = value.parse() {
                    self.counters.set(counter, value, name == "addtocounter");
                }
            }
            "stepcounter" | "refstepcounter" => {
                if let Some(counter) = self.lexer.word() {
                    self.counters.step(counter);
                }
            }
            "begin" => self.begin(range),
            "newenvironment" | "renewenvironment" => {
                self.lexer.take('*');
                let _ = (self.lexer.word(), self.lexer.bracket(), self.lexer.bracket());
                let _ = (self.lexer.group(), self.lexer.group());
            }
            _ if !self.in_document => {}
            "part" | "chapter" | "section" | "subsection" | "subsubsection" => {
                if !self.lexer.take('*') {
                    self.counters.step(name);
                }
                self.interrupt();
            }
            "appendix" => self.counters.appendix(),
            "label" => {
                if let Some(label) = self.lexer.word() {
                    let number = self.counters.heading();
                    self.out.numbers.entry(label.to_owned()).or_insert(number);
                }
            }
            "end" => {
                if self.lexer.word() == Some("subequations") {
                    self.counters.close_group();
                }
            }
            "[" => self.delimited(range, "\\]"),
            "(" => {
                self.inline(range, Some("\\)"));
                self.interrupt();
            }
            _ if TRANSPARENT.contains(&name) => {}
            _ => self.interrupt(),
        }
    }

    /// Passes over inline mathematics, whose closer is another dollar or the one given.
    fn inline(&mut self, open: Range<usize>, closer: Option<&str>) {
        let mut ahead = self.lexer.clone();
        while let Some((lexeme, _)) = ahead.next() {
            match lexeme {
                Lexeme::Dollar if closer.is_none() => break,
                Lexeme::Command(")") if closer.is_some() => break,
                Lexeme::Paragraph | Lexeme::Command("[" | "(") => {
                    self.lexer.at = open.end;
                    return;
                }
                Lexeme::Command("begin") if ahead.word().is_some_and(is_display) => {
                    self.lexer.at = open.end;
                    return;
                }
                _ => {}
            }
        }
        self.lexer.at = ahead.at;
    }

    fn begin(&mut self, range: Range<usize>) {
        let Some(name) = self.lexer.word() else { return };
        match name {
            "document" => {
                self.in_document = true;
                self.out.body = self.lexer.at;
            }
            _ if !self.in_document => {}
            "subequations" => {
                self.counters.open_group();
                self.interrupt();
            }
            _ => match self.display_named(name) {
                Some((layout, starred)) => self.environment(range.start, name, layout, starred),
                None => self.interrupt(),
            },
        }
    }

    /// The layout of a displayed environment whose name has been read, and whether it is starred; its arguments are
    /// passed over.
    fn display_named(&mut self, name: &str) -> Option<(Layout, bool)> {
        let mut name = name;
        if name == "empheq" {
            self.lexer.bracket();
            name = self.lexer.word()?;
        }
        let plain = name.strip_suffix('*').unwrap_or(name);
        let (_, layout, arguments) = DISPLAYS.iter().find(|(display, ..)| *display == plain)?;
        for _ in 0..*arguments {
            self.lexer.group();
        }
        Some((*layout, name != plain || plain == "displaymath"))
    }

    /// A display between delimiters.
    fn delimited(&mut self, open: Range<usize>, closer: &str) {
        let mut ahead = self.lexer.clone();
        while let Some((lexeme, range)) = ahead.next() {
            match lexeme {
                Lexeme::Dollars if closer == "$$" => {
                    return self.close(open.start, Layout::Whole, true, range, ahead.at);
                }
                Lexeme::Command("]") if closer != "$$" => {
                    return self.close(open.start, Layout::Whole, true, range, ahead.at);
                }
                Lexeme::Paragraph | Lexeme::Command("[") => break,
                Lexeme::Command("begin") if ahead.word().is_some_and(is_display) => break,
                _ => {}
            }
        }
        self.unclosed(open, closer);
    }

    fn environment(&mut self, begin: usize, name: &str, layout: Layout, starred: bool) {
        let mut ahead = self.lexer.clone();
        while let Some((lexeme, range)) = ahead.next() {
            match lexeme {
                Lexeme::Command("end") if ahead.word() == Some(name) => {
                    return self.close(begin, layout, starred, range, ahead.at);
                }
                Lexeme::Command("begin") => match ahead.word() {
                    // amsmath lets an align stand in a row of a gather.
                    Some(inner) if name.starts_with("gather") && is_display(inner) && ahead.inside(inner).is_some() => {
                    }
                    // A display in a display: the first one is not closed.
                    Some(inner) if is_display(inner) => break,
                    _ => {}
                },
                Lexeme::Command("section" | "[") => break,
                _ => {}
            }
        }
        self.unclosed(begin..self.lexer.at, &format!("\\end{{{name}}}"));
    }

    fn unclosed(&mut self, open: Range<usize>, closer: &str) {
        let span = self.text.place(open.clone());
        let message = format!("the formula that `{}` opens is not closed", &self.text.text[open]);
        let diagnostic = Diagnostic::error(&codes::UNCLOSED_FORMULA, self.file, span, message);
        self.diagnostics.push(diagnostic.hint(format!("close it with `{closer}`")));
        self.last = Target::Broken;
    }

    /// Takes the formulas of a display whose inside ends where `closer` stands.
    fn close(&mut self, begin: usize, layout: Layout, starred: bool, closer: Range<usize>, end: usize) {
        let text = self.text;
        let inside = self.lexer.at..closer.start;
        self.lexer.at = end;
        let first = self.out.formulas.len();
        let rows = rows::with_inner(&text.text, rows::rows(&text.text, inside.clone()), &is_display);
        // Where each formula begins, for the `%!` lines inside the display.
        let mut starts = Vec::new();
        if let Layout::Rows(columns) = layout {
            let mut numbers: BTreeMap<usize, String> = BTreeMap::new();
            for row in &rows {
                if let Some(number) = self.number(std::slice::from_ref(row), starred) {
                    numbers.insert(row.cells[0].start, number);
                }
            }
            for equation in rows::equations(&text.text, rows) {
                let numbers = equation.iter().filter_map(|row| numbers.get(&row.cells[0].start).cloned()).collect();
                let range = equation[0].range().start..equation[equation.len() - 1].range().end;
                starts.push(range.start);
                self.formula(rows::tex(text, &equation, columns), range, numbers, &equation);
            }
        } else {
            let numbers = self.number(&rows, starred).into_iter().collect();
            let mut tex = Located::default();
            match layout {
                Layout::Lines => {
                    for cell in rows.iter().flat_map(|row| &row.cells) {
                        rows::push_clean(&mut tex, text, cell.clone());
                        tex.push_for(" ", text.place(cell.end..cell.end));
                    }
                }
                _ => rows::push_clean(&mut tex, text, inside.clone()),
            }
            starts.push(inside.start);
            self.formula(tex.trimmed(), begin..end, numbers, &rows);
        }
        self.out.blocks.push((begin..end, first..self.out.formulas.len()));
        let mut lexer = Lexer::new(&text.text, inside);
        while let Some((lexeme, range)) = lexer.next() {
            if lexeme == Lexeme::Comment
                && let Some((remark, behind)) = remark(text, range.start)
            {
                lexer.at = behind;
                let before = starts.partition_point(|start| *start <= range.start);
                let target = before.checked_sub(1).map_or(Target::Missing(None), |n| Target::Formula(first + n));
                self.out.remarks.push((remark, target));
            }
        }
        self.last = match self.out.formulas.len() {
            0 => Target::Missing(None),
            count if count > first => Target::Formula(count - 1),
            _ => Target::Broken,
        };
    }

    /// The number of rows that have one together, as printed.
    fn number(&mut self, rows: &[Row], starred: bool) -> Option<String> {
        let number = match rows.iter().find_map(|row| row.tag.clone()) {
            Some(tag) => Some(self.counters.tag(&self.text.text[tag], &self.out.numbers)),
            None if rows[0].starred.unwrap_or(starred) || rows.iter().any(|row| row.unnumbered) => None,
            None => Some(self.counters.equation()),
        };
        for label in rows.iter().flat_map(|row| &row.labels) {
            let label = self.text.text[label.clone()].trim().to_owned();
            let number = number.clone().unwrap_or_default();
            self.out.numbers.entry(label).or_insert(number);
        }
        number
    }

    fn formula(&mut self, tex: Located, outer: Range<usize>, numbers: Vec<String>, rows: &[Row]) {
        let located = |range: &Range<usize>| self.text.part(range.clone()).trimmed();
        let outer: Span = self.text.place(outer);
        self.out.formulas.push(Formula {
            tex,
            outer,
            tag: rows.iter().find_map(|row| row.tag.as_ref()).map(located),
            labels: rows.iter().flat_map(|row| &row.labels).map(located).collect(),
            numbers,
        });
    }
}

fn is_display(name: &str) -> bool {
    let plain = name.strip_suffix('*').unwrap_or(name);
    name == "empheq" || DISPLAYS.iter().any(|(display, ..)| *display == plain)
}
