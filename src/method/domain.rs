//! Claims whose ranges and assumptions leave nothing to claim anything about.

use super::Budget;
use super::setting::Setting;
use crate::claim::{Claim, Domain};
use crate::diagnostic::{Diagnostic, codes};
use crate::expr::{Condition, Kind, Link, Relation, Symbol, walk};
use crate::numeric::Rational;
use crate::random::SeedPath;

/// A warning for each claim with assumptions for which no admissible point exists, or none was found.
pub fn empty_domains(claims: &[Claim]) -> Vec<Diagnostic> {
    claims.iter().filter_map(warning).collect()
}

fn warning(claim: &Claim) -> Option<Diagnostic> {
    let premises = claim.statement.premises.iter().map(|link| Condition::Holds(link.clone()));
    let conditions: Vec<Condition> = claim.assumptions.iter().cloned().chain(premises).collect();
    // A condition on the symbol of a limit is met close enough to its target.
    let of_limit =
        |c: &Condition| claim.limit.as_ref().is_some_and(|l| walk::free_symbols_of_condition(c).contains(&l.symbol));
    if conditions.is_empty() || conditions.iter().any(of_limit) {
        return None;
    }
    let warn = |message: String, hint: String| {
        Some(Diagnostic::warning(&codes::EMPTY_DOMAIN, &claim.file, claim.span, message).hint(hint))
    };
    if let Some(symbol) = contradiction(claim, &conditions) {
        let message = format!("the range of ${}$ and the assumptions on it contradict each other", symbol.tex());
        return warn(message, "check the range under [symbols] and `assume`".into());
    }
    let budget = Budget { points: 1, ..Budget::default() };
    let setting = Setting::new(claim, &budget, &SeedPath::root(0).child("domain")).ok()?;
    if !setting.points.is_empty() || setting.tally.rejected.is_empty() {
        return None;
    }
    let mut reasons: Vec<(&String, &usize)> = setting.tally.rejected.iter().collect();
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let draws: usize = setting.tally.rejected.values().sum();
    let message = format!("none of {draws} points drawn from the declared ranges satisfies the assumptions");
    let hint = match reasons.first() {
        Some((why, n)) => format!("{why} at {n} of them; check the range under [symbols] and `assume`"),
        None => "check the range under [symbols] and `assume`".to_owned(),
    };
    warn(message, hint)
}

/// A bound and whether it belongs to the range.
type Bound = Option<(Rational, bool)>;

/// A symbol that its declared range and the comparisons of it with numbers leave no value.
fn contradiction(claim: &Claim, conditions: &[Condition]) -> Option<Symbol> {
    let mut ranges: Vec<(Symbol, Bound, Bound)> = Vec::new();
    for condition in flat(conditions) {
        let Some((symbol, relation, number)) = comparison(condition) else { continue };
        if !ranges.iter().any(|(s, ..)| *s == symbol) {
            let declared = claim.declarations.iter().find(|d| d.symbol == symbol).map(|d| &d.domain);
            let (lower, upper) = match declared {
                Some(Domain::Interval { lower, upper }) => (lower.clone(), upper.clone()),
                Some(Domain::PositiveEntries | Domain::PositiveDefinite) => (Some((Rational::ZERO, false)), None),
                _ => (None, None),
            };
            ranges.push((symbol.clone(), lower, upper));
        }
        let Some((_, lower, upper)) = ranges.iter_mut().find(|(s, ..)| *s == symbol) else { continue };
        let raise = |lower: &mut Bound, closed: bool| {
            if lower.as_ref().is_none_or(|(b, c)| number > *b || (number == *b && *c && !closed)) {
                *lower = Some((number.clone(), closed));
            }
        };
        let reduce = |upper: &mut Bound, closed: bool| {
            if upper.as_ref().is_none_or(|(b, c)| number < *b || (number == *b && *c && !closed)) {
                *upper = Some((number.clone(), closed));
            }
        };
        match relation {
            Relation::Greater => raise(lower, false),
            Relation::GreaterOrEqual => raise(lower, true),
            Relation::Less => reduce(upper, false),
            Relation::LessOrEqual => reduce(upper, true),
            Relation::Equal => {
                raise(lower, true);
                reduce(upper, true);
            }
            _ => {}
        }
    }
    ranges.into_iter().find_map(|(symbol, lower, upper)| {
        let ((low, with_low), (high, with_high)) = (lower?, upper?);
        (low > high || (low == high && !(with_low && with_high))).then_some(symbol)
    })
}

fn flat(conditions: &[Condition]) -> Vec<&Link> {
    conditions
        .iter()
        .flat_map(|c| match c {
            Condition::Holds(link) => vec![link],
            Condition::All(all) => flat(all),
        })
        .collect()
}

/// `symbol relation number`, whichever way round it is written.
pub(super) fn comparison(link: &Link) -> Option<(Symbol, Relation, Rational)> {
    let symbol = |e: &crate::expr::Expr| match &*e.kind {
        Kind::Symbol(s) => Some(s.clone()),
        _ => None,
    };
    let number = |e: &crate::expr::Expr| match &*e.kind {
        Kind::Neg(a) => a.as_number().map(|n| -n.clone()),
        Kind::Div(a, b) => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) if !b.is_zero() => Some(a / b),
            _ => None,
        },
        _ => e.as_number().cloned(),
    };
    if let (Some(s), Some(n)) = (symbol(&link.left), number(&link.right)) {
        return Some((s, link.relation, n));
    }
    let turned = match link.relation {
        Relation::Less => Relation::Greater,
        Relation::LessOrEqual => Relation::GreaterOrEqual,
        Relation::Greater => Relation::Less,
        Relation::GreaterOrEqual => Relation::LessOrEqual,
        other => other,
    };
    Some((symbol(&link.right)?, turned, number(&link.left)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::method::fixture::{Table, holds};

    #[test]
    fn contradictions_and_fruitless_draws_are_reported_and_others_are_not() {
        let mut t = Table::default();
        let (x, y) = (&t.positive("x"), &t.real("y"));
        let message = |t: &Table, assumptions: Vec<Condition>| {
            let mut claim = t.claim(x * x, Relation::GreaterOrEqual, y.clone());
            claim.assumptions = assumptions;
            empty_domains(&[claim]).into_iter().next().map(|d| d.message)
        };
        assert_eq!(message(&t, vec![holds(x.clone(), Relation::Less, n(3))]), None);
        assert_eq!(
            message(&t, vec![holds(n(1), Relation::Less, y.clone()), holds(y.clone(), Relation::Less, x.clone())]),
            None
        );
        let below = message(&t, vec![holds(x.clone(), Relation::Less, q(-1, 2))]).unwrap();
        assert!(below.contains("contradict"), "{below}");
        let pinched = vec![holds(y.clone(), Relation::Less, n(1)), holds(n(1), Relation::LessOrEqual, y.clone())];
        assert!(message(&t, pinched).is_some());
        let impossible = vec![holds(pow(y.clone(), n(2)), Relation::Less, n(-1) - x)];
        assert!(message(&t, impossible).unwrap().contains("none of"));
    }
}
