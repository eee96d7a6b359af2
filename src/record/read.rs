//! Reads a record and says which line is at fault when it cannot.

use super::{Counts, Error, Footer, Header, Line, Record, Timing};
use crate::evidence::SCHEMA;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Reads a whole record.
///
/// # Errors
/// The file cannot be read, was written by a newer version, is damaged (with the line), or ends without a footer because
/// the run was interrupted.
pub fn read(path: &Path) -> Result<Record, Error> {
    let (record, lines, closed) = lines(path, false)?;
    if closed {
        return Ok(record);
    }
    Err(Error::Interrupted { path: path.to_owned(), line: lines, claims: record.claims.len() })
}

/// Reads what an interrupted run has left: every whole line before the end or before a last line cut short.
///
/// # Errors
/// As [`read`], but a missing footer is none.
pub fn read_interrupted(path: &Path) -> Result<Record, Error> {
    lines(path, true).map(|(record, ..)| record)
}

/// The record, how many lines it has, and whether it has a footer.
fn lines(path: &Path, lenient: bool) -> Result<(Record, usize, bool), Error> {
    let fail = |source| Error::Read { path: path.to_owned(), source };
    let damaged = |line: usize, why: String| Error::Damaged { path: path.to_owned(), line, why };
    let mut input = BufReader::new(std::fs::File::open(path).map_err(fail)?);
    let mut record: Option<Record> = None;
    let mut hasher = blake3::Hasher::new();
    let (mut number, mut footer) = (0, false);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes).map_err(fail)? == 0 {
            break;
        }
        number += 1;
        if footer {
            return Err(damaged(number, "there is a line after the footer".into()));
        }
        let line: Line = match &record {
            None => Line::Header(header(path, &bytes)?),
            Some(_) => match serde_json::from_slice(&bytes) {
                Ok(line) => line,
                Err(_) if !bytes.ends_with(b"\n") && lenient => break,
                Err(_) if !bytes.ends_with(b"\n") => {
                    let claims = record.map_or(0, |r| r.claims.len());
                    return Err(Error::Interrupted { path: path.to_owned(), line: number, claims });
                }
                Err(e) => return Err(damaged(number, reason(&e))),
            },
        };
        let Some(record) = &mut record else {
            hasher.update(&bytes);
            if let Line::Header(header) = line {
                record = Some(empty(header));
            }
            continue;
        };
        if !matches!(line, Line::Timing(_) | Line::Footer(_)) {
            hasher.update(&bytes);
        }
        match line {
            Line::Header(_) => return Err(damaged(number, "there is a second header".into())),
            Line::Note(entry) => record.notes.push(entry),
            Line::Claim(entry) => record.claims.push(*entry),
            Line::Equation(entry) => record.equations.push(entry),
            Line::Diagnostic(entry) => record.diagnostics.push(entry),
            Line::Timing(timing) => record.timing = timing,
            Line::Footer(end) => {
                compare(record, &end, hasher.finalize()).map_err(|why| damaged(number, why))?;
                footer = true;
            }
        }
    }
    match record {
        Some(record) => Ok((record, number, footer)),
        None => Err(damaged(1, "the file is empty".into())),
    }
}

/// Looks at the schema before anything else, so that a newer record is named as such and not as damaged.
fn header(path: &Path, bytes: &[u8]) -> Result<Header, Error> {
    let damaged = |why| Error::Damaged { path: path.to_owned(), line: 1, why };
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|_| damaged("this is not a record: the header is missing".into()))?;
    let schema = value.get("header").and_then(|h| h.get("schema")).and_then(serde_json::Value::as_u64);
    match schema {
        Some(found) if found > u64::from(SCHEMA) => Err(Error::Newer { path: path.to_owned(), line: 1, found }),
        Some(_) => match serde_json::from_value(value) {
            Ok(Line::Header(header)) => Ok(header),
            Ok(_) => Err(damaged("this is not a record: the header is missing".into())),
            Err(e) => Err(damaged(reason(&e))),
        },
        None => Err(damaged("this is not a record: the header is missing".into())),
    }
}

/// What serde says, without its own line number: every line is parsed as a text of its own.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cut = text.rfind(" at line 1").unwrap_or(text.len());
    match error.column() {
        0 => text[..cut].to_owned(),
        column => format!("{} (column {column})", &text[..cut]),
    }
}

fn empty(header: Header) -> Record {
    let timing = Timing::default();
    Record { header, notes: Vec::new(), claims: Vec::new(), equations: Vec::new(), diagnostics: Vec::new(), timing }
}

fn compare(record: &Record, footer: &Footer, digest: blake3::Hash) -> Result<(), String> {
    let found = Counts {
        notes: record.notes.len(),
        claims: record.claims.len(),
        equations: record.equations.len(),
        diagnostics: record.diagnostics.len(),
    };
    if found != footer.counts {
        return Err(format!("lines are missing: {found:?} found, {:?} written", footer.counts));
    }
    if digest.to_hex().as_str() != footer.digest {
        return Err("the digest of the lines does not match: the record was changed after it was written".into());
    }
    Ok(())
}
