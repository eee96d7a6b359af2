//! What binds or singles out a symbol: sums, integrals, averages, optima, limits, derivatives.

use super::{Level, at, brackets, condition, law, plain, rows};
use crate::expr::{
    Approach, Binder, Condition, Differential, Expr, Fold, Kind, Optimum, RandomVariable, Range, Relation, Symbol,
};

pub(super) fn render(e: &Expr) -> (String, Level) {
    match &*e.kind {
        Kind::Fold(fold, binders, condition, body) => {
            let operator = match fold {
                Fold::Sum => r"\sum",
                Fold::Product => r"\prod",
                Fold::Minimum => r"\min",
                Fold::Maximum => r"\max",
            };
            let range = ranges(binders, condition.as_deref());
            // A product ends before a sum that its indices do not reach.
            let ends_early =
                |e: &Expr| matches!(&*e.kind, Kind::Fold(..) | Kind::Integral(..) | Kind::IntegralOver(..));
            let body = match &*body.kind {
                Kind::Mul(factors) if *fold == Fold::Product && factors[1..].iter().any(ends_early) => {
                    brackets(&plain(body))
                }
                _ => at(body, Level::Open),
            };
            (format!("{operator}{range} {body}"), Level::Open)
        }
        Kind::Integral(s, lower, upper, body) => {
            let ends = match s.sort().shape() {
                Some(_) => String::new(),
                None => format!("_{{{}}}^{{{}}}", plain(lower), plain(upper)),
            };
            (format!(r"\int{ends} {} \, d{}", at(body, Level::Open), s.tex()), Level::Open)
        }
        Kind::IntegralOver(s, set, body) => {
            (format!(r"\int_{{{}}} {} \, d{}", plain(set), at(body, Level::Open), s.tex()), Level::Open)
        }
        Kind::Expectation(variables, body) => {
            (format!(r"\mathbb{{E}}{}{}", below(variables), square(&plain(body))), Level::Power)
        }
        Kind::AverageOver(symbols, density, body) => {
            let law = format!(r"{} \sim {}", names(symbols), plain(density));
            (format!(r"\mathbb{{E}}_{{{law}}}{}", square(&plain(body))), Level::Power)
        }
        Kind::ConditionalMean(variables, body, given) => {
            let given: Vec<String> = given.iter().map(plain).collect();
            let inside = square(&format!(r"{} \mid {}", plain(body), given.join(", ")));
            (format!(r"\mathbb{{E}}{}{inside}", below(variables)), Level::Power)
        }
        Kind::Probability(variables, event) => {
            (format!(r"\mathbb{{P}}{}{}", below(variables), square(&condition(event))), Level::Power)
        }
        Kind::Variance(variables, body) => {
            (format!(r"\operatorname{{Var}}{}{}", below(variables), square(&plain(body))), Level::Power)
        }
        Kind::Covariance(variables, a, b) => {
            let inside = square(&format!("{}, {}", plain(a), plain(b)));
            (format!(r"\operatorname{{Cov}}{}{inside}", below(variables)), Level::Power)
        }
        Kind::RelativeEntropy(symbols, p, q) => {
            let inside = brackets(&format!(r"{} \| {}", plain(p), plain(q)));
            (format!(r"\operatorname{{KL}}_{{{}}}{inside}", names(symbols)), Level::Power)
        }
        Kind::Entropy(symbols, p) => {
            (format!(r"\operatorname{{H}}_{{{}}}{}", names(symbols), square(&plain(p))), Level::Power)
        }
        Kind::Limit(s, approach, target, body) => {
            let target = match approach {
                Approach::Both => plain(target),
                Approach::Below => format!("{}^{{-}}", at(target, Level::Atom)),
                Approach::Above => format!("{}^{{+}}", at(target, Level::Atom)),
            };
            (format!(r"\lim_{{{} \to {target}}} {}", s.tex(), at(body, Level::Open)), Level::Open)
        }
        Kind::Optimum(optimum, symbols, condition, body) => {
            let operator = match optimum {
                Optimum::Minimum => r"\min",
                Optimum::Maximum => r"\max",
                Optimum::Infimum => r"\inf",
                Optimum::Supremum => r"\sup",
                Optimum::Extremum => r"\operatorname{extr}",
                Optimum::ArgMin => r"\operatorname{argmin}",
                Optimum::ArgMax => r"\operatorname{argmax}",
            };
            let mut below = names(symbols);
            if let Some(condition) = condition {
                below = format!("{below} : {}", rows(condition).join(", "));
            }
            (format!("{operator}_{{{below}}} {}", at(body, Level::Open)), Level::Open)
        }
        Kind::Derivative(a, s, order) => (derivative(a, s.tex(), *order), Level::Open),
        Kind::DerivativeBy(a, place) => (derivative(a, &plain(place), 1), Level::Open),
        Kind::Gradient(a, s) => (format!(r"\nabla_{{{}}} {}", s.tex(), brackets(&plain(a))), Level::Open),
        Kind::Differential(operator, a, s) => {
            let (x, inside) = (s.tex(), brackets(&plain(a)));
            let text = match operator {
                Differential::Divergence => format!(r"\nabla_{{{x}}} \cdot {inside}"),
                Differential::Laplacian => format!(r"\nabla_{{{x}}}^{{2}} {inside}"),
                Differential::Hessian => format!(r"\operatorname{{Hess}}_{{{x}}} {inside}"),
                Differential::Jacobian => format!(r"\operatorname{{Jac}}_{{{x}}} {inside}"),
            };
            (text, Level::Open)
        }
        Kind::At(s, value, body) => {
            if let Some(slope) = slope(s, value, body) {
                return (slope, Level::Power);
            }
            (format!(r"\left. {} \right|_{{{}={}}}", plain(body), s.tex(), plain(value)), Level::Power)
        }
        Kind::Mapping(symbols, body) => {
            let arguments = if symbols.len() == 1 { names(symbols) } else { format!("({})", names(symbols)) };
            (brackets(&format!(r"{arguments} \mapsto {}", plain(body))), Level::Power)
        }
        _ => unreachable!("every other operation is printed by the caller"),
    }
}

/// `V'(u)`: the derivative of a function of one number at another place.
fn slope(s: &Symbol, value: &Expr, body: &Expr) -> Option<String> {
    let Kind::Derivative(of, by, order) = &*body.kind else { return None };
    let Kind::Call(function, arguments) = &*of.kind else { return None };
    let [Kind::Symbol(argument)] = arguments.iter().map(|a| &*a.kind).collect::<Vec<_>>()[..] else { return None };
    let direct = by == s && argument == s && !function.tex().contains('#');
    direct.then(|| format!("{}{}{}", function.tex(), "'".repeat(*order as usize), brackets(&plain(value))))
}

fn square(inner: &str) -> String {
    format!(r"\left[ {inner} \right]")
}

fn derivative(body: &Expr, x: &str, order: u32) -> String {
    let operator = match order {
        1 => format!(r"\frac{{\partial}}{{\partial {x}}}"),
        n => format!(r"\frac{{\partial^{{{n}}}}}{{\partial {x}^{{{n}}}}}"),
    };
    format!("{operator} {}", brackets(&plain(body)))
}

fn names(symbols: &[Symbol]) -> String {
    let names: Vec<&str> = symbols.iter().map(Symbol::tex).collect();
    names.join(", ")
}

/// What is averaged over, as a subscript.
fn below(variables: &[RandomVariable]) -> String {
    let names: Vec<String> = variables
        .iter()
        .map(|v| match v.symbol.is_introduced() {
            true => format!(r"{} \sim {}", v.symbol.tex(), law(&v.law)),
            false => v.symbol.tex().to_owned(),
        })
        .collect();
    if names.is_empty() { String::new() } else { format!("_{{{}}}", names.join(", ")) }
}

fn ranges(binders: &[Binder], condition: Option<&Condition>) -> String {
    match (binders, condition) {
        ([Binder { symbol, range: Range::Between(lower, upper) }], None) => {
            format!("_{{{}={}}}^{{{}}}", symbol.tex(), plain(lower), plain(upper))
        }
        ([binder], None) => format!("_{{{}}}", range_row(binder)),
        _ => {
            let mut lines: Vec<String> = binders.iter().map(range_row).collect();
            lines.extend(condition.into_iter().flat_map(rows));
            format!(r"_{{\substack{{{}}}}}", lines.join(r" \\ "))
        }
    }
}

fn range_row(binder: &Binder) -> String {
    let symbol = binder.symbol.tex();
    match &binder.range {
        Range::Between(lower, upper) => {
            let le = Relation::LessOrEqual.tex();
            format!("{} {le} {symbol} {le} {}", plain(lower), plain(upper))
        }
        Range::Signs => format!(r"{symbol} \in \{{-1, 1\}}"),
        Range::Values(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            format!(r"{symbol} \in \{{{}\}}", values.join(", "))
        }
        Range::Members(set) => format!(r"{symbol} \in {}", plain(set)),
        Range::SignVectors(d) => format!(r"{symbol} \in \{{-1, 1\}}^{{{d}}}"),
    }
}
