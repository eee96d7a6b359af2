//! Declared functions applied: members of a family by their formulas, arbitrary functions by their Taylor series with
//! indeterminate coefficients.

use super::machine::{JetValue, Machine};
use super::op::{Length, Node};
use super::{Assignment, Meaning, Member, Value};
use crate::numeric::jet::{Jet, Jets};
use crate::numeric::{Arithmetic, Rational, Undefined, combinatorics};
use nalgebra::DMatrix;
use std::cmp::Ordering;

/// A derivative of a function by how often each argument is differentiated by.
type Derivatives<'f, A> = dyn Fn(&[u32]) -> Result<<A as Arithmetic>::Number, Undefined> + 'f;

/// What a function slot calls.
pub(super) enum Callee<'m, 'a, A: Arithmetic> {
    /// One machine per entry of the value.
    Member(&'m Member, Vec<Machine<'m, 'a, A>>),
    /// Positive or not.
    Arbitrary(bool),
}

impl<'m, 'a, A: Arithmetic> Callee<'m, 'a, A> {
    pub(super) fn new(
        jets: &'m Jets<'a, A>,
        meaning: &'m Meaning,
        at: &'m Assignment<A::Number>,
    ) -> Result<Self, Undefined> {
        Ok(match meaning {
            Meaning::Arbitrary { positive } => Self::Arbitrary(*positive),
            Meaning::Member(member) => {
                // A member mentions its own parameters only, so this does not go on.
                let machines = member.programs().map(|program| Machine::new(jets, program, at));
                Self::Member(member, machines.collect::<Result<_, _>>()?)
            }
        })
    }
}

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    pub(super) fn call(
        &mut self,
        slot: usize,
        arguments: &[Node],
        shape: Option<(Length, Length)>,
    ) -> Result<JetValue<A>, Undefined> {
        let arguments = arguments.iter().map(|node| self.eval(node)).collect::<Result<Vec<_>, _>>()?;
        let shape = match shape {
            Some((rows, columns)) => Some((self.length(rows)?, self.length(columns)?)),
            None => None,
        };
        let symbols = self.symbols();
        let Some(mut callee) = self.callees[slot].take() else {
            return Err(Undefined::Shape(format!("{} is not known", symbols[slot].tex())));
        };
        let entries = match &mut callee {
            Callee::Member(member, machines) => self.member(member, machines, arguments),
            Callee::Arbitrary(positive) => {
                let flat: Vec<Jet<A::Number>> = arguments.iter().flat_map(|v| v.entries().to_vec()).collect();
                let count = shape.map_or(1, |(rows, columns)| rows * columns);
                let function = symbols[slot].id();
                (0..count).map(|entry| self.arbitrary(function, entry, *positive, &flat)).collect()
            }
        };
        self.callees[slot] = Some(callee);
        let mut entries: Vec<Jet<A::Number>> = entries?;
        match shape {
            None => Ok(Value::Scalar(entries.remove(0))),
            Some((rows, columns)) if rows * columns == entries.len() => {
                Ok(Value::Array(DMatrix::from_vec(rows, columns, entries)))
            }
            Some(_) => Err(Undefined::Shape(format!("{} has a value of another size", symbols[slot].tex()))),
        }
    }

    fn member(
        &mut self,
        member: &Member,
        machines: &mut [Self],
        arguments: Vec<JetValue<A>>,
    ) -> Result<Vec<Jet<A::Number>>, Undefined> {
        let mut entries = Vec::with_capacity(machines.len());
        for machine in machines {
            for (parameter, value) in member.parameters().iter().zip(&arguments) {
                machine.assign(parameter, value.clone());
            }
            entries.push(machine.run_scalar()?);
            self.steps += std::mem::take(&mut machine.steps);
            self.within_limit()?;
        }
        Ok(entries)
    }

    /// Σ_α ∂^α f(x)/α! h^α for the arguments x + h, with indeterminates for the derivatives.
    fn arbitrary(
        &self,
        function: u32,
        entry: usize,
        positive: bool,
        arguments: &[Jet<A::Number>],
    ) -> Result<Jet<A::Number>, Undefined> {
        let bases: Vec<A::Number> = arguments.iter().map(|x| x.base().clone()).collect();
        let moving: Vec<(usize, Jet<A::Number>)> = (0..arguments.len())
            .filter(|i| arguments[*i].coefficients().len() > 1)
            .map(|i| (i, self.jets.infinitesimal_part(&arguments[i])))
            .collect();
        let order = moving.iter().map(|(_, h)| self.jets.degree(h)).max().unwrap_or(0);
        let mut derivative = vec![0_u32; arguments.len()];
        let mut sum = self.number(0);
        let coefficient = |derivative: &[u32]| {
            let all_zero = derivative.iter().all(|n| *n == 0);
            self.jets.inner().derivative_of_arbitrary(function, entry, positive && all_zero, derivative, &bases)
        };
        self.terms(&moving, order, &self.number(1), &mut derivative, &coefficient, &mut sum)?;
        Ok(sum)
    }

    /// Adds every term whose exponents of the remaining infinitesimals have at most this sum.
    fn terms(
        &self,
        moving: &[(usize, Jet<A::Number>)],
        order: usize,
        weight: &Jet<A::Number>,
        derivative: &mut Vec<u32>,
        coefficient: &Derivatives<'_, A>,
        sum: &mut Jet<A::Number>,
    ) -> Result<(), Undefined> {
        let jets = self.jets;
        let Some(((place, step), rest)) = moving.split_first() else {
            let value = Jet::constant(coefficient(derivative)?);
            *sum = jets.add(sum, &jets.mul(weight, &value));
            return Ok(());
        };
        let zero = jets.inner().rational(&Rational::ZERO);
        let mut power = self.number(1);
        for n in 0..=order {
            if n > 0 {
                power = jets.mul(&power, step);
                if power.coefficients().iter().all(|c| jets.inner().compare(c, &zero) == Some(Ordering::Equal)) {
                    break;
                }
            }
            let share = Rational::ONE / combinatorics::factorial(n as i64)?;
            let weight = jets.mul(weight, &jets.mul(&self.number(share), &power));
            derivative[*place] = n as u32;
            self.terms(rest, order - n, &weight, derivative, coefficient, sum)?;
        }
        derivative[*place] = 0;
        Ok(())
    }
}
