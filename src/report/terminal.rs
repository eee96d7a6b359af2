//! Verdict lines for a terminal. Text of a note is hostile here too: control characters never reach the terminal.

use super::math::parts;
use crate::evidence::Finding;
use crate::record::diff::Difference;
use crate::record::{ClaimEntry, Record};
use crate::verdict::Verdict;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How lines are laid out.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// ANSI colours.
    pub colour: bool,
    /// Columns of the terminal; lines are cut to fit, never below 40.
    pub width: usize,
    /// Columns kept for the claim's id.
    pub id: usize,
}

impl Style {
    /// A style whose id column fits these ids, up to a third of the width.
    pub fn fitting<'a>(colour: bool, width: usize, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let width = width.max(40);
        let longest = ids.into_iter().map(UnicodeWidthStr::width).max().unwrap_or(0);
        Self { colour, width, id: longest.clamp(8, (width / 3).max(12)) }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// One line: mark, verdict, id, why; slow claims (a second or more) end with their time.
pub fn verdict(claim: &ClaimEntry, seconds: Option<f64>, style: &Style) -> String {
    let mark = if claim.as_expected { Verdict::parse(&claim.verdict).map_or("?", sign) } else { "✗" };
    let word = style.paint(colour(claim), &format!("{mark} {:<12}", claim.verdict));
    let time = seconds.filter(|s| *s >= 1.0).map_or(String::new(), |s| format!("  {s:.1} s"));
    let mut rest = sentence(&claim.because);
    if claim.verdict == "refuted" && claim.as_expected {
        rest = format!("as expected: {rest}");
    }
    let used = 14 + 1 + style.id + 2 + time.width();
    let room = style.width.saturating_sub(used);
    let id = pad(&cut(&plain(&claim.id), style.id), style.id);
    let line = format!("{word} {id}  {}", cut(&rest, room));
    format!("{}{}", line.trim_end(), style.paint("2", &time))
}

/// The claims whose verdict is not as expected, worst first, each with place, witness and repair in at most three lines
/// after its heading. Empty if there are none.
pub fn unexpected(record: &Record, style: &Style) -> String {
    let mut out = String::new();
    for claim in super::view::worst_first(record) {
        out += &heading(claim, style);
        for line in within(LINES, explanation(claim), style) {
            out += &line;
        }
    }
    out
}

/// The undecided claims that are not against expectation, each with its reason and what would decide it in at most three
/// lines after its heading. Empty if there are none.
pub fn undecided(record: &Record, style: &Style) -> String {
    let is_open = |c: &&ClaimEntry| c.as_expected && Verdict::parse(&c.verdict).is_some_and(Verdict::is_undecided);
    let mut out = String::new();
    for claim in record.claims.iter().filter(is_open) {
        out += &heading(claim, style);
        // of several checks the last one came nearest: plans go from the general to the particular
        let last = claim.evidence.iter().rev().find_map(|e| match &e.finding {
            Finding::Undecided { reason, explanation } => Some((reason, explanation)),
            _ => None,
        });
        let lines = match last {
            Some((reason, explanation)) => {
                vec![("why", explanation.clone()), ("decides", reason.remedy().to_owned())]
            }
            None => vec![("why", claim.because.clone())],
        };
        for line in within(LINES, lines, style) {
            out += &line;
        }
    }
    out
}

/// Lines that a claim gets after its heading when it is repeated at the end.
const LINES: usize = 3;

/// Verdict, id and, if there is room, the place.
fn heading(claim: &ClaimEntry, style: &Style) -> String {
    let place = format!("{}:{}:{}", plain(claim.file()), claim.line, claim.column);
    let id = cut(&plain(&claim.id), style.width.saturating_sub(claim.verdict.width() + 1));
    let heading = format!("{} {}", style.paint(colour(claim), &claim.verdict), style.paint("1", &id));
    let room = style.width.saturating_sub(claim.verdict.width() + id.width() + 3);
    match room {
        0..=11 => format!("{heading}\n"),
        _ => format!("{heading}  {}\n", style.paint("2", &cut(&place, room))),
    }
}

/// Labelled sentences in at most so many lines: each gets one, and the first that is too long the lines to spare.
fn within(lines: usize, labelled: Vec<(&'static str, String)>, style: &Style) -> Vec<String> {
    let room = style.width.saturating_sub(11);
    let mut spare = lines.saturating_sub(labelled.len());
    let mut out = Vec::new();
    for (label, text) in labelled {
        let mut wrapped = wrap(&sentence(&text), room, 1 + spare).into_iter();
        out.push(format!("  {label:<8} {}\n", wrapped.next().unwrap_or_default()));
        for line in wrapped {
            spare -= 1;
            out.push(format!("{:11}{line}\n", ""));
        }
    }
    out
}

/// At most three labelled sentences: the formula, what shows it wrong (or why it is open), the repair.
fn explanation(claim: &ClaimEntry) -> Vec<(&'static str, String)> {
    let mut lines = vec![("formula", one_line(&claim.tex))];
    let witness = claim.evidence.iter().find_map(|e| match &e.finding {
        Finding::Contradicts { witness } => Some(witness.summary.clone()),
        _ => None,
    });
    match witness {
        Some(summary) => lines.push(("witness", summary)),
        None if claim.expect == "refuted" => lines.push(("why", format!("quoted as wrong, but {}", claim.because))),
        None => lines.push(("why", claim.because.clone())),
    }
    if let Some(best) = claim.corrections.first() {
        lines.push(("repair", format!("{}   ({})", one_line(&best.tex), sentence(&best.description))));
    }
    lines
}

/// One line of counts, e.g. `38 claims: 21 proved, 12 supported, 5 refuted as expected · 2 not as expected`.
pub fn tally(record: &Record, style: &Style) -> String {
    let mut parts = Vec::new();
    for (verdict, count) in record.tally().into_iter().filter(|(_, n)| *n > 0) {
        let expected = record.claims.iter().filter(|c| c.verdict == verdict.word() && c.as_expected).count();
        let suffix = if verdict == Verdict::Refuted && expected == count { " as expected" } else { "" };
        parts.push(style.paint(tone(verdict), &format!("{count} {}{suffix}", verdict.word())));
    }
    let claims = record.claims.len();
    let mut line = format!("{claims} claim{}", if claims == 1 { "" } else { "s" });
    if !parts.is_empty() {
        line += &format!(": {}", parts.join(", "));
    }
    let unexpected = record.unexpected().count();
    if unexpected > 0 {
        line += &format!(" · {}", style.paint("1;31", &format!("{unexpected} not as expected")));
    }
    let (killed, wrong) = record.sharpness();
    // Rounded down: 100 % is said only of all.
    if let Some(percent) = (100 * killed).checked_div(wrong) {
        line += &format!(" · {}", style.paint("2", &format!("sharpness {percent} %")));
    }
    let errors = record.diagnostics.iter().filter(|d| d.severity == "error").count();
    if errors > 0 {
        line +=
            &format!(" · {}", style.paint("1;31", &format!("{errors} error{}", if errors == 1 { "" } else { "s" })));
    }
    line
}

/// A whole record, note by note: what `check` has printed while it ran.
pub fn record(record: &Record, style: &Style) -> String {
    let mut out = String::new();
    for note in &record.notes {
        let claims: Vec<&ClaimEntry> = record.claims.iter().filter(|c| c.note == note.path).collect();
        out += &format!("{}\n", style.paint("1", &cut(&plain(&note.path), style.width)));
        if claims.is_empty() {
            out += &style.paint("2", "  no claim that could be checked");
            out.push('\n');
        }
        for claim in claims {
            out += &verdict(claim, record.timing.claims.get(&claim.id).copied(), style);
            out.push('\n');
        }
        out.push('\n');
    }
    for (title, repeated) in [("Undecided", undecided(record, style)), ("Not as expected", unexpected(record, style))] {
        if !repeated.is_empty() {
            out += &format!("{}\n{repeated}\n", style.paint("1", title));
        }
    }
    out + &tally(record, style) + "\n"
}

/// Differences between two runs, one line each, worst first.
pub fn differences(differences: &[Difference], width: usize) -> String {
    let longest = differences.iter().map(|d| d.id.width()).max().unwrap_or(0).min(width.max(40) / 3);
    let mut out = String::new();
    for d in differences {
        let change = match (&d.before, &d.after) {
            (Some(before), Some(after)) if before != after => format!("{before} → {after}: "),
            _ => String::new(),
        };
        let line = format!(
            "{:<8} {}  {change}{}",
            d.change.word(),
            pad(&cut(&plain(&d.id), longest), longest),
            sentence(&d.detail)
        );
        out += &format!("{}\n", cut(&line, width.max(40)));
    }
    out
}

const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "■",
        Verdict::Supported => "●",
        Verdict::Refuted => "✗",
        Verdict::Conflict => "!",
        _ => "?",
    }
}

const fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "32",
        Verdict::Supported => "36",
        Verdict::Refuted | Verdict::Conflict => "31",
        _ => "33",
    }
}

/// A refutation that the author expects is good news.
fn colour(claim: &ClaimEntry) -> &'static str {
    match Verdict::parse(&claim.verdict) {
        Some(Verdict::Refuted) if claim.as_expected => "32",
        Some(verdict) if claim.as_expected => tone(verdict),
        Some(verdict) if verdict.is_undecided() => "1;33",
        _ => "1;31",
    }
}

/// Text without control characters and without characters that reorder what is read.
fn plain(text: &str) -> String {
    let reorders = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !reorders(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A sentence of a record without the dollars around its formulas.
pub(super) fn sentence(text: &str) -> String {
    plain(&parts(text).into_iter().map(|(_, part)| part).collect::<String>())
}

/// The text in at most `lines` lines of `width` columns, broken at spaces; cut if that is not enough.
fn wrap(text: &str, width: usize, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.peek() {
        let last = out.len() - 1;
        let line = &mut out[last];
        if line.is_empty() || line.width() + 1 + word.width() <= width {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            words.next();
        } else if last + 1 < lines {
            out.push(String::new());
        } else {
            let rest: Vec<&str> = words.collect();
            *line = format!("{line} {}", rest.join(" "));
            break;
        }
    }
    out.iter().map(|line| cut(line, width)).collect()
}

fn one_line(tex: &str) -> String {
    tex.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text in at most `width` columns, ending in `…` if something was left out.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut out, mut used) = (String::new(), 0);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn style(width: usize) -> Style {
        let record = fixture::record();
        Style::fitting(false, width, record.claims.iter().map(|c| c.id.as_str()))
    }

    #[test]
    fn lines_keep_within_the_width_and_align() {
        for width in [40, 80, 120] {
            let style = style(width);
            let text = record(&fixture::record(), &style);
            for line in text.lines().filter(|l| !l.contains("claims:")) {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
        let record = fixture::record();
        let style = style(120);
        for claim in &record.claims {
            let line = verdict(claim, None, &style);
            let head = &line[..line.find(&claim.id).unwrap()];
            assert_eq!(head.width(), 15, "{line}");
        }
    }

    #[test]
    fn unexpected_ones_come_with_witness_and_repair_in_three_lines() {
        let text = unexpected(&fixture::record(), &style(100));
        assert!(text.contains("witness") && text.contains("repair"), "{text}");
        let bodies = text.lines().filter(|l| l.starts_with("  ")).count();
        let heads = text.lines().filter(|l| !l.starts_with("  ")).count();
        assert_eq!(heads, fixture::record().unexpected().count());
        assert!(bodies <= 3 * heads);
    }

    #[test]
    fn undecided_ones_come_with_a_reason_and_what_would_decide_it() {
        let mut record = fixture::record();
        let open = record.claims.iter_mut().find(|c| c.verdict == "vacuous").unwrap();
        open.as_expected = true;
        open.evidence = vec![crate::evidence::Evidence {
            method: "enclosure".into(),
            link: 0,
            finding: Finding::Undecided {
                reason: crate::evidence::StopReason::NoAdmissiblePoint,
                explanation: "no admissible point found: 200 draws, of which none meets every condition".into(),
            },
            detail: String::new(),
            facts: Vec::new(),
            estimates: Vec::new(),
            figures: Vec::new(),
        }];
        let text = undecided(&record, &style(60));
        assert!(text.contains("why") && text.contains("decides"), "{text}");
        let bodies = text.lines().filter(|l| l.starts_with("  ")).count();
        let heads = text.lines().filter(|l| !l.starts_with("  ")).count();
        assert!(heads > 0 && bodies <= LINES * heads, "{text}");
    }

    #[test]
    fn sentences_wrap_at_spaces_and_lose_their_dollars() {
        assert_eq!(sentence(r"At $\sigma$ = 1/2, costs 5 $"), r"At $\sigma$ = 1/2, costs 5 $");
        assert_eq!(sentence(r"At $\sigma$ = 1/2"), r"At \sigma = 1/2");
        assert_eq!(wrap("one two three four", 8, 2), ["one two", "three f…"]);
        assert_eq!(wrap("one two", 20, 3), ["one two"]);
        assert_eq!(wrap("incomprehensible", 8, 3), ["incompr…"]);
    }

    #[test]
    fn escape_sequences_of_a_note_do_not_reach_the_terminal() {
        let mut entry = fixture::record().claims[0].clone();
        entry.because = "\x1b[2J\u{9b}31mgone\u{202e}".into();
        let line = verdict(&entry, None, &style(80));
        assert!(!line.contains(['\x1b', '\u{9b}', '\u{202e}']), "{line:?}");
    }

    #[test]
    fn colour_only_if_asked() {
        assert!(!record(&fixture::record(), &style(80)).contains('\x1b'));
        let style = Style { colour: true, ..style(80) };
        assert!(record(&fixture::record(), &style).contains("\x1b[32m"));
    }
}
