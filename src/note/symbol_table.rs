//! Declarations and abbreviations to the scope in which formulas are read.

use super::{Base, DeclarationSyntax, Form, LawName, LawSyntax, Located, SortSyntax};
use crate::diagnostic::{Diagnostic, codes, suggestion};
use crate::expr::declaration::{Declaration, Domain, Process, Role, States};
use crate::expr::{Dim, Expr, Law, Sort, Symbol};
use crate::latex::{self, Define, Entry, Scope, Trouble};
use crate::numeric::Rational;
use crate::source::SourceFile;

type Lower<T> = Result<T, Box<Diagnostic>>;

/// A formula's trouble at its place in the file.
pub(super) fn locate(file: &SourceFile, text: &Located, trouble: Trouble) -> Box<Diagnostic> {
    let place = |span: crate::source::Span| text.place(span.start..span.end);
    let mut diagnostic =
        Diagnostic::error(trouble.code, file, place(trouble.span), trouble.message).labelled(trouble.label);
    if let Some((span, words)) = trouble.also.map(|also| *also) {
        diagnostic = diagnostic.also(place(span), words);
    }
    diagnostic.hint = trouble.hint;
    Box::new(diagnostic)
}

/// The symbols and abbreviations of a document.
pub(super) struct SymbolTable<'a> {
    /// The file they stand in.
    pub(super) file: &'a SourceFile,
    /// Declared symbols.
    pub(super) symbols: Vec<&'a DeclarationSyntax>,
    /// Abbreviations: names and what they stand for.
    pub(super) defines: Vec<(&'a Located, &'a Located)>,
}

impl SymbolTable<'_> {
    /// Declares everything; also returns the declarations and the names that could not be declared.
    pub(super) fn read(&self, diagnostics: &mut Vec<Diagnostic>) -> (Scope, Vec<Declaration>, Vec<String>) {
        symbols(self, diagnostics)
    }
}

fn symbols(note: &SymbolTable<'_>, diagnostics: &mut Vec<Diagnostic>) -> (Scope, Vec<Declaration>, Vec<String>) {
    let mut scope = Scope::default();
    let mut broken = Vec::new();
    let mut declared = vec![None; note.symbols.len()];
    // Dimensions first, since every other sort may use them; laws and abbreviations last, since they use the rest.
    for pass in [true, false] {
        for (i, syntax) in note.symbols.iter().enumerate() {
            if (syntax.sort.base == Base::Dimension) != pass || waits(syntax) {
                continue;
            }
            match declare(note, syntax, &mut scope, None) {
                Ok(declaration) => declared[i] = declaration,
                Err(diagnostic) => refuse(*diagnostic, &syntax.name, &mut broken, diagnostics),
            }
        }
    }
    let mut waiting: Vec<Waiting<'_>> =
        note.symbols.iter().enumerate().filter(|(_, s)| waits(s)).map(|(i, s)| Waiting::Symbol(i, s)).collect();
    // A density is written with the symbol that it is the law of.
    let dense = note.symbols.iter().enumerate();
    waiting.extend(dense.filter(|(_, s)| has_density(s)).map(|(i, s)| Waiting::Density(i, s)));
    waiting.extend(note.defines.iter().map(|(name, body)| Waiting::Define(name, body)));
    // Abbreviations may use each other in any order: go round until nothing more can be read.
    loop {
        let before = waiting.len();
        let mut problems = Vec::new();
        waiting.retain(|item| {
            let result = match item {
                Waiting::Symbol(i, syntax) => {
                    let law = syntax.random.as_ref().map(|law| law_of(note, syntax, law, &scope)).transpose();
                    law.and_then(|law| declare(note, syntax, &mut scope, law))
                        .map(|declaration| declared[*i] = declaration)
                }
                Waiting::Density(i, syntax) => {
                    let law = syntax.random.as_ref().map(|law| law_of(note, syntax, law, &scope)).transpose();
                    law.map(|law| {
                        if let (Some(law), Some(declaration)) = (law, &mut declared[*i]) {
                            declaration.role = Role::Random(law.clone());
                            scope.redeclare(declaration.clone());
                        }
                    })
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
            // What only lacks another one that is broken is not reported, unless they lack each other.
            let names: Vec<String> =
                problems.iter().filter_map(|(name, _)| latex::symbol_name(&name.text).ok()).map(|(n, _)| n).collect();
            let follows = |d: &Diagnostic| {
                d.code == &codes::UNKNOWN_SYMBOL && names.iter().any(|n| d.message.contains(&format!("`{n}`")))
            };
            let is_circle = problems.iter().all(|(_, d)| follows(d));
            for (name, diagnostic) in problems {
                if is_circle || !follows(&diagnostic) {
                    refuse(*diagnostic, &name, &mut broken, diagnostics);
                } else if let Ok((canonical, _)) = latex::symbol_name(&name.text) {
                    broken.push(canonical);
                }
            }
            break;
        }
    }
    (scope, declared.into_iter().flatten().collect(), broken)
}

/// Whether a declaration uses other symbols than dimensions.
fn waits(syntax: &DeclarationSyntax) -> bool {
    syntax.random.as_ref().is_some_and(|law| law.name != LawName::Density)
        || !matches!(syntax.form, Form::Plain | Form::Set)
        || matches!(syntax.sort.base, Base::Gradient | Base::Laplacian)
        || syntax.name.text.ends_with(')')
}

enum Waiting<'a> {
    Symbol(usize, &'a DeclarationSyntax),
    /// A declared symbol whose density is still to be read.
    Density(usize, &'a DeclarationSyntax),
    Define(&'a Located, &'a Located),
}

fn has_density(syntax: &DeclarationSyntax) -> bool {
    syntax.random.as_ref().is_some_and(|law| law.name == LawName::Density)
}

impl Waiting<'_> {
    fn name(&self) -> &Located {
        match self {
            Self::Symbol(_, syntax) | Self::Density(_, syntax) => &syntax.name,
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

fn declare(
    note: &SymbolTable<'_>,
    syntax: &DeclarationSyntax,
    scope: &mut Scope,
    law: Option<Law>,
) -> Lower<Option<Declaration>> {
    let file = note.file;
    let bad = |message: String, hint: &str| {
        Err(Box::new(Diagnostic::error(&codes::BAD_SORT, file, syntax.name.span, message).hint(hint)))
    };
    let twice =
        |name: &str| bad(format!("`{name}` is declared twice"), "two spellings of one name are the same symbol");
    if let Some(notation) = latex::notation(&syntax.name.text, scope).map_err(|t| locate(file, &syntax.name, t))?
        && (notation.is_parenthesised() || !matches!(syntax.form, Form::Plain | Form::Set))
    {
        if law.is_some() || syntax.estimand {
            return bad("a name with arguments cannot be random or measured".into(), "declare it without arguments");
        }
        let value = match syntax.sort.base {
            Base::Density | Base::Smooth | Base::Potential => Sort::Real,
            Base::Field => Sort::Vector(dimension(note, &syntax.sort.dims[0], scope)?),
            _ => sort_of(note, &syntax.sort, scope)?,
        };
        let sort = notation.function_sort(value);
        let symbol = Symbol::with_notation(notation.head.clone(), sort, notation.template());
        let mut domain = function_domain(syntax, notation.variables.clone());
        if let Domain::Density(places) = &domain {
            let names: Vec<&str> = notation.parameters().map(|(name, _)| name).collect();
            let states = |k: &usize| Some((*k, States::of(scope.declared(names[*k])?)?));
            let states: Vec<_> = places.iter().filter_map(states).collect();
            if !states.is_empty() && states.len() < places.len() {
                return bad(
                    format!("`{}` is a density of states and of numbers", syntax.name.text),
                    "declare the law of the numbers given the states, as in 'p(x|s)' = 'density', and that of the states",
                );
            }
            if !states.is_empty() {
                domain = Domain::Mass(states);
            }
        }
        let declaration = Declaration { symbol: symbol.clone(), domain, role: Role::Variable, span: syntax.name.span };
        let base = notation.base.clone();
        if !scope.insert_pattern(base, notation.of_function(symbol), Some(declaration.clone())) {
            return twice(&syntax.name.text);
        }
        return Ok(Some(declaration));
    }
    let (name, parameters) = latex::symbol_name(&syntax.name.text).map_err(|t| locate(file, &syntax.name, t))?;
    if !parameters.is_empty() {
        return bad(
            "the arguments of this name are not declared".into(),
            "declare each under [symbols], or declare the name alone as 'function(real) -> real'",
        );
    }
    let special = match syntax.sort.base {
        Base::ImaginaryUnit => Some(Entry::ImaginaryUnit),
        Base::Gradient | Base::Laplacian => {
            let text = &syntax.sort.dims[0];
            let variable = latex::symbol_name(&text.text).ok().and_then(|(name, _)| scope.declared(&name).cloned());
            let Some(variable) = variable.filter(|d| matches!(d.symbol.sort(), Sort::Vector(_) | Sort::Real)) else {
                let message = format!("`{}` is not a declared vector or number", text.text);
                return Err(Box::new(Diagnostic::error(&codes::UNKNOWN_SYMBOL, file, text.span, message)));
            };
            Some(match syntax.sort.base {
                Base::Gradient => Entry::Gradient(variable.symbol),
                _ => Entry::Laplacian(variable.symbol),
            })
        }
        _ => None,
    };
    if let Some(entry) = special {
        return if scope.insert(name.clone(), entry) { Ok(None) } else { twice(&name) };
    }
    let mut sort = sort_of(note, &syntax.sort, scope)?;
    match syntax.form {
        Form::Plain => {}
        Form::Set => sort = Sort::Set(Box::new(sort)),
        _ => {
            return bad(
                format!("`{name}` is a function of what?"),
                "write its arguments in the name, as in 'x(t)' = 'path vector(d)' or 'x_t' = 'process vector(d)'",
            );
        }
    }
    let symbol = Symbol::new(name.clone(), sort);
    let role = match law {
        Some(law) => Role::Random(law),
        None if syntax.estimand => Role::Estimand,
        None if syntax.sort.base == Base::Dimension => Role::Dimension,
        None => Role::Variable,
    };
    let declaration = Declaration { symbol, domain: domain_of(syntax), role, span: syntax.name.span };
    if !scope.insert(name.clone(), Entry::Declared(declaration.clone())) {
        return twice(&name);
    }
    Ok(Some(declaration))
}

fn function_domain(syntax: &DeclarationSyntax, variables: Vec<usize>) -> Domain {
    match syntax.form {
        Form::Path | Form::Process => Domain::Process(Process::General),
        Form::Wiener => Domain::Process(Process::Wiener),
        Form::Noise => Domain::Process(Process::WhiteNoise),
        Form::Plain | Form::Family | Form::Set if syntax.sort.base == Base::Density => Domain::Density(variables),
        Form::Plain | Form::Family | Form::Set => domain_of(syntax),
    }
}

/// The length that a dimension's name stands for.
fn dimension(note: &SymbolTable<'_>, text: &Located, scope: &Scope) -> Lower<Dim> {
    let name = latex::symbol_name(&text.text).map_or_else(|_| text.text.clone(), |(name, _)| name);
    scope.dimension(&name).ok_or_else(|| {
        let message = format!("`{}` is not a declared dimension", text.text);
        let diagnostic = Diagnostic::error(&codes::UNKNOWN_SYMBOL, note.file, text.span, message);
        let dimensions = scope.declarations().filter(|d| matches!(d.role, Role::Dimension)).map(|d| d.symbol.tex());
        Box::new(match suggestion(&text.text, dimensions) {
            Some(known) => diagnostic.hint(format!("did you mean `{known}`?")),
            None => diagnostic.hint(format!("declare it under [symbols]: '{}' = 'dimension'", text.text)),
        })
    })
}

fn sort_of(note: &SymbolTable<'_>, syntax: &SortSyntax, scope: &Scope) -> Lower<Sort> {
    let length = |i: usize| dimension(note, &syntax.dims[i], scope);
    Ok(match syntax.base {
        Base::Real | Base::ImaginaryUnit | Base::Gradient | Base::Laplacian => Sort::Real,
        Base::Complex => Sort::Complex,
        Base::Tuple => {
            Sort::Tuple(syntax.arguments.iter().map(|a| sort_of(note, a, scope)).collect::<Lower<Vec<_>>>()?)
        }
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
fn law_of(note: &SymbolTable<'_>, syntax: &DeclarationSyntax, law: &LawSyntax, scope: &Scope) -> Lower<Law> {
    let sort = sort_of(note, &syntax.sort, scope)?;
    let parameter = |i: usize, sort: &Sort| -> Lower<Expr> {
        let text = &law.parameters[i];
        latex::expression_of(&text.text, scope, &[], sort).map_err(|t| locate(note.file, text, t))
    };
    let spread = match &sort {
        Sort::Vector(n) => Sort::Matrix(n.clone(), n.clone()),
        other => other.clone(),
    };
    Ok(match law.name {
        LawName::Normal => Law::Normal(parameter(0, &sort)?, parameter(1, &spread)?),
        LawName::Rademacher => Law::Rademacher(parameter(0, &Sort::Real)?),
        LawName::Uniform => Law::Uniform(parameter(0, &Sort::Real)?, parameter(1, &Sort::Real)?),
        LawName::Density => Law::Density(parameter(0, &Sort::Real)?),
    })
}

fn define(note: &SymbolTable<'_>, name: &Located, body: &Located, scope: &mut Scope) -> Lower<()> {
    // With arguments in its scripts it is a family; otherwise only the letters in parentheses are its arguments, where they are
    // written with commas alone.
    if let Ok(Some(notation)) = latex::notation(&name.text, scope)
        && (notation.has_script_arguments() || latex::symbol_name(&name.text).is_err())
    {
        let parameters: Vec<(String, Symbol)> =
            notation.parameters().map(|(name, sort)| (name.to_owned(), Symbol::new(name, sort.clone()))).collect();
        let expr = latex::expression(&body.text, scope, &parameters).map_err(|t| locate(note.file, body, t))?;
        let symbols = parameters.into_iter().map(|(_, symbol)| symbol).collect();
        let base = notation.base.clone();
        if scope.insert_pattern(base, notation.of_define(symbols, expr), None) {
            return Ok(());
        }
        let message = format!("`{}` is already declared", name.text);
        let diagnostic = Diagnostic::error(&codes::BAD_SORT, note.file, name.span, message);
        return Err(Box::new(diagnostic.hint("a name is either a symbol or an abbreviation")));
    }
    let (canonical, parameters) = latex::symbol_name(&name.text).map_err(|t| locate(note.file, name, t))?;
    // A parameter that is declared has its declared sort; any other is a real number.
    let parameters: Vec<(String, Symbol)> = parameters
        .into_iter()
        .map(|p| {
            let sort = scope.declared(&p).map_or(Sort::Real, |d| d.symbol.sort().clone());
            (p.clone(), Symbol::new(p, sort))
        })
        .collect();
    let expr = latex::expression(&body.text, scope, &parameters).map_err(|t| locate(note.file, body, t))?;
    let entry =
        Entry::Define(Define { parameters: parameters.into_iter().map(|(_, symbol)| symbol).collect(), body: expr });
    if scope.insert(canonical.clone(), entry) {
        return Ok(());
    }
    Err(Box::new(
        Diagnostic::error(&codes::BAD_SORT, note.file, name.span, format!("`{canonical}` is already declared"))
            .hint("a name is either a symbol or an abbreviation"),
    ))
}
