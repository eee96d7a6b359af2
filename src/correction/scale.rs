//! Variants that differ by a factor, or by the sign of what is averaged over, of which nothing is left further out.

use crate::algebra::plain;
use crate::expr::{Binder, Expr, Fold, Kind, Law, Range, Relation, Sort, Symbol, walk};
use crate::method::range::{Ranges, strict_sign};
use crate::numeric::{Function, Rational};
use std::cmp::Ordering;

/// Whether a side that was changed along a path is known to say the same against the other side: a factor that is lost at a
/// sign function, or the whole side is a multiple of what it was and the other side is zero.
pub(super) fn is_lost([old, new, other]: [&Expr; 3], path: &[usize], relation: Relation, ranges: &Ranges<'_>) -> bool {
    let vanishes = other.as_number().is_some_and(Rational::is_zero);
    (0..=path.len()).any(|depth| {
        let Some((x, y)) = walk::get(old, &path[..depth]).zip(walk::get(new, &path[..depth])) else { return false };
        let Some(factor) = quotient(y, x) else { return false };
        let symbols = walk::free_symbols(&factor);
        let mut places = (0..depth).rev();
        let escapes = places.try_fold((), |(), k| {
            let (around, position) = (walk::get(old, &path[..k]), path[k]);
            match around {
                Some(e) if loses_scale(e) => Err(true),
                Some(e) if is_linear(e, position) && !varied(e).iter().any(|b| symbols.contains(b)) => Ok(()),
                _ => Err(false),
            }
        });
        let sign = strict_sign(&factor, ranges);
        match escapes {
            Err(lost) => lost && sign == Some(Ordering::Greater),
            Ok(()) if !vanishes => false,
            Ok(()) if relation.is_order() => sign == Some(Ordering::Greater),
            Ok(()) => relation == Relation::Equal && sign.is_some_and(Ordering::is_ne),
        }
    })
}

/// y over x, if its form shows what it is.
fn quotient(y: &Expr, x: &Expr) -> Option<Expr> {
    if !x.sort.is_scalar() && x.sort.shape().is_none() {
        return None;
    }
    let one = || Expr::integer(1, x.span);
    let real = |kind| Expr::new(kind, Sort::Real, x.span);
    let factors = |e: &Expr| -> (Vec<Expr>, Vec<Expr>) {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        collect(e, false, &mut above, &mut below);
        (above, below)
    };
    let ((mut top, mut bottom), (x_top, x_bottom)) = (factors(&plain(y)), factors(&plain(x)));
    bottom.extend(x_top);
    top.extend(x_bottom);
    top.retain(|t| match bottom.iter().position(|b| walk::same(t, b)) {
        Some(at) => {
            bottom.remove(at);
            false
        }
        None => true,
    });
    let all = |parts: Vec<Expr>| match parts.len() {
        0 => Some(one()),
        _ if parts.iter().any(|p| !p.sort.is_scalar() || p.sort == Sort::Complex) => None,
        1 => parts.into_iter().next(),
        _ => Some(real(Kind::Mul(parts))),
    };
    Some(real(Kind::Div(all(top)?, all(bottom)?)))
}

fn collect(e: &Expr, inverted: bool, above: &mut Vec<Expr>, below: &mut Vec<Expr>) {
    match &*e.kind {
        Kind::Neg(a) => {
            above.push(Expr::integer(-1, e.span));
            collect(a, inverted, above, below);
        }
        Kind::Mul(factors) => factors.iter().for_each(|f| collect(f, inverted, above, below)),
        Kind::Div(a, b) => {
            collect(a, inverted, above, below);
            collect(b, !inverted, above, below);
        }
        _ if inverted => below.push(e.clone()),
        _ => above.push(e.clone()),
    }
}

/// Whether a positive factor of its operand makes no difference.
fn loses_scale(e: &Expr) -> bool {
    matches!(&*e.kind, Kind::Function(Function::Sign | Function::Heaviside, _))
}

/// What an operation runs over or differentiates by: a factor that depends on it stays inside.
fn varied(e: &Expr) -> Vec<&Symbol> {
    match &*e.kind {
        Kind::Derivative(_, symbol, _) | Kind::Gradient(_, symbol) | Kind::Differential(_, _, symbol) => vec![symbol],
        _ => walk::binders(e),
    }
}

/// Whether a factor of an operand is a factor of the whole.
fn is_linear(e: &Expr, position: usize) -> bool {
    let last = position + 1 == walk::children(e).len();
    match &*e.kind {
        Kind::Neg(_) | Kind::Mul(_) | Kind::Derivative(..) | Kind::Gradient(..) | Kind::Differential(..) => true,
        Kind::Div(..) | Kind::Component(..) => position == 0,
        Kind::Fold(Fold::Sum, ..)
        | Kind::Integral(..)
        | Kind::IntegralOver(..)
        | Kind::Expectation(..)
        | Kind::AverageOver(..) => last,
        _ => false,
    }
}

/// Whether two formulas are the same but for the sign of what a symmetric sum, integral or average runs over.
pub(super) fn is_reflected(old: &Expr, new: &Expr, path: &[usize]) -> bool {
    (0..path.len()).any(|depth| {
        let Some((x, y)) = walk::get(old, &path[..depth]).zip(walk::get(new, &path[..depth])) else { return false };
        let body = walk::children(x).len().wrapping_sub(1);
        let Some((inner, changed)) = walk::get(x, &[body]).zip(walk::get(y, &[body])) else { return false };
        path[depth] == body
            && symmetric(x).iter().any(|symbol| {
                let minus = Expr::new(Kind::Neg(Expr::symbol(symbol, x.span)), symbol.sort().clone(), x.span);
                walk::substitute(inner, symbol, &minus)
                    .is_some_and(|mirrored| walk::same(&plain(&mirrored), &plain(changed)))
            })
    })
}

/// The bound symbols whose sign can be turned round.
fn symmetric(e: &Expr) -> Vec<Symbol> {
    let is_zero = |e: &Expr| match &*plain(e).kind {
        Kind::Number(n) => n.is_zero(),
        // 0·1, the vector of zeros.
        Kind::Mul(factors) => factors[0].as_number().is_some_and(Rational::is_zero),
        _ => false,
    };
    let opposite = |a: &Expr, b: &Expr| {
        let minus = Expr::new(Kind::Neg(a.clone()), a.sort.clone(), a.span);
        walk::same(&plain(&minus), &plain(b))
    };
    match &*e.kind {
        Kind::Expectation(variables, _) => variables
            .iter()
            .filter(|v| match &v.law {
                Law::Normal(mean, _) | Law::Rademacher(mean) => is_zero(mean),
                Law::Uniform(a, b) => opposite(a, b),
                Law::Density(_) => false,
            })
            .map(|v| v.symbol.clone())
            .collect(),
        Kind::Integral(symbol, lower, upper, _) if opposite(lower, upper) => vec![symbol.clone()],
        Kind::Fold(Fold::Sum, binders, None, _) => binders
            .iter()
            .filter(|Binder { range, .. }| matches!(range, Range::Signs | Range::SignVectors(_)))
            .map(|b| b.symbol.clone())
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::RandomVariable;
    use crate::expr::fixture::*;
    use crate::method::Budget;
    use crate::method::fixture::Table;
    use crate::method::setting::Setting;
    use crate::random::SeedPath;

    fn lost(table: &Table, [old, new, other]: [Expr; 3], relation: Relation, path: &[usize]) -> bool {
        let claim = table.claim(old, relation, other);
        let setting = Setting::new(&claim, &Budget::default(), &SeedPath::root(1)).unwrap();
        let link = &claim.statement.links[0];
        is_lost([&link.left, &flat(new), &link.right], path, relation, &Ranges::new(&setting))
    }

    #[test]
    fn a_factor_counts_where_something_is_left_of_it() {
        let mut t = Table::default();
        let (a, x, y) = (&t.positive("a"), &t.real("x"), &t.real("y"));
        let sign = |e: Expr| f(Function::Sign, e);
        let (equal, above) = (Relation::Equal, Relation::GreaterOrEqual);
        assert!(lost(&t, [sign(x.clone()), sign(a * x), a * y], equal, &[0]));
        assert!(!lost(&t, [sign(x.clone()), sign(y * x), a * y], equal, &[0]));
        assert!(!lost(&t, [sign(x + n(1)), sign(a * x + n(1)), a * y], equal, &[0, 0]));
        assert!(lost(&t, [x * y, n(2) * x * y, n(0)], equal, &[]));
        assert!(lost(&t, [a * x * y, -(a * a * x * y), n(0)], equal, &[]));
        assert!(!lost(&t, [a * x * y, -(a * a * x * y), n(0)], above, &[]));
        assert!(!lost(&t, [x * y, x * y * y, n(0)], equal, &[]));
        assert!(!lost(&t, [x * y, n(2) * x * y, n(1)], equal, &[]));
        // A factor that is differentiated, too, is none of the whole.
        let Kind::Symbol(symbol) = &*x.kind else { unreachable!() };
        let slope = |e: Expr| Expr::new(Kind::Derivative(e, symbol.clone(), 1), Sort::Real, x_span());
        let positive = f(Function::Exp, x.clone());
        assert!(lost(&t, [slope(y * x), slope(n(2) * y * x), n(0)], equal, &[0]));
        assert!(!lost(&t, [slope(y * x), slope(positive * y * x), n(0)], equal, &[0]));
    }

    #[test]
    fn only_a_symmetric_law_is_turned_round() {
        let (z, x) = (symbol("z", Sort::Real), use_of(&symbol("x", Sort::Real)));
        let mean = |centre: i64, body: Expr| {
            let law = Law::Normal(n(centre), n(1));
            Expr::new(Kind::Expectation(vec![RandomVariable { symbol: z.clone(), law }], body), Sort::Real, x_span())
        };
        let body = |sign: i64| f(Function::Tanh, &x + n(sign) * use_of(&z));
        let (old, new) = (mean(0, body(2)), mean(0, body(-2)));
        let path = [walk::children(&old).len() - 1, 0, 1];
        assert!(is_reflected(&old, &new, &path));
        assert!(!is_reflected(&old, &mean(0, body(-3)), &path));
        assert!(!is_reflected(&mean(1, body(2)), &mean(1, body(-2)), &path));
    }
}
