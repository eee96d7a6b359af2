//! Gives the symbols of a formula the values that an experiment was run with.

use super::sample::Run;
use crate::claim::{Claim, Domain, ExperimentRequest, Role};
use crate::eval::{Assignment, Program, Value};
use crate::evidence::StopReason;
use crate::experiment::{ExperimentError, Quantity};
use crate::expr::walk::free_symbols;
use crate::expr::{Condition, Dim, Expr, Link, Relation, Sort, Symbol};
use crate::numeric::Undefined;
use crate::numeric::float::F64;
use nalgebra::DMatrix;
use std::cmp::Ordering;

/// Why a prediction has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum BindError {
    /// Nothing in the experiment has the symbol's name.
    #[error(
        "the experiment `{experiment}` has no parameter or quantity for the symbol ${symbol}$; bind it in the claim"
    )]
    Unbound { symbol: String, experiment: &'static str },
    /// A value of the wrong kind, or two different sizes for one dimension.
    #[error("{0}")]
    Mismatch(String),
    /// The parameters lie outside the declared range or break an assumption.
    #[error("the parameters do not satisfy {0}")]
    OutsideDomain(String),
    /// The formula cannot be evaluated there.
    #[error("the prediction has no value: {0}")]
    NoValue(String),
    /// The formula has no value there.
    #[error("the prediction has no value: {0}")]
    Undefined(String),
    /// The experiment could not be set up.
    #[error(transparent)]
    Setup(#[from] ExperimentError),
}

impl BindError {
    /// Why nothing is compared.
    pub(crate) const fn reason(&self) -> StopReason {
        match self {
            Self::Undefined(_) => StopReason::Undefined,
            _ => StopReason::NotApplicable,
        }
    }
}

/// A symbol's name as a parameter may spell it: `\sigma` → `sigma`, `m_0` and `m_{0}` → `m_0`, `\mathrm{x}` → `x`.
pub(crate) fn plain_name(tex: &str) -> String {
    const DRESS: [&str; 7] = ["mathrm", "mathbf", "boldsymbol", "mathcal", "mathbb", "operatorname", "text"];
    let mut name = String::new();
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
                rest = &rest[word.len()..];
                if !DRESS.contains(&word.as_str()) {
                    name.push_str(&word);
                }
            }
            '{' | '}' | ' ' => {}
            other => name.push(other),
        }
    }
    name
}

/// The values of the free symbols of `exprs` at the parameters of a run.
pub(crate) fn bind(
    exprs: &[&Expr],
    claim: &Claim,
    request: &ExperimentRequest,
    run: &Run,
) -> Result<Assignment<f64>, BindError> {
    let mut at = Assignment::new();
    let mut symbols: Vec<Symbol> = Vec::new();
    for symbol in exprs.iter().flat_map(|e| free_symbols(e)) {
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    // Arrays first: they bring the sizes of their axes with them.
    symbols.sort_by_key(|s| s.sort().is_scalar());
    for symbol in &symbols {
        let name = request.bind.get(symbol.tex()).cloned().unwrap_or_else(|| plain_name(symbol.tex()));
        let parameter = run.parameters.iter().find(|(p, _)| *p == name).map(|(_, value)| Quantity::Scalar(value));
        let value = match parameter {
            Some(value) => Some(value),
            None => run.trial()?.quantity(&name),
        };
        match value {
            Some(value) => assign(&mut at, symbol, value)?,
            // A dimension that an array has brought along needs no parameter.
            None if at.size(symbol).is_some() => {}
            None => {
                return Err(BindError::Unbound { symbol: symbol.tex().to_owned(), experiment: run.experiment.name });
            }
        }
    }
    inside_domains(&symbols, claim, &at)?;
    Ok(at)
}

fn assign(at: &mut Assignment<f64>, symbol: &Symbol, value: Quantity) -> Result<(), BindError> {
    let mismatch = |what: &str| {
        Err(BindError::Mismatch(format!(
            "{} is declared as {} but the experiment gives {what}",
            symbol.tex(),
            symbol.sort()
        )))
    };
    match (symbol.sort(), value) {
        (Sort::Real | Sort::Integer | Sort::Index(_), Quantity::Scalar(x)) => {
            if matches!(symbol.sort(), Sort::Integer) && x >= 0.0 && x.fract() == 0.0 {
                size(at, symbol, x as usize)?;
            }
            at.set(symbol, Value::Scalar(x));
        }
        (Sort::Vector(d), Quantity::Vector(v)) => {
            axis(at, d, v.len())?;
            at.set(symbol, Value::vector(v));
        }
        (Sort::Row(d), Quantity::Vector(v)) => {
            axis(at, d, v.len())?;
            at.set(symbol, Value::Array(DMatrix::from_vec(1, v.len(), v)));
        }
        (Sort::Matrix(r, c), Quantity::Matrix(rows, columns, entries)) => {
            if entries.len() != rows * columns {
                return mismatch("a matrix of another size than it says");
            }
            axis(at, r, rows)?;
            axis(at, c, columns)?;
            at.set(symbol, Value::Array(DMatrix::from_vec(rows, columns, entries)));
        }
        (_, Quantity::Scalar(_)) => return mismatch("a number"),
        (_, Quantity::Vector(_)) => return mismatch("a vector"),
        (_, Quantity::Matrix(..)) => return mismatch("a matrix"),
    }
    Ok(())
}

fn axis(at: &mut Assignment<f64>, dim: &Dim, length: usize) -> Result<(), BindError> {
    match dim {
        Dim::Named(symbol) => size(at, symbol, length),
        Dim::Literal(n) if *n == length => Ok(()),
        Dim::Literal(n) => Err(BindError::Mismatch(format!("an axis of length {n} gets {length} entries"))),
    }
}

fn size(at: &mut Assignment<f64>, symbol: &Symbol, length: usize) -> Result<(), BindError> {
    match at.size(symbol) {
        Some(known) if known != length => {
            Err(BindError::Mismatch(format!("the dimension ${}$ is {known} and {length} at once", symbol.tex())))
        }
        _ => {
            at.set_size(symbol, length);
            Ok(())
        }
    }
}

/// Evidence outside of the claim's domain is no evidence for it.
fn inside_domains(symbols: &[Symbol], claim: &Claim, at: &Assignment<f64>) -> Result<(), BindError> {
    for declaration in claim.declarations.iter().filter(|d| symbols.contains(&d.symbol)) {
        let (Domain::Interval { lower, upper }, Some(x)) =
            (&declaration.domain, at.get(&declaration.symbol).and_then(|v| v.as_scalar()))
        else {
            continue;
        };
        if matches!(declaration.role, Role::Estimand) {
            continue;
        }
        let beyond = |bound: &Option<(crate::numeric::Rational, bool)>, wrong: Ordering| {
            bound.as_ref().is_some_and(|(b, closed)| {
                let order = x.partial_cmp(&b.to_f64().value());
                order == Some(wrong) || order.is_none() || (order == Some(Ordering::Equal) && !closed)
            })
        };
        if beyond(lower, Ordering::Less) || beyond(upper, Ordering::Greater) {
            return Err(BindError::OutsideDomain(format!("the declared range of ${}$", declaration.symbol.tex())));
        }
    }
    for condition in &claim.assumptions {
        check_condition(condition, symbols, at)?;
    }
    Ok(())
}

/// A condition on bound scalars must hold; one on symbols that the prediction does not use is not this check's business.
fn check_condition(condition: &Condition, symbols: &[Symbol], at: &Assignment<f64>) -> Result<(), BindError> {
    match condition {
        Condition::All(all) => all.iter().try_for_each(|c| check_condition(c, symbols, at)),
        Condition::Holds(link) => {
            let bound = [&link.left, &link.right].iter().all(|e| free_symbols(e).iter().all(|s| symbols.contains(s)));
            match bound.then(|| holds(link, at)).flatten() {
                Some(false) => Err(BindError::OutsideDomain(crate::expr::print::link(link))),
                _ => Ok(()),
            }
        }
    }
}

fn holds(link: &Link, at: &Assignment<f64>) -> Option<bool> {
    let side = |e: &Expr| Program::compile(e).ok()?.evaluate(&F64, at).ok()?.as_scalar().copied();
    let (a, b) = (side(&link.left)?, side(&link.right)?);
    Some(match link.relation {
        Relation::Less => a < b,
        Relation::LessOrEqual => a <= b,
        Relation::Greater => a > b,
        Relation::GreaterOrEqual => a >= b,
        Relation::NotEqual => a != b,
        Relation::Equal => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => return None,
    })
}

/// The value of an expression at the parameters of a run, entry by entry in column-major order.
pub(crate) fn predict(
    expr: &Expr,
    claim: &Claim,
    request: &ExperimentRequest,
    run: &Run,
) -> Result<Vec<f64>, BindError> {
    let at = bind(&[expr], claim, request, run)?;
    let program = Program::compile(expr).map_err(|e| BindError::NoValue(e.to_string()))?;
    let value = program.evaluate(&F64, &at).map_err(|e| match e {
        Undefined::Domain(_) | Undefined::Shape(_) => BindError::Undefined(e.to_string()),
        _ => BindError::NoValue(e.to_string()),
    })?;
    match value.entries() {
        entries if entries.iter().all(|x| x.is_finite()) => Ok(entries.to_vec()),
        _ => Err(BindError::Undefined("it is not finite".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn names_lose_their_dress() {
        for (tex, name) in [
            ("d", "d"),
            (r"\sigma", "sigma"),
            (r"m_{0}", "m_0"),
            (r"\mathrm{snr}", "snr"),
            (r"\alpha_{\mathrm c}", "alpha_c"),
        ] {
            assert_eq!(plain_name(tex), name);
        }
    }
}
