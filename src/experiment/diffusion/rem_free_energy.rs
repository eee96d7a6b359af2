//! The free energy of the random energy model that the empirical posterior is, at sizes beyond enumeration.

use super::{delta, root};
use crate::experiment::{Estimand, Experiment, ExperimentError, Parameter, Parameters, Quantity, Shape, Trial, cost};
use crate::random::{SeedPath, Stream, bulk};
use rand_distr::{Distribution, Exp1, Gamma};
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur, ln_gamma};

/// ψ₊ = −(1/d) log Z₊, Z₊ = Σ e^{−dε} over the n/2 − 1 other points of the class, n = e^{αd}, at a noised point of
/// typical length: energies are drawn from their law, lowest first, and what lies above the lowest `levels` by its mean.
pub static EXPERIMENT: Experiment = Experiment {
    name: "rem-free-energy",
    summary: "Draws the lowest energies |x − a e^{-t}|²/2Δ among n/2 − 1 points a ~ N(m, σ²I) exactly in law, for n up to e^300, and measures −(1/d) log of their partition function",
    source: "Derrida 1981; Biroli, Bonnaire, de Bortoli and Mézard 2024; Lucibello and Mézard 2024",
    parameters: &[
        Parameter { name: "d", meaning: "dimension", default: 40.0, minimum: 2.0, maximum: 400.0, whole: true },
        Parameter {
            name: "alpha",
            meaning: "log n / d; the class of x has n/2 points",
            default: 0.5,
            minimum: 1e-2,
            maximum: 4.0,
            whole: false,
        },
        Parameter {
            name: "sigma",
            meaning: "standard deviation of the data in every direction",
            default: 1.0,
            minimum: 1e-2,
            maximum: 100.0,
            whole: false,
        },
        Parameter {
            name: "t",
            meaning: "time of the forward process",
            default: 0.5,
            minimum: 1e-2,
            maximum: 3.0,
            whole: false,
        },
        Parameter {
            name: "levels",
            meaning: "energies drawn one by one",
            default: 4096.0,
            minimum: 64.0,
            maximum: 1e6,
            whole: true,
        },
    ],
    estimands: &[Estimand {
        name: "free-energy",
        meaning: "psi = -(1/d) log Z of the other points of the class",
        bounds: None,
        shape: Shape::Scalar,
        bias,
    }],
    prepare,
};

/// Replacing the energies above the lowest K by their mean leaves a relative variance of Z of at most 1/(4K)
/// (each of them is smaller than the mean of the K drawn ones), hence a bias of log Z of about 1/(8K);
/// interpolating the law of the energies costs at most 1e-4 in each energy.
fn bias(parameters: &Parameters) -> f64 {
    (1.0 / (4.0 * parameters.get("levels")) + 1e-4) / parameters.get("d")
}

/// log F(E) for the energy E = dε on a fine grid, F its distribution function.
struct Energies {
    first: f64,
    step: f64,
    log_cdf: Vec<f64>,
}

struct Levels {
    d: f64,
    /// log of the number of energies.
    log_count: f64,
    levels: usize,
    energies: Energies,
    /// λ in (0, 1] of [`condensation`].
    condensation: f64,
    /// Noncentral χ² law of E/`scale` under the weight e^{−E}, and log E e^{−E}.
    tilted_scale: f64,
    tilted_noncentrality: f64,
    log_mean_weight: f64,
}

fn prepare(parameters: &Parameters, _: &SeedPath) -> Result<Box<dyn Trial>, ExperimentError> {
    let (d, t) = (parameters.get("d"), parameters.get("t"));
    let log_n = parameters.get("alpha") * d;
    if !(log_n > 2.0 && log_n <= 300.0) {
        return Err(ExperimentError::Setup(format!("alpha d = {log_n} must be between 2 and 300")));
    }
    let (noise, data) = (delta(t), parameters.get("sigma").powi(2) * (-2.0 * t).exp());
    // E = (data/2Δ) χ'²_d(λ) with λ = |x − m e^{-t}|²/data, at the typical length |x − m e^{-t}|² = d(Δ + data).
    let (scale, noncentrality) = (data / (2.0 * noise), d * (noise + data) / data);
    if noncentrality > 1e5 {
        return Err(ExperimentError::Setup(format!("the noise hides the data at t = {t}: lower `t` or raise `sigma`")));
    }
    let log_count = (0.5 * log_n.exp() - 1.0).max(1.0).ln();
    let energies = Energies::new(d, scale, noncentrality, log_count);
    let widening = 1.0 + 2.0 * scale;
    Ok(Box::new(Levels {
        d,
        log_count,
        levels: parameters.whole("levels"),
        energies,
        condensation: condensation(parameters.get("alpha"), data / noise),
        tilted_scale: scale / widening,
        tilted_noncentrality: noncentrality / widening,
        log_mean_weight: -0.5 * d * widening.ln() - noncentrality * scale / widening,
    }))
}

/// The tilt λ at which e^{αd} energies run out: the rate I(ε) = −g(λ) − λε at ε = −g'(λ) is α; 1 where it is α only for
/// λ ≥ 1, which is where many energies share the partition function. `ratio` = σ² e^{-2t}/Δ_t,
/// g(λ) = −½ log(1 + λ ratio) − ½ λ(1 + ratio)/(1 + λ ratio).
fn condensation(alpha: f64, ratio: f64) -> f64 {
    // I = ½ log(1 + λ ratio) − ½ λ ratio/(1 + λ ratio) + ½ λ² ratio (1 + ratio)/(1 + λ ratio)².
    let rate = |lambda: f64| {
        let widening = 1.0 + lambda * ratio;
        0.5 * (widening.ln() - lambda * ratio / widening + ratio * (1.0 + ratio) * (lambda / widening).powi(2))
    };
    if rate(1.0) <= alpha { 1.0 } else { root(0.0, 1.0, 1e-14, |lambda| rate(lambda) - alpha) }
}

impl Energies {
    const NODES: usize = 4096;

    /// Covers all probabilities from e^{-40} over the number of energies up to 1 − 1e-12.
    fn new(d: f64, scale: f64, noncentrality: f64, log_count: f64) -> Self {
        let log_cdf = |energy: f64| noncentral(d, noncentrality, energy / scale).0.ln();
        let typical = scale * (d + noncentrality);
        let mut first = typical;
        while log_cdf(first) > -(log_count + 40.0) {
            first *= 0.9;
        }
        let last = typical + 10.0 * scale * (2.0 * (d + 2.0 * noncentrality)).sqrt() + 60.0 * scale;
        let step = (last - first) / (Self::NODES - 1) as f64;
        let log_cdf = (0..Self::NODES).map(|k| log_cdf(first + step * k as f64)).collect();
        Self { first, step, log_cdf }
    }

    /// The energy whose log F is `log_probability`; `from` is a node at or below it, moved along.
    fn quantile(&self, log_probability: f64, from: &mut usize) -> f64 {
        while *from + 2 < self.log_cdf.len() && self.log_cdf[*from + 1] < log_probability {
            *from += 1;
        }
        let (low, high) = (self.log_cdf[*from], self.log_cdf[*from + 1]);
        self.first + self.step * (*from as f64 + ((log_probability - low) / (high - low)).clamp(0.0, 1.0))
    }
}

impl Trial for Levels {
    fn replicate(&self, stream: &mut Stream, out: &mut [f64]) {
        let generator = &mut bulk(stream);
        let count = self.log_count.exp().round();
        let drawn = count.min(self.levels as f64);
        // Ordered uniforms: partial sums of exponentials over the sum of all count + 1 of them.
        let mut sums = Vec::with_capacity(drawn as usize);
        let mut sum = 0.0;
        for _ in 0..drawn as usize {
            let gap: f64 = Exp1.sample(generator);
            sum += gap;
            sums.push(sum);
        }
        let rest = Gamma::new(count + 1.0 - drawn, 1.0).expect("at least one gap is left");
        let log_total = (sum + rest.sample(generator)).ln();
        let (mut node, mut lowest, mut energy, mut partition) = (0, f64::NAN, 0.0, 0.0);
        for sum in &sums {
            energy = self.energies.quantile(sum.ln() - log_total, &mut node);
            if lowest.is_nan() {
                lowest = energy;
            }
            partition += (lowest - energy).exp();
        }
        if count > drawn {
            let (_, above) = noncentral(self.d, self.tilted_noncentrality, energy / self.tilted_scale);
            let left = 1.0 - (sum.ln() - log_total).exp();
            partition += ((count - drawn).ln() + self.log_mean_weight + lowest).exp() * above / left;
        }
        out[0] = (lowest - partition.ln()) / self.d;
    }

    fn work(&self) -> f64 {
        // One series for the mean above the drawn levels, three functions for each level.
        let terms = 0.5 * self.tilted_noncentrality + 12.0 * (0.5 * self.tilted_noncentrality).sqrt() + 40.0;
        cost::work((self.levels as f64 + terms) * 5.0 * cost::TRANSCENDENTAL)
    }

    fn quantity(&self, name: &str) -> Option<Quantity> {
        match name {
            "log-count" => Some(Quantity::Scalar(self.log_count)),
            "lambda" => Some(Quantity::Scalar(self.condensation)),
            _ => None,
        }
    }
}

/// P(χ'² ≤ x) and P(χ'² > x) for d degrees of freedom and noncentrality λ: Poisson mixtures of central ones, whose
/// recursions run in the direction that only adds, so both tails keep their relative accuracy (about 1e-11).
fn noncentral(d: f64, noncentrality: f64, x: f64) -> (f64, f64) {
    let (half, rate) = (0.5 * x, 0.5 * noncentrality);
    let last = (rate + 12.0 * rate.sqrt() + 40.0).ceil() as usize;
    let shape = |j: usize| 0.5 * d + j as f64;
    // log of half^a e^{-half}/Γ(a + 1) = Q(a + 1) − Q(a), and of the Poisson weights.
    let log_step = |j: usize| shape(j) * half.ln() - half - ln_gamma(shape(j) + 1.0);
    let log_weight = |j: usize| j as f64 * rate.ln() - rate - ln_gamma(j as f64 + 1.0);
    let (mut log_steps, mut log_weights) = (vec![log_step(0)], vec![log_weight(0)]);
    for j in 1..=last {
        log_steps.push(log_steps[j - 1] + half.ln() - shape(j).ln());
        log_weights.push(log_weights[j - 1] + rate.ln() - (j as f64).ln());
    }
    let mut below_central = checked_gamma_lr(shape(last), half).unwrap_or(0.0);
    let mut above_central = checked_gamma_ur(shape(0), half).unwrap_or(0.0);
    let mut below = 0.0;
    for j in (0..=last).rev() {
        below += log_weights[j].exp() * below_central;
        if j > 0 {
            below_central += log_steps[j - 1].exp();
        }
    }
    let mut above = 0.0;
    for j in 0..=last {
        above += log_weights[j].exp() * above_central;
        above_central += log_steps[j].exp();
    }
    (below.min(1.0), above.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::diffusion::normal;
    use crate::experiment::known_answer::sample;
    use crate::random::{SeedPath, fill_normal};

    #[test]
    fn both_tails_of_the_noncentral_law() {
        // For one degree of freedom: |z + √λ| ≤ √x.
        let phi = |x: f64| 0.5 * core_math::erfc(-x / std::f64::consts::SQRT_2);
        for (noncentrality, x) in [(3.0f64, 2.0f64), (20.0, 1.0), (50.0, 4.0), (1.0, 30.0)] {
            let (below, above) = noncentral(1.0, noncentrality, x);
            let (u, v) = (x.sqrt() - noncentrality.sqrt(), -x.sqrt() - noncentrality.sqrt());
            assert!((below / (phi(u) - phi(v)) - 1.0).abs() < 1e-9, "{noncentrality} {x}");
            assert!((above / (phi(-u) + phi(v)) - 1.0).abs() < 1e-9, "{noncentrality} {x}");
        }
    }

    /// The same free energy from points that are drawn as vectors.
    #[test]
    fn energies_from_their_law_and_from_points_agree() {
        let (d, alpha, t) = (10usize, 0.6, 0.25);
        let count = ((0.5 * (alpha * d as f64).exp()) - 1.0).round() as usize;
        let (noise, data) = (delta(t), (-2.0 * t).exp());
        let mut generator = bulk(&mut SeedPath::root(2).stream());
        let (mut sum, mut squares, runs) = (0.0, 0.0, 3000.0);
        let mut y = vec![0.0; d];
        for _ in 0..3000 {
            fill_normal(&mut generator, &mut y);
            let length = y.iter().map(|y| y * y).sum::<f64>().sqrt();
            y.iter_mut().for_each(|y| *y *= (d as f64 * (noise + data)).sqrt() / length);
            let mut partition = 0.0;
            for _ in 0..count {
                let square: f64 = y.iter().map(|y| (y - data.sqrt() * normal(&mut generator)).powi(2)).sum();
                partition += (-square / (2.0 * noise)).exp();
            }
            let psi = -partition.ln() / d as f64;
            sum += psi / runs;
            squares += psi * psi / runs;
        }
        let error = ((squares - sum * sum) / runs).sqrt();
        // 64 levels out of 201: the mean of the rest takes part.
        for levels in [64.0, 4096.0] {
            let parameters = [("d", d as f64), ("alpha", alpha), ("t", t), ("levels", levels)];
            let (law, law_error) = sample(&EXPERIMENT, &parameters, 3000).get("free-energy")[0];
            let allowed = 4.5 * error.hypot(law_error) + 1.0 / (4.0 * levels * d as f64) + 1e-5;
            assert!((law - sum).abs() < allowed, "{levels}: {law} ± {law_error} against {sum} ± {error}");
        }
    }

    /// The tilt found by maximising −(α + g(λ))/λ on a grid, which is Derrida's form of the same condition.
    #[test]
    fn condensation_is_where_the_free_energy_is_largest() {
        for (alpha, ratio) in [(0.2, 1.5f64), (0.3, 2.0), (0.9, 30.0)] {
            let g = |l: f64| -0.5 * (l * ratio).ln_1p() - 0.5 * l * (1.0 + ratio) / (1.0 + l * ratio);
            let grid = (1..=100_000).map(|k| f64::from(k) * 1e-5);
            let best = grid.max_by(|a, b| ((alpha + g(*b)) / b).total_cmp(&((alpha + g(*a)) / a))).unwrap();
            assert!((condensation(alpha, ratio) - best).abs() < 2e-4 && best < 0.9, "{alpha} {ratio}: {best}");
        }
        assert_eq!(condensation(0.7, 1.0), 1.0);
    }

    /// Far beyond enumeration. Above condensation −log(count)/d − g(1) up to exponentially small terms; below it the
    /// maximum of −(α + g(λ))/λ over 0 < λ < 1, approached like log(d)/d.
    #[test]
    fn both_phases_approach_their_limits() {
        let free_energy = |d: f64, t: f64| {
            sample(&EXPERIMENT, &[("d", d), ("alpha", 0.5), ("t", t), ("levels", 1024.0)], 40).get("free-energy")[0]
        };
        let g = |t: f64, l: f64| {
            let (noise, data) = (delta(t), (-2.0 * t).exp());
            -0.5 * (l * data / noise).ln_1p() - l * (noise + data) / (2.0 * (noise + l * data))
        };
        let (psi, error) = free_energy(200.0, 0.6);
        let annealed = -(0.5 - 2f64.ln() / 200.0) - g(0.6, 1.0);
        assert!((psi - annealed).abs() < 4.5 * error + 1e-5, "{psi} ± {error} against {annealed}");
        let frozen = (1..1000).map(|k| f64::from(k) / 1000.0).map(|l| -(0.5 + g(0.1, l)) / l).fold(f64::MIN, f64::max);
        assert!(frozen > -0.5 - g(0.1, 1.0) + 0.01, "t = 0.1 lies below condensation");
        let (near, far) = (free_energy(400.0, 0.1).0 - frozen, free_energy(50.0, 0.1).0 - frozen);
        assert!(near > 0.0 && near < 0.25 * far && far < 0.2, "{near} {far}");
    }
}
