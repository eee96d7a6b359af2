//! Letters with a standard meaning where the note declares none: δ, O(·), special functions, relative entropy; and lists,
//! kets and functions as values.

use super::super::name::canonical_node;
use super::super::tree::{Node, NodeKind};
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::{ArrayFunction, Expr, Kind, Optimum, Order, Sort, Special, Symbol};
use crate::numeric::Function;
use crate::source::Span;

/// What stands in brackets, the power on them, and their place.
type Fenced<'n> = (&'n [Node], Option<&'n [Node]>, Span);

fn fence_of(node: Option<&Node>) -> Option<Fenced<'_>> {
    let node = node?;
    let (base, power) = match &node.kind {
        NodeKind::Scripted(base, None, power, 0) => (&**base, power.as_deref()),
        _ => (node, None),
    };
    match &base.kind {
        NodeKind::Fence('(' | '[', ')' | ']', body) => Some((body, power, node.span)),
        _ => None,
    }
}

/// `\operatorname{argmin}_f`, whose value may be a function.
fn is_argument_of_optimum(node: &Node) -> bool {
    use super::super::notation::{Meaning, word_meaning};
    let meaning = match &node.kind {
        NodeKind::Operator(meaning) => Some(*meaning),
        NodeKind::Word(word) => word_meaning(word),
        NodeKind::Scripted(base, ..) => return is_argument_of_optimum(base),
        _ => None,
    };
    matches!(meaning, Some(Meaning::Optimum(Optimum::ArgMin | Optimum::ArgMax) | Meaning::Arg))
}

impl Elaborator<'_> {
    pub(super) fn is_free(&self, node: &Node) -> bool {
        let name = canonical_node(node);
        self.lookup(&name, node.span).is_none() && self.scope.patterns(&name).is_empty()
    }

    /// A letter that the note does not declare, in a notation that is the field's own; `None` if it has none.
    pub(super) fn notion(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let (base, sub, sup) = match &node.kind {
            NodeKind::Scripted(base, sub, sup, 0) => (&**base, sub.as_deref(), sup.as_deref()),
            NodeKind::Scripted(base, Some(order), power, primes) => {
                return self.slope_of_bessel(base, order, (*primes, power.as_deref()), cursor, node.span);
            }
            NodeKind::Scripted(..) => return Ok(None),
            _ => (node, None, None),
        };
        // Most letters have no meaning of their own.
        let may_have = match &base.kind {
            NodeKind::Letter(c) => {
                matches!(
                    c.as_str(),
                    r"\delta" | "O" | "o" | "D" | "H" | r"\Gamma" | r"\gamma" | "B" | r"\zeta" | "J" | "I" | "K"
                )
            }
            NodeKind::Font(..) | NodeKind::Word(_) => true,
            _ => false,
        };
        if !may_have || !self.is_free(base) || !self.is_free(node) {
            return Ok(None);
        }
        let span = node.span;
        let name = canonical_node(base);
        let fence = fence_of(cursor.peek());
        match (name.as_str(), sub, fence) {
            (r"\mathrm{i}", None, _) => {
                let unit = Expr::new(Kind::ImaginaryUnit, Sort::Complex, span);
                self.indexed(unit, None, sup, span).map(Some)
            }
            (r"\mathbf{1}", Some(sub), _) => match self.scope.dimension(&super::super::name::canonical(sub)) {
                Some(length) => {
                    let sort = Sort::Vector(length.clone());
                    let ones = Expr::new(Kind::Ones(length), sort, span);
                    self.indexed(ones, None, sup, span).map(Some)
                }
                None => Ok(None),
            },
            (r"\delta", Some(sub), _) => {
                let indices = self.index_list(sub, span)?;
                let [a, b] = <[Expr; 2]>::try_from(indices)
                    .map_err(|_| Trouble::new(&codes::UNEXPECTED_TOKEN, span, "Kronecker's δ has two indices"))?;
                let value = Expr::new(Kind::Kronecker(a, b), Sort::Integer, span);
                self.indexed(value, None, sup, span).map(Some)
            }
            (r"\delta", None, Some((body, None, fence))) => {
                cursor.at += 1;
                let argument = self.whole(body, fence)?;
                if !argument.sort.is_scalar() && !matches!(argument.sort, Sort::Vector(_)) {
                    let message = format!("Dirac's δ is of a number or vector, not of {}", argument.sort);
                    return Err(Trouble::new(&codes::SORT_MISMATCH, fence, message));
                }
                Ok(Some(Expr::new(Kind::Dirac(argument), Sort::Real, span.join(fence))))
            }
            (r"\mathcal{O}" | "O" | "o", None, Some((body, None, fence))) if sup.is_none() => {
                cursor.at += 1;
                let outer = self.in_order.replace(true);
                let argument = self.whole(body, fence);
                self.in_order.set(outer);
                let argument = argument?;
                let order = if name == "o" { Order::Little } else { Order::Big };
                Ok(Some(Expr::new(Kind::Order(order, argument), Sort::Real, span.join(fence))))
            }
            (r"D" | "H" | r"\mathrm{H}" | r"\mathrm{KL}", _, Some((body, None, fence))) => {
                let compares = body.iter().any(|n| is_mark(n, '‖') || is_mark(n, '|'));
                let below = sub.map(super::super::name::canonical);
                let is_divergence = below.as_deref().is_some_and(|s| matches!(s, "KL" | r"\mathrm{KL}"));
                if name == "D" && compares && is_divergence {
                    cursor.at += 1;
                    return self.relative_entropy(None, body, span.join(fence)).map(Some);
                }
                if (name == "H" || name == r"\mathrm{H}") && !compares && sup.is_none() {
                    cursor.at += 1;
                    return self.entropy(sub, body, span.join(fence)).map(Some);
                }
                Ok(None)
            }
            _ => self.special(&name, sub, sup, cursor, span),
        }
    }

    /// Whether a letter with arguments behind it is a special function that the note declares no other meaning of.
    pub(super) fn is_special_function(&self, node: &Node, next: Option<&Node>) -> bool {
        let base = match &node.kind {
            NodeKind::Scripted(base, ..) => base,
            _ => node,
        };
        let named = matches!(&base.kind, NodeKind::Letter(c) if matches!(c.as_str(), r"\Gamma" | r"\zeta" | r"\psi"));
        named && fence_of(next).is_some() && self.is_free(base) && self.is_free(node)
    }

    /// Special functions of more than one argument, or with an order below.
    fn special(
        &self,
        name: &str,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Option<Expr>> {
        let Some((body, power, fence)) = fence_of(cursor.peek()) else { return Ok(None) };
        if let (r"\mathrm{sth}", Some(threshold)) = (name, sub) {
            cursor.at += 1;
            let value =
                self.soft_threshold(self.whole(body, fence)?, self.whole(threshold, span)?, span.join(fence))?;
            return self.indexed(value, None, sup.or(power), span).map(Some);
        }
        let pieces: Vec<&[Node]> = body.split(|n| is_mark(n, ',') || is_mark(n, ';')).collect();
        let function = match (name, sub.is_some(), pieces.len()) {
            (r"\Gamma", false, 2) => Special::UpperGamma,
            (r"\gamma", false, 2) => Special::LowerGamma,
            ("B" | r"\mathrm{B}", false, 2) => Special::Beta,
            (r"\zeta", false, 1) => Special::Zeta,
            (r"\zeta", false, 2) => Special::HurwitzZeta,
            ("J" | r"\mathrm{J}", true, 1) => Special::BesselJ,
            ("I" | r"\mathrm{I}", true, 1) => Special::BesselI,
            ("K" | r"\mathrm{K}", true, 1) => Special::BesselK,
            _ => return Ok(None),
        };
        if matches!(function, Special::UpperGamma | Special::LowerGamma) && body.iter().any(|n| is_mark(n, ';')) {
            let message = format!(
                "`{name}(a; x)` is an incomplete gamma function for some and its share of \\Gamma(a) for others"
            );
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span.join(fence), message)
                .hint(format!("write `{name}(a, x)` for the integral, and divide it by `\\Gamma(a)` for the share")));
        }
        let mut operands = Vec::new();
        if let Some(sub) = sub {
            operands.push(self.whole(sub, span)?);
        }
        cursor.at += 1;
        for piece in pieces {
            operands.push(self.whole(piece, fence)?);
        }
        self.special_value(function, operands, sup.or(power), span.join(fence)).map(Some)
    }

    /// sth_T(x) = sgn(x) max(|x| − T, 0).
    fn soft_threshold(&self, x: Expr, threshold: Expr, span: Span) -> Read<Expr> {
        if let Some(wrong) = [&x, &threshold].into_iter().find(|e| !e.sort.is_scalar()) {
            let message = format!("this function is of numbers, not of {}", wrong.sort);
            return Err(Trouble::new(&codes::SORT_MISMATCH, wrong.span, message));
        }
        let of = |function, operands| Expr::new(Kind::Function(function, operands), Sort::Real, span);
        let below = Expr::new(Kind::Neg(threshold), Sort::Real, span);
        let excess = Expr::new(Kind::Add(vec![of(Function::Abs, vec![x.clone()]), below]), Sort::Real, span);
        let size = of(Function::Max, vec![excess, Expr::integer(0, span)]);
        Ok(Expr::new(Kind::Mul(vec![of(Function::Sign, vec![x]), size]), Sort::Real, span))
    }

    fn special_value(&self, function: Special, operands: Vec<Expr>, power: Option<&[Node]>, span: Span) -> Read<Expr> {
        if let Some(wrong) = operands.iter().find(|o| !o.sort.is_scalar()) {
            let message = format!("this function is of numbers, not of {}", wrong.sort);
            return Err(Trouble::new(&codes::SORT_MISMATCH, wrong.span, message));
        }
        let value = Expr::new(Kind::Special(function, operands), Sort::Real, span);
        self.indexed(value, None, power, span)
    }

    /// `{}_2F_1(a, b; c; x)`, the empty group with its subscript already read.
    pub(super) fn hypergeometric(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let NodeKind::Scripted(empty, Some(p), None, 0) = &node.kind else { return Ok(None) };
        if !matches!(&empty.kind, NodeKind::Group(body) if body.is_empty()) {
            return Ok(None);
        }
        let next = cursor.peek().map(canonical_node);
        let (function, count) = match (super::super::name::canonical(p).as_str(), next.as_deref()) {
            ("1", Some("F_{1}")) => (Special::Hypergeometric1F1, 3),
            ("2", Some("F_{1}")) => (Special::Hypergeometric2F1, 4),
            _ => return Ok(None),
        };
        cursor.at += 1;
        let Some((body, power, fence)) = fence_of(cursor.peek()) else {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, node.span, "this function needs its arguments"));
        };
        cursor.at += 1;
        let operands = body
            .split(|n| is_mark(n, ',') || is_mark(n, ';'))
            .map(|piece| self.whole(piece, fence))
            .collect::<Read<Vec<_>>>()?;
        if operands.len() != count {
            let message = format!("this function takes {count} arguments, not {}", operands.len());
            return Err(Trouble::new(&codes::SORT_MISMATCH, fence, message));
        }
        self.special_value(function, operands, power, node.span.join(fence)).map(Some)
    }

    /// The letters `KL` before two densities, which are no product.
    pub(super) fn spelt_relative_entropy(&self, node: &Node, cursor: &mut Cursor<'_>) -> Read<Option<Expr>> {
        let letter = |n: Option<&Node>, c: &str| matches!(n.map(|n| &n.kind), Some(NodeKind::Letter(l)) if l == c);
        if !letter(Some(node), "K") || !letter(cursor.peek(), "L") || !self.is_free(node) {
            return Ok(None);
        }
        let Some((body, None, fence)) = fence_of(cursor.nodes.get(cursor.at + 1)) else { return Ok(None) };
        if !body.iter().any(|n| is_mark(n, '‖') || is_mark(n, '|')) {
            return Ok(None);
        }
        cursor.at += 2;
        self.relative_entropy(None, body, node.span.join(fence)).map(Some)
    }

    /// `(a, b)`.
    pub(super) fn tuple(&self, body: &[Node], span: Span) -> Read<Expr> {
        let parts = body
            .split(|n| is_mark(n, ','))
            .map(|piece| self.whole(piece, span_of(piece, span)))
            .collect::<Read<Vec<_>>>()?;
        let sort = Sort::Tuple(parts.iter().map(|p| p.sort.clone()).collect());
        Ok(Expr::new(Kind::Tuple(parts), sort, span))
    }

    /// A matrix by its entries.
    pub(super) fn entries(&self, name: &str, rows: &[Vec<Vec<Node>>], span: Span) -> Read<Expr> {
        let mut entries = Vec::new();
        for row in rows {
            let row = row.iter().map(|cell| self.whole(cell, span_of(cell, span))).collect::<Read<Vec<_>>>()?;
            if let Some(wrong) = row.iter().find(|e| !e.sort.is_scalar()) {
                let message = format!("an entry of a matrix is a number, not {}", wrong.sort);
                return Err(
                    Trouble::new(&codes::SORT_MISMATCH, wrong.span, message).hint("write blocks by their entries")
                );
            }
            entries.push(row);
        }
        let columns = entries.first().map_or(0, Vec::len);
        if columns == 0 || entries.iter().any(|row| row.len() != columns) {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "the rows of this matrix differ in length"));
        }
        let (n, m) = (crate::expr::Dim::Literal(entries.len()), crate::expr::Dim::Literal(columns));
        let sort = if columns == 1 { Sort::Vector(n) } else { Sort::Matrix(n, m) };
        let matrix = Expr::new(Kind::Entries(entries), sort, span);
        match name {
            "vmatrix" => array::apply(self, ArrayFunction::Determinant, matrix, span),
            "Vmatrix" => array::apply(self, ArrayFunction::Norm, matrix, span),
            _ => Ok(matrix),
        }
    }

    /// A function as a value: its name, `x \mapsto f(x)`, `f * g`; `None` if the nodes are none of these.
    pub(super) fn function_value(&self, nodes: &[Node], span: Span) -> Read<Option<Expr>> {
        use super::super::notation::Meaning;
        if let [node] = nodes {
            let node = match &node.kind {
                NodeKind::Fence('(', ')', inner) => return self.function_value(inner, node.span),
                _ => node,
            };
            return Ok(self.function_named(node).map(|f| Expr::symbol(&f, node.span)));
        }
        if let Some(at) = nodes.iter().position(|n| matches!(n.kind, NodeKind::Operator(Meaning::MapsTo))) {
            let names = match &nodes[..at] {
                [Node { kind: NodeKind::Fence('(', ')', inner), .. }] => inner.as_slice(),
                names => names,
            };
            let mut bound = Vec::new();
            for piece in names.split(|n| is_mark(n, ',')) {
                let name = super::super::name::canonical(piece);
                let sort = self.symbol_named(&name).map_or(Sort::Real, |s| s.sort().clone());
                bound.push((name.clone(), Symbol::new(name, sort)));
            }
            let body = self.binding(&bound, || self.whole(&nodes[at + 1..], span))?;
            let symbols: Vec<Symbol> = bound.into_iter().map(|(_, s)| s).collect();
            let sorts = symbols.iter().map(|s| s.sort().clone()).collect();
            let sort = Sort::Function(sorts, Box::new(body.sort.clone()));
            return Ok(Some(Expr::new(Kind::Mapping(symbols, body), sort, span)));
        }
        if nodes.iter().any(|n| matches!(n.kind, NodeKind::Operator(Meaning::Circle))) {
            return self.composition(nodes, span);
        }
        let star = |n: &Node| is_mark(n, '*') || matches!(n.kind, NodeKind::Operator(Meaning::Times));
        if let Some(at) = nodes.iter().position(star) {
            let (left, right) = (&nodes[..at], &nodes[at + 1..]);
            let sides = (self.function_value(left, span)?, self.function_value(right, span)?);
            if let (Some(f), Some(g)) = sides
                && f.sort == g.sort
            {
                let sort = f.sort.clone();
                let (f, g) = (self.by_its_values(f), self.by_its_values(g));
                return Ok(Some(Expr::new(Kind::Convolution(f, g), sort, span)));
            }
        }
        self.with_placeholder(nodes, span)
    }

    /// The letter that a function of one argument is declared with: it is of the right sort where it is read back.
    fn letter_of(&self, function: &Symbol) -> String {
        let own = self.scope.default_arguments(function.tex(), function.sort());
        match own.as_deref() {
            Some([Expr { kind, .. }]) => match &**kind {
                Kind::Symbol(letter) => letter.tex().to_owned(),
                _ => "u".to_owned(),
            },
            _ => "u".to_owned(),
        }
    }

    /// A declared function as x ↦ f(x), so that what is assumed of its values is put in.
    fn by_its_values(&self, function: Expr) -> Expr {
        let (Kind::Symbol(name), Sort::Function(sorts, value)) = (&*function.kind, &function.sort) else {
            return function;
        };
        let [sort] = sorts.as_slice() else { return function };
        let symbol = Symbol::new(self.letter_of(name), sort.clone());
        let at = Expr::symbol(&symbol, function.span);
        let body = Expr::new(Kind::Call(name.clone(), vec![at]), (**value).clone(), function.span);
        Expr::new(Kind::Mapping(vec![symbol], body), function.sort.clone(), function.span)
    }

    /// One side of a relation that is a function because a dot holds the place of its argument; `None` if none does.
    pub(super) fn placeholder_function(&self, nodes: &[Node], span: Span) -> Read<Option<Expr>> {
        match nodes.iter().any(holds_place) {
            true => self.function_value(nodes, span),
            false => Ok(None),
        }
    }

    /// `a f(\cdot b)` as u ↦ a f(b u); `None` if no dot holds the place of an argument here, outside of what is convolved.
    fn with_placeholder(&self, nodes: &[Node], span: Span) -> Read<Option<Expr>> {
        let is_call = |pair: &[Node]| super::super::is_name(&pair[0]) && place_in(&pair[1]).is_some();
        let Some(at) = nodes.windows(2).position(is_call) else { return Ok(None) };
        let mut nodes = nodes.to_vec();
        let Some(function) = self.function_named(&nodes[at]) else { return Ok(None) };
        let sort = match function.sort() {
            Sort::Function(sorts, _) if sorts.len() == 1 => sorts[0].clone(),
            _ => return Ok(None),
        };
        let name = self.letter_of(&function);
        let NodeKind::Fence(_, _, body) = &mut nodes[at + 1].kind else { return Ok(None) };
        body[0].kind = NodeKind::Letter(PLACE.into());
        if nodes.iter().any(holds_place) {
            let message = "more than one dot holds the place of an argument";
            return Err(Trouble::new(&codes::UNSUPPORTED_CONSTRUCT, span, message).hint(r"write it with `x \mapsto`"));
        }
        let symbol = Symbol::new(name, sort.clone());
        let body = self.binding(&[(PLACE.to_owned(), symbol.clone())], || self.whole(&nodes, span))?;
        let sort = Sort::Function(vec![sort], Box::new(body.sort.clone()));
        Ok(Some(Expr::new(Kind::Mapping(vec![symbol], body), sort, span)))
    }

    /// `f \circ g` as x ↦ f(g(x)); `None` if some part is no function.
    fn composition(&self, nodes: &[Node], span: Span) -> Read<Option<Expr>> {
        use super::super::notation::Meaning;
        let mut parts = nodes.split(|n| matches!(n.kind, NodeKind::Operator(Meaning::Circle))).rev();
        let Some(inner) = parts.next().map(|piece| self.function_value(piece, span)).transpose()?.flatten() else {
            return Ok(None);
        };
        let Sort::Function(sorts, _) = inner.sort.clone() else { return Ok(None) };
        let names = ["x", "y", "z", "u", "v", "w"];
        let symbols: Vec<Symbol> =
            sorts.iter().zip(names).map(|(sort, name)| Symbol::new(name, sort.clone())).collect();
        let applied = |function: Expr, operands: Vec<Expr>| {
            let Sort::Function(_, value) = function.sort.clone() else { return None };
            Some(match &*function.kind {
                Kind::Symbol(f) => Expr::new(Kind::Call(f.clone(), operands), *value, span),
                _ => Expr::new(Kind::Apply(function, operands), *value, span),
            })
        };
        let Some(mut value) = applied(inner, symbols.iter().map(|s| Expr::symbol(s, span)).collect()) else {
            return Ok(None);
        };
        for piece in parts {
            let Some(function) = self.function_value(piece, span)? else { return Ok(None) };
            let fits = matches!(&function.sort, Sort::Function(sorts, _)
                if sorts.len() == 1 && array::same_shape(self, &sorts[0], &value.sort));
            if !fits {
                let message = format!("{} is not applied to {}", function.sort, value.sort);
                return Err(Trouble::new(&codes::SORT_MISMATCH, span_of(piece, span), message));
            }
            let Some(outer) = applied(function, vec![value]) else { return Ok(None) };
            value = outer;
        }
        let sort = Sort::Function(sorts, Box::new(value.sort.clone()));
        Ok(Some(Expr::new(Kind::Mapping(symbols, value), sort, span)))
    }

    /// `(f * g)(x)`, `(x \mapsto f)(y)`: a function in parentheses with its arguments; `None` if it is a product.
    pub(super) fn applied_value(&self, body: &[Node], cursor: &mut Cursor<'_>, span: Span) -> Read<Option<Expr>> {
        let Some((arguments, power, fence)) = fence_of(cursor.peek()) else { return Ok(None) };
        let compound = body.len() > 1;
        let mut function = if compound { self.function_value(body, span)? } else { None };
        if function.is_none() && body.first().is_some_and(is_argument_of_optimum) {
            function = Some(self.whole_once(body, span)?).filter(|f| matches!(f.sort, Sort::Function(..)));
        }
        let Some(function) = function else { return Ok(None) };
        let Sort::Function(sorts, value) = function.sort.clone() else { return Ok(None) };
        let operands =
            arguments.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, fence)).collect::<Read<Vec<_>>>()?;
        let fits = operands.len() == sorts.len()
            && operands.iter().zip(&sorts).all(|(o, s)| array::same_shape(self, &o.sort, s));
        if !fits {
            return Err(Trouble::new(
                &codes::SORT_MISMATCH,
                fence,
                format!("these are not the arguments of {}", function.sort),
            ));
        }
        cursor.at += 1;
        let value = Expr::new(Kind::Apply(function, operands), *value, span.join(fence));
        self.indexed(value, None, power, span).map(Some)
    }
}

/// The name of the argument whose place a dot holds.
const PLACE: &str = r"\cdot";

/// The dot in `(\cdot)`, `(\cdot\, b)`.
fn place_in(node: &Node) -> Option<&Node> {
    let NodeKind::Fence('(', ')', body) = &node.kind else { return None };
    body.first().filter(|n| matches!(n.kind, NodeKind::Operator(super::super::notation::Meaning::Dot)))
}

/// Whether a dot holds the place of an argument in a node or in its parentheses.
fn holds_place(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Fence('(', ')', body) => place_in(node).is_some() || body.iter().any(holds_place),
        _ => false,
    }
}
