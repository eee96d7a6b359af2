//! Closed forms with their provenance, one per file: a Rust function *and* the LaTeX that it claims to be.

pub mod accumulated_least_squares_risk;
pub mod all_pattern_capacity;
pub mod collapse_time;
pub mod crosstalk_variance;
pub mod euler_stationary_variance;
pub mod excess_entropy;
pub mod glass_temperature;
pub mod haar_octave_condition_number;
pub mod hard_threshold_risk;
pub mod hebbian_bit_error;
pub mod hebbian_bit_error_exact;
pub mod hebbian_one_step_overlap;
pub mod hidden_manifold_collapse_time;
pub mod infinite_memory_error;
pub mod langevin_steps_per_sample;
pub mod lattice_condition_number;
pub mod least_squares_generations_risk;
pub mod least_squares_risk;
pub mod linear_readability;
pub mod mixture_overlap;
pub mod neighbour_log_ratio;
pub mod noised_gaussian_entropy;
pub mod noised_magnetisation;
pub mod optimal_linear_score;
pub mod oracle_attenuation_risk;
pub mod oracle_projection_risk;
pub mod paramagnetic_free_energy;
pub mod potential_bifurcation_time;
pub mod projector_one_step_overlap;
pub mod projector_one_step_overlap_without_self;
pub mod recursive_gaussian_log_variance;
pub mod recursive_gaussian_variance;
pub mod rem_annealed_free_energy;
pub mod rem_energy;
pub mod rem_frozen_free_energy;
pub mod rem_large_deviation;
pub mod reverse_family_memory;
pub mod reverse_family_variance;
pub mod same_class_probability;
pub mod score_distance;
pub mod second_mode_learning_time;
pub mod separate_gaussians_entropy;
pub mod single_pattern_capacity;
pub mod soft_threshold_risk;
pub mod speciation_half_point;
pub mod speciation_potential;
pub mod speciation_time;
pub mod speciation_time_general;
pub mod spiked_overlap;
pub mod supervised_overlap;
pub mod unsupervised_overlap;
pub mod wiener_eigenvalue;
pub mod wiener_mse;
pub mod wrong_fits;
pub mod zero_temperature_load;

#[cfg(test)]
mod tests;

use crate::expr::Expr;
use crate::latex::{self, Scope};
use crate::note;
use crate::source::SourceFile;

/// Every closed form; a test compares the table with the directory listing.
pub static ALL: &[&ClosedForm] = &[
    &accumulated_least_squares_risk::ACCUMULATED_LEAST_SQUARES_RISK,
    &all_pattern_capacity::ALL_PATTERN_CAPACITY,
    &collapse_time::COLLAPSE_TIME,
    &crosstalk_variance::CROSSTALK_VARIANCE,
    &euler_stationary_variance::EULER_STATIONARY_VARIANCE,
    &excess_entropy::EXCESS_ENTROPY,
    &glass_temperature::GLASS_TEMPERATURE,
    &haar_octave_condition_number::HAAR_OCTAVE_CONDITION_NUMBER,
    &hard_threshold_risk::HARD_THRESHOLD_RISK,
    &hebbian_bit_error::HEBBIAN_BIT_ERROR,
    &hebbian_bit_error_exact::HEBBIAN_BIT_ERROR_EXACT,
    &hebbian_one_step_overlap::HEBBIAN_ONE_STEP_OVERLAP,
    &hidden_manifold_collapse_time::HIDDEN_MANIFOLD_COLLAPSE_TIME,
    &infinite_memory_error::INFINITE_MEMORY_ERROR,
    &langevin_steps_per_sample::LANGEVIN_STEPS_PER_SAMPLE,
    &lattice_condition_number::LATTICE_CONDITION_NUMBER,
    &least_squares_generations_risk::LEAST_SQUARES_GENERATIONS_RISK,
    &least_squares_risk::LEAST_SQUARES_RISK,
    &linear_readability::LINEAR_READABILITY,
    &mixture_overlap::MIXTURE_OVERLAP,
    &neighbour_log_ratio::NEIGHBOUR_LOG_RATIO,
    &noised_gaussian_entropy::NOISED_GAUSSIAN_ENTROPY,
    &noised_magnetisation::NOISED_MAGNETISATION,
    &optimal_linear_score::OPTIMAL_LINEAR_SCORE,
    &oracle_attenuation_risk::ORACLE_ATTENUATION_RISK,
    &oracle_projection_risk::ORACLE_PROJECTION_RISK,
    &paramagnetic_free_energy::PARAMAGNETIC_FREE_ENERGY,
    &potential_bifurcation_time::POTENTIAL_BIFURCATION_TIME,
    &projector_one_step_overlap::PROJECTOR_ONE_STEP_OVERLAP,
    &projector_one_step_overlap_without_self::PROJECTOR_ONE_STEP_OVERLAP_WITHOUT_SELF,
    &recursive_gaussian_log_variance::RECURSIVE_GAUSSIAN_LOG_VARIANCE,
    &recursive_gaussian_variance::RECURSIVE_GAUSSIAN_VARIANCE,
    &rem_annealed_free_energy::REM_ANNEALED_FREE_ENERGY,
    &rem_energy::REM_ENERGY,
    &rem_frozen_free_energy::REM_FROZEN_FREE_ENERGY,
    &rem_large_deviation::REM_LARGE_DEVIATION,
    &reverse_family_memory::REVERSE_FAMILY_MEMORY,
    &reverse_family_variance::REVERSE_FAMILY_VARIANCE,
    &same_class_probability::SAME_CLASS_PROBABILITY,
    &score_distance::SCORE_DISTANCE,
    &second_mode_learning_time::SECOND_MODE_LEARNING_TIME,
    &separate_gaussians_entropy::SEPARATE_GAUSSIANS_ENTROPY,
    &single_pattern_capacity::SINGLE_PATTERN_CAPACITY,
    &soft_threshold_risk::SOFT_THRESHOLD_RISK,
    &speciation_half_point::SPECIATION_HALF_POINT,
    &speciation_potential::SPECIATION_POTENTIAL,
    &speciation_time::SPECIATION_TIME,
    &speciation_time_general::SPECIATION_TIME_GENERAL,
    &spiked_overlap::SPIKED_OVERLAP,
    &supervised_overlap::SUPERVISED_OVERLAP,
    &unsupervised_overlap::UNSUPERVISED_OVERLAP,
    &wiener_eigenvalue::WIENER_EIGENVALUE,
    &wiener_mse::WIENER_MSE,
    &wrong_fits::WRONG_FITS,
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

impl ClosedForm {
    /// What its symbols mean: the scope of a note that declares them.
    ///
    /// # Errors
    /// A declaration cannot be read: a bug in the entry.
    pub fn scope(&self) -> Result<Scope, String> {
        let rows: String = self.symbols.iter().map(|(name, sort)| format!("'{name}' = '{sort}'\n")).collect();
        let file = SourceFile::new(self.id, format!("+++\ntitle = '{}'\n[symbols]\n{rows}+++\n", self.id));
        let (raw, mut problems) = note::read(&file);
        let (lowered, more) = note::lower(&raw);
        problems.extend(more);
        match problems.first() {
            Some(problem) => Err(format!("the closed form `{}`: {}", self.id, problem.message)),
            None => Ok(lowered.scope),
        }
    }

    /// Its LaTeX as an expression.
    ///
    /// # Errors
    /// The LaTeX or a declaration cannot be read: a bug in the entry.
    pub fn formula(&self) -> Result<Expr, String> {
        let scope = self.scope()?;
        latex::expression(self.latex, &scope, &[]).map_err(|t| format!("the closed form `{}`: {}", self.id, t.message))
    }
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
