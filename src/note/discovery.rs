//! Which files are notes, and opening them.

use super::{LARGEST_FILE, RawNote, read, read_latex};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{SourceFile, Span};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Why the paths of a run cannot be walked.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// Paths that do not exist.
    #[error("no such file or directory: {}", .0.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))]
    Missing(Vec<PathBuf>),
    /// A directory or file that cannot be read.
    #[error("{}: {source}", .path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Folders that hold no notes of the author's.
const SKIPPED: &[&str] = &["reports", "target", "node_modules"];

/// The notes under `paths`, each once: files as given, and in directories, in the order of their names, the `.md` files
/// with front matter of ours, a displayed formula or a claim, and the `.tex` files with a `\documentclass` or a sidecar:
/// the files that they include are read with them. Hidden folders, `reports`, `target` and `node_modules`
/// are passed over unless they are given themselves.
///
/// # Errors
/// A path that does not exist or cannot be read.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<PathBuf>, DiscoveryError> {
    let missing: Vec<PathBuf> =
        paths.iter().filter(|path| fs::metadata(path).is_err_and(is_missing)).cloned().collect();
    if !missing.is_empty() {
        return Err(DiscoveryError::Missing(missing));
    }
    let mut seen = BTreeSet::new();
    let mut notes = Vec::new();
    let mut add = |path: PathBuf| {
        if seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
            notes.push(path);
        }
    };
    for path in paths {
        if path.is_dir() {
            for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(is_entered) {
                let entry = entry.map_err(|error| unreadable(path, error))?;
                if entry.path().is_file()
                    && (is_markdown(entry.path()) && is_note(entry.path()) || is_document(entry.path()))
                {
                    add(entry.into_path());
                }
            }
        } else {
            add(path.clone());
        }
    }
    Ok(notes)
}

fn is_missing(error: std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn unreadable(root: &Path, error: walkdir::Error) -> DiscoveryError {
    let path = error.path().unwrap_or(root).to_owned();
    DiscoveryError::Unreadable { path, source: error.into() }
}

fn is_entered(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_skipped = name.starts_with('.') || SKIPPED.contains(&name.as_ref());
    entry.depth() == 0 || !(is_skipped && entry.file_type().is_dir())
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|e| ["md", "markdown", "qmd"].iter().any(|known| e.eq_ignore_ascii_case(known)))
}

fn is_latex(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tex") || e.eq_ignore_ascii_case("latex"))
}

/// Whether a file in a folder is a LaTeX document of its own, not a part of another.
fn is_document(path: &Path) -> bool {
    is_latex(path)
        && (sidecar(path).is_file()
            || open(path)
                .map_or(true, |file| file.text().lines().any(|line| line.trim_start().starts_with("\\documentclass"))))
}

/// The file of the symbols and claims of a LaTeX document.
fn sidecar(document: &Path) -> PathBuf {
    document.with_extension("corrigenda.toml")
}

/// Opens and reads a note: a LaTeX document with what it includes and its sidecar, or Markdown.
///
/// # Errors
/// The file cannot be opened, or is not text; see [`open`].
pub fn load(path: &Path) -> Result<(RawNote, Vec<Diagnostic>), Box<Diagnostic>> {
    let file = open(path)?;
    if !is_latex(path) {
        return Ok(read(&file));
    }
    let sidecar = sidecar(path);
    let sidecar = if sidecar.is_file() { Some(open(&sidecar)?) } else { None };
    let folder = path.parent().unwrap_or(Path::new(""));
    let root = fs::canonicalize(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let included = |relative: &Path| {
        let path = folder.join(relative);
        // A link may lead out of the folder.
        let inside = match (&root, fs::canonicalize(&path)) {
            (Ok(root), Ok(real)) => real.starts_with(root) && real.is_file(),
            _ => false,
        };
        if inside { open(&path).map(Some) } else { Ok(None) }
    };
    Ok(read_latex(&file, sidecar.as_ref(), &included))
}

/// Whether a file in a folder is a note; one that cannot be read is, so that this is said.
fn is_note(path: &Path) -> bool {
    match open(path) {
        Ok(file) => {
            // The marks of a formula are looked for first, since most files of a stranger's folder have none.
            let marks = ["$$", "\\[", "math", "claim", "+++"];
            let (note, diagnostics) = match marks.iter().any(|mark| file.text().contains(mark)) {
                true => read(&file),
                false => return false,
            };
            note.has_content() || !diagnostics.is_empty()
        }
        Err(_) => true,
    }
}

/// Opens a file as text.
///
/// # Errors
/// A diagnostic if it is above the limit for untrusted input, is not UTF-8 or cannot be read.
pub fn open(path: &Path) -> Result<SourceFile, Box<Diagnostic>> {
    let name = path.display().to_string().replace('\\', "/");
    let refuse = |code, text: &str, message: String, hint: &str| {
        let file = SourceFile::new(name.as_str(), text);
        let at = text.len();
        Err(Box::new(Diagnostic::error(code, &file, Span::new(at, at), message).hint(hint)))
    };
    let mut bytes = Vec::new();
    // One byte more than is allowed tells a file at the limit from one above it, also where the size is not known.
    let opened = fs::File::open(path).and_then(|file| file.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes));
    if let Err(error) = opened {
        return refuse(&codes::UNREADABLE_FILE, "", error.to_string(), "check its name and permissions");
    }
    if bytes.len() > LARGEST_FILE {
        let message = format!("the file has more than {LARGEST_FILE} bytes");
        return refuse(&codes::TOO_LARGE, "", message, "split the note; nothing of it was read");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(SourceFile::new(name, text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
            refuse(&codes::NOT_TEXT, &text, "the file is not UTF-8 text".into(), "convert it to UTF-8, or leave it out")
        }
    }
}
