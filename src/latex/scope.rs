//! What the symbols of a note mean: declarations and abbreviations by canonical name.

use crate::expr::declaration::{Declaration, Role};
use crate::expr::{Dim, Expr, Sort, Symbol};
use std::collections::BTreeMap;

/// The symbols of a note.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    entries: BTreeMap<String, Entry>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A declared symbol.
    Declared(Declaration),
    /// An abbreviation, expanded where it is used.
    Define(Define),
}

/// An abbreviation with its parameters, if it is written as a function.
#[derive(Clone, Debug)]
pub struct Define {
    /// Bound in the body.
    pub parameters: Vec<Symbol>,
    /// What it stands for.
    pub body: Expr,
}

impl Scope {
    /// Adds a name; `false` if it was there already.
    pub fn insert(&mut self, name: String, entry: Entry) -> bool {
        self.entries.insert(name, entry).is_none()
    }

    /// What a canonical name stands for.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The declared symbol of this name.
    pub fn declared(&self, name: &str) -> Option<&Declaration> {
        match self.entries.get(name) {
            Some(Entry::Declared(declaration)) => Some(declaration),
            _ => None,
        }
    }

    /// The declaration of a symbol.
    pub fn declaration(&self, symbol: &Symbol) -> Option<&Declaration> {
        self.declarations().find(|d| d.symbol == *symbol)
    }

    /// All declarations, in the order of their names.
    pub fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        self.entries.values().filter_map(|entry| match entry {
            Entry::Declared(declaration) => Some(declaration),
            Entry::Define(_) => None,
        })
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The length that a name given as a dimension stands for: digits, or a symbol declared as a dimension.
    pub fn dimension(&self, name: &str) -> Option<Dim> {
        if let Ok(length) = name.trim().parse::<usize>() {
            return Some(Dim::Literal(length));
        }
        let declaration = self.declared(name)?;
        let whole = matches!(declaration.symbol.sort(), Sort::Integer) && matches!(declaration.role, Role::Dimension);
        whole.then(|| Dim::Named(declaration.symbol.clone()))
    }
}
