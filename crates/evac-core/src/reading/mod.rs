//! What sources say, in the field's own terms and free of any SDK's types.

mod backups;
mod cost;
mod database;
mod identity;
mod lease;
mod markers;
mod metrics;
mod storage;
mod traffic;
mod workloads;

pub use backups::{Backup, BackupLocation, BackupPhase, BackupsReading, Restore, Schedule};
pub use cost::{CostLine, CostReading};
pub use database::{
    ClusterReading, DatabaseEvent, EventsReading, FailoverState, GLOBAL_FAILOVER, GlobalClusterReading, GlobalMember,
    Instance, SnapshotEntry, SnapshotsReading,
};
pub use identity::{Alarm, AlarmState, AlarmsReading, IdentityReading, ProbeReading};
pub use lease::{LastRun, LeaseHolder, LeaseReading};
pub use markers::{ManagedResource, MarkersReading, TerraformLock, TerraformStateReading};
pub use metrics::{AuroraLag, CheckerMetrics, MetricsReading, Point, ReplicationMetrics};
pub use storage::{CanaryReading, ReplicationReading, ReplicationRuleState};
pub use traffic::{
    AliasTarget, AnswersReading, HealthCheck, HealthChecksReading, Record, RecordsReading, ResolverAnswer,
    RoutingControlReading,
};
pub use workloads::{ArgoApplication, Autoscaler, Deployment, WorkloadsReading};

use serde::{Deserialize, Serialize};

use crate::source::Source;

/// What a source said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "source")]
#[allow(missing_docs, reason = "each variant is documented at the Source of its name")]
pub enum Reading {
    Probe(ProbeReading),
    GlobalCluster(GlobalClusterReading),
    Cluster(ClusterReading),
    Metrics(MetricsReading),
    Replication(ReplicationReading),
    Backups(BackupsReading),
    Workloads(WorkloadsReading),
    Identity(IdentityReading),
    Alarms(AlarmsReading),
    Events(EventsReading),
    Snapshots(SnapshotsReading),
    Records(RecordsReading),
    HealthChecks(HealthChecksReading),
    Cost(CostReading),
    Canary(CanaryReading),
    RoutingControl(RoutingControlReading),
    Answers(AnswersReading),
    Markers(MarkersReading),
    Lease(LeaseReading),
}

impl Reading {
    /// The source that says such things.
    pub fn source(&self) -> Source {
        match self {
            Self::Probe(_) => Source::Probe,
            Self::GlobalCluster(_) => Source::GlobalCluster,
            Self::Cluster(_) => Source::Cluster,
            Self::Metrics(_) => Source::Metrics,
            Self::Replication(_) => Source::Replication,
            Self::Backups(_) => Source::Backups,
            Self::Workloads(_) => Source::Workloads,
            Self::Identity(_) => Source::Identity,
            Self::Alarms(_) => Source::Alarms,
            Self::Events(_) => Source::Events,
            Self::Snapshots(_) => Source::Snapshots,
            Self::Records(_) => Source::Records,
            Self::HealthChecks(_) => Source::HealthChecks,
            Self::Cost(_) => Source::Cost,
            Self::Canary(_) => Source::Canary,
            Self::RoutingControl(_) => Source::RoutingControl,
            Self::Answers(_) => Source::Answers,
            Self::Markers(_) => Source::Markers,
            Self::Lease(_) => Source::Lease,
        }
    }
}
