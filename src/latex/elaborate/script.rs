//! Scripts of a value: components, powers, transposes, inverses.

use super::super::name::{canonical, canonical_node};
use super::super::tree::{Node, NodeKind};
use super::{Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::{ArrayFunction, Dim, Expr, Kind, Sort};
use crate::numeric::{Constant, Function};
use crate::source::Span;

fn component(value: Expr, indices: Vec<Expr>, rank: usize, span: Span) -> Read<Expr> {
    if indices.len() != rank {
        return Err(Trouble::new(
            &codes::SORT_MISMATCH,
            span,
            format!("{} has {rank} ind{}, not {}", value.sort, if rank == 1 { "ex" } else { "ices" }, indices.len()),
        ));
    }
    Ok(Expr::new(Kind::Component(value, indices), Sort::Real, span))
}

impl Elaborator<'_> {
    /// The scripts of a value: indices, powers, transposes.
    pub(super) fn indexed(&self, value: Expr, sub: Option<&[Node]>, sup: Option<&[Node]>, span: Span) -> Read<Expr> {
        let value = match sub {
            None => value,
            Some(sub) => {
                if let Kind::Identity(length) = &*value.kind {
                    let dim = self.scope.dimension(&canonical(sub)).ok_or_else(|| {
                        Trouble::new(&codes::UNKNOWN_SYMBOL, span_of(sub, span), "this is not a declared dimension")
                            .hint("declare it under [symbols] as 'dimension'")
                    })?;
                    let sort = Sort::Matrix(dim.clone(), dim.clone());
                    let identity = Expr::new(Kind::Identity(dim.clone()), sort.clone(), span);
                    debug_assert!(matches!(length, Dim::Named(_)));
                    self.lengths.borrow_mut().retain(|id, _| !matches!(length, Dim::Named(s) if s.id() == *id));
                    identity
                } else {
                    let mut indices = self.index_list(sub, span)?;
                    let rank = match &value.sort {
                        Sort::Vector(_) | Sort::Row(_) => 1,
                        Sort::Matrix(..) => 2,
                        other => {
                            return Err(Trouble::new(
                                &codes::SORT_MISMATCH,
                                span,
                                format!("{other} has no components"),
                            )
                            .hint(
                                "declare the name with its subscript as a symbol of its own, or its base as a vector",
                            ));
                        }
                    };
                    if indices.len() + 1 == rank
                        && let Some(sup) = sup
                        && !self.is_power(sup)
                    {
                        indices.extend(self.index_list(sup, span)?);
                        return component(value, indices, rank, span);
                    }
                    match (&value.sort, indices.len()) {
                        // A family of vectors ψ_1 … ψ_n is a matrix of columns.
                        (Sort::Matrix(rows, _), 1) => {
                            let sort = Sort::Vector(rows.clone());
                            Expr::new(Kind::Component(value, indices), sort, span)
                        }
                        _ => component(value, indices, rank, span)?,
                    }
                }
            }
        };
        match sup {
            None => Ok(value),
            Some(sup) => self.power(value, sup, span),
        }
    }

    /// Whether a superscript is a power or a transpose rather than an index.
    pub(super) fn is_power(&self, sup: &[Node]) -> bool {
        match sup {
            [node] => match &node.kind {
                NodeKind::Letter(name) => {
                    matches!(name.as_str(), "T" | r"\top" | r"\intercal")
                        || !self.symbol_named(&canonical_node(node)).is_some_and(|s| matches!(s.sort(), Sort::Index(_)))
                }
                NodeKind::Number(_) => false,
                _ => true,
            },
            _ => !sup.iter().all(|n| {
                matches!(n.kind, NodeKind::Letter(_))
                    && self.symbol_named(&canonical_node(n)).is_some_and(|s| matches!(s.sort(), Sort::Index(_)))
            }),
        }
    }

    /// `ij`, `i,j`, `i+1`: index expressions.
    pub(super) fn index_list(&self, nodes: &[Node], span: Span) -> Read<Vec<Expr>> {
        let mut out = Vec::new();
        for piece in nodes.split(|n| is_mark(n, ',')) {
            let juxtaposed = piece.len() > 1
                && piece
                    .iter()
                    .all(|n| matches!(n.kind, NodeKind::Letter(_) | NodeKind::Scripted(..) | NodeKind::Number(_)));
            let items: Vec<&[Node]> = if juxtaposed { piece.chunks(1).collect() } else { vec![piece] };
            for item in items {
                let index = self.whole(item, span_of(item, span))?;
                if !matches!(index.sort, Sort::Integer | Sort::Index(_)) {
                    return Err(Trouble::new(
                        &codes::SORT_MISMATCH,
                        index.span,
                        format!("an index is a whole number, not {}", index.sort),
                    )
                    .hint("declare it under [symbols], e.g. 'i' = 'index(N)'"));
                }
                out.push(index);
            }
        }
        Ok(out)
    }

    /// `value^{sup}`: a power, an inverse, a transpose, a column of a matrix.
    pub(super) fn power(&self, value: Expr, sup: &[Node], span: Span) -> Read<Expr> {
        let text = canonical(sup);
        if value.sort.shape().is_some() {
            match text.as_str() {
                "T" | r"\top" | r"\intercal" | r"\mathrm{T}" | r"\mathsf{T}" | "'" => {
                    return array::apply(self, ArrayFunction::Transpose, value, span);
                }
                "-1" => return array::apply(self, ArrayFunction::Inverse, value, span),
                r"-T" | r"-\top" => {
                    let inverse = array::apply(self, ArrayFunction::Inverse, value, span)?;
                    return array::apply(self, ArrayFunction::Transpose, inverse, span);
                }
                _ => {}
            }
        }
        match &value.sort {
            Sort::Matrix(n, m)
                if n != m || !self.is_power(sup) && !matches!(sup, [Node { kind: NodeKind::Number(_), .. }]) =>
            {
                let rows = n.clone();
                let mut index = self.index_list(sup, span)?;
                if index.len() != 1 {
                    return Err(Trouble::new(&codes::SORT_MISMATCH, span, "a column has one index"));
                }
                let column = Kind::Component(value.clone(), vec![index.remove(0)]);
                return Ok(Expr::new(column, Sort::Vector(rows), span));
            }
            Sort::Vector(_) if self.in_order.get() => {
                let length = array::apply(self, ArrayFunction::Norm, value, span)?;
                return self.power(length, sup, span);
            }
            Sort::Vector(_) if text == "2" => return array::apply(self, ArrayFunction::NormSquared, value, span),
            Sort::Vector(_) | Sort::Row(_) => {
                return Err(Trouble::new(&codes::SORT_MISMATCH, span, format!("{} has no such power", value.sort))
                    .hint("only the square (its squared norm) and the transpose of a vector are defined"));
            }
            _ => {}
        }
        // `x^{(t)}` is a label or an argument, never a power, unless of e.
        if let ([Node { kind: NodeKind::Fence('(', ')', _), .. }], false) =
            (sup, matches!(*value.kind, Kind::Constant(Constant::Euler)))
        {
            return Err(Trouble::new(
                &codes::AMBIGUOUS,
                span_of(sup, span),
                "a superscript in parentheses is a label or an argument, and none is declared",
            )
            .hint("declare it, as in 'x^{(t)}' = 'path real', or write a power without parentheses"));
        }
        let exponent = self.whole(sup, span)?;
        // The exponential of a vector is taken entry by entry.
        if let (Kind::Constant(Constant::Euler), Sort::Vector(_)) = (&*value.kind, &exponent.sort) {
            return self.elementwise(Function::Exp, exponent, span);
        }
        // That of a square matrix is its exponential.
        if let (Kind::Constant(Constant::Euler), Sort::Matrix(..)) = (&*value.kind, &exponent.sort) {
            return array::apply(self, ArrayFunction::Exponential, exponent, span);
        }
        if !exponent.sort.is_scalar() {
            return Err(super::mismatch(span, "a power of", &value.sort, &exponent.sort));
        }
        // ‖v‖² is kept as one thing, so that no root is taken and squared again.
        if let (Kind::Array(ArrayFunction::Norm, arguments), "2") = (&*value.kind, text.as_str()) {
            return Ok(Expr::new(Kind::Array(ArrayFunction::NormSquared, arguments.clone()), Sort::Real, span));
        }
        let sort = match &value.sort {
            Sort::Matrix(..) => value.sort.clone(),
            Sort::Integer | Sort::Index(_)
                if exponent.as_number().is_some_and(|n| n.is_int() && n.sign() == dashu_base::Sign::Positive) =>
            {
                Sort::Integer
            }
            _ => Sort::Real,
        };
        if matches!(*value.kind, Kind::Constant(Constant::Euler)) {
            let sort = if exponent.sort == Sort::Complex { Sort::Complex } else { Sort::Real };
            return Ok(Expr::new(Kind::Function(Function::Exp, vec![exponent]), sort, span));
        }
        Ok(Expr::new(Kind::Pow(value, exponent), sort, span))
    }
}
