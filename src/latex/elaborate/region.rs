//! Integrals over a region that inequalities of the first or second degree give, as integrals between ends:
//! ∬_{x² + y² < 1} is one over x from −1 to 1 of one over y from −√(1 − x²) to √(1 − x²).

use super::{Elaborator, array};
use crate::expr::walk::mentions;
use crate::expr::{Condition, Expr, Kind, Link, Relation, Sort, Symbol};
use crate::numeric::{Function, Rational};
use crate::source::Span;

/// What stays for the other variables once the ends of one are known.
struct Ends {
    lower: Expr,
    upper: Expr,
    rest: Vec<Link>,
}

impl Elaborator<'_> {
    /// The same integral between ends; as it was if its region is no such region, or if it is over one variable only.
    pub(super) fn between_ends(&self, integral: Expr) -> Expr {
        self.region(&integral).unwrap_or(integral)
    }

    fn region(&self, integral: &Expr) -> Option<Expr> {
        let mut symbols = Vec::new();
        let mut body = integral;
        while let Kind::Integral(symbol, lower, upper, inner) = &*body.kind {
            let open = matches!(&*upper.kind, Kind::Infinity)
                && matches!(&*lower.kind, Kind::Neg(e) if matches!(&*e.kind, Kind::Infinity));
            if !open {
                return None;
            }
            symbols.push(symbol.clone());
            body = inner;
        }
        let Kind::Cases(branches, Some(_)) = &*body.kind else { return None };
        let [(inner, condition)] = branches.as_slice() else { return None };
        if symbols.len() < 2 {
            return None;
        }
        let mut links = Vec::new();
        gather(condition, &mut links)?;
        let mut out = inner.clone();
        while let Some(symbol) = symbols.pop() {
            let Ends { lower, upper, rest } = self.ends(&links, &symbol)?;
            out = Expr::new(Kind::Integral(symbol, lower, upper, out), Sort::Real, integral.span);
            links = rest;
        }
        if links.is_empty() {
            return Some(out);
        }
        // What is asked of the parameters: else the region is empty.
        let condition = Condition::All(links.into_iter().map(Condition::Holds).collect());
        let zero = Expr::integer(0, integral.span);
        Some(Expr::new(Kind::Cases(vec![(out, condition)], Some(zero)), Sort::Real, integral.span))
    }

    /// The ends of a variable between the roots of the one quadratic inequality that it stands in, or between linear bounds.
    fn ends(&self, links: &[Link], symbol: &Symbol) -> Option<Ends> {
        let span = links.first()?.left.span;
        let (own, mut rest): (Vec<Link>, Vec<Link>) =
            links.iter().cloned().partition(|l| mentions(&l.left, symbol) || mentions(&l.right, symbol));
        let polynomials = own.iter().map(|l| self.polynomial(&self.gap(l)?, symbol)).collect::<Option<Vec<_>>>()?;
        if let [polynomial] = polynomials.as_slice()
            && let [constant, linear, Some(square)] = polynomial.as_slice()
        {
            let square = value(square).filter(|n| *n > Rational::ZERO)?;
            let constant = constant.clone().unwrap_or_else(|| Expr::integer(0, span));
            // y² + c < 0 lies between ±√(−c), a y² + b y + c < 0 between (−b ± √(b² − 4 a c))/(2 a).
            let (radicand, divisor) = match linear {
                None => (self.ratio(opposite(constant), &square)?, Rational::ONE),
                Some(b) => {
                    let fourfold = self.product(&number(Rational::from(4) * square.clone(), span), &constant)?;
                    let squared = self.product(b, b)?;
                    (array::add(self, vec![squared, opposite(fourfold)]).ok()?, Rational::from(2) * square)
                }
            };
            match value(&radicand) {
                Some(known) if known <= Rational::ZERO => return None,
                Some(_) => {}
                None => rest.push(Link {
                    left: opposite(radicand.clone()),
                    relation: Relation::Less,
                    right: Expr::integer(0, span),
                }),
            }
            let root = match value(&radicand) {
                Some(known) if known == Rational::ONE => radicand,
                _ => Expr::new(Kind::Function(Function::Sqrt, vec![radicand]), Sort::Real, span),
            };
            let end = |root: Expr| match linear {
                Some(b) => self.ratio(array::add(self, vec![opposite(b.clone()), root]).ok()?, &divisor),
                None => Some(root),
            };
            return Some(Ends { lower: end(opposite(root.clone()))?, upper: end(root)?, rest });
        }
        let (mut lowers, mut uppers) = (Vec::new(), Vec::new());
        for polynomial in &polynomials {
            let [constant, Some(slope)] = polynomial.as_slice() else { return None };
            let slope = value(slope).filter(|n| !n.is_zero())?;
            let constant = constant.clone().unwrap_or_else(|| Expr::integer(0, span));
            let bound = self.ratio(opposite(constant), &slope)?;
            if slope > Rational::ZERO { uppers.push(bound) } else { lowers.push(bound) }
        }
        for lower in &lowers {
            rest.extend(uppers.iter().map(|upper| Link {
                left: lower.clone(),
                relation: Relation::Less,
                right: upper.clone(),
            }));
        }
        let infinity = || Expr::new(Kind::Infinity, Sort::Real, span);
        let extreme = |function: Function, bounds: Vec<Expr>| {
            bounds.into_iter().reduce(|a, b| Expr::new(Kind::Function(function, vec![a, b]), Sort::Real, span))
        };
        Some(Ends {
            lower: extreme(Function::Max, lowers).unwrap_or_else(|| negative(infinity())),
            upper: extreme(Function::Min, uppers).unwrap_or_else(infinity),
            rest,
        })
    }

    /// What is negative where an inequality of numbers holds.
    fn gap(&self, link: &Link) -> Option<Expr> {
        let (less, more) = match link.relation {
            Relation::Less | Relation::LessOrEqual => (&link.left, &link.right),
            Relation::Greater | Relation::GreaterOrEqual => (&link.right, &link.left),
            _ => return None,
        };
        if !less.sort.is_scalar() || !more.sort.is_scalar() {
            return None;
        }
        match value(more) {
            Some(zero) if zero.is_zero() => Some(less.clone()),
            _ => array::add(self, vec![less.clone(), opposite(more.clone())]).ok(),
        }
    }

    /// Coefficients of a polynomial of degree two at most, from the constant one; `None` in place of zeros.
    fn polynomial(&self, expr: &Expr, symbol: &Symbol) -> Option<Vec<Option<Expr>>> {
        if !mentions(expr, symbol) {
            return Some(vec![Some(expr.clone()).filter(|e| value(e).is_none_or(|n| !n.is_zero()))]);
        }
        match &*expr.kind {
            Kind::Symbol(s) if s == symbol => Some(vec![None, Some(Expr::integer(1, expr.span))]),
            Kind::Neg(inner) => {
                let inner = self.polynomial(inner, symbol)?;
                Some(inner.into_iter().map(|c| c.map(opposite)).collect())
            }
            Kind::Add(terms) => {
                let mut sum: Vec<Option<Expr>> = Vec::new();
                for term in terms {
                    for (k, coefficient) in self.polynomial(term, symbol)?.into_iter().enumerate() {
                        if sum.len() <= k {
                            sum.resize(k + 1, None);
                        }
                        sum[k] = self.total(sum[k].take(), coefficient)?;
                    }
                }
                Some(sum)
            }
            Kind::Mul(factors) => {
                let one = vec![Some(Expr::integer(1, expr.span))];
                factors.iter().try_fold(one, |product, f| self.times(&product, &self.polynomial(f, symbol)?))
            }
            Kind::Pow(base, power) if power.as_number().is_some_and(|n| *n == Rational::from(2)) => {
                let base = self.polynomial(base, symbol)?;
                self.times(&base, &base)
            }
            Kind::Div(above, below) if !mentions(below, symbol) => self
                .polynomial(above, symbol)?
                .into_iter()
                .map(|c| c.map_or(Some(None), |c| array::divide(c, below.clone()).ok().map(Some)))
                .collect(),
            _ => None,
        }
    }

    fn times(&self, a: &[Option<Expr>], b: &[Option<Expr>]) -> Option<Vec<Option<Expr>>> {
        if a.len() + b.len() > 4 {
            return None;
        }
        let mut out = vec![None; a.len() + b.len() - 1];
        for (k, left) in a.iter().enumerate() {
            for (l, right) in b.iter().enumerate() {
                if let (Some(left), Some(right)) = (left, right) {
                    let product = self.product(left, right)?;
                    out[k + l] = self.total(out[k + l].take(), Some(product))?;
                }
            }
        }
        Some(out)
    }

    /// A sum of two coefficients, of numbers as a number; the outer `None` is for what is none.
    #[allow(clippy::option_option, reason = "no coefficient is zero, and no result is a refusal")]
    fn total(&self, a: Option<Expr>, b: Option<Expr>) -> Option<Option<Expr>> {
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) => (a, b),
            (a, b) => return Some(a.or(b)),
        };
        match (value(&a), value(&b)) {
            (Some(m), Some(n)) => Some(Some(number(m + n, a.span)).filter(|e| value(e).is_none_or(|n| !n.is_zero()))),
            _ => array::add(self, vec![a, b]).ok().map(Some),
        }
    }

    /// A product of two coefficients, of numbers as a number.
    fn product(&self, a: &Expr, b: &Expr) -> Option<Expr> {
        match (value(a), value(b)) {
            (Some(m), Some(n)) => Some(number(m * n, a.span)),
            (Some(m), None) if m == Rational::ONE => Some(b.clone()),
            (None, Some(n)) if n == Rational::ONE => Some(a.clone()),
            _ => array::multiply(self, vec![a.clone(), b.clone()]).ok(),
        }
    }

    /// A quotient by a number.
    fn ratio(&self, above: Expr, below: &Rational) -> Option<Expr> {
        let span = above.span;
        match value(&above) {
            _ if *below == Rational::ONE => Some(above),
            _ if *below == -Rational::ONE => Some(opposite(above)),
            Some(n) => Some(number(n / below.clone(), span)),
            None => array::divide(above, number(below.clone(), span)).ok(),
        }
    }
}

/// A number as it is written: with its sign in front.
fn number(n: Rational, span: Span) -> Expr {
    match n < Rational::ZERO {
        true => negative(Expr::number(-n, span)),
        false => Expr::number(n, span),
    }
}

fn value(e: &Expr) -> Option<Rational> {
    match &*e.kind {
        Kind::Neg(inner) => inner.as_number().map(|n| -n.clone()),
        _ => e.as_number().cloned(),
    }
}

/// −e without two signs in a row.
fn opposite(e: Expr) -> Expr {
    match &*e.kind {
        Kind::Neg(inner) => inner.clone(),
        Kind::Add(terms) => {
            let terms = terms.iter().cloned().map(opposite).collect();
            Expr::new(Kind::Add(terms), e.sort.clone(), e.span)
        }
        _ => negative(e),
    }
}

fn negative(e: Expr) -> Expr {
    let (sort, span): (Sort, Span) = (e.sort.clone(), e.span);
    Expr::new(Kind::Neg(e), sort, span)
}

/// All links of a condition that they all have to fulfil.
fn gather(condition: &Condition, links: &mut Vec<Link>) -> Option<()> {
    match condition {
        Condition::Holds(link) => links.push(link.clone()),
        Condition::All(all) => all.iter().try_for_each(|c| gather(c, links))?,
    }
    Some(())
}
