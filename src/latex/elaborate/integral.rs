//! Integrals: over intervals, whole spaces and declared sets, one or several variables, and Gaussian measures.

use super::super::name::canonical_node;
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::relation::is_whole_space;
use super::term::ends_term;
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

/// What is written below and above an integral sign.
type Ends<'n> = (Option<&'n [Node]>, Option<&'n [Node]>);

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

/// What is written below and above an integral sign.
fn scripts_of(node: &Node) -> Ends<'_> {
    match &node.kind {
        NodeKind::Scripted(_, sub, sup, _) => (sub.as_deref(), sup.as_deref()),
        _ => (None, None),
    }
}

/// What is below and above the signs of `\iint`, of which this is not the last: the last has it from the tree. A condition
/// on all variables is left to the last.
fn shared_scripts(sign: Span, rest: &[Node]) -> Option<Ends<'_>> {
    let last = rest.iter().take_while(|n| is_integral(n) && n.span.start == sign.start).last()?;
    let (sub, sup) = scripts_of(last);
    Some(if sub.is_some_and(is_condition) { (None, None) } else { (sub, sup) })
}

/// Whether a condition is written below an integral sign: `x > 0`, and not the name of a set.
fn is_condition(sub: &[Node]) -> bool {
    sub.iter().any(|n| matches!(super::relation::relation_of(n), Some(Some(_))))
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
        let (sub, sup) = shared_scripts(span, rest).unwrap_or((sub, sup));
        let skip = |at: usize| matches!(rest.get(at).map(|n| &n.kind), Some(NodeKind::Operator(Meaning::Quad)));
        let more = rest.iter().take_while(|n| is_integral(n)).count();
        if more > 0 && measure(&rest[more..]).is_some() {
            return self.signs_first((sub, sup), more, cursor, span);
        }
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
        }
        // An integral outside of this one keeps its differential to itself: those that follow here are all of this one.
        if !begins && measures.len() > 1 && sup.is_some() {
            let place = measures[1].variable.span;
            return Err(Trouble::new(
                &codes::UNEXPECTED_TOKEN,
                place,
                "this variable has no integral sign with its ends",
            )
            .hint(r"write a sign for each variable, as in `\int_0^1 \int_0^1 f \, dx \, dy`"));
        }
        let mut variables = Vec::new();
        for found in &measures {
            variables.push(self.integration_variable(found, span)?);
        }
        let names: Vec<(String, Symbol)> =
            measures.iter().zip(&variables).map(|(m, s)| (canonical_node(m.variable), s.clone())).collect();
        let body = if begins {
            cursor.at += after;
            self.binding(&names, || self.integrand(cursor))?
        } else {
            let integrand = &rest[..at];
            let body = self.binding(&names, || self.whole(integrand, span))?;
            cursor.at += after;
            body
        };
        let mut out = body;
        for (found, symbol) in measures.iter().zip(&variables).rev() {
            out = self.over_measure(found, symbol, (sub, sup), out, span)?;
        }
        Ok(self.between_ends(out))
    }

    /// `\int\int dx\,dy\, f`, `\iint dx\,dy\, f`: all signs before all differentials, in the same order.
    fn signs_first(&self, first: Ends<'_>, more: usize, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let rest = &cursor.nodes[cursor.at..];
        let below = |at: usize| shared_scripts(rest[at].span, &rest[at + 1..]).unwrap_or_else(|| scripts_of(&rest[at]));
        let ends: Vec<_> = std::iter::once(first).chain((0..more).map(below)).collect();
        let (mut measures, mut after) = (Vec::new(), more);
        while let Some(found) = rest.get(after..).and_then(measure).filter(|_| measures.len() < ends.len()) {
            after += found.length;
            measures.push(found);
        }
        if measures.len() < ends.len() {
            return Err(Trouble::new(
                &codes::UNEXPECTED_TOKEN,
                span,
                "there are more integral signs than differentials",
            )
            .hint("say which variable each integral is over"));
        }
        let variables = measures.iter().map(|m| self.integration_variable(m, span)).collect::<Read<Vec<_>>>()?;
        let names: Vec<(String, Symbol)> =
            measures.iter().zip(&variables).map(|(m, s)| (canonical_node(m.variable), s.clone())).collect();
        cursor.at += after;
        let body = self.binding(&names, || self.integrand(cursor))?;
        let each = measures.iter().zip(&variables).zip(ends).rev();
        self.with_bound(&names, || {
            let mut each = each;
            each.try_fold(body, |out, ((found, symbol), ends)| self.over_measure(found, symbol, ends, out, span))
        })
        .map(|integral| self.between_ends(integral))
    }

    /// What follows the differentials; nothing at all is one, as in `\int_0^1 dx`.
    fn integrand(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        match cursor.peek() {
            Some(node) if !ends_term(node) => self.term(cursor),
            _ => Ok(Expr::integer(1, cursor.span())),
        }
    }

    /// The integral by one differential, with its ends.
    fn over_measure(&self, found: &Measure<'_>, symbol: &Symbol, ends: Ends<'_>, body: Expr, span: Span) -> Read<Expr> {
        if !found.gaussian {
            return self.integrate(symbol, ends, body, span);
        }
        let end = span.join(body.span);
        let variable = RandomVariable { symbol: symbol.clone(), law: standard_normal(symbol.sort(), span) };
        let sort = if body.sort.is_scalar() { Sort::Real } else { body.sort.clone() };
        Ok(Expr::new(Kind::Expectation(vec![variable], body), sort, end))
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
            if symbol.sort().is_scalar()
                && let Some((lower, upper)) = self.interval(sub, span)?
            {
                return Ok(Expr::new(Kind::Integral(symbol.clone(), lower, upper, body), sort, end));
            }
            if is_condition(sub) && body.sort.is_scalar() {
                let bound = [(symbol.tex().to_owned(), symbol.clone())];
                let condition = self.with_bound(&bound, || self.condition(sub, span))?;
                let zero = Expr::integer(0, span);
                let body = Expr::new(Kind::Cases(vec![(body, condition)], Some(zero)), Sort::Real, end);
                return self.integrate(symbol, (None, None), body, span);
            }
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

    /// The ends of `[a, b]`, of each factor of `[a, b]^2`, of `\mathbb{R}`, `\mathbb{R}^2`, `\mathbb{R}_+`.
    pub(super) fn interval(&self, set: &[Node], span: Span) -> Read<Option<(Expr, Expr)>> {
        let infinity = || Expr::new(Kind::Infinity, Sort::Real, span);
        let name = super::super::name::canonical(set);
        if let Some(rest) = name.strip_prefix(r"\mathbb{R}") {
            let below = match rest {
                "" => Expr::new(Kind::Neg(infinity()), Sort::Real, span),
                "_{+}" | "^{+}" | r"_{\ge0}" | r"_{\geq0}" | "_{>0}" => Expr::integer(0, span),
                power if power.starts_with("^{") && power[2..power.len() - 1].chars().all(|c| c.is_ascii_digit()) => {
                    Expr::new(Kind::Neg(infinity()), Sort::Real, span)
                }
                _ => return Ok(None),
            };
            return Ok(Some((below, infinity())));
        }
        let fence = match set {
            [Node { kind: NodeKind::Scripted(base, None, Some(power), 0), .. }]
                if matches!(power.as_slice(), [Node { kind: NodeKind::Number(_), .. }]) =>
            {
                base
            }
            [node] => node,
            _ => return Ok(None),
        };
        let NodeKind::Fence('[' | '(', ']' | ')', body) = &fence.kind else { return Ok(None) };
        let ends: Vec<&[Node]> = body.split(|n| super::is_mark(n, ',')).collect();
        let [lower, upper] = ends[..] else { return Ok(None) };
        Ok(Some((self.whole(lower, span)?, self.whole(upper, span)?)))
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
