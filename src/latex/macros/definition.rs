//! `\newcommand`, `\def`, `\DeclareMathOperator` … as they stand in a text.

use super::split;
use std::ops::Range;

/// A command that an author defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name without the backslash.
    pub name: String,
    /// How many arguments it takes.
    pub parameters: usize,
    /// The first argument, if it is left out.
    pub(super) optional: Option<Vec<String>>,
    pub(super) body: Body,
    /// A star and a size in brackets may follow (`\DeclarePairedDelimiter`).
    pub(super) starred: bool,
    /// `\providecommand`.
    pub(super) only_if_new: bool,
}

/// What a command stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Tokens, of which `#n` are its arguments.
    Text(Vec<String>),
    /// Another command as it was before (`\let`), with its backslash.
    Same(String),
    /// Something that is not understood.
    Opaque,
}

impl Definition {
    /// `\name` for `body`, in which `#1` … are the arguments; `optional` stands for the first where it is left out.
    pub fn new(name: &str, parameters: usize, optional: Option<&str>, body: &str) -> Self {
        let tokens = |text: &str| split(text).map(|range| text[range].to_owned()).collect::<Vec<_>>();
        let body = tokens(body);
        let fits = body.iter().filter_map(|t| parameter(t)).all(|n| (1..=parameters).contains(&n));
        Self {
            name: name.to_owned(),
            parameters,
            optional: optional.map(tokens),
            body: if fits { Body::Text(body) } else { Body::Opaque },
            starred: false,
            only_if_new: false,
        }
    }

    fn opaque(name: &str) -> Self {
        Self { body: Body::Opaque, ..Self::new(name, 0, None, "") }
    }

    /// What it stands for, if that is text.
    pub fn body(&self) -> Option<String> {
        match &self.body {
            Body::Text(tokens) => Some(tokens.concat()),
            _ => None,
        }
    }

    pub(super) fn alias(&self) -> &str {
        match &self.body {
            Body::Same(command) => command,
            _ => "",
        }
    }

    pub(super) fn means_the_same(&self, other: &Self) -> bool {
        let words = |d: &Self| d.body().map(|b| b.split_whitespace().collect::<String>());
        self.parameters == other.parameters
            && self.optional == other.optional
            && words(self) == words(other)
            && self.alias() == other.alias()
    }
}

/// The number of an argument, if a token stands for one.
pub(super) fn parameter(token: &str) -> Option<usize> {
    token.strip_prefix('#')?.parse().ok()
}

/// The highest argument that a body uses.
pub fn highest_parameter(body: &str) -> usize {
    split(body).filter_map(|range| parameter(&body[range])).max().unwrap_or(0)
}

/// The definition that begins at byte `at` of `text`, and where it ends; `None` if there is none.
pub fn definition(text: &str, at: usize) -> Option<(Definition, usize)> {
    let command = text.get(at..)?.strip_prefix('\\')?;
    let length = command.bytes().take_while(u8::is_ascii_alphabetic).count();
    let mut reader = Reader { text, at: at + 1 + length };
    let definition = match &command[..length] {
        "newcommand" | "renewcommand" | "DeclareRobustCommand" => reader.newcommand()?,
        "providecommand" => Definition { only_if_new: true, ..reader.newcommand()? },
        "def" | "gdef" | "edef" | "xdef" => reader.def()?,
        "let" => reader.alias()?,
        "DeclareMathOperator" => {
            let star = if reader.star() { "*" } else { "" };
            let (name, word) = (reader.name()?, reader.group()?);
            Definition::new(&name, 0, None, &format!("\\operatorname{star}{{{}}}", &text[word]))
        }
        "DeclarePairedDelimiter" => {
            let (name, open, close) = (reader.name()?, reader.group()?, reader.group()?);
            let body = format!("{} #1 {}", &text[open], &text[close]);
            Definition { starred: true, ..Definition::new(&name, 1, None, &body) }
        }
        "NewDocumentCommand" | "RenewDocumentCommand" | "DeclareDocumentCommand" => reader.document_command()?,
        _ => return None,
    };
    Some((definition, reader.at))
}

/// All definitions of a text with their places.
pub fn definitions(text: &str) -> Vec<(Definition, Range<usize>)> {
    let (mut found, mut behind) = (Vec::new(), 0);
    if !text.contains("\\newcommand")
        && !["\\def", "\\let", "\\Declare", "\\renewcommand", "\\providecommand", "DocumentCommand"]
            .iter()
            .any(|word| text.contains(word))
    {
        return found;
    }
    for token in split(text) {
        if token.start < behind || !text[token.clone()].starts_with('\\') {
            continue;
        }
        if let Some((definition, end)) = definition(text, token.start) {
            behind = end;
            found.push((definition, token.start..end));
        }
    }
    found
}

/// The longest definition, in bytes: what is longer lacks its closing brace.
const BODY_LIMIT: usize = 2000;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn next(&self) -> Option<Range<usize>> {
        split(&self.text[self.at..]).next().map(|range| range.start + self.at..range.end + self.at)
    }

    fn skip_space(&mut self) {
        while let Some(range) = self.next().filter(|r| self.text[r.clone()].starts_with([' ', '\t', '\r', '\n', '%'])) {
            self.at = range.end;
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn star(&mut self) -> bool {
        self.take("*")
    }

    /// What stands in the braces that come next.
    fn group(&mut self) -> Option<Range<usize>> {
        self.take("{").then_some(())?;
        self.until("}")
    }

    fn until(&mut self, closer: &str) -> Option<Range<usize>> {
        let (begin, mut depth) = (self.at, 0_usize);
        while let Some(range) = self.next().filter(|range| range.end - begin < BODY_LIMIT) {
            self.at = range.end;
            match &self.text[range.clone()] {
                token if depth == 0 && token == closer => return Some(begin..range.start),
                "{" => depth += 1,
                "}" => depth = depth.checked_sub(1)?,
                _ => {}
            }
        }
        None
    }

    fn bracket(&mut self) -> Option<Range<usize>> {
        if !self.take("[") {
            return None;
        }
        self.until("]")
    }

    /// `\name`, with or without braces.
    fn name(&mut self) -> Option<String> {
        self.skip_space();
        let braced = self.take("{");
        self.skip_space();
        let range = self.next()?;
        let name = self.text[range.clone()].strip_prefix('\\')?.to_owned();
        self.at = range.end;
        if braced {
            self.take("}").then_some(())?;
        }
        (!name.is_empty()).then_some(name)
    }

    fn newcommand(&mut self) -> Option<Definition> {
        self.star();
        let name = self.name()?;
        let count = self.bracket().map_or(Some(0), |range| self.text[range].trim().parse::<usize>().ok());
        let optional = self.bracket();
        let behind = self.at;
        let body = self.group();
        if body.is_none() {
            self.at = behind;
        }
        let (Some(count), Some(body)) = (count.filter(|n| *n <= 9), body) else {
            return Some(Definition::opaque(&name));
        };
        Some(Definition::new(&name, count, optional.map(|range| &self.text[range]), &self.text[body]))
    }

    /// `\def\name#1#2{…}`; arguments that are delimited by other words are not understood.
    fn def(&mut self) -> Option<Definition> {
        let name = self.name()?;
        let mut parameters = 0;
        let mut plain = true;
        loop {
            let range = self.next()?;
            let token = &self.text[range.clone()];
            if token == "{" {
                break;
            }
            self.at = range.end;
            match parameter(token) {
                Some(number) if number == parameters + 1 => parameters = number,
                None if token.starts_with(char::is_whitespace) => {}
                _ => plain = false,
            }
        }
        let body = self.group()?;
        Some(if plain { Definition::new(&name, parameters, None, &self.text[body]) } else { Definition::opaque(&name) })
    }

    /// `\let\a=\b`.
    fn alias(&mut self) -> Option<Definition> {
        let name = self.name()?;
        self.take("=");
        self.skip_space();
        let range = self.next()?;
        self.at = range.end;
        let other = &self.text[range];
        Some(match other.strip_prefix('\\') {
            Some(_) => Definition { body: Body::Same(other.to_owned()), ..Definition::new(&name, 0, None, "") },
            None => Definition::new(&name, 0, None, other),
        })
    }

    /// `\NewDocumentCommand{\name}{O{x} m m}{…}`.
    fn document_command(&mut self) -> Option<Definition> {
        let name = self.name()?;
        let kinds = self.group()?;
        let body = self.group()?;
        let mut reader = Reader { text: &self.text[..kinds.end], at: kinds.start };
        let (mut count, mut optional) = (0, None);
        loop {
            reader.skip_space();
            let Some(range) = reader.next() else { break };
            reader.at = range.end;
            match &reader.text[range] {
                "m" => {}
                "O" if count == 0 => optional = Some(reader.group()?),
                _ => return Some(Definition::opaque(&name)),
            }
            count += 1;
        }
        Some(Definition::new(&name, count, optional.map(|range| &self.text[range]), &self.text[body]))
    }
}
