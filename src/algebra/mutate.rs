//! Mutants: every formula that is one plausible slip away. A check that is passed by a mutant has not looked there; a repair
//! of a misprint is a mutant of it.

use crate::expr::walk::{self, Path};
use crate::expr::{ArrayFunction, Expr, Kind, Link, Range, Relation, Sort, Symbol, print};
use crate::numeric::{Constant, Function, Rational};

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

/// The mutants of a link, at most `limit`: all kinds in turn, so that a small limit still has some of each.
///
/// A side that is a single symbol or number is a name for the other side and is not changed.
pub fn mutants(link: &Link, limit: usize) -> Vec<Mutant> {
    let mut found: Vec<Mutant> = Vec::new();
    let symbols = walk::free_symbols_of_links([link]);
    for (side, expr) in [(1, &link.right), (0, &link.left)] {
        let name = matches!(&*expr.kind, Kind::Symbol(_) | Kind::Number(_) | Kind::Constant(_));
        if name && (side == 0 || matches!(&*expr.kind, Kind::Symbol(_))) {
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
    let mut found: Vec<Edit> = Vec::new();
    let mut place = Place { path: Path::new(), bound: Vec::new(), role: Role::Whole };
    collect(expr, expr, symbols, &mut place, &mut found);
    found
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

fn collect(root: &Expr, node: &Expr, symbols: &[Symbol], place: &mut Place, found: &mut Vec<Edit>) {
    for (operator, new, description) in local(node, symbols, place) {
        let well_sorted = new.sort == node.sort || (new.sort.is_scalar() && node.sort.is_scalar());
        if !well_sorted || walk::same(&new, node) {
            continue;
        }
        let Some(expr) = walk::replace(root, &place.path, &new) else { continue };
        if !found.iter().any(|edit| walk::same(&edit.expr, &expr)) {
            found.push(Edit { expr, description, path: place.path.clone(), operator });
        }
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

fn like(kind: Kind, model: &Expr) -> Expr {
    Expr::new(kind, model.sort.clone(), model.span)
}

fn real(kind: Kind, model: &Expr) -> Expr {
    Expr::new(kind, Sort::Real, model.span)
}

fn negated(e: &Expr) -> Expr {
    match &*e.kind {
        Kind::Neg(a) => a.clone(),
        _ => like(Kind::Neg(e.clone()), e),
    }
}

fn is_number(e: &Expr, value: i64) -> bool {
    e.as_number().is_some_and(|n| *n == Rational::from(value))
}

/// A product with the factor in front, joined to a product or a number that is there already.
fn scaled(factor: &Expr, e: &Expr) -> Expr {
    match (&*e.kind, factor.as_number(), e.as_number()) {
        (_, Some(a), Some(b)) => Expr::number(a * b, e.span),
        (Kind::Neg(a), _, _) => like(Kind::Neg(scaled(factor, a)), e),
        (Kind::Div(a, b), Some(f), _) if b.as_number() == Some(f) => a.clone(),
        (Kind::Div(a, b), Some(_), _) if a.as_number().is_some() => like(Kind::Div(scaled(factor, a), b.clone()), e),
        (Kind::Mul(factors), Some(_), _) if factors[0].as_number().is_some() => {
            let first = scaled(factor, &factors[0]);
            like(Kind::Mul(std::iter::once(first).chain(factors[1..].iter().cloned()).collect()), e)
        }
        (Kind::Mul(factors), _, _) => {
            like(Kind::Mul(std::iter::once(factor.clone()).chain(factors.iter().cloned()).collect()), e)
        }
        _ => like(Kind::Mul(vec![factor.clone(), e.clone()]), e),
    }
}

/// Half of it, without leaving a two above a two.
fn halved(e: &Expr) -> Expr {
    let two = Expr::integer(2, e.span);
    let even = |n: &Rational| n.is_int() && (n / Rational::from(2)).is_int();
    match &*e.kind {
        Kind::Number(n) if even(n) => Expr::number(n / Rational::from(2), e.span),
        Kind::Neg(a) => like(Kind::Neg(halved(a)), e),
        Kind::Mul(factors) if is_number(&factors[0], 2) => without(factors, 0, e, Kind::Mul),
        Kind::Div(a, b) if a.as_number().is_some_and(even) => like(Kind::Div(halved(a), b.clone()), e),
        Kind::Div(a, b) => like(Kind::Div(a.clone(), scaled(&two, b)), e),
        _ if e.sort.is_scalar() => real(Kind::Div(e.clone(), two), e),
        _ => like(Kind::Div(e.clone(), two), e),
    }
}

/// The operands without one; a single one left stands alone.
fn without(operands: &[Expr], drop: usize, model: &Expr, kind: fn(Vec<Expr>) -> Kind) -> Expr {
    let mut rest: Vec<Expr> = operands.iter().enumerate().filter(|(k, _)| *k != drop).map(|(_, e)| e.clone()).collect();
    if rest.len() == 1 { rest.remove(0) } else { like(kind(rest), model) }
}

/// Longest TeX that an edit is described by.
const LONGEST_SHOWN: usize = 120;

/// A part of a formula in a sentence.
fn shown(e: &Expr) -> String {
    let tex = print::expr(e);
    if tex.len() > LONGEST_SHOWN { "a long part".to_owned() } else { format!("${tex}$") }
}

type Local = (Operator, Expr, String);

fn local(e: &Expr, symbols: &[Symbol], place: &Place) -> Vec<Local> {
    let mut out: Vec<Local> = Vec::new();
    let whole_or_term = matches!(place.role, Role::Whole | Role::Term);
    let free_standing = whole_or_term || matches!(place.role, Role::Argument | Role::Exponent);
    if free_standing || matches!(&*e.kind, Kind::Neg(_)) {
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

/// Slips in the operation itself.
fn operation(e: &Expr, place: &Place, out: &mut Vec<Local>) {
    match &*e.kind {
        Kind::Number(value) if value.is_int() => {
            let up = Expr::number(value + Rational::ONE, e.span);
            out.push((Operator::Number, up.clone(), format!("{} in place of {}", shown(&up), shown(e))));
            let lowest = if place.role == Role::RangeEnd { Rational::ONE } else { Rational::from(2) };
            // A denominator 1 is a dropped denominator.
            if *value >= lowest && !(place.role == Role::Denominator && is_number(e, 2)) {
                let down = Expr::number(value - Rational::ONE, e.span);
                out.push((Operator::Number, down.clone(), format!("{} in place of {}", shown(&down), shown(e))));
            }
        }
        Kind::Add(terms) => {
            for (k, term) in terms.iter().enumerate() {
                let rest = without(terms, k, e, Kind::Add);
                out.push((Operator::Dropped, rest, format!("term {} dropped", shown(term))));
            }
        }
        Kind::Mul(factors) => {
            for (k, factor) in factors.iter().enumerate() {
                let rest = without(factors, k, e, Kind::Mul);
                out.push((Operator::Dropped, rest, format!("factor {} dropped", shown(factor))));
            }
        }
        Kind::Div(a, b) => {
            out.push((Operator::Dropped, a.clone(), format!("denominator {} dropped", shown(b))));
            if a.sort.is_scalar() {
                let new = like(Kind::Div(b.clone(), a.clone()), e);
                out.push((Operator::Inverse, new, format!("{} upside down", shown(e))));
            }
        }
        Kind::Pow(base, exponent) => {
            out.push((Operator::Square, base.clone(), format!("exponent {} dropped", shown(exponent))));
        }
        Kind::Function(function, operands) => function_slips(e, *function, operands, out),
        Kind::Array(function, operands) => array_slips(e, *function, operands, out),
        Kind::Component(a, indices) if indices.len() == 2 => {
            let exchanged = vec![indices[1].clone(), indices[0].clone()];
            let square = matches!(&a.sort, Sort::Matrix(n, m) if n == m);
            if square {
                let new = like(Kind::Component(a.clone(), exchanged), e);
                out.push((Operator::Transpose, new, format!("indices of {} exchanged", shown(e))));
            }
        }
        _ => {}
    }
}

fn function_slips(e: &Expr, function: Function, operands: &[Expr], out: &mut Vec<Local>) {
    let sibling = match function {
        Function::Sin => Some(Function::Cos),
        Function::Cos => Some(Function::Sin),
        Function::Sinh => Some(Function::Cosh),
        Function::Cosh => Some(Function::Sinh),
        Function::Erf => Some(Function::Erfc),
        Function::Erfc => Some(Function::Erf),
        Function::Tanh => Some(Function::Tan),
        Function::Tan => Some(Function::Tanh),
        Function::Min => Some(Function::Max),
        Function::Max => Some(Function::Min),
        _ => None,
    };
    if let Some(sibling) = sibling {
        let new = like(Kind::Function(sibling, operands.to_vec()), e);
        out.push((Operator::Function, new, format!("{} in place of {}", sibling.name(), function.name())));
    }
    match (function, operands) {
        (Function::Sqrt, [a]) => out.push((Operator::Root, a.clone(), format!("root of {} dropped", shown(a)))),
        (Function::Log, [_]) if e.sort.is_scalar() => {
            for base in [2, 10] {
                let log = real(Kind::Function(Function::Log, vec![Expr::integer(base, e.span)]), e);
                let new = real(Kind::Div(e.clone(), log), e);
                out.push((Operator::LogBase, new, format!("logarithm to base {base}")));
            }
        }
        _ => {}
    }
}

fn array_slips(e: &Expr, function: ArrayFunction, operands: &[Expr], out: &mut Vec<Local>) {
    let [a] = operands else { return };
    match function {
        ArrayFunction::Transpose => {
            out.push((Operator::Transpose, a.clone(), format!("transpose of {} dropped", shown(a))));
        }
        ArrayFunction::Inverse => out.push((Operator::Inverse, a.clone(), format!("inverse of {} dropped", shown(a)))),
        ArrayFunction::NormSquared => {
            let new = real(Kind::Array(ArrayFunction::Norm, operands.to_vec()), e);
            out.push((Operator::Square, new, format!("square of the norm of {} dropped", shown(a))));
        }
        ArrayFunction::Norm => {
            let new = real(Kind::Array(ArrayFunction::NormSquared, operands.to_vec()), e);
            out.push((Operator::Square, new, format!("norm of {} squared", shown(a))));
        }
        _ => {}
    }
}

fn symbol_slips(e: &Expr, symbol: &Symbol, symbols: &[Symbol], place: &Place, out: &mut Vec<Local>) {
    for other in symbols.iter().chain(&place.bound) {
        let same_kind = other.sort() == symbol.sort() && !matches!(symbol.sort(), Sort::Function(..));
        if same_kind && other != symbol {
            let new = Expr::symbol(other, e.span);
            out.push((Operator::Symbol, new, format!("${}$ in place of ${}$", other.tex(), symbol.tex())));
        }
    }
    match symbol.sort() {
        Sort::Integer => {
            let one = Expr::integer(1, e.span);
            let down = like(Kind::Add(vec![e.clone(), like(Kind::Neg(one.clone()), &one)]), e);
            let up = like(Kind::Add(vec![e.clone(), one]), e);
            for new in [down, up] {
                out.push((Operator::OffByOne, new.clone(), format!("{} in place of {}", shown(&new), shown(e))));
            }
        }
        Sort::Real => {
            let new = real(Kind::Pow(e.clone(), Expr::integer(2, e.span)), e);
            out.push((Operator::Square, new, format!("{} squared", shown(e))));
        }
        Sort::Matrix(n, m) if n == m => {
            for (operator, function, word) in [
                (Operator::Transpose, ArrayFunction::Transpose, "transposed"),
                (Operator::Inverse, ArrayFunction::Inverse, "inverted"),
            ] {
                let new = like(Kind::Array(function, vec![e.clone()]), e);
                out.push((operator, new, format!("{} {word}", shown(e))));
            }
        }
        _ => {}
    }
}

/// A root or a square over something that is not a symbol, where one is often forgotten.
fn roots(e: &Expr, place: &Place, out: &mut Vec<Local>) {
    let scalar = e.sort.is_scalar() && e.as_number().is_none();
    if !scalar || matches!(place.role, Role::RangeEnd | Role::Exponent) {
        return;
    }
    let rooted = || real(Kind::Function(Function::Sqrt, vec![e.clone()]), e);
    match &*e.kind {
        Kind::Symbol(s) if *s.sort() == Sort::Integer || *s.sort() == Sort::Real => {
            out.push((Operator::Root, rooted(), format!("root over {}", shown(e))));
        }
        Kind::Symbol(_) => {}
        // Under a root already, or a power that it would undo.
        Kind::Function(Function::Sqrt, _) | Kind::Neg(_) => {}
        _ if matches!(place.role, Role::Whole | Role::Denominator | Role::Argument) => {
            out.push((Operator::Root, rooted(), format!("root over {}", shown(e))));
            let squared = real(Kind::Pow(e.clone(), Expr::integer(2, e.span)), e);
            out.push((Operator::Square, squared, format!("{} squared", shown(e))));
        }
        Kind::Function(..) => {
            let squared = real(Kind::Pow(e.clone(), Expr::integer(2, e.span)), e);
            out.push((Operator::Square, squared, format!("{} squared", shown(e))));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Dim;
    use crate::expr::fixture::*;

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
