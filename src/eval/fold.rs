//! Sums, products and extrema over bound indices.

use super::machine::{JetValue, MAX_STEPS, Machine};
use super::op::{Binder, Length, Node, Test, Values};
use super::{Value, array};
use crate::expr::Fold;
use crate::numeric::{Arithmetic, Function, Undefined};
use nalgebra::DMatrix;

/// Sign vectors up to this length are enumerated.
pub(super) const MAX_SIGNS: usize = 20;

impl<A: Arithmetic> Machine<'_, '_, A> {
    pub(super) fn fold(
        &mut self,
        fold: Fold,
        binders: &[Binder],
        condition: Option<&Test>,
        body: &Node,
        shape: Option<(Length, Length)>,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        if let (Fold::Sum, [Binder { slot, range: Values::From(lower) }], None) = (fold, binders, condition) {
            return self.endless(*slot, lower, body);
        }
        let mut result: Option<JetValue<A>> = None;
        self.each(binders, &mut |machine| {
            if let Some(test) = condition
                && !machine.holds(test)?
            {
                return Ok(());
            }
            let term = machine.eval(body)?;
            let next = match result.take() {
                None => term,
                Some(so_far) => match fold {
                    Fold::Sum => array::add(jets, &so_far, &term)?,
                    Fold::Product => array::mul(jets, &so_far, &term)?,
                    Fold::Minimum => extremum(machine, Function::Min, &so_far, &term)?,
                    Fold::Maximum => extremum(machine, Function::Max, &so_far, &term)?,
                },
            };
            result = Some(next);
            Ok(())
        })?;
        match result {
            Some(result) => Ok(result),
            None => self.empty(fold, shape),
        }
    }

    /// The value of a fold without terms.
    fn empty(&self, fold: Fold, shape: Option<(Length, Length)>) -> Result<JetValue<A>, Undefined> {
        let neutral = match fold {
            Fold::Sum => 0,
            Fold::Product => 1,
            Fold::Minimum | Fold::Maximum => return Err(Undefined::Domain("an extremum over nothing")),
        };
        let Some((rows, columns)) = shape else { return Ok(Value::Scalar(self.number(neutral))) };
        let (rows, columns) = (self.length(rows)?, self.length(columns)?);
        match fold {
            Fold::Product if rows == columns => Ok(Value::Array(array::identity(self.jets, rows))),
            Fold::Product => Err(Undefined::Shape("an empty product of matrices that are not square".into())),
            _ => Ok(Value::Array(DMatrix::from_element(rows, columns, self.number(0)))),
        }
    }

    /// Runs `visit` for every combination of the bound symbols, the last one fastest.
    fn each(
        &mut self,
        binders: &[Binder],
        visit: &mut dyn FnMut(&mut Self) -> Result<(), Undefined>,
    ) -> Result<(), Undefined> {
        let Some((binder, rest)) = binders.split_first() else { return visit(self) };
        let saved = self.replace(binder.slot, None);
        let outcome = self.each_value(binder, rest, visit);
        self.replace(binder.slot, saved);
        outcome
    }

    fn each_value(
        &mut self,
        binder: &Binder,
        rest: &[Binder],
        visit: &mut dyn FnMut(&mut Self) -> Result<(), Undefined>,
    ) -> Result<(), Undefined> {
        match &binder.range {
            Values::Between(lower, upper) => {
                let (lower, upper) = (self.scalar(lower)?, self.scalar(upper)?);
                let lower = self.range_bound(&lower)?;
                let upper = self.range_bound(&upper)?;
                if upper.saturating_sub(lower) > MAX_STEPS as i64 {
                    return Err(Undefined::unsupported("a sum or integral with this many terms"));
                }
                for index in lower..=upper {
                    let value = Value::Scalar(self.number(index));
                    self.replace(binder.slot, Some(value));
                    self.each(rest, visit)?;
                }
                Ok(())
            }
            Values::From(_) => Err(Undefined::unsupported("a product or extremum without end")),
            Values::List(values) => {
                for value in values {
                    let value = self.eval(value)?;
                    self.replace(binder.slot, Some(value));
                    self.each(rest, visit)?;
                }
                Ok(())
            }
            Values::Signs => {
                for sign in [-1, 1] {
                    let value = Value::Scalar(self.number(sign));
                    self.replace(binder.slot, Some(value));
                    self.each(rest, visit)?;
                }
                Ok(())
            }
            Values::Members(set) => {
                let size = self.value(*set)?.entries().len();
                for index in 0..size {
                    let entry = self.value(*set)?.entries()[index].clone();
                    if self.whole(&entry, "an indicator")? != 0 {
                        let value = Value::Scalar(self.number(index + 1));
                        self.replace(binder.slot, Some(value));
                        self.each(rest, visit)?;
                    }
                }
                Ok(())
            }
            Values::SignVectors(length) => {
                let d = self.length(*length)?;
                if d > MAX_SIGNS {
                    return Err(Undefined::unsupported("a sum over this many sign vectors"));
                }
                for pattern in 0_u32..1 << d {
                    let value = Value::vector((0..d).map(|i| self.number(sign(pattern, i))).collect());
                    self.replace(binder.slot, Some(value));
                    self.each(rest, visit)?;
                }
                Ok(())
            }
        }
    }
}

/// The i-th sign of a pattern of bits.
pub(super) fn sign(pattern: u32, i: usize) -> i64 {
    if pattern >> i & 1 == 1 { 1 } else { -1 }
}

fn extremum<A: Arithmetic>(
    machine: &Machine<'_, '_, A>,
    function: Function,
    x: &JetValue<A>,
    y: &JetValue<A>,
) -> Result<JetValue<A>, Undefined> {
    let jets = machine.jets;
    array::zip::<crate::numeric::jet::Jets<A>>(x, y, function.name(), false, |p, q| {
        jets.function(function, &[p.clone(), q.clone()])
    })
}
