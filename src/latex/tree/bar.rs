//! Bars: which open, which close, which separate.

use super::super::notation::{self, Meaning};
use super::super::token::{Spanned, Token};
use super::Parser;

impl Parser<'_> {
    /// Whether the bar at this place, if it is one, is followed by another of its kind in the same group.
    pub(super) fn bar_has_partner(&self) -> bool {
        let bar = |token: &Token<'_>| match token {
            Token::Mark('|') => Some('|'),
            Token::Command(name) => match notation::macro_meaning(name) {
                Some(Meaning::Bar(c)) => Some(c),
                _ => None,
            },
            _ => None,
        };
        let Some(first) = self.tokens.get(self.at).and_then(|t| bar(&t.token)) else { return false };
        let mut depth = 0_i32;
        for Spanned { token, .. } in &self.tokens[self.at + 1..] {
            match token {
                Token::Mark('(' | '[' | '{') => depth += 1,
                Token::Mark(')' | ']' | '}') => depth -= 1,
                Token::Command(name) if matches!(notation::macro_meaning(name), Some(Meaning::Open(_))) => depth += 1,
                Token::Command(name) if matches!(notation::macro_meaning(name), Some(Meaning::Close(_))) => depth -= 1,
                Token::Mark('&' | ',') | Token::Mark('=') if depth == 0 => return false,
                other if depth == 0 && bar(other) == Some(first) => return true,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        false
    }

    /// Whether `||` stands here and no other bar in the same group: a separator, as in `D(p||q)`.
    pub(super) fn is_double_bar(&self) -> bool {
        let bar = |at: usize| matches!(self.tokens.get(at), Some(Spanned { token: Token::Mark('|'), .. }));
        if !bar(self.at) || !bar(self.at + 1) {
            return false;
        }
        let mut depth = 0_i32;
        for (at, Spanned { token, .. }) in self.tokens.iter().enumerate().skip(self.at + 2) {
            match token {
                Token::Mark('(' | '[' | '{') => depth += 1,
                Token::Mark(')' | ']' | '}') => depth -= 1,
                _ if depth == 0 && bar(at) => return false,
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        true
    }

    /// Whether a `\rangle` of this group comes next: for a bar before any other bar, for `\langle` before the group ends.
    pub(super) fn closes_before_bar(&self, open: char) -> bool {
        let mut depth = 0_i32;
        for Spanned { token, .. } in &self.tokens[self.at..] {
            let meaning = match token {
                Token::Command(name) => notation::macro_meaning(name),
                _ => None,
            };
            match (token, meaning) {
                (_, Some(Meaning::Close('⟩'))) if depth == 0 => return true,
                (Token::Mark('|'), _) | (_, Some(Meaning::Bar('|'))) if depth == 0 && open == '|' => return false,
                (Token::Mark('(' | '[' | '{'), _) | (_, Some(Meaning::Open(_))) => depth += 1,
                (Token::Mark(')' | ']' | '}'), _) | (_, Some(Meaning::Close(_))) => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
        false
    }
}
