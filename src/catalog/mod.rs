//! Closed forms with their provenance, one per file: a Rust function *and* the LaTeX that it claims to be.

/// Every closed form; a test compares the table with the directory listing.
pub static ALL: &[&ClosedForm] = &[];

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
