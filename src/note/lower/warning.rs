//! What is said about a note whose claims are read: formulas that are broken, names that look like others, claims that
//! say nothing.

use super::super::symbol_table::locate;
use super::super::{Asserted, RawClaim, RawNote};
use crate::claim::Claim;
use crate::diagnostic::{Diagnostic, codes};
use crate::expr::walk::same;
use crate::latex::{self, Scope};

/// What is wrong with the formula of a claim whose comment cannot be read: both are reported at once.
pub(super) fn formula_trouble(note: &RawNote, raw: &RawClaim, scope: &Scope) -> Option<Diagnostic> {
    let formula = raw.formula.as_ref().or_else(|| Some(&note.formulas.get(raw.target?)?.tex))?;
    if raw.asserted != Asserted::ByAuthor {
        return syntax_trouble(note, raw);
    }
    let trouble = latex::statement(&formula.text, scope).err()?;
    // A command of the note that could not be expanded has been reported.
    let is_reported = trouble.code == &codes::UNKNOWN_MACRO && !note.macros.is_empty();
    (!is_reported).then(|| *locate(&note.file, formula, trouble))
}

/// A group that is not closed in the formula of a claim, whatever its symbols mean.
pub(super) fn syntax_trouble(note: &RawNote, raw: &RawClaim) -> Option<Diagnostic> {
    let formula = raw.formula.as_ref().or_else(|| Some(&note.formulas.get(raw.target?)?.tex))?;
    latex::well_formed(&formula.text).err().map(|trouble| *locate(&note.file, formula, trouble))
}

/// A warning if `e` is declared in a note with powers of `e`: they look like exponentials, and are none.
pub(super) fn shadowed(note: &RawNote) -> Option<Diagnostic> {
    let declared = note.symbols.iter().map(|s| &s.name).chain(note.defines.iter().map(|(name, _)| name));
    let name = declared.into_iter().find(|name| name.text == "e")?;
    let is_power = |text: &str| {
        text.match_indices('e').any(|(at, _)| {
            let is_alone = !text[..at].ends_with(|c: char| c.is_alphabetic() || c == '\\');
            is_alone && text[at + 1..].trim_start().starts_with('^')
        })
    };
    let formulas = note.formulas.iter().map(|f| &f.tex).chain(note.defines.iter().map(|(_, body)| body));
    let used = formulas.into_iter().find(|tex| is_power(&tex.text))?;
    let message = "`e` is declared, so that `e^…` is a power of it and no exponential";
    let diagnostic = Diagnostic::warning(&codes::SHADOWED_CONSTANT, &note.file, name.span, message);
    Some(
        diagnostic.also(used.span, "here").hint("give the symbol another letter, or write `\\exp` for the exponential"),
    )
}

/// A warning if the abbreviations of the note make both sides of a claim the same, and nothing else is asked of it.
pub(super) fn tautology(claim: &Claim, raw: &RawClaim) -> Option<Diagnostic> {
    let Claim { extremum, solves, limit, experiment, closed_form, statement, .. } = claim;
    let is_directed =
        extremum.is_some() || solves.is_some() || limit.is_some() || experiment.is_some() || closed_form.is_some();
    let is_same = !statement.links.is_empty() && statement.links.iter().all(|link| same(&link.left, &link.right));
    let message = format!("both sides of `{}` are the same by the declarations of the note", claim.id);
    (!is_directed && is_same).then(|| {
        Diagnostic::warning(&codes::TAUTOLOGY, &claim.file, raw.id.span, message)
            .hint("no check of it could fail: claim what follows from the definition")
    })
}
