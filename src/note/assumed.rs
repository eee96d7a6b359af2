//! Formulas without declarations: what is assumed about their symbols by default, and which of them say something that can
//! be checked under it.
//!
//! A name is a real number; where it counts (an index, the end of a sum, the argument of a factorial or binomial) it is a
//! positive whole number. Names that are called, indexed, transposed, or stand in a norm, trace or determinant are not
//! assumed to be anything.

use super::claim_comment::{Asserted, RawClaim, slug};
use super::{Located, RawNote, stem};
use crate::claim::Claim;
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::walk::{free_symbols, free_symbols_of_links, free_symbols_of_statement};
use crate::expr::{Dim, Kind, Relation, Sort, Statement, Symbol};
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
        if scope.knows(name) || !uses.free {
            continue;
        }
        if let Some((_, meaning)) = definitions.get(name).filter(|_| depth < DEEPEST_DEFINITION) {
            declare(meaning, scope, assumed, definitions, depth + 1)?;
            let body = latex::expression(meaning, scope, &[]).ok()?;
            scope.insert(name.clone(), Entry::Define(Define { parameters: Vec::new(), body }));
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

/// How far definitions may use each other.
const DEEPEST_DEFINITION: usize = 5;

/// Whether a name is used as a number is.
fn is_number(uses: &Uses) -> bool {
    uses.indices.is_empty() && uses.called.is_empty() && !uses.transposed && !uses.square && !uses.normed
}

/// Whether a formula that nobody claims says something about numbers: a chain of equalities and inequalities that is not
/// the definition of an undeclared name.
pub(super) fn is_checkable(statement: &Statement, assumed: &[Symbol]) -> bool {
    let defines = |side: &crate::expr::Expr| match &*side.kind {
        Kind::Symbol(symbol) => assumed.contains(symbol),
        _ => false,
    };
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
    let links = &statement.links;
    links.iter().all(|link| compares(link.relation) && link.left.sort.is_scalar() && link.right.sort.is_scalar())
        && !links.first().is_some_and(|link| defines(&link.left))
        && !links.iter().any(|link| matches!(link.relation, Relation::Equal) && defines(&link.right))
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
