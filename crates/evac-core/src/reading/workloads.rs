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
    /// The autoscalers that the stack names, as far as they exist.
    #[serde(default)]
    pub autoscalers: Vec<Autoscaler>,
    /// The Argo CD Applications that the stack names, as far as they exist.
    #[serde(default)]
    pub applications: Vec<ArgoApplication>,
}

/// A HorizontalPodAutoscaler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Autoscaler {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The Deployment that it rules.
    pub deployment: String,
    /// The fewest replicas that it keeps.
    pub minimum: u32,
    /// The most.
    pub maximum: u32,
}

/// An Application of Argo CD.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArgoApplication {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its `spec.syncPolicy.automated`; `None` when nothing is synchronised by itself.
    pub automated: Option<serde_json::Value>,
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
