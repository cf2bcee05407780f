use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{BucketName, RegionId};

/// The objects of a region's buckets that say what may be done: STOP objects, and Terraform's states and locks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkersReading {
    /// For each region whose STOP object lives here: whether it exists.
    pub stops: BTreeMap<RegionId, bool>,
    /// The Terraform states that live here.
    pub states: Vec<TerraformStateReading>,
}

/// A Terraform state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TerraformStateReading {
    /// Its bucket.
    pub bucket: BucketName,
    /// Its key.
    pub key: String,
    /// Who holds its lock.
    pub lock: Option<TerraformLock>,
    /// What it manages that an evacuation changes; empty when it could not be read.
    pub resources: Vec<ManagedResource>,
    /// Why its content could not be read.
    pub failure: Option<String>,
}

/// The content of a lock object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerraformLock {
    /// Its id, which `terraform force-unlock` takes.
    pub id: String,
    /// What holds it: `OperationTypeApply`, or evac's own word.
    pub operation: String,
    /// Who took it.
    pub who: String,
    /// When.
    pub created: Option<Timestamp>,
}

/// A resource of a state whose real counterpart an evacuation changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ManagedResource {
    /// Its address, such as `aws_rds_cluster.secondary["us-west-2"]`.
    pub address: String,
    /// Its type, such as `aws_rds_cluster`.
    pub kind: String,
    /// Its identifier at the service.
    pub id: String,
    /// Its region, where the state says it.
    pub region: Option<RegionId>,
    /// The attribute that an evacuation changes and that an apply would set back, with the value in the state.
    pub attributes: BTreeMap<String, String>,
}
