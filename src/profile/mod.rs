//! Profiles: tolerances, budgets and error rates, by name, from one commented file that is part of the program.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The embedded profiles, as written; `corrigenda explain` prints it.
pub const DEFAULT: &str = include_str!("default.toml");

/// How hard a run tries and how sure it wants to be. `default.toml` says what each number means.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name: the table's key.
    #[serde(skip)]
    pub name: String,
    /// Admissible points at which both sides are enclosed.
    pub points: usize,
    /// Draws per admissible point before a domain counts as empty.
    pub draws_per_point: usize,
    /// Random points of the prime field per choice of dimensions.
    pub field_points: usize,
    /// Sizes given to symbolic dimensions.
    pub sizes: Vec<usize>,
    /// Working precisions in bits, ascending.
    pub precisions: Vec<usize>,
    /// Decimal digits to which both sides must agree.
    pub digits: f64,
    /// Operations that the evaluations of one method for one relation may take together.
    pub steps: u64,
    /// Probability, per note, that a true claim of it is refuted by simulation.
    pub error_rate: f64,
    /// Equivalence margin relative to the predicted value.
    pub relative_margin: f64,
    /// Replicates below which no interval is trusted.
    pub minimum_replicates: u64,
    /// Replicates at which a check stops looking.
    pub maximum_replicates: u64,
    /// Work per check and stream, shared by its parameter points: millions of elementary operations, about
    /// milliseconds of one core.
    pub work: f64,
    /// Directions along which an array-valued estimand is compared.
    pub projections: usize,
    /// Sizes needed before a limit is extrapolated.
    pub minimum_sizes: usize,
    /// Mutants judged for a claim's sharpness.
    pub mutants: usize,
    /// Whether repairs are also searched for what its author quotes as wrong.
    pub repair_expected: bool,
    /// Safety net per check in seconds of wall clock.
    pub wall_clock: f64,
}

/// Why a profile cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Not TOML, a missing or an unknown key, or a value of the wrong type.
    #[error("profiles cannot be read: {0}")]
    Syntax(String),
    /// No profile of this name.
    #[error("no profile `{name}`; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A value outside its range.
    #[error("profile `{profile}`: `{key}` must be {range}")]
    OutOfRange {
        /// The profile.
        profile: String,
        /// The key at fault.
        key: &'static str,
        /// What is admissible.
        range: &'static str,
    },
}

impl Profile {
    /// The embedded profile of this name: `quick`, `standard` or `thorough`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names that exist.
    pub fn named(name: &str) -> Result<Self, Error> {
        Self::from_toml(DEFAULT, name)
    }

    /// The profile `name` of a file of profiles.
    ///
    /// # Errors
    /// See [`Error`]; every profile of the file is read, so that a mistake in another one is not silent.
    pub fn from_toml(text: &str, name: &str) -> Result<Self, Error> {
        let mut all: BTreeMap<String, Self> = toml::from_str(text).map_err(|e| Error::Syntax(e.to_string()))?;
        for (name, profile) in &mut all {
            profile.name.clone_from(name);
            profile.validate()?;
        }
        all.remove(name).ok_or_else(|| Error::Unknown {
            name: name.to_owned(),
            known: all.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        })
    }

    fn validate(&self) -> Result<(), Error> {
        let ascending = |v: &[usize]| !v.is_empty() && v[0] > 0 && v.windows(2).all(|w| w[0] < w[1]);
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let rules: [(&'static str, bool, &'static str); 14] = [
            ("points", self.points >= 1, "at least 1"),
            ("draws_per_point", self.draws_per_point >= 1, "at least 1"),
            ("field_points", self.field_points >= 1, "at least 1"),
            ("sizes", ascending(&self.sizes), "positive and ascending"),
            ("precisions", ascending(&self.precisions), "positive and ascending"),
            ("digits", positive(self.digits), "positive"),
            ("steps", self.steps >= 1, "at least 1"),
            ("error_rate", positive(self.error_rate) && self.error_rate <= 0.1, "in (0, 0.1]"),
            ("relative_margin", positive(self.relative_margin) && self.relative_margin < 1.0, "in (0, 1)"),
            ("minimum_replicates", self.minimum_replicates >= 64, "at least 64"),
            ("maximum_replicates", self.maximum_replicates >= self.minimum_replicates, "at least the minimum"),
            ("work", positive(self.work) && positive(self.wall_clock), "positive, like wall_clock"),
            ("projections", self.projections >= 2, "at least 2"),
            ("minimum_sizes", self.minimum_sizes >= 4, "at least 4"),
        ];
        match rules.iter().find(|(_, holds, _)| !holds) {
            Some((key, _, range)) => Err(Error::OutOfRange { profile: self.name.clone(), key, range }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_profiles_are_ordered_by_effort() {
        let [quick, standard, thorough] = ["quick", "standard", "thorough"].map(|n| Profile::named(n).unwrap());
        assert_eq!(standard.name, "standard");
        assert!(quick.work < standard.work && standard.work < thorough.work);
        assert!(quick.relative_margin > standard.relative_margin);
        assert!(
            matches!(Profile::named("fast"), Err(Error::Unknown { known, .. }) if known == "quick, standard, thorough")
        );
    }

    #[test]
    fn unknown_missing_and_absurd_keys_are_refused() {
        let unknown = DEFAULT.replace("[standard]\n", "[standard]\nspeed = 3\n");
        assert!(matches!(Profile::from_toml(&unknown, "quick"), Err(Error::Syntax(m)) if m.contains("speed")));
        let missing = DEFAULT.replace("field_points = 16\n", "");
        assert!(matches!(Profile::from_toml(&missing, "quick"), Err(Error::Syntax(m)) if m.contains("field_points")));
        let absurd = DEFAULT.replace("error_rate = 1e-4", "error_rate = 2.0");
        assert!(matches!(Profile::from_toml(&absurd, "quick"), Err(Error::OutOfRange { key: "error_rate", .. })));
        assert!(matches!(Profile::from_toml("[", "quick"), Err(Error::Syntax(_))));
    }
}
