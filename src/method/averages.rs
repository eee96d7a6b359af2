//! Averages over the same law: they are equal if what is averaged is.

use super::Budget;
use super::setting::Setting;
use crate::claim::Claim;
use crate::evidence::{Evidence, Finding};
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::walk::{same, substitute};
use crate::expr::{Expr, Kind, Link, Relation, Sort, Symbol};
use crate::random::SeedPath;
use crate::source::Span;

/// The evidence of `judge` for what both sides of an equation average over the same law, if it speaks for it. What differs
/// place by place may have the same mean: against the equation it says nothing.
pub(super) fn judged(
    link: &Link,
    setting: &Setting<'_>,
    budget: &Budget,
    seed: &SeedPath,
    judge: &dyn Fn(&Link, &Setting<'_>) -> Evidence,
) -> Option<Evidence> {
    let is_equation = link.relation == Relation::Equal && setting.claim.tolerance.is_none();
    let claim = pointwise(setting.claim, link).filter(|_| is_equation)?;
    let inside = Setting::new(&claim, budget, seed).ok()?;
    let mut found = judge(&claim.statement.links[0], &inside);
    let said = |text: &str| format!("what is averaged over the same law: {text}");
    found.finding = match found.finding {
        Finding::Proves { certificate } => Finding::Proves { certificate: said(&certificate) },
        Finding::Agrees { bound } => Finding::Agrees { bound: said(&bound) },
        _ => return None,
    };
    Some(found)
}

/// The claim that what both sides of a link average over one density is equal point by point, its variables free; `None`
/// if the sides are not averages over the same density, perhaps times factors.
fn pointwise(claim: &Claim, link: &Link) -> Option<Claim> {
    let (left, right) = (average(&link.left)?, average(&link.right)?);
    if left.symbols.len() != right.symbols.len() || !same(&left.law(), &right.law()) {
        return None;
    }
    let mut averaged = right.averaged.clone();
    for (old, new) in right.symbols.iter().zip(left.symbols) {
        averaged = substitute(&averaged, old, &Expr::symbol(new, Span::default()))?;
    }
    let link = Link { left: times(left.factors, left.averaged), right: times(right.factors, averaged), ..link.clone() };
    let mut pointwise = claim.clone();
    pointwise.statement.links = vec![link];
    let mut declarations = claim.declarations.as_ref().clone();
    declarations.extend(left.symbols.iter().map(|symbol| Declaration {
        symbol: symbol.clone(),
        domain: Domain::All,
        role: Role::Variable,
        span: Span::default(),
    }));
    pointwise.declarations = declarations.into();
    Some(pointwise)
}

/// Factors times an average.
struct Average<'a> {
    factors: Vec<Expr>,
    symbols: &'a [Symbol],
    density: &'a Expr,
    averaged: Expr,
}

impl Average<'_> {
    /// The average of 1, which is the same for the same law, whatever its symbols are called.
    fn law(&self) -> Expr {
        let one = Expr::integer(1, Span::default());
        let kind = Kind::AverageOver(self.symbols.to_vec(), self.density.clone(), one);
        Expr::new(kind, Sort::Real, Span::default())
    }
}

fn average(side: &Expr) -> Option<Average<'_>> {
    match &*side.kind {
        Kind::AverageOver(symbols, density, averaged) if side.sort.is_scalar() => {
            Some(Average { factors: Vec::new(), symbols, density, averaged: averaged.clone() })
        }
        Kind::Mul(factors) => {
            let (at, mut found) = factors.iter().enumerate().find_map(|(k, f)| Some((k, average(f)?)))?;
            found.factors.extend(factors.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, f)| f.clone()));
            Some(found)
        }
        _ => None,
    }
}

fn times(mut factors: Vec<Expr>, averaged: Expr) -> Expr {
    if factors.is_empty() {
        return averaged;
    }
    let (sort, span) = (averaged.sort.clone(), averaged.span);
    factors.push(averaged);
    Expr::new(Kind::Mul(factors), sort, span)
}
