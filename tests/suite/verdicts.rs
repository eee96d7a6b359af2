//! Notes whose claims say which verdict they must get: one case for each verdict and each method, with a false twin.

use crate::library;
use corrigenda::evidence::Finding;
use corrigenda::method;
use corrigenda::runner;
use corrigenda::verdict::Verdict;
use std::collections::BTreeSet;

/// What a `<!-- verdict: proved or supported by exact -->` below a claim asks for.
struct Expected {
    claim: String,
    verdicts: Vec<Verdict>,
    method: Option<String>,
}

fn expectations(text: &str) -> Vec<Expected> {
    let mut claim = None;
    let mut out = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("<!-- claim: ") {
            claim = Some(rest.trim_end_matches("-->").trim().to_owned());
        } else if let Some(rest) = line.strip_prefix("<!-- verdict: ") {
            let words = rest.trim_end_matches("-->").trim();
            let (verdicts, method) = match words.split_once(" by ") {
                Some((verdicts, method)) => (verdicts, Some(method.to_owned())),
                None => (words, None),
            };
            let verdicts = verdicts.split(" or ").map(|word| Verdict::parse(word).expect(word)).collect();
            out.push(Expected { claim: claim.take().expect("a verdict follows its claim"), verdicts, method });
        }
    }
    assert!(claim.is_none(), "{claim:?} has no verdict");
    out
}

#[test]
fn every_claim_gets_its_verdict() {
    let mut wrong = Vec::new();
    let (mut verdicts, mut proving, mut refuting) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let folder = library::path("tests/notes/verdicts");
    let mut notes: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    notes.sort();
    for path in notes {
        let text = std::fs::read_to_string(&path).unwrap();
        let (claims, _) = library::read(path.to_str().unwrap(), &text);
        let expectations = expectations(&text);
        let ids: Vec<&str> = claims.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, expectations.iter().map(|e| e.claim.as_str()).collect::<Vec<_>>());
        for ((claim, judged), expected) in claims.iter().zip(library::judge(&claims)).zip(&expectations) {
            verdicts.insert(judged.verdict.word());
            let decided = judged.evidence.iter().filter(|e| match judged.verdict {
                Verdict::Refuted => matches!(e.finding, Finding::Contradicts { .. }),
                Verdict::Proved | Verdict::Supported => {
                    matches!(e.finding, Finding::Proves { .. } | Finding::Agrees { .. })
                }
                _ => true,
            });
            let decided: Vec<&str> = decided.map(|e| e.method.as_str()).collect();
            let by_method = expected.method.as_deref().is_none_or(|m| decided.contains(&m));
            if !expected.verdicts.contains(&judged.verdict) || !by_method {
                wrong.push(format!("{}: {} by {decided:?}: {}", claim.id, judged.verdict.word(), judged.because));
            }
            if !runner::as_expected(claim.expect, judged.verdict) {
                wrong.push(format!("{}: {} is not what the note expects", claim.id, judged.verdict.word()));
            }
            match judged.verdict {
                Verdict::Refuted => refuting.extend(decided.iter().map(|m| (*m).to_owned())),
                Verdict::Proved | Verdict::Supported => proving.extend(decided.iter().map(|m| (*m).to_owned())),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A conflict would be a bug of ours: no note can show one.
    let possible: BTreeSet<&str> = Verdict::ALL.iter().filter(|v| **v != Verdict::Conflict).map(|v| v.word()).collect();
    assert_eq!(verdicts, possible);
    let methods: BTreeSet<String> = method::ALL.iter().map(|m| m.name().to_owned()).collect();
    assert_eq!(proving, methods, "methods that have established a claim");
    // The exact method decides identities only; it is the enclosure that has a witness.
    let can_refute = methods.iter().filter(|m| *m != "exact").cloned().collect();
    assert!(refuting.is_superset(&can_refute), "methods that have refuted a claim: {refuting:?}");
}
