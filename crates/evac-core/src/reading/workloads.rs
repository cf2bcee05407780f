use serde::{Deserialize, Serialize};

/// What a region's cluster can carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkloadsReading {
    /// The Deployments that the stack names, as far as they exist.
    pub deployments: Vec<Deployment>,
    /// How many nodes are ready.
    pub nodes_ready: u32,
    /// How many nodes there are.
    pub nodes_total: u32,
    /// What ready nodes can be asked for, in thousandths of a core.
    pub cpu_millis: u64,
    /// What ready nodes can be asked for, in MiB.
    pub memory_mib: u64,
    /// Such as `v1.33.4`.
    pub version: Option<String>,
}

/// A Deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// How many replicas are wanted.
    pub desired: u32,
    /// How many are ready.
    pub ready: u32,
}
