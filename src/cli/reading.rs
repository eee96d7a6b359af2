//! Notes from disk to claims that can be planned, with everything that is wrong with them.

use super::Failure;
use crate::claim::Claim;
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::walk::same_link;
use crate::latex::{self, Scope};
use crate::method;
use crate::note::{self, RawNote, SourceDocument};
use crate::plan;
use crate::record::{DiagnosticEntry, EquationEntry, FormulaEntry, NoteEntry};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The notes of a run.
pub(super) struct Reading {
    /// Notes with something in them, in the order of their paths.
    pub(super) notes: Vec<RawNote>,
    /// What the names of each note mean.
    scopes: Vec<Scope>,
    /// Claims that can be checked, in the order of the notes.
    pub(super) claims: Vec<Claim>,
    /// Everything that is wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Cited sources by slug.
    sources: BTreeMap<String, SourceDocument>,
}

/// Reads all notes below `paths`. Formulas without a claim are checked under default assumptions in notes that have no
/// annotation at all, and, if `unclaimed` is set, in every note.
pub(super) fn read(paths: &[PathBuf], unclaimed: bool) -> Result<Reading, Failure> {
    let files = note::discover(paths).map_err(|error| {
        Failure::new(error.to_string()).hint("give a note or a folder with notes: `corrigenda check PATH`")
    })?;
    let (mut notes, mut diagnostics) = (Vec::new(), Vec::new());
    for path in &files {
        match note::load(path) {
            Ok((note, problems)) => {
                if note.has_content() || !problems.is_empty() {
                    notes.push(note);
                }
                diagnostics.extend(problems);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    let mut taken: BTreeSet<String> = notes.iter().flat_map(|n| &n.claims).map(|c| c.id.text.clone()).collect();
    for note in notes.iter_mut().filter(|note| unclaimed || !note.is_annotated()) {
        note::claim_unclaimed(note, &mut taken);
    }
    Ok(lower(notes, diagnostics))
}

/// Reads the formulas of notes.
pub(super) fn lower(notes: Vec<RawNote>, mut diagnostics: Vec<Diagnostic>) -> Reading {
    diagnostics.extend(note::duplicates(&notes));
    diagnostics.extend(note::unknown_corrections(&notes));
    let (mut scopes, mut claims, mut ids) = (Vec::new(), Vec::new(), BTreeSet::new());
    for note in &notes {
        let (lowered, problems) = note::lower(note);
        diagnostics.extend(problems);
        scopes.push(lowered.scope);
        // A second claim of the same id has been reported and cannot be told apart: it is not checked.
        claims.extend(lowered.claims.into_iter().filter(|c| ids.insert(c.id.clone())));
    }
    let refused = plan::validate(&claims);
    claims.retain(|c| !refused.iter().any(|(id, _)| *id == c.id));
    diagnostics.extend(refused.into_iter().map(|(_, diagnostic)| diagnostic.in_its_file()));
    diagnostics.extend(method::empty_domains(&claims).into_iter().map(Diagnostic::in_its_file));
    let mut sources = BTreeMap::new();
    for note in &notes {
        let Some(slug) = note.source.as_ref().map(|s| &s.text) else { continue };
        if sources.contains_key(slug) {
            continue;
        }
        let Some(path) = note::find_source(Path::new(note.file.name()), slug) else { continue };
        match note::open(&path) {
            Ok(file) => {
                let (document, problems) = note::source_document(&file);
                diagnostics.extend(problems);
                sources.insert(slug.clone(), document);
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    Reading { notes, scopes, claims, diagnostics, sources }
}

impl Reading {
    /// Whether some formula or claim could not be read.
    pub(super) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether a claim takes every equation that it cites as printed; `None` if it cites none, or its source is not there.
    pub(super) fn as_printed(&self, claim: &Claim) -> Option<bool> {
        let document = self.sources.get(claim.source.as_ref()?)?;
        if claim.cites.is_empty() {
            return None;
        }
        let scope = self.notes.iter().position(|n| n.file.name() == claim.file.name()).map(|i| &self.scopes[i])?;
        Some(claim.cites.iter().all(|number| {
            document.equation(number).is_some_and(|printed| is_same_formula(&printed.tex.text, claim, scope))
        }))
    }

    /// The numbered equations of all cited sources with the claims that cite them.
    pub(super) fn equations(&self) -> Vec<EquationEntry> {
        let mut entries = Vec::new();
        for (slug, document) in &self.sources {
            for (equation, reading) in document.equations.iter().zip(document.readings().0) {
                let number = &equation.number.text;
                let citing: Vec<&Claim> = self
                    .claims
                    .iter()
                    .filter(|c| c.source.as_ref() == Some(slug) && c.cites.contains(number))
                    .collect();
                let status = match citing.as_slice() {
                    [] => "open",
                    claims if claims.iter().any(|c| self.as_printed(c) == Some(true)) => "covered",
                    _ => "restated",
                };
                entries.push(EquationEntry {
                    source: slug.clone(),
                    number: number.clone(),
                    tex: equation.tex.text.clone(),
                    kind: equation.kind.clone(),
                    status: status.to_owned(),
                    code: reading.err().map(|diagnostic| diagnostic.code.name.to_owned()),
                    claims: citing.into_iter().map(|c| c.id.clone()).collect(),
                });
            }
        }
        entries
    }

    /// The notes as the record keeps them.
    pub(super) fn note_entries(&self) -> Vec<NoteEntry> {
        let folders: Vec<&Path> =
            self.notes.iter().map(|n| Path::new(n.file.name()).parent().unwrap_or(Path::new(""))).collect();
        let root = common(&folders);
        self.notes
            .iter()
            .zip(&folders)
            .map(|(note, folder)| NoteEntry {
                path: note.file.name().to_owned(),
                title: note.title.clone(),
                topic: folder.strip_prefix(&root).unwrap_or(folder).display().to_string().replace('\\', "/"),
                text: note.body().to_owned(),
                formulas: self.formulas(note),
                symbols: note.symbols.iter().map(|s| (s.name.text.clone(), s.text.text.clone())).collect(),
            })
            .collect()
    }

    fn formulas(&self, note: &RawNote) -> Vec<FormulaEntry> {
        let is_checked = |id: &str| self.claims.iter().any(|c| c.id == id && c.file.name() == note.file.name());
        note.formulas
            .iter()
            .enumerate()
            .map(|(index, formula)| FormulaEntry {
                start: note.place_in_body(index).start,
                end: note.place_in_body(index).end,
                tex: note.shown(index),
                line: note.file.position(formula.tex.span.start).line,
                file: Some(note.file.name_at(formula.tex.span.start))
                    .filter(|name| *name != note.file.name())
                    .map(str::to_owned),
                claims: note
                    .claims
                    .iter()
                    .filter(|c| c.target == Some(index) && is_checked(&c.id.text))
                    .map(|c| c.id.text.clone())
                    .collect(),
            })
            .collect()
    }

    /// The diagnostics as the record keeps them.
    pub(super) fn diagnostic_entries(&self) -> Vec<DiagnosticEntry> {
        self.diagnostics
            .iter()
            .map(|d| DiagnosticEntry {
                code: d.code.name.to_owned(),
                severity: if d.severity == Severity::Error { "error" } else { "warning" }.to_owned(),
                file: d.file.name().to_owned(),
                position: d.file.position(d.primary.span.start),
                message: d.message.clone(),
                hint: d.hint.clone(),
            })
            .collect()
    }
}

/// The deepest folder that contains all.
fn common(folders: &[&Path]) -> PathBuf {
    let Some((first, rest)) = folders.split_first() else { return PathBuf::new() };
    first.ancestors().find(|a| rest.iter().all(|f| f.starts_with(a))).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Whether a printed formula is the claim's: spelt alike, or read as the same relations.
fn is_same_formula(printed: &str, claim: &Claim, scope: &Scope) -> bool {
    if latex::normal_form(printed) == latex::normal_form(&claim.tex) {
        return true;
    }
    latex::statement(printed, scope).is_ok_and(|read| {
        let (ours, theirs) = (&claim.statement.links, &read.statement.links);
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same_link(a, b))
    })
}
