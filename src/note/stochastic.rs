//! Equations of differentials as statements that can be checked: a change of variables by the product rule of Itô, and a
//! Fokker–Planck equation beside the process whose density it is for.

use crate::expr::declaration::{Declaration, Domain, Process, Role};
use crate::expr::walk::{any, map_children, same};
use crate::expr::{Condition, Differential, Expr, Kind, Link, Relation, Sort, Statement, Symbol};
use crate::numeric::Rational;
use crate::source::Span;

/// A statement without differentials that says the same, and the symbols that stand for them.
pub(super) struct Rewritten {
    /// What is to be checked.
    pub(super) statement: Statement,
    /// One symbol for each independent differential: dt and the steps of Wiener processes.
    pub(super) steps: Vec<Declaration>,
    /// The assumptions that are not used up.
    pub(super) assumptions: Vec<Condition>,
}

fn has_differential(e: &Expr) -> bool {
    any(e, &mut |part| matches!(&*part.kind, Kind::Increment(_)))
}

fn like(e: &Expr, kind: Kind) -> Expr {
    Expr::new(kind, e.sort.clone(), e.span)
}

fn negative(e: Expr) -> Expr {
    let out = like(&e, Kind::Neg(e.clone()));
    debug_assert_eq!(out.sort, e.sort);
    out
}

/// A sum of terms of one sort; `None` of nothing.
fn sum(mut terms: Vec<Expr>) -> Option<Expr> {
    match terms.len() {
        0 | 1 => terms.pop(),
        _ => Some(like(&terms[0].clone(), Kind::Add(terms))),
    }
}

fn process_of<'d>(e: &Expr, declarations: &'d [Declaration]) -> Option<(&'d Declaration, Process)> {
    let Kind::Call(function, _) = &*e.kind else { return None };
    let declaration = declarations.iter().find(|d| d.symbol == *function)?;
    match declaration.domain {
        Domain::Process(process) => Some((declaration, process)),
        _ => None,
    }
}

/// Whether processes stand in an expression.
fn is_random(e: &Expr, declarations: &[Declaration]) -> bool {
    any(e, &mut |part| process_of(part, declarations).is_some())
}

/// `dy_t = … = …` under the assumptions that say what y_t is and what dx_t is: both sides by the product rule in terms of dt
/// and of the steps of Wiener processes, which are independent. `None` if the statement is something else, or if a function
/// that is not linear in the processes is differentiated, which needs more than the product rule.
///
/// Itô's formula for f(t) x_t, K. Itô (1951): d(f x) = f dx + f′ x dt without a term of second order, because f has none.
pub(super) fn in_steps(
    statement: &Statement,
    assumptions: &[Condition],
    declarations: &[Declaration],
) -> Option<Rewritten> {
    let mut rules: Vec<&Link> = Vec::new();
    let mut others = Vec::new();
    for condition in assumptions {
        match condition {
            Condition::Holds(link)
                if link.relation == Relation::Equal
                    && (matches!(&*link.left.kind, Kind::Increment(_))
                        || process_of(&link.left, declarations).is_some()) =>
            {
                rules.push(link);
            }
            other => others.push(other.clone()),
        }
    }
    let equation = |l: &Link| l.relation == Relation::Equal && has_differential(&l.left) && has_differential(&l.right);
    let knows_a_differential = rules.iter().any(|l| matches!(&*l.left.kind, Kind::Increment(_)));
    if !knows_a_differential || !statement.premises.is_empty() || !statement.links.iter().all(equation) {
        return None;
    }
    let mut steps = Steps { rules, declarations, found: Vec::new() };
    let mut links = Vec::new();
    for link in &statement.links {
        links.push(Link {
            left: steps.expanded(&link.left, 0)?,
            relation: Relation::Equal,
            right: steps.expanded(&link.right, 0)?,
        });
    }
    let steps = steps
        .found
        .into_iter()
        .map(|(_, symbol)| Declaration { symbol, domain: Domain::All, role: Role::Variable, span: Span::default() })
        .collect();
    Some(Rewritten { statement: Statement { premises: Vec::new(), links }, steps, assumptions: others })
}

/// Rules that use each other deeper than this go round.
const DEEPEST_RULE: usize = 8;

struct Steps<'a> {
    rules: Vec<&'a Link>,
    declarations: &'a [Declaration],
    found: Vec<(Expr, Symbol)>,
}

impl Steps<'_> {
    /// An expression with its differentials in terms of the independent ones.
    fn expanded(&mut self, e: &Expr, depth: usize) -> Option<Expr> {
        if depth > DEEPEST_RULE {
            return None;
        }
        if let Kind::Increment(of) = &*e.kind {
            return self.differential(of, depth);
        }
        let mut failed = false;
        let out = map_children(e, &mut |child| match self.expanded(child, depth) {
            Some(child) => child,
            None => {
                failed = true;
                child.clone()
            }
        });
        (!failed).then_some(out)
    }

    fn rule(&self, left: &Expr) -> Option<Expr> {
        self.rules.iter().find(|l| same(&l.left, left)).map(|l| l.right.clone())
    }

    fn differential(&mut self, of: &Expr, depth: usize) -> Option<Expr> {
        if let Some(known) = self.rule(&like(of, Kind::Increment(of.clone()))) {
            return self.expanded(&known, depth + 1);
        }
        if let Some(meaning) = self.rule(of) {
            return self.differential(&meaning, depth + 1);
        }
        match &*of.kind {
            Kind::Symbol(_) if of.sort.is_scalar() => Some(self.step(of)),
            Kind::Call(..) => match process_of(of, self.declarations)? {
                (_, Process::Wiener) => Some(self.step(of)),
                _ => None,
            },
            Kind::Add(terms) => {
                let terms = terms.iter().map(|t| self.differential(t, depth)).collect::<Option<Vec<_>>>()?;
                sum(terms)
            }
            Kind::Neg(a) => self.differential(a, depth).map(negative),
            Kind::Mul(factors) => {
                let random: Vec<usize> =
                    (0..factors.len()).filter(|k| is_random(&factors[*k], self.declarations)).collect();
                let [at] = random[..] else { return None };
                let mut moved = factors.clone();
                moved[at] = self.differential(&factors[at], depth)?;
                // The rest depends on time alone: its slope times the step of time.
                let Kind::Call(_, times) = &*first_process(&factors[at], self.declarations)?.kind else { return None };
                let time = times.last()?;
                let Kind::Symbol(clock) = &*time.kind else { return None };
                let mut drift = factors.clone();
                drift.remove(at);
                let rest = match drift.as_slice() {
                    [one] => one.clone(),
                    several => Expr::new(Kind::Mul(several.to_vec()), Sort::Real, of.span),
                };
                if !rest.sort.is_scalar() {
                    return None;
                }
                let slope = Expr::new(Kind::Derivative(rest, clock.clone(), 1), Sort::Real, of.span);
                let drift = like(of, Kind::Mul(vec![slope, factors[at].clone(), self.step(time)]));
                sum(vec![like(of, Kind::Mul(moved)), drift])
            }
            Kind::Div(a, b) if !is_random(b, self.declarations) => {
                let reciprocal = Expr::new(Kind::Pow(b.clone(), Expr::integer(-1, b.span)), Sort::Real, b.span);
                self.differential(&like(of, Kind::Mul(vec![reciprocal, a.clone()])), depth + 1)
            }
            _ => None,
        }
    }

    /// The symbol for an independent differential.
    fn step(&mut self, of: &Expr) -> Expr {
        let known = self.found.iter().find(|(e, _)| same(e, of)).map(|(_, symbol)| symbol.clone());
        let symbol = known.unwrap_or_else(|| {
            let name = match &*of.kind {
                Kind::Call(function, _) => function.tex().to_owned(),
                _ => crate::expr::print::expr(of),
            };
            let symbol = Symbol::new(format!(r"\mathrm{{d}}{name}"), of.sort.clone());
            self.found.push((of.clone(), symbol.clone()));
            symbol
        });
        Expr::symbol(&symbol, of.span)
    }
}

fn first_process(e: &Expr, declarations: &[Declaration]) -> Option<Expr> {
    if process_of(e, declarations).is_some() {
        return Some(e.clone());
    }
    crate::expr::walk::children(e).into_iter().find_map(|child| first_process(child, declarations))
}

/// `\partial_t p = L p \iff dx_t = v dt + \sigma dW_t`: L p beside what Fokker and Planck's equation says for this process,
/// −∇·(v p) + ½ Δ(σ² p) in Itô's sense (Risken, The Fokker–Planck Equation, 1989, 4.1), as an identity in p. `None` if the
/// two sides are no such pair.
pub(super) fn density_equation(statement: &Statement, declarations: &[Declaration]) -> Option<Statement> {
    let (equation, process) = match (statement.premises.as_slice(), statement.links.as_slice()) {
        ([a], [b]) if has_differential(&b.left) => (a, b),
        ([a], [b]) if has_differential(&a.left) => (b, a),
        _ => return None,
    };
    if equation.relation != Relation::Equal || process.relation != Relation::Equal {
        return None;
    }
    let Kind::Increment(path) = &*process.left.kind else { return None };
    process_of(path, declarations)?;
    let Kind::Call(_, times) = &*path.kind else { return None };
    let Kind::Symbol(time) = &*times.last()?.kind else { return None };
    let density = rate_of_density(&equation.left, time, declarations)?;
    let Kind::Call(_, arguments) = &*density.kind else { return None };
    let place = arguments.iter().find_map(|a| match &*a.kind {
        Kind::Symbol(s) if s != time && same_kind(s.sort(), &path.sort) => Some(s.clone()),
        _ => None,
    })?;
    let here = Expr::symbol(&place, path.span);
    let (mut drift, mut strength) = (Vec::new(), Vec::new());
    for term in terms(&process.right, false) {
        let (factors, step) = coefficient(&term)?;
        let at_place = replaced(&factors, path, &here);
        match &*step.kind {
            Kind::Symbol(clock) if clock == time => drift.push(at_place),
            _ if matches!(process_of(&step, declarations), Some((_, Process::Wiener))) => strength.push(at_place),
            _ => return None,
        }
    }
    let span = equation.right.span;
    let real = |kind| Expr::new(kind, Sort::Real, span);
    let mut right = Vec::new();
    if let Some(drift) = sum(drift) {
        let flow = Expr::new(Kind::Mul(vec![drift, density.clone()]), path.sort.clone(), span);
        right.push(real(Kind::Neg(match path.sort {
            Sort::Vector(_) => real(Kind::Differential(Differential::Divergence, flow, place.clone())),
            _ => real(Kind::Derivative(flow, place.clone(), 1)),
        })));
    }
    if let Some(strength) = sum(strength) {
        if !strength.sort.is_scalar() {
            return None;
        }
        let square = real(Kind::Pow(strength, Expr::integer(2, span)));
        let half = Expr::number(Rational::ONE / Rational::from(2), span);
        let spread = real(Kind::Mul(vec![half, square, density.clone()]));
        right.push(match path.sort {
            Sort::Vector(_) => real(Kind::Differential(Differential::Laplacian, spread, place.clone())),
            _ => real(Kind::Derivative(spread, place, 2)),
        });
    }
    let link = Link { left: equation.right.clone(), relation: Relation::Equal, right: sum(right)? };
    Some(Statement { premises: Vec::new(), links: vec![link] })
}

fn same_kind(a: &Sort, b: &Sort) -> bool {
    a == b || a.is_scalar() && b.is_scalar()
}

/// The density of which an expression is the rate of change in time.
fn rate_of_density(e: &Expr, time: &Symbol, declarations: &[Declaration]) -> Option<Expr> {
    let Kind::Derivative(body, by, 1) = &*e.kind else { return None };
    let Kind::Call(function, _) = &*body.kind else { return None };
    let declaration = declarations.iter().find(|d| d.symbol == *function)?;
    (by == time && matches!(declaration.domain, Domain::Density(_))).then(|| body.clone())
}

/// The terms of a sum with their signs.
fn terms(e: &Expr, minus: bool) -> Vec<Expr> {
    match &*e.kind {
        Kind::Add(all) => all.iter().flat_map(|t| terms(t, minus)).collect(),
        Kind::Neg(a) => terms(a, !minus),
        _ if minus => vec![negative(e.clone())],
        _ => vec![e.clone()],
    }
}

/// What a term multiplies a differential by, and of what the differential is.
fn coefficient(term: &Expr) -> Option<(Expr, Expr)> {
    match &*term.kind {
        Kind::Neg(a) => coefficient(a).map(|(factor, step)| (negative(factor), step)),
        Kind::Increment(step) => Some((Expr::integer(1, term.span), step.clone())),
        Kind::Mul(factors) => {
            let at = factors.iter().position(has_differential)?;
            let Kind::Increment(step) = &*factors[at].kind else { return None };
            let mut rest = factors.clone();
            rest.remove(at);
            if rest.iter().any(has_differential) {
                return None;
            }
            let array = rest.iter().find(|f| f.sort.shape().is_some()).map(|f| f.sort.clone());
            let rest = match rest.as_slice() {
                [one] => one.clone(),
                _ => Expr::new(Kind::Mul(rest), array.unwrap_or(Sort::Real), term.span),
            };
            Some((rest, step.clone()))
        }
        _ => None,
    }
}

fn replaced(e: &Expr, old: &Expr, new: &Expr) -> Expr {
    if same(e, old) { new.clone() } else { map_children(e, &mut |child| replaced(child, old, new)) }
}
