//! A declaration from left to right: modifiers, sort, range, law.

use super::number::bound;
use super::{Base, DeclarationSyntax, FORMS, Form, LAWS, LawName, LawSyntax, Located, RangeSyntax, SORTS, SortSyntax};
use crate::diagnostic::suggestion;
use std::ops::Range;

/// Why a declaration cannot be read: bytes of its text, what is wrong, what to write.
pub(super) struct Misfit {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) hint: String,
}

/// Reads `sort` as the declaration of `name`.
pub(super) fn read(name: &Located, sort: &Located) -> Result<DeclarationSyntax, Misfit> {
    Cursor { whole: sort, at: 0 }.declaration(name)
}

/// Reads a declaration from left to right.
struct Cursor<'a> {
    whole: &'a Located,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        &self.whole.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn misfit<T>(&self, range: Range<usize>, message: String, hint: impl Into<String>) -> Result<T, Misfit> {
        Err(Misfit { range, message, hint: hint.into() })
    }

    /// The word at the cursor, if it is a run of letters that does not open a range.
    fn word(&mut self) -> Option<String> {
        self.skip_space();
        let length = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = self.rest()[..length].to_owned();
        if word.is_empty() || word == "in" {
            return None;
        }
        self.at += length;
        Some(word)
    }

    /// The text in the brackets that open at the cursor.
    fn brackets(&mut self) -> Result<Option<Located>, Misfit> {
        self.skip_space();
        if !self.rest().starts_with('(') {
            return Ok(None);
        }
        let mut depth = 0_usize;
        for (i, byte) in self.rest().bytes().enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inner = self.whole.part(self.at + 1..self.at + i);
                self.at += i + 1;
                return Ok(Some(inner));
            }
        }
        self.misfit(self.at..self.at + 1, "the bracket is not closed".into(), "close it with `)`")
    }

    fn declaration(mut self, name: &Located) -> Result<DeclarationSyntax, Misfit> {
        let (mut random, mut estimand, mut form) = (None, false, Form::Plain);
        let words_start = self.at;
        let mut words = Vec::new();
        while let Some(word) = self.word() {
            match word.as_str() {
                "random" if words.is_empty() => random = Some(self.at - word.len()..self.at),
                "estimand" if words.is_empty() => estimand = true,
                "of" if words.is_empty() && form != Form::Plain => {}
                known if words.is_empty() && form == Form::Plain && form_of(known).is_some() => {
                    form = form_of(known).unwrap_or_default();
                }
                _ => words.push(word),
            }
        }
        let words_range = words_start..self.at;
        let needs_no_sort = estimand || random.is_some() || form != Form::Plain;
        if words.is_empty() && needs_no_sort && !self.rest().trim_start().starts_with('(') {
            words.push("real".to_owned());
        }
        let mut sort = self.sort(&words, words_range.clone(), name.text.ends_with(')'))?;
        if sort.dims.is_empty() && sort.base == Base::Field {
            let hint = "write the length of its values, 'field(d)'";
            return self.misfit(words_range, "a field has values of some length".into(), hint);
        }
        if name.text.ends_with(')') && sort.base == Base::Function {
            // 'f(x)' = 'function(real) -> real' says the same twice.
            sort = match sort.result {
                Some(result) => *result,
                None => SortSyntax { base: Base::Real, dims: Vec::new(), arguments: Vec::new(), result: None },
            };
        }
        let range = self.range(&sort)?;
        let law = self.law()?;
        if !self.rest().trim().is_empty() {
            let range = self.at..self.whole.text.trim_end().len();
            let message = format!("`{}` is not a range or a law", self.whole.text[range.clone()].trim());
            let hint = "write a range such as `> 0`, `in (0, 1)` or `in [0, 1)`, or a law such as `~ N(m, C)`";
            return self.misfit(range, message, hint);
        }
        let whole = 0..self.whole.text.len();
        match (&random, &law) {
            (Some(word), None) => {
                let hint = "write its law: random vector(d) ~ N(m, C), random sign ~ Rad(p), random real ~ U(a, b)";
                return self.misfit(word.clone(), "a random symbol needs a law".into(), hint);
            }
            (None, Some(_)) => {
                let hint = format!("write `random {}`", self.whole.text.trim());
                return self.misfit(whole, "only a random symbol has a law".into(), hint);
            }
            (Some(_), Some(law)) => self.fits(&sort, law)?,
            (None, None) => {}
        }
        if estimand && (random.is_some() || (sort.base.is_function() || sort.base == Base::Dimension)) {
            let hint = "an estimand is a real number, a vector or a matrix that an experiment measures";
            return self.misfit(whole, format!("`{}` cannot be an estimand", self.whole.text.trim()), hint);
        }
        let (name, text) = (name.clone(), self.whole.trimmed());
        Ok(DeclarationSyntax { name, text, sort, form, range, estimand, random: law, assumed: false })
    }

    /// The sort whose words have been read, with its brackets. Where a name is written with its arguments, a density needs
    /// none.
    fn sort(&mut self, words: &[String], range: Range<usize>, has_arguments: bool) -> Result<SortSyntax, Misfit> {
        let phrase = words.join(" ");
        let Some((word, base, names)) = SORTS.iter().find(|(word, ..)| *word == phrase) else {
            let known = SORTS.iter().map(|(word, ..)| *word);
            let (message, hint) = if phrase.is_empty() {
                ("the sort is missing".to_owned(), None)
            } else {
                (format!("unknown sort `{phrase}`"), suggestion(&phrase, known))
            };
            let hint = hint.map_or_else(
                || "sorts: real, integer, dimension, index(d), vector(d), row(d), matrix(n, d), spd(d), symmetric(d), orthogonal(d), sign, function(real) -> real".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            return self.misfit(range, message, hint);
        };
        let open = self.at;
        let inside = self.brackets()?;
        if *base == Base::Function {
            return self.function(inside, range);
        }
        let mut dims = inside.as_ref().map(Located::list).unwrap_or_default();
        let mut arguments = Vec::new();
        if *base == Base::Tuple {
            let arguments = self.arguments(&dims, &range)?;
            return Ok(SortSyntax { base: *base, dims: Vec::new(), arguments, result: None });
        }
        if base.is_function() && has_arguments && inside.is_none() {
            return Ok(SortSyntax { base: *base, dims, arguments, result: None });
        }
        if base.is_function() && dims.len() > 1 {
            arguments = self.arguments(&dims.split_off(1), &range)?;
        }
        if dims.len() != names.len() || dims.iter().any(|dim| dim.text.is_empty()) {
            let message = match names.len() {
                0 => format!("`{word}` has no dimensions"),
                1 => format!("`{word}` needs one dimension"),
                _ => format!("`{word}` needs two dimensions"),
            };
            let form = if names.is_empty() { (*word).to_owned() } else { format!("{word}({})", names.join(", ")) };
            return self.misfit(
                if inside.is_some() { open..self.at } else { range },
                message,
                format!("write `{form}`"),
            );
        }
        Ok(SortSyntax { base: *base, dims, arguments, result: None })
    }

    /// `function(real, vector(d)) -> real`, behind the brackets.
    fn function(&mut self, inside: Option<Located>, range: Range<usize>) -> Result<SortSyntax, Misfit> {
        let hint = "write `function(real) -> real` or `function(vector(d), real) -> real`";
        let Some(inside) = inside.filter(|inside| !inside.text.trim().is_empty()) else {
            return self.misfit(range, "a function needs the sorts of its arguments".into(), hint);
        };
        self.skip_space();
        let Some(arrow) = ["->", "→", "\\to"].into_iter().find(|arrow| self.rest().starts_with(arrow)) else {
            return self.misfit(range, "a function needs the sort of its value".into(), hint);
        };
        self.at += arrow.len();
        let start = self.at;
        let arguments = self.arguments(&inside.list(), &range)?;
        let result = self.plain_sort()?;
        if result.base.is_function() {
            return self.misfit(start..self.at, "a function of functions is not known".into(), hint);
        }
        Ok(SortSyntax { base: Base::Function, dims: Vec::new(), arguments, result: Some(Box::new(result)) })
    }

    /// The sorts of arguments.
    fn arguments(&self, list: &[Located], range: &Range<usize>) -> Result<Vec<SortSyntax>, Misfit> {
        let hint = "arguments are sorts such as `real` or `vector(d)`";
        let read = list.iter().map(|argument| {
            let mut cursor = Cursor { whole: argument, at: 0 };
            let read = cursor.plain_sort().and_then(|sort| {
                let rest = cursor.at..argument.text.len();
                let message = format!("`{}` does not belong to a sort", cursor.rest());
                match () {
                    () if !rest.is_empty() => cursor.misfit(rest, message, hint),
                    () if sort.base.is_function() => {
                        cursor.misfit(0..argument.text.len(), "a function of functions is not known".into(), hint)
                    }
                    () => Ok(sort),
                }
            });
            // Inside the brackets places are counted from the argument, and it is short enough to mark whole.
            read.map_err(|misfit| Misfit { range: range.clone(), ..misfit })
        });
        read.collect()
    }

    /// A sort without range or law.
    fn plain_sort(&mut self) -> Result<SortSyntax, Misfit> {
        self.skip_space();
        let start = self.at;
        let mut words = Vec::new();
        while let Some(word) = self.word() {
            words.push(word);
        }
        if words.iter().any(|word| word == "function") {
            let range = start..self.at;
            return self.misfit(range, "a function of functions is not known".into(), "name the sort of the value");
        }
        self.sort(&words, start..self.at, false)
    }

    /// Comparisons and intervals, all of which hold.
    fn range(&mut self, sort: &SortSyntax) -> Result<Option<RangeSyntax>, Misfit> {
        let mut range = RangeSyntax::default();
        self.skip_space();
        let start = self.at;
        loop {
            self.skip_space();
            if !self.one_range(&mut range)? {
                break;
            }
            let end = self.at;
            self.skip_space();
            if !self.rest().starts_with(',') {
                self.at = end;
                break;
            }
            self.at += 1;
        }
        if self.at == start {
            return Ok(None);
        }
        let text = start..self.at;
        range.span = self.whole.place(text.clone());
        if !sort.base.is_number() {
            let hint = match sort.base {
                Base::Vector => "a vector with positive entries is `positive vector(d)`".to_owned(),
                Base::Matrix | Base::Symmetric => "a positive definite matrix is `spd(d)`".to_owned(),
                _ => "a range belongs to a number; further conditions go under `assume` of a claim".to_owned(),
            };
            return self.misfit(text, format!("`{}` cannot have a range", sort.base.word()), hint);
        }
        if let (Some((low, with_low)), Some((high, with_high))) = (&range.lower, &range.upper)
            && (low > high || (low == high && !(*with_low && *with_high)))
        {
            return self.misfit(text, "no number lies in this range".into(), "the lower bound comes first");
        }
        Ok(Some(range))
    }

    /// One comparison or interval; tells whether there was one.
    fn one_range(&mut self, range: &mut RangeSyntax) -> Result<bool, Misfit> {
        let hint =
            "write `> 0`, `>= 1`, `< 1`, `in (0, 1)` or `in [0, 1)`; bounds are numbers such as 2, 0.5, 1/3, \\infty";
        let start = self.at;
        for (operator, below, closed) in COMPARISONS {
            if !self.rest().starts_with(operator) {
                continue;
            }
            self.at += operator.len();
            let length = self.rest().find([',', '~']).unwrap_or(self.rest().len());
            let (begin, end) = (self.at, self.at + length);
            let Some(Some(bound)) = bound(&self.whole.text[begin..end]) else {
                let message = format!("`{}` is not a number", self.whole.text[begin..end].trim());
                return self.misfit(start..end, message, hint);
            };
            self.at = begin + self.whole.text[begin..end].trim_end().len();
            if *below {
                range.tighten_upper((bound, *closed));
            } else {
                range.tighten_lower((bound, *closed));
            }
            return Ok(true);
        }
        let Some(keyword) = ["in", "\\in", "∈"].into_iter().find(|word| self.rest().starts_with(word)) else {
            return Ok(false);
        };
        self.at += keyword.len();
        self.skip_space();
        let open = self.at;
        let end = self.rest().find([')', ']']).map(|n| open + n);
        let inner = end.filter(|_| self.rest().starts_with(['(', '['])).map(|end| &self.whole.text[open + 1..end]);
        let (Some(end), Some((low, high))) = (end, inner.and_then(|inner| inner.split_once(','))) else {
            return self.misfit(start..self.whole.text.len(), "the interval cannot be read".into(), hint);
        };
        let (Some(low), Some(high)) = (bound(low), bound(high)) else {
            return self.misfit(open..end + 1, "the bounds of the interval are not numbers".into(), hint);
        };
        if let Some(low) = low {
            range.tighten_lower((low, self.rest().starts_with('[')));
        }
        if let Some(high) = high {
            range.tighten_upper((high, self.whole.text[end..].starts_with(']')));
        }
        self.at = end + 1;
        Ok(true)
    }

    /// `~ N(m, C)` and its like.
    fn law(&mut self) -> Result<Option<LawSyntax>, Misfit> {
        self.skip_space();
        let Some(sign) = ["~", "\\sim", "∼"].into_iter().find(|sign| self.rest().starts_with(sign)) else {
            return Ok(None);
        };
        self.at += sign.len();
        self.skip_space();
        let start = self.at;
        if let Some(density) = self.rest().strip_prefix("density ") {
            let (begin, end) = (self.whole.text.len() - density.len(), self.whole.text.trim_end().len());
            let parameters = vec![self.whole.part(begin..end).trimmed()];
            self.at = end;
            return Ok(Some(LawSyntax { name: LawName::Density, parameters, span: self.whole.place(start..end) }));
        }
        let length = self.rest().find('(').unwrap_or(self.rest().trim_end().len());
        let word = self.rest()[..length].trim().to_owned();
        let letters = word.trim_start_matches("\\mathcal").trim_matches(['{', '}', ' ']);
        let Some((word, name, parameters)) = LAWS.iter().find(|(name, ..)| *name == letters) else {
            let message = format!("unknown law `{word}`");
            let hint = "laws: N(mean, variance), Rad(mean), U(a, b), density p(x)";
            return self.misfit(start..start + length, message, hint);
        };
        self.at += length;
        let inside = self.brackets()?.map(|inside| inside.list()).unwrap_or_default();
        if inside.len() != parameters.len() || inside.iter().any(|parameter| parameter.text.is_empty()) {
            let message = format!("`{word}` takes {}, not {} parameters", parameters.len(), inside.len());
            return self.misfit(start..self.at, message, format!("write `{word}({})`", parameters.join(", ")));
        }
        Ok(Some(LawSyntax { name: *name, parameters: inside, span: self.whole.place(start..self.at) }))
    }

    /// Whether values of the law are values of the sort.
    fn fits(&self, sort: &SortSyntax, law: &LawSyntax) -> Result<(), Misfit> {
        let fits = match law.name {
            LawName::Rademacher => sort.base.is_sign() || matches!(sort.base, Base::Real | Base::Vector | Base::Matrix),
            LawName::Density => true,
            LawName::Normal | LawName::Uniform => matches!(sort.base, Base::Real | Base::Vector | Base::Matrix),
        };
        if fits {
            return Ok(());
        }
        let message = format!("`{}` cannot have this law", sort.base.word());
        let hint = "N and U are laws of reals, vectors and matrices; Rad is a law of signs";
        self.misfit(0..self.whole.text.len(), message, hint)
    }
}

fn form_of(word: &str) -> Option<Form> {
    FORMS.iter().find(|(known, _)| *known == word).map(|(_, form)| *form)
}

/// Operators, longest first; whether they bound from above; whether the bound belongs to the range.
const COMPARISONS: &[(&str, bool, bool)] = &[
    (">=", false, true),
    ("<=", true, true),
    ("\\geq", false, true),
    ("\\leq", true, true),
    ("\\ge", false, true),
    ("\\le", true, true),
    ("≥", false, true),
    ("≤", true, true),
    (">", false, false),
    ("<", true, false),
];
