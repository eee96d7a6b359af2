//! Identities by evaluation at random points of a large prime field (Schwartz 1980, Zippel 1979).
//!
//! A formula of total degree D that is not an identity vanishes at a random point of a field with p elements with probability
//! at most D/p. Transcendental subterms are tied consistently by [`ExactField`]. It proves and never contradicts: what
//! differs in the field may still be equal under relations that the field does not know.
//!
//! A size of a symbolic dimension that was tried proves nothing about another but where the form of both sides says so:
//! see the submodule `sizes`.

mod degree;
mod sizes;

pub(super) use sizes::{Deciding, deciding_gradient};

use super::enclosure::fact;
use super::setting::Setting;
use super::{Budget, Context, Method, averages, undecided, undecided_link};
use crate::assumption::Point;
use crate::claim::{Claim, Domain};
use crate::eval::{Assignment, Meter, Program, Value};
use crate::evidence::{Evidence, Finding, StopReason};
use crate::expr::{Expr, Link, Relation, Sort, Symbol};
use crate::numeric::exact::{Element, ExactField};
use crate::numeric::{Arithmetic, Rational, Undefined};
use crate::random::{SeedPath, Stream};

/// Polynomial identity testing.
#[derive(Clone, Copy, Debug)]
pub struct Exact;

const NAME: &str = "exact";

/// Assignments of sizes to several dimensions that are tried.
const SIZE_ASSIGNMENTS: usize = 12;

/// So many free signs are enumerated.
const ENUMERATED_SIGNS: usize = 6;

/// Draws per assignment of sizes: a point is lost where a denominator vanishes or a root does not exist.
const ATTEMPTS: u64 = 400;

/// Points per assignment of sizes, where each is worth little because roots have an unknown branch.
const MOST_POINTS: usize = 64;

/// Decimal logarithm of the probability of error that a proof may have.
const CERTAIN: f64 = -15.0;

impl Method for Exact {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "proves identities by evaluation at random points of a large prime field"
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        if claim.limit.is_some() {
            return Err("a limit is not an identity".into());
        }
        if claim.extremum.is_some() || claim.solves.is_some() {
            return Err("an optimum or a solution is checked by its derivative or residual".into());
        }
        if claim.tolerance.is_some() || !claim.statement.links.iter().any(|l| is_identity(l, claim)) {
            return Err("only equations are identities".into());
        }
        Setting::new(claim, &Budget { points: 0, ..Budget::default() }, &SeedPath::root(0)).map(|_| ())
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        let Context { claim, budget, seed, .. } = *context;
        let setting = match Setting::new(claim, &Budget { points: 0, ..budget.clone() }, seed) {
            Ok(setting) => setting,
            Err(why) => return undecided(NAME, claim, StopReason::NotApplicable, &why),
        };
        let links = claim.statement.links.iter().enumerate();
        let averaged = |link: &Link| {
            let judge = |link: &Link, inside: &Setting<'_>| judge(link, inside, budget, seed);
            averages::judged(link, &setting, &Budget { points: 0, ..budget.clone() }, seed, &judge)
        };
        let judged = |link: &Link| averaged(link).unwrap_or_else(|| judge(link, &setting, budget, seed));
        links.map(|(k, link)| Evidence { link: k, ..judged(link) }).collect()
    }
}

/// Whether a link says that two expressions are equal, at one point or at two.
fn is_identity(link: &Link, claim: &Claim) -> bool {
    link.relation == Relation::Equal || link.relation == Relation::Proportional && !claim.over.is_empty()
}

/// Judges one link, or a variant of it, with the symbols of a setting.
pub fn judge(link: &Link, setting: &Setting<'_>, budget: &Budget, seed: &SeedPath) -> Evidence {
    if !is_identity(link, setting.claim) || setting.claim.tolerance.is_some() {
        return undecided_link(NAME, 0, StopReason::NotApplicable, "only equations are identities");
    }
    let is_proportion = link.relation == Relation::Proportional;
    let Some(link) = setting.prepare(link) else {
        return undecided_link(NAME, 0, StopReason::NotApplicable, "a derivative by a defined symbol");
    };
    if is_proportion {
        let right = Expr::integer(0, link.right.span);
        let zero = Link { left: link.right.clone(), relation: Relation::Equal, right };
        if matches!(judge(&zero, setting, budget, seed).finding, Finding::Proves { .. }) {
            return undecided_link(NAME, 0, StopReason::Degenerate, "one of the sides is zero everywhere");
        }
    }
    let meter = Meter::new(budget.steps);
    let (left, right) = match (Program::compile(&link.left), Program::compile(&link.right)) {
        (Ok(left), Ok(right)) => (left.metered(&meter), right.metered(&meter)),
        (Err(why), _) | (_, Err(why)) => {
            return undecided_link(NAME, 0, StopReason::NotApplicable, &why.to_string());
        }
    };
    let (sides, declarations) = ([&link.left, &link.right], &setting.claim.declarations);
    let question = Question {
        setting,
        budget,
        seed,
        deciding: sizes::deciding(sides, &dimensions(setting), declarations),
        log10_error: &|sizes| degree::log10_error(sides, sizes, declarations),
    };
    let finding = question
        .vanishes(&mut |field, at, _, _| difference(field, &left.evaluate(field, at)?, &right.evaluate(field, at)?));
    let detail = match &finding {
        Finding::Proves { certificate } => certificate.clone(),
        Finding::Agrees { bound } => bound.clone(),
        Finding::Undecided { explanation, .. } => explanation.clone(),
        Finding::Contradicts { .. } => unreachable!("the field never contradicts"),
    };
    let facts = vec![fact("least number of points per assignment of sizes", budget.field_points)];
    Evidence { method: NAME.to_owned(), link: 0, finding, detail, facts, estimates: Vec::new(), figures: Vec::new() }
}

/// Left minus right; 0 beside an array stands for all zeros.
fn difference(field: &ExactField, left: &Value<Element>, right: &Value<Element>) -> Result<Value<Element>, Undefined> {
    if left.shape() == right.shape() {
        let entries = left.entries().iter().zip(right.entries()).map(|(x, y)| field.sub(x, y));
        return Ok(Value::vector(entries.collect()));
    }
    match right.as_scalar() {
        Some(r) if field.is_zero(r) => Ok(left.clone()),
        _ => Err(Undefined::Shape("two sides of different shape".into())),
    }
}

/// What is to vanish: its value at a field point, the sizes there, and a stream for further choices.
pub(super) type Residual<'a> =
    dyn FnMut(&ExactField, &Assignment<Element>, &Point, &mut Stream) -> Result<Value<Element>, Undefined> + 'a;

/// Whether a residual vanishes: at every tried assignment of sizes, at random field points.
pub(super) struct Question<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) budget: &'a Budget,
    pub(super) seed: &'a SeedPath,
    /// Sizes that decide all sizes, if there are such.
    pub(super) deciding: Option<Deciding>,
    /// Decimal logarithm of the probability that a residual that is not zero vanishes at a random point of these sizes,
    /// where its form says more than the field does.
    pub(super) log10_error: &'a dyn Fn(&Point) -> Option<f64>,
}

/// The symbolic dimensions of a setting.
pub(super) fn dimensions(setting: &Setting<'_>) -> Vec<Symbol> {
    setting.sampler.dimensions().map(|d| d.symbol.clone()).collect()
}

impl Question<'_> {
    pub(super) fn vanishes(&self, residual: &mut Residual<'_>) -> Finding {
        let setting = self.setting;
        let mut sizes = setting.sampler.size_assignments(SIZE_ASSIGNMENTS);
        if let Some(deciding) = &self.deciding {
            sizes.extend(deciding.sizes.iter().filter(|p| !sizes.contains(p)).cloned().collect::<Vec<_>>());
        }
        if sizes.is_empty() {
            let explanation = "no admissible sizes".into();
            return Finding::Undecided { reason: StopReason::NoAdmissiblePoint, explanation };
        }
        // Whole numbers as indeterminates first: that covers all their values.
        let mut failure = String::new();
        for concrete in [false, true] {
            if concrete && !has_whole_variables(setting) {
                break;
            }
            match self.test(&sizes, concrete, residual) {
                Ok(test) => {
                    let finite = concrete || draws_signs(setting) || has_indices(setting);
                    return report(&sizes, &dimensions(setting), self.deciding.as_ref(), &test, finite);
                }
                Err(why) => failure = why,
            }
        }
        let explanation = format!("not decided by algebra: {failure}");
        Finding::Undecided { reason: StopReason::NotApplicable, explanation }
    }

    /// Random points until the residual has been zero often enough; otherwise why not.
    fn test(&self, sizes: &[Point], concrete: bool, residual: &mut Residual<'_>) -> Result<Zeros, String> {
        let Self { setting, budget, seed, .. } = *self;
        let signs = scalar_signs(setting);
        let enumerated = if signs.len() <= ENUMERATED_SIGNS { 1_usize << signs.len() } else { 1 };
        let (mut points, mut worst) = (0, f64::NEG_INFINITY);
        for (block, size) in sizes.iter().enumerate() {
            let by_form = (self.log10_error)(size).filter(|_| !concrete);
            // Every combination of signs is a claim of its own.
            for combination in 0..enumerated {
                let seed = seed.child("field").block(block as u64).block(combination as u64);
                let (mut valid, mut log10_error) = (0, 0.0_f64);
                for attempt in 0..ATTEMPTS {
                    if valid >= budget.field_points && log10_error <= CERTAIN || valid >= MOST_POINTS {
                        break;
                    }
                    let mut stream = seed.block(attempt).stream();
                    let field = ExactField::new(&mut stream);
                    let Some(mut at) = setting.sampler.fill_field(size, &field, concrete, &mut stream) else {
                        return Err("an empty domain".into());
                    };
                    for (bit, symbol) in signs.iter().enumerate().filter(|_| enumerated > 1) {
                        let sign = if combination >> bit & 1 == 1 { Rational::ONE } else { Rational::NEG_ONE };
                        at.set(symbol, Value::Scalar(field.rational(&sign)));
                    }
                    match residual(&field, &at, size, &mut stream) {
                        Ok(value) if value.entries().iter().all(|x| field.is_zero(x)) => {
                            valid += 1;
                            let error = value.entries().iter().map(|x| field.error_bound(x)).fold(0.0, f64::max);
                            let by_steps = error.max(f64::MIN_POSITIVE).log10();
                            log10_error += by_form.map_or(by_steps, |f| f.min(by_steps));
                        }
                        Ok(_) => return Err("the two sides differ in the field".into()),
                        // A vanishing denominator or a root that is not in the field; another point is drawn.
                        Err(Undefined::Domain(_) | Undefined::Precision(_)) => {}
                        Err(why) => return Err(why.to_string()),
                    }
                }
                if valid < budget.field_points {
                    return Err("undefined at most points of the field".into());
                }
                points += valid;
                worst = worst.max(log10_error);
            }
        }
        Ok(Zeros { points, log10_error: worst })
    }
}

fn report(sizes: &[Point], dimensions: &[Symbol], deciding: Option<&Deciding>, test: &Zeros, finite: bool) -> Finding {
    let tried = dimensions.iter().map(|dimension| {
        let mut values: Vec<usize> = sizes.iter().filter_map(|p| p.size(dimension)).collect();
        values.sort_unstable();
        values.dedup();
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        format!("{} = {}", dimension.tex(), values.join(", "))
    });
    let tried: Vec<String> = tried.collect();
    let at = if tried.is_empty() { String::new() } else { format!(" for {}", tried.join("; ")) };
    let points = test.points;
    let covered = (dimensions.is_empty() || deciding.is_some()) && !finite;
    if covered && test.log10_error <= CERTAIN {
        let all = deciding.map_or(String::new(), |d| format!(" (these decide every size: {})", d.why));
        let exponent = test.log10_error.ceil();
        let certificate = format!(
            "both sides are equal at {points} random points of a prime field{at}{all}; probability of error below $10^{{{exponent}}}$"
        );
        return Finding::Proves { certificate };
    }
    let at = if at.is_empty() { " for the whole numbers, signs and roots tried".to_owned() } else { at };
    Finding::Agrees { bound: format!("exact{at}: equal at {points} random points of a prime field") }
}

/// A residual that was zero wherever it was tried.
struct Zeros {
    points: usize,
    /// Decimal logarithm of the probability that it is not identically zero, for the worst assignment of sizes.
    log10_error: f64,
}

fn has_indices(setting: &Setting<'_>) -> bool {
    setting.sampler.variables().any(|d| matches!(d.symbol.sort(), Sort::Index(_)))
}

fn has_whole_variables(setting: &Setting<'_>) -> bool {
    setting.sampler.variables().any(|d| *d.symbol.sort() == Sort::Integer && !matches!(d.domain, Domain::Signs))
}

fn scalar_signs(setting: &Setting<'_>) -> Vec<Symbol> {
    let signs =
        setting.sampler.variables().filter(|d| matches!(d.domain, Domain::Signs) && d.symbol.sort().is_scalar());
    signs.map(|d| d.symbol.clone()).collect()
}

/// Signs that are drawn, not enumerated: a few draws do not cover them.
fn draws_signs(setting: &Setting<'_>) -> bool {
    let arrays = setting.sampler.variables().any(|d| matches!(d.domain, Domain::Signs) && !d.symbol.sort().is_scalar());
    arrays || scalar_signs(setting).len() > ENUMERATED_SIGNS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Role;
    use crate::expr::fixture::*;
    use crate::expr::{ArrayFunction, Dim, Expr, Kind};
    use crate::method::fixture::{Table, check, word};
    use crate::numeric::Function::{Cos, Cosh, Exp, Log, Sin, Sinh};

    fn tree_size(d: &Dim) -> Expr {
        let Dim::Named(symbol) = d else { panic!() };
        use_of(symbol)
    }

    #[test]
    fn identities_are_proved_and_their_twins_are_not() {
        let mut t = Table::default();
        let (x, y) = (&t.real("x"), &t.positive("y"));
        let finding = |left: Expr, right: Expr| word(&Exact, &t.claim(left, Relation::Equal, right));
        assert_eq!(finding(pow(x + y, n(2)), x * x + n(2) * x * y + y * y), "proves");
        assert_eq!(finding(pow(x + y, n(2)), x * x + x * y + y * y), "undecided");
        assert_eq!(finding(f(Exp, x + y), f(Exp, x.clone()) * f(Exp, y.clone())), "proves");
        assert_eq!(finding(f(Exp, x + y), f(Exp, x.clone()) + f(Exp, y.clone())), "undecided");
        assert_eq!(finding(f(Log, y * y), n(2) * f(Log, y.clone())), "proves");
        assert_eq!(finding(pow(f(Cosh, x.clone()), n(2)) - pow(f(Sinh, x.clone()), n(2)), n(1)), "proves");
        assert_eq!(finding(pow(f(Cos, x.clone()), n(2)) - pow(f(Sin, x.clone()), n(2)), n(1)), "undecided");
        assert_eq!(finding(f(Sin, n(2) * x), n(2) * f(Sin, x.clone()) * f(Cos, x.clone())), "proves");
    }

    #[test]
    fn a_root_has_the_sign_that_the_domain_gives_it() {
        let mut t = Table::default();
        let (x, y) = (&t.real("x"), &t.positive("y"));
        let root = |e: &Expr| f(crate::numeric::Function::Sqrt, pow(e.clone(), n(2)));
        assert_eq!(word(&Exact, &t.claim(root(y), Relation::Equal, y.clone())), "proves");
        assert_eq!(word(&Exact, &t.claim(root(x), Relation::Equal, x.clone())), "undecided");
    }

    #[test]
    fn one_large_size_decides_all_and_few_small_ones_do_not() {
        let mut t = Table::default();
        let d = t.dimension("d");
        let (a, b) = (&t.square("A", &d, Domain::All), &t.square("B", &d, Domain::All));
        let c = &t.square("C", &d, Domain::PositiveDefinite);
        let inverse = |m: Expr| {
            let sort = m.sort.clone();
            array_of(ArrayFunction::Inverse, vec![m], sort)
        };
        let identity = Expr::new(Kind::Identity(d.clone()), a.sort.clone(), x_span());
        let product = t.claim(inverse(a * b), Relation::Equal, inverse(b.clone()) * inverse(a.clone()));
        let evidence = check(&Exact, &product);
        assert_eq!(evidence.finding.word(), "proves", "{evidence:?}");
        let resolvent = t.claim(identity.clone() - inverse(&identity + c), Relation::Equal, c * inverse(&identity + c));
        assert_eq!(word(&Exact, &resolvent), "proves");
        assert_eq!(word(&Exact, &t.claim(a * b, Relation::Equal, b * a)), "undecided");
        // Invariant polynomials, and functions of one symmetric matrix.
        let trace = |m: Expr| array_of(ArrayFunction::Trace, vec![m], Sort::Real);
        assert_eq!(word(&Exact, &t.claim(trace(a * b), Relation::Equal, trace(b * a))), "proves");
        let shifted = || inverse(&identity + c);
        let size = tree_size(&d);
        let dispersion = t.claim(trace(c * shifted()), Relation::Equal, size - trace(shifted()));
        assert_eq!(word(&Exact, &dispersion), "proves");
        // Cayley and Hamilton hold at size two: a size below the degree decides nothing.
        let polynomial =
            a * a - a * trace(a.clone()) + (trace(a.clone()) * trace(a.clone()) - trace(a * a)) / n(2) * &identity;
        assert_eq!(word(&Exact, &t.claim(polynomial, Relation::Equal, n(0) * &identity)), "undecided");
        // Two letters and an inverse in a trace are outside of every certificate.
        let mixed = t.claim(trace(inverse(a.clone()) * b), Relation::Equal, trace(b * inverse(a.clone())));
        assert_eq!(word(&Exact, &mixed), "agrees");
    }

    #[test]
    fn whole_numbers_that_count_terms_are_tried_and_not_proved() {
        let mut t = Table::default();
        let bound = Domain::Interval { lower: Some((Rational::ZERO, true)), upper: None };
        let m = &use_of(&t.declare("m", Sort::Integer, bound, Role::Variable));
        let i = symbol("i", Sort::Integer);
        let total = || sum_over(&i, n(1), m.clone(), use_of(&i));
        assert_eq!(word(&Exact, &t.claim(total(), Relation::Equal, m * (m + n(1)) / n(2))), "agrees");
        assert_eq!(word(&Exact, &t.claim(total(), Relation::Equal, m * m)), "undecided");
        assert_eq!(word(&Exact, &t.claim((m + n(1)) * m, Relation::Equal, m * m + m)), "proves");
    }

    #[test]
    fn signs_are_enumerated() {
        let mut t = Table::default();
        let s = &use_of(&t.declare("s", Sort::Real, Domain::Signs, Role::Variable));
        let x = &t.real("x");
        let odd = |e: Expr| f(Sinh, e);
        assert_eq!(word(&Exact, &t.claim(odd(s * x), Relation::Equal, s * odd(x.clone()))), "proves");
        assert_eq!(word(&Exact, &t.claim(s * s, Relation::Equal, n(1))), "proves");
        assert_eq!(word(&Exact, &t.claim(s.clone(), Relation::Equal, n(1))), "undecided");
    }
}
