//! The commands that a note defines, put into all of its TeX.

use super::{Located, RawClaim, RawNote, SortSyntax};
use crate::diagnostic::{Diagnostic, codes};
use crate::latex::Trouble;
use crate::latex::macros::{Expansion, Macros, definitions};
use crate::source::{SourceFile, Span};

/// Takes the definitions out of displays such as `$$ \newcommand{\E}{\mathbb{E}} $$`; what is left of a display that only
/// defines is no formula.
pub(super) fn take_definitions(note: &mut RawNote, diagnostics: &mut Vec<Diagnostic>) {
    let mut kept = vec![true; note.formulas.len()];
    for (formula, kept) in note.formulas.iter_mut().zip(&mut kept) {
        let found = definitions(&formula.tex.text);
        if found.is_empty() {
            continue;
        }
        let (mut rest, mut at) = (Located::default(), 0);
        for (definition, range) in found {
            rest.push_part(&formula.tex, at..range.start);
            at = range.end;
            note.macros.define(definition, false);
        }
        rest.push_part(&formula.tex, at..formula.tex.text.len());
        formula.tex = rest.trimmed();
        *kept = !formula.tex.text.is_empty();
    }
    let mut next = 0;
    let renumbered: Vec<Option<usize>> = kept
        .iter()
        .map(|kept| {
            next += usize::from(*kept);
            kept.then(|| next - 1)
        })
        .collect();
    let mut index = 0;
    note.formulas.retain(|_| {
        index += 1;
        kept[index - 1]
    });
    note.definitions.retain_mut(|definition| {
        let target = renumbered[definition.target];
        definition.target = target.unwrap_or(definition.target);
        target.is_some()
    });
    for claim in &mut note.claims {
        let Some(target) = claim.target else { continue };
        claim.target = renumbered[target];
        if claim.target.is_none() && claim.formula.is_none() {
            let message = format!("the claim `{}` follows a display that only defines commands", claim.id.text);
            diagnostics.push(Diagnostic::error(&codes::MISSING_TARGET, &note.file, claim.id.span, message));
            claim.is_readable = false;
        }
    }
}

/// Expands the commands of the note everywhere. What cannot be expanded is reported where a claim needs it.
pub(super) fn expand(note: &mut RawNote, diagnostics: &mut Vec<Diagnostic>) {
    if note.macros.is_empty() {
        return;
    }
    let (macros, file) = (note.macros.clone(), note.file.clone());
    let mut work = 0;
    let mut expand = |text: &mut Located| expand_in(text, &macros, &mut work);
    for symbol in &mut note.symbols {
        let mut parts: Vec<&mut Located> = vec![&mut symbol.name];
        lengths(&mut symbol.sort, &mut parts);
        parts.extend(symbol.random.iter_mut().flat_map(|law| &mut law.parameters));
        for part in parts {
            if let Err(trouble) = expand(part) {
                diagnostics.push(at(&file, part, trouble));
                note.misdeclared.push(part.text.clone());
            }
        }
    }
    for text in note.defines.iter_mut().flat_map(|(name, body)| [name, body]) {
        if let Err(trouble) = expand(text) {
            diagnostics.push(at(&file, text, trouble));
        }
    }
    let mut broken: Vec<Option<Trouble>> = Vec::new();
    for formula in &mut note.formulas {
        broken.push(expand(&mut formula.tex).err());
    }
    for claim in &mut note.claims {
        let own = claim.formula.is_some();
        for part in parts(claim) {
            if let Err(trouble) = expand(part) {
                diagnostics.push(at(&file, part, trouble));
                claim.is_readable = false;
                break;
            }
        }
        if let Some(target) = claim.target.filter(|_| !own)
            && let Some(trouble) = broken.get_mut(target)
            && let Some(trouble) = trouble.as_ref()
        {
            diagnostics.push(at(&file, &note.formulas[target].tex, trouble.clone()));
            claim.is_readable = false;
        }
    }
}

/// A formula's trouble at its place in the file.
fn at(file: &SourceFile, text: &Located, trouble: Trouble) -> Diagnostic {
    let span: Span = text.place(trouble.span.start..trouble.span.end);
    let diagnostic = Diagnostic::error(trouble.code, file, span, trouble.message).labelled(trouble.label);
    match trouble.hint {
        Some(hint) => diagnostic.hint(hint),
        None => diagnostic,
    }
}

fn expand_in(text: &mut Located, macros: &Macros, work: &mut usize) -> Result<(), Trouble> {
    let pieces = macros.expand(&text.text, work)?;
    if matches!(pieces.as_slice(), [] | [Expansion::Source(_)]) {
        return Ok(());
    }
    let mut out = Located::default();
    for piece in pieces {
        match piece {
            Expansion::Source(range) => out.push_part(text, range),
            Expansion::Inserted(written, used) => out.push_for(&written, text.place(used)),
        }
    }
    // A command that stands for nothing leaves the place where it stood.
    if out.text.is_empty() {
        out = Located::opaque("", text.span);
    }
    *text = out;
    Ok(())
}

/// The dimensions of a sort and of the sorts in it.
fn lengths<'a>(sort: &'a mut SortSyntax, out: &mut Vec<&'a mut Located>) {
    out.extend(sort.dims.iter_mut());
    for inner in sort.arguments.iter_mut().chain(sort.result.as_deref_mut()) {
        lengths(inner, out);
    }
}

/// The TeX of a claim.
fn parts(claim: &mut RawClaim) -> Vec<&mut Located> {
    let mut parts: Vec<&mut Located> = claim.assume.iter_mut().chain(&mut claim.over).collect();
    parts.extend([&mut claim.formula, &mut claim.solves, &mut claim.law].into_iter().flatten());
    parts.extend(claim.extremum.iter_mut().flat_map(|e| [&mut e.variable, &mut e.objective]));
    parts.extend(claim.limit.iter_mut().flat_map(|l| [&mut l.symbol, &mut l.target]));
    parts.extend(claim.experiment.iter_mut().flat_map(|e| &mut e.bind).map(|(symbol, _)| symbol));
    parts
}
