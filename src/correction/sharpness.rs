//! How sharp a check is: the share of wrong variants that it would have refuted.
//!
//! A variant that is true as well is not wrong: twice a limit that is zero, a looser bound. It counts as such only if that is
//! proved: it is equal to the formula, it has a certificate of its own, or it follows from the formula (of a measured bound: at
//! every parameter point). One that merely holds at the points that were tried survives.

use super::{Bench, Opinion, Simulated};
use crate::algebra::{Mutant, mutants};
use crate::claim::Claim;
use crate::evidence::{Evidence, Finding};
use crate::expr::{Expr, Kind, print, walk};
use crate::method::Budget;
use crate::random::SeedPath;
use crate::record::{Sharpness, Survivor};
use rayon::prelude::*;
use std::sync::LazyLock;

/// What became of a mutant.
enum Fate {
    Killed,
    Equivalent,
    Survives(Survivor),
    /// No statement of the claim's kind: it does not count at all.
    Stillborn,
}

/// Judges at most `limit` mutants of every link that the evidence proves or supports, on the points of `budget` below `seed`
/// and on the simulations there are. `None` if no link has any mutant.
pub fn sharpness(
    claim: &Claim,
    evidence: &[Evidence],
    budget: &Budget,
    seed: &SeedPath,
    simulated: &Simulated<'_>,
    limit: usize,
) -> Option<Sharpness> {
    let bench = Bench::new(claim, budget, seed).ok();
    let mut total = Sharpness::default();
    for (number, link) in claim.statement.links.iter().enumerate() {
        let held = evidence
            .iter()
            .any(|e| e.link == number && matches!(e.finding, Finding::Proves { .. } | Finding::Agrees { .. }));
        if !held {
            continue;
        }
        let (limit, bench) = match &bench {
            Some(bench) => {
                let (limit, bench) = bench.shared(link, limit);
                (limit, Some(bench))
            }
            None => (limit, None),
        };
        let understood = LazyLock::new(|| bench.as_ref().is_some_and(|b| b.judge(link) != Opinion::Meaningless));
        // Nobody prints the name of what is measured in the formula for it.
        let measured_by = |mutant: &Mutant| {
            let named = |side: &Expr, other: &Expr| match &*side.kind {
                Kind::Symbol(name) => walk::mentions(other, name),
                _ => false,
            };
            claim.experiment.is_some()
                && (named(&mutant.link.left, &mutant.link.right) || named(&mutant.link.right, &mutant.link.left))
        };
        // Each mutant is judged by itself, so that an idle core can take one.
        let fates: Vec<Fate> = mutants(link, limit)
            .into_par_iter()
            .map(|mutant| {
                if measured_by(&mutant) {
                    return Fate::Stillborn;
                }
                let opinion = bench.as_ref().map_or(Opinion::Silent(String::new()), |b| b.judge(&mutant.link));
                if opinion == Opinion::Meaningless && *understood {
                    return Fate::Stillborn;
                }
                if opinion == Opinion::Fails {
                    return Fate::Killed;
                }
                let measured = simulated(number, &mutant.link);
                if measured == Opinion::Fails {
                    return Fate::Killed;
                }
                if matches!(opinion, Opinion::Proved(_))
                    || matches!(measured, Opinion::Proved(_))
                    || bench.as_ref().is_some_and(|b| b.is_harmless(link, &mutant.link, &mutant.path))
                {
                    return Fate::Equivalent;
                }
                let reason = match opinion {
                    Opinion::Proved(bound) | Opinion::Holds(bound) => format!("holds as well: {bound}"),
                    Opinion::Open(why) | Opinion::Silent(why) if !why.is_empty() => why,
                    _ => "the simulation is not precise enough to tell it apart".to_owned(),
                };
                Fate::Survives(Survivor { tex: print::link(&mutant.link), edit: mutant.description, reason })
            })
            .collect();
        for fate in fates {
            total.mutants += usize::from(!matches!(fate, Fate::Stillborn));
            match fate {
                Fate::Stillborn => {}
                Fate::Killed => total.killed += 1,
                Fate::Equivalent => total.equivalent += 1,
                Fate::Survives(survivor) => total.survivors.push(survivor),
            }
        }
    }
    (total.mutants > 0).then_some(total)
}
