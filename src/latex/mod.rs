//! LaTeX as theorists write it, read as mathematics: tokens, a tree of groups and scripts, and its elaboration by
//! declared symbols to typed expressions. What is not understood is refused at its place, never dropped or guessed.

mod elaborate;
pub mod macros;
mod name;
mod notation;
mod scope;
#[cfg(test)]
mod tests;
mod token;
mod tree;
pub mod usage;

pub use elaborate::{Elaborated, expression, expression_of, statement};
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

/// The key under which an abbreviation of a family such as `m_\\mu` is kept: its base and its number of indices.
pub(crate) fn family(base: &str, indices: usize) -> String {
    format!("{base}_{{#{indices}}}")
}

/// The base and the index names of a name that is written as a family (`m_\\mu`, `A_{ij}`), if it could be one.
pub fn family_name(text: &str) -> Option<(String, Vec<String>)> {
    let nodes = tree::parse(text).ok()?;
    let [tree::Node { kind: tree::NodeKind::Scripted(base, Some(sub), None, 0), .. }] = nodes.as_slice() else {
        return None;
    };
    let indices = sub.iter().filter(|n| !matches!(n.kind, tree::NodeKind::Mark(',')));
    Some((name::canonical_node(base), indices.map(name::canonical_node).collect()))
}

fn is_name(node: &tree::Node) -> bool {
    use tree::NodeKind as K;
    match &node.kind {
        K::Letter(_) | K::Font(..) | K::Accent(..) | K::Word(_) | K::Text(_) | K::Fence('⟨', '⟩', _) => true,
        K::Scripted(base, ..) => is_name(base),
        _ => false,
    }
}
