use super::*;
use crate::evidence::Finding;
use crate::expr::Relation;
use crate::expr::fixture::{n, q, use_of};
use crate::method::NoCache;
use crate::method::simulation::tests::{Case, TOY, case};
use crate::method::simulation::{check_request, resolve_in};
use crate::plan::plan_with;
use crate::profile::Profile;

/// Simulation with the toy experiment, which is not in the public table.
struct ToySimulation;

impl Method for ToySimulation {
    fn name(&self) -> &'static str {
        "toy-simulation"
    }
    fn summary(&self) -> &'static str {
        "draws"
    }
    fn judges_variants(&self) -> bool {
        true
    }
    fn applies(&self, claim: &Claim) -> Result<(), String> {
        claim.experiment.as_ref().map(|_| ()).ok_or_else(|| "no experiment".to_owned())
    }
    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        self.check_in(context, &Laboratory::new(&Runs::default()))
    }
    fn check_in(&self, context: &Context<'_>, laboratory: &Laboratory<'_>) -> Vec<Evidence> {
        let request = resolve_in(context.claim, context.claim.experiment.as_ref().unwrap(), &TOY).unwrap();
        vec![check_request(&request, context, laboratory)]
    }
}

static METHODS: &[&dyn Method] = &[&ToySimulation];

fn claims() -> Vec<Claim> {
    let named = |id: &str, mut case: Case| {
        case.claim.id = id.to_owned();
        case.claim
    };
    let mut none = named("none", case("mean", Relation::Equal, |_| n(1)));
    none.experiment = None;
    vec![
        named("true", case("mean", Relation::Equal, |c| use_of(&c.mu))),
        none,
        named("wrong", case("mean", Relation::Equal, |c| use_of(&c.mu) * q(6, 5))),
        named("share", case("share", Relation::Equal, |_| q(3, 4))),
    ]
}

/// Counts what it is asked and rechecks a doubled variant.
struct Doubling;

impl Refine for Doubling {
    fn sharpness(&self, subject: &Subject<'_>) -> Option<Sharpness> {
        let mut variant = subject.claim.clone();
        variant.statement.links[0].right = &variant.statement.links[0].right * &n(2);
        let killed = judge(&(subject.recheck)(&variant), 1) == Verdict::Refuted;
        Some(Sharpness { mutants: 1, killed: usize::from(killed), equivalent: 0, survivors: Vec::new() })
    }
    fn corrections(&self, _: &Subject<'_>) -> Vec<Correction> {
        Vec::new()
    }
}

fn bodies(jobs: usize, interrupted: bool) -> (Vec<String>, Vec<Event>, Outcome) {
    let claims = claims();
    let plan = plan_with(&claims, &Profile::named("quick").unwrap(), 7, METHODS);
    let flag = AtomicBool::new(interrupted);
    let setup = Setup { jobs: Some(jobs), cache: &NoCache, interrupted: &flag, refine: &Doubling, methods: METHODS };
    let mut events: Vec<Event> = Vec::new();
    let outcome = run(&claims, &plan, &setup, &mut events);
    let bodies = claims
        .iter()
        .zip(&outcome.claims)
        .map(|(claim, judged)| serde_json::to_string(&entry(claim, judged, None)).unwrap())
        .collect();
    (bodies, events, outcome)
}

#[test]
fn bodies_do_not_depend_on_the_number_of_threads() {
    let (one, ..) = bodies(1, false);
    let (two, _, outcome) = bodies(2, false);
    assert_eq!(one, two);
    let verdicts: Vec<Verdict> = outcome.claims.iter().map(|c| c.verdict).collect();
    assert_eq!(verdicts, [Verdict::Supported, Verdict::Unsupported, Verdict::Refuted, Verdict::Supported]);
    assert!(outcome.claims[1].because.contains("no experiment"));
    assert!(outcome.claims[2].because.contains("independent stream"));
    let sharpness = outcome.claims[0].sharpness.as_ref().unwrap();
    assert_eq!((sharpness.mutants, sharpness.killed), (1, 1));
    assert!(!outcome.interrupted && !outcome.timed_out);
}

#[test]
fn events_come_in_a_line() {
    let (_, events, _) = bodies(2, false);
    assert!(matches!(events.first(), Some(Event::RunStarted { claims: 4, checks: 3, .. })));
    assert!(matches!(events.last(), Some(Event::RunFinished { interrupted: false })));
    for index in 0..4 {
        let place = |test: &dyn Fn(&Event) -> bool| events.iter().position(test).unwrap();
        let started = place(&|e| matches!(e, Event::ClaimStarted { claim, .. } if *claim == index));
        let judged = place(&|e| matches!(e, Event::ClaimJudged { claim, .. } if *claim == index));
        assert!(started < judged);
    }
}

#[test]
fn an_interrupted_run_says_so() {
    let (_, _, outcome) = bodies(1, true);
    assert!(outcome.interrupted);
    assert_eq!(outcome.claims[0].verdict, Verdict::Inconclusive);
    let Finding::Undecided { reason, .. } = outcome.claims[0].evidence[0].finding else { panic!() };
    assert_eq!(reason, StopReason::Interrupted);
}

#[test]
fn plans_share_the_error_rate_and_have_a_digest() {
    let claims = claims();
    let profile = Profile::named("standard").unwrap();
    let plan = plan_with(&claims, &profile, 7, METHODS);
    assert_eq!(plan.checks.len(), 3);
    assert_eq!(plan.declined.len(), 1);
    for check in &plan.checks {
        assert!((check.budget.simulation.alpha - profile.error_rate / 3.0).abs() < 1e-15);
    }
    assert_eq!(plan.digest, plan_with(&claims, &profile, 7, METHODS).digest);
    assert_ne!(plan.digest, plan_with(&claims, &profile, 8, METHODS).digest);
    assert_ne!(plan.digest, plan_with(&claims[1..], &profile, 7, METHODS).digest);
}

#[test]
fn variants_are_judged_on_the_samples_there_are() {
    let claims = claims();
    let plan = plan_with(&claims, &Profile::named("quick").unwrap(), 7, METHODS);
    let flag = AtomicBool::new(false);
    let setup = Setup { jobs: Some(1), cache: &NoCache, interrupted: &flag, refine: &Corrections, methods: METHODS };
    let outcome = run(&claims, &plan, &setup, &mut ());
    // 6/5 μ is refuted; μ itself is one dropped factor away and agrees on both streams.
    let repaired: Vec<&str> = outcome.claims[2].corrections.iter().map(|c| c.tex.as_str()).collect();
    assert!(repaired.iter().any(|tex| tex.ends_with(r"\mu")), "{repaired:?}");
}

#[test]
fn a_formula_with_two_readings_is_refuted_only_if_both_are_false() {
    use crate::method::fixture::Table;
    let mut t = Table::default();
    let x = &t.positive("x");
    let mut claim = t.claim(x / n(2) * x, Relation::Equal, n(1) / n(2));
    let verdict = |claim: &Claim| {
        let claims = std::slice::from_ref(claim);
        let (plan, never) = (crate::plan::plan(claims, &Profile::named("quick").unwrap(), 1), AtomicBool::new(false));
        let judged = run(claims, &plan, &Setup::new(&NoCache, &never, &()), &mut ()).claims.remove(0);
        (judged.verdict, judged.because)
    };
    assert_eq!(verdict(&claim).0, Verdict::Refuted);
    let reading = |right| t.claim(x / (n(2) * x), Relation::Equal, right).statement;
    claim.alternatives = vec![reading(n(1) / n(3)), reading(n(1) / n(2))];
    let (read, why) = verdict(&claim);
    assert_eq!(read, Verdict::Proved);
    assert!(why.contains("read as") && why.contains("another reading"), "{why}");
    claim.alternatives = vec![reading(n(1) / n(3)), reading(n(1) / n(4))];
    assert_eq!(verdict(&claim).0, Verdict::Refuted);
}

/// What simulates honours the other reading like every other method.
#[test]
fn a_simulated_claim_with_two_readings_is_spared_by_the_one_that_holds() {
    let mut wrong = case("mean", Relation::Equal, |c| use_of(&c.mu) * q(6, 5)).claim;
    let judged = |claim: &Claim| {
        let claims = std::slice::from_ref(claim);
        let plan = plan_with(claims, &Profile::named("quick").unwrap(), 7, METHODS);
        let never = AtomicBool::new(false);
        let setup = Setup { jobs: Some(1), cache: &NoCache, interrupted: &never, refine: &(), methods: METHODS };
        run(claims, &plan, &setup, &mut ()).claims.remove(0).verdict
    };
    assert_eq!(judged(&wrong), Verdict::Refuted);
    // The other reading in the symbols of this claim.
    let mut statement = wrong.statement.clone();
    statement.links[0].right = match &*statement.links[0].right.kind {
        crate::expr::Kind::Mul(factors) => factors[0].clone(),
        other => panic!("{other:?}"),
    };
    wrong.alternatives = vec![statement];
    assert_eq!(judged(&wrong), Verdict::Supported);
}
