//! Differential operators: ∂, ∇, ∇·, ∇², Δ, Hessians and Jacobians.

use super::super::name::canonical_node;
use super::super::notation::Meaning;
use super::super::scope::Entry;
use super::super::tree::{Node, NodeKind};
use super::derivative::{Variable, unsupported};
use super::{Cursor, Elaborator, Read, Trouble, span_of};
use crate::diagnostic::codes;
use crate::expr::walk::{any, free_symbols};
use crate::expr::{Differential, Expr, Kind, Sort, Symbol};
use crate::source::Span;

fn is_dot(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Dot) | NodeKind::Mark('·'))
}

fn base_of(node: &Node) -> &NodeKind {
    match &node.kind {
        NodeKind::Scripted(base, ..) => &base.kind,
        kind => kind,
    }
}

/// Whether a node is a differential operator that takes what follows.
fn is_operator(node: &Node) -> bool {
    match base_of(node) {
        NodeKind::Operator(Meaning::Partial | Meaning::Nabla | Meaning::Divergence) => true,
        NodeKind::Fraction(upper, _) => {
            matches!(upper.as_slice(), [only] if match base_of(only) {
                NodeKind::Operator(Meaning::Partial) => true,
                NodeKind::Letter(d) | NodeKind::Word(d) => d == "d",
                _ => false,
            })
        }
        _ => false,
    }
}

impl Elaborator<'_> {
    /// `\partial_t f`, `\nabla_x f`, `\nabla \cdot F`, `\nabla^2 f`.
    pub(super) fn derivative_operator(
        &self,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        meaning: Meaning,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        // `\nabla \nabla^\top f`: the Hessian.
        if let (Meaning::Nabla, None, Some(Node { kind: NodeKind::Scripted(base, below, Some(sup), 0), .. })) =
            (meaning, sup, cursor.peek())
            && matches!(base.kind, NodeKind::Operator(Meaning::Nabla))
            && matches!(super::super::name::canonical(sup).as_str(), "T" | r"\top" | r"\intercal" | r"\mathrm{T}")
        {
            let place = cursor.span();
            if below.as_deref().map(super::super::name::canonical) != sub.map(super::super::name::canonical) {
                return unsupported(place, "the two gradients of this Hessian are by different symbols");
            }
            cursor.at += 1;
            return self.differential_matrix(Differential::Hessian, sub, cursor, span);
        }
        let order = match sup {
            None => 1,
            Some([Node { kind: NodeKind::Number(n), .. }]) => n.parse().unwrap_or(0),
            Some(sup) => return unsupported(span_of(sup, span), "this order of derivative is not supported"),
        };
        if meaning == Meaning::Partial {
            let Some(sub) = sub else {
                return Err(Trouble::new(
                    &codes::UNSUPPORTED_CONSTRUCT,
                    span,
                    "the variable of this derivative is not written",
                )
                .hint(r"write it below, as in `\partial_t`"));
            };
            let variable = self.variable(sub, span)?;
            let body = self.differentiated(cursor, None)?;
            return self.derivative(body, &variable, order, span);
        }
        let declared = |name: &str| match self.scope.get(name) {
            Some(Entry::Gradient(symbol) | Entry::Laplacian(symbol)) => Some(Variable::Symbol(symbol.clone())),
            _ => None,
        };
        let variable = match sub {
            Some(sub) => Some(self.variable(sub, span)?),
            None => declared(r"\nabla"),
        };
        let twice = order == 2 && meaning == Meaning::Nabla;
        if order != 1 && !twice {
            return unsupported(span, "this order of derivative is not supported");
        }
        let mut divergence = meaning == Meaning::Divergence;
        let mut laplacian = twice;
        if meaning == Meaning::Nabla && cursor.peek().is_some_and(is_dot) {
            cursor.at += 1;
            divergence = true;
            // ∇·∇f.
            if let Some(Node { kind: NodeKind::Operator(Meaning::Nabla), .. }) = cursor.peek() {
                cursor.at += 1;
                (divergence, laplacian) = (false, true);
            }
        }
        let operator = match (laplacian, divergence) {
            (true, _) => Differential::Laplacian,
            (false, true) => Differential::Divergence,
            (false, false) => Differential::Jacobian,
        };
        let body = self.differentiated(cursor, Some(operator))?;
        let variable = match variable {
            Some(variable) => variable,
            None => Variable::Symbol(self.position(&body, span)?),
        };
        if laplacian {
            return self.laplacian(body, &variable, span);
        }
        if divergence {
            return self.differential(Differential::Divergence, body, &variable, span);
        }
        // ∇F of a vector: its Jacobian, or its divergence in the hands of those who do not write the dot.
        if matches!(body.sort, Sort::Vector(_))
            && sub.is_none()
            && matches!(&variable, Variable::Symbol(s) if matches!(s.sort(), Sort::Vector(_)))
        {
            if self.nabla.get().is_none() {
                self.nabla.set(Some(span));
            }
            if self.options.loose_nabla {
                return self.differential(Differential::Divergence, body, &variable, span);
            }
        }
        self.derivative(body, &variable, 1, span)
    }

    /// What a differential operator is applied to: the factors that follow. In `\nabla f \cdot \nabla g` it is f alone; in
    /// `\partial_x u \partial_y v` it may be u alone or all, in `\frac{d}{dt} x \cdot y` as well. `operator` is ∇ in one
    /// of its forms.
    pub(super) fn differentiated(&self, cursor: &mut Cursor<'_>, operator: Option<Differential>) -> Read<Expr> {
        let rest = &cursor.nodes[cursor.at..];
        let rest = &rest[..rest.iter().position(super::term::ends_term).unwrap_or(rest.len())];
        // What a sum or an integral is over goes to the end of the term.
        let captures = |n: &Node| match base_of(n) {
            NodeKind::Operator(Meaning::Fold(_) | Meaning::Integral | Meaning::Limit | Meaning::Optimum(_)) => true,
            _ => match &n.kind {
                NodeKind::Scripted(base, ..) => self.is_expectation(base),
                _ => self.is_expectation(n),
            },
        };
        let end = rest.iter().position(captures).unwrap_or(rest.len());
        let begins =
            |at: usize| is_dot(&rest[at]) || is_operator(&rest[at]) && !super::function::applies(&rest[at - 1]);
        let Some(end) = (1..end).find(|at| begins(*at)) else { return self.term(cursor) };
        let mut alone = false;
        if is_dot(&rest[end]) {
            let next = &rest[end + 1..];
            let next = &next[..next.iter().position(is_dot).unwrap_or(next.len())];
            let (own, next) = (self.whole_once(&rest[..end], cursor.span()), self.whole_once(next, cursor.span()));
            // f ∇g is no gradient, and v · w has no divergence.
            alone = match (operator, own.map(|e| e.sort), next.map(|e| e.sort)) {
                (Some(Differential::Jacobian), Ok(own), Ok(Sort::Vector(_))) => own.is_scalar(),
                (Some(Differential::Divergence), Ok(Sort::Vector(_)), Ok(Sort::Vector(_))) => true,
                _ => false,
            };
        }
        if !alone {
            self.derivative_place.set(self.derivative_place.get().or(Some(rest[end].span)));
        }
        if !alone && !self.options.narrow_derivative {
            return self.term(cursor);
        }
        let body = self.whole(&rest[..end], cursor.span())?;
        cursor.at += end;
        Ok(body)
    }

    /// `\Delta` declared as the Laplacian by a symbol.
    pub(super) fn declared_laplacian(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let Some(Entry::Laplacian(symbol)) = self.scope.get(&canonical_node(node)) else { return Ok(None) };
        let symbol = symbol.clone();
        let body = self.differentiated(cursor, Some(Differential::Laplacian))?;
        self.laplacian(body, &Variable::Symbol(symbol), node.span).map(Some)
    }

    pub(super) fn laplacian(&self, body: Expr, variable: &Variable, span: Span) -> Read<Expr> {
        match variable {
            Variable::Symbol(symbol) if symbol.sort().is_scalar() => self.derivative(body, variable, 2, span),
            _ => self.differential(Differential::Laplacian, body, variable, span),
        }
    }

    /// `\operatorname{Hess}_x f`, `\operatorname{Jac}_x F`.
    pub(super) fn differential_matrix(
        &self,
        operator: Differential,
        sub: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let variable = match (sub, self.scope.get(r"\nabla")) {
            (Some(sub), _) => Some(self.variable(sub, span)?),
            (None, Some(Entry::Gradient(symbol))) if operator == Differential::Hessian => {
                Some(Variable::Symbol(symbol.clone()))
            }
            _ => None,
        };
        let body = self.term(cursor)?;
        let variable = match variable {
            Some(variable) => variable,
            None => Variable::Symbol(self.position(&body, span)?),
        };
        self.differential(operator, body, &variable, span)
    }

    pub(super) fn differential(
        &self,
        operator: Differential,
        body: Expr,
        variable: &Variable,
        span: Span,
    ) -> Read<Expr> {
        let Variable::Symbol(symbol) = variable else {
            return unsupported(span, "this derivative is by a plain symbol only");
        };
        let end = span.join(body.span);
        let Sort::Vector(n) = symbol.sort() else {
            if operator == Differential::Divergence && symbol.sort().is_scalar() && body.sort.is_scalar() {
                return self.derivative(body, variable, 1, span);
            }
            let message = format!("this derivative is by a vector, not by {}", symbol.sort());
            return Err(Trouble::new(&codes::SORT_MISMATCH, span, message));
        };
        let wrong = |what: &str| {
            Err(Trouble::new(&codes::SORT_MISMATCH, end, format!("{what}, not {}", body.sort))
                .also(body.span, body.sort.to_string()))
        };
        let sort = match (operator, &body.sort) {
            (Differential::Divergence, Sort::Vector(m)) if super::array::same_length(self, n, m) => Sort::Real,
            (Differential::Divergence, _) => return wrong("a divergence is of a vector of the space that it is in"),
            (Differential::Laplacian, sort) if sort.is_scalar() => Sort::Real,
            (Differential::Laplacian, Sort::Vector(m)) => Sort::Vector(m.clone()),
            (Differential::Laplacian, _) => return wrong("a Laplacian is of a number or vector"),
            (Differential::Hessian, sort) if sort.is_scalar() => Sort::Matrix(n.clone(), n.clone()),
            (Differential::Hessian, _) => return wrong("a Hessian is of a number"),
            (Differential::Jacobian, Sort::Vector(m)) => Sort::Matrix(m.clone(), n.clone()),
            (Differential::Jacobian, _) => return wrong("a Jacobian is of a vector"),
        };
        Ok(Expr::new(Kind::Differential(operator, body, symbol.clone()), sort, end))
    }

    /// The one vector that everything under a ∇ without variable is a function of.
    pub(super) fn position(&self, body: &Expr, span: Span) -> Read<Symbol> {
        let mut found: Vec<Symbol> = Vec::new();
        any(body, &mut |e| {
            if let Kind::Call(_, operands) = &*e.kind {
                for operand in operands {
                    if let (Kind::Symbol(s), Sort::Vector(_)) = (&*operand.kind, &operand.sort)
                        && !found.contains(s)
                    {
                        found.push(s.clone());
                    }
                }
            }
            false
        });
        if found.is_empty() {
            found = free_symbols(body).into_iter().filter(|s| matches!(s.sort(), Sort::Vector(_))).collect();
        }
        match found.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(Trouble::new(&codes::AMBIGUOUS, span, "the variable of this gradient is not written")
                .hint(r"write it below, as in `\nabla_x`, or declare '\nabla' = 'gradient(x)'")),
        }
    }
}
