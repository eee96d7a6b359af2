//! Variants that are no slip: proved to be equal to the formula, to say nothing, or to follow from the formula.

use super::{Bench, scale};
use crate::algebra::{plain, says_nothing};
use crate::claim::{Claim, Limit};
use crate::evidence::Finding;
use crate::expr::{Expr, Kind, Link, Relation, Sort, walk};
use crate::method::asymptotics::Asymptotics;
use crate::method::range::Ranges;
use crate::method::setting::Setting;
use crate::method::{Budget, exact, monotone};
use crate::numeric::{Constant, Function, Rational};
use std::cmp::Ordering;

impl Bench<'_> {
    /// Whether a variant, changed along a path, is proved to be true if the original is.
    pub(super) fn is_harmless(&self, original: &Link, variant: &Link, path: &[usize]) -> bool {
        if says_nothing(variant) || self.equivalent(original, variant, path) {
            return true;
        }
        let Some(side) = path.first() else { return false };
        let (old, new, other) = match side {
            0 => (&original.left, &variant.left, &original.right),
            _ => (&original.right, &variant.right, &original.left),
        };
        variant.relation == original.relation
            && self.prove(|p| {
                let prepared = [old, new, other].map(|e| p.setting.prepare_side(e));
                let lost = |[old, new, other]: [&Expr; 3]| {
                    let claim = self.claim;
                    let pointwise = claim.limit.is_none() && claim.extremum.is_none() && claim.solves.is_none();
                    let ranges = Ranges::new(p.setting);
                    pointwise && scale::is_lost([old, new, other], &path[1..], original.relation, &ranges)
                        || scale::is_reflected(old, new, &path[1..])
                };
                matches!(&prepared, [Some(a), Some(b), Some(c)] if lost([a, b, c]))
                    || self.is_instance(original, variant, p.setting)
                    || p.follows(original.relation, *side == 0, [old, new, other])
            })
    }

    /// Whether the changed parts of a variant are proved equal: the whole sides, or else the smallest part that differs.
    pub(super) fn equivalent(&self, original: &Link, variant: &Link, path: &[usize]) -> bool {
        let [side, inner @ ..] = path else { return false };
        let (old, new) = if *side == 0 { (&original.left, &variant.left) } else { (&original.right, &variant.right) };
        let parts = (walk::get(old, inner), walk::get(new, inner));
        self.prove(|p| matches!(parts, (Some(a), Some(b)) if !inner.is_empty() && p.equal(a, b)) || p.equal(old, new))
    }

    /// What a proof with the symbols of the claim says.
    fn prove(&self, proof: impl Fn(&Proof<'_>) -> bool) -> bool {
        let unlimited = Claim { limit: None, ..self.claim.clone() };
        let indeterminate = Budget { points: 0, ..self.budget.clone() };
        let own = || Setting::new(&unlimited, &indeterminate, &self.seed).ok();
        let limited = if self.setting.is_none() { own() } else { None };
        self.setting.as_ref().or(limited.as_ref()).is_some_and(|setting| proof(&Proof { bench: self, setting }))
    }
}

/// Proofs with the symbols of a claim.
struct Proof<'a> {
    bench: &'a Bench<'a>,
    setting: &'a Setting<'a>,
}

impl Proof<'_> {
    fn equal(&self, left: &Expr, right: &Expr) -> bool {
        let link = Link { left: left.clone(), relation: Relation::Equal, right: right.clone() };
        let proof = || exact::judge(&link, self.setting, &self.bench.budget, &self.bench.seed).finding;
        walk::same(&plain(left), &plain(right)) || matches!(proof(), Finding::Proves { .. })
    }

    /// Whether `new` stands in the relation to the other side if `old` does.
    fn follows(&self, relation: Relation, on_the_left: bool, [old, new, other]: [&Expr; 3]) -> bool {
        if self.bench.claim.extremum.is_some() || self.bench.claim.solves.is_some() {
            return false;
        }
        let vanishes = other.as_number().is_some_and(Rational::is_zero);
        let limit = self.bench.claim.limit.as_ref();
        if limit.is_some_and(|limit| self.follows_along(limit, relation, [old, new, other])) {
            return true;
        }
        match relation {
            Relation::Equal | Relation::TendsTo if limit.is_none_or(|l| !walk::mentions(other, &l.symbol)) => {
                self.maps_to_itself(old, new, other) || vanishes && self.multiple(old, new, false)
            }
            Relation::SameOrder => self.multiple(old, new, true),
            _ if relation.is_order() => {
                self.grows_to_itself(old, new, other)
                    || vanishes && self.multiple(old, new, true)
                    || self.is_looser(relation, on_the_left, [old, new])
            }
            _ => false,
        }
    }

    /// Whether `new` is an increasing function of a positive `old` that leaves the other side as it is: √x ≥ 1 if x ≥ 1.
    fn grows_to_itself(&self, old: &Expr, new: &Expr, other: &Expr) -> bool {
        let positive = |e: &Expr| Ranges::new(self.setting).of(e).lo() >= 0.0;
        let prepared = |e: &Expr| self.setting.prepare_side(e).is_some_and(|e| positive(&e));
        let grows = match &*new.kind {
            Kind::Function(Function::Sqrt, a) => walk::same(&a[0], old),
            Kind::Pow(base, exponent) => walk::same(base, old) && prepared(exponent),
            _ => false,
        };
        grows && prepared(old) && self.maps_to_itself(old, new, other)
    }

    /// Whether `new` is shown to have the limit that is claimed of `old`, or the same leading term.
    fn follows_along(&self, limit: &Limit, relation: Relation, [old, new, other]: [&Expr; 3]) -> bool {
        let along = Asymptotics::new(limit, self.setting, &self.bench.budget, &self.bench.seed);
        let fixed = !walk::mentions(other, &limit.symbol);
        match relation {
            Relation::TendsTo | Relation::Equal if fixed => {
                let opposite = Expr::new(Kind::Neg(other.clone()), other.sort.clone(), other.span);
                along.vanishes(&Expr::new(Kind::Add(vec![new.clone(), opposite]), new.sort.clone(), new.span))
            }
            Relation::TendsTo | Relation::Equal | Relation::Approximately | Relation::Asymptotic => {
                along.is_asymptotic(new, old, false)
            }
            Relation::SameOrder => along.is_asymptotic(new, old, true),
            _ => false,
        }
    }

    /// Whether `new` is a continuous function of `old` alone that leaves the other side as it is: √1 = 1, −0 = 0.
    fn maps_to_itself(&self, old: &Expr, new: &Expr, other: &Expr) -> bool {
        // A factor that itself moves along the limit is no continuous function of what has a limit.
        let moves = |e: &Expr| self.bench.claim.limit.as_ref().is_some_and(|l| walk::mentions(e, &l.symbol));
        image(old, new, other).is_some_and(|image| !moves(&image) && self.equal(&image, other))
    }

    /// Whether `new` is a multiple of `old` by a number other than zero.
    fn multiple(&self, old: &Expr, new: &Expr, positive: bool) -> bool {
        if !old.sort.is_scalar() {
            return false;
        }
        let real = |kind| Expr::new(kind, Sort::Real, old.span);
        let number = |n: i64, d: i64| Expr::number(Rational::from(n) / Rational::from(d), old.span);
        let constant = |c| real(Kind::Constant(c));
        let two = number(2, 1);
        let log_two = real(Kind::Function(Function::Log, vec![two.clone()]));
        let factors = [number(-1, 1), two, number(1, 2), constant(Constant::Pi), constant(Constant::Euler), log_two];
        let from = usize::from(positive);
        factors[from..].iter().any(|factor| {
            let times = |e: &Expr| real(Kind::Mul(vec![factor.clone(), e.clone()]));
            self.equal(new, &times(old)) || self.equal(old, &times(new))
        })
    }

    /// Whether a bound is proved to be farther out: a larger upper or a smaller lower one.
    fn is_looser(&self, relation: Relation, on_the_left: bool, [old, new]: [&Expr; 2]) -> bool {
        let upward = matches!(relation, Relation::Less | Relation::LessOrEqual);
        let (less, more) = if upward == on_the_left { (new, old) } else { (old, new) };
        let sides = (self.setting.prepare_side(less), self.setting.prepare_side(more));
        let (Some(less), Some(more)) = sides else { return false };
        let order = monotone::order(&less, &more, self.setting, &self.bench.budget);
        matches!(order, Some(Ordering::Less | Ordering::Equal))
    }
}

/// `new` with the other side in place of `old`, if `new` is `old` below continuous operations.
fn image(old: &Expr, new: &Expr, other: &Expr) -> Option<Expr> {
    if walk::same(old, new) {
        return Some(other.clone());
    }
    let continuous = match &*new.kind {
        Kind::Neg(_) | Kind::Mul(_) | Kind::Div(..) | Kind::Pow(..) => true,
        Kind::Function(f, _) => matches!(f, Function::Sqrt),
        _ => false,
    };
    if !continuous {
        return None;
    }
    let mut found = 0;
    let out = walk::map_children(new, &mut |child| {
        image(old, child, other).map_or_else(
            || child.clone(),
            |image| {
                found += 1;
                image
            },
        )
    });
    (found == 1).then_some(out)
}
