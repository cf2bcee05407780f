use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ClusterId, GlobalClusterId, RegionId};

/// The Aurora Global Database of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aurora {
    /// The identifier of the global cluster.
    pub global_cluster: GlobalClusterId,
    /// The member cluster of each region.
    pub members: BTreeMap<RegionId, ClusterId>,
}
