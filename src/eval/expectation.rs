//! Expectations. Signs are enumerated; polynomials of normal variables are averaged exactly through their derivatives,
//! 𝔼 f(μ + ξ) = exp(½ Σ Cᵢⱼ ∂ᵢ∂ⱼ) f (μ) (Wick's theorem), in any arithmetic; the rest is left to quadrature.

use super::breakpoints::switches;
use super::degree::degree;
use super::fold::{MAX_SIGNS, sign};
use super::machine::{JetValue, Machine};
use super::op::{Distribution, Node, Random, Shape};
use super::{Value, array};
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Rational, Undefined};
use nalgebra::DMatrix;
use std::cmp::Ordering;

/// An entry of an averaged symbol.
#[derive(Clone, Copy)]
pub(super) struct Coordinate {
    pub(super) slot: usize,
    pub(super) entry: usize,
}

/// The stacked normal variables: where each coordinate lives and its covariance with the others.
pub(super) struct Gaussian<N> {
    pub(super) coordinates: Vec<Coordinate>,
    /// Pairs i ≤ j with weight Cᵢⱼ (½ Cᵢᵢ on the diagonal), zeros left out.
    pub(super) pairs: Vec<(usize, usize, Jet<N>)>,
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
    pub(super) fn shaped(&self, shape: Shape, entries: Vec<Jet<A::Number>>) -> Result<JetValue<A>, Undefined> {
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
    pub(super) fn wick(
        &mut self,
        gaussian: &Gaussian<A::Number>,
        levels: usize,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
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
}

fn law_shape(n: usize, (rows, columns): (usize, usize)) -> Undefined {
    Undefined::Shape(format!("a normal law of {n} entries with a parameter of {rows} × {columns}"))
}

/// Multisets of at most `levels` out of `pairs`, each costing 4^level coefficients.
pub(super) fn work(pairs: usize, levels: usize) -> f64 {
    let mut total = 1.0;
    let mut multisets = 1.0;
    for k in 1..=levels {
        multisets *= (pairs + k - 1) as f64 / k as f64;
        total += multisets * 4_f64.powi(k as i32);
    }
    total
}
