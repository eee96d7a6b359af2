//! Time per replicate, and per unit of work, of the experiments on the parameters of `peer_numpy.py`.

use corrigenda::experiment::{self, Trial};
use corrigenda::random::SeedPath;
use divan::Bencher;
use divan::counter::ItemsCount;

/// An experiment, its parameters, and how many units of work one replicate is.
struct Workload {
    experiment: &'static str,
    parameters: &'static [(&'static str, f64)],
    /// Spin updates, samples, matrix entries …
    units: u64,
}

impl std::fmt::Display for Workload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.experiment)?;
        self.parameters.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

const WORKLOADS: &[Workload] = &[
    // N × probes spins.
    Workload {
        experiment: "hebbian-retrieval",
        parameters: &[("N", 2000.0), ("alpha", 0.12), ("probes", 240.0)],
        units: 480_000,
    },
    Workload {
        experiment: "hebbian-retrieval",
        parameters: &[("N", 10_000.0), ("alpha", 0.1), ("probes", 16.0)],
        units: 160_000,
    },
    Workload {
        experiment: "hebbian-retrieval",
        parameters: &[("N", 2000.0), ("alpha", 0.12), ("probes", 16.0), ("parallel", 0.0)],
        units: 32_000,
    },
    // N × probes local fields.
    Workload { experiment: "hebbian-field", parameters: &[("N", 2000.0), ("K", 240.0)], units: 100_000 },
    Workload { experiment: "hebbian-capacity", parameters: &[("N", 3000.0)], units: 3000 * 187 },
    Workload { experiment: "hebbian-mixture", parameters: &[("N", 10_000.0), ("K", 20.0)], units: 10_000 },
    // Updates.
    Workload { experiment: "lyapunov-descent", parameters: &[("N", 30.0)], units: 300 },
    // Couplings.
    Workload { experiment: "projector-rule", parameters: &[("N", 1000.0), ("alpha", 0.5)], units: 1_000_000 },
    Workload { experiment: "projector-basin", parameters: &[("N", 400.0), ("alpha", 0.5)], units: 160_000 },
    // Samples × dimension.
    Workload {
        experiment: "wiener-filter",
        parameters: &[("d", 256.0), ("sigma", 0.7), ("batch", 1000.0)],
        units: 256_000,
    },
    Workload { experiment: "oracle-projection", parameters: &[("d", 32.0)], units: 64 * 32 },
    Workload {
        experiment: "denoising-least-squares",
        parameters: &[("d", 200.0), ("n", 400.0), ("mc", 20_000.0)],
        units: 4_000_000,
    },
    Workload { experiment: "denoising-loss", parameters: &[("d", 20.0)], units: 20 * 512 },
    Workload { experiment: "empirical-score-distance", parameters: &[("d", 20.0), ("n", 400.0)], units: 8000 },
    Workload { experiment: "noised-gaussian", parameters: &[("d", 4.0)], units: 800 },
    Workload { experiment: "projector-one-step", parameters: &[("N", 400.0), ("alpha", 0.5)], units: 80_000 },
    Workload { experiment: "hebbian-critical-load", parameters: &[("N", 1000.0)], units: 300_000 },
    Workload { experiment: "least-squares", parameters: &[("d", 100.0), ("n", 300.0)], units: 30_000 },
    // Trajectories × dimension.
    Workload { experiment: "cloning", parameters: &[("d", 1024.0), ("trajectories", 50.0)], units: 51_200 },
    Workload {
        experiment: "cloning",
        parameters: &[("d", 1024.0), ("reduced", 1.0), ("trajectories", 1000.0)],
        units: 1000,
    },
    Workload { experiment: "u-turn", parameters: &[("d", 64.0), ("target", 1.0), ("m", 0.8)], units: 6400 },
    // Data points × dimension.
    Workload { experiment: "posterior-class", parameters: &[("d", 256.0)], units: 65_536 },
    Workload { experiment: "speciation-gaussian-mixture", parameters: &[("d", 256.0)], units: 65_536 },
    Workload { experiment: "collapse-posterior", parameters: &[("d", 20.0), ("n", 10_000.0)], units: 200_000 },
    Workload { experiment: "collapse-time", parameters: &[("d", 16.0), ("n", 3000.0)], units: 48_000 },
    Workload { experiment: "hidden-manifold-collapse", parameters: &[("n", 3000.0)], units: 192_000 },
    Workload { experiment: "excess-entropy", parameters: &[("d", 20.0), ("n", 10_000.0)], units: 200_000 },
    Workload { experiment: "curie-weiss-score", parameters: &[], units: 1 },
    // Levels.
    Workload { experiment: "rem-free-energy", parameters: &[("d", 100.0)], units: 4096 },
];

#[divan::bench(args = WORKLOADS)]
fn replicate(bencher: Bencher<'_, '_>, workload: &Workload) {
    let experiment = experiment::find(workload.experiment).expect("a known experiment");
    let given = workload.parameters.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    let parameters = experiment.parameters(&given).expect("admissible parameters");
    let path = SeedPath::root(0).child(experiment.name);
    let trial: Box<dyn Trial> = (experiment.prepare)(&parameters, &path.child("setup")).expect("a set-up");
    let mut out = vec![0.0; experiment.width(&parameters)];
    let mut block = 0;
    bencher.counter(ItemsCount::new(workload.units)).bench_local(|| {
        block += 1;
        trial.replicate(&mut path.block(block).stream(), divan::black_box(&mut out));
    });
}

fn main() {
    divan::main();
}
