use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{BucketName, RuleId};

/// How a bucket is set to replicate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicationReading {
    /// The bucket.
    pub bucket: BucketName,
    /// True when versioning is `Enabled`, without which nothing replicates.
    pub versioned: bool,
    /// Its replication rules; none when it has no replication configuration.
    pub rules: Vec<ReplicationRuleState>,
}

/// A replication rule, as its bucket has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicationRuleState {
    /// Its identifier.
    pub rule: RuleId,
    /// True when its status is `Enabled`.
    pub enabled: bool,
    /// The bucket that it leads to.
    pub destination: BucketName,
    /// True when delete markers are replicated.
    pub delete_markers: bool,
}

/// What became of the canary object on its way here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CanaryReading {
    /// When the newest object was written at the source.
    pub written_at: Timestamp,
    /// How long it took from there to here; `None` while it has not arrived.
    pub took: Option<SignedDuration>,
}
