use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{Arn, ClusterId, RegionId};

/// The global cluster, as one region sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalClusterReading {
    /// `available`, `failing-over`, `switching-over` and whatever else RDS comes to say.
    pub status: String,
    /// Such as `aurora-postgresql`.
    pub engine: Option<String>,
    /// Such as `16.8`.
    pub engine_version: Option<String>,
    /// The member clusters.
    pub members: Vec<GlobalMember>,
    /// A failover or switchover under way. RDS sends an empty one when nothing is.
    pub failover: Option<FailoverState>,
}

impl GlobalClusterReading {
    /// The regions whose member is marked as writer, in this view.
    pub fn writers(&self) -> impl Iterator<Item = &RegionId> {
        self.members.iter().filter(|member| member.is_writer).map(|member| &member.region)
    }

    /// The member in a region.
    pub fn member(&self, region: &RegionId) -> Option<&GlobalMember> {
        self.members.iter().find(|member| member.region == *region)
    }
}

/// A member cluster of a global cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalMember {
    /// Its ARN, which failover and switchover want.
    pub arn: Arn,
    /// Its region, from the ARN.
    pub region: RegionId,
    /// Its identifier, from the ARN.
    pub cluster: ClusterId,
    /// True for the one that takes writes.
    pub is_writer: bool,
    /// `connected` or `pending-resync`, where RDS says it.
    pub synchronization: Option<String>,
}

/// A failover or switchover under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailoverState {
    /// `pending`, `failing-over`, `switching-over`, `cancelling`: an open list.
    pub status: String,
    /// The writer that is left.
    pub from: Option<Arn>,
    /// The writer to be.
    pub to: Option<Arn>,
    /// True for a failover, false for a switchover.
    pub data_loss_allowed: bool,
}

/// A member cluster, as its own region describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterReading {
    /// Its identifier.
    pub cluster: ClusterId,
    /// Its ARN.
    pub arn: Arn,
    /// `available` when all is well.
    pub status: String,
    /// Such as `16.8`.
    pub engine_version: Option<String>,
    /// How many days automated backups are kept.
    pub backup_retention_days: Option<u32>,
    /// The newest point in time that the cluster can be restored to.
    pub latest_restorable: Option<Timestamp>,
    /// Its instances; none means headless, which cannot be promoted to anything that serves.
    pub instances: Vec<Instance>,
}

/// An instance of a member cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its identifier.
    pub name: String,
    /// Such as `db.r6g.large`.
    pub class: Option<String>,
    /// `available` when all is well.
    pub status: String,
    /// True for the instance that takes the cluster's writes. In a secondary cluster no instance does.
    pub is_writer: bool,
}

/// What RDS reported lately, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventsReading {
    /// The events.
    pub events: Vec<DatabaseEvent>,
}

/// An event of RDS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseEvent {
    /// When it happened.
    pub at: Timestamp,
    /// What it is about.
    pub subject: String,
    /// Such as `global-failover`.
    pub categories: Vec<String>,
    /// What happened.
    pub message: String,
}

/// RDS's category of what happens in a failover or switchover between regions. Such an event can be written on
/// either cluster, and on the one that is left only if it could be reached.
pub const GLOBAL_FAILOVER: &str = "global-failover";

impl DatabaseEvent {
    /// True for what happens to clusters in a failover or switchover between regions.
    pub fn is_global_failover(&self) -> bool {
        self.categories.iter().any(|category| category == GLOBAL_FAILOVER)
    }

    /// True for what an instance tells of the attempt to stop an old writer.
    pub fn is_about_blocked_writes(&self) -> bool {
        self.message.to_ascii_lowercase().contains("block writes")
    }
}

/// The snapshots of the region's member cluster, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotsReading {
    /// The snapshots.
    pub snapshots: Vec<SnapshotEntry>,
}

/// A snapshot of a DB cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotEntry {
    /// Its identifier; `rds:unplanned-global-failover-…` holds the writes that a failover lost.
    pub name: String,
    /// `automated` or `manual`.
    pub kind: String,
    /// `available` when it can be restored.
    pub status: String,
    /// When it was made.
    pub created: Option<Timestamp>,
}
