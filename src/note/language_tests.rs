//! The formula language from declarations to typed trees: one fixture for each construct, formulas that must be refused, and
//! printing read back.

mod generated;

use super::symbol_table::SymbolTable;
use super::{Located, declaration, source_document};
use crate::expr::walk::{children, same, same_link, substitute};
use crate::expr::{Expr, Kind, Link, Sort, Statement, Symbol, print};
use crate::latex::{self, Scope};
use crate::source::{SourceFile, Span};
use std::path::Path;

/// Declarations that most fixtures use.
const SYMBOLS: &str = r"
d: dimension; N: dimension; K: dimension; n: integer >= 1; k: integer; i: index(d); j: index(d); \mu: index(K);
s: real; t: real > 0; \tau: real; u: real; c: real > 0; \lambda: real; \nu: real; A: matrix(d, d); C: spd(d); B: matrix(d, d);
x: vector(d); y: vector(d); a: vector(d); m: vector(d); \theta: vector(K); w: matrix(d, K);
z: random vector(d) ~ N(0, I); \xi: random real ~ N(0, 1); \eta: random vector(d) ~ density p(\eta);
p(x): density; q(x): density; p_t(x): density; \rho(x|y): density; P(x; \theta): density; f(x): smooth; g(t): real; F(x): field(d); G(x, t): field(d);
h(\theta): real; V: smooth(d); X(t): process vector(d); Y_t: process real; W_t: wiener real; r(t): path real;
\Delta_t: family real; S: set of vector(d); M: set of index(d); v_i: family vector(d); \nabla: gradient(x);
\langle x \rangle_t: family vector(d); L(f): real; \delta t: real";

fn scope(symbols: &str) -> Scope {
    let text = symbols.replace('\n', " ");
    let file = SourceFile::new("fixture", text.clone());
    let mut declared = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive(';').collect::<Vec<_>>() {
        let whole = Located::verbatim(&file, Span::new(start, start + piece.trim_end_matches(';').len())).trimmed();
        start += piece.len();
        // `P(x; \theta)` holds a semicolon of its own.
        if let Some((name, sort)) = whole.text.split_once(": ") {
            let name = whole.part(0..name.len());
            let sort = whole.part(whole.text.len() - sort.len()..whole.text.len());
            declared.push(declaration(&file, &name.trimmed(), &sort.trimmed()).expect("the fixture is declared"));
        }
    }
    let mut diagnostics = Vec::new();
    let table = SymbolTable { file: &file, symbols: declared.iter().collect(), defines: Vec::new() };
    let (scope, _, _) = table.read(&mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    scope
}

fn fixtures() -> Scope {
    // The semicolon in a name would cut the list.
    scope(&SYMBOLS.replace(r"P(x; \theta): density;", r"P(x, \theta): density;"))
}

/// A typed tree: the operation, what it is of, its operands, and its sort where it is no real number.
fn tree(e: &Expr) -> String {
    let debug = format!("{:?}", e.kind);
    let head: String = debug.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let sort = if e.sort == Sort::Real { String::new() } else { format!(":{}", e.sort) };
    let detail = match &*e.kind {
        Kind::Number(value) => return value.to_string(),
        Kind::Symbol(symbol) => return format!("{}{sort}", symbol.tex()),
        Kind::Function(function, _) => format!(" {}", function.name()),
        Kind::Array(function, _) => format!(" {function:?}"),
        Kind::Special(function, _) => format!(" {function:?}"),
        Kind::Order(order, _) => format!(" {order:?}"),
        Kind::Call(symbol, _) => format!(" {}", symbol.tex()),
        Kind::Derivative(_, symbol, order) => format!(" {}^{order}", symbol.tex()),
        Kind::Gradient(_, symbol) => format!(" {}", symbol.tex()),
        Kind::Differential(operator, _, symbol) => format!(" {operator:?} {}", symbol.tex()),
        Kind::Limit(symbol, approach, ..) => format!(" {} {approach:?}", symbol.tex()),
        Kind::Optimum(optimum, symbols, ..) => format!(" {optimum:?} {}", names(symbols)),
        Kind::Fold(fold, binders, ..) => {
            let symbols: Vec<Symbol> = binders.iter().map(|b| b.symbol.clone()).collect();
            format!(" {fold:?} {}", names(&symbols))
        }
        Kind::Integral(symbol, ..) | Kind::IntegralOver(symbol, ..) | Kind::At(symbol, ..) => {
            format!(" {}{}", symbol.tex(), if symbol.sort().is_scalar() { "" } else { " over the space" })
        }
        Kind::AverageOver(symbols, ..)
        | Kind::RelativeEntropy(symbols, ..)
        | Kind::Entropy(symbols, _)
        | Kind::Mapping(symbols, _) => format!(" {}", names(symbols)),
        Kind::Expectation(variables, _)
        | Kind::ConditionalMean(variables, ..)
        | Kind::Variance(variables, _)
        | Kind::Covariance(variables, ..)
        | Kind::Probability(variables, _) => {
            let symbols: Vec<Symbol> = variables.iter().map(|v| v.symbol.clone()).collect();
            format!(" {}", names(&symbols))
        }
        _ => String::new(),
    };
    let operands: String = children(e).into_iter().map(|child| format!(" {}", tree(child))).collect();
    format!("({head}{detail}{operands}){sort}")
}

fn names(symbols: &[Symbol]) -> String {
    symbols.iter().map(Symbol::tex).collect::<Vec<_>>().join(",")
}

fn same_statement(a: &Statement, b: &Statement) -> bool {
    let same = |a: &[Link], b: &[Link]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_link(a, b));
    same(&a.premises, &b.premises) && same(&a.links, &b.links)
}

/// Reads a formula, its printed form again, and says what differs.
fn round_trip(tex: &str, scope: &Scope) -> Result<Statement, String> {
    let read = latex::statement(tex, scope).map_err(|t| format!("{tex}: {} {}", t.code.name, t.message))?;
    let mut scope = scope.clone();
    for value in read.values {
        scope.insert(value.symbol.tex().to_owned(), latex::Entry::Declared(value));
    }
    let read = read.statement;
    let printed = print::statement(&read);
    let again = latex::statement(&printed, &scope).map_err(|t| format!("{tex} printed as {printed}: {}", t.message))?;
    if same_statement(&read, &again.statement) {
        return Ok(read);
    }
    Err(format!("{tex} printed as {printed} is read as {}", print::statement(&again.statement)))
}

/// One formula for each construct.
const CONSTRUCTS: &[&str] = &[
    // Relations and statements.
    r"s < t \le u \ne c",
    r"s := t \equiv u",
    r"s \ll t \quad \text{and} \quad u \gg c",
    r"s \sim t \asymp u \propto c",
    r"s \leftarrow s + t",
    r"s = t \implies u = c",
    r"s = t \iff u = c",
    r"\begin{aligned} s &= t \\ \implies s^2 &= t^2 \end{aligned}",
    r"u = c, \quad \text{s.t. } s > 0",
    r"\text{where } s = t",
    r"s \xrightarrow{t \to \infty} u",
    r"s \simeq_{t \to 0} u",
    r"\begin{cases} s = t \\ u = c \end{cases}",
    r"s \in [0, 1)",
    r"x \in S",
    r"s \in \{ u : u^2 < c \} \iff s^2 < c",
    r"s \in \{ u \in [0, t) \mid g(u) > 0 \}",
    r"x \in \{ y \in \mathbb{R}^d : f(y) \ge 0, \ y_1 > 0 \}",
    r"s \quad = \quad t",
    r"\xi \sim \mathcal{N}(0, c)",
    r"x \sim q",
    // Names with arguments.
    r"p_{t + s}(y) = p_t",
    r"X(t + s) = X + X(0)",
    r"Y_{t + s} - Y_s = s",
    r"v_i = \langle x \rangle_{t - s}",
    r"\Delta_{t + s} = 1",
    r"\rho(y | x) = \rho(x | y)",
    r"\delta t = s",
    // Derivatives.
    r"\frac{d}{dt} g(t) = \frac{dr}{dt}",
    r"g'(t) = g''(s^2) + g'(s)^2",
    r"\tanh'(s) = 1 - \tanh^2 s",
    r"\Gamma'(t)^2 + \operatorname{erf}''(2 s) = 0",
    r"\dot X = F(X)",
    r"\ddot r = \frac{d^2 r}{dt^2}",
    r"\partial_t p_t = \nabla \cdot (F p_t)",
    r"f(x) \nabla f(x) = F(x)",
    r"\nabla \cdot \nabla f = \nabla^2 f",
    r"\nabla f = F",
    r"\nabla(F f) = 0",
    r"\frac{\partial^2 (s^2 t)}{\partial s \partial t} = 2 s",
    r"\frac{\partial h}{\partial \theta} = \theta",
    r"\frac{\partial}{\partial \theta_\mu} h(\theta) = \theta_\mu",
    r"\operatorname{Hess}_x f = \operatorname{Jac}_x F",
    r"\nabla_y V(y) = y",
    r"\left. \frac{\partial}{\partial s} s^2 \right|_{s = t} = 2 t",
    // Stochastic differential equations.
    r"dY_t = - Y_t dt + \sqrt{2} dW_t",
    // Sums, products, sets.
    r"\sum_{i \in M} x_i = \sum_{i \notin M} y_i",
    r"\sum_{k \in \{1, 2, 5\}} k = 8",
    r"\prod_{k=n}^{1} k = n!",
    r"\sum_{|x_i| > c} x_i = s",
    r"\sum_{1 \le i < j \le d} x_i x_j = \sum_{0 < k < n} k",
    r"\sum_{0 < x_i < c} x_i = \sum_{i < j \le d} x_i y_j",
    r"\sum_\mu - \theta_\mu = s",
    // Integrals.
    r"\int p(x) \, dx = 1",
    r"\int dx \, p(x) f(x) = s",
    r"\int_0^1 \int_s^t u^2 \, du \, ds = c",
    r"\int_0^t ds \int_0^s du \, s u = c",
    r"\int_{S} f(x) \, dx = c",
    r"\int_x p(x) = 1",
    r"\iint e^{-s^2 - u^2} \, ds \, du = \iiint e^{-s^2 - u^2 - t^2} \, ds \, du \, dt",
    r"\int \frac{du}{\sqrt{2\pi}} e^{-u^2/2} = \int e^{-u^2/2} \frac{du}{\sqrt{2\pi}}",
    r"\int \frac{ds \, du}{2\pi} \frac{dt}{c} s = 1",
    r"\int_0^1 \frac{s \, ds}{c} = \int_{\mathbb{R}} g(s) \, ds",
    r"\int_{\mathbb{R}^d} p(x) \, dx = \int d^dx \, p(x)",
    r"\int Du \, u^2 = 1",
    r"\int \mathcal{D}y \, f(y) = s",
    // Averages.
    r"\mathbb{E}_{x \sim p}[f(x)] = s",
    r"\mathbb{E}_{y \sim \rho(y|x)}[f(y)] = s",
    r"\mathbb{E}_p[f] = s",
    r"\mathbb{E}_{u \sim \mathcal{N}(0, c)} u^2 = c",
    r"\mathbb{E}_\eta[f(\eta)] = s",
    r"\mathbb{E}[\eta | z] = x",
    r"\langle f(x) \rangle_p = s",
    r"\mathbb{P}[\xi > 0] = \frac12",
    r"\operatorname{Var}[\xi] = \operatorname{Cov}(\xi, \xi)",
    r"D_{KL}(p \| q) = \operatorname{KL}(p || q)",
    r"H[p] = s",
    r"p(x) = \mathcal{N}(x; m, C)",
    r"p(x) = \mathcal{N}(m, C)",
    // Optima and limits.
    r"\min_x f(x) = s",
    r"\sup_{s > 0} g(s) = \inf_{s \in [0, 1)} s",
    r"\arg\max_{x \in S} f(x) = \operatorname{argmin}_x f(x)",
    r"\operatorname{extr}_{s, t} (s^2 - t^2) = 0",
    r"\operatorname{argmin}_f L(f) = s",
    r"\underset{s}{\operatorname{extr}} (s^2) = \mathop{\mathrm{extr}}_{t} t^2",
    r"\min_i x_i = \max_{1 \le i \le d} x_i",
    r"\lim_{s \to 0} \frac{\sin s}{s} = 1",
    r"\lim_{s \to 0^+} s \log s = 0",
    // Arrays.
    r"|x\rangle\langle y| = x \otimes y",
    r"\langle x | C | y \rangle = x \cdot C y",
    r"\begin{pmatrix} 1 & s \\ t & 0 \end{pmatrix} = \begin{bmatrix} 1 & s \\ t & 0 \end{bmatrix}",
    r"\begin{vmatrix} 1 & s \\ t & 0 \end{vmatrix} = - s t",
    r"||x||^2 = \|x\|_2^2",
    r"\|x\|_1 = \norm{x}_\infty + \abs{s}",
    r"\bra{x} C \ket{y} = \braket{x}{C y} + \braket{x | y}",
    r"\operatorname{diag}(x)_{ij} = x_i \delta_{ij}",
    r"\|A\|_F^2 = \text{Tr}(A^\intercal A)",
    r"e^{x} \odot y = \delta_{ij} x",
    r"|A| = s, |x| = u, |s| = t",
    r"(x, s) = (y, t)",
    // Functions.
    r"\coth s = \frac{1}{\tanh s} + \operatorname{sech}^2 s + \csc s",
    r"\operatorname{sth}_t(s)^2 = 0",
    r"\Big( s + \big( t + \bigl[ u \bigr] \big) \Big) = \Bigg\{ s \Bigg\} + \big| s + t \big|",
    r"\Gamma(s, u) + \gamma(s, u) = \Gamma(s)",
    r"\mathrm{B}(s, t) = \zeta(u) + \zeta(u, s)",
    r"J_{\nu}(s) + \operatorname{I}_0(s) = \operatorname{K}_\nu(s)",
    r"{}_2F_1(s, t; c; u) = {}_1F_1(s; t; u)",
    r"\Theta(s) + \operatorname{sgn}(s) = \operatorname{erf}(s)",
    r"s = \mathcal{O}(t^2) + o(t)",
    r"\int \delta(x - y) f(y) \, dy = f(x)",
    r"(p * q)(x) = \int p(y) q(x - y) \, dy",
    r"(x \mapsto f(x) + s)(y) = f(y) + s",
    r"\left\lfloor s \right\rfloor \le \max(s, t)",
    r"s = \begin{cases} 1 & \text{if } u > 0 \\ 0 & \text{otherwise} \end{cases}",
    r"\textcolor{red}{s} = \underbrace{t}_{\text{a label}} \overset{\text{def}}{=} u",
    // Integrals with all signs first, over sets and conditions.
    r"\iint du \, ds \, e^{-u^2-s^2} = \pi",
    r"\iint_{[0,1]^2} u s \, du \, ds = \frac14",
    r"\iint_{u^2 + s^2 < 1} u^2 \, du \, ds = \frac{\pi}{4}",
    r"\int_0^1 du = 1",
    // Functions of matrices as a whole, and entry by entry.
    r"e^{s A} e^{-s A} = I",
    r"\log \det C = \operatorname{Tr} \log C",
    r"\sqrt{C} \sqrt{C} = C",
    r"\exp_{\odot}(A) = B",
    r"\exp(w) = w",
    r"\|A\|_{op} \le \|A\|_F \le \|A\|_*",
    r"\lambda_{\min}(C) \mathbb{I} \preceq C",
    r"{}^t A B = A^\top B",
    r"\nabla_x \nabla_x^\top f(x) = A",
    r"\nabla \nabla^\top f(x) = A",
    // Indicators and parts.
    r"\mathbb{1}_{s > 0} + \mathbf{1}\{s \le 0\} = 1_{[u < u + 1]}",
    r"\mathbb{1}_{[0, 1]}(s) (s)_+ = [s]_+ - [s - 1]_+",
    r"s \vee u + s \wedge u = s + u",
    r"\operatorname{Re} s = s",
    r"u^2 \in \mathbb{R}_+",
    r"s^2 \ge 0 \quad \text{for all } s \in \mathbb{R}",
    // Bessel functions and norms by their indices.
    r"J_0'(t) = -J_1(t)",
    r"I_1'(2 t)^2 \ge 0",
    r"\|x\|_4^2 \le \|x\|_C^2",
    // Relative entropies and entropies of laws that are written out.
    r"\operatorname{KL}(\mathcal{N}(m, C) \| \mathcal{N}(0, I)) = H[\mathcal{N}(0, C)]",
    // Sums whose indices are known by their use, or go on.
    r"\sum_{l \ge 0} \frac{s^l}{l!} = e^s",
    r"\sum_l x_l y_l = x \cdot y",
    r"\sum_{l = \pm 1} e^{l s} = 2 \cosh s",
    r"\sum_{l=1}^{n} s^l = s \sum s^{l - 1}",
    // Where the operand of a function ends.
    r"\ln 2 \cosh s = \ln 2 + \ln \cosh s",
    r"\langle x | A | y \rangle = \braket{x|A|y}",
    r"\lVert x + y \rVert \le \lVert x \rVert + \lVert y \rVert",
    r"\tanh t (s + u) = \tanh(t (s + u))",
    // Quantifiers, and the limit that a relation is meant in.
    r"\forall s, u > 0 : s u > 0",
    r"\forall s \in \mathbb{R}, s^2 \ge 0",
    r"x_i^2 \le \|x\|^2 \quad \forall i \in \{1, \dots, d\}",
    r"\frac{n + 1}{n} \xrightarrow[n \to \infty]{} 1",
    r"\frac{n + 1}{n} \to 1 \quad \text{as } n \to \infty",
    r"s \lesssim s^2",
    r"s^2 \gtrsim s",
    r"s > 0, u > 0 \implies s u > 0",
    r"\nabla \cdot (f(x) \nabla p(x)) = \nabla f(x) \cdot \nabla p(x) + f(x) \nabla^2 p(x)",
    // Whole numbers.
    r"{n \choose k} = \dbinom{n}{n - k}",
    r"n^2 \equiv n \pmod 2",
    r"n^2 = n \ (\mathrm{mod}\ 2)",
    r"(n + 2) \bmod 2 = n \bmod 2",
    r"\sum_{p, q = 1}^{n} p q = \left( \sum_{p=1}^n p \right)^2",
    r"\sum_{\substack{p, q = 1 \\ p \ne q}}^{3} p q = 22",
    // Averages in the notations of the field.
    r"\mathbb{V}[\xi] = \mathbb{V}\mathrm{ar}[\xi] = \mathsf{Var}(\xi)",
    r"\langle s \xi^2 \rangle = s \langle \xi^2 \rangle_\xi",
    r"\langle \xi \rangle^2 = 0",
    r"\mathbb{E}\left[ \xi \middle| s \xi + t = u \right] = \frac{u - t}{s}",
    r"f(x) = \int q(y) p(x - y) dy = (q(\cdot\, s) * p)(x)",
    r"p = (s q(\cdot\, s)) * q",
];

#[test]
fn every_construct_has_its_typed_tree() {
    let scope = fixtures();
    let (mut shown, mut wrong) = (String::new(), Vec::new());
    for tex in CONSTRUCTS {
        let read = match round_trip(tex, &scope) {
            Ok(read) => read,
            Err(problem) => {
                wrong.push(problem);
                continue;
            }
        };
        shown.push_str(&format!("{tex}\n"));
        for premise in &read.premises {
            shown.push_str(&format!(
                "    if {} {} {}\n",
                tree(&premise.left),
                premise.relation.tex(),
                tree(&premise.right)
            ));
        }
        for link in &read.links {
            shown.push_str(&format!("    {} {} {}\n", tree(&link.left), link.relation.tex(), tree(&link.right)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    insta::assert_snapshot!(shown);
}

/// Formula, code, and the text that is marked.
const REFUSED: &[(&str, &str, &str)] = &[
    (r"s = ", "unexpected-token", "="),
    (r"s = t )", "unbalanced-group", ")"),
    (r"s = \left( t ]", "unbalanced-group", r"\left"),
    (r"s = \big( t", "unbalanced-group", "("),
    (r"s = t \big)", "unbalanced-group", ")"),
    (r"x \in \{ s, t : s > 0 \}", "unsupported-construct", r"\{ s, t : s > 0 \}"),
    (r"x \in \{ y : y \}", "not-a-relation", r"\{ y : y \}"),
    (r"1\,000 s = 1", "unexpected-token", "000"),
    (r"\sum_{x_i > y_j} s = 1", "unexpected-token", "x_i > y_j"),
    (r"(s + t)' = 1", "unexpected-token", "(s + t)'"),
    (r"\det' A = 1", "unexpected-token", r"\det'"),
    (r"\tanh' s = 1", "unexpected-token", r"\tanh'"),
    (r"\coth^{-1} s = 1", "ambiguous", r"\coth^{-1}"),
    (r"\int \frac{ds}{dt} = 1", "unexpected-token", r"\int"),
    (r"\int d^Nx \, p(x) = 1", "sort-mismatch", r"\int"),
    (r"s = \frac{1}", "unexpected-token", "{1}"),
    (r"s = t \text{ for some } u > 0", "in-words", r"\text{ for some }"),
    (r"\text{not } s = t", "in-words", r"\text{not }"),
    (r"s = \begin{cases} 1 & \text{if not } u > 0 \\ 0 & \text{otherwise} \end{cases}", "in-words", r"\text{if not }"),
    (r"s = 1 + 2 + \dots + n", "unsupported-construct", r"\dots"),
    (r"\mathbb{P}(\xi > 0 : s > 0) = 1", "unsupported-construct", ":"),
    (r"\int_0 s \, ds = 1", "unexpected-token", "0"),
    (r"\int s = 1", "unexpected-token", r"\int"),
    (r"\lim s = 1", "unexpected-token", r"\lim"),
    (r"\lim_{s} s = 1", "unexpected-token", r"\lim_{s}"),
    (r"\sup s = 1", "unexpected-token", r"\sup"),
    (r"\sum t = 1", "unexpected-token", r"\sum"),
    (r"\min_q x = 1", "sort-mismatch", "x"),
    (r"\nabla \cdot f = 0", "sort-mismatch", r"\nabla \cdot f"),
    (r"\nabla^2 A = 0", "sort-mismatch", r"\nabla^2 A"),
    (r"\frac{dx}{dt} = x", "unknown-symbol", "x"),
    (r"\dot x = x", "unknown-symbol", r"\dot x"),
    (r"s^{(t)} = 1", "ambiguous", "(t)"),
    (r"G(x) = x", "unknown-symbol", "G"),
    (r"p(x, y, s) = 1", "unknown-symbol", "p"),
    (r"f(s, t) = 1", "unknown-symbol", "f"),
    (r"\mathbb{E}_{x \sim f}[x] = x", "unknown-symbol", r"x \sim f"),
    (r"\mathbb{E}_x[x] = x", "unknown-symbol", r"\mathbb{E}_x"),
    (r"\mathcal{N}(x; m) = s", "sort-mismatch", r"\mathcal{N}(x; m)"),
    (r"\mathcal{N}(x; s, C) = s", "sort-mismatch", r"\mathcal{N}(x; s, C)"),
    (r"x \otimes A = A", "sort-mismatch", r"x \otimes A"),
    (r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix} = A", "unexpected-token", r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}"),
    (r"\|x\|_0 = s", "unsupported-construct", r"\|x\|_0"),
    (r"\|A\|_7 = s", "unsupported-construct", r"\|A\|_7"),
    (r"\iint du \, s = t", "unexpected-token", r"\iint"),
    (r"\int_0^1 s u \, du \, ds = t", "unexpected-token", "s"),
    (r"x \succeq 0", "sort-mismatch", r"\succeq"),
    (r"s \in \mathbb{R}", "not-a-relation", r"s \in \mathbb{R}"),
    (r"\sum s = t", "unexpected-token", r"\sum"),
    (r"\sin(A) = B", "unsupported-construct", r"\sin(A"),
    (r"e^{w} = A", "sort-mismatch", "e^{w}"),
    (r"(x, s) = x", "sort-mismatch", "="),
    (r"x \in \lambda", "unsupported-construct", r"\lambda"),
    (r"s = t \iff u", "not-a-relation", "u"),
    (r"s = t \implies s^2 = t^2 \implies s = t", "unsupported-construct", r"\implies"),
    (r"s = t \iff u = c \implies s = c", "unsupported-construct", r"\implies"),
    (r"G'(x, t) = x", "unknown-symbol", r"G'"),
    (r"s = t, u", "not-a-relation", "u"),
    (r"\delta_{i} = 1", "unexpected-token", r"\delta_{i}"),
    (r"\int d^3x \, f(x) = 1", "sort-mismatch", r"\int"),
    (r"s \stackrel{t}{=} u", "unsupported-construct", "t"),
    (r"n \choose k = 1", "unexpected-token", r"\choose"),
    (r"{n \choose k \choose 2} = 1", "unexpected-token", r"\choose"),
    (r"s + n \bmod 2 = 1", "ambiguous", r"\bmod"),
    (r"n \le k \pmod 2", "unsupported-construct", r"\le"),
    (r"\exists s : s^2 = 2", "unsupported-construct", r"\exists"),
    (r"\forall s \in [0, 1], u > 0, s u > 0", "ambiguous", "u > 0"),
    (r"\forall s : s", "not-a-relation", "s"),
    (r"\limsup_{n \to \infty} s = 1", "unsupported-construct", r"\limsup_{n \to \infty}"),
    (r"s \doteq t", "unsupported-construct", r"\doteq"),
    (r"x \lesssim y", "sort-mismatch", r"\lesssim"),
    (r"\tanh t (s + u) = \sin s (t + u)", "ambiguous", "(t + u)"),
    (r"\tanh t (s + u) u = 1", "ambiguous", "u"),
    (r"\left( s \middle) = 1", "unexpected-token", r"\middle"),
    (r"\mathbb{E}[\xi \mid \xi^2 = 1] = 0", "unsupported-construct", r"\mathbb{E}[\xi \mid \xi^2 = 1]"),
    (r"\langle s \rangle = 1", "unsupported-construct", r"\langle s \rangle"),
    // Multi-byte text: the span is right to the character.
    (r"s = \text{größer als } t", "in-words", r"\text{größer als }"),
    (r"θ² + s = ψ", "unknown-symbol", "θ"),
    (r"s = t + é", "unknown-symbol", "é"),
];

#[test]
fn what_cannot_be_read_is_refused_at_its_place() {
    let scope = fixtures();
    let mut wrong = Vec::new();
    for (tex, code, marked) in REFUSED {
        match latex::statement(tex, &scope) {
            Ok(read) => wrong.push(format!("{tex} was read as {}", print::statement(&read.statement))),
            Err(t) => {
                let at = tex.get(t.span.start..t.span.end).unwrap_or("a broken span");
                if (t.code.name, at) != (*code, *marked) {
                    wrong.push(format!("{tex}: {} at `{at}`, {}", t.code.name, t.message));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_prefix_of_a_formula_is_read_or_refused() {
    let scope = fixtures();
    for tex in CONSTRUCTS {
        for (end, _) in tex.char_indices() {
            if let Err(t) = latex::statement(&tex[..end], &scope) {
                assert!(tex.get(t.span.start..t.span.end).is_some() && t.span.end <= end.max(1), "{}", &tex[..end]);
            }
        }
    }
}

#[test]
fn readings_that_survive_are_both_kept() {
    let scope = fixtures();
    for (tex, first, second) in [
        (r"s = \tanh(t)^2", r"\tanh^{2}\left( t \right)", r"\tanh\left( t^{2} \right)"),
        (r"s = t / 2 c", r"\frac{t}{2 c}", r"\frac{t}{2} c"),
        (
            r"s = \partial_s e^s \partial_u e^u",
            r"\frac{\partial}{\partial s} \left( e^{s} \frac{\partial}{\partial u} \left( e^{u} \right) \right)",
            r"\left( \frac{\partial}{\partial s} \left( e^{s} \right) \right) \frac{\partial}{\partial u} \left( e^{u} \right)",
        ),
        (
            r"s = \tanh t (c + u)",
            r"\tanh\left( t \left( c + u \right) \right)",
            r"\tanh\left( t \right) \left( c + u \right)",
        ),
        (r"s = r (1 - u)", r"r\left( t \right) \left( 1 - u \right)", r"r\left( 1 - u \right)"),
        (r"s = r (t + u)", r"r\left( t + u \right)", r"r\left( t \right) \left( t + u \right)"),
    ] {
        let read = latex::statement(tex, &scope).expect("it is read");
        let right = |statement: &Statement| print::expr(&statement.links[0].right);
        assert_eq!(right(&read.statement), first);
        assert_eq!(read.alternatives.first().map(|(other, _)| right(other)).as_deref(), Some(second));
    }
    assert!(latex::statement(r"s = \tanh^2(t)", &scope).expect("it is read").alternatives.is_empty());
    // Two places that are open, each on its own and both together.
    let read = latex::statement(r"s = \tanh t (c + u) + \partial_s e^s \partial_u e^u", &scope).expect("it is read");
    assert_eq!(read.alternatives.len(), 3);
    // What is in brackets is differentiated as a whole: there is one reading.
    let read = latex::statement(r"s = \partial_u (u e^u)", &scope).expect("it is read");
    assert!(read.alternatives.is_empty());
}

#[test]
fn bound_letters_are_printed_apart_from_free_ones() {
    let scope = fixtures();
    let declared = |name: &str| scope.declared(name).expect("it is declared").symbol.clone();
    for (tex, free) in [
        (r"\int_0^1 u s \, du", "u"),
        (r"\sum_{k=1}^{n} k s", "k"),
        (r"\sum_{k=1}^{n} \int_0^1 u^k s \, du", "u"),
        (r"\mathbb{E}_{u \sim \mathcal{N}(0, c)} [u s]", "u"),
        (r"(u \mapsto u + s)(t)", "u"),
    ] {
        let read = latex::expression(tex, &scope, &[]).unwrap_or_else(|t| panic!("{tex}: {}", t.message));
        let moved =
            substitute(&read, &declared("s"), &Expr::symbol(&declared(free), Span::default())).expect("a number");
        let printed = print::expr(&moved);
        let again = latex::expression(&printed, &scope, &[]).unwrap_or_else(|t| panic!("{printed}: {}", t.message));
        assert!(same(&moved, &again) && !same(&read, &again), "{tex} printed as {printed}");
        // A letter that is bound twice is no clash.
        assert_eq!(print::expr(&read).matches('\'').count(), 0, "{}", print::expr(&read));
    }
}

#[test]
fn words_before_a_letter_are_one_name_where_they_are_declared() {
    let scope = scope(r"\theta: real; \text{const. in } \theta: real; s: real");
    let statement = round_trip(r"s = -\theta + 2 (\text{const. in } \theta)", &scope).unwrap();
    assert_eq!(print::statement(&statement), r"s = -\theta + 2 \mathrm{const. in}\theta");
    for other in [r"s = 2 (\text{const. in } s)", r"s = 2 (\text{other than } \theta)", r"s = \text{const. in }"] {
        assert!(latex::statement(other, &scope).is_err(), "{other}");
    }
}

#[test]
fn a_conditional_mean_needs_laws_that_know_of_each_other() {
    let mean = |symbols: &str| {
        let scope = scope(&format!(r"x: real; y: real; {symbols}"));
        let read = latex::expression(r"\mathbb{E}[u | v]", &scope, &[]).unwrap_or_else(|t| panic!("{}", t.message));
        matches!(&*read.kind, Kind::Div(..))
    };
    assert!(mean(r"p(x): density; f(x|y): density; u: random real ~ density p(u); v: random real ~ density f(v|u)"));
    // Each by itself: how they depend on each other is not said.
    assert!(!mean(r"p(x): density; q(x): density; u: random real ~ density p(u); v: random real ~ density q(v)"));
}

#[test]
fn a_power_of_a_name_is_no_member_of_its_family() {
    let scope = scope(
        r"K: dimension; \mu: index(K); d: dimension; i: index(d); x: vector(d); x_i^\mu: family real; y^\mu: family real; u: real; v: real; v^\mu: family real",
    );
    let refused = |tex: &str| latex::statement(tex, &scope).err().map(|t| t.code.name);
    assert_eq!(refused(r"x_i^2 = 1"), Some("ambiguous"));
    assert_eq!(refused(r"v^2 = 1"), Some("ambiguous"));
    let read = |tex: &str| {
        print::statement(&latex::statement(tex, &scope).unwrap_or_else(|t| panic!("{tex}: {}", t.message)).statement)
    };
    // Not a number, the number 1, a name that has no value without an index, and a bound letter.
    assert_eq!(read(r"v^\mu = u"), r"v^{\mu} = u");
    assert_eq!(read(r"v^1 = u"), r"v^{1} = u");
    assert_eq!(read(r"y^2 = u"), r"y^{2} = u");
    let integral = latex::expression(r"\int_0^1 v^2 dv", &scope, &[]).expect("it is read");
    assert!(crate::expr::walk::any(&integral, &mut |e| matches!(&*e.kind, Kind::Pow(..))));
}

/// The printed equations of a real document: at least nine in ten are read, with every declaration, and printing them is
/// reading them.
#[test]
fn nine_in_ten_equations_of_the_lecture_notes_are_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("derivations/sources/beg-rohu-2025.toml");
    let file = super::open(&path).expect("the source is there");
    let (document, problems) = source_document(&file);
    assert!(problems.is_empty(), "{problems:?}");
    let (mut stating, mut read) = (0, 0);
    for equation in &document.equations {
        let (scope, problems) = document.scope(equation);
        assert!(problems.is_empty(), "{}: {problems:?}", equation.number.text);
        let reading = document.elaborate(equation, &scope);
        stating += usize::from(equation.states_mathematics());
        let Ok(elaborated) = reading else { continue };
        read += usize::from(equation.states_mathematics());
        let printed = print::statement(&elaborated.statement);
        let mut scope = scope;
        for value in elaborated.values {
            scope.insert(value.symbol.tex().to_owned(), latex::Entry::Declared(value));
        }
        let again = latex::statement(&printed, &scope);
        let again = again.unwrap_or_else(|t| panic!("{} as {printed}: {}", equation.number.text, t.message));
        assert!(same_statement(&elaborated.statement, &again.statement), "{}: {printed}", equation.number.text);
    }
    assert!(read * 10 >= stating * 9, "{read} of {stating}");
}

/// What is tried in several ways is read once: time grows with the length of a formula, not as a power of its depth.
#[test]
fn nesting_costs_no_exponential_time() {
    let scope = fixtures();
    let nested = |open: &str, inside: &str, close: &str| format!("s = {}{inside}{}", open.repeat(30), close.repeat(30));
    let started = std::time::Instant::now();
    for tex in [
        nested("f(", "y", ")"),
        nested("X(", "t", ")"),
        nested(r"\dot X(", "t", ")"),
        nested("p_{", "t", "}"),
        nested("x (", "s", ")"),
        nested("g(", "s", ")"),
        nested("d Y_{", "t", "}"),
        nested(r"\mathbb{E}_{x \sim ", "p", "}"),
        nested(r"\langle x \rangle_{", "p", "}"),
        nested(r"(\operatorname{argmin}_f ", "L", ")(x)"),
        nested(r"\int_{", "s", "}"),
        nested("d", "x", ""),
        nested("||", "x", "||"),
    ] {
        // Most of these mean nothing; what counts is that they are refused soon.
        let _ = latex::statement(&tex, &scope);
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}
