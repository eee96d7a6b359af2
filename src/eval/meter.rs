//! How much work several evaluations may take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Work that is granted once and spent by every program that carries the meter, in operations of `f64` enclosures
/// ([`crate::numeric::Arithmetic::price`] says what others cost). What is spent depends on the formulas and the points
/// alone, never on the clock; programs that share a meter are evaluated one after the other.
#[derive(Debug)]
pub struct Meter {
    left: AtomicU64,
}

impl Meter {
    /// A meter with so many operations.
    pub fn new(steps: u64) -> Arc<Self> {
        Arc::new(Self { left: AtomicU64::new(steps) })
    }

    /// What is left.
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.left() == 0
    }

    pub(super) fn spend(&self, steps: u64) {
        self.left.store(self.left().saturating_sub(steps), Ordering::Relaxed);
    }
}
