//! Derivatives in primes: `V'(u)`, where no such name is declared.

use super::super::name::{canonical_node, scripted};
use super::super::tree::Node;
use super::applied::WrittenAs;
use super::symbol::Found;
use super::{Cursor, Elaborator, Read, Trouble};
use crate::diagnostic::codes;
use crate::expr::walk::{mentions, substitute};
use crate::expr::{Expr, Kind, Sort, Symbol};
use crate::numeric::{Function, Special};
use crate::source::Span;

/// A function of one number as an expression in its variable.
struct Body {
    variable: Symbol,
    value: Expr,
}

impl Elaborator<'_> {
    /// The derivative of a declared function or abbreviation of one number, at the argument that follows.
    pub(super) fn slope(
        &self,
        (base, sub): (&Node, Option<&[Node]>),
        order: usize,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Option<Expr>> {
        if !Self::is_applied(cursor) {
            return Ok(None);
        }
        let name = scripted(base, sub, None, 0);
        let Some(body) = self.body_of(&name, span) else {
            let start = cursor.at;
            let slope = self.slope_of_notation((base, sub), order, cursor, span)?;
            if slope.is_none() {
                cursor.at = start;
            }
            return Ok(slope);
        };
        let mut given = self.arguments(&name, 1, cursor, span)?;
        let slope = derivative_at(body, order, given.values.remove(0), span)?;
        self.indexed(slope, None, given.power, span).map(Some)
    }

    /// The derivative of a function that needs no declaration: `\tanh'(x)`, `\Gamma'(x)`.
    pub(super) fn slope_of_function(
        &self,
        function: Function,
        (order, power): (usize, Option<&[Node]>),
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        if function.arity() != 1 || !Self::is_applied(cursor) {
            let message = "a derivative in primes needs its argument in parentheses";
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, message));
        }
        let mut given = self.arguments(function.name(), 1, cursor, span)?;
        let variable = Symbol::new("u", Sort::Real);
        let value = self.elementwise(function, Expr::symbol(&variable, span), span)?;
        let slope = derivative_at(Body { variable, value }, order, given.values.remove(0), span)?;
        let slope = match power {
            Some(power) => self.power(slope, power, span)?,
            None => slope,
        };
        self.indexed(slope, None, given.power, span)
    }

    /// The derivative of a Bessel function of the order below it: `J_0'(x)`, `I_\nu''(x)`.
    pub(super) fn slope_of_bessel(
        &self,
        base: &Node,
        order: &[Node],
        (primes, power): (usize, Option<&[Node]>),
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Option<Expr>> {
        let name = canonical_node(base);
        let function = match name.as_str() {
            "J" | r"\mathrm{J}" => Special::BesselJ,
            "I" | r"\mathrm{I}" => Special::BesselI,
            "K" | r"\mathrm{K}" => Special::BesselK,
            _ => return Ok(None),
        };
        let plain = scripted(base, Some(order), None, 0);
        let declared = !self.is_free(base) || self.lookup(&plain, span).is_some();
        if declared || self.scope.get(&scripted(base, Some(order), None, primes)).is_some() || !Self::is_applied(cursor)
        {
            return Ok(None);
        }
        let order = self.whole(order, span)?;
        let mut given = self.arguments(&plain, 1, cursor, span)?;
        let variable = Symbol::new("u", Sort::Real);
        let operands = vec![order, Expr::symbol(&variable, span)];
        let value = Expr::new(Kind::Special(function, operands), Sort::Real, span);
        let slope = derivative_at(Body { variable, value }, primes, given.values.remove(0), span)?;
        let slope = self.indexed(slope, None, power, span)?;
        self.indexed(slope, None, given.power, span).map(Some)
    }

    /// What a name stands for, if that is a function or abbreviation of one number.
    fn body_of(&self, name: &str, span: Span) -> Option<Body> {
        match self.lookup(name, span)? {
            Found::Function(symbol, sorts, result) if matches!(sorts.as_slice(), [Sort::Real]) => {
                Some(call_of(symbol, result, span))
            }
            Found::Abbreviation(parameters, body) => match parameters.as_slice() {
                [parameter] if parameter.sort().is_scalar() => {
                    let variable = parameter.renamed();
                    let value = substitute(&body, parameter, &Expr::symbol(&variable, span))?;
                    Some(Body { variable, value })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The same of a function that is declared by a notation with its arguments.
    fn slope_of_notation(
        &self,
        (base, sub): (&Node, Option<&[Node]>),
        order: usize,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Option<Expr>> {
        let Some(applied) = self.applied(base, (sub, None, 0), cursor, span, WrittenAs::Called)? else {
            return Ok(None);
        };
        // `f'(x)^2` is a power of the derivative.
        let (call, power) = match &*applied.kind {
            Kind::Pow(call, power) => (call.clone(), Some(power.clone())),
            _ => (applied, None),
        };
        let Kind::Call(function, arguments) = &*call.kind else { return Ok(None) };
        let [argument] = arguments.as_slice() else { return Ok(None) };
        let body = call_of(function.clone(), call.sort.clone(), span);
        let slope = derivative_at(body, order, argument.clone(), span)?;
        let sort = slope.sort.clone();
        Ok(Some(match power {
            Some(power) => Expr::new(Kind::Pow(slope, power), sort, span),
            None => slope,
        }))
    }
}

fn call_of(function: Symbol, result: Sort, span: Span) -> Body {
    let variable = Symbol::new("u", Sort::Real);
    let at = vec![Expr::symbol(&variable, span)];
    Body { variable, value: Expr::new(Kind::Call(function, at), result, span) }
}

/// A derivative of a body by its variable, at an argument.
fn derivative_at(Body { variable, value: body }: Body, order: usize, argument: Expr, span: Span) -> Read<Expr> {
    if !argument.sort.is_scalar() {
        return Err(super::mismatch(argument.span, "an argument of sort", variable.sort(), &argument.sort));
    }
    let (sort, span) = (body.sort.clone(), span.join(argument.span));
    let order = u32::try_from(order).unwrap_or(u32::MAX);
    let slope = match &*argument.kind {
        // At a plain symbol the derivative is by this symbol.
        Kind::Symbol(place) if *place.sort() == Sort::Real && !mentions(&body, place) => {
            substitute(&body, &variable, &argument)
                .map(|moved| Expr::new(Kind::Derivative(moved, place.clone(), order), sort.clone(), span))
        }
        _ => None,
    };
    Ok(slope.unwrap_or_else(|| {
        let derivative = Expr::new(Kind::Derivative(body, variable.clone(), order), sort.clone(), span);
        Expr::new(Kind::At(variable, argument, derivative), sort, span)
    }))
}
