//! The indices of sums and products, and what they run over.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::{Elaborator, Read, Trouble, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::{Domain, Role};
use crate::expr::{Binder, Condition, Dim, Expr, Kind, Range, Sort, Symbol};
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
    ///
    /// Where nothing is declared an index of a component in `following` runs over all components.
    pub(super) fn indices(&self, sub: &[Node], sup: Option<&[Node]>, following: &[Node], span: Span) -> Read<Indices> {
        let sub = self.configurations(sub);
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
        let shared = self.shared_ends(&pieces, sup, span)?;
        for piece in &pieces {
            let between: Vec<&[Node]> = piece.split(is_less_or_equal).collect();
            if let [lower, [name], last] = between[..] {
                let (lower, last) = (self.whole(lower, span)?, self.whole(last, span)?);
                self.running(name, lower, last, &mut found);
                continue;
            }
            if let Some(chain) = self.index_chain(piece) {
                self.chained(&chain, &mut found, following, span)?;
                conditions.push(piece);
                continue;
            }
            let relation = piece.iter().position(|n| {
                is_mark(n, '=')
                    || is_mark(n, '<')
                    || is_mark(n, '>')
                    || matches!(n.kind, NodeKind::Operator(Meaning::Relation(_) | Meaning::Member))
            });
            match relation {
                None => match (piece.as_slice(), &shared) {
                    ([name], Some((lower, last))) if !self.has_range(name) => {
                        self.running(name, lower.clone(), last.clone(), &mut found);
                    }
                    _ => {
                        for node in piece {
                            self.declared_index(node, following, &mut found)?;
                        }
                    }
                },
                Some(at) if is_mark(&piece[at], '=') => {
                    let [name] = &piece[..at] else {
                        return Err(Trouble::new(
                            &codes::UNEXPECTED_TOKEN,
                            span_of(&piece[..at], span),
                            "one index is set here",
                        ));
                    };
                    if is_both_signs(&piece[at + 1..]) {
                        let key = canonical_node(name);
                        let symbol = Symbol::new(key.clone(), Sort::Integer);
                        found.binders.push(Binder { symbol: symbol.clone(), range: Range::Signs });
                        found.names.push((key, symbol));
                        continue;
                    }
                    let lower = self.whole(&piece[at + 1..], span)?;
                    let last = match upper.take() {
                        Some(last) => self.whole(last, span)?,
                        None => {
                            let by_use = length_in(self, &canonical_node(name), following);
                            let length = by_use.map_or_else(|| self.index_length(name), Ok)?;
                            length_expr(&length, span)
                        }
                    };
                    self.running(name, lower, last, &mut found);
                }
                Some(at) if matches!(piece[at].kind, NodeKind::Operator(Meaning::Member)) => {
                    self.member(&piece[..at], &piece[at + 1..], &mut found, span)?;
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
                        && let Some(least) = self.least(name, &piece[at], &piece[at + 1..], following)
                    {
                        let infinity = Expr::new(Kind::Infinity, Sort::Real, span);
                        self.running(name, least, infinity, &mut found);
                        continue;
                    }
                    if let [name] = &piece[..at]
                        && (matches!(name.kind, NodeKind::Letter(_))
                            || self.scope.declared(&canonical_node(name)).is_some())
                        && !already(name, &found)
                    {
                        self.declared_index(name, following, &mut found)?;
                    }
                    // In `i < j` both run; in `j \ne i` only the first does, or both where the second stands nowhere else.
                    if let [name] = &piece[at + 1..]
                        && !already(name, &found)
                        && matches!(name.kind, NodeKind::Letter(_))
                        && (self.is_index(name) || self.runs_undeclared(name, following))
                    {
                        if !unequal || self.options.both_run || !self.is_index(name) {
                            self.declared_index(name, following, &mut found)?;
                        } else if let Some(index) = self.scope.declared(&canonical_node(name)) {
                            self.unequal_place.set(self.unequal_place.get().or(Some(piece[at].span)));
                            self.unequal.borrow_mut().push(index.symbol.clone());
                        }
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
        if found.binders.is_empty()
            && let Some(index) = self.only_index(conditions.iter().map(|c| c.as_slice()))
        {
            self.declared_index(&index, following, &mut found)?;
        }
        if found.binders.is_empty() {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span_of(sub, span), "no index runs here")
                .hint("declare the index under [symbols] as 'index(N)', or write both of its ends"));
        }
        let names = found.names.clone();
        let mut all = Vec::new();
        for piece in conditions {
            match self.with_bound(&names, || self.condition(piece, span))? {
                Condition::All(several) => all.extend(several),
                one => all.push(one),
            }
        }
        found.condition = match all.len() {
            0 | 1 => all.pop(),
            _ => Some(Condition::All(all)),
        };
        Ok(found)
    }

    /// The ends that all names of `i, j = 1` share, with the upper one above the sign.
    fn shared_ends(&self, pieces: &[Vec<Node>], sup: Option<&[Node]>, span: Span) -> Read<Option<(Expr, Expr)>> {
        let is_name =
            |piece: &Vec<Node>| matches!(piece.as_slice(), [node] if self.may_run(node) && !self.has_range(node));
        let (Some(sup), true) = (sup, pieces.iter().any(is_name)) else { return Ok(None) };
        let mut starts = pieces.iter().filter_map(|p| Some(&p[p.iter().position(|n| is_mark(n, '='))? + 1..]));
        match (starts.next(), starts.next()) {
            (Some(lower), None) if !is_both_signs(lower) => {
                Ok(Some((self.whole(lower, span)?, self.whole(sup, span)?)))
            }
            _ => Ok(None),
        }
    }

    /// Whether a name has a range of its own.
    fn has_range(&self, node: &Node) -> bool {
        let declared = self.scope.declared(&canonical_node(node));
        declared.is_some_and(|d| matches!(d.symbol.sort(), Sort::Index(_)) || matches!(d.domain, Domain::Signs))
    }

    /// The parts of `1 \le i < j \le N`, if a piece is such a chain: more than one relation, all of them of order or ≠.
    fn index_chain<'n>(&self, piece: &'n [Node]) -> Option<Vec<&'n [Node]>> {
        use crate::expr::Relation as R;
        let relations: Vec<Option<R>> = piece.iter().filter_map(super::relation::relation_of).collect();
        let orders = |r: &Option<R>| r.is_some_and(|r| r.is_order() || r == R::NotEqual);
        if relations.len() < 2 || !relations.iter().all(orders) {
            return None;
        }
        let parts: Vec<&[Node]> = piece.split(|n| super::relation::relation_of(n).is_some()).collect();
        // What is not a name, as in `0 < x_i < c`, is a condition on an index that stands in it.
        let runs = |part: &&[Node]| matches!(part, [node] if self.may_run(node));
        parts[1..parts.len() - 1].iter().all(runs).then_some(parts)
    }

    /// Whether a node is an index, or a letter that may be one.
    fn may_run(&self, node: &Node) -> bool {
        let key = canonical_node(node);
        match self.scope.declared(&key) {
            Some(declared) => matches!(declared.symbol.sort(), Sort::Index(_) | Sort::Integer),
            None => matches!(node.kind, NodeKind::Letter(_)),
        }
    }

    /// The indices of a chain: what stands in the middle, and at its ends what is declared as an index and not yet bound.
    /// Between two ends they run over these whatever their declarations say.
    fn chained(&self, parts: &[&[Node]], found: &mut Indices, following: &[Node], span: Span) -> Read<()> {
        let is_bound = |node: &Node, found: &Indices| {
            let key = canonical_node(node);
            found.names.iter().any(|(n, _)| *n == key) || self.bound.borrow().iter().any(|(n, _)| *n == key)
        };
        let runs =
            |part: &[Node], found: &Indices| matches!(part, [node] if self.is_index(node) && !is_bound(node, found));
        let [first, middle @ .., last] = parts else { return Ok(()) };
        let ends = (!runs(first, found) && !runs(last, found))
            .then(|| {
                let names = found.names.clone();
                self.with_bound(&names, || Ok((self.whole(first, span)?, self.whole(last, span)?)))
            })
            .transpose()?;
        for part in std::iter::once(first).chain(middle).chain([last]) {
            let in_the_middle = !std::ptr::eq(part, first) && !std::ptr::eq(part, last);
            match (part, &ends) {
                ([node], _) if is_bound(node, found) => {}
                ([node], Some((lower, upper))) if in_the_middle => {
                    self.running(node, lower.clone(), upper.clone(), found);
                }
                ([node], None) if in_the_middle || self.is_index(node) => {
                    self.declared_index(node, following, found)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether what stands below `\min` or `\max` is an index, and not a continuous symbol or a function.
    pub(super) fn runs_over_indices(&self, sub: &[Node]) -> bool {
        let ends = |n: &Node| {
            is_mark(n, ',')
                || is_mark(n, ':')
                || super::relation::relation_of(n).is_some()
                || matches!(n.kind, NodeKind::Operator(Meaning::Member))
        };
        let name = &sub[..sub.iter().position(ends).unwrap_or(sub.len())];
        let declared = self.scope.declared(&canonical(name));
        match declared {
            Some(d) => matches!(d.symbol.sort(), Sort::Index(_)) || matches!(d.domain, Domain::Signs),
            None => !matches!(name, [node] if self.function_named(node).is_some()),
        }
    }

    /// The one declared index that occurs in some conditions and is not bound around them.
    fn only_index<'n>(&self, conditions: impl Iterator<Item = &'n [Node]>) -> Option<Node> {
        fn collect(nodes: &[Node], found: &mut Vec<Node>) {
            for node in nodes {
                match &node.kind {
                    NodeKind::Letter(_) => found.push(node.clone()),
                    NodeKind::Group(body) | NodeKind::Fence(_, _, body) | NodeKind::Accent(_, body) => {
                        collect(body, found);
                    }
                    NodeKind::Fraction(a, b) => {
                        collect(a, found);
                        collect(b, found);
                    }
                    NodeKind::Scripted(base, sub, sup, _) => {
                        collect(std::slice::from_ref(base), found);
                        collect(sub.as_deref().unwrap_or_default(), found);
                        collect(sup.as_deref().unwrap_or_default(), found);
                    }
                    _ => {}
                }
            }
        }
        let mut letters = Vec::new();
        for condition in conditions {
            collect(condition, &mut letters);
        }
        letters.retain(|node| {
            let key = canonical_node(node);
            self.is_index(node) && !self.bound.borrow().iter().any(|(name, _)| *name == key)
        });
        letters.dedup_by_key(|node| canonical_node(node));
        let first = letters.first()?.clone();
        letters.iter().all(|node| canonical_node(node) == canonical_node(&first)).then_some(first)
    }

    /// A symbol that runs from one end to the other. A product or sum that is written downwards, from a symbol to a
    /// number, runs over the same values.
    fn running(&self, name: &Node, lower: Expr, last: Expr, found: &mut Indices) {
        let downwards = last.as_number().is_some() && lower.as_number().is_none();
        let (lower, last) = if downwards { (last, lower) } else { (lower, last) };
        let key = canonical_node(name);
        let sort = match self.scope.declared(&key).map(|d| d.symbol.sort().clone()) {
            Some(sort @ Sort::Index(_)) => sort,
            _ => Sort::Integer,
        };
        let symbol = Symbol::new(key.clone(), sort);
        found.binders.push(Binder { symbol: symbol.clone(), range: Range::Between(lower, last) });
        found.names.push((key, symbol));
    }

    /// The first value of an index that is only said to be at least, or more than, some number: `\sum_{n \ge 0}`. Not of one
    /// that stands below a name: what it is a label of has an end that is not known here.
    fn least(&self, name: &Node, relation: &Node, bound: &[Node], following: &[Node]) -> Option<Expr> {
        let key = canonical_node(name);
        let declared = self.scope.declared(&key);
        let has_range = declared.is_some_and(|d| matches!(d.symbol.sort(), Sort::Index(_) | Sort::Integer));
        if has_range || !matches!(name.kind, NodeKind::Letter(_)) || following.iter().any(|n| labels(&key, n)) {
            return None;
        }
        let value = self.whole(bound, relation.span).ok()?;
        let number = value.as_number().filter(|n| n.is_int())?.clone();
        match super::relation::relation_of(relation)?? {
            crate::expr::Relation::GreaterOrEqual => Some(value),
            crate::expr::Relation::Greater => Some(Expr::number(number + crate::numeric::Rational::ONE, value.span)),
            _ => None,
        }
    }

    /// Whether the second of two compared names runs although nothing says so: one that is declared, as a size or as a whole
    /// number, is a bound.
    fn runs_undeclared(&self, node: &Node, following: &[Node]) -> bool {
        self.scope.declared(&canonical_node(node)).is_none() && self.runs_by_use(node, following)
    }

    /// Whether an index without a declared range is one of a component of a declared array.
    fn runs_by_use(&self, node: &Node, following: &[Node]) -> bool {
        matches!(node.kind, NodeKind::Letter(_))
            && !self.is_index(node)
            && !self.scope.declared(&canonical_node(node)).is_some_and(|d| matches!(d.domain, Domain::Signs))
            && length_in(self, &canonical_node(node), following).is_some()
    }

    /// `\{\sigma\}`, `\{\sigma_i\}` below a sum: the configurations of declared signs.
    fn configurations<'n>(&self, sub: &'n [Node]) -> &'n [Node] {
        let [Node { kind: NodeKind::Fence('{', '}', inner), .. }] = sub else { return sub };
        let signs =
            |node: &Node| self.scope.declared(&canonical_node(node)).is_some_and(|d| matches!(d.domain, Domain::Signs));
        match inner.as_slice() {
            [name] if signs(name) => inner,
            [Node { kind: NodeKind::Scripted(base, Some(_), None, 0), .. }] if signs(base) => {
                std::slice::from_ref(base)
            }
            _ => sub,
        }
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
    fn declared_index(&self, node: &Node, following: &[Node], found: &mut Indices) -> Read<()> {
        let key = canonical_node(node);
        if self.runs_by_use(node, following)
            && let Some(length) = length_in(self, &key, following)
        {
            let range = Range::Between(Expr::integer(1, node.span), length_expr(&length, node.span));
            let symbol = Symbol::new(key.clone(), Sort::Index(length));
            found.binders.push(Binder { symbol: symbol.clone(), range });
            found.names.push((key, symbol));
            return Ok(());
        }
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
        if let Some(declaration) = self.scope.declared(&key)
            && let (Sort::Integer, Domain::Interval { lower: Some((lower, true)), upper }) =
                (declaration.symbol.sort(), &declaration.domain)
            && !matches!(declaration.role, Role::Dimension)
        {
            let upper = match upper {
                Some((upper, true)) => Expr::number(upper.clone(), node.span),
                Some(_) => return Err(unknown_set(std::slice::from_ref(node), node.span)),
                None => Expr::new(Kind::Infinity, Sort::Real, node.span),
            };
            let range = Range::Between(Expr::number(lower.clone(), node.span), upper);
            let symbol = Symbol::new(key.clone(), Sort::Integer);
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

    /// `k \in I_M` of a declared set, `\tau \in \{1, 2\}`, `a \in \{\pm 1\}^d`.
    fn member(&self, name: &[Node], set: &[Node], found: &mut Indices, span: Span) -> Read<()> {
        let [node] = name else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "one symbol runs over a set"));
        };
        let key = canonical_node(node);
        if let [set] = set
            && let Some(declaration) = self.scope.declared(&canonical_node(set))
            && let Sort::Set(members) = declaration.symbol.sort()
        {
            let symbol = Symbol::new(key.clone(), (**members).clone());
            let range = Range::Members(Expr::symbol(&declaration.symbol, set.span));
            found.binders.push(Binder { symbol: symbol.clone(), range });
            found.names.push((key, symbol));
            return Ok(());
        }
        if let [Node { kind: NodeKind::Fence('{', '}', body), .. }] = set
            && !matches!(canonical(body).as_str(), r"\pm1" | "-1,1" | "-1,+1" | "1,-1" | "+1,-1")
        {
            let values =
                body.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, span)).collect::<Read<Vec<_>>>()?;
            if let Some(wrong) = values.iter().find(|v| !v.sort.is_scalar()) {
                let message = format!("a sum over a list of {} is not read", wrong.sort);
                return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, wrong.span, message));
            }
            let whole = values.iter().all(|v| matches!(v.sort, Sort::Integer | Sort::Index(_)));
            let symbol = Symbol::new(key.clone(), if whole { Sort::Integer } else { Sort::Real });
            found.binders.push(Binder { symbol: symbol.clone(), range: Range::Values(values) });
            found.names.push((key, symbol));
            return Ok(());
        }
        self.sign_member(name, set, found, span)
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
}

/// `\pm 1`.
pub(super) fn is_both_signs(nodes: &[Node]) -> bool {
    matches!(nodes, [Node { kind: NodeKind::Operator(Meaning::PlusMinus), .. }, Node { kind: NodeKind::Number(one), .. }]
        if one == "1")
}

/// Whether a name stands below or above another somewhere in a node, as a label or an index.
fn labels(name: &str, node: &Node) -> bool {
    let inside = |nodes: &[Node]| nodes.iter().any(|n| labels(name, n));
    match &node.kind {
        NodeKind::Scripted(base, sub, sup, _) => {
            let below = sub.as_deref().unwrap_or_default();
            let above = sup.as_deref().unwrap_or_default();
            let is_label = matches!(above, [only] if canonical_node(only) == name)
                && matches!(base.kind, NodeKind::Letter(_) | NodeKind::Font(..))
                && name.starts_with('\\');
            below.iter().any(|n| canonical_node(n) == name)
                || is_label
                || labels(name, base)
                || inside(below)
                || inside(above)
        }
        NodeKind::Font(_, body) | NodeKind::Accent(_, body) | NodeKind::Group(body) | NodeKind::Fence(_, _, body) => {
            inside(body)
        }
        NodeKind::Fraction(a, b) | NodeKind::Binomial(a, b) => inside(a) || inside(b),
        NodeKind::Root(_, body) => inside(body),
        _ => false,
    }
}

/// The length of the declared array of which a name is an index somewhere in some nodes.
fn length_in(elaborator: &Elaborator<'_>, name: &str, nodes: &[Node]) -> Option<Dim> {
    let inside = |nodes: &[Node]| length_in(elaborator, name, nodes);
    nodes.iter().find_map(|node| match &node.kind {
        NodeKind::Scripted(base, sub, sup, _) => {
            let below = sub.as_deref().unwrap_or_default();
            let places: Vec<&Node> = below.iter().filter(|n| !is_mark(n, ',')).collect();
            let simple = places.iter().all(|n| matches!(n.kind, NodeKind::Letter(_) | NodeKind::Number(_)));
            let place = places.iter().position(|n| simple && canonical_node(n) == name);
            let sort = elaborator.symbol_named(&canonical_node(base)).map(|s| s.sort().clone());
            match (place, sort) {
                (Some(0), Some(Sort::Vector(n) | Sort::Row(n))) if places.len() == 1 => Some(n),
                (Some(0), Some(Sort::Matrix(n, _))) if places.len() == 2 => Some(n),
                (Some(1), Some(Sort::Matrix(_, m))) if places.len() == 2 => Some(m),
                _ => inside(std::slice::from_ref(base)).or_else(|| inside(sup.as_deref().unwrap_or_default())),
            }
        }
        NodeKind::Font(_, body) | NodeKind::Accent(_, body) | NodeKind::Group(body) | NodeKind::Fence(_, _, body) => {
            inside(body)
        }
        NodeKind::Fraction(a, b) | NodeKind::Binomial(a, b) => inside(a).or_else(|| inside(b)),
        NodeKind::Root(_, body) => inside(body),
        _ => None,
    })
}

pub(super) fn length_expr(length: &Dim, span: Span) -> Expr {
    match length {
        Dim::Literal(n) => Expr::integer(*n as i64, span),
        Dim::Named(symbol) => Expr::symbol(symbol, span),
    }
}

fn unknown_set(nodes: &[Node], span: Span) -> Trouble {
    Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(nodes, span), "this set is not supported")
        .hint(r"write `\{\pm 1\}`, `\{\pm 1\}^d` or a list, or declare it, e.g. 'I' = 'set of index(d)'")
}
