//! Mutants: every formula that is one plausible slip away. A check that is passed by a mutant has not looked there; a repair
//! of a misprint is a mutant of it.

pub(super) mod form;
mod insert;
mod slips;

use crate::expr::walk::{self, Path};
use crate::expr::{Expr, Kind, Link, Range, Relation, Sort, Symbol};
use crate::numeric::Constant;
use form::{halved, negated, scaled, shown};
pub use insert::insertions;
use slips::{operation, roots, symbol_slips};
use std::collections::BTreeMap;

/// What kind of slip it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// The sign of a term, of an argument or of a whole side.
    Sign,
    /// A factor 2 or ½.
    FactorTwo,
    /// A whole number is off by one: a coefficient, an exponent, the end of a range.
    Number,
    /// n in place of n − 1 or n + 1.
    OffByOne,
    /// A square that is missing or too much, σ for σ².
    Square,
    /// A root that is missing or too much.
    Root,
    /// A matrix transposed, two indices exchanged.
    Transpose,
    /// A matrix inverted, a quotient upside down.
    Inverse,
    /// A term or factor is missing.
    Dropped,
    /// One symbol for another of the same sort.
    Symbol,
    /// A function for its sibling: sine and cosine, erf and erfc.
    Function,
    /// A logarithm to base 2 or 10.
    LogBase,
    /// A factor π or e.
    FactorConstant,
    /// The relation reversed.
    Relation,
    /// A term, factor, denominator, power or inverse put in: only a repair.
    Inserted,
}

/// A formula one slip away.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The changed relation.
    pub link: Link,
    /// What was changed, in words.
    pub description: String,
    /// Where: 0 or 1 for the side, then the path in it; empty for the relation itself.
    pub path: Path,
    /// The kind of slip.
    pub operator: Operator,
}

/// An expression one slip away.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The changed expression, of the same sort.
    pub expr: Expr,
    /// What was changed, in words.
    pub description: String,
    /// Where.
    pub path: Path,
    /// The kind of slip.
    pub operator: Operator,
}

/// Edits that are not the same, found by the outlines of what they make.
#[derive(Default)]
struct Found {
    edits: Vec<Edit>,
    by_outline: BTreeMap<u64, Vec<usize>>,
}

impl Found {
    fn push(&mut self, edit: Edit) {
        let alike = self.by_outline.entry(walk::outline(&edit.expr)).or_default();
        if !alike.iter().any(|known| walk::same(&self.edits[*known].expr, &edit.expr)) {
            alike.push(self.edits.len());
            self.edits.push(edit);
        }
    }
}

/// The mutants of a link, at most `limit`: all kinds in turn, so that a small limit still has some of each.
///
/// A side that is a single symbol or number is a name for the other side and is not changed.
pub fn mutants(link: &Link, limit: usize) -> Vec<Mutant> {
    mutants_with(link, &[], limit)
}

/// The same with further symbols as candidates for an exchange: a slip may have dropped the only mention of one.
pub fn mutants_with(link: &Link, known: &[Symbol], limit: usize) -> Vec<Mutant> {
    let mut found: Vec<Mutant> = Vec::new();
    let symbols = with_known(walk::free_symbols_of_links([link]), known);
    let is_symbol = |e: &Expr| matches!(&*e.kind, Kind::Symbol(_));
    for (side, expr) in [(1, &link.right), (0, &link.left)] {
        let name = is_symbol(expr) || matches!(&*expr.kind, Kind::Number(_) | Kind::Constant(_));
        // Of two symbols the right one is what the left one is said to be.
        if name && (side == 0 || is_symbol(expr) && !is_symbol(&link.left)) {
            continue;
        }
        for edit in edits(expr, &symbols) {
            let (left, right) = match side {
                0 => (edit.expr, link.right.clone()),
                _ => (link.left.clone(), edit.expr),
            };
            let path = std::iter::once(side).chain(edit.path).collect();
            let link = Link { left, relation: link.relation, right };
            found.push(Mutant { link, description: edit.description, path, operator: edit.operator });
        }
    }
    if let Some(relation) = reversed(link.relation) {
        let description = format!("${}$ in place of ${}$", relation.tex(), link.relation.tex());
        let link = Link { left: link.left.clone(), relation, right: link.right.clone() };
        found.push(Mutant { link, description, path: Path::new(), operator: Operator::Relation });
    }
    in_turn(found, limit, |m| m.operator)
}

fn with_known(mut symbols: Vec<Symbol>, known: &[Symbol]) -> Vec<Symbol> {
    let further: Vec<Symbol> = known.iter().filter(|s| !symbols.contains(s)).cloned().collect();
    symbols.extend(further);
    symbols
}

fn reversed(relation: Relation) -> Option<Relation> {
    Some(match relation {
        Relation::Less => Relation::Greater,
        Relation::LessOrEqual => Relation::GreaterOrEqual,
        Relation::Greater => Relation::Less,
        Relation::GreaterOrEqual => Relation::LessOrEqual,
        _ => return None,
    })
}

/// The first of every kind, then the second of every kind …, up to a limit; the order within a kind is kept.
fn in_turn<T>(items: Vec<T>, limit: usize, key: impl Fn(&T) -> Operator) -> Vec<T> {
    let mut ranks = std::collections::BTreeMap::new();
    let mut ranked: Vec<(usize, Operator, T)> = items
        .into_iter()
        .map(|item| {
            let operator = key(&item);
            let rank: &mut usize = ranks.entry(operator).or_default();
            *rank += 1;
            (*rank, operator, item)
        })
        .collect();
    ranked.sort_by_key(|(rank, operator, _)| (*rank, *operator));
    ranked.truncate(limit);
    ranked.into_iter().map(|(_, _, item)| item).collect()
}

/// Every expression one slip away, each once, outer places before inner ones. `symbols` are the candidates for an exchange.
pub fn edits(expr: &Expr, symbols: &[Symbol]) -> Vec<Edit> {
    let mut found = Found::default();
    let mut place = Place { path: Path::new(), bound: Vec::new(), role: Role::Whole };
    collect(expr, expr, symbols, &mut place, &mut found);
    found.edits
}

/// What an operand is to the operation around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Whole,
    Term,
    Argument,
    Exponent,
    Denominator,
    RangeEnd,
    Factor,
}

struct Place {
    path: Path,
    bound: Vec<Symbol>,
    role: Role,
}

fn collect(root: &Expr, node: &Expr, symbols: &[Symbol], place: &mut Place, found: &mut Found) {
    for (operator, new, description) in local(node, symbols, place) {
        let well_sorted = new.sort == node.sort || (new.sort.is_scalar() && node.sort.is_scalar());
        if !well_sorted || walk::same(&new, node) {
            continue;
        }
        let Some(expr) = walk::replace(root, &place.path, &new) else { continue };
        found.push(Edit { expr, description, path: place.path.clone(), operator });
    }
    let own: Vec<Symbol> = walk::binders(node).into_iter().cloned().collect();
    let kept = (place.bound.len(), place.role);
    for (position, (child, scope)) in walk::scoped_children(node).into_iter().enumerate() {
        let Some(role) = role_of(node, position) else { continue };
        place.path.push(position);
        place.bound.extend(own[..scope].iter().cloned());
        place.role = role;
        collect(root, child, symbols, place, found);
        place.path.pop();
        place.bound.truncate(kept.0);
    }
    place.role = kept.1;
}

/// The role of an operand; `None` for those that are left alone: conditions and indices.
fn role_of(node: &Expr, position: usize) -> Option<Role> {
    match &*node.kind {
        Kind::Add(_) => Some(Role::Term),
        Kind::Mul(_) | Kind::Neg(_) => Some(Role::Factor),
        Kind::Div(..) => Some(if position == 0 { Role::Factor } else { Role::Denominator }),
        Kind::Pow(..) => Some(if position == 0 { Role::Factor } else { Role::Exponent }),
        Kind::Component(..) => (position == 0).then_some(Role::Factor),
        Kind::Fold(_, binders, _, _) => {
            let ends = 2 * binders.iter().filter(|b| matches!(b.range, Range::Between(..))).count();
            let last = walk::children(node).len() - 1;
            if position < ends { Some(Role::RangeEnd) } else { (position == last).then_some(Role::Argument) }
        }
        Kind::Cases(branches, otherwise) => {
            let mut at = 0;
            for (_, condition) in branches {
                if position == at {
                    return Some(Role::Argument);
                }
                at += 1 + walk::condition_operands(condition).len();
            }
            (otherwise.is_some() && position == at).then_some(Role::Argument)
        }
        _ => Some(Role::Argument),
    }
}

type Local = (Operator, Expr, String);

fn local(e: &Expr, symbols: &[Symbol], place: &Place) -> Vec<Local> {
    let mut out: Vec<Local> = Vec::new();
    let infinite = match &*e.kind {
        Kind::Neg(a) => matches!(&*a.kind, Kind::Infinity),
        kind => matches!(kind, Kind::Infinity),
    };
    // A law as a whole has no sign and no factor, and infinity is only where something ends.
    if infinite || (!e.sort.is_scalar() && e.sort.shape().is_none()) {
        return out;
    }
    let whole_or_term = matches!(place.role, Role::Whole | Role::Term);
    let free_standing = whole_or_term || matches!(place.role, Role::Argument | Role::Exponent);
    let zero = e.as_number().is_some_and(|n| n.is_zero());
    if (free_standing && !zero) || matches!(&*e.kind, Kind::Neg(_)) {
        out.push((Operator::Sign, negated(e), format!("sign of {} flipped", shown(e))));
    }
    if free_standing {
        let two = Expr::integer(2, e.span);
        out.push((Operator::FactorTwo, scaled(&two, e), format!("factor 2 on {}", shown(e))));
        out.push((Operator::FactorTwo, halved(e), format!("factor 1/2 on {}", shown(e))));
    }
    if whole_or_term && place.role == Role::Whole {
        for (constant, name) in [(Constant::Pi, "π"), (Constant::Euler, "e")] {
            let factor = Expr::new(Kind::Constant(constant), Sort::Real, e.span);
            out.push((Operator::FactorConstant, scaled(&factor, e), format!("factor {name} on {}", shown(e))));
        }
    }
    operation(e, place, &mut out);
    if let Kind::Symbol(symbol) = &*e.kind {
        symbol_slips(e, symbol, symbols, place, &mut out);
    }
    roots(e, place, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::expr::{Dim, print};
    use crate::numeric::Function;

    fn texts(link: &Link) -> Vec<String> {
        mutants(link, usize::MAX).iter().map(|m| print::expr(&m.link.right)).collect()
    }

    #[test]
    fn the_slips_of_a_variance() {
        let (s, v, t) = (symbol(r"\sigma", Sort::Real), symbol("v", Sort::Real), symbol("t", Sort::Real));
        let right = pow(use_of(&s), n(2)) * (n(1) - f(Function::Exp, -(n(2) * use_of(&t))));
        let link = Link { left: use_of(&v), relation: Relation::Equal, right: flat(right) };
        let texts = texts(&link);
        for expected in [
            r"\sigma \left( 1 - e^{-2 t} \right)",
            r"\sigma^{2} \left( 1 + e^{-2 t} \right)",
            r"\sigma^{2} \left( 1 - e^{-t} \right)",
            r"\sigma^{2} \left( 1 - e^{2 t} \right)",
            r"2 \sigma^{2} \left( 1 - e^{-2 t} \right)",
            r"t^{2} \left( 1 - e^{-2 t} \right)",
            r"\sigma^{2}",
            r"\sigma^{3} \left( 1 - e^{-2 t} \right)",
        ] {
            assert!(texts.iter().any(|t| t == expected), "{expected} is not among {texts:#?}");
        }
        for (k, text) in texts.iter().enumerate() {
            assert!(!texts[..k].contains(text), "{text} twice");
        }
    }

    #[test]
    fn matrices_are_transposed_and_inverted_and_rectangular_ones_are_not() {
        let d = Dim::Named(symbol("d", Sort::Integer));
        let square = use_of(&symbol("A", Sort::Matrix(d.clone(), d.clone())));
        let tall = use_of(&symbol("B", Sort::Matrix(d.clone(), Dim::Literal(2))));
        let link = Link { left: n(0), relation: Relation::Equal, right: square * tall };
        let texts = texts(&link);
        assert!(texts.contains(&r"A^{\top} B".to_owned()) && texts.contains(&"A^{-1} B".to_owned()), "{texts:?}");
        assert!(texts.iter().all(|t| !t.contains(r"B^{\top}") && t != "A"), "{texts:?}");
    }

    #[test]
    fn a_limit_keeps_every_kind() {
        let (i, big) = (symbol("i", Sort::Integer), symbol("N", Sort::Integer));
        let right = sum_over(&i, n(1), use_of(&big), f(Function::Log, use_of(&i)) / use_of(&big));
        let link = Link { left: n(0), relation: Relation::Equal, right };
        let all = mutants(&link, usize::MAX);
        let kinds = |ms: &[Mutant]| ms.iter().map(|m| m.operator).collect::<std::collections::BTreeSet<_>>();
        let few = mutants(&link, kinds(&all).len());
        assert_eq!(kinds(&few), kinds(&all));
        let texts = texts(&link);
        let shorter = r"\sum_{i=1}^{N - 1} \frac{\log\left( i \right)}{N}".to_owned();
        assert!(texts.contains(&shorter), "{texts:#?}");
    }
}
