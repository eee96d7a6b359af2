//! Bad input through the real program: the right exit code, a message that says what and where, no panic, nothing half
//! written.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder with one note, and where the report would go.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let desk = Self::new();
        std::fs::write(desk.path(name), bytes).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env("XDG_CACHE_HOME", self.path("cache")).env("COLUMNS", "120");
        command
    }

    /// Checks a path of the folder: exit code and what was said.
    fn check(&self, path: &str) -> (i32, String) {
        self.ran(self.command(binary()).args(["check", path, "--profile", "quick", "--out", "out"]))
    }

    fn ran(&self, command: &mut Command) -> (i32, String) {
        let output = command.output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        let code = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {error}"));
        assert!(!error.contains("internal error") && !error.contains("panicked"), "{error}");
        assert!(error.len() < 5000, "{} bytes of messages", error.len());
        (code, error)
    }

    fn wrote(&self) -> bool {
        self.path("out").exists()
    }
}

fn binary() -> PathBuf {
    assert_cmd::cargo::cargo_bin("corrigenda")
}

const GOOD: &str = "$$ x^2 \\ge 0 $$\n\n<!-- claim: good -->\n";

fn note(rest: &str) -> String {
    format!("+++\n[symbols]\n'x' = 'real'\n'd' = 'dimension'\n'f' = 'estimand'\n+++\n\n{rest}\n")
}

#[test]
fn nothing_to_check_is_four() {
    let desk = Desk::new();
    let (code, error) = desk.check(".");
    assert!(code == 4 && error.contains("nothing was checked"), "{code} {error}");
    std::fs::write(desk.path("README.md"), "# Prose\n\nwith $x$ only.\n").unwrap();
    std::fs::write(desk.path("data.csv"), "1,2\n").unwrap();
    let (code, error) = desk.check(".");
    assert!(code == 4 && error.contains("nothing was checked"), "{code} {error}");
    std::fs::write(desk.path("note.md"), "$$ x $$\n").unwrap();
    assert_eq!(desk.check(".").0, 4);
    assert!(!desk.wrote());
}

#[test]
fn a_missing_path_is_named() {
    let desk = Desk::with("note.md", note(GOOD));
    let (code, error) = desk.check("nowhere");
    assert!(code == 2 && error.contains("nowhere") && !desk.wrote(), "{code} {error}");
    // One missing path among good ones is a misspelling: nothing is checked.
    let (code, error) = desk.ran(desk.command(binary()).args(["check", "note.md", "nowhere", "--out", "out"]));
    assert!(code == 2 && error.contains("nowhere") && !desk.wrote(), "{code} {error}");
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let braces = format!("$$ x = {}x{} $$\n\n<!-- claim: deep -->\n", "{".repeat(10_000), "}".repeat(10_000));
    let nested = |before: &str, behind: &str| {
        format!("$$ x = {} x {} $$\n\n<!-- claim: deep -->\n", before.repeat(5000), behind.repeat(5000))
    };
    let lines: String = (1..60).map(|i| format!("'y_{{{}}}' = 'y_{{{i}}} \\cdot y_{{{i}}}'\n", i + 1)).collect();
    let doubling = format!(
        "+++\n[symbols]\n'x' = 'real'\n[define]\n'y_{{1}}' = 'x + 1'\n{lines}+++\n\n$$ y_{{60}} = x $$\n\n<!-- claim: it -->\n"
    );
    let experiment = |parameters: &str| {
        note(&format!(
            "$$ f = x $$\n\n<!-- claim: it\nexperiment = {{ name = \"wiener-filter\", estimand = \"mse\", {parameters} }}\n-->"
        ))
    };
    let long = [b"x".repeat(10_000_000), b"\n".to_vec()].concat();
    for (name, bytes, code, place) in [
        ("binary", b"\x7fELF\x00\xff\xfe\x01$$ x $$".to_vec(), "not-text", "note.md:1:"),
        ("long line", long, "too-large", "note.md:1:"),
        ("nested braces", note(&braces).into_bytes(), "too-large", "note.md:8:"),
        ("nested accents", note(&nested("\\hat", "")).into_bytes(), "too-large", "note.md:8:"),
        ("nested functions", note(&nested("\\log", "")).into_bytes(), "too-large", "note.md:8:"),
        ("nested quotients", note(&nested("", "/x")).into_bytes(), "too-large", "note.md:8:"),
        ("factorials of factorials", note(&nested("", "!")).into_bytes(), "unsupported-construct", "note.md:8:"),
        ("doubling abbreviations", doubling.into_bytes(), "too-large", "note.md:"),
        ("unclosed display", note("$$ x = 1").into_bytes(), "unclosed-formula", "note.md:8:1"),
        ("front matter", b"+++\n[symbols\n+++\n\n$$ x = 1 $$\n".to_vec(), "bad-front-matter", "note.md:2:"),
        ("no formula", note("Text.\n\n<!-- claim: lonely -->").into_bytes(), "missing-target", "note.md:10:"),
        ("not a number", experiment("d = nan").into_bytes(), "bad-parameter", "note.md:11:"),
        ("infinite", experiment("d = inf").into_bytes(), "bad-parameter", "note.md:11:"),
        ("negative", experiment("d = -4").into_bytes(), "bad-parameter", "note.md:11:"),
        ("fractional", experiment("d = 2.5").into_bytes(), "bad-parameter", "note.md:11:"),
        (
            "inconsistent dimension",
            b"+++\n[symbols]\n'n' = 'dimension'\n'q' = 'estimand vector(n)'\n'm' = 'vector(n)'\n+++\n\n$$ q = m $$\n\n<!-- claim: it\nexperiment = { name = \"noised-gaussian\", estimand = \"mean\", d = 4, bind = { 'n' = \"t\" } }\n-->\n".to_vec(),
            "inconsistent-dimension",
            "note.md:11:",
        ),
        ("unknown symbol", note("$$ x = q $$\n\n<!-- claim: it -->").into_bytes(), "unknown-symbol", "note.md:8:8"),
        ("sorts", note("$$ x = \n $$\n\n<!-- claim: it -->").into_bytes(), "unexpected-token", "note.md:8:"),
    ] {
        let desk = Desk::with("note.md", bytes);
        let (exit, error) = desk.check("note.md");
        assert_eq!(exit, 2, "{name}: {error}");
        assert!(error.contains(&format!("[{code}]")) && error.contains(place), "{name}: {error}");
        assert!(!desk.wrote(), "{name}");
    }
}

#[test]
fn a_bad_claim_costs_that_claim_only() {
    let text = note(&format!("{GOOD}\n$$ x = q $$\n\n<!-- claim: bad -->\n\n$$ x + $$\n\n<!-- claim: worse -->\n"));
    let desk = Desk::with("note.md", text);
    let (code, error) = desk.check("note.md");
    assert_eq!(code, 2);
    assert!(error.contains("[unknown-symbol]") && error.contains("[unexpected-token]"), "{error}");
    let record = corrigenda::record::read(&desk.path("out/record.jsonl")).unwrap();
    let ids: Vec<&str> = record.claims.iter().map(|c| c.id.as_str()).collect();
    assert_eq!((ids, record.diagnostics.len()), (vec!["good"], 2));
    assert_eq!(record.claims[0].verdict, "proved");
}

#[test]
fn a_wrong_formula_is_one_and_a_right_one_zero() {
    let wrong = note("$$ (x + 1)^2 = x^2 + 1 $$\n\n<!-- claim: wrong -->\n");
    for (text, code) in [(note(GOOD), 0), (wrong, 1)] {
        assert_eq!(Desk::with("note.md", text).check("note.md").0, code);
    }
}

#[test]
fn an_output_folder_that_cannot_be_written_is_named() {
    let desk = Desk::with("note.md", note(GOOD));
    std::fs::write(desk.path("out"), "a file of the author's").unwrap();
    let (code, error) = desk.check("note.md");
    assert!(code == 2 && error.contains("cannot write out") && error.contains("--out"), "{code} {error}");
    assert_eq!(std::fs::read_to_string(desk.path("out")).unwrap(), "a file of the author's");
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    entries.filter(|e| e.file_type().is_file()).map(|e| e.into_path()).collect()
}

/// A limit on the size of files makes the system refuse to write, as a full disk does.
#[cfg(unix)]
#[test]
fn a_disk_without_room_leaves_no_half_file() {
    let desk = Desk::with("note.md", note(GOOD));
    let script = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} check note.md --profile quick --no-cache --out out",
        binary().display()
    );
    let (code, error) = desk.ran(desk.command("bash").args(["-c", &script]));
    assert!(code == 2 && error.contains("cannot write"), "{code} {error}");
    assert_eq!(files(&desk.path("out")), Vec::<PathBuf>::new());
    // An earlier report is not harmed by the failure of a later one.
    assert_eq!(desk.check("note.md").0, 0);
    let before: Vec<_> = files(&desk.path("out")).iter().map(|p| std::fs::read(p).unwrap()).collect();
    assert_eq!(desk.ran(desk.command("bash").args(["-c", &script])).0, 2);
    let after: Vec<_> = files(&desk.path("out")).iter().map(|p| std::fs::read(p).unwrap()).collect();
    assert!(before == after && before.len() > 3);
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_is_full_is_said() {
    let desk = Desk::with("note.md", note(GOOD));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = desk.command(binary());
    command.args(["check", "note.md", "--profile", "quick", "--out", "out"]).stdout(full);
    let (code, error) = desk.ran(&mut command);
    assert!(code == 2 && error.contains("cannot write to standard output"), "{code} {error}");
    // The record was complete before anything was printed.
    corrigenda::record::read(&desk.path("out/record.jsonl")).unwrap();
}

#[test]
fn a_record_that_is_none_is_refused() {
    let desk = Desk::with("note.md", note(GOOD));
    assert_eq!(desk.check("note.md").0, 0);
    let text = std::fs::read_to_string(desk.path("out/record.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let interrupted = lines[..lines.len() - 1].join("\n");
    for (name, text) in [
        ("empty", String::new()),
        ("other", "{\"a\": 1}\n".to_owned()),
        ("text", note(GOOD)),
        ("interrupted", interrupted),
        ("cut", text[..text.len() / 2].to_owned()),
        ("shuffled", lines.iter().rev().copied().collect::<Vec<_>>().join("\n")),
    ] {
        std::fs::write(desk.path("bad.jsonl"), text).unwrap();
        let (code, error) = desk.ran(desk.command(binary()).args(["report", "bad.jsonl", "--out", "drawn"]));
        assert!(code == 2 && error.contains("bad.jsonl"), "{name}: {code} {error}");
        assert!(!desk.path("drawn").exists(), "{name}");
    }
}
