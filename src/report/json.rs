//! The public JSON of a run. Versioned: within one schema, fields are only added.

use crate::evidence::{Evidence, Finding, SCHEMA};
use crate::record::{ClaimEntry, DiagnosticEntry, Record};
use serde_json::{Map, Value, json};

/// The JSON Schema of [`summary`], and under `$defs/claim` of [`claim`].
pub const JSON_SCHEMA: &str = include_str!("summary.schema.json");

/// The summary of a run.
pub fn summary(record: &Record) -> Value {
    let header = &record.header;
    let tally: Map<String, Value> = record.tally().into_iter().map(|(v, n)| (v.word().into(), n.into())).collect();
    let claims: Vec<Value> = record.claims.iter().map(|c| claim(c, record.timing.claims.get(&c.id).copied())).collect();
    let equations: Vec<Value> = record
        .equations
        .iter()
        .map(|e| {
            json!({
                "source": e.source,
                "number": e.number,
                "kind": e.kind,
                "tex": e.tex,
                "text": e.text,
                "section": e.section,
                "status": e.status,
                "reason": e.reason,
                "code": e.code,
                "claims": e.claims,
                "defined_in": e.defined_in,
            })
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "version": header.version,
        "seed": header.seed,
        "profile": header.profile,
        "error_rate": header.error_rate,
        "tally": tally,
        "claims": claims,
        "equations": equations,
        "diagnostics": record.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "seconds": record.timing.total,
    })
}

/// One claim, as in the summary of a run; `seconds` is its wall-clock time, if it was taken.
pub fn claim(entry: &ClaimEntry, seconds: Option<f64>) -> Value {
    json!({
        "id": entry.id,
        "note": entry.note,
        "file": entry.file(),
        "line": entry.line,
        "column": entry.column,
        "source": entry.source,
        "cites": entry.cites,
        "as_printed": entry.as_printed,
        "corrects": entry.corrects,
        "tex": entry.tex,
        "understood": entry.understood,
        "assumptions": entry.assumptions,
        "expect": entry.expect,
        "verdict": entry.verdict,
        "because": entry.because,
        "as_expected": entry.as_expected,
        "findings": entry.evidence.iter().map(finding).collect::<Vec<_>>(),
        "sharpness": entry.sharpness.as_ref().map(|s| json!({
            "mutants": s.mutants,
            "killed": s.killed,
            "equivalent": s.equivalent,
            "survivors": s.survivors.iter().map(|v| json!({ "tex": v.tex, "edit": v.edit, "reason": v.reason })).collect::<Vec<_>>(),
        })),
        "corrections": entry.corrections.iter().map(|c| json!({
            "tex": c.tex,
            "edits": c.edits,
            "description": c.description,
            "verified": c.verified,
        })).collect::<Vec<_>>(),
        "seconds": seconds,
    })
}

fn finding(evidence: &Evidence) -> Value {
    let mut value = json!({
        "method": evidence.method,
        "link": evidence.link,
        "finding": evidence.finding.word(),
        "detail": evidence.detail,
    });
    if !evidence.estimates.is_empty() {
        value["estimates"] = json!(evidence.estimates);
    }
    match &evidence.finding {
        Finding::Proves { certificate } => value["certificate"] = json!(certificate),
        Finding::Agrees { bound } => value["bound"] = json!(bound),
        Finding::Contradicts { witness } => {
            let point: Map<String, Value> = witness.point.iter().map(|(s, v)| (s.clone(), json!(v))).collect();
            value["witness"] =
                json!({ "point": point, "left": witness.left, "right": witness.right, "summary": witness.summary });
        }
        Finding::Undecided { reason, explanation } => {
            value["reason"] = json!(reason);
            value["explanation"] = json!(explanation);
        }
    }
    value
}

fn diagnostic(entry: &DiagnosticEntry) -> Value {
    json!({
        "code": entry.code,
        "severity": entry.severity,
        "file": entry.file,
        "line": entry.position.line,
        "column": entry.position.column,
        "message": entry.message,
        "hint": entry.hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn is_what_the_published_schema_says() {
        let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut json = summary(&fixture::record());
        let problems: Vec<String> =
            validator.iter_errors(&json).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
        json["claims"][0]["verdict"] = json!("perhaps");
        assert!(!validator.is_valid(&json));
    }

    #[test]
    fn has_every_public_field() {
        let record = fixture::record();
        let json = summary(&record);
        for key in ["schema", "version", "seed", "profile", "tally", "claims", "equations", "diagnostics"] {
            assert!(json.get(key).is_some(), "{key}");
        }
        let refuted = json["claims"].as_array().unwrap().iter().find(|c| c["verdict"] == "refuted").unwrap();
        for key in "id note line source cites as_printed corrects tex expect verdict as_expected findings sharpness corrections seconds"
            .split(' ')
        {
            assert!(refuted.get(key).is_some(), "{key}");
        }
        assert!(refuted["findings"][0]["witness"]["summary"].is_string());
        let total: u64 = json["tally"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(total, record.claims.len() as u64);
    }
}
