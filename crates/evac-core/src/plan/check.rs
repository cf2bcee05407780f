use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LocationMode, RecordSet};
use crate::ids::{Arn, BucketName, ClusterId, DnsName, GlobalClusterId, HostedZoneId, RegionId};

/// Something that can be observed to hold or not, without changing anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "check", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Check {
    /// STS takes the credentials in each of these regions where it serves, one at least, and they last long enough.
    Credentials {
        /// The regions.
        regions: Vec<RegionId>,
        /// How long the credentials are needed.
        lasting: SignedDuration,
    },
    /// The lock object of a Terraform state exists with this id.
    TerraformLocked {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key of the lock.
        key: String,
        /// The lock's id.
        id: String,
    },
    /// No lock object with this id exists (none at all, or somebody else's).
    TerraformUnlocked {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key of the lock.
        key: String,
        /// The lock's id.
        id: String,
    },
    /// An Argo CD Application synchronises by itself, or does not.
    ArgoSync {
        /// The region of the cluster.
        region: RegionId,
        /// The namespace of the Application.
        namespace: String,
        /// The Application.
        application: String,
        /// Whether it does.
        automated: bool,
    },
    /// A Deployment wants `wanted` replicas (with an autoscaler: at least that many), and as many are ready.
    Replicas {
        /// The region of the cluster.
        region: RegionId,
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// How many.
        wanted: u32,
        /// True where more will do, since an autoscaler decides.
        at_least: bool,
    },
    /// The member is the only writer of the global cluster, the global cluster is `available` with nothing under way,
    /// and the member's own cluster is available with an instance that writes. A cluster that has left the global
    /// cluster is the writer when it writes by itself.
    Writer {
        /// The region that is asked.
        region: RegionId,
        /// The global cluster.
        global_cluster: GlobalClusterId,
        /// The member.
        member: Arn,
        /// The member at the other end of the move, where one is known. It may write until then. Once yet another one
        /// writes, or is about to, somebody has moved the writer elsewhere, and this will not come to hold.
        other: Option<Arn>,
    },
    /// No member of the global cluster writes but these, and nothing under way makes another one the writer.
    NoOtherWriter {
        /// The region that is asked.
        region: RegionId,
        /// The global cluster.
        global_cluster: GlobalClusterId,
        /// The members.
        members: Vec<Arn>,
    },
    /// The old writer is proven to write no more: RDS says that its writes were stopped, or it is seen in its own
    /// region as a secondary or shut down. An attempt that timed out is the proof of nothing.
    Fenced {
        /// The regions that are asked, for their events and views: never one that is lost.
        regions: Vec<RegionId>,
        /// The global cluster.
        global_cluster: GlobalClusterId,
        /// The old writer.
        old: Arn,
        /// The new one, whose events tell too.
        new: Arn,
        /// Only what happened since counts.
        since: Timestamp,
    },
    /// A snapshot of a cluster is available.
    Snapshot {
        /// The region.
        region: RegionId,
        /// The snapshot.
        snapshot: String,
    },
    /// Routing controls are in these states, by any endpoint.
    RoutingControls {
        /// The cluster's endpoints by region, in the order of asking.
        endpoints: Vec<(RegionId, String)>,
        /// The states by routing control: true is On.
        states: BTreeMap<Arn, bool>,
    },
    /// An object exists, or does not.
    Object {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key.
        key: String,
        /// Whether it shall exist.
        exists: bool,
    },
    /// Route 53 has these record sets, and the change that made them is INSYNC.
    Records {
        /// The hosted zone.
        zone: HostedZoneId,
        /// The record sets.
        records: Vec<RecordSet>,
    },
    /// What resolvers answer.
    Answers {
        /// The resolvers, as `address:port`; none: those of this machine.
        resolvers: Vec<String>,
        /// What is expected, by name.
        answers: Vec<Answer>,
        /// For how long it must have been so: whoever was answered something else before, anywhere, has forgotten it then.
        #[serde(default, skip_serializing_if = "SignedDuration::is_zero")]
        lasting: SignedDuration,
    },
    /// A region's public endpoint answers as healthy.
    Serving {
        /// The region.
        region: RegionId,
        /// Where.
        url: String,
    },
    /// A backup storage location is in this mode.
    LocationMode {
        /// The region of the cluster.
        region: RegionId,
        /// Velero's namespace.
        namespace: String,
        /// The location.
        location: String,
        /// The mode.
        mode: LocationMode,
    },
    /// A Velero Restore has come to its end: Completed holds; PartiallyFailed and Failed can never hold any more.
    Restored {
        /// The region of the cluster.
        region: RegionId,
        /// Velero's namespace.
        namespace: String,
        /// The Restore.
        name: String,
    },
    /// A DB cluster is available.
    ClusterAvailable {
        /// The region.
        region: RegionId,
        /// The cluster.
        cluster: ClusterId,
    },
    /// A DB instance is available.
    InstanceAvailable {
        /// The region.
        region: RegionId,
        /// The instance.
        instance: String,
    },
    /// A DB cluster is protected from deletion, or not.
    ClusterProtected {
        /// The region.
        region: RegionId,
        /// The cluster.
        cluster: ClusterId,
        /// Whether it is.
        protected: bool,
    },
    /// Replication rules are enabled from one bucket to another.
    Replicating {
        /// The region of the source bucket.
        region: RegionId,
        /// The source bucket.
        bucket: BucketName,
        /// The destination bucket.
        destination: BucketName,
    },
}

impl Check {
    /// For how long it must have held before it counts.
    pub fn lasting(&self) -> SignedDuration {
        match self {
            Self::Answers { lasting, .. } => *lasting,
            _ => SignedDuration::ZERO,
        }
    }
}

/// What resolvers shall answer for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The name.
    pub name: DnsName,
    /// Such as `A`.
    pub kind: String,
    /// At least one of these is answered, by every resolver that answers.
    pub wanted: BTreeSet<String>,
    /// None of these is.
    pub unwanted: BTreeSet<String>,
}
