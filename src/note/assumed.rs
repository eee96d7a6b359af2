//! Formulas without declarations: what is assumed about their symbols by default, and which of them say something that can
//! be checked under it.
//!
//! A name is a real number; where it counts (an index, the end of a sum, the argument of a factorial or binomial) it is a
//! positive whole number; i is the imaginary unit where it is no index. Names that are called, indexed, transposed, or stand in a norm, trace or determinant are not
//! assumed to be anything.

use super::claim_comment::{Asserted, RawClaim, slug};
use super::{Located, RawNote, stem};
use crate::claim::Claim;
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::walk::{children, free_symbols, free_symbols_of_links, free_symbols_of_statement, mentions};
use crate::expr::{Dim, Expr, Kind, Link, Relation, Sort, Statement, Symbol};
use crate::latex::usage::{Usage, Uses};
use crate::latex::{self, Define, Entry, Scope};
use crate::numeric::Rational;
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The most symbols of one formula that are assumed.
const MOST_SYMBOLS: usize = 8;

/// A scope in which the names of `formula` that `scope` does not know are declared by default, and these declarations;
/// `None` if the formula uses a name in a way about which nothing is assumed. Names that another formula defines stand for
/// their meaning.
pub(super) fn by_default(
    formula: &str,
    scope: &Scope,
    definitions: &BTreeMap<String, (usize, String)>,
) -> Option<(Scope, Vec<Declaration>)> {
    let (mut scope, mut assumed) = (scope.clone(), Vec::new());
    declare(formula, &mut scope, &mut assumed, definitions, 0)?;
    Some((scope, assumed))
}

fn declare(
    formula: &str,
    scope: &mut Scope,
    assumed: &mut Vec<Declaration>,
    definitions: &BTreeMap<String, (usize, String)>,
    depth: usize,
) -> Option<()> {
    let mut usage = Usage::default();
    usage.add(formula).ok()?;
    for (name, uses) in &usage.names {
        if scope.knows(name) || !uses.free || means_itself(name, scope) {
            continue;
        }
        if let Some((_, meaning)) = definitions.get(name).filter(|_| depth < DEEPEST_DEFINITION) {
            declare(meaning, scope, assumed, definitions, depth + 1)?;
            let body = latex::expression(meaning, scope, &[]).ok()?;
            scope.insert(name.clone(), Entry::Define(Define { parameters: Vec::new(), body }));
            continue;
        }
        // A letter i that is no index is no number of its own.
        if name == "i" && !uses.counts && !uses.limit && is_number(uses) {
            scope.insert(name.clone(), Entry::ImaginaryUnit);
            continue;
        }
        // A component or a power of a declared array, a call of a declared function.
        if !is_number(uses) || assumed.len() == MOST_SYMBOLS {
            return None;
        }
        let (sort, domain) = match uses.counts || uses.limit {
            true => (Sort::Integer, Domain::Interval { lower: Some((Rational::ONE, true)), upper: None }),
            false => (Sort::Real, Domain::All),
        };
        let symbol = Symbol::new(name.clone(), sort);
        let declaration = Declaration { symbol, domain, role: Role::Variable, span: Span::default() };
        scope.insert(name.clone(), Entry::Declared(declaration.clone()));
        assumed.push(declaration);
    }
    Some(())
}

/// Whether a name has a meaning beside what a note declares without being declared: I is the identity, Δₓ the Laplacian, ẋ and
/// f′ are derivatives.
fn means_itself(name: &str, scope: &Scope) -> bool {
    let sort = |name: &str| scope.declared(name).map(|d| d.symbol.sort());
    let below = name.strip_prefix(r"\Delta_{").and_then(|rest| rest.strip_suffix('}'));
    let dotted = [r"\dot{", r"\ddot{"].iter().find_map(|dot| name.strip_prefix(dot)?.strip_suffix('}'));
    let primed = name.strip_suffix('\'').map(|rest| rest.trim_end_matches('\''));
    below.is_some_and(|x| matches!(sort(x), Some(Sort::Vector(_))))
        || dotted.or(primed).is_some_and(|name| scope.knows(name))
        || name == "I" && scope.names().any(|declared| matches!(sort(declared), Some(Sort::Matrix(..))))
}

/// How far definitions may use each other.
const DEEPEST_DEFINITION: usize = 5;

/// Whether a name is used as a number is. One that stands only before parentheses may be a function as well.
fn is_number(uses: &Uses) -> bool {
    let may_be_called = !uses.called.is_empty() || uses.count > 0 && uses.before_sum == uses.count;
    uses.indices.is_empty() && !may_be_called && !uses.transposed && !uses.square && !uses.normed
}

/// Leaves of a formula that nobody claims what says something about numbers: equalities and inequalities that neither
/// define an undeclared name nor hold at some of its values only. Returns whether anything is left.
pub(super) fn keep_checkable(statement: &mut Statement, assumed: &[Symbol]) -> bool {
    let compares = |relation: Relation| {
        matches!(
            relation,
            Relation::Equal
                | Relation::NotEqual
                | Relation::Less
                | Relation::LessOrEqual
                | Relation::Greater
                | Relation::GreaterOrEqual
        )
    };
    let is_scalar = |link: &Link| compares(link.relation) && link.left.sort.is_scalar() && link.right.sort.is_scalar();
    if !statement.links.iter().all(is_scalar) {
        return false;
    }
    statement.links.retain(|link| !settles(link, assumed));
    !statement.links.is_empty()
}

/// Whether a link says what some assumed symbol is rather than what holds for all its values: the symbol stands alone on
/// one side, or in a product of powers that the other side knows nothing of, or once in all of an equation.
fn settles(link: &Link, assumed: &[Symbol]) -> bool {
    let is_equation = link.relation == Relation::Equal;
    let sides = [(&link.left, &link.right), (&link.right, &link.left)];
    let is_alone = |side: &Expr, other: &Expr| match &*side.kind {
        Kind::Symbol(symbol) => assumed.contains(symbol) && (is_equation || !mentions(other, symbol)),
        _ => false,
    };
    let is_product = |side: &Expr, other: &Expr| {
        is_equation && is_monomial(side) && assumed.iter().any(|s| mentions(side, s) && !mentions(other, s))
    };
    let once = |symbol: &Symbol| {
        let (left, right) = (occurrences(&link.left, symbol), occurrences(&link.right, symbol));
        is_equation && left.count + right.count == 1 && !left.in_binder && !right.in_binder
    };
    sides.into_iter().any(|(side, other)| is_alone(side, other) || is_product(side, other)) || assumed.iter().any(once)
}

/// A product of numbers and powers of symbols.
fn is_monomial(expr: &Expr) -> bool {
    match &*expr.kind {
        Kind::Number(_) | Kind::Constant(_) | Kind::Symbol(_) => true,
        Kind::Neg(a) => is_monomial(a),
        Kind::Mul(factors) => factors.iter().all(is_monomial),
        Kind::Div(a, b) => is_monomial(a) && is_monomial(b),
        Kind::Pow(base, _) => is_monomial(base),
        _ => false,
    }
}

/// How often a symbol occurs in an expression.
#[derive(Default)]
struct Occurrences {
    count: usize,
    /// Some of them below a sum, an integral, an average or a derivative, of which the value may not depend on it.
    in_binder: bool,
}

fn occurrences(expr: &Expr, symbol: &Symbol) -> Occurrences {
    let mut all = Occurrences::default();
    if matches!(&*expr.kind, Kind::Symbol(s) if s == symbol) {
        all.count = 1;
    }
    let is_plain = matches!(
        &*expr.kind,
        Kind::Add(_) | Kind::Mul(_) | Kind::Neg(_) | Kind::Div(..) | Kind::Pow(..) | Kind::Function(..)
    );
    for child in children(expr) {
        let below = occurrences(child, symbol);
        all.in_binder |= below.in_binder || below.count > 0 && !is_plain;
        all.count += below.count;
    }
    all
}

/// Those of `guesses` on which a claim rests.
pub(super) fn used_by(claim: &Claim, guesses: &[Symbol]) -> Vec<Symbol> {
    if guesses.is_empty() {
        return Vec::new();
    }
    let mut used: Vec<Symbol> = free_symbols_of_statement(&claim.statement);
    if let Some(extremum) = &claim.extremum {
        used.extend(free_symbols(&extremum.objective));
        used.push(extremum.variable.clone());
    }
    used.extend(claim.solves.iter().flat_map(|equation| free_symbols_of_links(&equation.links)));
    // A law may have any of them for its parameters.
    let is_random = |s: &Symbol| claim.declarations.iter().any(|d| d.symbol == *s && matches!(d.role, Role::Random(_)));
    if used.iter().any(is_random) {
        return guesses.to_vec();
    }
    let lengths: Vec<Symbol> = used
        .iter()
        .filter_map(|symbol| symbol.sort().shape())
        .flat_map(|(rows, columns)| [rows, columns])
        .filter_map(|length| match length {
            Dim::Named(symbol) => Some(symbol),
            Dim::Literal(_) => None,
        })
        .collect();
    used.extend(lengths);
    guesses.iter().filter(|guess| used.contains(guess)).cloned().collect()
}

/// Gives every displayed formula without a claim one that nobody asserts. `taken` are ids of the run; new ones are added.
pub fn claim_unclaimed(note: &mut RawNote, taken: &mut BTreeSet<String>) {
    let claimed: BTreeSet<usize> = note.claims.iter().filter_map(|claim| claim.target).collect();
    let name = slug(&stem(note.file.name()));
    for index in (0..note.formulas.len()).filter(|index| !claimed.contains(index)) {
        let formula = &note.formulas[index];
        let line = note.file.position(formula.tex.span.start).line;
        let own = formula.labels.first().map(|label| slug(&label.text)).filter(|label| !label.is_empty());
        let own = own.or_else(|| formula.numbers.first().map(|number| slug(&format!("eq {number}"))));
        let own = own.unwrap_or_else(|| format!("line-{line}"));
        let base = if name.is_empty() { own } else { format!("{name}-{own}") };
        let mut id = base.clone();
        for repeated in 2.. {
            if taken.insert(id.clone()) {
                break;
            }
            id = format!("{base}-{repeated}");
        }
        let mut claim = RawClaim::new(Located::opaque(id, formula.outer), formula.outer);
        claim.target = Some(index);
        claim.asserted = Asserted::ByNobody;
        note.claims.push(claim);
    }
}
