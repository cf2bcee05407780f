//! What a cluster is made from.

use jiff::{SignedDuration, Timestamp};

/// One region's cluster at the start of the world.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// The region, such as `us-west-2`.
    pub region: String,
    /// Decides everything that varies; the same seed makes the same cluster.
    pub seed: u64,
    /// Virtual now at the start.
    pub start: Timestamp,
    /// Whether the region is a primary one. Told in the `kube-system/cluster-info` config map.
    pub is_primary: bool,
    /// What runs in it.
    pub deployments: Vec<DeploymentSeed>,
    /// How many nodes, over three zones, of 8 cores and 32 GiB each.
    pub nodes: u32,
    /// What keeps deployments between bounds.
    pub autoscalers: Vec<AutoscalerSeed>,
    /// What Argo CD keeps as its git has it.
    pub applications: Vec<ApplicationSeed>,
    /// The backup schedules.
    pub schedules: Vec<ScheduleSeed>,
    /// The backup storage locations.
    pub backup_locations: Vec<BackupLocationSeed>,
    /// How far back scheduled backups exist at the start; at most [`ClusterConfig::MOST_HISTORY`] a schedule.
    pub history: SignedDuration,
}

impl ClusterConfig {
    /// The most backups that a schedule has at the start.
    pub const MOST_HISTORY: usize = 300;
}

/// A deployment that runs at the start, all replicas ready if the nodes hold them.
#[derive(Debug, Clone)]
pub struct DeploymentSeed {
    /// Its name, also its `app` label.
    pub name: String,
    /// Its namespace, which is made.
    pub namespace: String,
    /// How many pods.
    pub replicas: i32,
    /// CPU request of a pod, in thousandths of a core.
    pub cpu_millis: u32,
    /// Memory request of a pod, in MiB.
    pub memory_mib: u32,
    /// The size of the volume that its pods share, in GiB; 0 for none.
    pub volume_gib: u32,
}

/// A horizontal pod autoscaler.
#[derive(Debug, Clone)]
pub struct AutoscalerSeed {
    /// Its name.
    pub name: String,
    /// The namespace of it and of its deployment.
    pub namespace: String,
    /// The deployment that it rules.
    pub deployment: String,
    /// The fewest replicas.
    pub minimum: i32,
    /// The most replicas.
    pub maximum: i32,
}

/// An application of Argo CD, with self-heal on.
#[derive(Debug, Clone)]
pub struct ApplicationSeed {
    /// Its name.
    pub name: String,
    /// The namespace that it is deployed to.
    pub namespace: String,
    /// The replicas of its deployments in git.
    pub replicas: Vec<(String, i32)>,
}

/// A Velero schedule, enabled at the start.
#[derive(Debug, Clone)]
pub struct ScheduleSeed {
    /// Its name.
    pub name: String,
    /// Five-field cron in UTC, or `@every 1h`.
    pub cron: String,
    /// How long its backups live.
    pub ttl: SignedDuration,
    /// What it backs up; empty means everything.
    pub included_namespaces: Vec<String>,
    /// The backup location it writes to.
    pub storage_location: String,
    /// Whether volumes are snapshotted (regional, with the AWS plugin).
    pub snapshot_volumes: bool,
    /// Whether volumes are copied file by file (portable).
    pub default_volumes_to_fs_backup: bool,
}

/// A Velero backup storage location, available at the start.
#[derive(Debug, Clone)]
pub struct BackupLocationSeed {
    /// Its name.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// The prefix in the bucket, or "".
    pub prefix: String,
    /// The bucket's region.
    pub region: String,
    /// Whether backups go there when they name none.
    pub default: bool,
}

/// How a backup can look good and not be restorable, or be visibly broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupDegradation {
    /// Stays Completed, but names a backup location that no longer exists.
    LocationGone,
    /// Stays Completed, but its expiration has passed and its collection was refused.
    Expired,
    /// The newest one never finished: InProgress, with progress that stands still, and later ones queue behind it.
    StalledInProgress,
    /// Stays Completed, but its volumes are snapshots in another region.
    VolumeSnapshotsInOtherRegion,
    /// Ended with errors.
    PartiallyFailed,
}

/// How restores end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestoreOutcome {
    /// As their backup allows.
    #[default]
    Normal,
    /// Not at all: they stay InProgress.
    Stalled,
    /// PartiallyFailed: secrets are refused.
    PartiallyFailed,
}
