//! Writes a record: lines go to a temporary file beside the target, which takes the target's place when it is closed.

use super::{
    ClaimEntry, Counts, DiagnosticEntry, EquationEntry, Error, Footer, Header, Line, NoteEntry, Record, Timing,
};
use serde::Serialize;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A record that grows line by line and takes its place on disk only when it is closed.
///
/// Dropped without [`Recorder::close`] or [`Recorder::interrupt`] it leaves nothing behind, and an older record at the
/// same path stays as it was.
#[derive(Debug)]
pub struct Recorder {
    file: BufWriter<NamedTempFile>,
    target: PathBuf,
    body: blake3::Hasher,
    counts: Counts,
}

impl Recorder {
    /// Opens a temporary file in the directory of `target` (which is made if it is not there) and writes the header.
    ///
    /// # Errors
    /// The directory cannot be made or written.
    pub fn create(target: &Path, header: &Header) -> Result<Self, Error> {
        let fail = |source| Error::Write { path: target.to_owned(), source };
        let directory = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(directory).map_err(fail)?;
        let file =
            tempfile::Builder::new().prefix(".record-").suffix(".partial").tempfile_in(directory).map_err(fail)?;
        let mut recorder = Self {
            file: BufWriter::new(file),
            target: target.to_owned(),
            body: blake3::Hasher::new(),
            counts: Counts::default(),
        };
        recorder.append(&LineRef::Header(header), true)?;
        Ok(recorder)
    }

    /// Appends a note.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, entry: &NoteEntry) -> Result<(), Error> {
        self.counts.notes += 1;
        self.append(&LineRef::Note(entry), true)
    }

    /// Appends a judged claim and hands it to the operating system at once.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn claim(&mut self, entry: &ClaimEntry) -> Result<(), Error> {
        self.counts.claims += 1;
        self.append(&LineRef::Claim(entry), true)?;
        self.file.flush().map_err(|source| self.write_error(source))
    }

    /// Appends a numbered equation of a source.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn equation(&mut self, entry: &EquationEntry) -> Result<(), Error> {
        self.counts.equations += 1;
        self.append(&LineRef::Equation(entry), true)
    }

    /// Appends a diagnostic.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn diagnostic(&mut self, entry: &DiagnosticEntry) -> Result<(), Error> {
        self.counts.diagnostics += 1;
        self.append(&LineRef::Diagnostic(entry), true)
    }

    /// Claims appended so far.
    pub fn claims(&self) -> usize {
        self.counts.claims
    }

    /// Writes timing and footer and puts the record in its place.
    ///
    /// # Errors
    /// The file cannot be written or renamed; the old record, if any, is still there.
    pub fn close(mut self, timing: &Timing) -> Result<(), Error> {
        self.append(&LineRef::Timing(timing), false)?;
        let footer = Footer { counts: self.counts, digest: self.body.finalize().to_hex().to_string() };
        self.append(&LineRef::Footer(&footer), false)?;
        let target = self.target.clone();
        self.persist(&target)
    }

    /// Keeps what there is under the target's name with `.partial` appended, without a footer, and says where.
    ///
    /// # Errors
    /// The file cannot be written or renamed.
    pub fn interrupt(self) -> Result<PathBuf, Error> {
        let mut name = self.target.clone().into_os_string();
        name.push(".partial");
        let target = PathBuf::from(name);
        self.persist(&target)?;
        Ok(target)
    }

    fn persist(self, target: &Path) -> Result<(), Error> {
        let fail = |source| Error::Write { path: target.to_owned(), source };
        let file = self.file.into_inner().map_err(|e| fail(e.into_error()))?;
        file.as_file().sync_all().map_err(fail)?;
        share(file.as_file()).map_err(fail)?;
        file.persist(target).map_err(|e| fail(e.error))?;
        Ok(())
    }

    fn append(&mut self, line: &LineRef<'_>, body: bool) -> Result<(), Error> {
        let mut bytes = serde_json::to_vec(line).map_err(|e| self.write_error(e.into()))?;
        bytes.push(b'\n');
        if body {
            self.body.update(&bytes);
        }
        self.file.write_all(&bytes).map_err(|source| self.write_error(source))
    }

    fn write_error(&self, source: std::io::Error) -> Error {
        Error::Write { path: self.target.clone(), source }
    }
}

/// A temporary file is private to its owner; a record is an ordinary file.
#[cfg(unix)]
fn share(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}

/// [`Line`] by reference, so that nothing is cloned to be written.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum LineRef<'a> {
    Header(&'a Header),
    Note(&'a NoteEntry),
    Claim(&'a ClaimEntry),
    Equation(&'a EquationEntry),
    Diagnostic(&'a DiagnosticEntry),
    Timing(&'a Timing),
    Footer(&'a Footer),
}

/// Writes a whole record: header, notes, equations, diagnostics, claims, timing, footer.
///
/// # Errors
/// The file cannot be written or renamed; the old record, if any, is still there.
pub fn write(path: &Path, record: &Record) -> Result<(), Error> {
    let mut recorder = Recorder::create(path, &record.header)?;
    for note in &record.notes {
        recorder.note(note)?;
    }
    for equation in &record.equations {
        recorder.equation(equation)?;
    }
    for diagnostic in &record.diagnostics {
        recorder.diagnostic(diagnostic)?;
    }
    for claim in &record.claims {
        recorder.claim(claim)?;
    }
    recorder.close(&record.timing)
}

/// The lines of a record's text that are the same whenever the same thing is run with the same seed: all but timing and
/// footer.
pub fn body(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !Line::is_tagged(line, "timing") && !Line::is_tagged(line, "footer"))
}
