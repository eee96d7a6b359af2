//! A note's Markdown as sanitised HTML. A note is hostile input: its HTML goes through an allow list, and formulas are
//! put in afterwards, through placeholders that work in text alone and never inside a tag.

use super::math::Math;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// Brackets of a placeholder: private-use characters, which are taken out of the note first.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A part of a note that is replaced by markup of our own: a displayed formula with its margin note.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Byte range in the note's text.
    pub(crate) start: usize,
    /// Its end.
    pub(crate) end: usize,
    /// What stands there in the page; flow content, already safe.
    pub(crate) markup: String,
}

/// Renders `text` with `blocks` in the place of their ranges. Links to files in `links` lead to their pages; other
/// relative links, images and everything outside the allow list are dropped.
pub(crate) fn render(text: &str, blocks: &[Block], links: &BTreeMap<String, String>, math: &Math) -> String {
    let options = Options::ENABLE_MATH
        | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_SMART_PUNCTUATION;
    let (source, mut insertions) = with_placeholders(text, blocks);
    let source = with_bracketed_math(&source, options, &mut insertions, math);
    let mut images = 0usize;
    let events = Parser::new_ext(&source, options).map(|event| match event {
        Event::InlineMath(tex) => {
            Event::Text(placeholder(&mut insertions, Insertion::Inline(math.inline(&tex))).into())
        }
        Event::DisplayMath(tex) => {
            let markup = format!("<div class=\"display\">{}</div>", math.display(&tex).markup);
            Event::Text(placeholder(&mut insertions, Insertion::Block(markup)).into())
        }
        // a picture would be a request to somewhere else: its description stays
        Event::Start(Tag::Image { .. }) => {
            images += 1;
            Event::Text("[picture: ".into())
        }
        Event::End(TagEnd::Image) => {
            images = images.saturating_sub(1);
            Event::Text("]".into())
        }
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = links.get(dest_url.as_ref()).map_or(dest_url, |page| page.clone().into());
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events);
    insert(&sanitise(&html, links), &insertions)
}

enum Insertion {
    Inline(String),
    Block(String),
}

fn placeholder(insertions: &mut Vec<Insertion>, insertion: Insertion) -> String {
    insertions.push(insertion);
    format!("{OPEN}{}{CLOSE}", insertions.len() - 1)
}

/// The text with every block replaced by a placeholder, and the private-use characters of the note itself by U+FFFD.
fn with_placeholders(text: &str, blocks: &[Block]) -> (String, Vec<Insertion>) {
    let clean = |part: &str| part.replace([OPEN, CLOSE], "\u{fffd}");
    let (mut out, mut insertions, mut at) = (String::new(), Vec::new(), 0);
    for block in blocks {
        // a record is data, not a promise: ranges that do not fit are left as they are
        let (Some(before), Some(_)) = (text.get(at..block.start), text.get(block.start..block.end)) else { continue };
        out += &clean(before);
        out += &placeholder(&mut insertions, Insertion::Block(block.markup.clone()));
        at = block.end;
    }
    out += &clean(text.get(at..).unwrap_or(""));
    (out, insertions)
}

/// The text with every `\(…\)` of a paragraph replaced by a placeholder. Markdown knows only dollars, and takes the
/// backslash for an escape.
fn with_bracketed_math(text: &str, options: Options, insertions: &mut Vec<Insertion>, math: &Math) -> String {
    let verbatim: Vec<Range<usize>> = Parser::new_ext(text, options)
        .into_offset_iter()
        .filter(|(event, _)| {
            matches!(
                event,
                Event::Code(_)
                    | Event::Start(Tag::CodeBlock(_))
                    | Event::Html(_)
                    | Event::InlineHtml(_)
                    | Event::InlineMath(_)
                    | Event::DisplayMath(_)
            )
        })
        .map(|(_, range)| range)
        .collect();
    let (mut out, mut at, mut from) = (String::with_capacity(text.len()), 0, 0);
    while let Some(open) = text[from..].find("\\(").map(|n| n + from) {
        from = open + 2;
        let backslashes = text[..open].bytes().rev().take_while(|b| *b == b'\\').count();
        if backslashes % 2 == 1 || verbatim.iter().any(|range| range.contains(&open)) {
            continue;
        }
        let Some(close) = text[from..].find("\\)").map(|n| n + from) else { break };
        let tex = &text[from..close];
        if tex.contains("\n\n") || tex.contains([OPEN, '`']) {
            continue;
        }
        out += &text[at..open];
        out += &placeholder(insertions, Insertion::Inline(math.inline(tex)));
        at = close + 2;
        from = at;
    }
    out + &text[at..]
}

/// Relative links that may stay: to pages of the site, and within a page.
struct Pages(HashSet<String>);

impl ammonia::UrlRelativeEvaluate<'_> for Pages {
    fn evaluate<'url>(&self, url: &'url str) -> Option<Cow<'url, str>> {
        (self.0.contains(url) || url.starts_with('#')).then_some(Cow::Borrowed(url))
    }
}

fn sanitise(html: &str, links: &BTreeMap<String, String>) -> String {
    let pages: HashSet<String> = links.values().cloned().collect();
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .rm_tags(["img", "map", "area"])
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_relative(ammonia::UrlRelative::Custom(Box::new(Pages(pages))));
    cleaner.clean(html).to_string()
}

/// Puts the insertions into sanitised HTML: in text only, and block markup outside paragraphs.
fn insert(html: &str, insertions: &[Insertion]) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let mut rest = html;
    let (mut in_tag, mut quote, mut paragraph) = (false, None, false);
    while let Some(c) = rest.chars().next() {
        if c == OPEN {
            let number: Option<(usize, &str)> =
                rest[OPEN.len_utf8()..].split_once(CLOSE).and_then(|(n, tail)| n.parse().ok().map(|n| (n, tail)));
            if let Some((number, tail)) = number {
                match insertions.get(number) {
                    Some(_) if in_tag => {}
                    Some(Insertion::Inline(markup)) => out += markup,
                    Some(Insertion::Block(markup)) if paragraph => out += &format!("</p>{markup}<p>"),
                    Some(Insertion::Block(markup)) => out += markup,
                    None => {}
                }
                rest = tail;
                continue;
            }
        }
        match (in_tag, quote, c) {
            (false, _, '<') => {
                in_tag = true;
                if rest.starts_with("<p>") || rest.starts_with("<p ") {
                    paragraph = true;
                } else if rest.starts_with("</p>") {
                    paragraph = false;
                }
            }
            (true, None, '>') => in_tag = false,
            (true, None, '"' | '\'') => quote = Some(c),
            (true, Some(q), c) if q == c => quote = None,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out.replace("<p></p>", "").replace("<p>\n</p>", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> String {
        let links = BTreeMap::from([("other.md".to_owned(), "note-other.html".to_owned())]);
        render(text, &[], &links, &Math::new())
    }

    #[test]
    fn formulas_and_blocks_take_their_places() {
        let text = "Let $x$ be\n\n- so\n\n  $$ y $$\n\nand $$ z $$ then.\n";
        let block = |needle: &str| {
            let start = text.find(needle).unwrap();
            Block { start, end: start + needle.len(), markup: format!("<div>{}</div>", needle.len()) }
        };
        let html = render(text, &[block("$$ y $$"), block("$$ z $$")], &BTreeMap::new(), &Math::new());
        assert_eq!(html.matches("<div>7</div>").count(), 2, "{html}");
        assert!(html.contains("<math") && html.contains("and </p><div>7</div><p> then."), "{html}");
    }

    #[test]
    fn links_lead_to_pages_or_out_but_nowhere_else() {
        let html = page("[a](other.md) [b](https://example.org/x) [c](../../etc/passwd) [d](#here)");
        assert!(html.contains("href=\"note-other.html\"") && html.contains("href=\"https://example.org/x\""), "{html}");
        assert!(!html.contains("passwd") && html.contains("href=\"#here\""), "{html}");
    }

    #[test]
    fn bracketed_mathematics_is_mathematics_but_not_in_code() {
        let html = page(r"Let \(x^2\) and `\(y\)` and \\(z\\) and \(open.");
        assert_eq!(html.matches("<math").count(), 1, "{html}");
        assert!(html.contains("<code>\\(y\\)</code>") && html.contains("(open"), "{html}");
    }

    /// One line per trick, after the OWASP filter-evasion list.
    const TRICKS: &[&str] = &[
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//x.example/a.js></SCRIPT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<IMG SRC=\"jav&#x09;ascript:alert(1);\">",
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<math href=\"javascript:alert(1)\">x</math>",
        "<iframe src=\"https://x.example\"></iframe>",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
        "<embed src=\"x.swf\">",
        "<base href=\"https://x.example/\">",
        "<meta http-equiv=refresh content=\"0;url=https://x.example\">",
        "<link rel=stylesheet href=\"https://x.example/a.css\">",
        "<style>@import 'https://x.example/a.css';</style>",
        "<div style=\"background:url(javascript:alert(1))\">x</div>",
        "<form action=\"https://x.example\"><button formaction=\"javascript:alert(1)\">x</button></form>",
        "<input autofocus onfocus=alert(1)>",
        "<details open ontoggle=alert(1)>x</details>",
        "<video><source onerror=alert(1)></video>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" &#14; javascript:alert(1)\">x</a>",
        "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
        "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
        "<a href=\"vbscript:msgbox(1)\">x</a>",
        "[x](javascript:alert(1))",
        "[x](<java\nscript:alert(1)>)",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "![x](x\"onerror=\"alert(1))",
        "![$\\text{\" onerror=alert(1) y=\"}$](x)",
        "[y](x \"$\\text{\\\" onclick=alert(1) }$\")",
        "<a title=\"\u{e000}0\u{e001}\" href=\"#\">$\\text{\" onclick=alert(1) }$</a>",
        "$\\text{</math><script>alert(1)</script>}$",
        "`</code><script>alert(1)</script>`",
        "```\"><script>alert(1)</script>\nx\n```",
        "<!-- --><script>alert(1)</script> -->",
        "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
        "<p id=\"location\" class=\"verdict\" name=\"body\">clobber</p>",
        "<textarea></textarea><script>alert(1)</script>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><script>alert(1)</script></template>",
        "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    ];

    /// The tags of a page, lower case, with what is between their brackets; quoted values are blanked.
    fn tags(html: &str) -> Vec<String> {
        let (mut tags, mut current, mut quote) = (Vec::new(), None::<String>, None);
        for c in html.chars() {
            match (&mut current, quote) {
                (None, _) if c == '<' => current = Some(String::new()),
                (None, _) => {}
                (Some(tag), None) if c == '>' => {
                    tags.push(tag.to_lowercase());
                    current = None;
                }
                (Some(tag), None) => {
                    if c == '"' || c == '\'' {
                        quote = Some(c);
                    }
                    tag.push(c);
                }
                (Some(tag), Some(q)) if c == q => {
                    quote = None;
                    tag.push(c);
                }
                (Some(_), Some(_)) => {}
            }
        }
        tags
    }

    #[test]
    fn no_trick_reaches_the_page() {
        for trick in TRICKS {
            let html = page(&format!("Before.\n\n{trick}\n\nAfter."));
            assert!(html.contains("Before"), "{trick}: {html}");
            for tag in tags(&html) {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or("").to_owned();
                let forbidden = [
                    "script", "iframe", "object", "embed", "base", "meta", "link", "style", "form", "input", "button",
                    "svg", "img", "video", "source", "textarea", "template", "noscript", "mglyph",
                ];
                assert!(!forbidden.contains(&name.as_str()), "{trick}: <{tag}>");
                let attributes: Vec<&str> = tag.split_whitespace().skip(1).collect();
                assert!(!attributes.iter().any(|a| a.starts_with("on") || a.starts_with("style")), "{trick}: <{tag}>");
                assert!(!attributes.iter().any(|a| a.starts_with("id=") || a.starts_with("name=")), "{trick}: <{tag}>");
            }
            let lower = html.to_lowercase();
            for scheme in ["href=\"javascript:", "href=\"data:", "href=\"vbscript:", "src=\"", "href=\"//"] {
                assert!(!lower.contains(scheme), "{trick}: {html}");
            }
        }
    }
}
