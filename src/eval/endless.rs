//! Sums to infinity: term by term where the terms shrink geometrically, else by the Euler–Maclaurin formula, whose integral and
//! derivatives the evaluator has.

use super::breakpoints::switches;
use super::machine::{JetValue, Machine};
use super::op::{Node, Op};
use super::{Value, array};
use crate::numeric::{Arithmetic, Rational, Undefined};

/// Terms that are summed one by one.
const DIRECT: i64 = 60;
/// Terms of a geometrically shrinking sum.
const MOST_TERMS: i64 = 4000;
/// Terms count as vanished below this share of the sum of magnitudes.
const VANISHED: f64 = 1e-18;
/// The sum is refused if the estimated error ends above this share.
const ACCEPTED: f64 = 1e-7;
/// Powers of two by which the first term of a slow tail is numbered up to see whether the sum diverges.
const FAR: [u32; 5] = [4, 8, 14, 20, 26];
/// B_{2j}/(2j)! for j = 1 …
const BERNOULLI: [(i64, i64); 6] =
    [(1, 12), (-1, 720), (1, 30_240), (-1, 1_209_600), (1, 47_900_160), (-691, 1_307_674_368_000)];

impl<A: Arithmetic> Machine<'_, '_, A> {
    /// Σ body from `lower` to infinity.
    pub(super) fn endless(&mut self, slot: usize, lower: &Node, body: &Node) -> Result<JetValue<A>, Undefined> {
        if !self.jets.admits_quadrature() {
            return Err(Undefined::unsupported("a sum without end"));
        }
        if has_selected_terms(body) {
            // Vanishing terms would say nothing about later ones.
            return Err(Undefined::unsupported("a sum without end of selected terms"));
        }
        let lower = self.scalar(lower)?;
        let lower = self.range_bound(&lower)?;
        let saved = self.replace(slot, None);
        let outcome = self.endless_from(slot, lower, body);
        self.replace(slot, saved);
        outcome
    }

    fn term(&mut self, slot: usize, k: i64, body: &Node) -> Result<JetValue<A>, Undefined> {
        let index = self.number(k);
        self.replace(slot, Some(Value::Scalar(index)));
        self.eval(body)
    }

    fn endless_from(&mut self, slot: usize, lower: i64, body: &Node) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let mut sum = self.term(slot, lower, body)?;
        let mut sizes = vec![self.size(&sum)];
        let mut total = sizes[0];
        for k in 1..MOST_TERMS {
            // A ratio that goes to one means a slow tail; two neighbours may cancel or vanish by parity.
            if k >= DIRECT {
                let ratio = self.shrinking(&sizes);
                if ratio > 0.95 {
                    // Not every body is defined between whole numbers.
                    let tail = self.euler_maclaurin(slot, lower + k, body, &sum, total);
                    if tail.is_err() && self.diverges(slot, lower + k, body)? {
                        return Err(Undefined::Domain("a sum that diverges"));
                    }
                    return tail.map_err(|_| Undefined::unsupported("a sum without end that converges slowly"));
                }
            }
            let term = self.term(slot, lower + k, body)?;
            sum = array::add(jets, &sum, &term)?;
            sizes.push(self.size(&term));
            total += sizes[sizes.len() - 1];
            if !total.is_finite() {
                return Err(Undefined::NonFinite);
            }
            let recent = sizes.iter().rev().take(4).fold(0.0_f64, |m, s| m.max(*s));
            if k >= 8 && total > 0.0 && recent <= VANISHED * total {
                let ratio = self.shrinking(&sizes).min(0.99);
                return Ok(sum.map(|x| jets.widen(x, 10.0 * recent / (1.0 - ratio))));
            }
        }
        Err(Undefined::Precision("a sum without end"))
    }

    /// Whether far terms have one sign, hardly change from one to the next, and are, times their number, not smaller than those
    /// before them: Σ 1/k diverges.
    fn diverges(&mut self, slot: usize, from: i64, body: &Node) -> Result<bool, Undefined> {
        let mut last: Option<f64> = None;
        for k in FAR.map(|exponent| from.max(1) << exponent) {
            let mut neighbours = [0.0; 3];
            for (at, neighbour) in (k..).zip(&mut neighbours) {
                let term = self.term(slot, at, body)?;
                let Some(term) = term.as_scalar().map(|x| self.jets.approximate(x)) else { return Ok(false) };
                *neighbour = term;
            }
            if neighbours.windows(2).any(|w| !(0.9..1.1).contains(&(w[1] / w[0]))) {
                return Ok(false);
            }
            let weighted = k as f64 * neighbours[0];
            if weighted == 0.0
                || !weighted.is_finite()
                || last.is_some_and(|l| l * weighted < 0.0 || weighted.abs() < l.abs())
            {
                return Ok(false);
            }
            last = Some(weighted);
        }
        Ok(true)
    }

    /// By what factor the terms shrink, seen over the last eight.
    fn shrinking(&self, sizes: &[f64]) -> f64 {
        let largest = |s: &[f64]| s.iter().fold(0.0_f64, |m, x| m.max(*x));
        let n = sizes.len();
        if n < 16 {
            return 1.0;
        }
        let (old, new) = (largest(&sizes[n - 16..n - 8]), largest(&sizes[n - 8..]));
        if new == 0.0 { 0.0 } else { (new / old).powf(0.125) }
    }

    /// Σ_{k<n} + ∫ₙ^∞ + f(n)/2 − Σⱼ B_{2j}/(2j)! f^{(2j−1)}(n).
    fn euler_maclaurin(
        &mut self,
        slot: usize,
        n: i64,
        body: &Node,
        head: &JetValue<A>,
        total: f64,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let start = self.number(n);
        let half = self.number(Rational::ONE / Rational::from(2));
        let first = self.term(slot, n, body)?;
        let mut sum = array::add(jets, head, &array::scale(jets, &half, &first))?;
        let tail = self.half_line(&start, true, body, &mut |machine, x| {
            machine.replace(slot, Some(Value::Scalar(x.clone())));
            Ok(())
        })?;
        sum = array::add(jets, &sum, &tail)?;
        let mut last = f64::INFINITY;
        for (j, (p, q)) in BERNOULLI.iter().enumerate() {
            self.replace(slot, Some(Value::Scalar(start.clone())));
            let derivative = self.by_entry(body, slot, 0, 2 * j as u32 + 1)?;
            let weight = self.number(Rational::from(-p) / Rational::from(*q));
            let correction = array::scale(jets, &weight, &derivative);
            let size = self.size(&correction);
            if size > last {
                break;
            }
            last = size;
            sum = array::add(jets, &sum, &correction)?;
        }
        if last > ACCEPTED * total {
            return Err(Undefined::Precision("a sum without end"));
        }
        Ok(sum.map(|x| jets.widen(x, last)))
    }
}

/// Whether some terms may vanish by a condition on their number.
fn has_selected_terms(body: &Node) -> bool {
    fn any(node: &Node) -> bool {
        matches!(node.op, Op::Kronecker(..)) || node.children().into_iter().any(any)
    }
    !switches(body).is_empty() || any(body)
}
