//! Upright words and environments, and what they mean.

use super::Meaning as M;
use crate::expr::{ArrayFunction, Differential, Fold, Optimum};
use crate::numeric::Function;

/// Upright words that are operators, whichever way they are typeset.
pub(super) const WORDS: &[(&str, M)] = &[
    ("Re", M::Function(Function::RealPart)),
    ("Im", M::Function(Function::ImaginaryPart)),
    ("sgn", M::Function(Function::Sign)),
    ("sign", M::Function(Function::Sign)),
    ("erf", M::Function(Function::Erf)),
    ("erfc", M::Function(Function::Erfc)),
    ("arsinh", M::Function(Function::Asinh)),
    ("arcosh", M::Function(Function::Acosh)),
    ("artanh", M::Function(Function::Atanh)),
    ("arcsinh", M::Function(Function::Asinh)),
    ("arccosh", M::Function(Function::Acosh)),
    ("arctanh", M::Function(Function::Atanh)),
    ("abs", M::Function(Function::Abs)),
    ("floor", M::Function(Function::Floor)),
    ("ceil", M::Function(Function::Ceil)),
    ("exp", M::Function(Function::Exp)),
    ("log", M::Function(Function::Log)),
    ("ln", M::Function(Function::Log)),
    ("tanh", M::Function(Function::Tanh)),
    ("cosh", M::Function(Function::Cosh)),
    ("sinh", M::Function(Function::Sinh)),
    ("coth", M::Reciprocal(Function::Tanh)),
    ("sech", M::Reciprocal(Function::Cosh)),
    ("csch", M::Reciprocal(Function::Sinh)),
    ("Tr", M::Array(ArrayFunction::Trace)),
    ("tr", M::Array(ArrayFunction::Trace)),
    ("Trace", M::Array(ArrayFunction::Trace)),
    ("det", M::Array(ArrayFunction::Determinant)),
    ("diag", M::Array(ArrayFunction::Diagonal)),
    ("spec", M::Array(ArrayFunction::Eigenvalues)),
    ("eig", M::Array(ArrayFunction::Eigenvalues)),
    ("min", M::Extreme(Fold::Minimum)),
    ("max", M::Extreme(Fold::Maximum)),
    ("inf", M::Optimum(Optimum::Infimum)),
    ("sup", M::Optimum(Optimum::Supremum)),
    ("argmin", M::Optimum(Optimum::ArgMin)),
    ("argmax", M::Optimum(Optimum::ArgMax)),
    ("arg min", M::Optimum(Optimum::ArgMin)),
    ("arg max", M::Optimum(Optimum::ArgMax)),
    ("arg", M::Arg),
    ("extr", M::Optimum(Optimum::Extremum)),
    ("Extr", M::Optimum(Optimum::Extremum)),
    ("lim", M::Limit),
    ("div", M::Divergence),
    ("grad", M::Nabla),
    ("Var", M::Variance),
    ("Cov", M::Covariance),
    ("KL", M::RelativeEntropy),
    ("Hess", M::Matrix(Differential::Hessian)),
    ("Jac", M::Matrix(Differential::Jacobian)),
    ("Rad", M::Rademacher),
    ("mod", M::Modulo),
];

/// Environments whose rows are parts of one display.
pub(in super::super) const DISPLAY_ENVIRONMENTS: &[&str] = &[
    "aligned",
    "align",
    "align*",
    "split",
    "gathered",
    "gather",
    "gather*",
    "equation",
    "equation*",
    "multline",
    "multline*",
    "alignat",
    "alignat*",
    "displaymath",
];

/// Environments of rows and columns.
pub(in super::super) const GRID_ENVIRONMENTS: &[&str] =
    &["cases", "dcases", "matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "substack", "array"];
