//! Raw notes to claims.

use super::*;

const NOTE: &str = r#"+++
title  = "The optimal linear score"
source = "beg-rohu-2025"

[symbols]
'd'       = 'dimension'
'C^e'     = 'spd(d)'
'W'       = 'matrix(d, d)'
'W_{\mathrm{opt}}' = 'matrix(d, d)'
't'       = 'real > 0'
'a'       = 'random vector(d) ~ N(0, C^e)'
'z'       = 'random vector(d) ~ N(0, I)'

[define]
'x'        = 'a e^{-t} + \sqrt{\Delta_t} z'
'\Delta_t' = '1 - e^{-2t}'
+++

The loss is least at

$$ W_{\mathrm{opt}} = \left[(1-e^{-2t})\mathbb{I} + e^{-2t} C^e\right]^{-1} \tag{7.4.8} $$

<!-- claim: optimal-linear-score
cites = "7.4.8"
minimises = { variable = 'W', objective = '\mathbb{E}\,\| -W x + z/\sqrt{\Delta_t} \|^2' }
-->
"#;

fn read(text: &str) -> (Lowered, Vec<Diagnostic>) {
    let file = crate::source::SourceFile::new("n.md", text);
    let (note, mut diagnostics) = crate::note::read(&file);
    let (lowered, more) = lower(&note);
    diagnostics.extend(more);
    (lowered, diagnostics)
}

#[test]
fn the_note_of_the_design_is_one_claim() {
    let (lowered, diagnostics) = read(NOTE);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let claim = &lowered.claims[0];
    assert_eq!(claim.id, "optimal-linear-score");
    let extremum = claim.extremum.as_ref().expect("it claims a minimum");
    assert!(matches!(&*extremum.objective.kind, Kind::Expectation(variables, _) if variables.len() == 2));
}

#[test]
fn a_formula_is_read_although_its_comment_cannot_be() {
    let names = |text: &str| read(text).1.iter().map(|d| d.code.name).collect::<Vec<_>>();
    let open = NOTE.replace(r"e^{-2t} C^e\right]", r"e^{-2t} \frac{C^e\right]");
    assert_eq!(names(&open), ["unbalanced-group"]);
    let comment = |text: &str| text.replace("cites", "sites");
    assert_eq!(names(&comment(&open)), ["unknown-key", "unbalanced-group"]);
    assert_eq!(names(&comment(&NOTE.replace("e^{-2t} C^e", "e^{-2t} C^f"))), ["unknown-key", "unknown-symbol"]);
    assert_eq!(names(&comment(NOTE)), ["unknown-key"]);
    let front = |text: &str| text.replace("title  = ", "title  : ");
    assert_eq!(names(&front(&open)).last(), Some(&"unbalanced-group"));
    assert!(!names(&front(NOTE)).contains(&"unbalanced-group"));
}

#[test]
fn what_a_proportionality_is_over_is_a_free_symbol() {
    let claim = |formula: &str, body: &str| {
        read(&format!(
            "+++\n[symbols]\n'd' = 'dimension'\n'x' = 'real'\n\"x'\" = 'real'\n'c' = 'real'\n+++\n\n$$ {formula} $$\n\n\
             <!-- claim: a\n{body}\n-->\n"
        ))
    };
    let (lowered, diagnostics) = claim(r"c e^x \propto e^x", "over = 'x'");
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let [(symbol, twin)] = lowered.claims[0].over.as_slice() else { panic!() };
    assert_eq!((symbol.tex(), twin.tex()), ("x", "{x'}'"));
    assert!(lowered.claims[0].declarations.iter().any(|d| d.symbol == *twin));
    for (formula, body) in [
        (r"c e^x = e^x", "over = 'x'"),
        (r"d \propto x", "over = 'd'"),
        (r"c \propto x", "over = 'x'\nlimit = 'x \\to 0'"),
    ] {
        let (_, diagnostics) = claim(formula, body);
        assert_eq!(diagnostics.iter().map(|d| d.code.name).collect::<Vec<_>>(), ["bad-claim"], "{formula}");
    }
}

#[test]
fn troubles_are_placed_in_the_file() {
    let broken = NOTE.replace("e^{-2t} C^e", "e^{-2t} C^f");
    let (lowered, diagnostics) = read(&broken);
    assert!(lowered.claims.is_empty());
    let d = &diagnostics[0];
    assert_eq!((d.code.name, d.file.slice(d.primary.span)), ("unknown-symbol", "C^f"));
    let (_, diagnostics) = read(&NOTE.replace("N(0, C^e)", "N(0, Q)"));
    assert_eq!(diagnostics[0].file.slice(diagnostics[0].primary.span), "Q");
}
