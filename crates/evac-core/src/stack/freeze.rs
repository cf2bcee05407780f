use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{BucketName, RegionId};

/// What would undo an evacuation: infrastructure as code that is applied, and a controller that keeps a cluster as
/// its repository has it. Both are held still from the first step of a run to its last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Terraform states whose lock is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terraform: Vec<TerraformState>,
    /// Argo CD in the regions' clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argocd: Option<ArgoCd>,
}

impl Freeze {
    /// True when there is nothing to hold still.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A Terraform state in S3 with S3's own locking (`use_lockfile = true`): the lock is an object beside the state,
/// with `.tflock` at the end of its key, that only the first of two writers can create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerraformState {
    /// The region of the bucket.
    pub region: RegionId,
    /// The bucket.
    pub bucket: BucketName,
    /// The key of the state, without `.tflock`.
    pub key: String,
}

/// Argo CD, as it runs in each region's cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArgoCd {
    /// The namespace of its Applications.
    #[serde(default = "argocd_namespace")]
    pub namespace: String,
    /// The Applications whose automatic sync is switched off during a run.
    pub applications: Vec<String>,
}

fn argocd_namespace() -> String {
    "argocd".to_owned()
}
