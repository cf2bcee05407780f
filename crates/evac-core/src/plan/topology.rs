use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::RegionId;

/// Who writes and who is served from where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topology {
    /// The regions that hold the writer, by all views: one, when all is well.
    pub writers: BTreeSet<RegionId>,
    /// The regions that get traffic, as far as it is known.
    pub serving: BTreeSet<RegionId>,
    /// The regions that cannot be reached.
    pub unreachable: BTreeSet<RegionId>,
}
