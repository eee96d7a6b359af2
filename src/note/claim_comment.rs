//! Claim comments: `<!-- claim: id`, then TOML, then `-->`.

use super::experiment_request::{RawExperiment, experiment};
use super::front_matter::is_slug;
use super::markdown::{Comment, Target};
use super::toml_table::{Reader, Value};
use super::{Located, experiment_request};
use crate::claim::{Expectation, Tolerance};
use crate::diagnostic::{Diagnostic, Severity, codes};
use crate::source::{SourceFile, Span};
use toml::de::DeTable;

/// Keys of a claim.
const KEYS: &[&str] = &[
    "expect",
    "assume",
    "cites",
    "formula",
    "corrects",
    "minimises",
    "maximises",
    "solves",
    "limit",
    "experiment",
    "closed_form",
    "law",
    "methods",
    "tolerance",
];

/// Who asserts a claim, and under which declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asserted {
    /// The author, who declares every symbol.
    ByAuthor,
    /// The author; what is not declared is assumed.
    WithDefaults,
    /// Nobody: a displayed formula that was found, checked under default assumptions if it can be.
    ByNobody,
}

/// A claim as written; TeX is not yet read.
#[derive(Clone, Debug)]
pub struct RawClaim {
    /// Its id.
    pub id: Located,
    /// The whole comment.
    pub outer: Span,
    /// The displayed formula it follows: a number in [`super::RawNote::formulas`].
    pub target: Option<usize>,
    /// Its own formula, if the displayed one is not the claim.
    pub formula: Option<Located>,
    /// Whether everything in it could be read and it is about some formula. If not, that has been reported: the claim is
    /// not to be checked, but its id exists.
    pub is_readable: bool,
    /// Who asserts it.
    pub asserted: Asserted,
    /// What the author expects.
    pub expect: Expectation,
    /// Extra conditions.
    pub assume: Vec<Located>,
    /// Equation numbers in the source.
    pub cites: Vec<Located>,
    /// Id of the claim that it repairs.
    pub corrects: Option<Located>,
    /// The formula is an extremum of an objective.
    pub extremum: Option<RawExtremum>,
    /// The equation that the formula solves.
    pub solves: Option<Located>,
    /// The limit under which it is meant.
    pub limit: Option<RawLimit>,
    /// The simulation it is compared with.
    pub experiment: Option<RawExperiment>,
    /// The catalogued closed form that must equal it.
    pub closed_form: Option<Located>,
    /// A distribution claim.
    pub law: Option<Located>,
    /// The only methods to use, if any are named.
    pub methods: Option<Vec<Located>>,
    /// The statement is approximate.
    pub tolerance: Option<Tolerance>,
}

impl RawClaim {
    /// A claim with this id and nothing else.
    pub(super) fn new(id: Located, outer: Span) -> Self {
        Self {
            id,
            outer,
            target: None,
            formula: None,
            is_readable: true,
            asserted: Asserted::ByAuthor,
            expect: Expectation::Holds,
            assume: Vec::new(),
            cites: Vec::new(),
            corrects: None,
            extremum: None,
            solves: None,
            limit: None,
            experiment: None,
            closed_form: None,
            law: None,
            methods: None,
            tolerance: None,
        }
    }
}

/// `minimises` or `maximises`.
#[derive(Clone, Debug)]
pub struct RawExtremum {
    /// The varied symbol.
    pub variable: Located,
    /// The objective.
    pub objective: Located,
    /// Whether it is a maximum.
    pub maximum: bool,
    /// Where it is written.
    pub span: Span,
}

/// `limit`.
#[derive(Clone, Debug)]
pub struct RawLimit {
    /// The symbol.
    pub symbol: Located,
    /// What it goes to.
    pub target: Located,
    /// Candidate correction exponents, empty if none are given.
    pub exponents: Vec<f64>,
    /// Where it is written.
    pub span: Span,
}

/// Reads a claim comment; `None` if it has no usable id.
pub(super) fn read(file: &SourceFile, comment: &Comment, diagnostics: &mut Vec<Diagnostic>) -> Option<RawClaim> {
    let (id, toml) = match head(file, comment) {
        Ok(head) => head,
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            return None;
        }
    };
    let mut claim = RawClaim::new(id, comment.outer);
    let mut reader = Reader::new(file, &toml, &codes::BAD_CLAIM);
    let (table, valid) = reader.parse();
    if valid {
        fill(&mut claim, &table, &mut reader, &[]);
    }
    claim.is_readable = reader.diagnostics.iter().all(|d| d.severity == Severity::Warning);
    diagnostics.append(&mut reader.diagnostics);
    match comment.target {
        Target::Formula(number) => claim.target = Some(number),
        _ if claim.formula.is_some() => {}
        Target::Broken => claim.is_readable = false,
        Target::Missing(previous) => {
            let message = format!("the claim `{}` follows no displayed formula", claim.id.text);
            let diagnostic = Diagnostic::error(&codes::MISSING_TARGET, file, claim.id.span, message);
            let hint = "put the comment right below its formula, with no text between, or give it a `formula`";
            let diagnostic = match previous {
                // A mark on the nearest formula helps only where both can be seen at once.
                Some(span) if valid && comment.outer.start.abs_diff(span.end) < 1000 => {
                    diagnostic.also(span, "not this one: text stands between")
                }
                _ => diagnostic,
            };
            diagnostics.push(diagnostic.hint(hint));
            claim.is_readable = false;
        }
    }
    Some(claim)
}

/// The claim under `label` in a table of claims. Its id is the label in the letters of ids, unless it has the key `id`.
pub(super) fn from_table(reader: &mut Reader<'_>, label: &Located, outer: Span, table: &DeTable<'_>) -> RawClaim {
    let mut id = Located::opaque(slug(&label.text), label.span);
    let mut is_named = !id.text.is_empty();
    if let Some(text) = table.get("id").and_then(|value| reader.filled_string("id", value)) {
        (is_named, id) = (is_slug(&text.text), text);
    }
    let mut claim = RawClaim::new(id, outer);
    let code = std::mem::replace(&mut reader.code, &codes::BAD_CLAIM);
    let before = reader.diagnostics.len();
    if !is_named {
        let hint = "an id has lower-case letters, digits and hyphens; write id = \"some-id\"";
        reader.error(claim.id.span, "the claim has no id").hint = Some(hint.to_owned());
    }
    fill(&mut claim, table, reader, &["id"]);
    claim.is_readable = reader.diagnostics[before..].iter().all(|d| d.severity == Severity::Warning);
    reader.code = code;
    claim
}

/// A text in the letters of ids, if it has any.
pub(super) fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    words.take(12).map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-").chars().take(100).collect()
}

/// The id and the TOML behind its line.
fn head(file: &SourceFile, comment: &Comment) -> Result<(Located, Located), Box<Diagnostic>> {
    let body = &comment.body;
    let start = body.text.len() - body.text.trim_start().len();
    // The word stands alone on its line where both the colon and the id are missing.
    let mark = body.text[start + "claim".len()..].chars().next().filter(|c| *c != '\n');
    let after = start + "claim".len() + mark.map_or(0, char::len_utf8);
    let end = body.text[after..].find('\n').map_or(body.text.len(), |n| after + n);
    let id = body.part(after..end).trimmed();
    let error = |span: Span, message: String, hint: String| {
        Err(Box::new(Diagnostic::error(&codes::BAD_CLAIM, file, span, message).hint(hint)))
    };
    let keyword = body.place(start..after);
    if !body.text[start..].starts_with("claim") {
        return error(keyword, "a claim comment begins with `claim:` in small letters".into(), "write `claim:`".into());
    }
    if id.text.is_empty() {
        return error(keyword, "the claim has no id".into(), "write `<!-- claim: some-id`".into());
    }
    if is_slug(&id.text) {
        return Ok((id, body.part(end..body.text.len())));
    }
    let word = id.text.split_whitespace().next().unwrap_or("");
    if is_slug(word) {
        let rest = id.part(word.len()..id.text.len()).trimmed().span;
        let hint = "keys stand on lines of their own below the id; begin another comment with another word than claim";
        return error(rest, "only the id stands on the first line of a claim".into(), hint.into());
    }
    let slug = slug(&id.text);
    let hint = "an id has lower-case letters, digits and hyphens";
    let hint = if slug.is_empty() { hint.into() } else { format!("{hint}, e.g. `{slug}`") };
    error(id.span, "the id of the claim cannot be read".into(), hint)
}

/// Puts the keys of a table into `claim`, but for `others`, which have been read.
fn fill(claim: &mut RawClaim, table: &DeTable<'_>, reader: &mut Reader<'_>, others: &[&str]) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        match name {
            "expect" => match reader.string(name, value) {
                Some(text) if text.text == "holds" => claim.expect = Expectation::Holds,
                Some(text) if text.text == "refuted" => claim.expect = Expectation::Refuted,
                Some(text) => {
                    let message = format!("`expect` must be \"holds\" or \"refuted\", not \"{}\"", text.text);
                    reader.error(text.span, message);
                }
                None => {}
            },
            "assume" => claim.assume = reader.strings(name, value),
            "cites" => claim.cites = reader.strings(name, value),
            "methods" => claim.methods = Some(reader.strings(name, value)),
            "formula" => claim.formula = reader.filled_string(name, value),
            "corrects" => claim.corrects = reader.filled_string(name, value),
            "solves" => claim.solves = reader.filled_string(name, value),
            "closed_form" => claim.closed_form = reader.filled_string(name, value),
            "law" => claim.law = reader.filled_string(name, value),
            "minimises" | "maximises" => {
                if let Some(first) = &claim.extremum {
                    let (span, word) = (reader.key(key).span, if first.maximum { "maximises" } else { "minimises" });
                    reader
                        .error(span, format!("a claim has only one of `minimises` and `maximises`; `{word}` is there"));
                    continue;
                }
                claim.extremum = extremum(reader, name, value);
            }
            "limit" => claim.limit = limit(reader, value),
            "experiment" => claim.experiment = experiment(reader, value),
            "tolerance" => claim.tolerance = tolerance(reader, value),
            _ if others.contains(&name) => {}
            _ => {
                let key = reader.key(key);
                reader.unknown_key(&key, "a claim", KEYS);
            }
        }
    }
}

fn extremum(reader: &mut Reader<'_>, name: &str, value: &Value<'_>) -> Option<RawExtremum> {
    let expected = "a table { variable = 'W', objective = '…' }";
    let table = reader.table(name, expected, value)?;
    let span = reader.place(value.span());
    reader.keys(&format!("`{name}`"), table, span, &["variable", "objective"], &["variable", "objective"]);
    let variable = table.get("variable").and_then(|v| reader.filled_string("variable", v));
    let objective = table.get("objective").and_then(|v| reader.filled_string("objective", v));
    Some(RawExtremum { variable: variable?, objective: objective?, maximum: name == "maximises", span })
}

fn limit(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<RawLimit> {
    let span = reader.place(value.span());
    if value.get_ref().is_str() {
        let text = reader.filled_string("limit", value)?;
        return arrow(reader, &text, span);
    }
    let expected = "a string 'd \\to \\infty' or a table { symbol = 'd', to = '\\infty', exponents = [0.5, 1] }";
    let table = reader.table("limit", expected, value)?;
    reader.keys("`limit`", table, span, &["symbol", "to", "exponents"], &["symbol", "to"]);
    let symbol = table.get("symbol").and_then(|v| reader.filled_string("symbol", v));
    let target = table.get("to").and_then(|v| reader.filled_string("to", v));
    let exponents = table.get("exponents").map(|v| exponents(reader, v)).unwrap_or_default();
    Some(RawLimit { symbol: symbol?, target: target?, exponents, span })
}

/// `d \to \infty`.
fn arrow(reader: &mut Reader<'_>, text: &Located, span: Span) -> Option<RawLimit> {
    let arrow = ["\\to", "\\rightarrow", "\\longrightarrow", "→", "->"]
        .into_iter()
        .filter_map(|arrow| Some((text.text.find(arrow)?, arrow.len())))
        .next();
    let parts =
        arrow.map(|(at, length)| (text.part(0..at).trimmed(), text.part(at + length..text.text.len()).trimmed()));
    match parts {
        Some((symbol, target)) if !symbol.text.is_empty() && !target.text.is_empty() => {
            Some(RawLimit { symbol, target, exponents: Vec::new(), span })
        }
        _ => {
            reader.error(text.span, "a limit reads `symbol \\to target`").hint =
                Some("write limit = 'd \\to \\infty'".to_owned());
            None
        }
    }
}

fn exponents(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<f64> {
    let numbers: Option<Vec<f64>> = match value.get_ref().as_array() {
        Some(values) => values.iter().map(|v| reader.number(v).filter(|x| *x > 0.0)).collect(),
        None => reader.number(value).filter(|x| *x > 0.0).map(|x| vec![x]),
    };
    numbers.unwrap_or_else(|| {
        reader.expected("exponents", "a positive number or a list of them", value);
        Vec::new()
    })
}

fn tolerance(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Tolerance> {
    let span = reader.place(value.span());
    if experiment_request::is_number(value) {
        reader.error(span, "a tolerance needs a reason").hint =
            Some("write tolerance = { relative = 0.05, reason = \"why this much is allowed\" }".to_owned());
        return None;
    }
    let table = reader.table("tolerance", "a table { relative = 0.05, reason = \"…\" }", value)?;
    reader.keys("`tolerance`", table, span, &["relative", "reason"], &["relative", "reason"]);
    let relative = table.get("relative").and_then(|v| {
        let relative = reader.number(v).filter(|x| *x > 0.0 && *x < 1.0);
        if relative.is_none() {
            reader.error(reader.place(v.span()), "`relative` must be a number between 0 and 1");
        }
        relative
    });
    let reason = table.get("reason").and_then(|v| reader.filled_string("reason", v));
    Some(Tolerance { relative: relative?, reason: reason?.text })
}
