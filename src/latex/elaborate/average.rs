//! Averages: expectations over declared laws and densities, probabilities, variances, relative entropies, laws as values.

use super::super::is_name;
use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::{Role, States};
use crate::expr::walk::{free_symbols, free_symbols_of_condition, mentions, substitute};
use crate::expr::{Binder, Expr, Fold, Kind, Law, RandomVariable, Range, Relation, Sort, Symbol};
use crate::source::Span;

fn is_distributed(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Relation(Relation::Asymptotic)) | NodeKind::Mark('~' | '∼'))
}

pub(super) fn real(sort: &Sort) -> Sort {
    if sort.is_scalar() { Sort::Real } else { sort.clone() }
}

/// What a mean is over.
pub(super) enum Over {
    /// Symbols that are declared as random, by name.
    Random(Option<Vec<String>>),
    /// Symbols with a joint density.
    Density(Vec<(String, Symbol)>, Expr),
    /// A symbol with a law that is written out.
    Law(String, Symbol, Law),
}

impl Elaborator<'_> {
    /// Whether a node is the expectation sign, and not a declared symbol.
    pub(super) fn is_expectation(&self, base: &Node) -> bool {
        if !matches!(base.kind, NodeKind::Font(..) | NodeKind::Word(_)) {
            return false;
        }
        let name = canonical_node(base);
        matches!(name.as_str(), r"\mathbb{E}" | r"\mathrm{E}" | r"\mathbf{E}" | r"\mathsf{E}")
            && self.lookup(&name, base.span).is_none()
    }

    /// Whether a node is the sign of a probability.
    pub(super) fn is_probability(&self, base: &Node) -> bool {
        if !matches!(base.kind, NodeKind::Font(..) | NodeKind::Word(_)) {
            return false;
        }
        let name = canonical_node(base);
        matches!(name.as_str(), r"\mathbb{P}" | r"\mathrm{P}" | r"\mathrm{Prob}")
            && self.lookup(&name, base.span).is_none()
    }

    /// `\mathbb{E}_{z}[…]`, `\mathbb{E}_{x \sim p}[…]`, `\mathbb{E}[x | y]`.
    pub(super) fn expectation(&self, sub: Option<&[Node]>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let power = match cursor.peek() {
            Some(Node { kind: NodeKind::Scripted(base, None, Some(sup), 0), span: fence }) => match base.kind {
                // The square in `\mathbb{E}[x]^2` is that of the mean.
                NodeKind::Fence('[', ..) => Some(sup.clone()),
                NodeKind::Fence('(', ..) => {
                    let message = "the power could belong to the mean or to what is averaged";
                    let hint = r"write `\mathbb{E}[x]^2` for the power of the mean and `\mathbb{E}[x^2]` for the mean of the power";
                    return Err(Trouble::new(&codes::AMBIGUOUS, *fence, message).hint(hint));
                }
                _ => None,
            },
            _ => None,
        };
        let mean = self.mean(sub, cursor, span)?;
        match power {
            None => Ok(mean),
            Some(sup) => {
                let end = mean.span;
                self.power(mean, &sup, end)
            }
        }
    }

    pub(super) fn mean(&self, sub: Option<&[Node]>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let over = self.over(sub, span)?;
        let node = match cursor.peek() {
            Some(Node { kind: NodeKind::Scripted(base, ..), .. }) if matches!(base.kind, NodeKind::Fence('[', ..)) => {
                Some(base.as_ref())
            }
            node => node,
        };
        let fence = match node {
            Some(Node { kind: NodeKind::Fence('[' | '(' | '{', ']' | ')' | '}', inner), span: fence }) => {
                Some((inner.as_slice(), *fence))
            }
            _ => None,
        };
        if let Some((inner, fence)) = fence
            && let Some(bar) = inner.iter().position(|n| is_mark(n, '|'))
        {
            cursor.at += 1;
            return self.conditional_mean(&inner[..bar], &inner[bar + 1..], &over, fence, span);
        }
        let read = |cursor: &mut Cursor<'_>| match fence {
            Some((inner, fence)) => {
                cursor.at += 1;
                self.whole(inner, fence)
            }
            None => self.factor(cursor),
        };
        match over {
            Over::Random(names) => {
                let body = read(cursor)?;
                let variables = self.random_variables(free_symbols(&body), names.as_deref(), span)?;
                let end = span.join(body.span);
                self.mean_of(variables, body, end)
            }
            Over::Law(name, symbol, law) => {
                let body = self.binding(&[(name, symbol.clone())], || read(cursor))?;
                let (sort, end) = (real(&body.sort), span.join(body.span));
                Ok(Expr::new(Kind::Expectation(vec![RandomVariable { symbol, law }], body), sort, end))
            }
            Over::Density(names, density) => {
                let body = self.binding(&names, || read(cursor))?;
                let end = span.join(body.span);
                let symbols = names.into_iter().map(|(_, symbol)| symbol).collect();
                self.mean_over(symbols, density, body, end)
            }
        }
    }

    /// The mean over random symbols; what has a declared density is averaged over with it, outermost.
    pub(super) fn mean_of(&self, variables: Vec<RandomVariable>, body: Expr, span: Span) -> Read<Expr> {
        let sort = real(&body.sort);
        let (mut dense, lawful): (Vec<_>, Vec<_>) =
            variables.into_iter().partition(|v| matches!(v.law, Law::Density(_)));
        let mut out = body;
        if !lawful.is_empty() {
            out = Expr::new(Kind::Expectation(lawful, out), sort, span);
        }
        // A law that depends on another symbol is averaged over inside the mean over that one.
        while !dense.is_empty() {
            let free_of_others = |v: &RandomVariable| {
                !dense
                    .iter()
                    .any(|w| matches!(&w.law, Law::Density(d) if w.symbol != v.symbol && mentions(d, &v.symbol)))
            };
            let inner = dense.iter().rposition(free_of_others).unwrap_or(dense.len() - 1);
            let RandomVariable { symbol, law } = dense.remove(inner);
            let Law::Density(density) = law else { continue };
            let fresh = symbol.renamed();
            let value = Expr::symbol(&fresh, span);
            let inside = |e: &Expr| substitute(e, &symbol, &value).unwrap_or_else(|| e.clone());
            let (density, body) = (inside(&density), inside(&out));
            out = self.mean_over(vec![fresh], density, body, span)?;
        }
        Ok(out)
    }

    /// What a declared symbol of this name and sort runs over, if its values are states.
    fn states(&self, symbol: &Symbol, span: Span) -> Option<Range> {
        let declaration = self.scope.declared(symbol.tex()).filter(|d| d.symbol.sort() == symbol.sort())?;
        Some(match (States::of(declaration)?, symbol.sort()) {
            (States::Signs, Sort::Vector(length)) => Range::SignVectors(length.clone()),
            (States::Signs, _) => Range::Signs,
            (States::Indices, Sort::Index(length)) => {
                Range::Between(Expr::integer(1, span), super::binder::length_expr(length, span))
            }
            (States::Indices, _) => return None,
            (States::Whole(first, last), _) => {
                let infinity = || Expr::new(Kind::Infinity, Sort::Real, span);
                let last = last.map_or_else(infinity, |last| Expr::number(last, span));
                Range::Between(Expr::number(first, span), last)
            }
        })
    }

    /// Whether some of these symbols have states.
    pub(super) fn has_states(&self, symbols: &[Symbol]) -> bool {
        symbols.iter().any(|symbol| self.states(symbol, Span::default()).is_some())
    }

    /// A mean with a joint density: over states it is a sum.
    pub(super) fn mean_over(&self, symbols: Vec<Symbol>, density: Expr, body: Expr, span: Span) -> Read<Expr> {
        let sort = real(&body.sort);
        let (mut binders, mut numbers) = (Vec::new(), Vec::new());
        for symbol in symbols {
            match self.states(&symbol, span) {
                Some(range) => binders.push(Binder { symbol, range }),
                None => numbers.push(symbol),
            }
        }
        if binders.is_empty() {
            return Ok(Expr::new(Kind::AverageOver(numbers, density, body), sort, span));
        }
        let product = if numbers.is_empty() {
            array::multiply(self, vec![density, body])?
        } else {
            let factors = match &*density.kind {
                Kind::Mul(factors) => factors.clone(),
                _ => vec![density],
            };
            let (inner, mut outer): (Vec<Expr>, Vec<Expr>) =
                factors.into_iter().partition(|f| free_symbols(f).iter().any(|s| numbers.contains(s)));
            let inner = array::multiply(self, inner)?;
            outer.push(Expr::new(Kind::AverageOver(numbers, inner, body), sort.clone(), span));
            array::multiply(self, outer)?
        };
        Ok(Expr::new(Kind::Fold(Fold::Sum, binders, None, product), sort, span))
    }

    /// What stands below a sign of averaging.
    fn over(&self, sub: Option<&[Node]>, span: Span) -> Read<Over> {
        let Some(sub) = sub else { return Ok(Over::Random(None)) };
        let place = span_of(sub, span);
        if let Some(at) = sub.iter().position(is_distributed) {
            let (left, right) = (&sub[..at], &sub[at + 1..]);
            if let Some(piece) = left.split(|n| is_mark(n, ',')).find(|piece| !matches!(piece, [node] if is_name(node)))
            {
                let message = "what is averaged over is one symbol between commas";
                return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span_of(piece, place), message));
            }
            let names: Vec<String> = left.split(|n| is_mark(n, ',')).map(canonical).collect();
            if let [name] = names.as_slice() {
                let sort = self.value_sort(left, place)?;
                if let Some(law) = self.law(right, Some(&sort), place)? {
                    return Ok(Over::Law(name.clone(), Symbol::introduced(name.clone(), sort), law));
                }
            }
            let (variables, density) = match self.density(right, place) {
                Ok(found) => found,
                // A declared random symbol with its law repeated.
                Err(_) if names.iter().all(|n| self.is_random(n)) => return Ok(Over::Random(Some(names))),
                Err(trouble) => return Err(trouble),
            };
            if variables.len() != names.len() {
                let message = format!("this density is of {} variables, not of {}", variables.len(), names.len());
                return Err(Trouble::new(&codes::SORT_MISMATCH, place, message));
            }
            let mut density = density;
            let mut bound = Vec::new();
            for (name, old) in names.into_iter().zip(variables) {
                let fresh = Symbol::new(name.clone(), old.sort().clone());
                density = substitute(&density, &old, &Expr::symbol(&fresh, place)).unwrap_or(density);
                bound.push((name, fresh));
            }
            return Ok(Over::Density(bound, density));
        }
        let names: Vec<String> = sub.split(|n| is_mark(n, ',')).map(canonical).collect();
        if names.iter().all(|n| self.is_random(n)) {
            return Ok(Over::Random(Some(names)));
        }
        match self.density(sub, place) {
            Ok((variables, density)) => self.renamed(variables, density, place),
            Err(_) => {
                let unknown = names.iter().find(|n| !self.is_random(n)).cloned().unwrap_or_default();
                let message = format!("`{unknown}` is not declared as random");
                Err(Trouble::new(&codes::UNKNOWN_SYMBOL, span, message)
                    .hint(format!("declare it under [symbols], e.g. '{unknown}' = 'random real ~ N(0, 1)'")))
            }
        }
    }

    /// A density with fresh symbols for its variables.
    fn renamed(&self, variables: Vec<Symbol>, mut density: Expr, place: Span) -> Read<Over> {
        let mut bound = Vec::new();
        for old in variables {
            let fresh = Symbol::new(old.tex(), old.sort().clone());
            density = substitute(&density, &old, &Expr::symbol(&fresh, place)).unwrap_or(density);
            bound.push((old.tex().to_owned(), fresh));
        }
        Ok(Over::Density(bound, density))
    }

    fn is_random(&self, name: &str) -> bool {
        self.scope.declared(name).is_some_and(|d| matches!(d.role, Role::Random(_)))
    }

    fn value_sort(&self, nodes: &[Node], place: Span) -> Read<Sort> {
        match self.symbol_named(&canonical(nodes)) {
            Some(symbol) => Ok(symbol.sort().clone()),
            None => Ok(self.whole(nodes, place).map_or(Sort::Real, |e| e.sort)),
        }
    }

    /// The random symbols among some, which must be those that are asked for.
    pub(super) fn random_variables(
        &self,
        free: Vec<Symbol>,
        names: Option<&[String]>,
        span: Span,
    ) -> Read<Vec<RandomVariable>> {
        let (mut variables, mut waiting) = (Vec::<RandomVariable>::new(), free);
        waiting.reverse();
        while let Some(symbol) = waiting.pop() {
            let Some(declaration) = self.scope.declaration(&symbol) else { continue };
            let Role::Random(law) = &declaration.role else { continue };
            let is_new = !variables.iter().any(|v| v.symbol == symbol);
            if is_new && names.is_none_or(|names| names.iter().any(|n| n == symbol.tex())) {
                // A mean over everything random is also over what the laws depend on.
                if let (Law::Density(density), None) = (law, names) {
                    waiting.extend(free_symbols(density).into_iter().filter(|s| *s != symbol));
                }
                variables.push(RandomVariable { symbol, law: law.clone() });
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
        Ok(variables)
    }

    /// `\langle f \rangle_{p}`: an average over a declared density; `None` if the label is none.
    pub(super) fn labelled_average(&self, body: &[Node], sub: &[Node], span: Span) -> Read<Option<Expr>> {
        let place = span_of(sub, span);
        let Ok((variables, density)) = self.density(sub, place) else { return Ok(None) };
        let Over::Density(bound, density) = self.renamed(variables, density, place)? else { return Ok(None) };
        let body = self.binding(&bound, || self.whole(body, span))?;
        let symbols = bound.into_iter().map(|(_, symbol)| symbol).collect();
        self.mean_over(symbols, density, body, span).map(Some)
    }

    /// `\langle f \rangle`, `\langle f \rangle_z`: the mean over what is declared as random; `None` if nothing is, or if some
    /// state is free that the bracket may be over as well.
    pub(super) fn average_of_laws(&self, body: &[Node], sub: Option<&[Node]>, span: Span) -> Read<Option<Expr>> {
        let names: Option<Vec<String>> = sub.map(|sub| sub.split(|n| is_mark(n, ',')).map(canonical).collect());
        if names.iter().flatten().any(|name| !self.is_random(name)) {
            return Ok(None);
        }
        let Ok(body) = self.whole_once(body, span) else { return Ok(None) };
        let free = free_symbols(&body);
        let is_random = |s: &Symbol| self.scope.declaration(s).is_some_and(|d| matches!(d.role, Role::Random(_)));
        let is_state =
            |s: &Symbol| !is_random(s) && self.states(s, span).is_some_and(|r| !matches!(r, Range::Between(..)));
        if !free.iter().any(is_random) || names.is_none() && free.iter().any(is_state) {
            return Ok(None);
        }
        let variables = self.random_variables(free, names.as_deref(), span)?;
        self.mean_of(variables, body, span).map(Some)
    }

    /// Whether a node is the sign of a variance (`false`) or a covariance (`true`): `\mathbb{V}`, `\mathbb{V}\mathrm{ar}`,
    /// `\mathsf{Cov}`, where no symbol is called so. Consumes the rest of the sign.
    pub(super) fn variance_sign(&self, base: &Node, cursor: &mut Cursor<'_>) -> Option<bool> {
        if !matches!(base.kind, NodeKind::Font(..)) {
            return None;
        }
        let name = canonical_node(base);
        let rest = match cursor.peek().map(|n| &n.kind) {
            Some(NodeKind::Word(word) | NodeKind::Text(word)) => word.as_str(),
            _ => "",
        };
        let (covariance, parts) = match (name.as_str(), rest) {
            (r"\mathbb{V}", "ar") => (false, 1),
            (r"\mathbb{C}", "ov") => (true, 1),
            (r"\mathbb{V}" | r"\mathsf{Var}" | r"\mathbf{Var}" | r"\mathbb{V}ar", _) => (false, 0),
            (r"\mathsf{Cov}" | r"\mathbf{Cov}", _) => (true, 0),
            _ => return None,
        };
        let opens =
            matches!(cursor.nodes.get(cursor.at + parts).map(|n| &n.kind), Some(NodeKind::Fence('(' | '[' | '{', ..)));
        if !opens || self.lookup(&name, base.span).is_some() {
            return None;
        }
        cursor.at += parts;
        Some(covariance)
    }

    /// `\mathbb{P}[Z < z]`.
    pub(super) fn probability(&self, sub: Option<&[Node]>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let Some(Node { kind: NodeKind::Fence('[' | '(' | '{', _, body), span: fence }) = cursor.peek() else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "a probability is of an event in brackets"));
        };
        if let Some(node) = body.iter().find(|n| is_mark(n, ':') || is_mark(n, '|')) {
            let message = "what stands behind this mark in a probability is not read";
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, node.span, message)
                .hint("write the conditions of the event with commas"));
        }
        cursor.at += 1;
        let event = self.condition(body, *fence)?;
        let names = sub.map(|sub| sub.split(|n| is_mark(n, ',')).map(canonical).collect::<Vec<_>>());
        let variables = self.random_variables(free_symbols_of_condition(&event), names.as_deref(), span)?;
        Ok(Expr::new(Kind::Probability(variables, Box::new(event)), Sort::Real, span.join(*fence)))
    }

    /// `\operatorname{Var}[X]`, `\operatorname{Cov}[X, Y]`.
    pub(super) fn variance(
        &self,
        covariance: bool,
        sub: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let Some(Node { kind: NodeKind::Fence('[' | '(' | '{', _, body), span: fence }) = cursor.peek() else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this needs its arguments in brackets"));
        };
        cursor.at += 1;
        let mut parts =
            body.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *fence)).collect::<Read<Vec<_>>>()?;
        let free = parts.iter().flat_map(free_symbols).fold(Vec::new(), |mut all: Vec<Symbol>, s| {
            if !all.contains(&s) {
                all.push(s);
            }
            all
        });
        let names = sub.map(|sub| sub.split(|n| is_mark(n, ',')).map(canonical).collect::<Vec<_>>());
        let variables = self.random_variables(free, names.as_deref(), span)?;
        let end = span.join(*fence);
        let sort = |a: &Sort, b: &Sort| match (a, b) {
            (a, b) if a.is_scalar() && b.is_scalar() => Ok(Sort::Real),
            (Sort::Vector(n), Sort::Vector(m)) => Ok(Sort::Matrix(n.clone(), m.clone())),
            (a, b) => Err(super::mismatch(end, "a covariance of", a, b)),
        };
        match (covariance, parts.len()) {
            (true, 2) => {
                let (b, a) = (parts.pop().expect("two parts"), parts.pop().expect("two parts"));
                let sort = sort(&a.sort, &b.sort)?;
                Ok(Expr::new(Kind::Covariance(variables, a, b), sort, end))
            }
            (_, 1) => {
                let a = parts.pop().expect("one part");
                let sort = sort(&a.sort, &a.sort)?;
                Ok(Expr::new(Kind::Variance(variables, a), sort, end))
            }
            _ => Err(Trouble::new(&codes::SORT_MISMATCH, *fence, "a covariance is of two quantities")),
        }
    }
}
