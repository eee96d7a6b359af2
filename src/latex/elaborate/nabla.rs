//! Differential operators: ∂, ∇, ∇·, ∇², Δ, Hessians and Jacobians.

use super::super::name::canonical_node;
use super::super::notation::Meaning;
use super::super::scope::Entry;
use super::super::tree::{Node, NodeKind};
use super::derivative::{Variable, unsupported};
use super::{Cursor, Elaborator, Read, Trouble, array, span_of};
use crate::diagnostic::codes;
use crate::expr::walk::{any, free_symbols};
use crate::expr::{ArrayFunction, Differential, Expr, Kind, Sort, Symbol};
use crate::source::Span;

fn is_dot(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Dot) | NodeKind::Mark('·'))
}

/// Whether an expression has no symbols.
fn is_constant(e: &Expr) -> bool {
    free_symbols(e).is_empty()
}

/// Whether an expression is a product or a quotient of which more than one part may vary.
fn has_factors(e: &Expr) -> bool {
    match &*e.kind {
        Kind::Mul(factors) => factors.iter().filter(|f| !is_constant(f)).count() > 1 || factors.iter().any(has_factors),
        Kind::Div(above, below) => !is_constant(below) || has_factors(above),
        Kind::Array(ArrayFunction::Dot | ArrayFunction::Hadamard | ArrayFunction::Outer, _) => true,
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

    /// What a differential operator is applied to: all factors that follow, or only the first, in `\partial_x u \, v`,
    /// `\partial_x u \partial_y v`, `\nabla p / p`. In `\nabla f \cdot \nabla g` it is f alone. `operator` is ∇ in one of its
    /// forms.
    pub(super) fn differentiated(&self, cursor: &mut Cursor<'_>, operator: Option<Differential>) -> Read<Expr> {
        let rest = &cursor.nodes[cursor.at..];
        let rest = &rest[..rest.iter().position(super::term::ends_term).unwrap_or(rest.len())];
        if let (Some(operator), Some(dot)) = (operator, rest.iter().position(is_dot))
            && self.stands_alone(&rest[..dot], operator, &rest[dot + 1..], cursor.span())
        {
            let body = self.whole(&rest[..dot], cursor.span())?;
            cursor.at += dot;
            return Ok(body);
        }
        if !self.options.narrow_derivative {
            let (place, several) = (cursor.span(), rest.len() > 1);
            let body = self.term(cursor)?;
            // What is in one pair of brackets is differentiated as a whole.
            if several && has_factors(&body) {
                self.derivative_place.set(self.derivative_place.get().or(Some(place)));
            }
            return Ok(body);
        }
        let mut factors = vec![self.factor(cursor)?];
        while factors.iter().all(is_constant) && self.juxtaposed(cursor) {
            factors.push(self.factor(cursor)?);
        }
        array::multiply(self, factors)
    }

    /// Whether what stands before a dot must be all that is differentiated: f ∇g is no gradient, and v · w has no divergence.
    fn stands_alone(&self, own: &[Node], operator: Differential, next: &[Node], place: Span) -> bool {
        // What a sum or an integral is over goes to the end of the term.
        let captures = |n: &Node| {
            let base = match &n.kind {
                NodeKind::Scripted(base, ..) => base,
                _ => n,
            };
            matches!(
                base.kind,
                NodeKind::Operator(Meaning::Fold(_) | Meaning::Integral | Meaning::Limit | Meaning::Optimum(_))
            ) || self.is_expectation(base)
        };
        if own.is_empty() || own.iter().any(captures) {
            return false;
        }
        let next = &next[..next.iter().position(is_dot).unwrap_or(next.len())];
        let (own, next) = (self.whole_once(own, place), self.whole_once(next, place));
        match (operator, own.map(|e| e.sort), next.map(|e| e.sort)) {
            (Differential::Jacobian, Ok(own), Ok(Sort::Vector(_))) => own.is_scalar(),
            (Differential::Divergence, Ok(Sort::Vector(_)), Ok(Sort::Vector(_))) => true,
            _ => false,
        }
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
