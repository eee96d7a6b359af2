//! Every closed form: its LaTeX is read by the note reader and agrees with its Rust function; its wrong twin does not.

use super::{ALL, ClosedForm};
use crate::eval::{Assignment, Program, Value};
use crate::expr::declaration::Domain;
use crate::expr::{Expr, Sort};
use crate::latex::{self, Scope};
use crate::numeric::float::{F64, nearest};

fn scope(form: &ClosedForm) -> Scope {
    form.scope().unwrap_or_else(|problem| panic!("{problem}"))
}

fn parse(form: &ClosedForm, tex: &str, scope: &Scope) -> Expr {
    latex::expression(tex, scope, &[]).unwrap_or_else(|trouble| panic!("{}: {tex}: {trouble:?}", form.id))
}

/// Admissible arguments inside the declared ranges: one list per point.
fn points(form: &ClosedForm, scope: &Scope) -> Vec<Vec<f64>> {
    let choices = |name: &str| {
        let (name, _) = latex::symbol_name(name).unwrap();
        let declaration = scope.declared(&name).unwrap();
        let (lower, upper) = match &declaration.domain {
            Domain::Interval { lower, upper } => (lower.as_ref(), upper.as_ref()),
            _ => (None, None),
        };
        let lower = lower.map_or(0.0, |(bound, _)| nearest(bound));
        match upper {
            Some((upper, _)) => [0.3, 0.45, 0.6, 0.8].map(|x| lower + x * (nearest(upper) - lower)),
            None if *declaration.symbol.sort() == Sort::Integer => [3.0, 4.0, 9.0, 14.0].map(|x| x + lower.floor()),
            None => [0.4, 0.75, 1.3, 2.6].map(|x| x + lower),
        }
    };
    // Different entries of the lists for different arguments, so that no two are tied.
    (0..16)
        .map(|k| {
            form.symbols.iter().enumerate().map(|(j, (name, _))| choices(name)[(k + (3 + k / 4) * j) % 4]).collect()
        })
        .collect()
}

/// The value at a point, or `None` where the formula is undefined.
fn evaluate(form: &ClosedForm, expr: &Expr, scope: &Scope, point: &[f64]) -> Option<f64> {
    let mut at = Assignment::new();
    for ((name, _), x) in form.symbols.iter().zip(point) {
        let (name, _) = latex::symbol_name(name).unwrap();
        at.set(&scope.declared(&name).unwrap().symbol, Value::Scalar(*x));
    }
    let program = Program::compile(expr).unwrap_or_else(|e| panic!("{}: {e:?}", form.id));
    program.evaluate(&F64, &at).ok().and_then(|value| value.as_scalar().copied())
}

#[test]
fn functions_are_what_their_latex_says() {
    for form in ALL {
        let scope = scope(form);
        let expr = parse(form, form.latex, &scope);
        let mut defined = 0;
        for point in points(form, &scope) {
            let (written, coded) = (evaluate(form, &expr, &scope, &point), (form.value)(&point));
            // Some formulas live on a part of the declared ranges only; there the function must not invent a number.
            let Some(written) = written.filter(|x| x.is_finite()) else {
                assert!(!coded.is_finite(), "{} at {point:?}: undefined, but coded as {coded}", form.id);
                continue;
            };
            defined += 1;
            let close = (written - coded).abs() <= 1e-12 * written.abs().max(coded.abs());
            assert!(close, "{} at {point:?}: {written} written, {coded} coded", form.id);
        }
        assert!(defined >= 4, "{}: only {defined} points inside its domain", form.id);
    }
}

#[test]
fn wrong_twins_differ() {
    for form in ALL {
        let scope = scope(form);
        let twin = parse(form, form.wrong_twin, &scope);
        let points = points(form, &scope);
        let refuted = points.iter().filter(|point| {
            let (wrong, right) = (evaluate(form, &twin, &scope, point), (form.value)(point));
            right.is_finite() && wrong.is_some_and(|wrong| (wrong - right).abs() > 1e-6 * right.abs())
        });
        assert!(refuted.count() >= 3, "{}", form.id);
    }
}

#[test]
fn documentation_has_every_heading() {
    let headings = ["# Statement", "# Assumptions", "# Derivation", "# Source", "# Numerics", "# Limits"];
    for form in ALL {
        let found: Vec<&str> = form.doc.lines().map(str::trim).filter(|line| line.starts_with("# ")).collect();
        assert_eq!(found, headings, "{}", form.id);
        assert!(!form.doc.lines().next().unwrap().trim().is_empty(), "{} has no name", form.id);
        let statement: String = form.doc.split_whitespace().collect();
        let latex: String = form.latex.split_whitespace().collect();
        assert!(statement.contains(&latex), "{}: the statement is not the formula", form.id);
    }
}
