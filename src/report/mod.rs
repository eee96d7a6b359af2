//! Reports, drawn from a record alone: nothing here runs a check, reads a clock or touches a file.

pub mod json;
pub mod terminal;

#[cfg(test)]
pub(crate) mod fixture;

/// A file of a report: where it belongs in the output directory, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Relative path with `/`; never leaves the output directory.
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
}
