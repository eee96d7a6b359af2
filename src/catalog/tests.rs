//! Every closed form: its LaTeX is read by the note reader and agrees with its Rust function; its wrong twin does not.

use super::{ALL, ClosedForm};
use crate::eval::{Assignment, Program, Value};
use crate::expr::Expr;
use crate::latex::{self, Scope};
use crate::note;
use crate::numeric::float::F64;
use crate::source::SourceFile;

/// The scope of a note that declares the form's symbols.
fn scope(form: &ClosedForm) -> Scope {
    let rows: String = form.symbols.iter().map(|(name, sort)| format!("'{name}' = '{sort}'\n")).collect();
    let text = format!("+++\ntitle = '{}'\n[symbols]\n{rows}+++\n", form.id);
    let file = SourceFile::new(form.id, text);
    let (raw, diagnostics) = note::read(&file);
    assert!(diagnostics.is_empty(), "{}: {diagnostics:?}", form.id);
    let (lowered, diagnostics) = note::lower(&raw);
    assert!(diagnostics.is_empty(), "{}: {diagnostics:?}", form.id);
    lowered.scope
}

fn parse(form: &ClosedForm, tex: &str, scope: &Scope) -> Expr {
    latex::expression(tex, scope, &[]).unwrap_or_else(|trouble| panic!("{}: {tex}: {trouble:?}", form.id))
}

/// Admissible arguments: one list per point.
fn points(form: &ClosedForm) -> Vec<Vec<f64>> {
    let choices = |sort: &str| match sort {
        s if s.starts_with("integer") => [3.0, 4.0, 9.0, 14.0],
        s if s.ends_with("in (0, 1)") => [0.3, 0.45, 0.6, 0.8],
        _ => [0.4, 0.75, 1.3, 2.6],
    };
    // Different entries of the lists for different arguments, so that no two are tied.
    (0..4)
        .map(|k| form.symbols.iter().enumerate().map(|(j, (_, sort))| choices(sort)[(k + 3 * j) % 4]).collect())
        .collect()
}

fn evaluate(form: &ClosedForm, expr: &Expr, scope: &Scope, point: &[f64]) -> f64 {
    let mut at = Assignment::new();
    for ((name, _), x) in form.symbols.iter().zip(point) {
        let (name, _) = latex::symbol_name(name).unwrap();
        at.set(&scope.declared(&name).unwrap().symbol, Value::Scalar(*x));
    }
    let program = Program::compile(expr).unwrap_or_else(|e| panic!("{}: {e:?}", form.id));
    let value = program.evaluate(&F64, &at).unwrap_or_else(|e| panic!("{} at {point:?}: {e:?}", form.id));
    *value.as_scalar().unwrap()
}

#[test]
fn functions_are_what_their_latex_says() {
    for form in ALL {
        let scope = scope(form);
        let expr = parse(form, form.latex, &scope);
        for point in points(form) {
            let (written, coded) = (evaluate(form, &expr, &scope, &point), (form.value)(&point));
            let close = (written - coded).abs() <= 1e-12 * written.abs().max(coded.abs());
            assert!(close && coded.is_finite(), "{} at {point:?}: {written} written, {coded} coded", form.id);
        }
    }
}

#[test]
fn wrong_twins_differ() {
    for form in ALL {
        let scope = scope(form);
        let twin = parse(form, form.wrong_twin, &scope);
        let differs = points(form).iter().all(|point| {
            let (wrong, right) = (evaluate(form, &twin, &scope, point), (form.value)(point));
            (wrong - right).abs() > 1e-6 * right.abs()
        });
        assert!(differs, "{}", form.id);
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
