//! `corrigenda try`: one formula without a file.

use super::arguments::{Format, RunFormat, TryArguments};
use super::console::Console;
use super::{Failure, Outcome, check, checking, reading};
use crate::diagnostic::codes;
use crate::note;
use crate::report;
use crate::source::SourceFile;
use std::fmt::Write;

/// Checks one formula and prints its verdict.
pub(super) fn run(arguments: &TryArguments, console: &Console) -> Result<Outcome, Failure> {
    let file = SourceFile::new("formula", note_text(&arguments.formula, &arguments.given)?);
    let (mut note, problems) = note::read(&file);
    for claim in &mut note.claims {
        claim.asserted = note::Asserted::WithDefaults;
    }
    let mut reading = reading::lower(vec![note], problems);
    for diagnostic in reading.diagnostics.iter_mut().filter(|d| d.code.name == codes::UNKNOWN_SYMBOL.name) {
        // there is no front matter to write in
        diagnostic.hint = Some("declare it with --given, e.g. --given 'x: real; C: spd(d)'".to_owned());
    }
    console.diagnostics(&reading.diagnostics);
    if reading.claims.is_empty() {
        return Ok(Outcome::BadInput);
    }
    let run = checking::run(&reading, &[], &arguments.run, checking::Part::All, console)?;
    match arguments.format {
        Format::Json => {
            let entry = &run.record.claims[0];
            let seconds = run.record.timing.claims.get(&entry.id).copied();
            console.print(&format!("{:#}\n", report::json::claim(entry, seconds)))?;
        }
        Format::Human => check::print(&run.record, RunFormat::Human, None, console)?,
        Format::Markdown => check::print(&run.record, RunFormat::Markdown, None, console)?,
    }
    Ok(check::outcome(&run.record, reading.has_errors(), false))
}

/// The formula as a note: declarations (`C: spd(d)`, `x > 0`) to the front matter, any other condition to the claim.
fn note_text(formula: &str, given: &str) -> Result<String, Failure> {
    let (mut symbols, mut conditions) = (String::new(), Vec::new());
    for name in undeclared_dimensions(given) {
        let _ = writeln!(symbols, "{} = 'dimension'", toml::Value::from(name));
    }
    for piece in top_level(given, ';').map(str::trim).filter(|p| !p.is_empty()) {
        let declared = piece.split_once(':').map(|(name, sort)| (name.trim(), sort.trim().to_owned()));
        // `0 < x < 1`.
        let between: Vec<&str> = piece.split('<').map(str::trim).collect();
        let between = match between[..] {
            [lower, name, upper] if !lower.is_empty() && !upper.is_empty() && !piece.contains('=') => {
                Some((name, format!("real in ({lower}, {upper})")))
            }
            _ => None,
        };
        let ranged = piece.find(['<', '>']).or_else(|| piece.find(" in ")).map(|at| {
            let (name, range) = piece.split_at(at);
            (name.trim(), format!("real {}", range.trim()))
        });
        match declared.or(between).or(ranged) {
            Some((names, sort)) => {
                for name in top_level(names, ',').map(str::trim) {
                    let _ = writeln!(symbols, "{} = {}", toml::Value::from(name), toml::Value::from(sort.as_str()));
                }
            }
            None if piece.contains(['=', '\\']) => conditions.push(toml::Value::from(piece)),
            None => {
                return Err(Failure::new(format!("`{piece}` is neither a declaration nor a condition"))
                    .hint("write `x: real`, `x > 0` or `C: spd(d)`, separated by semicolons"));
            }
        }
    }
    let assume = toml::Value::Array(conditions);
    Ok(format!("+++\n[symbols]\n{symbols}+++\n\n$$\n{formula}\n$$\n\n<!-- claim: formula\nassume = {assume}\n-->\n"))
}

/// The names in the parentheses of sorts, as in `vector(d)`, that are not declared themselves.
fn undeclared_dimensions(given: &str) -> Vec<&str> {
    let pieces = || top_level(given, ';').map(str::trim);
    let declared: Vec<&str> = pieces()
        .filter_map(|p| p.split_once([':', '<', '>']))
        .flat_map(|(names, _)| top_level(names, ',').map(str::trim))
        .collect();
    let mut found = Vec::new();
    for (_, sort) in pieces().filter_map(|p| p.split_once(':')) {
        let sort = sort.split('~').next().unwrap_or(sort);
        let (Some(open), Some(close)) = (sort.find('('), sort.find(')')) else { continue };
        // The parentheses of an interval are none of a sort.
        if open > close || sort[..open].contains(" in") {
            continue;
        }
        for name in sort[open + 1..close].split(',').map(str::trim) {
            let is_name = name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(char::is_alphanumeric);
            if is_name && !declared.contains(&name) && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// The pieces between separators that stand in no brackets.
fn top_level(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |c: char| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        c == separator && depth <= 0
    })
}
