//! A LaTeX document as Markdown, for the pages of the report: headings, emphasis, lists and formulas; what has no
//! counterpart is left out.

use super::lexer::{Lexeme, Lexer};
use super::scan::Scan;
use crate::latex::macros::{Expansion, Macros};
use crate::note::Formula;
use std::ops::Range;

/// The text of a note as the report draws it.
#[derive(Clone, Debug)]
pub(in crate::note) struct Page {
    /// Markdown.
    pub(in crate::note) text: String,
    /// Where the displayed formulas stand in it.
    pub(in crate::note) formulas: Vec<Range<usize>>,
}

/// Commands whose arguments are no prose.
const DROPPED: &[&str] = &[
    "label",
    "vspace",
    "hspace",
    "includegraphics",
    "bibliography",
    "bibliographystyle",
    "usepackage",
    "thanks",
    "setcounter",
    "addtocounter",
    "numberwithin",
    "pagestyle",
    "thispagestyle",
    "setlength",
    "hypersetup",
    "vskip",
    "newtheorem",
    "theoremstyle",
    "graphicspath",
    "date",
    "affiliation",
    "email",
    "address",
    "pacs",
    "index",
];

/// Environments that are left out.
const PICTURES: &[&str] = &["figure", "figure*", "table", "table*", "tikzpicture", "tabular", "thebibliography"];

/// Environments with a heading of their own.
const STATEMENTS: &[&str] = &[
    "theorem",
    "lemma",
    "proposition",
    "corollary",
    "definition",
    "remark",
    "example",
    "proof",
    "claim",
    "conjecture",
    "assumption",
    "abstract",
];

/// Draws an assembled document.
pub(super) fn page(text: &str, scan: &Scan, formulas: &[Formula]) -> Page {
    let mut writer = Writer { out: String::new(), closers: Vec::new(), pending: None, work: 0 };
    let mut page = Vec::new();
    let mut at = scan.body;
    for (block, members) in &scan.blocks {
        if block.start >= at {
            writer.prose(text, at..block.start, scan);
            at = block.end;
        }
        for formula in formulas.get(members.clone()).unwrap_or_default() {
            writer.paragraph();
            let start = writer.out.len();
            writer.out.push_str("$$\n");
            writer.out.push_str(&formula.tex.text);
            writer.out.push_str("\n$$");
            page.push(start..writer.out.len());
            writer.out.push_str("\n\n");
        }
    }
    writer.prose(text, at..text.len(), scan);
    // Formulas of displays that only define have no place.
    page.resize(formulas.len(), 0..0);
    Page { text: writer.out, formulas: page }
}

/// A short text such as a title, without commands.
pub(super) fn plain(text: &str) -> String {
    let mut lexer = Lexer::new(text, 0..text.len());
    let mut out = String::new();
    while let Some((lexeme, range)) = lexer.next() {
        match lexeme {
            Lexeme::Other => out.push_str(&text[range].replace('~', " ")),
            Lexeme::Command("\\") => out.push(' '),
            Lexeme::Command(name) if DROPPED.contains(&name) => {
                lexer.group();
            }
            Lexeme::Command(name) if name.len() == 1 && !name.starts_with(char::is_alphabetic) => out.push_str(name),
            Lexeme::Dollar | Lexeme::Dollars => out.push('$'),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Writer {
    out: String,
    /// What the open braces write when they close.
    closers: Vec<&'static str>,
    /// What the next brace writes when it opens and closes.
    pending: Option<(&'static str, &'static str)>,
    /// Tokens made by the expansion of commands.
    work: usize,
}

impl Writer {
    fn paragraph(&mut self) {
        let end = self.out.trim_end().len();
        self.out.truncate(end);
        if !self.out.is_empty() {
            self.out.push_str("\n\n");
        }
    }

    fn prose(&mut self, text: &str, range: Range<usize>, scan: &Scan) {
        let mut lexer = Lexer::new(text, range);
        while let Some((lexeme, range)) = lexer.next() {
            match lexeme {
                Lexeme::Other => self.words(&text[range]),
                Lexeme::Paragraph => self.paragraph(),
                Lexeme::Comment => self.out.push('\n'),
                Lexeme::Open => {
                    let (opener, closer) = self.pending.take().unwrap_or_default();
                    self.out.push_str(opener);
                    self.closers.push(closer);
                }
                Lexeme::Close => {
                    let closer = self.closers.pop().unwrap_or_default();
                    if closer.starts_with('*') {
                        // Emphasis ends at a word.
                        self.out.truncate(self.out.trim_end().len());
                    }
                    self.out.push_str(closer);
                }
                Lexeme::Dollar => {
                    let begin = lexer.at;
                    let close = std::iter::from_fn(|| lexer.next()).find(|(l, _)| *l == Lexeme::Dollar);
                    self.inline(&text[begin..close.map_or(lexer.at, |(_, range)| range.start)], &scan.macros);
                }
                Lexeme::Command("(") => {
                    let begin = lexer.at;
                    let close = std::iter::from_fn(|| lexer.next()).find(|(l, _)| *l == Lexeme::Command(")"));
                    self.inline(&text[begin..close.map_or(lexer.at, |(_, range)| range.start)], &scan.macros);
                }
                Lexeme::Command(name) => self.command(name, &mut lexer, scan),
                Lexeme::Ampersand => self.out.push(' '),
                Lexeme::Dollars => {}
            }
        }
    }

    fn words(&mut self, words: &str) {
        let words = words.replace("``", "“").replace("''", "”").replace("---", "—").replace("--", "–");
        for c in words.chars() {
            match c {
                '~' => self.out.push(' '),
                '*' | '_' | '<' | '#' | '`' | '|' | '[' | ']' | '+' | '>' => {
                    self.out.push('\\');
                    self.out.push(c);
                }
                // An indented line would be code.
                ' ' | '\t' if self.out.ends_with('\n') => {}
                c => self.out.push(c),
            }
        }
    }

    fn inline(&mut self, tex: &str, macros: &Macros) {
        let expanded = macros.expand(tex, &mut self.work).map(|pieces| {
            let piece = |piece: &Expansion| match piece {
                Expansion::Source(range) => tex[range.clone()].to_owned(),
                Expansion::Inserted(written, _) => written.clone(),
            };
            pieces.iter().map(piece).collect::<String>()
        });
        let tex = expanded.unwrap_or_else(|_| tex.to_owned());
        let tex = tex.split_whitespace().collect::<Vec<_>>().join(" ");
        if !tex.is_empty() {
            self.out.push_str(&format!("${tex}$"));
        }
    }

    fn command(&mut self, name: &str, lexer: &mut Lexer<'_>, scan: &Scan) {
        let begin = lexer.at;
        if lexer.skip_verbatim(name) {
            if name == "begin" && !lexer.text[begin..].starts_with("{comment}") {
                let inside = lexer.text[begin..lexer.at].trim_start_matches(|c| c != '}').trim_start_matches('}');
                let inside = inside.rfind("\\end").map_or(inside, |end| &inside[..end]);
                self.paragraph();
                self.out.push_str(&format!("~~~~\n{}\n~~~~\n\n", inside.replace("~~~~", "")));
            } else if name != "iffalse" && name != "begin" {
                self.out.push_str(&format!("`` {} ``", &lexer.text[begin + 1..lexer.at - 1].replace('`', "'")));
            }
            return;
        }
        match name {
            "section" | "chapter" | "part" => self.heading(lexer, "\n\n## "),
            "subsection" => self.heading(lexer, "\n\n### "),
            "subsubsection" | "paragraph" => self.heading(lexer, "\n\n#### "),
            "title" => self.heading(lexer, "\n\n# "),
            "emph" | "textit" | "textsl" => self.pending = Some(("*", "*")),
            "textbf" => self.pending = Some(("**", "**")),
            "footnote" => self.pending = Some((" (", ")")),
            "item" => {
                lexer.bracket();
                self.paragraph();
                self.out.push_str("- ");
            }
            "ref" | "eqref" | "cref" | "Cref" | "autoref" => {
                let label = lexer.word().unwrap_or("");
                let number = scan.numbers.get(label).map_or("?", String::as_str);
                self.out.push_str(&if name == "eqref" { format!("({number})") } else { number.to_owned() });
            }
            "cite" | "citep" | "citet" | "textcite" | "parencite" => {
                let _ = (lexer.bracket(), lexer.bracket());
                let keys = lexer.word().unwrap_or("").replace('_', "\\_");
                self.out.push_str(&format!("\\[{keys}\\]"));
            }
            "begin" => self.environment(lexer),
            "end" => {
                if lexer.word().is_some_and(|name| STATEMENTS.contains(&name.trim_end_matches('*'))) {
                    self.paragraph();
                }
            }
            "newenvironment" | "renewenvironment" => {
                let _ = (lexer.take('*'), lexer.word(), lexer.bracket(), lexer.bracket(), lexer.group(), lexer.group());
            }
            "\\" | "newline" => self.out.push('\n'),
            " " | "," | ";" | "\n" => self.out.push(' '),
            "ldots" | "dots" => self.out.push('…'),
            "S" => self.out.push('§'),
            "ss" => self.out.push('ß'),
            "'" => self.accent(lexer, '\u{301}'),
            "`" => self.accent(lexer, '\u{300}'),
            "\"" => self.accent(lexer, '\u{308}'),
            "^" => self.accent(lexer, '\u{302}'),
            "~" => self.accent(lexer, '\u{303}'),
            "c" => self.accent(lexer, '\u{327}'),
            _ if DROPPED.contains(&name) => {
                let _ = (lexer.take('*'), lexer.bracket(), lexer.group(), lexer.bracket());
            }
            _ => match crate::latex::macros::definition(lexer.text, begin - 1 - name.len()) {
                Some((_, end)) => lexer.at = end.clamp(lexer.at, lexer.end),
                None if name.len() == 1 && "%&$#_{}".contains(name) => self.words(name),
                None => {
                    lexer.take('*');
                    lexer.bracket();
                }
            },
        }
    }

    fn heading(&mut self, lexer: &mut Lexer<'_>, mark: &'static str) {
        let _ = (lexer.take('*'), lexer.bracket());
        self.pending = Some((mark, "\n\n"));
    }

    fn accent(&mut self, lexer: &mut Lexer<'_>, mark: char) {
        let braced = lexer.take('{');
        let rest = &lexer.text[lexer.at..lexer.end];
        if let Some(letter) = rest.chars().next().filter(|c| c.is_alphabetic()) {
            self.out.push(letter);
            self.out.push(mark);
            lexer.at += letter.len_utf8();
        }
        if braced {
            lexer.take('}');
        }
    }

    fn environment(&mut self, lexer: &mut Lexer<'_>) {
        let Some(name) = lexer.word() else { return };
        if PICTURES.contains(&name) {
            if let Some(end) = lexer.find_raw(&format!("\\end{{{name}}}")) {
                lexer.at = end.end;
            }
            return;
        }
        let plain = name.trim_end_matches('*');
        if !STATEMENTS.contains(&plain) {
            lexer.bracket();
            return;
        }
        self.paragraph();
        let title = lexer.bracket().map(|range| self::plain(&lexer.text[range])).filter(|t| !t.contains('*'));
        let (first, rest) = plain.split_at(1);
        let title = title.map_or(String::new(), |t| format!(" ({t})"));
        self.out.push_str(&format!("**{}{rest}{title}.** ", first.to_uppercase()));
    }
}
