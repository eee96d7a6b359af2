//! The staircase: a module of the library uses only modules above it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the top of the stairs down. A module uses itself and those before it.
const STAIRS: &[&str] = &[
    "source",
    "diagnostic",
    "elementwise",
    "random",
    "numeric",
    "stats",
    "linalg",
    "expr",
    "latex",
    "algebra",
    "eval",
    "assumption",
    "claim",
    "evidence",
    "verdict",
    "record",
    "profile",
    "note",
    "catalog",
    "experiment",
    "method",
    "correction",
    "plan",
    "event",
    "runner",
    "report",
    "cli",
];

fn sources() -> Vec<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|e| e.unwrap().into_path());
    files.filter(|p| p.extension().is_some_and(|e| e == "rs")).collect()
}

/// Paths without extension of the modules that are compiled for tests only; what they contain lies below them.
fn test_modules(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut out = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let folder = match path.file_name().unwrap().to_str().unwrap() {
            "mod.rs" | "lib.rs" => path.parent().unwrap().to_owned(),
            _ => path.with_extension(""),
        };
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            if let Some(name) = pair[1].strip_suffix(';').and_then(|l| l.split_once("mod ")).map(|(_, name)| name) {
                out.insert(folder.join(name));
            }
        }
    }
    out
}

/// The code without comments and without inline test modules, which stand at the end of a file.
fn code(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" && lines.peek().is_some_and(|l| l.contains("mod ") && l.ends_with('{')) {
            lines.by_ref().find(|l| *l == "}");
            continue;
        }
        if !line.trim_start().starts_with("//") {
            out.push_str(line.split(" // ").next().unwrap());
            out.push('\n');
        }
    }
    out
}

/// The modules that a piece of code names: `crate::name` and `crate::{name, name::…}`.
fn used(code: &str) -> Vec<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut out = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        // `$crate::` is a macro's way to say where it is from.
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + found.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            out.push(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && c.is_alphabetic() => {
                    out.push(word(&group[i..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    out
}

/// The module of the library that a file belongs to.
fn module(path: &Path) -> String {
    let path = path.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    path.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn uses_are_found() {
    let text = "use crate::{a::{x, y}, b,\n  c};\nuse crate::d::{e};\n// crate::not\nlet x = crate::f::g(); // crate::no\n$crate::h\n\
                #[cfg(test)]\nmod tests {\n    use crate::never;\n}\ncrate::last::x();\n";
    assert_eq!(used(&code(text)), ["a", "b", "c", "d", "f", "last"]);
}

#[test]
fn the_stairs_are_the_modules() {
    let found: BTreeSet<String> = sources().iter().map(|p| module(p)).filter(|m| m != "lib" && m != "main").collect();
    assert_eq!(found, STAIRS.iter().map(|s| (*s).to_owned()).collect());
}

#[test]
fn no_module_uses_one_below_it() {
    let height: BTreeMap<&str, usize> = STAIRS.iter().enumerate().map(|(i, name)| (*name, i)).collect();
    let files = sources();
    let tests = test_modules(&files);
    assert!(tests.len() > 5);
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for path in files.iter().filter(|p| !tests.iter().any(|t| p.with_extension("").starts_with(t))) {
        let own = module(path);
        let Some(&own_height) = height.get(own.as_str()) else { continue };
        for name in used(&code(&std::fs::read_to_string(path).unwrap())) {
            // The one macro of the crate is reached as `crate::closed_form!`.
            let Some(&its_height) = height.get(name.as_str()) else {
                assert_eq!(name, "closed_form", "{}", path.display());
                continue;
            };
            seen += 1;
            if its_height > own_height {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
    }
    assert!(seen > 200, "only {seen} uses were found");
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
}
