//! Where an integrand switches: signs, absolute values, extrema, case distinctions and roundings change branch. Integrals are
//! split there, so that each part is smooth.

use super::machine::Machine;
use super::op::{Node, Op};
use crate::numeric::{Arithmetic, Function, Undefined};
use std::cmp::Ordering;

/// Places per segment at which branches are compared.
const SAMPLES: usize = 16;
/// More switches than this in one integrand are not searched for.
const MOST: usize = 24;

/// Something whose branch may change along an integral.
pub(super) enum Switch<'n> {
    /// The sign of a difference; whether the integrand stays continuous.
    Sign(&'n Node, Option<&'n Node>, bool),
    /// The whole part.
    Step(&'n Node),
}

/// The switches in an integrand.
pub(super) fn switches(body: &Node) -> Vec<Switch<'_>> {
    let mut found = Vec::new();
    collect(body, &mut found);
    found
}

fn collect<'n>(node: &'n Node, found: &mut Vec<Switch<'n>>) {
    match &node.op {
        Op::Function(Function::Abs, arguments) => found.push(Switch::Sign(&arguments[0], None, true)),
        Op::Function(Function::Sign | Function::Heaviside, arguments) => {
            found.push(Switch::Sign(&arguments[0], None, false));
        }
        Op::Function(Function::Min | Function::Max, arguments) if arguments.len() == 2 => {
            found.push(Switch::Sign(&arguments[0], Some(&arguments[1]), true));
        }
        Op::Function(Function::Floor | Function::Ceil, arguments) => found.push(Switch::Step(&arguments[0])),
        Op::Cases(branches, _) => {
            let pairs = branches.iter().flat_map(|(_, test)| test.comparisons());
            found.extend(pairs.map(|(left, right)| Switch::Sign(left, Some(right), false)));
        }
        Op::Fold { condition: Some(test), .. } => {
            found.extend(test.comparisons().into_iter().map(|(l, r)| Switch::Sign(l, Some(r), false)));
        }
        _ => {}
    }
    for child in node.children() {
        collect(child, found);
    }
}

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    /// The cuts with every found switch among them.
    ///
    /// # Errors
    /// A jump that moves with a symbol by which the integral is being differentiated: its share is not seen by the integrand.
    pub(super) fn split(
        &mut self,
        cuts: &[f64],
        switches: &[Switch<'_>],
        set: &mut dyn FnMut(&mut Self, f64) -> Result<(), Undefined>,
    ) -> Result<Vec<f64>, Undefined> {
        let mut all = cuts.to_vec();
        if switches.len() > MOST {
            return Ok(all);
        }
        for switch in switches {
            let mut last: Option<(f64, i64)> = None;
            for ends in cuts.windows(2) {
                for k in 0..SAMPLES {
                    let u = ends[0] + (ends[1] - ends[0]) * (k as f64 + 0.5) / SAMPLES as f64;
                    set(self, u)?;
                    let Some(branch) = self.branch(switch)? else { continue };
                    if let Some((from, old)) = last
                        && old != branch
                    {
                        all.push(self.bisect(switch, (from, old), u, set)?);
                    }
                    last = Some((u, branch));
                }
            }
        }
        all.sort_by(f64::total_cmp);
        all.dedup_by(|a, b| (*a - *b).abs() < 1e-13);
        Ok(all)
    }

    fn bisect(
        &mut self,
        switch: &Switch<'_>,
        (mut from, old): (f64, i64),
        mut to: f64,
        set: &mut dyn FnMut(&mut Self, f64) -> Result<(), Undefined>,
    ) -> Result<f64, Undefined> {
        for _ in 0..60 {
            let middle = f64::midpoint(from, to);
            if middle <= from || middle >= to {
                break;
            }
            set(self, middle)?;
            match self.branch(switch)? {
                Some(branch) if branch == old => from = middle,
                _ => to = middle,
            }
        }
        Ok(f64::midpoint(from, to))
    }

    /// The branch at the present place; `None` where it depends on symbols bound further inside.
    fn branch(&mut self, switch: &Switch<'_>) -> Result<Option<i64>, Undefined> {
        let (first, second, continuous) = match switch {
            Switch::Sign(first, second, continuous) => (*first, *second, *continuous),
            Switch::Step(argument) => (*argument, None, false),
        };
        let value = self.scalar(first).and_then(|first| match second {
            Some(second) => self.scalar(second).map(|second| self.jets.sub(&first, &second)),
            None => Ok(first),
        });
        self.forgive();
        let Ok(value) = value else { return Ok(None) };
        let inner = self.jets.inner();
        let moves = value.coefficients()[1..].iter().any(|c| inner.approximate(c) != 0.0);
        if moves && !(continuous && self.jets.degree(&value) <= 1) {
            return Err(Undefined::unsupported("a derivative of an integral whose integrand jumps"));
        }
        let x = inner.approximate(value.base());
        Ok(match switch {
            Switch::Step(_) => Some(x.floor() as i64),
            Switch::Sign(..) => x.partial_cmp(&0.0).map(|order| match order {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            }),
        })
    }
}
