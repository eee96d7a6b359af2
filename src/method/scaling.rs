//! Limits.
use super::{Context, Method};
use crate::claim::Claim;
use crate::evidence::Evidence;
/// The method.
pub struct Scaling;
impl Method for Scaling {
    fn name(&self) -> &'static str {
        "scaling"
    }
    fn summary(&self) -> &'static str {
        "limits"
    }
    fn applies(&self, _claim: &Claim) -> Result<(), String> {
        Err("no limit".to_owned())
    }
    fn check(&self, _context: &Context<'_>) -> Vec<Evidence> {
        Vec::new()
    }
}
