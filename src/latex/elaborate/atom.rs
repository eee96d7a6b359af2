//! One factor: a number, a name, a group, a fraction, a fence, a function or a binder with what it takes.

use super::super::name::canonical_node;
use super::super::notation::{self, Meaning};
use super::super::pattern::{is_prefix, prefixed};
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, array, function, is_mark, unexpected};
use crate::diagnostic::codes;
use crate::expr::{ArrayFunction, Expr, Fold, Kind, Optimum, Sort, Symbol};
use crate::numeric::{Function, Rational};
use crate::source::Span;

impl Elaborator<'_> {
    /// One factor with its scripts and postfix factorials.
    pub(super) fn factor(&self, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let Some(node) = cursor.next() else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, cursor.end, "an operand is missing at the end"));
        };
        // `1\,000` is no product.
        if matches!(node.kind, NodeKind::Number(_))
            && let Some(before) = cursor.at.checked_sub(2).and_then(|at| cursor.nodes.get(at))
            && matches!(before.kind, NodeKind::Number(_))
        {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, node.span, "two numbers stand side by side")
                .also(before.span, "the other one")
                .hint(r"write one number without space, or `\cdot` between them"));
        }
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() > super::DEPTH_LIMIT {
            return Err(super::too_deep(node.span));
        }
        let value = self.atom(node, cursor);
        self.depth.set(self.depth.get() - 1);
        let mut value = value?;
        let mut signs = 0;
        while cursor.is_mark('!') {
            value.span = value.span.join(cursor.span());
            cursor.at += 1;
            signs += 1;
        }
        match signs {
            0 => {}
            1 => value = self.elementwise(Function::Factorial, value.clone(), value.span)?,
            2 => value = function::double_factorial(value)?,
            _ => {
                let message = "so many signs could be a multifactorial or factorials of factorials";
                return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, value.span, message)
                    .hint("write parentheses between them"));
            }
        }
        Ok(value)
    }

    pub(super) fn atom(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Expr> {
        let span = node.span;
        let (base, sub, sup) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, _) => (&**base, sub.as_deref(), sup.as_deref()),
            _ => (node, None, None),
        };
        if let NodeKind::Scripted(_, _, _, primes @ 1..) = node.kind
            && let Some(value) = self.primed(base, (sub, sup, primes), cursor, span)?
        {
            return Ok(value);
        }
        if self.is_expectation(base) && sup.is_none() {
            return self.expectation(sub, cursor, span);
        }
        if sup.is_none()
            && let Some(covariance) = self.variance_sign(base, cursor)
        {
            return self.variance(covariance, sub, cursor, span);
        }
        if self.is_probability(base) && sup.is_none() && self.opens(cursor) {
            return self.probability(sub, cursor, span);
        }
        if let Some(value) = self.prefixed_name(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.spelt_relative_entropy(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.hypergeometric(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.transposed_before(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.indicator(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.extreme_eigenvalue(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.laplacian_below(node, cursor)? {
            return Ok(value);
        }
        let value = match &base.kind {
            NodeKind::Letter(_) | NodeKind::Font(..) | NodeKind::Accent(..) => return self.lettered(node, cursor),
            NodeKind::Text(_) if self.is_declared_text(node) => return self.named(node, cursor),
            NodeKind::Word(word) => match notation::word_meaning(word) {
                Some(meaning) if self.lookup(&super::super::name::canonical_node(node), span).is_none() => {
                    return self.operator(meaning, node, sub, sup, cursor);
                }
                _ => return self.lettered(node, cursor),
            },
            NodeKind::Operator(meaning) => return self.operator(*meaning, node, sub, sup, cursor),
            NodeKind::Number(digits) => self.number(digits, base.span)?,
            NodeKind::Group(body) => self.group(body, base.span)?,
            NodeKind::Fraction(upper, lower) => match self.derivative_fraction(upper, lower, cursor, span)? {
                Some(derivative) => derivative,
                None => {
                    let (upper, lower) = (self.whole(upper, base.span)?, self.whole(lower, base.span)?);
                    let quotient = array::divide(upper, lower)?;
                    Expr { span: base.span, ..quotient }
                }
            },
            NodeKind::Binomial(upper, lower) => {
                let arguments = vec![self.whole(upper, base.span)?, self.whole(lower, base.span)?];
                Expr::new(Kind::Function(Function::Binomial, arguments), Sort::Integer, base.span)
            }
            NodeKind::Root(degree, body) => self.root(degree.as_deref(), body, base.span)?,
            NodeKind::Fence(open, close, body) => {
                if *open == '⟨'
                    && let Some(average) = self.named_average(node, base, body, (sub, sup), cursor)?
                {
                    return Ok(average);
                }
                if (*open, *close) == ('(', ')')
                    && sub.is_none()
                    && sup.is_none()
                    && let Some(applied) = self.applied_value(body, cursor, span)?
                {
                    return Ok(applied);
                }
                if let ('.', '|', Some(sub)) = (*open, *close, sub) {
                    return self.at_value(body, sub, sup, span);
                }
                if let ('(' | '[' | '{', Some([Node { kind: NodeKind::Mark(sign @ ('+' | '-' | '−')), .. }])) =
                    (*open, sub)
                {
                    let part = self.signed_part(*sign == '+', body, span)?;
                    return self.indexed(part, None, sup, span);
                }
                let value = self.fence(*open, *close, body, base.span)?;
                // The Euclidean norm of a vector and the Frobenius norm of a matrix may be named.
                let named = sub.map(super::super::name::canonical);
                if let (Kind::Array(ArrayFunction::Norm, inner), Some(name)) = (&*value.kind, named) {
                    let is_own = match inner[0].sort {
                        Sort::Matrix(..) => matches!(name.as_str(), "F" | r"\mathrm{F}"),
                        _ => name == "2",
                    };
                    let vector = matches!(inner[0].sort, Sort::Vector(_) | Sort::Row(_));
                    let fold = match name.as_str() {
                        "1" => Some(Fold::Sum),
                        r"\infty" => Some(Fold::Maximum),
                        _ => None,
                    };
                    if let Some(fold) = fold.filter(|_| vector) {
                        let value = array::over_entries(fold, &inner[0], base.span);
                        return self.indexed(value, None, sup, span);
                    }
                    if !is_own {
                        return self.named_norm(&inner[0], (&name, sub.unwrap_or_default()), sup, span);
                    }
                    return self.indexed(value, None, sup, span);
                }
                value
            }
            NodeKind::Grid(name, rows) if matches!(name.as_str(), "cases" | "dcases") => self.cases(rows, base.span)?,
            NodeKind::Grid(name, rows) if name.ends_with("matrix") => self.entries(name, rows, base.span)?,
            NodeKind::Grid(name, _) => {
                return Err(Trouble::new(
                    &codes::UNSUPPORTED_CONSTRUCT,
                    span,
                    format!("`{name}` cannot be evaluated yet"),
                ));
            }
            NodeKind::Mark(_) | NodeKind::Text(_) | NodeKind::Scripted(..) => return Err(unexpected(node)),
        };
        if sub.is_none() && sup.is_none() {
            return Ok(value);
        }
        self.indexed(value, sub, sup, span)
    }

    /// Primes on what is no name: those of a function are its derivatives, others mean nothing. `None` for names.
    fn primed(
        &self,
        base: &Node,
        (sub, sup, primes): (Option<&[Node]>, Option<&[Node]>, usize),
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Option<Expr>> {
        let meaning = match &base.kind {
            NodeKind::Letter(_) | NodeKind::Font(..) | NodeKind::Accent(..) | NodeKind::Text(_) => return Ok(None),
            NodeKind::Word(word) => match notation::word_meaning(word) {
                Some(meaning) if self.is_free(base) => meaning,
                _ => return Ok(None),
            },
            NodeKind::Operator(meaning) => *meaning,
            _ => return Err(misplaced_prime(span)),
        };
        match meaning {
            Meaning::Function(function) if sub.is_none() => {
                self.slope_of_function(function, (primes, sup), cursor, span).map(Some)
            }
            _ => Err(misplaced_prime(span)),
        }
    }

    /// Whether brackets follow.
    pub(super) fn opens(&self, cursor: &Cursor<'_>) -> bool {
        matches!(cursor.peek().map(|n| &n.kind), Some(NodeKind::Fence('(' | '[' | '{', ..)))
    }

    /// A name in prose type that is declared.
    pub(super) fn is_declared_text(&self, node: &Node) -> bool {
        let base = match &node.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => node,
        };
        if !matches!(base.kind, NodeKind::Text(_)) {
            return false;
        }
        let known = |node: &Node| self.scope.get(&canonical_node(node)).is_some();
        let text = canonical_node(base);
        // The name may go on behind the text, as in `\text{const. in } \theta`.
        let begins = || self.scope.names().any(|name| name.strip_prefix(&text).is_some_and(|rest| !rest.is_empty()));
        known(node) || known(base) || !self.scope.patterns(&text).is_empty() || begins()
    }

    /// A name, or what stands for something where no name is declared.
    pub(super) fn lettered(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Expr> {
        if let Some(value) = self.declared_laplacian(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.law_value(node, cursor)? {
            return Ok(value);
        }
        if let Some(value) = self.notion(node, cursor)? {
            return Ok(value);
        }
        let base = match &node.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => node,
        };
        if matches!(base.kind, NodeKind::Accent(..))
            && self.lookup(&canonical_node(node), node.span).is_none()
            && self.lookup(&canonical_node(base), node.span).is_none()
            && self.scope.patterns(&canonical_node(base)).is_empty()
            && let Some(value) = self.dotted(node, cursor)?
        {
            return Ok(value);
        }
        self.named(node, cursor)
    }

    /// `\Delta W_{ij}`, `\delta x`: a declared name of two letters; `\mathrm{d} x`: a differential.
    pub(super) fn prefixed_name(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let Some(next) = cursor.peek() else { return Ok(None) };
        if is_prefix(node) {
            let joined = prefixed(node, next);
            let base = match &joined.kind {
                NodeKind::Scripted(base, ..) => base,
                _ => &joined,
            };
            let known = |node: &Node| self.scope.get(&canonical_node(node)).is_some();
            if known(&joined) || known(base) || !self.scope.patterns(&canonical_node(base)).is_empty() {
                cursor.at += 1;
                return self.named(&joined, cursor).map(Some);
            }
        }
        let upright = matches!(&node.kind, NodeKind::Word(w) if w == "d");
        let slanted = matches!(&node.kind, NodeKind::Letter(c) if c == "d") && self.increments.get();
        if (upright || slanted) && self.has_path_name(next) {
            cursor.at += 1;
            let value = self.atom(next, cursor)?;
            if !self.has_increment(&value) {
                return Err(unexpected(node));
            }
            let (sort, span) = (value.sort.clone(), node.span.join(value.span));
            return Ok(Some(Expr::new(Kind::Increment(value), sort, span)));
        }
        Ok(None)
    }

    /// A macro of the table, or an upright word, as an operator.
    pub(super) fn operator(
        &self,
        meaning: Meaning,
        node: &Node,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
    ) -> Read<Expr> {
        let span = node.span;
        match meaning {
            Meaning::Function(function) => self.function(function, sub, sup, cursor, span),
            Meaning::Reciprocal(function) if sub.is_none() => self.reciprocal(function, sup, cursor, span),
            Meaning::Array(function) if sub.is_none() => self.array_function(function, sup, cursor, span),
            Meaning::Fold(fold) => self.fold(fold, sub, sup, cursor, span),
            Meaning::Extreme(fold) if sub.is_some_and(|sub| self.runs_over_indices(sub)) => {
                self.fold(fold, sub, sup, cursor, span)
            }
            Meaning::Extreme(fold) if sub.is_some() && sup.is_none() => {
                let optimum = if fold == Fold::Minimum { Optimum::Minimum } else { Optimum::Maximum };
                self.optimum(optimum, sub, cursor, span)
            }
            Meaning::Optimum(optimum) if sup.is_none() => self.optimum(optimum, sub, cursor, span),
            Meaning::Arg if sub.is_none() && sup.is_none() => self.arg(cursor, span),
            Meaning::Limit if sup.is_none() => self.limit(sub, cursor, span),
            Meaning::Probability if sup.is_none() => self.probability(sub, cursor, span),
            Meaning::Variance if sup.is_none() => self.variance(false, sub, cursor, span),
            Meaning::Covariance if sup.is_none() => self.variance(true, sub, cursor, span),
            Meaning::RelativeEntropy if sup.is_none() => match cursor.peek() {
                Some(Node { kind: NodeKind::Fence('(' | '[', _, body), span: fence }) => {
                    cursor.at += 1;
                    self.relative_entropy(sub, body, span.join(*fence))
                }
                _ => Err(unexpected(node)),
            },
            Meaning::Matrix(operator) if sup.is_none() => self.differential_matrix(operator, sub, cursor, span),
            Meaning::Rademacher if sub.is_none() && sup.is_none() => {
                self.law_value(node, cursor)?.ok_or_else(|| unexpected(node))
            }
            Meaning::Extreme(fold) => self.extreme(fold, cursor, span),
            Meaning::Integral => self.integral(sub, sup, cursor, span),
            Meaning::Partial | Meaning::Nabla | Meaning::Divergence => {
                self.derivative_operator(sub, sup, meaning, cursor, span)
            }
            Meaning::Infinity => Ok(Expr::new(Kind::Infinity, Sort::Real, span)),
            Meaning::Dots => {
                let message = "what is left out here is not known";
                Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, message)
                    .hint("write the sum or the list with an index"))
            }
            Meaning::Unsupported(reason) => {
                let sign = notation::name_of(meaning).unwrap_or_default();
                Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, format!("`\\{sign}` is not read")).hint(reason))
            }
            _ => Err(unexpected(node)),
        }
    }

    pub(super) fn number(&self, digits: &str, span: Span) -> Read<Expr> {
        let too_large = || Trouble::new(&codes::TOO_LARGE, span, "this number has too many digits");
        if digits.len() > 400 {
            return Err(too_large());
        }
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let numerator: dashu_int::IBig = format!("{whole}{decimals}").parse().map_err(|_| too_large())?;
        let denominator = dashu_int::UBig::from(10_u8).pow(decimals.len());
        let value = Rational::from_parts(numerator, denominator);
        let mut expr = Expr::number(value, span);
        if !decimals.is_empty() {
            expr.sort = Sort::Real;
        }
        Ok(expr)
    }

    pub(super) fn group(&self, body: &[Node], span: Span) -> Read<Expr> {
        let inner = self.whole(body, span)?;
        Ok(inner)
    }

    pub(super) fn root(&self, degree: Option<&[Node]>, body: &[Node], span: Span) -> Read<Expr> {
        let radicand = self.whole(body, span)?;
        match degree {
            None => self.elementwise(Function::Sqrt, radicand, span),
            Some(degree) => {
                let degree = self.whole(degree, span)?;
                let exponent = array::divide(Expr::integer(1, span), degree)?;
                if !radicand.sort.is_scalar() {
                    return Err(super::mismatch(span, "a root of", &radicand.sort, &Sort::Real));
                }
                Ok(Expr::new(Kind::Pow(radicand, exponent), Sort::Real, span))
            }
        }
    }

    /// `\sum`, `\prod`, `\min_k`, `\max_k` with their indices, over the rest of the term.
    pub(super) fn fold(
        &self,
        fold: Fold,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        // Further on in a chain the index is often left away.
        let last = self.last_indices.borrow().clone();
        let (sub, sup) = match (sub, &last) {
            (Some(sub), _) => (sub, sup),
            (None, Some((sub, sup))) if fold == Fold::Sum => (sub.as_slice(), sup.as_deref()),
            _ => {
                let message = "the index of this sum or product is missing";
                return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, message));
            }
        };
        if fold == Fold::Sum {
            self.last_indices.replace(Some((sub.to_vec(), sup.map(<[Node]>::to_vec))));
        }
        let indices = self.indices(sub, sup, &cursor.nodes[cursor.at..], span)?;
        let body = match own_factors(fold, &indices.names, cursor) {
            None => self.binding(&indices.names, || self.signed_term(cursor))?,
            Some(end) => {
                let own = &cursor.nodes[cursor.at..end];
                let body = self.binding(&indices.names, || self.whole(own, span))?;
                cursor.at = end;
                body
            }
        };
        let condition = indices.condition.map(Box::new);
        let end = span.join(body.span);
        let sort = body.sort.clone();
        if !matches!(fold, Fold::Sum) && !sort.is_scalar() {
            return Err(Trouble::new(&codes::SORT_MISMATCH, body.span, format!("only a sum can be over {sort}")));
        }
        Ok(Expr::new(Kind::Fold(fold, indices.binders, condition, body), sort, end))
    }
}

fn misplaced_prime(span: Span) -> Trouble {
    Trouble::new(&codes::UNEXPECTED_TOKEN, span, "a prime cannot stand here")
        .hint(r"write `\top` for a transpose, a quotient such as `\frac{d}{dx}` for a derivative")
}

/// Where the factors of a product end before the rest of its term: at a sum, product or integral that nothing of the
/// indices reaches, as in `\prod_i A_i \prod_j B_j`; `None` if the whole term is under the product.
fn own_factors(fold: Fold, names: &[(String, Symbol)], cursor: &Cursor<'_>) -> Option<usize> {
    if fold != Fold::Product {
        return None;
    }
    let rest = &cursor.nodes[cursor.at..];
    let begins = |node: &Node| {
        let base = match &node.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => node,
        };
        matches!(base.kind, NodeKind::Operator(Meaning::Fold(_) | Meaning::Integral))
    };
    let term = rest.iter().position(super::term::ends_term).unwrap_or(rest.len());
    let end = rest[..term].iter().position(begins).filter(|end| *end > 0)?;
    let reached = rest[end..term].iter().any(|node| names.iter().any(|(name, _)| occurs(name, node)));
    // An index that is bound anew belongs to what binds it.
    let anew = names.iter().all(|(name, _)| rebinds(name, &rest[end]));
    (!reached || anew).then_some(cursor.at + end)
}

/// Whether a sum or product is over an index of this name.
fn rebinds(name: &str, node: &Node) -> bool {
    let NodeKind::Scripted(_, Some(sub), _, _) = &node.kind else { return false };
    let [first, rest @ ..] = sub.as_slice() else { return false };
    let runs = rest.first().is_none_or(|n| is_mark(n, '=') || matches!(n.kind, NodeKind::Operator(Meaning::Member)));
    canonical_node(first) == name && runs
}

/// Whether a name stands somewhere in a node.
fn occurs(name: &str, node: &Node) -> bool {
    let all = |nodes: &[Node]| nodes.iter().any(|n| occurs(name, n));
    canonical_node(node) == name
        || match &node.kind {
            NodeKind::Group(body)
            | NodeKind::Fence(_, _, body)
            | NodeKind::Accent(_, body)
            | NodeKind::Font(_, body) => all(body),
            NodeKind::Fraction(a, b) | NodeKind::Binomial(a, b) => all(a) || all(b),
            NodeKind::Root(degree, body) => degree.as_deref().is_some_and(all) || all(body),
            NodeKind::Scripted(base, sub, sup, _) => {
                occurs(name, base) || sub.as_deref().is_some_and(all) || sup.as_deref().is_some_and(all)
            }
            NodeKind::Grid(_, rows) => rows.iter().flatten().any(|cell| all(cell)),
            _ => false,
        }
}
