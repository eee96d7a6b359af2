//! The committed report is about the committed notes. `.ci/run` compares the verdicts of a fresh run.

use crate::library;
use corrigenda::claim::Expectation;

#[test]
fn every_claim_is_in_the_committed_report_with_its_expected_verdict() {
    let readme = library::path("reports/README.md");
    let report = std::fs::read_to_string(&readme)
        .unwrap_or_else(|e| panic!("{}: {e}; `cargo run --release -- check` writes it", readme.display()));
    let rows: Vec<&str> = report.lines().filter(|line| line.starts_with("| ")).collect();
    let (mut problems, mut claimed) = (Vec::new(), 0);
    for (name, text) in library::derivations() {
        for claim in library::read(&name, &text).0 {
            claimed += 1;
            let row: Vec<&&str> = rows.iter().filter(|row| row.contains(&format!("| [{}](", claim.id))).collect();
            let [row] = row[..] else {
                problems.push(format!("{name}: {} has {} rows", claim.id, row.len()));
                continue;
            };
            let verdict = row.trim_start_matches("| ").split(" | ").next().unwrap();
            let is_refuted = verdict.contains("refuted");
            if verdict.contains("conflict") || is_refuted != (claim.expect == Expectation::Refuted) {
                problems.push(format!("{name}: {} is {verdict} in the report", claim.id));
            }
        }
    }
    assert!(problems.is_empty(), "{}\n`cargo run --release -- check` draws it again", problems.join("\n"));
    assert!(report.contains(&format!("{claimed} claims: ")), "the report has claims that no note has");
}
