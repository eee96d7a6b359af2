//! The tables of entries against the files that define them, and what every entry promises.

use crate::library;
use corrigenda::verdict::Verdict;
use corrigenda::{catalog, diagnostic, experiment, method};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Files below a folder of `src` that contain a mark, without those of tests.
fn files_with(folder: &str, mark: &str) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(library::path("src").join(folder)).sort_by_file_name();
    let files = entries.into_iter().map(|e| e.unwrap().into_path()).filter(|p| {
        let stem = p.file_stem().unwrap();
        p.extension().is_some_and(|e| e == "rs") && stem != "mod" && stem != "tests"
    });
    files.filter(|p| std::fs::read_to_string(p).unwrap().contains(mark)).collect()
}

/// Names of files as the kebab-case names of entries.
fn kebab(files: &[PathBuf]) -> BTreeSet<String> {
    files.iter().map(|p| p.file_stem().unwrap().to_str().unwrap().replace('_', "-")).collect()
}

/// Names without repetition, all in kebab case.
fn unique(names: Vec<&str>) -> BTreeSet<String> {
    let set: BTreeSet<String> = names.iter().map(|n| (*n).to_owned()).collect();
    assert_eq!(set.len(), names.len(), "a name is used twice: {names:?}");
    for name in &names {
        let is_kebab = name
            .split('-')
            .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
        assert!(is_kebab && name.starts_with(|c: char| c.is_ascii_lowercase()), "{name} is not in kebab case");
    }
    set
}

#[test]
fn every_closed_form_is_in_its_table() {
    let files = files_with("catalog", "closed_form! {");
    assert_eq!(unique(catalog::ALL.iter().map(|f| f.id).collect()), kebab(&files));
}

#[test]
fn every_experiment_is_in_its_table() {
    let files = files_with("experiment", "static EXPERIMENT: Experiment");
    assert_eq!(unique(experiment::ALL.iter().map(|e| e.name).collect()), kebab(&files));
    for e in experiment::ALL {
        assert!(!e.estimands.is_empty() && !e.source.is_empty() && !e.summary.is_empty(), "{}", e.name);
        unique(e.estimands.iter().map(|s| s.name).collect());
        let names: BTreeSet<&str> = e.parameters.iter().map(|p| p.name).collect();
        assert_eq!(names.len(), e.parameters.len(), "{}", e.name);
        // The defaults are in range, or nobody could run it without arguments.
        e.parameters(&Default::default()).unwrap();
    }
}

#[test]
fn every_method_is_in_its_table() {
    let files = files_with("method", "\nimpl Method for ");
    assert_eq!(unique(method::ALL.iter().map(|m| m.name()).collect()), kebab(&files));
}

#[test]
fn diagnostic_codes_are_unique_and_explained() {
    unique(diagnostic::codes::ALL.iter().map(|c| c.name).collect());
    for code in diagnostic::codes::ALL {
        assert!(!code.summary.is_empty() && code.explanation.ends_with('.'), "{}", code.name);
    }
}

#[test]
fn every_diagnostic_code_is_used() {
    let mut code = String::new();
    for entry in walkdir::WalkDir::new(library::path("src")).into_iter().map(|e| e.unwrap().into_path()) {
        if entry.extension().is_some_and(|e| e == "rs") && !entry.ends_with("diagnostic/codes.rs") {
            code.push_str(&std::fs::read_to_string(entry).unwrap());
        }
    }
    // A formula that is not claimed is listed in the report with this word; it is no problem of the note.
    for row in diagnostic::codes::ALL.iter().filter(|row| row.name != "not-claimed") {
        let constant = row.name.replace('-', "_").to_uppercase();
        assert!(code.contains(&format!("codes::{constant}")), "nothing says {}", row.name);
    }
}

#[test]
fn wrong_twins_are_refuted_and_the_formulas_are_not() {
    let mut wrong = Vec::new();
    for form in catalog::ALL {
        let rows: String = form.symbols.iter().map(|(name, sort)| format!("'{name}' = '{sort}'\n")).collect();
        let text = format!(
            "+++\n[symbols]\n{rows}+++\n\n$$\n\\left( {latex} \\right) + 1 = 1 + \\left( {latex} \\right)\n$$\n\n<!-- claim: right -->\n\n$$\n{latex} = {twin}\n$$\n\n<!-- claim: twin -->\n",
            latex = form.latex,
            twin = form.wrong_twin
        );
        let (claims, _) = library::read(form.id, &text);
        assert_eq!(claims.len(), 2, "{}", form.id);
        let judged = library::judge(&claims);
        let verdicts = (judged[0].verdict, judged[1].verdict);
        if !matches!(verdicts, (Verdict::Proved | Verdict::Supported, Verdict::Refuted)) {
            wrong.push(format!("{}: {verdicts:?}: {} | {}", form.id, judged[0].because, judged[1].because));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
