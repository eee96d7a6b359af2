//! A scalar field on a periodic square lattice: Metropolis moves of single sites, and cluster moves of signs.

use crate::experiment::{ExperimentError, Parameter, Parameters, cost};
use crate::random::Bulk;
use rand::RngExt;

/// The energy Σ_i (γφ_i⁴ + rφ_i²) − β Σ_⟨ij⟩ φ_i φ_j over the sites and the bonds of an L × L lattice.
#[derive(Clone)]
pub(super) struct Lattice {
    side: usize,
    gamma: f64,
    r: f64,
    beta: f64,
    /// Neighbours of each site: right, left, up, down.
    neighbours: Vec<[u32; 4]>,
    /// Half the width of a proposed move.
    reach: f64,
    /// Sweeps before the first measurement, and measured ones.
    sweeps: (usize, usize),
}

/// Means over the measured sweeps of one chain.
#[derive(Clone, Copy, Default)]
pub(super) struct Measured {
    /// ⟨φ²⟩ over sites.
    pub(super) square: f64,
    /// ⟨φ_i φ_j⟩ over bonds.
    pub(super) bond: f64,
    /// ⟨M²⟩ and ⟨M⁴⟩ of the mean field M.
    pub(super) moments: [f64; 2],
}

impl Lattice {
    pub(super) const L: Parameter = Parameter::whole("L", "side of the lattice", 8.0, 3.0, 64.0);
    pub(super) const GAMMA: Parameter = Parameter::real("gamma", "coefficient γ of φ⁴", 1.0, 0.0, 100.0);
    pub(super) const R: Parameter =
        Parameter::real("r", "coefficient of φ²; above 2β without a fourth power", -1.0, -10.0, 100.0);
    pub(super) const BETA: Parameter = Parameter::real("beta", "coupling of neighbours", 0.5, 0.0, 10.0);
    pub(super) const BURN: Parameter = Parameter::whole("burn", "sweeps before the first measurement", 60.0, 0.0, 1e6);
    pub(super) const SWEEPS: Parameter = Parameter::whole("sweeps", "measured sweeps of one chain", 200.0, 1.0, 1e6);

    /// # Errors
    /// An energy without a lower bound.
    pub(super) fn new(p: &Parameters) -> Result<Self, ExperimentError> {
        let (gamma, r, beta) = (p.get("gamma"), p.get("r"), p.get("beta"));
        if gamma == 0.0 && r <= 2.0 * beta {
            return Err(ExperimentError::Setup(format!(
                "without a fourth power r = {r} must be above 2β = {}",
                2.0 * beta
            )));
        }
        // Widths of a site's law by either term; the narrower one rules.
        let width = gamma.powf(-0.25).min(if r > 0.0 { (2.0 * r).powf(-0.5) } else { f64::INFINITY });
        let sweeps = (p.whole("burn"), p.whole("sweeps"));
        let empty = Self { side: 0, gamma, r, beta, neighbours: Vec::new(), reach: 1.5 * width, sweeps };
        Ok(empty.of_side(p.whole("L")))
    }

    /// The same field on a lattice of another size.
    pub(super) fn of_side(&self, l: usize) -> Self {
        let neighbours = (0..l * l).map(|i| {
            let (p, q) = (i / l, i % l);
            [p * l + (q + 1) % l, p * l + (q + l - 1) % l, (p + 1) % l * l + q, (p + l - 1) % l * l + q]
                .map(|j| j as u32)
        });
        Self { side: l, neighbours: neighbours.collect(), ..self.clone() }
    }

    pub(super) fn sites(&self) -> f64 {
        (self.side * self.side) as f64
    }

    /// One chain from independent random signs.
    pub(super) fn chain(&self, generator: &mut Bulk) -> Measured {
        let mut field: Vec<f64> =
            self.neighbours.iter().map(|_| self.reach * (generator.random::<f64>() - 0.5)).collect();
        let mut cluster = Vec::new();
        let mut sum = Measured::default();
        for sweep in 0..self.sweeps.0 + self.sweeps.1 {
            self.metropolis(&mut field, generator);
            self.flip_cluster(&mut field, &mut cluster, generator);
            if sweep >= self.sweeps.0 {
                self.measure(&field, &mut sum);
            }
        }
        let n = self.sweeps.1 as f64;
        Measured { square: sum.square / n, bond: sum.bond / n, moments: sum.moments.map(|m| m / n) }
    }

    /// A proposal at each site in turn.
    fn metropolis(&self, field: &mut [f64], generator: &mut Bulk) {
        for (i, neighbours) in self.neighbours.iter().enumerate() {
            let pull = self.beta * neighbours.iter().map(|&j| field[j as usize]).sum::<f64>();
            let (old, new) = (field[i], field[i] + self.reach * (2.0 * generator.random::<f64>() - 1.0));
            let energy = |x: f64| x * (x * (self.gamma * x * x + self.r) - pull);
            let rise = energy(new) - energy(old);
            if rise <= 0.0 || generator.random::<f64>() < (-rise).exp() {
                field[i] = new;
            }
        }
    }

    /// Turns the sign of a cluster that is grown from a random site, over bonds of equal signs with the probability
    /// 1 − e^{-2βφ_iφ_j}: Wolff's move for the signs at given magnitudes (Brower and Tamayo 1989).
    fn flip_cluster(&self, field: &mut [f64], cluster: &mut Vec<usize>, generator: &mut Bulk) {
        let seed = generator.random_range(0..field.len());
        cluster.clear();
        cluster.push(seed);
        field[seed] = -field[seed];
        while let Some(i) = cluster.pop() {
            for j in self.neighbours[i].map(|j| j as usize) {
                // Site i is turned already: equal signs before are opposite ones now.
                let alignment = -field[i] * field[j];
                if alignment > 0.0 && generator.random::<f64>() < -(-2.0 * self.beta * alignment).exp_m1() {
                    field[j] = -field[j];
                    cluster.push(j);
                }
            }
        }
    }

    fn measure(&self, field: &[f64], sum: &mut Measured) {
        let n = self.sites();
        let mean = field.iter().sum::<f64>() / n;
        sum.square += field.iter().map(|x| x * x).sum::<f64>() / n;
        let right_and_up =
            self.neighbours.iter().zip(field).map(|(j, x)| x * (field[j[0] as usize] + field[j[2] as usize]));
        sum.bond += right_and_up.sum::<f64>() / (2.0 * n);
        sum.moments[0] += mean * mean;
        sum.moments[1] += mean.powi(4);
    }

    /// Work of one chain, in millionths of a unit.
    pub(super) fn cost(&self) -> f64 {
        // A proposal with two uniform numbers and an exponential, at most one cluster of all sites, and a measurement.
        self.sites() * (self.sweeps.0 + self.sweeps.1) as f64 * (16.0 + 4.0 * cost::TRANSCENDENTAL)
    }
}

/// Binder's cumulant 1 − ⟨M⁴⟩/3⟨M²⟩² of several chains, with the bias of first order taken away by the jackknife.
pub(super) fn binder(chains: &[Measured]) -> f64 {
    let n = chains.len() as f64;
    let [second, fourth] = [0, 1].map(|k| chains.iter().map(|c| c.moments[k]).sum::<f64>());
    let cumulant = |second: f64, fourth: f64, n: f64| 1.0 - fourth * n / (3.0 * second * second);
    let without =
        chains.iter().map(|c| cumulant(second - c.moments[0], fourth - c.moments[1], n - 1.0)).sum::<f64>() / n;
    n * cumulant(second, fourth, n) - (n - 1.0) * without
}
