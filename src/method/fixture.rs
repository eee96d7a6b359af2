//! Claims built by hand, for tests.

use super::{Budget, Context, Method};
use crate::claim::{Claim, Declaration, Domain, Expectation, Role};
use crate::evidence::{Evidence, Finding};
use crate::expr::{Condition, Dim, Expr, Link, Relation, Sort, Statement, Symbol, fixture as tree, print};
use crate::numeric::Rational;
use crate::random::SeedPath;
use crate::source::{SourceFile, Span};
use std::sync::Arc;

/// Declared symbols, collected while a test builds its formula.
#[derive(Default)]
pub(crate) struct Table(pub(crate) Vec<Declaration>);

impl Table {
    pub(crate) fn declare(&mut self, tex: &str, sort: Sort, domain: Domain, role: Role) -> Symbol {
        let symbol = Symbol::new(tex, sort);
        self.0.push(Declaration { symbol: symbol.clone(), domain, role, span: Span::default() });
        symbol
    }

    pub(crate) fn real(&mut self, tex: &str) -> Expr {
        tree::use_of(&self.declare(tex, Sort::Real, Domain::All, Role::Variable))
    }

    pub(crate) fn positive(&mut self, tex: &str) -> Expr {
        tree::use_of(&self.declare(tex, Sort::Real, above(0, false), Role::Variable))
    }

    pub(crate) fn dimension(&mut self, tex: &str) -> Dim {
        Dim::Named(self.declare(tex, Sort::Integer, above(1, true), Role::Dimension))
    }

    pub(crate) fn square(&mut self, tex: &str, d: &Dim, domain: Domain) -> Expr {
        tree::use_of(&self.declare(tex, Sort::Matrix(d.clone(), d.clone()), domain, Role::Variable))
    }

    pub(crate) fn claim(&self, left: Expr, relation: Relation, right: Expr) -> Claim {
        let link = Link { left: tree::flat(left), relation, right: tree::flat(right) };
        Claim {
            id: "test".into(),
            file: SourceFile::new("test.md", ""),
            span: Span::default(),
            tex: print::link(&link),
            statement: Statement { premises: Vec::new(), links: vec![link] },
            declarations: Arc::new(self.0.clone()),
            alternatives: Vec::new(),
            converse: None,
            assumptions: Vec::new(),
            assumed: None,
            expect: Expectation::Holds,
            source: None,
            cites: Vec::new(),
            corrects: None,
            extremum: None,
            solves: None,
            over: Vec::new(),
            limit: None,
            experiment: None,
            closed_form: None,
            methods: None,
            tolerance: None,
        }
    }
}

pub(crate) fn above(bound: i64, closed: bool) -> Domain {
    Domain::Interval { lower: Some((Rational::from(bound), closed)), upper: None }
}

pub(crate) fn holds(left: Expr, relation: Relation, right: Expr) -> Condition {
    Condition::Holds(Link { left, relation, right })
}

/// The only evidence of a method on a claim of one link, standard budget.
pub(crate) fn check(method: &dyn Method, claim: &Claim) -> Evidence {
    let budget = Budget::default();
    let seed = SeedPath::root(1).child(&claim.id);
    let mut evidence = method.check(&Context { claim, budget: &budget, seed: &seed });
    assert_eq!(evidence.len(), 1);
    evidence.remove(0)
}

/// The word of the finding.
pub(crate) fn word(method: &dyn Method, claim: &Claim) -> &'static str {
    Finding::word(&check(method, claim).finding)
}
