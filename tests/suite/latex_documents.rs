//! LaTeX documents: every display with LaTeX's number and its line, through inclusions, with claims in the document and
//! beside it.

use corrigenda::diagnostic::Diagnostic;
use corrigenda::note::{self, RawNote};
use corrigenda::source::SourceFile;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A document of these files, the first of which is the main one.
fn read(files: &[(&str, &str)]) -> (RawNote, Vec<Diagnostic>) {
    let file = |name: &str| files.iter().find(|(n, _)| *n == name).map(|(name, text)| SourceFile::new(*name, *text));
    let sidecar = file("paper.corrigenda.toml");
    let open = |path: &Path| Ok(file(&path.display().to_string()));
    note::read_latex(&file(files[0].0).unwrap(), sidecar.as_ref(), &open)
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<String> {
    let place = |d: &Diagnostic| {
        let at = d.file.position(d.primary.span.start);
        format!("{} {}:{}:{} {}", d.code.name, d.file.name(), at.line, at.column, d.file.slice(d.primary.span))
    };
    diagnostics.iter().map(place).collect()
}

/// File, line and numbers of every formula.
fn found(note: &RawNote) -> Vec<(String, usize, String)> {
    let place = |formula: &note::Formula| {
        let start = formula.tex.span.start;
        let numbers = if formula.numbers.is_empty() { "-".to_owned() } else { formula.numbers.join(" ") };
        (note.file.name_at(start).to_owned(), note.file.position(start).line, numbers)
    };
    let mut all: Vec<_> = note.formulas.iter().map(place).collect();
    all.sort();
    all
}

/// What the `%=` marks of these files say.
fn marked(files: &[(String, String)]) -> Vec<(String, usize, String)> {
    let mut all = Vec::new();
    for (name, text) in files {
        for (line, text) in text.lines().enumerate() {
            let Some((_, mark)) = text.split_once("%=") else { continue };
            match mark.trim() {
                // Two formulas on one line.
                "- -" => {
                    all.extend([(name.clone(), line + 1, "-".to_owned()), (name.clone(), line + 1, "-".to_owned())])
                }
                numbers => all.push((name.clone(), line + 1, numbers.to_owned())),
            }
        }
    }
    all.sort();
    all
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes/latex")
}

#[test]
fn awkward_displays_have_their_numbers_and_lines() {
    let path = folder().join("awkward.tex");
    let (note, diagnostics) = note::load(&path).unwrap();
    assert_eq!(codes(&diagnostics), Vec::<String>::new());
    let name = path.display().to_string();
    assert_eq!(found(&note), marked(&[(name, std::fs::read_to_string(&path).unwrap())]));
    assert_eq!(note.title, "Awkward displays & others");
    // Commands are expanded, and every byte still has its place.
    let norm = note.formulas.iter().find(|f| f.tex.text.contains(r"\boldsymbol{v}")).unwrap();
    assert_eq!(norm.tex.text, r"v = \left\lVert \boldsymbol{v} \right\rVert");
    let at = norm.tex.text.find(r"\boldsymbol").unwrap();
    assert_eq!(note.file.slice(norm.tex.place(at..at + 3)), r"\vec");
    let at = norm.tex.text.find(r"\right").unwrap();
    assert_eq!(note.file.slice(norm.tex.place(at..at + 3)), r"\norm");
    let at = norm.tex.text.find("v}").unwrap();
    assert_eq!(note.file.slice(norm.tex.place(at..at + 1)), "v");
    assert_eq!(note.file.slice(note.formulas[0].tex.span), "α = \\beta + 1");
    let labels: Vec<&str> = note.formulas.iter().flat_map(|f| &f.labels).map(|l| l.text.as_str()).collect();
    assert_eq!(labels, ["eq:first", "eq:part", "eq:outer"]);
}

#[test]
fn a_book_of_several_files() {
    let root = folder().join("book");
    let (note, diagnostics) = note::load(&root.join("main.tex")).unwrap();
    assert_eq!(codes(&diagnostics), Vec::<String>::new());
    let files: Vec<(String, String)> = ["main.tex", "chapters/one.tex", "chapters/deep.tex", "chapters/two.tex"]
        .iter()
        .map(|name| (root.join(name).display().to_string(), std::fs::read_to_string(root.join(name)).unwrap()))
        .collect();
    assert_eq!(found(&note), marked(&files));
    assert!(note.formulas.iter().any(|f| f.tex.text == r"b = \mathbb{E}\left[\frac12\right]"));
    // In the order in which LaTeX reads them.
    let numbers: Vec<&str> = note.formulas.iter().flat_map(|f| &f.numbers).map(String::as_str).collect();
    assert_eq!(numbers, ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "A.1"]);
    // A folder has one document, not five.
    assert_eq!(note::discover(std::slice::from_ref(&root)).unwrap(), [root.join("main.tex")]);
}

/// Random numbers enough to make documents with.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// LaTeX's two counters.
struct Numbers {
    within: bool,
    section: usize,
    equation: usize,
}

impl Numbers {
    fn section(&mut self) {
        self.section += 1;
        if self.within {
            self.equation = 0;
        }
    }

    fn next(&mut self) -> String {
        self.equation += 1;
        match self.within {
            true => format!("{}.{}", self.section, self.equation),
            false => self.equation.to_string(),
        }
    }
}

/// A document of several hundred displays in several files, with the numbers that it must have written beside them.
fn generated(seed: u64, displays: usize) -> Vec<(String, String)> {
    let mut dice = Dice(seed);
    let mut numbers = Numbers { within: dice.roll(2) == 0, section: 0, equation: 0 };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut out = String::from("\\documentclass{article}\n");
    if numbers.within {
        out += "\\numberwithin{equation}{section}\n";
    }
    out += "\\begin{document}\n";
    for display in 0..displays {
        let body = format!("x_{{{display}}} = \\frac{{a}}{{b}} + γ");
        let text = match dice.roll(16) {
            0 => {
                numbers.section();
                let number = numbers.next();
                format!("\\section{{Part of $n$}}\n\\begin{{equation}} {body} \\end{{equation}} %= {number}")
            }
            1 => format!("Some text.\n\\[\n  {body} %= -\n\\]"),
            2 => format!("$$ {body} $$ %= -"),
            3 => format!("\\begin{{equation*}}\n{body} %= -\n\\end{{equation*}}"),
            4 | 5 => {
                let (name, equals) = if dice.roll(2) == 0 { ("align", "&=") } else { ("gather", "=") };
                let rows = 1 + dice.roll(4);
                let mut text = format!("\\begin{{{name}}}\n");
                for row in 0..rows {
                    let end = if row + 1 < rows { "\\\\" } else { "" };
                    let (tag, number) = match dice.roll(4) {
                        0 => ("\\nonumber", "-".to_owned()),
                        1 => ("\\tag{T}", "T".to_owned()),
                        _ => ("", numbers.next()),
                    };
                    let _ = writeln!(text, "  y_{row} {equals} {display} {tag} {end} %= {number}");
                }
                text + &format!("\\end{{{name}}}")
            }
            6 => {
                let (first, second) = (numbers.next(), numbers.next());
                format!("\\begin{{align}}\n{body} %= {first} {second}\n \\\\ &\\le c\n\\end{{align}}")
            }
            7 => {
                let number = numbers.next();
                let rows = format!(" a &= b \\\\ %= {number}a\n c &= d %= {number}b");
                format!("\\begin{{subequations}}\\begin{{align}}\n{rows}\n\\end{{align}}\\end{{subequations}}")
            }
            8 => format!("% \\begin{{equation}} {body} \\end{{equation}}\n\\verb|$$ {display} $$| and $x$"),
            9 => format!("\\begin{{verbatim}}\n\\[ {body} \\]\n\\end{{verbatim}}"),
            10 => {
                let number = numbers.next();
                let part = format!("Größe.\n\n\\begin{{equation}}\n{body} %= {number}\n\\end{{equation}}");
                files.insert(format!("part{display}.tex"), part);
                format!("\\input{{part{display}}}")
            }
            _ => {
                let number = numbers.next();
                format!("\\begin{{equation}} \\label{{eq:{display}}}\n  {body} %= {number}\n\\end{{equation}}")
            }
        };
        out += &text;
        out += "\n";
    }
    out += "\\end{document}\n";
    let mut all = vec![("paper.tex".to_owned(), out)];
    all.extend(files);
    all
}

#[test]
fn hundreds_of_generated_displays() {
    for seed in 1..=6 {
        let files = generated(seed, 400);
        let given: Vec<(&str, &str)> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let (note, diagnostics) = read(&given);
        assert_eq!(codes(&diagnostics), Vec::<String>::new());
        let (found, marked) = (found(&note), marked(&files));
        assert!(marked.len() > 300, "{}", marked.len());
        for (found, marked) in found.iter().zip(&marked) {
            assert_eq!(found, marked, "seed {seed}");
        }
        assert_eq!(found.len(), marked.len());
    }
}

const PAPER: &str = r"\documentclass{article}
\newcommand{\ch}[1]{\cosh #1}
%! title = 'Hyperbolas'
%! [symbols]
%! 'x' = 'real'
\begin{document}
%! [define]
%! 'q' = 'x^2'
\begin{align}
  \ch^2 x - \sinh^2 x &= 1 \label{eq:one} \\
  %! claim: one
  \sinh(2x) &= 2 \sinh x \ch{x} % said twice
\end{align}.
%! claim: two
%! assume = 'x > 0'
%! claim: again
%! formula = '\sinh(2 x) = 2 \sinh x \cosh x'

\begin{equation} \ch{2x} = 2 \ch^2 x - 1 \label{eq:Double} \end{equation}
\begin{equation} q = x x \end{equation}
Text.
%! claim: lonely
\end{document}
";

#[test]
fn remarks_are_claims_and_declarations() {
    let (note, diagnostics) = read(&[("paper.tex", PAPER)]);
    assert_eq!(codes(&diagnostics), ["missing-target paper.tex:22:11 lonely"]);
    assert_eq!((note.title.as_str(), note.symbols.len(), note.defines.len()), ("Hyperbolas", 1, 1));
    let claims: Vec<(&str, Option<usize>)> = note.claims.iter().map(|c| (c.id.text.as_str(), c.target)).collect();
    assert_eq!(claims, [("one", Some(0)), ("two", Some(1)), ("again", Some(1)), ("lonely", None)]);
    assert_eq!(note.file.slice(note.claims[1].assume[0].span), "x > 0");
    let (lowered, problems) = note::lower(&note);
    assert_eq!((lowered.claims.len(), codes(&problems).len()), (3, 0), "{:?}", codes(&problems));
    // The page has the prose, and the formulas where they belong.
    let body = note.body();
    assert_eq!(&body[note.place_in_body(2)], "$$\n\\cosh 2x = 2 \\cosh ^2 x - 1\n$$");
    assert!(body.contains("Text.") && !body.contains("%!") && !body.contains("documentclass"), "{body}");
}

#[test]
fn a_sidecar_claims_by_label_and_number() {
    let sidecar = "[symbols]\n'y' = 'real'\n[claim.'eq:Double']\nassume = 'x > y'\n[claim.'1']\nid = \"first\"\n[claim.'eq:doubl']\n";
    let (note, diagnostics) = read(&[("paper.tex", PAPER), ("paper.corrigenda.toml", sidecar)]);
    assert_eq!(
        codes(&diagnostics),
        ["missing-target paper.tex:22:11 lonely", "missing-target paper.corrigenda.toml:7:9 eq:doubl"]
    );
    assert!(diagnostics[1].hint.as_ref().unwrap().contains("eq:Double"));
    let claims: Vec<(&str, Option<usize>)> = note.claims.iter().map(|c| (c.id.text.as_str(), c.target)).collect();
    assert_eq!(claims[4..], [("eq-double", Some(2)), ("first", Some(0)), ("eq-doubl", None)]);
    assert_eq!(note::lower(&note).0.claims.len(), 5);
}

#[test]
fn troubles_are_placed_in_the_included_file() {
    let main =
        "\\documentclass{article}\n%! [symbols]\n%! 'x' = 'real'\n\\begin{document}\n\\input{sub/a}\n\\end{document}";
    let part = "Ä\n\\begin{equation}\n  x = ä % not declared\n\\end{equation}\n%! claim: it\n";
    let (note, diagnostics) = read(&[("paper.tex", main), ("sub/a.tex", part)]);
    assert_eq!(codes(&diagnostics), Vec::<String>::new());
    let problems = note::lower(&note).1;
    assert_eq!(codes(&problems), ["unknown-symbol sub/a.tex:3:7 ä"]);
}

#[test]
fn inclusions_that_cannot_be_followed() {
    for (main, expected) in [
        ("\\input{paper}", "bad-include paper.tex:1:1 \\input{paper}"),
        ("\\input{nowhere}", "bad-include paper.tex:1:1 \\input{nowhere}"),
        ("x \\include{../secret}", "bad-include paper.tex:1:3 \\include{../secret}"),
        ("\\input{/etc/passwd}", "bad-include paper.tex:1:1 \\input{/etc/passwd}"),
        ("\\input{a}", "bad-include b.tex:1:1 \\input{a}"),
    ] {
        let files = [("paper.tex", main), ("a.tex", "\\input{b}"), ("b.tex", "\\input{a} $$ x = 1 $$")];
        let (note, diagnostics) = read(&files);
        assert_eq!(codes(&diagnostics), [expected]);
        assert_eq!(note.formulas.len(), usize::from(main == "\\input{a}"));
    }
    assert_eq!(codes(&read(&[("paper.tex", "%\\input{nowhere}\n\\verb|\\input{x}|")]).1), Vec::<String>::new());
}

#[test]
fn displays_that_are_not_closed() {
    let text = "\\begin{equation} a = b\n\n\\begin{align} c &= d \\end{align}\n\\[ e = f\n\n$$ g\n\n\\begin{gather*} h";
    let (note, diagnostics) = read(&[("paper.tex", text)]);
    let unclosed: Vec<String> = codes(&diagnostics);
    assert_eq!(
        unclosed,
        [
            "unclosed-formula paper.tex:1:1 \\begin{equation}",
            "unclosed-formula paper.tex:4:1 \\[",
            "unclosed-formula paper.tex:6:1 $$",
            "unclosed-formula paper.tex:8:1 \\begin{gather*}",
        ]
    );
    assert_eq!(note.formulas.len(), 1);
}

#[test]
fn commands_of_markdown_notes() {
    let text = "+++\n[symbols]\n'\\vx' = 'real'\n[macros]\n'\\vx' = '\\mathbf{x}'\n'\\sq' = '#1^2'\n'\\pw' = { body = '#2^{#1}', optional = '2' }\n+++\n
$$ \\newcommand{\\half}{\\tfrac12} $$

Inline $\\def\\two{2}$ too.

$$ \\sq{(\\vx + 1)} = \\pw{\\mathbf{x}} + \\two \\vx + 2 \\half $$

<!-- claim: square -->

$$ \\vx = \\sq $$

<!-- claim: broken -->
";
    let (note, diagnostics) = note::read(&SourceFile::new("n.md", text));
    assert_eq!(codes(&diagnostics), ["bad-macro n.md:18:10 \\sq"]);
    assert_eq!(note.formulas.len(), 2);
    let tex = &note.formulas[0].tex;
    assert_eq!(tex.text, r"(\mathbf{x} + 1)^2 = \mathbf{x}^{2} + 2 \mathbf{x} + 2 \tfrac12");
    let (lowered, problems) = note::lower(&note);
    assert_eq!((lowered.claims.len(), codes(&problems)), (1, Vec::<String>::new()));
    // A trouble inside a command is shown at its use.
    let text = "+++\n[symbols]\n'x' = 'real'\n[macros]\n'\\a' = 'x + q'\n+++\n\n$$ x = \\a $$\n\n<!-- claim: it -->\n";
    let (note, _) = note::read(&SourceFile::new("n.md", text));
    assert_eq!(codes(&note::lower(&note).1), ["unknown-symbol n.md:8:8 \\a"]);
}

#[test]
fn labels_of_myst_and_quarto() {
    let text = "$$ a = b $$ (eq:myst)\n\n$$\nc = d\n$$ {#eq-quarto}\n\n```{math}\n:label: block\ne = f\n```\n\n$$ g = h $$ {.x}\n";
    let (note, diagnostics) = note::read(&SourceFile::new("n.qmd", text));
    assert_eq!(codes(&diagnostics), Vec::<String>::new());
    let labels: Vec<Vec<&str>> =
        note.formulas.iter().map(|f| f.labels.iter().map(|l| l.text.as_str()).collect()).collect();
    assert_eq!(labels, [vec!["eq:myst"], vec!["eq-quarto"], vec!["block"], vec![]]);
    assert_eq!(note.formulas[2].tex.text, "e = f");
}

#[test]
fn reading_takes_linear_time() {
    for piece in [
        "\\[ x ",
        "\\( x ",
        "$ x ",
        "$$ x ",
        "\\begin{align} ",
        "\\begin{equation} x ",
        "\\title{",
        "\\section{",
        "\\def\\a{",
        "\\newcommand{\\a}{",
        "\\newenvironment{a}{",
        "\\label{",
        "\\verb|",
        "\\iffalse ",
        "\\input{x ",
        "{",
        "%! claim: a\n",
        "\\begin{subequations}",
        "\\tag{",
        "\\begin{verbatim",
        "\\emph{",
        "$\\a$ ",
        "\\a ",
    ] {
        let text = format!("\\def\\a{{\\b\\b\\b\\b}}\\def\\b{{xxxxxxxxx}}{}", piece.repeat(100_000 / piece.len()));
        let began = std::time::Instant::now();
        let (note, _) = read(&[("paper.tex", &text)]);
        let _ = note::lower(&note);
        assert!(began.elapsed().as_secs() < 20, "{piece}: {:?}", began.elapsed());
    }
}

/// A folder and the real program in it.
fn ran(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin("corrigenda"))
        .current_dir(folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("COLUMNS", "160")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const CHECK: &[&str] = &["check", "paper.tex", "--profile", "quick", "--out", "out"];

#[test]
fn a_paper_is_checked_from_its_source() {
    let folder = folder_with(&[("paper.tex", &PAPER.replace("%! claim: lonely\n", ""))]);
    let (code, out, error) = ran(&folder, CHECK);
    assert_eq!(code, 0, "{out}{error}");
    for id in ["one", "two", "again"] {
        assert!(out.lines().any(|l| l.contains("proved") && l.contains(&format!(" {id} "))), "{out}");
    }
    let page = std::fs::read_to_string(folder.path().join("out/README.md")).unwrap();
    assert!(page.contains("Hyperbolas"), "{page}");
    // The same paper with a slip in an included file.
    let part = "\\begin{equation}\n  \\ch{2x} = 2 \\ch^2 x + 1\n\\end{equation}\n%! claim: slip\n";
    std::fs::write(folder.path().join("part.tex"), part).unwrap();
    let paper = PAPER.replace("%! claim: lonely\n", "\\input{part}\n");
    std::fs::write(folder.path().join("paper.tex"), paper).unwrap();
    let (code, out, _) = ran(&folder, CHECK);
    assert!(code == 1 && out.contains("refuted") && out.contains("part.tex:2:3"), "{out}");
}

#[test]
fn bad_documents_cost_themselves_only() {
    let bomb = "\\def\\a{\\b\\b\\b\\b}\\def\\b{\\c\\c\\c\\c}\\def\\c{\\a\\a}\n%! [symbols]\n%! 'x' = 'real'\n$$ x = \\a $$\n%! claim: bomb\n$$ x = x $$\n%! claim: good\n";
    let deep = format!(
        "\\begin{{equation}} x = {}x{} \\end{{equation}}\n%! claim: deep\n",
        "{".repeat(9000),
        "}".repeat(9000)
    );
    for (text, code, exit) in [
        (bomb.to_owned(), "too-large", 2),
        (deep, "too-large", 2),
        ("\\input{paper}\n".to_owned(), "bad-include", 2),
        ("%! [symbols\n$$ 1 = 1 $$\n%! claim: it\n".to_owned(), "bad-front-matter", 2),
        ("%! claim: it\n".to_owned(), "missing-target", 2),
        ("$$ 1 = q $$\n%! claim: it\n%! tolerence = 1\n".to_owned(), "unknown-key", 2),
        ("\\begin{equation}".to_owned(), "unclosed-formula", 2),
        ("No formula.".to_owned(), "nothing was checked", 4),
    ] {
        let folder = folder_with(&[("paper.tex", &text)]);
        let (found, out, error) = ran(&folder, CHECK);
        assert!(found == exit && error.contains(code), "{code}: {found} {out}{error}");
        assert!(!error.contains("panicked") && error.len() < 5000, "{error}");
        if code == "too-large" && text.contains("good") {
            assert!(out.contains("good"), "{out}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("paper.tex"), b"\xff\xfe\x00$$").unwrap();
    let (code, _, error) = ran(&folder, CHECK);
    assert!(code == 2 && error.contains("not-text"), "{error}");
    // A link out of the folder is not followed.
    #[cfg(unix)]
    {
        let secret = folder_with(&[("secret.tex", "$$ s = 1 $$")]);
        let folder = folder_with(&[("paper.tex", "\\input{link}")]);
        std::os::unix::fs::symlink(secret.path().join("secret.tex"), folder.path().join("link.tex")).unwrap();
        let (code, _, error) = ran(&folder, CHECK);
        assert!(code == 2 && error.contains("bad-include"), "{error}");
    }
}
