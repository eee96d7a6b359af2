//! Domains, conditions and values in words.

use crate::eval::Value;
use crate::expr::declaration::{Declaration, Domain, Process, Role};
use crate::expr::{Condition, Sort, print};
use crate::numeric::Rational;

/// A declaration as a report says it: `$C$: matrix(d, d), symmetric positive definite`.
pub fn domain_in_words(declaration: &Declaration) -> String {
    let symbol = &declaration.symbol;
    let mut out = format!("${}$: {}", symbol.tex(), symbol.sort());
    match &declaration.domain {
        Domain::All | Domain::Smooth if matches!(symbol.sort(), Sort::Function(..)) => {
            out.push_str(", any smooth (tried: polynomials and waves)");
        }
        Domain::All | Domain::Smooth => {}
        Domain::Interval { lower, upper } => {
            if let Some((bound, closed)) = lower {
                out.push_str(&format!(" {} {}", if *closed { "≥" } else { ">" }, show_number(bound)));
            }
            if let Some((bound, closed)) = upper {
                let and = if lower.is_some() { " and" } else { "" };
                out.push_str(&format!("{and} {} {}", if *closed { "≤" } else { "<" }, show_number(bound)));
            }
        }
        Domain::Signs => out.push_str(", −1 or +1"),
        Domain::Symmetric => out.push_str(", symmetric"),
        Domain::PositiveDefinite => out.push_str(", symmetric positive definite"),
        Domain::Orthogonal => out.push_str(", orthogonal"),
        Domain::PositiveEntries => out.push_str(", positive"),
        Domain::Mass(_) => out.push_str(", any probability mass function (tried: mixtures of independent states)"),
        Domain::Density(_) => out.push_str(", any probability density (tried: Gaussian mixtures)"),
        Domain::Decaying => out.push_str(", any smooth and decaying (tried: polynomials times Gaussians)"),
        Domain::Confining => out.push_str(", any smooth potential (tried: squares and waves)"),
        Domain::Process(Process::General) => out.push_str(", a process"),
        Domain::Process(Process::Wiener) => out.push_str(", a Wiener process"),
        Domain::Process(Process::WhiteNoise) => out.push_str(", white noise"),
    }
    match &declaration.role {
        Role::Variable | Role::Dimension => {}
        Role::Random(_) => out.push_str(", random"),
        Role::Estimand => out.push_str(", measured"),
    }
    out
}

/// A condition as TeX source between dollars.
pub fn condition_in_words(condition: &Condition) -> String {
    format!("${}$", print::condition(condition))
}

/// A rational number: as a decimal if that is short, else as a quotient; approximate if even that is long.
pub fn show_number(x: &Rational) -> String {
    if x.is_int() {
        return x.to_string();
    }
    let exact = format!("{}/{}", x.numerator(), x.denominator());
    if exact.len() <= 12 { exact } else { format!("≈ {:.12}", x.to_f64().value()) }
}

/// A value: a number, a vector as a list, a matrix row by row.
pub fn show_value(value: &Value<Rational>) -> String {
    match value {
        Value::Scalar(x) => show_number(x),
        Value::Array(m) if m.ncols() == 1 => {
            let entries: Vec<String> = m.iter().map(show_number).collect();
            format!("({})", entries.join(", "))
        }
        Value::Array(m) => {
            let rows: Vec<String> =
                m.row_iter().map(|row| row.iter().map(show_number).collect::<Vec<_>>().join(" ")).collect();
            format!("[{}]", rows.join("; "))
        }
    }
}
