//! The slips at one place of a formula: in its operation, its symbol, a root or a square.

use super::form::{is_number, like, real, shown, without};
use super::{Local, Operator, Place, Role};
use crate::expr::{ArrayFunction, Expr, Kind, Sort, Symbol};
use crate::numeric::{Function, Rational};

/// Slips in the operation itself.
pub(super) fn operation(e: &Expr, place: &Place, out: &mut Vec<Local>) {
    match &*e.kind {
        Kind::Number(value) if value.is_int() => {
            let up = Expr::number(value + Rational::ONE, e.span);
            out.push((Operator::Number, up.clone(), format!("{} in place of {}", shown(&up), shown(e))));
            let may_vanish = matches!(place.role, Role::RangeEnd | Role::Whole);
            let lowest = if may_vanish { Rational::ONE } else { Rational::from(2) };
            // A denominator 1 is a dropped denominator.
            if *value >= lowest && !(place.role == Role::Denominator && is_number(e, 2)) {
                let down = Expr::number(value - Rational::ONE, e.span);
                out.push((Operator::Number, down.clone(), format!("{} in place of {}", shown(&down), shown(e))));
            }
        }
        Kind::Add(terms) => {
            for (k, term) in terms.iter().enumerate() {
                let rest = without(terms, k, e, Kind::Add);
                out.push((Operator::Dropped, rest, format!("term {} dropped", shown(term))));
            }
        }
        Kind::Mul(factors) => {
            for (k, factor) in factors.iter().enumerate() {
                let rest = without(factors, k, e, Kind::Mul);
                out.push((Operator::Dropped, rest, format!("factor {} dropped", shown(factor))));
            }
        }
        Kind::Div(a, b) => {
            out.push((Operator::Dropped, a.clone(), format!("denominator {} dropped", shown(b))));
            if a.sort.is_scalar() {
                let new = like(Kind::Div(b.clone(), a.clone()), e);
                out.push((Operator::Inverse, new, format!("{} upside down", shown(e))));
            }
        }
        Kind::Pow(base, exponent) => {
            out.push((Operator::Square, base.clone(), format!("exponent {} dropped", shown(exponent))));
        }
        Kind::Function(function, operands) => function_slips(e, *function, operands, out),
        Kind::Array(function, operands) => array_slips(e, *function, operands, out),
        Kind::Component(a, indices) if indices.len() == 2 => {
            let exchanged = vec![indices[1].clone(), indices[0].clone()];
            let square = matches!(&a.sort, Sort::Matrix(n, m) if n == m);
            if square {
                let new = like(Kind::Component(a.clone(), exchanged), e);
                out.push((Operator::Transpose, new, format!("indices of {} exchanged", shown(e))));
            }
        }
        _ => {}
    }
}

fn function_slips(e: &Expr, function: Function, operands: &[Expr], out: &mut Vec<Local>) {
    let sibling = match function {
        Function::Sin => Some(Function::Cos),
        Function::Cos => Some(Function::Sin),
        Function::Sinh => Some(Function::Cosh),
        Function::Cosh => Some(Function::Sinh),
        Function::Erf => Some(Function::Erfc),
        Function::Erfc => Some(Function::Erf),
        Function::Tanh => Some(Function::Tan),
        Function::Tan => Some(Function::Tanh),
        Function::Min => Some(Function::Max),
        Function::Max => Some(Function::Min),
        _ => None,
    };
    if let Some(sibling) = sibling {
        let new = like(Kind::Function(sibling, operands.to_vec()), e);
        out.push((Operator::Function, new, format!("{} in place of {}", sibling.name(), function.name())));
    }
    match (function, operands) {
        (Function::Sqrt, [a]) => out.push((Operator::Root, a.clone(), format!("root of {} dropped", shown(a)))),
        (Function::Log, [_]) if e.sort.is_scalar() => {
            for base in [2, 10] {
                let log = real(Kind::Function(Function::Log, vec![Expr::integer(base, e.span)]), e);
                let new = real(Kind::Div(e.clone(), log), e);
                out.push((Operator::LogBase, new, format!("logarithm to base {base}")));
            }
        }
        _ => {}
    }
}

fn array_slips(e: &Expr, function: ArrayFunction, operands: &[Expr], out: &mut Vec<Local>) {
    let [a] = operands else { return };
    match function {
        ArrayFunction::Transpose => {
            out.push((Operator::Transpose, a.clone(), format!("transpose of {} dropped", shown(a))));
        }
        ArrayFunction::Inverse => out.push((Operator::Inverse, a.clone(), format!("inverse of {} dropped", shown(a)))),
        ArrayFunction::NormSquared => {
            let new = real(Kind::Array(ArrayFunction::Norm, operands.to_vec()), e);
            out.push((Operator::Square, new, format!("square of the norm of {} dropped", shown(a))));
        }
        ArrayFunction::Norm => {
            let new = real(Kind::Array(ArrayFunction::NormSquared, operands.to_vec()), e);
            out.push((Operator::Square, new, format!("norm of {} squared", shown(a))));
        }
        _ => {}
    }
}

pub(super) fn symbol_slips(e: &Expr, symbol: &Symbol, symbols: &[Symbol], place: &Place, out: &mut Vec<Local>) {
    for other in symbols.iter().chain(&place.bound) {
        let same_kind = other.sort() == symbol.sort() && !matches!(symbol.sort(), Sort::Function(..));
        if same_kind && other != symbol {
            let new = Expr::symbol(other, e.span);
            out.push((Operator::Symbol, new, format!("${}$ in place of ${}$", other.tex(), symbol.tex())));
        }
    }
    match symbol.sort() {
        Sort::Integer => {
            let one = Expr::integer(1, e.span);
            let down = like(Kind::Add(vec![e.clone(), like(Kind::Neg(one.clone()), &one)]), e);
            let up = like(Kind::Add(vec![e.clone(), one]), e);
            for new in [down, up] {
                out.push((Operator::OffByOne, new.clone(), format!("{} in place of {}", shown(&new), shown(e))));
            }
        }
        Sort::Real => {
            let new = real(Kind::Pow(e.clone(), Expr::integer(2, e.span)), e);
            out.push((Operator::Square, new, format!("{} squared", shown(e))));
        }
        Sort::Matrix(n, m) if n == m => {
            for (operator, function, word) in [
                (Operator::Transpose, ArrayFunction::Transpose, "transposed"),
                (Operator::Inverse, ArrayFunction::Inverse, "inverted"),
            ] {
                let new = like(Kind::Array(function, vec![e.clone()]), e);
                out.push((operator, new, format!("{} {word}", shown(e))));
            }
        }
        _ => {}
    }
}

/// A root or a square over something that is not a symbol, where one is often forgotten.
pub(super) fn roots(e: &Expr, place: &Place, out: &mut Vec<Local>) {
    let scalar = e.sort.is_scalar() && e.as_number().is_none();
    if !scalar || matches!(place.role, Role::RangeEnd | Role::Exponent) {
        return;
    }
    let rooted = || real(Kind::Function(Function::Sqrt, vec![e.clone()]), e);
    match &*e.kind {
        Kind::Symbol(s) if *s.sort() == Sort::Integer || *s.sort() == Sort::Real => {
            out.push((Operator::Root, rooted(), format!("root over {}", shown(e))));
        }
        Kind::Symbol(_) => {}
        // Under a root already, or a power that it would undo.
        Kind::Function(Function::Sqrt, _) | Kind::Neg(_) => {}
        _ if matches!(place.role, Role::Whole | Role::Denominator | Role::Argument) => {
            out.push((Operator::Root, rooted(), format!("root over {}", shown(e))));
            let squared = real(Kind::Pow(e.clone(), Expr::integer(2, e.span)), e);
            out.push((Operator::Square, squared, format!("{} squared", shown(e))));
        }
        Kind::Function(..) => {
            let squared = real(Kind::Pow(e.clone(), Expr::integer(2, e.span)), e);
            out.push((Operator::Square, squared, format!("{} squared", shown(e))));
        }
        _ => {}
    }
}
