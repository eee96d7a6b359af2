//! Names that are written with arguments: which declared notation fits what is written.

use super::super::is_name;
use super::super::name::{canonical, canonical_node, scripted};
use super::super::pattern::{Meaning, Parameter, Pattern, Script, Slot, pieces, script_items, unfenced};
use super::super::scope::{Entry, Scope};
use super::super::tree::{Node, NodeKind};
use super::symbol::Found;
use super::{Cursor, Elaborator, Options, Read, Trouble, array, span_of};
use crate::diagnostic::codes;
use crate::expr::declaration::Domain;
use crate::expr::walk::{free_symbols, substitute};
use crate::expr::{Expr, Kind, Sort, Symbol};
use crate::numeric::Rational;
use crate::source::Span;

/// An argument of a declared name: a letter with the sort and value that it has in `scope`.
pub(in super::super) fn declared_argument(nodes: &[Node], scope: &Scope, whole: Span) -> Read<Parameter> {
    let elaborator = Elaborator::new(scope, Options::default());
    let name = canonical(nodes);
    let span = span_of(nodes, whole);
    // A function is passed as a whole; a path stands for its value.
    if let [node] = nodes
        && let Some(symbol) = elaborator.function_named(node)
        && !scope.declaration(&symbol).is_some_and(|d| matches!(d.domain, Domain::Process(_)))
    {
        return Ok(Parameter { name, sort: symbol.sort().clone(), default: Some(Expr::symbol(&symbol, span)) });
    }
    let value = elaborator.whole(nodes, span)?;
    let value = elaborator.settle(&value)?;
    Ok(Parameter { name, sort: value.sort.clone(), default: Some(value) })
}

/// What a notation made of a written name.
struct Match<'n> {
    value: Expr,
    /// Nodes after the name that belong to it.
    consumed: usize,
    left_sub: Option<&'n [Node]>,
    left_sup: Option<&'n [Node]>,
    /// The power of the value in `f(x)^2`.
    power: Option<&'n [Node]>,
    /// A factor in parentheses that could not be an argument.
    factor: Option<Expr>,
    /// How much of what is written the notation accounts for.
    score: (usize, usize),
    /// The superscript that was taken for an argument is a number, and could be a power of the name without it.
    may_be_power: bool,
}

/// How much of a notation must be there for it to come before a plain name of the same letter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenAs {
    /// Its arguments in parentheses.
    Called,
    /// Its scripts, or its arguments.
    Scripted,
    /// The letter alone.
    Bare,
}

impl WrittenAs {
    fn admits(self, pattern: &Pattern, found: &Match<'_>) -> bool {
        let called = found.consumed > 0 && found.factor.is_none();
        match self {
            Self::Called => called,
            Self::Scripted => called || pattern.sub.is_some() || pattern.sup.is_some(),
            Self::Bare => true,
        }
    }
}

/// The parenthesis after a name, its pieces read once for all notations.
struct Written<'n> {
    pieces: Vec<(char, &'n [Node])>,
    span: Span,
    power: Option<&'n [Node]>,
}

impl<'n> Written<'n> {
    fn after(cursor: &Cursor<'n>) -> Option<Self> {
        let (fence, power) = match cursor.peek()? {
            Node { kind: NodeKind::Scripted(base, None, power, 0), .. } => (&**base, power.as_deref()),
            node => (node, None),
        };
        let NodeKind::Fence('(' | '[', ')' | ']', body) = &fence.kind else { return None };
        let pieces = pieces(body);
        Some(Self { pieces, span: fence.span, power })
    }
}

impl Elaborator<'_> {
    /// A name by one of its declared notations, with what is left of its scripts applied.
    pub(super) fn applied(
        &self,
        base: &Node,
        (sub, sup, primes): (Option<&[Node]>, Option<&[Node]>, usize),
        cursor: &mut Cursor<'_>,
        span: Span,
        written_as: WrittenAs,
    ) -> Read<Option<Expr>> {
        let overloads = self.scope.patterns(&self.with_sign(&canonical_node(base)));
        if overloads.is_empty() {
            return Ok(None);
        }
        let written = Written::after(cursor);
        let (mut best, mut trouble): (Vec<Match<'_>>, Option<Trouble>) = (Vec::new(), None);
        let power = self.is_numeral(sup) && primes == 0;
        for pattern in overloads.iter().filter(|p| p.primes == primes) {
            let is_argument = |s: &Script| !s.fenced && matches!(s.slots.as_slice(), [Slot::Argument(_)]);
            let may_be_power = power && pattern.sup.as_ref().is_some_and(is_argument);
            // A bound letter has no members.
            if may_be_power && self.is_bound(base) {
                continue;
            }
            match self.matched(pattern, sub, sup, written.as_ref(), span) {
                Ok(Some(found)) if !written_as.admits(pattern, &found) => {}
                Ok(Some(mut found)) => {
                    found.may_be_power = may_be_power && self.is_known_without(base, sub);
                    let score = found.score;
                    if best.first().is_none_or(|b| b.score < score) {
                        best.clear();
                    }
                    if best.first().is_none_or(|b| b.score == score) {
                        best.push(found);
                    }
                }
                Ok(None) => {}
                Err(found) => trouble = trouble.or(Some(found)),
            }
        }
        let Some(found) = best.pop() else {
            return trouble.filter(|_| written_as == WrittenAs::Bare).map_or(Ok(None), Err);
        };
        if !best.is_empty() {
            return Err(Trouble::new(&codes::AMBIGUOUS, span, "two declared notations fit here")
                .hint("write the arguments that tell them apart, or declare only the one that is meant"));
        }
        if found.may_be_power {
            let message =
                format!("this could be a power of `{0}` or the value of `{0}` with this index", canonical_node(base));
            return Err(Trouble::new(&codes::AMBIGUOUS, span, message)
                .hint("write `(x)^2` for the power, or declare the family as `x^{(k)}`"));
        }
        cursor.at += found.consumed;
        let value = self.indexed(found.value, found.left_sub, found.left_sup, span)?;
        let value = self.indexed(value, None, found.power, span)?;
        match found.factor {
            None => Ok(Some(value)),
            Some(factor) => array::multiply(self, vec![value, factor]).map(Some),
        }
    }

    /// Whether a superscript is a number other than 1.
    fn is_numeral(&self, sup: Option<&[Node]>) -> bool {
        let Some(sup) = sup else { return false };
        let value = self.whole_once(sup, span_of(sup, Span::default()));
        value.is_ok_and(|v| free_symbols(&v).is_empty() && v.as_number().is_none_or(|n| *n != Rational::ONE))
    }

    fn is_bound(&self, base: &Node) -> bool {
        let name = canonical_node(base);
        self.bound.borrow().iter().any(|(bound, _)| *bound == name)
    }

    /// Whether a name has a value without a superscript.
    fn is_known_without(&self, base: &Node, sub: Option<&[Node]>) -> bool {
        let is_value = |sub| matches!(self.lookup(&scripted(base, sub, None, 0), base.span), Some(Found::Value(_)));
        let plain =
            |p: &Pattern| p.sup.is_none() && p.arguments.is_none() && p.primes == 0 && p.sub.is_some() == sub.is_some();
        is_value(sub) || is_value(None) || self.scope.patterns(&canonical_node(base)).iter().any(plain)
    }

    fn matched<'n>(
        &self,
        pattern: &Pattern,
        sub: Option<&'n [Node]>,
        sup: Option<&'n [Node]>,
        written: Option<&Written<'n>>,
        span: Span,
    ) -> Read<Option<Match<'n>>> {
        let mut values: Vec<Option<Expr>> = vec![None; pattern.parameters.len()];
        let mut score = (0, 0);
        for (script, nodes) in [(&pattern.sub, sub), (&pattern.sup, sup)] {
            let Some(script) = script else { continue };
            let Some(nodes) = nodes else { return Ok(None) };
            if !self.scripted(script, nodes, pattern, &mut values, &mut score)? {
                return Ok(None);
            }
        }
        let mut found = Match {
            value: Expr::integer(0, span),
            consumed: 0,
            left_sub: sub.filter(|_| pattern.sub.is_none()),
            left_sup: sup.filter(|_| pattern.sup.is_none()),
            power: None,
            factor: None,
            score,
            may_be_power: false,
        };
        // A notation without parentheses is the nearest where none are written.
        found.score.0 += usize::from(pattern.arguments.is_none());
        let mut end = span;
        if let Some(arguments) = &pattern.arguments {
            let fits = |w: &&Written<'_>| {
                w.pieces.len() == arguments.len() && w.pieces.iter().zip(arguments).all(|((c, _), (d, _))| c == d)
            };
            let mut given = false;
            if let Some(written) = written.filter(fits) {
                given = true;
                for (at, (_, k)) in arguments.iter().enumerate() {
                    let parameter = &pattern.parameters[*k];
                    let nodes = written.pieces[at].1;
                    found.score.1 += usize::from(canonical(nodes) == parameter.name);
                    match self.argument(written, at, &parameter.sort)? {
                        Some(value) => values[*k] = Some(value),
                        None => given = false,
                    }
                }
                if given && self.may_be_factor(pattern, written.pieces[0].1) {
                    given = self.calls_path(pattern, written.pieces[0].1);
                }
                if given {
                    found.score.0 += 1 + arguments.len();
                    found.consumed = 1;
                    found.power = written.power;
                    end = span.join(written.span);
                } else if let [_] = written.pieces.as_slice() {
                    // What cannot be its argument is a factor, read already.
                    let factor = self.read_piece(written, 0)?;
                    found.factor = Some(self.indexed(factor, None, written.power, written.span)?);
                    found.consumed = 1;
                } else {
                    return Ok(None);
                }
            } else if written.is_some() {
                // Another number of arguments is another function, not a product.
                return Ok(None);
            }
            if !given {
                for (_, k) in arguments {
                    values[*k] = None;
                }
            }
        }
        let mut operands = Vec::with_capacity(values.len());
        for (value, parameter) in values.into_iter().zip(&pattern.parameters) {
            // A default that is bound here is the bound symbol.
            let bound = || {
                let bound = self.bound.borrow();
                bound.iter().rev().find(|(name, _)| *name == parameter.name).map(|(_, s)| Expr::symbol(s, span))
            };
            match value.or_else(bound).or_else(|| parameter.default.clone()) {
                Some(value) => operands.push(Expr { span, ..value }),
                None => {
                    let message = format!("`{}` is not written here", parameter.name);
                    return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, message)
                        .hint("write the arguments of the function, or declare the letter that they are called by"));
                }
            }
        }
        found.value = match &pattern.meaning {
            Meaning::Function(symbol) => {
                let Sort::Function(_, value) = symbol.sort() else { return Ok(None) };
                Expr::new(Kind::Call(symbol.clone(), operands), (**value).clone(), end)
            }
            Meaning::Define(parameters, body) => {
                let mut out = body.clone();
                for (parameter, operand) in parameters.iter().zip(&operands) {
                    out = substitute(&out, parameter, operand).ok_or_else(|| {
                        Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "this abbreviation cannot take this argument")
                    })?;
                }
                Expr { span: end, ..out }
            }
        };
        Ok(Some(found))
    }

    /// Whether a parenthesis behind a path could be a factor as well: `x(1 - t)`.
    fn may_be_factor(&self, pattern: &Pattern, argument: &[Node]) -> bool {
        let Meaning::Function(function) = &pattern.meaning else { return false };
        let is_path = self.scope.declaration(function).is_some_and(|d| matches!(d.domain, Domain::Process(_)));
        // One value of a function is a time like any other.
        let one_value = matches!(argument, [name, Node { kind: NodeKind::Fence('(', ..), .. }] if is_name(name));
        is_path && pattern.arguments.as_ref().is_some_and(|a| a.len() == 1) && argument.len() > 1 && !one_value
    }

    /// Of the two readings of `x(…)`: the path at a time if its own time or only numbers stand there, else a product.
    fn calls_path(&self, pattern: &Pattern, argument: &[Node]) -> bool {
        let name = pattern.parameters.first().map_or("", |p| &p.name);
        let mentions = argument.iter().any(|n| canonical_node(n) == name);
        let numbers = argument.iter().all(|n| matches!(n.kind, NodeKind::Number(_) | NodeKind::Mark(_)));
        if let (None, Some(first)) = (self.path_place.get(), argument.first()) {
            self.path_place.set(Some(first.span));
        }
        (mentions || numbers) != self.options.other_path
    }

    /// Whether a script is written as declared; fills in its arguments.
    fn scripted(
        &self,
        script: &Script,
        nodes: &[Node],
        pattern: &Pattern,
        values: &mut [Option<Expr>],
        score: &mut (usize, usize),
    ) -> Read<bool> {
        let (inner, fenced) = unfenced(nodes);
        if fenced != script.fenced {
            return Ok(false);
        }
        let items = script_items(inner, script.slots.len());
        if items.len() != script.slots.len() {
            return Ok(false);
        }
        for (slot, item) in script.slots.iter().zip(items) {
            match slot {
                Slot::Literal(text) => {
                    if self.with_sign(&canonical(item)) != *text {
                        return Ok(false);
                    }
                    // A name as it is declared, p_0, is nearer than a value of p_t.
                    score.0 += 2;
                }
                Slot::Argument(k) => {
                    let parameter = &pattern.parameters[*k];
                    // `ij` are two indices, never the product of two.
                    if item.len() > 1 && item.iter().all(is_name) {
                        return Ok(false);
                    }
                    // An index that belongs to a component, or a word, is no argument.
                    let Ok(value) = self.whole_once(item, span_of(item, Span::default())) else { return Ok(false) };
                    if !self.may_be(&value.sort, &parameter.sort) {
                        return Ok(false);
                    }
                    score.1 += usize::from(canonical(item) == parameter.name);
                    values[*k] = Some(value);
                }
            }
            score.0 += 1;
        }
        Ok(true)
    }

    fn read_piece(&self, written: &Written<'_>, at: usize) -> Read<Expr> {
        self.whole_once(written.pieces[at].1, written.span)
    }

    /// One written argument, if it is of this sort.
    fn argument(&self, written: &Written<'_>, at: usize, sort: &Sort) -> Read<Option<Expr>> {
        if matches!(sort, Sort::Function(..)) {
            let [node] = written.pieces[at].1 else { return Ok(None) };
            let function = self.function_named(node).filter(|f| f.sort() == sort);
            return Ok(function.map(|f| Expr::symbol(&f, node.span)));
        }
        let value = super::symbol::zero_of(&self.read_piece(written, at)?, sort);
        Ok(self.may_be(&value.sort, sort).then_some(value))
    }

    /// Whether a value of one sort can be an argument of another: an index only of its own kind.
    fn may_be(&self, given: &Sort, asked: &Sort) -> bool {
        match (given, asked) {
            (Sort::Index(a), Sort::Index(b)) => a == b,
            (Sort::Index(_), Sort::Real | Sort::Complex) => false,
            (Sort::Real | Sort::Complex, Sort::Index(_) | Sort::Integer) => false,
            (Sort::Tuple(a), Sort::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| array::same_shape(self, a, b))
            }
            (Sort::Set(a), Sort::Set(b)) => a == b,
            _ => array::same_shape(self, given, asked),
        }
    }

    /// The declared function that a name without arguments stands for, if it is one.
    pub(super) fn function_named(&self, node: &Node) -> Option<Symbol> {
        let name = canonical_node(node);
        if self.bound.borrow().iter().any(|(bound, _)| *bound == name) {
            return None;
        }
        if let Some(Entry::Declared(declaration)) = self.scope.get(&name) {
            let symbol = &declaration.symbol;
            return matches!(symbol.sort(), Sort::Function(..)).then(|| symbol.clone());
        }
        let (base, sub, sup) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, _) => (&**base, sub.is_some(), sup.is_some()),
            _ => (node, false, false),
        };
        let mut functions = self.scope.patterns(&canonical_node(base)).iter().filter_map(|pattern| {
            let Meaning::Function(symbol) = &pattern.meaning else { return None };
            let literal = |script: &Option<Script>| {
                script.as_ref().is_none_or(|s| s.slots.iter().all(|slot| matches!(slot, Slot::Literal(_))))
            };
            let written = pattern.sub.is_some() == sub && pattern.sup.is_some() == sup && symbol.tex() == name;
            (pattern.arguments.is_some() && literal(&pattern.sub) && literal(&pattern.sup) && written)
                .then(|| symbol.clone())
        });
        let only = functions.next();
        only.filter(|_| functions.next().is_none())
    }
}
