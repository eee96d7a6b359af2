//! Symbols with scripts: which scripts belong to the name, which are indices, which are powers.

use super::super::name::{canonical, canonical_node, scripted};
use super::super::notation::Meaning;
use super::super::scope::Entry;
use super::super::tree::{Node, NodeKind};
use super::applied::WrittenAs;
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::{codes, suggestion};
use crate::expr::walk::substitute;
use crate::expr::{ArrayFunction, Dim, Expr, Kind, Sort, Symbol};
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
        if let Some(function) = default_function(base)
            && matches!(cursor.peek().map(|n| &n.kind), Some(NodeKind::Fence('(' | '[', ..)))
            && sub.is_none()
        {
            return self.function(function, None, sup, cursor, span);
        }
        Err(self.unknown(node, base, span))
    }

    /// Whether arguments follow.
    fn is_applied(cursor: &Cursor<'_>) -> bool {
        match cursor.peek().map(|n| &n.kind) {
            Some(NodeKind::Fence('(' | '[', ..)) => true,
            Some(NodeKind::Scripted(base, ..)) => matches!(base.kind, NodeKind::Fence('(' | '[', ..)),
            _ => false,
        }
    }

    /// An abbreviation without its arguments: at the declared symbols of their names, if all are declared.
    fn at_declared(&self, parameters: &[Symbol], body: &Expr) -> Option<Expr> {
        parameters.iter().try_fold(body.clone(), |body, parameter| {
            let own = &self.scope.declared(parameter.tex())?.symbol;
            substitute(&body, parameter, &Expr::symbol(own, body.span))
        })
    }

    /// e, π and the identity matrix, unless the note declares these names.
    fn constant(&self, base: &Node, span: Span) -> Option<Expr> {
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

    fn unknown(&self, node: &Node, base: &Node, span: Span) -> Trouble {
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

    /// The scripts of a value: indices, powers, transposes.
    pub(super) fn indexed(&self, value: Expr, sub: Option<&[Node]>, sup: Option<&[Node]>, span: Span) -> Read<Expr> {
        let value = match sub {
            None => value,
            Some(sub) => {
                if let Kind::Identity(length) = &*value.kind {
                    let dim = self.scope.dimension(&canonical(sub)).ok_or_else(|| {
                        Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(sub, span), "this is not a declared dimension")
                            .hint("declare it under [symbols] as 'dimension'")
                    })?;
                    let sort = Sort::Matrix(dim.clone(), dim.clone());
                    let identity = Expr::new(Kind::Identity(dim.clone()), sort.clone(), span);
                    debug_assert!(matches!(length, Dim::Named(_)));
                    self.lengths.borrow_mut().retain(|id, _| !matches!(length, Dim::Named(s) if s.id() == *id));
                    identity
                } else {
                    let mut indices = self.index_list(sub, span)?;
                    let rank = match &value.sort {
                        Sort::Vector(_) | Sort::Row(_) => 1,
                        Sort::Matrix(..) => 2,
                        other => {
                            return Err(Trouble::new(
                                &codes::SORT_MISMATCH,
                                span,
                                format!("{other} has no components"),
                            )
                            .hint(
                                "declare the name with its subscript as a symbol of its own, or its base as a vector",
                            ));
                        }
                    };
                    if indices.len() + 1 == rank
                        && let Some(sup) = sup
                        && !self.is_power(sup)
                    {
                        indices.extend(self.index_list(sup, span)?);
                        return component(value, indices, rank, span);
                    }
                    match (&value.sort, indices.len()) {
                        // A family of vectors ψ_1 … ψ_n is a matrix of columns.
                        (Sort::Matrix(rows, _), 1) => {
                            let sort = Sort::Vector(rows.clone());
                            Expr::new(Kind::Component(value, indices), sort, span)
                        }
                        _ => component(value, indices, rank, span)?,
                    }
                }
            }
        };
        match sup {
            None => Ok(value),
            Some(sup) => self.power(value, sup, span),
        }
    }

    /// Whether a superscript is a power or a transpose rather than an index.
    fn is_power(&self, sup: &[Node]) -> bool {
        match sup {
            [node] => match &node.kind {
                NodeKind::Letter(name) => {
                    matches!(name.as_str(), "T" | r"\top" | r"\intercal")
                        || !self.symbol_named(&canonical_node(node)).is_some_and(|s| matches!(s.sort(), Sort::Index(_)))
                }
                NodeKind::Number(_) => false,
                _ => true,
            },
            _ => !sup.iter().all(|n| {
                matches!(n.kind, NodeKind::Letter(_))
                    && self.symbol_named(&canonical_node(n)).is_some_and(|s| matches!(s.sort(), Sort::Index(_)))
            }),
        }
    }

    /// `ij`, `i,j`, `i+1`: index expressions.
    pub(super) fn index_list(&self, nodes: &[Node], span: Span) -> Read<Vec<Expr>> {
        let mut out = Vec::new();
        for piece in nodes.split(|n| is_mark(n, ',')) {
            let juxtaposed = piece.len() > 1
                && piece
                    .iter()
                    .all(|n| matches!(n.kind, NodeKind::Letter(_) | NodeKind::Scripted(..) | NodeKind::Number(_)));
            let items: Vec<&[Node]> = if juxtaposed { piece.chunks(1).collect() } else { vec![piece] };
            for item in items {
                let index = self.whole(item, span_of(item, span))?;
                if !matches!(index.sort, Sort::Integer | Sort::Index(_)) {
                    return Err(Trouble::new(
                        &codes::SORT_MISMATCH,
                        index.span,
                        format!("an index is a whole number, not {}", index.sort),
                    )
                    .hint("declare it under [symbols], e.g. 'i' = 'index(N)'"));
                }
                out.push(index);
            }
        }
        Ok(out)
    }

    /// `value^{sup}`: a power, an inverse, a transpose, a column of a matrix.
    pub(super) fn power(&self, value: Expr, sup: &[Node], span: Span) -> Read<Expr> {
        let text = canonical(sup);
        if value.sort.shape().is_some() {
            match text.as_str() {
                "T" | r"\top" | r"\intercal" | r"\mathrm{T}" | r"\mathsf{T}" | "'" => {
                    return array::apply(self, ArrayFunction::Transpose, value, span);
                }
                "-1" => return array::apply(self, ArrayFunction::Inverse, value, span),
                r"-T" | r"-\top" => {
                    let inverse = array::apply(self, ArrayFunction::Inverse, value, span)?;
                    return array::apply(self, ArrayFunction::Transpose, inverse, span);
                }
                _ => {}
            }
        }
        match &value.sort {
            Sort::Matrix(n, m)
                if n != m || !self.is_power(sup) && !matches!(sup, [Node { kind: NodeKind::Number(_), .. }]) =>
            {
                let rows = n.clone();
                let mut index = self.index_list(sup, span)?;
                if index.len() != 1 {
                    return Err(Trouble::new(&codes::SORT_MISMATCH, span, "a column has one index"));
                }
                let column = Kind::Component(value.clone(), vec![index.remove(0)]);
                return Ok(Expr::new(column, Sort::Vector(rows), span));
            }
            Sort::Vector(_) if self.in_order.get() => {
                let length = array::apply(self, ArrayFunction::Norm, value, span)?;
                return self.power(length, sup, span);
            }
            Sort::Vector(_) if text == "2" => return array::apply(self, ArrayFunction::NormSquared, value, span),
            Sort::Vector(_) | Sort::Row(_) => {
                return Err(Trouble::new(&codes::SORT_MISMATCH, span, format!("{} has no such power", value.sort))
                    .hint("only the square (its squared norm) and the transpose of a vector are defined"));
            }
            _ => {}
        }
        // `x^{(t)}` is a label or an argument, never a power, unless of e.
        if let ([Node { kind: NodeKind::Fence('(', ')', _), .. }], false) =
            (sup, matches!(*value.kind, Kind::Constant(Constant::Euler)))
        {
            return Err(Trouble::new(
                &codes::AMBIGUOUS,
                span_of(sup, span),
                "a superscript in parentheses is a label or an argument, and none is declared",
            )
            .hint("declare it, as in 'x^{(t)}' = 'path real', or write a power without parentheses"));
        }
        let exponent = self.whole(sup, span)?;
        // The exponential of a vector is taken entry by entry.
        if let (Kind::Constant(Constant::Euler), Sort::Vector(_)) = (&*value.kind, &exponent.sort) {
            return self.elementwise(Function::Exp, exponent, span);
        }
        if !exponent.sort.is_scalar() {
            return Err(super::mismatch(span, "a power of", &value.sort, &exponent.sort));
        }
        // ‖v‖² is kept as one thing, so that no root is taken and squared again.
        if let (Kind::Array(ArrayFunction::Norm, arguments), "2") = (&*value.kind, text.as_str()) {
            return Ok(Expr::new(Kind::Array(ArrayFunction::NormSquared, arguments.clone()), Sort::Real, span));
        }
        let sort = match &value.sort {
            Sort::Matrix(..) => value.sort.clone(),
            Sort::Integer | Sort::Index(_)
                if exponent.as_number().is_some_and(|n| n.is_int() && n.sign() == dashu_base::Sign::Positive) =>
            {
                Sort::Integer
            }
            _ => Sort::Real,
        };
        if matches!(*value.kind, Kind::Constant(Constant::Euler)) {
            let sort = if exponent.sort == Sort::Complex { Sort::Complex } else { Sort::Real };
            return Ok(Expr::new(Kind::Function(Function::Exp, vec![exponent]), sort, span));
        }
        Ok(Expr::new(Kind::Pow(value, exponent), sort, span))
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
    fn arguments<'n>(&self, name: &str, count: usize, cursor: &mut Cursor<'n>, span: Span) -> Read<Arguments<'n>> {
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

/// The arguments of a function, where they end, and the power of the function's value.
struct Arguments<'n> {
    values: Vec<Expr>,
    span: Span,
    power: Option<&'n [Node]>,
}

fn component(value: Expr, indices: Vec<Expr>, rank: usize, span: Span) -> Read<Expr> {
    if indices.len() != rank {
        return Err(Trouble::new(
            &codes::SORT_MISMATCH,
            span,
            format!("{} has {rank} ind{}, not {}", value.sort, if rank == 1 { "ex" } else { "ices" }, indices.len()),
        ));
    }
    Ok(Expr::new(Kind::Component(value, indices), Sort::Real, span))
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
