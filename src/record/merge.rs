//! One record from the shards of a run.

use super::{ClaimEntry, Header, Record, Timing};
use std::collections::BTreeMap;

/// Why shards do not make one run.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("no record to merge")]
    Empty,
    /// A record of a whole run.
    #[error("record {0} is of a whole run, not of a shard")]
    Whole(usize),
    /// Two records of different runs.
    #[error("records 1 and {0} are of different runs: {1}")]
    Different(usize, &'static str),
    /// A shard that is there twice.
    #[error("shard {0} is there twice")]
    Twice(usize),
    /// A shard that is not there.
    #[error("shard {0} of {1} is missing")]
    Missing(usize, usize),
}

/// The record that one run without shards would have written, but for its timing, which is the sum.
///
/// # Errors
/// When the records are not all the shards of one run.
pub fn merge(records: &[Record]) -> Result<Record, MergeError> {
    let Some(first) = records.first() else { return Err(MergeError::Empty) };
    let mut present = BTreeMap::new();
    let mut of = 0;
    for (index, record) in records.iter().enumerate() {
        let shard = record.header.shard.as_ref().ok_or(MergeError::Whole(index + 1))?;
        let same = |what, same: bool| if same { Ok(()) } else { Err(MergeError::Different(index + 1, what)) };
        let header = Header { shard: first.header.shard.clone(), ..record.header.clone() };
        same("another version, seed, profile or paths", header == first.header)?;
        same(
            "another number of shards, or other claims",
            first.header.shard.as_ref().is_some_and(|s| s.of == shard.of && s.order == shard.order),
        )?;
        same("the notes differ", texts(record) == texts(first))?;
        if present.insert(shard.number, record).is_some() {
            return Err(MergeError::Twice(shard.number));
        }
        of = shard.of;
    }
    if let Some(missing) = (1..=of).find(|n| !present.contains_key(n)) {
        return Err(MergeError::Missing(missing, of));
    }
    let mut judged: BTreeMap<&str, &ClaimEntry> = BTreeMap::new();
    let mut timing = Timing::default();
    for record in present.values() {
        judged.extend(record.claims.iter().map(|c| (c.id.as_str(), c)));
        timing.total += record.timing.total;
        timing.claims.extend(record.timing.claims.clone());
    }
    let order = first.header.shard.iter().flat_map(|s| &s.order);
    Ok(Record {
        header: Header { shard: None, ..first.header.clone() },
        notes: first.notes.clone(),
        claims: order.filter_map(|id| judged.get(id.as_str()).map(|c| (*c).clone())).collect(),
        equations: first.equations.clone(),
        diagnostics: first.diagnostics.clone(),
        timing,
    })
}

fn texts(record: &Record) -> Vec<(&str, &str)> {
    record.notes.iter().map(|n| (n.path.as_str(), n.text.as_str())).collect()
}
