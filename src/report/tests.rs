use super::*;
use std::collections::BTreeSet;

fn text(page: &Page) -> &str {
    std::str::from_utf8(&page.bytes).expect("a text page")
}

fn all() -> Vec<Page> {
    let record = fixture::record();
    [site(&record, None), markdown(&record)].concat()
}

#[test]
fn every_page_is_drawn() {
    for page in all() {
        assert!(!text(&page).contains("could not be drawn"), "{}:\n{}", page.path, text(&page));
    }
}

/// Writes the pages to `$CORRIGENDA_PAGES`, to be looked at in a browser.
#[test]
fn pages_can_be_looked_at() {
    #[expect(clippy::disallowed_methods, reason = "where a developer wants to look at the pages")]
    let Some(directory) = std::env::var_os("CORRIGENDA_PAGES") else { return };
    for page in all() {
        let path = std::path::Path::new(&directory).join(&page.path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, &page.bytes).expect("a file");
    }
}

#[test]
fn paths_stay_inside_and_are_unique() {
    let pages = all();
    let paths: BTreeSet<&str> = pages.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths.len(), pages.len(), "{paths:?}");
    for path in paths {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
        assert!(path.chars().all(plain) && !path.contains("..") && !path.starts_with('/'), "{path}");
    }
}

#[test]
fn notes_with_the_names_of_our_own_pages_do_not_replace_them() {
    let mut record = fixture::record();
    for (note, path) in record.notes.iter_mut().zip(["a/errata.md", "a/README.md", "b/errata.md"]) {
        note.path = path.into();
    }
    let pages = [site(&record, None), markdown(&record)].concat();
    let paths: BTreeSet<String> = pages.iter().map(|p| p.path.to_lowercase()).collect();
    assert_eq!(paths.len(), pages.len(), "{paths:?}");
}

#[test]
fn hostile_text_reaches_no_page() {
    for page in all() {
        let lower = text(&page).to_lowercase().replace("<script src=\"page.js\" defer></script>", "");
        if page.path.ends_with(".js") || page.path.ends_with(".css") || page.path.ends_with(".tex") {
            continue;
        }
        // in Markdown a formula is fenced: its text cannot start anything
        let lower: String = lower.split("```").step_by(if page.path.ends_with(".md") { 2 } else { 1 }).collect();
        for bad in [
            "<script",
            "<iframe",
            "<img",
            "onerror=alert(2)>",
            "href=\"javascript",
            "<svg onload",
            "<svg/onload",
            "<b>1</b>",
        ] {
            assert!(!lower.contains(bad), "{bad} in {}", page.path);
        }
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let record = fixture::record();
    let pages = site(&record, None);
    for page in pages.iter().filter(|p| p.path.ends_with(".html")) {
        for href in text(page).split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let (file, anchor) = href.split_once('#').unwrap_or((href, ""));
            if href.contains("://") {
                continue;
            }
            let target = if file.is_empty() { page.path.clone() } else { format!("site/{file}") };
            let target = pages.iter().find(|p| p.path == target).unwrap_or_else(|| panic!("{}: {href}", page.path));
            assert!(anchor.is_empty() || text(target).contains(&format!("id=\"{anchor}\"")), "{}: {href}", page.path);
        }
    }
}

#[test]
fn every_claim_has_its_verdict_and_formula_on_its_page() {
    let record = fixture::record();
    let pages = site(&record, None);
    let claim = record.claim("wiener-mse").unwrap();
    let page = pages.iter().find(|p| p.path == "site/note-wiener.html").unwrap();
    let html = text(page);
    for needle in
        ["id=\"claim-wiener-mse\"", "supported", "<munderover>", "(6.4.7)", "<svg", "corrigenda check", "18 wrong"]
    {
        assert!(html.contains(needle), "{needle}");
    }
    assert!(html.contains(&claim.because) && html.contains("not claimed"));
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|r| r.split('"').next()).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "element ids are unique: {ids:?}");
}

#[test]
fn markdown_is_the_same_whatever_the_clock_says() {
    let record = fixture::record();
    let slow = Record { timing: crate::record::Timing::default(), ..record.clone() };
    assert_eq!(markdown(&record), markdown(&slow));
}

#[test]
fn an_empty_record_still_gives_a_report() {
    let empty = Record { notes: vec![], claims: vec![], equations: vec![], diagnostics: vec![], ..fixture::record() };
    let pages = [site(&empty, None), markdown(&empty)].concat();
    assert!(pages.iter().any(|p| text(p).contains("No claim was checked")));
}

#[test]
fn a_record_that_lies_about_places_is_drawn_all_the_same() {
    let mut record = fixture::record();
    for note in &mut record.notes {
        for (i, formula) in note.formulas.iter_mut().enumerate() {
            (formula.start, formula.end) = [(5, 2), (0, usize::MAX), (usize::MAX, 3), (17, 18)][i % 4];
        }
    }
    assert!(site(&record, None).len() > 5);
}

#[test]
fn thousand_claims_stay_small() {
    let mut record = fixture::record();
    let claim = record.claim("wiener-mse").unwrap().clone();
    record.claims =
        (0..1000).map(|i| crate::record::ClaimEntry { id: format!("claim-{i}"), ..claim.clone() }).collect();
    record.notes.truncate(1);
    record.notes[0].formulas[0].claims = vec![];
    let pages = site(&record, None);
    let overview = pages.iter().find(|p| p.path == "site/index.html").unwrap();
    assert!(overview.bytes.len() < 5_000_000, "{}", overview.bytes.len());
}

#[test]
fn our_own_notes_are_shown_as_formulas_throughout() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("derivations");
    let files = walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok);
    let mut seen = 0;
    for file in files.filter(|f| f.path().extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(file.path()).expect("a note");
        let body = text.splitn(3, "+++").nth(2).unwrap_or(&text);
        let html = prose::render(body, &[], &std::collections::BTreeMap::new(), &math::Math::new());
        if let Some(at) = html.find("<code class=\"tex\"") {
            panic!("{}: {}", file.path().display(), html[at..].chars().take(200).collect::<String>());
        }
        seen += html.matches("<math").count();
    }
    assert!(seen > 50, "{seen}");
}
