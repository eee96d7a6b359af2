//! Notes without annotation: default assumptions, and the drafts of `corrigenda init`.

use serde_json::Value;
use std::process::Command;
use tempfile::TempDir;

const NOTE: &str = "# A note

Let

$$ \\Delta_t = 1 - e^{-2t} . $$

Then

$$ \\cosh^2 x - \\sinh^2 x = 1 $$

> $$ (a + b)^2 = a^2 + b^2 $$

- item
  $$ \\Delta_t + e^{-2 t} = 1 $$ and more

$$ \\sum_{k=1}^{n} k = \\frac{n (n+1)}{2} $$

$$ (A + B)^{-1} A = \\mathbb{I} - (A + B)^{-1} B $$

$$ f(x) = f(-x), \\qquad E = m c^2 $$
";

fn folder(name: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), text).unwrap();
    folder
}

fn ran(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin("corrigenda"))
        .current_dir(folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Claims with their verdicts, in the order of the note.
fn verdicts(folder: &TempDir, path: &str, more: &[&str]) -> Vec<(String, String, String)> {
    let mut arguments = vec!["check", path, "--profile", "quick", "--out", "out", "--format", "json"];
    arguments.extend(more);
    let (code, out, error) = ran(folder, &arguments);
    assert_eq!(code, 0, "{out}{error}");
    let json: Value = serde_json::from_str(&out).unwrap();
    let word = |claim: &Value, key: &str| claim[key].as_str().unwrap_or("").to_owned();
    json["claims"]
        .as_array()
        .unwrap()
        .iter()
        .map(|claim| (word(claim, "id"), word(claim, "verdict"), claim.to_string()))
        .collect()
}

#[test]
fn chains_of_scalars_are_checked_where_nothing_is_declared() {
    let folder = folder("note.md", NOTE);
    let found = verdicts(&folder, "note.md", &[]);
    let short: Vec<(&str, &str)> = found.iter().map(|(id, verdict, _)| (id.as_str(), verdict.as_str())).collect();
    assert_eq!(
        short,
        [
            ("note-line-9", "proved"),
            // False for the reals, but nobody said that a and b are real: doubtful.
            ("note-line-11", "inconclusive"),
            // With the definition above, which is itself no claim.
            ("note-line-14", "proved"),
            ("note-line-16", "supported"),
        ]
    );
    assert!(found[0].2.contains("for all real $x$ (assumed)"), "{}", found[0].2);
    assert!(found[1].2.contains("doubtful") && found[1].2.contains("assumed"), "{}", found[1].2);
}

/// Formulas as they stand in papers, right where they stand, and what is said of them: nothing where they define or
/// constrain something, or may be about a function.
#[test]
fn what_may_be_right_is_not_doubted() {
    let cases = [
        (r"\mu(\theta) = \nu \theta", None),
        (r"f_S(x) = \frac{1}{s} f\left( \frac{x - m}{s} \right)", None),
        (r"g(x + h) - g(h + x + x) = h x", None),
        (r"M(t) = e^{a t} \Gamma(1 - b t)", None),
        (r"r^2(\theta) - n s^2 = s^4 - r^2", None),
        (r"E = m c", None),
        (r"E = m c^2", None),
        (r"\tilde{\sigma}_1^2 = \frac{\sigma_1^2 \sigma_2^2}{n \sigma_1^2 + \sigma_2^2}", None),
        (r"u + u' = v + v'", None),
        (r"0 = n - \frac{a^2}{b^2} - b", None),
        (r"\psi(u) \le e^{-\rho u}", None),
        (r"\psi(u) = u \rho e^{-\rho u}", None),
        (r"\Gamma(a; x) = \int_0^x t^{a - 1} e^{-t} dt", None),
        (r"\mathrm{rank}(\mathbf{A}) = 3", None),
        (r"y \le z^2 + 1", None),
        // What is left of a chain when its first link is a definition.
        (r"L P = (r + 1)^2 = r^2 + 2 r + 1", Some("proved")),
        (r"K P = (r + 1)^2 = r^2 + 1", Some("inconclusive")),
        (r"x (1 - y) = x - x y", Some("proved")),
        (r"n!!\, (n - 1)!! = n!", Some("supported")),
        (r"\int_{-\infty}^\infty e^{-(x - m)^2} dx = \sqrt{\pi}", Some("supported")),
        (r"y^2 \ge 0", Some("supported")),
    ];
    let text: String = cases.iter().map(|(formula, _)| format!("$$ {formula} $$\n\n")).collect();
    let folder = folder("note.md", &text);
    let found = verdicts(&folder, "note.md", &[]);
    let found: Vec<(&str, &str)> = found.iter().map(|(id, verdict, _)| (id.as_str(), verdict.as_str())).collect();
    let ids: Vec<String> = (0..cases.len()).map(|n| format!("note-line-{}", 2 * n + 1)).collect();
    let said: Vec<(&str, &str)> =
        ids.iter().zip(cases).filter_map(|(id, (_, verdict))| Some((id.as_str(), verdict?))).collect();
    assert_eq!(found, said);
}

#[test]
fn annotated_notes_are_checked_further_on_request_only() {
    let text = format!("+++\n[symbols]\n'x' = 'real'\n+++\n{NOTE}")
        .replace("- \\sinh^2 x = 1 $$", "- \\sinh^2 x = 1 $$ <!-- claim: one -->");
    let folder = folder("note.md", &text);
    assert_eq!(verdicts(&folder, "note.md", &[]).len(), 1);
    let all = verdicts(&folder, "note.md", &["--unclaimed"]);
    assert!(all.len() > 3 && all.iter().all(|(_, verdict, _)| verdict != "refuted"), "{all:?}");
}

#[test]
fn one_formula_without_declarations() {
    let folder = tempfile::tempdir().unwrap();
    let verdict = |formula: &str, given: &str| {
        let (code, out, error) =
            ran(&folder, &["try", formula, "--given", given, "--format", "json", "--profile", "quick"]);
        assert!(code < 2, "{error}");
        serde_json::from_str::<Value>(&out).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("(a+b)^2 = a^2 + 2 a b + b^2", ""), "proved");
    assert_eq!(verdict("(a+b)^2 = a^2 + a b + b^2", ""), "inconclusive");
    assert_eq!(verdict("(a+b)^2 = a^2 + a b + b^2", "a, b: real"), "refuted");
    assert_eq!(verdict("(a+b)^2 = a^2 + a b + b^2", "a: real"), "inconclusive");
    // What is called or indexed is not guessed.
    assert_eq!(ran(&folder, &["try", "f(x, y) = f(y, x)"]).0, 2);
}

#[test]
fn a_draft_can_be_checked_at_once() {
    let folder = folder("note.md", NOTE);
    let (code, _, error) = ran(&folder, &["init", "note.md"]);
    assert!(code == 0 && error.contains("corrigenda check note.md"), "{error}");
    let drafted = std::fs::read_to_string(folder.path().join("note.md")).unwrap();
    // Nothing that stood there is changed.
    let mut rest = drafted.as_str();
    for line in NOTE.lines() {
        let at = rest.find(line.trim_end_matches(" and more")).unwrap_or_else(|| panic!("{line} in {drafted}"));
        rest = &rest[at..];
    }
    assert!(
        drafted.starts_with("+++\n") && drafted.contains("[assumed]") && drafted.contains("# guess: "),
        "{drafted}"
    );
    assert!(drafted.contains("'A'          = 'matrix("), "{drafted}");
    assert!(
        drafted.contains("\n> <!-- claim: ") && drafted.contains("$$ <!-- claim: formula-4 --> and more"),
        "{drafted}"
    );
    let found = verdicts(&folder, "note.md", &[]);
    assert!(found.len() >= 5, "{found:?}");
    assert!(found.iter().all(|(_, verdict, _)| verdict != "refuted" && verdict != "conflict"), "{found:?}");
    let of = |id: &str| found.iter().find(|(i, ..)| i == id).map(|(_, verdict, _)| verdict.as_str());
    assert_eq!(
        (of("formula-2"), of("formula-3"), of("formula-6")),
        (Some("proved"), Some("inconclusive"), Some("supported"))
    );
    // What is confirmed can be refuted.
    let confirmed = drafted.replace("[assumed]", "[symbols]");
    std::fs::write(folder.path().join("note.md"), confirmed).unwrap();
    let (code, out, _) = ran(&folder, &["check", "note.md", "--profile", "quick", "--out", "out"]);
    assert!(code == 1 && out.contains("refuted"), "{out}");
}

#[test]
fn a_draft_is_not_forced_on_anybody() {
    let note = folder("note.md", NOTE);
    let (code, out, _) = ran(&note, &["init", "note.md", "--stdout"]);
    assert!(code == 0 && out.contains("[assumed]"));
    assert_eq!(std::fs::read_to_string(note.path().join("note.md")).unwrap(), NOTE);
    let claimed = folder("note.md", "+++\n[symbols]\n'x' = 'real'\n+++\n\n$$ x = x $$\n\n$$ y = y + 0 $$\n");
    let (code, _, error) = ran(&claimed, &["init", "note.md"]);
    assert!(code == 2 && error.contains("--force"), "{error}");
    assert_eq!(ran(&claimed, &["init", "note.md", "--force"]).0, 0);
    assert_eq!(verdicts(&claimed, "note.md", &[]).len(), 2);
    for (text, words) in [
        ("---\ntitle: x\n---\n$$ x = x $$\n", "YAML"),
        ("+++\nnot toml\n+++\n$$ x = x $$\n", "not valid"),
        ("No formula.\n", "no displayed formula"),
    ] {
        let (code, _, error) = ran(&folder("note.md", text), &["init", "note.md"]);
        assert!(code == 2 && error.contains(words), "{error}");
    }
    assert_eq!(ran(&note, &["init", "nowhere.md"]).0, 2);
}

#[test]
fn the_draft_of_a_document_stands_beside_it() {
    let paper = "\\documentclass{article}\n\\begin{document}\n\\begin{equation} (a+b)^2 = a^2 + 2ab + b^2 \\label{eq:square} \\end{equation}\n\\begin{equation} \\log (u v) = \\log u + \\log v \\end{equation}\n\\end{document}\n";
    let folder = folder("paper.tex", paper);
    assert_eq!(ran(&folder, &["init", "paper.tex"]).0, 0);
    assert_eq!(std::fs::read_to_string(folder.path().join("paper.tex")).unwrap(), paper);
    let found = verdicts(&folder, "paper.tex", &[]);
    let short: Vec<(&str, &str)> = found.iter().map(|(id, verdict, _)| (id.as_str(), verdict.as_str())).collect();
    assert_eq!(short, [("eq-square", "proved"), ("eq-2", "supported")]);
    let (code, _, error) = ran(&folder, &["init", "paper.tex"]);
    assert!(code == 2 && error.contains("exists"), "{error}");
}
