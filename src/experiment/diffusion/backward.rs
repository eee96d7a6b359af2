//! The backward stochastic differential equation with the exact score, from a large time down to almost 0.

use super::two_class::half_log_odds_of_spins;
use super::{TwoClass, delta};
use crate::elementwise;
use crate::random::{Bulk, fill_normal};

/// One step t → s < t of the exponential predictor–corrector scheme: the linear part of the drift and the noise are
/// integrated exactly, the posterior mean by the trapezoidal rule. Weak order 2.
struct Step {
    /// Where it starts and ends.
    from: f64,
    to: f64,
    /// x_s = contraction · x_t + pull · (posterior mean) + spread · ξ.
    contraction: f64,
    pull: f64,
    spread: f64,
}

/// No step is longer than this.
const LONGEST: f64 = 0.4;

/// A mesh of times that contains given marks.
pub(super) struct Schedule {
    steps: Vec<Step>,
    /// Step at which each mark lies, in the order of the marks.
    marks: Vec<usize>,
}

impl Schedule {
    /// A mesh from `start` through the decreasing `marks` to `end`: steps of at most `step` where the class is decided,
    /// longer ones before and after.
    pub(super) fn new(target: &TwoClass, start: f64, marks: &[f64], end: f64, step: f64) -> Self {
        let mut schedule = Self { steps: Vec::new(), marks: Vec::with_capacity(marks.len()) };
        let mut t = start;
        for (index, &next) in marks.iter().chain([&end]).enumerate() {
            while t > next {
                let pieces = ((t - next) / (step * target.stretch(t)).min(LONGEST)).ceil();
                let to = if pieces <= 1.0 { next } else { t - (t - next) / pieces };
                schedule.steps.push(Step::new(target, t, to));
                t = to;
            }
            if index < marks.len() {
                schedule.marks.push(schedule.steps.len());
            }
        }
        schedule
    }

    /// Steps from the start to a mark.
    pub(super) fn steps_before(&self, mark: usize) -> usize {
        self.position(mark)
    }

    /// Steps from a mark to the end.
    pub(super) fn steps_after(&self, mark: usize) -> usize {
        self.steps.len() - self.position(mark)
    }

    /// The step index of a mark; `marks.len()` is the end.
    fn position(&self, mark: usize) -> usize {
        self.marks.get(mark).copied().unwrap_or(self.steps.len())
    }
}

impl Step {
    fn new(target: &TwoClass, from: f64, to: f64) -> Self {
        // Given its component, x_s is Gaussian around a known mean; the component mean is what the score averages.
        let variance = |t: f64| target.sigma.map_or(delta(t), |_| target.class_variance(t));
        let decay = (to - from).exp();
        let contraction = decay * variance(to) / variance(from);
        let pull = (-to).exp() - contraction * (-from).exp();
        let spread = (variance(to) * delta(from - to) / variance(from)).sqrt();
        Self { from, to, contraction, pull, spread }
    }
}

/// Trajectories of the backward equation with their working memory: any number in one dimension, one in several.
pub(super) struct Walkers {
    /// Where they are, one after the other.
    pub(super) x: Vec<f64>,
    mean: Vec<f64>,
    scratch: Vec<f64>,
    d: usize,
}

impl Walkers {
    /// One walker at the origin of d dimensions.
    pub(super) fn new(d: usize) -> Self {
        Self { x: vec![0.0; d], mean: vec![0.0; d], scratch: vec![0.0; d], d }
    }

    fn resize(&mut self, count: usize) {
        for buffer in [&mut self.x, &mut self.mean, &mut self.scratch] {
            buffer.resize(count * self.d, 0.0);
        }
    }

    /// `count` walkers at independent places drawn from N(0, I).
    pub(super) fn release(&mut self, count: usize, generator: &mut Bulk) {
        self.resize(count);
        fill_normal(generator, &mut self.x);
    }

    /// `count` walkers at data points that are noised to time `t`, and their classes.
    pub(super) fn noised_data(&mut self, count: usize, target: &TwoClass, t: f64, generator: &mut Bulk) -> Vec<f64> {
        self.resize(count);
        let classes = self.x.chunks_mut(self.d).map(|x| target.draw(generator, x)).collect();
        target.noise(generator, t, &mut self.x);
        classes
    }

    /// Goes where the others are.
    pub(super) fn copy(&mut self, others: &Self) {
        self.resize(others.x.len() / self.d);
        self.x.copy_from_slice(&others.x);
    }

    /// Runs from the mark `from` (`None`: the start) to the mark `to` (the number of marks: the end).
    pub(super) fn run(
        &mut self,
        target: &TwoClass,
        schedule: &Schedule,
        from: Option<usize>,
        to: usize,
        generator: &mut Bulk,
    ) {
        let first = from.map_or(0, |mark| schedule.position(mark));
        let steps = &schedule.steps[first..schedule.position(to)];
        match target.sigma {
            Some(_) if target.d == 1 => {
                let m = target.m;
                self.trapezoidal(steps, generator, |t, x, mean| {
                    let slope = target.log_odds_slope(t);
                    mean.iter_mut().zip(x).for_each(|(mean, x)| *mean = slope * x);
                    elementwise::tanh(mean);
                    mean.iter_mut().for_each(|mean| *mean *= m);
                });
            }
            Some(_) => self.gaussians(target, steps, generator),
            None => self.trapezoidal(steps, generator, |t, x, mean| posterior_mean_of_spins(target.m, t, x, mean)),
        }
    }

    /// The classes that the walkers are in at time `t`: the signs of their log odds.
    pub(super) fn classes(&mut self, target: &TwoClass, t: f64) -> Vec<f64> {
        let scratch = &mut self.scratch[..self.d];
        self.x.chunks(self.d).map(|x| target.half_log_odds(t, x, scratch).signum()).collect()
    }

    /// The posterior mean is m tanh(L) in every coordinate: its pull is added in the next pass over x.
    fn gaussians(&mut self, target: &TwoClass, steps: &[Step], generator: &mut Bulk) {
        let d = self.x.len() as f64;
        let (mut sum, mut shift) = (self.x.iter().sum::<f64>(), 0.0);
        for step in steps {
            let before = (target.log_odds_slope(step.from) * sum).tanh();
            let drift = step.contraction * shift;
            fill_normal(generator, &mut self.scratch);
            sum = advance(&mut self.x, &self.scratch, step, drift);
            let pull = step.pull * target.m;
            let after = (target.log_odds_slope(step.to) * (sum + d * pull * before)).tanh();
            shift = 0.5 * pull * (before + after);
            sum += d * shift;
        }
        self.x.iter_mut().for_each(|x| *x += shift);
    }

    /// The posterior mean at both ends of a step, by a function of time and place that fills it in.
    fn trapezoidal(&mut self, steps: &[Step], generator: &mut Bulk, posterior_mean: impl Fn(f64, &[f64], &mut [f64])) {
        for step in steps {
            posterior_mean(step.from, &self.x, &mut self.mean);
            fill_normal(generator, &mut self.scratch);
            for ((x, mean), noise) in self.x.iter_mut().zip(&self.mean).zip(&self.scratch) {
                *x = step.contraction * *x + step.pull * mean + step.spread * noise;
            }
            posterior_mean(step.to, &self.x, &mut self.scratch);
            for ((x, after), before) in self.x.iter_mut().zip(&self.scratch).zip(&self.mean) {
                *x += 0.5 * step.pull * (after - before);
            }
        }
    }
}

/// How many entries of two lists of classes are the same.
pub(super) fn agreeing(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).filter(|(a, b)| a == b).count() as f64
}

/// x ← contraction · x + drift + spread · noise; returns the sum of the new x, added up in eight lanes.
fn advance(x: &mut [f64], noise: &[f64], step: &Step, drift: f64) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (chunks, rest) = x.as_chunks_mut::<LANES>();
    let (noise, noise_rest) = noise.as_chunks::<LANES>();
    for (x, noise) in chunks.iter_mut().zip(noise) {
        for lane in 0..LANES {
            x[lane] = step.contraction * x[lane] + drift + step.spread * noise[lane];
            sums[lane] += x[lane];
        }
    }
    for (x, noise) in rest.iter_mut().zip(noise_rest) {
        *x = step.contraction * *x + drift + step.spread * noise;
        sums[0] += *x;
    }
    sums.iter().sum()
}

/// ⟨a_i⟩ given x_t (Biroli and Mézard 2023): the two classes' tanh(±βm + x_i e^{-t}/Δ_t) weighted by their posterior.
pub(super) fn posterior_mean_of_spins(m: f64, t: f64, x: &[f64], mean: &mut [f64]) {
    let field = (-t).exp() / delta(t);
    mean.iter_mut().zip(x).for_each(|(mean, x)| *mean = field * x);
    elementwise::tanh(mean);
    let order = half_log_odds_of_spins(m, mean).tanh();
    for value in mean {
        let t = *value;
        *value = (t * (1.0 - m * m) + order * m * (1.0 - t * t)) / (1.0 - m * m * t * t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::diffusion::same_class;
    use crate::random::{SeedPath, bulk};

    /// The backward equation from N(0, I) has to end in the data law: mean of |M|/d, its square, and the variance.
    #[test]
    fn the_backward_equation_ends_in_the_target() {
        for sigma in [None, Some(0.5)] {
            let target = TwoClass { d: 12, m: 0.7, sigma };
            let schedule = Schedule::new(&target, 4.5, &[], 0.05, 0.05);
            let mut generator = bulk(&mut SeedPath::root(11).stream());
            let (mut walker, mut data) = (Walkers::new(12), vec![0.0; 12]);
            let (mut difference, mut squares) = ([0.0; 2], [0.0; 2]);
            let n = 4000.0;
            for _ in 0..4000 {
                fill_normal(&mut generator, &mut walker.x);
                walker.run(&target, &schedule, None, 0, &mut generator);
                target.draw(&mut generator, &mut data);
                target.noise(&mut generator, 0.05, &mut data);
                let features =
                    |x: &[f64]| [x.iter().sum::<f64>().abs() / 12.0, x.iter().map(|x| x * x).sum::<f64>() / 12.0];
                let (a, b) = (features(&walker.x), features(&data));
                for k in 0..2 {
                    difference[k] += (a[k] - b[k]) / n;
                    squares[k] += (a[k] - b[k]).powi(2) / n;
                }
            }
            for k in 0..2 {
                assert!(difference[k].abs() < 4.5 * (squares[k] / n).sqrt(), "{sigma:?}: {difference:?}");
            }
        }
    }

    /// The transition law of the backward equation is the posterior, so the class at the end, given x_t, has the
    /// posterior's probability. From a fixed x_t, with steps of three sizes.
    #[test]
    fn classes_at_the_end_have_their_posterior_probability() {
        let target = TwoClass { d: 9, m: 1.0, sigma: Some(1.0) };
        let (t, sum): (f64, f64) = (1.4, 2.0);
        let x = vec![sum / 9.0; 9];
        let plus = 1.0 / (1.0 + (-2.0 * target.half_log_odds(t, &x, &mut [0.0; 9])).exp());
        let mut generator = bulk(&mut SeedPath::root(5).stream());
        for (step, allowed) in [(0.05, 0.0), (0.2, 0.002)] {
            let schedule = Schedule::new(&target, t, &[], 0.0, step);
            let (n, mut count) = (20_000, 0.0);
            let mut walker = Walkers::new(9);
            for _ in 0..n {
                walker.x.copy_from_slice(&x);
                walker.run(&target, &schedule, None, 0, &mut generator);
                count += f64::from(u8::from(walker.classes(&target, 0.0)[0] > 0.0)) / f64::from(n);
            }
            let error = (plus * (1.0 - plus) / f64::from(n)).sqrt();
            assert!((count - plus).abs() < 4.0 * error + allowed + target.misclassified(0.0), "{step}: {count} {plus}");
        }
        assert!(same_class(target.separation(t)) > 0.5);
    }
}
