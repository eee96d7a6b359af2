//! Several runs: parts and their merger, differences, baselines, repetition, machine formats, watching.

use assert_cmd::Command;
use assert_cmd::cargo::CommandCargoExt;
use corrigenda::record;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

const NOTE: &str = r#"+++
[symbols]
'd' = 'dimension'
'k' = 'index(d)'
'x' = 'real'
'\sigma' = 'real > 0'
'\beta' = 'positive vector(d)'
'\mathcal{E}' = 'estimand'
+++

$$ \mathcal{E} = \sum_k \frac{\sigma^2 \beta_k}{\beta_k + \sigma^2} $$

<!-- claim: measured
experiment = { name = "wiener-filter", estimand = "mse", d = 12, sigma = 0.7 }
-->

$$ \cosh^2 x - \sinh^2 x = 1 $$

<!-- claim: one -->

$$ \mathcal{E} = \sum_k \frac{2 \sigma^2 \beta_k}{\beta_k + \sigma^2} $$

<!-- claim: measured-wrong
expect = "refuted"
experiment = { name = "wiener-filter", estimand = "mse", d = 12, sigma = [0.5, 0.7] }
-->

$$ \sin^2 x + \cos^2 x = 1 $$

<!-- claim: circle -->
"#;

/// Runs the program in a folder with a cache of its own.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("corrigenda").unwrap();
    command.current_dir(folder).env("XDG_CACHE_HOME", folder.join("cache")).env_remove("GITHUB_STEP_SUMMARY");
    command.args(arguments).output().unwrap()
}

fn check(folder: &Path, out: &str, arguments: &[&str]) -> Output {
    let fixed = ["check", "note.md", "--profile", "quick", "--out", out];
    run(folder, &[&fixed, arguments].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.md"), NOTE).unwrap();
    folder
}

fn body(folder: &Path, out: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(out).join("record.jsonl")).unwrap();
    record::body(&text).map(str::to_owned).collect()
}

/// Replaces a part of the note.
fn edit(folder: &Path, from: &str, to: &str) {
    assert!(NOTE.contains(from));
    std::fs::write(folder.join("note.md"), NOTE.replace(from, to)).unwrap();
}

#[test]
fn parts_merge_to_the_record_of_the_whole() {
    let folder = folder();
    let at = folder.path();
    assert_eq!(check(at, "whole", &["--no-cache"]).status.code(), Some(0));
    for part in ["1/3", "2/3", "3/3"] {
        let out = format!("part{}", &part[..1]);
        assert_eq!(check(at, &out, &["--shard", part, "--no-cache"]).status.code(), Some(0), "{part}");
        assert!(body(at, &out).len() < body(at, "whole").len());
    }
    let records = ["part3/record.jsonl", "part1/record.jsonl", "part2/record.jsonl"];
    let merged = run(at, &[&["merge"], &records[..], &["--out", "merged"]].concat());
    assert_eq!(merged.status.code(), Some(0), "{}", text(&merged.stderr));
    assert_eq!(body(at, "merged"), body(at, "whole"));

    let missing = run(at, &["merge", records[0], records[1], "--out", "no"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("shard 2 of 3 is missing"), "{}", text(&missing.stderr));
    assert!(!at.join("no").exists());
    assert_eq!(check(at, "no", &["--shard", "4/3"]).status.code(), Some(2));
}

#[test]
fn differences_name_what_broke() {
    let folder = folder();
    let at = folder.path();
    check(at, "old", &[]);
    let same = run(at, &["diff", "old/record.jsonl", "old/record.jsonl"]);
    assert_eq!((same.status.code(), text(&same.stdout)), (Some(0), "no claim changed\n".to_owned()));
    edit(at, r"\cosh^2 x - \sinh^2 x = 1", r"\cosh^2 x + \sinh^2 x = 1");
    assert_eq!(check(at, "new", &[]).status.code(), Some(1));
    let broken = run(at, &["diff", "old/record.jsonl", "new/record.jsonl"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        text(&broken.stdout).starts_with("broken   one  proved → refuted: the formula was edited"),
        "{}",
        text(&broken.stdout)
    );
    let comment = run(at, &["diff", "old/record.jsonl", "new/record.jsonl", "--format", "markdown"]);
    assert!(text(&comment.stdout).contains("| broken | one (note.md:"), "{}", text(&comment.stdout));
    let fixed = run(at, &["diff", "new/record.jsonl", "old/record.jsonl"]);
    assert_eq!(fixed.status.code(), Some(0));
    assert!(text(&fixed.stdout).starts_with("fixed "), "{}", text(&fixed.stdout));
    let nothing = run(at, &["diff", "nowhere.jsonl", "new/record.jsonl"]);
    assert_eq!(nothing.status.code(), Some(2));
}

#[test]
fn a_baseline_forgives_what_it_knows_and_nothing_else() {
    let folder = folder();
    let at = folder.path();
    let lock = ["--baseline", "corrigenda.lock"];
    assert_eq!(check(at, "r", &lock).status.code(), Some(2), "there is none yet");
    edit(at, r"\sin^2 x + \cos^2 x = 1", r"\sin^2 x - \cos^2 x = 1");
    assert_eq!(check(at, "r", &[]).status.code(), Some(1));
    assert_eq!(check(at, "r", &[&lock[..], &["--update"]].concat()).status.code(), Some(0));
    let written = std::fs::read_to_string(at.join("corrigenda.lock")).unwrap();
    let ids: Vec<&str> = written.lines().skip(1).map(|l| l.split('\t').next().unwrap()).collect();
    assert_eq!(ids, ["circle", "measured", "measured-wrong", "one"]);
    assert_eq!(check(at, "r", &lock).status.code(), Some(0), "the wrong circle is known");
    let both = NOTE
        .replace(r"\sin^2 x + \cos^2 x = 1", r"\sin^2 x - \cos^2 x = 1")
        .replace(r"\sinh^2 x = 1", r"\sinh^2 x = 2");
    std::fs::write(at.join("note.md"), both).unwrap();
    let worse = check(at, "r", &lock);
    assert_eq!(worse.status.code(), Some(1));
    assert!(text(&worse.stdout).contains("broken   one"), "{}", text(&worse.stdout));
    std::fs::write(at.join("corrigenda.lock"), written.replace("refuted\tholds", "refused\tholds")).unwrap();
    let damaged = check(at, "r", &lock);
    assert_eq!(damaged.status.code(), Some(2));
    assert!(text(&damaged.stderr).contains("corrigenda.lock:2: damaged baseline"), "{}", text(&damaged.stderr));
}

#[test]
fn a_strict_run_does_not_pass_what_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let note = "+++\n[symbols]\n'x' = 'real in (0, 1)'\n+++\n\n$$ x = x^2 $$\n\n<!-- claim: never\nassume = ['x > 2']\n-->\n\n$$ x = x $$\n\n<!-- claim: same -->\n";
    std::fs::write(folder.path().join("note.md"), note).unwrap();
    let lenient = check(folder.path(), "r", &[]);
    let strict = check(folder.path(), "r", &["--strict"]);
    // An empty domain may be reported as bad input (2); what it may not do is pass.
    assert_ne!(strict.status.code(), Some(0), "{}", text(&strict.stdout));
    assert!(matches!(lenient.status.code(), Some(0 | 2)));
}

#[test]
fn a_run_is_repeated_to_the_last_digit() {
    let folder = folder();
    let at = folder.path();
    check(at, "r", &[]);
    let again = run(at, &["replay", "r/record.jsonl"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert_eq!(text(&again.stdout).matches("again, to the last digit").count(), 4, "{}", text(&again.stdout));
    let one = run(at, &["replay", "r/record.jsonl", "measured-wrong"]);
    assert!(
        text(&one.stdout).starts_with("measured-wrong: refuted again, to the last digit\n"),
        "{}",
        text(&one.stdout)
    );
    let unknown = run(at, &["replay", "r/record.jsonl", "measurd"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `measured`?"), "{}", text(&unknown.stderr));
    edit(at, r"\cosh^2 x - \sinh^2 x = 1", r"\cosh^2 x + \sinh^2 x = 1");
    let changed = run(at, &["replay", "r/record.jsonl", "one"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(text(&changed.stderr).contains("is not what it was"), "{}", text(&changed.stderr));
}

#[test]
fn machine_formats_are_drawn_from_one_run() {
    let folder = folder();
    let at = folder.path();
    edit(at, r"\sinh^2 x = 1", r"\sinh^2 x = 2");
    check(at, "r", &[]);
    let formatted = |format: &str| run(at, &["report", "r/record.jsonl", "--out", "r", "--format", format]);
    let sarif: serde_json::Value = serde_json::from_slice(&formatted("sarif").stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((result["ruleId"].as_str(), result["level"].as_str()), (Some("refuted"), Some("error")));
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let line = 1 + NOTE[..NOTE.find(r"\cosh").unwrap()].matches('\n').count();
    assert_eq!(region["startLine"], line);
    assert_eq!(region["startColumn"], 4);
    assert_eq!(region["endColumn"], 4 + r"\cosh^2 x - \sinh^2 x = 2".len());
    let junit = text(&formatted("junit").stdout);
    assert!(junit.starts_with("<?xml") && junit.contains("tests=\"4\"") && junit.contains("failures=\"1\""), "{junit}");
    let mut github = Command::cargo_bin("corrigenda").unwrap();
    github.current_dir(at).env("GITHUB_STEP_SUMMARY", at.join("summary.md"));
    let github = github.args(["report", "r/record.jsonl", "--out", "r", "--format", "github"]).output().unwrap();
    assert!(
        text(&github.stdout).starts_with(&format!("::error file=note.md,line={line},col=4,")),
        "{}",
        text(&github.stdout)
    );
    assert!(std::fs::read_to_string(at.join("summary.md")).unwrap().contains("**2** refuted"));
    assert_eq!(run(at, &["report", "r/record.jsonl", "--out", "p", "--png"]).status.code(), Some(0));
    let drawn = |ending: &str| -> usize {
        let files = std::fs::read_dir(at.join("p/figures/note")).unwrap();
        files.filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == ending)).count()
    };
    assert!(drawn("png") > 0 && drawn("png") == drawn("svg"));
    // Figures of claims that are gone go; what is not ours stays.
    let now = drawn("svg");
    for name in ["old-claim-figure.svg", "mine.txt"] {
        std::fs::write(at.join("p/figures/note").join(name), "old").unwrap();
    }
    assert_eq!(run(at, &["report", "r/record.jsonl", "--out", "p"]).status.code(), Some(0));
    assert_eq!((drawn("svg"), drawn("txt")), (now, 1));
    let schema: serde_json::Value = serde_json::from_slice(&run(at, &["explain", "json"]).stdout).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&formatted("json").stdout).unwrap();
    jsonschema::validate(&schema, &summary).unwrap();
}

/// The answer to a request for a path, without its head.
fn get(port: u16, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A process that ends with the test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watching_checks_on_save_and_serves_this_machine_only() {
    let folder = folder();
    let at = folder.path();
    let mut command = std::process::Command::cargo_bin("corrigenda").unwrap();
    command.current_dir(at).env("XDG_CACHE_HOME", at.join("cache")).stderr(Stdio::piped()).stdout(Stdio::null());
    command.args(["watch", "note.md", "--profile", "quick", "--port", "0", "--out", "r"]);
    let mut child = Running(command.spawn().unwrap());
    let mut said = BufReader::new(child.0.stderr.take().unwrap()).lines();
    let line = said.find_map(|l| l.ok().filter(|l| l.starts_with("serving"))).unwrap();
    let port: u16 = line.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    let host = format!("127.0.0.1:{port}");
    let page = get(port, "/note-note.html", &host);
    assert!(page.contains("live.js") && page.contains("200 OK"), "{}", &page[..300.min(page.len())]);
    assert!(get(port, "/../note.md", &host).contains("404"));
    assert!(get(port, "/", "evil.example").contains("403"));
    edit(at, r"\sinh^2 x = 1", r"\sinh^2 x = 2");
    // The question is answered when the new verdicts are there.
    let news = get(port, "/live?since=1", &host);
    assert!(news.contains(r#""version":2"#) && news.contains("note-note.html"), "{news}");
    assert!(get(port, "/index.html", &host).contains("refuted"));
}
