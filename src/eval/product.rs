//! Products of exponentials under an integral: far out the factors overflow and vanish where their product is harmless.

use crate::expr::{Expr, Kind, Sort, walk};
use crate::numeric::{Constant, Function};

/// The exponent of an exponential.
pub(super) fn exponent(e: &Expr) -> Option<&Expr> {
    match &*e.kind {
        Kind::Function(Function::Exp, operands) if e.sort.is_scalar() => operands.first(),
        Kind::Pow(base, exponent) if matches!(&*base.kind, Kind::Constant(Constant::Euler)) => {
            (e.sort.is_scalar() && exponent.sort.is_scalar()).then_some(exponent)
        }
        _ => None,
    }
}

/// The same expression with e^a e^b as e^{a + b} and e^a/e^b as e^{a − b} in every product.
pub(super) fn gathered(e: &Expr) -> Expr {
    if e.sort.is_scalar() && matches!(&*e.kind, Kind::Mul(_) | Kind::Div(..)) {
        let mut exponents = Vec::new();
        let rest = collect(e, false, &mut exponents);
        if exponents.len() > 1 {
            let real = |kind| Expr::new(kind, Sort::Real, e.span);
            let power = real(Kind::Function(Function::Exp, vec![real(Kind::Add(exponents))]));
            return real(Kind::Mul(vec![gathered(&rest), power]));
        }
    }
    walk::map_children(e, &mut |child| gathered(child))
}

/// A product without its exponentials, whose exponents are added to the list.
fn collect(e: &Expr, below: bool, exponents: &mut Vec<Expr>) -> Expr {
    let of = |kind| Expr::new(kind, e.sort.clone(), e.span);
    if let Some(a) = exponent(e) {
        exponents.push(if below { Expr::new(Kind::Neg(a.clone()), Sort::Real, e.span) } else { a.clone() });
        return Expr::integer(1, e.span);
    }
    match &*e.kind {
        Kind::Mul(factors) if e.sort.is_scalar() => {
            of(Kind::Mul(factors.iter().map(|f| collect(f, below, exponents)).collect()))
        }
        Kind::Div(p, q) if e.sort.is_scalar() => {
            let above = collect(p, below, exponents);
            of(Kind::Div(above, collect(q, !below, exponents)))
        }
        _ => e.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::expr::print;

    #[test]
    fn exponentials_of_a_product_are_one() {
        let [x, y] = ["x", "y"].map(|tex| symbol(tex, Sort::Real));
        let exp = |e: Expr| f(Function::Exp, e);
        let product = use_of(&y) * exp(use_of(&x)) / (exp(use_of(&y)) * use_of(&x));
        let printed = print::expr(&gathered(&product));
        assert_eq!(printed.matches("exp").count() + printed.matches("e^").count(), 1, "{printed}");
        assert!(printed.contains("x - y"), "{printed}");
        // Of a sum each term; a single exponential stays as it is.
        let sum = exp(use_of(&x)) * exp(use_of(&y)) + exp(use_of(&x)) * use_of(&y);
        let printed = print::expr(&gathered(&sum));
        assert!(printed.contains("x + y"), "{printed}");
        assert!(crate::expr::walk::same(&gathered(&exp(use_of(&x))), &exp(use_of(&x))));
    }
}
