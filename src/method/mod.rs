//! Ways to check a claim, one per file. Each answers with one [`Evidence`] per link of the statement, never with a verdict.

pub mod asymptotics;
mod attack;
mod averages;
pub mod calculus;
pub mod closed_form;
pub mod comparison;
mod degenerate;
mod domain;
pub mod enclosure;
pub mod exact;
#[cfg(test)]
pub(crate) mod fixture;
mod increments;
mod laboratory;
pub mod law;
pub mod monotone;
pub mod places;
mod proportion;
pub mod range;
pub mod scaling;
pub mod setting;
pub mod simulation;
mod stationary;
pub mod subdivision;

pub use domain::empty_domains;
pub use laboratory::{Cache, DirectoryCache, Laboratory, NoCache, Runs};

use crate::claim::Claim;
use crate::evidence::{Evidence, Finding, StopReason};
use crate::random::SeedPath;

/// Every method, in the order in which a plan tries them.
pub static ALL: &[&dyn Method] = &[
    &exact::Exact,
    &enclosure::Enclosure,
    &calculus::Calculus,
    &law::LawComparison,
    &closed_form::ClosedFormComparison,
    &simulation::Simulation,
    &scaling::Scaling,
];

/// The method with this name.
pub fn find(name: &str) -> Option<&'static dyn Method> {
    ALL.iter().copied().find(|method| method.name() == name)
}

/// A way to check a claim.
pub trait Method: Sync {
    /// Its name in claims, records and pages.
    fn name(&self) -> &'static str;

    /// One sentence for `corrigenda list methods`.
    fn summary(&self) -> &'static str;

    /// Whether it can say anything about the claim.
    ///
    /// # Errors
    /// Why not, in words for the report.
    fn applies(&self, claim: &Claim) -> Result<(), String>;

    /// Checks the claim: one evidence per link of its statement that the method speaks about, in order.
    fn check(&self, context: &Context<'_>) -> Vec<Evidence>;

    /// Whether variants of a claim are judged by this method as well, on what there is already: the same samples, the same
    /// closed form.
    fn judges_variants(&self) -> bool {
        false
    }

    /// The same with the samples, the cache and the interrupt flag that the checks of a run share; methods that draw no
    /// replicates do not need it.
    fn check_in(&self, context: &Context<'_>, _laboratory: &Laboratory<'_>) -> Vec<Evidence> {
        self.check(context)
    }
}

/// What one check is given.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// What the plan grants, fixed before a number is drawn.
    pub budget: &'a Budget,
    /// Where the check's streams hang: root, note, claim, method.
    pub seed: &'a SeedPath,
}

/// The work that a plan grants a check without simulation. Counted in work, never in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Admissible points at which both sides are enclosed.
    pub points: usize,
    /// Draws per admissible point before the domain counts as empty.
    pub draws_per_point: usize,
    /// Random points of the prime field per assignment of dimensions.
    pub field_points: usize,
    /// Sizes given to symbolic dimensions.
    pub sizes: Vec<usize>,
    /// Working precisions in bits, ascending; plain `f64` intervals come before the first.
    pub precisions: Vec<usize>,
    /// Decimal digits to which both sides must agree at every point.
    pub digits: f64,
    /// Operations that the evaluations of one method for one link may take together.
    pub steps: u64,
    /// What a simulated check is granted.
    pub simulation: SimulationBudget,
}

/// The work and the error rate that a plan grants a simulated check.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulationBudget {
    /// Root seed of the run: replicates are facts about (experiment, parameters, seed), not about the claim.
    pub seed: u64,
    /// Probability with which this check may contradict a true claim.
    pub alpha: f64,
    /// Equivalence margin relative to the predicted value, unless the claim declares a tolerance.
    pub relative_margin: f64,
    /// Replicates below which no interval is trusted.
    pub minimum_replicates: u64,
    /// Replicates at which the check stops looking.
    pub maximum_replicates: u64,
    /// Work per check and stream, shared by its parameter points, in units of [`crate::experiment::Trial::work`].
    pub work: f64,
    /// Directions along which an array is compared.
    pub projections: usize,
    /// Sizes needed before a limit is extrapolated.
    pub minimum_sizes: usize,
    /// Safety net in seconds of wall clock.
    pub wall_clock: f64,
}

impl Default for SimulationBudget {
    /// The standard profile, for a note with a single simulated claim.
    fn default() -> Self {
        Self {
            seed: 0,
            alpha: 1e-3,
            relative_margin: 0.02,
            minimum_replicates: 64,
            maximum_replicates: 1 << 20,
            work: 4000.0,
            projections: 12,
            minimum_sizes: 4,
            wall_clock: 120.0,
        }
    }
}

impl Default for Budget {
    /// The standard profile.
    fn default() -> Self {
        Self {
            points: 40,
            draws_per_point: 200,
            field_points: 8,
            sizes: vec![1, 2, 3, 5],
            precisions: vec![128, 256, 512],
            digits: 30.0,
            steps: 60_000_000,
            simulation: SimulationBudget::default(),
        }
    }
}

/// The same undecided finding for every link of a claim.
pub(crate) fn undecided(method: &str, claim: &Claim, reason: StopReason, explanation: &str) -> Vec<Evidence> {
    (0..claim.statement.links.len().max(1)).map(|link| undecided_link(method, link, reason, explanation)).collect()
}

/// An undecided finding for one link.
pub(crate) fn undecided_link(method: &str, link: usize, reason: StopReason, explanation: &str) -> Evidence {
    Evidence {
        method: method.to_owned(),
        link,
        finding: Finding::Undecided { reason, explanation: explanation.to_owned() },
        detail: explanation.to_owned(),
        facts: Vec::new(),
        estimates: Vec::new(),
        figures: Vec::new(),
    }
}
