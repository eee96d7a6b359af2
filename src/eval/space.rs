//! Integrals over all values of several numbers, by the trapezoidal rule on a lattice that fits the integrand: it converges
//! geometrically for smooth integrands that decay (Trefethen and Weideman 2014). Errors are estimated by halving the step.

use super::machine::{JetValue, Machine};
use super::op::{Node, Shape};
use super::quadrature::Integrand;
use super::{Value, array};
use crate::numeric::jet::{Jet, Jets};
use crate::numeric::{Arithmetic, Function, Undefined};
use nalgebra::{DMatrix, DVector};
use std::fmt::Debug;

/// Integrals over more numbers are refused.
pub(super) const MOST_DIMENSIONS: usize = 3;
/// The lattice is refined until the estimated error is this small relative to ∫|f| …
const TARGET: f64 = 1e-10;
/// … and the integral is refused if it ends above this.
const ACCEPTED: f64 = 1e-7;
/// So many nodes are looked at on the finest lattice.
const MOST_NODES: f64 = 400_000.0;
/// Half the width of the lattice in standard deviations of |f|.
const REACH: f64 = 9.0;
/// Rounding of nodes and weights moves the sum by this share of ∫|f|.
const ROUNDING: f64 = 4e-15;

/// For one standard normal number the lattices are nested: the step of the coarsest, no simple fraction of anything that an
/// integrand may oscillate with, and where it begins, which is no place where one is singular …
const LINE_STEP: f64 = 0.913_7;
const LINE_SHIFT: f64 = 0.129_3;
/// … the step below which none is tried, and the error that is aimed at.
const LINE_FINEST: f64 = 0.12;
const LINE_TARGET: f64 = 1e-13;

/// An integrand at a place.
pub(super) type Field<'f, 'm, 'a, A> =
    dyn FnMut(&mut Machine<'m, 'a, A>, &[f64]) -> Result<JetValue<A>, Undefined> + 'f;

/// An integrand that may be left out at a place.
type Partial<'f, 'm, 'a, A> = dyn FnMut(&mut Machine<'m, 'a, A>, &[f64]) -> Result<Option<JetValue<A>>, Undefined> + 'f;

/// Σ f and Σ|f| over lattice points, each coefficient of each entry on its own.
struct Sums<V> {
    value: Option<V>,
    /// Approximate coefficients of the value.
    coefficients: Vec<f64>,
    magnitude: f64,
    /// The share of the outermost layer in the magnitude.
    edge: f64,
}

impl<N: Clone + PartialEq + Debug + 'static> Sums<Value<Jet<N>>> {
    /// The sums over the nodes of two lattices of the same step, of which one has its nodes half way between those of the other.
    fn halfway<A: Arithmetic<Number = N>>(self, other: Self, jets: &Jets<A>) -> Option<Self> {
        let half = jets.float(0.5).ok()?;
        let sum = array::add(jets, &self.value?, &other.value?).ok()?;
        let at = |c: &[f64], i: usize| c.get(i).copied().unwrap_or(0.0);
        let most = self.coefficients.len().max(other.coefficients.len());
        let mean = |i| f64::midpoint(at(&self.coefficients, i), at(&other.coefficients, i));
        Some(Self {
            value: Some(array::scale(jets, &half, &sum)),
            coefficients: (0..most).map(mean).collect(),
            magnitude: f64::midpoint(self.magnitude, other.magnitude),
            edge: self.edge.max(other.edge),
        })
    }
}

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    /// ∫ body over all values of the symbols.
    pub(super) fn space(&mut self, symbols: &[(usize, Shape)], body: &Node) -> Result<JetValue<A>, Undefined> {
        if !self.jets.admits_quadrature() {
            return Err(Undefined::unsupported("an integral"));
        }
        let mut sizes = Vec::with_capacity(symbols.len());
        for (_, shape) in symbols {
            sizes.push(match shape {
                None => None,
                Some((rows, columns)) => Some((self.length(*rows)?, self.length(*columns)?)),
            });
        }
        let n: usize = sizes.iter().map(|size| size.map_or(1, |(r, c)| r * c)).sum();
        if n > MOST_DIMENSIONS {
            return Err(Undefined::unsupported("an integral over more than three numbers"));
        }
        let saved: Vec<_> = symbols.iter().map(|(slot, _)| (*slot, self.replace(*slot, None))).collect();
        let place = |machine: &mut Self, entries: &mut dyn Iterator<Item = Jet<A::Number>>| {
            for ((slot, _), size) in symbols.iter().zip(&sizes) {
                let value = match size {
                    None => entries.next().map(Value::Scalar),
                    Some((r, c)) => {
                        let entries: Vec<_> = entries.take(r * c).collect();
                        Some(Value::Array(DMatrix::from_vec(*r, *c, entries)))
                    }
                };
                machine.replace(*slot, value);
            }
        };
        let outcome = if n == 1 {
            self.over_the_line(body, &mut |machine, x| {
                place(machine, &mut std::iter::once(x.clone()));
                Ok(())
            })
        } else {
            self.cubature(n, &mut |machine, x| {
                let entries = x.iter().map(|x| machine.float(*x)).collect::<Result<Vec<_>, _>>()?;
                place(machine, &mut entries.into_iter());
                machine.eval(body)
            })
        };
        for (slot, value) in saved {
            self.replace(slot, value);
        }
        outcome
    }

    /// ∫ f over ℝⁿ, the lattice laid along the principal axes of |f|.
    fn cubature(&mut self, n: usize, f: &mut Field<'_, 'm, 'a, A>) -> Result<JetValue<A>, Undefined> {
        let (mut center, mut factor) = (DVector::zeros(n), DMatrix::identity(n, n) * 1.25);
        for _ in 0..3 {
            (center, factor) = self.principal_axes(n, &center, &factor, f)?;
        }
        let volume = factor.determinant().abs();
        let mut step: f64 = 1.0;
        let mut convergence = Convergence::to(TARGET.max(self.jets.aim()));
        loop {
            let sums = self.lattice(n, step, volume, &mut |machine, z| {
                if z.iter().map(|z| z * z).sum::<f64>() > REACH * REACH {
                    return Ok(None);
                }
                let x = &center + &factor * DVector::from_column_slice(z);
                f(machine, x.as_slice()).map(Some)
            })?;
            // All zero means that nothing was hit, not that there is nothing.
            if sums.edge > ACCEPTED * 1e-2 || sums.magnitude == 0.0 {
                return Err(Undefined::Precision("an integral over the whole space"));
            }
            let nodes = (4.0 * REACH / step).powi(n as i32);
            match convergence.next(&sums, nodes > MOST_NODES) {
                Some(Ok(error)) => return self.finished(sums, error),
                Some(Err(why)) => return Err(why),
                None => {}
            }
            step /= 2.0;
        }
    }

    fn finished(&self, sums: Sums<JetValue<A>>, error: f64) -> Result<JetValue<A>, Undefined> {
        let value = sums.value.ok_or(Undefined::NonFinite)?;
        // Beyond the reach lies at most what its last layer holds, if |f| halves from layer to layer.
        Ok(value.map(|x| self.jets.widen(x, error + (ROUNDING + self.jets.slack() + sums.edge) * sums.magnitude)))
    }

    /// Mean and a factor of the covariance of |f|, seen on a coarse lattice.
    fn principal_axes(
        &mut self,
        n: usize,
        center: &DVector<f64>,
        factor: &DMatrix<f64>,
        f: &mut Field<'_, 'm, 'a, A>,
    ) -> Result<(DVector<f64>, DMatrix<f64>), Undefined> {
        let (mut mass, mut first, mut second) = (0.0, DVector::zeros(n), DMatrix::zeros(n, n));
        let half = 8;
        let mut index = vec![-half; n];
        loop {
            let z = DVector::from_iterator(n, index.iter().map(|i| f64::from(*i)));
            let x = center + factor * z;
            let value = f(self, x.as_slice())?;
            let weight: f64 = value.entries().iter().map(|e| self.jets.approximate(e).abs()).fold(0.0, f64::max);
            if weight.is_finite() {
                mass += weight;
                first += &x * weight;
                second += &x * x.transpose() * weight;
            }
            if !advance(&mut index, half) {
                break;
            }
        }
        if mass <= 0.0 || !mass.is_finite() {
            // Nothing is seen from here; the lattice stays.
            return Ok((center.clone(), factor.clone()));
        }
        let mean = first / mass;
        // A lattice sees no spread below its own step.
        let floor = factor * factor.transpose() * 0.05;
        let covariance = second / mass - &mean * mean.transpose() + floor;
        let lower = covariance.cholesky().map(|c| c.l());
        lower.map(|l| (mean, l)).ok_or(Undefined::Precision("an integral over the whole space"))
    }

    /// The sum of `f` over the lattice of a step within the reach, times the volume of a cell.
    fn lattice(
        &mut self,
        n: usize,
        step: f64,
        volume: f64,
        f: &mut Partial<'_, 'm, 'a, A>,
    ) -> Result<Sums<JetValue<A>>, Undefined> {
        let jets = self.jets;
        let half = (REACH / step) as i32;
        let mut index = vec![-half; n];
        let mut sums = Sums { value: None, coefficients: Vec::new(), magnitude: 0.0, edge: 0.0 };
        let mut z = vec![0.0; n];
        loop {
            for (z, i) in z.iter_mut().zip(&index) {
                *z = f64::from(*i) * step;
            }
            if let Some(value) = f(self, &z)? {
                let mut largest: f64 = 0.0;
                for (place, c) in value.entries().iter().flat_map(|jet| jet.coefficients()).enumerate() {
                    let c = jets.inner().approximate(c);
                    if place >= sums.coefficients.len() {
                        sums.coefficients.resize(place + 1, 0.0);
                    }
                    sums.coefficients[place] += c;
                    largest = if c.is_nan() { f64::INFINITY } else { largest.max(c.abs()) };
                }
                sums.magnitude += largest;
                if z.iter().map(|z| z * z).sum::<f64>() > (REACH - 1.0).powi(2) {
                    sums.edge += largest;
                }
                sums.value = Some(match sums.value.take() {
                    None => value,
                    Some(sum) => array::add(jets, &sum, &value)?,
                });
            }
            if !advance(&mut index, half) {
                break;
            }
        }
        let cell = step.powi(n as i32) * volume;
        let weight = self.float(cell)?;
        sums.value = sums.value.map(|value| array::scale(jets, &weight, &value));
        sums.coefficients.iter_mut().for_each(|c| *c *= cell);
        sums.edge = if sums.magnitude > 0.0 { sums.edge / sums.magnitude } else { 0.0 };
        sums.magnitude *= cell;
        if sums.magnitude.is_finite() { Ok(sums) } else { Err(Undefined::NonFinite) }
    }

    /// 𝔼 f(z) for n independent standard normal numbers.
    pub(super) fn standard_normal(&mut self, n: usize, f: &mut Field<'_, 'm, 'a, A>) -> Result<JetValue<A>, Undefined> {
        if !self.jets.admits_quadrature() {
            return Err(Undefined::unsupported("an integral"));
        }
        if n > MOST_DIMENSIONS {
            return Err(Undefined::unsupported("an expectation of a function of more than three normal numbers"));
        }
        let jets = self.jets;
        let density = std::f64::consts::TAU.powf(-0.5 * n as f64);
        let mut step: f64 = 1.0;
        let mut convergence = Convergence::to(TARGET.max(self.jets.aim()));
        loop {
            let sums = self.lattice(n, step, 1.0, &mut |machine, z| {
                let square: f64 = z.iter().map(|z| z * z).sum();
                if square > REACH * REACH {
                    return Ok(None);
                }
                let weight = machine.float(density * (-0.5 * square).exp())?;
                Ok(Some(array::scale(jets, &weight, &f(machine, z)?)))
            })?;
            let nodes = (4.0 * REACH / step).powi(n as i32);
            match convergence.next(&sums, nodes > MOST_NODES) {
                Some(Ok(error)) => return self.finished(sums, error),
                Some(Err(why)) => return Err(why),
                None => {}
            }
            step /= 2.0;
        }
    }

    /// 𝔼 f(z) for one standard normal number and a function without switches, on nested lattices; `None` where these do not
    /// converge fast, as beside a narrow feature, or where the function grows as the density falls.
    pub(super) fn smooth_normal(&mut self, f: &mut Integrand<'_, 'm, 'a, A>) -> Option<JetValue<A>> {
        let jets = self.jets;
        let density = std::f64::consts::TAU.sqrt().recip();
        let (mut step, mut shift) = (LINE_STEP, LINE_SHIFT);
        let mut convergence = Convergence::to(LINE_TARGET.max(jets.aim()));
        let mut all: Option<Sums<JetValue<A>>> = None;
        loop {
            let own = self.lattice(1, step, 1.0, &mut |machine, z| {
                let z = z[0] + shift;
                let value = f(machine, &machine.float(z)?)?;
                let weight = machine.float(density * (-0.5 * z * z).exp())?;
                Ok(Some(array::scale(jets, &weight, &value)))
            });
            let sums = match (own, all.take()) {
                (Ok(own), None) => own,
                (Ok(own), Some(coarse)) => {
                    step /= 2.0;
                    coarse.halfway(own, jets)?
                }
                (Err(_), _) => {
                    self.forgive();
                    return None;
                }
            };
            if sums.edge > LINE_TARGET.max(jets.aim()) {
                return None;
            }
            match convergence.next(&sums, step < LINE_FINEST) {
                Some(Ok(error)) => return self.finished(sums, error).ok(),
                Some(Err(_)) => return None,
                None => {}
            }
            shift += 0.5 * step;
            all = Some(sums);
        }
    }

    /// ∫ body δ(argument) over all values of a number, for an argument that is affine in it: body/|slope| at the root.
    pub(super) fn sift(&mut self, slot: usize, argument: &Node, body: &Node) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        if super::degree::degree(argument, &[slot], self.constants()).is_none_or(|d| d > 1) {
            return Err(Undefined::unsupported("Dirac's δ of an argument that is not affine"));
        }
        let saved = self.replace(slot, Some(Value::Scalar(self.number(0))));
        let at_zero = self.scalar(argument);
        self.replace(slot, Some(Value::Scalar(self.number(1))));
        let at_one = self.scalar(argument);
        let outcome = at_zero.and_then(|zero| {
            let slope = jets.sub(&at_one?, &zero);
            let root = jets.neg(&jets.div(&zero, &slope)?);
            let density = jets.div(&self.number(1), &jets.function(Function::Abs, &[slope])?)?;
            self.replace(slot, Some(Value::Scalar(root)));
            Ok(array::scale(jets, &density, &self.eval(body)?))
        });
        self.replace(slot, saved);
        outcome
    }
}

/// What the steps so far say: the change from step to step and the estimated error of the last.
struct Convergence {
    target: f64,
    last: Vec<f64>,
    change: Option<f64>,
}

impl Convergence {
    fn to(target: f64) -> Self {
        Self { target, last: Vec::new(), change: None }
    }

    /// Takes in the sums of the next lattice: the estimated error once it is small enough, an error if no finer lattice is
    /// allowed, `None` to go on.
    ///
    /// For smooth integrands the error of a lattice is the square of that of the one before (Trefethen and Weideman 2014, §5);
    /// where the changes shrink like that, the error is put at the power 5/4 of the last change (members of several widths reach the
    /// square late), else at the last change.
    fn next<V>(&mut self, now: &Sums<V>, is_last: bool) -> Option<Result<f64, Undefined>> {
        let first = self.last.is_empty();
        let at = |c: &[f64], i: usize| c.get(i).copied().unwrap_or(0.0);
        let change = (0..now.coefficients.len().max(self.last.len()))
            .map(|i| (at(&now.coefficients, i) - at(&self.last, i)).abs())
            .fold(0.0, f64::max);
        let relative = if now.magnitude > 0.0 { change / now.magnitude } else { 0.0 };
        let before = if first { None } else { self.change.replace(relative) };
        self.last.clone_from(&now.coefficients);
        if first {
            return is_last.then_some(Err(Undefined::Precision("an integral")));
        }
        let squares = before.is_some_and(|before| before < 0.1 && relative <= before.powf(1.5));
        let error = if squares { relative.powf(1.25) } else { relative };
        if error <= self.target || (is_last && error <= ACCEPTED) {
            Some(Ok(error * now.magnitude))
        } else {
            is_last.then_some(Err(Undefined::Precision("an integral")))
        }
    }
}

/// The next index of a cube from −half to half; `false` after the last.
fn advance(index: &mut [i32], half: i32) -> bool {
    for i in index.iter_mut() {
        if *i < half {
            *i += 1;
            return true;
        }
        *i = -half;
    }
    false
}
