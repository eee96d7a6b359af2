//! Integrals: exact rules for polynomials in every arithmetic, adaptive Gauss–Kronrod where it is admitted.

use super::breakpoints::{Switch, switches};
use super::degree::degree;
use super::machine::{JetValue, Machine};
use super::op::{Bound, Node};
use super::{Value, array};
use crate::numeric::jet::Jet;
use crate::numeric::{Arithmetic, Rational, Undefined};

/// Nodes of the 15-point Kronrod rule on [-1, 1], from the outside in (Piessens et al., *QUADPACK*, 1983, QK15). The 7-point
/// Gauss rule uses every second one.
const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_83,
];
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

/// Subdivision goes on until the estimated error is this small relative to ∫|f| …
const TARGET: f64 = 1e-13;
/// … and the integral is refused if it ends above this.
const ACCEPTED: f64 = 1e-7;
/// Nodes and weights are known to half a unit in the last place, which moves a smooth integral by this share of ∫|f|.
const TABLE_ERROR: f64 = 2e-15;
const MAX_SEGMENTS: usize = 600;
/// Polynomials up to this degree are integrated exactly by interpolation.
const MAX_POLYNOMIAL: u32 = 8;

/// A function of the machine and a number.
pub(super) type Integrand<'f, 'm, 'a, A> =
    dyn FnMut(&mut Machine<'m, 'a, A>, &Jet<<A as Arithmetic>::Number>) -> Result<JetValue<A>, Undefined> + 'f;

/// Puts the integrated symbols at a place.
pub(super) type Place<'f, 'm, 'a, A> =
    dyn FnMut(&mut Machine<'m, 'a, A>, &Jet<<A as Arithmetic>::Number>) -> Result<(), Undefined> + 'f;

/// The place and the weight at a point of the reference interval.
pub(super) type Transform<'f, A> = dyn Fn(
        &Jet<<A as Arithmetic>::Number>,
    ) -> Result<(Jet<<A as Arithmetic>::Number>, Jet<<A as Arithmetic>::Number>), Undefined>
    + 'f;

struct Segment<V> {
    from: f64,
    to: f64,
    value: V,
    error: f64,
    magnitude: f64,
}

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    /// A float as a number.
    pub(super) fn float(&self, x: f64) -> Result<Jet<A::Number>, Undefined> {
        self.jets.float(x)
    }

    pub(super) fn integral(
        &mut self,
        slot: usize,
        lower: &Bound,
        upper: &Bound,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let saved = self.replace(slot, None);
        let outcome = self.integral_over(slot, lower, upper, body);
        self.replace(slot, saved);
        outcome
    }

    fn integral_over(
        &mut self,
        slot: usize,
        lower: &Bound,
        upper: &Bound,
        body: &Node,
    ) -> Result<JetValue<A>, Undefined> {
        let mut set = |machine: &mut Self, x: &Jet<A::Number>| {
            machine.replace(slot, Some(Value::Scalar(x.clone())));
            Ok(())
        };
        match (lower, upper) {
            (Bound::Finite(lower), Bound::Finite(upper)) => {
                let (lower, upper) = (self.scalar(lower)?, self.scalar(upper)?);
                let degree = degree(body, &[slot], self.constants());
                self.between(&lower, &upper, degree, &switches(body), &mut set, &mut |machine| machine.eval(body))
            }
            (Bound::Finite(bound), Bound::Infinity) | (Bound::MinusInfinity, Bound::Finite(bound)) => {
                let bound = self.scalar(bound)?;
                self.half_line(&bound, matches!(upper, Bound::Infinity), body, &mut set)
            }
            (Bound::MinusInfinity, Bound::Infinity) => self.over_the_line(body, &mut set),
            _ => Err(Undefined::Domain("an integral with its ends in this order")),
        }
    }

    /// ∫ body from a bound to +∞ (up) or −∞: x = bound ± u/(1 − u), dx = du/(1 − u)².
    pub(super) fn half_line(
        &mut self,
        bound: &Jet<A::Number>,
        up: bool,
        body: &Node,
        set: &mut Place<'_, 'm, 'a, A>,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let one = self.number(1);
        let transform = |u: &Jet<A::Number>| {
            let rest = jets.sub(&one, u);
            let step = jets.div(u, &rest)?;
            let x = if up { jets.add(bound, &step) } else { jets.sub(bound, &step) };
            Ok((x, jets.div(&one, &jets.mul(&rest, &rest))?))
        };
        let cuts = [0.0, 0.3, 0.55, 0.8, 1.0];
        self.transformed((&cuts, true), &switches(body), &transform, set, &mut |machine| machine.eval(body))
    }

    /// ∫ body over all numbers: x = u/(1 − u²), dx = (1 + u²) du/(1 − u²)².
    pub(super) fn over_the_line(
        &mut self,
        body: &Node,
        set: &mut Place<'_, 'm, 'a, A>,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let one = self.number(1);
        let transform = |u: &Jet<A::Number>| {
            let square = jets.mul(u, u);
            let rest = jets.sub(&one, &square);
            let x = jets.div(u, &rest)?;
            Ok((x, jets.div(&jets.add(&one, &square), &jets.mul(&rest, &rest))?))
        };
        let cuts = [-1.0, -0.8, -0.45, -0.2, 0.05, 0.3, 0.6, 0.85, 1.0];
        self.transformed((&cuts, true), &switches(body), &transform, set, &mut |machine| machine.eval(body))
    }

    /// ∫ f from `lower` to `upper`, exactly if f is a polynomial of known low degree.
    pub(super) fn between(
        &mut self,
        lower: &Jet<A::Number>,
        upper: &Jet<A::Number>,
        degree: Option<u32>,
        switches: &[Switch<'_>],
        set: &mut Place<'_, 'm, 'a, A>,
        f: &mut dyn FnMut(&mut Self) -> Result<JetValue<A>, Undefined>,
    ) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let width = jets.sub(upper, lower);
        let place = |u: &Jet<A::Number>| jets.add(lower, &jets.mul(&width, u));
        if let Some(degree) = degree.filter(|d| *d <= MAX_POLYNOMIAL) {
            let mut sum: Option<JetValue<A>> = None;
            for (node, weight) in interpolatory_rule(degree) {
                set(self, &place(&self.number(node)))?;
                let term = array::scale(jets, &self.number(weight), &f(self)?);
                sum = Some(match sum {
                    None => term,
                    Some(sum) => array::add(jets, &sum, &term)?,
                });
            }
            let sum = sum.ok_or(Undefined::NonFinite)?;
            return Ok(array::scale(jets, &width, &sum));
        }
        let transform = |u: &Jet<A::Number>| Ok((place(u), width.clone()));
        self.transformed((&[0.0, 0.23, 0.5, 0.77, 1.0], false), switches, &transform, set, f)
    }

    /// ∫ f(x(u)) w(u) du over the range of the cuts, split where the integrand switches. Over an infinite range all zeros mean that
    /// nothing was hit, not that there is nothing: then there is no value.
    pub(super) fn transformed(
        &mut self,
        (cuts, infinite): (&[f64], bool),
        switches: &[Switch<'_>],
        transform: &Transform<'_, A>,
        set: &mut Place<'_, 'm, 'a, A>,
        f: &mut dyn FnMut(&mut Self) -> Result<JetValue<A>, Undefined>,
    ) -> Result<JetValue<A>, Undefined> {
        if !self.jets.admits_quadrature() {
            return Err(Undefined::unsupported("an integral"));
        }
        let jets = self.jets;
        let cuts = self.split(cuts, switches, &mut |machine, u| {
            let u = machine.float(u)?;
            set(machine, &transform(&u)?.0)
        })?;
        self.adaptive(&cuts, infinite, &mut |machine, u| {
            let (x, weight) = transform(u)?;
            set(machine, &x)?;
            Ok(array::scale(jets, &weight, &f(machine)?))
        })
    }

    /// ∫ f over the range of the given cuts, by bisecting the segment with the largest estimated error; the estimate of a
    /// segment is |K15 − G7|. The result is widened by the sum of the estimates.
    pub(super) fn adaptive(
        &mut self,
        cuts: &[f64],
        infinite: bool,
        f: &mut Integrand<'_, 'm, 'a, A>,
    ) -> Result<JetValue<A>, Undefined> {
        let mut segments = vec![];
        for ends in cuts.windows(2) {
            segments.push(self.segment(ends[0], ends[1], f)?);
        }
        loop {
            let error: f64 = segments.iter().map(|s| s.error).sum();
            let magnitude: f64 = segments.iter().map(|s| s.magnitude).sum();
            let worst = (0..segments.len()).max_by(|i, j| segments[*i].error.total_cmp(&segments[*j].error));
            let worst = worst.ok_or(Undefined::NonFinite)?;
            let narrow = segments[worst].to - segments[worst].from < 1e-12;
            if error <= TARGET.max(self.jets.aim()) * magnitude || segments.len() >= MAX_SEGMENTS || narrow {
                if error > ACCEPTED.max(self.jets.aim()) * magnitude
                    || !error.is_finite()
                    || (infinite && magnitude == 0.0)
                {
                    return Err(Undefined::Precision("an integral"));
                }
                let mut terms = segments.into_iter().map(|s| s.value);
                let mut sum = terms.next().ok_or(Undefined::NonFinite)?;
                for term in terms {
                    sum = array::add(self.jets, &sum, &term)?;
                }
                let share = TABLE_ERROR + self.jets.slack();
                return Ok(sum.map(|x| self.jets.widen(x, error + share * magnitude)));
            }
            let Segment { from, to, .. } = segments.swap_remove(worst);
            let middle = 0.5 * (from + to);
            segments.push(self.segment(from, middle, f)?);
            segments.push(self.segment(middle, to, f)?);
        }
    }

    fn segment(
        &mut self,
        from: f64,
        to: f64,
        f: &mut Integrand<'_, 'm, 'a, A>,
    ) -> Result<Segment<JetValue<A>>, Undefined> {
        let jets = self.jets;
        let (center, half) = (0.5 * (from + to), 0.5 * (to - from));
        let mut kronrod: Option<JetValue<A>> = None;
        // Approximate Gauss sum, Kronrod sum and Kronrod sum of magnitudes per coefficient of each entry.
        let mut sums: Vec<[f64; 3]> = vec![];
        for (i, node) in NODES.iter().enumerate() {
            let signs: &[f64] = if *node == 0.0 { &[1.0] } else { &[-1.0, 1.0] };
            for sign in signs {
                let x = self.float(center + sign * half * node)?;
                let value = f(self, &x)?;
                let gauss = if i % 2 == 1 { GAUSS[i / 2] } else { 0.0 };
                for (place, entry) in coefficients(&value).enumerate() {
                    let entry = jets.inner().approximate(entry);
                    if place >= sums.len() {
                        sums.resize(place + 1, [0.0; 3]);
                    }
                    let [g, k, m] = &mut sums[place];
                    *g += gauss * entry;
                    *k += KRONROD[i] * entry;
                    *m += KRONROD[i] * entry.abs();
                }
                let term = array::scale(jets, &self.float(half * KRONROD[i])?, &value);
                kronrod = Some(match kronrod {
                    None => term,
                    Some(sum) => array::add(jets, &sum, &term)?,
                });
            }
        }
        let error = sums
            .iter()
            .fold(0.0, |e: f64, [g, k, _]| e.max(if (k - g).is_nan() { f64::INFINITY } else { (k - g).abs() }));
        let magnitude = sums.iter().fold(0.0, |e: f64, [_, _, m]| e.max(*m));
        Ok(Segment {
            from,
            to,
            value: kronrod.ok_or(Undefined::NonFinite)?,
            error: half * error,
            magnitude: half * magnitude,
        })
    }
}

/// Every coefficient of every entry. Entries may have different numbers of coefficients at different points, so the
/// position counts entries first only within one point; error estimates take the maximum and need no more.
fn coefficients<N: Clone + PartialEq + std::fmt::Debug + 'static>(value: &Value<Jet<N>>) -> impl Iterator<Item = &N> {
    value.entries().iter().flat_map(|jet| jet.coefficients())
}

/// Nodes and weights on [0, 1] that integrate polynomials of a degree exactly: equally spaced interpolation (Newton–Cotes).
fn interpolatory_rule(degree: u32) -> Vec<(Rational, Rational)> {
    let n = i64::from(degree);
    let nodes: Vec<Rational> = (0..=n).map(|i| Rational::from(2 * i + 1) / Rational::from(2 * n + 2)).collect();
    (0..nodes.len())
        .map(|i| {
            // Coefficients of the Lagrange polynomial, lowest first.
            let mut lagrange = vec![Rational::ONE];
            for (j, node) in nodes.iter().enumerate().filter(|(j, _)| *j != i) {
                let gap = &nodes[i] - &nodes[j];
                let mut next = vec![Rational::ZERO; lagrange.len() + 1];
                for (k, c) in lagrange.iter().enumerate() {
                    next[k] -= c * node / &gap;
                    next[k + 1] += c / &gap;
                }
                lagrange = next;
            }
            let weight = lagrange.iter().enumerate().map(|(k, c)| c / Rational::from(k + 1));
            (nodes[i].clone(), weight.fold(Rational::ZERO, |sum, w| sum + w))
        })
        .collect()
}
