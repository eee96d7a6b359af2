//! TeX to MathML for display. What cannot be converted is shown as its source, so no formula ever disappears.

use std::borrow::Cow;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// Formulas longer than this are shown as source: no formula that one reads is.
const LONGEST: usize = 8_000;

/// Deepest nesting of groups that is handed to the converter, which recurses.
const DEEPEST: usize = 64;

/// A displayed formula, ready to be put into a page.
#[derive(Clone, Debug)]
pub(crate) struct Displayed {
    /// MathML, or `<code>` with the escaped source.
    pub(crate) markup: String,
    /// The equation number of its `\tag`.
    pub(crate) number: Option<String>,
}

/// Converts formulas.
#[derive(Debug)]
pub(crate) struct Math(LatexToMathML);

impl Math {
    pub(crate) fn new() -> Self {
        let macros = [("argmin", r"\operatorname*{arg\,min}"), ("argmax", r"\operatorname*{arg\,max}")];
        let macros = macros.map(|(name, body)| (name.to_owned(), body.to_owned())).to_vec();
        let config = MathCoreConfig { macros, ..MathCoreConfig::default() };
        Self(LatexToMathML::new(config).unwrap_or_default())
    }

    /// A formula in a line of text.
    pub(crate) fn inline(&self, tex: &str) -> String {
        self.convert(tex, MathDisplay::Inline)
    }

    /// A formula on a line of its own; its `\tag` is taken out, for the page sets the number.
    pub(crate) fn display(&self, tex: &str) -> Displayed {
        let (tex, number) = untag(tex);
        Displayed { markup: self.convert(&tex, MathDisplay::Block), number }
    }

    /// A sentence of a record: text, with formulas between dollars.
    pub(crate) fn sentence(&self, text: &str) -> String {
        let part = |(is_formula, part): (bool, &str)| if is_formula { self.inline(part) } else { escape(part) };
        parts(text).into_iter().map(part).collect()
    }

    fn convert(&self, tex: &str, display: MathDisplay) -> String {
        let converted = within_limits(tex)
            .then(|| self.0.convert_with_local_state(&unstacked(tex), display).ok())
            .flatten()
            // lines over and under as the characters that fonts stretch to any width, not the combining one
            .map(|result| {
                [("\u{203e}", "mover"), ("\u{5f}", "munder")].iter().fold(result.mathml, |mathml, (line, tag)| {
                    let [combining, free] =
                        ["\u{332}", *line].map(|c| format!("<mo stretchy=\"true\">{c}</mo></{tag}>"));
                    mathml.replace(&combining, &free)
                })
            })
            .filter(|mathml| is_plain(mathml));
        match converted {
            // the source is the text alternative and what is copied
            Some(mathml) => mathml.replacen("<math", &format!("<math alttext=\"{}\"", escape(&single_line(tex))), 1),
            None => format!("<code class=\"tex\">{}</code>", escape(tex.trim())),
        }
    }
}

/// `\substack` as a matrix: the converter does not know the one, and both look the same below a sum.
fn unstacked(tex: &str) -> Cow<'_, str> {
    const NAME: &str = r"\substack";
    if !tex.contains(NAME) {
        return Cow::Borrowed(tex);
    }
    let (mut out, mut rest) = (String::with_capacity(tex.len() + 64), tex);
    while let Some((before, after)) = rest.split_once(NAME) {
        out += before;
        match group(after) {
            Some((content, tail)) => {
                out += &format!(r"\begin{{matrix}}{content}\end{{matrix}}");
                rest = tail;
            }
            None => {
                out += NAME;
                rest = after;
            }
        }
    }
    Cow::Owned(out + rest)
}

/// A sentence of a record in pieces, and whether each is a formula. A dollar without a partner is a dollar.
pub(crate) fn parts(text: &str) -> Vec<(bool, &str)> {
    let pieces: Vec<&str> = text.split('$').collect();
    if pieces.len().is_multiple_of(2) {
        return vec![(false, text)];
    }
    pieces
        .into_iter()
        .enumerate()
        .map(|(n, piece)| (n % 2 == 1, piece))
        .filter(|(_, piece)| !piece.is_empty())
        .collect()
}

/// Whether a formula is too wide for a column of text, judged by its signs: the longest line counts, and of a fraction
/// all of it, so some that would just fit are called long.
pub(crate) fn is_long(tex: &str) -> bool {
    const UNSEEN: &[&str] =
        &["left", "right", "mathrm", "mathbf", "mathcal", "mathbb", "frac", "tfrac", "begin", "end", "operatorname"];
    const WORDS: &[&str] =
        &["log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "min", "max", "erf", "sum", "prod"];
    let signs = |line: &str| {
        let (mut count, mut rest) = (0, line);
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '\\' => {
                    let name = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
                    count += match &rest[..name] {
                        "" => 0,
                        word if UNSEEN.contains(&word) => 0,
                        word if WORDS.contains(&word) => word.len(),
                        _ => 1,
                    };
                    rest = &rest[name..];
                }
                '{' | '}' | '^' | '_' | '&' => {}
                c if c.is_whitespace() => {}
                '+' | '-' | '=' | '<' | '>' => count += 2,
                _ => count += 1,
            }
        }
        count
    };
    tex.split(r"\\").map(signs).max().unwrap_or(0) > 80
}

/// Takes `\tag{…}`, `\label{…}` and `\nonumber` out of a formula that is not a numbered environment of its own.
pub(crate) fn untag(tex: &str) -> (String, Option<String>) {
    if ["align}", "gather}", "equation}", "multline}"].iter().any(|e| tex.contains(&format!("\\begin{{{e}"))) {
        return (tex.to_owned(), None);
    }
    let (mut rest, mut out, mut number) = (tex, String::new(), None);
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name: String = from[1..].chars().take_while(char::is_ascii_alphabetic).collect();
        let after = &from[1 + name.len()..];
        rest = match name.as_str() {
            "tag" | "label" => match group(after.strip_prefix('*').unwrap_or(after)) {
                Some((content, tail)) => {
                    if name == "tag" {
                        number = Some(content.trim().to_owned());
                    }
                    tail
                }
                None => after,
            },
            "nonumber" | "notag" => after,
            "" => {
                // an escaped character: keep both, so that \\ and \{ do not start anything
                let next = after.chars().next().map_or(0, char::len_utf8);
                out.push_str(&from[..1 + next]);
                &after[next..]
            }
            _ => {
                out.push_str(&from[..1 + name.len()]);
                after
            }
        };
    }
    out.push_str(rest);
    (out.trim().to_owned(), number)
}

/// The content of the group that `text` starts with, and what follows it.
fn group(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start().strip_prefix('{')?;
    let mut depth = 0;
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((&inner[..at], &inner[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn within_limits(tex: &str) -> bool {
    let mut depth = 0usize;
    let mut deepest = 0;
    for c in tex.chars() {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    tex.len() <= LONGEST && deepest <= DEEPEST
}

/// Whether markup has MathML elements and harmless attributes only. The converter escapes what it gets; this is the
/// second lock on the door.
fn is_plain(mathml: &str) -> bool {
    const ELEMENTS: &[&str] = &[
        "math",
        "mrow",
        "mi",
        "mo",
        "mn",
        "mtext",
        "mspace",
        "ms",
        "mfrac",
        "msqrt",
        "mroot",
        "mstyle",
        "merror",
        "mpadded",
        "mphantom",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mmultiscripts",
        "mprescripts",
        "mtable",
        "mtr",
        "mtd",
        "menclose",
        "semantics",
        "span",
        "code",
    ];
    let mut rest = mathml;
    while let Some(open) = rest.find('<') {
        let tag = rest[open + 1..].trim_start_matches('/');
        let Some(close) = end_of_tag(tag) else { return false };
        let mut words = tag[..close].trim_end_matches('/').split_whitespace();
        if !words.next().is_some_and(|name| ELEMENTS.contains(&name)) {
            return false;
        }
        let lower = tag[..close].to_ascii_lowercase();
        let attribute = |name: &str| name.starts_with("on") || name.contains("href") || name.starts_with("src");
        if attributes(&lower).any(attribute) || lower.contains("url(") {
            return false;
        }
        rest = &tag[close + 1..];
    }
    true
}

/// Where the `>` of a tag is, quoted attribute values aside.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            _ => {}
        }
    }
    None
}

/// The names of a tag's attributes.
fn attributes(tag: &str) -> impl Iterator<Item = &str> {
    // outside quotes: every second part
    tag.split('"').step_by(2).flat_map(str::split_whitespace).skip(1).map(|a| a.trim_end_matches('='))
}

/// Text for an element's content or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The same TeX with its line breaks and runs of blanks reduced to one blank.
pub(crate) fn single_line(tex: &str) -> String {
    tex.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_out() {
        let (tex, number) = untag(r"a = \{b\} \\ \tag{7.4.{8}} \label{x} + c");
        assert_eq!(number.as_deref(), Some("7.4.{8}"));
        assert!(tex.starts_with(r"a = \{b\} \\") && tex.ends_with("+ c") && !tex.contains("label"), "{tex}");
        assert_eq!(untag(r"x \tag{"), (r"x {".to_owned(), None));
        assert_eq!(untag("\\"), ("\\".to_owned(), None));
    }

    #[test]
    fn long_formulas_are_told_from_short_ones() {
        assert!(!is_long(
            r"\mathrm{MSE} = \operatorname{tr} \left[ C \left( \mathbb{I} - C (C + \sigma^2 \mathbb{I})^{-1} \right) \right]"
        ));
        assert!(is_long(&r"\frac{m^2}{2} + \log\cosh\left[ z \right]".repeat(8)));
        assert!(!is_long(&r"\frac{m^2}{2} + \log\cosh\left[ z \right] \\".repeat(8)));
    }

    #[test]
    fn what_cannot_be_converted_is_shown_as_source() {
        let math = Math::new();
        for tex in [r"\undefinedmacro{<b>}", "{{{", &"{".repeat(10_000), r"\frac", "x^", r"\begin{nope}", "\u{0}"] {
            let markup = math.inline(tex);
            assert!(markup.starts_with("<code") || markup.starts_with("<math"), "{tex}");
            assert!(!markup.contains("<b>"));
        }
        assert!(math.display(r"\sum_{i=1}^n \frac{x_i}{2}").markup.contains("<munderover>"));
    }

    #[test]
    fn markup_never_carries_more_than_formulas() {
        assert!(is_plain(r#"<math display="block"><mi>x</mi><mo stretchy="false">=</mo><mspace/></math>"#));
        for bad in [
            "<math><script>",
            "<math onclick=\"x\">",
            "<math><a href=\"x\">",
            "<math><mi xlink:href=\"x\">",
            "<mi",
            "<mi a=\"b\"onload=\"c\">",
            "<mi style=\"background:url(x)\">",
            "<img src=x>",
        ] {
            assert!(!is_plain(bad), "{bad}");
        }
        let math = Math::new();
        for tex in [
            r"\text{<script>alert(1)</script>}",
            r"\href{javascript:alert(1)}{x}",
            r"\class{a}{x}",
            r#"\text{" onmouseover="alert(1)}"#,
            r"\unicode{x3c}script",
            r"\color{red;background:url(x)}{y}",
            r"\htmlData{onclick=alert(1)}{x}",
        ] {
            let markup = math.inline(tex);
            assert!(!markup.contains("<script") && !markup.contains("href=") && !markup.contains("\" on"), "{markup}");
        }
    }
}
