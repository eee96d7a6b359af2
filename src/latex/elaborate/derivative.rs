//! Derivatives in all notations: fractions, ∂, ∇, ∇·, ∇², Δ, dots.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::applied::WrittenAs;
use super::{Cursor, Elaborator, Read, Trouble, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::Domain;
use crate::expr::walk::any;
use crate::expr::{Differential, Expr, Kind, Sort, Symbol};
use crate::source::Span;

/// What a derivative is by.
pub(super) enum Variable {
    /// A symbol.
    Symbol(Symbol),
    /// Entries of a vector or matrix symbol.
    Entry(Symbol, Vec<Expr>),
    /// Another place: the value of a declared function.
    Place(Expr),
}

pub(super) fn unsupported<T>(span: Span, message: impl Into<String>) -> Read<T> {
    Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, message))
}

impl Elaborator<'_> {
    /// `\frac{d}{dt} f`, `\frac{\partial^2 f}{\partial x^2}`, `\frac{\partial^2 f}{\partial x \partial y}`; `None` if the
    /// fraction is a quotient.
    pub(super) fn derivative_fraction(
        &self,
        upper: &[Node],
        lower: &[Node],
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Option<Expr>> {
        let differential = |n: &Node| match &n.kind {
            NodeKind::Operator(Meaning::Partial) => Some(true),
            NodeKind::Letter(c) if c == "d" => Some(false),
            NodeKind::Word(w) if w == "d" => Some(false),
            _ => None,
        };
        let Some((head, operand)) = upper.split_first() else { return Ok(None) };
        let (head, order) = match &head.kind {
            NodeKind::Scripted(base, None, Some(order), 0) => match order.as_slice() {
                [Node { kind: NodeKind::Number(n), .. }] => (&**base, n.parse::<u32>().unwrap_or(0)),
                _ => return Ok(None),
            },
            _ => (head, 1),
        };
        let Some(partial) = differential(head) else { return Ok(None) };
        // The lower row: pairs of a differential and a variable, whose powers add up to the order.
        let mut variables: Vec<(Vec<Node>, u32)> = Vec::new();
        let mut rest = lower;
        while let Some((below, after)) = rest.split_first() {
            let Some((variable, after)) = after.split_first() else { return Ok(None) };
            if differential(below) != Some(partial) {
                return Ok(None);
            }
            rest = after;
            // The value of a function: `\partial z(t)`.
            if let Some((fence @ Node { kind: NodeKind::Fence('(', ..), .. }, after)) = rest.split_first() {
                variables.push((vec![variable.clone(), fence.clone()], 1));
                rest = after;
                continue;
            }
            variables.push(match &variable.kind {
                NodeKind::Scripted(base, sub, Some(power), 0)
                    if order > 1 && matches!(power.as_slice(), [Node { kind: NodeKind::Number(_), .. }]) =>
                {
                    let base = match sub {
                        None => (**base).clone(),
                        Some(_) => {
                            let kind = NodeKind::Scripted(base.clone(), sub.clone(), None, 0);
                            Node { kind, span: variable.span }
                        }
                    };
                    (vec![base], canonical(power).parse().unwrap_or(0))
                }
                _ => (vec![variable.clone()], 1),
            });
        }
        if variables.is_empty() || variables.iter().map(|(_, power)| power).sum::<u32>() != order {
            return Ok(None);
        }
        let variables = variables
            .iter()
            .map(|(nodes, power)| Ok((self.variable(nodes, span)?, *power)))
            .collect::<Read<Vec<_>>>()?;
        let mut body = if operand.is_empty() { self.differentiated(cursor, None)? } else { self.whole(operand, span)? };
        let base = match &*body.kind {
            Kind::Component(array, _) => array,
            _ => &body,
        };
        // dx/dt of a plain symbol would be zero, which nobody means.
        if let (Kind::Symbol(symbol), [(Variable::Symbol(by), _)], false) = (&*base.kind, variables.as_slice(), partial)
            && symbol != by
        {
            let message = format!("`{}` is not declared as a function of `{}`", symbol.tex(), by.tex());
            return Err(Trouble::new(&codes::UNKNOWN_SYMBOL, body.span, message).hint(format!(
                "declare it as one, as in '{}({})' = 'path real'",
                symbol.tex(),
                by.tex()
            )));
        }
        for (variable, power) in variables.iter().rev() {
            body = self.derivative(body, variable, *power, span)?;
        }
        Ok(Some(body))
    }

    /// What a derivative is by: a symbol, a component or the value of a declared function.
    pub(super) fn variable(&self, nodes: &[Node], span: Span) -> Read<Variable> {
        let name = canonical(nodes);
        let place = span_of(nodes, span);
        if let Some(symbol) = self.symbol_named(&name) {
            return Ok(Variable::Symbol(symbol));
        }
        let value = self.whole(nodes, place).map_err(|t| {
            if t.code != &codes::UNKNOWN_SYMBOL {
                return t;
            }
            Trouble::new(&codes::UNKNOWN_SYMBOL, place, format!("`{name}` is not a declared variable"))
                .hint("derivatives are by declared symbols")
        })?;
        match &*value.kind {
            Kind::Symbol(symbol) => Ok(Variable::Symbol(symbol.clone())),
            Kind::Component(array, indices) => match &*array.kind {
                Kind::Symbol(symbol) if value.sort.is_scalar() => Ok(Variable::Entry(symbol.clone(), indices.clone())),
                _ => Ok(Variable::Place(value)),
            },
            Kind::Call(..) => Ok(Variable::Place(value)),
            _ => Err(Trouble::new(&codes::UNKNOWN_SYMBOL, place, format!("`{name}` is not a declared variable"))
                .hint("derivatives are by declared symbols, their components, or values of declared functions")),
        }
    }

    pub(super) fn derivative(&self, body: Expr, variable: &Variable, order: u32, span: Span) -> Read<Expr> {
        let end = span.join(body.span);
        if !(1..=4).contains(&order) {
            return unsupported(span, "only derivatives of order one to four are supported");
        }
        if !body.sort.is_scalar() && body.sort.shape().is_none() {
            let message = format!("a derivative is of a number or an array, not of {}", body.sort);
            return Err(Trouble::new(&codes::SORT_MISMATCH, end, message));
        }
        let once = |sort: &Sort| {
            if order == 1 {
                Ok(())
            } else {
                unsupported(span, format!("only a first derivative by {sort} is supported"))
            }
        };
        let by = |sort: &Sort| match (&body.sort, sort) {
            (f, x) if f.is_scalar() => Ok(if x.is_scalar() { Sort::Real } else { x.clone() }),
            (f, x) if x.is_scalar() => Ok(f.clone()),
            (Sort::Vector(m), Sort::Vector(n)) => Ok(Sort::Matrix(m.clone(), n.clone())),
            (f, x) => {
                Err(Trouble::new(&codes::SORT_MISMATCH, end, format!("the derivative of {f} by {x} is no matrix")))
            }
        };
        match variable {
            Variable::Symbol(symbol) if symbol.sort().is_scalar() => {
                let sort = if body.sort.is_scalar() { Sort::Real } else { body.sort.clone() };
                Ok(Expr::new(Kind::Derivative(body, symbol.clone(), order), sort, end))
            }
            Variable::Symbol(symbol) => {
                once(symbol.sort())?;
                let sort = by(symbol.sort())?;
                let kind = if body.sort.is_scalar() {
                    Kind::Gradient(body, symbol.clone())
                } else {
                    Kind::Differential(Differential::Jacobian, body, symbol.clone())
                };
                Ok(Expr::new(kind, sort, end))
            }
            Variable::Entry(symbol, indices) if body.sort.is_scalar() && order == 1 => {
                let sort = symbol.sort().clone();
                let gradient = Expr::new(Kind::Gradient(body, symbol.clone()), sort, end);
                Ok(Expr::new(Kind::Component(gradient, indices.clone()), Sort::Real, end))
            }
            Variable::Entry(symbol, indices) => {
                once(symbol.sort())?;
                let place = Kind::Component(Expr::symbol(symbol, span), indices.clone());
                let sort = by(&Sort::Real)?;
                let place = Expr::new(place, Sort::Real, span);
                Ok(Expr::new(Kind::DerivativeBy(body, place), sort, end))
            }
            Variable::Place(place) => {
                once(&place.sort)?;
                let sort = by(&place.sort)?;
                Ok(Expr::new(Kind::DerivativeBy(body, place.clone()), sort, end))
            }
        }
    }

    /// `\dot x`, `\ddot x`: derivatives by the time of a path.
    pub(super) fn dotted(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let (base, scripts) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, primes) => (&**base, Some((sub, sup, primes))),
            _ => (node, None),
        };
        let NodeKind::Accent(accent, inner) = &base.kind else { return Ok(None) };
        let order = match accent.as_str() {
            r"\dot" => 1,
            r"\ddot" => 2,
            _ => return Ok(None),
        };
        let [inner] = inner.as_slice() else { return Ok(None) };
        let plain = match scripts {
            None => inner.clone(),
            Some((sub, sup, primes)) => {
                let kind = NodeKind::Scripted(Box::new(inner.clone()), sub.clone(), sup.clone(), *primes);
                Node { kind, span: node.span }
            }
        };
        let (name, sub, sup) = match &plain.kind {
            NodeKind::Scripted(base, sub, sup, _) => (&**base, sub.as_deref(), sup.as_deref()),
            _ => (&plain, None, None),
        };
        // A path of this name comes before a plain symbol.
        let mut body = None;
        if self.scope.is_path(&canonical_node(name)) {
            body = self.applied(name, (sub, sup, 0), cursor, node.span, WrittenAs::Bare)?;
        }
        let body = match body {
            Some(path) => path,
            None => self.named(&plain, cursor)?,
        };
        let mut time = None;
        any(&body, &mut |e| {
            if let Kind::Call(function, operands) = &*e.kind
                && let Some(last) = operands.last()
            {
                let is_path = self.scope.declaration(function).is_some_and(|d| matches!(d.domain, Domain::Process(_)));
                if let (Kind::Symbol(s), true, true) =
                    (&*last.kind, last.sort.is_scalar(), is_path || operands.len() == 1)
                {
                    time = Some(s.clone());
                    return true;
                }
            }
            false
        });
        match time {
            Some(time) => self.derivative(body, &Variable::Symbol(time), order, node.span).map(Some),
            None => Err(Trouble::new(&codes::UNKNOWN_SYMBOL, node.span, "the time of this derivative is not declared")
                .hint("declare the path with its time, as in 'x(t)' = 'path vector(d)'")),
        }
    }

    /// Whether a differential may be taken of a symbol: a path, or a time that some path has.
    pub(super) fn has_increment(&self, value: &Expr) -> bool {
        match &*value.kind {
            Kind::Call(function, _) => {
                self.scope.declaration(function).is_some_and(|d| matches!(d.domain, Domain::Process(_)))
            }
            Kind::Component(array, _) => self.has_increment(array),
            Kind::Symbol(symbol) => *symbol.sort() == Sort::Real && self.is_time(symbol),
            _ => false,
        }
    }

    /// Whether a node is written like a declared path, or is its time.
    pub(super) fn has_path_name(&self, node: &Node) -> bool {
        let base = match &node.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => node,
        };
        let time = |s: Symbol| *s.sort() == Sort::Real && self.is_time(&s);
        self.scope.is_path(&canonical_node(base)) || self.symbol_named(&canonical_node(node)).is_some_and(time)
    }

    pub(super) fn is_time(&self, symbol: &Symbol) -> bool {
        self.scope.is_default_time(symbol)
    }
}
