//! Documents that are not ours and so not here: their displays beside those that pdfLaTeX numbers.
//!
//! `cargo test --test suite real_documents -- --ignored --nocapture` compiles each document that is named in
//! `target/documents.txt`, one path a line, with a hook that writes file, line and number of every equation number that it
//! sets, and compares. Packages that are not installed are replaced by empty ones.

use corrigenda::note;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Tells of every number that is set; `\eqref` sets one, too, whose text begins with `\ref`.
const HOOK: &str = r"\makeatletter
\AtBeginDocument{%
\let\hookedtag\tagform@
\def\tagform@#1{\typeout{NUMBER|\CurrentFile|\the\inputlineno|\expandafter\detokenize\expandafter{\expanded{#1}}}\hookedtag{#1}}%
\def\@eqnnum{\typeout{NUMBER|\CurrentFile|\the\inputlineno|\theequation}{\normalfont(\theequation)}}}
\makeatother
";

/// Name of a file without folders, the line at which a number was set, and the number.
type Place = (String, usize, String);

fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// The numbers that LaTeX sets. Displays of several lines are set twice, once to measure them.
fn numbered_by_latex(main: &Path) -> Vec<Place> {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("hook.tex"), HOOK).unwrap();
    let job = format!("\\input{{hook}}\\input{{{}}}", main.file_name().unwrap().to_str().unwrap());
    // A document's own style files stand beside it or in a folder beside its own.
    let inputs = format!(".:{}:../style:", scratch.path().display());
    let log = loop {
        Command::new("pdflatex")
            .current_dir(main.parent().unwrap())
            .env("TEXINPUTS", &inputs)
            .env("max_print_line", "4000")
            .args(["-interaction=nonstopmode", "-draftmode", "-jobname=numbers", "-output-directory"])
            .arg(scratch.path())
            .arg(&job)
            .output()
            .unwrap();
        let log = fs::read(scratch.path().join("numbers.log")).unwrap();
        let log = String::from_utf8_lossy(&log).into_owned();
        let missing = log.split_once(".sty' not found").and_then(|(before, _)| before.rsplit_once('`'));
        match missing.map(|(_, name)| scratch.path().join(format!("{name}.sty"))).filter(|stub| !stub.exists()) {
            Some(stub) => fs::write(stub, "").unwrap(),
            None => break log,
        }
    };
    let mut all: Vec<Place> = Vec::new();
    for line in log.lines().filter_map(|l| l.split_once("NUMBER|")) {
        let parts: Vec<&str> = line.1.splitn(3, '|').collect();
        let [file, line, number] = parts.as_slice() else { continue };
        let file = if file.is_empty() { main.to_str().unwrap() } else { file };
        let place = (file_name(file), line.parse().unwrap(), (*number).to_owned());
        if !place.2.contains("ref ") && !all.contains(&place) {
            all.push(place);
        }
    }
    all
}

#[test]
#[ignore = "needs pdflatex and documents that are not ours"]
fn every_number_that_latex_sets_is_found_at_its_line() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/documents.txt");
    let documents = fs::read_to_string(&list).expect("a list of documents");
    let mut wrong = Vec::new();
    for main in documents.lines().filter(|name| !name.is_empty()) {
        let main = fs::canonicalize(main).unwrap();
        let expected = numbered_by_latex(&main);
        let began = Instant::now();
        let (note, diagnostics) = note::load(&main).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        let mut found: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        let mut numbers = 0;
        for formula in &note.formulas {
            let start = formula.tex.span.start;
            let file = file_name(note.file.name_at(start));
            for number in &formula.numbers {
                numbers += 1;
                found.entry((file.clone(), number.clone())).or_default().push(note.file.position(start).line);
            }
        }
        let before = wrong.len();
        for (file, line, number) in &expected {
            // LaTeX tells of a number at the end of its display.
            let at = found.get_mut(&(file.clone(), number.clone())).and_then(|lines| {
                let best = lines.iter().enumerate().filter(|(_, l)| *l <= line).max_by_key(|(_, l)| **l)?.0;
                Some(lines.remove(best))
            });
            match at {
                None => wrong.push(format!("{file}:{line}: ({number}) is not found")),
                Some(at) if line - at > 60 => wrong.push(format!("{file}:{line}: ({number}) is found at {at}")),
                Some(_) => {}
            }
        }
        for ((file, number), lines) in found {
            wrong.extend(lines.iter().map(|line| format!("{file}:{line}: ({number}) is none of LaTeX's")));
        }
        println!(
            "{}: {} displays, {numbers} numbers, {} by LaTeX, {} differences, {} diagnostics, {seconds:.2} s",
            main.display(),
            note.formulas.len(),
            expected.len(),
            wrong.len() - before,
            diagnostics.len()
        );
    }
    for difference in &wrong {
        println!("  {difference}");
    }
    assert!(wrong.is_empty(), "{} differences", wrong.len());
}
