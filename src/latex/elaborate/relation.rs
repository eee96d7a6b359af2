//! Chains of relations: what each relates, and how two sides that are not of one sort are meant.

use super::super::name::{canonical, canonical_node};
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::statement::{BRANCH_WORDS, in_words, words};
use super::{Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::Domain;
use crate::expr::{Condition, Expr, Kind, Link, Order, Relation, Sort, Symbol, walk};
use crate::numeric::Function;
use crate::source::Span;

/// `Some(Some(relation))` for a relation, `Some(None)` for membership, `None` for anything else.
pub(super) fn relation_of(node: &Node) -> Option<Option<Relation>> {
    match &node.kind {
        NodeKind::Mark('=') => Some(Some(Relation::Equal)),
        NodeKind::Mark('<') => Some(Some(Relation::Less)),
        NodeKind::Mark('>') => Some(Some(Relation::Greater)),
        NodeKind::Mark('~' | '∼') => Some(Some(Relation::Asymptotic)),
        NodeKind::Mark('≤') => Some(Some(Relation::LessOrEqual)),
        NodeKind::Mark('≥') => Some(Some(Relation::GreaterOrEqual)),
        NodeKind::Operator(
            Meaning::Relation(relation) | Meaning::Loewner(relation) | Meaning::UpToConstant(relation),
        ) => Some(Some(*relation)),
        NodeKind::Operator(Meaning::Member) => Some(None),
        NodeKind::Scripted(base, sub, sup, _)
            if matches!(base.kind, NodeKind::Mark('=')) && [sub, sup].into_iter().flatten().any(|l| names_law(l)) =>
        {
            Some(Some(Relation::EqualInLaw))
        }
        // `\xrightarrow{d \to \infty}` and stacked relations keep their base.
        NodeKind::Scripted(base, ..) => match &base.kind {
            NodeKind::Operator(Meaning::Relation(_)) | NodeKind::Mark('=') => relation_of(base),
            _ => None,
        },
        _ => None,
    }
}

/// Whether what is written on an equality says that it is one in law.
pub(super) fn names_law(label: &[Node]) -> bool {
    let name = match label {
        [Node { kind: NodeKind::Text(text), .. }] => text.clone(),
        _ => canonical(label),
    };
    let name = name.trim_start_matches(r"\mathrm{").trim_start_matches(r"\mathcal{").trim_end_matches(['}', '.']);
    matches!(name.trim(), "d" | "D" | "L" | "law" | "dist" | "(d)")
}

/// The side before the first relation, if all relations of a formula are equalities.
pub(in super::super) fn equal_side(nodes: &[Node]) -> Option<&[Node]> {
    let mut relations = nodes.iter().enumerate().filter_map(|(at, n)| relation_of(n).map(|r| (at, r)));
    let (first, _) = relations.clone().next()?;
    relations.all(|(_, relation)| relation == Some(Relation::Equal)).then(|| &nodes[..first])
}

/// The two sides of a formula whose only relation is an equality.
pub(in super::super) fn equation(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
    let mut relations = nodes.iter().enumerate().filter_map(|(at, n)| relation_of(n).map(|r| (at, r)));
    match (relations.next(), relations.next()) {
        (Some((at, Some(Relation::Equal))), None) => Some((&nodes[..at], &nodes[at + 1..])),
        _ => None,
    }
}

/// Whether a set is the line or the space of all values of a sort: `\mathbb{R}`, `\mathbb{R}^d`.
pub(super) fn is_whole_space(set: &[Node], values: &Sort) -> bool {
    match values {
        Sort::Real => canonical(set) == r"\mathbb{R}",
        Sort::Vector(length) => canonical(set) == format!(r"\mathbb{{R}}^{{{length}}}"),
        _ => false,
    }
}

/// `f \lesssim g`: f is of the order of g, or less; `f \gtrsim g`: g is of the order of f, or less.
fn up_to_constant(left: &Expr, relation: Relation, right: &Expr, span: Span) -> Read<Link> {
    if !left.sort.is_scalar() || !right.sort.is_scalar() {
        return Err(super::mismatch(span, "the two sides", &left.sort, &right.sort));
    }
    let (less, more) = if relation == Relation::LessOrEqual { (left, right) } else { (right, left) };
    let order = Expr::new(Kind::Order(Order::Big, more.clone()), Sort::Real, more.span);
    Ok(Link { left: less.clone(), relation: Relation::Equal, right: order })
}

/// Whether a formula begins with a relation.
pub(in super::super) fn begins_with_relation(nodes: &[Node]) -> bool {
    nodes.first().is_some_and(|first| relation_of(first).is_some())
}

impl Elaborator<'_> {
    /// `a = b \le c`: one link per relation.
    pub(super) fn chain(&self, nodes: &[Node], fallback: Span) -> Read<Vec<Link>> {
        let (nodes, modulus) = self.modulus(nodes)?;
        let mut links: Vec<Link> = Vec::new();
        let mut left: Option<Expr> = None;
        let mut pending: Option<(Option<Relation>, Span)> = None;
        let mut start = 0;
        for at in 0..=nodes.len() {
            let relation = nodes.get(at).map(relation_of);
            if matches!(relation, Some(None)) {
                continue;
            }
            let side = &nodes[start..at];
            let here = nodes.get(at).or(nodes.last()).map_or(fallback, |n| n.span);
            if side.is_empty() {
                // A formula that begins with a relation goes on from the one before.
                if pending.is_none()
                    && at == 0
                    && relation.is_some()
                    && let Some(previous) = &self.left
                {
                    left = Some(previous.clone());
                } else {
                    return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, here, "one side of this relation is missing"));
                }
            } else {
                match pending {
                    Some((None, span)) => {
                        let member = left.take().expect("a relation has a left side");
                        links.extend(self.membership(&member, side, span)?);
                        left = Some(member);
                    }
                    Some((Some(relation), span)) => {
                        let previous = left.take().expect("a relation has a left side");
                        let right = self.right_side(side, relation, &previous, here)?;
                        let relation = match (relation, &right.sort) {
                            (Relation::Asymptotic, Sort::Law(_) | Sort::Function(..))
                            | (Relation::EqualInLaw, Sort::Law(_)) => Relation::Distributed,
                            (relation, _) => relation,
                        };
                        let sign = nodes.get(start - 1).map(|n| &n.kind);
                        if let Some(NodeKind::Operator(Meaning::Loewner(_))) = sign {
                            links.push(self.loewner(&previous, relation, &right, span)?);
                            left = Some(right);
                        } else if let Some(NodeKind::Operator(Meaning::UpToConstant(_))) = sign {
                            links.push(up_to_constant(&previous, relation, &right, span)?);
                            left = Some(right);
                        } else if let Some(modulus) = &modulus {
                            links.push(self.congruence(&previous, relation, &right, modulus, span)?);
                            left = Some(right);
                        } else {
                            let (previous, right) = self.related(previous, right, links.first(), relation, span)?;
                            links.push(Link { left: previous, relation, right: right.clone() });
                            left = Some(right);
                        }
                    }
                    None => left = Some(self.side(side, here)?),
                }
            }
            if let Some(Some(relation)) = relation {
                pending = Some((relation, nodes[at].span));
                start = at + 1;
            }
        }
        // Lengths that a later link fixes are filled in everywhere.
        links
            .into_iter()
            .map(|l| Ok(Link { left: self.settle(&l.left)?, relation: l.relation, right: self.settle(&l.right)? }))
            .collect()
    }

    /// The nodes before `\pmod{m}` at their end, and m.
    fn modulus<'n>(&self, nodes: &'n [Node]) -> Read<(&'n [Node], Option<Expr>)> {
        match nodes {
            [rest @ .., Node { kind: NodeKind::Fence('(', ')', body), span }]
                if body.first().is_some_and(super::term::is_modulo) =>
            {
                let modulus = self.whole(&body[1..], *span)?;
                if !modulus.sort.is_scalar() {
                    return Err(super::mismatch(*span, "a congruence modulo", &modulus.sort, &Sort::Integer));
                }
                Ok((rest, Some(modulus)))
            }
            _ => Ok((nodes, None)),
        }
    }

    /// `a \equiv b \pmod{m}`: the difference is a whole number of times m.
    fn congruence(&self, left: &Expr, relation: Relation, right: &Expr, modulus: &Expr, span: Span) -> Read<Link> {
        if relation != Relation::Equal {
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "only an equality holds modulo a number"));
        }
        if !left.sort.is_scalar() || !right.sort.is_scalar() {
            return Err(super::mismatch(span, "the two sides", &left.sort, &right.sort));
        }
        let opposite = Expr::new(Kind::Neg(right.clone()), right.sort.clone(), right.span);
        let times = array::divide(array::add(self, vec![left.clone(), opposite])?, modulus.clone())?;
        let whole = Expr::new(Kind::Function(Function::Floor, vec![times.clone()]), Sort::Integer, span);
        Ok(Link { left: times, relation, right: whole })
    }

    /// One side of a relation. A function without its arguments stands for its value, if its declaration says where.
    pub(super) fn side(&self, nodes: &[Node], place: Span) -> Read<Expr> {
        if let Some(function) = self.placeholder_function(nodes, place)? {
            return Ok(function);
        }
        self.is_side.set(self.is_mean(nodes));
        let read = self.whole(nodes, place);
        self.is_side.set(false);
        read
    }

    /// The right side of a relation: behind `\sim` also a law or a density as a whole.
    pub(super) fn right_side(&self, nodes: &[Node], relation: Relation, left: &Expr, place: Span) -> Read<Expr> {
        if relation == Relation::Asymptotic
            && let [node] = nodes
            && let Some(function) = self.function_named(node)
            && let Some(Domain::Density(_) | Domain::Mass(_)) = self.scope.declaration(&function).map(|d| &d.domain)
        {
            return Ok(Expr::symbol(&function, node.span));
        }
        if let (Relation::Member | Relation::NotMember, Some(set)) = (relation, self.declared_set(nodes, &left.sort)) {
            return Ok(set);
        }
        self.side(nodes, place)
    }

    /// `x \in [a, b)`: two order relations.
    pub(super) fn membership(&self, member: &Expr, set: &[Node], span: Span) -> Read<Vec<Link>> {
        if let Some(set) = self.declared_set(set, &member.sort) {
            return Ok(vec![Link { left: member.clone(), relation: Relation::Member, right: set }]);
        }
        if let [Node { kind: NodeKind::Fence('{', '}', body), span: place }] = set
            && let Some(at) = body.iter().position(|n| is_mark(n, ':') || is_mark(n, '|'))
        {
            return self.set_builder(member, (&body[..at], &body[at + 1..]), *place);
        }
        if is_whole_space(set, &member.sort) {
            return Ok(Vec::new());
        }
        if let Some(links) = self.number_set(member, set, span)? {
            return Ok(links);
        }
        let [Node { kind: NodeKind::Fence(open @ ('(' | '['), close @ (')' | ']'), body), .. }] = set else {
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span_of(set, span), "this set is not supported")
                .hint("write an interval such as `[0, 1)`, or declare the set, as in 'S' = 'set of real'"));
        };
        let mut ends = body.split(|n| is_mark(n, ','));
        let (Some(lower), Some(upper), None) = (ends.next(), ends.next(), ends.next()) else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span_of(set, span), "an interval has two ends"));
        };
        let (lower, upper) = (self.whole(lower, span)?, self.whole(upper, span)?);
        let at_least = if *open == '[' { Relation::LessOrEqual } else { Relation::Less };
        let at_most = if *close == ']' { Relation::LessOrEqual } else { Relation::Less };
        Ok(vec![
            Link { left: lower, relation: at_least, right: member.clone() },
            Link { left: member.clone(), relation: at_most, right: upper },
        ])
    }

    /// `x \in \{ y : g(y) > 0 \}` or `\{ y \in A \mid g(y) > 0 \}`: what is asked of y, of x.
    fn set_builder(&self, member: &Expr, (name, condition): (&[Node], &[Node]), span: Span) -> Read<Vec<Link>> {
        let (name, within) = match name.iter().position(|n| matches!(n.kind, NodeKind::Operator(Meaning::Member))) {
            Some(at) => (&name[..at], Some(&name[at + 1..])),
            None => (name, None),
        };
        let [name] = name else {
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "this set is not supported")
                .hint(r"write one name before the condition, as in `\{ y : y > 0 \}`"));
        };
        let mut links = match within {
            Some(set) if !is_whole_space(set, &member.sort) => self.membership(member, set, span)?,
            _ => Vec::new(),
        };
        let symbol = Symbol::new(canonical_node(name), member.sort.clone());
        let bound = [(canonical_node(name), symbol.clone())];
        let asked = self.with_bound(&bound, || self.condition(condition, span))?;
        // A function without its arguments is taken at the letters it is declared with.
        let declared = self.declared_symbol(&bound[0].0);
        let put_in = |link: &Link| {
            std::iter::once(&symbol)
                .chain(&declared)
                .try_fold(link.clone(), |link, s| walk::substitute_link(&link, s, member))
                .ok_or_else(|| Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "this set is not supported"))
        };
        match asked {
            Condition::Holds(link) => links.push(put_in(&link)?),
            Condition::All(all) => {
                for condition in all {
                    // A condition that was read is a list of relations.
                    if let Condition::Holds(link) = condition {
                        links.push(put_in(&link)?);
                    }
                }
            }
        }
        Ok(links)
    }

    /// A condition in a subscript, a branch or an assumption.
    pub(super) fn condition(&self, nodes: &[Node], fallback: Span) -> Read<Condition> {
        let mut all = Vec::new();
        let asks_nothing = nodes.iter().any(|n| matches!(n.kind, NodeKind::Operator(Meaning::Member)));
        for piece in nodes.split(|n| is_mark(n, ',') || matches!(n.kind, NodeKind::Operator(Meaning::Quad))) {
            let mut kept = Vec::new();
            for node in piece {
                match &node.kind {
                    NodeKind::Text(text) if !self.is_declared_text(node) => {
                        if !BRANCH_WORDS.contains(&words(text).as_str()) {
                            return Err(in_words(node.span, text));
                        }
                    }
                    _ => kept.push(node.clone()),
                }
            }
            let piece = kept;
            if !piece.is_empty() {
                all.extend(self.chain(&piece, fallback)?.into_iter().map(Condition::Holds));
            }
        }
        match all.len() {
            0 if asks_nothing => Ok(Condition::All(all)),
            0 => Err(Trouble::new(&codes::NOT_A_RELATION, fallback, "a condition is missing here")),
            1 => Ok(all.remove(0)),
            _ => Ok(Condition::All(all)),
        }
    }

    /// Both sides of a relation, with open lengths made equal. A literal zero fits every sort; a function that equals a
    /// value is taken at the letters it is declared with; a law that equals a density is its density.
    pub(super) fn related(
        &self,
        left: Expr,
        right: Expr,
        first: Option<&Link>,
        relation: Relation,
        span: Span,
    ) -> Read<(Expr, Expr)> {
        let zero = |e: &Expr| e.as_number().is_some_and(|n| n.is_zero());
        let fits = match relation {
            Relation::Distributed => match &right.sort {
                Sort::Law(values) => array::same_shape(self, &left.sort, values),
                Sort::Function(arguments, _) => {
                    matches!(arguments.as_slice(), [one] if array::same_shape(self, &left.sort, one))
                }
                _ => false,
            },
            Relation::Member | Relation::NotMember => matches!(right.sort, Sort::Set(_)),
            _ => zero(&left) || zero(&right) || array::same_shape(self, &left.sort, &right.sort),
        };
        if fits {
            return Ok((left, right));
        }
        let is_value = |e: &Expr| e.sort.is_scalar() || e.sort.shape().is_some();
        let pair = match (&left.sort, &right.sort) {
            (Sort::Function(..), _) if is_value(&right) => self
                .at_own_arguments(&left)
                .or_else(|| self.at_arguments_of(&right, &left))
                .map(|left| (left, right.clone())),
            (_, Sort::Function(..)) if is_value(&left) => self
                .at_own_arguments(&right)
                .or_else(|| self.at_arguments_of(&left, &right))
                .map(|right| (left.clone(), right)),
            (Sort::Real, Sort::Law(_)) => {
                let density = first.map_or(&left, |l| &l.left);
                self.law_at_point(density, &right).map(|right| (left.clone(), right))
            }
            _ => None,
        };
        if let Some((left, right)) = pair
            && array::same_shape(self, &left.sort, &right.sort)
        {
            return Ok((left, right));
        }
        Err(super::mismatch(span, "the two sides", &left.sort, &right.sort).also(left.span, left.sort.to_string()))
    }

    /// A convolution or a mapping where the value on the other side of the relation is: in `p_t = q * g` the function p_t
    /// stands for its value at the letters that it is declared with, and q * g is taken at those that p_t is a density of.
    fn at_arguments_of(&self, value: &Expr, function: &Expr) -> Option<Expr> {
        let (Kind::Call(name, operands), Sort::Function(sorts, result)) = (&*value.kind, &function.sort) else {
            return None;
        };
        let operands = match self.scope.declaration(name).map(|d| &d.domain) {
            Some(Domain::Density(places)) => {
                places.iter().map(|at| operands.get(*at).cloned()).collect::<Option<_>>()?
            }
            _ => operands.clone(),
        };
        let fits = operands.len() == sorts.len() && operands.iter().zip(sorts).all(|(o, s)| o.sort == *s);
        (fits && matches!(&*function.kind, Kind::Convolution(..) | Kind::Mapping(..)))
            .then(|| Expr::new(Kind::Apply(function.clone(), operands), (**result).clone(), function.span))
    }

    /// A function that is an optimum, at the letters that the function it is taken over is declared with.
    pub(super) fn at_own_arguments(&self, function: &Expr) -> Option<Expr> {
        let Kind::Optimum(_, symbols, ..) = &*function.kind else { return None };
        let [symbol] = symbols.as_slice() else { return None };
        let Sort::Function(_, value) = symbol.sort() else { return None };
        let operands = self.scope.default_arguments(symbol.tex(), symbol.sort())?;
        Some(Expr::new(Kind::Apply(function.clone(), operands), (**value).clone(), function.span))
    }

    /// A law as the density at the point of a declared density.
    pub(super) fn law_at_point(&self, density: &Expr, law: &Expr) -> Option<Expr> {
        let (Kind::Call(function, operands), Kind::LawOf(law_of)) = (&*density.kind, &*law.kind) else { return None };
        let Domain::Density(places) = &self.scope.declaration(function)?.domain else { return None };
        let [place] = places.as_slice() else { return None };
        let point = operands.get(*place)?.clone();
        let Sort::Law(values) = &law.sort else { return None };
        array::same_shape(self, &point.sort, values)
            .then(|| Expr::new(Kind::DensityOf(law_of.clone(), point), Sort::Real, law.span))
    }
}
