//! f ∝ g over some symbols: f(x) g(x′) = g(x) f(x′) at any two of their values, the other symbols being what the constant
//! may depend on.
//!
//! The cross product rather than a ratio, so that a zero of g at which f does not vanish counts as well.

use crate::claim::Claim;
use crate::expr::{Condition, Expr, Kind, Link, Relation, Sort, Symbol, walk};

/// A symbol over which a proportionality holds, and the one that takes a second value of it.
pub(super) type Pair = (Symbol, Symbol);

/// Whether a claim asserts a proportionality over known symbols.
pub(super) fn is_asserted(claim: &Claim) -> bool {
    !claim.over.is_empty() && claim.statement.links.iter().any(|l| l.relation == Relation::Proportional)
}

/// The equation at two points that a proportionality between numbers stands for; any other link is left as it is. `None` for
/// arrays, or where a second value cannot be put in.
pub(super) fn at_two_points(link: &Link, over: &[Pair]) -> Option<Link> {
    if link.relation != Relation::Proportional || over.is_empty() {
        return Some(link.clone());
    }
    if !link.left.sort.is_scalar() || !link.right.sort.is_scalar() {
        return None;
    }
    let there = second(link, over)?;
    let product = |a: &Expr, b: &Expr| Expr::new(Kind::Mul(vec![a.clone(), b.clone()]), Sort::Real, a.span);
    Some(Link {
        left: product(&link.left, &there.right),
        relation: Relation::Equal,
        right: product(&link.right, &there.left),
    })
}

/// A link with the second values put in.
fn second(link: &Link, over: &[Pair]) -> Option<Link> {
    over.iter().try_fold(link.clone(), |link, (x, other)| {
        walk::substitute_link(&link, x, &Expr::symbol(other, link.left.span))
    })
}

/// What is assumed of the first values, assumed of the second; `None` if it does not mention any or they cannot be put in.
pub(super) fn there(condition: &Condition, over: &[Pair]) -> Option<Condition> {
    let symbols = walk::free_symbols_of_condition(condition);
    if !over.iter().any(|(x, _)| symbols.contains(x)) {
        return None;
    }
    Some(match condition {
        Condition::Holds(link) => Condition::Holds(second(link, over)?),
        Condition::All(all) => Condition::All(all.iter().filter_map(|c| there(c, over)).collect()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Declaration;
    use crate::expr::fixture::*;
    use crate::method::enclosure::Enclosure;
    use crate::method::exact::Exact;
    use crate::method::fixture::{Table, check, word};
    use crate::numeric::Function::{Abs, Exp};
    use std::sync::Arc;

    /// `left ∝ right` over x; `other` is a constant.
    fn claim(left: impl Fn(&Expr, &Expr) -> Expr, right: impl Fn(&Expr, &Expr) -> Expr) -> Claim {
        let mut t = Table::default();
        let (x, other) = (t.real("x"), t.real("b"));
        let mut claim = t.claim(left(&x, &other), Relation::Proportional, right(&x, &other));
        let first = claim.declarations[0].clone();
        let twin = first.symbol.retitled("x'".to_owned());
        claim.over = vec![(first.symbol.clone(), twin.clone())];
        let declarations: Vec<Declaration> =
            claim.declarations.iter().cloned().chain([Declaration { symbol: twin, ..first }]).collect();
        claim.declarations = Arc::new(declarations);
        claim
    }

    fn words(claim: &Claim) -> [&'static str; 2] {
        [word(&Exact, claim), word(&Enclosure, claim)]
    }

    #[test]
    fn the_constant_may_depend_on_the_other_symbols_only() {
        let gaussian = |x: &Expr| f(Exp, -(x * x));
        let holds = claim(|x, b| pow(b.clone(), n(2)) * gaussian(x), |x, _| gaussian(x));
        assert_eq!(words(&holds), ["proves", "agrees"]);
        let shifted = claim(|x, b| f(Exp, -pow(x - b, n(2))), |x, b| gaussian(x) * f(Exp, n(2) * b * x));
        assert_eq!(words(&shifted)[1], "agrees");
        let fails = claim(|x, b| f(Exp, -pow(x - b, n(2))), |x, _| gaussian(x));
        assert_eq!(words(&fails)[1], "contradicts");
        let evidence = check(&Enclosure, &fails);
        let crate::evidence::Finding::Contradicts { witness } = evidence.finding else { panic!() };
        assert!(witness.point.iter().any(|(name, _)| name == "x'"), "{witness:?}");
        assert!(witness.summary.contains("ratio"), "{}", witness.summary);
    }

    #[test]
    fn a_zero_of_one_side_is_one_of_the_other() {
        let cut = |x: &Expr| x + f(Abs, x.clone());
        assert_eq!(words(&claim(|x, _| n(1) + n(0) * x, |x, _| cut(x)))[1], "contradicts");
    }

    #[test]
    fn nothing_is_said_where_a_side_is_zero() {
        let vanishing = claim(|x, _| x.clone(), |x, _| x - x);
        assert_eq!(words(&vanishing), ["undecided", "undecided"]);
    }
}
