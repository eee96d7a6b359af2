//! Formulas per second: parsing and elaboration of short ones, expansion of commands, and whole documents.

use corrigenda::latex::{self, Scope, macros};
use corrigenda::note;
use corrigenda::source::SourceFile;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::fmt::Write;

const DECLARATIONS: &str = "+++
[symbols]
'd' = 'dimension'
'N' = 'dimension'
'K' = 'dimension'
'i' = 'index(N)'
'j' = 'index(N)'
'\\mu' = 'index(K)'
'\\xi' = 'sign matrix(N, K)'
'x' = 'real'
'y' = 'real'
't' = 'real > 0'
'\\sigma' = 'real > 0'
'\\beta' = 'real > 0'
'\\Delta_t' = 'real'
'C' = 'spd(d)'
'W_{\\mathrm{opt}}' = 'matrix(d, d)'
'v' = 'vector(d)'
'z' = 'random vector(d) ~ N(0, I)'
+++
";

/// Lines as they stand in papers of the field.
const SHORT: &[&str] = &[
    r"\cosh^2 x - \sinh^2 x = 1",
    r"\Delta_t = 1 - e^{-2t}",
    r"x \le y^2 + 1",
    r"\frac{d}{dx} \log\cosh x = \tanh x",
    r"W_{\mathrm{opt}} = \left[(1-e^{-2t})\mathbb{I} + e^{-2t} C\right]^{-1}",
    r"\mathbb{E}\, \| z \|^2 = d",
    r"\xi_i^\mu \xi_i^\mu = 1",
    r"\frac{\beta}{\beta + \sigma^2} \le 1",
    r"(x + y)^2 = x^2 + 2 x y + y^2",
    r"\operatorname{Tr}\, C > 0",
    r"\sum_{\mu=1}^K \xi_i^\mu \xi_j^\mu = K",
    r"\sqrt{x^2} = |x|",
];

fn scope() -> Scope {
    note::lower(&note::read(&SourceFile::new("n.md", DECLARATIONS)).0).0.scope
}

/// One after the other; the count is of formulas.
#[divan::bench]
fn short_formulas(bencher: Bencher<'_, '_>) {
    let scope = scope();
    for formula in SHORT {
        assert!(latex::statement(formula, &scope).is_ok(), "{formula}: {:?}", latex::statement(formula, &scope).err());
    }
    bencher.counter(ItemsCount::new(SHORT.len())).bench_local(|| {
        for formula in SHORT {
            divan::black_box(latex::statement(divan::black_box(formula), &scope)).ok();
        }
    });
}

/// Each on its own.
#[divan::bench(args = SHORT)]
fn formula(bencher: Bencher<'_, '_>, formula: &str) {
    let scope = scope();
    bencher
        .counter(ItemsCount::new(1_u8))
        .bench_local(|| divan::black_box(latex::statement(divan::black_box(formula), &scope)).is_ok());
}

#[divan::bench]
fn expansion(bencher: Bencher<'_, '_>) {
    let mut commands = macros::Macros::default();
    for text in [r"\newcommand{\norm}[1]{\left\|#1\right\|}", r"\newcommand{\R}{\mathbb{R}}", r"\def\half{\frac12}"] {
        commands.define(macros::definition(text, 0).expect("a definition").0, false);
    }
    bencher.counter(ItemsCount::new(1_u8)).bench_local(|| {
        commands.expand(divan::black_box(r"\half \norm{x + y}^2 \le \norm{x}^2 + \norm{y}^2"), &mut 0).is_ok()
    });
}

/// A paper of 400 displays.
#[divan::bench]
fn latex_document(bencher: Bencher<'_, '_>) {
    let mut text = String::from("\\documentclass{article}\n\\newcommand{\\R}{\\mathbb{R}}\n\\begin{document}\n");
    for i in 0..400 {
        let formula = SHORT[i % SHORT.len()];
        let _ = write!(
            text,
            "Some words on $x_{i}$ in $\\R$.\n\\begin{{equation}}\n  {formula} \\label{{eq:{i}}}\n\\end{{equation}}\n"
        );
    }
    let file = SourceFile::new("paper.tex", text.as_str());
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| note::read_latex(divan::black_box(&file), None, &|_| Ok(None)).0.formulas.len());
}

fn main() {
    divan::main();
}
