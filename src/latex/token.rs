//! Characters to tokens, each with its span.

use super::notation::{Meaning, macro_meaning};
use crate::source::Span;

/// The smallest piece of a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `\name` or `\` and one other character, without the backslash.
    Command(&'t str),
    /// A letter, Latin or otherwise.
    Letter(char),
    /// Digits with at most one decimal point.
    Number(&'t str),
    /// Any other visible character.
    Mark(char),
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spanned<'t> {
    pub(super) token: Token<'t>,
    pub(super) span: Span,
}

/// Splits a formula into tokens. Total: every input has a token list. Comments run from `%` to the end of the line.
pub(super) fn tokens(text: &str) -> Vec<Spanned<'_>> {
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let next =
            |chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>| chars.peek().map_or(text.len(), |(at, _)| *at);
        let token = match c {
            c if c.is_whitespace() => continue,
            '%' => {
                while chars.next_if(|(_, c)| *c != '\n').is_some() {}
                continue;
            }
            '\\' => {
                while chars.next_if(|(_, c)| c.is_ascii_alphabetic()).is_some() {}
                if next(&mut chars) == start + 1 {
                    chars.next();
                }
                let name = &text[start + 1..next(&mut chars)];
                if name == "operatorname" {
                    chars.next_if(|(_, c)| *c == '*');
                }
                Token::Command(name)
            }
            c if c.is_ascii_digit() => {
                let mut has_point = false;
                loop {
                    let mut ahead = chars.clone();
                    match ahead.next() {
                        Some((_, d)) if d.is_ascii_digit() => {}
                        // A point belongs to the number only if a digit follows it.
                        Some((_, '.')) if !has_point && ahead.peek().is_some_and(|(_, d)| d.is_ascii_digit()) => {
                            has_point = true;
                        }
                        _ => break,
                    }
                    chars.next();
                }
                Token::Number(&text[start..next(&mut chars)])
            }
            c if c.is_alphabetic() => Token::Letter(c),
            c => Token::Mark(c),
        };
        // Trailing white space was not consumed, so the next character's offset ends this token exactly.
        out.push(Spanned { token, span: Span::new(start, next(&mut chars)) });
    }
    out
}

/// A formula without spacing, sizes, labels and redundant braces, with one spelling for each notation: two formulas that
/// a reader would call the same printed formula have the same normal form.
pub fn normal_form(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let list = tokens(text);
    let mut at = 0;
    while let Some(Spanned { token, .. }) = list.get(at) {
        at += 1;
        let word = match token {
            Token::Command(name) => match macro_meaning(name) {
                Some(Meaning::Skip | Meaning::Quad | Meaning::Sizing) => continue,
                Some(Meaning::Dropped) => {
                    at += group_length(&list[at..]);
                    continue;
                }
                Some(Meaning::Letter) | None => format!("\\{name}"),
                Some(Meaning::Font | Meaning::Accent) => format!("\\{name}"),
                Some(Meaning::Upright | Meaning::Text) => "\\text".into(),
                Some(meaning) => format!("\\{meaning:?}"),
            },
            Token::Letter(c) | Token::Mark(c) => c.to_string(),
            // TeX takes one digit: `\frac12` is one half.
            Token::Number(digits) if digits.len() == 2 && words.last().is_some_and(|w| w == "\\Fraction") => {
                words.push(digits[..1].to_string());
                digits[1..].to_string()
            }
            Token::Number(digits) => (*digits).to_string(),
        };
        words.push(word);
        // `{x}` and `x` are the same.
        if let [.., open, _, close] = words.as_slice()
            && open == "{"
            && close == "}"
        {
            let inner = words.swap_remove(words.len() - 2);
            words.truncate(words.len() - 2);
            words.push(inner);
        }
    }
    while words.last().is_some_and(|w| matches!(w.as_str(), "." | "," | ";")) {
        words.pop();
    }
    words.join(" ")
}

/// Whether a row of a display goes on with the one before: it begins with a relation or an operator, or with a sign that
/// begins no formula of its own.
pub fn goes_on(row: &str) -> bool {
    let list = tokens(row);
    let is_relation = |token: &Token<'_>| match token {
        Token::Command(name) => matches!(macro_meaning(name), Some(Meaning::Relation(_))),
        Token::Mark(c) => matches!(c, '=' | '<' | '>' | '≤' | '≥' | '≈'),
        _ => false,
    };
    let (mut at, mut is_indented) = (0, false);
    while let Some(Spanned { token, .. }) = list.get(at) {
        at += 1;
        let is_sign = match token {
            Token::Mark('&') => {
                is_indented = true;
                continue;
            }
            Token::Command(name) => match macro_meaning(name) {
                Some(Meaning::Skip | Meaning::Quad) => continue,
                Some(Meaning::Dropped) => {
                    at += group_length(&list[at..]);
                    continue;
                }
                Some(Meaning::Times | Meaning::Dot | Meaning::Implies) => return true,
                Some(Meaning::PlusMinus | Meaning::MinusPlus) => true,
                _ => false,
            },
            Token::Mark(':') => return matches!(list.get(at), Some(Spanned { token: Token::Mark('='), .. })),
            Token::Mark('*' | '/') => return true,
            Token::Mark(c) => matches!(c, '+' | '-' | '−'),
            _ => false,
        };
        let asserts = || list[at..].iter().any(|t| is_relation(&t.token) || t.token == Token::Mark('&'));
        return is_relation(token) || is_sign && (is_indented || !asserts());
    }
    false
}

/// How many tokens the group at the start of a list has.
fn group_length(list: &[Spanned<'_>]) -> usize {
    let mut depth = 0_usize;
    for (i, Spanned { token, .. }) in list.iter().enumerate() {
        match token {
            Token::Mark('{') => depth += 1,
            Token::Mark('}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    list.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_alike_has_one_normal_form() {
        assert_eq!(normal_form(r"\left( \frac12 \, x^{2} \right) \tag{1}."), normal_form(r"(\tfrac{1}{2} x^2)"));
        assert_eq!(normal_form(r"a \leq {b}"), normal_form(r"a\le b"));
        assert_ne!(normal_form("x^2 y"), normal_form("x^{2y}"));
    }

    #[test]
    fn rows_go_on_or_begin() {
        for row in ["= x", r"& \le x", r"&\quad + x = y", "- x", r"\label{a} \times y", ":= z"] {
            assert!(goes_on(row), "{row}");
        }
        for row in ["x = y", "-x &= y", "-x = y", r"\alpha", "", "& x", r"\pm x = y"] {
            assert!(!goes_on(row), "{row}");
        }
    }

    #[test]
    fn spans_and_numbers() {
        let list = tokens("\\frac12 α.5 3.14. % gone\n|");
        let pieces: Vec<&Token> = list.iter().map(|t| &t.token).collect();
        assert_eq!(*pieces[0], Token::Command("frac".into()));
        assert_eq!(*pieces[1], Token::Number("12".into()));
        assert_eq!(*pieces[2], Token::Letter('α'));
        assert_eq!(*pieces[3], Token::Mark('.'));
        assert_eq!(*pieces[5], Token::Number("3.14".into()));
        assert_eq!(*pieces[7], Token::Mark('|'));
        assert_eq!(list[2].span, Span::new(8, 10));
    }
}
