use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{BucketName, RegionId, RuleId};

/// An S3 replication rule in one direction. CloudWatch knows its metrics by all three of source, destination and
/// rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicationRule {
    /// The identifier of the rule in the bucket's replication configuration.
    pub rule: RuleId,
    /// The region that objects come from.
    pub from: RegionId,
    /// The bucket that objects come from.
    pub source: BucketName,
    /// The region that objects go to.
    pub to: RegionId,
    /// The bucket that objects go to.
    pub destination: BucketName,
}
