//! Means under conditions: 𝔼[f | y], 𝔼[f | y = v].

use super::super::tree::{Node, NodeKind};
use super::average::{Over, real};
use super::relation::relation_of;
use super::{Elaborator, Read, Trouble, array, is_mark};
use crate::diagnostic::codes;
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::walk::{free_symbols, mentions, same, substitute};
use crate::expr::{Expr, Kind, Law, RandomVariable, Relation, Sort, Symbol};
use crate::numeric::{Function, Rational};
use crate::source::Span;

impl Elaborator<'_> {
    /// Whether one side of a relation is a mean and nothing else.
    pub(super) fn is_mean(&self, side: &[Node]) -> bool {
        let [sign, Node { kind: NodeKind::Fence(..), .. }] = side else { return false };
        match &sign.kind {
            NodeKind::Scripted(base, _, None, 0) => self.is_expectation(base),
            _ => self.is_expectation(sign),
        }
    }

    pub(super) fn conditional_mean(
        &self,
        body: &[Node],
        given: &[Node],
        over: &Over,
        fence: Span,
        span: Span,
    ) -> Read<Expr> {
        // Inside the brackets nothing is a whole side any more.
        let is_side = self.is_side.replace(false);
        let body = self.whole(body, fence)?;
        let (mut quantities, mut values) = (Vec::new(), Vec::new());
        for piece in given.split(|n| is_mark(n, ',')) {
            let equals = piece.iter().position(|n| relation_of(n) == Some(Some(Relation::Equal)));
            let (quantity, value) = match equals {
                Some(at) => (&piece[..at], Some(self.whole(&piece[at + 1..], fence)?)),
                None => (piece, None),
            };
            quantities.push(self.whole(quantity, fence)?);
            values.push(value);
        }
        let end = span.join(fence);
        let Over::Random(names) = over else {
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, "a conditional mean over a density"));
        };
        let mut symbols = free_symbols(&body);
        for g in &quantities {
            symbols.extend(free_symbols(g).into_iter().filter(|s| !symbols.contains(s)).collect::<Vec<_>>());
        }
        let variables = self.random_variables(symbols, names.as_deref(), span)?;
        if let Some(mut ratio) = self.given_symbols(&variables, &body, &quantities, end)? {
            for (quantity, value) in quantities.iter().zip(&values) {
                if let (Kind::Symbol(symbol), Some(value)) = (&*quantity.kind, value) {
                    ratio = substitute(&ratio, symbol, value).unwrap_or(ratio);
                }
            }
            return Ok(ratio);
        }
        if let ([quantity], [value]) = (quantities.as_slice(), values.as_slice())
            && let Some(mean) = self.given_with_noise(&variables, &body, (quantity, value.as_ref()), is_side, end)?
        {
            return Ok(mean);
        }
        if values.iter().any(Option::is_some) {
            let message = "this condition is neither on symbols with a joint density nor on one with Gaussian noise";
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, end, message)
                .hint("declare the conditional density and write the mean as a ratio of integrals"));
        }
        let sort = real(&body.sort);
        Ok(Expr::new(Kind::ConditionalMean(variables, body, quantities), sort, end))
    }

    /// 𝔼[f(x, z) | g(x) + c z = v] with z ~ N(0, 1) or N(0, I) independent of the others:
    /// 𝔼ₓ[f(x, h) e^{−|h|²/2}] / 𝔼ₓ[e^{−|h|²/2}] with h = (v − g(x))/c, by Bayes' theorem. `None` if the quantity is not
    /// of this form, or if it has no value here: that of a mean which is a whole side is any number, since g(x) + c z has a
    /// density that vanishes nowhere.
    fn given_with_noise(
        &self,
        variables: &[RandomVariable],
        body: &Expr,
        (quantity, value): (&Expr, Option<&Expr>),
        is_side: bool,
        span: Span,
    ) -> Read<Option<Expr>> {
        let is_random = |e: &Expr| free_symbols(e).iter().any(|s| variables.iter().any(|v| v.symbol == *s));
        let found = variables.iter().rev().filter(|v| is_standard(&v.law)).find_map(|v| {
            let (factor, rest) = linear(quantity, &v.symbol)?;
            let is_known = |other: &RandomVariable| matches!(&other.law, Law::Density(d) if mentions(d, &v.symbol));
            let fits = factor.sort.is_scalar() && !is_random(&factor) && !variables.iter().any(is_known);
            fits.then_some((v.symbol.clone(), factor, rest))
        });
        let Some((noise, factor, rest)) = found else { return Ok(None) };
        let value = match value {
            Some(value) if array::same_shape(self, &value.sort, &quantity.sort) && !is_random(value) => value.clone(),
            Some(value) => {
                return Err(super::mismatch(span, "what is given and its value,", &quantity.sort, &value.sort));
            }
            None if is_side => match self.any_value(quantity, span) {
                Some(value) => value,
                None => return Ok(None),
            },
            None => return Ok(None),
        };
        let minus = |e: Expr| {
            let sort = e.sort.clone();
            Expr::new(Kind::Neg(e), sort, span)
        };
        let gap = match rest {
            Some(rest) => array::add(self, vec![value, minus(rest)])?,
            None => value,
        };
        let at = array::divide(gap, factor)?;
        let square = match at.sort.is_scalar() {
            true => array::multiply(self, vec![at.clone(), at.clone()])?,
            false => array::dot(self, at.clone(), at.clone())?,
        };
        let exponent = minus(array::divide(square, Expr::integer(2, span))?);
        let weight = Expr::new(Kind::Function(Function::Exp, vec![exponent]), Sort::Real, span);
        let Some(body) = substitute(body, &noise, &at) else { return Ok(None) };
        // The value may speak of the same symbols as the mean.
        let (mut weight, mut body, mut others) = (weight, body, Vec::new());
        for other in variables.iter().filter(|v| v.symbol != noise) {
            let fresh = other.symbol.renamed();
            let named = Expr::symbol(&fresh, span);
            let inside = |e: &Expr| substitute(e, &other.symbol, &named).unwrap_or_else(|| e.clone());
            (weight, body) = (inside(&weight), inside(&body));
            let law = match &other.law {
                Law::Density(density) => Law::Density(inside(density)),
                law => law.clone(),
            };
            others.push(RandomVariable { symbol: fresh, law });
        }
        if others.is_empty() {
            return Ok(Some(body));
        }
        let above = array::multiply(self, vec![weight.clone(), body])?;
        let (above, below) = (self.mean_of(others.clone(), above, span)?, self.mean_of(others, weight, span)?);
        array::divide(above, below).map(Some)
    }

    /// The symbol for the value of what a mean is conditioned on. `None` if a second quantity is conditioned on: the two
    /// would not be free of each other.
    fn any_value(&self, quantity: &Expr, span: Span) -> Option<Expr> {
        let mut given = self.given.borrow_mut();
        let mut values = self.values.borrow_mut();
        match (&*given, values.as_slice()) {
            (Some(known), [value]) => same(known, quantity).then(|| Expr::symbol(&value.symbol, span)),
            (None, []) => {
                let name = ["y", "v", "w"].into_iter().find(|name| !self.scope.knows(name))?;
                let symbol = Symbol::new(name, real(&quantity.sort));
                let declaration =
                    Declaration { symbol, domain: Domain::All, role: Role::Variable, span: Span::default() };
                let value = Expr::symbol(&declaration.symbol, span);
                *given = Some(quantity.clone());
                values.push(declaration);
                Some(value)
            }
            _ => None,
        }
    }

    /// 𝔼[f(x) | y] of symbols with laws: ∫ f(x) p(y|x) p(x) dx / ∫ p(y|x) p(x) dx at the value y; `None` if what is given is
    /// no such symbol, or one whose law is not tied to another's.
    fn given_symbols(
        &self,
        variables: &[RandomVariable],
        body: &Expr,
        given: &[Expr],
        span: Span,
    ) -> Read<Option<Expr>> {
        let law_of = |e: &Expr| match &*e.kind {
            Kind::Symbol(symbol) => variables.iter().find(|v| v.symbol == *symbol).cloned(),
            _ => None,
        };
        let Some(known) = given.iter().map(law_of).collect::<Option<Vec<_>>>() else { return Ok(None) };
        // At a value that is given the symbol is a variable: only a density makes it one.
        if !known.iter().all(|v| matches!(v.law, Law::Density(_))) {
            return Ok(None);
        }
        // Two laws that do not know of each other say nothing about how the symbols depend on each other.
        let names = |v: &RandomVariable, other: &RandomVariable| matches!(&v.law, Law::Density(density) if mentions(density, &other.symbol));
        let is_tied =
            |k: &RandomVariable| variables.iter().any(|v| v.symbol != k.symbol && (names(k, v) || names(v, k)));
        if !known.iter().all(is_tied) {
            return Ok(None);
        }
        let is_known = |v: &RandomVariable| known.iter().any(|k| k.symbol == v.symbol);
        let others: Vec<RandomVariable> = variables.iter().filter(|v| !is_known(v)).cloned().collect();
        if others.is_empty() {
            return Ok(Some(body.clone()));
        }
        let densities = known.into_iter().filter_map(|v| match v.law {
            Law::Density(density) => Some(density),
            _ => None,
        });
        let weight = array::multiply(self, densities.collect())?;
        let above = array::multiply(self, vec![weight.clone(), body.clone()])?;
        let (above, below) = (self.mean_of(others.clone(), above, span)?, self.mean_of(others, weight, span)?);
        array::divide(above, below).map(Some)
    }
}

/// Whether a law is N(0, 1) or N(0, I).
fn is_standard(law: &Law) -> bool {
    let Law::Normal(mean, variance) = law else { return false };
    // A number stands for itself times the vector of ones or the identity.
    let number = |e: &Expr| match &*e.kind {
        Kind::Identity(_) | Kind::Ones(_) => Some(Rational::ONE),
        Kind::Mul(factors) => match factors.as_slice() {
            [number, unit] if matches!(&*unit.kind, Kind::Identity(_) | Kind::Ones(_)) => number.as_number().cloned(),
            _ => None,
        },
        _ => e.as_number().cloned(),
    };
    number(mean) == Some(Rational::ZERO) && number(variance) == Some(Rational::ONE)
}

/// The factor c and the rest r of c s + r; `None` if the expression is no such sum of terms.
fn linear(expr: &Expr, symbol: &Symbol) -> Option<(Expr, Option<Expr>)> {
    let span = expr.span;
    let negated = |e: Expr| {
        let sort = e.sort.clone();
        Expr::new(Kind::Neg(e), sort, span)
    };
    match &*expr.kind {
        Kind::Symbol(s) if s == symbol => Some((Expr::integer(1, span), None)),
        Kind::Neg(inner) => {
            let (factor, rest) = linear(inner, symbol)?;
            Some((negated(factor), rest.map(negated)))
        }
        Kind::Add(terms) => {
            let (mut with, without): (Vec<_>, Vec<_>) = terms.iter().cloned().partition(|t| mentions(t, symbol));
            let (factor, rest) = linear(&with.pop()?, symbol)?;
            if !with.is_empty() {
                return None;
            }
            let all: Vec<Expr> = without.into_iter().chain(rest).collect();
            let rest = match <[Expr; 1]>::try_from(all) {
                Ok([one]) => Some(one),
                Err(all) if all.is_empty() => None,
                Err(all) => Some(Expr::new(Kind::Add(all), expr.sort.clone(), span)),
            };
            Some((factor, rest))
        }
        Kind::Mul(factors) => {
            let at = factors.iter().position(|f| matches!(&*f.kind, Kind::Symbol(s) if s == symbol))?;
            let others: Vec<Expr> =
                factors.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, f)| f.clone()).collect();
            let scalar = others.iter().all(|f| f.sort.is_scalar() && !mentions(f, symbol));
            let factor = match <[Expr; 1]>::try_from(others) {
                Ok([one]) => one,
                Err(others) => Expr::new(Kind::Mul(others), Sort::Real, span),
            };
            scalar.then_some((factor, None))
        }
        Kind::Div(above, below) if !mentions(below, symbol) => {
            let (factor, rest) = linear(above, symbol)?;
            let over = |e: Expr| {
                let sort = real(&e.sort);
                Expr::new(Kind::Div(e, below.clone()), sort, span)
            };
            Some((over(factor), rest.map(over)))
        }
        _ => None,
    }
}
