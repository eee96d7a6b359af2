//! What binds a name: sums over indices, integrals, expectations and derivatives.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::{Domain, Role};
use crate::expr::walk::free_symbols;
use crate::expr::{Binder, Condition, Dim, Expr, Kind, Law, RandomVariable, Range, Sort, Symbol};
use crate::source::Span;

/// The indices of a sum or product.
pub(super) struct Indices {
    pub(super) names: Vec<(String, Symbol)>,
    pub(super) binders: Vec<Binder>,
    pub(super) condition: Option<Condition>,
}

fn is_new_row(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::NewRow))
}

fn is_less_or_equal(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Relation(crate::expr::Relation::LessOrEqual)))
}

impl Elaborator<'_> {
    /// `i=1`, `i`, `ij`, `1 \le i \le N`, `i<j`, `j \ne i`, `\mu > 1`, `\sigma \in \{\pm1\}^N`, in any combination with
    /// commas or rows.
    pub(super) fn indices(&self, sub: &[Node], sup: Option<&[Node]>, span: Span) -> Read<Indices> {
        let pieces: Vec<Vec<Node>> = match sub {
            [Node { kind: NodeKind::Grid(_, rows), .. }] => {
                rows.iter().map(|row| row.iter().flatten().cloned().collect()).collect()
            }
            // The rows of a `\substack`.
            [Node { kind: NodeKind::Group(body), .. }] if body.iter().any(is_new_row) => {
                body.split(|n| is_new_row(n) || is_mark(n, ',')).map(<[Node]>::to_vec).collect()
            }
            _ => sub.split(|n| is_mark(n, ',')).map(<[Node]>::to_vec).collect(),
        };
        let mut found = Indices { names: Vec::new(), binders: Vec::new(), condition: None };
        let mut conditions = Vec::new();
        let mut upper = sup;
        for piece in &pieces {
            let between: Vec<&[Node]> = piece.split(is_less_or_equal).collect();
            if let [lower, [name], last] = between[..] {
                let (lower, last) = (self.whole(lower, span)?, self.whole(last, span)?);
                self.running(name, lower, last, &mut found);
                continue;
            }
            let relation = piece.iter().position(|n| {
                is_mark(n, '=')
                    || is_mark(n, '<')
                    || is_mark(n, '>')
                    || matches!(n.kind, NodeKind::Operator(Meaning::Relation(_) | Meaning::Member))
            });
            match relation {
                None => {
                    for node in piece {
                        self.declared_index(node, &mut found)?;
                    }
                }
                Some(at) if is_mark(&piece[at], '=') => {
                    let [name] = &piece[..at] else {
                        return Err(Trouble::new(
                            &codes::UNEXPECTED_TOKEN,
                            span_of(&piece[..at], span),
                            "one index is set here",
                        ));
                    };
                    let lower = self.whole(&piece[at + 1..], span)?;
                    let last = match upper.take() {
                        Some(last) => self.whole(last, span)?,
                        None => {
                            let length = self.index_length(name)?;
                            length_expr(&length, span)
                        }
                    };
                    self.running(name, lower, last, &mut found);
                }
                Some(at) if matches!(piece[at].kind, NodeKind::Operator(Meaning::Member)) => {
                    self.sign_member(&piece[..at], &piece[at + 1..], &mut found, span)?;
                }
                Some(at) => {
                    let unequal = matches!(
                        piece[at].kind,
                        NodeKind::Operator(Meaning::Relation(crate::expr::Relation::NotEqual))
                    );
                    let already = |node: &Node, found: &Indices| {
                        let key = canonical_node(node);
                        found.names.iter().any(|(n, _)| *n == key) || self.bound.borrow().iter().any(|(n, _)| *n == key)
                    };
                    if let [name] = &piece[..at]
                        && !already(name, &found)
                    {
                        self.declared_index(name, &mut found)?;
                    }
                    // In `i < j` both run; in `j \ne i` only the first does.
                    if let [name] = &piece[at + 1..]
                        && !unequal
                        && !already(name, &found)
                        && matches!(name.kind, NodeKind::Letter(_))
                        && self.is_index(name)
                    {
                        self.declared_index(name, &mut found)?;
                    }
                    conditions.push(piece);
                }
            }
        }
        if let Some(rest) = upper.filter(|_| {
            sup.is_some() && !matches!(found.binders.first().map(|b| &b.range), Some(Range::SignVectors(_)))
        }) {
            // An upper end without `=` is accepted for a single declared index: `\sum_\mu^K`.
            let [binder] = found.binders.as_mut_slice() else {
                return Err(Trouble::new(
                    &codes::UNEXPECTED_TOKEN,
                    span_of(rest, span),
                    "this upper end belongs to no index",
                ));
            };
            let last = self.whole(rest, span)?;
            if let Range::Between(_, end) = &mut binder.range {
                *end = last;
            }
        }
        let names = found.names.clone();
        for piece in conditions {
            let condition = self.with_bound(&names, || self.condition(piece, span))?;
            found.condition = Some(match found.condition.take() {
                None => condition,
                Some(previous) => Condition::All(vec![previous, condition]),
            });
        }
        Ok(found)
    }

    /// A symbol that runs from one end to the other.
    fn running(&self, name: &Node, lower: Expr, last: Expr, found: &mut Indices) {
        let key = canonical_node(name);
        let sort = match self.scope.declared(&key).map(|d| d.symbol.sort().clone()) {
            Some(sort @ Sort::Index(_)) => sort,
            _ => Sort::Integer,
        };
        let symbol = Symbol::new(key.clone(), sort);
        found.binders.push(Binder { symbol: symbol.clone(), range: Range::Between(lower, last) });
        found.names.push((key, symbol));
    }

    fn is_index(&self, node: &Node) -> bool {
        self.scope.declared(&canonical_node(node)).is_some_and(|d| matches!(d.symbol.sort(), Sort::Index(_)))
    }

    fn index_length(&self, node: &Node) -> Read<Dim> {
        match self.scope.declared(&canonical_node(node)).map(|d| d.symbol.sort()) {
            Some(Sort::Index(length)) => Ok(length.clone()),
            _ => Err(Trouble::new(
                &codes::UNKNOWN_SYMBOL,
                node.span,
                format!("the range of `{}` is not declared", canonical_node(node)),
            )
            .hint("declare it under [symbols] as 'index(N)', or write both ends of the sum")),
        }
    }

    /// A symbol that runs over its declared range.
    fn declared_index(&self, node: &Node, found: &mut Indices) -> Read<()> {
        let key = canonical_node(node);
        if let Some(declaration) = self.scope.declared(&key)
            && matches!(declaration.domain, Domain::Signs)
        {
            let (sort, range) = match declaration.symbol.sort() {
                Sort::Vector(length) => (Sort::Vector(length.clone()), Range::SignVectors(length.clone())),
                _ => (Sort::Integer, Range::Signs),
            };
            let symbol = Symbol::new(key.clone(), sort);
            found.binders.push(Binder { symbol: symbol.clone(), range });
            found.names.push((key, symbol));
            return Ok(());
        }
        let length = self.index_length(node)?;
        let range = Range::Between(Expr::integer(1, node.span), length_expr(&length, node.span));
        let symbol = Symbol::new(key.clone(), Sort::Index(length));
        found.binders.push(Binder { symbol: symbol.clone(), range });
        found.names.push((key, symbol));
        Ok(())
    }

    /// `a \in \{\pm 1\}` or `\{-1, 1\}^d`.
    fn sign_member(&self, name: &[Node], set: &[Node], found: &mut Indices, span: Span) -> Read<()> {
        let [name] = name else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "one symbol runs over a set"));
        };
        let (set, power) = match set {
            [Node { kind: NodeKind::Scripted(base, None, sup, 0), .. }] => (&**base, sup.as_deref()),
            [node] => (node, None),
            _ => return Err(unknown_set(set, span)),
        };
        let NodeKind::Fence('{', '}', body) = &set.kind else {
            return Err(unknown_set(std::slice::from_ref(set), span));
        };
        let members = canonical(body);
        if !matches!(members.as_str(), r"\pm1" | "-1,1" | "-1,+1" | "1,-1" | "+1,-1") {
            return Err(unknown_set(std::slice::from_ref(set), span));
        }
        let key = canonical_node(name);
        let (sort, range) = match power {
            None => (Sort::Integer, Range::Signs),
            Some(power) => {
                let length = self.scope.dimension(&canonical(power)).ok_or_else(|| {
                    Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(power, span), "this is not a declared dimension")
                        .hint("declare it under [symbols] as 'dimension'")
                })?;
                (Sort::Vector(length.clone()), Range::SignVectors(length))
            }
        };
        let symbol = Symbol::new(key.clone(), sort);
        found.binders.push(Binder { symbol: symbol.clone(), range });
        found.names.push((key, symbol));
        Ok(())
    }

    /// `\int_a^b f(x) \, dx`, `\int dx \, f(x)`, `\int Dz \, f(z)`.
    pub(super) fn integral(
        &self,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let rest = &cursor.nodes[cursor.at..];
        let is_d = |n: &Node| match &n.kind {
            NodeKind::Letter(c) => c == "d" || c == "D",
            NodeKind::Word(w) => w == "d",
            _ => false,
        };
        let is_variable = |n: &Node| matches!(n.kind, NodeKind::Letter(_) | NodeKind::Scripted(..)) && !is_d(n);
        let Some(at) = rest.windows(2).position(|pair| is_d(&pair[0]) && is_variable(&pair[1])) else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this integral has no `dx`")
                .hint("say which variable is integrated over"));
        };
        let gaussian = matches!(&rest[at].kind, NodeKind::Letter(c) if c == "D");
        let key = canonical_node(&rest[at + 1]);
        let symbol = Symbol::new(key.clone(), Sort::Real);
        let names = [(key, symbol.clone())];
        let body = if at == 0 {
            cursor.at += 2;
            self.with_bound(&names, || self.term(cursor))?
        } else {
            let integrand = &rest[..at];
            let body = self.with_bound(&names, || self.whole(integrand, span))?;
            cursor.at += at + 2;
            body
        };
        if !body.sort.is_scalar() {
            return Err(Trouble::new(
                &codes::SORT_MISMATCH,
                body.span,
                format!("only a number can be integrated, not {}", body.sort),
            ));
        }
        let end = span.join(body.span);
        if gaussian {
            let law = Law::Normal(Expr::integer(0, span), Expr::integer(1, span));
            return Ok(Expr::new(Kind::Expectation(vec![RandomVariable { symbol, law }], body), Sort::Real, end));
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
        if sub.is_some() != sup.is_some() {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this integral has one end only"));
        }
        Ok(Expr::new(Kind::Integral(symbol, lower, upper, body), Sort::Real, end))
    }

    /// Whether a node is the expectation sign, and not a declared symbol.
    pub(super) fn is_expectation(&self, base: &Node) -> bool {
        let name = canonical_node(base);
        matches!(name.as_str(), r"\mathbb{E}" | r"\mathrm{E}" | r"\mathbf{E}")
            && self.lookup(&name, base.span).is_none()
    }

    /// `\mathbb{E}_{z}[…]`: averages over the named random symbols, or over all that occur.
    pub(super) fn expectation(&self, sub: Option<&[Node]>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let mut power: Option<Vec<Node>> = None;
        let body = match cursor.peek() {
            Some(Node { kind: NodeKind::Fence('[' | '(' | '{', _, inner), span: fence }) => {
                cursor.at += 1;
                self.whole(inner, *fence)?
            }
            // The square in `\mathbb{E}[x]^2` is that of the mean.
            Some(Node { kind: NodeKind::Scripted(base, None, Some(sup), 0), .. })
                if matches!(base.kind, NodeKind::Fence('[', ..)) =>
            {
                let NodeKind::Fence(_, _, inner) = &base.kind else { unreachable!("a fence was matched") };
                cursor.at += 1;
                power = Some(sup.clone());
                self.whole(inner, base.span)?
            }
            Some(Node { kind: NodeKind::Scripted(base, None, Some(_), 0), span: fence })
                if matches!(base.kind, NodeKind::Fence('(', ..)) =>
            {
                let message = "the power could belong to the mean or to what is averaged";
                return Err(Trouble::new(&codes::AMBIGUOUS, *fence, message)
                    .hint(r"write `\mathbb{E}[x]^2` for the power of the mean and `\mathbb{E}[x^2]` for the mean of the power"));
            }
            _ => self.factor(cursor)?,
        };
        let end = span.join(body.span);
        let names: Option<Vec<String>> = sub.map(|sub| {
            sub.split(|n| is_mark(n, ','))
                .map(|piece| {
                    canonical(
                        piece
                            .split(|n| matches!(n.kind, NodeKind::Operator(Meaning::Relation(_))))
                            .next()
                            .unwrap_or(piece),
                    )
                })
                .collect()
        });
        let mut variables = Vec::new();
        for symbol in free_symbols(&body) {
            let Some(declaration) = self.scope.declaration(&symbol) else { continue };
            let Role::Random(law) = &declaration.role else { continue };
            if names.as_ref().is_none_or(|names| names.iter().any(|n| n == symbol.tex())) {
                variables.push(RandomVariable { symbol, law: law.clone() });
            }
        }
        if let Some(names) = &names {
            let known = |n: &String| self.scope.declared(n).is_some_and(|d| matches!(d.role, Role::Random(_)));
            if let Some(unknown) = names.iter().find(|n| !known(n)) {
                return Err(Trouble::new(
                    &codes::UNKNOWN_SYMBOL,
                    span,
                    format!("`{unknown}` is not declared as random"),
                )
                .hint(format!("declare it under [symbols], e.g. '{unknown}' = 'random real ~ N(0, 1)'")));
            }
        }
        if variables.is_empty() {
            return Err(Trouble::new(
                &codes::UNKNOWN_SYMBOL,
                span,
                "nothing under this expectation is declared as random",
            )
            .hint("declare what is averaged over, e.g. 'z' = 'random vector(d) ~ N(0, I)'"));
        }
        let sort = if body.sort.is_scalar() { Sort::Real } else { body.sort.clone() };
        let mean = Expr::new(Kind::Expectation(variables, body), sort, end);
        match power {
            None => Ok(mean),
            Some(sup) => self.power(mean, &sup, end),
        }
    }

    /// `\partial_t f`, `\nabla_x f`.
    pub(super) fn derivative_operator(
        &self,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        meaning: Meaning,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let Some(sub) = sub else {
            return Err(Trouble::new(
                &codes::UNSUPPORTED_CONSTRUCT,
                span,
                "the variable of this derivative is not written",
            )
            .hint(r"write it below, as in `\partial_t` or `\nabla_x`"));
        };
        let symbol = self.variable(sub, span)?;
        let order = match sup {
            None => 1,
            Some([Node { kind: NodeKind::Number(n), .. }]) if meaning == Meaning::Partial => n.parse().unwrap_or(0),
            Some(sup) => {
                return Err(Trouble::new(
                    &codes::UNSUPPORTED_CONSTRUCT,
                    span_of(sup, span),
                    "this order of derivative is not supported",
                ));
            }
        };
        let body = self.term(cursor)?;
        self.derivative(body, symbol, order, span)
    }

    /// `\frac{d}{dt} f`, `\frac{\partial^2 f}{\partial x^2}`; `None` if the fraction is a quotient.
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
        let [below, variable] = lower else { return Ok(None) };
        if differential(below) != Some(partial) || (!partial && operand.len() > 1) {
            return Ok(None);
        }
        let variable = match (&variable.kind, order) {
            (NodeKind::Scripted(base, None, Some(power), 0), 2..) if canonical(power) == order.to_string() => &**base,
            (_, 2..) => return Ok(None),
            _ => variable,
        };
        let symbol = self.variable(std::slice::from_ref(variable), span)?;
        let body = if operand.is_empty() { self.term(cursor)? } else { self.whole(operand, span)? };
        self.derivative(body, symbol, order, span).map(Some)
    }

    fn variable(&self, nodes: &[Node], span: Span) -> Read<Symbol> {
        let name = canonical(nodes);
        self.symbol_named(&name).ok_or_else(|| {
            Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(nodes, span), format!("`{name}` is not a declared variable"))
                .hint("derivatives are by declared symbols")
        })
    }

    fn derivative(&self, body: Expr, symbol: Symbol, order: u32, span: Span) -> Read<Expr> {
        let end = span.join(body.span);
        if !(1..=4).contains(&order) {
            return Err(Trouble::new(
                &codes::UNSUPPORTED_CONSTRUCT,
                span,
                "only derivatives of order one to four are supported",
            ));
        }
        if symbol.sort().is_scalar() {
            let sort = if body.sort.is_scalar() { Sort::Real } else { body.sort.clone() };
            return Ok(Expr::new(Kind::Derivative(body, symbol, order), sort, end));
        }
        if !body.sort.is_scalar() || order != 1 {
            return Err(Trouble::new(
                &codes::UNSUPPORTED_CONSTRUCT,
                span,
                format!("a gradient is of a number, not of {}", body.sort),
            ));
        }
        let sort = symbol.sort().clone();
        Ok(Expr::new(Kind::Gradient(body, symbol), sort, end))
    }
}

fn length_expr(length: &Dim, span: Span) -> Expr {
    match length {
        Dim::Literal(n) => Expr::integer(*n as i64, span),
        Dim::Named(symbol) => Expr::symbol(symbol, span),
    }
}

fn unknown_set(nodes: &[Node], span: Span) -> Trouble {
    Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(nodes, span), "this set is not supported")
        .hint(r"write `\{\pm 1\}` or `\{\pm 1\}^d`")
}
