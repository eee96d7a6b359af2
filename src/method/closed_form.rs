//! The displayed formula against a closed form of the catalogue that the claim names.

use super::setting::Setting;
use super::{Context, Method, enclosure, exact, undecided, undecided_link};
use crate::catalog::{self, ClosedForm};
use crate::claim::Claim;
use crate::evidence::{Evidence, Finding, StopReason};
use crate::expr::walk::{free_symbols, substitute};
use crate::expr::{Expr, Link, Relation};

/// Compares the right-hand side of the first relation with a catalogued formula, exactly or else at points.
pub struct ClosedFormComparison;

const NAME: &str = "closed-form";

impl Method for ClosedFormComparison {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "the displayed formula equals the closed form of the catalogue that the claim names"
    }

    fn applies(&self, claim: &Claim) -> Result<(), String> {
        let id = claim.closed_form.as_ref().ok_or("the claim names no closed form")?;
        catalog::find(id).map(|_| ()).ok_or_else(|| format!("no closed form is called `{id}`"))
    }

    fn judges_variants(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Vec<Evidence> {
        let claim = context.claim;
        let Some(form) = claim.closed_form.as_ref().and_then(|id| catalog::find(id)) else {
            return undecided(NAME, claim, StopReason::NotApplicable, "the claim names no closed form");
        };
        let refuse = |why: &str| vec![undecided_link(NAME, 0, StopReason::NotApplicable, why)];
        let Some(link) = claim.statement.links.first() else { return refuse("the claim has no relation") };
        let catalogued = match in_terms_of(form, claim) {
            Ok(expr) => expr,
            Err(why) => return refuse(&why),
        };
        let comparison = Link { left: link.right.clone(), relation: Relation::Equal, right: catalogued };
        let mut compared = Claim { extremum: None, solves: None, limit: None, experiment: None, ..claim.clone() };
        compared.statement.links = vec![comparison.clone()];
        let setting = match Setting::new(&compared, context.budget, context.seed) {
            Ok(setting) => setting,
            Err(why) => return refuse(&why),
        };
        let proof = exact::judge(&comparison, &setting, context.budget, context.seed);
        let found = if matches!(proof.finding, Finding::Proves { .. }) {
            proof
        } else {
            enclosure::judge(&comparison, &setting, context.budget)
        };
        let detail = format!("the closed form `{}`: {}", form.id, found.detail);
        // The closed form is ours: agreement with it supports a claim, and only the algebra of the claim itself proves it.
        let finding = match found.finding {
            Finding::Proves { certificate } => {
                Finding::Agrees { bound: format!("the closed form `{}`, {certificate}", form.id) }
            }
            other => other,
        };
        vec![Evidence { method: NAME.to_owned(), link: 0, finding, detail, ..found }]
    }
}

/// The catalogued formula in the symbols of a claim: each symbol of the form is the claim's symbol of the same name.
fn in_terms_of(form: &ClosedForm, claim: &Claim) -> Result<Expr, String> {
    let formula = form.formula()?;
    let mut expr = formula;
    for symbol in free_symbols(&expr) {
        let ours = claim.declarations.iter().find(|d| d.symbol.tex() == symbol.tex());
        let ours = ours
            .ok_or_else(|| format!("the closed form has a symbol {} that the note does not declare", symbol.tex()))?;
        let replacement = Expr::symbol(&ours.symbol, expr.span);
        expr = substitute(&expr, &symbol, &replacement).ok_or("the closed form differentiates by a symbol")?;
    }
    Ok(expr)
}
