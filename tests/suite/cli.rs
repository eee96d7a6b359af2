//! The program as a user meets it: exit codes, streams, messages.

use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

fn corrigenda() -> Command {
    let mut command = Command::cargo_bin("corrigenda").unwrap();
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS").env("TERM", "xterm");
    command
}

/// Exit code, standard output, standard error.
fn outcome(arguments: &[&str]) -> (i32, String, String) {
    ran(corrigenda().args(arguments))
}

fn ran(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn without_arguments_it_prints_help() {
    let (code, out, error) = outcome(&[]);
    assert_eq!((code, error.as_str()), (0, ""));
    for word in ["check", "report", "try", "simulate", "list", "explain", "Exit codes"] {
        assert!(out.contains(word), "{word} in {out}");
    }
    assert_eq!(outcome(&["--version"]), (0, format!("corrigenda {}\n", env!("CARGO_PKG_VERSION")), String::new()));
}

#[test]
fn bad_usage_is_two_and_says_why() {
    for arguments in [
        &["chek"][..],
        &["check", "--formt", "json"],
        &["check", "--format", "yaml"],
        &["check", "--jobs", "0"],
        &["simulate", "wiener-filter", "--replicates", "0"],
        &["simulate", "wiener-filter", "--seed", "-1"],
        &["check", "--shard", "3/2"],
    ] {
        let (code, out, error) = outcome(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(error.starts_with("error: "), "{error}");
    }
    assert!(outcome(&["chek"]).2.contains("check"));
}

#[test]
fn explanations() {
    let (code, out, _) = outcome(&["explain", "unknown-symbol"]);
    assert!(code == 0 && out.starts_with("unknown-symbol: ") && out.contains("[symbols]"), "{out}");
    let (code, out, _) = outcome(&["explain", "Refuted"]);
    assert!(code == 0 && out.contains("witness"), "{out}");
    let (code, out, error) = outcome(&["explain", "unknown-symbl"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("did you mean `unknown-symbol`?"), "{error}");
    assert!(outcome(&["explain", "zzz"]).2.contains("list codes"));
}

#[test]
fn lists() {
    let (code, out, _) = outcome(&["list", "codes"]);
    assert_eq!((code, out.lines().count()), (0, corrigenda::diagnostic::codes::ALL.len()));
    let (_, out, _) = outcome(&["list", "codes", "--format", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json[0]["code"], "unknown-symbol");
    let (_, out, _) = outcome(&["list", "experiments", "--format", "markdown"]);
    assert!(out.starts_with("| experiment | estimands |") && out.contains("| wiener-filter |"), "{out}");
    let (_, out, _) = outcome(&["list"]);
    assert!(out.contains("closed-forms") && out.contains("experiments"), "{out}");
    let (code, out, _) = outcome(&["list", "claims", "tests/notes/quoted.md"]);
    assert!(code == 0 && out.starts_with("first-one   tests/notes/quoted.md:25  holds  7.4.8  α = "), "{out}");
}

#[test]
fn equations_of_the_sources_that_notes_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sources")).unwrap();
    std::fs::write(folder.path().join("note.md"), "+++\nsource = 'book'\n+++\n$$ x $$").unwrap();
    let source = "title = 'B'\n[[equation]]\nnumber = '1.2'\ntex = 'x = y'\nkind = 'identity'\n";
    std::fs::write(folder.path().join("sources/book.toml"), source).unwrap();
    let path = folder.path().to_str().unwrap();
    let unread = "book  1.2  identity  unknown-symbol  `x` is not declared  x = y\n\
                  0 of the 1 equations that state mathematics are read (0.0 %)\n";
    assert_eq!(outcome(&["list", "equations", path]), (0, unread.into(), String::new()));
    let declared = format!(
        "[section.'1'.symbols]\n'x' = 'real'\n'y' = 'vector(3)'\n{source}section = '1.1'\nsymbols = {{ 'y' = 'real' }}\n"
    );
    std::fs::write(folder.path().join("sources/book.toml"), declared).unwrap();
    let (code, out, _) = outcome(&["list", "equations", path, "--source", "book", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &listed["total"]["elaborated"]), (0, &serde_json::json!(1)));
    assert_eq!(listed["equations"][0]["relations"][0]["sorts"], serde_json::json!(["real", "real"]));
    assert_eq!(outcome(&["list", "equations", path, "--source", "paper"]).0, 2);
    std::fs::write(folder.path().join("sources/book.toml"), format!("{source}[[equation]]\nnumber = 1\n")).unwrap();
    let (code, out, error) = outcome(&["list", "equations", path]);
    assert!(code == 2 && out.lines().count() == 2 && error.contains("bad-source"), "{error}");
}

#[test]
fn problems_of_notes_are_shown_with_their_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ä.md");
    std::fs::write(&path, "$$ α = β $$\n<!-- claim: it\nαβ = 'x'\ntolerence = 0.1\n-->\n\n$$ open\n").unwrap();
    let name = path.to_str().unwrap();
    let (code, out, error) = outcome(&["list", "claims", name]);
    assert_eq!((code, out.lines().count()), (2, 1));
    let bad_toml = error.contains("[bad-claim] Error:") && error.contains("ä.md:3:1 ");
    assert!(bad_toml && error.contains("αβ = 'x'") && error.contains("[unclosed-formula]"), "{error}");
    assert!(error.contains("ä.md:7:1 ") && error.ends_with("2 errors\n") && !error.contains('\x1b'), "{error}");
    let (_, _, terse) = outcome(&["-q", "list", "claims", name]);
    assert_eq!(terse.lines().count(), 2);
    assert!(terse.contains("ä.md:7:1: error[unclosed-formula]: the formula that `$$` opens is not closed"), "{terse}");
    let (_, _, narrow) = ran(corrigenda().args(["list", "claims", name]).env("COLUMNS", "30"));
    assert_eq!(narrow, terse);
}

#[test]
fn colours_follow_the_conventions() {
    let error = |arguments: &[&str], variables: &[(&str, &str)]| {
        ran(corrigenda().args(["list", "claims", "missing"]).args(arguments).envs(variables.iter().copied())).2
    };
    assert!(!error(&[], &[]).contains('\x1b'));
    assert!(error(&["--color", "always"], &[("NO_COLOR", "1")]).contains('\x1b'));
    assert!(error(&[], &[("CLICOLOR_FORCE", "1")]).contains('\x1b'));
    assert!(!error(&[], &[("CLICOLOR_FORCE", "0")]).contains('\x1b'));
    assert!(!error(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\x1b'));
    assert!(!error(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]).contains('\x1b'));
}

#[test]
fn bad_paths_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let list = |path: &str| outcome(&["list", "claims", path]);
    let (code, _, error) = list("no-such-folder");
    assert!(code == 2 && error.contains("no such file or directory: no-such-folder"), "{error}");
    assert_eq!(list(folder.path().to_str().unwrap()), (0, String::new(), String::new()));
    for (name, bytes, code_name) in [
        ("binary.md", &b"\x00\xff\xfe\x01"[..], "not-text"),
        ("line.md", &vec![b'x'; 10_000_000], "too-large"),
        ("file.md", &b"x\n".repeat(6_000_000), "too-large"),
        ("open.md", b"$$ x", "unclosed-formula"),
        ("toml.md", b"+++\nnot toml\n+++\n", "bad-front-matter"),
        ("target.md", b"text\n\n<!-- claim: it -->", "missing-target"),
    ] {
        let (code, _, error) = list(&write(name, bytes));
        assert!(code == 2 && error.contains(&format!("[{code_name}]")) && !error.contains("internal error"), "{name}");
        assert!(error.len() < 4000, "{name}: {} bytes", error.len());
    }
    let braces = format!("$$ {}x{} $$", "{".repeat(10_000), "}".repeat(10_000));
    assert_eq!(list(&write("braces.md", braces.as_bytes())).0, 0);
    assert_eq!(list(&write("paper.tex", b"\\[ x \\]")).0, 0);
}

#[test]
fn simulations_print_estimates() {
    let arguments = ["simulate", "wiener-filter", "-p", "d=4", "--replicates", "100", "--seed", "7"];
    let (code, one, error) = outcome(&[&arguments[..], &["--jobs", "1"]].concat());
    assert_eq!((code, error.as_str()), (0, ""));
    assert_eq!(one, outcome(&[&arguments[..], &["--jobs", "2"]].concat()).1);
    let json: Value = serde_json::from_str(&one).unwrap();
    assert_eq!((&json["schema"], &json["replicates"], &json["non_finite"]), (&1.into(), &100.into(), &0.into()));
    assert_eq!((&json["experiment"], &json["parameters"]["d"]), (&"wiener-filter".into(), &4.into()));
    let estimand = &json["estimands"][0];
    assert!(estimand["name"].is_string() && !estimand["mean"].is_null() && !estimand["standard_error"].is_null());
    let other = outcome(&["simulate", "wiener-filter", "-p", "d=4", "--replicates", "100", "--seed", "8"]).1;
    assert_ne!(other, one);
}

#[test]
fn simulations_refuse_what_they_do_not_know() {
    let simulate = |arguments: &[&str]| {
        let (code, out, error) = outcome(&[&["simulate"], arguments].concat());
        assert_eq!((code, out.as_str()), (2, ""));
        error
    };
    assert!(simulate(&["wiener-filtre"]).contains("did you mean `wiener-filter`?"));
    assert!(simulate(&["zzz"]).contains("corrigenda list experiments"));
    assert!(simulate(&["wiener-filter", "-p", "dd=4"]).contains("did you mean `d`?"));
    assert!(simulate(&["wiener-filter", "-p", "d"]).contains("`d` is not a parameter with a number"));
    assert!(simulate(&["wiener-filter", "-p", "d=4", "-p", "d=5"]).contains("given twice"));
    for value in ["nan", "-3", "2.5", "inf", "1e300"] {
        let error = simulate(&["wiener-filter", "-p", &format!("d={value}")]);
        assert!(error.contains("parameter `d` = ") && error.contains("whole number"), "{error}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let binary = assert_cmd::cargo::cargo_bin("corrigenda");
    let script =
        format!("{} list codes --format json | head -n 1 > /dev/null; exit ${{PIPESTATUS[0]}}", binary.display());
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_full_disk_is_said() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let binary = assert_cmd::cargo::cargo_bin("corrigenda");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(binary).args(["list", "codes"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write to standard output"));
}
