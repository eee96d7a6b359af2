//! One text out of a document and what it includes.

use super::lexer::{Lexeme, Lexer};
use crate::diagnostic::{Diagnostic, codes};
use crate::latex::macros::{Definition, definition};
use crate::note::{LARGEST_FILE, Located};
use crate::source::{SourceFile, Span};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// Deepest nesting of files in files.
const DEPTH_LIMIT: usize = 20;
/// Most inclusions in one document.
const INCLUSION_LIMIT: usize = 1000;
/// Most times that commands for environments are expanded into one another.
const ROUNDS: usize = 4;

/// A document in reading order.
pub(super) struct Assembly {
    /// All files, one after the other.
    pub(super) file: SourceFile,
    /// What LaTeX reads, with the places of its bytes in `file`.
    pub(super) text: Located,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Opens an included file by its path as seen from the document's folder; `None` if there is none.
pub type Open<'a> = &'a dyn Fn(&Path) -> Result<Option<SourceFile>, Box<Diagnostic>>;

/// Follows every `\input` and `\include` of `main`. `others` are read with the document but are no part of its text.
pub(super) fn assemble(main: &SourceFile, others: &[SourceFile], open: Open<'_>) -> Assembly {
    let mut assembler = Assembler {
        files: Vec::new(),
        starts: Vec::new(),
        length: 0,
        text: Located::default(),
        problems: Vec::new(),
        inclusions: 0,
        ended: false,
        open,
    };
    let index = assembler.add(main);
    for other in others {
        assembler.add(other);
    }
    let own_name = Path::new(main.name()).file_name().map(PathBuf::from).unwrap_or_default();
    assembler.read(index, &mut vec![own_name]);
    let file = SourceFile::joined(&assembler.files);
    let diagnostics = assembler
        .problems
        .into_iter()
        .map(|problem| {
            let diagnostic = Diagnostic::error(&codes::BAD_INCLUDE, &file, problem.span, problem.message);
            diagnostic.hint(problem.hint)
        })
        .collect();
    Assembly { text: with_environments_written_out(assembler.text), file, diagnostics }
}

struct Problem {
    span: Span,
    message: String,
    hint: String,
}

struct Assembler<'a> {
    files: Vec<SourceFile>,
    /// Where each file begins in the joined text.
    starts: Vec<usize>,
    length: usize,
    text: Located,
    problems: Vec<Problem>,
    inclusions: usize,
    ended: bool,
    open: Open<'a>,
}

impl Assembler<'_> {
    fn add(&mut self, file: &SourceFile) -> usize {
        self.starts.push(self.length);
        self.length += file.text().len() + 1;
        self.files.push(file.clone());
        self.files.len() - 1
    }

    /// Appends a file to the text; `stack` are the files that are being read.
    fn read(&mut self, index: usize, stack: &mut Vec<PathBuf>) {
        let file = self.files[index].clone();
        let (text, start) = (file.text(), self.starts[index]);
        let mut lexer = Lexer::new(text, 0..text.len());
        let mut written = 0;
        while let Some((lexeme, range)) = lexer.next() {
            let Lexeme::Command(name) = lexeme else { continue };
            if lexer.skip_verbatim(name) {
                continue;
            }
            if let Some((_, end)) = definition(text, range.start) {
                lexer.at = end;
                continue;
            }
            match name {
                "input" | "include" | "subfile" | "import" | "subimport" => {
                    let Some(path) = path_behind(&mut lexer, name) else { continue };
                    let used = range.start..lexer.at;
                    self.text.push(&text[written..used.start], start + written);
                    let span = Span::new(start + used.start, start + used.end);
                    self.include(&path, span, stack);
                    if self.ended {
                        return;
                    }
                    // A comment at the end of a file ends there.
                    self.text.push_for("\n", span);
                    written = used.end;
                }
                "endinput" => lexer.end = range.start,
                "end" if lexer.clone().word() == Some("document") => {
                    lexer.end = range.start;
                    self.ended = true;
                }
                _ => {}
            }
            lexer.at = lexer.at.min(lexer.end);
        }
        self.text.push(&text[written..lexer.end.max(written)], start + written);
    }

    fn include(&mut self, path: &str, span: Span, stack: &mut Vec<PathBuf>) {
        let mut problem = |message: String, hint: &str| {
            self.problems.push(Problem { span, message, hint: hint.to_owned() });
        };
        let Some(relative) = normal(Path::new(path)) else {
            let message = format!("`{path}` is outside the folder of the document");
            return problem(message, "only files in the folder of the document or below it are read");
        };
        let with_tex = PathBuf::from(format!("{}.tex", relative.display()));
        let mut opened = None;
        for candidate in [with_tex, relative] {
            if stack.contains(&candidate) {
                return problem(format!("`{path}` includes itself"), "a file cannot be part of itself");
            }
            match (self.open)(&candidate) {
                Ok(Some(file)) => {
                    opened = Some((file, candidate));
                    break;
                }
                Ok(None) => {}
                Err(diagnostic) => {
                    return problem(format!("`{path}`: {}", diagnostic.message), "mend it, or leave it out");
                }
            }
        }
        let Some((file, candidate)) = opened else {
            return problem(format!("there is no file `{path}`"), "paths are relative to the folder of the document");
        };
        self.inclusions += 1;
        if stack.len() > DEPTH_LIMIT || self.inclusions > INCLUSION_LIMIT {
            return problem("files are included too deeply or too often".into(), "join them into fewer files");
        }
        if self.length + file.text().len() > LARGEST_FILE {
            let message = format!("with `{path}` the document has more than {LARGEST_FILE} bytes");
            return problem(message, "split the document");
        }
        let index = self.add(&file);
        stack.push(candidate);
        self.read(index, stack);
        stack.pop();
    }
}

/// The file that an inclusion names.
fn path_behind(lexer: &mut Lexer<'_>, command: &str) -> Option<String> {
    let path = match command {
        "import" | "subimport" => {
            let (folder, name) = (lexer.word()?, lexer.word()?);
            format!("{}/{name}", folder.trim_end_matches('/'))
        }
        _ => match lexer.word() {
            Some(path) => path.to_owned(),
            // The old form: `\input chapter`.
            None if command == "input" => {
                lexer.skip_space();
                let rest = &lexer.text[lexer.at..lexer.end];
                let length = rest.find(|c: char| c.is_whitespace() || "\\{}%$&#".contains(c)).unwrap_or(rest.len());
                lexer.at += length;
                rest[..length].to_owned()
            }
            None => return None,
        },
    };
    let path = path.trim_matches('"').trim().to_owned();
    // A path that is put together by commands belongs to a definition.
    (!path.is_empty() && !path.contains(['#', '\\', '{', '}'])).then_some(path)
}

/// A relative path without `.`, which does not leave its folder.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir => out.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// The text with commands such as `\be` and `\ee` written out, where they stand for the beginning or end of an
/// environment or a display.
fn with_environments_written_out(mut text: Located) -> Located {
    for _ in 0..ROUNDS {
        let commands = environment_commands(&text.text);
        if commands.is_empty() {
            return text;
        }
        let Some(next) = written_out(&text, &commands) else { return text };
        text = next;
    }
    text
}

/// Commands whose meaning contains the edge of a display, with their definitions, and environments made of others.
fn environment_commands(text: &str) -> BTreeMap<String, Definition> {
    let mut commands = BTreeMap::new();
    let mut lexer = Lexer::new(text, 0..text.len());
    let is_edge = |body: &str| ["\\begin", "\\end", "\\[", "\\]", "$$"].iter().any(|edge| body.contains(edge));
    while let Some((lexeme, range)) = lexer.next() {
        let Lexeme::Command(name) = lexeme else { continue };
        if lexer.skip_verbatim(name) {
            continue;
        }
        if let Some((definition, end)) = definition(text, range.start) {
            lexer.at = end;
            match definition.body() {
                Some(body) if is_edge(&body) => {
                    commands.insert(definition.name.clone(), definition);
                }
                _ => {}
            }
        } else if matches!(name, "newenvironment" | "renewenvironment") {
            lexer.take('*');
            let Some(name) = lexer.word() else { continue };
            if lexer.bracket().is_some() {
                continue;
            }
            let (Some(begin), Some(end)) = (lexer.group(), lexer.group()) else { continue };
            for (edge, body) in [("begin", begin), ("end", end)] {
                if is_edge(&text[body.clone()]) {
                    let key = format!("{edge}{{{name}}}");
                    commands.insert(key.clone(), Definition::new(&key, 0, None, &text[body]));
                }
            }
        }
    }
    commands
}

fn written_out(text: &Located, commands: &BTreeMap<String, Definition>) -> Option<Located> {
    let source = &text.text;
    let (mut out, mut written, mut lexer) = (Located::default(), 0, Lexer::new(source, 0..source.len()));
    let mut changed = false;
    while let Some((lexeme, range)) = lexer.next() {
        let Lexeme::Command(name) = lexeme else { continue };
        if lexer.skip_verbatim(name) {
            continue;
        }
        if let Some((_, end)) = definition(source, range.start) {
            lexer.at = end;
            continue;
        }
        if matches!(name, "newenvironment" | "renewenvironment") {
            let _ = (lexer.take('*'), lexer.word(), lexer.bracket(), lexer.bracket(), lexer.group(), lexer.group());
            continue;
        }
        let environment = match name {
            "begin" | "end" => lexer.clone().word().map(|word| format!("{name}{{{word}}}")),
            _ => None,
        };
        let Some(command) = commands.get(environment.as_deref().unwrap_or(name)) else { continue };
        if environment.is_some() {
            lexer.group();
        }
        let arguments: Vec<Range<usize>> = (0..command.parameters).map_while(|_| lexer.group()).collect();
        let (Some(body), true) = (command.body(), arguments.len() == command.parameters) else { continue };
        out.push_part(text, written..range.start);
        push_body(&mut out, text, &body, &arguments, range.start..lexer.at);
        written = lexer.at;
        changed = true;
        if out.text.len() > LARGEST_FILE {
            return None;
        }
    }
    out.push_part(text, written..source.len());
    changed.then_some(out)
}

/// Appends what a command stands for, at the place of its use, with its arguments at theirs.
fn push_body(out: &mut Located, text: &Located, body: &str, arguments: &[Range<usize>], used: Range<usize>) {
    // The place of the command itself, not of what it encloses.
    let place = text.place(used.start..arguments.first().map_or(used.end, |first| first.start));
    let mut rest = body;
    while let Some(at) = rest.find('#') {
        out.push_for(&rest[..at], place);
        let number = rest[at + 1..].chars().next().and_then(|c| c.to_digit(10)).unwrap_or(0) as usize;
        if let Some(argument) = number.checked_sub(1).and_then(|n| arguments.get(n)) {
            out.push_part(text, argument.clone());
        }
        rest = rest.get(at + 2..).unwrap_or("");
    }
    out.push_for(rest, place);
}
