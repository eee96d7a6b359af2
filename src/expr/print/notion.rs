//! Values of declared functions in their own notation, special functions, laws.

use super::{Level, arguments, at, brackets, plain};
use crate::expr::{Expr, Kind, Law, Special, Symbol};

/// A declared function at its arguments, in its own notation if it has one.
pub(super) fn call(f: &Symbol, operands: &[Expr]) -> String {
    let Some(notation) = f.notation() else { return format!("{}{}", f.tex(), arguments(operands)) };
    let mut out = String::new();
    let mut pieces = notation.split('#');
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        let place = piece.chars().next().and_then(|c| c.to_digit(10)).map_or(0, |n| n as usize);
        match operands.get(place.wrapping_sub(1)) {
            Some(operand) => {
                // Letters side by side in a script would be two arguments.
                let in_script = out.rfind(['_', '^', '(']).is_some_and(|at| !out[at..].starts_with('('));
                match &*operand.kind {
                    Kind::Mul(factors) if in_script => {
                        let factors: Vec<String> = factors.iter().map(|f| at(f, Level::Power)).collect();
                        out.push_str(&factors.join(r" \cdot "));
                    }
                    _ => out.push_str(&plain(operand)),
                }
                out.push_str(&piece[1..]);
            }
            None => out.push_str(piece),
        }
    }
    out
}

pub(super) fn special(function: Special, operands: &[Expr]) -> String {
    let name = function.tex();
    match (function, operands) {
        (Special::BesselJ | Special::BesselI | Special::BesselK, [order, x]) => {
            format!("{name}_{{{}}}{}", plain(order), arguments(std::slice::from_ref(x)))
        }
        (Special::Hypergeometric1F1, [a, b, x]) => {
            format!("{name}{}", brackets(&format!("{}; {}; {}", plain(a), plain(b), plain(x))))
        }
        (Special::Hypergeometric2F1, [a, b, c, x]) => {
            format!("{name}{}", brackets(&format!("{}, {}; {}; {}", plain(a), plain(b), plain(c), plain(x))))
        }
        _ => format!("{name}{}", arguments(operands)),
    }
}

/// A law as LaTeX.
pub(super) fn law(law: &Law) -> String {
    format!("{}{}", law_name(law), law_arguments(law, None))
}

pub(super) fn law_name(law: &Law) -> &'static str {
    match law {
        Law::Normal(..) => r"\mathcal{N}",
        Law::Rademacher(_) => r"\operatorname{Rad}",
        Law::Uniform(..) => r"\operatorname{U}",
        Law::Density(_) => "",
    }
}

pub(super) fn law_arguments(law: &Law, point: Option<&Expr>) -> String {
    let parameters = match law {
        Law::Normal(a, b) | Law::Uniform(a, b) => format!("{}, {}", plain(a), plain(b)),
        Law::Rademacher(p) | Law::Density(p) => plain(p),
    };
    match point {
        Some(point) => brackets(&format!("{}; {parameters}", plain(point))),
        None => brackets(&parameters),
    }
}
