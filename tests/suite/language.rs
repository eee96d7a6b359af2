//! The formula language: what is printed is read back as the same tree, and what is malformed is refused.

use crate::library;
use corrigenda::catalog;
use corrigenda::expr::walk::same_link;
use corrigenda::expr::{Statement, print};
use corrigenda::latex::{self, Scope};

/// Prints every link, reads it back and compares. The problems, and how many links there were.
fn round_trip(name: &str, statement: &Statement, scope: &Scope, problems: &mut Vec<String>) -> usize {
    let links = || statement.premises.iter().chain(&statement.links);
    for link in links() {
        let printed = print::link(link);
        match latex::statement(&printed, scope) {
            Err(trouble) => problems.push(format!("{name}: {printed}\n    is refused: {}", trouble.message)),
            Ok(read) if read.statement.links.len() != 1 || !read.statement.premises.is_empty() => {
                problems.push(format!("{name}: {printed}\n    is read as more than one link"));
            }
            Ok(read) if !same_link(&read.statement.links[0], link) => {
                let again = print::link(&read.statement.links[0]);
                problems.push(format!("{name}: {printed}\n    is read as {again}"));
            }
            Ok(_) => {}
        }
    }
    links().count()
}

const SYMBOLS: &str = r"+++
[symbols]
'd' = 'dimension'
'N' = 'dimension'
'K' = 'dimension'
'i' = 'index(N)'
'j' = 'index(N)'
'k' = 'index(d)'
'\mu' = 'index(K)'
'a' = 'real'
'b' = 'real > 0'
't' = 'real > 0'
'x' = 'real'
'y' = 'real'
'n' = 'integer > 0'
'\sigma' = 'real > 0'
'v' = 'vector(d)'
'u' = 'vector(d)'
'A' = 'matrix(d, d)'
'B' = 'matrix(d, d)'
'C' = 'spd(d)'
'\xi' = 'sign matrix(N, K)'
's' = 'sign vector(N)'
'f' = 'function(real) -> real'
'z' = 'random vector(d) ~ N(0, C)'
+++
";

/// One of each construct, and the places where brackets decide.
const CONSTRUCTS: &[&str] = &[
    r"a - (b - t) = a - b + t",
    r"a - (b + t) = -(a - b)",
    r"-a^2 = (-a)^2",
    r"(a b)^2 = a b^2",
    r"a^{b^t} = (a^b)^t",
    r"\frac{a}{b} t = \frac{a}{b t}",
    r"\frac{\frac{a}{b}}{t} = \frac{a}{\frac{b}{t}}",
    r"2^{-n} = \frac{1}{2^n}",
    r"(-2)^n = -2^n",
    r"\left(\frac{1}{2}\right)^n = \frac{1}{2^n}",
    r"\sqrt{a + b} = (a + b)^{1/2}",
    r"\sqrt[3]{b} = b^{1/3}",
    r"e^{-a t} = \exp(-a t)",
    r"\log(a^2) = 2 \log b",
    r"\sin^2 x + \cos^2 x = 1",
    r"\tanh(x) = \frac{\sinh x}{\cosh x}",
    r"|a b| = |a| |b|",
    r"\|A v\|^2 = v^\top A^\top A v",
    r"\langle u, v \rangle = u^\top v",
    r"\operatorname{Tr}(A B) = \operatorname{Tr}(B A)",
    r"\det(A B) = \det A \det B",
    r"(A + B)^{-1} = A^{-1} + B^{-1}",
    r"(A B)^\top v = B^\top A^\top v",
    r"C^{-1} C = \mathbb{I}",
    r"v_k = (A u)_k",
    r"\sum_k (u_k + v_k) = \sum_k u_k + \sum_k v_k",
    r"\left(\sum_k u_k\right) a = \sum_k u_k a",
    r"\sum_{k=1}^d k = \frac{d(d+1)}{2}",
    r"\prod_{k=1}^{n} k = n!",
    r"\frac{1}{N} \sum_i \xi_i^\mu s_i \le 1",
    r"\int_0^\infty e^{-t x} dx = \frac{1}{t}",
    r"\int_{-\infty}^{\infty} f(y) dy = 1",
    r"\frac{d}{dx} f(x)^2 = 2 f(x) \frac{d}{dx} f(x)",
    r"\mathbb{E}\,\| A z - v \|^2 = \operatorname{Tr}(A C A^\top) + \|v\|^2",
    r"\max(a, \min(b, t)) \le a + b",
    r"\operatorname{erf}(x) = 1 - \operatorname{erfc}(x)",
    r"\Gamma(b + 1) = b \Gamma(b)",
    r"\binom{n}{2} = \frac{n(n-1)}{2}",
    r"x = \begin{cases} 1 & y \ge 0 \\ -1 & y < 0 \end{cases}",
    r"\sum_{i < j} s_i s_j = \sum_{i} \sum_{j \ne i} s_i s_j",
    r"\sum_{\substack{1 \le i \le N \\ 1 \le j \le N \\ i < j}} s_i s_j = 0",
    r"s - 2 s_i \mathbb{I}_N^i = s",
    r"\frac12 \left(\frac12 \prod_k u_k\right) = \frac14 \prod_k u_k",
    r"a < b",
    r"a \ne b",
    r"1.25 x = \frac{5}{4} x",
];

#[test]
fn printing_and_reading_are_inverse() {
    let (mut problems, mut links) = (Vec::new(), 0);
    for (name, text) in library::derivations() {
        let (claims, scope) = library::read(&name, &text);
        for claim in &claims {
            // What stands for a differential or the length of a small vector is declared by the claim, not by the note.
            let mut scope = scope.clone();
            for own in claim.declarations.iter() {
                if scope.declaration(&own.symbol).is_none() {
                    scope.insert(own.symbol.tex().to_owned(), latex::Entry::Declared(own.clone()));
                }
            }
            for statement in [Some(&claim.statement), claim.solves.as_ref()].into_iter().flatten() {
                links += round_trip(&format!("{name}, {}", claim.id), statement, &scope, &mut problems);
            }
        }
    }
    assert!(links > 100, "only {links} links in our own notes");
    for form in catalog::ALL {
        let rows: String = form.symbols.iter().map(|(name, sort)| format!("'{name}' = '{sort}'\n")).collect();
        let (_, scope) = library::read(form.id, &format!("+++\n[symbols]\n{rows}+++\n"));
        let text = format!("{} = {}", form.wrong_twin, form.latex);
        let read = latex::statement(&text, &scope).unwrap_or_else(|t| panic!("{}: {}", form.id, t.message));
        round_trip(form.id, &read.statement, &scope, &mut problems);
    }
    let (_, scope) = library::read("constructs", SYMBOLS);
    for text in CONSTRUCTS {
        match latex::statement(text, &scope) {
            Ok(read) => {
                round_trip("construct", &read.statement, &scope, &mut problems);
            }
            Err(trouble) => problems.push(format!("construct: {text}\n    is refused: {}", trouble.message)),
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Nothing of these may be dropped so that the rest can be read.
const MALFORMED: &[&str] = &[
    "",
    "x",
    "x =",
    "= x",
    "x = = y",
    "x = y +",
    "x = y)",
    "x = (y",
    "x = {y",
    "x = y}",
    r"x = \left( y",
    r"x = y \right)",
    r"x = \frac{1}",
    r"x = \frac",
    r"x = \sqrt",
    r"x = \undefinedmacro{y}",
    r"x = y^",
    r"x = y_",
    r"x = y^2^2",
    r"x = \sum_k",
    r"x = \sum_{k=1}^d",
    r"x = \int_0^1 y",
    r"x = \begin{cases} 1 & y > 0",
    r"x = \end{cases}",
    r"x = \begin{cases} 1 & y > 0 \end{aligned}",
    r"x = y & t",
    r"x = 1.2.3",
    r"x = ..5",
    r"x = w",
    r"x = v",
    r"A + x = A",
    r"v u = x",
    r"x = |y",
    r"x = \langle u, v",
    r"x = \text{something}",
    r"x = y \quad z",
    r"x = y # t",
    "x = y \u{202e} t",
    "x = y \0",
    r"x = \operatorname{sn}(y)",
    r"x = \tag{1}",
    r"x = f(y, t)",
    r"x = f",
];

#[test]
fn malformed_formulas_are_refused_at_a_place_inside() {
    let (_, scope) = library::read("constructs", SYMBOLS);
    let mut wrong = Vec::new();
    for text in MALFORMED {
        match latex::statement(text, &scope) {
            Ok(read) => wrong.push(format!("{text:?} is read as {}", print::statement(&read.statement))),
            Err(t) => {
                let inside = t.span.start <= t.span.end && t.span.end <= text.len();
                let whole = text.is_char_boundary(t.span.start.min(text.len()))
                    && text.is_char_boundary(t.span.end.min(text.len()));
                if !inside || !whole || t.message.is_empty() {
                    wrong.push(format!("{text:?}: {:?} {}", t.span, t.message));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn depth_is_bounded() {
    let (_, scope) = library::read("constructs", SYMBOLS);
    for (open, close) in [("{", "}"), ("(", ")"), (r"\sqrt{", "}"), (r"\left(", r"\right)"), ("x^{", "}"), ("-", "")] {
        let text = format!("x = {}y{}", open.repeat(20_000), close.repeat(20_000));
        // Refused or read: in either case it ends.
        if let Ok(read) = latex::statement(&text, &scope) {
            assert!(corrigenda::expr::walk::depth(&read.statement.links[0].right) < 1000, "{open}");
        }
    }
}
