//! Walkers of Langevin's equation for a Gaussian, in Euler's scheme.

use crate::experiment::{ExperimentError, Parameter, Parameters, Quantity, cost};
use crate::linalg::{Mat, entries, from_spectrum, haar, product, product_into};
use crate::random::{Bulk, SeedPath, fill_normal};

/// The target e^{-xᵀKx/2}: K has eigenvalues from 1 to κ, spaced geometrically, in a Haar-random basis. One step of the chain is
/// x ← x − hKx + √(2h) z.
pub(super) struct Langevin {
    /// K.
    precision: Mat<f64>,
    /// Eigenvectors of K as columns, in the order of the eigenvalues.
    pub(super) basis: Mat<f64>,
    /// Eigenvalues of K, ascending.
    pub(super) spectrum: Vec<f64>,
    /// I − hK.
    propagator: Mat<f64>,
    /// Step h of time.
    pub(super) h: f64,
    /// Walkers that run side by side in one replicate.
    pub(super) walkers: usize,
}

impl Langevin {
    pub(super) const D: Parameter = Parameter::whole("d", "dimension", 8.0, 2.0, 512.0);
    pub(super) const KAPPA: Parameter =
        Parameter::real("kappa", "condition number κ; the smallest eigenvalue of K is 1", 10.0, 1.0, 1e4);
    pub(super) const WALKERS: Parameter =
        Parameter::whole("walkers", "independent walkers in one replicate", 32.0, 1.0, 1e5);

    /// # Errors
    /// A step at which the chain runs away, h κ ≥ 2.
    pub(super) fn new(p: &Parameters, h: f64, path: &SeedPath) -> Result<Self, ExperimentError> {
        let (d, kappa) = (p.whole("d"), p.get("kappa"));
        if h * kappa >= 2.0 {
            return Err(ExperimentError::Setup(format!("steps of {h} are unstable for the eigenvalue {kappa}")));
        }
        let spectrum: Vec<f64> = (0..d).map(|k| kappa.powf(k as f64 / (d - 1) as f64)).collect();
        let basis = haar(d, &mut path.child("basis").stream());
        let precision = from_spectrum(&spectrum, basis.as_ref());
        let propagator = Mat::from_fn(d, d, |i, j| f64::from(u8::from(i == j)) - h * precision[(i, j)]);
        Ok(Self { precision, basis, spectrum, propagator, h, walkers: p.whole("walkers") })
    }

    /// Walkers with independent Gaussian components along the eigenvectors, of a variance that depends on the eigenvalue.
    pub(super) fn drawn(&self, generator: &mut Bulk, variance: impl Fn(f64) -> f64) -> Mat<f64> {
        let mut x = Mat::<f64>::zeros(self.spectrum.len(), self.walkers);
        for j in 0..self.walkers {
            fill_normal(generator, x.col_as_slice_mut(j));
            x.col_as_slice_mut(j).iter_mut().zip(&self.spectrum).for_each(|(x, k)| *x *= variance(*k).sqrt());
        }
        product(self.basis.as_ref(), x.as_ref())
    }

    /// One step of all walkers; the noise is drawn into `next`, whose old values do not matter.
    pub(super) fn step(&self, generator: &mut Bulk, x: &mut Mat<f64>, next: &mut Mat<f64>) {
        product_into(next.as_mut(), self.propagator.as_ref(), x.as_ref());
        let root = (2.0 * self.h).sqrt();
        for j in 0..self.walkers {
            fill_normal(generator, x.col_as_slice_mut(j));
            next.col_as_slice_mut(j).iter_mut().zip(x.col_as_slice(j)).for_each(|(next, z)| *next += root * z);
        }
        std::mem::swap(x, next);
    }

    /// The component of a walker along an eigenvector.
    pub(super) fn component(&self, x: &Mat<f64>, walker: usize, mode: usize) -> f64 {
        self.basis.col_as_slice(mode).iter().zip(x.col_as_slice(walker)).map(|(u, x)| u * x).sum()
    }

    /// Work of so many steps.
    pub(super) fn work(&self, steps: usize) -> f64 {
        let d = self.spectrum.len();
        let step = cost::product(d, d, self.walkers) + (self.walkers * d) as f64 * (cost::NORMAL + 1.0);
        // Products of small matrices take some hundred nanoseconds whatever their size.
        cost::work(steps as f64 * (step + 400.0))
    }

    pub(super) fn quantity(&self, name: &str) -> Option<Quantity> {
        let d = self.spectrum.len();
        match name {
            "K" => Some(Quantity::Matrix(d, d, entries(self.precision.as_ref()))),
            "h" => Some(Quantity::Scalar(self.h)),
            _ => None,
        }
    }
}
