//! Sharpness and corrections of judged claims, with the samples of the run reused for every variant.

use super::{Refine, Subject};
use crate::correction::{self, Opinion};
use crate::evidence::{Evidence, Finding};
use crate::expr::Link;
use crate::record::{Correction, Sharpness};

/// Asks [`crate::correction`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Corrections;

impl Refine for Corrections {
    fn sharpness(&self, subject: &Subject<'_>) -> Option<Sharpness> {
        let simulated = |number: usize, link: &Link| opinion(subject, number, link);
        let limit = subject.plan.profile.mutants;
        correction::sharpness(subject.claim, subject.evidence, subject.budget, subject.seed, &simulated, limit)
    }

    fn corrections(&self, subject: &Subject<'_>) -> Vec<Correction> {
        let simulated = |number: usize, link: &Link| opinion(subject, number, link);
        correction::corrections(subject.claim, subject.evidence, subject.budget, subject.seed, &simulated)
    }
}

/// What the samples that are there say about a variant of a link.
fn opinion(subject: &Subject<'_>, number: usize, link: &Link) -> Opinion {
    let mut variant = subject.claim.clone();
    let Some(place) = variant.statement.links.get_mut(number) else {
        return Opinion::Silent("there is no such link".to_owned());
    };
    *place = link.clone();
    // A reading that the variant does not have must not vouch for it.
    variant.alternative = None;
    let found = (subject.recheck)(&variant);
    let about = || found.iter().filter(|e: &&Evidence| e.link == number);
    if about().any(|e| matches!(e.finding, Finding::Contradicts { .. })) {
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
