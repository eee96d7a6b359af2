//! Raw notes to claims: symbols get sorts, formulas become typed trees, directives are resolved. A claim that cannot be
//! read costs that claim only.

mod warning;

use super::assumed::{self, by_default};
use super::draft::definitions;
use super::symbol_table::{SymbolTable, locate};
use super::{Asserted, Located, RawClaim, RawNote};
use super::{definition, ray, stochastic};
use crate::claim::{Claim, ExperimentRequest, Extremum, Limit, Role};
use crate::diagnostic::{Diagnostic, codes};
use crate::expr::declaration::Declaration;
use crate::expr::{Condition, Kind, Link, Relation, Sort, Statement, Symbol};
use crate::latex::usage::Usage;
use crate::latex::{self, Scope};
use crate::source::SourceFile;
use std::collections::BTreeMap;
use std::sync::Arc;
use warning::{formula_trouble, shadowed, syntax_trouble, tautology};

/// The symbols and claims of a note.
#[derive(Debug)]
pub struct Lowered {
    /// What the names of the note mean.
    pub scope: Scope,
    /// The claims that could be read, in order.
    pub claims: Vec<Claim>,
}

/// Reads the formulas of a note.
pub fn lower(note: &RawNote) -> (Lowered, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let defined = defined(note);
    let (scope, declarations, mut broken) = symbol_table(note, &defined).read(&mut diagnostics);
    diagnostics.extend(definition::problems(note, &scope, &defined));
    diagnostics.extend(shadowed(note));
    broken.extend(note.misdeclared.iter().cloned());
    let mut claims = Vec::new();
    if note.has_valid_front_matter {
        let declarations = Arc::new(declarations);
        // What no author declares may be defined by a formula of the note.
        let is_default = |raw: &RawClaim| raw.asserted == Asserted::ByNobody;
        let definitions = match note.claims.iter().any(is_default) {
            true => definitions(note, &scope),
            false => BTreeMap::new(),
        };
        for raw in &note.claims {
            if !raw.is_readable {
                diagnostics.extend(formula_trouble(note, raw, &scope).filter(|d| !is_known(d, &broken)));
                continue;
            }
            // What the author declares wrongly is not assumed to be something else.
            let misdeclared = raw.asserted != Asserted::ByAuthor && uses_any(&formula_of(note, raw).text, &broken);
            let read = match raw.asserted {
                Asserted::ByNobody if misdeclared => continue,
                _ if misdeclared => claim(note, raw, &scope, &declarations, Vec::new()),
                Asserted::ByAuthor => claim(note, raw, &scope, &declarations, Vec::new()),
                _ => with_defaults(note, raw, &scope, &declarations, &definitions),
            };
            match read {
                Ok(claim) => {
                    diagnostics.extend(tautology(&claim, raw));
                    claims.push(claim);
                }
                // Nobody asserted it.
                Err(_) if raw.asserted == Asserted::ByNobody => {}
                Err(d) if is_known(&d, &broken) => {}
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
    if !note.has_valid_front_matter {
        diagnostics.extend(note.claims.iter().filter_map(|raw| syntax_trouble(note, raw)));
    }
    let diagnostics = diagnostics.into_iter().map(Diagnostic::in_its_file).collect();
    (Lowered { scope, claims }, diagnostics)
}

/// Whether a name is unknown whose declaration was refused: that has been reported there.
fn is_known(d: &Diagnostic, broken: &[String]) -> bool {
    d.code == &codes::UNKNOWN_SYMBOL && broken.iter().any(|n| d.message.contains(&format!("`{n}`")))
}

/// Reads a claim with its undeclared names declared by default.
fn with_defaults(
    note: &RawNote,
    raw: &RawClaim,
    scope: &Scope,
    declarations: &Arc<Vec<Declaration>>,
    definitions: &BTreeMap<String, (usize, String)>,
) -> Lower<Claim> {
    let formula = formula_of(note, raw);
    let by_nobody = raw.asserted == Asserted::ByNobody;
    let silent = || {
        let message = "not an assertion about numbers that can be checked as it stands";
        Box::new(Diagnostic::error(&codes::NOT_CLAIMED, &note.file, formula.span, message))
    };
    if by_nobody && uses_letter_of_digamma(&formula.text, scope) {
        return Err(silent());
    }
    let declared_scope = scope;
    let Some((scope, assumed)) = by_default(&formula.text, scope, definitions) else {
        return if by_nobody { Err(silent()) } else { claim(note, raw, scope, declarations, Vec::new()) };
    };
    let symbols: Vec<Symbol> = assumed.iter().map(|d| d.symbol.clone()).collect();
    let declarations = Arc::new(declarations.iter().cloned().chain(assumed).collect());
    let mut read = claim(note, raw, &scope, &declarations, symbols.clone())?;
    // That i is the imaginary unit is a guess like any other.
    let guesses_unit = matches!(scope.get("i"), Some(latex::Entry::ImaginaryUnit)) && !declared_scope.knows("i");
    if guesses_unit && read.assumed.is_none() {
        read.assumed = Some(Vec::new());
    }
    if by_nobody {
        let is_definition = definitions.values().any(|(index, _)| raw.target == Some(*index));
        let links = read.statement.links.len();
        if is_definition || !assumed::keep_checkable(&mut read.statement, &symbols) {
            return Err(silent());
        }
        // Another reading, or the other direction, is of all links.
        if read.statement.links.len() < links && (!read.alternatives.is_empty() || read.converse.is_some()) {
            return Err(silent());
        }
        let guesses = read.assumed.take().unwrap_or_default();
        read.assumed = Some(assumed::used_by(&read, &guesses));
    }
    Ok(read)
}

/// Whether a formula uses one of some names.
fn uses_any(formula: &str, names: &[String]) -> bool {
    let mut usage = Usage::default();
    !names.is_empty() && usage.add(formula).is_ok() && names.iter().any(|name| usage.names.contains_key(name))
}

/// Whether an undeclared `\psi` is called: where nobody says so it is not taken for the digamma function.
fn uses_letter_of_digamma(formula: &str, scope: &Scope) -> bool {
    let mut usage = Usage::default();
    !scope.knows(r"\psi") && usage.add(formula).is_ok() && usage.specials.contains(r"\psi")
}

/// The formula that a readable claim is about.
fn formula_of<'a>(note: &'a RawNote, raw: &'a RawClaim) -> &'a Located {
    match (&raw.formula, raw.target) {
        (Some(own), _) => own,
        (None, Some(target)) => &note.formulas[target].tex,
        (None, None) => unreachable!("a readable claim has a formula"),
    }
}

type Lower<T> = Result<T, Box<Diagnostic>>;

/// What the names of a note mean, as far as they can be read.
pub(super) fn scope(note: &RawNote) -> Scope {
    symbol_table(note, &defined(note)).read(&mut Vec::new()).0
}

/// The abbreviations that displayed definitions add.
fn defined(note: &RawNote) -> Vec<(Located, Located)> {
    if note.definitions.is_empty() {
        return Vec::new();
    }
    definition::abbreviations(note, &symbol_table(note, &[]).read(&mut Vec::new()).0)
}

fn symbol_table<'a>(note: &'a RawNote, defined: &'a [(Located, Located)]) -> SymbolTable<'a> {
    SymbolTable {
        file: &note.file,
        symbols: note.symbols.iter().collect(),
        defines: note.defines.iter().chain(defined).map(|(name, body)| (name, body)).collect(),
    }
}

/// Reads a claim; `assumed` are the symbols that were declared for it by default.
fn claim(
    note: &RawNote,
    raw: &RawClaim,
    scope: &Scope,
    declarations: &Arc<Vec<Declaration>>,
    assumed: Vec<Symbol>,
) -> Lower<Claim> {
    let file = &note.file;
    let formula = formula_of(note, raw);
    let read = latex::statement(&formula.text, scope).map_err(|t| locate(file, formula, t))?;
    let mut statement = read.statement;
    if raw.extremum.is_some() {
        // The premise of a claimed optimum is that it is stationary: that is what is checked, not assumed.
        statement.premises.clear();
    }
    let statement_of = |text: &Located| -> Lower<Statement> {
        latex::statement(&text.text, scope).map(|e| e.statement).map_err(|t| locate(file, text, t))
    };
    let mut assumptions = Vec::new();
    for text in &raw.assume {
        assumptions.extend(statement_of(text)?.links.into_iter().map(Condition::Holds));
    }
    let symbol = |text: &Located| -> Lower<Symbol> {
        let expr = latex::expression(&text.text, scope, &[]).map_err(|t| locate(file, text, t))?;
        match &*expr.kind {
            Kind::Symbol(symbol) => Ok(symbol.clone()),
            _ => Err(Box::new(
                Diagnostic::error(
                    &codes::UNKNOWN_SYMBOL,
                    file,
                    text.span,
                    format!("`{}` is not a declared symbol", text.text),
                )
                .hint("declare it under [symbols]"),
            )),
        }
    };
    let extremum = match &raw.extremum {
        Some(e) => Some(Extremum {
            variable: symbol(&e.variable)?,
            objective: latex::expression(&e.objective.text, scope, &[]).map_err(|t| locate(file, &e.objective, t))?,
            maximum: e.maximum,
        }),
        None => None,
    };
    let limit = match &raw.limit {
        Some(l) => Some(Limit {
            symbol: symbol(&l.symbol)?,
            target: latex::expression(&l.target.text, scope, &[]).map_err(|t| locate(file, &l.target, t))?,
            exponents: l.exponents.clone(),
        }),
        None => None,
    };
    let mut alternatives: Vec<Statement> = Vec::new();
    if raw.law.is_none() {
        alternatives.extend(read.alternatives.into_iter().map(|(statement, _)| statement));
    }
    let mut converse = read.converse;
    let mut limit = match &converse {
        None => limit.or_else(|| written_limit(&mut statement, &mut alternatives)),
        Some(_) => limit,
    };
    // Differentials and small vectors, in terms of numbers that can be tried.
    let mut introduced: Vec<Declaration> = Vec::new();
    let declarations = &match read.values.is_empty() {
        true => declarations.clone(),
        false => Arc::new(declarations.iter().cloned().chain(read.values).collect()),
    };
    if let Some(moved) = stochastic::density_equation(&statement, declarations) {
        (statement, converse) = (moved, None);
    } else if let Some(rewritten) = stochastic::in_steps(&statement, &assumptions, declarations) {
        (statement, assumptions) = (rewritten.statement, rewritten.assumptions);
        introduced = rewritten.steps;
    }
    if alternatives.is_empty()
        && let Some((along, moved, length)) = limit.as_ref().and_then(|l| ray::along_rays(l, &statement))
    {
        (limit, statement) = (Some(along), moved);
        introduced.push(length);
    }
    if !introduced.is_empty() {
        alternatives.clear();
    }
    let declarations = &match introduced.is_empty() {
        true => declarations.clone(),
        false => Arc::new(declarations.iter().cloned().chain(introduced).collect()),
    };
    let over = over(file, raw, &statement, declarations, &symbol)?;
    let declarations = &match over.as_slice() {
        [] => declarations.clone(),
        twins => Arc::new(declarations.iter().chain(twins.iter().map(|(_, twin)| twin)).cloned().collect()),
    };
    if let Some(law) = &raw.law {
        // The display says what the quantity is, `law` how it is distributed.
        let distributed = statement_of(law)?;
        if distributed.links.iter().any(|l| !matches!(l.relation, Relation::Distributed | Relation::EqualInLaw)) {
            let message = "this does not say how a quantity is distributed";
            return Err(Box::new(
                Diagnostic::error(&codes::BAD_CLAIM, file, law.span, message)
                    .hint(r"write it as `x \sim \mathcal{N}(m, C)` or `x \overset{d}{=} y`"),
            ));
        }
        statement.premises.append(&mut statement.links);
        statement.links = distributed.links;
    }
    let experiment = raw.experiment.as_ref().map(|e| ExperimentRequest {
        name: e.name.text.clone(),
        estimand: e.estimand.as_ref().map_or_else(String::new, |e| e.text.clone()),
        parameters: e.parameters.iter().filter(|p| !p.is_sweep).map(|p| (p.name.text.clone(), p.values[0])).collect(),
        sweep: e.parameters.iter().filter(|p| p.is_sweep).map(|p| (p.name.text.clone(), p.values.clone())).collect(),
        bind: e
            .bind
            .iter()
            .map(|(symbol, quantity)| {
                let name = latex::symbol_name(&symbol.text).map_or_else(|_| symbol.text.clone(), |(name, _)| name);
                (name, quantity.text.clone())
            })
            .collect(),
        span: e.span,
    });
    let mut claim = Claim {
        id: raw.id.text.clone(),
        file: file.clone(),
        span: formula.span,
        tex: formula.text.clone(),
        statement,
        alternatives,
        converse,
        declarations: declarations.clone(),
        assumptions,
        assumed: None,
        expect: raw.expect,
        source: note.source.as_ref().map(|s| s.text.clone()),
        cites: raw.cites.iter().map(|c| c.text.clone()).collect(),
        corrects: raw.corrects.as_ref().map(|c| c.text.clone()),
        extremum,
        solves: raw.solves.as_ref().map(statement_of).transpose()?,
        over: over.into_iter().map(|(symbol, twin)| (symbol, twin.symbol)).collect(),
        limit,
        experiment,
        closed_form: raw.closed_form.as_ref().map(|c| c.text.clone()),
        methods: raw.methods.as_ref().map(|m| m.iter().map(|m| m.text.clone()).collect()),
        tolerance: raw.tolerance.clone(),
    };
    let guesses = declarations.iter().filter(|d| is_guess(note, d)).map(|d| d.symbol.clone());
    let guesses: Vec<Symbol> = guesses.chain(assumed).collect();
    claim.assumed = Some(assumed::used_by(&claim, &guesses)).filter(|used| !used.is_empty());
    Ok(claim)
}

/// The limit that a formula is written for, `\xrightarrow{n \to \infty}` or "as n → ∞", taken out of its premises.
fn written_limit(statement: &mut Statement, alternatives: &mut [Statement]) -> Option<Limit> {
    let tends = |link: &Link| match &*link.left.kind {
        Kind::Symbol(symbol) if link.relation == Relation::TendsTo => Some(symbol.clone()),
        _ => None,
    };
    let mut found = statement.premises.iter().filter_map(|link| Some((tends(link)?, link.right.clone())));
    let (symbol, target) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    statement.premises.retain(|link| tends(link).is_none());
    for other in alternatives {
        other.premises.retain(|link| tends(link).is_none());
    }
    Some(Limit { symbol, target, exponents: Vec::new() })
}

/// The symbols in which a proportionality holds, each with the declaration of a second value.
fn over(
    file: &SourceFile,
    raw: &RawClaim,
    statement: &Statement,
    declarations: &[Declaration],
    symbol: &dyn Fn(&Located) -> Lower<Symbol>,
) -> Lower<Vec<(Symbol, Declaration)>> {
    let error = |place: &Located, message: &str, hint: &str| {
        Err(Box::new(Diagnostic::error(&codes::BAD_CLAIM, file, place.span, message).hint(hint)))
    };
    let mut out: Vec<(Symbol, Declaration)> = Vec::new();
    for name in &raw.over {
        let others = [raw.extremum.is_some(), raw.solves.is_some(), raw.limit.is_some(), raw.experiment.is_some()];
        if others.contains(&true) || raw.closed_form.is_some() {
            let hint = "it says at which two points the two sides of a proportionality are compared";
            return error(name, "`over` cannot be combined with another directive", hint);
        }
        if statement.links.iter().all(|l| l.relation != Relation::Proportional) {
            return error(name, r"`over` needs a formula with `\propto`", "leave it out");
        }
        let symbol = symbol(name)?;
        let Some(declaration) = declarations.iter().find(|d| d.symbol == symbol) else { continue };
        if !matches!(declaration.role, Role::Variable) || matches!(symbol.sort(), Sort::Function(..)) {
            let hint = "name free variables: numbers, indices, vectors or matrices";
            return error(name, "a proportionality cannot be over this symbol", hint);
        }
        let taken = |tex: &str| declarations.iter().any(|d| d.symbol.tex() == tex);
        let mut tex = symbol.tex().to_owned();
        while taken(&tex) {
            tex = if tex.contains(['^', '\'']) { format!("{{{tex}}}'") } else { format!("{tex}'") };
        }
        let twin = Declaration { symbol: symbol.retitled(tex), ..declaration.clone() };
        if out.iter().all(|(known, _)| *known != symbol) {
            out.push((symbol, twin));
        }
    }
    Ok(out)
}

/// Whether a declaration stands under `[assumed]`.
fn is_guess(note: &RawNote, declaration: &Declaration) -> bool {
    note.symbols.iter().any(|s| s.assumed && s.name.span == declaration.span)
}

#[cfg(test)]
mod tests;
