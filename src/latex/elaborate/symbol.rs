//! Symbols with scripts: which scripts belong to the name, which are indices, which are powers.

use super::super::name::{canonical_node, scripted};
use super::super::notation::Meaning;
use super::super::scope::Entry;
use super::super::tree::{Node, NodeKind};
use super::applied::WrittenAs;
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark};
use crate::diagnostic::{codes, suggestion};
use crate::expr::walk::substitute;
use crate::expr::{Expr, Kind, Sort, Symbol};
use crate::numeric::{Constant, Function};
use crate::source::Span;

/// Accents and fonts that make a vector's name out of its components' letter.
const VECTOR_MARKS: &[&str] = &[r"\underline", r"\vec", r"\mathbf", r"\boldsymbol", r"\bm"];

/// What a name stands for here.
pub(super) enum Found {
    /// A value.
    Value(Expr),
    /// A function, to be applied to what follows.
    Function(Symbol, Vec<Sort>, Sort),
    /// An abbreviation with parameters.
    Abbreviation(Vec<Symbol>, Expr),
}

impl Elaborator<'_> {
    /// What a canonical name stands for, innermost binding first.
    pub(super) fn lookup(&self, name: &str, span: Span) -> Option<Found> {
        let name = self.with_sign(name);
        if let Some((_, symbol)) = self.bound.borrow().iter().rev().find(|(bound, _)| *bound == name) {
            return Some(Found::Value(Expr::symbol(symbol, span)));
        }
        Some(match self.scope.get(&name)? {
            Entry::Declared(declaration) => match declaration.symbol.sort() {
                Sort::Function(arguments, result) => {
                    Found::Function(declaration.symbol.clone(), arguments.clone(), (**result).clone())
                }
                _ => Found::Value(Expr::symbol(&declaration.symbol, span)),
            },
            Entry::Define(define) if define.parameters.is_empty() => Found::Value(Expr { span, ..define.body.clone() }),
            Entry::ImaginaryUnit => Found::Value(Expr::new(Kind::ImaginaryUnit, Sort::Complex, span)),
            Entry::Gradient(_) | Entry::Laplacian(_) => return None,
            Entry::Define(define) => Found::Abbreviation(define.parameters.clone(), define.body.clone()),
        })
    }

    /// The declared index or bound symbol that stands behind a name, without using it.
    pub(super) fn symbol_named(&self, name: &str) -> Option<Symbol> {
        match self.lookup(name, Span::default())? {
            Found::Value(expr) => match &*expr.kind {
                Kind::Symbol(symbol) => Some(symbol.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// `Q_\pm` means `Q_+` while the upper sign is read.
    pub(super) fn with_sign(&self, name: &str) -> String {
        match self.sign.get() {
            Some(upper) if name.contains(r"\pm") || name.contains(r"\mp") => {
                let (plus, minus) = if upper { ("+", "-") } else { ("-", "+") };
                name.replace(r"\pm", plus).replace(r"\mp", minus)
            }
            _ => name.to_string(),
        }
    }

    /// A name, with its scripts and, if it is a function, its arguments.
    pub(super) fn named(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let span = node.span;
        let (base, sub, sup, primes) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, primes) => (&**base, sub.as_deref(), sup.as_deref(), *primes),
            _ => (node, None, None, 0),
        };
        // Written arguments decide for a notation that takes them.
        if Self::is_applied(cursor)
            && !self.is_own_name(node, (sub.is_some() || sup.is_some(), primes), cursor)
            && let Some(applied) = self.applied(base, (sub, sup, primes), cursor, span, WrittenAs::Called)?
        {
            return Ok(applied);
        }
        // The longest declared name wins; the scripts that are left are indices or powers.
        let attempts: [(bool, bool); 4] = [(true, true), (true, false), (false, true), (false, false)];
        let possible = attempts.into_iter().filter(|(s, t)| (!s || sub.is_some()) && (!t || sup.is_some()));
        for (attempt, (with_sub, with_sup)) in possible.enumerate() {
            // Notations with arguments come after the whole name and before its parts.
            if attempt == 1
                && let Some(applied) = self.applied(base, (sub, sup, primes), cursor, span, WrittenAs::Scripted)?
            {
                return Ok(applied);
            }
            let name = scripted(base, sub.filter(|_| with_sub), sup.filter(|_| with_sup), primes);
            let Some(found) = self.lookup(&name, span) else { continue };
            let left_sub = sub.filter(|_| !with_sub);
            let left_sup = sup.filter(|_| !with_sup);
            return match found {
                Found::Value(value) => self.indexed(value, left_sub, left_sup, span),
                Found::Function(symbol, arguments, result) => {
                    let (call, power) = self.call(&symbol, &arguments, result, cursor, span)?;
                    let call = self.indexed(call, left_sub, left_sup, span)?;
                    self.indexed(call, None, power, span)
                }
                Found::Abbreviation(parameters, body) => {
                    if !Self::is_applied(cursor)
                        && let Some(at_own) = self.at_declared(&parameters, &body)
                    {
                        return self.indexed(Expr { span, ..at_own }, left_sub, left_sup, span);
                    }
                    let (expanded, power) = self.expand(&parameters, &body, cursor, span)?;
                    let expanded = self.indexed(expanded, left_sub, left_sup, span)?;
                    self.indexed(expanded, None, power, span)
                }
            };
        }
        if let Some(applied) = self.applied(base, (sub, sup, primes), cursor, span, WrittenAs::Bare)? {
            return Ok(applied);
        }
        if primes > 0
            && sup.is_none()
            && let Some(slope) = self.slope((base, sub), primes, cursor, span)?
        {
            return Ok(slope);
        }
        if primes == 0 {
            for mark in VECTOR_MARKS {
                let marked = Node { kind: NodeKind::Accent((*mark).into(), vec![base.clone()]), span: base.span };
                let parts = (sub, sup, primes);
                if sub.is_some()
                    && let Some(applied) = self.applied(&marked, parts, cursor, span, WrittenAs::Scripted)?
                {
                    return Ok(applied);
                }
                let name = format!("{mark}{{{}}}", canonical_node(base));
                if let (Some(Found::Value(value)), true) = (self.lookup(&name, span), sub.is_some()) {
                    return self.indexed(value, sub, sup, span);
                }
            }
            if let Some(constant) = self.constant(base, span) {
                return self.indexed(constant, sub, sup, span);
            }
        }
        if let (Some(function), true, true) = (default_function(base), primes > 0 && self.is_free(base), sub.is_none())
        {
            return self.slope_of_function(function, (primes, sup), cursor, span);
        }
        if let Some(function) = default_function(base)
            && matches!(cursor.peek().map(|n| &n.kind), Some(NodeKind::Fence('(' | '[', ..)))
            && sub.is_none()
        {
            return self.function(function, None, sup, cursor, span);
        }
        Err(self.unknown(node, base, span))
    }

    /// Whether a name with scripts is, as it stands, that of a function or abbreviation of as many arguments as follow:
    /// `p_0(a)` beside `p_t(x)`.
    fn is_own_name(&self, node: &Node, (scripted, primes): (bool, usize), cursor: &Cursor<'_>) -> bool {
        let Some(next) = cursor.peek().filter(|_| scripted && primes == 0) else { return false };
        let fence = match &next.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => next,
        };
        let NodeKind::Fence(_, _, body) = &fence.kind else { return false };
        if body.iter().any(|n| is_mark(n, '|') || is_mark(n, ';')) {
            return false;
        }
        let count = body.split(|n| is_mark(n, ',')).count();
        match self.lookup(&canonical_node(node), node.span) {
            Some(Found::Abbreviation(parameters, _)) => parameters.len() == count,
            Some(Found::Function(_, sorts, _)) => sorts.len() == count,
            _ => false,
        }
    }

    /// Whether arguments follow.
    pub(super) fn is_applied(cursor: &Cursor<'_>) -> bool {
        match cursor.peek().map(|n| &n.kind) {
            Some(NodeKind::Fence('(' | '[', ..)) => true,
            Some(NodeKind::Scripted(base, ..)) => matches!(base.kind, NodeKind::Fence('(' | '[', ..)),
            _ => false,
        }
    }

    /// An abbreviation without its arguments: at the declared symbols of their names, if all are declared.
    pub(super) fn at_declared(&self, parameters: &[Symbol], body: &Expr) -> Option<Expr> {
        parameters.iter().try_fold(body.clone(), |body, parameter| {
            let own = &self.scope.declared(parameter.tex())?.symbol;
            substitute(&body, parameter, &Expr::symbol(own, body.span))
        })
    }

    /// e, π and the identity matrix, unless the note declares these names.
    pub(super) fn constant(&self, base: &Node, span: Span) -> Option<Expr> {
        let name = canonical_node(base);
        let kind = match name.as_str() {
            "e" | r"\mathrm{e}" => Kind::Constant(Constant::Euler),
            r"\pi" => Kind::Constant(Constant::Pi),
            r"\mathbb{I}" | r"\mathbb{1}" | "I" | r"\mathrm{I}" | r"\mathbf{I}" | r"\mathrm{Id}" => {
                let length = array::open_length(self);
                let sort = Sort::Matrix(length.clone(), length.clone());
                return Some(Expr::new(Kind::Identity(length), sort, span));
            }
            _ => return None,
        };
        Some(Expr::new(kind, Sort::Real, span))
    }

    pub(super) fn unknown(&self, node: &Node, base: &Node, span: Span) -> Trouble {
        let (mut name, base) = (canonical_node(node), canonical_node(base));
        // a power is no part of a name
        let exponent = name.rsplit_once("^{").and_then(|(_, e)| e.strip_suffix('}'));
        if exponent.is_some_and(|e| e.chars().all(|c| c.is_ascii_digit())) {
            name.clone_from(&base);
        }
        let trouble = Trouble::new(&codes::UNKNOWN_SYMBOL, span, format!("`{name}` is not declared"));
        let known: Vec<&str> = self.scope.names().collect();
        match suggestion(&name, known.iter().copied()).or_else(|| suggestion(&base, known.iter().copied())) {
            Some(close) => trouble
                .hint(format!("did you mean `{close}`? Otherwise declare it under [symbols], e.g. '{base}' = 'real'")),
            None => trouble.hint(format!("declare it under [symbols], e.g. '{base}' = 'real'")),
        }
    }

    /// A declared function of its arguments, and the power of its value in `f(x)^2`.
    fn call<'n>(
        &self,
        symbol: &Symbol,
        sorts: &[Sort],
        result: Sort,
        cursor: &mut Cursor<'n>,
        span: Span,
    ) -> Read<(Expr, Option<&'n [Node]>)> {
        let given = self.arguments(symbol.tex(), sorts.len(), cursor, span)?;
        let mut given = given;
        for (argument, sort) in given.values.iter_mut().zip(sorts) {
            *argument = zero_of(argument, sort);
        }
        for (argument, sort) in given.values.iter().zip(sorts) {
            if !array::same_shape(self, &argument.sort, sort) {
                return Err(super::mismatch(argument.span, "an argument of sort", sort, &argument.sort));
            }
        }
        Ok((Expr::new(Kind::Call(symbol.clone(), given.values), result, given.span), given.power))
    }

    /// An abbreviation with its parameters replaced, and the power of its value in `f(x)^2`.
    fn expand<'n>(
        &self,
        parameters: &[Symbol],
        body: &Expr,
        cursor: &mut Cursor<'n>,
        span: Span,
    ) -> Read<(Expr, Option<&'n [Node]>)> {
        let given = self.arguments("this abbreviation", parameters.len(), cursor, span)?;
        let mut out = body.clone();
        let mut given = given;
        for (parameter, argument) in parameters.iter().zip(&mut given.values) {
            *argument = zero_of(argument, parameter.sort());
        }
        for (parameter, argument) in parameters.iter().zip(&given.values) {
            if !array::same_shape(self, &argument.sort, parameter.sort()) {
                return Err(super::mismatch(argument.span, "an argument of sort", parameter.sort(), &argument.sort));
            }
            out = substitute(&out, parameter, argument).ok_or_else(|| {
                Trouble::new(
                    &codes::UNSUPPORTED_CONSTRUCT,
                    argument.span,
                    "this abbreviation is differentiated by its parameter, so its argument must be a symbol",
                )
            })?;
        }
        Ok((Expr { span: given.span, ..out }, given.power))
    }

    /// `(a, b)` after a function's name, perhaps with a power.
    pub(super) fn arguments<'n>(
        &self,
        name: &str,
        count: usize,
        cursor: &mut Cursor<'n>,
        span: Span,
    ) -> Read<Arguments<'n>> {
        let (fence, power) = match cursor.peek() {
            Some(Node { kind: NodeKind::Scripted(base, None, power, 0), .. }) => (Some(&**base), power.as_deref()),
            other => (other, None),
        };
        let Some(Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span: fence }) = fence else {
            let message = format!("`{name}` is a function and needs its arguments in parentheses");
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, message));
        };
        cursor.at += 1;
        let values =
            body.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *fence)).collect::<Read<Vec<_>>>()?;
        if values.len() != count {
            let plural = if count == 1 { "" } else { "s" };
            let message = format!("`{name}` takes {count} argument{plural}, not {}", values.len());
            return Err(Trouble::new(&codes::SORT_MISMATCH, *fence, message));
        }
        Ok(Arguments { values, span: span.join(*fence), power })
    }
}

/// A literal zero in place of a vector is the zero of its space.
pub(super) fn zero_of(argument: &Expr, sort: &Sort) -> Expr {
    match sort {
        Sort::Vector(n) if argument.as_number().is_some_and(crate::numeric::Rational::is_zero) => {
            let ones = Expr::new(Kind::Ones(n.clone()), sort.clone(), argument.span);
            Expr::new(Kind::Mul(vec![argument.clone(), ones]), sort.clone(), argument.span)
        }
        _ => argument.clone(),
    }
}

/// The arguments of a function, where they end, and the power of the function's value.
pub(super) struct Arguments<'n> {
    pub(super) values: Vec<Expr>,
    span: Span,
    pub(super) power: Option<&'n [Node]>,
}

/// Letters that are functions when nothing else is declared and an argument follows.
fn default_function(base: &Node) -> Option<Function> {
    match &base.kind {
        NodeKind::Letter(name) => match name.as_str() {
            r"\Gamma" => Some(Function::Gamma),
            r"\Theta" => Some(Function::Heaviside),
            r"\psi" => Some(Function::Digamma),
            _ => None,
        },
        NodeKind::Operator(Meaning::Function(function)) => Some(*function),
        _ => None,
    }
}
