//! One seed, one record: whatever the number of threads, and whatever is in the cache.

use assert_cmd::Command;
use corrigenda::record;
use std::path::Path;

/// Three simulated claims: two that share an experiment, one that is false.
const NOTE: &str = r#"+++
[symbols]
'd' = 'dimension'
'k' = 'index(d)'
'\sigma' = 'real > 0'
'\beta' = 'positive vector(d)'
'a' = 'vector(d)'
'\mathcal{E}' = 'estimand'
+++

$$ \mathcal{E} = \sum_k \frac{\sigma^2 \beta_k}{\beta_k + \sigma^2} $$

<!-- claim: one
experiment = { name = "wiener-filter", estimand = "mse", d = 12, sigma = 0.7 }
-->

$$ \mathcal{E} = \sum_k \frac{2 \sigma^2 \beta_k}{\beta_k + \sigma^2} $$

<!-- claim: two
expect = "refuted"
experiment = { name = "wiener-filter", estimand = "mse", d = 12, sigma = [0.5, 0.7] }
-->

$$ \mathcal{E} = \sum_k \min(a_k^2, \sigma^2) $$

<!-- claim: three
experiment = { name = "oracle-projection", estimand = "oracle-projection-risk", d = 10 }
-->
"#;

/// The body of the record of a run of the program in a folder with the note.
fn body(folder: &Path, out: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::cargo_bin("corrigenda").unwrap();
    command.current_dir(folder).env("XDG_CACHE_HOME", folder.join("cache"));
    command.args(["check", "note.md", "--profile", "quick", "--out", out]).args(arguments);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let text = std::fs::read_to_string(folder.join(out).join("record.jsonl")).unwrap();
    let lines: Vec<String> = record::body(&text).map(str::to_owned).collect();
    assert!(lines.len() >= 5 && lines.iter().any(|l| l.contains("simulation")), "{lines:?}");
    lines
}

#[test]
fn threads_and_cache_do_not_change_the_record() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.md"), NOTE).unwrap();
    let one = body(folder.path(), "one", &["--jobs", "1", "--no-cache"]);
    let cached = folder.path().join("cache");
    assert!(!cached.exists(), "--no-cache writes a cache");
    assert_eq!(one, body(folder.path(), "two", &["--jobs", "2", "--no-cache"]), "threads");
    assert_eq!(one, body(folder.path(), "cold", &["--jobs", "2"]), "a cache that fills");
    assert!(std::fs::read_dir(&cached).unwrap().next().is_some(), "nothing is cached");
    assert_eq!(one, body(folder.path(), "warm", &["--jobs", "1"]), "a warm cache");
    assert_ne!(one, body(folder.path(), "seed", &["--seed", "2", "--no-cache"]), "the seed changes nothing");
}

#[test]
fn reports_are_a_function_of_the_record() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.md"), NOTE).unwrap();
    body(folder.path(), "out", &[]);
    let pages = |out: &str| {
        let root = folder.path().join(out);
        let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(|e| e.unwrap().into_path());
        let files = files.filter(|p| p.is_file() && !p.ends_with("record.jsonl"));
        files.map(|p| (p.strip_prefix(&root).unwrap().to_owned(), std::fs::read(&p).unwrap())).collect::<Vec<_>>()
    };
    let mut command = Command::cargo_bin("corrigenda").unwrap();
    command.current_dir(folder.path()).args(["report", "out/record.jsonl", "--out", "again"]);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    assert!(pages("out").len() > 3);
    // Byte for byte: no clock, no host, no folder in a report.
    assert!(pages("out") == pages("again"));
    // A damaged record is refused with its line.
    let text = std::fs::read_to_string(folder.path().join("out/record.jsonl")).unwrap();
    let damaged = text.replacen("\"verdict\":\"supported\"", "\"verdict\":\"proved\"", 1);
    assert_ne!(damaged, text);
    std::fs::write(folder.path().join("bad.jsonl"), damaged).unwrap();
    let mut command = Command::cargo_bin("corrigenda").unwrap();
    let output = command.current_dir(folder.path()).args(["report", "bad.jsonl", "--out", "bad"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && error.contains("bad.jsonl:"), "{error}");
    assert!(!folder.path().join("bad").exists());
}
