//! Averages: expectations over declared laws and densities, probabilities, variances, relative entropies, laws as values.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind, parse};
use super::integral::standard_normal;
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::{Domain, Role};
use crate::expr::print;
use crate::expr::walk::{free_symbols, free_symbols_of_condition, map_children, same, substitute};
use crate::expr::{Dim, Expr, Kind, Law, RandomVariable, Relation, Sort, Symbol};
use crate::source::Span;

fn is_distributed(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Operator(Meaning::Relation(Relation::Asymptotic)) | NodeKind::Mark('~' | '∼'))
}

fn real(sort: &Sort) -> Sort {
    if sort.is_scalar() { Sort::Real } else { sort.clone() }
}

/// An expression with every occurrence of a place replaced by a symbol.
fn exchanged(expr: &Expr, place: &Expr, symbol: &Symbol) -> Expr {
    if same(expr, place) {
        return Expr::symbol(symbol, expr.span);
    }
    map_children(expr, &mut |child| exchanged(child, place, symbol))
}

/// What a mean is over.
enum Over {
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
        let name = canonical_node(base);
        matches!(name.as_str(), r"\mathbb{E}" | r"\mathrm{E}" | r"\mathbf{E}")
            && self.lookup(&name, base.span).is_none()
    }

    /// Whether a node is the sign of a probability.
    pub(super) fn is_probability(&self, base: &Node) -> bool {
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

    fn mean(&self, sub: Option<&[Node]>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
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
                let (sort, end) = (real(&body.sort), span.join(body.span));
                // What has a declared density is averaged over with it, outermost.
                let (dense, lawful): (Vec<_>, Vec<_>) =
                    variables.into_iter().partition(|v| matches!(v.law, Law::Density(_)));
                let mut out = body;
                if !lawful.is_empty() {
                    out = Expr::new(Kind::Expectation(lawful, out), sort.clone(), end);
                }
                for RandomVariable { symbol, law } in dense.into_iter().rev() {
                    let Law::Density(density) = law else { continue };
                    let fresh = symbol.renamed();
                    let value = Expr::symbol(&fresh, span);
                    let inside = |e: &Expr| substitute(e, &symbol, &value).unwrap_or_else(|| e.clone());
                    let kind = Kind::AverageOver(vec![fresh.clone()], inside(&density), inside(&out));
                    out = Expr::new(kind, sort.clone(), end);
                }
                Ok(out)
            }
            Over::Law(name, symbol, law) => {
                let body = self.binding(&[(name, symbol.clone())], || read(cursor))?;
                let (sort, end) = (real(&body.sort), span.join(body.span));
                Ok(Expr::new(Kind::Expectation(vec![RandomVariable { symbol, law }], body), sort, end))
            }
            Over::Density(names, density) => {
                let body = self.binding(&names, || read(cursor))?;
                let (sort, end) = (real(&body.sort), span.join(body.span));
                let symbols = names.into_iter().map(|(_, symbol)| symbol).collect();
                Ok(Expr::new(Kind::AverageOver(symbols, density, body), sort, end))
            }
        }
    }

    fn conditional_mean(&self, body: &[Node], given: &[Node], over: &Over, fence: Span, span: Span) -> Read<Expr> {
        let body = self.whole(body, fence)?;
        let given = given.split(|n| is_mark(n, ',')).map(|g| self.whole(g, fence)).collect::<Read<Vec<_>>>()?;
        let Over::Random(names) = over else {
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "a conditional mean over a density"));
        };
        let mut symbols = free_symbols(&body);
        for g in &given {
            symbols.extend(free_symbols(g).into_iter().filter(|s| !symbols.contains(s)).collect::<Vec<_>>());
        }
        let variables = self.random_variables(symbols, names.as_deref(), span)?;
        let sort = real(&body.sort);
        Ok(Expr::new(Kind::ConditionalMean(variables, body, given), sort, span.join(fence)))
    }

    /// What stands below a sign of averaging.
    fn over(&self, sub: Option<&[Node]>, span: Span) -> Read<Over> {
        let Some(sub) = sub else { return Ok(Over::Random(None)) };
        let place = span_of(sub, span);
        if let Some(at) = sub.iter().position(is_distributed) {
            let (left, right) = (&sub[..at], &sub[at + 1..]);
            let names: Vec<String> = left.split(|n| is_mark(n, ',')).map(canonical).collect();
            if let [name] = names.as_slice() {
                let sort = self.value_sort(left, place)?;
                if let Some(law) = self.law(right, Some(&sort), place)? {
                    return Ok(Over::Law(name.clone(), Symbol::introduced(name.clone(), sort), law));
                }
            }
            // A declared random symbol with its law repeated.
            if let (Err(_), true) = (self.density(right, place), names.iter().all(|n| self.is_random(n))) {
                return Ok(Over::Random(Some(names)));
            }
            let (variables, density) = self.density(right, place)?;
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

    /// A product of declared densities, and the variables that it is the joint density of.
    fn density(&self, nodes: &[Node], place: Span) -> Read<(Vec<Symbol>, Expr)> {
        let density = self.whole(nodes, place)?;
        let factors: Vec<&Expr> = match &*density.kind {
            Kind::Mul(factors) => factors.iter().collect(),
            _ => vec![&density],
        };
        let wrong = || {
            Trouble::new(
                &codes::UNKNOWN_SYMBOL,
                place,
                format!("`{}` is not a declared density", canonical(nodes).trim()),
            )
            .hint("declare it with its arguments, as in 'p(x)' = 'density' or 'p(x|y)' = 'density'")
        };
        let (mut variables, mut places_of) = (Vec::new(), Vec::new());
        for factor in factors {
            let Kind::Call(function, operands) = &*factor.kind else { return Err(wrong()) };
            let Some(Domain::Density(places)) = self.scope.declaration(function).map(|d| &d.domain) else {
                return Err(wrong());
            };
            for place in places {
                match operands.get(*place).map(|e| (&*e.kind, e)) {
                    Some((Kind::Symbol(symbol), _)) if !variables.contains(symbol) => variables.push(symbol.clone()),
                    // The value x_j of a path or family: averaged over under its own name.
                    Some((Kind::Call(..), value)) => {
                        let symbol = Symbol::new(canonical(&parse(&print::expr(value))?), value.sort.clone());
                        places_of.push((value.clone(), symbol.clone()));
                        variables.push(symbol);
                    }
                    _ => return Err(wrong()),
                }
            }
        }
        let density = places_of.iter().fold(density, |density, (place, symbol)| exchanged(&density, place, symbol));
        Ok((variables, density))
    }

    /// The random symbols among some, which must be those that are asked for.
    fn random_variables(&self, free: Vec<Symbol>, names: Option<&[String]>, span: Span) -> Read<Vec<RandomVariable>> {
        let mut variables = Vec::new();
        for symbol in free {
            let Some(declaration) = self.scope.declaration(&symbol) else { continue };
            let Role::Random(law) = &declaration.role else { continue };
            if names.is_none_or(|names| names.iter().any(|n| n == symbol.tex())) {
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
        let sort = real(&body.sort);
        let symbols = bound.into_iter().map(|(_, symbol)| symbol).collect();
        Ok(Some(Expr::new(Kind::AverageOver(symbols, density, body), sort, span)))
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

    /// `D_{KL}(p \| q)`, `\operatorname{KL}_x(p \| q)`: the separator and what is compared.
    pub(super) fn relative_entropy(&self, sub: Option<&[Node]>, body: &[Node], span: Span) -> Read<Expr> {
        let mut parts = body.split(|n| is_mark(n, '‖') || is_mark(n, '|') || is_mark(n, ','));
        let (Some(p), Some(q), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "a relative entropy is of two densities"));
        };
        let (variables, first) = self.compared(p, sub, span)?;
        let second = self.whole(q, span_of(q, span))?;
        let mut both = [first, second];
        let mut symbols = Vec::new();
        for old in variables {
            let fresh = Symbol::new(old.tex(), old.sort().clone());
            for side in &mut both {
                *side = substitute(side, &old, &Expr::symbol(&fresh, span)).unwrap_or_else(|| side.clone());
            }
            symbols.push(fresh);
        }
        let [first, second] = both;
        if !first.sort.is_scalar() || !second.sort.is_scalar() {
            return Err(super::mismatch(span, "a relative entropy of", &first.sort, &second.sort));
        }
        Ok(Expr::new(Kind::RelativeEntropy(symbols, first, second), Sort::Real, span))
    }

    /// A density with the variables it is compared in: those below the sign, or its own.
    fn compared(&self, nodes: &[Node], sub: Option<&[Node]>, span: Span) -> Read<(Vec<Symbol>, Expr)> {
        let Some(sub) = sub else { return self.density(nodes, span_of(nodes, span)) };
        let symbols = sub
            .split(|n| is_mark(n, ','))
            .map(|piece| {
                self.symbol_named(&canonical(piece)).ok_or_else(|| {
                    let message = format!("`{}` is not a declared variable", canonical(piece));
                    Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(piece, span), message)
                })
            })
            .collect::<Read<Vec<_>>>()?;
        Ok((symbols, self.whole(nodes, span_of(nodes, span))?))
    }

    /// `H[p]`, `\operatorname{H}_x[p]`.
    pub(super) fn entropy(&self, sub: Option<&[Node]>, body: &[Node], span: Span) -> Read<Expr> {
        let (variables, mut density) = self.compared(body, sub, span)?;
        let mut symbols = Vec::new();
        for old in variables {
            let fresh = Symbol::new(old.tex(), old.sort().clone());
            density = substitute(&density, &old, &Expr::symbol(&fresh, span)).unwrap_or(density);
            symbols.push(fresh);
        }
        Ok(Expr::new(Kind::Entropy(symbols, density), Sort::Real, span))
    }

    /// A law that is written out: `\mathcal{N}(m, C)`, `\operatorname{Rad}(p)`; `None` if the nodes are something else.
    /// `sort` is that of its values, if it is known.
    pub(super) fn law(&self, nodes: &[Node], sort: Option<&Sort>, place: Span) -> Read<Option<Law>> {
        let [name, Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span }] = nodes else { return Ok(None) };
        let Some(law) = self.law_name(name) else { return Ok(None) };
        if body.iter().any(|n| is_mark(n, ';')) {
            return Ok(None);
        }
        let parameters =
            body.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *span)).collect::<Read<Vec<_>>>()?;
        self.law_of(law, parameters, sort, span.join(place)).map(Some)
    }

    /// `\mathcal{N}(x; m, C)` as a density, `\mathcal{N}(m, C)` as a law.
    pub(super) fn law_value(&self, name: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let Some(law) = self.law_name(name) else { return Ok(None) };
        let Some(Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span }) = cursor.peek() else {
            return Ok(None);
        };
        let end = name.span.join(*span);
        cursor.at += 1;
        let (point, rest) = match body.iter().position(|n| is_mark(n, ';') || is_mark(n, '|')) {
            Some(at) => (Some(self.whole(&body[..at], *span)?), &body[at + 1..]),
            None => (None, body.as_slice()),
        };
        let parameters =
            rest.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *span)).collect::<Read<Vec<_>>>()?;
        let law = self.law_of(law, parameters, point.as_ref().map(|p| &p.sort), end)?;
        Ok(Some(match point {
            Some(point) => Expr::new(Kind::DensityOf(law, point), Sort::Real, end),
            None => {
                let values = match &law {
                    Law::Normal(mean, _) => real(&mean.sort),
                    Law::Rademacher(_) | Law::Uniform(..) | Law::Density(_) => Sort::Real,
                };
                Expr::new(Kind::LawOf(law), Sort::Law(Box::new(values)), end)
            }
        }))
    }

    /// N, Rad or U, unless the note declares the name.
    fn law_name(&self, node: &Node) -> Option<char> {
        let name = canonical_node(node);
        if self.lookup(&name, node.span).is_some() || !self.scope.patterns(&name).is_empty() {
            return None;
        }
        match name.as_str() {
            r"\mathcal{N}" => Some('N'),
            r"\mathrm{Rad}" => Some('R'),
            r"\mathcal{U}" | r"\mathrm{U}" => Some('U'),
            _ => None,
        }
    }

    fn law_of(&self, name: char, mut parameters: Vec<Expr>, sort: Option<&Sort>, span: Span) -> Read<Law> {
        let count = if name == 'R' { 1 } else { 2 };
        if parameters.len() != count {
            let message = format!("this law takes {count} parameters, not {}", parameters.len());
            return Err(Trouble::new(&codes::SORT_MISMATCH, span, message));
        }
        if name == 'R' {
            return Ok(Law::Rademacher(parameters.remove(0)));
        }
        let (a, b) = (parameters.remove(0), parameters.remove(0));
        if name == 'U' {
            return Ok(Law::Uniform(a, b));
        }
        let length = [sort, Some(&a.sort)].into_iter().flatten().find_map(|s| match s {
            Sort::Vector(n) => Some(n.clone()),
            _ => None,
        });
        let length = length.or_else(|| match &b.sort {
            Sort::Matrix(n, _) => Some(n.clone()),
            _ => None,
        });
        let Some(n) = length else {
            if a.sort.is_scalar() && b.sort.is_scalar() {
                return Ok(Law::Normal(a, b));
            }
            return Err(super::mismatch(span, "a mean and a variance of", &a.sort, &b.sort));
        };
        if let Sort::Vector(m) = &a.sort
            && !array::same_length(self, &n, m)
        {
            return Err(super::mismatch(span, "a point and a mean of", &Sort::Vector(n), &a.sort));
        }
        Ok(Law::Normal(self.isotropic(a, &n, false, span)?, self.isotropic(b, &n, true, span)?))
    }

    /// A number as a multiple of the vector of ones, which is 0 for a mean, or of the identity matrix.
    fn isotropic(&self, value: Expr, n: &Dim, square: bool, span: Span) -> Read<Expr> {
        let sort = if square { Sort::Matrix(n.clone(), n.clone()) } else { Sort::Vector(n.clone()) };
        if value.sort.is_scalar() {
            if square {
                let unit = Expr::new(Kind::Identity(n.clone()), sort.clone(), span);
                return Ok(Expr::new(Kind::Mul(vec![value, unit]), sort, span));
            }
            if value.as_number().is_some_and(crate::numeric::Rational::is_zero)
                && let Law::Normal(mean, _) = standard_normal(&sort, span)
            {
                return Ok(mean);
            }
            return Err(super::mismatch(span, "a mean of", &sort, &value.sort));
        }
        if !array::same_shape(self, &value.sort, &sort) {
            return Err(super::mismatch(span, "a law over", &sort, &value.sort));
        }
        Ok(value)
    }
}
