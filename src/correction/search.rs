//! The search for a repair: one slip undone, then two, filtered in `f64` and verified on fresh points.

use super::filter::{Filter, Fit, averages};
use super::{Bench, Opinion, Simulated};
use crate::algebra::{Mutant, Operator, insertions, mutants_with, plain, says_nothing};
use crate::claim::Claim;
use crate::evidence::{Evidence, Finding};
use crate::expr::{Condition, Expr, Kind, Link, Relation, Symbol, print, walk};
use crate::method::Budget;
use crate::method::law;
use crate::method::setting::Setting;
use crate::random::SeedPath;
use crate::record::Correction;
use rayon::prelude::*;

/// Single slips that are looked at as long as one evaluation of each is within the operations of one method.
const FEWEST: usize = 400;

/// First slips whose followers are tried together.
const TOGETHER: usize = 8;

/// Single slips of a claim about an optimum or a solution, whose judging is slow.
const SLOW_CANDIDATES: usize = 200;

/// The same with a part more.
const SLOW_INSERTIONS: usize = 60;

/// The same where a side is a sum or an average; of a simulated claim where it is an average.
const LONG_CANDIDATES: usize = 60;

/// The same for laws, which take quadratures.
const LAW_CANDIDATES: usize = 60;

/// Those that a quick look leaves open and that are judged with all points and digits.
const FEW_OPEN: usize = 12;

/// Those that `f64` leaves open and that are judged with more digits.
const OPEN_CANDIDATES: usize = 60;

/// Repairs that are shown.
const SHOWN: usize = 5;

/// A formula on trial, and what was changed.
#[derive(Clone)]
struct Candidate {
    link: Link,
    path: Vec<usize>,
    edits: usize,
    description: String,
}

impl Candidate {
    /// Whether the left and the right side were changed.
    fn changed(&self) -> [bool; 2] {
        match self.path.first() {
            None => [false, false],
            Some(0) => [true, false],
            Some(_) => [false, true],
        }
    }
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
    let again = bench.as_ref().map(Bench::fresh);
    let verify = |candidate: &Candidate| -> Option<String> {
        if !is_news(&candidate.link, link, claim, again.as_ref().and_then(|b| b.setting.as_ref())) {
            return None;
        }
        let simulation = simulated(number, &candidate.link);
        if simulation == Opinion::Fails {
            return None;
        }
        match again.as_ref().map(|b| b.judge(&candidate.link)) {
            Some(Opinion::Open(_) | Opinion::Silent(_) | Opinion::Meaningless) | None => simulation.support(),
            Some(opinion) => opinion.support(),
        }
    };
    // The sides of a proportionality are not equal: the filter cannot compare them.
    let is_slow = |b: &Bench<'_>| b.is_slow() || link.relation == Relation::Proportional;
    let filter = bench.as_ref().filter(|b| !is_slow(b)).and_then(|b| Filter::new(b, link));
    let folds = |e| walk::any(e, &mut |e| matches!(&*e.kind, Kind::Fold(..) | Kind::Expectation(..)));
    let long = claim.limit.is_some() && (folds(&link.left) || folds(&link.right));
    let plausible = |candidates: Vec<Candidate>| -> Vec<Candidate> {
        match (&bench, &filter) {
            (Some(b), _) if is_slow(b) => {
                let quick = b.quick();
                let opinion = |c: Candidate| (quick.judge(&c.link), c);
                let most = match long {
                    _ if law::says_law(link) => LAW_CANDIDATES,
                    true => LONG_CANDIDATES,
                    false => SLOW_CANDIDATES,
                };
                let looked: Vec<_> = candidates.into_par_iter().take(most).map(opinion).collect();
                let holds = |o: &Opinion| matches!(o, Opinion::Proved(_) | Opinion::Holds(_));
                let open = |o: &Opinion| matches!(o, Opinion::Open(_));
                let those = |accepts: fn(&Opinion) -> bool| {
                    looked.iter().filter(move |(o, _)| accepts(o)).map(|(_, c)| c.clone())
                };
                let holding: Vec<Candidate> = those(holds).collect();
                if holding.is_empty() { those(open).take(FEW_OPEN).collect() } else { holding }
            }
            (Some(b), Some(filter)) => {
                let fits = |c: Candidate| (filter.passes(&c.link, c.changed()), c);
                let looked: Vec<_> = affordable(candidates, filter, budget).into_par_iter().map(fits).collect();
                let those = |fit| looked.iter().filter(move |(f, _)| *f == fit).map(|(_, c)| c.clone());
                let agreeing: Vec<Candidate> = those(Fit::Agrees).collect();
                if !agreeing.is_empty() {
                    return agreeing;
                }
                let quick = b.quick();
                let open: Vec<Candidate> = those(Fit::Open).take(OPEN_CANDIDATES).collect();
                open.into_par_iter().filter(|c| quick.judge(&c.link).support().is_some()).collect()
            }
            (Some(_), None) => Vec::new(),
            (None, _) => {
                // Each candidate is predicted anew at every parameter point: a quadrature there takes milliseconds.
                let most = if averages(link) { LONG_CANDIDATES } else { usize::MAX };
                let fits = |c: &Candidate| simulated(number, &c.link) != Opinion::Fails;
                candidates.into_par_iter().take(most).filter(fits).collect()
            }
        }
    };
    let known = context(claim, link);
    let single = single_slips(link, &known).into_iter().filter(|c| orders(&c.link) == orders(link)).collect();
    let mut found = verified(plausible(single), link, &verify);
    // What was left out by mistake can often be left out on the other side, too: such repairs say less than the author meant.
    let shortened = |(c, _): &(Candidate, String)| says_less(&c.link, link) || size(&c.link) + 1 < size(link);
    // A bound that is not attained is no repair, and whether it is takes a search.
    if found.iter().all(shortened) && bench.is_some() && !law::says_law(link) && !link.relation.is_order() {
        let most = filter.as_ref().map_or(SLOW_INSERTIONS, |f| f.most(f.work()));
        found.extend(verified(plausible(inserted(link, &known, most)), link, &verify));
        found.sort_by_cached_key(|(c, _)| rank(c, link));
    }
    if let (true, Some(filter), Relation::Equal) = (found.is_empty(), &filter, link.relation) {
        found = verified(pairs(link, &known, filter), link, &verify);
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

/// Symbols that the formula may have lost: those of what is assumed, of what it solves and of what is optimised.
fn context(claim: &Claim, link: &Link) -> Vec<Symbol> {
    let mut symbols =
        walk::free_symbols_of_links(claim.statement.premises.iter().chain(claim.solves.iter().flat_map(|e| &e.links)));
    symbols.extend(claim.assumptions.iter().flat_map(walk::free_symbols_of_condition));
    symbols.extend(claim.extremum.iter().flat_map(|e| walk::free_symbols(&e.objective)));
    // The name of what is claimed explains nothing.
    let varied = claim.extremum.iter().map(|e| &e.variable);
    let named = [&link.left, &link.right].into_iter().filter_map(|side| match &*side.kind {
        Kind::Symbol(symbol) => Some(symbol),
        _ => None,
    });
    let names: Vec<&Symbol> = varied.chain(named).collect();
    symbols.retain(|s| !names.contains(&s));
    symbols
}

/// Formulas one slip away. Of an inequality the relation comes first, then the sides: of those only bounds that are attained
/// count, since a looser bound would pass just as well.
fn single_slips(link: &Link, known: &[Symbol]) -> Vec<Candidate> {
    let candidate = |m: Mutant| Candidate { link: m.link, path: m.path, edits: 1, description: m.description };
    if !link.relation.is_order() {
        return sensible(mutants_with(link, known, usize::MAX).into_iter().map(candidate).collect());
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
        mutants_with(link, known, usize::MAX).into_iter().partition(|m| m.operator == Operator::Relation);
    let sides = sensible(sides.into_iter().map(candidate).collect());
    weakened.into_iter().chain(reversed.into_iter().map(candidate)).chain(sides).collect()
}

/// The first candidates, as many as the work of the filter suffices for; a few hundred if that of the method does.
fn affordable(candidates: Vec<Candidate>, filter: &Filter<'_>, budget: &Budget) -> Vec<Candidate> {
    let mut spent = 0;
    let fits = |(number, candidate): &(usize, Candidate)| {
        spent += filter.price(candidate.changed());
        spent <= filter.work() || (*number < FEWEST && spent <= budget.steps / 4)
    };
    candidates.into_iter().enumerate().take_while(fits).map(|(_, candidate)| candidate).collect()
}

/// Formulas with one part more, at most so many.
fn inserted(link: &Link, known: &[Symbol], most: usize) -> Vec<Candidate> {
    let candidate = |m: Mutant| Candidate { link: m.link, path: m.path, edits: 1, description: m.description };
    sensible(insertions(link, known, most).into_iter().map(candidate).collect())
}

/// Formulas two slips away that pass the filter: every second slip after every first, up to a budget.
fn pairs(link: &Link, known: &[Symbol], filter: &Filter<'_>) -> Vec<Candidate> {
    let side_of = |m: &Mutant| usize::from(m.path.first() != Some(&0));
    let expr = |link: &Link, side: usize| if side == 0 { link.left.clone() } else { link.right.clone() };
    let after = |first: &Mutant, work: u64| -> (u64, Vec<Candidate>) {
        let Some(changed) = filter.changed(&expr(&first.link, side_of(first))) else { return (0, Vec::new()) };
        let mut spent = 0;
        let fits = |second: &Mutant| {
            spent += filter.price([side_of(second) == 0, side_of(second) == 1]);
            spent <= work
        };
        let seconds: Vec<Mutant> =
            mutants_with(&first.link, known, filter.most(work)).into_iter().take_while(fits).collect();
        let holds = |second: &Mutant| {
            let side = side_of(second);
            let Some(own) = filter.changed(&expr(&second.link, side)) else { return false };
            let other = if side == side_of(first) { filter.side(1 - side) } else { &changed };
            let fit = if side == 0 { filter.equal(&own, other) } else { filter.equal(other, &own) };
            fit == Fit::Agrees
        };
        let candidate = |second: Mutant| Candidate {
            path: vec![side_of(&second)],
            link: second.link,
            edits: 2,
            description: format!("{}; {}", first.description, second.description),
        };
        (spent, sensible(seconds.into_iter().filter(holds).map(candidate).collect()))
    };
    let (mut out, mut left_over) = (Vec::new(), filter.work());
    for firsts in mutants_with(link, known, usize::MAX).chunks(TOGETHER) {
        // An even share of what is left, so that a formula that is slow to evaluate is not tried hundreds of times at once.
        let share = left_over.div_ceil(firsts.len() as u64);
        for (spent, passing) in firsts.par_iter().map(|first| after(first, share)).collect::<Vec<_>>() {
            left_over = left_over.saturating_sub(spent);
            out.extend(passing);
        }
        if left_over == 0 {
            break;
        }
    }
    out
}

/// Without those that say nothing: the same on both sides.
fn sensible(candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.into_iter().filter(|c| !walk::same(&c.link.left, &c.link.right)).collect()
}

/// How many terms of a known order a formula has: without one of them it says less, and is no repair.
fn orders(link: &Link) -> usize {
    let of = |e| {
        let mut count = 0;
        walk::any(e, &mut |part| {
            count += usize::from(matches!(&*part.kind, Kind::Order(..)));
            false
        });
        count
    };
    of(&link.left) + of(&link.right)
}

/// Whether a repair says something that neither every formula nor the assumptions say already.
fn is_news(link: &Link, refuted: &Link, claim: &Claim, setting: Option<&Setting<'_>>) -> bool {
    fn given<'c>(condition: &'c Condition, out: &mut Vec<&'c Link>) {
        match condition {
            Condition::Holds(link) => out.push(link),
            Condition::All(all) => all.iter().for_each(|c| given(c, out)),
        }
    }
    let mut known: Vec<&Link> = claim.statement.premises.iter().collect();
    claim.assumptions.iter().for_each(|c| given(c, &mut known));
    let (left, right) = (plain(&link.left), plain(&link.right));
    let restates = |k: &&Link| {
        let (a, b) = (plain(&k.left), plain(&k.right));
        let turned = k.relation == Relation::Equal && walk::same(&a, &right) && walk::same(&b, &left);
        k.relation == link.relation && (turned || walk::same(&a, &left) && walk::same(&b, &right))
    };
    // What something tends to does not move itself.
    let moves = |side: &Expr| claim.limit.as_ref().is_some_and(|l| walk::mentions(side, &l.symbol));
    if moves(&link.right) && !moves(&refuted.right) {
        return false;
    }
    let prepared = setting.and_then(|s| s.prepare(link));
    let is_idle = says_nothing(link) || prepared.is_some_and(|l| says_nothing(&l));
    !is_idle && !known.iter().any(restates)
}

/// Simplest first; of those with as many slips undone the ones last that say less.
fn rank(candidate: &Candidate, refuted: &Link) -> (usize, bool, usize, String) {
    let link = &candidate.link;
    (candidate.edits, says_less(link, refuted), size(link), print::link(link))
}

/// Whether a repair no longer mentions a symbol of the refuted formula, or averages over what does not occur.
fn says_less(link: &Link, refuted: &Link) -> bool {
    let kept = walk::free_symbols_of_links([link]);
    walk::free_symbols_of_links([refuted]).iter().any(|s| !kept.contains(s))
        || idle_variables(link) > idle_variables(refuted)
}

fn size(link: &Link) -> usize {
    walk::size(&link.left) + walk::size(&link.right)
}

/// The candidates that hold, with the reason, in the order of their rank.
fn verified(
    mut candidates: Vec<Candidate>,
    refuted: &Link,
    verify: &dyn Fn(&Candidate) -> Option<String>,
) -> Vec<(Candidate, String)> {
    candidates.sort_by_cached_key(|c| rank(c, refuted));
    candidates.dedup_by(|a, b| walk::same_link(&a.link, &b.link));
    let holding = candidates.into_iter().filter_map(|c| verify(&c).map(|why| (c, why)));
    holding.take(2 * SHOWN).collect()
}

/// How many sums, integrals and averages there are over something that does not depend on what runs.
fn idle_variables(link: &Link) -> usize {
    let of = |e: &Expr| {
        let mut count = 0;
        walk::any(e, &mut |part| {
            let inner = walk::scoped_children(part);
            let idle = |(position, symbol): (usize, &Symbol)| {
                !inner.iter().any(|(child, scope)| *scope > position && walk::mentions(child, symbol))
            };
            count += walk::binders(part).into_iter().enumerate().filter(|own| idle(*own)).count();
            false
        });
        count
    };
    of(&link.left) + of(&link.right)
}

/// One of each set of candidates that say the same: two equations that hold with the same left side have the same right side,
/// others are proved to.
fn merged(found: Vec<(Candidate, String)>, original: &Link, bench: &Bench<'_>) -> Vec<(Candidate, String)> {
    let claim = bench.claim;
    let pointwise = claim.limit.is_none() && claim.extremum.is_none() && claim.solves.is_none();
    let equations = original.relation == Relation::Equal && pointwise && claim.experiment.is_none();
    let shares = |a: &Link, b: &Link| {
        let side = |of: fn(&Link) -> &Expr| {
            walk::same(of(a), of(original)) && walk::same(of(b), of(original)) && a.relation == b.relation
        };
        side(|l| &l.left) || side(|l| &l.right)
    };
    let mut kept: Vec<(Candidate, String)> = Vec::new();
    for (candidate, why) in found {
        let known = kept.iter().any(|(k, _)| {
            let same_side = k.path.first() == candidate.path.first() && original.relation == k.link.relation;
            equations && shares(&k.link, &candidate.link)
                || same_side
                    && bench.equivalent(&k.link, &candidate.link, &candidate.path[..1.min(candidate.path.len())])
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
        let law = self.claim.statement.links.iter().any(law::says_law);
        let steps = self.budget.steps / if law { 8 } else { 40 };
        let few = Budget { points: 3, precisions: vec![128, 256], steps, ..self.budget.clone() };
        let setting = self.setting.as_ref().map(|s| s.fresh(&few, &self.seed.child("quick")));
        Self { claim: self.claim, setting, budget: few, seed: self.seed.clone(), known: None }
    }
}
