//! What is watched, and how patiently.

use std::time::Duration;

use evac_core::Stack;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// An answer, or a page of a list.
    pub(crate) answer: Duration,
    /// A watch, which then ends of itself and is begun anew: what bounds how long one that died in silence is
    /// believed.
    pub(crate) renewal: Duration,
    /// How much longer than that a watch may be silent.
    pub(crate) grace: Duration,
    /// How long what was listed is only watched. A watch tells of changes: what came in wrong, or was never told,
    /// stays wrong until everything is listed again.
    pub(crate) relist: Duration,
    /// The pause after a client could not be made.
    pub(crate) setup: Duration,
    /// How long a broken watch is left alone, at most.
    pub(crate) retry: Duration,
}

impl Pace {
    /// What a stack's polling asks for.
    pub(crate) fn of(stack: &Stack) -> Self {
        let (health, timeout) = (stack.polling.health.unsigned(), stack.polling.timeout.unsigned());
        // Half of how old a reading may be, so that a watch that died is found out before its reading is stale.
        let renewal = ((health * 3 + timeout) / 2).clamp(Duration::from_secs(5), Duration::from_secs(120));
        Self {
            // Less than the collector grants, so that the failure is told here, where it can be acted upon.
            answer: timeout.mul_f64(0.8),
            renewal,
            grace: Duration::from_secs(3),
            // Seldom enough that 100,000 backups are no burden to an API server that has its own troubles.
            relist: renewal * 15,
            setup: health.min(Duration::from_secs(10)),
            retry: Duration::from_secs(3),
        }
    }
}

/// A kind of object that is watched, and what is kept of one.
pub(crate) trait Kept: Clone + PartialEq + Send + Sync + 'static {
    /// How many are kept, the newest; and beside them the newest of each series. Nothing in evac looks further back,
    /// and a cluster may have 100,000.
    const MOST: usize = usize::MAX;

    /// What is kept of an object with this name. It gets whatever the server sent: nothing in it can be relied on.
    fn keep(name: String, object: &Value) -> Self;

    /// When the object is from, where that decides which are kept.
    fn dated(&self) -> Option<Timestamp> {
        None
    }

    /// The series that the object is one of: a rare one must not be crowded out by a frequent one.
    fn series(&self) -> Option<&str> {
        None
    }
}

/// An object as it came in: trimmed while it is read, so that a page of large objects is never held as a whole.
#[derive(Debug, Clone)]
pub(crate) struct Seen<T> {
    /// Its resource version.
    pub(crate) version: Option<String>,
    /// Its name and what is kept of it; `None` for what has no name, and so is no object.
    pub(crate) object: Option<(String, T)>,
}

impl<'de, T: Kept> Deserialize<'de> for Seen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Value::deserialize(deserializer)?;
        let version = object.pointer("/metadata/resourceVersion").and_then(Value::as_str).map(str::to_owned);
        let name = crate::json::text(&object, "/metadata/name");
        Ok(Self { version, object: name.map(|name| (name.clone(), T::keep(name, &object))) })
    }
}
