//! The degree of an expression as a polynomial in the entries of some symbols, read off its structure.

use super::op::{Bound, Distribution, Literal, Node, Op, Test, Values};
use crate::expr::{ArrayFunction, Fold};
use crate::numeric::Rational;

/// Higher degrees count as "not a polynomial".
const MAX_DEGREE: u32 = 64;

/// An upper bound for the joint degree of `node` in the symbols of `slots`; `None` if it need not be a polynomial.
pub(super) fn degree(node: &Node, slots: &[usize], constants: &[Literal]) -> Option<u32> {
    // A symbol that is bound here is another one inside.
    let free = |bound: &[usize]| -> Vec<usize> { slots.iter().copied().filter(|s| !bound.contains(s)).collect() };
    let inside = |node: &Node, bound: &[usize]| degree(node, &free(bound), constants);
    let of = |node: &Node| degree(node, slots, constants);
    let largest = |nodes: &[Node]| nodes.iter().map(of).try_fold(0, |m, d| Some(m.max(d?)));
    let sum = |nodes: &[Node]| nodes.iter().map(of).try_fold(0, |m, d| Some(m + d?));
    let constant = |nodes: &[Node]| nodes.iter().all(|n| of(n) == Some(0)).then_some(0);
    let result = match &node.op {
        Op::Constant(_) | Op::Identity(_) | Op::Ones(_) => Some(0),
        Op::Slot(slot) => Some(u32::from(slots.contains(slot))),
        Op::Add(terms) => largest(terms),
        Op::Neg(term) | Op::DiagonalOf(term) => of(term),
        Op::Mul(factors) => sum(factors),
        Op::Div(p, q) => constant(std::slice::from_ref(q)).and_then(|_| of(p)),
        Op::Pow(base, exponent) => match (of(base), of(exponent), literal(exponent, constants)) {
            (Some(0), Some(0), _) => Some(0),
            (Some(d), _, Some(n)) => d.checked_mul(n),
            _ => None,
        },
        Op::Function(_, arguments) | Op::Special(_, arguments) | Op::Call { arguments, .. } => constant(arguments),
        Op::Entries(rows) => rows.iter().flatten().map(of).try_fold(0, |m, d| Some(m.max(d?))),
        Op::Kronecker(i, j) => {
            if of(i) == Some(0) && of(j) == Some(0) {
                Some(0)
            } else {
                None
            }
        }
        Op::Array(function, arguments) => match function {
            ArrayFunction::Transpose | ArrayFunction::Trace | ArrayFunction::Diagonal => of(&arguments[0]),
            ArrayFunction::NormSquared => of(&arguments[0]).map(|d| 2 * d),
            ArrayFunction::Dot | ArrayFunction::Hadamard | ArrayFunction::Outer => sum(arguments),
            _ => constant(arguments),
        },
        Op::Component(array, indices) => constant(indices).and_then(|_| of(array)),
        Op::Column(array, index) => constant(std::slice::from_ref(index)).and_then(|_| of(array)),
        Op::Fold { fold, binders, condition, body, .. } => {
            let fixed = binders.iter().all(|b| match &b.range {
                Values::Between(lower, upper) => of(lower) == Some(0) && of(upper) == Some(0),
                Values::From(lower) => of(lower) == Some(0),
                Values::List(values) => values.iter().all(|v| of(v) == Some(0)),
                Values::Signs | Values::SignVectors(_) | Values::Members(_) => true,
            }) && condition.as_ref().is_none_or(|test| fixed_test(test, slots, constants));
            let bound: Vec<usize> = binders.iter().map(|b| b.slot).collect();
            match (inside(body, &bound), fold) {
                _ if !fixed => None,
                (Some(0), _) => Some(0),
                (d, Fold::Sum) => d,
                _ => None,
            }
        }
        Op::Integral { slot, lower, upper, body } => {
            let fixed = [lower, upper].iter().all(|bound| match bound {
                Bound::Finite(node) => of(node) == Some(0),
                Bound::MinusInfinity | Bound::Infinity => true,
            });
            if fixed { inside(body, &[*slot]) } else { None }
        }
        Op::Space { symbols, body } => {
            let bound: Vec<usize> = symbols.iter().map(|(slot, _)| *slot).collect();
            inside(body, &bound)
        }
        Op::Sift { slot, argument, body } => match inside(argument, &[*slot]) {
            Some(0) => inside(body, &[*slot]),
            _ => None,
        },
        Op::AverageOver { slot, product, .. } => inside(product, &[*slot]),
        Op::Limit { slot, target, body, .. } => match target {
            Bound::Finite(node) if of(node) != Some(0) => None,
            _ => inside(body, &[*slot]),
        },
        Op::Optimum { slot, body, condition, .. } => {
            let fixed = condition.as_ref().is_none_or(|test| fixed_test(test, &free(&[*slot]), constants));
            (fixed && inside(body, &[*slot]) == Some(0)).then_some(0)
        }
        Op::Let(bindings, body) => {
            let largest = bindings.iter().map(|(_, value)| of(value)).try_fold(0, |m, d| Some(m.max(d?)));
            let mut all: Vec<usize> = free(&bindings.iter().map(|(slot, _)| *slot).collect::<Vec<_>>());
            if largest != Some(0) {
                all.extend(bindings.iter().map(|(slot, _)| *slot));
            }
            match (degree(body, &all, constants), largest) {
                (Some(d), Some(b)) => Some(d * b.max(1)),
                _ => None,
            }
        }
        Op::Expectation(variables, body, _) => {
            let fixed = variables.iter().all(|variable| match &variable.law {
                Distribution::Normal(p, q) | Distribution::Uniform(p, q) => of(p) == Some(0) && of(q) == Some(0),
                Distribution::Rademacher(p) => of(p) == Some(0),
            });
            let bound: Vec<usize> = variables.iter().map(|v| v.slot).collect();
            if fixed { inside(body, &bound) } else { None }
        }
        // A derivative by any symbol leaves a polynomial a polynomial of at most its degree.
        Op::Derivative { body, .. } | Op::Gradient { body, .. } | Op::Differential { body, .. } => of(body),
        Op::DerivativeByEntry { body, indices, .. } => constant(indices).and_then(|_| of(body)),
        Op::Cases(branches, otherwise) => {
            let fixed = branches.iter().all(|(_, test)| fixed_test(test, slots, constants));
            let values = branches.iter().map(|(value, _)| value).chain(otherwise.as_deref());
            if fixed { values.map(of).try_fold(0, |m, d| Some(m.max(d?))) } else { None }
        }
    };
    result.filter(|d| *d <= MAX_DEGREE)
}

/// A non-negative whole literal.
fn literal(node: &Node, constants: &[Literal]) -> Option<u32> {
    match &node.op {
        Op::Constant(index) => match &constants[*index] {
            Literal::Number(value) if value.is_int() && *value >= Rational::ZERO => {
                u32::try_from(value.numerator().clone()).ok()
            }
            _ => None,
        },
        _ => None,
    }
}

fn fixed_test(test: &Test, slots: &[usize], constants: &[Literal]) -> bool {
    match test {
        Test::All(parts) => parts.iter().all(|part| fixed_test(part, slots, constants)),
        Test::Compare(left, _, right) => {
            degree(left, slots, constants) == Some(0) && degree(right, slots, constants) == Some(0)
        }
    }
}
