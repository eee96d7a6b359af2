//! Sharpness and corrections of judged claims, with the samples of the run reused for every variant.

use super::{Refine, Subject};
use crate::correction::{self, Opinion};
use crate::evidence::{Estimate, Evidence, Finding, StopReason};
use crate::expr::{Link, Relation, walk};
use crate::record::{Correction, Sharpness};

/// The method whose estimates stand beside predictions.
const SIMULATION: &str = "simulation";

/// Asks [`crate::correction`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Corrections;

impl Refine for Corrections {
    fn sharpness(&self, subject: &Subject<'_>) -> Option<Sharpness> {
        let simulated = |number: usize, link: &Link| {
            let found = evidence(subject, number, link);
            let original = subject.claim.statement.links.get(number);
            // The bound itself holds: what it implies does, too.
            match opinion(number, &found) {
                Opinion::Holds(_) if original.is_some_and(|o| is_looser(o, link, subject.evidence, &found)) => {
                    Opinion::Proved("a looser bound at every parameter point".to_owned())
                }
                opinion => opinion,
            }
        };
        let limit = subject.plan.profile.mutants;
        correction::sharpness(subject.claim, subject.evidence, subject.budget, subject.seed, &simulated, limit)
    }

    fn corrections(&self, subject: &Subject<'_>) -> Vec<Correction> {
        let simulated = |number: usize, link: &Link| opinion(number, &evidence(subject, number, link));
        correction::corrections(subject.claim, subject.evidence, subject.budget, subject.seed, &simulated)
    }
}

/// Whether a variant of a bound is looser at every point at which the bound was measured.
fn is_looser(original: &Link, variant: &Link, evidence: &[Evidence], found: &[Evidence]) -> bool {
    let (left_kept, right_kept) =
        (walk::same(&original.left, &variant.left), walk::same(&original.right, &variant.right));
    if !original.relation.is_order() || original.relation != variant.relation || left_kept == right_kept {
        return false;
    }
    // An upper bound on the right, or a lower one on the left that was changed.
    let upward = matches!(original.relation, Relation::Less | Relation::LessOrEqual) == left_kept;
    let looser = |old: &Estimate, new: &Estimate| match (old.predicted, new.predicted) {
        (Some(old), Some(new)) => (if upward { new - old } else { old - new }) >= 0.0,
        _ => false,
    };
    let of = |name: &str, all: &[Evidence]| -> Vec<Estimate> {
        all.iter().filter(|e| e.method == name).flat_map(|e| e.estimates.clone()).collect()
    };
    let (old, new) = (of(SIMULATION, evidence), of(SIMULATION, found));
    let same_points = old.iter().map(|e| &e.name).eq(new.iter().map(|e| &e.name));
    !old.is_empty() && same_points && old.iter().zip(&new).all(|(old, new)| looser(old, new))
}

/// What the samples that are there say about a claim with a variant of a link.
fn evidence(subject: &Subject<'_>, number: usize, link: &Link) -> Vec<Evidence> {
    let mut variant = subject.claim.clone();
    let Some(place) = variant.statement.links.get_mut(number) else { return Vec::new() };
    *place = link.clone();
    // A reading that the variant does not have must not vouch for it.
    variant.alternatives.clear();
    (subject.recheck)(&variant)
}

/// What evidence says about the variant of a link.
fn opinion(number: usize, found: &[Evidence]) -> Opinion {
    let about = || found.iter().filter(|e: &&Evidence| e.link == number);
    // What has no value where the original has one says something else.
    let fails = |finding: &Finding| {
        matches!(finding, Finding::Contradicts { .. } | Finding::Undecided { reason: StopReason::Undefined, .. })
    };
    if about().any(|e| fails(&e.finding)) {
        return Opinion::Fails;
    }
    let agreed = about().find_map(|e| match &e.finding {
        Finding::Agrees { bound } => Some(Opinion::Holds(bound.clone())),
        _ => None,
    });
    agreed.unwrap_or_else(|| {
        Opinion::Silent(about().next().map_or_else(|| "nothing was simulated".to_owned(), |e| e.detail.clone()))
    })
}
