//! Declared densities, and abbreviations that stand for densities, below the signs of averaging.

use super::super::is_name;
use super::super::name::{canonical, canonical_node};
use super::super::pattern::{Meaning, pieces};
use super::super::scope::Entry;
use super::super::tree::{Node, NodeKind, parse};
use super::{Elaborator, Read, Trouble, array};
use crate::diagnostic::codes;
use crate::expr::declaration::Domain;
use crate::expr::print;
use crate::expr::walk::{map_children, same};
use crate::expr::{Expr, Kind, Sort, Symbol};
use crate::source::Span;

/// An expression with every occurrence of a place replaced by a symbol.
fn exchanged(expr: &Expr, place: &Expr, symbol: &Symbol) -> Expr {
    if same(expr, place) {
        return Expr::symbol(symbol, expr.span);
    }
    map_children(expr, &mut |child| exchanged(child, place, symbol))
}

/// A name with its arguments, as `p(x)`, or without.
struct Written<'n> {
    nodes: &'n [Node],
    arguments: Option<&'n [Node]>,
}

/// A product of names with their arguments; `None` if it is anything else.
fn names(nodes: &[Node]) -> Option<Vec<Written<'_>>> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < nodes.len() {
        if !is_name(&nodes[at]) {
            return None;
        }
        let arguments = match nodes.get(at + 1).map(|n| &n.kind) {
            Some(NodeKind::Fence('(', ')', body)) => Some(body.as_slice()),
            _ => None,
        };
        let end = at + 1 + usize::from(arguments.is_some());
        out.push(Written { nodes: &nodes[at..end], arguments });
        at = end;
    }
    Some(out)
}

impl Elaborator<'_> {
    /// A product of densities, and the variables that it is the joint density of.
    pub(super) fn density(&self, nodes: &[Node], place: Span) -> Read<(Vec<Symbol>, Expr)> {
        let abbreviations: Vec<Option<Vec<Symbol>>> = match names(nodes) {
            Some(written) => written.iter().map(|w| self.abbreviated(w)).collect(),
            None => Vec::new(),
        };
        if abbreviations.iter().any(Option::is_some) {
            let (mut variables, mut factors) = (Vec::new(), Vec::new());
            for (written, own) in names(nodes).unwrap_or_default().iter().zip(abbreviations) {
                let (own, factor) = match own {
                    Some(own) => (own, self.whole(written.nodes, place)?),
                    None => self.declared_density(written.nodes, place)?,
                };
                variables.extend(own);
                factors.push(factor);
            }
            return Ok((variables, array::multiply(self, factors)?));
        }
        self.declared_density(nodes, place)
    }

    /// The variables of an abbreviation that is used as a density: what stands before the bar or semicolon of its arguments;
    /// next to a vector no plain numbers. `None` if it is no abbreviation, or an argument is no symbol.
    fn abbreviated(&self, written: &Written<'_>) -> Option<Vec<Symbol>> {
        let node = written.nodes.first()?;
        let base = match &node.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => node,
        };
        let own: Vec<String> = match self.scope.get(&canonical_node(node)) {
            Some(Entry::Define(define)) => define.parameters.iter().map(|p| p.tex().to_owned()).collect(),
            Some(_) => return None,
            None => {
                let mut defines = self.scope.patterns(&canonical_node(base)).iter().filter_map(|pattern| {
                    let is_define = matches!(pattern.meaning, Meaning::Define(..));
                    pattern.arguments.as_ref().filter(|_| is_define).map(|arguments| (pattern, arguments))
                });
                let (pattern, arguments) = defines.next()?;
                let given = arguments.iter().position(|(c, _)| matches!(c, '|' | ';')).unwrap_or(arguments.len());
                arguments[..given].iter().map(|(_, k)| pattern.parameters[*k].name.clone()).collect()
            }
        };
        let names = match written.arguments {
            None => own,
            Some(body) => {
                let pieces = pieces(body);
                let given = pieces.iter().position(|(c, _)| matches!(c, '|' | ';')).unwrap_or(pieces.len());
                pieces[..given].iter().map(|(_, piece)| canonical(piece)).collect()
            }
        };
        let mut variables = names.iter().map(|name| self.symbol_named(name)).collect::<Option<Vec<_>>>()?;
        let is_number = |s: &Symbol| matches!(s.sort(), Sort::Real | Sort::Integer);
        if !variables.iter().all(is_number) {
            variables.retain(|s| !is_number(s));
        }
        (!variables.is_empty()).then_some(variables)
    }

    /// The value of a density that is declared as a function, `p` = `density(d)`, and named without its argument.
    pub(super) fn density_function(&self, nodes: &[Node], at: &Expr) -> Option<Expr> {
        let [node] = nodes else { return None };
        let function = self.function_named(node)?;
        let Sort::Function(sorts, _) = function.sort() else { return None };
        let declaration = self.scope.declaration(&function)?;
        let is_density = matches!(&declaration.domain, Domain::Density(places) if *places == [0]);
        (is_density && sorts.len() == 1 && sorts[0] == at.sort)
            .then(|| Expr::new(Kind::Call(function.clone(), vec![at.clone()]), Sort::Real, node.span))
    }

    /// What a density is a density of, if it is declared as a function of one place and named without it.
    fn place_of(&self, nodes: &[Node]) -> Option<Symbol> {
        let [node] = nodes else { return None };
        let function = self.function_named(node)?;
        let is_plain = self.scope.declared(&canonical_node(node)).is_some();
        match function.sort() {
            Sort::Function(sorts, _) if is_plain && sorts.len() == 1 => Some(Symbol::new("x", sorts[0].clone())),
            _ => None,
        }
    }

    /// A product of declared densities, and their variables.
    fn declared_density(&self, nodes: &[Node], place: Span) -> Read<(Vec<Symbol>, Expr)> {
        if let Some(variable) = self.place_of(nodes)
            && let Some(density) = self.density_function(nodes, &Expr::symbol(&variable, place))
        {
            return Ok((vec![variable], density));
        }
        let density = self.whole(nodes, place)?;
        let factors: Vec<&Expr> = match &*density.kind {
            Kind::Mul(factors) => factors.iter().collect(),
            _ => vec![&density],
        };
        let wrong = || {
            Trouble::new(
                &codes::UNKNOWN_SYMBOL,
                place,
                format!("`{}` is not a declared density", canonical(nodes).trim()),
            )
            .hint("declare it with its arguments, as in 'p(x)' = 'density' or 'p(x|y)' = 'density'")
        };
        let (mut variables, mut places_of) = (Vec::new(), Vec::new());
        for factor in factors {
            let Kind::Call(function, operands) = &*factor.kind else { return Err(wrong()) };
            let places: Vec<usize> = match self.scope.declaration(function).map(|d| &d.domain) {
                Some(Domain::Density(places)) => places.clone(),
                Some(Domain::Mass(places)) => places.iter().map(|(place, _)| *place).collect(),
                _ => return Err(wrong()),
            };
            for place in places {
                match operands.get(place).map(|e| (&*e.kind, e)) {
                    Some((Kind::Symbol(symbol), _)) if !variables.contains(symbol) => variables.push(symbol.clone()),
                    // The value x_j of a path or family: averaged over under its own name.
                    Some((Kind::Call(..), value)) => {
                        let symbol = Symbol::new(canonical(&parse(&print::expr(value))?), value.sort.clone());
                        places_of.push((value.clone(), symbol.clone()));
                        variables.push(symbol);
                    }
                    _ => return Err(wrong()),
                }
            }
        }
        let density = places_of.iter().fold(density, |density, (place, symbol)| exchanged(&density, place, symbol));
        Ok((variables, density))
    }
}
