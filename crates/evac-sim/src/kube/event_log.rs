//! What changed, in order, for as long as a watch may ask for it.

use std::{collections::VecDeque, sync::Arc};

use serde_json::Value;

use super::kinds::Resource;

/// How many changes are remembered. A watch that is further behind must list again, as with the real server.
const REMEMBERED: usize = 8192;

/// One change of one object.
#[derive(Debug, Clone)]
pub struct Change {
    /// The version that the change made.
    pub version: u64,
    /// The resource of the object.
    pub resource: Resource,
    /// The object before, unless it was created.
    pub before: Option<Arc<Value>>,
    /// The object after; for a deletion its last state, with the version of the deletion.
    pub after: Arc<Value>,
    /// Whether the object is gone.
    pub deleted: bool,
}

/// The remembered changes, oldest first, one for every version without a gap.
#[derive(Debug, Default)]
pub struct EventLog {
    changes: VecDeque<Change>,
    /// The newest version that is forgotten.
    forgotten: u64,
}

impl EventLog {
    /// Remembers a change.
    pub fn push(&mut self, change: Change) {
        self.changes.push_back(change);
        if self.changes.len() > REMEMBERED
            && let Some(oldest) = self.changes.pop_front()
        {
            self.forgotten = oldest.version;
        }
    }

    /// Forgets everything up to a version, the newest.
    pub fn compact(&mut self, newest: u64) {
        self.changes.clear();
        self.forgotten = newest;
    }

    /// The changes after a version, or the oldest version that can be asked for when that one is forgotten.
    pub fn after(&self, version: u64) -> Result<impl Iterator<Item = &Change>, u64> {
        if version < self.forgotten {
            return Err(self.forgotten);
        }
        let known = usize::try_from(version - self.forgotten).unwrap_or(usize::MAX);
        Ok(self.changes.iter().skip(known))
    }
}
