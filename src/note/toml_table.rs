//! Typed reading of TOML tables that stand in a note: every value keeps its place, every misfit is a diagnostic.

use super::Located;
use crate::diagnostic::codes::Code;
use crate::diagnostic::{Diagnostic, codes, suggestion};
use crate::source::{SourceFile, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place in the TOML text.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// A piece of TOML in a file, and the code under which its misfits are reported.
pub(super) struct Reader<'a> {
    pub(super) file: &'a SourceFile,
    /// The TOML text.
    pub(super) toml: &'a Located,
    pub(super) code: &'static Code,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Most syntax errors that are reported for one piece of TOML: after the first few they are consequences.
const MOST_SYNTAX_ERRORS: usize = 5;

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a SourceFile, toml: &'a Located, code: &'static Code) -> Self {
        Self { file, toml, code, diagnostics: Vec::new() }
    }

    /// The table, as far as it can be read, and whether it is valid.
    pub(super) fn parse(&mut self) -> (DeTable<'a>, bool) {
        let (table, errors) = DeTable::parse_recoverable(&self.toml.text);
        for error in errors.iter().take(MOST_SYNTAX_ERRORS) {
            let span = error.span().map_or(Span::new(self.toml.span.end, self.toml.span.end), |s| self.toml.place(s));
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let hint = "this part is TOML; TeX goes in single quotes: 'x' = '\\sqrt{y}'";
            self.diagnostics.push(Diagnostic::error(self.code, self.file, span, message).hint(hint));
        }
        (table.into_inner(), errors.is_empty())
    }

    pub(super) fn place(&self, range: Range<usize>) -> Span {
        self.toml.place(range)
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics.push(Diagnostic::error(self.code, self.file, span, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    /// Reports a value of the wrong type.
    pub(super) fn expected(&mut self, what: &str, expected: &str, value: &Value<'_>) {
        let message = format!("`{what}` must be {expected}, not {}", with_article(value.get_ref().type_str()));
        self.error(self.place(value.span()), message);
    }

    /// Reports a key that has no meaning.
    pub(super) fn unknown_key(&mut self, key: &Located, place: &str, known: &[&str]) {
        let message = format!("unknown key `{}` in {place}", key.text);
        let hint = match suggestion(&key.text, known.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known keys: {}", known.join(", ")),
        };
        self.diagnostics.push(Diagnostic::error(&codes::UNKNOWN_KEY, self.file, key.span, message).hint(hint));
    }

    /// The text of a key or string token with its place: byte for byte if it was written without escapes.
    pub(super) fn located(&self, text: &str, token: Range<usize>) -> Located {
        let raw = self.toml.text.get(token.clone()).unwrap_or("");
        for quote in ["'''", "\"\"\"", "'", "\"", ""] {
            let Some(inner) = raw.strip_prefix(quote).and_then(|r| r.strip_suffix(quote)) else { continue };
            // A line break right behind three quotes is not part of the string.
            let skipped = if quote.len() == 3 { inner.len() - inner.trim_start_matches(['\r', '\n']).len() } else { 0 };
            let begin = token.start + quote.len();
            for start in [begin, begin + skipped] {
                let range = start..begin + inner.len();
                if self.toml.text.get(range.clone()) == Some(text) {
                    return self.toml.part(range);
                }
            }
        }
        Located::opaque(text, self.place(token))
    }

    /// A key with its place.
    pub(super) fn key(&self, key: &Spanned<toml::de::DeString<'_>>) -> Located {
        self.located(key.get_ref(), key.span())
    }

    /// A string; anything else is reported.
    pub(super) fn string(&mut self, what: &str, value: &Value<'_>) -> Option<Located> {
        match value.get_ref().as_str() {
            Some(text) => Some(self.located(text, value.span())),
            None => {
                self.expected(what, "a string", value);
                None
            }
        }
    }

    /// A string that is not empty.
    pub(super) fn filled_string(&mut self, what: &str, value: &Value<'_>) -> Option<Located> {
        let text = self.string(what, value)?.trimmed();
        if text.text.is_empty() {
            self.error(self.place(value.span()), format!("`{what}` is empty"));
            return None;
        }
        Some(text)
    }

    /// A string or a list of strings.
    pub(super) fn strings(&mut self, what: &str, value: &Value<'_>) -> Vec<Located> {
        match value.get_ref() {
            DeValue::Array(values) => values.iter().filter_map(|value| self.filled_string(what, value)).collect(),
            DeValue::String(_) => self.filled_string(what, value).into_iter().collect(),
            _ => {
                self.expected(what, "a string or a list of strings", value);
                Vec::new()
            }
        }
    }

    /// A finite number; `None` if it is something else, which is *not* reported.
    pub(super) fn number(&self, value: &Value<'_>) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok()? as f64,
            DeValue::Float(x) => x.as_str().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }

    /// A table; anything else is reported.
    pub(super) fn table<'v, 'd>(
        &mut self,
        what: &str,
        expected: &str,
        value: &'v Value<'d>,
    ) -> Option<&'v DeTable<'d>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.expected(what, expected, value);
        }
        table
    }

    /// Reports the keys of `table` that are not in `known`; if there are none, those in `required` that it lacks (a
    /// required key that is misspelt is one mistake, not two).
    pub(super) fn keys(&mut self, place: &str, table: &DeTable<'_>, span: Span, known: &[&str], required: &[&str]) {
        let mut all_known = true;
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let key = self.key(key);
            self.unknown_key(&key, place, known);
            all_known = false;
        }
        for missing in required.iter().filter(|name| all_known && !table.contains_key(**name)) {
            self.error(span, format!("{place} needs the key `{missing}`"));
        }
    }
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}
