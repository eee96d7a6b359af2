//! Replicates of one experiment at fixed parameters, drawn block by block from named streams, kept as moments per block.

use crate::experiment::{Experiment, ExperimentError, Parameters, Shape, Trial};
use crate::method::Laboratory;
use crate::random::SeedPath;
use crate::stats::Moments;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Which of the two independent streams of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strand {
    /// The one that is judged first.
    Main,
    /// The one that must confirm a contradiction.
    Confirm,
}

/// Moments of every component of every estimand, block by block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    /// Blocks in order; in each, one entry per component.
    pub blocks: Vec<Arc<[Moments]>>,
}

/// The directions along which one estimand is measured.
#[derive(Clone, Debug)]
pub(crate) struct Directions {
    /// Where the estimand stands in a replicate's output.
    range: std::ops::Range<usize>,
    /// Unit vectors of its length; none for a scalar.
    vectors: Vec<Vec<f64>>,
}

impl Directions {
    /// The identity for a scalar; otherwise the direction of equal entries, that of the trace of a square matrix, and
    /// random ones, fixed by the names of experiment and estimand and never by the data. Short arrays are measured entry
    /// by entry.
    fn new(experiment: &str, name: &str, shape: Shape, range: std::ops::Range<usize>, wanted: usize) -> Self {
        let n = range.len();
        if shape == Shape::Scalar || n == 0 {
            return Self { range, vectors: Vec::new() };
        }
        if n <= wanted {
            let unit = |i| (0..n).map(|j| f64::from(u8::from(i == j))).collect();
            return Self { range, vectors: (0..n).map(unit).collect() };
        }
        let mut vectors: Vec<Vec<f64>> = vec![vec![1.0; n]];
        if matches!(shape, Shape::Square(_)) {
            let side = (n as f64).sqrt().round() as usize;
            vectors.push((0..n).map(|i| f64::from(u8::from(i / side == i % side))).collect());
        }
        let path = SeedPath::root(0).child("direction").child(experiment).child(name);
        for k in vectors.len()..wanted {
            let mut stream = path.block(k as u64).stream();
            vectors.push((0..n).map(|_| StandardNormal.sample(&mut stream)).collect());
        }
        for vector in &mut vectors {
            let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
            vector.iter_mut().for_each(|x| *x /= norm);
        }
        Self { range, vectors }
    }

    /// How many numbers are kept.
    pub(crate) fn len(&self) -> usize {
        self.vectors.len().max(1)
    }

    /// The components of a value of the estimand's shape.
    pub(crate) fn project(&self, value: &[f64]) -> Vec<f64> {
        if self.vectors.is_empty() {
            return vec![value.first().copied().unwrap_or(f64::NAN)];
        }
        self.vectors.iter().map(|v| v.iter().zip(value).map(|(a, b)| a * b).sum()).collect()
    }
}

/// Work of one replicate, and replicates in one block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Price {
    pub work: f64,
    pub block: u64,
}

/// One experiment at fixed parameters under one root seed.
pub(crate) struct Run {
    pub experiment: &'static Experiment,
    pub parameters: Parameters,
    key: String,
    path: SeedPath,
    directions: Vec<Directions>,
    trial: OnceLock<Result<Box<dyn Trial>, ExperimentError>>,
    samples: [Mutex<Arc<Sample>>; 2],
}

/// Why a sample did not grow.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stopped {
    /// The run was interrupted.
    Interrupted,
    /// The experiment could not be set up.
    Setup(ExperimentError),
}

/// The parameters in the order of their names, each with its shortest exact decimal: part of streams and cache keys.
pub(crate) fn canonical(parameters: &Parameters) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

impl Run {
    /// The key of a run; equal keys mean equal numbers.
    pub(crate) fn key(experiment: &Experiment, parameters: &Parameters, seed: u64, projections: usize) -> String {
        format!("{}|{}|seed={seed}|directions={projections}", experiment.name, canonical(parameters))
    }

    /// The run, not yet set up.
    pub(crate) fn new(experiment: &'static Experiment, parameters: Parameters, seed: u64, projections: usize) -> Self {
        let mut start = 0;
        let directions = experiment
            .estimands
            .iter()
            .map(|e| {
                let range = start..start + e.shape.len(&parameters);
                start = range.end;
                Directions::new(experiment.name, e.name, e.shape, range, projections)
            })
            .collect();
        let path = SeedPath::root(seed).child("experiment").child(experiment.name).child(&canonical(&parameters));
        let key = Self::key(experiment, &parameters, seed, projections);
        Self { experiment, parameters, key, path, directions, trial: OnceLock::new(), samples: Default::default() }
    }

    /// A run that has its parameters but no set-up: quantities of the trial are an error.
    pub(crate) fn without_trial(experiment: &'static Experiment, parameters: Parameters) -> Self {
        let run = Self::new(experiment, parameters, 0, 2);
        let refused = Err(ExperimentError::Setup("the experiment is not set up".to_owned()));
        // A fresh cell is empty.
        let _ = run.trial.set(refused);
        run
    }

    /// Directions of an estimand and where its components start in a block.
    pub(crate) fn estimand(&self, name: &str) -> Option<(&Directions, usize)> {
        let index = self.experiment.estimands.iter().position(|e| e.name == name)?;
        Some((&self.directions[index], self.directions[..index].iter().map(Directions::len).sum()))
    }

    /// The trial, set up at the first call.
    pub(crate) fn trial(&self) -> Result<&dyn Trial, ExperimentError> {
        match self.trial.get_or_init(|| (self.experiment.prepare)(&self.parameters, &self.path.child("prepare"))) {
            Ok(trial) => Ok(&**trial),
            Err(error) => Err(error.clone()),
        }
    }

    /// What a replicate and a block of them cost.
    pub(crate) fn price(&self) -> Result<Price, ExperimentError> {
        self.trial().map(|trial| Price { work: trial.work(), block: trial.block() })
    }

    /// What is drawn so far of a strand.
    pub(crate) fn drawn(&self, strand: Strand) -> Arc<Sample> {
        self.slot(strand).lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn slot(&self, strand: Strand) -> &Mutex<Arc<Sample>> {
        &self.samples[usize::from(strand == Strand::Confirm)]
    }

    /// The sample of a strand with at least `blocks` blocks: from memory, from the cache, or drawn now. A larger sample
    /// extends a smaller one and never draws its blocks again. A frozen laboratory returns what is there.
    pub(crate) fn sample(
        &self,
        strand: Strand,
        blocks: usize,
        laboratory: &Laboratory<'_>,
    ) -> Result<Arc<Sample>, Stopped> {
        let before = self.drawn(strand);
        if laboratory.frozen || before.blocks.len() >= blocks {
            return Ok(before);
        }
        let path = match strand {
            Strand::Main => self.path.clone(),
            Strand::Confirm => self.path.child("confirm"),
        };
        let mut grown = (*before).clone();
        while grown.blocks.len() < blocks {
            // Stretches double, so that their bounds, and with them the cache entries, do not depend on the budget.
            let start = grown.blocks.len();
            let end = if start == 0 { 2 } else { start * 2 };
            let key = format!("{}|{strand:?}|blocks {start}..{end}", self.key);
            let cached = laboratory.cache.get(&key).and_then(|bytes| decode(&bytes, end - start, self.width()));
            let stretch = match cached {
                Some(stretch) => stretch,
                None => {
                    let trial = self.trial().map_err(Stopped::Setup)?;
                    let drawn: Option<Vec<Arc<[Moments]>>> = (start..end)
                        .into_par_iter()
                        .map(|b| (!laboratory.interrupted()).then(|| self.block(trial, &path.block(b as u64))))
                        .collect();
                    let drawn = drawn.ok_or(Stopped::Interrupted)?;
                    laboratory.cache.put(&key, &encode(&drawn));
                    drawn
                }
            };
            grown.blocks.extend(stretch);
        }
        // The lock is never held while replicates are drawn: a thread that waits for blocks may take up another check.
        let grown = Arc::new(grown);
        let mut slot = self.slot(strand).lock().unwrap_or_else(PoisonError::into_inner);
        if slot.blocks.len() < grown.blocks.len() {
            *slot = Arc::clone(&grown);
        }
        Ok(grown)
    }

    /// Components of all estimands.
    fn width(&self) -> usize {
        self.directions.iter().map(Directions::len).sum()
    }

    fn block(&self, trial: &dyn Trial, path: &SeedPath) -> Arc<[Moments]> {
        let mut stream = path.stream();
        let mut out = vec![f64::NAN; self.experiment.width(&self.parameters)];
        let mut moments = vec![Moments::default(); self.width()];
        for _ in 0..trial.block() {
            out.fill(f64::NAN);
            trial.replicate(&mut stream, &mut out);
            let components = self.directions.iter().flat_map(|d| d.project(&out[d.range.clone()]));
            for (m, component) in moments.iter_mut().zip(components) {
                m.push(component);
            }
        }
        moments.into()
    }
}

const WORDS: usize = 6;

fn encode(blocks: &[Arc<[Moments]>]) -> Vec<u8> {
    let words = blocks.iter().flat_map(|b| b.iter()).flat_map(|m| {
        [m.count, m.mean.to_bits(), m.squares.to_bits(), m.minimum.to_bits(), m.maximum.to_bits(), m.non_finite]
    });
    words.flat_map(u64::to_le_bytes).collect()
}

fn decode(bytes: &[u8], blocks: usize, width: usize) -> Option<Vec<Arc<[Moments]>>> {
    if bytes.len() != blocks * width * WORDS * 8 || width == 0 {
        return None;
    }
    let words: Vec<u64> = bytes.as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b)).collect();
    let moments = |w: &[u64]| Moments {
        count: w[0],
        mean: f64::from_bits(w[1]),
        squares: f64::from_bits(w[2]),
        minimum: f64::from_bits(w[3]),
        maximum: f64::from_bits(w[4]),
        non_finite: w[5],
    };
    Some(words.chunks(width * WORDS).map(|block| block.chunks(WORDS).map(moments).collect()).collect())
}
