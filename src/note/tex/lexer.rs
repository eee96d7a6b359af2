//! The surface of a LaTeX document: commands, comments, braces and dollars with their places.

use std::ops::Range;

/// The smallest piece of a document that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lexeme<'a> {
    /// `\name` or `\` and one other character, without the backslash.
    Command(&'a str),
    /// `% …`, with its line feed.
    Comment,
    Open,
    Close,
    Ampersand,
    Dollar,
    /// Two dollars in a row.
    Dollars,
    /// A blank line.
    Paragraph,
    /// A run of anything else.
    Other,
}

/// The longest argument that is looked for, in bytes: what is longer lacks its closing brace.
const GROUP_LIMIT: usize = 4000;

/// Reads lexemes from a range of a text.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) end: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, range: Range<usize>) -> Self {
        Self { text, at: range.start, end: range.end }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..self.end]
    }

    pub(super) fn next(&mut self) -> Option<(Lexeme<'a>, Range<usize>)> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let (lexeme, length) = match bytes.first()? {
            b'\\' => {
                let letters = bytes[1..].iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'@').count();
                let length = if letters > 0 { letters } else { rest[1..].chars().next().map_or(0, char::len_utf8) };
                (Lexeme::Command(&rest[1..=length]), 1 + length)
            }
            b'%' => (Lexeme::Comment, rest.find('\n').map_or(rest.len(), |n| n + 1)),
            b'{' => (Lexeme::Open, 1),
            b'}' => (Lexeme::Close, 1),
            b'&' => (Lexeme::Ampersand, 1),
            b'$' if bytes.get(1) == Some(&b'$') => (Lexeme::Dollars, 2),
            b'$' => (Lexeme::Dollar, 1),
            b'\n' => {
                let spaces = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
                let is_blank = rest[1..spaces].contains('\n');
                (if is_blank { Lexeme::Paragraph } else { Lexeme::Other }, spaces)
            }
            _ => (Lexeme::Other, rest.find(['\\', '%', '{', '}', '&', '$', '\n']).unwrap_or(rest.len())),
        };
        let begin = self.at;
        self.at += length;
        Some((lexeme, begin..self.at))
    }

    /// Passes over white space and comments, but not over a blank line.
    pub(super) fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let spaces = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            if rest[..spaces].matches('\n').count() > 1 {
                return;
            }
            self.at += spaces;
            if !self.rest().starts_with('%') {
                return;
            }
            self.next();
        }
    }

    /// Passes over `token`, if it comes next.
    pub(super) fn take(&mut self, token: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len_utf8();
        }
        found
    }

    /// The inside of the braces that come next.
    pub(super) fn group(&mut self) -> Option<Range<usize>> {
        let mut ahead = self.clone();
        ahead.take('{').then_some(())?;
        let (begin, mut depth) = (ahead.at, 1_usize);
        while let Some((lexeme, range)) = ahead.next().filter(|(_, range)| range.start - begin < GROUP_LIMIT) {
            match lexeme {
                Lexeme::Open => depth += 1,
                Lexeme::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = ahead.at;
                return Some(begin..range.start);
            }
        }
        None
    }

    /// The inside of the brackets that come next.
    pub(super) fn bracket(&mut self) -> Option<Range<usize>> {
        let mut ahead = self.clone();
        ahead.take('[').then_some(())?;
        let (begin, mut depth) = (ahead.at, 0_usize);
        while let Some((lexeme, range)) = ahead.next().filter(|(_, range)| range.start - begin < GROUP_LIMIT) {
            match lexeme {
                Lexeme::Open => depth += 1,
                Lexeme::Close => depth = depth.checked_sub(1)?,
                Lexeme::Paragraph => return None,
                Lexeme::Other if depth == 0 => {
                    if let Some(n) = self.text[range.clone()].find(']') {
                        self.at = range.start + n + 1;
                        return Some(begin..range.start + n);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The text of the braces that come next, trimmed.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.group().map(|range| self.text[range].trim())
    }

    /// The inside of the environment whose `\begin{name}` has been read, which is passed over with its `\end{name}`.
    pub(super) fn inside(&mut self, name: &str) -> Option<Range<usize>> {
        let mut ahead = self.clone();
        while let Some((lexeme, range)) = ahead.next() {
            if lexeme == Lexeme::Command("end") && ahead.word() == Some(name) {
                let inside = self.at..range.start;
                self.at = ahead.at;
                return Some(inside);
            }
        }
        None
    }

    /// Where the text `\end{name}` begins from here on, whatever stands in between.
    pub(super) fn find_raw(&self, needle: &str) -> Option<Range<usize>> {
        let begin = self.at + self.rest().find(needle)?;
        Some(begin..begin + needle.len())
    }

    /// Passes over what is not typeset as it stands: behind `\begin{name}` of an environment of program text, behind
    /// `\verb`, behind `\iffalse`. Returns whether there was anything.
    pub(super) fn skip_verbatim(&mut self, command: &str) -> bool {
        match command {
            "begin" => {
                let mut ahead = self.clone();
                let Some(name) = ahead.word().filter(|name| VERBATIM.contains(name)) else { return false };
                let end = ahead.find_raw(&format!("\\end{{{name}}}"));
                self.at = end.map_or(self.end, |range| range.end);
                true
            }
            "verb" | "lstinline" | "mintinline" => {
                let mut ahead = self.clone();
                if ahead.rest().starts_with('*') {
                    ahead.at += 1;
                }
                if command != "verb" {
                    ahead.bracket();
                }
                if command == "mintinline" && ahead.group().is_none() {
                    return false;
                }
                let rest = ahead.rest();
                let Some(mark) = rest.chars().next().filter(|c| !c.is_alphanumeric() && !c.is_whitespace()) else {
                    return false;
                };
                let closer = if mark == '{' { '}' } else { mark };
                let line = rest.find('\n').unwrap_or(rest.len());
                let Some(length) = rest[mark.len_utf8()..line].find(closer) else { return false };
                self.at = ahead.at + mark.len_utf8() + length + closer.len_utf8();
                true
            }
            "iffalse" => {
                let mut depth = 1_usize;
                while let Some((lexeme, range)) = self.next() {
                    match lexeme {
                        Lexeme::Command("fi") => depth -= 1,
                        Lexeme::Command("else") if depth == 1 => return true,
                        // `\iff` is an arrow.
                        Lexeme::Command(name) if name.starts_with("if") && name != "iff" => depth += 1,
                        _ => {}
                    }
                    if depth == 0 || range.end >= self.end {
                        break;
                    }
                }
                true
            }
            _ => false,
        }
    }
}

/// Environments whose content is not LaTeX, or not part of the document.
const VERBATIM: &[&str] =
    &["verbatim", "verbatim*", "Verbatim", "lstlisting", "minted", "comment", "filecontents", "filecontents*", "alltt"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_comments_and_verbatim() {
        let text = "{a % }\n\\} {b}} [c{]}] \\verb|$$ %|x";
        let mut lexer = Lexer::new(text, 0..text.len());
        assert_eq!(&text[lexer.group().unwrap()], "a % }\n\\} {b}");
        assert_eq!(&text[lexer.bracket().unwrap()], "c{]}");
        lexer.skip_space();
        assert_eq!(lexer.next().unwrap().0, Lexeme::Command("verb"));
        assert!(lexer.skip_verbatim("verb"));
        assert_eq!(&text[lexer.at..], "x");
        let text = "\\iffalse a \\ifx b \\fi \\iff c \\fi d";
        let mut lexer = Lexer::new(text, 8..text.len());
        assert!(lexer.skip_verbatim("iffalse"));
        assert_eq!(&text[lexer.at..], " d");
        let text = "{lstlisting}[x] \\end{verbatim} \\end{lstlisting}.";
        let mut lexer = Lexer::new(text, 0..text.len());
        assert!(lexer.skip_verbatim("begin"));
        assert_eq!(&text[lexer.at..], ".");
    }
}
