//! The plan: which checks are run on which claims, with margins, budgets and error rates fixed before a number is drawn.

use crate::claim::{Claim, ExperimentRequest, Role};
use crate::diagnostic::{Diagnostic, codes, suggestion};
use crate::experiment::{Estimand, Experiment, Parameters, Shape};
use crate::expr::Dim;
use crate::expr::walk::free_symbols_of_statement;
use crate::method::{self, Budget, Method, SimulationBudget};
use crate::profile::Profile;
use crate::random::SeedPath;
use crate::{catalog, experiment};
use std::collections::BTreeMap;

/// The ordered checks of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Checks in the order of the claims, methods in the order of their table.
    pub checks: Vec<Check>,
    /// Methods that cannot say anything about a claim, and why.
    pub declined: Vec<Declined>,
    /// Ids of the claims, by index.
    pub claim_ids: Vec<String>,
    /// Root seed.
    pub seed: u64,
    /// The profile.
    pub profile: Profile,
    /// Hexadecimal digest of everything above and of the claims: equal digests mean equal plans.
    pub digest: String,
}

/// One claim and one method.
#[derive(Clone, Debug)]
pub struct Check {
    /// Index of the claim.
    pub claim: usize,
    /// Name of the method.
    pub method: &'static str,
    /// What it is granted.
    pub budget: Budget,
}

/// A method that does not apply to a claim.
#[derive(Clone, Debug)]
pub struct Declined {
    /// Index of the claim.
    pub claim: usize,
    /// Name of the method.
    pub method: &'static str,
    /// Why, in words.
    pub reason: String,
    /// Whether the author asked for this method by name.
    pub requested: bool,
}

impl Plan {
    /// The same plan for the claims at these indices only, in this order: budgets and error rates stay those of the whole.
    #[must_use]
    pub fn restricted(&self, indices: &[usize]) -> Self {
        let place = |claim: usize| indices.iter().position(|i| *i == claim);
        let mut checks: Vec<Check> =
            self.checks.iter().filter_map(|c| Some(Check { claim: place(c.claim)?, ..c.clone() })).collect();
        checks.sort_by_key(|c| c.claim);
        Self {
            checks,
            declined: self
                .declined
                .iter()
                .filter_map(|d| Some(Declined { claim: place(d.claim)?, ..d.clone() }))
                .collect(),
            claim_ids: indices.iter().filter_map(|i| self.claim_ids.get(*i).cloned()).collect(),
            ..self.clone()
        }
    }
}

/// Plans the checks of all claims with the table of methods.
pub fn plan(claims: &[Claim], profile: &Profile, seed: u64) -> Plan {
    plan_with(claims, profile, seed, method::ALL)
}

/// Plans with another table.
///
/// The error rate of a note is split evenly over the claims of its file that are compared with an experiment: editing one
/// note moves no threshold in another.
pub fn plan_with(claims: &[Claim], profile: &Profile, seed: u64, methods: &[&'static dyn Method]) -> Plan {
    let mut simulated: BTreeMap<&str, usize> = BTreeMap::new();
    for claim in claims.iter().filter(|c| c.experiment.is_some()) {
        *simulated.entry(claim.file.name()).or_default() += 1;
    }
    let (mut checks, mut declined) = (Vec::new(), Vec::new());
    for (index, claim) in claims.iter().enumerate() {
        let shares = simulated.get(claim.file.name()).copied().unwrap_or(1).max(1);
        let budget = budget(profile, seed, profile.error_rate / shares as f64);
        for method in methods {
            let requested = claim.methods.as_ref().map(|names| names.iter().any(|n| n == method.name()));
            if requested == Some(false) {
                continue;
            }
            match method.applies(claim) {
                Ok(()) => checks.push(Check { claim: index, method: method.name(), budget: budget.clone() }),
                Err(reason) => declined.push(Declined {
                    claim: index,
                    method: method.name(),
                    reason,
                    requested: requested == Some(true),
                }),
            }
        }
    }
    let digest = digest(claims, &checks, profile, seed);
    Plan {
        checks,
        declined,
        claim_ids: claims.iter().map(|c| c.id.clone()).collect(),
        seed,
        profile: profile.clone(),
        digest,
    }
}

/// What claims ask for that is not there: experiments, estimands, parameters, closed forms and methods by unknown names.
/// Each claim's first problem, with its id.
pub fn validate(claims: &[Claim]) -> Vec<(String, Diagnostic)> {
    claims.iter().filter_map(|claim| problem(claim).map(|diagnostic| (claim.id.clone(), diagnostic))).collect()
}

fn problem(claim: &Claim) -> Option<Diagnostic> {
    let unknown = |code, span, message: String, name: &str, known: Vec<&str>, list: &str| {
        let diagnostic = Diagnostic::error(code, &claim.file, span, message);
        Some(match suggestion(name, known.iter().copied()) {
            Some(close) => diagnostic.hint(format!("did you mean `{close}`?")),
            None => diagnostic.hint(format!("`corrigenda list {list}` prints what there is")),
        })
    };
    for name in claim.methods.iter().flatten() {
        if method::find(name).is_none() {
            let known = method::ALL.iter().map(|m| m.name()).collect();
            return unknown(
                &codes::BAD_CLAIM,
                claim.span,
                format!("no method is called `{name}`"),
                name,
                known,
                "methods",
            );
        }
    }
    if let Some(id) = &claim.closed_form
        && catalog::find(id).is_none()
    {
        let known = catalog::ALL.iter().map(|f| f.id).collect();
        let message = format!("no closed form is called `{id}`");
        return unknown(&codes::UNKNOWN_CLOSED_FORM, claim.span, message, id, known, "closed-forms");
    }
    let request = claim.experiment.as_ref()?;
    let Some(experiment) = experiment::find(&request.name) else {
        let known = experiment::ALL.iter().map(|e| e.name).collect();
        let message = format!("no experiment is called `{}`", request.name);
        return unknown(&codes::UNKNOWN_EXPERIMENT, request.span, message, &request.name, known, "experiments");
    };
    let Some(estimand) = experiment.estimands.iter().find(|e| e.name == request.estimand) else {
        let known = experiment.estimands.iter().map(|e| e.name).collect();
        let message = format!("`{}` has no estimand `{}`", request.name, request.estimand);
        return unknown(&codes::UNKNOWN_EXPERIMENT, request.span, message, &request.estimand, known, "experiments");
    };
    let mut given = request.parameters.clone();
    for values in 0..request.sweep.iter().map(|(_, v)| v.len()).max().unwrap_or(1) {
        for (name, swept) in &request.sweep {
            if let Some(value) = swept.get(values).or(swept.last()) {
                given.insert(name.clone(), *value);
            }
        }
        match experiment.parameters(&given) {
            Err(error) => {
                return Some(
                    Diagnostic::error(&codes::BAD_PARAMETER, &claim.file, request.span, error.to_string())
                        .hint("`corrigenda list experiments` prints the parameters with their ranges"),
                );
            }
            Ok(parameters) => {
                // A set-up may be expensive, and offers the same names at every value of a sweep.
                if values == 0
                    && let Some(diagnostic) = unknown_quantity(claim, request, experiment, &parameters)
                {
                    return Some(diagnostic);
                }
                if let Some(message) = conflict(claim, request, estimand, &parameters) {
                    return Some(
                        Diagnostic::error(&codes::INCONSISTENT_DIMENSION, &claim.file, request.span, message)
                            .hint("declare the estimand with the dimensions of the experiment, or bind them"),
                    );
                }
            }
        }
    }
    None
}

/// A symbol that is bound to a name which is neither a parameter nor a quantity of the experiment.
fn unknown_quantity(
    claim: &Claim,
    request: &ExperimentRequest,
    experiment: &Experiment,
    parameters: &Parameters,
) -> Option<Diagnostic> {
    let is_parameter = |name: &str| parameters.iter().any(|(known, _)| known == name);
    let bound: Vec<(&String, &String)> = request.bind.iter().filter(|(_, name)| !is_parameter(name)).collect();
    if bound.is_empty() {
        return None;
    }
    // What a trial offers is known once it is set up; a set-up that fails is reported when it is run.
    let trial = (experiment.prepare)(parameters, &SeedPath::root(0)).ok()?;
    let (symbol, name) = bound.into_iter().find(|(_, name)| trial.quantity(name).is_none())?;
    let message = format!("`{}` has no parameter or quantity `{name}` for the symbol `{symbol}`", experiment.name);
    let diagnostic = Diagnostic::error(&codes::BAD_PARAMETER, &claim.file, request.span, message);
    let known: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
    Some(match suggestion(name, known.iter().copied()) {
        Some(close) => diagnostic.hint(format!("did you mean `{close}`?")),
        None => diagnostic
            .hint(format!("parameters: {}; quantities are listed in the experiment's documentation", known.join(", "))),
    })
}

/// Two values of one dimension: the axes of the estimand as the experiment measures it, against what the note declares and
/// the parameters say.
fn conflict(
    claim: &Claim,
    request: &ExperimentRequest,
    estimand: &Estimand,
    parameters: &Parameters,
) -> Option<String> {
    let length = match estimand.shape {
        Shape::Scalar => return None,
        Shape::Vector(name) | Shape::Square(name) => parameters.whole(name),
    };
    let used = free_symbols_of_statement(&claim.statement);
    let declared = claim.declarations.iter().find(|d| matches!(d.role, Role::Estimand) && used.contains(&d.symbol))?;
    let (rows, columns) = declared.symbol.sort().shape()?;
    [rows, columns].iter().find_map(|dim| match dim {
        Dim::Literal(1) => None,
        Dim::Literal(n) => (*n != length).then(|| {
            format!("{} is declared with an axis of {n}, `{}` has {length}", declared.symbol.tex(), estimand.name)
        }),
        Dim::Named(symbol) => {
            let name = request.bind.get(symbol.tex()).map_or(symbol.tex(), String::as_str);
            let (_, value) = parameters.iter().find(|(parameter, _)| *parameter == name)?;
            (value != length as f64).then(|| {
                let tex = symbol.tex();
                format!(
                    "the dimension {tex} is {value} and {length} at once: `{name}` is {value}, `{}` has {length}",
                    estimand.name
                )
            })
        }
    })
}

/// The budget of a check, with the share `alpha` of its note's error rate.
fn budget(profile: &Profile, seed: u64, alpha: f64) -> Budget {
    Budget {
        points: profile.points,
        draws_per_point: profile.draws_per_point,
        field_points: profile.field_points,
        sizes: profile.sizes.clone(),
        precisions: profile.precisions.clone(),
        digits: profile.digits,
        steps: profile.steps,
        simulation: SimulationBudget {
            seed,
            alpha,
            relative_margin: profile.relative_margin,
            minimum_replicates: profile.minimum_replicates,
            maximum_replicates: profile.maximum_replicates,
            work: profile.work,
            projections: profile.projections,
            minimum_sizes: profile.minimum_sizes,
            wall_clock: profile.wall_clock,
        },
    }
}

fn digest(claims: &[Claim], checks: &[Check], profile: &Profile, seed: u64) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(&format!("{seed} {profile:?}"));
    for claim in claims {
        for part in [claim.file.name(), &claim.id, &claim.tex, &format!("{:?}", claim.experiment)] {
            add(part);
        }
    }
    for check in checks {
        add(&format!("{} {} {:?}", check.claim, check.method, check.budget));
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
