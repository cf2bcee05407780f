use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{Arn, BucketName, ClusterId, DnsName, GlobalClusterId, HealthCheckId, HostedZoneId, RegionId};

/// A call that changes something, with every value in it. There is no other way to change anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Call {
    /// S3 PutObject `KEY.tflock` with `If-None-Match: *`: takes the lock of a Terraform state. A lock that exists and
    /// carries this `id` is ours, and the call is done.
    LockTerraform {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key of the lock, with its `.tflock`.
        key: String,
        /// The lock's id.
        id: String,
        /// The lock's content: Terraform's lock information as JSON, with `id` in it.
        body: String,
    },
    /// S3 DeleteObject of a lock, if it carries this id.
    UnlockTerraform {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key of the lock.
        key: String,
        /// The lock's id.
        id: String,
    },
    /// Merge patch of an Argo CD Application's `spec.syncPolicy.automated`.
    SetArgoSync {
        /// The region of the cluster.
        region: RegionId,
        /// The namespace of the Application.
        namespace: String,
        /// The Application.
        application: String,
        /// What the field becomes: `None` removes it, and nothing is synchronised by itself any more.
        automated: Option<serde_json::Value>,
    },
    /// Patch of a Deployment's scale.
    Scale {
        /// The region of the cluster.
        region: RegionId,
        /// The namespace.
        namespace: String,
        /// The Deployment.
        deployment: String,
        /// How many replicas are wanted.
        replicas: u32,
    },
    /// Merge patch of a HorizontalPodAutoscaler's `spec.minReplicas`.
    SetAutoscalerMinimum {
        /// The region of the cluster.
        region: RegionId,
        /// The namespace.
        namespace: String,
        /// The autoscaler.
        autoscaler: String,
        /// The minimum.
        minimum: u32,
    },
    /// RDS SwitchoverGlobalCluster, in the *primary's* region.
    Switchover {
        /// The region that is called: the old writer's.
        region: RegionId,
        /// The global cluster.
        global_cluster: GlobalClusterId,
        /// The new writer, by its ARN.
        target: Arn,
    },
    /// RDS FailoverGlobalCluster with AllowDataLoss, in the *target's* region.
    Failover {
        /// The region that is called: the new writer's.
        region: RegionId,
        /// The global cluster.
        global_cluster: GlobalClusterId,
        /// The new writer, by its ARN.
        target: Arn,
    },
    /// RDS RemoveFromGlobalCluster, in the member's region: the last resort, which breaks the topology.
    Detach {
        /// The region that is called: the member's.
        region: RegionId,
        /// The global cluster.
        global_cluster: GlobalClusterId,
        /// The member, by its ARN.
        member: Arn,
    },
    /// RDS CopyDBClusterSnapshot: keeps the snapshot of the writes that a failover lost beyond the life of its cluster.
    CopySnapshot {
        /// The region.
        region: RegionId,
        /// The system snapshot.
        snapshot: String,
        /// The name of the copy.
        copy: String,
    },
    /// ARC UpdateRoutingControlStates: one call, all or nothing, at the first endpoint that answers.
    SetRoutingControls {
        /// The cluster's endpoints by region, in the order of asking.
        endpoints: Vec<(RegionId, String)>,
        /// The states by routing control: true is On.
        states: BTreeMap<Arn, bool>,
    },
    /// S3 PutObject: a STOP object, which takes a region's traffic away.
    PutStop {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key.
        key: String,
        /// The content: who, when and why.
        body: String,
    },
    /// S3 DeleteObject: a STOP object, after which the region gets traffic again.
    RemoveStop {
        /// The region of the bucket.
        region: RegionId,
        /// The bucket.
        bucket: BucketName,
        /// The key.
        key: String,
    },
    /// Route 53 ChangeResourceRecordSets: one transaction, at the control plane in us-east-1.
    ChangeRecords {
        /// The hosted zone.
        zone: HostedZoneId,
        /// The changes, each an UPSERT.
        changes: Vec<RecordChange>,
        /// What Route 53 keeps with the change.
        comment: String,
    },
    /// Merge patch of a BackupStorageLocation's `spec.accessMode`.
    SetLocationMode {
        /// The region of the cluster.
        region: RegionId,
        /// Velero's namespace.
        namespace: String,
        /// The location.
        location: String,
        /// The mode.
        mode: LocationMode,
    },
    /// Creates a Velero Restore. One of this name that carries evac's label for this plan is ours.
    CreateRestore {
        /// The region of the cluster.
        region: RegionId,
        /// Velero's namespace.
        namespace: String,
        /// The name of the Restore.
        name: String,
        /// What is restored.
        spec: RestoreSpec,
    },
    /// RDS RestoreDBClusterToPointInTime: a new cluster beside the old, without an instance yet.
    RestoreToTime {
        /// The region.
        region: RegionId,
        /// The cluster that is read.
        source: ClusterId,
        /// The name of the new one.
        target: ClusterId,
        /// The point in time; `None` is the newest.
        at: Option<Timestamp>,
    },
    /// RDS CreateDBInstance: what makes the new cluster answer.
    CreateInstance {
        /// The region.
        region: RegionId,
        /// The cluster.
        cluster: ClusterId,
        /// The name of the instance.
        instance: String,
        /// Such as `db.r6g.large`.
        class: String,
        /// Such as `aurora-postgresql`.
        engine: String,
    },
    /// RDS ModifyDBCluster: deletion protection, at once.
    ProtectCluster {
        /// The region.
        region: RegionId,
        /// The cluster.
        cluster: ClusterId,
        /// Whether it is protected.
        protected: bool,
    },
    /// HTTP POST of a business transaction: a write that the new writer must commit. Its answer is the proof.
    Transact {
        /// The region.
        region: RegionId,
        /// Where.
        url: String,
        /// The value of its `Idempotency-Key` header: a transaction that is sent again is the same one.
        key: String,
    },
    /// Tells people. It goes to the outbox of the run, from which it is delivered at least once.
    Notify {
        /// What.
        text: String,
    },
}

/// What a record set becomes, and what it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordChange {
    /// The record set as it shall be.
    pub to: RecordSet,
    /// As it was when the plan was made.
    pub from: RecordSet,
}

/// A record set with everything that a change must repeat to keep it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordSet {
    /// Its name.
    pub name: DnsName,
    /// Such as `A`.
    pub kind: String,
    /// What tells it from the others of its name.
    pub set_identifier: String,
    /// Its weight, when it answers by weight.
    pub weight: Option<i64>,
    /// Its region, when it answers by latency.
    pub region: Option<RegionId>,
    /// How long resolvers keep it, in seconds; none for an alias.
    pub ttl: Option<i64>,
    /// Its values; none for an alias.
    pub values: Vec<String>,
    /// Where an alias leads to.
    pub alias: Option<crate::reading::AliasTarget>,
    /// The health check on it.
    pub health_check: Option<HealthCheckId>,
}

/// How Velero may use a backup storage location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocationMode {
    /// Backups are written and deleted.
    ReadWrite,
    /// Nothing in it is changed: what a restore needs while it runs.
    ReadOnly,
}

impl LocationMode {
    /// Velero's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadWrite => "ReadWrite",
            Self::ReadOnly => "ReadOnly",
        }
    }
}

/// What a restore does with objects that are there already. Data in volumes is never overwritten by either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExistingResources {
    /// Leaves them as they are, with a warning each.
    #[default]
    Skip,
    /// Patches them to what the backup has.
    Update,
}

impl ExistingResources {
    /// Velero's word for the policy.
    pub fn policy(self) -> &'static str {
        match self {
            Self::Skip => "none",
            Self::Update => "update",
        }
    }
}

/// What is restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreSpec {
    /// The backup.
    pub backup: String,
    /// The namespaces to take from it.
    pub namespaces: Vec<String>,
    /// Namespaces that get another name.
    pub mapping: BTreeMap<String, String>,
    /// What happens to objects that are there already.
    pub existing: ExistingResources,
    /// The value of the label `evac.dev/plan`, which tells our Restore from another of its name.
    pub label: String,
}
