//! Simulations that estimate an estimand, one per file. An experiment knows nothing of formulas or verdicts.

pub mod associative_memory;
mod cost;
pub mod denoising;
pub mod diffusion;
#[cfg(test)]
pub(crate) mod known_answer;
pub mod learning;
pub mod molecules;
pub mod sampling;

use crate::random::{SeedPath, Stream};
use std::collections::BTreeMap;

/// Every experiment; a test compares the table with the directory listing.
pub static ALL: &[&Experiment] = &[
    &associative_memory::boltzmann_cascade::EXPERIMENT,
    &associative_memory::hebbian_basin::EXPERIMENT,
    &associative_memory::hebbian_capacity::EXPERIMENT,
    &associative_memory::hebbian_critical_load::EXPERIMENT,
    &associative_memory::hebbian_examples::EXPERIMENT,
    &associative_memory::hebbian_field::EXPERIMENT,
    &associative_memory::hebbian_mixture::EXPERIMENT,
    &associative_memory::hebbian_retrieval::EXPERIMENT,
    &associative_memory::hebbian_temperature::EXPERIMENT,
    &associative_memory::hopfield_enumeration::EXPERIMENT,
    &associative_memory::hopfield_phase_lines::EXPERIMENT,
    &associative_memory::hopfield_transition::EXPERIMENT,
    &associative_memory::lyapunov_descent::EXPERIMENT,
    &associative_memory::projector_basin::EXPERIMENT,
    &associative_memory::projector_one_step::EXPERIMENT,
    &associative_memory::projector_rule::EXPERIMENT,
    &associative_memory::rbm_cascade::EXPERIMENT,
    &associative_memory::rbm_enumeration::EXPERIMENT,
    &associative_memory::spin_glass_enumeration::EXPERIMENT,
    &denoising::denoising_least_squares::EXPERIMENT,
    &denoising::denoising_loss::EXPERIMENT,
    &denoising::empirical_score_distance::EXPERIMENT,
    &denoising::noised_gaussian::EXPERIMENT,
    &denoising::noisy_covariance::EXPERIMENT,
    &denoising::oracle_projection::EXPERIMENT,
    &denoising::score_gradient_descent::EXPERIMENT,
    &denoising::spiked_covariance::EXPERIMENT,
    &denoising::threshold_denoising::EXPERIMENT,
    &denoising::wiener_filter::EXPERIMENT,
    &diffusion::cloning::EXPERIMENT,
    &diffusion::cloning_curve::EXPERIMENT,
    &diffusion::collapse_posterior::EXPERIMENT,
    &diffusion::collapse_time::EXPERIMENT,
    &diffusion::curie_weiss_score::EXPERIMENT,
    &diffusion::excess_entropy::EXPERIMENT,
    &diffusion::hidden_manifold_collapse::EXPERIMENT,
    &diffusion::interpolant::EXPERIMENT,
    &diffusion::order_parameter_potential::EXPERIMENT,
    &diffusion::posterior_class::EXPERIMENT,
    &diffusion::rem_free_energy::EXPERIMENT,
    &diffusion::reverse_family::EXPERIMENT,
    &diffusion::speciation_gaussian_mixture::EXPERIMENT,
    &diffusion::stochastic_localisation::EXPERIMENT,
    &diffusion::u_turn::EXPERIMENT,
    &learning::infinite_memory::EXPERIMENT,
    &learning::least_squares::EXPERIMENT,
    &learning::least_squares_generations::EXPERIMENT,
    &learning::linear_readability::EXPERIMENT,
    &learning::nearest_neighbours::EXPERIMENT,
    &learning::recursive_gaussian::EXPERIMENT,
    &molecules::multifarious_assembly::EXPERIMENT,
    &molecules::phase_boundary::EXPERIMENT,
    &sampling::binder_crossing::EXPERIMENT,
    &sampling::langevin_relaxation::EXPERIMENT,
    &sampling::langevin_steps::EXPERIMENT,
    &sampling::lattice_field::EXPERIMENT,
    &sampling::wavelet_conditioning::EXPERIMENT,
];

/// The experiment with this name.
pub fn find(name: &str) -> Option<&'static Experiment> {
    ALL.iter().copied().find(|experiment| experiment.name == name)
}

/// Sets up what the replicates of one run share, from streams below the path.
pub type Prepare = fn(&Parameters, &SeedPath) -> Result<Box<dyn Trial>, ExperimentError>;

/// A simulation: its parameters, what it estimates, and how to set it up.
pub struct Experiment {
    /// Kebab-case name.
    pub name: &'static str,
    /// One sentence: what is drawn and what is measured.
    pub summary: &'static str,
    /// Author, year, equation.
    pub source: &'static str,
    /// Parameters with defaults and ranges.
    pub parameters: &'static [Parameter],
    /// What a replicate measures, in the order of its output.
    pub estimands: &'static [Estimand],
    /// Sets up everything that the replicates share (a fixed covariance, a factorisation, a time grid …),
    /// drawn from streams below `path`.
    pub prepare: Prepare,
}

/// A number that an experiment is run with.
pub struct Parameter {
    /// Name on the command line and in claims; the field's letter where there is one.
    pub name: &'static str,
    /// What it is, with its unit or scaling.
    pub meaning: &'static str,
    /// Value if none is given.
    pub default: f64,
    /// Smallest admissible value.
    pub minimum: f64,
    /// Largest admissible value.
    pub maximum: f64,
    /// Whether it must be a whole number.
    pub whole: bool,
}

/// A quantity that an experiment estimates as the mean over its replicates.
pub struct Estimand {
    /// Kebab-case name.
    pub name: &'static str,
    /// What it is, with its unit or scaling.
    pub meaning: &'static str,
    /// Almost sure bounds of one replicate's value, where there are any: they buy a sharper interval.
    pub bounds: Option<(f64, f64)>,
    /// An array is measured entry by entry, column by column.
    pub shape: Shape,
    /// A bound on the bias of the mean at these parameters: discretisation, interpolation; 0 if unbiased.
    pub bias: fn(&Parameters) -> f64,
}

/// The shape of an estimand; sizes are the values of named parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One number.
    Scalar,
    /// A vector with as many entries as the named parameter says.
    Vector(&'static str),
    /// A square matrix of that many rows.
    Square(&'static str),
}

impl Parameter {
    /// A real number in `[minimum, maximum]`.
    pub const fn real(name: &'static str, meaning: &'static str, default: f64, minimum: f64, maximum: f64) -> Self {
        Self { name, meaning, default, minimum, maximum, whole: false }
    }

    /// A whole number in `[minimum, maximum]`.
    pub const fn whole(name: &'static str, meaning: &'static str, default: f64, minimum: f64, maximum: f64) -> Self {
        Self { name, meaning, default, minimum, maximum, whole: true }
    }
}

impl Estimand {
    /// No bias.
    pub const UNBIASED: fn(&Parameters) -> f64 = |_| 0.0;

    /// One number, without bias or bounds.
    pub const fn scalar(name: &'static str, meaning: &'static str) -> Self {
        Self { name, meaning, bounds: None, shape: Shape::Scalar, bias: Self::UNBIASED }
    }

    /// The same with almost sure bounds.
    pub const fn within(self, lower: f64, upper: f64) -> Self {
        Self { bounds: Some((lower, upper)), ..self }
    }

    /// The same with another shape.
    pub const fn shaped(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// The same with a bound on its bias.
    pub const fn biased(self, bias: fn(&Parameters) -> f64) -> Self {
        Self { bias, ..self }
    }
}

/// A set-up simulation, ready to draw replicates. Shared by threads: each replicate draws from its own stream only.
pub trait Trial: Send + Sync {
    /// Draws one replicate and writes each estimand in turn (arrays column by column). A value that could not be
    /// measured is NaN: it is counted and shown, never dropped.
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]);

    /// The work of one replicate in millions of elementary operations, one of which takes about a nanosecond on one
    /// core, to within a factor of about two. A function of the parameters only, never measured: budgets count it.
    fn work(&self) -> f64;

    /// Replicates in one block, the unit of streams, storage and parallelism: a power of two up to 32, such that a
    /// block is about 10 units of work and threads share heavy trials evenly.
    fn block(&self) -> u64 {
        let affordable = (10.0 / self.work()).clamp(1.0, 32.0) as u64;
        1 << affordable.ilog2()
    }

    /// A quantity that the set-up fixed and that a formula may refer to: a spectrum, a covariance, an empirical matrix.
    fn quantity(&self, _name: &str) -> Option<Quantity> {
        None
    }

    /// Curves that theory draws in the plane of a parameter and another parameter or an estimand, by name: figures over that
    /// plane show them beside what was measured.
    fn curves(&self, _across: &str, _up: &str) -> Vec<Curve> {
        Vec::new()
    }
}

/// A curve in the plane of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What the legend calls it, plain text with Unicode mathematics.
    pub name: &'static str,
    /// Its points in order.
    pub points: Vec<(f64, f64)>,
}

/// A value that an experiment hands to a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A number.
    Scalar(f64),
    /// A vector.
    Vector(Vec<f64>),
    /// A matrix: rows, columns, entries column by column.
    Matrix(usize, usize, Vec<f64>),
}

/// The values of all parameters of one run, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(BTreeMap<&'static str, f64>);

/// Why an experiment cannot be run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExperimentError {
    /// A name that the experiment does not have.
    #[error("experiment `{experiment}` has no parameter `{name}`{}", .suggestion.map(|s| format!(", did you mean `{s}`?")).unwrap_or_default())]
    UnknownParameter {
        /// The experiment.
        experiment: &'static str,
        /// The unknown name.
        name: String,
        /// The closest known name.
        suggestion: Option<&'static str>,
    },
    /// A value outside its range, not whole, or not a number.
    #[error("parameter `{name}` = {value} of `{experiment}` must be {}between {minimum} and {maximum}", if *.whole { "a whole number " } else { "" })]
    OutOfRange {
        /// The experiment.
        experiment: &'static str,
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: f64,
        /// Smallest admissible value.
        minimum: f64,
        /// Largest admissible value.
        maximum: f64,
        /// Whether it must be whole.
        whole: bool,
    },
    /// Parameters that are each in range but do not go together, or a numerical failure in the set-up.
    #[error("{0}")]
    Setup(String),
}

impl Experiment {
    /// Defaults overridden by `given`, checked against names and ranges.
    ///
    /// # Errors
    /// An unknown name, or a value that is not finite, not whole where it must be, or out of range.
    pub fn parameters(&self, given: &BTreeMap<String, f64>) -> Result<Parameters, ExperimentError> {
        if let Some(name) = given.keys().find(|name| !self.parameters.iter().any(|p| p.name == **name)) {
            let known: Vec<&'static str> = self.parameters.iter().map(|p| p.name).collect();
            let suggestion = known
                .into_iter()
                .map(|k| (strsim::jaro_winkler(name, k), k))
                .filter(|(s, _)| *s > 0.7)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, k)| k);
            return Err(ExperimentError::UnknownParameter { experiment: self.name, name: name.clone(), suggestion });
        }
        let mut values = BTreeMap::new();
        for p in self.parameters {
            let value = given.get(p.name).copied().unwrap_or(p.default);
            let admissible = value >= p.minimum && value <= p.maximum && (!p.whole || value.fract() == 0.0);
            if !admissible {
                return Err(ExperimentError::OutOfRange {
                    experiment: self.name,
                    name: p.name,
                    value,
                    minimum: p.minimum,
                    maximum: p.maximum,
                    whole: p.whole,
                });
            }
            values.insert(p.name, value);
        }
        Ok(Parameters(values))
    }

    /// The estimand with this name and the range of its values in a replicate's output.
    pub fn estimand(&self, name: &str, parameters: &Parameters) -> Option<(&'static Estimand, std::ops::Range<usize>)> {
        let mut start = 0;
        for estimand in self.estimands {
            let end = start + estimand.shape.len(parameters);
            if estimand.name == name {
                return Some((estimand, start..end));
            }
            start = end;
        }
        None
    }

    /// How many numbers one replicate writes.
    pub fn width(&self, parameters: &Parameters) -> usize {
        self.estimands.iter().map(|e| e.shape.len(parameters)).sum()
    }
}

impl Shape {
    /// How many numbers it has.
    pub fn len(self, parameters: &Parameters) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Vector(n) => parameters.whole(n),
            Self::Square(n) => parameters.whole(n) * parameters.whole(n),
        }
    }
}

impl Parameters {
    /// The value of a declared parameter.
    ///
    /// # Panics
    /// If the experiment has no such parameter: a bug in the experiment.
    pub fn get(&self, name: &str) -> f64 {
        self.0[name]
    }

    /// The value of a declared whole parameter.
    pub fn whole(&self, name: &str) -> usize {
        self.get(name) as usize
    }

    /// Names and values in the order of the names: the cache key and the printed command.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().map(|(k, v)| (*k, *v))
    }
}
