//! Variants of a formula on trial: how many slips the evidence would have caught, and which slip repairs a refuted formula.
//!
//! Variants are judged by the same methods on the same points as the claim. Nothing is simulated anew: the caller passes a
//! [`Simulated`] that judges a variant on the simulation evidence that is there already.

mod search;
mod sharpness;

pub use search::corrections;
pub use sharpness::sharpness;

use crate::claim::Claim;
use crate::evidence::Finding;
use crate::expr::{Expr, Link, Relation, walk};
use crate::method::setting::Setting;
use crate::method::{Budget, calculus, enclosure, exact};
use crate::random::SeedPath;

/// What is known about a variant of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It holds, proved or to the bound in words.
    Holds(String),
    /// It is false.
    Fails,
    /// Neither, in words.
    Silent(String),
}

/// Judges a variant of the numbered link on the simulations of its claim, without a new one.
pub type Simulated<'a> = dyn Fn(usize, &Link) -> Opinion + Sync + 'a;

/// For claims without simulation.
pub fn not_simulated(_: usize, _: &Link) -> Opinion {
    Opinion::Silent("nothing was simulated".into())
}

/// Judges variants of a claim's links at the points of a setting.
struct Bench<'a> {
    setting: Setting<'a>,
    budget: Budget,
    seed: SeedPath,
}

impl<'a> Bench<'a> {
    fn new(claim: &'a Claim, budget: &Budget, seed: &SeedPath) -> Result<Self, String> {
        if claim.limit.is_some() {
            return Err("a limit is not a statement about single points".into());
        }
        let setting = Setting::new(claim, budget, seed)?;
        Ok(Self { setting, budget: budget.clone(), seed: seed.clone() })
    }

    /// The same claim at points of its own.
    fn fresh(&self) -> Self {
        let seed = self.seed.child("fresh");
        Self { setting: self.setting.fresh(&self.budget, &seed), budget: self.budget.clone(), seed }
    }

    fn derives(&self) -> bool {
        self.setting.claim.extremum.is_some() || self.setting.claim.solves.is_some()
    }

    /// Refuted, proved, agreeing or open, by every method that takes no simulation.
    fn judge(&self, link: &Link) -> Opinion {
        if self.derives() {
            return match calculus::judge(link, &self.setting, &self.budget, &self.seed).finding {
                Finding::Proves { certificate } => Opinion::Holds(certificate),
                Finding::Agrees { bound } => Opinion::Holds(bound),
                Finding::Contradicts { .. } => Opinion::Fails,
                Finding::Undecided { explanation, .. } => Opinion::Silent(explanation),
            };
        }
        let outcome = enclosure::refute(link, &self.setting, &self.budget);
        if outcome.contradicts() {
            return Opinion::Fails;
        }
        if outcome.nowhere_defined(self.setting.points.len()) {
            return Opinion::Fails;
        }
        if let Finding::Proves { certificate } = exact::judge(link, &self.setting, &self.budget, &self.seed).finding {
            return Opinion::Holds(certificate);
        }
        if outcome.agrees() {
            Opinion::Holds(format!(
                "{} points of its own, at least {:.0} digits",
                outcome.holds,
                outcome.digits.min(99.0)
            ))
        } else {
            Opinion::Silent(outcome.refused.unwrap_or_else(|| "no point decides it".into()))
        }
    }

    /// Whether the changed parts are proved equal: the whole sides, or else the smallest part that differs.
    fn equivalent(&self, original: &Link, variant: &Link, path: &[usize]) -> bool {
        let [side, inner @ ..] = path else { return false };
        let (old, new) = if *side == 0 { (&original.left, &variant.left) } else { (&original.right, &variant.right) };
        let equal = |left: &Expr, right: &Expr| {
            let link = Link { left: left.clone(), relation: Relation::Equal, right: right.clone() };
            matches!(exact::judge(&link, &self.setting, &self.budget, &self.seed).finding, Finding::Proves { .. })
        };
        equal(old, new)
            || matches!((walk::get(old, inner), walk::get(new, inner)), (Some(a), Some(b)) if !inner.is_empty() && equal(a, b))
    }
}

#[cfg(test)]
mod tests;
