//! The limit of small vectors: along every ray.

use crate::claim::Limit;
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::walk::{free_symbols_of_statement, substitute_link};
use crate::expr::{Expr, Kind, Link, Sort, Statement, Symbol};
use crate::numeric::Rational;
use crate::source::Span;

/// `x \to 0` of a vector x as r → 0 of r x for every x: the limit of a number r > 0, the statement along the ray, and r.
///
/// A statement that holds so with an error 𝒪(‖x‖ᵏ) may still fail if the constants of different rays have no bound; what
/// fails along a ray fails.
pub(super) fn along_rays(limit: &Limit, statement: &Statement) -> Option<(Limit, Statement, Declaration)> {
    let x = &limit.symbol;
    let is_zero = limit.target.as_number().is_some_and(Rational::is_zero);
    if !is_zero || !matches!(x.sort(), Sort::Vector(_)) {
        return None;
    }
    let used = free_symbols_of_statement(statement);
    let name = ["r", "s", "u", r"\varepsilon"].into_iter().find(|n| used.iter().all(|s| s.tex() != *n))?;
    let length = Symbol::new(name, Sort::Real);
    let span = limit.target.span;
    let factors = vec![Expr::symbol(&length, span), Expr::symbol(x, span)];
    let scaled = Expr::new(Kind::Mul(factors), x.sort().clone(), span);
    let moved = |links: &[Link]| links.iter().map(|l| substitute_link(l, x, &scaled)).collect::<Option<Vec<_>>>();
    let statement = Statement { premises: moved(&statement.premises)?, links: moved(&statement.links)? };
    let domain = Domain::Interval { lower: Some((Rational::ZERO, false)), upper: None };
    let declaration = Declaration { symbol: length.clone(), domain, role: Role::Variable, span: Span::default() };
    let limit = Limit { symbol: length, target: limit.target.clone(), exponents: limit.exponents.clone() };
    Some((limit, statement, declaration))
}
