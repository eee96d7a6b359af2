//! `corrigenda init`: a draft of symbols and claims for a note that has none.

use super::arguments::InitArguments;
use super::console::Console;
use super::{Failure, Outcome};
use crate::note::{self, Draft, DraftError, RawNote};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Drafts the annotation of a note and writes it: into a Markdown note, beside a LaTeX document.
pub(super) fn run(arguments: &InitArguments, console: &Console) -> Result<Outcome, Failure> {
    let path = &arguments.note;
    let missing = || Failure::new(format!("no such file: {}", path.display()));
    if !path.is_file() {
        return Err(missing().hint("give a Markdown note or a LaTeX document"));
    }
    let (note, problems) = match note::load(path) {
        Ok(read) => read,
        Err(diagnostic) => {
            console.diagnostics(std::slice::from_ref(&*diagnostic));
            return Ok(Outcome::BadInput);
        }
    };
    console.diagnostics(&problems);
    let is_document =
        path.extension().is_some_and(|e| !e.eq_ignore_ascii_case("md") && !e.eq_ignore_ascii_case("markdown"));
    let taken: BTreeSet<String> = note.claims.iter().map(|c| c.id.text.clone()).collect();
    let refuse = |error: DraftError| {
        let hint = match error {
            DraftError::Yaml => "make it TOML between two lines `+++`, or draft with a copy of the note without it",
            DraftError::Broken => "mend it first; the message above says where",
            DraftError::Drafted => "mend the tables by hand, or take them out to draft them again",
            DraftError::NoFormula => "only displayed formulas are checked: `$$ … $$`, `\\[ … \\]` or an environment",
        };
        Failure::new(format!("{}: {error}", path.display())).hint(hint)
    };
    let (draft, text, target) = if is_document {
        let mut draft = note::draft(&note, &taken);
        let text = note::sidecar(&note, &mut draft).map_err(refuse)?;
        (draft, text, path.with_extension("corrigenda.toml"))
    } else {
        let (draft, text) = note::verified(&note, &taken).map_err(refuse)?;
        (draft, text, path.clone())
    };
    if arguments.stdout {
        console.print(&text)?;
        return Ok(Outcome::AsExpected);
    }
    if !arguments.force {
        permitted(&note, is_document, &target)?;
    }
    write(&target, &text)?;
    console.say(&report(&draft, &target, path));
    Ok(Outcome::AsExpected)
}

/// What the author has written is changed only if asked to.
fn permitted(note: &RawNote, is_document: bool, target: &Path) -> Result<(), Failure> {
    if is_document && target.exists() {
        return Err(Failure::new(format!("{} exists", target.display()))
            .hint("--force replaces it, --stdout prints the draft instead"));
    }
    if note.is_annotated() {
        return Err(Failure::new(format!("{} has symbols or claims already", note.file.name()))
            .hint("--force drafts what is missing, --stdout prints it instead"));
    }
    Ok(())
}

/// Replaces the file as a whole, or not at all.
fn write(target: &Path, text: &str) -> Result<(), Failure> {
    let failure = |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", target.display()));
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).map_or(PathBuf::from("."), Path::to_path_buf);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failure)?;
    file.write_all(text.as_bytes()).map_err(failure)?;
    if let Ok(metadata) = std::fs::metadata(target) {
        file.as_file().set_permissions(metadata.permissions()).map_err(failure)?;
    }
    file.persist(target).map_err(|error| failure(error.error))?;
    Ok(())
}

fn report(draft: &Draft, target: &Path, note: &Path) -> String {
    let many = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let left = match draft.left {
        0 => String::new(),
        n => format!("; {} left without a claim", many(n, "formula")),
    };
    format!(
        "{}: {} guessed, {} drafted{left}\nnow: corrigenda check {}",
        target.display(),
        many(draft.symbols, "symbol"),
        many(draft.claims.len(), "claim"),
        note.display()
    )
}
