//! Variants that are the formula itself for other values of what it holds for: λ² in place of a λ that is any positive number.

use super::Bench;
use crate::algebra::plain;
use crate::claim::{Declaration, Domain, Role};
use crate::expr::{ArrayFunction, Condition, Expr, Kind, Link, Sort, Symbol, walk};
use crate::method::range;
use crate::method::setting::Setting;
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Constant, Function, Rational};

impl Bench<'_> {
    /// Whether a variant is the formula at another value of one of its symbols, or with another choice of an arbitrary function.
    pub(super) fn is_instance(&self, original: &Link, variant: &Link, setting: &Setting<'_>) -> bool {
        let claim = self.claim;
        if claim.experiment.is_some() || claim.extremum.is_some() || claim.solves.is_some() || !claim.over.is_empty() {
            return false;
        }
        let others = claim.statement.links.iter().filter(|l| !walk::same_link(l, original));
        let elsewhere: Vec<&Link> = others.chain(&claim.statement.premises).collect();
        let is_mentioned = |s: &Symbol| {
            elsewhere.iter().any(|l| walk::mentions(&l.left, s) || walk::mentions(&l.right, s))
                || claim.limit.as_ref().is_some_and(|l| l.symbol == *s)
                || claim.assumptions.iter().any(|c| !is_range(c, s) && walk::free_symbols_of_condition(c).contains(s))
        };
        let plain_variant = [plain(&variant.left), plain(&variant.right)];
        let symbols = walk::free_symbols_of_links([original]);
        symbols.iter().filter(|s| !is_mentioned(s)).any(|symbol| {
            let Some(declaration) = claim.declarations.iter().find(|d| d.symbol == *symbol) else { return false };
            if let Sort::Function(..) = symbol.sort() {
                return is_other_choice(original, variant, declaration);
            }
            replacements(declaration, setting).iter().any(|value| {
                walk::substitute_link(original, symbol, value).is_some_and(|instance| {
                    walk::same(&plain(&instance.left), &plain_variant[0])
                        && walk::same(&plain(&instance.right), &plain_variant[1])
                })
            })
        })
    }
}

/// Whether a condition only compares a symbol with a number: then it is part of its range.
fn is_range(condition: &Condition, symbol: &Symbol) -> bool {
    let is_symbol = |e: &Expr| matches!(&*e.kind, Kind::Symbol(s) if s == symbol);
    match condition {
        Condition::Holds(link) => {
            link.relation.is_order()
                && (is_symbol(&link.left) && link.right.as_number().is_some()
                    || is_symbol(&link.right) && link.left.as_number().is_some())
        }
        Condition::All(all) => all.iter().all(|c| is_range(c, symbol)),
    }
}

fn new(kind: Kind, like: &Expr) -> Expr {
    Expr::new(kind, like.sort.clone(), like.span)
}

fn number(n: i64, d: i64, like: &Expr) -> Expr {
    Expr::number(Rational::from(n) / Rational::from(d), like.span)
}

/// The slips that a single symbol can suffer, as values of it, smooth ones first; with whether they are smooth.
fn slips(e: &Expr) -> Vec<(Expr, bool)> {
    let times = |factor: Expr| new(Kind::Mul(vec![factor, e.clone()]), e);
    let constant = |c| Expr::new(Kind::Constant(c), Sort::Real, e.span);
    let shifted = |n| new(Kind::Add(vec![e.clone(), number(n, 1, e)]), e);
    let half = new(Kind::Div(e.clone(), number(2, 1, e)), e);
    let mut all = vec![(new(Kind::Neg(e.clone()), e), true), (times(number(2, 1, e)), true), (half, true)];
    all.push((times(constant(Constant::Pi)), true));
    all.push((times(constant(Constant::Euler)), true));
    if e.sort.is_scalar() {
        let square = new(Kind::Pow(e.clone(), number(2, 1, e)), e);
        all.extend([(square, true), (shifted(1), true), (shifted(-1), true)]);
        let root = new(Kind::Function(Function::Sqrt, vec![e.clone()]), e);
        all.extend([(root, false), (new(Kind::Div(number(1, 1, e), e.clone()), e), false)]);
    } else if matches!(&e.sort, Sort::Matrix(n, m) if n == m) {
        let array = |f| new(Kind::Array(f, vec![e.clone()]), e);
        all.extend([(array(ArrayFunction::Transpose), true), (array(ArrayFunction::Inverse), false)]);
    }
    all
}

/// Other values that a symbol can have, as a function of its value.
fn replacements(declaration: &Declaration, setting: &Setting<'_>) -> Vec<Expr> {
    if !matches!(declaration.role, Role::Variable) {
        return Vec::new();
    }
    let symbol = &declaration.symbol;
    let e = Expr::symbol(symbol, crate::source::Span::default());
    let keeps = |value: &Expr, smooth: bool| match (symbol.sort(), &declaration.domain) {
        (Sort::Real, Domain::All | Domain::Interval { .. }) => {
            let Some(all) = range::of_symbol(symbol, setting) else { return false };
            let image = image(value, &all);
            image.is_some_and(|i| all.lo() <= i.lo() && i.hi() <= all.hi())
        }
        (Sort::Vector(_) | Sort::Row(_) | Sort::Matrix(..), Domain::All) => smooth,
        (Sort::Vector(_) | Sort::Matrix(..), Domain::Signs) => matches!(&*value.kind, Kind::Neg(_)),
        (Sort::Matrix(..), Domain::Symmetric) => smooth,
        (Sort::Matrix(..), Domain::PositiveDefinite) => !matches!(&*value.kind, Kind::Neg(_)),
        (Sort::Matrix(..), Domain::Orthogonal) => matches!(&*value.kind, Kind::Neg(_) | Kind::Array(..)),
        _ => false,
    };
    slips(&e).into_iter().filter(|(value, smooth)| keeps(value, *smooth)).map(|(value, _)| value).collect()
}

/// What a slip of a number makes of a range, `None` if it is not defined on all of it. All of them keep an open end open.
fn image(value: &Expr, range: &Interval) -> Option<Interval> {
    let a = Intervals::new();
    match &*value.kind {
        Kind::Neg(_) => Some(a.neg(range)),
        Kind::Mul(factors) => match &*factors[0].kind {
            Kind::Number(n) => Some(a.mul(&a.rational(n), range)),
            Kind::Constant(c) => Some(a.mul(&a.constant(*c).ok()?, range)),
            _ => None,
        },
        Kind::Add(terms) => Some(a.add(range, &a.rational(terms[1].as_number()?))),
        Kind::Div(top, _) if top.as_number().is_some() => (range.lo() >= 0.0).then(|| range::reciprocal(range)),
        Kind::Div(..) => a.div(range, &Interval::point(2.0)).ok().or_else(|| Some(a.mul(range, &Interval::point(0.5)))),
        Kind::Pow(..) => Some(range::power(range, &Interval::point(2.0))),
        Kind::Function(..) => (range.lo() >= 0.0).then(|| range::power(range, &Interval::point(0.5))),
        _ => None,
    }
}

/// Whether two formulas differ in an argument of an arbitrary function only that occurs nowhere else, by a smooth map of it.
fn is_other_choice(original: &Link, variant: &Link, declaration: &Declaration) -> bool {
    let calls = |link: &Link| {
        let mut found: Vec<Expr> = Vec::new();
        let mut mentions = 0;
        for side in [&link.left, &link.right] {
            walk::any(side, &mut |e| {
                match &*e.kind {
                    Kind::Call(f, _) if *f == declaration.symbol => found.push(e.clone()),
                    Kind::Symbol(f) if *f == declaration.symbol => mentions += 1,
                    _ => {}
                }
                false
            });
        }
        (found, mentions)
    };
    let ((old, 0), (changed, 0)) = (calls(original), calls(variant)) else { return false };
    let ([old], [changed]) = (&old[..], &changed[..]) else { return false };
    let (Kind::Call(_, arguments), Kind::Call(_, new_arguments)) = (&*old.kind, &*changed.kind) else { return false };
    let differing: Vec<usize> = (0..arguments.len().min(new_arguments.len()))
        .filter(|k| !walk::same(&arguments[*k], &new_arguments[*k]))
        .collect();
    let [position] = differing[..] else { return false };
    let free = match &declaration.domain {
        Domain::Smooth => true,
        Domain::Density(normalised) => !normalised.contains(&position),
        _ => false,
    };
    let smooth = |(value, smooth): (Expr, bool)| smooth && walk::same(&plain(&value), &plain(&new_arguments[position]));
    let slipped = slips(&arguments[position]).into_iter().any(smooth);
    // The rest is the same if the call is put back.
    let restored = |side: &Expr| restore(side, changed, old);
    free && slipped
        && walk::same(&restored(&variant.left), &original.left)
        && walk::same(&restored(&variant.right), &original.right)
}

fn restore(e: &Expr, changed: &Expr, old: &Expr) -> Expr {
    if walk::same(e, changed) { old.clone() } else { walk::map_children(e, &mut |child| restore(child, changed, old)) }
}
