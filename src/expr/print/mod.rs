//! Expressions as standard LaTeX that the parser reads back to the same tree.
//!
//! Choices where LaTeX has several forms, so that printing and reading agree:
//! - functions always take parentheses, `\tanh\left( x \right)`; a whole power ≥ 2 of one is `\tanh^{2}\left( x \right)`;
//! - the exponential of a number is `e^{x}`, that of the entries of an array `\exp\left( A \right)`;
//! - products are juxtaposed with a space, with `\cdot` only before a digit; of two vectors `a \cdot b` is the inner product;
//! - a sum's body extends over the product that follows, as far as the next `+` or `-`;
//! - binders: one without condition as `\sum_{i=1}^{N}`, otherwise `\sum_{\substack{1 \le i \le N \\ 1 \le j \le N \\ i < j}}`:
//!   one row per range, then one per condition; signs as `\sum_{s \in \{-1, 1\}}`, sign vectors `\sum_{s \in \{-1, 1\}^{d}}`;
//! - components `x_{i}`, `J_{i j}`, with commas if an index is more than one letter; `\left\| A \right\|_{F}` for a matrix;
//! - derivatives and gradients as operators before a bracketed operand; ∇² is the Laplacian, the Hessian is `\operatorname{Hess}_{x}`;
//! - what averages names its variables below: `\mathbb{E}_{x \sim p\left( x \right)}`, `\operatorname{KL}_{x}`, `\operatorname{H}_{x}`;
//! - numbers as decimals where they end, else as `\frac`.

mod apart;
mod binder;
mod notion;

use notion::{call, law, law_arguments, law_name, special};

use super::{ArrayFunction, Condition, Expr, Kind, Link, Sort, Statement, Symbol, walk};
use crate::numeric::{Constant, Function, Rational};

/// How tightly a piece of output holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Terms of a sum, a leading sign.
    Sum,
    /// Ends in an operand that extends to the right: `\sum …`, an inner product.
    Open,
    /// A product.
    Product,
    /// A number, a symbol, anything in brackets, a function with its arguments, with or without exponent or index.
    Power,
    /// The same, but free to take an exponent or index.
    Atom,
}

/// An expression as LaTeX.
pub fn expr(expr: &Expr) -> String {
    render(&apart::apart(expr)).0
}

/// A link as LaTeX.
pub fn link(link: &Link) -> String {
    format!("{} {} {}", expr(&link.left), link.relation.tex(), expr(&link.right))
}

/// An expression whose bound letters are told apart already.
fn plain(expr: &Expr) -> String {
    render(expr).0
}

fn plain_link(link: &Link) -> String {
    format!("{} {} {}", plain(&link.left), link.relation.tex(), plain(&link.right))
}

/// A statement as LaTeX: premises before `\implies`, links that share a side as a chain.
pub fn statement(statement: &Statement) -> String {
    let mut out = String::new();
    if !statement.premises.is_empty() {
        let premises: Vec<String> = statement.premises.iter().map(link).collect();
        out.push_str(&premises.join(", "));
        out.push_str(r" \implies ");
    }
    for (k, l) in statement.links.iter().enumerate() {
        let chained = k > 0 && walk::same(&statement.links[k - 1].right, &l.left);
        if k > 0 && !chained {
            out.push_str(", ");
        }
        if chained {
            out.push_str(&format!(" {} {}", l.relation.tex(), expr(&l.right)));
        } else {
            out.push_str(&link(l));
        }
    }
    out
}

/// A condition as LaTeX.
pub fn condition(condition: &Condition) -> String {
    rows(condition).join(", ")
}

fn rows(condition: &Condition) -> Vec<String> {
    match condition {
        Condition::Holds(l) => vec![plain_link(l)],
        Condition::All(all) => all.iter().flat_map(rows).collect(),
    }
}

fn brackets(inner: &str) -> String {
    format!(r"\left( {inner} \right)")
}

/// `expr`, in brackets unless it holds together at least as tightly as `level`.
fn at(e: &Expr, level: Level) -> String {
    let (text, own) = render(e);
    if own >= level { text } else { brackets(&text) }
}

fn render(e: &Expr) -> (String, Level) {
    match &*e.kind {
        Kind::Number(value) => number(value),
        Kind::Constant(Constant::Pi) => (r"\pi".into(), Level::Atom),
        Kind::Constant(Constant::Euler) => ("e".into(), Level::Atom),
        Kind::Constant(Constant::EulerGamma) => (r"\gamma_{E}".into(), Level::Power),
        Kind::Infinity => (r"\infty".into(), Level::Atom),
        Kind::Symbol(s) => name(s),
        Kind::Add(terms) => (sum(terms), Level::Sum),
        Kind::Neg(a) => (format!("-{}", at(a, Level::Open)), Level::Sum),
        Kind::Mul(factors) => product(factors),
        Kind::Div(a, b) => (format!(r"\frac{{{}}}{{{}}}", plain(a), plain(b)), Level::Power),
        Kind::Pow(base, exponent) => power(base, exponent),
        Kind::Function(function, operands) => (apply(*function, operands), function_level(*function)),
        Kind::Array(function, operands) => array(*function, operands),
        Kind::Identity(d) => (format!(r"\mathbb{{I}}_{{{d}}}"), Level::Power),
        Kind::Ones(d) => (format!(r"\mathbf{{1}}_{{{d}}}"), Level::Power),
        Kind::Component(a, indices) => (component(a, indices), Level::Power),
        Kind::Cases(branches, otherwise) => {
            let mut lines: Vec<String> = branches
                .iter()
                .map(|(value, c)| format!(r"{} & \text{{if }} {}", plain(value), condition(c)))
                .collect();
            lines.extend(otherwise.iter().map(|value| format!(r"{} & \text{{otherwise}}", plain(value))));
            (format!(r"\begin{{cases}} {} \end{{cases}}", lines.join(r" \\ ")), Level::Power)
        }
        Kind::Call(f, operands) => (call(f, operands), Level::Power),
        Kind::ImaginaryUnit => (r"\mathrm{i}".into(), Level::Atom),
        Kind::Tuple(parts) => (arguments(parts), Level::Power),
        Kind::Entries(rows) => {
            let rows: Vec<String> =
                rows.iter().map(|row| row.iter().map(plain).collect::<Vec<_>>().join(" & ")).collect();
            (format!(r"\begin{{pmatrix}} {} \end{{pmatrix}}", rows.join(r" \\ ")), Level::Power)
        }
        Kind::Special(function, operands) => (special(*function, operands), Level::Power),
        Kind::Kronecker(a, b) => (format!(r"\delta{}", indices(&[a.clone(), b.clone()])), Level::Power),
        Kind::Dirac(a) => (format!(r"\delta{}", brackets(&plain(a))), Level::Power),
        Kind::Order(order, a) => {
            let letter = if *order == super::Order::Big { r"\mathcal{O}" } else { "o" };
            (format!("{letter}{}", brackets(&plain(a))), Level::Power)
        }
        Kind::DensityOf(law, point) => (format!("{}{}", law_name(law), law_arguments(law, Some(point))), Level::Power),
        Kind::LawOf(written) => (law(written), Level::Power),
        Kind::Increment(a) => (format!(r"\mathrm{{d}} {}", at(a, Level::Power)), Level::Power),
        Kind::Apply(f, operands) => {
            // A mapping has brackets of its own.
            let function = if matches!(&*f.kind, Kind::Mapping(..)) { plain(f) } else { brackets(&plain(f)) };
            (function + &arguments(operands), Level::Power)
        }
        Kind::Convolution(f, g) => (format!("{} * {}", at(f, Level::Power), at(g, Level::Power)), Level::Open),
        _ => binder::render(e),
    }
}

fn name(s: &Symbol) -> (String, Level) {
    let level = if s.tex().contains(['_', '^', '\'']) { Level::Power } else { Level::Atom };
    (s.tex().to_owned(), level)
}

/// A number as a decimal where its expansion ends within a few digits, else as a quotient.
fn number(value: &Rational) -> (String, Level) {
    let negative = *value < Rational::ZERO;
    let level = if negative { Level::Sum } else { Level::Atom };
    if value.is_int() {
        return (value.to_string(), level);
    }
    let decimal = (1..=18_u32).find_map(|places| {
        let scaled = value * Rational::from(10_u64.pow(places));
        scaled.is_int().then(|| (scaled.to_string(), places as usize))
    });
    match decimal {
        Some((digits, places)) => {
            let digits = digits.trim_start_matches('-');
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = padded.split_at(padded.len() - places);
            (format!("{}{whole}.{fraction}", if negative { "-" } else { "" }), level)
        }
        None => {
            let numerator = value.numerator().to_string();
            let sign = if negative { "-" } else { "" };
            let digits = numerator.trim_start_matches('-');
            (
                format!(r"{sign}\frac{{{digits}}}{{{}}}", value.denominator()),
                if negative { level } else { Level::Power },
            )
        }
    }
}

fn sum(terms: &[Expr]) -> String {
    let mut out = String::new();
    for (k, term) in terms.iter().enumerate() {
        match &*term.kind {
            Kind::Neg(a) if k > 0 => out.push_str(&format!(" - {}", at(a, Level::Open))),
            _ if k > 0 => out.push_str(&format!(" + {}", at(term, Level::Open))),
            // A leading minus needs no brackets; a sum within a sum does.
            Kind::Neg(_) | Kind::Number(_) => out.push_str(&plain(term)),
            _ => out.push_str(&at(term, Level::Open)),
        }
    }
    out
}

fn product(factors: &[Expr]) -> (String, Level) {
    let mut out = String::new();
    let mut level = Level::Product;
    for (k, factor) in factors.iter().enumerate() {
        let (text, own) = render(factor);
        let last = k + 1 == factors.len();
        let trails = last && own == Level::Open && !matches!(&*factor.kind, Kind::Array(..) | Kind::Mul(_));
        let text = if own >= Level::Power || trails { text } else { brackets(&text) };
        if trails {
            level = Level::Open;
        }
        if k > 0 {
            out.push_str(if text.starts_with(|c: char| c.is_ascii_digit()) { r" \cdot " } else { " " });
        }
        out.push_str(&text);
    }
    (out, level)
}

/// Functions whose positive whole powers are written on their name.
fn takes_exponent(function: Function) -> bool {
    use Function::{Cos, Cosh, Log, Sin, Sinh, Tan, Tanh};
    matches!(function, Cos | Cosh | Log | Sin | Sinh | Tan | Tanh)
}

fn power(base: &Expr, exponent: &Expr) -> (String, Level) {
    if let Kind::Function(function, operands) = &*base.kind
        && takes_exponent(*function)
        && exponent.as_number().is_some_and(|n| n.is_int() && *n >= Rational::from(2))
    {
        return (format!("{}^{{{}}}{}", function.tex(), plain(exponent), arguments(operands)), Level::Power);
    }
    (format!("{}^{{{}}}", raised(base), plain(exponent)), Level::Power)
}

/// A base that an exponent can follow: indices below do not stand in its way.
fn raised(base: &Expr) -> String {
    match &*base.kind {
        Kind::Symbol(s) if !s.tex().contains(['^', '\'']) => s.tex().to_owned(),
        Kind::Component(a, indices) if matches!(&*a.kind, Kind::Symbol(s) if !s.tex().contains(['_', '^', '\''])) => {
            component(a, indices)
        }
        _ => at(base, Level::Atom),
    }
}

fn arguments(operands: &[Expr]) -> String {
    let operands: Vec<String> = operands.iter().map(plain).collect();
    brackets(&operands.join(", "))
}

fn apply(function: Function, operands: &[Expr]) -> String {
    match (function, operands) {
        (Function::Sqrt, [a]) => format!(r"\sqrt{{{}}}", plain(a)),
        (Function::Exp, [a]) if a.sort.is_scalar() => format!("e^{{{}}}", plain(a)),
        (Function::Abs, [a]) => format!(r"\left| {} \right|", plain(a)),
        (Function::Floor, [a]) => format!(r"\left\lfloor {} \right\rfloor", plain(a)),
        (Function::Ceil, [a]) => format!(r"\left\lceil {} \right\rceil", plain(a)),
        (Function::Factorial, [a]) => format!("{}!", at(a, Level::Atom)),
        (Function::Binomial, [n, k]) => format!(r"\binom{{{}}}{{{}}}", plain(n), plain(k)),
        // Of a square matrix these are matrix functions unless they are said to be taken entry by entry.
        (Function::Exp | Function::Log, [a]) if matches!(&a.sort, Sort::Matrix(n, m) if n == m) => {
            format!(r"{}_{{\odot}}{}", function.tex(), arguments(operands))
        }
        _ => format!("{}{}", function.tex(), arguments(operands)),
    }
}

fn function_level(function: Function) -> Level {
    match function {
        Function::Sqrt => Level::Atom,
        _ => Level::Power,
    }
}

fn array(function: ArrayFunction, operands: &[Expr]) -> (String, Level) {
    let named = |name: &str| (format!("{name}{}", arguments(operands)), Level::Power);
    match (function, operands) {
        (ArrayFunction::Transpose, [a]) => (format!(r"{}^{{\top}}", raised(a)), Level::Power),
        (ArrayFunction::Inverse, [a]) => (format!("{}^{{-1}}", raised(a)), Level::Power),
        (ArrayFunction::Determinant, _) => named(r"\det"),
        (ArrayFunction::Norm, [a]) => (norm(a), Level::Power),
        (ArrayFunction::NormSquared, [a]) => (format!("{}^{{2}}", norm(a)), Level::Power),
        (ArrayFunction::Dot, [a, b]) => {
            (format!(r"{} \cdot {}", at(a, Level::Power), at(b, Level::Power)), Level::Open)
        }
        (ArrayFunction::Hadamard, [a, b]) => {
            (format!(r"{} \odot {}", at(a, Level::Power), at(b, Level::Power)), Level::Open)
        }
        (ArrayFunction::Outer, [a, b]) => {
            (format!(r"{} \otimes {}", at(a, Level::Power), at(b, Level::Power)), Level::Open)
        }
        (ArrayFunction::Diagonal, _) => named(r"\operatorname{diag}"),
        (ArrayFunction::Eigenvalues, _) => named(r"\operatorname{eig}"),
        (ArrayFunction::Exponential, [a]) => (format!("e^{{{}}}", plain(a)), Level::Power),
        (ArrayFunction::Logarithm, _) => named(r"\log"),
        _ => named(r"\operatorname{Tr}"),
    }
}

fn norm(a: &Expr) -> String {
    let frobenius = if matches!(a.sort, Sort::Matrix(..)) { "_{F}" } else { "" };
    format!(r"\left\| {} \right\|{frobenius}", plain(a))
}

/// Indices below a name.
fn indices(indices: &[Expr]) -> String {
    let letters = indices.iter().all(|i| matches!(&*i.kind, Kind::Symbol(_)));
    let indices: Vec<String> = indices.iter().map(plain).collect();
    format!("_{{{}}}", indices.join(if letters { " " } else { ", " }))
}

fn component(a: &Expr, below: &[Expr]) -> String {
    // A column of the identity: below stands its dimension already.
    if let (Kind::Identity(_), [column]) = (&*a.kind, below) {
        return format!("{}^{{{}}}", plain(a), plain(column));
    }
    let base = match &*a.kind {
        // C^e_{i j}: the index goes below the letter.
        Kind::Symbol(s) if !s.tex().contains(['_', '\'']) => s.tex().to_owned(),
        _ => at(a, Level::Atom),
    };
    format!("{base}{}", indices(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::fixture::*;
    use crate::expr::{Binder, Dim, Fold, Range, Relation};

    #[test]
    fn brackets_where_the_tree_needs_them_and_nowhere_else() {
        let (x, y) = (symbol("x", Sort::Real), symbol("y_a", Sort::Real));
        let (x, y) = (&use_of(&x), &use_of(&y));
        for (e, tex) in [
            (x + y - x * (y - n(1)), r"x + y_a - x \left( y_a - 1 \right)"),
            (n(2) * n(3) * x, r"2 \cdot 3 x"),
            (x * (x * y), r"x \left( x y_a \right)"),
            (-(x + y), r"-\left( x + y_a \right)"),
            (x - (x - y), r"x - \left( x - y_a \right)"),
            (pow(x * y, n(2)), r"\left( x y_a \right)^{2}"),
            (pow(y.clone(), pow(x.clone(), n(2))), r"y_a^{x^{2}}"),
            (pow(pow(x.clone(), y.clone()), n(2)), r"\left( x^{y_a} \right)^{2}"),
            (pow(f(Function::Tanh, x.clone()), n(2)), r"\tanh^{2}\left( x \right)"),
            (pow(f(Function::Exp, x.clone()), n(2)), r"\left( e^{x} \right)^{2}"),
            (x / y * f(Function::Sqrt, x.clone()), r"\frac{x}{y_a} \sqrt{x}"),
            (q(-1, 8) + q(1, 3), r"-0.125 + \frac{1}{3}"),
            (q(3, 200) * x, "0.015 x"),
        ] {
            let e = flat(e);
            assert_eq!(plain(&e), tex);
        }
    }

    #[test]
    fn a_trailing_sum_is_bracketed_only_inside() {
        let (x, i, j) = (symbol("x", Sort::Real), symbol("i", Sort::Integer), symbol("j", Sort::Integer));
        let big = symbol("N", Sort::Integer);
        let total = sum_over(&i, n(1), use_of(&big), use_of(&i) * use_of(&x));
        assert_eq!(plain(&(use_of(&x) * total.clone())), r"x \sum_{i=1}^{N} i x");
        assert_eq!(plain(&(total.clone() * use_of(&x))), r"\left( \sum_{i=1}^{N} i x \right) x");
        assert_eq!(plain(&(total + use_of(&x))), r"\sum_{i=1}^{N} i x + x");
        let binder = |s: &Symbol| Binder { symbol: s.clone(), range: Range::Between(n(1), use_of(&big)) };
        let pairs = Condition::Holds(Link { left: use_of(&i), relation: Relation::Less, right: use_of(&j) });
        let double = Kind::Fold(Fold::Sum, vec![binder(&i), binder(&j)], Some(Box::new(pairs)), use_of(&x) + n(1));
        let double = Expr::new(double, Sort::Real, x_span());
        let tex = r"\sum_{\substack{1 \le i \le N \\ 1 \le j \le N \\ i < j}} \left( x + 1 \right)";
        assert_eq!(plain(&double), tex);
    }

    #[test]
    fn arrays_and_chains() {
        let d = Dim::Named(symbol("d", Sort::Integer));
        let a = use_of(&symbol("A^e", Sort::Matrix(d.clone(), d.clone())));
        let x = use_of(&symbol("x", Sort::Vector(d.clone())));
        let inverse = array_of(ArrayFunction::Inverse, vec![a.clone()], a.sort.clone());
        assert_eq!(plain(&inverse), r"\left( A^e \right)^{-1}");
        let dot = array_of(ArrayFunction::Dot, vec![x.clone(), x.clone()], Sort::Real);
        assert_eq!(plain(&(n(2) * dot.clone())), r"2 \left( x \cdot x \right)");
        let i = use_of(&symbol("i", Sort::Index(d)));
        let entry = Expr::new(Kind::Component(a, vec![i.clone(), i + n(1)]), Sort::Real, x_span());
        assert_eq!(plain(&entry), "A^e_{i, i + 1}");
        let chain = [(dot.clone(), Relation::Equal, n(1)), (n(1), Relation::Less, n(2))];
        let links = chain.into_iter().map(|(left, relation, right)| Link { left, relation, right }).collect();
        assert_eq!(statement(&Statement { premises: vec![], links }), r"x \cdot x = 1 < 2");
    }
}
