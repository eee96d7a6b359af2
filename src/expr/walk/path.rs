//! Sub-expressions by path.

use super::{children, try_map_children};
use crate::expr::Expr;

/// Positions of operands from the root down.
pub type Path = Vec<usize>;

/// The sub-expression at a path.
pub fn get<'a>(expr: &'a Expr, path: &[usize]) -> Option<&'a Expr> {
    match path {
        [] => Some(expr),
        [first, rest @ ..] => get(children(expr).get(*first)?, rest),
    }
}

/// The expression with the sub-expression at a path replaced; `None` if there is no such path.
pub fn replace(expr: &Expr, path: &[usize], new: &Expr) -> Option<Expr> {
    let [first, rest @ ..] = path else { return Some(new.clone()) };
    if *first >= children(expr).len() {
        return None;
    }
    let mut position = 0;
    try_map_children(expr, &mut |child| {
        let here = position == *first;
        position += 1;
        if here { replace(child, rest, new).ok_or(()) } else { Ok(child.clone()) }
    })
    .ok()
}

/// The paths of all sub-expressions, outer before inner, in the order of printing.
pub fn paths(expr: &Expr) -> Vec<Path> {
    fn collect(expr: &Expr, path: &mut Path, out: &mut Vec<Path>) {
        out.push(path.clone());
        for (position, child) in children(expr).into_iter().enumerate() {
            path.push(position);
            collect(child, path, out);
            path.pop();
        }
    }
    let mut out = Vec::new();
    collect(expr, &mut Vec::new(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::super::{depth, same, size};
    use super::*;
    use crate::expr::Sort;
    use crate::expr::fixture::*;
    use crate::numeric::{Function, Rational};

    #[test]
    fn a_path_leads_to_what_it_replaces() {
        let x = use_of(&symbol("x", Sort::Real));
        let e = f(Function::Exp, &x * n(2)) + pow(x, n(3));
        for path in paths(&e) {
            let new = replace(&e, &path, &n(7)).unwrap();
            assert_eq!(get(&new, &path).and_then(Expr::as_number), Some(&Rational::from(7)));
            assert!(!same(&new, &e));
            assert!(same(&replace(&new, &path, get(&e, &path).unwrap()).unwrap(), &e));
        }
        assert_eq!(paths(&e).len(), size(&e));
        assert_eq!((size(&e), depth(&e)), (8, 4));
        assert!(replace(&e, &[0, 1], &n(1)).is_none());
    }
}
