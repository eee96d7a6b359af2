//! Closed forms with their provenance, one per file: a Rust function *and* the LaTeX that it claims to be.

pub mod all_pattern_capacity;
pub mod crosstalk_variance;
pub mod hebbian_bit_error;
pub mod hebbian_bit_error_exact;
pub mod hebbian_one_step_overlap;
pub mod mixture_overlap;
pub mod optimal_linear_score;
pub mod oracle_attenuation_risk;
pub mod oracle_projection_risk;
pub mod projector_one_step_overlap;
pub mod projector_one_step_overlap_without_self;
pub mod score_distance;
pub mod single_pattern_capacity;
pub mod wiener_eigenvalue;
pub mod wiener_mse;
pub mod zero_temperature_load;

/// Every closed form; a test compares the table with the directory listing.
pub static ALL: &[&ClosedForm] = &[
    &all_pattern_capacity::ALL_PATTERN_CAPACITY,
    &crosstalk_variance::CROSSTALK_VARIANCE,
    &hebbian_bit_error::HEBBIAN_BIT_ERROR,
    &hebbian_bit_error_exact::HEBBIAN_BIT_ERROR_EXACT,
    &hebbian_one_step_overlap::HEBBIAN_ONE_STEP_OVERLAP,
    &mixture_overlap::MIXTURE_OVERLAP,
    &optimal_linear_score::OPTIMAL_LINEAR_SCORE,
    &oracle_attenuation_risk::ORACLE_ATTENUATION_RISK,
    &oracle_projection_risk::ORACLE_PROJECTION_RISK,
    &projector_one_step_overlap::PROJECTOR_ONE_STEP_OVERLAP,
    &projector_one_step_overlap_without_self::PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF,
    &score_distance::SCORE_DISTANCE,
    &single_pattern_capacity::SINGLE_PATTERN_CAPACITY,
    &wiener_eigenvalue::WIENER_EIGENVALUE,
    &wiener_mse::WIENER_MSE,
    &zero_temperature_load::ZERO_TEMPERATURE_LOAD,
];

/// The closed form with this id.
pub fn find(id: &str) -> Option<&'static ClosedForm> {
    ALL.iter().copied().find(|form| form.id == id)
}

/// A catalogued formula.
pub struct ClosedForm {
    /// Kebab-case id, permanent.
    pub id: &'static str,
    /// The module's documentation: first line is the name, then `# Statement`, `# Assumptions`, `# Derivation`,
    /// `# Source`, `# Numerics`, `# Limits`.
    pub doc: &'static str,
    /// The quantity it predicts; experiments that estimate it use the same name.
    pub estimand: &'static str,
    /// The formula as TeX, read by the same parser as notes.
    pub latex: &'static str,
    /// Symbols of the formula: TeX name and declaration, as in `[symbols]` of a note.
    pub symbols: &'static [(&'static str, &'static str)],
    /// A numerically stable evaluation; arguments in the order of `symbols`.
    pub value: fn(&[f64]) -> f64,
    /// A formula that looks like it and is wrong: the default profile must refute `twin = latex`.
    pub wrong_twin: &'static str,
    /// Version that introduced it.
    pub since: &'static str,
}

/// Declares a closed form whose module documentation (`//!` lines repeated in `doc`) has the required headings.
#[macro_export]
macro_rules! closed_form {
    ($(#[doc = $doc:literal])* $ident:ident { $($field:ident : $value:expr),* $(,)? }) => {
        $(#[doc = $doc])*
        pub static $ident: $crate::catalog::ClosedForm = $crate::catalog::ClosedForm {
            doc: concat!($($doc, "\n"),*),
            $($field: $value),*
        };
    };
}
