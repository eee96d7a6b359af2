//! Laws that are written out: 𝒩(m, C), Rad(p), U(a, b), and their densities at a point.

use super::super::name::canonical_node;
use super::super::tree::{Node, NodeKind};
use super::average::real;
use super::integral::standard_normal;
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark};
use crate::diagnostic::codes;
use crate::expr::{Dim, Expr, Kind, Law, Sort};
use crate::source::Span;

impl Elaborator<'_> {
    /// A law that is written out: `\mathcal{N}(m, C)`, `\operatorname{Rad}(p)`; `None` if the nodes are something else.
    /// `sort` is that of its values, if it is known.
    pub(super) fn law(&self, nodes: &[Node], sort: Option<&Sort>, place: Span) -> Read<Option<Law>> {
        let [name, Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span }] = nodes else { return Ok(None) };
        let Some(law) = self.law_name(name) else { return Ok(None) };
        if body.iter().any(|n| is_mark(n, ';')) {
            return Ok(None);
        }
        let parameters =
            body.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *span)).collect::<Read<Vec<_>>>()?;
        self.law_of(law, parameters, sort, span.join(place)).map(Some)
    }

    /// `\mathcal{N}(x; m, C)` as a density, `\mathcal{N}(m, C)` as a law.
    pub(super) fn law_value(&self, name: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let Some(law) = self.law_name(name) else { return Ok(None) };
        let Some(Node { kind: NodeKind::Fence('(' | '[', ')' | ']', body), span }) = cursor.peek() else {
            return Ok(None);
        };
        let end = name.span.join(*span);
        cursor.at += 1;
        let (point, rest) = match body.iter().position(|n| is_mark(n, ';') || is_mark(n, '|')) {
            Some(at) => (Some(self.whole(&body[..at], *span)?), &body[at + 1..]),
            None => (None, body.as_slice()),
        };
        let parameters =
            rest.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *span)).collect::<Read<Vec<_>>>()?;
        let law = self.law_of(law, parameters, point.as_ref().map(|p| &p.sort), end)?;
        Ok(Some(match point {
            Some(point) => Expr::new(Kind::DensityOf(law, point), Sort::Real, end),
            None => {
                let values = match &law {
                    Law::Normal(mean, _) => real(&mean.sort),
                    Law::Rademacher(_) | Law::Uniform(..) | Law::Density(_) => Sort::Real,
                };
                Expr::new(Kind::LawOf(law), Sort::Law(Box::new(values)), end)
            }
        }))
    }

    /// N, Rad or U, unless the note declares the name.
    pub(super) fn law_name(&self, node: &Node) -> Option<char> {
        if !matches!(node.kind, NodeKind::Font(..) | NodeKind::Word(_)) {
            return None;
        }
        let name = canonical_node(node);
        if self.lookup(&name, node.span).is_some() || !self.scope.patterns(&name).is_empty() {
            return None;
        }
        match name.as_str() {
            r"\mathcal{N}" => Some('N'),
            r"\mathrm{Rad}" => Some('R'),
            r"\mathcal{U}" | r"\mathrm{U}" => Some('U'),
            _ => None,
        }
    }

    pub(super) fn law_of(&self, name: char, mut parameters: Vec<Expr>, sort: Option<&Sort>, span: Span) -> Read<Law> {
        let count = if name == 'R' { 1 } else { 2 };
        if parameters.len() != count {
            let message = format!("this law takes {count} parameters, not {}", parameters.len());
            return Err(Trouble::new(&codes::SORT_MISMATCH, span, message));
        }
        if name == 'R' {
            return Ok(Law::Rademacher(parameters.remove(0)));
        }
        let (a, b) = (parameters.remove(0), parameters.remove(0));
        if name == 'U' {
            return Ok(Law::Uniform(a, b));
        }
        let length = [sort, Some(&a.sort)].into_iter().flatten().find_map(|s| match s {
            Sort::Vector(n) => Some(n.clone()),
            _ => None,
        });
        let length = length.or_else(|| match &b.sort {
            Sort::Matrix(n, _) => Some(n.clone()),
            _ => None,
        });
        let Some(n) = length else {
            if a.sort.is_scalar() && b.sort.is_scalar() {
                return Ok(Law::Normal(a, b));
            }
            return Err(super::mismatch(span, "a mean and a variance of", &a.sort, &b.sort));
        };
        if let Sort::Vector(m) = &a.sort
            && !array::same_length(self, &n, m)
        {
            return Err(super::mismatch(span, "a point and a mean of", &Sort::Vector(n), &a.sort));
        }
        Ok(Law::Normal(self.isotropic(a, &n, false, span)?, self.isotropic(b, &n, true, span)?))
    }

    /// A number as a multiple of the vector of ones, which is 0 for a mean, or of the identity matrix.
    pub(super) fn isotropic(&self, value: Expr, n: &Dim, square: bool, span: Span) -> Read<Expr> {
        let sort = if square { Sort::Matrix(n.clone(), n.clone()) } else { Sort::Vector(n.clone()) };
        if value.sort.is_scalar() {
            if square {
                let unit = Expr::new(Kind::Identity(n.clone()), sort.clone(), span);
                return Ok(Expr::new(Kind::Mul(vec![value, unit]), sort, span));
            }
            if value.as_number().is_some_and(crate::numeric::Rational::is_zero)
                && let Law::Normal(mean, _) = standard_normal(&sort, span)
            {
                return Ok(mean);
            }
            return Err(super::mismatch(span, "a mean of", &sort, &value.sort));
        }
        if !array::same_shape(self, &value.sort, &sort) {
            return Err(super::mismatch(span, "a law over", &sort, &value.sort));
        }
        Ok(value)
    }
}
