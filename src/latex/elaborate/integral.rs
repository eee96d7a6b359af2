//! Integrals: over intervals, whole spaces and declared sets, one or several variables, and Gaussian measures.

use super::super::name::canonical_node;
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::relation::is_whole_space;
use super::{Cursor, Elaborator, Read, Trouble, span_of};
use crate::diagnostic::codes;
use crate::expr::{Expr, Kind, Law, RandomVariable, Sort, Symbol};
use crate::source::Span;

/// `dx`, `d^3x` or `Dz`.
struct Measure<'n> {
    variable: &'n Node,
    gaussian: bool,
    /// The n of `d^n x`, a number or the usual letters.
    dimension: Option<String>,
    /// How many nodes it takes.
    length: usize,
}

/// The differential at the start of some nodes.
fn measure(nodes: &[Node]) -> Option<Measure<'_>> {
    let [d, variable, ..] = nodes else { return None };
    let (base, dimension) = match &d.kind {
        NodeKind::Scripted(base, None, Some(power), 0) => match power.as_slice() {
            [Node { kind: NodeKind::Number(n), .. }] => (&**base, Some(n.clone())),
            [Node { kind: NodeKind::Letter(n), .. }] if matches!(n.as_str(), "d" | "D" | "n" | "N") => {
                (&**base, Some(n.clone()))
            }
            _ => return None,
        },
        _ => (d, None),
    };
    let gaussian = match &base.kind {
        NodeKind::Letter(c) if c == "d" => false,
        NodeKind::Letter(c) if c == "D" => true,
        NodeKind::Word(w) if w == "d" => false,
        NodeKind::Font(_, body) => match body.as_slice() {
            [Node { kind: NodeKind::Letter(c), .. }] if c == "D" => true,
            _ => return None,
        },
        _ => return None,
    };
    let is_name = match &variable.kind {
        NodeKind::Letter(c) => c != "d" && c != "D",
        NodeKind::Scripted(_, _, None, _) | NodeKind::Accent(..) => true,
        NodeKind::Font(..) => super::super::name::canonical_node(variable) != r"\mathcal{D}",
        _ => false,
    };
    is_name.then_some(Measure { variable, gaussian, dimension, length: 2 })
}

fn is_integral(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Operator(Meaning::Integral) => true,
        NodeKind::Scripted(base, ..) => matches!(base.kind, NodeKind::Operator(Meaning::Integral)),
        _ => false,
    }
}

/// Where the differential stands that closes an integral over these nodes: each integral sign between takes one.
fn closing(nodes: &[Node]) -> Option<usize> {
    let (mut open, mut at) = (0_usize, 0);
    while at < nodes.len() {
        if is_integral(&nodes[at]) {
            at += 1;
            match nodes.get(at..).and_then(measure) {
                Some(own) => at += own.length,
                None => open += 1,
            }
        } else if let Some(found) = measure(&nodes[at..]) {
            if open == 0 {
                return Some(at);
            }
            open -= 1;
            at += found.length;
        } else {
            at += 1;
        }
    }
    None
}

impl Elaborator<'_> {
    /// `\int_a^b f(x) \, dx`, `\int dx \, f(x)`, `\int d^3x \, dt \, f`, `\int Dz \, f(z)`, `\int_{\mathcal{Y}} f \, dy`,
    /// `\int_z f`.
    pub(super) fn integral(
        &self,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let rest = &cursor.nodes[cursor.at..];
        let skip = |at: usize| matches!(rest.get(at).map(|n| &n.kind), Some(NodeKind::Operator(Meaning::Quad)));
        let begins = measure(rest).is_some();
        let at = if begins { Some(0) } else { closing(rest) };
        let Some(at) = at else { return self.integral_over_subscript(sub, sup, cursor, span) };
        let mut measures = Vec::new();
        let mut after = at;
        while let Some(found) = rest.get(after..).and_then(measure) {
            after += found.length;
            measures.push(found);
            if skip(after) {
                break;
            }
            // Behind the integrand only as many as there are integral signs: the others belong to those outside.
            if !begins {
                break;
            }
        }
        let mut variables = Vec::new();
        for found in &measures {
            variables.push(self.integration_variable(found, span)?);
        }
        let names: Vec<(String, Symbol)> =
            measures.iter().zip(&variables).map(|(m, s)| (canonical_node(m.variable), s.clone())).collect();
        let body = if begins {
            cursor.at += after;
            self.binding(&names, || self.term(cursor))?
        } else {
            let integrand = &rest[..at];
            let body = self.binding(&names, || self.whole(integrand, span))?;
            cursor.at += after;
            body
        };
        let end = span.join(body.span);
        let mut out = body;
        for (found, symbol) in measures.iter().zip(&variables).rev() {
            out = if found.gaussian {
                let variable = RandomVariable { symbol: symbol.clone(), law: standard_normal(symbol.sort(), span) };
                let sort = if out.sort.is_scalar() { Sort::Real } else { out.sort.clone() };
                Expr::new(Kind::Expectation(vec![variable], out), sort, end)
            } else {
                self.integrate(symbol, (sub, sup), out, span)?
            };
        }
        Ok(out)
    }

    fn integration_variable(&self, found: &Measure<'_>, span: Span) -> Read<Symbol> {
        let key = canonical_node(found.variable);
        let sort = match self.symbol_named(&key).map(|s| s.sort().clone()).or_else(|| self.path_sort(found.variable)) {
            Some(sort @ (Sort::Vector(_) | Sort::Matrix(..))) => sort,
            _ => Sort::Real,
        };
        let length = match &sort {
            Sort::Vector(length) => length.to_string(),
            _ => "1".to_owned(),
        };
        if let Some(n) = &found.dimension
            && *n != length
        {
            let message = format!("`{key}` is {sort} and not a vector of length {n}");
            return Err(Trouble::new(&codes::SORT_MISMATCH, span, message));
        }
        Ok(if found.gaussian { Symbol::introduced(key, sort) } else { Symbol::new(key, sort) })
    }

    /// The sort of the value of a declared path or family without its arguments.
    fn path_sort(&self, node: &Node) -> Option<Sort> {
        let nodes = std::slice::from_ref(node);
        self.whole(nodes, node.span).ok().map(|e| e.sort)
    }

    fn integrate(
        &self,
        symbol: &Symbol,
        (sub, sup): (Option<&[Node]>, Option<&[Node]>),
        body: Expr,
        span: Span,
    ) -> Read<Expr> {
        if !body.sort.is_scalar() && body.sort.shape().is_none() {
            return Err(Trouble::new(
                &codes::SORT_MISMATCH,
                body.span,
                format!("only a number or an array can be integrated, not {}", body.sort),
            ));
        }
        let end = span.join(body.span);
        let sort = if body.sort.is_scalar() { Sort::Real } else { body.sort.clone() };
        let sub = sub.filter(|set| sup.is_some() || !is_whole_space(set, symbol.sort()));
        if let (Some(sub), None) = (sub, sup) {
            if let Some(set) = self.declared_set(sub, symbol.sort()) {
                return Ok(Expr::new(Kind::IntegralOver(symbol.clone(), set, body), sort, end));
            }
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span_of(sub, span), "this integral has one end only")
                .hint("write both ends, or declare the set, as in '\\mathcal{Y}' = 'set of vector(d)'"));
        }
        let infinity = || Expr::new(Kind::Infinity, Sort::Real, span);
        let lower = match sub {
            Some(nodes) => self.whole(nodes, span)?,
            None => Expr::new(Kind::Neg(infinity()), Sort::Real, span),
        };
        let upper = match sup {
            Some(nodes) => self.whole(nodes, span)?,
            None => infinity(),
        };
        if sub.is_none() && sup.is_some() {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this integral has one end only"));
        }
        if !symbol.sort().is_scalar() && sub.is_some() {
            let message = format!("an integral over {} has no ends", symbol.sort());
            return Err(Trouble::new(&codes::SORT_MISMATCH, span, message));
        }
        Ok(Expr::new(Kind::Integral(symbol.clone(), lower, upper, body), sort, end))
    }

    /// A declared set of values of a sort.
    pub(super) fn declared_set(&self, nodes: &[Node], members: &Sort) -> Option<Expr> {
        let [node] = nodes else { return None };
        let declaration = self.scope.declared(&canonical_node(node))?;
        match declaration.symbol.sort() {
            Sort::Set(sort) if super::array::same_shape(self, sort, members) || **sort == *members => {
                Some(Expr::symbol(&declaration.symbol, node.span))
            }
            _ => None,
        }
    }

    /// `\int_z f`: over the whole space of a declared symbol.
    fn integral_over_subscript(
        &self,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let missing = || {
            Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this integral has no `dx`")
                .hint("say which variable is integrated over")
        };
        let (Some([variable]), None) = (sub, sup) else { return Err(missing()) };
        let key = canonical_node(variable);
        let declared =
            self.symbol_named(&key).filter(|s| matches!(s.sort(), Sort::Vector(_) | Sort::Matrix(..) | Sort::Real));
        let Some(declared) = declared else { return Err(missing()) };
        let symbol = Symbol::new(key.clone(), declared.sort().clone());
        let names = [(key, symbol.clone())];
        let body = self.binding(&names, || self.term(cursor))?;
        self.integrate(&symbol, (None, None), body, span)
    }
}

/// 𝒩(0, 1) or 𝒩(0, 𝕀).
pub(super) fn standard_normal(sort: &Sort, span: Span) -> Law {
    let zero = Expr::integer(0, span);
    match sort {
        Sort::Vector(n) => {
            let square = Sort::Matrix(n.clone(), n.clone());
            let ones = Expr::new(Kind::Ones(n.clone()), sort.clone(), span);
            let mean = Expr::new(Kind::Mul(vec![zero, ones]), sort.clone(), span);
            Law::Normal(mean, Expr::new(Kind::Identity(n.clone()), square, span))
        }
        _ => Law::Normal(zero, Expr::integer(1, span)),
    }
}
