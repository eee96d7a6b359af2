//! Names that are written with arguments: `p_t(x)`, `x(t)`, `\sigma_i^{(t)}`, `p(a|x)`, `\langle a \rangle_{x,t}`.
//!
//! A declaration shows how the values are written. Letters in scripts and parentheses that are declared themselves are the
//! arguments, everything else is part of the name; where the name stands without its parentheses, the arguments are the
//! declared letters themselves.

use super::name::{canonical, canonical_node};
use super::scope::{Entry, Scope};
use super::tree::{Node, NodeKind, parse};
use super::{Trouble, is_name};
use crate::diagnostic::codes;
use crate::expr::declaration::Role;
use crate::expr::{Expr, Sort, Symbol};
use crate::source::Span;

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Part of the name.
    Literal(String),
    /// The argument with this number.
    Argument(usize),
}

/// A script of a name.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) slots: Vec<Slot>,
    /// Written in parentheses, as in `x^{(t)}`.
    pub(super) fenced: bool,
}

/// An argument of a name.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) sort: Sort,
    /// What it is where it is not written.
    pub(super) default: Option<Expr>,
}

/// What a name with its arguments stands for.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    /// A declared function.
    Function(Symbol),
    /// An abbreviation of its arguments.
    Define(Vec<Symbol>, Expr),
}

/// How a name is written with its arguments, and what it stands for.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(super) sub: Option<Script>,
    pub(super) sup: Option<Script>,
    pub(super) primes: usize,
    /// What stands before each argument in parentheses, and its number.
    pub(super) arguments: Option<Vec<(char, usize)>>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) meaning: Meaning,
}

/// A name as it is declared, not yet given a meaning.
#[derive(Clone, Debug)]
pub struct Notation {
    /// The name without scripts and arguments.
    pub base: String,
    /// The name with its scripts as declared.
    pub head: String,
    /// The sorts of its arguments.
    pub sorts: Vec<Sort>,
    /// The arguments that a density of this notation is a density of: those in parentheses, before the bar or semicolon
    /// if there is one; next to a vector no plain numbers.
    pub variables: Vec<usize>,
    sub: Option<Script>,
    sup: Option<Script>,
    primes: usize,
    arguments: Option<Vec<(char, usize)>>,
    parameters: Vec<Parameter>,
}

impl Pattern {
    /// Whether nothing in the notation tells the two apart: scripts, separators and the letters of the arguments.
    pub(super) fn is_written_like(&self, other: &Self) -> bool {
        let script = |a: &Option<Script>, b: &Option<Script>| match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => a.slots == b.slots && a.fenced == b.fenced,
            _ => false,
        };
        script(&self.sub, &other.sub)
            && script(&self.sup, &other.sup)
            && self.primes == other.primes
            && self.arguments == other.arguments
            && self.parameters.len() == other.parameters.len()
            && self.parameters.iter().zip(&other.parameters).all(|(a, b)| a.name == b.name)
    }
}

impl Notation {
    /// The sort of the function that a name of this notation with values of a sort stands for.
    pub fn function_sort(&self, value: Sort) -> Sort {
        Sort::Function(self.sorts.clone(), Box::new(value))
    }

    /// Whether it is written with parentheses.
    pub fn is_parenthesised(&self) -> bool {
        self.arguments.is_some()
    }

    /// Whether some argument is written in a script.
    pub fn has_script_arguments(&self) -> bool {
        let has = |script: &Option<Script>| {
            script.as_ref().is_some_and(|s| s.slots.iter().any(|slot| matches!(slot, Slot::Argument(_))))
        };
        has(&self.sub) || has(&self.sup)
    }

    /// The names and sorts of the arguments.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Sort)> {
        self.parameters.iter().map(|p| (p.name.as_str(), &p.sort))
    }

    /// TeX of a value, `#1` to `#9` standing for the arguments.
    pub fn template(&self) -> String {
        let script = |mark: char, script: &Option<Script>| {
            let Some(script) = script else { return String::new() };
            let slots: Vec<String> = script
                .slots
                .iter()
                .map(|slot| match slot {
                    Slot::Literal(text) => text.clone(),
                    Slot::Argument(k) => format!("#{}", k + 1),
                })
                .collect();
            let inside = slots.join(", ");
            if script.fenced { format!("{mark}{{({inside})}}") } else { format!("{mark}{{{inside}}}") }
        };
        let mut out = self.base.clone();
        out.push_str(&script('_', &self.sub));
        out.push_str(&"'".repeat(self.primes));
        out.push_str(&script('^', &self.sup));
        if let Some(arguments) = &self.arguments {
            let mut inside = String::new();
            for (separator, k) in arguments {
                match separator {
                    '(' => {}
                    '|' => inside.push_str(r" \mid "),
                    other => inside.push_str(&format!("{other} ")),
                }
                inside.push_str(&format!("#{}", k + 1));
            }
            out.push_str(&format!(r"\left( {inside} \right)"));
        }
        out
    }

    /// The pattern of a declared function.
    pub fn of_function(self, symbol: Symbol) -> Pattern {
        self.with(Meaning::Function(symbol))
    }

    /// The pattern of an abbreviation; `symbols` are its arguments in the body.
    pub fn of_define(self, symbols: Vec<Symbol>, body: Expr) -> Pattern {
        self.with(Meaning::Define(symbols, body))
    }

    fn with(self, meaning: Meaning) -> Pattern {
        let Self { sub, sup, primes, arguments, parameters, .. } = self;
        Pattern { sub, sup, primes, arguments, parameters, meaning }
    }
}

/// The notation of a declared name; `None` if it is a plain name without arguments.
///
/// # Errors
/// The name cannot be read, or an argument in parentheses is not declared.
pub fn notation(text: &str, scope: &Scope) -> Result<Option<Notation>, Trouble> {
    let nodes = parse(text)?;
    let whole = Span::new(0, text.len());
    let bad = |what: &str| Trouble::new(&codes::BAD_SORT, whole, format!("`{text}` {what}"));
    let (head, fence) = match nodes.as_slice() {
        [head @ .., Node { kind: NodeKind::Fence('(', ')', body), .. }] if !head.is_empty() => (head, Some(body)),
        head => (head, None),
    };
    let joined;
    let head = match head {
        [node] => node,
        [prefix, node] if is_prefix(prefix) => {
            joined = prefixed(prefix, node);
            &joined
        }
        _ => return Ok(None),
    };
    let (base, sub, sup, primes) = match &head.kind {
        NodeKind::Scripted(base, sub, sup, primes) => (&**base, sub.as_deref(), sup.as_deref(), *primes),
        _ => (head, None, None, 0),
    };
    if !is_name(base) && !matches!(base.kind, NodeKind::Group(_)) {
        return Ok(None);
    }
    let mut parameters = Vec::new();
    let mut variables = Vec::new();
    let arguments = match fence {
        None => None,
        Some(body) => {
            let mut arguments = Vec::new();
            let mut given = false;
            for (separator, piece) in pieces(body) {
                given |= matches!(separator, '|' | ';');
                if !given {
                    variables.push(parameters.len());
                }
                arguments.push((separator, parameters.len()));
                parameters.push(super::elaborate::declared_argument(piece, scope, whole)?);
            }
            Some(arguments)
        }
    };
    let sub = sub.map(|nodes| script(nodes, scope, &mut parameters));
    let sup = sup.map(|nodes| script(nodes, scope, &mut parameters));
    if parameters.is_empty() {
        return Ok(None);
    }
    if parameters.len() > 9 {
        return Err(bad("has more than nine arguments"));
    }
    // Next to a vector a number is a time or another parameter.
    let is_number = |k: &usize| matches!(parameters[*k].sort, Sort::Real | Sort::Integer);
    if !variables.iter().all(is_number) {
        variables.retain(|k| !is_number(k));
    }
    Ok(Some(Notation {
        base: canonical_node(base),
        head: canonical_node(head),
        sorts: parameters.iter().map(|p| p.sort.clone()).collect(),
        variables,
        sub,
        sup,
        primes,
        arguments,
        parameters,
    }))
}

/// Whether a letter or words before a name make another name of it: the increments ΔW and δx.
pub(super) fn is_prefix(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Letter(c) => matches!(c.as_str(), r"\Delta" | r"\delta"),
        // `\text{const. in } \theta`.
        NodeKind::Text(_) => true,
        NodeKind::Word(word) => word.contains(' '),
        _ => false,
    }
}

/// `\Delta` and `W_{ij}` as the name `\Delta W` with the scripts of the second.
pub(super) fn prefixed(prefix: &Node, node: &Node) -> Node {
    let span = prefix.span.join(node.span);
    let joined = |base: &Node| Node { kind: NodeKind::Group(vec![prefix.clone(), base.clone()]), span };
    match &node.kind {
        NodeKind::Scripted(base, sub, sup, primes) => {
            Node { kind: NodeKind::Scripted(Box::new(joined(base)), sub.clone(), sup.clone(), *primes), span }
        }
        _ => joined(node),
    }
}

/// Arguments with what stands before each.
pub(super) fn pieces(body: &[Node]) -> Vec<(char, &[Node])> {
    let mut out = Vec::new();
    let (mut start, mut separator) = (0, '(');
    for (at, node) in body.iter().enumerate() {
        if let NodeKind::Mark(c @ (',' | ';' | '|')) = node.kind {
            out.push((separator, &body[start..at]));
            (start, separator) = (at + 1, c);
        }
    }
    out.push((separator, &body[start..]));
    out
}

/// The pieces of a script: between commas, or letter by letter if `count` asks for that.
pub(super) fn script_items(nodes: &[Node], count: usize) -> Vec<&[Node]> {
    let between: Vec<&[Node]> = nodes.split(|n| matches!(n.kind, NodeKind::Mark(','))).collect();
    match between.as_slice() {
        [one] if count > 1 && one.len() == count => one.chunks(1).collect(),
        _ => between,
    }
}

/// What is inside a script, without its own parentheses.
pub(super) fn unfenced(nodes: &[Node]) -> (&[Node], bool) {
    match nodes {
        [Node { kind: NodeKind::Fence('(', ')', inner), .. }] => (inner, true),
        _ => (nodes, false),
    }
}

fn script(nodes: &[Node], scope: &Scope, parameters: &mut Vec<Parameter>) -> Script {
    let (inner, fenced) = unfenced(nodes);
    let variable = |piece: &[Node]| match piece {
        [node] if is_name(node) => variable(node, scope),
        _ => None,
    };
    let mut items = script_items(inner, 1);
    if let [one] = items.as_slice()
        && one.len() > 1
        && one.chunks(1).all(|piece| variable(piece).is_some())
    {
        items = one.chunks(1).collect();
    }
    let slots = items
        .into_iter()
        .map(|piece| match variable(piece) {
            Some(parameter) => {
                parameters.push(parameter);
                Slot::Argument(parameters.len() - 1)
            }
            None => Slot::Literal(canonical(piece)),
        })
        .collect();
    Script { slots, fenced }
}

/// A declared symbol that may be the argument of a name.
fn variable(node: &Node, scope: &Scope) -> Option<Parameter> {
    let name = canonical_node(node);
    if scope.get(&name).is_none() && scope.is_path(&name) {
        return super::elaborate::declared_argument(std::slice::from_ref(node), scope, node.span).ok();
    }
    let Some(Entry::Declared(declaration)) = scope.get(&name) else { return None };
    let symbol = &declaration.symbol;
    let is_value = !matches!(declaration.role, Role::Dimension) && !matches!(symbol.sort(), Sort::Set(_));
    is_value.then(|| Parameter {
        name,
        sort: symbol.sort().clone(),
        default: Some(Expr::symbol(symbol, Span::default())),
    })
}
