//! Notes from disk to claims that can be planned, with everything that is wrong with them.

use super::Failure;
use crate::claim::Claim;
use crate::diagnostic::{Diagnostic, Severity, codes, suggestion};
use crate::expr::walk::{same, same_link};
use crate::expr::{Expr, Link};
use crate::latex::{self, Scope};
use crate::method;
use crate::note::{self, RawNote, SourceDocument};
use crate::plan;
use crate::record::{Coverage, DiagnosticEntry, EquationEntry, FormulaEntry, NoteEntry};
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
    diagnostics.extend(unknown_numbers(&notes, &sources));
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
        let mut equations = claim.cites.iter().filter(|number| document.statement(number).is_none()).peekable();
        equations.peek()?;
        Some(equations.all(|number| self.takes(claim, number)))
    }

    /// Whether a claim takes the equation with this number as printed.
    fn takes(&self, claim: &Claim, number: &str) -> bool {
        let document = claim.source.as_ref().and_then(|slug| self.sources.get(slug));
        let scope = self.notes.iter().position(|n| n.file.name() == claim.file.name()).map(|i| &self.scopes[i]);
        document.and_then(|document| document.equation(number)).zip(scope).is_some_and(|(printed, scope)| {
            let (printed, links) = (&printed.tex.text, &claim.statement.links);
            let objective = claim.extremum.as_ref().map(|e| &e.objective);
            is_part_of(printed, &claim.tex, links, scope) || is_side_of(printed, links, objective, scope)
        })
    }

    /// Numbers that a note cites, with their places, and whether it takes the equation for a definition as printed.
    fn definitions<'a>(&'a self, slug: &str, number: &str) -> impl Iterator<Item = (&'a RawNote, bool)> {
        let printed = self.sources.get(slug).and_then(|document| document.equation(number)).map(|e| e.tex.text.clone());
        let of_source = move |note: &RawNote| note.source.as_ref().is_some_and(|s| s.text == slug);
        let notes = self.notes.iter().zip(&self.scopes).filter(move |(note, _)| of_source(note));
        notes.filter_map(move |(note, scope)| {
            let mut citing = note.definitions.iter().filter(|d| d.cites.iter().any(|c| c.text == number)).peekable();
            citing.peek()?;
            let as_printed = citing.any(|definition| {
                let ours = &note.formulas[definition.target].tex.text;
                let links = latex::statement(ours, scope).map(|read| read.statement.links).unwrap_or_default();
                printed.as_ref().is_some_and(|printed| is_part_of(printed, ours, &links, scope))
            });
            Some((note, as_printed))
        })
    }

    /// The numbered equations and the statements of all cited sources with the claims that cite them.
    pub(super) fn equations(&self) -> Vec<EquationEntry> {
        let mut entries = Vec::new();
        for (slug, document) in &self.sources {
            let citing = |number: &str| -> Vec<&Claim> {
                let cites = |c: &&Claim| c.source.as_ref() == Some(slug) && c.cites.iter().any(|n| n == number);
                self.claims.iter().filter(cites).collect()
            };
            for (equation, reading) in document.equations.iter().zip(document.readings().0) {
                let number = &equation.number.text;
                let claims = citing(number);
                let defining: Vec<(&RawNote, bool)> = self.definitions(slug, number).collect();
                let status = if claims.iter().any(|c| self.takes(c, number)) {
                    Coverage::Covered
                } else if defining.iter().any(|(_, as_printed)| *as_printed) {
                    Coverage::Defined
                } else if !claims.is_empty() || !defining.is_empty() {
                    Coverage::Restated
                } else if equation.unchecked.is_some() {
                    Coverage::Unchecked
                } else {
                    Coverage::Open
                };
                entries.push(EquationEntry {
                    source: slug.clone(),
                    number: number.clone(),
                    tex: equation.tex.text.clone(),
                    text: None,
                    kind: equation.kind.clone(),
                    section: equation.section.clone(),
                    status,
                    reason: equation.unchecked.clone(),
                    code: reading.err().map(|diagnostic| diagnostic.code.name.to_owned()),
                    claims: claims.into_iter().map(|c| c.id.clone()).collect(),
                    defined_in: defining.into_iter().map(|(note, _)| note.file.name().to_owned()).collect(),
                });
            }
            for statement in &document.statements {
                let claims = citing(&statement.number.text);
                let defining: Vec<(&RawNote, bool)> = self.definitions(slug, &statement.number.text).collect();
                entries.push(EquationEntry {
                    source: slug.clone(),
                    number: statement.number.text.clone(),
                    tex: String::new(),
                    text: Some(statement.text.text.clone()),
                    kind: statement.kind.clone(),
                    section: statement.section.clone(),
                    status: match (claims.is_empty(), defining.is_empty(), &statement.unchecked) {
                        (false, ..) => Coverage::Claimed,
                        (true, false, _) => Coverage::Defined,
                        (true, true, Some(_)) => Coverage::Unchecked,
                        (true, true, None) => Coverage::Open,
                    },
                    reason: statement.unchecked.clone(),
                    code: None,
                    claims: claims.into_iter().map(|c| c.id.clone()).collect(),
                    defined_in: defining.into_iter().map(|(note, _)| note.file.name().to_owned()).collect(),
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
                defines: note.definitions.iter().any(|d| d.target == index),
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

/// Whether a printed formula is what a note displays as `tex`, read as `links`, or a part of that chain: spelt alike, or
/// read as the same relations. A row that begins with a relation goes on from any side of the chain.
fn is_part_of(printed: &str, tex: &str, links: &[Link], scope: &Scope) -> bool {
    if latex::normal_form(printed) == latex::normal_form(tex) {
        return true;
    }
    let goes_on = latex::begins_with_relation(printed);
    let read = |left| latex::statement_after(printed, scope, left).map(|read| read.statement.links);
    let whole = if goes_on { None } else { read(None).ok() };
    (0..links.len()).any(|from| {
        let theirs = if goes_on { read(Some(&links[from].left)).ok() } else { whole.clone() };
        theirs.is_some_and(|theirs| {
            !theirs.is_empty()
                && links[from..].len() >= theirs.len()
                && links[from..].iter().zip(&theirs).all(|(a, b)| same_link(a, b))
        })
    })
}

/// Whether a printed expression without a relation is a whole side of a claim, or what its optimum is of.
fn is_side_of(printed: &str, links: &[Link], objective: Option<&Expr>, scope: &Scope) -> bool {
    let sides = links.iter().flat_map(|link| [&link.left, &link.right]).chain(objective);
    latex::expression(printed, scope, &[]).is_ok_and(|printed| sides.into_iter().any(|side| same(side, &printed)))
}

/// Numbers of equations and statements that are cited and that the source does not have.
fn unknown_numbers(notes: &[RawNote], sources: &BTreeMap<String, SourceDocument>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for note in notes {
        let Some(document) = note.source.as_ref().and_then(|slug| sources.get(&slug.text)) else { continue };
        let known = |number: &str| document.equation(number).is_some() || document.statement(number).is_some();
        let cites = note.claims.iter().flat_map(|c| &c.cites).chain(note.definitions.iter().flat_map(|d| &d.cites));
        for number in cites.filter(|number| !known(&number.text)) {
            let message = format!("the source has no equation or statement `{}`", number.text);
            let diagnostic = Diagnostic::error(&codes::UNKNOWN_EQUATION, &note.file, number.span, message);
            let numbers =
                document.equations.iter().map(|e| &e.number).chain(document.statements.iter().map(|s| &s.number));
            diagnostics.push(match suggestion(&number.text, numbers.map(|n| n.text.as_str())) {
                Some(close) => diagnostic.hint(format!("did you mean `{close}`?")),
                None => diagnostic.hint("`corrigenda list equations` prints the numbers"),
            });
        }
    }
    diagnostics.into_iter().map(Diagnostic::in_its_file).collect()
}
