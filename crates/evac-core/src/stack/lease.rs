use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::ids::{BucketName, RegionId};

/// A DynamoDB table that says which run may act on the stack. It has to outlive a region: a global table with
/// multi-region strong consistency does, in regions of one set (US, EU or Asia Pacific), which need not be the
/// stack's own. Its partition key is `stack`, a string.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The table.
    pub table: String,
    /// The regions whose replicas can be asked, in the order of asking. A witness region cannot be.
    pub regions: Vec<RegionId>,
    /// How long a run that has fallen silent keeps the lease.
    #[serde(default = "time_to_live")]
    pub ttl: Period,
}

fn time_to_live() -> Period {
    Period::from_secs(20)
}

/// Where journals of runs are copied to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// What the keys begin with.
    #[serde(default = "prefix")]
    pub prefix: String,
    /// A bucket in each of two or more regions; the copy goes to all that can be reached.
    pub buckets: BTreeMap<RegionId, BucketName>,
}

fn prefix() -> String {
    "evac/runs/".to_owned()
}
