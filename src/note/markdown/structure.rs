//! Code, inline mathematics, quotations and headings: what the Markdown parser says about a text.

use super::Located;
use crate::latex::macros::{Definition, definitions};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What the Markdown parser says about a text; all places are in the file.
pub(super) struct Structure {
    /// Code, inline mathematics and raw blocks in order, with the content of those that are ```` ```math ```` blocks.
    pub(super) regions: Vec<(Range<usize>, Option<Located>)>,
    /// Where block quotes begin (+1) and end (−1), in order.
    pub(super) quotes: Vec<(usize, i32)>,
    pub(super) heading: Option<String>,
    pub(super) definitions: Vec<Definition>,
}

impl Structure {
    pub(super) fn of(text: &str, start: usize) -> Self {
        let options = Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        let mut regions: Vec<(Range<usize>, Option<Located>)> = Vec::new();
        let mut quotes = Vec::new();
        let (mut heading, mut in_heading) = (None::<String>, false);
        let mut math: Option<Located> = None;
        let (mut in_code, mut defined) = (false, Vec::new());
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let range = range.start + start..range.end + start;
            if let Event::InlineMath(tex) = &event {
                defined.extend(definitions(tex).into_iter().map(|(definition, _)| definition));
            }
            match event {
                Event::Start(Tag::BlockQuote(_)) => quotes.extend([(range.start, 1), (range.end, -1)]),
                Event::Start(Tag::CodeBlock(kind)) => {
                    in_code = true;
                    math = is_math(&kind).then(Located::default);
                }
                Event::Text(piece) if in_code => {
                    if let Some(content) = &mut math {
                        content.push(&piece, range.start);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    in_code = false;
                    regions.push((range, math.take()));
                }
                Event::Start(Tag::HtmlBlock) if is_raw(&text[range.start - start..]) => regions.push((range, None)),
                Event::Code(_) | Event::InlineMath(_) if in_heading => {
                    heading.get_or_insert_default().push_str(&text[range.start - start..range.end - start]);
                    regions.push((range, None));
                }
                Event::Code(_) | Event::InlineMath(_) => regions.push((range, None)),
                Event::Start(Tag::Heading { .. }) => in_heading = heading.is_none(),
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Text(piece) if in_heading => heading.get_or_insert_default().push_str(&piece),
                Event::SoftBreak if in_heading => heading.get_or_insert_default().push(' '),
                _ => {}
            }
        }
        quotes.sort_unstable();
        regions.sort_by_key(|(range, _)| range.start);
        Self { regions, quotes, heading, definitions: defined }
    }
}

fn is_math(kind: &CodeBlockKind<'_>) -> bool {
    matches!(kind, CodeBlockKind::Fenced(info) if matches!(info.split_whitespace().next(), Some("math" | "{math}")))
}

/// HTML whose content is not Markdown.
fn is_raw(html: &str) -> bool {
    let html = html.trim_start().as_bytes();
    ["<pre", "<script", "<style", "<textarea"]
        .iter()
        .any(|tag| html.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag.as_bytes())))
}
