//! The replica-symmetric saddle points of the Hopfield model: with u = a + b z, z ~ N(0, 1),
//! m = E tanh u, q = E tanh² u, a = m/T, b² = αr/T², r = q/(1 − (1−q)/T)² (Amit, Gutfreund and Sompolinsky 1987).
//!
//! Given b, the temperature fixes a and both fix the load: no iteration that may or may not converge is needed.

use crate::elementwise;
use std::sync::LazyLock;

/// A stationary point of the free energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SaddlePoint {
    /// Overlap with the condensed pattern.
    pub(super) m: f64,
    /// Edwards–Anderson parameter.
    q: f64,
    /// Root of the variance of the field over the temperature, √(αr)/T.
    b: f64,
}

/// Lowest temperature at which the quadrature resolves the steps of tanh.
pub(super) const COLDEST: f64 = 0.05;

/// Nodes z and weights of the trapezoidal rule under the normal law, which converges geometrically. The poles of tanh(a + bz)
/// lie π/(2b) off the real line, far beyond the step for any b that occurs at [`COLDEST`] or above.
static RULE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    const HALF: i32 = 360;
    const STEP: f64 = 0.025;
    let weight = |z: f64| (-0.5 * z * z).exp();
    let total: f64 = (-HALF..=HALF).map(|k| weight(f64::from(k) * STEP)).sum();
    (-HALF..=HALF).map(|k| f64::from(k) * STEP).map(|z| (z, weight(z) / total)).collect()
});

/// E tanh(a + bz) and E tanh²(a + bz).
fn averages(a: f64, b: f64) -> [f64; 2] {
    let mut tanh: Vec<f64> = RULE.iter().map(|(z, _)| a + b * z).collect();
    elementwise::tanh(&mut tanh);
    RULE.iter().zip(&tanh).fold([0.0; 2], |[m, q], ((_, w), u)| [m + w * u, q + w * u * u])
}

/// The load at which a state with this b is a saddle point; negative beyond the pole of r.
fn load(temperature: f64, b: f64, q: f64) -> f64 {
    let response = 1.0 - (1.0 - q) / temperature;
    let load = (b * temperature * response).powi(2) / q;
    if response > 0.0 { load } else { -load }
}

/// The state with an overlap at given b, if there is one.
fn with_overlap(temperature: f64, b: f64) -> Option<SaddlePoint> {
    // E tanh(a + bz) is concave for a > 0, and at most one: Newton's method from 1/T comes down to the root.
    let mut a = 1.0 / temperature;
    for _ in 0..200 {
        let [m, q] = averages(a, b);
        let step = (m - a * temperature) / (1.0 - q - temperature);
        if step <= 1e-14 * a {
            return Some(SaddlePoint { m, q, b });
        }
        a -= step;
        // The other root is zero, and Newton's method would come down to it for ever.
        if a < 1e-4 {
            return None;
        }
    }
    None
}

/// The largest load with a retrieval state at this temperature, and that state.
fn spinodal(temperature: f64) -> Option<(f64, SaddlePoint)> {
    let value =
        |log_b: f64| with_overlap(temperature, log_b.exp()).map_or(f64::NEG_INFINITY, |s| load(temperature, s.b, s.q));
    const POINTS: usize = 40;
    let at = |k: usize| (1e-3f64).ln() + (2e4f64).ln() * k as f64 / (POINTS - 1) as f64;
    let values: Vec<f64> = (0..POINTS).map(|k| value(at(k))).collect();
    let best = (0..POINTS).max_by(|i, j| values[*i].total_cmp(&values[*j]))?;
    let (mut low, mut high) = (at(best.saturating_sub(1)), at((best + 1).min(POINTS - 1)));
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let mut inner = [high - ratio * (high - low), low + ratio * (high - low)];
    let mut found = inner.map(value);
    // A maximum is flat: its place is found to half of the digits, and its value to all. Golden sections share a point.
    for _ in 0..36 {
        if found[0] > found[1] {
            (high, inner[1], found[1]) = (inner[1], inner[0], found[0]);
            inner[0] = high - ratio * (high - low);
            found[0] = value(inner[0]);
        } else {
            (low, inner[0], found[0]) = (inner[0], inner[1], found[1]);
            inner[1] = low + ratio * (high - low);
            found[1] = value(inner[1]);
        }
    }
    let state = with_overlap(temperature, (0.5 * (low + high)).exp())?;
    let largest = load(temperature, state.b, state.q);
    (largest > 0.0).then_some((largest, state))
}

/// The last number in `[low, high]` up to which the predicate holds, to a relative precision.
fn last_to(precision: f64, mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    while high - low > precision * high {
        let middle = 0.5 * (low + high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

fn last(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    last_to(1e-11, low, high, holds)
}

/// The retrieval state, that of the smaller noise where there are two.
pub(super) fn retrieval(alpha: f64, temperature: f64) -> Option<SaddlePoint> {
    let last = spinodal(temperature).filter(|_| temperature >= COLDEST)?;
    before(last, alpha, temperature)
}

/// The retrieval state at a load up to the largest one.
fn before((largest, state): (f64, SaddlePoint), alpha: f64, temperature: f64) -> Option<SaddlePoint> {
    if alpha > largest {
        return None;
    }
    let below =
        |log_b: f64| with_overlap(temperature, log_b.exp()).is_some_and(|s| load(temperature, s.b, s.q) < alpha);
    // Logarithms of b, shifted to be positive.
    let b = (last(0.0, state.b.ln() + 20.0, |x| below(x - 20.0)) - 20.0).exp();
    with_overlap(temperature, b)
}

/// The spin-glass state: no overlap, but spins that are frozen, where there is such a state.
fn glass(alpha: f64, temperature: f64) -> Option<SaddlePoint> {
    let frozen = |b: f64| SaddlePoint { m: 0.0, q: averages(0.0, b)[1], b };
    let below = |x: f64| {
        let state = frozen((x - 20.0).exp());
        load(temperature, state.b, state.q) < alpha
    };
    (below(5.0) && !below(25.0)).then(|| frozen((last(5.0, 25.0, below) - 20.0).exp()))
}

/// The free energy per spin at a saddle point.
fn free_energy(alpha: f64, temperature: f64, s: &SaddlePoint) -> f64 {
    let response = 1.0 - (1.0 - s.q) / temperature;
    let a = s.m / temperature;
    // log(2 cosh u) = |u| + log(1 + e^{-2|u|}), whose kink cancels.
    let entropy: f64 = RULE
        .iter()
        .map(|(z, w)| {
            let u = (a + s.b * z).abs();
            w * (u + (-2.0 * u).exp().ln_1p())
        })
        .sum();
    let noise = (s.b * temperature).powi(2);
    0.5 * alpha
        + 0.5 * s.m * s.m
        + 0.5 * alpha * (temperature * response.ln() - s.q / response)
        + 0.5 * noise * (1.0 - s.q) / temperature
        - temperature * entropy
}

/// The free energy per spin of the retrieval state; without its O(1/N).
pub(super) fn retrieval_free_energy(alpha: f64, temperature: f64) -> Option<f64> {
    retrieval(alpha, temperature).map(|state| free_energy(alpha, temperature, &state))
}

/// The free energy per spin of the spin glass.
pub(super) fn glass_free_energy(alpha: f64, temperature: f64) -> Option<f64> {
    glass(alpha, temperature).map(|state| free_energy(alpha, temperature, &state))
}

/// T_M: below it there is a retrieval state. `None` if that is colder than [`COLDEST`].
pub(super) fn retrieval_temperature(alpha: f64) -> Option<f64> {
    let kept = |temperature: f64| spinodal(temperature).is_some_and(|(largest, _)| largest > alpha);
    kept(COLDEST).then(|| last(COLDEST, 1.0, kept))
}

/// The line T_M the other way round: the largest load with a retrieval state.
pub(super) fn retrieval_load(temperature: f64) -> Option<f64> {
    spinodal(temperature).map(|(largest, _)| largest)
}

/// The line T_c the other way round, to be drawn: the largest load at which the retrieval state has a lower free energy
/// than the spin glass, to 1e-5.
pub(super) fn transition_load(temperature: f64) -> Option<f64> {
    let end = spinodal(temperature)?;
    let energy = |alpha: f64, state: Option<SaddlePoint>| state.map(|s| free_energy(alpha, temperature, &s));
    let lower = |alpha: f64| {
        energy(alpha, before(end, alpha, temperature))
            .zip(energy(alpha, glass(alpha, temperature)))
            .is_some_and(|(retrieved, frozen)| retrieved < frozen)
    };
    Some(last_to(1e-5, 0.0, end.0, lower))
}

/// T_c: below it the retrieval state has a lower free energy than the spin glass. `None` if that is colder than [`COLDEST`].
pub(super) fn transition_temperature(alpha: f64) -> Option<f64> {
    let hottest = retrieval_temperature(alpha)?;
    let lower = |temperature: f64| {
        retrieval_free_energy(alpha, temperature)
            .zip(glass_free_energy(alpha, temperature))
            .is_some_and(|(retrieved, frozen)| retrieved < frozen)
    };
    lower(COLDEST).then(|| last(COLDEST, hottest, lower))
}

/// T_g: below it the spins freeze.
pub(super) fn glass_temperature(alpha: f64) -> f64 {
    last(COLDEST, 10.0, |temperature| glass(alpha, temperature).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three equations iterated at a load from the pattern: `None` if that leads away from it.
    fn iterate(alpha: f64, temperature: f64) -> Option<[f64; 3]> {
        let (mut m, mut q, mut r) = (1.0f64, 1.0f64, 1.0f64);
        for _ in 0..20_000 {
            let [next, square] = averages(m / temperature, (alpha * r).sqrt() / temperature);
            let response = 1.0 - (1.0 - square) / temperature;
            if response <= 0.0 || next < 0.05 {
                return None;
            }
            let change = (next - m).abs() + (square - q).abs();
            (m, q, r) = (next, square, square / (response * response));
            if change < 1e-13 {
                return Some([m, q, r]);
            }
        }
        None
    }

    #[test]
    fn saddle_points_are_those_of_the_iteration() {
        for (alpha, temperature) in [(0.05, 0.3), (0.12, 0.1), (0.01, 0.7)] {
            let [m, q, r] = iterate(alpha, temperature).unwrap();
            let s = retrieval(alpha, temperature).unwrap();
            assert!((s.m - m).abs() < 1e-9 && (s.q - q).abs() < 1e-9, "{alpha} {temperature}");
            assert!((s.b * s.b * temperature * temperature - alpha * r).abs() < 1e-9);
        }
        for (alpha, temperature) in [(0.145, 0.05), (0.05, 0.9), (0.05, 0.6)] {
            assert_eq!(retrieval(alpha, temperature), None);
            assert_eq!(iterate(alpha, temperature), None);
        }
        // One pattern: m = tanh(m/T).
        let s = retrieval(1e-9, 0.6).unwrap();
        assert!((s.m - (s.m / 0.6).tanh()).abs() < 1e-6 && s.m > 0.7);
    }

    /// The free energy is stationary at its saddle points: its slope along q, with m and r held, vanishes only there.
    #[test]
    fn the_free_energy_is_stationary() {
        let (alpha, temperature) = (0.03, 0.4);
        for state in [retrieval(alpha, temperature).unwrap(), glass(alpha, temperature).unwrap()] {
            let at = |dq: f64, db: f64, dm: f64| {
                free_energy(alpha, temperature, &SaddlePoint { m: state.m + dm, q: state.q + dq, b: state.b + db })
            };
            let slope = |f: &dyn Fn(f64) -> f64| (f(1e-5) - f(-1e-5)) / 2e-5;
            for slope in [slope(&|h| at(h, 0.0, 0.0)), slope(&|h| at(0.0, h, 0.0)), slope(&|h| at(0.0, 0.0, h))] {
                assert!(slope.abs() < 1e-7, "{state:?}: {slope}");
            }
            assert!(slope(&|h| at(0.1 + h, 0.0, 0.0)).abs() > 1e-3);
        }
    }

    /// Amit, Gutfreund and Sompolinsky 1987: α_c = 0.138 and, for the transition, 0.051 at T = 0; T_g = 1 + √α.
    #[test]
    fn phase_lines_have_the_ends_of_the_theory() {
        let (capacity, _) = spinodal(COLDEST).unwrap();
        // The capacity falls linearly with the temperature at first.
        assert!((0.136..0.138).contains(&capacity), "{capacity}");
        assert_eq!(retrieval_temperature(0.14), None);
        // Both ways round.
        for alpha in [0.004, 0.03] {
            let [hottest, transition] = [retrieval_temperature(alpha).unwrap(), transition_temperature(alpha).unwrap()];
            assert!((retrieval_load(hottest).unwrap() / alpha - 1.0).abs() < 1e-8);
            assert!((transition_load(transition).unwrap() / alpha - 1.0).abs() < 1e-4);
        }
        // The line bends back: its load is 0.0519 at T = 0 and at most 0.0531, near T = 0.1.
        assert!(transition_temperature(0.0519).is_some() && transition_temperature(0.0532).is_none());
        for alpha in [0.01, 0.3] {
            assert!((glass_temperature(alpha) - 1.0 - alpha.sqrt()).abs() < 1e-5);
        }
    }
}
