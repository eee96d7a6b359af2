//! Commands that an author defines (`\newcommand` and its kin), expanded token by token as TeX does it. What a command
//! stands for has the place of its use; arguments keep their own.

mod definition;

pub use definition::{Definition, definition, definitions, highest_parameter};

use super::Trouble;
use super::notation::macro_meaning;
use crate::diagnostic::codes;
use crate::source::Span;
use definition::Body;
use std::collections::BTreeMap;
use std::ops::Range;

/// The most tokens that one formula may have while its commands are expanded.
const TOKEN_LIMIT: usize = 20_000;
/// The most commands that are expanded in one formula.
const EXPANSION_LIMIT: usize = 2000;
/// The most tokens that are made for one document.
const WORK_LIMIT: usize = 5_000_000;

/// The commands that a document defines.
#[derive(Clone, Debug, Default)]
pub struct Macros {
    table: BTreeMap<String, Macro>,
}

#[derive(Clone, Debug)]
struct Macro {
    definition: Definition,
    /// Defined again in another way where formulas stand between the two.
    conflicting: bool,
}

/// A piece of an expanded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// Bytes of the text, unchanged.
    Source(Range<usize>),
    /// What a command stands for, and the bytes of its use.
    Inserted(String, Range<usize>),
}

/// A token: what is written, where it comes from, whether it is copied from there.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    origin: (usize, usize),
    inserted: bool,
    /// Not to be expanded: the meaning that a command had before `\let`.
    frozen: bool,
}

impl Macros {
    /// Whether nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Whether `\name` is defined here.
    pub fn defines(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// The names and what they stand for, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.table.iter().map(|(name, entry)| (name.as_str(), &entry.definition))
    }

    /// Adds a definition. In a preamble (`settled` is false) the last one counts; in running text a command that gets
    /// another meaning has none that is certain.
    pub fn define(&mut self, definition: Definition, settled: bool) {
        let name = definition.name.clone();
        let known = self.table.get(&name);
        if definition.only_if_new && (known.is_some() || macro_meaning(&name).is_some()) {
            return;
        }
        let definition = match definition.body {
            // `\let\a\b` copies what `\b` stands for now.
            Body::Same(other) => match other.strip_prefix('\\').and_then(|name| self.table.get(name)) {
                Some(entry) => Definition { name: name.clone(), ..entry.definition.clone() },
                None => Definition { body: Body::Same(other), ..definition },
            },
            _ => definition,
        };
        let conflicting = settled && known.is_some_and(|k| k.conflicting || !k.definition.means_the_same(&definition));
        self.table.insert(name, Macro { definition, conflicting });
    }

    /// Expands every defined command of `text`. `work` counts the tokens that are made for a document, which is hostile
    /// input.
    ///
    /// # Errors
    /// A command without its arguments, one whose meaning is not certain, or an expansion without end.
    pub fn expand(&self, text: &str, work: &mut usize) -> Result<Vec<Expansion>, Trouble> {
        let mut out = Vec::new();
        if self.is_empty() || !text.contains('\\') {
            out.push(Expansion::Source(0..text.len()));
            return Ok(out);
        }
        let mut input: Vec<Piece<'_>> = split(text)
            .map(|range| Piece {
                text: &text[range.clone()],
                origin: (range.start, range.end),
                inserted: false,
                frozen: false,
            })
            .collect();
        input.reverse();
        let (mut expansions, mut written) = (0, 0);
        while let Some(piece) = input.pop() {
            let entry = match piece.text.strip_prefix('\\') {
                Some(name) if !piece.frozen => self.table.get(name.trim_end()),
                _ => None,
            };
            let Some(entry) = entry else {
                written += 1;
                emit(&mut out, piece, text);
                continue;
            };
            let place = Span::new(piece.origin.0, piece.origin.1);
            let name = &entry.definition.name;
            if entry.conflicting {
                let message = format!("`\\{name}` is defined in two ways");
                return Err(Trouble::new(&codes::BAD_MACRO, place, message)
                    .hint("give the second meaning another name, so that it is clear which formula uses which"));
            }
            expansions += 1;
            self.substitute(entry, piece, &mut input)?;
            *work += input.len() + 1;
            let endless = expansions > EXPANSION_LIMIT || input.len() + written > TOKEN_LIMIT;
            if endless || *work > WORK_LIMIT {
                let message = if endless {
                    format!("the expansion of `\\{name}` has no end, or is too long")
                } else {
                    "the commands of this note expand to too much".to_owned()
                };
                return Err(Trouble::new(&codes::TOO_LARGE, place, message)
                    .hint("a command must not use itself, and a formula has a bounded length"));
            }
        }
        Ok(out)
    }

    /// Puts what a command stands for in front of the input, with its arguments in place.
    fn substitute<'a>(&'a self, entry: &'a Macro, used: Piece<'a>, input: &mut Vec<Piece<'a>>) -> Result<(), Trouble> {
        let definition = &entry.definition;
        let insert = |text: &'a str, frozen| Piece { text, origin: used.origin, inserted: true, frozen };
        let tokens = match &definition.body {
            Body::Same(_) => {
                input.push(insert(definition.alias(), true));
                return Ok(());
            }
            Body::Opaque => {
                let place = Span::new(used.origin.0, used.origin.1);
                let message = format!("the definition of `\\{}` is of a kind that is not understood", definition.name);
                return Err(Trouble::new(&codes::BAD_MACRO, place, message)
                    .hint("define it with `\\newcommand`, with arguments in braces"));
            }
            Body::Text(tokens) => tokens,
        };
        let missing = || {
            let place = Span::new(used.origin.0, used.origin.1);
            let (count, name) = (definition.parameters, &definition.name);
            let plural = if count == 1 { "" } else { "s" };
            Trouble::new(&codes::BAD_MACRO, place, format!("`\\{name}` takes {count} argument{plural}"))
                .hint("write its arguments in braces behind it")
        };
        let mut arguments: Vec<Vec<Piece<'a>>> = Vec::new();
        if definition.starred {
            skip_space(input);
            if input.last().is_some_and(|p| p.text == "*") {
                input.pop();
            }
            if input.last().is_some_and(|p| p.text == "[") {
                bracketed(input).ok_or_else(missing)?;
            }
        }
        if let Some(default) = &definition.optional {
            let save = input.len();
            skip_space(input);
            let given = if input.last().is_some_and(|p| p.text == "[") {
                Some(bracketed(input).ok_or_else(missing)?)
            } else {
                debug_assert!(input.len() <= save);
                None
            };
            arguments.push(given.unwrap_or_else(|| default.iter().map(|t| insert(t, false)).collect()));
        }
        while arguments.len() < definition.parameters {
            arguments.push(argument(input).ok_or_else(missing)?);
        }
        let mut made: Vec<Piece<'a>> = Vec::new();
        for token in tokens {
            match definition::parameter(token) {
                Some(number) => made.extend(arguments.get(number - 1).into_iter().flatten()),
                None => made.push(insert(token, false)),
            }
            if made.len() > TOKEN_LIMIT {
                break;
            }
        }
        input.extend(made.into_iter().rev());
        Ok(())
    }
}

/// Pops white space and comments.
fn skip_space(input: &mut Vec<Piece<'_>>) {
    while input.last().is_some_and(|p| p.text.starts_with(|c: char| c.is_whitespace() || c == '%')) {
        input.pop();
    }
}

/// A group without its braces, or one token.
fn argument<'a>(input: &mut Vec<Piece<'a>>) -> Option<Vec<Piece<'a>>> {
    skip_space(input);
    let first = input.pop()?;
    match first.text {
        "}" => None,
        "{" => until(input, "}"),
        _ => Some(vec![first]),
    }
}

/// What stands between `[`, which comes next, and its `]`.
fn bracketed<'a>(input: &mut Vec<Piece<'a>>) -> Option<Vec<Piece<'a>>> {
    input.pop();
    until(input, "]")
}

/// Pops up to and including `closer` outside braces.
fn until<'a>(input: &mut Vec<Piece<'a>>, closer: &str) -> Option<Vec<Piece<'a>>> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    while let Some(piece) = input.pop() {
        match piece.text {
            text if depth == 0 && text == closer => return Some(found),
            "{" => depth += 1,
            "}" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        found.push(piece);
    }
    None
}

/// Writes a token, apart from the command before it if the two would become one.
fn emit(out: &mut Vec<Expansion>, piece: Piece<'_>, text: &str) {
    let is_word = piece.text.starts_with(|c: char| c.is_ascii_alphabetic());
    let sticks = is_word
        && match out.last() {
            Some(Expansion::Source(range)) => range.end != piece.origin.0 && ends_in_command(&text[range.clone()]),
            Some(Expansion::Inserted(written, _)) => ends_in_command(written),
            None => false,
        };
    let origin = piece.origin.0..piece.origin.1;
    match out.last_mut() {
        _ if sticks => {
            out.push(Expansion::Inserted(" ".to_owned(), origin.clone()));
            out.push(if piece.inserted {
                Expansion::Inserted(piece.text.to_owned(), origin)
            } else {
                Expansion::Source(origin)
            });
        }
        Some(Expansion::Source(range)) if !piece.inserted && range.end == origin.start => range.end = origin.end,
        Some(Expansion::Inserted(written, of)) if piece.inserted && *of == origin => written.push_str(piece.text),
        _ if piece.inserted => out.push(Expansion::Inserted(piece.text.to_owned(), origin)),
        _ => out.push(Expansion::Source(origin)),
    }
}

fn ends_in_command(text: &str) -> bool {
    let name = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    name.len() < text.len() && name.ends_with('\\') && !name.ends_with(r"\\")
}

/// The tokens of a text: commands, comments, runs of white space, single characters, `#n`.
fn split(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let run = |keep: fn(char) -> bool, from: usize| {
            rest[from..].find(|c: char| !keep(c)).map_or(rest.len(), |n| from + n)
        };
        let length = match first {
            '\\' => match rest[1..].chars().next() {
                Some(c) if c.is_ascii_alphabetic() => run(|c| c.is_ascii_alphabetic(), 1),
                Some(c) => 1 + c.len_utf8(),
                None => 1,
            },
            '%' => rest.find('\n').map_or(rest.len(), |n| n + 1),
            '#' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => 2,
            c if c.is_whitespace() => run(char::is_whitespace, 0),
            c => c.len_utf8(),
        };
        at += length;
        Some(at - length..at)
    })
}

#[cfg(test)]
mod tests;
