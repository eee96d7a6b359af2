//! The `experiment` of a claim: name, estimand, bindings and parameters, which may be swept.

use super::Located;
use super::toml_table::{Reader, Value};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use toml::de::{DeTable, DeValue};

/// Most values of a swept parameter.
const LONGEST_SWEEP: usize = 1000;

/// `experiment` of a claim as written.
#[derive(Clone, Debug)]
pub struct RawExperiment {
    /// Name in the table of experiments.
    pub name: Located,
    /// Name of the estimand; may be left out where the experiment has only one.
    pub estimand: Option<Located>,
    /// Parameters in the order of the claim.
    pub parameters: Vec<RawParameter>,
    /// Symbols that take the value of a parameter or quantity of another name.
    pub bind: Vec<(Located, Located)>,
    /// Where it is written.
    pub span: Span,
}

/// A parameter with its value or, in a sweep, its values.
#[derive(Clone, Debug)]
pub struct RawParameter {
    /// Its name.
    pub name: Located,
    /// All finite; one unless it is swept.
    pub values: Vec<f64>,
    /// Whether a list or range was given, be it of one value.
    pub is_sweep: bool,
    /// Where the value is written.
    pub span: Span,
}

/// Reads the value of `experiment`.
pub(super) fn experiment(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<RawExperiment> {
    let table = reader.table("experiment", "a table { name = \"…\", estimand = \"…\", d = 40 }", value)?;
    let span = reader.place(value.span());
    let (mut name, mut estimand) = (None, None);
    let (mut parameters, mut bind) = (Vec::new(), Vec::new());
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "name" => name = reader.filled_string("name", value),
            "estimand" => estimand = reader.filled_string("estimand", value),
            "bind" => {
                let Some(pairs) = reader.table("bind", "a table { 'symbol' = \"quantity\" }", value) else { continue };
                for (symbol, quantity) in pairs {
                    let symbol = reader.key(symbol).trimmed();
                    if let Some(quantity) = reader.filled_string(&symbol.text, quantity) {
                        bind.push((symbol, quantity));
                    }
                }
            }
            _ => {
                let name = reader.key(key);
                let span = reader.place(value.span());
                if let Some((values, is_sweep)) = values(reader, &name.text, value) {
                    parameters.push(RawParameter { name, values, is_sweep, span });
                }
            }
        }
    }
    if name.is_none() && !table.contains_key("name") {
        reader.error(span, "`experiment` needs the key `name`").hint =
            Some("`corrigenda list experiments` prints their names".to_owned());
    }
    Some(RawExperiment { name: name?, estimand, parameters, bind, span })
}

/// Whether a value is meant as a number, finite or not.
pub(super) fn is_number(value: &Value<'_>) -> bool {
    matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_))
}

fn bad(reader: &mut Reader<'_>, span: Span, message: String, hint: &str) {
    reader.diagnostics.push(Diagnostic::error(&codes::BAD_PARAMETER, reader.file, span, message).hint(hint));
}

/// The values of a parameter and whether they are a sweep.
fn values(reader: &mut Reader<'_>, name: &str, value: &Value<'_>) -> Option<(Vec<f64>, bool)> {
    let span = reader.place(value.span());
    let hint = "a parameter is a number, a list [8, 16, 32], or a range { from = 8, to = 512, steps = 7, log = true }";
    match value.get_ref() {
        _ if is_number(value) => match reader.number(value) {
            Some(number) => Some((vec![number], false)),
            None => {
                bad(reader, span, format!("`{name}` must be a finite number"), hint);
                None
            }
        },
        DeValue::Array(list) => {
            let numbers: Vec<f64> = list.iter().map_while(|value| reader.number(value)).collect();
            if numbers.len() < list.len() {
                let span = list.get(numbers.len()).map_or(span, |value| reader.place(value.span()));
                bad(reader, span, format!("every value of `{name}` must be a finite number"), hint);
            } else if list.is_empty() || list.len() > LONGEST_SWEEP {
                bad(reader, span, format!("`{name}` needs between 1 and {LONGEST_SWEEP} values"), hint);
            } else {
                return Some((numbers, true));
            }
            None
        }
        DeValue::Table(table) => range(reader, name, table, span).map(|values| (values, true)),
        _ => {
            bad(reader, span, format!("`{name}` must be a number, a list or a range"), hint);
            None
        }
    }
}

/// `{ from, to, steps, log }`: `steps` values from the first to the last, evenly spaced or, with `log`, in even ratios.
fn range(reader: &mut Reader<'_>, name: &str, table: &DeTable<'_>, span: Span) -> Option<Vec<f64>> {
    let place = format!("the range of `{name}`");
    let errors = reader.diagnostics.len();
    reader.keys(&place, table, span, &["from", "to", "steps", "log"], &["from", "to", "steps"]);
    if reader.diagnostics.len() > errors {
        return None;
    }
    let number = |key: &str| table.get(key).and_then(|value| reader.number(value));
    let log = table.get("log").map_or(Some(false), |value| value.get_ref().as_bool());
    let (Some(from), Some(to), Some(steps), Some(log)) = (number("from"), number("to"), number("steps"), log) else {
        bad(
            reader,
            span,
            format!("{place} has a value that does not fit"),
            "from, to: numbers; steps: a whole number; log: true or false",
        );
        return None;
    };
    if steps.fract() != 0.0 || steps < 2.0 || steps > LONGEST_SWEEP as f64 {
        bad(
            reader,
            span,
            format!("{place} needs between 2 and {LONGEST_SWEEP} steps"),
            "steps counts the values, both ends included",
        );
        return None;
    }
    if log && (from <= 0.0 || to <= 0.0) {
        bad(
            reader,
            span,
            format!("{place} must be positive to be divided in even ratios"),
            "leave out `log`, or begin above 0",
        );
        return None;
    }
    let last = steps as usize - 1;
    let between = |i: usize| {
        let fraction = i as f64 / last as f64;
        let value = if log { from * (to / from).powf(fraction) } else { from + (to - from) * fraction };
        // Powers leave 31.999999999999996 where 32 is meant, and a size must be whole.
        if (value - value.round()).abs() <= 1e-12 * value.abs() { value.round() } else { value }
    };
    Some((0..=last).map(|i| if i == last { to } else { between(i) }).collect())
}
