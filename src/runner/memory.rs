//! Judged claims of earlier runs, kept by content: what a claim says, what its symbols may be, and what was granted.
//!
//! Only claims without an experiment are kept: simulations have a cache of their own, by sample.

use super::Judged;
use crate::assumption::{condition_in_words, domain_in_words};
use crate::claim::Claim;
use crate::evidence::Evidence;
use crate::expr::print;
use crate::plan::Check;
use crate::record::{Correction, Sharpness};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// What is kept of a judged claim; the verdict follows from it.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) evidence: Vec<Evidence>,
    pub(super) sharpness: Option<Sharpness>,
    pub(super) corrections: Vec<Correction>,
}

impl Kept {
    /// What is kept of a judged claim.
    pub(super) fn of(judged: &Judged) -> Self {
        Self {
            evidence: judged.evidence.clone(),
            sharpness: judged.sharpness.clone(),
            corrections: judged.corrections.clone(),
        }
    }
}

/// The key of a claim under its checks; `None` if it is not to be kept. Names of symbols stand for the symbols, so that a
/// claim keeps its key when the note around it changes.
pub(super) fn key(claim: &Claim, checks: &[&Check], seed: u64) -> Option<String> {
    if claim.experiment.is_some() {
        return None;
    }
    let mut key = format!("claim {} seed {seed} {} ", claim.id, claim.tex);
    let mut add = |part: &str| {
        let _ = write!(key, "{}:{part} ", part.len());
    };
    add(&print::statement(&claim.statement));
    claim.alternatives.iter().for_each(|reading| add(&print::statement(reading)));
    add(&claim.converse.as_ref().map(print::statement).unwrap_or_default());
    for declaration in claim.declarations.iter() {
        add(&format!("{} {} {:?}", declaration.symbol.tex(), declaration.symbol.sort(), declaration.domain));
        add(&domain_in_words(declaration));
    }
    add(&claim
        .assumed
        .as_ref()
        .map_or(String::new(), |s| format!("{:?}", s.iter().map(|s| s.tex()).collect::<Vec<_>>())));
    claim.assumptions.iter().for_each(|condition| add(&condition_in_words(condition)));
    if let Some(extremum) = &claim.extremum {
        let objective = print::expr(&extremum.objective);
        add(&format!("{} {objective} {}", extremum.variable.tex(), extremum.maximum));
    }
    add(&claim.over.iter().map(|(x, _)| x.tex()).collect::<Vec<_>>().join(" "));
    add(&claim.solves.as_ref().map(print::statement).unwrap_or_default());
    if let Some(limit) = &claim.limit {
        add(&format!("{} {} {:?}", limit.symbol.tex(), print::expr(&limit.target), limit.exponents));
    }
    add(&format!("{:?} {:?} {:?} {:?}", claim.expect, claim.closed_form, claim.methods, claim.tolerance));
    for check in checks {
        add(&format!("{} {:?}", check.method, check.budget));
    }
    Some(key)
}
