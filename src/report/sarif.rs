//! SARIF 2.1.0: a rule per verdict and code, a result per problem with the region of its formula.

use super::problem::{NOT_REFUTED, Problem, problems};
use crate::diagnostic::codes;
use crate::record::Record;
use crate::record::baseline::Baseline;
use crate::verdict::Verdict;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Characters that a path may have and a URI may not.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// The record as a SARIF log. With a baseline every result says whether it is new, and problems that are gone are listed
/// as absent.
pub fn sarif(record: &Record, baseline: Option<&Baseline>) -> Value {
    let problems = problems(record);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut results: Vec<Value> = problems.iter().map(|p| result(p, &mut seen, baseline)).collect();
    results.extend(baseline.into_iter().flat_map(|b| absent(b, record, &problems)));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "corrigenda",
                "semanticVersion": record.header.version,
                "rules": rules(&problems),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "ROOT": { "description": { "text": "The folder that the paths of the notes are relative to." } } },
            "results": results,
            "properties": { "seed": record.header.seed, "profile": record.header.profile },
        }],
    })
}

/// The rules that some result names, sorted by id.
fn rules(problems: &[Problem]) -> Vec<Value> {
    let used: BTreeSet<&str> = problems.iter().map(|p| p.rule.as_str()).collect();
    used.into_iter().map(rule).collect()
}

fn rule(id: &str) -> Value {
    let (short, full) = if let Some(code) = codes::find(id) {
        (code.summary.to_owned(), code.explanation.to_owned())
    } else if let Some(verdict) = Verdict::parse(id) {
        (format!("a claim is {id}"), verdict.explanation().to_owned())
    } else if id == NOT_REFUTED {
        let full = "The note quotes the formula as wrong (`expect = \"refuted\"`), but the checks do not refute it.";
        ("a formula that is quoted as wrong stands".to_owned(), full.to_owned())
    } else {
        (id.to_owned(), id.to_owned())
    };
    json!({
        "id": id,
        "shortDescription": { "text": short },
        "fullDescription": { "text": full },
        "help": { "text": format!("{full}\n\nSee `corrigenda explain {id}`.") },
    })
}

fn result(problem: &Problem, seen: &mut BTreeMap<String, usize>, baseline: Option<&Baseline>) -> Value {
    let mut region = json!({ "startLine": problem.start.line, "startColumn": problem.start.column });
    if let Some(end) = problem.end {
        region["endLine"] = json!(end.line);
        region["endColumn"] = json!(end.column);
    }
    let identity = format!("{}\n{}\n{}", problem.rule, problem.file, problem.identity);
    let fingerprint = blake3::hash(identity.as_bytes()).to_hex()[..32].to_owned();
    // The same formula twice in a note: told apart by order.
    let count = seen.entry(fingerprint.clone()).and_modify(|n| *n += 1).or_insert(1);
    let mut result = json!({
        "ruleId": problem.rule,
        "level": problem.level.word(),
        "message": { "text": problem.message },
        "locations": [{ "physicalLocation": { "artifactLocation": location(&problem.file), "region": region } }],
        "partialFingerprints": { "formula/v1": format!("{fingerprint}:{count}") },
    });
    if let Some(baseline) = baseline {
        let verdict = if problem.rule == NOT_REFUTED { None } else { Some(problem.rule.as_str()) };
        let state = match baseline.entries.get(&problem.claim) {
            None => "new",
            Some(entry) if verdict.is_none_or(|v| v == entry.verdict) && entry.note == problem.file => "unchanged",
            Some(_) => "updated",
        };
        result["baselineState"] = json!(state);
    }
    if !problem.claim.is_empty() {
        result["properties"] = json!({ "claim": problem.claim });
    }
    result
}

/// Claims that were a problem in the baseline and are none now.
fn absent(baseline: &Baseline, record: &Record, problems: &[Problem]) -> Vec<Value> {
    let is_problem = |id: &str| problems.iter().any(|p| p.claim == id);
    baseline
        .entries
        .iter()
        .filter(|(id, entry)| {
            let verdict = Verdict::parse(&entry.verdict);
            let expected = (verdict == Some(Verdict::Refuted)) == (entry.expect == "refuted");
            (verdict.is_some_and(Verdict::is_undecided) || !expected) && !is_problem(id)
        })
        .map(|(id, entry)| {
            let now = record.claim(id).map_or("gone", |c| c.verdict.as_str());
            json!({
                "ruleId": entry.verdict,
                "level": "note",
                "message": { "text": format!("{id} was {} and is {now}", entry.verdict) },
                "locations": [{ "physicalLocation": { "artifactLocation": location(&entry.note) } }],
                "baselineState": "absent",
                "properties": { "claim": id },
            })
        })
        .collect()
}

fn location(path: &str) -> Value {
    let uri = utf8_percent_encode(path, RESERVED).to_string();
    if path.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "ROOT" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn results(log: &Value) -> Vec<Value> {
        log["runs"][0]["results"].as_array().unwrap().clone()
    }

    #[test]
    fn is_what_the_standard_says() {
        let schema: Value = serde_json::from_str(include_str!("../../tests/schemas/sarif-2.1.0.json")).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let record = fixture::record();
        let mut old = Baseline::of(&record);
        old.entries.values_mut().for_each(|e| e.verdict = "inconclusive".into());
        for baseline in [None, Some(&old)] {
            let log = sarif(&record, baseline);
            let problems: Vec<String> =
                validator.iter_errors(&log).map(|e| format!("{e} at {}", e.instance_path())).collect();
            assert!(problems.is_empty(), "{problems:#?}");
        }
        assert!(!validator.is_valid(&json!({ "version": "2.1.0", "runs": [{ "results": [] }] })));
    }

    #[test]
    fn every_result_has_its_rule_and_a_fingerprint_of_its_own() {
        let log = sarif(&fixture::record(), None);
        let rules: Vec<&str> = log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["id"].as_str().unwrap())
            .collect();
        let all = results(&log);
        assert_eq!(all.len(), problems(&fixture::record()).len());
        assert!(all.iter().all(|r| rules.contains(&r["ruleId"].as_str().unwrap())));
        let prints: BTreeSet<&str> =
            all.iter().map(|r| r["partialFingerprints"]["formula/v1"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), all.len());
        assert!(all.iter().all(|r| r.get("baselineState").is_none()));
    }

    #[test]
    fn fingerprints_survive_a_move_to_another_line() {
        let mut moved = fixture::record();
        moved.claims.iter_mut().for_each(|c| c.line += 7);
        moved.diagnostics.iter_mut().for_each(|d| d.position.line += 7);
        let prints = |record: &Record| -> Vec<Value> {
            results(&sarif(record, None)).iter().map(|r| r["partialFingerprints"].clone()).collect()
        };
        assert_eq!(prints(&moved), prints(&fixture::record()));
    }

    #[test]
    fn a_baseline_tells_new_from_known_and_lists_what_is_gone() {
        let record = fixture::record();
        let mut old = Baseline::of(&record);
        let unchanged = results(&sarif(&record, Some(&old)));
        assert!(unchanged.iter().all(|r| r["ruleId"].as_str().is_some() && r["baselineState"] != "absent"));
        let refuted = record.claims.iter().find(|c| !c.as_expected).unwrap();
        old.entries.remove(&refuted.id);
        let holding = record.claims.iter().find(|c| c.verdict == "proved").unwrap();
        old.entries.get_mut(&holding.id).unwrap().verdict = "inconclusive".into();
        let now = results(&sarif(&record, Some(&old)));
        let state = |id: &str| now.iter().find(|r| r["properties"]["claim"] == id).unwrap()["baselineState"].clone();
        assert_eq!(state(&refuted.id), "new");
        assert_eq!(state(&holding.id), "absent");
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(location("a b/ü#1.md")["uri"], "a%20b/%C3%BC%231.md");
        assert_eq!(location("/x/y.md")["uri"], "file:///x/y.md");
    }
}
