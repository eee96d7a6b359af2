//! Corrections that one can send to an author: Markdown, and a LaTeX table.

use super::math::{parts, single_line, untag};
use super::view::citations;
use crate::evidence::Finding;
use crate::record::{ClaimEntry, Record};

/// The refuted claims, in the order of the notes.
pub(crate) fn refuted(record: &Record) -> impl Iterator<Item = &ClaimEntry> {
    record.claims.iter().filter(|c| c.verdict == "refuted")
}

/// The refuted claims that are errors of a text: against what its author expects, quoted from a source, or repaired in the
/// note; and the others, which a note states to show where a formula fails.
pub(crate) fn sorted(record: &Record) -> [Vec<&ClaimEntry>; 2] {
    let is_erratum = |claim: &&ClaimEntry| {
        claim.expect != "refuted" || claim.as_printed == Some(true) || authors_repairs(record, claim).next().is_some()
    };
    let (errata, others) = refuted(record).partition(is_erratum);
    [errata, others]
}

/// What the second part of the errata is called, and what it is.
pub(crate) const ON_PURPOSE: [&str; 2] =
    ["Refuted on purpose", "The notes state these to show where a formula fails. They are no errors of a source."];

/// The claims of the notes that repair this one.
pub(crate) fn authors_repairs<'a>(record: &'a Record, wrong: &'a ClaimEntry) -> impl Iterator<Item = &'a ClaimEntry> {
    record.claims.iter().filter(|c| c.corrects.as_deref() == Some(&wrong.id))
}

/// Errata as Markdown.
pub(crate) fn markdown(record: &Record) -> String {
    let mut out = String::from("# Errata\n");
    let [errata, others] = sorted(record);
    if errata.is_empty() {
        out += "\nNo formula has to be corrected.\n";
    }
    errata.iter().for_each(|claim| out += &entry(record, claim, "Printed"));
    if !others.is_empty() {
        let [title, what] = ON_PURPOSE;
        out += &format!("\n# {title}\n\n{what}\n");
    }
    others.iter().for_each(|claim| out += &entry(record, claim, "Stated"));
    out
}

/// A refuted claim with its repairs and its witness.
fn entry(record: &Record, claim: &ClaimEntry, heading: &str) -> String {
    let mut out = format!("\n## {}\n\n", plain(&claim.id));
    let cited = citations(claim);
    let place = format!("{}:{}", claim.file(), claim.line);
    out += &match cited.is_empty() {
        true => format!("{}\n\n", plain(&place)),
        false => format!("{}, {}\n\n", plain(&cited), plain(&place)),
    };
    out += &format!("{heading}:\n\n{}\n", display(&claim.tex));
    for repair in authors_repairs(record, claim) {
        let id = plain(&repair.id);
        out += &format!("Repaired in the note ({id}, {}):\n\n{}\n", plain(&repair.verdict), display(&repair.tex));
    }
    match claim.corrections.as_slice() {
        [] if authors_repairs(record, claim).next().is_some() => {}
        [] => out += "No simple repair was found that the evidence supports.\n\n",
        repairs => {
            for repair in repairs {
                let (what, why) = (sentence(&repair.description), sentence(&repair.verified));
                out +=
                    &format!("Found by the tool ({what}):\n\n{}\nWhy it is believed: {why}.\n\n", display(&repair.tex));
            }
        }
    }
    if let Some(summary) = witness(claim) {
        out += &format!("Witness: {}\n", sentence(summary));
    }
    out
}

/// Errata as a LaTeX `tabular`; needs `amsmath` and `amssymb`.
pub(crate) fn latex(record: &Record) -> String {
    let mut out =
        String::from("% needs amsmath, amssymb\n\\begin{tabular}{lll}\nPlace & Printed & Read \\\\\n\\hline\n");
    for claim in &sorted(record)[0] {
        let cited = citations(claim);
        let place = if cited.is_empty() { format!("{}:{}", claim.file(), claim.line) } else { cited };
        let formula = |tex: &str| match inline(tex) {
            Some(tex) => format!("$\\displaystyle {tex}$"),
            None => format!("\\texttt{{{}}}", latex_text(&single_line(tex))),
        };
        // the author's own repair goes before what the tool found
        let author = authors_repairs(record, claim).map(|c| c.tex.as_str());
        let repaired = author.chain(claim.corrections.iter().map(|c| c.tex.as_str())).next();
        let repaired = repaired.map_or("---".to_owned(), formula);
        out += &format!("{} & {} & {repaired} \\\\\n", latex_text(&place), formula(&claim.tex));
    }
    out + "\\end{tabular}\n"
}

/// The sentence of the first witness.
pub(crate) fn witness(claim: &ClaimEntry) -> Option<&str> {
    claim.evidence.iter().find_map(|e| match &e.finding {
        Finding::Contradicts { witness } => Some(witness.summary.as_str()),
        _ => None,
    })
}

/// A displayed formula in Markdown. A fence is safe where dollars are not.
pub(crate) fn display(tex: &str) -> String {
    let (tex, _) = untag(tex);
    let lines: Vec<&str> = tex.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let tex = lines.join("\n");
    if tex.contains("```") {
        return format!("{}\n", plain(&tex));
    }
    format!("```math\n{tex}\n```\n")
}

/// Text that stays text in Markdown, also in a table cell.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in single_line(text).chars() {
        match c {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '$' | '~' => out.extend(['\\', c]),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A sentence of a record in Markdown: text stays text, formulas between dollars stay formulas.
pub(crate) fn sentence(text: &str) -> String {
    let part = |(is_formula, part): (bool, &str)| match inline(part).filter(|_| is_formula) {
        Some(tex) => format!("${}$", cell(&tex)),
        None => plain(part),
    };
    parts(text).into_iter().map(part).collect()
}

/// TeX in a table cell or a sentence: a bar would end the cell, and an angle bracket could begin a tag.
pub(crate) fn cell(tex: &str) -> String {
    tex.replace(r"\|", r"\Vert ").replace('|', r"\vert ").replace('<', r"\lt ").replace('>', r"\gt ")
}

/// TeX that can stand between dollars: one line, braces balanced, no dollar, no comment.
pub(crate) fn inline(tex: &str) -> Option<String> {
    let tex = single_line(&untag(tex).0);
    let mut depth = 0i64;
    let mut escaped = false;
    for c in tex.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' if depth == 0 => return None,
            '}' => depth -= 1,
            '$' | '%' | '#' | '`' => return None,
            _ => {}
        }
    }
    (depth == 0 && !escaped && !tex.is_empty()).then_some(tex)
}

fn latex_text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out += r"\textbackslash{}",
            '~' => out += r"\textasciitilde{}",
            '^' => out += r"\textasciicircum{}",
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn every_refuted_claim_is_listed_with_its_repair() {
        let mut record = fixture::record();
        let id = refuted(&record).next().unwrap().id.clone();
        let purposely = |record: &Record| markdown(record).contains(ON_PURPOSE[0]);
        assert!(refuted(&record).count() > 1 && !purposely(&record));
        for on_purpose in [false, true] {
            let (markdown, latex) = (markdown(&record), latex(&record));
            for claim in refuted(&record) {
                assert!(markdown.contains(&plain(&claim.id)));
                assert!(markdown.contains(&claim.corrections[0].tex));
                // Only what is an error of a text goes to its author.
                assert_eq!(latex.contains(&claim.corrections[0].tex), !(on_purpose && claim.id == id));
            }
            assert_eq!(latex.matches(r"\\").count(), 1 + refuted(&record).count() - usize::from(on_purpose));
            assert!(!markdown.contains("<script") && purposely(&record) == on_purpose);
            // The same formula, but no quotation, expected to fail, and repaired by nobody.
            record.claims.iter_mut().for_each(|c| c.corrects = c.corrects.take().filter(|wrong| *wrong != id));
            let claim = record.claims.iter_mut().find(|c| c.id == id).unwrap();
            (claim.expect, claim.as_printed) = ("refuted".into(), None);
        }
    }

    #[test]
    fn hostile_tex_stays_in_its_cell() {
        for tex in [r"a} \input{/etc/passwd} {", r"$ \write18{rm} $", "x % y", r"a \\ \end", "{", r"\"] {
            if let Some(cell) = inline(tex) {
                assert!(!cell.contains('$') && !cell.contains('%'), "{cell}");
            }
        }
        assert_eq!(inline("a}{b"), None);
        assert_eq!(inline(r"\{a\}").as_deref(), Some(r"\{a\}"));
        assert_eq!(plain("a|b <i> *x* [l](y)\n$z$"), r"a\|b &lt;i&gt; \*x\* \[l\](y) \$z\$");
    }
}
