//! A draft of symbols and claims for a note that has none: sorts guessed from how names are used, and, where the use leaves
//! it open, from which sorts make the formulas well typed.

mod writing;

pub use writing::{DraftError, sidecar, verified, with_draft};

use super::claim_comment::slug;
use super::lower::scope;
use super::{DeclarationSyntax, Located, RawNote, declaration};
use crate::expr::Relation;
use crate::latex::usage::{Usage, Uses};
use crate::latex::{self, Scope};
use crate::source::{SourceFile, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Most names and formulas that are looked at while sorts are tried.
const MOST_NAMES: usize = 60;
const MOST_FORMULAS: usize = 300;

/// A guessed declaration.
#[derive(Clone, Debug)]
struct Guess {
    sort: String,
    reason: String,
    /// The use says so; other sorts are not tried.
    certain: bool,
}

/// What is drafted for a note.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The lines of `[assumed]` and `[define]`.
    pub front_matter: String,
    /// Ids of the drafted claims and their formulas, in order.
    pub claims: Vec<(String, usize)>,
    /// How many symbols are declared or defined.
    pub symbols: usize,
    /// How many displayed formulas have no claim: definitions, and what could not be read.
    pub left: usize,
}

/// Drafts what `note` lacks. Every claim of the draft can be read under its declarations.
pub fn draft(note: &RawNote, taken: &BTreeSet<String>) -> Draft {
    let mut usage = Usage::default();
    let mut mentions: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, formula) in note.formulas.iter().enumerate().take(MOST_FORMULAS) {
        // A formula that is no tree has no claim either.
        let mut own = Usage::default();
        if own.add(&formula.tex.text).and_then(|()| usage.add(&formula.tex.text)).is_ok() {
            own.names.into_keys().for_each(|name| mentions.entry(name).or_default().push(index));
        }
    }
    let known = scope(note);
    let definitions = definitions(note, &known);
    let mut guesses = guesses(&usage, &known);
    for name in definitions.keys() {
        guesses.remove(name);
    }
    let mut attempt = Attempt { note, guesses, definitions, mentions };
    attempt.settle();
    let readable = attempt.readable();
    let claimed: BTreeSet<usize> = note.claims.iter().filter_map(|c| c.target).collect();
    let mut taken = taken.clone();
    let mut claims = Vec::new();
    for index in readable.into_iter().filter(|i| !claimed.contains(i) && !attempt.is_definition(*i)) {
        claims.push((id(note, index, &mut taken), index));
    }
    let left = note.formulas.len() - claims.len() - claimed.len();
    let symbols = attempt.guesses.len() + attempt.definitions.len();
    Draft { front_matter: attempt.front_matter(), claims, symbols, left }
}

/// An id for the claim about a formula.
fn id(note: &RawNote, index: usize, taken: &mut BTreeSet<String>) -> String {
    let formula = &note.formulas[index];
    let label = formula.labels.first().map(|l| slug(&l.text)).filter(|l| !l.is_empty());
    let number = || formula.numbers.first().map(|n| slug(&format!("eq {n}")));
    let base = label.or_else(number).unwrap_or_else(|| format!("formula-{}", index + 1));
    let mut id = base.clone();
    for repeated in 2.. {
        if taken.insert(id.clone()) {
            break;
        }
        id = format!("{base}-{repeated}");
    }
    id
}

/// Names that one formula defines: alone on its left side, before they are used, and not used in it. A name that several
/// formulas define may be another quantity in each.
pub(super) fn definitions(note: &RawNote, known: &Scope) -> BTreeMap<String, (usize, String)> {
    let (mut found, mut seen) = (BTreeMap::new(), BTreeSet::new());
    for (index, formula) in note.formulas.iter().take(MOST_FORMULAS).enumerate() {
        let mut usage = Usage::default();
        if usage.add(&formula.tex.text).is_err() {
            continue;
        }
        for (name, _) in usage.names.iter().filter(|(_, uses)| uses.defined) {
            found.remove(name);
        }
        let sides: Vec<&str> = formula.tex.text.split('=').collect();
        if let [left, right] = sides.as_slice()
            && let Ok((name, parameters)) = latex::symbol_name(left.trim().trim_end_matches(':'))
            && parameters.is_empty()
            && usage.names.get(&name).is_some_and(|uses| uses.defined && uses.count == 1 && uses.indices.is_empty())
            && !usage.names.values().any(|uses| !uses.called.is_empty())
            && !seen.contains(&name)
            && !known.knows(&name)
        {
            let meaning = right.trim().trim_end_matches(['.', ',', ';']).trim();
            if !meaning.contains(['<', '>', '&', '\'', '\n', '%'])
                && !meaning.contains("\\\\")
                && !has_relation(meaning)
            {
                found.insert(name.clone(), (index, meaning.to_owned()));
            }
        }
        seen.extend(usage.names.into_keys());
    }
    found
}

fn has_relation(text: &str) -> bool {
    [r"\le", r"\ge", r"\approx", r"\sim", r"\to", r"\ne", r"\propto", r"\quad", r"\tag", r"\label", r"\text"]
        .iter()
        .any(|word| text.contains(word))
}

/// First guesses, by use and by convention.
fn guesses(usage: &Usage, known: &Scope) -> BTreeMap<String, Guess> {
    let free: Vec<(&String, &Uses)> =
        usage.names.iter().filter(|(name, uses)| uses.free && !known.knows(name)).take(MOST_NAMES).collect();
    let default = default_dimension(usage, known);
    let end = |index: &String| usage.ends.get(index).cloned().unwrap_or_else(|| default.clone());
    let mut out: BTreeMap<String, Guess> = BTreeMap::new();
    let mut lengths: BTreeSet<String> = BTreeSet::new();
    for (name, uses) in free {
        let guess = |sort: String, reason: &str, certain| Guess { sort, reason: reason.to_owned(), certain };
        let letter = name.trim_start_matches(|c: char| !c.is_alphabetic());
        let letter = letter.rsplit('{').next().unwrap_or(letter);
        let is_capital = letter.starts_with(char::is_uppercase);
        let is_bold =
            [r"\mathbf{", r"\boldsymbol{", r"\bm{", r"\vec{", r"\underline{"].iter().any(|b| name.starts_with(b));
        let square = || format!("matrix({default}, {default})");
        let made = if let Some(count) = uses.called.first() {
            guess(format!("function({}) -> real", vec!["real"; *count].join(", ")), "called with arguments", true)
        } else if uses.before_sum > 0 && uses.before_sum == uses.count {
            // A function or a factor.
            continue;
        } else if let Some(indices) = uses.indices.first() {
            match indices.as_slice() {
                [i, j, ..] => guess(format!("matrix({}, {})", end(i), end(j)), "has two indices", true),
                [i] => guess(format!("vector({})", end(i)), "has an index", true),
                [] => continue,
            }
        } else if uses.counts && usage.names.values().any(|other| other.indices.iter().flatten().any(|i| i == name)) {
            guess(format!("index({})", end(name)), "stands in subscripts", true)
        } else if uses.limit || uses.counts {
            guess("integer > 0".to_owned(), "counts: the end of a sum, a factorial or a binomial", true)
        } else if uses.square || uses.inverted && (is_capital || is_bold) {
            guess(square(), "inverted, or in a trace or determinant", uses.square)
        } else if uses.transposed {
            match is_capital {
                true => guess(square(), "transposed", false),
                false => guess(format!("vector({default})"), "transposed", false),
            }
        } else if uses.normed && !is_capital {
            guess(format!("vector({default})"), "in a norm", false)
        } else if is_bold {
            match is_capital {
                true => guess(square(), "bold capital", false),
                false => guess(format!("vector({default})"), "bold", false),
            }
        } else if uses.positive {
            guess("real > 0".to_owned(), "in a logarithm or square root, or greater than zero", false)
        } else if matches!(name.as_str(), r"\sigma" | r"\beta" | r"\tau" | r"\lambda") {
            guess("real > 0".to_owned(), "by convention", false)
        } else {
            guess("real".to_owned(), "nothing says otherwise", false)
        };
        lengths.extend(lengths_of(&made.sort));
        out.insert(name.clone(), made);
    }
    lengths.insert(default);
    for length in lengths.into_iter().filter(|l| !known.knows(l) && l.parse::<usize>().is_err()) {
        let guess = Guess { sort: "dimension".into(), reason: "the length of an axis".into(), certain: true };
        out.insert(length, guess);
    }
    out
}

/// The dimensions in `matrix(n, d)`.
fn lengths_of(sort: &str) -> Vec<String> {
    match sort.split_once('(') {
        Some(("function", _)) | None => Vec::new(),
        Some((_, inside)) => inside.trim_end_matches(')').split(',').map(|l| l.trim().to_owned()).collect(),
    }
}

/// A dimension for arrays of which nothing is known: one that some sum runs to, or a letter that nothing else has.
fn default_dimension(usage: &Usage, known: &Scope) -> String {
    let declared = ["d", "n", "N", "D"].into_iter().find(|name| known.dimension(name).is_some());
    if let Some(name) = declared {
        return name.to_owned();
    }
    let ends: BTreeSet<&String> = usage.ends.values().collect();
    if let Some(end) =
        ends.into_iter().find(|end| usage.names.get(*end).is_some_and(|uses| uses.limit && uses.indices.is_empty()))
    {
        return end.clone();
    }
    let is_unused = |name: &&str| !usage.names.contains_key(*name) && !known.knows(name);
    ["d", "n", "N", "D", "M"].into_iter().find(is_unused).unwrap_or("d_0").to_owned()
}

/// Guesses under trial.
struct Attempt<'a> {
    note: &'a RawNote,
    guesses: BTreeMap<String, Guess>,
    definitions: BTreeMap<String, (usize, String)>,
    /// The formulas that mention a name.
    mentions: BTreeMap<String, Vec<usize>>,
}

impl Attempt<'_> {
    /// Tries other sorts for what is not certain, and keeps what lets more formulas be read.
    fn settle(&mut self) {
        let dimension =
            self.guesses.iter().find(|(_, g)| g.sort == "dimension").map_or("d", |(name, _)| name).to_owned();
        self.drop_broken_definitions();
        self.try_matrices(&dimension);
        let names: Vec<String> = self.guesses.iter().filter(|(_, g)| !g.certain).map(|(n, _)| n.clone()).collect();
        for _ in 0..2 {
            let mut changed = false;
            for name in &names {
                let about = self.mentions.get(name).cloned().unwrap_or_default();
                let mut best = self.readable_among(&about).len();
                for sort in [format!("vector({dimension})"), format!("matrix({dimension}, {dimension})"), "real".into()]
                {
                    let Some(old) = self.guesses.get(name).cloned() else { continue };
                    if best == about.len() || old.sort == sort {
                        continue;
                    }
                    let reason = "so that the formulas are well typed".to_owned();
                    self.guesses.insert(name.clone(), Guess { sort, reason, certain: false });
                    let count = self.readable_among(&about).len();
                    if count > best {
                        best = count;
                        changed = true;
                    } else {
                        self.guesses.insert(name.clone(), old);
                    }
                }
            }
            if !changed {
                break;
            }
        }
        self.drop_broken_definitions();
        // Only what can be declared is written down.
        let file = SourceFile::new("draft", "");
        let opaque = |text: &str| Located::opaque(text, Span::default());
        self.guesses.retain(|name, g| declaration(&file, &opaque(name), &opaque(&g.sort)).is_ok());
        // A dimension that no array has is a number, or nothing.
        let used: BTreeSet<String> = self.guesses.values().flat_map(|g| lengths_of(&g.sort)).collect();
        let (guesses, mentions) = (&mut self.guesses, &self.mentions);
        guesses.retain(|name, g| g.sort != "dimension" || used.contains(name) || mentions.contains_key(name));
        for (_, guess) in guesses.iter_mut().filter(|(name, g)| g.sort == "dimension" && !used.contains(*name)) {
            *guess = Guess { sort: "integer > 0".into(), reason: "the end of a sum".into(), certain: true };
        }
    }

    /// Capitals of a formula that cannot be read are matrices, if it can be read then.
    fn try_matrices(&mut self, dimension: &str) {
        let readable: BTreeSet<usize> = self.readable().into_iter().collect();
        for index in (0..self.note.formulas.len().min(MOST_FORMULAS)).filter(|i| !readable.contains(i)) {
            let is_capital = |name: &str| {
                let letter = name.trim_start_matches(|c: char| c == '\\' || c.is_lowercase() || c == '{');
                letter.starts_with(char::is_uppercase)
            };
            let mentioned = |name: &String| self.mentions.get(name).is_some_and(|formulas| formulas.contains(&index));
            let names: Vec<String> = self
                .guesses
                .iter()
                .filter(|(name, guess)| !guess.certain && is_capital(name) && mentioned(name))
                .map(|(name, _)| name.clone())
                .collect();
            let about: BTreeSet<usize> = names.iter().flat_map(|n| self.mentions[n].clone()).collect();
            let about: Vec<usize> = about.into_iter().collect();
            let (before, old) = (self.readable_among(&about).len(), self.guesses.clone());
            for name in names {
                let reason = "so that the formulas are well typed".to_owned();
                let sort = format!("matrix({dimension}, {dimension})");
                self.guesses.insert(name, Guess { sort, reason, certain: false });
            }
            if self.readable_among(&about).len() <= before {
                self.guesses = old;
            }
        }
    }

    /// Definitions that cannot be read are numbers.
    fn drop_broken_definitions(&mut self) {
        while let Some(name) = self.broken_definition() {
            self.definitions.remove(&name);
            let reason = "nothing says otherwise".to_owned();
            self.guesses.insert(name, Guess { sort: "real".into(), reason, certain: false });
        }
    }

    fn broken_definition(&self) -> Option<String> {
        let scope = self.scope();
        self.definitions.keys().find(|name| latex::expression(name, &scope, &[]).is_err()).cloned()
    }

    fn is_definition(&self, index: usize) -> bool {
        self.definitions.values().any(|(formula, _)| *formula == index)
    }

    /// The note with the guesses put in.
    fn scope(&self) -> Scope {
        let file = SourceFile::new("draft", "");
        let opaque = |text: &str| Located::opaque(text, Span::default());
        let mut note = self.note.clone();
        for (name, guess) in &self.guesses {
            if let Ok(made) = declaration(&file, &opaque(name), &opaque(&guess.sort)) {
                note.symbols.push(DeclarationSyntax { assumed: true, ..made });
            }
        }
        note.defines.extend(self.definitions.iter().map(|(name, (_, meaning))| (opaque(name), opaque(meaning))));
        scope(&note)
    }

    /// The formulas that assert something under the guesses.
    fn readable(&self) -> Vec<usize> {
        let all: Vec<usize> = (0..self.note.formulas.len().min(MOST_FORMULAS)).collect();
        self.readable_among(&all)
    }

    fn readable_among(&self, formulas: &[usize]) -> Vec<usize> {
        let scope = self.scope();
        let checks = |tex: &str| {
            latex::statement(tex, &scope)
                .is_ok_and(|read| read.statement.links.iter().all(|l| l.relation != Relation::TendsTo))
        };
        formulas.iter().copied().filter(|index| checks(&self.note.formulas[*index].tex.text)).collect()
    }

    fn front_matter(&self) -> String {
        let mut out = String::new();
        let quoted = |text: &str| format!("'{text}'");
        let fits = |text: &str| !text.contains('\'') && !text.contains('\n');
        if !self.guesses.is_empty() {
            out += "# Guesses of `corrigenda init`: mend them, and move what is right to [symbols].\n[assumed]\n";
            for (name, guess) in self.guesses.iter().filter(|(name, _)| fits(name)) {
                let _ = writeln!(out, "{:<12} = {:<22} # guess: {}", quoted(name), quoted(&guess.sort), guess.reason);
            }
        }
        if !self.definitions.is_empty() {
            out += "\n# Guesses: formulas that look like definitions.\n[define]\n";
            for (name, (_, meaning)) in self.definitions.iter().filter(|(name, _)| fits(name)) {
                let _ = writeln!(out, "{:<12} = {}", quoted(name), quoted(meaning));
            }
        }
        out
    }
}
