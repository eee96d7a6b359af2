//! What a declared function stands for at a point: a member of a family, written as a formula with rational coefficients so
//! that every arithmetic sees the same one; or, in the prime field, an arbitrary smooth function.

use super::{Program, Unevaluable};
use crate::expr::{Expr, Symbol, print, walk};
use std::sync::Arc;

/// The value of a function symbol.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A function with a formula.
    Member(Arc<Member>),
    /// Any smooth function: its values and derivatives at different points are independent indeterminates.
    Arbitrary {
        /// Whether its values are positive.
        positive: bool,
    },
}

/// A function given by a formula per entry of its value.
#[derive(Clone, Debug)]
pub struct Member {
    parameters: Vec<Symbol>,
    entries: Vec<(Expr, Program)>,
    shape: Option<(usize, usize)>,
    mixture: Vec<Component<Program>>,
}

/// A component of a Gaussian mixture: x = mean + factor · z with z standard normal, `factor` lower triangular.
#[derive(Clone, Debug)]
pub struct Component<E = Expr> {
    /// Its probability.
    pub weight: E,
    /// The mean, entry by entry.
    pub mean: Vec<E>,
    /// Rows of the factor, up to the diagonal.
    pub factor: Vec<Vec<E>>,
}

impl Member {
    /// The function of `parameters` whose value has these entries, column by column; without a shape it is one number.
    ///
    /// # Errors
    /// An entry that cannot be evaluated.
    pub fn new(
        parameters: Vec<Symbol>,
        entries: Vec<Expr>,
        shape: Option<(usize, usize)>,
    ) -> Result<Self, Unevaluable> {
        let compiled = entries.into_iter().map(|e| Program::compile(&e).map(|program| (e, program)));
        Ok(Self { parameters, entries: compiled.collect::<Result<_, _>>()?, shape, mixture: Vec::new() })
    }

    /// The same function, known to be the density of this mixture in its first parameter.
    ///
    /// # Errors
    /// A weight, mean or factor that cannot be evaluated.
    pub fn with_mixture(self, mixture: &[Component]) -> Result<Self, Unevaluable> {
        let all = |entries: &[Expr]| entries.iter().map(Program::compile).collect::<Result<Vec<_>, _>>();
        let compiled = mixture.iter().map(|c| {
            let factor = c.factor.iter().map(|row| all(row)).collect::<Result<_, _>>()?;
            Ok(Component { weight: Program::compile(&c.weight)?, mean: all(&c.mean)?, factor })
        });
        Ok(Self { mixture: compiled.collect::<Result<_, _>>()?, ..self })
    }

    /// Its parameters.
    pub fn parameters(&self) -> &[Symbol] {
        &self.parameters
    }

    /// The formula of each entry.
    pub fn entries(&self) -> impl Iterator<Item = &Expr> {
        self.entries.iter().map(|(e, _)| e)
    }

    /// Rows and columns of its value; `None` for a number.
    pub fn shape(&self) -> Option<(usize, usize)> {
        self.shape
    }

    /// The components, if it is a mixture density; their formulas mention the parameters after the first.
    pub(super) fn mixture(&self) -> &[Component<Program>] {
        &self.mixture
    }

    pub(super) fn programs(&self) -> impl Iterator<Item = &Program> {
        self.entries.iter().map(|(_, program)| program)
    }

    /// Its arguments in brackets and its formula, both as TeX.
    pub fn tex(&self) -> (String, String) {
        let names: Vec<&str> = self.parameters.iter().map(Symbol::tex).collect();
        let entries: Vec<String> = self.entries().map(print::expr).collect();
        let value = if self.shape.is_none() { entries.join("") } else { format!("({})", entries.join(", ")) };
        (format!("({})", names.join(", ")), value)
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.parameters == other.parameters
            && self.shape == other.shape
            && self.entries.len() == other.entries.len()
            && self.entries().zip(other.entries()).all(|(a, b)| walk::same(a, b))
    }
}
