//! The README says what the program does.

use assert_cmd::Command;
use corrigenda::{Verdict, method};
use serde_json::Value;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

fn readme() -> String {
    std::fs::read_to_string(README).unwrap()
}

/// The text between `<!-- name -->` and `<!-- /name -->`.
fn between<'a>(text: &'a str, name: &str) -> &'a str {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let start = text.find(&open).unwrap() + open.len();
    let end = start + text[start..].find(&close).unwrap();
    text[start..end].trim()
}

fn table(head: &str, rows: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let rows: String = rows.map(|(word, meaning)| format!("| {word} | {meaning} |\n")).collect();
    format!("{head}\n|---|---|\n{rows}")
}

/// Run with `UPDATE_README=1` to write the tables anew.
#[test]
#[allow(clippy::disallowed_methods, reason = "the switch that writes the tables is a variable of the test run")]
fn tables_are_those_of_the_program() {
    let verdicts = table("| verdict | meaning |", Verdict::ALL.into_iter().map(|v| (v.word(), v.explanation())));
    let methods = table("| method | what it does |", method::ALL.iter().map(|m| (m.name(), m.summary())));
    let mut text = readme();
    let report = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/README.md")).unwrap();
    let coverage = report.split("## Coverage of ").nth(1).expect("a report with its coverage");
    let coverage: String = coverage.lines().filter(|l| l.starts_with('|')).map(|l| format!("{l}\n")).collect();
    for (name, table) in [("verdicts", verdicts), ("methods", methods), ("coverage", coverage)] {
        let old = between(&text, name).to_owned();
        if std::env::var_os("UPDATE_README").is_some() {
            let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
            let head = &text[..text.find(&open).unwrap() + open.len()];
            let tail = &text[text.find(&close).unwrap()..];
            text = format!("{head}\n{table}{tail}");
            std::fs::write(README, &text).unwrap();
        } else {
            assert_eq!(old, table.trim(), "run the tests with UPDATE_README=1");
        }
    }
}

#[test]
fn the_example_note_works_as_described() {
    let text = readme();
    let after = &text[text.find("<!-- example -->").unwrap()..];
    let note = after.split("```markdown\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(note.lines().count() <= 11, "ten lines and a blank one");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("my-note.md"), note).unwrap();
    let output = Command::cargo_bin("corrigenda")
        .unwrap()
        .current_dir(folder.path())
        .args(["check", "my-note.md", "--profile", "quick", "--no-cache", "--format", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["claims"][0]["verdict"], "proved");
    assert_eq!(json["claims"][1]["verdict"], "refuted");
    let repairs = json["claims"][1]["corrections"].as_array().unwrap();
    assert!(repairs.iter().any(|c| c["tex"].as_str().unwrap().contains(r"- \sinh")), "{repairs:?}");
    assert!(folder.path().join("reports/site/index.html").is_file());
}
