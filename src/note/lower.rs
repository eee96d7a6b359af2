//! Raw notes to claims: symbols get sorts, formulas become typed trees, directives are resolved. A claim that cannot be
//! read costs that claim only.

use super::assumed::{self, by_default};
use super::draft::definitions;
use super::{Asserted, Base, DeclarationSyntax, LawName, LawSyntax, Located, RawClaim, RawNote, SortSyntax};
use crate::claim::{Claim, ExperimentRequest, Extremum, Limit};
use crate::diagnostic::{Diagnostic, codes, suggestion};
use crate::expr::declaration::{Declaration, Domain, Role};
use crate::expr::{Condition, Dim, Expr, Kind, Law, Sort, Statement, Symbol};
use crate::latex::{self, Define, Entry, Scope, Trouble};
use crate::numeric::Rational;
use crate::source::SourceFile;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    let (scope, declarations, broken) = symbols(note, &mut diagnostics);
    let mut claims = Vec::new();
    if note.has_valid_front_matter {
        let declarations = Arc::new(declarations);
        // What no author declares may be defined by a formula of the note.
        let is_default = |raw: &RawClaim| raw.asserted == Asserted::ByNobody;
        let definitions = match note.claims.iter().any(is_default) {
            true => definitions(note, &scope),
            false => BTreeMap::new(),
        };
        for raw in note.claims.iter().filter(|c| c.is_readable) {
            let read = match raw.asserted {
                Asserted::ByAuthor => claim(note, raw, &scope, &declarations, Vec::new()),
                _ => with_defaults(note, raw, &scope, &declarations, &definitions),
            };
            match read {
                Ok(claim) => claims.push(claim),
                // Nobody asserted it.
                Err(_) if raw.asserted == Asserted::ByNobody => {}
                // A name whose declaration was refused has been reported there.
                Err(d)
                    if d.code == &codes::UNKNOWN_SYMBOL
                        && broken.iter().any(|n| d.message.contains(&format!("`{n}`"))) => {}
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
    let diagnostics = diagnostics.into_iter().map(Diagnostic::in_its_file).collect();
    (Lowered { scope, claims }, diagnostics)
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
    let plain = |scope, declarations, assumed| claim(note, raw, scope, declarations, assumed);
    let Some((scope, assumed)) = by_default(&formula.text, scope, definitions) else {
        return plain(scope, declarations, Vec::new());
    };
    let symbols: Vec<Symbol> = assumed.iter().map(|d| d.symbol.clone()).collect();
    let declarations = Arc::new(declarations.iter().cloned().chain(assumed).collect());
    let mut claim = plain(&scope, &declarations, symbols.clone())?;
    if raw.asserted == Asserted::ByNobody {
        let is_definition = definitions.values().any(|(index, _)| raw.target == Some(*index));
        if is_definition || !assumed::is_checkable(&claim.statement, &symbols) {
            let message = "not an assertion about numbers that can be checked as it stands";
            return Err(Box::new(Diagnostic::error(&codes::NOT_CLAIMED, &note.file, formula.span, message)));
        }
        claim.assumed.get_or_insert_default();
    }
    Ok(claim)
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

/// A formula's trouble at its place in the file.
fn locate(file: &SourceFile, text: &Located, trouble: Trouble) -> Box<Diagnostic> {
    let place = |span: crate::source::Span| text.place(span.start..span.end);
    let mut diagnostic =
        Diagnostic::error(trouble.code, file, place(trouble.span), trouble.message).labelled(trouble.label);
    if let Some((span, words)) = trouble.also.map(|also| *also) {
        diagnostic = diagnostic.also(place(span), words);
    }
    diagnostic.hint = trouble.hint;
    Box::new(diagnostic)
}

/// What the names of a note mean, as far as they can be read.
pub(super) fn scope(note: &RawNote) -> Scope {
    symbols(note, &mut Vec::new()).0
}

/// Declares all symbols and abbreviations; also returns the names that could not be declared.
fn symbols(note: &RawNote, diagnostics: &mut Vec<Diagnostic>) -> (Scope, Vec<Declaration>, Vec<String>) {
    let mut scope = Scope::default();
    let mut broken = note.misdeclared.clone();
    let mut declared = vec![None; note.symbols.len()];
    // Dimensions first, since every other sort may use them; laws and abbreviations last, since they use the rest.
    for pass in [true, false] {
        for (i, syntax) in note.symbols.iter().enumerate() {
            if (syntax.sort.base == Base::Dimension) != pass || syntax.random.is_some() {
                continue;
            }
            match declare(note, syntax, &mut scope, None) {
                Ok(declaration) => declared[i] = Some(declaration),
                Err(diagnostic) => refuse(*diagnostic, &syntax.name, &mut broken, diagnostics),
            }
        }
    }
    let mut waiting: Vec<Waiting<'_>> = note
        .symbols
        .iter()
        .enumerate()
        .filter(|(_, s)| s.random.is_some())
        .map(|(i, s)| Waiting::Random(i, s))
        .collect();
    waiting.extend(note.defines.iter().map(|(name, body)| Waiting::Define(name, body)));
    // Abbreviations may use each other in any order: go round until nothing more can be read.
    loop {
        let before = waiting.len();
        let mut problems = Vec::new();
        waiting.retain(|item| {
            let result = match item {
                Waiting::Random(i, syntax) => {
                    let law = syntax.random.as_ref().expect("it is random");
                    law_of(note, syntax, law, &scope)
                        .and_then(|law| declare(note, syntax, &mut scope, Some(law)))
                        .map(|declaration| declared[*i] = Some(declaration))
                }
                Waiting::Define(name, body) => define(note, name, body, &mut scope),
            };
            match result {
                Ok(()) => false,
                Err(diagnostic) => {
                    problems.push((item.name().clone(), diagnostic));
                    true
                }
            }
        });
        if waiting.is_empty() {
            break;
        }
        if waiting.len() == before {
            for (name, diagnostic) in problems {
                refuse(*diagnostic, &name, &mut broken, diagnostics);
            }
            break;
        }
    }
    (scope, declared.into_iter().flatten().collect(), broken)
}

enum Waiting<'a> {
    Random(usize, &'a DeclarationSyntax),
    Define(&'a Located, &'a Located),
}

impl Waiting<'_> {
    fn name(&self) -> &Located {
        match self {
            Self::Random(_, syntax) => &syntax.name,
            Self::Define(name, _) => name,
        }
    }
}

fn refuse(diagnostic: Diagnostic, name: &Located, broken: &mut Vec<String>, diagnostics: &mut Vec<Diagnostic>) {
    if let Ok((canonical, _)) = latex::symbol_name(&name.text) {
        broken.push(canonical);
    }
    diagnostics.push(diagnostic);
}

fn declare(note: &RawNote, syntax: &DeclarationSyntax, scope: &mut Scope, law: Option<Law>) -> Lower<Declaration> {
    let file = &note.file;
    let (name, parameters) = latex::symbol_name(&syntax.name.text).map_err(|t| locate(file, &syntax.name, t))?;
    if !parameters.is_empty() {
        return Err(Box::new(
            Diagnostic::error(&codes::BAD_SORT, file, syntax.name.span, "a declared name has no arguments")
                .hint("declare it as 'function(real) -> real', or put an abbreviation with arguments under [define]"),
        ));
    }
    let sort = sort_of(note, &syntax.sort, scope)?;
    let symbol = Symbol::new(name.clone(), sort);
    let role = match law {
        Some(law) => Role::Random(law),
        None if syntax.estimand => Role::Estimand,
        None if syntax.sort.base == Base::Dimension => Role::Dimension,
        None => Role::Variable,
    };
    let declaration = Declaration { symbol, domain: domain_of(syntax), role, span: syntax.name.span };
    if !scope.insert(name.clone(), Entry::Declared(declaration.clone())) {
        return Err(Box::new(
            Diagnostic::error(&codes::BAD_SORT, file, syntax.name.span, format!("`{name}` is declared twice"))
                .hint("two spellings of one name are the same symbol"),
        ));
    }
    Ok(declaration)
}

fn sort_of(note: &RawNote, syntax: &SortSyntax, scope: &Scope) -> Lower<Sort> {
    let length = |i: usize| -> Lower<Dim> {
        let text = &syntax.dims[i];
        let name = latex::symbol_name(&text.text).map_or_else(|_| text.text.clone(), |(name, _)| name);
        scope.dimension(&name).ok_or_else(|| {
            let diagnostic = Diagnostic::error(
                &codes::UNKNOWN_SYMBOL,
                &note.file,
                text.span,
                format!("`{}` is not a declared dimension", text.text),
            );
            let dimensions = scope.declarations().filter(|d| matches!(d.role, Role::Dimension)).map(|d| d.symbol.tex());
            Box::new(match suggestion(&text.text, dimensions) {
                Some(known) => diagnostic.hint(format!("did you mean `{known}`?")),
                None => diagnostic.hint(format!("declare it under [symbols]: '{}' = 'dimension'", text.text)),
            })
        })
    };
    Ok(match syntax.base {
        Base::Real => Sort::Real,
        Base::Integer | Base::Dimension | Base::Sign => Sort::Integer,
        Base::Index => Sort::Index(length(0)?),
        Base::Vector | Base::SignVector | Base::PositiveVector => Sort::Vector(length(0)?),
        Base::Row => Sort::Row(length(0)?),
        Base::Matrix | Base::SignMatrix => Sort::Matrix(length(0)?, length(1)?),
        Base::PositiveDefinite | Base::Symmetric | Base::Orthogonal => Sort::Matrix(length(0)?, length(0)?),
        Base::Density | Base::Smooth | Base::Field | Base::Potential => {
            // A place on the line is a number.
            let place = match length(0)? {
                Dim::Literal(1) => Sort::Real,
                d => Sort::Vector(d),
            };
            let result = if syntax.base == Base::Field { place.clone() } else { Sort::Real };
            let others = syntax.arguments.iter().map(|a| sort_of(note, a, scope)).collect::<Lower<Vec<_>>>()?;
            Sort::Function(std::iter::once(place).chain(others).collect(), Box::new(result))
        }
        Base::Function => {
            let arguments = syntax.arguments.iter().map(|a| sort_of(note, a, scope)).collect::<Lower<Vec<_>>>()?;
            let result = match &syntax.result {
                Some(result) => sort_of(note, result, scope)?,
                None => Sort::Real,
            };
            Sort::Function(arguments, Box::new(result))
        }
    })
}

fn domain_of(syntax: &DeclarationSyntax) -> Domain {
    if let Some(range) = &syntax.range {
        return Domain::Interval { lower: range.lower.clone(), upper: range.upper.clone() };
    }
    match syntax.sort.base {
        Base::Sign | Base::SignVector | Base::SignMatrix => Domain::Signs,
        Base::PositiveDefinite => Domain::PositiveDefinite,
        Base::Symmetric => Domain::Symmetric,
        Base::Orthogonal => Domain::Orthogonal,
        Base::PositiveVector => Domain::PositiveEntries,
        Base::Density => Domain::Density(vec![0]),
        Base::Smooth | Base::Field => Domain::Decaying,
        Base::Potential => Domain::Confining,
        Base::Dimension => Domain::Interval { lower: Some((Rational::ONE, true)), upper: None },
        _ => Domain::All,
    }
}

/// The law of a random symbol: parameters of the symbol's own sort, a covariance of the square sort.
fn law_of(note: &RawNote, syntax: &DeclarationSyntax, law: &LawSyntax, scope: &Scope) -> Lower<Law> {
    let sort = sort_of(note, &syntax.sort, scope)?;
    let parameter = |i: usize, sort: &Sort| -> Lower<Expr> {
        let text = &law.parameters[i];
        latex::expression_of(&text.text, scope, &[], sort).map_err(|t| locate(&note.file, text, t))
    };
    let spread = match &sort {
        Sort::Vector(n) => Sort::Matrix(n.clone(), n.clone()),
        other => other.clone(),
    };
    Ok(match law.name {
        LawName::Normal => Law::Normal(parameter(0, &sort)?, parameter(1, &spread)?),
        LawName::Rademacher => Law::Rademacher(parameter(0, &Sort::Real)?),
        LawName::Uniform => Law::Uniform(parameter(0, &Sort::Real)?, parameter(1, &Sort::Real)?),
    })
}

fn define(note: &RawNote, name: &Located, body: &Located, scope: &mut Scope) -> Lower<()> {
    let (mut canonical, mut parameters) = latex::symbol_name(&name.text).map_err(|t| locate(&note.file, name, t))?;
    if let Some((base, indices)) = latex::family_name(&name.text)
        && indices.iter().all(|i| scope.declared(i).is_some_and(|d| matches!(d.symbol.sort(), Sort::Index(_))))
    {
        canonical = latex::family(&base, indices.len());
        parameters = indices;
    }
    // A parameter that is declared has its declared sort; any other is a real number.
    let parameters: Vec<(String, Symbol)> = parameters
        .into_iter()
        .map(|p| {
            let sort = scope.declared(&p).map_or(Sort::Real, |d| d.symbol.sort().clone());
            (p.clone(), Symbol::new(p, sort))
        })
        .collect();
    let expr = latex::expression(&body.text, scope, &parameters).map_err(|t| locate(&note.file, body, t))?;
    let entry =
        Entry::Define(Define { parameters: parameters.into_iter().map(|(_, symbol)| symbol).collect(), body: expr });
    if scope.insert(canonical.clone(), entry) {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error(&codes::BAD_SORT, &note.file, name.span, format!("`{canonical}` is already declared"))
            .hint("a name is either a symbol or an abbreviation"),
    ))
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
    if let Some(law) = &raw.law {
        return Err(Box::new(
            Diagnostic::error(
                &codes::UNSUPPORTED_CONSTRUCT,
                file,
                law.span,
                "a claim about a whole law cannot be checked yet",
            )
            .hint("claim its mean and covariance, or use an experiment"),
        ));
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
        alternative: read.alternative.map(|(statement, _)| statement),
        declarations: declarations.clone(),
        assumptions,
        assumed: None,
        expect: raw.expect,
        source: note.source.as_ref().map(|s| s.text.clone()),
        cites: raw.cites.iter().map(|c| c.text.clone()).collect(),
        corrects: raw.corrects.as_ref().map(|c| c.text.clone()),
        extremum,
        solves: raw.solves.as_ref().map(statement_of).transpose()?,
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

/// Whether a declaration stands under `[assumed]`.
fn is_guess(note: &RawNote, declaration: &Declaration) -> bool {
    note.symbols.iter().any(|s| s.assumed && s.name.span == declaration.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = r#"+++
title  = "The optimal linear score"
source = "beg-rohu-2025"

[symbols]
'd'       = 'dimension'
'C^e'     = 'spd(d)'
'W'       = 'matrix(d, d)'
'W_{\mathrm{opt}}' = 'matrix(d, d)'
't'       = 'real > 0'
'a'       = 'random vector(d) ~ N(0, C^e)'
'z'       = 'random vector(d) ~ N(0, I)'

[define]
'x'        = 'a e^{-t} + \sqrt{\Delta_t} z'
'\Delta_t' = '1 - e^{-2t}'
+++

The loss is least at

$$ W_{\mathrm{opt}} = \left[(1-e^{-2t})\mathbb{I} + e^{-2t} C^e\right]^{-1} \tag{7.4.8} $$

<!-- claim: optimal-linear-score
cites = "7.4.8"
minimises = { variable = 'W', objective = '\mathbb{E}\,\| -W x + z/\sqrt{\Delta_t} \|^2' }
-->
"#;

    fn read(text: &str) -> (Lowered, Vec<Diagnostic>) {
        let file = SourceFile::new("n.md", text);
        let (note, mut diagnostics) = super::super::read(&file);
        let (lowered, more) = lower(&note);
        diagnostics.extend(more);
        (lowered, diagnostics)
    }

    #[test]
    fn the_note_of_the_design_is_one_claim() {
        let (lowered, diagnostics) = read(NOTE);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let claim = &lowered.claims[0];
        assert_eq!(claim.id, "optimal-linear-score");
        let extremum = claim.extremum.as_ref().expect("it claims a minimum");
        assert!(matches!(&*extremum.objective.kind, Kind::Expectation(variables, _) if variables.len() == 2));
    }

    #[test]
    fn troubles_are_placed_in_the_file() {
        let broken = NOTE.replace("e^{-2t} C^e", "e^{-2t} C^f");
        let (lowered, diagnostics) = read(&broken);
        assert!(lowered.claims.is_empty());
        let d = &diagnostics[0];
        assert_eq!((d.code.name, d.file.slice(d.primary.span)), ("unknown-symbol", "C^f"));
        let (_, diagnostics) = read(&NOTE.replace("N(0, C^e)", "N(0, Q)"));
        assert_eq!(diagnostics[0].file.slice(diagnostics[0].primary.span), "Q");
    }
}
