//! Hostile input to the formula language and to the readers of notes: no panic, no span outside the text, no input that
//! takes long. A few seconds in `cargo test`; `CORRIGENDA_FUZZ_SECONDS=60` for longer, `CORRIGENDA_FUZZ_SEED` for another
//! beginning.

use corrigenda::diagnostic::Diagnostic;
use corrigenda::latex::{self, Scope};
use corrigenda::note::{self, RawNote};
use corrigenda::source::{SourceFile, Span};
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longest that one small input may take, in an unoptimised build on a busy machine.
const LONGEST: Duration = Duration::from_secs(5);

fn number(variable: &str, default: u64) -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the time is given from outside")]
    let value = std::env::var(variable).ok();
    value.and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Runs `check` on inputs of `make` until the time is over.
fn fuzz(name: &str, make: impl Fn(&mut ChaCha8Rng) -> String, check: impl Fn(&str)) {
    let seconds = number("CORRIGENDA_FUZZ_SECONDS", 2);
    let first = number("CORRIGENDA_FUZZ_SEED", 0);
    let began = Instant::now();
    let mut count = 0;
    while began.elapsed() < Duration::from_secs(seconds) {
        let mut random = ChaCha8Rng::seed_from_u64(first + count);
        let input = make(&mut random);
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&input)));
        let took = start.elapsed();
        assert!(outcome.is_ok(), "{name}: seed {} panics on\n{input:?}", first + count);
        assert!(took < LONGEST, "{name}: seed {} takes {took:?} on\n{input:?}", first + count);
        count += 1;
    }
    println!("{name}: {count} inputs");
    assert!(count > 10, "{name}: only {count} inputs");
}

/// Pieces of formulas, well formed and not.
const PIECES: &[&str] = &[
    "x",
    "y",
    "t",
    "C",
    "v",
    "i",
    "N",
    "α",
    "\\sigma",
    "\\beta",
    "2",
    "3.14",
    "0",
    "10000000000",
    "=",
    "<",
    "\\le",
    "\\approx",
    "+",
    "-",
    "*",
    "/",
    "^",
    "_",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "|",
    "\\|",
    ",",
    ".",
    ";",
    "!",
    "'",
    "&",
    "\\\\",
    "\\frac",
    "\\frac{1}{2}",
    "\\sqrt",
    "\\sqrt[3]",
    "\\sum_{i=1}^N",
    "\\prod_i",
    "\\int_0^1",
    "\\int",
    "dx",
    "\\mathrm{d}t",
    "\\partial_t",
    "\\frac{\\partial}{\\partial x}",
    "\\frac{d}{dt}",
    "\\nabla",
    "\\exp",
    "\\log",
    "\\cosh",
    "\\left(",
    "\\right)",
    "\\left[",
    "\\right.",
    "\\langle",
    "\\rangle",
    "\\mathbb{E}",
    "\\mathbb{E}_{x \\sim p}",
    "\\mathbf{x}",
    "\\hat{x}",
    "\\text{if }",
    "\\quad",
    "\\begin{cases}",
    "\\end{cases}",
    "\\begin{aligned}",
    "\\end{aligned}",
    "\\begin{pmatrix}",
    "\\end{pmatrix}",
    "\\pm",
    "\\infty",
    "\\to",
    "\\lim_{t \\to 0}",
    "\\max_k",
    "\\operatorname{Tr}",
    "\\det",
    "\\binom{N}{i}",
    "^{-1}",
    "^\\top",
    "_{ij}",
    "^2",
    "\\in",
    "\\delta",
    "\\Gamma(x)",
    "\\mathcal{N}",
    "\\sim",
    "\\cdot",
    "\\times",
    "\\otimes",
    "\\underbrace{x}_{y}",
    "%",
    "\n",
    "~",
    "\\,",
    "\\",
    "$",
    "#1",
    "\u{301}",
    "𝔼",
    "\0",
    "\u{202e}",
];

/// Pieces of documents.
const PARTS: &[&str] = &[
    "$$",
    "$",
    "\\[",
    "\\]",
    "\\(",
    "\\)",
    "\n\n",
    "\n",
    "> ",
    "- ",
    "    ",
    "```math\n",
    "```\n",
    "```{math}\n:label: a\n",
    "+++\n",
    "---\n",
    "[symbols]\n",
    "'x' = 'real'\n",
    "[assumed]\n",
    "[define]\n'y' = 'x^2'\n",
    "[macros]\n'\\a' = '#1'\n",
    "<!-- claim: a -->",
    "<!-- claim: b\nassume = 'x > 0'\n-->",
    "<!--",
    "-->",
    "\\begin{equation}",
    "\\end{equation}",
    "\\begin{align*}",
    "\\end{align*}",
    "\\begin{align}",
    "\\end{align}",
    "\\begin{subequations}",
    "\\end{subequations}",
    "\\label{a}",
    "\\tag{1}",
    "\\\\",
    "&",
    "%",
    "%! ",
    "%! claim: c\n",
    "%! [symbols]\n",
    "%! 'x' = 'real'\n",
    "\\input{part}",
    "\\include{",
    "\\newcommand{\\a}[1]{#1#1}",
    "\\a{x}",
    "\\def\\b{\\begin{equation}}",
    "\\b",
    "\\newenvironment{e}{\\begin{align}}{\\end{align}}",
    "\\begin{e}",
    "\\end{e}",
    "\\verb|",
    "\\begin{verbatim}",
    "\\iffalse",
    "\\fi",
    "\\section{S}",
    "\\numberwithin{equation}{section}",
    "\\appendix",
    "\\documentclass{book}",
    "\\begin{document}",
    "\\end{document}",
    "{",
    "}",
    "x = x",
    "e^x \\ge 1",
    "ä",
    "\\title{T}",
    "(eq:a)",
    "{#eq-a}",
    "| a | b |\n|---|\n",
    "\\setcounter{equation}{7}",
    "\\renewcommand{\\theequation}{\\theequation\\theequation}",
    "\\eqref{a}",
    "\\'e",
    "\\begin{itemize}\\item",
];

fn soup(pieces: &[&str], random: &mut ChaCha8Rng) -> String {
    let length = random.random_range(1..60);
    let mut out = String::new();
    for _ in 0..length {
        let piece = pieces.choose(random).unwrap();
        let times = if random.random_range(0..50) == 0 { random.random_range(1..2000) } else { 1 };
        out += &piece.repeat(times);
        if random.random_range(0..3) == 0 {
            out.push(' ');
        }
    }
    out
}

/// A text with a few cuts, copies and insertions, at character boundaries.
fn mutated(text: &str, pieces: &[&str], random: &mut ChaCha8Rng) -> String {
    let mut out = text.to_owned();
    for _ in 0..random.random_range(1..6) {
        let mut place = || {
            let mut at = random.random_range(0..=out.len());
            while !out.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (a, b) = (place(), place());
        let (from, to) = (a.min(b), a.max(b));
        match random.random_range(0..4) {
            0 => out.replace_range(from..out.floor_char_boundary(to.min(from + 40)).max(from), ""),
            1 if out.len() < 20_000 => {
                let copy = out.get(from..to.min(from + 300)).unwrap_or("").to_owned();
                out.insert_str(from, &copy);
            }
            _ => out.insert_str(from, pieces.choose(random).unwrap()),
        }
        if !out.is_char_boundary(out.len()) {
            break;
        }
    }
    out
}

const DECLARATIONS: &str = "+++
[symbols]
'N' = 'dimension'
'i' = 'index(N)'
'x' = 'real'
'y' = 'real > 0'
't' = 'real in (0, 1)'
'\\sigma' = 'real > 0'
'\\beta' = 'real'
'C' = 'spd(N)'
'v' = 'vector(N)'
'f' = 'function(real) -> real'
'z' = 'random vector(N) ~ N(0, I)'
[define]
'\\alpha' = 'x^2 + y'
+++
";

fn scope() -> Scope {
    let (note, problems) = note::read(&SourceFile::new("n.md", DECLARATIONS));
    assert!(problems.is_empty(), "{problems:?}");
    note::lower(&note).0.scope
}

/// The displayed formulas of our own notes.
fn formulas() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("derivations");
    let notes = note::discover(&[root]).unwrap();
    let read = |path: &std::path::PathBuf| note::read(&note::open(path).unwrap()).0.formulas;
    notes.iter().flat_map(read).map(|formula| formula.tex.text).collect()
}

fn is_in(text: &str, span: Span) -> bool {
    text.get(span.start..span.end).is_some()
}

fn reads(text: &str, scope: &Scope) {
    if let Err(trouble) = latex::statement(text, scope) {
        assert!(is_in(text, trouble.span), "{trouble:?}");
        if let Some(also) = trouble.also {
            assert!(is_in(text, also.0), "{also:?}");
        }
    }
    let _ = latex::normal_form(text);
    let _ = latex::symbol_name(text);
    let _ = latex::usage::Usage::default().add(text);
}

fn checked(note: &RawNote, mut diagnostics: Vec<Diagnostic>) {
    let text = note.file.text();
    diagnostics.extend(note::lower(note).1);
    for diagnostic in &diagnostics {
        assert!(is_in(diagnostic.file.text(), diagnostic.primary.span), "{diagnostic:?}");
        assert!(diagnostic.secondary.iter().all(|l| is_in(diagnostic.file.text(), l.span)), "{diagnostic:?}");
    }
    for (index, formula) in note.formulas.iter().enumerate() {
        assert!(is_in(text, formula.tex.span) && is_in(text, formula.outer), "{formula:?}");
        let place = note.place_in_body(index);
        assert!(note.body().get(place).is_some());
    }
    assert!(note.claims.iter().all(|c| c.target.is_none_or(|t| t < note.formulas.len())));
}

#[test]
fn formulas_of_loose_pieces() {
    let scope = scope();
    fuzz("pieces", |random| soup(PIECES, random), |text| reads(text, &scope));
}

#[test]
fn formulas_of_our_notes_with_slips() {
    let (scope, formulas) = (scope(), formulas());
    assert!(formulas.len() > 50);
    fuzz("slips", |random| mutated(formulas.choose(random).unwrap(), PIECES, random), |text| reads(text, &scope));
}

#[test]
fn markdown_notes() {
    let samples = [DECLARATIONS, include_str!("notes/quoted.md"), "$$ x = x $$\n\n<!-- claim: a -->\n"];
    let make = |random: &mut ChaCha8Rng| match random.random_range(0..2) {
        0 => soup(PARTS, random),
        _ => mutated(samples.choose(random).unwrap(), PARTS, random),
    };
    fuzz("markdown", make, |text| {
        let (mut note, diagnostics) = note::read(&SourceFile::new("n.md", text));
        checked(&note, diagnostics);
        let drafted = note::verified(&note, &std::collections::BTreeSet::new());
        if let Ok((draft, text)) = drafted {
            let again = note::read(&SourceFile::new("n.md", text.as_str())).0;
            assert_eq!(again.formulas.len(), note.formulas.len(), "{text}");
            assert!(again.claims.len() >= draft.claims.len(), "{text}");
        }
        note::claim_unclaimed(&mut note, &mut std::collections::BTreeSet::new());
        checked(&note, Vec::new());
    });
}

#[test]
fn latex_documents() {
    let samples = [include_str!("notes/latex/awkward.tex"), include_str!("notes/latex/book/chapters/one.tex")];
    let make = |random: &mut ChaCha8Rng| match random.random_range(0..2) {
        0 => soup(PARTS, random),
        _ => mutated(samples.choose(random).unwrap(), PARTS, random),
    };
    fuzz("latex", make, |text| {
        let part = SourceFile::new("part.tex", "ä $$ x = y $$ \\input{main} \\begin{align} a &= b");
        let open = |path: &Path| match path.to_str() {
            Some("part.tex") => Ok(Some(part.clone())),
            Some("main.tex") => Ok(Some(SourceFile::new("main.tex", text))),
            _ => Ok(None),
        };
        let sidecar = SourceFile::new("main.corrigenda.toml", "[claim.a]\n[claim.'1']\nassume = 'x > 0'\n");
        let (note, diagnostics) = note::read_latex(&SourceFile::new("main.tex", text), Some(&sidecar), &open);
        checked(&note, diagnostics);
    });
}
