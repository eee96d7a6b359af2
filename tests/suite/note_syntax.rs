//! Notes as an author writes them: what is found, where, and what is said about the rest.

use corrigenda::claim::Expectation;
use corrigenda::diagnostic::Diagnostic;
use corrigenda::note::{self, Base, LawName, Located, RawNote};
use corrigenda::source::SourceFile;

fn read(text: &str) -> (RawNote, Vec<Diagnostic>) {
    note::read(&SourceFile::new("note.md", text))
}

/// `code line:column message` of each diagnostic.
fn shown(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            let at = d.file.position(d.primary.span.start);
            format!("{} {}:{} {}", d.code.name, at.line, at.column, d.message)
        })
        .collect()
}

fn problems(text: &str) -> Vec<String> {
    shown(&read(text).1)
}

/// Front matter with these symbols, then a formula.
fn with_symbols(lines: &str) -> String {
    format!("+++\n[symbols]\n{lines}\n+++\n\n$$ x = 1 $$\n")
}

/// A formula with a claim that has these keys.
fn with_claim(keys: &str) -> String {
    format!("$$ x = 1 $$\n<!-- claim: it\n{keys}\n-->\n")
}

fn texts(located: &[Located]) -> Vec<&str> {
    located.iter().map(|l| l.text.as_str()).collect()
}

#[test]
fn a_whole_note() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/notes/quoted.md")).unwrap();
    let (note, diagnostics) = read(&text);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    assert_eq!(note.title, "Größen – ein Prüfstück");
    assert_eq!(note.source.as_ref().unwrap().text, "beg-rohu-2025");
    assert!(note.body().starts_with("\n# Ignored"));

    let formulas: Vec<&str> = note.formulas.iter().map(|f| f.tex.text.as_str()).collect();
    let expected = [
        "α = \\beta \\tag{7.4.8}",
        "γ = 1 +\nδ",
        "a\n  - b = c\n  > 0",
        "e = m\n- 1 \\label{einstein}",
        "u = v.",
        "z = 1",
    ];
    assert_eq!(formulas, expected);
    for formula in &note.formulas {
        // Each byte of each formula is found in the file, also behind quotation marks and in other alphabets.
        for (i, c) in formula.tex.text.char_indices() {
            assert_eq!(note.file.slice(formula.tex.place(i..i + c.len_utf8())), c.to_string());
        }
    }
    assert_eq!(note.formulas[0].tag.as_ref().unwrap().text, "7.4.8");
    assert_eq!(note.file.slice(note.formulas[0].outer), "$$ α = \\beta \\tag{7.4.8} $$");
    assert_eq!(note.formulas[2].labels[0].text, "eq:list");
    assert!(note.file.slice(note.formulas[2].outer).ends_with("$$ (eq:list)"));
    assert_eq!(note.formulas[3].labels[0].text, "einstein");
    let at = note.file.position(note.formulas[1].tex.place("γ = 1 +\n".len()..formulas[1].len()).start);
    assert_eq!((at.line, at.column), (34, 3));

    let claims: Vec<(&str, Option<usize>)> = note.claims.iter().map(|c| (c.id.text.as_str(), c.target)).collect();
    assert_eq!(claims, [("first-one", Some(0)), ("second-one", Some(0)), ("quoted", Some(1))]);
    assert!(note.claims.iter().all(|c| c.is_readable && c.expect == Expectation::Holds));
    assert_eq!(texts(&note.claims[0].cites), ["7.4.8"]);
    let quoted = &note.claims[2];
    assert_eq!(texts(&quoted.assume), ["t > 1", "γ < 2"]);
    let at = note.file.position(quoted.assume[1].span.start);
    assert_eq!((at.line, at.column, note.file.slice(quoted.assume[1].span)), (39, 6, "γ < 2"));
    let limit = quoted.limit.as_ref().unwrap();
    assert_eq!((limit.symbol.text.as_str(), note.file.slice(limit.target.span)), ("d", "\\infty"));

    let bases: Vec<Base> = note.symbols.iter().map(|s| s.sort.base).collect();
    use Base::*;
    assert_eq!(bases, [PositiveDefinite, Dimension, Vector, Real, Real, Function, Matrix]);
    let law = note.symbols[2].random.as_ref().unwrap();
    assert_eq!((law.name, texts(&law.parameters)), (LawName::Normal, vec!["\\mu", "C^e"]));
    assert_eq!(note.file.slice(law.parameters[0].span), "\\mu");
    assert_eq!(note.symbols[3].range.as_ref().unwrap().lower, Some((0.into(), false)));
    let range = note.symbols[4].range.as_ref().unwrap();
    assert_eq!((&range.lower, &range.upper), (&Some((0.into(), true)), &Some((1.into(), false))));
    let arguments: Vec<Base> = note.symbols[5].sort.arguments.iter().map(|s| s.base).collect();
    assert_eq!((arguments, note.symbols[5].sort.result.as_ref().unwrap().base), (vec![Real, Vector], Real));
    assert!(note.symbols[6].estimand && !note.symbols[0].estimand);
    assert_eq!(texts(&note.symbols[6].sort.dims), ["d", "d"]);
    let (name, meaning) = &note.defines[0];
    assert_eq!((name.text.as_str(), note.file.slice(meaning.span)), ("\\Delta_t", "1 - e^{-2t}"));
}

#[test]
fn the_example_of_the_design() {
    let text = r#"+++
title  = "The optimal linear score"
source = "beg-rohu-2025"          # slug of derivations/sources/beg-rohu-2025.toml

[symbols]                         # TeX name = sort; ranges and laws may follow
'C^e'     = 'spd(d)'
'W'       = 'matrix(d, d)'
't'       = 'real > 0'
'a'       = 'random vector(d) ~ N(0, C^e)'
'z'       = 'random vector(d) ~ N(0, I)'

[define]                          # abbreviations, expanded before checking
'\Delta_t' = '1 - e^{-2t}'
'x'        = 'a e^{-t} + \sqrt{\Delta_t} z'
+++

The loss is least at

$$ W_{\mathrm{opt}} = \left[(1-e^{-2t})\mathbb{I} + e^{-2t} C^e\right]^{-1} \tag{7.4.8} $$

<!-- claim: optimal-linear-score
cites = "7.4.8"
minimises = { variable = 'W', objective = '\mathbb{E}\,\| -W x + z/\sqrt{\Delta_t} \|^2' }
experiment = { name = "denoising-least-squares", estimand = "optimal-score", d = 40, t = 0.7 }
-->
"#;
    let (note, diagnostics) = read(text);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    let claim = &note.claims[0];
    let extremum = claim.extremum.as_ref().unwrap();
    assert!(!extremum.maximum);
    assert_eq!(note.file.slice(extremum.objective.span), extremum.objective.text);
    let experiment = claim.experiment.as_ref().unwrap();
    assert_eq!(experiment.estimand.as_ref().unwrap().text, "optimal-score");
    let parameters: Vec<(&str, &[f64], bool)> =
        experiment.parameters.iter().map(|p| (p.name.text.as_str(), p.values.as_slice(), p.is_sweep)).collect();
    assert_eq!(parameters, [("d", &[40.0][..], false), ("t", &[0.7][..], false)]);
}

#[test]
fn every_key_of_a_claim() {
    let text = with_claim(
        r#"expect = "refuted"
cites = ["1.2.3", "1.2.4"]
formula = "x = \"2\""
corrects = "other"
maximises = { variable = 'x', objective = 'x' }
solves = 'y = 0'
limit = { symbol = 'd', to = '\infty', exponents = [0.5, 1] }
closed_form = "wiener-mse"
law = 'x \sim N(0, 1)'
methods = ["exact", "simulation"]
tolerance = { relative = 0.05, reason = "leading order" }
[experiment]
name = "some"
n = [1, 2.5, 0x10]
d = { from = 8, to = 512, steps = 7, log = true }
a = { from = 0, to = 1, steps = 3 }
bind = { 'C^e' = "covariance" }"#,
    );
    let (note, diagnostics) = read(&text);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    let claim = &note.claims[0];
    assert_eq!(claim.expect, Expectation::Refuted);
    assert!(claim.extremum.as_ref().unwrap().maximum);
    // A string with escapes is known only as a whole.
    let formula = claim.formula.as_ref().unwrap();
    assert_eq!((formula.text.as_str(), note.file.slice(formula.place(0..1))), ("x = \"2\"", "\"x = \\\"2\\\"\""));
    assert_eq!(claim.limit.as_ref().unwrap().exponents, [0.5, 1.0]);
    assert_eq!(texts(claim.methods.as_ref().unwrap()), ["exact", "simulation"]);
    assert_eq!(claim.tolerance.as_ref().unwrap().relative, 0.05);
    let experiment = claim.experiment.as_ref().unwrap();
    assert_eq!(experiment.bind[0].0.text, "C^e");
    let values: Vec<&[f64]> = experiment.parameters.iter().map(|p| p.values.as_slice()).collect();
    assert_eq!(values[0], [1.0, 2.5, 16.0]);
    assert_eq!(values[1], [8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0]);
    assert_eq!(values[2], [0.0, 0.5, 1.0]);
}

#[test]
fn a_blank_line_ends_a_display_and_the_rest_is_read() {
    let text = "αβ $$ a =\n\n b $$\n<!-- claim: lost -->\n\n$$ c = d $$\n<!-- claim: kept -->\n";
    let (note, diagnostics) = read(text);
    assert_eq!(shown(&diagnostics), ["unclosed-formula 1:4 the formula that `$$` opens is not closed"]);
    assert_eq!(note.formulas.len(), 1);
    assert_eq!(
        note.claims.iter().map(|c| (c.target, c.is_readable)).collect::<Vec<_>>(),
        [(None, false), (Some(0), true)]
    );
}

#[test]
fn an_unclosed_display_does_not_swallow_the_next() {
    for open in ["$$", "\\["] {
        let text = format!("{open} a = b\n\ntext\n\n$$ c = d $$\n\n$$\ne = f\n$$\n\n> {open} g\n");
        let (note, diagnostics) = read(&text);
        let formulas: Vec<&str> = note.formulas.iter().map(|f| f.tex.text.as_str()).collect();
        assert_eq!(formulas, ["c = d", "e = f"], "{open}");
        let message = format!("the formula that `{open}` opens is not closed");
        let expected = [format!("unclosed-formula 1:1 {message}"), format!("unclosed-formula 11:3 {message}")];
        assert_eq!(shown(&diagnostics), expected);
    }
    assert_eq!(problems("$$ a = b\n<!-- claim: x -->\n$$ c = d $$").len(), 1);
}

#[test]
fn brackets_in_running_text_are_no_formula() {
    let (note, diagnostics) = read("on \\[0, 1) and \\\\[2pt] only, but \\[ x = \\frac12 \\\\[2pt] y \\] is one\n");
    assert_eq!(diagnostics.len(), 0);
    assert_eq!(
        note.formulas.iter().map(|f| f.tex.text.as_str()).collect::<Vec<_>>(),
        ["0, 1) and \\\\[2pt] only, but \\[ x = \\frac12 \\\\[2pt] y"]
    );
    assert_eq!(read("on \\[0, 1) only\n\n$$ x $$").0.formulas.len(), 1);
}

#[test]
fn a_claim_needs_its_formula_right_before_it() {
    let text = "<!-- claim: early -->\n\n$$ x = 1 $$.\n\nMore.\n\n<!-- claim: far -->\n<!-- claim: farther -->\n<!-- claim: own\nformula = 'y = 2' -->\n";
    let (note, diagnostics) = read(text);
    assert_eq!(
        shown(&diagnostics),
        [
            "missing-target 1:13 the claim `early` follows no displayed formula",
            "missing-target 7:13 the claim `far` follows no displayed formula",
            "missing-target 8:13 the claim `farther` follows no displayed formula",
        ]
    );
    assert_eq!(note.claims.iter().map(|c| c.is_readable).collect::<Vec<_>>(), [false, false, false, true]);
    assert!(problems("$$ x = 1 $$.\n\n<!-- claim: near -->").is_empty());
}

#[test]
fn broken_front_matter_costs_only_itself() {
    let (note, diagnostics) = read("+++\ntitle = \"é\" 'x' = \n[symbols\n+++\n\n$$ x = 1 $$\n");
    assert!(!note.has_valid_front_matter);
    assert_eq!(note.formulas.len(), 1);
    assert!(shown(&diagnostics)[0].starts_with("bad-front-matter 2:13 "), "{:?}", shown(&diagnostics));
    assert!(diagnostics.iter().all(|d| d.code.name == "bad-front-matter"));
    assert_eq!(problems("+++\ntitle = 'x'\n\n$$ x $$"), ["bad-front-matter 1:1 the front matter is not closed"]);
    let (note, diagnostics) = read("---\ntitle: yaml\n---\n# Überschrift $x$\n\n$$ x $$");
    assert!(diagnostics.is_empty());
    assert_eq!((note.title.as_str(), note.formulas.len()), ("Überschrift $x$", 1));
    assert!(note.body().starts_with("# Ü"));
}

#[test]
fn unknown_keys_are_refused_with_a_suggestion() {
    let (_, diagnostics) = read("+++\ntitel = 'ä'\nquelle = 'x'\n+++\n");
    assert_eq!(
        shown(&diagnostics),
        [
            "unknown-key 2:1 unknown key `titel` in the front matter",
            "unknown-key 3:1 unknown key `quelle` in the front matter"
        ]
    );
    assert_eq!(diagnostics[0].hint.as_deref(), Some("did you mean `title`?"));
    assert_eq!(diagnostics[1].hint.as_deref(), Some("known keys: title, source, symbols, assumed, define, macros"));
    let (note, diagnostics) = read(&with_claim("tolerence = 0.1\nexperiment = { name = 'e', estimand = 1 }"));
    assert_eq!(shown(&diagnostics)[0], "unknown-key 3:1 unknown key `tolerence` in a claim");
    assert_eq!(diagnostics[0].hint.as_deref(), Some("did you mean `tolerance`?"));
    assert_eq!(shown(&diagnostics)[1], "bad-claim 4:39 `estimand` must be a string, not an integer");
    assert!(!note.claims[0].is_readable);
}

#[test]
fn claims_with_wrong_values() {
    let cases = [
        ("expect = 'true'", "bad-claim 3:11 `expect` must be \"holds\" or \"refuted\", not \"true\""),
        ("cites = 7", "bad-claim 3:9 `cites` must be a string or a list of strings, not an integer"),
        ("assume = ['x', 2]", "bad-claim 3:16 `assume` must be a string, not an integer"),
        ("tolerance = 0.1", "bad-claim 3:13 a tolerance needs a reason"),
        ("tolerance = nan", "bad-claim 3:13 a tolerance needs a reason"),
        ("tolerance = { relative = 0.1 }", "bad-claim 3:13 `tolerance` needs the key `reason`"),
        (
            "minimises = 'W'",
            "bad-claim 3:13 `minimises` must be a table { variable = 'W', objective = '…' }, not a string",
        ),
        ("minimises = { variable = 'W', objektive = 'x' }", "unknown-key 3:31 unknown key `objektive` in `minimises`"),
        ("limit = 'd'", "bad-claim 3:10 a limit reads `symbol \\to target`"),
        ("experiment = { estimand = 'e' }", "bad-claim 3:14 `experiment` needs the key `name`"),
        ("experiment = { name = 'e', d = nan }", "bad-parameter 3:32 `d` must be a finite number"),
        ("experiment = { name = 'e', d = [1, 'ü'] }", "bad-parameter 3:36 every value of `d` must be a finite number"),
        ("experiment = { name = 'e', d = [] }", "bad-parameter 3:32 `d` needs between 1 and 1000 values"),
        (
            "experiment = { name = 'e', d = { from = 1, to = 2, steps = 1 } }",
            "bad-parameter 3:32 the range of `d` needs between 2 and 1000 steps",
        ),
        ("solves = ''", "bad-claim 3:10 `solves` is empty"),
    ];
    for (keys, expected) in cases {
        let (note, diagnostics) = read(&with_claim(keys));
        assert_eq!(shown(&diagnostics).first().map(String::as_str), Some(expected));
        assert!(!note.claims[0].is_readable, "{keys}");
    }
    let (note, diagnostics) = read(&with_claim("cites = \ncites = '2'"));
    assert!(shown(&diagnostics)[0].starts_with("bad-claim 3:9 "), "{:?}", shown(&diagnostics));
    assert!(!note.claims[0].is_readable);
}

#[test]
fn heads_of_claims() {
    let problem = |head: &str| problems(&format!("$$ x $$\n<!-- {head} -->"));
    assert_eq!(problem("claim: Not_Good ß"), ["bad-claim 2:13 the id of the claim cannot be read"]);
    assert_eq!(problem("claim:"), ["bad-claim 2:6 the claim has no id"]);
    assert_eq!(problem("claim\nid = 'a'\n"), ["bad-claim 2:6 the claim has no id"]);
    assert_eq!(problem("claim"), ["bad-claim 2:6 the claim has no id"]);
    assert_eq!(problem("claim\u{a0}ß"), ["bad-claim 2:12 the id of the claim cannot be read"]);
    assert_eq!(problem("claims: a"), ["bad-claim 2:12 the id of the claim cannot be read"]);
    assert_eq!(problem("Claim: a"), ["bad-claim 2:6 a claim comment begins with `claim:` in small letters"]);
    assert_eq!(problem("claim: a cites = '1'"), ["bad-claim 2:15 only the id stands on the first line of a claim"]);
    assert!(problem("claim a-b").is_empty());
    assert!(problem("claims are made here, not a claim").is_empty());
    assert_eq!(problems("$$ x $$\n<!-- claim: a\n"), ["bad-claim 2:1 the comment is not closed"]);
}

#[test]
fn declarations_that_cannot_be_read() {
    let cases = [
        ("'x' = 'rael'", "bad-sort 3:8 unknown sort `rael`", "did you mean `real`?"),
        ("'ξ' = 'vector'", "bad-sort 3:8 `vector` needs one dimension", "write `vector(d)`"),
        ("'ξ' = 'matrix(d)'", "bad-sort 3:14 `matrix` needs two dimensions", "write `matrix(n, d)`"),
        ("'x' = 'real(d)'", "bad-sort 3:12 `real` has no dimensions", "write `real`"),
        ("'x' = 'real > y'", "bad-sort 3:13 `y` is not a number", "bounds are numbers"),
        ("'x' = 'real in (1, 0)'", "empty-domain 3:13 no number lies in this range", "the lower bound comes first"),
        ("'x' = 'random real'", "bad-sort 3:8 a random symbol needs a law", ""),
        ("'x' = 'real ~ N(0, 1)'", "bad-sort 3:8 only a random symbol has a law", "write `random real ~ N(0, 1)`"),
        ("'x' = 'random real ~ M(0)'", "bad-sort 3:22 unknown law `M`", ""),
        ("'x' = 'random real ~ N(0)'", "bad-sort 3:22 `N` takes 2, not 1 parameters", "write `N(mean, variance)`"),
        ("'x' = 'random sign ~ N(0, 1)'", "bad-sort 3:8 `sign` cannot have this law", ""),
        ("'x' = 'vector(d) > 0'", "bad-sort 3:18 `vector` cannot have a range", ""),
        ("'x' = 'vector(d'", "bad-sort 3:14 the bracket is not closed", "close it with `)`"),
        ("'x' = 'function(real)'", "bad-sort 3:8 a function needs the sort of its value", ""),
        ("'x' = ''", "bad-sort 3:8 the sort is missing", ""),
        ("'x' = 3", "bad-sort 3:2 the sort of `x` must be a string, not integer", ""),
        ("C.e = 'real'", "bad-sort 3:1 the sort of `C` must be a string, not table", ""),
    ];
    for (line, expected, hint) in cases {
        let (note, diagnostics) = read(&with_symbols(line));
        assert_eq!(shown(&diagnostics).first().map(String::as_str), Some(expected));
        assert!(diagnostics[0].hint.as_deref().unwrap().contains(hint), "{:?}", diagnostics[0].hint);
        assert_eq!((note.symbols.len(), note.misdeclared.len(), note.formulas.len()), (0, 1, 1));
    }
}

#[test]
fn declarations_that_can() {
    let cases = [
        ("real", "real"),
        ("  integer >= -3  ", "integer"),
        ("index(d)", "index"),
        ("row(2)", "row"),
        ("orthogonal(N_{\\rm h})", "orthogonal"),
        ("random sign vector(d) ~ Rad(\\tanh(h, 2))", "sign vector"),
        ("positive vector(d)", "positive vector"),
        ("random real ~ U(-1, \\pi)", "real"),
        ("estimand", "real"),
        ("estimand real in (0, 1)", "real"),
        ("random vector(d) \\sim \\mathcal{N}(0, I)", "vector"),
        ("real > 0, < 1/2", "real"),
        ("real \\ge 0.25", "real"),
        ("real in (-\\infty, 0]", "real"),
        ("function(sign vector(d)) -> vector(d)", "function"),
    ];
    for (text, word) in cases {
        let (note, diagnostics) = read(&with_symbols(&format!("'x' = '{text}'")));
        assert_eq!(shown(&diagnostics), Vec::<String>::new());
        assert_eq!(note.symbols[0].sort.base.word(), word);
    }
    let range = |text: &str| read(&with_symbols(&format!("'x' = 'real {text}'"))).0.symbols[0].range.clone().unwrap();
    let quarter = corrigenda::numeric::Rational::from_parts(1.into(), 4_u8.into());
    assert_eq!(range("\\ge 0.25").lower, Some((quarter.clone(), true)));
    assert_eq!(range("in (-\\infty, 1/4)").upper, Some((quarter, false)));
    assert_eq!(range("in (-\\infty, 1/4)").lower, None);
}

#[test]
fn ids_are_used_once() {
    assert_eq!(
        problems("$$ x $$\n<!-- claim: a -->\n<!-- claim: b -->\n<!-- claim: a -->"),
        ["duplicate-id 4:13 the id `a` is used twice"]
    );
    let (first, _) = note::read(&SourceFile::new("1.md", "$$ x $$ <!-- claim: a -->"));
    let (second, _) =
        note::read(&SourceFile::new("2.md", "$$ x $$ <!-- claim: a -->\n<!-- claim: beta\ncorrects = 'bet' -->"));
    let notes = [first, second];
    assert_eq!(shown(&note::duplicates(&notes)), ["duplicate-id 1:21 the id `a` is used twice"]);
    assert_eq!(note::duplicates(&notes)[0].hint.as_deref(), Some("first used in 1.md:1:21; give one another id"));
    let unknown = note::unknown_corrections(&notes);
    assert_eq!(shown(&unknown), ["unknown-claim 3:13 no claim has the id `bet`"]);
    assert_eq!(unknown[0].hint.as_deref(), Some("did you mean `beta`?"));
}

#[test]
fn other_line_ends_and_a_byte_order_mark() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/notes/quoted.md")).unwrap();
    let (note, diagnostics) = read(&format!("\u{feff}{}", text.replace('\n', "\r\n")));
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    assert_eq!((note.formulas.len(), note.claims.len(), note.symbols.len()), (6, 3, 7));
    assert_eq!(note.formulas[1].tex.text, "γ = 1 +\r\nδ");
}

#[test]
fn untrusted_input_is_bounded() {
    let long = format!("{}\n{}", "x\n".repeat(3), "y".repeat(note::LONGEST_LINE + 1));
    assert_eq!(
        problems(&long),
        [format!("too-large 5:1 a line has 1000001 bytes, the limit is {}", note::LONGEST_LINE)]
    );
    let many = "$$ x\n\n".repeat(1000);
    assert_eq!(read(&many).1.len(), note::MOST_DIAGNOSTICS + 1);
}

/// Inputs that make a careless scanner look at each byte many times. Each would take minutes if reading were quadratic.
#[test]
fn reading_takes_linear_time() {
    let line = |piece: &str| piece.repeat(note::LONGEST_LINE / piece.len());
    let page = |piece: &str| piece.repeat(4_000_000 / piece.len());
    let inputs = [
        line("\\["),
        line("$$x$$"),
        line("$$x$$ <!-- claim: a -->"),
        line("> "),
        line("`"),
        line("{"),
        line("<!--"),
        line("$"),
        page("\\[\n\n"),
        page("$$ a\n\n"),
        page("$$\n> b\n"),
        page("> - $$ a $$\n"),
        page("$$ a $$ (b)\n<!-- claim: c -->\n"),
        page("---\nx\n"),
        format!("+++\n[symbols]\n{}+++\n", (0..60_000).map(|i| format!("'x{i}' = 'vector(d'\n")).collect::<String>()),
        format!("+++\n[symbols]\n{}\n+++\n", "x = [".repeat(100_000)),
        with_symbols(&format!("'x' = 'vector({}'", "(".repeat(900_000))),
        with_claim(&format!("assume = [{}]", "'x',".repeat(200_000))),
        format!("$$ {} $$", "{".repeat(10_000)),
    ];
    for input in inputs {
        let start = std::time::Instant::now();
        let (note, _) = read(&input);
        let seconds = start.elapsed().as_secs_f64();
        assert!(seconds < 20.0, "{seconds} s for {:?}…, {} formulas", &input[..20], note.formulas.len());
    }
}

#[test]
fn the_source_lists_every_numbered_equation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/derivations/sources/beg-rohu-2025.toml");
    let file = note::open(std::path::Path::new(path)).unwrap();
    let (source, diagnostics) = note::source_document(&file);
    assert_eq!(shown(&diagnostics), Vec::<String>::new());
    assert_eq!(source.equations.len(), 290);
    let numbers: std::collections::BTreeSet<&str> = source.equations.iter().map(|e| e.number.text.as_str()).collect();
    assert_eq!(numbers.len(), 290);
    assert_eq!(file.slice(source.equation("7.4.8").unwrap().tex.span), source.equation("7.4.8").unwrap().tex.text);
}

#[test]
fn sources_with_mistakes() {
    let text = "[[equation]]\nnumber = '1'\ntex = 'x'\nkind = 'k'\n[[equation]]\nnumber = '1'\ntex = 2\nkind = 'k'\n\
                [[equation]]\nnumber = '1'\ntex = 'y'\nkind = 'k'\nart = 'z'\n";
    let (source, diagnostics) = note::source_document(&SourceFile::new("s.toml", text));
    assert_eq!(source.equations.len(), 2);
    assert_eq!(
        shown(&diagnostics),
        [
            "bad-source 7:7 `tex` must be a string, not an integer",
            "unknown-key 13:1 unknown key `art` in an equation",
            "bad-source 10:11 the number `1` is used twice",
        ]
    );
}

#[test]
fn notes_are_discovered_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("b/z.md", b"$$ x $$");
    write("b/a.md", b"+++\n[symbols]\nx = 'real'\n+++\n");
    write("a.md", b"$$ x");
    write("README.md", b"# No formulas\n\n```\n$$ x $$\n```\n");
    write("reports/r.md", b"$$ x $$");
    write(".git/r.md", b"$$ x $$");
    write("c.txt", b"$$ x $$");
    write("binary.md", b"\xff\xfe\x00");
    let found = |paths: &[&str]| {
        let paths: Vec<_> = paths.iter().map(|p| folder.path().join(p)).collect();
        let found = note::discover(&paths).unwrap();
        found.iter().map(|p| p.strip_prefix(folder.path()).unwrap().display().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(&[""]), ["a.md", "b/a.md", "b/z.md", "binary.md"]);
    assert_eq!(found(&["reports", "c.txt", "b/z.md", "b"]), ["reports/r.md", "c.txt", "b/z.md", "b/a.md"]);
    let error = note::discover(&[folder.path().join("none.md")]).unwrap_err();
    assert!(error.to_string().starts_with("no such file or directory: "));
    let diagnostic = note::open(&folder.path().join("binary.md")).unwrap_err();
    assert_eq!(diagnostic.code.name, "not-text");
}

/// A source with a definition, a row that goes on from it and a statement in words, and notes about it.
#[test]
fn definitions_are_used_and_covered() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("sources")).unwrap();
    write(
        "sources/s.toml",
        "title = 'S'\n[[equation]]\nnumber = '1'\nkind = 'definition'\ntex = '\\Gamma_t = \\Delta_t + e^{-2t} s'\n\
         [[equation]]\nnumber = '2'\nkind = 'identity'\ntex = '= 1 + (s - 1) e^{-2t}'\n\
         [[equation]]\nnumber = '3'\nkind = 'identity'\ntex = '= 1 + s e^{-2t}'\n\
         [[equation]]\nnumber = '4'\nkind = 'definition'\ntex = 'q = \\text{what a spin wants}'\n\
         [[equation]]\nnumber = '5'\nkind = 'words'\ntex = '1 + (s-1) e^{-2t}'\n\
         [[equation]]\nnumber = '6'\nkind = 'words'\ntex = '\\text{(empty)}'\nunchecked = 'an empty row'\n\
         [[statement]]\nnumber = '1-p1'\nkind = 'qualitative'\ntext = 'grows with $s$'\n\
         [[statement]]\nnumber = '1-p2'\nkind = 'qualitative'\ntext = 'is nice'\nunchecked = 'a matter of taste'\n",
    );
    let front = "+++\nsource = 's'\n[symbols]\n't' = 'real > 0'\n's' = 'real > 0'\n'h' = 'real'\n[define]\n'\\Delta_t' = '1 - e^{-2t}'\n+++\n";
    let definition = "\n$$ \\Gamma_t = \\Delta_t + e^{-2t} s, \\tag{1} $$\n<!-- definition\ncites = '1'\n-->\n";
    let claim = "\n$$ \\Gamma_t = 1 + (s - 1) e^{-2t} $$\n<!-- claim: two\ncites = ['2', '3', '5', '1-p1']\n-->\n";
    let check = |note: &str| {
        write("n.md", &format!("{front}{note}"));
        let mut command = assert_cmd::Command::cargo_bin("corrigenda").unwrap();
        let output = command
            .current_dir(folder.path())
            .args(["check", "n.md", "--profile", "quick", "--no-cache", "--format", "json"])
            .output()
            .unwrap();
        // Nothing is printed where nothing could be checked.
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap(), json)
    };
    let words = "\n$$ q = \\text{what a spin wants} $$\n<!-- definition\ncites = '4'\nin_words = true\n-->\n";
    let (code, _, json) = check(&format!("{definition}{claim}{words}"));
    assert_eq!((code, &json["claims"][0]["verdict"]), (0, &"proved".into()));
    let statuses: Vec<&str> =
        json["equations"].as_array().unwrap().iter().map(|e| e["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["defined", "covered", "restated", "defined", "covered", "unchecked", "claimed", "unchecked"]);
    // In words only where the comment says so.
    let (code, ..) = check(&format!("{definition}{claim}{}", words.replace("true", "false")));
    assert_eq!(code, 2);

    // Without the definition nobody knows what is meant; a number that does not exist is said, and its neighbour named.
    let (code, problems, _) = check(&claim.replace("'2'", "'22'"));
    assert_eq!(code, 2);
    assert!(problems.contains("unknown-symbol") && problems.contains("unknown-equation"), "{problems}");
    // What is defined cannot be claimed by the same display, nor by its repetition.
    let (code, problems, _) = check(&format!("{definition}<!-- claim: itself -->\n"));
    assert!(code == 2 && problems.contains("bad-definition"), "{problems}");
    let (_, problems, _) = check(&format!(
        "{definition}\n$$ \\Gamma_t = e^{{-2t}} s + \\Delta_t $$\n<!-- claim: same -->\n\n$$ \\Gamma_t = \\Delta_t + e^{{-2t}} s $$\n<!-- claim: again -->\n"
    ));
    assert!(problems.contains("`again` are the same") && !problems.contains("`same` are the same"), "{problems}");
    // Sorts are compared where the left side is known, and definitions need a formula.
    let (code, problems, _) = check("\n$$ h = (s, t) $$\n<!-- definition -->\n");
    assert!(code == 2 && problems.contains("sort-mismatch"), "{problems}");
    let (code, problems, _) = check("\nText.\n\n<!-- definition -->\n\n$$ s = s + h - h $$\n<!-- claim: c -->\n");
    assert!(code == 2 && problems.contains("missing-target"), "{problems}");
    let (code, problems, _) =
        check("\n$$ q = s $$\n<!-- definition\ncite = '1'\n-->\n\n$$ s = s + h - h $$\n<!-- claim: c -->\n");
    assert!(code == 2 && problems.contains("did you mean `cites`"), "{problems}");
}

#[test]
fn a_declared_e_is_no_exponential_and_that_is_said() {
    let problems = |front: &str, formula: &str| {
        let text = format!("+++\n[symbols]\n'x' = 'real'\n{front}+++\n$$ {formula} $$\n<!-- claim: c -->\n");
        let (raw, _) = read(&text);
        shown(&note::lower(&raw).1)
    };
    assert_eq!(problems("'e' = 'real > 0'\n", "e^{x} e = e^{x + 1}").len(), 1);
    assert!(problems("'e' = 'real > 0'\n", "e^{x} e = e^{x + 1}")[0].starts_with("shadowed-constant"));
    for (front, formula) in
        [("", "e^{x} e = e^{x + 1}"), ("'e' = 'real'\n", r"e + x = x + e"), ("'e' = 'real'\n", r"\pi e = e \pi")]
    {
        assert_eq!(problems(front, formula), Vec::<String>::new(), "{formula}");
    }
}
