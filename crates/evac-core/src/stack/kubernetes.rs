use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::ids::ScheduleName;

/// A Deployment that must run in a region for it to carry the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The namespace.
    pub namespace: String,
    /// The Deployment.
    pub deployment: String,
    /// How many replicas must be ready before the region may be a target.
    #[serde(default = "one")]
    pub minimum_ready: u32,
    /// How many replicas carry the load of an evacuated region besides the own. Without it, what is there counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// The HorizontalPodAutoscaler that rules the Deployment, if one does: its minimum is raised instead, for it
    /// would undo any other scaling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaler: Option<String>,
}

/// A Deployment that writes by itself, such as one that works off a queue: it runs beside the writer only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// The namespace.
    pub namespace: String,
    /// The Deployment.
    pub deployment: String,
    /// How many replicas run where the writer is; elsewhere none do.
    #[serde(default = "one")]
    pub replicas: u32,
}

fn one() -> u32 {
    1
}

/// Velero, as it is set up in each region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Velero {
    /// The namespace of its objects.
    #[serde(default = "velero_namespace")]
    pub namespace: String,
    /// The schedules that should exist, and how old their newest backup may be.
    #[serde(default)]
    pub schedules: Vec<VeleroSchedule>,
    /// How long backups are kept, hottest tier first.
    #[serde(default)]
    pub retention: Vec<RetentionTier>,
}

fn velero_namespace() -> String {
    "velero".to_owned()
}

/// A Velero schedule that should exist in every region with a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VeleroSchedule {
    /// The name of the Schedule.
    pub name: ScheduleName,
    /// How often it should run.
    pub every: Period,
    /// The tier of [`RetentionTier`] that its backups belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// How long the backups of one tier are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionTier {
    /// The name of the tier: `hot`, `warm`, `cold`.
    pub tier: String,
    /// How long it keeps.
    pub keep: Period,
}
