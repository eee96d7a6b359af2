//! What the simulated checks of a run share: finished samples, a cache of them on disk, an interrupt flag, progress.

use super::simulation::sample::Run;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Keeps byte strings under names. A cache may forget and may fail: it never changes a result.
pub trait Cache: Send + Sync {
    /// What was kept under a key; `None` if nothing, or if it is damaged.
    fn get(&self, key: &str) -> Option<Vec<u8>>;
    /// Keeps a value.
    fn put(&self, key: &str, value: &[u8]);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCache;

impl Cache for NoCache {
    fn get(&self, _key: &str) -> Option<Vec<u8>> {
        None
    }
    fn put(&self, _key: &str, _value: &[u8]) {}
}

/// One file per key below a directory, written under another name and then moved into place. Each file starts with the
/// digest of the rest: a damaged one is reported and computed again.
pub struct DirectoryCache {
    directory: PathBuf,
    /// What else the contents depend on: the version of the program.
    tag: String,
    warnings: Mutex<Vec<String>>,
}

impl DirectoryCache {
    /// A cache below `directory`, which is made at the first write. Entries of another `tag` are never read.
    pub fn new(directory: impl Into<PathBuf>, tag: impl Into<String>) -> Self {
        Self { directory: directory.into(), tag: tag.into(), warnings: Mutex::default() }
    }

    /// What went wrong so far; each message once.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn warn(&self, message: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&message) {
            warnings.push(message);
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.tag.as_bytes()).update(&[0]).update(key.as_bytes());
        let name = hasher.finalize().to_hex();
        self.directory.join(&name[..2]).join(&name[2..])
    }

    fn store(&self, path: &std::path::Path, value: &[u8]) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(&self.directory);
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(blake3::hash(value).as_bytes())?;
        file.write_all(value)?;
        file.persist(path)?;
        Ok(())
    }
}

impl Cache for DirectoryCache {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        let path = self.path(key);
        let bytes = std::fs::read(&path).ok()?;
        match bytes.split_at_checked(32) {
            Some((digest, value)) if blake3::hash(value).as_bytes() == digest => Some(value.to_vec()),
            _ => {
                self.warn(format!("cache entry {} is damaged and is computed again", path.display()));
                None
            }
        }
    }

    fn put(&self, key: &str, value: &[u8]) {
        if let Err(error) = self.store(&self.path(key), value) {
            self.warn(format!("cannot write to the cache in {}: {error}", self.directory.display()));
        }
    }
}

/// What simulated checks share.
pub struct Laboratory<'a> {
    /// Finished samples of earlier runs.
    pub cache: &'a dyn Cache,
    /// Set when the run is to stop.
    pub interrupted: &'a AtomicBool,
    /// Told now and then what is being done.
    pub progress: &'a (dyn Fn(&str) + Sync),
    /// Judge by what was drawn already and draw nothing: for mutants and corrections.
    pub frozen: bool,
    /// Set by a check that hit the wall-clock safety net.
    pub timed_out: &'a AtomicBool,
    /// Set-up experiments and their samples.
    pub runs: &'a Runs,
}

/// The set-up experiments of a run with the replicates drawn so far, by their content.
#[derive(Default)]
pub struct Runs(Mutex<BTreeMap<String, Arc<Run>>>);

static NEVER: AtomicBool = AtomicBool::new(false);
static IGNORED: AtomicBool = AtomicBool::new(false);

impl<'a> Laboratory<'a> {
    /// A laboratory that remembers in `runs` and nowhere else, and is never interrupted.
    pub fn new(runs: &'a Runs) -> Self {
        Self { cache: &NoCache, interrupted: &NEVER, progress: &|_| {}, frozen: false, timed_out: &IGNORED, runs }
    }

    /// The same, judging only by what is there.
    #[must_use]
    pub fn frozen(&self) -> Laboratory<'a> {
        Laboratory { frozen: true, ..*self }
    }

    /// Whether the run is to stop.
    pub fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// The run of this content, set up now if there is none.
    pub(crate) fn run(&self, key: &str, make: impl FnOnce() -> Run) -> Arc<Run> {
        let mut runs = self.runs.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.entry(key.to_owned()).or_insert_with(|| Arc::new(make())).clone()
    }
}

impl fmt::Debug for Laboratory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laboratory").field("frozen", &self.frozen).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_or_foreign_entry_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = DirectoryCache::new(folder.path().join("cache"), "1");
        assert!(cache.get("k").is_none() && cache.warnings().is_empty());
        cache.put("k", b"value");
        assert_eq!(cache.get("k").unwrap(), b"value");
        assert!(DirectoryCache::new(folder.path().join("cache"), "2").get("k").is_none());
        let path = cache.path("k");
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(cache.get("k").is_none());
        std::fs::write(&path, b"short").unwrap();
        assert!(cache.get("k").is_none());
        assert_eq!(cache.warnings().len(), 1);
    }

    #[test]
    fn an_unwritable_directory_is_a_warning() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let cache = DirectoryCache::new(file.path().join("below-a-file"), "1");
        cache.put("k", b"value");
        assert_eq!(cache.warnings().len(), 1);
    }
}
