//! Confidence sequences for a mean: intervals that hold at every look at once, so that looking often costs nothing.

use super::{Interval, Moments};

/// A (1 − α) confidence sequence for the mean of independent replicates, fed block by block.
#[derive(Clone, Debug)]
pub enum ConfidenceSequence {
    /// Sound at every sample size, for values with almost sure bounds: predictable plug-in empirical Bernstein
    /// (Waudby-Smith & Ramdas, JRSS B 86 (2024), theorem 2). The bet λ and the centre are fixed before a block is
    /// seen, which keeps them predictable while only block moments are stored.
    EmpiricalBernstein(EmpiricalBernstein),
    /// Asymptotic: its coverage holds in the limit of many replicates with a finite variance (Waudby-Smith, Arbour,
    /// Sinha, Kennedy & Ramdas, Ann. Stat. 52 (2024), theorem 2.2: Robbins' normal mixture with the sample variance).
    Asymptotic(Asymptotic),
    /// The intersection of both, each at half the error rate, for bounded values that are themselves averages: their
    /// variance is far below what the bounds allow, and an interval that is sound for every law in the bounds cannot
    /// shrink faster than log(1/α)·(width of the bounds)/replicates. The asymptotic one takes part only while no
    /// replicate holds more than a twentieth of the variance: never for constant samples or rare events.
    Averages(EmpiricalBernstein, Asymptotic),
}

/// State of the empirical-Bernstein sequence, in the unit interval.
#[derive(Clone, Debug)]
pub struct EmpiricalBernstein {
    alpha: f64,
    lower: f64,
    width: f64,
    seen: Moments,
    /// Σ (x_i − μ̂_i)², with μ̂ from the blocks up to and including that of x_i.
    residual: f64,
    weight: f64,
    weighted: f64,
    penalty: f64,
    running: Interval,
}

/// State of the asymptotic sequence.
#[derive(Clone, Debug)]
pub struct Asymptotic {
    alpha: f64,
    /// Mixture parameter ρ².
    rho2: f64,
    minimum: u64,
    seen: Moments,
}

impl ConfidenceSequence {
    /// Largest share of one replicate in the variance up to which a sample of bounded values counts as near normal.
    const LARGEST_SHARE: f64 = 0.05;
    /// Values of a constant sample need more replicates before a zero variance is believed.
    const CONSTANT_MINIMUM: u64 = 1024;

    /// For values in `bounds` almost surely.
    pub fn bounded(alpha: f64, bounds: (f64, f64)) -> Self {
        Self::EmpiricalBernstein(EmpiricalBernstein::new(alpha, bounds))
    }

    /// For values in `bounds` almost surely, most of them averages; narrowest near `target` replicates.
    pub fn averages(alpha: f64, bounds: (f64, f64), target: u64, minimum: u64) -> Self {
        Self::Averages(EmpiricalBernstein::new(alpha / 2.0, bounds), Asymptotic::new(alpha / 2.0, target, minimum))
    }

    /// For unbounded values of finite variance; narrowest near `target` replicates, silent below `minimum`.
    pub fn asymptotic(alpha: f64, target: u64, minimum: u64) -> Self {
        Self::Asymptotic(Asymptotic::new(alpha, target, minimum))
    }

    /// Takes a block in. Blocks must come in their order.
    pub fn push(&mut self, block: &Moments) {
        match self {
            Self::EmpiricalBernstein(state) => state.push(block),
            Self::Asymptotic(state) => state.seen = state.seen.merged(block),
            Self::Averages(sound, narrow) => {
                sound.push(block);
                narrow.seen = sound.seen;
            }
        }
    }

    /// All that was seen.
    pub fn moments(&self) -> &Moments {
        match self {
            Self::EmpiricalBernstein(state) | Self::Averages(state, _) => &state.seen,
            Self::Asymptotic(state) => &state.seen,
        }
    }

    /// The interval now; `None` while there are too few replicates.
    pub fn interval(&self) -> Option<Interval> {
        match self {
            Self::EmpiricalBernstein(state) => state.interval(),
            Self::Asymptotic(state) => state.interval(),
            Self::Averages(sound, narrow) => {
                let always = sound.interval()?;
                let near_normal = narrow.seen.squares > 0.0 && narrow.seen.largest_share() <= Self::LARGEST_SHARE;
                let narrow = if near_normal { narrow.interval() } else { None };
                // Disjoint intervals are as improbable as a miss; the sound one then stands.
                Some(narrow.and_then(|n| n.intersection(always)).unwrap_or(always))
            }
        }
    }

    /// How the interval was made and whether its coverage is exact or asymptotic, for the evidence.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::EmpiricalBernstein(_) => "empirical-Bernstein confidence sequence (valid at every sample size)",
            Self::Asymptotic(_) => "asymptotic confidence sequence (valid for many replicates of finite variance)",
            Self::Averages(..) => {
                "empirical-Bernstein confidence sequence, intersected with an asymptotic one while the replicates are near normal"
            }
        }
    }
}

impl EmpiricalBernstein {
    fn new(alpha: f64, bounds: (f64, f64)) -> Self {
        Self {
            alpha,
            lower: bounds.0,
            width: bounds.1 - bounds.0,
            seen: Moments::default(),
            residual: 0.0,
            weight: 0.0,
            weighted: 0.0,
            penalty: 0.0,
            running: Interval { low: 0.0, high: 1.0 },
        }
    }

    fn interval(&self) -> Option<Interval> {
        (self.weight > 0.0).then_some(Interval {
            low: self.lower + self.width * self.running.low,
            high: self.lower + self.width * self.running.high,
        })
    }

    fn push(&mut self, block: &Moments) {
        if block.count == 0 {
            self.seen = self.seen.merged(block);
            return;
        }
        let unit = |x: f64| (x - self.lower) / self.width;
        let log = (2.0 / self.alpha).ln();
        let before = self.seen.count as f64;
        // Regularised with half a pseudo-observation, as in op. cit., eq. (15).
        let mean = (0.5 + before * if before > 0.0 { unit(self.seen.mean) } else { 0.0 }) / (before + 1.0);
        let variance = (0.25 + self.residual) / (before + 1.0);
        let t = before + block.count as f64;
        let bet = (2.0 * log / (variance * t * (1.0 + t).ln())).sqrt().min(0.5);
        let squares = block.squares_about(self.lower + self.width * mean) / self.width.powi(2);
        // v ψ_E(λ) = 4 (x − μ̂)² · (−ln(1 − λ) − λ)/4.
        self.penalty += squares * (-(-bet).ln_1p() - bet);
        self.weight += bet * block.count as f64;
        self.weighted += bet * block.count as f64 * unit(block.mean);
        self.seen = self.seen.merged(block);
        let after = (0.5 + t * (self.seen.mean - self.lower) / self.width) / (t + 1.0);
        self.residual += block.squares_about(self.lower + self.width * after) / self.width.powi(2);
        let now = Interval::around(self.weighted / self.weight, (log + self.penalty) / self.weight);
        // An empty intersection has probability below α; the current interval is then the honest one.
        self.running = self.running.intersection(now).unwrap_or(now);
    }
}

impl Asymptotic {
    fn new(alpha: f64, target: u64, minimum: u64) -> Self {
        // ρ that minimises the width at `target` (op. cit., eq. 9).
        let log = -2.0 * alpha.ln();
        let rho2 = (log + (log + 1.0).ln()) / target.max(1) as f64;
        Self { alpha, rho2, minimum, seen: Moments::default() }
    }

    fn interval(&self) -> Option<Interval> {
        let count = self.seen.count;
        let minimum =
            if self.seen.squares > 0.0 { self.minimum } else { self.minimum.max(ConfidenceSequence::CONSTANT_MINIMUM) };
        if count < minimum.max(2) {
            return None;
        }
        let t = count as f64;
        let growth = t * self.rho2 + 1.0;
        let radius = (2.0 * growth / (t * t * self.rho2) * (growth.sqrt() / self.alpha).ln()).sqrt();
        Some(Interval::around(self.seen.mean, self.seen.variance().sqrt() * radius))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeedPath;
    use rand::RngExt;
    use rand_distr::{Distribution, Exp1};

    /// Runs many sequences, looks after every block, and counts those that ever miss the mean.
    fn ever_missed(
        make: impl Fn() -> ConfidenceSequence,
        mean: f64,
        blocks: usize,
        draw: impl Fn(&mut crate::random::Stream) -> f64,
    ) -> (usize, f64) {
        let (mut missed, mut radius) = (0, 0.0);
        for trial in 0..400 {
            let mut stream = SeedPath::root(11).child("sequence").block(trial).stream();
            let mut sequence = make();
            let mut miss = false;
            for _ in 0..blocks {
                let values: Vec<f64> = (0..32).map(|_| draw(&mut stream)).collect();
                sequence.push(&Moments::of(&values));
                miss |= sequence.interval().is_some_and(|i| !i.contains(mean));
            }
            missed += usize::from(miss);
            radius += sequence.interval().unwrap().radius() / 400.0;
        }
        (missed, radius)
    }

    #[test]
    fn empirical_bernstein_covers_at_every_look_and_narrows() {
        // Bernoulli(0.1) scaled to [-1, 1]: mean -0.8, variance 0.36.
        let draw = |s: &mut crate::random::Stream| if s.random::<f64>() < 0.1 { 1.0 } else { -1.0 };
        let (missed, radius) = ever_missed(|| ConfidenceSequence::bounded(0.05, (-1.0, 1.0)), -0.8, 100, draw);
        // 400 trials at 5 %: mean 20, standard deviation 4.4.
        assert!(missed <= 33, "{missed} of 400 missed");
        // No wider than 2.5 times the fixed-sample normal interval at 3200 replicates.
        let fixed = 1.96 * (0.36f64 / 3200.0).sqrt();
        assert!(radius < 2.5 * fixed && radius > fixed, "{radius} against {fixed}");
    }

    /// Constant values: the interval shrinks like 1/replicates, and the asymptotic one takes no part in it.
    #[test]
    fn constant_bounded_values_narrow_like_one_over_their_number() {
        for value in [0.0, 1.0] {
            let widths: Vec<f64> = [64u64, 1024, 4096]
                .into_iter()
                .map(|n| {
                    let mut sequence = ConfidenceSequence::averages(1e-4, (0.0, 1.0), 1024, 64);
                    (0..n / 32).for_each(|_| sequence.push(&Moments::of(&[value; 32])));
                    let interval = sequence.interval().unwrap();
                    assert!(interval.contains(value));
                    interval.high.min(1.0) - interval.low.max(0.0)
                })
                .collect();
            // No sound interval is narrower than log(1/α)/n.
            assert!(widths[1] > 9.2 / 1024.0 && widths[1] < 0.03, "{widths:?}");
            assert!(widths[2] < 0.35 * widths[1] && widths[0] > 4.0 * widths[1], "{widths:?}");
        }
    }

    /// Means of many bits: far narrower than the bounds allow, at the promised coverage; rare events stay sound.
    #[test]
    fn averages_are_narrow_and_rare_events_sound() {
        let average =
            |s: &mut crate::random::Stream| (0..100).map(|_| f64::from(s.random::<f64>() < 0.1)).sum::<f64>() / 100.0;
        let make = || ConfidenceSequence::averages(0.05, (0.0, 1.0), 1600, 64);
        let (missed, radius) = ever_missed(make, 0.1, 100, average);
        assert!(missed <= 33, "{missed} of 400 missed");
        let (_, sound) = ever_missed(|| ConfidenceSequence::bounded(0.05, (0.0, 1.0)), 0.1, 100, average);
        assert!(radius < 0.6 * sound, "{radius} against {sound}");
        let rare = |s: &mut crate::random::Stream| f64::from(s.random::<f64>() < 0.004);
        let (missed, _) = ever_missed(make, 0.004, 100, rare);
        assert!(missed <= 33, "{missed} of 400 missed");
    }

    #[test]
    fn asymptotic_sequence_covers_a_skewed_law() {
        let make = || ConfidenceSequence::asymptotic(0.05, 1600, 64);
        let (missed, radius) = ever_missed(make, 1.0, 100, |s| Exp1.sample(s));
        assert!(missed <= 33, "{missed} of 400 missed");
        let fixed = 1.96 / 3200f64.sqrt();
        assert!(radius < 2.0 * fixed && radius > fixed, "{radius} against {fixed}");
    }

    /// A fixed-sample interval looked at after each block must miss far more often: the test above can fail.
    #[test]
    fn peeking_with_a_fixed_sample_interval_is_caught() {
        let mut missed = 0;
        for trial in 0..400 {
            let mut stream = SeedPath::root(11).child("sequence").block(trial).stream();
            let mut moments = Moments::default();
            missed += usize::from((0..100).any(|_| {
                (0..32).for_each(|_| moments.push(Exp1.sample(&mut stream)));
                (moments.mean - 1.0).abs() > 1.96 * moments.standard_error()
            }));
        }
        assert!(missed > 60, "{missed}");
    }

    #[test]
    fn few_or_constant_values_give_no_interval() {
        let mut sequence = ConfidenceSequence::asymptotic(0.05, 1000, 64);
        sequence.push(&Moments::of(&[1.0; 100]));
        assert!(sequence.interval().is_none());
        sequence.push(&Moments::of(&[1.0; 1000]));
        assert_eq!(sequence.interval(), Some(Interval { low: 1.0, high: 1.0 }));
    }
}
