//! The record's entry of a judged claim.

use super::{Judged, as_expected};
use crate::assumption::{condition_in_words, domain_in_words};
use crate::claim::{Claim, Declaration, Domain, Expectation, Role};
use crate::expr::print;
use crate::expr::walk::free_symbols_of_statement;
use crate::record::ClaimEntry;

/// The entry of a claim; `as_printed` says whether the formula is that of the cited source, if the source is at hand.
pub fn entry(claim: &Claim, judged: &Judged, as_printed: Option<bool>) -> ClaimEntry {
    let place = claim.file.position(claim.span.start);
    let used = free_symbols_of_statement(&claim.statement);
    let is_assumed = |d: &Declaration| claim.assumed.as_ref().is_some_and(|symbols| symbols.contains(&d.symbol));
    let restricted = claim
        .declarations
        .iter()
        .filter(|d| used.contains(&d.symbol))
        .filter(|d| is_assumed(d) || !(matches!(d.domain, Domain::All) && matches!(d.role, Role::Variable)));
    let in_words = |d: &Declaration| domain_in_words(d) + if is_assumed(d) { " (assumed)" } else { "" };
    let assumptions = restricted.map(in_words).chain(claim.assumptions.iter().map(condition_in_words)).collect();
    ClaimEntry {
        id: claim.id.clone(),
        note: claim.file.name().to_owned(),
        file: Some(claim.file.name_at(claim.span.start)).filter(|name| *name != claim.file.name()).map(str::to_owned),
        line: place.line,
        column: place.column,
        end: Some(claim.file.position(claim.span.end)),
        source: claim.source.clone(),
        cites: claim.cites.clone(),
        as_printed,
        corrects: claim.corrects.clone(),
        tex: claim.tex.clone(),
        understood: print::statement(&claim.statement),
        assumptions,
        expect: match claim.expect {
            Expectation::Holds => "holds",
            Expectation::Refuted => "refuted",
        }
        .to_owned(),
        verdict: judged.verdict.word().to_owned(),
        because: judged.because.clone(),
        as_expected: as_expected(claim.expect, judged.verdict),
        evidence: judged.evidence.clone(),
        sharpness: judged.sharpness.clone(),
        corrections: judged.corrections.clone(),
    }
}
