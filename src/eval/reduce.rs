//! Expectations over many normal numbers that only see a few combinations of them: 𝔼 f(a·z) over z is a mean over one number.

use crate::expr::{ArrayFunction, Dim, Expr, Fold, Kind, Law, RandomVariable, Sort, Symbol, walk};
use crate::numeric::Rational;

/// More combinations than this are not integrated over.
const MOST: usize = 3;
/// Higher degrees count as "not a polynomial".
const MAX_DEGREE: u32 = 64;

/// Whether an expression depends on one of the variables.
pub(super) fn mentions_any(e: &Expr, variables: &[RandomVariable]) -> bool {
    walk::free_symbols(e).iter().any(|s| variables.iter().any(|v| v.symbol == *s))
}

/// An upper bound for the joint degree in the variables; `None` if it need not be a polynomial.
pub fn degree(e: &Expr, variables: &[RandomVariable]) -> Option<u32> {
    if !mentions_any(e, variables) {
        return Some(0);
    }
    let of = |e: &Expr| degree(e, variables);
    let sum = |operands: &[Expr]| operands.iter().map(of).try_fold(0_u32, |m, d| Some(m + d?));
    let fixed = |operands: &[Expr]| operands.iter().all(|e| !mentions_any(e, variables));
    let result = match &*e.kind {
        Kind::Symbol(_) => Some(1),
        Kind::Add(terms) => terms.iter().map(of).try_fold(0, |m, d| Some(m.max(d?))),
        Kind::Neg(a) => of(a),
        Kind::Mul(factors) => sum(factors),
        Kind::Div(a, b) if fixed(std::slice::from_ref(b)) => of(a),
        Kind::Pow(base, exponent) => {
            let n = exponent.as_number().filter(|n| n.is_int() && **n >= Rational::ZERO)?;
            of(super::desugar::unsigned(base, exponent).unwrap_or(base))?
                .checked_mul(u32::try_from(n.numerator().clone()).ok()?)
        }
        Kind::Array(function, operands) => match function {
            ArrayFunction::Transpose | ArrayFunction::Trace | ArrayFunction::Diagonal => of(&operands[0]),
            ArrayFunction::NormSquared => of(&operands[0]).map(|d| 2 * d),
            ArrayFunction::Dot | ArrayFunction::Hadamard | ArrayFunction::Outer => sum(operands),
            _ => None,
        },
        Kind::Component(array, indices) if fixed(indices) => of(array),
        Kind::Entries(rows) => rows.iter().flatten().map(of).try_fold(0, |m, d| Some(m.max(d?))),
        Kind::Fold(Fold::Sum, ..) => {
            let children = walk::children(e);
            let (body, around) = children.split_last()?;
            if around.iter().any(|e| mentions_any(e, variables)) { None } else { of(body) }
        }
        _ => None,
    };
    result.filter(|d| *d <= MAX_DEGREE)
}

/// The expectation over the few affine combinations of normal variables that the body contains; `None` if that is no gain or
/// the body is a polynomial.
pub(super) fn reduce(variables: &[RandomVariable], body: &Expr) -> Option<Expr> {
    let already = matches!(variables, [v] if v.symbol.sort().is_scalar());
    let all_normal = variables.iter().all(|v| matches!(v.law, Law::Normal(..)));
    if already || !all_normal || degree(body, variables).is_some() {
        return None;
    }
    let mut found = Combinations { variables, list: Vec::new() };
    let replaced = found.replace(body, &mut Vec::new())?;
    let span = body.span;
    let real = |kind| Expr::new(kind, Sort::Real, span);
    let mean = |e: Expr| real(Kind::Expectation(variables.to_vec(), e));
    let product = |a: &Expr, b: &Expr| real(Kind::Mul(vec![a.clone(), b.clone()]));
    let combinations: Vec<Expr> = found.list.iter().map(|(e, _)| e.clone()).collect();
    let means: Vec<Expr> = combinations.iter().map(|g| mean(g.clone())).collect();
    let covariance = |i: usize, j: usize| {
        let second = mean(product(&combinations[i], &combinations[j]));
        real(Kind::Add(vec![second, real(Kind::Neg(product(&means[i], &means[j])))]))
    };
    let k = combinations.len();
    let entries = variables.iter().map(|v| match v.symbol.sort() {
        Sort::Vector(Dim::Literal(d)) => Some(*d),
        sort if sort.is_scalar() => Some(1),
        _ => None,
    });
    // As many numbers as before are no gain.
    if entries.sum::<Option<usize>>().is_some_and(|total| total <= k) {
        return None;
    }
    let (symbol, law, body) = if k == 1 {
        (found.list[0].1.clone(), Law::Normal(means[0].clone(), covariance(0, 0)), replaced)
    } else {
        let sort = Sort::Vector(Dim::Literal(k));
        let vector = Symbol::new("u", sort.clone());
        let entry =
            |i: usize| real(Kind::Component(Expr::symbol(&vector, span), vec![Expr::integer(i as i64 + 1, span)]));
        let mut body = replaced;
        for (i, (_, name)) in found.list.iter().enumerate() {
            body = walk::substitute(&body, name, &entry(i))?;
        }
        let column = Expr::new(Kind::Entries(means.iter().map(|m| vec![m.clone()]).collect()), sort, span);
        let square = Sort::Matrix(Dim::Literal(k), Dim::Literal(k));
        let rows = (0..k).map(|i| (0..k).map(|j| covariance(i, j)).collect()).collect();
        (vector, Law::Normal(column, Expr::new(Kind::Entries(rows), square, span)), body)
    };
    let sort = body.sort.clone();
    Some(Expr::new(Kind::Expectation(vec![RandomVariable { symbol, law }], body), sort, span))
}

struct Combinations<'v> {
    variables: &'v [RandomVariable],
    /// Affine numbers and the names that stand for them.
    list: Vec<(Expr, Symbol)>,
}

impl Combinations<'_> {
    /// The expression with every largest affine number replaced by a name.
    fn replace(&mut self, e: &Expr, bound: &mut Vec<Symbol>) -> Option<Expr> {
        if !mentions_any(e, self.variables) {
            return Some(e.clone());
        }
        if e.sort.is_scalar() && degree(e, self.variables).is_some_and(|d| d <= 1) {
            if bound.iter().any(|s| walk::mentions(e, s)) {
                return None;
            }
            let known = self.list.iter().find(|(g, _)| walk::same(g, e)).map(|(_, name)| name.clone());
            let name = match known {
                Some(name) => name,
                None if self.list.len() < MOST => {
                    let name = Symbol::new("u", Sort::Real);
                    self.list.push((e.clone(), name.clone()));
                    name
                }
                None => return None,
            };
            return Some(Expr::symbol(&name, e.span));
        }
        if matches!(&*e.kind, Kind::Symbol(_)) {
            return None;
        }
        let outer = bound.len();
        bound.extend(walk::binders(e).into_iter().cloned());
        let replaced = walk::try_map_children(e, &mut |child| self.replace(child, bound).ok_or(())).ok();
        bound.truncate(outer);
        replaced
    }
}
