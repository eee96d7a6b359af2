use super::*;
use crate::evidence::{Axis, Figure, Finding, Mark, Series};

/// A small record with one of everything.
fn record() -> Record {
    let series = Series {
        name: "s".into(),
        mark: Mark::Points,
        x: vec![1.0, 2.0],
        y: vec![0.1 + 0.2, f64::NAN],
        low: vec![],
        high: vec![],
    };
    let axis = Axis { label: "x (1)".into(), log: false };
    let figure = Figure {
        slug: "f".into(),
        title: "t".into(),
        caption: String::new(),
        x: axis.clone(),
        y: axis,
        series: vec![series],
        heat: None,
    };
    let evidence = Evidence {
        method: "exact".into(),
        link: 0,
        finding: Finding::Proves { certificate: "c".into() },
        detail: "d".into(),
        facts: vec![],
        estimates: vec![],
        figures: vec![figure],
    };
    let claim = ClaimEntry {
        id: "a-claim".into(),
        note: "n.md".into(),
        file: None,
        line: 3,
        column: 4,
        end: None,
        source: None,
        cites: vec![],
        as_printed: None,
        corrects: None,
        tex: "x = x".into(),
        understood: "x = x".into(),
        assumptions: vec![],
        expect: "holds".into(),
        verdict: "proved".into(),
        because: "it is\nthe same".into(),
        as_expected: true,
        evidence: vec![evidence],
        sharpness: None,
        corrections: vec![],
    };
    Record {
        header: Header {
            schema: SCHEMA,
            version: "0".into(),
            seed: u64::MAX,
            profile: "quick".into(),
            paths: vec![],
            error_rate: 1e-3,
            shard: None,
        },
        notes: vec![NoteEntry {
            path: "n.md".into(),
            title: "N".into(),
            topic: String::new(),
            text: "$$ x = x $$".into(),
            formulas: vec![],
            symbols: vec![],
        }],
        claims: vec![claim.clone(), ClaimEntry { id: "b".into(), as_expected: false, ..claim }],
        equations: vec![],
        diagnostics: vec![],
        timing: Timing { total: 1.5, claims: BTreeMap::new(), ..Timing::default() },
    }
}

fn written() -> (tempfile::TempDir, PathBuf, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run").join("record.jsonl");
    write(&path, &record()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    (directory, path, text)
}

#[test]
fn reads_what_it_wrote() {
    let (directory, path, text) = written();
    let back = read(&path).unwrap();
    assert_eq!(back.header, record().header);
    assert_eq!(back.claims[0].evidence[0].figures[0].series[0].y[0], 0.1 + 0.2);
    assert!(back.claims[0].evidence[0].figures[0].series[0].y[1].is_nan());
    let again = directory.path().join("again.jsonl");
    write(&again, &back).unwrap();
    assert_eq!(std::fs::read_to_string(again).unwrap(), text);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn timing_is_not_part_of_the_body() {
    let (directory, _, text) = written();
    let other = directory.path().join("other.jsonl");
    let slow = Record { timing: Timing { total: 99.0, claims: BTreeMap::new(), ..Timing::default() }, ..record() };
    write(&other, &slow).unwrap();
    let other = std::fs::read_to_string(other).unwrap();
    assert_ne!(other, text);
    assert!(body(&other).eq(body(&text)));
    assert_eq!(other.lines().last(), text.lines().last(), "nor of the digest");
    assert_eq!(body(&text).count(), 4);
}

#[test]
fn every_damaged_line_is_named() {
    let (_directory, path, text) = written();
    let lines: Vec<&str> = text.lines().collect();
    for at in 1..lines.len() {
        let mut damaged: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        damaged[at] = damaged[at].replacen('{', "[", 1);
        std::fs::write(&path, damaged.join("\n") + "\n").unwrap();
        match read(&path).unwrap_err() {
            Error::Damaged { line, .. } => assert_eq!(line, at + 1),
            other => panic!("{other}"),
        }
    }
    std::fs::write(&path, text.replacen("\"proved\"", "\"refuted\"", 1)).unwrap();
    let message = read(&path).unwrap_err().to_string();
    assert!(message.contains("digest") && message.contains(&format!(":{}:", lines.len())), "{message}");
    let without: Vec<&str> = lines.iter().copied().filter(|l| !l.contains("a-claim")).collect();
    std::fs::write(&path, without.join("\n") + "\n").unwrap();
    assert!(read(&path).unwrap_err().to_string().contains("lines are missing"));
}

#[test]
fn a_newer_schema_is_refused_as_such() {
    let (_directory, path, text) = written();
    std::fs::write(&path, text.replacen("\"schema\":1,\"version\"", "\"schema\":2,\"edition\"", 1)).unwrap();
    assert!(matches!(read(&path), Err(Error::Newer { found: 2, line: 1, .. })));
}

#[test]
fn what_is_no_record_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("r");
    for bytes in [&b""[..], b"\x00\xff\x00", b"{}\n", b"null\n", &[b'['; 100_000]] {
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(read(&path), Err(Error::Damaged { line: 1, .. })), "{bytes:?}");
    }
    assert!(matches!(read(&directory.path().join("missing")), Err(Error::Read { .. })));
}

#[test]
fn an_interrupted_run_is_named_and_what_it_left_is_readable() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("record.jsonl");
    let whole = record();
    let mut recorder = Recorder::create(&target, &whole.header).unwrap();
    recorder.claim(&whole.claims[0]).unwrap();
    let partial = recorder.interrupt().unwrap();
    assert!(!target.exists());
    assert!(matches!(read(&partial), Err(Error::Interrupted { claims: 1, line: 2, .. })));
    assert_eq!(read_interrupted(&partial).unwrap().claims[0].id, "a-claim");
    // cut in the middle of a line, as by a full disk
    let text = std::fs::read(&partial).unwrap();
    std::fs::write(&partial, &text[..text.len() - 20]).unwrap();
    assert!(matches!(read(&partial), Err(Error::Interrupted { claims: 0, .. })));
    assert!(read_interrupted(&partial).unwrap().claims.is_empty());
}

#[test]
fn an_older_record_survives_a_run_that_does_not_finish() {
    let (_directory, path, text) = written();
    let mut recorder = Recorder::create(&path, &record().header).unwrap();
    recorder.claim(&record().claims[0]).unwrap();
    drop(recorder);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn an_unwritable_place_is_an_error_with_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = write(&file.join("record.jsonl"), &record()).unwrap_err();
    assert!(matches!(&error, Error::Write { .. }) && error.to_string().contains("record.jsonl"), "{error}");
}
