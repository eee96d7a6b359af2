//! The search for a repair: one slip undone, then two, filtered in `f64` and verified on fresh points.

use super::{Bench, Opinion, Simulated};
use crate::algebra::{Mutant, Operator, mutants};
use crate::assumption::Point;
use crate::claim::Claim;
use crate::eval::{Program, Value};
use crate::evidence::{Evidence, Finding};
use crate::expr::{Kind, Link, Relation, print, walk};
use crate::method::{Budget, enclosure};
use crate::numeric::Arithmetic;
use crate::numeric::float::{F64, nearest};
use crate::numeric::interval::Intervals;
use crate::random::SeedPath;
use crate::record::Correction;

/// Points of the quick filter.
const QUICK_POINTS: usize = 12;

/// A point counts for the filter if both sides agree to this relative difference.
const QUICK_TOLERANCE: f64 = 1e-7;

/// Operations that the quick filter of pairs of slips may take, by the estimate of [`walk::weight`].
const PAIR_WORK: usize = 1_500_000;

/// Pairs of slips that are tried at most.
const PAIRS: usize = 60_000;

/// Single slips of a claim about an optimum or a solution, whose judging is slow.
const SLOW_CANDIDATES: usize = 200;

/// The same where a side is a sum or an average.
const LONG_CANDIDATES: usize = 60;

/// Repairs that are shown.
const SHOWN: usize = 5;

/// A formula on trial, and what was changed.
struct Candidate {
    link: Link,
    path: Vec<usize>,
    edits: usize,
    description: String,
}

/// Repairs of the first refuted link, simplest first; empty if there is none within two slips.
pub fn corrections(
    claim: &Claim,
    evidence: &[Evidence],
    budget: &Budget,
    seed: &SeedPath,
    simulated: &Simulated<'_>,
) -> Vec<Correction> {
    let refuted = evidence.iter().filter(|e| matches!(e.finding, Finding::Contradicts { .. })).map(|e| e.link).min();
    let Some(number) = refuted else { return Vec::new() };
    let Some(link) = claim.statement.links.get(number) else { return Vec::new() };
    let bench = Bench::new(claim, budget, seed).ok().filter(|b| !b.is_empty());
    let verify = |candidate: &Candidate| -> Option<String> {
        let simulation = simulated(number, &candidate.link);
        if simulation == Opinion::Fails {
            return None;
        }
        match bench.as_ref().map(|b| b.fresh().judge(&candidate.link)) {
            Some(Opinion::Holds(bound)) => Some(bound),
            Some(Opinion::Fails) => None,
            Some(Opinion::Silent(_)) | None => match simulation {
                Opinion::Holds(bound) => Some(bound),
                _ => None,
            },
        }
    };
    let single = single_slips(link);
    let folds = |e| walk::any(e, &mut |e| matches!(&*e.kind, Kind::Fold(..) | Kind::Expectation(..)));
    let long = claim.limit.is_some() && (folds(&link.left) || folds(&link.right));
    let plausible = |candidates: Vec<Candidate>| -> Vec<Candidate> {
        match &bench {
            Some(b) if b.is_slow() => {
                let quick = b.quick();
                let holds = |c: &Candidate| matches!(quick.judge(&c.link), Opinion::Holds(_));
                let most = if long { LONG_CANDIDATES } else { SLOW_CANDIDATES };
                candidates.into_iter().take(most).filter(holds).collect()
            }
            Some(b) => candidates.into_iter().filter(|c| b.passes_quickly(c, link.relation)).collect(),
            None => candidates.into_iter().filter(|c| simulated(number, &c.link) != Opinion::Fails).collect(),
        }
    };
    let mut found = verified(plausible(single), &verify);
    let slow = bench.as_ref().is_none_or(Bench::is_slow);
    if found.is_empty() && !slow && link.relation == Relation::Equal {
        found = verified(plausible(pairs(link)), &verify);
    }
    if let Some(bench) = &bench {
        found = merged(found, link, bench);
    }
    found.truncate(SHOWN);
    let shown = found.into_iter().map(|(c, verified)| Correction {
        tex: print::link(&c.link),
        edits: c.edits,
        description: c.description,
        verified,
    });
    shown.collect()
}

/// Formulas one slip away. Of an inequality the relation comes first, then the sides: of those only bounds that are attained
/// count, since a looser bound would pass just as well.
fn single_slips(link: &Link) -> Vec<Candidate> {
    let candidate = |m: Mutant| Candidate { link: m.link, path: m.path, edits: 1, description: m.description };
    if !link.relation.is_order() {
        return sensible(mutants(link, usize::MAX).into_iter().map(candidate).collect());
    }
    let weaker = match link.relation {
        Relation::Less => Some(Relation::LessOrEqual),
        Relation::Greater => Some(Relation::GreaterOrEqual),
        _ => None,
    };
    let weakened = weaker.map(|relation| Candidate {
        link: Link { relation, ..link.clone() },
        path: Vec::new(),
        edits: 1,
        description: format!("${}$ in place of ${}$", relation.tex(), link.relation.tex()),
    });
    let (reversed, sides): (Vec<Mutant>, Vec<Mutant>) =
        mutants(link, usize::MAX).into_iter().partition(|m| m.operator == Operator::Relation);
    let sides = sensible(sides.into_iter().map(candidate).collect());
    weakened.into_iter().chain(reversed.into_iter().map(candidate)).chain(sides).collect()
}

/// Formulas two slips away: every second slip after every first, up to a budget.
fn pairs(link: &Link) -> Vec<Candidate> {
    let most = PAIRS.min(PAIR_WORK / (walk::weight(&link.left) + walk::weight(&link.right)).max(1));
    let mut out = Vec::new();
    for first in mutants(link, usize::MAX) {
        for second in mutants(&first.link, usize::MAX) {
            out.push(Candidate {
                link: second.link,
                path: vec![second.path.first().copied().unwrap_or(1)],
                edits: 2,
                description: format!("{}; {}", first.description, second.description),
            });
            if out.len() >= most {
                return sensible(out);
            }
        }
    }
    sensible(out)
}

/// Without those that say nothing: the same on both sides.
fn sensible(candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.into_iter().filter(|c| !walk::same(&c.link.left, &c.link.right)).collect()
}

/// The candidates that hold, with the reason, simplest first.
fn verified(mut candidates: Vec<Candidate>, verify: &dyn Fn(&Candidate) -> Option<String>) -> Vec<(Candidate, String)> {
    let size = |c: &Candidate| walk::size(&c.link.left) + walk::size(&c.link.right);
    candidates.sort_by_key(|c| (c.edits, size(c), print::link(&c.link)));
    candidates.dedup_by(|a, b| walk::same_link(&a.link, &b.link));
    let holding = candidates.into_iter().filter_map(|c| verify(&c).map(|why| (c, why)));
    holding.take(2 * SHOWN).collect()
}

/// One of each set of candidates that are proved to say the same.
fn merged(found: Vec<(Candidate, String)>, original: &Link, bench: &Bench<'_>) -> Vec<(Candidate, String)> {
    let mut kept: Vec<(Candidate, String)> = Vec::new();
    for (candidate, why) in found {
        // Both sides of every candidate are equal where it holds, so only changes of the same side can be compared.
        let known = kept.iter().any(|(k, _)| {
            let same_side = k.path.first() == candidate.path.first() && original.relation == k.link.relation;
            same_side && bench.equivalent(&k.link, &candidate.link, &candidate.path[..1.min(candidate.path.len())])
        });
        if !known {
            kept.push((candidate, why));
        }
    }
    kept
}

impl Bench<'_> {
    /// The same at a few points and low precision.
    fn quick(&self) -> Self {
        let few = Budget { points: 3, precisions: vec![128, 256], ..self.budget.clone() };
        let setting = self.setting.as_ref().map(|s| s.fresh(&few, &self.seed.child("quick")));
        Self { claim: self.claim, setting, budget: few, seed: self.seed.clone() }
    }

    /// Whether the relation holds in `f64` at the first points, wherever both sides are finite; a changed side of an
    /// inequality must be attained as well.
    fn passes_quickly(&self, candidate: &Candidate, original: Relation) -> bool {
        let relation = candidate.link.relation;
        let Some(setting) = &self.setting else { return true };
        if relation != Relation::Equal && !relation.is_order() {
            return true;
        }
        let Some(link) = setting.prepare(&candidate.link) else { return false };
        let (Ok(left), Ok(right)) = (Program::compile(&link.left), Program::compile(&link.right)) else { return false };
        let points = &setting.points[..setting.points.len().min(QUICK_POINTS)];
        if relation.is_order() {
            let upward = matches!(relation, Relation::Less | Relation::LessOrEqual);
            let broken =
                |p: &Point| gap(&left, &right, p).is_some_and(|g| (if upward { g } else { -g }) < -QUICK_TOLERANCE);
            let same_sides = candidate.path.is_empty() && relation != original;
            return !points.iter().any(broken) && (same_sides || enclosure::is_attained(&candidate.link, setting));
        }
        let mut agreeing = 0;
        for point in points {
            match close(&left, &right, point) {
                Some(true) => agreeing += 1,
                Some(false) if apart(&left, &right, point) => return false,
                Some(false) => {}
                None => {}
            }
        }
        agreeing > 0
    }
}

/// Right minus left beside the larger, in `f64`; `None` where one has no finite value.
fn gap(left: &Program, right: &Program, point: &Point) -> Option<f64> {
    let at = point.map(nearest);
    let value = |p: &Program| p.evaluate(&F64, &at).ok().and_then(|v| v.as_scalar().copied()).filter(|x| x.is_finite());
    let (left, right) = (value(left)?, value(right)?);
    Some((right - left) / left.abs().max(right.abs()).max(f64::MIN_POSITIVE))
}

/// Whether two sides agree at a point; `None` where one has no finite value.
fn close(left: &Program, right: &Program, point: &Point) -> Option<bool> {
    let at = point.map(nearest);
    let value = |p: &Program| -> Option<Value<f64>> {
        // What has no plain value may have one with an error bar (integrals).
        let plain = p.evaluate(&F64, &at).ok();
        let value =
            plain.or_else(|| p.evaluate_with_error(&at).ok().map(|v| v.map(|x| f64::midpoint(x.lo(), x.hi()))))?;
        value.entries().iter().all(|x| x.is_finite()).then_some(value)
    };
    let (left, right) = (value(left)?, value(right)?);
    if left.shape() != right.shape() {
        return right
            .as_scalar()
            .filter(|r| **r == 0.0)
            .map(|_| left.entries().iter().all(|x| x.abs() < QUICK_TOLERANCE));
    }
    let largest = |v: &Value<f64>| v.entries().iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let scale = largest(&left).max(largest(&right));
    Some(left.entries().iter().zip(right.entries()).all(|(x, y)| (x - y).abs() <= QUICK_TOLERANCE * scale))
}

/// Whether both sides have enclosures at a point, and these do not meet. Cancellation, as in cosh² x − sinh² x at a large
/// x, spoils plain values long before it makes two equal sides look different here.
fn apart(left: &Program, right: &Program, point: &Point) -> bool {
    let a = Intervals::new();
    let at = point.map(|x| a.rational(x));
    let (Ok(left), Ok(right)) = (left.evaluate(&a, &at), right.evaluate(&a, &at)) else { return true };
    left.shape() != right.shape() || left.entries().iter().zip(right.entries()).any(|(x, y)| a.separated(x, y))
}
