//! What a formula may have lost: a term, a factor, a denominator, a power, an inverse. The inverse of a dropped part, which
//! is not a slip of its own since nothing says what was there; candidates are the symbols and parts of the formula.

use super::form::{like, negated, real};
use super::{Mutant, Operator, Role, role_of};
use crate::expr::walk::{self, Path};
use crate::expr::{ArrayFunction, Expr, Kind, Link, Sort, Symbol};

/// Parts of the formula that are put in elsewhere have at most this size.
const LARGEST_PART: usize = 16;

/// Parts that are tried at each place, small ones first.
const MOST_PARTS: usize = 20;

/// Every formula with one part more, at most `limit`; `known` are symbols that may be put in though the formula lacks them.
pub fn insertions(link: &Link, known: &[Symbol], limit: usize) -> Vec<Mutant> {
    let parts = parts(link, known);
    let mut found = Vec::new();
    for (side, expr) in [(1, &link.right), (0, &link.left)] {
        if matches!(&*expr.kind, Kind::Symbol(_) | Kind::Number(_) | Kind::Constant(_)) && side == 0 {
            continue;
        }
        let mut walker = Walker { parts: &parts, root: expr, path: Path::new(), bound: Vec::new(), out: Vec::new() };
        walker.visit(expr, Role::Whole);
        for (new, description, path) in walker.out {
            let (left, right) = match side {
                0 => (new, link.right.clone()),
                _ => (link.left.clone(), new),
            };
            let path = std::iter::once(side).chain(path).collect();
            let link = Link { left, relation: link.relation, right };
            found.push(Mutant { link, description, path, operator: Operator::Inserted });
            if found.len() >= limit {
                return found;
            }
        }
    }
    found
}

/// Symbols and closed parts of both sides, each once, small ones first.
fn parts(link: &Link, known: &[Symbol]) -> Vec<Expr> {
    let symbols = walk::free_symbols_of_links([link]);
    let span = link.left.span;
    let further = known.iter().filter(|s| !symbols.contains(s) && !matches!(s.sort(), Sort::Function(..)));
    let mut out: Vec<Expr> = vec![Expr::integer(1, span), Expr::integer(2, span)];
    out.extend(further.map(|s| Expr::symbol(s, span)));
    for expr in [&link.left, &link.right] {
        for path in walk::paths(expr) {
            let Some(part) = walk::get(expr, &path) else { continue };
            let array = part.sort.shape().is_some();
            let closed = || walk::free_symbols(part).iter().all(|s| symbols.contains(s));
            let usable = (part.sort.is_scalar() && part.as_number().is_none()) || array;
            if usable && walk::size(part) <= LARGEST_PART && closed() && !out.iter().any(|e| walk::same(e, part)) {
                out.push(part.clone());
            }
        }
    }
    out.sort_by_key(walk::size);
    out.truncate(MOST_PARTS);
    out
}

struct Walker<'a> {
    parts: &'a [Expr],
    root: &'a Expr,
    path: Path,
    bound: Vec<Symbol>,
    out: Vec<(Expr, String, Path)>,
}

impl Walker<'_> {
    fn visit(&mut self, node: &Expr, role: Role) {
        if node.sort.is_scalar() {
            self.scalar(node, role);
        } else if node.sort.shape().is_some() {
            self.array(node);
        }
        let own: Vec<Symbol> = walk::binders(node).into_iter().cloned().collect();
        let kept = self.bound.len();
        for (position, (child, scope)) in walk::scoped_children(node).into_iter().enumerate() {
            let Some(role) = role_of(node, position) else { continue };
            self.path.push(position);
            self.bound.extend(own[..scope].iter().cloned());
            self.visit(child, role);
            self.path.pop();
            self.bound.truncate(kept);
        }
    }

    fn put(&mut self, new: Expr, description: String) {
        if let Some(expr) = walk::replace(self.root, &self.path, &new) {
            self.out.push((expr, description, self.path.clone()));
        }
    }

    fn scalar(&mut self, node: &Expr, role: Role) {
        let bound = self.bound.iter().filter(|s| s.sort().is_scalar()).map(|s| Expr::symbol(s, node.span));
        let components = self.components(node);
        let closed = self.parts.iter().filter(|p| p.sort.is_scalar()).cloned();
        let parts: Vec<Expr> = closed.chain(bound).chain(components).collect();
        // One place for each sum and each product is enough.
        let holds_terms = matches!(&*node.kind, Kind::Add(_)) || !matches!(role, Role::Term | Role::RangeEnd);
        let holds_factors = matches!(role, Role::Whole | Role::Term | Role::Argument | Role::Exponent);
        let is_number = node.as_number().is_some();
        for part in &parts {
            if walk::same(part, node) {
                continue;
            }
            let shown = super::form::shown(part);
            if holds_terms {
                let terms: Vec<Expr> = match &*node.kind {
                    Kind::Add(terms) => terms.clone(),
                    _ => vec![node.clone()],
                };
                for (term, word) in [(part.clone(), "added"), (negated(part), "subtracted")] {
                    let new = real(Kind::Add(terms.iter().cloned().chain([term]).collect()), node);
                    self.put(new, format!("term {shown} {word}"));
                }
            }
            let two = part.as_number().is_some();
            if holds_factors && !two {
                let new = match &*node.kind {
                    Kind::Mul(factors) => {
                        real(Kind::Mul(std::iter::once(part.clone()).chain(factors.clone()).collect()), node)
                    }
                    _ if is_number => real(Kind::Mul(vec![node.clone(), part.clone()]), node),
                    _ => real(Kind::Mul(vec![part.clone(), node.clone()]), node),
                };
                self.put(new, format!("factor {shown} added"));
                self.put(real(Kind::Div(node.clone(), part.clone()), node), format!("denominator {shown} added"));
            }
            let whole = matches!(&*part.kind, Kind::Symbol(s) if matches!(s.sort(), Sort::Integer | Sort::Real));
            if whole
                && !matches!(role, Role::RangeEnd | Role::Exponent)
                && !matches!(&*node.kind, Kind::Neg(_) | Kind::Pow(..))
            {
                let new = real(Kind::Pow(node.clone(), part.clone()), node);
                self.put(new, format!("exponent {shown} added"));
            }
        }
    }

    /// The components of the formula's vectors at the indices that run here.
    fn components(&self, node: &Expr) -> Vec<Expr> {
        let vectors = self.parts.iter().filter(|p| matches!((&*p.kind, &p.sort), (Kind::Symbol(_), Sort::Vector(_))));
        let indices: Vec<&Symbol> = self.bound.iter().filter(|s| matches!(s.sort(), Sort::Integer)).collect();
        let component = |v: &Expr, i: &Symbol| real(Kind::Component(v.clone(), vec![Expr::symbol(i, node.span)]), node);
        vectors.flat_map(|v| indices.iter().map(move |i| component(v, i))).collect()
    }

    fn array(&mut self, node: &Expr) {
        if matches!(&node.sort, Sort::Matrix(n, m) if n == m) && !matches!(&*node.kind, Kind::Symbol(_)) {
            for (function, word) in [(ArrayFunction::Transpose, "transposed"), (ArrayFunction::Inverse, "inverted")] {
                let new = like(Kind::Array(function, vec![node.clone()]), node);
                self.put(new, format!("{} {word}", super::form::shown(node)));
            }
        }
        if matches!(&*node.kind, Kind::Mul(_) | Kind::Add(_)) {
            return;
        }
        let Some((rows, columns)) = node.sort.shape() else { return };
        let parts: Vec<Expr> = self.parts.to_vec();
        for part in parts.iter().filter(|p| !walk::same(p, node)) {
            let shown = super::form::shown(part);
            let Some((first, last)) = part.sort.shape() else {
                if part.as_number().is_none() {
                    let new = like(Kind::Mul(vec![part.clone(), node.clone()]), node);
                    self.put(new, format!("factor {shown} added"));
                    let new = like(Kind::Div(node.clone(), part.clone()), node);
                    self.put(new, format!("denominator {shown} added"));
                }
                continue;
            };
            if part.sort == node.sort {
                for (term, word) in [(part.clone(), "added"), (negated(part), "subtracted")] {
                    let new = like(Kind::Add(vec![node.clone(), term]), node);
                    self.put(new, format!("term {shown} {word}"));
                }
            }
            if first == last && last == rows {
                let new = like(Kind::Mul(vec![part.clone(), node.clone()]), node);
                self.put(new, format!("factor {shown} added"));
            }
            if first == last && first == columns {
                let new = like(Kind::Mul(vec![node.clone(), part.clone()]), node);
                self.put(new, format!("factor {shown} added"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::expr::{Relation, print};
    use crate::numeric::Function;

    #[test]
    fn what_was_dropped_is_put_back_from_what_is_there() {
        let (x, y) = (use_of(&symbol("x", Sort::Real)), use_of(&symbol("y", Sort::Real)));
        let texts = |left: Expr, right: Expr| -> Vec<String> {
            let link = Link { left, relation: Relation::Equal, right };
            insertions(&link, &[], usize::MAX).iter().map(|m| print::expr(&m.link.right)).collect()
        };
        let sine = f(Function::Sin, x.clone());
        let found = texts(f(Function::Sin, n(2) * &x), n(2) * f(Function::Cos, x.clone()));
        assert!(!found.is_empty(), "{found:#?}");
        let found = texts(pow(&x + &y, n(2)), pow(x.clone(), n(2)) + n(2) * &x + pow(y.clone(), n(2)));
        assert!(
            found.iter().any(|t| t.contains("y 2 x") || t.contains("2 x y") || t.contains("y \\cdot 2 x")),
            "{found:#?}"
        );
        let found = texts(sine.clone() * &y, sine.clone());
        assert!(found.contains(&r"y \sin\left( x \right)".to_owned()), "{found:#?}");
        assert!(found.contains(&r"\frac{\sin\left( x \right)}{y}".to_owned()), "{found:#?}");
        let all = insertions(&Link { left: x.clone(), relation: Relation::Equal, right: y }, &[], 3);
        assert_eq!(all.len(), 3);
    }
}
