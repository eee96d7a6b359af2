//! What a check produced: a finding with its certificate, bound, witness or reason, and the data behind its figures.
//! Plain serialisable data. In sentences, formulas and symbols stand between dollars as TeX, numbers as they are.

use serde::{Deserialize, Deserializer, Serialize};

/// The version of everything that is written to a record.
pub const SCHEMA: u32 = 1;

/// One check's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The method's name in the table of methods.
    pub method: String,
    /// The link of a chain that it is about, from 0.
    pub link: usize,
    /// What it found.
    pub finding: Finding,
    /// One line for people: what was done and how sharp it was.
    pub detail: String,
    /// Labelled facts for the evidence panel: points tried, precision, replicates, margins, error rates …
    pub facts: Vec<Fact>,
    /// What was measured, for comparing runs; empty for checks that measure nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub estimates: Vec<Estimate>,
    /// Data of figures, drawn by the report.
    pub figures: Vec<Figure>,
}

/// A measured number with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// What and where, unique within the check: the parameter point, or what was extrapolated.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Lower end of its interval at the check's error rate.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What the formula says there, if that is one number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicted: Option<f64>,
}

/// One labelled fact in an evidence panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is, in words.
    pub label: String,
    /// Its value, formatted.
    pub value: String,
}

/// The outcome of one check.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Finding {
    /// Proved under the stated assumptions.
    Proves {
        /// Why it is certain, with the error bound.
        certificate: String,
    },
    /// Consistent, with a bound on how far off it can still be.
    Agrees {
        /// The bound in words, e.g. "40 points, at least 15 digits".
        bound: String,
    },
    /// Shown false.
    Contradicts {
        /// Where and by how much.
        witness: Witness,
    },
    /// Neither.
    Undecided {
        /// Why, and what would decide it.
        reason: StopReason,
        /// In words.
        explanation: String,
    },
}

impl Finding {
    /// The one word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proves { .. } => "proves",
            Self::Agrees { .. } => "agrees",
            Self::Contradicts { .. } => "contradicts",
            Self::Undecided { .. } => "undecided",
        }
    }
}

/// What shows that a claim is false.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Witness {
    /// The values of the symbols, as TeX and text; empty for a simulation.
    pub point: Vec<(String, String)>,
    /// The left-hand side there (a value or an interval).
    pub left: String,
    /// The right-hand side there.
    pub right: String,
    /// The sentence that a referee would write; formulas in it stand between dollars.
    pub summary: String,
}

/// Why a check ended without a decision. Giving up is a value, not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StopReason {
    /// No admissible point was found within the budget.
    NoAdmissiblePoint,
    /// Every admissible point found is a special one: some symbol is zero at all, or all have one size.
    Degenerate,
    /// The method does not apply to this claim.
    NotApplicable,
    /// The formula has no value where something was measured.
    Undefined,
    /// The work budget ended before the interval was narrow enough.
    BudgetExhausted,
    /// The highest precision did not separate the two sides.
    PrecisionExhausted,
    /// The largest size still drifts.
    StillDrifting,
    /// An observable has no finite variance, or values that are not finite.
    HeavyTails,
    /// A second stream did not confirm what the first one showed.
    NotConfirmed,
    /// The wall-clock safety net; the record is marked as not reproducible.
    Timeout,
    /// The run was interrupted.
    Interrupted,
    /// False, but under guesses about what the symbols are.
    Assumed,
}

impl StopReason {
    /// What would decide the claim, or bring it nearer to a decision.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::NoAdmissiblePoint => "check the ranges of the symbols and the assumptions: nothing meets them all",
            Self::Degenerate => {
                "an assumption of the form `symbol = …`, which is put in, or the same as a definition: others are met by chance only"
            }
            Self::NotApplicable => {
                "state the claim so that a method applies; `corrigenda list methods` says what each needs"
            }
            Self::Undefined => "other parameters, or a formula that has a value at these",
            Self::BudgetExhausted => "a larger profile, or more replicates",
            Self::PrecisionExhausted => "a larger profile, with more precision, or a form that cancels less",
            Self::StillDrifting => "larger sizes in the claim's experiment or sweep",
            Self::HeavyTails => "an estimand of finite variance",
            Self::NotConfirmed => "a larger profile: the two streams disagree",
            Self::Timeout => "more time, or a smaller claim",
            Self::Interrupted => "running again: what was finished is kept",
            Self::Assumed => "declaring the symbols under [symbols], and claiming the formula",
        }
    }
}

/// The data of one figure. The report draws it; nothing here knows how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// A short name, unique within the claim: used for file names.
    pub slug: String,
    /// Title, plain text with Unicode mathematics.
    pub title: String,
    /// How to read it, one or two sentences.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, in order.
    pub series: Vec<Series>,
    /// Cells instead of series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heat: Option<HeatMap>,
}

/// A value for each pair of an abscissa and an ordinate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeatMap {
    /// What the values are.
    pub quantity: String,
    /// Abscissae, ascending.
    #[serde(deserialize_with = "numbers")]
    pub x: Vec<f64>,
    /// Ordinates, ascending.
    #[serde(deserialize_with = "numbers")]
    pub y: Vec<f64>,
    /// Values, row by row: those of the first ordinate first.
    #[serde(deserialize_with = "numbers")]
    pub values: Vec<f64>,
}

/// An axis of a figure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Axis {
    /// Quantity and unit or scaling, plain text with Unicode mathematics, e.g. "time t (units of the OU rate)".
    pub label: String,
    /// Logarithmic scale.
    pub log: bool,
}

/// One data series.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Series {
    /// Legend entry.
    pub name: String,
    /// How it is drawn.
    pub mark: Mark,
    /// Abscissae.
    #[serde(deserialize_with = "numbers")]
    pub x: Vec<f64>,
    /// Ordinates.
    #[serde(deserialize_with = "numbers")]
    pub y: Vec<f64>,
    /// Lower ends of error bars or of a band; empty if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "numbers")]
    pub low: Vec<f64>,
    /// Upper ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "numbers")]
    pub high: Vec<f64>,
}

/// JSON has no word for values that are not finite: they are written as `null` and read back as NaN.
fn numbers<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<f64>, D::Error> {
    let values = Vec::<Option<f64>>::deserialize(input)?;
    Ok(values.into_iter().map(|v| v.unwrap_or(f64::NAN)).collect())
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// Points, with error bars if `low` and `high` are given: estimates.
    Points,
    /// A line: a closed form.
    Line,
    /// The area between `low` and `high`: a margin or an interval.
    Band,
}
