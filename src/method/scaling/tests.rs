use super::*;
use crate::claim::{Claim, Domain};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Trial};
use crate::expr::fixture::{f, n, pow, q, use_of};
use crate::expr::{Expr, Sort, Symbol};
use crate::method::simulation::resolve_in;
use crate::method::simulation::tests::{budget, case};
use crate::numeric::{Function, Rational};
use crate::random::{SeedPath, Stream};
use crate::source::Span;
use rand_distr::{Distribution, StandardNormal};
use std::sync::Arc;

/// Means with known finite-size forms.
struct Sized {
    size: f64,
}

impl Trial for Sized {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let z: f64 = StandardNormal.sample(stream);
        out[0] = 1.0 + 0.8 / self.size.sqrt() + 0.02 * z;
        out[1] = 0.5 * self.size.ln() + 0.3 + 0.5 / self.size + 0.02 * z;
        out[2] = 3.0 * self.size * (1.0 + 1.0 / self.size) + 0.02 * z;
        out[3] = 1.0 + self.size.ln().sin() + 0.02 * z;
    }

    fn work(&self) -> f64 {
        0.1
    }
}

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    Ok(Box::new(Sized { size: parameters.get("d") }))
}

const fn estimand(name: &'static str) -> Estimand {
    Estimand { name, meaning: "known", bounds: None, shape: crate::experiment::Shape::Scalar, bias: Estimand::UNBIASED }
}

static SIZED: Experiment = Experiment {
    name: "sized",
    summary: "means that depend on a size",
    source: "none",
    parameters: &[Parameter { name: "d", meaning: "size", default: 16.0, minimum: 1.0, maximum: 1e6, whole: true }],
    estimands: &[estimand("limit"), estimand("log"), estimand("linear"), estimand("wild")],
    prepare,
};

fn limit(symbol: &Symbol) -> Limit {
    Limit {
        symbol: symbol.clone(),
        target: Expr::new(Kind::Infinity, Sort::Real, Span::default()),
        exponents: Vec::new(),
    }
}

/// `M relation prediction(d)` as d → ∞.
fn claim(estimand: &str, relation: Relation, prediction: impl FnOnce(Expr) -> Expr) -> Claim {
    let d = Symbol::new("d", Sort::Real);
    let mut claim = case(estimand, relation, |_| prediction(use_of(&d))).claim;
    claim.limit = Some(limit(&d));
    let request = claim.experiment.as_mut().unwrap();
    request.name = "sized".into();
    request.sweep = vec![("d".into(), vec![16.0, 32.0, 64.0, 128.0, 256.0, 512.0])];
    claim
}

fn check_claim(claim: &Claim, seed: u64) -> Evidence {
    let (budget, path) = (budget(seed), SeedPath::root(seed));
    let context = Context { claim, budget: &budget, seed: &path };
    let request = resolve_in(claim, claim.experiment.as_ref().unwrap(), &SIZED).unwrap();
    check_request(&request, claim.limit.as_ref().unwrap(), &context, &Laboratory::new(&Runs::default()))
}

#[test]
fn limits_slopes_and_ratios_are_told_from_wrong_ones() {
    for seed in 0..5 {
        for (estimand, relation, truth, wrong) in [
            ("limit", Relation::TendsTo, (|_| n(1)) as fn(Expr) -> Expr, (|_| q(11, 10)) as fn(Expr) -> Expr),
            ("log", Relation::Asymptotic, |d| f(Function::Log, d) * q(1, 2), |d| f(Function::Log, d)),
            ("linear", Relation::Asymptotic, |d| d * n(3), |d| d * q(31, 10)),
        ] {
            let held = check_claim(&claim(estimand, relation, truth), seed);
            assert_eq!(held.finding.word(), "agrees", "{estimand} {seed}: {}", held.detail);
            assert_eq!(held.figures.len(), 1);
            let broken = check_claim(&claim(estimand, relation, wrong), seed);
            assert_eq!(broken.finding.word(), "contradicts", "{estimand} {seed}: {}", broken.detail);
        }
    }
}

#[test]
fn sizes_that_still_wander_decide_nothing() {
    let evidence = check_claim(&claim("wild", Relation::TendsTo, |_| n(1)), 1);
    let Finding::Undecided { reason, .. } = evidence.finding else { panic!("{}", evidence.detail) };
    assert_eq!(reason, StopReason::StillDrifting);
}

#[test]
fn three_sizes_or_another_symbol_are_refused() {
    let mut short = claim("limit", Relation::TendsTo, |_| n(1));
    short.experiment.as_mut().unwrap().sweep[0].1.truncate(3);
    let request = resolve_in(&short, short.experiment.as_ref().unwrap(), &SIZED).unwrap();
    assert!(sizes::swept(&request, short.limit.as_ref().unwrap()).is_err());
    let mut other = claim("limit", Relation::TendsTo, |_| n(1));
    other.limit = Some(limit(&Symbol::new("n", Sort::Real)));
    let request = resolve_in(&other, other.experiment.as_ref().unwrap(), &SIZED).unwrap();
    assert!(sizes::swept(&request, other.limit.as_ref().unwrap()).unwrap_err().contains("`d`"));
}

/// A limit of two formulas in x > 0 with a free positive parameter a.
fn analytic(relation: Relation, sides: impl FnOnce(Expr, Expr) -> (Expr, Expr)) -> Evidence {
    let (x, a) = (Symbol::new("x", Sort::Real), Symbol::new("a", Sort::Real));
    let mut claim = case("mean", relation, |_| n(0)).claim;
    claim.experiment = None;
    let template = claim.declarations[0].clone();
    let positive = Domain::Interval { lower: Some((Rational::from(0), false)), upper: Some((Rational::from(5), true)) };
    let declare = |symbol: &Symbol, domain: &Domain| crate::claim::Declaration {
        symbol: symbol.clone(),
        domain: domain.clone(),
        ..template.clone()
    };
    claim.declarations = Arc::new(vec![declare(&x, &template.domain), declare(&a, &positive)]);
    claim.limit = Some(limit(&x));
    let (left, right) = sides(use_of(&x), use_of(&a));
    claim.statement.links[0].left = left;
    claim.statement.links[0].right = right;
    Scaling.applies(&claim).unwrap();
    let (budget, path) = (budget(1), SeedPath::root(1));
    Scaling.check(&Context { claim: &claim, budget: &budget, seed: &path }).remove(0)
}

#[test]
fn analytic_limits_are_told_from_wrong_ones() {
    let exp = |e| f(Function::Exp, e);
    let log = |e| f(Function::Log, e);
    let agrees = |e: Evidence| assert_eq!(e.finding.word(), "agrees", "{}", e.detail);
    let contradicts = |e: Evidence| assert_eq!(e.finding.word(), "contradicts", "{}", e.detail);
    // (1 + a/x)^x → e^a.
    let compound = |x: &Expr, a: &Expr| pow(n(1) + a / x.clone(), x.clone());
    agrees(analytic(Relation::TendsTo, |x, a| (compound(&x, &a), exp(a))));
    contradicts(analytic(Relation::TendsTo, |x, a| (compound(&x, &a), exp(a * n(2)))));
    // x² + a x ∼ x², and not 2x² nor x³.
    let square = |x: &Expr, a: &Expr| x * x + a * x;
    agrees(analytic(Relation::Asymptotic, |x, a| (square(&x, &a), &x * &x)));
    contradicts(analytic(Relation::Asymptotic, |x, a| (square(&x, &a), &x * &x * n(2))));
    contradicts(analytic(Relation::Asymptotic, |x, a| (square(&x, &a) * &x, &x * &x)));
    // log(x + a) ∼ log x with a logarithmic approach; ½ log x is wrong.
    agrees(analytic(Relation::Asymptotic, |x, a| (log(&x * n(3)) + a, log(x))));
    contradicts(analytic(Relation::Asymptotic, |x, a| (log(&x * n(3)) + a, log(x) * q(1, 2))));
    // x² + a x ≍ 3x², and not x.
    agrees(analytic(Relation::SameOrder, |x, a| (square(&x, &a), &x * &x * n(3))));
    contradicts(analytic(Relation::SameOrder, |x, a| (square(&x, &a), x)));
}

#[test]
fn arrays_tend_to_a_limit_entry_by_entry() {
    let two = crate::expr::Dim::Literal(2);
    let sort = Sort::Matrix(two.clone(), two);
    let matrix = |rows: [[Expr; 2]; 2]| {
        Expr::new(crate::expr::Kind::Entries(rows.map(|row| row.to_vec()).to_vec()), sort.clone(), Span::default())
    };
    let course = |x: &Expr, a: &Expr| {
        matrix([[n(1) / x.clone(), a.clone()], [a + n(1) / x.clone(), f(Function::Exp, n(0) - x)]])
    };
    let judged = |relation, wrong: i64| {
        analytic(relation, |x, a| {
            let left = course(&x, &a);
            (left, matrix([[n(0), a.clone()], [n(wrong) * a, n(0)]]))
        })
    };
    let right = judged(Relation::TendsTo, 1);
    assert_eq!(right.finding.word(), "agrees", "{}", right.detail);
    // One wrong entry of four.
    let wrong = judged(Relation::TendsTo, 2);
    assert_eq!(wrong.finding.word(), "contradicts", "{}", wrong.detail);
}
