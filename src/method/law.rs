//! Equality in law: of an expression of random symbols and a law, or of two such expressions.
//!
//! What is affine in normal variables is normal, so its mean and covariance decide. Otherwise the characteristic functions
//! $\mathbb{E}\cos\langle k, X\rangle$ and $\mathbb{E}\sin\langle k, X\rangle$ are compared at points and many k: equal for all k they are
//! equality in law (Lévy's uniqueness theorem). What cannot be integrated is drawn, see the submodule `sampled`.

mod histogram;
mod sampled;

use super::setting::Setting;
use super::{Budget, Context, Method, enclosure, exact, undecided, undecided_link};
use crate::assumption::Point;
use crate::claim::{Claim, Declaration, Domain, Role};
use crate::eval::degree_in;
use crate::evidence::{Evidence, Finding, StopReason, Witness};
use crate::expr::{
    ArrayFunction, Condition, Expr, Kind, Law, Link, RandomVariable, Relation, Sort, Statement, Symbol, walk,
};
use crate::numeric::Function;
use crate::random::SeedPath;
use crate::source::Span;
use std::sync::Arc;

/// Laws of random quantities.
#[derive(Clone, Copy, Debug)]
pub struct LawComparison;

const NAME: &str = "law";

/// Random symbols whose laws depend on others, one below another.
const LAYERS: usize = 8;

impl Method for LawComparison {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "compares laws: mean and covariance of normals, characteristic functions, or samples"
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        if claim.limit.is_some() || claim.extremum.is_some() || claim.solves.is_some() {
            return Err("a limit, an optimum or a solution is not an equality in law".into());
        }
        let link = claim.statement.links.iter().find(|l| says_law(l)).ok_or("the claim is not about a law")?;
        sides(claim, link).map(|_| ())
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        let Context { claim, budget, seed, .. } = *context;
        if let Err(why) = self.applies(claim) {
            return undecided(NAME, claim, StopReason::NotApplicable, &why);
        }
        let links = claim.statement.links.iter().enumerate().filter(|(_, link)| says_law(link));
        links
            .map(|(k, link)| {
                let figures = histogram::figure(link, claim, budget, seed).into_iter().collect();
                Evidence { link: k, figures, ..judge(link, claim, budget, seed) }
            })
            .collect()
    }
}

/// Whether a relation is about the laws of its sides.
pub fn says_law(link: &Link) -> bool {
    matches!(link.relation, Relation::Distributed | Relation::EqualInLaw)
}

/// A random quantity: a value, and the random symbols it depends on, in layers: the laws of a layer may depend on the next.
#[derive(Clone)]
struct Quantity {
    value: Expr,
    layers: Vec<Vec<RandomVariable>>,
}

impl Quantity {
    /// An expression with the declared random symbols in it.
    fn of(value: &Expr, claim: &Claim) -> Result<Self, String> {
        let value = &definitions(claim)
            .iter()
            .fold(value.clone(), |value, (symbol, meaning)| walk::substitute(&value, symbol, meaning).unwrap_or(value));
        let law = |symbol: &Symbol| {
            claim.declarations.iter().find(|d| d.symbol == *symbol).and_then(|d| match &d.role {
                Role::Random(law) => Some(RandomVariable { symbol: symbol.clone(), law: law.clone() }),
                _ => None,
            })
        };
        let variables: Vec<RandomVariable> = walk::free_symbols(value).iter().filter_map(law).collect();
        Self::with(value.clone(), variables, &law)
    }

    /// A value with these random symbols, and those that their laws depend on.
    fn with(
        value: Expr,
        mut open: Vec<RandomVariable>,
        law: &dyn Fn(&Symbol) -> Option<RandomVariable>,
    ) -> Result<Self, String> {
        let mut from = 0;
        while from < open.len() {
            for symbol in parameters(&open[from].law).iter().flat_map(walk::free_symbols) {
                if symbol != open[from].symbol && !open.iter().any(|v| v.symbol == symbol) {
                    open.extend(law(&symbol));
                }
            }
            from += 1;
        }
        let needs = |v: &RandomVariable, other: &RandomVariable| {
            v.symbol != other.symbol && parameters(&v.law).iter().any(|p| walk::mentions(p, &other.symbol))
        };
        let mut layers = Vec::new();
        while !open.is_empty() {
            let (needed, layer): (Vec<_>, Vec<_>) =
                open.iter().cloned().partition(|v| open.iter().any(|other| needs(other, v)));
            if layer.is_empty() || layers.len() >= LAYERS {
                return Err("the laws of the random symbols depend on each other".into());
            }
            layers.push(layer);
            open = needed;
        }
        Ok(Self { value, layers })
    }

    /// The right-hand side of `X \sim …`: a law, or a declared density.
    fn law(right: &Expr, sort: &Sort, claim: &Claim) -> Result<Self, String> {
        let symbol = Symbol::new("X", sort.clone());
        let value = Expr::symbol(&symbol, right.span);
        let law = match (&*right.kind, &right.sort) {
            (Kind::LawOf(law), _) => law.clone(),
            (Kind::Symbol(f), Sort::Function(arguments, _)) if arguments.len() == 1 => {
                Law::Density(Expr::new(Kind::Call(f.clone(), vec![value.clone()]), Sort::Real, right.span))
            }
            _ => return Err("the right-hand side is not a law".into()),
        };
        let variable = RandomVariable { symbol, law };
        let declared = |symbol: &Symbol| {
            let random = claim.declarations.iter().find(|d| d.symbol == *symbol)?;
            let Role::Random(law) = &random.role else { return None };
            Some(RandomVariable { symbol: symbol.clone(), law: law.clone() })
        };
        Self::with(value, vec![variable], &declared)
    }

    /// The mean of a body over every random symbol.
    fn mean(&self, body: Expr) -> Expr {
        let (sort, span) = (real(&body.sort), body.span);
        self.layers.iter().fold(body, |body, layer| {
            let (dense, lawful): (Vec<_>, Vec<_>) =
                layer.iter().cloned().partition(|v| matches!(v.law, Law::Density(_)));
            let body = match lawful.is_empty() {
                true => body,
                false => Expr::new(Kind::Expectation(lawful, body), sort.clone(), span),
            };
            dense.into_iter().fold(body, |body, v| {
                let Law::Density(density) = v.law else { return body };
                Expr::new(Kind::AverageOver(vec![v.symbol], density, body), sort.clone(), span)
            })
        })
    }

    /// Its only layer, if it is affine in normal variables.
    fn affine_in_normals(&self) -> Option<&[RandomVariable]> {
        let [layer] = self.layers.as_slice() else { return None };
        let normal = layer.iter().all(|v| matches!(v.law, Law::Normal(..)));
        (normal && degree_in(&self.value, layer).is_some_and(|d| d <= 1)).then_some(layer)
    }
}

/// Premises and assumptions that say what a symbol is in terms of random ones, the last first.
fn definitions(claim: &Claim) -> Vec<(Symbol, Expr)> {
    let assumed = claim.assumptions.iter().filter_map(|c| match c {
        Condition::Holds(link) => Some(link),
        Condition::All(_) => None,
    });
    let named = |link: &Link| match (&*link.left.kind, link.relation) {
        (Kind::Symbol(s), Relation::Equal) if !is_random(claim, s) && mentions_random(claim, &link.right) => {
            Some((s.clone(), link.right.clone()))
        }
        _ => None,
    };
    let mut all: Vec<(Symbol, Expr)> = claim.statement.premises.iter().chain(assumed).filter_map(named).collect();
    all.reverse();
    all
}

fn is_random(claim: &Claim, symbol: &Symbol) -> bool {
    claim.declarations.iter().any(|d| d.symbol == *symbol && matches!(d.role, Role::Random(_)))
}

fn mentions_random(claim: &Claim, e: &Expr) -> bool {
    walk::free_symbols(e).iter().any(|s| is_random(claim, s))
}

/// The claim with equations in place of its links, without premises and assumptions on random symbols.
fn about(claim: &Claim, links: &[Link]) -> Claim {
    let certain = |link: &Link| !mentions_random(claim, &link.left) && !mentions_random(claim, &link.right);
    let premises = claim.statement.premises.iter().filter(|l| certain(l)).cloned().collect();
    let kept = |c: &&Condition| walk::condition_operands(c).into_iter().all(|e| !mentions_random(claim, e));
    let assumptions = claim.assumptions.iter().filter(kept).cloned().collect();
    let statement = Statement { premises, links: links.to_vec() };
    Claim { statement, assumptions, alternatives: Vec::new(), ..claim.clone() }
}

/// The operands of a law.
fn parameters(law: &Law) -> Vec<Expr> {
    match law {
        Law::Normal(a, b) | Law::Uniform(a, b) => vec![a.clone(), b.clone()],
        Law::Rademacher(a) | Law::Density(a) => vec![a.clone()],
    }
}

fn real(sort: &Sort) -> Sort {
    if sort.is_scalar() { Sort::Real } else { sort.clone() }
}

/// Both sides as random quantities.
fn sides(claim: &Claim, link: &Link) -> Result<[Quantity; 2], String> {
    let left = Quantity::of(&link.left, claim)?;
    if left.layers.is_empty() {
        return Err("nothing on the left-hand side is declared as random".into());
    }
    if !(link.left.sort.is_scalar() || matches!(link.left.sort, Sort::Vector(_))) {
        return Err("only laws of numbers and vectors are compared".into());
    }
    let right = match link.relation {
        Relation::Distributed => Quantity::law(&link.right, &link.left.sort, claim)?,
        _ => Quantity::of(&link.right, claim)?,
    };
    Ok([left, right])
}

/// Judges one link, or a variant of it.
pub fn judge(link: &Link, claim: &Claim, budget: &Budget, seed: &SeedPath) -> Evidence {
    let refuse = |why: &str| undecided_link(NAME, 0, StopReason::NotApplicable, why);
    let both = match sides(claim, link) {
        Ok(both) => both,
        Err(why) => return refuse(&why),
    };
    let span = link.left.span;
    if let (Some(left), Some(right)) = (both[0].affine_in_normals(), both[1].affine_in_normals()) {
        let equations = moments([(left, &both[0].value), (right, &both[1].value)], span);
        let words = ["the means", "the covariances"];
        let said = (words, "normal, with the same mean and covariance");
        return compared(claim, &equations, said, true, budget, seed);
    }
    let (frequency, equations) = characteristic_functions(&both, span);
    let extended = with_symbol(claim, frequency.clone());
    let words = ["the characteristic functions", "the characteristic functions"];
    // Means over signs are finite sums, which algebra decides; quadratures it does not.
    let signs = both.iter().flat_map(|q| q.layers.iter().flatten()).all(|v| matches!(v.law, Law::Rademacher(_)));
    let found = compared(&extended, &equations, (words, "equal characteristic functions"), signs, budget, seed);
    if !matches!(found.finding, Finding::Undecided { .. }) {
        return found;
    }
    match sampled::judge(&both, (&extended, &frequency, &equations), budget, seed) {
        Ok(finding) => evidence(finding),
        Err(why) => {
            let explanation = format!("{}; and nothing can be drawn: {why}", found.detail);
            undecided_link(NAME, 0, StopReason::NotApplicable, &explanation)
        }
    }
}

/// Mean against mean and covariance against covariance.
fn moments(sides: [(&[RandomVariable], &Expr); 2], span: Span) -> [Link; 2] {
    let square = |e: &Expr| match &e.sort {
        Sort::Vector(n) => Sort::Matrix(n.clone(), n.clone()),
        _ => Sort::Real,
    };
    let of = |kind: fn(Vec<RandomVariable>, Expr) -> Kind, sort: &dyn Fn(&Expr) -> Sort| {
        let [left, right] =
            sides.map(|(variables, value)| Expr::new(kind(variables.to_vec(), value.clone()), sort(value), span));
        Link { left, relation: Relation::Equal, right }
    };
    [of(Kind::Expectation, &|e| real(&e.sort)), of(Kind::Variance, &square)]
}

/// Real and imaginary parts of the characteristic functions, with the symbol for their argument.
fn characteristic_functions(sides: &[Quantity; 2], span: Span) -> (Symbol, [Link; 2]) {
    let sort = real(&sides[0].value.sort);
    let frequency = Symbol::new("k", sort);
    let of = |function: Function| {
        let [left, right] = [&sides[0], &sides[1]].map(|side| {
            let k = Expr::symbol(&frequency, span);
            let phase = match side.value.sort.is_scalar() {
                true => Kind::Mul(vec![k, side.value.clone()]),
                false => Kind::Array(ArrayFunction::Dot, vec![k, side.value.clone()]),
            };
            let phase = Expr::new(phase, Sort::Real, span);
            side.mean(Expr::new(Kind::Function(function, vec![phase]), Sort::Real, span))
        });
        Link { left, relation: Relation::Equal, right }
    };
    let equations = [of(Function::Cos), of(Function::Sin)];
    (frequency, equations)
}

/// The claim with one more free symbol.
fn with_symbol(claim: &Claim, symbol: Symbol) -> Claim {
    let declaration = Declaration { symbol, domain: Domain::All, role: Role::Variable, span: claim.span };
    let declarations = claim.declarations.iter().cloned().chain([declaration]).collect();
    Claim { declarations: Arc::new(declarations), ..claim.clone() }
}

/// Equations that together mean equality in law: proved if each is, contradicted if one is; `algebraic` if the prime field is
/// worth a try.
fn compared(
    claim: &Claim,
    equations: &[Link],
    (words, conclusion): ([&str; 2], &str),
    algebraic: bool,
    budget: &Budget,
    seed: &SeedPath,
) -> Evidence {
    let claim = about(claim, equations);
    let setting = match Setting::new(&claim, budget, seed) {
        Ok(setting) => setting,
        Err(why) => return undecided_link(NAME, 0, StopReason::NotApplicable, &why),
    };
    if setting.points.is_empty() {
        return undecided_link(NAME, 0, StopReason::NoAdmissiblePoint, &setting.emptiness());
    }
    let (mut proofs, mut bounds) = (Vec::new(), Vec::new());
    for (link, word) in claim.statement.links.iter().zip(words) {
        if algebraic && let Finding::Proves { certificate } = exact::judge(link, &setting, budget, seed).finding {
            proofs.push(certificate);
            continue;
        }
        let outcome = enclosure::compare(link, &setting, budget);
        if outcome.contradicts() && outcome.estimated && !is_clear(&outcome) {
            let explanation = format!("{word} differ by no more than quadratures may be off");
            return undecided_link(NAME, 0, StopReason::PrecisionExhausted, &explanation);
        }
        // A law that exists at a few special points only is not the law that is claimed.
        if outcome.agrees() && 2 * outcome.holds < setting.points.len() {
            let explanation = format!("{word} agree at {} of {} points only", outcome.holds, setting.points.len());
            return undecided_link(NAME, 0, StopReason::Degenerate, &explanation);
        }
        let found = enclosure::of_outcome(link, &setting, budget, &outcome);
        match found.finding {
            Finding::Agrees { bound } => bounds.push(bound),
            Finding::Contradicts { witness } => {
                let summary = format!("The laws differ in {word}. {}", witness.summary);
                let finding = Finding::Contradicts { witness: Witness { summary, ..witness } };
                return Evidence { detail: format!("{word} differ: {}", found.detail), ..evidence(finding) };
            }
            _ => return Evidence { method: NAME.to_owned(), detail: format!("{word}: {}", found.detail), ..found },
        }
    }
    evidence(match bounds.is_empty() {
        true => Finding::Proves { certificate: format!("{conclusion}: {}", proofs.join("; ")) },
        false => Finding::Agrees { bound: format!("{conclusion}: {}", bounds.join("; ")) },
    })
}

/// Whether the sides of a witness that rests on estimated errors are far apart beside one, the largest absolute value of a
/// characteristic function.
fn is_clear(outcome: &enclosure::Outcome) -> bool {
    const APART: f64 = 1e-5;
    let gap = |(_, left, right): &(Point, String, String)| {
        Some((left.parse::<f64>().ok()? - right.parse::<f64>().ok()?).abs())
    };
    outcome.witness.as_ref().and_then(gap).is_none_or(|gap| gap > APART)
}

fn evidence(finding: Finding) -> Evidence {
    let detail = match &finding {
        Finding::Proves { certificate: text } | Finding::Agrees { bound: text } => text.clone(),
        Finding::Contradicts { witness } => witness.summary.clone(),
        Finding::Undecided { explanation, .. } => explanation.clone(),
    };
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

#[cfg(test)]
mod tests;
