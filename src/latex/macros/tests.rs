use super::*;

fn macros(text: &str) -> Macros {
    let mut macros = Macros::default();
    for (definition, _) in definitions(text) {
        macros.define(definition, false);
    }
    macros
}

/// The expanded text, with what was inserted between bars.
fn expanded(preamble: &str, text: &str) -> String {
    match macros(preamble).expand(text, &mut 0) {
        Ok(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Expansion::Source(range) => text[range.clone()].to_owned(),
                Expansion::Inserted(written, of) => format!("⟦{written}@{}⟧", &text[of.clone()]),
            })
            .collect(),
        Err(trouble) => format!("{} {}", trouble.code.name, &text[trouble.span.start..trouble.span.end]),
    }
}

#[test]
fn arguments_keep_their_places_and_the_rest_has_that_of_the_use() {
    let preamble = r"\newcommand{\R}{\mathbb{R}} \newcommand*\norm[1]{\left\|#1\right\|}
        \newcommand{\pd}[2][x]{\frac{\partial #2}{\partial #1}} \def\half{\frac12} \DeclareMathOperator{\Var}{Var}";
    assert_eq!(expanded(preamble, r"x \in \R^d"), r"x \in ⟦\mathbb{R}@\R⟧^d");
    assert_eq!(expanded(preamble, r"\norm{α b}^2"), r"⟦\left\|@\norm⟧α b⟦\right\|@\norm⟧^2");
    assert_eq!(expanded(preamble, r"\norm x"), r"⟦\left\|@\norm⟧x⟦\right\|@\norm⟧");
    assert_eq!(expanded(preamble, r"\pd f"), r"⟦\frac{\partial @\pd⟧f⟦}{\partial x}@\pd⟧");
    assert_eq!(expanded(preamble, r"\pd[t] {g}"), r"⟦\frac{\partial @\pd⟧g⟦}{\partial @\pd⟧t⟦}@\pd⟧");
    assert_eq!(expanded(preamble, r"\half x"), r"⟦\frac12@\half⟧ x");
    assert_eq!(expanded(preamble, r"\Var x + \Variance"), r"⟦\operatorname{Var}@\Var⟧ x + \Variance");
}

#[test]
fn commands_do_not_run_together() {
    assert_eq!(expanded(r"\def\a{\alpha}\def\b#1{#1x}", r"\b\beta"), r"\beta⟦ @\b⟧⟦x@\b⟧");
    assert_eq!(expanded(r"\def\a#1{\alpha#1}", r"\a{x}"), r"⟦\alpha@\a⟧⟦ @x⟧x");
}

#[test]
fn nested_and_renewed() {
    let preamble = r"\newcommand{\bx}{\vv{x}} \newcommand{\vv}[1]{\mathbf{#1}}";
    assert_eq!(expanded(preamble, r"\bx^2"), r"⟦\mathbf{x}@\bx⟧^2");
    let preamble = r"\let\oldvec=\vec \renewcommand{\vec}[1]{\oldvec{\mathbf{#1}}}";
    assert_eq!(expanded(preamble, r"\vec a"), r"⟦\vec{\mathbf{@\vec⟧a⟦}}@\vec⟧");
    let preamble = r"\newcommand{\a}{1}\providecommand{\a}{2}\providecommand{\sum}{3}\let\b\a";
    assert_eq!(expanded(preamble, r"\a\b\sum"), r"⟦1@\a⟧⟦1@\b⟧\sum");
    assert_eq!(
        expanded(r"\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}", r"\abs*{x}"),
        r"⟦\lvert @\abs⟧x⟦ \rvert@\abs⟧"
    );
    assert_eq!(expanded(r"\NewDocumentCommand{\E}{O{p} m}{E_{#1}[#2]}", r"\E{x}"), r"⟦E_{p}[@\E⟧x⟦]@\E⟧");
}

#[test]
fn what_is_not_certain_is_refused() {
    assert_eq!(expanded(r"\def\a#1;{#1}", r"b \a x;"), r"bad-macro \a");
    assert_eq!(expanded(r"\newcommand{\a}[2]{#1#2}", r"\a{x}"), r"bad-macro \a");
    assert_eq!(expanded(r"\newcommand{\a}[1]{#1#2}", r"\a{x}"), r"bad-macro \a");
    let mut twice = macros(r"\def\a{1}");
    twice.define(definition(r"\def\a{ 1}", 0).unwrap().0, true);
    assert!(twice.expand(r"\a", &mut 0).is_ok());
    twice.define(definition(r"\def\a{2}", 0).unwrap().0, true);
    assert_eq!(twice.expand(r"x\a", &mut 0).unwrap_err().code.name, "bad-macro");
    assert!(twice.expand("x", &mut 0).is_ok());
}

#[test]
fn bombs_are_defused() {
    for preamble in [
        r"\def\a{\a}",
        r"\def\a{x\a}",
        r"\def\a{\a\a}",
        r"\def\a#1{\a{#1#1}}",
        r"\def\a{\b\b\b\b\b\b\b\b\b\b}\def\b{\c\c\c\c\c\c\c\c\c\c}\def\c{\d\d\d\d\d\d\d\d\d\d}\def\d{\e\e\e\e\e\e\e\e\e\e}\def\e{xxxxxxxxxx}",
    ] {
        assert_eq!(expanded(preamble, r"x = \a{y}"), r"too-large \a", "{preamble}");
    }
    let chain: String = (0..1000).map(|i| format!("\\def\\{}{{\\{}}}", letters(i), letters(i + 1))).collect();
    assert!(expanded(&chain, &format!("\\{}", letters(0))).starts_with('⟦'));
    // All formulas of a document together are bounded, too.
    let bomb = macros(r"\def\a{\b\b\b\b\b\b\b\b\b\b}\def\b{\c\c\c\c\c\c\c\c\c\c}\def\c{xxxxxxxxxx}");
    let mut work = WORK_LIMIT - 20_000;
    assert!((0..100).any(|_| bomb.expand(r"\a", &mut work).is_err()));
}

fn letters(mut n: usize) -> String {
    let mut name = String::from("z");
    for _ in 0..4 {
        name.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
    }
    name
}
