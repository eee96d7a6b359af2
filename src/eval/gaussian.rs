//! Means over normal numbers: by moments where the body is a polynomial, else by quadrature; and means over declared densities,
//! by the components of their mixtures.

use super::breakpoints::switches;
use super::call::Callee;
use super::degree::degree;
use super::expectation::{Coordinate, Gaussian, work};
use super::machine::{JetValue, Machine};
use super::op::{Node, Shape, Weight};
use super::quadrature::Place;
use super::{Component, Program, Value, array};
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Constant, Function, Rational, Undefined};

/// The exact formula is refused beyond this many evaluations times coefficients.
const MAX_WORK: f64 = 2e5;
/// A variance that small beside the largest counts as zero.
const DETERMINED: f64 = 1e-13;
/// Where a standard normal integral is cut within ±10 …
const NORMAL_CUTS: [f64; 11] = [-10.0, -8.0, -5.0, -3.0, -1.4, 0.1, 1.3, 3.1, 5.0, 8.0, 10.0];
/// … and beyond, for integrands that grow: the density beyond ±38 is below the least positive `f64`.
const FAR_CUTS: [[f64; 3]; 2] = [[-38.0, -16.0, -10.0], [10.0, 16.0, 38.0]];
/// Where the integrand cannot be evaluated beyond ±10, its last two units may hold this share of it.
const NEGLIGIBLE: f64 = 1e-9;

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    /// The mean over normal variables that stand at their means.
    pub(super) fn gaussian(
        &mut self,
        gaussian: &Gaussian<A::Number>,
        slots: &[usize],
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        if let Some(degree) = degree(body, slots, self.constants()) {
            let levels = degree as usize / 2;
            if work(gaussian.pairs.len(), levels) <= MAX_WORK {
                return self.wick(gaussian, levels, body);
            }
        }
        self.normal_quadrature(gaussian, body)
    }

    /// ∫ product over all values of a symbol: by the components of a mixture among its factors, else over the whole space.
    pub(super) fn average_over(
        &mut self,
        slot: usize,
        shape: Shape,
        densities: &[Weight],
        product: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        for Weight { function, others, body } in densities {
            if let Some(Callee::Member(member, _)) = &self.callees[*function]
                && !member.mixture().is_empty()
            {
                let member = *member;
                let mut arguments = Vec::with_capacity(others.len());
                for other in others {
                    arguments.push(self.eval(other)?);
                }
                let saved = self.replace(slot, None);
                let mut sum: Option<JetValue<A>> = None;
                let mut outcome = Ok(());
                for component in member.mixture() {
                    match self.mixture_component(slot, shape, component, &member.parameters()[1..], &arguments, body) {
                        Ok(term) => {
                            sum = Some(match sum {
                                None => term,
                                Some(sum) => array::add(self.jets, &sum, &term)?,
                            });
                        }
                        Err(error) => {
                            outcome = Err(error);
                            break;
                        }
                    }
                }
                self.replace(slot, saved);
                return outcome.and_then(|()| sum.ok_or(Undefined::NonFinite));
            }
        }
        self.space(&[(slot, shape)], product)
    }

    /// The mean of the body over one component of a mixture, times its weight.
    fn mixture_component(
        &mut self,
        slot: usize,
        shape: Shape,
        component: &'m Component<Program>,
        parameters: &[crate::expr::Symbol],
        arguments: &[JetValue<A>],
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let run = |machine: &Self, program: &'m Program| -> Result<Jet<A::Number>, Undefined> {
            let mut inner = Machine::new(jets, program, machine.at)?;
            for (parameter, value) in parameters.iter().zip(arguments) {
                inner.assign(parameter, value.clone());
            }
            inner.run_scalar()
        };
        let weight = run(self, &component.weight)?;
        let mean: Vec<_> = component.mean.iter().map(|e| run(self, e)).collect::<Result<_, _>>()?;
        let mut factor: Vec<Vec<Jet<A::Number>>> = Vec::with_capacity(component.factor.len());
        for row in &component.factor {
            factor.push(row.iter().map(|e| run(self, e)).collect::<Result<_, _>>()?);
        }
        let half = self.number(Rational::ONE / Rational::from(2));
        let mut pairs = Vec::new();
        for i in 0..mean.len() {
            for j in i..mean.len() {
                let products = (0..=i).map(|k| jets.mul(&factor[i][k], &factor[j][k]));
                let covariance = products.fold(self.number(0), |sum, p| jets.add(&sum, &p));
                pairs.push((i, j, if i == j { jets.mul(&half, &covariance) } else { covariance }));
            }
        }
        let coordinates = (0..mean.len()).map(|entry| Coordinate { slot, entry }).collect();
        let mean = self.shaped(shape, mean)?;
        self.replace(slot, Some(mean));
        let value = self.gaussian(&Gaussian { coordinates, pairs }, &[slot], body)?;
        Ok(array::scale(jets, &weight, &value))
    }

    /// ∫ f(μ + σ z) φ(z) dz over one number, or over a few.
    fn normal_quadrature(&mut self, gaussian: &Gaussian<A::Number>, body: &Node) -> Result<JetValue<A>, Undefined> {
        if gaussian.pairs.is_empty() {
            // All variances vanish: the body at the means.
            return self.eval(body);
        }
        if !self.jets.admits_quadrature() {
            return Err(Undefined::unsupported("an expectation of a function that is no polynomial"));
        }
        let jets = self.jets;
        let factor = self.factor_of(gaussian)?;
        let slots: Vec<usize> = gaussian.coordinates.iter().map(|at| at.slot).collect();
        let mut means: Vec<(usize, JetValue<A>)> = Vec::new();
        for slot in slots {
            if !means.iter().any(|(known, _)| *known == slot) {
                means.push((slot, self.value(slot)?.clone()));
            }
        }
        let place = |machine: &mut Self, z: &[Jet<A::Number>]| {
            let mut moved = means.clone();
            for (at, row) in gaussian.coordinates.iter().zip(&factor) {
                let Some((_, value)) = moved.iter_mut().find(|(slot, _)| *slot == at.slot) else { continue };
                let entry = match value {
                    Value::Scalar(x) => x,
                    Value::Array(m) => &mut m[at.entry],
                };
                for (a, z) in row.iter().zip(z) {
                    *entry = jets.add(entry, &jets.mul(a, z));
                }
            }
            for (slot, value) in moved {
                machine.replace(slot, Some(value));
            }
        };
        let n = factor[0].len();
        let outcome = if n == 1 {
            self.over_one_number(body, &mut |machine, z| {
                place(machine, std::slice::from_ref(z));
                Ok(())
            })
        } else {
            self.standard_normal(n, &mut |machine, z| {
                let z = z.iter().map(|z| machine.float(*z)).collect::<Result<Vec<_>, _>>()?;
                place(machine, &z);
                machine.eval(body)
            })
        };
        for (slot, mean) in means {
            self.replace(slot, Some(mean));
        }
        outcome
    }

    /// ∫ body φ(z) dz, `set` putting the number where it belongs.
    fn over_one_number(&mut self, body: &Node, set: &mut Place<'_, 'm, 'a, A>) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let switches = switches(body);
        if switches.is_empty()
            && let Some(value) = self.smooth_normal(&mut |machine, z| {
                set(machine, z)?;
                machine.eval(body)
            })
        {
            return Ok(value);
        }
        let minus_half = self.number(Rational::from(-1) / Rational::from(2));
        let two_pi = jets.mul(&self.number(2), &jets.constant(Constant::Pi)?);
        let norm = jets.div(&self.number(1), &jets.function(Function::Sqrt, &[two_pi])?)?;
        let transform = |z: &Jet<A::Number>| {
            let density = jets.function(Function::Exp, &[jets.mul(&minus_half, &jets.mul(z, z))])?;
            Ok((z.clone(), jets.mul(&norm, &density)))
        };
        let mut over = |machine: &mut Self, cuts: &[f64]| {
            machine.transformed((cuts, false), &switches, &transform, set, &mut |machine| machine.eval(body))
        };
        let mut sum = over(self, &NORMAL_CUTS)?;
        for (cuts, rim) in FAR_CUTS.iter().zip([[-10.0, -8.0], [8.0, 10.0]]) {
            match over(self, cuts) {
                Ok(far) => sum = array::add(jets, &sum, &far)?,
                // Underflow or overflow of a part, where the density has left nothing of the whole.
                Err(Undefined::Precision(_) | Undefined::NonFinite) => {
                    self.forgive();
                    let rim = over(self, &rim)?;
                    let (rim, total) = (self.size(&rim), self.size(&sum));
                    if rim > NEGLIGIBLE * total {
                        return Err(Undefined::Precision("an integral"));
                    }
                    sum = sum.map(|x| jets.widen(x, rim));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(sum)
    }

    /// Rows of A with A Aᵀ the covariance, without the columns of coordinates that others determine (Cholesky).
    fn factor_of(&self, gaussian: &Gaussian<A::Number>) -> Result<Vec<Vec<Jet<A::Number>>>, Undefined> {
        let jets = self.jets;
        let n = gaussian.coordinates.len();
        let two = self.number(2);
        let mut rest = vec![vec![self.number(0); n]; n];
        for (i, j, weight) in &gaussian.pairs {
            let covariance = if i == j { jets.mul(&two, weight) } else { weight.clone() };
            rest[*i][*j] = covariance.clone();
            rest[*j][*i] = covariance;
        }
        let scale = (0..n).map(|i| jets.approximate(&rest[i][i])).fold(0.0, f64::max);
        let mut factor: Vec<Vec<Jet<A::Number>>> = vec![Vec::new(); n];
        for i in 0..n {
            let pivot = rest[i][i].clone();
            if jets.approximate(&pivot) <= DETERMINED * scale {
                if pivot.coefficients()[1..].iter().any(|c| jets.inner().approximate(c) != 0.0) {
                    return Err(Undefined::unsupported("a derivative at a degenerate covariance"));
                }
                continue;
            }
            let root = jets.function(Function::Sqrt, &[pivot])?;
            let column: Vec<Jet<A::Number>> = (0..n)
                .map(|k| if k < i { Ok(self.number(0)) } else { jets.div(&rest[k][i], &root) })
                .collect::<Result<_, _>>()?;
            for k in i..n {
                for l in i..n {
                    rest[k][l] = jets.sub(&rest[k][l], &jets.mul(&column[k], &column[l]));
                }
            }
            for (row, entry) in factor.iter_mut().zip(column) {
                row.push(entry);
            }
        }
        if factor[0].is_empty() { Err(Undefined::Precision("a degenerate covariance")) } else { Ok(factor) }
    }
}
