//! Limits: by continuity, by the leading terms of numerator and denominator, else extrapolated from places that close in
//! geometrically, with an estimated error.

use super::breakpoints::switches;
use super::machine::{JetValue, Machine};
use super::op::{Bound, Node, Op};
use super::{Value, array};
use crate::expr::Approach;
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Rational, Undefined};
use std::cmp::Ordering;

/// Places that close in.
const PLACES: usize = 11;
/// The limit is refused if the estimated error is above this share of the largest value met.
const ACCEPTED: f64 = 1e-6;
/// Quotients are expanded to this order.
const ORDER: usize = 6;

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    pub(super) fn limit(
        &mut self,
        slot: usize,
        approach: Approach,
        target: &Bound,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let sign = if matches!(target, Bound::MinusInfinity) { -1 } else { 1 };
        let finite = match target {
            Bound::Finite(node) => Some(self.scalar(node)?),
            Bound::Infinity | Bound::MinusInfinity => None,
        };
        let saved = self.replace(slot, None);
        let outcome = match &finite {
            Some(target) => self.at_a_place(slot, approach, target, body),
            // h = 1/x halves at each place.
            None => {
                self.extrapolated(slot, body, &mut |machine, k| machine.number(Rational::from(sign * (4_i64 << k))))
            }
        };
        self.replace(slot, saved);
        outcome
    }

    fn at_a_place(
        &mut self,
        slot: usize,
        approach: Approach,
        target: &Jet<A::Number>,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        if is_continuous(body) {
            self.replace(slot, Some(Value::Scalar(target.clone())));
            if let Ok(value) = self.eval(body) {
                return Ok(value);
            }
            self.forgive();
            if let Op::Div(p, q) = &body.op
                && let Some(value) = self.leading_terms(slot, target, p, q)?
            {
                return Ok(value);
            }
        }
        let mut side = |sign: i64| {
            self.extrapolated(slot, body, &mut |machine, k| {
                let step = machine.number(Rational::from(sign) / Rational::from(8_i64 << k));
                machine.jets.add(target, &step)
            })
        };
        match approach {
            Approach::Above => side(1),
            Approach::Below => side(-1),
            Approach::Both => {
                let (below, above) = (side(-1)?, side(1)?);
                let inner = self.jets.inner();
                for (p, q) in below.entries().iter().zip(above.entries()) {
                    let (x, y) = (inner.approximate(p.base()), inner.approximate(q.base()));
                    if (x - y).abs() > 10.0 * ACCEPTED * x.abs().max(y.abs()).max(1.0) {
                        return Err(Undefined::Domain("a limit that depends on the side"));
                    }
                }
                Ok(above)
            }
        }
    }

    /// The quotient of the first coefficients that do not vanish, if numerator and denominator are series at the target.
    fn leading_terms(
        &mut self,
        slot: usize,
        target: &Jet<A::Number>,
        p: &Node,
        q: &Node,
    ) -> Result<Option<JetValue<A>>, Undefined> {
        let jets = self.jets;
        let epsilon = jets.introduce(ORDER)?;
        self.replace(slot, Some(Value::Scalar(jets.add(target, &epsilon))));
        let both = self.scalar(p).and_then(|p| self.scalar(q).map(|q| (p, q)));
        let series = both.map(|(p, q)| {
            let all = |x: &Jet<A::Number>| (0..=ORDER).map(|k| jets.coefficient(x, k)).collect::<Vec<_>>();
            (all(&p), all(&q))
        });
        jets.retire();
        self.forgive();
        let Ok((p, q)) = series else { return Ok(None) };
        let zero = self.number(0);
        let vanishes = |x: &Jet<A::Number>| jets.compare(x, &zero) == Some(Ordering::Equal);
        for (p, q) in p.iter().zip(&q) {
            if !vanishes(q) {
                return Ok(jets.div(p, q).ok().map(Value::Scalar));
            }
            if !vanishes(p) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Polynomial extrapolation in the step (Richardson); its error is what the last step changes.
    fn extrapolated(
        &mut self,
        slot: usize,
        body: &Node,
        place: &mut dyn FnMut(&Self, usize) -> Jet<A::Number>,
    ) -> Result<JetValue<A>, Undefined> {
        if !self.jets.admits_quadrature() {
            return Err(Undefined::unsupported("a limit"));
        }
        let jets = self.jets;
        let mut row: Vec<JetValue<A>> = Vec::with_capacity(PLACES);
        for k in 0..PLACES {
            let x = place(self, k);
            self.replace(slot, Some(Value::Scalar(x)));
            row.push(self.eval(body)?);
        }
        let scale = row.iter().map(|value| self.size(value)).fold(0.0, f64::max);
        // T_{k,j} = T_{k,j−1} + (T_{k,j−1} − T_{k−1,j−1})/(2ʲ − 1)
        let mut best: Option<(f64, JetValue<A>)> = None;
        for j in 1..PLACES {
            let weight = self.number(Rational::ONE / Rational::from((1_i64 << j) - 1));
            let mut next = Vec::with_capacity(row.len() - 1);
            for pair in row.windows(2) {
                let step = array::add(jets, &pair[1], &pair[0].map(|x| jets.neg(x)))?;
                next.push(array::add(jets, &pair[1], &array::scale(jets, &weight, &step))?);
            }
            row = next;
            // The change against the last column and the change along this one.
            if let [.., before, last] = row.as_slice() {
                let along = self.size(&array::add(jets, last, &before.map(|x| jets.neg(x)))?);
                let error = if along.is_nan() { f64::INFINITY } else { along };
                if best.as_ref().is_none_or(|(e, _)| error < *e) {
                    best = Some((error, last.clone()));
                }
            }
        }
        match best {
            Some((error, value)) if error <= ACCEPTED * scale.max(f64::MIN_POSITIVE) => {
                Ok(value.map(|x| jets.widen(x, 8.0 * error + 1e-12 * scale)))
            }
            _ => Err(Undefined::Precision("a limit")),
        }
    }
}

/// Whether an expression is continuous wherever it is defined, seen from its operations: no switches, and nothing that is itself
/// a limit, so that no limits would be exchanged.
fn is_continuous(body: &Node) -> bool {
    fn plain(node: &Node) -> bool {
        let exchanges = matches!(
            &node.op,
            Op::Integral { .. }
                | Op::Space { .. }
                | Op::Sift { .. }
                | Op::AverageOver { .. }
                | Op::Expectation(..)
                | Op::Limit { .. }
                | Op::Optimum { .. }
                | Op::Kronecker(..)
                | Op::Cases(..)
                | Op::Fold { .. }
        );
        // 0⁰ has a value but no limit.
        let power = matches!(&node.op, Op::Pow(_, exponent) if !matches!(exponent.op, Op::Constant(_)));
        !exchanges && !power && node.children().into_iter().all(plain)
    }
    switches(body).is_empty() && plain(body)
}
