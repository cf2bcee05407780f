//! What the controllers have put off, by virtual time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::store::ObjectKey;

/// What is to be looked at when its time comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wake {
    /// One object, by the controller of its kind.
    Object(ObjectKey),
    /// The hourly removal of expired backups.
    ExpiredBackups,
    /// The heartbeat of the nodes, and the removal of old events.
    NodeHeartbeat,
}

/// Pending wakes; each thing has at most one.
#[derive(Debug, Default)]
pub struct Timers {
    due: BTreeMap<(Timestamp, u64), Wake>,
    pending: BTreeMap<Wake, (Timestamp, u64)>,
    order: u64,
}

impl Timers {
    /// Wakes something at a time, instead of when it was to be woken before.
    pub fn set(&mut self, wake: Wake, at: Timestamp) {
        self.cancel(&wake);
        self.order += 1;
        self.due.insert((at, self.order), wake.clone());
        self.pending.insert(wake, (at, self.order));
    }

    /// Lets something sleep.
    pub fn cancel(&mut self, wake: &Wake) {
        if let Some(place) = self.pending.remove(wake) {
            self.due.remove(&place);
        }
    }

    /// Whether something is to be woken.
    pub fn is_set(&self, wake: &Wake) -> bool {
        self.pending.contains_key(wake)
    }

    /// Takes the first wake that is due, in the order of time and then of setting.
    pub fn next_due(&mut self, now: Timestamp) -> Option<(Timestamp, Wake)> {
        let entry = self.due.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let ((at, _), wake) = entry.remove_entry();
        self.pending.remove(&wake);
        Some((at, wake))
    }
}
