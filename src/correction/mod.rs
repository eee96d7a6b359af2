//! Variants of a formula on trial: how many slips the evidence would have caught, and which slip repairs a refuted formula.
//!
//! Variants are judged by the same methods on the same points as the claim. Nothing is simulated anew: the caller passes a
//! [`Simulated`] that judges a variant on the simulation evidence that is there already.

mod filter;
mod harmless;
mod instance;
mod scale;
mod search;
mod sharpness;

pub use search::corrections;
pub use sharpness::sharpness;

use crate::claim::Claim;
use crate::evidence::{Evidence, Finding, StopReason};
use crate::expr::{Link, Statement, walk};
use crate::method::places::Known;
use crate::method::scaling::Scaling;
use crate::method::setting::Setting;
use crate::method::{Budget, Context, Method, calculus, enclosure, exact, law};
use crate::random::SeedPath;

/// Variants that are judged for the sharpness however much that takes.
const FEWEST: usize = 8;

/// Points at which a variant of a law is looked at.
const FEW_POINTS: usize = 6;

/// What is known about a variant of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It is true, by the certificate in words.
    Proved(String),
    /// It holds where it was looked at, to the bound in words.
    Holds(String),
    /// It is false.
    Fails,
    /// Neither, for want of work or digits: nothing speaks against it.
    Open(String),
    /// Neither, in words.
    Silent(String),
    /// It is no statement of the kind that the claim is: a slip that nobody could print.
    Meaningless,
}

/// Judges a variant of the numbered link on the simulations of its claim, without a new one.
pub type Simulated<'a> = dyn Fn(usize, &Link) -> Opinion + Sync + 'a;

/// For claims without simulation.
pub fn not_simulated(_: usize, _: &Link) -> Opinion {
    Opinion::Silent("nothing was simulated".into())
}

impl Opinion {
    /// Why it holds, if it does.
    fn support(self) -> Option<String> {
        match self {
            Self::Proved(why) | Self::Holds(why) => Some(why),
            Self::Fails | Self::Open(_) | Self::Silent(_) | Self::Meaningless => None,
        }
    }
}

/// Judges variants of a claim's links.
struct Bench<'a> {
    claim: &'a Claim,
    /// The points of the claim; `None` for a limit of two formulas, which is followed along its sizes, and for laws.
    setting: Option<Setting<'a>>,
    budget: Budget,
    seed: SeedPath,
    /// The formula whose variants are judged, at its first points.
    known: Option<Known>,
}

impl<'a> Bench<'a> {
    fn new(claim: &'a Claim, budget: &Budget, seed: &SeedPath) -> Result<Self, String> {
        let setting = match (&claim.limit, &claim.experiment) {
            (None, None) if claim.statement.links.iter().any(law::says_law) => None,
            (None, _) => Some(Setting::new(claim, budget, seed)?),
            (Some(_), None) => None,
            (Some(_), Some(_)) => return Err("the limit of an experiment is judged on its samples".into()),
        };
        Ok(Self { claim, setting, budget: budget.clone(), seed: seed.clone(), known: None })
    }

    /// The same claim at points of its own.
    fn fresh(&self) -> Self {
        let seed = self.seed.child("fresh");
        let setting = self.setting.as_ref().map(|s| s.fresh(&self.budget, &seed));
        Self { claim: self.claim, setting, budget: self.budget.clone(), seed, known: None }
    }

    /// Whether there is nothing to look at.
    fn is_empty(&self) -> bool {
        self.setting.as_ref().is_some_and(|s| s.points.is_empty())
    }

    /// Whether judging one variant takes long.
    fn is_slow(&self) -> bool {
        self.setting.is_none() || self.claim.extremum.is_some() || self.claim.solves.is_some()
    }

    /// How many variants of at most `limit` can be judged with twice the work that the claim was granted, and this bench
    /// with the share of each.
    fn shared(&self, link: &Link, limit: usize) -> (usize, Self) {
        // A variant that fails needs a few points, on two rungs each.
        const POINTS: u64 = 4;
        let granted = 2 * self.budget.steps;
        let (limit, least) = match self.setting.as_ref().filter(|_| !self.is_slow()) {
            Some(setting) => {
                let least = POINTS * enclosure::price(link, setting, &self.budget);
                let affordable = usize::try_from(granted / least).unwrap_or(usize::MAX);
                (affordable.clamp(FEWEST.min(limit), limit), least)
            }
            None => (limit, 0),
        };
        let steps = (granted / limit.max(1) as u64).max(least).min(self.budget.steps);
        let budget = Budget { steps, ..self.budget.clone() };
        let setting = self.setting.clone();
        let pointwise = setting.as_ref().filter(|_| !self.is_slow());
        let known = pointwise.and_then(|setting| Known::new(link, setting, &self.budget));
        (limit, Self { claim: self.claim, setting, budget, seed: self.seed.clone(), known })
    }

    fn along_the_limit(&self, link: &Link) -> Opinion {
        let statement = Statement { premises: self.claim.statement.premises.clone(), links: vec![link.clone()] };
        let variant = Claim { statement, alternatives: Vec::new(), converse: None, ..self.claim.clone() };
        if let Some(limit) = &self.claim.limit
            && ![&link.left, &link.right].iter().any(|e| walk::mentions(e, &limit.symbol))
        {
            // What no longer depends on the size is true or not as it stands.
            let still = Claim { limit: None, ..variant };
            let bench = Bench::new(&still, &self.budget, &self.seed);
            return bench.map_or_else(Opinion::Silent, |b| b.judge(link));
        }
        if Scaling.applies(&variant).is_err() {
            return Opinion::Meaningless;
        }
        let context = Context { claim: &variant, budget: &self.budget, seed: &self.seed };
        Scaling.check(&context).pop().map_or(Opinion::Silent(String::new()), opinion)
    }

    /// Refuted, proved, agreeing or open, by every method that takes no simulation.
    fn judge(&self, link: &Link) -> Opinion {
        if law::says_law(link) {
            // Quadratures of oscillating functions: a few points tell two laws apart.
            let steps = self.budget.steps / FEW_POINTS as u64;
            let few = Budget { points: self.budget.points.min(FEW_POINTS), steps, ..self.budget.clone() };
            return opinion(law::judge(link, self.claim, &few, &self.seed));
        }
        let Some(setting) = &self.setting else { return self.along_the_limit(link) };
        if self.is_slow() {
            return opinion(calculus::judge(link, setting, &self.budget, &self.seed));
        }
        let outcome = enclosure::refute(link, setting, &self.budget, self.known.as_ref());
        if outcome.refused.is_some() {
            return Opinion::Meaningless;
        }
        if outcome.contradicts() {
            return Opinion::Fails;
        }
        if outcome.nowhere_defined(setting.points.len()) {
            return Opinion::Fails;
        }
        if let Finding::Proves { certificate } = exact::judge(link, setting, &self.budget, &self.seed).finding {
            return Opinion::Proved(certificate);
        }
        if let Some(why) = outcome.agrees().then(|| enclosure::special(link, setting, &outcome)).flatten() {
            Opinion::Silent(why)
        } else if outcome.agrees() {
            if let Some(certificate) = enclosure::certificate(link, setting, &self.budget) {
                return Opinion::Proved(certificate);
            }
            Opinion::Holds(format!(
                "{} points of its own, at least {:.0} digits",
                outcome.holds,
                outcome.digits.min(99.0)
            ))
        } else {
            let why: Vec<&str> = outcome.silent.keys().map(String::as_str).collect();
            Opinion::Silent(format!("no point decides it: {}", why.join(", ")))
        }
    }
}

fn opinion(evidence: Evidence) -> Opinion {
    match evidence.finding {
        Finding::Proves { certificate } => Opinion::Proved(certificate),
        Finding::Agrees { bound } => Opinion::Holds(bound),
        Finding::Contradicts { .. } => Opinion::Fails,
        // The claim itself has points: a variant without one is defined nowhere.
        Finding::Undecided { reason: StopReason::NoAdmissiblePoint, .. } => Opinion::Fails,
        Finding::Undecided { reason: StopReason::NotApplicable, .. } if evidence.facts.is_empty() => {
            Opinion::Meaningless
        }
        Finding::Undecided { reason: StopReason::BudgetExhausted | StopReason::PrecisionExhausted, explanation } => {
            Opinion::Open(explanation)
        }
        Finding::Undecided { explanation, .. } => Opinion::Silent(explanation),
    }
}

#[cfg(test)]
mod tests;
