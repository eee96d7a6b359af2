//! What the symbols of a note mean: declarations and abbreviations by canonical name.

use super::pattern::Pattern;
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::{Dim, Expr, Kind, Sort, Symbol};
use std::collections::BTreeMap;

/// The symbols of a note.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    entries: BTreeMap<String, Entry>,
    /// Names that are written with arguments, by their base.
    patterns: BTreeMap<String, Vec<Pattern>>,
    /// The functions that patterns declare.
    functions: Vec<Declaration>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A declared symbol.
    Declared(Declaration),
    /// An abbreviation, expanded where it is used.
    Define(Define),
    /// The gradient by a symbol, as the name `\nabla`.
    Gradient(Symbol),
    /// The Laplacian by a symbol, as the name `\Delta`.
    Laplacian(Symbol),
    /// The imaginary unit.
    ImaginaryUnit,
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

    /// Replaces the declaration of a plain name.
    pub fn redeclare(&mut self, declaration: Declaration) {
        self.entries.insert(declaration.symbol.tex().to_owned(), Entry::Declared(declaration));
    }

    /// Adds a name that is written with arguments; `false` if the same notation was there already.
    pub fn insert_pattern(&mut self, base: String, pattern: Pattern, declaration: Option<Declaration>) -> bool {
        let overloads = self.patterns.entry(base).or_default();
        if overloads.iter().any(|known| known.is_written_like(&pattern)) {
            return false;
        }
        overloads.push(pattern);
        self.functions.extend(declaration);
        true
    }

    /// The names with this base that are written with arguments.
    pub(super) fn patterns(&self, base: &str) -> &[Pattern] {
        self.patterns.get(base).map_or(&[], Vec::as_slice)
    }

    /// Whether a name is that of a declared path.
    pub(super) fn is_path(&self, base: &str) -> bool {
        self.patterns(base).iter().any(|pattern| match &pattern.meaning {
            super::pattern::Meaning::Function(f) => {
                self.functions.iter().any(|d| d.symbol == *f && matches!(d.domain, Domain::Process(_)))
            }
            super::pattern::Meaning::Define(..) => false,
        })
    }

    /// Whether some declared path has this symbol as its time where none is written.
    pub(super) fn is_default_time(&self, symbol: &Symbol) -> bool {
        self.patterns.values().flatten().any(|pattern| {
            let is_path = matches!(&pattern.meaning, super::pattern::Meaning::Function(f)
                if self.functions.iter().any(|d| d.symbol == *f && matches!(d.domain, Domain::Process(_))));
            let time = pattern.parameters.last().and_then(|p| p.default.as_ref());
            is_path && time.is_some_and(|e| matches!(&*e.kind, Kind::Symbol(s) if s == symbol))
        })
    }

    /// What a function of this name and sort takes where its arguments are not written.
    pub(super) fn default_arguments(&self, head: &str, sort: &Sort) -> Option<Vec<Expr>> {
        let mut found = self.patterns.values().flatten().filter(|pattern| {
            matches!(&pattern.meaning, super::pattern::Meaning::Function(f) if f.tex() == head && f.sort() == sort)
        });
        let only = found.next()?;
        found.next().is_none().then(|| only.parameters.iter().map(|p| p.default.clone()).collect())?
    }

    /// Whether a canonical name, or its base with other scripts or arguments, means something.
    pub fn knows(&self, name: &str) -> bool {
        let base = name.split(['_', '^', '\'']).next().unwrap_or(name);
        self.get(name).is_some() || [name, base].iter().any(|n| !self.patterns(n).is_empty())
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
        let plain = self.entries.values().filter_map(|entry| match entry {
            Entry::Declared(declaration) => Some(declaration),
            _ => None,
        });
        plain.chain(&self.functions)
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().chain(self.patterns.keys()).map(String::as_str)
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
