//! What pointwise methods share: a claim's links with its definitions put in, and admissible points.

use super::{Budget, proportion};
use crate::assumption::{Point, Sampler, Tally};
use crate::claim::{Claim, Declaration, Domain, Role};
use crate::eval;
use crate::evidence::Finding;
use crate::expr::{Condition, Expr, Kind, Link, Relation, Sort, Statement, Symbol, walk};
use crate::numeric::Rational;
use crate::random::SeedPath;

/// A claim ready to be looked at point by point. Its links, variants of them and their repairs are judged on the same points.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// Premises and assumptions of the form symbol = expression, in the order in which they are put in.
    definitions: Vec<(Symbol, Expr)>,
    /// Premises and assumptions that say what a declared function, or a derivative of one, is: left and right side.
    rules: Vec<(Expr, Expr)>,
    /// Premises and assumptions that are left.
    pub(super) conditions: Vec<Condition>,
    /// Draws the symbols that are left.
    pub sampler: Sampler,
    /// Admissible points.
    pub points: Vec<Point>,
    /// What was rejected on the way.
    pub tally: Tally,
}

impl<'a> Setting<'a> {
    /// Draws the points at which the claim is looked at.
    ///
    /// # Errors
    /// In words: the claim has a symbol that cannot be drawn, or a condition that cannot be evaluated.
    pub fn new(claim: &'a Claim, budget: &Budget, seed: &SeedPath) -> Result<Self, String> {
        // A premise that is the equation itself is what is to be shown, not what is assumed.
        let solved = |link: &Link| claim.solves.iter().flat_map(|e| &e.links).any(|l| walk::same_link(l, link));
        let premises = claim.statement.premises.iter().filter(|l| !solved(l)).cloned().map(Condition::Holds);
        let mut conditions = Vec::new();
        for condition in claim.assumptions.iter().cloned().chain(premises) {
            split(condition, &mut conditions);
        }
        if proportion::is_asserted(claim) {
            let there: Vec<Condition> = conditions.iter().filter_map(|c| proportion::there(c, &claim.over)).collect();
            conditions.extend(there);
        }
        let mut definitions: Vec<(Symbol, Expr)> = Vec::new();
        while let Some((position, symbol, value)) = definition(claim, &conditions) {
            conditions.remove(position);
            conditions.extend(range_of(claim, &symbol, &value));
            let put_in = |c: &Condition| substitute_condition(c, &symbol, &value);
            conditions =
                conditions.iter().map(put_in).collect::<Option<_>>().ok_or("a derivative by a defined symbol")?;
            definitions.push((symbol, value));
        }
        let mut rules: Vec<(Expr, Expr)> = Vec::new();
        while let Some((position, left, right)) = conditions.iter().enumerate().find_map(|(k, c)| rule(claim, k, c)) {
            conditions.remove(position);
            let put_in = |c: &Condition| apply_to_condition(c, &left, &right);
            conditions = conditions
                .iter()
                .map(put_in)
                .collect::<Option<_>>()
                .ok_or("a value or derivative that no assumption gives")?;
            rules.push((left, right));
        }
        conditions.retain(|c| !is_identity(claim, c, budget, seed));
        let mut setting = Self {
            claim,
            definitions,
            rules,
            conditions,
            sampler: Sampler::new(&[], &[], &[], &[])?,
            points: Vec::new(),
            tally: Tally::default(),
        };
        let mut used: Vec<Symbol> = Vec::new();
        for link in &claim.statement.links {
            // "x = f(a)" says where a random x comes from, not what holds at each of its values.
            if let Some(symbol) = [&link.left, &link.right].into_iter().find_map(|side| random(claim, side)) {
                return Err(format!("${}$ is random and not averaged over", symbol.tex()));
            }
            let link = setting
                .prepare(link)
                .ok_or("a value or derivative that no assumption gives, or a derivative by a defined symbol")?;
            match (&claim.extremum, &claim.solves) {
                (None, None) => used.extend(walk::free_symbols_of_links([&link])),
                // The left-hand side of an optimum may be a name for it.
                (Some(_), _) => {
                    used.extend(walk::free_symbols(&link.right));
                    if !matches!(&*link.left.kind, Kind::Symbol(_) | Kind::Call(..)) {
                        used.extend(walk::free_symbols(&link.left));
                    }
                }
                // Further links of a chain after the solution are identities.
                (None, Some(_)) if !matches!(&*link.left.kind, Kind::Symbol(_) | Kind::Call(..)) => {
                    used.extend(walk::free_symbols_of_links([&link]));
                }
                (None, Some(equation)) => {
                    let solved = equation.links.iter().map(|l| put_in(l, &link.left, &link.right));
                    let solved: Vec<Link> = solved.collect::<Option<_>>().ok_or("a derivative by the unknown")?;
                    used.extend(walk::free_symbols_of_links(&solved));
                }
            }
        }
        if let Some(extremum) = &claim.extremum {
            let objective = setting.prepare_side(&extremum.objective);
            used.extend(walk::free_symbols(&objective.ok_or("an objective with a derivative by a defined symbol")?));
            used.push(extremum.variable.clone());
        }
        setting.sampler = Sampler::new(&claim.declarations, &used, &setting.conditions, &budget.sizes)?;
        (setting.points, setting.tally) = drawn(&setting.sampler, budget, seed);
        Ok(setting)
    }

    /// The link with every definition put in, a proportionality as an equation at two points.
    pub fn prepare(&self, link: &Link) -> Option<Link> {
        Some(eval::in_real_parts(&self.with_definitions(link)?))
    }

    /// One side of a link with every definition put in, complex if it is.
    pub fn prepare_side(&self, side: &Expr) -> Option<Expr> {
        if self.definitions.is_empty() && self.rules.is_empty() {
            return Some(side.clone());
        }
        let right = Expr::integer(0, side.span);
        self.with_definitions(&Link { left: side.clone(), relation: Relation::Equal, right }).map(|link| link.left)
    }

    fn with_definitions(&self, link: &Link) -> Option<Link> {
        let link = proportion::at_two_points(link, &self.claim.over)?;
        let link = self.definitions.iter().try_fold(link, |link, (s, value)| walk::substitute_link(&link, s, value))?;
        self.rules.iter().try_fold(link, |link, (left, right)| apply_to_link(&link, left, right))
    }

    /// The same claim at points of its own, for a second look.
    pub fn fresh(&self, budget: &Budget, seed: &SeedPath) -> Self {
        let (points, tally) = drawn(&self.sampler, budget, seed);
        Self { points, tally, ..self.clone() }
    }

    /// What restricts the points: premises and assumptions that could not be put in.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Why there is no point, in words.
    pub fn emptiness(&self) -> String {
        let rejected: Vec<String> = self.tally.rejected.iter().map(|(why, n)| format!("{n} × {why}")).collect();
        format!("no admissible point found: {}", rejected.join(", "))
    }
}

/// The random symbol that a side is by itself.
fn random<'e>(claim: &Claim, side: &'e Expr) -> Option<&'e Symbol> {
    let Kind::Symbol(symbol) = &*side.kind else { return None };
    let is_random = |d: &&Declaration| d.symbol == *symbol && matches!(d.role, Role::Random(_));
    claim.declarations.iter().find(is_random).map(|_| symbol)
}

/// Admissible points of all styles, then those at the ends of whole ranges.
fn drawn(sampler: &Sampler, budget: &Budget, seed: &SeedPath) -> (Vec<Point>, Tally) {
    let (mut points, tally) = sampler.points(budget.points, budget.draws_per_point, seed);
    if !points.is_empty() {
        let ends = sampler.ends(budget.draws_per_point, &seed.child("ends"));
        let new: Vec<Point> = ends.into_iter().filter(|p| !points.contains(p)).collect();
        points.extend(new);
    }
    (points, tally)
}

/// A link with `right` for every `left`, which is a symbol or a function of symbols.
pub(super) fn put_in(link: &Link, left: &Expr, right: &Expr) -> Option<Link> {
    match &*left.kind {
        Kind::Symbol(symbol) => walk::substitute_link(link, symbol, right),
        Kind::Call(function, parameters) => {
            let are_plain = parameters.iter().all(|p| matches!(&*p.kind, Kind::Symbol(_)) || p.as_number().is_some());
            let side = |e| apply(e, function, parameters, right);
            if !are_plain {
                return None;
            }
            Some(Link { left: side(&link.left)?, relation: link.relation, right: side(&link.right)? })
        }
        _ => None,
    }
}

/// Every call of a function replaced by its value at the arguments; where a parameter is a number, a call with any
/// other argument leaves the function undetermined.
fn apply(e: &Expr, function: &Symbol, parameters: &[Expr], value: &Expr) -> Option<Expr> {
    let e = walk::try_map_children(e, &mut |child| apply(child, function, parameters, value).ok_or(())).ok()?;
    let Kind::Call(f, arguments) = &*e.kind else { return Some(e) };
    if f != function || arguments.len() != parameters.len() {
        return Some(e);
    }
    let mut given: Vec<(&Symbol, &Expr)> = Vec::new();
    for (parameter, argument) in parameters.iter().zip(arguments) {
        match &*parameter.kind {
            Kind::Symbol(symbol) => given.push((symbol, argument)),
            _ if walk::same(parameter, argument) => {}
            // The drawn function does not take the value that was assumed: it may occur nowhere else.
            _ => return None,
        }
    }
    // Fresh names in between, so that an argument may mention another parameter.
    let fresh: Vec<Symbol> = given.iter().map(|(p, _)| Symbol::new(p.tex(), p.sort().clone())).collect();
    let renamed = given
        .iter()
        .zip(&fresh)
        .try_fold(value.clone(), |v, ((p, _), name)| walk::substitute(&v, p, &Expr::symbol(name, e.span)))?;
    fresh.iter().zip(given).try_fold(renamed, |v, (name, (_, argument))| walk::substitute(&v, name, argument))
}

/// An assumption that gives a declared function, `f(x) = …`, or its derivative by one of its arguments, `∂_t p(x, t) = …`.
///
/// The second leaves the function itself free: data of an equation of first order are arbitrary at one value of t.
fn rule(claim: &Claim, position: usize, condition: &Condition) -> Option<(usize, Expr, Expr)> {
    let Condition::Holds(Link { left, relation: Relation::Equal, right }) = condition else { return None };
    let ways = [isolated(left, right), isolated(right, left)];
    ways.into_iter().flatten().find_map(|(left, right)| rule_for(claim, position, &left, &right))
}

/// `±c f = r` solved for the function or derivative f.
fn isolated(left: &Expr, right: &Expr) -> Option<(Expr, Expr)> {
    match &*left.kind {
        Kind::Call(..) | Kind::Derivative(..) => Some((left.clone(), right.clone())),
        Kind::Neg(a) => isolated(a, &Expr::new(Kind::Neg(right.clone()), right.sort.clone(), right.span)),
        Kind::Mul(factors) => {
            let (wanted, rest): (Vec<&Expr>, Vec<&Expr>) =
                factors.iter().partition(|f| matches!(&*f.kind, Kind::Call(..) | Kind::Derivative(..)));
            let [wanted] = wanted.as_slice() else { return None };
            let numbers = rest.iter().all(|f| f.as_number().is_some_and(|n| !n.is_zero()));
            let over = |r: Expr, f: &&Expr| Expr::new(Kind::Div(r, (*f).clone()), right.sort.clone(), right.span);
            numbers.then(|| ((*wanted).clone(), rest.iter().fold(right.clone(), over)))
        }
        _ => None,
    }
}

fn rule_for(claim: &Claim, position: usize, left: &Expr, right: &Expr) -> Option<(usize, Expr, Expr)> {
    let plain = |call: &Expr| -> Option<Symbol> {
        let Kind::Call(function, arguments) = &*call.kind else { return None };
        let mut names = Vec::new();
        for argument in arguments {
            match &*argument.kind {
                Kind::Symbol(s) => names.push(s),
                _ if argument.as_number().is_some() => {}
                _ => return None,
            }
        }
        let distinct = names.iter().enumerate().all(|(k, s)| !names[..k].contains(s));
        let free = claim.declarations.iter().any(|d| d.symbol == *function && matches!(d.role, Role::Variable));
        (distinct && free).then(|| function.clone())
    };
    let function = match &*left.kind {
        Kind::Call(..) => plain(left).filter(|f| !walk::mentions(right, f))?,
        Kind::Derivative(call, by, 1) => {
            plain(call).filter(|f| walk::mentions(call, by) && !differentiates(right, f, by))?
        }
        _ => return None,
    };
    let fits = left.sort == right.sort || (left.sort.is_scalar() && right.sort.is_scalar());
    (fits && walk::mentions(left, &function)).then(|| (position, left.clone(), right.clone()))
}

/// Whether something that contains a function is differentiated by a symbol, or has another value of that symbol put in.
fn differentiates(e: &Expr, function: &Symbol, by: &Symbol) -> bool {
    walk::any(e, &mut |part| match &*part.kind {
        Kind::Derivative(body, s, _)
        | Kind::Gradient(body, s)
        | Kind::Differential(_, body, s)
        | Kind::At(s, _, body) => s == by && walk::mentions(body, function),
        Kind::DerivativeBy(body, _) => walk::mentions(body, function),
        _ => false,
    })
}

fn apply_to_link(link: &Link, left: &Expr, right: &Expr) -> Option<Link> {
    let Kind::Derivative(call, by, _) = &*left.kind else { return put_in(link, left, right) };
    let Kind::Call(function, _) = &*call.kind else { return None };
    fn replace(e: &Expr, old: &Expr, new: &Expr) -> Expr {
        if walk::same(e, old) { new.clone() } else { walk::map_children(e, &mut |child| replace(child, old, new)) }
    }
    let link = Link {
        left: replace(&link.left, left, right),
        relation: link.relation,
        right: replace(&link.right, left, right),
    };
    // Any other derivative by that symbol would be one of the free function, which does not satisfy the assumption.
    let open = [&link.left, &link.right].into_iter().any(|side| differentiates(side, function, by));
    (!open).then_some(link)
}

fn apply_to_condition(condition: &Condition, left: &Expr, right: &Expr) -> Option<Condition> {
    Some(match condition {
        Condition::Holds(link) => Condition::Holds(apply_to_link(link, left, right)?),
        Condition::All(all) => {
            Condition::All(all.iter().map(|c| apply_to_condition(c, left, right)).collect::<Option<_>>()?)
        }
    })
}

fn split(condition: Condition, out: &mut Vec<Condition>) {
    match condition {
        Condition::All(all) => all.into_iter().for_each(|c| split(c, out)),
        holds @ Condition::Holds(_) => out.push(holds),
    }
}

/// The declared range of a defined symbol, as conditions on the value that is put in for it.
fn range_of(claim: &Claim, symbol: &Symbol, value: &Expr) -> Vec<Condition> {
    let domain = claim.declarations.iter().find(|d| d.symbol == *symbol).map(|d| &d.domain);
    let Some(Domain::Interval { lower, upper }) = domain else { return Vec::new() };
    let bound = |bound: &Option<(Rational, bool)>, strict: Relation, weak: Relation| {
        bound.as_ref().map(|(end, included)| {
            let relation = if *included { weak } else { strict };
            let right = Expr::number(end.clone(), value.span);
            Condition::Holds(Link { left: value.clone(), relation, right })
        })
    };
    let below = bound(lower, Relation::Greater, Relation::GreaterOrEqual);
    let above = bound(upper, Relation::Less, Relation::LessOrEqual);
    below.into_iter().chain(above).collect()
}

/// A condition that says what one free number is, or what array is that may take every value of its sort.
fn definition(claim: &Claim, conditions: &[Condition]) -> Option<(usize, Symbol, Expr)> {
    conditions.iter().enumerate().find_map(|(position, condition)| {
        let Condition::Holds(Link { left, relation: Relation::Equal, right }) = condition else { return None };
        [(left, right), (right, left)].into_iter().find_map(|(name, value)| {
            let Kind::Symbol(symbol) = &*name.kind else { return None };
            let declaration = claim.declarations.iter().find(|d| d.symbol == *symbol)?;
            // The varied symbol of an optimum is not given a value.
            let varied = claim.extremum.as_ref().is_some_and(|e| e.variable == *symbol);
            let free = !varied
                && matches!(declaration.role, Role::Variable)
                && match &declaration.domain {
                    Domain::All | Domain::Interval { .. } => true,
                    // A value with the same structure may stand for it.
                    Domain::Signs | Domain::Symmetric | Domain::PositiveDefinite | Domain::Orthogonal => {
                        is_alike(claim, declaration, value)
                    }
                    _ => false,
                };
            let fits = value.sort == *symbol.sort() || (value.sort.is_scalar() && *symbol.sort() == Sort::Real);
            (free && fits && !walk::mentions(value, symbol)).then(|| (position, symbol.clone(), value.clone()))
        })
    })
}

/// Whether a condition is an equation that is shown to hold everywhere: it restricts nothing.
fn is_identity(claim: &Claim, condition: &Condition, budget: &Budget, seed: &SeedPath) -> bool {
    let Condition::Holds(link @ Link { relation: Relation::Equal, .. }) = condition else { return false };
    let statement = Statement { premises: Vec::new(), links: vec![link.clone()] };
    let alone = Claim {
        statement,
        alternatives: Vec::new(),
        converse: None,
        assumptions: Vec::new(),
        extremum: None,
        solves: None,
        limit: None,
        tolerance: None,
        ..claim.clone()
    };
    let budget = Budget { points: 0, ..budget.clone() };
    let Ok(setting) = Setting::new(&alone, &budget, seed) else { return false };
    matches!(super::exact::judge(link, &setting, &budget, seed).finding, Finding::Proves { .. })
}

/// Whether a value is a symbol of the same sort and domain as a declared one, or the identity among matrices.
fn is_alike(claim: &Claim, declaration: &Declaration, value: &Expr) -> bool {
    if matches!(&*value.kind, Kind::Identity(_)) {
        return !matches!(declaration.domain, Domain::Signs);
    }
    let Kind::Symbol(other) = &*value.kind else { return false };
    let other = claim.declarations.iter().find(|d| d.symbol == *other);
    other.is_some_and(|other| {
        matches!(other.role, Role::Variable)
            && other.symbol.sort() == declaration.symbol.sort()
            && std::mem::discriminant(&other.domain) == std::mem::discriminant(&declaration.domain)
    })
}

fn substitute_condition(condition: &Condition, symbol: &Symbol, value: &Expr) -> Option<Condition> {
    Some(match condition {
        Condition::Holds(link) => Condition::Holds(walk::substitute_link(link, symbol, value)?),
        Condition::All(all) => {
            Condition::All(all.iter().map(|c| substitute_condition(c, symbol, value)).collect::<Option<_>>()?)
        }
    })
}
