//! JUnit XML: a suite per note, a case per claim, `<skipped>` for what is undecided.

use super::terminal::sentence;
use crate::evidence::Finding;
use crate::record::{ClaimEntry, Record};
use crate::verdict::Verdict;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The record as JUnit XML.
///
/// # Errors
/// What the XML writer says; it writes to memory, so that is not to be expected.
pub fn junit(record: &Record) -> Result<String, String> {
    let mut report = Report::new("corrigenda");
    report.set_time(Duration::from_secs_f64(record.timing.total.max(0.0)));
    for note in &record.notes {
        let mut suite = TestSuite::new(sentence(&note.path));
        for claim in record.claims.iter().filter(|c| c.note == note.path) {
            suite.add_test_case(case(record, claim));
        }
        for diagnostic in record.diagnostics.iter().filter(|d| d.file == note.path && d.severity == "error") {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type(diagnostic.code.clone()).set_message(sentence(&diagnostic.message));
            let place = format!("{}:{}", diagnostic.position.line, diagnostic.position.column);
            let mut case = TestCase::new(format!("{} at {place}", diagnostic.code), status);
            case.set_classname(sentence(&note.path));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| error.to_string())
}

fn case(record: &Record, claim: &ClaimEntry) -> TestCase {
    let verdict = Verdict::parse(&claim.verdict);
    let status = if !claim.as_expected {
        let kind = if verdict == Some(Verdict::Conflict) { NonSuccessKind::Error } else { NonSuccessKind::Failure };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(claim.verdict.clone()).set_message(sentence(&claim.because)).set_description(story(claim));
        status
    } else if verdict.is_some_and(Verdict::is_undecided) {
        let mut status = TestCaseStatus::skipped();
        status.set_type(claim.verdict.clone()).set_message(sentence(&claim.because));
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(claim.id.clone(), status);
    case.set_classname(sentence(&claim.note));
    if let Some(seconds) = record.timing.claims.get(&claim.id) {
        case.set_time(Duration::from_secs_f64(seconds.max(0.0)));
    }
    case.extra.insert("file".into(), sentence(claim.file()).into());
    case.extra.insert("line".into(), claim.line.to_string().into());
    case
}

/// The formula, what shows it wrong, and what would be right.
fn story(claim: &ClaimEntry) -> String {
    let mut lines = vec![format!("{}:{}:{}", claim.file(), claim.line, claim.column), claim.tex.clone()];
    lines.extend(claim.evidence.iter().map(|e| match &e.finding {
        Finding::Contradicts { witness } => format!("{} contradicts: {}", e.method, witness.summary),
        finding => format!("{} {}: {}", e.method, finding.word(), e.detail),
    }));
    lines.extend(claim.corrections.iter().map(|c| format!("repaired: {} ({})", c.tex, c.description)));
    lines.iter().map(|line| sentence(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::view::worst_first;

    #[test]
    fn every_claim_is_a_case_and_every_problem_shows() {
        let mut record = fixture::record();
        record.claims.iter_mut().find(|c| c.verdict == "inconclusive").unwrap().as_expected = true;
        let read = Report::deserialize_from_str(&junit(&record).unwrap()).unwrap();
        let errors = record.diagnostics.iter().filter(|d| d.severity == "error").count();
        assert_eq!(read.tests, record.claims.len() + errors);
        let conflicts = record.claims.iter().filter(|c| c.verdict == "conflict").count();
        assert_eq!(read.failures, worst_first(&record).len() - conflicts);
        assert_eq!(read.errors, conflicts + errors);
        let text = junit(&record).unwrap();
        assert!(text.contains("<skipped") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut record = fixture::record();
        record.claims[0].id = "]]><x a=\"'".into();
        record.claims[0].because = "\0\u{1b}</failure>".into();
        record.claims[0].as_expected = false;
        let read = Report::deserialize_from_str(&junit(&record).unwrap()).unwrap();
        assert!(read.test_suites.iter().flat_map(|s| &s.test_cases).any(|c| c.name.as_str() == "]]><x a=\"'"));
    }
}
