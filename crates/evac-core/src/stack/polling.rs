use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::ids::RegionId;

/// How often each source is asked, in this machine's time. A reading is stale when it is older than its own
/// limit (see [`Source::max_age`](crate::Source::max_age)), which follows from these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Polling {
    /// Health: probes, cluster states, workloads.
    pub health: Period,
    /// CloudWatch metrics, which move once a minute.
    pub metrics: Period,
    /// Settings: records, health checks, replication rules, identity, alarms, events.
    pub settings: Period,
    /// The longest that one question may take before it counts as failed.
    pub timeout: Period,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            health: Period::from_secs(10),
            metrics: Period::from_secs(30),
            settings: Period::from_secs(60),
            timeout: Period::from_secs(10),
        }
    }
}

/// How Cost Explorer is asked. Each page costs 0.01 USD, so its answers are kept on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cost {
    /// False never asks.
    pub enabled: bool,
    /// How old an answer may be before it is asked for again.
    pub refresh: Period,
}

impl Default for Cost {
    fn default() -> Self {
        Self { enabled: true, refresh: Period::from_hours(6) }
    }
}

/// An object whose replication is timed from end to end: the one thing that evac writes while it only watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// The region whose bucket the object is written to; its replication rules carry it on.
    pub from: RegionId,
    /// The key of the object.
    pub key: String,
    /// How often it is written.
    pub every: Period,
}

/// How the clocks of the sources run against this machine's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Clock {
    /// Seconds that pass at the sources while one passes here: 1 for every real deployment; a world that runs
    /// faster says so here, so that ages between two answers are carried on at its pace.
    pub rate: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { rate: 1.0 }
    }
}

/// A length of this machine's time as the sources count it.
pub fn scale(length: SignedDuration, rate: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(length.as_secs_f64() * rate).unwrap_or(SignedDuration::MAX)
}
