//! Whether relations hold between enclosed values.

use crate::eval::Value;
use crate::expr::Relation;
use crate::numeric::{Arithmetic, Rational};
use std::cmp::Ordering;

/// Whether two arrays differ for certain; `None` for any other relation. An equation between arrays that could not be put in
/// holds at degenerate points only, which say nothing.
pub(super) fn arrays<A: Arithmetic>(
    a: &A,
    left: &Value<A::Number>,
    relation: Relation,
    right: &Value<A::Number>,
) -> Option<bool> {
    if left.shape() != right.shape() || relation != Relation::NotEqual {
        return None;
    }
    let pairs = left.entries().iter().zip(right.entries());
    Some(pairs.into_iter().any(|(x, y)| a.compare(x, y).is_some_and(|o| o != Ordering::Equal)))
}

/// Whether a relation holds between two enclosed numbers; `None` if that is open.
pub(super) fn holds<A: Arithmetic>(a: &A, left: &A::Number, relation: Relation, right: &A::Number) -> Option<bool> {
    // "Much" is taken as a factor of a hundred.
    let hundred = a.rational(&Rational::from(100));
    let order = match relation {
        Relation::MuchLess => a.compare(&a.mul(&hundred, left), right)?,
        Relation::MuchGreater => a.compare(left, &a.mul(&hundred, right))?,
        _ => a.compare(left, right)?,
    };
    Some(match relation {
        Relation::Equal | Relation::Approximately => order == Ordering::Equal,
        Relation::NotEqual => order != Ordering::Equal,
        Relation::Less => order == Ordering::Less,
        Relation::LessOrEqual | Relation::MuchLess => order != Ordering::Greater,
        Relation::Greater => order == Ordering::Greater,
        Relation::GreaterOrEqual | Relation::MuchGreater => order != Ordering::Less,
        Relation::Asymptotic
        | Relation::SameOrder
        | Relation::Proportional
        | Relation::TendsTo
        | Relation::Distributed
        | Relation::EqualInLaw
        | Relation::Member
        | Relation::NotMember
        | Relation::Assign => return None,
    })
}
