//! The one table of diagnostic codes with their explanations; `corrigenda explain CODE` prints a row.

/// A stable name for a kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case name; never reused for another meaning.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it means, why it matters and what to do: a short paragraph of Markdown.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($ident:ident, $name:literal, $summary:literal, $explanation:literal;)*) => {
        $(#[doc = $summary] pub static $ident: Code = Code { name: $name, summary: $summary, explanation: $explanation };)*
        /// Every code, in the order of the table.
        pub static ALL: &[&Code] = &[$(&$ident),*];
    };
}

codes! {
    UNKNOWN_SYMBOL, "unknown-symbol", "a formula uses a symbol that is not declared",
        "Every symbol needs a sort, so that a product, a call and an index cannot be confused. Declare it under `[symbols]` in the front matter, e.g. `'x' = 'real'`, or define it under `[define]`.";
    SORT_MISMATCH, "sort-mismatch", "an operation is applied to sorts or dimensions that do not fit",
        "Both sides of a sum or relation need the same sort and the same dimensions, and the inner dimensions of a product must agree. The message names both. Check the declarations under `[symbols]`, or the formula.";
    UNBALANCED_GROUP, "unbalanced-group", "a brace, bracket or environment is opened and not closed, or closed and not opened",
        "The formula is not read any further, because what follows could mean anything. Close the group at the marked place.";
    UNEXPECTED_TOKEN, "unexpected-token", "something stands where a formula cannot have it",
        "The formula is not read, never truncated. Mend it at the marked place; if it is standard notation, tell us.";
    UNKNOWN_MACRO, "unknown-macro", "a command that the formula language does not know",
        "The formula is not read, because guessing its meaning could turn a right formula into a wrong one. Write it with known commands or define it with `\\newcommand`.";
    BAD_MACRO, "bad-macro", "a command that the document defines cannot be expanded",
        "The definition is of a kind that is not understood, was given twice with different meanings, or its arguments are missing where it is used. Guessing could turn a right formula into a wrong one, so the formula is not read. Define commands with `\\newcommand` or under `[macros]`, once.";
    BAD_INCLUDE, "bad-include", "an `\\input` or `\\include` that cannot be followed",
        "Only files in the folder of the document or below it are read, none inside itself. What the missing file holds is not checked; the rest of the document is.";
    AMBIGUOUS, "ambiguous", "a formula that can be read in two ways",
        "The notation leaves open what is meant, and guessing could turn a right formula into a wrong one. The hint says how to write either reading.";
    UNKNOWN_KEY, "unknown-key", "a key in the front matter or in a claim that has no meaning",
        "Unknown keys are refused, because a misspelt `tolerence` would otherwise silently check something else.";
    BAD_FRONT_MATTER, "bad-front-matter", "the front matter is not valid TOML",
        "The front matter between the `+++` lines must be TOML. TeX names go in single quotes: `'\\sigma' = 'real > 0'`.";
    BAD_CLAIM, "bad-claim", "the body of a claim comment is not valid",
        "A claim comment reads `<!-- claim: some-id` followed by TOML lines and `-->`. Its id uses lower-case letters, digits and hyphens.";
    BAD_SORT, "bad-sort", "the declaration of a symbol cannot be read",
        "A sort is `real`, `integer`, `vector(d)`, `matrix(n, d)`, `spd(d)`, `index(d)`, `dimension`, `random vector(d) ~ N(m, C)` …, with an optional range such as `real > 0` or `real in (0, 1)`. A function is `function(real) -> real`, `density(d)`, `smooth(d)`, `field(d)` or `potential(d)`, with further arguments as in `density(d, real)`. A name that is written with its arguments shows how: `'p_t(x)' = 'density'`, `'x(t)' = 'process vector(d)'`, `'W_t' = 'wiener real'`, `'\\xi_i^{\\mu,A}' = 'family real'`; letters that are declared are its arguments, and where they are not written they are meant. A random symbol may have a declared density: `random vector(d) ~ density p(x)`. `'\\nabla' = 'gradient(x)'` and `'\\Delta' = 'laplacian(x)'` say what they differentiate by; `set of vector(d)` is a set known by name.";
    MISSING_TARGET, "missing-target", "a claim comment that follows no displayed formula",
        "A claim is about the displayed formula right before it. Put the comment below a `$$ … $$` block, or give the claim its own `formula`.";
    DUPLICATE_ID, "duplicate-id", "two claims have the same id",
        "Ids name claims in reports, baselines and `corrects`; they must be unique over all notes of a run.";
    UNKNOWN_CLAIM, "unknown-claim", "`corrects` names a claim that does not exist",
        "The id must be that of another claim in the same run.";
    UNKNOWN_EQUATION, "unknown-equation", "`cites` names an equation or statement that the source does not have",
        "`corrigenda list equations` prints the numbers of the source.";
    BAD_DEFINITION, "bad-definition", "a definition that cannot be used as one",
        "A comment `<!-- definition` right below a displayed formula says that its left side stands for its right side in the whole note. Its keys are `cites` and, for a definition that says something in words and abbreviates nothing, `in_words = true`. What is defined cannot be claimed by the same display.";
    TAUTOLOGY, "tautology", "a claim whose two sides are the same by its own declarations",
        "The abbreviations of the note make both sides of the claim the same expression, so that no check of it could fail. Claim something that the definition has as a consequence.";
    SHADOWED_CONSTANT, "shadowed-constant", "a declared letter takes the place of a constant that the note also seems to use",
        "Where `e` is declared as a symbol, `e^{x}` is a power of that symbol, not the exponential function. Rename the symbol, or write `\\exp` where the exponential is meant.";
    UNKNOWN_EXPERIMENT, "unknown-experiment", "a claim names an experiment or estimand that does not exist",
        "`corrigenda list experiments` prints the experiments with their estimands and parameters.";
    UNKNOWN_CLOSED_FORM, "unknown-closed-form", "a claim names a closed form that is not in the catalogue",
        "`corrigenda list closed-forms` prints the catalogue.";
    BAD_PARAMETER, "bad-parameter", "a parameter of an experiment is unknown, out of range or not a number",
        "The message gives the parameter, its range and its default.";
    INCONSISTENT_DIMENSION, "inconsistent-dimension", "one dimension would have to have two values at once",
        "An experiment fixes the dimensions of the arrays it hands over; the declarations of the note must fit them.";
    EMPTY_DOMAIN, "empty-domain", "no point satisfies the declared range and the assumptions",
        "A claim over an empty domain says nothing. Check the range under `[symbols]` and `assume`.";
    UNCLOSED_FORMULA, "unclosed-formula", "a displayed formula that is opened and not closed",
        "A display that is opened with `$$` (or `\\[`) must be closed before the next blank line's paragraph ends. The rest of the note is read.";
    NOT_CLAIMED, "not-claimed", "a displayed formula without a claim",
        "Nothing is checked about this formula. Add a claim comment below it, or leave it: it is listed so that silence is never mistaken for a check.";
    NOT_A_RELATION, "not-a-relation", "the formula asserts nothing",
        "A claim needs a relation such as `=`, `\\le` or `\\to` between two expressions.";
    IN_WORDS, "in-words", "part of the formula is prose that changes what it says",
        "Words that join formulas (if, where, s.t., for …) and labels beside a formula are understood. Anything else could change the meaning, so the formula is not read rather than read without it. Write it as a relation, under `assume`, or outside the formula.";
    UNSUPPORTED_CONSTRUCT, "unsupported-construct", "the formula is understood, but nothing here can evaluate it yet",
        "The named construct has no evaluator. The claim is listed as unsupported, never guessed.";
    TOO_LARGE, "too-large", "a file, line or formula exceeds the limits for untrusted input",
        "Notes are untrusted input, so depth, size and time are bounded. Split the formula or the note.";
    NOT_TEXT, "not-text", "a file is not UTF-8 text",
        "Notes are UTF-8 Markdown. Convert the file, or leave it out of the path.";
    UNREADABLE_FILE, "unreadable-file", "a file cannot be opened or read",
        "The message is that of the operating system. Check the name of the file and its permissions.";
    BAD_SOURCE, "bad-source", "the list of equations of a source is not valid",
        "A source file `sources/<slug>.toml` has a title and, for each numbered equation as printed, `[[equation]]` with `number`, `tex` (in single quotes) and `kind`.";
}

/// The row with this name.
pub fn find(name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.name == name)
}
