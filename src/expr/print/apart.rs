//! Bound letters that are written like something free are renamed before they are printed: ∫ f(x, y) dy over another letter
//! than the y that is free in f.

use super::super::{Expr, Kind, Symbol, walk};

/// The same expression, in which no bound symbol is written like another symbol that occurs in its scope.
pub(super) fn apart(e: &Expr) -> Expr {
    if !walk::any(e, &mut |part| !walk::binders(part).is_empty()) {
        return e.clone();
    }
    let e = walk::map_children(e, &mut apart);
    let own: Vec<Symbol> = walk::binders(&e).into_iter().cloned().collect();
    own.into_iter().fold(e, |e, symbol| {
        let others = strangers(&e, &symbol);
        if !is_nameless(&e, &symbol) || !others.iter().any(|other| other.tex() == symbol.tex()) {
            return e;
        }
        walk::rebind(&e, &symbol, &symbol.retitled(unused(&symbol, &others))).unwrap_or(e)
    })
}

/// Whether the name of a bound symbol says nothing by itself: that of a declared random symbol says its law, that of what is
/// varied, or tends somewhere, its range.
fn is_nameless(e: &Expr, symbol: &Symbol) -> bool {
    let random = matches!(
        &*e.kind,
        Kind::Expectation(..)
            | Kind::ConditionalMean(..)
            | Kind::Probability(..)
            | Kind::Variance(..)
            | Kind::Covariance(..)
    );
    !matches!(&*e.kind, Kind::Optimum(..) | Kind::Limit(..)) && (!random || symbol.is_introduced())
}

/// The other symbols that are free in the scope of a bound one.
fn strangers(e: &Expr, symbol: &Symbol) -> Vec<Symbol> {
    let own = walk::binders(e);
    let position = own.iter().position(|s| *s == symbol).unwrap_or(own.len());
    let mut found = Vec::new();
    for (child, scope) in walk::scoped_children(e) {
        if position < scope {
            found.extend(walk::free_symbols(child));
        }
    }
    found.retain(|s| s != symbol);
    found
}

/// The name with primes, or a letter, that none of the others has.
fn unused(symbol: &Symbol, others: &[Symbol]) -> String {
    let is_free = |tex: &String| !others.iter().any(|other| other.tex() == tex);
    let primed = (1..4).map(|n| format!("{}{}", symbol.tex(), "'".repeat(n))).filter(|_| !symbol.tex().contains('^'));
    let letters = ["u", "v", "w", "y", "x", "k", "n", "r"].map(str::to_owned);
    primed.chain(letters).find(is_free).unwrap_or_else(|| symbol.tex().to_owned())
}
