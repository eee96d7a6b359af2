//! Random streams keyed by name, never by order or thread. The only place that constructs a generator.

mod bulk;

pub use bulk::{Bulk, Float, bulk, fill_normal, fill_signs};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// The generator behind every draw: ChaCha8, whose stream is specified and portable.
pub type Stream = ChaCha8Rng;

/// A path of names below a root seed; equal paths give equal streams, and no path's stream depends on another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedPath {
    hasher_input: Vec<u8>,
}

impl SeedPath {
    /// The path of a run's root seed.
    pub fn root(seed: u64) -> Self {
        Self { hasher_input: seed.to_le_bytes().to_vec() }
    }

    /// The path one name further down.
    pub fn child(&self, name: &str) -> Self {
        let mut hasher_input = self.hasher_input.clone();
        // The length prefix keeps ("ab", "c") and ("a", "bc") apart.
        hasher_input.extend_from_slice(&(name.len() as u64).to_le_bytes());
        hasher_input.extend_from_slice(name.as_bytes());
        Self { hasher_input }
    }

    /// The path of a numbered block of work.
    pub fn block(&self, number: u64) -> Self {
        self.child(&format!("#{number}"))
    }

    /// The stream at this path.
    pub fn stream(&self) -> Stream {
        ChaCha8Rng::from_seed(*blake3::hash(&self.hasher_input).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_depend_on_the_path_only() {
        let draw = |path: SeedPath| path.stream().random::<u64>();
        let root = SeedPath::root(7);
        assert_eq!(draw(root.child("a").block(3)), draw(root.child("a").block(3)));
        assert_ne!(draw(root.child("a").block(3)), draw(root.child("a").block(4)));
        assert_ne!(draw(root.child("ab").child("c")), draw(root.child("a").child("bc")));
        assert_ne!(draw(SeedPath::root(8)), draw(root));
    }
}
