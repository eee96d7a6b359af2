//! Expectations. Signs are enumerated; polynomials of normal variables are averaged exactly through their derivatives,
//! 𝔼 f(μ + ξ) = exp(½ Σ Cᵢⱼ ∂ᵢ∂ⱼ) f (μ) (Wick's theorem), in any arithmetic; the rest is left to quadrature.

use super::breakpoints::switches;
use super::call::Callee;
use super::degree::degree;
use super::fold::{MAX_SIGNS, sign};
use super::machine::{JetValue, Machine};
use super::op::{Distribution, Node, Random, Shape, Weight};
use super::{Component, Program, Value, array};
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Constant, Function, Rational, Undefined};
use nalgebra::DMatrix;
use std::cmp::Ordering;

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

/// An entry of an averaged symbol.
#[derive(Clone, Copy)]
struct Coordinate {
    slot: usize,
    entry: usize,
}

/// The stacked normal variables: where each coordinate lives and its covariance with the others.
struct Gaussian<N> {
    coordinates: Vec<Coordinate>,
    /// Pairs i ≤ j with weight Cᵢⱼ (½ Cᵢᵢ on the diagonal), zeros left out.
    pairs: Vec<(usize, usize, Jet<N>)>,
}

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    pub(super) fn expectation(
        &mut self,
        variables: &[Random],
        body: &Node,
        reduced: Option<&Node>,
    ) -> Result<JetValue<A>, Undefined> {
        let slots: Vec<usize> = variables.iter().map(|v| v.slot).collect();
        if let Some(reduced) = reduced
            && degree(body, &slots, self.constants()).is_none()
        {
            return self.eval(reduced);
        }
        let saved: Vec<_> = variables.iter().map(|v| (v.slot, self.replace(v.slot, None))).collect();
        let outcome = self.average(variables, body);
        for (slot, value) in saved {
            self.replace(slot, value);
        }
        outcome
    }

    /// Signs first, then uniform variables, then all normal ones at once.
    fn average(&mut self, variables: &[Random], body: &Node) -> Result<JetValue<A>, Undefined> {
        let position = |wanted: fn(&Distribution) -> bool| variables.iter().position(|v| wanted(&v.law));
        let next = position(|law| matches!(law, Distribution::Rademacher(_)))
            .or_else(|| position(|law| matches!(law, Distribution::Uniform(..))));
        let Some(next) = next else {
            return if variables.is_empty() { self.eval(body) } else { self.normal(variables, body) };
        };
        let mut rest = variables.to_vec();
        let variable = rest.remove(next);
        match &variable.law {
            Distribution::Rademacher(mean) => self.signs(&variable, mean, &rest, body),
            Distribution::Uniform(lower, upper) => self.uniform(&variable, (lower, upper), &rest, body),
            Distribution::Normal(..) => Err(Undefined::unsupported("this expectation")),
        }
    }

    fn signs(
        &mut self,
        variable: &Random,
        mean: &Node,
        rest: &[Random],
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let mean = self.eval(mean)?;
        let d = match variable.shape {
            None => 1,
            Some((rows, columns)) => self.length(rows)?.saturating_mul(self.length(columns)?),
        };
        if d > MAX_SIGNS {
            return Err(Undefined::unsupported("an expectation over this many signs"));
        }
        let half = self.number(Rational::ONE / Rational::from(2));
        let mut sum: Option<JetValue<A>> = None;
        for pattern in 0_u32..1 << d {
            let mut weight = self.number(1);
            for i in 0..d {
                // P(s) = (1 + s p)/2
                let p = mean.as_scalar().or_else(|| mean.entries().get(i)).ok_or(Undefined::NonFinite)?;
                let tilt = jets.mul(&self.number(sign(pattern, i)), p);
                weight = jets.mul(&weight, &jets.mul(&half, &jets.add(&self.number(1), &tilt)));
            }
            let signs = (0..d).map(|i| self.number(sign(pattern, i))).collect();
            let value = self.shaped(variable.shape, signs)?;
            self.replace(variable.slot, Some(value));
            let term = array::scale(jets, &weight, &self.average(rest, body)?);
            sum = Some(match sum {
                None => term,
                Some(sum) => array::add(jets, &sum, &term)?,
            });
        }
        sum.ok_or(Undefined::NonFinite)
    }

    fn uniform(
        &mut self,
        variable: &Random,
        (lower, upper): (&Node, &Node),
        rest: &[Random],
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        if variable.shape.is_some() {
            return Err(Undefined::unsupported("an expectation over a uniform array"));
        }
        let jets = self.jets;
        let (lower, upper) = (self.scalar(lower)?, self.scalar(upper)?);
        // The remaining averages could bring in any dependence; only a body with this variable alone is known polynomial.
        let degree = if rest.is_empty() { degree(body, &[variable.slot], self.constants()) } else { None };
        let mut set = |machine: &mut Self, x: &Jet<A::Number>| {
            machine.replace(variable.slot, Some(Value::Scalar(x.clone())));
            Ok(())
        };
        let switches = switches(body);
        let integral =
            self.between(&lower, &upper, degree, &switches, &mut set, &mut |machine| machine.average(rest, body))?;
        let density = jets.div(&self.number(1), &jets.sub(&upper, &lower))?;
        Ok(array::scale(jets, &density, &integral))
    }

    /// The entries of a random symbol in its shape.
    fn shaped(&self, shape: Shape, entries: Vec<Jet<A::Number>>) -> Result<JetValue<A>, Undefined> {
        Ok(match shape {
            None => Value::Scalar(entries.into_iter().next().ok_or(Undefined::NonFinite)?),
            Some((rows, columns)) => {
                Value::Array(DMatrix::from_vec(self.length(rows)?, self.length(columns)?, entries))
            }
        })
    }

    fn normal(&mut self, variables: &[Random], body: &Node) -> Result<JetValue<A>, Undefined> {
        let slots: Vec<usize> = variables.iter().map(|v| v.slot).collect();
        let gaussian = self.stack(variables, &slots)?;
        self.gaussian(&gaussian, &slots, body)
    }

    /// The mean over normal variables that stand at their means.
    fn gaussian(
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

    /// Sets every variable to its mean and collects the covariance.
    fn stack(&mut self, variables: &[Random], slots: &[usize]) -> Result<Gaussian<A::Number>, Undefined> {
        let jets = self.jets;
        let (mut coordinates, mut pairs, mut means) = (vec![], vec![], vec![]);
        for variable in variables {
            let Distribution::Normal(mean, variance) = &variable.law else {
                return Err(Undefined::unsupported("this expectation"));
            };
            for parameter in [mean, variance] {
                if degree(parameter, slots, self.constants()) != Some(0) {
                    return Err(Undefined::unsupported("an expectation whose law depends on another averaged symbol"));
                }
            }
            let n = match variable.shape {
                None => 1,
                Some((rows, columns)) => self.length(rows)?.saturating_mul(self.length(columns)?),
            };
            let (mean, variance) = (self.eval(mean)?, self.eval(variance)?);
            // A scalar mean or variance of an array stands for every entry.
            let mean = match &mean {
                Value::Scalar(m) => vec![m.clone(); n],
                Value::Array(m) if m.len() == n => m.as_slice().to_vec(),
                Value::Array(m) => return Err(law_shape(n, m.shape())),
            };
            let first = coordinates.len();
            coordinates.extend((0..n).map(|entry| Coordinate { slot: variable.slot, entry }));
            let half = self.number(Rational::ONE / Rational::from(2));
            for i in 0..n {
                for j in i..n {
                    let covariance = match &variance {
                        Value::Scalar(v) if i == j => v.clone(),
                        Value::Scalar(_) => continue,
                        Value::Array(c) if c.shape() == (n, n) => c[(i, j)].clone(),
                        Value::Array(c) => return Err(law_shape(n, c.shape())),
                    };
                    let order = jets.inner().compare(covariance.base(), &jets.inner().rational(&Rational::ZERO));
                    if i == j && order == Some(Ordering::Less) {
                        return Err(Undefined::Domain("a normal law with a negative variance"));
                    }
                    if order == Some(Ordering::Equal) && covariance.coefficients().len() == 1 {
                        continue;
                    }
                    let weight = if i == j { jets.mul(&half, &covariance) } else { covariance };
                    pairs.push((first + i, first + j, weight));
                }
            }
            means.push((variable.slot, self.shaped(variable.shape, mean)?));
        }
        for (slot, mean) in means {
            self.replace(slot, Some(mean));
        }
        Ok(Gaussian { coordinates, pairs })
    }

    /// Σ over multisets of at most `levels` pairs of Π weight^m/m! times the mixed derivative.
    fn wick(&mut self, gaussian: &Gaussian<A::Number>, levels: usize, body: &Node) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let mut sum = self.eval(body)?;
        let mut chosen: Vec<usize> = vec![];
        // Depth-first over non-decreasing sequences of pairs.
        let mut candidate = 0;
        loop {
            if chosen.len() < levels && candidate < gaussian.pairs.len() {
                chosen.push(candidate);
                let mut weight = self.number(1);
                let mut repeats = 0;
                for (k, pair) in chosen.iter().enumerate() {
                    repeats = if k > 0 && chosen[k - 1] == *pair { repeats + 1 } else { 1 };
                    let share = self.number(Rational::ONE / Rational::from(repeats));
                    weight = jets.mul(&weight, &jets.mul(&share, &gaussian.pairs[*pair].2));
                }
                let derivative = self.mixed(gaussian, &chosen, body)?;
                sum = array::add(jets, &sum, &array::scale(jets, &weight, &derivative))?;
            } else {
                let Some(last) = chosen.pop() else { return Ok(sum) };
                candidate = last + 1;
            }
        }
    }

    /// The derivative of the body along both coordinates of every chosen pair.
    fn mixed(
        &mut self,
        gaussian: &Gaussian<A::Number>,
        chosen: &[usize],
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let coordinates: Vec<Coordinate> = chosen
            .iter()
            .flat_map(|pair| [gaussian.pairs[*pair].0, gaussian.pairs[*pair].1])
            .map(|i| gaussian.coordinates[i])
            .collect();
        let mut saved: Vec<(usize, JetValue<A>)> = vec![];
        let mut introduced = 0;
        let mut outcome = Ok(());
        for at in &coordinates {
            match jets.introduce(1) {
                Ok(epsilon) => {
                    introduced += 1;
                    let mut value = self.value(at.slot)?.clone();
                    saved.push((at.slot, value.clone()));
                    match &mut value {
                        Value::Scalar(x) => *x = jets.add(x, &epsilon),
                        Value::Array(m) => m[at.entry] = jets.add(&m[at.entry], &epsilon),
                    }
                    self.replace(at.slot, Some(value));
                }
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        let mut result = outcome.and_then(|()| self.eval(body));
        for _ in 0..introduced {
            result = result.map(|value| value.map(|jet| jets.coefficient(jet, 1)));
            jets.retire();
        }
        for (slot, value) in saved.into_iter().rev() {
            self.replace(slot, Some(value));
        }
        result
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
            let minus_half = self.number(Rational::from(-1) / Rational::from(2));
            let two_pi = jets.mul(&self.number(2), &jets.constant(Constant::Pi)?);
            let norm = jets.div(&self.number(1), &jets.function(Function::Sqrt, &[two_pi])?)?;
            let transform = |z: &Jet<A::Number>| {
                let density = jets.function(Function::Exp, &[jets.mul(&minus_half, &jets.mul(z, z))])?;
                Ok((z.clone(), jets.mul(&norm, &density)))
            };
            let mut set = |machine: &mut Self, z: &Jet<A::Number>| {
                place(machine, std::slice::from_ref(z));
                Ok(())
            };
            let switches = switches(body);
            let mut over = |machine: &mut Self, cuts: &[f64]| {
                machine.transformed(cuts, &switches, &transform, &mut set, &mut |machine| machine.eval(body))
            };
            over(self, &NORMAL_CUTS).and_then(|mut sum| {
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

fn law_shape(n: usize, (rows, columns): (usize, usize)) -> Undefined {
    Undefined::Shape(format!("a normal law of {n} entries with a parameter of {rows} × {columns}"))
}

/// Multisets of at most `levels` out of `pairs`, each costing 4^level coefficients.
fn work(pairs: usize, levels: usize) -> f64 {
    let mut total = 1.0;
    let mut multisets = 1.0;
    for k in 1..=levels {
        multisets *= (pairs + k - 1) as f64 / k as f64;
        total += multisets * 4_f64.powi(k as i32);
    }
    total
}
