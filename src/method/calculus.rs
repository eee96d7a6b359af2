//! A claimed optimum is a stationary point and not of the wrong kind; a claimed solution leaves no residual.
//!
//! Derivatives are exact (jets), so a directional derivative that is separated from zero refutes. An objective that is convex
//! by its structure (expectations and sums of squares of expressions that are affine in the varied symbol) has its global
//! minimum wherever it is stationary: then an exact zero of the derivative is a proof.

use super::comparison::Ladder;
use super::degenerate::degenerate;
use super::enclosure::{self, fact};
use super::setting::{Setting, put_in};
use super::{Budget, Context, Method, exact, stationary, undecided, undecided_link};
use crate::assumption;
use crate::claim::{Claim, Extremum};
use crate::evidence::{Evidence, Finding, StopReason, Witness};
use crate::expr::{Expr, Kind, Link, Relation, Symbol, print, walk};
use crate::numeric::Undefined;
use crate::random::SeedPath;
use stationary::{AtOptimum, Stationarity};

/// Optima and solutions.
#[derive(Clone, Copy, Debug)]
pub struct Calculus;

const NAME: &str = "calculus";

impl Method for Calculus {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "puts a claimed optimum into its objective and a claimed solution into its equation"
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        if claim.extremum.is_none() && claim.solves.is_none() {
            return Err("the claim names neither an objective nor an equation".into());
        }
        Setting::new(claim, &Budget { points: 0, ..Budget::default() }, &SeedPath::root(0)).map(|_| ())
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        let Context { claim, budget, seed, .. } = *context;
        let setting = match Setting::new(claim, budget, seed) {
            Ok(setting) => setting,
            Err(why) => return undecided(NAME, claim, StopReason::NotApplicable, &why),
        };
        if setting.points.is_empty() {
            return undecided(NAME, claim, StopReason::NoAdmissiblePoint, &setting.emptiness());
        }
        let links = claim.statement.links.iter().enumerate();
        links
            .map(|(k, link)| {
                // In a chain u = f = g only u = f is the solution, and f = g an identity.
                let solves = k == 0 || claim.extremum.is_some();
                let found =
                    if solves { judge(link, &setting, budget, seed) } else { identity(link, &setting, budget, seed) };
                Evidence { link: k, ..found }
            })
            .collect()
    }
}

/// A further link of a chain whose first is the solution.
fn identity(link: &Link, setting: &Setting<'_>, budget: &Budget, seed: &SeedPath) -> Evidence {
    let exact = exact::judge(link, setting, budget, seed);
    let found =
        if matches!(exact.finding, Finding::Proves { .. }) { exact } else { enclosure::judge(link, setting, budget) };
    Evidence { method: NAME.to_owned(), ..found }
}

/// Judges one link, or a variant of it, as the claimed optimum or solution.
pub fn judge(link: &Link, setting: &Setting<'_>, budget: &Budget, seed: &SeedPath) -> Evidence {
    let refuse = |why: &str| undecided_link(NAME, 0, StopReason::NotApplicable, why);
    let named = &link.left;
    let Some(link) = setting.prepare(link) else { return refuse("a derivative by a defined symbol") };
    if link.relation != Relation::Equal {
        return refuse("only an equation names an optimum or a solution");
    }
    match (&setting.claim.extremum, &setting.claim.solves) {
        (Some(extremum), _) => {
            let Some(objective) = setting.prepare_side(&extremum.objective) else {
                return refuse("an objective with a derivative by a defined symbol");
            };
            let extremum = Extremum { objective, ..extremum.clone() };
            let right = optimum(&extremum, &link.right, setting, budget, seed);
            if is_name(named, &extremum, &link.right) || matches!(right.finding, Finding::Contradicts { .. }) {
                return right;
            }
            let known = |s: &Symbol| [&extremum.objective, &link.right].into_iter().any(|e| walk::mentions(e, s));
            if walk::mentions(named, &extremum.variable) || !walk::free_symbols(&link.left).iter().all(known) {
                return refuse(
                    "the left-hand side of an optimum must be what is varied, a name for it, or another form of it",
                );
            }
            // Another form of the optimum is one only if it is optimal, too; of two that are, the weaker finding counts.
            let left = optimum(&extremum, &link.left, setting, budget, seed);
            match (&left.finding, &right.finding) {
                (Finding::Proves { .. }, _) => right,
                (Finding::Agrees { .. }, Finding::Proves { .. } | Finding::Agrees { .. }) => left,
                (Finding::Agrees { .. }, _) => right,
                _ => left,
            }
        }
        (None, Some(equation)) => {
            let named = matches!(&*link.left.kind, Kind::Symbol(_) | Kind::Call(..));
            if !named {
                return refuse("the left-hand side of a solution must be what the equation is for");
            }
            solution(&equation.links, &link, setting, budget, seed)
        }
        (None, None) => refuse("the claim names neither an objective nor an equation"),
    }
}

/// Whether the left-hand side only names the optimum: what is varied, or a symbol or function that occurs nowhere else.
fn is_name(left: &Expr, extremum: &Extremum, value: &Expr) -> bool {
    match &*left.kind {
        Kind::Symbol(symbol) | Kind::Call(symbol, _) => {
            *symbol == extremum.variable || ![value, &extremum.objective].iter().any(|e| walk::mentions(e, symbol))
        }
        _ => false,
    }
}

/// Every link of the equation with the solution put in: exactly zero, or enclosed at the points.
fn solution(equation: &[Link], claimed: &Link, setting: &Setting<'_>, budget: &Budget, seed: &SeedPath) -> Evidence {
    let mut proved = Vec::new();
    let mut agreed: Vec<String> = Vec::new();
    for link in equation {
        let Some(residual) = put_in(link, &claimed.left, &claimed.right) else {
            return undecided_link(
                NAME,
                0,
                StopReason::NotApplicable,
                "the equation differentiates by its own unknown",
            );
        };
        let evidence = match exact::judge(&residual, setting, budget, seed).finding {
            Finding::Proves { certificate } => {
                proved.push(certificate);
                continue;
            }
            _ => enclosure::judge(&residual, setting, budget),
        };
        match &evidence.finding {
            Finding::Agrees { bound } => agreed.push(bound.clone()),
            _ => {
                let detail = format!("residual of {}: {}", print::link(link), evidence.detail);
                return Evidence { detail, ..evidence };
            }
        }
    }
    if agreed.is_empty() {
        let certificate = format!("the residual vanishes: {}", proved.join("; "));
        found(Finding::Proves { certificate: certificate.clone() }, certificate)
    } else {
        let bound = format!("the residual vanishes at {}", agreed.join("; "));
        found(Finding::Agrees { bound: bound.clone() }, bound)
    }
}

fn found(finding: Finding, detail: String) -> Evidence {
    Evidence {
        method: NAME.to_owned(),
        link: 0,
        finding,
        detail,
        facts: Vec::new(),
        estimates: Vec::new(),
        figures: Vec::new(),
    }
}

fn optimum(extremum: &Extremum, value: &Expr, setting: &Setting<'_>, budget: &Budget, seed: &SeedPath) -> Evidence {
    if walk::mentions(value, &extremum.variable) {
        return undecided_link(NAME, 0, StopReason::NotApplicable, "the claimed optimum contains the varied symbol");
    }
    let stationarity = match Stationarity::new(extremum, value, setting, budget) {
        Ok(stationarity) => stationarity,
        Err(why) => return undecided_link(NAME, 0, StopReason::NotApplicable, &why),
    };
    let ladder = Ladder::new(&budget.precisions, budget.digits);
    let (mut holds, mut digits) = (0_usize, f64::INFINITY);
    let mut silent: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let mut undefined = 0;
    let mut failures = Vec::new();
    for (k, point) in setting.points.iter().enumerate() {
        let mut stream = seed.child("direction").block(k as u64).stream();
        match stationarity.at(point, &ladder, &mut stream) {
            AtOptimum::Holds(d) => {
                holds += 1;
                digits = digits.min(d);
            }
            AtOptimum::Fails { left, right, why } => failures.push((point, left, right, why)),
            AtOptimum::Silent(why @ (Undefined::Domain(_) | Undefined::Shape(_))) => {
                undefined += 1;
                *silent.entry(why.to_string()).or_default() += 1;
            }
            AtOptimum::Silent(why) => *silent.entry(why.to_string()).or_default() += 1,
        }
    }
    let mut facts = vec![fact("points", setting.points.len()), fact("points where the optimum is stationary", holds)];
    facts.extend(silent.iter().map(|(why, n)| fact(&format!("points that say nothing: {why}"), n)));
    let silent: usize = silent.values().sum();
    if let Some((point, left, right, why)) =
        failures.into_iter().min_by_key(|(point, ..)| assumption::complexity(point))
    {
        let shown = assumption::show(point);
        let place: Vec<String> = shown.iter().map(|(name, value)| format!("${name}$ = {value}")).collect();
        let summary = format!("At {} {why}: {left} against {right}.", place.join(", "));
        let witness = Witness { point: shown, left, right, summary: summary.clone() };
        return Evidence { facts, ..found(Finding::Contradicts { witness }, why) };
    }
    let word = if extremum.maximum { "maximum" } else { "minimum" };
    let convex = stationarity.is_convex();
    let zero = stationarity.vanishes(setting, budget, seed);
    if convex && let Finding::Proves { certificate } = &zero {
        let shape = if extremum.maximum { "concave" } else { "convex" };
        let certificate = format!(
            "the objective is {shape} in {} and its derivative vanishes there, so it is the global {word}: {certificate}",
            extremum.variable.tex()
        );
        return Evidence { facts, ..found(Finding::Proves { certificate: certificate.clone() }, certificate) };
    }
    let exactly = match &zero {
        Finding::Proves { .. } => "exactly stationary".to_owned(),
        Finding::Agrees { bound } => bound.clone(),
        _ => String::new(),
    };
    if let Some(why) = (holds > 0 && silent <= holds).then(|| degenerate(setting)).flatten() {
        let finding = Finding::Undecided { reason: StopReason::Degenerate, explanation: why.clone() };
        return Evidence { facts, ..found(finding, why) };
    }
    if holds > 0 && silent <= holds {
        let kind = if convex { format!(", {word} by convexity") } else { format!(", curvature of a {word}") };
        let digits = if digits.is_infinite() { "exactly".to_owned() } else { format!("to {} digits", digits.floor()) };
        let exactly = if exactly.is_empty() { exactly } else { format!("; {exactly}") };
        let bound = format!("stationary {digits} at {holds} points{kind}{exactly}");
        return Evidence { facts, ..found(Finding::Agrees { bound: bound.clone() }, bound) };
    }
    let explanation = format!("of {} points {holds} decide it", setting.points.len());
    let nowhere = undefined == setting.points.len();
    let reason = if nowhere { StopReason::NoAdmissiblePoint } else { StopReason::PrecisionExhausted };
    let finding = Finding::Undecided { reason, explanation: explanation.clone() };
    Evidence { facts, ..found(finding, explanation) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Domain, Role};
    use crate::expr::fixture::*;
    use crate::expr::{ArrayFunction, Dim, Law, RandomVariable, Sort, Statement};
    use crate::method::fixture::{Table, check, word};
    use crate::numeric::Function::{Cos, Exp};

    fn optimum_of(table: &Table, variable: &Expr, objective: Expr, value: Expr, maximum: bool) -> Claim {
        let Kind::Symbol(symbol) = &*variable.kind else { panic!() };
        let mut claim = table.claim(variable.clone(), Relation::Equal, value);
        claim.extremum = Some(Extremum { variable: symbol.clone(), objective: flat(objective), maximum });
        claim
    }

    #[test]
    fn a_convex_objective_has_its_minimum_where_it_is_stationary() {
        let mut t = Table::default();
        let (x, a, b) = (&t.real("x"), &t.real("a"), &t.positive("b"));
        let objective = pow(x - a, n(2)) + b * pow(x.clone(), n(2));
        let optimum = |value| optimum_of(&t, x, objective.clone(), value, false);
        assert_eq!(word(&Calculus, &optimum(a / (n(1) + b))), "proves");
        assert_eq!(word(&Calculus, &optimum(a / (n(1) - b))), "contradicts");
        assert_eq!(word(&Calculus, &optimum(a / (n(2) + b))), "contradicts");
        let maximum = optimum_of(&t, x, objective.clone(), a / (n(1) + b), true);
        assert_eq!(word(&Calculus, &maximum), "contradicts");
    }

    #[test]
    fn the_left_hand_side_is_a_name_or_an_optimum_itself() {
        let mut t = Table::default();
        let (x, a, y) = (&t.real("x"), &t.positive("a"), &t.positive("y"));
        let finding = |left: Expr, right: Expr| {
            let mut claim = optimum_of(&t, x, pow(x - a, n(2)), right, false);
            claim.statement.links[0].left = flat(left);
            word(&Calculus, &claim)
        };
        assert_eq!(finding(x.clone(), a.clone()), "proves");
        assert_eq!(finding(y.clone(), a.clone()), "proves");
        assert_eq!(finding(a * a / a, a.clone()), "proves");
        assert_eq!(finding(n(2) * a, a.clone()), "contradicts");
        assert_eq!(finding(-x.clone(), a.clone()), "undecided");
        assert_eq!(finding(-y.clone(), a.clone()), "undecided");
        assert_eq!(finding(n(2) * x, a.clone()), "undecided");
        assert_eq!(finding(a.clone(), n(2) * a), "contradicts");
    }

    #[test]
    fn stationary_points_that_are_no_minima_are_found_out() {
        let mut t = Table::default();
        let x = &t.real("x");
        let wave = f(Cos, x.clone());
        assert_eq!(word(&Calculus, &optimum_of(&t, x, wave.clone(), n(0), false)), "contradicts");
        assert_eq!(word(&Calculus, &optimum_of(&t, x, wave, n(0), true)), "agrees");
        // x³ is flat at zero, and better elsewhere.
        assert_eq!(word(&Calculus, &optimum_of(&t, x, pow(x.clone(), n(3)), n(0), false)), "contradicts");
    }

    #[test]
    fn the_linear_filter_of_least_mean_square_error() {
        let mut t = Table::default();
        let d = Dim::Literal(2);
        let h = t.square("H", &d, Domain::All);
        let c = t.square("C", &d, Domain::PositiveDefinite);
        let s = t.positive("s");
        let identity =
            || Expr::new(Kind::Identity(Dim::Literal(2)), Sort::Matrix(Dim::Literal(2), Dim::Literal(2)), x_span());
        let random = |tex: &str| symbol(tex, Sort::Vector(Dim::Literal(2)));
        let (signal, noise) = (random("x"), random("z"));
        let zero = || n(0) * Expr::new(Kind::Ones(Dim::Literal(2)), Sort::Vector(Dim::Literal(2)), x_span());
        let error = &h * (use_of(&signal) + use_of(&noise)) - use_of(&signal);
        let variables = vec![
            RandomVariable { symbol: signal, law: Law::Normal(zero(), c.clone()) },
            RandomVariable { symbol: noise, law: Law::Normal(zero(), &s * identity()) },
        ];
        let loss = array_of(ArrayFunction::NormSquared, vec![error], Sort::Real);
        let objective = Expr::new(Kind::Expectation(variables, loss), Sort::Real, x_span());
        let inverse = |m: Expr| {
            let sort = m.sort.clone();
            array_of(ArrayFunction::Inverse, vec![m], sort)
        };
        let wiener = &c * inverse(&c + &s * identity());
        let evidence = check(&Calculus, &optimum_of(&t, &h, objective.clone(), wiener, false));
        assert_eq!(evidence.finding.word(), "proves", "{evidence:?}");
        let twin = &c * inverse(&c - &s * identity());
        assert_eq!(word(&Calculus, &optimum_of(&t, &h, objective, twin, false)), "contradicts");
    }

    #[test]
    fn a_solution_leaves_no_residual() {
        let mut t = Table::default();
        let (time, rate) = (&t.real("t"), &t.positive("k"));
        let Kind::Symbol(clock) = &*time.kind else { panic!() };
        let m = t.declare("m", Sort::Function(vec![Sort::Real], Box::new(Sort::Real)), Domain::All, Role::Variable);
        let call = Expr::new(Kind::Call(m, vec![time.clone()]), Sort::Real, x_span());
        let slope = Expr::new(Kind::Derivative(call.clone(), clock.clone(), 1), Sort::Real, x_span());
        let equation = Link { left: slope, relation: Relation::Equal, right: -(rate * &call) };
        let mut claim = t.claim(call.clone(), Relation::Equal, f(Exp, -(rate * time)));
        claim.solves = Some(Statement { premises: Vec::new(), links: vec![equation.clone()] });
        assert_eq!(word(&Calculus, &claim), "proves");
        let mut twin = t.claim(call, Relation::Equal, f(Exp, rate * time));
        twin.solves = Some(Statement { premises: Vec::new(), links: vec![equation] });
        assert_eq!(word(&Calculus, &twin), "contradicts");
    }
}
