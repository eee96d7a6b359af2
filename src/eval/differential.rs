//! Derivatives by jets: each differentiated entry gets an infinitesimal of its own.

use super::machine::{JetValue, Machine};
use super::op::Node;
use super::{Value, array};
use crate::expr::Differential;
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Undefined, combinatorics};
use nalgebra::DMatrix;

impl<A: Arithmetic> Machine<'_, '_, A> {
    /// ∂^order/∂symbol^order: order! times a Taylor coefficient.
    pub(super) fn derivative(&mut self, body: &Node, slot: usize, order: u32) -> Result<JetValue<A>, Undefined> {
        if order == 0 {
            return self.eval(body);
        }
        self.by_entry(body, slot, 0, order)
    }

    /// The body's derivative of an order by one entry of a symbol.
    pub(super) fn by_entry(
        &mut self,
        body: &Node,
        slot: usize,
        index: usize,
        order: u32,
    ) -> Result<JetValue<A>, Undefined> {
        let epsilon = self.jets.introduce(order as usize)?;
        let result = self.displaced(slot, index, &epsilon, body);
        let result = result.map(|value| value.map(|jet| self.jets.coefficient(jet, order as usize)));
        self.jets.retire();
        if order == 1 {
            return result;
        }
        let factorial = self.number(combinatorics::factorial(i64::from(order))?);
        Ok(array::scale(self.jets, &factorial, &result?))
    }

    /// One derivative per entry of the symbol, in its shape; of a vector by a vector the matrix of its slopes.
    pub(super) fn gradient(&mut self, body: &Node, slot: usize) -> Result<JetValue<A>, Undefined> {
        let shape = self.value(slot)?.clone();
        let places = shape.entries().len();
        let slopes = (0..places).map(|index| self.by_entry(body, slot, index, 1)).collect::<Result<Vec<_>, _>>()?;
        if let (Some((rows, 1)), (_, 1)) = (slopes.first().map(Value::shape), shape.shape())
            && rows > 1
        {
            let columns: Vec<Jet<A::Number>> = slopes.iter().flat_map(|slope| slope.entries().to_vec()).collect();
            return Ok(Value::Array(DMatrix::from_vec(rows, places, columns)));
        }
        let scalar = |slope: &JetValue<A>| {
            slope.as_scalar().cloned().ok_or_else(|| Undefined::Shape("the gradient of an array".into()))
        };
        let mut entries = slopes.iter().map(scalar).collect::<Result<Vec<_>, _>>()?;
        Ok(match shape {
            Value::Scalar(_) => Value::Scalar(entries.remove(0)),
            Value::Array(m) => Value::Array(DMatrix::from_vec(m.nrows(), m.ncols(), entries)),
        })
    }

    /// The derivative by the entry of an array symbol at these indices.
    pub(super) fn derivative_by_entry(
        &mut self,
        body: &Node,
        slot: usize,
        indices: &[Node],
    ) -> Result<JetValue<A>, Undefined> {
        let (rows, columns) = self.value(slot)?.shape();
        let mut at = Vec::with_capacity(2);
        for index in indices {
            let index = self.scalar(index)?;
            let place = usize::try_from(self.whole(&index, "an index that is not whole")? - 1);
            at.push(place.map_err(|_| Undefined::Shape("an index below one".into()))?);
        }
        let (row, column) = match (at.as_slice(), rows) {
            ([i], 1) => (0, *i),
            ([i], _) => (*i, 0),
            ([i, j], _) => (*i, *j),
            _ => return Err(Undefined::Shape("a component with no index".into())),
        };
        if row >= rows || column >= columns {
            return Err(Undefined::Shape(format!(
                "the entry ({}, {}) of a {rows} × {columns} array",
                row + 1,
                column + 1
            )));
        }
        self.by_entry(body, slot, column * rows + row, 1)
    }

    /// Divergence, Laplacian, Hessian and Jacobian by a vector symbol (or by a number, where they are plain derivatives).
    pub(super) fn differential(
        &mut self,
        operator: Differential,
        body: &Node,
        slot: usize,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let n = self.value(slot)?.entries().len();
        let number = |value: &JetValue<A>| {
            value.as_scalar().cloned().ok_or_else(|| Undefined::Shape("a Hessian of an array".into()))
        };
        match operator {
            Differential::Divergence => {
                let mut sum = self.number(0);
                for i in 0..n {
                    let slope = self.by_entry(body, slot, i, 1)?;
                    let (entries, shape) = (slope.entries(), slope.shape());
                    if entries.len() != n {
                        return Err(Undefined::Shape(format!("the divergence of a {} × {} array", shape.0, shape.1)));
                    }
                    sum = jets.add(&sum, &entries[i]);
                }
                Ok(Value::Scalar(sum))
            }
            Differential::Laplacian => {
                let mut sum: Option<JetValue<A>> = None;
                for i in 0..n {
                    let term = self.by_entry(body, slot, i, 2)?;
                    sum = Some(match sum {
                        None => term,
                        Some(sum) => array::add(jets, &sum, &term)?,
                    });
                }
                sum.ok_or_else(|| Undefined::Shape("the Laplacian by an empty vector".into()))
            }
            Differential::Hessian => {
                let mut hessian = DMatrix::from_element(n, n, self.number(0));
                for i in 0..n {
                    hessian[(i, i)] = number(&self.by_entry(body, slot, i, 2)?)?;
                    for j in 0..i {
                        let mixed = number(&self.mixed_by(body, slot, i, j)?)?;
                        hessian[(i, j)] = mixed.clone();
                        hessian[(j, i)] = mixed;
                    }
                }
                Ok(Value::Array(hessian))
            }
            Differential::Jacobian => {
                let mut columns = Vec::with_capacity(n);
                let mut rows = 0;
                for j in 0..n {
                    let slope = self.by_entry(body, slot, j, 1)?;
                    rows = slope.entries().len();
                    columns.extend(slope.entries().iter().cloned());
                }
                Ok(Value::Array(DMatrix::from_vec(rows, n, columns)))
            }
        }
    }

    /// ∂²/∂xᵢ∂xⱼ for i ≠ j.
    pub(super) fn mixed_by(&mut self, body: &Node, slot: usize, i: usize, j: usize) -> Result<JetValue<A>, Undefined> {
        let first = self.jets.introduce(1)?;
        let saved = self.value(slot)?.clone();
        let mut moved = saved.clone();
        if let Value::Array(m) = &mut moved {
            m[i] = self.jets.add(&m[i], &first);
        }
        self.replace(slot, Some(moved));
        let result = self.by_entry(body, slot, j, 1);
        self.replace(slot, Some(saved));
        let result = result.map(|value| value.map(|jet| self.jets.coefficient(jet, 1)));
        self.jets.retire();
        result
    }

    /// The body with `epsilon` added to one entry of a symbol.
    fn displaced(
        &mut self,
        slot: usize,
        index: usize,
        epsilon: &Jet<A::Number>,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let saved = self.value(slot)?.clone();
        let mut moved = saved.clone();
        match &mut moved {
            Value::Scalar(x) => *x = self.jets.add(x, epsilon),
            Value::Array(m) => m[index] = self.jets.add(&m[index], epsilon),
        }
        self.replace(slot, Some(moved));
        let result = self.eval(body);
        self.replace(slot, Some(saved));
        result
    }
}
