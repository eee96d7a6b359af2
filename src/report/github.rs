//! What a GitHub workflow shows: annotations at the lines of the notes, and a step summary.

use super::errata::{plain, sentence};
use super::problem::{Level, Problem, problems};
use super::view::look;
use crate::record::Record;
use crate::record::diff::Difference;
use crate::verdict::Verdict;

/// Annotations of one level that a step may have; the rest is dropped by GitHub without a word.
const ANNOTATIONS: usize = 10;
/// Bytes that a step summary may have.
const SUMMARY: usize = 1024 * 1024;
/// Characters that a comment may have.
const COMMENT: usize = 65_536;

/// Workflow commands, one a line: the worst errors and warnings, and a notice of what was cut.
pub fn annotations(record: &Record) -> String {
    let problems = problems(record);
    let mut out = String::new();
    let mut cut = 0;
    for level in [Level::Error, Level::Warning] {
        let of_level: Vec<&Problem> = problems.iter().filter(|p| p.level == level).collect();
        for problem in of_level.iter().take(ANNOTATIONS) {
            out += &annotation(problem);
        }
        cut += of_level.len().saturating_sub(ANNOTATIONS);
    }
    if cut > 0 {
        out += &format!("::notice title=corrigenda::{cut} more problems are in the step summary\n");
    }
    out
}

fn annotation(problem: &Problem) -> String {
    let mut place =
        format!("file={},line={},col={}", property(&problem.file), problem.start.line, problem.start.column);
    // A region over several lines has no columns.
    match problem.end {
        Some(end) if end.line == problem.start.line => place += &format!(",endColumn={}", end.column),
        Some(end) => {
            place = format!("file={},line={},endLine={}", property(&problem.file), problem.start.line, end.line)
        }
        None => {}
    }
    let name = if problem.claim.is_empty() { &problem.rule } else { &problem.claim };
    format!("::{} {place},title={}::{}\n", problem.level.word(), property(name), data(&problem.message))
}

/// A message as a workflow command takes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, where a comma and a colon would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The step summary: the tally and every problem, worst first, cut to what GitHub takes.
pub fn summary(record: &Record) -> String {
    let mut out = String::from("## Corrigenda\n\n");
    let tally: Vec<String> = record
        .tally()
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(v, n)| format!("{} **{n}** {}", look(*v).1, v.word()))
        .collect();
    out += &format!("{} claims: {}.\n", record.claims.len(), tally.join(", "));
    let problems = problems(record);
    if problems.is_empty() {
        return out + "\nEvery verdict is as its author expects.\n";
    }
    out += "\n| | what | where | why |\n|---|---|---|---|\n";
    let rows = problems.iter().map(|p| {
        let sign = Verdict::parse(&p.rule).map_or(if p.level == Level::Error { "✕" } else { "?" }, |v| look(v).1);
        let name = if p.claim.is_empty() { &p.rule } else { &p.claim };
        format!(
            "| {sign} {} | {} | {}:{} | {} |\n",
            plain(&p.rule),
            plain(name),
            plain(&p.file),
            p.start.line,
            plain(&p.message)
        )
    });
    fill(out, rows.collect(), SUMMARY)
}

/// The comment on a pull request that says what changed.
pub fn comment(differences: &[Difference]) -> String {
    let broken = differences.iter().filter(|d| d.change == crate::record::diff::Change::Broken).count();
    let mut out = match (differences.len(), broken) {
        (0, _) => return "**Corrigenda**: no claim changed.\n".to_owned(),
        (n, 0) => format!("**Corrigenda**: {n} claim{} changed, none is broken.\n", if n == 1 { "" } else { "s" }),
        (n, broken) => {
            format!("**Corrigenda**: {n} claim{} changed, **{broken} broken**.\n", if n == 1 { "" } else { "s" })
        }
    };
    out += "\n| change | claim | before | now | why |\n|---|---|---|---|---|\n";
    let word = |w: &Option<String>| w.clone().unwrap_or_else(|| "–".to_owned());
    let rows = differences.iter().map(|d| {
        let place = d.line.map_or_else(|| plain(&d.note), |line| format!("{}:{line}", plain(&d.note)));
        format!(
            "| {} | {} ({place}) | {} | {} | {} |\n",
            d.change.word(),
            plain(&d.id),
            plain(&word(&d.before)),
            plain(&word(&d.after)),
            sentence(&d.detail)
        )
    });
    fill(out, rows.collect(), COMMENT)
}

/// As many rows as fit, and how many did not.
fn fill(mut out: String, rows: Vec<String>, most: usize) -> String {
    let total = rows.len();
    for (shown, row) in rows.into_iter().enumerate() {
        if out.len() + row.len() + 100 > most {
            return out + &format!("\n{} more rows were cut: the report has them all.\n", total - shown);
        }
        out += &row;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn no_more_annotations_than_a_step_takes() {
        let mut record = fixture::record();
        let bad = record.claims.iter().find(|c| !c.as_expected).unwrap().clone();
        record.claims = (0..30).map(|k| crate::record::ClaimEntry { id: format!("c{k}"), ..bad.clone() }).collect();
        let text = annotations(&record);
        assert_eq!(text.lines().filter(|l| l.starts_with("::error ")).count(), ANNOTATIONS);
        assert!(text.lines().last().unwrap().starts_with("::notice"), "{text}");
        assert!(text.lines().all(|l| l.starts_with("::")), "{text}");
    }

    #[test]
    fn text_cannot_start_a_command_of_its_own() {
        let mut record = fixture::record();
        for claim in &mut record.claims {
            claim.because = "x\n::error::injected\r\n".into();
            claim.note = "a,line=1::b.md".into();
        }
        assert!(annotations(&record).lines().all(|l| !l.starts_with("::error::")));
        assert!(!annotations(&record).contains("file=a,line=1"));
    }

    #[test]
    fn a_summary_says_what_was_cut() {
        let mut record = fixture::record();
        let bad = record.claims.iter().find(|c| !c.as_expected).unwrap().clone();
        let long = "x".repeat(5000);
        record.claims = (0..400)
            .map(|k| crate::record::ClaimEntry {
                id: format!("c{k}"),
                because: long.clone(),
                evidence: vec![],
                ..bad.clone()
            })
            .collect();
        let text = summary(&record);
        assert!(text.len() <= SUMMARY && text.contains("more rows were cut"), "{}", text.len());
    }
}
