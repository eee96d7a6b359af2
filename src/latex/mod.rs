//! LaTeX as theorists write it, read as mathematics: tokens, a tree of groups and scripts, and its elaboration by
//! declared symbols to typed expressions. What is not understood is refused at its place, never dropped or guessed.

mod elaborate;
pub mod macros;
mod name;
mod notation;
mod pattern;
mod scope;
#[cfg(test)]
mod tests;
mod token;
mod tree;
pub mod usage;

pub use elaborate::{Elaborated, expression, expression_of, first_side, statement, statement_after};
pub use pattern::{Notation, Pattern, notation};
pub use scope::{Define, Entry, Scope};
pub use token::{goes_on, normal_form};

use crate::diagnostic::codes::Code;
use crate::source::Span;

/// What is wrong with a formula; spans are bytes of the formula's own text.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Row of the table of codes.
    pub code: &'static Code,
    /// The place it is about.
    pub span: Span,
    /// One terse sentence.
    pub message: String,
    /// Words beside the marked source.
    pub label: String,
    /// Another place that helps to understand it.
    pub also: Option<Box<(Span, String)>>,
    /// What to do.
    pub hint: Option<String>,
}

impl Trouble {
    pub(crate) fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), label: String::new(), also: None, hint: None }
    }

    pub(crate) fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.also = Some(Box::new((span, text.into())));
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The canonical TeX of a symbol's name as an author wrote it, and its parameters if it is written as a function
/// (`f(x, y)`).
///
/// # Errors
/// The name is not one symbol.
pub fn symbol_name(text: &str) -> Result<(String, Vec<String>), Trouble> {
    let nodes = tree::parse(text)?;
    let whole = Span::new(0, text.len());
    let bad =
        || Trouble::new(&crate::diagnostic::codes::BAD_SORT, whole, format!("`{text}` is not the name of one symbol"));
    match nodes.as_slice() {
        [node] if is_name(node) => Ok((name::canonical_node(node), Vec::new())),
        // The gradient, which may be declared with its variable.
        [tree::Node { kind: tree::NodeKind::Operator(notation::Meaning::Nabla), .. }] => {
            Ok((r"\nabla".into(), Vec::new()))
        }
        [prefix, node] if pattern::is_prefix(prefix) && is_name(node) => {
            Ok((name::canonical_node(&pattern::prefixed(prefix, node)), Vec::new()))
        }
        [node, tree::Node { kind: tree::NodeKind::Fence('(', ')', body), .. }] if is_name(node) => {
            let parameters = body
                .split(|n| matches!(n.kind, tree::NodeKind::Mark(',')))
                .map(|piece| match piece {
                    [parameter] if is_name(parameter) => Ok(name::canonical_node(parameter)),
                    _ => Err(bad()),
                })
                .collect::<Result<_, _>>()?;
            Ok((name::canonical_node(node), parameters))
        }
        _ => Err(bad()),
    }
}

/// Whether every group of a formula is closed, whatever its symbols mean.
///
/// # Errors
/// The first place where that is not so.
pub fn well_formed(text: &str) -> Result<(), Trouble> {
    tree::parse(text).map(|_| ())
}

/// Whether a formula begins with a relation, and so goes on from one before it.
pub fn begins_with_relation(text: &str) -> bool {
    tree::parse(text).is_ok_and(|nodes| elaborate::begins_with_relation(&nodes))
}

/// The two sides of a formula that is one equation, as ranges of its text.
pub fn sides(text: &str) -> Option<(Span, Span)> {
    let nodes = tree::parse(text).ok()?;
    let (left, right) = elaborate::equation(&nodes)?;
    // Punctuation of the sentence ends no formula.
    let end = right.iter().rposition(|n| !matches!(n.kind, tree::NodeKind::Mark('.' | ',' | ';' | ':')))?;
    let right = &right[..=end];
    Some((left.first()?.span.join(left.last()?.span), right.first()?.span.join(right.last()?.span)))
}

fn is_name(node: &tree::Node) -> bool {
    use tree::NodeKind as K;
    match &node.kind {
        K::Letter(_) | K::Font(..) | K::Accent(..) | K::Word(_) | K::Text(_) | K::Fence('⟨', '⟩', _) => true,
        K::Scripted(base, ..) => is_name(base),
        _ => false,
    }
}
