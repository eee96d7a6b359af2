use super::*;
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::{Dim, Expr, Kind, Law, Sort, Symbol};
use crate::source::Span;

fn scope() -> Scope {
    let mut scope = Scope::default();
    let mut declare = |name: &str, sort: Sort, role: Role, domain: Domain| {
        let symbol = Symbol::new(name, sort);
        let declaration = Declaration { symbol: symbol.clone(), domain, role, span: Span::default() };
        assert!(scope.insert(name.into(), Entry::Declared(declaration)));
        symbol
    };
    let d = declare("d", Sort::Integer, Role::Dimension, Domain::All);
    let n = declare("N", Sort::Integer, Role::Dimension, Domain::All);
    let k = declare("K", Sort::Integer, Role::Dimension, Domain::All);
    let (d, n, k) = (Dim::Named(d), Dim::Named(n), Dim::Named(k));
    for name in ["x", "y", "t", "a", "b", r"\sigma", r"\beta", "m^{*}", r"\alpha", r"\mu_{0}", r"\Delta_{t}"] {
        declare(name, Sort::Real, Role::Variable, Domain::All);
    }
    declare("C", Sort::Matrix(d.clone(), d.clone()), Role::Variable, Domain::PositiveDefinite);
    declare("C^{e}", Sort::Matrix(d.clone(), d.clone()), Role::Variable, Domain::PositiveDefinite);
    declare(r"W_{\mathrm{opt}}", Sort::Matrix(d.clone(), d.clone()), Role::Variable, Domain::All);
    declare("v", Sort::Vector(d.clone()), Role::Variable, Domain::All);
    declare("u", Sort::Vector(d.clone()), Role::Variable, Domain::All);
    declare(r"\xi", Sort::Matrix(n.clone(), k.clone()), Role::Variable, Domain::Signs);
    declare("J", Sort::Matrix(n.clone(), n.clone()), Role::Variable, Domain::Symmetric);
    declare("i", Sort::Index(n.clone()), Role::Variable, Domain::All);
    declare("j", Sort::Index(n.clone()), Role::Variable, Domain::All);
    declare(r"\mu", Sort::Index(k), Role::Variable, Domain::All);
    let span = Span::default();
    let law = Law::Normal(
        Expr::integer(0, span),
        Expr::new(Kind::Identity(d.clone()), Sort::Matrix(d.clone(), d.clone()), span),
    );
    declare("z", Sort::Vector(d), Role::Random(law), Domain::All);
    scope
}

fn code(text: &str) -> &'static str {
    match statement(text, &scope()) {
        Ok(e) => panic!("{text} was read as {:?}", e.statement),
        Err(t) => t.code.name,
    }
}

fn sorts(text: &str) -> String {
    match statement(text, &scope()) {
        Ok(e) => e.statement.links.iter().map(|l| l.left.sort.to_string()).collect::<Vec<_>>().join("; "),
        Err(t) => panic!("{text}: {} at {:?}", t.message, t.span),
    }
}

#[test]
fn reads_what_theorists_write() {
    for (text, expected) in [
        (r"W_{\mathrm{opt}} = \left[(1-e^{-2t})\mathbb{I} + e^{-2t} C^e\right]^{-1}", "matrix(d, d)"),
        (r"H = H", "?"),
        (r"\sum_k k = 1", "?"),
        (r"J_{ij} = \frac{1}{N} \sum_{\mu=1}^K \xi_i^\mu \xi_j^\mu", "real"),
        (
            r"\xi_i^1 \sum_{j \neq i} J_{ij} \xi_j^1 = \underbrace{\frac{N-1}{N}}_{\text{S}} + \frac1N \sum_{j\ne i} \sum_{\mu > 1} \xi_i^1\xi_j^1\xi_i^\mu\xi_j^\mu",
            "real",
        ),
        (r"0 \le \frac{\beta}{\beta+\sigma^2} \le 1", "integer; real"),
        (r"\frac{\beta}{\beta + \sigma^2} \in [0, 1)", "integer; real"),
        (r"\mathbb{E}\,\| C z + v \|^2 = \operatorname{Tr}[C C^T] + \|v\|^2", "real"),
        (r"\tanh^2 x + \frac{1}{\cosh^2 x} = 1", "real"),
        (r"x = \begin{cases} 1 & |x| \geq \sigma \\ 0 & \text{otherwise} \end{cases}", "real"),
        (r"\frac{d}{dx} \log\cosh(x) = \tanh(x)", "real"),
        (r"\frac{\partial^2}{\partial x^2} (x^2 y) = 2y", "real"),
        (r"J \xi^\mu = \xi^\mu", "vector(N)"),
        (r"\langle v | C | u \rangle = v^\top C u", "real"),
        (r"\begin{aligned} x &= y \\ &= t \end{aligned}", "real; real"),
        (r"\int_{-\infty}^{\infty} e^{-y^2} dy = \sqrt{\pi}", "real"),
        (r"x \pm y = \pm t", "real; real"),
        (r"\sum_{a \in \{\pm 1\}^d} 1 = 2^d", "integer"),
        (r"\tfrac12 \log d = t, \quad x = y", "real; real"),
    ] {
        if expected == "?" {
            assert_eq!(code(text), "unknown-symbol", "{text}");
        } else {
            assert_eq!(sorts(text), expected, "{text}");
        }
    }
}

#[test]
fn refuses_what_it_cannot_mean() {
    for (text, expected) in [
        ("x + C = C", "sort-mismatch"),
        ("v u = 1", "sort-mismatch"),
        ("C v = x", "sort-mismatch"),
        (r"J v = v", "sort-mismatch"),
        (r"x / C = x", "sort-mismatch"),
        ("x", "not-a-relation"),
        ("x = ", "unexpected-token"),
        ("= x", "unexpected-token"),
        ("x = + ", "unexpected-token"),
        (r"\fraq{1}{2} = x", "unknown-macro"),
        (r"x = y )", "unbalanced-group"),
        (r"\log x (y) = \sin t (y)", "ambiguous"),
        (r"q = x", "unknown-symbol"),
        (r"x_1 = y", "sort-mismatch"),
        (r"\mathbb{I} = \mathbb{I}", "sort-mismatch"),
        (r"\sum_{i=1}^{N} = x", "unexpected-token"),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
}

#[test]
fn rows_of_displays() {
    for (text, sides) in [
        (r"\begin{aligned} x &= y \\ &\quad + t \end{aligned}", 1),
        (r"\begin{aligned} x &= y \\ -a &= b \end{aligned}", 2),
        (r"\begin{gathered} x = y \\ -a = b \end{gathered}", 2),
        (r"\begin{align} x &= y & a &= b \end{align}", 2),
        (r"\begin{align} x &= y \\ &= t & a &= b \end{align}", 3),
        (r"\begin{multline} x = y \\ \qquad + t \end{multline}", 1),
    ] {
        assert_eq!(statement(text, &scope()).expect(text).statement.links.len(), sides, "{text}");
    }
}

#[test]
fn a_slash_before_a_product_keeps_both_readings() {
    let read = statement(r"x/2\sigma = y", &scope()).expect("it is read");
    assert!(!read.alternatives.is_empty());
    assert!(statement(r"x/\sigma = y", &scope()).expect("it is read").alternatives.is_empty());
}

#[test]
fn errors_point_at_characters() {
    let text = r"\alpha = \frac{1}{2} + λ";
    let trouble = statement(text, &scope()).expect_err("λ is not declared");
    assert_eq!(&text[trouble.span.start..trouble.span.end], "λ");
}
