//! Relative entropies and entropies of declared densities.

use super::super::name::canonical;
use super::super::tree::Node;
use super::average::real;
use super::{Elaborator, Read, Trouble, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::walk::substitute;
use crate::expr::{Expr, Kind, Law, Sort, Symbol};
use crate::numeric::Function;
use crate::source::Span;

fn log(e: &Expr) -> Expr {
    Expr::new(Kind::Function(Function::Log, vec![e.clone()]), Sort::Real, e.span)
}

fn negative(e: Expr) -> Expr {
    let span = e.span;
    Expr::new(Kind::Neg(e), Sort::Real, span)
}

impl Elaborator<'_> {
    /// `D_{KL}(p \| q)`, `\operatorname{KL}_x(p \| q)`: the separator and what is compared.
    pub(super) fn relative_entropy(&self, sub: Option<&[Node]>, body: &[Node], span: Span) -> Read<Expr> {
        let mut parts = body.split(|n| is_mark(n, '‖') || is_mark(n, '|') || is_mark(n, ','));
        let (Some(p), Some(q), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "a relative entropy is of two densities"));
        };
        let (variables, first) = self.compared(p, sub, span)?;
        let own = match variables.as_slice() {
            [variable] => {
                let at = Expr::symbol(variable, span);
                match self.law(q, Some(variable.sort()), span_of(q, span))? {
                    Some(law) => Some(Expr::new(Kind::DensityOf(law, at), Sort::Real, span_of(q, span))),
                    None => self.density_function(q, &at),
                }
            }
            _ => None,
        };
        let second = match own {
            Some(second) => second,
            None => self.whole(q, span_of(q, span))?,
        };
        let mut both = [first, second];
        let mut symbols = Vec::new();
        for old in variables {
            let fresh = Symbol::new(old.tex(), old.sort().clone());
            for side in &mut both {
                *side = substitute(side, &old, &Expr::symbol(&fresh, span)).unwrap_or_else(|| side.clone());
            }
            symbols.push(fresh);
        }
        let [first, second] = both;
        if !first.sort.is_scalar() || !second.sort.is_scalar() {
            return Err(super::mismatch(span, "a relative entropy of", &first.sort, &second.sort));
        }
        if self.has_states(&symbols) {
            // Over states the entropies are sums.
            let terms = vec![log(&first), negative(log(&second))];
            let difference = Expr::new(Kind::Add(terms), Sort::Real, span);
            return self.mean_over(symbols, first, difference, span);
        }
        Ok(Expr::new(Kind::RelativeEntropy(symbols, first, second), Sort::Real, span))
    }

    /// A density with the variables it is compared in: those below the sign, or its own.
    pub(super) fn compared(&self, nodes: &[Node], sub: Option<&[Node]>, span: Span) -> Read<(Vec<Symbol>, Expr)> {
        // A law that is written out, at a point of its own.
        if let (None, Some(law)) = (sub, self.law(nodes, None, span_of(nodes, span))?) {
            let sort = match &law {
                Law::Normal(mean, _) => real(&mean.sort),
                _ => Sort::Real,
            };
            let point = Symbol::new("x", sort);
            let density = Kind::DensityOf(law, Expr::symbol(&point, span));
            return Ok((vec![point], Expr::new(density, Sort::Real, span_of(nodes, span))));
        }
        let Some(sub) = sub else { return self.density(nodes, span_of(nodes, span)) };
        let symbols = sub
            .split(|n| is_mark(n, ','))
            .map(|piece| {
                self.symbol_named(&canonical(piece)).ok_or_else(|| {
                    let message = format!("`{}` is not a declared variable", canonical(piece));
                    Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(piece, span), message)
                })
            })
            .collect::<Read<Vec<_>>>()?;
        Ok((symbols, self.whole(nodes, span_of(nodes, span))?))
    }

    /// `H[p]`, `\operatorname{H}_x[p]`.
    pub(super) fn entropy(&self, sub: Option<&[Node]>, body: &[Node], span: Span) -> Read<Expr> {
        let (variables, mut density) = self.compared(body, sub, span)?;
        let mut symbols = Vec::new();
        for old in variables {
            let fresh = Symbol::new(old.tex(), old.sort().clone());
            density = substitute(&density, &old, &Expr::symbol(&fresh, span)).unwrap_or(density);
            symbols.push(fresh);
        }
        if self.has_states(&symbols) {
            let log = log(&density);
            return Ok(negative(self.mean_over(symbols, density, log, span)?));
        }
        Ok(Expr::new(Kind::Entropy(symbols, density), Sort::Real, span))
    }
}
